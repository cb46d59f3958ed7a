//! Packs as they are kept, moved and brought up to date.

#![expect(clippy::unwrap_used, reason = "what is missing fails the test")]

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;

use verilabel_e2e::{Desk, root, run};

const AT: &str = "2026-11-22T09:00:00Z";
const AFTER_ITS_EXPIRY: &str = "2027-07-01";

fn pack(name: &str) -> PathBuf {
    root().join(format!("tests/vectors/packs/{name}.tar.gz"))
}

/// Serves a folder over loopback HTTP; gives its URL and the paths asked for.
fn serve(folder: &Path) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/pack/", listener.local_addr().unwrap());
    let (folder, asked) = (folder.to_owned(), Arc::new(Mutex::new(Vec::new())));
    let log = Arc::clone(&asked);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                stream.read_exact(&mut byte).unwrap();
                head.push(byte[0]);
            }
            let head = String::from_utf8(head).unwrap();
            let path = head.split(' ').nth(1).unwrap().strip_prefix("/pack/").unwrap().to_owned();
            let (status, body) = match fs::read(folder.join(&path)) {
                Ok(body) => ("200 OK", body),
                Err(_) => ("404 Not Found", Vec::new()),
            };
            log.lock().unwrap().push(path);
            write!(
                stream,
                "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            )
            .unwrap();
            stream.write_all(&body).unwrap();
        }
    });
    (url, asked)
}

fn unpack(name: &str, folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    let unpacked = Command::new("tar").arg("-xzf").arg(pack(name)).arg("-C").arg(folder).status().unwrap();
    assert!(unpacked.success());
}

#[test]
fn an_update_fetches_what_is_new_and_nothing_else() {
    let desk = Desk::new();
    let mirror = desk.path("mirror");
    unpack("older", &mirror);
    let (url, asked) = serve(&mirror);
    let update = || run(desk.verilabel().args(["pack", "update", &url, "--at", AT]));
    // Nothing is trusted yet.
    assert_eq!(update().exit, 1);
    assert_eq!(asked.lock().unwrap().len(), 0);
    let ran = run(desk.verilabel().args([
        "pack",
        "update",
        &url,
        "--at",
        AT,
        "--root",
        "mirror/metadata/1.root.json",
    ]));
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
    let first = std::mem::take(&mut *asked.lock().unwrap());
    assert!(first.iter().any(|path| path.starts_with("targets/")), "{first:?}");
    unpack("base", &mirror);
    let ran = update();
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("timestamp  version 3"), "{}", ran.stdout);
    // The targets are the same.
    assert_eq!(
        *asked.lock().unwrap(),
        [
            "metadata/2.root.json",
            "metadata/timestamp.json",
            "metadata/3.snapshot.json",
            "metadata/3.targets.json"
        ]
    );
    // A mirror that goes back, or loses a file: what was accepted stays in use.
    unpack("older", &mirror);
    let ran = update();
    assert!(ran.exit == 1 && ran.stderr.contains("pack-rolled-back"), "{}", ran.stderr);
    assert!(run(desk.verilabel().args(["pack", "info"])).stdout.contains("timestamp  version 3"));
}

#[test]
fn an_exported_pack_is_the_same_file_wherever_it_comes_from() {
    let desk = Desk::new();
    let verilabel = |arguments: &[&str]| {
        let ran = run(desk.verilabel().args(arguments));
        assert_eq!(ran.exit, 0, "{}", ran.stderr);
        ran
    };
    unpack("base", &desk.path("mirror"));
    verilabel(&["pack", "import", "mirror", "--at", AT]);
    let said = verilabel(&["pack", "export", "one.tar.gz"]).stdout;
    assert!(said.contains("metadata") && said.contains("bytes, compressed"), "{said}");
    verilabel(&["pack", "import", "one.tar.gz", "--at", AT]);
    verilabel(&["pack", "export", "two.tar.gz"]);
    let one = fs::read(desk.path("one.tar.gz")).unwrap();
    assert_eq!(one, fs::read(desk.path("two.tar.gz")).unwrap());
    assert_eq!(one, fs::read(pack("base")).unwrap());
    let same = verilabel(&["pack", "diff", "one.tar.gz", "mirror"]).stdout;
    assert_eq!(same, "nothing changed that a verdict rests on\n");
}

#[test]
fn an_update_that_was_cut_off_leaves_the_old_pack_in_use() {
    let desk = Desk::new();
    let import = |name: &str| run(desk.verilabel().args(["pack", "import", "--at", AT]).arg(pack(name))).exit;
    assert_eq!(import("older"), 0);
    let anchors: Vec<PathBuf> =
        fs::read_dir(desk.path("home/anchors")).unwrap().map(|entry| entry.unwrap().path()).collect();
    let in_use = anchors[0].join("in-use");
    let before = fs::read(&in_use).unwrap();
    assert_eq!(import("base"), 0);
    assert_ne!(fs::read(&in_use).unwrap(), before);
    // Half of another state, and a file that was being written.
    fs::create_dir_all(anchors[0].join("packs/0123456789abcdef")).unwrap();
    fs::write(anchors[0].join("packs/0123456789abcdef/2.root.json"), b"{").unwrap();
    fs::write(anchors[0].join("trusted/.1-0.new"), b"{").unwrap();
    assert!(run(desk.verilabel().args(["pack", "info"])).stdout.contains("timestamp  version 3"));
    assert_eq!(import("base"), 0);
    assert_eq!(fs::read_dir(anchors[0].join("packs")).unwrap().count(), 1);
}

#[test]
fn a_pack_past_its_expiry_serves_unless_a_fresh_one_is_required() {
    let desk = Desk::new();
    let base = pack("base");
    let link = fs::read_to_string(root().join("tests/vectors/in-force-es256/link.txt")).unwrap();
    let verify = |more: &[&str]| {
        let mut command = desk.verilabel();
        command.args(["verify", link.trim(), "--at", AFTER_ITS_EXPIRY, "--json", "--pack"]).arg(&base);
        run(command.args(more))
    };
    assert!(verify(&[]).json()["results"][0]["verdict"].is_object());
    let ran = verify(&["--require-fresh"]);
    assert!(ran.exit == 1 && format!("{}{}", ran.stdout, ran.stderr).contains("pack-expired"));
}
