//! Packs with later roots, with delegations, and with one fault each. Metadata is written and signed here a second
//! time, independently of the library, which would refuse to write most of it.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use verilabel_trust::{Issuer, Partner, RepositoryFile};
use verilabel_wire::{Sign, sha256};

use super::{List, ROLES, SG, contents, entitlements, issuer, root, trusted};
use crate::credentials::text;
use crate::keys;

/// The issuer of the partner.
const PARTNER: &str = "specimen.partner";
const EXPIRED: &str = "2026-11-20T00:00:00Z";

/// Whose key id stands at a signature, and whose key made it.
type By = (&'static str, &'static str);
type Documents = BTreeMap<String, Vec<u8>>;
type Change = Box<dyn Fn(&str, &mut Value)>;

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|n| char::from_digit(n.into(), 16))
        .collect()
}

fn key_entry(name: &str) -> Value {
    let public = hex(keys::eddsa(name).key().raw());
    json!({"keytype": "ed25519", "scheme": "ed25519", "keyval": {"public": public}})
}

fn key_id(name: &str) -> String {
    hex(&sha256(text(&key_entry(name)).as_bytes()))
}

/// Metadata over its canonical form; all texts here have one that is their JSON.
fn metadata(signed: &Value, by: &[By]) -> Vec<u8> {
    let message = text(signed);
    let signature = |(id, signer): &By| {
        let signature = keys::eddsa(signer).sign(message.as_bytes()).expect("a key of ours signs");
        json!({"keyid": key_id(id), "sig": hex(&signature)})
    };
    let signatures: Vec<Value> = by.iter().map(signature).collect();
    text(&json!({"signatures": signatures, "signed": signed})).into_bytes()
}

