use super::*;
use crate::{Authentic, Budget, PublicKey, SigningKey};
use proptest::prelude::*;

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

/// The CWT example of draft-ietf-oauth-status-list-20 §5.2: its key id stands in the unprotected header and
/// its map is in no order.
const EXAMPLE: &str = "
    d2845820a2012610781a6170706c69636174696f6e2f7374617475736c6973742b637774a1044231325850a50278216874
    7470733a2f2f6578616d706c652e636f6d2f7374617475736c697374732f31061a648c5bea041a8898dfea19fffe19a8c0
    19fffda2646269747301636c73744a78dadbb918000217015d584093fa4d01032b18c35e2fe1101b77fd6cc9440022caa4
    694450c4e4e9feab4e99d1fa6d9772ce2bf3a12e0323ded7c982c5e101a5e67f0cbc1e2b6f57ce99c279";

fn example_key() -> PublicKey {
    PublicKey::p256(
        &hex("2371d69bfd03b3574f308f885a67f8981987f9869e0156cf56eeef076ec2c57a").try_into().unwrap(),
        &hex("e8dfdde44963f5bb3586d815de890928875b1c4a6481398096e60a25e9b39f53").try_into().unwrap(),
    )
}

#[test]
fn the_specifications_own_example_opens() {
    let bytes = hex(EXAMPLE);
    let sealed = Sealed::<StatusListToken>::parse(&bytes).unwrap();
    assert_eq!(sealed.untrusted_hint().key_id.as_deref(), Some(&b"12"[..]));
    let token = sealed.open(&example_key(), &mut Budget::default()).unwrap().into_value();
    assert_eq!(token.subject, "https://example.com/statuslists/1");
    assert_eq!(token.issued_at.seconds(), 1_686_920_170);
    assert_eq!(token.expires.map(Timestamp::seconds), Some(2_291_720_170));
    assert_eq!(token.time_to_live, Some(43_200));
    let values: Vec<u8> = (0..16).map(|i| token.list.status(i).unwrap().value()).collect();
    assert_eq!(values, [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]);
    assert_eq!(token.list.status(16), None);
}

#[test]
fn two_bits_as_in_the_specification() {
    // §4.1, second example: statuses 1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3 as bytes c9 44 f9.
    let list = StatusList::inflate(2, &hex("78da3be9f2130003df0207")).unwrap();
    let values: Vec<u8> = (0..12).map(|i| list.status(i).unwrap().value()).collect();
    assert_eq!(values, [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]);
}

#[test]
fn what_is_set_is_read_and_nothing_else_changes() {
    let mut list = StatusList::all_valid(10).unwrap();
    assert_eq!(list.len(), 12);
    list.set(5, Status::Suspended).unwrap();
    list.set(6, Status::Invalid).unwrap();
    list.set(5, Status::Valid).unwrap();
    list.set(5, Status::Suspended).unwrap();
    let statuses: Vec<_> = (0..12).map(|i| list.status(i).unwrap()).collect();
    assert_eq!((statuses[5], statuses[6]), (Status::Suspended, Status::Invalid));
    assert_eq!(statuses.iter().filter(|s| **s == Status::Valid).count(), 10);
    assert_eq!(list.set(12, Status::Invalid).unwrap_err().code(), "status-index-out-of-range");
    assert_eq!(StatusList::all_valid((1 << 24) + 1).unwrap_err().code(), "status-list-too-large");
    assert_eq!(StatusList::all_valid(u32::MAX).unwrap_err().code(), "status-list-too-large");
}

fn zlib(zeros: usize) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![0; zeros]).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn bombs_and_nonsense_are_refused() {
    for bits in [1, 2, 4, 8] {
        let most = MAX_ENTRIES / 8 * usize::from(bits);
        assert_eq!(StatusList::inflate(bits, &zlib(most)).unwrap().len(), MAX_ENTRIES);
        let refused = StatusList::inflate(bits, &zlib(most + 1)).unwrap_err();
        assert_eq!(refused.code(), "status-list-too-large", "{bits}");
    }
    let followed = [zlib(9), vec![0]].concat();
    assert_eq!(StatusList::inflate(2, &followed).unwrap_err().code(), "status-list-not-zlib");
    let cut = zlib(9);
    assert_eq!(StatusList::inflate(2, &cut[..cut.len() - 1]).unwrap_err().code(), "status-list-not-zlib");
    assert_eq!(StatusList::inflate(2, b"nonsense").unwrap_err().code(), "status-list-not-zlib");
    assert_eq!(StatusList::inflate(3, &[]).unwrap_err(), StatusListError::Bits { bits: 3 });
}

