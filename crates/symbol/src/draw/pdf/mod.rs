//! PDF 1.7 (ISO 32000-1), written page by page.
//!
//! Text is text: the fonts are embedded as subsets, so that it prints the same everywhere, and can be
//! searched and copied. Greys, black above all, are in `DeviceGray`: a press prints them with black ink
//! alone. Viewers are asked to print at full size, because a symbol that is scaled to fit the paper loses
//! its module width.

mod content;
mod file;
mod fonts;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io;

use pdf_writer::{Name, Rect, Ref, TextStr};

use self::content::Content;
use self::file::File;
use self::fonts::EmbeddedFonts;
use super::{Drawing, number};

/// Points, of which PDF has 72 to the inch, per millimetre.
const POINTS_PER_MM: f64 = 72.0 / 25.4;

/// Why a PDF cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PdfError {
    /// The sink refuses.
    #[error("the PDF cannot be written: {0}")]
    Io(#[from] io::Error),
    /// A font that cannot be cut down to the glyphs in use.
    #[error("font {name} cannot be embedded: choose a static font with TrueType or CFF outlines")]
    Font {
        /// Its `PostScript` name.
        name: String,
    },
    /// More than 10 GB or 2³¹ objects, beyond which the format has no room.
    #[error("the PDF is full: write the rest to another one")]
    Full,
}

impl PdfError {
    /// A stable code for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io(_) => "pdf-io",
            Self::Font { .. } => "pdf-font",
            Self::Full => "pdf-full",
        }
    }
}

/// A PDF in the making. A page is written when it is given, so memory holds one page at a time, besides
/// 12 bytes per page and the list of glyphs in use.
#[derive(Debug)]
pub struct PdfDocument<W> {
    file: File<W>,
    title: String,
    tree: Ref,
    pages: Vec<Ref>,
    fonts: EmbeddedFonts,
    opacities: BTreeMap<u8, Ref>,
}

impl<W: io::Write> PdfDocument<W> {
    /// Begins a document with a title, which viewers show.
    pub fn new(out: W, title: impl Into<String>) -> Result<Self, PdfError> {
        let mut file = File::new(out)?;
        let tree = file.reserve()?;
        Ok(Self {
            file,
            title: title.into(),
            tree,
            pages: Vec::new(),
            fonts: EmbeddedFonts::default(),
            opacities: BTreeMap::new(),
        })
    }

    /// Writes a page of the drawing's size.
    pub fn page(&mut self, drawing: &Drawing) -> Result<(), PdfError> {
        let (page, stream) = (self.file.reserve()?, self.file.reserve()?);
        let mut content = Content::new(drawing.height().value(), &mut self.fonts);
        content.items(drawing.items());
        let content = content.finish();

        let fonts = self.fonts.ids(&content.fonts, &mut self.file)?;
        let mut opacities = Vec::with_capacity(content.opacities.len());
        for alpha in content.opacities {
            opacities.push((opacity_name(alpha), self.opacity(alpha)?));
        }
        self.file.stream(stream, &content.operators, |_| ())?;

        let points = |mm: super::Mm| number::single(mm.value() * POINTS_PER_MM);
        let area = Rect::new(0.0, 0.0, points(drawing.width()), points(drawing.height()));
        let tree = self.tree;
        self.file.object(page, |chunk| {
            let mut dict = chunk.page(page);
            dict.parent(tree).media_box(area).trim_box(area).contents(stream);
            let mut resources = dict.resources();
            if !fonts.is_empty() {
                let mut dict = resources.fonts();
                for (name, id) in &fonts {
                    dict.pair(Name(name.as_bytes()), *id);
                }
            }
            if !opacities.is_empty() {
                let mut dict = resources.ext_g_states();
                for (name, id) in &opacities {
                    dict.pair(Name(name.as_bytes()), *id);
                }
            }
        })?;
        self.pages.push(page);
        Ok(())
    }

    /// How many pages there are so far.
    #[must_use]
    pub fn page_count(&self) -> usize {
        self.pages.len()
    }

    /// Writes what all pages share, and the end. Returns the sink.
    pub fn finish(mut self) -> Result<W, PdfError> {
        self.fonts.write(&mut self.file)?;
        let (tree, pages) = (self.tree, self.pages);
        let count = i32::try_from(pages.len()).map_err(|_| PdfError::Full)?;
        self.file.object(tree, |chunk| {
            chunk.pages(tree).kids(pages).count(count);
        })?;
        let info = self.file.reserve()?;
        self.file.object(info, |chunk| {
            let mut dict = chunk.indirect(info).dict();
            if !self.title.is_empty() {
                dict.pair(Name(b"Title"), TextStr(&self.title));
            }
            dict.pair(Name(b"Producer"), TextStr("Verilabel"));
        })?;
        let catalog = self.file.reserve()?;
        self.file.object(catalog, |chunk| {
            let mut dict = chunk.indirect(catalog).dict();
            dict.pair(Name(b"Type"), Name(b"Catalog")).pair(Name(b"Pages"), tree);
            let mut preferences = dict.insert(Name(b"ViewerPreferences")).dict();
            preferences.pair(Name(b"PrintScaling"), Name(b"None")).pair(Name(b"DisplayDocTitle"), true);
        })?;
        self.file.finish(catalog, info)
    }

    /// The graphics state that paints with an opacity.
    fn opacity(&mut self, alpha: u8) -> Result<Ref, PdfError> {
        if let Some(id) = self.opacities.get(&alpha) {
            return Ok(*id);
        }
        let id = self.file.reserve()?;
        let share = number::single(f64::from(alpha) / 255.0);
        self.file.object(id, |chunk| {
            chunk.ext_graphics(id).non_stroking_alpha(share).stroking_alpha(share);
        })?;
        self.opacities.insert(alpha, id);
        Ok(id)
    }
}

/// The name of a graphics state among a page's resources.
fn opacity_name(alpha: u8) -> String {
    format!("A{alpha}")
}

impl Drawing {
    /// The drawing as a PDF of one page of its size.
    pub fn to_pdf(&self) -> Result<Vec<u8>, PdfError> {
        let mut document = PdfDocument::new(Vec::new(), self.title())?;
        document.page(self)?;
        document.finish()
    }
}
