//! Levels, markets, arrangements.

use verilabel_label::{LabelClaims, StatusRef};
use verilabel_wire::Profile;

use super::{Vector, sealed};
use crate::messages::{GTIN, category, claims, minted, path, time, validity};
use crate::packs::{index, key};
use crate::tokens::list;

/// A label of a scheme, signed by its specimen authority.
fn of(
    authority: &str,
    scheme: &str,
    specification: &str,
    level: u8,
    awarded: &str,
    inside: Option<&str>,
) -> String {
    let claims = LabelClaims {
        scheme: scheme.parse().expect("a scheme"),
        specification: specification.parse().expect("a version"),
        awarded: awarded.parse().expect("a date"),
        category: inside.map(category),
        ..claims(level, index::VALID)
    };
    minted(&claims, &path(GTIN), &key(authority))
}

fn sg(level: u8, inside: Option<&str>) -> String {
    of("sg", "sg.cls-iot", "1.4", level, "2026-07-23", inside)
}

fn kr(level: u8) -> String {
    of("kr", "kr.cic", "specimen", level, "2026-07-23", Some("hub"))
}

fn fi(awarded: &str) -> String {
    of("fi", "fi.cybersecurity-label", "specimen", 1, awarded, Some("hub"))
}

fn de(inside: Option<&str>) -> String {
    of("de", "de.it-sik", "specimen", 1, "2026-07-23", inside)
}

pub(super) fn all() -> Vec<Vector> {
    [counts(), does_not_count(), levels(), days()].into_iter().flatten().collect()
}

fn counts() -> Vec<Vector> {
    let good = |name, fault, link, market| Vector::good(name, fault, link).market(market);
    vec![
        good("sg-in-sg", "A label in its own market.", sg(1, None), "SG"),
        good("kr-basic-in-sg", "CIC Basic fulfils CLS(IoT) level 3.", kr(2), "SG"),
        good("sg-3-in-kr", "CLS(IoT) level 3 fulfils CIC Basic.", sg(3, Some("hub")), "KR"),
        good("fi-in-sg", "A Finnish label awarded on the scheme's last day.", fi("2025-07-31"), "SG"),
        good("de-tv-in-sg", "An IT-SiK of a television set.", de(Some("tv")), "SG"),
        good("sg-1-in-gb", "CLS(IoT) of any level is deemed to comply with PSTI.", sg(1, Some("hub")), "GB"),
        good("category-asked", "The label names no category; whoever asks does.", de(None), "SG")
            .category("tv"),
    ]
}

fn does_not_count() -> Vec<Vector> {
    let not = |name, fault, link, market, code| {
        Vector::judge(name, fault, link, "not-meeting", code).market(market)
    };
    let jp = |level| of("jp", "jp.jc-star", "JST-CR-01-01-2024R1", level, "2026-07-23", Some("hub"));
    vec![
        not("kr-lite-in-sg", "CIC Lite is too low.", kr(1), "SG", "level-too-low"),
        not("sg-2-in-kr", "CLS(IoT) level 2 is too low.", sg(2, Some("hub")), "KR", "level-too-low"),
        not(
            "fi-in-gb",
            "FI to SG and SG to GB do not make FI to GB.",
            fi("2025-07-31"),
            "GB",
            "no-arrangement",
        ),
        not("kr-in-gb", "KR to SG and SG to GB do not make KR to GB.", kr(3), "GB", "no-arrangement"),
        not(
            "sg-2-in-de",
            "It only shortens the application for an IT-SiK.",
            sg(2, Some("tv")),
            "DE",
            "simplified-application-only",
        ),
        not(
            "sg-3-in-fi",
            "The Finnish scheme has awarded nothing since 31 July 2025.",
            sg(3, Some("hub")),
            "FI",
            "target-scheme-ended",
        ),
        not(
            "de-lock-in-sg",
            "A category not known to be inside.",
            de(Some("door-lock")),
            "SG",
            "category-not-known-inside",
        ),
        not("de-unknown-in-sg", "No category is known.", de(None), "SG", "category-unknown"),
        not(
            "sg-other-specification-in-gb",
            "The UK instrument names specification 1.4 only.",
            of("sg", "sg.cls-iot", "1.3", 3, "2026-07-23", Some("hub")),
            "GB",
            "specification-not-covered",
        ),
        not("jp-2-in-gb", "What ★2 counts as is not known.", jp(2), "GB", "level-not-known-covered"),
        not(
            "jp-2-of-its-own-specification-in-gb",
            "What ★2 counts as is not known, whatever specification it was awarded under.",
            of("jp", "jp.jc-star", "JST-CR-02-01-2026", 2, "2026-07-23", Some("hub")),
            "GB",
            "level-not-known-covered",
        ),
        not("jp-1-in-sg", "It only shortens the application.", jp(1), "SG", "simplified-application-only"),
        not(
            "psv-in-sg",
            "An arrangement exists; which level counts as which is not published.",
            of("alliance", "csa-alliance.psv", "1.0", 1, "2026-07-23", Some("hub")),
            "SG",
            "level-mapping-unpublished",
        ),
        not("kr-lite-in-de", "The arrangement names CIC Basic and Standard.", kr(1), "DE", "level-too-low"),
        not(
            "category-of-the-label",
            "The label's own category counts, whatever is asked with.",
            de(Some("door-lock")),
            "SG",
            "category-not-known-inside",
        )
        .category("tv"),
        not(
            "category-of-the-record",
            "The label names no category; the trust pack's record of its product does.",
            {
                let number = "CSA/220729/00777".parse().expect("a number");
                let claims = LabelClaims { number, category: None, names: None, ..claims(2, index::VALID) };
                sealed(&claims, &path(GTIN), Profile::Lean, &key("sg")).0
            },
            "DE",
            "simplified-application-only",
        )
        .category("door-lock"),
        not("unknown-market", "A market that the register lacks.", sg(3, None), "ZZ", "unknown-market"),
    ]
}

