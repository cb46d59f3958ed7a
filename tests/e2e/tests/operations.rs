//! docs/operations/authority.md, followed word by word.

#![expect(clippy::unwrap_used, reason = "what is missing fails the test")]

use std::fs;

use verilabel_e2e::{Desk, Ran, programs, root, run};

/// A block of commands, and the exit code of the last of them.
struct Block {
    line: usize,
    text: String,
    exit: i32,
}

/// The blocks that a page marks as shell, in their order.
fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (number, line) in (1..).zip(page.lines()) {
        match (&mut open, line.strip_prefix("```")) {
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(block), None) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, Some(info)) if info == "sh" || info.starts_with("sh ") => {
                let exit = info.strip_prefix("sh exit=").map_or(0, |code| code.parse().unwrap());
                open = Some(Block { line: number, text: String::new(), exit });
            }
            (None, _) => {}
        }
    }
    blocks
}

/// Runs a block as a reader's shell does: its variables are there in the next one. The first command that fails
/// ends it.
fn follow(desk: &Desk, block: &Block) -> Ran {
    let state = "export -p > .variables";
    let script =
        format!("set -ea\n[ ! -e .variables ] || . ./.variables\ntrap '{state}' EXIT\n{}", block.text);
    let path = format!("{}:{}", programs().display(), std::env::var("PATH").unwrap());
    run(desk.shell().env("PATH", path).env_remove("VERILABEL_PASSPHRASE").args(["-c", &script]))
}

#[test]
fn the_page_can_be_followed_word_by_word() {
    let page = fs::read_to_string(root().join("docs/operations/authority.md")).unwrap();
    let blocks = blocks(&page);
    assert!(blocks.len() > 15, "{} blocks", blocks.len());
    let desk = Desk::new();
    for block in &blocks {
        let ran = follow(&desk, block);
        let Block { line, text, exit } = block;
        assert_eq!(ran.exit, *exit, "line {line}:\n{text}\n{}{}", ran.stdout, ran.stderr);
    }
}
