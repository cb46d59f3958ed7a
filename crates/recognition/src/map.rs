//! A drawing of the register: schemes in columns by market, one lane with one arrow per row.
//!
//! Lanes cannot collide, however many rows there are. Whatever colour or line style says is also said
//! in words.

mod canvas;
mod lane;

use verilabel_label::{Date, Market, SchemeId};

use self::canvas::{Anchor, Canvas, Stroke, Style, cut, width, wrap};
use self::lane::{GREY, Lane, Look};
use crate::{Arrangement, Certainty, Kind, Register, RowId, Scheme};

/// What a map points out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Highlight<'h> {
    /// A scheme, and the rows that begin or end at it.
    Scheme(&'h SchemeId),
    /// One row, such as the row that a finding cites.
    Row(&'h RowId),
}

/// Draws the register as it stands on a date: an SVG document, 1200 pixels wide at most for as many as ten schemes.
///
/// Each row is an arrow from the scheme of the label to the scheme that it counts for; its style and
/// its words give the mode. What is not in effect on that date is grey and says so. A scheme's group has
/// `data-scheme="ID"`, a row's group `data-row="ARRANGEMENT/ROW"`.
#[must_use]
pub fn map_svg(register: &Register, on: Date, highlight: Option<Highlight<'_>>) -> String {
    let title = format!("Recognition between labelling schemes on {on}");
    let rows: usize = register.arrangements().iter().map(|arrangement| arrangement.rows.len()).sum();
    let description = format!(
        "{} schemes in columns, grouped by market; {} arrangements with {rows} directed rows, one arrow each, \
         from the scheme of the label to the scheme that it counts for. Arrows are never combined.",
        register.schemes().len(),
        register.arrangements().len(),
    );
    let mut map = Map { register, on, highlight, columns: Columns::of(register), canvas: Canvas::new() };
    let top = map.heading(&title);
    let top = map.legend(top);
    let (nodes, top) = map.column_heads(top);
    let bottom = map.bands(nodes, top);
    let bottom = map.footer(bottom);
    map.canvas.finish(map.columns.right + MARGIN, bottom + MARGIN, &title, &description)
}

const MARGIN: i32 = 32;
/// Where the columns begin; arrangements are described to the left of it.
const LEFT: i32 = 204;
const INK: &str = "#1b1f24";
const SOFT: &str = "#57606a";
const RULE: &str = "#d0d7de";
const PALE: &str = "#f6f8fa";
const POINTED: &str = "#fff3bf";

const BODY: Style = Style { size: 12, bold: false, fill: INK, anchor: Anchor::Start };
const SMALL: Style = Style { size: 11, fill: SOFT, ..BODY };
const STRONG: Style = Style { bold: true, ..BODY };
const NODE: Style = Style { size: 11, anchor: Anchor::Middle, ..STRONG };
const CENTRED: Style = Style { anchor: Anchor::Middle, ..SMALL };
const HEADING: Style = Style { size: 22, bold: true, ..BODY };

struct Map<'a> {
    register: &'a Register,
    on: Date,
    highlight: Option<Highlight<'a>>,
    columns: Columns<'a>,
    canvas: Canvas,
}

/// The schemes from left to right: those of a market side by side, otherwise in the register's order.
struct Columns<'a> {
    schemes: Vec<&'a Scheme>,
    width: i32,
    right: i32,
}

impl<'a> Columns<'a> {
    fn of(register: &'a Register) -> Self {
        let mut schemes: Vec<&Scheme> = Vec::new();
        for scheme in register.schemes() {
            let beside = |other: &&Scheme| other.market.is_some() && other.market == scheme.market;
            let at = schemes.iter().rposition(beside).map_or(schemes.len(), |last| last + 1);
            schemes.insert(at, scheme);
        }
        let count = pixels(schemes.len()).max(1);
        let width = ((1200 - MARGIN - LEFT) / count).max(96);
        Self { schemes, width, right: LEFT + width * count }
    }

    /// The middle of a scheme's column.
    fn middle(&self, id: &SchemeId) -> i32 {
        let at = self.schemes.iter().position(|scheme| scheme.id == *id).unwrap_or(0);
        LEFT + self.width * pixels(at) + self.width / 2
    }

    /// Runs of columns of one market: the market, the first column, how many.
    fn groups(&self) -> Vec<(Option<Market>, i32, i32)> {
        let mut groups: Vec<(Option<Market>, i32, i32)> = Vec::new();
        for (at, scheme) in self.schemes.iter().enumerate() {
            match groups.last_mut() {
                Some((market, _, count)) if *market == scheme.market => *count += 1,
                _ => groups.push((scheme.market, pixels(at), 1)),
            }
        }
        groups
    }
}

