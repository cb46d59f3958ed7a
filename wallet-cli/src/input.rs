//! What a person hands in: a picture, a file of links and credentials, one of those, standard input.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use verilabel_label::printable;
use verilabel_symbol::read::{Effort, End, Limits, Picture, codes};
use verilabel_verify::Form;
use verilabel_wire::LabelLink;

use crate::trouble::{Trouble, say};

/// How standard input is named among the arguments.
const STANDARD_INPUT: &str = "-";
/// Largest input.
const MAX_BYTES: u64 = 64 << 20;
/// Most links of one file.
const MAX_LINES: usize = 100_000;

/// One text to be judged, and where it comes from.
pub(crate) struct Candidate {
    pub(crate) origin: String,
    pub(crate) text: String,
    /// Whether it is from a picture that may hold more codes: the search for them was cut short.
    pub(crate) search_incomplete: bool,
}

impl Candidate {
    fn new(origin: impl Into<String>, text: impl Into<String>) -> Self {
        Self { origin: origin.into(), text: text.into(), search_incomplete: false }
    }
}

/// What an input is called where its results are told.
pub(crate) fn name(given: &str) -> &str {
    if given == STANDARD_INPUT { "standard input" } else { given }
}

/// Reads one input into what there is to judge.
pub(crate) fn read(given: &str) -> Result<Vec<Candidate>, Trouble> {
    if given == STANDARD_INPUT {
        let name = name(given);
        let trouble = |error: &std::io::Error| Trouble::file(Path::new(name), error);
        return from_bytes(name, &bounded(name, std::io::stdin().lock(), MAX_BYTES, trouble)?);
    }
    let text = given.trim_ascii();
    if looks_like_link(text) {
        return Ok(vec![Candidate::new("link", text)]);
    }
    // Pictures have any name, `eyJ.png` too.
    if Form::of(text) == Form::Credential && !Path::new(given).exists() {
        return Ok(vec![Candidate::new("credential", text)]);
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

/// A label link or a label credential on each line; several on a line if it has nothing else, as in files whose lines
/// end with other characters than ours.
fn lines(origin: &str, text: &str) -> Result<Vec<Candidate>, Trouble> {
    let texts: Vec<(usize, &str)> = text
        .lines()
        .enumerate()
        .flat_map(|(number, line)| texts(line).map(move |text| (number, text)))
        .collect();
    if texts.len() > MAX_LINES {
        return Err(Trouble::TooManyLines { input: origin.to_owned(), limit: MAX_LINES });
    }
    if texts.is_empty() {
        return Err(Trouble::Empty { input: origin.to_owned() });
    }
    let alone = texts.len() == 1;
    let of_line = texts.chunk_by(|(one, _), (other, _)| one == other);
    Ok(of_line
        .flat_map(|line| {
            line.iter().enumerate().map(|(place, (number, text))| {
                let origin = match (alone, line.len()) {
                    (true, _) => origin.to_owned(),
                    (false, 1) => format!("{origin}:{}", number + 1),
                    (false, _) => format!("{origin}:{}#{}", number + 1, place + 1),
                };
                Candidate::new(origin, *text)
            })
        })
        .collect())
}

/// What there is to judge on a line: its parts if each is a link or a credential, otherwise the line.
fn texts(line: &str) -> impl Iterator<Item = &str> {
    let line = line.trim();
    let several =
        line.split_whitespace().all(|part| looks_like_link(part) || Form::of(part) == Form::Credential);
    let (parts, whole) = if several { (line, "") } else { ("", line) };
    parts.split_whitespace().chain(Some(whole).filter(|line| !line.is_empty()))
}

/// Every label of a picture; where it has none, the codes that it has, so that it is said what they are.
fn picture(origin: &str, bytes: &[u8]) -> Result<Vec<Candidate>, Trouble> {
    let picture = Picture::decode(bytes, &Limits::default()).map_err(|error| Trouble::Picture {
        input: origin.to_owned(),
        code: error.code(),
        text: error.to_string(),
    })?;
    // The search bounds its own work; nobody is in more of a hurry here.
    let reading = codes(&picture, Effort::Every, &is_label, &|| false);
    let search_incomplete = reading.end != End::Complete;
    let texts = reading.codes.into_iter().map(|code| code.text.trim_ascii().to_owned());
    let (labels, others): (Vec<_>, Vec<_>) = texts.partition(|text| is_label(text));
    let chosen = if labels.is_empty() { others } else { labels };
    if chosen.is_empty() {
        return Err(Trouble::NoCode { input: origin.to_owned(), gave_up: search_incomplete });
    }
    if search_incomplete {
        say(&format!(
            "note[search-incomplete]: not all of {} was searched, and more codes may be there: photograph it in parts",
            printable(origin)
        ));
    }
    let alone = chosen.len() == 1;
    let numbered = chosen.into_iter().enumerate().map(|(number, text)| Candidate {
        origin: if alone { origin.to_owned() } else { format!("{origin}#{}", number + 1) },
        text,
        search_incomplete,
    });
    Ok(numbered.collect())
}

/// Whether a code is a label link or a credential, sound or not, rather than something else.
fn is_label(text: &str) -> bool {
    let text = text.trim_ascii();
    Form::of(text) == Form::Credential
        || LabelLink::parse(text).err().is_none_or(|error| !error.is_something_else())
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
    fn several_links_of_a_line_are_several() {
        let (link, credential) = ("https://a", "eyJ.e30.");
        assert_eq!(
            texts(&format!("{link} {credential}\r{link}\r")),
            [
                ("f:1#1".into(), link.into()),
                ("f:1#2".into(), credential.into()),
                ("f:1#3".into(), link.into())
            ]
        );
        assert_eq!(texts(&format!("{link}\t{link}\n{link}\n")).len(), 3);
        assert_eq!(texts(&format!("{link} and {link}")), [("f".into(), format!("{link} and {link}"))]);
        assert_eq!(texts(&format!("{link}\r")), [("f".into(), link.into())]);
    }

    #[test]
    fn white_space_around_an_argument_is_not_part_of_it() {
        for given in ["https://a ", " https://a", "https://a\n", "\rhttps://a\r"] {
            assert_eq!(read(given).unwrap()[0].text, "https://a");
        }
        assert_eq!(read(" eyJ.e30.\n").unwrap()[0].text, "eyJ.e30.");
    }

    #[test]
    fn what_is_nothing_is_said_so() {
        assert_eq!(from_bytes("f", b" \n").err().unwrap().code(), "empty-file");
        assert_eq!(from_bytes("f", &[0, 1, 2, 255]).err().unwrap().code(), "not-a-picture");
        assert_eq!(read("no such file").err().unwrap().code(), "no-such-input");
    }

    #[test]
    fn credentials_are_labels_and_other_codes_are_not() {
        assert!(is_label("eyJ.e30.x") && is_label(" https://a.example/01/09521234543213#1255\n"));
        assert!(!is_label("WIFI:S:home;;") && !is_label("https://a.example/01/09521234543213"));
    }

    #[test]
    fn links_are_told_from_files() {
        assert!(looks_like_link("https://a") && looks_like_link("HTTPS://A") && looks_like_link("http://a"));
        assert!(!looks_like_link("a.png") && !looks_like_link("ä.png") && !looks_like_link(""));
    }
}
