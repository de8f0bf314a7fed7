//! Cells as bytes and back.
//!
//! The form is UTF-8 with marks among it, at byte values UTF-8 never uses: a change of style, a
//! link, a run of blanks. It begins plain and without a link. The second halves of wide
//! characters are not written, for the character itself says that it is wide.

use alacritty_terminal::term::cell::{Cell, Flags, Hyperlink};
use alacritty_terminal::vte::ansi::{Color, NamedColor, Rgb};

use crate::draw::text;

pub(super) use unpack::{decode, text};

mod unpack;

/// A style follows: a byte saying which parts are not the default, then these.
const STYLE: u8 = 0xff;
/// A link follows: its id and target, each after its length in two bytes.
const LINK: u8 = 0xfe;
/// No link any more.
const NO_LINK: u8 = 0xfd;
/// A count of blanks follows.
const BLANKS: u8 = 0xfc;
/// A count of code points follows, then these: one wide character that no single one tells.
const CLUSTER: u8 = 0xfb;

/// From so many on, blanks are counted rather than written.
const LONG_BLANK: usize = 8;

const HAS_FG: u8 = 1;
const HAS_BG: u8 = 1 << 1;
const HAS_FLAGS: u8 = 1 << 2;
const HAS_UNDERLINE: u8 = 1 << 3;

const FOREGROUND: Color = Color::Named(NamedColor::Foreground);
const BACKGROUND: Color = Color::Named(NamedColor::Background);

/// Flags that say where text goes, not how it looks.
pub(super) const LAYOUT: Flags = Flags::WRAPLINE
    .union(Flags::WIDE_CHAR)
    .union(Flags::WIDE_CHAR_SPACER)
    .union(Flags::LEADING_WIDE_CHAR_SPACER);

/// Flags that a blank shows.
const VISIBLE_ON_BLANK: Flags = Flags::INVERSE
    .union(Flags::ALL_UNDERLINES)
    .union(Flags::STRIKEOUT);

/// What was packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Packed {
    /// Cells that decoding gives back.
    pub(super) columns: usize,
    /// Whether there are wide characters among them.
    pub(super) wide: bool,
    /// Whether the blank left for a wide character in the next row was left out.
    pub(super) padded: bool,
}

/// The look of a cell.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Look {
    fg: Color,
    bg: Color,
    flags: Flags,
    underline: Option<Color>,
}

impl Look {
    const PLAIN: Look = Look {
        fg: FOREGROUND,
        bg: BACKGROUND,
        flags: Flags::empty(),
        underline: None,
    };

    fn of(cell: &Cell) -> Look {
        Look {
            fg: cell.fg,
            bg: cell.bg,
            flags: cell.flags.difference(LAYOUT),
            underline: cell.underline_color(),
        }
    }
}

