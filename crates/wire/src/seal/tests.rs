use super::*;
use crate::crypto::tests::hex;
use crate::{Algorithm, Budget, NamedAlgorithm, SigningKey, WrongKey};
use coset::CborSerializable;
use proptest::prelude::*;
use verilabel_label::{Gtin, Serial};

fn claims() -> LabelClaims {
    LabelClaims {
        scheme: SchemeId::new("sg.cls-iot").unwrap(),
        specification: SpecificationVersion::new("1.4").unwrap(),
        level: Level::new(4).unwrap(),
        number: LabelNumber::new("CSA/220729/00123").unwrap(),
        awarded: "2026-07-23".parse().unwrap(),
        validity: Validity::new("2026-07-23".parse().unwrap(), "2029-07-23".parse().unwrap()).unwrap(),
        issued_at: "2026-07-23T02:00:00Z".parse().unwrap(),
        status: StatusRef { list: 1, index: 70_000 },
        category: Some(CategoryId::new("router").unwrap()),
        names: Some(
            Names::new(
                Name::new("Lumora").unwrap(),
                vec![ModelNumber::new("AX-3000").unwrap()],
                Name::new("Lumora Devices Pte Ltd").unwrap(),
            )
            .unwrap(),
        ),
    }
}

fn path() -> Gs1Path {
    Gs1Path::of(Gtin::new("09521234543213").unwrap())
}

fn eddsa() -> SigningKey {
    SigningKey::eddsa(&[7; 32]).unwrap()
}

/// The key of RFC 6979 appendix A.2.5.
#[expect(clippy::disallowed_methods, reason = "nonces of a test")]
fn es256() -> SigningKey {
    let d = hex("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721");
    let x = hex("60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6");
    let y = hex("7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299");
    SigningKey::es256(&d, &x, &y, ring::rand::SystemRandom::new()).unwrap()
}

fn open(bytes: &[u8], path: &Gs1Path, key: &SigningKey) -> Result<LabelClaims, String> {
    let sealed = Sealed::<LabelClaims>::parse(bytes, path).map_err(|e| e.code().to_owned())?;
    let opened = sealed.open(key.key(), &mut Budget::default()).map_err(|e| e.code().to_owned())?;
    Ok(opened.into_value())
}

#[test]
fn both_algorithms_seal_and_open() {
    for key in [&eddsa(), &es256()] {
        let bytes = seal(&claims(), &path(), Profile::Named, key).unwrap();
        assert_eq!(open(&bytes, &path(), key).unwrap(), claims());
    }
}

#[test]
fn a_lean_seal_has_no_names_and_fits_its_budget() {
    let bytes = seal(&claims(), &path(), Profile::Lean, &eddsa()).unwrap();
    assert_eq!(open(&bytes, &path(), &eddsa()).unwrap(), LabelClaims { names: None, ..claims() });
    let payload = bytes.len() - 83;
    assert_eq!(payload, 76, "claims of a lean seal");
}

#[test]
fn a_seal_moved_to_another_product_or_box_fails() {
    let bytes = seal(&claims(), &path(), Profile::Named, &eddsa()).unwrap();
    let other = Gs1Path::of(Gtin::new("09521234543220").unwrap());
    assert_eq!(open(&bytes, &other, &eddsa()), Err("bad-signature".into()));
    let unit = Gs1Path::of_unit(path().gtin, Serial::new("1").unwrap());
    assert_eq!(open(&bytes, &unit, &eddsa()), Err("bad-signature".into()));
}

#[test]
fn the_algorithm_belongs_to_the_key() {
    let bytes = seal(&claims(), &path(), Profile::Named, &eddsa()).unwrap();
    let sealed = Sealed::<LabelClaims>::parse(&bytes, &path()).unwrap();
    let error = sealed.open(es256().key(), &mut Budget::default()).unwrap_err();
    assert_eq!(
        error,
        WrongKey::AlgorithmMismatch { key: Algorithm::Es256, message: NamedAlgorithm::Cose(-8) }.into()
    );
}

#[test]
fn a_spent_budget_ends_the_search() {
    let bytes = seal(&claims(), &path(), Profile::Named, &eddsa()).unwrap();
    let sealed = Sealed::<LabelClaims>::parse(&bytes, &path()).unwrap();
    let mut budget = Budget::of_signatures(1);
    assert!(sealed.open(eddsa().key(), &mut budget).is_ok());
    assert_eq!(sealed.open(eddsa().key(), &mut budget).unwrap_err(), WrongKey::BudgetSpent.into());
}

#[test]
fn another_implementation_reads_the_envelope() {
    let key = eddsa();
    let bytes = seal(&claims(), &path(), Profile::Named, &key).unwrap();
    let message = <coset::CoseSign1 as coset::TaggedCborSerializable>::from_tagged_slice(&bytes).unwrap();
    assert_eq!(message.protected.header.key_id, key.key().id().as_bytes());
    message
        .verify_signature(path().to_string().as_bytes(), |signature, data| {
            crate::VerifySignature::verify(key.key(), data, signature)
        })
        .unwrap();
    let claims: ciborium::Value = ciborium::from_reader(message.payload.unwrap().as_slice()).unwrap();
    assert_eq!(claims.as_map().unwrap().len(), 3);
    assert!(message.protected.to_vec().is_ok());
}

