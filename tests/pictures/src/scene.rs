//! What is in front of the camera, and the picture of it.

use qrcode::{Color, EcLevel, QrCode};

use crate::geometry::View;
use crate::number::{bits, cell, index, real, unit};
use crate::{Raster, optics};

/// A symbol on the label. Lengths on the surface are in modules of a symbol of scale 1.
#[derive(Debug, Clone)]
pub struct Placed {
    /// What the symbol says.
    pub text: String,
    /// Centre of the symbol on the surface.
    pub at: [f32; 2],
    /// Size of one module.
    pub scale: f32,
    /// Modules of white around it; the standard asks for 4.
    pub quiet: f32,
}

/// What the label is stuck on.
#[derive(Debug, Clone, Copy)]
pub enum Surface {
    /// A box.
    Flat,
    /// A bottle: its radius in modules and the direction of its axis (radians; 0 is upright).
    Cylinder {
        /// Radius in modules.
        radius: f32,
        /// Direction of the axis in radians; 0 is the surface's vertical.
        axis: f32,
    },
}

/// How the camera is held.
#[derive(Debug, Clone)]
pub struct Camera {
    /// Pixels for one module at the centre, seen squarely.
    pub module_px: f32,
    /// Turn in the picture plane, radians.
    pub turn: f32,
    /// Tilt out of the picture plane, radians.
    pub tilt: f32,
    /// Direction of the axis that the label is tilted about, radians.
    pub tilt_axis: f32,
    /// Distance in modules; the smaller, the stronger the perspective.
    pub distance: f32,
    /// Where the surface's origin appears, as a fraction of the picture's sides.
    pub aim: [f32; 2],
    /// Barrel distortion at the corner of the picture.
    pub barrel: f32,
}

/// A soft-edged shadow: where it starts (fraction of the diagonal), its direction, how dark.
#[derive(Debug, Clone, Copy)]
pub struct Shadow {
    /// Direction of its edge's normal, radians.
    pub angle: f32,
    /// Distance of the edge from the picture's centre, in half diagonals.
    pub offset: f32,
    /// What light remains in it.
    pub depth: f32,
}

/// A bright spot that adds light.
#[derive(Debug, Clone, Copy)]
pub struct Glare {
    /// Centre as fractions of the sides.
    pub at: [f32; 2],
    /// Standard deviation, in half diagonals.
    pub size: f32,
    /// Light added at the centre.
    pub strength: f32,
}

/// How the scene is lit.
#[derive(Debug, Clone)]
pub struct Light {
    /// Overall.
    pub level: f32,
    /// Change from the centre to the corner of the picture, and its direction in radians.
    pub gradient: (f32, f32),
    /// A shadow across the label.
    pub shadow: Option<Shadow>,
    /// A reflection on it.
    pub glare: Option<Glare>,
}

/// What the camera does to the picture.
#[derive(Debug, Clone, Default)]
pub struct Optics {
    /// Standard deviation of the defocus, pixels.
    pub blur: f32,
    /// Length in pixels and direction in radians of the shake.
    pub motion: Option<(f32, f32)>,
    /// Standard deviation of the noise, of full scale 1.
    pub noise: f32,
    /// JPEG quality, if compressed.
    pub jpeg: Option<u8>,
}

/// Everything that makes one picture.
#[derive(Debug, Clone)]
pub struct Scene {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// The symbols.
    pub codes: Vec<Placed>,
    /// The box or bottle.
    pub surface: Surface,
    /// The camera's place.
    pub camera: Camera,
    /// Reflectance of dark modules.
    pub ink: f32,
    /// Reflectance of the label.
    pub paper: f32,
    /// Light.
    pub light: Light,
    /// Camera.
    pub optics: Optics,
    /// Seed of texture and noise.
    pub seed: u64,
}

/// A picture and what is truly in it.
#[derive(Debug, Clone)]
pub struct Shot {
    /// The picture.
    pub raster: Raster,
    /// The symbols, in the order of the scene.
    pub truth: Vec<Truth>,
}

/// Where a symbol came to lie.
#[derive(Debug, Clone, PartialEq)]
pub struct Truth {
    /// What it says.
    pub text: String,
    /// Its outer corners in the picture: top left, top right, bottom right, bottom left as printed.
    pub corners: [[f32; 2]; 4],
}

/// A label link with a seal of `digits` decimal digits, which are a function of `seed`.
#[must_use]
pub fn label_link(digits: usize, seed: u64) -> String {
    let mut link = String::from("https://cls.example.sg/01/09506000134352#");
    link.extend((0_u64..).take(digits).map(|i| char::from(b'0' + hash(i, 7, seed).to_le_bytes()[3] % 10)));
    link
}

impl Placed {
    /// Modules a side.
    ///
    /// # Panics
    /// If the text is too long for a symbol at ECC M.
    #[must_use]
    pub fn modules(&self) -> usize {
        self.code().width()
    }

    #[expect(
        clippy::expect_used,
        reason = "the scene is the test's own; a text that fits no symbol is its bug"
    )]
    fn code(&self) -> QrCode {
        QrCode::with_error_correction_level(&self.text, EcLevel::M).expect("the text fits a symbol")
    }
}

