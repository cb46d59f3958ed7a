//! Verifying and minting, next to the bare signature operation of the same library.

use std::path::Path;

use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair, UnparsedPublicKey,
    VerificationAlgorithm,
};
use verilabel_issuer::mint;
use verilabel_label::StatusRef;
use verilabel_trust::TrustPack;
use verilabel_verify::{Conclusion, Policy, Question, judge};
use verilabel_wire::{Algorithm, Profile, Sign};

use crate::Outcome;
use crate::duel::{self, fight};
use crate::fixture::{Fixture, Recorder};
use crate::report::Measurement;

/// Bytes of a typical message under the signature of a seal.
const MESSAGE: usize = 192;

/// Verdicts on ES256 seals.
pub fn verify_es256() -> Outcome {
    verify("verify-es256", "ours-es256", "bare-es256", Algorithm::Es256)
}

/// Verdicts on EdDSA seals.
pub fn verify_eddsa() -> Outcome {
    verify("verify-eddsa", "ours-eddsa", "bare-eddsa", Algorithm::EdDsa)
}

fn verify(name: &'static str, ours: &str, bare: &str, algorithm: Algorithm) -> Outcome {
    let duel = fight(ours, bare)?;
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
            value: allocations()?,
            unit: "allocations",
            against: "none: for one verdict with a market and a level asked for".to_owned(),
            ratio: None,
            goal: "stated".to_owned(),
        },
    ])
}

/// Counted by a program of its own.
fn allocations() -> Result<f64, Box<dyn std::error::Error>> {
    let program = std::env::current_exe()?.with_file_name("verilabel-allocations");
    let output = std::process::Command::new(program).output()?;
    Ok(String::from_utf8(output.stdout)?.trim().parse()?)
}

/// Minting ES256 links.
pub fn mint_es256() -> Outcome {
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
pub fn contend(name: &str, folder: &Path) {
    let outcome = match name {
        "ours-es256" => judge_links(name, folder, Algorithm::Es256),
        "ours-eddsa" => judge_links(name, folder, Algorithm::EdDsa),
        "mint-es256" => mint_links(name, folder),
        "bare-es256" => bare_verify(name, folder, Algorithm::Es256),
        "bare-eddsa" => bare_verify(name, folder, Algorithm::EdDsa),
        "sign-es256" => bare_sign(name, folder, 1),
        "sign-units" => bare_sign(name, folder, crate::runs::TURN),
        _ if name.starts_with("run-") => crate::runs::contend(name, folder),
        _ => Err("no such contender".into()),
    };
    if let Err(error) = outcome {
        eprintln!("{name}: {error}");
        std::process::exit(1);
    }
}

type Done = Result<(), Box<dyn std::error::Error>>;

/// A verdict with everything asked, again and again.
pub struct Verdicts {
    fixture: Fixture,
    pack: TrustPack,
    question: Question,
    policy: Policy,
}

impl Verdicts {
    /// Publishes a pack and mints a link for it.
    pub fn new(algorithm: Algorithm) -> Result<Self, Box<dyn std::error::Error>> {
        let fixture = Fixture::new(algorithm)?;
        let question = Question {
            market: Some("KR".parse()?),
            minimum_level: Some("sg.cls-iot:3".parse()?),
            category: None,
        };
        let policy = Policy { max_status_age: Some(86_400) };
        Ok(Self { pack: fixture.pack()?, fixture, question, policy })
    }

    /// One verdict.
    #[must_use]
    pub fn run(&self) -> Conclusion {
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

/// The library's own check of the very message and signature that the other contender is given.
fn bare_verify(name: &str, folder: &Path, algorithm: Algorithm) -> Done {
    let fixture = Fixture::new(algorithm)?;
    let (message, signature) = Recorder::listen(&fixture)?;
    let verification: &'static dyn VerificationAlgorithm = match algorithm {
        Algorithm::Es256 => &ECDSA_P256_SHA256_FIXED,
        Algorithm::EdDsa => &ED25519,
    };
    let key = UnparsedPublicKey::new(verification, fixture.key.key().raw().to_vec());
    if key.verify(&message, &signature).is_err() {
        return Err("the signature does not hold".into());
    }
    duel::run(name, folder, || key.verify(&message, &signature));
    Ok(())
}

fn bare_sign(name: &str, folder: &Path, signatures: u32) -> Done {
    let random = SystemRandom::new();
    let document =
        EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).map_err(|_| "no key")?;
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random)
        .map_err(|e| e.to_string())?;
    let message = [7; MESSAGE];
    let sign = |_| pair.sign(&random, &message).map(|signature| signature.as_ref()[0]);
    duel::run(name, folder, || (0..signatures).flat_map(sign).count());
    Ok(())
}
