//! An authority from its first day to a label's withdrawal, by the command.

#![expect(clippy::unwrap_used, reason = "what is missing fails the test")]

use std::fs;

use verilabel_e2e::{Desk, run};

const DRAFT: &str = r#"{ "award": {
  "scheme": "sg.cls-iot", "specification": "1.4", "level": 2, "number": "CSA/010128/1",
  "awarded": "2026-02-01", "valid_until": "2028-01-31", "gtin": "9521234543213", "category": "camera",
  "brand": "Lumora", "models": ["Eye 2"], "manufacturer": "Lumora Devices"
} }"#;

const NUMBER: &str = "CSA/010128/1";

fn open_for_work() -> Desk {
    let desk = Desk::with_authority();
    desk.done(&["pack", "init", "--pack", "pack", "--keys", "keys"]);
    fs::write(desk.path("draft.json"), DRAFT).unwrap();
    desk
}

fn award(desk: &Desk) {
    desk.award("draft.json");
    desk.done(&["label", "files", NUMBER, "--out", "labels"]);
}

fn publish(desk: &Desk) {
    desk.done(&["pack", "publish", "--pack", "pack", "--keys", "keys"]);
}

fn change(desk: &Desk, change: &str) {
    desk.change(change, NUMBER);
    publish(desk);
}

#[test]
fn from_award_to_withdrawal() {
    let desk = open_for_work();
    award(&desk);
    publish(&desk);
    let stem = "labels/01-09521234543213";
    for file in ["txt", "png"] {
        let ran = run(desk.verilabel().args([
            "verify",
            &format!("{stem}.{file}"),
            "--pack",
            "pack",
            "--market",
            "SG",
        ]));
        assert_eq!(ran.exit, 0, "{}{}", ran.stdout, ran.stderr);
    }
    assert!(fs::read_to_string(desk.path(&format!("{stem}.svg"))).unwrap().contains(NUMBER));
    assert!(fs::read(desk.path(&format!("{stem}.pdf"))).unwrap().starts_with(b"%PDF-"));

    let judged = || run(desk.verilabel().args(["verify", &format!("{stem}.txt"), "--pack", "pack"])).exit;
    change(&desk, "suspend");
    assert_eq!(judged(), 11);
    change(&desk, "reinstate");
    assert_eq!(judged(), 0);
    change(&desk, "withdraw");
    assert_eq!(judged(), 11);
    let again = desk.issuer(&["reinstate", NUMBER, "--as", "olga", "--reason", "rectified", "--note", "x"]);
    assert!(again.exit == 3 && again.stderr.contains("withdrawn, and that is for good"), "{}", again.stderr);
}

#[test]
fn the_rules_hold_for_whoever_has_the_folder() {
    let desk = open_for_work();
    let refused = |args: &[&str], exit: i32, code: &str| {
        let ran = desk.issuer(args);
        assert!(ran.exit == exit && ran.stderr.contains(code), "{args:?}: {} {}", ran.exit, ran.stderr);
    };
    refused(&["award", "prepare", "draft.json"], 2, "[no-user]");
    refused(&["award", "prepare", "draft.json", "--as", "nobody"], 1, "[not-found]");
    refused(&["award", "prepare", "draft.json", "--as", "anna"], 3, "[role-missing]");
    refused(&["user", "add", "eve", "--role", "operator"], 2, "[no-user]");
    desk.done(&["user", "add", "boris", "--role", "officer", "--role", "approver", "--as", "oscar"]);
    let id = desk.done(&["award", "prepare", "draft.json", "--as", "boris"]).stdout;
    refused(&["award", "approve", id.trim(), "--as", "boris"], 3, "[two-people]");
    desk.done(&["user", "disable", "boris", "--as", "oscar"]);
    refused(&["award", "approve", id.trim(), "--as", "boris"], 3, "[user-inactive]");
    refused(&["award", "approve", "--number", "CSA/1", "--as", "anna"], 2, "has no draft");
    refused(&["award", "list", "--authority", "nowhere"], 1, "[authority-file]");
    let refusals = desk.done(&["audit", "list", "--refused", "--json"]).json();
    let codes: Vec<_> = refusals["events"].as_array().unwrap().iter().map(|e| e["refused"].clone()).collect();
    assert_eq!(codes, ["role-missing", "two-people"]);
    assert!(desk.done(&["audit", "verify"]).stdout.starts_with("the chain is whole"));
}

