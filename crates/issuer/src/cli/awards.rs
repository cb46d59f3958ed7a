//! `award` and `renew`.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Subcommand, ValueHint};
use futures_util::{StreamExt, stream};
use serde_json::json;
use verilabel_issuer::lifecycle::{AwardState, Draft, Note};
use verilabel_issuer::{
    ApproveAward, Approved, Authority, AwardFilter, AwardId, AwardRecord, ImportTable, PrepareAward, Refusal,
    RejectAward, Version,
};
use verilabel_label::{Date, LabelNumber, Level, SchemeId, SpecificationVersion};

use super::import::{ImportArgs, import};
use super::out::{Table, print, print_json, say};
use super::progress::Progress;
use super::values::{Seen, level};
use super::{Exit, Outcome, Session, Trouble};

const PAGE: u32 = 1_000;
/// Approvals that wait for the desk at once: they share transactions.
const AT_ONCE: usize = 256;

#[derive(Debug, Subcommand)]
pub(crate) enum AwardCommand {
    /// Prepare awards from JSON files, each a draft
    Prepare {
        /// The files
        #[arg(required = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
        draft: Vec<PathBuf>,
    },
    /// Import drafts from a CSV file
    Import(ImportArgs),
    /// List awards
    List {
        /// Only those in that state, such as draft
        #[arg(long)]
        state: Option<AwardState>,
        /// Only those of that label
        #[arg(long)]
        number: Option<LabelNumber>,
        /// Only those of that scheme
        #[arg(long)]
        scheme: Option<SchemeId>,
    },
    /// Show everything about an award
    Show {
        /// Its number in the records
        id: AwardId,
    },
    /// Approve awards that somebody else prepared
    Approve {
        /// Their numbers in the records, and ranges of them, such as 12 20-29; of a range only the drafts. With the
        /// version that was looked at, as 12@1, it is refused if it was changed since
        #[arg(value_name = "ID[@VERSION]|FIRST-LAST", required_unless_present = "number")]
        ids: Vec<Seen>,
        /// The drafts of that label; repeat for several
        #[arg(long)]
        number: Vec<LabelNumber>,
    },
    /// Decide against a draft, or take back one's own
    Reject {
        /// Its number in the records
        id: AwardId,
        /// Why
        #[arg(long)]
        note: Note,
    },
}

#[derive(Debug, clap::Args)]
pub(crate) struct RenewArgs {
    /// The label's number
    number: LabelNumber,
    /// The new last day of validity
    #[arg(long, value_name = "DATE")]
    until: Date,
    /// The day of the renewal's award; today if not given
    #[arg(long, value_name = "DATE")]
    awarded: Option<Date>,
    /// The version of the specification, if it is another now
    #[arg(long)]
    specification: Option<SpecificationVersion>,
    /// The level, if it is another now
    #[arg(long, value_parser = level)]
    level: Option<Level>,
    /// The last day of security updates, if it is another now
    #[arg(long, value_name = "DATE")]
    support_until: Option<Date>,
}

pub(crate) async fn run(session: &Session, command: AwardCommand) -> Outcome {
    match command {
        AwardCommand::Prepare { draft } => prepare(session, &draft).await,
        AwardCommand::Import(args) => import(session, &args, "awards", ImportTable::awards).await,
        AwardCommand::List { state, number, scheme } => {
            let filter = AwardFilter { state, number, scheme, product: None };
            list(session, &filter).await
        }
        AwardCommand::Show { id } => show(session, id).await,
        AwardCommand::Approve { ids, number } => approve(session, &ids, &number).await,
        AwardCommand::Reject { id, note } => {
            let authority = session.open().await?;
            session.decide(&authority, RejectAward { award: id, expected: None, note }).await?;
            Ok(Exit::Good)
        }
    }
}

pub(crate) async fn renew(session: &Session, args: RenewArgs) -> Outcome {
    let authority = session.open().await?;
    let label = authority.label(&args.number).await?;
    let mut draft = authority.award(label.award).await?.draft;
    draft.renewal = true;
    draft.award.awarded = args.awarded.unwrap_or_else(|| session.now().date());
    draft.award.valid_from = None;
    draft.award.valid_until = args.until;
    draft.support_until = args.support_until.or(draft.support_until);
    if let Some(specification) = args.specification {
        draft.award.specification = specification;
    }
    if let Some(level) = args.level {
        draft.award.level = level;
    }
    let id = session.decide(&authority, PrepareAward { draft }).await?;
    print(&id.to_string())?;
    say(&format!("the renewal of {} waits for approval", args.number));
    Ok(Exit::Good)
}

