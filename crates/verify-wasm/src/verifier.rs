//! A verifier: a pinned root, what it remembers, and the pack in use.

use serde::Deserialize;
use verilabel_label::{CategoryId, Market, Timestamp};
use verilabel_trust::{ArchiveRepository, Client, Expiry, PicturePath, StagedStore, TrustPack, path};
use verilabel_verify::{CountsReport, MinimumLevel, Outcome, Policy, Question, Verdict};

use crate::{Memory, PackState, Refusal};

/// Judges labels by the newest pack that it accepted.
#[derive(Debug)]
pub struct Verifier {
    root: Vec<u8>,
    memory: Memory,
    in_use: Option<InUse>,
}

#[derive(Debug)]
struct InUse {
    pack: TrustPack,
    /// The register as it was published.
    register: String,
}

/// What is asked of labels.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Asked {
    /// In which market a label is to count.
    pub market: Option<Market>,
    /// The product category, for labels that do not say.
    pub category: Option<CategoryId>,
    /// Which level it is to have, such as `sg.cls-iot:3`.
    pub minimum_level: Option<String>,
    /// The most seconds that may have passed since the status list was made.
    pub max_status_age: Option<u64>,
    /// Status lists in the form of credentials, which count in place of the pack's unless those are newer.
    #[cfg(feature = "credential")]
    pub status_lists: Vec<String>,
}

impl Verifier {
    /// A verifier that trusts this root metadata, and remembers what another one did.
    #[must_use]
    pub fn new(root: &[u8], memory: Memory) -> Self {
        Self { root: root.to_owned(), memory, in_use: None }
    }

    /// What is to be kept, and handed to the next verifier.
    #[must_use]
    pub fn memory(&self) -> &Memory {
        &self.memory
    }

    /// Takes a pack file into use, if it is good as a whole and not older than what was accepted before.
    /// Otherwise the pack before stays in use.
    ///
    /// # Errors
    /// [`Refusal`], with the codes of archives, updates and packs.
    pub fn accept(&mut self, file: &[u8], now: Timestamp, expiry: Expiry) -> Result<(), Refusal> {
        let repository = ArchiveRepository::read(file)?;
        let mut client = Client::open(StagedStore::new(&mut self.memory), &self.root)?;
        let accepted = client.update(&repository, now, expiry)?;
        let pack = TrustPack::open(accepted, &repository)?;
        let register = pack.accepted().target(&repository, path::REGISTER)?;
        client.into_store().commit()?;
        // It was read as JSON, and so is UTF-8.
        let register = String::from_utf8_lossy(&register).into_owned();
        self.in_use = Some(InUse { pack, register });
        Ok(())
    }

    /// The pack in use.
    ///
    /// # Errors
    /// `no-pack`, before the first was accepted.
    pub fn pack(&self) -> Result<&TrustPack, Refusal> {
        Ok(&self.in_use()?.pack)
    }

    /// The register of the pack in use: the JSON document as it was published (docs/spec/register.md).
    ///
    /// # Errors
    /// `no-pack`.
    pub fn register(&self) -> Result<&str, Refusal> {
        Ok(&self.in_use()?.register)
    }

    /// Version, age, expiry and issuers of the pack in use, and what a person should know about it.
    ///
    /// # Errors
    /// `no-pack`.
    pub fn state(&self, now: Timestamp) -> Result<PackState, Refusal> {
        Ok(PackState::of(self.pack()?, now))
    }

    fn in_use(&self) -> Result<&InUse, Refusal> {
        self.in_use.as_ref().ok_or_else(|| {
            let text = "there is no trust pack yet: without one, no label can be judged";
            Refusal::new("no-pack", text.to_owned())
        })
    }

    /// Judges a text, as a QR code, a file or a person gives it.
    ///
    /// # Errors
    /// `no-pack`; `question`, for a question that nobody could answer; those of status lists. They say nothing about
    /// the label.
    pub fn judge(&self, text: &str, asked: &Asked, now: Timestamp) -> Result<Verdict<'_>, Refusal> {
        let pack = self.pack()?;
        let question = asked.question()?;
        known(&question, pack)?;
        let policy = Policy { max_status_age: asked.max_status_age };
        #[cfg(not(feature = "credential"))]
        let verdict = verilabel_verify::judge(text, pack, &question, &policy, now);
        #[cfg(feature = "credential")]
        let verdict = {
            let mut lists = verilabel_verify::GivenLists::default();
            for list in &asked.status_lists {
                lists
                    .add(list.trim_end(), pack)
                    .map_err(|error| Refusal::new(error.code(), error.to_string()))?;
            }
            verilabel_verify::judge_with_lists(text, &lists, pack, &question, &policy, now)
        };
        Ok(verdict)
    }

    /// Where that label counts now, market by market.
    ///
    /// # Errors
    /// Those of [`Self::judge`]; `not-authentic`, of a label that counts for nothing anywhere, or of which nothing
    /// is known.
    pub fn counts(&self, text: &str, now: Timestamp) -> Result<Vec<CountsReport>, Refusal> {
        let verdict = self.judge(text, &Asked::default(), now)?;
        CountsReport::of(&verdict, self.pack()?.register()).ok_or_else(|| {
            let text = "nothing can be said of a label that is not known to be authentic";
            Refusal::new("not-authentic", text.to_owned())
        })
    }

    /// Where the picture is that the issuer's records have of the product, to be compared with what is in the hand;
    /// none of what is not authentic. Asked for apart, because the records are read at the first look.
    ///
    /// # Errors
    /// Those of [`Self::judge`].
    pub fn picture(&self, text: &str, now: Timestamp) -> Result<Option<&PicturePath>, Refusal> {
        let verdict = self.judge(text, &Asked::default(), now)?;
        let Outcome::Authentic(judged) = &verdict.outcome else { return Ok(None) };
        let product = self.pack()?.product(judged.issuer, &judged.claims().number);
        let product = product.filter(|product| product.gtins.contains(&judged.path.gtin));
        Ok(product.and_then(|product| product.picture.as_ref()))
    }
}

impl Asked {
    fn question(&self) -> Result<Question, Refusal> {
        let minimum_level = self.minimum_level.as_deref().map(str::parse::<MinimumLevel>).transpose();
        let minimum_level = minimum_level.map_err(|error| Refusal::new("question", error.to_string()))?;
        Ok(Question { market: self.market, category: self.category.clone(), minimum_level })
    }
}

/// Refuses what the register does not know: an answer about it would sound as if it did.
fn known(question: &Question, pack: &TrustPack) -> Result<(), Refusal> {
    let register = pack.register();
    let unknown = |what: &str| Refusal::new("question", format!("the register knows no {what}"));
    if let Some(category) = question.category.as_ref().filter(|id| register.category(id).is_none()) {
        return Err(unknown(&format!("product category {category}")));
    }
    let Some(asked) = &question.minimum_level else { return Ok(()) };
    match register.scheme(&asked.scheme) {
        Some(scheme) if scheme.rung(asked.level).is_some() => Ok(()),
        Some(_) => Err(unknown(&format!("level {asked}"))),
        None => Err(unknown(&format!("scheme {}", asked.scheme))),
    }
}
