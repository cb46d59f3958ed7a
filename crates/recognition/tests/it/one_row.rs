//! A recognition rests on one row: never on two, and on no other.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Value, json};
use verilabel_label::{Date, Level};
use verilabel_recognition::{Register, RowId, Start, WhyNot};

use crate::support::{Label, ask, day, published};

const SCHEMES: [&str; 4] = ["aa.one", "bb.two", "cc.three", "dd.four"];
const MARKETS: [&str; 4] = ["AA", "BB", "CC", "DD"];
const CATEGORIES: [&str; 3] = ["camera", "hub", "toy"];

/// A row of a made-up register, in plain values that the oracle reads directly.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is drawn by itself")]
struct Made {
    from: usize,
    to: usize,
    least: u8,
    unknown: bool,
    counts_as: u8,
    published: bool,
    start: Option<u32>,
    days: Option<u32>,
    version: bool,
    inside: Option<usize>,
    outside: bool,
}

/// A question about a made-up register.
#[derive(Debug, Clone)]
struct Asked {
    scheme: usize,
    level: u8,
    version: bool,
    awarded: u32,
    category: Option<usize>,
    market: usize,
    on: u32,
}

fn made() -> impl Strategy<Value = Made> {
    (
        (0..4_usize, 1..4_usize, 1..4_u8, any::<bool>(), 1..4_u8, prop::bool::weighted(0.9)),
        (prop::option::weighted(0.9, 0..40_u32), prop::option::weighted(0.3, 0..20_u32)),
        (prop::bool::weighted(0.2), prop::option::weighted(0.3, 0..3_usize), prop::bool::weighted(0.2)),
    )
        .prop_map(
            |(
                (from, step, least, unknown, counts_as, published),
                (start, days),
                (version, inside, outside),
            )| Made {
                from,
                to: (from + step) % 4,
                least,
                unknown,
                counts_as,
                published,
                start,
                days: start.and(days),
                version,
                inside,
                outside,
            },
        )
}

fn asked() -> impl Strategy<Value = Asked> {
    (0..4_usize, 1..4_u8, any::<bool>(), 0..50_u32, prop::option::of(0..3_usize), 0..4_usize, 0..50_u32)
        .prop_map(|(scheme, level, version, awarded, category, market, on)| Asked {
            scheme,
            level,
            version,
            awarded,
            category,
            market,
            on,
        })
}

fn date(days: u32) -> Date {
    day("2025-01-01").plus_days(days.try_into().unwrap())
}

/// A register in which each scheme ended on the given day, with an arrangement of its own per row.
fn register(rows: &[Made], ended: [Option<u32>; 4]) -> Register {
    let rungs = [1, 2, 3].map(|number| json!({ "number": number, "name": "l", "meaning": "m" }));
    let scheme = |i: usize| {
        json!({
            "id": SCHEMES[i], "name": "n", "short": "s", "owner": "o", "market": MARKETS[i], "kind": "label",
            "levels": rungs,
            "specifications": ["1", "2"],
            "issuing": { "from": null, "until": ended[i].map(date) },
            "validity": { "max_months": null, "text": null },
            "states": null, "mandatory": [], "facts": [], "certainty": "reported", "sources": []
        })
    };
    let arrangement = |(i, row): (usize, &Made)| {
        let published = row.published;
        let unknown: &[u8] = if row.unknown && published && row.least > 1 { &[1] } else { &[] };
        let effect = json!({
            "from": row.start.map(date),
            "until": row.start.zip(row.days).map(|(start, days)| date(start + days)),
            "basis": if row.start.is_some() { "law" } else { "unknown" }
        });
        let outside = row.outside.then(|| row.inside.map_or(0, |inside| (inside + 1) % 3));
        json!({
            "id": format!("a{i}"), "parties": ["p", "q"],
            "dates": { "announced": null, "signed": null, "effective": null, "in_law": null, "extended": null, "ended": null },
            "certainty": "reported", "sources": [], "note": null,
            "rows": [{
                "id": format!("r{i}"),
                "from": {
                    "scheme": SCHEMES[row.from],
                    "levels": published.then(|| json!({ "at_least": row.least })),
                    "levels_unknown": unknown,
                    "specifications": row.version.then_some(["2"])
                },
                "to": { "scheme": SCHEMES[row.to], "level": published.then_some(row.counts_as) },
                "mode": published.then_some("fulfils-level"),
                "effect": effect,
                "scope": {
                    "text": "t",
                    "inside": row.inside.map(|inside| [CATEGORIES[inside]]),
                    "outside": outside.map(|outside| CATEGORIES[outside]).into_iter().collect::<Vec<_>>()
                },
                "conditions": [], "source": "s", "clause": null, "certainty": "reported", "note": null
            }]
        })
    };
    let register = json!({
        "schema": Register::SCHEMA, "issued": "2025-01-01",
        "sources": [{ "id": "s", "title": "t", "publisher": "p", "dated": null, "standing": "secondary", "url": null }],
        "markets": MARKETS.map(|code| json!({ "code": code, "name": code })),
        "categories": CATEGORIES.map(|id| json!({ "id": id, "name": id })),
        "schemes": [scheme(0), scheme(1), scheme(2), scheme(3)],
        "arrangements": rows.iter().enumerate().map(arrangement).collect::<Vec<_>>(),
        "cooperations": []
    });
    Register::from_json(&serde_json::to_vec(&register).unwrap()).unwrap()
}

