//! Colours and how shapes are painted.

/// A colour of sRGB with its opacity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Color {
    pub(crate) red: u8,
    pub(crate) green: u8,
    pub(crate) blue: u8,
    pub(crate) alpha: u8,
}

impl Color {
    /// Black. In PDF it is printed with black ink alone, so that no module gets coloured edges.
    pub const BLACK: Self = Self::rgb(0, 0, 0);
    /// White.
    pub const WHITE: Self = Self::rgb(255, 255, 255);

    /// An opaque colour.
    #[must_use]
    pub const fn rgb(red: u8, green: u8, blue: u8) -> Self {
        Self { red, green, blue, alpha: 255 }
    }

    /// An opaque grey: 0 is black, 255 is white.
    #[must_use]
    pub const fn gray(level: u8) -> Self {
        Self::rgb(level, level, level)
    }

    /// An opaque colour as `0xRRGGBB`.
    #[must_use]
    pub const fn hex(rrggbb: u32) -> Self {
        let [_, red, green, blue] = rrggbb.to_be_bytes();
        Self::rgb(red, green, blue)
    }

    /// The same colour with an opacity: 0 is invisible, 255 is opaque.
    #[must_use]
    pub const fn with_opacity(self, alpha: u8) -> Self {
        Self { alpha, ..self }
    }

    pub(crate) fn is_gray(self) -> bool {
        self.red == self.green && self.green == self.blue
    }
}

/// A line around or along a path.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stroke {
    /// Its colour.
    pub color: Color,
    /// Its width in millimetres.
    pub width: f64,
    /// Whether ends and corners are round; otherwise ends are cut and corners mitred.
    pub round: bool,
}

impl Stroke {
    /// A line with cut ends.
    #[must_use]
    pub const fn new(color: Color, width: f64) -> Self {
        Self { color, width, round: false }
    }

    /// The same line with round ends and corners.
    #[must_use]
    pub const fn rounded(self) -> Self {
        Self { round: true, ..self }
    }
}
