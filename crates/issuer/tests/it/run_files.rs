//! The files of runs: written on all cores, cut off, taken up again, drawn.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fs;
use std::io::{Cursor, Read};
use std::num::NonZeroUsize;
use std::path::PathBuf;

use verilabel_issuer::lifecycle::{ChangeKind, Note};
use verilabel_issuer::{
    Artwork, CompromiseKey, CreateRun, DecideChange, ProposeChange, Remint, RunError, RunFile, RunPlan,
    RunRecord, RunSymbols, Serials, SymbolFile, UnitRange, mint,
};
use verilabel_label::{LabelClaims, Status};
use verilabel_symbol::LabelLayout;
use verilabel_symbol::draw::{Fonts, Mm};
use verilabel_wire::Sign;

use crate::support::{Bench, Kind, claims, gtin, number, propose, register, run, test_key};

fn sqlite<F: Future<Output = ()>>(test: impl Fn(Bench) -> F) {
    run(test, Kind::Sqlite);
}

async fn made(bench: &Bench, n: u32, serials: Serials, units: u32) -> RunRecord {
    bench.label(n).await;
    let create = CreateRun { label: number(n), gtin: gtin(n), serials, units };
    bench.decide(&bench.officer, create).await.unwrap()
}

fn from(serial: &str) -> Serials {
    Serials::Consecutive(serial.parse().unwrap())
}

fn cores(n: usize) -> NonZeroUsize {
    NonZeroUsize::new(n).unwrap()
}

fn write(path: &std::path::Path, plan: &RunPlan, n: usize) -> u32 {
    let mut file = RunFile::open(path, plan).unwrap();
    let before = file.written();
    file.write_until(plan, plan.record().units, &test_key(1), cores(n), &|_| {}).unwrap();
    before
}

fn rows(path: &std::path::Path) -> Vec<csv::StringRecord> {
    csv::Reader::from_path(path).unwrap().records().collect::<Result<_, _>>().unwrap()
}

fn check(path: &std::path::Path, plan: &RunPlan, key: u8) {
    let rows = rows(path);
    assert_eq!(rows.len(), usize::try_from(plan.record().units).unwrap());
    for (n, row) in (0..).zip(&rows) {
        let unit = plan.unit(n).unwrap();
        assert_eq!(row[0], n.to_string());
        assert_eq!((&row[1], &row[2]), (unit.path.gtin.as_str(), unit.serial.as_str()));
        let said = claims(&row[3], test_key(key).key());
        assert_eq!((said.status, said.issued_at), (unit.status, plan.record().issued_at));
    }
}

#[test]
fn every_unit_is_written_once_and_in_order_on_any_number_of_cores() {
    sqlite(|bench| async move {
        let record = made(&bench, 1, from("SN-00000"), 2_345).await;
        let plan = bench.authority.run_plan(record.id).await.unwrap();
        for n in 1..4 {
            let path = bench.folder.path().join(format!("{n}.csv"));
            assert_eq!(write(&path, &plan, n), 0);
            check(&path, &plan, 1);
            // All is there: nothing is signed anew.
            let before = fs::read(&path).unwrap();
            assert_eq!(write(&path, &plan, n), 2_345);
            assert_eq!(fs::read(&path).unwrap(), before);
        }
    });
}

#[test]
fn writing_goes_on_after_any_whole_line() {
    sqlite(|bench| async move {
        // A comma and a quotation mark are characters of AI 21.
        let record = made(&bench, 1, from("A,\"00"), 40).await;
        let plan = bench.authority.run_plan(record.id).await.unwrap();
        let path = bench.folder.path().join("run.csv");
        write(&path, &plan, 2);
        check(&path, &plan, 1);
        let whole = fs::read(&path).unwrap();
        let heading = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        for cut in (0..whole.len()).step_by(97).chain(heading - 1..heading + 2) {
            fs::write(&path, &whole[..cut]).unwrap();
            let lines = whole[..cut].split(|byte| *byte == b'\n').count() - 1;
            let kept = whole[..cut].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
            let before = write(&path, &plan, 2);
            assert_eq!(usize::try_from(before).unwrap(), lines.saturating_sub(1), "cut at {cut}");
            check(&path, &plan, 1);
            assert_eq!(fs::read(&path).unwrap()[..kept], whole[..kept], "whole lines stay as they were");
        }
    });
}

