//! The publication folder, by the commands.

use std::fs;

use verilabel_e2e::{Desk, Ran, run};

const AWARD: &str = r#"{
  "scheme": "sg.cls-iot", "specification": "1.4", "level": 2, "number": "CSA/010128/1",
  "awarded": "2026-02-01", "valid_until": "2028-01-31", "gtin": "9521234543213", "category": "camera",
  "brand": "Lumora", "models": ["Eye 2"], "manufacturer": "Lumora Devices"
}"#;

fn done(desk: &Desk, args: &[&str]) -> Ran {
    let ran = run(desk.program("verilabel-issuer").args(args));
    assert_eq!(ran.exit, 0, "{args:?}: {}", ran.stderr);
    ran
}

#[test]
fn what_was_published_is_judged() {
    let desk = Desk::new();
    let may = ["--may-issue", "sg.cls-iot:1,2,3,4"];
    let who = ["--id", "test.sg", "--name", "Test authority", "--host", "label.example.sg"];
    done(&desk, &[&["init", "--authority", "a"][..], &who, &may].concat());
    done(&desk, &["key", "new", "--authority", "a"]);
    let without_keys = run(desk.program("verilabel-issuer").args(["publish", "--authority", "a"]));
    assert!(without_keys.exit == 1 && without_keys.stderr.contains("pack-keys"), "{}", without_keys.stderr);
    done(&desk, &["pack", "init", "--keys", "a/pack-keys"]);
    fs::write(desk.path("award.json"), AWARD).unwrap();
    done(&desk, &["mint", "--authority", "a", "--out", "labels", "award.json"]);
    let publish = || done(&desk, &["publish", "--authority", "a"]).stdout;
    assert!(publish().contains("release 1,"));

    let label = "a/publication/labels/01/09521234543213";
    let judged = |file: &str, pack: &str| {
        run(desk.verilabel().args(["verify", &format!("{label}/{file}"), "--pack", pack])).exit
    };
    for file in ["link.txt", "label.png"] {
        assert_eq!(judged(file, "a/publication/pack"), 0, "{file}");
    }
    assert_eq!(judged("link.txt", "a/publication/pack.tar.gz"), 0);
    let set = |change: &str| {
        done(&desk, &["status", "set", "--authority", "a", "CSA/010128/1", change, "--reason", "a test"]);
    };
    set("suspend");
    assert_eq!(judged("link.txt", "a/publication/pack"), 0, "nothing is published by itself");
    assert!(publish().contains("release 2,"));
    assert_eq!(judged("link.txt", "a/publication/pack"), 11);
    assert!(publish().contains("release 2,"), "nothing has changed");

    let elsewhere =
        run(desk.program("verilabel-issuer").args(["publish", "--authority", "a", "--to", "ftp://x/y"]));
    assert!(
        elsewhere.exit == 1 && elsewhere.stderr.contains("no place to publish to"),
        "{}",
        elsewhere.stderr
    );
}
