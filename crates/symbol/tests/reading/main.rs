//! The reader, on pictures whose content is known.
#![cfg(feature = "read")]
#![expect(clippy::expect_used, clippy::panic, reason = "a test may fail")]

mod classes;
mod files;
mod hostile;
mod payloads;
mod properties;
mod sought;

use qrcode::{Color, QrCode};
use verilabel_pictures::Raster;
use verilabel_symbol::read::{Effort, Picture, Reading, any, codes};

fn read(picture: &Picture) -> Reading {
    codes(picture, Effort::Every, &any, &|| false)
}

fn picture(raster: &Raster) -> Picture {
    Picture::from_luma(raster.width(), raster.height(), raster.luma().to_vec()).expect("large enough")
}

/// A symbol as a printer would draw it, `px` pixels a module with a quiet zone of four.
fn drawn(code: &QrCode, px: usize) -> Raster {
    let side = (code.width() + 8) * px;
    let module = |place: usize| (place / px).checked_sub(4).filter(|&m| m < code.width());
    let luma = (0..side * side)
        .map(|i| match (module(i % side), module(i / side)) {
            (Some(x), Some(y)) if code[(x, y)] == Color::Dark => 0,
            _ => 255,
        })
        .collect();
    Raster::new(side, side, luma)
}
