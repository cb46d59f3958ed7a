//! Verifying and minting, next to the bare signature operation of the same library.

use std::path::Path;

use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair, Ed25519KeyPair, KeyPair,
    UnparsedPublicKey, VerificationAlgorithm,
};
use verilabel_issuer::mint;
use verilabel_label::StatusRef;
use verilabel_trust::TrustPack;
use verilabel_verify::{Conclusion, Policy, Question, judge};
use verilabel_wire::{Algorithm, Profile};

use crate::duel::{self, fight};
use crate::fixture::Fixture;
use crate::report::Measurement;
use crate::Outcome;

/// Bytes of a typical message under the signature of a seal.
const MESSAGE: usize = 192;

pub(crate) fn verify_es256() -> Outcome {
    verify("verify-es256", "ours-es256", "bare-es256", Algorithm::Es256)
}

pub(crate) fn verify_eddsa() -> Outcome {
    verify("verify-eddsa", "ours-eddsa", "bare-eddsa", Algorithm::EdDsa)
}

fn verify(name: &'static str, ours: &str, bare: &str, algorithm: Algorithm) -> Outcome {
    let duel = fight(ours, bare)?;
    let verdicts = Verdicts::new(algorithm)?;
    verdicts.run();
    let counted = allocation_counter::measure(|| {
        verdicts.run();
    });
    let allocations = u32::try_from(counted.count_total)?;
    Ok(vec![
        Measurement {
            name,
            value: 1e9 / duel.ours,
            unit: "verdicts/s",
            against: format!("ring's bare {algorithm} verification"),
            ratio: Some(duel.ratio),
            goal: "ratio >= 0.93".to_owned(),
        },
        Measurement {
            name,
            value: allocations.into(),
            unit: "allocations",
            against: "none: for one verdict with a market and a level asked for".to_owned(),
            ratio: None,
            goal: "stated".to_owned(),
        },
    ])
}

pub(crate) fn mint_es256() -> Outcome {
    let duel = fight("mint-es256", "sign-es256")?;
    Ok(vec![Measurement {
        name: "mint-es256",
        value: 1e9 / duel.ours,
        unit: "links/s",
        against: "ring's bare ES256 signature".to_owned(),
        ratio: Some(duel.ratio),
        goal: "ratio >= 0.85".to_owned(),
    }])
}

/// Runs one contender, in a process of its own.
pub(crate) fn contend(name: &str, folder: &Path) {
    let outcome = match name {
        "ours-es256" => judge_links(name, folder, Algorithm::Es256),
        "ours-eddsa" => judge_links(name, folder, Algorithm::EdDsa),
        "mint-es256" => mint_links(name, folder),
        "bare-es256" => bare_es256(name, folder),
        "bare-eddsa" => bare_eddsa(name, folder),
        "sign-es256" => bare_sign(name, folder),
        _ => Err("no such contender".into()),
    };
    if let Err(error) = outcome {
        eprintln!("{name}: {error}");
        std::process::exit(1);
    }
}

type Done = Result<(), Box<dyn std::error::Error>>;

/// A verdict with everything asked, again and again.
struct Verdicts {
    fixture: Fixture,
    pack: TrustPack,
    question: Question,
    policy: Policy,
}

impl Verdicts {
    fn new(algorithm: Algorithm) -> Result<Self, Box<dyn std::error::Error>> {
        let fixture = Fixture::new(algorithm)?;
        let question = Question {
            market: Some("KR".parse()?),
            minimum_level: Some("sg.cls-iot:3".parse()?),
            category: None,
        };
        let policy = Policy { max_status_age: Some(86_400) };
        Ok(Self { pack: fixture.pack()?, fixture, question, policy })
    }

    fn run(&self) -> Conclusion {
        judge(&self.fixture.link, &self.pack, &self.question, &self.policy, self.fixture.now).conclusion()
    }
}

fn judge_links(name: &str, folder: &Path, algorithm: Algorithm) -> Done {
    let verdicts = Verdicts::new(algorithm)?;
    if verdicts.run() != Conclusion::InForce {
        return Err("the label is not in force".into());
    }
    duel::run(name, folder, || verdicts.run());
    Ok(())
}

fn mint_links(name: &str, folder: &Path) -> Done {
    let fixture = Fixture::new(Algorithm::Es256)?;
    let claims = fixture.award.claims(StatusRef { list: 1, index: 70_000 }, fixture.now)?;
    let path = fixture.award.path();
    duel::run(name, folder, || mint(&claims, &path, Profile::Named, &fixture.base, &fixture.key));
    Ok(())
}

fn bare_es256(name: &str, folder: &Path) -> Done {
    let random = SystemRandom::new();
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).map_err(|_| "no key")?;
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random)
        .map_err(|e| e.to_string())?;
    let message = [7; MESSAGE];
    let signature = pair.sign(&random, &message).map_err(|_| "no signature")?;
    bare_verify(name, folder, &ECDSA_P256_SHA256_FIXED, pair.public_key().as_ref(), &message, signature.as_ref())
}

fn bare_eddsa(name: &str, folder: &Path) -> Done {
    let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).map_err(|e| e.to_string())?;
    let message = [7; MESSAGE];
    bare_verify(name, folder, &ED25519, pair.public_key().as_ref(), &message, pair.sign(&message).as_ref())
}

fn bare_verify(
    name: &str,
    folder: &Path,
    algorithm: &'static dyn VerificationAlgorithm,
    key: &[u8],
    message: &[u8],
    signature: &[u8],
) -> Done {
    let key = UnparsedPublicKey::new(algorithm, key);
    if key.verify(message, signature).is_err() {
        return Err("the signature does not hold".into());
    }
    duel::run(name, folder, || key.verify(message, signature));
    Ok(())
}

fn bare_sign(name: &str, folder: &Path) -> Done {
    let random = SystemRandom::new();
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).map_err(|_| "no key")?;
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random)
        .map_err(|e| e.to_string())?;
    let message = [7; MESSAGE];
    duel::run(name, folder, || pair.sign(&random, &message).map(|signature| signature.as_ref()[0]));
    Ok(())
}
