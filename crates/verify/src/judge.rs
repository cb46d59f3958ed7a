//! The checks, in their one order (docs/spec/verdict.md §2).

use verilabel_label::{CategoryId, LabelClaims, Names, Timestamp};
use verilabel_recognition::{Register, Subject};
use verilabel_trust::{Issuer, IssuerKey, KeyState, Product, Purpose, TrustPack};
use verilabel_wire::{Authentic, Budget, EnvelopeError, KeyId, LabelLink, LinkError, OpenError, Sealed};

use crate::demand::{level_demand, market_demand};
use crate::standing::stand;
use crate::{
    CannotTell, CategoryFact, Freshness, Judged, LevelFact, NotAuthentic, Note, Outcome, Policy, Question,
    Verdict,
};

/// Judges a label link: one text, as a QR code or a person gives it.
#[must_use]
pub fn judge<'p>(
    link: &str,
    pack: &'p TrustPack,
    question: &Question,
    policy: &Policy,
    now: Timestamp,
) -> Verdict<'p> {
    let outcome = match LabelLink::parse(link).map_err(stop_at_link).and_then(|link| open(link, pack)) {
        Ok(opened) => Outcome::Authentic(Box::new(weigh(opened, pack, question, policy, now))),
        Err(outcome) => outcome,
    };
    Verdict { outcome, at: now }
}

fn stop_at_link(error: LinkError) -> Outcome<'static> {
    match error {
        LinkError::UnknownVersion { .. } => Outcome::CannotTell(CannotTell::UnknownVersion(error)),
        _ if error.is_something_else() => Outcome::CannotTell(CannotTell::NotALabel(error)),
        _ => Outcome::NotAuthentic(NotAuthentic::Link(error)),
    }
}

/// A label whose authenticity is settled.
struct Opened<'t, 'p> {
    link: LabelLink<'t>,
    label: Authentic<LabelClaims>,
    issuer: &'p Issuer,
    key: &'p IssuerKey,
}

/// Seal, issuer, signature, claims, key, entitlement: everything that makes a label authentic.
fn open<'t, 'p>(link: LabelLink<'t>, pack: &'p TrustPack) -> Result<Opened<'t, 'p>, Outcome<'p>> {
    let not_authentic = |reason| Err(Outcome::NotAuthentic(reason));
    let opened = match Sealed::<LabelClaims>::parse(&link.seal, &link.path) {
        Ok(sealed) => try_keys(&sealed, pack)?,
        Err(error) => return not_authentic(NotAuthentic::Envelope(error)),
    };
    let (label, issuer, key) = opened;
    let claims = label.value();
    let (issuer_id, key_id) = (|| issuer.id.clone(), key.key.id());
    if !key.serves(Purpose::Seal) {
        return not_authentic(NotAuthentic::KeyPurpose { issuer: issuer_id(), key: key_id });
    }
    match key.state {
        KeyState::Trusted => {}
        KeyState::Distrusted => {
            return not_authentic(NotAuthentic::KeyDistrusted { issuer: issuer_id(), key: key_id });
        }
    }
    if !key.in_use_at(claims.issued_at) {
        let issued_at = claims.issued_at;
        return not_authentic(NotAuthentic::KeyNotInUse { issuer: issuer_id(), key: key_id, issued_at });
    }
    if !issuer.may_award(&claims.scheme, claims.level) {
        let (scheme, level) = (claims.scheme.clone(), claims.level);
        return not_authentic(NotAuthentic::NotEntitled { issuer: issuer_id(), scheme, level });
    }
    Ok(Opened { link, label, issuer, key })
}

/// Tries every key of the pack that has the seal's key id.
fn try_keys<'p>(
    sealed: &Sealed<'_, LabelClaims>,
    pack: &'p TrustPack,
) -> Result<(Authentic<LabelClaims>, &'p Issuer, &'p IssuerKey), Outcome<'p>> {
    let hint = sealed.untrusted_hint().key_id.as_deref().unwrap_or_default();
    let Ok(key_id) = <[u8; KeyId::LENGTH]>::try_from(hint).map(KeyId::from) else {
        return Err(Outcome::NotAuthentic(NotAuthentic::Envelope(EnvelopeError::NoKeyId)));
    };
    let mut budget = Budget::default();
    let mut failed = None;
    for (issuer, key) in pack.keys_named(&key_id) {
        let id = || issuer.id.clone();
        match sealed.open(&key.key, &mut budget) {
            Ok(label) => return Ok((label, issuer, key)),
            Err(OpenError::BudgetSpent) => {
                return Err(Outcome::CannotTell(CannotTell::TooManyKeys { key_id }));
            }
            Err(OpenError::Payload(error)) => {
                return Err(Outcome::NotAuthentic(NotAuthentic::Claims { issuer: id(), error }));
            }
            // A signature that fails says more than an algorithm that differs.
            Err(error @ OpenError::BadSignature(_)) => failed = Some((id(), error)),
            Err(error) => failed = failed.or_else(|| Some((id(), error))),
        }
    }
    Err(match failed {
        Some((issuer, error)) => Outcome::NotAuthentic(NotAuthentic::Signature { issuer, error }),
        None => Outcome::CannotTell(CannotTell::UnknownIssuer { key_id }),
    })
}

