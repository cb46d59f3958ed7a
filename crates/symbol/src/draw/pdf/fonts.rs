//! Fonts embedded as subsets: composite fonts whose character codes are the subset's glyph numbers
//! (ISO 32000-1 §9.7).

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::Arc;

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Name, Rect, Ref, Str};
use subsetter::{GlyphRemapper, subset};

use super::PdfError;
use super::file::File;
use crate::draw::font::Face;
use crate::draw::number;

const SYSTEM: SystemInfo<'static> =
    SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// The fonts of a document, in the order of their first use.
#[derive(Debug, Default)]
pub(super) struct EmbeddedFonts(Vec<EmbeddedFont>);

#[derive(Debug)]
struct EmbeddedFont {
    face: Arc<Face>,
    id: Option<Ref>,
    subset: GlyphRemapper,
    /// What each glyph of the subset stands for, and its advance in ems.
    glyphs: BTreeMap<u16, (String, f64)>,
}

/// The name of a font among a page's resources.
pub(super) fn font_name(font: usize) -> String {
    format!("F{font}")
}

impl EmbeddedFonts {
    /// The place of a face among the embedded fonts.
    pub(super) fn font(&mut self, face: &Arc<Face>) -> usize {
        let known = self.0.iter().position(|font| font.face.is_same(face));
        known.unwrap_or_else(|| {
            let (subset, glyphs) = (GlyphRemapper::new(), BTreeMap::new());
            self.0.push(EmbeddedFont { face: Arc::clone(face), id: None, subset, glyphs });
            self.0.len() - 1
        })
    }

    /// The character code of a glyph and its advance in ems.
    pub(super) fn glyph(&mut self, font: usize, glyph: u16, characters: &str) -> (u16, f64) {
        let Some(font) = self.0.get_mut(font) else { return (0, 0.0) };
        let cid = font.subset.remap(glyph);
        let face = &font.face;
        let (_, advance) = font.glyphs.entry(cid).or_insert_with(|| {
            // Thousandths, as the table of widths has them.
            (characters.to_owned(), (face.advance(glyph) * 1_000.0).round() / 1_000.0)
        });
        (cid, *advance)
    }

    /// Names and objects of fonts, for a page's resources.
    pub(super) fn ids<W: Write>(
        &mut self,
        fonts: &BTreeSet<usize>,
        file: &mut File<W>,
    ) -> Result<Vec<(String, Ref)>, PdfError> {
        let mut ids = Vec::with_capacity(fonts.len());
        for &index in fonts {
            let Some(font) = self.0.get_mut(index) else { continue };
            let id = match font.id {
                Some(id) => id,
                None => *font.id.insert(file.reserve()?),
            };
            ids.push((font_name(index), id));
        }
        Ok(ids)
    }

    /// Writes all fonts.
    pub(super) fn write<W: Write>(self, file: &mut File<W>) -> Result<(), PdfError> {
        self.0.iter().try_for_each(|font| font.write(file))
    }
}

impl EmbeddedFont {
    fn write<W: Write>(&self, file: &mut File<W>) -> Result<(), PdfError> {
        let Some(id) = self.id else { return Ok(()) };
        let (cid_font, descriptor) = (file.reserve()?, file.reserve()?);
        let (data, to_unicode) = (file.reserve()?, file.reserve()?);
        let name = format!("{}+{}", self.tag(), self.face.name());
        let name = Name(name.as_bytes());
        file.object(id, |chunk| {
            chunk
                .type0_font(id)
                .base_font(name)
                .encoding_predefined(Name(b"Identity-H"))
                .descendant_font(cid_font)
                .to_unicode(to_unicode);
        })?;
        file.object(cid_font, |chunk| {
            let mut font = chunk.cid_font(cid_font);
            font.subtype(if self.face.is_cff() { CidFontType::Type0 } else { CidFontType::Type2 })
                .base_font(name)
                .system_info(SYSTEM)
                .font_descriptor(descriptor)
                .default_width(0.0);
            if !self.face.is_cff() {
                font.cid_to_gid_map_predefined(Name(b"Identity"));
            }
            let mut widths = font.widths();
            for (cid, (_, advance)) in &self.glyphs {
                widths.consecutive(*cid, [number::single(advance * 1_000.0)]);
            }
        })?;
        self.write_descriptor(file, descriptor, data, name)?;
        self.write_data(file, data)?;
        file.stream(to_unicode, &self.unicode_map(), |_| ())
    }

    fn write_descriptor<W: Write>(
        &self,
        file: &mut File<W>,
        descriptor: Ref,
        data: Ref,
        name: Name<'_>,
    ) -> Result<(), PdfError> {
        let face = &self.face;
        let thousandths = |ems: f64| number::single((ems * 1_000.0).round());
        let [left, bottom, right, top] = face.bounds().map(thousandths);
        file.object(descriptor, |chunk| {
            let mut dict = chunk.font_descriptor(descriptor);
            dict.name(name)
                .flags(FontFlags::SYMBOLIC)
                .bbox(Rect::new(left, bottom, right, top))
                .italic_angle(0.0)
                .ascent(thousandths(face.ascent))
                .descent(thousandths(-face.descent))
                .cap_height(thousandths(face.cap_height))
                .x_height(thousandths(face.x_height))
                // No font tells it; readers use it only in place of a missing font.
                .stem_v(90.0);
            if face.is_cff() {
                dict.font_file3(data);
            } else {
                dict.font_file2(data);
            }
        })
    }

    fn write_data<W: Write>(&self, file: &mut File<W>, id: Ref) -> Result<(), PdfError> {
        let (data, index) = self.face.data();
        let data = subset(data, index, &self.subset)
            .map_err(|_| PdfError::Font { name: self.face.name().to_owned() })?;
        file.stream(id, &data, |stream| {
            if self.face.is_cff() {
                stream.pair(Name(b"Subtype"), Name(b"OpenType"));
            } else {
                stream.pair(Name(b"Length1"), i32::try_from(data.len()).unwrap_or(i32::MAX));
            }
        })
    }

    fn unicode_map(&self) -> Vec<u8> {
        let mut map = UnicodeCmap::new(Name(b"Custom"), SYSTEM);
        for (cid, (characters, _)) in self.glyphs.iter().filter(|(_, (text, _))| !text.is_empty()) {
            map.pair_with_multiple(*cid, characters.chars());
        }
        map.finish().into_vec()
    }

    /// Six capitals that differ between subsets (§9.6.4): FNV-1a over the glyphs in use.
    fn tag(&self) -> String {
        let bytes = self.subset.remapped_gids().flat_map(u16::to_be_bytes);
        let mut hash = bytes.fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
        });
        let letters = std::iter::repeat_with(|| {
            let letter = u8::try_from(hash % 26).unwrap_or(0);
            hash /= 26;
            char::from(b'A' + letter)
        });
        letters.take(6).collect()
    }
}
