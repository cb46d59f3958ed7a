//! The demonstration's shelf: each picture gets the verdict that is due, also turned, small, compressed and dark.

#![expect(clippy::unwrap_used, reason = "what is missing fails the test")]

use std::f32::consts::TAU;
use std::fs;
use std::path::Path;

use verilabel_e2e::{Desk, run};
use verilabel_pictures::{Encoding, Raster};
use verilabel_shelf::expected::Expected;

#[test]
fn every_picture_gets_its_verdict_whatever_befell_it() {
    let desk = Desk::new();
    let shelf = desk.path("shelf");
    let demo = run(desk.program("verilabel-demo").args(["--once", "--out", "shelf"]));
    assert_eq!(demo.exit, 0, "{}{}", demo.stdout, demo.stderr);
    assert!(demo.stdout.contains("114 of 114 verdicts are those that are due."), "{}", demo.stdout);
    assert!(fs::read(shelf.join("sheet.pdf")).unwrap().starts_with(b"%PDF-"));

    let expected: Vec<Expected> =
        serde_json::from_slice(&fs::read(shelf.join("expected.json")).unwrap()).unwrap();
    let plain = expected.iter().filter(|one| !one.args.contains(&"--market".to_owned()));
    let mut wrong = Vec::new();
    let mut tried = 0;
    for due in plain {
        let raster = raster(&shelf.join(&due.file));
        for (what, picture) in befallen(&raster) {
            let path = desk.path(what);
            fs::write(&path, picture).unwrap();
            let found = run(desk.verilabel().arg("verify").arg(&path).args(&due.args).arg("--json"));
            tried += 1;
            if (found.exit, found.code()) != (due.exit.into(), due.code.clone()) {
                wrong.push(format!(
                    "{} {what}: due {} {}, found {} {}",
                    due.file,
                    due.exit,
                    due.code,
                    found.exit,
                    found.code()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(tried, 19 * 5);
}

fn raster(path: &Path) -> Raster {
    let picture = image::open(path).unwrap().into_luma8();
    let (width, height) = picture.dimensions();
    Raster::new(width.try_into().unwrap(), height.try_into().unwrap(), picture.into_raw())
}

fn befallen(raster: &Raster) -> [(&'static str, Vec<u8>); 5] {
    let png = |raster: &Raster| raster.encode(Encoding::Png);
    [
        ("turned by 15 degrees.png", png(&raster.turned(15.0 / 360.0 * TAU))),
        ("half as large.png", png(&raster.scaled(0.5))),
        ("JPEG at quality 40.jpg", raster.encode(Encoding::Jpeg { quality: 40 })),
        ("darkened.webp", raster.darkened(0.3).encode(Encoding::WebP)),
        ("all of it.jpg", {
            raster
                .turned(-15.0 / 360.0 * TAU)
                .scaled(0.5)
                .darkened(0.5)
                .encode(Encoding::Jpeg { quality: 40 })
        }),
    ]
}
