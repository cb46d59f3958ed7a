//! An authority in a folder, its people and its keys.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use josekit::jwe::{JweHeader, PBES2_HS512_A256KW, deserialize_compact, serialize_compact};
use ring::rand::SystemRandom;
use verilabel_issuer::lifecycle::{ChangeKind, Draft, Note, Proposal, ReasonCode};
use verilabel_issuer::{
    Actor, AddUser, ApproveAward, Approved, Authority, Clock, IssueToken, Keystore, LabelAward, ListBits,
    Order, PackKeys, Passphrase, Picture, PictureKind, PrepareAward, ProductFacts, ProductId, ProposeChange,
    Publisher, PutManufacturer, PutPicture, PutProduct, Role, Settings, Setup, Signers, User, Validities,
};
use verilabel_label::{Gtin, LabelNumber, Timestamp};
use verilabel_recognition::Register;
use verilabel_trust::{Entitlement, Issuer};
use verilabel_wire::Algorithm;

use crate::Result;

/// What the keys are encrypted under.
pub(crate) const PASSPHRASE: &str = "these keys are thrown away";
/// Rounds of PBKDF2 for keys that are thrown away, so that opening them takes no time. The fewest that the library
/// takes; what the authority itself writes has many more.
const ITERATIONS: usize = 1_000;
/// The picture of the first label's product that is handed in during the day.
pub(crate) const NEW_PICTURE: &[u8] = b"as it is sold now";

/// An authority, open for work.
pub(crate) struct House {
    pub(crate) authority: Authority,
    pub(crate) publisher: Publisher,
    pub(crate) signers: Arc<dyn Signers>,
    officer: Actor,
    approver: Actor,
    now: Timestamp,
}

/// Where it publishes.
pub(crate) fn publication(authority: &Path) -> PathBuf {
    authority.join("publication")
}

impl House {
    /// Founds one in a folder, with an officer, an approver and a key, and publishes its first label. Signatures are
    /// EdDSA, so that the same work always comes to the same files.
    pub(crate) async fn found(folder: &Path, now: Timestamp) -> Result<Self> {
        let random = random();
        let setup = Setup { list_bits: ListBits::new(10)?, ..Setup::new(issuer()?) };
        let authority = Authority::init(folder, &setup, register()?, now, &random).await?;
        let system = || Order { actor: Actor::System, at: now };
        for (name, role) in [("olga", Role::Officer), ("anna", Role::Approver)] {
            let add = AddUser { name: name.to_owned(), external: None, roles: BTreeSet::from([role]) };
            authority.decide(system(), add).await?;
        }
        let keystore = Arc::new(Keystore::new(&authority.folder().keys(), passphrase()?, random.clone()));
        authority.new_key(&keystore, Algorithm::EdDsa, None, system()).await?;
        let pack_keys = folder.join("pack-keys");
        PackKeys::create(&pack_keys, &passphrase()?, &Validities::default(), now, &random)?;
        soften(folder)?;
        authority.close().await;
        drop((authority, keystore));
        let mut house = Self::open(folder, now).await?;
        house.add_product().await?;
        house.label(1).await?;
        house.publish().await?;
        Ok(house)
    }

    /// Opens it at that time.
    pub(crate) async fn open(folder: &Path, now: Timestamp) -> Result<Self> {
        let random = random();
        let authority = Authority::open(folder, register()?, &random).await?;
        let officer = person(&authority, "olga").await?;
        let approver = person(&authority, "anna").await?;
        let keystore = Keystore::new(&authority.folder().keys(), passphrase()?, random.clone());
        let signers: Arc<dyn Signers> = Arc::new(keystore);
        let keys = Arc::new(PackKeys::open(&folder.join("pack-keys"), &passphrase()?, &random)?);
        let url = publication(folder).display().to_string();
        let clock = Clock::new(move || now);
        let publisher =
            Publisher::open(authority.clone(), Arc::clone(&signers), keys, &url, Settings::default(), clock)?;
        Ok(Self { authority, publisher, signers, officer, approver, now })
    }

    /// Who prepares, now.
    pub(crate) fn officer(&self) -> Order {
        Order { actor: self.officer.clone(), at: self.now }
    }

    /// Who approves, now.
    pub(crate) fn approver(&self) -> Order {
        Order { actor: self.approver.clone(), at: self.now }
    }

    /// Puts the product on record whose picture is told to readers.
    async fn add_product(&self) -> Result<()> {
        let LabelAward { manufacturer: name, brand, models, category, gtin, .. } = draft(1, self.now)?.award;
        let maker = PutManufacturer { id: None, name, contact: None };
        let facts = ProductFacts {
            manufacturer: self.authority.decide(self.officer(), maker).await?,
            brand,
            models,
            category,
            gtins: vec![gtin],
            picture: None,
            support_until: None,
        };
        let product = self.authority.decide(self.officer(), PutProduct { id: None, facts }).await?;
        self.authority.decide(self.officer(), photograph(product, b"as it was sold")).await?;
        Ok(())
    }

    /// That product.
    pub(crate) async fn product(&self) -> Result<ProductId> {
        let products = self.authority.products(None, ProductId::new(0), 1).await?;
        Ok(products.first().ok_or("no product is on record")?.id)
    }

    /// The file that it has for a picture.
    pub(crate) async fn picture(&self) -> Result<Vec<u8>> {
        Ok(self.authority.picture(self.product().await?).await?.bytes)
    }

