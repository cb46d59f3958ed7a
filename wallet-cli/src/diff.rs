//! What changed between two packs, in words.

use std::collections::BTreeMap;

use verilabel_label::{Date, Status};
use verilabel_recognition::{Register, Row};
use verilabel_trust::{Entitlement, Issuer, IssuerKey, KeyState, TrustPack};

/// One line for each change, in a fixed order; none if nothing changed that a verifier looks at.
pub(crate) fn between(old: &TrustPack, new: &TrustPack) -> Vec<String> {
    let mut lines = Vec::new();
    partners(old, new, &mut lines);
    issuers(old, new, &mut lines);
    register(old.register(), new.register(), &mut lines);
    status(old, new, &mut lines);
    lines
}

/// Pairs what both sides have under one key; what one side lacks is none.
fn pairs<'a, K: Ord, T>(
    old: impl Iterator<Item = (K, &'a T)>,
    new: impl Iterator<Item = (K, &'a T)>,
) -> BTreeMap<K, (Option<&'a T>, Option<&'a T>)> {
    let mut all: BTreeMap<K, (Option<&T>, Option<&T>)> = BTreeMap::new();
    old.for_each(|(key, value)| all.entry(key).or_default().0 = Some(value));
    new.for_each(|(key, value)| all.entry(key).or_default().1 = Some(value));
    all
}

fn partners(old: &TrustPack, new: &TrustPack, lines: &mut Vec<String>) {
    let by_id = |pack| -> Vec<_> {
        let pack: &TrustPack = pack;
        pack.partners().iter().map(|partner| (&partner.id, partner)).collect()
    };
    for (id, found) in pairs(by_id(old).into_iter(), by_id(new).into_iter()) {
        match found {
            (None, Some(partner)) => {
                lines.push(format!("partner {id} added; it may award {}", entitled(&partner.may_issue)));
            }
            (Some(_), None) => {
                lines.push(format!("partner {id} dropped: its labels cannot be told any more"));
            }
            (Some(before), Some(after)) if before.may_issue != after.may_issue => {
                lines.push(format!("partner {id} may now award {}", entitled(&after.may_issue)));
            }
            _ => {}
        }
    }
}

fn issuers(old: &TrustPack, new: &TrustPack, lines: &mut Vec<String>) {
    let by_id = |pack| -> Vec<_> {
        let pack: &TrustPack = pack;
        pack.issuers().iter().map(|issuer| (&issuer.id, issuer)).collect()
    };
    for (id, found) in pairs(by_id(old).into_iter(), by_id(new).into_iter()) {
        match found {
            (None, Some(issuer)) => {
                lines.push(format!("issuer {id} added, {}, with {} keys", issuer.name, issuer.keys.len()));
            }
            (Some(_), None) => lines.push(format!("issuer {id} removed: its labels cannot be told any more")),
            (Some(before), Some(after)) => issuer(before, after, lines),
            (None, None) => {}
        }
    }
}

fn issuer(old: &Issuer, new: &Issuer, lines: &mut Vec<String>) {
    let id = &new.id;
    if old.name != new.name {
        lines.push(format!("issuer {id} is now called {}, before {}", new.name, old.name));
    }
    if old.did != new.did {
        let did = new.did.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string);
        lines.push(format!("issuer {id} now has this DID: {did}"));
    }
    if old.may_issue != new.may_issue {
        lines.push(format!("issuer {id} may now award {}", entitled(&new.may_issue)));
    }
    if old.link_hosts != new.link_hosts {
        lines.push(format!("issuer {id} now links to {}", new.link_hosts.join(", ")));
    }
    let by_key = |issuer| -> Vec<_> {
        let issuer: &Issuer = issuer;
        issuer.keys.iter().map(|key| (*key.key.thumbprint(), key)).collect()
    };
    for found in pairs(by_key(old).into_iter(), by_key(new).into_iter()).into_values() {
        match found {
            (None, Some(key)) => lines.push(format!("key {} of {id} added", key.key.id())),
            (Some(key), None) => lines.push(format!("key {} of {id} removed", key.key.id())),
            (Some(before), Some(after)) => key(before, after, id.as_str(), lines),
            (None, None) => {}
        }
    }
}

fn key(old: &IssuerKey, new: &IssuerKey, issuer: &str, lines: &mut Vec<String>) {
    let id = new.key.id();
    match (&old.state, &new.state) {
        (KeyState::Trusted, KeyState::Distrusted(confirmed)) if confirmed.is_empty() => {
            lines.push(format!("key {id} of {issuer} distrusted: nothing it signed counts any more"));
        }
        (KeyState::Trusted, KeyState::Distrusted(confirmed)) => lines.push(format!(
            "key {id} of {issuer} distrusted: nothing it signed counts any more but {} that the issuer confirms",
            confirmed.len()
        )),
        (KeyState::Distrusted(before), KeyState::Distrusted(after)) if before != after => lines.push(format!(
            "key {id} of {issuer}, distrusted: the issuer confirms {} of what it signed, before {}",
            after.len(),
            before.len()
        )),
        (KeyState::Distrusted(_), KeyState::Trusted) => {
            lines.push(format!("key {id} of {issuer} trusted again"));
        }
        _ => {}
    }
    if old.until != new.until {
        lines.push(match new.until {
            Some(until) => format!("key {id} of {issuer} signs until {}", until.date()),
            None => format!("key {id} of {issuer} signs on without an end"),
        });
    }
    if old.purposes != new.purposes {
        lines.push(format!("key {id} of {issuer} signs for other purposes"));
    }
}

