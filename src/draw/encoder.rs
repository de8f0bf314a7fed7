//! From the difference of two pictures to the bytes that make one of the other.
//!
//! An encoder remembers what its terminal shows. A frame is only what has to change, in as few
//! bytes as is cheap to find out, and leaves the pen plain and the link closed, so that a frame
//! never depends on the middle of the one before. Whoever takes a frame must send all of it, or
//! call [`Encoder::invalidate`].

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::{Arc, Weak};

use super::caps::Caps;
use super::cell::Cell;
use super::image::{Image, PLACEHOLDER, stand_in};
use super::pen::{Pen, fit, push_number};
use super::sixel::Sixels;
use super::style::Style;
use super::surface::{Cursor, CursorShape, Extras, Surface, find_extra};
use crate::model::geometry::Size;

/// Erasing to the end of the line pays from this many blank columns on.
const MIN_ERASE: usize = 4;
/// So many unchanged cells are printed again rather than jumped over.
const MAX_REPRINT: u16 = 3;

/// One outer terminal, as far as drawing is concerned.
#[derive(Debug)]
pub struct Encoder {
    caps: Caps,
    /// What the terminal shows, if `known`.
    shadow: Surface,
    known: bool,
    shape: (CursorShape, bool),
    /// The images it was sent; one that nobody else knows any more is forgotten there too.
    sent: BTreeMap<u32, Weak<Image>>,
    /// Its images, if it wants them as sixels.
    sixels: Option<Sixels>,
}

impl Encoder {
    /// For a terminal of which nothing is known but what it understands.
    pub fn new(caps: Caps) -> Encoder {
        Encoder {
            caps,
            shadow: Surface::new(Size::new(0, 0)),
            known: false,
            shape: (CursorShape::Default, false),
            sent: BTreeMap::new(),
            sixels: None,
        }
    }

    /// The terminal draws sixels, its cells being of so many pixels. It may know nothing better.
    pub fn draw_sixels(&mut self, cell: (u16, u16)) {
        if !self.caps.images {
            self.sixels = Some(Sixels::new(cell));
            self.invalidate();
        }
    }

    /// This is by now known of what the terminal understands; whether it draws sixels is to be said
    /// again.
    pub fn learn(&mut self, caps: Caps) {
        self.caps = caps;
        self.sixels = None;
        self.invalidate();
    }

    /// What the terminal understands.
    pub fn caps(&self) -> Caps {
        self.caps
    }

    /// The terminal may show anything now (resumed, resized, a frame was lost): redraw all.
    pub fn invalidate(&mut self) {
        self.known = false;
    }

    /// Appends to `out` what brings the terminal from what it shows to `next`.
    ///
    /// Nothing is appended when nothing differs.
    pub fn frame(&mut self, next: &Surface, out: &mut Vec<u8>) {
        self.frame_rows(next, 0..next.size().rows, out);
    }

    /// The same, looking only at `rows`; others are taken to be unchanged. The cursor is always
    /// looked at, and every row is when the terminal's size or content is not known.
    pub fn frame_rows(
        &mut self,
        next: &Surface,
        rows: impl IntoIterator<Item = u16>,
        out: &mut Vec<u8>,
    ) {
        if self.caps.images {
            self.send_images(&next.images, out);
        }
        let start = out.len();
        if self.caps.sync {
            out.extend_from_slice(b"\x1b[?2026h");
        }
        if self.shadow.cursor.is_some() || !self.known {
            out.extend_from_slice(b"\x1b[?25l");
        }
        let body = out.len();
        let position = self.shadow.cursor.map(|cursor| Position {
            x: Some(cursor.x),
            y: cursor.y,
        });
        let mut frame = Frame {
            caps: self.caps,
            pen: Pen::default(),
            position: position.filter(|_| self.known),
            moved: false,
            blank_images: self.sixels.is_some(),
            printed_images: Vec::new(),
            out,
        };
        if !self.known || self.shadow.size() != next.size() {
            frame.out.extend_from_slice(b"\x1b[m\x1b[H\x1b[2J");
            frame.position = None;
            self.shadow.reset(next.size());
            self.known = true;
            if let Some(sixels) = &mut self.sixels {
                sixels.forget();
            }
            for y in 0..next.size().rows {
                frame.row(&mut self.shadow, next, y);
            }
        } else {
            for y in rows {
                frame.row(&mut self.shadow, next, y);
            }
        }
        frame.pen.set_link(None, &frame.caps, frame.out);
        frame.pen.set(Style::PLAIN, &frame.caps, frame.out);
        if let Some(sixels) = &mut self.sixels
            && sixels.draw(next, &frame.printed_images, frame.out)
        {
            frame.position = None;
            frame.moved = true;
        }
        let drawn = frame.out.len() > body;
        self.finish(frame, next, start, body, drawn);
    }

