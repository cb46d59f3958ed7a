//! The checks, in their one order (docs/spec/verdict.md §2).

use verilabel_label::{CategoryId, LabelClaims, Names, Timestamp};
use verilabel_recognition::{Register, Subject};
use verilabel_trust::{Issuer, Product, TrustPack};

use crate::demand::{level_demand, market_demand};
use crate::open::{Opened, open};
#[cfg(feature = "credential")]
use crate::standing::prefer_given;
use crate::standing::{Entry, pack_entry, stand};
use crate::{
    CategoryFact, Form, Freshness, Judged, LevelFact, Note, Outcome, Policy, Question, Verdict,
    WhyUnconfirmed,
};

/// Judges a label: one text, as a QR code, a file or a person gives it. A label link, or (with the feature
/// `credential`) a label credential.
#[must_use]
pub fn judge<'p>(
    text: &str,
    pack: &'p TrustPack,
    question: &Question,
    policy: &Policy,
    now: Timestamp,
) -> Verdict<'p> {
    Judge { pack, question, policy, now, status: &pack_entry_of }.judge(text)
}

/// The same with status lists that somebody hands in. They count in place of the pack's, unless those are newer.
#[cfg(feature = "credential")]
#[must_use]
pub fn judge_with_lists<'p>(
    text: &str,
    lists: &crate::GivenLists,
    pack: &'p TrustPack,
    question: &Question,
    policy: &Policy,
    now: Timestamp,
) -> Verdict<'p> {
    let status = |opened: &Opened<'_>, pack: &TrustPack| {
        let packed = pack_entry_of(opened, pack);
        if lists.is_empty() || matches!(packed, Err(WhyUnconfirmed::Elsewhere { .. })) {
            return packed;
        }
        prefer_given(lists.entry(opened.label.claims(), opened.issuer), packed, policy, now)
    };
    Judge { pack, question, policy, now, status: &status }.judge(text)
}

fn pack_entry_of(opened: &Opened<'_>, pack: &TrustPack) -> Result<Entry, WhyUnconfirmed> {
    #[cfg(feature = "credential")]
    crate::credential::check_status_uri(&opened.label, opened.issuer)?;
    pack_entry(opened.label.claims(), opened.issuer, pack)
}

/// Everything that a verdict depends on, but the label.
struct Judge<'p, 'q> {
    pack: &'p TrustPack,
    question: &'q Question,
    policy: &'q Policy,
    now: Timestamp,
    status: &'q dyn Fn(&Opened<'_>, &TrustPack) -> Result<Entry, WhyUnconfirmed>,
}

impl<'p> Judge<'p, '_> {
    /// White space around a text is what codes, files and people put there: it is not part of the label.
    fn judge(&self, text: &str) -> Verdict<'p> {
        let text = text.trim_ascii();
        let form = Form::of(text);
        let outcome = match open(text, form, self.pack) {
            Ok(opened) => Outcome::Authentic(Box::new(self.weigh(opened))),
            Err(outcome) => outcome,
        };
        Verdict { form, outcome, at: self.now }
    }

    /// Dates, status, level, demands, recognition, freshness: what an authentic label is worth now.
    fn weigh(&self, opened: Opened<'p>) -> Judged<'p> {
        let &Self { pack, question, policy, now, status } = self;
        let status = status(&opened, pack);
        let Opened { label, path, host, query, issuer, key, statement } = opened;
        let claims = label.claims();
        // Looked up only where the label leaves something out: the records are read at the first look.
        let whole = claims.names.as_ref().is_some_and(|names| names.models.len() < Names::MAX_MODELS);
        let product =
            if whole && claims.category.is_some() { None } else { pack.product(issuer, &claims.number) };
        let category = category(claims, product, question);
        let subject = Subject { category: category.category(), ..Subject::from(claims) };
        let register = pack.register();
        let standing = stand(claims, &status, policy, now);
        let level = level(claims, register);
        let asked_level = question.minimum_level.as_ref();
        let level_recognition =
            asked_level.map(|asked| register.recognise_for_scheme(&subject, &asked.scheme, now.date()));
        let level_demand = asked_level
            .zip(level_recognition.as_ref())
            .map(|(asked, found)| level_demand(asked, found, &standing));
        let recognition = question.market.map(|market| register.recognise(&subject, market, now.date()));
        let market_demand = question
            .market
            .zip(recognition.as_ref())
            .map(|(market, found)| market_demand(market, found, &standing));
        let freshness = Freshness {
            pack: *pack.accepted().roles(),
            pack_made: pack.accepted().made(),
            partner: partner(issuer, pack),
            status_issued_at: status.as_ref().ok().map(|entry| entry.issued_at),
            status_expires: status.ok().and_then(|entry| entry.expires),
        };
        let mut notes = notes(host.as_deref(), query, issuer, &category, question);
        // Its digest was asked for because the key is distrusted, and it is confirmed.
        notes.extend(statement.map(|_| Note::KeyStolen));
        notes.extend(expiry_note(&freshness, now));
        notes.extend(specification_note(claims, register));
        Judged {
            label,
            path,
            host,
            issuer,
            key,
            product,
            level,
            standing,
            level_recognition,
            level_demand,
            recognition,
            market_demand,
            category,
            freshness,
            notes,
        }
    }
}

fn category(claims: &LabelClaims, product: Option<&Product>, question: &Question) -> CategoryFact {
    let recorded = || product.and_then(|product| product.category.clone());
    match (&claims.category, &question.category) {
        (Some(signed), _) => CategoryFact::Signed(signed.clone()),
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

fn partner(issuer: &Issuer, pack: &TrustPack) -> Option<(String, u64, Timestamp)> {
    let delegated = pack.partner_role(issuer)?;
    let (version, expires) = delegated.state.ok()?;
    Some((delegated.role, version, expires))
}

fn expiry_note(freshness: &Freshness, now: Timestamp) -> Option<Note> {
    let since = freshness.pack_expires();
    (since <= now).then_some(Note::PackExpired { since })
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
    host: Option<&str>,
    query: bool,
    issuer: &Issuer,
    category: &CategoryFact,
    question: &Question,
) -> Vec<Note> {
    let mut notes = Vec::new();
    let is_own = |host: &str| {
        let name = host.split(':').next().unwrap_or_default();
        issuer.link_hosts.iter().any(|host| host.eq_ignore_ascii_case(name))
    };
    if let Some(host) = host.filter(|host| !is_own(host)) {
        notes.push(Note::ForeignHost { host: host.to_owned() });
    }
    if query {
        notes.push(Note::QueryNotCovered);
    }
    let differs = |asked: &&CategoryId| category.category() != Some(asked);
    if let Some(asked) = question.category.as_ref().filter(differs) {
        notes.push(Note::CategoryDiffers { asked: asked.clone() });
    }
    notes
}
