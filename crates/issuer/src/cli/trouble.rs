//! What stops a command, and what to do about it.

use std::path::{Path, PathBuf};

use verilabel_issuer::{
    CeremonyError, KeystoreError, PackOpenError, PublicationError, Refusal, RefusalKind, RunError, TableError,
};
use verilabel_symbol::draw::DrawError;
use verilabel_symbol::{SheetError, SymbolError};
use verilabel_trust::PackError;

use super::Exit;
use super::out::say;

/// What stops a command.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    #[error(transparent)]
    Refusal(#[from] Refusal),
    #[error(transparent)]
    Run(#[from] RunError),
    #[error("{}: {error}", path.display())]
    Table { path: PathBuf, error: TableError },
    #[error(transparent)]
    Publication(#[from] PublicationError),
    #[error("the trust pack: {0}")]
    Pack(#[from] PackOpenError),
    #[error(transparent)]
    Ceremony(#[from] CeremonyError),
    #[error("nothing was signed")]
    NotConfirmed,
    #[error("{}: {error}", path.display())]
    ForeignPack { path: PathBuf, error: PackError },
    #[error(transparent)]
    Symbol(#[from] SymbolError),
    #[error("no label can bear the notice: {0}")]
    Notice(SymbolError),
    #[error("{0:?} is no host that a phone opens")]
    Host(String),
    #[error("{}: {reason}", path.display())]
    File { path: PathBuf, reason: String },
    #[error("{} has another link", path.display())]
    OtherLink { path: PathBuf },
    #[error("{}: {reason}", path.display())]
    Document { path: PathBuf, reason: String },
    #[error("no authority is named")]
    NoAuthority,
    #[error("nobody is named who decides")]
    NoUser,
    #[error("user {name} may not decide any more")]
    Inactive { name: String },
    #[error("no passphrase")]
    NoPassphrase,
    #[error("{0}")]
    Usage(String),
    #[error("the system: {0}")]
    System(String),
    #[error("the output was closed")]
    ClosedPipe,
    #[error("the output could not be written: {0}")]
    Output(std::io::Error),
}

impl Trouble {
    pub(crate) fn file(path: &Path, error: &impl std::fmt::Display) -> Self {
        Self::File { path: path.to_owned(), reason: error.to_string() }
    }

    pub(crate) fn document(path: &Path, error: &impl std::fmt::Display) -> Self {
        Self::Document { path: path.to_owned(), reason: error.to_string() }
    }

    /// The exit code.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Refusal(refusal) | Self::Run(RunError::Refusal(refusal)) => match refusal.kind() {
                RefusalKind::Refused
                | RefusalKind::Conflict
                | RefusalKind::Forbidden
                | RefusalKind::Unauthenticated => Exit::Refused,
                RefusalKind::NotFound | RefusalKind::Unavailable | RefusalKind::Broken => Exit::Trouble,
            },
            Self::NoAuthority
            | Self::NoUser
            | Self::Usage(_)
            | Self::Notice(_)
            | Self::Host(_)
            | Self::Run(RunError::NoSuchUnits { .. }) => Exit::Usage,
            Self::Inactive { .. } | Self::NotConfirmed => Exit::Refused,
            _ => Exit::Trouble,
        }
    }

    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::Refusal(refusal) => refusal.code(),
            Self::Run(error) => error.code(),
            Self::Table { error, .. } => error.code(),
            Self::Publication(error) => error.code(),
            Self::Pack(error) => error.code(),
            Self::Ceremony(error) => error.code(),
            Self::NotConfirmed => "not-confirmed",
            Self::ForeignPack { error, .. } => error.code(),
            Self::Symbol(error) | Self::Notice(error) => error.code(),
            Self::Host(_) => "host-name",
            Self::File { .. } => "file",
            Self::OtherLink { .. } => "file-of-another-link",
            Self::Document { .. } => "document",
            Self::NoAuthority => "no-authority",
            Self::NoUser => "no-user",
            Self::Inactive { .. } => "user-inactive",
            Self::NoPassphrase => "no-passphrase",
            Self::Usage(_) => "usage",
            Self::System(_) => "system",
            Self::ClosedPipe | Self::Output(_) => "output",
        }
    }

    /// What to do next, where the message does not say.
    pub(super) fn advice(&self) -> Option<&'static str> {
        Some(match self {
            Self::Refusal(refusal) | Self::Run(RunError::Refusal(refusal)) => return advice(refusal),
            Self::Run(error) => match error {
                RunError::AnotherKey { .. } => "look which key the run has: `verilabel-issuer run list`",
                RunError::File { .. } => {
                    "make room or mend the path, and run the same command again: it goes on"
                }
                RunError::Links { .. } => {
                    "name the file that `verilabel-issuer run write` made, with --links"
                }
                RunError::Busy { .. } => "wait for the other process, or write another file",
                RunError::AnotherFile { .. } => {
                    "name another file; after minting anew a run is written to a new one"
                }
                RunError::NoSuchUnits { .. } => {
                    "give a --first below the run's units, and a --count of 1 up to what is left"
                }
                RunError::TooManySymbols { .. } => "write them in parts, by --first and --count",
                RunError::Symbol(error) | RunError::Sheet(SheetError::Symbol(error)) => symbol_advice(error),
                _ => return None,
            },
            Self::Table { .. } => "docs/import.md has the columns",
            Self::Publication(error) if error.is_contention() => {
                "nothing is wrong: the other publishes it all"
            }
            Self::Publication(_) => "what was published before stands; mend it and publish again",
            Self::Ceremony(CeremonyError::WouldBeRefused { .. }) => {
                "let more holders sign, or draft it anew; nothing is in force yet"
            }
            Self::Ceremony(CeremonyError::Statement(_) | CeremonyError::OtherBefore { .. }) => {
                "sign nothing, and ask whoever made the draft"
            }
            Self::Ceremony(CeremonyError::Keystore(_)) => "give the passphrase that the key was made with",
            Self::Ceremony(_) => "docs/operations/ceremony.md has the steps",
            Self::NotConfirmed => "answer yes, or give --yes",
            Self::Pack(PackOpenError::NoTargets { .. }) => {
                "hold a ceremony first: `verilabel-issuer pack draft targets`"
            }
            Self::Pack(_) => "check the folders of the pack and of its keys",
            Self::ForeignPack { .. } => {
                "fetch the pack again; if you mean to trust another root, remove foreign-pack in the authority's folder"
            }
            Self::Symbol(error) => symbol_advice(error),
            Self::Notice(_) => {
                "give a --notice of short words in one script that is built in, such as Latin, Greek or Cyrillic"
            }
            Self::Host(_) => {
                "give --host a name such as label.example.sg, with a port from 1 to 65535 if it has another than 443"
            }
            Self::File { .. } => "check the path and its permissions",
            Self::OtherLink { .. } => {
                "what stands there may have been printed: name another folder with --out"
            }
            Self::Document { .. } => "correct the file at that place",
            Self::NoAuthority => "name its folder with --authority, or set VERILABEL_AUTHORITY",
            Self::NoUser => "name a user on record with --as, or set VERILABEL_USER",
            Self::Inactive { .. } => "decide as somebody else, or ask an operator",
            Self::NoPassphrase => "name a file with --passphrase-file, or set VERILABEL_PASSPHRASE",
            Self::Usage(_) => "see --help",
            Self::System(_) | Self::ClosedPipe | Self::Output(_) => return None,
        })
    }

    /// Tells a person what is wrong, and what to do. Whoever reads our output may stop reading: then there is
    /// nothing to say.
    pub(crate) fn report(&self) {
        if matches!(self, Self::ClosedPipe) {
            return;
        }
        let (red, plain) = (anstyle::AnsiColor::Red.on_default().bold(), anstyle::Reset);
        say(&format!("{red}error{plain}[{}]: {self}", self.code()));
        if let Self::Refusal(Refusal::Several { faults, .. }) = self {
            for (at, refusal) in faults.iter().skip(1) {
                say(&format!("  number {}: {refusal} [{}]", at + 1, refusal.code()));
            }
        }
        if let Some(advice) = self.advice() {
            say(&format!("  help: {advice}"));
        }
    }
}

