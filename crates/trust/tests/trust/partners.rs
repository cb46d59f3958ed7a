//! Agency A entrusts agency B with B's own issuer, and nothing else.

use std::collections::BTreeMap;

use crate::common::{Holders, Memory, NOW, key, time};
use verilabel_label::Timestamp;
use verilabel_recognition::Register;
use verilabel_trust::{
    Assembly, Client, DelegatedRole, Entitlement, Expiry, Issuer, IssuerKey, KeyState, MemoryStore,
    PackContents, Partner, PublishError, Purpose, Role, RoleDefinition, SignedPart, TargetsPart, TrustPack,
};
use verilabel_wire::{Sign, SigningKey, StatusList, StatusListToken, sign_status_list};

const A: &str = "specimen.sg";
const B: &str = "specimen.fi";

fn issuer(id: &str, keys: &[u8], levels: &[u8]) -> Issuer {
    Issuer {
        id: id.parse().unwrap(),
        name: format!("Specimen {id}"),
        did: None,
        notice: None,
        link_hosts: vec!["label.example".to_owned()],
        status_uri: format!("https://label.example/{id}/"),
        keys: keys
            .iter()
            .map(|n| IssuerKey {
                key: key(*n).key().clone(),
                from: time("2020-01-01"),
                until: None,
                state: KeyState::Trusted,
                purposes: vec![Purpose::Seal, Purpose::Status],
            })
            .collect(),
        may_issue: vec![entitlement("fi.cybersecurity-label", &[1]), entitlement("sg.cls-iot", levels)],
    }
}

fn entitlement(scheme: &str, levels: &[u8]) -> Entitlement {
    Entitlement {
        scheme: scheme.parse().unwrap(),
        levels: levels.iter().map(|n| (*n).try_into().unwrap()).collect(),
    }
}

/// The two agencies, with what each last handed in.
struct Agencies {
    memory: Memory,
    roles: BTreeMap<String, Vec<u8>>,
    version: u64,
}

impl Agencies {
    /// A lists B as a partner; B has handed in its issuer with one status list.
    fn new() -> Self {
        let memory = Memory::default();
        memory.put("metadata/1.root.json", Holders::new().root(1, &[1, 2], "2028-01-01"));
        let mut agencies = Self { memory, roles: BTreeMap::new(), version: 0 };
        agencies.a(1, true);
        agencies.b(1, &[51], "2026-11-21");
        agencies.assemble().unwrap();
        agencies
    }

    fn partner() -> Partner {
        Partner { id: B.parse().unwrap(), may_issue: vec![entitlement("fi.cybersecurity-label", &[1, 2])] }
    }

    fn delegation() -> DelegatedRole {
        Self::partner().delegation(RoleDefinition { keys: vec![key(41).key().clone()], threshold: 1 })
    }

    /// A's part, with its two keys.
    fn a(&mut self, version: u64, with_partner: bool) {
        let contents = PackContents {
            register: Register::published().unwrap().to_json().unwrap(),
            issuers: vec![issuer(A, &[50], &[1, 2, 3, 4])],
            ..PackContents::default()
        };
        let mut targets = contents.targets().unwrap();
        let delegations = if with_partner {
            targets.extend([Self::partner().target().unwrap()]);
            vec![Self::delegation()]
        } else {
            self.roles.remove("partner-specimen.fi");
            Vec::new()
        };
        self.hand_in("targets", version, &targets, &delegations, &[11, 12]);
    }

    /// B's part, with B's key alone.
    fn b(&mut self, version: u64, keys: &[u8], issued_at: &str) {
        let issuer = issuer(B, keys, &[4]);
        let token = StatusListToken {
            subject: issuer.status_list_uri(1),
            issued_at: time(issued_at),
            expires: Some(time("2026-12-01")),
            time_to_live: None,
            list: StatusList::all_valid(8).unwrap(),
        };
        let status = sign_status_list(&token, &key(keys[0])).unwrap();
        let contents = PackContents {
            status: BTreeMap::from([((issuer.id.clone(), 1), status)]),
            issuers: vec![issuer],
            ..PackContents::default()
        };
        let mut targets = contents.targets().unwrap();
        targets.remove("register.json");
        self.hand_in("partner-specimen.fi", version, &targets, &[], &[41]);
    }

