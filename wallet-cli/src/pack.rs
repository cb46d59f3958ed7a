//! `verilabel pack`.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use serde_json::{Value, json};
use verilabel_label::{Timestamp, excerpt};
use verilabel_trust::{Expiry, write_folder};

use crate::args::PackCommand;
use crate::diff;
use crate::exit::Exit;
use crate::store::{self, OpenedPack};
use crate::trouble::{Trouble, say};
use crate::tuf;

/// Warn so many seconds before something expires.
const WARN_AHEAD: u64 = 3 * 86_400;

pub(crate) fn run(command: &PackCommand, now: Timestamp) -> Result<Exit, Trouble> {
    match command {
        PackCommand::Info { trust, json } => {
            let at = trust.at.unwrap_or(now);
            let opened = store::open(trust, Expiry::Report, at)?;
            let mut out = std::io::stdout().lock();
            if *json {
                writeln!(out, "{:#}", info_json(&opened))?;
            } else {
                print_info(&mut out, &opened, at)?;
            }
        }
        PackCommand::Import { pack, root, at } => {
            let at = at.unwrap_or(now);
            let opened = store::import(pack, root.as_deref(), at)?;
            say(&format!("imported; this root is trusted from now on: {}", opened.anchor.fingerprint));
            print_info(&mut std::io::stdout().lock(), &opened, at)?;
        }
        PackCommand::Update { url, root, at } => {
            let at = at.unwrap_or(now);
            let opened = store::update(url, root.as_deref(), at)?;
            print_info(&mut std::io::stdout().lock(), &opened, at)?;
        }
        PackCommand::Export { file } => export(file, now)?,
        PackCommand::Diff { old, new } => {
            let (old, new) = (store::look_at(old, now)?, store::look_at(new, now)?);
            let mut out = std::io::stdout().lock();
            if old.anchor.fingerprint != new.anchor.fingerprint {
                writeln!(out, "these packs descend from different roots")?;
            }
            let lines = diff::between(&old.pack, &new.pack);
            if lines.is_empty() {
                writeln!(out, "nothing changed that a verdict rests on")?;
            }
            for line in lines {
                writeln!(out, "{}", excerpt(line))?;
            }
        }
        PackCommand::Tuf(args) => return tuf::run(args, now),
    }
    Ok(Exit::Good)
}

/// Writes the imported pack into a file: the same pack always gives the same bytes.
fn export(file: &Path, now: Timestamp) -> Result<(), Trouble> {
    let (bytes, files) = store::export(now)?;
    let (folder, name) = (file.parent().unwrap_or(Path::new("")), file.file_name().unwrap_or_default());
    write_folder(folder, &[(name.to_string_lossy().into_owned(), bytes.clone())])?;
    let mut sizes: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (path, bytes) in &files {
        let part = path.strip_prefix("targets/").map_or("metadata", |target| match target.split_once('/') {
            Some((folder, _)) => folder,
            None => "register and others",
        });
        let (count, size) = sizes.entry(part).or_default();
        *count += 1;
        *size += bytes.len();
    }
    let mut out = std::io::stdout().lock();
    for (part, (count, size)) in sizes {
        writeln!(out, "{part:<20} {count:>6} files {size:>12} bytes")?;
    }
    writeln!(out, "{:<20} {:>6} files {:>12} bytes, compressed", file.display(), 1, bytes.len())?;
    Ok(())
}

