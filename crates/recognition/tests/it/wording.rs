//! The words themselves. A change here is a change of what people are told.

use crate::support::{Label, ask, day, published};
use verilabel_recognition::Recognition;

/// What is said about a label: findings with their caveats, or reasons, one a line.
fn said(label: &str, target: &str, on: &str) -> String {
    let label = Label::read(label);
    let lines: Vec<String> = match ask(published(), &label, target, day(on)) {
        Recognition::Own(own) => {
            std::iter::once(own.to_string()).chain(own.caveat.map(|caveat| format!("- {caveat}"))).collect()
        }
        Recognition::Recognised(findings) => findings
            .iter()
            .flat_map(|finding| {
                std::iter::once(finding.to_string())
                    .chain(finding.caveats().map(|caveat| format!("- {caveat}")))
            })
            .collect(),
        Recognition::NotRecognised(reasons) => reasons.iter().map(ToString::to_string).collect(),
    };
    lines.join("\n")
}

#[test]
fn findings_name_mode_arrangement_and_dates() {
    let cases = [
        (
            ("kr.cic 2 hub", "SG", "2025-01-01"),
            "Cyber Security Agency of Singapore treats this label as fulfilling CLS(IoT) Level 3 (arrangement \
             sg-kr-2024, in effect since 2025-01-01)",
        ),
        (
            ("sg.cls-iot 3 hub", "KR", "2025-01-01"),
            "Korea Internet & Security Agency treats this label as fulfilling CIC Basic (arrangement sg-kr-2024, in \
             effect since 2025-01-01)",
        ),
        (
            ("sg.cls-iot 1 hub", "GB", "2025-12-04"),
            "This label counts by law as meeting the PSTI requirements (arrangement sg-gb-2025, in force by law since \
             2025-12-04)",
        ),
        (
            ("jp.jc-star 1", "SG", "2026-06-01"),
            "This label only shortens the application for CLS(IoT) Level 1; it does not count as one (arrangement \
             sg-jp-2026, in effect since 2026-06-01; reported, not confirmed)\n\
             - known from secondary texts only, not confirmed by an official one",
        ),
        (
            ("de.it-sik 1 camera", "SG", "2024-10-15"),
            "Cyber Security Agency of Singapore treats this label as fulfilling CLS(IoT) Level 2 (arrangement \
             sg-de-2022, counted from its signature on 2022-10-20, no effective date being known, until 2024-10-15)\n\
             - no effective date was found; the date of signature is taken",
        ),
        (
            ("kr.cic 3 tv", "DE", "2025-10-01"),
            "Federal Office for Information Security (BSI) treats this label as fulfilling IT-SiK (arrangement \
             kr-de-2025, in effect since 2025-09, a date inferred; reported, not confirmed)\n\
             - known from secondary texts only, not confirmed by an official one\n\
             - the beginning is inferred, not read in a text",
        ),
        (
            ("fi.cybersecurity-label 1", "SG", "2026-11-22"),
            "Cyber Security Agency of Singapore treats this label as fulfilling CLS(IoT) Level 3 (arrangement \
             sg-fi-2021, counted from its signature on 2021-10-06, no effective date being known)\n\
             - the label's scheme stopped awarding on 2025-07-31; what becomes of its live labels is not known\n\
             - no effective date was found; the date of signature is taken",
        ),
        (
            ("fi.cybersecurity-label 1", "FI", "2026-11-22"),
            "This label counts as what it is: Finnish Cybersecurity Label\n\
             - the label's scheme stopped awarding on 2025-07-31; what becomes of its live labels is not known",
        ),
    ];
    for ((label, target, on), expected) in cases {
        assert_eq!(said(label, target, on), expected);
    }
}

