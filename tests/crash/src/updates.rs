//! A verifier's `pack update` is cut off at each of its file-changing system calls.

use std::fmt;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{fs, thread};

use verilabel_label::Timestamp;

use crate::bench::{Bench, copy};
use crate::house::{House, publication, suspension};
use crate::strace::{self, Fault, Names, Point, Work};
use crate::tally::Tally;
use crate::{Result, points, say, times};

/// How often a point is tried that the work does not come to.
const ATTEMPTS: usize = 5;
const IN_FORCE: i32 = 0;
const REFUSED: i32 = 1;
const REVOKED: i32 = 11;

/// What an update begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    /// No pack was accepted yet.
    Nothing,
    /// The older one was.
    Older,
}

/// A point to be tried.
struct Try {
    before: Before,
    point: Point,
    fault: Fault,
}

impl fmt::Display for Try {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let before = if self.before == Before::Nothing { "the first update, " } else { "an update, " };
        write!(f, "{before}{} at {}", self.fault, self.point)
    }
}

/// Two states of a pack on two mirrors: a label in force, and the same label suspended.
struct Scene<'b> {
    bench: &'b Bench,
    program: PathBuf,
    older: String,
    newer: String,
    root: PathBuf,
    link: String,
    /// A verifier that has accepted the older state.
    accepted: PathBuf,
}

/// Counts the calls of updates, then cuts them off at each that was chosen.
pub(crate) fn run(bench: &Bench, every: usize, seed: u64, tally: &Tally) -> Result<()> {
    let scene = Scene::new(bench)?;
    let mut all = Vec::new();
    for before in [Before::Nothing, Before::Older] {
        let (points, alike) = strace::count(&scene.update("count", before)?)?;
        say(&format!("{} file-changing system calls of an update, and {alike} alike", points.len()));
        for point in points {
            all.extend(Fault::BOTH.map(|fault| Try { before, point: point.clone(), fault }));
        }
    }
    let every = every.max(1);
    let first = usize::try_from(seed)? % every;
    let number = all.len();
    let chosen: Vec<Try> = all.into_iter().skip(first).step_by(every).collect();
    say(&format!("{} of {number} points of updates", chosen.len()));
    points::each("updates", &chosen, tally, |worker, one| {
        for _ in 0..ATTEMPTS {
            if let Some(faults) = scene.one(worker, one)? {
                return Ok(Some(faults));
            }
        }
        Ok(None)
    })
}

impl<'b> Scene<'b> {
    fn new(bench: &'b Bench) -> Result<Self> {
        let now = times::now()?;
        let (older, newer) = (bench.empty("older")?, bench.empty("newer")?);
        let link = bench.runtime.block_on(two_states(&bench.empty("updated")?, &older, &newer, now))?;
        let scene = Self {
            bench,
            program: std::env::current_exe()?.with_file_name("verilabel"),
            root: older.join("metadata/1.root.json"),
            older: serve(older)?,
            newer: serve(newer)?,
            link,
            accepted: bench.empty("accepted")?,
        };
        let root = scene.root.display().to_string();
        let (exit, said) = scene.ask(&scene.accepted, &["pack", "update", &scene.older, "--root", &root])?;
        let judged = scene.judged(&scene.accepted)?;
        if (exit, judged.0) != (0, IN_FORCE) {
            return Err(format!("the older pack is not accepted: {said} {}", judged.1).into());
        }
        Ok(scene)
    }

    /// The update to the newer state, by a verifier of that name that begins anew.
    fn update(&self, name: &str, before: Before) -> Result<Work> {
        let folder = self.bench.empty(name)?;
        fs::create_dir_all(&folder)?;
        if before == Before::Older {
            copy(&self.accepted, &folder)?;
        }
        let mut args = ["pack", "update", &self.newer].map(Into::into).to_vec();
        if before == Before::Nothing {
            args.extend(["--root".into(), self.root.clone().into()]);
        }
        let environment = vec![("VERILABEL_HOME", folder.clone().into())];
        Ok(Work { folder, program: self.program.clone(), args, environment, names: Names::Temporary })
    }

