//! Pages of documentation, followed as a reader's shell does.

use std::fs;

use crate::{Desk, Ran, programs, root, run};

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
                let exit = info
                    .strip_prefix("sh exit=")
                    .map_or(0, |code| code.parse().unwrap_or_else(|e| panic!("{code:?}: {e}")));
                open = Some(Block { line: number, text: String::new(), exit });
            }
            (None, _) => {}
        }
    }
    blocks
}

/// Runs a block as a reader's shell does: its variables are there in the next one. The first command that fails
/// ends it.
fn follow(desk: &Desk, block: &Block, variables: &[(&str, &str)]) -> Ran {
    let state = "export -p > .variables";
    let script =
        format!("set -ea\n[ ! -e .variables ] || . ./.variables\ntrap '{state}' EXIT\n{}", block.text);
    let path = format!("{}:{}", programs().display(), std::env::var("PATH").unwrap_or_default());
    let mut shell = desk.shell();
    shell.env("PATH", path).env_remove("VERILABEL_PASSPHRASE").envs(variables.iter().copied());
    run(shell.args(["-c", &script]))
}

/// Follows a page below `docs/operations` word by word; gives the number of its blocks.
///
/// # Panics
/// If a block ends otherwise than the page says.
#[must_use]
pub fn follow_page(desk: &Desk, name: &str, variables: &[(&str, &str)]) -> usize {
    let path = root().join("docs/operations").join(name);
    let page = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{name}: {e}"));
    let blocks = blocks(&page);
    for block in &blocks {
        let ran = follow(desk, block, variables);
        let Block { line, text, exit } = block;
        assert_eq!(ran.exit, *exit, "{name}, line {line}:\n{text}\n{}{}", ran.stdout, ran.stderr);
    }
    blocks.len()
}