#[test]
fn a_file_of_something_else_is_left_alone() {
    sqlite(|bench| async move {
        let record = made(&bench, 1, from("SN000"), 20).await;
        let plan = bench.authority.run_plan(record.id).await.unwrap();
        let other = made(&bench, 2, from("SN000"), 20).await;
        let other = bench.authority.run_plan(other.id).await.unwrap();
        let path = bench.folder.path().join("run.csv");
        write(&path, &plan, 1);
        let whole = fs::read_to_string(&path).unwrap();
        let refused = |text: &str, plan: &RunPlan| {
            fs::write(&path, text).unwrap();
            let error = RunFile::open(&path, plan).unwrap_err();
            assert_eq!(fs::read_to_string(&path).unwrap(), text, "{error}");
            error.code()
        };
        assert_eq!(refused(&whole, &other), "run-another-file");
        assert_eq!(refused("a letter", &plan), "run-another-file");
        assert_eq!(refused("a,b\n1,2\n", &plan), "run-another-file");
        assert_eq!(refused(&"x".repeat(100_000), &plan), "run-another-file");
        assert_eq!(refused(&whole.replace("SN000", "SN001"), &plan), "run-another-file");
        assert_eq!(
            refused(&format!("{whole}{}\n", whole.lines().last().unwrap()), &plan),
            "run-another-file"
        );
        fs::write(&path, &whole).unwrap();
        let _held = RunFile::open(&path, &plan).unwrap();
        assert_eq!(RunFile::open(&path, &plan).unwrap_err().code(), "run-file-busy");
    });
}

#[test]
fn a_run_is_signed_with_its_own_key_only() {
    sqlite(|bench| async move {
        let record = made(&bench, 1, from("SN000"), 10).await;
        let plan = bench.authority.run_plan(record.id).await.unwrap();
        let written = Cell::new(0);
        let wrong = plan.write_links(0..10, &test_key(2), cores(1), |_, units| {
            written.set(units);
            Ok(())
        });
        assert_eq!((wrong.unwrap_err().code(), written.get()), ("run-another-key", 0));
        let path = bench.folder.path().join("run.csv");
        write(&path, &plan, 1);
        bench.add_key(2).await;
        let key = test_key(1).key().id();
        let note = Note::new("stolen").unwrap();
        bench.decide(&bench.operator, CompromiseKey { key, note }).await.unwrap();
        assert_eq!(bench.authority.run_plan(record.id).await.unwrap_err().code(), "key-compromised");
        // Units of it can be withdrawn all the same.
        let serial = "SN007".parse().unwrap();
        assert_eq!(bench.authority.unit_of(record.id, &serial).await.unwrap(), Some(7));
        bench.decide(&bench.operator, Remint { key, limit: 100 }).await.unwrap();
        let anew = bench.authority.run_plan(record.id).await.unwrap();
        assert_eq!(RunFile::open(&path, &anew).unwrap_err().code(), "run-another-file");
        let path = bench.folder.path().join("anew.csv");
        RunFile::open(&path, &anew).unwrap().write_until(&anew, 10, &test_key(2), cores(2), &|_| {}).unwrap();
        check(&path, &anew, 2);
    });
}

#[test]
fn a_disk_that_fails_ends_it_and_says_so() {
    sqlite(|bench| async move {
        let record = made(&bench, 1, from("SN00000"), 5_000).await;
        let plan = bench.authority.run_plan(record.id).await.unwrap();
        let full = || RunError::File { path: PathBuf::from("a disk"), reason: "full".to_owned() };
        let failed = plan.write_links(0..5_000, &test_key(1), cores(2), |_, units| {
            if units < 2_000 { Ok(()) } else { Err(full()) }
        });
        assert_eq!(failed.unwrap_err().code(), "run-file");
    });
}

