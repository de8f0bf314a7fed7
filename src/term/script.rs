//! A screen as the bytes of a program that would bring it about.
//!
//! That is the form in which a screen goes from one server process to the next: text, colours, modes
//! and cursor are written as the sequences that make them, so that any release reads what any other
//! has written, whatever either keeps inside. [`Screen::script`] writes it; a new screen of the same
//! size that is fed with it shows the same, has the same history, and takes what the program writes
//! next in the same way, in the middle of a sequence as well. Left out are a redefinition of what REP
//! repeats and the numbers of changes.

use alacritty_terminal::grid::{Cursor as GridCursor, Dimensions, Grid};
use alacritty_terminal::index::{Column, Line, Point};
use alacritty_terminal::term::TermMode;
use alacritty_terminal::term::cell::{Cell, Flags, Hyperlink};
use alacritty_terminal::term::color::COUNT;

use super::cluster;
use super::color::{self, FOREGROUND, Rgb};
use super::engine::{Engine, KeyboardStack, LEVEL};
use super::marks::Marks;
use super::modes::MouseEncoding;
use super::pack;
use super::rows::printable;
use super::screen::Screen;
use super::sgr::{self, PROTECTED};
use super::switches::{self, mode};
use crate::model::geometry::Size;

impl Screen {
    /// The bytes that bring a new screen of this size to where this one is.
    ///
    /// Looking at the main screen behind the alternate one takes turning to it for a moment, hence the
    /// `&mut`; afterwards everything is as before.
    pub fn script(&mut self) -> Vec<u8> {
        let mut writer = Writer::default();
        self.guarded(|screen| screen.engine.script(&mut writer));
        writer.out.extend_from_slice(self.held());
        writer.out.extend_from_slice(&self.parser.unfinished());
        writer.out
    }

    /// A screen brought about by a script. What it would answer and tell is dropped: that has been
    /// answered and told.
    pub fn from_script(size: Size, history_lines: usize, script: &[u8]) -> Screen {
        let mut screen = Screen::new(size, history_lines);
        screen.feed(script);
        drop(screen.take_replies());
        drop(screen.take_events());
        screen
    }
}

/// What has been written, and the pen at its end.
#[derive(Default)]
struct Writer {
    out: Vec<u8>,
    pen: Cell,
    link: Option<Hyperlink>,
    /// The last column of the row above was left for a wide character.
    padded: bool,
}

