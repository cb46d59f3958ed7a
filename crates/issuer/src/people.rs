//! Who acts: users and their roles, and the authority itself.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Refusal, UserId};

/// What a user may do. A user has any set of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Prepares awards, renewals and changes of standing, and runs of unit labels.
    Officer,
    /// Approves or rejects what another prepared; suspends.
    Approver,
    /// Reads the audit chain.
    Auditor,
    /// Keeps keys, users and settings, and publishes.
    Operator,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Officer, Self::Approver, Self::Auditor, Self::Operator];

    /// Its stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Officer => "officer",
            Self::Approver => "approver",
            Self::Auditor => "auditor",
            Self::Operator => "operator",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl std::str::FromStr for Role {
    type Err = UnknownRole;
    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Self::ALL.into_iter().find(|role| role.name() == text).ok_or(UnknownRole)
    }
}

/// No role has that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a role is officer, approver, auditor or operator")]
pub struct UnknownRole;

/// A user, signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct User {
    /// Its row.
    pub id: UserId,
    /// Its name, unique in the authority.
    pub name: String,
    /// What it may do.
    pub roles: BTreeSet<Role>,
}

/// Whoever acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A person.
    User(User),
    /// The authority's own machinery: minting, what falls due, publishing. It approves nothing.
    System,
}

impl Actor {
    /// The user.
    ///
    /// # Errors
    /// [`Refusal::NotForSystem`] where it is none.
    pub fn user(&self) -> Result<&User, Refusal> {
        match self {
            Self::User(user) => Ok(user),
            Self::System => Err(Refusal::NotForSystem),
        }
    }

    /// Whether it has the role.
    #[must_use]
    pub fn has(&self, role: Role) -> bool {
        matches!(self, Self::User(user) if user.roles.contains(&role))
    }

    /// As the audit chain names it: `system`, or the user's id and name.
    #[must_use]
    pub fn audit_name(&self) -> String {
        match self {
            Self::User(user) => format!("{} {}", user.id, user.name),
            Self::System => "system".to_owned(),
        }
    }

    pub(crate) fn needs_any(&self, roles: &'static [Role], by_system: bool) -> Result<(), Refusal> {
        let may = match self {
            Self::System => by_system,
            Self::User(user) => roles.iter().any(|role| user.roles.contains(role)),
        };
        if may { Ok(()) } else { Err(Refusal::RoleMissing { roles }) }
    }
}
