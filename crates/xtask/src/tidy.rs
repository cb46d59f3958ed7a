//! `cargo xtask tidy`: the invariants of docs/ARCHITECTURE.md that no compiler checks.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::process::{Failure, Outcome, cargo, output, program, root};

/// Who may depend on whom, dev-dependencies left aside. What is not listed may depend on nothing of ours.
const ARROWS: &[(&str, &[&str])] = &[
    ("verilabel-wire", &["label"]),
    ("verilabel-recognition", &["label"]),
    ("verilabel-trust", &["label", "recognition", "wire"]),
    ("verilabel-credential", &["label", "trust", "wire"]),
    ("verilabel-verify", &["credential", "label", "recognition", "trust", "wire"]),
    ("verilabel-symbol", &["label"]),
    ("verilabel-map-wasm", &["label", "recognition"]),
    ("verilabel-read-wasm", &["symbol"]),
    ("verilabel-verify-wasm", &["label", "recognition", "trust", "verify"]),
    ("verilabel-issuer", &["credential", "label", "recognition", "symbol", "trust", "verify", "wire"]),
    ("verilabel", &["credential", "label", "recognition", "symbol", "trust", "verify", "wire"]),
    ("verilabel-shelf", &["issuer", "label", "recognition", "symbol", "trust", "wire"]),
    ("verilabel-vectors", &["credential", "issuer", "label", "recognition", "trust", "verify", "wire"]),
    ("verilabel-bench", &["issuer", "label", "pictures", "recognition", "symbol", "trust", "verify", "wire"]),
    ("verilabel-crash", &["issuer", "label", "recognition", "trust", "verify", "wire"]),
    ("verilabel-e2e", &[]),
    ("verilabel-pictures", &[]),
    ("verilabel-postgres", &[]),
    ("xtask", &["postgres"]),
];

/// Longest file of code, tests aside.
const MAX_LINES: usize = 600;

pub(crate) fn run() -> Outcome {
    let mut faults = Vec::new();
    arrows(&mut faults)?;
    let files = tracked_files()?;
    for path in files.iter().filter(|path| path.extension().is_some_and(|e| e == "rs")) {
        let text = fs::read_to_string(root().join(path))?;
        file_length(path, &text, &mut faults);
        left_open(path, &text, &mut faults);
        unverified_claims(path, &text, &mut faults);
    }
    crate_roots(&mut faults)?;
    codes_are_documented(&files, &mut faults)?;
    if faults.is_empty() { Ok(()) } else { Err(Failure(faults.join("\n"))) }
}

fn arrows(faults: &mut Vec<String>) -> Outcome {
    let text = output(cargo().args(["metadata", "--no-deps", "--format-version", "1", "--locked"]))?;
    let metadata: Value = serde_json::from_str(&text).map_err(|e| Failure(format!("cargo metadata: {e}")))?;
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let name = package["name"].as_str().unwrap_or_default();
        let allowed: BTreeSet<String> = ARROWS
            .iter()
            .filter(|(from, _)| *from == name)
            .flat_map(|(_, to)| to.iter().map(|to| format!("verilabel-{to}")))
            .collect();
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let to = dependency["name"].as_str().unwrap_or_default();
            let ours = to.starts_with("verilabel");
            if ours && dependency["kind"].as_str() != Some("dev") && !allowed.contains(to) {
                faults.push(format!("{name} must not depend on {to}"));
            }
        }
    }
    Ok(())
}

fn tracked_files() -> Result<Vec<PathBuf>, Failure> {
    let list = output(program("git").args(["ls-files", "--cached", "--others", "--exclude-standard"]))?;
    Ok(list.lines().map(PathBuf::from).filter(|path| root().join(path).is_file()).collect())
}

fn file_length(path: &Path, text: &str, faults: &mut Vec<String>) {
    let is_test = path.components().any(|c| c.as_os_str() == "tests") || path.ends_with("tests.rs");
    let lines = text.lines().count();
    if !is_test && lines > MAX_LINES {
        faults.push(format!("{} has {lines} lines; split it (at most {MAX_LINES})", path.display()));
    }
}

fn left_open(path: &Path, text: &str, faults: &mut Vec<String>) {
    if path.ends_with("tidy.rs") {
        return;
    }
    for (number, line) in text.lines().enumerate() {
        if ["TODO", "FIXME", "todo!(", "unimplemented!(", "dbg!("].iter().any(|word| line.contains(word)) {
            faults.push(format!("{}:{}: left open", path.display(), number + 1));
        }
    }
}

/// Only `verilabel show` reads claims that nobody vouches for.
fn unverified_claims(path: &Path, text: &str, faults: &mut Vec<String>) {
    let may = path.starts_with("crates/wire")
        || path.starts_with("tests")
        || path.ends_with("wallet-cli/src/show.rs");
    if !may && !path.ends_with("tidy.rs") && text.contains("unverified_claims") {
        faults.push(format!("{}: only `verilabel show` reads unverified claims", path.display()));
    }
}

/// Every library says what it is for and what is deliberately absent.
fn crate_roots(faults: &mut Vec<String>) -> Outcome {
    for entry in fs::read_dir(root().join("crates"))? {
        let folder = entry?.path();
        let main = ["src/lib.rs", "src/main.rs"].map(|name| folder.join(name));
        let Some(path) = main.iter().find(|path| path.exists()) else { continue };
        let text = fs::read_to_string(path)?;
        if !text.starts_with("//!") || !text.contains("**Invariant:**") {
            faults.push(format!("{}: say its purpose and its **Invariant:**", path.display()));
        }
    }
    Ok(())
}

/// Every stable code stands in the specification: whoever meets one can look it up.
fn codes_are_documented(files: &[PathBuf], faults: &mut Vec<String>) -> Outcome {
    let mut documented = String::new();
    for path in
        files.iter().filter(|path| path.starts_with("docs") && path.extension().is_some_and(|e| e == "md"))
    {
        documented.push_str(&fs::read_to_string(root().join(path))?);
    }
    let sources = files.iter().filter(|path| {
        let is_source = path.components().any(|c| c.as_os_str() == "src") && !path.ends_with("tests.rs");
        is_source && path.extension().is_some_and(|e| e == "rs")
    });
    for path in sources {
        for code in codes(&fs::read_to_string(root().join(path))?) {
            if !documented.contains(&format!("`{code}`")) {
                faults.push(format!("{}: code {code} is not documented in docs/", path.display()));
            }
        }
    }
    Ok(())
}

/// The string literals of every `fn code(…) -> &'static str`.
fn codes(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for body in text.split("fn code(").skip(1) {
        let Some(start) = body.find("-> &'static str {") else { continue };
        let end = body.find("\n    }\n").unwrap_or(body.len());
        for literal in body.get(start..end).unwrap_or_default().split('"').skip(1).step_by(2) {
            if literal.contains('-') || literal.chars().all(|c| c.is_ascii_lowercase()) {
                found.insert(literal.to_owned());
            }
        }
    }
    found
}
