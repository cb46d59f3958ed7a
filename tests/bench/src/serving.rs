//! Cached files over HTTP: `verilabel-web` next to nginx, with the same files on the same cores as the load.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::command::beside;
use crate::report::{Measurement, median};

type Error = Box<dyn std::error::Error>;

/// Turns of each.
const TURNS: usize = 5;
const SECONDS: &str = "3s";
/// A module of the page is about as long.
const LENGTH: usize = 2_400;
const FILE: &str = "/app/0123456789abcdef/js/main.js";

/// Files a second, in turns.
pub fn serve() -> Outcome {
    let folder = tempfile::tempdir()?;
    place(folder.path())?;
    let ours = Server::ours(folder.path())?;
    let nginx = Server::nginx(folder.path())?;
    let (mut of_ours, mut of_nginx) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        of_ours.push(load(&ours)?);
        of_nginx.push(load(&nginx)?);
    }
    let ratios = of_ours.iter().zip(&of_nginx).map(|(ours, nginx)| ours / nginx).collect();
    Ok(vec![Measurement {
        name: "web-serve",
        value: median(of_ours),
        unit: "files/s",
        against: format!(
            "nginx ({:.0} files/s); a file of {LENGTH} bytes, the load on the same cores",
            median(of_nginx)
        ),
        ratio: Some(median(ratios)),
        goal: ">= 20,000; 0.6".to_owned(),
    }])
}

/// A page and a publication, of which one file matters.
fn place(folder: &Path) -> Result<(), Error> {
    let script = "export const answer = 42;\n".repeat(LENGTH / 26 + 1);
    let app = folder.join("app");
    for (name, content) in [
        ("index.html", "<!doctype html>"),
        ("sw.js", ""),
        ("manifest.webmanifest", "{}"),
        (FILE.trim_start_matches('/'), &script[..LENGTH]),
    ] {
        let path = app.join(name);
        fs::create_dir_all(path.parent().unwrap_or(&app))?;
        fs::write(path, content)?;
    }
    fs::create_dir_all(folder.join("published/pack/metadata"))?;
    fs::write(folder.join("published/pack/metadata/1.root.json"), "{}")?;
    Ok(())
}

/// A server at work; it ends with the measurement.
struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    fn ours(folder: &Path) -> Result<Self, Error> {
        let address = free()?;
        let mut command = Command::new(beside("verilabel-web")?);
        command.arg("--app").arg(folder.join("app")).arg("--publication").arg(folder.join("published"));
        command.args(["--listen", &address.to_string(), "--log", "warn"]);
        Self::start(&mut command, address)
    }

    /// As it is set up for many small files: it keeps them open, and writes no log.
    fn nginx(folder: &Path) -> Result<Self, Error> {
        let address = free()?;
        let (root, here) = (folder.join("app"), folder.display());
        let config = format!(
            "daemon off; worker_processes 2; pid {here}/nginx.pid; error_log stderr crit;
            events {{ worker_connections 1024; multi_accept on; }}
            http {{
                types {{ text/javascript js; }}
                access_log off; sendfile on; tcp_nopush on; tcp_nodelay on;
                keepalive_requests 100000000; open_file_cache max=1000; open_file_cache_valid 60s;
                client_body_temp_path {here}/t1; proxy_temp_path {here}/t2; fastcgi_temp_path {here}/t3;
                uwsgi_temp_path {here}/t4; scgi_temp_path {here}/t5;
                server {{ listen {address}; root {}; etag on; }}
            }}",
            root.display()
        );
        fs::write(folder.join("nginx.conf"), config)?;
        let mut command = Command::new("/usr/sbin/nginx");
        command.arg("-c").arg(folder.join("nginx.conf")).arg("-p").arg(folder);
        // Its workers would otherwise be nobody, who cannot read the folder.
        if nix::unistd::geteuid().is_root() {
            command.args(["-g", "user root;"]);
        }
        Self::start(&mut command, address)
    }

    fn start(command: &mut Command, address: SocketAddr) -> Result<Self, Error> {
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command.stdout(Stdio::null()).stderr(Stdio::inherit()).spawn();
        let child = child.map_err(|error| format!("{name}: {error}"))?;
        let server = Self { child, address };
        let began = Instant::now();
        while TcpStream::connect(address).is_err() {
            if began.elapsed() > Duration::from_secs(20) {
                return Err(format!("{name} does not answer").into());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // SIGTERM: nginx ends its workers, too. It may have ended by itself.
        if let Ok(id) = i32::try_from(self.child.id()) {
            let _ = nix::sys::signal::kill(nix::unistd::Pid::from_raw(id), nix::sys::signal::Signal::SIGTERM);
        }
        let _ = self.child.wait();
    }
}

fn free() -> Result<SocketAddr, Error> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

/// Requests a second that were answered well.
fn load(server: &Server) -> Result<f64, Error> {
    let url = format!("http://{}{FILE}", server.address);
    let output = Command::new("wrk").args(["-t", "1", "-c", "64", "-d", SECONDS, &url]).output();
    let output = output.map_err(|error| format!("wrk: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    if text.contains("Non-2xx") || text.contains("Socket errors") {
        return Err(format!("not every request was answered well: {text}").into());
    }
    let line = text.lines().find_map(|line| line.strip_prefix("Requests/sec:"));
    Ok(line.ok_or("wrk says nothing")?.trim().parse()?)
}
