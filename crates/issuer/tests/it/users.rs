//! Users and their tokens.

use std::collections::BTreeSet;

use verilabel_issuer::{
    Actor, AddUser, ChangeUser, EventFilter, IssueToken, PrepareAward, PutManufacturer, RefusalKind,
    RevokeToken, Role, Token, Version,
};

use crate::support::{Bench, award, draft, now, on_both, user};

on_both! {
    a_token_signs_in_until_it_expires_or_is_revoked,
    roles_decide_what_a_user_may_do,
    only_an_operator_keeps_users,
    there_is_always_an_operator,
    who_is_disabled_loses_every_token,
    what_somebody_is_called_holds_up_nobody,
    what_is_on_record_is_held_to_no_later_rule,
}

async fn a_token_signs_in_until_it_expires_or_is_revoked(bench: Bench) {
    let user = bench.officer.user().unwrap().id;
    let expires_at = now().plus_seconds(60);
    let issue = IssueToken { user, name: "desk".to_owned(), expires_at };
    let issued = bench.decide(&bench.operator, issue).await.unwrap();
    let token = Token::new(issued.token.reveal()).unwrap();
    let signed_in = bench.authority.authenticate(&token, now()).await.unwrap();
    assert_eq!(Actor::User(signed_in), bench.officer);
    let expired = bench.authority.authenticate(&token, expires_at).await.unwrap_err();
    assert_eq!((expired.code(), expired.kind()), ("token-expired", RefusalKind::Unauthenticated));
    bench.decide(&bench.operator, RevokeToken { token: issued.id }).await.unwrap();
    let revoked = bench.authority.authenticate(&token, now()).await.unwrap_err();
    assert_eq!(revoked.code(), "token-unknown");
    let again = bench.decide(&bench.operator, RevokeToken { token: issued.id }).await.unwrap_err();
    assert_eq!(again.code(), "not-found");
    // Neither the token nor anything to guess it by is on record.
    let events =
        bench.authority.events(&EventFilter::default(), verilabel_issuer::Seq::new(0), 100).await.unwrap();
    assert!(events.iter().all(|event| !format!("{event:?}").contains(token.reveal())));
}

async fn roles_decide_what_a_user_may_do(bench: Bench) {
    let prepare = || PrepareAward { draft: draft(1) };
    for actor in [&bench.approver, &bench.operator, &Actor::System] {
        let refused = bench.decide(actor, prepare()).await.unwrap_err();
        assert_eq!((refused.code(), refused.kind()), ("role-missing", RefusalKind::Forbidden));
    }
    bench.decide(&bench.officer, prepare()).await.unwrap();
}

async fn only_an_operator_keeps_users(bench: Bench) {
    let roles = BTreeSet::from([Role::Auditor]);
    let add = |name: &str| AddUser { name: name.to_owned(), external: None, roles: roles.clone() };
    assert_eq!(bench.decide(&bench.approver, add("eve")).await.unwrap_err().code(), "role-missing");
    let user = bench.decide(&bench.operator, add("eve")).await.unwrap();
    assert_eq!(bench.decide(&bench.operator, add("eve")).await.unwrap_err().code(), "name-taken");
    assert_eq!(bench.decide(&bench.operator, add("e\u{7}")).await.unwrap_err().code(), "text-length");
    let expires_at = now().plus_seconds(60);
    let issue = IssueToken { user, name: "desk".to_owned(), expires_at };
    let token = bench.decide(&bench.operator, issue).await.unwrap().token;
    let change = ChangeUser { user, roles, external: None, active: false, expected: Some(Version::FIRST) };
    bench.decide(&bench.operator, change.clone()).await.unwrap();
    assert_eq!(bench.authority.authenticate(&token, now()).await.unwrap_err().code(), "token-unknown");
    assert_eq!(bench.decide(&bench.operator, change).await.unwrap_err().code(), "stale-version");
}

async fn there_is_always_an_operator(bench: Bench) {
    let oscar = bench.operator.user().unwrap().clone();
    let change = |roles: &[Role], active| ChangeUser {
        user: oscar.id,
        roles: roles.iter().copied().collect(),
        external: None,
        active,
        expected: None,
    };
    let gone = [change(&[Role::Operator], false), change(&[Role::Auditor], true), change(&[], true)];
    for change in gone.clone() {
        let refused = bench.decide(&bench.operator, change).await.unwrap_err();
        assert_eq!((refused.code(), refused.kind()), ("last-operator", RefusalKind::Refused));
    }
    bench.decide(&bench.operator, change(&[Role::Operator, Role::Auditor], true)).await.unwrap();
    // One that may not sign in is none.
    let olivia = user(&bench.authority, "olivia", &[Role::Operator]).await;
    let other = |active| ChangeUser { user: olivia.user().unwrap().id, ..change(&[Role::Operator], active) };
    bench.decide(&bench.operator, other(false)).await.unwrap();
    let [disabled, ..] = gone;
    assert_eq!(bench.decide(&bench.operator, disabled.clone()).await.unwrap_err().code(), "last-operator");
    bench.decide(&bench.operator, other(true)).await.unwrap();
    bench.decide(&bench.operator, disabled).await.unwrap();
}

