//! Rows of the screen and its history, as cells and as text.
//!
//! Lines are numbered from the top of the screen: 0 is its first row, -1 the newest line of the
//! history.

use std::borrow::Cow;

use alacritty_terminal::grid::Dimensions;
use alacritty_terminal::index::{Column, Line};
use alacritty_terminal::term::cell::{Cell as GridCell, Flags, Hyperlink};
use alacritty_terminal::term::color::Colors;
use alacritty_terminal::vte::ansi;

use super::color;
use super::pack::LAYOUT;
use super::screen::Screen;
use super::sgr::{self, BLINK, OVERLINE};
use crate::draw::{Attrs, Cell, Color, Link, RowSpan, Style, Surface};
use crate::model::geometry::Rect;

impl Screen {
    /// Draws one row of the screen as seen when scrolled back by `scroll` lines.
    ///
    /// The row fills `span` from the left; what is left of it stays blank.
    pub fn draw_row(&self, row: u16, scroll: usize, span: &mut RowSpan<'_>) {
        self.draw_row_from(row, 0, scroll, span);
    }

    /// The same without the row's first `left` columns, for a span narrower than the screen.
    pub fn draw_row_from(&self, row: u16, left: u16, scroll: usize, span: &mut RowSpan<'_>) {
        let line = i64::from(row) - i64::try_from(scroll).unwrap_or(i64::MAX);
        if let Some((cells, _)) = self.line(line) {
            let engine = &self.engine;
            let mut brush = Brush::new(engine.recolored.then(|| engine.term.colors()));
            let cells = cells.get(usize::from(left)..).unwrap_or_default();
            draw_cells(cells, &mut brush, span);
        }
    }

    /// Draws the whole view into a part of a surface, clipped to it.
    pub fn draw(&self, scroll: usize, surface: &mut Surface, area: Rect) {
        for row in 0..area.rows {
            let mut span = surface.span(area.x, area.y.saturating_add(row), area.cols);
            self.draw_row(row, scroll, &mut span);
        }
    }

    /// The text of a line; spaces at its end are kept unless `trim`. `None` beyond either end.
    pub fn line_text(&self, line: i32, trim: bool) -> Option<String> {
        let (cells, _) = self.line(i64::from(line))?;
        let mut text = String::new();
        for (cell, next) in cells
            .iter()
            .zip(cells.iter().skip(1).map(Some).chain([None]))
        {
            if cell.flags.contains(Flags::WIDE_CHAR_SPACER) {
                continue;
            }
            if cell.flags.contains(Flags::WIDE_CHAR) && next.is_none() {
                // Half a character is never shown.
                text.push(' ');
            } else if !cell.flags.contains(Flags::LEADING_WIDE_CHAR_SPACER) {
                text.push(printable(cell.c));
                text.extend(cell.zerowidth().into_iter().flatten());
            }
        }
        if trim {
            text.truncate(text.trim_end_matches(' ').len());
        }
        Some(text)
    }

    /// Whether a line goes on in the next one because it was too long for the screen.
    pub fn line_wraps(&self, line: i32) -> bool {
        self.line(i64::from(line)).is_some_and(|(_, wraps)| wraps)
    }

    /// The screen as text: its rows without trailing spaces, each ended by a line feed.
    pub fn to_text(&self) -> String {
        (0..i32::from(self.size.rows))
            .filter_map(|line| self.line_text(line, true))
            .map(|text| text + "\n")
            .collect()
    }

    /// The cells of a line that a host can see, and whether the next line continues it.
    fn line(&self, line: i64) -> Option<(Cow<'_, [GridCell]>, bool)> {
        let grid = self.engine.term.grid();
        if let Ok(back) = usize::try_from(-1 - line) {
            let back = (back < self.history_len()).then_some(back)?;
            let found = self.engine.history.row(back)?;
            let mut cells = found.cells;
            cells.resize(usize::from(self.size.cols), GridCell::default());
            return Some((Cow::Owned(cells), found.wraps));
        }
        let row = (line < grid.screen_lines() as i64).then(|| &grid[Line(line as i32)])?;
        let wraps = row
            .last()
            .is_some_and(|cell| cell.flags.contains(Flags::WRAPLINE));
        // The engine's grid may be wider than the screen.
        let columns = row.len().min(usize::from(self.size.cols));
        Some((Cow::Borrowed(&row[Column(0)..Column(columns)]), wraps))
    }
}

