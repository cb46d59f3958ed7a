//! A page, a publication, and the program that serves them.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use tempfile::TempDir;

pub(crate) const INDEX: &str = "<!doctype html><title>A page</title>";
pub(crate) const SCRIPT: &str = "export const answer = 42; // and so on, and so on, and so on, and so on";
/// What stands for brotli: the server does not look into it.
pub(crate) const PACKED: &str = "packed";

/// Folders for one test.
pub(crate) struct Place {
    folder: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap() };
        place.write("app/index.html", INDEX);
        place.write("app/sw.js", "// none");
        place.write("app/manifest.webmanifest", "{}");
        place.write("app/app/0123/js/main.js", SCRIPT);
        place.write("app/app/0123/js/main.js.br", PACKED);
        place.write("app/app/0123/wasm/verify_bg.wasm", "\0asm");
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        gzip.write_all(SCRIPT.as_bytes()).unwrap();
        fs::write(place.path("app/app/0123/js/main.js.gz"), gzip.finish().unwrap()).unwrap();
        place.write("published/pack/metadata/1.root.json", "{\"root\": 1}");
        place.write("published/pack/metadata/timestamp.json", "{}");
        place.write("published/pack.tar.gz", "a pack");
        place.write("published/status/1", "a token");
        place.write("published/status/1-revocation", "a list");
        place.write("published/.well-known/did.json", "{}");
        place.write("published/labels/01/09520000000011/link.txt", "https://…\n");
        place.write("published/labels/01/09520000000011/label.svg", "<svg/>");
        place.write("published/labels/01/09520000000011/credential.jwt", "a.b.c");
        place.write("published/.lock", "hidden");
        place.write("secret.txt", "outside");
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Puts a file in the place of another, as publishers do.
    pub(crate) fn replace(&self, name: &str, content: &str) {
        self.write("next", content);
        fs::rename(self.path("next"), self.path(name)).unwrap();
    }

    /// The program, to be run on these folders.
    pub(crate) fn program(&self) -> Command {
        program(&self.path("app"), &self.path("published"))
    }

    pub(crate) fn serve(&self) -> Server {
        Server::start(&mut self.program())
    }

    pub(crate) fn serve_with(&self, args: &[&str]) -> Server {
        Server::start(self.program().args(args))
    }
}

pub(crate) fn program(app: &Path, publication: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_verilabel-web"));
    command.env_remove("RUST_LOG").arg("--app").arg(app).arg("--publication").arg(publication);
    command.env("VERILABEL_WEB_LISTEN", "127.0.0.1:0");
    command
}

/// The program, at work. It ends with the test.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) child: Child,
    /// What it said when it began to listen.
    pub(crate) first: Value,
    log: Receiver<String>,
}

impl Server {
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let log = lines(child.stderr.take().unwrap());
        let mut server =
            Self { address: SocketAddr::from(([0, 0, 0, 0], 0)), child, first: Value::Null, log };
        server.first = server.told("listening");
        let url = server.first["address"].as_str().unwrap();
        server.address = url.split("://").nth(1).unwrap().trim_end_matches('/').parse().unwrap();
        server
    }

    /// The next line of the log with these words.
    pub(crate) fn told(&self, words: &str) -> Value {
        loop {
            let line = self.log.recv_timeout(Duration::from_secs(20));
            let line = line.unwrap_or_else(|_| panic!("the log never said {words:?}"));
            let line: Value = serde_json::from_str(&line).unwrap_or_else(|e| panic!("{line}: {e}"));
            if line["message"].as_str().is_some_and(|message| message.contains(words)) {
                return line;
            }
        }
    }

    /// Everything that is left of the log, once the program has ended.
    pub(crate) fn rest_of_log(&self) -> String {
        self.log.iter().collect::<Vec<_>>().join("\n")
    }

    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill").arg(format!("-{name}")).arg(self.child.id().to_string()).status();
        assert!(status.unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn lines(from: ChildStderr) -> Receiver<String> {
    let (send, receive) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            if send.send(line).is_err() {
                return;
            }
        }
    });
    receive
}
