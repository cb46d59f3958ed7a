//! Dimensions of a printed symbol, and whether they are good enough.

use std::fmt;

use super::symbol::capacity;
use super::{Characters, ErrorCorrection, Parts, Symbol, SymbolError};
use crate::draw::{Mm, count, whole};

/// How a symbol is to be printed. The default is the least that GS1 allows at retail.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PrintSpec {
    /// Width of a module (GS1 General Specifications §5.12.3.1: 0.396 to 0.990 mm at retail).
    pub x_dimension: Mm,
    /// Light modules on each side (ISO/IEC 18004 §9.1: 4).
    pub quiet_zone: u8,
    /// The greatest side there is room for, with the quiet zone.
    pub max_side: Option<Mm>,
    /// Error correction.
    pub error_correction: ErrorCorrection,
    /// Dots per inch of the printer, if it is known and digital.
    pub dpi: Option<u16>,
}

impl Default for PrintSpec {
    fn default() -> Self {
        Self {
            x_dimension: Self::LEAST_X,
            quiet_zone: Self::LEAST_QUIET_ZONE,
            max_side: None,
            error_correction: ErrorCorrection::M,
            dpi: None,
        }
    }
}

impl PrintSpec {
    /// The least X-dimension at retail.
    pub const LEAST_X: Mm = Mm::of(0.396);
    /// The greatest X-dimension at retail.
    pub const MOST_X: Mm = Mm::of(0.990);
    /// The least quiet zone in modules.
    pub const LEAST_QUIET_ZONE: u8 = 4;

    /// Encodes text at the level of error correction asked for.
    ///
    /// # Errors
    /// As [`Symbol::encode`].
    pub fn encode(&self, text: &str) -> Result<Symbol, SymbolError> {
        Symbol::encode(text, self.error_correction)
    }

    /// The same with the X-dimension moved to a whole number of the printer's dots: the nearest that is
    /// within the limits, unless the X-dimension itself was not.
    #[must_use]
    pub fn on_grid(self, dpi: u16) -> Self {
        Self { x_dimension: self.nearest_on_grid(dpi).1, dpi: Some(dpi), ..self }
    }

    /// The same with an X-dimension that was rounded to the micrometre, as it is told, taken for the whole number of
    /// dots that it was rounded from.
    #[must_use]
    pub fn snapped(self, dpi: u16) -> Self {
        let (_, nearest) = self.nearest_on_grid(dpi);
        let near = (nearest.value() - self.x_dimension.value()).abs() <= ROUNDED + SLACK;
        if near { Self { x_dimension: nearest, ..self } } else { self }
    }

    /// Width of a side, without and with the quiet zone.
    #[must_use]
    pub fn sides(&self, symbol: &Symbol) -> (Mm, Mm) {
        let side = |modules: f64| Mm::of(modules * self.x_dimension.value());
        let modules = count(symbol.size());
        (side(modules), side(modules + 2.0 * f64::from(self.quiet_zone)))
    }

    /// The dimensions of a symbol.
    #[must_use]
    pub fn report(&self, symbol: &Symbol) -> SizeReport {
        let (side, side_with_quiet_zone) = self.sides(symbol);
        let (bits_used, bits_available) = symbol.bits();
        SizeReport {
            version: symbol.version(),
            modules: symbol.size(),
            error_correction: symbol.error_correction(),
            x_dimension: self.x_dimension,
            quiet_zone: self.quiet_zone,
            side,
            side_with_quiet_zone,
            characters: symbol.characters(),
            bits_used,
            bits_available,
        }
    }

    /// Everything that is wrong with printing the symbol so, the worst first. `parts` is what its text is
    /// made of.
    #[must_use]
    pub fn lint(&self, symbol: &Symbol, parts: &Parts) -> Vec<SymbolError> {
        let findings = [
            self.density(symbol, parts),
            self.quiet_zone(),
            self.x_dimension(),
            self.dpi.and_then(|dpi| self.grid(symbol, dpi)),
        ];
        findings.into_iter().flatten().collect()
    }

    /// The dimensions of a symbol.
    ///
    /// # Errors
    /// The first finding of [`Self::lint`], where there is one.
    pub fn check(&self, symbol: &Symbol, parts: &Parts) -> Result<SizeReport, SymbolError> {
        self.lint(symbol, parts).into_iter().next().map_or_else(|| Ok(self.report(symbol)), Err)
    }

