//! A bound on the work that one message may cause.

/// How many signatures may still be checked for one message.
///
/// Key ids are short and may collide, so every match is tried; whoever stuffs a trust pack with
/// colliding keys must not be able to make a verifier work without end.
#[derive(Debug, Clone)]
pub struct Budget {
    signatures: u32,
}

impl Budget {
    /// Signature checks granted to one seal.
    pub const SEAL: u32 = 8;

    /// A budget of so many signature checks.
    #[must_use]
    pub fn of_signatures(signatures: u32) -> Self {
        Self { signatures }
    }

    /// Takes one signature check; false when none is left.
    #[must_use]
    pub fn spend_signature(&mut self) -> bool {
        match self.signatures.checked_sub(1) {
            Some(left) => {
                self.signatures = left;
                true
            }
            None => false,
        }
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::of_signatures(Self::SEAL)
    }
}
