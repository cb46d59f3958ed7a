//! A keyed permutation of 2ⁿ numbers: an alternating Feistel network with HMAC-SHA256 as its round function
//! (Luby and Rackoff 1988; the construction that NIST SP 800-38G builds on).
//!
//! Unique by construction: what is allocated one after the other is scattered over the list, and nobody
//! without the seed can tell which entries belong together.

use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};

use crate::Refusal;

/// Rounds; even, so that the halves end where they began. Four make a strong permutation of a good round
/// function; two more are for halves as small as ours.
const ROUNDS: u8 = 6;

/// The secret of one list.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Seed([u8; 32]);

impl Seed {
    pub(crate) fn generate(random: &SystemRandom) -> Result<Self, Refusal> {
        let mut bytes = [0; 32];
        random.fill(&mut bytes).map_err(|_| Refusal::NoRandomness)?;
        Ok(Self(bytes))
    }

    /// 64 hexadecimal digits.
    pub(crate) fn to_hex(&self) -> String {
        crate::hex::encode(&self.0)
    }

    pub(crate) fn from_hex(text: &str) -> Result<Self, Refusal> {
        crate::hex::decode_32(text).map(Self).ok_or_else(|| Refusal::damaged("a seed", &"not 64 hex digits"))
    }
}

impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seed(…)")
    }
}

/// The permutation of a list of 2ⁿ entries, or of any 2ⁿ numbers, n from 2 to 62.
#[derive(Clone)]
pub(crate) struct Permutation {
    key: hmac::Key,
    left: u32,
    right: u32,
}

impl Permutation {
    pub(crate) fn new(seed: &Seed, bits: u8) -> Self {
        let bits = u32::from(bits.clamp(2, 62));
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, &seed.0), left: bits / 2, right: bits - bits / 2 }
    }

    /// Where a number goes; numbers of n bits stay numbers of n bits.
    pub(crate) fn apply_wide(&self, number: u64) -> u64 {
        let (mut left_bits, mut right_bits) = (self.left, self.right);
        let mut left = (number >> right_bits) & mask(left_bits);
        let mut right = number & mask(right_bits);
        for round in 0..ROUNDS {
            let mixed = (left ^ self.round(round, right)) & mask(left_bits);
            (left, right) = (right, mixed);
            (left_bits, right_bits) = (right_bits, left_bits);
        }
        (left << right_bits) | right
    }

    /// Where a number came from.
    pub(crate) fn invert_wide(&self, number: u64) -> u64 {
        let (mut left_bits, mut right_bits) = (self.left, self.right);
        let mut left = (number >> right_bits) & mask(left_bits);
        let mut right = number & mask(right_bits);
        for round in (0..ROUNDS).rev() {
            (left_bits, right_bits) = (right_bits, left_bits);
            let mixed = (right ^ self.round(round, left)) & mask(left_bits);
            (left, right) = (mixed, left);
        }
        (left << right_bits) | right
    }

    /// The same for an index of a list.
    pub(crate) fn apply(&self, index: u32) -> u32 {
        u32::try_from(self.apply_wide(index.into())).unwrap_or(u32::MAX)
    }

    fn round(&self, round: u8, half: u64) -> u64 {
        let mut message = [round; 9];
        message[1..].copy_from_slice(&half.to_be_bytes());
        let tag = hmac::sign(&self.key, &message);
        let mut first = [0; 8];
        first.copy_from_slice(&tag.as_ref()[..8]);
        u64::from_be_bytes(first)
    }
}

fn mask(bits: u32) -> u64 {
    (1 << bits) - 1
}

impl std::fmt::Debug for Permutation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Permutation").field("bits", &(self.left + self.right)).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_number_is_met_once_whatever_the_width() {
        for bits in 2..=15 {
            let permutation = Permutation::new(&Seed([7; 32]), bits);
            let met: BTreeSet<u64> = (0..1 << bits).map(|n| permutation.apply_wide(n)).collect();
            assert_eq!(met.len(), 1 << bits, "{bits} bits");
            assert_eq!(met.last(), Some(&((1 << bits) - 1)));
            assert!((0..1 << bits).all(|n| permutation.invert_wide(permutation.apply_wide(n)) == n));
        }
    }

    #[test]
    fn neighbours_are_scattered_and_the_seed_decides_where() {
        let (one, other) = (Permutation::new(&Seed([1; 32]), 20), Permutation::new(&Seed([2; 32]), 20));
        let near = (0..1_000).filter(|n| one.apply(*n).abs_diff(one.apply(n + 1)) < 1_000).count();
        // By chance two of a million entries lie that near with a probability of about 1 in 524.
        assert!(near < 20, "{near} of 1000 neighbours stayed neighbours");
        let same = (0..1_000).filter(|n| one.apply(*n) == other.apply(*n)).count();
        assert!(same < 5, "{same}");
    }

    #[test]
    fn a_seed_comes_back_from_its_digits_and_does_not_show_itself() {
        let seed = Seed([0xAB; 32]);
        assert_eq!(Seed::from_hex(&seed.to_hex()).unwrap(), seed);
        assert!(!format!("{seed:?}").contains("ab"));
        assert_eq!(Seed::from_hex("abc").unwrap_err().code(), "store-damaged");
    }
}
