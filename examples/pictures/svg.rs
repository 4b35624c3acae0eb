//! Renders frames as SVG: a single picture, or an animation.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::film::Shot;
use super::frame::{Frame, Run};
use super::ink;
use super::scenes::Scene;

/// The size of a cell in pixels. The font size is 15 pixels; almost every monospaced font is three fifths as wide.
const CELL: (u16, u16) = (9, 19);

/// The distance from the top of a cell to the baseline.
const ASCENT: u16 = 14;

/// The margin around the page.
const MARGIN: u16 = 14;

/// The height of the title bar.
const BAR: u16 = 30;

pub fn still(scene: &Scene) -> String {
    let frame = Frame::draw(&scene.stage.app, &scene.theme);
    let mut body = String::new();
    for row in 0..frame.size().1 {
        body.push_str(&paint(&frame, row));
    }
    window(scene.about, frame.size(), "", &body)
}

/// An animation that repeats. Without motion (by user preference, or in a viewer that cannot animate) only the poster
/// is visible.
pub fn moving(about: &str, shots: &[Shot]) -> String {
    let Some(first) = shots.first() else { return String::new() };
    let mut body = String::new();
    // A row that several shots share is written once.
    let mut rows: BTreeMap<(u16, String), Vec<usize>> = BTreeMap::new();
    for (number, shot) in shots.iter().enumerate() {
        for row in 0..shot.frame.size().1 {
            rows.entry((row, paint(&shot.frame, row))).or_default().push(number);
        }
    }
    let mut groups: Vec<String> = vec![String::new(); shots.len()];
    let mut shared = String::new();
    for (name, ((_, painted), seen)) in
        rows.iter().filter(|((_, painted), _)| !painted.is_empty()).enumerate()
    {
        if seen.len() == shots.len() {
            body.push_str(painted);
        } else if let [only] = seen[..] {
            groups[only].push_str(painted);
        } else {
            let _ = write!(shared, "<g id=\"r{name}\">{painted}</g>");
            for number in seen {
                let _ = write!(groups[*number], "<use href=\"#r{name}\"/>");
            }
        }
    }
    let _ = write!(body, "<defs>{shared}</defs>");
    for (number, (group, shot)) in groups.iter().zip(shots).enumerate() {
        let poster = if shot.is_poster { " s" } else { "" };
        let _ = write!(body, "<g id=\"f{number}\" class=\"f{poster}\">{group}</g>");
    }
    window(about, first.frame.size(), &timetable(shots), &body)
}

/// The keyframes that show each shot in its turn.
fn timetable(shots: &[Shot]) -> String {
    let whole: u32 = shots.iter().map(|shot| shot.milliseconds).sum();
    let mut rules = format!(".f{{opacity:0;animation:{whole}ms step-end infinite}}.s{{opacity:1}}");
    let mut begin = 0;
    for (number, shot) in shots.iter().enumerate() {
        let end = begin + shot.milliseconds;
        let percent = |at: u32| f64::from(at) * 100.0 / f64::from(whole);
        let (from, to) = (percent(begin), percent(end));
        let _ = write!(rules, "#f{number}{{animation-name:k{number}}}@keyframes k{number}{{0%{{opacity:0}}");
        let _ = write!(rules, "{from:.2}%{{opacity:1}}{to:.2}%,to{{opacity:0}}}}");
        begin = end;
    }
    rules.push_str("@media (prefers-reduced-motion:reduce){.f{animation:none!important}}");
    rules
}

/// A window around the page, with a neutral title bar.
fn window(about: &str, (columns, rows): (u16, u16), more_style: &str, body: &str) -> String {
    let width = columns * CELL.0 + 2 * MARGIN;
    let height = rows * CELL.1 + 2 * MARGIN + BAR;
    let about = escaped(about);
    let middle = width / 2;
    let dots = [20, 38, 56].map(|x| format!("<circle class=\"o\" cx=\"{x}\" cy=\"15\" r=\"5.5\"/>")).concat();
    let body = format!(
        "<rect class=\"p\" width=\"{width}\" height=\"{height}\" rx=\"9\"/>\
         <path class=\"h\" d=\"M0 {BAR}V9a9 9 0 0 1 9-9H{}a9 9 0 0 1 9 9V{BAR}z\"/>\
         {dots}\
         <text class=\"t d\" x=\"{middle}\" y=\"20\" text-anchor=\"middle\">atlas-secret</text>\
         <rect x=\".5\" y=\".5\" width=\"{}\" height=\"{}\" rx=\"8.5\" fill=\"none\" stroke=\"#808893\" \
         stroke-opacity=\".4\"/>\n{body}",
        width - 9,
        width - 1,
        height - 1,
    );
    let style = ink::style_sheet(&body);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"img\" aria-label=\"{about}\">\
         <title>{about}</title>\n<style>{style}{more_style}</style>\n{body}</svg>\n"
    )
}

/// One row of a frame. Empty if nothing is visible in it.
fn paint(frame: &Frame, row: u16) -> String {
    let mut painted: String = frame.words(row).iter().map(|word| paint_word(word, row)).collect();
    if let Some(cursor) = frame.cursor.filter(|cursor| cursor.y == row) {
        let (x, y) = corner(cursor.x, row);
        let _ = write!(painted, "<rect class=\"t\" x=\"{x}\" y=\"{y}\" width=\"2\" height=\"{}\"/>", CELL.1);
    }
    if !painted.is_empty() {
        painted.push('\n');
    }
    painted
}

fn paint_word(word: &Run, row: u16) -> String {
    let (x, y) = corner(word.column, row);
    let width = word.columns * CELL.0;
    let mut painted = String::new();
    if let Some(class) = ink::block(word.style) {
        let height = CELL.1;
        let _ = write!(
            painted,
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/>"
        );
    }
    let class = ink::letters(word.style);
    let text = word.text.trim_end();
    if text.chars().all(|character| character == '─') && !text.is_empty() {
        // In some fonts, line-drawing characters leave gaps.
        let middle = y + CELL.1 / 2;
        let _ = write!(
            painted,
            "<rect class=\"{class}\" x=\"{x}\" y=\"{middle}\" width=\"{width}\" height=\"1\"/>"
        );
        return painted;
    }
    let blanks = u16::try_from(text.len() - text.trim_start().len()).unwrap();
    let (x, text) = (x + blanks * CELL.0, escaped(text.trim_start()));
    let letters =
        width - (blanks + u16::try_from(word.text.len() - word.text.trim_end().len()).unwrap()) * CELL.0;
    if text.is_empty() {
        return painted;
    }
    let base = y + ASCENT;
    let length = if word.columns > 1 { format!(" textLength=\"{letters}\"") } else { String::new() };
    let _ = write!(painted, "<text class=\"{class}\" x=\"{x}\" y=\"{base}\"{length}>{text}</text>");
    painted
}

/// The upper left corner of a cell.
fn corner(column: u16, row: u16) -> (u16, u16) {
    (MARGIN + column * CELL.0, BAR + MARGIN + row * CELL.1)
}

/// Escapes text for an XML element or attribute.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
