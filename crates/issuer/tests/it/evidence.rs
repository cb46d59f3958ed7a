//! Awards that rest on a foreign label.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use ring::rand::SystemRandom;
use verilabel_issuer::lifecycle::{Draft, ForeignLabel, Note};
use verilabel_issuer::{LabelAward, PackKeys, Passphrase, Validities, mint, publish_pack};
use verilabel_label::{Status, StatusRef};
use verilabel_recognition::{Mode, Register};
use verilabel_trust::{
    Client, Entitlement, Expiry, FolderRepository, Issuer, IssuerKey, KeyState, MemoryStore, PackContents,
    Product, Purpose, TrustPack,
};
use verilabel_wire::{LinkBase, Profile, Sign, SigningKey, StatusList, StatusListToken, sign_status_list};

use crate::support::{Bench, award, draft, gtin, now, on_both};

on_both! {
    an_award_rests_on_a_foreign_label,
    a_simplified_application_is_still_one,
    what_no_row_covers_is_refused,
    each_gtin_is_one_of_the_foreign_label,
    evidence_is_looked_at_again,
}

/// Authorities of four countries in one, and their trust pack.
struct World {
    folder: tempfile::TempDir,
    key: SigningKey,
    keys: PackKeys,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let passphrase = Passphrase::new("tests protect nothing".to_owned()).unwrap();
        let (keys, pack) = (folder.path().join("keys"), folder.path().join("pack"));
        let validities = Validities::default();
        let keys =
            PackKeys::init(&keys, &pack, &passphrase, &validities, now(), &SystemRandom::new()).unwrap();
        Self { folder, key: SigningKey::eddsa(&[77; 32]).unwrap(), keys }
    }

    fn pack_folder(&self) -> std::path::PathBuf {
        self.folder.path().join("pack")
    }

    fn issuer(&self) -> Issuer {
        let may = |scheme: &str, levels: &[u8]| Entitlement {
            scheme: scheme.parse().unwrap(),
            levels: levels.iter().map(|n| (*n).try_into().unwrap()).collect(),
        };
        Issuer {
            id: "specimen.world".parse().unwrap(),
            name: "Foreign authorities".into(),
            notice: None,
            did: None,
            link_hosts: vec!["label.example.org".into()],
            status_uri: "https://label.example.org/status/".into(),
            keys: vec![IssuerKey {
                key: self.key.key().clone(),
                from: "2020-01-01".parse().unwrap(),
                until: None,
                state: KeyState::Trusted,
                purposes: vec![Purpose::Seal, Purpose::Status],
            }],
            may_issue: vec![
                may("kr.cic", &[1, 2, 3]),
                may("jp.jc-star", &[1, 2, 3, 4]),
                may("csa-alliance.psv", &[1]),
            ],
        }
    }

    /// A pack in which some entries have a status.
    fn pack(&self, statuses: &[(u32, Status)]) -> Arc<TrustPack> {
        self.pack_with(statuses, vec![])
    }

    fn pack_with(&self, statuses: &[(u32, Status)], products: Vec<Product>) -> Arc<TrustPack> {
        let issuer = self.issuer();
        let mut list = StatusList::all_valid(1_024).unwrap();
        for (index, status) in statuses {
            list.set(*index, *status).unwrap();
        }
        let token = StatusListToken {
            subject: issuer.status_list_uri(1),
            issued_at: now(),
            expires: Some(now().plus_seconds(604_800)),
            time_to_live: None,
            list,
        };
        let contents = PackContents {
            register: Register::published().unwrap().to_json().unwrap(),
            status: BTreeMap::from([((issuer.id.clone(), 1), sign_status_list(&token, &self.key).unwrap())]),
            products: BTreeMap::from([(issuer.id.clone(), products)]),
            issuers: vec![issuer],
        };
        publish_pack(&self.pack_folder(), &contents, &self.keys, &Validities::default(), now()).unwrap();
        Arc::new(open(&self.pack_folder()))
    }

    /// A foreign label of product 1.
    fn link(&self, scheme: &str, level: u8, category: &str, index: u32) -> String {
        let award = LabelAward {
            scheme: scheme.parse().unwrap(),
            level: level.try_into().unwrap(),
            number: "FOREIGN-1".parse().unwrap(),
            awarded: "2026-06-10".parse().unwrap(),
            valid_until: "2028-01-01".parse().unwrap(),
            category: Some(category.parse().unwrap()),
            gtin: gtin(1),
            ..award(1)
        };
        let claims = award.claims(StatusRef { list: 1, index }, "2026-06-10".parse().unwrap()).unwrap();
        let base = LinkBase::new("https://label.example.org").unwrap();
        mint(&claims, &award.path(), Profile::Named, &base, &self.key).unwrap().link
    }
}

