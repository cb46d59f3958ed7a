//! What a client has and can take: `Accept-Encoding` and `If-None-Match` (RFC 9110 §12.5.3, §13.1.2).

use axum::http::{HeaderMap, HeaderValue, header};

/// How a body is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    Brotli,
    Gzip,
    Identity,
}

impl Coding {
    /// Its name in headers; none for what is not packed.
    pub(crate) fn name(self) -> Option<&'static str> {
        match self {
            Self::Brotli => Some("br"),
            Self::Gzip => Some("gzip"),
            Self::Identity => None,
        }
    }

    /// Whether the client takes it. What is not packed is taken by everybody.
    pub(crate) fn is_accepted(self, headers: &HeaderMap) -> bool {
        let Some(name) = self.name() else { return true };
        let mut wildcard = false;
        for entry in values(headers, &header::ACCEPT_ENCODING) {
            let (coding, parameters) = entry.split_once(';').unwrap_or((entry, ""));
            let coding = coding.trim();
            if coding.eq_ignore_ascii_case(name) {
                return has_weight(parameters);
            }
            if coding == "*" {
                wildcard = has_weight(parameters);
            }
        }
        wildcard
    }
}

/// Whether the client has that representation already.
pub(crate) fn has(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let Ok(tag) = tag.to_str() else { return false };
    values(headers, &header::IF_NONE_MATCH)
        .any(|entry| entry == "*" || entry.strip_prefix("W/").unwrap_or(entry) == tag)
}

fn values<'h>(headers: &'h HeaderMap, name: &header::HeaderName) -> impl Iterator<Item = &'h str> {
    let lines = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim)
}

/// Whether a weight is more than zero; one that cannot be read is none.
fn has_weight(parameters: &str) -> bool {
    let mut parameters = parameters.split(';').filter_map(|parameter| parameter.split_once('='));
    let weight = parameters.find(|(name, _)| name.trim().eq_ignore_ascii_case("q"));
    weight.is_none_or(|(_, weight)| weight.trim().parse::<f32>().is_ok_and(|weight| weight > 0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepting(value: &str) -> [bool; 3] {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_str(value).unwrap());
        [Coding::Brotli, Coding::Gzip, Coding::Identity].map(|coding| coding.is_accepted(&headers))
    }

    #[test]
    fn codings_are_taken_as_clients_say() {
        assert_eq!(accepting("gzip, deflate, br, zstd"), [true, true, true]);
        assert_eq!(accepting("BR;q=0.1,gzip;q=0"), [true, false, true]);
        assert_eq!(accepting("*"), [true, true, true]);
        assert_eq!(accepting("br;q=0, *;q=0.5"), [false, true, true]);
        assert_eq!(accepting("*;q=0"), [false, false, true]);
        assert_eq!(accepting("br ; q = nonsense"), [false, false, true]);
        assert_eq!(accepting("brotli"), [false, false, true]);
        assert!(!Coding::Brotli.is_accepted(&HeaderMap::new()));
    }

    #[test]
    fn tags_are_compared_whole() {
        let tag = HeaderValue::from_static("\"abc-br\"");
        let has_with = |value: &'static str| {
            has(&HeaderMap::from_iter([(header::IF_NONE_MATCH, HeaderValue::from_static(value))]), &tag)
        };
        assert!(has_with("\"abc-br\"") && has_with("\"x\", W/\"abc-br\"") && has_with("*"));
        assert!(!has_with("\"abc\"") && !has_with("abc-br") && !has_with(""));
        assert!(!has(&HeaderMap::new(), &tag));
    }
}
