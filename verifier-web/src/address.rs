//! Which addresses there are.

/// What an address leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Address<'a> {
    /// The page: where people begin, and every label link. The page itself reads which.
    Page,
    /// A file of the page.
    App,
    /// The root metadata that visitors pin.
    Root,
    /// A file of the shelf, by its path there.
    Shelf(&'a str),
    /// A file of the publication folder, by its path there.
    Publication(&'a str),
    /// Nothing.
    Nowhere,
}

impl<'a> Address<'a> {
    /// Of the path of a URL, as it was sent: nothing that is served needs percent-encoding.
    pub(crate) fn of(path: &'a str) -> Self {
        let Some(below) = path.strip_prefix('/') else { return Self::Nowhere };
        match below.split_once('/') {
            None if below.is_empty() => Self::Page,
            None if below == "root.json" => Self::Root,
            None if ["index.html", "manifest.webmanifest", "sw.js"].contains(&below) => Self::App,
            // A label link, whatever its qualifiers (GS1 Digital Link URI syntax).
            Some(("01", _)) => Self::Page,
            Some(("app", _)) => Self::App,
            Some(("shelf", "")) => Self::Shelf("index.html"),
            Some(("shelf", file)) if is_plain(file) => Self::Shelf(file),
            _ if is_plain(below) && !is_reserved(below) => Self::Publication(below),
            _ => Self::Nowhere,
        }
    }

    /// For counting: never which file it was.
    pub(crate) fn kind(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::App => "app",
            Self::Root => "root",
            Self::Shelf(_) => "shelf",
            Self::Publication("pack.tar.gz") => "pack",
            Self::Publication(_) => "publication",
            Self::Nowhere => "nowhere",
        }
    }
}

/// Names of the page's own, which no publication can take.
fn is_reserved(path: &str) -> bool {
    let first = path.split('/').next().unwrap_or_default();
    ["01", "app", "shelf", "healthz", "metrics"].contains(&first)
}

/// Whether every part is a plain name. Hidden files are not served, but for `.well-known` (RFC 8615).
fn is_plain(path: &str) -> bool {
    let plain = |(place, part): (usize, &str)| {
        let visible = !part.starts_with('.') || (place == 0 && part == ".well-known");
        let known = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~');
        visible && !part.is_empty() && part.len() <= 255 && part.bytes().all(known)
    };
    path.split('/').enumerate().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_leads_to_one_thing() {
        for (path, due) in [
            ("/", Address::Page),
            ("/01/09520000000011", Address::Page),
            ("/01/09520000000011/21/A%2F1", Address::Page),
            ("/01/..%2f..", Address::Page),
            ("/sw.js", Address::App),
            ("/app/0123/js/main.js", Address::App),
            ("/app/../sw.js", Address::App),
            ("/root.json", Address::Root),
            ("/pack.tar.gz", Address::Publication("pack.tar.gz")),
            ("/.well-known/did.json", Address::Publication(".well-known/did.json")),
            ("/status/1-revocation", Address::Publication("status/1-revocation")),
            ("/labels/01/09520000000011/link.txt", Address::Publication("labels/01/09520000000011/link.txt")),
            ("/shelf/", Address::Shelf("index.html")),
            ("/shelf/shelf.css", Address::Shelf("shelf.css")),
        ] {
            assert_eq!(Address::of(path), due, "{path}");
        }
    }

    #[test]
    fn nothing_leads_out_of_a_folder() {
        for path in [
            "",
            "*",
            "pack.tar.gz",
            "//etc/passwd",
            "/..",
            "/../etc/passwd",
            "/pack/../../etc/passwd",
            "/pack/..",
            "/pack/.",
            "/pack/",
            "/pack//timestamp.json",
            "/pack/%2e%2e/x",
            "/pack/..%2fx",
            "/pack\\..\\x",
            "/.git/config",
            "/.lock",
            "/pack/.well-known",
            "/pack.tar.gz#1",
            "/pack/a b",
            "/pack/\u{e4}",
            "/shelf",
            "/shelf/../x",
            "/shelf/.x",
            "/01",
            "/app",
            "/metrics/x",
            "/healthz",
        ] {
            assert_eq!(Address::of(path), Address::Nowhere, "{path}");
        }
    }
}
