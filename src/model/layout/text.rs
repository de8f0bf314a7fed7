//! tmux's text for a layout: `b25f,80x24,0,0{40x24,0,0,0,39x24,41,0,1}`.
//!
//! Four digits that check the rest, then the tree: a cell's size and corner, and either the number of its
//! pane, or its parts, in braces side by side, in brackets one above the other. A stack is one cell, with the
//! number of the member that is open; floating panes are no part of it.
//!
//! Read back, the numbers do not count: the tab's panes take the cells in order, as in tmux. If there are too
//! few cells for every pane but one for each stack, stacks stay together.

use std::fmt::Write as _;

use super::arrange::parts;
use super::{Layout, Node, Part, Spec};
use crate::model::geometry::{Axis, Rect};
use crate::model::id::PaneId;

/// Deeper than this nothing is read.
const MAX_DEPTH: usize = 64;

/// Why a text is no layout for a tab.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// It does not say what its check digits say.
    #[error("invalid layout: its checksum is {found:04x}, not {said}")]
    Checksum {
        /// The digits that stand there.
        said: String,
        /// Those that should.
        found: u16,
    },
    /// It is no tree of cells.
    #[error("invalid layout: cannot read it from {0:?} on")]
    Unreadable(String),
    /// It has not enough cells.
    #[error("have {panes} panes but need {cells}")]
    Cells {
        /// Panes of the tab.
        panes: usize,
        /// Cells of the text.
        cells: usize,
    },
}

/// tmux's sum over a text.
fn checksum(text: &str) -> u16 {
    text.bytes().fold(0, |sum: u16, byte| {
        sum.rotate_right(1).wrapping_add(u16::from(byte))
    })
}

/// A text with its check digits before it.
fn checked(text: &str) -> String {
    format!("{:04x},{text}", checksum(text))
}

/// The text of one pane that fills an area.
pub fn single(pane: PaneId, area: Rect) -> String {
    let mut text = String::new();
    cell(&mut text, area);
    _ = write!(text, ",{}", pane.0);
    checked(&text)
}

/// Whether a word is meant as such a text: it begins with check digits.
pub fn is_text(word: &str) -> bool {
    let digits = word.split_once(',').map_or("", |(digits, _)| digits);
    digits.len() == 4 && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
}

impl Layout {
    /// The text, laid out in `area`.
    pub fn text(&self, area: Rect) -> String {
        let mut text = String::new();
        self.root.write(area, &mut text);
        checked(&text)
    }

    /// Lays the panes out as a text says.
    ///
    /// # Errors
    /// It cannot be read or has not enough cells; then nothing changed.
    pub fn apply_text(&mut self, text: &str) -> Result<(), TextError> {
        let (said, tree) = text.split_once(',').unwrap_or((text, ""));
        let found = checksum(tree);
        if u16::from_str_radix(said, 16) != Ok(found) {
            let said = said.to_owned();
            return Err(TextError::Checksum { said, found });
        }
        let unreadable = |rest: &str| TextError::Unreadable(rest.to_owned());
        let mut reader = Reader { rest: tree };
        let read = reader.node(0).filter(|_| reader.rest.is_empty());
        let (spec, _) = read.ok_or_else(|| unreadable(reader.rest))?;
        self.fill(&spec)
            .ok_or_else(|| TextError::Cells {
                panes: self.panes().len(),
                cells: leaves(&spec).len(),
            })?
            .map_err(|_| unreadable(tree))
    }

    /// Puts the panes into the cells of a tree, in order. `None`, and nothing changed, if it has not enough.
    fn fill(&mut self, spec: &Spec<()>) -> Option<Result<(), super::SpecError>> {
        let cells = leaves(spec).len();
        let own = self.to_spec(|pane| pane);
        let whole = leaves(&own);
        let panes = self.panes();
        let places: Vec<Spec<PaneId>> = match cells {
            cells if cells >= panes.len() => panes.iter().copied().map(Spec::Pane).collect(),
            cells if cells >= whole.len() => whole.into_iter().cloned().collect(),
            _ => return None,
        };
        // Cells that are left over get panes that do not exist, and go again.
        let none: Vec<PaneId> = (places.len()..cells)
            .map(|left| PaneId(u32::MAX - left as u32))
            .collect();
        let mut places = places
            .into_iter()
            .chain(none.iter().copied().map(Spec::Pane));
        let filled = filled(spec, &mut places)?;
        let laid = Layout::from_spec(&filled, |pane| *pane).map(|mut layout| {
            for pane in none.iter().rev() {
                layout.remove(*pane);
            }
            *self = layout;
        });
        Some(laid)
    }
}

