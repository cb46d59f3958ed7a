//! What partners hand in: used as a whole, or refused before anything is written.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use ring::rand::SystemRandom;
use serde_json::json;
use tempfile::TempDir;
use verilabel_issuer::{
    Introduction, PackKeys, PackOpenError, PartReading, PartnerList, PartnerRecord, Partners, Passphrase,
    PublishedPack, Validities, publish_pack_with, write_part,
};
use verilabel_label::{IssuerId, Timestamp};
use verilabel_trust::{Issuer, IssuerKey, Jwk, KeyState, PackContents, Purpose, TargetsPart, path};
use verilabel_wire::{Sign, SigningKey};

use crate::ceremony::key;
use crate::support::{issuer, now, register};

const B: &str = "b.gov";

/// A's pack with B on the list, whose part two keys may sign, at a threshold.
struct House {
    folder: TempDir,
    keys: PackKeys,
    list: PartnerList,
    contents: PackContents,
}

fn id(text: &str) -> IssuerId {
    text.parse().unwrap()
}

fn with_key(id: &str, seed: u8) -> Issuer {
    let key = IssuerKey {
        key: key(seed).key().clone(),
        from: now(),
        until: None,
        state: KeyState::Trusted,
        purposes: vec![Purpose::Seal, Purpose::Status],
    };
    Issuer {
        id: self::id(id),
        name: format!("Agency {id}"),
        did: None,
        status_uri: format!("https://label.example/{id}/"),
        keys: vec![key],
        ..issuer()
    }
}

fn in_a_month() -> Timestamp {
    now().plus_seconds(30 * 86_400)
}

impl House {
    fn new(threshold: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (keys, pack) = (folder.path().join("keys"), folder.path().join("pack"));
        let passphrase = Passphrase::new("tests protect nothing".to_owned()).unwrap();
        let random = SystemRandom::new();
        let list = PartnerList::beside(&keys);
        let keys = PackKeys::init(&keys, &pack, &passphrase, &Validities::default(), now(), &random).unwrap();
        let register = register().to_json().unwrap();
        let issuers = vec![with_key("a.gov", 1)];
        let contents = PackContents { register, issuers, ..PackContents::default() };
        let house = Self { folder, keys, list, contents };
        house.list_partner(&[41, 42], threshold);
        house
    }

    fn list_partner(&self, seeds: &[u8], threshold: u32) {
        let keys: Vec<Jwk> = seeds.iter().map(|seed| Jwk::of(key(*seed).key())).collect();
        let file = self.folder.path().join("introduction.json");
        let text =
            json!({"schema": "verilabel-partner-keys/1", "id": B, "threshold": threshold, "keys": keys});
        fs::write(&file, text.to_string()).unwrap();
        let introduction = Introduction::read(&file).unwrap();
        self.list.add(&PartnerRecord { introduction, may_issue: issuer().may_issue }).unwrap();
    }

    fn pack(&self) -> PathBuf {
        self.folder.path().join("pack")
    }

    fn publish(&self, part: Option<&str>) -> Result<PublishedPack, PackOpenError> {
        let parts: Vec<PathBuf> = part.iter().map(|name| self.folder.path().join(name)).collect();
        let partners = Partners { list: Some(&self.list), parts: &parts };
        publish_pack_with(&self.pack(), &self.contents, &partners, &self.keys, &Validities::default(), now())
    }

    /// A part in a folder, as B makes it unless something is wrong with it.
    fn part(&self, name: &str, part: &Part) -> PathBuf {
        let folder = self.folder.path().join(name);
        let keys: Vec<SigningKey> = part.signers.iter().map(|seed| key(*seed)).collect();
        let signers: Vec<&dyn Sign> = keys.iter().map(|key| -> &dyn Sign { key }).collect();
        let Part { version, expires, ref targets, .. } = *part;
        let signed = TargetsPart { version, expires, targets, delegations: &[], signers: &signers };
        write_part(&folder, &id(part.of), version, &signed.sign().unwrap()).unwrap();
        folder
    }

    /// The issuers of the pack.
    fn issuers(&self) -> Vec<String> {
        let pack = crate::publish::open_pack(&self.pack(), now());
        pack.issuers().iter().map(|issuer| issuer.id.to_string()).collect()
    }
}

struct Part {
    of: &'static str,
    version: u64,
    expires: Timestamp,
    targets: BTreeMap<String, Vec<u8>>,
    signers: Vec<u8>,
}

impl Part {
    /// One that is good, with a threshold of one.
    fn good(version: u64) -> Self {
        let targets = BTreeMap::from([(path::issuer(&id(B)), with_key(B, 2).to_json().unwrap())]);
        Self { of: B, version, expires: in_a_month(), targets, signers: vec![41] }
    }
}

