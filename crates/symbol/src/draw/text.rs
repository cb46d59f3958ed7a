//! Text: a line of characters becomes a row of placed glyphs.

use std::ops::Range;
use std::sync::Arc;

use harfrust::{Buffer, ShapeOptions, shape};

use super::font::Face;
use super::{DrawError, Fonts, Path, Point, Weight};

/// Which end of a line of text stands at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Anchor {
    /// The text begins there.
    #[default]
    Start,
    /// The text is centred there.
    Middle,
    /// The text ends there.
    End,
}

/// One line of text, shaped and measured.
///
/// All of it runs in one direction. Text that mixes writing from the right with letters or figures, which run from
/// the left, is refused: out of order, it would say something else.
#[derive(Debug, Clone)]
pub struct TextRun {
    content: String,
    size: f64,
    spans: Vec<Span>,
    width: f64,
}

/// Neighbouring glyphs of one font.
#[derive(Debug, Clone)]
pub(crate) struct Span {
    pub(crate) face: Arc<Face>,
    pub(crate) glyphs: Vec<Glyph>,
}

/// A glyph, placed relative to the beginning of the line.
#[derive(Debug, Clone)]
pub(crate) struct Glyph {
    pub(crate) id: u16,
    pub(crate) offset: Point,
    /// The characters it stands for, as bytes of the content; empty for all but the first glyph of several.
    pub(crate) characters: Range<usize>,
}

/// Neighbouring characters that one font draws, as bytes of the content.
struct Part {
    face: Arc<Face>,
    range: Range<usize>,
}

impl Fonts {
    /// Shapes a line of text at `size` millimetres per em.
    ///
    /// # Errors
    /// [`DrawError::GlyphMissing`] where no font has a character; line breaks and tabs are among those.
    /// [`DrawError::MixedDirections`].
    pub fn run(&self, content: &str, weight: Weight, size: f64) -> Result<TextRun, DrawError> {
        let mut run = TextRun { content: content.to_owned(), size, spans: Vec::new(), width: 0.0 };
        let mut parts = self.split(content, weight)?;
        if content.contains(runs_from_the_right) {
            if content.contains(runs_from_the_left) {
                return Err(DrawError::MixedDirections { text: content.to_owned() });
            }
            parts.reverse();
        }
        for part in parts {
            run.append(part);
        }
        Ok(run)
    }

    /// Parts of the content by the font that draws them.
    fn split(&self, content: &str, weight: Weight) -> Result<Vec<Part>, DrawError> {
        let mut parts: Vec<Part> = Vec::new();
        for (at, character) in content.char_indices() {
            let end = at + character.len_utf8();
            if let Some(last) = parts.last_mut()
                && follows(character)
                && (last.face.covers(character) || is_joiner(character))
            {
                last.range.end = end;
                continue;
            }
            let face = self
                .faces(weight)
                .find(|face| face.covers(character))
                .ok_or_else(|| DrawError::GlyphMissing { character, text: content.to_owned() })?;
            match parts.last_mut() {
                Some(last) if last.face.is_same(face) => last.range.end = end,
                _ => parts.push(Part { face: Arc::clone(face), range: at..end }),
            }
        }
        Ok(parts)
    }
}

/// Letters from the right: Hebrew, Arabic and their neighbours (Unicode's ranges for bidirectional classes R and AL).
fn runs_from_the_right(character: char) -> bool {
    let range = matches!(character,
        '\u{590}'..='\u{8FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFE}'
        | '\u{10800}'..='\u{10FFF}' | '\u{1E800}'..='\u{1EFFF}');
    range && !character.is_numeric()
}

/// All other letters, and figures of every script.
fn runs_from_the_left(character: char) -> bool {
    character.is_alphanumeric() && !runs_from_the_right(character)
}

/// Blanks, punctuation and marks stay with the font of what comes before them where it has them.
fn follows(character: char) -> bool {
    !character.is_alphanumeric()
}

/// Characters that no font draws: zero-width joiners and variation selectors.
fn is_joiner(character: char) -> bool {
    matches!(character, '\u{200C}' | '\u{200D}' | '\u{FE00}'..='\u{FE0F}')
}

impl TextRun {
    fn append(&mut self, Part { face, range }: Part) {
        let mut buffer = Buffer::new();
        buffer.push_str(&self.content[range.clone()]);
        buffer.guess_segment_properties();
        // Fails only for a buffer without direction or already shaped.
        if shape(&face.shaper(), &mut buffer, ShapeOptions::new()).is_err() {
            return;
        }
        let (infos, positions) = (buffer.glyph_infos(), buffer.glyph_positions());
        let mut starts: Vec<u32> = infos.iter().map(|info| info.cluster).collect();
        starts.sort_unstable();
        starts.dedup();
        let mut glyphs = Vec::with_capacity(infos.len());
        let mut told = None;
        for (info, position) in infos.iter().zip(positions) {
            let ems = |units| face.ems(units) * self.size;
            let offset = Point::new(self.width + ems(position.x_offset), -ems(position.y_offset));
            let characters = if told == Some(info.cluster) {
                range.end..range.end
            } else {
                cluster(&starts, info.cluster, &range)
            };
            told = Some(info.cluster);
            // OpenType numbers glyphs with 16 bits.
            glyphs.push(Glyph { id: u16::try_from(info.glyph_id).unwrap_or(0), offset, characters });
            self.width += ems(position.x_advance);
        }
        self.spans.push(Span { face, glyphs });
    }

    /// The text.
    #[must_use]
    pub fn content(&self) -> &str {
        &self.content
    }

    /// Millimetres per em.
    #[must_use]
    pub fn size(&self) -> f64 {
        self.size
    }

