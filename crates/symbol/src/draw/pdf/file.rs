//! The file's frame: objects one after the other, and the table of where they begin.

use std::fmt::Write as _;
use std::io::Write;

use miniz_oxide::deflate::compress_to_vec_zlib;
use pdf_writer::{Chunk, Filter, Ref, Stream};

use super::PdfError;

/// ISO 32000-1 §7.5.4: an offset has ten digits.
const MAX_OFFSET: u64 = 9_999_999_999;

/// A file in the making, of which nothing is kept but offsets.
#[derive(Debug)]
pub(super) struct File<W> {
    out: W,
    written: u64,
    /// Where each object begins, by its number less one.
    offsets: Vec<u64>,
}

impl<W: Write> File<W> {
    /// Writes the header, with the bytes that mark it as binary (§7.5.2).
    pub(super) fn new(out: W) -> Result<Self, PdfError> {
        let mut file = Self { out, written: 0, offsets: Vec::new() };
        file.put(b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")?;
        Ok(file)
    }

    /// The number of an object that will be written later.
    pub(super) fn reserve(&mut self) -> Result<Ref, PdfError> {
        self.offsets.push(0);
        i32::try_from(self.offsets.len()).map(Ref::new).map_err(|_| PdfError::Full)
    }

    /// Writes one object, which `build` puts into the chunk under the number `id`.
    pub(super) fn object(&mut self, id: Ref, build: impl FnOnce(&mut Chunk)) -> Result<(), PdfError> {
        let mut chunk = Chunk::new();
        build(&mut chunk);
        let index = usize::try_from(id.get() - 1).unwrap_or(usize::MAX);
        if let Some(offset) = self.offsets.get_mut(index) {
            *offset = self.written;
        }
        self.put(chunk.as_bytes())
    }

    /// Writes a stream, compressed. `describe` adds to its dictionary.
    pub(super) fn stream(
        &mut self,
        id: Ref,
        data: &[u8],
        describe: impl FnOnce(&mut Stream<'_>),
    ) -> Result<(), PdfError> {
        let compressed = compress_to_vec_zlib(data, 6);
        self.object(id, |chunk| {
            let mut stream = chunk.stream(id, &compressed);
            stream.filter(Filter::FlateDecode);
            describe(&mut stream);
        })
    }

    /// Writes the cross-reference table and the trailer (§7.5.4, §7.5.5).
    pub(super) fn finish(mut self, catalog: Ref, info: Ref) -> Result<W, PdfError> {
        let (start, size) = (self.written, self.offsets.len() + 1);
        let mut table = format!("xref\n0 {size}\n0000000000 65535 f\r\n");
        for offset in &self.offsets {
            // Writing to a string cannot fail.
            let _ = write!(table, "{offset:010} 00000 n\r\n");
        }
        let (catalog, info) = (catalog.get(), info.get());
        let trailer = format!(
            "trailer\n<< /Size {size} /Root {catalog} 0 R /Info {info} 0 R >>\nstartxref\n{start}\n%%EOF\n"
        );
        self.put(table.as_bytes())?;
        self.put(trailer.as_bytes())?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), PdfError> {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let written = self.written.saturating_add(length);
        if written > MAX_OFFSET {
            return Err(PdfError::Full);
        }
        self.out.write_all(bytes)?;
        self.written = written;
        Ok(())
    }
}
