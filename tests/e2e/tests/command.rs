//! The `verilabel` command at its edges.

#![expect(clippy::unwrap_used, reason = "what is missing fails the test")]

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::Stdio;

use verilabel_e2e::{Desk, Ran, root, run};

const AT: &str = "2026-11-22T09:00:00Z";

fn pack(name: &str) -> PathBuf {
    root().join(format!("tests/vectors/packs/{name}.tar.gz"))
}

fn link(vector: &str) -> String {
    fs::read_to_string(root().join("tests/vectors").join(vector).join("link.txt")).unwrap().trim().to_owned()
}

fn verify(desk: &Desk, args: &[&str]) -> Ran {
    run(desk.verilabel().args(["verify", "--at", AT, "--json"]).arg("--pack").arg(pack("base")).args(args))
}

#[test]
fn inputs_that_are_none() {
    let desk = Desk::new();
    let file = |name: &str, bytes: &[u8]| {
        fs::write(desk.path(name), bytes).unwrap();
        let ran = verify(&desk, &[name]);
        assert_eq!(ran.exit, 1, "{name}");
        ran.code()
    };
    assert_eq!(file("empty.png", b""), "empty-file");
    assert_eq!(file("blank.txt", b" \n\n"), "empty-file");
    assert_eq!(file("noise.bin", &[0, 255, 1, 254, 7]), "not-a-picture");
    assert_eq!(file("bomb.png", &png_header(60_000, 60_000)), "picture-too-large");
    assert_eq!(file("cut.png", &png_header(600, 600)), "picture-damaged");
    assert_eq!(file("grey.png", &grey_png()), "no-code-found");
    assert_eq!(
        file("eyJ.png", &grey_png()),
        "no-code-found",
        "a file, though its name begins as credentials do"
    );
    let missing = verify(&desk, &["missing.png"]);
    assert_eq!((missing.exit, missing.code().as_str()), (1, "no-such-input"));
    let folder = verify(&desk, &["."]);
    assert_eq!((folder.exit, folder.code().as_str()), (1, "file"));
}

/// Signature, IHDR, and nothing else.
fn png_header(width: u32, height: u32) -> Vec<u8> {
    let mut header = b"IHDR".to_vec();
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend([8, 0, 0, 0, 0]);
    let crc = crc32(&header);
    [b"\x89PNG\r\n\x1a\n\0\0\0\x0d".as_slice(), &header, &crc.to_be_bytes()].concat()
}

/// PNG §D, bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { 0xEDB8_8320 ^ (crc >> 1) } else { crc >> 1 };
    !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
}

fn grey_png() -> Vec<u8> {
    let mut png = Vec::new();
    let grey = image::GrayImage::from_pixel(320, 240, image::Luma([128]));
    grey.write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png).unwrap();
    png
}

/// A sharp code in a corner of a picture full of what looks like finder patterns.
fn crowded(text: &str) -> image::GrayImage {
    let code = qrcode::QrCode::new(text).unwrap();
    let side = code.width() + 8;
    let pattern = |x: usize, y: usize| x < 7 && y < 7 && x.abs_diff(3).max(y.abs_diff(3)) != 2;
    let is_dark = |x: usize, y: usize| match (x / 4, y / 4) {
        (column, row) if column < side && row < side => {
            let inside = (4..side - 4).contains(&column) && (4..side - 4).contains(&row);
            inside && code[(column - 4, row - 4)] == qrcode::Color::Dark
        }
        _ => pattern(x / 3 % 9, y / 3 % 9),
    };
    image::GrayImage::from_fn(1600, 1200, |x, y| {
        let [x, y] = [x, y].map(|place| usize::try_from(place).unwrap());
        image::Luma([if is_dark(x, y) { 0 } else { 255 }])
    })
}

