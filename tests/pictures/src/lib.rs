//! Photographs of printed labels that never were: a seeded camera in front of a seeded box.
//!
//! [`Scene`] says what is in the picture (symbols on a flat or curved box), how it is held (turn,
//! tilt, distance), how it is lit and what the camera does to it (blur, noise, compression);
//! [`Scene::shoot`] renders it and says where each symbol came to lie. [`Class::scene`] draws the
//! scenes that the reader is measured on, one class for each thing that goes wrong at a shop shelf.
//! [`Raster`] also carries what end-to-end tests do to a finished picture: turn, scale, tilt,
//! darken, compress.
//!
//! **Invariant:** a picture is a function of its scene, a scene of its class and seed. Nothing here
//! knows the reader; it is never part of a shipped program.

mod class;
mod geometry;
mod number;
mod optics;
mod raster;
mod scene;

pub use class::Class;
pub use raster::{Encoding, Raster};
pub use scene::{Camera, Glare, Light, Optics, Placed, Scene, Shadow, Shot, Surface, Truth, label_link};
