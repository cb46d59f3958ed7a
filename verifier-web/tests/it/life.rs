//! How it begins, what it stands, and how it ends.

use std::io::{Read, Write};
use std::process::{Command, Output};
use std::time::Duration;

use crate::http::{Answer, connect, get, request, send};
use crate::place::{Place, program};

fn fails(command: &mut Command) -> String {
    let Output { status, stderr, .. } = command.output().unwrap();
    assert_eq!(status.code(), Some(1));
    String::from_utf8(stderr).unwrap()
}

#[test]
fn what_is_missing_is_said_at_the_start() {
    let place = Place::new();
    let (app, published) = (place.path("app"), place.path("published"));
    let said = fails(&mut program(&place.path("no"), &published));
    assert!(said.contains("cargo xtask web"), "{said}");
    let said = fails(&mut program(&published, &published));
    assert!(said.contains("cargo xtask web"), "{said}");
    let said = fails(&mut program(&app, &place.path("no")));
    assert!(said.contains("cannot be read"), "{said}");
    let said = fails(&mut program(&app, &app));
    assert!(said.contains("1.root.json") && said.contains("--root"), "{said}");
    let said = fails(place.program().args(["--root", "/no/such"]));
    assert!(said.contains("/no/such"), "{said}");
    let secret = place.path("secret.txt");
    let secret = secret.to_str().unwrap();
    let said = fails(place.program().args(["--tls-cert", secret, "--tls-key", secret]));
    assert!(said.contains("no certificate") || said.contains("PEM"), "{said}");
    let taken = place.serve();
    let said = fails(place.program().args(["--log", "info", "--operations", &taken.address.to_string()]));
    assert!(said.contains("cannot be listened on"), "{said}");
}

#[test]
fn it_listens_on_loopback_and_says_so() {
    let place = Place::new();
    let server = place.serve();
    assert!(server.address.ip().is_loopback());
    assert!(server.first["message"].as_str().unwrap().contains("on loopback"));
    assert_eq!(get(server.address, "/healthz").text(), "ok\n");
}

#[test]
fn beyond_loopback_without_tls_it_warns() {
    let place = Place::new();
    let server = place.serve_with(&["--listen", "0.0.0.0:0"]);
    assert_eq!(server.first["level"], "WARN");
    assert!(server.first["message"].as_str().unwrap().contains("without TLS"));
}

#[test]
fn operators_may_have_an_address_of_their_own() {
    let place = Place::new();
    let server = place.serve();
    let metrics = get(server.address, "/metrics");
    assert!(metrics.header("content-type").starts_with("application/openmetrics-text"));
    drop(server);
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let server = place.serve_with(&["--operations", &free.to_string()]);
    assert_eq!(get(server.address, "/metrics").status, 404);
    assert_eq!(get(server.address, "/healthz").status, 404);
    assert_eq!(get(server.address, "/").status, 200);
    assert_eq!(get(free, "/healthz").status, 200);
    assert!(
        get(free, "/metrics").text().contains("verilabel_web_answers_total{kind=\"page\",status=\"200\"} 1")
    );
    assert_eq!(get(free, "/").status, 404);
}

/// Neither logs nor metrics say what was scanned, however much is logged.
#[test]
fn nobody_learns_what_was_scanned() {
    let place = Place::new();
    let server = place.serve_with(&["--log", "trace"]);
    for path in
        ["/01/09520000000011?secret=1", "/labels/01/09520000000011/link.txt", "/01/09520000000011/21/S-77"]
    {
        assert_eq!(get(server.address, path).status, 200);
    }
    let metrics = get(server.address, "/metrics").text();
    server.signal("TERM");
    let log = server.rest_of_log();
    assert!(log.contains("answered"), "{log}");
    for text in [metrics, log] {
        for secret in ["09520000000011", "secret=1", "S-77", "127.0.0.1"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
}

#[test]
fn answers_in_work_are_finished() {
    let place = Place::new();
    let content = "0123456789abcdef".repeat(1 << 19);
    place.write("published/pack.tar.gz", &content);
    let mut server = place.serve();
    let mut slow = connect(server.address);
    slow.write_all(request("GET", "/pack.tar.gz", &[]).as_bytes()).unwrap();
    let mut start = vec![0; 4_096];
    slow.read_exact(&mut start).unwrap();
    server.signal("TERM");
    server.told("ending");
    assert!(std::net::TcpStream::connect(server.address).is_err(), "nobody new is taken");
    slow.read_to_end(&mut start).unwrap();
    assert!(Answer::parse(&start).text() == content, "cut off");
    assert!(server.child.wait().unwrap().success());
}

#[test]
fn who_takes_nothing_is_not_waited_for() {
    let place = Place::new();
    place.write("published/pack.tar.gz", &"0123456789abcdef".repeat(1 << 20));
    let mut server = place.serve_with(&["--grace", "1"]);
    let mut stalled = connect(server.address);
    stalled.write_all(request("GET", "/pack.tar.gz", &[]).as_bytes()).unwrap();
    stalled.read_exact(&mut [0; 100]).unwrap();
    server.signal("INT");
    server.told("cut off");
    assert!(server.child.wait().unwrap().success());
}

#[test]
fn who_says_nothing_loses_the_connection() {
    let place = Place::new();
    let server = place.serve_with(&["--patience", "1"]);
    for start in ["", "GET / HTTP/1.1\r\nhost:"] {
        let mut stream = connect(server.address);
        stream.write_all(start.as_bytes()).unwrap();
        let mut end = Vec::new();
        stream.read_to_end(&mut end).unwrap();
        assert!(!String::from_utf8_lossy(&end).contains("200 OK"));
    }
    // After an answer, too.
    let mut stream = connect(server.address);
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    let mut all = String::new();
    stream.read_to_string(&mut all).unwrap();
    assert!(all.starts_with("HTTP/1.1 200"));
}

#[test]
fn more_connections_wait_for_a_place() {
    let place = Place::new();
    let server = place.serve_with(&["--connections", "1", "--patience", "2"]);
    let first = connect(server.address);
    let mut second = connect(server.address);
    second.write_all(request("GET", "/healthz", &[]).as_bytes()).unwrap();
    second.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    assert!(second.read(&mut [0; 16]).is_err(), "it waits");
    drop(first);
    second.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let mut answer = Vec::new();
    second.read_to_end(&mut answer).unwrap();
    assert_eq!(Answer::parse(&answer).status, 200);
}

#[test]
fn nonsense_is_refused() {
    let place = Place::new();
    let server = place.serve();
    let long = format!("GET / HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "a".repeat(64 << 10));
    let many = format!("GET / HTTP/1.1\r\nhost: x\r\n{}\r\n", "a: b\r\n".repeat(200));
    for text in ["hello\r\n\r\n", "GET / HTTP/9\r\n\r\n", &long, &many] {
        let status = send(server.address, text.as_bytes()).status;
        assert!((400..500).contains(&status) || status == 505, "{status}: {text:.40}");
    }
    assert_eq!(get(server.address, "/").status, 200);
}
