//! A mirror of published files.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A plain static web server, a process of its own; it goes with this value.
pub struct Mirror {
    process: Child,
    folder: PathBuf,
    /// Where it serves.
    pub url: String,
}

impl Mirror {
    /// Serves a folder.
    #[must_use]
    pub fn of(folder: &Path) -> Self {
        let mut process = Command::new("python3")
            .args(["-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory"])
            .arg(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|e| panic!("python3: {e}"));
        // Serving HTTP on 127.0.0.1 port 40123 (http://127.0.0.1:40123/) ...
        let mut line = String::new();
        let said = process.stdout.take().map(|out| BufReader::new(out).read_line(&mut line));
        let port = line.split(' ').nth(5).and_then(|port| port.parse::<u16>().ok());
        let port = port.unwrap_or_else(|| panic!("the mirror does not start: {said:?} {line}"));
        Self { process, folder: folder.to_owned(), url: format!("http://127.0.0.1:{port}") }
    }

    /// Takes a copy of what is published in a folder, and has nothing else from then on.
    pub fn copy(&self, published: &Path) {
        let script = r#"rm -rf "$2"/* && cp -R "$1"/. "$2""#;
        let copied = Command::new("sh").args(["-c", script, "sh"]).arg(published).arg(&self.folder).status();
        assert!(copied.is_ok_and(|status| status.success()), "{} is not copied", published.display());
    }
}

impl Drop for Mirror {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
