//! Cells as bytes and back.
//!
//! The form is UTF-8 with marks among it, at byte values UTF-8 never uses: a change of style, a
//! link, a run of blanks. It begins plain and without a link. The second halves of wide
//! characters are not written, for the character itself says that it is wide.

use alacritty_terminal::term::cell::{Cell, Flags, Hyperlink};
use alacritty_terminal::vte::ansi::{Color, NamedColor, Rgb};

use crate::draw::text;

/// A style follows: a byte saying which parts are not the default, then these.
const STYLE: u8 = 0xff;
/// A link follows: its id and target, each after its length in two bytes.
const LINK: u8 = 0xfe;
/// No link any more.
const NO_LINK: u8 = 0xfd;
/// A count of blanks follows.
const BLANKS: u8 = 0xfc;

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

/// The cells of a packed line. Bytes that [`encode`] did not write end it early.
pub(super) fn decode(bytes: &[u8]) -> Vec<Cell> {
    let mut reader = Reader {
        bytes,
        pen: Cell::default(),
        cells: Vec::with_capacity(bytes.len() + 16),
    };
    while reader.step().is_some() {}
    reader.cells
}

struct Reader<'a> {
    bytes: &'a [u8],
    /// The style of what follows.
    pen: Cell,
    cells: Vec<Cell>,
}