/// Whether one row, looked at alone, recognises the label. Written from the specification, on other types.
fn recognises(row: &Made, asked: &Asked, ended: [Option<u32>; 4]) -> bool {
    let begun = row.start.is_some_and(|start| asked.on >= start);
    let over = row.start.zip(row.days).is_some_and(|(start, days)| asked.on > start + days);
    let left_out = row.outside.then(|| row.inside.map_or(0, |inside| (inside + 1) % 3));
    let category = match asked.category {
        Some(category) => left_out != Some(category) && row.inside.is_none_or(|inside| inside == category),
        None => row.inside.is_none() && left_out.is_none(),
    };
    row.from == asked.scheme
        && row.to == asked.market
        && row.published
        && begun
        && !over
        && asked.level >= row.least
        && (!row.version || asked.version)
        && category
        && ended[row.from].is_none_or(|ended| asked.awarded <= ended)
        && ended[row.to].is_none_or(|ended| asked.on <= ended)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Random registers are full of chains; what they recognise is what their rows recognise one by one.
    #[test]
    fn a_register_recognises_what_its_rows_recognise_one_by_one(
        rows in prop::collection::vec(made(), 0..12),
        ended in prop::array::uniform4(prop::option::weighted(0.2, 0..50_u32)),
        asked in asked(),
    ) {
        let register = register(&rows, ended);
        let label = Label {
            scheme: SCHEMES[asked.scheme].parse().unwrap(),
            level: Level::new(asked.level).unwrap(),
            specification: if asked.version { "2" } else { "1" }.parse().unwrap(),
            awarded: date(asked.awarded),
            category: asked.category.map(|category| CATEGORIES[category].parse().unwrap()),
        };
        let recognition = ask(&register, &label, MARKETS[asked.market], date(asked.on));
        if asked.scheme == asked.market {
            prop_assert_eq!(recognition.counts(), ended[asked.scheme].is_none_or(|ended| asked.awarded <= ended));
            return Ok(());
        }
        let expected: BTreeMap<String, u8> = rows
            .iter()
            .enumerate()
            .filter(|(_, row)| recognises(row, &asked, ended))
            .map(|(i, row)| (format!("r{i}"), row.counts_as))
            .collect();
        let found: BTreeMap<String, u8> = recognition
            .findings()
            .iter()
            .map(|finding| (finding.cited.row.id.to_string(), finding.level.number()))
            .collect();
        prop_assert_eq!(&found, &expected);
        prop_assert_eq!(recognition.counts(), !expected.is_empty());
        if expected.is_empty() {
            let considered = rows.iter().filter(|row| row.from == asked.scheme && row.to == asked.market).count();
            prop_assert_eq!(recognition.reasons().len(), considered.max(1));
        }
    }

    /// The same, stated as the mission states it: A→B and B→C do not make A→C.
    #[test]
    fn a_chain_recognises_nothing(links in prop::collection::vec(made(), 2..8)) {
        let whole = |mut row: Made, from: usize| {
            row = Made { from, to: from + 1, least: 1, published: true, start: Some(0), days: None, ..row };
            Made { version: false, inside: None, outside: false, unknown: false, ..row }
        };
        let rows: Vec<_> = links.into_iter().enumerate().map(|(i, row)| whole(row, i % 2)).collect();
        let register = register(&rows, [None; 4]);
        let label = Label { specification: "1".parse().unwrap(), ..Label::read("aa.one 3 hub") };
        prop_assert!(ask(&register, &label, "BB", date(0)).counts());
        let through = ask(&register, &label, "CC", date(0));
        prop_assert_eq!(through.reasons().iter().map(WhyNot::code).collect::<Vec<_>>(), ["no-arrangement"]);
    }
}

