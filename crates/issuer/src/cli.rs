//! The command line of `verilabel-issuer`.

use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Parser, Subcommand, ValueEnum};
use ring::rand::SystemRandom;
use verilabel_issuer::lifecycle::{ChangeKind, Draft, Note, Proposal, ReasonCode};
use verilabel_issuer::{
    Artwork, Authority, Keystore, LabelAward, Office, PackKeys, Passphrase, Setup, Validities, publish_pack,
};
use verilabel_label::{IssuerId, LabelNumber, Level, SchemeId, Timestamp};
use verilabel_recognition::Register;
use verilabel_symbol::PrintSpec;
use verilabel_symbol::draw::{Fonts, Ink, Mm, Resolution};
use verilabel_trust::{Entitlement, Issuer, PackContents, Purpose};
use verilabel_wire::{Algorithm, Sign};

type Outcome = Result<(), Box<dyn Error>>;

/// Runs a labelling scheme's authority: keys, awards, labels, status, trust packs.
#[derive(Debug, Parser)]
#[command(name = "verilabel-issuer", version)]
pub(crate) struct Args {
    /// A file with the passphrase of the keystores; otherwise `VERILABEL_PASSPHRASE` is read
    #[arg(long, global = true, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make the folder of a new authority
    Init(InitArgs),
    /// Keys of an authority
    #[command(subcommand)]
    Key(KeyCommand),
    /// Mint labels from award files: link, SVG, PNG and PDF of each
    Mint(MintArgs),
    /// Status of labels
    #[command(subcommand)]
    Status(StatusCommand),
    /// Trust packs
    #[command(subcommand)]
    Pack(PackCommand),
}

#[derive(Debug, clap::Args)]
struct InitArgs {
    /// The authority's folder
    #[arg(long, value_name = "DIR")]
    authority: PathBuf,
    /// Its id in trust packs, such as sg.csa
    #[arg(long)]
    id: IssuerId,
    /// Its name, for people
    #[arg(long)]
    name: String,
    /// The host of its label links
    #[arg(long)]
    host: String,
    /// What every label must be shown with
    #[arg(long)]
    notice: Option<String>,
    /// What it may award, such as sg.cls-iot:1,2,3,4
    #[arg(long, value_name = "SCHEME:LEVELS", value_parser = entitlement, required = true)]
    may_issue: Vec<Entitlement>,
}