#[test]
fn a_hostile_part_is_refused_and_the_pack_stays() {
    let house = House::new(1);
    house.part("good", &Part::good(5));
    assert_eq!(house.publish(Some("good")).unwrap().version, 1);
    let timestamp = house.pack().join("metadata/timestamp.json");
    let kept = house.folder.path().join("keys/partners/parts/b.gov.json");
    let before = (fs::read(&timestamp).unwrap(), fs::read(&kept).unwrap());

    let outside = (path::issuer(&id("a.gov")), with_key("a.gov", 2).to_json().unwrap());
    let of_a = (path::issuer(&id(B)), with_key(B, 1).to_json().unwrap());
    let with = |more: (String, Vec<u8>)| {
        let mut part = Part::good(6);
        part.targets.extend([more]);
        part
    };
    let cases = [
        ("another partner's name", Part { of: "c.gov", ..Part::good(6) }, "no part of a partner"),
        ("a path outside", with(outside), "not entrusted"),
        ("a key of A's issuer", with(of_a), "pack-document"),
        ("signed by somebody else", Part { signers: vec![43], ..Part::good(6) }, "0 of"),
        ("expired", Part { expires: now(), ..Part::good(6) }, "pack-expired"),
        ("a lower version", Part::good(4), "version 4"),
        ("too long", Part::good(6), "bytes, at most"),
    ];
    for (what, part, due) in cases {
        let folder = house.part("hostile", &part);
        if what == "too long" {
            let metadata = folder.join("metadata/6.partner-b.gov.json");
            let padded = [fs::read(&metadata).unwrap(), vec![b' '; 5_000_000]].concat();
            fs::write(&metadata, padded).unwrap();
        }
        let said = match house.publish(Some("hostile")) {
            Err(error) => error.to_string(),
            Ok(done) => format!("published {done:?}"),
        };
        assert!(said.contains(due), "{what}: {said}");
        assert_eq!(fs::read(&timestamp).unwrap(), before.0, "{what}");
        assert_eq!(fs::read(&kept).unwrap(), before.1, "{what}");
        fs::remove_dir_all(folder).unwrap();
    }
    assert_eq!(house.issuers(), ["a.gov", B]);
}

#[test]
fn a_part_needs_as_many_keys_as_its_introduction_says() {
    let house = House::new(2);
    for (signers, enough) in [(vec![41], false), (vec![41, 43], false), (vec![41, 42], true)] {
        house.part("part", &Part { signers, ..Part::good(1) });
        assert_eq!(house.publish(Some("part")).is_ok(), enough);
    }
    assert_eq!(house.issuers(), ["a.gov", B]);
    // One holder signs, another reads it and signs, too; whoever changes it on the way has it refused.
    let folder = house.part("handed-on", &Part { signers: vec![41], ..Part::good(2) });
    let reading = PartReading::of(&folder).unwrap();
    assert!(reading.words().unwrap().iter().any(|line| line.contains("the issuer b.gov")));
    reading.sign(&key(42)).unwrap();
    assert_eq!(house.publish(Some("handed-on")).unwrap().version, 2);
    let document = fs::read_dir(folder.join("targets/issuers")).unwrap().next().unwrap().unwrap().path();
    fs::write(document, "{}").unwrap();
    assert!(PartReading::of(&folder).unwrap_err().to_string().contains("not what the part lists"));
    // Other keys take the place of these: what those signed is not used any more.
    house.list_partner(&[44], 1);
    house.publish(None).unwrap();
    assert_eq!(house.issuers(), ["a.gov"]);
    house.part("next", &Part { signers: vec![41, 42], ..Part::good(3) });
    assert!(house.publish(Some("next")).is_err());
    house.part("next", &Part { signers: vec![44], ..Part::good(3) });
    house.publish(Some("next")).unwrap();
    assert_eq!(house.issuers(), ["a.gov", B]);
}

#[test]
fn what_was_handed_in_once_need_not_be_handed_in_again() {
    let house = House::new(1);
    house.publish(None).unwrap();
    house.part("part", &Part::good(1));
    // The release is cut off before its last files.
    let snapshot = house.pack().join("metadata/2.snapshot.json");
    fs::create_dir(&snapshot).unwrap();
    let error = house.publish(Some("part")).unwrap_err();
    assert!(error.to_string().contains("2.snapshot.json"), "{error}");
    fs::remove_dir(&snapshot).unwrap();
    assert_eq!(house.issuers(), ["a.gov"], "what was there stands");
    fs::remove_dir_all(house.folder.path().join("part")).unwrap();
    house.publish(None).unwrap();
    assert_eq!(house.issuers(), ["a.gov", B]);
}
