//! What a measurement says.

use serde::Serialize;

/// One figure.
#[derive(Debug, Clone, Serialize)]
pub struct Measurement {
    /// Its name.
    pub name: &'static str,
    /// The figure.
    pub value: f64,
    /// Its unit.
    pub unit: &'static str,
    /// What it is measured against.
    pub against: String,
    /// The figure by what it is measured against.
    pub ratio: Option<f64>,
    /// What it is to be.
    pub goal: String,
}

impl Measurement {
    /// Prints a row, or a JSON object.
    pub fn print(&self, json: bool) {
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

/// Prints what the columns are.
pub fn heading() {
    println!("{:<15} {:>12} {:<13} {:>7}  {:<18} measured against", "name", "value", "unit", "ratio", "goal");
}

/// The middle of some figures.
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}
