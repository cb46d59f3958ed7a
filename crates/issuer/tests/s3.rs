//! Publishing to an S3-compatible store: the real program against a server of its own (PyPI: `moto[server]`).

#![expect(clippy::panic, clippy::unwrap_used, reason = "what is missing fails the test")]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use verilabel_label::Timestamp;
use verilabel_trust::{Client, Expiry, MemoryStore, Repository, TrustPack, UpdateError};
use verilabel_verify::{Conclusion, Policy, Question, judge};

const AWARD: &str = r#"{
  "scheme": "sg.cls-iot", "specification": "1.4", "level": 2, "number": "CSA/010128/1",
  "awarded": "2026-02-01", "valid_until": "2028-01-31", "gtin": "9521234543213", "category": "camera",
  "brand": "Lumora", "models": ["Eye 2"], "manufacturer": "Lumora Devices"
}"#;

/// A store that ends with this.
struct Server {
    child: Child,
    port: u16,
}

impl Server {
    fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new("moto_server")
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|e| panic!("no moto_server ({e}): pip install 'moto[server]'"));
        let server = Self { child, port };
        for _ in 0..600 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                assert_eq!(server.ask("PUT", "/labels").0, 200);
                return server;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("moto_server does not answer");
    }

    /// Status and body.
    fn ask(&self, method: &str, path: &str) -> (u16, Vec<u8>) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let request = format!(
            "{method} {path} HTTP/1.0\r\nHost: 127.0.0.1:{}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            self.port
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
        let status = String::from_utf8_lossy(&answer[..end]).split(' ').nth(1).unwrap().parse().unwrap();
        (status, answer.split_off(end + 4))
    }

    fn get(&self, name: &str) -> Option<Vec<u8>> {
        match self.ask("GET", &format!("/labels/sg/{name}")) {
            (200, body) => Some(body),
            (404, _) => None,
            (status, _) => panic!("{name}: {status}"),
        }
    }

    fn judged(&self, text: &str, now: Timestamp) -> Conclusion {
        let root = self.get("pack/metadata/1.root.json").unwrap();
        let mut client = Client::open(MemoryStore::default(), &root).unwrap();
        let accepted = client.update(self, now, Expiry::Refuse).unwrap();
        let pack = TrustPack::open(accepted, self).unwrap();
        judge(text, &pack, &Question::default(), &Policy::default(), now).conclusion()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Repository for Server {
    fn metadata(&self, name: &str, _: usize) -> Result<Option<Vec<u8>>, UpdateError> {
        Ok(self.get(&format!("pack/metadata/{name}")))
    }

    fn target(&self, path: &str, _: usize) -> Result<Option<Vec<u8>>, UpdateError> {
        Ok(self.get(&format!("pack/targets/{path}")))
    }
}

fn program(folder: &Path, server: &Server, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_verilabel-issuer"));
    command
        .current_dir(folder)
        .env("VERILABEL_PASSPHRASE", "a passphrase for tests")
        .env("AWS_ENDPOINT", format!("http://127.0.0.1:{}", server.port))
        .env("AWS_ALLOW_HTTP", "true")
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", "tests")
        .env("AWS_SECRET_ACCESS_KEY", "tests")
        .args(args);
    command
}

fn done(folder: &Path, server: &Server, args: &[&str]) -> String {
    let Output { status, stdout, stderr } = program(folder, server, args).output().unwrap();
    assert!(status.success(), "{args:?}: {}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

#[test]
fn a_bucket_is_a_publication_folder() {
    let (server, folder) = (Server::start(), TempDir::new().unwrap());
    let path = folder.path();
    let run = |args: &[&str]| done(path, &server, args);
    let may = ["--may-issue", "sg.cls-iot:1,2,3,4"];
    let who = ["--id", "test.sg", "--name", "Test authority", "--host", "label.example.sg"];
    run(&[&["init", "--authority", "a"][..], &who, &may].concat());
    run(&["key", "new", "--authority", "a"]);
    run(&["pack", "init", "--keys", "a/pack-keys"]);
    std::fs::write(path.join("award.json"), AWARD).unwrap();
    run(&["mint", "--authority", "a", "--out", "labels", "award.json"]);
    let publish = ["publish", "--authority", "a", "--to", "s3://labels/sg"];
    assert!(run(&publish).contains("release 1,"));
    let label = "labels/01/09521234543213";
    let link = String::from_utf8(server.get(&format!("{label}/link.txt")).unwrap()).unwrap();
    let now = now();
    assert_eq!(server.judged(link.trim_end(), now), Conclusion::InForce);
    assert!(server.get(&format!("{label}/label.pdf")).unwrap().starts_with(b"%PDF-"));
    assert!(server.get("status/1").is_some() && server.get("pack.tar.gz").is_some());

    run(&["status", "set", "--authority", "a", "CSA/010128/1", "suspend", "--reason", "a test"]);
    // Several at once: one publishes, the others find it done, or are told that somebody else is at it.
    let started: Vec<Child> = (0..4)
        .map(|_| {
            program(path, &server, &publish).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    let mut published = 0;
    for child in started {
        let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
        let (stdout, stderr) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
        assert!(status.success() || stderr.contains("another instance"), "{stderr}");
        published += usize::from(stdout.contains("release 2,"));
    }
    assert!(published > 0);
    assert!(run(&publish).contains("release 2,"), "one suspension, one release");
    assert_eq!(server.judged(link.trim_end(), now), Conclusion::Revoked);
}

#[expect(clippy::disallowed_methods, reason = "the program that is tested reads the clock")]
fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    Timestamp::from_seconds(i64::try_from(since.as_secs()).unwrap()).unwrap()
}
