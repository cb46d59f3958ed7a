//! `label`.

use std::path::PathBuf;

use clap::{Subcommand, ValueHint};
use serde_json::json;
use verilabel_issuer::{
    Authority, AwardId, ChangeFilter, ChangeId, EventFilter, LabelFilter, LabelId, LabelRecord, Refusal, Seq,
};
use verilabel_label::{Date, LabelNumber, ModelNumber, SchemeId, Status};

use super::out::{Table, print, print_json, say};
use super::print::PrintArgs;
use super::values::{StatusName, status_word};
use super::{Exit, Outcome, Session, Trouble};

const PAGE: u32 = 1_000;

#[derive(Debug, Subcommand)]
pub(crate) enum LabelCommand {
    /// List labels
    List {
        /// Only those that are so
        #[arg(long)]
        status: Option<StatusName>,
        /// Only those of that scheme
        #[arg(long)]
        scheme: Option<SchemeId>,
        /// Only those that end before that day
        #[arg(long, value_name = "DATE")]
        ends_before: Option<Date>,
    },
    /// Show everything about a label
    Show {
        /// Its number
        number: LabelNumber,
    },
    /// Write the files for printing and for systems: link, SVG, PNG, PDF, credential
    Files {
        /// The labels' numbers
        #[arg(required = true)]
        number: Vec<LabelNumber>,
        /// Where they go
        #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
        out: PathBuf,
        #[command(flatten)]
        print: PrintArgs,
    },
}

pub(crate) async fn run(session: &Session, command: LabelCommand) -> Outcome {
    let authority = session.open().await?;
    match command {
        LabelCommand::List { status, scheme, ends_before } => {
            let filter = LabelFilter {
                status: status.map(Into::into),
                scheme,
                ends_before: ends_before.map(Date::first_second),
                ..LabelFilter::default()
            };
            list(session, &authority, &filter).await
        }
        LabelCommand::Show { number } => show(session, &authority, &number).await,
        LabelCommand::Files { number, out, print } => {
            super::files::write(session, &authority, &number, (&out, &print)).await
        }
    }
}

async fn list(session: &Session, authority: &Authority, filter: &LabelFilter) -> Outcome {
    let mut labels = Vec::new();
    let mut after = LabelId::new(0);
    loop {
        let page = authority.labels(filter, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.id;
        labels.extend(page);
    }
    tell(session, &labels)
}

pub(crate) fn tell(session: &Session, labels: &[LabelRecord]) -> Outcome {
    if session.json() {
        print_json("labels", &labels)?;
        return Ok(Exit::Good);
    }
    let mut table = Table::with(["number", "scheme", "status", "valid until", "award"]);
    for label in labels {
        table.row([
            label.number.to_string(),
            label.scheme.to_string(),
            standing(session, label),
            label.valid_until.last_date().to_string(),
            label.award.to_string(),
        ]);
    }
    table.print()?;
    Ok(Exit::Good)
}

/// What the status list says, and what the dates do.
fn standing(session: &Session, label: &LabelRecord) -> String {
    let expired = if session.now() >= label.valid_until { ", expired" } else { "" };
    format!("{}{expired}", status_word(label.status))
}

/// Says of a label that does not stand, or not yet by the award that is printed, that it does not: what is printed of it
/// now is refused by verifiers.
pub(super) async fn say_standing(
    session: &Session,
    authority: &Authority,
    label: &LabelRecord,
    award: AwardId,
) -> Result<(), Trouble> {
    let number = &label.number;
    let from = authority.award(award).await?.draft.validity().map_err(Refusal::from)?.from();
    let later = format!("is stated as valid from {} on: verifiers refuse it until then", from.date());
    let (code, what) = match label.status {
        Status::Suspended => ("label-suspended", "is suspended: verifiers refuse it until it is reinstated"),
        Status::Invalid => ("label-withdrawn", "is withdrawn: verifiers refuse it for good"),
        Status::Valid | Status::ApplicationSpecific if session.now() >= label.valid_until => {
            ("label-expired", "has expired: verifiers refuse it unless it is renewed")
        }
        Status::Valid | Status::ApplicationSpecific if session.now() < from => {
            ("label-not-yet-valid", later.as_str())
        }
        Status::Valid | Status::ApplicationSpecific => return Ok(()),
    };
    say(&format!("note[{code}]: label {number} {what}"));
    Ok(())
}

async fn show(session: &Session, authority: &Authority, number: &LabelNumber) -> Outcome {
    let label = authority.label(number).await?;
    let award = authority.award(label.award).await?;
    let codes = authority.codes_of_label(label.id).await?;
    let filter = ChangeFilter { number: Some(number.clone()), state: None };
    let changes = authority.changes(&filter, ChangeId::new(0), PAGE).await?;
    let filter = EventFilter { subject: Some(format!("label {number}")) };
    let events = authority.events(&filter, Seq::new(0), PAGE).await?;
    if session.json() {
        let all =
            json!({ "record": label, "award": award, "codes": codes, "changes": changes, "events": events });
        print_json("label", &all)?;
        return Ok(Exit::Good);
    }
    let stated = &award.draft.award;
    let models: Vec<&str> = stated.models.iter().map(ModelNumber::as_str).collect();
    print(&format!("{number}: {} level {}, {}", label.scheme, stated.level, standing(session, &label)))?;
    print(&format!("valid    {} to {}", label.valid_from.date(), label.valid_until.last_date()))?;
    print(&format!("product  {} {}, by {}", stated.brand, models.join(", "), stated.manufacturer))?;
    print(&format!("status   {}", label.status_ref))?;
    for code in codes.iter().filter(|code| !code.replaced) {
        print(&format!(
            "code     {}  {}",
            code.path,
            code.link.as_deref().unwrap_or("(waits to be signed)")
        ))?;
    }
    for event in &events {
        let refused = event.refused.as_ref().map(|code| format!(", refused: {code}")).unwrap_or_default();
        print(&format!("{}  {} by {}{refused}", event.at, event.kind, event.actor))?;
    }
    Ok(Exit::Good)
}
