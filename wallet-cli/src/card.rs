//! A verdict for people: words and signs, colour only besides.

use std::io::{self, Write};

use anstyle::{AnsiColor, Reset, Style};
use verilabel_label::printable;
use verilabel_recognition::Recognition;
use verilabel_verify::{
    CannotTell, CategoryFact, Conclusion, Judged, LevelFact, Mark, Outcome, Standing, Verdict,
};

/// Prints the card of one verdict.
pub(crate) fn print(
    out: &mut impl Write,
    origin: &str,
    verdict: &Verdict<'_>,
    details: bool,
) -> io::Result<()> {
    let conclusion = verdict.conclusion();
    let (sign, words, style) = headline(conclusion, verdict);
    writeln!(out, "{style}{sign} {words}{Reset}  {}", printable(origin))?;
    let mut card = Card { out, style };
    match &verdict.outcome {
        Outcome::NotAuthentic(reason) => {
            card.row("Why", &sentence(&reason.to_string()))?;
            card.row("Code", reason.code())?;
            card.row("Next", "Do not rely on it. Ask the shop or the scheme owner, and show them the box.")?;
        }
        Outcome::CannotTell(reason) => {
            card.row("Why", &sentence(&reason.to_string()))?;
            card.row("Code", reason.code())?;
            let next = match reason {
                CannotTell::NotALabel(_) => "Look for the label's own code: a box may carry several.",
                CannotTell::UnknownVersion(_) => "It may be genuine or not. Update this program.",
                _ => "It may be genuine or not. Fetch the newest trust pack, or ask the scheme owner.",
            };
            card.row("Next", next)?;
        }
        Outcome::Authentic(judged) => authentic(&mut card, judged, verdict)?,
    }
    if details {
        checks(&mut card, verdict)?;
    }
    writeln!(out)
}

fn headline(conclusion: Conclusion, verdict: &Verdict<'_>) -> (&'static str, &'static str, Style) {
    let bold = |colour: AnsiColor| colour.on_default().bold();
    let (green, yellow, red) = (bold(AnsiColor::Green), bold(AnsiColor::Yellow), bold(AnsiColor::Red));
    match (conclusion, &verdict.outcome) {
        (Conclusion::InForce, _) => ("✔", "AUTHENTIC AND IN FORCE", green),
        (Conclusion::NotMeeting, Outcome::Authentic(judged)) if only_unknown(judged) => {
            ("▲", "AUTHENTIC AND IN FORCE, BUT NOT KNOWN TO BE WHAT WAS ASKED FOR", yellow)
        }
        (Conclusion::NotMeeting, _) => ("▲", "AUTHENTIC AND IN FORCE, BUT NOT WHAT WAS ASKED FOR", yellow),
        (Conclusion::Revoked, Outcome::Authentic(judged)) => match judged.standing {
            Standing::Withdrawn { .. } => ("✘", "AUTHENTIC, BUT WITHDRAWN", red),
            _ => ("✘", "AUTHENTIC, BUT SUSPENDED", red),
        },
        (Conclusion::OutOfDate, Outcome::Authentic(judged)) => match judged.standing {
            Standing::NotYetValid { .. } => ("▲", "AUTHENTIC, BUT NOT YET VALID", yellow),
            _ => ("✘", "AUTHENTIC, BUT EXPIRED", red),
        },
        (Conclusion::CannotTell, Outcome::Authentic(_)) => ("?", "AUTHENTIC, BUT UNCONFIRMED", yellow),
        (Conclusion::NotAuthentic, _) => ("✘", "NOT AUTHENTIC", red),
        (Conclusion::CannotTell | Conclusion::Revoked | Conclusion::OutOfDate, _) => {
            ("?", "CANNOT TELL", yellow)
        }
    }
}

/// Whether nothing speaks against what was asked for but that it is not known.
fn only_unknown(judged: &Judged<'_>) -> bool {
    let level = judged.level_demand.as_ref().and_then(|demand| demand.met.err());
    let market = judged.market_demand.as_ref().and_then(|demand| demand.met.err());
    level.iter().chain(&market).all(verilabel_verify::Unmet::is_unknown)
}

struct Card<'o, W> {
    out: &'o mut W,
    style: Style,
}

