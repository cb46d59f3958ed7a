//! The trust packs of the vectors.

mod forged;

use std::collections::BTreeMap;

use verilabel_label::{IssuerId, LabelClaims, Status, Timestamp};
use verilabel_recognition::Register;
use verilabel_trust::{
    Confirmed, Entitlement, Issuer, IssuerKey, KeyState, PackContents, Product, Purpose, Release,
    RepositoryFile, Role, RoleDefinition, root_metadata,
};
use verilabel_wire::{Profile, Sealed, Sign, StatusList, StatusListToken, seal, sha256, sign_status_list};

use crate::credentials;
use crate::keys::{self, Key};
use crate::messages::time;
use crate::tokens;

/// The authority of most vectors.
pub const SG: &str = "specimen.sg";
/// Places in its list 1.
pub mod index {
    /// Valid.
    pub const VALID: u32 = 0;
    /// Suspended.
    pub const SUSPENDED: u32 = 1;
    /// Withdrawn.
    pub const WITHDRAWN: u32 = 2;
    /// A value without meaning.
    pub const MEANINGLESS: u32 = 3;
    /// Beyond the end.
    pub const BEYOND: u32 = 1_000_000;
}

/// Keys of the specimen authorities, by the name that vectors use.
#[must_use]
pub fn key(name: &str) -> Key {
    match name {
        "sg" | "sg-retired" | "sg-distrusted" | "sg-status-only" | "de" | "kr" => keys::es256(name),
        "colliding-a" => keys::colliding(0),
        "colliding-b" => keys::colliding(1),
        _ => keys::eddsa(name),
    }
}

fn issuer_key(
    name: &str,
    from: &str,
    until: Option<&str>,
    state: KeyState,
    purposes: &[Purpose],
) -> IssuerKey {
    IssuerKey {
        key: key(name).key().clone(),
        from: time(from),
        until: until.map(time),
        state,
        purposes: purposes.to_vec(),
    }
}

fn trusted(name: &str) -> IssuerKey {
    trusted_for(name, &[Purpose::Seal, Purpose::Status])
}

pub(crate) fn trusted_for(name: &str, purposes: &[Purpose]) -> IssuerKey {
    issuer_key(name, "2019-01-01", None, KeyState::Trusted, purposes)
}

/// The host of an issuer's links and lists.
pub(crate) fn host(issuer: &str) -> String {
    format!("label.example.{}", issuer.rsplit('.').next().unwrap_or_default())
}

fn issuer(id: &str, name: &str, keys: Vec<IssuerKey>, may_issue: &[(&str, &[u8])]) -> Issuer {
    let host = host(id);
    Issuer {
        id: id.parse().expect("an issuer id"),
        name: format!("Specimen {name}"),
        notice: Some("SPECIMEN: not issued by any scheme owner".to_owned()),
        did: Some(format!("did:web:{host}").parse().expect("a DID")),
        status_uri: format!("https://{host}/status/"),
        link_hosts: vec![host],
        keys,
        may_issue: entitlements(may_issue),
    }
}

fn entitlements(may_issue: &[(&str, &[u8])]) -> Vec<Entitlement> {
    let entitlement = |(scheme, levels): &(&str, &[u8])| Entitlement {
        scheme: scheme.parse().expect("a scheme"),
        levels: levels.iter().map(|n| (*n).try_into().expect("a level")).collect(),
    };
    may_issue.iter().map(entitlement).collect()
}

/// The label of the stolen key that its issuer has on record, as a seal and as a credential.
fn confirmed() -> Confirmed {
    let (claims, path) = (stolen_but_confirmed(), crate::messages::path(crate::messages::GTIN));
    let key = key("sg-distrusted");
    let seal = seal(&claims, &path, Profile::Named, &key).expect("a key of ours signs");
    let seal = Sealed::<LabelClaims>::parse(&seal, &path).expect("a seal of ours");
    let credential = credentials::signed(&credentials::payload(&claims, &path), &key);
    // What is signed of a JWS is all before its last dot (RFC 7515 §5.1).
    let (signed, _) = credential.rsplit_once('.').expect("three parts");
    [seal.statement(), sha256(signed.as_bytes()).into()].into_iter().collect()
}

/// What the stolen key signed by the issuer's own records.
#[must_use]
pub fn stolen_but_confirmed() -> LabelClaims {
    LabelClaims { issued_at: time("2026-10-01T00:00:00Z"), ..crate::messages::claims(3, index::VALID) }
}

