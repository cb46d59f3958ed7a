//! From draft to published label.

use verilabel_issuer::lifecycle::{AwardState, Draft, Note};
use verilabel_issuer::{
    ApproveAward, AwardFilter, AwardId, Batch, BatchMode, LabelAward, MarkPublished, PrepareAward,
    ProductFacts, PutManufacturer, PutProduct, Refusal, RejectAward, ReviseAward, Version,
};
use verilabel_label::Status;
use verilabel_wire::Sign;

use crate::support::{Bench, award, claims, draft, gtin, number, on_both, signers, test_key};

on_both! {
    a_label_is_prepared_approved_minted_and_published,
    nothing_is_signed_before_it_is_approved,
    a_number_is_one_labels,
    a_product_has_one_label_at_a_time,
    a_renewal_takes_the_place_of_what_it_renews,
    what_the_register_forbids_is_not_prepared,
    who_saw_another_version_decides_again,
    a_rejected_draft_frees_its_number,
    a_batch_is_all_or_nothing_or_goes_on,
    products_bind_their_gtins,
    a_label_ends_with_its_products_updates,
    a_gtin_named_twice_gets_one_code,
    two_processes_work_on_one_authority,
}

async fn state(bench: &Bench, award: AwardId) -> AwardState {
    bench.authority.award(award).await.unwrap().state
}

async fn publish(bench: &Bench) {
    let end = bench.authority.chain_end().await.unwrap();
    let mark = MarkPublished { through: end.seq, note: "version 1".to_owned() };
    bench.decide(&bench.operator, mark).await.unwrap();
}

async fn a_label_is_prepared_approved_minted_and_published(bench: Bench) {
    let family = Draft { further_gtins: vec![gtin(101), gtin(102)], ..draft(1) };
    let id = bench.prepare(family).await.unwrap();
    assert_eq!(state(&bench, id).await, AwardState::Draft);
    let approved = bench.approve(id).await.unwrap();
    assert_eq!((state(&bench, id).await, approved.codes), (AwardState::Approved, 3));
    assert_eq!(bench.mint().await, 3);
    assert_eq!(bench.mint().await, 0, "nothing is signed twice");
    assert_eq!(state(&bench, id).await, AwardState::Minted);
    publish(&bench).await;
    assert_eq!(state(&bench, id).await, AwardState::Published);

    let codes = bench.authority.codes_of_award(id).await.unwrap();
    let key = test_key(1).key().clone();
    let mut met: Vec<_> = codes.iter().map(|code| code.gtin).collect();
    met.sort_unstable();
    assert_eq!(met, [gtin(1), gtin(101), gtin(102)]);
    for code in &codes {
        let claims = claims(code.link.as_ref().unwrap(), &key);
        assert_eq!((&claims.number, claims.status), (&number(1), approved.status));
        assert_eq!(claims.issued_at, code.issued_at);
        assert!(code.published && !code.replaced);
    }
    let mut snapshot = bench.authority.snapshot().await.unwrap();
    let products = snapshot.all_products().await.unwrap();
    assert_eq!((products.len(), products[0].gtins.len()), (1, 3));
}

async fn nothing_is_signed_before_it_is_approved(bench: Bench) {
    let id = bench.prepare(draft(1)).await.unwrap();
    assert_eq!(bench.mint().await, 0);
    assert!(bench.authority.codes_of_award(id).await.unwrap().is_empty());
    let reject = RejectAward { award: id, expected: None, note: Note::new("no").unwrap() };
    bench.decide(&bench.approver, reject).await.unwrap();
    assert_eq!(bench.approve(id).await.unwrap_err().code(), "award-not-a-draft");
    assert_eq!(bench.mint().await, 0);
}

async fn a_number_is_one_labels(bench: Bench) {
    bench.prepare(draft(1)).await.unwrap();
    let other = Draft::of(LabelAward { gtin: gtin(2), ..award(1) });
    assert_eq!(bench.prepare(other).await.unwrap_err().code(), "number-taken");
}

