//! A trust pack as a nation has it: 10,000 labels with names, 20 issuers, 40 arrangements, 4 status lists of 2²⁰
//! entries with 0.5 % set. The same in every run.

use std::collections::BTreeMap;

use serde_json::Value;
use verilabel_label::{IssuerId, Status, Timestamp};
use verilabel_recognition::Register;
use verilabel_trust::{
    Issuer, PackContents, Product, Release, RepositoryFile, Role, RoleDefinition, root_metadata,
};
use verilabel_wire::{Algorithm, Sign, SigningKey, StatusList, StatusListToken, sign_status_list};

use crate::fixture::Fixture;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const LABELS: u64 = 10_000;
const ISSUERS: u8 = 20;
const ARRANGEMENTS: usize = 40;
const LISTS: u64 = 4;
const ENTRIES: u32 = 1 << 20;
const SET: u32 = ENTRIES / 200;
const DAY: u64 = 86_400;

/// The nation on one day.
pub(crate) struct Nation {
    pub(crate) fixture: Fixture,
    contents: PackContents,
    lists: BTreeMap<(IssuerId, u32), StatusList>,
    day: u64,
}

impl Nation {
    pub(crate) fn new() -> Result<Self> {
        let fixture = Fixture::new(Algorithm::Es256)?;
        let issuers = (0..ISSUERS).map(|n| issuer(&fixture, n)).collect::<Result<Vec<_>>>()?;
        let mut products: BTreeMap<IssuerId, Vec<Product>> = BTreeMap::new();
        for number in 0..LABELS {
            let issuer = issuers.iter().cycle().nth(usize::try_from(number % u64::from(ISSUERS))?);
            let issuer = issuer.ok_or("no issuer")?;
            products.entry(issuer.id.clone()).or_default().push(product(number)?);
        }
        let mut lists = BTreeMap::new();
        for (issuer, seed) in issuers.iter().zip(0..LISTS) {
            lists.insert((issuer.id.clone(), 1), sparse(ENTRIES, SET, seed)?);
        }
        let contents = PackContents { register: register()?, issuers, products, status: BTreeMap::new() };
        Ok(Self { fixture, contents, lists, day: 0 })
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.fixture.now.plus_seconds(self.day * DAY)
    }

    /// The next day: every list is made anew with 20 more entries set, and so many labels are new.
    pub(crate) fn pass_a_day(&mut self, new_labels: u64) -> Result<()> {
        self.day += 1;
        for (n, list) in self.lists.values_mut().enumerate() {
            let mut random = Random(1_000 + u64::try_from(n)?);
            for _ in 0..20 {
                list.set(random.below(ENTRIES), Status::Suspended)?;
            }
        }
        if let Some(products) = self.contents.products.values_mut().next() {
            for number in 0..new_labels {
                products.push(product(LABELS + number)?);
            }
        }
        Ok(())
    }

    /// Every file of the pack.
    pub(crate) fn files(&self) -> Result<Vec<RepositoryFile>> {
        let mut contents = self.contents.clone();
        for ((issuer, list), bits) in &self.lists {
            let of = contents.issuers.iter().find(|candidate| candidate.id == *issuer).ok_or("no issuer")?;
            let token = StatusListToken {
                subject: of.status_list_uri(*list),
                issued_at: self.now(),
                expires: Some(self.now().plus_seconds(7 * DAY)),
                time_to_live: None,
                list: bits.clone(),
            };
            let position = contents.issuers.iter().position(|candidate| candidate.id == *issuer);
            let key = own_key(u8::try_from(position.unwrap_or_default())?)?;
            let signer: &dyn Sign = if position == Some(0) { &self.fixture.key } else { &key };
            contents.status.insert((issuer.clone(), *list), sign_status_list(&token, signer)?);
        }
        let keys = Role::ALL
            .iter()
            .zip(11..)
            .map(|(role, n)| Ok((*role, SigningKey::eddsa(&[n; 32])?)))
            .collect::<Result<BTreeMap<_, _>>>()?;
        let signers = |role: Role| -> Vec<&dyn Sign> {
            keys.get(&role).map(|key| -> &dyn Sign { key }).into_iter().collect()
        };
        let definitions = keys
            .iter()
            .map(|(role, key)| (*role, RoleDefinition { keys: vec![key.key().clone()], threshold: 1 }))
            .collect();
        let expires = self.fixture.now.plus_seconds(365 * DAY);
        let root = root_metadata(1, expires, &definitions, &signers(Role::Root))?;
        let release = Release {
            version: self.day + 1,
            targets: &contents.targets()?,
            signers: &signers,
            expires: &|_| expires,
            made: Some(self.now()),
        };
        let mut files = release.files()?;
        files.push(("metadata/1.root.json".to_owned(), root));
        Ok(files)
    }
}

