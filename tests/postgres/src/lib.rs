//! Starts a PostgreSQL server of its own: in a temporary folder, on a Unix socket there, durable as by default.
//!
//! The programs come from Debian's package `postgresql`. A server refuses to run as root, so root starts it as
//! user `postgres`.
//!
//! **Invariant:** only processes and files that were made here are ended and removed.

use std::error::Error;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

/// Where Debian puts the programs of each release.
const PROGRAMS: &str = "/usr/lib/postgresql";
/// How often the start is looked after, and how long between.
const LOOKS: u32 = 300;
const PAUSE: Duration = Duration::from_millis(100);

/// A running server; it ends, and its folder goes, when this is dropped.
#[derive(Debug)]
pub struct Server {
    folder: TempDir,
    programs: PathBuf,
    child: Option<Child>,
    as_postgres: bool,
}

impl Server {
    /// Makes a database cluster and starts its server.
    ///
    /// # Errors
    /// [`NotStarted`], with what the programs said.
    pub fn start() -> Result<Self, NotStarted> {
        let programs = newest_release()?;
        let folder = tempfile::Builder::new().prefix("pg-").tempdir().map_err(|e| NotStarted::of(&e))?;
        let as_postgres = is_root();
        if as_postgres {
            done(Command::new("chown").arg("postgres").arg(folder.path()))?;
        }
        let mut server = Self { folder, programs, child: None, as_postgres };
        let data = server.data();
        done(
            server
                .program("initdb")
                .args(["--auth=trust", "--encoding=UTF8", "--locale=C", "--username=postgres", "--pgdata"])
                .arg(&data),
        )?;
        server.resume()?;
        Ok(server)
    }

    /// The URL of a database of this server.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        let socket = self.folder.path().to_string_lossy().replace('/', "%2F");
        format!("postgres://postgres@{socket}/{database}")
    }

    /// Makes an empty database and gives its URL.
    ///
    /// # Errors
    /// [`NotStarted`], with what the program said.
    pub fn database(&self, name: &str) -> Result<String, NotStarted> {
        let mut createdb = self.program("createdb");
        done(createdb.args(["--username=postgres", "--host"]).arg(self.folder.path()).arg(name))?;
        Ok(self.url(name))
    }

    /// Stops the server at once, as a crash of its machine would.
    ///
    /// # Errors
    /// [`NotStarted`], if it does not stop.
    pub fn stop(&mut self) -> Result<(), NotStarted> {
        let Some(mut child) = self.child.take() else { return Ok(()) };
        let stopped = done(
            self.program("pg_ctl")
                .args(["stop", "--mode=immediate", "--silent", "--pgdata"])
                .arg(self.data()),
        );
        if stopped.is_err() {
            child.kill().map_err(|e| NotStarted::of(&e))?;
        }
        child.wait().map_err(|e| NotStarted::of(&e))?;
        stopped
    }

    /// Starts the server on what it had.
    ///
    /// # Errors
    /// [`NotStarted`], with the server's log.
    pub fn resume(&mut self) -> Result<(), NotStarted> {
        let log = fs::File::create(self.log()).map_err(|e| NotStarted::of(&e))?;
        let mut postgres = self.program("postgres");
        postgres
            .arg("-D")
            .arg(self.data())
            .arg("-k")
            .arg(self.folder.path())
            .args(["-c", "listen_addresses=", "-c", "max_connections=300"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log);
        self.child = Some(postgres.spawn().map_err(|e| NotStarted::of(&e))?);
        for _ in 0..LOOKS {
            let mut ready = self.program("pg_isready");
            if done(ready.arg("--quiet").arg("--host").arg(self.folder.path())).is_ok() {
                return Ok(());
            }
            thread::sleep(PAUSE);
        }
        let log = fs::read_to_string(self.log()).unwrap_or_default();
        Err(NotStarted { reason: format!("the server does not answer:\n{log}") })
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Beside the folder of the server, whose owner may be another.
    fn log(&self) -> PathBuf {
        self.folder.path().with_extension("log")
    }

    fn program(&self, name: &str) -> Command {
        let path = self.programs.join(name);
        let mut command = if self.as_postgres {
            let mut setpriv = Command::new("setpriv");
            setpriv.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]).arg(path);
            setpriv
        } else {
            Command::new(path)
        };
        // The server's user may not be allowed where the test is.
        command.current_dir("/");
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nothing can be done here about what does not stop; `stop` says why.
        let _ = self.stop();
        let _ = fs::remove_file(self.log());
    }
}

/// The server could not be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotStarted {
    reason: String,
}

impl NotStarted {
    fn of(error: &std::io::Error) -> Self {
        Self { reason: error.to_string() }
    }
}

impl fmt::Display for NotStarted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostgreSQL cannot be started (Debian: apt-get install postgresql): {}", self.reason)
    }
}

impl Error for NotStarted {}

fn newest_release() -> Result<PathBuf, NotStarted> {
    let entries = fs::read_dir(PROGRAMS).map_err(|e| NotStarted::of(&e))?;
    let release = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.join("bin/postgres").exists())
        .max_by_key(|path| release(path))
        .map(|path| path.join("bin"))
        .ok_or_else(|| NotStarted { reason: format!("no server below {PROGRAMS}") })
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|id| id.stdout.trim_ascii() == b"0")
}

fn done(command: &mut Command) -> Result<(), NotStarted> {
    let Output { status, stderr, .. } =
        command.stdin(Stdio::null()).output().map_err(|e| NotStarted::of(&e))?;
    if status.success() {
        return Ok(());
    }
    let program = command.get_program().to_string_lossy().into_owned();
    Err(NotStarted { reason: format!("{program}: {}", String::from_utf8_lossy(&stderr).trim()) })
}

/// Makes an empty database on a server that runs already, by the URL of any of its databases, and gives the URL
/// of the new one.
///
/// # Errors
/// [`NotStarted`], with what the program said.
pub fn database_at(url: &str, name: &str) -> Result<String, NotStarted> {
    let psql = newest_release()?.join("psql");
    done(Command::new(psql).args([url, "--quiet", "--command", &format!("CREATE DATABASE {name}")]))?;
    let (server, _) = url.rsplit_once('/').unwrap_or((url, ""));
    Ok(format!("{server}/{name}"))
}
