use std::num::NonZeroU8;

use proptest::prelude::*;

use super::*;
use crate::draw::rendered::Rendered;
use crate::draw::{Ink, Mm, Resolution};

fn read(symbol: &Symbol) -> Option<String> {
    let file = symbol.to_png(&PrintSpec::default(), NonZeroU8::new(4).unwrap()).unwrap();
    Rendered::of_png(&file).0.read()
}

#[test]
fn claims_fit_the_versions_measured() {
    for (claims, version, side) in [(60, 10, "25.74 mm"), (100, 11, "27.324 mm"), (140, 12, "28.908 mm")] {
        let symbol = symbol(claims);
        assert_eq!(symbol.version(), version, "{claims} bytes of claims");
        assert_eq!(PrintSpec::default().report(&symbol).side_with_quiet_zone.to_string(), side);
        assert_eq!(read(&symbol).unwrap(), link("", claims));
    }
    assert_eq!(link("", 60).len() - 43, 354, "353 digits and the version");
}

/// Brand, model and manufacturer take their bytes of UTF-8 and about two more each.
#[test]
fn names_of_real_products_fit() {
    let products = [
        ("Lumora", "LX-200", "Lumora Pte. Ltd.", 11),
        ("光界科技", "智能路由器 AX3000", "深圳光界科技有限公司", 12),
        ("빛나라", "스마트 카메라 C2", "빛나라 주식회사", 11),
        ("ஒளி", "ஒளி விளக்கு 4", "ஒளி நெட்வொர்க்ஸ்", 12),
        ("Särkkä & Pojat", "Kiuas-ohjain 7", "Särkkä & Pojat Oy", 11),
        ("Hüttner", "Türschloss S", "Hüttner Sicherheitstechnik GmbH", 11),
        ("Nimbus", "N1", "Nimbus", 10),
        ("港灣", "港灣門鈴", "港灣電子股份有限公司", 11),
        ("さくら電器", "見守りカメラ", "さくら電器株式会社", 11),
        ("Koala & Co", "Baby Monitor <3", "Koala & Co Pty Ltd", 11),
        ("Voltaire", "Prise connectée 16 A", "Société Voltaire SAS", 11),
        ("Ångström", "Väderstation", "Ångström Sverige AB", 11),
        ("Merlion Home", "MH-GATE-PRO-2026", "Merlion Home Automation Pte. Ltd.", 11),
        ("Zephyr", "Z-Fan 3, Z-Fan 3S, Z-Fan 3X", "Zephyr Appliances", 11),
        ("Bintang", "Lampu Pintar", "PT Bintang Terang Nusantara", 11),
        ("วิสัย", "กล้องวงจรปิด", "บริษัท วิสัย จำกัด", 13),
        ("Thornbury", "T9", "Thornbury Locks Limited", 11),
        ("Orchid", "Orchid Hub", "Orchid Systems", 11),
        ("Kestrel", "K-Cam Outdoor", "Kestrel Imaging Ltd", 11),
        ("Aurora", "Aurora Strip RGB 5 m", "Aurora Lighting Co., Ltd.", 11),
    ];
    let mut versions = Vec::new();
    for (brand, model, manufacturer, version) in products {
        let names = brand.len() + model.len() + manufacturer.len() + 6;
        let symbol = symbol(54 + names);
        versions.push((brand, symbol.version(), version));
        assert_eq!(read(&symbol).unwrap(), link("", 54 + names), "{brand}");
    }
    let wrong: Vec<_> = versions.iter().filter(|(_, found, expected)| found != expected).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn a_report_tells_size_and_modes() {
    let report = PrintSpec::default().report(&symbol(60));
    assert_eq!(
        report.to_string(),
        "version 10, 57 × 57 modules, error correction M\n\
         22.572 mm wide at X = 0.396 mm, 25.74 mm with the quiet zone of 4 modules\n\
         characters: 368 numeric, 0 alphanumeric, 29 byte\n\
         1531 of 1728 bits used"
    );
    assert_eq!(
        serde_json::to_string(&report).unwrap(),
        r#"{"version":10,"modules":57,"error_correction":"M","x_dimension":0.396,"quiet_zone":4,"side":22.572,"side_with_quiet_zone":25.74,"characters":{"numeric":368,"alphanumeric":0,"byte":29},"bits_used":1531,"bits_available":1728}"#
    );
}

#[test]
fn what_cannot_be_encoded_is_refused() {
    let refused = |text: &str| Symbol::encode(text, ErrorCorrection::M).unwrap_err();
    assert_eq!(refused(""), SymbolError::Empty);
    assert_eq!(refused("https://ä"), SymbolError::NotAscii { at: 8, character: 'ä' });
    for text in ["x".repeat(2_332), "x".repeat(100_000)] {
        assert_eq!(refused(&text).code(), "symbol-too-long");
    }
    assert_eq!(
        refused(&"7".repeat(5_597)).to_string(),
        "the text takes 18675 bits, the largest symbol holds 18672 at error correction M: shorten it"
    );
}

#[test]
fn the_largest_symbols_are_filled_to_the_last_bit() {
    for (text, level) in [
        ("x".repeat(2_953), ErrorCorrection::L),
        ("7".repeat(7_089), ErrorCorrection::L),
        ("X".repeat(1_852), ErrorCorrection::H),
    ] {
        let symbol = Symbol::encode(&text, level).unwrap();
        assert_eq!((symbol.version(), symbol.size()), (40, 177));
        assert_eq!(
            symbol.characters().numeric + symbol.characters().alphanumeric + symbol.characters().byte,
            text.len()
        );
        assert_eq!(read(&symbol), Some(text));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn any_text_that_fits_can_be_read(
        text in "[\\x01-\\x7F]{1,90}([0-9]{0,200}[A-Z/:$]{0,60}[a-z?=]{0,60}){0,3}",
        level in prop::sample::select(vec![ErrorCorrection::L, ErrorCorrection::M, ErrorCorrection::Q, ErrorCorrection::H]),
    ) {
        let symbol = Symbol::encode(&text, level).unwrap();
        prop_assert_eq!(symbol.error_correction(), level);
        let (used, available) = symbol.bits();
        prop_assert!(used <= available);
        prop_assert_eq!(read(&symbol), Some(text));
    }
}

#[test]
fn pictures_have_whole_modules_and_true_size() {
    let symbol = symbol(60);
    let spec = PrintSpec::default().on_grid(600);
    let file = symbol.to_png(&spec, NonZeroU8::new(10).unwrap()).unwrap();
    let (picture, per_metre) = Rendered::of_png(&file);
    assert_eq!((picture.width, picture.height), (650, 650));
    assert_eq!(per_metre, 23_622, "600 dpi");
    let drawn = symbol.drawing(&spec).to_png(Resolution::from_dpi(600), Ink::BlackAndWhite).unwrap();
    assert_eq!(drawn, file, "the short way and the long way agree");
    for y in 0..65_u32 {
        for x in 0..65_u32 {
            let at = |v: u32| usize::try_from(v.wrapping_sub(4)).unwrap();
            let dark = symbol.modules().is_dark(at(x), at(y));
            let square = (0..100).map(|i| picture.pixel(x * 10 + i % 10, y * 10 + i / 10));
            assert!(square.into_iter().all(|pixel| pixel == if dark { 0 } else { 255 }), "{x}, {y}");
        }
    }
}

#[test]
fn pictures_of_symbols_have_bounds() {
    let largest = Symbol::encode(&"7".repeat(7_089), ErrorCorrection::L).unwrap();
    let error = largest.to_png(&PrintSpec::default(), NonZeroU8::MAX).unwrap_err();
    assert_eq!(error.code(), "picture-size");
}

#[test]
fn too_dense_says_what_to_shorten() {
    let symbol = symbol(140);
    let spec = PrintSpec { max_side: Some(Mm::new(26.0).unwrap()), ..PrintSpec::default() };
    let parts = Parts { host: 16, names: 80, ..Parts::default() };
    let error = spec.check(&symbol, &parts).unwrap_err();
    assert_eq!(error.code(), "symbol-too-dense");
    assert_eq!(
        error.to_string(),
        "the symbol (version 12) takes 28.908 mm with its quiet zone, 26 mm are allowed (room for version \
         10): shorten the names by about 56 of 80 bytes"
    );
    // The advice is right: so much shorter it fits, and a little less short it does not.
    assert!(spec.check(&super::symbol(140 - 56), &parts).is_ok());
    assert!(spec.check(&super::symbol(140 - 53), &parts).is_err());
    let tiny = PrintSpec { max_side: Some(Mm::new(8.0).unwrap()), ..spec };
    assert_eq!(
        tiny.check(&symbol, &parts).unwrap_err().to_string(),
        "the symbol (version 12) takes 28.908 mm with its quiet zone, 8 mm are allowed (room for no \
         symbol): no shortening is enough, allow more room"
    );
}

#[test]
fn room_is_enough_to_the_micrometre() {
    let exactly = PrintSpec { max_side: Some(Mm::new(25.74).unwrap()), ..PrintSpec::default() };
    assert!(exactly.check(&symbol(60), &Parts::default()).is_ok());
    let less = PrintSpec { max_side: Some(Mm::new(25.739).unwrap()), ..exactly };
    assert_eq!(less.check(&symbol(60), &Parts::default()).unwrap_err().code(), "symbol-too-dense");
}

#[test]
fn lint_finds_everything_at_once() {
    let spec = PrintSpec {
        x_dimension: Mm::new(0.3).unwrap(),
        quiet_zone: 2,
        max_side: Some(Mm::new(10.0).unwrap()),
        dpi: Some(300),
        ..PrintSpec::default()
    };
    let codes: Vec<_> = spec.lint(&symbol(60), &Parts::default()).iter().map(SymbolError::code).collect();
    assert_eq!(
        codes,
        ["symbol-too-dense", "quiet-zone-too-small", "x-dimension-too-small", "x-dimension-off-grid"]
    );
    assert!(PrintSpec::default().lint(&symbol(60), &Parts::default()).is_empty());
    let huge = PrintSpec { x_dimension: Mm::new(1.2).unwrap(), ..PrintSpec::default() };
    assert_eq!(huge.check(&symbol(60), &Parts::default()).unwrap_err().code(), "x-dimension-too-large");
}

#[test]
fn modules_are_whole_dots() {
    let symbol = symbol(60);
    let lint = |x, dpi| {
        let spec = PrintSpec { x_dimension: Mm::new(x).unwrap(), dpi: Some(dpi), ..PrintSpec::default() };
        spec.check(&symbol, &Parts::default()).map(|_| ()).map_err(|error| error.to_string())
    };
    assert_eq!(
        lint(0.396, 300).unwrap_err(),
        "the X-dimension of 0.396 mm is no whole number of dots at 300 dpi: use 0.423 mm, which is 5 dots"
    );
    // Nine dots are nearer, but below the least at retail.
    assert!(lint(0.396, 600).unwrap_err().ends_with("use 0.423 mm, which is 10 dots"));
    assert!(lint(0.45, 203).unwrap_err().ends_with("use 0.5 mm, which is 4 dots"));
    // Rounded as people write it, it adds up to less than half a dot.
    assert_eq!(lint(0.4233, 300), Ok(()));
    assert_eq!(lint(0.5, 254), Ok(()));
    for dpi in [200, 203, 254, 300, 360, 600, 720, 1_200, 2_400, 65_535] {
        let spec = PrintSpec::default().on_grid(dpi);
        assert!(spec.lint(&symbol, &Parts::default()).is_empty(), "{dpi}");
    }
    // Below the printer's reach there is nothing but one dot.
    let coarse = PrintSpec { x_dimension: Mm::ZERO, ..PrintSpec::default() }.on_grid(100);
    assert_eq!(coarse.x_dimension.to_string(), "0.254 mm");
}

#[test]
fn the_version_is_known_before_the_symbol_is_made() {
    for claims in (0..400).step_by(79) {
        let text = link("/21/LX-000482915", claims);
        for level in [ErrorCorrection::L, ErrorCorrection::M, ErrorCorrection::H] {
            let symbol = Symbol::encode(&text, level).map(|symbol| symbol.version());
            assert_eq!(Symbol::version_for(&text, level), symbol, "{claims} bytes at {level}");
        }
    }
    assert_eq!(Symbol::version_for("", ErrorCorrection::M).unwrap_err().code(), "symbol-empty");
}

#[test]
fn advice_on_dots_can_be_followed() {
    let symbol = symbol(120);
    for dpi in [96, 150, 203, 300, 360, 600, 1_200, 2_540] {
        for x in (396..=990).step_by(9).chain([990]) {
            let given = |x: f64| PrintSpec { x_dimension: Mm::new(x).unwrap(), ..PrintSpec::default() };
            let spec = PrintSpec { dpi: Some(dpi), ..given(f64::from(x) / 1_000.0) };
            let Err(error) = spec.check(&symbol, &Parts::default()) else { continue };
            let told = error.to_string();
            let advised = told.split("use ").nth(1).unwrap().split(' ').next().unwrap();
            let followed = given(advised.parse().unwrap()).snapped(dpi);
            let followed = PrintSpec { dpi: Some(dpi), ..followed };
            assert!(followed.check(&symbol, &Parts::default()).is_ok(), "{told}");
        }
    }
    let off = PrintSpec { x_dimension: Mm::new(0.43).unwrap(), ..PrintSpec::default() };
    assert_eq!(off.snapped(600), off, "what is not near stays as it was given");
}
