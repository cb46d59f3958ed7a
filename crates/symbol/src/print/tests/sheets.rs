use super::*;
use crate::draw::rendered::Rendered;
use crate::draw::{Drawing, Fonts, Ink, Mm, Rect, Resolution};

fn cell(i: usize) -> Result<SheetCell, SymbolError> {
    let serial = format!("LX-{i:06}");
    let symbol = Symbol::encode(&link(&format!("/21/{serial}"), 60), ErrorCorrection::M)?;
    let text = LabelText { serial: Some(serial.parse().unwrap()), ..label_text() };
    let label =
        PrintedLabel::new(&symbol, &PrintSpec::default(), &text, LabelLayout::default(), &Fonts::default())?;
    Ok(SheetCell { drawing: label.drawing, caption: Some(serial) })
}

fn sheet() -> Sheet {
    Sheet { title: Some("Run 7".to_owned()), ..Sheet::default() }
}

const GAP: f64 = 6.0;

/// Where the first label goes: the grid is in the middle of the page.
fn corner(label: &Drawing, captions: bool) -> (f64, f64) {
    let grid = sheet().grid(label, captions).unwrap();
    let height = label.height().value() + if captions { 4.5 } else { 0.0 };
    let before = |page, count, size| (page - (f64::from(count) * (size + GAP) - GAP)) / 2.0;
    (before(210.0, grid.columns(), label.width().value()), before(297.0, grid.rows(), height))
}

#[test]
fn labels_fill_page_after_page() {
    let grid = sheet().grid(&cell(0).unwrap().drawing, true).unwrap();
    assert_eq!((grid.columns(), grid.rows(), grid.per_page()), (2, 7, 14));
    let file = sheet().write_pdf(Vec::new(), (0..30).map(cell), &Fonts::default()).unwrap();
    let document = lopdf::Document::load_mem(&file).unwrap();
    assert_eq!(document.get_pages().len(), 3);
    let text = document.extract_text(&[3]).unwrap();
    for told in ["Run 7", "3 / 3", "LX-000028", "LX-000029", "Serial LX-000029"] {
        assert!(text.contains(told), "{told:?} in {text:?}");
    }
    assert!(!text.contains("LX-000027"));
}

#[test]
fn labels_of_a_sheet_can_be_read() {
    let file = sheet().write_pdf(Vec::new(), (0..3).map(cell), &Fonts::default()).unwrap();
    let page = Rendered::of_pdf(&file, 10.0).remove(0);
    let drawing = cell(0).unwrap().drawing;
    let (left, top) = corner(&drawing, true);
    let (width, height) = (drawing.width().value(), drawing.height().value() + 4.5);
    for (i, (column, row)) in [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0)].into_iter().enumerate() {
        let pixel = |mm: f64| crate::draw::whole(mm * 10.0);
        let (x, y) = (pixel(left + column * (width + GAP)), pixel(top + row * (height + GAP)));
        let (columns, rows) = (pixel(width), pixel(drawing.height().value()));
        let luma = (y..y + rows).flat_map(|y| (x..x + columns).map(move |x| (x, y)));
        let luma = luma.map(|(x, y)| page.pixel(x, y)).collect();
        let part = Rendered { width: columns, height: rows, luma };
        assert_eq!(part.read(), Some(link(&format!("/21/LX-{i:06}"), 60)), "label {i}");
    }
}

