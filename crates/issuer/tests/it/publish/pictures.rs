//! Pictures of products are out there where records name them, and only those that were handed in.

use verilabel_issuer::lifecycle::Draft;
use verilabel_issuer::{
    Picture, PictureKind, ProductFacts, ProductId, PutManufacturer, PutPicture, PutProduct,
};
use verilabel_trust::PicturePath;

use super::House;
use crate::support::{Bench, award, draft, gtin, number, on_both};

on_both! {
    a_picture_is_published_with_its_product,
    a_picture_elsewhere_is_not_vouched_for,
    a_damaged_picture_holds_up_nothing,
}

async fn product(bench: &Bench, picture: Option<String>) -> ProductId {
    let maker = PutManufacturer { id: None, name: award(1).manufacturer, contact: None };
    let facts = ProductFacts {
        manufacturer: bench.decide(&bench.officer, maker).await.unwrap(),
        brand: award(1).brand,
        models: award(1).models,
        category: None,
        gtins: vec![gtin(1)],
        picture,
        support_until: None,
    };
    bench.decide(&bench.officer, PutProduct { id: None, facts }).await.unwrap()
}

async fn labelled(house: &House, product: ProductId) {
    let draft = Draft { product: Some(product), ..draft(1) };
    let award = house.bench.prepare(draft).await.unwrap();
    house.bench.approve(award).await.unwrap();
    house.bench.mint().await;
}

/// What the pack names, once it is published.
async fn published(house: &House) -> Option<PicturePath> {
    house.publish().await;
    let pack = house.pack();
    pack.product(&pack.issuers()[0], &number(1)).unwrap().picture.clone()
}

async fn a_picture_is_published_with_its_product(bench: Bench) {
    let house = House::new(bench);
    let product = product(&house.bench, None).await;
    let put = |bytes: &[u8]| {
        let picture = Picture { kind: PictureKind::Png, bytes: bytes.to_vec() };
        PutPicture { product, expected: None, picture }
    };
    let (bench, officer) = (&house.bench, &house.bench.officer);
    bench.decide(officer, put(b"the first")).await.unwrap();
    assert_eq!(house.publish().await.version, Some(1));
    assert!(house.files().keys().all(|name| !name.starts_with("pictures/")), "the product has no label");

    labelled(&house, product).await;
    let first = published(&house).await.expect("the product has a picture");
    assert_eq!(house.files().get(first.as_str()).unwrap(), b"the first");
    assert_eq!(house.publish().await.version, None, "nothing has changed");

    bench.decide(officer, put(b"the second")).await.unwrap();
    let second = published(&house).await.expect("the product has a picture");
    assert_ne!(first, second);
    assert_eq!(house.files().get(second.as_str()).unwrap(), b"the second");
    assert!(house.files().contains_key(first.as_str()), "readers of the release before may ask for it");

    // Taken away, and a path that somebody typed.
    let record = house.bench.authority.product(product).await.unwrap();
    let facts = ProductFacts { picture: Some(first.to_string()), ..record.facts };
    bench.decide(officer, PutProduct { id: Some((product, None)), facts }).await.unwrap();
    assert_eq!(published(&house).await, None);
    assert_eq!(bench.authority.picture(product).await.unwrap_err().code(), "not-found");
    assert_eq!(house.bench.authority.verify_chain(&[]).await.unwrap().faults, []);
}

async fn a_damaged_picture_holds_up_nothing(bench: Bench) {
    let house = House::new(bench);
    let product = product(&house.bench, None).await;
    let picture = Picture { kind: PictureKind::Png, bytes: b"a picture".to_vec() };
    let put = PutPicture { product, expected: None, picture };
    house.bench.decide(&house.bench.officer, put).await.unwrap();
    house.bench.tamper("UPDATE pictures SET bytes = 'bm90aGluZw=='").await;
    labelled(&house, product).await;
    assert_eq!(published(&house).await, None, "what is not there is not named");
}

async fn a_picture_elsewhere_is_not_vouched_for(bench: Bench) {
    let house = House::new(bench);
    let product = product(&house.bench, Some("https://shop.example/picture.png".to_owned())).await;
    labelled(&house, product).await;
    assert_eq!(published(&house).await, None);
}
