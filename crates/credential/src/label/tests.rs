use super::*;
use proptest::prelude::*;
use serde_json::json;
use verilabel_label::{Date, Serial, Timestamp};
use verilabel_wire::{Budget, SigningKey};

fn key() -> SigningKey {
    SigningKey::eddsa(&[7; 32]).unwrap()
}

fn credential() -> LabelCredential {
    LabelCredential {
        id: Some("https://label.example.sg/credentials/CSA-220729-00123".to_owned()),
        issuer: "did:web:label.example.sg".parse().unwrap(),
        path: Gs1Path::of_unit("09521234543213".parse().unwrap(), Serial::new("A/1").unwrap()),
        status_uri: "https://label.example.sg/status/".to_owned(),
        claims: LabelClaims {
            scheme: "sg.cls-iot".parse().unwrap(),
            specification: "1.4".parse().unwrap(),
            level: Level::new(3).unwrap(),
            number: "CSA/220729/00123".parse().unwrap(),
            awarded: "2026-07-23".parse().unwrap(),
            validity: Validity::new("2026-07-23".parse().unwrap(), "2029-07-23".parse().unwrap()).unwrap(),
            issued_at: "2026-07-23T02:00:00Z".parse().unwrap(),
            status: StatusRef { list: 1, index: 42 },
            category: Some("hub".parse().unwrap()),
            names: Some(
                Names::new(
                    "Lumora".parse().unwrap(),
                    vec!["LX-200".parse().unwrap()],
                    "Lumora & Söhne".parse().unwrap(),
                )
                .unwrap(),
            ),
        },
    }
}

fn json() -> Value {
    serde_json::from_slice(&credential().document().unwrap().write(&KIND).unwrap()).unwrap()
}

fn read(json: &Value) -> Result<LabelCredential, CredentialError> {
    LabelCredential::decode(&serde_json::to_vec(json).unwrap())
}

fn open(text: &str) -> LabelCredential {
    parse(text).unwrap().open(key().key(), &mut Budget::default()).unwrap().into_value()
}

#[test]
fn what_is_issued_opens_and_says_the_same() {
    let text = issue(&credential(), &key()).unwrap();
    assert_eq!(open(&text), credential());
}