fn issuers() -> Vec<Issuer> {
    let all = [Purpose::Seal, Purpose::Status];
    let sg_keys = vec![
        trusted("sg"),
        trusted("sg-eddsa"),
        issuer_key("sg-retired", "2019-01-01", Some("2025-01-01"), KeyState::Trusted, &all),
        issuer_key("sg-distrusted", "2019-01-01", None, KeyState::Distrusted(confirmed()), &all),
        issuer_key("sg-status-only", "2019-01-01", None, KeyState::Trusted, &[Purpose::Status]),
        trusted("colliding-a"),
        trusted("colliding-b"),
    ];
    vec![
        // Level 5 does not exist in the scheme; scheme xx.unknown does not exist in the register.
        issuer(
            SG,
            "authority of Singapore",
            sg_keys,
            &[("sg.cls-iot", &[1, 2, 3, 4, 5]), ("xx.unknown", &[1])],
        ),
        issuer("specimen.lab", "laboratory", vec![trusted("lab")], &[("sg.cls-iot", &[1, 2])]),
        issuer(
            "specimen.fi",
            "authority of Finland",
            vec![trusted("fi")],
            &[("fi.cybersecurity-label", &[1])],
        ),
        issuer("specimen.de", "authority of Germany", vec![trusted("de")], &[("de.it-sik", &[1])]),
        issuer("specimen.kr", "authority of Korea", vec![trusted("kr")], &[("kr.cic", &[1, 2, 3])]),
        issuer("specimen.jp", "authority of Japan", vec![trusted("jp")], &[("jp.jc-star", &[1, 2, 3, 4])]),
        issuer("specimen.alliance", "alliance", vec![trusted("alliance")], &[("csa-alliance.psv", &[1])]),
    ]
}

/// A status list as a vector wants it.
struct List {
    issuer: &'static str,
    number: u32,
    signer: &'static str,
    /// What the token says it is the list of.
    says: u32,
    issued_at: Timestamp,
    expires: Option<Timestamp>,
}

impl List {
    fn of(issuer: &'static str, number: u32, signer: &'static str) -> Self {
        Self {
            issuer,
            number,
            signer,
            says: number,
            issued_at: time("2026-11-22T06:00:00Z"),
            expires: Some(time("2026-11-29T06:00:00Z")),
        }
    }

    fn token(&self, issuers: &[Issuer]) -> Vec<u8> {
        let issuer = issuers.iter().find(|i| i.id.as_str() == self.issuer).expect("an issuer of the pack");
        let mut list = StatusList::all_valid(64).expect("a small list");
        for (index, status) in [
            (index::SUSPENDED, Status::Suspended),
            (index::WITHDRAWN, Status::Invalid),
            (index::MEANINGLESS, Status::ApplicationSpecific),
        ] {
            list.set(index, status).expect("an entry of the list");
        }
        let token = StatusListToken {
            subject: issuer.status_list_uri(self.says),
            issued_at: self.issued_at,
            expires: self.expires,
            time_to_live: None,
            list,
        };
        sign_status_list(&token, &key(self.signer)).expect("a key of ours signs")
    }
}

pub(crate) fn contents() -> PackContents {
    let issuers = issuers();
    let lists = [
        List::of(SG, 1, "sg"),
        List { issued_at: time("2026-11-01"), expires: Some(time("2026-11-08")), ..List::of(SG, 2, "sg") },
        List { issued_at: time("2026-11-01"), expires: None, ..List::of(SG, 3, "sg") },
        List { issued_at: time("2026-12-01"), expires: Some(time("2026-12-08")), ..List::of(SG, 4, "sg") },
        List::of(SG, 5, "a stranger"),
        List { says: 1, ..List::of(SG, 6, "sg") },
        List::of("specimen.lab", 1, "lab"),
        List::of("specimen.fi", 1, "fi"),
        List::of("specimen.de", 1, "de"),
        List::of("specimen.kr", 1, "kr"),
        List::of("specimen.jp", 1, "jp"),
        List::of("specimen.alliance", 1, "alliance"),
    ];
    let status = lists
        .iter()
        .map(|list| ((list.issuer.parse::<IssuerId>().expect("an id"), list.number), list.token(&issuers)))
        .collect();
    let product = Product {
        label: "CSA/220729/00777".parse().expect("a number"),
        brand: "Lumora".parse().expect("a name"),
        models: vec!["LX-777".parse().expect("a model")],
        manufacturer: "Lumora Devices".parse().expect("a name"),
        category: Some("hub".parse().expect("a category")),
        gtins: vec![crate::messages::GTIN.parse().expect("a GTIN")],
        picture: Some(format!("pictures/{}.webp", "0123456789abcdef".repeat(4)).try_into().expect("a path")),
    };
    let register = Register::published().expect("the register of this project").to_json();
    PackContents {
        register: register.expect("it is written"),
        products: BTreeMap::from([(SG.parse().expect("an id"), vec![product])]),
        issuers,
        status,
    }
}

