//! Setting lines of text into a width.

use super::SymbolError;
use super::text::{Breaks, Line};
use crate::draw::{Fonts, TextRun, Weight};

/// The sizes text may have, as x-heights.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sizes {
    pub(crate) preferred: f64,
    pub(crate) least: f64,
}

/// How many sizes are tried between the preferred and the least.
const STEPS: u8 = 8;

/// Sets lines in one size: the largest at which all fit the width unbroken; else the least, with lines
/// broken. Without a width, the preferred size.
pub(crate) fn set(
    fonts: &Fonts,
    lines: &[Line],
    weight: Weight,
    sizes: Sizes,
    width: Option<f64>,
) -> Result<Vec<TextRun>, SymbolError> {
    for step in 0..=STEPS {
        let share = f64::from(step) / f64::from(STEPS);
        let x_height = sizes.preferred + (sizes.least - sizes.preferred) * share;
        let size = fonts.size_for_x_height(weight, x_height);
        let runs: Vec<TextRun> =
            lines.iter().map(|line| fonts.run(&line.text, weight, size)).collect::<Result<_, _>>()?;
        if width.is_none_or(|width| runs.iter().all(|run| run.width() <= width)) {
            return Ok(runs);
        }
    }
    let size = fonts.size_for_x_height(weight, sizes.least);
    let width = width.unwrap_or(f64::MAX);
    let mut runs = Vec::new();
    for line in lines {
        runs.extend(balanced(fonts, line, weight, size, width)?);
    }
    Ok(runs)
}

/// The width that a line takes unbroken in the least size.
pub(crate) fn least_width(
    fonts: &Fonts,
    lines: &[Line],
    weight: Weight,
    sizes: Sizes,
) -> Result<f64, SymbolError> {
    let size = fonts.size_for_x_height(weight, sizes.least);
    lines
        .iter()
        .try_fold(0.0_f64, |widest, line| Ok(widest.max(fonts.run(&line.text, weight, size)?.width())))
}

/// Breaks a line into as few rows as fit the width, and these about equally long.
fn balanced(
    fonts: &Fonts,
    line: &Line,
    weight: Weight,
    size: f64,
    width: f64,
) -> Result<Vec<TextRun>, SymbolError> {
    let mut rows = broken(fonts, line, weight, size, width)?;
    for share in (10..20).rev() {
        match broken(fonts, line, weight, size, width * f64::from(share) / 20.0) {
            Ok(narrower) if narrower.len() == rows.len() => rows = narrower,
            _ => break,
        }
    }
    Ok(rows)
}

/// Breaks a line into rows that fit the width, filling each.
fn broken(
    fonts: &Fonts,
    line: &Line,
    weight: Weight,
    size: f64,
    width: f64,
) -> Result<Vec<TextRun>, SymbolError> {
    let mut rows = Vec::new();
    let mut row: Option<(String, TextRun)> = None;
    for part in parts(fonts, line, weight, size, width)? {
        let longer = row.as_ref().map_or_else(String::new, |(text, _)| text.clone()) + part;
        let run = fonts.run(longer.trim_end(), weight, size)?;
        if run.width() <= width {
            row = Some((longer, run));
            continue;
        }
        let alone = fonts.run(part.trim_end(), weight, size)?;
        if alone.width() > width {
            return Err(SymbolError::text_does_not_fit(part.trim_end(), alone.width(), width));
        }
        rows.extend(row.replace((part.to_owned(), alone)).map(|(_, run)| run));
    }
    rows.extend(row.map(|(_, run)| run));
    Ok(rows)
}

/// The pieces that a line may be broken into, each with the sign it ends in. A number is broken only
/// where it does not fit a row of its own.
fn parts<'a>(
    fonts: &Fonts,
    line: &'a Line,
    weight: Weight,
    size: f64,
    width: f64,
) -> Result<Vec<&'a str>, SymbolError> {
    let mut parts = Vec::new();
    for word in line.text.split_inclusive(' ') {
        if line.breaks == Breaks::Signs && fonts.run(word.trim_end(), weight, size)?.width() > width {
            parts.extend(word.split_inclusive(|c| "/-_.:)".contains(c)));
        } else {
            parts.push(word);
        }
    }
    Ok(parts)
}