#[test]
fn a_withdrawn_box_is_found_by_its_serial_number() {
    sqlite(|bench| async move {
        let record = made(&bench, 1, Serials::Scattered, 700).await;
        let plan = bench.authority.run_plan(record.id).await.unwrap();
        let other = made(&bench, 2, Serials::Scattered, 10).await;
        let other = bench.authority.run_plan(other.id).await.unwrap();
        for n in [0, 1, 350, 699] {
            let serial = plan.unit(n).unwrap().serial;
            assert_eq!(bench.authority.unit_of(record.id, &serial).await.unwrap(), Some(n));
            assert_eq!(other.unit_of(&serial), None);
        }
        let unit = plan.unit(350).unwrap();
        let range = UnitRange { run: record.id, first: 350, units: 1 };
        let withdraw = ProposeChange { units: Some(range), ..propose(&number(1), ChangeKind::WithdrawUnits) };
        let proposed = bench.decide(&bench.officer, withdraw).await.unwrap();
        let decide = DecideChange { change: proposed.id, expected: None, approve: true };
        bench.decide(&bench.approver, decide).await.unwrap();
        assert_eq!(bench.status(unit.status).await, Status::Invalid);
        assert_eq!(bench.status(plan.unit(349).unwrap().status).await, Status::Valid);
    });
}

#[test]
fn symbols_bear_the_links_of_the_file() {
    sqlite(|bench| async move {
        let record = made(&bench, 1, from("S/N*00"), 30).await;
        let plan = bench.authority.run_plan(record.id).await.unwrap();
        let path = bench.folder.path().join("run.csv");
        write(&path, &plan, 1);
        let (artwork, fonts, register) = (Artwork::default(), Fonts::default(), register());
        let symbols = RunSymbols { plan: &plan, artwork: &artwork, register: &register, fonts: &fonts };
        let draw = |kind, units| {
            let mut out = Cursor::new(Vec::new());
            let drawn = symbols.write(kind, (&path, units), cores(2), &mut out, &|_| {});
            drawn.map(|()| out.into_inner())
        };
        let zip = draw(SymbolFile::Zip, 10..14).unwrap();
        let mut archive = zip::ZipArchive::new(Cursor::new(zip)).unwrap();
        assert_eq!(archive.len(), 4);
        let base = bench.authority.link_base().await.unwrap();
        for (at, row) in rows(&path)[10..14].iter().enumerate() {
            let mut file = archive.by_index(at).unwrap();
            assert_eq!(file.name().unwrap(), format!("S_2fN_2a{}.svg", 10 + at));
            let mut svg = String::new();
            file.read_to_string(&mut svg).unwrap();
            let award = plan.award_of(row[2].parse().unwrap());
            let print = |artwork: &Artwork<'_>| {
                let printed = artwork.print(&row[3], &award, plan.profile(), &base, &register, &fonts);
                printed.unwrap().0.drawing
            };
            // All serial numbers are as wide as each other here.
            let width = (print(&artwork).width().value() + 0.1).ceil();
            let layout = LabelLayout { width: Some(Mm::new(width).unwrap()), ..LabelLayout::default() };
            assert_eq!(svg, print(&Artwork { layout, ..artwork.clone() }).to_svg());
        }
        assert!(draw(SymbolFile::Sheet, 0..30).unwrap().starts_with(b"%PDF-"));
        for none in [0..0, 30..30, 29..29, 30..31, 40..40, 20..31, 0..60_000] {
            for kind in [SymbolFile::Zip, SymbolFile::Sheet] {
                assert_eq!(draw(kind, none.clone()).unwrap_err().code(), "run-no-such-units", "{none:?}");
            }
        }
    });
}