    /// Sends the images that are new, and has those forgotten that are gone.
    fn send_images(&mut self, images: &[Arc<Image>], out: &mut Vec<u8>) {
        self.sent.retain(|id, image| {
            let known = image.strong_count() > 0;
            if !known {
                Image::forget(*id, out);
            }
            known
        });
        for image in images {
            if let Entry::Vacant(entry) = self.sent.entry(image.id) {
                image.transmit(out);
                entry.insert(Arc::downgrade(image));
            }
        }
    }

    /// Appends what makes the terminal forget every image, before it is given back.
    pub fn forget_images(&mut self, out: &mut Vec<u8>) {
        for id in std::mem::take(&mut self.sent).into_keys() {
            Image::forget(id, out);
        }
    }

    /// Places the cursor and closes the frame, or takes back what was opened for nothing.
    fn finish(&mut self, frame: Frame<'_>, next: &Surface, start: usize, body: usize, drawn: bool) {
        let Frame {
            position,
            moved,
            out,
            ..
        } = frame;
        let wanted = next.cursor.map(|cursor| within(cursor, next.size()));
        let before = std::mem::replace(&mut self.shadow.cursor, wanted);
        let in_place = wanted.is_some_and(|cursor| {
            position.is_some_and(|at| at.y == cursor.y && at.x == Some(cursor.x))
        });
        // Without a jump there is nothing to flicker: typing costs what was typed.
        let plain = !moved && before.is_some() && in_place && self.shape == shape_of(wanted);
        if !drawn || plain {
            out.drain(start..body);
        }
        if plain {
            return;
        }
        if let Some(cursor) = wanted {
            if !in_place {
                move_absolute(cursor.x, cursor.y, out);
            }
            if self.shape != shape_of(wanted) {
                self.shape = shape_of(wanted);
                out.extend_from_slice(b"\x1b[");
                push_number(shape_code(self.shape), out);
                out.extend_from_slice(b" q");
            }
            if drawn || before.is_none() {
                out.extend_from_slice(b"\x1b[?25h");
            }
        } else if !drawn && before.is_some() {
            out.extend_from_slice(b"\x1b[?25l");
        }
        if drawn && self.caps.sync {
            out.extend_from_slice(b"\x1b[?2026l");
        }
    }
}

fn within(cursor: Cursor, size: Size) -> Cursor {
    Cursor {
        x: cursor.x.min(size.cols.saturating_sub(1)),
        y: cursor.y.min(size.rows.saturating_sub(1)),
        ..cursor
    }
}

fn shape_of(cursor: Option<Cursor>) -> (CursorShape, bool) {
    match cursor {
        Some(Cursor {
            shape, blinking, ..
        }) => (shape, blinking && shape != CursorShape::Default),
        None => (CursorShape::Default, false),
    }
}

fn shape_code((shape, blinking): (CursorShape, bool)) -> u16 {
    let steady = u16::from(!blinking);
    match shape {
        CursorShape::Default => 0,
        CursorShape::Block => 1 + steady,
        CursorShape::Underline => 3 + steady,
        CursorShape::Bar => 5 + steady,
    }
}

fn move_absolute(x: u16, y: u16, out: &mut Vec<u8>) {
    out.extend_from_slice(b"\x1b[");
    if (x, y) != (0, 0) {
        push_number(y + 1, out);
        if x > 0 {
            out.push(b';');
            push_number(x + 1, out);
        }
    }
    out.push(b'H');
}

