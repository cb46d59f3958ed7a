//! Writes the map of the published register to standard output: `map DATE [SCHEME | ROW]`.
use std::io::Write;

use verilabel_recognition::{Highlight, Register, RowId, map_svg};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let on = arguments.next().ok_or("a date is due, such as 2026-11-22")?.parse()?;
    let register = Register::published()?;
    let pointed = arguments.next();
    let scheme = pointed.as_deref().and_then(|id| id.parse().ok()).filter(|id| register.scheme(id).is_some());
    let row = pointed.as_deref().and_then(|id| RowId::new(id).ok());
    let highlight = scheme.as_ref().map(Highlight::Scheme).or(row.as_ref().map(Highlight::Row));
    std::io::stdout().write_all(map_svg(register, on, highlight).as_bytes())?;
    Ok(())
}
