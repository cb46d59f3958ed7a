//! One row as an arrow with its words.

use verilabel_label::Date;

use super::canvas::{Anchor, Canvas, Stroke, Style, cut, width};
use super::{BODY, Columns, INK, LEFT, POINTED, SMALL};
use crate::evaluate::says;
use crate::{
    Arrangement, Basis, Cause, Certainty, Citation, Highlight, Mode, Register, Row, Scheme, Start, words,
};

pub(super) const GREY: &str = "#8c959f";

/// How an arrow looks: by mode, or grey where it has no effect on the date.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Mode(Mode),
    Unpublished,
    NoEffect,
}

impl Look {
    pub(super) const ALL: [(Self, &'static str); 5] = [
        (Self::Mode(Mode::DeemedCompliant), "deemed compliant: counts as meeting the requirements"),
        (Self::Mode(Mode::FulfilsLevel), "fulfils level: the owner treats it so, without a new test"),
        (Self::Mode(Mode::SimplifiedApplication), "simplified application: only shortens an application"),
        (Self::Unpublished, "level or date not known"),
        (Self::NoEffect, "not in effect on this date"),
    ];

    pub(super) fn stroke(self) -> Stroke {
        match self {
            Self::Mode(Mode::DeemedCompliant) => Stroke { colour: "#0b5cad", width: 4, dashes: "" },
            Self::Mode(Mode::FulfilsLevel) => Stroke { colour: "#0a7a55", width: 2, dashes: "" },
            Self::Mode(Mode::SimplifiedApplication) => Stroke { colour: "#a24a00", width: 2, dashes: "8 5" },
            Self::Unpublished => Stroke { colour: "#5b3e96", width: 2, dashes: "2 4" },
            Self::NoEffect => Stroke { colour: GREY, width: 1, dashes: "" },
        }
    }
}

/// A row, ready to be drawn.
pub(super) struct Lane<'a> {
    from: &'a Scheme,
    to: &'a Scheme,
    name: String,
    look: Look,
    statement: String,
    state: String,
    hint: String,
    pointed: bool,
}

impl<'a> Lane<'a> {
    /// Height of a lane.
    pub(super) const STEP: usize = 54;

    pub(super) fn of(
        register: &'a Register,
        arrangement: &'a Arrangement,
        row: &'a Row,
        on: Date,
        highlight: Option<Highlight<'_>>,
    ) -> Option<Self> {
        let (from, to) = (register.scheme(&row.from)?, register.scheme(&row.to)?);
        let (look, state) = state(Citation { arrangement, row, from, to }, on);
        let pointed = match highlight {
            Some(Highlight::Scheme(id)) => row.from == *id || row.to == *id,
            Some(Highlight::Row(id)) => row.id == *id,
            None => false,
        };
        let statement = statement(row, from, to);
        let hint = format!("{}: {statement}; {state}; scope: {}", row.id, row.scope.text);
        let name = format!("{}/{}", arrangement.id, row.id);
        Some(Self { from, to, name, look, statement, state, hint, pointed })
    }

    /// Marks a lane that is pointed out; drawn before the columns' lines, which stay visible.
    pub(super) fn draw_ground(&self, canvas: &mut Canvas, columns: &Columns<'_>, top: i32) {
        if self.pointed {
            canvas.rect([LEFT, top, columns.right - LEFT, 52], 4, POINTED, None);
            canvas.rect([LEFT, top, 6, 52], 2, INK, None);
        }
    }

    /// Draws the lane from its upper edge on: statement, arrow, state.
    pub(super) fn draw(&self, canvas: &mut Canvas, columns: &Columns<'_>, top: i32, paper: &'static str) {
        let (from, to) = (columns.middle(&self.from.id), columns.middle(&self.to.id));
        let room = columns.right - LEFT;
        let grey = self.look == Look::NoEffect;
        let statement = Style { fill: if grey { SMALL.fill } else { BODY.fill }, bold: !grey, ..BODY };
        let paper = if self.pointed { POINTED } else { paper };
        canvas.group(["row", &self.name], &self.hint, |canvas| {
            let words = [(&self.statement, statement, top + 16), (&self.state, SMALL, top + 44)];
            for (words, style, y) in words {
                let words = cut(words, style, room - 14);
                let wide = width(&words, style);
                let (first, last) = (LEFT + 10 + wide / 2, columns.right - 4 - wide / 2);
                let middle = i32::midpoint(from, to).clamp(first, last.max(first));
                let style = Style { anchor: Anchor::Middle, ..style };
                canvas.text_over_lines([middle, y], style, paper, &words);
            }
            canvas.arrow(from, to, top + 26, self.look.stroke());
        });
    }
}

/// What the row says, such as `CIC Basic or above fulfils CLS(IoT) Level 3`.
fn statement(row: &Row, from: &Scheme, to: &Scheme) -> String {
    let Some(mapping) = &row.mapping else {
        return format!("{} for {}: level and mode not published", from.short, to.short);
    };
    let (from, to) = (words::levels(from, &mapping.levels), to.card(mapping.level));
    match (mapping.mode, row.effect.basis) {
        (Mode::DeemedCompliant, Basis::Law) => format!("{from} counts by law as {to}"),
        (Mode::DeemedCompliant, _) => format!("{from} counts as {to}"),
        (Mode::FulfilsLevel, _) => format!("{from} fulfils {to}"),
        (Mode::SimplifiedApplication, _) => format!("{from}: only a shorter application for {to}"),
    }
}

/// How the row stands on the date, and the look that follows.
fn state(cited: Citation<'_>, on: Date) -> (Look, String) {
    let Citation { row, to, .. } = cited;
    let (look, mut words) = match says(cited, on) {
        Ok(mapping) => (Look::Mode(mapping.mode), row.effect.to_string()),
        Err(Cause::NoLongerInEffect { until }) => (Look::NoEffect, format!("not in effect: ended {until}")),
        Err(Cause::TargetSchemeEnded { until }) => {
            (Look::NoEffect, format!("no effect: {} stopped awarding on {until}", to.short))
        }
        Err(Cause::LevelMappingUnpublished | Cause::EffectiveDateUnknown { .. }) => {
            (Look::Unpublished, unknown_start(row.effect.start))
        }
        Err(_) => (Look::NoEffect, format!("not in effect: begins on {}", row.effect.start)),
    };
    if let Some(versions) = &row.specifications {
        let versions: Vec<_> = versions.iter().map(ToString::to_string).collect();
        words = format!("{words} · specification {} only", versions.join(", "));
    }
    match row.certainty {
        Certainty::Confirmed => {}
        Certainty::Reported => words.push_str(" · REPORTED"),
        Certainty::Unknown => words.push_str(" · UNKNOWN"),
    }
    (look, words)
}

fn unknown_start(start: Start) -> String {
    match start {
        Start::Day(date) => format!("in effect since {date}"),
        Start::Month(month) => format!("begins in {month}, on a day not known"),
        Start::Unknown => "date of effect not known".to_owned(),
    }
}
