//! Operations on rectangles of the screen: fill, erase, copy, change attributes, checksum.
//!
//! Coordinates count from the origin (the margins, in origin mode) and are clipped to the screen;
//! margins are no bound otherwise. The cursor stays where it is.

use alacritty_terminal::term::cell::{Cell, Flags};

use super::edit::{Area, Spare, blank_half};
use super::engine::Engine;
use super::parser::Sequence;
use super::sgr::{self, PROTECTED};
use crate::draw::text;

/// The bit of XTCHECKSUM by which the sum is not negated.
const CHECKSUM_POSITIVE: u16 = 1;
/// The one by which attributes do not count.
const CHECKSUM_BARE: u16 = 2;
/// The one by which blanks at the end of a row count. The others are about the width of a character,
/// which is sixteen bits here.
const CHECKSUM_BLANKS: u16 = 4;

impl Engine {
    /// What `CSI … $ action` says of a rectangle.
    pub(super) fn run_rectangle(&mut self, csi: &Sequence) {
        match csi.action() {
            b'x' => {
                if let Some(area) = self.area(csi, 1) {
                    self.fill(&area, csi.number(0, 0));
                }
            }
            b'z' => self.erase_area(csi, Spare::Nothing),
            // ISO's protection is none against this one.
            b'{' if self.iso_protection => self.erase_area(csi, Spare::Nothing),
            b'{' => self.erase_area(csi, Spare::Protected),
            b'v' => self.copy_area(csi),
            b'r' => self.restyle(csi, |cell, code| sgr::rectangle_code(cell, code, false)),
            b't' => self.restyle(csi, |cell, code| sgr::rectangle_code(cell, code, true)),
            _ => {}
        }
    }

    /// The rectangle whose top, left, bottom and right begin at parameter `first`.
    pub(super) fn area(&self, csi: &Sequence, first: usize) -> Option<Area> {
        let (rows, columns) = self.reach();
        let at = |index| usize::from(csi.number(first + index, 1)) - 1;
        let end = |index, most: usize| match csi.number(first + index, 0) {
            0 => most,
            end => usize::from(end).min(most),
        };
        let area = Area {
            rows: rows.start + at(0)..rows.start + end(2, rows.len()),
            columns: columns.start + at(1)..columns.start + end(3, columns.len()),
        };
        (!area.rows.is_empty() && !area.columns.is_empty()).then_some(area)
    }

    /// Cuts the wide characters at an area's left and right edges.
    fn cut_out(&mut self, area: &Area) {
        for row in area.rows.clone() {
            self.cut_before(row, area.columns.start);
            self.cut_before(row, area.columns.end);
            self.dirty.mark(row);
        }
        self.work += area.cells();
    }

    /// DECFRA.
    fn fill(&mut self, area: &Area, character: u16) {
        let Some(character @ ('\u{20}'..='\u{7e}' | '\u{a0}'..)) =
            char::from_u32(u32::from(character))
        else {
            return;
        };
        if text::char_width(character) != Some(1) {
            return;
        }
        self.cut_out(area);
        let cell = Cell {
            c: self.charsets.show(character),
            ..self.pen().clone()
        };
        for row in area.rows.clone() {
            self.cells_mut(row, area.columns.clone()).fill(cell.clone());
        }
    }

    /// DECERA and DECSERA.
    fn erase_area(&mut self, csi: &Sequence, spare: Spare) {
        if let Some(area) = self.area(csi, 0) {
            for row in area.rows.clone() {
                self.erase_cells(row, area.columns.clone(), spare);
            }
        }
    }

    /// DECCRA: parameters 4 and 7 are pages, of which there is one.
    fn copy_area(&mut self, csi: &Sequence) {
        let Some(from) = self.area(csi, 0) else {
            return;
        };
        let (rows, columns) = self.reach();
        let top = rows.start + usize::from(csi.number(5, 1)) - 1;
        let left = columns.start + usize::from(csi.number(6, 1)) - 1;
        let height = from.rows.len().min(rows.end.saturating_sub(top));
        let width = from.columns.len().min(columns.end.saturating_sub(left));
        if height == 0 || width == 0 {
            return;
        }
        let to = Area {
            rows: top..top + height,
            columns: left..left + width,
        };
        let source = from.columns.start..from.columns.start + width;
        let copied: Vec<Vec<Cell>> = (from.rows.start..from.rows.start + height)
            .map(|row| whole_characters(self.cells(row, source.clone())))
            .collect();
        self.cut_out(&to);
        for (row, cells) in to.rows.clone().zip(copied) {
            self.cells_mut(row, to.columns.clone())
                .clone_from_slice(&cells);
        }
    }

