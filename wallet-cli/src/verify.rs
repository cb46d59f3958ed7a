//! `verilabel verify`.

use std::io::Write;

use serde::Serialize;
use verilabel_label::Timestamp;
use verilabel_trust::TrustPack;
use verilabel_verify::{GivenLists, Policy, Question, Report, Verdict, judge_with_lists};

use crate::args::VerifyArgs;
use crate::card;
use crate::exit::Exit;
use crate::input::{self, Candidate};
use crate::store::{self, Anchor, OpenedPack};
use crate::trouble::Trouble;

const SCHEMA: &str = "verilabel-verify/1";

pub(crate) fn run(args: &VerifyArgs, now: Timestamp) -> Result<Exit, Trouble> {
    let at = args.trust.at.unwrap_or(now);
    let question = Question {
        market: args.market,
        minimum_level: args.min_level.clone(),
        category: args.category.clone(),
    };
    let policy = Policy { max_status_age: args.max_status_age };
    let OpenedPack { pack, anchor } = store::open(&args.trust, at)?;
    if !anchor.pinned {
        anstream::eprintln!(
            "note[root-not-pinned]: trusting this pack's own root {}; pin it with --root or `verilabel pack import`",
            anchor.fingerprint
        );
    }
    let lists = given_lists(args, &pack)?;
    let mut exits = Vec::new();
    let mut results = Vec::new();
    let mut out = anstream::stdout().lock();
    for given in &args.input {
        match input::read(given) {
            Ok(candidates) => {
                for candidate in candidates {
                    let verdict = judge_with_lists(&candidate.text, &lists, &pack, &question, &policy, at);
                    exits.push(Exit::from(verdict.conclusion()));
                    if args.json {
                        results.push(ResultReport::verdict(&candidate, &verdict));
                    } else {
                        card::print(&mut out, &candidate.origin, &verdict, args.details)?;
                    }
                }
            }
            Err(trouble) => {
                exits.push(Exit::Trouble);
                if args.json {
                    results.push(ResultReport::trouble(given, &trouble));
                } else {
                    trouble.report();
                }
            }
        }
    }
    let exit = Exit::worst(exits);
    if args.json {
        let report =
            RunReport { schema: SCHEMA, exit: exit.code(), at, root: RootReport::of(&anchor), results };
        serde_json::to_writer_pretty(&mut out, &report).map_err(std::io::Error::from)?;
        writeln!(out)?;
    }
    Ok(exit)
}

fn given_lists(args: &VerifyArgs, pack: &TrustPack) -> Result<GivenLists, Trouble> {
    let mut lists = GivenLists::default();
    for path in &args.status_list {
        let text = input::status_list(path)?;
        lists.add(&text, pack).map_err(|refusal| Trouble::StatusList { path: path.clone(), refusal })?;
    }
    Ok(lists)
}

#[derive(Serialize)]
struct RunReport {
    schema: &'static str,
    exit: u8,
    at: Timestamp,
    root: RootReport,
    results: Vec<ResultReport>,
}

#[derive(Serialize)]
struct RootReport {
    fingerprint: String,
    pinned: bool,
}

impl RootReport {
    fn of(anchor: &Anchor) -> Self {
        Self { fingerprint: anchor.fingerprint.clone(), pinned: anchor.pinned }
    }
}

#[derive(Serialize)]
struct ResultReport {
    input: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<Report>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trouble: Option<TroubleReport>,
}

#[derive(Serialize)]
struct TroubleReport {
    code: &'static str,
    text: String,
    advice: &'static str,
}

impl ResultReport {
    fn verdict(candidate: &Candidate, verdict: &Verdict<'_>) -> Self {
        Self { input: candidate.origin.clone(), verdict: Some(Report::of(verdict)), trouble: None }
    }

    fn trouble(given: &str, trouble: &Trouble) -> Self {
        let report =
            TroubleReport { code: trouble.code(), text: trouble.to_string(), advice: trouble.advice() };
        Self { input: given.to_owned(), verdict: None, trouble: Some(report) }
    }
}
