//! A draft of a label, as it is handed in.

use std::process::Command;

use crate::run;

/// The number of the label.
pub const NUMBER: &str = "CSA/010128/1";

/// The draft of a camera's label, awarded today and valid until then, in words of `date` such as `2 years`. Dates are
/// those of UTC, as labels have them.
#[must_use]
pub fn draft(until: &str) -> String {
    let (today, last) = (day("today"), day(until));
    format!(
        r#"{{ "award": {{
  "scheme": "sg.cls-iot", "specification": "1.4", "level": 2, "number": "{NUMBER}",
  "awarded": "{today}", "valid_until": "{last}", "gtin": "9521234543213", "category": "camera",
  "brand": "Lumora", "models": ["Eye 2"], "manufacturer": "Lumora Devices"
}} }}"#
    )
}

fn day(words: &str) -> String {
    let ran = run(Command::new("date").args(["-u", "+%F", "-d", words]));
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
    ran.stdout.trim().to_owned()
}