    /// From the beginning to the end of the line, in millimetres.
    #[must_use]
    pub fn width(&self) -> f64 {
        self.width
    }

    /// How far letters reach above the baseline, in millimetres.
    #[must_use]
    pub fn ascent(&self) -> f64 {
        self.greatest(|face| face.ascent, 0.9)
    }

    /// How far letters reach below the baseline, in millimetres.
    #[must_use]
    pub fn descent(&self) -> f64 {
        self.greatest(|face| face.descent, 0.25)
    }

    /// The height of capitals, in millimetres.
    #[must_use]
    pub fn cap_height(&self) -> f64 {
        self.greatest(|face| face.cap_height, 0.7)
    }

    /// The height of an x, in millimetres.
    #[must_use]
    pub fn x_height(&self) -> f64 {
        self.spans.first().map_or(0.5, |span| span.face.x_height) * self.size
    }

    fn greatest(&self, of: impl Fn(&Face) -> f64, without: f64) -> f64 {
        self.spans.iter().map(|span| of(&span.face)).reduce(f64::max).unwrap_or(without) * self.size
    }

    pub(crate) fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// The glyphs as one path, the line beginning at `start`.
    pub(crate) fn outline(&self, start: Point) -> Path {
        let mut path = Path::new();
        for span in &self.spans {
            for glyph in &span.glyphs {
                let origin = Point::new(start.x + glyph.offset.x, start.y + glyph.offset.y);
                span.face.outline(glyph.id, self.size, origin, &mut path);
            }
        }
        path
    }
}

/// From a cluster's first byte to the next cluster's.
fn cluster(starts: &[u32], start: u32, range: &Range<usize>) -> Range<usize> {
    let byte = |start: u32| range.start + usize::try_from(start).unwrap_or(0);
    let next = starts.iter().find(|other| **other > start);
    byte(start)..next.map_or(range.end, |&next| byte(next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_measured() {
        let fonts = Fonts::default();
        let one = fonts.run("0", Weight::Regular, 10.0).unwrap();
        let ten = fonts.run("0123456789", Weight::Regular, 10.0).unwrap();
        assert!((ten.width() - 10.0 * one.width()).abs() < 1e-6, "figures are as wide as each other");
        assert!(fonts.run("0", Weight::Bold, 10.0).unwrap().width() > one.width());
        assert!(one.x_height() < one.cap_height() && one.cap_height() < one.ascent());
        assert!(fonts.run("", Weight::Regular, 10.0).unwrap().width().abs() < 1e-9);
        let size = fonts.size_for_x_height(Weight::Regular, 1.2);
        assert!((fonts.run("x", Weight::Regular, size).unwrap().x_height() - 1.2).abs() < 1e-9);
    }

    #[test]
    fn directions_are_not_mixed() {
        let run = |text| Fonts::default().run(text, Weight::Bold, 3.0);
        for one in ["Specimen – № 1", "عينة غير صالحة", "דוגמה (לא תקף)", "…", ""]
        {
            assert!(run(one).is_ok(), "{one}");
        }
        for mixed in ["Specimen عينة", "عينة Specimen", "דוגמה 2026", "عينة ٢٠"] {
            assert_eq!(run(mixed).unwrap_err().code(), "text-mixed-directions", "{mixed}");
        }
    }

    #[test]
    fn pairs_are_kerned() {
        let fonts = Fonts::default();
        let width = |text| fonts.run(text, Weight::Regular, 10.0).unwrap().width();
        assert!(width("AV") < width("A") + width("V"));
    }

    #[test]
    fn what_no_font_has_is_refused_by_name() {
        let error = Fonts::default().run("Lumora 光", Weight::Regular, 3.0).unwrap_err();
        assert_eq!(error.to_string(), "no font has '光' (U+5149) of \"Lumora 光\": supply a font that does");
        for blank in ["a\nb", "a\tb"] {
            assert_eq!(Fonts::default().run(blank, Weight::Bold, 3.0).unwrap_err().code(), "glyph-missing");
        }
    }

    #[test]
    fn another_font_fills_in() {
        // An old letter that the serif faces have and the sans faces lack.
        let built_in = Fonts::default();
        let serif = dejavu::serif::regular();
        let filled = built_in.clone().with_fallback(Weight::Regular, serif.to_vec(), 0).unwrap();
        let covers = |fonts: &Fonts, c| fonts.faces(Weight::Bold).any(|face| face.covers(c));
        let letter = ('\u{100}'..'\u{20000}').find(|&c| covers(&filled, c) && !covers(&built_in, c)).unwrap();
        let text = format!("A{letter} B");
        assert_eq!(built_in.run(&text, Weight::Bold, 3.0).unwrap_err().code(), "glyph-missing");
        let run = filled.run(&text, Weight::Bold, 3.0).unwrap();
        let glyphs: Vec<usize> = run.spans().iter().map(|span| span.glyphs.len()).collect();
        assert_eq!(glyphs, [1, 2, 1], "the blank stays with what comes before it");
        assert!(run.width() > filled.run("A B", Weight::Bold, 3.0).unwrap().width());
    }

    #[test]
    fn what_is_no_font_is_refused() {
        for data in [Vec::new(), vec![0; 64], b"OTTO".to_vec()] {
            let error = Fonts::default().with_fallback(Weight::Regular, data, 0).unwrap_err();
            assert_eq!(error.code(), "font-unreadable");
        }
    }

    #[test]
    fn glyphs_know_their_characters() {
        let run = Fonts::default().run("Särkkä №1", Weight::Regular, 3.0).unwrap();
        let told: String = run
            .spans()
            .iter()
            .flat_map(|span| &span.glyphs)
            .map(|glyph| &run.content()[glyph.characters.clone()])
            .collect();
        assert_eq!(told, run.content());
    }
}
