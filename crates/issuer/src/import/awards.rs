//! `awards.csv`: a draft in each line (docs/import.md).

use verilabel_label::Level;

use super::table::{Column, Noted, Row};
use crate::LabelAward;
use crate::lifecycle::{Draft, ForeignLabel};

const fn column(name: &'static str, required: bool, form: &'static str) -> Column {
    Column { name, required, form }
}

const DAY: &str = "write a day such as 2026-11-22";
const FLAG: &str = "write yes or no; nothing means no";

pub(super) const COLUMNS: [Column; 20] = [
    column("number", true, "write the label's number, such as CSA/311029/1"),
    column("scheme", true, "write a scheme of the register, such as sg.cls-iot"),
    column("specification", true, "write the version of the specification, such as 1.4"),
    column("level", true, "write the level as a number, such as 3"),
    column("awarded", true, DAY),
    column("valid_from", false, DAY),
    column("valid_until", true, DAY),
    column("gtin", true, "write 8, 12, 13 or 14 digits, the check digit last"),
    column("further_gtins", false, "write GTINs of the same family, between them |"),
    column("serial", false, "write up to 20 characters of GS1's AI 21, for the label of a single box only"),
    column("category", false, "write a category of the register, such as router"),
    column("brand", true, "write the brand as it is on the box"),
    column("models", true, "write the models, between them |"),
    column("manufacturer", true, "write the manufacturer's name"),
    column("lean", false, FLAG),
    column("renewal", false, FLAG),
    column("support_until", false, DAY),
    column("product", false, "write the number of a product on record"),
    column("foreign_link", false, "write the label link of the foreign label that the award rests on"),
    column(
        "foreign_application",
        false,
        "write the manufacturer's application here, in at most 2,000 characters",
    ),
];

/// The draft of a line; what does not read is noted in it.
pub(super) fn draft(row: &mut Row<'_>) -> Result<Draft, Noted> {
    // All fields are read before any is missed, so that the report has every fault of the line.
    let (number, scheme, specification) =
        (row.required("number"), row.required("scheme"), row.required("specification"));
    let level = level(row);
    let (awarded, valid_from, valid_until) =
        (row.required("awarded"), row.optional("valid_from"), row.required("valid_until"));
    let (gtin, further_gtins, serial) =
        (row.required("gtin"), row.list("further_gtins"), row.optional("serial"));
    let (category, brand) = (row.optional("category"), row.required("brand"));
    let (models, manufacturer) = (row.full_list("models"), row.required("manufacturer"));
    let (lean, renewal) = (row.flag("lean"), row.flag("renewal"));
    let (support_until, product) = (row.optional("support_until"), row.optional("product"));
    let foreign = foreign(row);
    let award = LabelAward {
        scheme: scheme?,
        specification: specification?,
        level: level?,
        number: number?,
        awarded: awarded?,
        valid_from: valid_from?,
        valid_until: valid_until?,
        gtin: gtin?,
        serial: serial?,
        category: category?,
        brand: brand?,
        models: models?,
        manufacturer: manufacturer?,
    };
    Ok(Draft {
        award,
        further_gtins: further_gtins?,
        lean: lean?,
        renewal: renewal?,
        support_until: support_until?,
        product: product?,
        foreign: foreign?,
    })
}

fn level(row: &mut Row<'_>) -> Result<Level, Noted> {
    let number = row.required::<u8>("level")?;
    Level::new(number).map_err(|error| row.reject("level", (error.code(), error.to_string())))
}

/// An application without a foreign label would be forgotten silently.
fn foreign(row: &mut Row<'_>) -> Result<Option<ForeignLabel>, Noted> {
    let (link, application) = (row.optional("foreign_link"), row.optional("foreign_application"));
    match (link?, application?) {
        (Some(link), application) => Ok(Some(ForeignLabel { link, application })),
        (None, None) => Ok(None),
        (None, Some(_)) => {
            let fault = ("field-without-link", "there is no foreign_link beside it".to_owned());
            Err(row.reject("foreign_application", fault))
        }
    }
}
