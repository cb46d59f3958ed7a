//! The loop: what is decided is out there by itself, whatever fails in between.

use std::fs;
use std::time::Duration;

use tokio::sync::oneshot;
use verilabel_issuer::lifecycle::{ChangeKind, Proposal};
use verilabel_issuer::{Health, ProposeChange, Settings};
use verilabel_label::Status;

use super::{House, quick};
use crate::support::{Bench, number, on_both, proposal, propose};

on_both! {
    a_suspension_is_out_there_within_seconds,
    what_falls_due_is_published,
    a_folder_that_goes_away_and_comes_back,
    another_process_is_noticed,
}

fn settings() -> Settings {
    Settings { breath: Duration::from_millis(20), poll: Duration::from_millis(500), ..quick() }
}

struct Service {
    health: tokio::sync::watch::Receiver<Health>,
    stop: oneshot::Sender<()>,
    task: tokio::task::JoinHandle<()>,
}

impl Service {
    fn start(house: &House) -> Self {
        let publisher = house.publisher_with(settings());
        let health = publisher.health();
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(publisher.run(async {
            let _ = stopped.await;
        }));
        Self { health, stop, task }
    }

    async fn until(&mut self, what: &str, holds: impl Fn(&Health) -> bool) {
        let waited = tokio::time::timeout(Duration::from_secs(30), self.health.wait_for(|h| holds(h))).await;
        assert!(waited.is_ok_and(|seen| seen.is_ok()), "{what}: {:?}", self.health.borrow());
    }

    async fn stop(self) {
        self.stop.send(()).unwrap();
        tokio::time::timeout(Duration::from_secs(10), self.task).await.unwrap().unwrap();
    }
}

async fn a_suspension_is_out_there_within_seconds(bench: Bench) {
    let house = House::new(bench);
    let label = house.bench.label(1).await;
    let mut service = Service::start(&house);
    service.until("the first release", |health| health.version == Some(1)).await;
    house.bench.decide(&house.bench.approver, propose(&number(1), ChangeKind::Suspend)).await.unwrap();
    service.until("the suspension", |health| health.version == Some(2)).await;
    assert_eq!(house.stated(label.status), Status::Suspended);
    let end = house.bench.authority.chain_end().await.unwrap().seq;
    service.until("rest", |health| health.through >= Some(end)).await;
    assert_eq!(service.health.borrow().failures, 0);
    service.stop().await;
}

async fn what_falls_due_is_published(bench: Bench) {
    let house = House::new(bench);
    let label = house.bench.label(1).await;
    let later = Proposal { effective_at: Some(house.now().plus_seconds(3_600)), ..proposal() };
    let withdraw = ProposeChange { proposal: later, ..propose(&number(1), ChangeKind::Withdraw) };
    let proposed = house.bench.decide(&house.bench.officer, withdraw).await.unwrap();
    let decide = verilabel_issuer::DecideChange { change: proposed.id, expected: None, approve: true };
    house.bench.decide(&house.bench.approver, decide).await.unwrap();
    let mut service = Service::start(&house);
    service.until("the first release", |health| health.version == Some(1)).await;
    assert_eq!(house.stated(label.status), Status::Valid);
    house.wait(3_600);
    service.until("the withdrawal", |health| health.version == Some(2)).await;
    assert_eq!(house.stated(label.status), Status::Invalid);
    service.stop().await;
}

async fn a_folder_that_goes_away_and_comes_back(bench: Bench) {
    let house = House::new(bench);
    let label = house.bench.label(1).await;
    let mut service = Service::start(&house);
    service.until("the first release", |health| health.version == Some(1)).await;
    let (metadata, aside) = (house.folder().join("pack/metadata"), house.folder().join("pack/aside"));
    fs::rename(&metadata, &aside).unwrap();
    fs::write(&metadata, "in the way").unwrap();
    house.bench.decide(&house.bench.approver, propose(&number(1), ChangeKind::Suspend)).await.unwrap();
    service.until("failures", |health| health.failures_in_a_row >= 2).await;
    assert_eq!(service.health.borrow().last_failure.as_ref().unwrap().code, "publication-unreachable");
    fs::remove_file(&metadata).unwrap();
    fs::rename(&aside, &metadata).unwrap();
    service.until("recovery", |health| health.failures_in_a_row == 0 && health.version > Some(1)).await;
    assert_eq!(house.stated(label.status), Status::Suspended);
    service.stop().await;
}

async fn another_process_is_noticed(bench: Bench) {
    let house = House::new(bench);
    house.bench.label(1).await;
    let mut service = Service::start(&house);
    service.until("the first release", |health| health.version == Some(1)).await;
    let other = house.bench.reopened().await;
    let suspend = propose(&number(1), ChangeKind::Suspend);
    let order = verilabel_issuer::Order { actor: house.bench.approver.clone(), at: house.now() };
    other.decide(order, suspend).await.unwrap();
    service.until("the suspension", |health| health.version == Some(2)).await;
    service.stop().await;
}
