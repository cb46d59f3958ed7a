//! What a trust pack holds, once it was accepted.

mod confirmed;
mod issuer;
mod jwk;
mod partner;
mod parts;
mod picture;
mod products;
mod status;

pub use confirmed::Confirmed;
pub use issuer::{Entitlement, Issuer, IssuerKey, KeyState, Purpose};
pub use jwk::{Jwk, JwkError};
pub use partner::{Partner, PartnerTrouble};
pub use picture::PicturePath;
pub use products::{Product, product_document};
pub use status::StatusTrouble;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use verilabel_label::{IssuerId, LabelNumber, excerpt};
use verilabel_recognition::{Register, RegisterError};
use verilabel_wire::{KeyId, StatusListToken};

use crate::tuf::{Accepted, DelegatedState, Repository, UpdateError};
use parts::{Parts, Place};
use status::StatusSlot;

/// Paths of the targets of a pack (docs/spec/trust-pack.md).
pub mod path {
    use verilabel_label::IssuerId;

    /// The register.
    pub const REGISTER: &str = "register.json";

    /// An issuer's document.
    #[must_use]
    pub fn issuer(id: &IssuerId) -> String {
        format!("issuers/{id}.json")
    }

    /// What a partner may award.
    #[must_use]
    pub fn partner(id: &IssuerId) -> String {
        format!("partners/{id}.json")
    }

    /// An issuer's product records, in one document.
    #[must_use]
    pub fn products(id: &IssuerId) -> String {
        format!("products/{id}.json")
    }

    /// One of several documents with an issuer's product records; the parts together have each label once.
    #[must_use]
    pub fn products_part(id: &IssuerId, part: u64) -> String {
        format!("products/{id}/{part}.json")
    }

    /// A status list token.
    #[must_use]
    pub fn status(id: &IssuerId, list: u32) -> String {
        format!("status/{id}/{list}.cwt")
    }
}

/// Everything that a verifier needs offline. It was accepted by a [`Client`](crate::Client) that follows a
/// pinned root, and it is only made from what that client accepted.
#[derive(Debug)]
pub struct TrustPack {
    accepted: Accepted,
    register: Register,
    issuers: Vec<Issuer>,
    /// Positions in `issuers` and in their `keys`: key ids may collide.
    keys: HashMap<KeyId, Vec<(usize, usize)>>,
    status: HashMap<IssuerId, HashMap<u32, StatusSlot>>,
    products: HashMap<IssuerId, Vec<ProductSlot>>,
    partners: Vec<Partner>,
    partner_troubles: Vec<PartnerTrouble>,
}

#[derive(Debug, Clone)]
struct ProductSlot {
    bytes: Arc<[u8]>,
    read: OnceLock<HashMap<LabelNumber, Product>>,
}

impl ProductSlot {
    /// Read at the first look.
    fn records(&self) -> &HashMap<LabelNumber, Product> {
        self.read.get_or_init(|| products::read(&self.bytes).unwrap_or_default())
    }
}

impl TrustPack {
    /// Reads the accepted state of a repository. What is wrong with a partner's part takes that part away, and
    /// nothing of the owner's or of other partners'.
    ///
    /// # Errors
    /// If a target of the owner's is missing, differs from what was accepted, or is malformed.
    pub fn open(accepted: Accepted, repository: &dyn Repository) -> Result<Self, PackError> {
        let mut parts = Parts::sort(&accepted)?;
        let register = Register::from_json(&accepted.target(repository, path::REGISTER)?)?;
        let mut content = Content::default();
        for (place, path) in std::mem::take(&mut parts.own) {
            content.add(&place, &path, &accepted.target(repository, &path)?)?;
        }
        let own = content.issuers.len();
        for (role, paths) in std::mem::take(&mut parts.partners) {
            // A partner's part comes whole or not at all.
            let mut with_partner = content.clone();
            let added = paths.iter().try_for_each(|(place, path)| {
                with_partner.add_of_partner(place, path, &accepted.target(repository, path)?)
            });
            match added {
                Ok(()) => content = with_partner,
                Err(PackError::Update(
                    error @ (UpdateError::Unreachable { .. } | UpdateError::Slow { .. }),
                )) => return Err(error.into()),
                Err(error) => {
                    if let PackError::SharedKey { thumbprints, .. } = &error {
                        content.disown(thumbprints, own);
                    }
                    parts.troubles.push(PartnerTrouble::of(role, &error));
                }
            }
        }
        let Content { issuers, keys, status, products, partners, .. } = content;
        let partner_troubles = parts.troubles;
        Ok(Self { accepted, register, issuers, keys, status, products, partners, partner_troubles })
    }

