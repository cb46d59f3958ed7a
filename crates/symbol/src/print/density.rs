//! What to shorten when a symbol is too dense.

use std::fmt;

/// What a label link is made of, so that advice can name it. Only the first three are variable; leave
/// out what there is none of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Parts {
    /// Characters of the host.
    pub host: usize,
    /// Characters of the serial number, and of other qualifiers after the GTIN.
    pub serial: usize,
    /// Whether most characters of the serial number are digits, which take less than half as much.
    pub mostly_digits: bool,
    /// Bytes that the names of brand, models and manufacturer take among the claims.
    pub names: usize,
}

/// A part of a label link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// Brand, models and manufacturer, in bytes.
    Names,
    /// Serial number, in characters.
    Serial,
    /// Host, in characters.
    Host,
}

/// By about how much to shorten a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shorten {
    /// What to shorten.
    pub part: Part,
    /// By about how much.
    pub by: usize,
    /// Of how much.
    pub of: usize,
}

/// What makes a symbol fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remedy {
    /// Any one of these is enough.
    AnyOf(Vec<Shorten>),
    /// All of these together are enough.
    AllOf(Vec<Shorten>),
    /// No shortening is enough: there must be more room.
    MoreRoom,
}

/// Shortest host that is worth suggesting, as in `a.sg`.
const SHORTEST_HOST: usize = 4;

impl Parts {
    /// How to save so many bits.
    pub(crate) fn save(&self, bits: usize) -> Remedy {
        let serial =
            if self.mostly_digits { Ratio { bits: 10, units: 3 } } else { Ratio { bits: 8, units: 1 } };
        let parts = [
            // 7 bytes make 17 digits, 3 digits take 10 bits.
            (Part::Names, self.names, self.names, Ratio { bits: 170, units: 21 }),
            (Part::Serial, self.serial, self.serial, serial),
            (Part::Host, self.host, self.host.saturating_sub(SHORTEST_HOST), Ratio { bits: 8, units: 1 }),
        ];
        let enough: Vec<_> = parts
            .iter()
            .map(|&(part, of, spare, ratio)| (Shorten { part, by: ratio.units_for(bits), of }, spare))
            .filter(|(shorten, spare)| shorten.by <= *spare)
            .map(|(shorten, _)| shorten)
            .collect();
        if !enough.is_empty() {
            return Remedy::AnyOf(enough);
        }
        let mut missing = bits;
        let mut all = Vec::new();
        for (part, of, spare, ratio) in parts {
            let by = ratio.units_for(missing).min(spare);
            if by > 0 {
                all.push(Shorten { part, by, of });
                missing = missing.saturating_sub(ratio.bits_of(by));
            }
        }
        if missing == 0 { Remedy::AllOf(all) } else { Remedy::MoreRoom }
    }
}

/// How many bits so many units take.
#[derive(Clone, Copy)]
struct Ratio {
    bits: usize,
    units: usize,
}

impl Ratio {
    fn units_for(self, bits: usize) -> usize {
        (bits * self.units).div_ceil(self.bits)
    }

    fn bits_of(self, units: usize) -> usize {
        units * self.bits / self.units
    }
}

impl fmt::Display for Shorten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (part, unit) = match self.part {
            Part::Names => ("names", "bytes"),
            Part::Serial => ("serial number", "characters"),
            Part::Host => ("host", "characters"),
        };
        if self.by == self.of {
            write!(f, "leave out the {part} ({} {unit})", self.of)
        } else {
            write!(f, "shorten the {part} by about {} of {} {unit}", self.by, self.of)
        }
    }
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (all, between) = match self {
            Self::AnyOf(all) => (all, ", or "),
            Self::AllOf(all) => (all, ", and "),
            Self::MoreRoom => return f.write_str("no shortening is enough, allow more room"),
        };
        for (i, shorten) in all.iter().enumerate() {
            if i > 0 {
                f.write_str(between)?;
            }
            write!(f, "{shorten}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_that_is_enough_is_offered() {
        let parts = Parts { host: 30, serial: 12, names: 60, ..Parts::default() };
        assert_eq!(
            parts.save(90).to_string(),
            "shorten the names by about 12 of 60 bytes, or leave out the serial number (12 characters), \
             or shorten the host by about 12 of 30 characters"
        );
    }

    #[test]
    fn a_serial_number_of_digits_saves_less() {
        let parts = Parts { serial: 20, mostly_digits: true, ..Parts::default() };
        assert_eq!(parts.save(40).to_string(), "shorten the serial number by about 12 of 20 characters");
        assert_eq!(parts.save(67), Remedy::MoreRoom);
    }

    #[test]
    fn together_they_may_be_enough() {
        let parts = Parts { host: 12, serial: 6, names: 10, ..Parts::default() };
        let Remedy::AllOf(all) = parts.save(150) else { panic!("no single part has 150 bits") };
        assert_eq!(
            all.iter().map(|s| (s.part, s.by)).collect::<Vec<_>>(),
            [(Part::Names, 10), (Part::Serial, 6), (Part::Host, 3)]
        );
    }

    #[test]
    fn nothing_may_be_enough() {
        assert_eq!(Parts { host: 5, ..Parts::default() }.save(9), Remedy::MoreRoom);
        assert_eq!(Parts::default().save(1).to_string(), "no shortening is enough, allow more room");
    }
}