    fn density(&self, symbol: &Symbol, parts: &Parts) -> Option<SymbolError> {
        let allowed = self.max_side?;
        let (_, needed) = self.sides(symbol);
        if needed.value() <= allowed.value() + SLACK {
            return None;
        }
        let largest_version = self.largest_version(allowed);
        let room = largest_version.map_or(0, |version| capacity(version, symbol.error_correction()));
        let excess_bits = symbol.bits().0.saturating_sub(room);
        Some(SymbolError::TooDense {
            version: symbol.version(),
            needed,
            allowed,
            largest_version,
            excess_bits,
            remedy: parts.save(excess_bits),
        })
    }

    /// The largest version that `side` is enough for.
    fn largest_version(&self, side: Mm) -> Option<u8> {
        let modules = ((side.value() + SLACK) / self.x_dimension.value()).floor();
        let modules = modules - 2.0 * f64::from(self.quiet_zone);
        (1..=40).rev().find(|&version| 17.0 + 4.0 * f64::from(version) <= modules)
    }

    fn quiet_zone(&self) -> Option<SymbolError> {
        let (modules, least) = (self.quiet_zone, Self::LEAST_QUIET_ZONE);
        (modules < least).then_some(SymbolError::QuietZoneTooSmall { modules, least })
    }

    fn x_dimension(&self) -> Option<SymbolError> {
        let (x, least, most) = (self.x_dimension, Self::LEAST_X, Self::MOST_X);
        if x.value() < least.value() - SLACK {
            Some(SymbolError::XDimensionTooSmall { x, least })
        } else if x.value() > most.value() + SLACK {
            Some(SymbolError::XDimensionTooLarge { x, most })
        } else {
            None
        }
    }

    /// Off the printer's grid, modules differ by a dot as soon as the error adds up to half a dot.
    fn grid(&self, symbol: &Symbol, dpi: u16) -> Option<SymbolError> {
        let dots = self.x_dimension.value() / dot(dpi);
        let error = (dots - dots.round()).abs() * count(symbol.size());
        if error < 0.5 && dots >= 0.5 {
            return None;
        }
        let (dots, nearest) = self.nearest_on_grid(dpi);
        Some(SymbolError::XDimensionOffGrid { x: self.x_dimension, dpi, nearest, dots })
    }

    /// Dots and width of the nearest X-dimension on the printer's grid, within the limits where that can be.
    fn nearest_on_grid(&self, dpi: u16) -> (u16, Mm) {
        let x = self.x_dimension.value();
        let (least, most) = (Self::LEAST_X.value() - SLACK, Self::MOST_X.value() + SLACK);
        let (exact, wide) = (x / dot(dpi), |dots: f64| dots * dot(dpi));
        let nearest = exact.round();
        let dots = if wide(nearest) < least && x >= least {
            exact.ceil()
        } else if wide(nearest) > most && x <= most {
            exact.floor()
        } else {
            nearest
        };
        let dots = dots.max(1.0);
        (u16::try_from(whole(dots)).unwrap_or(u16::MAX), Mm::of(wide(dots)))
    }
}

/// Half a micrometre: lengths are told to the micrometre.
const ROUNDED: f64 = 0.000_5;

/// A thousandth of a micrometre, for sums that should come out even.
const SLACK: f64 = 1e-6;

/// Millimetres between a printer's dots.
fn dot(dpi: u16) -> f64 {
    25.4 / f64::from(dpi.max(1))
}

/// The dimensions of a symbol, for people and, serialised, for programs: lengths in millimetres.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct SizeReport {
    /// Version, 1 to 40.
    pub version: u8,
    /// Modules along a side.
    pub modules: usize,
    /// Level of error correction.
    pub error_correction: ErrorCorrection,
    /// Width of a module.
    pub x_dimension: Mm,
    /// Light modules on each side.
    pub quiet_zone: u8,
    /// Width of a side without the quiet zone.
    pub side: Mm,
    /// Width of a side with the quiet zone.
    pub side_with_quiet_zone: Mm,
    /// Characters by mode.
    pub characters: Characters,
    /// Data bits that the text takes.
    pub bits_used: usize,
    /// Data bits that the version has.
    pub bits_available: usize,
}

impl fmt::Display for SizeReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { version, modules, error_correction, x_dimension, quiet_zone, .. } = self;
        let Characters { numeric, alphanumeric, byte } = self.characters;
        writeln!(f, "version {version}, {modules} × {modules} modules, error correction {error_correction}")?;
        writeln!(
            f,
            "{} wide at X = {x_dimension}, {} with the quiet zone of {quiet_zone} modules",
            self.side, self.side_with_quiet_zone
        )?;
        writeln!(f, "characters: {numeric} numeric, {alphanumeric} alphanumeric, {byte} byte")?;
        write!(f, "{} of {} bits used", self.bits_used, self.bits_available)
    }
}
