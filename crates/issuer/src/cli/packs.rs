//! `pack`: the trust pack's keys, and packs of several authorities. One authority's own pack is published with
//! `publish`.

use std::path::{Path, PathBuf};

use clap::{Subcommand, ValueHint};
use verilabel_issuer::{
    Actor, ApplyDue, Authority, MarkInPack, Order, PackKeys, PackOpenError, PartnerList, Partners, Refusal,
    Seq, Signers, Validities, publish_pack_with,
};
use verilabel_label::Timestamp;
use verilabel_trust::{PackContents, Purpose, write_folder};

use super::out::{print, say};
use super::{Exit, Outcome, Session, Trouble};

mod ceremony;
mod partners;

const HOUR: u64 = 3_600;

#[derive(Debug, Subcommand)]
pub(crate) enum PackCommand {
    /// Make the role keys and the first root of a trust pack
    Init {
        /// Where the role keys are kept; pack-keys in the authority's folder if not given
        #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
        keys: Option<PathBuf>,
        /// Put the first root into that pack's folder, too
        #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
        pack: Option<PathBuf>,
    },
    /// Publish the next release of a trust pack of several authorities
    Publish {
        /// The pack's folder
        #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
        pack: PathBuf,
        /// Where the role keys are kept; pack-keys in the authority's folder if not given
        #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
        keys: Option<PathBuf>,
        /// For how many hours status lists are good
        #[arg(long, value_name = "HOURS", default_value_t = 168)]
        status_hours: u32,
        /// A folder with parts that partners have handed in
        #[arg(long = "part", value_name = "DIR", value_hint = ValueHint::DirPath)]
        parts: Vec<PathBuf>,
        /// Folders of authorities whose keys, status lists and products go in; that of --authority if none is given
        #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
        of: Vec<PathBuf>,
    },
    /// Keys for ceremonies and for online roles
    #[command(subcommand)]
    Key(ceremony::KeyCommand),
    /// Draft root or targets metadata, to be signed by its holders
    #[command(subcommand)]
    Draft(ceremony::DraftCommand),
    /// Show in words what a draft holds and what it changes
    Show {
        /// The draft
        #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
        draft: PathBuf,
    },
    /// Show a draft and sign it, on the holder's own machine
    Sign(ceremony::SignArgs),
    /// Put the holders' signatures under a draft; the next publication has it
    Assemble(ceremony::AssembleArgs),
    /// This agency's own part of another agency's pack
    #[command(subcommand)]
    Part(partners::PartCommand),
    /// Other agencies in this agency's pack
    #[command(subcommand)]
    Partner(partners::PartnerCommand),
}

