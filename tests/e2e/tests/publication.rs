//! The publication folder, by the commands.

use std::fs;

use verilabel_e2e::{Desk, NUMBER, draft, run};

#[test]
fn what_was_published_is_judged() {
    let desk = Desk::with_authority();
    let without_keys = desk.issuer(&["publish"]);
    assert!(without_keys.exit == 1 && without_keys.stderr.contains("pack-keys"), "{}", without_keys.stderr);
    desk.done(&["pack", "init"]);
    fs::write(desk.path("draft.json"), draft("2 years -1 day")).unwrap();
    desk.award("draft.json");
    let publish = || desk.done(&["publish"]).stdout;
    assert!(publish().contains("release 1,"));

    let label = "a/publication/labels/01/09521234543213";
    let judged = |file: &str, pack: &str| {
        run(desk.verilabel().args(["verify", &format!("{label}/{file}"), "--pack", pack])).exit
    };
    for file in ["link.txt", "label.png"] {
        assert_eq!(judged(file, "a/publication/pack"), 0, "{file}");
    }
    assert_eq!(judged("link.txt", "a/publication/pack.tar.gz"), 0);
    let suspend = ["suspend", NUMBER, "--reason", "vulnerability", "--note", "a test", "--as", "anna"];
    desk.done(&suspend);
    assert_eq!(judged("link.txt", "a/publication/pack"), 0, "nothing is published by itself");
    assert!(publish().contains("release 2,"));
    assert_eq!(judged("link.txt", "a/publication/pack"), 11);
    assert!(publish().contains("release 2,"), "nothing has changed");

    let elsewhere = desk.issuer(&["publish", "--to", "ftp://x/y"]);
    let told = elsewhere.stderr.contains("no place to publish to");
    assert!(elsewhere.exit == 1 && told, "{}", elsewhere.stderr);
}
