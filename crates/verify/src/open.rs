//! Envelope, issuer, signature, claims, key, entitlement: everything that makes a label authentic.

use verilabel_label::{Gs1Path, LabelClaims};
use verilabel_trust::{Issuer, IssuerKey, KeyState, Purpose, TrustPack};
use verilabel_wire::{
    Authentic, Budget, LabelLink, LinkError, OpenError, Payload, Sealed, StatementDigest, WrongKey,
};

use crate::label::Label;
use crate::{CannotTell, Form, MalformedClaims, NotAuthentic, Outcome};

/// A label whose authenticity is settled.
pub(crate) struct Opened<'p> {
    pub(crate) label: Label,
    pub(crate) path: Gs1Path,
    /// Host of the link, if it was one.
    pub(crate) host: Option<String>,
    /// Whether it was a link with data that the seal does not cover.
    pub(crate) query: bool,
    pub(crate) issuer: &'p Issuer,
    pub(crate) key: &'p IssuerKey,
    /// The digest of what was signed, where that matters: the key is distrusted.
    pub(crate) statement: Option<StatementDigest>,
}

pub(crate) fn open<'p>(text: &str, form: Form, pack: &'p TrustPack) -> Result<Opened<'p>, Outcome<'p>> {
    let opened = match form {
        Form::Seal => open_link(text, pack)?,
        #[cfg(feature = "credential")]
        Form::Credential => crate::credential::open_label(text, pack)?,
        // Without the feature nothing takes this form.
        #[cfg(not(feature = "credential"))]
        Form::Credential => return Err(Outcome::CannotTell(CannotTell::NotALabel(LinkError::NotHttp))),
    };
    let Opened { label, issuer, key, statement, .. } = &opened;
    check_key(label.claims(), issuer, key, statement.as_ref()).map_err(Outcome::NotAuthentic)?;
    Ok(opened)
}

fn open_link<'p>(text: &str, pack: &'p TrustPack) -> Result<Opened<'p>, Outcome<'p>> {
    let link = LabelLink::parse(text).map_err(stop_at_link)?;
    let sealed = Sealed::<LabelClaims>::parse(&link.seal, &link.path)
        .map_err(|error| Outcome::NotAuthentic(NotAuthentic::Envelope(error)))?;
    let (label, issuer, key) = try_keys(&sealed, pack)?;
    Ok(Opened {
        statement: statement(&sealed, key),
        label: Label::Seal(label),
        path: link.path,
        host: Some(link.host.to_owned()),
        query: link.query.is_some(),
        issuer,
        key,
    })
}

fn stop_at_link(error: LinkError) -> Outcome<'static> {
    match error {
        LinkError::UnknownVersion { .. } => Outcome::CannotTell(CannotTell::UnknownVersion(error)),
        _ if error.is_something_else() => Outcome::CannotTell(CannotTell::NotALabel(error)),
        _ => Outcome::NotAuthentic(NotAuthentic::Link(error)),
    }
}

/// Tries every key of the pack that has the message's key id.
pub(crate) fn try_keys<'p, T: Payload<Error: Into<MalformedClaims>>>(
    sealed: &Sealed<'_, T>,
    pack: &'p TrustPack,
) -> Result<(Authentic<T>, &'p Issuer, &'p IssuerKey), Outcome<'p>> {
    let hint = sealed.untrusted_hint();
    let unknown = || Outcome::CannotTell(CannotTell::UnknownIssuer { key: hint.to_string() });
    // A key id of another form is that of nobody here.
    let key_id = hint.key().ok_or_else(unknown)?;
    let mut budget = Budget::default();
    let mut failed = None;
    for (issuer, key) in pack.keys_named(&key_id) {
        let id = || issuer.id.clone();
        match sealed.open(&key.key, &mut budget) {
            Ok(label) => return Ok((label, issuer, key)),
            Err(OpenError::Key(WrongKey::BudgetSpent)) => {
                return Err(Outcome::CannotTell(CannotTell::TooManyKeys { key_id }));
            }
            Err(OpenError::Payload(error)) => {
                let error = error.into();
                return Err(Outcome::NotAuthentic(NotAuthentic::Claims { issuer: id(), error }));
            }
            // A signature that fails says more than an algorithm that differs.
            Err(OpenError::Key(error @ WrongKey::BadSignature(_))) => failed = Some((id(), error)),
            Err(OpenError::Key(error)) => failed = failed.or_else(|| Some((id(), error))),
        }
    }
    Err(match failed {
        Some((issuer, error)) => Outcome::NotAuthentic(NotAuthentic::Signature { issuer, error }),
        None => unknown(),
    })
}

/// The digest of what was signed, if the key is distrusted.
pub(crate) fn statement<T: Payload>(sealed: &Sealed<'_, T>, key: &IssuerKey) -> Option<StatementDigest> {
    matches!(key.state, KeyState::Distrusted(_)).then(|| sealed.statement())
}

/// Whether the key signs labels, is trusted (or the issuer's records confirm what it signed here) and was in use, and its issuer may award this.
fn check_key(
    claims: &LabelClaims,
    issuer: &Issuer,
    key: &IssuerKey,
    statement: Option<&StatementDigest>,
) -> Result<(), NotAuthentic> {
    let (issuer_id, key_id) = (|| issuer.id.clone(), key.key.id());
    if !key.serves(Purpose::Seal) {
        return Err(NotAuthentic::KeyPurpose { issuer: issuer_id(), key: key_id });
    }
    match &key.state {
        KeyState::Trusted => {}
        KeyState::Distrusted(confirmed) if statement.is_some_and(|digest| confirmed.contains(digest)) => {}
        KeyState::Distrusted(_) => {
            return Err(NotAuthentic::KeyDistrusted { issuer: issuer_id(), key: key_id });
        }
    }
    if !key.in_use_at(claims.issued_at) {
        let issued_at = claims.issued_at;
        return Err(NotAuthentic::KeyNotInUse { issuer: issuer_id(), key: key_id, issued_at });
    }
    if !issuer.may_award(&claims.scheme, claims.level) {
        let (scheme, level) = (claims.scheme.clone(), claims.level);
        return Err(NotAuthentic::NotEntitled { issuer: issuer_id(), scheme, level });
    }
    Ok(())
}
