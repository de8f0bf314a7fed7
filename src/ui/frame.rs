//! The border of a floating pane: a box with the title in its upper line.

use ratatui::buffer::Buffer;

use super::border::{PaneLabel, caption};
use super::paint::{Row, fill, within};
use super::theme::Theme;
use crate::model::float::has_border;
use crate::model::geometry::Rect;

/// What is drawn.
#[derive(Debug, Clone, Copy)]
pub struct FrameProps<'a> {
    /// The frame, the pane's own cells included.
    pub rect: Rect,
    /// The title and what else the line tells.
    pub label: PaneLabel<'a>,
    /// Whether the pane takes the keys.
    pub focused: bool,
    /// Whether it stays in sight while a pane below takes them.
    pub pinned: bool,
}

/// Empties the frame's cells and draws its lines, where it has room for them.
pub fn render(buf: &mut Buffer, props: &FrameProps<'_>, theme: &Theme) {
    fill(props.rect, buf, ratatui::style::Style::new());
    let rect = props.rect;
    if !has_border(rect) {
        return;
    }
    let style = match props.focused {
        true => theme.border_focused,
        false => theme.border,
    };
    let seen = within(rect, buf);
    let (last_x, last_y) = (rect.right() - 1, rect.bottom() - 1);
    for y in seen.y..seen.bottom() {
        for x in seen.x..seen.right() {
            let symbol = match (x == rect.x, x == last_x, y == rect.y, y == last_y) {
                (true, _, true, _) => "╭",
                (_, true, true, _) => "╮",
                (true, _, _, true) => "╰",
                (_, true, _, true) => "╯",
                (true, ..) | (_, true, ..) => "│",
                (_, _, true, _) | (_, _, _, true) => "─",
                _ => continue,
            };
            if let Some(cell) = buf.cell_mut((x, y)) {
                cell.set_symbol(symbol).set_style(style);
            }
        }
    }
    let title = match props.focused {
        true => theme.title_focused,
        false => theme.title,
    };
    let mut inside = Rect::new(rect.x + 2, rect.y, rect.cols.saturating_sub(4), 1);
    if props.pinned {
        let mut row = Row::new(inside, buf);
        if row.room() >= 26 {
            row.put_right(" pinned ", theme.muted);
        } else {
            row.put_right("^", theme.muted);
        }
        row.skip_right(1);
        inside.cols = row.room();
    }
    caption(buf, inside, &props.label, title, theme);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::id::PaneId;
    use crate::ui::testing::{confined, drawn};

    fn props(rect: Rect, pinned: bool, exited: Option<i32>) -> FrameProps<'static> {
        FrameProps {
            rect,
            label: PaneLabel {
                pane: PaneId(1),
                title: "tests \u{1b}[31m漢字",
                agent: Default::default(),
                synchronized: false,
                exited,
            },
            focused: true,
            pinned,
        }
    }

    #[test]
    fn a_frame_has_its_title_and_its_marks() {
        let pictures = [(34, 4), (20, 3), (9, 3), (3, 3), (2, 2)].map(|(cols, rows)| {
            drawn(cols, rows, |area, buf, theme| {
                render(buf, &props(area, true, Some(2)), theme);
            })
        });
        insta::assert_snapshot!(pictures.join("\n"));
    }

    #[test]
    fn every_size_is_drawn_in_its_cells() {
        for cols in 0..30 {
            for rows in 0..6 {
                for pinned in [false, true] {
                    confined(cols, rows, |area, buf, theme| {
                        render(buf, &props(area, pinned, None), theme);
                    });
                }
            }
        }
    }
}
