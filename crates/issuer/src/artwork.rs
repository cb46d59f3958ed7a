//! The printed label of an award: the symbol, and the text that people read beside it.

use verilabel_label::{Names, Serial};
use verilabel_recognition::Register;
use verilabel_symbol::draw::Fonts;
use verilabel_symbol::{
    LabelLayout, LabelText, LevelText, Mark, Parts, PrintSpec, PrintedLabel, SizeReport, SymbolError, Wording,
};
use verilabel_wire::{LinkBase, Profile};

use crate::LabelAward;

/// How a label is printed.
#[derive(Debug, Clone, Default)]
pub struct Artwork<'a> {
    /// Dimensions of the symbol.
    pub spec: PrintSpec,
    /// Where the text stands.
    pub layout: LabelLayout,
    /// A line that every label bears, such as that it is a specimen.
    pub banner: Option<&'a str>,
}

impl Artwork<'_> {
    /// Lays out the printed label of a minted link, with a report on its size.
    ///
    /// # Errors
    /// [`SymbolError`] if the symbol is too dense for the room given, and says what to shorten; or if the text
    /// does not fit.
    pub fn print(
        &self,
        link: &str,
        award: &LabelAward,
        profile: Profile,
        base: &LinkBase,
        register: &Register,
        fonts: &Fonts,
    ) -> Result<(PrintedLabel, SizeReport), SymbolError> {
        let symbol = self.spec.encode(link)?;
        let report = self.spec.check(&symbol, &parts(award, profile, base))?;
        let text = self.text(award, register)?;
        Ok((PrintedLabel::new(&symbol, &self.spec, &text, self.layout, fonts)?, report))
    }

    fn text(&self, award: &LabelAward, register: &Register) -> Result<LabelText, SymbolError> {
        let scheme = register.scheme(&award.scheme);
        let words = scheme.map_or_else(
            || format!("{} level {}", award.scheme, award.level),
            |scheme| scheme.card(award.level),
        );
        let highest = scheme.and_then(|s| s.levels.last()).map_or(award.level, |rung| rung.number);
        let mark = if words.contains('★') { Mark::Star } else { Mark::Dot };
        Ok(LabelText {
            level: LevelText::new(words, award.level, highest.max(award.level), mark)?,
            number: award.number.clone(),
            valid_until: award.valid_until,
            gtin: award.gtin,
            serial: award.serial.clone(),
            banner: self.banner.map(str::to_owned),
            wording: Wording::default(),
        })
    }
}

/// What could be shortened where a symbol is too dense.
fn parts(award: &LabelAward, profile: Profile, base: &LinkBase) -> Parts {
    let names: usize = match profile {
        Profile::Lean => 0,
        Profile::Named => {
            let models = award.models.iter().take(Names::MAX_MODELS);
            award.brand.as_str().len()
                + award.manufacturer.as_str().len()
                + models.map(|model| model.as_str().len()).sum::<usize>()
        }
    };
    let serial = award.serial.as_ref().map_or("", Serial::as_str);
    Parts {
        host: base.host().len(),
        serial: serial.len(),
        mostly_digits: 2 * serial.bytes().filter(u8::is_ascii_digit).count() > serial.len(),
        names,
    }
}
