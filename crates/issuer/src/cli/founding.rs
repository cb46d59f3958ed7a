//! `init`, `backup`, `restore`.

use std::path::{Path, PathBuf};

use clap::ValueHint;
use verilabel_issuer::{Actor, Authority, DatabaseUrl, ListBits, Order, Setup, restore as restore_backup};
use verilabel_label::{DidWeb, IssuerId};
use verilabel_trust::{Entitlement, Issuer};

use super::out::{print, print_json};
use super::values::entitlement;
use super::{Exit, Outcome, Session};

#[derive(Debug, clap::Args)]
pub(crate) struct InitArgs {
    /// Its id in trust packs, such as sg.csa
    #[arg(long)]
    id: IssuerId,
    /// Its name, for people
    #[arg(long)]
    name: String,
    /// The host of its label links
    #[arg(long)]
    host: String,
    /// What every label must be shown with
    #[arg(long)]
    notice: Option<String>,
    /// What it may award, such as sg.cls-iot:1,2,3,4
    #[arg(long, value_name = "SCHEME:LEVELS", value_parser = entitlement, required = true)]
    may_issue: Vec<Entitlement>,
    /// Its DID, such as did:web:label.example.sg; without one it issues no label credentials
    #[arg(long)]
    did: Option<DidWeb>,
    /// Its database: sqlite:FILE in its folder, or postgres://…
    #[arg(long, value_name = "URL", default_value = "sqlite:authority.db")]
    database: String,
    /// Entries of its status lists, as the binary logarithm; fixed for good
    #[arg(long, value_name = "BITS", default_value_t = 20)]
    list_bits: u8,
}

#[derive(Debug, clap::Args)]
pub(crate) struct RestoreArgs {
    /// The backup's folder
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    backup: PathBuf,
    /// The new database: sqlite:FILE in the new folder, or postgres://…
    #[arg(long, value_name = "URL", default_value = "sqlite:authority.db")]
    database: String,
}

pub(crate) async fn init(session: &Session, args: InitArgs) -> Outcome {
    let issuer = Issuer {
        id: args.id,
        name: args.name,
        notice: args.notice,
        did: args.did,
        status_uri: format!("https://{}/status/", args.host),
        link_hosts: vec![args.host],
        keys: Vec::new(),
        may_issue: args.may_issue,
    };
    let setup = Setup {
        issuer,
        database: DatabaseUrl::new(&args.database),
        list_bits: ListBits::new(args.list_bits)?,
    };
    let folder = session.folder()?;
    Authority::init(folder, &setup, session.register()?, session.now(), session.random()).await?;
    print(&format!(
        "{} is the folder of {}; make its first user with `user add`",
        folder.display(),
        setup.issuer.id
    ))?;
    Ok(Exit::Good)
}

pub(crate) async fn backup(session: &Session, folder: &Path) -> Outcome {
    let authority = session.open().await?;
    let order = if session.has_user() {
        session.order(&authority).await?
    } else {
        // A timer makes backups, and nobody has to be named for it.
        Order { actor: Actor::System, at: session.now() }
    };
    authority.back_up(folder, order).await?;
    let end = authority.chain_end().await?;
    print(&format!("{} holds everything up to event {}", folder.display(), end.seq))?;
    Ok(Exit::Good)
}

pub(crate) async fn restore(session: &Session, args: RestoreArgs) -> Outcome {
    let folder = session.folder()?;
    let restored = restore_backup(&args.backup, folder, &DatabaseUrl::new(&args.database)).await?;
    if session.json() {
        let facts = serde_json::json!({
            "rows": restored.rows, "seq": restored.end.seq, "hash": restored.end.hash.to_string(),
        });
        print_json("restored", &facts)?;
        return Ok(Exit::Good);
    }
    print(&format!(
        "{} has {} rows; its audit chain stands up to event {}",
        folder.display(),
        restored.rows,
        restored.end.seq
    ))?;
    Ok(Exit::Good)
}