#[test]
fn good_until_it_expires_or_until_its_time_to_live_is_over() {
    let at = |seconds| Timestamp::from_seconds(seconds).unwrap();
    let until = |expires: Option<i64>, time_to_live| {
        let list = StatusList::all_valid(4).unwrap();
        let (subject, issued_at) = ("https://a.example/status/1".to_owned(), at(1_000));
        StatusListToken { subject, issued_at, expires: expires.map(at), time_to_live, list }.good_until()
    };
    assert_eq!(until(Some(5_000), Some(60)), Some(at(5_000)));
    assert_eq!(until(None, Some(60)), Some(at(1_060)));
    assert_eq!(until(None, None), None);
    assert_eq!(until(None, Some(u64::MAX)), None);
}

#[test]
fn a_token_must_say_that_it_is_one() {
    let key = SigningKey::eddsa(&[7; 32]).unwrap();
    let other = sign1(&[0xA0], &[], None, &key).unwrap();
    assert_eq!(Sealed::<StatusListToken>::parse(&other).unwrap_err().code(), "type-mismatch");
    let empty = sign1(&[0xA0], &[], Some(TYP), &key).unwrap();
    let sealed = Sealed::<StatusListToken>::parse(&empty).unwrap();
    assert_eq!(sealed.open(key.key(), &mut Budget::default()).unwrap_err().code(), "cbor-missing-key");
}

/// A message in its parts, each already encoded, signed by the key that opens it.
fn message(typ: &[u8], claims: &[u8]) -> Vec<u8> {
    let key = SigningKey::eddsa(&[7; 32]).unwrap();
    let protected = [&[0xA2, 0x01, 0x27, 0x10], typ].concat();
    let item = |bytes: &[u8]| cbor::write(bytes.len() + 9, |e| e.bytes(bytes)?.ok());
    let to_be_signed = [&b"\x84\x6aSignature1"[..], &item(&protected), &item(&[]), &item(claims)].concat();
    let signature = key.sign(&to_be_signed).unwrap();
    [&[0xD2, 0x84][..], &item(&protected), &[0xA0], &item(claims), &item(&signature)].concat()
}

fn outcome(message: &[u8]) -> Result<StatusListToken, &'static str> {
    let key = SigningKey::eddsa(&[7; 32]).unwrap();
    let sealed = Sealed::<StatusListToken>::parse(message).map_err(|e| e.code())?;
    sealed.open(key.key(), &mut Budget::default()).map(Authentic::into_value).map_err(|e| e.code())
}

/// The claims `sub`, `iat` and `status_list` (one bit, eight valid entries), of which iat is given encoded, and whatever
/// more there is.
fn claims(iat: &[u8], more: &[&[u8]]) -> Vec<u8> {
    let count = 0xA3 + u8::try_from(more.len()).unwrap();
    let list = hex("19fffd a2 6462697473 01 636c7374 49 789c630000000100 01");
    [&[count, 0x02, 0x61, b'x', 0x06], iat, &list, &more.concat()].concat()
}