    /// Makes a label of the n-th draft.
    pub(crate) async fn label(&self, n: u32) -> Result<Approved> {
        let product = if n == 1 { Some(self.product().await?) } else { None };
        let prepare = PrepareAward { draft: Draft { product, ..draft(n, self.now)? } };
        let award = self.authority.decide(self.officer(), prepare).await?;
        let approved = self.authority.decide(self.approver(), ApproveAward { award, expected: None }).await?;
        self.mint().await?;
        Ok(approved)
    }

    /// Signs what waits.
    pub(crate) async fn mint(&self) -> Result<usize> {
        Ok(self.authority.mint_outstanding(&self.signers, self.now).await?)
    }

    /// Publishes everything; gives the release.
    pub(crate) async fn publish(&mut self) -> Result<u64> {
        while self.publisher.publish().await?.more {}
        Ok(self.publisher.health().borrow().version.unwrap_or_default())
    }

    /// A token of that person.
    pub(crate) async fn token(&self, name: &str) -> Result<String> {
        let user = self.authority.user_named(name).await?.user.id;
        let expires_at = self.now.plus_seconds(86_400);
        let issue = IssueToken { user, name: "crash".to_owned(), expires_at };
        let order = Order { actor: Actor::System, at: self.now };
        Ok(self.authority.decide(order, issue).await?.token.reveal().to_owned())
    }

    /// Closes it: nothing is open any more when this returns, and the database has taken in its journal.
    pub(crate) async fn close(self) {
        let journal = self.authority.folder().path().join("authority.db-wal");
        // Readers first: the last connection takes in the journal, and is to be the same each time.
        self.authority.close().await;
        drop(self);
        for _ in 0..1_000 {
            if !journal.exists() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

/// A suspension, to be proposed by an approver.
pub(crate) fn suspension(label: &LabelNumber) -> Result<ProposeChange> {
    Ok(ProposeChange {
        label: label.clone(),
        expected: None,
        kind: ChangeKind::Suspend,
        units: None,
        proposal: proposal()?,
    })
}

/// A picture of the first label's product, to be handed in by an officer.
pub(crate) fn photograph(product: ProductId, bytes: &[u8]) -> PutPicture {
    let picture = Picture { kind: PictureKind::Png, bytes: bytes.to_vec() };
    PutPicture { product, expected: None, picture }
}

/// Why labels are suspended here.
pub(crate) fn proposal() -> Result<Proposal> {
    Ok(Proposal {
        reason: ReasonCode::Vulnerability,
        note: Note::new("a way in was found")?,
        advisory: None,
        effective_at: None,
    })
}

/// The number of the n-th label.
pub(crate) fn number(n: u32) -> Result<LabelNumber> {
    Ok(format!("CSA/311029/{n}").parse()?)
}

/// The n-th draft.
pub(crate) fn draft(n: u32, now: Timestamp) -> Result<Draft> {
    let awarded = now.date().plus_days(-30);
    let digits = format!("0952{n:09}0");
    Ok(Draft::of(LabelAward {
        scheme: "sg.cls-iot".parse()?,
        specification: "1.4".parse()?,
        level: 3.try_into()?,
        number: number(n)?,
        awarded,
        valid_from: None,
        valid_until: awarded.plus_months(24),
        gtin: Gtin::complete(digits.as_bytes().try_into()?).ok_or("no GTIN")?,
        serial: None,
        category: Some("router".parse()?),
        brand: "Lumora".parse()?,
        models: vec!["AX-3000".parse()?],
        manufacturer: "Lumora Devices Pte Ltd".parse()?,
    }))
}

fn issuer() -> Result<Issuer> {
    let levels = (1..=4_u8).map(TryInto::try_into).collect::<std::result::Result<_, _>>()?;
    Ok(Issuer {
        id: "crash.sg".parse()?,
        name: "An authority that dies often".to_owned(),
        notice: None,
        did: Some("did:web:label.example.sg".parse()?),
        link_hosts: vec!["label.example.sg".to_owned()],
        status_uri: "https://label.example.sg/status/".to_owned(),
        keys: Vec::new(),
        may_issue: vec![Entitlement { scheme: "sg.cls-iot".parse()?, levels }],
    })
}

fn register() -> Result<Arc<Register>> {
    Ok(Arc::new(Register::published()?.clone()))
}

async fn person(authority: &Authority, name: &str) -> Result<Actor> {
    let User { id, name, roles } = authority.user_named(name).await?.user;
    Ok(Actor::User(User { id, name, roles }))
}

fn passphrase() -> Result<Passphrase> {
    Ok(Passphrase::new(PASSPHRASE.to_owned())?)
}

/// The one place that makes a generator.
#[expect(clippy::disallowed_methods, reason = "a binary makes its generator once")]
fn random() -> SystemRandom {
    SystemRandom::new()
}

/// Encrypts every key below a folder anew, with few rounds.
fn soften(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            soften(&path)?;
        } else if path.extension().is_some_and(|e| e == "jwe") {
            let decrypter = PBES2_HS512_A256KW.decrypter_from_bytes(PASSPHRASE)?;
            let (clear, old) = deserialize_compact(fs::read_to_string(&path)?.trim_end(), &decrypter)?;
            let mut encrypter = PBES2_HS512_A256KW.encrypter_from_bytes(PASSPHRASE)?;
            encrypter.set_iter_count(ITERATIONS);
            let mut header = JweHeader::new();
            header.set_content_encryption(old.content_encryption().ok_or("a key without its algorithm")?);
            header.set_content_type(old.content_type().ok_or("a key without its type")?);
            fs::write(&path, serialize_compact(&clear, &header, &encrypter)?)?;
        }
    }
    Ok(())
}