fn print_info(out: &mut impl Write, opened: &OpenedPack, at: Timestamp) -> std::io::Result<()> {
    let OpenedPack { pack, anchor } = opened;
    let pinned = if anchor.pinned { "pinned" } else { "not pinned: the pack's own word" };
    writeln!(out, "root       {} ({pinned})", anchor.fingerprint)?;
    for role in pack.accepted().roles() {
        let warning = warning(at, role.expires);
        writeln!(out, "{:<10} version {}, good until {}{warning}", role.role, role.version, role.expires)?;
    }
    if let Some(made) = pack.accepted().made() {
        writeln!(out, "made       {made}")?;
    }
    writeln!(out, "register   of {}", pack.register().issued())?;
    for issuer in pack.issuers() {
        writeln!(out, "issuer     {}, {}", issuer.id, issuer.name)?;
        for key in &issuer.keys {
            let until = key.until.map_or_else(|| "now".to_owned(), |until| until.date().to_string());
            let id = key.key.id();
            writeln!(out, "  key      {id} {}, {} to {until}", key.key.algorithm(), key.from.date())?;
        }
    }
    for delegated in pack.accepted().delegated() {
        match delegated.state {
            Ok((version, expires)) => {
                let warning = warning(at, expires);
                writeln!(
                    out,
                    "{} version {version}, good until {expires}{warning}",
                    excerpt(&delegated.role)
                )?;
            }
            Err((code, text)) => writeln!(out, "{} is not used: {text} [{code}]", excerpt(&delegated.role))?,
        }
    }
    for trouble in pack.partner_troubles() {
        writeln!(out, "{} is not used: {} [{}]", excerpt(&trouble.role), trouble.text, trouble.code)?;
    }
    for (issuer, list) in pack.status_lists() {
        let Some(of) = pack.issuers().iter().find(|candidate| candidate.id == *issuer) else { continue };
        match pack.status_list(of, list) {
            Ok(token) => {
                let good = match token.good_until() {
                    Some(until) => format!("good until {until}{}", warning(at, until)),
                    None => "which does not say until when it is good".to_owned(),
                };
                writeln!(out, "status     {issuer} {list}, made {}, {good}", token.issued_at)?;
            }
            Err(trouble) => writeln!(out, "status     {issuer} {list}: {trouble}")?,
        }
    }
    Ok(())
}

fn warning(at: Timestamp, expires: Timestamp) -> &'static str {
    if at >= expires {
        "  EXPIRED: fetch a newer pack"
    } else if expires.seconds_since(at) < WARN_AHEAD {
        "  expires soon: fetch a newer pack"
    } else {
        ""
    }
}

fn info_json(opened: &OpenedPack) -> Value {
    let OpenedPack { pack, anchor } = opened;
    let roles: Vec<Value> = pack
        .accepted()
        .roles()
        .iter()
        .map(|r| json!({"role": r.role.name(), "version": r.version, "expires": r.expires}))
        .collect();
    let issuers: Vec<Value> = pack
        .issuers()
        .iter()
        .map(|issuer| {
            let keys: Vec<Value> = issuer
                .keys
                .iter()
                .map(|k| {
                    json!({"id": k.key.id().to_string(), "algorithm": k.key.algorithm().jose(), "from": k.from, "until": k.until})
                })
                .collect();
            json!({"id": issuer.id, "name": issuer.name, "notice": issuer.notice, "keys": keys})
        })
        .collect();
    let status: Vec<Value> = pack
        .status_lists()
        .into_iter()
        .map(|(issuer, list)| {
            let of = pack.issuers().iter().find(|candidate| candidate.id == *issuer);
            match of.map(|of| pack.status_list(of, list)) {
                Some(Ok(token)) => {
                    json!({"issuer": issuer, "list": list, "issued_at": token.issued_at, "expires": token.expires, "good_until": token.good_until()})
                }
                Some(Err(trouble)) => {
                    json!({"issuer": issuer, "list": list, "trouble": {"code": trouble.code(), "text": trouble.to_string()}})
                }
                None => json!({"issuer": issuer, "list": list}),
            }
        })
        .collect();
    json!({
        "schema": "verilabel-pack-info/1",
        "root": {"fingerprint": anchor.fingerprint, "pinned": anchor.pinned},
        "made": pack.accepted().made(),
        "roles": roles,
        "register": pack.register().issued(),
        "issuers": issuers,
        "status": status,
    })
}
