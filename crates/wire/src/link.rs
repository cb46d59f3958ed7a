//! The label link: GS1 Digital Link URI Syntax 1.6 for key 01, with the seal in its fragment
//! (docs/spec/label-link.md).

use std::borrow::Cow;
use std::fmt;

use verilabel_label::{FieldError, Gs1Path, Gtin, Lot, Serial, ThirdPartySerial, Variant};

use crate::digits::{self, DigitsError};

/// The version digit that opens the fragment.
const VERSION: u8 = b'1';
/// More characters than any QR code holds (version 40-L, numeric: 7,089).
const MAX_LENGTH: usize = 7_089;
/// Digits of the shortest GTIN. Fewer are the day of a page, `/2026/01/15/`.
const SHORTEST_GTIN: usize = 8;

/// A label link, taken apart. Nothing in it is verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelLink<'t> {
    /// Host and port, as written.
    pub host: &'t str,
    /// What stands between host and GS1 path; empty in links of our minting.
    pub prefix: &'t str,
    /// GTIN and qualifiers: what the seal is bound to.
    pub path: Gs1Path,
    /// GS1 data attributes and anything else after `?`. The seal does not cover it.
    pub query: Option<&'t str>,
    /// The bytes of the seal.
    pub seal: Vec<u8>,
}

impl<'t> LabelLink<'t> {
    /// Reads a label link.
    ///
    /// Boxes carry many codes. Only an address whose fragment begins with two digits claims to carry a seal, and
    /// only where there is a GTIN too is any fault held against it: all else is something else.
    pub fn parse(text: &'t str) -> Result<Self, LinkError> {
        let rest = after_scheme(text).ok_or(LinkError::NotHttp)?;
        let (before_fragment, fragment) = rest.split_once('#').unwrap_or((rest, ""));
        let (hierarchy, query) = match before_fragment.split_once('?') {
            Some((hierarchy, query)) => (hierarchy, Some(query)),
            None => (before_fragment, None),
        };
        let (host, path) = hierarchy.split_at(hierarchy.find('/').unwrap_or(hierarchy.len()));
        let segments = Segments::find(path).ok_or(LinkError::NoGtin)?;
        check_version(fragment)?;
        if text.len() > MAX_LENGTH {
            return Err(LinkError::TooLong { length: text.len(), max: MAX_LENGTH });
        }
        check_host(host)?;
        let path = segments.gs1_path()?;
        Ok(Self { host, prefix: segments.prefix, path, query, seal: unseal_fragment(fragment)? })
    }
}

/// RFC 3986 §3.1: the scheme's case does not matter.
fn after_scheme(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_once("://")?;
    (scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http")).then_some(rest)
}

/// A registered name or IPv4 address with an optional port. User information is refused: it makes one
/// host look like another.
fn check_host(host: &str) -> Result<(), LinkError> {
    let (name, port) = match host.split_once(':') {
        Some((name, port)) => (name, Some(port)),
        None => (host, None),
    };
    let name_ok = !name.is_empty()
        && name.len() <= 253
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.');
    let port_ok =
        port.is_none_or(|port| (1..=5).contains(&port.len()) && port.bytes().all(|b| b.is_ascii_digit()));
    if name_ok && port_ok { Ok(()) } else { Err(LinkError::Host { host: cut(host) }) }
}

/// The path of an address from key 01 on.
struct Segments<'t> {
    /// What stands before it.
    prefix: &'t str,
    key: &'t str,
}

impl<'t> Segments<'t> {
    /// Finds the last key 01 followed by a GTIN: what stands before may look like one, a date for instance. No qualifier
    /// does, because another qualifier follows its value, and that has no eight digits.
    fn find(path: &'t str) -> Option<Self> {
        path.rmatch_indices('/').find_map(|(slash, _)| {
            let key = path.get(slash + 1..)?;
            let mut segments = key.splitn(3, '/');
            let found = is_ai(segments.next()?, "01") && segments.next().is_some_and(looks_like_gtin);
            found.then_some(Self { prefix: path.get(..slash)?, key })
        })
    }

