//! The decision: `docs/spec/register.md` §4.

use verilabel_label::{CategoryId, Date, LabelClaims, Level, Market, SchemeId, SpecificationVersion};

use crate::register::Outgoing;
use crate::{
    Arrangement, Cause, Caveat, Citation, Finding, Mapping, MarketEntry, Own, Recognition, Register, Row,
    Scheme, ScopeMatch, Start, WhyNot,
};

/// What must be known of a label to say what it counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject<'s> {
    /// Its scheme.
    pub scheme: &'s SchemeId,
    /// The specification version of the award.
    pub specification: &'s SpecificationVersion,
    /// Its level.
    pub level: Level,
    /// The date of the award.
    pub awarded: Date,
    /// The product category, where the label names one.
    pub category: Option<&'s CategoryId>,
}

impl<'s> From<&'s LabelClaims> for Subject<'s> {
    fn from(claims: &'s LabelClaims) -> Self {
        Self {
            scheme: &claims.scheme,
            specification: &claims.specification,
            level: claims.level,
            awarded: claims.awarded,
            category: claims.category.as_ref(),
        }
    }
}

impl Register {
    /// What a label counts as in a market on a date.
    ///
    /// Whether the label itself is genuine and in force on that date is not asked here.
    #[must_use]
    pub fn recognise(&self, subject: &Subject<'_>, market: Market, on: Date) -> Recognition<'_> {
        let Some(entry) = self.market(market) else {
            return refuse(WhyNot::UnknownMarket { market });
        };
        self.decide(subject, on, entry.name.as_str(), |scheme| scheme.market == Some(market))
    }

    /// What a label counts as for another scheme on a date.
    #[must_use]
    pub fn recognise_for_scheme(&self, subject: &Subject<'_>, to: &SchemeId, on: Date) -> Recognition<'_> {
        let Some(target) = self.scheme(to) else {
            return refuse(WhyNot::UnknownScheme { scheme: to.clone() });
        };
        self.decide(subject, on, target.short.as_str(), |scheme| scheme.id == target.id)
    }

    /// Whether labels can count by that row of that arrangement on a date, as they are.
    #[must_use]
    pub fn counts_on(&self, arrangement: &Arrangement, row: &Row, on: Date) -> bool {
        let (Some(from), Some(to)) = (self.scheme(&row.from), self.scheme(&row.to)) else { return false };
        says(Citation { arrangement, row, from, to }, on).is_ok_and(|mapping| mapping.mode.counts())
    }

    /// What a label counts as in every market of the register, in its order.
    #[must_use]
    pub fn where_it_counts(&self, subject: &Subject<'_>, on: Date) -> Vec<(&MarketEntry, Recognition<'_>)> {
        self.markets().iter().map(|market| (market, self.recognise(subject, market.code, on))).collect()
    }

    /// What a label counts as for every scheme that belongs to no market, in the register's order.
    #[must_use]
    pub fn beyond_markets(&self, subject: &Subject<'_>, on: Date) -> Vec<(&Scheme, Recognition<'_>)> {
        let schemes = self.schemes().iter().filter(|scheme| scheme.market.is_none());
        schemes.map(|scheme| (scheme, self.recognise_for_scheme(subject, &scheme.id, on))).collect()
    }

    fn decide<'a>(
        &'a self,
        subject: &Subject<'_>,
        on: Date,
        target: &'a str,
        is_target: impl Fn(&Scheme) -> bool,
    ) -> Recognition<'a> {
        let Some(from) = self.scheme(subject.scheme) else {
            return refuse(WhyNot::UnknownScheme { scheme: subject.scheme.clone() });
        };
        if from.rung(subject.level).is_none() {
            return refuse(WhyNot::UnknownLevel { scheme: from, level: subject.level });
        }
        if is_target(from) {
            return at_home(from, subject, on);
        }
        let mut findings = Vec::new();
        let mut reasons = Vec::new();
        for Outgoing { arrangement, row, to } in self.outgoing(&from.id).filter(|row| is_target(row.to)) {
            let cited = Citation { arrangement, row, from, to };
            match judge(cited, subject, on) {
                Ok(finding) => findings.push(finding),
                Err(cause) => reasons.push(WhyNot::Row { cited, cause }),
            }
        }
        match (findings.is_empty(), reasons.is_empty()) {
            (false, _) => Recognition::Recognised(findings),
            (true, false) => Recognition::NotRecognised(reasons),
            (true, true) => refuse(WhyNot::NoArrangement { from, to: target }),
        }
    }
}

