//! What a symbol says.

use rxing::common::cpp_essentials::DecoderResult;
use rxing::qrcode::cpp_port::decoder::Decode;

use super::flat::Flat;
use super::grid::Grid;
use super::modules::{Modules, function_patterns};
use super::number::real;
use super::search::Rung;
use super::vector::{Point, between, cross};

/// A QR code that was read.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Code {
    /// The text. Of a symbol without ECI it is what was encoded, byte for byte, if that is ASCII or
    /// UTF-8; no character set is guessed then.
    pub text: String,
    /// The bytes of all segments one after the other.
    pub bytes: Vec<u8>,
    /// The symbol's outer corners in pixels: top left, top right, bottom right and bottom left of
    /// the symbol as printed. The picture's own corner is at 0, 0. Part of a symbol may lie outside.
    pub corners: [[f32; 2]; 4],
    /// How the picture was looked at when it was found.
    pub rung: Rung,
}

/// What was encoded.
pub(super) struct Payload {
    text: String,
    bytes: Vec<u8>,
}

impl Code {
    pub(super) fn new(payload: Payload, grid: &Grid, scale: f32, rung: Rung) -> Self {
        let side = real(grid.dimension());
        let corners = [[0.0, 0.0], [side, 0.0], [side, side], [0.0, side]];
        let corners = corners.map(|corner| grid.point(corner).map(|part| part * scale));
        Self { text: payload.text, bytes: payload.bytes, corners, rung }
    }

    /// Whether a point of the picture lies within the symbol.
    pub(super) fn covers(&self, point: Point) -> bool {
        let turn = |i: usize| {
            let (a, b) = (self.corners[i], self.corners[(i + 1) % 4]);
            cross(between(a, b), between(a, point)) > 0.0
        };
        (1..4).all(|i| turn(i) == turn(0))
    }
}

/// Samples a symbol and decodes it: as it is seen, then with blur undone, at first by what the
/// function patterns teach, then also by what that made clear.
pub(super) fn payload(flat: &Flat, grid: &Grid, sign: f32) -> Option<Payload> {
    let seen = Modules::sample(flat, grid, sign);
    if let Some(payload) = decoded(&seen) {
        return Some(payload);
    }
    let known = function_patterns(grid.dimension())?;
    let mut lesson = known.clone();
    for _ in 0..3 {
        let equalised = seen.equalised(&lesson)?;
        if let Some(payload) = decoded(&equalised) {
            return Some(payload);
        }
        lesson = equalised.confident(&known);
    }
    None
}

fn decoded(modules: &Modules) -> Option<Payload> {
    let result = Decode(&modules.bits()?).ok().filter(DecoderResult::isValid)?;
    let bytes = result.content().bytes().to_vec();
    let text = match std::str::from_utf8(&bytes) {
        Ok(text) if !result.content().has_eci => text.to_owned(),
        _ => result.text(),
    };
    Some(Payload { text, bytes })
}
