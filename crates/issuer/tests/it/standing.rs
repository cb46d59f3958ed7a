//! Suspended, reinstated, withdrawn.

use verilabel_issuer::lifecycle::{Advisory, ChangeKind, ChangeState, Proposal};
use verilabel_issuer::{Actor, ApplyDue, DecideChange, Order, ProposeChange};
use verilabel_label::Status;

use crate::support::{Bench, now, number, on_both, proposal, propose};

on_both! {
    a_suspension_needs_one_approver,
    reinstating_and_withdrawing_need_two_people,
    withdrawn_is_for_good,
    a_withdrawal_of_the_future_waits_for_its_time,
    a_suspension_does_not_wait,
    a_suspension_is_not_lifted_by_who_did_not_know_of_it,
    what_is_scheduled_can_be_called_off,
    what_two_people_decided_its_preparer_does_not_call_off,
    a_stale_label_is_not_changed,
}

async fn a_suspension_needs_one_approver(bench: Bench) {
    let label = bench.label(1).await;
    let waiting = bench.decide(&bench.officer, propose(&label.number, ChangeKind::Suspend)).await.unwrap();
    assert_eq!((waiting.state, waiting.status), (ChangeState::Proposed, Status::Valid));
    assert_eq!(bench.status(label.status).await, Status::Valid);
    let advised = Proposal { advisory: Some(Advisory::new("CSAF-2026-0001").unwrap()), ..proposal() };
    let suspend = ProposeChange { proposal: advised, ..propose(&label.number, ChangeKind::Suspend) };
    let done = bench.decide(&bench.approver, suspend).await.unwrap();
    assert_eq!((done.state, done.status), (ChangeState::Applied, Status::Suspended));
    assert_eq!(bench.status(label.status).await, Status::Suspended);
    let record = bench.authority.change(done.id).await.unwrap();
    assert_eq!(record.proposal.advisory.unwrap().as_str(), "CSAF-2026-0001");
    assert_eq!(record.approver, Some(record.preparer));
    // What the officer proposed has been overtaken.
    let decide = DecideChange { change: waiting.id, expected: None, approve: true };
    assert_eq!(bench.decide(&bench.approver, decide).await.unwrap_err().code(), "label-suspended-already");
}

async fn reinstating_and_withdrawing_need_two_people(bench: Bench) {
    let label = bench.label(1).await;
    bench.decide(&bench.approver, propose(&label.number, ChangeKind::Suspend)).await.unwrap();
    for kind in [ChangeKind::Reinstate, ChangeKind::Withdraw] {
        let proposed = bench.decide(&bench.both, propose(&label.number, kind)).await.unwrap();
        assert_eq!(proposed.state, ChangeState::Proposed, "{kind}");
        let decide = DecideChange { change: proposed.id, expected: None, approve: true };
        assert_eq!(bench.decide(&bench.both, decide.clone()).await.unwrap_err().code(), "two-people");
        assert_eq!(bench.decide(&bench.officer, decide.clone()).await.unwrap_err().code(), "role-missing");
        let done = bench.decide(&bench.approver, decide.clone()).await.unwrap();
        assert_eq!(done.state, ChangeState::Applied);
        assert_eq!(bench.status(label.status).await, done.status);
        assert_eq!(bench.decide(&bench.approver, decide).await.unwrap_err().code(), "change-not-proposed");
    }
    assert_eq!(bench.status(label.status).await, Status::Invalid);
}

async fn withdrawn_is_for_good(bench: Bench) {
    let label = bench.label(1).await;
    bench.change(&label.number, ChangeKind::Withdraw).await.unwrap();
    for kind in [ChangeKind::Suspend, ChangeKind::Reinstate, ChangeKind::Withdraw] {
        let refused = bench.decide(&bench.both, propose(&label.number, kind)).await.unwrap_err();
        assert_eq!(refused.code(), "label-withdrawn", "{kind}");
    }
    assert_eq!(bench.status(label.status).await, Status::Invalid);
    let unknown = bench.decide(&bench.both, propose(&number(77), ChangeKind::Suspend)).await.unwrap_err();
    assert_eq!(unknown.code(), "not-found");
    let valid = bench.label(2).await;
    let refused = bench.decide(&bench.both, propose(&valid.number, ChangeKind::Reinstate)).await.unwrap_err();
    assert_eq!(refused.code(), "label-not-suspended");
}

async fn a_withdrawal_of_the_future_waits_for_its_time(bench: Bench) {
    let (label, other) = (bench.label(1).await, bench.label(2).await);
    let later = now().plus_seconds(3_600);
    for label in [&label, &other] {
        let proposal = Proposal { effective_at: Some(later), ..proposal() };
        let withdraw = ProposeChange { proposal, ..propose(&label.number, ChangeKind::Withdraw) };
        let proposed = bench.decide(&bench.officer, withdraw).await.unwrap();
        let decide = DecideChange { change: proposed.id, expected: None, approve: true };
        assert_eq!(bench.decide(&bench.approver, decide).await.unwrap().state, ChangeState::Scheduled);
    }
    // The other is withdrawn meanwhile, so that its scheduled change becomes void.
    bench.change(&other.number, ChangeKind::Withdraw).await.unwrap();
    let due = |at| bench.authority.decide(Order { actor: Actor::System, at }, ApplyDue);
    assert_eq!(due(now()).await.unwrap().applied, 0);
    assert_eq!(bench.status(label.status).await, Status::Valid);
    let done = due(later).await.unwrap();
    assert_eq!((done.applied, done.void), (1, 1));
    assert_eq!(bench.status(label.status).await, Status::Invalid);
    assert_eq!(due(later).await.unwrap().applied, 0);
}

