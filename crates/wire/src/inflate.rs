//! Inflating hostile bytes (RFC 1950, RFC 1951, RFC 1952), by the library that is smallest as WebAssembly.

use std::io::{self, ErrorKind, Read};

use crc::{CRC_32_ISO_HDLC, Crc, Digest, Table};
use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZError, MZFlush, MZStatus};

/// The checksum of RFC 1952 §8.
static CRC: Crc<u32, Table<1>> = Crc::<u32, Table<1>>::new(&CRC_32_ISO_HDLC);

/// What was compressed, as it is read: never more than is asked for. It ends where its stream does; what follows
/// there is not looked at.
pub struct Inflate<'b> {
    rest: &'b [u8],
    state: Box<InflateState>,
    /// What a gzip member has after its stream.
    trailer: Option<Trailer>,
    ended: bool,
}

/// Checksum and length (modulo 2³²) of what was inflated so far.
struct Trailer {
    checksum: Digest<'static, u32, Table<1>>,
    length: u32,
}

impl<'b> Inflate<'b> {
    /// Of a zlib stream (RFC 1950), whose checksum is verified.
    #[must_use]
    pub fn zlib(bytes: &'b [u8]) -> Self {
        Self { rest: bytes, state: InflateState::new_boxed(DataFormat::Zlib), trailer: None, ended: false }
    }

    /// Of one gzip member (RFC 1952), whose checksum is verified.
    ///
    /// # Errors
    /// If it does not begin as one.
    pub fn gzip(bytes: &'b [u8]) -> io::Result<Self> {
        let rest = after_header(bytes).ok_or_else(|| damaged("it is not gzip"))?;
        let trailer = Some(Trailer { checksum: CRC.digest(), length: 0 });
        Ok(Self { rest, state: InflateState::new_boxed(DataFormat::Raw), trailer, ended: false })
    }

    /// What was not read: once everything was inflated, what follows after its end.
    #[must_use]
    pub fn rest(&self) -> &'b [u8] {
        self.rest
    }

    fn end(&mut self) -> io::Result<()> {
        self.ended = true;
        let Some(Trailer { checksum, length }) = self.trailer.take() else { return Ok(()) };
        let (trailer, rest) = self.rest.split_first_chunk::<8>().ok_or_else(cut_short)?;
        let [c0, c1, c2, c3, l0, l1, l2, l3] = *trailer;
        let (due, due_length) = (u32::from_le_bytes([c0, c1, c2, c3]), u32::from_le_bytes([l0, l1, l2, l3]));
        if (checksum.finalize(), length) != (due, due_length) {
            return Err(damaged("its checksum is another"));
        }
        self.rest = rest;
        Ok(())
    }
}

impl Read for Inflate<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.ended || buffer.is_empty() {
            return Ok(0);
        }
        let step = inflate(&mut self.state, self.rest, buffer, MZFlush::None);
        self.rest = self.rest.get(step.bytes_consumed..).unwrap_or_default();
        let written = buffer.get(..step.bytes_written).unwrap_or_default();
        if let Some(trailer) = &mut self.trailer {
            trailer.checksum.update(written);
            trailer.length = trailer.length.wrapping_add(u32::try_from(written.len()).unwrap_or(u32::MAX));
        }
        match step.status {
            Ok(MZStatus::StreamEnd) => self.end()?,
            Ok(_) | Err(MZError::Buf) if !written.is_empty() => {}
            // Nothing came although there was room: bytes are missing.
            Ok(_) | Err(MZError::Buf) => return Err(cut_short()),
            Err(_) => return Err(damaged("its compression is damaged")),
        }
        Ok(written.len())
    }
}

/// What follows after the header of a gzip member (RFC 1952 §2.3).
fn after_header(bytes: &[u8]) -> Option<&[u8]> {
    const DEFLATE: u8 = 8;
    const TEXT: u8 = 1;
    const CHECKSUM: u8 = 2;
    const EXTRA: u8 = 4;
    const NAME: u8 = 8;
    const COMMENT: u8 = 16;
    let (&[31, 139, DEFLATE, flags, ..], mut rest) = bytes.split_first_chunk::<10>()? else { return None };
    if flags & !(TEXT | CHECKSUM | EXTRA | NAME | COMMENT) != 0 {
        return None;
    }
    if flags & EXTRA != 0 {
        let (length, after) = rest.split_first_chunk::<2>()?;
        rest = after.get(usize::from(u16::from_le_bytes(*length))..)?;
    }
    for text in [NAME, COMMENT] {
        if flags & text != 0 {
            let end = rest.iter().position(|byte| *byte == 0)?;
            rest = rest.get(end + 1..)?;
        }
    }
    if flags & CHECKSUM != 0 {
        let header = bytes.get(..bytes.len() - rest.len())?;
        let (due, after) = rest.split_first_chunk::<2>()?;
        let [b0, b1, ..] = CRC.checksum(header).to_le_bytes();
        rest = (*due == [b0, b1]).then_some(after)?;
    }
    Some(rest)
}

fn damaged(what: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, what)
}

fn cut_short() -> io::Error {
    io::Error::new(ErrorKind::UnexpectedEof, "it is cut short")
}

#[cfg(test)]
mod tests;
