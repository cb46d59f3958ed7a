//! Seeds: inputs to begin from, derived from what is checked in for other tests.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use verilabel_trust::{Accepted, ArchiveRepository, Client, Expiry, MemoryStore, Repository};
use verilabel_wire::LabelLink;

use crate::pack::NOW;

/// Where a target writes its seeds when it starts; it writes none without it.
const FOLDER: &str = "VERILABEL_FUZZ_SEEDS";

/// Writes seeds into the folder that the environment names. libFuzzer reads it afterwards.
///
/// # Panics
/// If they cannot be made or written: a target without seeds finds little, and says so to nobody.
pub fn plant(seeds: impl FnOnce() -> Vec<Vec<u8>>) {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    fs::create_dir_all(&folder).expect("the folder of seeds is made");
    let seeds = seeds();
    assert!(!seeds.is_empty(), "no seeds");
    for (number, seed) in seeds.iter().enumerate() {
        fs::write(folder.join(format!("seed-{number:03}")), seed).expect("a seed is written");
    }
}

/// The links of all vectors.
#[must_use]
pub fn links() -> Vec<Vec<u8>> {
    vectors(|path| path.ends_with("link.txt")).iter().map(|link| link.trim_ascii_end().to_vec()).collect()
}

/// The label credentials and status list credentials of all vectors.
#[must_use]
pub fn credentials() -> Vec<Vec<u8>> {
    /// One vector is nothing but too long.
    const LONGEST: usize = 16 << 10;
    let credentials = vectors(|path| has_extension(path, "jwt")).into_iter();
    credentials.filter(|text| text.len() <= LONGEST).map(|text| text.trim_ascii_end().to_vec()).collect()
}

/// The links and label credentials of the vectors that are not due to be refused.
///
/// # Panics
/// If a vector does not say what is due.
#[must_use]
pub fn authentic_labels() -> Vec<Vec<u8>> {
    let mut labels = Vec::new();
    for due in paths(&root().join("tests/vectors"), &|path| path.ends_with("expect.json")) {
        let expected: Value = serde_json::from_slice(&read(&due)).expect("a vector says what is due");
        let label = ["link.txt", "credential.jwt"].map(|name| due.with_file_name(name));
        if let Some(label) = label.iter().find(|path| path.is_file())
            && expected["conclusion"] != "not-authentic"
        {
            labels.push(read(label).trim_ascii_end().to_vec());
        }
    }
    labels
}

/// The seals of all links that carry one.
#[must_use]
pub fn seals() -> Vec<Vec<u8>> {
    let seal = |link: Vec<u8>| Some(LabelLink::parse(std::str::from_utf8(&link).ok()?).ok()?.seal);
    links().into_iter().filter_map(seal).collect()
}

/// The packs of the vectors.
#[must_use]
pub fn packs() -> Vec<Vec<u8>> {
    vectors(|path| has_extension(path, "gz"))
}

/// The pack that most vectors are judged by.
///
/// # Panics
/// If it cannot be read.
#[must_use]
pub fn base_pack() -> ArchiveRepository {
    let bytes = read(&root().join("tests/vectors/packs/base.tar.gz"));
    ArchiveRepository::read(&bytes).expect("the base pack is a pack")
}

/// The documents of a pack's issuers, as one line each.
///
/// # Panics
/// If the base pack has none.
#[must_use]
pub fn issuers() -> Vec<Vec<u8>> {
    let accepted = accepted();
    let documents = accepted.paths().filter(|path| path.starts_with("issuers/"));
    documents.map(|path| one_line(&document(&accepted, path))).collect()
}

/// What a client accepts of the base pack.
///
/// # Panics
/// If it does not.
#[must_use]
pub fn accepted() -> Accepted {
    let pack = base_pack();
    let root = pack.metadata("1.root.json", 1 << 20).ok().flatten().expect("the base pack has a root");
    let mut client = Client::open(MemoryStore::default(), &root).expect("the root stands");
    client.update(&pack, *NOW, Expiry::Report).expect("the base pack is accepted")
}

/// A document of the base pack.
///
/// # Panics
/// If there is none at that path.
#[must_use]
pub fn document(accepted: &Accepted, path: &str) -> Vec<u8> {
    accepted.target(&base_pack(), path).expect("the base pack has that document")
}

/// JSON in its shortest form.
///
/// # Panics
/// If it is none.
#[must_use]
pub fn one_line(json: &[u8]) -> Vec<u8> {
    serde_json::from_slice::<Value>(json).expect("a seed is JSON").to_string().into_bytes()
}

/// Pictures in every form that is read.
#[must_use]
pub fn pictures() -> Vec<Vec<u8>> {
    let fixtures = root().join("crates/symbol/tests/reading/fixtures");
    paths(&fixtures, &|_| true).iter().map(|path| read(path)).collect()
}

/// The register that comes with the software, with one arrangement at a time, as one line each.
///
/// # Panics
/// If it is no JSON.
#[must_use]
pub fn registers() -> Vec<Vec<u8>> {
    let bytes =
        fs::read(root().join("crates/recognition/data/register.json")).expect("the register is there");
    let register: Value = serde_json::from_slice(&bytes).expect("the register is JSON");
    let arrangements = register["arrangements"].as_array().map_or(0, Vec::len);
    let mut seeds = Vec::new();
    for kept in 0..arrangements {
        let mut part = register.clone();
        part["arrangements"] = Value::Array(vec![register["arrangements"][kept].clone()]);
        part["cooperations"] = Value::Array(Vec::new());
        drop_unused(&mut part);
        seeds.push(part.to_string().into_bytes());
    }
    seeds
}

/// Drops what no statement that is left refers to: schemes, then sources and markets.
fn drop_unused(register: &mut Value) {
    for list in ["schemes", "sources", "markets"] {
        let key = if list == "markets" { "code" } else { "id" };
        let (mut others, mut kept) = (register.clone(), Vec::new());
        others[list] = Value::Null;
        let others = others.to_string();
        for entry in register[list].as_array().into_iter().flatten() {
            if others.contains(&entry[key].to_string()) {
                kept.push(entry.clone());
            }
        }
        register[list] = Value::Array(kept);
    }
}

/// Contents of those files of the vectors.
fn vectors(wanted: impl Fn(&Path) -> bool) -> Vec<Vec<u8>> {
    paths(&root().join("tests/vectors"), &wanted).iter().map(|path| read(path)).collect()
}

/// Those files below a folder, in order.
fn paths(folder: &Path, wanted: &dyn Fn(&Path) -> bool) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder of seeds is there");
    let mut entries: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    entries.sort();
    let mut found = Vec::new();
    for path in entries {
        if path.is_dir() {
            found.extend(paths(&path, wanted));
        } else if wanted(&path) {
            found.push(path);
        }
    }
    found
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|found| found == extension)
}

fn read(path: &Path) -> Vec<u8> {
    fs::read(path).expect("a seed is read")
}

/// The project's folder.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