/// Draws cells into a span, from the left.
pub(super) fn draw_cells(cells: &[GridCell], brush: &mut Brush<'_>, span: &mut RowSpan<'_>) {
    let mut rest = cells;
    while let Some((cell, after)) = rest.split_first() {
        let style = brush.style(cell);
        let run = rest.iter().take_while(|next| brush.paints(next)).count();
        if run > 0 {
            let (alike, after) = rest.split_at(run);
            span.push_run(alike.iter().map(|cell| printable(cell.c)), style);
            rest = after;
            continue;
        }
        rest = after;
        let tail = after
            .first()
            .is_some_and(|next| next.flags.contains(Flags::WIDE_CHAR_SPACER));
        let fits = match cell.flags.contains(Flags::WIDE_CHAR) {
            true if tail => {
                rest = after.get(1..).unwrap_or_default();
                let marks = cell.zerowidth().unwrap_or_default();
                let cluster: String = std::iter::once(&cell.c).chain(marks).collect();
                span.push_cluster(&cluster, 2, style)
            }
            // Half a character is never shown.
            true => span.push_cell(Cell::blank(style)),
            false => span.push_cell(Cell::narrow(printable(cell.c), style)),
        };
        if !fits {
            break;
        }
        if cell.extra.is_some() {
            let wide = cell.flags.contains(Flags::WIDE_CHAR);
            for mark in cell.zerowidth().into_iter().flatten().filter(|_| !wide) {
                span.join(*mark);
            }
            if let Some(link) = brush.link(cell) {
                span.link(link);
            }
        }
    }
}

/// The engine keeps a tab in the first cell it jumped over.
pub(super) fn printable(character: char) -> char {
    match character {
        '\t' => ' ',
        other => other,
    }
}

/// Turns the engine's attributes into ours, remembering the last, since neighbours are alike.
pub(super) struct Brush<'a> {
    /// Colours the program redefined.
    colors: Option<&'a Colors>,
    last: (ansi::Color, ansi::Color, Flags),
    style: Style,
    link: Option<(Hyperlink, Option<Link>)>,
}

impl<'a> Brush<'a> {
    /// Paints with the colours a program redefined, if it did.
    pub(super) fn new(colors: Option<&'a Colors>) -> Brush<'a> {
        let blank = GridCell::default();
        let mut brush = Brush {
            colors,
            last: (blank.fg, blank.bg, blank.flags),
            style: Style::PLAIN,
            link: None,
        };
        brush.style = brush.mix(&blank);
        brush
    }

    /// Whether the cell is one character in the style just mixed, and nothing else.
    fn paints(&self, cell: &GridCell) -> bool {
        const WIDE: Flags = Flags::WIDE_CHAR.union(Flags::WIDE_CHAR_SPACER);
        let (fg, bg, flags) = self.last;
        cell.extra.is_none()
            && cell.flags.difference(LAYOUT.difference(WIDE)) == flags
            && cell.fg == fg
            && cell.bg == bg
    }

    fn style(&mut self, cell: &GridCell) -> Style {
        let flags = cell.flags.difference(LAYOUT);
        if self.last != (cell.fg, cell.bg, flags) {
            self.last = (cell.fg, cell.bg, flags);
            self.style = self.mix(cell);
        }
        match cell.underline_color() {
            None => self.style,
            Some(underline) => Style {
                underline: self.color(underline),
                ..self.style
            },
        }
    }

    fn mix(&self, cell: &GridCell) -> Style {
        Style {
            fg: self.color(cell.fg),
            bg: self.color(cell.bg),
            underline: Color::DEFAULT,
            attrs: attrs(cell.flags),
        }
    }

    /// Colours the program redefined are shown as it defined them.
    fn color(&self, color: ansi::Color) -> Color {
        if let Some(colors) = self.colors {
            let slot = match color {
                ansi::Color::Indexed(index) => Some(usize::from(index)),
                ansi::Color::Named(name) => Some(name as usize),
                ansi::Color::Spec(_) => None,
            };
            if let Some(own) = slot.and_then(|slot| colors[slot]) {
                return Color::rgb(own.r, own.g, own.b);
            }
        }
        color::to_draw(color)
    }

    fn link(&mut self, cell: &GridCell) -> Option<Link> {
        let shown = cell.hyperlink()?;
        match &self.link {
            Some((last, link)) if *last == shown => link.clone(),
            _ => {
                let link = Link::new(shown.id(), shown.uri());
                self.link = Some((shown, link.clone()));
                link
            }
        }
    }
}

fn attrs(flags: Flags) -> Attrs {
    const PAIRS: [(Flags, Attrs); 8] = [
        (Flags::BOLD, Attrs::BOLD),
        (Flags::DIM, Attrs::DIM),
        (Flags::ITALIC, Attrs::ITALIC),
        (BLINK, Attrs::BLINK),
        (Flags::INVERSE, Attrs::INVERSE),
        (Flags::HIDDEN, Attrs::HIDDEN),
        (Flags::STRIKEOUT, Attrs::STRIKE),
        (OVERLINE, Attrs::OVERLINE),
    ];
    let chosen = PAIRS.iter().filter(|(flag, _)| flags.contains(*flag));
    let attrs = chosen.fold(Attrs::NONE, |attrs, (_, attr)| attrs | *attr);
    attrs.with_underline(sgr::underline_of(flags))
}
