//! A picture of a product, among others.

use verilabel_trust::{PicturePath, TrustPack};

/// How many pictures are fetched for one, at least, where there are so many.
const AMONG: usize = 8;

/// A picture, and which are to be fetched with it: whoever serves them learns nothing of which one is looked at. They
/// are always the same ones, so that asking again tells no more.
#[derive(Debug, Clone)]
pub struct AmongOthers<'p> {
    /// The picture, below the place that the pack came from.
    pub path: &'p PicturePath,
    /// All that are to be fetched, it among them.
    pub among: Vec<&'p PicturePath>,
}

impl<'p> AmongOthers<'p> {
    pub(crate) fn of(path: &'p PicturePath, pack: &'p TrustPack) -> Self {
        let mut among = pack.pictures();
        // Digests are spread evenly: as many first bits as leave twice the least on average.
        let bits = (among.len() / (2 * AMONG)).checked_ilog2().unwrap_or(0);
        among.retain(|other| other.first_bits(bits) == path.first_bits(bits));
        Self { path, among }
    }
}
