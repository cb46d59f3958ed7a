//! Importing tables.

use std::collections::BTreeSet;

use verilabel_issuer::{
    AwardFilter, AwardId, BatchMode, Decision, ImportReport, ImportTable, Order, ProductId,
};

use crate::support::{Bench, gtin, now, number, on_both};

on_both! {
    a_table_becomes_drafts_of_whoever_imports_it,
    everything_is_imported_or_nothing,
    going_on_imports_what_can_be,
    products_bring_their_manufacturers,
}

const HEADING: &str =
    "number,scheme,specification,level,awarded,valid_until,gtin,category,brand,models,manufacturer";

fn line(n: u32) -> String {
    let (number, gtin) = (number(n), gtin(n));
    format!(
        "{number},sg.cls-iot,1.4,3,2026-11-01,2029-10-31,{gtin},router,Lumora,AX-3000|AX-3100,Lumora Devices"
    )
}

fn table(lines: &[String]) -> String {
    format!("{HEADING}\n{}\n", lines.join("\n"))
}

async fn carry_out<D: Decision>(
    bench: &Bench,
    table: ImportTable<D>,
    mode: BatchMode,
) -> ImportReport<D::Outcome> {
    let order = Order { actor: bench.officer.clone(), at: now() };
    table.carry_out(&bench.authority, &order, mode, |_| {}).await.unwrap()
}

async fn awards(bench: &Bench, text: &str, mode: BatchMode) -> ImportReport<AwardId> {
    carry_out(bench, ImportTable::awards(text.as_bytes()).unwrap(), mode).await
}

async fn on_record(bench: &Bench) -> usize {
    bench.authority.awards(&AwardFilter::default(), AwardId::new(0), 1_000).await.unwrap().len()
}

async fn a_table_becomes_drafts_of_whoever_imports_it(bench: Bench) {
    // With the marks of a spreadsheet: a byte order mark, line ends of two characters, quotation marks.
    let text = table(&[line(1), line(2).replace("Lumora Devices", "\"Lumora, Devices\"")]);
    let text = format!("\u{feff}{}", text.replace('\n', "\r\n"));
    let report = awards(&bench, &text, BatchMode::AllOrNothing).await;
    assert!(report.is_clean() && report.rules_checked, "{:?}", report.faults);
    assert_eq!((report.lines, report.done.len(), report.done[1].0), (2, 2, 3));
    let record = bench.authority.award(report.done[1].1).await.unwrap();
    assert_eq!(record.draft.award.manufacturer.as_str(), "Lumora, Devices");
    assert_eq!(record.draft.award.models.len(), 2);
    assert!(record.state.is_draft());
    assert_eq!(record.preparers, [bench.officer.user().unwrap().id]);
    bench.approve(report.done[0].1).await.unwrap();

    // Lines with nothing in them are skipped, and counted.
    let spaced = table(&[line(8), String::new(), String::new(), line(9)]);
    let report = awards(&bench, spaced.trim_end(), BatchMode::AllOrNothing).await;
    assert_eq!(report.done.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 5]);
}

async fn everything_is_imported_or_nothing(bench: Bench) {
    // Lines that do not read hold up everything, and each fault is told.
    let unread = [
        line(1),
        line(2).replace(gtin(2).as_str(), "09521234543214"),
        line(3).replace("2029-10-31", "soon").replace(",3,", ",three,"),
        format!("{},more", line(4)),
    ];
    let report = awards(&bench, &table(&unread), BatchMode::AllOrNothing).await;
    assert!(!report.rules_checked);
    let told: Vec<_> = report.faults.iter().map(|f| (f.line, f.column, f.code)).collect();
    assert_eq!(
        told,
        [
            (3, Some("gtin"), "gtin-check-digit"),
            (4, Some("level"), "field-number"),
            (4, Some("valid_until"), "field-unreadable"),
            (5, None, "row-fields"),
        ]
    );
    assert_eq!(report.faults[0].value.as_deref(), Some("09521234543214"));
    assert_eq!((report.lines, report.done.len(), on_record(&bench).await), (4, 0, 0));
    // So do lines that a rule forbids, in the transaction of all of them.
    let forbidden = [line(1), line(2).replace(",3,", ",5,"), line(1), line(4).replace("2029", "2039")];
    let report = awards(&bench, &table(&forbidden), BatchMode::AllOrNothing).await;
    let told: Vec<_> = report.faults.iter().map(|f| (f.line, f.column, f.code)).collect();
    assert_eq!(
        told,
        [
            (3, Some("level"), "award-unknown-level"),
            (4, Some("number"), "number-taken"),
            (5, Some("valid_until"), "award-too-long"),
        ]
    );
    assert_eq!((report.done.len(), on_record(&bench).await), (0, 0));
    assert_eq!(bench.authority.verify_chain(&[]).await.unwrap().faults, []);
}

async fn going_on_imports_what_can_be(bench: Bench) {
    let mut lines: Vec<String> = (1..=1_200).map(line).collect();
    lines[10] = lines[10].replace(",3,", ",5,");
    lines[700] = lines[700].replace("2026-11-01", "yesterday");
    lines[1_100] = line(3);
    let text = table(&lines);
    let report = awards(&bench, &text, BatchMode::KeepGoing).await;
    let told: Vec<_> = report.faults.iter().map(|f| (f.line, f.code)).collect();
    assert_eq!(told, [(12, "award-unknown-level"), (702, "field-unreadable"), (1_102, "number-taken")]);
    assert_eq!((report.lines, report.done.len()), (1_200, 1_197));
    // What was done before is refused when it comes again.
    let again = awards(&bench, &text, BatchMode::KeepGoing).await;
    assert_eq!((again.done.len(), again.faults.len()), (0, 1_200));
    assert_eq!(bench.authority.verify_chain(&[]).await.unwrap().faults, []);
}

