//! The first decision of an authority: who it is.

use sqlx::AnyConnection;
use verilabel_trust::Issuer;
use verilabel_wire::LinkBase;

use crate::desk::Work;
use crate::status::{ListBits, Seed};
use crate::store::{Cells, insert_rows};
use crate::{DatabaseUrl, Decision, Refusal, Role};

/// What a new authority begins with.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Who it is; keys come later.
    pub issuer: Issuer,
    /// Where its records are kept.
    pub database: DatabaseUrl,
    /// How large its status lists are; fixed for good.
    pub list_bits: ListBits,
}

impl Setup {
    /// With records in one SQLite file in the folder, and lists of 2²⁰ entries.
    #[must_use]
    pub fn new(issuer: Issuer) -> Self {
        Self { issuer, database: DatabaseUrl::sqlite("authority.db"), list_bits: ListBits::default() }
    }
}

/// Puts the issuer's document and the fixed settings on record.
#[derive(Debug)]
pub(super) struct Found {
    issuer: Issuer,
    bits: ListBits,
}

impl Found {
    pub(super) fn new(setup: &Setup) -> Self {
        Self { issuer: setup.issuer.clone(), bits: setup.list_bits }
    }
}

impl Decision for Found {
    type Outcome = ();
    const KIND: &'static str = "found-authority";
    const ROLES: &'static [Role] = &[];
    const BY_SYSTEM: bool = true;

    fn subject(&self) -> String {
        format!("issuer {}", self.issuer.id)
    }

    async fn decide(&self, work: &mut Work) -> Result<(), Refusal> {
        let known =
            sqlx::query("SELECT value FROM settings WHERE name = 'issuer'").fetch_optional(work.db()).await?;
        if known.is_some() {
            return Err(Refusal::NameTaken { what: "authority", name: self.issuer.id.to_string() });
        }
        let document = issuer_document(&self.issuer)?;
        let settings = [
            ("issuer", document.clone()),
            ("list-bits", u8::from(self.bits).to_string()),
            ("serial-secret", Seed::generate(&work.context().random)?.to_hex()),
        ];
        insert_rows(work.db(), "settings", "name, value", &settings, |query, (name, value)| {
            query.bind((*name).to_owned()).bind(value.clone())
        })
        .await?;
        work.record(Self::KIND, self.subject(), [("document", document)])?;
        Ok(())
    }
}

pub(crate) async fn list_bits(connection: &mut AnyConnection) -> Result<ListBits, Refusal> {
    let bits: u8 =
        setting(connection, "list-bits").await?.parse().map_err(|e| Refusal::damaged("list-bits", &e))?;
    ListBits::new(bits)
}

pub(super) async fn serial_secret(connection: &mut AnyConnection) -> Result<Seed, Refusal> {
    Seed::from_hex(&setting(connection, "serial-secret").await?)
}

async fn setting(connection: &mut AnyConnection, name: &'static str) -> Result<String, Refusal> {
    let row = sqlx::query("SELECT value FROM settings WHERE name = $1")
        .bind(name)
        .fetch_optional(connection)
        .await?
        .ok_or_else(|| Refusal::not_found("setting", &name))?;
    row.text("value")
}

/// The issuer's document as it is kept: without its keys, which have rows of their own.
pub(crate) fn issuer_document(issuer: &Issuer) -> Result<String, Refusal> {
    let bare = Issuer { keys: Vec::new(), ..issuer.clone() };
    let json = bare.to_json().map_err(|e| Refusal::Document { reason: e.to_string() })?;
    String::from_utf8(json).map_err(|e| Refusal::damaged("issuer", &e))
}

/// Where an issuer's links live: the first of its link hosts.
pub(crate) fn link_base(issuer: &Issuer) -> Result<LinkBase, Refusal> {
    let host = issuer.link_hosts.first().map_or("", String::as_str);
    Ok(LinkBase::new(&format!("https://{host}"))?)
}