async fn who_is_disabled_loses_every_token(bench: Bench) {
    let olga = bench.officer.user().unwrap().clone();
    let issue = || IssueToken { user: olga.id, name: "desk".to_owned(), expires_at: now().plus_seconds(60) };
    let token = bench.decide(&bench.operator, issue()).await.unwrap().token;
    let change = |active| ChangeUser {
        user: olga.id,
        roles: olga.roles.clone(),
        external: None,
        active,
        expected: None,
    };
    for active in [false, true] {
        bench.decide(&bench.operator, change(active)).await.unwrap();
        assert_eq!(bench.authority.authenticate(&token, now()).await.unwrap_err().code(), "token-unknown");
    }
    let listed = bench.authority.tokens(olga.id).await.unwrap();
    assert!(listed.iter().all(|token| token.revoked_at == Some(now())), "{listed:?}");
    let token = bench.decide(&bench.operator, issue()).await.unwrap().token;
    bench.authority.authenticate(&token, now()).await.unwrap();
}

/// PostgreSQL keeps no NUL, and no long text in an index: neither is a fault of the database.
async fn what_somebody_is_called_holds_up_nobody(bench: Bench) {
    let long: String = (0..5_000_u32).filter_map(|n| char::from_u32(0x4e00 + n)).collect();
    for name in ["a\0b", long.as_str()] {
        let add = AddUser { name: name.to_owned(), external: None, roles: BTreeSet::new() };
        assert_eq!(bench.decide(&bench.approver, add.clone()).await.unwrap_err().code(), "role-missing");
        assert_eq!(bench.decide(&bench.operator, add.clone()).await.unwrap_err().code(), "text-length");
        let outside = AddUser { name: "eve".to_owned(), external: Some(name.to_owned()), ..add };
        assert_eq!(bench.decide(&bench.operator, outside).await.unwrap_err().code(), "text-length");
        let contact = Some(name.to_owned());
        let put = PutManufacturer { id: None, name: award(1).manufacturer, contact };
        assert_eq!(bench.decide(&bench.officer, put).await.unwrap_err().code(), "text-length");
    }
    let asked = bench.authority.user_named("a\0b").await.unwrap_err();
    assert!(["not-found", "value-not-kept"].contains(&asked.code()), "{asked}");
    assert_eq!(bench.authority.verify_chain(&[]).await.unwrap().faults, []);
}

/// Rules that came later are for what is new.
async fn what_is_on_record_is_held_to_no_later_rule(bench: Bench) {
    bench.tamper("UPDATE users SET external = 'a\u{7}b' WHERE name = 'olga'").await;
    let olga = bench.officer.user().unwrap().clone();
    let change = |external: &str| ChangeUser {
        user: olga.id,
        roles: olga.roles.clone(),
        external: Some(external.to_owned()),
        active: false,
        expected: None,
    };
    assert_eq!(bench.decide(&bench.operator, change("b\u{7}a")).await.unwrap_err().code(), "text-length");
    bench.decide(&bench.operator, change("a\u{7}b")).await.unwrap();
    assert!(!bench.authority.user(olga.id).await.unwrap().active);

    let put = |id, name: &str, contact: &str| PutManufacturer {
        id,
        name: name.parse().unwrap(),
        contact: Some(contact.to_owned()),
    };
    let id = bench.decide(&bench.both, put(None, "Lumora", "desk")).await.unwrap();
    bench.tamper("UPDATE manufacturers SET contact = 'a\u{7}b'").await;
    let known = Some((id, None));
    let refused = bench.decide(&bench.both, put(known, "Lumora", "b\u{7}a")).await.unwrap_err();
    assert_eq!(refused.code(), "text-length");
    bench.decide(&bench.both, put(known, "Lumora Devices", "a\u{7}b")).await.unwrap();
    assert_eq!(bench.authority.manufacturer(id).await.unwrap().name.as_str(), "Lumora Devices");
}
