//! The notice in a pane whose program is over.

use ratatui::buffer::Buffer;

use super::Drawn;
use crate::model::geometry::Rect;
use crate::ui::Region;
use crate::ui::paint::{Row, columns, fill, within};
use crate::ui::theme::Theme;

/// What became of it and what one can do.
#[derive(Debug, Clone, Copy)]
pub struct ExitedProps<'a> {
    /// `exited with code 1`, `killed by signal 9`.
    pub how: &'a str,
    /// Whether that is a failure.
    pub failed: bool,
    /// The key that starts it again.
    pub restart: &'a str,
    /// The key that closes the pane.
    pub close: &'a str,
}

/// What a click in the notice does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitedAction {
    /// Start the program again.
    Restart,
    /// Close the pane.
    Close,
}

/// Draws the notice into the last row of `pane`.
pub fn render(
    pane: Rect,
    buf: &mut Buffer,
    props: &ExitedProps<'_>,
    theme: &Theme,
) -> Drawn<ExitedAction> {
    let pane = within(pane, buf);
    let rect = match pane.is_empty() {
        true => Rect::new(pane.x, pane.y, 0, 0),
        false => Rect::new(pane.x, pane.bottom() - 1, pane.cols, 1),
    };
    fill(rect, buf, theme.overlay);
    let mut drawn = Drawn::new(rect);
    let mut row = Row::new(rect, buf);
    let (sign, style) = if props.failed {
        ("✗", theme.error)
    } else {
        ("✓", theme.muted)
    };
    let actions = [
        (props.restart, "restarts", ExitedAction::Restart),
        (props.close, "closes", ExitedAction::Close),
    ];
    // ` R restarts `, one for each key.
    let cols = |(key, word, _): &(&str, &str, ExitedAction)| {
        columns(key).saturating_add(columns(word)).saturating_add(3)
    };
    let keys = actions.iter().map(cols).fold(0, u16::saturating_add);
    row.skip(u16::from(row.room() > 4));
    row.put(sign, style);
    // How it ended is what one looks for: the key that closes goes before a part of that does.
    let how = columns(props.how).saturating_add(2);
    let shown = if row.room() >= how.saturating_add(keys) {
        2
    } else if row.room() >= how.saturating_add(cols(&actions[0])) {
        1
    } else {
        2
    };
    let actions = &actions[..shown];
    let keys = actions.iter().map(cols).fold(0, u16::saturating_add);
    if row.room() > keys.saturating_add(4) {
        row.skip(1);
        row.put_within(props.how, row.room() - keys - 1, style);
        row.skip(1);
    }
    // Where the words have no room the keys alone still help.
    let words = row.room() >= keys;
    for &(key, word, action) in actions {
        if row.room() < columns(key) + 2 {
            break;
        }
        row.skip(1);
        let mut rect = row.put(key, theme.key);
        if words {
            row.skip(1);
            rect.cols = row.put(word, theme.text).right() - rect.x;
            row.skip(1);
        }
        drawn.regions.push(Region { rect, action });
    }
    drawn
}
