use super::*;
use crate::{Budget, OpenError, PayloadError, Sign, SigningKey};
use proptest::prelude::*;

const RULES: JwsRules = JwsRules { max_length: 4_096, typ: "vc+jwt", cty: "vc" };

/// A payload that is taken as it is.
#[derive(Debug, PartialEq)]
struct Raw(Vec<u8>);

impl Payload for Raw {
    type Error = PayloadError;

    fn decode(payload: &[u8]) -> Result<Self, PayloadError> {
        Ok(Self(payload.to_vec()))
    }
}

fn key() -> SigningKey {
    SigningKey::eddsa(&[7; 32]).unwrap()
}

fn kid() -> String {
    format!("did:web:label.example.sg#{}", key().key().id())
}

fn honest_header() -> String {
    format!(r#"{{"alg":"EdDSA","kid":"{}","typ":"vc+jwt","cty":"vc"}}"#, kid())
}

fn signed(header: &str, payload: &[u8]) -> String {
    let input = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
    let signature = key().sign(input.as_bytes()).unwrap();
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn open(text: &str) -> Result<Vec<u8>, &'static str> {
    let sealed = Sealed::<Raw>::parse_jws(text, &RULES).map_err(|e| e.code())?;
    let opened = sealed.open(key().key(), &mut Budget::default());
    opened.map(|authentic| authentic.into_value().0).map_err(|e: OpenError| e.code())
}

#[test]
fn an_honest_message_opens_and_names_its_key() {
    let text = signed(&honest_header(), b"{}");
    assert_eq!(open(&text), Ok(b"{}".to_vec()));
    let sealed = Sealed::<Raw>::parse_jws(&text, &RULES).unwrap();
    assert!(sealed.untrusted_hint().names(&key().key().id()));
}

#[test]
fn each_header_of_a_forger_has_its_own_code() {
    let kid = kid();
    let with = |members: &str| format!(r#"{{{members},"kid":"{kid}","typ":"vc+jwt"}}"#);
    for (header, code) in [
        (with(r#""alg":"none""#), "algorithm-none"),
        (with(r#""alg":"nOnE""#), "algorithm-none"),
        (with(r#""alg":"HS256""#), "algorithm-hmac"),
        (with(r#""alg":"ES256""#), "algorithm-mismatch"),
        (with(r#""alg":"eddsa""#), "algorithm-mismatch"),
        (with(r#""alg":7"#), "header-unknown"),
        (with(r#""x":1"#), "algorithm-missing"),
        (with(r#""alg":"EdDSA","cty":["vc"]"#), "header-unknown"),
        (with(r#""alg":"EdDSA","b64":false"#), "header-unknown"),
        (with(r#""alg":"EdDSA","b64":true"#), "header-unknown"),
        (with(r#""alg":"EdDSA","iss":"did:web:other.example""#), "header-unknown"),
        (with(r#""alg":"EdDSA","iss":"did:web:label.example""#), "header-unknown"),
        (with(r#""alg":"EdDSA","iss":"""#), "header-unknown"),
        (with(r#""alg":"EdDSA","iss":null"#), "header-unknown"),
        (r#"{"alg":"EdDSA","iss":"a","kid":"a","typ":"vc+jwt"}"#.to_owned(), "header-unknown"),
        (with(r#""alg":"EdDSA","x":{"a":1,"a":2}"#), "json-duplicate-member"),
        (with(r#""alg":"EdDSA","crit":["exp"],"exp":1"#), "header-critical"),
        (with(r#""alg":"EdDSA","crit":[]"#), "header-critical"),
        (with(r#""alg":"EdDSA","jwk":{"kty":"OKP","crv":"Ed25519","x":"AA"}"#), "header-key"),
        (with(r#""alg":"EdDSA","jku":"https://a.example/keys""#), "header-key"),
        (with(r#""alg":"EdDSA","x5c":[]"#), "header-key"),
        (with(r#""alg":"EdDSA","x5u":"https://a.example/cert""#), "header-key"),
        (with(r#""alg":"EdDSA","x5t":"AA""#), "header-key"),
        (with(r#""alg":"EdDSA","x5t#S256":null"#), "header-key"),
        (with(r#""alg":"EdDSA","alg":"EdDSA""#), "json-duplicate-member"),
        (with(r#""alg":"EdDSA","cty":"JWT""#), "type-mismatch"),
        (format!(r#"{{"kid":"{kid}","typ":"vc+jwt"}}"#), "algorithm-missing"),
        (r#"{"alg":"EdDSA","typ":"vc+jwt"}"#.to_owned(), "key-id-missing"),
        (format!(r#"{{"alg":"EdDSA","kid":"{kid}"}}"#), "type-mismatch"),
        (format!(r#"{{"alg":"EdDSA","kid":"{kid}","typ":"JWT"}}"#), "type-mismatch"),
        (format!(r#"{{"alg":"EdDSA","kid":"{kid}","typ":"vc-ld+jwt"}}"#), "type-mismatch"),
        ("[]".to_owned(), "json-malformed"),
        (String::new(), "json-malformed"),
    ] {
        assert_eq!(open(&signed(&header, b"{}")), Err(code), "{header}");
    }
}

/// RFC 7515 §4: what is not understood is ignored; VC-JOSE-COSE §4.1.2: the issuer may stand in the header.
#[test]
fn a_header_may_hold_more_than_is_read() {
    let kid = kid();
    for more in [
        r#""x":1"#,
        r#""x":{"crit":["alg"],"jwk":{}}"#,
        r#""CRIT":["alg"]"#,
        r#""iss":"did:web:label.example.sg""#,
        r#""iat":1,"exp":"never","vct":"x""#,
    ] {
        let header = format!(r#"{{{more},"alg":"EdDSA","kid":"{kid}","typ":"vc+jwt"}}"#);
        assert_eq!(open(&signed(&header, b"{}")), Ok(b"{}".to_vec()), "{header}");
    }
}

#[test]
fn three_parts_in_one_spelling() {
    let text = signed(&honest_header(), b"{} ");
    let (input, signature) = text.rsplit_once('.').unwrap();
    let (header, payload) = input.split_once('.').unwrap();
    for (text, code) in [
        (String::new(), "jws-parts"),
        (input.to_owned(), "jws-parts"),
        (format!("{text}."), "jws-parts"),
        (format!("{text}="), "base64url"),
        (format!("{text}\n"), "base64url"),
        (format!("{header}.+{}.{signature}", &payload[1..]), "base64url"),
        (format!("{header}.{payload}A.{signature}"), "base64url"),
        (format!("{input}."), "signature-length"),
        (format!("{input}.AAAA"), "signature-length"),
        ("A".repeat(4_097), "credential-too-long"),
    ] {
        assert_eq!(open(&text), Err(code), "{text}");
    }
    // 64 bytes leave four bits unused in the last character: "A" and "B" would read alike.
    let stray = |last: char| format!("{}{last}", &text[..text.len() - 1]);
    let others = ('A'..='Z').map(stray).filter(|other| *other != text);
    let codes: std::collections::BTreeSet<_> = others.map(|other| open(&other).unwrap_err()).collect();
    assert!(codes.contains("base64url"));
}

proptest! {
    #[test]
    fn no_changed_character_opens(at in 0_usize..200, to in "[A-Za-z0-9_.=-]") {
        let text = signed(&honest_header(), b"{\"a\":1}");
        let at = at % text.len();
        let changed = format!("{}{to}{}", &text[..at], &text[at + 1..]);
        prop_assume!(changed != text);
        prop_assert!(open(&changed).is_err());
    }

    #[test]
    fn any_text_is_answered(text in ".*") {
        prop_assert!(open(&text).is_err());
    }
}
