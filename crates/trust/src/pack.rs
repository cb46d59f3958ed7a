//! What a trust pack holds, once it was accepted.

mod issuer;
mod jwk;
mod products;
mod status;

pub use issuer::{Entitlement, Issuer, IssuerKey, KeyState, Purpose};
pub use jwk::{Jwk, JwkError};
pub use products::Product;
pub use status::StatusTrouble;

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use verilabel_label::{IssuerId, LabelNumber, excerpt};
use verilabel_recognition::{Register, RegisterError};
use verilabel_wire::{KeyId, StatusListToken};

use crate::tuf::{Accepted, Repository, UpdateError};
use status::StatusSlot;

/// Paths of the targets of a pack.
mod path {
    pub(super) const REGISTER: &str = "register.json";

    pub(super) fn issuer(id: &str) -> String {
        format!("issuers/{id}.json")
    }

    pub(super) fn products(id: &str) -> String {
        format!("products/{id}.json")
    }

    pub(super) fn status(id: &str, list: u32) -> String {
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
    status: HashMap<IssuerId, BTreeMap<u32, StatusSlot>>,
    products: HashMap<IssuerId, ProductSlot>,
}

#[derive(Debug)]
struct ProductSlot {
    bytes: Vec<u8>,
    read: OnceLock<HashMap<LabelNumber, Product>>,
}

impl TrustPack {
    /// Reads the accepted state of a repository.
    ///
    /// # Errors
    /// If a target is missing, differs from what was accepted, or is malformed.
    pub fn open(accepted: Accepted, repository: &dyn Repository) -> Result<Self, PackError> {
        let register = Register::from_json(&accepted.target(repository, path::REGISTER)?)?;
        let mut issuers = Vec::new();
        let mut status: HashMap<IssuerId, BTreeMap<u32, StatusSlot>> = HashMap::new();
        let mut products = HashMap::new();
        let paths: Vec<String> = accepted.paths().map(str::to_owned).collect();
        for path in &paths {
            match Place::of(path) {
                Some(Place::Issuer(id)) => {
                    let issuer = Issuer::from_json(&accepted.target(repository, path)?)?;
                    if issuer.id != id {
                        return Err(PackError::Misplaced { path: path.clone() });
                    }
                    issuers.push(issuer);
                }
                Some(Place::Products(id)) => {
                    let bytes = accepted.target(repository, path)?;
                    products.insert(id, ProductSlot { bytes, read: OnceLock::new() });
                }
                Some(Place::Status(id, list)) => {
                    let slot = StatusSlot::new(accepted.target(repository, path)?);
                    status.entry(id).or_default().insert(list, slot);
                }
                // The register was read above; other targets are for newer verifiers.
                None => {}
            }
        }
        let keys = index_keys(&issuers)?;
        Ok(Self { accepted, register, issuers, keys, status, products })
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

    /// All issuers.
    #[must_use]
    pub fn issuers(&self) -> &[Issuer] {
        &self.issuers
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
        let of = |(issuer, lists): (_, &BTreeMap<u32, StatusSlot>)| -> Vec<_> {
            lists.keys().map(|list| (issuer, *list)).collect()
        };
        let mut lists: Vec<_> = self.status.iter().flat_map(of).collect();
        lists.sort_unstable();
        lists
    }

    /// What the pack knows of a labelled product beyond its seal. A damaged record counts as none.
    #[must_use]
    pub fn product(&self, issuer: &Issuer, label: &LabelNumber) -> Option<&Product> {
        let slot = self.products.get(&issuer.id)?;
        slot.read.get_or_init(|| products::read(&slot.bytes).unwrap_or_default()).get(label)
    }
}

enum Place {
    Issuer(IssuerId),
    Products(IssuerId),
    Status(IssuerId, u32),
}

impl Place {
    fn of(target: &str) -> Option<Self> {
        let (folder, rest) = target.split_once('/')?;
        match folder {
            "issuers" => Some(Self::Issuer(rest.strip_suffix(".json")?.parse().ok()?)),
            "products" => Some(Self::Products(rest.strip_suffix(".json")?.parse().ok()?)),
            "status" => {
                let (issuer, list) = rest.split_once('/')?;
                Some(Self::Status(issuer.parse().ok()?, list.strip_suffix(".cwt")?.parse().ok()?))
            }
            _ => None,
        }
    }
}

fn index_keys(issuers: &[Issuer]) -> Result<HashMap<KeyId, Vec<(usize, usize)>>, PackError> {
    let mut keys: HashMap<KeyId, Vec<(usize, usize)>> = HashMap::new();
    let mut thumbprints = HashMap::new();
    for (i, issuer) in issuers.iter().enumerate() {
        for (k, key) in issuer.keys.iter().enumerate() {
            if thumbprints.insert(*key.key.thumbprint(), &issuer.id).is_some() {
                return Err(PackError::SharedKey { key: key.key.id(), issuer: issuer.id.clone() });
            }
            keys.entry(key.key.id()).or_default().push((i, k));
        }
    }
    Ok(keys)
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
            targets.insert(path::issuer(issuer.id.as_str()), issuer.to_json()?);
        }
        for (issuer, products) in &self.products {
            targets.insert(path::products(issuer.as_str()), products::write(products)?);
        }
        for ((issuer, list), token) in &self.status {
            targets.insert(path::status(issuer.as_str(), *list), token.clone());
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
        /// The key.
        key: KeyId,
        /// The issuer that has it a second time.
        issuer: IssuerId,
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
            Self::Register(_) => "pack-register",
            Self::Document { .. } | Self::Key(_) | Self::Misplaced { .. } | Self::SharedKey { .. } => {
                "pack-document"
            }
            Self::Schema { .. } => "pack-schema",
        }
    }
}
