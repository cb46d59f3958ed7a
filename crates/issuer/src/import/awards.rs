//! `awards.csv`: a draft in each line (docs/import.md).

use verilabel_label::Level;

use super::table::{Column, Row};
use crate::LabelAward;
use crate::lifecycle::{Draft, ForeignLabel, Note};

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
pub(super) fn draft(row: &mut Row<'_>) -> Option<Draft> {
    let level = row.required::<u8>("level").map(Level::new).and_then(|level| match level {
        Ok(level) => Some(level),
        Err(error) => {
            row.reject("level", (error.code(), error.to_string()));
            None
        }
    });
    // All fields are read before any is missed, so that the report has every fault of the line.
    let (number, scheme, specification) =
        (row.required("number"), row.required("scheme"), row.required("specification"));
    let (awarded, valid_from, valid_until) =
        (row.required("awarded"), row.optional("valid_from"), row.required("valid_until"));
    let (gtin, further_gtins, serial) =
        (row.required("gtin"), row.list("further_gtins"), row.optional("serial"));
    let (category, brand, manufacturer) =
        (row.optional("category"), row.required("brand"), row.required("manufacturer"));
    let models = models(row);
    let (lean, renewal) = (row.flag("lean"), row.flag("renewal"));
    let (support_until, product) = (row.optional("support_until"), row.optional("product"));
    let (link, application) = (row.optional::<String>("foreign_link"), application(row));
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
    let application = application?;
    let foreign = link?.map(|link| ForeignLabel { link, application });
    Some(Draft {
        award,
        further_gtins: further_gtins?,
        lean: lean?,
        renewal: renewal?,
        support_until: support_until?,
        product: product?,
        foreign,
    })
}

fn models(row: &mut Row<'_>) -> Option<Vec<verilabel_label::ModelNumber>> {
    let models = row.list("models")?;
    if models.is_empty() {
        row.reject("models", ("field-missing", "the field is empty".to_owned()));
        return None;
    }
    Some(models)
}

/// An application without a foreign label would be forgotten silently.
fn application(row: &mut Row<'_>) -> Option<Option<Note>> {
    let application: Option<Note> = row.optional("foreign_application")?;
    if application.is_some() && row.optional::<String>("foreign_link") == Some(None) {
        row.reject(
            "foreign_application",
            ("field-without-link", "there is no foreign_link beside it".to_owned()),
        );
        return None;
    }
    Some(application)
}
