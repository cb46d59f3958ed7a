//! `init`, `backup`, `restore`.

use std::path::{Path, PathBuf};

use clap::ValueHint;
use verilabel_issuer::{Actor, Authority, DatabaseUrl, ListBits, Order, Setup, restore as restore_backup};
use verilabel_label::{DidWeb, IssuerId};
use verilabel_symbol::LabelLayout;
use verilabel_symbol::draw::{Fonts, Mm};
use verilabel_trust::{Entitlement, Issuer};

use super::out::{print, print_json};
use super::values::entitlement;
use super::{Exit, Outcome, Session, Trouble};

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

/// No label is narrower: a symbol of the shortest seal there is, and a GTIN beside it.
const NARROWEST: f64 = 48.0;

pub(crate) async fn init(session: &Session, args: InitArgs) -> Outcome {
    check_host(&args.host)?;
    if let Some(notice) = &args.notice {
        check_notice(notice)?;
    }
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

/// Every label bears the notice: one that cannot be drawn would be found out after the first approval.
fn check_notice(notice: &str) -> Result<(), Trouble> {
    let checked = LabelLayout::default().check_banner(notice, Mm::new(NARROWEST)?, &Fonts::default());
    checked.map_err(Trouble::Notice)
}

/// Links lead phones there (RFC 1123 §2.1).
fn check_host(host: &str) -> Result<(), Trouble> {
    let (name, port) = match host.split_once(':') {
        Some((name, port)) => (name, port),
        None => (host, "443"),
    };
    let port = port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0);
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if port && name.len() <= 253 && name.split('.').all(label) {
        Ok(())
    } else {
        Err(Trouble::Host(host.to_owned()))
    }
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
    let database = DatabaseUrl::new(&args.database);
    let restored = restore_backup(&args.backup, folder, &database, session.now(), session.random()).await?;
    if session.json() {
        let facts = serde_json::json!({
            "rows": restored.rows, "seq": restored.end.seq, "hash": restored.end.hash.to_string(),
            "next_list": restored.next_list,
        });
        print_json("restored", &facts)?;
        return Ok(Exit::Good);
    }
    print(&format!(
        "{} has {} rows; its audit chain stands up to event {}; labels from now on have their status in list {}",
        folder.display(),
        restored.rows,
        restored.end.seq,
        restored.next_list
    ))?;
    Ok(Exit::Good)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_one_that_phones_open() {
        let longest = "a".repeat(63);
        for host in
            ["label.example.sg", "a.sg:8443", "LABEL.SG", "192.0.2.1", "x--y.sg", "a.sg:65535", &longest]
        {
            assert!(check_host(host).is_ok(), "{host}");
        }
        let longer = format!("{longest}a.sg");
        let long = format!("{longest}.{longest}.{longest}.{longest}");
        for host in [
            "",
            ".",
            "...",
            "a..b",
            "a.sg.",
            "-x.sg",
            "x-.sg",
            "a.sg:0",
            "a.sg:99999",
            "a.sg:",
            "a.sg:+80",
            "a.sg/x",
            "a_b.sg",
            "u@a.sg",
            "a.sg:80:80",
            &longer,
            &long,
        ] {
            assert_eq!(check_host(host).unwrap_err().code(), "host-name", "{host}");
        }
    }

    #[test]
    fn a_notice_is_one_that_labels_can_bear() {
        for notice in ["SPECIMEN – not issued by any scheme owner", "ОБРАЗЕЦ", "δείγμα", "عينة غير صالحة"]
        {
            assert!(check_notice(notice).is_ok(), "{notice}");
        }
        let long = "x".repeat(999);
        for (notice, code) in [
            ("견본", "glyph-missing"),
            ("样本", "glyph-missing"),
            ("மாதிரி", "glyph-missing"),
            (&long, "text-does-not-fit"),
            ("Specimen عينة", "text-mixed-directions"),
        ] {
            assert_eq!(check_notice(notice).unwrap_err().code(), code, "{notice}");
        }
    }
}
