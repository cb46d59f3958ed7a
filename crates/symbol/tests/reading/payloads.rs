//! What a symbol says is handed on as it was encoded.

use qrcode::bits::Bits;
use qrcode::{EcLevel, QrCode, Version};
use verilabel_symbol::read::Code;

use super::{drawn, picture, read};

fn code_of(fill: impl FnOnce(&mut Bits)) -> Code {
    let mut bits = Bits::new(Version::Normal(8));
    fill(&mut bits);
    bits.push_terminator(EcLevel::M).expect("fits");
    let code = QrCode::with_bits(bits, EcLevel::M).expect("fits");
    let reading = read(&picture(&drawn(&code, 4)));
    assert_eq!(reading.codes.len(), 1);
    reading.codes[0].clone()
}

#[test]
fn a_label_link_in_bytes_and_digits() {
    let code = code_of(|bits| {
        bits.push_byte_data(b"https://cls.example.sg/01/09506000134352#").expect("fits");
        bits.push_numeric_data(b"00012345678901234567890123456789").expect("fits");
    });
    assert_eq!(code.text, "https://cls.example.sg/01/09506000134352#00012345678901234567890123456789");
    assert_eq!(code.bytes, code.text.as_bytes());
}

/// 0x5c and 0x7e are other characters in Shift JIS: a guess would change them.
#[test]
fn every_printable_ascii_character() {
    let all: Vec<u8> = (0x20..0x7f).collect();
    let code = code_of(|bits| bits.push_byte_data(&all).expect("fits"));
    assert_eq!(code.text.as_bytes(), all);
}

#[test]
fn utf_8_without_eci() {
    let code = code_of(|bits| bits.push_byte_data("Größe 物 ✓".as_bytes()).expect("fits"));
    assert_eq!(code.text, "Größe 物 ✓");
}

#[test]
fn utf_8_with_eci() {
    let code = code_of(|bits| {
        bits.push_eci_designator(26).expect("fits");
        bits.push_byte_data("Größe 物".as_bytes()).expect("fits");
    });
    assert_eq!(code.text, "Größe 物");
}

#[test]
fn bytes_that_are_no_text_stay_as_they_are() {
    let bytes = [0xff, 0x00, 0x80, 0xfe, 0x31, 0xc3, 0x28];
    let code = code_of(|bits| bits.push_byte_data(&bytes).expect("fits"));
    assert_eq!(code.bytes, bytes);
}

#[test]
fn kanji() {
    let code = code_of(|bits| bits.push_kanji_data(&[0x93, 0x5f, 0xe4, 0xaa]).expect("fits"));
    assert_eq!(code.text, "点茗");
}

#[test]
fn every_version() {
    for version in 1..=40 {
        let mut bits = Bits::new(Version::Normal(version));
        bits.push_numeric_data(b"0123456789").expect("fits");
        bits.push_terminator(EcLevel::M).expect("fits");
        let code = QrCode::with_bits(bits, EcLevel::M).expect("fits");
        let reading = read(&picture(&drawn(&code, 3)));
        let texts: Vec<&str> = reading.codes.iter().map(|code| code.text.as_str()).collect();
        assert_eq!(texts, ["0123456789"], "version {version}");
    }
}
