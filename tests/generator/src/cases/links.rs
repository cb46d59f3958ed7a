//! Links: other spellings of the same, and faults before the seal.

use verilabel_label::{Gs1Path, LabelClaims, Lot, Serial};
use verilabel_wire::Profile;

use super::{Vector, sealed};
use crate::messages::{GTIN, HOST, claims, link, link_at, path};
use crate::packs::{index, key};

fn honest() -> String {
    sealed(&claims(3, index::VALID), &path(GTIN), Profile::Named, &key("sg")).0
}

fn honest_at(path: &Gs1Path) -> String {
    sealed(&claims(3, index::VALID), path, Profile::Named, &key("sg")).0
}

/// What set 82 has besides letters and digits.
const SIGNS: &str = "!\"%&'()*+,-./:;<=>?_";

/// A link with the characters undone that are legal in a segment of a path (RFC 3986 §3.3).
fn as_in_uris(link: &str) -> String {
    "!&'()*+,:;=".chars().fold(link.to_owned(), |link, sign| {
        link.replace(&format!("%{:02X}", u32::from(sign)), &sign.to_string())
    })
}

fn unit(serial: &str) -> Gs1Path {
    Gs1Path::of_unit(GTIN.parse().expect("a GTIN"), serial.parse::<Serial>().expect("a serial number"))
}

pub(super) fn all() -> Vec<Vector> {
    [good(), not_a_label(), broken_paths(), broken_fragments()].into_iter().flatten().collect()
}

fn good() -> Vec<Vector> {
    let (es256, es256_seal) = sealed(&claims(3, index::VALID), &path(GTIN), Profile::Named, &key("sg"));
    let (eddsa, eddsa_seal) = sealed(&claims(3, index::VALID), &path(GTIN), Profile::Named, &key("sg-eddsa"));
    let lean =
        LabelClaims { number: "CSA/220729/00777".parse().expect("a number"), ..claims(3, index::VALID) };
    let (lean, lean_seal) = sealed(&lean, &path(GTIN), Profile::Lean, &key("sg"));
    let lot = Gs1Path { lot: Some("L-1".parse::<Lot>().expect("a lot")), ..unit("A/1") };
    let variant = Gs1Path { variant: Some("2A".parse().expect("a variant")), ..lot.clone() };
    let third_party = Gs1Path { third_party_serial: Some("T-1".parse().expect("a number")), ..path(GTIN) };
    vec![
        Vector::good("in-force-es256", "An honest label, ES256.", es256).with_seal(es256_seal),
        Vector::good("in-force-eddsa", "An honest label, EdDSA.", eddsa).with_seal(eddsa_seal),
        Vector::good("in-force-lean", "An honest label without names.", lean).with_seal(lean_seal),
        Vector::good("in-force-unit", "An honest unit label: AI 21 in the path.", honest_at(&unit("A-1"))),
        Vector::good("in-force-lot", "An honest label with a lot and a serial number.", honest_at(&lot)),
        Vector::good(
            "in-force-variant",
            "An honest label with a consumer product variant, a lot and a serial number.",
            honest_at(&variant),
        ),
        Vector::good(
            "in-force-third-party",
            "An honest label with a serial number that a third party controls.",
            honest_at(&third_party),
        ),
        Vector::good(
            "every-character",
            "A serial number of all characters of set 82 that are no letters and no digits.",
            honest_at(&unit(SIGNS)),
        ),
        Vector::good(
            "every-character-as-it-is",
            "Those of them as they are that a URI has as they are: the same path after canonicalisation.",
            as_in_uris(&honest_at(&unit(SIGNS))),
        ),
        Vector::good(
            "percent-encoded-identifier",
            "An application identifier that is percent-encoded.",
            honest_at(&unit("A-1")).replace("/21/", "/%32%31/"),
        ),
        Vector::good("port", "A port.", honest().replace(HOST, &format!("{HOST}:8443"))),
        Vector::good(
            "prefix-with-a-gtin",
            "A path before the GS1 path that looks like one: the last one counts.",
            honest().replace("/01/", "/01/09521234543220/shop/01/"),
        ),
        Vector::good(
            "percent-encoded-path",
            "The path is percent-encoded where it need not be: the same path after canonicalisation.",
            honest().replace("/01/0952", "/0%31/%30952"),
        ),
        Vector::good(
            "percent-encoded-lower-case",
            "Hexadecimal digits of an encoded character in lower case.",
            honest_at(&unit("A/1")).replace("%2F", "%2f"),
        ),
        Vector::good("capitals", "Scheme and host in capitals.", {
            honest().replace(&format!("https://{HOST}"), "HTTPS://LABEL.EXAMPLE.SG")
        }),
        Vector::good("http", "The scheme http.", honest().replace("https:", "http:")),
        Vector::good(
            "query",
            "Data after the path, which the signature does not cover.",
            honest().replace('#', "?17=290722#"),
        ),
        Vector::good(
            "white-space",
            "White space before the link and a carriage return after it.",
            format!(" {}\r", honest()),
        ),
        Vector::good("prefix", "A path before the GS1 path.", honest().replace("/01/", "/shop/en/01/")),
        Vector::good(
            "foreign-host",
            "A host that is not the issuer's: authentic all the same, with a note.",
            honest().replace(HOST, "labels.attacker.example"),
        ),
    ]
}

