//! Which file is at which address, how it is packed, and what is said with it.

use std::fs;
use std::io::Read;
use std::os::unix::fs::symlink;

use flate2::read::GzDecoder;

use crate::http::{get, get_with, request, send};
use crate::place::{INDEX, PACKED, Place, SCRIPT};

const MAIN: &str = "/app/0123/js/main.js";

#[test]
fn the_page_is_at_the_start_and_at_every_label_link() {
    let place = Place::new();
    let server = place.serve();
    for path in ["/", "/01/09520000000011", "/01/09520000000011/21/A%2F1", "/01/1", "/?x=1"] {
        let answer = get(server.address, path);
        assert_eq!((answer.status, answer.text().as_str()), (200, INDEX), "{path}");
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(answer.header("cache-control"), "no-cache");
    }
}

#[test]
fn every_file_has_its_type_and_its_time() {
    let place = Place::new();
    let server = place.serve();
    let for_good = "public, max-age=31536000, immutable";
    for (path, media_type, keep) in [
        (MAIN, "text/javascript; charset=utf-8", for_good),
        ("/app/0123/wasm/verify_bg.wasm", "application/wasm", for_good),
        ("/sw.js", "text/javascript; charset=utf-8", "no-cache"),
        ("/manifest.webmanifest", "application/manifest+json", "no-cache"),
        ("/root.json", "application/json", "no-cache"),
        ("/pack.tar.gz", "application/gzip", "no-cache"),
        ("/pack/metadata/1.root.json", "application/json", for_good),
        ("/pack/metadata/timestamp.json", "application/json", "no-cache"),
        ("/status/1", "application/statuslist+cwt", "no-cache"),
        ("/status/1-revocation", "application/vc+jwt", "no-cache"),
        ("/.well-known/did.json", "application/did+json", "no-cache"),
        ("/labels/01/09520000000011/link.txt", "text/plain; charset=utf-8", "no-cache"),
        ("/labels/01/09520000000011/label.svg", "image/svg+xml", "no-cache"),
        ("/labels/01/09520000000011/credential.jwt", "application/vc+jwt", "no-cache"),
    ] {
        let answer = get(server.address, path);
        let found = (answer.status, answer.header("content-type"), answer.header("cache-control"));
        assert_eq!(found, (200, media_type, keep), "{path}");
        assert_eq!(answer.header("content-length"), answer.body.len().to_string(), "{path}");
    }
}

#[test]
fn files_come_packed_as_clients_take_them() {
    let place = Place::new();
    let server = place.serve();
    let with = |accepted| get_with(server.address, MAIN, &[("accept-encoding", accepted)]);
    let brotli = with("gzip, deflate, br, zstd");
    assert_eq!((brotli.header("content-encoding"), brotli.text().as_str()), ("br", PACKED));
    let gzip = with("gzip");
    assert_eq!(gzip.header("content-encoding"), "gzip");
    let mut text = String::new();
    GzDecoder::new(&gzip.body[..]).read_to_string(&mut text).unwrap();
    assert_eq!(text, SCRIPT);
    let plain = with("zstd, br;q=0");
    assert_eq!((plain.header("content-encoding"), plain.text().as_str()), ("", SCRIPT));
    let tags = [&brotli, &gzip, &plain].map(|answer| answer.header("etag").to_owned());
    assert!(
        tags[0] != tags[1] && tags[1] != tags[2] && tags.iter().all(|tag| tag.starts_with('"')),
        "{tags:?}"
    );
    for answer in [brotli, gzip, plain] {
        assert_eq!(answer.header("vary"), "accept-encoding");
    }
    assert_eq!(
        get(server.address, "/app/0123/js/main.js.br").status,
        404,
        "packed files are no files of the page"
    );
}

#[test]
fn what_a_client_has_is_not_sent_again() {
    let place = Place::new();
    let server = place.serve();
    for (path, coding) in
        [(MAIN, "br"), (MAIN, "identity"), ("/", "br"), ("/pack.tar.gz", "br"), ("/root.json", "")]
    {
        let first = get_with(server.address, path, &[("accept-encoding", coding)]);
        let tag = first.header("etag").to_owned();
        let headers = [("accept-encoding", coding), ("if-none-match", tag.as_str())];
        let again = get_with(server.address, path, &headers);
        assert_eq!((again.status, again.body.len(), again.header("etag")), (304, 0, tag.as_str()), "{path}");
        assert_eq!(again.header("cache-control"), first.header("cache-control"));
        assert_eq!(again.header("content-security-policy"), first.header("content-security-policy"));
        let other = get_with(server.address, path, &[("if-none-match", "\"another\"")]);
        assert_eq!(other.status, 200);
    }
}

#[test]
fn head_says_the_same_without_the_content() {
    let place = Place::new();
    let server = place.serve();
    for path in ["/", MAIN, "/pack.tar.gz", "/nothing", "/healthz"] {
        let (full, head) =
            (get(server.address, path), send(server.address, request("HEAD", path, &[]).as_bytes()));
        assert_eq!((head.status, head.body.len()), (full.status, 0), "{path}");
        for name in ["content-length", "etag", "content-type", "cache-control"] {
            assert_eq!(head.header(name), full.header(name), "{path} {name}");
        }
    }
}