/// The leaves of a tree, first to last.
fn leaves<P>(spec: &Spec<P>) -> Vec<&Spec<P>> {
    match spec {
        Spec::Split { parts, .. } => parts
            .iter()
            .flat_map(|part| leaves(&part.content))
            .collect(),
        leaf => vec![leaf],
    }
}

/// A tree with something at each leaf.
fn filled(
    spec: &Spec<()>,
    places: &mut impl Iterator<Item = Spec<PaneId>>,
) -> Option<Spec<PaneId>> {
    let Spec::Split { split, parts } = spec else {
        return places.next();
    };
    let mut whole = Vec::with_capacity(parts.len());
    for part in parts {
        whole.push(Part {
            weight: part.weight,
            content: filled(&part.content, places)?,
        });
    }
    Some(Spec::Split {
        split: *split,
        parts: whole,
    })
}

fn cell(text: &mut String, area: Rect) {
    let Rect { x, y, cols, rows } = area;
    _ = write!(text, "{cols}x{rows},{x},{y}");
}

impl Node {
    fn write(&self, area: Rect, text: &mut String) {
        cell(text, area);
        match self {
            Node::Pane(pane) => _ = write!(text, ",{}", pane.0),
            Node::Stack { panes, open } => {
                let shown = panes.get(*open).or(panes.first());
                if let Some(pane) = shown {
                    _ = write!(text, ",{}", pane.0);
                }
            }
            Node::Split { axis, children } => {
                let (left, right) = match axis {
                    Axis::Horizontal => ('{', '}'),
                    Axis::Vertical => ('[', ']'),
                };
                let mut sign = left;
                for (child, part) in children.iter().zip(parts(*axis, children, area)) {
                    text.push(sign);
                    child.node.write(part, text);
                    sign = ',';
                }
                text.push(right);
            }
        }
    }
}

