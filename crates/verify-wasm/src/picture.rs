//! A picture of a product, among others.

use serde::Serialize;
use verilabel_trust::{PicturePath, TrustPack};

/// How many pictures are fetched for one, at least, where there are so many.
const AMONG: usize = 8;

/// Where a picture is, and which are to be fetched with it: whoever serves them learns nothing of which one is looked
/// at. It is always the same ones, so that asking again tells no more.
#[derive(Debug, Clone, Serialize)]
pub struct PictureReport {
    /// The picture, below the place that the pack came from.
    pub path: String,
    /// All that are to be fetched, it among them, in an order that says nothing.
    pub among: Vec<String>,
}

impl PictureReport {
    pub(crate) fn of(path: &PicturePath, pack: &TrustPack) -> Self {
        // Digests are spread evenly: as many first bits as leave twice the least on average.
        let bits = (pack.pictures().count() / (2 * AMONG)).checked_ilog2().unwrap_or(0);
        let alike = pack.pictures().filter(|other| other.first_bits(bits) == path.first_bits(bits));
        let mut among: Vec<String> = alike.map(ToString::to_string).collect();
        among.sort_unstable();
        among.dedup();
        Self { path: path.to_string(), among }
    }
}
