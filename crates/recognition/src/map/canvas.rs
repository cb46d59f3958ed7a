//! Writing SVG: shapes, escaped text, and how wide a text will be.

use std::fmt::{Display, Write};

/// An SVG picture in the making; coordinates are whole pixels.
pub(super) struct Canvas(String);

/// How a text is set.
#[derive(Clone, Copy)]
pub(super) struct Style {
    pub(super) size: i32,
    pub(super) bold: bool,
    pub(super) fill: &'static str,
    pub(super) anchor: Anchor,
}

/// Which part of a text stands at its coordinate.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
}

/// How a line is drawn.
#[derive(Clone, Copy)]
pub(super) struct Stroke {
    pub(super) colour: &'static str,
    pub(super) width: i32,
    /// Lengths of dashes and gaps; empty for a solid line.
    pub(super) dashes: &'static str,
}

impl Canvas {
    pub(super) fn new() -> Self {
        Self(String::with_capacity(32 * 1024))
    }

    /// Wraps what was drawn into a document of that size.
    pub(super) fn finish(self, width: i32, height: i32, title: &str, description: &str) -> String {
        let (title, description) = (Escaped(title), Escaped(description));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
             height=\"{height}\" role=\"img\" aria-labelledby=\"map-title map-desc\" \
             font-family=\"system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif\">\n\
             <title id=\"map-title\">{title}</title>\n<desc id=\"map-desc\">{description}</desc>\n\
             <rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n{}</svg>\n",
            self.0
        )
    }

    /// Groups what `draw` draws under a title, which viewers show as a hint and screen readers read; the attribute
    /// `data-NAME` tells programs what it is.
    pub(super) fn group(&mut self, [name, value]: [&str; 2], title: &str, draw: impl FnOnce(&mut Self)) {
        let (value, title) = (Escaped(value), Escaped(title));
        self.push(format_args!("<g data-{name}=\"{value}\"><title>{title}</title>\n"));
        draw(self);
        self.push(format_args!("</g>\n"));
    }

    pub(super) fn text(&mut self, x: i32, y: i32, style: Style, text: &str) {
        let Style { size, bold, fill, anchor } = style;
        let weight = if bold { " font-weight=\"600\"" } else { "" };
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
        };
        let text = Escaped(text);
        self.push(format_args!(
            "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\"{weight}{anchor} fill=\"{fill}\">{text}</text>\n"
        ));
    }

    /// A text with an outline in the colour of the paper, so that lines behind it do not run through it.
    pub(super) fn text_over_lines(&mut self, [x, y]: [i32; 2], style: Style, paper: &str, text: &str) {
        self.push(format_args!("<g aria-hidden=\"true\" stroke=\"{paper}\" stroke-width=\"6\">"));
        self.text(x, y, Style { fill: "none", ..style }, text);
        self.push(format_args!("</g>\n"));
        self.text(x, y, style, text);
    }

    pub(super) fn rect(
        &mut self,
        [x, y, width, height]: [i32; 4],
        radius: i32,
        fill: &str,
        border: Option<Stroke>,
    ) {
        self.push(format_args!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"{radius}\" fill=\"{fill}\""
        ));
        if let Some(stroke) = border {
            self.stroke(stroke);
        }
        self.push(format_args!("/>\n"));
    }

    pub(super) fn line(&mut self, [x1, y1]: [i32; 2], [x2, y2]: [i32; 2], stroke: Stroke) {
        self.push(format_args!("<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\""));
        self.stroke(stroke);
        self.push(format_args!("/>\n"));
    }

    /// A level arrow with a dot at its tail.
    pub(super) fn arrow(&mut self, from: i32, to: i32, y: i32, stroke: Stroke) {
        let back = if to > from { -10 } else { 10 };
        let colour = stroke.colour;
        self.line([from, y], [to + back, y], stroke);
        self.push(format_args!("<circle cx=\"{from}\" cy=\"{y}\" r=\"4\" fill=\"{colour}\"/>\n"));
        let (base, top, bottom) = (to + back, y - 5, y + 5);
        self.push(format_args!("<path d=\"M{to} {y}L{base} {top}V{bottom}Z\" fill=\"{colour}\"/>\n"));
    }

    fn stroke(&mut self, Stroke { colour, width, dashes }: Stroke) {
        self.push(format_args!(" stroke=\"{colour}\" stroke-width=\"{width}\""));
        if !dashes.is_empty() {
            self.push(format_args!(" stroke-dasharray=\"{dashes}\""));
        }
    }

    fn push(&mut self, arguments: std::fmt::Arguments<'_>) {
        // Writing into a String does not fail.
        let _ = self.0.write_fmt(arguments);
    }
}

