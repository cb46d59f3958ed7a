//! The command line.

use std::io::Write;
use std::path::PathBuf;

use clap::{CommandFactory, Parser, Subcommand, ValueHint};
use verilabel_label::{CategoryId, Date, Market, SpecificationVersion, Timestamp};
use verilabel_verify::MinimumLevel;

use crate::exit::Exit;
use crate::trouble::Trouble;

const EXIT_CODES: &str = "\
Exit codes:
  0   authentic and in force, and meeting what was asked
  1   trouble with a file or the trust pack; nothing is said about a label
  2   wrong usage
  10  not authentic
  11  suspended or withdrawn
  12  expired or not yet valid
  13  cannot tell, or the status is too old
  14  authentic and in force, but not meeting the level or market asked for
With several inputs: the first of 10, 11, 12, 13, 1, 14, 0 that any of them gave.";

/// Verifies cybersecurity labels offline.
#[derive(Debug, Parser)]
#[command(name = "verilabel", version, after_help = EXIT_CODES)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Judge labels: authentic or not, which level, in force or not, what they count as
    #[command(after_help = EXIT_CODES)]
    Verify(VerifyArgs),
    /// Show what a label says, with nobody vouching for it
    Show(ShowArgs),
    /// Look at trust packs, and keep them
    #[command(subcommand)]
    Pack(PackCommand),
    /// Look at the register of schemes and arrangements
    #[command(subcommand)]
    Register(RegisterCommand),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

#[derive(Debug, clap::Args)]
pub(crate) struct VerifyArgs {
    /// A picture, a file with a label link or credential on each line, either of them, or `-` for standard input
    #[arg(required = true, value_hint = ValueHint::AnyPath)]
    pub(crate) input: Vec<String>,
    #[command(flatten)]
    pub(crate) trust: TrustArgs,
    /// The market that the label is to count in, such as SG
    #[arg(long, value_name = "CC")]
    pub(crate) market: Option<Market>,
    /// The product category, for labels that do not say
    #[arg(long)]
    pub(crate) category: Option<CategoryId>,
    /// The lowest level that will do, such as sg.cls-iot:3
    #[arg(long, value_name = "SCHEME:LEVEL")]
    pub(crate) min_level: Option<MinimumLevel>,
    /// A status list credential to judge by, in place of the trust pack's older list
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) status_list: Vec<PathBuf>,
    /// The oldest status list that will do, such as 12h or 7d
    #[arg(long, value_name = "AGE", value_parser = age)]
    pub(crate) max_status_age: Option<u64>,
    /// Refuse a trust pack past its expiry
    #[arg(long)]
    pub(crate) require_fresh: bool,
    /// Print JSON (docs/verdict-json.md)
    #[arg(long)]
    pub(crate) json: bool,
    /// Print every check, too
    #[arg(long, short, conflicts_with = "json")]
    pub(crate) details: bool,
}

