//! How large the symbols of realistic products are.

use verilabel_issuer::mint;
use verilabel_label::StatusRef;
use verilabel_symbol::PrintSpec;
use verilabel_wire::{Algorithm, LinkBase, Profile};

use crate::Outcome;
use crate::fixture::{Fixture, award};
use crate::report::Measurement;

/// Brand, model, manufacturer.
const PRODUCTS: [(&str, &str, &str); 20] = [
    ("Lumora", "Hub One", "Lumora Devices Pte Ltd"),
    ("Kopi", "Mesh AX3000", "Kopi Networks Pte Ltd"),
    ("Ketam", "Siren Pro 2", "Ketam Security Pte Ltd"),
    ("Merah", "AirGate 5", "Merah Home Pte Ltd"),
    ("Biru", "Smart Plug Mini", "Biru Electric Pte Ltd"),
    ("光界", "智能网关 H2", "深圳光界科技有限公司"),
    ("云雀", "云台摄像机 3", "杭州云雀智能有限公司"),
    ("明月", "路由器 AX6", "上海明月通信"),
    ("하늘", "스마트 허브 S", "하늘전자 주식회사"),
    ("빛나라", "도어록 7", "빛나라 주식회사"),
    ("새벽", "공기청정기 A1", "새벽가전"),
    ("ஒளி", "LX-200", "ஒளி நிறுவனம்"),
    ("மின்னல்", "R3", "மின்னல் டெக்"),
    ("Kuusi", "Kaiku", "Kuusi Audio Oy"),
    ("Särkkä", "Lämpö 2", "Särkkä & Pojat Oy"),
    ("Tähtitaivas", "Valo E27", "Tähtitaivas Valaistus Oy"),
    ("Falkner", "Panorama 55", "Falkner Werke GmbH"),
    ("Grünbach", "Mähroboter 400", "Grünbach Garten GmbH & Co. KG"),
    ("Glimmer", "Bulb E27 Colour", "Glimmer Lighting Ltd"),
    ("ひかり", "カメラ C2", "ひかり電機株式会社"),
];

/// Version and size of the symbols of realistic products.
pub fn versions() -> Outcome {
    let fixture = Fixture::new(Algorithm::Es256)?;
    let mut all = vec![sixty_bytes(&fixture.base)?];
    for (brand, model, manufacturer) in PRODUCTS {
        let award = award(brand, model, manufacturer)?;
        let claims = award.claims(StatusRef { list: 1, index: 700_000 }, fixture.now)?;
        for (profile, words, goal) in [(Profile::Named, "with names", 12), (Profile::Lean, "lean", 10)] {
            let link = mint(&claims, &award.path(), profile, &fixture.base, &fixture.key)?.link;
            let what = format!("{brand} {model}, {manufacturer}; {words}");
            all.push(measurement(&link, &what, goal)?);
        }
    }
    Ok(all)
}

/// A link of 42 characters before the fragment with 60 bytes of claims: 145 bytes of seal.
fn sixty_bytes(base: &LinkBase) -> Result<Measurement, Box<dyn std::error::Error>> {
    const ENVELOPE: usize = 83;
    let path = award("x", "x", "x")?.path();
    let link = base.link(&path, &[0xA5; ENVELOPE + 60]);
    let characters = link.find('#').unwrap_or_default();
    measurement(&link, &format!("60 bytes of claims behind {characters} characters"), 10)
}

fn measurement(link: &str, what: &str, goal: u8) -> Result<Measurement, Box<dyn std::error::Error>> {
    let spec = PrintSpec::default();
    let report = spec.report(&spec.encode(link)?);
    let side = report.side_with_quiet_zone;
    let (used, available) = (u32::try_from(report.bits_used)?, u32::try_from(report.bits_available)?);
    Ok(Measurement {
        name: "symbol-version",
        value: report.version.into(),
        unit: "QR version",
        against: format!("bits of a symbol of {:.1} mm: {what}", side.value()),
        ratio: Some(f64::from(used) / f64::from(available)),
        goal: format!("<= {goal}"),
    })
}