    fn hand_in(
        &mut self,
        role: &str,
        version: u64,
        targets: &BTreeMap<String, Vec<u8>>,
        delegations: &[DelegatedRole],
        signers: &[u8],
    ) {
        let keys: Vec<SigningKey> = signers.iter().map(|n| key(*n)).collect();
        let signers: Vec<&dyn Sign> = keys.iter().map(|k| -> &dyn Sign { k }).collect();
        let part =
            TargetsPart { version, expires: time("2027-01-01"), targets, delegations, signers: &signers };
        let SignedPart { metadata, files } = part.sign().unwrap();
        for (name, bytes) in files {
            self.memory.put(&name, bytes);
        }
        self.roles.insert(role.to_owned(), metadata);
    }

    /// A new snapshot and timestamp, with the two online keys.
    fn assemble(&mut self) -> Result<(), PublishError> {
        let previous =
            (self.version > 0).then(|| self.memory.get(&format!("metadata/{}.snapshot.json", self.version)));
        let keys = BTreeMap::from([(Role::Snapshot, key(21)), (Role::Timestamp, key(31))]);
        let signers = |role: Role| keys.get(&role).map(|key| -> &dyn Sign { key }).into_iter().collect();
        let version = self.version + 1;
        let assembly = Assembly {
            version,
            roles: &self.roles,
            previous: previous.as_deref(),
            signers: &signers,
            expires: &|_| time("2027-01-01"),
            made: None,
        };
        for (name, bytes) in assembly.files()? {
            self.memory.put(&name, bytes);
        }
        self.version = version;
        Ok(())
    }

    fn client(&self) -> Client<MemoryStore> {
        Client::open(MemoryStore::default(), &self.memory.get("metadata/1.root.json")).unwrap()
    }

    fn open(&self, client: &mut Client<MemoryStore>) -> TrustPack {
        let accepted = client.update(&self.memory, time(NOW), Expiry::Refuse).unwrap();
        TrustPack::open(accepted, &self.memory).unwrap()
    }
}

fn ids(pack: &TrustPack) -> Vec<&str> {
    pack.issuers().iter().map(|issuer| issuer.id.as_str()).collect()
}

fn list_made(pack: &TrustPack) -> Timestamp {
    let issuer = pack.issuers().iter().find(|issuer| issuer.id.as_str() == B).unwrap();
    pack.status_list(issuer, 1).unwrap().issued_at
}

#[test]
fn a_partner_speaks_for_its_own_issuer_within_what_the_owner_allows() {
    let agencies = Agencies::new();
    let pack = agencies.open(&mut agencies.client());
    assert_eq!((ids(&pack), pack.partner_troubles()), (vec![A, B], &[][..]));
    assert_eq!(pack.partners(), [Agencies::partner()]);
    // B claims a scheme of A's, and A allows a level that B does not claim.
    assert_eq!(pack.issuers()[1].may_issue, [entitlement("fi.cybersecurity-label", &[1])]);
    assert_eq!(list_made(&pack), time("2026-11-21"));
}

#[test]
fn a_partner_brings_its_part_up_to_date_alone() {
    let mut agencies = Agencies::new();
    let mut client = agencies.client();
    agencies.open(&mut client);
    agencies.b(2, &[52, 51], "2026-11-22");
    agencies.assemble().unwrap();
    let pack = agencies.open(&mut client);
    assert_eq!(list_made(&pack), time("2026-11-22"));
    assert_eq!(pack.issuers()[1].keys.len(), 2);
    let role = pack.partner_role(&pack.issuers()[1]).unwrap();
    assert_eq!(role.role, "partner-specimen.fi");
    assert_eq!(role.state, Ok((2, time("2027-01-01"))));
    assert_eq!(pack.partner_role(&pack.issuers()[0]), None);
    // What B had before is not published again.
    agencies.b(1, &[51], "2026-11-21");
    assert!(matches!(agencies.assemble(), Err(PublishError::Older { found: 1, before: 2, .. })));
}

