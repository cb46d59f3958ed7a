//! Specimen authorities.

use verilabel_label::Level;
use verilabel_trust::{Entitlement, Issuer};

use crate::NOTICE;
use crate::make::MakeError;

/// An authority that stands in for a scheme owner.
#[derive(Debug)]
pub struct SpecimenAuthority {
    /// Its id in the trust pack.
    pub id: &'static str,
    /// Whom it stands in for.
    pub stands_for: &'static str,
    /// The host of its links.
    pub host: &'static str,
    /// What it may award.
    pub may_issue: (&'static str, &'static [u8]),
    /// Whether the trust pack knows it.
    pub known: bool,
}

/// All of them.
pub const AUTHORITIES: [SpecimenAuthority; 7] = [
    SpecimenAuthority {
        id: "specimen.sg",
        stands_for: "the Cyber Security Agency of Singapore",
        host: "label.example.sg",
        may_issue: ("sg.cls-iot", &[1, 2, 3, 4]),
        known: true,
    },
    SpecimenAuthority {
        id: "specimen.sg-lab",
        stands_for: "a delegate of the Cyber Security Agency of Singapore for levels 1 and 2",
        host: "lab.example.sg",
        may_issue: ("sg.cls-iot", &[1, 2]),
        known: true,
    },
    SpecimenAuthority {
        id: "specimen.fi",
        stands_for: "Traficom",
        host: "label.example.fi",
        may_issue: ("fi.cybersecurity-label", &[1]),
        known: true,
    },
    SpecimenAuthority {
        id: "specimen.de",
        stands_for: "the BSI",
        host: "label.example.de",
        may_issue: ("de.it-sik", &[1]),
        known: true,
    },
    SpecimenAuthority {
        id: "specimen.kr",
        stands_for: "KISA",
        host: "label.example.kr",
        may_issue: ("kr.cic", &[1, 2, 3]),
        known: true,
    },
    SpecimenAuthority {
        id: "specimen.alliance",
        stands_for: "the Connectivity Standards Alliance",
        host: "psv.example.org",
        may_issue: ("csa-alliance.psv", &[1]),
        known: true,
    },
    SpecimenAuthority {
        id: "specimen.stranger",
        stands_for: "an authority that the trust pack does not know",
        host: "label.example.com",
        may_issue: ("sg.cls-iot", &[1, 2, 3, 4]),
        known: false,
    },
];

impl SpecimenAuthority {
    /// Its document, without keys yet.
    ///
    /// # Errors
    /// None, as long as the constants above are sound.
    pub fn issuer(&self) -> Result<Issuer, MakeError> {
        let (scheme, levels) = self.may_issue;
        Ok(Issuer {
            id: self.id.parse()?,
            name: format!("SPECIMEN authority in place of {}", self.stands_for),
            notice: Some(NOTICE.to_owned()),
            link_hosts: vec![self.host.to_owned()],
            did: None,
            status_uri: format!("https://{}/status/", self.host),
            keys: Vec::new(),
            may_issue: vec![Entitlement {
                scheme: scheme.parse()?,
                levels: levels.iter().map(|n| Level::new(*n)).collect::<Result<_, _>>()?,
            }],
        })
    }
}
