//! What a register must be to be read at all.

use proptest::prelude::*;
use serde_json::{Value, json};
use verilabel_recognition::Register;

use crate::support::published;

const FILE: &[u8] = include_bytes!("../../data/register.json");

fn value() -> Value {
    serde_json::from_slice(FILE).unwrap()
}

fn read(register: &Value) -> Result<Register, &'static str> {
    Register::from_json(&serde_json::to_vec(register).unwrap()).map_err(|error| error.code())
}

#[test]
fn the_published_register_is_read_and_written_without_loss() {
    let register = published();
    let written = register.to_json().unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&written).unwrap(), value());
    let again = Register::from_json(&written).unwrap();
    assert_eq!(&again, register);
    assert_eq!(again.to_json().unwrap(), written);
}

/// What `schemes.md` names is there, and what it says is in no arrangement is in none.
#[test]
fn the_published_register_is_complete() {
    let register = published();
    let schemes: Vec<_> = register.schemes().iter().map(|scheme| scheme.id.as_str()).collect();
    assert_eq!(
        schemes,
        [
            "csa-alliance.psv",
            "fi.cybersecurity-label",
            "de.it-sik",
            "kr.cic",
            "sg.cls-iot",
            "sg.cls-md",
            "gb.psti",
            "jp.jc-star",
            "us.cyber-trust-mark"
        ]
    );
    let arrangements: Vec<_> =
        register.arrangements().iter().map(|entry| (entry.id.as_str(), entry.rows.len())).collect();
    assert_eq!(
        arrangements,
        [
            ("sg-fi-2021", 2),
            ("sg-de-2022", 4),
            ("sg-alliance-2024", 2),
            ("sg-kr-2024", 2),
            ("kr-de-2025", 2),
            ("sg-gb-2025", 2),
            ("gb-jp-2025", 2),
            ("sg-jp-2026", 2)
        ]
    );
    for row in register.arrangements().iter().flat_map(|arrangement| &arrangement.rows) {
        for lonely in ["sg.cls-md", "us.cyber-trust-mark"] {
            assert!(row.from.as_str() != lonely && row.to.as_str() != lonely);
        }
    }
}

#[test]
fn every_field_is_due_and_no_other_is_allowed() {
    let mut objects = Vec::new();
    collect_objects(&value(), String::new(), &mut objects);
    assert!(objects.len() > 150, "{}", objects.len());
    for pointer in objects {
        let keys: Vec<String> =
            value().pointer(&pointer).unwrap().as_object().unwrap().keys().cloned().collect();
        for key in keys {
            let mut register = value();
            register.pointer_mut(&pointer).unwrap().as_object_mut().unwrap().remove(&key);
            assert_eq!(read(&register), Err("register-form"), "{pointer}/{key} may be left out");
        }
        let mut register = value();
        register.pointer_mut(&pointer).unwrap()["more"] = json!(null);
        assert_eq!(read(&register), Err("register-form"), "{pointer} may have another field");
    }
}

fn collect_objects(value: &Value, at: String, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(key, value)| collect_objects(value, format!("{at}/{key}"), found));
            found.push(at);
        }
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(i, value)| collect_objects(value, format!("{at}/{i}"), found));
        }
        _ => {}
    }
}

