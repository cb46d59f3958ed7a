//! Making the shelf in a folder: authorities, labels, trust pack, pictures.

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use ring::rand::SystemRandom;
use verilabel_issuer::lifecycle::{ChangeKind, Draft};
use verilabel_issuer::{Artwork, LabelAward, Passphrase, mint, open};
use verilabel_label::{Date, Gtin, LabelNumber, StatusRef, Timestamp};
use verilabel_recognition::Register;
use verilabel_symbol::draw::{Drawing, Fonts, Ink, Mm, Resolution, Transform};
use verilabel_symbol::{Sheet, SheetCell};
use verilabel_trust::{RepositoryFile, write_archive};
use verilabel_wire::{LabelLink, LinkBase, Profile};

use crate::authorities::{AUTHORITIES, SpecimenAuthority};
use crate::boxes::{Fate, SHELF, SpecimenBox};
use crate::service::{Programs, Service};
use crate::{NOTICE, expected, page, picture};

/// Whatever stops the making; it is told to a person and ends the run.
pub type MakeError = Box<dyn Error>;

/// Pixels for each module of the symbol.
const PIXELS_PER_MODULE: u16 = 6;
/// Dots per inch of a product's picture: some 200 pixels a side.
const PRODUCT_DPI: u16 = 120;
/// The keystores of specimens: anybody may know it.
pub(crate) const PASSPHRASE: &str = "specimen keys protect nothing";

/// Where the parts of a shelf are.
#[derive(Debug, Clone)]
pub struct Places {
    /// The folder of it all.
    pub out: PathBuf,
    /// The trust pack as a folder.
    pub pack: PathBuf,
    /// The trust pack as one file.
    pub pack_file: PathBuf,
    /// What a host of the publication serves: the trust pack in both forms.
    pub published: PathBuf,
    /// The boxes as a page to click or scan.
    pub shelf: PathBuf,
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
            published: out.join("published"),
            shelf: out.join("shelf"),
            sheet: out.join("sheet.pdf"),
            expected: out.join("expected.json"),
            out: out.to_owned(),
        }
    }
}

/// Makes the shelf with the programs of that folder; `progress` hears of each step.
///
/// # Errors
/// Of the files and programs, and if the specimens of this crate contradict each other.
pub fn make(
    places: &Places,
    programs: &Path,
    clock: &dyn Fn() -> Timestamp,
    random: &SystemRandom,
    progress: &dyn Fn(&str),
) -> Result<(), MakeError> {
    for folder in ["authorities", "keys", "published", "shelf"] {
        remove(&places.out.join(folder))?;
    }
    remove(&places.pack)?;
    fs::create_dir_all(places.out.join("authorities"))?;
    let register = Register::published()?;
    let programs = Programs { folder: programs };
    let desks = Desks::open(places, &programs, random, progress)?;
    let mut links = HashMap::new();
    let mut labels = Vec::new();
    let mut boxes = Vec::new();
    let fonts = Fonts::default();
    for (number, specimen) in (1..).zip(&SHELF) {
        progress(&format!("awarding {}", specimen.file));
        let minted = desks.mint(number, specimen, register, clock(), &links)?;
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
        boxes.push((specimen, minted.link.clone()));
        links.insert(specimen.file, minted.link);
    }
    progress("printing the sheet");
    fs::write(&places.sheet, sheet(&labels, &fonts)?)?;
    page::write(&places.shelf, &places.out, &boxes)?;
    progress("publishing the trust pack");
    desks.close()?;
    publish(places, &programs)?;
    let pack = fs::canonicalize(&places.pack)?;
    // The time of the judgement: the pack, which the services have dated, is older.
    let expected = serde_json::to_vec_pretty(&expected::all(&pack, clock()))?;
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

/// The authorities at their work, by id.
struct Desks {
    desks: BTreeMap<&'static str, (&'static SpecimenAuthority, Service)>,
    random: SystemRandom,
}

