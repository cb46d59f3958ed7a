//! A status list token, and its payload as if the signature held.
#![no_main]

use libfuzzer_sys::fuzz_target;
use verilabel_wire::{Budget, Payload, Sealed, Sign, SigningKey, StatusListToken, sign_status_list};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(sealed) = Sealed::<StatusListToken>::parse(bytes) {
        let _ = sealed.untrusted_hint();
    }
    let Ok(token) = StatusListToken::decode(bytes) else { return };
    let key = SigningKey::eddsa(&[7; 32]).expect("a key");
    let written = sign_status_list(&token, &key).expect("a key signs");
    let sealed = Sealed::<StatusListToken>::parse(&written).expect("what is written parses");
    assert_eq!(sealed.open(key.key(), &mut Budget::default()).expect("and opens").into_value(), token);
});
