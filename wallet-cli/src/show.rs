//! `verilabel show`: what a label says, with nobody vouching for it.

use std::fmt::Display;
use std::io::Write;

use verilabel_credential::parse;
use verilabel_label::{LabelClaims, printable};
use verilabel_verify::Form;
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
                    writeln!(out, "UNVERIFIED  {}", printable(&candidate.origin))?;
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
    match Form::of(text) {
        Form::Seal => show_link(out, text),
        Form::Credential => show_credential(out, text),
    }
}

fn row(out: &mut impl Write, name: &str, value: &dyn Display) -> std::io::Result<()> {
    writeln!(out, "  {name:<14} {value}")
}

/// What cannot be read, and why.
fn refused(out: &mut impl Write, code: &str, error: &dyn Display) -> Result<bool, Trouble> {
    row(out, code, error)?;
    Ok(false)
}

fn show_credential(out: &mut impl Write, text: &str) -> Result<bool, Trouble> {
    let sealed = match parse(text) {
        Ok(sealed) => sealed,
        Err(error) => return refused(out, error.code(), &error),
    };
    let hint = sealed.untrusted_hint();
    row(out, "key", &format_args!("{hint}, {}", hint.algorithm))?;
    let credential = match unverified_claims(&sealed) {
        Ok(credential) => credential,
        Err(error) => return refused(out, error.code(), &error),
    };
    if let Some(id) = &credential.id {
        row(out, "id", id)?;
    }
    row(out, "issuer", &credential.issuer)?;
    row(out, "path", &credential.path)?;
    row(out, "status at", &credential.status_uri.escape_debug())?;
    show_claims(out, &credential.claims)
}

fn show_link(out: &mut impl Write, text: &str) -> Result<bool, Trouble> {
    let link = match LabelLink::parse(text) {
        Ok(link) => link,
        Err(error) => {
            let start: String = text.chars().take(200).collect();
            row(out, "text", &start.escape_debug())?;
            return refused(out, error.code(), &error);
        }
    };
    row(out, "host", &link.host)?;
    row(out, "path", &link.path)?;
    if let Some(query) = link.query {
        row(out, "query", &query.escape_debug())?;
    }
    row(out, "seal", &format_args!("{} bytes", link.seal.len()))?;
    let sealed = match Sealed::<LabelClaims>::parse(&link.seal, &link.path) {
        Ok(sealed) => sealed,
        Err(error) => return refused(out, error.code(), &error),
    };
    let hint = sealed.untrusted_hint();
    row(out, "key", &format_args!("{hint}, {}", hint.algorithm))?;
    match unverified_claims(&sealed) {
        Ok(claims) => show_claims(out, &claims),
        Err(error) => refused(out, error.code(), &error),
    }
}

fn show_claims(out: &mut impl Write, claims: &LabelClaims) -> Result<bool, Trouble> {
    row(out, "scheme", &claims.scheme)?;
    row(out, "specification", &claims.specification)?;
    row(out, "level", &claims.level)?;
    row(out, "label", &claims.number)?;
    row(out, "awarded", &claims.awarded)?;
    row(out, "valid from", &claims.validity.from())?;
    row(out, "valid until", &format_args!("{} (exclusive)", claims.validity.until()))?;
    row(out, "signed", &claims.issued_at)?;
    row(out, "status", &claims.status)?;
    if let Some(category) = &claims.category {
        row(out, "category", category)?;
    }
    if let Some(names) = &claims.names {
        let models: Vec<&str> = names.models.iter().map(verilabel_label::ModelNumber::as_str).collect();
        row(out, "brand", &names.brand)?;
        row(out, "models", &models.join(", "))?;
        row(out, "manufacturer", &names.manufacturer)?;
    }
    row(out, "", &"Nobody vouches for any of this: use `verilabel verify`.")?;
    Ok(true)
}
