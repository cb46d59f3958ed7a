//! Decisions about manufacturers and products.

use verilabel_label::Name;

use super::pictures::keep_only;
use super::{ProductFacts, manufacturer, manufacturers, product, product_of};
use crate::desk::Work;
use crate::refusal::is_text;
use crate::{AwardRefusal, Decision, ManufacturerId, ProductId, Refusal, Role, Version};

/// Longest contact or picture reference, in characters.
const MAX_TEXT: usize = 500;

/// Puts a manufacturer on record, or changes it.
#[derive(Debug, Clone)]
pub struct PutManufacturer {
    /// The one to change, and the version that the officer saw; a new one if not given.
    pub id: Option<(ManufacturerId, Option<Version>)>,
    /// Its name, unique in the authority.
    pub name: Name,
    /// How to reach it.
    pub contact: Option<String>,
}

impl Decision for PutManufacturer {
    type Outcome = ManufacturerId;
    const KIND: &'static str = "put-manufacturer";
    const ROLES: &'static [Role] = &[Role::Officer];

    fn subject(&self) -> String {
        format!("manufacturer {}", self.name)
    }

    async fn decide(&self, work: &mut Work) -> Result<ManufacturerId, Refusal> {
        let before = match self.id {
            Some((id, _)) => manufacturer(work.db(), id).await?.contact,
            None => None,
        };
        bounded("a contact", self.contact.as_deref(), before.as_deref())?;
        let nobody = ManufacturerId::new(0);
        let same = manufacturers(work.db(), Some(self.name.as_str()), nobody, 1).await?;
        if same.iter().any(|other| self.id.is_none_or(|(id, _)| id != other.id)) {
            return Err(Refusal::NameTaken { what: "manufacturer", name: self.name.to_string() });
        }
        let id = if let Some((id, expected)) = self.id {
            manufacturer(work.db(), id).await?.version.must_be(expected)?;
            id
        } else {
            ManufacturerId::new(work.new_id())
        };
        sqlx::query(
            "INSERT INTO manufacturers (id, name, contact, created_at, version) VALUES ($1, $2, $3, $4, 1)
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, contact = excluded.contact,
             version = manufacturers.version + 1",
        )
        .bind(id.number())
        .bind(self.name.as_str())
        .bind(self.contact.clone())
        .bind(work.now().seconds())
        .execute(work.db())
        .await?;
        work.record(Self::KIND, self.subject(), [("id", id.to_string())])?;
        Ok(id)
    }
}

/// Puts a product on record, or changes it. Awards keep the names that they were made with.
#[derive(Debug, Clone)]
pub struct PutProduct {
    /// The one to change, and the version that the officer saw; a new one if not given.
    pub id: Option<(ProductId, Option<Version>)>,
    /// What is known of it.
    pub facts: ProductFacts,
}

impl Decision for PutProduct {
    type Outcome = ProductId;
    const KIND: &'static str = "put-product";
    const ROLES: &'static [Role] = &[Role::Officer];

    fn subject(&self) -> String {
        let model = self.facts.models.first().map(ToString::to_string).unwrap_or_default();
        format!("product {} {model}", self.facts.brand)
    }

    async fn decide(&self, work: &mut Work) -> Result<ProductId, Refusal> {
        self.check(work).await?;
        let facts = &self.facts;
        let models = serde_json::to_string(&facts.models).map_err(|e| Refusal::damaged("models", &e))?;
        let id = if let Some((id, expected)) = self.id {
            product(work.db(), id).await?.version.must_be(expected)?;
            id
        } else {
            ProductId::new(work.new_id())
        };
        sqlx::query(
            "INSERT INTO products (id, manufacturer, brand, models, category, picture, support_until, created_at,
             version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1)
             ON CONFLICT (id) DO UPDATE SET manufacturer = excluded.manufacturer, brand = excluded.brand,
             models = excluded.models, category = excluded.category, picture = excluded.picture,
             support_until = excluded.support_until, version = products.version + 1",
        )
        .bind(id.number())
        .bind(facts.manufacturer.number())
        .bind(facts.brand.as_str())
        .bind(models)
        .bind(facts.category.as_ref().map(ToString::to_string))
        .bind(facts.picture.clone())
        .bind(facts.support_until.map(|date| date.to_string()))
        .bind(work.now().seconds())
        .execute(work.db())
        .await?;
        sqlx::query("DELETE FROM product_gtins WHERE product = $1")
            .bind(id.number())
            .execute(work.db())
            .await?;
        for gtin in &facts.gtins {
            sqlx::query("INSERT INTO product_gtins (gtin, product) VALUES ($1, $2)")
                .bind(gtin.as_str())
                .bind(id.number())
                .execute(work.db())
                .await?;
        }
        keep_only(work, id, facts.picture.as_deref()).await?;
        work.record(Self::KIND, self.subject(), [("id", id.to_string())])?;
        Ok(id)
    }
}

impl PutProduct {
    async fn check(&self, work: &mut Work) -> Result<(), Refusal> {
        let facts = &self.facts;
        let before = match self.id {
            Some((id, _)) => product(work.db(), id).await?.facts.picture,
            None => None,
        };
        bounded("a picture reference", facts.picture.as_deref(), before.as_deref())?;
        if let Some(id) = facts.category.as_ref().filter(|id| work.register().category(id).is_none()) {
            return Err(AwardRefusal::UnknownCategory { category: id.clone() }.into());
        }
        manufacturer(work.db(), facts.manufacturer).await?;
        for gtin in &facts.gtins {
            let owner = product_of(work.db(), *gtin).await?;
            if let Some(owner) = owner.filter(|owner| self.id.is_none_or(|(id, _)| id != *owner)) {
                return Err(Refusal::GtinTaken { gtin: *gtin, product: owner.number() });
            }
        }
        Ok(())
    }
}

/// What is on record may be older than the rules, and holds up nothing else.
fn bounded(what: &'static str, text: Option<&str>, before: Option<&str>) -> Result<(), Refusal> {
    if text == before || text.is_none_or(|text| is_text(text, MAX_TEXT)) {
        Ok(())
    } else {
        Err(Refusal::TextLength { what, max: MAX_TEXT })
    }
}
