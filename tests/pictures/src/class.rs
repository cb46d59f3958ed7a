//! The classes of scenes that the reader is measured on.

use std::f32::consts::{FRAC_PI_2, TAU};

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};

use crate::number::{index, real};
use crate::scene::{Camera, Glare, Light, Optics, Placed, Scene, Shadow, Surface, label_link};

/// One thing that goes wrong when a label is photographed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Any turn, otherwise a good picture.
    Turned,
    /// Seen from up to 50 degrees aside, close enough for strong perspective.
    Tilted,
    /// Out of focus.
    Defocused,
    /// Shaken.
    Shaken,
    /// Noisy, as in the dark.
    Noisy,
    /// A gradient, a shadow's edge, a reflection.
    Uneven,
    /// Little contrast.
    Faint,
    /// 1.3 to 2.3 pixels a module.
    Small,
    /// JPEG at quality 20 to 60 and few pixels a module.
    Compressed,
    /// On a bottle, or through a barrel-shaped lens.
    Curved,
    /// Hardly any white around it.
    Crowded,
    /// Light modules on dark ground.
    Inverted,
    /// Several of these at once.
    Hard,
    /// A frame of 12 megapixels with a code somewhere.
    TwelveMegapixels,
    /// Three to six codes.
    Several,
}

impl Class {
    /// Every class, in the order of reports.
    pub const ALL: [Self; 15] = [
        Self::Turned,
        Self::Tilted,
        Self::Defocused,
        Self::Shaken,
        Self::Noisy,
        Self::Uneven,
        Self::Faint,
        Self::Small,
        Self::Compressed,
        Self::Curved,
        Self::Crowded,
        Self::Inverted,
        Self::Hard,
        Self::TwelveMegapixels,
        Self::Several,
    ];

    /// A name for reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Turned => "turned",
            Self::Tilted => "tilted",
            Self::Defocused => "defocused",
            Self::Shaken => "shaken",
            Self::Noisy => "noisy",
            Self::Uneven => "uneven",
            Self::Faint => "faint",
            Self::Small => "small",
            Self::Compressed => "compressed",
            Self::Curved => "curved",
            Self::Crowded => "crowded",
            Self::Inverted => "inverted",
            Self::Hard => "hard",
            Self::TwelveMegapixels => "12-megapixels",
            Self::Several => "several",
        }
    }

    /// The scene of this class and seed.
    #[must_use]
    pub fn scene(self, seed: u64) -> Scene {
        let mut draw = Draw(Xoshiro256PlusPlus::seed_from_u64(seed.wrapping_mul(31) ^ 0x5eed));
        let mut scene = good_picture(&mut draw, seed);
        let px = scene.camera.module_px;
        match self {
            Self::Turned => {}
            Self::Tilted => tilt(&mut draw, &mut scene, 20.0, 50.0),
            Self::Defocused => scene.optics.blur = draw.between(0.35, 0.9) * px,
            Self::Shaken => {
                scene.optics.motion = Some((draw.between(0.8, 2.2) * px, draw.between(0.0, TAU)));
            }
            Self::Noisy => {
                scene.optics.noise = draw.between(0.06, 0.2);
                scene.light.level = draw.between(0.5, 0.9);
            }
            Self::Uneven => unevenly_lit(&mut draw, &mut scene),
            Self::Faint => {
                let middle = draw.between(0.2, 0.7);
                let half = draw.between(0.02, 0.08);
                (scene.ink, scene.paper) = (middle - half, middle + half);
                scene.optics.noise = half * 0.15;
            }
            Self::Small => {
                scene.camera.module_px = draw.between(1.3, 2.3);
                scene.optics.blur = draw.between(0.3, 0.6);
                scene.optics.noise = 0.01;
            }
            Self::Compressed => {
                scene.camera.module_px = draw.between(2.0, 4.0);
                scene.optics.jpeg = Some(draw.whole(20, 60));
            }
            Self::Curved => curved(&mut draw, &mut scene),
            Self::Crowded => {
                for code in &mut scene.codes {
                    code.quiet = draw.between(0.3, 1.5);
                }
            }
            Self::Inverted => std::mem::swap(&mut scene.ink, &mut scene.paper),
            Self::Hard => hard(&mut draw, &mut scene),
            Self::TwelveMegapixels => twelve_megapixels(&mut draw, &mut scene),
            Self::Several => several(&mut draw, &mut scene, seed),
        }
        scene
    }
}

struct Draw(Xoshiro256PlusPlus);

impl Draw {
    fn between(&mut self, low: f32, high: f32) -> f32 {
        self.0.random_range(low..high)
    }

    fn whole(&mut self, low: u8, high: u8) -> u8 {
        self.0.random_range(low..=high)
    }

    fn chance(&mut self, odds: f64) -> bool {
        self.0.random_bool(odds)
    }
}

/// A frame as from a camera preview: one symbol of version 5 to 14, turned at will.
fn good_picture(draw: &mut Draw, seed: u64) -> Scene {
    let digits = index(draw.between(100.0, 760.0));
    let symbol = Placed { text: label_link(digits, seed), at: [0.0, 0.0], scale: 1.0, quiet: 4.0 };
    let turn = draw.between(0.0, TAU);
    // Turned as it is, all of the label is in the picture.
    let fits = 540.0 / (real(symbol.modules() + 8) * (turn.cos().abs() + turn.sin().abs()));
    Scene {
        width: 800,
        height: 600,
        codes: vec![symbol],
        surface: Surface::Flat,
        camera: Camera {
            module_px: draw.between(3.5, 6.5).min(fits),
            turn,
            tilt: draw.between(0.0, 0.15),
            tilt_axis: draw.between(0.0, TAU),
            distance: 200.0,
            aim: [draw.between(0.47, 0.53), draw.between(0.47, 0.53)],
            barrel: 0.0,
        },
        ink: 0.08,
        paper: 0.85,
        light: Light { level: 1.0, gradient: (0.1, draw.between(0.0, TAU)), shadow: None, glare: None },
        optics: Optics { blur: draw.between(0.4, 0.8), motion: None, noise: 0.01, jpeg: None },
        seed,
    }
}

