//! Writing the folders.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use verilabel_trust::write_archive;

use crate::cases::{self, Vector};
use crate::packs;

/// `expect.json`: what to do with a vector, and what is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Expect {
    /// Judge `link.txt` or `credential.jwt` with the pack, and with every `status-list-N.jwt` handed in.
    Judge {
        /// The pack's file in `packs/`, less `.tar.gz`.
        pack: String,
        /// The time to judge for.
        at: String,
        /// The market asked for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        market: Option<String>,
        /// The category asked with.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        category: Option<String>,
        /// The level asked for, as `SCHEME:LEVEL`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        minimum_level: Option<String>,
        /// The policy's limit in seconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max_status_age: Option<u64>,
        /// The conclusion that is due.
        conclusion: String,
        /// The code that is due.
        code: String,
    },
    /// Hand in `status-list-1.jwt`, which is refused.
    RefuseList {
        /// The pack's file in `packs/`, less `.tar.gz`.
        pack: String,
        /// The time to judge for.
        at: String,
        /// The code that is due.
        code: String,
    },
    /// Accept the packs of `before` in turn, then try `pack`.
    Update {
        /// Packs accepted before.
        before: Vec<String>,
        /// The pack.
        pack: String,
        /// The time of the update.
        at: String,
        /// The code that is due; absent if the pack is to be accepted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<String>,
    },
}

/// Writes all vectors and packs below a folder, which holds nothing else afterwards.
///
/// # Errors
/// Those of the file system.
pub fn all(folder: &Path) -> io::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder.join("packs"))?;
    for (name, files) in packs::all() {
        fs::write(folder.join("packs").join(format!("{name}.tar.gz")), write_archive(&files)?)?;
    }
    let vectors = cases::all();
    for vector in &vectors {
        write(folder, vector)?;
    }
    fs::write(folder.join("README.md"), index(&vectors))
}

fn write(folder: &Path, vector: &Vector) -> io::Result<()> {
    let folder = folder.join(vector.name);
    fs::create_dir_all(&folder)?;
    let mut readme = format!("# {}\n\n{}\n", vector.name, vector.fault);
    if let Some(link) = &vector.link {
        fs::write(folder.join("link.txt"), format!("{link}\n"))?;
    }
    if let Some(credential) = &vector.credential {
        fs::write(folder.join("credential.jwt"), format!("{credential}\n"))?;
    }
    for (number, list) in vector.status_lists.iter().enumerate() {
        fs::write(folder.join(format!("status-list-{}.jwt", number + 1)), format!("{list}\n"))?;
    }
    if let Some(seal) = &vector.seal {
        readme.push_str("\nThe seal in hexadecimal:\n\n```\n");
        for row in seal.chunks(32) {
            for byte in row {
                // Writing to a String cannot fail.
                let _ = write!(readme, "{byte:02x}");
            }
            readme.push('\n');
        }
        readme.push_str("```\n");
    }
    fs::write(folder.join("README.md"), readme)?;
    let mut expect = serde_json::to_string_pretty(&vector.expect)?;
    expect.push('\n');
    fs::write(folder.join("expect.json"), expect)
}

fn index(vectors: &[Vector]) -> String {
    let mut text = String::from(
        "# Test vectors\n\n\
         One fault each. `link.txt` is the text of a QR code and `credential.jwt` a label credential (without the \
         line break at their ends), `expect.json` says what to `do` with it and what is due. Clients pin \
         `metadata/1.root.json` of the `pack` in `packs/`. Written by `cargo xtask vectors`; keys and products are \
         invented.\n\n\
         - `judge` it with the pack as a client takes it up for the time `at` (an expiry is reported, not \
         refused), and with every `status-list-N.jwt` handed in, for a `conclusion` of `docs/spec/verdict.md` and \
         a `code` of `docs/codes.md`. `market`, `category` and `minimum_level` (`SCHEME:LEVEL`) are the question, \
         `max_status_age` (in seconds) the policy; what is not there is not asked.\n\
         - `refuse-list`: the one that is handed in is refused, for a `code`.\n\
         - `update` a client at the time `at`, which has accepted the packs of `before` in turn, to `pack`: for a \
         `code`, or for success where there is none.\n\n| vector | what is special about it | due |\n|---|---|---|\n",
    );
    for vector in vectors {
        let due = match &vector.expect {
            Expect::Judge { conclusion, code, .. } if conclusion == code => format!("`{code}`"),
            Expect::Judge { conclusion, code, .. } => format!("`{conclusion}`, `{code}`"),
            Expect::RefuseList { code, .. } | Expect::Update { code: Some(code), .. } => {
                format!("refused, `{code}`")
            }
            Expect::Update { code: None, .. } => "accepted".to_owned(),
        };
        let _ = writeln!(text, "| [{0}]({0}/) | {1} | {due} |", vector.name, vector.fault);
    }
    text
}
