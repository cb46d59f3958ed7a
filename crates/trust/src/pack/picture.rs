//! Where a picture of a product is, and what it must be.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::tuf::hex;

/// A picture in the publication folder of whoever made the pack: `pictures/`, the SHA-256 of the file in lower-case
/// hexadecimal, and `.png`, `.jpg` or `.webp`. The pack holds no pictures; whoever fetches one holds it against this.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PicturePath {
    sha256: [u8; 32],
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Format {
    Png,
    Jpeg,
    WebP,
}

impl Format {
    const ALL: [Self; 3] = [Self::Png, Self::Jpeg, Self::WebP];

    fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::WebP => "webp",
        }
    }
}

const FOLDER: &str = "pictures/";

impl PicturePath {
    /// The first bits of its digest, 32 at most: some share them, and nobody chose who.
    #[must_use]
    pub fn first_bits(&self, bits: u32) -> u32 {
        let [a, b, c, d, ..] = self.sha256;
        u32::from_be_bytes([a, b, c, d]).checked_shr(32 - bits.min(32)).unwrap_or(0)
    }
}

impl fmt::Display for PicturePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{FOLDER}{}.{}", hex::encode(&self.sha256), self.format.extension())
    }
}

/// Why a text is no [`PicturePath`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a picture is named pictures/, its SHA-256 in 64 digits of lower-case hexadecimal, and .png, .jpg or .webp"
)]
pub struct NoPicturePath;

impl FromStr for PicturePath {
    type Err = NoPicturePath;

    fn from_str(text: &str) -> Result<Self, NoPicturePath> {
        let name = text.strip_prefix(FOLDER).ok_or(NoPicturePath)?;
        let (digest, found) = name.split_once('.').ok_or(NoPicturePath)?;
        let format =
            Format::ALL.into_iter().find(|format| format.extension() == found).ok_or(NoPicturePath)?;
        let sha256 = hex::decode_32(digest).ok_or(NoPicturePath)?;
        let path = Self { sha256, format };
        // One spelling: capitals are another.
        if path.to_string() == text { Ok(path) } else { Err(NoPicturePath) }
    }
}

impl TryFrom<String> for PicturePath {
    type Error = NoPicturePath;

    fn try_from(text: String) -> Result<Self, NoPicturePath> {
        text.parse()
    }
}

impl From<PicturePath> for String {
    fn from(path: PicturePath) -> Self {
        path.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_one_name() {
        let digest = "ab".repeat(32);
        let name = format!("pictures/{digest}.jpg");
        let path: PicturePath = name.parse().unwrap();
        assert_eq!(path.to_string(), name);
        assert_eq!((path.first_bits(0), path.first_bits(4), path.first_bits(9)), (0, 0xa, 0x157));
        for wrong in [
            format!("pictures/{}.jpg", digest.to_uppercase()),
            format!("pictures/{digest}.svg"),
            format!("pictures/{digest}"),
            format!("pictures/{digest}.jpg.png"),
            format!("pictures/{}.jpg", &digest[2..]),
            format!("/pictures/{digest}.jpg"),
            format!("https://a.example/pictures/{digest}.jpg"),
            format!("pictures/../{digest}.jpg"),
        ] {
            assert_eq!(wrong.parse::<PicturePath>(), Err(NoPicturePath), "{wrong}");
        }
    }
}
