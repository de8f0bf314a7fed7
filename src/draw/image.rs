//! Images between text.
//!
//! An image is shown by cells: each holds a placeholder character whose marks name a row and a
//! column of the image and whose colour is the image's number. That is kitty's own way for hosts
//! like us, so images scroll, wrap, are covered and are redrawn as text is, with nothing else to
//! keep. A terminal that knows it is sent the pixels once and fills the cells in; on one that knows
//! sixels they are printed over the cells (see `sixel.rs`); on any other the cells read `[image]`.

use std::sync::Arc;

use super::style::Color;

/// What an image's cells hold.
pub(crate) const PLACEHOLDER: char = '\u{10eeee}';
/// The bytes of pixels in one sequence, as kitty wants them cut.
const CHUNK: usize = 4096;
/// What stands in the first cells of an image on a terminal without images.
pub(super) const LABEL: &str = "[image]";

/// The marks that number rows and columns, as first and last of each run (kitty's table).
#[rustfmt::skip]
const MARKS: [(u32, u32); 86] = [
    (0x305, 0x305), (0x30d, 0x30e), (0x310, 0x310), (0x312, 0x312), (0x33d, 0x33f),
    (0x346, 0x346), (0x34a, 0x34c), (0x350, 0x352), (0x357, 0x357), (0x35b, 0x35b),
    (0x363, 0x36f), (0x483, 0x487), (0x592, 0x595), (0x597, 0x599), (0x59c, 0x5a1),
    (0x5a8, 0x5a9), (0x5ab, 0x5ac), (0x5af, 0x5af), (0x5c4, 0x5c4), (0x610, 0x617),
    (0x657, 0x65b), (0x65d, 0x65e), (0x6d6, 0x6dc), (0x6df, 0x6e2), (0x6e4, 0x6e4),
    (0x6e7, 0x6e8), (0x6eb, 0x6ec), (0x730, 0x730), (0x732, 0x733), (0x735, 0x736),
    (0x73a, 0x73a), (0x73d, 0x73d), (0x73f, 0x741), (0x743, 0x743), (0x745, 0x745),
    (0x747, 0x747), (0x749, 0x74a), (0x7eb, 0x7f1), (0x7f3, 0x7f3), (0x816, 0x819),
    (0x81b, 0x823), (0x825, 0x827), (0x829, 0x82d), (0x951, 0x951), (0x953, 0x954),
    (0xf82, 0xf83), (0xf86, 0xf87), (0x135d, 0x135f), (0x17dd, 0x17dd), (0x193a, 0x193a),
    (0x1a17, 0x1a17), (0x1a75, 0x1a7c), (0x1b6b, 0x1b6b), (0x1b6d, 0x1b73), (0x1cd0, 0x1cd2),
    (0x1cda, 0x1cdb), (0x1ce0, 0x1ce0), (0x1dc0, 0x1dc1), (0x1dc3, 0x1dc9), (0x1dcb, 0x1dcc),
    (0x1dd1, 0x1de6), (0x1dfe, 0x1dfe), (0x20d0, 0x20d1), (0x20d4, 0x20d7), (0x20db, 0x20dc),
    (0x20e1, 0x20e1), (0x20e7, 0x20e7), (0x20e9, 0x20e9), (0x20f0, 0x20f0), (0x2cef, 0x2cf1),
    (0x2de0, 0x2dff), (0xa66f, 0xa66f), (0xa67c, 0xa67d), (0xa6f0, 0xa6f1), (0xa8e0, 0xa8f1),
    (0xaab0, 0xaab0), (0xaab2, 0xaab3), (0xaab7, 0xaab8), (0xaabe, 0xaabf), (0xaac1, 0xaac1),
    (0xfe20, 0xfe26), (0x10a0f, 0x10a0f), (0x10a38, 0x10a38), (0x1d185, 0x1d189), (0x1d1aa, 0x1d1ad),
    (0x1d242, 0x1d244),
];

/// How pixels are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PixelFormat {
    /// Red, green, blue.
    Rgb,
    /// And how opaque.
    Rgba,
    /// A PNG file.
    Png,
}

impl PixelFormat {
    /// The number the protocol has for it.
    const fn code(self) -> u8 {
        match self {
            PixelFormat::Rgb => 24,
            PixelFormat::Rgba => 32,
            PixelFormat::Png => 100,
        }
    }
}

/// A picture, as it came.
#[derive(Debug, PartialEq, Eq)]
pub struct Pixels {
    /// How they are written.
    pub format: PixelFormat,
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Whether they are compressed (RFC 1950).
    pub zipped: bool,
    /// In base64, and nothing that is not.
    pub data: Vec<u8>,
}

