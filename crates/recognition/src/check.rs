//! What a register must hold beyond its form (`docs/spec/register.md` §3).

use std::collections::HashSet;
use std::fmt::Display;
use std::slice;

use verilabel_label::{CategoryId, Date, Level, SchemeId};

use crate::register::Document;
use crate::{
    Arrangement, Basis, Certainty, Entry, Levels, RegisterError, Row, Scheme, Scope, Source, SourceId,
    SourceStanding, Start,
};

/// Most entries of a kind; of levels and specification versions, per scheme; of rows, per arrangement.
fn most(entry: Entry) -> usize {
    match entry {
        Entry::Level => 9,
        Entry::Row | Entry::Specification => 64,
        Entry::Scheme | Entry::Market | Entry::Cooperation => 256,
        Entry::Category | Entry::Arrangement => 1024,
        Entry::Source => 4096,
    }
}

pub(crate) fn check(document: &Document) -> Result<(), RegisterError> {
    let rows = document.arrangements.iter().flat_map(|arrangement| &arrangement.rows);
    let known = Known {
        sources: &document.sources,
        categories: unique(Entry::Category, document.categories.iter().map(|category| &category.id))?,
        schemes: &document.schemes,
    };
    unique(Entry::Source, document.sources.iter().map(|source| &source.id))?;
    let markets = unique(Entry::Market, document.markets.iter().map(|market| market.code))?;
    unique(Entry::Scheme, document.schemes.iter().map(|scheme| &scheme.id))?;
    unique(Entry::Arrangement, document.arrangements.iter().map(|arrangement| &arrangement.id))?;
    unique(Entry::Cooperation, document.cooperations.iter().map(|cooperation| &cooperation.id))?;
    no_duplicate(Entry::Row, rows.map(|row| &row.id))?;
    for scheme in &document.schemes {
        if let Some(market) = scheme.market.filter(|market| !markets.contains(&market.to_string())) {
            return Err(dangling(format!("scheme {}", scheme.id), Entry::Market, market));
        }
        known.check_scheme(scheme)?;
    }
    for arrangement in &document.arrangements {
        known.check_arrangement(arrangement)?;
    }
    for cooperation in &document.cooperations {
        let at = || format!("cooperation {}", cooperation.id);
        known.check_sources(at, cooperation.certainty, &cooperation.sources)?;
    }
    Ok(())
}

/// Identifiers as they are written. Their types are left aside: one set for all of them keeps the verifier small.
type Ids = HashSet<String>;

/// What references may lead to.
struct Known<'a> {
    sources: &'a [Source],
    categories: Ids,
    schemes: &'a [Scheme],
}