impl<W: Write> Card<'_, W> {
    fn row(&mut self, name: &str, text: &str) -> io::Result<()> {
        writeln!(self.out, "  {style}│{Reset} {name:<10} {text}", style = self.style)
    }
}

fn authentic<W: Write>(card: &mut Card<'_, W>, judged: &Judged<'_>, verdict: &Verdict<'_>) -> io::Result<()> {
    let claims = judged.claims();
    if let Some(notice) = &judged.issuer.notice {
        card.row("Notice", notice)?;
    }
    match judged.level {
        LevelFact::Stated { scheme, rung } => {
            card.row("Level", &scheme.card(rung.number))?;
            card.row("", &rung.meaning.to_string())?;
        }
        other => card.row("Level", &sentence(&other.to_string()))?,
    }
    if let Some(names) = judged.names() {
        let models: Vec<&str> = names.models.iter().map(verilabel_label::ModelNumber::as_str).collect();
        card.row("Product", &format!("{} {}, by {}", names.brand, models.join(", "), names.manufacturer))?;
        if !names.more.is_empty() {
            let more: Vec<&str> = names.more.iter().map(|model| model.as_str()).collect();
            card.row("", &format!("and by the trust pack: {}", more.join(", ")))?;
        }
    }
    card.row("GTIN", &judged.path.gtin.to_string())?;
    if let Some(serial) = &judged.path.serial {
        card.row("Serial", &format!("{serial} (this label is for one box)"))?;
    }
    card.row("", "Compare brand, model and number with the box in your hand.")?;
    card.row("Issuer", &judged.issuer.name)?;
    card.row("Label", &format!("{}, valid until {}", claims.number, claims.validity.last_date()))?;
    card.row("Standing", &sentence(&judged.standing.to_string()))?;
    if let Some(demand) = &judged.level_demand {
        let text = match demand.met {
            Ok(()) => format!("{} was asked for, and is met", demand.asked),
            Err(unmet) => format!("{} was asked for; {unmet}", demand.asked),
        };
        card.row("Asked", &text)?;
        let found = judged.level_recognition.iter().filter(|_| judged.standing.is_in_force());
        for text in found.flat_map(Recognition::in_words) {
            card.row("", &text)?;
        }
    }
    recognition(card, judged)?;
    let mut name = "Knowledge";
    for line in judged.freshness.in_words(verdict.at) {
        card.row(std::mem::take(&mut name), &line)?;
    }
    for note in &judged.notes {
        card.row("Note", &sentence(&note.to_string()))?;
    }
    if verdict.conclusion() == Conclusion::InForce {
        card.row("", "A signature proves the label, not that this box is the real one.")?;
    }
    Ok(())
}

fn recognition<W: Write>(card: &mut Card<'_, W>, judged: &Judged<'_>) -> io::Result<()> {
    let (Some(recognition), Some(demand)) = (&judged.recognition, &judged.market_demand) else {
        return Ok(());
    };
    let mut name = format!("In {}", demand.asked);
    let mut row = |card: &mut Card<'_, W>, text: &str| card.row(&std::mem::take(&mut name), text);
    if !judged.standing.is_in_force() {
        return row(card, "counts for nothing, because it is not in force");
    }
    for text in recognition.in_words() {
        row(card, &text)?;
    }
    if judged.category == CategoryFact::Unknown {
        row(card, "The product category is not known; name it with --category.")?;
    }
    Ok(())
}

fn checks<W: Write>(card: &mut Card<'_, W>, verdict: &Verdict<'_>) -> io::Result<()> {
    card.row("Checks", "")?;
    for line in verdict.lines() {
        let mark = match line.mark {
            Mark::Passed => "✔",
            Mark::Failed => "✘",
            Mark::Unknown => "?",
            Mark::Attention => "▲",
        };
        card.row("", &format!("{mark} {}  [{}; {}]", line.fact, line.code, line.source))?;
    }
    Ok(())
}

/// A fragment as a sentence.
fn sentence(fragment: &str) -> String {
    let mut chars = fragment.chars();
    let first: String = chars.next().map(char::to_uppercase).into_iter().flatten().collect();
    format!("{first}{}.", chars.as_str())
}
