mod labels;
mod sheets;
mod symbols;

use super::*;
use verilabel_label::Level;

/// A label link with that many bytes of claims; `path` follows the GTIN.
fn link(path: &str, claims: usize) -> String {
    // COSE_Sign1 adds 85 bytes; 7 bytes make 17 digits, and the rest as many as it needs.
    let seal = claims + 85;
    let digits = seal / 7 * 17 + [0, 3, 5, 8, 10, 13, 15][seal % 7];
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let digits: String = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b'0' + u8::try_from((state >> 33) % 10).unwrap())
    })
    .take(digits)
    .collect();
    format!("https://label.example.sg/01/09521234543213{path}#1{digits}")
}

fn symbol(claims: usize) -> Symbol {
    Symbol::encode(&link("", claims), ErrorCorrection::M).unwrap()
}

fn label_text() -> LabelText {
    let level = |number| Level::new(number).unwrap();
    LabelText {
        level: LevelText::new("CLS(IoT) Level 3", level(3), level(4), Mark::Dot).unwrap(),
        number: "CSA/220729/00123".parse().unwrap(),
        valid_until: "2029-07-22".parse().unwrap(),
        gtin: "09521234543213".parse().unwrap(),
        serial: None,
        banner: None,
        wording: Wording::default(),
    }
}
