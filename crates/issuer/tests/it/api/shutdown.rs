//! An end in the middle of a request.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use verilabel_issuer::api::{Config, Limits};

use super::house::{House, block_on, on_loopback};
use crate::support::{Bench, Kind};

async fn half_sent(house: &House) -> TcpStream {
    let mut stream = TcpStream::connect(house.address).await.unwrap();
    let head = format!(
        "POST /v1/manufacturers HTTP/1.1\r\nhost: h\r\nauthorization: Bearer {}\r\nidempotency-key: last\r\n\
         content-type: application/json\r\ncontent-length: 12\r\n\r\n{{\"na",
        house.token("officer")
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    stream
}

#[test]
fn a_request_in_work_is_finished() {
    block_on(async {
        let mut house = House::new(Bench::new(Kind::Sqlite).await, &on_loopback()).await;
        let mut stream = half_sent(&house).await;
        house.begin_to_end();
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert!(!house.ended(), "it waits for what is in work");
        assert!(TcpStream::connect(house.address).await.is_err(), "nobody new is let in");
        stream.write_all(b"me\":\"A\"}").await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
        for _ in 0..100 {
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
        let limits = Limits { grace_ms: 300, ..Limits::default() };
        let config = Config { limits, ..on_loopback() };
        let mut house = House::new(Bench::new(Kind::Sqlite).await, &config).await;
        let _stream = half_sent(&house).await;
        tokio::time::timeout(Duration::from_secs(5), house.end()).await.unwrap();
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