    /// What was accepted: versions and expiry of each role.
    #[must_use]
    pub fn accepted(&self) -> &Accepted {
        &self.accepted
    }

    /// Schemes, markets and arrangements.
    #[must_use]
    pub fn register(&self) -> &Register {
        &self.register
    }

    /// Partners of the pack's owner, whether or not their parts are there.
    #[must_use]
    pub fn partners(&self) -> &[Partner] {
        &self.partners
    }

    /// Partners' parts that are not used, and why.
    #[must_use]
    pub fn partner_troubles(&self) -> &[PartnerTrouble] {
        &self.partner_troubles
    }

    /// All issuers.
    #[must_use]
    pub fn issuers(&self) -> &[Issuer] {
        &self.issuers
    }

    /// The role of the partner who speaks for that issuer; none if the pack's owner does.
    #[must_use]
    pub fn partner_role(&self, issuer: &Issuer) -> Option<DelegatedState> {
        let role = self.accepted.branch(&path::issuer(&issuer.id))?;
        partner::issuer_of(role)?;
        self.accepted.delegated().find(|delegated| delegated.role == role)
    }

    /// Every key with that id, and whose it is.
    pub fn keys_named(&self, id: &KeyId) -> impl Iterator<Item = (&Issuer, &IssuerKey)> {
        self.keys.get(id).into_iter().flatten().filter_map(|&(issuer, key)| {
            let issuer = self.issuers.get(issuer)?;
            Some((issuer, issuer.keys.get(key)?))
        })
    }

    /// A status list of an issuer.
    ///
    /// # Errors
    /// [`StatusTrouble`], which says nothing about any label.
    pub fn status_list(&self, issuer: &Issuer, list: u32) -> Result<&StatusListToken, StatusTrouble> {
        self.status
            .get(&issuer.id)
            .and_then(|lists| lists.get(&list))
            .ok_or_else(|| StatusTrouble::NoList { issuer: issuer.id.clone(), list })?
            .token(issuer, list)
    }

    /// Issuers and numbers of all status lists, in order.
    #[must_use]
    pub fn status_lists(&self) -> Vec<(&IssuerId, u32)> {
        let of = |(issuer, lists): (_, &HashMap<u32, StatusSlot>)| -> Vec<_> {
            lists.keys().map(|list| (issuer, *list)).collect()
        };
        let mut lists: Vec<_> = self.status.iter().flat_map(of).collect();
        lists.sort_unstable();
        lists
    }

    /// What the pack knows of a labelled product beyond its seal. A damaged record counts as none.
    #[must_use]
    pub fn product(&self, issuer: &Issuer, label: &LabelNumber) -> Option<&Product> {
        let mut slots = self.products.get(&issuer.id)?.iter();
        slots.find_map(|slot| slot.records().get(label))
    }

    /// The pictures of all products on record.
    #[must_use]
    pub fn pictures(&self) -> Vec<&PicturePath> {
        let mut pictures = Vec::new();
        for slots in self.products.values() {
            for slot in slots {
                pictures.extend(slot.records().values().filter_map(|product| product.picture.as_ref()));
            }
        }
        pictures
    }
}

/// What was read of the targets so far.
#[derive(Debug, Clone, Default)]
struct Content {
    issuers: Vec<Issuer>,
    keys: HashMap<KeyId, Vec<(usize, usize)>>,
    thumbprints: HashSet<[u8; 32]>,
    status: HashMap<IssuerId, HashMap<u32, StatusSlot>>,
    products: HashMap<IssuerId, Vec<ProductSlot>>,
    partners: Vec<Partner>,
}