fn not_a_label() -> Vec<Vector> {
    let other =
        |name, fault, link: &str, code| Vector::judge(name, fault, link.to_owned(), "cannot-tell", code);
    vec![
        other("not-a-web-address", "A code that is no web address.", "WIFI:S:home;;", "not-a-label-link"),
        other(
            "no-gtin",
            "A web address without a GTIN.",
            "https://label.example.sg/about",
            "not-a-label-link",
        ),
        other(
            "page-of-a-product",
            "An ordinary page about a product: its fragment begins with a letter.",
            &format!("https://{HOST}/01/{GTIN}#specs"),
            "no-seal",
        ),
        other(
            "page-of-a-blog",
            "An ordinary page whose path looks like a GS1 path.",
            "https://münchen.example/2026/01/15/opening",
            "not-a-label-link",
        ),
        other(
            "page-of-a-blog-section",
            "A section of such a page, with a number: the day of the page is no GTIN.",
            "https://münchen.example/2026/01/15/opening#1234",
            "not-a-label-link",
        ),
        other(
            "page-of-a-product-section",
            "An ordinary page about a product: one digit is the number of a section.",
            &format!("https://{HOST}/01/{GTIN}#1-setup"),
            "no-seal",
        ),
        other(
            "page-of-a-product-chapter",
            "The same where the number stands alone.",
            &format!("https://{HOST}/01/{GTIN}#0"),
            "no-seal",
        ),
        other(
            "no-seal",
            "A GS1 Digital Link without a seal.",
            &format!("https://{HOST}/01/{GTIN}"),
            "no-seal",
        ),
        other("empty-fragment", "An empty fragment.", &format!("https://{HOST}/01/{GTIN}#"), "no-seal"),
        other(
            "version-2",
            "A version of the future: neither genuine nor false.",
            &honest().replace("#1", "#2"),
            "seal-version-unknown",
        ),
        other(
            "version-2-with-another-path",
            "A version of the future, whose host and path may follow other rules.",
            &honest().replace("#1", "#2").replace(HOST, "[2001:db8::1]").replace(GTIN, "9521234543214/99/x"),
            "seal-version-unknown",
        ),
        other(
            "version-9",
            "Another version of the future.",
            &honest().replace("#1", "#9"),
            "seal-version-unknown",
        ),
        other(
            "version-2-long",
            "A version of the future, which may be longer.",
            &format!("https://{HOST}/01/{GTIN}#2{}", "0".repeat(7_100)),
            "seal-version-unknown",
        ),
        other(
            "page-too-long",
            "An ordinary address of more characters than a QR code holds.",
            &format!("https://{HOST}/about?{}", "a".repeat(7_100)),
            "not-a-label-link",
        ),
    ]
}

