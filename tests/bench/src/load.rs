//! The interface at saturation: many more clients than it serves at once.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::house::{Caller, House, draft};
use crate::report::Measurement;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

const CLIENTS: u32 = 512;
const WARM: Duration = Duration::from_secs(5);
const TIME: Duration = Duration::from_secs(25);

/// Serves an authority in a folder until standard input ends; says where, and the tokens.
pub fn serve(folder: &Path) -> Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let house = House::make(folder).await?;
        house.prepare(1, 1_000).await?;
        let server = house.listen(verilabel_issuer::api::Limits::default()).await?;
        println!("{} {} {}", server.address(), house.officer_token, house.approver_token);
        server
            .run(async {
                let ended = tokio::task::spawn_blocking(|| std::io::stdin().read_line(&mut String::new()));
                let _ = ended.await;
            })
            .await;
        Ok(())
    })
}

/// Latencies, errors and memory of a service in a process of its own.
pub fn load_api() -> Outcome {
    let folder = tempfile::tempdir()?;
    let mut service = start(folder.path())?;
    let measured = tokio::runtime::Runtime::new()?.block_on(run(&service));
    drop(service.process.stdin.take());
    service.process.wait()?;
    let load = measured.map_err(|error| error.to_string())?;
    let measurement = |value: f64, unit: &'static str, against: String, goal: &str| Measurement {
        name: "load-api",
        value,
        unit,
        against,
        ratio: None,
        goal: goal.to_owned(),
    };
    let statuses: Vec<String> = load.statuses.iter().map(|(status, n)| format!("{n} of {status}")).collect();
    let answered = load.statuses.values().sum::<u64>();
    Ok(vec![
        measurement(
            load.quantile(0.5),
            "ms",
            format!("p50 of what was served, {CLIENTS} clients; one in eight writes"),
            "",
        ),
        measurement(load.quantile(0.99), "ms", "p99 of what was served".to_owned(), ""),
        measurement(load.per_second, "served/s", format!("{answered} answers: {}", statuses.join(", ")), ""),
        measurement(
            count(load.errors),
            "errors",
            "neither 2xx nor 429 or 503 with Retry-After".to_owned(),
            "0",
        ),
        measurement(load.memory.1, "MiB", format!("at the end; {:.0} MiB once warm", load.memory.0), "flat"),
    ])
}

struct Service {
    process: Child,
    address: SocketAddr,
    officer: String,
    approver: String,
}

fn start(folder: &Path) -> std::result::Result<Service, Box<dyn Error>> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("load-api").arg("--contender").arg(folder).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut process = command.spawn()?;
    let mut line = String::new();
    BufReader::new(process.stdout.take().ok_or("no output")?).read_line(&mut line)?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let mut word = || words.next().ok_or("the service did not start");
    Ok(Service { address: word()?.parse()?, officer: word()?, approver: word()?, process })
}

#[derive(Default)]
struct Load {
    /// Of what was served, in microseconds.
    served: Vec<u64>,
    statuses: BTreeMap<u16, u64>,
    errors: u64,
    per_second: f64,
    /// Of the service, in MiB: once warm, and at the end.
    memory: (f64, f64),
}

impl Load {
    /// In milliseconds.
    fn quantile(&self, part: f64) -> f64 {
        let mut sorted = self.served.clone();
        sorted.sort_unstable();
        let wanted = part * count(u64::try_from(sorted.len()).unwrap_or_default());
        let found =
            sorted.iter().enumerate().find(|(n, _)| count(u64::try_from(*n).unwrap_or_default()) >= wanted);
        found.map_or(f64::NAN, |(_, micros)| count(*micros) / 1e3)
    }
}

fn count(n: u64) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

async fn run(service: &Service) -> Result<Load> {
    let begun = Instant::now();
    let clients: Vec<_> = (0..CLIENTS)
        .map(|client| {
            let token = if client % 8 == 0 { &service.officer } else { &service.approver };
            let caller = Caller::new(service.address, token);
            tokio::spawn(work(caller, client, begun + WARM + TIME))
        })
        .collect();
    tokio::time::sleep(WARM).await;
    let warm = memory(service.process.id())?;
    let mut load = Load::default();
    for client in clients {
        let one = client.await?;
        load.served.extend(one.served);
        load.errors += one.errors;
        for (status, n) in one.statuses {
            *load.statuses.entry(status).or_insert(0) += n;
        }
    }
    let served = u64::try_from(load.served.len()).unwrap_or_default();
    load.per_second = count(served) / begun.elapsed().as_secs_f64();
    load.memory = (warm, memory(service.process.id())?);
    Ok(load)
}

async fn work(caller: Caller, client: u32, until: Instant) -> Load {
    let mut load = Load::default();
    let mut n = 0;
    while Instant::now() < until {
        n += 1;
        let begun = Instant::now();
        let answer = if client.is_multiple_of(8) {
            let number = 1_000_000 + client * 10_000 + n;
            let body =
                draft(number).ok().and_then(|draft| serde_json::to_string(&draft).ok()).unwrap_or_default();
            caller.ask("/v1/awards", Some((&format!("{client}-{n}"), body))).await
        } else {
            let path = match n % 3 {
                0 => "/v1/me".to_owned(),
                1 => format!("/v1/awards?number=CSA/311029/{}", 1 + (client * 31 + n) % 1_000),
                _ => "/v1/awards?limit=20".to_owned(),
            };
            caller.ask(&path, None).await
        };
        let Ok((status, comes_again, _)) = answer else {
            load.errors += 1;
            continue;
        };
        *load.statuses.entry(status.as_u16()).or_insert(0) += 1;
        match status.as_u16() {
            200..=299 => load.served.push(u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX)),
            429 | 503 if comes_again => tokio::time::sleep(Duration::from_millis(200)).await,
            _ => load.errors += 1,
        }
    }
    load
}

/// Resident memory of a process, in MiB.
fn memory(process: u32) -> Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).ok_or("no VmRSS")?;
    let kib: f64 = line.split_whitespace().nth(1).ok_or("no number")?.parse()?;
    Ok(kib / 1_024.0)
}
