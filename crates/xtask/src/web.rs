//! `cargo xtask web`: the page that shoppers open, ready to be served.
//!
//! ```text
//! target/web/index.html, sw.js, manifest.webmanifest    with the version in place of `VERSION`
//! target/web/app/VERSION/**                             everything else: modules, languages, WebAssembly
//! target/web/app/VERSION/files.json                     what there is, for the service worker
//! ```
//!
//! Each file has its `.br` and `.gz` beside it where they are smaller. The version is a hash over all contents, so
//! that what stands below it never changes.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::process::{Failure, Outcome, cargo, program, root, run as run_program, say, works};
use crate::{join, programs, tools, wasm};

/// What stands in the sources for the version.
const VERSION: &str = "VERSION";
/// Files at the root: their addresses are fixed, for people and for the service worker's scope.
const AT_THE_ROOT: [&str; 3] = ["index.html", "manifest.webmanifest", "sw.js"];
/// Modules, by the name that the page imports.
const MODULES: [(&str, &str); 3] =
    [("verify", "verilabel_verify_wasm"), ("read", "verilabel_read_wasm"), ("map", "verilabel_map_wasm")];

/// Contents by path.
type Files = BTreeMap<String, Vec<u8>>;

pub(crate) fn run() -> Outcome {
    let folder = build()?;
    say(&format!("the page is in {}", folder.display()));
    Ok(())
}

/// Builds the page; gives its folder.
pub(crate) fn build() -> Result<PathBuf, Failure> {
    let target = programs::target_folder()?;
    let mut below = sources(&root().join("verifier-web/app"))?;
    join::join(&mut below)?;
    below.extend(modules(&target)?);
    let at_the_root: Vec<(&str, Vec<u8>)> = AT_THE_ROOT
        .into_iter()
        .map(|name| {
            let file =
                below.remove(name).ok_or_else(|| Failure(format!("verifier-web/app has no {name}")))?;
            Ok((name, file))
        })
        .collect::<Result<_, Failure>>()?;
    let version = version(&below, &at_the_root);
    let mut files = Files::new();
    for (name, content) in at_the_root {
        files.insert(name.to_owned(), with_version(name, content, &version)?);
    }
    for (path, content) in below {
        files.insert(format!("app/{version}/{path}"), content);
    }
    let listed = listing(&files)?;
    files.insert(format!("app/{version}/files.json"), listed);
    let folder = target.join("web");
    write(&files, &folder)?;
    Ok(folder)
}

/// The page as it is written, without what only its makers need.
fn sources(app: &Path) -> Result<Files, Failure> {
    let mut files = Files::new();
    let mut folders = vec![app.to_owned()];
    while let Some(folder) = folders.pop() {
        let failed = |e| Failure(format!("{}: {e}", folder.display()));
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let makers = name.starts_with('.') || name == "node_modules" || name.ends_with(".d.ts");
            let makers = makers || ["jsconfig.json", "tsconfig.json", "README.md"].contains(&name.as_str());
            if makers {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(app).unwrap_or(&path).to_string_lossy().into_owned();
                files.insert(name, fs::read(&path)?);
            }
        }
    }
    Ok(files)
}

/// Verifier and reader as WebAssembly, each with the module that loads it.
fn modules(target: &Path) -> Result<Files, Failure> {
    if !wasm::has_target() {
        return Err(Failure(format!("could not get the target {}: rustup target add it", wasm::TARGET)));
    }
    if !tools::wasm_bindgen(&wasm::locked_version("wasm-bindgen")?) {
        return Err(Failure("the page needs wasm-bindgen-cli".to_owned()));
    }
    build_small()?;
    let made = target.join("web-modules");
    let mut files = Files::new();
    for (name, library) in MODULES {
        run_program(
            program("wasm-bindgen")
                .args(["--target", "web", "--remove-name-section", "--remove-producers-section"])
                .args(["--out-name", name, "--out-dir"])
                .arg(&made)
                .arg(target.join(wasm::TARGET).join("wasm").join(format!("{library}.wasm"))),
        )?;
        for file in [format!("{name}.js"), format!("{name}_bg.wasm")] {
            files.insert(format!("wasm/{file}"), fs::read(made.join(&file))?);
        }
    }
    Ok(files)
}

