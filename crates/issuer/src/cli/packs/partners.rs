//! `pack part` and `pack partner`.

use std::path::{Path, PathBuf};

use clap::{Subcommand, ValueHint};
use serde_json::json;
use verilabel_issuer::{
    CeremonyError, HolderKey, Introduction, NotePartner, PartReading, PartnerList, PartnerRecord, Refusal,
    Validities, introduce, open, sign_part, write_part,
};
use verilabel_label::IssuerId;
use verilabel_trust::{Entitlement, PackContents};
use verilabel_wire::PublicKey;

use super::super::out::{Table, print, print_json, say};
use super::super::values::entitlement;
use super::super::{Exit, Outcome, Session, Trouble};
use super::ceremony::{confirmed, keystore_file};
use super::{HOUR, add};

#[derive(Debug, Subcommand)]
pub(crate) enum PartCommand {
    /// Make the key of the part, and write the file by which this agency introduces itself
    Introduce {
        /// Where the key is kept; pack-keys in the authority's folder if not given
        #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
        keys: Option<PathBuf>,
        /// Key files (`pack key new`) of others who hold the part with this agency's machine
        #[arg(long = "key", value_name = "FILE", value_hint = ValueHint::FilePath)]
        others: Vec<PathBuf>,
        /// How many of all keys must sign each part
        #[arg(long, value_name = "NUMBER", default_value_t = 1)]
        threshold: u32,
        /// The file
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        out: PathBuf,
    },
    /// Show a part and put another holder's signature under it, on the holder's own machine
    Cosign {
        /// The folder of the part
        #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
        part: PathBuf,
        /// The holder's key: its keystore file, or the folder of it
        #[arg(long, value_name = "PATH", value_hint = ValueHint::AnyPath)]
        key: PathBuf,
        /// Sign without asking
        #[arg(long)]
        yes: bool,
    },
    /// Sign the part: issuer, products and status lists, into a folder to be handed over
    Sign {
        /// Where the key is kept; pack-keys in the authority's folder if not given
        #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
        keys: Option<PathBuf>,
        /// For how many hours status lists are good
        #[arg(long, value_name = "HOURS", default_value_t = 168)]
        status_hours: u32,
        /// The folder
        #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
        out: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum PartnerCommand {
    /// Put an agency on the list, or change what its labels may state; with the next publication
    Add {
        /// The file by which it introduces itself: compare the ids of its keys with the agency by another way
        #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
        file: PathBuf,
        /// A scheme and the levels that its labels may state
        #[arg(long, value_name = "SCHEME:LEVELS", value_parser = entitlement, required = true)]
        may_issue: Vec<Entitlement>,
        #[command(flatten)]
        place: ListArgs,
    },
    /// Take an agency off the list: with the next publication nobody can tell of its labels
    Drop {
        /// Its issuer
        id: IssuerId,
        #[command(flatten)]
        place: ListArgs,
    },
    /// Show the list
    List {
        #[command(flatten)]
        place: ListArgs,
    },
}

#[derive(Debug, clap::Args)]
pub(crate) struct ListArgs {
    /// Where the role keys are kept; pack-keys in the authority's folder if not given
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    keys: Option<PathBuf>,
}

impl ListArgs {
    fn list(self, session: &Session) -> Result<PartnerList, Trouble> {
        Ok(PartnerList::beside(&self.keys.map_or_else(|| session.pack_keys(), Ok)?))
    }
}

pub(crate) async fn part(session: &Session, command: PartCommand) -> Outcome {
    match command {
        PartCommand::Cosign { part, key, yes } => return cosign(session, &part, &key, yes),
        PartCommand::Introduce { keys, others, threshold, out } => {
            let authority = session.open().await?;
            let keys = keys.map_or_else(|| session.pack_keys(), Ok)?;
            let id = authority.issuer().await?.id;
            let others: Vec<PublicKey> = others
                .iter()
                .map(|path| HolderKey::read(path)?.public_key())
                .collect::<Result<_, CeremonyError>>()?;
            let passphrase = session.passphrase()?;
            let introduction = introduce(&keys, id, (&others, threshold), &passphrase, session.random())?;
            let bytes =
                serde_json::to_vec_pretty(&introduction).map_err(|e| Trouble::System(e.to_string()))?;
            super::write_file(&out, bytes)?;
            print(&introduction.key_ids()?.join(" "))?;
        }
        PartCommand::Sign { keys, status_hours, out } => {
            let authority = session.open().await?;
            let keys = keys.map_or_else(|| session.pack_keys(), Ok)?;
            session.mint(&authority).await?;
            let now = session.now();
            let lists = now.plus_seconds(u64::from(status_hours) * HOUR);
            let mut contents = PackContents::default();
            add(&mut contents, session, &authority, None, (now, lists)).await?;
            let expires = now.plus_seconds(Validities::default().targets);
            let passphrase = session.passphrase()?;
            let (version, part) = sign_part(&keys, &contents, expires, &passphrase, session.random())?;
            let id = authority.issuer().await?.id;
            write_part(&out, &id, version, &part)?;
            print(&format!("{} version {version}", out.display()))?;
        }
    }
    Ok(Exit::Good)
}

fn cosign(session: &Session, part: &Path, key: &Path, yes: bool) -> Outcome {
    let reading = PartReading::of(part)?;
    for line in reading.words()? {
        print(&line)?;
    }
    let key = open(&keystore_file(key)?, &session.passphrase()?, session.random().clone())?;
    if !yes && !confirmed()? {
        return Err(Trouble::NotConfirmed);
    }
    reading.sign(&key)?;
    say(&format!("signed; hand {} on", part.display()));
    Ok(Exit::Good)
}

pub(crate) async fn partner(session: &Session, command: PartnerCommand) -> Outcome {
    match command {
        PartnerCommand::Add { file, may_issue, place } => {
            let list = place.list(session)?;
            let introduction = Introduction::read(&file)?;
            let (id, keys) = (introduction.id.clone(), introduction.key_ids()?);
            let before = list.all()?.into_iter().find(|known| known.introduction.id == id);
            let old = before.map(|known| known.introduction.key_ids()).transpose()?;
            let change = match &old {
                None => "add",
                Some(old) if *old == keys => "change",
                Some(_) => "replace keys",
            };
            let may = in_words(&may_issue);
            note(session, &id, change, (keys.clone(), may)).await?;
            list.add(&PartnerRecord { introduction, may_issue })?;
            print(&format!("{id} {}", keys.join(" ")))?;
            if let Some(old) = old.filter(|old| *old != keys) {
                say(&format!(
                    "these keys take the place of {}: what those signed is not used any more",
                    old.join(" ")
                ));
            }
            say("compare the ids of the keys with the agency by another way, then publish");
        }
        PartnerCommand::Drop { id, place } => {
            let list = place.list(session)?;
            if list.all()?.iter().all(|known| known.introduction.id != id) {
                return Err(Trouble::Refusal(Refusal::NotFound { what: "partner", name: id.to_string() }));
            }
            note(session, &id, "drop", (Vec::new(), String::new())).await?;
            list.drop_partner(&id)?;
            say("with the next publication nobody can tell of its labels");
        }
        PartnerCommand::List { place } => {
            let partners = place.list(session)?.all()?;
            if session.json() {
                let rows: Vec<_> = partners
                    .iter()
                    .map(|p| {
                        let keys = p.introduction.key_ids()?;
                        Ok(json!({"id": p.introduction.id, "keys": keys, "may_issue": p.may_issue}))
                    })
                    .collect::<Result<_, Trouble>>()?;
                print_json("partners", &rows)?;
                return Ok(Exit::Good);
            }
            let mut table = Table::with(["partner", "keys", "may award"]);
            for partner in &partners {
                table.row([
                    partner.introduction.id.to_string(),
                    partner.introduction.key_ids()?.join(" "),
                    in_words(&partner.may_issue),
                ]);
            }
            table.print()?;
        }
    }
    Ok(Exit::Good)
}

/// Puts a change of the list on record where the authority is at hand that owns it: only an operator makes one.
async fn note(
    session: &Session,
    id: &IssuerId,
    change: &'static str,
    (keys, may_issue): (Vec<String>, String),
) -> Result<(), Trouble> {
    if let Some(authority) = session.authority_if_any().await? {
        let partner = id.to_string();
        session.decide(&authority, NotePartner { partner, change, keys, may_issue }).await?;
    }
    Ok(())
}

/// As `--may-issue` takes it.
fn in_words(may_issue: &[Entitlement]) -> String {
    let one = |entitlement: &Entitlement| {
        let levels: Vec<String> = entitlement.levels.iter().map(ToString::to_string).collect();
        format!("{}:{}", entitlement.scheme, levels.join(","))
    };
    may_issue.iter().map(one).collect::<Vec<_>>().join(" ")
}
