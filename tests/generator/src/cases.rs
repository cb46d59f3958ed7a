//! All vectors. What is due stands beside each, written by hand.

mod claims;
mod credentials;
mod given_lists;
mod links;
mod partners;
mod payloads;
mod recognition;
mod roots;
mod seals;
mod standing;
mod status_lists;
mod tokens;
mod trust;

use verilabel_label::{Gs1Path, LabelClaims};
use verilabel_wire::{Profile, Sign, seal};

use crate::AT;
use crate::messages::link;
use crate::write::Expect;

/// A vector.
pub struct Vector {
    /// Its folder.
    pub name: &'static str,
    /// What is special about it.
    pub fault: &'static str,
    /// `link.txt`.
    pub link: Option<String>,
    /// The seal, to be spelt out.
    pub seal: Option<Vec<u8>>,
    /// `credential.jwt`.
    pub credential: Option<String>,
    /// `status-list-1.jwt` and so on.
    pub status_lists: Vec<String>,
    /// `expect.json`.
    pub expect: Expect,
}

/// Every vector, in the order of the index.
#[must_use]
pub fn all() -> Vec<Vector> {
    [
        links::all(),
        seals::all(),
        claims::all(),
        trust::all(),
        roots::all(),
        partners::all(),
        standing::all(),
        tokens::all(),
        recognition::all(),
        credentials::all(),
        payloads::all(),
        status_lists::all(),
        given_lists::all(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

impl Vector {
    /// A link to be judged with the base pack.
    fn judge(name: &'static str, fault: &'static str, link: String, conclusion: &str, code: &str) -> Self {
        let expect = Expect::Judge {
            pack: "base".to_owned(),
            at: AT.to_owned(),
            market: None,
            category: None,
            minimum_level: None,
            max_status_age: None,
            conclusion: conclusion.to_owned(),
            code: code.to_owned(),
        };
        Self { link: Some(link), ..Self::of(name, fault, expect) }
    }

    fn of(name: &'static str, fault: &'static str, expect: Expect) -> Self {
        Self { name, fault, link: None, seal: None, credential: None, status_lists: Vec::new(), expect }
    }

    /// A label credential in place of a link.
    fn with_credential(mut self, text: String) -> Self {
        self.link = None;
        self.credential = Some(text);
        self
    }

    /// Status lists that are handed in.
    fn with_status_lists(mut self, lists: &[String]) -> Self {
        self.status_lists = lists.to_vec();
        self
    }

    /// A status list that is refused, whatever label it is handed in with.
    fn refuse_list(name: &'static str, fault: &'static str, code: &str) -> Self {
        let (pack, at, code) = ("base".to_owned(), AT.to_owned(), code.to_owned());
        Self::of(name, fault, Expect::RefuseList { pack, at, code })
    }

    /// The same for a link that is authentic and in force.
    fn good(name: &'static str, fault: &'static str, link: String) -> Self {
        Self::judge(name, fault, link, "in-force", "in-force")
    }

    /// The same for a link that is not authentic.
    fn fake(name: &'static str, fault: &'static str, link: String, code: &str) -> Self {
        Self::judge(name, fault, link, "not-authentic", code)
    }

    /// A seal on a product, spelt out in the vector.
    fn with_seal(mut self, seal: Vec<u8>) -> Self {
        self.seal = Some(seal);
        self
    }

    /// With another pack than `base`.
    fn pack(mut self, name: &str) -> Self {
        let (Expect::Judge { pack, .. } | Expect::RefuseList { pack, .. } | Expect::Update { pack, .. }) =
            &mut self.expect;
        name.clone_into(pack);
        self
    }

    /// For another time.
    fn at(mut self, time: &str) -> Self {
        if let Expect::Judge { at, .. } = &mut self.expect {
            time.clone_into(at);
        }
        self
    }

    fn market(mut self, code: &str) -> Self {
        if let Expect::Judge { market, .. } = &mut self.expect {
            *market = Some(code.to_owned());
        }
        self
    }

    fn category(mut self, id: &str) -> Self {
        if let Expect::Judge { category, .. } = &mut self.expect {
            *category = Some(id.to_owned());
        }
        self
    }

    fn minimum_level(mut self, level: &str) -> Self {
        if let Expect::Judge { minimum_level, .. } = &mut self.expect {
            *minimum_level = Some(level.to_owned());
        }
        self
    }

    fn max_status_age(mut self, seconds: u64) -> Self {
        if let Expect::Judge { max_status_age, .. } = &mut self.expect {
            *max_status_age = Some(seconds);
        }
        self
    }

    fn update(
        name: &'static str,
        fault: &'static str,
        before: &[&str],
        pack: &str,
        code: Option<&str>,
    ) -> Self {
        let expect = Expect::Update {
            before: before.iter().map(|pack| (*pack).to_owned()).collect(),
            pack: pack.to_owned(),
            at: AT.to_owned(),
            code: code.map(str::to_owned),
        };
        Self::of(name, fault, expect)
    }
}

/// The link of claims, and the seal in it.
fn sealed(claims: &LabelClaims, path: &Gs1Path, profile: Profile, key: &dyn Sign) -> (String, Vec<u8>) {
    let seal = seal(claims, path, profile, key).expect("a key of ours signs");
    (link(path, &seal), seal)
}
