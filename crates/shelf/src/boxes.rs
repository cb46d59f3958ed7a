//! The boxes, and what is due for each.

/// A box on the shelf.
#[derive(Debug)]
pub struct SpecimenBox {
    /// Its file, without ending.
    pub file: &'static str,
    /// What a person should know about it.
    pub story: &'static str,
    /// Who minted its label.
    pub authority: &'static str,
    /// Scheme, specification version, level.
    pub award: (&'static str, &'static str, u8),
    /// Category of the register.
    pub category: &'static str,
    /// Brand, model, manufacturer.
    pub names: (&'static str, &'static str, &'static str),
    /// Serial number of a unit label.
    pub serial: Option<&'static str>,
    /// What befell it.
    pub fate: Fate,
    /// What is due.
    pub due: Due,
}

/// What befell a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Nothing: awarded some months ago, in its dates.
    InForce,
    /// Its dates are over.
    Expired,
    /// Suspended after it was minted.
    Suspended,
    /// Withdrawn after it was minted.
    Withdrawn,
    /// Its level was raised in the link, by somebody without a key.
    LevelRaised,
    /// Its seal was taken from the box of that file.
    SealOf(&'static str),
    /// An authority signed what it may not award.
    BeyondEntitlement,
    /// Awarded on that day, which lies before the scheme's end.
    AwardedOn(&'static str),
    /// Dated that day, which lies after the scheme's end.
    DatedAfterTheEnd(&'static str),
}

/// Exit code and code of the verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// The same whatever is asked.
    Always(u8, &'static str),
    /// In force; and in each of [`MARKETS`](crate::MARKETS), the code of an exit with 14, or `""` where the label
    /// counts.
    InForce([&'static str; 5]),
}

impl Due {
    /// What is due if that market is asked for, or none.
    #[must_use]
    pub fn for_market(self, market: Option<usize>) -> (u8, &'static str) {
        match (self, market) {
            (Self::Always(exit, code), _) => (exit, code),
            (Self::InForce(codes), Some(market)) => match codes.get(market).copied() {
                Some("") | None => (0, "in-force"),
                Some(code) => (14, code),
            },
            (Self::InForce(_), None) => (0, "in-force"),
        }
    }
}

const NONE: &str = "no-arrangement";
const LOW: &str = "level-too-low";
const NOT_INSIDE: &str = "category-not-known-inside";
const APPLICATION: &str = "simplified-application-only";
const ENDED: &str = "target-scheme-ended";

const CLS: (&str, &str) = ("sg.cls-iot", "1.4");

/// The shelf.                                                            SG GB DE KR FI
pub const SHELF: [SpecimenBox; 19] = [
    SpecimenBox {
        file: "01-cls-1-router",
        story: "a Wi-Fi router at level 1, as Singapore demands",
        authority: "specimen.sg",
        award: (CLS.0, CLS.1, 1),
        category: "router",
        names: ("Kopi", "Mesh AX3", "Kopi Networks Pte Ltd"),
        serial: None,
        fate: Fate::InForce,
        due: Due::InForce(["", NOT_INSIDE, LOW, LOW, LOW]),
    },
    SpecimenBox {
        file: "02-cls-2-camera",
        story: "a camera at level 2",
        authority: "specimen.sg",
        award: (CLS.0, CLS.1, 2),
        category: "camera",
        names: ("Lumora", "Eye 2", "Lumora Devices Pte Ltd"),
        serial: None,
        fate: Fate::InForce,
        due: Due::InForce(["", NOT_INSIDE, APPLICATION, LOW, LOW]),
    },
    SpecimenBox {
        file: "03-cls-3-hub",
        story: "a hub at level 3, recognised in Korea and by British law",
        authority: "specimen.sg",
        award: (CLS.0, CLS.1, 3),
        category: "hub",
        names: ("Lumora", "Hub One", "Lumora Devices Pte Ltd"),
        serial: None,
        fate: Fate::InForce,
        due: Due::InForce(["", "", APPLICATION, "", ENDED]),
    },
    SpecimenBox {
        file: "04-cls-4-alarm",
        story: "an alarm at level 4",
        authority: "specimen.sg",
        award: (CLS.0, CLS.1, 4),
        category: "alarm",
        names: ("Ketam", "Siren Pro", "Ketam Security Pte Ltd"),
        serial: None,
        fate: Fate::InForce,
        due: Due::InForce(["", "", NOT_INSIDE, "", ENDED]),
    },
    SpecimenBox {
        file: "05-expired",
        story: "its dates are over",
        authority: "specimen.sg",
        award: (CLS.0, CLS.1, 2),
        category: "camera",
        names: ("Lumora", "Eye 1", "Lumora Devices Pte Ltd"),
        serial: None,
        fate: Fate::Expired,
        due: Due::Always(12, "expired"),
    },
    SpecimenBox {
        file: "06-suspended",
        story: "suspended by its authority",
        authority: "specimen.sg",
        award: (CLS.0, CLS.1, 3),
        category: "hub",
        names: ("Merah", "Gate 5", "Merah Home Pte Ltd"),
        serial: None,
        fate: Fate::Suspended,
        due: Due::Always(11, "suspended"),
    },
    SpecimenBox {
        file: "07-withdrawn",
        story: "withdrawn by its authority",
        authority: "specimen.sg",
        award: (CLS.0, CLS.1, 1),
        category: "router",
        names: ("Merah", "Air 4", "Merah Home Pte Ltd"),
        serial: None,
        fate: Fate::Withdrawn,
        due: Due::Always(11, "withdrawn"),
    },
    SpecimenBox {
        file: "08-level-raised",
        story: "somebody made level 2 a level 4",
        authority: "specimen.sg",
        award: (CLS.0, CLS.1, 2),
        category: "plug",
        names: ("Biru", "Plug Mini", "Biru Electric Pte Ltd"),
        serial: None,
        fate: Fate::LevelRaised,
        due: Due::Always(10, "bad-signature"),
    },
    SpecimenBox {
        file: "09-moved-seal",
        story: "the seal of box 03 on another product",
        authority: "specimen.sg",
        award: (CLS.0, CLS.1, 3),
        category: "hub",
        names: ("Nameless", "Hub 1", "unknown"),
        serial: None,
        fate: Fate::SealOf("03-cls-3-hub"),
        due: Due::Always(10, "bad-signature"),
    },
    SpecimenBox {
        file: "10-unknown-issuer",
        story: "signed by an authority that the trust pack does not know",
        authority: "specimen.stranger",
        award: (CLS.0, CLS.1, 4),
        category: "door-lock",
        names: ("Far Shore", "Lock 7", "Far Shore Inc"),
        serial: None,
        fate: Fate::InForce,
        due: Due::Always(13, "issuer-unknown"),
    },
    SpecimenBox {
        file: "11-beyond-levels",
        story: "level 4 from an authority for levels 1 and 2",
        authority: "specimen.sg-lab",
        award: (CLS.0, CLS.1, 4),
        category: "camera",
        names: ("Lumora", "Eye Max", "Lumora Devices Pte Ltd"),
        serial: None,
        fate: Fate::BeyondEntitlement,
        due: Due::Always(10, "issuer-not-entitled"),
    },
    SpecimenBox {
        file: "12-fi-before-the-end",
        story: "a Finnish label awarded before the scheme's end",
        authority: "specimen.fi",
        award: ("fi.cybersecurity-label", "specimen", 1),
        category: "speaker",
        names: ("Kuusi", "Kaiku", "Kuusi Audio Oy"),
        serial: None,
        fate: Fate::AwardedOn("2025-06-02"),
        due: Due::InForce(["", NONE, NONE, NONE, ""]),
    },
    SpecimenBox {
        file: "13-fi-after-the-end",
        story: "a Finnish label dated after the scheme's end",
        authority: "specimen.fi",
        award: ("fi.cybersecurity-label", "specimen", 1),
        category: "speaker",
        names: ("Kuusi", "Kaiku 2", "Kuusi Audio Oy"),
        serial: None,
        fate: Fate::DatedAfterTheEnd("2025-09-01"),
        due: Due::Always(13, "awarded-after-scheme-ended"),
    },
    SpecimenBox {
        file: "14-de-television",
        story: "a German label inside the scope of two arrangements",
        authority: "specimen.de",
        award: ("de.it-sik", "specimen", 1),
        category: "tv",
        names: ("Falkner", "Panorama 55", "Falkner Werke GmbH"),
        serial: None,
        fate: Fate::InForce,
        due: Due::InForce(["", NONE, "", "", NONE]),
    },
    SpecimenBox {
        file: "15-de-door-lock",
        story: "a German label outside the scope",
        authority: "specimen.de",
        award: ("de.it-sik", "specimen", 1),
        category: "door-lock",
        names: ("Falkner", "Riegel 3", "Falkner Werke GmbH"),
        serial: None,
        fate: Fate::InForce,
        due: Due::InForce([NOT_INSIDE, NONE, "", NOT_INSIDE, NONE]),
    },
    SpecimenBox {
        file: "16-kr-basic",
        story: "a Korean label, Basic",
        authority: "specimen.kr",
        award: ("kr.cic", "specimen", 2),
        category: "hub",
        names: ("Haneul", "Bridge S", "Haneul Electronics"),
        serial: None,
        fate: Fate::InForce,
        due: Due::InForce(["", NONE, NOT_INSIDE, "", NONE]),
    },
    SpecimenBox {
        file: "17-kr-lite",
        story: "a Korean label, Lite",
        authority: "specimen.kr",
        award: ("kr.cic", "specimen", 1),
        category: "hub",
        names: ("Haneul", "Bridge Lite", "Haneul Electronics"),
        serial: None,
        fate: Fate::InForce,
        due: Due::InForce([LOW, NONE, LOW, "", NONE]),
    },
    SpecimenBox {
        file: "18-psv",
        story: "an industry mark whose level mapping is not published",
        authority: "specimen.alliance",
        award: ("csa-alliance.psv", "1.0", 1),
        category: "lighting",
        names: ("Glimmer", "Bulb E27", "Glimmer Lighting Ltd"),
        serial: None,
        fate: Fate::InForce,
        due: Due::InForce(["level-mapping-unpublished", NONE, NONE, NONE, NONE]),
    },
    SpecimenBox {
        file: "19-unit-label",
        story: "a label for one box: its serial number is signed",
        authority: "specimen.sg",
        award: (CLS.0, CLS.1, 3),
        category: "hub",
        names: ("Lumora", "Hub One", "Lumora Devices Pte Ltd"),
        serial: Some("LX3-000042"),
        fate: Fate::InForce,
        due: Due::InForce(["", "", APPLICATION, "", ENDED]),
    },
];
