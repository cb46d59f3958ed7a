//! A page shows the map within its own document, under a policy that knows no inline style.

use verilabel_map_wasm::draw;
use verilabel_recognition::{Arrangement, Register};

const REGISTER: &str = include_str!("../../recognition/data/register.json");

#[test]
fn the_map_can_be_tapped() {
    let svg = draw(REGISTER, "2026-11-22".parse().unwrap()).unwrap();
    let document = roxmltree::Document::parse(&svg).unwrap();
    let named = |name: &str| -> Vec<String> {
        document.descendants().filter_map(|node| node.attribute(name)).map(str::to_owned).collect()
    };
    let register = Register::from_json(REGISTER.as_bytes()).unwrap();
    let mut schemes: Vec<String> = register.schemes().iter().map(|scheme| scheme.id.to_string()).collect();
    let mut found = named("data-scheme");
    schemes.sort_unstable();
    found.sort_unstable();
    assert_eq!(found, schemes);
    let of = |arrangement: &Arrangement| -> Vec<String> {
        arrangement.rows.iter().map(|row| format!("{}/{}", arrangement.id, row.id)).collect()
    };
    let rows: Vec<String> = register.arrangements().iter().flat_map(of).collect();
    assert_eq!(named("data-row"), rows);
    let style = |node: roxmltree::Node<'_, '_>| node.has_tag_name("style") || node.has_attribute("style");
    assert!(!document.descendants().any(style));
}

#[test]
fn what_is_no_register_is_not_drawn() {
    assert!(draw("{}", "2026-11-22".parse().unwrap()).is_err());
}
