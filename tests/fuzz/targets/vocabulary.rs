//! The vocabulary: what is read is written as it was read, and comes through JSON unchanged.
#![no_main]

use std::fmt::{Debug, Display};
use std::str::FromStr;

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use verilabel_fuzz::{refusal, seeds};
use verilabel_label::{
    CategoryId, Date, FieldError, Gs1Path, Gtin, IssuerId, LabelNumber, Lot, Market, ModelNumber, Name,
    SchemeId, Serial, SpecificationVersion, ThirdPartySerial, Timestamp, Validity, Variant,
};
use verilabel_wire::{LabelLink, LinkBase};

fuzz_target!(init: seeds::plant(words), |bytes: &[u8]| {
    let Some((&first, text)) = bytes.split_first() else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    match first {
        0 => gtin(text),
        1 => date(text),
        2 => timestamp(text),
        3 => path(text),
        4 => drop(word::<Market>(text)),
        5 => drop(word::<SchemeId>(text)),
        6 => drop(word::<CategoryId>(text)),
        7 => drop(word::<IssuerId>(text)),
        8 => drop(word::<SpecificationVersion>(text)),
        9 => drop(word::<LabelNumber>(text)),
        10 => drop(word::<Name>(text)),
        _ => drop(word::<ModelNumber>(text)),
    }
});

/// A value with one spelling.
fn word<T>(text: &str) -> Option<T>
where
    T: FromStr<Err = FieldError> + Display + Debug + PartialEq + Clone + TryFrom<String> + Into<String>,
{
    let value = read::<T>(text)?;
    assert_eq!(value.to_string(), text, "a second spelling");
    Some(value)
}

fn read<T>(text: &str) -> Option<T>
where
    T: FromStr<Err = FieldError> + Display + Debug + PartialEq + Clone + TryFrom<String> + Into<String>,
{
    match text.parse::<T>() {
        Ok(value) => {
            let written = value.to_string();
            assert_eq!(written.parse().as_ref(), Ok(&value));
            assert_eq!(value.clone().into(), written);
            assert_eq!(T::try_from(text.to_owned()).ok(), Some(value.clone()), "JSON is read otherwise");
            Some(value)
        }
        Err(error) => {
            refusal::check(error.code(), &error);
            None
        }
    }
}

fn gtin(text: &str) {
    let Some(gtin) = read::<Gtin>(text) else { return };
    assert_eq!(gtin.to_string(), format!("{text:0>14}"));
    assert_eq!(Gtin::from_14(text).is_ok(), text.len() == 14);
    // Any other last digit is refused, and any other digit elsewhere.
    for at in 0..text.len() {
        let mut digits = text.as_bytes().to_vec();
        digits[at] = b'0' + (digits[at] - b'0' + 1) % 10;
        assert!(Gtin::new(std::str::from_utf8(&digits).expect("digits")).is_err(), "one wrong digit");
    }
}

fn date(text: &str) {
    let Some(date) = word::<Date>(text) else { return };
    assert_eq!(Date::from_days(date.days()), Ok(date));
    assert_eq!((date.first_second().date(), date.end().last_date()), (date, date));
    assert_eq!(text.parse(), Ok(date.first_second()), "a date is its first second");
    for months in [0, 1, 12, 1_200] {
        assert!(date.plus_months(months) >= date);
    }
    assert!(date.plus_days(1) >= date && date.plus_days(-1) <= date);
    assert!(date.plus_days(1).plus_days(-1) <= date);
}

fn timestamp(text: &str) {
    let Some(time) = read::<Timestamp>(text) else { return };
    assert_eq!(Timestamp::from_seconds(time.seconds()), Ok(time));
    assert!(time.date().first_second() <= time && time <= time.date().end());
    let later = time.plus_seconds(1);
    assert_eq!(Validity::new(time, later).is_ok(), time < later);
    assert!(Validity::new(time, time).is_err());
}

/// A path whose qualifiers are separated by line breaks: whatever they are, it is read back from a link.
fn path(text: &str) {
    let mut path = Gs1Path::of("09521234543213".parse().expect("a GTIN"));
    let mut lines = text.split('\n');
    let mut next = || lines.next().filter(|line| !line.is_empty());
    if let Some(serial) = next().and_then(word::<ThirdPartySerial>) {
        path.third_party_serial = Some(serial);
    } else {
        path.variant = next().and_then(word::<Variant>);
        path.lot = next().and_then(word::<Lot>);
        path.serial = next().and_then(word::<Serial>);
    }
    let link = LinkBase::new("https://a.example").expect("a base").link(&path, &[1]);
    assert!(
        link.chars().all(|c| c.is_ascii_alphanumeric() || "-._~%/:#".contains(c)),
        "{link} needs escaping"
    );
    assert_eq!(LabelLink::parse(&link).expect("what is written is read").path, path);
    let encoded = Value::from(path.to_string()).to_string();
    assert_eq!(encoded, format!("\"{path}\""), "nothing to escape in JSON either");
}

fn words() -> Vec<Vec<u8>> {
    let words: [(u8, &str); 19] = [
        (0, "09521234543213"),
        (0, "96385074"),
        (1, "2026-11-22"),
        (1, "1970-01-01"),
        (1, "9998-12-31"),
        (2, "2026-11-22T09:00:00Z"),
        (2, "2026-11-22T17:00:00+08:00"),
        (2, "2026-11-22"),
        (3, "\nV1\nL/1\nA%1"),
        (3, "X\"1"),
        (4, "SG"),
        (5, "sg.cls-iot"),
        (6, "router"),
        (7, "specimen.sg"),
        (8, "1.4"),
        (9, "CSA/220729/00123"),
        (10, "Särkkä & Pojat Oy"),
        (10, "ஒளி நெட்வொர்க்ஸ்"),
        (11, "LX-200"),
    ];
    words.into_iter().map(|(first, text)| [&[first], text.as_bytes()].concat()).collect()
}
