//! Two agencies, a mirror, a verifier and a thief: each with a folder, a home and a passphrase of its own, and nothing
//! in common but the files that one gives to another.

#![expect(clippy::unwrap_used, reason = "what is missing fails the test")]

use std::fs;
use std::path::Path;
use std::process::Command;

use verilabel_e2e::{Desk, Mirror, Ran, run};

const GENUINE: i32 = 0;
const REFUSED: i32 = 10;
const REVOKED: i32 = 11;
const CANNOT_TELL: i32 = 13;

/// Somebody with a machine of their own.
struct Party {
    desk: Desk,
    passphrase: String,
}

impl Party {
    fn new(name: &str) -> Self {
        Self { desk: Desk::new(), passphrase: format!("what only {name} knows") }
    }

    /// An authority in the folder `authority`, with its people and a first key, whose id is given.
    fn found(&self, id: &str) -> String {
        let host = format!("label.{id}");
        let who = ["init", "--id", id, "--name", id, "--host", &host, "--may-issue", "sg.cls-iot:1,2,3"];
        self.done(&who);
        self.done(&["user", "add", "oscar", "--role", "operator"]);
        for (name, role) in [("olga", "officer"), ("anna", "approver")] {
            self.done(&["user", "add", name, "--role", role, "--as", "oscar"]);
        }
        self.done(&["key", "new", "--as", "oscar"])
    }

    fn try_to(&self, args: &[&str]) -> Ran {
        let mut command = self.desk.program("verilabel-issuer");
        run(command
            .env("VERILABEL_AUTHORITY", self.desk.path("authority"))
            .env("VERILABEL_PASSPHRASE", &self.passphrase)
            .args(args))
    }

    /// Does something that must succeed; gives what was printed.
    fn done(&self, args: &[&str]) -> String {
        let ran = self.try_to(args);
        assert_eq!(ran.exit, 0, "{args:?}: {}", ran.stderr);
        ran.stdout.trim().to_owned()
    }

    /// Takes what another gives.
    fn take(&self, from: &Self, name: &str) {
        copy(&from.desk.path(name), &self.desk.path(name));
    }

    /// Awards labels of these numbers to products of these GTINs.
    fn award(&self, labels: &[(&str, &str)]) {
        let script = "printf 'manufacturer,brand,models,category,gtins,support_until\\n' > products.csv
            printf 'number,scheme,specification,level,awarded,valid_until,gtin,category,brand,models,manufacturer\\n' > awards.csv
            while read number gtin; do
                echo \"Lumora Devices,Lumora,Eye $gtin,camera,$gtin,$(date -u -d '5 years' +%F)\" >> products.csv
                echo \"$number,sg.cls-iot,1.4,2,$(date -u +%F),$(date -u -d '2 years' +%F),$gtin,camera,Lumora,Eye $gtin,Lumora Devices\" >> awards.csv
            done";
        let rows: Vec<String> = labels.iter().map(|(number, gtin)| format!("{number} {gtin}")).collect();
        fs::write(self.desk.path("rows"), rows.join("\n") + "\n").unwrap();
        let made = run(self.desk.shell().args(["-c", &format!("{script} < rows")]));
        assert_eq!(made.exit, 0, "{}", made.stderr);
        for table in ["product", "award"] {
            let file = self.desk.path(&format!("{table}s.csv"));
            self.done(&[table, "import", file.to_str().unwrap(), "--as", "olga"]);
        }
        for (number, _) in labels {
            self.done(&["award", "approve", "--number", number, "--as", "anna"]);
        }
    }

    /// The link of a label.
    fn link(&self, number: &str, out: &str) -> String {
        let out = self.desk.path(out);
        self.done(&["label", "files", number, "--out", out.to_str().unwrap()]);
        let files = fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().path());
        let link = files.into_iter().find(|path| path.extension().is_some_and(|e| e == "txt"));
        fs::read_to_string(link.unwrap()).unwrap().trim().to_owned()
    }
}

/// Whoever has A's pack, by way of the mirror.
struct Verifier {
    desk: Desk,
    url: String,
}

impl Verifier {
    fn update(&self, more: &[&str]) -> Ran {
        run(self.desk.verilabel().args(["pack", "update", &self.url]).args(more))
    }

    fn updated(&self) {
        let ran = self.update(&[]);
        assert_eq!(ran.exit, 0, "{}", ran.stderr);
    }

    fn says(&self, link: &str) -> i32 {
        run(self.desk.verilabel().args(["verify", link])).exit
    }
}

fn copy(from: &Path, to: &Path) {
    let _ = fs::remove_dir_all(to);
    let copied = Command::new("cp").arg("-R").arg(from).arg(to).status();
    assert!(copied.is_ok_and(|status| status.success()), "{} is not copied", from.display());
}

