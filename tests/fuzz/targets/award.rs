//! An award: what is read is written back, and what is minted from it is read by a verifier as it was awarded.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use serde_json::json;
use verilabel_fuzz::pack::NOW;
use verilabel_fuzz::{json, refusal, seeds};
use verilabel_issuer::{LabelAward, mint};
use verilabel_label::{Gs1Path, LabelClaims, Names, StatusRef};
use verilabel_recognition::Register;
use verilabel_trust::Issuer;
use verilabel_wire::{Budget, LabelLink, LinkBase, Profile, Sealed, Sign, SigningKey};

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    json::mutate(data, size, max_size, seed, 0)
});

static ISSUER: LazyLock<Issuer> = LazyLock::new(|| {
    let document = seeds::document(&seeds::accepted(), "issuers/specimen.sg.json");
    Issuer::from_json(&document).expect("an issuer is read")
});

fuzz_target!(init: seeds::plant(awards), |bytes: &[u8]| {
    let Ok(award) = serde_json::from_slice::<LabelAward>(bytes) else { return };
    let written = serde_json::to_vec(&award).expect("an award is written");
    assert_eq!(serde_json::from_slice::<LabelAward>(&written).expect("what is written is read"), award);
    assert!(award.is_of_the_same_label(&award));

    let register = Register::published().expect("the published register stands");
    if let Err(refusal) = award.check(register, &ISSUER) {
        refusal::check(refusal.code(), &refusal);
    }
    let claims = match award.claims(StatusRef { list: 1, index: 7 }, *NOW) {
        Ok(claims) => claims,
        Err(error) => return refusal::check(error.code(), &error),
    };
    let key = SigningKey::eddsa(&[7; 32]).expect("a key");
    let base = LinkBase::new("https://label.example.sg").expect("a base");
    let minted = mint(&claims, &award.path(), Profile::Named, &base, &key).expect("a key signs");
    let link = LabelLink::parse(&minted.link).expect("what is minted is a label link");
    let (gtin, serial) = (award.gtin, award.serial.clone());
    assert_eq!(link.path, Gs1Path { serial, ..Gs1Path::of(gtin) });
    let sealed = Sealed::<LabelClaims>::parse(&link.seal, &link.path).expect("what is minted is a seal");
    let opened = sealed.open(key.key(), &mut Budget::default()).expect("and its signature holds");
    assert_eq!(*opened.value(), claims);

    let product = award.product();
    let names = claims.names.expect("an award has names");
    assert_eq!(product.brand, names.brand);
    // A seal carries the first models of a large family, the product record all of them.
    assert!(product.models.starts_with(&names.models), "{:?} are not the first of a family", names.models);
    assert_eq!(names.models.len(), product.models.len().min(Names::MAX_MODELS));
});

fn awards() -> Vec<Vec<u8>> {
    let mut award = json!({
        "scheme": "sg.cls-iot", "specification": "1.4", "level": 3, "number": "CSA/220729/00123",
        "awarded": "2026-08-01", "valid_until": "2028-12-31", "gtin": "09521234543213",
        "brand": "Lumora", "models": ["LX-200", "LX-200 Pro"], "manufacturer": "Lumora Devices",
    });
    let plain = award.to_string().into_bytes();
    award["valid_from"] = "2026-09-01".into();
    award["serial"] = "A/1".into();
    award["category"] = "router".into();
    let unit = award.to_string().into_bytes();
    award["models"] = (0..=Names::MAX_MODELS).map(|n| format!("LX-{n}")).collect();
    vec![plain, unit, award.to_string().into_bytes()]
}