/// Signs a payload of our making with the honest key: only the claims are at fault.
fn signed(payload: &[u8]) -> Result<LabelClaims, String> {
    let aad = path().to_string();
    open(&sign1(payload, aad.as_bytes(), None, &eddsa()).unwrap(), &path(), &eddsa())
}

fn honest_payload() -> Vec<u8> {
    cbor::write(192, |e| encode(&claims(), Profile::Named, e))
}

#[test]
fn a_second_spelling_of_claims_is_refused() {
    let honest = honest_payload();
    assert!(signed(&honest).is_ok());
    let with = |at: usize, bytes: &[u8]| [&honest[..at], bytes, &honest[at..]].concat();
    assert_eq!(signed(&[&honest[..], &[0]].concat()), Err("cbor-trailing-bytes".into()));
    assert_eq!(signed(&honest[..honest.len() - 1]), Err("cbor-truncated".into()));
    let mut four = with(7, &[0x05, 0x1A, 0x6A, 0x61, 0x59, 0x80]);
    four[0] = 0xA4;
    assert_eq!(signed(&four), Err("claim-redundant".into()));
    let mut twice = with(7, &honest[1..7]);
    twice[0] = 0xA4;
    assert_eq!(signed(&twice), Err("cbor-duplicate-key".into()));
    let mut indefinite = honest.clone();
    indefinite[0] = 0xBF;
    assert_eq!(signed(&indefinite), Err("cbor-indefinite-length".into()));
}

#[test]
fn missing_and_unknown_claims_are_refused() {
    assert_eq!(signed(&[0xA0]), Err("cbor-missing-key".into()));
    assert_eq!(signed(&[0xA1, 0x01, 0x61, b'x']), Err("cbor-unknown-key".into()));
    assert_eq!(signed(&[0x80]), Err("cbor-type".into()));
}

fn text(max: usize) -> impl Strategy<Value = String> {
    proptest::string::string_regex(&format!("[A-Za-z0-9][-A-Za-z0-9./]{{0,{}}}", max - 1)).unwrap()
}

prop_compose! {
    fn any_claims()(
        scheme in "[a-z]{2}\\.[a-z-]{1,20}",
        specification in text(32),
        number in text(40),
        level in 1_u8..=9,
        awarded in 0_u32..100_000,
        from in 0_i64..8_000_000_000,
        length in 1_i64..400_000_000,
        issued in 0_i64..8_000_000_000,
        list in any::<u32>(),
        index in any::<u32>(),
        category in proptest::option::of("[a-z-]{1,24}"),
        names in proptest::option::of(("\\PC{1,20}", proptest::collection::vec("\\PC{1,12}", 1..=16), "\\PC{1,20}")),
    ) -> LabelClaims {
        let time = |s| Timestamp::from_seconds(s).unwrap();
        LabelClaims {
            scheme: SchemeId::new(&scheme).unwrap(),
            specification: SpecificationVersion::new(&specification).unwrap(),
            level: Level::new(level).unwrap(),
            number: LabelNumber::new(&number).unwrap(),
            awarded: Date::from_days(awarded).unwrap(),
            validity: Validity::new(time(from), time(from + length)).unwrap(),
            issued_at: time(issued),
            status: StatusRef { list, index },
            category: category.map(|c| CategoryId::new(&c).unwrap()),
            names: names.and_then(|(brand, models, manufacturer)| {
                let models = models.iter().map(|m| ModelNumber::new(m)).collect::<Result<_, _>>().ok()?;
                Names::new(Name::new(&brand).ok()?, models, Name::new(&manufacturer).ok()?).ok()
            }),
        }
    }
}

proptest! {
    #[test]
    fn any_claims_round_trip(claims in any_claims()) {
        let key = eddsa();
        let bytes = seal(&claims, &path(), Profile::Named, &key).unwrap();
        prop_assert_eq!(open(&bytes, &path(), &key), Ok(claims));
    }

    #[test]
    fn claims_have_one_spelling(payload in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(claims) = LabelClaims::decode(&payload) {
            prop_assert_eq!(cbor::write(192, |e| encode(&claims, Profile::Named, e)), payload);
        }
    }

    #[test]
    fn mutated_claims_have_one_spelling(at in 0_usize..400, value in any::<u8>()) {
        let mut payload = honest_payload();
        let at = at % payload.len();
        payload[at] = value;
        if let Ok(claims) = LabelClaims::decode(&payload) {
            prop_assert_eq!(cbor::write(192, |e| encode(&claims, Profile::Named, e)), payload);
        }
    }
}