async fn products_bring_their_manufacturers(bench: Bench) {
    let text = format!(
        "manufacturer,brand,models,gtins,support_until\n\
         Lumora Devices,Lumora,AX-3000,{}|{},2031-12-31\n\
         Lumora Devices,Lumora,AX-3100,{},\n\
         Kestrel,Kestrel,K1,{},\n",
        gtin(1),
        gtin(2),
        gtin(3),
        gtin(2)
    );
    let read = || ImportTable::products(text.as_bytes()).unwrap();
    let report = carry_out(&bench, read(), BatchMode::AllOrNothing).await;
    let fault = &report.faults[0];
    assert_eq!((fault.line, fault.column, fault.code), (4, Some("gtin"), "gtin-taken"));
    assert_eq!(bench.authority.products(None, ProductId::new(0), 10).await.unwrap(), []);
    let report = carry_out(&bench, read(), BatchMode::KeepGoing).await;
    assert_eq!((report.done.len(), report.faults.len()), (2, 1));
    let products = bench.authority.products(None, ProductId::new(0), 10).await.unwrap();
    assert_eq!(products[0].facts.gtins, [gtin(1), gtin(2)]);
    assert_eq!(products[0].facts.manufacturer, products[1].facts.manufacturer);
}

#[test]
fn what_is_no_table_is_told_at_once() {
    let code = |text: &str| ImportTable::awards(text.as_bytes()).unwrap_err().code();
    assert_eq!(code(""), "table-empty");
    assert_eq!(code("number,scheme\n"), "table-column-missing");
    assert_eq!(code(&HEADING.replace("gtin", "gtim")), "table-column-unknown");
    assert_eq!(code(&format!("{HEADING},number\n")), "table-column-twice");
    assert_eq!(code(&format!("{HEADING}\n{}\n", "x".repeat(20_000))), "table-line-too-long");
    // An open quotation mark swallows lines, but not without end.
    assert_eq!(code(&format!("{HEADING}\n\"{}\n", "x".repeat(20_000))), "table-line-too-long");
    for line in ["x\n", "\n", "\r\n"] {
        assert_eq!(code(&format!("{HEADING}\n\"{}", line.repeat(300))), "table-line-too-long", "{line:?}");
    }
    assert_eq!(
        ImportTable::awards(&*format!("{HEADING}\n{}", "\r\n".repeat(9_000)).into_bytes())
            .unwrap()
            .readable(),
        0
    );
    assert_eq!(ImportTable::awards(table(&[]).as_bytes()).unwrap().readable(), 0);
    let bytes = [table(&[line(1)]).as_bytes(), &line(2).into_bytes()[..40], b"\xff\n"].concat();
    let read = ImportTable::awards(&bytes[..]).unwrap();
    assert_eq!(read.readable(), 1);
}

#[test]
fn what_is_told_is_short_and_plain() {
    for hostile in ["\0", "\u{10fffd}", "\u{1f600}", "\u{202e}", "\u{1b}[2J"] {
        let text = format!("{HEADING}\nB/1,sg.cls-iot,1.4,2,{},2028-11-22,,,,,\n", hostile.repeat(300));
        let table = ImportTable::awards(text.as_bytes()).unwrap();
        let told: Vec<String> = table.faults().iter().map(ToString::to_string).collect();
        assert!(!told.is_empty());
        for told in told {
            assert!(
                told.len() <= 1_024 && !told.chars().any(char::is_control),
                "{} bytes: {told}",
                told.len()
            );
        }
    }
}

#[test]
fn a_row_of_nothing_but_faults_is_told_in_part() {
    let text =
        format!("{}\nKaya,Kaya,{},0,\n", "manufacturer,brand,models,gtins,category", "\u{1}|".repeat(4_000));
    let table = ImportTable::products(text.as_bytes()).unwrap();
    assert_eq!((table.readable(), table.faults().len()), (0, 32));
    let heading = "\u{10fffd}".repeat(3_000);
    assert!(ImportTable::products(heading.as_bytes()).unwrap_err().to_string().len() <= 1_024);
}

#[test]
fn a_line_is_told_by_its_number_however_lines_end() {
    let told = |text: &str| {
        let table = ImportTable::awards(text.as_bytes()).unwrap();
        let faults: BTreeSet<u64> = table.faults().iter().map(|fault| fault.line).collect();
        (table.readable(), Vec::from_iter(faults))
    };
    let bad = "B/2,\"sg.cls\nin two lines\",5";
    for end in ["\n", "\r\n", "\r"] {
        let good = line(1);
        let text = [HEADING, &good, "", bad, "", &good, bad, ""].join(end);
        assert_eq!(told(&text), (2, vec![4, 8]), "{end:?}");
        // Its quotation mark is never closed.
        let text = [HEADING, &good, "B/2,\"sg.cls", "cut off", ""].join(end);
        assert_eq!(told(&text), (1, vec![3]), "{end:?}");
    }
}
