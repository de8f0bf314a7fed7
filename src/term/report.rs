//! What a program is told of its terminal: who it is, how it is, how large it is.
//!
//! Nothing a program stored here (a title, text) is ever sent back as an answer: whoever reads the
//! answer could take it for typing. The one exception is a checksum of four digits.

use super::engine::Engine;
use super::parser::Sequence;
use super::sixel::{MAX_COLORS, MAX_EDGE, MAX_PIXELS};
use super::switches::mode;

/// What the secondary device attributes claim as a version; some programs turn features on from
/// the patch level of xterm that had SGR mouse reports (277) upwards.
const DA2_VERSION: u16 = 300;

impl Engine {
    /// Primary device attributes: a VT400 with selective erasing, columns that scroll, colours,
    /// rectangles, a clipboard; sixel (4) where it can be shown.
    pub(super) fn identify(&mut self) {
        self.reply(match self.palette.images {
            true => "\x1b[?64;4;6;21;22;28;52c",
            false => "\x1b[?64;6;21;22;28;52c",
        });
    }

    /// Secondary ones.
    pub(super) fn identify_version(&mut self) {
        self.reply(&format!("\x1b[>41;{DA2_VERSION};0c"));
    }

    /// Tertiary ones: "STOA" in hexadecimal.
    pub(super) fn identify_unit(&mut self) {
        self.reply("\x1bP!|53544F41\x1b\\");
    }

    /// DSR.
    pub(super) fn report_status(&mut self, what: u16) {
        match what {
            5 => self.reply("\x1b[0n"),
            6 => self.report_cursor("", ""),
            _ => {}
        }
    }

    /// DEC's own DSR: no printer, no macros, no locator, nothing locked.
    pub(super) fn report_private_status(&mut self, csi: &Sequence) {
        match csi.number(0, 0) {
            6 => self.report_cursor("?", ";1"),
            15 => self.reply("\x1b[?13n"),
            25 => self.reply("\x1b[?20n"),
            26 => self.reply("\x1b[?27;1;0;0n"),
            53 | 55 => self.reply("\x1b[?50n"),
            56 => self.reply("\x1b[?57;0n"),
            62 => self.reply("\x1b[0*{"),
            63 => {
                let id = csi.number(1, 0);
                self.reply(&format!("\x1bP{id}!~0000\x1b\\"));
            }
            75 => self.reply("\x1b[?70n"),
            85 => self.reply("\x1b[?83n"),
            996 => self.report_color_scheme(),
            _ => {}
        }
    }

    fn report_cursor(&mut self, prefix: &str, suffix: &str) {
        let (row, column) = self.relative();
        let (row, column) = (row + 1, column + 1);
        self.reply(&format!("\x1b[{prefix}{row};{column}{suffix}R"));
    }

    pub(super) fn report_color_scheme(&mut self) {
        let scheme = if self.palette.is_dark() { 1 } else { 2 };
        self.reply(&format!("\x1b[?997;{scheme}n"));
    }

    /// The height and width of the whole screen in pixels.
    fn pixels(&self) -> (usize, usize) {
        let (width, height) = self.palette.cell;
        let times = |count: usize, size: u16| count * usize::from(size);
        (times(self.rows(), height), times(self.columns(), width))
    }

    /// The size in band (mode 2048).
    pub(super) fn report_size(&mut self) {
        if self.own.is(mode::SIZE_REPORTS) {
            let (rows, columns) = (self.rows(), self.columns());
            let (height, width) = self.pixels();
            self.reply(&format!("\x1b[48;{rows};{columns};{height};{width}t"));
        }
    }

    /// XTSMGRAPHICS, where images are shown: how many colours one has, and how large it may be.
    /// Neither can be set.
    pub(super) fn report_graphics(&mut self, csi: &Sequence) {
        let (height, width) = self.pixels();
        let width = width.min(MAX_EDGE);
        let height = height.min(MAX_EDGE).min(MAX_PIXELS / width.max(1));
        let item = csi.number(0, 0);
        let answer = match (item, csi.number(1, 0)) {
            (1, 1 | 2 | 4) => format!("0;{MAX_COLORS}"),
            (2, 1 | 2 | 4) => format!("0;{width};{height}"),
            (1 | 2, 3) => "3;0".to_owned(),
            (1 | 2, _) => "2;0".to_owned(),
            _ => "1;0".to_owned(),
        };
        self.reply(&format!("\x1b[?{item};{answer}S"));
    }

    /// DECREQTPARM: no parity, eight bits, 38400 baud both ways.
    pub(super) fn report_parameters(&mut self, solicited: u16) {
        if solicited < 2 {
            let answer = solicited + 2;
            self.reply(&format!("\x1b[{answer};1;1;128;128;1;0x"));
        }
    }

    /// Sizes in characters and pixels, where the window is said to be, and the stack of titles, where
    /// the title of an icon (1) is none of ours.
    pub(super) fn window_operation(&mut self, csi: &Sequence) {
        let (rows, columns) = (self.rows(), self.columns());
        match csi.number(0, 0) {
            11 => self.reply("\x1b[1t"),
            13 => self.reply("\x1b[3;0;0t"),
            14 => {
                let (height, width) = self.pixels();
                self.reply(&format!("\x1b[4;{height};{width}t"));
            }
            16 => {
                let (width, height) = self.palette.cell;
                self.reply(&format!("\x1b[6;{height};{width}t"));
            }
            18 => self.reply(&format!("\x1b[8;{rows};{columns}t")),
            19 => self.reply(&format!("\x1b[9;{rows};{columns}t")),
            22 if csi.number(1, 0) != 1 => self.push_title(),
            23 if csi.number(1, 0) != 1 => self.pop_title(),
            _ => {}
        }
    }
}
