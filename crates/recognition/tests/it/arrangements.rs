//! Every row of every arrangement, in each direction, on both sides of every date that matters.

use verilabel_label::Level;
use verilabel_recognition::WhyNot;

use crate::support::{Label, answer, ask, day, published};

/// Label, market or scheme, date, answer.
type Case = (&'static str, &'static str, &'static str, &'static str);

fn check(cases: &[Case]) {
    let wrong: Vec<_> = cases
        .iter()
        .filter_map(|&(label, target, on, expected)| {
            let found = answer(&ask(published(), &Label::read(label), target, day(on)));
            (found != expected)
                .then(|| format!("{label} -> {target} on {on}\n  expected {expected}\n  found    {found}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Not the rows of ended schemes and arrangements, of unpublished levels, nor those that only shorten an application.
#[test]
fn rows_that_count_are_told_from_those_that_do_not() {
    let counting = |on| -> Vec<&str> {
        let arrangements = published().arrangements().iter();
        let rows = arrangements.flat_map(|a| a.rows.iter().map(move |row| (a, row)));
        let counting = rows.filter(|(a, row)| published().counts_on(a, row, day(on)));
        counting.map(|(_, row)| row.id.as_str()).collect()
    };
    assert_eq!(
        counting("2024-10-15"),
        ["sg-fi-2021.fi-cls", "sg-fi-2021.cls-fi", "sg-de-2022.it-sik-cls", "sg-de-2022.cls-it-sik",]
    );
    assert_eq!(
        counting("2026-11-22"),
        [
            "sg-fi-2021.fi-cls",
            "sg-de-2022.it-sik-cls-2024",
            "sg-kr-2024.cic-cls",
            "sg-kr-2024.cls-cic",
            "kr-de-2025.cic-it-sik",
            "kr-de-2025.it-sik-cic",
            "sg-gb-2025.cls-psti",
            "gb-jp-2025.jc-star-psti",
        ]
    );
}

#[test]
fn sg_fi_2021_finnish_label_in_singapore() {
    let recognised = "fulfils-level sg.cls-iot 3 by sg-fi-2021.fi-cls [start-from-signature]";
    let ended = "fulfils-level sg.cls-iot 3 by sg-fi-2021.fi-cls [source-scheme-ended, start-from-signature]";
    check(&[
        (
            "fi.cybersecurity-label 1 awarded:2021-01-01",
            "SG",
            "2021-10-05",
            "no: not-yet-in-effect sg-fi-2021.fi-cls",
        ),
        ("fi.cybersecurity-label 1 awarded:2021-01-01", "SG", "2021-10-06", recognised),
        ("fi.cybersecurity-label 1", "SG", "2025-07-31", recognised),
        ("fi.cybersecurity-label 1", "SG", "2025-08-01", ended),
        ("fi.cybersecurity-label 1 awarded:2025-07-31", "SG", "2026-11-22", ended),
        (
            "fi.cybersecurity-label 1 awarded:2025-08-01",
            "SG",
            "2026-11-22",
            "no: awarded-after-scheme-ended sg-fi-2021.fi-cls",
        ),
        // The scope is consumer IoT as a whole: the category does not matter.
        ("fi.cybersecurity-label 1 door-lock", "SG", "2025-07-31", recognised),
    ]);
}

#[test]
fn sg_fi_2021_singapore_label_in_finland() {
    let recognised = "fulfils-level fi.cybersecurity-label 1 by sg-fi-2021.cls-fi [start-from-signature]";
    check(&[
        ("sg.cls-iot 3", "FI", "2021-10-05", "no: not-yet-in-effect sg-fi-2021.cls-fi"),
        ("sg.cls-iot 3", "FI", "2021-10-06", recognised),
        ("sg.cls-iot 4", "FI", "2025-07-31", recognised),
        ("sg.cls-iot 4", "FI", "2025-08-01", "no: target-scheme-ended sg-fi-2021.cls-fi"),
        ("sg.cls-iot 2", "FI", "2024-01-01", "no: level-too-low sg-fi-2021.cls-fi"),
        // The level is asked before the end of the other scheme.
        ("sg.cls-iot 2", "FI", "2026-01-01", "no: level-too-low sg-fi-2021.cls-fi"),
    ]);
}

#[test]
fn sg_de_2022_german_label_in_singapore() {
    let before_signature =
        "no: not-yet-in-effect sg-de-2022.it-sik-cls; not-yet-in-effect sg-de-2022.it-sik-cls-2024";
    let of_2022 = "fulfils-level sg.cls-iot 2 by sg-de-2022.it-sik-cls [start-from-signature]";
    let of_2024 = "fulfils-level sg.cls-iot 2 by sg-de-2022.it-sik-cls-2024";
    check(&[
        ("de.it-sik 1 camera", "SG", "2022-10-19", before_signature),
        ("de.it-sik 1 camera", "SG", "2022-10-20", of_2022),
        ("de.it-sik 1 camera", "SG", "2024-10-15", of_2022),
        ("de.it-sik 1 camera", "SG", "2024-10-16", of_2024),
        ("de.it-sik 1 thermostat", "SG", "2026-11-22", of_2024),
        // Routers joined on 16 October 2024.
        (
            "de.it-sik 1 router",
            "SG",
            "2024-10-15",
            "no: category-outside sg-de-2022.it-sik-cls; not-yet-in-effect sg-de-2022.it-sik-cls-2024",
        ),
        ("de.it-sik 1 router", "SG", "2024-10-16", of_2024),
        // What 2022 left out is not known since.
        (
            "de.it-sik 1 door-lock",
            "SG",
            "2024-10-15",
            "no: category-outside sg-de-2022.it-sik-cls; not-yet-in-effect sg-de-2022.it-sik-cls-2024",
        ),
        (
            "de.it-sik 1 door-lock",
            "SG",
            "2024-10-16",
            "no: no-longer-in-effect sg-de-2022.it-sik-cls; category-not-known-inside sg-de-2022.it-sik-cls-2024",
        ),
        (
            "de.it-sik 1",
            "SG",
            "2026-11-22",
            "no: no-longer-in-effect sg-de-2022.it-sik-cls; category-unknown sg-de-2022.it-sik-cls-2024",
        ),
    ]);
}

#[test]
fn sg_de_2022_singapore_label_in_germany() {
    let of_2022 = "fulfils-level de.it-sik 1 by sg-de-2022.cls-it-sik [start-from-signature]";
    let of_2024 = "simplified-application de.it-sik 1 by sg-de-2022.cls-it-sik-2024";
    check(&[
        (
            "sg.cls-iot 2 tv",
            "DE",
            "2022-10-19",
            "no: not-yet-in-effect sg-de-2022.cls-it-sik; not-yet-in-effect sg-de-2022.cls-it-sik-2024",
        ),
        ("sg.cls-iot 2 tv", "DE", "2022-10-20", of_2022),
        ("sg.cls-iot 4 tv", "DE", "2024-10-15", of_2022),
        ("sg.cls-iot 4 tv", "DE", "2024-10-16", of_2024),
        ("sg.cls-iot 2 router", "DE", "2026-11-22", of_2024),
        (
            "sg.cls-iot 1 tv",
            "DE",
            "2024-10-15",
            "no: level-too-low sg-de-2022.cls-it-sik; not-yet-in-effect sg-de-2022.cls-it-sik-2024",
        ),
        (
            "sg.cls-iot 1 tv",
            "DE",
            "2026-11-22",
            "no: no-longer-in-effect sg-de-2022.cls-it-sik; level-too-low sg-de-2022.cls-it-sik-2024",
        ),
        (
            "sg.cls-iot 3 phone",
            "DE",
            "2023-01-01",
            "no: category-outside sg-de-2022.cls-it-sik; not-yet-in-effect sg-de-2022.cls-it-sik-2024",
        ),
    ]);
}

#[test]
fn sg_de_2022_what_was_left_out_in_2022() {
    for category in ["door-lock", "detector", "pc", "phone", "tablet"] {
        let label = Label::read(&format!("sg.cls-iot 3 {category}"));
        let codes = |on| {
            ask(published(), &label, "DE", day(on)).reasons().iter().map(WhyNot::code).collect::<Vec<_>>()
        };
        assert_eq!(codes("2024-10-15"), ["category-outside", "not-yet-in-effect"], "{category}");
        assert_eq!(codes("2024-10-16"), ["no-longer-in-effect", "category-not-known-inside"], "{category}");
    }
}

#[test]
fn sg_alliance_2024_exists_and_says_no_level() {
    let unpublished = "no: level-mapping-unpublished sg-alliance-2024.psv-cls";
    check(&[
        ("csa-alliance.psv 1", "SG", "2024-03-18", "no: not-yet-in-effect sg-alliance-2024.psv-cls"),
        ("csa-alliance.psv 1", "SG", "2024-03-19", unpublished),
        ("csa-alliance.psv 1 hub", "SG", "2026-11-22", unpublished),
        ("sg.cls-iot 4", "csa-alliance.psv", "2024-03-18", "no: not-yet-in-effect sg-alliance-2024.cls-psv"),
        (
            "sg.cls-iot 4",
            "csa-alliance.psv",
            "2024-03-19",
            "no: level-mapping-unpublished sg-alliance-2024.cls-psv",
        ),
    ]);
}

#[test]
fn sg_kr_2024_korean_label_in_singapore() {
    let recognised = "fulfils-level sg.cls-iot 3 by sg-kr-2024.cic-cls";
    check(&[
        ("kr.cic 2 hub", "SG", "2024-12-31", "no: not-yet-in-effect sg-kr-2024.cic-cls"),
        ("kr.cic 2 hub", "SG", "2025-01-01", recognised),
        ("kr.cic 3 assistant", "SG", "2026-11-22", recognised),
        ("kr.cic 1 hub", "SG", "2025-01-01", "no: level-too-low sg-kr-2024.cic-cls"),
        ("kr.cic 2 camera", "SG", "2025-01-01", "no: category-not-known-inside sg-kr-2024.cic-cls"),
        ("kr.cic 2", "SG", "2025-01-01", "no: category-unknown sg-kr-2024.cic-cls"),
    ]);
}

#[test]
fn sg_kr_2024_singapore_label_in_korea() {
    let recognised = "fulfils-level kr.cic 2 by sg-kr-2024.cls-cic";
    check(&[
        ("sg.cls-iot 3 alarm", "KR", "2024-12-31", "no: not-yet-in-effect sg-kr-2024.cls-cic"),
        ("sg.cls-iot 3 alarm", "KR", "2025-01-01", recognised),
        ("sg.cls-iot 4 home-automation", "KR", "2026-11-22", recognised),
        ("sg.cls-iot 2 alarm", "KR", "2025-01-01", "no: level-too-low sg-kr-2024.cls-cic"),
        ("sg.cls-iot 3 router", "KR", "2025-01-01", "no: category-not-known-inside sg-kr-2024.cls-cic"),
    ]);
}

#[test]
fn kr_de_2025_korean_label_in_germany() {
    let recognised = "fulfils-level de.it-sik 1 by kr-de-2025.cic-it-sik [reported, start-inferred]";
    check(&[
        ("kr.cic 2 tv", "DE", "2025-08-31", "no: not-yet-in-effect kr-de-2025.cic-it-sik"),
        ("kr.cic 2 tv", "DE", "2025-09-01", "no: effective-date-unknown kr-de-2025.cic-it-sik"),
        ("kr.cic 2 tv", "DE", "2025-09-30", "no: effective-date-unknown kr-de-2025.cic-it-sik"),
        ("kr.cic 2 tv", "DE", "2025-10-01", recognised),
        ("kr.cic 3 vacuum", "DE", "2026-11-22", recognised),
        ("kr.cic 1 vacuum", "DE", "2026-11-22", "no: level-too-low kr-de-2025.cic-it-sik"),
        ("kr.cic 3 camera", "DE", "2026-11-22", "no: category-not-known-inside kr-de-2025.cic-it-sik"),
    ]);
}

#[test]
fn kr_de_2025_german_label_in_korea() {
    let recognised = "fulfils-level kr.cic 1 by kr-de-2025.it-sik-cic [reported, start-inferred]";
    check(&[
        ("de.it-sik 1 refrigerator", "KR", "2025-08-31", "no: not-yet-in-effect kr-de-2025.it-sik-cic"),
        ("de.it-sik 1 refrigerator", "KR", "2025-09-30", "no: effective-date-unknown kr-de-2025.it-sik-cic"),
        ("de.it-sik 1 refrigerator", "KR", "2025-10-01", recognised),
        ("de.it-sik 1 router", "KR", "2025-10-01", "no: category-not-known-inside kr-de-2025.it-sik-cic"),
    ]);
}

#[test]
fn sg_gb_2025_singapore_label_in_the_united_kingdom() {
    let recognised = "deemed-compliant gb.psti 1 by sg-gb-2025.cls-psti";
    check(&[
        ("sg.cls-iot 1 hub", "GB", "2025-12-03", "no: not-yet-in-effect sg-gb-2025.cls-psti"),
        ("sg.cls-iot 1 hub", "GB", "2025-12-04", recognised),
        ("sg.cls-iot 4 alarm", "GB", "2026-01-01", recognised),
        ("sg.cls-iot 4 alarm @1.3", "GB", "2026-01-01", "no: specification-not-covered sg-gb-2025.cls-psti"),
        ("sg.cls-iot 4 router", "GB", "2026-01-01", "no: category-not-known-inside sg-gb-2025.cls-psti"),
        // The specification is asked before the category.
        ("sg.cls-iot 4 @1.3", "GB", "2026-01-01", "no: specification-not-covered sg-gb-2025.cls-psti"),
    ]);
}

#[test]
fn sg_gb_2025_statement_of_compliance_in_singapore() {
    check(&[
        ("gb.psti 1 hub", "SG", "2025-12-31", "no: not-yet-in-effect sg-gb-2025.psti-cls"),
        ("gb.psti 1 hub", "SG", "2026-01-01", "simplified-application sg.cls-iot 1 by sg-gb-2025.psti-cls"),
        ("gb.psti 1 toy", "SG", "2026-01-01", "no: category-not-known-inside sg-gb-2025.psti-cls"),
    ]);
}

#[test]
fn gb_jp_2025_japanese_label_in_the_united_kingdom() {
    let recognised = "deemed-compliant gb.psti 1 by gb-jp-2025.jc-star-psti";
    let not_known = "no: level-not-known-covered gb-jp-2025.jc-star-psti";
    check(&[
        ("jp.jc-star 1", "GB", "2025-12-03", "no: not-yet-in-effect gb-jp-2025.jc-star-psti"),
        ("jp.jc-star 1", "GB", "2025-12-04", recognised),
        ("jp.jc-star 1 camera", "GB", "2026-11-22", recognised),
        ("jp.jc-star 2", "GB", "2026-11-22", not_known),
        ("jp.jc-star 3", "GB", "2026-11-22", not_known),
        ("jp.jc-star 4", "GB", "2026-11-22", not_known),
        // Higher levels have specifications of their own.
        ("jp.jc-star 2 @JST-CR-02-01-2026", "GB", "2026-11-22", not_known),
        (
            "jp.jc-star 1 @JST-CR-01-01-2026",
            "GB",
            "2026-11-22",
            "no: specification-not-covered gb-jp-2025.jc-star-psti",
        ),
    ]);
}

#[test]
fn gb_jp_2025_statement_of_compliance_in_japan() {
    check(&[
        ("gb.psti 1", "JP", "2025-12-31", "no: not-yet-in-effect gb-jp-2025.psti-jc-star"),
        ("gb.psti 1", "JP", "2026-01-01", "simplified-application jp.jc-star 1 by gb-jp-2025.psti-jc-star"),
    ]);
}

#[test]
fn sg_jp_2026_both_ways() {
    check(&[
        ("jp.jc-star 1", "SG", "2026-05-31", "no: not-yet-in-effect sg-jp-2026.jc-star-cls"),
        (
            "jp.jc-star 1",
            "SG",
            "2026-06-01",
            "simplified-application sg.cls-iot 1 by sg-jp-2026.jc-star-cls [reported]",
        ),
        ("jp.jc-star 2", "SG", "2026-06-01", "no: level-not-covered sg-jp-2026.jc-star-cls"),
        ("sg.cls-iot 1", "JP", "2026-05-31", "no: not-yet-in-effect sg-jp-2026.cls-jc-star"),
        (
            "sg.cls-iot 1",
            "JP",
            "2026-06-01",
            "simplified-application jp.jc-star 1 by sg-jp-2026.cls-jc-star [reported]",
        ),
        ("sg.cls-iot 3", "JP", "2026-06-01", "no: level-not-covered sg-jp-2026.cls-jc-star"),
    ]);
}

#[test]
fn at_home_a_label_counts_as_itself() {
    check(&[
        ("sg.cls-iot 4", "SG", "2026-11-22", "own 4"),
        ("sg.cls-md 2", "SG", "2026-11-22", "own 2"),
        ("gb.psti 1", "GB", "2026-11-22", "own 1"),
        ("kr.cic 1", "kr.cic", "2026-11-22", "own 1"),
        ("csa-alliance.psv 1", "csa-alliance.psv", "2026-11-22", "own 1"),
        ("fi.cybersecurity-label 1", "FI", "2025-07-31", "own 1"),
        ("fi.cybersecurity-label 1", "FI", "2025-08-01", "own 1 [source-scheme-ended]"),
        ("fi.cybersecurity-label 1 awarded:2025-08-01", "FI", "2026-11-22", "no: awarded-after-scheme-ended"),
    ]);
}

#[test]
fn nothing_counts_where_no_row_leads() {
    check(&[
        // Finland to Singapore and Singapore to the United Kingdom do not make Finland to the United Kingdom.
        ("fi.cybersecurity-label 1 hub", "GB", "2026-11-22", "no: no-arrangement"),
        ("fi.cybersecurity-label 1 tv", "DE", "2026-11-22", "no: no-arrangement"),
        ("jp.jc-star 1 tv", "DE", "2026-11-22", "no: no-arrangement"),
        ("kr.cic 3 hub", "GB", "2026-11-22", "no: no-arrangement"),
        // The medical scheme and the Cyber Trust Mark are in no arrangement.
        ("sg.cls-md 4", "DE", "2026-11-22", "no: no-arrangement"),
        ("us.cyber-trust-mark 1", "SG", "2026-11-22", "no: no-arrangement"),
        ("sg.cls-iot 4 hub", "US", "2026-11-22", "no: no-arrangement"),
        // Two schemes of one market do not stand for each other.
        ("sg.cls-iot 4", "sg.cls-md", "2026-11-22", "no: no-arrangement"),
        ("sg.cls-iot 4", "AU", "2026-11-22", "no: unknown-market"),
        ("sg.cls-iot 4", "eu.cra", "2026-11-22", "no: unknown-scheme"),
        ("eu.cra 1", "SG", "2026-11-22", "no: unknown-scheme"),
        ("sg.cls-iot 5", "SG", "2026-11-22", "no: unknown-level"),
        ("sg.cls-iot 9 hub", "KR", "2026-11-22", "no: unknown-level"),
    ]);
}

#[test]
fn the_tables_above_leave_no_row_out() {
    let text = include_str!("arrangements.rs");
    for row in published().arrangements().iter().flat_map(|arrangement| &arrangement.rows) {
        let id = &row.id;
        let refused = text.contains(&format!("not-yet-in-effect {id}"));
        let decided =
            text.contains(&format!(" by {id}")) || text.contains(&format!("level-mapping-unpublished {id}"));
        assert!(refused && decided, "{id} lacks a case before or after its beginning");
    }
}

#[test]
fn what_counts_and_as_what() {
    let label = Label::read("sg.cls-iot 3 hub");
    let counts = |label: &Label, target: &str, scheme: &str| {
        let recognition = ask(published(), label, target, day("2026-11-22"));
        (recognition.counts(), recognition.counts_as(&scheme.parse().unwrap()).map(Level::number))
    };
    assert_eq!(counts(&label, "KR", "kr.cic"), (true, Some(2)));
    assert_eq!(counts(&label, "KR", "de.it-sik"), (true, None));
    assert_eq!(counts(&label, "SG", "sg.cls-iot"), (true, Some(3)));
    assert_eq!(counts(&label, "SG", "sg.cls-md"), (true, None));
    // A shorter application is a finding, and does not count.
    assert_eq!(counts(&label, "DE", "de.it-sik"), (false, None));
    assert_eq!(ask(published(), &label, "DE", day("2026-11-22")).findings().len(), 1);
    assert_eq!(counts(&label, "JP", "jp.jc-star"), (false, None));
}

#[test]
fn where_a_label_counts_names_every_market_once() {
    let label = Label::read("sg.cls-iot 3 hub");
    let found: Vec<_> = published()
        .where_it_counts(&label.subject(), day("2026-11-22"))
        .iter()
        .map(|(market, recognition)| format!("{} {}", market.code, answer(recognition)))
        .collect();
    assert_eq!(
        found,
        [
            "SG own 3",
            "FI no: target-scheme-ended sg-fi-2021.cls-fi",
            "DE simplified-application de.it-sik 1 by sg-de-2022.cls-it-sik-2024",
            "KR fulfils-level kr.cic 2 by sg-kr-2024.cls-cic",
            "GB deemed-compliant gb.psti 1 by sg-gb-2025.cls-psti",
            "JP no: level-not-covered sg-jp-2026.cls-jc-star",
            "US no: no-arrangement",
        ]
    );
}

/// What is not known is not a "no": every reason of §4 stands here once.
#[test]
fn a_reason_says_whether_it_is_a_no() {
    let cases = [
        ("eu.cra 1", "SG", "2026-11-22", "unknown-scheme", true),
        ("sg.cls-iot 5", "SG", "2026-11-22", "unknown-level", true),
        ("sg.cls-iot 4", "AU", "2026-11-22", "unknown-market", true),
        ("sg.cls-iot 4", "US", "2026-11-22", "no-arrangement", false),
        ("kr.cic 2 hub", "SG", "2024-12-31", "not-yet-in-effect", false),
        ("sg.cls-iot 1 hub", "DE", "2026-11-22", "no-longer-in-effect", false),
        (
            "fi.cybersecurity-label 1 awarded:2025-08-01",
            "SG",
            "2026-11-22",
            "awarded-after-scheme-ended",
            false,
        ),
        (
            "fi.cybersecurity-label 1 awarded:2025-08-01",
            "FI",
            "2026-11-22",
            "awarded-after-scheme-ended",
            false,
        ),
        ("csa-alliance.psv 1", "SG", "2026-11-22", "level-mapping-unpublished", true),
        ("kr.cic 2 tv", "DE", "2025-09-30", "effective-date-unknown", true),
        ("sg.cls-iot 4 hub @1.3", "GB", "2026-11-22", "specification-not-covered", false),
        ("jp.jc-star 2", "GB", "2026-11-22", "level-not-known-covered", true),
        ("kr.cic 1 hub", "SG", "2026-11-22", "level-too-low", false),
        ("jp.jc-star 2", "SG", "2026-11-22", "level-not-covered", false),
        ("de.it-sik 1 pc", "SG", "2022-10-20", "category-outside", false),
        ("kr.cic 2", "SG", "2026-11-22", "category-unknown", true),
        ("kr.cic 2 toy", "SG", "2026-11-22", "category-not-known-inside", true),
        ("sg.cls-iot 3", "FI", "2026-11-22", "target-scheme-ended", false),
    ];
    for (label, target, on, code, unknown) in cases {
        let label = Label::read(label);
        let recognition = ask(published(), &label, target, day(on));
        let first = &recognition.reasons()[0];
        assert_eq!((first.code(), first.is_unknown()), (code, unknown));
    }
}

#[test]
fn answers_are_named_and_compared_by_what_they_cite() {
    let label = Label::read("jp.jc-star 1 hub");
    let asked = |target: &str, on: &str| ask(published(), &label, target, day(on));
    assert_eq!(asked("JP", "2026-11-22").code(), "own");
    assert_eq!(asked("SG", "2026-11-22").code(), "recognised");
    assert_eq!(asked("DE", "2026-11-22").code(), "not-recognised");
    assert_eq!(asked("SG", "2026-11-22"), asked("SG", "2026-11-23"));
    let (kr, de) = (Label::read("kr.cic 2 hub"), Label::read("kr.cic 2 toy"));
    let cited =
        |label, target| ask(published(), label, target, day("2020-01-01")).reasons()[0].cited().unwrap();
    assert_eq!(cited(&kr, "SG"), cited(&de, "SG"));
    assert_ne!(cited(&kr, "SG"), cited(&kr, "DE"));
}
