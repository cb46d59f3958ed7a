//! Partners: other agencies to whom the pack's owner entrusts their own issuer, and nothing else.
//!
//! The owner's targets role delegates `issuers/ID.json`, `products/ID.json` and `status/ID/*` to the role
//! `partner-ID`, and says in `partners/ID.json` which levels of which schemes the partner may award. The
//! partner signs the rest, and brings it up to date alone. A key that two partners list is nobody's.

use serde::{Deserialize, Serialize};
use verilabel_label::{IssuerId, excerpt};

use super::{Entitlement, Issuer, PackError, path};
use crate::tuf::{DelegatedRole, RepositoryFile, RoleDefinition};

const SCHEMA: &str = "verilabel-partner/1";
const ROLE: &str = "partner-";

/// A partner as the pack's owner has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partner {
    /// The only issuer that the partner speaks for.
    pub id: IssuerId,
    /// What the partner's labels may state, at most.
    pub may_issue: Vec<Entitlement>,
}

/// A partner whose part of the pack is not used. Its labels are neither genuine nor fake for that: unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartnerTrouble {
    /// The role that the pack's owner delegates to.
    pub role: String,
    /// The stable code of the refusal.
    pub code: &'static str,
    /// What is wrong.
    pub text: String,
    /// Whose keys or names it has, where that is what is wrong: either of the two may have taken them.
    pub other: Option<IssuerId>,
}

impl PartnerTrouble {
    pub(super) fn of(role: String, error: &PackError) -> Self {
        let other = match error {
            PackError::SharedKey { other, .. } | PackError::Posing { other, .. } => Some(other.clone()),
            _ => None,
        };
        Self { role, code: error.code(), text: error.to_string(), other }
    }

    pub(super) fn outside(role: &str, path: &str) -> Self {
        let text = format!("it lists {:?}, which is not entrusted to it", excerpt(path));
        Self { role: role.to_owned(), code: "pack-outside-paths", text, other: None }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    schema: String,
    id: IssuerId,
    may_issue: Vec<Entitlement>,
}

impl Partner {
    /// The target with the owner's word about the partner; it goes among the owner's own.
    ///
    /// # Errors
    /// None that could be met.
    pub fn target(&self) -> Result<RepositoryFile, PackError> {
        let document =
            Document { schema: SCHEMA.to_owned(), id: self.id.clone(), may_issue: self.may_issue.clone() };
        let bytes = serde_json::to_vec_pretty(&document).map_err(|e| PackError::document("partner", &e))?;
        Ok((path::partner(&self.id), bytes))
    }

    /// The delegation to the partner's keys, for the owner's targets role.
    #[must_use]
    pub fn delegation(&self, definition: RoleDefinition) -> DelegatedRole {
        let id = &self.id;
        let [products, status] = ["products", "status"].map(|folder| format!("{folder}/{id}/*"));
        DelegatedRole {
            name: format!("{ROLE}{id}"),
            definition,
            paths: vec![path::issuer(id), path::products(id), products, status],
            terminating: true,
        }
    }

    /// Reads the owner's word about a partner.
    ///
    /// # Errors
    /// [`PackError`] if it is malformed or of another schema.
    pub fn from_json(bytes: &[u8]) -> Result<Self, PackError> {
        let document: Document =
            serde_json::from_slice(bytes).map_err(|e| PackError::document("partner", &e))?;
        if document.schema != SCHEMA {
            return Err(PackError::Schema { found: document.schema, known: SCHEMA });
        }
        Ok(Self { id: document.id, may_issue: document.may_issue })
    }

    /// Takes from an issuer what its partner may not award.
    pub(super) fn limit(&self, issuer: &mut Issuer) {
        for Entitlement { scheme, levels } in &mut issuer.may_issue {
            levels.retain(|level| {
                self.may_issue.iter().any(|own| own.scheme == *scheme && own.levels.contains(level))
            });
        }
        issuer.may_issue.retain(|entitlement| !entitlement.levels.is_empty());
    }
}

/// The issuer that a delegated role speaks for, if it is a partner's.
pub(super) fn issuer_of(role: &str) -> Option<&str> {
    role.strip_prefix(ROLE)
}