/// Asks the published register everything that its rows distinguish: without the cited row the finding
/// is gone, and without all others it stays as it was.
#[test]
fn a_finding_needs_the_row_that_it_cites_and_no_other() {
    let register = published();
    let rows: Vec<&RowId> = register.arrangements().iter().flat_map(|a| &a.rows).map(|row| &row.id).collect();
    let without = |removed: &RowId| keep(|id| id != removed.as_str());
    let alone = |kept: &RowId| keep(|id| id == kept.as_str());
    let cut: BTreeMap<&RowId, (Register, Register)> =
        rows.iter().map(|row| (*row, (without(row), alone(row)))).collect();

    let mut cited = BTreeSet::new();
    for label in labels() {
        for market in register.markets() {
            for on in days() {
                for finding in ask(register, &label, &market.code.to_string(), on).findings() {
                    let id = &finding.cited.row.id;
                    let (without, alone) = &cut[id];
                    let again = |register| {
                        let recognition = ask(register, &label, &market.code.to_string(), on);
                        let same = recognition.findings().iter().find(|other| other.cited.row.id == *id);
                        same.map(|other| (other.level, other.mode, other.caveats().collect::<Vec<_>>()))
                    };
                    assert_eq!(again(without), None, "{id} is gone and still cited");
                    let expected = (finding.level, finding.mode, finding.caveats().collect::<Vec<_>>());
                    assert_eq!(again(alone), Some(expected), "{id} needs another row");
                    cited.insert(id.clone());
                }
            }
        }
    }
    let mapped = register.arrangements().iter().flat_map(|a| &a.rows).filter(|row| row.mapping.is_some());
    assert_eq!(cited.len(), mapped.count(), "every published row was met");
}

/// The published register with some of its rows.
fn keep(kept: impl Fn(&str) -> bool) -> Register {
    let mut register: Value = serde_json::from_slice(&published().to_json().unwrap()).unwrap();
    for arrangement in register["arrangements"].as_array_mut().unwrap() {
        arrangement["rows"].as_array_mut().unwrap().retain(|row| kept(row["id"].as_str().unwrap()));
    }
    Register::from_json(&serde_json::to_vec(&register).unwrap()).unwrap()
}

/// A label of each scheme, level and category.
fn labels() -> Vec<Label> {
    let register = published();
    let mut labels = Vec::new();
    for scheme in register.schemes() {
        let specification = scheme.specifications.first().cloned().unwrap_or_else(|| "1".parse().unwrap());
        for rung in &scheme.levels {
            for category in [None, Some("hub"), Some("tv"), Some("router"), Some("pc")] {
                labels.push(Label {
                    scheme: scheme.id.clone(),
                    level: rung.number,
                    specification: specification.clone(),
                    awarded: day("2025-01-01"),
                    category: category.map(|category| category.parse().unwrap()),
                });
            }
        }
    }
    labels
}

/// The first and the last day of each row, and the day after the last.
fn days() -> BTreeSet<Date> {
    let rows = published().arrangements().iter().flat_map(|arrangement| &arrangement.rows);
    rows.flat_map(|row| {
        let first = match row.effect.start {
            Start::Day(date) => Some(date),
            Start::Month(month) => Some(month.last().plus_days(1)),
            Start::Unknown => None,
        };
        [first, row.effect.until, row.effect.until.map(|until| until.plus_days(1))]
    })
    .flatten()
    .collect()
}
