//! Status lists, signed in both forms; and what is out there of them.

use std::collections::HashMap;

use verilabel_credential::{BitstringList, StatusListCredential, issue_status_list};
use verilabel_label::Timestamp;
use verilabel_trust::{Issuer, TargetList, path};
use verilabel_wire::{Budget, KeyId, Sealed, Sign, StatusList, StatusListToken};

use super::PublicationError;
use super::names::{self, ListNames};
use super::place::Place;
use crate::{Refusal, lists};

/// A status list in both forms, by the object of each.
#[derive(Debug)]
pub(super) struct SignedList {
    pub(super) list: u32,
    pub(super) token: Vec<u8>,
    /// Where the token and the Bitstring credentials stand by themselves.
    pub(super) objects: Vec<(String, Vec<u8>)>,
}

/// Signs a list; blocks for as long as compressing it takes.
pub(super) fn sign(
    issuer: &Issuer,
    list: u32,
    statuses: StatusList,
    signer: &dyn Sign,
    (issued_at, expires): (Timestamp, Timestamp),
) -> Result<SignedList, PublicationError> {
    let names = ListNames::of(issuer, list)?;
    let mut objects = Vec::new();
    if let Some(did) = &issuer.did {
        for (purpose, name) in names.credentials {
            let bits = BitstringList::of(&statuses, purpose)
                .map_err(|e| Refusal::Credential { reason: e.to_string() })?;
            let credential = StatusListCredential {
                id: StatusListCredential::url(&issuer.status_uri, list, purpose),
                issuer: did.clone(),
                purpose,
                issued_at,
                expires: Some(expires),
                list: bits,
            };
            let text = issue_status_list(&credential, signer).map_err(Refusal::from)?;
            objects.push((name, text.into_bytes()));
        }
    }
    let token = lists::sign(issuer, list, statuses, signer, issued_at, expires)?;
    objects.push((names.token, token.clone()));
    Ok(SignedList { list, token, objects })
}

/// Who signed a list that is out there, and from when until when it is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ListState {
    pub(super) key: KeyId,
    pub(super) issued_at: Timestamp,
    pub(super) expires: Option<Timestamp>,
}

/// The states of lists that are out there, each read once.
#[derive(Debug, Default)]
pub(super) struct ListStates {
    by_file: HashMap<String, Option<ListState>>,
}

impl ListStates {
    /// The state of a list in the folder's pack; `None` if it is not there, or says nothing.
    pub(super) async fn of(
        &mut self,
        place: &Place,
        issuer: &Issuer,
        published: &TargetList,
        list: u32,
    ) -> Result<Option<ListState>, PublicationError> {
        let Some(file) = published.file(&path::status(&issuer.id, list)) else { return Ok(None) };
        if let Some(state) = self.by_file.get(&file) {
            return Ok(*state);
        }
        let bytes = place.read(&names::pack(&file)).await?;
        let state = bytes.and_then(|bytes| state(&bytes, issuer));
        self.by_file.insert(file, state);
        Ok(state)
    }

    /// Forgets what the pack does not list any more.
    pub(super) fn keep(&mut self, published: &TargetList) {
        let files: std::collections::HashSet<String> = published.files().collect();
        self.by_file.retain(|file, _| files.contains(file));
    }
}

fn state(bytes: &[u8], issuer: &Issuer) -> Option<ListState> {
    let sealed = Sealed::<StatusListToken>::parse(bytes).ok()?;
    let mut budget = Budget::default();
    let named = issuer.keys.iter().filter(|key| sealed.untrusted_hint().names(&key.key.id()));
    named.into_iter().find_map(|key| {
        let token = sealed.open(&key.key, &mut budget).ok()?.into_value();
        Some(ListState { key: key.key.id(), issued_at: token.issued_at, expires: token.expires })
    })
}
