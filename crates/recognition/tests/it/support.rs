//! Reading labels and writing answers in one line each, so that a table of cases reads like one.

use verilabel_label::{CategoryId, Date, Level, SchemeId, SpecificationVersion};
use verilabel_recognition::{Caveat, Recognition, Register, Subject};

/// What a verifier knows of a label, owned.
#[derive(Debug, Clone)]
pub(crate) struct Label {
    pub(crate) scheme: SchemeId,
    pub(crate) level: Level,
    pub(crate) specification: SpecificationVersion,
    pub(crate) awarded: Date,
    pub(crate) category: Option<CategoryId>,
}

impl Label {
    /// Reads `scheme level [category] [@specification] [awarded:date]`.
    pub(crate) fn read(text: &str) -> Self {
        let mut words = text.split_whitespace();
        let scheme: SchemeId = words.next().unwrap().parse().unwrap();
        let level = Level::new(words.next().unwrap().parse().unwrap()).unwrap();
        let usual = match scheme.as_str() {
            "sg.cls-iot" => "1.4",
            "jp.jc-star" => "JST-CR-01-01-2024R1",
            _ => "1.0",
        };
        let mut label =
            Self { scheme, level, specification: version(usual), awarded: day("2024-06-01"), category: None };
        for word in words {
            match (word.strip_prefix('@'), word.strip_prefix("awarded:")) {
                (Some(specification), _) => label.specification = version(specification),
                (_, Some(date)) => label.awarded = day(date),
                _ => label.category = Some(word.parse().unwrap()),
            }
        }
        label
    }

    pub(crate) fn subject(&self) -> Subject<'_> {
        Subject {
            scheme: &self.scheme,
            specification: &self.specification,
            level: self.level,
            awarded: self.awarded,
            category: self.category.as_ref(),
        }
    }
}

pub(crate) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn version(text: &str) -> SpecificationVersion {
    text.parse().unwrap()
}

pub(crate) fn published() -> &'static Register {
    Register::published().unwrap()
}

/// Asks for a market (`SG`) or for a scheme (`sg.cls-iot`).
pub(crate) fn ask<'r>(register: &'r Register, label: &Label, target: &str, on: Date) -> Recognition<'r> {
    if target.contains('.') {
        register.recognise_for_scheme(&label.subject(), &target.parse().unwrap(), on)
    } else {
        register.recognise(&label.subject(), target.parse().unwrap(), on)
    }
}

/// `own 3`, `fulfils-level kr.cic 2 by sg-kr-2024.cls-cic`, or `no: level-too-low sg-kr-2024.cic-cls`;
/// several joined by `;`, caveats in brackets.
pub(crate) fn answer(recognition: &Recognition<'_>) -> String {
    match recognition {
        Recognition::Own(own) => {
            format!("own {}{}", own.level, own.caveat.map(|c| format!(" [{}]", c.code())).unwrap_or_default())
        }
        Recognition::Recognised(findings) => findings
            .iter()
            .map(|finding| {
                let (to, row) = (&finding.cited.to.id, &finding.cited.row.id);
                let caveats: Vec<_> = finding.caveats().map(Caveat::code).collect();
                let caveats =
                    if caveats.is_empty() { String::new() } else { format!(" [{}]", caveats.join(", ")) };
                format!("{} {to} {} by {row}{caveats}", finding.mode.code(), finding.level)
            })
            .collect::<Vec<_>>()
            .join("; "),
        Recognition::NotRecognised(reasons) => {
            let reasons = reasons.iter().map(|reason| match reason.cited() {
                Some(cited) => format!("{} {}", reason.code(), cited.row.id),
                None => reason.code().to_owned(),
            });
            format!("no: {}", reasons.collect::<Vec<_>>().join("; "))
        }
    }
}