/// Appends a row to `out`. Blanks at its end go unless it is `full` (the next row continues it);
/// `after` is there if `out` ends in an earlier part of the same line, and says whether that was
/// padded.
pub(super) fn encode(row: &[Cell], full: bool, after: Option<bool>, out: &mut Vec<u8>) -> Packed {
    let cells = match full {
        true => without_padding(row),
        false => without_blank_end(row),
    };
    let mut writer = Writer {
        out,
        look: Look::PLAIN,
        link: None,
    };
    writer.out.reserve(cells.len() + 8);
    let mut packed = Packed {
        columns: cells.len(),
        wide: false,
        padded: cells.len() < row.len() && full,
    };
    if after.is_some() && !cells.is_empty() {
        writer.out.extend_from_slice(&[STYLE, 0, NO_LINK]);
        let wide = cells
            .first()
            .is_some_and(|cell| cell.flags.contains(Flags::WIDE_CHAR));
        if after == Some(true) && !wide {
            // The wide character that did not fit is gone, but not the column left for it.
            writer.out.push(b' ');
            packed.columns += 1;
        }
    }
    let mut rest = cells;
    while let Some((cell, after)) = rest.split_first() {
        writer.style(cell);
        let run = writer.simple_run(rest);
        if run > 0 {
            let (simple, after) = rest.split_at(run);
            writer.run(simple);
            rest = after;
            continue;
        }
        let blanks = writer.blank_run(rest);
        if blanks >= LONG_BLANK {
            writer.out.extend_from_slice(&[BLANKS, blanks as u8]);
            rest = rest.get(blanks..).unwrap_or_default();
            continue;
        }
        rest = after;
        if is_cluster(cell) {
            let tail = after
                .first()
                .is_some_and(|next| next.flags.contains(Flags::WIDE_CHAR_SPACER));
            if tail {
                packed.wide = true;
                writer.cluster(cell);
                rest = after.get(1..).unwrap_or_default();
            } else {
                writer.out.push(b' ');
            }
            continue;
        }
        if cell.c.is_ascii() {
            writer.run(std::slice::from_ref(cell));
        } else if cell.flags.contains(Flags::WIDE_CHAR) {
            let tail = after
                .first()
                .is_some_and(|next| next.flags.contains(Flags::WIDE_CHAR_SPACER));
            if tail {
                packed.wide = true;
                writer.character(cell.c);
                rest = after.get(1..).unwrap_or_default();
            } else {
                writer.out.push(b' ');
            }
        } else if cell.c < '\u{1100}' || text::char_width(cell.c) == Some(1) {
            // Nothing below U+1100 is wide.
            writer.character(cell.c);
        } else {
            writer.out.push(b' ');
        }
        if cell.extra.is_some() {
            for mark in cell.zerowidth().into_iter().flatten() {
                writer.character(*mark);
            }
        }
    }
    packed
}

/// Whether a cell is wide because of what was joined to its character, or holds more than marks.
fn is_cluster(cell: &Cell) -> bool {
    let marks = cell.zerowidth().unwrap_or_default();
    cell.flags.contains(Flags::WIDE_CHAR)
        && !marks.is_empty()
        && (text::char_width(cell.c) != Some(2)
            || marks.iter().any(|mark| text::char_width(*mark) != Some(0)))
}

/// A row that wrapped early for a wide character has a blank in its last column for that.
fn without_padding(row: &[Cell]) -> &[Cell] {
    match row.split_last() {
        Some((last, rest)) if last.flags.contains(Flags::LEADING_WIDE_CHAR_SPACER) => rest,
        _ => row,
    }
}

fn without_blank_end(row: &[Cell]) -> &[Cell] {
    let blank = |cell: &Cell| {
        matches!(cell.c, ' ' | '\t')
            && cell.bg == BACKGROUND
            && cell.extra.is_none()
            && !cell
                .flags
                .intersects(VISIBLE_ON_BLANK.union(Flags::WIDE_CHAR_SPACER))
    };
    let end = row.iter().rposition(|cell| !blank(cell));
    row.get(..end.map_or(0, |last| last + 1)).unwrap_or(row)
}

struct Writer<'a> {
    out: &'a mut Vec<u8>,
    look: Look,
    link: Option<Hyperlink>,
}

