//! Making the shelf in a folder: authorities, labels, trust pack, pictures.

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ring::rand::SystemRandom;
use verilabel_issuer::lifecycle::{ChangeKind, Draft, Note, Proposal, ReasonCode};
use verilabel_issuer::{
    Artwork, Authority, Keystore, LabelAward, Office, PackKeys, Passphrase, Setup, Validities, mint,
    publish_pack,
};
use verilabel_label::{Date, Gtin, LabelNumber, StatusRef, Timestamp};
use verilabel_recognition::Register;
use verilabel_symbol::draw::{Drawing, Fonts, Ink, Mm, Resolution, Transform};
use verilabel_symbol::{Sheet, SheetCell};
use verilabel_trust::{PackContents, Purpose, RepositoryFile, write_archive};
use verilabel_wire::{Algorithm, LabelLink, LinkBase, Profile, SigningKey};

use crate::authorities::AUTHORITIES;
use crate::boxes::{Fate, SHELF, SpecimenBox};
use crate::{NOTICE, expected, picture};

/// Whatever stops the making; it is told to a person and ends the run.
pub type MakeError = Box<dyn Error>;

/// Pixels for each module of the symbol.
const PIXELS_PER_MODULE: u16 = 6;
/// The keystores of specimens: anybody may know it.
const PASSPHRASE: &str = "specimen keys protect nothing";

/// Where the parts of a shelf are.
#[derive(Debug, Clone)]
pub struct Places {
    /// The folder of it all.
    pub out: PathBuf,
    /// The trust pack as a folder.
    pub pack: PathBuf,
    /// The trust pack as one file.
    pub pack_file: PathBuf,
    /// All labels on paper.
    pub sheet: PathBuf,
    /// What is due.
    pub expected: PathBuf,
}

impl Places {
    /// Below that folder.
    #[must_use]
    pub fn below(out: &Path) -> Self {
        Self {
            pack: out.join("pack"),
            pack_file: out.join("pack.tar.gz"),
            sheet: out.join("sheet.pdf"),
            expected: out.join("expected.json"),
            out: out.to_owned(),
        }
    }
}

/// Makes the shelf; `progress` hears of each step.
///
/// # Errors
/// Of the files, and if the specimens of this crate contradict each other.
pub fn make(
    places: &Places,
    now: Timestamp,
    random: &SystemRandom,
    progress: &dyn Fn(&str),
) -> Result<(), MakeError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(make_with(places, now, random, progress))
}

async fn make_with(
    places: &Places,
    now: Timestamp,
    random: &SystemRandom,
    progress: &dyn Fn(&str),
) -> Result<(), MakeError> {
    for folder in ["authorities", "keys"] {
        remove(&places.out.join(folder))?;
    }
    remove(&places.pack)?;
    fs::create_dir_all(&places.out)?;
    let register = Register::published()?;
    let desks = Desks::open(places, now, random, progress).await?;
    let mut links = HashMap::new();
    let mut labels = Vec::new();
    let fonts = Fonts::default();
    for (number, specimen) in (1..).zip(&SHELF) {
        progress(&format!("minting {}", specimen.file));
        let minted = desks.mint(number, specimen, register, now, &links).await?;
        let print = |layout| {
            let artwork = Artwork { banner: Some(NOTICE), layout, ..Artwork::default() };
            artwork.print(&minted.link, &minted.award, Profile::Named, &minted.base, register, &fonts)
        };
        let (printed, size) = print(picture::on_the_box()?)?;
        let (for_the_sheet, _) = print(picture::on_the_sheet()?)?;
        let box_front = picture::front(specimen, &printed.drawing, &fonts)?;
        let module = size.x_dimension;
        let png = box_front.to_png(Resolution::from_module(PIXELS_PER_MODULE, module), Ink::Color)?;
        fs::write(places.out.join(format!("{}.png", specimen.file)), png)?;
        labels.push((specimen, for_the_sheet.drawing));
        links.insert(specimen.file, minted.link);
    }
    progress("printing the sheet");
    fs::write(&places.sheet, sheet(&labels, &fonts)?)?;
    progress("publishing the trust pack");
    desks.publish(places, register, now, random).await?;
    let pack = fs::canonicalize(&places.pack)?;
    let expected = serde_json::to_vec_pretty(&expected::all(&pack, now))?;
    fs::write(&places.expected, expected)?;
    Ok(())
}