struct Escaped<'a>(&'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            '\'' => f.write_str("&#39;"),
            _ => f.write_char(c),
        })
    }
}

/// The width of a text in pixels, for the widest of the usual fonts: the viewer's font is not known.
pub(super) fn width(text: &str, style: Style) -> i32 {
    let per_mille: i32 = text.chars().map(advance).sum();
    let width = per_mille * style.size / 1000 + 1;
    if style.bold { width * 11 / 10 } else { width }
}

/// Advance widths in thousandths of the font size.
fn advance(c: char) -> i32 {
    match c {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' => 330,
        'f' | 't' | 'r' | '(' | ')' | '-' | '/' | '·' | '[' | ']' => 420,
        'm' | 'w' | 'M' | 'W' | '%' | '@' => 990,
        'A'..='Z' | '&' => 750,
        '\0'..='\u{24f}' => 640,
        _ => 1050,
    }
}

/// Breaks a text into lines of at most `room` pixels. A word that is too long for a line is cut.
pub(super) fn wrap(text: &str, style: Style, room: i32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let joined = lines.last().map(|line| format!("{line} {word}"));
        match (lines.last_mut(), joined) {
            (Some(line), Some(joined)) if width(&joined, style) <= room => *line = joined,
            _ => lines.push(cut(word, style, room)),
        }
    }
    lines
}

/// A text that fits, with an ellipsis where something was left out.
pub(super) fn cut(text: &str, style: Style, room: i32) -> String {
    if width(text, style) <= room {
        return text.to_owned();
    }
    let shorter = text.char_indices().rev().map(|(end, _)| format!("{}…", text[..end].trim_end()));
    shorter.into_iter().find(|shorter| width(shorter, style) <= room).unwrap_or_else(|| "…".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const STYLE: Style = Style { size: 12, bold: false, fill: "#000000", anchor: Anchor::Start };

    #[test]
    fn text_is_escaped_wherever_it_stands() {
        let mut canvas = Canvas::new();
        canvas.group(["row", "\"<"], "a<b", |canvas| canvas.text(1, 2, STYLE, "</text><script>&\"'"));
        let svg = canvas.finish(10, 10, "<", "&");
        assert!(svg.contains("&lt;/text&gt;&lt;script&gt;&amp;&quot;&#39;"));
        assert!(
            svg.contains("<title>a&lt;b</title>")
                && svg.contains(">&lt;</title>")
                && svg.contains(">&amp;</desc>")
        );
        assert!(svg.contains("<g data-row=\"&quot;&lt;\">"));
        assert!(!svg.contains("<script"));
    }

    #[test]
    fn lines_fit_and_lose_no_word() {
        let text = "Finnish Cybersecurity Label";
        for room in [20, 60, 90, 150, 400] {
            let lines = wrap(text, STYLE, room);
            assert!(lines.iter().all(|line| width(line, STYLE) <= room), "{lines:?}");
            if room >= 90 {
                assert_eq!(lines.join(" "), text);
            }
        }
        assert_eq!(cut("Label", STYLE, 400), "Label");
        assert!(cut("Cybersecurity", STYLE, 40).ends_with('…'));
        assert_eq!(cut("Label", STYLE, 0), "…");
    }
}
