//! Status: where it is kept, and what it says.

/// Where the status of a label is kept: a list of its issuer, and an entry of that list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct StatusRef {
    /// Number of the list, per issuer.
    pub list: u32,
    /// Index of the entry, from 0.
    pub index: u32,
}

impl std::fmt::Display for StatusRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "list {}, entry {}", self.list, self.index)
    }
}

/// An entry of a status list (Token Status List §7.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// 0x00: neither withdrawn nor suspended.
    Valid,
    /// 0x01: withdrawn for good.
    Invalid,
    /// 0x02: suspended for now.
    Suspended,
    /// 0x03 or higher: reserved, or specific to an application; this one gives it no meaning.
    ApplicationSpecific,
}

impl Status {
    /// Reads the value of an entry; what is neither 0, 1 nor 2 has no meaning here.
    #[must_use]
    pub fn from_value(value: u8) -> Self {
        match value {
            0 => Self::Valid,
            1 => Self::Invalid,
            2 => Self::Suspended,
            _ => Self::ApplicationSpecific,
        }
    }

    /// The value of an entry.
    #[must_use]
    pub fn value(self) -> u8 {
        match self {
            Self::Valid => 0,
            Self::Invalid => 1,
            Self::Suspended => 2,
            Self::ApplicationSpecific => 3,
        }
    }
}