fn tilt(draw: &mut Draw, scene: &mut Scene, low: f32, high: f32) {
    scene.camera.tilt = draw.between(low, high).to_radians();
    scene.camera.distance = draw.between(120.0, 250.0);
}

fn unevenly_lit(draw: &mut Draw, scene: &mut Scene) {
    scene.light.level = draw.between(0.5, 1.0);
    scene.light.gradient = (draw.between(0.3, 0.9), draw.between(0.0, TAU));
    if draw.chance(0.7) {
        let depth = draw.between(0.15, 0.5);
        scene.light.shadow =
            Some(Shadow { angle: draw.between(0.0, TAU), offset: draw.between(-0.3, 0.3), depth });
    }
    if draw.chance(0.6) {
        scene.light.glare = Some(Glare {
            at: [draw.between(0.3, 0.7), draw.between(0.3, 0.7)],
            size: draw.between(0.05, 0.2),
            strength: draw.between(0.3, 0.9),
        });
    }
    scene.optics.noise = 0.015;
}

fn curved(draw: &mut Draw, scene: &mut Scene) {
    scene.camera.distance = 150.0;
    if draw.chance(0.75) {
        let radius = draw.between(35.0, 90.0);
        scene.surface = Surface::Cylinder { radius, axis: draw.between(0.0, FRAC_PI_2) };
    } else {
        scene.camera.barrel = draw.between(0.15, 0.5);
    }
    scene.camera.tilt = draw.between(0.0, 0.4);
}

fn hard(draw: &mut Draw, scene: &mut Scene) {
    scene.camera.module_px = draw.between(2.2, 5.0);
    tilt(draw, scene, 5.0, 40.0);
    scene.optics.blur = draw.between(0.2, 0.5) * scene.camera.module_px;
    scene.optics.noise = draw.between(0.01, 0.05);
    scene.light.gradient = (draw.between(0.2, 0.6), draw.between(0.0, TAU));
    scene.light.level = draw.between(0.4, 1.0);
    if draw.chance(0.4) {
        let depth = draw.between(0.3, 0.7);
        scene.light.shadow =
            Some(Shadow { angle: draw.between(0.0, TAU), offset: draw.between(-0.2, 0.2), depth });
    }
    if draw.chance(0.3) {
        scene.surface = Surface::Cylinder { radius: draw.between(70.0, 150.0), axis: 0.0 };
    }
    if draw.chance(0.5) {
        scene.optics.jpeg = Some(draw.whole(40, 80));
    }
    scene.codes[0].quiet = draw.between(1.0, 4.0);
}

fn twelve_megapixels(draw: &mut Draw, scene: &mut Scene) {
    (scene.width, scene.height) = (4032, 3024);
    scene.camera.module_px = draw.between(2.0, 9.0);
    scene.camera.aim = [draw.between(0.2, 0.8), draw.between(0.2, 0.8)];
    scene.camera.tilt = draw.between(0.0, 0.8);
    scene.optics.blur = draw.between(0.2, 0.65) * scene.camera.module_px;
    scene.optics.noise = draw.between(0.01, 0.05);
    scene.light.gradient.0 = draw.between(0.1, 0.7);
    scene.light.level = draw.between(0.5, 1.0);
    scene.optics.jpeg = Some(draw.whole(70, 92));
}

fn several(draw: &mut Draw, scene: &mut Scene, seed: u64) {
    (scene.width, scene.height) = (1600, 1200);
    scene.codes.clear();
    scene.camera.module_px = draw.between(3.0, 4.5);
    scene.camera.turn = draw.between(-0.5, 0.5);
    scene.camera.tilt = draw.between(0.0, 0.4);
    scene.camera.distance = 500.0;
    let count = index(draw.between(3.0, 7.0));
    for i in 0..count {
        let digits = index(draw.between(60.0, 220.0));
        let scale = draw.between(0.8, 1.3);
        let [column, row] = [real(i % 3) - 1.0, real(i / 3) - 0.5];
        let text = label_link(
            digits,
            seed.wrapping_mul(101).wrapping_add(1).wrapping_mul(u64::from(draw.whole(1, 255))),
        );
        scene.codes.push(Placed { text, at: [column * 82.0, row * 84.0], scale, quiet: 4.0 });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_a_picture() {
        let picture = |seed| Class::Hard.scene(seed).shoot().raster;
        assert_eq!(picture(3), picture(3));
        assert_ne!(picture(3), picture(4));
    }

    /// What lies outside cannot be read by anybody.
    #[test]
    fn every_symbol_lies_in_its_picture() {
        for class in Class::ALL.into_iter().filter(|&class| class != Class::TwelveMegapixels) {
            for seed in 0..5 {
                let scene = class.scene(seed);
                for [x, y] in scene.shoot().truth.iter().flat_map(|truth| truth.corners) {
                    let inside = x > 0.0 && y > 0.0 && x < real(scene.width) && y < real(scene.height);
                    assert!(inside, "{class:?} {seed}: {x} {y}");
                }
            }
        }
    }
}
