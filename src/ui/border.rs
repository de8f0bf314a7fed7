//! The lines between panes, joined where they meet, and the titles that stand in them.
//!
//! Only border cells are drawn; panes are somebody else's. A pane's title stands in the line above
//! it (a stacked pane's in its own line of the stack), so panes at the top have one only if the caller keeps a row for it (`title_row`).

use ratatui::buffer::Buffer;
use ratatui::style::Style;

use super::paint::{Row, clip, columns};
use super::theme::Theme;
use crate::model::geometry::{Axis, Rect};
use crate::model::id::PaneId;
use crate::model::layout::Arrangement;

/// What is drawn.
#[derive(Debug, Clone, Copy)]
pub struct BorderProps<'a> {
    /// Where panes and borders lie.
    pub arrangement: &'a Arrangement,
    /// The pane that takes the keys.
    pub focused: Option<PaneId>,
    /// What stands in the lines above panes; panes without an entry have plain lines.
    pub labels: &'a [PaneLabel<'a>],
    /// Whether the row just above the arrangement's area is a line with titles, too.
    pub title_row: bool,
}

/// A pane's title and what else its line tells.
#[derive(Debug, Clone, Copy)]
pub struct PaneLabel<'a> {
    /// Whose it is.
    pub pane: PaneId,
    /// The title, untrusted.
    pub title: &'a str,
    /// What its agent says of itself.
    pub agent: Agent,
    /// Whether what is typed goes to other panes, too.
    pub synchronized: bool,
    /// Exit code of its program, if that is over.
    pub exited: Option<i32>,
}

/// What an agent says of itself, as far as its pane shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Agent {
    /// Nothing, or nothing that matters here.
    #[default]
    Quiet,
    /// It works.
    Working,
    /// It waits for somebody.
    Blocked,
}

impl Agent {
    /// From the state a session has told.
    pub fn of(state: Option<&str>) -> Agent {
        match state {
            Some(state) if state.starts_with("blocked") => Agent::Blocked,
            Some(state) if state.starts_with("working") => Agent::Working,
            _ => Agent::Quiet,
        }
    }
}

/// Arms of a line in a cell, as bits.
const UP: u8 = 1;
const DOWN: u8 = 2;
const LEFT: u8 = 4;
const RIGHT: u8 = 8;

/// The line through a cell by its arms.
const LINES: [&str; 16] = [
    " ", "│", "│", "│", "─", "┘", "┐", "┤", "─", "└", "┌", "├", "─", "┴", "┬", "┼",
];

/// Draws the lines.
pub fn render(buf: &mut Buffer, props: &BorderProps<'_>, theme: &Theme) {
    let lines = lines(props);
    for line in &lines {
        draw_line(buf, *line, theme.border);
    }
    for line in &lines {
        join_ends(buf, *line);
    }
    for label in props.labels {
        let style = match (label.exited, label.agent, label.synchronized) {
            (None, Agent::Blocked, _) => theme.border_blocked,
            (None, _, true) => theme.border_synchronized,
            _ => continue,
        };
        surround(buf, props, &lines, label.pane, style);
    }
    if let Some(focused) = props
        .focused
        .filter(|_| lines.len() > usize::from(props.title_row))
    {
        surround(buf, props, &lines, focused, theme.border_focused);
    }
    for label in props.labels {
        title(buf, props, label, theme);
    }
}

/// A line to draw, one cell thick.
#[derive(Debug, Clone, Copy)]
struct Line {
    rect: Rect,
    upright: bool,
}

fn lines(props: &BorderProps<'_>) -> Vec<Line> {
    let borders = props.arrangement.borders.iter();
    let mut lines: Vec<Line> = borders
        .map(|border| Line {
            rect: border.rect,
            upright: border.axis == Axis::Horizontal,
        })
        .collect();
    lines.extend(props.arrangement.titles.iter().map(|(_, rect)| Line {
        rect: *rect,
        upright: false,
    }));
    let area = props.arrangement.area;
    if let (true, Some(y)) = (props.title_row, area.y.checked_sub(1)) {
        lines.push(Line {
            rect: Rect::new(area.x, y, area.cols, 1),
            upright: false,
        });
    }
    lines
}

fn draw_line(buf: &mut Buffer, line: Line, style: Style) {
    let arms = if line.upright {
        UP | DOWN
    } else {
        LEFT | RIGHT
    };
    let rect = super::paint::within(line.rect, buf);
    for y in rect.y..rect.bottom() {
        for x in rect.x..rect.right() {
            if let Some(cell) = buf.cell_mut((x, y)) {
                cell.reset();
                cell.set_symbol(LINES[usize::from(arms)]).set_style(style);
            }
        }
    }
}

