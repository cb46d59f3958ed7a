//! Output: results to standard output, everything else to standard error.

use std::io::Write;

use serde::Serialize;
use serde_json::{Value, json};

use super::Trouble;

/// What JSON output says it is.
const SCHEMA: &str = "verilabel-issuer-output/1";

/// Prints a line of the result.
pub(crate) fn print(text: &str) -> Result<(), Trouble> {
    Ok(writeln!(anstream::stdout(), "{text}")?)
}

/// Prints the result as JSON: an object with the schema and one more member.
pub(crate) fn print_json(name: &str, value: &impl Serialize) -> Result<(), Trouble> {
    let value = serde_json::to_value(value).map_err(|e| Trouble::System(e.to_string()))?;
    let mut object = json!({ "schema": SCHEMA });
    if let Value::Object(members) = &mut object {
        members.insert(name.to_owned(), value);
    }
    print(&format!("{object:#}"))
}

/// Says something to the person at the terminal. Where even that cannot be written, nothing can be done.
pub(crate) fn say(text: &str) {
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// Columns of text, each as wide as its widest cell.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn with<const N: usize>(heading: [&str; N]) -> Self {
        Self { rows: vec![heading.map(str::to_owned).to_vec()] }
    }

    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.into());
    }

    pub(crate) fn print(&self) -> Result<(), Trouble> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns)
            .map(|at| {
                self.rows.iter().filter_map(|row| row.get(at)).map(|c| c.chars().count()).max().unwrap_or(0)
            })
            .collect();
        let mut out = anstream::stdout().lock();
        for row in &self.rows {
            let cells: Vec<String> =
                row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
            writeln!(out, "{}", cells.join("  ").trim_end())?;
        }
        Ok(())
    }
}
