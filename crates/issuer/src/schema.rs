//! How the vocabulary's types look in the OpenAPI document.
//!
//! The types themselves know nothing of it: each stands here once more, by its name, with the shape of its JSON.

use utoipa::openapi::schema::{ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{KnownFormat, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// Describes a type whose JSON is text.
macro_rules! text {
    ($($name:ident: $pattern:expr, $format:expr, $example:expr, $what:expr;)*) => {
        $(
            /// A shape in the OpenAPI document; it has no values.
            #[derive(Debug)]
            pub(crate) enum $name {}

            impl PartialSchema for $name {
                fn schema() -> RefOr<Schema> {
                    let pattern: Option<&str> = $pattern;
                    let format: Option<KnownFormat> = $format;
                    ObjectBuilder::new()
                        .schema_type(Type::String)
                        .pattern(pattern)
                        .format(format.map(SchemaFormat::KnownFormat))
                        .examples([serde_json::Value::from($example)])
                        .description(Some($what))
                        .into()
                }
            }

            impl ToSchema for $name {}
        )*
    };
}

text! {
    Timestamp: None, Some(KnownFormat::DateTime), "2026-11-22T09:00:00Z", "A second in UTC (RFC 3339)";
    Date: None, Some(KnownFormat::Date), "2029-11-21", "A calendar date in UTC (RFC 3339 full-date)";
    Gtin: Some("^[0-9]{14}$"), None, "09521234543213", "A GTIN-14 with its check digit";
    Name: Some("^.{1,96}$"), None, "Lumora", "A brand or a manufacturer: 1 to 96 bytes, no control characters";
    ModelNumber: Some("^.{1,64}$"), None, "AX-3000", "A model: 1 to 64 bytes, no control characters";
    CategoryId: Some("^[a-z0-9.-]{1,24}$"), None, "router", "A product category of the register";
    SchemeId: Some("^[a-z0-9.-]{1,32}$"), None, "sg.cls-iot", "A scheme of the register";
    LabelNumber: Some("^[A-Za-z0-9._/#():-]{1,40}$"), None, "CSA/311029/1", "The scheme owner's number of the label";
    SpecificationVersion: Some("^[A-Za-z0-9._/ -]{1,32}$"), None, "1.4", "A version of the scheme's specification";
    Serial: Some("^[!-/0-9:-?A-Z_a-z]{1,20}$"), None, "SN-0001", "A serial number (GS1 AI 21), character set 82";
    KeyId: Some("^[0-9a-f]{12}$"), None, "0123456789ab", "The id of a key, derived from its public half";
}

/// Describes a type whose JSON is one of some words.
macro_rules! words {
    ($($name:ident: $words:expr, $what:expr;)*) => {
        $(
            /// A shape in the OpenAPI document; it has no values.
            #[derive(Debug)]
            pub(crate) enum $name {}

            impl PartialSchema for $name {
                fn schema() -> RefOr<Schema> {
                    ObjectBuilder::new()
                        .schema_type(Type::String)
                        .enum_values(Some($words))
                        .description(Some($what))
                        .into()
                }
            }

            impl ToSchema for $name {}
        )*
    };
}

words! {
    Status: ["valid", "invalid", "suspended", "applicationspecific"], "What the status list says of a label";
    Mode: ["deemed-compliant", "fulfils-level", "simplified-application"], "How a foreign label counts";
}

/// A level of a scheme.
#[derive(Debug)]
pub(crate) enum Level {}

impl PartialSchema for Level {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(1))
            .maximum(Some(9))
            .description(Some("A rung of the scheme"))
            .into()
    }
}

impl ToSchema for Level {}

/// Where the status of a label is kept.
#[derive(ToSchema)]
#[expect(dead_code, reason = "a shape in the OpenAPI document; it has no values")]
pub(crate) struct StatusRef {
    /// The status list, from 1.
    list: u32,
    /// The entry, from 0.
    index: u32,
}
