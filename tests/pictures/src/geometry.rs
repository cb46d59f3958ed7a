//! Between the label's surface (in modules) and the picture (in pixels).

use crate::number::real;
use crate::scene::{Camera, Surface};

/// A pinhole camera that looks at the surface's origin.
pub(crate) struct View {
    /// Columns: the surface's right, down and depth directions in camera coordinates.
    axes: [[f32; 3]; 3],
    distance: f32,
    focal: f32,
    centre: [f32; 2],
    half_diagonal: f32,
    barrel: f32,
    /// Radius in modules and direction of the axis, for a bottle.
    bend: Option<(f32, f32)>,
}

impl View {
    pub(crate) fn new(camera: &Camera, surface: Surface, width: usize, height: usize) -> Self {
        let (turn, tilt, axis) = (camera.turn, camera.tilt, camera.tilt_axis);
        let right = tilted([turn.cos(), turn.sin(), 0.0], axis, tilt);
        let down = tilted([-turn.sin(), turn.cos(), 0.0], axis, tilt);
        let (width, height) = (real(width), real(height));
        Self {
            axes: [right, down, cross(right, down)],
            distance: camera.distance,
            focal: camera.module_px * camera.distance,
            centre: [width * camera.aim[0], height * camera.aim[1]],
            half_diagonal: width.hypot(height) / 2.0,
            barrel: camera.barrel,
            bend: match surface {
                Surface::Flat => None,
                Surface::Cylinder { radius, axis } => Some((radius, axis)),
            },
        }
    }

    /// Where on the surface the light of a pixel comes from; `None` beyond the horizon.
    pub(crate) fn surface_at(&self, x: f32, y: f32) -> Option<[f32; 2]> {
        let (dx, dy) = ((x - self.centre[0]) / self.half_diagonal, (y - self.centre[1]) / self.half_diagonal);
        let undo = 1.0 + self.barrel * (dx * dx + dy * dy);
        let scale = undo * self.half_diagonal / self.focal;
        let ray = [dx * scale, dy * scale, 1.0];
        // The ray in surface coordinates, starting at the camera.
        let direction = self.axes.map(|axis| dot(axis, ray));
        let origin = self.axes.map(|axis| -axis[2] * self.distance);
        match self.bend {
            None => {
                let t = -origin[2] / direction[2];
                (t > 0.0).then(|| [origin[0] + t * direction[0], origin[1] + t * direction[1]])
            }
            Some((radius, axis)) => bottle_hit(origin, direction, radius, axis),
        }
    }

    /// Where a point of the surface appears in the picture.
    pub(crate) fn pixel_of(&self, point: [f32; 2]) -> [f32; 2] {
        let [x, y, z] = match self.bend {
            None => [point[0], point[1], 0.0],
            Some((radius, axis)) => {
                let (sin, cos) = axis.sin_cos();
                let across = point[0] * cos + point[1] * sin;
                let along = point[1] * cos - point[0] * sin;
                let (bent, depth) =
                    (radius * (across / radius).sin(), radius * (1.0 - (across / radius).cos()));
                [bent * cos - along * sin, bent * sin + along * cos, depth]
            }
        };
        let mut seen = [0.0, 0.0, self.distance];
        for (i, value) in seen.iter_mut().enumerate() {
            *value += self.axes[0][i] * x + self.axes[1][i] * y + self.axes[2][i] * z;
        }
        let ideal =
            [seen[0] / seen[2] * self.focal, seen[1] / seen[2] * self.focal].map(|v| v / self.half_diagonal);
        // The lens is given as picture to ray; a few rounds turn it round.
        let mut bent = ideal;
        for _ in 0..20 {
            let undo = 1.0 + self.barrel * (bent[0] * bent[0] + bent[1] * bent[1]);
            bent = [ideal[0] / undo, ideal[1] / undo];
        }
        [self.centre[0] + bent[0] * self.half_diagonal, self.centre[1] + bent[1] * self.half_diagonal]
    }
}

/// Rotates `v` by `angle` about an axis in the picture plane.
fn tilted(v: [f32; 3], axis: f32, angle: f32) -> [f32; 3] {
    let k = [axis.cos(), axis.sin(), 0.0];
    let (sin, cos) = angle.sin_cos();
    let (turned, along) = (cross(k, v), dot(k, v) * (1.0 - cos));
    [0, 1, 2].map(|i| v[i] * cos + turned[i] * sin + k[i] * along)
}

/// The near side of a cylinder whose front line is the surface's z = 0, unrolled.
fn bottle_hit(origin: [f32; 3], direction: [f32; 3], radius: f32, axis: f32) -> Option<[f32; 2]> {
    let (sin, cos) = axis.sin_cos();
    let flat = |v: [f32; 3]| [v[0] * cos + v[1] * sin, v[1] * cos - v[0] * sin, v[2]];
    let ([x, y, z], [dx, dy, dz]) = (flat(origin), flat(direction));
    let z = z - radius;
    // The smaller root of a quadratic equation; none where the ray passes the bottle.
    let (square, half) = (dx * dx + dz * dz, x * dx + z * dz);
    let root = (half * half - square * (x * x + z * z - radius * radius)).sqrt();
    let way = Some((-half - root) / square).filter(|way| *way > 0.0)?;
    let across = radius * ((x + way * dx) / radius).clamp(-1.0, 1.0).asin();
    let along = y + way * dy;
    Some([across * cos - along * sin, across * sin + along * cos])
}

fn dot(a: [f32; 3], b: [f32; 3]) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn cross(a: [f32; 3], b: [f32; 3]) -> [f32; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the renderer looks up and what the truth says are inverse to each other.
    #[test]
    fn there_and_back() {
        for (surface, barrel) in [
            (Surface::Flat, 0.0),
            (Surface::Flat, 0.4),
            (Surface::Cylinder { radius: 50.0, axis: 0.6 }, 0.0),
            (Surface::Cylinder { radius: 80.0, axis: 0.0 }, 0.2),
        ] {
            let camera = Camera {
                module_px: 5.0,
                turn: 0.8,
                tilt: 0.5,
                tilt_axis: 2.0,
                distance: 150.0,
                aim: [0.4, 0.55],
                barrel,
            };
            let view = View::new(&camera, surface, 800, 600);
            for point in [[0.0, 0.0], [20.0, -13.0], [-25.0, 8.0]] {
                let [x, y] = view.pixel_of(point);
                let [u, v] = view.surface_at(x, y).expect("is in front of the camera");
                assert!((u - point[0]).hypot(v - point[1]) < 0.01, "{surface:?} {barrel}: {point:?} {u} {v}");
            }
        }
    }
}
