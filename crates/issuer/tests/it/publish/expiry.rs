//! What has a date of expiry is signed anew long before; what nobody reads any more goes.

use verilabel_issuer::lifecycle::{ChangeKind, Proposal};
use verilabel_issuer::{DecideChange, ProposeChange, Settings, Validities};
use verilabel_label::Status;

use super::{House, changed, keep, quick};
use crate::support::{Bench, number, on_both, proposal, propose};

const DAY: i64 = 86_400;

on_both! {
    lists_are_signed_anew_after_half_their_time,
    snapshot_and_timestamp_alone_are_signed_anew,
    targets_metadata_is_signed_anew,
    old_generations_stay_for_a_while_and_then_go,
    what_a_clock_ahead_has_signed_is_signed_anew,
    a_pack_from_the_future_is_made_anew,
    the_one_file_follows_a_clock_set_back,
    old_files_go_after_a_clock_was_set_back,
    what_falls_due_is_out_there_with_the_next_publication,
}

/// Whether anything publishes all the while or not.
async fn what_falls_due_is_out_there_with_the_next_publication(bench: Bench) {
    let house = House::new(bench);
    let label = house.bench.label(1).await;
    let later = Proposal { effective_at: Some(house.now().plus_seconds(3_600)), ..proposal() };
    let withdraw = ProposeChange { proposal: later, ..propose(&number(1), ChangeKind::Withdraw) };
    let change = house.bench.decide(&house.bench.officer, withdraw).await.unwrap().id;
    let approve = DecideChange { change, expected: None, approve: true };
    house.bench.decide(&house.bench.approver, approve).await.unwrap();
    house.publish().await;
    assert_eq!(house.stated(label.status), Status::Valid);
    house.wait(3_600);
    house.publish().await;
    assert_eq!(house.stated(label.status), Status::Invalid);
}

async fn lists_are_signed_anew_after_half_their_time(bench: Bench) {
    let house = House::new(bench);
    let label = house.bench.label(1).await;
    let link = house.link(&label).await;
    let mut publisher = house.publisher();
    publisher.publish().await.unwrap();
    house.wait(3 * DAY);
    assert_eq!(publisher.publish().await.unwrap().version, None);
    house.wait(DAY / 2);
    let done = publisher.publish().await.unwrap();
    assert_eq!((done.version, done.lists), (Some(2), 1));
    // For three years, once a day: nothing ever expires.
    for _ in 0..30 {
        house.wait(3 * DAY);
        publisher.publish().await.unwrap();
        assert_eq!(house.judged(&link).code(), "in-force");
    }
}

async fn snapshot_and_timestamp_alone_are_signed_anew(bench: Bench) {
    let house = House::new(bench);
    house.bench.label(1).await;
    let settings = Settings { list_lifetime: 90 * 86_400, ..quick() };
    let mut publisher = house.publisher_with(settings);
    publisher.publish().await.unwrap();
    let before = house.files();
    house.wait(4 * DAY);
    assert_eq!(publisher.publish().await.unwrap().version, Some(2));
    let written = changed(&before, &house.files());
    assert_eq!(written, ["pack.tar.gz", "pack/metadata/2.snapshot.json", "pack/metadata/timestamp.json"]);
    let versions: Vec<_> = house.pack().accepted().roles().iter().map(|role| role.version).collect();
    assert_eq!(versions, [1, 2, 2, 1], "root, timestamp, snapshot, targets");
    // Another publisher takes the state up as it is.
    house.bench.change(&number(1), ChangeKind::Suspend).await.unwrap();
    assert_eq!(house.publish().await.version, Some(3));
    house.pack();
}

async fn targets_metadata_is_signed_anew(bench: Bench) {
    let house = House::new(bench);
    let validities = Validities { targets: 10 * 86_400, online: 30 * 86_400, ..Validities::default() };
    let settings = Settings { list_lifetime: 90 * 86_400, validities, ..quick() };
    let mut publisher = house.publisher_with(settings);
    publisher.publish().await.unwrap();
    house.wait(6 * DAY);
    assert_eq!(publisher.publish().await.unwrap().version, Some(2));
    let targets = house.pack().accepted().roles()[3];
    assert_eq!((targets.version, targets.expires), (2, house.now().plus_seconds(10 * 86_400)));
}

