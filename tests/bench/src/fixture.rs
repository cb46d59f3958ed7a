//! A trust pack and a label, as they are in practice.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;

use ring::rand::SystemRandom;
use verilabel_issuer::{LabelAward, PackKeys, Passphrase, Validities, mint, publish_pack};
use verilabel_label::{LabelClaims, StatusRef, Timestamp};
use verilabel_recognition::Register;
use verilabel_trust::{
    Client, Entitlement, Expiry, FolderRepository, Issuer, IssuerKey, KeyState, MemoryStore, PackContents,
    Purpose, TrustPack,
};
use verilabel_wire::{
    Algorithm, BadSignature, Budget, LabelLink, LinkBase, Profile, PublicKey, Sealed, Sign, SigningKey,
    StatusList, StatusListToken, VerifySignature, sign_status_list,
};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Everything that a verification needs.
pub(crate) struct Fixture {
    pub(crate) key: SigningKey,
    pub(crate) award: LabelAward,
    pub(crate) base: LinkBase,
    pub(crate) link: String,
    pub(crate) now: Timestamp,
}

impl Fixture {
    pub(crate) fn new(algorithm: Algorithm) -> Result<Self> {
        let key = fixed_key(algorithm)?;
        let base = LinkBase::new("https://label.example.sg")?;
        let award = award("Lumora", "Hub One", "Lumora Devices Pte Ltd")?;
        let now: Timestamp = "2026-11-22T09:00:00Z".parse()?;
        let claims = award.claims(StatusRef { list: 1, index: 70_000 }, now)?;
        let link = mint(&claims, &award.path(), Profile::Named, &base, &key)?.link;
        Ok(Self { key, award, base, link, now })
    }

    /// A pack with this fixture's issuer, the real register and a status list of 2²⁰ entries, in a folder.
    pub(crate) fn publish(&self, folder: &Path) -> Result<()> {
        let issuer = self.issuer()?;
        let expires = self.now.plus_seconds(604_800);
        let token = StatusListToken {
            subject: issuer.status_list_uri(1),
            issued_at: self.now,
            expires: Some(expires),
            time_to_live: None,
            list: StatusList::all_valid(1 << 20)?,
        };
        let contents = PackContents {
            register: Register::published()?.to_json()?,
            status: BTreeMap::from([((issuer.id.clone(), 1), sign_status_list(&token, &self.key)?)]),
            products: BTreeMap::from([(issuer.id.clone(), vec![self.award.product()])]),
            issuers: vec![issuer],
        };
        let passphrase = Passphrase::new("measurements protect nothing".to_owned())?;
        let (keys, pack) = (folder.join("keys"), folder.join("pack"));
        let validities = Validities::default();
        let keys = PackKeys::init(&keys, &pack, &passphrase, &validities, self.now, &SystemRandom::new())?;
        publish_pack(&pack, &contents, &keys, &validities, self.now)?;
        Ok(())
    }

    pub(crate) fn pack(&self) -> Result<TrustPack> {
        let folder = tempfile::tempdir()?;
        self.publish(folder.path())?;
        let pack = folder.path().join("pack");
        let root = std::fs::read(pack.join("metadata/1.root.json"))?;
        let repository = FolderRepository::new(&pack);
        let accepted =
            Client::open(MemoryStore::default(), &root)?.update(&repository, self.now, Expiry::Refuse)?;
        Ok(TrustPack::open(accepted, &repository)?)
    }

    pub(crate) fn issuer(&self) -> Result<Issuer> {
        Ok(Issuer {
            id: "bench.sg".parse()?,
            name: "Bench".to_owned(),
            notice: None,
            link_hosts: vec![self.base.host().to_owned()],
            did: None,
            status_uri: "https://label.example.sg/status/".to_owned(),
            keys: vec![IssuerKey {
                key: self.key.key().clone(),
                from: "2026-01-01".parse()?,
                until: None,
                state: KeyState::Trusted,
                purposes: vec![Purpose::Seal, Purpose::Status],
            }],
            may_issue: vec![Entitlement { scheme: "sg.cls-iot".parse()?, levels: vec![3.try_into()?] }],
        })
    }
}

/// The same key in every run, because some keys are slower than others.
fn fixed_key(algorithm: Algorithm) -> Result<SigningKey> {
    Ok(match algorithm {
        // RFC 6979 appendix A.2.5.
        Algorithm::Es256 => SigningKey::es256(
            &hex("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721")?,
            &hex("60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6")?,
            &hex("7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299")?,
            SystemRandom::new(),
        )?,
        Algorithm::EdDsa => SigningKey::eddsa(&[7; 32])?,
    })
}

fn hex(text: &str) -> Result<[u8; 32]> {
    let bytes = (0..32).map(|i| u8::from_str_radix(text.get(2 * i..2 * i + 2).unwrap_or_default(), 16));
    bytes.collect::<std::result::Result<Vec<_>, _>>()?.try_into().map_err(|_| "not 32 bytes".into())
}

/// What a verifier hands to its signature library: message and signature.
pub(crate) struct Recorder {
    key: PublicKey,
    seen: RefCell<(Vec<u8>, Vec<u8>)>,
}

impl Recorder {
    /// Message and signature of the seal in a link.
    pub(crate) fn listen(fixture: &Fixture) -> Result<(Vec<u8>, Vec<u8>)> {
        let recorder = Self { key: fixture.key.key().clone(), seen: RefCell::default() };
        let link = LabelLink::parse(&fixture.link)?;
        Sealed::<LabelClaims>::parse(&link.seal, &link.path)?.open(&recorder, &mut Budget::default())?;
        Ok(recorder.seen.into_inner())
    }
}

impl VerifySignature for Recorder {
    fn key(&self) -> &PublicKey {
        &self.key
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> std::result::Result<(), BadSignature> {
        self.seen.replace((message.to_vec(), signature.to_vec()));
        self.key.verify(message, signature)
    }
}

/// An award at CLS(IoT) level 3.
pub(crate) fn award(brand: &str, model: &str, manufacturer: &str) -> Result<LabelAward> {
    Ok(LabelAward {
        scheme: "sg.cls-iot".parse()?,
        specification: "1.4".parse()?,
        level: 3.try_into()?,
        number: "CSA/220729/00123".parse()?,
        awarded: "2026-07-23".parse()?,
        valid_from: None,
        valid_until: "2029-07-22".parse()?,
        gtin: "09521234543213".parse()?,
        serial: None,
        category: Some("hub".parse()?),
        brand: brand.parse()?,
        models: vec![model.parse()?],
        manufacturer: manufacturer.parse()?,
    })
}