impl Writer<'_> {
    /// How many of the next cells are ASCII in the style just set, up to a long run of blanks.
    fn simple_run(&self, cells: &[Cell]) -> usize {
        let look = self.look;
        if look.underline.is_some() || self.link.is_some() {
            return 0;
        }
        let mut spaces = 0;
        for (index, cell) in cells.iter().enumerate() {
            let simple = cell.c.is_ascii()
                && cell.extra.is_none()
                && cell.flags.difference(LAYOUT) == look.flags
                && cell.fg == look.fg
                && cell.bg == look.bg;
            if !simple {
                return index;
            }
            spaces = if cell.c == ' ' { spaces + 1 } else { 0 };
            if spaces == LONG_BLANK {
                return index + 1 - LONG_BLANK;
            }
        }
        cells.len()
    }

    fn run(&mut self, simple: &[Cell]) {
        // A tab is the only control the engine keeps in a cell.
        self.out
            .extend(simple.iter().map(|cell| (cell.c as u8).max(b' ')));
    }

    /// How many of the next cells are blanks in the style just set, as many as one mark can say.
    fn blank_run(&self, cells: &[Cell]) -> usize {
        let look = self.look;
        let blank = |cell: &&Cell| {
            cell.c == ' '
                && cell.extra.is_none()
                && cell.flags.difference(LAYOUT) == look.flags
                && cell.fg == look.fg
                && cell.bg == look.bg
        };
        match look.underline.is_none() && self.link.is_none() {
            true => cells
                .iter()
                .take(usize::from(u8::MAX))
                .take_while(blank)
                .count(),
            false => 0,
        }
    }

    fn cluster(&mut self, cell: &Cell) {
        let marks = cell.zerowidth().unwrap_or_default();
        let most = usize::from(u8::MAX) - 1;
        let marks = marks.get(..most).unwrap_or(marks);
        self.out
            .extend_from_slice(&[CLUSTER, marks.len() as u8 + 1]);
        self.character(cell.c);
        marks.iter().for_each(|mark| self.character(*mark));
    }

    fn character(&mut self, character: char) {
        let mut buffer = [0; 4];
        // Copies of a known length need no call.
        match *character.encode_utf8(&mut buffer).as_bytes() {
            [a] => self.out.push(a),
            [a, b] => self.out.extend_from_slice(&[a, b]),
            [a, b, c] => self.out.extend_from_slice(&[a, b, c]),
            _ => self.out.extend_from_slice(&buffer),
        }
    }

    #[inline]
    fn style(&mut self, cell: &Cell) {
        let same = self.look.fg == cell.fg
            && self.look.bg == cell.bg
            && self.look.flags == cell.flags.difference(LAYOUT);
        let plain = cell.extra.is_none() && self.look.underline.is_none() && self.link.is_none();
        if !(same && plain) {
            self.change_style(cell);
        }
    }

    #[cold]
    fn change_style(&mut self, cell: &Cell) {
        let look = Look::of(cell);
        if look != self.look {
            self.look = look;
            self.put_look(look);
        }
        let link = cell.hyperlink();
        if link != self.link {
            match &link {
                None => self.out.push(NO_LINK),
                Some(link) => {
                    self.out.push(LINK);
                    self.put_text(link.id());
                    self.put_text(link.uri());
                }
            }
            self.link = link;
        }
    }

    fn put_look(&mut self, look: Look) {
        let parts = [
            (HAS_FG, look.fg != FOREGROUND),
            (HAS_BG, look.bg != BACKGROUND),
            (HAS_FLAGS, !look.flags.is_empty()),
            (HAS_UNDERLINE, look.underline.is_some()),
        ];
        let mask = parts
            .iter()
            .fold(0, |mask, (bit, on)| mask | if *on { *bit } else { 0 });
        self.out.extend_from_slice(&[STYLE, mask]);
        if mask & HAS_FG != 0 {
            self.put_color(look.fg);
        }
        if mask & HAS_BG != 0 {
            self.put_color(look.bg);
        }
        if mask & HAS_FLAGS != 0 {
            self.out.extend_from_slice(&look.flags.bits().to_le_bytes());
        }
        if let Some(underline) = look.underline {
            self.put_color(underline);
        }
    }

    fn put_color(&mut self, color: Color) {
        match color {
            Color::Indexed(index) => self.out.extend_from_slice(&[1, index]),
            Color::Spec(Rgb { r, g, b }) => self.out.extend_from_slice(&[2, r, g, b]),
            Color::Named(name) => match u8::try_from(name as usize) {
                Ok(index) => self.out.extend_from_slice(&[1, index]),
                Err(_) => self.out.push(0),
            },
        }
    }

    /// Texts are bounded long before they get here; what does not fit is no link.
    fn put_text(&mut self, text: &str) {
        let text = if text.len() > usize::from(u16::MAX) {
            ""
        } else {
            text
        };
        self.out
            .extend_from_slice(&(text.len() as u16).to_le_bytes());
        self.out.extend_from_slice(text.as_bytes());
    }
}

#[cfg(test)]
mod tests;
