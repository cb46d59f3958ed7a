//! The authority's record: one JSON document a line, only ever appended to.
//!
//! A record counts from the moment that its line break is on disk. What a crash leaves of an unfinished line
//! is cut off when the journal is next opened.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use verilabel_label::{LabelNumber, Status, StatusRef, Timestamp, excerpt};

use crate::LabelAward;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Record {
    /// A label was awarded and given its place in a status list. Nothing is signed yet.
    Award {
        /// When.
        at: Timestamp,
        /// The award.
        award: Box<LabelAward>,
        /// Where its status is kept.
        status: StatusRef,
    },
    /// A link was signed.
    Minted {
        /// When.
        at: Timestamp,
        /// The label.
        number: LabelNumber,
        /// The canonical GS1 path.
        path: String,
        /// The id of the key.
        key: String,
        /// The link.
        link: String,
    },
    /// A status was changed.
    Status {
        /// When.
        at: Timestamp,
        /// The label.
        number: LabelNumber,
        /// Its status from now on.
        status: Status,
        /// Why.
        reason: String,
    },
}

/// An open journal, locked against other processes.
#[derive(Debug)]
pub struct Journal {
    file: File,
    path: PathBuf,
}

impl Journal {
    /// Opens the journal, makes it if there is none, and gives all its records.
    ///
    /// # Errors
    /// [`JournalError::Busy`] while another process has it open; [`JournalError::Damaged`] for a line that is
    /// no record.
    pub fn open(path: &Path) -> Result<(Self, Vec<Record>), JournalError> {
        let failed = |e: &std::io::Error| JournalError::File { path: path.to_owned(), reason: e.to_string() };
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(|e| failed(&e))?;
        file.try_lock().map_err(|_| JournalError::Busy { path: path.to_owned() })?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(|e| failed(&e))?;
        let whole = bytes.iter().rposition(|b| *b == b'\n').map_or(0, |end| end + 1);
        if whole < bytes.len() {
            let length = u64::try_from(whole).unwrap_or_default();
            file.set_len(length).and_then(|()| file.sync_all()).map_err(|e| failed(&e))?;
        }
        let records = bytes[..whole]
            .split_inclusive(|b| *b == b'\n')
            .enumerate()
            .map(|(i, line)| {
                serde_json::from_slice(line).map_err(|e| JournalError::Damaged {
                    path: path.to_owned(),
                    line: i + 1,
                    reason: excerpt(e),
                })
            })
            .collect::<Result<_, _>>()?;
        file.seek(SeekFrom::End(0)).map_err(|e| failed(&e))?;
        sync_folder(path).map_err(|e| failed(&e))?;
        Ok((Self { file, path: path.to_owned() }, records))
    }

    /// Appends a record; it is durable when this returns.
    ///
    /// # Errors
    /// [`JournalError::File`]; the record does not count then.
    pub fn append(&mut self, record: &Record) -> Result<(), JournalError> {
        let failed = |reason: String| JournalError::File { path: self.path.clone(), reason };
        let mut line = serde_json::to_vec(record).map_err(|e| failed(e.to_string()))?;
        line.push(b'\n');
        let before = self.file.stream_position().map_err(|e| failed(e.to_string()))?;
        self.file.write_all(&line).and_then(|()| self.file.sync_data()).map_err(|error| {
            // Half a line must not stand before the next record.
            let _ = self.file.set_len(before);
            failed(error.to_string())
        })
    }
}

fn sync_folder(path: &Path) -> std::io::Result<()> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

/// Why the journal cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// Another process works on it.
    #[error("{} is in use by another process", path.display())]
    Busy {
        /// The journal.
        path: PathBuf,
    },
    /// A line that is no record.
    #[error("{} is damaged in line {line}: {reason}", path.display())]
    Damaged {
        /// The journal.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// Why.
        reason: String,
    },
    /// The file.
    #[error("{}: {reason}", path.display())]
    File {
        /// The journal.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

impl JournalError {
    /// The stable code of this refusal.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Busy { .. } => "journal-busy",
            Self::Damaged { .. } => "journal-damaged",
            Self::File { .. } => "journal-file",
        }
    }
}