#[test]
fn all_labels_of_a_run_have_one_width() {
    sqlite(|bench| async move {
        let record = made(&bench, 1, Serials::Scattered, 300).await;
        let plan = bench.authority.run_plan(record.id).await.unwrap();
        let path = bench.folder.path().join("run.csv");
        write(&path, &plan, 2);
        let (artwork, fonts, register) = (Artwork::default(), Fonts::default(), register());
        let symbols = RunSymbols { plan: &plan, artwork: &artwork, register: &register, fonts: &fonts };
        let draw = |kind, n| {
            let mut out = Cursor::new(Vec::new());
            symbols.write(kind, (&path, 0..300), cores(n), &mut out, &|_| {}).unwrap();
            out.into_inner()
        };
        assert_eq!(draw(SymbolFile::Sheet, 1), draw(SymbolFile::Sheet, 3));
        let mut archive = zip::ZipArchive::new(Cursor::new(draw(SymbolFile::Zip, 2))).unwrap();
        let mut widths = BTreeSet::new();
        for at in 0..archive.len() {
            let mut svg = String::new();
            archive.by_index(at).unwrap().read_to_string(&mut svg).unwrap();
            widths.insert(svg.split("width=\"").nth(1).unwrap().split('"').next().unwrap().to_owned());
        }
        assert_eq!(widths.len(), 1, "{widths:?}");
        assert!(widths.iter().all(|width| !width.contains('.')), "whole millimetres: {widths:?}");
    });
}

#[test]
fn what_is_larger_than_a_page_goes_in_an_archive() {
    sqlite(|bench| async move {
        let record = made(&bench, 1, from("SN000"), 2).await;
        let plan = bench.authority.run_plan(record.id).await.unwrap();
        let path = bench.folder.path().join("run.csv");
        write(&path, &plan, 1);
        let layout = LabelLayout { width: Some(Mm::new(181.0).unwrap()), ..LabelLayout::default() };
        let artwork = Artwork { layout, ..Artwork::default() };
        let (fonts, register) = (Fonts::default(), register());
        let symbols = RunSymbols { plan: &plan, artwork: &artwork, register: &register, fonts: &fonts };
        let draw = |kind| symbols.write(kind, (&path, 0..2), cores(1), Cursor::new(vec![]), &|_| {});
        let error = draw(SymbolFile::Sheet).unwrap_err();
        assert_eq!(error.code(), "label-too-large");
        assert!(error.to_string().ends_with("room for 180 mm by 267 mm"), "{error}");
        draw(SymbolFile::Zip).unwrap();
    });
}

#[test]
fn a_file_of_symbols_has_an_end() {
    sqlite(|bench| async move {
        let record = made(&bench, 1, from("SN00000"), 60_000).await;
        let plan = bench.authority.run_plan(record.id).await.unwrap();
        let (artwork, fonts, register) = (Artwork::default(), Fonts::default(), register());
        let symbols = RunSymbols { plan: &plan, artwork: &artwork, register: &register, fonts: &fonts };
        let draw = |units| {
            let path = bench.folder.path().join("run.csv");
            let drawn =
                symbols.write(SymbolFile::Zip, (&path, units), cores(1), Cursor::new(vec![]), &|_| {});
            drawn.unwrap_err().code()
        };
        assert_eq!(draw(0..50_001), "run-too-many-symbols");
        assert_eq!(draw(0..50_000), "run-links", "there is none");
    });
}

