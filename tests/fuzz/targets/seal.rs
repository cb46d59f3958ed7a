//! A seal: the envelope, and its claims as if the signature held; what is read is written back to the bit.
#![no_main]

use libfuzzer_sys::fuzz_target;
use verilabel_label::{Gs1Path, LabelClaims};
use verilabel_wire::{Budget, LinkBase, Profile, Sealed, SigningKey, seal, unverified_claims};

fuzz_target!(|bytes: &[u8]| {
    let path = Gs1Path::of("09521234543213".parse().expect("a GTIN"));
    let Ok(sealed) = Sealed::<LabelClaims>::parse(bytes, &path) else { return };
    let key = SigningKey::eddsa(&[7; 32]).expect("a key");
    assert!(sealed.open(verilabel_wire::Sign::key(&key), &mut Budget::default()).is_err(), "nobody signed this");
    let Ok(claims) = unverified_claims(&sealed) else { return };
    let profile = if claims.names.is_some() { Profile::Named } else { Profile::Lean };
    let written = seal(&claims, &path, profile, &key).expect("a key signs");
    let again = Sealed::<LabelClaims>::parse(&written, &path).expect("what is written parses");
    assert_eq!(unverified_claims(&again).expect("and reads"), claims);
    // The payload has one spelling: it stands between the header and the signature of both messages.
    let payload = |message: &[u8]| message[..message.len() - 66][16..].to_vec();
    assert_eq!(payload(&written), payload(bytes));
    let _ = LinkBase::new("https://a.example").expect("a base").link(&path, bytes);
});
