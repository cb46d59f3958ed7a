//! Where a picture of a product is, and what it must be.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A picture in the publication folder of whoever made the pack: `pictures/`, the SHA-256 of the file in lower-case
/// hexadecimal, and `.png`, `.jpg` or `.webp`. The pack holds no pictures; whoever fetches one holds it against this.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct PicturePath(String);

const FOLDER: &str = "pictures/";
const DIGITS: usize = 64;

impl PicturePath {
    /// The path.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PicturePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a text is no [`PicturePath`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a picture is named pictures/, its SHA-256 in 64 digits of lower-case hexadecimal, and .png, .jpg or .webp"
)]
pub struct NoPicturePath;

impl TryFrom<String> for PicturePath {
    type Error = NoPicturePath;

    fn try_from(text: String) -> Result<Self, NoPicturePath> {
        let name = text.strip_prefix(FOLDER).and_then(|name| name.split_at_checked(DIGITS));
        match name {
            Some((digest, ".png" | ".jpg" | ".webp"))
                if digest.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) =>
            {
                Ok(Self(text))
            }
            _ => Err(NoPicturePath),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_one_name() {
        let digest = "ab".repeat(32);
        let name = format!("pictures/{digest}.jpg");
        let path = PicturePath::try_from(name.clone()).unwrap();
        assert_eq!(path.as_str(), name);
        for wrong in [
            format!("pictures/{}.jpg", digest.to_uppercase()),
            format!("pictures/{digest}.svg"),
            format!("pictures/{digest}"),
            format!("pictures/{digest}.jpg.png"),
            format!("pictures/{}.jpg", &digest[2..]),
            format!("pictures/{}ä.jpg", &digest[1..]),
            format!("/pictures/{digest}.jpg"),
            format!("https://a.example/pictures/{digest}.jpg"),
            format!("pictures/../{digest}.jpg"),
        ] {
            assert_eq!(PicturePath::try_from(wrong.clone()), Err(NoPicturePath), "{wrong}");
        }
    }
}