/// Where the line's ends touch another, that one gets an arm towards it.
fn join_ends(buf: &mut Buffer, line: Line) {
    let Rect { x, y, .. } = line.rect;
    let (before, after) = if line.upright {
        (
            y.checked_sub(1).map(|y| (x, y, DOWN)),
            (x, line.rect.bottom(), UP),
        )
    } else {
        (
            x.checked_sub(1).map(|x| (x, y, RIGHT)),
            (line.rect.right(), y, LEFT),
        )
    };
    for (x, y, arm) in before.into_iter().chain([after]) {
        let Some(cell) = buf.cell_mut((x, y)) else {
            continue;
        };
        let arms = LINES.iter().rposition(|line| *line == cell.symbol());
        if let Some(arms) = arms.filter(|arms| *arms > 0)
            && let Some(joined) = LINES.get(arms | usize::from(arm))
        {
            cell.set_symbol(joined);
        }
    }
}

/// Gives the lines round a pane a style. With two panes both have the same line round them: then
/// each has its half of it, the first the upper or left one.
fn surround(buf: &mut Buffer, props: &BorderProps<'_>, lines: &[Line], pane: PaneId, style: Style) {
    let Some(rect) = props.arrangement.pane(pane).filter(|rect| !rect.is_empty()) else {
        return;
    };
    let near = Rect::new(
        rect.x.saturating_sub(1),
        rect.y.saturating_sub(1),
        rect.cols + 1 + u16::from(rect.x > 0),
        rect.rows + 1 + u16::from(rect.y > 0),
    );
    let alone = match (lines, props.title_row) {
        ([line], false) => Some(half(*line, rect)),
        _ => None,
    };
    for line in lines {
        let own = super::paint::within(line.rect, buf);
        for y in own.y..own.bottom() {
            for x in own.x..own.right() {
                let mine = near.contains(x, y) && alone.is_none_or(|half| half.contains(x, y));
                if let (true, Some(cell)) = (mine, buf.cell_mut((x, y))) {
                    cell.set_style(style);
                }
            }
        }
    }
}

/// The half of the only line that belongs to the pane at `pane`.
fn half(line: Line, pane: Rect) -> Rect {
    let Rect { x, y, cols, rows } = line.rect;
    let first = (pane.x, pane.y) < (x, y) && (pane.x < x || pane.y < y);
    match (line.upright, first) {
        (true, true) => Rect::new(x, y, cols, rows.div_ceil(2)),
        (true, false) => Rect::new(x, y + rows.div_ceil(2), cols, rows / 2),
        (false, true) => Rect::new(x, y, cols.div_ceil(2), rows),
        (false, false) => Rect::new(x + cols.div_ceil(2), y, cols / 2, rows),
    }
}

fn title(buf: &mut Buffer, props: &BorderProps<'_>, label: &PaneLabel<'_>, theme: &Theme) {
    let Some(line) = title_line(props, label.pane) else {
        return;
    };
    // A cell of line at each end stays, so that one sees that it is a line.
    let inside = Rect::new(line.x + 1, line.y, line.cols.saturating_sub(2), 1);
    let style = match Some(label.pane) == props.focused {
        true => theme.title_focused,
        false => theme.title,
    };
    caption(buf, inside, label, style, theme);
}

/// The line that has a pane's title: its own in a stack, else the border above it.
fn title_line(props: &BorderProps<'_>, pane: PaneId) -> Option<Rect> {
    let arrangement = props.arrangement;
    let mut titles = arrangement.titles.iter();
    if let Some((_, line)) = titles.find(|(id, _)| *id == pane) {
        return Some(*line);
    }
    let rect = arrangement.pane(pane).filter(|rect| !rect.is_empty())?;
    let y = rect.y.checked_sub(1)?;
    if y < arrangement.area.y && !props.title_row {
        return None;
    }
    Some(Rect::new(rect.x, y, rect.cols, 1))
}