async fn a_product_has_one_label_at_a_time(bench: Bench) {
    bench.label(1).await;
    let same = |n, from: &str, until: &str| {
        Draft::of(LabelAward {
            gtin: gtin(1),
            awarded: from.parse().unwrap(),
            valid_until: until.parse().unwrap(),
            ..award(n)
        })
    };
    let overlapping = bench.prepare(same(2, "2029-10-31", "2030-10-01")).await.unwrap_err();
    assert_eq!(overlapping.code(), "duplicate-gtin");
    assert!(overlapping.to_string().contains("CSA/311029/1"), "{overlapping}");
    bench.prepare(same(3, "2029-11-01", "2030-10-01")).await.unwrap();
    // Two drafts may stand side by side; the second approval meets the first.
    let (a, b) = (
        bench.prepare(same(4, "2031-01-01", "2031-12-31")).await.unwrap(),
        bench.prepare(same(5, "2031-06-01", "2032-12-31")).await.unwrap(),
    );
    bench.approve(a).await.unwrap();
    assert_eq!(bench.approve(b).await.unwrap_err().code(), "duplicate-gtin");
    // What is withdrawn is out of the way.
    bench.change(&number(4), verilabel_issuer::lifecycle::ChangeKind::Withdraw).await.unwrap();
    bench.approve(b).await.unwrap();
}

async fn a_renewal_takes_the_place_of_what_it_renews(bench: Bench) {
    let first = bench.label(1).await;
    publish(&bench).await;
    let longer = |until: &str| Draft {
        renewal: true,
        ..Draft::of(LabelAward {
            awarded: "2026-11-20".parse().unwrap(),
            valid_until: until.parse().unwrap(),
            ..award(1)
        })
    };
    assert_eq!(bench.prepare(longer("2029-10-31")).await.unwrap_err().code(), "renewal-not-later");
    let other = Draft { further_gtins: vec![gtin(7)], ..longer("2029-11-15") };
    assert_eq!(bench.prepare(other).await.unwrap_err().code(), "renewal-differs");
    let nothing = Draft { renewal: true, ..draft(9) };
    assert_eq!(bench.prepare(nothing).await.unwrap_err().code(), "nothing-to-renew");

    let id = bench.prepare(longer("2029-11-15")).await.unwrap();
    assert_eq!(bench.prepare(longer("2029-11-16")).await.unwrap_err().code(), "number-taken");
    let renewed = bench.approve(id).await.unwrap();
    assert_eq!((renewed.label, renewed.status), (first.label, first.status), "the same label");
    bench.mint().await;
    assert_eq!(state(&bench, first.award).await, AwardState::Published, "until the renewal is published");
    publish(&bench).await;
    assert_eq!(state(&bench, first.award).await, AwardState::Renewed);
    assert_eq!(state(&bench, id).await, AwardState::Published);
    let codes = bench.authority.codes_of_label(first.label).await.unwrap();
    assert_eq!(codes.iter().map(|code| code.replaced).collect::<Vec<_>>(), [true, false]);
    let label = bench.authority.label(&number(1)).await.unwrap();
    assert_eq!(label.valid_until.last_date().to_string(), "2029-11-15");
    assert_eq!(label.status, Status::Valid);
}

async fn what_the_register_forbids_is_not_prepared(bench: Bench) {
    let good = award(1);
    let cases = [
        (LabelAward { valid_until: "2029-11-01".parse().unwrap(), ..good.clone() }, "award-too-long"),
        (LabelAward { level: 5.try_into().unwrap(), ..good.clone() }, "award-unknown-level"),
        (LabelAward { scheme: "sg.cls-md".parse().unwrap(), ..good.clone() }, "award-not-entitled"),
        (LabelAward { scheme: "xx.none".parse().unwrap(), ..good.clone() }, "award-unknown-scheme"),
        (
            LabelAward { scheme: "gb.psti".parse().unwrap(), level: 1.try_into().unwrap(), ..good.clone() },
            "award-not-a-label",
        ),
        (LabelAward { category: Some("boat".parse().unwrap()), ..good.clone() }, "award-unknown-category"),
        (LabelAward { models: vec![], ..good.clone() }, "field-empty"),
        (LabelAward { valid_until: "2026-10-31".parse().unwrap(), ..good.clone() }, "validity-order"),
    ];
    for (award, expected) in cases {
        assert_eq!(bench.prepare(Draft::of(award)).await.unwrap_err().code(), expected);
    }
    let support_until = Some("2028-01-01".parse().unwrap());
    let beyond = Draft { support_until, ..draft(1) };
    assert_eq!(bench.prepare(beyond).await.unwrap_err().code(), "award-beyond-support");
    let none = bench.authority.awards(&AwardFilter::default(), AwardId::new(0), 10).await.unwrap();
    assert!(none.is_empty(), "nothing is on record");
    bench.prepare(draft(1)).await.unwrap();
}

