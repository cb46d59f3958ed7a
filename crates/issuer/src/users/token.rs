//! Bearer tokens: 256 random bits, shown once, kept as a hash only.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom, SystemRandom};
use verilabel_wire::sha256;
use zeroize::{Zeroize, Zeroizing};

use crate::{Refusal, TokenId, hex};

/// What a token begins with, so that scanners for leaked secrets know it.
const PREFIX: &str = "vli_";

/// A bearer token. It shows itself only when asked to.
#[derive(Clone)]
pub struct Token(Zeroizing<String>);

impl Token {
    pub(super) fn generate(random: &SystemRandom) -> Result<Self, Refusal> {
        let mut bytes = Zeroizing::new([0; 32]);
        random.fill(bytes.as_mut_slice()).map_err(|_| Refusal::NoRandomness)?;
        let mut text = URL_SAFE_NO_PAD.encode(bytes.as_slice());
        let token = Self(Zeroizing::new(format!("{PREFIX}{text}")));
        text.zeroize();
        Ok(token)
    }

    /// Reads what a client sends.
    ///
    /// # Errors
    /// [`Refusal::TokenUnknown`] for what cannot be a token of any authority.
    pub fn new(text: &str) -> Result<Self, Refusal> {
        let digits = text.strip_prefix(PREFIX).ok_or(Refusal::TokenUnknown)?;
        let whole = URL_SAFE_NO_PAD.decode(digits).is_ok_and(|bytes| bytes.len() == 32);
        if whole { Ok(Self(Zeroizing::new(text.to_owned()))) } else { Err(Refusal::TokenUnknown) }
    }

    /// The token, to be shown to its owner once.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// SHA-256 of the text, in hexadecimal: what is kept. A token has too many bits to be guessed from it.
    pub(super) fn hash(&self) -> String {
        hex::encode(&sha256(self.0.as_bytes()))
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

/// A token just issued.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// Its row, by which it is revoked.
    pub id: TokenId,
    /// The token; it is not shown again.
    pub token: Token,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_back_and_hides_itself() {
        #[expect(clippy::disallowed_methods, reason = "a test's token")]
        let token = Token::generate(&SystemRandom::new()).unwrap();
        assert_eq!(Token::new(token.reveal()).unwrap().hash(), token.hash());
        assert_eq!(format!("{token:?}"), "Token(…)");
        for text in ["", "vli_", "vli_AAAA", &token.reveal()[4..], &format!("{}A", token.reveal())] {
            assert_eq!(Token::new(text).unwrap_err().code(), "token-unknown", "{text}");
        }
    }
}