#[test]
fn a_damaged_newer_pack_takes_nothing_from_the_older_one() {
    let desk = open_for_work();
    let import = |code: i32| {
        let ran = run(desk.verilabel().args(["pack", "import", "pack"]));
        assert_eq!(ran.exit, code, "{}", ran.stderr);
    };
    publish(&desk);
    import(0);
    publish(&desk);
    let snapshot = desk.path("pack/metadata/2.snapshot.json");
    let whole = fs::read(&snapshot).unwrap();
    fs::remove_file(&snapshot).unwrap();
    import(1);
    let info = run(desk.verilabel().args(["pack", "info", "--json"]));
    assert_eq!(info.exit, 0, "{}", info.stderr);
    fs::write(&snapshot, whole).unwrap();
    import(0);
}

#[test]
fn what_goes_wrong_is_said() {
    let desk = open_for_work();
    let prepare = |draft: &str, exit: i32| {
        fs::write(desk.path("wrong.json"), draft).unwrap();
        let ran = desk.issuer(&["award", "prepare", "wrong.json", "--as", "olga"]);
        assert_eq!(ran.exit, exit, "{}{}", ran.stdout, ran.stderr);
        ran.stderr
    };
    assert!(
        prepare(&DRAFT.replace("2028-01-31", "2029-02-01"), 3)
            .contains("the scheme allows 36 months, until 2029-01-31")
    );
    assert!(prepare(&DRAFT.replace("9521234543213", "9521234543214"), 1).contains("it should be 3"));
    assert!(prepare(&DRAFT.replace("\"level\": 2", "\"level\": 5"), 3).contains("sg.cls-iot has no level 5"));
    assert!(prepare(&DRAFT.replace("\"brand\"", "\"band\""), 1).contains("unknown field `band`"));
    award(&desk);
    let dense = desk.issuer(&["label", "files", NUMBER, "--out", "labels", "--max-side", "26.5"]);
    assert!(dense.exit == 1 && dense.stderr.contains("names"), "{}", dense.stderr);
    let locked = run(desk
        .program("verilabel-issuer")
        .env("VERILABEL_PASSPHRASE", "another passphrase")
        .args(["--authority", "a", "pack", "publish", "--pack", "pack", "--keys", "keys"]));
    assert!(locked.exit == 1 && locked.stderr.contains("the passphrase is wrong"), "{}", locked.stderr);
}

#[test]
fn nothing_is_lost_without_the_passphrase() {
    let desk = open_for_work();
    let without = |args: &[&str]| {
        let mut program = desk.program("verilabel-issuer");
        run(program.env_remove("VERILABEL_PASSPHRASE").env("VERILABEL_AUTHORITY", "a").args(args))
    };
    let id = desk.done(&["award", "prepare", "draft.json", "--as", "olga"]).stdout;
    let approved = without(&["award", "approve", id.trim(), "--as", "anna"]);
    assert!(approved.exit == 0 && approved.stderr.contains("signed by the service"), "{}", approved.stderr);
    let waiting = without(&["label", "files", NUMBER, "--out", "labels"]);
    assert!(waiting.exit == 1 && waiting.stderr.contains("wait to be signed"), "{}", waiting.stderr);
    assert!(without(&["key", "new", "--as", "oscar"]).stderr.contains("[no-passphrase]"));
    desk.done(&["pack", "publish", "--pack", "pack", "--keys", "keys"]);
    assert_eq!(without(&["label", "files", NUMBER, "--out", "labels"]).exit, 0);
}
