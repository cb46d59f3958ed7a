//! The command line of `verilabel-issuer`.
//!
//! It works on the authority's folder, with whatever that folder allows: whoever can write there is trusted to be
//! whom `--as` says. Rules and roles are the authority's, and hold here as they do for its HTTP interface.

mod audit;
mod awards;
mod changes;
mod exit;
mod files;
mod founding;
mod import;
mod keys;
mod labels;
mod manual;
mod out;
mod packs;
mod print;
mod products;
mod progress;
mod publishing;
mod runs;
mod serving;
mod session;
mod trouble;
mod users;
mod values;

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueHint};
use ring::rand::SystemRandom;
use verilabel_label::Timestamp;

pub(crate) use exit::Exit;
use session::Session;
use trouble::Trouble;

const EXIT_CODES: &str = "\
Exit codes:
  0   done
  1   trouble: a file, the database, a key, or something that is not there
  2   wrong usage
  3   refused by the rules; the audit chain has it";

/// What a command comes to.
type Outcome = Result<Exit, Trouble>;

/// Runs a labelling scheme's authority: products, awards, labels, runs, keys, publications.
#[derive(Debug, Parser)]
#[command(name = "verilabel-issuer", version, after_help = EXIT_CODES)]
pub(crate) struct Args {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// What every command may need.
#[derive(Debug, clap::Args)]
pub(crate) struct Common {
    /// The authority's folder
    #[arg(long, global = true, value_name = "DIR", env = "VERILABEL_AUTHORITY", value_hint = ValueHint::DirPath)]
    authority: Option<PathBuf>,
    /// The user who decides: it must be on record and have the role
    #[arg(long = "as", global = true, value_name = "NAME", env = "VERILABEL_USER")]
    user: Option<String>,
    /// A file with the passphrase of the keystores; otherwise `VERILABEL_PASSPHRASE` is read
    #[arg(long, global = true, value_name = "FILE", env = "VERILABEL_PASSPHRASE_FILE", value_hint = ValueHint::FilePath)]
    passphrase_file: Option<PathBuf>,
    /// The register; the one of this program if not given
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    register: Option<PathBuf>,
    /// The trust pack that foreign labels are judged by, where an award rests on one
    #[arg(long, global = true, value_name = "DIR", env = "VERILABEL_FOREIGN_PACK", value_hint = ValueHint::DirPath)]
    foreign_pack: Option<PathBuf>,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make the folder of a new authority
    Init(founding::InitArgs),
    /// People, their roles and their tokens
    #[command(subcommand)]
    User(users::UserCommand),
    /// Products on record
    #[command(subcommand)]
    Product(products::ProductCommand),
    /// Awards: prepare, import, look through, approve
    #[command(subcommand)]
    Award(awards::AwardCommand),
    /// Labels: look through, get the files for printing
    #[command(subcommand)]
    Label(labels::LabelCommand),
    /// Suspend a label; at once if an approver does it
    Suspend(changes::ChangeArgs),
    /// Propose to put a suspended label in force again
    Reinstate(changes::ChangeArgs),
    /// Propose to withdraw a label for good
    Withdraw(changes::ChangeArgs),
    /// Prepare the renewal of a label: a draft like any other
    Renew(awards::RenewArgs),
    /// Proposed changes of standing
    #[command(subcommand)]
    Change(changes::ChangeCommand),
    /// Runs of unit labels
    #[command(subcommand)]
    Run(runs::RunCommand),
    /// Signing keys
    #[command(subcommand)]
    Key(keys::KeyCommand),
    /// Trust packs
    #[command(subcommand)]
    Pack(packs::PackCommand),
    /// Sign what waits and publish what has changed
    Publish(publishing::PublishArgs),
    /// Serve the HTTP interface, sign what is approved, publish what is decided
    Serve(serving::ServeArgs),
    /// The audit chain
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// Write a backup into a new folder
    Backup {
        /// The folder
        #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
        folder: PathBuf,
    },
    /// Restore a backup as a new authority
    Restore(founding::RestoreArgs),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual pages
    Man,
}

/// Tells the time, anew at each call.
pub(crate) type ReadClock = fn() -> Timestamp;

pub(crate) fn run(args: Args, clock: ReadClock, random: &SystemRandom) -> Exit {
    let done = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|e| Trouble::System(e.to_string()))
        .and_then(|runtime| runtime.block_on(dispatch(args, clock, random)));
    done.unwrap_or_else(|trouble| {
        trouble.report();
        trouble.exit()
    })
}

async fn dispatch(args: Args, clock: ReadClock, random: &SystemRandom) -> Outcome {
    let Args { common, command } = args;
    let session = Session::new(common, clock, random);
    match command {
        Command::Init(args) => founding::init(&session, args).await,
        Command::User(command) => users::run(&session, command).await,
        Command::Product(command) => products::run(&session, command).await,
        Command::Award(command) => awards::run(&session, command).await,
        Command::Label(command) => labels::run(&session, command).await,
        Command::Suspend(args) => changes::suspend(&session, args).await,
        Command::Reinstate(args) => changes::reinstate(&session, args).await,
        Command::Withdraw(args) => changes::withdraw(&session, args).await,
        Command::Renew(args) => awards::renew(&session, args).await,
        Command::Change(command) => changes::run(&session, command).await,
        Command::Run(command) => runs::run(&session, command).await,
        Command::Key(command) => keys::run(&session, command).await,
        Command::Pack(command) => packs::run(&session, command).await,
        Command::Publish(args) => publishing::run(&session, args).await,
        Command::Serve(args) => serving::run(&session, args).await,
        Command::Audit(command) => audit::run(&session, command).await,
        Command::Backup { folder } => founding::backup(&session, &folder).await,
        Command::Restore(args) => founding::restore(&session, args).await,
        Command::Completions { shell } => manual::completions(shell),
        Command::Man => manual::pages(),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Args::command().debug_assert();
    }
}