impl Content {
    fn add(&mut self, place: &Place, path: &str, bytes: &[u8]) -> Result<(), PackError> {
        match place {
            Place::Issuer(id) => self.add_issuer(id, path, Issuer::from_json(bytes)?),
            Place::Partner(id) => {
                let partner = Partner::from_json(bytes)?;
                if partner.id != *id {
                    return Err(PackError::Misplaced { path: path.to_owned() });
                }
                self.partners.push(partner);
                Ok(())
            }
            Place::Products(id) => {
                let slot = ProductSlot { bytes: bytes.into(), read: OnceLock::new() };
                self.products.entry(id.clone()).or_default().push(slot);
                Ok(())
            }
            Place::Status(id, list) => {
                self.status.entry(id.clone()).or_default().insert(*list, StatusSlot::new(bytes.into()));
                Ok(())
            }
        }
    }

    /// The same for a partner, whose issuer may award no more than the owner says.
    fn add_of_partner(&mut self, place: &Place, path: &str, bytes: &[u8]) -> Result<(), PackError> {
        let Place::Issuer(id) = place else { return self.add(place, path, bytes) };
        let mut issuer = Issuer::from_json(bytes)?;
        let word = self.partners.iter().find(|partner| partner.id == *id);
        word.ok_or_else(|| PackError::NoWord { issuer: id.clone() })?.limit(&mut issuer);
        // All keys, and before the names: whoever copies keys may have copied the names with them.
        self.unshared(&issuer)?;
        // Nobody speaks under another's name: neither as the issuer of credentials, nor to whoever reads the card.
        let alike = |other: &Issuer| {
            (issuer.did.is_some() && other.did == issuer.did)
                || other.status_uri == issuer.status_uri
                || is_read_alike(&other.name, &issuer.name)
        };
        if let Some(other) = self.issuers.iter().find(|other| alike(other)) {
            return Err(PackError::Posing { issuer: issuer.id, other: other.id.clone() });
        }
        self.add_issuer(id, path, issuer)
    }

    fn unshared(&self, issuer: &Issuer) -> Result<(), PackError> {
        let known = |key: &&IssuerKey| self.thumbprints.contains(key.key.thumbprint());
        let shared: Vec<&IssuerKey> = issuer.keys.iter().filter(known).collect();
        let Some(first) = shared.first() else { return Ok(()) };
        let has = |other: &&Issuer| other.keys.iter().any(|key| key.key == first.key);
        Err(PackError::SharedKey {
            key: first.key.id(),
            thumbprints: shared.iter().map(|key| *key.key.thumbprint()).collect(),
            issuer: issuer.id.clone(),
            other: self.issuers.iter().find(has).unwrap_or(issuer).id.clone(),
        })
    }

    /// Keys that two partners list are nobody's: which of them has them cannot be told, and one that lists another's
    /// key must not decide about the other's labels. The owner's own keys stay.
    fn disown(&mut self, thumbprints: &[[u8; 32]], own: usize) {
        for holders in self.keys.values_mut() {
            holders.retain(|(issuer, position)| {
                *issuer < own || !thumbprints.contains(self.issuers[*issuer].keys[*position].key.thumbprint())
            });
        }
    }

    fn add_issuer(&mut self, id: &IssuerId, path: &str, issuer: Issuer) -> Result<(), PackError> {
        if issuer.id != *id {
            return Err(PackError::Misplaced { path: path.to_owned() });
        }
        for (position, key) in issuer.keys.iter().enumerate() {
            if !self.thumbprints.insert(*key.key.thumbprint()) {
                let (key, thumbprints) = (key.key.id(), vec![*key.key.thumbprint()]);
                let other = issuer.id.clone();
                return Err(PackError::SharedKey { key, thumbprints, issuer: issuer.id, other });
            }
            self.keys.entry(key.key.id()).or_default().push((self.issuers.len(), position));
        }
        self.issuers.push(issuer);
        Ok(())
    }
}