/// One fault each: where, what is put there, the code.
#[test]
fn one_fault_one_code() {
    let fi_row = "/arrangements/0/rows/0";
    let psv_row = "/arrangements/2/rows/0";
    let kr_row = "/arrangements/3/rows/0";
    let gb_row = "/arrangements/5/rows/0";
    let jp_row = "/arrangements/6/rows/0";
    let faults = [
        ("/schema", json!("verilabel-register/2"), "register-schema"),
        ("/issued", json!("2026-11-31"), "register-form"),
        ("/markets/1/code", json!("sg"), "register-form"),
        ("/markets/1/code", json!("SG"), "register-duplicate"),
        ("/categories/1/id", json!("router"), "register-duplicate"),
        ("/sources/1/id", json!("csa-2021-10-06"), "register-duplicate"),
        ("/sources/0/title", json!("a\u{202e}b"), "register-form"),
        ("/sources/0/title", json!(""), "register-form"),
        ("/schemes/5/id", json!("sg.cls-iot"), "register-duplicate"),
        ("/schemes/4/market", json!("AU"), "register-dangling"),
        ("/schemes/4/sources", json!(["nowhere"]), "register-dangling"),
        ("/schemes/4/sources", json!([]), "register-unsourced"),
        ("/schemes/4/levels", json!([]), "register-levels"),
        ("/schemes/4/levels/0/number", json!(2), "register-levels"),
        ("/schemes/4/levels/0/number", json!(0), "register-form"),
        ("/schemes/4/levels/0/name", json!(null), "register-levels"),
        ("/schemes/4/specifications", json!(["1.4", "1.4"]), "register-duplicate"),
        ("/schemes/4/mandatory/0/level", json!(5), "register-no-such-level"),
        ("/schemes/4/mandatory/0/categories", json!(["drone"]), "register-dangling"),
        ("/schemes/4/mandatory/0/source", json!("nowhere"), "register-dangling"),
        ("/schemes/4/facts/0/source", json!(null), "register-unsourced"),
        ("/schemes/4/facts/0/source", json!("nowhere"), "register-dangling"),
        ("/schemes/1/issuing/until", json!("2019-11-25"), "register-ends-before-it-begins"),
        ("/arrangements/1/id", json!("sg-fi-2021"), "register-duplicate"),
        ("/arrangements/0/dates/ended", json!("2021-10-05"), "register-ends-before-it-begins"),
        ("/arrangements/0/dates/ended", json!("2026-01-01"), "register-outlives-arrangement"),
        ("/cooperations/1/id", json!("asean-regional-cert"), "register-duplicate"),
        (&format!("{kr_row}/id"), json!("sg-fi-2021.fi-cls"), "register-duplicate"),
        (&format!("{kr_row}/from/scheme"), json!("kr.none"), "register-dangling"),
        (&format!("{kr_row}/from/scheme"), json!("sg.cls-iot"), "register-to-itself"),
        (&format!("{kr_row}/to/scheme"), json!("sg.none"), "register-dangling"),
        (&format!("{kr_row}/to/level"), json!(5), "register-no-such-level"),
        (&format!("{kr_row}/to/level"), json!(null), "register-form"),
        (&format!("{kr_row}/mode"), json!(null), "register-form"),
        (&format!("{kr_row}/mode"), json!("recognised"), "register-form"),
        (&format!("{kr_row}/from/levels"), json!(null), "register-form"),
        (&format!("{kr_row}/from/levels"), json!({ "at_least": 4 }), "register-no-such-level"),
        (&format!("{kr_row}/from/levels"), json!({ "only": [] }), "register-empty-list"),
        (&format!("{kr_row}/from/levels"), json!({ "only": [2, 2] }), "register-duplicate"),
        (&format!("{kr_row}/from/levels"), json!({ "only": [2, 4] }), "register-no-such-level"),
        (&format!("{kr_row}/from/levels"), json!("any"), "register-form"),
        (&format!("{kr_row}/from/levels_unknown"), json!([2]), "register-says-both"),
        (&format!("{kr_row}/from/levels_unknown"), json!([4]), "register-no-such-level"),
        (&format!("{psv_row}/from/levels_unknown"), json!([1]), "register-form"),
        (&format!("{jp_row}/from/levels_unknown"), json!([1, 2]), "register-says-both"),
        (&format!("{gb_row}/from/specifications"), json!(["9.9"]), "register-dangling"),
        (&format!("{gb_row}/from/specifications"), json!([]), "register-empty-list"),
        (&format!("{kr_row}/scope/inside"), json!([]), "register-empty-list"),
        (&format!("{kr_row}/scope/inside"), json!(["hub", "hub"]), "register-duplicate"),
        (&format!("{kr_row}/scope/inside"), json!(["drone"]), "register-dangling"),
        (&format!("{kr_row}/scope/outside"), json!(["drone"]), "register-dangling"),
        (&format!("{kr_row}/scope/outside"), json!(["hub"]), "register-says-both"),
        (&format!("{kr_row}/effect/until"), json!("2024-12-31"), "register-ends-before-it-begins"),
        (&format!("{kr_row}/effect/from"), json!(null), "register-basis"),
        (&format!("{kr_row}/effect/from"), json!("2025"), "register-form"),
        (&format!("{kr_row}/effect/basis"), json!("unknown"), "register-basis"),
        (&format!("{kr_row}/source"), json!("nowhere"), "register-dangling"),
        (&format!("{kr_row}/source"), json!("press-psv"), "register-unsourced"),
        (&format!("{kr_row}/certainty"), json!("unknown"), "register-unsure"),
        (&format!("{fi_row}/conditions"), json!([""]), "register-form"),
    ];
    assert!(read(&value()).is_ok());
    for (pointer, fault, code) in faults {
        let mut register = value();
        *register.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = fault.clone();
        assert_eq!(read(&register).err(), Some(code), "{pointer} = {fault}");
    }
}