/// Reads a tree from its beginning on.
struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn takes(&mut self, sign: char) -> Option<()> {
        self.rest = self.rest.strip_prefix(sign)?;
        Some(())
    }

    fn number(&mut self) -> Option<u16> {
        let end = self.rest.find(|c: char| !c.is_ascii_digit());
        let (digits, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        let number = digits.parse().ok()?;
        self.rest = rest;
        Some(number)
    }

    /// The number of a pane; where there is none, what follows the comma is the next cell.
    fn pane(&mut self) {
        let Some(text) = self.rest.strip_prefix(',') else {
            return;
        };
        let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
        if rest.len() < text.len() && !rest.starts_with('x') {
            self.rest = rest;
        }
    }

    /// A cell with all in it, and its columns and rows.
    fn node(&mut self, depth: usize) -> Option<(Spec<()>, (u16, u16))> {
        let cols = self.number()?;
        self.takes('x')?;
        let rows = self.number()?;
        self.takes(',')?;
        self.number()?;
        self.takes(',')?;
        self.number()?;
        let (split, end) = match self.rest.chars().next() {
            Some('{') => (Axis::Horizontal, '}'),
            Some('[') => (Axis::Vertical, ']'),
            _ => {
                self.pane();
                return Some((Spec::Pane(()), (cols, rows)));
            }
        };
        if depth >= MAX_DEPTH {
            return None;
        }
        self.rest = &self.rest[1..];
        let mut parts = Vec::new();
        loop {
            let (content, (cols, rows)) = self.node(depth + 1)?;
            let cells = match split {
                Axis::Horizontal => cols,
                Axis::Vertical => rows,
            };
            // A weight is an extent: the cells and the border after them.
            let weight = u32::from(cells) + 1;
            parts.push(Part { weight, content });
            if self.takes(',').is_none() {
                break;
            }
        }
        self.takes(end)?;
        Some((Spec::Split { split, parts }, (cols, rows)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::geometry::Direction;
    use crate::model::layout::Preset;

    const AREA: Rect = Rect::new(0, 0, 80, 24);

    fn three() -> Layout {
        let mut layout = Layout::new(PaneId(0));
        layout.split(PaneId(0), Direction::Right, PaneId(1));
        layout.split(PaneId(1), Direction::Down, PaneId(2));
        layout
    }

    /// As tmux 3.3a writes it.
    #[test]
    fn it_is_written_as_tmux_writes_it() {
        let tmux = "d67e,80x24,0,0{40x24,0,0,0,39x24,41,0[39x12,41,0,1,39x11,41,13,2]}";
        assert_eq!(three().text(AREA), tmux);
        assert_eq!(single(PaneId(2), AREA), "b25f,80x24,0,0,2");
    }

    #[test]
    fn what_was_written_is_read_back() {
        for preset in Preset::ALL {
            let mut layout = three();
            layout.apply(preset);
            layout.resize_to(PaneId(1), Axis::Horizontal, 17, AREA);
            let text = layout.text(AREA);
            let mut other = layout.clone();
            other.resize_to(PaneId(1), Axis::Horizontal, 31, AREA);
            other.resize_to(PaneId(1), Axis::Vertical, 2, AREA);
            assert_ne!(other, layout, "{preset}");
            assert_eq!(other.apply_text(&text), Ok(()));
            assert_eq!(other.text(AREA), text, "{preset}");
            // In an area with twice the room every pane has twice what it had, its border included.
            let large = other.arrange(Rect::new(0, 0, 161, 49));
            for (pane, rect) in layout.arrange(AREA).panes {
                let twice = large.pane(pane).map(|large| (large.cols, large.rows));
                let expected = (2 * rect.cols + 1, 2 * rect.rows + 1);
                assert_eq!(twice, Some(expected), "{preset}");
            }
        }
    }

    fn applied(layout: &mut Layout, tree: &str) -> String {
        match layout.apply_text(&checked(tree)) {
            Ok(()) => layout.text(AREA)[5..].to_owned(),
            Err(error) => error.to_string(),
        }
    }

    /// Each as tmux 3.3a does it.
    #[test]
    fn panes_take_the_cells_in_order() {
        for (tree, expected) in [
            (
                "80x24,0,0{40x24,0,0,39x24,41,0[39x12,41,0,39x11,41,13]}",
                "80x24,0,0{40x24,0,0,0,39x24,41,0[39x12,41,0,1,39x11,41,13,2]}",
            ),
            (
                "80x24,0,0{40x24,0,0,9,39x24,41,0[39x12,41,0,7,39x11,41,13,8]}",
                "80x24,0,0{40x24,0,0,0,39x24,41,0[39x12,41,0,1,39x11,41,13,2]}",
            ),
            (
                "80x24,0,0{20x24,0,0,59x24,21,0,4}",
                "have 3 panes but need 2",
            ),
            ("160x48,0,0,7", "have 3 panes but need 1"),
            // A cell too many is given to the one before.
            (
                "80x24,0,0{20x24,0,0,0,20x24,21,0,1,20x24,42,0,2,17x24,63,0,3}",
                "80x24,0,0{20x24,0,0,0,20x24,21,0,1,38x24,42,0,2}",
            ),
        ] {
            assert_eq!(applied(&mut three(), tree), expected, "{tree}");
        }
    }

    #[test]
    fn what_cannot_be_read_changes_nothing() {
        let mut layout = three();
        let before = layout.clone();
        let deep = format!("{}80x24,0,0,1{}", "80x24,0,0{".repeat(70), "}".repeat(70));
        for tree in [
            "",
            "80x24",
            "80x24,0,0{40x24,0,0,0",
            "80x24,0,0{}",
            "80x24,0,0{40x24,0,0,0,39x24,41,0,1]",
            "80x24,0,0{20x24,0,0,59x24,21,0,4}xx",
            "80x99999,0,0,0",
            &deep,
        ] {
            let said = applied(&mut layout, tree);
            assert!(said.starts_with("invalid layout"), "{tree}: {said}");
        }
        let wrong = layout.apply_text("0000,80x24,0,0,0");
        assert!(
            matches!(wrong, Err(TextError::Checksum { .. })),
            "{wrong:?}"
        );
        assert_eq!(layout, before);
    }

    #[test]
    fn a_stack_is_one_cell_and_stays_together() {
        let mut layout = three();
        layout.stack(&[PaneId(1), PaneId(2)]);
        let text = layout.text(AREA);
        assert_eq!(&text[5..], "80x24,0,0{40x24,0,0,0,39x24,41,0,1}");
        let before = layout.clone();
        layout.resize_to(PaneId(0), Axis::Horizontal, 9, AREA);
        assert_eq!(layout.apply_text(&text), Ok(()));
        assert_eq!(layout.arrange(AREA), before.arrange(AREA));
        // With a cell for each they come apart.
        let apart = three().text(AREA);
        assert_eq!(layout.apply_text(&apart), Ok(()));
        assert!(!layout.has_stacks());
    }
}
