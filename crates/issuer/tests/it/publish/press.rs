//! Files for printers.

use std::fs;

use verilabel_issuer::LabelAward;
use verilabel_issuer::Settings;
use verilabel_issuer::lifecycle::{ChangeKind, Draft};
use verilabel_symbol::PrintSpec;
use verilabel_symbol::draw::Mm;

use super::House;
use crate::support::{Bench, award, number, on_both};

on_both! {
    every_file_of_a_label_is_written,
    serial_numbers_have_folders_of_their_own,
    what_cannot_be_drawn_holds_up_nothing,
    many_labels_come_in_several_publications,
    a_product_with_another_label_has_its_files,
}

async fn every_file_of_a_label_is_written(bench: Bench) {
    let house = House::new(bench);
    house.bench.label(1).await;
    let done = house.publisher_with(Settings::default()).publish().await.unwrap();
    assert_eq!((done.labels, done.not_drawn), (1, 0));
    let folder = house.folder().join("labels/01").join(award(1).gtin.as_str());
    let read = |file: &str| fs::read(folder.join(file)).unwrap();
    assert!(read("label.pdf").starts_with(b"%PDF-"));
    assert!(read("label.png").starts_with(b"\x89PNG"));
    assert!(String::from_utf8(read("label.svg")).unwrap().contains("CSA/311029/1"));
    assert!(!read("credential.jwt").is_empty() && read("link.txt").ends_with(b"\n"));
}

async fn serial_numbers_have_folders_of_their_own(bench: Bench) {
    let house = House::new(bench);
    let unit = LabelAward { serial: Some("A/1".parse().unwrap()), ..award(1) };
    let id = house.bench.prepare(Draft::of(unit)).await.unwrap();
    let label = house.bench.approve(id).await.unwrap();
    house.bench.mint().await;
    house.publish().await;
    let folder = house.folder().join("labels/01").join(award(1).gtin.as_str()).join("21/A_2f1");
    let link = fs::read_to_string(folder.join("link.txt")).unwrap();
    assert_eq!(link.trim_end(), house.link(&label).await);
}

async fn what_cannot_be_drawn_holds_up_nothing(bench: Bench) {
    let house = House::new(bench);
    house.bench.label(1).await;
    let spec = PrintSpec { max_side: Some(Mm::new(10.0).unwrap()), ..PrintSpec::default() };
    let mut publisher = house.publisher_with(Settings { spec, ..Settings::default() });
    let done = publisher.publish().await.unwrap();
    assert_eq!((done.labels, done.not_drawn), (1, 1));
    assert!(done.why_not_drawn.is_some());
    let health = publisher.health().borrow().clone();
    assert_eq!(health.last_failure.unwrap().code, "label-not-drawn");
    let folder = house.folder().join("labels/01").join(award(1).gtin.as_str());
    assert!(folder.join("link.txt").exists() && !folder.join("label.svg").exists());
    assert!(!publisher.publish().await.unwrap().more, "it is not tried again and again");
}

async fn a_product_with_another_label_has_its_files(bench: Bench) {
    let house = House::new(bench);
    house.bench.label(1).await;
    house.publish().await;
    house.bench.change(&number(1), ChangeKind::Withdraw).await.unwrap();
    let again = LabelAward { number: number(2), ..award(1) };
    let id = house.bench.prepare(Draft::of(again)).await.unwrap();
    let label = house.bench.approve(id).await.unwrap();
    house.bench.mint().await;
    let mut publisher = house.publisher();
    publisher.publish().await.unwrap();
    let links = publisher.links().await.unwrap();
    assert_eq!(links, [house.link(&label).await]);
    let found = house.bench.authority.reconcile(links.into_iter()).await.unwrap();
    assert_eq!((found.agreeing, found.discrepancies), (1, vec![]));
}

async fn many_labels_come_in_several_publications(bench: Bench) {
    let house = House::new(bench);
    for n in 1..=150 {
        let id = house.bench.prepare(crate::support::draft(n)).await.unwrap();
        house.bench.approve(id).await.unwrap();
    }
    house.bench.mint().await;
    let mut publisher = house.publisher();
    let first = publisher.publish().await.unwrap();
    assert_eq!((first.labels, first.more, first.version), (128, true, Some(1)));
    let second = publisher.publish().await.unwrap();
    assert_eq!((second.labels, second.more, second.version), (22, false, None));
    assert!(second.through > first.through);
    assert_eq!(publisher.links().await.unwrap().len(), 150);
    let pack = house.pack();
    let known = (1..=150).filter(|n| pack.product(&pack.issuers()[0], &number(*n)).is_some());
    assert_eq!(known.count(), 150);
}
