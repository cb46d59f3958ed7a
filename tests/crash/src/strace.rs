//! Counting the file-changing system calls of a process, and cutting it off at one of them. strace does both.

use std::collections::{BTreeSet, HashMap};
use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::Result;
use crate::plants::Plant;

/// What changes files or folders. A question mark lets strace leave out what a platform lacks.
const CALLS: &str = "?open,openat,?openat2,?creat,write,writev,pwrite64,pwritev,?pwritev2,fsync,fdatasync,?sync_file_range,\
    ?rename,?renameat,renameat2,?unlink,unlinkat,?rmdir,?mkdir,mkdirat,?link,linkat,?symlink,symlinkat,\
    ftruncate,truncate,fallocate,?chmod,fchmod,fchmodat,?chown,fchown,fchownat,utimensat,copy_file_range,?sendfile,\
    fsetxattr,setxattr";
const KILLED: i32 = 9;

/// Work that is cut off: a program, and the folder that it changes.
pub(crate) struct Work {
    pub(crate) folder: PathBuf,
    pub(crate) program: PathBuf,
    pub(crate) args: Vec<OsString>,
    pub(crate) environment: Vec<(&'static str, OsString)>,
    pub(crate) names: Names,
}

/// How the calls of the work are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Names {
    /// Its files have the same names each time: a point is the n-th call of a kind on one file.
    Same,
    /// It works on one thread, and temporary files have other names each time: a point is the n-th call of a kind.
    Temporary,
}

impl Work {
    /// A day of the authority's.
    pub(crate) fn day(folder: &Path, plant: Option<Plant>) -> Result<Self> {
        let mut args: Vec<OsString> = vec!["day".into(), folder.into()];
        if let Some(plant) = plant {
            args.extend(["--plant".into(), plant.name().into()]);
        }
        let (program, environment) = (std::env::current_exe()?, Vec::new());
        Ok(Self { folder: folder.to_owned(), program, args, environment, names: Names::Same })
    }
}

/// A system call of the work: the n-th of its kind, on a path where these stay the same.
///
/// strace counts the calls of each thread by themselves. Bound to a path, a count names one call all the same: what
/// works on one file here is one thread.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Point {
    /// Below the work's folder.
    pub(crate) path: String,
    pub(crate) call: String,
    pub(crate) nth: usize,
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} of {}", self.call, self.nth, self.path)
    }
}

/// What happens at a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The process is killed before the call does anything.
    Kill,
    /// The call does nothing and fails with EIO.
    Error,
}

impl Fault {
    pub(crate) const BOTH: [Self; 2] = [Self::Kill, Self::Error];

    fn injection(self) -> &'static str {
        match self {
            Self::Kill => "signal=KILL",
            Self::Error => "error=EIO",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Kill => "KILL",
            Self::Error => "EIO",
        })
    }
}

/// How the work ended.
pub(crate) struct Ended {
    /// How often the fault came to pass. strace counts for each thread anew, so what is tried again by a new
    /// connection, which has a thread of its own, may fail again.
    pub(crate) hits: usize,
    /// The exit code; none after a signal.
    pub(crate) code: Option<i32>,
    /// What callers were told.
    pub(crate) told: String,
    /// What was said besides.
    pub(crate) said: String,
}