impl Reader<'_> {
    fn step(&mut self) -> Option<()> {
        let first = *self.bytes.first()?;
        match first {
            STYLE => {
                self.byte()?;
                self.style()?;
            }
            LINK => {
                self.byte()?;
                let (id, uri) = (self.text()?, self.text()?);
                self.pen.set_hyperlink(Some(Hyperlink::new(Some(id), uri)));
            }
            NO_LINK => {
                self.byte()?;
                self.pen.set_hyperlink(None);
            }
            BLANKS => {
                self.byte()?;
                let count = usize::from(self.byte()?);
                let blank = self.cell(' ');
                self.cells.extend(std::iter::repeat_n(blank, count));
            }
            0..=0x7f => {
                self.byte()?;
                let cell = self.cell(char::from(first));
                self.cells.push(cell);
            }
            _ => self.character()?,
        }
        Some(())
    }

    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*first)
    }

    fn take(&mut self, count: usize) -> Option<&[u8]> {
        let (taken, rest) = self.bytes.split_at_checked(count)?;
        self.bytes = rest;
        Some(taken)
    }

    fn cell(&self, c: char) -> Cell {
        Cell {
            c,
            ..self.pen.clone()
        }
    }

    fn character(&mut self) -> Option<()> {
        let length = match self.bytes.first()? {
            0xc0..=0xdf => 2,
            0xe0..=0xef => 3,
            _ => 4,
        };
        let character = std::str::from_utf8(self.take(length)?)
            .ok()?
            .chars()
            .next()?;
        match text::char_width(character) {
            Some(0) => {
                let half = Flags::WIDE_CHAR_SPACER;
                let mut cells = self.cells.iter_mut().rev();
                let base = cells.find(|cell| !cell.flags.contains(half))?;
                base.push_zerowidth(character);
            }
            Some(2) => {
                let mut head = self.cell(character);
                head.flags.insert(Flags::WIDE_CHAR);
                let mut tail = self.cell(' ');
                tail.flags.insert(Flags::WIDE_CHAR_SPACER);
                self.cells.extend([head, tail]);
            }
            _ => {
                let cell = self.cell(character);
                self.cells.push(cell);
            }
        }
        Some(())
    }

    fn style(&mut self) -> Option<()> {
        let mask = self.byte()?;
        self.pen.fg = self.color_if(mask & HAS_FG != 0)?.unwrap_or(FOREGROUND);
        self.pen.bg = self.color_if(mask & HAS_BG != 0)?.unwrap_or(BACKGROUND);
        self.pen.flags = match mask & HAS_FLAGS != 0 {
            true => Flags::from_bits_retain(u16::from_le_bytes([self.byte()?, self.byte()?])),
            false => Flags::empty(),
        };
        let underline = self.color_if(mask & HAS_UNDERLINE != 0)?;
        self.pen.set_underline_color(underline);
        Some(())
    }

    fn color_if(&mut self, present: bool) -> Option<Option<Color>> {
        if !present {
            return Some(None);
        }
        let color = match self.byte()? {
            0 => FOREGROUND,
            1 => Color::Indexed(self.byte()?),
            _ => Color::Spec(Rgb {
                r: self.byte()?,
                g: self.byte()?,
                b: self.byte()?,
            }),
        };
        Some(Some(color))
    }

    fn text(&mut self) -> Option<String> {
        let length = u16::from_le_bytes([self.byte()?, self.byte()?]);
        let text = self.take(usize::from(length))?;
        String::from_utf8(text.to_vec()).ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(cells: &[Cell]) {
        let mut bytes = Vec::new();
        let packed = encode(cells, true, None, &mut bytes);
        let decoded = decode(&bytes);
        assert_eq!(packed.columns, decoded.len());
        assert_eq!(decoded, cells);
    }

    fn any_color(default: Color) -> impl Strategy<Value = Color> {
        prop_oneof![
            3 => Just(default),
            1 => any::<u8>().prop_map(Color::Indexed),
            1 => any::<(u8, u8, u8)>().prop_map(|(r, g, b)| Color::Spec(Rgb { r, g, b })),
        ]
    }

    fn any_cells() -> impl Strategy<Value = Vec<Cell>> {
        let character = prop_oneof![
            5 => proptest::char::range(' ', '~'),
            3 => Just(' '),
            2 => proptest::sample::select(vec!['é', '─', '日', '👩']),
        ];
        let cell = (
            character,
            any_color(FOREGROUND),
            any_color(BACKGROUND),
            prop_oneof![3 => Just(0u16), 1 => any::<u16>()],
            proptest::option::weighted(0.1, any_color(Color::Indexed(1))),
            proptest::collection::vec(Just('\u{301}'), 0..2),
            proptest::option::weighted(0.2, "[a-z]{0,3}"),
        );
        let cell = cell.prop_map(|(c, fg, bg, bits, underline, marks, link)| {
            let mut cell = Cell {
                c,
                fg,
                bg,
                flags: Flags::from_bits_retain(bits).difference(LAYOUT),
                extra: None,
            };
            if let Some(underline) = underline {
                cell.set_underline_color(Some(underline));
            }
            if let Some(id) = link {
                let link = Hyperlink::new(Some(id), "http://x".to_owned());
                cell.set_hyperlink(Some(link));
            }
            let mut tail = cell.clone();
            marks.into_iter().for_each(|mark| cell.push_zerowidth(mark));
            if text::char_width(c) != Some(2) {
                return vec![cell];
            }
            cell.flags.insert(Flags::WIDE_CHAR);
            tail.c = ' ';
            tail.flags.insert(Flags::WIDE_CHAR_SPACER);
            vec![cell, tail]
        });
        let run = (cell, 1usize..5).prop_map(|(cell, count)| vec![cell; count].concat());
        proptest::collection::vec(run, 0..20).prop_map(|runs| runs.concat())
    }

    #[test]
    fn long_blanks_are_short() {
        let cells = vec![Cell::default(); 1000];
        check(&cells);
        let mut bytes = Vec::new();
        encode(&cells, true, None, &mut bytes);
        assert!(bytes.len() <= 12, "{} bytes", bytes.len());
        assert_eq!(encode(&cells, false, None, &mut bytes).columns, 0);
    }

    #[test]
    fn halves_of_wide_characters_become_blanks() {
        let cell = |c, flags| Cell {
            c,
            flags,
            ..Cell::default()
        };
        let mut bytes = Vec::new();
        let broken = [
            cell(' ', Flags::WIDE_CHAR_SPACER),
            cell('日', Flags::WIDE_CHAR),
            cell('x', Flags::empty()),
            cell('日', Flags::empty()),
        ];
        let packed = encode(&broken, true, None, &mut bytes);
        let text: String = decode(&bytes).iter().map(|cell| cell.c).collect();
        assert_eq!((packed.columns, text.as_str()), (4, "  x "));
    }

    proptest! {
        #[test]
        fn cells_come_back_as_they_were(cells in any_cells()) {
            check(&cells);
        }

        #[test]
        fn parts_of_a_line_join(first in any_cells(), second in any_cells()) {
            let mut bytes = Vec::new();
            encode(&first, true, None, &mut bytes);
            encode(&second, true, Some(false), &mut bytes);
            prop_assert_eq!(decode(&bytes), [first, second].concat());
        }

        #[test]
        fn foreign_bytes_do_no_harm(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            decode(&bytes);
        }
    }
}