fn remove(folder: &Path) -> std::io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// A minted label and the award behind it.
struct MintedBox {
    link: String,
    award: LabelAward,
    base: LinkBase,
}

/// The authorities at work, by id, each with its key.
struct Desks {
    desks: BTreeMap<&'static str, (Office, Arc<SigningKey>)>,
}

impl Desks {
    async fn open(
        places: &Places,
        now: Timestamp,
        random: &SystemRandom,
        progress: &dyn Fn(&str),
    ) -> Result<Self, MakeError> {
        let mut desks = BTreeMap::new();
        for authority in &AUTHORITIES {
            progress(&format!("opening {}", authority.id));
            let folder = places.out.join("authorities").join(authority.id);
            let setup = Setup::new(authority.issuer()?);
            let register = Arc::new(Register::published()?.clone());
            let opened = Authority::init(&folder, &setup, register, now, random).await?;
            let keystore = Keystore::new(&opened.folder().keys(), passphrase()?, random.clone());
            let office = Office::open(opened, keystore, now).await?;
            let key = office.new_key(Algorithm::Es256, now).await?;
            desks.insert(authority.id, (office, key));
        }
        Ok(Self { desks })
    }

    async fn mint(
        &self,
        number: u32,
        specimen: &SpecimenBox,
        register: &Register,
        now: Timestamp,
        links: &HashMap<&str, String>,
    ) -> Result<MintedBox, MakeError> {
        let award = award(number, specimen, register, now)?;
        let (office, key) = self.desks.get(specimen.authority).ok_or("no such authority")?;
        let base = office.authority().link_base().await?;
        let link = match specimen.fate {
            Fate::SealOf(other) => {
                let other = LabelLink::parse(links.get(other).ok_or("that box comes later")?)?;
                base.link(&award.path(), &other.seal)
            }
            // No authority's own tool signs these.
            Fate::BeyondEntitlement | Fate::DatedAfterTheEnd(_) => {
                let claims = award.claims(StatusRef { list: 1, index: 0 }, now)?;
                mint(&claims, &award.path(), Profile::Named, &base, key.as_ref())?.link
            }
            _ => office.mint(&Draft::of(award.clone()), now).await?,
        };
        let change = match specimen.fate {
            Fate::Suspended => Some(ChangeKind::Suspend),
            Fate::Withdrawn => Some(ChangeKind::Withdraw),
            _ => None,
        };
        if let Some(change) = change {
            let proposal = Proposal {
                reason: ReasonCode::Vulnerability,
                note: Note::new("a specimen of this decision")?,
                advisory: None,
                effective_at: None,
            };
            office.change(&award.number, change, proposal, now).await?;
        }
        if specimen.fate == Fate::LevelRaised {
            let raised = 4;
            let link = with_level(&link, specimen.award.2, raised)?;
            return Ok(MintedBox { link, award: LabelAward { level: raised.try_into()?, ..award }, base });
        }
        Ok(MintedBox { link, award, base })
    }

    async fn publish(
        &self,
        places: &Places,
        register: &Register,
        now: Timestamp,
        random: &SystemRandom,
    ) -> Result<(), MakeError> {
        let validities = Validities::default();
        let keys =
            PackKeys::init(&places.out.join("keys"), &places.pack, &passphrase()?, &validities, now, random)?;
        let mut contents = PackContents { register: register.to_json()?, ..PackContents::default() };
        for authority in AUTHORITIES.iter().filter(|authority| authority.known) {
            let Some((office, _)) = self.desks.get(authority.id) else { continue };
            let key = office.signer(Purpose::Status, now).await?;
            let mut snapshot = office.authority().snapshot().await?;
            let issuer = snapshot.issuer().await?;
            let expires = now.plus_seconds(validities.online);
            for (list, token) in snapshot.status_tokens(key.as_ref(), now, expires).await? {
                contents.status.insert((issuer.id.clone(), list), token);
            }
            contents.products.insert(issuer.id.clone(), snapshot.all_products().await?);
            contents.issuers.push(issuer);
        }
        publish_pack(&places.pack, &contents, &keys, &validities, now)?;
        fs::write(&places.pack_file, write_archive(&files_below(&places.pack)?)?)?;
        Ok(())
    }
}

