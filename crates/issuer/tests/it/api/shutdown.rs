//! An end in the middle of a request.

use std::num::NonZeroUsize;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use verilabel_issuer::api::{Config, Limits};

use super::house::{House, block_on, on_loopback};
use crate::support::{Bench, Kind};

/// One request of a user at a time: whether it is in work shows by what becomes of a second one.
fn one_at_a_time() -> Limits {
    Limits { requests_of_one: NonZeroUsize::new(1).unwrap(), ..Limits::default() }
}

/// A request that is in work, and not yet sent to its end.
async fn half_sent(house: &House) -> TcpStream {
    let mut stream = TcpStream::connect(house.address).await.unwrap();
    let head = format!(
        "POST /v1/manufacturers HTTP/1.1\r\nhost: h\r\nauthorization: Bearer {}\r\nidempotency-key: last\r\n\
         content-type: application/json\r\ncontent-length: 12\r\n\r\n{{\"na",
        house.token("officer")
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    house.until("officer", 429).await;
    stream
}

#[test]
fn a_request_in_work_is_finished() {
    block_on(async {
        let config = Config { limits: one_at_a_time(), ..on_loopback() };
        let mut house = House::new(Bench::new(Kind::Sqlite).await, &config).await;
        let mut stream = half_sent(&house).await;
        house.begin_to_end();
        let closed = async { while TcpStream::connect(house.address).await.is_ok() {} };
        tokio::time::timeout(Duration::from_secs(20), closed).await.expect("nobody new is let in");
        assert!(!house.ended(), "it waits for what is in work");
        stream.write_all(b"me\":\"A\"}").await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
        for _ in 0..1_000 {
            if house.ended() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(house.ended());
        let made = house
            .bench
            .authority
            .manufacturers(None, verilabel_issuer::ManufacturerId::new(0), 10)
            .await
            .unwrap();
        assert_eq!(made.len(), 1);
    });
}

#[test]
fn a_request_that_never_ends_does_not_hold_up_the_end() {
    block_on(async {
        let limits = Limits { grace_ms: 300, ..one_at_a_time() };
        let config = Config { limits, ..on_loopback() };
        let mut house = House::new(Bench::new(Kind::Sqlite).await, &config).await;
        let _stream = half_sent(&house).await;
        tokio::time::timeout(Duration::from_secs(20), house.end()).await.unwrap();
        // What was only half said was not done.
        let made = house
            .bench
            .authority
            .manufacturers(None, verilabel_issuer::ManufacturerId::new(0), 10)
            .await
            .unwrap();
        assert_eq!(made.len(), 0);
    });
}
