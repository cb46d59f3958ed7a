//! Tools that the commands need: found, or installed, or said to be missing.

use std::process::{Command, Stdio};

use crate::process::{Failure, Outcome, cargo, program, run, say, works};

/// OpenSSL's headers, which the keystore's JOSE library builds against.
pub(crate) fn openssl() -> Outcome {
    if works(program("pkg-config").args(["--exists", "openssl"])) {
        return Ok(());
    }
    apt(&["libssl-dev", "pkg-config"])
}

/// A C++ compiler, which libFuzzer is built with.
pub(crate) fn cpp() -> Outcome {
    if works(program("c++").arg("--version")) { Ok(()) } else { apt(&["g++"]) }
}

/// strace, which cuts programs off at their system calls.
pub(crate) fn strace() -> Outcome {
    if works(program("strace").arg("--version")) { Ok(()) } else { apt(&["strace"]) }
}

/// A browser, Node and npm: what tries the page. False, and a word about it, if they cannot be had.
pub(crate) fn browser() -> bool {
    let missing: Vec<&str> = ["chromium", "node", "npm"]
        .into_iter()
        .filter(|name| !works(program(name).arg("--version")))
        .map(|name| if name == "node" { "nodejs" } else { name })
        .collect();
    if missing.is_empty() || apt(&missing).is_ok() {
        return true;
    }
    say(&format!("could not get {}: the page is not tried in a browser", missing.join(", ")));
    false
}

/// What the server is measured with, and against.
pub(crate) fn load() -> bool {
    let missing: Vec<&str> = [("wrk", "wrk"), ("/usr/sbin/nginx", "nginx-light")]
        .into_iter()
        .filter(|(name, _)| !runs(program(name).arg("-v")))
        .map(|(_, package)| package)
        .collect();
    if missing.is_empty() || apt(&missing).is_ok() {
        return true;
    }
    say(&format!("could not get {}: the server is not measured", missing.join(", ")));
    false
}

/// Whether a program can be started, whatever it thinks of its arguments.
fn runs(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

/// Installs Debian packages; needs root or sudo. No service is started.
pub(crate) fn apt(packages: &[&str]) -> Outcome {
    say(&format!("installing {} (Debian packages)", packages.join(", ")));
    let as_root = |arguments: &[&str]| -> Command {
        let is_root = crate::process::output(program("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
        let mut command = if is_root { program("apt-get") } else { program("sudo") };
        if !is_root {
            command.args(["-n", "apt-get"]);
        }
        command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive").env("RUNLEVEL", "1");
        command
    };
    let install: Vec<&str> = [&["install", "-y", "--no-install-recommends"], packages].concat();
    if run(as_root(&["update", "-qq"]).args(["-o", "Acquire::Retries=3"])).is_ok()
        && run(&mut as_root(&install)).is_ok()
    {
        return Ok(());
    }
    Err(Failure(format!("could not install {}: please install them and run this again", packages.join(", "))))
}

/// A cargo subcommand, built from the registry where it is missing. False, and a word about it, if that fails.
pub(crate) fn cargo_tool(name: &str, version: &str) -> bool {
    let subcommand = name.trim_start_matches("cargo-");
    if works(cargo().args([subcommand, "--version"])) {
        return true;
    }
    say(&format!("installing {name} {version}"));
    if run(cargo().args(["install", "--locked", "--quiet", name, "--version", version])).is_ok() {
        return true;
    }
    say(&format!("could not get {name}: what it checks is left out"));
    false
}

/// The command that makes modules of WebAssembly, of that version. False, and a word about it, if it cannot be had.
pub(crate) fn wasm_bindgen(version: &str) -> bool {
    let found = crate::process::output(program("wasm-bindgen").arg("--version"));
    if found.is_ok_and(|text| text.split_whitespace().last() == Some(version)) {
        return true;
    }
    say(&format!("installing wasm-bindgen-cli {version}"));
    // A registry's mirror may lack the newest of what its lock file names.
    let installed = [&["--locked"][..], &[]].into_iter().any(|locked| {
        let install = ["install", "--quiet", "wasm-bindgen-cli", "--version", version];
        run(cargo().args(install).args(locked)).is_ok()
    });
    if !installed {
        say("could not get wasm-bindgen-cli: what needs it is left out");
    }
    installed
}