fn broken_paths() -> Vec<Vector> {
    let fake = |name, fault, link: String, code| Vector::fake(name, fault, link, code);
    let with_path = |path: &str| honest().replace(&format!("/01/{GTIN}"), path);
    vec![
        fake(
            "gtin-of-13",
            "A GTIN of 13 digits where 14 are due.",
            with_path("/01/9521234543213"),
            "gtin-not-14",
        ),
        fake("gtin-check-digit", "A wrong check digit.", with_path("/01/09521234543214"), "gtin-check-digit"),
        fake("gtin-of-9", "A GTIN of 9 digits.", with_path("/01/952123454"), "gtin-length"),
        fake(
            "serial-with-blank",
            "A serial number with a blank.",
            with_path("/01/09521234543213/21/A%201"),
            "field-character",
        ),
        fake(
            "serial-too-long",
            "A serial number of 21 characters.",
            with_path("/01/09521234543213/21/123456789012345678901"),
            "field-too-long",
        ),
        fake("serial-empty", "An empty serial number.", with_path("/01/09521234543213/21/"), "field-empty"),
        fake(
            "qualifier-unknown",
            "An application identifier that is no qualifier of a GTIN.",
            with_path("/01/09521234543213/99/x"),
            "qualifier-unknown",
        ),
        fake(
            "qualifier-order",
            "The serial number before the lot.",
            with_path("/01/09521234543213/21/x/10/y"),
            "qualifier-order",
        ),
        fake(
            "qualifier-twice",
            "Two serial numbers.",
            with_path("/01/09521234543213/21/x/21/y"),
            "qualifier-order",
        ),
        fake(
            "qualifier-without-value",
            "A qualifier at the end of the path.",
            with_path("/01/09521234543213/21"),
            "qualifier-without-value",
        ),
        fake(
            "percent-encoding",
            "A percent sign without two hexadecimal digits.",
            with_path("/01/09521234543213/21/A%2"),
            "percent-encoding",
        ),
        fake(
            "user-information",
            "User information, which makes one host look like another.",
            honest().replace(HOST, "label.example.sg@attacker.example"),
            "link-host",
        ),
        fake(
            "host-character",
            "A character that no name of a host has.",
            honest().replace(HOST, "label_example.sg"),
            "link-host",
        ),
        fake(
            "port-letters",
            "A port that is no number.",
            honest().replace(HOST, &format!("{HOST}:x")),
            "link-host",
        ),
        fake(
            "lot-with-blank",
            "A lot with a blank.",
            with_path("/01/09521234543213/10/A%201"),
            "field-character",
        ),
        fake(
            "third-party-too-long",
            "A third party's serial number of 29 characters.",
            with_path(&format!("/01/09521234543213/235/{}", "1".repeat(29))),
            "field-too-long",
        ),
    ]
}

fn broken_fragments() -> Vec<Vector> {
    let fake = |name, fault, link: String, code| Vector::fake(name, fault, link, code);
    let start = format!("https://{HOST}/01/{GTIN}#");
    let mut cut = honest();
    cut.pop();
    cut.pop();
    vec![
        fake(
            "leading-zero",
            "Digits that begin with 0.",
            honest().replace("#1", "#0"),
            "fragment-leading-zero",
        ),
        fake("no-digit", "A letter among the digits.", format!("{start}1255x"), "fragment-not-digits"),
        fake("digits-cut-off", "Two digits cut off the end.", cut, "fragment-length"),
        fake(
            "group-too-large",
            "A group larger than seven bytes.",
            format!("{start}199999999999999999"),
            "fragment-overflow",
        ),
        fake(
            "last-group-too-large",
            "A last group larger than one byte.",
            format!("{start}1256"),
            "fragment-overflow",
        ),
        fake(
            "digits-of-another-script",
            "Digits of another script.",
            format!("{start}1255\u{663}\u{663}"),
            "fragment-not-digits",
        ),
        fake(
            "link-too-long",
            "More characters than a QR code holds.",
            format!("{start}1{}", "0".repeat(7_100)),
            "link-too-long",
        ),
        fake("seal-too-long", "A seal of 2,049 bytes.", link(&path(GTIN), &[0; 2_049]), "seal-too-long"),
        fake("seal-of-nothing", "A seal of one zero byte.", link_at(HOST, &path(GTIN), &[0]), "cbor-type"),
    ]
}