impl Writer {
    fn put(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    /// Takes the looks of a cell.
    fn look(&mut self, cell: &Cell) {
        let flags = cell.flags.difference(pack::LAYOUT);
        let same = cell.fg == self.pen.fg
            && cell.bg == self.pen.bg
            && flags == self.pen.flags
            && cell.underline_color() == self.pen.underline_color();
        if !same {
            let protected = flags.contains(PROTECTED);
            if protected != self.pen.flags.contains(PROTECTED) {
                self.put(&format!("\x1b[{}\"q", u8::from(protected)));
            }
            self.pen.fg = cell.fg;
            self.pen.bg = cell.bg;
            self.pen.flags = flags;
            self.pen.set_underline_color(cell.underline_color());
            let report = sgr::report(&self.pen);
            self.put("\x1b[");
            self.put(&report);
        }
        let link = cell.hyperlink();
        if link != self.link {
            match &link {
                Some(link) => {
                    let text = format!("\x1b]8;id={};{}\x1b\\", link.id(), link.uri());
                    self.put(&text);
                }
                None => self.put("\x1b]8;;\x1b\\"),
            }
            self.link = link;
        }
    }

    fn cells(&mut self, cells: &[Cell]) {
        const SECOND: Flags = Flags::WIDE_CHAR_SPACER.union(Flags::LEADING_WIDE_CHAR_SPACER);
        let wide = |cell: &Cell| cell.flags.contains(Flags::WIDE_CHAR);
        if std::mem::take(&mut self.padded) && !cells.first().is_some_and(wide) {
            // That character is gone by now, and the column is still there.
            self.look(&Cell::default());
            self.put(" ");
        }
        for cell in cells {
            if cell.flags.intersects(SECOND) {
                continue;
            }
            self.look(cell);
            if cluster::may_continue(cell.c) {
                // It has a cell of its own: something stood between it and the one before.
                let report = sgr::report(&self.pen);
                self.put(&format!("\x1b[{report}"));
            }
            let narrow = cluster::is_left_narrow(cell);
            if narrow {
                self.put("\x1b[?2027l");
            }
            let mut buffer = [0; 4];
            self.put(printable(cell.c).encode_utf8(&mut buffer));
            for mark in cell.zerowidth().into_iter().flatten() {
                self.put(mark.encode_utf8(&mut buffer));
            }
            if narrow {
                self.put("\x1b[?2027h");
            }
        }
    }

    /// Ends a row: a plain pen, so that what scrolls in is plain.
    fn end_row(&mut self) {
        self.look(&Cell::default());
        self.put("\r\n");
    }

    fn marks(&mut self, marks: Marks) {
        for (mark, name) in [
            (Marks::END, 'D'),
            (Marks::PROMPT, 'A'),
            (Marks::OUTPUT, 'C'),
        ] {
            if marks.intersects(mark) {
                self.put(&format!("\x1b]133;{name}\x1b\\"));
            }
        }
    }

    fn marks_after(&mut self, marks: Marks) {
        if marks.intersects(Marks::END_INSIDE) {
            self.put("\x1b]133;D\x1b\\");
        }
    }

    /// The rows of a grid from the cursor on, which stands at the beginning of the first.
    fn rows(&mut self, grid: &Grid<Cell>, mut continues: bool, marks: impl Fn(usize) -> Marks) {
        let last = grid.screen_lines() - 1;
        for line in 0..=last {
            let row = &grid[Line(line as i32)];
            let cells = &row[Column(0)..Column(row.len())];
            let wraps = wraps(cells);
            if !continues {
                self.marks(marks(line));
            }
            let used = match wraps {
                true => cells.len(),
                // A row that is continued into must be there, if only with a blank.
                false => used(cells).max(usize::from(continues)),
            };
            self.cells(cells.get(..used).unwrap_or(cells));
            self.padded = wraps && padded(cells);
            self.marks_after(marks(line));
            if !wraps && line < last {
                self.end_row();
            }
            continues = wraps;
        }
    }

    /// Goes to a cell; `origin` is the one that is called 1;1.
    fn place(&mut self, point: Point, origin: (usize, usize)) {
        let line = usize::try_from(point.line.0).unwrap_or(0);
        let (line, column) = (
            line.saturating_sub(origin.0) + 1,
            point.column.0.saturating_sub(origin.1) + 1,
        );
        self.put(&format!("\x1b[{line};{column}H"));
    }

    /// Puts a cursor in its place, which rows are counted to from `origin`, with its pen and character
    /// sets.
    fn cursor(&mut self, grid: &Grid<Cell>, cursor: &GridCursor<Cell>, origin: (usize, usize)) {
        // Cells hold what is shown, not what was sent.
        self.put("\x1b(B\x1b)B\x1b*B\x1b+B\x0f");
        let mut point = cursor.point;
        point.line.0 = point.line.0.clamp(0, grid.screen_lines() as i32 - 1);
        point.column.0 = point.column.0.min(grid.columns() - 1);
        if cursor.input_needs_wrap && point.column.0 + 1 == grid.columns() {
            self.last_cell(grid, point, origin);
        } else {
            self.place(point, origin);
        }
        self.look(&cursor.template);
    }

    /// Prints what is in the last column once more, which leaves the cursor waiting to wrap.
    fn last_cell(&mut self, grid: &Grid<Cell>, point: Point, origin: (usize, usize)) {
        let row = &grid[point.line];
        let wide = row[point.column].flags.contains(Flags::WIDE_CHAR_SPACER);
        let start = point.column.0.saturating_sub(usize::from(wide));
        self.place(Point::new(point.line, Column(start)), origin);
        self.cells(&row[Column(start)..Column(row.len())]);
    }

    fn keyboard(&mut self, stack: &KeyboardStack) {
        let (bottom, others) = stack.flags();
        self.put(&format!("\x1b[={bottom}u"));
        for flags in others {
            self.put(&format!("\x1b[>{flags}u"));
        }
    }
}

/// Whether the next row continues this one.
fn wraps(cells: &[Cell]) -> bool {
    let last = cells.last();
    last.is_some_and(|cell| cell.flags.contains(Flags::WRAPLINE))
}

/// Whether a row leaves its last column to a wide character in the next.
fn padded(cells: &[Cell]) -> bool {
    let last = cells.last();
    last.is_some_and(|cell| cell.flags.contains(Flags::LEADING_WIDE_CHAR_SPACER))
}

/// Columns up to the last that is not a plain blank.
fn used(cells: &[Cell]) -> usize {
    let plain = Cell::default();
    let blank = |cell: &Cell| {
        cell.c == ' '
            && cell.fg == plain.fg
            && cell.bg == plain.bg
            && cell.flags.is_empty()
            && cell.extra.is_none()
    };
    let last = cells.iter().rposition(|cell| !blank(cell));
    last.map_or(0, |last| last + 1)
}

impl Engine {
    fn script(&mut self, to: &mut Writer) {
        let alternate = self.has(TermMode::ALT_SCREEN);
        if self.level != LEVEL {
            to.put(&format!("\x1b[{}\"p", self.level));
        }
        if !alternate && !self.keyboard_of(true).is_fresh() {
            to.put("\x1b[?47h");
            to.keyboard(self.keyboard_of(true));
            to.put("\x1b[?47l");
        }
        let continues = self.script_history(to);
        if alternate {
            let shown = self.term.grid().clone();
            self.term.swap_alt();
            let main = self.term.grid();
            to.rows(main, continues, |line| self.row_marks(line));
            self.script_saved(to, 0, 0);
            to.cursor(main, &main.cursor, (0, 0));
            to.keyboard(self.keyboard_of(false));
            self.term.swap_alt();
            *self.term.grid_mut() = shown;
            to.put("\x1b[?47h");
            to.look(&Cell::default());
            to.put("\x1b(B\x1b)B\x1b*B\x1b+B\x0f\x1b[H");
            to.rows(self.term.grid(), false, |_| Marks::NONE);
            to.keyboard(self.keyboard_of(true));
        } else {
            to.rows(self.term.grid(), continues, |line| self.row_marks(line));
            to.keyboard(self.keyboard_of(false));
        }
        self.script_rest(to);
    }

