//! `verilabel show`: what a seal says, with nobody vouching for it.

use std::io::Write;

use verilabel_label::LabelClaims;
use verilabel_wire::{LabelLink, Sealed, unverified_claims};

use crate::args::ShowArgs;
use crate::exit::Exit;
use crate::input;
use crate::trouble::Trouble;

pub(crate) fn run(args: &ShowArgs) -> Result<Exit, Trouble> {
    let mut exits = Vec::new();
    let mut out = anstream::stdout().lock();
    for given in &args.input {
        match input::read(given) {
            Ok(candidates) => {
                for candidate in candidates {
                    writeln!(out, "UNVERIFIED  {}", candidate.origin)?;
                    let readable = show(&mut out, &candidate.text)?;
                    exits.push(if readable { Exit::Good } else { Exit::Trouble });
                    writeln!(out)?;
                }
            }
            Err(trouble) => {
                trouble.report();
                exits.push(Exit::Trouble);
            }
        }
    }
    Ok(Exit::worst(exits))
}

/// Prints what the text says; false where it cannot be read to the end.
fn show(out: &mut impl Write, text: &str) -> Result<bool, Trouble> {
    let mut row = |name: &str, value: &dyn std::fmt::Display| writeln!(out, "  {name:<14} {value}");
    let link = match LabelLink::parse(text) {
        Ok(link) => link,
        Err(error) => {
            let start: String = text.chars().take(200).collect();
            row("text", &start.escape_debug())?;
            row(error.code(), &error)?;
            return Ok(false);
        }
    };
    row("host", &link.host)?;
    row("path", &link.path)?;
    if let Some(query) = link.query {
        row("query", &query.escape_debug())?;
    }
    row("seal", &format_args!("{} bytes", link.seal.len()))?;
    let sealed = match Sealed::<LabelClaims>::parse(&link.seal, &link.path) {
        Ok(sealed) => sealed,
        Err(error) => {
            row(error.code(), &error)?;
            return Ok(false);
        }
    };
    let hint = sealed.untrusted_hint();
    let key: String =
        hint.key_id.iter().flatten().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    row("key", &format_args!("{key}, COSE algorithm {}", hint.algorithm))?;
    let claims = match unverified_claims(&sealed) {
        Ok(claims) => claims,
        Err(error) => {
            row(error.code(), &error)?;
            return Ok(false);
        }
    };
    row("scheme", &claims.scheme)?;
    row("specification", &claims.specification)?;
    row("level", &claims.level)?;
    row("label", &claims.number)?;
    row("awarded", &claims.awarded)?;
    row("valid from", &claims.validity.from())?;
    row("valid until", &format_args!("{} (exclusive)", claims.validity.until()))?;
    row("signed", &claims.issued_at)?;
    row("status", &claims.status)?;
    if let Some(category) = &claims.category {
        row("category", category)?;
    }
    if let Some(names) = &claims.names {
        let models: Vec<&str> = names.models.iter().map(verilabel_label::ModelNumber::as_str).collect();
        row("brand", &names.brand)?;
        row("models", &models.join(", "))?;
        row("manufacturer", &names.manufacturer)?;
    }
    row("", &"Nobody vouches for any of this: use `verilabel verify`.")?;
    Ok(true)
}