fn refuse(reason: WhyNot<'_>) -> Recognition<'_> {
    Recognition::NotRecognised(vec![reason])
}

fn at_home<'a>(scheme: &'a Scheme, subject: &Subject<'_>, on: Date) -> Recognition<'a> {
    if let Some(until) = scheme.ended_by(subject.awarded) {
        return refuse(WhyNot::AwardedAfterSchemeEnded { scheme, awarded: subject.awarded, until });
    }
    let caveat = scheme.ended_by(on).map(|until| Caveat::SourceSchemeEnded { until });
    Recognition::Own(Own { scheme, level: subject.level, caveat })
}

/// One row and one label. The first reason in this order is the one given.
fn judge<'a>(cited: Citation<'a>, subject: &Subject<'_>, on: Date) -> Result<Finding<'a>, Cause<'a>> {
    certainly_not_in_effect(cited, on)?;
    if let Some(until) = cited.from.ended_by(subject.awarded) {
        return Err(Cause::AwardedAfterSchemeEnded { awarded: subject.awarded, until });
    }
    let Some(mapping) = &cited.row.mapping else {
        return Err(Cause::LevelMappingUnpublished);
    };
    if !cited.row.effect.start.certainly_by(on) {
        return Err(Cause::EffectiveDateUnknown { start: cited.row.effect.start });
    }
    // The level first: where it is not known to count, a specification of its own makes it no plainer.
    level_covered(mapping, subject.level)?;
    specification_covered(cited, subject.specification)?;
    category_covered(cited, subject.category)?;
    if let Some(until) = cited.to.ended_by(on) {
        return Err(Cause::TargetSchemeEnded { until });
    }
    let source_ended = cited.from.ended_by(on);
    Ok(Finding { cited, level: mapping.level, mode: mapping.mode, source_ended })
}

/// What a row says on a date whatever the label, or why it says nothing then.
pub(crate) fn says(cited: Citation<'_>, on: Date) -> Result<&Mapping, Cause<'static>> {
    certainly_not_in_effect(cited, on)?;
    if let Some(until) = cited.to.ended_by(on) {
        return Err(Cause::TargetSchemeEnded { until });
    }
    let mapping = cited.row.mapping.as_ref().ok_or(Cause::LevelMappingUnpublished)?;
    let start = cited.row.effect.start;
    if start.certainly_by(on) { Ok(mapping) } else { Err(Cause::EffectiveDateUnknown { start }) }
}

/// A row of unknown beginning cannot count before its arrangement was signed.
fn certainly_not_in_effect(cited: Citation<'_>, on: Date) -> Result<(), Cause<'static>> {
    let effect = cited.row.effect;
    let not_before = match effect.start {
        Start::Unknown => cited.arrangement.dates.signed,
        known => known.earliest(),
    };
    if let Some(not_before) = not_before.filter(|not_before| on < *not_before) {
        return Err(Cause::NotYetInEffect { start: effect.start, not_before });
    }
    match effect.until.filter(|until| on > *until) {
        Some(until) => Err(Cause::NoLongerInEffect { until }),
        None => Ok(()),
    }
}

fn specification_covered<'a>(cited: Citation<'a>, found: &SpecificationVersion) -> Result<(), Cause<'a>> {
    match &cited.row.specifications {
        Some(covered) if !covered.contains(found) => {
            Err(Cause::SpecificationNotCovered { found: found.clone(), covered })
        }
        _ => Ok(()),
    }
}

fn level_covered(mapping: &Mapping, found: Level) -> Result<(), Cause<'static>> {
    if mapping.levels.contain(found) {
        return Ok(());
    }
    if mapping.levels_unknown.contains(&found) {
        return Err(Cause::LevelNotKnownCovered { found });
    }
    match mapping.levels.lowest() {
        Some(least) if found < least => Err(Cause::LevelTooLow { found, least }),
        _ => Err(Cause::LevelNotCovered { found }),
    }
}

fn category_covered(cited: Citation<'_>, category: Option<&CategoryId>) -> Result<(), Cause<'static>> {
    match cited.row.scope.covers(category) {
        ScopeMatch::Inside => Ok(()),
        ScopeMatch::Outside(id) => Err(Cause::CategoryOutside { category: id.clone() }),
        ScopeMatch::NotKnownInside(id) => Err(Cause::CategoryNotKnownInside { category: id.clone() }),
        ScopeMatch::NoCategory => Err(Cause::CategoryUnknown),
    }
}
