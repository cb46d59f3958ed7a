//! docs/operations/ceremony.md, followed word by word: two agencies and a mirror, each a process of its own.

#![expect(clippy::unwrap_used, reason = "what is missing fails the test")]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use verilabel_e2e::{Desk, follow_page};

/// A plain static web server; it goes with this value.
struct Mirror {
    process: Child,
    url: String,
}

impl Mirror {
    fn of(folder: &Path) -> Self {
        let mut process = Command::new("python3")
            .args(["-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory"])
            .arg(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Serving HTTP on 127.0.0.1 port 40123 (http://127.0.0.1:40123/) ...
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port: u16 = line.split(' ').nth(5).unwrap().parse().unwrap();
        Self { process, url: format!("http://127.0.0.1:{port}") }
    }
}

impl Drop for Mirror {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn the_page_can_be_followed_word_by_word() {
    let desk = Desk::new();
    std::fs::create_dir(desk.path("public")).unwrap();
    let mirror = Mirror::of(&desk.path("public"));
    assert!(follow_page(&desk, "ceremony.md", &[("MIRROR", &mirror.url)]) > 12);
}