/// All files are read before anything is prepared.
async fn prepare(session: &Session, files: &[PathBuf]) -> Outcome {
    let drafts: Vec<Draft> = files.iter().map(|path| read(path)).collect::<Result<_, _>>()?;
    let authority = session.open().await?;
    let order = session.order(&authority).await?;
    let numbers: Vec<_> = drafts.iter().map(|draft| draft.award.number.clone()).collect();
    let decisions = drafts.into_iter().map(|draft| PrepareAward { draft }).collect();
    let batch = verilabel_issuer::Batch { decisions, mode: verilabel_issuer::BatchMode::AllOrNothing };
    let prepared = authority.decide(order, batch).await?;
    for (id, number) in prepared.into_iter().zip(numbers) {
        print(&id?.to_string())?;
        say(&format!("{number} waits for approval"));
    }
    Ok(Exit::Good)
}

fn read(path: &Path) -> Result<Draft, Trouble> {
    let text = fs::read(path).map_err(|e| Trouble::file(path, &e))?;
    serde_json::from_slice(&text).map_err(|e| Trouble::document(path, &e))
}

async fn all(authority: &Authority, filter: &AwardFilter) -> Result<Vec<AwardRecord>, Trouble> {
    let mut awards = Vec::new();
    let mut after = AwardId::new(0);
    loop {
        let page = authority.awards(filter, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(awards) };
        after = last.id;
        awards.extend(page);
    }
}

async fn list(session: &Session, filter: &AwardFilter) -> Outcome {
    let authority = session.open().await?;
    let awards = all(&authority, filter).await?;
    if session.json() {
        print_json("awards", &awards)?;
        return Ok(Exit::Good);
    }
    let heading = ["id", "version", "state", "number", "scheme", "level", "valid until", "gtin", "brand", ""];
    let mut table = Table::with(heading);
    for AwardRecord { id, version, state, draft, .. } in &awards {
        let award = &draft.award;
        table.row([
            id.to_string(),
            version.to_string(),
            state.to_string(),
            award.number.to_string(),
            award.scheme.to_string(),
            award.level.to_string(),
            award.valid_until.to_string(),
            award.gtin.to_string(),
            award.brand.to_string(),
            if draft.renewal { "renewal".to_owned() } else { String::new() },
        ]);
    }
    table.print()?;
    Ok(Exit::Good)
}

async fn show(session: &Session, id: AwardId) -> Outcome {
    let authority = session.open().await?;
    let award = authority.award(id).await?;
    let codes = authority.codes_of_award(id).await?;
    if session.json() {
        print_json("award", &json!({ "record": award, "codes": codes }))?;
        return Ok(Exit::Good);
    }
    let names = Names { authority: &authority };
    print(&format!("award {id}, version {}: {}", award.version, award.state))?;
    print(&format!("prepared {} by {}", award.prepared_at, names.of(&award.preparers).await?))?;
    if let (Some(approver), Some(at)) = (award.approver, award.decided_at) {
        print(&format!("decided  {at} by {}", names.of(&[approver]).await?))?;
    }
    if let Some(note) = &award.note {
        print(&format!("note     {note}"))?;
    }
    if let Some(evidence) = &award.evidence {
        print(&format!("rests on {} of {}, by row {}", evidence.number, evidence.scheme, evidence.row))?;
    }
    let draft = serde_json::to_string_pretty(&award.draft).map_err(|e| Trouble::System(e.to_string()))?;
    print(&draft)?;
    for code in &codes {
        print(&format!("{}  {}", code.path, code.link.as_deref().unwrap_or("(waits to be signed)")))?;
    }
    Ok(Exit::Good)
}

/// Names of users.
struct Names<'a> {
    authority: &'a Authority,
}