/// Builds the modules, as small as can be: with a standard library that is built along, whose panics say nothing
/// (here nobody would hear them), where its sources are to be had. SHA-2 is written out once, not unrolled.
fn build_small() -> Outcome {
    const COMPACT: [&str; 4] = ["--cfg", "sha2_backend=\"soft\"", "--cfg", "sha2_backend_soft=\"compact\""];
    const SILENT: [&str; 3] = ["-Zunstable-options", "-Cpanic=immediate-abort", "-Zlocation-detail=none"];
    let mut build = cargo();
    build.args(["build", "--locked", "--quiet", "--profile", "wasm", "--target", wasm::TARGET]);
    for (_, library) in MODULES {
        build.args(["-p", &library.replace('_', "-")]);
    }
    let mut flags = COMPACT.to_vec();
    if works(program("rustup").args(["component", "add", "rust-src"])) {
        flags.extend(SILENT);
        build
            .args(["-Zbuild-std=std,panic_abort", "-Zpanic-immediate-abort"])
            .env("RUSTC_BOOTSTRAP", "1")
            .env("CARGO_PROFILE_WASM_PANIC", "immediate-abort");
    } else {
        say("could not get rust-src: the modules are built with the library as it is, and are larger");
    }
    run_program(build.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}")))
}

/// A hash over all paths and contents.
fn version(below: &Files, at_the_root: &[(&str, Vec<u8>)]) -> String {
    let mut hash = Sha256::new();
    let at_the_root = at_the_root.iter().map(|(name, content)| (*name, content));
    for (path, content) in at_the_root.chain(below.iter().map(|(path, content)| (path.as_str(), content))) {
        hash.update(Sha256::digest(path));
        hash.update(Sha256::digest(content));
    }
    let mut text = String::new();
    for byte in &hash.finalize()[..8] {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn with_version(name: &str, content: Vec<u8>, version: &str) -> Result<Vec<u8>, Failure> {
    let text =
        String::from_utf8(content).map_err(|_| Failure(format!("verifier-web/app/{name} is no UTF-8")))?;
    Ok(text.replace(&format!("/app/{VERSION}/"), &format!("/app/{version}/")).into_bytes())
}

/// Address and size of everything that a visitor may come to need. The page itself is `/`.
fn listing(files: &Files) -> Result<Vec<u8>, Failure> {
    let address = |path: &str| format!("/{}", if path == "index.html" { "" } else { path });
    let list: Vec<_> = files
        .iter()
        .filter(|(path, _)| *path != "sw.js")
        .map(|(path, content)| json!({"path": address(path), "size": content.len()}))
        .collect();
    serde_json::to_vec(&list).map_err(|e| Failure(e.to_string()))
}

/// Writes the files beside the folder, and puts them in its place when they are complete.
fn write(files: &Files, folder: &Path) -> Outcome {
    let new = folder.with_extension("new");
    remove(&new)?;
    for (path, content) in files {
        let path = new.join(path);
        fs::create_dir_all(path.parent().unwrap_or(&new))?;
        fs::write(&path, content)?;
        for (ending, packed) in [("br", brotli(content)?), ("gz", gzip(content)?)] {
            if packed.len() < content.len() {
                let mut name = path.clone().into_os_string();
                name.push(".");
                name.push(ending);
                fs::write(name, packed)?;
            }
        }
    }
    remove(folder)?;
    fs::rename(&new, folder)?;
    Ok(())
}

fn remove(folder: &Path) -> Outcome {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// RFC 7932 at its best quality, with a window that browsers accept.
fn brotli(content: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut packed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        size_hint: content.len(),
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &*content, &mut packed, &parameters)?;
    Ok(packed)
}

/// RFC 1952.
fn gzip(content: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    Ok(encoder.finish()?)
}