#[test]
fn a_partner_that_is_dropped_is_unknown_at_once() {
    let mut agencies = Agencies::new();
    let mut client = agencies.client();
    agencies.open(&mut client);
    agencies.a(2, false);
    agencies.assemble().unwrap();
    let pack = agencies.open(&mut client);
    assert_eq!((ids(&pack), pack.partners().len()), (vec![A], 0));
    assert_eq!(pack.keys_named(&key(51).key().id()).count(), 0);
}

#[test]
fn a_partner_signs_with_its_own_keys_or_is_left_out() {
    let mut agencies = Agencies::new();
    agencies.hand_in("partner-specimen.fi", 2, &BTreeMap::new(), &[], &[42]);
    assert!(
        matches!(agencies.assemble(), Err(PublishError::Refused(error)) if error.code() == "pack-too-few-signatures")
    );
}

#[test]
fn a_partner_cannot_leave_its_paths() {
    let mut agencies = Agencies::new();
    let stray = BTreeMap::from([("issuers/specimen.sg.json".to_owned(), b"{}".to_vec())]);
    agencies.hand_in("partner-specimen.fi", 2, &stray, &[], &[41]);
    assert!(matches!(agencies.assemble(), Err(PublishError::OutsidePaths { .. })));
}

#[test]
fn what_is_wrong_with_a_partner_is_said_and_takes_nothing_of_the_owner() {
    // B lists A's key as its own.
    let mut agencies = Agencies::new();
    agencies.b(2, &[50], "2026-11-21");
    agencies.assemble().unwrap();
    let pack = agencies.open(&mut agencies.client());
    assert_eq!((ids(&pack), pack.partner_troubles()[0].code), (vec![A], "pack-document"));
    assert_eq!(pack.keys_named(&key(50).key().id()).count(), 1);
    // B gives itself A's name, or A's DID.
    for pose in [
        |b: &mut Issuer| b.name = " SPECIMEN specimen.sg".to_owned(),
        |b: &mut Issuer| b.name = "Specimen\u{a0}spe\u{200d}cimen.sg".to_owned(),
        |b: &mut Issuer| b.status_uri = format!("https://label.example/{A}/"),
    ] {
        let mut agencies = Agencies::new();
        let mut b = issuer(B, &[51], &[3]);
        pose(&mut b);
        let document = BTreeMap::from([(format!("issuers/{B}.json"), b.to_json().unwrap())]);
        agencies.hand_in("partner-specimen.fi", 2, &document, &[], &[41]);
        agencies.assemble().unwrap();
        let pack = agencies.open(&mut agencies.client());
        assert_eq!((ids(&pack), pack.partner_troubles()[0].code), (vec![A], "pack-document"));
    }
    // A mirror lost B's status list.
    let agencies = Agencies::new();
    let accepted = agencies.client().update(&agencies.memory, time(NOW), Expiry::Refuse).unwrap();
    let stored = accepted.stored_path("status/specimen.fi/1.cwt").unwrap();
    agencies.memory.files.borrow_mut().remove(&format!("targets/{stored}"));
    let pack = TrustPack::open(accepted, &agencies.memory).unwrap();
    assert_eq!((ids(&pack), pack.partner_troubles()[0].code), (vec![A], "pack-incomplete"));
}

