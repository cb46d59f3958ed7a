//! An issuer's document and an award: what is read is written back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use verilabel_trust::Issuer;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(issuer) = Issuer::from_json(bytes) {
        let written = issuer.to_json().expect("an issuer is written");
        let again = Issuer::from_json(&written).expect("and read again");
        assert_eq!(written, again.to_json().expect("to the same bytes"));
    }
});