    fn row_marks(&self, line: usize) -> Marks {
        self.marks.of(self.history.pushed() + line as u64)
    }

    /// Writes the history; whether the first row of the screen continues it.
    fn script_history(&self, to: &mut Writer) -> bool {
        let mut continues = false;
        for block in (0..self.history.blocks()).filter_map(|at| self.history.block(at)) {
            for index in block.places() {
                let Some(line) = block.get(index) else {
                    continue;
                };
                let cells = pack::decode(block.bytes_of(index));
                if !continues {
                    to.marks(line.marks);
                }
                let blank = [Cell::default()];
                match continues && cells.is_empty() {
                    true => to.cells(&blank),
                    false => to.cells(&cells),
                }
                to.padded = line.open && line.padded;
                to.marks_after(line.marks);
                if !line.open {
                    to.end_row();
                }
                continues = line.open;
            }
        }
        continues
    }

    /// Title, colours, tab stops, modes, region, cursors.
    fn script_rest(&self, to: &mut Writer) {
        for title in self.titles() {
            to.put(&format!("\x1b]2;{title}\x1b\\\x1b[22t"));
        }
        to.put(&format!("\x1b]2;{}\x1b\\", self.title));
        self.script_colors(to);
        self.script_tab_stops(to);
        let (top, bottom) = (self.region.start + 1, self.region.end);
        to.put(&format!("\x1b[{top};{bottom}r"));
        self.script_saved(
            to,
            usize::from(self.has(TermMode::ALT_SCREEN)),
            self.region.start,
        );
        to.put(&switches::changed(self));
        if self.own.is(mode::MARGINS) {
            let (left, right) = (self.margins.start + 1, self.margins.end);
            to.put(&format!("\x1b[{left};{right}s"));
        }
        let encoding = match self.mouse_encoding {
            MouseEncoding::X10 => "",
            MouseEncoding::Utf8 => "\x1b[?1005h",
            MouseEncoding::Sgr => "\x1b[?1006h",
            MouseEncoding::Urxvt => "\x1b[?1015h",
        };
        to.put(encoding);
        if self.other_keys > 0 {
            to.put(&format!("\x1b[>4;{}m", self.other_keys));
        }
        if self.has(TermMode::APP_KEYPAD) {
            to.put("\x1b=");
        }
        to.put(&format!("\x1b[{} q", self.cursor_style_code()));
        let origin = match self.has(TermMode::ORIGIN) {
            true => {
                to.put("\x1b[?6h");
                (self.region.start, self.margins.start)
            }
            false => (0, 0),
        };
        let grid = self.term.grid();
        to.cursor(grid, &grid.cursor, origin);
        to.put(&self.charsets.script());
        if self.iso_protection {
            let protected = self.pen().flags.contains(PROTECTED);
            to.put(if protected { "\x1bV" } else { "\x1bW" });
        }
        if self.exact_rectangles {
            to.put("\x1b[2*x");
        }
        if self.checksum != 0 {
            to.put(&format!("\x1b[{}#y", self.checksum));
        }
        if self.has(TermMode::INSERT) {
            to.put("\x1b[4h");
        }
    }