/// A key is listed without proof of having it: whoever lists another's must not decide about the other's labels.
#[test]
fn a_key_that_two_partners_list_is_nobodys() {
    const C: &str = "specimen.kr";
    // Whoever takes all of another's keys may well take its name, too.
    for name in ["Specimen specimen.fi", "Specimen specimen.kr"] {
        let mut agencies = Agencies::new();
        let c = Partner { id: C.parse().unwrap(), ..Agencies::partner() };
        let role = c.delegation(RoleDefinition { keys: vec![key(42).key().clone()], threshold: 1 });
        let contents = PackContents {
            register: Register::published().unwrap().to_json().unwrap(),
            issuers: vec![issuer(A, &[50], &[1])],
            ..PackContents::default()
        };
        let mut targets = contents.targets().unwrap();
        targets.extend([Agencies::partner().target().unwrap(), c.target().unwrap()]);
        agencies.hand_in("targets", 2, &targets, &[Agencies::delegation(), role], &[11, 12]);
        let document = |issuer: Issuer| {
            BTreeMap::from([(format!("issuers/{}.json", issuer.id), issuer.to_json().unwrap())])
        };
        let b = Issuer { name: name.to_owned(), ..issuer(B, &[51, 52, 53], &[4]) };
        agencies.hand_in("partner-specimen.fi", 2, &document(b), &[], &[41]);
        let c = document(issuer(C, &[53, 54, 52], &[4]));
        agencies.hand_in("partner-specimen.kr", 1, &c, &[], &[42]);
        agencies.assemble().unwrap();
        let pack = agencies.open(&mut agencies.client());
        assert_eq!(ids(&pack), [A, B]);
        let [trouble] = pack.partner_troubles() else { panic!("{:?}", pack.partner_troubles()) };
        assert_eq!((trouble.role.as_str(), trouble.code), ("partner-specimen.kr", "pack-document"));
        assert_eq!(trouble.other, Some(B.parse().unwrap()));
        let holders = [50, 51, 52, 53, 54].map(|n| pack.keys_named(&key(n).key().id()).count());
        assert_eq!(holders, [1, 1, 0, 0, 0], "{name}");
    }
}

/// What is wrong below a partner's role is that partner's, whomever it names.
#[test]
fn a_partner_cannot_blame_another() {
    let mut agencies = Agencies::new();
    let paths = vec![format!("status/{B}/*")];
    let of_another =
        DelegatedRole { name: "partner-specimen.kr".to_owned(), paths, ..Agencies::delegation() };
    agencies.hand_in("partner-specimen.fi", 2, &BTreeMap::new(), &[of_another], &[41]);
    agencies.assemble().unwrap();
    let pack = agencies.open(&mut agencies.client());
    let blamed: Vec<&str> = pack.partner_troubles().iter().map(|trouble| trouble.role.as_str()).collect();
    assert_eq!(blamed, ["partner-specimen.fi"]);
}

#[test]
fn a_partners_role_stands_below_none_of_the_owners() {
    let mut agencies = Agencies::new();
    let group = DelegatedRole { name: "group".to_owned(), ..own_role() };
    let contents = PackContents {
        register: Register::published().unwrap().to_json().unwrap(),
        ..PackContents::default()
    };
    agencies.roles.clear();
    agencies.hand_in("targets", 2, &contents.targets().unwrap(), &[group], &[11, 12]);
    agencies.hand_in("group", 1, &BTreeMap::new(), &[Agencies::delegation()], &[60]);
    agencies.hand_in("partner-specimen.fi", 2, &BTreeMap::new(), &[], &[41]);
    agencies.assemble().unwrap();
    let accepted = agencies.client().update(&agencies.memory, time(NOW), Expiry::Refuse).unwrap();
    let refused = TrustPack::open(accepted, &agencies.memory).unwrap_err();
    assert!(refused.to_string().contains("stands below"), "{refused}");
}

/// Roles beyond those that are looked at are not passed over in silence.
#[test]
fn more_roles_than_are_looked_at_are_trouble() {
    let roles = |n: usize, path: &str| -> Vec<DelegatedRole> {
        let name = |n| DelegatedRole { name: format!("r{n}"), paths: vec![path.to_owned()], ..own_role() };
        (0..n).map(name).collect()
    };
    let mut agencies = Agencies::new();
    let lists = format!("status/{B}/*");
    agencies.hand_in("partner-specimen.fi", 2, &BTreeMap::new(), &roles(256, &lists), &[41]);
    agencies.assemble().unwrap();
    let pack = agencies.open(&mut agencies.client());
    let last = pack.partner_troubles().last().unwrap();
    assert!(last.text.contains("more roles") && last.role == "partner-specimen.fi", "{last:?}");
}

#[test]
fn a_partner_without_the_owners_word_is_left_out() {
    let mut agencies = Agencies::new();
    let contents = PackContents {
        register: Register::published().unwrap().to_json().unwrap(),
        ..PackContents::default()
    };
    let delegations = [Agencies::delegation()];
    agencies.hand_in("targets", 2, &contents.targets().unwrap(), &delegations, &[11, 12]);
    agencies.assemble().unwrap();
    let pack = agencies.open(&mut agencies.client());
    assert!(pack.issuers().is_empty());
    assert_eq!(pack.partner_troubles()[0].code, "pack-document");
}

