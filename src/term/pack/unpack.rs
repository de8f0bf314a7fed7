//! From bytes back to cells.

use alacritty_terminal::term::cell::{Cell, Flags, Hyperlink};
use alacritty_terminal::vte::ansi::{Color, Rgb};

use super::{
    BACKGROUND, BLANKS, CLUSTER, FOREGROUND, HAS_BG, HAS_FG, HAS_FLAGS, HAS_UNDERLINE, LINK,
    NO_LINK, STYLE,
};
use crate::draw::text;

/// The cells of a packed line. Bytes that [`encode`] did not write end it early.
pub(in crate::term) fn decode(bytes: &[u8]) -> Vec<Cell> {
    let mut reader = Reader {
        bytes,
        pen: Cell::default(),
        cells: Vec::with_capacity(bytes.len() + 16),
    };
    while reader.step().is_some() {}
    reader.cells
}

/// Appends the text of a packed line, as UTF-8 without its looks.
pub(in crate::term) fn text(bytes: &[u8], out: &mut Vec<u8>) {
    let mut rest = bytes;
    while !rest.is_empty() {
        let plain = rest.iter().position(|byte| *byte >= CLUSTER);
        let (run, marked) = rest.split_at(plain.unwrap_or(rest.len()));
        out.extend_from_slice(run);
        let length = match marked {
            [BLANKS, count, ..] => {
                out.resize(out.len() + usize::from(*count), b' ');
                2
            }
            [NO_LINK, ..] => 1,
            [CLUSTER, ..] => 2,
            [LINK, after @ ..] => 1 + link_length(after),
            [STYLE, mask, after @ ..] => 2 + style_length(*mask, after),
            _ => return,
        };
        rest = marked.get(length..).unwrap_or_default();
    }
}

/// Bytes of a link's id and target with their lengths.
fn link_length(bytes: &[u8]) -> usize {
    let length = |at: usize| match bytes.get(at..at + 2) {
        Some(&[low, high]) => 2 + usize::from(u16::from_le_bytes([low, high])),
        _ => 2,
    };
    let id = length(0);
    id + length(id)
}

/// Bytes of a style after its mask.
fn style_length(mask: u8, bytes: &[u8]) -> usize {
    let mut length = 0;
    for part in [HAS_FG, HAS_BG, HAS_FLAGS, HAS_UNDERLINE] {
        if mask & part == 0 {
            continue;
        }
        length += match bytes.get(length) {
            _ if part == HAS_FLAGS => 2,
            Some(0) => 1,
            Some(1) => 2,
            _ => 4,
        };
    }
    length
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
            CLUSTER => {
                self.byte()?;
                self.cluster()?;
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

    /// Code points that make one wide character together.
    fn cluster(&mut self) -> Option<()> {
        let joined = self.byte()?;
        let first = self.code_point()?;
        let mut head = self.cell(first);
        head.flags.insert(Flags::WIDE_CHAR);
        for _ in 1..joined {
            head.push_zerowidth(self.code_point()?);
        }
        let mut tail = self.cell(' ');
        tail.flags.insert(Flags::WIDE_CHAR_SPACER);
        self.cells.extend([head, tail]);
        Some(())
    }

    fn code_point(&mut self) -> Option<char> {
        let length = match self.bytes.first()? {
            0..=0x7f => 1,
            0xc0..=0xdf => 2,
            0xe0..=0xef => 3,
            _ => 4,
        };
        std::str::from_utf8(self.take(length)?).ok()?.chars().next()
    }

    fn character(&mut self) -> Option<()> {
        let character = self.code_point()?;
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
