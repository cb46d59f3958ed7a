//! Label credentials and status list credentials through the `verilabel` command.

#![expect(clippy::unwrap_used, reason = "what is missing fails the test")]

use std::fs;
use std::path::PathBuf;

use verilabel_e2e::{Desk, Ran, root, run};

const AT: &str = "2026-11-22T09:00:00Z";

fn vectors() -> PathBuf {
    root().join("tests/vectors")
}

fn credential(vector: &str) -> String {
    fs::read_to_string(vectors().join(vector).join("credential.jwt")).unwrap().trim().to_owned()
}

fn verify(desk: &Desk, args: &[&str]) -> Ran {
    let pack = vectors().join("packs/base.tar.gz");
    run(desk.verilabel().args(["verify", "--at", AT, "--json", "--pack"]).arg(pack).args(args))
}

#[test]
fn a_credential_is_text_or_a_line_of_a_file() {
    let desk = Desk::new();
    let honest = credential("vc-in-force-es256");
    let link = fs::read_to_string(vectors().join("suspended/link.txt")).unwrap();
    fs::write(desk.path("one.jwt"), format!("{honest}\r\n")).unwrap();
    fs::write(desk.path("both.txt"), format!("{honest}\n{link}")).unwrap();
    for input in [honest.as_str(), "one.jwt"] {
        let ran = verify(&desk, &[input]);
        assert_eq!((ran.exit, ran.code().as_str()), (0, "in-force"));
        let label = &ran.json()["results"][0]["verdict"]["label"];
        assert_eq!((label["form"].as_str(), label.get("host")), (Some("credential"), None));
    }
    assert_eq!(verify(&desk, &["both.txt"]).exit, 11);
}

#[test]
fn nothing_of_a_false_credential_is_shown_but_by_show() {
    let desk = Desk::new();
    let forged = credential("vc-level-raised");
    let verdict = verify(&desk, &[&forged]);
    assert_eq!((verdict.exit, verdict.code().as_str()), (10, "bad-signature"));
    assert!(!verdict.stdout.contains("Lumora"), "{}", verdict.stdout);
    let shown = run(desk.verilabel().args(["show", &forged]));
    assert_eq!(shown.exit, 0);
    assert!(shown.stdout.starts_with("UNVERIFIED  credential\n"), "{}", shown.stdout);
    for part in ["did:web:label.example.sg", "Lumora", "Nobody vouches for any of this"] {
        assert!(shown.stdout.contains(part), "{part} in {}", shown.stdout);
    }
    let hostile = run(desk.verilabel().args(["show", &credential("vc-embedded-key")]));
    assert!(hostile.exit == 1 && hostile.stdout.contains("header-key"), "{}", hostile.stdout);
}

#[test]
fn a_refused_list_says_nothing_of_the_label() {
    let desk = Desk::new();
    let list = vectors().join("vc-list-too-small/status-list-1.jwt");
    let honest = credential("vc-in-force-es256");
    let ran = verify(&desk, &[&honest, "--status-list", list.to_str().unwrap()]);
    let (told, results) = (&ran.json()["trouble"]["code"], &ran.json()["results"]);
    assert_eq!(
        (ran.exit, told.as_str(), results.as_array().map(Vec::len)),
        (1, Some("status-list-too-small"), Some(0))
    );
    assert!(ran.stderr.contains("error[status-list-too-small]") && ran.stderr.contains("help:"));
    let missing = verify(&desk, &[&honest, "--status-list", "missing.jwt"]);
    assert!(missing.exit == 1 && missing.stderr.contains("error[no-such-input]"), "{}", missing.stderr);
}
