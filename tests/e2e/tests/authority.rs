//! An authority from its first day to a label's withdrawal, by the command.

#![expect(clippy::unwrap_used, reason = "what is missing fails the test")]

use std::fs;

use verilabel_e2e::{Desk, NUMBER, draft, run};

fn open_for_work() -> Desk {
    let desk = Desk::with_authority();
    desk.done(&["pack", "init", "--pack", "pack", "--keys", "keys"]);
    fs::write(desk.path("draft.json"), draft("2 years -1 day")).unwrap();
    desk
}

fn award(desk: &Desk) {
    desk.award("draft.json");
    desk.done(&["label", "files", NUMBER, "--out", "labels"]);
}

/// Awards the label, and writes four boxes of it to `r.csv`; gives the run's number.
fn run_of_four(desk: &Desk) -> String {
    desk.award("draft.json");
    let run = ["run", "create", "--label", NUMBER, "--first", "S-0", "--count", "4", "--out", "r.csv"];
    desk.done(&[&run[..], &["--as", "olga"]].concat()).stdout.trim().to_owned()
}

fn publish(desk: &Desk) {
    desk.done(&["pack", "publish", "--pack", "pack", "--keys", "keys"]);
}

fn change(desk: &Desk, change: &str) {
    desk.change(change, NUMBER);
    publish(desk);
}

#[test]
fn a_name_that_verifiers_would_refuse_founds_no_authority() {
    let desk = Desk::new();
    let init = |name: &str| {
        let who = ["init", "--id", "specimen.x", "--name", name, "--host", "label.example.x"];
        desk.issuer(&[&who[..], &["--may-issue", "sg.cls-iot:1"]].concat())
    };
    for name in ["Specimen\u{1b}[2J", "", &"x".repeat(1_001)] {
        let ran = init(name);
        assert!(ran.stderr.contains("error[issuer-document]: verifiers would refuse it"), "{}", ran.stderr);
        assert_eq!((ran.exit, desk.path("a").exists()), (1, false));
    }
    assert_eq!(init("Specimen").exit, 0);
}