fn levels() -> Vec<Vector> {
    let asked = |vector: Vector, level| vector.minimum_level(level);
    vec![
        asked(Vector::good("level-met", "Level 3 where level 2 was asked for.", sg(3, None)), "sg.cls-iot:2"),
        asked(
            Vector::judge(
                "level-too-low",
                "Level 1 where level 2 was asked for.",
                sg(1, None),
                "not-meeting",
                "level-too-low",
            ),
            "sg.cls-iot:2",
        ),
        asked(
            Vector::good("level-met-by-a-row", "CIC Basic where CLS(IoT) level 3 was asked for.", kr(2)),
            "sg.cls-iot:3",
        ),
        asked(
            Vector::judge(
                "level-too-low-by-a-row",
                "CIC Basic, which counts as level 3, where level 4 was asked for.",
                kr(2),
                "not-meeting",
                "level-too-low",
            ),
            "sg.cls-iot:4",
        ),
        asked(
            Vector::judge(
                "level-of-an-unrelated-scheme",
                "No arrangement relates the schemes.",
                fi("2025-07-31"),
                "not-meeting",
                "no-arrangement",
            ),
            "kr.cic:1",
        ),
        asked(
            Vector::judge(
                "level-by-application-only",
                "What only shortens an application meets no level.",
                sg(2, Some("tv")),
                "not-meeting",
                "simplified-application-only",
            ),
            "de.it-sik:1",
        ),
        Vector::fake(
            "entitled-to-neither-together",
            "The authority may award this level of one scheme and another level of this one.",
            of("sg", "xx.unknown", "1", 2, "2026-07-23", None),
            "issuer-not-entitled",
        ),
        Vector::judge(
            "fi-awarded-after-the-end",
            "A Finnish label dated the day after the scheme's last award: register and label contradict each other.",
            fi("2025-08-01"),
            "cannot-tell",
            "awarded-after-scheme-ended",
        ),
        asked(
            Vector::judge(
                "standing-before-level",
                "Suspended and too low: the standing comes first.",
                minted(&claims(1, index::SUSPENDED), &path(GTIN), &key("sg")),
                "revoked",
                "suspended",
            ),
            "sg.cls-iot:2",
        ),
    ]
}

/// The register's dates: labels awarded early, with a status list that is good for years.
fn days() -> Vec<Vector> {
    let of = |authority: &str, scheme: &str, specification: &str, level, inside: &str| {
        let claims = LabelClaims {
            scheme: scheme.parse().expect("a scheme"),
            specification: specification.parse().expect("a version"),
            awarded: "2023-12-01".parse().expect("a date"),
            validity: validity("2023-12-01", "2026-11-30"),
            issued_at: time("2023-12-01"),
            status: StatusRef { list: list::OF_YEARS, index: index::VALID },
            category: Some(category(inside)),
            ..claims(level, index::VALID)
        };
        minted(&claims, &path(GTIN), &key(authority))
    };
    let sg = |level| of("sg", "sg.cls-iot", "1.4", level, "hub");
    let de = |inside| of("de", "de.it-sik", "specimen", 1, inside);
    let kr = || of("kr", "kr.cic", "specimen", 2, "tv");
    let good = |name, fault, link, market, at| Vector::good(name, fault, link).market(market).at(at);
    let not = |name, fault, link, (market, at), code| {
        Vector::judge(name, fault, link, "not-meeting", code).market(market).at(at)
    };
    let vectors = vec![
        not(
            "row-not-yet-in-effect",
            "The last second (UTC) of the day before.",
            sg(3),
            ("KR", "2024-12-31T23:59:59Z"),
            "not-yet-in-effect",
        ),
        good(
            "row-in-effect",
            "The first second (UTC) of the first day.",
            sg(3),
            "KR",
            "2025-01-01T00:00:00Z",
        ),
        good(
            "row-before-it-ended",
            "The last day of the text of 2022.",
            de("tv"),
            "SG",
            "2024-10-15T23:59:59Z",
        ),
        not(
            "row-category-outside",
            "The text of 2022 leaves door locks out.",
            de("door-lock"),
            ("SG", "2024-10-15T00:00:00Z"),
            "category-outside",
        ),
        not(
            "row-month-not-yet-begun",
            "It took effect on some day of a month that has not begun.",
            kr(),
            ("DE", "2025-08-31T23:59:59Z"),
            "not-yet-in-effect",
        ),
        not(
            "row-month-of-its-beginning",
            "It took effect on some day of this month.",
            kr(),
            ("DE", "2025-09-15T00:00:00Z"),
            "effective-date-unknown",
        ),
        good(
            "row-month-after",
            "It has taken effect by the end of that month.",
            kr(),
            "DE",
            "2025-10-01T00:00:00Z",
        ),
    ];
    vectors.into_iter().map(|vector| vector.pack("tokens")).collect()
}
