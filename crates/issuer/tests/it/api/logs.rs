//! What the log tells, and what it never does.

use std::io::Write;
use std::sync::{Arc, Mutex};

use hyper::Method;
use serde_json::{Value, json};
use verilabel_issuer::api::json_logs;

use super::house::{House, block_on, new_key, on_loopback};
use crate::support::{Bench, Kind};

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The subscriber is the whole process's: this test alone sets it, and looks for its own requests only.
#[test]
fn a_request_is_a_line_without_secrets() {
    let lines = Lines::default();
    let writer = lines.clone();
    tracing::subscriber::set_global_default(json_logs("info", move || writer.clone())).unwrap();
    block_on(async {
        let house = House::new(Bench::new(Kind::Sqlite).await, &on_loopback()).await;
        let key = new_key();
        let headers = [("idempotency-key", key.as_str()), ("x-request-id", "told-1")];
        let user = json!({ "name": "a name of the body", "roles": ["officer"] });
        let user = house.post_with("operator", "/v1/users", &headers, &user).await.is(201);
        let request = json!({ "name": "laptop", "expires_at": "2026-12-31T00:00:00Z" });
        let issued =
            house.post("operator", &format!("/v1/users/{}/tokens", user["id"]), request).await.is(201);
        let headers = [("x-request-id", "told-2")];
        let query = "/v1/awards?number=SECRET-QUERY&colour=1";
        house.ask("officer", Method::GET, query, &headers, "").await.is_problem(400, "query-invalid");

        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        let told: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let line =
            |id: &str| told.iter().find(|line| line["span"]["id"] == id).unwrap_or_else(|| panic!("{text}"));
        let made = line("told-1");
        assert_eq!((made["message"].as_str(), made["status"].as_i64()), (Some("answered"), Some(201)));
        assert_eq!(made["span"]["route"], "/v1/users");
        assert_eq!(made["span"]["method"], "POST");
        assert!(made["span"]["user"].is_string() && made["ms"].is_number() && made["timestamp"].is_string());
        assert_eq!(line("told-2")["code"], "query-invalid");
        for secret in
            [house.token("operator"), issued["token"].as_str().unwrap(), "vli_", "a name of", "SECRET-QUERY"]
        {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
        let listening = told.iter().find(|line| line["message"] == "listening on loopback").unwrap();
        assert_eq!(listening["address"], house.address.to_string());
    });
}
