//! For tests: pictures made of our files by programs that are not ours, and what a reader finds there.

use std::sync::Arc;

/// A grey picture.
pub(crate) struct Rendered {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) luma: Vec<u8>,
}

impl Rendered {
    /// Decodes a PNG and also returns its pixels per metre.
    pub(crate) fn of_png(file: &[u8]) -> (Self, u32) {
        let mut decoder = png::Decoder::new(std::io::Cursor::new(file));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().unwrap();
        let mut data = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut data).unwrap();
        let luma = match info.color_type {
            png::ColorType::Grayscale => data,
            png::ColorType::Rgb => data.as_chunks::<3>().0.iter().map(|&[r, g, b]| luma(r, g, b)).collect(),
            other => panic!("{other:?} is none of ours"),
        };
        let dimensions = reader.info().pixel_dims.unwrap();
        assert_eq!((dimensions.xppu, dimensions.unit), (dimensions.yppu, png::Unit::Meter));
        (Self { width: info.width, height: info.height, luma }, dimensions.xppu)
    }

    /// Renders an SVG by resvg, `scale` pixels per millimetre.
    pub(crate) fn of_svg(file: &str, scale: f32) -> Self {
        let tree = resvg::usvg::Tree::from_str(file, &resvg::usvg::Options::default()).unwrap();
        // usvg counts in CSS pixels, 96 to the inch.
        let scale = scale * 25.4 / 96.0;
        let size = tree.size().to_int_size().scale_by(scale).unwrap();
        let mut pixmap = tiny_skia::Pixmap::new(size.width(), size.height()).unwrap();
        pixmap.fill(tiny_skia::Color::WHITE);
        resvg::render(&tree, tiny_skia::Transform::from_scale(scale, scale), &mut pixmap.as_mut());
        let luma = pixmap.pixels().iter().map(|p| luma(p.red(), p.green(), p.blue())).collect();
        Self { width: size.width(), height: size.height(), luma }
    }

    /// Renders all pages of a PDF by hayro, `scale` pixels per millimetre.
    pub(crate) fn of_pdf(file: &[u8], scale: f32) -> Vec<Self> {
        let pdf = hayro::hayro_syntax::Pdf::new(Arc::new(file.to_vec())).unwrap();
        let settings = hayro::RenderSettings { hinting: false, ..Default::default() };
        let interpreter = hayro::hayro_interpret::InterpreterSettings::default();
        let pages = hayro::render_pdf(&pdf, scale * 25.4 / 72.0, interpreter, &settings, None).unwrap();
        pages
            .into_iter()
            .map(|page| Self {
                width: page.width().into(),
                height: page.height().into(),
                luma: page.data().iter().map(|p| luma(p.r, p.g, p.b)).collect(),
            })
            .collect()
    }

    /// The text of the QR code.
    pub(crate) fn read(&self) -> Option<String> {
        let format = Some(rxing::BarcodeFormat::QR_CODE);
        let result =
            rxing::helpers::detect_in_luma(self.luma.clone(), self.width, self.height, format).ok()?;
        Some(result.getText().to_owned())
    }

    pub(crate) fn pixel(&self, x: u32, y: u32) -> u8 {
        self.luma[usize::try_from(y * self.width + x).unwrap()]
    }

    /// The mean difference between two pictures, from 0 to 255, over their common area.
    pub(crate) fn difference(&self, other: &Self) -> f64 {
        assert!(self.width.abs_diff(other.width) <= 1 && self.height.abs_diff(other.height) <= 1);
        let (width, height) = (self.width.min(other.width), self.height.min(other.height));
        let sum: u64 = (0..height)
            .flat_map(|y| (0..width).map(move |x| (x, y)))
            .map(|(x, y)| u64::from(self.pixel(x, y).abs_diff(other.pixel(x, y))))
            .sum();
        f64::from(u32::try_from(sum).unwrap()) / f64::from(width * height)
    }
}

fn luma(r: u8, g: u8, b: u8) -> u8 {
    let sum = 299 * u32::from(r) + 587 * u32::from(g) + 114 * u32::from(b);
    u8::try_from(sum / 1_000).unwrap()
}
