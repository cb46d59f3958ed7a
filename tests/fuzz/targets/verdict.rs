//! A verdict: nothing is authentic but what an issuer of the pack sealed, and every verdict can be written down.
#![no_main]

use std::collections::BTreeSet;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use verilabel_fuzz::pack::NOW;
use verilabel_fuzz::{refusal, seeds};
use verilabel_trust::TrustPack;
use verilabel_verify::{Conclusion, Form, Outcome, Policy, Question, Report, judge};
use verilabel_wire::LabelLink;

static PACK: LazyLock<TrustPack> = LazyLock::new(|| {
    TrustPack::open(seeds::accepted(), &seeds::base_pack()).expect("the base pack is opened")
});

/// What is signed in every vector that is authentic: whatever else is was forged.
static SIGNED: LazyLock<BTreeSet<Vec<u8>>> = LazyLock::new(|| {
    seeds::authentic_labels().iter().filter_map(|label| signed(std::str::from_utf8(label).ok()?)).collect()
});

fuzz_target!(init: seeds::plant(questions), |bytes: &[u8]| {
    let Some((&first, label)) = bytes.split_first() else { return };
    let Ok(label) = std::str::from_utf8(label) else { return };
    let question = Question {
        market: ["SG", "GB", "DE"].get(usize::from(first & 3)).map(|market| market.parse().expect("a market")),
        minimum_level: (first & 4 > 0).then(|| "sg.cls-iot:2".parse().expect("a level")),
        category: (first & 8 > 0).then(|| "router".parse().expect("a category")),
    };
    let policy = Policy { max_status_age: (first & 16 > 0).then_some(60) };
    let now = if first & 32 > 0 { NOW.plus_seconds(3 * 365 * 86_400) } else { *NOW };
    let verdict = judge(label, &PACK, &question, &policy, now);

    let authentic = matches!(verdict.outcome, Outcome::Authentic(_));
    if authentic {
        assert!(signed(label).is_some_and(|signed| SIGNED.contains(&signed)), "a forged label is authentic");
    }
    if let (Conclusion::InForce, Outcome::Authentic(judged)) = (verdict.conclusion(), &verdict.outcome) {
        let validity = judged.claims().validity;
        assert!(validity.from() <= now && now < validity.until(), "in force outside its dates");
    }
    for line in verdict.lines() {
        refusal::check(line.code, &line.fact);
    }
    let report = serde_json::to_value(Report::of(&verdict)).expect("a verdict is written");
    assert_eq!(report["conclusion"], verdict.conclusion().code());
    assert_eq!(report.get("label").is_some(), authentic, "what is not authentic is not described");
});

/// Path and seal of a label link; header and payload of a credential.
fn signed(label: &str) -> Option<Vec<u8>> {
    // White space around a label is not part of it.
    let label = label.trim_ascii();
    match Form::of(label) {
        Form::Seal => {
            let link = LabelLink::parse(label).ok()?;
            Some([link.path.to_string().as_bytes(), &link.seal].concat())
        }
        Form::Credential => Some(label.rsplit_once('.')?.0.as_bytes().to_vec()),
    }
}

fn questions() -> Vec<Vec<u8>> {
    let labels = seeds::links().into_iter().chain(seeds::credentials());
    (0..64).cycle().zip(labels).map(|(first, label)| [&[first], &label[..]].concat()).collect()
}
