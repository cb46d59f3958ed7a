//! A register: what is read is written back, and every question has an answer.
#![no_main]

use libfuzzer_sys::fuzz_target;
use verilabel_recognition::Register;

fuzz_target!(|bytes: &[u8]| {
    let Ok(register) = Register::from_json(bytes) else { return };
    let written = register.to_json().expect("a register is written");
    let again = Register::from_json(&written).expect("and read again");
    assert_eq!(written, again.to_json().expect("to the same bytes"));
});