fn own(names: &[&'static str]) -> Vec<By> {
    names.iter().map(|name| (*name, *name)).collect()
}

/// A later root. Whatever is not changed is as in the first one.
struct Root {
    version: u64,
    expires: &'static str,
    roles: BTreeMap<&'static str, Vec<&'static str>>,
    by: Vec<By>,
}

impl Root {
    fn of(version: u64, by: &[&'static str]) -> Self {
        let roles = ROLES.iter().map(|(role, names, _)| (role.name(), names.to_vec())).collect();
        Self { version, expires: "2027-11-01T00:00:00Z", roles, by: own(by) }
    }

    fn with(mut self, role: &'static str, names: &[&'static str]) -> Self {
        self.roles.insert(role, names.to_vec());
        self
    }

    /// It, under the name of that version.
    fn at(&self, version: u64) -> RepositoryFile {
        let names = self.roles.values().flatten();
        // A key under a second id is that of the first word of its name.
        let entry = |name: &str| key_entry(name.split(' ').next().unwrap_or_default());
        let keys: BTreeMap<String, Value> = names.map(|name| (key_id(name), entry(name))).collect();
        let role = |(role, names): (&&str, &Vec<&str>)| {
            let ids: Vec<String> = names.iter().map(|name| key_id(name)).collect();
            let threshold = ROLES.iter().find(|(known, ..)| known.name() == *role).map(|(_, _, n)| *n);
            ((*role).to_owned(), json!({"keyids": ids, "threshold": threshold}))
        };
        let signed = json!({
            "_type": "root", "spec_version": "1.0.33", "version": self.version, "expires": self.expires,
            "consistent_snapshot": true, "keys": keys,
            "roles": self.roles.iter().map(role).collect::<BTreeMap<String, Value>>(),
        });
        (format!("metadata/{version}.root.json"), metadata(&signed, &self.by))
    }

    fn file(&self) -> RepositoryFile {
        self.at(self.version)
    }
}

/// A delegated role with one key.
#[derive(Clone)]
struct Delegated {
    name: String,
    key: &'static str,
    paths: Vec<String>,
    targets: Documents,
}

/// A pack before it is signed.
struct Draft {
    /// Versions of targets, snapshot and timestamp.
    versions: [u64; 3],
    roots: Vec<RepositoryFile>,
    targets: Documents,
    delegated: Vec<Delegated>,
    /// Who signs a role, where it is not its holders.
    by: BTreeMap<String, Vec<By>>,
    /// What is done to the statement of a role before it is signed.
    change: Change,
}

impl Draft {
    fn new() -> Self {
        Self {
            versions: [4; 3],
            roots: Vec::new(),
            targets: contents().targets().expect("documents that are written"),
            delegated: Vec::new(),
            by: BTreeMap::new(),
            change: Box::new(|_, _| {}),
        }
    }

    fn versions(self, versions: [u64; 3]) -> Self {
        Self { versions, ..self }
    }

    fn roots(self, roots: &[RepositoryFile]) -> Self {
        Self { roots: roots.to_vec(), ..self }
    }

    fn by(mut self, role: &str, by: &[By]) -> Self {
        self.by.insert(role.to_owned(), by.to_vec());
        self
    }

    fn change(self, role: &'static str, change: impl Fn(&mut Value) + 'static) -> Self {
        let change = Box::new(move |name: &str, signed: &mut Value| {
            if name == role {
                change(signed);
            }
        });
        Self { change, ..self }
    }

    fn set(self, role: &'static str, member: &'static str, value: impl Into<Value>) -> Self {
        let value = value.into();
        self.change(role, move |signed| signed[member] = value.clone())
    }

    fn statement(&self, role: &str, kind: &str, version: u64, more: &[(&str, Value)]) -> Vec<u8> {
        let mut signed = json!({
            "_type": kind, "spec_version": "1.0.33", "version": version, "expires": "2027-06-01T00:00:00Z",
        });
        for (member, value) in more {
            signed[*member] = value.clone();
        }
        (self.change)(role, &mut signed);
        let holders = || match self.delegated.iter().find(|delegated| delegated.name == role) {
            Some(delegated) => own(&[delegated.key]),
            None => own(ROLES.iter().find(|(known, ..)| known.name() == role).expect("a role").1),
        };
        metadata(&signed, &self.by.get(role).cloned().unwrap_or_else(holders))
    }

    fn delegations(&self) -> Value {
        let keys: BTreeMap<String, Value> =
            self.delegated.iter().map(|role| (key_id(role.key), key_entry(role.key))).collect();
        let role = |role: &Delegated| {
            json!({
                "name": role.name, "keyids": [key_id(role.key)], "threshold": 1, "terminating": true,
                "paths": role.paths,
            })
        };
        json!({"keys": keys, "roles": self.delegated.iter().map(role).collect::<Vec<Value>>()})
    }

    fn files(&self) -> Vec<RepositoryFile> {
        let [targets, snapshot, timestamp] = self.versions;
        let mut files = [vec![root()], self.roots.clone()].concat();
        let mut meta = json!({});
        let listed = |version: u64, bytes: &[u8]| json!({"version": version, "length": bytes.len(), "hashes": {"sha256": hex(&sha256(bytes))}});
        let top = ("targets", &self.targets);
        for (role, documents) in self.delegated.iter().map(|r| (r.name.as_str(), &r.targets)).chain([top]) {
            let mut list = json!({});
            for (path, bytes) in documents {
                let hash = hex(&sha256(bytes));
                list[path] = json!({"length": bytes.len(), "hashes": {"sha256": hash}});
                let (folder, name) = path
                    .rsplit_once('/')
                    .map_or((String::new(), path.as_str()), |(f, n)| (format!("{f}/"), n));
                files.push((format!("targets/{folder}{hash}.{name}"), bytes.clone()));
            }
            let mut more = vec![("targets", list)];
            if role == "targets" && !self.delegated.is_empty() {
                more.push(("delegations", self.delegations()));
            }
            let bytes = self.statement(role, "targets", targets, &more);
            meta[format!("{role}.json")] = listed(targets, &bytes);
            files.push((format!("metadata/{targets}.{role}.json"), bytes));
        }
        let bytes = self.statement("snapshot", "snapshot", snapshot, &[("meta", meta)]);
        let meta = json!({"snapshot.json": listed(snapshot, &bytes)});
        files.push((format!("metadata/{snapshot}.snapshot.json"), bytes));
        let bytes = self.statement("timestamp", "timestamp", timestamp, &[("meta", meta)]);
        files.push(("metadata/timestamp.json".to_owned(), bytes));
        files
    }
}

type Packs = Vec<(&'static str, Vec<RepositoryFile>)>;

/// All of them by name.
pub(super) fn all() -> Packs {
    let drafts =
        [signatures(), expiries(), shapes(), versions(), roots(), partners(), own_roles(), documents()];
    let packs = drafts.into_iter().flatten().map(|(name, draft)| (name, draft.files()));
    packs.chain(edited()).collect()
}

type Drafts = Vec<(&'static str, Draft)>;

fn signatures() -> Drafts {
    let by = |role, by: &[By]| Draft::new().by(role, by);
    vec![
        ("timestamp-unsigned", by("timestamp", &[])),
        ("timestamp-by-stranger", by("timestamp", &[("timestamp", "a stranger's")])),
        ("timestamp-by-snapshot-key", by("timestamp", &own(&["snapshot"]))),
        ("snapshot-unsigned", by("snapshot", &[])),
        ("snapshot-by-stranger", by("snapshot", &[("snapshot", "a stranger's")])),
        ("targets-by-stranger", by("targets", &[("targets-1", "targets-1"), ("targets-2", "a stranger's")])),
        ("targets-by-root-keys", by("targets", &own(&["root-1", "root-2"]))),
    ]
}

fn expiries() -> Drafts {
    let expires = |role, when: &'static str| Draft::new().set(role, "expires", when);
    vec![
        ("timestamp-expired", expires("timestamp", EXPIRED)),
        ("timestamp-expires-now", expires("timestamp", crate::AT)),
        ("snapshot-expired", expires("snapshot", EXPIRED)),
        ("targets-expired", expires("targets", EXPIRED)),
    ]
}

fn shapes() -> Drafts {
    let list = |change: fn(&mut Value)| {
        Draft::new().change("timestamp", move |signed| change(&mut signed["meta"]["snapshot.json"]))
    };
    vec![
        ("timestamp-of-tuf-2", Draft::new().set("timestamp", "spec_version", "2.0.0")),
        ("snapshot-of-another-type", Draft::new().set("snapshot", "_type", "mirrors")),
        ("snapshot-listed-longer", list(|listed| listed["length"] = json!(1_000))),
        ("snapshot-bears-5", Draft::new().set("snapshot", "version", 5)),
        ("targets-bear-5", Draft::new().set("targets", "version", 5)),
    ]
}

fn versions() -> Drafts {
    let dropped = |signed: &mut Value| signed["meta"]["partner-gone.json"] = json!({"version": 1});
    vec![
        ("timestamp-rolled-back", Draft::new().versions([4, 4, 2])),
        ("snapshot-rolled-back", Draft::new().versions([4, 2, 4])),
        ("targets-rolled-back", Draft::new().versions([2, 4, 4])),
        ("role-listed", Draft::new().change("snapshot", dropped)),
        ("role-vanished", Draft::new().versions([5; 3])),
    ]
}

fn roots() -> Drafts {
    const NEW: [&str; 3] = ["root-4", "root-5", "root-6"];
    let rotated = |by: &[&'static str]| Root::of(2, by).with("root", &NEW).file();
    let stolen = || Root::of(2, &["root-1", "root-2"]).with("timestamp", &["timestamp-2"]);
    let new_timestamp = |draft: Draft| draft.by("timestamp", &own(&["timestamp-2"]));
    let expired = |version| Root { expires: EXPIRED, ..Root::of(version, &["root-1", "root-2"]) }.file();
    let next = |version| Root::of(version, &["root-1", "root-2"]);
    let alias = next(2).with("targets", &["targets-1", "targets-1 again"]).file();
    let with = |roots: &[RepositoryFile]| Draft::new().roots(roots);
    vec![
        ("root-rotated", with(&[rotated(&["root-1", "root-2", "root-4", "root-5"])])),
        ("root-by-old-keys", with(&[rotated(&["root-1", "root-2"])])),
        ("root-by-new-keys", with(&[rotated(&["root-4", "root-5"])])),
        ("root-by-one-old-key", with(&[rotated(&["root-1", "root-4", "root-5"])])),
        ("root-of-version-3", with(&[next(3).at(2)])),
        ("root-gap", new_timestamp(with(&[Root { version: 3, ..stolen() }.file()]))),
        ("root-expired", with(&[expired(2)])),
        ("root-expired-between", with(&[expired(2), next(3).file()])),
        ("timestamp-key-replaced", new_timestamp(with(&[stolen().file()]).versions([4, 1, 1]))),
        ("timestamp-by-replaced-key", with(&[stolen().file()])),
        (
            "one-key-under-two-ids",
            with(&[alias]).by("targets", &[("targets-1", "targets-1"), ("targets-1 again", "targets-1")]),
        ),
    ]
}

/// The partner's issuer may award levels 1 to 3 by its own word, 2 to 4 by the owner's.
fn partner_issuer() -> Issuer {
    issuer(PARTNER, "partner", vec![trusted("partner")], &[("sg.cls-iot", &[1, 2, 3])])
}

fn partner(issuers: &[Issuer]) -> Delegated {
    part(PARTNER, "partner", "partner's pack", issuers)
}

/// The part of a partner whose key signs its status list.
fn part(id: &'static str, signer: &'static str, key: &'static str, issuers: &[Issuer]) -> Delegated {
    let list = List::of(id, 1, signer).token(issuers);
    let mut targets = Documents::from([(format!("status/{id}/1.cwt"), list)]);
    for issuer in issuers {
        targets.insert(format!("issuers/{}.json", issuer.id), issuer.to_json().expect("a document"));
    }
    Delegated {
        name: format!("partner-{id}"),
        key,
        paths: ["issuers/ID.json", "products/ID.json", "products/ID/*", "status/ID/*"]
            .map(|path| path.replace("ID", id))
            .to_vec(),
        targets,
    }
}

fn with_partner(delegated: Delegated) -> Draft {
    with_partners([(PARTNER, delegated)])
}

fn with_partners<const N: usize>(partners: [(&str, Delegated); N]) -> Draft {
    let mut draft = Draft::new();
    for (id, delegated) in partners {
        let id = id.parse().expect("an id");
        let owners_word = Partner { id, may_issue: entitlements(&[("sg.cls-iot", &[2, 3, 4])]) };
        draft.targets.extend([owners_word.target().expect("a document")]);
        draft.delegated.push(delegated);
    }
    draft
}

fn partners() -> Drafts {
    let honest = || partner(&[partner_issuer()]);
    let other = issuer("specimen.other", "other", vec![trusted("other")], &[("sg.cls-iot", &[1, 2, 3])]);
    let strays = || partner(&[partner_issuer(), other.clone()]);
    let mut wide = strays();
    wide.paths.push("issuers/*".to_owned());
    let mut shared = partner_issuer();
    shared.keys.push(trusted("sg-eddsa"));
    let mut no_word = with_partner(honest());
    no_word.targets.remove(&format!("partners/{PARTNER}.json"));
    let role = honest().name;
    // The earlier partner takes all that the later one has.
    let mut thief = partner_issuer();
    thief.keys.extend([trusted("other"), trusted("other's second")]);
    let mut robbed = other.clone();
    robbed.keys.push(trusted("other's second"));
    let copied = |thief: &Issuer| {
        let robbed = part("specimen.other", "other", "other's pack", std::slice::from_ref(&robbed));
        with_partners([(PARTNER, partner(std::slice::from_ref(thief))), ("specimen.other", robbed)])
    };
    let posing = Issuer { name: other.name.clone(), did: other.did.clone(), ..thief.clone() };
    let alike = Issuer { name: "SPECI\u{200d}MEN\u{a0}partner".to_owned(), ..other.clone() };
    let alike = part("specimen.other", "other", "other's pack", &[alike]);
    vec![
        ("partner-took-keys", copied(&thief)),
        ("partner-took-keys-and-name", copied(&posing)),
        ("partner-read-alike", with_partners([(PARTNER, honest()), ("specimen.other", alike)])),
        ("partner", with_partner(honest())),
        ("partner-without-word", no_word),
        ("partner-strays", with_partner(strays())),
        ("partner-strays-in-wide-paths", with_partner(wide)),
        ("partner-has-owners-key", with_partner(partner(&[shared]))),
        ("partner-by-stranger", with_partner(honest()).by(&role, &[("partner's pack", "a stranger's")])),
    ]
}

/// The owner's lists of its own issuer in a role of their own.
fn own_role() -> Draft {
    let mut draft = Draft::new();
    let prefix = format!("status/{SG}/");
    let (lists, rest) = draft.targets.into_iter().partition(|(path, _)| path.starts_with(&prefix));
    draft.targets = rest;
    let (name, paths) = (format!("status-{SG}"), vec![format!("{prefix}*")]);
    draft.delegated.push(Delegated { name, key: "status's pack", paths, targets: lists });
    draft
}

fn with_a_partner(signed: &mut Value) {
    let key = "partner's pack";
    let role = json!({
        "name": format!("partner-{PARTNER}"), "keyids": [key_id(key)], "threshold": 1, "terminating": true,
        "paths": [format!("status/{PARTNER}/*")],
    });
    signed["delegations"] = json!({"keys": {key_id(key): key_entry(key)}, "roles": [role]});
}

fn own_roles() -> Drafts {
    let stranger = own_role().by(&format!("status-{SG}"), &[("status's pack", "a stranger's")]);
    vec![
        ("own-role", own_role()),
        ("own-role-by-stranger", stranger),
        ("own-role-with-partner", own_role().change("status-specimen.sg", with_a_partner)),
        ("own-role-expired", own_role().set("status-specimen.sg", "expires", EXPIRED)),
    ]
}

/// The document of the authority of most vectors, changed.
fn with_issuer(change: impl FnOnce(&mut Value)) -> Draft {
    let mut draft = Draft::new();
    let document = draft.targets.get_mut(&format!("issuers/{SG}.json")).expect("the issuer's document");
    let mut json: Value = serde_json::from_slice(document).expect("JSON");
    change(&mut json);
    *document = text(&json).into_bytes();
    draft
}

fn documents() -> Drafts {
    let times = |issuer: &mut Value| {
        let keys = &mut issuer["keys"];
        keys[0]["from"] = json!("2019-01-01t08:00:00.000+08:00");
        keys[1]["from"] = json!("2019-01-01t00:00:00z");
        keys[2]["from"] = json!("2019-01-01");
        keys[2]["until"] = json!("2025-01-01T08:00:00+08:00");
    };
    let seal_only = |issuer: &mut Value| issuer["keys"][1]["purposes"] = json!(["seal"]);
    let confirmed =
        |issuer: &mut Value| issuer["keys"][0]["confirmed"] = issuer["keys"][3]["confirmed"].clone();
    vec![
        ("times-in-other-spellings", with_issuer(times)),
        ("key-for-seals-only", with_issuer(seal_only)),
        ("trusted-key-with-confirmed", with_issuer(confirmed)),
    ]
}

/// Packs of which a file is changed after everything was signed.
fn edited() -> Packs {
    let edit = |draft: Draft, begin: &str, change: &dyn Fn(&mut Vec<u8>)| {
        let mut files = draft.files();
        let found = files.iter_mut().find(|(name, _)| name.starts_with(begin));
        change(&mut found.expect("a file of that name").1);
        files
    };
    let without = |draft: Draft, end: &str| -> Vec<RepositoryFile> {
        draft.files().into_iter().filter(|(name, _)| !name.ends_with(end)).collect()
    };
    let partner = || with_partner(partner(&[partner_issuer()]));
    let repeat = |bytes: &mut Vec<u8>| {
        let text = String::from_utf8(bytes.clone()).expect("text");
        *bytes = text.replacen(r#""version":4"#, "\"version\": 9,\n\"version\": 4", 1).into_bytes();
    };
    vec![
        ("timestamp-member-twice", edit(Draft::new(), "metadata/timestamp.json", &repeat)),
        ("partner-missing", without(partner(), &format!("4.partner-{PARTNER}.json"))),
        (
            "partner-list-damaged",
            edit(partner(), &format!("targets/status/{PARTNER}/"), &|bytes| bytes[20] ^= 1),
        ),
        ("own-role-missing", without(own_role(), &format!("4.status-{SG}.json"))),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_twice_it_is_the_same() {
        let ours = Draft::new().versions([3; 3]).files();
        let theirs = super::super::release(3, "2027-06-01", super::super::BOTH);
        for (name, bytes) in theirs {
            assert!(ours.contains(&(name.clone(), bytes)), "{name}");
        }
    }
}