#[test]
fn a_partner_with_endless_patterns_is_left_out() {
    let mut agencies = Agencies::new();
    let paths = (0..1_025).map(|n| format!("status/{B}/{n}.cwt")).collect();
    let delegations = [DelegatedRole { name: "lists".to_owned(), paths, ..Agencies::delegation() }];
    agencies.hand_in("partner-specimen.fi", 2, &BTreeMap::new(), &delegations, &[41]);
    agencies.assemble().unwrap();
    let pack = agencies.open(&mut agencies.client());
    assert_eq!((ids(&pack), pack.partner_troubles()[0].code), (vec![A], "pack-too-many-patterns"));
}

/// A's own role for its status lists.
fn own_role() -> DelegatedRole {
    DelegatedRole {
        name: "status-specimen.sg".to_owned(),
        definition: RoleDefinition { keys: vec![key(60).key().clone()], threshold: 1 },
        paths: vec!["status/specimen.sg/*".to_owned()],
        terminating: true,
    }
}

/// A, whose status lists a role of its own signs, and B.
fn with_own_role() -> Agencies {
    let mut agencies = Agencies::new();
    let contents = PackContents {
        register: Register::published().unwrap().to_json().unwrap(),
        issuers: vec![issuer(A, &[50], &[1, 2, 3, 4])],
        ..PackContents::default()
    };
    let mut targets = contents.targets().unwrap();
    targets.extend([Agencies::partner().target().unwrap()]);
    agencies.hand_in("targets", 2, &targets, &[own_role(), Agencies::delegation()], &[11, 12]);
    let list = BTreeMap::from([("status/specimen.sg/1.cwt".to_owned(), b"a list".to_vec())]);
    agencies.hand_in("status-specimen.sg", 1, &list, &[], &[60]);
    agencies.assemble().unwrap();
    agencies
}

#[test]
fn a_role_of_the_owners_is_the_owners_word() {
    let agencies = with_own_role();
    let mut client = agencies.client();
    let pack = agencies.open(&mut client);
    assert_eq!((ids(&pack), pack.status_lists().len()), (vec![A, B], 2));
    assert!(pack.partner_troubles().is_empty());
    // A mirror that loses it, or its list, does not turn what is known into what is not.
    for lost in ["metadata/1.status-specimen.sg.json", "targets/status/specimen.sg/"] {
        let agencies = with_own_role();
        agencies.memory.files.borrow_mut().retain(|name, _| !name.starts_with(lost));
        let accepted = agencies.client().update(&agencies.memory, time(NOW), Expiry::Refuse).unwrap();
        assert_eq!(
            TrustPack::open(accepted, &agencies.memory).unwrap_err().code(),
            "pack-incomplete",
            "{lost}"
        );
    }
    // Nor does one that holds it back until it expires.
    let accepted = agencies.client().update(&agencies.memory, time("2027-02-01"), Expiry::Report).unwrap();
    assert!(TrustPack::open(accepted, &agencies.memory).is_ok(), "offline it goes on serving");
}

#[test]
fn a_role_below_a_partner_is_the_partners_whatever_it_is_called() {
    for name in ["lists", "status-specimen.sg"] {
        let mut agencies = with_own_role();
        let paths = vec![format!("status/{B}/*")];
        let below = DelegatedRole { name: name.to_owned(), paths, ..Agencies::delegation() };
        agencies.hand_in("partner-specimen.fi", 2, &BTreeMap::new(), &[below], &[41]);
        agencies.assemble().unwrap();
        let pack = agencies.open(&mut agencies.client());
        assert_eq!((ids(&pack), pack.partner_troubles().len()), (vec![A], 1), "{name}");
        let own = &pack.issuers()[0];
        assert!(
            pack.status_list(own, 1).unwrap_err().code() != "status-list-missing",
            "A's own list is there"
        );
    }
}