/// Whether a reader may take one name for the other: case, blanks, punctuation and what cannot be seen tell nobody apart
/// (docs/spec/trust-pack.md §4). Unicode's own tables of cases and classes would weigh more than the rest of a page.
fn is_read_alike(one: &str, other: &str) -> bool {
    let is_read = |c: &char| {
        let seen = !matches!(c,
            '\u{34F}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}' | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FFA0}');
        if c.is_ascii() { c.is_ascii_alphanumeric() } else { seen && !c.is_whitespace() }
    };
    let read =
        |name: &str| -> String { name.chars().filter(is_read).map(|c| c.to_ascii_lowercase()).collect() };
    one == other || (read(one) == read(other) && !read(one).is_empty())
}

/// What a pack is to hold, before it is published.
#[derive(Debug, Clone, Default)]
pub struct PackContents {
    /// The register's JSON.
    pub register: Vec<u8>,
    /// Issuers.
    pub issuers: Vec<Issuer>,
    /// Product records by issuer.
    pub products: BTreeMap<IssuerId, Vec<Product>>,
    /// Status list tokens by issuer and number.
    pub status: BTreeMap<(IssuerId, u32), Vec<u8>>,
}

impl PackContents {
    /// The targets of a repository that holds this.
    ///
    /// # Errors
    /// If a document cannot be written.
    pub fn targets(&self) -> Result<BTreeMap<String, Vec<u8>>, PackError> {
        let mut targets = BTreeMap::from([(path::REGISTER.to_owned(), self.register.clone())]);
        for issuer in &self.issuers {
            targets.insert(path::issuer(&issuer.id), issuer.to_json()?);
        }
        for (issuer, products) in &self.products {
            targets.insert(path::products(issuer), product_document(products)?);
        }
        for ((issuer, list), token) in &self.status {
            targets.insert(path::status(issuer, *list), token.clone());
        }
        Ok(targets)
    }
}

/// Why an accepted pack cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackError {
    /// A target.
    #[error(transparent)]
    Update(#[from] UpdateError),
    /// A delegated role of the owner's own.
    #[error("the owner's role {:?}: {reason}", excerpt(.role))]
    OwnRole {
        /// The role.
        role: String,
        /// The stable code of the refusal.
        code: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// The register.
    #[error("the pack's register: {0}")]
    Register(#[from] RegisterError),
    /// A document that is not JSON of the shape due.
    #[error("{what} document is malformed: {}", excerpt(.reason))]
    Document {
        /// Which document.
        what: &'static str,
        /// What the JSON reader said.
        reason: String,
    },
    /// A document of another schema.
    #[error("a document has schema {:?}, this verifier knows {known:?}: update it", excerpt(.found))]
    Schema {
        /// The schema found.
        found: String,
        /// The schema known.
        known: &'static str,
    },
    /// A key of an issuer.
    #[error(transparent)]
    Key(#[from] JwkError),
    /// A document that stands where another belongs.
    #[error("{path} holds another issuer's document")]
    Misplaced {
        /// The target.
        path: String,
    },
    /// The same key twice.
    #[error("key {key} of {issuer} stands in the pack twice")]
    SharedKey {
        /// The first such key.
        key: KeyId,
        /// The COSE Key Thumbprints (RFC 9679) of all of them.
        thumbprints: Vec<[u8; 32]>,
        /// The issuer that has them a second time.
        issuer: IssuerId,
        /// The issuer that has the first of them, too.
        other: IssuerId,
    },
    /// A partner of which the owner does not say what it may award.
    #[error("the pack's owner does not say what {issuer} may award")]
    NoWord {
        /// The partner's issuer.
        issuer: IssuerId,
    },
    /// A partner's issuer that would be taken for another one.
    #[error("{issuer} has the name, the DID or the status lists of {other}")]
    Posing {
        /// The partner's issuer.
        issuer: IssuerId,
        /// The other issuer of the pack.
        other: IssuerId,
    },
}

impl PackError {
    fn document(what: &'static str, error: &serde_json::Error) -> Self {
        Self::Document { what, reason: error.to_string() }
    }

    /// The stable code of this refusal.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Update(error) => error.code(),
            Self::OwnRole { code, .. } => code,
            Self::Register(_) => "pack-register",
            Self::Document { .. }
            | Self::Key(_)
            | Self::Misplaced { .. }
            | Self::SharedKey { .. }
            | Self::NoWord { .. }
            | Self::Posing { .. } => "pack-document",
            Self::Schema { .. } => "pack-schema",
        }
    }
}
