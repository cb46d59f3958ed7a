//! How labels are printed.

use verilabel_issuer::Artwork;
use verilabel_symbol::PrintSpec;
use verilabel_symbol::draw::{Mm, Resolution};

use super::Trouble;

/// Pixels of a module in a PNG.
const PIXELS: u16 = 8;

#[derive(Debug, clap::Args)]
pub(crate) struct PrintArgs {
    /// The X-dimension in millimetres: the width of a module
    #[arg(long, value_name = "MM", default_value_t = 0.396)]
    x_dimension: f64,
    /// The quiet zone in modules
    #[arg(long, value_name = "MODULES", default_value_t = 4)]
    quiet_zone: u8,
    /// The most millimetres that the symbol may measure, quiet zone included
    #[arg(long, value_name = "MM")]
    max_side: Option<f64>,
    /// The printer's resolution: the X-dimension must be whole dots of it
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    dpi: Option<u16>,
}

impl PrintArgs {
    pub(crate) fn artwork<'a>(&self, banner: Option<&'a str>) -> Result<Artwork<'a>, Trouble> {
        let given = PrintSpec {
            x_dimension: Mm::new(self.x_dimension)?,
            quiet_zone: self.quiet_zone,
            max_side: self.max_side.map(Mm::new).transpose()?,
            dpi: self.dpi,
            ..PrintSpec::default()
        };
        let spec = self.dpi.map_or(given, |dpi| given.snapped(dpi));
        Ok(Artwork { spec, banner, ..Artwork::default() })
    }

    pub(crate) fn resolution(artwork: &Artwork<'_>) -> Resolution {
        Resolution::from_module(PIXELS, artwork.spec.x_dimension)
    }
}