/// A picture in so many cells.
#[derive(Debug, PartialEq, Eq)]
pub struct Image {
    /// Its number on every terminal, of 24 bits and not 0.
    pub id: u32,
    /// Its width in cells.
    pub columns: u16,
    /// Its height in cells.
    pub rows: u16,
    /// The picture.
    pub pixels: Arc<Pixels>,
}

impl Image {
    /// The most rows and columns there are marks for.
    pub const MOST: u16 = 297;

    /// The colour that says which image a cell is part of.
    pub const fn color(id: u32) -> Color {
        Color::rgb((id >> 16) as u8, (id >> 8) as u8, id as u8)
    }

    /// Appends what tells a terminal of it.
    pub(super) fn transmit(&self, out: &mut Vec<u8>) {
        let Pixels {
            format,
            width,
            height,
            zipped,
            data,
        } = &*self.pixels;
        let zip = if *zipped { ",o=z" } else { "" };
        let head = format!(
            "a=T,U=1,q=2,i={},c={},r={},f={},s={width},v={height}{zip},",
            self.id,
            self.columns,
            self.rows,
            format.code(),
        );
        let mut head = head.as_str();
        let mut chunks = data.chunks(CHUNK).peekable();
        while let Some(chunk) = chunks.next() {
            let more = u8::from(chunks.peek().is_some());
            out.extend_from_slice(format!("\x1b_G{head}m={more};").as_bytes());
            out.extend_from_slice(chunk);
            out.extend_from_slice(b"\x1b\\");
            head = "q=2,";
        }
    }

    /// Appends what makes a terminal forget the image of a number.
    pub(super) fn forget(id: u32, out: &mut Vec<u8>) {
        out.extend_from_slice(format!("\x1b_Ga=d,d=I,q=2,i={id}\x1b\\").as_bytes());
    }
}

/// The mark for a row or column, if there is one.
pub(crate) fn mark(index: u16) -> Option<char> {
    let mut left = u32::from(index);
    for (first, last) in MARKS {
        let count = last - first + 1;
        if left < count {
            return char::from_u32(first + left);
        }
        left -= count;
    }
    None
}

/// The row or column a mark stands for.
fn index(mark: char) -> Option<usize> {
    let mark = u32::from(mark);
    let mut before = 0;
    for (first, last) in MARKS {
        if (first..=last).contains(&mark) {
            return Some((before + mark - first) as usize);
        }
        before += last - first + 1;
    }
    None
}

/// The row and column of an image that a cell with these marks shows.
pub(super) fn place(marks: &str) -> Option<(u16, u16)> {
    let mut marks = marks.chars().map(index);
    let row = marks.next().flatten()?;
    let column = marks.next().flatten()?;
    Some((u16::try_from(row).ok()?, u16::try_from(column).ok()?))
}

/// What a cell of an image shows where images cannot be: a label in its first row.
pub(super) fn stand_in(marks: &str) -> char {
    match place(marks) {
        Some((0, column)) => LABEL.chars().nth(column.into()).unwrap_or('·'),
        _ => '·',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_and_column_has_a_mark() {
        let marks: Vec<char> = (0..Image::MOST).filter_map(mark).collect();
        assert_eq!(marks.len(), usize::from(Image::MOST));
        assert_eq!(mark(Image::MOST), None);
        assert!(marks.is_sorted_by(|a, b| a < b));
        for (at, mark) in marks.iter().enumerate() {
            assert_eq!(index(*mark), Some(at));
            assert_eq!(super::super::text::char_width(*mark), Some(0), "{mark:?}");
        }
        assert_eq!((mark(3), mark(296)), (Some('\u{310}'), Some('\u{1d244}')));
    }

    #[test]
    fn a_terminal_without_images_reads_a_label() {
        let row = |row: u16| -> String {
            let cell = |column| {
                [mark(row), mark(column)]
                    .into_iter()
                    .flatten()
                    .collect::<String>()
            };
            (0..9).map(|column| stand_in(&cell(column))).collect()
        };
        assert_eq!(row(0), "[image]··");
        assert_eq!(row(1), "·········");
        assert_eq!(stand_in(""), '·');
    }

    #[test]
    fn pixels_go_out_in_pieces() {
        let image = Image {
            id: 7,
            columns: 2,
            rows: 1,
            pixels: Arc::new(Pixels {
                format: PixelFormat::Rgb,
                width: 60,
                height: 20,
                zipped: false,
                data: vec![b'A'; CHUNK + 4],
            }),
        };
        let mut out = Vec::new();
        image.transmit(&mut out);
        let text = String::from_utf8(out).expect("ASCII");
        let (first, rest) = text.split_at(text.find("\x1b\\").expect("an end") + 2);
        assert!(first.starts_with("\x1b_Ga=T,U=1,q=2,i=7,c=2,r=1,f=24,s=60,v=20,m=1;AAAA"));
        assert_eq!(rest, "\x1b_Gq=2,m=0;AAAA\x1b\\");
    }
}