pub(crate) async fn run(session: &Session, command: PackCommand) -> Outcome {
    match command {
        PackCommand::Init { keys, pack } => {
            let keys = keys.map_or_else(|| session.pack_keys(), Ok)?;
            let (passphrase, validities) = (session.passphrase()?, Validities::default());
            let (now, random) = (session.now(), session.random());
            let made = match pack {
                Some(pack) => PackKeys::init(&keys, &pack, &passphrase, &validities, now, random),
                None => PackKeys::create(&keys, &passphrase, &validities, now, random),
            }?;
            ceremony::note_first_root(session, &made).await?;
            print(&format!(
                "{} has the keys of the pack; keep {} where nobody signs with it by accident",
                keys.display(),
                keys.join("root").display()
            ))?;
        }
        PackCommand::Key(command) => return ceremony::key(session, command),
        PackCommand::Draft(command) => return ceremony::draft(session, command).await,
        PackCommand::Show { draft } => return ceremony::show(&draft),
        PackCommand::Sign(args) => return ceremony::sign(session, args),
        PackCommand::Assemble(args) => return ceremony::put_together(session, args).await,
        PackCommand::Part(command) => return partners::part(session, command).await,
        PackCommand::Partner(command) => return partners::partner(session, command).await,
        PackCommand::Publish { pack, keys, status_hours, parts, of } => {
            let folders = if of.is_empty() { vec![session.folder()?.to_owned()] } else { of };
            let keys = keys.map_or_else(|| session.pack_keys(), Ok)?;
            let list = PartnerList::beside(&keys);
            let keys = PackKeys::open(&keys, &session.passphrase()?, session.random())?;
            let now = session.now();
            let expires = now.plus_seconds(u64::from(status_hours) * HOUR);
            let register = session.register()?;
            let register = register.to_json().map_err(|e| Trouble::System(e.to_string()))?;
            let mut contents = PackContents { register, ..PackContents::default() };
            let mut handed_in = Vec::new();
            for folder in &folders {
                let authority = session.open_at(folder).await?;
                session.mint(&authority).await?;
                let id = &authority.issuer().await?.id;
                if contents.issuers.iter().any(|issuer| issuer.id == *id) {
                    let text = format!(
                        "{} is another authority named {id}; a pack names one of each",
                        folder.display()
                    );
                    return Err(Trouble::Usage(text));
                }
                let through = add(&mut contents, session, &authority, Some(&keys), (now, expires)).await?;
                handed_in.push((authority, through));
            }
            let partners = Partners { list: Some(&list), parts: &parts };
            let done = publish_pack_with(&pack, &contents, &partners, &keys, &Validities::default(), now)?;
            print(&format!("{} version {}", pack.display(), done.version))?;
            for trouble in &done.troubles {
                say(&format!("{} is not used: {} [{}]", trouble.role, trouble.text, trouble.code));
            }
            say_waiting(&done.waiting);
            let note = format!("release {} of {}", done.version, pack.display());
            for (authority, through) in handed_in {
                let mark = MarkInPack { through, note: note.clone() };
                authority.decide(by_itself(now), mark).await?;
            }
        }
    }
    Ok(Exit::Good)
}

/// Tells which documents wait for a ceremony.
pub(crate) fn say_waiting(waiting: &[String]) {
    if !waiting.is_empty() {
        say(&format!("these wait for a ceremony (`pack draft targets`): {}", waiting.join(", ")));
    }
}

/// Writes a file, whole or not at all.
fn write_file(path: &Path, bytes: Vec<u8>) -> Result<(), Trouble> {
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| Trouble::Usage(format!("{} is no file", path.display())))?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    write_folder(folder, &[(name.to_owned(), bytes)]).map_err(|e| Trouble::System(e.to_string()))
}

/// What an authority hands in for a pack, and the last event that this takes account of: what has fallen due is carried
/// out before. Its status lists are signed by a key that the pack's verifiers know.
async fn add(
    contents: &mut PackContents,
    session: &Session,
    authority: &Authority,
    keys: Option<&PackKeys>,
    (now, expires): (Timestamp, Timestamp),
) -> Result<Seq, Trouble> {
    while authority.decide(by_itself(now), ApplyDue).await?.more {}
    let signers: std::sync::Arc<dyn Signers> = session.keystore(authority)?;
    let mut snapshot = authority.snapshot().await?;
    let through = snapshot.end().await?.seq;
    let issuer = snapshot.published_issuer().await?;
    let known = keys.map(|keys| keys.status_key(&issuer, now)).transpose().map_err(PackOpenError::from)?;
    let key = match known.flatten() {
        Some(key) => signers.signer(key)?,
        None if keys.is_some() => return Err(Refusal::NoKey.into()),
        None => authority.signer(Purpose::Status, &signers, now).await?,
    };
    for (list, token) in snapshot.status_tokens(key.as_ref(), now, expires).await? {
        contents.status.insert((issuer.id.clone(), list), token);
    }
    contents.products.insert(issuer.id.clone(), snapshot.all_products().await?);
    contents.issuers.push(issuer);
    Ok(through)
}

/// What nobody needs to ask for.
fn by_itself(at: Timestamp) -> Order {
    Order { actor: Actor::System, at }
}
