//! Role names and target paths as file names and in URLs (RFC 3986 §2.1).

/// A name as one segment of a path: whatever is not unreserved (RFC 3986 §2.3) is percent-encoded, `/` too,
/// as other clients of the framework do.
#[must_use]
pub fn as_segment(name: &str) -> String {
    encode(name, |byte| byte.is_ascii_alphanumeric() || b"_.-~".contains(&byte))
}

/// A target path below a base URL. It is a path-relative URL string by definition (§4.5), so that only what no
/// URL holds is encoded, and what would begin a query or a fragment.
#[cfg(feature = "http")]
pub(crate) fn as_url_path(path: &str) -> String {
    encode(path, |byte| byte.is_ascii_graphic() && !b"\"#<>?[\\]^`{|}".contains(&byte))
}

fn encode(text: &str, plain: impl Fn(u8) -> bool) -> String {
    use std::fmt::Write;
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        if plain(byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_single_segments() {
        assert_eq!(as_segment("partner-fi.traficom~1_a"), "partner-fi.traficom~1_a");
        assert_eq!(as_segment("../a b"), "..%2Fa%20b");
        assert_eq!(as_segment("?#%ä"), "%3F%23%25%C3%A4");
    }

    #[cfg(feature = "http")]
    #[test]
    fn paths_stay_paths() {
        assert_eq!(as_url_path("a/b%20c.json"), "a/b%20c.json");
        assert_eq!(as_url_path("a b?c#d"), "a%20b%3Fc%23d");
    }
}
