//! One cell, and the rare things that do not fit into it.

use std::sync::Arc;

use super::style::Style;
use super::text;

/// What the cell right of a wide character holds instead of a character.
const TAIL: u32 = 0x11_0000;

/// One column of one row: a character with its style, or the second half of a wide one.
///
/// Copied and compared as five integers. A cell that needs more than one code point, or that is
/// part of a link, has its extra flag set and an entry beside its row.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// A character that is neither a control character nor zero-width, or [`TAIL`].
    glyph: u32,
    wide: bool,
    pub(super) extra: bool,
    style: Style,
}

impl Cell {
    /// A space in the terminal's own colours.
    pub const BLANK: Cell = Cell::blank(Style::PLAIN);

    /// A space with `style`.
    pub const fn blank(style: Style) -> Cell {
        Cell {
            glyph: ' ' as u32,
            wide: false,
            extra: false,
            style,
        }
    }

    /// A character of one column; a character that cannot stand alone becomes U+FFFD.
    pub fn narrow(character: char, style: Style) -> Cell {
        // Nearly every cell is ASCII; the table is for the rest.
        let printable = matches!(character, ' '..='~')
            || (character > '\u{9f}' && text::char_width(character) == Some(1));
        Cell {
            glyph: if printable { character } else { '\u{fffd}' } as u32,
            ..Cell::blank(style)
        }
    }

    /// The left half of a character of two columns; another character becomes U+FFFD, narrow.
    pub(super) fn wide(character: char, style: Style) -> Cell {
        if text::char_width(character) == Some(2) {
            Cell {
                glyph: character as u32,
                wide: true,
                ..Cell::blank(style)
            }
        } else {
            Cell::narrow('\u{fffd}', style)
        }
    }

    /// A cell whose cluster of code points takes two columns although its first takes one.
    pub(super) fn widened(self) -> Cell {
        Cell { wide: true, ..self }
    }

    /// The right half of a wide character.
    pub(super) const fn tail(style: Style) -> Cell {
        Cell {
            glyph: TAIL,
            ..Cell::blank(style)
        }
    }

    /// The character, or the first one of a cluster; a space for the second half of a wide one.
    pub fn character(&self) -> char {
        char::from_u32(self.glyph).unwrap_or(' ')
    }

    /// Its look.
    pub const fn style(&self) -> Style {
        self.style
    }

    /// Whether a second half follows.
    pub const fn is_wide(&self) -> bool {
        self.wide
    }

    /// Whether it is the second half of the wide character to its left.
    pub const fn is_tail(&self) -> bool {
        self.glyph == TAIL
    }

    /// Whether it is one ASCII character and nothing else.
    pub(super) const fn is_plain_ascii(&self) -> bool {
        self.glyph < 0x80 && !self.extra && !self.wide
    }

    /// Whether it shows nothing but its background.
    pub(super) fn is_blank(&self) -> bool {
        self.glyph == ' ' as u32 && !self.extra && self.style.attrs.is_none()
    }

    pub(super) const fn with_style(self, style: Style) -> Cell {
        Cell { style, ..self }
    }
}

impl std::fmt::Debug for Cell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.is_tail() {
            true => f.write_str("tail"),
            false => write!(f, "{:?} {:?}", self.character(), self.style),
        }
    }
}

/// Where a piece of text leads when clicked (OSC 8). Cheap to clone and to compare.
#[derive(Debug, Clone, Eq)]
pub struct Link(Arc<(String, String)>);

impl Link {
    /// A link to `uri`; cells with equal `id` and `uri` belong together.
    ///
    /// `None` if either holds anything but printable ASCII, as OSC 8 demands.
    pub fn new(id: &str, uri: &str) -> Option<Link> {
        let plain = |text: &str| text.bytes().all(|byte| matches!(byte, b'!'..=b'~'));
        let id_fits = plain(id) && !id.contains([':', ';']);
        (id_fits && plain(uri) && !uri.is_empty())
            .then(|| Link(Arc::new((id.to_owned(), uri.to_owned()))))
    }

    /// The name that groups cells; may be empty.
    pub fn id(&self) -> &str {
        &self.0.0
    }

    /// The target.
    pub fn uri(&self) -> &str {
        &self.0.1
    }
}

impl PartialEq for Link {
    fn eq(&self, other: &Link) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

/// What a cell has beyond one character and a style.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Extra {
    /// The code points after the cell's character, in order; often empty.
    pub(super) marks: String,
    pub(super) link: Option<Link>,
}