impl Scene {
    /// Renders the picture.
    ///
    /// # Panics
    /// If a text is too long for a symbol at ECC M.
    #[must_use]
    pub fn shoot(&self) -> Shot {
        let symbols: Vec<_> = self.codes.iter().map(Symbol::print).collect();
        let view = View::new(&self.camera, self.surface, self.width, self.height);
        let mut light = vec![0.0_f32; self.width * self.height];
        for (row, y) in light.chunks_exact_mut(self.width).zip(0..) {
            for (pixel, x) in row.iter_mut().zip(0..) {
                *pixel = self.seen(&view, &symbols, real(x), real(y));
            }
        }
        let raster = optics::expose(self, light);
        let truth = symbols.iter().map(|symbol| symbol.truth(&view)).collect();
        Shot { raster, truth }
    }

    /// The light of one pixel: one sample on the box, a grid of samples on a label.
    fn seen(&self, view: &View, symbols: &[Symbol<'_>], x: f32, y: f32) -> f32 {
        let Some(centre) = view.surface_at(x + 0.5, y + 0.5) else {
            return 0.1;
        };
        if !symbols.iter().any(|symbol| symbol.near(centre)) {
            return self.texture(centre);
        }
        let steps: usize = if self.camera.module_px < 4.0 { 4 } else { 3 };
        let mut sum = 0.0;
        for i in 0..steps * steps {
            let (dx, dy) = ((real(i % steps) + 0.5) / real(steps), (real(i / steps) + 0.5) / real(steps));
            if let Some(point) = view.surface_at(x + dx, y + dy) {
                let printed =
                    symbols.iter().find_map(|symbol| symbol.reflectance(point, self.ink, self.paper));
                sum += printed.unwrap_or_else(|| self.texture(point));
            }
        }
        sum / real(steps * steps)
    }

    /// Printed cardboard: soft blotches, grain, and lines of something like text.
    fn texture(&self, [u, v]: [f32; 2]) -> f32 {
        let soft =
            noise(u / 23.0, v / 23.0, self.seed) * 0.35 + noise(u / 5.0, v / 5.0, self.seed ^ 1) * 0.15;
        let mut value = 0.25 + soft;
        let (line, column) = (cell(v / 6.0), cell(u / 2.0));
        let written = hash(bits(line), bits(cell(u / 70.0)), self.seed ^ 2).is_multiple_of(3);
        if written
            && v.rem_euclid(6.0) < 3.5
            && !hash(bits(column), bits(line), self.seed ^ 3).is_multiple_of(3)
        {
            value = 0.12;
        }
        value * (self.paper / 0.9)
    }
}

struct Symbol<'a> {
    placed: &'a Placed,
    code: QrCode,
}

impl<'a> Symbol<'a> {
    fn print(placed: &'a Placed) -> Self {
        Self { placed, code: placed.code() }
    }

    fn half(&self) -> f32 {
        real(self.code.width()) / 2.0
    }

    /// From the surface to modules, counted from the top left corner of the symbol.
    fn modules(&self, point: [f32; 2]) -> [f32; 2] {
        [0, 1].map(|i| (point[i] - self.placed.at[i]) / self.placed.scale + self.half())
    }

    fn near(&self, point: [f32; 2]) -> bool {
        let reach = self.half() + self.placed.quiet + 3.0;
        self.modules(point).iter().all(|m| (m - self.half()).abs() < reach)
    }

    fn reflectance(&self, point: [f32; 2], ink: f32, paper: f32) -> Option<f32> {
        let modules = self.modules(point);
        let (half, quiet) = (self.half(), self.placed.quiet);
        if modules.iter().any(|m| (m - half).abs() >= half + quiet) {
            return None;
        }
        if modules.iter().any(|m| (m - half).abs() >= half) {
            return Some(paper);
        }
        let [x, y] = modules.map(|m| index(m).min(self.code.width() - 1));
        Some(if self.code[(x, y)] == Color::Dark { ink } else { paper })
    }

    fn truth(&self, view: &View) -> Truth {
        let reach = self.half() * self.placed.scale;
        let corners = [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]]
            .map(|sign| view.pixel_of([0, 1].map(|i| self.placed.at[i] + sign[i] * reach)));
        Truth { text: self.placed.text.clone(), corners }
    }
}

/// Value noise in 0..1: smooth between the hashed corners of unit cells.
fn noise(x: f32, y: f32, seed: u64) -> f32 {
    let corner = |dx, dy| unit(hash(bits(cell(x) + dx), bits(cell(y) + dy), seed));
    let (fx, fy) = (x - x.floor(), y - y.floor());
    let top = corner(0, 0) * (1.0 - fx) + corner(1, 0) * fx;
    let bottom = corner(0, 1) * (1.0 - fx) + corner(1, 1) * fx;
    top * (1.0 - fy) + bottom * fy
}

/// The finaliser of `SplitMix64` over two coordinates and a seed.
fn hash(x: u64, y: u64, seed: u64) -> u64 {
    let mut z =
        x.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ y.wrapping_mul(0xc2b2_ae3d_27d4_eb4f) ^ seed.rotate_left(17);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
