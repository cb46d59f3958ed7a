use super::*;
use std::sync::LazyLock;
use verilabel_label::LabelClaims;
use verilabel_trust::Entitlement;
use verilabel_wire::{Budget, LabelLink, Sealed};

static KEY: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::eddsa(&[9; 32]).unwrap());

#[expect(clippy::disallowed_methods, reason = "a test's status indices")]
fn random() -> SystemRandom {
    SystemRandom::new()
}

fn now() -> Timestamp {
    "2026-11-22T09:00:00Z".parse().unwrap()
}

fn issuer() -> Issuer {
    Issuer {
        id: "specimen.sg".parse().unwrap(),
        name: "Specimen authority".into(),
        notice: None,
        link_hosts: vec!["label.example.sg".into()],
        did: None,
        status_uri: "https://label.example.sg/status/".into(),
        keys: vec![],
        may_issue: vec![Entitlement {
            scheme: "sg.cls-iot".parse().unwrap(),
            levels: (1..=4).map(|n| n.try_into().unwrap()).collect(),
        }],
    }
}

fn award(number: &str) -> LabelAward {
    LabelAward {
        scheme: "sg.cls-iot".parse().unwrap(),
        specification: "1.4".parse().unwrap(),
        level: 3.try_into().unwrap(),
        number: number.parse().unwrap(),
        awarded: "2026-11-01".parse().unwrap(),
        valid_from: None,
        valid_until: "2029-10-31".parse().unwrap(),
        gtin: "09521234543213".parse().unwrap(),
        serial: None,
        category: Some("router".parse().unwrap()),
        brand: "Lumora".parse().unwrap(),
        models: vec!["AX-3000".parse().unwrap()],
        manufacturer: "Lumora Devices".parse().unwrap(),
    }
}

fn mint(authority: &mut Authority, award: &LabelAward) -> Result<Minted, AuthorityError> {
    let register = Register::published().unwrap();
    authority.mint(award, Profile::Named, register, &KEY, now(), &random())
}

fn claims(link: &str) -> LabelClaims {
    let link = LabelLink::parse(link).unwrap();
    let sealed = Sealed::<LabelClaims>::parse(&link.seal, &link.path).unwrap();
    sealed.open(KEY.key(), &mut Budget::default()).unwrap().into_value()
}

#[test]
fn an_award_is_minted_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut authority = Authority::init(folder.path(), &issuer()).unwrap();
    let first = mint(&mut authority, &award("CSA/311029/1")).unwrap();
    assert_eq!(mint(&mut authority, &award("CSA/311029/1")).unwrap().link, first.link);
    drop(authority);
    let mut authority = Authority::open(folder.path()).unwrap();
    assert_eq!(mint(&mut authority, &award("CSA/311029/1")).unwrap().link, first.link);
    let other = LabelAward { level: 4.try_into().unwrap(), ..award("CSA/311029/1") };
    assert!(matches!(mint(&mut authority, &other).unwrap_err(), AuthorityError::NumberTaken { .. }));
}

#[test]
fn other_codes_of_a_label_share_its_status() {
    let folder = tempfile::tempdir().unwrap();
    let mut authority = Authority::init(folder.path(), &issuer()).unwrap();
    let model = mint(&mut authority, &award("CSA/311029/1")).unwrap();
    let unit = LabelAward { serial: Some("SN1".parse().unwrap()), ..award("CSA/311029/1") };
    let unit = mint(&mut authority, &unit).unwrap();
    assert_ne!(model.link, unit.link);
    assert_eq!(claims(&model.link).status, claims(&unit.link).status);
    let another = mint(&mut authority, &award("CSA/311029/2")).unwrap();
    assert_ne!(claims(&model.link).status, claims(&another.link).status);
    assert_eq!(authority.products().len(), 2);
}

