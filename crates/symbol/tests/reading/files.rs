//! Formats, limits, and what is said of files that are none.

use qrcode::{EcLevel, QrCode};
use verilabel_pictures::{Encoding, Raster};
use verilabel_symbol::read::{Limit, Limits, Picture, PictureError};

use super::{drawn, read};

const TEXT: &str = "https://cls.example.sg/01/09506000134352#8301928374655647382910";

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/reading/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))).expect("is there")
}

fn decode(file: &[u8]) -> Result<Picture, PictureError> {
    Picture::decode(file, &Limits::default())
}

fn assert_read(file: &[u8], what: &str) {
    let reading = read(&decode(file).unwrap_or_else(|error| panic!("{what}: {error}")));
    assert_eq!(reading.codes.first().map(|code| code.text.as_str()), Some(TEXT), "{what}");
}

fn symbol() -> Raster {
    drawn(&QrCode::with_error_correction_level(TEXT, EcLevel::M).expect("fits"), 3)
}

#[test]
fn every_format() {
    for name in [
        "bilevel.png",
        "palette.png",
        "progressive.jpg",
        "subsampled.jpg",
        "cmyk.jpg",
        "lossy.webp",
        "transparent.webp",
        "transparent-lossy.webp",
    ] {
        assert_read(&fixture(name), name);
    }
    for encoding in [Encoding::Png, Encoding::Jpeg { quality: 60 }, Encoding::WebP] {
        assert_read(&symbol().encode(encoding), "encoded");
    }
}

/// Every colour type and depth of PNG; ink is opaque black, paper transparent black where there is
/// an alpha channel.
#[test]
fn every_kind_of_png() {
    use png::{BitDepth, ColorType};
    let raster = symbol();
    for (color, channels, alpha) in [
        (ColorType::Grayscale, 1, false),
        (ColorType::GrayscaleAlpha, 2, true),
        (ColorType::Rgb, 3, false),
        (ColorType::Rgba, 4, true),
    ] {
        for (depth, bytes) in [(BitDepth::Eight, 1), (BitDepth::Sixteen, 2)] {
            let pixel = |value: u8| {
                let mut samples = vec![if alpha { 0 } else { value }; channels];
                if alpha {
                    samples[channels - 1] = 255 - value;
                }
                samples.into_iter().flat_map(|sample| vec![sample; bytes]).collect::<Vec<u8>>()
            };
            let data: Vec<u8> = raster.luma().iter().flat_map(|&value| pixel(value)).collect();
            assert_read(&png(&raster, color, depth, &data, None), &format!("{color:?} {depth:?}"));
        }
    }
}

#[test]
fn a_palette_with_transparency() {
    let raster = symbol();
    let data: Vec<u8> = raster.luma().iter().map(|&value| u8::from(value > 0)).collect();
    // Ink is dark red, paper is transparent blue.
    let palette = (vec![90, 0, 0, 0, 0, 255], vec![255, 0]);
    let file = png(&raster, png::ColorType::Indexed, png::BitDepth::Eight, &data, Some(palette));
    assert_read(&file, "palette");
}

fn png(
    raster: &Raster,
    color: png::ColorType,
    depth: png::BitDepth,
    data: &[u8],
    palette: Option<(Vec<u8>, Vec<u8>)>,
) -> Vec<u8> {
    let side = |length: usize| u32::try_from(length).expect("short");
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, side(raster.width()), side(raster.height()));
    encoder.set_color(color);
    encoder.set_depth(depth);
    if let Some((colors, transparency)) = palette {
        encoder.set_palette(colors);
        encoder.set_trns(transparency);
    }
    let mut writer = encoder.write_header().expect("a header");
    writer.write_image_data(data).expect("the data");
    writer.finish().expect("an end");
    file
}

#[test]
fn interlaced_png() {
    assert_read(&fixture("interlaced.png"), "interlaced.png");
}

/// Turning a picture by its EXIF orientation is not needed: a code is found in any.
#[test]
fn exif_orientation_does_not_matter() {
    let mut file = fixture("subsampled.jpg");
    let tiff = b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let mut segment = vec![0xff, 0xe1, 0, u8::try_from(tiff.len() + 8).expect("short")];
    segment.extend_from_slice(b"Exif\0\0");
    segment.extend_from_slice(tiff);
    file.splice(2..2, segment);
    assert_read(&file, "orientation 6");
}

#[test]
fn what_is_no_picture() {
    assert_eq!(decode(b""), Err(PictureError::EmptyFile));
    assert_eq!(decode(b"https://cls.example.sg/"), Err(PictureError::NotAPicture));
    assert_eq!(decode(&[0; 4096]), Err(PictureError::NotAPicture));
    for (start, form) in [
        (&b"\0\0\0\x18ftypheic\0\0\0\0"[..], "HEIC"),
        (b"\0\0\0\x18ftypavif\0\0\0\0", "AVIF"),
        (b"GIF89a\x10\0\x10\0", "GIF"),
        (b"BM\x36\0\0\0\0\0\0\0\x36\0", "BMP"),
        (b"II*\0\x08\0\0\0", "TIFF"),
        (b"%PDF-1.7", "PDF"),
    ] {
        assert_eq!(decode(start), Err(PictureError::FormatUnsupported { form }));
    }
    assert_eq!(
        decode(&fixture("animated.webp")),
        Err(PictureError::FormatUnsupported { form: "an animation" })
    );
}