fn register(old: &Register, new: &Register, lines: &mut Vec<String>) {
    let schemes = |register| -> Vec<_> {
        let register: &Register = register;
        register.schemes().iter().map(|scheme| (&scheme.id, scheme)).collect()
    };
    for (id, found) in pairs(schemes(old).into_iter(), schemes(new).into_iter()) {
        match found {
            (None, Some(_)) => lines.push(format!("scheme {id} added")),
            (Some(_), None) => lines.push(format!("scheme {id} removed")),
            (Some(before), Some(after)) if before != after => lines.push(format!("scheme {id} changed")),
            _ => {}
        }
    }
    let rows = |register| -> Vec<_> {
        let register: &Register = register;
        let of = |arrangement| -> Vec<_> {
            let arrangement: &verilabel_recognition::Arrangement = arrangement;
            arrangement.rows.iter().map(|row| (&row.id, row)).collect()
        };
        register.arrangements().iter().flat_map(of).collect()
    };
    for (id, found) in pairs(rows(old).into_iter(), rows(new).into_iter()) {
        let names = |row: &Row| format!("{id}, {} in {}", row.from, row.to);
        match found {
            (None, Some(row)) => lines.push(format!("row {} added", names(row))),
            (Some(row), None) => {
                lines.push(format!("row {} removed: it recognises nothing any more", names(row)));
            }
            (Some(before), Some(after)) if before != after => {
                lines.push(format!("row {} changed", names(after)));
            }
            _ => {}
        }
    }
    for arrangement in new.arrangements() {
        let ended_before = old.arrangement(&arrangement.id).map(|before| before.dates.ended);
        if let (Some(before), Some(ended)) = (ended_before, arrangement.dates.ended)
            && before != Some(ended)
        {
            lines.push(ended_line(arrangement.id.as_str(), ended, arrangement.rows.len()));
        }
    }
}

fn ended_line(id: &str, ended: Date, rows: usize) -> String {
    format!("arrangement {id} ends on {ended}, and with it {rows} rows")
}

fn status(old: &TrustPack, new: &TrustPack, lines: &mut Vec<String>) {
    for (id, list) in new.status_lists() {
        let of = |pack| {
            let pack: &TrustPack = pack;
            let issuer = pack.issuers().iter().find(|issuer| issuer.id == *id);
            issuer.map(|issuer| pack.status_list(issuer, list))
        };
        let there_before = old.status_lists().contains(&(id, list));
        let (before, after) = match (of(old), of(new)) {
            (Some(Ok(before)), Some(Ok(after))) => (before, after),
            (_, Some(Ok(after))) => {
                let what = if there_before { "can be believed again" } else { "added" };
                lines.push(format!("status list {list} of {id} {what}, made {}", after.issued_at));
                continue;
            }
            // It could not be believed before, and cannot be now.
            (Some(Err(_)), _) if there_before => continue,
            _ => {
                lines.push(format!("status list {list} of {id} cannot be believed"));
                continue;
            }
        };
        let mut changes: BTreeMap<&str, usize> = BTreeMap::new();
        for index in 0..u32::try_from(after.list.len()).unwrap_or(u32::MAX) {
            let was = before.list.status(index).unwrap_or(Status::Valid);
            if let Some(now) = after.list.status(index).filter(|now| *now != was) {
                *changes.entry(became(was, now)).or_default() += 1;
            }
        }
        for (what, count) in changes {
            let labels = if count == 1 { "label" } else { "labels" };
            lines.push(format!("{count} {labels} of {id} {what}"));
        }
    }
    for (id, list) in old.status_lists() {
        if !new.status_lists().contains(&(id, list)) {
            lines
                .push(format!("status list {list} of {id} removed: its labels cannot be confirmed any more"));
        }
    }
}

fn became(was: Status, now: Status) -> &'static str {
    match (was, now) {
        (Status::Suspended, Status::Valid) => "in force again",
        (Status::Invalid, Status::Valid) => "in force again, after they were withdrawn",
        (_, Status::Valid) => "in force",
        (_, Status::Suspended) => "suspended",
        (_, Status::Invalid) => "withdrawn",
        (_, Status::ApplicationSpecific) => "given a status without meaning",
    }
}

fn entitled(entitlements: &[Entitlement]) -> String {
    if entitlements.is_empty() {
        return "nothing".to_owned();
    }
    let one = |e: &Entitlement| {
        let levels: Vec<String> = e.levels.iter().map(ToString::to_string).collect();
        format!("{} {}", e.scheme, levels.join(", "))
    };
    entitlements.iter().map(one).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests;