impl Names<'_> {
    async fn of(&self, ids: &[verilabel_issuer::UserId]) -> Result<String, Trouble> {
        let mut names = Vec::with_capacity(ids.len());
        for id in ids {
            names.push(self.authority.user(*id).await?.user.name);
        }
        Ok(names.join(", "))
    }
}

async fn approve(session: &Session, ids: &[Seen], labels: &[LabelNumber]) -> Outcome {
    let authority = session.open().await?;
    let order = session.order(&authority).await?;
    // A wrong passphrase is to be said before anything is approved.
    if session.has_passphrase() {
        session.passphrase()?;
    }
    let awards = chosen(&authority, ids, labels).await?;
    let progress = Progress::new("approvals", awards.len());
    let decided: Vec<(AwardId, Result<Approved, Refusal>)> = stream::iter(awards.into_iter().enumerate())
        .map(|(at, approve)| {
            let (authority, order, progress) = (&authority, order.clone(), &progress);
            async move {
                let award = approve.award;
                let outcome = authority.decide(order, approve).await;
                progress.at(at + 1);
                (award, outcome)
            }
        })
        .buffered(AT_ONCE)
        .collect()
        .await;
    drop(progress);
    let approved = decided.iter().filter(|(_, outcome)| outcome.is_ok()).count();
    // What could not even be asked is trouble, and not a decision.
    let trouble = decided.iter().find_map(|(_, outcome)| {
        outcome
            .as_ref()
            .err()
            .cloned()
            .map(Trouble::Refusal)
            .filter(|trouble| trouble.exit() == Exit::Trouble)
    });
    if session.json() {
        let results: Vec<_> = decided
            .iter()
            .map(|(id, outcome)| match outcome {
                Ok(Approved { number, scheme, level, version, .. }) => json!({
                    "id": id, "approved": true, "number": number, "scheme": scheme, "level": level,
                    "version": version,
                }),
                Err(refusal) => json!({
                    "id": id, "approved": false, "code": refusal.code(), "text": refusal.to_string(),
                }),
            })
            .collect();
        print_json("approvals", &results)?;
    } else {
        for (id, outcome) in &decided {
            match outcome {
                Ok(Approved { number, scheme, level, .. }) => {
                    print(&format!("award {id}: {number}, {scheme} level {level}"))?;
                }
                Err(refusal) => say(&format!("award {id}: {refusal} [{}]", refusal.code())),
            }
        }
        print(&format!("{approved} of {} approved", decided.len()))?;
    }
    if approved > 0 {
        match session.mint(&authority).await? {
            Some(codes) => say(&format!("{codes} codes signed")),
            None => say("their codes are signed by the service, or with `publish`"),
        }
    }
    match trouble {
        Some(trouble) => Err(trouble),
        None if approved == decided.len() => Ok(Exit::Good),
        None => Ok(Exit::Refused),
    }
}

/// Single awards whatever their state, and the drafts of ranges and of label numbers.
async fn chosen(
    authority: &Authority,
    ids: &[Seen],
    labels: &[LabelNumber],
) -> Result<Vec<ApproveAward>, Trouble> {
    let mut chosen = Vec::new();
    let draft = |record: &AwardRecord| ApproveAward { award: record.id, expected: None };
    for number in labels {
        let filter = AwardFilter {
            state: Some(AwardState::Draft),
            number: Some(number.clone()),
            ..AwardFilter::default()
        };
        let drafts = all(authority, &filter).await?;
        if drafts.is_empty() {
            return Err(Trouble::Usage(format!("label number {number} has no draft")));
        }
        chosen.extend(drafts.iter().map(draft));
    }
    for Seen { numbers, version } in ids {
        if numbers.first == numbers.last {
            let award = AwardId::new(numbers.first);
            chosen.push(ApproveAward { award, expected: version.map(Version::new) });
            continue;
        }
        let drafts = AwardFilter { state: Some(AwardState::Draft), ..AwardFilter::default() };
        let mut after = AwardId::new(numbers.first - 1);
        'pages: loop {
            let page = authority.awards(&drafts, after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.id;
            for record in page {
                if record.id.number() > numbers.last {
                    break 'pages;
                }
                chosen.push(draft(&record));
            }
        }
    }
    Ok(chosen)
}