#[test]
fn a_file_cut_short() {
    for name in ["bilevel.png", "palette.png", "lossy.webp", "transparent.webp"] {
        let file = fixture(name);
        for length in [13, 40, file.len() / 2] {
            let error = decode(&file[..length]).expect_err("is cut short");
            assert_eq!(error.code(), "picture-damaged", "{name} at {length}: {error}");
        }
    }
    let jpeg = fixture("subsampled.jpg");
    assert_eq!(decode(&jpeg[..40]).expect_err("no header").code(), "picture-damaged");
    for error in (3..jpeg.len()).filter_map(|length| decode(&jpeg[..length]).err()) {
        assert!(!error.to_string().contains(char::is_control), "not on one line: {error}");
    }
    // What there is of the picture may show the code.
    assert_read(&jpeg[..jpeg.len() - 60], "all but the last rows");
}

#[test]
fn limits_hold_before_anything_is_allocated() {
    let header = |width: u32, height: u32| {
        let mut file = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        file.extend(width.to_be_bytes());
        file.extend(height.to_be_bytes());
        file.extend([8, 2, 0, 0, 0]);
        file.extend(crc(&file[12..]).to_be_bytes());
        file
    };
    let too_large = |width, height, limit| Err(PictureError::TooLarge { width, height, limit });
    assert_eq!(decode(&header(60_000, 21)), too_large(60_000, 21, Limit::Side(32_768)));
    assert_eq!(decode(&header(30_000, 30_000)), too_large(30_000, 30_000, Limit::Pixels(52_000_000)));
    assert_eq!(decode(&header(7_000, 7_000)), too_large(7_000, 7_000, Limit::Bytes(128 << 20)));
    assert_eq!(decode(&header(1, 177)), Err(PictureError::TooSmall { width: 1, height: 177 }));
    assert_eq!(decode(&header(100, 100)).expect_err("no data").code(), "picture-damaged");

    let mut limits = Limits::default();
    limits.file_bytes = 100;
    let error = Picture::decode(&fixture("bilevel.png"), &limits).expect_err("over the limit");
    assert_eq!(error, PictureError::FileTooLarge { bytes: 499, limit: 100 });
}

/// The canvas is small, the bitstream in it is 16,383 pixels a side.
#[test]
fn a_webp_that_is_larger_inside() {
    let mut file = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x63\0\0\x63\0\0".to_vec();
    file.extend(b"VP8 \x0a\0\0\0\x10\0\0\x9d\x01\x2a\xff\x3f\xff\x3f");
    let length = u32::try_from(file.len() - 8).expect("short");
    file[4..8].copy_from_slice(&length.to_le_bytes());
    assert_eq!(decode(&file).expect_err("is a bomb").code(), "picture-too-large");
}

/// Each scan passes over the whole picture and costs a few bytes.
#[test]
fn a_jpeg_of_a_thousand_scans() {
    let file = fixture("progressive.jpg");
    let scan = file.windows(2).rposition(|pair| pair == [0xff, 0xda]).expect("has scans");
    let mut bomb = file[..file.len() - 2].to_vec();
    for _ in 0..1000 {
        bomb.extend_from_slice(&file[scan..file.len() - 2]);
    }
    bomb.extend([0xff, 0xd9]);
    let error = decode(&bomb).expect_err("is a bomb");
    assert_eq!(
        error.to_string(),
        "the JPEG file is damaged or cut short (more than 24 scans); take or download the picture again"
    );
}

#[test]
fn a_frame_has_as_many_pixels_as_it_says() {
    let wrong = Picture::from_luma(100, 100, vec![0; 9_999]);
    assert_eq!(wrong, Err(PictureError::FrameMismatch { width: 100, height: 100, given: 9_999 }));
    assert_eq!(Picture::from_luma(usize::MAX, 2, Vec::new()).expect_err("too many").code(), "frame-mismatch");
    let small = Picture::from_luma(400, 20, vec![0; 8_000]);
    assert_eq!(small, Err(PictureError::TooSmall { width: 400, height: 20 }));
}

#[test]
fn every_error_has_a_code_and_a_remedy() {
    let errors = [
        PictureError::EmptyFile,
        PictureError::FileTooLarge { bytes: 2, limit: 1 },
        PictureError::NotAPicture,
        PictureError::FormatUnsupported { form: "HEIC" },
        PictureError::TooLarge { width: 9, height: 9, limit: Limit::Pixels(80) },
        PictureError::TooSmall { width: 9, height: 9 },
        PictureError::Damaged { format: "PNG", detail: "x".into() },
        PictureError::FrameMismatch { width: 1, height: 1, given: 2 },
    ];
    let codes: Vec<&str> = errors.iter().map(PictureError::code).collect();
    assert_eq!(
        codes,
        [
            "empty-file",
            "file-too-large",
            "not-a-picture",
            "picture-format-unsupported",
            "picture-too-large",
            "picture-too-small",
            "picture-damaged",
            "frame-mismatch"
        ]
    );
    // A caller's own mistake needs no remedy; every other sentence ends in one.
    assert!(errors[..7].iter().all(|error| error.to_string().contains("; ")));
}

/// The check sum of a PNG chunk (ISO/IEC 15948 annex D).
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, &byte| {
        (0..8).fold(
            crc ^ u32::from(byte),
            |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 },
        )
    })
}
