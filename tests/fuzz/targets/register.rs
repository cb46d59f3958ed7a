//! A register: what is read is written back, every question has an answer, and an answer cites its own row.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use verilabel_fuzz::{json, refusal, seeds};
use verilabel_label::{CategoryId, Date, SpecificationVersion};
use verilabel_recognition::{Recognition, Register, Scheme, Subject, map_svg};

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    json::mutate(data, size, max_size, seed, 0)
});

fuzz_target!(init: seeds::plant(seeds::registers), |bytes: &[u8]| {
    let register = match Register::from_json(bytes) {
        Ok(register) => register,
        Err(error) => return refusal::check(error.code(), &error),
    };
    let written = register.to_json().expect("a register is written");
    let again = Register::from_json(&written).expect("what is written is read");
    assert_eq!(again, register);
    assert_eq!(again.to_json().expect("a register is written"), written);

    let anything = SpecificationVersion::new("0").expect("a version");
    for scheme in register.schemes().iter().take(8) {
        let specification = scheme.specifications.first().unwrap_or(&anything);
        ask(&register, scheme, specification, None, register.issued());
    }
    for row in register.arrangements().iter().flat_map(|arrangement| &arrangement.rows).take(8) {
        let scheme = register.scheme(&row.from).expect("a row leads from a scheme");
        let versions = row.specifications.as_ref().unwrap_or(&scheme.specifications);
        let specification = versions.first().unwrap_or(&anything);
        let inside = row.scope.inside.as_ref().and_then(|inside| inside.first());
        // The days on which answers may change, and the days around them.
        for day in row.effect.start.earliest().into_iter().chain(row.effect.until) {
            for on in [day.plus_days(-1), day, day.plus_days(1)] {
                ask(&register, scheme, specification, inside, on);
            }
        }
    }
    assert!(map_svg(&register, register.issued(), None).starts_with("<svg"));
});

/// Asks what labels of every level of a scheme count as.
fn ask(
    register: &Register,
    scheme: &Scheme,
    specification: &SpecificationVersion,
    category: Option<&CategoryId>,
    on: Date,
) {
    let awarded: Date = "2021-01-01".parse().expect("a date");
    for rung in &scheme.levels {
        let subject = Subject { scheme: &scheme.id, specification, level: rung.number, awarded, category };
        check(register, scheme, &subject, on);
    }
}

fn check(register: &Register, scheme: &Scheme, subject: &Subject<'_>, on: Date) {
    let level = subject.level;
    for (market, answer) in register.where_it_counts(subject, on) {
        match &answer {
            Recognition::Own(own) => assert_eq!((&own.scheme.id, own.level), (&scheme.id, level)),
            Recognition::Recognised(findings) => {
                for finding in findings {
                    let (row, to) = (finding.cited.row, finding.cited.to);
                    // One row, there and not back, and never by way of a third scheme.
                    assert_eq!((&row.from, &row.to, to.market), (&scheme.id, &to.id, Some(market.code)));
                    let mapping = row.mapping.as_ref().expect("a row that counts maps levels");
                    assert!(mapping.levels.contain(level) && mapping.level == finding.level);
                    assert!(
                        row.effect.start.certainly_by(on) && row.effect.until.is_none_or(|end| on <= end)
                    );
                    assert!(!finding.to_string().is_empty());
                }
            }
            Recognition::NotRecognised(reasons) => {
                assert!(!reasons.is_empty(), "nothing is refused without a reason");
                for reason in reasons {
                    assert!(!reason.code().is_empty() && !reason.to_string().is_empty());
                }
                assert!(answer.nearest_reason().is_some());
            }
        }
        assert!(answer.counts() || answer.findings().iter().all(|finding| !finding.mode.counts()));
    }
}
