//! The manual pages, and completion for shells.

use std::io::Write;

use clap::CommandFactory;

use super::{Args, Exit, Outcome};

/// The completion script for a shell.
pub(crate) fn completions(shell: clap_complete::Shell) -> Outcome {
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "verilabel-issuer", &mut out);
    std::io::stdout().write_all(&out)?;
    Ok(Exit::Good)
}

/// A page for the program, and one for each of its commands, commands of commands too.
pub(crate) fn pages() -> Outcome {
    let mut out = Vec::new();
    let mut command = Args::command();
    command.build();
    let mut rest = vec![command];
    while let Some(command) = rest.pop() {
        clap_mangen::Man::new(command.clone()).render(&mut out)?;
        let parts = command.get_subcommands().filter(|part| part.get_name() != "help");
        rest.extend(parts.cloned());
    }
    std::io::stdout().write_all(&out)?;
    Ok(Exit::Good)
}
