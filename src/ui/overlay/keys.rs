//! Every key, grouped, in as many columns as fit, filtered by what is typed.

use ratatui::buffer::Buffer;

use super::{Drawn, Frame, Place, Scroll};
use crate::model::geometry::Rect;
use crate::model::line_edit::LineEdit;
use crate::ui::paint::{self, Row};
use crate::ui::theme::Theme;

/// One binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyRow<'a> {
    /// The heading it stands under; rows of one group follow each other.
    pub group: &'a str,
    /// The chord as people read it: `C-b %`.
    pub keys: &'a str,
    /// What it does, in a few words.
    pub label: &'a str,
    /// The command line it runs.
    pub command: &'a str,
}

/// The list.
#[derive(Debug, Clone, Copy)]
pub struct KeysProps<'a> {
    /// Every binding, in order.
    pub rows: &'a [KeyRow<'a>],
    /// Only rows that contain this are shown, in any part and regardless of case.
    pub filter: &'a LineEdit,
    /// First line wanted.
    pub scroll: usize,
}

/// The least width of a column of keys.
const COLUMN: u16 = 46;

/// A line of the list.
enum Line<'a> {
    Gap,
    Group(&'a str),
    Key(&'a KeyRow<'a>),
}

/// Draws the list over the middle of `area`.
pub fn render(
    area: Rect,
    buf: &mut Buffer,
    props: &KeysProps<'_>,
    theme: &Theme,
) -> (Drawn<()>, Scroll) {
    let lines = lines(props);
    let cols = area.cols.saturating_sub(6);
    let height = usize::from(area.rows.saturating_sub(5).max(1));
    let many = usize::from((cols / COLUMN).clamp(1, 3));
    let columns = columns_of(&lines, height, many);
    let rows = columns
        .iter()
        .map(Vec::len)
        .max()
        .unwrap_or(0)
        .clamp(1, height);
    let scroll = Scroll::new(props.scroll, lines.len(), rows);
    let scroll = if columns.len() > 1 {
        Scroll {
            at: 0,
            max: 0,
            ..scroll
        }
    } else {
        scroll
    };
    let note = match lines.is_empty() {
        true => "nothing matches".to_owned(),
        false => scroll.note(lines.len()),
    };
    let across = u16::try_from(columns.len()).unwrap_or(1).max(1);
    let frame = Frame {
        title: "Keys",
        note: &note,
        cols: (across * COLUMN).max(72).min(cols),
        rows: u16::try_from(rows).unwrap_or(u16::MAX).saturating_add(1),
        place: Place::Middle,
    };
    let (outer, inner) = frame.draw(area, buf, theme);
    let mut drawn = Drawn::new(outer);
    if inner.is_empty() {
        return (drawn, scroll);
    }
    let field = Rect::new(inner.x, inner.bottom() - 1, inner.cols, 1);
    drawn.cursor = Some(filter(field, buf, props.filter, theme));
    let width = inner.cols / across;
    let keys = props
        .rows
        .iter()
        .map(|row| paint::columns(row.keys))
        .max()
        .unwrap_or(0)
        .clamp(4, 16);
    for (x, column) in (inner.x..).step_by(usize::from(width.max(1))).zip(&columns) {
        for (y, line) in (inner.y..field.y).zip(column.iter().skip(scroll.at)) {
            let mut row = Row::new(Rect::new(x, y, width, 1), buf);
            row.skip(1);
            row.skip_right(1);
            draw(&mut row, line, keys, across == 1, theme);
        }
    }
    (drawn, scroll)
}

/// The lines in one column, or in several with every group whole, if that makes all of them fit into
/// `height`: as few and as even columns as possible.
fn columns_of<'l, 'a>(lines: &'l [Line<'a>], height: usize, many: usize) -> Vec<Vec<&'l Line<'a>>> {
    let one = || vec![lines.iter().collect()];
    if lines.len() <= height {
        return one();
    }
    let even = lines.len().div_ceil(many.max(1));
    let heights = even..=height;
    let mut tries = heights.map(|height| flow(lines, height));
    tries
        .find(|columns| columns.len() <= many)
        .unwrap_or_else(one)
}

fn flow<'l, 'a>(lines: &'l [Line<'a>], height: usize) -> Vec<Vec<&'l Line<'a>>> {
    let mut columns: Vec<Vec<&Line<'_>>> = vec![Vec::new()];
    for group in lines.split(|line| matches!(line, Line::Gap)) {
        let fits =
            |column: &Vec<&Line<'_>>| column.is_empty() || column.len() + 1 + group.len() <= height;
        match columns.last_mut().filter(|column| fits(column)) {
            Some(column) => {
                if !column.is_empty() {
                    column.push(&Line::Gap);
                }
                column.extend(group);
            }
            None => columns.push(group.iter().collect()),
        }
    }
    columns
}

fn draw(row: &mut Row<'_>, line: &Line<'_>, keys: u16, commands: bool, theme: &Theme) {
    match line {
        Line::Gap => {}
        Line::Group(name) => _ = row.put(name, theme.overlay_title),
        Line::Key(key) => {
            row.skip(1);
            row.put_padded(key.keys, keys.min(row.room() / 2), theme.key);
            row.skip(1);
            if commands && row.room() >= paint::columns(key.label) + paint::columns(key.command) + 2
            {
                row.put_right(key.command, theme.muted);
            }
            row.put(key.label, theme.text);
        }
    }
}

fn filter(field: Rect, buf: &mut Buffer, filter: &LineEdit, theme: &Theme) -> (u16, u16) {
    let mut row = Row::new(field, buf);
    if row.room() > 40 {
        row.put_right("Esc closes ", theme.muted);
    }
    row.put("/", theme.key);
    let window = filter.window(row.room());
    let text = row.put(window.text, theme.input);
    if filter.is_empty() {
        row.put(" type to filter", theme.muted);
    }
    (text.x + window.cursor, field.y)
}

fn lines<'a>(props: &KeysProps<'a>) -> Vec<Line<'a>> {
    let needle = props.filter.text().trim().to_lowercase();
    let matches = |row: &&KeyRow<'_>| {
        let parts = [row.group, row.keys, row.label, row.command];
        parts
            .iter()
            .any(|part| part.to_lowercase().contains(&needle))
    };
    let mut lines = Vec::new();
    let mut group = None;
    for row in props.rows.iter().filter(matches) {
        if group != Some(row.group) {
            if group.is_some() {
                lines.push(Line::Gap);
            }
            lines.push(Line::Group(row.group));
            group = Some(row.group);
        }
        lines.push(Line::Key(row));
    }
    lines
}
