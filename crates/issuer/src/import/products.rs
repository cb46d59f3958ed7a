//! `products.csv`: a product in each line (docs/import.md).

use verilabel_label::{ModelNumber, Name};

use super::table::{Column, Noted, Row};
use crate::catalogue::manufacturers;
use crate::desk::Work;
use crate::{Decision, ManufacturerId, ProductFacts, ProductId, PutManufacturer, PutProduct, Refusal, Role};

const fn column(name: &'static str, required: bool, form: &'static str) -> Column {
    Column { name, required, form }
}

pub(super) const COLUMNS: [Column; 8] = [
    column("manufacturer", true, "write the manufacturer's name"),
    column("contact", false, "write how to reach the manufacturer, in at most 500 characters"),
    column("brand", true, "write the brand as it is on the box"),
    column("models", true, "write the models, between them |"),
    column("category", false, "write a category of the register, such as router"),
    column("gtins", true, "write GTINs with their check digits, between them |"),
    column("picture", false, "write a URL"),
    column("support_until", false, "write the last day of security updates, such as 2030-12-31"),
];

/// Puts a product on record, and its manufacturer where that is not known yet.
#[derive(Debug, Clone)]
pub struct ImportProduct {
    /// Who makes it.
    pub manufacturer: Name,
    /// How to reach a manufacturer that is not known yet.
    pub contact: Option<String>,
    /// The product; the manufacturer in it is not looked at.
    pub facts: ProductFacts,
}

impl Decision for ImportProduct {
    type Outcome = ProductId;
    const KIND: &'static str = "import-product";
    const ROLES: &'static [Role] = &[Role::Officer];

    fn subject(&self) -> String {
        format!("product {} {}", self.facts.brand, self.facts.models.first().map_or("", ModelNumber::as_str))
    }

    async fn decide(&self, work: &mut Work) -> Result<ProductId, Refusal> {
        let name = Some(self.manufacturer.as_str());
        let known = manufacturers(work.db(), name, ManufacturerId::new(0), 1).await?;
        let manufacturer = if let Some(known) = known.first() {
            known.id
        } else {
            let (name, contact) = (self.manufacturer.clone(), self.contact.clone());
            PutManufacturer { id: None, name, contact }.decide(work).await?
        };
        let facts = ProductFacts { manufacturer, ..self.facts.clone() };
        PutProduct { id: None, facts }.decide(work).await
    }
}

/// The product of a line; what does not read is noted in it.
pub(super) fn product(row: &mut Row<'_>) -> Result<ImportProduct, Noted> {
    let (manufacturer, contact) = (row.required("manufacturer"), row.optional("contact"));
    let (brand, models) = (row.required("brand"), row.full_list("models"));
    let (category, gtins) = (row.optional("category"), row.full_list("gtins"));
    let (picture, support_until) = (row.optional("picture"), row.optional("support_until"));
    let facts = ProductFacts {
        manufacturer: ManufacturerId::new(0),
        brand: brand?,
        models: models?,
        category: category?,
        gtins: gtins?,
        picture: picture?,
        support_until: support_until?,
    };
    Ok(ImportProduct { manufacturer: manufacturer?, contact: contact?, facts })
}