fn passphrase() -> Result<Passphrase, MakeError> {
    Ok(Passphrase::new(PASSPHRASE.to_owned())?)
}

/// The award that a box claims to have.
fn award(
    number: u32,
    specimen: &SpecimenBox,
    register: &Register,
    now: Timestamp,
) -> Result<LabelAward, MakeError> {
    let (scheme, specification, level) = specimen.award;
    let (brand, model, manufacturer) = specimen.names;
    let today = now.date();
    let scheme = scheme.parse()?;
    let months = register.scheme(&scheme).and_then(|s| s.validity.max_months).unwrap_or(24);
    let ends = |from: Date| from.plus_months(months.into()).plus_days(-1);
    let (awarded, valid_until) = match specimen.fate {
        Fate::Expired => {
            let awarded = today.plus_days(-1_200);
            (awarded, ends(awarded))
        }
        Fate::AwardedOn(date) | Fate::DatedAfterTheEnd(date) => (date.parse()?, today.plus_days(200)),
        _ => (today.plus_days(-120), ends(today.plus_days(-120))),
    };
    Ok(LabelAward {
        scheme,
        specification: specification.parse()?,
        level: level.try_into()?,
        number: label_number(number, valid_until, specimen)?,
        awarded,
        valid_from: None,
        valid_until,
        gtin: gtin(number)?,
        serial: specimen.serial.map(str::parse).transpose()?,
        category: Some(specimen.category.parse()?),
        brand: brand.parse()?,
        models: vec![model.parse()?],
        manufacturer: manufacturer.parse()?,
    })
}

/// CLS(IoT) numbers carry the expiry as DDMMYY.
fn label_number(number: u32, valid_until: Date, specimen: &SpecimenBox) -> Result<LabelNumber, MakeError> {
    let (year, month, day) = valid_until.parts();
    Ok(match specimen.award.0 {
        "sg.cls-iot" => format!("CSA/{day:02}{month:02}{:02}/S{number:04}", year % 100).parse()?,
        _ => format!("SPECIMEN-{number:04}").parse()?,
    })
}

/// A GTIN of the range that GS1 keeps for demonstrations (952).
fn gtin(number: u32) -> Result<Gtin, MakeError> {
    let digits = format!("0952{number:09}0");
    let digits: [u8; 14] = digits.as_bytes().try_into()?;
    Gtin::complete(digits).ok_or_else(|| "a number beyond nine digits".into())
}

/// The link with another level in its claims, and the signature as it was.
fn with_level(link: &str, from: u8, to: u8) -> Result<String, MakeError> {
    const LEVEL_MEMBER: u8 = 3;
    let parsed = LabelLink::parse(link)?;
    let mut seal = parsed.seal;
    let at = seal.windows(2).position(|pair| pair == [LEVEL_MEMBER, from]).ok_or("no level in the seal")?;
    if let Some(level) = seal.get_mut(at + 1) {
        *level = to;
    }
    Ok(LinkBase::new(&format!("https://{}", parsed.host))?.link(&parsed.path, &seal))
}

/// All labels on A4 paper, with cut marks and captions.
fn sheet(labels: &[(&SpecimenBox, Drawing)], fonts: &Fonts) -> Result<Vec<u8>, MakeError> {
    let largest =
        |side: fn(&Drawing) -> Mm| labels.iter().map(|(_, label)| side(label).value()).fold(0.0, f64::max);
    let (width, height) = (Mm::new(largest(Drawing::width))?, Mm::new(largest(Drawing::height))?);
    let cells: Vec<_> = labels
        .iter()
        .map(|(specimen, label)| {
            let mut cell = Drawing::new(width, height);
            cell.place(label.clone(), Transform::IDENTITY);
            Ok(SheetCell { drawing: cell, caption: Some(format!("{}: {}", specimen.file, specimen.story)) })
        })
        .collect();
    let sheet = Sheet { title: Some(format!("Verilabel shelf. {NOTICE}")), ..Sheet::default() };
    Ok(sheet.write_pdf(Vec::new(), cells.into_iter(), fonts)?)
}

/// Every file of a repository's folder.
fn files_below(folder: &Path) -> Result<Vec<RepositoryFile>, MakeError> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(current) = folders.pop() {
        for entry in fs::read_dir(&current)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder)?.to_string_lossy().into_owned();
                files.push((name, fs::read(&path)?));
            }
        }
    }
    Ok(files)
}
