//! Keys: one follows another, and one is stolen.

use std::sync::Arc;

use ring::rand::SystemRandom;
use verilabel_issuer::lifecycle::Note;
use verilabel_issuer::{
    Actor, AddKey, ApproveAward, CompromiseKey, EventFilter, Keystore, Order, Passphrase, Remint, RetireKey,
};
use verilabel_trust::{KeyState, Purpose};
use verilabel_wire::{Algorithm, Sign};

use crate::support::{Bench, claims, draft, now, on_both, signers, test_key};

on_both! {
    keys_overlap,
    a_compromised_key_signs_nothing_more,
    all_labels_of_a_key_are_minted_anew,
    without_a_key_nothing_is_approved,
    a_key_that_cannot_be_used_holds_up_its_own_codes_only,
    who_may_not_make_a_key_makes_none,
}

async fn compromise(bench: &Bench, seed: u8) {
    let key = test_key(seed).key().id();
    let note = Note::new("found on a forum").unwrap();
    bench.decide(&bench.operator, CompromiseKey { key, note }).await.unwrap();
}

async fn keys_overlap(bench: Bench) {
    let old = test_key(1);
    let before = bench.label(1).await;
    let overlap_ends = now().plus_seconds(3_600);
    let add = AddKey {
        key: test_key(2).key().clone(),
        purposes: vec![Purpose::Seal, Purpose::Status],
        from: now(),
        retires: Some((old.key().id(), overlap_ends)),
    };
    bench.decide(&bench.operator, add.clone()).await.unwrap();
    assert_eq!(bench.decide(&bench.operator, add).await.unwrap_err().code(), "name-taken");
    let after = bench.label(2).await;
    claims(&bench.link(&before).await, old.key());
    claims(&bench.link(&after).await, test_key(2).key());
    let issuer = bench.authority.issuer().await.unwrap();
    let listed: Vec<_> = issuer.keys.iter().map(|key| (key.key.id(), key.until, key.state.clone())).collect();
    assert_eq!(
        listed,
        [
            (old.key().id(), Some(overlap_ends), KeyState::Trusted),
            (test_key(2).key().id(), None, KeyState::Trusted)
        ]
    );
}

async fn a_compromised_key_signs_nothing_more(bench: Bench) {
    bench.add_key(2).await;
    let signed = bench.label(1).await;
    let id = bench.prepare(draft(2)).await.unwrap();
    let waiting = bench.approve(id).await.unwrap();
    compromise(&bench, 2).await;
    // What waited for the key is given to the other one.
    bench.mint().await;
    claims(&bench.link(&waiting).await, test_key(1).key());
    claims(&bench.link(&signed).await, test_key(2).key());
    let use_of = |seed: u8| bench.authority.key_use(test_key(seed).key().id(), now());
    assert_eq!(use_of(2).await.unwrap().codes, 1, "labels are found by key");
    assert_eq!(use_of(1).await.unwrap().codes, 1);
    // Without any other key, what is approved already waits for one.
    compromise(&bench, 1).await;
    let id = bench.prepare(draft(3)).await.unwrap();
    assert_eq!(bench.approve(id).await.unwrap_err().code(), "no-key");
    bench.add_key(3).await;
    let approved = bench.approve(id).await.unwrap();
    compromise(&bench, 3).await;
    assert_eq!(bench.mint().await, 0);
    bench.add_key(4).await;
    assert_eq!(bench.mint().await, 1);
    claims(&bench.link(&approved).await, test_key(4).key());
}

async fn all_labels_of_a_key_are_minted_anew(bench: Bench) {
    let mut labels = Vec::new();
    for n in 1..=7 {
        labels.push(bench.label(n).await);
    }
    let old = test_key(1).key().id();
    let remint = || Remint { key: old, limit: 3 };
    assert_eq!(bench.decide(&bench.operator, remint()).await.unwrap_err().code(), "key-still-in-use");
    bench.add_key(2).await;
    compromise(&bench, 1).await;
    let mut done = 0;
    loop {
        let reminted = bench.decide(&bench.operator, remint()).await.unwrap();
        done += reminted.codes;
        if !reminted.more {
            break;
        }
    }
    assert_eq!(done, 7);
    assert_eq!(bench.mint().await, 7);
    for label in &labels {
        let codes = bench.authority.codes_of_award(label.award).await.unwrap();
        assert_eq!(codes.iter().map(|code| code.replaced).collect::<Vec<_>>(), [true, false]);
        let key = test_key(2);
        let anew = claims(codes[1].link.as_ref().unwrap(), key.key());
        assert_eq!((anew.number, anew.status), (label.number.clone(), label.status), "the same label");
    }
    assert_eq!(bench.decide(&bench.operator, remint()).await.unwrap().codes, 0);
    assert_eq!(bench.authority.key_use(old, now()).await.unwrap().codes, 0);
}

/// A key of which no signer knows: a device that is switched off.
async fn a_key_that_cannot_be_used_holds_up_its_own_codes_only(bench: Bench) {
    let mut labels = Vec::new();
    for seed in [99, 2] {
        bench.add_key(seed).await;
        let id = bench.prepare(draft(seed.into())).await.unwrap();
        labels.push(bench.approve(id).await.unwrap());
    }
    let trouble = bench.authority.mint_outstanding(&signers(), now()).await.unwrap_err();
    assert_eq!(trouble.code(), "no-key");
    claims(&bench.link(&labels[1]).await, test_key(2).key());
    let codes = bench.authority.codes_of_award(labels[0].award).await.unwrap();
    assert_eq!(codes[0].link, None);
}

async fn who_may_not_make_a_key_makes_none(bench: Bench) {
    let passphrase = Passphrase::new("tests protect nothing".to_owned()).unwrap();
    let folder = bench.authority.folder().keys();
    let keystore = Arc::new(Keystore::new(&folder, passphrase, SystemRandom::new()));
    let before = bench.authority.chain_end().await.unwrap().seq;
    let make = async |actor: &Actor| {
        let order = Order { actor: actor.clone(), at: now() };
        bench.authority.new_key(&keystore, Algorithm::EdDsa, None, order).await
    };
    let files = || std::fs::read_dir(&folder).map_or(0, Iterator::count);
    assert_eq!(make(&bench.officer).await.err().unwrap().code(), "role-missing");
    let events = bench.authority.events(&EventFilter::default(), before, 10).await.unwrap();
    let told: Vec<_> = events.iter().map(|event| (event.kind.as_str(), event.refused.as_deref())).collect();
    assert_eq!((told, files()), (vec![("add-key", Some("role-missing"))], 0));
    make(&bench.operator).await.unwrap();
    assert_eq!(files(), 1);
}

async fn without_a_key_nothing_is_approved(bench: Bench) {
    let until = now().plus_seconds(60);
    let retire = RetireKey { key: test_key(1).key().id(), until, expected: None };
    bench.decide(&bench.operator, retire).await.unwrap();
    let award = bench.prepare(draft(1)).await.unwrap();
    let approve = ApproveAward { award, expected: None };
    let order = Order { actor: bench.approver.clone(), at: until };
    assert_eq!(bench.authority.decide(order, approve).await.unwrap_err().code(), "no-key");
    bench.approve(award).await.unwrap();
}
