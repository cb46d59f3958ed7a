//! `suspend`, `reinstate`, `withdraw`, `change`.

use clap::Subcommand;
use verilabel_issuer::lifecycle::{Advisory, ChangeKind, ChangeState, Note, Proposal, ReasonCode};
use verilabel_issuer::{
    ChangeFilter, ChangeId, ChangeRecord, Changed, DecideChange, ProposeChange, UnitRange,
};
use verilabel_label::{LabelNumber, Timestamp};

use super::out::{Table, print, print_json, say};
use super::values::{status_word, time};
use super::{Exit, Outcome, Session};

const PAGE: u32 = 1_000;

#[derive(Debug, clap::Args)]
pub(crate) struct ChangeArgs {
    /// The label's number
    number: LabelNumber,
    #[command(flatten)]
    why: Why,
}

/// Why, and from when on.
#[derive(Debug, clap::Args)]
pub(crate) struct Why {
    /// Why, in a word, such as vulnerability, non-conformity or rectified
    #[arg(long, value_name = "CODE")]
    reason: ReasonCode,
    /// Why, in sentences
    #[arg(long)]
    note: Note,
    /// The advisory that it rests on: a URL or a document's id
    #[arg(long)]
    advisory: Option<Advisory>,
    /// From when on it holds, such as 2026-12-01; at once if not given
    #[arg(long, value_name = "TIME", value_parser = time)]
    from: Option<Timestamp>,
}

impl From<Why> for Proposal {
    fn from(why: Why) -> Self {
        Self { reason: why.reason, note: why.note, advisory: why.advisory, effective_at: why.from }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum ChangeCommand {
    /// List proposed changes
    List {
        /// Only those in that state, such as proposed
        #[arg(long)]
        state: Option<ChangeState>,
        /// Only those of that label
        #[arg(long)]
        number: Option<LabelNumber>,
    },
    /// Approve a change that somebody else proposed
    Approve {
        /// Its number
        id: ChangeId,
    },
    /// Decide against a change
    Reject {
        /// Its number
        id: ChangeId,
    },
}

pub(crate) async fn suspend(session: &Session, args: ChangeArgs) -> Outcome {
    propose(session, args.number, (ChangeKind::Suspend, None), args.why).await
}

pub(crate) async fn reinstate(session: &Session, args: ChangeArgs) -> Outcome {
    propose(session, args.number, (ChangeKind::Reinstate, None), args.why).await
}

pub(crate) async fn withdraw(session: &Session, args: ChangeArgs) -> Outcome {
    propose(session, args.number, (ChangeKind::Withdraw, None), args.why).await
}

pub(crate) async fn propose(
    session: &Session,
    label: LabelNumber,
    (kind, units): (ChangeKind, Option<UnitRange>),
    why: Why,
) -> Outcome {
    let authority = session.open().await?;
    let propose = ProposeChange { label, expected: None, kind, units, proposal: why.into() };
    tell(session, &session.decide(&authority, propose).await?)
}

pub(crate) async fn run(session: &Session, command: ChangeCommand) -> Outcome {
    let authority = session.open().await?;
    match command {
        ChangeCommand::List { state, number } => {
            let filter = ChangeFilter { state, number };
            let mut changes = Vec::new();
            let mut after = ChangeId::new(0);
            loop {
                let page = authority.changes(&filter, after, PAGE).await?;
                let Some(last) = page.last() else { break };
                after = last.id;
                changes.extend(page);
            }
            list(session, &changes)
        }
        ChangeCommand::Approve { id } => {
            let decide = DecideChange { change: id, expected: None, approve: true };
            tell(session, &session.decide(&authority, decide).await?)
        }
        ChangeCommand::Reject { id } => {
            let decide = DecideChange { change: id, expected: None, approve: false };
            tell(session, &session.decide(&authority, decide).await?)
        }
    }
}

fn tell(session: &Session, changed: &Changed) -> Outcome {
    if session.json() {
        print_json("change", changed)?;
    } else {
        let Changed { id, state, status, .. } = changed;
        print(&id.to_string())?;
        say(&format!("the change is {state}; the label is {}", status_word(*status)));
    }
    Ok(Exit::Good)
}

fn list(session: &Session, changes: &[ChangeRecord]) -> Outcome {
    if session.json() {
        print_json("changes", &changes)?;
        return Ok(Exit::Good);
    }
    let mut table = Table::with(["id", "state", "label", "change", "reason", "from", "note"]);
    for change in changes {
        let units =
            change.units.map(|range| format!(" {}+{} of run {}", range.first, range.units, range.run));
        let from = change.proposal.effective_at.map(|at| at.to_string());
        table.row([
            change.id.to_string(),
            change.state.to_string(),
            change.number.to_string(),
            format!("{}{}", change.kind, units.unwrap_or_default()),
            change.proposal.reason.to_string(),
            from.unwrap_or_default(),
            change.proposal.note.as_str().lines().next().unwrap_or_default().to_owned(),
        ]);
    }
    table.print()?;
    Ok(Exit::Good)
}
