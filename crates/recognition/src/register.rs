//! The register: parsed once, well-formed from then on.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use verilabel_label::{CategoryId, Date, Market, SchemeId};

use crate::check::check;
use crate::{
    Arrangement, ArrangementId, Category, Cooperation, MarketEntry, RegisterError, Row, RowId, Scheme,
    Source, SourceId,
};

/// Schemes, arrangements and what they rest on, well-formed: see `docs/spec/register.md` §3.
#[derive(Debug, Clone)]
pub struct Register {
    document: Document,
    index: Index,
}

/// The file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Document {
    pub(crate) schema: Box<str>,
    pub(crate) issued: Date,
    pub(crate) sources: Vec<Source>,
    pub(crate) markets: Vec<MarketEntry>,
    pub(crate) categories: Vec<Category>,
    pub(crate) schemes: Vec<Scheme>,
    pub(crate) arrangements: Vec<Arrangement>,
    pub(crate) cooperations: Vec<Cooperation>,
}

/// Where a scheme stands, and the rows that lead away from it.
#[derive(Debug, Clone)]
struct Index(HashMap<SchemeId, SchemePosition>);

#[derive(Debug, Clone)]
struct SchemePosition {
    scheme: usize,
    rows: Vec<RowPosition>,
}

#[derive(Debug, Clone, Copy)]
struct RowPosition {
    arrangement: usize,
    row: usize,
    to: usize,
}

/// A row with its arrangement and the scheme that it leads to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outgoing<'a> {
    pub(crate) arrangement: &'a Arrangement,
    pub(crate) row: &'a Row,
    pub(crate) to: &'a Scheme,
}

impl Register {
    /// The form that this crate reads and writes.
    pub const SCHEMA: &'static str = "verilabel-register/1";

    /// Most bytes of a register.
    pub const MAX_BYTES: usize = 4 << 20;

    /// Reads a register and checks it: bytes of JSON, at most [`Self::MAX_BYTES`].
    pub fn from_json(json: &[u8]) -> Result<Self, RegisterError> {
        if json.len() > Self::MAX_BYTES {
            return Err(RegisterError::TooLarge { length: json.len(), max: Self::MAX_BYTES });
        }
        let Header { schema } = serde_json::from_slice(json)?;
        if &*schema != Self::SCHEMA {
            let found = schema.chars().take(64).collect();
            return Err(RegisterError::Schema { found, expected: Self::SCHEMA });
        }
        let document: Document = serde_json::from_slice(json)?;
        check(&document)?;
        let index = Index::over(&document);
        Ok(Self { document, index })
    }

    /// The register that comes with this software.
    pub fn published() -> Result<&'static Self, &'static RegisterError> {
        static PUBLISHED: LazyLock<Result<Register, RegisterError>> =
            LazyLock::new(|| Register::from_json(include_bytes!("../data/register.json")));
        PUBLISHED.as_ref()
    }

    /// Writes the register: compact JSON in a fixed order of fields, the same bytes for the same register.
    pub fn to_json(&self) -> Result<Vec<u8>, RegisterError> {
        Ok(serde_json::to_vec(&self.document)?)
    }

    /// The date of this edition.
    #[must_use]
    pub fn issued(&self) -> Date {
        self.document.issued
    }

    /// The texts that the statements rest on.
    #[must_use]
    pub fn sources(&self) -> &[Source] {
        &self.document.sources
    }

    /// One of them.
    #[must_use]
    pub fn source(&self, id: &SourceId) -> Option<&Source> {
        self.sources().iter().find(|source| source.id == *id)
    }

    /// The markets.
    #[must_use]
    pub fn markets(&self) -> &[MarketEntry] {
        &self.document.markets
    }

    /// One of them.
    #[must_use]
    pub fn market(&self, code: Market) -> Option<&MarketEntry> {
        self.markets().iter().find(|market| market.code == code)
    }

    /// The product categories.
    #[must_use]
    pub fn categories(&self) -> &[Category] {
        &self.document.categories
    }

    /// One of them.
    #[must_use]
    pub fn category(&self, id: &CategoryId) -> Option<&Category> {
        self.categories().iter().find(|category| category.id == *id)
    }

    /// The schemes.
    #[must_use]
    pub fn schemes(&self) -> &[Scheme] {
        &self.document.schemes
    }

    /// One of them.
    #[must_use]
    pub fn scheme(&self, id: &SchemeId) -> Option<&Scheme> {
        self.index.0.get(id).map(|position| &self.document.schemes[position.scheme])
    }

    /// The arrangements.
    #[must_use]
    pub fn arrangements(&self) -> &[Arrangement] {
        &self.document.arrangements
    }

    /// One of them.
    #[must_use]
    pub fn arrangement(&self, id: &ArrangementId) -> Option<&Arrangement> {
        self.arrangements().iter().find(|arrangement| arrangement.id == *id)
    }

    /// One row, with its arrangement.
    #[must_use]
    pub fn row(&self, id: &RowId) -> Option<(&Arrangement, &Row)> {
        self.arrangements().iter().find_map(|arrangement| {
            arrangement.rows.iter().find(|row| row.id == *id).map(|row| (arrangement, row))
        })
    }

    /// What carries information between scheme owners and recognises nothing.
    #[must_use]
    pub fn cooperations(&self) -> &[Cooperation] {
        &self.document.cooperations
    }

    /// The rows that lead away from a scheme, in the order of the register.
    pub(crate) fn outgoing<'a>(&'a self, from: &SchemeId) -> impl Iterator<Item = Outgoing<'a>> {
        let rows = self.index.0.get(from).map_or(&[][..], |position| &position.rows);
        rows.iter().map(|at| {
            let arrangement = &self.document.arrangements[at.arrangement];
            Outgoing { arrangement, row: &arrangement.rows[at.row], to: &self.document.schemes[at.to] }
        })
    }
}

/// Two registers are equal if they say the same.
impl PartialEq for Register {
    fn eq(&self, other: &Self) -> bool {
        self.document == other.document
    }
}

impl Eq for Register {}

impl Index {
    /// The document is checked: every row leads from a scheme of the register to another.
    fn over(document: &Document) -> Self {
        let mut index: HashMap<SchemeId, SchemePosition> = document
            .schemes
            .iter()
            .enumerate()
            .map(|(scheme, entry)| (entry.id.clone(), SchemePosition { scheme, rows: Vec::new() }))
            .collect();
        for (arrangement, entry) in document.arrangements.iter().enumerate() {
            for (row, statement) in entry.rows.iter().enumerate() {
                let to = index.get(&statement.to).map(|position| position.scheme);
                if let (Some(to), Some(position)) = (to, index.get_mut(&statement.from)) {
                    position.rows.push(RowPosition { arrangement, row, to });
                }
            }
        }
        Self(index)
    }
}

/// What is read before anything else, so that a later form is named as such.
#[derive(Deserialize)]
struct Header {
    schema: Box<str>,
}
