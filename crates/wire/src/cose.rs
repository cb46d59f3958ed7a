//! COSE_Sign1 (RFC 9052 §4.2): bytes to [`Sealed`], and back.

use std::borrow::Cow;

use crate::cbor::{self, KeyOrder, Reader};
use crate::sealed::{Envelope, SIGNATURE_LENGTH};
use crate::{EnvelopeError, KeyHint, NamedAlgorithm, Payload, Sealed, Sign, SignError};

/// COSE header parameters (RFC 9052 §3.1, RFC 9596).
mod header {
    pub(super) const ALG: i64 = 1;
    pub(super) const CRIT: i64 = 2;
    pub(super) const KID: i64 = 4;
    pub(super) const TYP: i64 = 16;
}

/// CBOR tag of COSE_Sign1 (RFC 9052 §2). A message without it is refused, and so is one with tag 61 around it, which
/// RFC 8392 §6 allows for a CWT and Token Status List §5.2 forbids.
const TAG_SIGN1: u64 = 18;

impl<'b, T: Payload> Sealed<'b, T> {
    /// Reads a COSE_Sign1 message.
    pub(crate) fn read(
        bytes: &'b [u8],
        external_aad: &[u8],
        rules: &EnvelopeRules,
    ) -> Result<Self, EnvelopeError> {
        Message::read(bytes, rules).map(|message| Self::new(message.into_envelope(external_aad)))
    }
}

/// What an envelope of one kind of message may look like.
pub(crate) struct EnvelopeRules {
    /// Longest message in bytes.
    pub(crate) max_length: usize,
    pub(crate) order: KeyOrder,
    /// Whether header parameters without meaning here are passed over, and the key id may stand in the
    /// unprotected header.
    pub(crate) lenient_headers: bool,
    pub(crate) key_id_length: Option<usize>,
    pub(crate) typ: Option<Kind>,
}

/// A kind of message, as header parameter typ names it (RFC 9596 §2).
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    /// Its media type.
    pub(crate) media_type: &'static str,
    /// The number of the same in the registry of CoAP Content-Formats (RFC 7252 §12.3).
    pub(crate) content_format: u64,
}

impl Kind {
    /// Whether header parameter typ names this kind, in either way.
    fn is_next(self, reader: &mut Reader<'_>) -> Result<bool, EnvelopeError> {
        Ok(if reader.is_text() {
            reader.text()? == self.media_type
        } else {
            reader.unsigned()? == self.content_format
        })
    }
}

struct Message<'b> {
    hint: KeyHint,
    protected: &'b [u8],
    payload: &'b [u8],
    signature: [u8; SIGNATURE_LENGTH],
}

impl<'b> Message<'b> {
    fn read(bytes: &'b [u8], rules: &EnvelopeRules) -> Result<Self, EnvelopeError> {
        if bytes.len() > rules.max_length {
            return Err(EnvelopeError::TooLong { length: bytes.len(), max: rules.max_length });
        }
        let mut reader = Reader::with(bytes, rules.order);
        reader.tag(TAG_SIGN1)?;
        reader.array(4)?;
        let protected = reader.bytes()?;
        let mut headers = Headers::default();
        let mut inner = Reader::with(protected, rules.order);
        headers.read(&mut inner, rules, true)?;
        inner.finish()?;
        headers.read(&mut reader, rules, false)?;
        let payload = reader.bytes()?;
        let signature = reader.bytes()?;
        reader.finish()?;
        let signature =
            signature.try_into().map_err(|_| EnvelopeError::SignatureLength { length: signature.len() })?;
        Ok(Self { hint: headers.into_hint(rules)?, protected, payload, signature })
    }

    fn into_envelope(self, external_aad: &[u8]) -> Envelope<'b> {
        Envelope {
            to_be_signed: Cow::Owned(to_be_signed(self.protected, external_aad, self.payload)),
            hint: self.hint,
            payload: Cow::Borrowed(self.payload),
            signature: self.signature,
        }
    }
}

#[derive(Default)]
struct Headers<'b> {
    algorithm: Option<i64>,
    key_id: Option<&'b [u8]>,
    /// Whether typ says that the message is of the kind due.
    is_kind: bool,
}

impl<'b> Headers<'b> {
    fn read(
        &mut self,
        reader: &mut Reader<'b>,
        rules: &EnvelopeRules,
        protected: bool,
    ) -> Result<(), EnvelopeError> {
        reader.map(rules.order, |reader, key| {
            match (key, rules.typ) {
                (header::CRIT, _) => return Err(EnvelopeError::Critical),
                (header::ALG, _) if protected => self.algorithm = Some(reader.integer()?),
                (header::TYP, Some(due)) if protected => self.is_kind = due.is_next(reader)?,
                // A protected key id takes precedence over an unprotected one.
                (header::KID, _) if protected || (rules.lenient_headers && self.key_id.is_none()) => {
                    self.key_id = Some(reader.bytes()?);
                }
                _ if rules.lenient_headers => return Ok(false),
                _ => return Err(EnvelopeError::UnknownHeader { label: key, protected }),
            }
            Ok(true)
        })
    }

    fn into_hint(self, rules: &EnvelopeRules) -> Result<KeyHint, EnvelopeError> {
        let algorithm = self.algorithm.ok_or(EnvelopeError::NoAlgorithm)?;
        if rules.typ.is_some() && !self.is_kind {
            return Err(EnvelopeError::WrongType);
        }
        match (rules.key_id_length, self.key_id.map(<[u8]>::len)) {
            (Some(_), None) => return Err(EnvelopeError::NoKeyId),
            (Some(due), Some(length)) if due != length => {
                return Err(EnvelopeError::KeyIdLength { length, due });
            }
            _ => {}
        }
        Ok(KeyHint { algorithm: NamedAlgorithm::Cose(algorithm), key_id: self.key_id.map(Into::into) })
    }
}

/// The `Sig_structure` of RFC 9052 §4.4.
fn to_be_signed(protected: &[u8], external_aad: &[u8], payload: &[u8]) -> Vec<u8> {
    const CONTEXT: &str = "Signature1";
    const HEADS: usize = 32;
    cbor::write(HEADS + protected.len() + external_aad.len() + payload.len(), |e| {
        e.array(4)?.str(CONTEXT)?.bytes(protected)?.bytes(external_aad)?.bytes(payload)?;
        Ok(())
    })
}

/// Signs a payload and writes the tagged message.
pub(crate) fn sign1(
    payload: &[u8],
    external_aad: &[u8],
    typ: Option<&str>,
    signer: &dyn Sign,
) -> Result<Vec<u8>, SignError> {
    let key = signer.key();
    let protected = cbor::write(64, |e| {
        e.map(if typ.is_some() { 3 } else { 2 })?;
        e.i64(header::ALG)?.i64(key.algorithm().cose())?;
        e.i64(header::KID)?.bytes(key.id().as_bytes())?;
        if let Some(typ) = typ {
            e.i64(header::TYP)?.str(typ)?;
        }
        Ok(())
    });
    let signature = signer.sign(&to_be_signed(&protected, external_aad, payload))?;
    Ok(cbor::write(16 + protected.len() + payload.len() + signature.len(), |e| {
        e.tag(minicbor::data::Tag::new(TAG_SIGN1))?.array(4)?;
        e.bytes(&protected)?.map(0)?.bytes(payload)?.bytes(&signature)?;
        Ok(())
    }))
}
