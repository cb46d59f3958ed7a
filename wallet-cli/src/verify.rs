//! `verilabel verify`.

use std::io::{self, Write};

use serde::Serialize;
use verilabel_label::{CategoryId, Timestamp};
use verilabel_recognition::Register;
use verilabel_trust::Expiry;
use verilabel_trust::TrustPack;
use verilabel_verify::{GivenLists, MinimumLevel, Policy, Question, Report, Verdict, judge_with_lists};

use crate::args::VerifyArgs;
use crate::card;
use crate::exit::Exit;
use crate::input::{self, Candidate};
use crate::store::{self, Anchor, OpenedPack};
use crate::trouble::{Trouble, say};

const SCHEMA: &str = "verilabel-verify/1";

pub(crate) fn run(args: &VerifyArgs, now: Timestamp) -> Result<Exit, Trouble> {
    let at = args.trust.at.unwrap_or(now);
    let question = Question {
        market: args.market,
        minimum_level: args.min_level.clone(),
        category: args.category.clone(),
    };
    let policy = Policy { max_status_age: args.max_status_age };
    let expiry = if args.require_fresh { Expiry::Refuse } else { Expiry::Report };
    let opened = match store::open(&args.trust, expiry, at) {
        Ok(opened) => opened,
        Err(trouble) => return stopped(args, at, trouble),
    };
    known(&question, opened.pack.register())?;
    if !opened.anchor.pinned {
        say(&format!(
            "note[root-not-pinned]: trusting this pack's own root {}; pin it with --root or `verilabel pack import`",
            opened.anchor.fingerprint
        ));
    }
    let lists = match given_lists(args, &opened.pack) {
        Ok(lists) => lists,
        Err(trouble) => return stopped(args, at, trouble),
    };
    let mut run =
        Run { args, opened: &opened, lists, question, policy, at, exits: Vec::new(), results: Vec::new() };
    let printed = run.judge_all();
    let exit = Exit::worst(run.exits);
    if !args.json {
        return written(printed, exit);
    }
    let root = Some(RootReport::of(&opened.anchor));
    let report =
        RunReport { schema: SCHEMA, exit: exit.code(), at, root, trouble: None, results: run.results };
    written(write_json(&report), exit)
}

/// Nothing can be judged: whoever asked for a document gets one that says so.
fn stopped(args: &VerifyArgs, at: Timestamp, trouble: Trouble) -> Result<Exit, Trouble> {
    if !args.json {
        return Err(trouble);
    }
    trouble.report();
    written(write_json(&RunReport::of_trouble(at, &trouble)), Exit::Trouble)
}

/// Whoever reads our output may stop reading; the exit code says the same all the same.
fn written(outcome: io::Result<()>, exit: Exit) -> Result<Exit, Trouble> {
    match outcome {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Trouble::Output(error)),
        _ => Ok(exit),
    }
}

fn write_json(report: &RunReport) -> io::Result<()> {
    let mut out = io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, report)?;
    writeln!(out)
}

/// Ids that the register does not have are a slip of whoever asks. A market may exist without standing there:
/// what a label counts as in it cannot be told, and the verdict says so.
fn known(question: &Question, register: &Register) -> Result<(), Trouble> {
    if let Some(market) = question.market.filter(|code| register.market(*code).is_none()) {
        let known: Vec<_> = register.markets().iter().map(|market| market.code.to_string()).collect();
        say(&format!(
            "note[unknown-market]: the register has no market {market}; it has {}",
            known.join(", ")
        ));
    }
    known_category(question.category.as_ref(), register)?;
    match &question.minimum_level {
        Some(asked) => known_level(asked, register),
        None => Ok(()),
    }
}

/// Checks that the register has that category.
pub(crate) fn known_category(asked: Option<&CategoryId>, register: &Register) -> Result<(), Trouble> {
    match asked.filter(|id| register.category(id).is_none()) {
        Some(category) => {
            let known = register.categories().iter().map(|category| category.id.to_string());
            Err(Trouble::unknown("product category", category, known))
        }
        None => Ok(()),
    }
}

/// Checks that the register has that level.
pub(crate) fn known_level(asked: &MinimumLevel, register: &Register) -> Result<(), Trouble> {
    match register.scheme(&asked.scheme) {
        None => {
            let known = register.schemes().iter().map(|scheme| scheme.id.to_string());
            Err(Trouble::unknown("scheme", &asked.scheme, known))
        }
        Some(scheme) if scheme.rung(asked.level).is_none() => {
            let known = scheme.levels.iter().map(|rung| format!("{}:{}", scheme.id, rung.number));
            Err(Trouble::unknown("level", asked, known))
        }
        Some(_) => Ok(()),
    }
}

/// One run over all inputs.
struct Run<'a> {
    args: &'a VerifyArgs,
    opened: &'a OpenedPack,
    lists: GivenLists,
    question: Question,
    policy: Policy,
    at: Timestamp,
    exits: Vec<Exit>,
    results: Vec<ResultReport>,
}

impl Run<'_> {
    /// Judges every input, also when nobody reads on: the exit code is about all of them.
    fn judge_all(&mut self) -> io::Result<()> {
        let mut printed = Ok(());
        for (argument, given) in (1..).zip(&self.args.input) {
            match input::read(given) {
                Ok(candidates) => {
                    for candidate in candidates {
                        let written = self.judge_one(argument, &candidate, printed.is_ok());
                        printed = printed.and(written);
                    }
                }
                Err(trouble) => {
                    self.exits.push(Exit::Trouble);
                    if self.args.json {
                        self.results.push(ResultReport::trouble(argument, given, &trouble));
                    } else {
                        trouble.report();
                    }
                }
            }
        }
        printed
    }

    fn judge_one(&mut self, argument: usize, candidate: &Candidate, print: bool) -> io::Result<()> {
        let Self { opened, lists, question, policy, at, .. } = self;
        let verdict = judge_with_lists(&candidate.text, lists, &opened.pack, question, policy, *at);
        self.exits.push(Exit::from(verdict.conclusion()));
        if self.args.json {
            self.results.push(ResultReport::verdict(argument, candidate, &verdict));
        } else if print {
            let mut out = anstream::stdout().lock();
            card::print(&mut out, &candidate.origin, &verdict, self.args.details)?;
        }
        Ok(())
    }
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
    #[serde(skip_serializing_if = "Option::is_none")]
    root: Option<RootReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trouble: Option<TroubleReport>,
    results: Vec<ResultReport>,
}

impl RunReport {
    /// Nothing could be judged.
    fn of_trouble(at: Timestamp, trouble: &Trouble) -> Self {
        let exit = Exit::Trouble.code();
        let trouble = Some(TroubleReport::of(trouble));
        Self { schema: SCHEMA, exit, at, root: None, trouble, results: Vec::new() }
    }
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
    argument: usize,
    input: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    search_incomplete: bool,
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

impl TroubleReport {
    fn of(trouble: &Trouble) -> Self {
        Self { code: trouble.code(), text: trouble.to_string(), advice: trouble.advice() }
    }
}

impl ResultReport {
    fn verdict(argument: usize, candidate: &Candidate, verdict: &Verdict<'_>) -> Self {
        Self {
            argument,
            input: candidate.origin.clone(),
            search_incomplete: candidate.search_incomplete,
            verdict: Some(Report::of(verdict)),
            trouble: None,
        }
    }

    fn trouble(argument: usize, given: &str, trouble: &Trouble) -> Self {
        let trouble = Some(TroubleReport::of(trouble));
        Self {
            argument,
            input: input::name(given).to_owned(),
            search_incomplete: false,
            verdict: None,
            trouble,
        }
    }
}