impl Desks {
    fn open(
        places: &Places,
        programs: &Programs<'_>,
        random: &SystemRandom,
        progress: &dyn Fn(&str),
    ) -> Result<Self, MakeError> {
        let mut desks = BTreeMap::new();
        for authority in &AUTHORITIES {
            progress(&format!("opening {}", authority.id));
            let service = Service::start(programs, authority, &folder_of(places, authority))?;
            desks.insert(authority.id, (authority, service));
        }
        Ok(Self { desks, random: random.clone() })
    }

    fn mint(
        &self,
        number: u32,
        specimen: &SpecimenBox,
        register: &Register,
        now: Timestamp,
        links: &HashMap<&str, String>,
    ) -> Result<MintedBox, MakeError> {
        let award = award(number, specimen, register, now)?;
        let (authority, service) = self.desks.get(specimen.authority).ok_or("no such authority")?;
        let base = authority.link_base()?;
        let mut draft = Draft::of(award.clone());
        let link = match specimen.fate {
            Fate::SealOf(other) => {
                let other = LabelLink::parse(links.get(other).ok_or("that box comes later")?)?;
                base.link(&award.path(), &other.seal)
            }
            // No authority's own tool signs these.
            Fate::BeyondEntitlement | Fate::DatedAfterTheEnd(_) => {
                let claims = award.claims(StatusRef { list: 1, index: 0 }, now)?;
                let key = service.folder.join("keys").join(format!("{}.jwe", service.key));
                let key = open(&key, &Passphrase::new(PASSPHRASE.to_owned())?, self.random.clone())?;
                mint(&claims, &award.path(), Profile::Named, &base, &key)?.link
            }
            _ => {
                let picture =
                    picture::product(specimen)?.to_png(Resolution::from_dpi(PRODUCT_DPI), Ink::Color)?;
                draft.product = Some(service.product(&award, &picture)?);
                service.award(&draft)?
            }
        };
        let change = match specimen.fate {
            Fate::Suspended => Some(ChangeKind::Suspend),
            Fate::Withdrawn => Some(ChangeKind::Withdraw),
            _ => None,
        };
        if let Some(change) = change {
            service.change(&draft, change, "a specimen of this decision")?;
        }
        if specimen.fate == Fate::LevelRaised {
            let raised = 4;
            let link = with_level(&link, specimen.award.2, raised)?;
            return Ok(MintedBox { link, award: LabelAward { level: raised.try_into()?, ..award }, base });
        }
        Ok(MintedBox { link, award, base })
    }

    fn close(self) -> Result<(), MakeError> {
        self.desks.into_values().try_for_each(|(_, service)| service.stop())
    }
}

fn folder_of(places: &Places, authority: &SpecimenAuthority) -> PathBuf {
    places.out.join("authorities").join(authority.id)
}

/// One trust pack of all authorities that it is to know.
fn publish(places: &Places, programs: &Programs<'_>) -> Result<(), MakeError> {
    let keys = places.out.join("keys");
    let folders: Vec<_> =
        AUTHORITIES.iter().filter(|one| one.known).map(|one| folder_of(places, one)).collect();
    for folder in &folders {
        programs.run(folder, &["publish"])?;
        let pictures = folder.join("publication");
        for (name, content) in
            files_below(&pictures)?.iter().filter(|(name, _)| name.starts_with("pictures/"))
        {
            write_below(&places.published, name, content)?;
        }
    }
    let run = |command: &str, folders: &[PathBuf]| {
        let mut args = vec![Path::new("pack"), Path::new(command)];
        args.extend([Path::new("--pack"), &places.pack, Path::new("--keys"), &keys]);
        args.extend(folders.iter().map(PathBuf::as_path));
        programs.run(&places.out, &args)
    };
    run("init", &[])?;
    run("publish", &folders)?;
    let files = files_below(&places.pack)?;
    for (name, content) in &files {
        write_below(&places.published.join("pack"), name, content)?;
    }
    let packed = write_archive(&files)?;
    fs::write(&places.pack_file, &packed)?;
    fs::write(places.published.join("pack.tar.gz"), packed)?;
    Ok(())
}

fn write_below(folder: &Path, name: &str, content: &[u8]) -> std::io::Result<()> {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap_or(folder))?;
    fs::write(path, content)
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
