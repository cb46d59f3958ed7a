//! More than is borne: slow clients, many clients, long requests.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use verilabel_issuer::api::{Config, Limits, PublisherHealth};

use super::house::{House, block_on, on_loopback};
use crate::support::{Bench, Kind, draft};

fn with_limits(limits: Limits, test: impl AsyncFnOnce(House)) {
    block_on(async {
        let config = Config { limits, ..on_loopback() };
        test(House::new(Bench::new(Kind::Sqlite).await, &config).await).await;
    });
}

/// Sends bytes and reads whatever comes until the connection ends.
async fn converse(house: &House, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(house.address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = String::new();
    let _ = tokio::time::timeout(Duration::from_secs(20), stream.read_to_string(&mut answer)).await.unwrap();
    answer
}

fn head(house: &House, length: usize) -> String {
    format!(
        "POST /v1/manufacturers HTTP/1.1\r\nhost: h\r\nauthorization: Bearer {}\r\nidempotency-key: slow\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n",
        house.token("officer")
    )
}

#[test]
fn a_slow_body_is_not_waited_for() {
    with_limits(Limits { body_ms: 300, ..Limits::default() }, async |house| {
        let slow = converse(&house, format!("{}{{\"na", head(&house, 40)).as_bytes()).await;
        assert!(slow.starts_with("HTTP/1.1 408 "), "{slow}");
        assert!(slow.contains("urn:verilabel:problem:body-too-slow"));
        house.get("officer", "/v1/me").await.is(200);
    });
}

#[test]
fn a_slow_head_is_cut_off() {
    with_limits(Limits { head_ms: 300, ..Limits::default() }, async |house| {
        let begun = Instant::now();
        converse(&house, b"GET /v1/me HTTP/1.1\r\nhost: h\r\nx-a:").await;
        assert!(begun.elapsed() < Duration::from_secs(5));
        // So is a connection on which nothing more comes.
        converse(&house, b"GET /healthz HTTP/1.1\r\nhost: h\r\n\r\n").await;
        assert!(begun.elapsed() < Duration::from_secs(10));
    });
}

#[test]
fn a_body_that_says_too_much_is_refused_unread() {
    with_limits(Limits { body: 1_000, ..Limits::default() }, async |house| {
        let large = converse(&house, head(&house, 1_001).as_bytes()).await;
        assert!(large.starts_with("HTTP/1.1 413 "), "{large}");
        // Who has not signed in is not listened to at all.
        let stranger = head(&house, 1_000_000_000).replace("Bearer vli_", "Bearer xyz_");
        assert!(converse(&house, stranger.as_bytes()).await.starts_with("HTTP/1.1 401 "));
    });
}

#[test]
fn who_comes_when_all_is_full_is_told_when_to_come_again() {
    let limits = Limits { requests: 1, waiting: 1, patience_ms: 400, body_ms: 5_000, ..Limits::default() };
    with_limits(limits, async |house| {
        let mut slow = TcpStream::connect(house.address).await.unwrap();
        slow.write_all(head(&house, 12).as_bytes()).await.unwrap();
        house.until("approver", 503).await;
        let house = Arc::new(house);
        let crowd: Vec<_> = (0..8)
            .map(|_| {
                let house = Arc::clone(&house);
                tokio::spawn(async move { house.get("approver", "/v1/me").await })
            })
            .collect();
        for answer in crowd {
            let answer = answer.await.unwrap();
            answer.is_problem(503, "overloaded");
            assert_eq!(answer.header("retry-after"), "1");
        }
        // What says how it is stays open.
        assert_eq!(house.get("", "/healthz").await.text(), "alive\n");
        house.get("", "/readyz").await.is(200);
        slow.write_all(b"{\"name\":\"A\"}").await.unwrap();
        let mut answer = String::new();
        slow.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
        house.get("approver", "/v1/me").await.is(200);
    });
}

#[test]
fn one_user_does_not_take_every_place() {
    let limits = Limits { requests_of_one: NonZeroUsize::new(1).unwrap(), ..Limits::default() };
    with_limits(limits, async |house| {
        let mut slow = TcpStream::connect(house.address).await.unwrap();
        slow.write_all(head(&house, 12).as_bytes()).await.unwrap();
        house.until("officer", 429).await;
        let sent_away = house.get("officer", "/v1/me").await;
        sent_away.is_problem(429, "too-many-requests");
        assert_eq!(sent_away.header("retry-after"), "1");
        house.get("approver", "/v1/me").await.is(200);
        slow.write_all(b"{\"name\":\"A\"}").await.unwrap();
        let mut answer = String::new();
        slow.read_to_string(&mut answer).await.unwrap();
        house.get("officer", "/v1/me").await.is(200);
    });
}

#[test]
fn a_request_has_only_so_much_time() {
    with_limits(Limits { request_ms: 300, ..Limits::default() }, async |house| {
        let late = converse(&house, head(&house, 12).as_bytes()).await;
        assert!(late.starts_with("HTTP/1.1 503 ") && late.contains("problem:time-limit"), "{late}");
        assert!(late.to_ascii_lowercase().contains("retry-after: 1"));
    });
}

#[test]
fn what_it_does_is_told_in_metrics_with_few_labels() {
    with_limits(Limits::default(), async |house| {
        for n in 1..=3 {
            house.prepare(&draft(n)).await;
        }
        for n in 0..20 {
            house.get("officer", &format!("/v1/nothing/{n}")).await;
            house.get("officer", &format!("/v1/awards/{n}999")).await;
        }
        house.ask("", hyper::Method::from_bytes(b"MAKE-UP").unwrap(), "/v1/awards", &[], "").await;
        let metrics = house.get("", "/metrics").await;
        let text = metrics.text();
        assert!(
            text.contains(
                "verilabel_http_requests_total{method=\"POST\",route=\"/v1/awards\",status=\"201\"} 3"
            ),
            "{text}"
        );
        assert!(text.contains("{method=\"GET\",route=\"/v1/awards/{id}\",status=\"404\"} 20"), "{text}");
        assert!(text.contains("route=\"none\",status=\"404\"} 20"), "{text}");
        assert!(text.contains("verilabel_http_problems_total{code=\"not-found\"} 40"), "{text}");
        assert!(text.contains("method=\"other\"") && !text.contains("MAKE-UP"), "{text}");
        assert!(text.ends_with("# EOF\n"));
    });
}

#[test]
fn it_is_ready_while_it_can_do_what_it_is_for() {
    with_limits(Limits::default(), async |house| {
        assert_eq!(house.get("", "/readyz").await.is(200)["publisher"], "working");
        *house.publisher.health.lock().unwrap() = PublisherHealth::Failing { reason: "disk full".to_owned() };
        let failing = house.get("", "/readyz").await;
        assert_eq!(failing.is(200)["publisher"], "failing");
        assert!(!failing.text().contains("disk"), "strangers are not told why");
        assert_eq!(
            house.get("operator", "/v1/publications").await.is(200)["publisher"]["reason"],
            "disk full"
        );
        *house.publisher.health.lock().unwrap() = PublisherHealth::Stopped;
        assert_eq!(house.get("", "/readyz").await.is(503)["publisher"], "stopped");
        assert_eq!(house.post("operator", "/v1/publications", json!({})).await.status.as_u16(), 202);
    });
}
