//! What a person hands in: a picture, a file of links and credentials, one of those, standard input.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use verilabel_symbol::read::{Effort, End, Limits, Picture, codes};
use verilabel_verify::Form;
use verilabel_wire::LabelLink;

use crate::trouble::Trouble;

/// Largest input.
const MAX_BYTES: u64 = 64 << 20;
/// Most links of one file.
const MAX_LINES: usize = 100_000;

/// One text to be judged, and where it comes from.
pub(crate) struct Candidate {
    pub(crate) origin: String,
    pub(crate) text: String,
}

/// Reads one input into what there is to judge.
pub(crate) fn read(given: &str) -> Result<Vec<Candidate>, Trouble> {
    if given == "-" {
        let name = "standard input";
        return from_bytes(
            name,
            &bounded(name, std::io::stdin().lock(), MAX_BYTES, |e| Trouble::file(Path::new(name), e))?,
        );
    }
    if looks_like_link(given) {
        return Ok(vec![Candidate { origin: "link".to_owned(), text: given.to_owned() }]);
    }
    if Form::of(given) == Form::Credential {
        return Ok(vec![Candidate { origin: "credential".to_owned(), text: given.to_owned() }]);
    }
    from_bytes(given, &file(given)?)
}

/// Reads a status list credential: the whole of a file, as text.
pub(crate) fn status_list(path: &Path) -> Result<String, Trouble> {
    let bytes = file(&path.display().to_string())?;
    Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
}

fn file(given: &str) -> Result<Vec<u8>, Trouble> {
    let path = Path::new(given);
    let file = File::open(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Trouble::NoSuchInput { input: given.chars().take(200).collect() },
        _ => Trouble::file(path, &error),
    })?;
    bounded(given, file, MAX_BYTES, |e| Trouble::file(path, e))
}

fn looks_like_link(text: &str) -> bool {
    let lower = text.get(..8).unwrap_or(text).to_ascii_lowercase();
    lower.starts_with("https://") || lower.starts_with("http://")
}

pub(crate) fn bounded(
    name: &str,
    source: impl Read,
    limit: u64,
    trouble: impl Fn(&std::io::Error) -> Trouble,
) -> Result<Vec<u8>, Trouble> {
    let mut bytes = Vec::new();
    source.take(limit + 1).read_to_end(&mut bytes).map_err(|error| trouble(&error))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limit {
        return Err(Trouble::TooLarge { input: name.to_owned(), limit });
    }
    if bytes.is_empty() {
        return Err(Trouble::Empty { input: name.to_owned() });
    }
    Ok(bytes)
}

fn from_bytes(origin: &str, bytes: &[u8]) -> Result<Vec<Candidate>, Trouble> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        // SVG, HTML: made of text, and no list of links.
        Ok(text) if text.trim_start().starts_with('<') => picture(origin, bytes),
        Ok(text) if text.chars().all(|c| !c.is_control() || c.is_ascii_whitespace()) => lines(origin, text),
        _ => picture(origin, bytes),
    }
}

/// A label link or a label credential on each line.
fn lines(origin: &str, text: &str) -> Result<Vec<Candidate>, Trouble> {
    let links: Vec<(usize, &str)> =
        text.lines().map(str::trim).enumerate().filter(|(_, line)| !line.is_empty()).collect();
    if links.len() > MAX_LINES {
        return Err(Trouble::TooManyLines { input: origin.to_owned(), limit: MAX_LINES });
    }
    let alone = links.len() == 1;
    let candidates: Vec<_> = links
        .into_iter()
        .map(|(number, line)| Candidate {
            origin: if alone { origin.to_owned() } else { format!("{origin}:{}", number + 1) },
            text: line.to_owned(),
        })
        .collect();
    if candidates.is_empty() { Err(Trouble::Empty { input: origin.to_owned() }) } else { Ok(candidates) }
}

/// Every label link of a picture; where it has none, the codes that it has, so that it is said what they are.
fn picture(origin: &str, bytes: &[u8]) -> Result<Vec<Candidate>, Trouble> {
    let picture = Picture::decode(bytes, &Limits::default()).map_err(|error| Trouble::Picture {
        input: origin.to_owned(),
        code: error.code(),
        text: error.to_string(),
    })?;
    // The search bounds its own work; nobody is in more of a hurry here.
    let reading = codes(&picture, Effort::Every, &|| false);
    let (labels, others): (Vec<_>, Vec<_>) = reading.codes.into_iter().partition(|code| is_label(&code.text));
    let chosen = if labels.is_empty() { others } else { labels };
    let alone = chosen.len() == 1;
    let candidates: Vec<_> = chosen
        .into_iter()
        .enumerate()
        .map(|(number, code)| Candidate {
            origin: if alone { origin.to_owned() } else { format!("{origin}#{}", number + 1) },
            text: code.text,
        })
        .collect();
    if candidates.is_empty() {
        let gave_up = reading.end != End::Complete;
        return Err(Trouble::NoCode { input: origin.to_owned(), gave_up });
    }
    Ok(candidates)
}

/// Whether a code is a label link, sound or not, rather than something else.
fn is_label(text: &str) -> bool {
    LabelLink::parse(text).err().is_none_or(|error| !error.is_something_else())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<(String, String)> {
        let candidates = from_bytes("f", text.as_bytes()).unwrap();
        candidates.into_iter().map(|c| (c.origin, c.text)).collect()
    }

    #[test]
    fn a_file_holds_a_link_on_each_line() {
        assert_eq!(texts("  https://a \r\n"), [("f".into(), "https://a".into())]);
        assert_eq!(texts("\nx\n\ny\n"), [("f:2".into(), "x".into()), ("f:4".into(), "y".into())]);
    }

    #[test]
    fn what_is_nothing_is_said_so() {
        assert_eq!(from_bytes("f", b" \n").err().unwrap().code(), "empty-file");
        assert_eq!(from_bytes("f", &[0, 1, 2, 255]).err().unwrap().code(), "not-a-picture");
        assert_eq!(read("no such file").err().unwrap().code(), "no-such-input");
    }

    #[test]
    fn links_are_told_from_files() {
        assert!(looks_like_link("https://a") && looks_like_link("HTTPS://A") && looks_like_link("http://a"));
        assert!(!looks_like_link("a.png") && !looks_like_link("ä.png") && !looks_like_link(""));
    }
}
