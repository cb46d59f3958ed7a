//! Whatever a machine makes of the document, the service has an answer that is no fault of its own.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::process::Command;

use verilabel_issuer::Role;
use verilabel_issuer::api::{Config, Limits};

use super::house::{House, block_on, of_python, on_loopback, token_of};
use crate::support::{Bench, Kind, draft, now, user};

/// The release, from the Python package index.
const PACKAGE: &str = "schemathesis==4.32.5";
/// Requests that are made up for each operation, besides those that follow from the document.
const EXAMPLES: &str = "25";

/// Checks documents against the schema that the OpenAPI Initiative publishes.
const VALIDATOR: &str = "openapi-spec-validator==0.9.0";

#[test]
fn the_document_is_openapi() {
    let Some(program) = of_python(VALIDATOR, "openapi-spec-validator") else { return };
    let document = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
    let output = Command::new(program).args(["--schema", "3.1", document]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn no_request_meets_a_fault_of_the_server() {
    let Some(program) = of_python(PACKAGE, "schemathesis") else { return };
    let folder = tempfile::tempdir().unwrap();
    block_on(async {
        let limits = Limits { requests_of_one: NonZeroUsize::new(64).unwrap(), ..Limits::default() };
        let config = Config { limits, ..on_loopback() };
        let house = House::new(Bench::new(Kind::Sqlite).await, &config).await;
        for n in 1..=3 {
            house.label(n).await;
        }
        house.prepare(&draft(4)).await;
        let everybody: BTreeSet<Role> = Role::ALL.into_iter().collect();
        let all = user(&house.bench.authority, "all roles", &everybody.into_iter().collect::<Vec<_>>()).await;
        let token = token_of(&house.bench.authority, &all, now().plus_seconds(86_400)).await;
        let mut run = tokio::process::Command::new(&program);
        run.current_dir(folder.path())
            .arg("run")
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json"))
            .args(["--url", &format!("http://{}", house.address)])
            .args(["--header", &format!("Authorization: Bearer {}", token.reveal())])
            .args(["--checks", "not_a_server_error", "--max-examples", EXAMPLES, "--seed", "20261122"])
            // One worker: CPython 3.11 loses count of its recursion where two threads read Python at once.
            .args(["--workers", "1", "--no-color", "--continue-on-failure"]);
        let output = run.output().await.unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}");
        println!(
            "{}",
            said.lines().rev().take(12).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("\n")
        );
        assert_eq!(house.bench.authority.verify_chain(&[]).await.unwrap().faults, []);
    });
}