#[test]
fn cut_marks_keep_off_the_labels() {
    let drawing = cell(0).unwrap().drawing;
    let grid = sheet().grid(&drawing, false).unwrap();
    let blank = || SheetCell { drawing: Drawing::new(drawing.width(), drawing.height()), caption: None };
    let page = |cut_marks| {
        let sheet = Sheet { cut_marks, title: None, ..sheet() };
        let cells = (0..grid.per_page()).map(|_| blank()).collect();
        let page = sheet.page(&grid, cells, (1, 1), &Fonts::default()).unwrap();
        Rendered::of_png(&page.to_png(Resolution::from_dpi(254), Ink::Color).unwrap()).0
    };
    assert!(page(false).luma.iter().all(|&pixel| pixel == 255));
    let marked = page(true);
    let dark: Vec<usize> = (0..marked.luma.len()).filter(|&i| marked.luma[i] < 255).collect();
    assert!(!dark.is_empty());
    let (left, top) = corner(&drawing, false);
    let (width, height) = (drawing.width().value(), drawing.height().value());
    let labels: Vec<Rect> = (0..grid.rows())
        .flat_map(|row| (0..grid.columns()).map(move |column| (f64::from(column), f64::from(row))))
        .map(|(column, row)| {
            Rect::new(left + column * (width + GAP), top + row * (height + GAP), width, height).inset(-0.3)
        })
        .collect();
    for i in dark {
        let i = u32::try_from(i).unwrap();
        let (x, y) = (f64::from(i % marked.width) / 10.0, f64::from(i / marked.width) / 10.0);
        let pixel = Rect::new(x, y, 0.1, 0.1);
        assert!(!labels.iter().any(|label| label.overlaps(&pixel)), "{x}, {y}");
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let small = Sheet { width: Mm::new(80.0).unwrap(), ..sheet() };
    let error = small.write_pdf(Vec::new(), (0..1).map(cell), &Fonts::default()).unwrap_err();
    assert_eq!(error.code(), "label-too-large");
    assert!(error.to_string().ends_with("room for 50 mm by 267 mm"), "{error}");
    // A later label that is larger than the first.
    let larger = (0..2).map(|i| {
        let side = Mm::new(20.0 + f64::from(i)).unwrap();
        Ok(SheetCell { drawing: Drawing::new(side, side), caption: None })
    });
    let error = sheet().write_pdf(Vec::new(), larger.clone(), &Fonts::default()).unwrap_err();
    assert_eq!(error.code(), "labels-differ-in-size");
    assert!(error.to_string().contains("21 mm by 21 mm is larger than the labels before it, 20 mm by 20 mm"));
    let side = Mm::new(21.0).unwrap();
    let grid = sheet().grid(&Drawing::new(side, side), false).unwrap();
    assert!(sheet().write_pdf_on(&grid, Vec::new(), larger, &Fonts::default()).is_ok());
}

#[test]
fn the_first_label_that_fails_ends_the_sheet() {
    let cells = |wrong| (0..20).map(move |i| if i == wrong { Err(SymbolError::Empty) } else { cell(i) });
    for wrong in [0, 19] {
        let error = sheet().write_pdf(Vec::new(), cells(wrong), &Fonts::default()).unwrap_err();
        assert_eq!(error.code(), "symbol-empty", "{wrong}");
    }
    assert!(sheet().write_pdf(Vec::new(), std::iter::empty(), &Fonts::default()).is_ok());
}

#[test]
fn long_captions_are_cut_short() {
    let caption = "A caption that goes on and on and on and on and on and on and on and on and on";
    let cells = vec![SheetCell { caption: Some(caption.to_owned()), ..cell(0).unwrap() }];
    let drawing = contact_sheet(cells, 1, Some("Shelf"), &Fonts::default()).unwrap();
    let svg = drawing.to_svg();
    let document = roxmltree::Document::parse(&svg).unwrap();
    let told = document.descendants().filter_map(|node| node.attribute("aria-label"));
    let cut = told.filter(|text| text.starts_with("A caption")).collect::<Vec<_>>();
    assert!(cut.len() == 1 && cut[0].ends_with('…') && cut[0].len() < caption.len(), "{cut:?}");
}

#[test]
fn contact_sheets_are_as_large_as_it_takes() {
    let blank = |side: f64| {
        let side = Mm::new(side).unwrap();
        SheetCell { drawing: Drawing::new(side, side), caption: None }
    };
    let drawing =
        contact_sheet(vec![blank(20.0), blank(30.0), blank(10.0)], 2, None, &Fonts::default()).unwrap();
    assert_eq!((drawing.width().to_string(), drawing.height().to_string()), ("80 mm".into(), "80 mm".into()));
    let none = contact_sheet(Vec::new(), 0, None, &Fonts::default()).unwrap();
    assert_eq!(none.width().to_string(), "16 mm");
    let endless = contact_sheet(vec![blank(5_000.0)], 1, None, &Fonts::default()).unwrap_err();
    assert_eq!(endless.code(), "length-out-of-range");
}
