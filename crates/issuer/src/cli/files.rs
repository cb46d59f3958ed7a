//! `label files`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;
use verilabel_issuer::{Authority, CodeId, CodeRecord, LabelAward, LabelRecord};
use verilabel_label::LabelNumber;
use verilabel_symbol::SizeReport;
use verilabel_symbol::draw::{Fonts, Ink};

use super::labels::say_standing;
use super::out::{print, print_json, say};
use super::print::PrintArgs;
use super::{Exit, Outcome, Session, Trouble};

/// The files of a code.
#[derive(Debug, Serialize)]
struct Written {
    number: LabelNumber,
    link: String,
    size: SizeReport,
    files: Vec<PathBuf>,
}

/// Writes the files of labels, each beside the others.
pub(super) async fn write(
    session: &Session,
    authority: &Authority,
    numbers: &[LabelNumber],
    (out, args): (&Path, &PrintArgs),
) -> Outcome {
    let issuer = authority.issuer().await?;
    let artwork = args.artwork(issuer.notice.as_deref())?;
    let (base, fonts) = (authority.link_base().await?, Fonts::default());
    let codes = codes(session, authority, numbers).await?;
    let stems: Vec<_> = stems(&codes).iter().map(|stem| out.join(stem)).collect();
    for ((_, code), stem) in codes.iter().zip(&stems) {
        code.link.as_deref().map_or(Ok(()), |link| leave_others_alone(stem, link))?;
    }
    fs::create_dir_all(out).map_err(|e| Trouble::file(out, &e))?;
    let mut written = Vec::new();
    for ((label, code), stem) in codes.iter().zip(&stems) {
        let Some(link) = code.link.as_deref() else { continue };
        let draft = authority.award(code.award).await?.draft;
        let award = LabelAward { gtin: code.gtin, serial: code.serial.clone(), ..draft.award.clone() };
        let (printed, size) =
            artwork.print(link, &award, draft.profile(), &base, authority.register(), &fonts)?;
        let png = printed.drawing.to_png(PrintArgs::resolution(&artwork), Ink::Color)?;
        let pdf = printed.drawing.to_pdf().map_err(|e| Trouble::System(e.to_string()))?;
        let files = [
            ("txt", format!("{link}\n").into_bytes()),
            ("svg", printed.drawing.to_svg().into_bytes()),
            ("png", png),
            ("pdf", pdf),
        ];
        let credential = code.credential.clone().map(|text| ("jwt", text.into_bytes()));
        let files = write_files(stem, files.into_iter().chain(credential))?;
        let number = label.number.clone();
        if !session.json() {
            print(&format!("{number}\n{link}\n{size}"))?;
        }
        written.push(Written { number, link: link.to_owned(), size, files });
    }
    if session.json() {
        print_json("files", &written)?;
    }
    match codes.len() - written.len() {
        0 => Ok(Exit::Good),
        waiting => {
            say(&format!("{waiting} codes wait to be signed: start the service, or run `publish`"));
            Ok(Exit::Trouble)
        }
    }
}

/// The codes of labels that are in use, each label once.
async fn codes(
    session: &Session,
    authority: &Authority,
    numbers: &[LabelNumber],
) -> Result<Vec<(LabelRecord, CodeRecord)>, Trouble> {
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for number in numbers {
        let label = authority.label(number).await?;
        if seen.insert(label.id) {
            say_standing(session, authority, &label, label.award).await?;
            let codes = newest(authority.codes_of_label(label.id).await?);
            all.extend(codes.into_iter().map(|code| (label.clone(), code)));
        }
    }
    Ok(all)
}

/// Of a label's codes, in the order of their making, those in use: of each path the one that was signed last, as a
/// renewal takes the old one's place only when it is published, and what waits to be signed.
fn newest(mut codes: Vec<CodeRecord>) -> Vec<CodeRecord> {
    codes.retain(|code| !code.replaced);
    let signed = codes.iter().filter(|code| code.link.is_some());
    let last: BTreeMap<String, CodeId> = signed.map(|code| (code.path.clone(), code.id)).collect();
    codes.retain(|code| code.link.is_none() || last.get(&code.path) == Some(&code.id));
    codes
}

/// What the names of files begin with: the code's path, as verifiers know it, and where two labels have one path,
/// as labels of two schemes may, the label's number.
fn stems(codes: &[(LabelRecord, CodeRecord)]) -> Vec<String> {
    let mut labels: BTreeMap<&str, BTreeSet<_>> = BTreeMap::new();
    for (label, code) in codes {
        labels.entry(&code.path).or_default().insert(label.id);
    }
    let of = |(label, code): &(LabelRecord, CodeRecord)| {
        let stem = plain(code.path.trim_start_matches('/'));
        let alone = labels.get(code.path.as_str()).is_none_or(|labels| labels.len() == 1);
        if alone { stem } else { format!("{stem}-{}", plain_number(&label.number)) }
    };
    codes.iter().map(of).collect()
}

/// A name that file systems leave alone, another one for each text.
fn plain(path: &str) -> String {
    path.replace('_', "_5F").replace('%', "_").replace('/', "-")
}

/// The same for a number, whose hyphens are not to be taken for slashes.
fn plain_number(number: &LabelNumber) -> String {
    let byte = |byte: u8| match byte {
        b'/' => "-".to_owned(),
        b'.' => ".".to_owned(),
        other if other.is_ascii_alphanumeric() => char::from(other).to_string(),
        other => format!("_{other:02X}"),
    };
    number.as_str().bytes().map(byte).collect()
}

/// Refuses to write over the files of another link: of another label that an earlier command named for the same path,
/// or of this one as it was before.
fn leave_others_alone(stem: &Path, link: &str) -> Result<(), Trouble> {
    let path = stem.with_added_extension("txt");
    match fs::read(&path) {
        Ok(text) if text.trim_ascii() != link.as_bytes() => Err(Trouble::OtherLink { path }),
        _ => Ok(()),
    }
}

fn write_files(
    stem: &Path,
    files: impl Iterator<Item = (&'static str, Vec<u8>)>,
) -> Result<Vec<PathBuf>, Trouble> {
    let mut written = Vec::new();
    for (extension, bytes) in files {
        let path = stem.with_added_extension(extension);
        fs::write(&path, bytes).map_err(|e| Trouble::file(&path, &e))?;
        written.push(path);
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use verilabel_issuer::{AwardId, LabelId};

    use super::*;

    fn code(id: i64, gtin: &str, link: Option<&str>, replaced: bool) -> CodeRecord {
        CodeRecord {
            id: CodeId::new(id),
            label: LabelId::new(1),
            award: AwardId::new(1),
            path: format!("/01/{gtin}"),
            gtin: gtin.parse().unwrap(),
            serial: None,
            key: String::new(),
            issued_at: "2026-11-22T09:00:00Z".parse().unwrap(),
            link: link.map(str::to_owned),
            credential: None,
            minted: None,
            published: false,
            replaced,
        }
    }

    #[test]
    fn a_renewal_that_is_not_published_yet_has_the_files_of_its_path_to_itself() {
        let (one, other) = ("09521234543213", "09521234543220");
        let codes = vec![
            code(1, one, Some("replaced"), true),
            code(2, one, Some("old"), false),
            code(3, other, Some("other"), false),
            code(4, one, Some("renewal"), false),
            code(5, one, None, false),
        ];
        let ids: Vec<i64> = newest(codes).iter().map(|code| code.id.number()).collect();
        assert_eq!(ids, [3, 4, 5]);
    }
}
