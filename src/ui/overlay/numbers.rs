//! Every pane's number in its middle, large enough to be read from afar; the next digit goes there.

use ratatui::buffer::Buffer;
use ratatui::style::Style;

use super::Drawn;
use crate::model::geometry::Rect;
use crate::model::id::PaneId;
use crate::ui::Region;
use crate::ui::paint::{Row, columns, fill, within};
use crate::ui::theme::Theme;

/// A pane and its number.
#[derive(Debug, Clone, Copy)]
pub struct Numbered<'a> {
    /// What a click means.
    pub pane: PaneId,
    /// Where it is.
    pub rect: Rect,
    /// What to press.
    pub number: usize,
    /// Its title, below the number.
    pub title: &'a str,
    /// Whether it has the focus.
    pub focused: bool,
}

/// The digits in cells of 3 x 5, a bit a cell, rows from the top.
const DIGITS: [[u8; 5]; 10] = [
    [0b111, 0b101, 0b101, 0b101, 0b111],
    [0b010, 0b110, 0b010, 0b010, 0b111],
    [0b111, 0b001, 0b111, 0b100, 0b111],
    [0b111, 0b001, 0b111, 0b001, 0b111],
    [0b101, 0b101, 0b111, 0b001, 0b001],
    [0b111, 0b100, 0b111, 0b001, 0b111],
    [0b111, 0b100, 0b111, 0b101, 0b111],
    [0b111, 0b001, 0b010, 0b010, 0b010],
    [0b111, 0b101, 0b111, 0b101, 0b111],
    [0b111, 0b101, 0b111, 0b001, 0b111],
];

/// Columns of a digit and the gap after it: each cell of the figure is two columns wide, as cells are
/// twice as high as they are wide.
const DIGIT_COLS: u16 = 8;

/// Draws the numbers; each answer has the cells drawn in one pane.
pub fn render(buf: &mut Buffer, panes: &[Numbered<'_>], theme: &Theme) -> Vec<Drawn<PaneId>> {
    let visible = panes.iter().filter(|pane| !pane.rect.is_empty());
    visible.map(|pane| draw(buf, pane, theme)).collect()
}

fn draw(buf: &mut Buffer, pane: &Numbered<'_>, theme: &Theme) -> Drawn<PaneId> {
    let area = within(pane.rect, buf);
    let style = if pane.focused {
        theme.accent
    } else {
        theme.text
    };
    let figures = pane.number.to_string();
    let cols = columns(&figures) * DIGIT_COLS;
    let mut drawn = match area.cols >= cols + 4 && area.rows >= 7 {
        true => large(buf, area, pane, &figures, style, theme),
        false => {
            let cols = columns(&figures).min(area.cols);
            let rect = middle(area, cols, area.rows.min(1));
            fill(rect, buf, theme.overlay);
            Row::new(rect, buf).put(&figures, style);
            Drawn::new(rect)
        }
    };
    drawn.regions.push(Region {
        rect: pane.rect,
        action: pane.pane,
    });
    drawn
}

fn large(
    buf: &mut Buffer,
    area: Rect,
    pane: &Numbered<'_>,
    figures: &str,
    style: Style,
    theme: &Theme,
) -> Drawn<PaneId> {
    let digits = columns(figures) * DIGIT_COLS - 2;
    let titled = area.rows >= 9 && !pane.title.is_empty();
    let title = if titled {
        columns(pane.title).min(area.cols - 4)
    } else {
        0
    };
    let rect = middle(area, digits.max(title) + 4, 7 + u16::from(titled));
    fill(rect, buf, theme.overlay);
    let left = rect.x + (rect.cols - digits) / 2;
    for (place, figure) in (0_u16..).zip(figures.bytes()) {
        let Some(rows) = DIGITS.get(usize::from(figure.wrapping_sub(b'0'))) else {
            continue;
        };
        for (y, bits) in (rect.y + 1..).zip(rows) {
            for x in 0..3 {
                if bits & (0b100 >> x) != 0 {
                    let x = left + place * DIGIT_COLS + x * 2;
                    Row::new(Rect::new(x, y, 2, 1), buf).put("██", style);
                }
            }
        }
    }
    if titled {
        let y = rect.bottom() - 1;
        let x = rect.x + (rect.cols - title) / 2;
        Row::new(Rect::new(x, y, title, 1), buf).put(pane.title, theme.muted);
    }
    Drawn::new(rect)
}

fn middle(area: Rect, cols: u16, rows: u16) -> Rect {
    let (cols, rows) = (cols.min(area.cols), rows.min(area.rows));
    let x = area.x + (area.cols - cols) / 2;
    let y = area.y + (area.rows - rows) / 2;
    Rect::new(x, y, cols, rows)
}