impl<'a> Map<'a> {
    fn heading(&mut self, title: &str) -> i32 {
        self.canvas.text(MARGIN, 50, HEADING, title);
        let issued = self.register.issued();
        let words = format!(
            "Register of {issued}. Each arrow is one row of one arrangement. It holds in its own direction only, \
             and two arrows never add up to a third."
        );
        self.paragraph(MARGIN, 74, &words)
    }

    /// Text across the whole picture; gives the place below.
    fn paragraph(&mut self, x: i32, y: i32, words: &str) -> i32 {
        let lines = wrap(words, Style { size: 13, ..SMALL }, self.columns.right - x);
        self.lines(x, y, 18, Style { size: 13, ..SMALL }, &lines)
    }

    fn lines(&mut self, x: i32, y: i32, step: i32, style: Style, lines: &[String]) -> i32 {
        for (y, line) in (y..).step_by(usize::try_from(step).unwrap_or(1)).zip(lines) {
            self.canvas.text(x, y, style, line);
        }
        y + step * pixels(lines.len())
    }

    /// One sample for each look of an arrow, as many to a line as fit.
    fn legend(&mut self, top: i32) -> i32 {
        let (mut x, mut y) = (MARGIN, top + 12);
        for (look, words) in Look::ALL {
            let room = 56 + width(words, BODY) + 28;
            if x > MARGIN && x + room > self.columns.right {
                (x, y) = (MARGIN, y + 24);
            }
            self.canvas.arrow(x + 4, x + 46, y - 4, look.stroke());
            self.canvas.text(x + 56, y, BODY, words);
            x += room;
        }
        y + 28
    }

    /// Market names and scheme nodes. Gives the lower edge of the nodes, and the place below.
    fn column_heads(&mut self, top: i32) -> (i32, i32) {
        let style = Style { anchor: Anchor::Middle, ..STRONG };
        let groups: Vec<_> = self
            .columns
            .groups()
            .into_iter()
            .map(|(market, first, count)| {
                let (left, span) = (LEFT + self.columns.width * first, self.columns.width * count);
                let name = market.and_then(|code| self.register.market(code));
                let name = name.map_or("no single market", |market| market.name.as_str());
                (left, span, wrap(name, style, span - 10))
            })
            .collect();
        let tallest = groups.iter().map(|(_, _, lines)| pixels(lines.len())).max().unwrap_or(0);
        let base = top + 15 * tallest;
        for (left, span, lines) in groups {
            self.lines(left + span / 2, base - 15 * (pixels(lines.len()) - 1), 15, style, &lines);
            let stroke = Stroke { colour: SOFT, width: 2, dashes: "" };
            self.canvas.line([left + 5, base + 8], [left + span - 5, base + 8], stroke);
        }
        let nodes: Vec<_> =
            self.columns.schemes.iter().map(|scheme| (*scheme, self.node_lines(scheme))).collect();
        let tallest =
            nodes.iter().map(|(_, (name, facts))| 15 * pixels(name.len()) + 14 * pixels(facts.len())).max();
        let (node_top, height) = (base + 16, tallest.unwrap_or(0) + 18);
        for (scheme, (name, facts)) in nodes {
            self.node(scheme, node_top, height, &name, &facts);
        }
        (node_top + height, node_top + height + 20)
    }

    fn node_lines(&self, scheme: &Scheme) -> (Vec<String>, Vec<String>) {
        let room = self.columns.width - 14;
        let levels = match (scheme.kind, scheme.levels.len()) {
            (Kind::Regulation, _) => "regulation".to_owned(),
            (Kind::Label, 1) => "one tier".to_owned(),
            (Kind::Label, count) => format!("{count} levels"),
        };
        let mut facts = vec![levels];
        if scheme.certainty != Certainty::Confirmed {
            facts.push("REPORTED".to_owned());
        }
        if let Some(until) = scheme.ended_by(self.on) {
            facts.push(format!("ended {until}"));
        }
        let mut rows = self.register.arrangements().iter().flat_map(|arrangement| &arrangement.rows);
        if !rows.any(|row| row.from == scheme.id || row.to == scheme.id) {
            facts.push("in no arrangement".to_owned());
        }
        let facts = facts.iter().flat_map(|fact| wrap(fact, SMALL, room)).collect();
        (wrap(scheme.short.as_str(), NODE, room), facts)
    }

