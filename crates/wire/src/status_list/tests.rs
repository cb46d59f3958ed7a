use super::*;
use crate::{Budget, PublicKey, SigningKey};
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
    assert_eq!(StatusList::all_valid(u32::MAX).unwrap_err().code(), "status-list-too-large");
}

#[test]
fn bombs_and_nonsense_are_refused() {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![0; MAX_LIST + 1]).unwrap();
    let bomb = encoder.finish().unwrap();
    assert_eq!(StatusList::inflate(2, &bomb).unwrap_err().code(), "status-list-too-large");
    assert_eq!(StatusList::inflate(2, b"nonsense").unwrap_err().code(), "status-list-not-zlib");
    assert_eq!(StatusList::inflate(3, &[]).unwrap_err(), StatusListError::Bits { bits: 3 });
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
}
