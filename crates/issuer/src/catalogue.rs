//! Manufacturers and their products.

mod decide;
mod pictures;

pub use decide::{PutManufacturer, PutProduct};
pub use pictures::{Picture, PictureKind, PutPicture};

pub(crate) use pictures::{picture, picture_at};

use serde::{Deserialize, Serialize};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use utoipa::ToSchema;
use verilabel_label::{CategoryId, Date, Gtin, ModelNumber, Name, Timestamp};

use crate::schema;
use crate::store::{Cells, Where, row_by_id};
use crate::{ManufacturerId, ProductId, Refusal, Version};

/// A manufacturer on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ManufacturerRecord {
    /// Its row.
    pub id: ManufacturerId,
    /// Its name.
    #[schema(value_type = schema::Name)]
    pub name: Name,
    /// How to reach it.
    pub contact: Option<String>,
    /// Since when it is known.
    #[schema(value_type = schema::Timestamp)]
    pub created_at: Timestamp,
    /// Counts the changes.
    pub version: Version,
}

/// What is known of a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductFacts {
    /// Who makes it.
    pub manufacturer: ManufacturerId,
    /// Brand.
    #[schema(value_type = schema::Name)]
    pub brand: Name,
    /// Models of the family.
    #[schema(value_type = Vec<schema::ModelNumber>)]
    pub models: Vec<ModelNumber>,
    /// Category of the register.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::CategoryId>)]
    pub category: Option<CategoryId>,
    /// Its GTINs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<schema::Gtin>)]
    pub gtins: Vec<Gtin>,
    /// Where a picture of it is: a URL, or the path in the publication folder of one that was handed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// The last day of security updates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Date>)]
    pub support_until: Option<Date>,
}

/// A product on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProductRecord {
    /// Its row.
    pub id: ProductId,
    /// What is known of it.
    #[serde(flatten)]
    pub facts: ProductFacts,
    /// Since when it is known.
    #[schema(value_type = schema::Timestamp)]
    pub created_at: Timestamp,
    /// Counts the changes.
    pub version: Version,
}

pub(crate) async fn manufacturer(
    connection: &mut AnyConnection,
    id: ManufacturerId,
) -> Result<ManufacturerRecord, Refusal> {
    let row = row_by_id(connection, "SELECT * FROM manufacturers WHERE id = $1", "manufacturer", id.number())
        .await?;
    read_manufacturer(&row)
}

pub(crate) async fn manufacturers(
    connection: &mut AnyConnection,
    name: Option<&str>,
    after: ManufacturerId,
    limit: u32,
) -> Result<Vec<ManufacturerRecord>, Refusal> {
    let mut filter = Where::default();
    filter.int("id >", after.number());
    filter.maybe_text("name =", name);
    let rows = filter.select("SELECT * FROM manufacturers", "id", limit).fetch_all(connection).await?;
    rows.iter().map(read_manufacturer).collect()
}

pub(crate) async fn product(connection: &mut AnyConnection, id: ProductId) -> Result<ProductRecord, Refusal> {
    let row =
        row_by_id(&mut *connection, "SELECT * FROM products WHERE id = $1", "product", id.number()).await?;
    let gtins = gtins(connection, id).await?;
    read_product(&row, gtins)
}

pub(crate) async fn products(
    connection: &mut AnyConnection,
    manufacturer: Option<ManufacturerId>,
    after: ProductId,
    limit: u32,
) -> Result<Vec<ProductRecord>, Refusal> {
    let mut filter = Where::default();
    filter.int("id >", after.number());
    filter.maybe_int("manufacturer =", manufacturer.map(ManufacturerId::number));
    let rows = filter.select("SELECT * FROM products", "id", limit).fetch_all(&mut *connection).await?;
    let mut products = Vec::with_capacity(rows.len());
    for row in &rows {
        let gtins = gtins(connection, ProductId::new(row.int("id")?)).await?;
        products.push(read_product(row, gtins)?);
    }
    Ok(products)
}

/// The product that has a GTIN.
pub(crate) async fn product_of(
    connection: &mut AnyConnection,
    gtin: Gtin,
) -> Result<Option<ProductId>, Refusal> {
    let row = sqlx::query("SELECT product FROM product_gtins WHERE gtin = $1")
        .bind(gtin.as_str())
        .fetch_optional(connection)
        .await?;
    row.map(|row| row.int("product").map(ProductId::new)).transpose()
}

async fn gtins(connection: &mut AnyConnection, product: ProductId) -> Result<Vec<Gtin>, Refusal> {
    let rows = sqlx::query("SELECT gtin FROM product_gtins WHERE product = $1 ORDER BY gtin")
        .bind(product.number())
        .fetch_all(connection)
        .await?;
    rows.iter().map(|row| row.parsed("gtin")).collect()
}

fn read_manufacturer(row: &AnyRow) -> Result<ManufacturerRecord, Refusal> {
    Ok(ManufacturerRecord {
        id: ManufacturerId::new(row.int("id")?),
        name: row.parsed("name")?,
        contact: row.maybe_text("contact")?,
        created_at: row.time("created_at")?,
        version: Version::new(row.int("version")?),
    })
}

fn read_product(row: &AnyRow, gtins: Vec<Gtin>) -> Result<ProductRecord, Refusal> {
    Ok(ProductRecord {
        id: ProductId::new(row.int("id")?),
        facts: ProductFacts {
            manufacturer: ManufacturerId::new(row.int("manufacturer")?),
            brand: row.parsed("brand")?,
            models: row.json("models")?,
            category: row.maybe_parsed("category")?,
            gtins,
            picture: row.maybe_text("picture")?,
            support_until: row.maybe_parsed("support_until")?,
        },
        created_at: row.time("created_at")?,
        version: Version::new(row.int("version")?),
    })
}