    fn node(&mut self, scheme: &Scheme, top: i32, height: i32, name: &[String], facts: &[String]) {
        let (middle, span) = (self.columns.middle(&scheme.id), self.columns.width - 10);
        let pointed = self.highlight == Some(Highlight::Scheme(&scheme.id));
        let ended = scheme.ended_by(self.on).is_some();
        let border = Stroke {
            colour: if ended { GREY } else { INK },
            width: if pointed { 4 } else { 1 },
            dashes: if ended { "4 3" } else { "" },
        };
        let fill = if pointed { POINTED } else { PALE };
        let hint = format!("{}, {}", scheme.name, scheme.owner);
        self.canvas.group(["scheme", scheme.id.as_str()], &hint, |canvas| {
            canvas.rect([middle - span / 2, top, span, height], 8, fill, Some(border));
            for (y, line) in (top + 20..).step_by(15).zip(name) {
                canvas.text(middle, y, NODE, line);
            }
            for (y, line) in (top + 20 + 15 * pixels(name.len())..).step_by(14).zip(facts) {
                canvas.text(middle, y, CENTRED, line);
            }
        });
    }

    /// One band per arrangement, one lane per row. Gives the place below.
    fn bands(&mut self, nodes: i32, top: i32) -> i32 {
        let register = self.register;
        let papers = [PALE, "#ffffff"].into_iter().cycle();
        let bands: Vec<Band<'a>> = register
            .arrangements()
            .iter()
            .zip(papers)
            .map(|(entry, paper)| self.band(entry, paper))
            .collect();
        let bottom = top + bands.iter().map(|band| band.height).sum::<i32>();
        let mut y = top;
        for band in &bands {
            self.canvas.rect([0, y, self.columns.right + MARGIN, band.height], 0, band.paper, None);
            for (at, lane) in band.lanes(y) {
                lane.draw_ground(&mut self.canvas, &self.columns, at);
            }
            y += band.height;
        }
        for scheme in &self.columns.schemes {
            let x = self.columns.middle(&scheme.id);
            let dashes = if scheme.ended_by(self.on).is_some() { "2 4" } else { "" };
            self.canvas.line([x, nodes], [x, bottom], Stroke { colour: RULE, width: 1, dashes });
        }
        let mut y = top;
        for band in &bands {
            self.canvas.text(MARGIN, y + 24, STRONG, &band.name);
            self.lines(MARGIN, y + 41, 15, SMALL, &band.facts);
            for (at, lane) in band.lanes(y) {
                lane.draw(&mut self.canvas, &self.columns, at, band.paper);
            }
            y += band.height;
        }
        bottom
    }

    fn band(&self, arrangement: &'a Arrangement, paper: &'static str) -> Band<'a> {
        let room = LEFT - MARGIN - 16;
        let dates = arrangement.dates;
        let dates = [
            ("signed", dates.signed),
            ("effective", dates.effective),
            ("in law", dates.in_law),
            ("extended", dates.extended),
            ("ended", dates.ended),
        ];
        let mut facts: Vec<String> =
            dates.iter().filter_map(|(word, date)| date.map(|date| format!("{word} {date}"))).collect();
        facts.push(match arrangement.certainty {
            Certainty::Confirmed => "confirmed".to_owned(),
            Certainty::Reported => "REPORTED, not confirmed".to_owned(),
            Certainty::Unknown => "UNKNOWN".to_owned(),
        });
        let facts: Vec<String> = facts.iter().flat_map(|fact| wrap(fact, SMALL, room)).collect();
        let lanes: Vec<Lane<'a>> = arrangement
            .rows
            .iter()
            .filter_map(|row| Lane::of(self.register, arrangement, row, self.on, self.highlight))
            .collect();
        let text = 41 + 15 * pixels(facts.len());
        let drawn = 2 * Band::PADDING + pixels(Lane::STEP) * pixels(lanes.len());
        Band {
            name: cut(arrangement.id.as_str(), STRONG, room),
            facts,
            lanes,
            paper,
            height: text.max(drawn),
        }
    }

    fn footer(&mut self, top: i32) -> i32 {
        let names: Vec<&str> = self.register.cooperations().iter().map(|entry| entry.name.as_str()).collect();
        if names.is_empty() {
            return top;
        }
        let words = format!(
            "Not drawn, because they carry information and recognise no label: {}.",
            names.join("; ")
        );
        self.paragraph(MARGIN, top + 28, &words) - 18
    }
}

/// An arrangement, laid out.
struct Band<'a> {
    name: String,
    facts: Vec<String>,
    lanes: Vec<Lane<'a>>,
    paper: &'static str,
    height: i32,
}

impl Band<'_> {
    const PADDING: i32 = 10;

    /// The lanes with their upper edges, where the band begins at `top`.
    fn lanes(&self, top: i32) -> impl Iterator<Item = (i32, &Lane<'_>)> {
        (top + Self::PADDING..).step_by(Lane::STEP).zip(&self.lanes)
    }
}

/// A count as pixels; a register is far smaller than this saturates at.
fn pixels(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX / 1024)
}

#[cfg(test)]
mod tests;
