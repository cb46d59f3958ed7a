//! `verilabel pack tuf`: a plain client of The Update Framework, for repositories of any kind.
//!
//! Its command line is that of the framework's conformance suite, which can be pointed at it as it is.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use verilabel_label::Timestamp;
use verilabel_trust::{
    Accepted, Client, Expiry, FolderStore, HttpRepository, Patience, TrustedStore, UpdateError, as_segment,
    write_folder,
};

use crate::args::{TufArgs, TufCommand};
use crate::exit::Exit;
use crate::trouble::Trouble;

const MAX_ROOT: u64 = 512 << 10;
/// How long another run in the same folder is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) fn run(args: &TufArgs, now: Timestamp) -> Result<Exit, Trouble> {
    match &args.command {
        TufCommand::Init { root } => init(&args.metadata_dir, root)?,
        TufCommand::Refresh => {
            let mut session = Session::begin(args)?;
            session.client.refresh(&session.repository, now, Expiry::Refuse)?;
        }
        TufCommand::Download => {
            let name = args.target_name.as_deref().ok_or(Trouble::Needs { flag: "--target-name" })?;
            let folder = args.target_dir.as_deref().ok_or(Trouble::Needs { flag: "--target-dir" })?;
            download(args, name, folder, now)?;
        }
    }
    Ok(Exit::Good)
}

/// Takes a root into an empty folder. Where there is one already, only the same or a newer one is taken.
fn init(folder: &Path, root: &Path) -> Result<(), Trouble> {
    let size = fs::metadata(root).map_err(|e| Trouble::file(root, &e))?.len();
    if size > MAX_ROOT {
        return Err(Trouble::TooLarge { input: root.display().to_string(), limit: MAX_ROOT });
    }
    let bytes = fs::read(root).map_err(|e| Trouble::file(root, &e))?;
    let mut store = FolderStore::lock(folder, PATIENCE)?;
    let Some(present) = store.load("root")? else {
        Client::open(store, &bytes)?;
        return Ok(());
    };
    if present == bytes {
        return Ok(());
    }
    let version = Client::resume(FolderStore::new(folder))?.root_version();
    let given = Client::open(verilabel_trust::MemoryStore::default(), &bytes)?.root_version();
    if given <= version {
        return Err(Trouble::AnotherRoot);
    }
    Ok(store.save("root", &bytes)?)
}

struct Session {
    client: Client<FolderStore>,
    repository: HttpRepository,
}

impl Session {
    fn begin(args: &TufArgs) -> Result<Self, Trouble> {
        let metadata = args.metadata_url.as_deref().ok_or(Trouble::Needs { flag: "--metadata-url" })?;
        let targets = args.target_base_url.as_deref().unwrap_or(metadata);
        let client = Client::resume(FolderStore::lock(&args.metadata_dir, PATIENCE)?)?;
        Ok(Self { client, repository: HttpRepository::new(metadata, targets, Patience::default())? })
    }
}

fn download(args: &TufArgs, name: &str, folder: &Path, now: Timestamp) -> Result<(), Trouble> {
    if args.target_base_url.is_none() {
        return Err(Trouble::Needs { flag: "--target-base-url" });
    }
    let Session { mut client, repository } = Session::begin(args)?;
    let mut accepted = client.refresh(&repository, now, Expiry::Refuse)?;
    if !client.find(&mut accepted, &repository, name)? {
        return Err(UpdateError::NoTarget { path: name.to_owned() }.into());
    }
    let file = as_segment(name);
    if is_at_hand(&accepted, name, &folder.join(&file)) {
        return Ok(());
    }
    let bytes = accepted.target(&repository, name)?;
    Ok(write_folder(folder, &[(file, bytes)])?)
}

/// Whether the file was fetched before and is still what is listed.
fn is_at_hand(accepted: &Accepted, name: &str, path: &PathBuf) -> bool {
    let length = fs::metadata(path).map(|metadata| metadata.len()).ok();
    length.is_some()
        && length == accepted.length(name)
        && fs::read(path).is_ok_and(|bytes| accepted.check(name, &bytes).is_ok())
}