/// Who holds which role of the packs: two of three root keys, two targets keys.
const ROLES: [(Role, &[&str], u32); 4] = [
    (Role::Root, &["root-1", "root-2", "root-3"], 2),
    (Role::Targets, &["targets-1", "targets-2"], 2),
    (Role::Snapshot, &["snapshot"], 1),
    (Role::Timestamp, &["timestamp"], 1),
];

fn holders(role: Role) -> &'static [&'static str] {
    ROLES.iter().find(|(r, ..)| *r == role).expect("every role is listed").1
}

fn root() -> RepositoryFile {
    let definitions = ROLES
        .iter()
        .map(|(role, names, threshold)| {
            let keys = names.iter().map(|name| keys::eddsa(name).key().clone()).collect();
            (*role, RoleDefinition { keys, threshold: *threshold })
        })
        .collect();
    let signers: Vec<Key> = holders(Role::Root).iter().map(|name| keys::eddsa(name)).collect();
    let signers: Vec<&dyn Sign> = signers.iter().map(|key| -> &dyn Sign { key }).collect();
    let root = root_metadata(1, time("2027-11-01"), &definitions, &signers).expect("a root that stands");
    ("metadata/1.root.json".to_owned(), root)
}

fn release(version: u64, expires: &str, targets_signers: &[&str]) -> Vec<RepositoryFile> {
    release_of(&contents(), version, expires, targets_signers)
}

fn release_of(
    contents: &PackContents,
    version: u64,
    expires: &str,
    targets_signers: &[&str],
) -> Vec<RepositoryFile> {
    let targets = contents.targets().expect("documents that are written");
    let keys: BTreeMap<&str, Key> =
        ROLES.iter().flat_map(|(_, names, _)| names.iter()).map(|name| (*name, keys::eddsa(name))).collect();
    let signers = |role: Role| {
        let names = if role == Role::Targets { targets_signers } else { holders(role) };
        names.iter().map(|name| -> &dyn Sign { &keys[name] }).collect()
    };
    let expires = time(expires);
    let release =
        Release { version, targets: &targets, signers: &signers, expires: &|_| expires, made: None };
    let mut files = vec![root()];
    files.extend(release.files().expect("keys of ours sign"));
    files
}

/// Puts the only signature of metadata beside itself.
fn sign_twice(metadata: &mut Vec<u8>) {
    let at =
        |byte: u8| metadata.iter().position(|b| *b == byte).expect("metadata has an array of signatures");
    let (start, end) = (at(b'[') + 1, at(b']'));
    let again = [b",", &metadata[start..end]].concat();
    metadata.splice(end..end, again);
}

const BOTH: &[&str] = &["targets-1", "targets-2"];

/// Every pack of the vectors by its name.
#[must_use]
pub fn all() -> BTreeMap<&'static str, Vec<RepositoryFile>> {
    let base = release(3, "2027-06-01", BOTH);
    let older = release(2, "2027-06-01", BOTH);
    let replace = |files: &[RepositoryFile], from: &[RepositoryFile], end: &str| -> Vec<RepositoryFile> {
        let (_, bytes) = from.iter().find(|(name, _)| name.ends_with(end)).expect("a file of that name");
        let put = |(name, old): &RepositoryFile| {
            (name.clone(), if name.ends_with(end) { bytes } else { old }.clone())
        };
        files.iter().map(put).collect()
    };
    let mixed = replace(&base, &release(3, "2027-06-02", BOTH), "3.snapshot.json");
    let edit = |end: &str, change: &dyn Fn(&mut Vec<u8>)| -> Vec<RepositoryFile> {
        let mut files = base.clone();
        let (_, bytes) = files.iter_mut().find(|(name, _)| name.ends_with(end)).expect("a file of that name");
        change(bytes);
        files
    };
    let without = |end: &str| base.iter().filter(|(name, _)| !name.ends_with(end)).cloned().collect();
    let mut packs = BTreeMap::from([
        ("older", older),
        ("expired", release(4, "2026-11-20", BOTH)),
        ("mixed", mixed),
        ("one-targets-key", release(4, "2027-06-01", &["targets-1"])),
        ("timestamp-signed-twice", edit("timestamp.json", &sign_twice)),
        ("damaged-register", edit("register.json", &|bytes| bytes[10] ^= 1)),
        ("longer-register", edit("register.json", &|bytes| bytes.push(b' '))),
        ("truncated-timestamp", edit("timestamp.json", &|bytes| bytes.truncate(100))),
        ("tokens", release_of(&tokens::contents(), 3, "2027-06-01", BOTH)),
        ("no-timestamp", without("timestamp.json")),
        ("no-snapshot", without("3.snapshot.json")),
        ("no-register", without("register.json")),
        ("base", base),
    ]);
    packs.extend(forged::all());
    packs
}
