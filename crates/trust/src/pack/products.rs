//! Product records: names for lean seals, whole families of models, categories.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use verilabel_label::{CategoryId, Gtin, LabelNumber, ModelNumber, Name};

use super::{PackError, PicturePath};

const SCHEMA: &str = "verilabel-products/1";

/// What the scheme owner's register says of a labelled product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// The label's number.
    pub label: LabelNumber,
    /// Brand.
    pub brand: Name,
    /// All models of the family.
    pub models: Vec<ModelNumber>,
    /// Manufacturer.
    pub manufacturer: Name,
    /// Category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<CategoryId>,
    /// GTINs that the label covers.
    pub gtins: Vec<Gtin>,
    /// A picture of it, for comparing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<PicturePath>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    schema: String,
    products: Vec<Product>,
}

/// Writes product records as a target of a pack.
///
/// # Errors
/// None that could be met.
pub fn product_document(products: &[Product]) -> Result<Vec<u8>, PackError> {
    let document = Document { schema: SCHEMA.to_owned(), products: products.to_vec() };
    serde_json::to_vec(&document).map_err(|e| PackError::document("products", &e))
}

pub(super) fn read(bytes: &[u8]) -> Result<HashMap<LabelNumber, Product>, PackError> {
    let document: Document =
        serde_json::from_slice(bytes).map_err(|e| PackError::document("products", &e))?;
    if document.schema != SCHEMA {
        return Err(PackError::Schema { found: document.schema, known: SCHEMA });
    }
    Ok(document.products.into_iter().map(|product| (product.label.clone(), product)).collect())
}