/// Dates, status, level, demands, recognition, freshness: what an authentic label is worth now.
fn weigh<'p>(
    opened: Opened<'_, 'p>,
    pack: &'p TrustPack,
    question: &Question,
    policy: &Policy,
    now: Timestamp,
) -> Judged<'p> {
    let Opened { link, label, issuer, key } = opened;
    let claims = label.value();
    // Looked up only where the seal leaves something out: the records of a pack are read at the first look.
    let whole = claims.names.as_ref().is_some_and(|names| names.models.len() < Names::MAX_MODELS);
    let product =
        if whole && claims.category.is_some() { None } else { pack.product(issuer, &claims.number) };
    let category = category(claims, product, question);
    let subject = Subject { category: category.category(), ..Subject::from(claims) };
    let register = pack.register();
    let (standing, status) = stand(claims, issuer, pack, policy, now);
    let level = level(claims, register);
    let level_demand = question
        .minimum_level
        .as_ref()
        .map(|asked| level_demand(asked, register, &subject, &standing, now.date()));
    let recognition = question.market.map(|market| register.recognise(&subject, market, now.date()));
    let market_demand = question
        .market
        .zip(recognition.as_ref())
        .map(|(market, found)| market_demand(market, found, &standing));
    let freshness = Freshness {
        pack: *pack.accepted().roles(),
        status_issued_at: status.map(|token| token.issued_at),
        status_expires: status.and_then(|token| token.expires),
    };
    let mut notes = notes(&link, issuer, &category, question, pack);
    notes.extend(specification_note(claims, register));
    Judged {
        host: link.host.to_owned(),
        path: link.path,
        label,
        issuer,
        key,
        product,
        level,
        standing,
        recognition,
        level_demand,
        market_demand,
        category,
        freshness,
        notes,
    }
}

fn category(claims: &LabelClaims, product: Option<&Product>, question: &Question) -> CategoryFact {
    let recorded = || product.and_then(|product| product.category.clone());
    match (&claims.category, &question.category) {
        (Some(signed), _) => CategoryFact::Seal(signed.clone()),
        (None, asked) => recorded()
            .map(CategoryFact::Pack)
            .or_else(|| asked.clone().map(CategoryFact::Asked))
            .unwrap_or(CategoryFact::Unknown),
    }
}

fn level<'p>(claims: &LabelClaims, register: &'p Register) -> LevelFact<'p> {
    let Some(scheme) = register.scheme(&claims.scheme) else { return LevelFact::UnknownScheme };
    let Some(rung) = scheme.rung(claims.level) else { return LevelFact::UnknownLevel { scheme } };
    match scheme.ended_by(claims.awarded) {
        Some(until) => LevelFact::AwardedAfterSchemeEnded { scheme, until },
        None => LevelFact::Stated { scheme, rung },
    }
}

fn specification_note(claims: &LabelClaims, register: &Register) -> Option<Note> {
    let scheme = register.scheme(&claims.scheme)?;
    let listed = scheme.specifications.is_empty() || scheme.specifications.contains(&claims.specification);
    (!listed).then(|| Note::SpecificationNotListed {
        scheme: scheme.short.to_string(),
        specification: claims.specification.clone(),
    })
}

fn notes(
    link: &LabelLink<'_>,
    issuer: &Issuer,
    category: &CategoryFact,
    question: &Question,
    pack: &TrustPack,
) -> Vec<Note> {
    let mut notes = Vec::new();
    let name = link.host.split(':').next().unwrap_or_default();
    if !issuer.link_hosts.iter().any(|host| host.eq_ignore_ascii_case(name)) {
        notes.push(Note::ForeignHost { host: link.host.to_owned() });
    }
    if link.query.is_some() {
        notes.push(Note::QueryNotCovered);
    }
    if let Some(since) = pack.accepted().expired().iter().map(|(_, expires)| *expires).min() {
        notes.push(Note::PackExpired { since });
    }
    let differs = |asked: &&CategoryId| category.category() != Some(asked);
    if let Some(asked) = question.category.as_ref().filter(differs) {
        notes.push(Note::CategoryDiffers { asked: asked.clone() });
    }
    notes
}