/// The file-changing calls of the whole work below its folder, and how many could not be told apart.
pub(crate) fn count(work: &Work) -> Result<(Vec<Point>, usize)> {
    let folder = &work.folder;
    let log = folder.with_extension("strace");
    let output = strace(work, &log, &["-y", "-s", "0", "-e", &format!("trace={CALLS}")])?;
    if !output.status.success() {
        return Err(format!("the work itself fails: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let text = fs::read_to_string(&log)?;
    let points = points(&text, &format!("{}/", folder.display()), work.names);
    if points.0.is_empty() { Err("strace saw no file change".into()) } else { Ok(points) }
}

/// Does the work, with a fault at that point.
pub(crate) fn inject(work: &Work, point: &Point, fault: Fault) -> Result<Ended> {
    let folder = &work.folder;
    let log = folder.with_extension("strace");
    let path = folder.join(&point.path);
    let path = path.to_str().ok_or("a path that is not UTF-8")?;
    let call = &point.call;
    let injection = format!("inject={call}:{}:when={}", fault.injection(), point.nth);
    let mut args = vec!["-y", "-s", "0", "-e", &injection];
    if work.names == Names::Same {
        args.extend(["-P", path]);
    }
    let trace = format!("trace={call}");
    args.extend(["-e", &trace]);
    if fault == Fault::Error {
        // Faster; signals are not delivered this way.
        args.push("--seccomp-bpf");
    }
    let output = strace(work, &log, &args)?;
    let text = fs::read_to_string(&log)?;
    let root = format!("{}/", folder.display());
    let elsewhere = work.names == Names::Temporary && !came_to(&text, &root, point);
    let hits = match fault {
        _ if elsewhere => 0,
        Fault::Kill => usize::from(output.status.signal() == Some(KILLED)),
        Fault::Error => text.matches("(INJECTED)").count(),
    };
    Ok(Ended {
        hits,
        code: output.status.code(),
        told: String::from_utf8_lossy(&output.stdout).into_owned(),
        said: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

fn strace(work: &Work, log: &Path, args: &[&str]) -> Result<Output> {
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-o"]).arg(log).args(args).arg("--").arg(&work.program).args(&work.args);
    command.current_dir("/").stdin(Stdio::null());
    command.envs(work.environment.iter().map(|(name, value)| (name, value)));
    command.output().map_err(|e| format!("strace: {e}; it is Debian's package of that name").into())
}

/// Whether what was cut off is what the point says: the call that was interfered with, or the last of a process that
/// was killed, is on its path.
fn came_to(log: &str, root: &str, point: &Point) -> bool {
    let of_kind = |line: &&str| entered(line).is_some_and(|entered| entered.call == point.call);
    let mut calls: Vec<&str> = log.lines().filter(of_kind).collect();
    if let Some(at) = calls.iter().position(|line| line.contains("(INJECTED)")) {
        calls.truncate(at + 1);
    }
    let path = |line: &&str| first_path(entered(line)?.arguments, root).map(lasting);
    calls.last().and_then(path).is_some_and(|path| path == point.path)
}

/// A path with the name of a temporary file as it is each time: `.PID-N.new` has the process in it.
fn lasting(path: &str) -> String {
    let (folder, name) = path.rsplit_once('/').map_or(("", path), |(folder, name)| (folder, name));
    let number = name.strip_prefix('.').and_then(|name| name.strip_suffix(".new")?.split_once('-'));
    match number {
        Some((_, number)) => format!("{folder}/.{number}.new"),
        None => path.to_owned(),
    }
}

/// The points of a log. Of calls that are the same to strace only the first is kept; the others are counted.
fn points(log: &str, root: &str, names: Names) -> (Vec<Point>, usize) {
    let mut counts: HashMap<(&str, &str, &str), usize> = HashMap::new();
    let mut seen = BTreeSet::new();
    let mut points = Vec::new();
    let mut alike = 0;
    for line in log.lines() {
        let Some(Entered { thread, call, arguments }) = entered(line) else { continue };
        let path = first_path(arguments, root);
        let counted = if names == Names::Same { path } else { Some("") };
        let nth = counted.map(|counted| counts.entry((thread, call, counted)).or_default());
        let Some(nth) = nth.map(|nth| {
            *nth += 1;
            *nth
        }) else {
            continue;
        };
        let Some(path) = path else { continue };
        if is_open(call) && !arguments.contains("O_CREAT") && !arguments.contains("O_TRUNC") {
            continue;
        }
        let path = if names == Names::Same { path.to_owned() } else { lasting(path) };
        let point = Point { path, call: call.to_owned(), nth };
        if seen.insert(point.clone()) {
            points.push(point);
        } else {
            alike += 1;
        }
    }
    (points, alike)
}

struct Entered<'l> {
    thread: &'l str,
    call: &'l str,
    arguments: &'l str,
}

/// A line that tells of the beginning of a call: `THREAD CALL(ARGUMENTS) = RESULT` or `… <unfinished ...>`.
fn entered(line: &str) -> Option<Entered<'_>> {
    let (thread, rest) = line.split_once(' ')?;
    let (call, rest) = rest.trim_start().split_once('(')?;
    let is_name = call.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    let arguments = rest.rsplit_once(" = ").map_or(rest, |(arguments, _)| arguments);
    is_name.then_some(Entered { thread, call, arguments })
}

/// The first path below the root, as strace's `-P` finds it: an argument, or what a descriptor stands for.
fn first_path<'l>(arguments: &'l str, root: &str) -> Option<&'l str> {
    let start = arguments.find(root)? + root.len();
    let path = arguments.get(start..)?;
    path.split(['"', '>']).next().filter(|path| !path.is_empty())
}

fn is_open(call: &str) -> bool {
    call.starts_with("open")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_gives_its_points() {
        let log = r#"10 openat(AT_FDCWD</>, "/w/a", O_RDONLY|O_CLOEXEC) = 3</w/a>
10 openat(AT_FDCWD</>, "/w/a", O_WRONLY|O_CREAT|O_CLOEXEC, 0644) = 3</w/a>
10 write(3</w/a>, ""..., 5 <unfinished ...>
11 write(4</elsewhere>, ""..., 5) = 5
10 <... write resumed>) = 5
10 fsync(3</w/a>) = 0
11 fsync(9</w/a>) = 0
10 fsync(3</w/a>) = 0
10 rename("/w/a", "/w/b") = 0
10 --- SIGCHLD {si_signo=SIGCHLD} ---
10 +++ exited with 0 +++"#;
        let (points, alike) = points(log, "/w/", Names::Same);
        let names: Vec<String> = points.iter().map(ToString::to_string).collect();
        assert_eq!(names, ["openat 2 of a", "write 1 of a", "fsync 1 of a", "fsync 2 of a", "rename 1 of a"]);
        assert_eq!(alike, 1);
    }

    #[test]
    fn names_of_temporary_files_do_not_matter() {
        let log = r#"10 openat(AT_FDCWD</>, "/etc/hosts", O_RDONLY|O_CLOEXEC) = 3</etc/hosts>
10 openat(AT_FDCWD</>, "/w/t/.10-4.new", O_WRONLY|O_CREAT|O_CLOEXEC, 0644) = 3</w/t/.10-4.new>
10 write(1</dev/null>, ""..., 5) = 5
10 write(3</w/t/.10-4.new>, ""..., 5) = 5
10 rename("/w/t/.10-4.new", "/w/t/in-use") = 0"#;
        let (points, _) = points(log, "/w/", Names::Temporary);
        let names: Vec<String> = points.iter().map(ToString::to_string).collect();
        assert_eq!(names, ["openat 2 of t/.4.new", "write 2 of t/.4.new", "rename 1 of t/.4.new"]);
        assert!(points.iter().all(|point| came_to(log, "/w/", point)));
        let elsewhere = Point { path: "t/.5.new".to_owned(), ..points[1].clone() };
        assert!(!came_to(log, "/w/", &elsewhere));
    }
}
