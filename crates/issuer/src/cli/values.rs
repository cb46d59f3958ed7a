//! Values of arguments.

use clap::ValueEnum;
use verilabel_label::{Date, Level, SchemeId, Status, Timestamp};
use verilabel_trust::Entitlement;
use verilabel_wire::{Algorithm, KeyId};

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum AlgorithmName {
    #[default]
    Es256,
    Eddsa,
}

impl From<AlgorithmName> for Algorithm {
    fn from(name: AlgorithmName) -> Self {
        match name {
            AlgorithmName::Es256 => Self::Es256,
            AlgorithmName::Eddsa => Self::EdDsa,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum StatusName {
    InForce,
    Suspended,
    Withdrawn,
}

impl From<StatusName> for Status {
    fn from(name: StatusName) -> Self {
        match name {
            StatusName::InForce => Self::Valid,
            StatusName::Suspended => Self::Suspended,
            StatusName::Withdrawn => Self::Invalid,
        }
    }
}

/// What the status list says, in a word. Expiry is a matter of dates.
pub(crate) fn status_word(status: Status) -> &'static str {
    match status {
        Status::Valid => "in force",
        Status::Suspended => "suspended",
        Status::Invalid => "withdrawn",
        Status::ApplicationSpecific => "without meaning",
    }
}

/// Reads `SCHEME:LEVEL,LEVEL`.
pub(crate) fn entitlement(text: &str) -> Result<Entitlement, String> {
    let wrong = || format!("{text:?} is not of the form sg.cls-iot:1,2,3,4");
    let (scheme, levels) = text.split_once(':').ok_or_else(wrong)?;
    let levels = levels.split(',').map(level).collect::<Result<_, _>>()?;
    Ok(Entitlement { scheme: SchemeId::new(scheme).map_err(|e| e.to_string())?, levels })
}

/// Reads the number of a level.
pub(crate) fn level(text: &str) -> Result<Level, String> {
    let number = text.parse().map_err(|_| format!("{text:?} is no level: it is a number such as 3"))?;
    Level::new(number).map_err(|e| e.to_string())
}

/// Reads a time, or a day, which means its first second.
pub(crate) fn time(text: &str) -> Result<Timestamp, String> {
    match text.parse::<Date>() {
        Ok(date) => Ok(date.first_second()),
        Err(_) => text.parse::<Timestamp>().map_err(|e| e.to_string()),
    }
}

/// Reads the twelve hexadecimal digits of a key id.
pub(crate) fn key_id(text: &str) -> Result<KeyId, String> {
    let wrong = || format!("{text:?} is no key id: it has twelve hexadecimal digits");
    let mut bytes = [0; KeyId::LENGTH];
    if text.len() != 2 * KeyId::LENGTH || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(wrong());
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        let digits = text.get(2 * at..2 * at + 2).ok_or_else(wrong)?;
        *byte = u8::from_str_radix(digits, 16).map_err(|_| wrong())?;
    }
    Ok(bytes.into())
}

/// Numbers, and ranges of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Numbers {
    pub(crate) first: i64,
    pub(crate) last: i64,
}

impl std::str::FromStr for Numbers {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is neither a number nor a range such as 10-20");
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let (first, last) = (first.parse().map_err(|_| wrong())?, last.parse().map_err(|_| wrong())?);
        if 0 <= first && first <= last { Ok(Self { first, last }) } else { Err(wrong()) }
    }
}

/// Numbers in the records, or one of them as it was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) numbers: Numbers,
    pub(crate) version: Option<i64>,
}

impl std::str::FromStr for Seen {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let Some((id, version)) = text.split_once('@') else {
            return Ok(Self { numbers: text.parse()?, version: None });
        };
        let wrong = |_| format!("{text:?} is no number with a version, such as 12@1");
        let id: i64 = id.parse().map_err(wrong)?;
        let version = version.parse().map_err(wrong)?;
        Ok(Self { numbers: Numbers { first: id, last: id }, version: Some(version) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_strictly() {
        assert_eq!("7".parse(), Ok(Numbers { first: 7, last: 7 }));
        assert_eq!("7-9".parse(), Ok(Numbers { first: 7, last: 9 }));
        for wrong in ["", "9-7", "a", "-1", "1-2-3"] {
            assert!(wrong.parse::<Numbers>().is_err(), "{wrong}");
        }
        let seven = Numbers { first: 7, last: 7 };
        assert_eq!("7@2".parse(), Ok(Seen { numbers: seven, version: Some(2) }));
        assert_eq!("7".parse(), Ok(Seen { numbers: seven, version: None }));
        for wrong in ["7@", "@1", "7-9@1", "7@1@1", "7@v"] {
            assert!(wrong.parse::<Seen>().is_err(), "{wrong}");
        }
        assert_eq!(key_id("0123456789ab").unwrap().to_string(), "0123456789ab");
        for wrong in ["", "0123456789a", "0123456789ag", "0123456789abc", "+1+1+1+1+1+1"] {
            assert!(key_id(wrong).is_err(), "{wrong}");
        }
        assert_eq!(time("2026-11-22"), time("2026-11-22T00:00:00Z"));
        assert!(time("tomorrow").is_err());
        assert_eq!(entitlement("sg.cls-iot:1,2").unwrap().levels.len(), 2);
        assert!(entitlement("sg.cls-iot").is_err());
    }
}