#[test]
fn every_answer_is_guarded() {
    let place = Place::new();
    let server = place.serve();
    let address = server.address;
    let answers = [
        get(address, "/"),
        get(address, "/01/09520000000011"),
        get(address, MAIN),
        get(address, "/sw.js"),
        get(address, "/root.json"),
        get(address, "/pack.tar.gz"),
        get(address, "/labels/01/09520000000011/label.svg"),
        get(address, "/nothing"),
        get(address, "/healthz"),
        get(address, "/metrics"),
        send(address, request("POST", "/", &[]).as_bytes()),
    ];
    for answer in &answers {
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        let policy = answer.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none';") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        assert!(
            !policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'") && !policy.contains('*')
        );
        assert!(["same-origin", "cross-origin"].contains(&answer.header("cross-origin-resource-policy")));
        assert_eq!(
            answer.header("strict-transport-security"),
            "",
            "without TLS nobody is told to insist on it"
        );
        assert_eq!(answer.header("set-cookie"), "");
        assert_eq!(answer.header("server"), "");
    }
    let document = &answers[0];
    for part in
        ["base-uri 'none'", "form-action 'none'", "require-trusted-types-for 'script'", "worker-src 'self'"]
    {
        assert!(document.header("content-security-policy").contains(part), "{part}");
    }
    let permissions = document.header("permissions-policy");
    assert!(permissions.contains("camera=(self)") && permissions.contains("geolocation=()"), "{permissions}");
    assert_eq!(document.header("cross-origin-opener-policy"), "same-origin");
    let origins = answers.each_ref().map(|answer| answer.header("access-control-allow-origin"));
    assert_eq!(
        origins,
        ["", "", "", "", "", "*", "*", "", "", "", ""],
        "only what is published is for everybody"
    );
}

#[test]
fn only_reading_is_possible() {
    let place = Place::new();
    let server = place.serve();
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"] {
        let answer = send(server.address, request(method, "/", &[]).as_bytes());
        assert_eq!((answer.status, answer.header("allow")), (405, "GET, HEAD"), "{method}");
    }
    let with_body = request("GET", "/", &[("content-length", "5")]) + "hello";
    let answer = send(server.address, with_body.as_bytes());
    assert_eq!((answer.status, answer.header("connection")), (413, "close"));
}

#[test]
fn nothing_leads_out_of_the_folders() {
    let place = Place::new();
    symlink(place.path("secret.txt"), place.path("published/labels/secret.txt")).unwrap();
    symlink(place.path(""), place.path("published/status/up")).unwrap();
    let server = place.serve();
    for path in [
        "/../secret.txt",
        "/pack/../../secret.txt",
        "/pack/%2e%2e/%2e%2e/secret.txt",
        "/pack/..%2f..%2fsecret.txt",
        "/pack/..\\..\\secret.txt",
        "//secret.txt",
        "/app/../../secret.txt",
        "/app/0123/../../../secret.txt",
        "/shelf/../secret.txt",
        "/labels/secret.txt",
        "/status/up/secret.txt",
        "/.lock",
        "/pack",
        "/pack/",
        "/labels/01",
        "/pack.tar.gz/x",
        "/index.html.br",
    ] {
        let answer = get(server.address, path);
        assert_eq!(answer.status, 404, "{path}: {}", answer.text());
        assert!(!answer.text().contains("outside"), "{path}");
    }
    assert_eq!(get(server.address, &format!("/{}", "a".repeat(4_000))).status, 404);
    let absolute = get(server.address, "http://elsewhere.example/../secret.txt");
    assert_eq!(absolute.status, 404);
}

#[test]
fn a_shelf_is_served_only_where_there_is_one() {
    let place = Place::new();
    place.write("boxes/index.html", "<!doctype html>boxes");
    place.write("boxes/shelf.css", "p {}");
    assert_eq!(get(place.serve().address, "/shelf/").status, 404);
    let folder = place.path("boxes");
    let server = place.serve_with(&["--shelf", folder.to_str().unwrap()]);
    let shelf = get(server.address, "/shelf/");
    assert_eq!((shelf.status, shelf.text().as_str()), (200, "<!doctype html>boxes"));
    assert!(shelf.header("content-security-policy").contains("form-action 'none'"));
    assert_eq!(get(server.address, "/shelf/shelf.css").header("content-type"), "text/css; charset=utf-8");
}

#[test]
fn another_root_can_be_pinned() {
    let place = Place::new();
    place.write("pinned.json", "{\"root\": 7}");
    let pinned = place.path("pinned.json");
    let server = place.serve_with(&["--root", pinned.to_str().unwrap()]);
    assert_eq!(get(server.address, "/root.json").text(), "{\"root\": 7}");
    assert_eq!(get(place.serve().address, "/root.json").text(), "{\"root\": 1}");
    assert!(fs::metadata(pinned).is_ok());
}
