//! Tables of products and awards: every line reads or is told, and the same however the bytes arrive.
#![no_main]

use std::io::Read;

use libfuzzer_sys::fuzz_target;
use verilabel_fuzz::{refusal, seeds};
use verilabel_issuer::{ImportFault, ImportTable, TableError};

const PRODUCTS: &[u8] = b"manufacturer,brand,models,category,gtins,support_until\n\
    Lumora Devices,Lumora,Eye 2|Eye 3,camera,9521234543213,2031-12-31\n\
    \"Kaya, Ltd\",Kaya,\"One\ntwo\",,9521234543213,2030-02-30\n";
const AWARDS: &[u8] =
    b"number,scheme,specification,level,awarded,valid_until,gtin,category,brand,models,manufacturer\n\
    B/1,sg.cls-iot,1.4,2,2026-11-22,2028-11-22,9521234543213,camera,Lumora,Eye 2,Lumora Devices\n\
    B/2,sg.cls-iot,1.4,9,22.11.2026,,9521234543210,,,,\n";

fuzz_target!(init: seeds::plant(|| vec![PRODUCTS.to_vec(), AWARDS.to_vec()]), |bytes: &[u8]| {
    same(bytes, |input| ImportTable::products(input).map(|table| (table.readable(), table.faults().to_vec())));
    same(bytes, |input| ImportTable::awards(input).map(|table| (table.readable(), table.faults().to_vec())));
});

type Outcome = Result<(usize, Vec<ImportFault>), TableError>;

/// Reads a table at once and byte by byte.
fn same(bytes: &[u8], read: impl Fn(&mut dyn Read) -> Outcome) {
    let (whole, dripping) = (read(&mut &*bytes), read(&mut Drip(bytes)));
    assert_eq!(format!("{whole:?}"), format!("{dripping:?}"), "how bytes arrive decides nothing");
    let (_, faults) = match whole {
        Ok(read) => read,
        Err(error) => return refusal::check(error.code(), &error),
    };
    let lines = bytes.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count() + 1;
    for fault in &faults {
        refusal::check(fault.code, &fault);
        let line = usize::try_from(fault.line).expect("a line that was read can be counted");
        assert!((2..=lines).contains(&line), "line {line} of {lines}");
    }
    assert!(faults.windows(2).all(|pair| pair[0].line <= pair[1].line), "faults are told in order");
}

struct Drip<'b>(&'b [u8]);

impl Read for Drip<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let most = buffer.len().min(1);
        self.0.read(&mut buffer[..most])
    }
}