/// B's part goes to A, A publishes, and the mirror copies that.
fn hand_in(a: &Party, b: &Party, mirror: &Mirror) {
    b.done(&["pack", "part", "sign", "--out", b.desk.path("part").to_str().unwrap()]);
    a.take(b, "part");
    let (public, part) = (a.desk.path("public/pack"), a.desk.path("part"));
    a.done(&["pack", "publish", "--pack", public.to_str().unwrap(), "--part", part.to_str().unwrap()]);
    mirror.copy(&a.desk.path("public"));
}

#[test]
fn two_agencies_a_mirror_and_a_thief() {
    let (a, b) = (Party::new("agency A"), Party::new("agency B"));
    a.found("a.authority");
    let stolen = b.found("b.authority");
    let public = a.desk.path("public/pack");
    let public = public.to_str().unwrap();
    a.done(&["pack", "init", "--pack", public]);
    a.done(&["pack", "publish", "--pack", public]);
    b.done(&["pack", "part", "introduce", "--out", b.desk.path("introduction.json").to_str().unwrap()]);
    a.take(&b, "introduction.json");
    let introduction = a.desk.path("introduction.json");
    let add = ["pack", "partner", "add", introduction.to_str().unwrap(), "--may-issue", "sg.cls-iot:1,2"];
    assert_eq!(a.try_to(&add).exit, 2, "nobody is named who decides");
    assert_eq!(a.try_to(&[&add[..], &["--as", "olga"]].concat()).exit, 3, "an officer is no operator");
    a.done(&[&add[..], &["--as", "oscar"]].concat());

    let served = Desk::new();
    fs::create_dir(served.path("files")).unwrap();
    let mirror = Mirror::of(&served.path("files"));
    b.award(&[("B/1", "9521234543213"), ("B/2", "9521234543220")]);
    let (honest, other) = (b.link("B/1", "print-1"), b.link("B/2", "print-2"));
    hand_in(&a, &b, &mirror);
    let verifier = Verifier { desk: Desk::new(), url: format!("{}/pack/", mirror.url) };
    // The root comes by another way than the mirror.
    let root = a.desk.path("public/pack/metadata/1.root.json");
    let ran = verifier.update(&["--root", root.to_str().unwrap()]);
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
    assert_eq!((verifier.says(&honest), verifier.says(&other)), (GENUINE, GENUINE));
    copy(&a.desk.path("public"), &served.path("old"));

    // B suspends a label: seen after one update, and not before.
    b.done(&["suspend", "B/2", "--reason", "vulnerability", "--note", "No password", "--as", "anna"]);
    hand_in(&a, &b, &mirror);
    assert_eq!(verifier.says(&other), GENUINE);
    verifier.updated();
    assert_eq!((verifier.says(&honest), verifier.says(&other)), (GENUINE, REVOKED));

    // A mirror that serves what was there before.
    mirror.copy(&served.path("old"));
    let ran = verifier.update(&[]);
    assert!(ran.exit == 1 && ran.stderr.contains("pack-rolled-back"), "{}", ran.stderr);
    assert_eq!((verifier.says(&honest), verifier.says(&other)), (GENUINE, REVOKED));
    mirror.copy(&a.desk.path("public"));

    // A thief has all that B had, the key's bytes among it, and makes a label of its own, dated back.
    let thief = Party { desk: Desk::new(), passphrase: b.passphrase.clone() };
    thief.take(&b, "authority");
    thief.award(&[("B/1000", "9521234543237")]);
    let forged = thief.link("B/1000", "print");
    assert_eq!(verifier.says(&forged), GENUINE, "nobody knows of the theft yet");

    b.done(&["key", "new", "--as", "oscar"]);
    b.done(&["key", "distrust", &stolen, "--note", "The machine was broken into", "--as", "oscar"]);
    hand_in(&a, &b, &mirror);
    verifier.updated();
    assert_eq!(verifier.says(&forged), REFUSED);
    assert_eq!((verifier.says(&honest), verifier.says(&other)), (GENUINE, REVOKED));

    b.done(&["key", "remint", &stolen, "--as", "oscar"]);
    let again = b.link("B/1", "print-again");
    assert_ne!(again, honest);
    assert_eq!(verifier.says(&honest), GENUINE, "until the new signature is published");
    hand_in(&a, &b, &mirror);
    verifier.updated();
    assert_eq!((verifier.says(&again), verifier.says(&forged)), (GENUINE, REFUSED));

    a.done(&["pack", "partner", "drop", "b.authority", "--as", "oscar"]);
    a.done(&["pack", "publish", "--pack", public]);
    mirror.copy(&a.desk.path("public"));
    verifier.updated();
    for link in [&again, &honest, &other, &forged] {
        assert_eq!(verifier.says(link), CANNOT_TELL);
    }
    // What A did with its partners is on record, and what it was not allowed to.
    let events = a.done(&["audit", "list", "--json"]);
    let events: serde_json::Value = serde_json::from_str(&events).unwrap();
    let of_partners: Vec<(&str, bool)> = events["events"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|event| event["kind"] == "pack-partner")
        .map(|event| (event["facts"]["change"].as_str().unwrap_or(""), event["refused"].is_string()))
        .collect();
    assert_eq!(of_partners, [("", true), ("add", false), ("drop", false)]);
}
