//! A database that goes away and comes back.

use serde_json::json;
use verilabel_issuer::DatabaseUrl;
use verilabel_postgres::Server;

use super::house::{House, block_on, new_key, on_loopback};
use crate::support::{Bench, Kind, draft};

#[test]
fn a_database_that_is_away_gives_503_and_then_work_goes_on() {
    block_on(async {
        let mut server = Server::start().unwrap();
        let bench = Bench::on(Kind::Postgres, DatabaseUrl::new(&server.database("outage").unwrap())).await;
        let house = House::new(bench, &on_loopback()).await;
        house.label(1).await;
        let key = new_key();
        let headers = [("idempotency-key", key.as_str())];
        let body = serde_json::to_value(draft(2)).unwrap();

        server.stop().unwrap();
        let away = house.post_with("officer", "/v1/awards", &headers, &body).await;
        let problem = away.is_problem(503, "store-unavailable");
        assert_eq!(away.header("retry-after"), "1");
        assert!(!problem.to_string().contains("postgres"), "the cause stays in the log: {problem}");
        assert_eq!(house.get("", "/readyz").await.is(503)["store"], "unavailable");
        assert_eq!(house.get("", "/healthz").await.text(), "alive\n");

        server.resume().unwrap();
        house.post_with("officer", "/v1/awards", &headers, &body).await.is(201);
        house.get("", "/readyz").await.is(200);
        house.label(3).await;
        let listed = house.get("officer", "/v1/awards").await.is(200);
        assert_eq!(listed["items"].as_array().unwrap().len(), 3, "nothing was lost, and nothing done twice");
        house.post("operator", "/v1/publications", json!({})).await.is(202);
    });
}
