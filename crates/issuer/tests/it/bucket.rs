//! Publishing to an S3-compatible store: the real program against a server of its own.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use verilabel_label::Timestamp;
use verilabel_trust::{Client, Expiry, MemoryStore, Repository, TrustPack, UpdateError};
use verilabel_verify::{Conclusion, Policy, Question, judge};

use crate::api::house::of_python;
use crate::commands::{Desk, number};

/// The server, from the Python package index.
const PACKAGE: &str = "moto[server]==5.2.5";

/// Readers of a publication have no keys.
const EVERYBODY_READS: &str = r#"{"Version": "2012-10-17", "Statement": [
  {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::labels/*"}]}"#;

/// A store that ends with this.
struct Server {
    child: Child,
    port: u16,
}

impl Server {
    fn start(moto: &Path) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new(moto);
        command.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let server = Self { child, port };
        for _ in 0..600 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                assert_eq!(server.ask("PUT", "/labels", "").0, 200);
                assert!(server.ask("PUT", "/labels?policy", EVERYBODY_READS).0 < 300);
                return server;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("moto_server does not answer");
    }

    /// Status and body.
    fn ask(&self, method: &str, path: &str, body: &str) -> (u16, Vec<u8>) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let request = format!(
            "{method} {path} HTTP/1.0\r\nHost: 127.0.0.1:{}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.port,
            body.len()
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
        let status = String::from_utf8_lossy(&answer[..end]).split(' ').nth(1).unwrap().parse().unwrap();
        (status, answer.split_off(end + 4))
    }

    fn get(&self, name: &str) -> Option<Vec<u8>> {
        match self.ask("GET", &format!("/labels/sg/{name}"), "") {
            (200, body) => Some(body),
            (404, _) => None,
            (status, _) => panic!("{name}: {status}"),
        }
    }

    fn judged(&self, text: &str) -> Conclusion {
        let now = now();
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

#[test]
fn a_bucket_is_a_publication_folder() {
    let Some(moto) = of_python(PACKAGE, "moto_server") else { return };
    let server = Server::start(&moto);
    let endpoint = format!("http://127.0.0.1:{}", server.port);
    let environment = [
        ("AWS_ENDPOINT", endpoint.as_str()),
        ("AWS_ALLOW_HTTP", "true"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "tests"),
        ("AWS_SECRET_ACCESS_KEY", "tests"),
    ];
    let desk = Desk::with(environment.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec());
    desk.award(1);
    let publish = ["publish", "--to", "s3://labels/sg"];
    assert!(desk.done(&publish).contains("release 1,"));
    let label = "labels/01/09521234543213";
    let link = String::from_utf8(server.get(&format!("{label}/link.txt")).unwrap()).unwrap();
    assert_eq!(server.judged(link.trim_end()), Conclusion::InForce);
    assert!(server.get(&format!("{label}/label.pdf")).unwrap().starts_with(b"%PDF-"));
    assert!(server.get("status/1").is_some() && server.get("pack.tar.gz").is_some());

    let why = ["--reason", "vulnerability", "--note", "a test", "--as", "anna"];
    desk.done(&[&["suspend", &number(1)][..], &why].concat());
    // Several at once: one publishes, the others find it done, or are told that somebody else is at it.
    let start = |_| desk.command(&publish).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let started: Vec<Child> = (0..4).map(start).collect();
    let mut published = 0;
    for child in started {
        let output = child.wait_with_output().unwrap();
        let [stdout, stderr] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        assert!(output.status.success() || stderr.contains("another instance"), "{stderr}");
        published += usize::from(stdout.contains("release 2,"));
    }
    assert!(published > 0);
    assert!(desk.done(&publish).contains("release 2,"), "one suspension, one release");
    assert_eq!(server.judged(link.trim_end()), Conclusion::Revoked);
}

#[expect(clippy::disallowed_methods, reason = "the program that is tested reads the clock")]
fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    Timestamp::from_seconds(i64::try_from(since.as_secs()).unwrap()).unwrap()
}
