//! Screens, fed as programs feed them.

mod answers;
mod clusters;
mod engine;
mod functions;
mod fuzz;
mod images;
mod replay;
mod script;
mod talk;

use super::*;
use crate::draw::Surface;
use crate::model::geometry::Size;

/// A screen of `cols` x `rows` that was fed `bytes`.
fn screen(cols: u16, rows: u16, bytes: &str) -> Screen {
    let mut screen = Screen::new(Size::new(cols, rows), 100);
    screen.feed(bytes.as_bytes());
    screen
}

/// What the screen shows after `bytes`; the trailing blank rows are left out.
fn check(size: (u16, u16), bytes: &str, expected: &[&str]) {
    let screen = screen(size.0, size.1, bytes);
    let text = screen.to_text();
    let mut lines: Vec<&str> = text.lines().collect();
    while lines.len() > expected.len() && lines.last() == Some(&"") {
        lines.pop();
    }
    assert_eq!(lines, expected, "{bytes:?}");
    // However it is split, it means the same.
    let mut split = Screen::new(Size::new(size.0, size.1), 100);
    bytes
        .as_bytes()
        .iter()
        .for_each(|byte| split.feed(&[*byte]));
    assert_eq!(split.to_text(), text, "{bytes:?} byte by byte");
    assert_eq!(split.cursor(), screen.cursor());
}

/// The screen as drawn when scrolled back by `scroll` lines.
fn drawn(screen: &Screen, scroll: usize) -> Surface {
    let mut surface = Surface::new(screen.size());
    let area = surface.area();
    screen.draw(scroll, &mut surface, area);
    surface
}

/// What a program is answered.
fn ask(question: &str) -> String {
    let mut screen = screen(80, 24, question);
    String::from_utf8(screen.take_replies()).expect("answers are UTF-8")
}