async fn who_saw_another_version_decides_again(bench: Bench) {
    let award = bench.prepare(draft(1)).await.unwrap();
    let lean = Draft { lean: true, ..draft(1) };
    let revise = ReviseAward { award, expected: Some(Version::FIRST), draft: lean.clone() };
    bench.decide(&bench.officer, revise.clone()).await.unwrap();
    let stale = bench.decide(&bench.officer, revise).await.unwrap_err();
    assert_eq!(stale, Refusal::Stale { expected: Version::FIRST, found: Version::new(2) });
    let approve = ApproveAward { award, expected: Some(Version::FIRST) };
    assert_eq!(bench.decide(&bench.approver, approve).await.unwrap_err().code(), "stale-version");
    let approve = ApproveAward { award, expected: Some(Version::new(2)) };
    bench.decide(&bench.approver, approve).await.unwrap();
    bench.mint().await;
    let codes = bench.authority.codes_of_award(award).await.unwrap();
    let key = test_key(1).key().clone();
    assert!(
        claims(codes[0].link.as_ref().unwrap(), &key).names.is_none(),
        "the revised draft is what counts"
    );
}

async fn a_rejected_draft_frees_its_number(bench: Bench) {
    let award = bench.prepare(draft(1)).await.unwrap();
    let reject = RejectAward { award, expected: None, note: Note::new("taken back").unwrap() };
    let another = bench.decide(&bench.both, PrepareAward { draft: draft(2) }).await.unwrap();
    let other = RejectAward { award: another, ..reject.clone() };
    assert_eq!(bench.decide(&bench.officer, other).await.unwrap_err().code(), "role-missing");
    bench.decide(&bench.officer, reject).await.unwrap();
    bench.label(1).await;
}

async fn a_batch_is_all_or_nothing_or_goes_on(bench: Bench) {
    let drafts = || vec![draft(1), draft(2), draft(1), draft(3), Draft { renewal: true, ..draft(8) }];
    let batch = |mode| Batch {
        decisions: drafts().into_iter().map(|draft| PrepareAward { draft }).collect::<Vec<_>>(),
        mode,
    };
    let refused = bench.decide(&bench.officer, batch(BatchMode::AllOrNothing)).await.unwrap_err();
    let Refusal::Several { faults, of: 5 } = &refused else { panic!("{refused}") };
    let faults: Vec<_> = faults.iter().map(|(at, refusal)| (*at, refusal.code())).collect();
    assert_eq!(faults, [(2, "number-taken"), (4, "nothing-to-renew")]);
    let awards = || async {
        bench.authority.awards(&AwardFilter::default(), AwardId::new(0), 100).await.unwrap().len()
    };
    assert_eq!(awards().await, 0);
    let outcomes = bench.decide(&bench.officer, batch(BatchMode::KeepGoing)).await.unwrap();
    let codes: Vec<_> = outcomes.iter().map(|o| o.as_ref().err().map_or("done", Refusal::code)).collect();
    assert_eq!(codes, ["done", "done", "number-taken", "done", "nothing-to-renew"]);
    assert_eq!(awards().await, 3);
    let decisions = outcomes.iter().flatten().map(|id| ApproveAward { award: *id, expected: None }).collect();
    let approved = bench.decide(&bench.approver, Batch { decisions, mode: BatchMode::AllOrNothing }).await;
    assert_eq!(approved.unwrap().len(), 3);
    assert_eq!(bench.mint().await, 3);
}

