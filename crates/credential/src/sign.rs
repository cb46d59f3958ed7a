//! Signing through ssi's hook, with a key of ours.

use std::borrow::Cow;
use std::cell::RefCell;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use ssi_claims_core::SignatureError;
use ssi_jws::{JwsPayload, JwsSigner, JwsSignerInfo};
use verilabel_label::DidWeb;
use verilabel_wire::{Algorithm, Sign, SignError};

use crate::IssueError;

/// Header parameters of every credential (VC-JOSE-COSE §3.1.1).
pub(crate) const TYP: &str = "vc+jwt";
pub(crate) const CTY: &str = "vc";

/// Signs a credential's bytes as a compact JWS, under the DID URL of the signer's key.
pub(crate) fn sign(payload: &[u8], issuer: &DidWeb, signer: &dyn Sign) -> Result<String, IssueError> {
    let hook = Hook { issuer, signer, failed: RefCell::new(None) };
    // Our signers answer at once, so one poll is enough.
    let outcome = pin!(hook.sign(Payload(payload))).poll(&mut Context::from_waker(Waker::noop()));
    match (outcome, hook.failed.into_inner()) {
        (Poll::Ready(Ok(jws)), _) => Ok(jws.into_string()),
        (_, Some(error)) => Err(error.into()),
        (Poll::Ready(Err(error)), None) => Err(IssueError::Writing { reason: error.to_string() }),
        (Poll::Pending, None) => Err(IssueError::Writing { reason: "the signer did not answer".to_owned() }),
    }
}

/// The DID URL of a key: the issuer's DID, and as fragment the key id.
pub(crate) fn key_url(issuer: &DidWeb, key: impl std::fmt::Display) -> String {
    format!("{issuer}#{key}")
}

struct Payload<'a>(&'a [u8]);

impl JwsPayload for Payload<'_> {
    fn typ(&self) -> Option<&str> {
        Some(TYP)
    }

    fn cty(&self) -> Option<&str> {
        Some(CTY)
    }

    fn payload_bytes(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(self.0)
    }
}

struct Hook<'a> {
    issuer: &'a DidWeb,
    signer: &'a dyn Sign,
    failed: RefCell<Option<SignError>>,
}

impl JwsSigner for Hook<'_> {
    async fn fetch_info(&self) -> Result<JwsSignerInfo, SignatureError> {
        let key = self.signer.key();
        let algorithm = match key.algorithm() {
            Algorithm::Es256 => ssi_jwk::Algorithm::ES256,
            Algorithm::EdDsa => ssi_jwk::Algorithm::EdDSA,
        };
        Ok(JwsSignerInfo::new(Some(key_url(self.issuer, key.id())), algorithm))
    }

    async fn sign_bytes(&self, signing_bytes: &[u8]) -> Result<Vec<u8>, SignatureError> {
        self.signer.sign(signing_bytes).map(Into::into).map_err(|error| {
            let told = SignatureError::other(&error);
            *self.failed.borrow_mut() = Some(error);
            told
        })
    }
}