/// Where the terminal's cursor is: the row for certain, the column unless the terminal may count
/// a cluster's columns differently or waits to wrap.
#[derive(Debug, Clone, Copy)]
struct Position {
    x: Option<u16>,
    y: u16,
}

/// A frame being written.
struct Frame<'a> {
    caps: Caps,
    pen: Pen,
    position: Option<Position>,
    /// Whether the cursor was sent anywhere but to the cell after the last one printed.
    moved: bool,
    /// Whether the cells of images are left blank, for pixels to be put over them.
    blank_images: bool,
    /// The rows in which such cells were printed, in order.
    printed_images: Vec<u16>,
    out: &'a mut Vec<u8>,
}

impl Frame<'_> {
    /// Draws the difference in row `y` and records it in `shadow`.
    fn row(&mut self, shadow: &mut Surface, next: &Surface, y: u16) {
        let (now, extras) = (next.row(y), next.extras(y));
        let (old, old_extras) = (shadow.row(y), shadow.extras(y));
        if now == old && (extras == old_extras) {
            return;
        }
        let differs =
            |x: usize| now[x] != old[x] || (now[x].extra && !same_extra(extras, old_extras, x));
        let blank_from = blank_tail(now, &self.caps);
        let mut x = 0;
        while x < now.len() {
            if !differs(x) {
                x += 1;
                continue;
            }
            if x >= blank_from && now.len() - x >= MIN_ERASE {
                self.erase_from(now[x], x as u16, y);
                break;
            }
            if now[x].is_tail() && x > 0 {
                x -= 1;
            }
            self.reach(now, x as u16, y);
            let end = match x < blank_from && now.len() - blank_from >= MIN_ERASE {
                true => blank_from,
                false => now.len(),
            };
            x += match self.print_run(&now[x..end], &old[x..end], x, now.len()) {
                0 => self.print(&now[x], extras, (x as u16, y), now.len()),
                run => run,
            };
        }
        shadow.copy_row(next, y);
    }

    fn erase_from(&mut self, cell: Cell, x: u16, y: u16) {
        self.move_to(x, y);
        self.pen.set_link(None, &self.caps, self.out);
        let style = fit(cell.style(), &self.caps);
        if !self.pen.erases_to(style) {
            self.pen.set(style, &self.caps, self.out);
        }
        self.out.extend_from_slice(b"\x1b[K");
    }

    /// Brings the cursor to column `x`, printing over a short gap if that is simple.
    fn reach(&mut self, row: &[Cell], x: u16, y: u16) {
        if let Some(Position { x: Some(at), y: on }) = self.position
            && on == y
            && at < x
            && x - at <= MAX_REPRINT
        {
            let gap = &row[usize::from(at)..usize::from(x)];
            let simple =
                |cell: &Cell| cell.is_plain_ascii() && self.pen.has(fit(cell.style(), &self.caps));
            if self.pen.is_unlinked() && gap.iter().all(simple) {
                self.out
                    .extend(gap.iter().map(|cell| cell.character() as u8));
                self.position = Some(Position { x: Some(x), y });
                return;
            }
        }
        self.move_to(x, y);
    }

    fn move_to(&mut self, x: u16, y: u16) {
        let same_row = self.position.filter(|at| at.y == y);
        match same_row.and_then(|at| at.x) {
            Some(at) if at == x => return,
            Some(at) if at < x => {
                self.out.extend_from_slice(b"\x1b[");
                if x - at > 1 {
                    push_number(x - at, self.out);
                }
                self.out.push(b'C');
            }
            _ if same_row.is_some() && x == 0 => self.out.push(b'\r'),
            _ if same_row.is_some() => {
                self.out.extend_from_slice(b"\x1b[");
                push_number(x + 1, self.out);
                self.out.push(b'G');
            }
            _ if x == 0 && self.position.is_some_and(|at| at.y + 1 == y) => {
                self.out.extend_from_slice(b"\r\n");
            }
            _ => move_absolute(x, y, self.out),
        }
        self.moved = true;
        self.position = Some(Position { x: Some(x), y });
    }

    /// Prints the changed ASCII cells in one style that come next; returns how many.
    fn print_run(&mut self, now: &[Cell], old: &[Cell], x: usize, cols: usize) -> usize {
        let Some(style) = now.first().map(Cell::style) else {
            return 0;
        };
        let alike = |(now, old): &(&Cell, &Cell)| {
            now.is_plain_ascii() && now.style() == style && now != old
        };
        let run = now.iter().zip(old).take_while(alike).count();
        if run == 0 {
            return 0;
        }
        self.pen.set_link(None, &self.caps, self.out);
        if !self.pen.has(style) {
            self.pen.set(fit(style, &self.caps), &self.caps, self.out);
        }
        self.out
            .extend(now[..run].iter().map(|cell| cell.character() as u8));
        if let Some(position) = &mut self.position {
            position.x = (x + run < cols).then_some((x + run) as u16);
        }
        run
    }

    /// Prints one cell at the cursor; returns the columns it takes.
    fn print(&mut self, cell: &Cell, extras: &Extras, (x, y): (u16, u16), cols: usize) -> usize {
        if cell.character() == PLACEHOLDER && !self.caps.images {
            return self.print_stand_in(cell, extras, (x, y), cols);
        }
        let style = cell.style();
        if !self.pen.has(style) {
            self.pen.set(fit(style, &self.caps), &self.caps, self.out);
        }
        let extra = match cell.extra {
            true => find_extra(extras, x),
            false => None,
        };
        self.pen.set_link(
            extra.and_then(|extra| extra.link.as_ref()),
            &self.caps,
            self.out,
        );
        let character = cell.character();
        if character.is_ascii() {
            self.out.push(character as u8);
        } else {
            let mut buffer = [0; 4];
            let bytes = character.encode_utf8(&mut buffer).as_bytes();
            self.out.extend_from_slice(bytes);
        }
        let marks = extra.map_or("", |extra| extra.marks.as_str());
        self.out.extend_from_slice(marks.as_bytes());
        let columns = if cell.is_wide() { 2 } else { 1 };
        // Terminals disagree on how wide emoji and clusters are, and at the last column the
        // cursor waits to wrap.
        let certain = marks.is_empty() && character < '\u{1f000}';
        let after = usize::from(x) + columns;
        if let Some(position) = &mut self.position {
            position.x = (certain && after < cols).then_some(after as u16);
        }
        columns
    }
}

