//! The file of a run: how far it was written is what it holds.

use std::fs::{File, TryLockError};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use verilabel_wire::Sign;

use super::{RunError, RunPlan};

/// No line of a run is longer: a link has at most 7,089 characters.
const MAX_LINE: u64 = 8 << 10;

/// The CSV file of a run. Its whole lines count, what a crash cut off is taken off, and the rest is written.
#[derive(Debug)]
pub struct RunFile {
    path: PathBuf,
    file: File,
    written: u32,
}

impl RunFile {
    /// Makes the file, or takes up one that was begun. The first and the last of its units must be this run's,
    /// signed with its key; nobody else may be writing it.
    ///
    /// # Errors
    /// [`RunError::AnotherFile`] for a file that holds something else; [`RunError::Busy`]; [`RunError::File`].
    pub fn open(path: &Path, plan: &RunPlan) -> Result<Self, RunError> {
        let failed = |e: &std::io::Error| RunError::file(path, e);
        let file = File::options().read(true).write(true).create(true).truncate(false).open(path);
        let mut file = file.map_err(|e| failed(&e))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(RunError::Busy { path: path.to_owned() }),
            Err(TryLockError::Error(error)) => return Err(failed(&error)),
        }
        let found = Found::in_file(&file, path)?;
        let written = found.units(plan, path)?;
        file.set_len(found.end)
            .and_then(|()| file.seek(SeekFrom::Start(found.end)))
            .map_err(|e| failed(&e))?;
        if found.end == 0 {
            let line = [&heading()[..], b"\n"].concat();
            file.write_all(&line).map_err(|e| failed(&e))?;
        }
        Ok(Self { path: path.to_owned(), file, written })
    }

    /// Units in the file.
    #[must_use]
    pub fn written(&self) -> u32 {
        self.written
    }

    /// Signs and writes the units that are not in the file yet, up to that one. They must be on record as written
    /// before: see [`Authority::write_run`](crate::Authority::write_run). `progress` hears how many there are.
    ///
    /// # Errors
    /// [`RunError::File`] for a full disk and the like: opened again, it goes on from there.
    pub fn write_until(
        &mut self,
        plan: &RunPlan,
        until: u32,
        signer: &(dyn Sign + Sync),
        cores: NonZeroUsize,
        progress: &dyn Fn(u32),
    ) -> Result<(), RunError> {
        let Self { path, file, written } = self;
        plan.write_links(*written..until, signer, cores, |lines, units| {
            file.write_all(lines).map_err(|e| RunError::file(path, &e))?;
            *written = units;
            progress(units);
            Ok(())
        })
    }

    /// Makes durable what was written.
    ///
    /// # Errors
    /// [`RunError::File`].
    pub fn sync(&self) -> Result<(), RunError> {
        self.file.sync_all().map_err(|e| RunError::file(&self.path, &e))
    }
}

/// What a file holds.
#[derive(Debug, Default)]
struct Found {
    /// After its last whole line.
    end: u64,
    /// Whole lines, the heading among them.
    lines: u64,
    heading: Vec<u8>,
    /// The first line after the heading.
    first: Vec<u8>,
    last: Vec<u8>,
}

impl Found {
    fn in_file(file: &File, path: &Path) -> Result<Self, RunError> {
        let mut reader = BufReader::with_capacity(256 << 10, file);
        let mut found = Self::default();
        let mut line = Vec::new();
        loop {
            line.clear();
            let read = reader.by_ref().take(MAX_LINE).read_until(b'\n', &mut line);
            let read = u64::try_from(read.map_err(|e| RunError::file(path, &e))?).unwrap_or(MAX_LINE);
            let Some((b'\n', text)) = line.split_last() else {
                // Cut off while it was written, or no file of ours at all.
                let cut_off = read < MAX_LINE && (found.lines > 0 || heading().starts_with(&line));
                return if cut_off {
                    Ok(found)
                } else {
                    Err(another(path, "it has lines of something else"))
                };
            };
            found.end += read;
            found.lines += 1;
            let kept = match found.lines {
                1 => &mut found.heading,
                2 => &mut found.first,
                _ => &mut found.last,
            };
            text.clone_into(kept);
        }
    }

    /// Gives how many units it holds.
    fn units(&self, plan: &RunPlan, path: &Path) -> Result<u32, RunError> {
        let Some(lines) = self.lines.checked_sub(1) else { return Ok(0) };
        if self.heading != heading() {
            return Err(another(path, "its heading is another"));
        }
        let units = u32::try_from(lines).ok().filter(|units| *units <= plan.record().units);
        let units = units.ok_or_else(|| another(path, "it has more units than the run"))?;
        for (n, line) in [(0, &self.first), (units.saturating_sub(1), &self.last)] {
            if !line.is_empty() {
                check_line(line, n, plan).map_err(|reason| another(path, reason))?;
            }
        }
        Ok(units)
    }
}

/// Whether a line is that unit's, signed with the run's key.
fn check_line(line: &[u8], n: u32, plan: &RunPlan) -> Result<(), &'static str> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line);
    let mut record = csv::StringRecord::new();
    if !reader.read_record(&mut record).is_ok_and(|read| read) {
        return Err("its units are others");
    }
    let fields: Vec<&str> = record.iter().collect();
    let &[unit, gtin, serial, address] = fields.as_slice() else { return Err("it has other columns") };
    if unit != n.to_string() {
        return Err("its units are others");
    }
    plan.check_box(n, (gtin, serial, address))
}

fn heading() -> Vec<u8> {
    RunPlan::COLUMNS.join(",").into_bytes()
}

fn another(path: &Path, reason: &str) -> RunError {
    RunError::AnotherFile { path: path.to_owned(), reason: reason.to_owned() }
}