/// Two rows of one arrangement from one scheme to another may not speak about the same label.
#[test]
fn rows_that_overlap_are_refused() {
    let with = |changes: &[(&str, Value)]| {
        let mut register = value();
        let rows = register["arrangements"][3]["rows"].as_array_mut().unwrap();
        let mut second = rows[0].clone();
        second["id"] = json!("second");
        for (pointer, value) in changes {
            *second.pointer_mut(pointer).unwrap() = value.clone();
        }
        rows.push(second);
        read(&register).err()
    };
    let overlap = Some("register-overlap");
    assert_eq!(with(&[]), overlap);
    assert_eq!(with(&[("/to/level", json!(4))]), overlap);
    assert_eq!(with(&[("/mode", json!("simplified-application"))]), overlap);
    assert_eq!(with(&[("/from/levels", json!({ "only": [3] }))]), overlap);
    assert_eq!(
        with(&[("/from/levels", json!({ "only": [1] })), ("/from/levels_unknown", json!([3]))]),
        overlap
    );
    assert_eq!(with(&[("/scope/inside", json!(["camera", "hub"]))]), overlap);
    assert_eq!(with(&[("/scope/inside", json!(["camera"])), ("/scope/outside", json!(["hub"]))]), overlap);
    assert_eq!(with(&[("/scope/inside", json!(null))]), overlap);
    assert_eq!(
        with(&[("/from/levels", json!(null)), ("/to/level", json!(null)), ("/mode", json!(null)),]),
        overlap
    );
    // Parted by level, by category or by date.
    assert_eq!(with(&[("/from/levels", json!({ "only": [1] }))]), None);
    assert_eq!(with(&[("/scope/inside", json!(["camera"]))]), None);
    let earlier = json!({ "from": "2024-10-16", "until": "2024-12-31", "basis": "signature" });
    let touching = json!({ "from": "2024-10-16", "until": "2025-01-01", "basis": "signature" });
    assert_eq!(with(&[("/effect", earlier)]), None);
    assert_eq!(with(&[("/effect", touching)]), overlap);
}

/// Neither the other direction, nor another scheme, nor another specification version is the same label.
#[test]
fn rows_about_other_labels_do_not_overlap() {
    let mut register = value();
    register["schemes"][4]["specifications"] = json!(["1.3", "1.4"]);
    let rows = register["arrangements"][5]["rows"].as_array_mut().unwrap();
    let mut other = rows[0].clone();
    other["id"] = json!("other");
    other["from"]["specifications"] = json!(["1.3"]);
    rows.push(other.clone());
    assert_eq!(read(&register).err(), None);
    let mut to_another = other.clone();
    to_another["id"] = json!("to-another");
    to_another["to"] = json!({ "scheme": "jp.jc-star", "level": 1 });
    register["arrangements"][5]["rows"].as_array_mut().unwrap().push(to_another);
    assert_eq!(read(&register).err(), None);
    register["arrangements"][5]["rows"][2]["from"]["specifications"] = json!(["1.3", "1.4"]);
    assert_eq!(read(&register).err(), Some("register-overlap"));
    register["arrangements"][5]["rows"][2]["from"]["specifications"] = json!(null);
    assert_eq!(read(&register).err(), Some("register-overlap"));
}

#[test]
fn a_row_ends_with_its_arrangement_at_the_latest() {
    let ending = |until: [&str; 2]| {
        let mut register = value();
        register["arrangements"][3]["dates"]["ended"] = json!("2026-06-30");
        for (row, until) in until.iter().enumerate() {
            register["arrangements"][3]["rows"][row]["effect"]["until"] = json!(until);
        }
        read(&register).err()
    };
    assert_eq!(ending(["2026-06-30", "2026-06-30"]), None);
    assert_eq!(ending(["2025-12-31", "2026-06-30"]), None);
    assert_eq!(ending(["2026-06-30", "2026-07-01"]), Some("register-outlives-arrangement"));
}

