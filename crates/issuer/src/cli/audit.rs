//! `audit`.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;

use clap::{Subcommand, ValueHint};
use serde_json::json;
use verilabel_issuer::{Anchor, Authority, ChainHash, Discrepancy, EventFilter, Seq};

use super::out::{print, print_json, say};
use super::publishing::PlaceArgs;
use super::{Exit, Outcome, Session, Trouble};

const PAGE: u32 = 1_000;
/// Longest line of a file of links.
const MAX_LINE: usize = 8 << 10;

#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Look for events that were changed, taken out or moved
    Verify {
        /// The end of the chain as somebody else has kept it, such as 42:9f86d0…; repeat for several
        #[arg(long, value_name = "SEQ:HASH", value_parser = anchor)]
        anchor: Vec<Anchor>,
    },
    /// Compare links that are out there with the records: signatures without a record, records without a signature
    Reconcile {
        /// A file with a label link on each line, or a run's CSV file; the publication folder if not given
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        links: Vec<PathBuf>,
        #[command(flatten)]
        place: PlaceArgs,
    },
    /// List events
    List {
        /// Only those about that, such as "label CSA/311029/1"
        #[arg(long)]
        subject: Option<String>,
        /// Only those after that one
        #[arg(long, value_name = "SEQ", default_value = "0")]
        after: Seq,
        /// Only refused ones
        #[arg(long)]
        refused: bool,
    },
}

/// Reads `SEQ:HASH`.
fn anchor(text: &str) -> Result<Anchor, String> {
    let wrong = || format!("{text:?} is not of the form 42:9f86d0…, with 64 hexadecimal digits");
    let (seq, hash) = text.split_once(':').ok_or_else(wrong)?;
    let hash: ChainHash = hash.parse().map_err(|_| wrong())?;
    Ok(Anchor { seq: seq.parse().map_err(|_| wrong())?, hash })
}

pub(crate) async fn run(session: &Session, command: AuditCommand) -> Outcome {
    let authority = session.open().await?;
    match command {
        AuditCommand::Verify { anchor } => verify(session, &authority, &anchor).await,
        AuditCommand::Reconcile { links, place } => reconcile(session, &authority, &links, &place).await,
        AuditCommand::List { subject, after, refused } => {
            list(session, &authority, &EventFilter { subject }, (after, refused)).await
        }
    }
}

async fn verify(session: &Session, authority: &Authority, anchors: &[Anchor]) -> Outcome {
    let report = authority.verify_chain(anchors).await?;
    let whole = report.faults.is_empty();
    if session.json() {
        let faults: Vec<_> = report
            .faults
            .iter()
            .map(|fault| json!({ "code": fault.code(), "text": fault.to_string() }))
            .collect();
        let report = json!({
            "whole": whole,
            "events": report.events,
            "seq": report.end.seq,
            "hash": report.end.hash.to_string(),
            "faults": faults,
        });
        print_json("audit", &report)?;
    } else {
        for fault in &report.faults {
            say(&format!("{fault} [{}]", fault.code()));
        }
        let word = if whole { "the chain is whole" } else { "the chain was tampered with" };
        print(&format!("{word}: {} events", report.events))?;
        print(&format!("keep this elsewhere: {}:{}", report.end.seq, report.end.hash))?;
    }
    Ok(if whole { Exit::Good } else { Exit::Trouble })
}

async fn reconcile(
    session: &Session,
    authority: &Authority,
    files: &[PathBuf],
    place: &PlaceArgs,
) -> Outcome {
    let mut links = Vec::new();
    if files.is_empty() {
        let signers: std::sync::Arc<dyn verilabel_issuer::Signers> = session.keystore(authority)?;
        links = place.publisher(session, authority, &signers)?.links().await?;
    }
    for path in files {
        read_links(path, &mut links)?;
    }
    let found = authority.reconcile(links.into_iter()).await?;
    // A run's file has nothing of the labels' own codes: what is not in it is no matter of concern.
    let concerns: Vec<&Discrepancy> = found
        .discrepancies
        .iter()
        .filter(|one| files.is_empty() || !matches!(one, Discrepancy::NotFound { .. }))
        .collect();
    if session.json() {
        let told: Vec<_> =
            concerns.iter().map(|one| json!({ "code": one.code(), "text": words(one) })).collect();
        let report = json!({ "links": found.links, "agreeing": found.agreeing, "discrepancies": told });
        print_json("reconciliation", &report)?;
    } else {
        for one in &concerns {
            say(&format!("{} [{}]", words(one), one.code()));
        }
        print(&format!(
            "{} of {} links agree with the records; {} discrepancies",
            found.agreeing,
            found.links,
            concerns.len()
        ))?;
    }
    Ok(if concerns.is_empty() { Exit::Good } else { Exit::Trouble })
}

fn words(one: &Discrepancy) -> String {
    match one {
        Discrepancy::NotOurs { link } => format!("no key of this authority signed {link}"),
        Discrepancy::NoRecord { link, key, number } => {
            format!("key {key} signed {number}, and no record has it: {link}")
        }
        Discrepancy::NeverSigned { code, path } => {
            format!("code {code} for {path} was approved and never signed")
        }
        Discrepancy::NotFound { code, path } => {
            format!("code {code} for {path} was published and is not there")
        }
        other => format!("{other:?}"),
    }
}

/// One link a line, or the last field of a run's lines.
fn read_links(path: &std::path::Path, links: &mut Vec<String>) -> Result<(), Trouble> {
    let file = File::open(path).map_err(|e| Trouble::file(path, &e))?;
    let mut heading = true;
    for line in BufReader::new(file).lines() {
        let line = line.map_err(|e| Trouble::file(path, &e))?;
        if line.len() > MAX_LINE {
            return Err(Trouble::document(path, &"a line is longer than any link"));
        }
        let text = line.rsplit(',').next().unwrap_or_default().trim_matches('"').trim();
        if !(text.is_empty() || heading && text == "link") {
            links.push(text.to_owned());
        }
        heading = false;
    }
    Ok(())
}

async fn list(
    session: &Session,
    authority: &Authority,
    filter: &EventFilter,
    (mut after, refused): (Seq, bool),
) -> Outcome {
    let mut events = Vec::new();
    loop {
        let page = authority.events(filter, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.seq;
        let wanted = page.into_iter().filter(|event| !refused || event.refused.is_some());
        if session.json() {
            events.extend(wanted);
            continue;
        }
        for event in wanted {
            let facts: Vec<String> =
                event.facts.iter().map(|(name, fact)| format!("{name}={fact}")).collect();
            let refused = event.refused.map(|code| format!("refused: {code}  ")).unwrap_or_default();
            let (seq, at) = (event.seq, event.at);
            print(&format!(
                "{seq}  {at}  {}  {}  {}  {refused}{}",
                event.actor,
                event.kind,
                event.subject,
                facts.join(" ")
            ))?;
        }
    }
    if session.json() {
        print_json("events", &events)?;
    }
    Ok(Exit::Good)
}