#[derive(Debug, Subcommand)]
enum KeyCommand {
    /// Make a signing key and keep it encrypted
    New {
        /// The authority's folder
        #[arg(long, value_name = "DIR")]
        authority: PathBuf,
        /// The algorithm
        #[arg(long, value_enum, default_value_t)]
        algorithm: AlgorithmName,
    },
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum AlgorithmName {
    #[default]
    Es256,
    Eddsa,
}

#[derive(Debug, clap::Args)]
struct MintArgs {
    /// The authority's folder
    #[arg(long, value_name = "DIR")]
    authority: PathBuf,
    /// Where the labels go
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Leave the names out of the seal, for small packages
    #[arg(long)]
    lean: bool,
    /// The X-dimension in millimetres: the width of a module
    #[arg(long, value_name = "MM", default_value_t = 0.396)]
    x_dimension: f64,
    /// The quiet zone in modules
    #[arg(long, value_name = "MODULES", default_value_t = 4)]
    quiet_zone: u8,
    /// The most millimetres that the symbol may measure, quiet zone included
    #[arg(long, value_name = "MM")]
    max_side: Option<f64>,
    /// The printer's resolution: the X-dimension must be whole dots of it
    #[arg(long)]
    dpi: Option<u16>,
    /// The register; the one of this program if not given
    #[arg(long, value_name = "FILE")]
    register: Option<PathBuf>,
    /// Award files (JSON)
    #[arg(required = true)]
    award: Vec<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum StatusCommand {
    /// Suspend, reinstate or withdraw a label; publish a pack to make it known
    Set {
        /// The authority's folder
        #[arg(long, value_name = "DIR")]
        authority: PathBuf,
        /// The label's number
        number: LabelNumber,
        /// What is decided
        change: ChangeName,
        /// Why, in a word, such as vulnerability
        #[arg(long, default_value = "administrative")]
        code: ReasonCode,
        /// Why
        #[arg(long)]
        reason: String,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ChangeName {
    Suspend,
    Reinstate,
    Withdraw,
}

#[derive(Debug, Subcommand)]
enum PackCommand {
    /// Make the role keys and the first root of a trust pack
    Init {
        /// The pack's folder
        #[arg(long, value_name = "DIR")]
        pack: PathBuf,
        /// Where the role keys are kept
        #[arg(long, value_name = "DIR")]
        keys: PathBuf,
    },
    /// Publish the next release of a trust pack
    Publish {
        /// The pack's folder
        #[arg(long, value_name = "DIR")]
        pack: PathBuf,
        /// Where the role keys are kept
        #[arg(long, value_name = "DIR")]
        keys: PathBuf,
        /// Authorities whose keys, status lists and products go in
        #[arg(long, value_name = "DIR", required = true)]
        authority: Vec<PathBuf>,
        /// For how many hours status lists are good
        #[arg(long, value_name = "HOURS", default_value_t = 168)]
        status_hours: u32,
        /// The register; the one of this program if not given
        #[arg(long, value_name = "FILE")]
        register: Option<PathBuf>,
    },
}

pub(crate) fn run(args: Args, now: Timestamp, random: &SystemRandom) -> Outcome {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(serve(args, now, random))
}

async fn serve(args: Args, now: Timestamp, random: &SystemRandom) -> Outcome {
    let passphrase = || passphrase(args.passphrase_file.as_deref());
    match args.command {
        Command::Init(init) => init_authority(init, now, random).await,
        Command::Key(KeyCommand::New { authority, algorithm }) => {
            let algorithm = match algorithm {
                AlgorithmName::Es256 => Algorithm::Es256,
                AlgorithmName::Eddsa => Algorithm::EdDsa,
            };
            let key =
                office(&authority, None, passphrase()?, now, random).await?.new_key(algorithm, now).await?;
            print(&format!("{} {algorithm}", key.key().id()))
        }
        Command::Mint(mint) => mint_labels(&mint, passphrase()?, now, random).await,
        Command::Status(StatusCommand::Set { authority, number, change, code, reason }) => {
            let kind = match change {
                ChangeName::Suspend => ChangeKind::Suspend,
                ChangeName::Reinstate => ChangeKind::Reinstate,
                ChangeName::Withdraw => ChangeKind::Withdraw,
            };
            let proposal =
                Proposal { reason: code, note: Note::new(reason)?, advisory: None, effective_at: None };
            let office = office(&authority, None, passphrase()?, now, random).await?;
            office.change(&number, kind, proposal, now).await?;
            Ok(())
        }
        Command::Pack(PackCommand::Init { pack, keys }) => {
            PackKeys::init(&keys, &pack, &passphrase()?, &Validities::default(), now, random)?;
            Ok(())
        }
        Command::Pack(PackCommand::Publish { pack, keys, authority, status_hours, register }) => {
            let keys = PackKeys::open(&keys, &passphrase()?, random)?;
            let status_expires = now.plus_seconds(u64::from(status_hours) * 3_600);
            let register = read_register(register.as_deref())?;
            let mut contents = PackContents { register: register.to_json()?, ..PackContents::default() };
            for folder in &authority {
                let office = office(folder, Some(register.clone()), passphrase()?, now, random).await?;
                add_contents(&mut contents, &office, now, status_expires).await?;
            }
            let version = publish_pack(&pack, &contents, &keys, &Validities::default(), now)?;
            print(&format!("{} version {version}", pack.display()))
        }
    }
}

/// An authority with its two local users.
async fn office(
    folder: &Path,
    register: Option<Register>,
    passphrase: Passphrase,
    now: Timestamp,
    random: &SystemRandom,
) -> Result<Office, Box<dyn Error>> {
    let register = match register {
        Some(register) => register,
        None => read_register(None)?,
    };
    let authority = Authority::open(folder, Arc::new(register), random).await?;
    let keystore = Keystore::new(&authority.folder().keys(), passphrase, random.clone());
    Ok(Office::open(authority, keystore, now).await?)
}

async fn init_authority(init: InitArgs, now: Timestamp, random: &SystemRandom) -> Outcome {
    let issuer = Issuer {
        id: init.id,
        name: init.name,
        notice: init.notice,
        did: None,
        status_uri: format!("https://{}/status/", init.host),
        link_hosts: vec![init.host],
        keys: Vec::new(),
        may_issue: init.may_issue,
    };
    let register = Arc::new(read_register(None)?);
    Authority::init(&init.authority, &Setup::new(issuer), register, now, random).await?;
    Ok(())
}

async fn mint_labels(
    args: &MintArgs,
    passphrase: Passphrase,
    now: Timestamp,
    random: &SystemRandom,
) -> Outcome {
    let register = read_register(args.register.as_deref())?;
    let office = office(&args.authority, Some(register.clone()), passphrase, now, random).await?;
    // A wrong passphrase is to be said before anything is approved.
    office.signer(Purpose::Seal, now).await?;
    let issuer = office.authority().issuer().await?;
    let spec = PrintSpec {
        x_dimension: Mm::new(args.x_dimension)?,
        quiet_zone: args.quiet_zone,
        max_side: args.max_side.map(Mm::new).transpose()?,
        dpi: args.dpi,
        ..PrintSpec::default()
    };
    let artwork = Artwork { spec, banner: issuer.notice.as_deref(), ..Artwork::default() };
    let fonts = Fonts::default();
    let base = office.authority().link_base().await?;
    for path in &args.award {
        let award = read_award(path)?;
        let draft = Draft { lean: args.lean, ..Draft::of(award) };
        let link = office.mint(&draft, now).await?;
        let award = &draft.award;
        let (printed, report) = artwork.print(&link, award, draft.profile(), &base, &register, &fonts)?;
        let name: String = award.path().to_string().trim_start_matches('/').replace(['/', '%'], "-");
        let file = |extension: &str| args.out.join(format!("{name}.{extension}"));
        fs::create_dir_all(&args.out)?;
        fs::write(file("txt"), format!("{link}\n"))?;
        fs::write(file("svg"), printed.drawing.to_svg())?;
        let resolution = Resolution::from_module(8, spec.x_dimension);
        fs::write(file("png"), printed.drawing.to_png(resolution, Ink::Color)?)?;
        fs::write(file("pdf"), printed.drawing.to_pdf()?)?;
        print(&format!("{}\n{link}\n{report}", award.number))?;
    }
    Ok(())
}

/// What an authority hands in for a pack.
async fn add_contents(
    contents: &mut PackContents,
    office: &Office,
    now: Timestamp,
    status_expires: Timestamp,
) -> Outcome {
    let key = office.signer(Purpose::Status, now).await?;
    let mut snapshot = office.authority().snapshot().await?;
    let issuer = snapshot.issuer().await?;
    for (list, token) in snapshot.status_tokens(key.as_ref(), now, status_expires).await? {
        contents.status.insert((issuer.id.clone(), list), token);
    }
    contents.products.insert(issuer.id.clone(), snapshot.all_products().await?);
    contents.issuers.push(issuer);
    Ok(())
}

fn read_award(path: &Path) -> Result<LabelAward, Box<dyn Error>> {
    let text = fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(serde_json::from_slice(&text).map_err(|e| format!("{}: {e}", path.display()))?)
}

fn read_register(path: Option<&Path>) -> Result<Register, Box<dyn Error>> {
    match path {
        Some(path) => {
            Ok(Register::from_json(&fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?)?)
        }
        None => Ok(Register::published()?.clone()),
    }
}

fn passphrase(file: Option<&Path>) -> Result<Passphrase, Box<dyn Error>> {
    let text = match file {
        Some(path) => fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?,
        None => std::env::var("VERILABEL_PASSPHRASE")
            .map_err(|_| "no passphrase: give --passphrase-file, or set VERILABEL_PASSPHRASE")?,
    };
    Ok(Passphrase::new(text)?)
}

/// Reads `SCHEME:LEVEL,LEVEL`.
fn entitlement(text: &str) -> Result<Entitlement, String> {
    let wrong = || format!("{text:?} is not of the form sg.cls-iot:1,2,3,4");
    let (scheme, levels) = text.split_once(':').ok_or_else(wrong)?;
    let levels = levels
        .split(',')
        .map(|level| {
            level.parse().map_err(|_| wrong()).and_then(|n| Level::new(n).map_err(|e| e.to_string()))
        })
        .collect::<Result<_, _>>()?;
    Ok(Entitlement { scheme: SchemeId::new(scheme).map_err(|e| e.to_string())?, levels })
}

fn print(text: &str) -> Outcome {
    Ok(writeln!(std::io::stdout(), "{text}")?)
}

/// Tells a person what stopped the command.
pub(crate) fn report(error: &dyn Error) {
    let mut text = format!("error: {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    // Nothing can be done where even this cannot be written.
    let _ = writeln!(std::io::stderr(), "{text}");
}
