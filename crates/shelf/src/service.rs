//! An authority at its work: `verilabel-issuer serve` on SQLite, and two people who use its interface.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use ureq::Agent;
use verilabel_issuer::lifecycle::{ChangeKind, Draft};
use verilabel_issuer::{LabelAward, ProductId};

use crate::authorities::SpecimenAuthority;
use crate::make::{MakeError, PASSPHRASE};

/// How long a start, an answer and a signature may take on a slow machine.
const PATIENCE: Duration = Duration::from_mins(1);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(20);

/// The programs of the authority, in their folder.
pub(crate) struct Programs<'p> {
    pub(crate) folder: &'p Path,
}

impl Programs<'_> {
    /// `verilabel-issuer`, at work on the authority in that folder.
    pub(crate) fn issuer(&self, authority: &Path) -> Command {
        let mut command = Command::new(self.folder.join("verilabel-issuer"));
        command
            .env("VERILABEL_AUTHORITY", authority)
            .env("VERILABEL_PASSPHRASE", PASSPHRASE)
            .env_remove("RUST_LOG")
            .stdin(Stdio::null());
        command
    }

    /// Runs it to its end; gives the line that it printed.
    pub(crate) fn run<A: AsRef<OsStr>>(&self, authority: &Path, args: &[A]) -> Result<String, MakeError> {
        let output = self.issuer(authority).args(args).output().map_err(|e| {
            format!(
                "{}: {e}; build it with cargo build --release",
                self.folder.join("verilabel-issuer").display()
            )
        })?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let args: Vec<_> = args.iter().map(|arg| arg.as_ref().to_string_lossy()).collect();
        Err(format!("verilabel-issuer {}: {}", args.join(" "), said.trim()).into())
    }
}

/// A served authority.
pub(crate) struct Service {
    /// Its records and keys.
    pub(crate) folder: PathBuf,
    /// The name of its key's file.
    pub(crate) key: String,
    process: Child,
    interface: String,
    officer: String,
    approver: String,
    agent: Agent,
}

