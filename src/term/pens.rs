//! The stack of pens (XTPUSHSGR, XTPOPSGR) and what is alike in an area (XTREPORTSGR).

use alacritty_terminal::term::cell::{Cell, Flags};

use super::engine::Engine;
use super::parser::Sequence;
use super::sgr::{self, BLINK, UNDERLINES};

/// The deepest stack, as xterm has it.
const MAX_DEPTH: usize = 10;

/// What of a pen comes back; each is named by its parameter.
const NAMED: [(u16, Flags); 8] = [
    (1, Flags::BOLD),
    (2, Flags::DIM),
    (3, Flags::ITALIC),
    (4, UNDERLINES),
    (5, BLINK),
    (7, Flags::INVERSE),
    (8, Flags::HIDDEN),
    (9, Flags::STRIKEOUT),
];

/// A pen put aside, with the parameters that say what of it comes back; none is all of it.
#[derive(Debug, Clone)]
pub(super) struct PutAside {
    pen: Cell,
    parts: Vec<u16>,
}

impl Engine {
    /// XTPUSHSGR. The eleventh is not kept, and neither is what it would have restored.
    pub(super) fn push_pen(&mut self, csi: &Sequence) {
        if self.pens.len() < MAX_DEPTH {
            let parts = csi.params().filter_map(|param| param.first().copied());
            let put_aside = PutAside {
                pen: self.pen().clone(),
                parts: parts.filter(|part| *part != 0).collect(),
            };
            self.pens.push(put_aside);
        }
    }

    /// XTPOPSGR.
    pub(super) fn pop_pen(&mut self) {
        let Some(PutAside { pen: old, parts }) = self.pens.pop() else {
            return;
        };
        let wanted = |part| parts.is_empty() || parts.contains(&part);
        let pen = self.pen_mut();
        for (part, flags) in NAMED {
            if wanted(part) {
                pen.flags.remove(flags);
                pen.flags.insert(old.flags & flags);
            }
        }
        if wanted(21)
            && !wanted(4)
            && sgr::underline_of(old.flags) == crate::draw::Underline::Double
        {
            pen.flags.remove(UNDERLINES);
            pen.flags.insert(old.flags & UNDERLINES);
        }
        if parts.is_empty() {
            pen.flags.remove(sgr::OVERLINE);
            pen.flags.insert(old.flags & sgr::OVERLINE);
            pen.set_underline_color(old.underline_color());
        }
        if wanted(30) {
            pen.fg = old.fg;
        }
        if wanted(31) {
            pen.bg = old.bg;
        }
    }

    /// XTREPORTSGR: what all cells of an area have in common.
    pub(super) fn report_pens(&mut self, csi: &Sequence) {
        let Some(area) = self.area(csi, 0) else {
            return;
        };
        self.work += area.cells();
        let mut common: Option<Cell> = None;
        for row in area.rows.clone() {
            for cell in self.cells(row, area.columns.clone()) {
                let so_far = common.get_or_insert_with(|| cell.clone());
                so_far.flags &= cell.flags;
                if so_far.fg != cell.fg {
                    so_far.fg = sgr::FOREGROUND;
                }
                if so_far.bg != cell.bg {
                    so_far.bg = sgr::BACKGROUND;
                }
            }
        }
        if let Some(cell) = common {
            let report = sgr::report(&cell);
            self.reply(&format!("\x1b[{report}"));
        }
    }
}