/// The key of every issuer but the first.
fn own_key(n: u8) -> Result<SigningKey> {
    Ok(SigningKey::eddsa(&[100 + n; 32])?)
}

/// The first issuer is the fixture's, with its key.
fn issuer(fixture: &Fixture, n: u8) -> Result<Issuer> {
    let mut issuer = fixture.issuer()?;
    if n > 0 {
        issuer.id = format!("agency-{n}.example").parse()?;
        issuer.name = format!("Agency {n} for the Security of Connected Products");
        for key in &mut issuer.keys {
            key.key = own_key(n)?.key().clone();
        }
    }
    Ok(issuer)
}

fn register() -> Result<Vec<u8>> {
    let mut register: Value = serde_json::from_slice(&Register::published()?.to_json()?)?;
    let arrangements = register["arrangements"].as_array_mut().ok_or("no arrangements")?;
    let published = arrangements.clone();
    for (n, arrangement) in published.iter().cycle().enumerate().skip(published.len()) {
        if n >= ARRANGEMENTS {
            break;
        }
        let mut arrangement = arrangement.clone();
        let number = |id: &Value| Value::from(format!("{}-{n}", id.as_str().unwrap_or_default()));
        arrangement["id"] = number(&arrangement["id"]);
        for row in arrangement["rows"].as_array_mut().into_iter().flatten() {
            row["id"] = number(&row["id"]);
        }
        arrangements.push(arrangement);
    }
    let bytes = serde_json::to_vec(&register)?;
    Register::from_json(&bytes)?;
    Ok(bytes)
}

fn product(number: u64) -> Result<Product> {
    const SYLLABLES: [&str; 24] = [
        "lu", "mo", "ra", "ten", "vi", "so", "ka", "nel", "tri", "bo", "fen", "zi", "gar", "mi", "lon", "ta",
        "wex", "or", "pa", "sun", "el", "dra", "ko", "nim",
    ];
    const KINDS: [&str; 8] = ["Hub", "Cam", "Lock", "Plug", "Lamp", "Router", "Sensor", "Doorbell"];
    let mut random = Random(number.wrapping_mul(7_919) + 1);
    let mut word = || -> String { (0..3).map(|_| *random.pick(&SYLLABLES)).collect() };
    let brand = word();
    let maker = format!("{} Devices Pte Ltd", word());
    let models = (0..=random.below(3)).map(|_| {
        let (kind, letter) = (*random.pick(&KINDS), *random.pick(&["A", "B", "C", "S", "X"]));
        Ok(format!("{kind} {letter}{}", 100 + random.below(900)).parse()?)
    });
    let models = models.collect::<Result<Vec<_>>>()?;
    let digits = format!("0{:03}{:09}", 880 + random.below(60), random.below(1_000_000_000));
    Ok(Product {
        label: format!("CSA/26{:04}/{number:05}", 101 + random.below(1_100)).parse()?,
        brand: brand.parse()?,
        models,
        manufacturer: maker.parse()?,
        category: Some("hub".parse()?),
        gtins: vec![format!("{digits}{}", check_digit(&digits)).parse()?],
        picture: None,
    })
}

/// GS1 General Specifications §7.9.
fn check_digit(digits: &str) -> u32 {
    let weighted = digits.chars().rev().filter_map(|c| c.to_digit(10)).zip([3, 1].into_iter().cycle());
    (10 - weighted.map(|(digit, weight)| digit * weight).sum::<u32>() % 10) % 10
}

/// A list with so many entries set at random, three of four withdrawn, the others suspended.
pub(crate) fn sparse(entries: u32, set: u32, seed: u64) -> Result<StatusList> {
    let mut list = StatusList::all_valid(entries)?;
    let mut random = Random(seed + 1);
    for n in 0..set {
        let status = if n % 4 == 3 { Status::Suspended } else { Status::Invalid };
        list.set(random.below(entries), status)?;
    }
    Ok(list)
}

/// The generator `SplitMix64`: numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: u32) -> u32 {
        u32::try_from(self.next() % u64::from(limit)).unwrap_or(0)
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let limit = u32::try_from(from.len()).unwrap_or(1);
        &from[usize::try_from(self.below(limit)).unwrap_or(0)]
    }
}