/// Where trust comes from, and for which time.
#[derive(Debug, clap::Args)]
pub(crate) struct TrustArgs {
    /// The trust pack: a folder or a file; the imported one if not given
    #[arg(long, value_name = "DIR|FILE", value_hint = ValueHint::AnyPath)]
    pub(crate) pack: Option<PathBuf>,
    /// The root metadata to trust; the pack's own first root if not given
    #[arg(long, value_name = "FILE", requires = "pack", value_hint = ValueHint::FilePath)]
    pub(crate) root: Option<PathBuf>,
    /// The time to judge for, such as 2026-11-22T09:00:00Z or 2026-11-22; now if not given
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<Timestamp>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ShowArgs {
    /// A picture, a file with a label link or credential on each line, either of them, or `-` for standard input
    #[arg(required = true, value_hint = ValueHint::AnyPath)]
    pub(crate) input: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PackCommand {
    /// Say what a trust pack holds and until when it is good
    Info {
        #[command(flatten)]
        trust: TrustArgs,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Accept a trust pack and keep it for `verify`
    Import {
        /// A folder or a file
        #[arg(value_name = "DIR|FILE", value_hint = ValueHint::AnyPath)]
        pack: PathBuf,
        /// The root metadata to trust; the first import trusts the pack's own
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        root: Option<PathBuf>,
        /// The time at which the pack must be good, such as 2026-11-22T09:00:00Z; now if not given
        #[arg(long, value_name = "TIME")]
        at: Option<Timestamp>,
    },
    /// Bring the imported pack up to date from a web server
    Update {
        /// The URL below which the server has metadata/ and targets/
        #[arg(value_name = "URL", value_hint = ValueHint::Url)]
        url: String,
        /// The root metadata to trust; that of the imported pack if not given
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        root: Option<PathBuf>,
        /// The time at which the pack must be good, such as 2026-11-22T09:00:00Z; now if not given
        #[arg(long, value_name = "TIME")]
        at: Option<Timestamp>,
    },
    /// Write the imported pack into one file, and say what takes how much room
    Export {
        /// The file
        #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
        file: PathBuf,
    },
    /// Say what changed between two packs
    Diff {
        /// The older pack
        #[arg(value_name = "OLD", value_hint = ValueHint::AnyPath)]
        old: PathBuf,
        /// The newer pack
        #[arg(value_name = "NEW", value_hint = ValueHint::AnyPath)]
        new: PathBuf,
    },
    /// Follow any repository of The Update Framework
    Tuf(TufArgs),
}

/// The command line of the framework's conformance suite.
#[derive(Debug, clap::Args)]
pub(crate) struct TufArgs {
    /// Where trusted metadata is kept, under names without versions
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) metadata_dir: PathBuf,
    /// The URL below which the repository has its metadata
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub(crate) metadata_url: Option<String>,
    /// The URL below which the repository has its targets
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub(crate) target_base_url: Option<String>,
    /// Where a target is put, under its name, percent-encoded
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) target_dir: Option<PathBuf>,
    /// The path of a target
    #[arg(long, value_name = "PATH")]
    pub(crate) target_name: Option<String>,
    #[command(subcommand)]
    pub(crate) command: TufCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TufCommand {
    /// Trust a root to begin with
    Init {
        /// Root metadata
        #[arg(value_name = "ROOT", value_hint = ValueHint::FilePath)]
        root: PathBuf,
    },
    /// Bring the top-level metadata up to date
    Refresh,
    /// Bring metadata up to date, and fetch a target unless it is at hand
    Download,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RegisterCommand {
    /// List every row of every arrangement
    Rows {
        #[command(flatten)]
        trust: TrustArgs,
        /// Print the register as JSON
        #[arg(long)]
        json: bool,
    },
    /// Draw the register as an SVG map
    Map {
        #[command(flatten)]
        trust: TrustArgs,
        /// Write to a file instead of standard output
        #[arg(long, short, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Say where a label counts, and as what
    Where {
        /// The label's scheme and level, such as kr.cic:2
        #[arg(value_name = "SCHEME:LEVEL")]
        label: MinimumLevel,
        /// The specification version of the award; the newest of the scheme if not given
        #[arg(long)]
        specification: Option<SpecificationVersion>,
        /// The date of the award; if not given, the date judged for or the last on which the scheme awarded
        #[arg(long)]
        awarded: Option<Date>,
        /// The product category
        #[arg(long)]
        category: Option<CategoryId>,
        #[command(flatten)]
        trust: TrustArgs,
    },
}

/// Reads an age such as `90m`, `12h` or `7d` as seconds.
fn age(text: &str) -> Result<u64, String> {
    let wrong = || format!("{text:?} is no age such as 30m, 12h or 7d");
    let (digits, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let factor = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err(wrong()),
    };
    digits.parse::<u64>().ok().and_then(|count| count.checked_mul(factor)).ok_or_else(wrong)
}

/// The completion script for a shell.
pub(crate) fn completions(shell: clap_complete::Shell) -> Result<Exit, Trouble> {
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "verilabel", &mut out);
    std::io::stdout().write_all(&out)?;
    Ok(Exit::Good)
}

/// The manual: a page for the program, and one for each of its commands.
pub(crate) fn man() -> Result<Exit, Trouble> {
    let mut out = Vec::new();
    let mut command = Args::command();
    command.build();
    let mut pages = vec![command];
    while let Some(command) = pages.pop() {
        clap_mangen::Man::new(command.clone()).render(&mut out)?;
        pages.extend(command.get_subcommands().filter(|part| part.get_name() != "help").cloned());
    }
    std::io::stdout().write_all(&out)?;
    Ok(Exit::Good)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn ages_have_units() {
        assert_eq!((age("30m"), age("12h"), age("7d")), (Ok(1_800), Ok(43_200), Ok(604_800)));
        for wrong in ["", "7", "d", "7w", "-1d", "99999999999999999999d", "7 d"] {
            assert!(age(wrong).is_err(), "{wrong}");
        }
    }
}