    /// DECCARA and DECRARA: an area, or the text from its first to its last corner.
    fn restyle(&mut self, csi: &Sequence, change: impl Fn(&mut Cell, u16)) {
        let Some(area) = self.area(csi, 0) else {
            return;
        };
        let codes: Vec<u16> = csi
            .params()
            .skip(4)
            .filter_map(|param| param.first().copied())
            .collect();
        let codes = if codes.is_empty() { vec![0] } else { codes };
        let (_, reach) = self.reach();
        self.work += area.cells() * codes.len();
        for row in area.rows.clone() {
            let columns = match self.exact_rectangles {
                true => area.columns.clone(),
                false => {
                    let first = row == area.rows.start;
                    let last = row + 1 == area.rows.end;
                    let start = if first {
                        area.columns.start
                    } else {
                        reach.start
                    };
                    start..if last { area.columns.end } else { reach.end }
                }
            };
            self.dirty.mark(row);
            if columns.is_empty() {
                continue;
            }
            for cell in self.cells_mut(row, columns) {
                codes.iter().for_each(|code| change(cell, *code));
            }
        }
    }

    /// DECRQCRA: the sum of the characters in an area and of their attributes, negated, as DEC's
    /// terminals give it, and xterm, which has bits to have the plain sum (XTCHECKSUM). It tells a
    /// program only what it wrote itself, in four hexadecimal digits.
    pub(super) fn report_checksum(&mut self, csi: &Sequence) {
        let id = csi.number(0, 0);
        let area = self.area(csi, 2);
        let mut sum = area.map_or(0, |area| self.area_sum(&area));
        if self.checksum & CHECKSUM_POSITIVE == 0 {
            sum = sum.wrapping_neg();
        }
        self.reply(&format!("\x1bP{id}!~{sum:04X}\x1b\\"));
    }

    /// The sum of an area. Where blanks at the end of a row do not count, the very first cell still
    /// does, so that a single one can be asked for.
    fn area_sum(&mut self, area: &Area) -> u16 {
        self.work += area.cells();
        let attributes = self.checksum & CHECKSUM_BARE == 0;
        let all = self.checksum & CHECKSUM_BLANKS != 0;
        let mut sum = 0_u16;
        for row in area.rows.clone() {
            let cells = self.cells(row, area.columns.clone());
            let first = usize::from(row == area.rows.start);
            let used = cells.iter().rposition(|cell| !is_plain_blank(cell));
            let used = used.map_or(0, |last| last + 1).max(first);
            let used = if all { cells.len() } else { used };
            for cell in &cells[..used] {
                sum = sum.wrapping_add(weight(cell, attributes));
            }
        }
        sum
    }
}

fn is_plain_blank(cell: &Cell) -> bool {
    cell.c == ' ' && weight(cell, true) == weight(cell, false)
}

fn weight(cell: &Cell, attributes: bool) -> u16 {
    const ATTRIBUTES: [(Flags, u16); 6] = [
        (PROTECTED, 0x04),
        (Flags::HIDDEN, 0x08),
        (sgr::UNDERLINES, 0x10),
        (Flags::INVERSE, 0x20),
        (sgr::BLINK, 0x40),
        (Flags::BOLD, 0x80),
    ];
    let character = cell.c as u32 as u16;
    if !attributes {
        return character;
    }
    ATTRIBUTES
        .iter()
        .filter(|(flag, _)| cell.flags.intersects(*flag))
        .fold(character, |sum, (_, more)| sum.wrapping_add(*more))
}

/// Cells with the halves of characters cut at either end made blank.
fn whole_characters(cells: &[Cell]) -> Vec<Cell> {
    let mut cells = cells.to_vec();
    if let Some(first) = cells.first_mut()
        && first.flags.contains(Flags::WIDE_CHAR_SPACER)
    {
        blank_half(first);
    }
    if let Some(last) = cells.last_mut()
        && last.flags.contains(Flags::WIDE_CHAR)
    {
        blank_half(last);
    }
    cells
}
