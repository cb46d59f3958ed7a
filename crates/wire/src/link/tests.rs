use super::*;

const GTIN: &str = "09521234543213";

fn parse(path: &str) -> Result<LabelLink<'_>, LinkError> {
    LabelLink::parse(path)
}

fn code(text: &str) -> &'static str {
    parse(text).unwrap_err().code()
}

#[test]
fn a_minted_link_reads_back() {
    let base = LinkBase::new("https://label.example.sg").unwrap();
    let path = Gs1Path::of_unit(Gtin::new(GTIN).unwrap(), Serial::new("A/1").unwrap());
    let text = base.link(&path, &[0xD2, 0x84, 0xFF]);
    assert_eq!(text, "https://label.example.sg/01/09521234543213/21/A%2F1#113796607");
    let link = parse(&text).unwrap();
    assert_eq!((link.host, link.prefix, link.query), ("label.example.sg", "", None));
    assert_eq!((link.path, link.seal), (path, vec![0xD2, 0x84, 0xFF]));
}

#[test]
fn other_spellings_of_the_same_path_are_the_same_path() {
    let plain = parse("https://a.example/01/09521234543213/21/A-1#1255").unwrap();
    for spelling in [
        "https://a.example/01/09521234543213/21/A%2D1#1255",
        "https://a.example/01/09521234543213/21/%41%2d%31#1255",
        "https://a.example/0%31/0952123454321%33/2%31/A-1#1255",
        "HTTPS://a.example/01/09521234543213/21/A-1#1255",
        "http://a.example/01/09521234543213/21/A-1#1255",
    ] {
        assert_eq!(parse(spelling).unwrap().path, plain.path, "{spelling}");
    }
}

#[test]
fn legal_surroundings_are_tolerated() {
    let link =
        parse("https://a.example:8443/shop/en/01/09521234543213/10/L1/21/S1?17=261231&x=y#1255").unwrap();
    assert_eq!((link.host, link.prefix, link.query), ("a.example:8443", "/shop/en", Some("17=261231&x=y")));
    assert_eq!(link.path.to_string(), "/01/09521234543213/10/L1/21/S1");
    assert!(parse("https://a.example/01/09521234543213/235/TPX1#1255").is_ok());
    assert!(parse("https://a.example/01/09521234543213/22/V/10/L/21/S#1255").is_ok());
}

#[test]
fn something_else_is_not_a_broken_label() {
    for text in ["", "hello", "WIFI:S:net;;", "ftp://a.example/01/09521234543213#1255", "https://a.example/"]
    {
        assert_eq!(code(text), "not-a-label-link", "{text}");
    }
    for text in ["https://a.example/01/09521234543213", "https://a.example/01/09521234543213#"] {
        let error = parse(text).unwrap_err();
        assert_eq!(error.code(), "no-seal");
        assert!(error.is_something_else());
    }
    assert!(parse("https://a.example/").unwrap_err().is_something_else());
}

#[test]
fn faults_of_the_path_have_names() {
    for (path, expected) in [
        ("/01/9521234543213", "gtin-not-14"),
        ("/01/09521234543214", "gtin-check-digit"),
        ("/01/952123454", "gtin-length"),
        ("/01/09521234543213/21/A%20B", "field-character"),
        ("/01/09521234543213/21/", "field-empty"),
        ("/01/09521234543213/", "qualifier-without-value"),
        ("/01/09521234543213/21", "qualifier-without-value"),
        ("/01/09521234543213/99/x", "qualifier-unknown"),
        ("/01/09521234543213/21/x/10/y", "qualifier-order"),
        ("/01/09521234543213/21/x/21/y", "qualifier-order"),
        ("/01/09521234543213/10/y/235/x", "qualifier-order"),
        ("/01/09521234543213/235/x/21/y", "qualifier-order"),
        ("/01/09521234543213/21/A%2", "percent-encoding"),
        ("/01/09521234543213/21/%FF", "percent-encoding"),
        ("/01/09521234543213/21/123456789012345678901", "field-too-long"),
    ] {
        assert_eq!(code(&format!("https://a.example{path}#1255")), expected, "{path}");
    }
}