impl Known<'_> {
    fn check_scheme(&self, scheme: &Scheme) -> Result<(), RegisterError> {
        let at = || format!("scheme {}", scheme.id);
        self.check_sources(at, scheme.certainty, &scheme.sources)?;
        bounded(Entry::Level, scheme.levels.len())?;
        let numbered = scheme.levels.iter().zip(1..).all(|(rung, number)| rung.number.number() == number);
        let named = scheme.levels.len() == 1 || scheme.levels.iter().all(|rung| rung.name.is_some());
        if scheme.levels.is_empty() || !numbered || !named {
            return Err(RegisterError::Levels { scheme: scheme.id.clone() });
        }
        unique(Entry::Specification, &scheme.specifications)?;
        in_order(at, scheme.issuing.from, scheme.issuing.until)?;
        for duty in &scheme.mandatory {
            let at = || format!("a duty of scheme {}", scheme.id);
            self.check_source(at, &duty.source)?;
            self.check_categories(at, &duty.categories)?;
            has_level(at, scheme, duty.level)?;
        }
        for fact in &scheme.facts {
            let at = || format!("a fact of scheme {}", scheme.id);
            self.check_sources(at, fact.certainty, fact.source.as_slice())?;
        }
        Ok(())
    }

    fn check_arrangement(&self, arrangement: &Arrangement) -> Result<(), RegisterError> {
        let at = || format!("arrangement {}", arrangement.id);
        self.check_sources(at, arrangement.certainty, &arrangement.sources)?;
        bounded(Entry::Row, arrangement.rows.len())?;
        in_order(at, arrangement.dates.signed, arrangement.dates.ended)?;
        for row in &arrangement.rows {
            self.check_row(row)?;
            if let Some(ended) = arrangement.dates.ended
                && row.effect.until.is_none_or(|until| until > ended)
            {
                let (row, arrangement) = (row.id.clone(), arrangement.id.clone());
                return Err(RegisterError::OutlivesArrangement { row, arrangement, ended });
            }
        }
        for (i, first) in arrangement.rows.iter().enumerate() {
            if let Some(second) = arrangement.rows[i + 1..].iter().find(|second| self.overlap(first, second))
            {
                return Err(RegisterError::Overlap { first: first.id.clone(), second: second.id.clone() });
            }
        }
        Ok(())
    }

    fn check_row(&self, row: &Row) -> Result<(), RegisterError> {
        let at = || format!("row {}", row.id);
        self.check_sources(at, row.certainty, slice::from_ref(&row.source))?;
        let (from, to) = (self.scheme(at, &row.from)?, self.scheme(at, &row.to)?);
        if from.id == to.id {
            return Err(RegisterError::ToItself { row: row.id.clone() });
        }
        if let Some(versions) = &row.specifications {
            nonempty(at, Entry::Specification, versions)?;
            unique(Entry::Specification, versions)?;
            for version in versions {
                if !from.specifications.contains(version) {
                    return Err(dangling(at(), Entry::Specification, version));
                }
            }
        }
        check_levels(row, from, to)?;
        self.check_scope(row)?;
        in_order(at, row.effect.start.earliest(), row.effect.until)?;
        if (row.effect.start == Start::Unknown) != (row.effect.basis == Basis::Unknown) {
            return Err(RegisterError::Basis { row: row.id.clone() });
        }
        if row.mapping.is_some() && row.certainty == Certainty::Unknown {
            return Err(RegisterError::Unsure { row: row.id.clone() });
        }
        Ok(())
    }

    fn check_scope(&self, row: &Row) -> Result<(), RegisterError> {
        let at = || format!("row {}", row.id);
        let outside = self.check_categories(at, &row.scope.outside)?;
        if let Some(inside) = &row.scope.inside {
            nonempty(at, Entry::Category, inside)?;
            self.check_categories(at, inside)?;
            if let Some(both) = inside.iter().find(|id| outside.contains(id.as_str())) {
                return Err(says_both(row, Entry::Category, both));
            }
        }
        Ok(())
    }

    fn check_categories(
        &self,
        at: impl Fn() -> String,
        categories: &[CategoryId],
    ) -> Result<Ids, RegisterError> {
        let listed = unique(Entry::Category, categories)?;
        match categories.iter().find(|id| !self.categories.contains(id.as_str())) {
            Some(id) => Err(dangling(at(), Entry::Category, id)),
            None => Ok(listed),
        }
    }

    fn check_source(&self, at: impl Fn() -> String, id: &SourceId) -> Result<&Source, RegisterError> {
        self.sources.iter().find(|source| source.id == *id).ok_or_else(|| dangling(at(), Entry::Source, id))
    }

    fn check_sources(
        &self,
        at: impl Fn() -> String,
        certainty: Certainty,
        ids: &[SourceId],
    ) -> Result<(), RegisterError> {
        unique(Entry::Source, ids)?;
        let mut official = false;
        for id in ids {
            official |= self.check_source(&at, id)?.standing == SourceStanding::Official;
        }
        if certainty == Certainty::Confirmed && !official {
            return Err(RegisterError::Unsourced { at: at() });
        }
        Ok(())
    }

    fn scheme(&self, at: impl Fn() -> String, id: &SchemeId) -> Result<&Scheme, RegisterError> {
        self.schemes.iter().find(|scheme| scheme.id == *id).ok_or_else(|| dangling(at(), Entry::Scheme, id))
    }

    /// Whether two rows of one arrangement speak about the same label on the same day. What a row
    /// declares unknown or outside is spoken about too.
    fn overlap(&self, a: &Row, b: &Row) -> bool {
        let same_way = a.from == b.from && a.to == b.to;
        let begins_after = |later: &Row, earlier: &Row| {
            later.effect.start.earliest().zip(earlier.effect.until).is_some_and(|(from, until)| from > until)
        };
        let version = match (&a.specifications, &b.specifications) {
            (Some(a), Some(b)) => a.iter().any(|version| b.contains(version)),
            _ => true,
        };
        let level = self
            .schemes
            .iter()
            .filter(|scheme| scheme.id == a.from)
            .flat_map(|scheme| &scheme.levels)
            .any(|rung| speaks_of_level(a, rung.number) && speaks_of_level(b, rung.number));
        let category = match (&a.scope.inside, &b.scope.inside) {
            (Some(inside), Some(_)) => {
                inside.iter().chain(&a.scope.outside).any(|id| speaks_of_category(&b.scope, id))
            }
            _ => true,
        };
        same_way && !begins_after(a, b) && !begins_after(b, a) && version && level && category
    }
}