#[test]
fn labels_of_one_product_have_files_of_their_own() {
    let desk = open_for_work();
    desk.award("draft.json");
    // Another number and another box of the same product, with signs that file names do without.
    for (n, serial) in [(2, "A/1"), (3, "A-1"), (4, "A_2F1")] {
        let number = format!("CSA/010128/{n}");
        let of_box = format!(r#""gtin": "9521234543213", "serial": "{serial}","#);
        let draft =
            draft("2 years -1 day").replace(NUMBER, &number).replace(r#""gtin": "9521234543213","#, &of_box);
        fs::write(desk.path("box.json"), draft).unwrap();
        // One label of a product at a time.
        desk.change("withdraw", &format!("CSA/010128/{}", n - 1));
        desk.award("box.json");
    }
    let numbers = [NUMBER, "CSA/010128/2", "CSA/010128/3", "CSA/010128/4", NUMBER];
    let ran = desk.done(&[&["--json", "label", "files"][..], &numbers, &["--out", "labels"]].concat());
    let files = ran.json()["files"].as_array().unwrap().clone();
    assert_eq!(files.len(), 4, "each label once");
    for (file, number) in files.iter().zip(numbers) {
        assert_eq!(file["number"], number);
        assert_eq!(file["size"]["error_correction"], "M");
        let paths: Vec<&str> =
            file["files"].as_array().unwrap().iter().map(|f| f.as_str().unwrap()).collect();
        let link = fs::read_to_string(desk.path(paths[0])).unwrap();
        assert_eq!(link.trim_end(), file["link"].as_str().unwrap());
        assert!(paths.iter().all(|path| desk.path(path).exists()), "{paths:?}");
    }
    assert_eq!(files[0]["files"][0], "labels/01-09521234543213.txt");
    assert_eq!(files[1]["files"][0], "labels/01-09521234543213-21-A_2F1.txt");
    assert_eq!(files[3]["files"][0], "labels/01-09521234543213-21-A_5F2F1.txt");
}

#[test]
fn labels_of_two_schemes_have_files_of_their_own() {
    let desk = Desk::with_authority_for(&["sg.cls-iot:1,2,3,4", "de.it-sik:1"]);
    fs::write(desk.path("one.json"), draft("2 years -1 day")).unwrap();
    let other = draft("1 year -1 day").replace(NUMBER, "DE-1").replace("sg.cls-iot", "de.it-sik");
    let other = other.replace(r#""level": 2"#, r#""level": 1"#).replace(r#""1.4""#, r#""1""#);
    fs::write(desk.path("two.json"), other).unwrap();
    desk.award("one.json");
    desk.award("two.json");
    let link = |file: &str| fs::read_to_string(desk.path(&format!("labels/{file}.txt"))).unwrap();
    desk.done(&["label", "files", NUMBER, "DE-1", "--out", "labels"]);
    let stem = "01-09521234543213";
    assert_ne!(link(&format!("{stem}-CSA-010128-1")), link(&format!("{stem}-DE_2D1")));
    desk.done(&["label", "files", "DE-1", "--out", "labels"]);
    assert_eq!(link(stem), link(&format!("{stem}-DE_2D1")));
    let over = desk.issuer(&["label", "files", NUMBER, "--out", "labels"]);
    assert_eq!(over.exit, 1);
    assert!(over.stderr.contains("file-of-another-link"), "{}", over.stderr);
    assert_eq!(link(stem), link(&format!("{stem}-DE_2D1")));
}

#[test]
fn who_prints_a_label_that_does_not_stand_is_told() {
    let desk = open_for_work();
    let run = run_of_four(&desk);
    let told = || {
        let files = desk.done(&["label", "files", NUMBER, "--out", "labels"]).stderr;
        let symbols = ["run", "symbols", &run, "--links", "r.csv", "--zip", "r.zip"];
        (files, desk.done(&symbols).stderr)
    };
    assert_eq!(told(), (String::new(), String::new()));
    for (change, code) in [("suspend", "label-suspended"), ("withdraw", "label-withdrawn")] {
        desk.change(change, NUMBER);
        let (files, symbols) = told();
        assert!(files.starts_with(&format!("note[{code}]: label {NUMBER} is")), "{files}");
        assert_eq!(files, symbols);
    }
}

#[test]
fn who_prints_a_label_too_early_is_told() {
    let desk = open_for_work();
    desk.award("draft.json");
    let day = |when: &str| {
        let ran = run(desk.shell().args(["-c", &format!("date -u -d '{when}' +%F")]));
        ran.stdout.trim().to_owned()
    };
    let (from, until) = (day("1 year"), day("3 years -1 day"));
    desk.done(&["renew", NUMBER, "--awarded", &from, "--until", &until, "--as", "olga"]);
    desk.done(&["award", "approve", "--number", NUMBER, "--as", "anna"]);
    publish(&desk);
    let note = format!(
        "note[label-not-yet-valid]: label {NUMBER} is stated as valid from {from} on: verifiers refuse it until then\n"
    );
    assert_eq!(desk.done(&["label", "files", NUMBER, "--out", "labels"]).stderr, note);
    // Boxes go on with the award before.
    let create = ["run", "create", "--label", NUMBER, "--first", "S-0", "--count", "4", "--as", "olga"];
    assert!(!desk.done(&create).stderr.contains("note["));
}

#[test]
fn symbols_that_are_refused_leave_nothing() {
    let desk = open_for_work();
    let run = run_of_four(&desk);
    let refused = |links: &str, more: &[&str]| {
        let symbols = ["run", "symbols", &run, "--links", links, "--sheet", "r.pdf"];
        let ran = desk.issuer(&[&symbols[..], more].concat());
        assert!(!desk.path("r.pdf").exists() && !desk.path("r.pdf.part").exists(), "{}", ran.stderr);
        (ran.exit, ran.stderr)
    };
    let (exit, told) = refused("nosuch.csv", &[]);
    assert!(exit == 1 && told.starts_with("error[run-links]"), "{told}");
    assert!(
        told.ends_with("help: name the file that `verilabel-issuer run write` made, with --links\n"),
        "{told}"
    );
    for none in [&["--first", "4"][..], &["--first", "9"], &["--count", "0"], &["--count", "5"]] {
        let (exit, told) = refused("r.csv", none);
        assert!(
            exit == 2 && told.starts_with("error[run-no-such-units]") && told.contains("help: "),
            "{told}"
        );
    }
    for usage in [&["--dpi", "0"][..], &["--x-dimension", "-1"]] {
        assert_eq!(refused("r.csv", usage).0, 2);
    }
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
fn what_is_approved_is_what_was_looked_at() {
    let desk = open_for_work();
    let id = desk.done(&["award", "prepare", "draft.json", "--as", "olga"]).stdout.trim().to_owned();
    assert!(desk.done(&["award", "show", &id]).stdout.starts_with(&format!("award {id}, version 1: draft")));
    let listed = desk.done(&["award", "list", "--state", "draft"]).stdout;
    assert!(listed.starts_with("id  version  state"), "{listed}");
    let approve = |which: &str| desk.issuer(&["award", "approve", &format!("{id}{which}"), "--as", "anna"]);
    let other = approve("@2");
    assert!(other.exit == 3 && other.stderr.contains("[stale-version]"), "{}", other.stderr);
    assert_eq!(approve("@x").exit, 2);
    let ran = approve("@1");
    assert_eq!(ran.stdout, format!("award {id}: {NUMBER}, sg.cls-iot level 2\n1 of 1 approved\n"));
}

/// Only awards that rest on a foreign label need the pack: above all a suspension does not wait for it.
#[test]
fn a_damaged_pack_for_foreign_labels_stops_nothing() {
    let desk = open_for_work();
    desk.award("draft.json");
    publish(&desk);
    let foreign = desk.path("foreign");
    fs::create_dir_all(foreign.join("metadata")).unwrap();
    fs::write(foreign.join("metadata/1.root.json"), "{}").unwrap();
    let with = |args: &[&str]| desk.issuer(&[args, &["--foreign-pack", "foreign"]].concat());
    let warned = "warning[";
    let why = ["--reason", "vulnerability", "--note", "x", "--as", "anna"];
    for args in [&["label", "list"][..], &[&["suspend", NUMBER][..], &why].concat()] {
        let ran = with(args);
        assert!(ran.exit == 0 && ran.stderr.starts_with(warned), "{args:?}: {}", ran.stderr);
    }
    assert!(desk.done(&["label", "list"]).stdout.contains("suspended"));
    // An award that rests on a foreign label has nothing to rest on.
    let resting = draft("1 year").replace(NUMBER, "CSA/010128/9").replace(
        r#""award""#,
        r#""foreign": { "link": "https://label.example.org/01/09521234543213#01" }, "award""#,
    );
    // One label of a product at a time.
    let resting = resting.replace("9521234543213", "9521234543220");
    fs::write(desk.path("resting.json"), resting).unwrap();
    let ran = with(&["award", "prepare", "resting.json", "--as", "olga"]);
    assert!(ran.exit == 3 && ran.stderr.contains("has no trust pack to judge"), "{}", ran.stderr);
    // What was damaged has left nothing in the way of a pack that is whole.
    fs::remove_dir_all(&foreign).unwrap();
    assert_eq!(run(desk.shell().args(["-c", "cp -R pack foreign"])).exit, 0);
    let ran = with(&["label", "list"]);
    assert_eq!((ran.exit, ran.stderr), (0, String::new()));
    assert!(desk.path("a/foreign-pack/anchor.json").exists());
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
    assert!(prepare(&draft("3 years 1 day"), 3).contains("the scheme allows 36 months, until "));
    let draft = draft("2 years -1 day");
    assert!(prepare(&draft.replace("9521234543213", "9521234543214"), 1).contains("it should be 3"));
    assert!(prepare(&draft.replace("\"level\": 2", "\"level\": 5"), 3).contains("sg.cls-iot has no level 5"));
    assert!(prepare(&draft.replace("\"brand\"", "\"band\""), 1).contains("unknown field `band`"));
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