    /// Reads the key with its qualifiers.
    fn gs1_path(&self) -> Result<Gs1Path, LinkError> {
        let mut segments = self.key.split('/').skip(1);
        let mut out = Gs1Path::of(Gtin::from_14(&decoded(segments.next().unwrap_or_default())?)?);
        let mut last = 0;
        while let Some(ai) = segments.next() {
            let value = segments.next().ok_or_else(|| LinkError::QualifierWithoutValue { ai: cut(ai) })?;
            let place = qualifier(&mut out, &decoded(ai)?, &decoded(value)?)?;
            if place <= last || (last > 0 && place == THIRD_PARTY) {
                return Err(LinkError::QualifierOrder { ai: cut(ai) });
            }
            last = place;
        }
        Ok(out)
    }
}

/// Reads a GS1 path in its canonical spelling ([`Gs1Path::write_canonical`]), and in no other.
///
/// # Errors
/// Those of the path of a label link, and [`LinkError::NotCanonical`].
pub fn canonical_path(text: &str) -> Result<Gs1Path, LinkError> {
    let path = Segments::find(text).ok_or(LinkError::NoGtin)?.gs1_path()?;
    let canonical = path.to_string();
    if canonical == text { Ok(path) } else { Err(LinkError::NotCanonical { canonical }) }
}

/// AI 235 stands alone: it comes after none of 22, 10 and 21, and none of them comes after it.
const THIRD_PARTY: u8 = 4;

/// Reads one qualifier and gives its place in the order of GS1.
fn qualifier(path: &mut Gs1Path, ai: &str, value: &str) -> Result<u8, LinkError> {
    Ok(match ai {
        "22" => {
            path.variant = Some(Variant::new(value)?);
            1
        }
        "10" => {
            path.lot = Some(Lot::new(value)?);
            2
        }
        "21" => {
            path.serial = Some(Serial::new(value)?);
            3
        }
        "235" => {
            path.third_party_serial = Some(ThirdPartySerial::new(value)?);
            THIRD_PARTY
        }
        other => return Err(LinkError::UnknownQualifier { ai: cut(other) }),
    })
}

fn is_ai(segment: &str, ai: &str) -> bool {
    decoded(segment).is_ok_and(|text| text == ai)
}

fn looks_like_gtin(segment: &str) -> bool {
    decoded(segment).is_ok_and(|text| text.len() >= SHORTEST_GTIN && text.bytes().all(|b| b.is_ascii_digit()))
}

/// Undoes percent-encoding (RFC 3986 §2.1). Every spelling of a character means the same path.
fn decoded(segment: &str) -> Result<Cow<'_, str>, LinkError> {
    if !segment.contains('%') {
        return Ok(Cow::Borrowed(segment));
    }
    let refuse = || LinkError::PercentEncoding { segment: cut(segment) };
    let mut out = Vec::with_capacity(segment.len());
    let mut bytes = segment.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let digit = |b: Option<u8>| char::from(b?).to_digit(16);
            let (high, low) =
                (digit(bytes.next()).ok_or_else(refuse)?, digit(bytes.next()).ok_or_else(refuse)?);
            out.push(u8::try_from(high * 16 + low).map_err(|_| refuse())?);
        } else {
            out.push(byte);
        }
    }
    String::from_utf8(out).map(Cow::Owned).map_err(|_| refuse())
}

/// Whether the fragment claims to carry a seal of this version. Chapters of pages have numbers of one digit, and a
/// version of the future may have another length, host and path: neither is judged by the rules of this one.
fn check_version(fragment: &str) -> Result<(), LinkError> {
    match fragment.as_bytes() {
        [first, second, ..] if first.is_ascii_digit() && second.is_ascii_digit() => match first {
            b'2'.. => Err(LinkError::UnknownVersion { version: char::from(*first) }),
            _ => Ok(()),
        },
        _ => Err(LinkError::NoSeal),
    }
}

fn unseal_fragment(fragment: &str) -> Result<Vec<u8>, LinkError> {
    match fragment.as_bytes() {
        [VERSION, digits @ ..] => Ok(digits::decode(digits)?),
        _ => Err(LinkError::LeadingZero),
    }
}

fn cut(text: &str) -> String {
    text.chars().take(64).collect()
}

/// Where an authority's label links live: scheme and host, such as `https://label.example.sg`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LinkBase(String);