/// Writes a title and what else its line tells into cells of a line.
pub(super) fn caption(
    buf: &mut Buffer,
    inside: Rect,
    label: &PaneLabel<'_>,
    style: Style,
    theme: &Theme,
) {
    if inside.cols < 3 {
        return;
    }
    let mut row = Row::new(inside, buf);
    let mark = match (label.exited, label.agent) {
        (Some(0), _) => Some(("exited".to_owned(), "✓".to_owned(), theme.muted)),
        (Some(code), _) => Some((format!("exited {code}"), format!("✗{code}"), theme.error)),
        (None, Agent::Blocked) => Some(("▲ waits".to_owned(), "▲".to_owned(), theme.warn)),
        (None, Agent::Working) => Some(("● works".to_owned(), "●".to_owned(), theme.ok)),
        (None, Agent::Quiet) => None,
    };
    if let Some((long, short, style)) = mark {
        let both = columns(label.title).saturating_add(columns(&long) + 5);
        let text = if both <= row.room() { long } else { short };
        row.put_right(&format!(" {text} "), style);
        row.skip_right(1);
    }
    if row.room() >= 5 {
        let text = clip(label.title, row.room() - 2);
        row.put(&format!(" {text} "), style);
    }
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect as Area;

    use super::*;
    use crate::model::geometry::Direction::{Down, Right};
    use crate::model::layout::{Layout, Preset};
    use crate::ui::testing::{confined, styled, text};

    fn p(id: u32) -> PaneId {
        PaneId(id)
    }

    /// Left one pane, right three; between them every kind of joint.
    fn layout() -> Layout {
        let mut layout = Layout::new(p(1));
        layout.split(p(1), Right, p(2));
        layout.split(p(2), Down, p(3));
        layout.split(p(3), Right, p(4));
        layout.split(p(1), Down, p(5));
        layout
    }

    const LABELS: [PaneLabel<'static>; 5] = [
        PaneLabel {
            pane: PaneId(1),
            title: "Forge · claude",
            agent: Agent::Blocked,
            synchronized: false,
            exited: None,
        },
        PaneLabel {
            pane: PaneId(2),
            title: "vim",
            agent: Agent::Working,
            synchronized: false,
            exited: None,
        },
        PaneLabel {
            pane: PaneId(3),
            title: "make",
            agent: Agent::Quiet,
            synchronized: false,
            exited: Some(2),
        },
        PaneLabel {
            pane: PaneId(4),
            title: "x\u{1b}[31m\u{202e}y",
            agent: Agent::Quiet,
            synchronized: false,
            exited: None,
        },
        PaneLabel {
            pane: PaneId(5),
            title: "logs",
            agent: Agent::Quiet,
            synchronized: false,
            exited: Some(0),
        },
    ];

    fn draw(
        layout: &Layout,
        cols: u16,
        rows: u16,
        title_row: bool,
        labels: &[PaneLabel<'_>],
    ) -> Buffer {
        let mut buf = Buffer::empty(Area::new(0, 0, cols, rows));
        let top = u16::from(title_row);
        let arrangement = layout.arrange(Rect::new(0, top, cols, rows - top));
        let props = BorderProps {
            arrangement: &arrangement,
            focused: Some(p(3)),
            labels,
            title_row,
        };
        render(&mut buf, &props, &Theme::plain());
        buf
    }

    #[test]
    fn lines_join_and_carry_titles() {
        let plain = draw(&layout(), 40, 10, false, &[]);
        let titled = draw(&layout(), 60, 14, true, &LABELS);
        let half = draw(&layout(), 60, 14, false, &LABELS);
        let focused = styled(&plain, Theme::plain().border_focused);
        insta::assert_snapshot!([text(&plain), focused, text(&titled), text(&half)].join("\n"));
    }

    #[test]
    fn crossings_have_four_arms() {
        let mut layout = Layout::new(p(1));
        for (at, id) in (2..=4).enumerate() {
            layout.split(p(at as u32 + 1), Right, p(id));
        }
        layout.apply(Preset::Tiled);
        let drawn = text(&draw(&layout, 9, 5, false, &[]));
        assert_eq!(drawn, "    │\n    │\n────┼────\n    │\n    │\n");
    }

    #[test]
    fn of_two_panes_each_has_half_the_line() {
        let mut layout = Layout::new(p(3));
        layout.split(p(3), Right, p(4));
        let focused = Theme::plain().border_focused;
        let first = styled(&draw(&layout, 3, 4, false, &[]), focused);
        assert_eq!(first, "·│·\n·│·\n···\n···\n");
        layout.swap(p(3), p(4));
        let second = styled(&draw(&layout, 3, 4, false, &[]), focused);
        assert_eq!(second, "···\n···\n·│·\n·│·\n");
        let alone = draw(&Layout::new(p(3)), 6, 2, true, &[]);
        assert_eq!(styled(&alone, focused), "······\n······\n");
    }

    #[test]
    fn every_size_is_drawn_in_its_cells() {
        for cols in 0..30 {
            for rows in 0..8 {
                confined(cols, rows, |area, buf, theme| {
                    let inner =
                        Rect::new(area.x, area.y + 1, area.cols, area.rows.saturating_sub(1));
                    if area.rows == 0 {
                        return;
                    }
                    let props = BorderProps {
                        arrangement: &layout().arrange(inner),
                        focused: Some(p(1)),
                        labels: &LABELS,
                        title_row: true,
                    };
                    render(buf, &props, theme);
                });
            }
        }
    }
}