fn symbol_advice(error: &SymbolError) -> &'static str {
    match error {
        SymbolError::LabelTooLarge { .. } => "give a smaller --x-dimension, or have the labels in a --zip",
        _ => "shorten what the message says, or give the symbol more room",
    }
}

fn advice(refusal: &Refusal) -> Option<&'static str> {
    Some(match refusal {
        Refusal::TwoPeople => "let another approver decide, with --as",
        Refusal::RoleMissing { .. } => "decide as a user who has it: `verilabel-issuer user list`",
        Refusal::NotFound { what: "user", .. } => "`verilabel-issuer user list` has those that there are",
        Refusal::NotFound { what: "label", .. } => "`verilabel-issuer label list` has those that there are",
        Refusal::NotFound { what: "award", .. } => "`verilabel-issuer award list` has those that there are",
        Refusal::NotFound { what: "run", .. } => "`verilabel-issuer run list` has those that there are",
        Refusal::NotFound { what: "change", .. } => "`verilabel-issuer change list` has those that there are",
        Refusal::NotFound { what: "key", .. } => "`verilabel-issuer key list` has those that there are",
        Refusal::Keystore(KeystoreError::Locked { .. }) => "give the passphrase that the key was made with",
        Refusal::KeyCompromised { .. } => "give its labels another key: `verilabel-issuer key remint`",
        Refusal::SerialsOverlap { .. } | Refusal::SerialsRunOut { .. } => {
            "begin with another serial number, or take --random"
        }
        Refusal::File { .. } => "check that this is the folder of an authority",
        Refusal::Unavailable { .. } => "look at the database and the disk, and ask again",
        Refusal::Exists { .. } => "name another folder",
        _ => return None,
    })
}

impl From<KeystoreError> for Trouble {
    fn from(error: KeystoreError) -> Self {
        Self::Refusal(error.into())
    }
}

impl From<DrawError> for Trouble {
    fn from(error: DrawError) -> Self {
        Self::Symbol(error.into())
    }
}

impl From<std::io::Error> for Trouble {
    /// Errors of the output; those of files are made by [`Trouble::file`].
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe { Self::ClosedPipe } else { Self::Output(error) }
    }
}