#[test]
fn no_symbol_bears_a_link_of_something_else() {
    sqlite(|bench| async move {
        let record = made(&bench, 1, from("SN000"), 20).await;
        let plan = bench.authority.run_plan(record.id).await.unwrap();
        let path = bench.folder.path().join("run.csv");
        write(&path, &plan, 1);
        let whole = fs::read_to_string(&path).unwrap();
        let (artwork, fonts, register) = (Artwork::default(), Fonts::default(), register());
        let drawn = |text: &str, plan: &RunPlan| {
            fs::write(&path, text).unwrap();
            let symbols = RunSymbols { plan, artwork: &artwork, register: &register, fonts: &fonts };
            let mut out = Cursor::new(Vec::new());
            let drawn = symbols.write(SymbolFile::Zip, (&path, 0..20), cores(2), &mut out, &|_| {});
            drawn.map_err(|e| {
                assert_eq!((e.code(), out.get_ref().len()), ("run-another-file", 0), "{e}");
                e.to_string()
            })
        };
        let refused = |text: &str, why: &str| {
            let error = drawn(text, &plan).unwrap_err();
            assert!(error.ends_with(why), "{error}");
        };
        let lines: Vec<&str> = whole.lines().collect();
        let link = |n: usize| lines[n + 1].rsplit(',').next().unwrap();
        drawn(&whole, &plan).unwrap();
        refused(&whole.replace("unit,gtin", "gtin,unit"), "its heading is another");
        refused(&whole.replace(link(3), "hello world"), "something else than a label link, in line 5");
        refused(&whole.replace(link(4), link(5)), "another address than their units, in line 6");
        refused(&whole.replace("//label.example.sg", "//label.example.fi"), "their units, in line 2");
        let swapped = whole.replace(",SN007,", ",SN00x,").replace(",SN008,", ",SN007,");
        refused(&swapped.replace(",SN00x,", ",SN008,"), "its serial numbers are others, in line 9");
        let gtins = whole.replacen(gtin(1).as_str(), gtin(2).as_str(), 1);
        refused(&gtins, "its GTIN is another, in line 2");
        let damaged = link(6).strip_suffix(|_: char| true).unwrap();
        refused(&whole.replace(link(6), damaged), "in line 8");
        // Another run of the same serial numbers, and the same run after its key was stolen.
        let other = made(&bench, 2, from("SN000"), 20).await;
        let other = bench.authority.run_plan(other.id).await.unwrap();
        assert!(drawn(&whole, &other).unwrap_err().ends_with("its GTIN is another, in line 2"));
        bench.add_key(2).await;
        let key = test_key(1).key().id();
        let note = Note::new("stolen").unwrap();
        bench.decide(&bench.operator, CompromiseKey { key, note }).await.unwrap();
        bench.decide(&bench.operator, Remint { key, limit: 100 }).await.unwrap();
        let anew = bench.authority.run_plan(record.id).await.unwrap();
        let error = drawn(&whole, &anew).unwrap_err();
        assert!(error.ends_with("not signed with the run's present key, in line 2"), "{error}");
    });
}

#[test]
fn a_link_that_states_something_else_has_no_symbol() {
    sqlite(|bench| async move {
        let record = made(&bench, 1, from("SN000"), 3).await;
        let plan = bench.authority.run_plan(record.id).await.unwrap();
        let path = bench.folder.path().join("run.csv");
        write(&path, &plan, 1);
        let whole = fs::read_to_string(&path).unwrap();
        // By the same key for the same unit, of another level.
        let unit = plan.unit(1).unwrap();
        let claims = LabelClaims { level: 4.try_into().unwrap(), ..unit.claims };
        let forged = mint(&claims, &unit.path, plan.profile(), plan.base(), &test_key(1)).unwrap().link;
        let honest = whole.lines().nth(2).unwrap().rsplit(',').next().unwrap();
        fs::write(&path, whole.replace(honest, &forged)).unwrap();
        let (artwork, fonts, register) = (Artwork::default(), Fonts::default(), register());
        let symbols = RunSymbols { plan: &plan, artwork: &artwork, register: &register, fonts: &fonts };
        let drawn = symbols.write(SymbolFile::Zip, (&path, 0..3), cores(1), Cursor::new(Vec::new()), &|_| {});
        let error = drawn.unwrap_err().to_string();
        assert!(error.ends_with("its links are those of another run, in line 3"), "{error}");
    });
}
