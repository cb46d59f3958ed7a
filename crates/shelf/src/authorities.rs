//! Specimen authorities.

use verilabel_wire::LinkBase;

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
    /// Its base of links.
    pub(crate) fn link_base(&self) -> Result<LinkBase, MakeError> {
        Ok(LinkBase::new(&format!("https://{}", self.host))?)
    }

    /// Founds it with `init`, which `run` runs.
    pub(crate) fn found(&self, run: &impl Fn(&[&str]) -> Result<String, MakeError>) -> Result<(), MakeError> {
        let name = format!("SPECIMEN authority in place of {}", self.stands_for);
        let (scheme, levels) = self.may_issue;
        let levels: Vec<_> = levels.iter().map(u8::to_string).collect();
        let may_issue = format!("{scheme}:{}", levels.join(","));
        let did = format!("did:web:{}", self.host);
        let identity = ["init", "--id", self.id, "--name", &name, "--host", self.host, "--did", &did];
        run(&[&identity[..], &["--notice", NOTICE, "--may-issue", &may_issue]].concat())?;
        Ok(())
    }
}