impl Frame<'_> {
    /// Prints what stands for a cell of an image on a terminal that shows none.
    fn print_stand_in(
        &mut self,
        cell: &Cell,
        extras: &Extras,
        (x, y): (u16, u16),
        cols: usize,
    ) -> usize {
        let style = Style::PLAIN.bg(cell.style().bg);
        self.pen.set_link(None, &self.caps, self.out);
        self.pen.set(fit(style, &self.caps), &self.caps, self.out);
        let marks = find_extra(extras, x).map_or("", |extra| extra.marks.as_str());
        let mut buffer = [0; 4];
        let shown = match self.blank_images {
            true => ' ',
            false => stand_in(marks),
        };
        if self.blank_images && self.printed_images.last() != Some(&y) {
            self.printed_images.push(y);
        }
        let shown = shown.encode_utf8(&mut buffer);
        self.out.extend_from_slice(shown.as_bytes());
        if let Some(position) = &mut self.position {
            position.x = (usize::from(x) + 1 < cols).then_some(x + 1);
        }
        1
    }
}

fn same_extra(now: &Extras, old: &Extras, x: usize) -> bool {
    find_extra(now, x as u16) == find_extra(old, x as u16)
}

/// The column from which the row is blank in one style that erasing can leave behind.
fn blank_tail(row: &[Cell], caps: &Caps) -> usize {
    let Some(last) = row.last().filter(|cell| cell.is_blank()) else {
        return row.len();
    };
    if !caps.bce && caps.color(last.style().bg) != super::style::Color::DEFAULT {
        return row.len();
    }
    row.iter()
        .rposition(|cell| cell != last)
        .map_or(0, |before| before + 1)
}
