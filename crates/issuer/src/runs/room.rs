//! One size for all labels of a file: text beside a symbol is as wide as its serial number happens to be.

use std::num::NonZeroUsize;

use verilabel_label::Serial;
use verilabel_symbol::draw::{Drawing, Mm, Weight};
use verilabel_symbol::{LabelLayout, Symbol, SymbolError, Wording};

use super::fan_out::fan_out;
use super::symbols::{PART, as_usize, count};
use super::{RunError, RunSymbols};
use crate::Artwork;

/// Added before the width is rounded up, so that no line is short of room by the last bit of a number.
const SLACK: f64 = 0.1;

/// The largest label of a file.
pub(super) struct Largest {
    /// What gives every label its width.
    pub(super) layout: LabelLayout,
    /// As large as any of them.
    pub(super) drawing: Drawing,
}

/// The widest serial number, and the link of the densest symbol.
#[derive(Clone, Copy, Default)]
struct Extremes<'a> {
    width: f64,
    serial: Option<&'a Serial>,
    version: u8,
    link: Option<&'a str>,
}

impl RunSymbols<'_> {
    /// Lays out a label that has the widest text and the densest symbol of all. Its width is whole millimetres, so
    /// that files of one run seldom differ.
    pub(super) fn largest(
        &self,
        boxes: &[(Serial, String)],
        cores: NonZeroUsize,
    ) -> Result<Largest, RunError> {
        let extremes = self.extremes(boxes, cores)?;
        let (serial, link) = extremes.serial.zip(extremes.link).ok_or(RunError::Thread)?;
        let sample = (serial.clone(), link.to_owned());
        let mut layout = self.artwork.layout;
        if layout.width.is_none() {
            let width = self.label(&sample, layout)?.width().value();
            layout.width = Some(Mm::new((width + SLACK).ceil()).map_err(SymbolError::from)?);
        }
        Ok(Largest { layout, drawing: self.label(&sample, layout)? })
    }

    /// Draws the label of a box.
    pub(super) fn label(
        &self,
        (serial, link): &(Serial, String),
        layout: LabelLayout,
    ) -> Result<Drawing, RunError> {
        let Self { plan, artwork, register, fonts } = self;
        let artwork = Artwork { layout, ..(*artwork).clone() };
        let award = plan.award_of(serial.clone());
        Ok(artwork.print(link, &award, plan.profile(), plan.base(), register, fonts)?.0.drawing)
    }

    fn extremes<'b>(
        &self,
        boxes: &'b [(Serial, String)],
        cores: NonZeroUsize,
    ) -> Result<Extremes<'b>, RunError> {
        let part = |part: u32| {
            let some = boxes.iter().skip(as_usize(part * PART)).take(as_usize(PART));
            some.map(|one| self.extremes_of(one)).try_fold(Extremes::default(), |all, one| Ok(all.or(one?)))
        };
        let mut all = Extremes::default();
        let taken = fan_out(count(boxes).div_ceil(PART), cores, part, |some| {
            all = all.or(some);
            Ok(())
        });
        taken.unwrap_or(Err(RunError::Thread))?;
        Ok(all)
    }

    fn extremes_of<'b>(&self, (serial, link): &'b (Serial, String)) -> Result<Extremes<'b>, RunError> {
        let told = format!("{} {serial}", Wording::default().serial);
        let width = self.fonts.run(&told, Weight::Regular, 1.0).map_err(SymbolError::from)?.width();
        let version = Symbol::version_for(link, self.artwork.spec.error_correction)?;
        Ok(Extremes { width, serial: Some(serial), version, link: Some(link) })
    }
}

impl Extremes<'_> {
    /// The greater of each; of equals the first, whatever the number of cores.
    fn or(self, other: Self) -> Self {
        let (wider, denser) = (other.width > self.width, other.version > self.version);
        Self {
            width: self.width.max(other.width),
            serial: if wider { other.serial } else { self.serial },
            version: self.version.max(other.version),
            link: if denser { other.link } else { self.link },
        }
    }
}
