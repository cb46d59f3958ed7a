//! `pack key`, `pack draft`, `pack show`, `pack sign` and `pack assemble`: ceremonies.

use std::io::{BufRead, IsTerminal};
use std::path::{Path, PathBuf};

use clap::{Subcommand, ValueHint};
use serde_json::json;
use verilabel_issuer::{
    Actor, Assembled, CeremonyError, Draft, HolderKey, NoteCeremony, Order, PackKeys, PartnerList,
    PartnerRecord, Reading, RoleSignatureFile, RootWishes, Signatories, TargetsWishes, assemble, draft_root,
    draft_targets, generate, open, owners_documents, published_targets, store,
};
use verilabel_trust::PackContents;
use verilabel_wire::{Algorithm, Sign};

use super::super::out::{print, print_json, say};
use super::super::{Exit, Outcome, Session, Trouble};

const DAY: u64 = 86_400;

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Make a key for ceremonies or for an online role; the file with its public half goes to the coordinator
    New {
        /// Where the key is kept, encrypted
        #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
        keys: PathBuf,
        /// What people call its holder
        #[arg(long)]
        name: String,
        /// The file with the public half
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        out: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum DraftCommand {
    /// The next root: who speaks for which role. Roles that are not named stay as they are
    Root {
        /// Key files of those who speak for root
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        root_key: Vec<PathBuf>,
        /// How many of them must sign
        #[arg(long, value_name = "NUMBER", default_value_t = 1)]
        root_threshold: u32,
        /// Key files of those who speak for targets
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        targets_key: Vec<PathBuf>,
        /// How many of them must sign
        #[arg(long, value_name = "NUMBER", default_value_t = 1)]
        targets_threshold: u32,
        /// The key file of the online key, which speaks for snapshot and timestamp and nothing else
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        online_key: Option<PathBuf>,
        #[command(flatten)]
        common: DraftArgs,
    },
    /// The next targets: register, issuers, partners, and who speaks for what changes daily
    Targets {
        /// The key file of the online key that signs which status lists there are
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        status_key: Option<PathBuf>,
        /// The key file of the online key that signs which product records there are
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        product_key: Option<PathBuf>,
        /// The pack's folder, where targets were published before their keys were taken offline
        #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
        pack: Option<PathBuf>,
        #[command(flatten)]
        common: DraftArgs,
        /// Folders of the authorities in the pack; that of --authority if none is given
        #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
        of: Vec<PathBuf>,
    },
}

#[derive(Debug, clap::Args)]
pub(crate) struct DraftArgs {
    /// For how many days it is good
    #[arg(long, value_name = "DAYS", default_value_t = 365)]
    days: u32,
    /// Where the role keys are kept; pack-keys in the authority's folder if not given
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    keys: Option<PathBuf>,
    /// The draft
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    out: PathBuf,
}

#[derive(Debug, clap::Args)]
pub(crate) struct SignArgs {
    /// The draft
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    draft: PathBuf,
    /// The holder's key: its keystore file, or the folder of it
    #[arg(long, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    key: PathBuf,
    /// The metadata that the draft must follow on, from a place that the holder trusts
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    before: Option<PathBuf>,
    /// The signature
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    out: PathBuf,
    /// Sign without asking
    #[arg(long)]
    yes: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct AssembleArgs {
    /// The draft
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    draft: PathBuf,
    /// A holder's signature
    #[arg(long = "signature", value_name = "FILE", value_hint = ValueHint::FilePath, required = true)]
    signatures: Vec<PathBuf>,
    /// Where the role keys are kept; pack-keys in the authority's folder if not given
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    keys: Option<PathBuf>,
}

pub(crate) fn key(session: &Session, command: KeyCommand) -> Outcome {
    let KeyCommand::New { keys, name, out } = command;
    let private = generate(Algorithm::EdDsa)?;
    let file = HolderKey::new(name, private.signing_key(session.random().clone())?.key());
    store(&keys, &private, &session.passphrase()?, session.random().clone())?;
    let mut bytes = serde_json::to_vec_pretty(&file).map_err(|e| Trouble::System(e.to_string()))?;
    bytes.push(b'\n');
    super::write_file(&out, bytes)?;
    print(&file.id()?)?;
    Ok(Exit::Good)
}

pub(crate) async fn draft(session: &Session, command: DraftCommand) -> Outcome {
    let now = session.now();
    let (out, draft) = match command {
        DraftCommand::Root {
            root_key,
            root_threshold,
            targets_key,
            targets_threshold,
            online_key,
            common: DraftArgs { days, keys, out },
        } => {
            let keys = keys.map_or_else(|| session.pack_keys(), Ok)?;
            let wishes = RootWishes {
                root: signatories(&root_key, root_threshold)?,
                targets: signatories(&targets_key, targets_threshold)?,
                online: signatories(online_key.as_slice(), 1)?,
                expires: now.plus_seconds(u64::from(days) * DAY),
            };
            (out, draft_root(&keys, &wishes, now)?)
        }
        DraftCommand::Targets {
            status_key,
            product_key,
            pack,
            common: DraftArgs { days, keys, out },
            of,
        } => {
            let folders = if of.is_empty() { vec![session.folder()?.to_owned()] } else { of };
            let keys = keys.map_or_else(|| session.pack_keys(), Ok)?;
            let partners = PartnerList::beside(&keys).all()?;
            let register = session.register()?.to_json().map_err(|e| Trouble::System(e.to_string()))?;
            let mut contents = PackContents { register, ..PackContents::default() };
            for folder in &folders {
                let authority = session.open_at(folder).await?;
                contents.issuers.push(authority.snapshot().await?.published_issuer().await?);
            }
            let wishes = TargetsWishes {
                documents: owners_documents(&contents, &partners)?,
                issuers: contents.issuers.iter().map(|issuer| issuer.id.clone()).collect(),
                status: signatories(status_key.as_slice(), 1)?,
                products: signatories(product_key.as_slice(), 1)?,
                partners: partners.iter().map(PartnerRecord::delegation).collect::<Result<_, _>>()?,
                expires: now.plus_seconds(u64::from(days) * DAY),
                published: pack.map_or(Ok(0), |pack| published_targets(&pack))?,
            };
            (out, draft_targets(&keys, &wishes, now)?)
        }
    };
    super::write_file(&out, draft.to_bytes()?)?;
    tell(&Reading::of(&draft)?)?;
    Ok(Exit::Good)
}

pub(crate) fn show(draft: &Path) -> Outcome {
    tell(&Reading::of(&Draft::read(draft)?)?)?;
    Ok(Exit::Good)
}

pub(crate) fn sign(session: &Session, args: SignArgs) -> Outcome {
    let SignArgs { draft, key, before, out, yes } = args;
    let draft = Draft::read(&draft)?;
    let reading = Reading::of(&draft)?;
    if let Some(before) = before {
        let metadata = std::fs::read(&before).map_err(|e| Trouble::file(&before, &e))?;
        reading.follows_on(&metadata, &before)?;
    }
    tell(&reading)?;
    let key = keystore_file(&key)?;
    let key = open(&key, &session.passphrase()?, session.random().clone())?;
    let signature = reading.sign(&key)?;
    if !yes && !confirmed()? {
        return Err(Trouble::NotConfirmed);
    }
    super::write_file(&out, signature.to_bytes()?)?;
    say(&format!("signed; hand {} back to whoever made the draft", out.display()));
    Ok(Exit::Good)
}

pub(crate) async fn put_together(session: &Session, args: AssembleArgs) -> Outcome {
    let AssembleArgs { draft, signatures, keys } = args;
    let keys = keys.map_or_else(|| session.pack_keys(), Ok)?;
    let draft = Draft::read(&draft)?;
    let signatures: Vec<RoleSignatureFile> =
        signatures.iter().map(|path| RoleSignatureFile::read(path)).collect::<Result<_, CeremonyError>>()?;
    // Who may not put a ceremony on record does not hold one.
    let desk = match session.authority_if_any().await? {
        Some(authority) => Some((session.order(&authority).await?, authority)),
        None => None,
    };
    let prepared = assemble(&draft, &signatures, &keys, session.now())?;
    if let Some((order, authority)) = desk {
        authority.decide(order, NoteCeremony { ceremony: prepared.ceremony().clone() }).await?;
    }
    let done = prepared.put_in_force()?;
    if session.json() {
        let object = json!({
            "role": done.role, "version": done.version, "sha256": done.digest, "signed_by": done.signers,
        });
        print_json("ceremony", &object)?;
    } else {
        print(done.transcript.trim_end())?;
    }
    Ok(Exit::Good)
}

/// Puts the first root of a single holder on record, where there is an authority: in the name of who is named, or of
/// nobody.
pub(crate) async fn note_first_root(session: &Session, made: &PackKeys) -> Result<(), Trouble> {
    if let (Some(authority), Some(ceremony)) =
        (session.authority_if_any().await?, Assembled::first_root(made)?)
    {
        let order = if session.has_user() {
            session.order(&authority).await?
        } else {
            Order { actor: Actor::System, at: session.now() }
        };
        authority.decide(order, NoteCeremony { ceremony }).await?;
    }
    Ok(())
}

fn tell(reading: &Reading<'_>) -> Result<(), Trouble> {
    for line in reading.words()? {
        print(&line)?;
    }
    Ok(())
}

/// Asks the person at the keyboard, or takes what stands in its place.
pub(super) fn confirmed() -> Result<bool, Trouble> {
    let input = std::io::stdin();
    if input.is_terminal() {
        say("Sign this? Type yes and press Enter.");
    }
    let mut answer = String::new();
    input.lock().read_line(&mut answer).map_err(|e| Trouble::System(e.to_string()))?;
    Ok(answer.trim() == "yes")
}

fn signatories(files: &[PathBuf], threshold: u32) -> Result<Option<Signatories>, Trouble> {
    if files.is_empty() {
        return Ok(None);
    }
    let keys = files.iter().map(|path| HolderKey::read(path)).collect::<Result<_, _>>()?;
    Ok(Some(Signatories { keys, threshold }))
}

/// A keystore file, or the only one in a folder.
pub(super) fn keystore_file(path: &Path) -> Result<PathBuf, Trouble> {
    if path.is_dir() { Ok(verilabel_issuer::only_key(path)?) } else { Ok(path.to_owned()) }
}
