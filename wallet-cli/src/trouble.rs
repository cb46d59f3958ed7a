//! What stops a command, and what to do about it. Never a statement about a label.

use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};

use verilabel_label::printable;
use verilabel_recognition::RegisterError;
use verilabel_trust::{ArchiveError, PackError, UpdateError};
use verilabel_verify::ListRefusal;

use crate::exit::Exit;

/// Trouble with a file, the trust pack, or the input.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    #[error("{}: {reason}", path.display())]
    File { path: PathBuf, reason: String },
    #[error("{input:?} is neither a file nor a label link nor a credential")]
    NoSuchInput { input: String },
    #[error("{input} is empty")]
    Empty { input: String },
    #[error("{input} is larger than the {limit} bytes that are allowed")]
    TooLarge { input: String, limit: u64 },
    #[error("{input} holds more than {limit} links")]
    TooManyLines { input: String, limit: usize },
    #[error("{input}: {text}")]
    Picture { input: String, code: &'static str, text: String },
    #[error("no QR code was found in {input}{}", if *.gave_up { ", though the search was given up before its end" } else { "" })]
    NoCode { input: String, gave_up: bool },
    #[error("{}: {refusal}", path.display())]
    StatusList { path: PathBuf, refusal: ListRefusal },
    #[error("there is no trust pack")]
    NoPack,
    #[error("{} is no trust pack: it has neither metadata/1.root.json nor the form of a pack file", path.display())]
    NotAPack { path: PathBuf },
    #[error("{}: {error}", path.display())]
    Archive { path: PathBuf, error: ArchiveError },
    #[error("this pack descends from another root than the one that was imported before")]
    AnotherRoot,
    #[error("the trust pack: {0}")]
    Pack(#[from] PackError),
    #[error("the pack's files carry no versions and hashes in their names, so that it cannot be kept safely")]
    NotConsistent,
    #[error("{flag} is needed for this")]
    Needs { flag: &'static str },
    #[error("the register: {0}")]
    Register(String),
    #[error("there is no {kind} {found} in the register; it has {known}")]
    Unknown { kind: &'static str, found: String, known: String },
    #[error("no folder for trust packs: set VERILABEL_HOME")]
    NoHome,
    #[error("the output was closed")]
    ClosedPipe,
    #[error("the output could not be written: {0}")]
    Output(std::io::Error),
}

impl Trouble {
    pub(crate) fn file(path: &Path, error: &std::io::Error) -> Self {
        Self::File { path: path.to_owned(), reason: error.to_string() }
    }

    pub(crate) fn unknown(
        kind: &'static str,
        found: &impl fmt::Display,
        known: impl Iterator<Item = String>,
    ) -> Self {
        Self::Unknown { kind, found: found.to_string(), known: known.collect::<Vec<_>>().join(", ") }
    }

    /// The exit code: a question that cannot be asked is a matter of usage.
    pub(crate) fn exit(&self) -> Exit {
        if matches!(self, Self::Unknown { .. }) { Exit::Usage } else { Exit::Trouble }
    }

    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::File { .. } => "file",
            Self::NoSuchInput { .. } => "no-such-input",
            Self::Empty { .. } => "empty-file",
            Self::TooLarge { .. } => "input-too-large",
            Self::TooManyLines { .. } => "too-many-lines",
            Self::Picture { code, .. } => code,
            Self::NoCode { .. } => "no-code-found",
            Self::StatusList { refusal, .. } => refusal.code(),
            Self::NoPack => "no-pack",
            Self::NotAPack { .. } => "not-a-pack",
            Self::Archive { error, .. } => error.code(),
            Self::AnotherRoot => "pack-another-root",
            Self::Pack(error) => error.code(),
            Self::NotConsistent => "pack-not-consistent",
            Self::Needs { .. } => "usage",
            Self::Register(_) => "pack-register",
            Self::NoHome => "no-home",
            Self::Unknown { .. } => "unknown-in-register",
            Self::ClosedPipe | Self::Output(_) => "output",
        }
    }

    /// What to do next.
    pub(crate) fn advice(&self) -> &'static str {
        match self {
            Self::File { .. } | Self::NoSuchInput { .. } => "check the path, or quote the link",
            Self::Empty { .. } => "give a picture, or a file with a label link",
            Self::TooLarge { .. } | Self::TooManyLines { .. } => {
                "give a smaller picture or fewer links at a time"
            }
            Self::Picture { .. } => "take the picture again, or save it as PNG, JPEG or WebP",
            Self::NoCode { .. } => {
                "take the picture again: closer, in even light, with the white frame around the code in view"
            }
            Self::StatusList { .. } => "fetch the status list again from the label's issuer",
            Self::NoPack => "name one with --pack, or import one with `verilabel pack import`",
            Self::NotAPack { .. } => "name the folder that holds metadata/ and targets/, or a pack file",
            Self::Archive { .. } => "fetch the pack file again",
            Self::AnotherRoot => "if you mean to trust it, name its root with --root after checking it",
            Self::Pack(error) => match error {
                PackError::Update(UpdateError::RolledBack { .. }) => {
                    "a newer pack of this authority was accepted here before: fetch and import the newest one"
                }
                PackError::Update(UpdateError::Expired { .. }) => "fetch a newer pack",
                PackError::Update(UpdateError::Unreachable { .. } | UpdateError::Slow { .. }) => {
                    "check the address or the folder, and try again; the pack that was accepted before stays in use"
                }
                PackError::Update(UpdateError::NotKept { .. }) => {
                    "make room on the disk, and let the folder be written; the pack that was accepted before stays in use"
                }
                PackError::Update(UpdateError::InUse { .. }) => {
                    "wait until the other run has ended, and try again"
                }
                PackError::Update(UpdateError::NoRoot) => {
                    "trust a root first: `verilabel pack tuf … init ROOT`"
                }
                PackError::Update(UpdateError::NoTarget { .. }) => "check the target's path",
                _ => "fetch the pack again from its authority; do not use this one",
            },
            Self::NotConsistent => "ask its authority for a pack with consistent snapshots",
            Self::Needs { .. } => "see `verilabel pack tuf --help`",
            Self::Register(_) => "fetch the pack again from its authority",
            Self::Unknown { .. } => "name one of those; a newer trust pack may know more",
            Self::NoHome => "set VERILABEL_HOME to a folder that may be written",
            Self::ClosedPipe | Self::Output(_) => "check where the output goes",
        }
    }

    /// Tells a person: what is wrong, and what to do. It may hold the name of a file, which may hold anything.
    pub(crate) fn report(&self) {
        let (red, plain) = (anstyle::AnsiColor::Red.on_default().bold(), anstyle::Reset);
        say(&format!("{red}error{plain}[{}]: {}\n  help: {}", self.code(), printable(self), self.advice()));
    }
}

/// Says something to the person at the terminal. Where even that cannot be written, nothing can be done.
pub(crate) fn say(text: &str) {
    let _ = writeln!(anstream::stderr(), "{text}");
}

impl From<UpdateError> for Trouble {
    fn from(error: UpdateError) -> Self {
        Self::Pack(error.into())
    }
}

impl From<&RegisterError> for Trouble {
    fn from(error: &RegisterError) -> Self {
        Self::Register(error.to_string())
    }
}

impl From<std::io::Error> for Trouble {
    /// Errors of the output; those of files are made by [`Trouble::file`].
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe { Self::ClosedPipe } else { Self::Output(error) }
    }
}
