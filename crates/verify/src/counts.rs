//! Where a label counts on its day, market by market (docs/verdict-json.md).

use serde::Serialize;
use verilabel_recognition::{Recognition, Register, Subject};

use crate::report::RecognitionReport;
use crate::{Outcome, Verdict};

/// What a label counts as in one market, in its JSON form.
#[derive(Debug, Serialize)]
pub struct CountsReport {
    /// The market's name.
    name: String,
    #[serde(flatten)]
    recognition: RecognitionReport,
}

impl CountsReport {
    /// For every market of the register, in its order: the register of the pack that the label was judged with.
    /// None of a label that is not authentic.
    #[must_use]
    pub fn of(verdict: &Verdict<'_>, register: &Register) -> Option<Vec<Self>> {
        let Outcome::Authentic(judged) = &verdict.outcome else { return None };
        let subject = Subject { category: judged.category.category(), ..Subject::from(judged.claims()) };
        let in_force = judged.standing.is_in_force();
        let markets = register.where_it_counts(&subject, verdict.at.date()).into_iter();
        Some(markets.map(|(market, recognition)| Self::new(market, &recognition, in_force)).collect())
    }

    fn new(
        market: &verilabel_recognition::MarketEntry,
        recognition: &Recognition<'_>,
        in_force: bool,
    ) -> Self {
        let counts = in_force && recognition.counts();
        let name = market.name.to_string();
        Self { name, recognition: RecognitionReport::new(market.code, counts, recognition) }
    }
}
