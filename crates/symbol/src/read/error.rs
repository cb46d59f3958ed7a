//! Why a file yields no picture.

use std::fmt;

/// A file in which no code can be looked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PictureError {
    /// The file has no bytes.
    #[error("the file is empty; choose the picture again")]
    EmptyFile,
    /// The file has more bytes than are read.
    #[error("the file has {bytes} bytes and at most {limit} are read; save the picture smaller or as JPEG")]
    FileTooLarge {
        /// Bytes of the file.
        bytes: usize,
        /// Bytes at most.
        limit: usize,
    },
    /// The file does not start as any known picture does.
    #[error("the file is not a picture; choose a PNG, JPEG or WebP file")]
    NotAPicture,
    /// A picture, but in a form that is not read.
    #[error("{form} is not read; save the picture as PNG, JPEG or WebP")]
    FormatUnsupported {
        /// What it is, for example "HEIC" or "an animation".
        form: &'static str,
    },
    /// Its header announces more than is decoded.
    #[error(
        "a picture of {width} by {height} pixels is larger than is read ({limit}); scale it down or cut the code out"
    )]
    TooLarge {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// The limit that it exceeds.
        limit: Limit,
    },
    /// No QR code fits: the smallest has 21 modules a side.
    #[error(
        "a picture of {width} by {height} pixels is too small for a code; take it from nearer or scan it finer"
    )]
    TooSmall {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// The file starts as a picture and does not go on as one.
    #[error("the {format} file is damaged or cut short ({detail}); take or download the picture again")]
    Damaged {
        /// The format.
        format: &'static str,
        /// What the decoder met.
        detail: String,
    },
    /// The pixels handed over are not `width` times `height`.
    #[error("{given} pixels were given for a frame of {width} by {height}")]
    FrameMismatch {
        /// Width in pixels.
        width: usize,
        /// Height in pixels.
        height: usize,
        /// Pixels given.
        given: usize,
    },
}

impl PictureError {
    /// The stable name of this error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::EmptyFile => "empty-file",
            Self::FileTooLarge { .. } => "file-too-large",
            Self::NotAPicture => "not-a-picture",
            Self::FormatUnsupported { .. } => "picture-format-unsupported",
            Self::TooLarge { .. } => "picture-too-large",
            Self::TooSmall { .. } => "picture-too-small",
            Self::Damaged { .. } => "picture-damaged",
            Self::FrameMismatch { .. } => "frame-mismatch",
        }
    }
}

/// A bound of [`Limits`](super::Limits).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Pixels a side.
    Side(u32),
    /// Pixels.
    Pixels(u64),
    /// Bytes that decoding goes through.
    Bytes(u64),
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Side(pixels) => write!(f, "at most {pixels} pixels a side"),
            Self::Pixels(pixels) => write!(f, "at most {pixels} pixels"),
            Self::Bytes(bytes) => write!(f, "at most {bytes} bytes when decoded"),
        }
    }
}