async fn old_generations_stay_for_a_while_and_then_go(bench: Bench) {
    let house = House::new(bench);
    house.bench.label(1).await;
    let mut publisher = house.publisher_with(keep(3, 600));
    let mut most = 0;
    for _ in 0..10 {
        house.bench.change(&number(1), ChangeKind::Suspend).await.unwrap();
        publisher.publish().await.unwrap();
        house.bench.change(&number(1), ChangeKind::Reinstate).await.unwrap();
        publisher.publish().await.unwrap();
        house.wait(300);
        most = most.max(house.files().len());
    }
    let (version, names) = (house.version(), house.files());
    assert_eq!(version, 20);
    let snapshots: Vec<_> = names.keys().filter(|name| name.ends_with(".snapshot.json")).collect();
    assert!((3..=8).contains(&snapshots.len()), "{snapshots:?}");
    assert!(most < 45, "{most} files");
    assert!(names.contains_key("pack/metadata/18.snapshot.json"), "two generations before the present one");
    assert!(!names.contains_key("pack/metadata/5.snapshot.json"));
    assert!(names.contains_key("pack/metadata/1.root.json"));
    house.pack();
}

/// Verifiers take no status list from the future.
async fn what_a_clock_ahead_has_signed_is_signed_anew(bench: Bench) {
    let house = House::new(bench);
    // After the first moment of the key.
    house.wait(60);
    let label = house.bench.label(1).await;
    let link = house.link(&label).await;
    let mut publisher = house.publisher();
    publisher.publish().await.unwrap();
    house.wait(30 * DAY);
    assert_eq!(publisher.publish().await.unwrap().lists, 1);
    house.wait(-30 * DAY);
    assert_eq!(publisher.publish().await.unwrap().lists, 1);
    assert_eq!(house.judged(&link).code(), "in-force");
    assert_eq!(house.pack().accepted().made(), Some(house.now()));
    assert_eq!(publisher.publish().await.unwrap().version, None);
    // Clocks of several publishers need not be the same.
    house.wait(-5);
    assert_eq!(publisher.publish().await.unwrap().version, None);
}

/// Where there is no list that would be signed anew.
async fn a_pack_from_the_future_is_made_anew(bench: Bench) {
    let house = House::new(bench);
    house.wait(DAY);
    house.publish().await;
    house.wait(-DAY);
    assert_eq!(house.publish().await.version, Some(2));
    assert_eq!(house.pack().accepted().made(), Some(house.now()));
    assert_eq!(house.publish().await.version, None);
}

async fn the_one_file_follows_a_clock_set_back(bench: Bench) {
    let house = House::new(bench);
    house.bench.label(1).await;
    let mut publisher = house.publisher();
    house.wait(2 * 3_600);
    publisher.publish().await.unwrap();
    house.wait(-2 * 3_600);
    house.bench.change(&number(1), ChangeKind::Suspend).await.unwrap();
    publisher.publish().await.unwrap();
    assert_eq!(house.one_file().accepted().roles(), house.pack().accepted().roles());
}

async fn old_files_go_after_a_clock_was_set_back(bench: Bench) {
    let house = House::new(bench);
    house.bench.label(1).await;
    let mut publisher = house.publisher_with(keep(1, 0));
    house.wait(2 * 3_600);
    publisher.publish().await.unwrap();
    house.wait(-2 * 3_600);
    for change in [ChangeKind::Suspend, ChangeKind::Reinstate] {
        house.bench.change(&number(1), change).await.unwrap();
        publisher.publish().await.unwrap();
        house.wait(60);
    }
    let releases = "SELECT CAST(version AS TEXT) AS text FROM releases ORDER BY version";
    assert_eq!(house.bench.read_all(releases).await, ["1", "3"], "the first is from the future still");
}
