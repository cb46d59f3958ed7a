use super::*;
use crate::draw::tests::everything;
use crate::draw::{Anchor, Color, Fonts, Mm, Point, Weight};

fn pages(count: usize) -> Vec<u8> {
    let mut document = PdfDocument::new(Vec::new(), "Run 7 – \"<&>\"").unwrap();
    for i in 0..count {
        let mut drawing = Drawing::new(Mm::new(50.0).unwrap(), Mm::new(20.0).unwrap());
        let run = Fonts::default().run(&format!("Page {i}: Särkkä"), Weight::Regular, 4.0).unwrap();
        drawing.text(run, Point::new(2.0, 10.0), Anchor::Start, Color::BLACK);
        document.page(&drawing).unwrap();
    }
    assert_eq!(document.page_count(), count);
    document.finish().unwrap()
}

#[test]
fn pages_have_the_drawings_size() {
    let file = lopdf::Document::load_mem(&pages(3)).unwrap();
    let numbers = file.get_pages();
    assert_eq!(numbers.len(), 3);
    for id in numbers.values() {
        let page = file.get_dictionary(*id).unwrap();
        let media_box = page.get(b"MediaBox").unwrap().as_array().unwrap();
        let corner: Vec<f32> = media_box.iter().map(|value| value.as_float().unwrap()).collect();
        assert!((corner[2] - 141.732).abs() < 0.001 && (corner[3] - 56.693).abs() < 0.001, "{corner:?}");
    }
    assert_eq!(lopdf::Document::load_mem(&pages(0)).unwrap().get_pages().len(), 0);
}

#[test]
fn text_can_be_searched() {
    let file = lopdf::Document::load_mem(&pages(2)).unwrap();
    assert_eq!(file.extract_text(&[1]).unwrap().trim(), "Page 0: Särkkä");
    assert_eq!(file.extract_text(&[2]).unwrap().trim(), "Page 1: Särkkä");
}

/// Where a character takes several glyphs, the text is told apart from them.
#[test]
fn text_that_its_glyphs_do_not_tell_is_told() {
    let operators = |text: &str| {
        let mut drawing = Drawing::new(Mm::new(50.0).unwrap(), Mm::new(20.0).unwrap());
        let run = Fonts::default().run(text, Weight::Regular, 4.0).unwrap();
        drawing.text(run, Point::new(2.0, 10.0), Anchor::Start, Color::BLACK);
        let file = lopdf::Document::load_mem(&drawing.to_pdf().unwrap()).unwrap();
        file.get_and_decode_page_content(file.get_pages()[&1]).unwrap().operations
    };
    let told = |text: &str| {
        let span = operators(text).into_iter().find(|operation| operation.operator == "BDC")?;
        let actual = span.operands[1].as_dict().unwrap().get(b"ActualText").unwrap();
        Some(lopdf::decode_text_string(actual).unwrap())
    };
    assert_eq!(told("Ax\u{301}B"), Some("Ax\u{301}B".to_owned()));
    assert_eq!(told("Ae\u{301}B fi"), None, "one glyph each, or one for all");
}

#[test]
fn viewers_are_asked_for_full_size() {
    let file = lopdf::Document::load_mem(&pages(1)).unwrap();
    let preferences = file.catalog().unwrap().get(b"ViewerPreferences").unwrap().as_dict().unwrap();
    assert_eq!(preferences.get(b"PrintScaling").unwrap().as_name().unwrap(), b"None");
}

#[test]
fn black_is_black_ink_alone() {
    let file = lopdf::Document::load_mem(&pages(1)).unwrap();
    let content = file.get_and_decode_page_content(file.get_pages()[&1]).unwrap();
    let operators: Vec<&str> = content.operations.iter().map(|o| o.operator.as_str()).collect();
    assert!(operators.contains(&"g") && !operators.contains(&"rg"), "{operators:?}");
}

#[test]
fn fonts_are_embedded_once_and_cut_down() {
    let (few, many) = (pages(1).len(), pages(40).len());
    assert!(few < 12_000, "{few}");
    assert!(many - few < 39 * 800, "{few} and {many}");
}

/// Every object stands where the cross-reference table says.
#[test]
fn offsets_lead_to_their_objects() {
    let file = everything().to_pdf().unwrap();
    let text = String::from_utf8_lossy(&file);
    let after = |needle: &str| text.rfind(needle).map(|at| &text[at + needle.len()..]).unwrap();
    let start: usize = after("startxref\n").lines().next().unwrap().parse().unwrap();
    assert!(file[start..].starts_with(b"xref\n"));
    let table = std::str::from_utf8(&file[start..]).unwrap();
    let mut entries = table.split("\r\n");
    assert!(entries.next().unwrap().ends_with(" f"));
    let mut seen = 0;
    for (i, entry) in entries.take_while(|entry| entry.ends_with(" n")).enumerate() {
        let offset: usize = entry[..10].parse().unwrap();
        assert!(file[offset..].starts_with(format!("{} 0 obj", i + 1).as_bytes()), "object {}", i + 1);
        seen += 1;
    }
    assert!(seen > 10 && table.contains(&format!("/Size {}", seen + 1)));
}

/// A sink with room for so many bytes.
struct Small(usize);

impl io::Write for Small {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() > self.0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.0 -= bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_sink_that_fails_is_reported() {
    let drawing = everything();
    let whole = drawing.to_pdf().unwrap().len();
    for room in [0, 10, 400, whole - 1] {
        let write = || {
            let mut document = PdfDocument::new(Small(room), drawing.title())?;
            document.page(&drawing)?;
            document.finish().map(|_| ())
        };
        let error: PdfError = write().unwrap_err();
        assert_eq!(error.code(), "pdf-io", "{room}");
    }
}
