//! Counting the file-changing system calls of a process, and cutting it off at one of them. strace does both.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Output};

use crate::Result;
use crate::plants::Plant;

/// What changes files or folders. A question mark lets strace leave out what a platform lacks.
const CALLS: &str = "?open,openat,?openat2,?creat,write,writev,pwrite64,pwritev,?pwritev2,fsync,fdatasync,?sync_file_range,\
    ?rename,?renameat,renameat2,?unlink,unlinkat,?rmdir,?mkdir,mkdirat,?link,linkat,?symlink,symlinkat,\
    ftruncate,truncate,fallocate,?chmod,fchmod,fchmodat,?chown,fchown,fchownat,utimensat,copy_file_range,?sendfile,\
    fsetxattr,setxattr";
const KILLED: i32 = 9;

/// A system call of the work: the n-th of its kind on a path.
///
/// strace counts the calls of each thread by themselves. Bound to a path, a count names one call all the same: what
/// works on one file here is one thread.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Point {
    /// Below the authority's folder.
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
pub(crate) fn count(folder: &Path, plant: Option<Plant>) -> Result<(Vec<Point>, usize)> {
    let log = folder.with_extension("strace");
    let output = strace(folder, plant, &log, &["-y", "-s", "0", "-e", &format!("trace={CALLS}")])?;
    if !output.status.success() {
        return Err(format!("the work itself fails: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let text = fs::read_to_string(&log)?;
    let points = points(&text, &format!("{}/", folder.display()));
    if points.0.is_empty() { Err("strace saw no file change".into()) } else { Ok(points) }
}

/// Does the work, with a fault at that point.
pub(crate) fn inject(folder: &Path, plant: Option<Plant>, point: &Point, fault: Fault) -> Result<Ended> {
    let log = folder.with_extension("strace");
    let path = folder.join(&point.path);
    let path = path.to_str().ok_or("a path that is not UTF-8")?;
    let call = &point.call;
    let injection = format!("inject={call}:{}:when={}", fault.injection(), point.nth);
    let mut args = vec!["-P", path, "-e", &injection];
    let trace = format!("trace={call}");
    args.extend(["-e", &trace]);
    if fault == Fault::Error {
        // Faster; signals are not delivered this way.
        args.push("--seccomp-bpf");
    }
    let output = strace(folder, plant, &log, &args)?;
    let hits = match fault {
        Fault::Kill => usize::from(output.status.signal() == Some(KILLED)),
        Fault::Error => fs::read_to_string(&log)?.matches("(INJECTED)").count(),
    };
    Ok(Ended {
        hits,
        code: output.status.code(),
        told: String::from_utf8_lossy(&output.stdout).into_owned(),
        said: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

fn strace(folder: &Path, plant: Option<Plant>, log: &Path, args: &[&str]) -> Result<Output> {
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-o"]).arg(log).args(args).arg("--").arg(std::env::current_exe()?);
    command.current_dir("/").arg("day").arg(folder);
    if let Some(plant) = plant {
        command.args(["--plant", plant.name()]);
    }
    command.output().map_err(|e| format!("strace: {e}; it is Debian's package of that name").into())
}

/// The points of a log. Of calls that are the same to strace only the first is kept; the others are counted.
fn points(log: &str, root: &str) -> (Vec<Point>, usize) {
    let mut counts: HashMap<(&str, &str, &str), usize> = HashMap::new();
    let mut seen = BTreeSet::new();
    let mut points = Vec::new();
    let mut alike = 0;
    for line in log.lines() {
        let Some(Entered { thread, call, arguments }) = entered(line) else { continue };
        let Some(path) = first_path(arguments, root) else { continue };
        let nth = counts.entry((thread, call, path)).or_default();
        *nth += 1;
        if is_open(call) && !arguments.contains("O_CREAT") && !arguments.contains("O_TRUNC") {
            continue;
        }
        let point = Point { path: path.to_owned(), call: call.to_owned(), nth: *nth };
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
        let (points, alike) = points(log, "/w/");
        let names: Vec<String> = points.iter().map(ToString::to_string).collect();
        assert_eq!(names, ["openat 2 of a", "write 1 of a", "fsync 1 of a", "fsync 2 of a", "rename 1 of a"]);
        assert_eq!(alike, 1);
    }
}