#[test]
fn faults_of_host_and_fragment_have_names() {
    for (host, fragment, expected) in [
        ("", "1255", "link-host"),
        ("csa.example@evil.example", "1255", "link-host"),
        ("a_b.example", "1255", "link-host"),
        ("a.example:", "1255", "link-host"),
        ("[::1]", "1255", "link-host"),
        ("a.example", "0255", "fragment-leading-zero"),
        ("a.example", "2255", "seal-version-unknown"),
        ("a.example", "x255", "no-seal"),
        ("a.example", "12x5", "fragment-not-digits"),
        ("a.example", "1256", "fragment-overflow"),
        ("a.example", "12", "fragment-length"),
        ("a.example", "1", "no-seal"),
        ("a.example", "", "no-seal"),
        ("a.example", "0", "no-seal"),
        ("a.example", "3", "no-seal"),
        ("a.example", "1-setup", "no-seal"),
        ("a.example", "2nd", "no-seal"),
        ("a.example", "9x5", "no-seal"),
        ("a.example", "02", "fragment-leading-zero"),
    ] {
        assert_eq!(code(&format!("https://{host}/01/{GTIN}#{fragment}")), expected, "{host} {fragment}");
    }
    let long = format!("https://a.example/01/{GTIN}#1{}", "0".repeat(8_000));
    assert_eq!(code(&long), "link-too-long");
}

#[test]
fn a_version_of_the_future_is_not_judged_by_our_rules() {
    let long = format!("https://a.example/01/{GTIN}#2{}", "0".repeat(8_000));
    for text in [
        "https://a.example/01/09521234543213/99/x#21",
        "https://a.example/01/9521234543213#395",
        "https://[::1]/01/09521234543214/21/#9900",
        &long,
    ] {
        assert_eq!(code(text), "seal-version-unknown", "{text}");
        assert!(!parse(text).unwrap_err().is_something_else());
    }
    assert_eq!(code("https://a.example/2026/01/15/#21"), "not-a-label-link");
}

#[test]
fn a_short_number_after_01_is_a_day() {
    let link = parse("https://a.example/2026/01/15/01/09521234543213#1255").unwrap();
    assert_eq!((link.prefix, link.path.to_string().as_str()), ("/2026/01/15", "/01/09521234543213"));
    assert_eq!(code("https://a.example/01/9521234#1255"), "not-a-label-link");
    assert_eq!(code("https://a.example/01/95212345#1255"), "gtin-check-digit");
}

/// As GS1's own reader has it: AIs and values in pairs from the end, up to the key.
#[test]
fn the_last_key_counts() {
    let link = parse("https://a.example/01/20260115/01/09521234543213/10/01/21/5#1255").unwrap();
    assert_eq!(link.prefix, "/01/20260115");
    assert_eq!(link.path.to_string(), "/01/09521234543213/10/01/21/5");
}

#[test]
fn other_codes_of_a_box_are_something_else() {
    let long = "a".repeat(10_000);
    for text in [
        "https://blog.example/2024/01/15/some-post",
        "https://blog.example/2024/01/15/some-post#1234",
        "https://brand.example/01/09521234543213#1-setup",
        "https://brand.example/01/9521234543213",
        "https://brand.example/01/09521234543213",
        "https://brand.example/01/09521234543213#specs",
        "https://brand.example/page#3",
        "https://münchen.example/",
        "https://[::1]/hello",
        "https://user@shop.example/x",
        "WIFI:T:WPA;S:Home;P:secret;;",
        &long,
    ] {
        assert!(LabelLink::parse(text).unwrap_err().is_something_else(), "{text}");
    }
}

#[test]
fn a_path_has_one_canonical_spelling() {
    let read = |text| canonical_path(text).map(|path| path.to_string()).map_err(|e| e.code());
    assert_eq!(read("/01/09521234543213/21/A%2F1"), Ok("/01/09521234543213/21/A%2F1".to_owned()));
    assert_eq!(read("/01/09521234543213/21/A%2f1"), Err("path-not-canonical"));
    assert_eq!(read("/p/01/09521234543213"), Err("path-not-canonical"));
    assert_eq!(read("/01/09521234543213/"), Err("qualifier-without-value"));
    assert_eq!(read("/01/9521234543213"), Err("gtin-not-14"));
    assert_eq!(read(""), Err("not-a-label-link"));
}
