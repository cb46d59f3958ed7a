//! From light to pixels: illumination, lens, sensor, compression.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};

use crate::number::{byte, index, real, unit};
use crate::scene::{Light, Scene};
use crate::{Encoding, Raster};

/// Turns reflected light into the picture that the camera stores.
pub(crate) fn expose(scene: &Scene, mut light: Vec<f32>) -> Raster {
    let (width, height) = (scene.width, scene.height);
    illuminate(&mut light, width, height, &scene.light);
    if let Some((length, angle)) = scene.optics.motion {
        light = shaken(&light, width, height, length, angle);
    }
    if scene.optics.blur > 0.0 {
        defocus(&mut light, width, height, scene.optics.blur);
    }
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(scene.seed);
    let noise = scene.optics.noise;
    let luma = light.into_iter().map(|value| byte(value + noise * gaussian(&mut rng))).collect();
    let raster = Raster::new(width, height, luma);
    match scene.optics.jpeg {
        Some(quality) => raster.recompressed(Encoding::Jpeg { quality }),
        None => raster,
    }
}

fn illuminate(light: &mut [f32], width: usize, height: usize, how: &Light) {
    let half = real(width).hypot(real(height)) / 2.0;
    let across = |angle: f32, dx: f32, dy: f32| dx * angle.cos() + dy * angle.sin();
    for (row, y) in light.chunks_exact_mut(width).zip(0..) {
        let dy = (real(y) - real(height) / 2.0) / half;
        for (value, x) in row.iter_mut().zip(0..) {
            let dx = (real(x) - real(width) / 2.0) / half;
            let mut level = how.level * (1.0 + how.gradient.0 * across(how.gradient.1, dx, dy));
            if let Some(shadow) = how.shadow {
                let inside = ((across(shadow.angle, dx, dy) - shadow.offset) / 0.02).clamp(0.0, 1.0);
                level *= 1.0 - inside * (1.0 - shadow.depth);
            }
            *value *= level;
            if let Some(glare) = how.glare {
                let ex = dx - (glare.at[0] - 0.5) * real(width) / half;
                let ey = dy - (glare.at[1] - 0.5) * real(height) / half;
                *value += glare.strength * (-(ex * ex + ey * ey) / (2.0 * glare.size * glare.size)).exp();
            }
            *value = value.min(1.0);
        }
    }
}

/// The average along a line, one sample a pixel.
fn shaken(light: &[f32], width: usize, height: usize, length: f32, angle: f32) -> Vec<f32> {
    let steps = index(length.ceil()).max(1) * 2;
    let mut out = vec![0.0; light.len()];
    for (row, y) in out.chunks_exact_mut(width).zip(0..) {
        for (value, x) in row.iter_mut().zip(0..) {
            let mut sum = 0.0;
            for step in 0..=steps {
                let t = length * (real(step) / real(steps) - 0.5);
                sum += bilinear(light, width, height, real(x) + t * angle.cos(), real(y) + t * angle.sin());
            }
            *value = sum / real(steps + 1);
        }
    }
    out
}

/// A sample between pixel centres; the border pixels continue outwards.
pub(crate) fn bilinear(light: &[f32], width: usize, height: usize, x: f32, y: f32) -> f32 {
    let x = x.clamp(0.0, real(width - 1));
    let y = y.clamp(0.0, real(height - 1));
    let (left, top) = (index(x), index(y));
    let (right, bottom) = ((left + 1).min(width - 1), (top + 1).min(height - 1));
    let (fx, fy) = (x - real(left), y - real(top));
    let at = |column: usize, row: usize| light[row * width + column];
    (at(left, top) * (1.0 - fx) + at(right, top) * fx) * (1.0 - fy)
        + (at(left, bottom) * (1.0 - fx) + at(right, bottom) * fx) * fy
}

/// A Gaussian, along rows and then along columns.
fn defocus(light: &mut Vec<f32>, width: usize, height: usize, sigma: f32) {
    let reach = index((3.0 * sigma).ceil());
    let mut kernel: Vec<f32> = (0..=reach).map(|i| (-real(i * i) / (2.0 * sigma * sigma)).exp()).collect();
    let sum = kernel[0] + 2.0 * kernel[1..].iter().sum::<f32>();
    for weight in &mut kernel {
        *weight /= sum;
    }
    for (length, stride, lines, step) in [(width, 1, height, width), (height, width, width, 1)] {
        let mut out = vec![0.0; light.len()];
        for line in 0..lines {
            for i in 0..length {
                let at = |j: usize| light[line * step + j * stride];
                let mut value = kernel[0] * at(i);
                for (j, weight) in kernel.iter().enumerate().skip(1) {
                    value += weight * (at(i.saturating_sub(j)) + at((i + j).min(length - 1)));
                }
                out[line * step + i * stride] = value;
            }
        }
        *light = out;
    }
}

/// The sum of twelve uniforms: variance 1, and tails that do not matter here.
fn gaussian(rng: &mut Xoshiro256PlusPlus) -> f32 {
    let mut sum = -6.0;
    for _ in 0..6 {
        let bits: u64 = rng.random();
        sum += unit(bits) + unit(bits << 24);
    }
    sum
}