impl LinkBase {
    /// Reads `https://HOST[:PORT]`, or the same in capitals, which QR codes pack tighter.
    pub fn new(text: &str) -> Result<Self, LinkError> {
        let host = after_scheme(text).ok_or(LinkError::NotHttp)?;
        check_host(host)?;
        Ok(Self(text.to_owned()))
    }

    /// Host and port.
    #[must_use]
    pub fn host(&self) -> &str {
        after_scheme(&self.0).unwrap_or_default()
    }

    /// Writes the label link of a seal for the product at `path`.
    #[must_use]
    pub fn link(&self, path: &Gs1Path, seal: &[u8]) -> String {
        let mut out = String::with_capacity(self.0.len() + 64 + seal.len() * 5 / 2);
        out.push_str(&self.0);
        path.write_canonical(&mut out);
        out.push('#');
        out.push(char::from(VERSION));
        digits::encode(seal, &mut out);
        out
    }
}

impl fmt::Display for LinkBase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Why text is not a label link, or not a sound one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LinkError {
    /// Not an http or https URI at all.
    #[error("this is no web address, so it is no label link")]
    NotHttp,
    /// More characters than a QR code holds.
    #[error("{length} characters are more than any QR code holds ({max})")]
    TooLong {
        /// Characters found.
        length: usize,
        /// Characters allowed.
        max: usize,
    },
    /// A host that no label link has.
    #[error("{host:?} is no host name that a label link may have")]
    Host {
        /// The host as written.
        host: String,
    },
    /// No `/01/` and number of at least eight digits in the path.
    #[error("the address has no GTIN (no /01/ followed by a number), so it is no label link")]
    NoGtin,
    /// A GTIN or qualifier with a bad value.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// A qualifier that key 01 does not have.
    #[error("{ai:?} is no qualifier of a GTIN; those are 22, 10 and 21, or 235")]
    UnknownQualifier {
        /// The application identifier as written.
        ai: String,
    },
    /// A qualifier at the end of the path.
    #[error("qualifier {ai:?} has no value")]
    QualifierWithoutValue {
        /// The application identifier as written.
        ai: String,
    },
    /// Qualifiers out of order, twice, or in a forbidden company.
    #[error("qualifier {ai:?} stands out of order: 22, 10, 21, or 235 alone")]
    QualifierOrder {
        /// The application identifier as written.
        ai: String,
    },
    /// Another spelling than the canonical one, where that one is due.
    #[error("the path is spelt in another way than {canonical:?}")]
    NotCanonical {
        /// The spelling due.
        canonical: String,
    },
    /// `%` without two hexadecimal digits, or bytes that are not UTF-8.
    #[error("{segment:?} is not percent-encoded as it must be")]
    PercentEncoding {
        /// The segment as written.
        segment: String,
    },
    /// No fragment, or one that does not begin with two digits.
    #[error("the address names a product but carries no seal")]
    NoSeal,
    /// A fragment that begins with 0: no version.
    #[error("the seal's digits begin with 0, which is no version")]
    LeadingZero,
    /// A version of the future.
    #[error("the seal has version {version}, this verifier knows version 1: update it")]
    UnknownVersion {
        /// The version digit.
        version: char,
    },
    /// The digits.
    #[error("the seal's digits: {0}")]
    Digits(#[from] DigitsError),
}

impl LinkError {
    /// The stable code of this refusal.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotHttp | Self::NoGtin => "not-a-label-link",
            Self::TooLong { .. } => "link-too-long",
            Self::Host { .. } => "link-host",
            Self::Field(error) => error.code(),
            Self::UnknownQualifier { .. } => "qualifier-unknown",
            Self::QualifierWithoutValue { .. } => "qualifier-without-value",
            Self::QualifierOrder { .. } => "qualifier-order",
            Self::NotCanonical { .. } => "path-not-canonical",
            Self::PercentEncoding { .. } => "percent-encoding",
            Self::NoSeal => "no-seal",
            Self::LeadingZero => "fragment-leading-zero",
            Self::UnknownVersion { .. } => "seal-version-unknown",
            Self::Digits(error) => error.code(),
        }
    }

    /// Whether this is something else than a label link, rather than a damaged or made-up one.
    #[must_use]
    pub fn is_something_else(&self) -> bool {
        matches!(self, Self::NotHttp | Self::NoGtin | Self::NoSeal)
    }
}

#[cfg(test)]
mod tests;