    /// The cursor saved on the main screen (slot 0) or the alternate one, while nothing is set that
    /// moves places; `top` is the first row of the scroll region.
    fn script_saved(&self, to: &mut Writer, slot: usize, top: usize) {
        let Some(saved) = &self.saved[slot] else {
            return;
        };
        let origin = match saved.origin {
            true => (top, 0),
            false => (0, 0),
        };
        if saved.origin {
            to.put("\x1b[?6h");
        }
        to.cursor(self.term.grid(), &saved.cursor, origin);
        to.put(&saved.charsets.script());
        to.put("\x1b7");
        if saved.origin {
            to.put("\x1b[?6l");
        }
    }

    fn script_colors(&self, to: &mut Writer) {
        if !self.recolored {
            return;
        }
        for slot in 0..COUNT {
            let Some(own) = self.term.colors()[slot] else {
                continue;
            };
            let own = color::format(Rgb(own.r, own.g, own.b));
            match slot {
                0..256 => to.put(&format!("\x1b]4;{slot};{own}\x1b\\")),
                FOREGROUND..259 => to.put(&format!("\x1b]{};{own}\x1b\\", slot - FOREGROUND + 10)),
                _ => {}
            }
        }
    }

    /// Where tabs stop, if not at every eighth column. The engine tells only by moving there.
    fn script_tab_stops(&self, to: &mut Writer) {
        let stops = || self.tabs.iter().enumerate().filter(|(_, stop)| **stop);
        let columns = stops().map(|(column, _)| column);
        if columns.eq((0..self.tabs.len()).step_by(8)) {
            return;
        }
        to.put("\x1b[3g");
        for (column, _) in stops() {
            to.put(&format!("\x1b[{}G\x1bH", column + 1));
        }
    }
}
