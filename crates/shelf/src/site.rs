//! The demonstration's server: `verilabel-web` on loopback, with the shelf beside the page.

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use verilabel_shelf::make::Places;

/// Where people expect it; any free port will do.
const ADDRESSES: [&str; 2] = ["127.0.0.1:8080", "127.0.0.1:0"];

/// The server at work. It ends with this.
pub(crate) struct Site {
    child: Child,
    /// The shelf's address.
    pub(crate) shelf: String,
}

impl Site {
    /// Serves the page that stands in `app`.
    pub(crate) fn start(program: &Path, app: &Path, places: &Places) -> Result<Self, Box<dyn Error>> {
        let mut said = String::new();
        for address in ADDRESSES {
            match Self::at(address, program, app, places)? {
                Ok(site) => return Ok(site),
                Err(error) => said = error,
            }
        }
        Err(format!("{} did not start: {said}", program.display()).into())
    }

    /// What it said, if it ended at once: somebody else may have the port.
    fn at(
        address: &str,
        program: &Path,
        app: &Path,
        places: &Places,
    ) -> Result<Result<Self, String>, Box<dyn Error>> {
        let mut child = Command::new(program)
            .args(["--listen", address, "--log", "info", "--app"])
            .arg(app)
            .arg("--publication")
            .arg(&places.published)
            .arg("--shelf")
            .arg(&places.shelf)
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{}: {error}", program.display()))?;
        let mut log = BufReader::new(child.stderr.take().ok_or("no log")?);
        let mut line = String::new();
        log.read_line(&mut line)?;
        let url = serde_json::from_str::<Value>(&line).ok();
        let Some(url) = url.as_ref().and_then(|line| line["address"].as_str()) else {
            // It may have ended by itself.
            let _ = child.kill();
            child.wait()?;
            return Ok(Err(line));
        };
        let shelf = format!("{url}shelf/");
        // What it says later is for operators; the pipe must not fill up.
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        Ok(Ok(Self { child, shelf }))
    }

    /// Serves until it is told to end.
    pub(crate) fn wait(mut self) -> Result<(), Box<dyn Error>> {
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            // It may end in this very moment.
            let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
            let _ = self.child.wait();
        }
    }
}

/// The program beside this one.
pub(crate) fn program(folder: &Path) -> PathBuf {
    folder.join("verilabel-web")
}
