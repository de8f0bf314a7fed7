//! What lies over the panes: lists to choose from, the prompt, questions, notices.
//!
//! Each overlay takes as little room as it needs inside the area it is given, and says which cells it
//! drew, since only those may be put over the panes. On a small terminal frames go first, then
//! everything but the line that matters.

pub mod choose;
pub mod clock;
pub mod confirm;
pub mod exited;
pub mod hint;
pub mod keys;
pub mod menu;
pub mod message;
pub mod numbers;
pub mod palette;
pub mod prompt;
#[cfg(test)]
mod tests;
pub mod text;
pub mod welcome;

use ratatui::buffer::Buffer;

use super::Region;
use super::paint::{Row, columns, fill, within};
use super::theme::Theme;
use crate::model::geometry::Rect;

/// What an overlay drew; `A` is what a click in it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn<A> {
    /// The cells it drew, all of them and no others.
    pub rect: Rect,
    /// Where the mouse can act.
    pub regions: Vec<Region<A>>,
    /// Where the cursor stands, if one types here.
    pub cursor: Option<(u16, u16)>,
}

impl<A> Drawn<A> {
    fn new(rect: Rect) -> Drawn<A> {
        Drawn {
            rect,
            regions: Vec::new(),
            cursor: None,
        }
    }
}

/// What of a long list or text is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scroll {
    /// The first line shown: what was asked for, or less if the list ends before.
    pub at: usize,
    /// The largest useful first line.
    pub max: usize,
    /// How many lines one sees at once.
    pub page: usize,
}

impl Scroll {
    fn new(wanted: usize, lines: usize, page: usize) -> Scroll {
        let max = lines.saturating_sub(page);
        Scroll {
            at: wanted.min(max),
            max,
            page,
        }
    }

    /// `3–20 of 45`, if not all is shown.
    fn note(&self, lines: usize) -> String {
        match self.max {
            0 => String::new(),
            _ => format!(
                "{}–{} of {lines}",
                self.at + 1,
                (self.at + self.page).min(lines)
            ),
        }
    }
}

/// Where a box stands in its area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Middle,
    Bottom,
    /// With its corner there, as far as there is room.
    At(u16, u16),
}

/// A box of `cols` x `rows` cells inside its frame, made smaller to fit.
struct Frame<'a> {
    title: &'a str,
    note: &'a str,
    cols: u16,
    rows: u16,
    place: Place,
}

impl Frame<'_> {
    /// Draws the frame and empties its inside. Answers the whole box and its inside; an area too
    /// small for a frame is all inside.
    fn draw(&self, area: Rect, buf: &mut Buffer, theme: &Theme) -> (Rect, Rect) {
        let area = within(area, buf);
        let framed = area.cols >= 12 && area.rows >= 4;
        let edge = if framed { 2 } else { 0 };
        let title = columns(self.title)
            .saturating_add(columns(self.note))
            .saturating_add(6);
        let cols = self.cols.max(title).saturating_add(edge).min(area.cols);
        let rows = self.rows.saturating_add(edge).min(area.rows);
        let middle = area.x + (area.cols - cols) / 2;
        let (x, y) = match self.place {
            Place::Middle => (middle, area.y + (area.rows - rows) / 2),
            Place::Bottom => (middle, area.bottom() - rows),
            Place::At(x, y) => (
                x.clamp(area.x, area.right() - cols),
                y.clamp(area.y, area.bottom() - rows),
            ),
        };
        let outer = Rect::new(x, y, cols, rows);
        fill(outer, buf, theme.overlay);
        if !framed || outer.rows < 3 {
            return (outer, outer);
        }
        self.lines(outer, buf, theme);
        (outer, Rect::new(x + 1, y + 1, cols - 2, rows - 2))
    }

    fn lines(&self, outer: Rect, buf: &mut Buffer, theme: &Theme) {
        let style = theme.overlay_border;
        let across = "─".repeat(usize::from(outer.cols - 2));
        let line = |y| Rect::new(outer.x, y, outer.cols, 1);
        for (y, left, right) in [(outer.y, "╭", "╮"), (outer.bottom() - 1, "╰", "╯")] {
            let mut row = Row::new(line(y), buf);
            row.put(left, style);
            row.put(&across, style);
            row.put(right, style);
        }
        for y in outer.y + 1..outer.bottom() - 1 {
            let mut row = Row::new(line(y), buf);
            row.put_right("│", style);
            row.put("│", style);
        }
        let mut row = Row::new(line(outer.y), buf);
        row.skip(2);
        row.skip_right(2);
        if !self.title.is_empty() {
            let room = row.room().saturating_sub(2);
            let title = super::paint::clip(self.title, room);
            row.put(&format!(" {title} "), theme.overlay_title);
        }
        if !self.note.is_empty() {
            row.put_right(&format!(" {} ", self.note), theme.overlay_border);
        }
    }
}