/// Not a rule for every register, since parties may agree on the past. In ours it would be a slip.
#[test]
fn no_row_of_ours_takes_effect_before_its_arrangement_is_signed() {
    for arrangement in published().arrangements() {
        for row in &arrangement.rows {
            let before = arrangement.dates.signed.map(|signed| signed.plus_days(-1));
            assert!(!before.is_some_and(|day| row.effect.start.certainly_by(day)), "{}", row.id);
        }
    }
}

#[test]
fn entries_are_found_by_their_identifiers() {
    let register = published();
    for source in register.sources() {
        assert_eq!(register.source(&source.id), Some(source));
    }
    for category in register.categories() {
        assert_eq!(register.category(&category.id), Some(category));
    }
    for scheme in register.schemes() {
        assert_eq!(register.scheme(&scheme.id), Some(scheme));
    }
    for arrangement in register.arrangements() {
        assert_eq!(register.arrangement(&arrangement.id), Some(arrangement));
        for row in &arrangement.rows {
            assert_eq!(register.row(&row.id), Some((arrangement, row)));
        }
    }
    let lengths = [register.sources().len(), register.categories().len(), register.cooperations().len()];
    let tables = ["sources", "categories", "cooperations"];
    assert_eq!(lengths, tables.map(|table| value()[table].as_array().unwrap().len()));
    let mut other = value();
    other["issued"] = json!("2026-11-02");
    assert_ne!(&read(&other).unwrap(), register);
}

#[test]
fn a_register_is_bounded() {
    let mut padded = FILE.to_vec();
    padded.resize(Register::MAX_BYTES, b' ');
    assert!(Register::from_json(&padded).is_ok());
    padded.push(b' ');
    assert_eq!(Register::from_json(&padded).unwrap_err().code(), "register-too-large");

    let mut crowded = value();
    crowded["markets"] = (0..257).map(|_| json!({ "code": "SG", "name": "x" })).collect();
    assert_eq!(read(&crowded), Err("register-too-many"));

    let nested = format!("{{\"schema\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(Register::from_json(nested.as_bytes()).unwrap_err().code(), "register-form");
}

#[test]
fn a_second_spelling_is_refused() {
    let text = std::str::from_utf8(FILE).unwrap();
    let twice = text.replacen("\"issued\"", "\"issued\": \"2020-01-01\", \"issued\"", 1);
    let trailing = format!("{text} {{}}");
    let comment = text.replacen('{', "{ // register\n", 1);
    for wrong in [twice, trailing, comment, String::new()] {
        assert_eq!(Register::from_json(wrong.as_bytes()).unwrap_err().code(), "register-form");
    }
}

#[test]
fn an_error_says_where_and_what_to_do() {
    let mut register = value();
    register["arrangements"][3]["rows"][0]["to"]["level"] = json!(5);
    let error = Register::from_json(&serde_json::to_vec(&register).unwrap()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "row sg-kr-2024.cic-cls names level 5 of sg.cls-iot, which that scheme lacks"
    );
    let mut doubled = value();
    doubled["categories"][1]["id"] = json!("router");
    let error = Register::from_json(&serde_json::to_vec(&doubled).unwrap()).unwrap_err();
    assert_eq!(error.to_string(), "category router stands twice: keep one");
    register["arrangements"][3]["rows"][0]["mode"] = json!(null);
    let error = Register::from_json(&serde_json::to_vec(&register).unwrap()).unwrap_err().to_string();
    assert!(error.contains("row sg-kr-2024.cic-cls publishes half a mapping"), "{error}");
    assert!(error.contains("line 1 column"), "{error}");
}

proptest! {
    /// Whatever is read means one thing: written and read again it is the same.
    #[test]
    fn a_damaged_register_is_refused_or_means_what_it_says(
        at in 0..FILE.len(), byte in any::<u8>(), cut in prop::option::weighted(0.1, 0..FILE.len()),
    ) {
        let mut bytes = FILE.to_vec();
        bytes[at] = byte;
        bytes.truncate(cut.unwrap_or(FILE.len()));
        if let Ok(register) = Register::from_json(&bytes) {
            let written = register.to_json().unwrap();
            prop_assert_eq!(Register::from_json(&written).unwrap(), register);
            let (found, meant): (Value, Value) =
                (serde_json::from_slice(&written).unwrap(), serde_json::from_slice(&bytes).unwrap());
            prop_assert_eq!(found, meant);
        }
    }
}