#[test]
fn reasons_name_the_fact_that_decides() {
    let cases = [
        (("eu.cra 1", "SG", "2026-01-01"), "the register has no scheme eu.cra"),
        (("sg.cls-iot 5", "SG", "2026-01-01"), "CLS(IoT) has no level 5"),
        (("sg.cls-iot 4", "AU", "2026-01-01"), "the register has no market AU"),
        (("kr.cic 3 hub", "GB", "2026-01-01"), "no arrangement leads from CIC to United Kingdom"),
        (("sg.cls-iot 4", "sg.cls-md", "2026-01-01"), "no arrangement leads from CLS(IoT) to CLS(MD)"),
        (
            ("kr.cic 2 hub", "SG", "2024-12-31"),
            "arrangement sg-kr-2024 counts in this way only from 2025-01-01",
        ),
        (
            ("kr.cic 2 tv", "DE", "2025-08-31"),
            "arrangement kr-de-2025 counts in this way from 2025-09 at the earliest",
        ),
        (
            ("csa-alliance.psv 1", "SG", "2024-03-18"),
            "arrangement sg-alliance-2024 was signed only on 2024-03-19",
        ),
        (
            ("csa-alliance.psv 1", "SG", "2026-01-01"),
            "arrangement sg-alliance-2024 exists, but which level counts as which is not published",
        ),
        (("kr.cic 2 tv", "DE", "2025-09-15"), "arrangement kr-de-2025 begins in 2025-09, on a day not known"),
        (
            ("sg.cls-iot 1 tv", "DE", "2025-01-01"),
            "arrangement sg-de-2022 counted in this way only until 2024-10-15\n\
             arrangement sg-de-2022 begins at CLS(IoT) Level 2, and the label has CLS(IoT) Level 1",
        ),
        (
            ("fi.cybersecurity-label 1 awarded:2025-08-01", "SG", "2026-01-01"),
            "the label was awarded on 2025-08-01, after Finnish Cybersecurity Label stopped awarding on 2025-07-31",
        ),
        (
            ("fi.cybersecurity-label 1 awarded:2025-08-01", "FI", "2026-01-01"),
            "the label was awarded on 2025-08-01, after Finnish Cybersecurity Label stopped awarding on 2025-07-31",
        ),
        (
            ("sg.cls-iot 1 hub @1.3", "GB", "2026-01-01"),
            "arrangement sg-gb-2025 covers CLS(IoT) specification 1.4, and the label was awarded under 1.3",
        ),
        (("jp.jc-star 2", "SG", "2026-06-01"), "arrangement sg-jp-2026 does not name JC-STAR ★2"),
        (
            ("jp.jc-star 2", "GB", "2026-06-01"),
            "arrangement gb-jp-2025 does not say, in the text read, whether JC-STAR ★2 counts",
        ),
        (
            ("sg.cls-iot 2 pc", "DE", "2024-10-16"),
            "arrangement sg-de-2022 counted in this way only until 2024-10-15\n\
             arrangement sg-de-2022 does not say whether it covers the category pc",
        ),
        (
            ("sg.cls-iot 2 pc", "DE", "2022-10-20"),
            "arrangement sg-de-2022 leaves out the category pc\n\
             arrangement sg-de-2022 counts in this way only from 2024-10-16",
        ),
        (
            ("kr.cic 2", "SG", "2025-01-01"),
            "arrangement sg-kr-2024 depends on the product category, and the label names none",
        ),
        (
            ("sg.cls-iot 3", "FI", "2025-08-01"),
            "arrangement sg-fi-2021 leads to Finnish Cybersecurity Label, which stopped awarding on 2025-07-31",
        ),
    ];
    for ((label, target, on), expected) in cases {
        assert_eq!(said(label, target, on), expected);
    }
}

/// Whatever is asked, nobody is told that a product has a level of a scheme that did not award it.
#[test]
fn no_finding_says_that_the_label_is_another() {
    for label in ["kr.cic 2 hub", "jp.jc-star 1 hub", "gb.psti 1 hub", "de.it-sik 1 hub", "sg.cls-iot 3 hub"]
    {
        for market in published().markets() {
            let label = Label::read(label);
            let recognition = ask(published(), &label, &market.code.to_string(), day("2026-11-22"));
            for finding in recognition.findings() {
                let sentence = finding.to_string();
                assert!(!sentence.contains(" has ") && !sentence.contains(" is a "), "{sentence}");
                assert!(sentence.contains(finding.cited.arrangement.id.as_str()), "{sentence}");
            }
        }
    }
}