#[test]
fn a_crash_before_the_signature_keeps_the_award_and_its_index() {
    let folder = tempfile::tempdir().unwrap();
    let mut authority = Authority::init(folder.path(), &issuer()).unwrap();
    let before = mint(&mut authority, &award("CSA/311029/1")).unwrap();
    drop(authority);
    let path = folder.path().join("journal.jsonl");
    let whole = fs::read(&path).unwrap();
    // The process died while it wrote that the link was signed.
    let second_line = whole.iter().position(|b| *b == b'\n').unwrap() + 1;
    for cut in [second_line, second_line + 1, whole.len() - 1] {
        fs::write(&path, &whole[..cut]).unwrap();
        let mut authority = Authority::open(folder.path()).unwrap();
        let after = mint(&mut authority, &award("CSA/311029/1")).unwrap();
        assert_eq!(claims(&before.link), claims(&after.link), "cut at {cut}");
        drop(authority);
        let (_, records) = Journal::open(&path).unwrap();
        assert_eq!(records.len(), 2);
    }
}

#[test]
fn a_status_reaches_its_list_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let mut authority = Authority::init(folder.path(), &issuer()).unwrap();
    let numbers = ["CSA/1", "CSA/2", "CSA/3"].map(|n| n.parse::<LabelNumber>().unwrap());
    let places =
        numbers.clone().map(|n| claims(&mint(&mut authority, &award(n.as_str())).unwrap().link).status);
    let set = |authority: &mut Authority, i: usize, change| {
        authority.set_status(&numbers[i], change, "a test", now())
    };
    set(&mut authority, 0, StatusChange::Suspend).unwrap();
    set(&mut authority, 1, StatusChange::Withdraw).unwrap();
    let statuses = |authority: &Authority| {
        let tokens = authority.status_tokens(&KEY, now(), now().plus_seconds(60)).unwrap();
        let sealed = Sealed::<StatusListToken>::parse(&tokens[0].1).unwrap();
        let token = sealed.open(KEY.key(), &mut Budget::default()).unwrap().into_value();
        assert_eq!(token.subject, "https://label.example.sg/status/1");
        places.map(|place| token.list.status(place.index).unwrap())
    };
    assert_eq!(statuses(&authority), [Status::Suspended, Status::Invalid, Status::Valid]);
    set(&mut authority, 0, StatusChange::Reinstate).unwrap();
    assert_eq!(statuses(&authority), [Status::Valid, Status::Invalid, Status::Valid]);
    let withdrawn = set(&mut authority, 1, StatusChange::Reinstate).unwrap_err();
    assert!(matches!(withdrawn, AuthorityError::Withdrawn { .. }));
    let unknown = authority.set_status(&"CSA/9".parse().unwrap(), StatusChange::Suspend, "x", now());
    assert!(matches!(unknown.unwrap_err(), AuthorityError::UnknownLabel { .. }));
}

#[test]
fn what_the_register_forbids_is_not_minted() {
    let folder = tempfile::tempdir().unwrap();
    let mut authority = Authority::init(folder.path(), &issuer()).unwrap();
    let good = award("CSA/1");
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
    ];
    for (award, expected) in cases {
        match mint(&mut authority, &award).unwrap_err() {
            AuthorityError::Award(refusal) => assert_eq!(refusal.code(), expected),
            other => panic!("{expected}: {other}"),
        }
    }
    assert!(mint(&mut authority, &LabelAward { models: vec![], ..good.clone() }).is_err());
    assert_eq!(authority.products().len(), 0, "nothing is on record");
    assert!(mint(&mut authority, &good).is_ok());
}

#[test]
fn two_processes_do_not_work_on_one_authority() {
    let folder = tempfile::tempdir().unwrap();
    let _first = Authority::init(folder.path(), &issuer()).unwrap();
    let second = Authority::open(folder.path()).unwrap_err();
    assert!(matches!(second, AuthorityError::Journal(JournalError::Busy { .. })));
}

#[test]
fn a_damaged_line_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let mut authority = Authority::init(folder.path(), &issuer()).unwrap();
    mint(&mut authority, &award("CSA/1")).unwrap();
    drop(authority);
    let path = folder.path().join("journal.jsonl");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("\"minted\"", "\"coined\"", 1)).unwrap();
    let error = Authority::open(folder.path()).unwrap_err();
    assert!(error.to_string().contains("is damaged in line 2"), "{error}");
}
