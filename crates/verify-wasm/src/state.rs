//! The pack in use, as a page tells people about it.

use serde::Serialize;
use verilabel_label::Timestamp;
use verilabel_trust::{Issuer, Role, TrustPack};

/// How far the pack's own time may lie ahead before the clock that judges is called wrong: an hour, in seconds.
const CLOCK_TOLERANCE: u64 = 3_600;

/// State of the pack in use, at a time.
#[derive(Debug, Serialize)]
pub struct PackState {
    /// Grows with every state of the pack: the version of its timestamp metadata.
    version: u64,
    /// When it was brought to that state, if it says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    made: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    age_seconds: Option<u64>,
    /// The first expiry among the roles.
    expires: Timestamp,
    roles: Vec<RoleReport>,
    warnings: Vec<Warning>,
    issuers: Vec<IssuerReport>,
}

#[derive(Debug, Serialize)]
struct RoleReport {
    role: &'static str,
    version: u64,
    expires: Timestamp,
}

/// What a person should know about the pack, whatever label is judged.
#[derive(Debug, Serialize)]
struct Warning {
    code: &'static str,
    text: String,
}

#[derive(Debug, Serialize)]
struct IssuerReport {
    id: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<String>,
}

impl PackState {
    pub(crate) fn of(pack: &TrustPack, at: Timestamp) -> Self {
        let accepted = pack.accepted();
        let roles = accepted.roles();
        let made = accepted.made();
        Self {
            version: roles.iter().find(|r| r.role == Role::Timestamp).map_or(0, |r| r.version),
            made,
            age_seconds: made.map(|made| at.seconds_since(made)),
            expires: roles.iter().map(|role| role.expires).min().unwrap_or(Timestamp::MAX),
            roles: roles
                .iter()
                .map(|r| RoleReport { role: r.role.name(), version: r.version, expires: r.expires })
                .collect(),
            warnings: warnings(pack, at),
            issuers: pack.issuers().iter().map(IssuerReport::of).collect(),
        }
    }
}

fn warnings(pack: &TrustPack, at: Timestamp) -> Vec<Warning> {
    let accepted = pack.accepted();
    let clock = accepted.made().filter(|made| made.seconds_since(at) > CLOCK_TOLERANCE).map(|made| Warning {
        code: "clock-behind",
        text: format!("the clock says {at}, and the trust pack was made at {made}: set the clock"),
    });
    let expired = accepted.roles().iter().filter(|role| role.expires <= at).map(|role| Warning {
        code: "pack-expired",
        text: format!("{} of the trust pack was good until {}", role.role.name(), role.expires),
    });
    let partners = pack.partner_troubles().iter().map(|trouble| Warning {
        code: trouble.code,
        text: format!("the part of {} is not used: {}", trouble.role, trouble.text),
    });
    clock.into_iter().chain(expired).chain(partners).collect()
}

impl IssuerReport {
    fn of(issuer: &Issuer) -> Self {
        Self { id: issuer.id.to_string(), name: issuer.name.clone(), notice: issuer.notice.clone() }
    }
}
