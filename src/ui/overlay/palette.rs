//! The palette: a field, and below it what fits what is typed, each with its key.

use ratatui::buffer::Buffer;

use super::{Drawn, Frame, Place};
use crate::model::geometry::Rect;
use crate::model::line_edit::LineEdit;
use crate::ui::Region;
use crate::ui::paint::{Row, columns, fill, page, tint, within};
use crate::ui::theme::Theme;

/// One thing to run or to go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaletteRow<'a> {
    /// `tab`, `pane`, `session`; empty for a command.
    pub kind: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Characters of the name that were typed, in order.
    pub letters: &'a [u32],
    /// What it is or does.
    pub about: &'a str,
    /// Its key, or empty.
    pub key: &'a str,
}

/// The palette.
#[derive(Debug, Clone, Copy)]
pub struct PaletteProps<'a> {
    /// What fits, the best first.
    pub rows: &'a [PaletteRow<'a>],
    /// What is typed.
    pub edit: &'a LineEdit,
    /// The row under the cursor.
    pub selected: usize,
}

/// The columns it takes where there are that many.
const COLS: u16 = 96;
/// In less than this, what a row is about stands below the list, for the selected one alone.
const WIDE: u16 = 72;
/// Rows shown at most.
const MOST: u16 = 18;
const HINT: &str = "Enter runs · Tab to the prompt · Esc";

/// Draws the palette over the middle of `area`; a small area is taken whole. A click answers the
/// row's place.
pub fn render(
    area: Rect,
    buf: &mut Buffer,
    props: &PaletteProps<'_>,
    theme: &Theme,
) -> Drawn<usize> {
    let area = within(area, buf);
    let (outer, inner) = match area.rows < 8 || area.cols < 24 {
        true => {
            fill(area, buf, theme.overlay);
            (area, area)
        }
        false => {
            let note = match props.rows.len() {
                0 => "nothing fits".to_owned(),
                _ if props.edit.is_empty() => String::new(),
                count => count.to_string(),
            };
            let frame = Frame {
                title: "Palette",
                note: &note,
                cols: COLS.min(area.cols.saturating_sub(4)),
                rows: MOST.saturating_add(2).min(area.rows - 2),
                place: Place::Middle,
            };
            frame.draw(area, buf, theme)
        }
    };
    let mut drawn = Drawn::new(outer);
    if inner.is_empty() {
        return drawn;
    }
    let line = |y| Rect::new(inner.x, y, inner.cols, 1);
    let wide = inner.cols >= WIDE;
    let foot = u16::from(inner.rows >= 4);
    let list = inner.rows - 1 - foot;
    drawn.cursor = Some(field(line(inner.y), buf, props, theme));
    let shown = page(props.rows.len(), list, props.selected);
    let in_view = props.rows.get(shown.clone()).unwrap_or_default();
    let names = in_view.iter().map(|row| columns(row.name)).max();
    let names = names.unwrap_or(0).min(inner.cols / 2);
    for (y, (at, row)) in (inner.y + 1..).zip(shown.zip(in_view)) {
        let rect = line(y);
        draw_row(rect, buf, row, wide.then_some(names), theme);
        if at == props.selected {
            tint(rect, buf, theme.selected);
        }
        drawn.regions.push(Region { rect, action: at });
    }
    if foot > 0 {
        let mut row = Row::new(line(inner.bottom() - 1), buf);
        row.skip(1);
        let about = props.rows.get(props.selected).map(|row| row.about);
        match about.filter(|_| !wide) {
            Some(about) => row.put(about, theme.muted),
            None => row.put(HINT, theme.muted),
        };
    }
    drawn
}

fn field(rect: Rect, buf: &mut Buffer, props: &PaletteProps<'_>, theme: &Theme) -> (u16, u16) {
    let mut row = Row::new(rect, buf);
    row.put("› ", theme.key);
    let window = props.edit.window(row.room());
    let text = row.put(window.text, theme.input);
    if props.edit.is_empty() {
        row.put(" a few letters of anything", theme.muted);
    } else if props.rows.is_empty() {
        row.put("  nothing fits", theme.muted);
    }
    (text.x + window.cursor, rect.y)
}

fn draw_row(
    rect: Rect,
    buf: &mut Buffer,
    item: &PaletteRow<'_>,
    names: Option<u16>,
    theme: &Theme,
) {
    let mut row = Row::new(rect, buf);
    row.skip(1);
    row.skip_right(1);
    // A name cut short says less than its key.
    let kind = columns(item.kind) + u16::from(!item.kind.is_empty());
    let needed = columns(item.name).saturating_add(columns(item.key) + kind + 2);
    if names.is_some() || needed <= row.room() {
        row.put_right(item.key, theme.key);
        row.skip_right(2);
    }
    if !item.kind.is_empty() && (names.is_some() || needed <= row.room()) {
        row.put(item.kind, theme.muted);
        row.skip(1);
    }
    let start = row.put("", theme.text).x;
    match item.letters {
        // Where a cell is a character, the letters typed can be told.
        letters if item.name.is_ascii() && !letters.is_empty() => {
            for (at, c) in item.name.chars().enumerate() {
                let typed = u32::try_from(at).is_ok_and(|at| letters.contains(&at));
                let style = if typed { theme.accent } else { theme.text };
                if row.room() > 0 {
                    put_char(&mut row, c, style);
                }
            }
        }
        _ => _ = row.put(item.name, theme.text),
    }
    if let Some(names) = names {
        let used = row.put("", theme.text).x - start;
        let column = names.max(24).saturating_sub(kind);
        row.skip(column.saturating_sub(used) + 2);
        row.put(item.about, theme.muted);
    }
}

/// A space at a name's end would be cleaned away, were it put as a text.
fn put_char(row: &mut Row<'_>, c: char, style: ratatui::style::Style) {
    match c {
        ' ' => row.skip(1),
        c => _ = row.put(c.encode_utf8(&mut [0; 4]), style),
    }
}