#[test]
fn its_type_is_a_media_type_or_the_number_of_it() {
    let typ = |text: &str| [&[0x78, u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
    for (typ, due) in [
        (typ(TYP), Ok(())),
        (hex("190117"), Ok(())),
        (hex("190118"), Err("type-mismatch")),
        (hex("183d"), Err("type-mismatch")),
        (typ("application/statuslist+jwt"), Err("type-mismatch")),
        (hex("4101"), Err("cbor-type")),
    ] {
        assert_eq!(outcome(&message(&typ, &claims(&[0x01], &[]))).map(|_| ()), due, "{typ:02x?}");
    }
}

/// §5.2: tag 18, and not the tag of a CWT around it.
#[test]
fn a_token_has_the_tag_of_its_message_and_no_other() {
    let token = message(&hex("190117"), &claims(&[0x01], &[]));
    assert!(outcome(&token).is_ok());
    assert_eq!(outcome(&token[1..]), Err("cbor-type"));
    assert_eq!(outcome(&[&[0xD8, 61], &token[..]].concat()), Err("cbor-unknown-tag"));
    assert_eq!(outcome(&[&[0xD1], &token[1..]].concat()), Err("cbor-unknown-tag"));
}

/// RFC 8392 §2: a `NumericDate` may be a float.
#[test]
fn a_time_may_have_a_fraction() {
    let float = |seconds: f64| [&[0xFB][..], &seconds.to_be_bytes()].concat();
    for (seconds, due) in [
        (float(1_795_338_000.0), Ok(1_795_338_000)),
        (float(1_795_338_000.999), Ok(1_795_338_000)),
        (float(0.5), Ok(0)),
        (float(-0.0), Ok(0)),
        (hex("fa4e6b0000"), Ok(985_661_440)),
        (hex("1b000000006b02d850"), Ok(1_795_348_560)),
        (float(-0.5), Err("cbor-range")),
        (float(f64::NAN), Err("cbor-range")),
        (float(f64::INFINITY), Err("cbor-range")),
        (float(1e300), Err("cbor-range")),
        (float(253_370_764_800.0), Err("field-range")),
        // A half-precision float does not reach the second day of 1970.
        (hex("f97bff"), Err("cbor-type")),
        (hex("20"), Err("cbor-type")),
        (hex("c100"), Err("cbor-unknown-tag")),
    ] {
        let token = outcome(&message(&hex("190117"), &claims(&seconds, &[])));
        assert_eq!(token.map(|token| token.issued_at.seconds()), due, "{seconds:02x?}");
    }
}

/// RFC 9052 §1.4, RFC 8392 §3: labels and claim names may be text, and what is not understood is passed over.
#[test]
fn what_is_not_known_is_passed_over() {
    let nested = |depth: usize| [&[0x18, 0x63][..], &vec![0x81; depth - 1], &[0xA0]].concat();
    for (more, due) in [
        (vec![&hex("6161 6162")[..], &hex("6162 f97e00")], Ok(())),
        (vec![&hex("6161 01")[..], &hex("6161 01")], Err("cbor-duplicate-key")),
        (vec![&hex("1863 01")[..], &hex("190063 01")], Err("cbor-duplicate-key")),
        (vec![&hex("61ff 01")[..]], Err("cbor-not-utf8")),
        (vec![&hex("4161 01")[..]], Err("cbor-type")),
        (vec![&nested(16)[..]], Ok(())),
        (vec![&nested(17)[..]], Err("cbor-too-deep")),
        (vec![&hex("1863 5f4101ff")[..]], Err("cbor-indefinite-length")),
    ] {
        assert_eq!(
            outcome(&message(&hex("190117"), &claims(&[0x01], &more))).map(|_| ()),
            due,
            "{more:02x?}"
        );
    }
}

/// A CWT need not be deterministic: here no head is as short as it could be.
#[test]
fn heads_of_a_token_may_be_long() {
    let key = SigningKey::eddsa(&[7; 32]).unwrap();
    let protected = hex("b90003 1801 3807 1810 190117 6178 1864");
    let claims = [
        hex("b803 1802 79000178 1a00000006 1b0000000000000001"),
        hex("1a0000fffd b802 780462697473 1801 78036c7374 5a00000009 789c63000000010001"),
    ]
    .concat();
    let item = |bytes: &[u8]| cbor::write(bytes.len() + 9, |e| e.bytes(bytes)?.ok());
    let to_be_signed = [&b"\x84\x6aSignature1"[..], &item(&protected), &item(&[]), &item(&claims)].concat();
    let long = |bytes: &[u8]| [&[0x5A, 0, 0, 0, u8::try_from(bytes.len()).unwrap()], bytes].concat();
    let signature = key.sign(&to_be_signed).unwrap();
    let token =
        [&hex("d812 9804")[..], &long(&protected), &[0xB8, 0], &long(&claims), &long(&signature)].concat();
    assert_eq!(outcome(&token).map(|token| token.issued_at.seconds()), Ok(1));
}

proptest! {
    #[test]
    fn tokens_round_trip(
        statuses in proptest::collection::vec(0_u8..3, 1..200),
        issued in 0_i64..4_000_000_000,
        expires in proptest::option::of(0_i64..4_000_000_000),
        time_to_live in proptest::option::of(any::<u64>()),
    ) {
        let mut list = StatusList::all_valid(u32::try_from(statuses.len()).unwrap()).unwrap();
        for (i, status) in (0..).zip(&statuses) {
            list.set(i, Status::from_value(*status)).unwrap();
        }
        let token = StatusListToken {
            subject: "https://label.example.sg/status/1".into(),
            issued_at: Timestamp::from_seconds(issued).unwrap(),
            expires: expires.map(|e| Timestamp::from_seconds(e).unwrap()),
            time_to_live,
            list,
        };
        let key = SigningKey::eddsa(&[7; 32]).unwrap();
        let bytes = sign_status_list(&token, &key).unwrap();
        let sealed = Sealed::<StatusListToken>::parse(&bytes).unwrap();
        prop_assert_eq!(sealed.open(key.key(), &mut Budget::default()).unwrap().into_value(), token);
    }

    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..300), at in 0_usize..40) {
        prop_assert!(StatusListToken::decode(&bytes).is_err());
        prop_assert!(outcome(&bytes).is_err());
        // What it says does not matter here: there is an answer.
        let mut claims = claims(&[1], &[]);
        claims.splice(at.min(claims.len()).., bytes);
        drop(StatusListToken::decode(&claims));
    }
}
