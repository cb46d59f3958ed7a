//! Whose a target is: the owner's, a partner's, or nobody's.

use std::collections::{HashMap, HashSet};

use verilabel_label::{IssuerId, excerpt};

use super::PackError;
use super::partner::{self, PartnerTrouble};
use crate::tuf::{Accepted, DelegatedState, Role};

#[derive(Debug, Clone)]
pub(super) enum Place {
    Issuer(IssuerId),
    Partner(IssuerId),
    Products(IssuerId),
    Status(IssuerId, u32),
}

impl Place {
    fn of(target: &str) -> Option<Self> {
        let (folder, rest) = target.split_once('/')?;
        match folder {
            "issuers" => Some(Self::Issuer(rest.strip_suffix(".json")?.parse().ok()?)),
            "partners" => Some(Self::Partner(rest.strip_suffix(".json")?.parse().ok()?)),
            // One document, or several for an issuer of many labels.
            "products" => {
                let path = rest.strip_suffix(".json")?;
                let (issuer, part) = path.split_once('/').map_or((path, None), |(id, part)| (id, Some(part)));
                let of_nobody = part.is_some_and(|part| part.is_empty() || part.contains('/'));
                if of_nobody { None } else { Some(Self::Products(issuer.parse().ok()?)) }
            }
            "status" => {
                let (issuer, list) = rest.split_once('/')?;
                Some(Self::Status(issuer.parse().ok()?, number(list.strip_suffix(".cwt")?)?))
            }
            _ => None,
        }
    }

    /// Whether it is one that a partner with that issuer may fill.
    fn is_partners(&self, id: &str) -> bool {
        match self {
            Self::Issuer(issuer) | Self::Products(issuer) | Self::Status(issuer, _) => issuer.as_str() == id,
            Self::Partner(_) => false,
        }
    }
}

/// A number in the one spelling that it has: two paths are never the same list.
fn number(text: &str) -> Option<u32> {
    text.parse().ok().filter(|number: &u32| number.to_string() == text)
}

/// Targets by whose they are. Those of unknown places are for newer verifiers.
pub(super) struct Parts {
    pub(super) own: Vec<(Place, String)>,
    /// By the role that the owner delegates to, in the owner's order.
    pub(super) partners: Vec<(String, Vec<(Place, String)>)>,
    pub(super) troubles: Vec<PartnerTrouble>,
}

impl Parts {
    pub(super) fn sort(accepted: &Accepted) -> Result<Self, PackError> {
        let mut owners: HashSet<String> = HashSet::from([Role::Targets.name().to_owned()]);
        for DelegatedState { role, delegated_by, state } in accepted.delegated() {
            if !owners.contains(&delegated_by) {
                continue;
            }
            if partner::issuer_of(&role).is_some() {
                if delegated_by == Role::Targets.name() {
                    continue;
                }
                // It would be a partner's by its name, and the owner's by where it stands.
                let reason = format!("a partner's role stands below {:?}", excerpt(&delegated_by));
                return Err(PackError::OwnRole { role, code: "pack-document", reason });
            }
            // What the owner says through another role is no less the owner's word.
            if let Err((code, reason)) = state {
                return Err(PackError::OwnRole { role, code, reason });
            }
            owners.insert(role);
        }
        let troubles = Self::troubles(accepted, &owners)?;
        let mut parts = Self { own: Vec::new(), partners: Vec::new(), troubles };
        let Self { own, partners, troubles } = &mut parts;
        partners.extend(accepted.delegated().map(|delegated| (delegated.role, Vec::new())));
        for path in accepted.paths() {
            let Some(place) = Place::of(path) else { continue };
            let branch = accepted.branch(path);
            match branch.and_then(|role| Some((role, partner::issuer_of(role)?))) {
                None => own.push((place, path.to_owned())),
                Some((role, id)) if place.is_partners(id) => {
                    if let Some((_, paths)) = partners.iter_mut().find(|(name, _)| name == role) {
                        paths.push((place, path.to_owned()));
                    }
                }
                Some((role, _)) => troubles.push(PartnerTrouble::outside(role, path)),
            }
        }
        Ok(parts)
    }

    /// What is wrong with roles. Whatever stands below a partner's role is that partner's fault, whatever its name.
    fn troubles(accepted: &Accepted, owners: &HashSet<String>) -> Result<Vec<PartnerTrouble>, PackError> {
        let mut branches: HashMap<String, String> = HashMap::new();
        let branch_of = |branches: &HashMap<String, String>, parent: &str, role: &str| {
            branches.get(parent).map_or_else(|| role.to_owned(), Clone::clone)
        };
        let mut troubles = Vec::new();
        for DelegatedState { role, delegated_by, state } in accepted.delegated() {
            let branch = branch_of(&branches, &delegated_by, &role);
            if let Err((code, text)) = state {
                troubles.push(PartnerTrouble { role: branch.clone(), code, text, other: None });
            }
            branches.entry(role).or_insert(branch);
        }
        for (parent, role, path) in accepted.outside_paths() {
            troubles.push(PartnerTrouble::outside(&branch_of(&branches, parent, role), path));
        }
        if let Some((parent, role)) = accepted.next_delegation() {
            let reason = "there are more roles than a verifier looks at".to_owned();
            let code = "pack-document";
            if owners.contains(&parent) {
                return Err(PackError::OwnRole { role, code, reason });
            }
            let role = branch_of(&branches, &parent, &role);
            troubles.push(PartnerTrouble { role, code, text: reason, other: None });
        }
        Ok(troubles)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// docs/spec/trust-pack.md §2: other paths are passed over, other spellings of a number among them.
    #[test]
    fn a_path_that_is_not_of_the_table_is_nobodys() {
        for known in [
            "issuers/specimen.sg.json",
            "partners/specimen.sg.json",
            "products/specimen.sg.json",
            "products/specimen.sg/1.json",
            "products/specimen.sg/hubs.json",
            "status/specimen.sg/0.cwt",
            "status/specimen.sg/1.cwt",
            "status/specimen.sg/4294967295.cwt",
        ] {
            assert!(Place::of(known).is_some(), "{known}");
        }
        for unknown in [
            "products/specimen.sg",
            "products/specimen.sg/1",
            "products/specimen.sg/1.csv",
            "products/specimen.sg/.json",
            "products/specimen.sg/1/2.json",
            "products/.json",
            "status/specimen.sg.cwt",
            "status/specimen.sg/1",
            "status/specimen.sg/+1.cwt",
            "status/specimen.sg/01.cwt",
            "status/specimen.sg/-0.cwt",
            "status/specimen.sg/1 .cwt",
            "status/specimen.sg/.cwt",
            "status/specimen.sg/4294967296.cwt",
            "status/specimen.sg/1/2.cwt",
            "pictures/specimen.sg.json",
        ] {
            assert!(Place::of(unknown).is_none(), "{unknown}");
        }
    }
}
