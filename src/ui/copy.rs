//! Copy mode's picture: the text held still, what is selected and found in it, the mark in the corner.

use ratatui::buffer::Buffer;
use ratatui::style::{Modifier, Style as Look};

use super::paint::Row;
use super::theme::Theme;
use crate::draw::{Attrs, Style, Surface, Underline, widget_color};
use crate::model::copy::CopyMode;
use crate::model::geometry::Rect;

/// Draws the rows in the mode's window into a pane's rectangle.
pub fn render(mode: &CopyMode, rect: Rect, separators: &str, theme: &Theme, surface: &mut Surface) {
    mode.text.draw(mode.top, mode.left, surface, rect);
    let mut tint = |row: usize, from: usize, to: usize, look: Look| {
        let Some(y) = row
            .checked_sub(mode.top)
            .and_then(|y| u16::try_from(y).ok())
        else {
            return;
        };
        let from = from.max(mode.left) - mode.left;
        let end = (to + 1)
            .saturating_sub(mode.left)
            .min(usize::from(rect.cols));
        if y < rect.rows && from < end {
            let area = Rect::new(rect.x + from as u16, rect.y + y, (end - from) as u16, 1);
            surface.restyle(area, |style| over(style, look));
        }
    };
    for found in mode.matches() {
        let look = match found.start == mode.cursor {
            true => theme.match_current,
            false => theme.match_other,
        };
        for row in found.start.row..=found.end.row {
            let from = if row == found.start.row {
                found.start.col
            } else {
                0
            };
            let to = match row == found.end.row {
                true => found.end.col,
                false => mode.text.columns().saturating_sub(1),
            };
            tint(row, from, to, look);
        }
    }
    for row in mode.top..mode.top + usize::from(rect.rows) {
        if let Some(columns) = mode.selected_in(row, separators) {
            tint(row, *columns.start(), *columns.end(), theme.selection);
        }
    }
}

/// A theme's look over a cell's own.
fn over(style: Style, look: Look) -> Style {
    let mut attrs = style.attrs;
    for (modifier, attr) in [
        (Modifier::BOLD, Attrs::BOLD),
        (Modifier::DIM, Attrs::DIM),
        (Modifier::ITALIC, Attrs::ITALIC),
    ] {
        if look.add_modifier.contains(modifier) {
            attrs = attrs | attr;
        }
    }
    if look.add_modifier.contains(Modifier::UNDERLINED) {
        attrs = attrs.with_underline(Underline::Single);
    }
    if look.bg.is_some() {
        // Its background is to be seen as it is.
        attrs = attrs.without(Attrs::INVERSE);
    }
    let style = Style {
        fg: look.fg.map_or(style.fg, widget_color),
        bg: look.bg.map_or(style.bg, widget_color),
        attrs,
        ..style
    };
    match look.add_modifier.contains(Modifier::REVERSED) {
        true => style.inverted(),
        false => style,
    }
}

/// Draws where one is into the pane's upper right corner: the match one is at, and how many rows
/// lie below the window of all that it can go back. Answers the cells drawn.
pub fn mark(mode: &CopyMode, rect: Rect, buf: &mut Buffer, theme: &Theme) -> Rect {
    if mode.hides_position {
        return Rect::new(rect.x, rect.y, 0, 0);
    }
    let (offset, total) = mode.position();
    let place = format!("[{offset}/{total}]");
    let found = tally(mode).map(|tally| format!("({tally}) {place}"));
    let mut row = Row::new(rect, buf);
    for text in found.iter().chain([&place]) {
        let drawn = row.put_right(text, theme.input);
        if !drawn.is_empty() {
            return drawn;
        }
    }
    row.put_right("↑", theme.input)
}

/// `3 of 17`, as far as it is known; a `+` says that the search goes on.
pub fn tally(mode: &CopyMode) -> Option<String> {
    let (number, total, done) = mode.tally()?;
    let more = if done { "" } else { "+" };
    Some(match (number, total) {
        (Some(number), _) => format!("{number} of {total}{more}"),
        (None, 0) if done => "no match".to_owned(),
        (None, _) => format!("{total}{more}"),
    })
}