fn open(folder: &Path) -> TrustPack {
    let root = std::fs::read(folder.join("metadata/1.root.json")).unwrap();
    let repository = FolderRepository::new(folder);
    let mut client = Client::open(MemoryStore::default(), &root).unwrap();
    let accepted = client.update(&repository, now(), Expiry::Report).unwrap();
    TrustPack::open(accepted, &repository).unwrap()
}

fn resting_on(link: String, level: u8, category: &str) -> Draft {
    let award = LabelAward {
        level: level.try_into().unwrap(),
        category: Some(category.parse().unwrap()),
        ..award(1)
    };
    Draft { foreign: Some(ForeignLabel { link, application: None }), ..Draft::of(award) }
}

async fn an_award_rests_on_a_foreign_label(bench: Bench) {
    let world = World::new();
    let link = world.link("kr.cic", 2, "hub", 5);
    let draft = resting_on(link.clone(), 3, "hub");
    assert_eq!(bench.prepare(draft.clone()).await.unwrap_err().code(), "foreign-no-pack");
    bench.authority.use_pack(world.pack(&[]));
    let scheme = "sg.cls-iot".parse().unwrap();
    let judged = bench.authority.judge_foreign(&link, &scheme, now()).unwrap();
    assert_eq!((judged.counts_as.number(), judged.mode), (3, Mode::FulfilsLevel));
    let id = bench.prepare(draft).await.unwrap();
    let record = bench.authority.award(id).await.unwrap();
    let evidence = record.evidence.unwrap();
    assert_eq!((evidence.number.as_str(), evidence.row.as_str()), ("FOREIGN-1", "sg-kr-2024.cic-cls"));
    assert_eq!((evidence.scheme.as_str(), evidence.level.number()), ("kr.cic", 2));
    assert_eq!(evidence.verdict["schema"], "verilabel-verdict/1");
    assert_eq!(evidence.verdict["conclusion"], "in-force");
    assert_eq!(evidence.pack_version, 1);
    bench.approve(id).await.unwrap();
    assert_eq!(bench.mint().await, 1);
}

async fn a_simplified_application_is_still_one(bench: Bench) {
    let world = World::new();
    bench.authority.use_pack(world.pack(&[]));
    let link = world.link("jp.jc-star", 1, "router", 5);
    let bare = resting_on(link.clone(), 1, "router");
    let refused = bench.prepare(bare.clone()).await.unwrap_err();
    assert_eq!(refused.code(), "foreign-application-incomplete");
    assert!(refused.to_string().contains("application"), "{refused}");
    let application = Some(Note::new("CSA-APP-2026-17").unwrap());
    let filled = Draft { foreign: Some(ForeignLabel { link, application }), ..bare };
    assert!(bench.prepare(filled.clone()).await.unwrap_err().to_string().contains("support_until"));
    let filled = Draft { support_until: Some("2031-12-31".parse().unwrap()), ..filled };
    let id = bench.prepare(filled).await.unwrap();
    let evidence = bench.authority.award(id).await.unwrap().evidence.unwrap();
    assert_eq!(evidence.mode, Mode::SimplifiedApplication);
    bench.approve(id).await.unwrap();
}