impl Service {
    /// Founds the authority in that folder and serves it.
    pub(crate) fn start(
        programs: &Programs<'_>,
        authority: &SpecimenAuthority,
        folder: &Path,
    ) -> Result<Self, MakeError> {
        let run = |args: &[&str]| programs.run(folder, args);
        authority.found(&run)?;
        run(&["user", "add", "oscar", "--role", "operator"])?;
        let person = |name: &str, role: &str| {
            run(&["user", "add", name, "--role", role, "--as", "oscar"])?;
            run(&["user", "token", name, "--days", "1", "--as", "oscar"])
        };
        let (officer, approver) = (person("olga", "officer")?, person("anna", "approver")?);
        let key = run(&["key", "new", "--as", "oscar"])?;
        run(&["pack", "init"])?;

        let log = folder.join("service.log");
        let process = programs
            .issuer(folder)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::null())
            .stderr(File::create(&log)?)
            .spawn()?;
        let agent = Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            .build()
            .new_agent();
        let mut service = Self {
            folder: folder.to_owned(),
            key,
            process,
            interface: String::new(),
            officer,
            approver,
            agent,
        };
        service.interface = format!("http://{}", service.address(&log)?);
        Ok(service)
    }

    /// Where it listens, once it says so.
    fn address(&mut self, log: &Path) -> Result<String, MakeError> {
        wait_for("the service to listen", || {
            let said = fs::read_to_string(log)?;
            if let Some(status) = self.process.try_wait()? {
                return Err(format!("the service ended with {status}: {said}").into());
            }
            let mut whole = said.lines().filter(|_| said.ends_with('\n'));
            Ok(whole.find_map(|line| line.strip_prefix("listening on ")).map(str::to_owned))
        })
    }

    /// Enters the product of an award with its picture, a PNG; gives its row.
    pub(crate) fn product(&self, award: &LabelAward, picture: &[u8]) -> Result<ProductId, MakeError> {
        let maker = json!({ "name": award.manufacturer });
        let maker: Row = self.post(&self.officer, "/v1/manufacturers", None, &maker)?;
        let facts = json!({
            "manufacturer": maker.id,
            "brand": award.brand,
            "models": award.models,
            "category": award.category,
            "gtins": [award.gtin],
        });
        let product: Row = self.post(&self.officer, "/v1/products", None, &facts)?;
        let path = format!("/v1/products/{}/picture", product.id);
        let request = self
            .agent
            .put(format!("{}{path}", self.interface))
            .header("authorization", format!("Bearer {}", self.officer))
            .header("content-type", "image/png")
            .header("if-match", format!("\"{}\"", product.version));
        let _: Value = read(&path, request.send(picture).map_err(|e| format!("{path}: {e}"))?)?;
        Ok(ProductId::new(i64::try_from(product.id)?))
    }

    /// Has a label awarded by two people; gives its link once it is signed.
    pub(crate) fn award(&self, draft: &Draft) -> Result<String, MakeError> {
        let prepared: Row = self.post(&self.officer, "/v1/awards", None, draft)?;
        let award = format!("/v1/awards/{}", prepared.id);
        let _: Value =
            self.post(&self.approver, &format!("{award}/approve"), Some(prepared.version), &json!({}))?;
        wait_for("the label to be signed", || {
            let codes: Vec<Code> = self.get(&self.officer, &format!("{award}/codes"))?;
            Ok(codes.into_iter().find_map(|code| code.link))
        })
    }

    /// Has the standing of a label changed by two people.
    pub(crate) fn change(&self, draft: &Draft, kind: ChangeKind, note: &str) -> Result<(), MakeError> {
        let labels: Page = self.get(&self.officer, &format!("/v1/labels?number={}", draft.award.number))?;
        let label = labels.items.first().ok_or("the label is not on record")?.id;
        let proposal = json!({ "kind": kind, "reason": "vulnerability", "note": note });
        let change: Row =
            self.post(&self.officer, &format!("/v1/labels/{label}/changes"), None, &proposal)?;
        let approve = format!("/v1/changes/{}/approve", change.id);
        let _: Value = self.post(&self.approver, &approve, Some(change.version), &json!({}))?;
        Ok(())
    }

    fn get<T: DeserializeOwned>(&self, who: &str, path: &str) -> Result<T, MakeError> {
        let url = format!("{}{path}", self.interface);
        let answer = self.agent.get(&url).header("authorization", format!("Bearer {who}")).call();
        read(path, answer.map_err(|e| format!("{path}: {e}"))?)
    }

    fn post<T: DeserializeOwned>(
        &self,
        who: &str,
        path: &str,
        seen: Option<u64>,
        body: &impl Serialize,
    ) -> Result<T, MakeError> {
        let body = serde_json::to_string(body)?;
        // Whoever asks twice for the same thing here means it once.
        let key = ring::digest::digest(&ring::digest::SHA256, format!("{who} {path} {body}").as_bytes());
        let key = URL_SAFE_NO_PAD.encode(key);
        let mut request = self
            .agent
            .post(format!("{}{path}", self.interface))
            .header("authorization", format!("Bearer {who}"))
            .header("content-type", "application/json")
            .header("idempotency-key", key);
        if let Some(version) = seen {
            request = request.header("if-match", format!("\"{version}\""));
        }
        read(path, request.send(body).map_err(|e| format!("{path}: {e}"))?)
    }

    /// Asks it to end, and waits for it.
    pub(crate) fn stop(mut self) -> Result<(), MakeError> {
        rustix::process::kill_process(
            rustix::process::Pid::from_child(&self.process),
            rustix::process::Signal::TERM,
        )?;
        let status = wait_for("the service to end", || Ok(self.process.try_wait()?))?;
        if status.success() { Ok(()) } else { Err(format!("the service ended with {status}").into()) }
    }
}

impl Drop for Service {
    /// After a fault, nobody is left running.
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[derive(Deserialize)]
struct Row {
    id: u64,
    version: u64,
}

#[derive(Deserialize)]
struct Code {
    link: Option<String>,
}

#[derive(Deserialize)]
struct Page {
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    id: u64,
}

fn read<T: DeserializeOwned>(
    path: &str,
    mut answer: ureq::http::Response<ureq::Body>,
) -> Result<T, MakeError> {
    let text = answer.body_mut().read_to_string()?;
    if answer.status().is_success() {
        return Ok(serde_json::from_str(&text).map_err(|e| format!("{path}: {e}: {text}"))?);
    }
    Err(format!("{path}: {}: {text}", answer.status()).into())
}

fn wait_for<T>(what: &str, mut look: impl FnMut() -> Result<Option<T>, MakeError>) -> Result<T, MakeError> {
    for _ in 0..PATIENCE.as_millis() / PAUSE.as_millis() {
        if let Some(found) = look()? {
            return Ok(found);
        }
        sleep(PAUSE);
    }
    Err(format!("waited {} s for {what}", PATIENCE.as_secs()).into())
}