async fn products_bind_their_gtins(bench: Bench) {
    let maker = PutManufacturer { id: None, name: "Lumora Devices".parse().unwrap(), contact: None };
    let manufacturer = bench.decide(&bench.officer, maker.clone()).await.unwrap();
    assert_eq!(bench.decide(&bench.officer, maker).await.unwrap_err().code(), "name-taken");
    let facts = |gtins| ProductFacts {
        manufacturer,
        brand: "Lumora".parse().unwrap(),
        models: vec!["AX-3000".parse().unwrap()],
        category: Some("router".parse().unwrap()),
        gtins,
        picture: None,
        support_until: None,
    };
    let put = PutProduct { id: None, facts: facts(vec![gtin(1)]) };
    let product = bench.decide(&bench.officer, put.clone()).await.unwrap();
    assert_eq!(bench.decide(&bench.officer, put).await.unwrap_err().code(), "gtin-taken");
    let other = Draft { product: Some(product), ..draft(2) };
    assert_eq!(bench.prepare(other.clone()).await.unwrap_err().code(), "gtin-not-of-product");
    let put = PutProduct { id: Some((product, Some(Version::FIRST))), facts: facts(vec![gtin(1), gtin(2)]) };
    bench.decide(&bench.officer, put.clone()).await.unwrap();
    assert_eq!(bench.decide(&bench.officer, put).await.unwrap_err().code(), "stale-version");
    bench.prepare(other).await.unwrap();
    assert_eq!(bench.authority.product(product).await.unwrap().facts.gtins, [gtin(1), gtin(2)]);
}

async fn a_label_ends_with_its_products_updates(bench: Bench) {
    let maker = PutManufacturer { id: None, name: "Lumora Devices".parse().unwrap(), contact: None };
    let manufacturer = bench.decide(&bench.officer, maker).await.unwrap();
    let facts = |support_until: &str| ProductFacts {
        manufacturer,
        brand: "Lumora".parse().unwrap(),
        models: vec!["AX-3000".parse().unwrap()],
        category: None,
        gtins: vec![gtin(1)],
        picture: None,
        support_until: Some(support_until.parse().unwrap()),
    };
    let put = PutProduct { id: None, facts: facts("2029-10-30") };
    let product = bench.decide(&bench.officer, put).await.unwrap();
    // The draft says nothing of it, or another day.
    for support_until in [None, Some("2031-12-31".parse().unwrap())] {
        let beyond = Draft { product: Some(product), support_until, ..draft(1) };
        let refused = bench.prepare(beyond).await.unwrap_err();
        assert_eq!(refused.code(), "award-beyond-support");
        assert!(refused.to_string().contains("2029-10-30"), "{refused}");
    }
    let change = async |support_until| {
        let facts = facts(support_until);
        bench.decide(&bench.officer, PutProduct { id: Some((product, None)), facts }).await.unwrap();
    };
    change("2029-10-31").await;
    let award = bench.prepare(Draft { product: Some(product), ..draft(1) }).await.unwrap();
    // What holds when a draft is made may not hold when it is approved.
    change("2029-10-30").await;
    assert_eq!(bench.approve(award).await.unwrap_err().code(), "award-beyond-support");
    change("2029-10-31").await;
    bench.approve(award).await.unwrap();
}

async fn a_gtin_named_twice_gets_one_code(bench: Bench) {
    let further_gtins = vec![gtin(102), gtin(101), gtin(1), gtin(102), gtin(101)];
    let id = bench.prepare(Draft { further_gtins, ..draft(1) }).await.unwrap();
    assert_eq!(bench.approve(id).await.unwrap().codes, 3);
    bench.mint().await;
    let codes = bench.authority.codes_of_award(id).await.unwrap();
    assert_eq!(codes.iter().map(|code| code.gtin).collect::<Vec<_>>(), [gtin(1), gtin(102), gtin(101)]);
}

async fn two_processes_work_on_one_authority(bench: Bench) {
    let other = bench.reopened().await;
    for n in 1..=20 {
        let id = bench.prepare(draft(n)).await.unwrap();
        let approve = ApproveAward { award: id, expected: None };
        let order = verilabel_issuer::Order { actor: bench.approver.clone(), at: crate::support::now() };
        other.decide(order, approve).await.unwrap();
    }
    // Both sign at once; the first signature of a code stands.
    let signers = signers();
    let (one, two) = tokio::join!(
        bench.authority.mint_outstanding(&signers, crate::support::now()),
        other.mint_outstanding(&signers, crate::support::now())
    );
    assert_eq!(one.unwrap() + two.unwrap(), 20);
    assert!(bench.authority.verify_chain(&[]).await.unwrap().faults.is_empty());
}