#[test]
fn its_shape() {
    insta::assert_snapshot!(serde_json::to_string_pretty(&json()).unwrap(), @r#"
    {
      "@context": [
        "https://www.w3.org/ns/credentials/v2",
        "https://verilabel.example/credentials/label/v1"
      ],
      "credentialStatus": [
        {
          "id": "https://label.example.sg/status/1-revocation#42",
          "statusListCredential": "https://label.example.sg/status/1-revocation",
          "statusListIndex": "42",
          "statusPurpose": "revocation",
          "type": "BitstringStatusListEntry"
        },
        {
          "id": "https://label.example.sg/status/1-suspension#42",
          "statusListCredential": "https://label.example.sg/status/1-suspension",
          "statusListIndex": "42",
          "statusPurpose": "suspension",
          "type": "BitstringStatusListEntry"
        }
      ],
      "credentialSubject": {
        "brand": "Lumora",
        "category": "hub",
        "gtin": "09521234543213",
        "id": "https://id.gs1.org/01/09521234543213/21/A%2F1",
        "label": {
          "awarded": "2026-07-23",
          "level": 3,
          "number": "CSA/220729/00123",
          "scheme": "sg.cls-iot",
          "specification": "1.4",
          "type": "CybersecurityLabel"
        },
        "manufacturer": "Lumora & Söhne",
        "models": [
          "LX-200"
        ],
        "type": "Product"
      },
      "iat": 1784772000,
      "id": "https://label.example.sg/credentials/CSA-220729-00123",
      "issuer": "did:web:label.example.sg",
      "type": [
        "VerifiableCredential",
        "CybersecurityLabelCredential"
      ],
      "validFrom": "2026-07-23T00:00:00Z",
      "validUntil": "2029-07-23T00:00:00Z"
    }
    "#);
}

#[test]
fn each_fault_has_its_code() {
    let long = "x".repeat(41);
    for (pointer, value, code) in [
        ("/@context", json!([LABEL_CONTEXT, VCDM_CONTEXT]), "credential-context"),
        ("/@context", json!(VCDM_CONTEXT), "credential-context"),
        ("/@context", json!(["https://www.w3.org/ns/%FF", LABEL_CONTEXT]), "credential-context"),
        ("/@context", json!([VCDM_CONTEXT]), "credential-context"),
        ("/@context", json!([VCDM_CONTEXT, LABEL_CONTEXT, "https://other.example/v1"]), "credential-context"),
        (
            "/@context",
            json!([VCDM_CONTEXT, LABEL_CONTEXT, {"level": "https://a.example/b"}]),
            "credential-context",
        ),
        ("/@context", json!([VCDM_CONTEXT, {}]), "credential-context"),
        ("/type", json!(["VerifiableCredential"]), "credential-type"),
        ("/type", json!(["CybersecurityLabelCredential"]), "credential-malformed"),
        ("/type", json!(["VerifiableCredential", "BitstringStatusListCredential"]), "credential-type"),
        ("/type", json!(["VerifiableCredential", KIND.name, "Other"]), "credential-type"),
        ("/issuer", json!("https://label.example.sg"), "field-unreadable"),
        ("/issuer", json!("not a URI"), "credential-malformed"),
        ("/issuer", json!("did:web:%FF"), "field-unreadable"),
        ("/issuer", json!({"name": "nobody"}), "credential-malformed"),
        ("/validFrom", json!("2026-07-23"), "credential-member"),
        ("/validFrom", json!("2026-07-23T00:00:00"), "credential-member"),
        ("/validFrom", json!("2026-07-23 00:00:00Z"), "credential-member"),
        ("/validFrom", json!("2026-07-23t00:00:00z"), "credential-member"),
        ("/validFrom", json!("2026-07-23T00:00:00+0800"), "credential-member"),
        ("/validFrom", json!("2026-07-23T00:00:00Z[UTC]"), "credential-member"),
        ("/validFrom", json!("2026-02-30T00:00:00Z"), "field-unreadable"),
        ("/validFrom", json!("2026-07-23T24:00:00Z"), "field-unreadable"),
        ("/validFrom", json!("1969-07-23T00:00:00Z"), "field-range"),
        ("/validFrom", json!(1_784_764_800), "credential-member"),
        ("/validFrom", json!("2026-07-23T00:00:00.5Z"), "field-unreadable"),
        ("/validFrom", json!("2029-07-23T00:00:00Z"), "validity-order"),
        ("/validFrom", Value::Null, "credential-member"),
        ("/validUntil", Value::Null, "credential-member"),
        ("/iat", json!(1.5), "credential-member"),
        ("/iat", json!("1784772000"), "credential-member"),
        ("/iat", json!(-1), "field-range"),
        ("/credentialSubject", json!([]), "credential-malformed"),
        ("/credentialSubject", json!([{}, {}]), "credential-member"),
        (
            "/credentialSubject/id",
            json!("https://id.gs1.org/01/09521234543213/21/A%2f1"),
            "path-not-canonical",
        ),
        ("/credentialSubject/id", json!("https://id.gs1.org/01/09521234543214"), "gtin-check-digit"),
        ("/credentialSubject/id", json!("https://other.example/01/09521234543213"), "credential-member"),
        ("/credentialSubject/gtin", json!("09521234543220"), "subject-gtin"),
        ("/credentialSubject/type", json!("Thing"), "credential-malformed"),
        ("/credentialSubject/brand", json!("a\u{202e}b"), "field-character"),
        ("/credentialSubject/models", json!([]), "field-empty"),
        ("/credentialSubject/models", json!(vec!["m"; 17]), "field-too-long"),
        ("/credentialSubject/label/level", json!(0), "field-range"),
        ("/credentialSubject/label/level", json!(300), "credential-malformed"),
        ("/credentialSubject/label/level", json!("3"), "credential-malformed"),
        ("/credentialSubject/label/number", json!(long), "field-too-long"),
        ("/credentialSubject/label/awarded", json!("yesterday"), "field-unreadable"),
        ("/credentialStatus", json!([]), "status-entries"),
        ("/credentialStatus/0/statusPurpose", json!("suspension"), "status-entries"),
        ("/credentialStatus/0/statusPurpose", json!("message"), "credential-malformed"),
        ("/credentialStatus/0/statusListIndex", json!("43"), "status-entries"),
        ("/credentialStatus/0/statusListIndex", json!(42), "credential-malformed"),
        ("/credentialStatus/0/type", json!("StatusList2021Entry"), "credential-malformed"),
        ("/credentialStatus/0/id", json!("https://label.example.sg/status/1-revocation"), "status-entries"),
        ("/credentialStatus/0/id", json!("1"), "status-entries"),
        ("/credentialStatus/0/id", json!("urn:"), "status-entries"),
        ("/credentialStatus/0/id", json!("1:a"), "status-entries"),
        ("/credentialStatus/0/id", json!("https://a.example/ 1"), "status-entries"),
        ("/credentialStatus/0/id", json!(1), "credential-malformed"),
        (
            "/credentialStatus/1/statusListCredential",
            json!("https://label.example.sg/status/2-suspension"),
            "status-entries",
        ),
    ] {
        let mut json = json();
        *json.pointer_mut(pointer).unwrap() = value.clone();
        assert_eq!(read(&json).unwrap_err().code(), code, "{pointer} {value}");
    }
}

#[test]
fn members_beyond_and_claims_that_disagree() {
    for (pointer, member, value, code) in [
        ("", "vc", json!({}), "credential-unknown-member"),
        ("", "aud", json!("https://a.example"), "credential-unknown-member"),
        ("", "proof", json!({}), "credential-unknown-member"),
        ("/credentialSubject", "owner", json!("x"), "credential-malformed"),
        ("/credentialSubject/label", "grade", json!(1), "credential-malformed"),
        ("/credentialStatus/0", "statusSize", json!(2), "credential-malformed"),
        ("", "iss", json!("did:web:other.example"), "claim-disagrees"),
        ("", "sub", json!("https://id.gs1.org/01/09521234543213"), "claim-disagrees"),
        ("", "jti", json!("urn:x:1"), "claim-disagrees"),
        ("", "exp", json!(1_784_764_800), "validity-order"),
        ("", "nbf", json!(1_879_459_200), "validity-order"),
        ("", "exp", json!("1879459200"), "credential-member"),
        ("", "nbf", json!(-1), "field-range"),
    ] {
        let mut json = json();
        json.pointer_mut(pointer).unwrap()[member] = value;
        assert_eq!(read(&json).unwrap_err().code(), code, "{pointer}/{member}");
    }
    for member in ["brand", "models", "manufacturer"] {
        let mut json = json();
        json["credentialSubject"].as_object_mut().unwrap().remove(member);
        assert_eq!(read(&json).unwrap_err().code(), "names-incomplete", "{member}");
    }
}

#[test]
fn what_the_data_model_allows_changes_nothing() {
    let mut json = json();
    let exp = credential().claims.validity.until().seconds();
    for (member, value) in [
        ("name", json!("A label")),
        ("description", json!({"@value": "Ein Label", "@language": "de"})),
        ("issuer", json!({"id": "did:web:label.example.sg", "name": "Specimen"})),
        ("evidence", json!([{"type": "TestReport"}])),
        ("iss", json!("did:web:label.example.sg")),
        ("exp", json!(exp)),
        ("validUntil", json!("2029-07-23T08:00:00+08:00")),
        ("validUntil", json!("2029-07-22T23:00:00-01:00")),
    ] {
        json[member] = value;
        assert_eq!(read(&json), Ok(credential()), "{member}");
    }
}

/// Bitstring Status List §2.1: it is a name of the entry, and not that of the list.
#[test]
fn an_entry_may_have_any_url_for_a_name() {
    let mut json = json();
    for id in ["https://a.example/1", "urn:uuid:61c5d1a4-7d2f-4a3c-9d5e-3f2f5c0a9b11", "did:web:a.example#1"]
    {
        json["credentialStatus"][0]["id"] = id.into();
        assert_eq!(read(&json), Ok(credential()), "{id}");
    }
    json["credentialStatus"][1].as_object_mut().unwrap().remove("id");
    assert_eq!(read(&json), Ok(credential()));
}

/// RFC 7519 §4.1.4 and §4.1.5 are about the signature, the members about the label: what both allow counts.
#[test]
fn the_narrower_of_claim_and_member_counts() {
    let (from, until) = (1_784_764_800, 1_879_459_200);
    for (nbf, exp, due) in [
        (from, until, (from, until)),
        (from - 1, until + 1, (from, until)),
        (from + 1, until - 1, (from + 1, until - 1)),
        (until - 1, until, (until - 1, until)),
    ] {
        let mut json = json();
        (json["nbf"], json["exp"]) = (nbf.into(), exp.into());
        let validity = read(&json).unwrap().claims.validity;
        assert_eq!((validity.from().seconds(), validity.until().seconds()), due);
    }
    for member in ["validFrom", "validUntil"] {
        let mut json = json();
        (json["nbf"], json["exp"]) = (from.into(), until.into());
        json.as_object_mut().unwrap().remove(member);
        assert_eq!(read(&json).unwrap_err().code(), "credential-member", "{member}");
    }
}

#[test]
fn nothing_is_signed_that_verifiers_would_refuse() {
    let no_uri = LabelCredential { id: Some("no URI".to_owned()), ..credential() };
    assert!(matches!(issue(&no_uri, &key()), Err(IssueError::Writing { .. })));
    // The list's number could not be told from these digits.
    let ambiguous =
        LabelCredential { status_uri: "https://label.example.sg/status/7".to_owned(), ..credential() };
    assert_eq!(issue(&ambiguous, &key()), Err(IssueError::Altered));
}

#[test]
fn the_context_says_what_every_term_means() {
    let context: Value = serde_json::from_str(crate::LABEL_CONTEXT_DOCUMENT).unwrap();
    let terms = |pointer: &str, json: &Value| {
        let known = context.pointer(pointer).unwrap();
        for member in json.as_object().unwrap().keys() {
            assert!(known.get(member).is_some(), "{pointer} has no {member}");
        }
    };
    let json = json();
    terms("/@context/Product/@context", &json["credentialSubject"]);
    terms("/@context/CybersecurityLabel/@context", &json["credentialSubject"]["label"]);
    assert!(context["@context"].get(KIND.name).is_some());
}

prop_compose! {
    fn any_credential()(
        seconds in 0_i64..4_000_000_000, length in 1_u64..400_000_000, days in 0_u32..40_000, level in 1_u8..=9,
        list in any::<u32>(), index in any::<u32>(), gtin in 0_u64..1_000_000_000_000,
        number in "[A-Za-z0-9/#().:_-]{1,40}", serial in proptest::option::of("[A-Za-z0-9!/%&<>?_]{1,20}"),
        named in any::<bool>(), brand in "[\\p{L}\\p{N} \"\\\\]{1,20}", id in proptest::option::of("[a-z]{1,9}"),
        models in proptest::collection::vec("[\\p{L}0-9 -]{1,16}", 1..17),
    ) -> LabelCredential {
        let from = Timestamp::from_seconds(seconds).unwrap();
        let name: Name = brand.parse().unwrap();
        let models: Vec<ModelNumber> = models.iter().map(|m| m.parse().unwrap()).collect();
        let gtin = format!("0{gtin:012}");
        let check = |digit| format!("{gtin}{digit}").parse().ok();
        let gtin = (0..10).find_map(check).unwrap();
        let serial = serial.map(|serial| Serial::new(&serial).unwrap());
        LabelCredential {
            id: id.map(|id| format!("urn:example:{id}")),
            path: Gs1Path { serial, ..Gs1Path::of(gtin) },
            claims: LabelClaims {
                validity: Validity::new(from, from.plus_seconds(length)).unwrap(),
                awarded: Date::from_days(days).unwrap(),
                level: Level::new(level).unwrap(),
                number: number.parse().unwrap(),
                issued_at: from.plus_seconds(7),
                status: StatusRef { list, index },
                names: named.then(|| Names::new(name.clone(), models, name).unwrap()),
                category: None,
                ..credential().claims
            },
            ..credential()
        }
    }
}

proptest! {
    #[test]
    fn any_claims_round_trip(credential in any_credential()) {
        let issued = issue(&credential, &key());
        prop_assert!(issued.is_ok(), "{issued:?}");
        prop_assert_eq!(open(&issued.unwrap()), credential);
    }

    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(LabelCredential::decode(&bytes).is_err());
    }
}