fn speaks_of_level(row: &Row, level: Level) -> bool {
    row.mapping.as_ref().is_none_or(|m| m.levels.contain(level) || m.levels_unknown.contains(&level))
}

fn speaks_of_category(scope: &Scope, id: &CategoryId) -> bool {
    scope.inside.as_ref().is_none_or(|inside| inside.contains(id)) || scope.outside.contains(id)
}

fn check_levels(row: &Row, from: &Scheme, to: &Scheme) -> Result<(), RegisterError> {
    let Some(mapping) = &row.mapping else { return Ok(()) };
    let at = || format!("row {}", row.id);
    has_level(at, to, mapping.level)?;
    match &mapping.levels {
        Levels::AtLeast(least) => has_level(at, from, *least)?,
        Levels::Only(levels) => {
            nonempty(at, Entry::Level, levels)?;
            unique(Entry::Level, levels)?;
            levels.iter().try_for_each(|level| has_level(at, from, *level))?;
        }
    }
    unique(Entry::Level, &mapping.levels_unknown)?;
    for level in &mapping.levels_unknown {
        has_level(at, from, *level)?;
        if mapping.levels.contain(*level) {
            return Err(says_both(row, Entry::Level, level));
        }
    }
    Ok(())
}

fn has_level(at: impl Fn() -> String, scheme: &Scheme, level: Level) -> Result<(), RegisterError> {
    match scheme.rung(level) {
        Some(_) => Ok(()),
        None => Err(RegisterError::NoSuchLevel { at: at(), scheme: scheme.id.clone(), level }),
    }
}

fn unique(
    entry: Entry,
    ids: impl IntoIterator<Item: Display, IntoIter: ExactSizeIterator>,
) -> Result<Ids, RegisterError> {
    let ids = ids.into_iter();
    bounded(entry, ids.len())?;
    no_duplicate(entry, ids)
}

fn no_duplicate(entry: Entry, ids: impl Iterator<Item: Display>) -> Result<Ids, RegisterError> {
    all_different(entry, &mut ids.map(|id| id.to_string()))
}

fn all_different(entry: Entry, ids: &mut dyn Iterator<Item = String>) -> Result<Ids, RegisterError> {
    let mut seen = Ids::new();
    for id in ids {
        if let Some(id) = seen.replace(id) {
            return Err(RegisterError::Duplicate { entry, id });
        }
    }
    Ok(seen)
}

fn bounded(entry: Entry, count: usize) -> Result<(), RegisterError> {
    let max = most(entry);
    if count <= max { Ok(()) } else { Err(RegisterError::TooMany { entry, count, max }) }
}

fn nonempty<T>(at: impl Fn() -> String, entry: Entry, list: &[T]) -> Result<(), RegisterError> {
    if list.is_empty() { Err(RegisterError::EmptyList { at: at(), entry }) } else { Ok(()) }
}

fn in_order(at: impl Fn() -> String, from: Option<Date>, until: Option<Date>) -> Result<(), RegisterError> {
    match (from, until) {
        (Some(from), Some(until)) if until < from => {
            Err(RegisterError::EndsBeforeItBegins { at: at(), from, until })
        }
        _ => Ok(()),
    }
}

fn dangling(at: String, entry: Entry, id: impl Display) -> RegisterError {
    RegisterError::Dangling { at, entry, id: id.to_string() }
}

fn says_both(row: &Row, entry: Entry, id: impl Display) -> RegisterError {
    RegisterError::SaysBoth { row: row.id.clone(), entry, id: id.to_string() }
}
