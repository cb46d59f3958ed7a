//! From claims to the text of the QR code.

use verilabel_label::{Gs1Path, LabelClaims};
use verilabel_wire::{KeyId, LinkBase, Profile, Sign, SignError, seal};

/// A minted label link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Minted {
    /// The text of the QR code.
    pub link: String,
    /// The key that signed.
    pub key: KeyId,
}

/// Signs the claims for the product at `path` and writes the label link.
///
/// The award must be on record already: see [`Authority::mint_outstanding`](crate::Authority::mint_outstanding).
///
/// # Errors
/// Those of the signer.
pub fn mint(
    claims: &LabelClaims,
    path: &Gs1Path,
    profile: Profile,
    base: &LinkBase,
    signer: &dyn Sign,
) -> Result<Minted, SignError> {
    let seal = seal(claims, path, profile, signer)?;
    Ok(Minted { link: base.link(path, &seal), key: signer.key().id() })
}