async fn a_suspension_does_not_wait(bench: Bench) {
    let label = bench.label(1).await;
    let proposal = Proposal { effective_at: Some(now().plus_seconds(1)), ..proposal() };
    let suspend = ProposeChange { proposal, ..propose(&label.number, ChangeKind::Suspend) };
    assert_eq!(bench.decide(&bench.approver, suspend).await.unwrap_err().code(), "suspension-in-future");
}

async fn a_suspension_is_not_lifted_by_who_did_not_know_of_it(bench: Bench) {
    let label = bench.label(1).await;
    let later = now().plus_seconds(3_600);
    let reinstate = ProposeChange {
        proposal: Proposal { effective_at: Some(later), ..proposal() },
        ..propose(&label.number, ChangeKind::Reinstate)
    };
    let early = bench.decide(&bench.officer, reinstate.clone()).await.unwrap_err();
    assert_eq!(
        early.code(),
        "label-not-suspended",
        "there is nothing to reinstate, and no telling what there will be"
    );

    let suspend = || bench.decide(&bench.approver, propose(&label.number, ChangeKind::Suspend));
    suspend().await.unwrap();
    let scheduled = bench.decide(&bench.officer, reinstate.clone()).await.unwrap().id;
    let approve = DecideChange { change: scheduled, expected: None, approve: true };
    assert_eq!(bench.decide(&bench.approver, approve).await.unwrap().state, ChangeState::Scheduled);
    let proposed = bench.decide(&bench.officer, reinstate).await.unwrap().id;

    // Another reason comes up while the label is suspended.
    let again = suspend().await.unwrap();
    assert_eq!((again.state, again.status), (ChangeState::Applied, Status::Suspended));
    for change in [scheduled, proposed] {
        assert_eq!(bench.authority.change(change).await.unwrap().state, ChangeState::Void);
    }
    let due = bench.authority.decide(Order { actor: Actor::System, at: later }, ApplyDue).await.unwrap();
    assert_eq!((due.applied, due.void), (0, 0));
    assert_eq!(bench.status(label.status).await, Status::Suspended);
    assert_eq!(suspend().await.unwrap_err().code(), "label-suspended-already");
    assert_eq!(bench.authority.verify_chain(&[]).await.unwrap().faults, []);
}

async fn what_is_scheduled_can_be_called_off(bench: Bench) {
    let label = bench.label(1).await;
    let later = now().plus_seconds(3_600);
    let proposal = Proposal { effective_at: Some(later), ..proposal() };
    let withdraw = ProposeChange { proposal, ..propose(&label.number, ChangeKind::Withdraw) };
    let change = bench.decide(&bench.officer, withdraw).await.unwrap().id;
    let decide = |approve| DecideChange { change, expected: None, approve };
    bench.decide(&bench.approver, decide(true)).await.unwrap();
    assert_eq!(bench.decide(&bench.approver, decide(true)).await.unwrap_err().code(), "change-not-proposed");
    assert_eq!(bench.decide(&bench.officer, decide(false)).await.unwrap_err().code(), "role-missing");
    assert_eq!(bench.decide(&bench.approver, decide(false)).await.unwrap().state, ChangeState::Rejected);
    let due = bench.authority.decide(Order { actor: Actor::System, at: later }, ApplyDue).await.unwrap();
    assert_eq!((due.applied, due.void), (0, 0));
    assert_eq!(bench.status(label.status).await, Status::Valid);
    assert_eq!(bench.decide(&bench.approver, decide(false)).await.unwrap_err().code(), "change-not-proposed");
}

async fn what_two_people_decided_its_preparer_does_not_call_off(bench: Bench) {
    let label = bench.label(1).await;
    let proposal = Proposal { effective_at: Some(now().plus_seconds(3_600)), ..proposal() };
    let withdraw = ProposeChange { proposal, ..propose(&label.number, ChangeKind::Withdraw) };
    let decide = |change, approve| DecideChange { change, expected: None, approve };
    let change = bench.decide(&bench.both, withdraw.clone()).await.unwrap().id;
    bench.decide(&bench.approver, decide(change, true)).await.unwrap();
    let scheduled = bench.authority.change(change).await.unwrap();
    assert_eq!(bench.decide(&bench.both, decide(change, false)).await.unwrap_err().code(), "two-people");
    assert_eq!(bench.authority.change(change).await.unwrap(), scheduled);
    bench.decide(&bench.approver, decide(change, false)).await.unwrap();

    // Whoever calls it off does not take the place of who approved.
    let change = bench.decide(&bench.officer, withdraw.clone()).await.unwrap().id;
    bench.decide(&bench.approver, decide(change, true)).await.unwrap();
    bench.decide(&bench.both, decide(change, false)).await.unwrap();
    let record = bench.authority.change(change).await.unwrap();
    assert_eq!(record.state, ChangeState::Rejected);
    assert_eq!(record.approver, Some(bench.approver.user().unwrap().id));

    // What nobody has approved is its preparer's to take back.
    let change = bench.decide(&bench.both, withdraw).await.unwrap().id;
    bench.decide(&bench.both, decide(change, false)).await.unwrap();
    assert_eq!(bench.authority.change(change).await.unwrap().state, ChangeState::Rejected);
}

async fn a_stale_label_is_not_changed(bench: Bench) {
    let label = bench.label(1).await;
    let seen = bench.authority.label(&label.number).await.unwrap().version;
    let suspend = ProposeChange { expected: Some(seen), ..propose(&label.number, ChangeKind::Suspend) };
    bench.decide(&bench.approver, suspend.clone()).await.unwrap();
    assert_eq!(bench.decide(&bench.approver, suspend).await.unwrap_err().code(), "stale-version");
}