async fn what_no_row_covers_is_refused(bench: Bench) {
    let world = World::new();
    bench.authority.use_pack(world.pack(&[(6, Status::Suspended)]));
    let korean = |level, index| world.link("kr.cic", level, "hub", index);
    let forged = {
        let stranger = SigningKey::eddsa(&[78; 32]).unwrap();
        let claims = award(1).claims(StatusRef { list: 1, index: 1 }, now()).unwrap();
        let base = LinkBase::new("https://label.example.org").unwrap();
        mint(&claims, &award(1).path(), Profile::Named, &base, &stranger).unwrap().link
    };
    let other_product = Draft {
        award: LabelAward { gtin: gtin(2), ..resting_on(korean(2, 5), 3, "hub").award },
        ..resting_on(korean(2, 5), 3, "hub")
    };
    let cases = [
        (resting_on(korean(1, 5), 1, "hub"), "foreign-not-recognised", "level-too-low"),
        (resting_on(world.link("kr.cic", 2, "router", 5), 3, "router"), "foreign-not-recognised", ""),
        (
            resting_on(world.link("csa-alliance.psv", 1, "hub", 5), 1, "hub"),
            "foreign-not-recognised",
            "level-mapping-unpublished",
        ),
        (resting_on(korean(2, 5), 4, "hub"), "foreign-level-too-high", "gives level 3"),
        (resting_on(korean(2, 6), 3, "hub"), "foreign-not-in-force", "suspended"),
        (resting_on(korean(2, 5), 3, "alarm"), "foreign-other-category", "hub"),
        (other_product, "foreign-other-product", "none of this award"),
        (resting_on(forged, 1, "hub"), "foreign-not-authentic", "issuer-unknown"),
        (resting_on("https://example.org".to_owned(), 1, "hub"), "foreign-not-authentic", ""),
    ];
    for (draft, code, word) in cases {
        let refused = bench.prepare(draft).await.unwrap_err();
        assert_eq!(refused.code(), code, "{refused}");
        assert!(refused.to_string().contains(word), "{refused} lacks {word:?}");
    }
    bench.prepare(draft(1)).await.unwrap();
}

/// One GTIN in common is not enough: whoever has a label for one product would get one for any other with it.
async fn each_gtin_is_one_of_the_foreign_label(bench: Bench) {
    let world = World::new();
    let link = world.link("kr.cic", 2, "hub", 5);
    let of = |main: u32, further: &[u32]| {
        let resting = resting_on(link.clone(), 3, "hub");
        let award = LabelAward { gtin: gtin(main), ..resting.award.clone() };
        Draft { award, further_gtins: further.iter().map(|n| gtin(*n)).collect(), ..resting }
    };
    bench.authority.use_pack(world.pack(&[]));
    for draft in [of(1, &[2]), of(2, &[1])] {
        let refused = bench.prepare(draft).await.unwrap_err();
        assert_eq!(refused.code(), "foreign-gtin-not-labelled");
        assert!(refused.to_string().contains(gtin(2).as_str()), "{refused}");
    }
    assert_eq!(bench.prepare(of(2, &[3])).await.unwrap_err().code(), "foreign-other-product");
    // The foreign authority says that its label is for both.
    let label = LabelAward { number: "FOREIGN-1".parse().unwrap(), category: None, ..award(1) };
    let product = Product { gtins: vec![gtin(1), gtin(2)], ..label.product() };
    bench.authority.use_pack(world.pack_with(&[], vec![product]));
    assert_eq!(bench.prepare(of(2, &[1, 3])).await.unwrap_err().code(), "foreign-gtin-not-labelled");
    let id = bench.prepare(of(2, &[1])).await.unwrap();
    // It is looked at again: the foreign record may have changed.
    bench.authority.use_pack(world.pack(&[]));
    assert_eq!(bench.approve(id).await.unwrap_err().code(), "foreign-gtin-not-labelled");
}

async fn evidence_is_looked_at_again(bench: Bench) {
    let world = World::new();
    bench.authority.use_pack(world.pack(&[]));
    let id = bench.prepare(resting_on(world.link("kr.cic", 2, "hub", 5), 3, "hub")).await.unwrap();
    bench.authority.use_pack(world.pack(&[(5, Status::Invalid)]));
    let refused = bench.approve(id).await.unwrap_err();
    assert_eq!(refused.code(), "foreign-not-in-force", "withdrawn since the draft was made");
    bench.authority.use_pack(world.pack(&[]));
    bench.approve(id).await.unwrap();
}