/// Codes in a row, four pixels a module, on white.
fn in_a_row(texts: &[&str]) -> image::GrayImage {
    let codes: Vec<_> = texts.iter().map(|text| qrcode::QrCode::new(text).unwrap()).collect();
    let place = codes.iter().map(|code| code.width() + 8).max().unwrap();
    let is_dark = |x: usize, y: usize| {
        let code = &codes[x / 4 / place];
        let [column, row] =
            [x / 4 % place, y / 4].map(|place| place.checked_sub(4).filter(|m| *m < code.width()));
        matches!((column, row), (Some(column), Some(row)) if code[(column, row)] == qrcode::Color::Dark)
    };
    let [width, height] = [codes.len(), 1].map(|places| u32::try_from(places * place * 4).unwrap());
    image::GrayImage::from_fn(width, height, |x, y| {
        let [x, y] = [x, y].map(|place| usize::try_from(place).unwrap());
        image::Luma([if is_dark(x, y) { 0 } else { 255 }])
    })
}

#[test]
fn every_label_of_a_picture_is_judged() {
    let desk = Desk::new();
    let forged = root().join("tests/vectors/vc-wrong-key/credential.jwt");
    let forged = fs::read_to_string(forged).unwrap();
    let genuine = format!("{}\n", link("in-force-es256"));
    in_a_row(&[&genuine, forged.trim(), "WIFI:S:home;;"]).save(desk.path("box.png")).unwrap();
    let ran = verify(&desk, &["box.png"]);
    let mut conclusions: Vec<String> = ran.json()["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| result["verdict"]["conclusion"].as_str().unwrap().to_owned())
        .collect();
    conclusions.sort_unstable();
    assert_eq!((ran.exit, conclusions), (10, vec!["in-force".to_owned(), "not-authentic".to_owned()]));
}

#[test]
fn a_search_that_was_cut_short_is_told() {
    let desk = Desk::new();
    crowded(&link("in-force-es256")).save(desk.path("crowd.png")).unwrap();
    let ran = verify(&desk, &["crowd.png"]);
    assert_eq!((ran.exit, ran.code().as_str()), (0, "in-force"));
    assert_eq!(ran.json()["results"][0]["search_incomplete"], true);
    assert!(ran.stderr.contains("note[search-incomplete]: not all of crowd.png"), "{}", ran.stderr);
    let whole = verify(&desk, &[&link("in-force-es256")]);
    assert_eq!(whole.json()["results"][0].get("search_incomplete"), None);
}

#[test]
fn links_files_and_standard_input_are_the_same() {
    let desk = Desk::new();
    let honest = link("in-force-es256");
    fs::write(desk.path("link.txt"), format!("\u{20}{honest}\r\n")).unwrap();
    fs::write(desk.path("old.txt"), format!("{honest}\r")).unwrap();
    let spaced = format!(" {honest} ");
    for input in [honest.as_str(), "link.txt", "old.txt", &spaced] {
        let ran = verify(&desk, &[input]);
        assert_eq!((ran.exit, ran.code().as_str()), (0, "in-force"));
    }
    let mut child = desk
        .verilabel()
        .args(["verify", "-", "--at", AT, "--pack"])
        .arg(pack("base"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(honest.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("✔ AUTHENTIC AND IN FORCE  standard input"));
}

#[test]
fn of_several_inputs_the_worst_decides() {
    let desk = Desk::new();
    let all = ["in-force-es256", "expired", "suspended", "issuer-unknown", "wrong-key"].map(link);
    let links: Vec<&str> = all.iter().map(String::as_str).collect();
    for (inputs, exit) in
        [(&links[..1], 0), (&links[..2], 12), (&links[..4], 11), (&links[..], 10), (&links[3..4], 13)]
    {
        let ran = verify(&desk, inputs);
        assert_eq!(ran.exit, exit);
        assert_eq!(ran.json()["results"].as_array().unwrap().len(), inputs.len());
        assert_eq!(ran.json()["exit"], exit);
    }
    let mixed = verify(&desk, &[links[0], "missing.png"]);
    assert_eq!(mixed.exit, 1);
    fs::write(desk.path("many.txt"), all.join("\n")).unwrap();
    let many = verify(&desk, &["many.txt"]);
    assert_eq!((many.exit, many.json()["results"][1]["input"].as_str()), (10, Some("many.txt:2")));
}

#[test]
fn a_label_at_home_is_told_with_its_doubts() {
    let desk = Desk::new();
    let finnish = link("fi-in-sg");
    let ran = verify(&desk, &[&finnish, "--market", "FI"]);
    let verdict = &ran.json()["results"][0]["verdict"];
    assert_eq!(verdict["recognition"]["outcome"], "own");
    assert_eq!(verdict["recognition"]["caveats"][0]["code"], "source-scheme-ended");
    let is_told =
        |line: &serde_json::Value| line["code"] == "source-scheme-ended" && line["mark"] == "attention";
    assert!(verdict["checks"].as_array().unwrap().iter().any(is_told));
    let card = run(desk
        .verilabel()
        .args(["verify", "--market", "FI", "--at", AT, "--pack"])
        .arg(pack("base"))
        .arg(&finnish));
    assert!(card.stdout.contains("  but "), "{}", card.stdout);
    let counts = run(desk.verilabel().args([
        "register",
        "where",
        "fi.cybersecurity-label:1",
        "--awarded",
        "2024-06-01",
        "--at",
        AT,
    ]));
    assert!(counts.stdout.lines().any(|line| line.trim_start().starts_with("but ")), "{}", counts.stdout);
}

#[test]
fn names_of_files_control_no_terminal() {
    let desk = Desk::new();
    let name = "a\u{1b}[2J\n\u{202e}.txt";
    fs::write(desk.path(name), link("in-force-es256")).unwrap();
    let shown = "a\u{fffd}[2J\u{fffd}\u{fffd}.txt";
    let at = ["verify", "--at", AT, "--pack"];
    let card = run(desk.verilabel().args(at).arg(pack("base")).arg(name));
    assert!(card.stdout.starts_with(&format!("✔ AUTHENTIC AND IN FORCE  {shown}\n")), "{}", card.stdout);
    assert!(run(desk.verilabel().args(["show", name])).stdout.starts_with(&format!("UNVERIFIED  {shown}\n")));
    assert_eq!(verify(&desk, &[name]).json()["results"][0]["input"], name);
    fs::write(desk.path(name), [0, 255]).unwrap();
    let trouble = run(desk.verilabel().args(at).arg(pack("base")).arg(name));
    assert!(trouble.stderr.contains(&format!("error[not-a-picture]: {shown}: ")), "{}", trouble.stderr);
}

#[test]
fn wrong_usage() {
    let desk = Desk::new();
    for args in [
        &["verify"][..],
        &["verify", "x", "--market", "sg"],
        &["verify", "x", "--min-level", "3"],
        &["verify", "x", "--at", "yesterday"],
        &["verify", "x", "--max-status-age", "7"],
        &["frobnicate"],
        &[],
    ] {
        let ran = run(desk.verilabel().args(args));
        assert_eq!((ran.exit, ran.stdout.as_str()), (2, ""), "{args:?}");
    }
}

#[test]
fn nothing_of_a_false_label_is_shown() {
    let desk = Desk::new();
    for details in [&[][..], &["--details"]] {
        let mut command = desk.verilabel();
        command
            .args(["verify", "--at", AT, "--pack"])
            .arg(pack("base"))
            .arg(link("level-raised"))
            .args(details);
        let ran = run(&mut command);
        for claimed in ["Lumora", "LX-200", "CSA/", "Level 4", "sg.cls-iot"] {
            assert!(!ran.stdout.contains(claimed), "{claimed} in {}", ran.stdout);
        }
    }
    let json = verify(&desk, &[&link("level-raised")]);
    assert!(!json.stdout.contains("Lumora") && json.json()["results"][0]["verdict"]["label"].is_null());
}

#[test]
fn show_marks_what_nobody_vouches_for() {
    let desk = Desk::new();
    let ran = run(desk.verilabel().arg("show").arg(link("level-raised")));
    assert_eq!(ran.exit, 0);
    assert!(ran.stdout.starts_with("UNVERIFIED  link\n"), "{}", ran.stdout);
    assert!(ran.stdout.contains("Lumora") && ran.stdout.contains("Nobody vouches for any of this"));
    let other = run(desk.verilabel().args(["show", "https://example.org/\u{1b}[31m"]));
    assert_eq!(other.exit, 1);
    assert!(other.stdout.contains("not-a-label-link") && !other.stdout.contains('\u{1b}'));
}

#[test]
fn packs_are_kept_and_never_go_backwards() {
    let desk = Desk::new();
    let honest = link("in-force-es256");
    let without = run(desk.verilabel().args(["verify", &honest]));
    assert_eq!(without.exit, 1);
    assert!(without.stderr.contains("error[no-pack]") && without.stderr.contains("help:"));
    let import = |name: &str| run(desk.verilabel().args(["pack", "import", "--at", AT]).arg(pack(name)));
    assert_eq!(import("base").exit, 0);
    let imported = run(desk.verilabel().args(["verify", &honest, "--at", AT, "--json"]));
    assert_eq!((imported.exit, imported.json()["root"]["pinned"].as_bool()), (0, Some(true)));
    // Older, whether imported or named.
    assert!(import("older").stderr.contains("error[pack-rolled-back]"));
    let named = run(desk.verilabel().args(["verify", &honest, "--at", AT, "--pack"]).arg(pack("older")));
    assert_eq!(named.exit, 1);
    assert!(named.stderr.contains("error[pack-rolled-back]"), "{}", named.stderr);
    // What was accepted stays in use.
    assert_eq!(run(desk.verilabel().args(["verify", &honest, "--at", AT])).exit, 0);
    let info = run(desk.verilabel().args(["pack", "info", "--at", "2027-06-01T00:00:00Z"]));
    assert!(info.stdout.contains("EXPIRED: fetch a newer pack"), "{}", info.stdout);
    assert!(info.stdout.contains("which does not say until when it is good"), "{}", info.stdout);
}

#[test]
fn an_expired_pack_still_serves_and_says_so() {
    let desk = Desk::new();
    let mut command = desk.verilabel();
    command.args(["verify", "--json", "--at", AT, "--pack"]).arg(pack("expired")).arg(link("in-force-es256"));
    let ran = run(&mut command);
    assert_eq!(ran.exit, 0);
    assert_eq!(ran.json()["results"][0]["verdict"]["notes"][0]["code"], "pack-expired");
}

#[test]
fn what_is_no_pack() {
    let desk = Desk::new();
    fs::create_dir(desk.path("folder")).unwrap();
    fs::write(desk.path("file"), b"hello").unwrap();
    for (name, code) in [("folder", "not-a-pack"), ("file", "pack-file-damaged"), ("missing", "file")] {
        let ran = run(desk.verilabel().args([
            "verify",
            "https://a.example/01/09521234543213#1255",
            "--pack",
            name,
        ]));
        assert_eq!(ran.exit, 1);
        assert!(ran.stderr.contains(&format!("error[{code}]")), "{name}: {}", ran.stderr);
    }
}

#[test]
fn a_foreign_root_is_not_followed() {
    let desk = Desk::new();
    let mut command = desk.verilabel();
    fs::write(desk.path("root.json"), b"{}").unwrap();
    command
        .args(["verify", "--at", AT, "--root", "root.json", "--pack"])
        .arg(pack("base"))
        .arg(link("in-force-es256"));
    let ran = run(&mut command);
    assert_eq!(ran.exit, 1);
    assert!(ran.stderr.contains("error[metadata-malformed]"), "{}", ran.stderr);
}

/// A root that is whole and signed, and another one's.
#[test]
fn another_authoritys_root_is_not_followed() {
    let desk = Desk::new();
    let made =
        run(desk.program("verilabel-issuer").args(["pack", "init", "--pack", "other", "--keys", "keys"]));
    assert_eq!(made.exit, 0, "{}", made.stderr);
    let root = "other/metadata/1.root.json";
    let mut command = desk.verilabel();
    command.args(["verify", "--at", AT, "--root", root, "--pack"]).arg(pack("base"));
    let ran = run(command.arg(link("in-force-es256")));
    assert_eq!(
        (ran.exit, ran.stderr.contains("error[pack-too-few-signatures]")),
        (1, true),
        "{}",
        ran.stderr
    );
}

/// Whoever stops reading must not make a false label look good.
#[test]
fn the_exit_code_does_not_depend_on_who_reads() {
    let desk = Desk::new();
    for form in ["--details", "--json"] {
        let mut command = desk.verilabel();
        command.args(["verify", "--at", AT, form]).arg("--pack").arg(pack("base"));
        command.args(vec![link("signature-bit"); 500]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        drop(child.stdout.take());
        assert_eq!(child.wait().unwrap().code(), Some(10), "{form}");
    }
    let full = || fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = desk.verilabel();
    command.args(["verify", "--at", AT, "--pack"]).arg(pack("base")).arg(link("signature-bit"));
    assert_eq!(command.stderr(full()).status().unwrap().code(), Some(10));
    assert_eq!(command.stdout(full()).status().unwrap().code(), Some(1));
}

#[test]
fn trouble_with_the_pack_is_a_document_too() {
    let desk = Desk::new();
    let mut command = desk.verilabel();
    let ran = run(command.args(["verify", "--json", "--pack", "missing", &link("in-force-es256")]));
    assert_eq!((ran.exit, ran.json()["trouble"]["code"].as_str().unwrap()), (1, "file"));
}

#[test]
fn trouble_with_a_status_list_is_a_document_too() {
    let desk = Desk::new();
    let ran = verify(&desk, &["--status-list", "missing.jwt", &link("in-force-es256")]);
    assert_eq!((ran.exit, ran.json()["trouble"]["code"].as_str()), (1, Some("no-such-input")));
    let list = root().join("tests/vectors/vc-list-key-retired/status-list-1.jwt");
    let ran = verify(&desk, &["--status-list", list.to_str().unwrap(), &link("in-force-es256")]);
    assert_eq!((ran.exit, ran.json()["trouble"]["code"].as_str()), (1, Some("key-not-in-use")));
    assert_eq!(ran.json()["results"].as_array().map(Vec::len), Some(0));
}

#[test]
fn results_say_of_which_argument_they_are() {
    let desk = Desk::new();
    let honest = link("in-force-es256");
    fs::write(desk.path("two.txt"), format!("{honest} {honest}\n\n{honest}")).unwrap();
    let ran = verify(&desk, &[&honest, "missing.png", "two.txt", "-"]);
    let told: Vec<(u64, String)> = ran.json()["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| (result["argument"].as_u64().unwrap(), result["input"].as_str().unwrap().to_owned()))
        .collect();
    let due = [
        (1, "link"),
        (2, "missing.png"),
        (3, "two.txt:1#1"),
        (3, "two.txt:1#2"),
        (3, "two.txt:3"),
        (4, "standard input"),
    ];
    assert_eq!(told, due.map(|(argument, input)| (argument, input.to_owned())));
}

#[test]
fn questions_that_nothing_answers_are_usage() {
    let desk = Desk::new();
    for question in [["--category", "spaceship"], ["--min-level", "xx.yy:1"], ["--min-level", "sg.cls-iot:9"]]
    {
        let ran = verify(&desk, &[&question[..], &[link("in-force-es256").as_str()]].concat());
        assert_eq!(
            (ran.exit, ran.stderr.contains("error[unknown-in-register]")),
            (2, true),
            "{}",
            ran.stderr
        );
    }
}

#[test]
fn the_register_answers() {
    let desk = Desk::new();
    let rows = run(desk.verilabel().args(["register", "rows", "--at", AT]));
    assert_eq!(rows.exit, 0);
    assert!(
        rows.stdout.contains("CIC Basic or above -> CLS(IoT) Level 3 (fulfils-level)"),
        "{}",
        rows.stdout
    );
    let map = run(desk.verilabel().args(["register", "map", "--at", AT]));
    assert!(map.stdout.starts_with("<svg") || map.stdout.starts_with("<?xml"));
    let places =
        run(desk.verilabel().args(["register", "where", "kr.cic:2", "--category", "hub", "--at", AT]));
    assert!(places.stdout.contains("treats this label as fulfilling CLS(IoT) Level 3"));
    assert!(places.stdout.contains("no arrangement leads from CIC to United Kingdom"));
    assert!(places.stderr.contains("note[assumed]: an unnamed specification"), "{}", places.stderr);
    let places = run(desk.verilabel().args(["register", "where", "sg.cls-iot:3", "--at", AT]));
    assert!(places.stderr.contains("note[assumed]: the newest specification"), "{}", places.stderr);
}

#[test]
fn the_register_answers_for_schemes_without_a_market_and_for_no_unknown_category() {
    let desk = Desk::new();
    let ask = |more: &[&str]| {
        run(desk.verilabel().args(["register", "where", "sg.cls-iot:3", "--at", AT]).args(more))
    };
    let places = ask(&["--specification", "1.4", "--awarded", "2026-01-01"]);
    let psv = places.stdout.lines().find(|line| line.starts_with("PSV"));
    assert!(psv.is_some_and(|line| line.contains("cannot be told")), "{}", places.stdout);
    assert!(!places.stderr.contains("note[assumed]"), "{}", places.stderr);
    let refused = ask(&["--category", "spaceship"]);
    assert_eq!((refused.exit, refused.stderr.contains("error[unknown-in-register]")), (2, true));
}

#[test]
fn a_level_that_is_met_by_an_arrangement_says_what_that_rests_on() {
    let desk = Desk::new();
    let korean = link("kr-basic-in-sg");
    let ask =
        |more: &[&str]| verify(&desk, &[&["--min-level", "sg.cls-iot:3", korean.as_str()], more].concat());
    let demand = ask(&[]).json()["results"][0]["verdict"]["minimum_level"].clone();
    assert_eq!((&demand["met"], &demand["findings"][0]["arrangement"]), (&true.into(), &"sg-kr-2024".into()));
    assert_eq!(demand["findings"][0]["source"], "csa-2024-10-16");
    let card = run(desk
        .verilabel()
        .args(["verify", "--at", AT, "--min-level", "sg.cls-iot:3", "--pack"])
        .arg(pack("base"))
        .arg(&korean));
    assert!(card.stdout.contains("treats this label as fulfilling CLS(IoT) Level 3"), "{}", card.stdout);
    // The Finnish label counts by a scheme that has ended: that is said here, too.
    let finnish = link("fi-in-sg");
    let ran = verify(&desk, &["--min-level", "sg.cls-iot:3", finnish.as_str()]);
    let codes = ran.json()["results"][0]["verdict"]["checks"].clone();
    let is_told = |line: &serde_json::Value| {
        (&line["check"], &line["code"]) == (&"minimum-level".into(), &"source-scheme-ended".into())
    };
    assert!(codes.as_array().unwrap().iter().any(is_told), "{codes}");
}

#[test]
fn completions_and_manual() {
    let desk = Desk::new();
    for shell in ["bash", "zsh", "fish"] {
        let ran = run(desk.verilabel().args(["completions", shell]));
        assert!(ran.exit == 0 && ran.stdout.contains("verilabel"));
    }
    let man = run(desk.verilabel().arg("man"));
    assert!(man.exit == 0 && man.stdout.contains(".TH verilabel"));
}
