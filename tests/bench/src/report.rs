//! What a measurement says.

use serde::Serialize;

/// One figure.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Measurement {
    pub(crate) name: &'static str,
    pub(crate) value: f64,
    pub(crate) unit: &'static str,
    pub(crate) against: String,
    pub(crate) ratio: Option<f64>,
    pub(crate) goal: String,
}

impl Measurement {
    pub(crate) fn print(&self, json: bool) {
        if json {
            if let Ok(line) = serde_json::to_string(self) {
                println!("{line}");
            }
            return;
        }
        let ratio = self.ratio.map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.3}"));
        println!(
            "{:<15} {:>12.1} {:<13} {:>7}  {:<18} {}",
            self.name, self.value, self.unit, ratio, self.goal, self.against
        );
    }
}

pub(crate) fn heading() {
    println!("{:<15} {:>12} {:<13} {:>7}  {:<18} measured against", "name", "value", "unit", "ratio", "goal");
}

/// The middle of some figures.
pub(crate) fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}