    /// Cuts an update off, and gives what is not as it must be; nothing if it did not come to the point.
    fn one(&self, worker: usize, Try { before, point, fault }: &Try) -> Result<Option<Vec<String>>> {
        let work = self.update(&format!("verifier-{worker}"), *before)?;
        let ended = strace::inject(&work, point, *fault)?;
        if ended.hits == 0 {
            return Ok(None);
        }
        let home = &work.folder;
        let mut faults = Vec::new();
        if *fault == Fault::Error && !matches!(ended.code, Some(0 | 1)) {
            faults.push(format!("it ends with {:?}: {}", ended.code, ended.said.trim_end()));
        }
        let (exit, said) = self.judged(home)?;
        let without = *before == Before::Nothing && exit == REFUSED && said.contains("no-pack");
        let older = *before == Before::Older && exit == IN_FORCE;
        if !(without || older || exit == REVOKED) {
            faults.push(format!("a verdict is neither by the old pack nor by the new one: {exit} {said}"));
        }
        if *fault == Fault::Error && ended.code == Some(0) && exit != REVOKED {
            faults.push("the update said that it was done, and was not".to_owned());
        }
        if exit == REVOKED {
            faults.extend(self.not_back(home)?);
        }
        // The next one, as anybody would give it.
        let root = self.root.display().to_string();
        let again = ["pack", "update", &self.newer, "--root", &root];
        let words = if *before == Before::Nothing { &again[..] } else { &again[..3] };
        let (exit, said) = self.ask(home, words)?;
        if exit != 0 {
            faults.push(format!("the next update fails: {said}"));
        }
        let (exit, said) = self.judged(home)?;
        if exit != REVOKED {
            faults.push(format!("after the next update the verdict is not by the new pack: {exit} {said}"));
        }
        faults.extend(self.not_back(home)?);
        faults.extend(left_over(home)?);
        Ok(Some(faults))
    }

    /// What was accepted once is never followed by anything older.
    fn not_back(&self, home: &Path) -> Result<Option<String>> {
        let (exit, said) = self.ask(home, &["pack", "update", &self.older])?;
        let (judged, _) = self.judged(home)?;
        let refused = exit == REFUSED && said.contains("pack-rolled-back") && judged == REVOKED;
        Ok((!refused).then(|| format!("an older pack is accepted after a newer one: {exit} {said}")))
    }

    fn judged(&self, home: &Path) -> Result<(i32, String)> {
        self.ask(home, &["verify", &self.link, "--json"])
    }

    fn ask(&self, home: &Path, args: &[&str]) -> Result<(i32, String)> {
        let mut command = Command::new(&self.program);
        command.args(args).env("VERILABEL_HOME", home).env("NO_COLOR", "1").stdin(Stdio::null());
        let output = command
            .output()
            .map_err(|e| format!("{}: {e}; it is to be built beside this program", self.program.display()))?;
        let said = [output.stdout, output.stderr].concat();
        Ok((output.status.code().unwrap_or(-1), String::from_utf8_lossy(&said).into_owned()))
    }
}

/// What an update that died has left half-written of the pack, and no later one removed. The name of the pack in use, in
/// the folder above, is not locked against other packs: there nobody removes what may be another's.
fn left_over(home: &Path) -> Result<Option<String>> {
    let half = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "new");
    let found = crate::bench::files(&home.join("anchors"))?.into_iter().find(half);
    Ok(found.map(|path| format!("{} is left over", path.display())))
}

/// Publishes a label, and the same label suspended; gives its link.
async fn two_states(folder: &Path, older: &Path, newer: &Path, now: Timestamp) -> Result<String> {
    House::found(folder, now).await?.close().await;
    let pack = publication(folder).join("pack");
    copy(&pack, older)?;
    let mut house = House::open(folder, now).await?;
    let labels = crate::bench::files(&publication(folder).join("labels"))?;
    let link = labels.iter().find(|path| path.ends_with("link.txt")).ok_or("no label was published")?;
    let link = fs::read_to_string(link)?.trim_end().to_owned();
    house.authority.decide(house.approver(), suspension(&crate::house::number(1)?)?).await?;
    house.publish().await?;
    house.close().await;
    copy(&pack, newer)?;
    Ok(link)
}

/// A mirror: a plain static web server; gives its URL.
fn serve(folder: PathBuf) -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}", listener.local_addr()?);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let folder = folder.clone();
            // Whoever was killed does not listen any more.
            thread::spawn(move || drop(answer(stream, &folder)));
        }
    });
    Ok(url)
}

fn answer(mut stream: TcpStream, folder: &Path) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        head.extend(byte);
    }
    let head = String::from_utf8_lossy(&head);
    let path = head.split(' ').nth(1).unwrap_or_default().trim_start_matches('/');
    let (status, body) = match fs::read(folder.join(path)) {
        Ok(body) => ("200 OK", body),
        Err(_) => ("404 Not Found", Vec::new()),
    };
    let length = body.len();
    write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n")?;
    stream.write_all(&body)
}
