//! `verilabel-issuer serve` in a process of its own, which is killed.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use crate::Result;
use crate::house::PASSPHRASE;

/// How long a start may take, recovery and all.
const START: Duration = Duration::from_secs(30);
const LISTENING: &str = "listening on ";

/// A service at work.
pub(crate) struct Service {
    process: Child,
    pub(crate) address: SocketAddr,
}

impl Service {
    /// Starts it, and waits until it listens. The program stands beside this one.
    pub(crate) fn start(authority: &Path) -> Result<Self> {
        let program = std::env::current_exe()?.with_file_name("verilabel-issuer");
        let mut process = Command::new(&program)
            .args(["serve", "--listen", "127.0.0.1:0", "--log", "warn", "--authority"])
            .arg(authority)
            .env("VERILABEL_PASSPHRASE", PASSPHRASE)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|e| format!("{}: {e}; it is to be built beside this program", program.display()))?;
        let lines = BufReader::new(process.stderr.take().ok_or("no standard error")?).lines();
        let (say, said) = mpsc::channel();
        // Whatever it says is read, or it would have to wait.
        std::thread::spawn(move || {
            for line in lines.map_while(std::io::Result::ok) {
                let _ = say.send(line);
            }
        });
        let mut all = Vec::new();
        loop {
            let Ok(line) = said.recv_timeout(START) else {
                let _ = process.kill();
                process.wait()?;
                return Err(format!("the service does not start: {}", all.join("\n")).into());
            };
            if let Some(address) = line.strip_prefix(LISTENING) {
                return Ok(Self { process, address: address.parse()? });
            }
            all.push(line);
        }
    }

    /// Kills it; it is gone when this returns.
    pub(crate) fn kill(mut self) -> Result<()> {
        self.process.kill()?;
        self.process.wait()?;
        Ok(())
    }
}
