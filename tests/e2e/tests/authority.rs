//! An authority from its first day to a label's withdrawal, by the command.

#![expect(clippy::unwrap_used, reason = "what is missing fails the test")]

use std::fs;

use verilabel_e2e::{Desk, Ran, run};

const AWARD: &str = r#"{
  "scheme": "sg.cls-iot", "specification": "1.4", "level": 2, "number": "CSA/010128/1",
  "awarded": "2026-02-01", "valid_until": "2028-01-31", "gtin": "9521234543213", "category": "camera",
  "brand": "Lumora", "models": ["Eye 2"], "manufacturer": "Lumora Devices"
}"#;

fn issuer(desk: &Desk, args: &[&str]) -> Ran {
    run(desk.program("verilabel-issuer").args(args))
}

fn done(desk: &Desk, args: &[&str]) -> Ran {
    let ran = issuer(desk, args);
    assert_eq!(ran.exit, 0, "{args:?}: {}", ran.stderr);
    ran
}

fn open_for_work() -> Desk {
    let desk = Desk::new();
    let may = ["--may-issue", "sg.cls-iot:1,2,3,4"];
    let who = ["--id", "test.sg", "--name", "Test authority", "--host", "label.example.sg"];
    done(&desk, &[&["init", "--authority", "a"][..], &who, &may].concat());
    done(&desk, &["key", "new", "--authority", "a"]);
    done(&desk, &["pack", "init", "--pack", "pack", "--keys", "keys"]);
    fs::write(desk.path("award.json"), AWARD).unwrap();
    desk
}

fn publish(desk: &Desk) {
    done(desk, &["pack", "publish", "--pack", "pack", "--keys", "keys", "--authority", "a"]);
}

#[test]
fn from_award_to_withdrawal() {
    let desk = open_for_work();
    done(&desk, &["mint", "--authority", "a", "--out", "labels", "award.json"]);
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
    assert!(fs::read_to_string(desk.path(&format!("{stem}.svg"))).unwrap().contains("CSA/010128/1"));
    assert!(fs::read(desk.path(&format!("{stem}.pdf"))).unwrap().starts_with(b"%PDF-"));

    let judged = || run(desk.verilabel().args(["verify", &format!("{stem}.txt"), "--pack", "pack"])).exit;
    let set = |change: &str| {
        done(&desk, &["status", "set", "--authority", "a", "CSA/010128/1", change, "--reason", "a test"]);
        publish(&desk);
    };
    set("suspend");
    assert_eq!(judged(), 11);
    set("reinstate");
    assert_eq!(judged(), 0);
    set("withdraw");
    assert_eq!(judged(), 11);
    let again =
        issuer(&desk, &["status", "set", "--authority", "a", "CSA/010128/1", "reinstate", "--reason", "x"]);
    assert!(again.exit == 1 && again.stderr.contains("withdrawn, and that is for good"), "{}", again.stderr);
}

#[test]
fn minting_again_gives_the_same_link() {
    let desk = open_for_work();
    let mint = || done(&desk, &["mint", "--authority", "a", "--out", "labels", "award.json"]).stdout;
    assert_eq!(mint(), mint());
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
    let mint = |award: &str, more: &[&str]| {
        fs::write(desk.path("wrong.json"), award).unwrap();
        let ran =
            issuer(&desk, &[&["mint", "--authority", "a", "--out", "labels", "wrong.json"], more].concat());
        assert_eq!(ran.exit, 1, "{}", ran.stdout);
        ran.stderr
    };
    assert!(
        mint(&AWARD.replace("2028-01-31", "2029-02-01"), &[])
            .contains("the scheme allows 36 months, until 2029-01-31")
    );
    assert!(mint(&AWARD.replace("9521234543213", "9521234543214"), &[]).contains("it should be 3"));
    assert!(mint(&AWARD.replace("\"level\": 2", "\"level\": 5"), &[]).contains("sg.cls-iot has no level 5"));
    assert!(mint(&AWARD.replace("\"brand\"", "\"band\""), &[]).contains("unknown field `band`"));
    let dense = mint(AWARD, &["--max-side", "26.5"]);
    assert!(dense.contains("names"), "{dense}");
    let locked = run(desk
        .program("verilabel-issuer")
        .env("VERILABEL_PASSPHRASE", "another passphrase")
        .args(["mint", "--authority", "a", "--out", "labels", "award.json"]));
    assert!(locked.exit == 1 && locked.stderr.contains("the passphrase is wrong"), "{}", locked.stderr);
}
