//! `verilabel register`.

use std::io::Write;
use std::path::Path;

use verilabel_label::{Date, SpecificationVersion, Timestamp};
use verilabel_recognition::{Register, Subject, map_svg};
use verilabel_trust::Expiry;
use verilabel_verify::MinimumLevel;

use crate::args::{RegisterCommand, TrustArgs};
use crate::exit::Exit;
use crate::store::{self, OpenedPack};
use crate::trouble::{Trouble, say};
use crate::verify::{known_category, known_level};

pub(crate) fn run(command: &RegisterCommand, now: Timestamp) -> Result<Exit, Trouble> {
    match command {
        RegisterCommand::Rows { trust, json } => {
            let source = Source::open(trust, now)?;
            let mut out = std::io::stdout().lock();
            if *json {
                out.write_all(&source.register()?.to_json().map_err(|e| Trouble::from(&e))?)?;
            } else {
                rows(&mut out, source.register()?, source.date)?;
            }
        }
        RegisterCommand::Map { trust, out } => {
            let source = Source::open(trust, now)?;
            write_map(&map_svg(source.register()?, source.date, None), out.as_deref())?;
        }
        RegisterCommand::Where { label, specification, awarded, category, trust } => {
            let source = Source::open(trust, now)?;
            let register = source.register()?;
            known_level(label, register)?;
            known_category(category.as_ref(), register)?;
            let assumed = Assumed::of(label, register, source.date)?;
            let subject = Subject {
                scheme: &label.scheme,
                specification: specification.as_ref().unwrap_or(&assumed.specification),
                level: label.level,
                awarded: awarded.unwrap_or(assumed.awarded),
                category: category.as_ref(),
            };
            let edition = specification.is_none().then_some(assumed.specification_in_words);
            let latest = awarded.is_none().then_some("the latest day of award (--awarded)");
            for assumed in edition.into_iter().chain(latest) {
                say(&format!("note[assumed]: {assumed} is assumed; another may count elsewhere"));
            }
            where_it_counts(&mut std::io::stdout().lock(), register, &subject, source.date)?;
        }
    }
    Ok(Exit::Good)
}

/// What is taken of an award that nobody described.
struct Assumed {
    specification: SpecificationVersion,
    specification_in_words: &'static str,
    awarded: Date,
}

impl Assumed {
    /// The scheme's newest specification, or one without a name where it lists none; on this day or the last on which
    /// the scheme awarded.
    fn of(label: &MinimumLevel, register: &Register, on: Date) -> Result<Self, Trouble> {
        let scheme = register.scheme(&label.scheme);
        let newest = scheme.and_then(|scheme| scheme.specifications.last().cloned());
        let (specification, specification_in_words) = match newest {
            Some(newest) => (newest, "the newest specification (--specification)"),
            None => (
                SpecificationVersion::new("unnamed").map_err(|e| Trouble::Register(e.to_string()))?,
                "an unnamed specification (--specification)",
            ),
        };
        let awarded = scheme.and_then(|scheme| scheme.ended_by(on)).unwrap_or(on);
        Ok(Self { specification, specification_in_words, awarded })
    }
}

/// The register of the pack that was named, or the one that this program was published with.
struct Source {
    opened: Option<OpenedPack>,
    date: Date,
}

impl Source {
    fn open(trust: &TrustArgs, now: Timestamp) -> Result<Self, Trouble> {
        let at = trust.at.unwrap_or(now);
        let opened = match store::open(trust, Expiry::Report, at) {
            Ok(opened) => Some(opened),
            Err(Trouble::NoPack) => {
                say("note[built-in-register]: no trust pack; showing the register of this program");
                None
            }
            Err(trouble) => return Err(trouble),
        };
        Ok(Self { opened, date: at.date() })
    }

    fn register(&self) -> Result<&Register, Trouble> {
        match &self.opened {
            Some(opened) => Ok(opened.pack.register()),
            None => Ok(Register::published()?),
        }
    }
}

fn rows(out: &mut impl Write, register: &Register, on: Date) -> std::io::Result<()> {
    writeln!(out, "Register of {}; what counts on {on} is marked *", register.issued())?;
    for arrangement in register.arrangements() {
        writeln!(out, "\n{} ({})", arrangement.id, arrangement.certainty)?;
        for row in &arrangement.rows {
            let mark = if register.counts_on(arrangement, row, on) { "*" } else { " " };
            writeln!(out, "{mark} {:<18} {}", row.id, register.row_in_words(row))?;
        }
    }
    Ok(())
}

fn write_map(svg: &str, path: Option<&Path>) -> Result<(), Trouble> {
    match path {
        Some(path) => std::fs::write(path, svg).map_err(|e| Trouble::file(path, &e)),
        None => Ok(std::io::stdout().write_all(svg.as_bytes())?),
    }
}

fn where_it_counts(
    out: &mut impl Write,
    register: &Register,
    subject: &Subject<'_>,
    on: Date,
) -> std::io::Result<()> {
    writeln!(
        out,
        "{} level {}, awarded on {} under specification {}, as of {on}",
        subject.scheme, subject.level, subject.awarded, subject.specification
    )?;
    let markets = register.where_it_counts(subject, on).into_iter();
    let markets = markets.map(|(market, found)| (format!("{} {}", market.code, market.name), found));
    let beyond = register.beyond_markets(subject, on).into_iter();
    let beyond = beyond.map(|(scheme, found)| (scheme.short.to_string(), found));
    for (mut name, recognition) in markets.chain(beyond) {
        for text in recognition.in_words() {
            writeln!(out, "{:<24} {text}", std::mem::take(&mut name))?;
        }
    }
    Ok(())
}
