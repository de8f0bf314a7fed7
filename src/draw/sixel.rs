//! Images for terminals that know sixel graphics and not kitty's.
//!
//! An image's cells are drawn blank, and its pixels are put over them behind the text of a frame: all of
//! an image that is new to its place, and the rows of it whose cells were printed again. Text that is
//! printed over pixels takes them away on every such terminal, so nothing has to be erased. The last row
//! of the screen stays blank, because terminals scroll when pixels reach it.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::{Arc, Weak};

use super::image::{Image, LABEL, PLACEHOLDER, place};
use super::plate::{Part, Plate};
use super::style::ColorKind;
use super::surface::{Surface, find_extra};

/// The images on one terminal.
#[derive(Debug)]
pub(super) struct Sixels {
    /// Width and height of a cell in pixels.
    cell: (u16, u16),
    /// Pictures made ready; none for one that cannot be drawn.
    plates: BTreeMap<u32, (Weak<Image>, Option<Plate>)>,
    /// What is on screen.
    shown: Vec<Patch>,
}

/// A rectangle of cells that show a part of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Patch {
    id: u32,
    x: u16,
    y: u16,
    columns: u16,
    rows: u16,
    /// The column and row of the image in its first cell.
    from: (u16, u16),
}

impl Sixels {
    pub(super) fn new(cell: (u16, u16)) -> Sixels {
        Sixels {
            cell,
            plates: BTreeMap::new(),
            shown: Vec::new(),
        }
    }

    /// The screen was cleared.
    pub(super) fn forget(&mut self) {
        self.shown.clear();
    }

    /// Appends what shows the images of `next`. `printed` are the rows in which cells of images were
    /// printed just now, in order. False if there is nothing to do.
    pub(super) fn draw(&mut self, next: &Surface, printed: &[u16], out: &mut Vec<u8>) -> bool {
        self.plates.retain(|_, (image, _)| image.strong_count() > 0);
        if next.images.is_empty() {
            self.shown.clear();
            return false;
        }
        let patches = patches(next);
        let begin = out.len();
        for patch in &patches {
            let is_new = !self.shown.contains(patch);
            for strip in strips(patch, |y| is_new || printed.contains(&y)) {
                self.put(&strip, &next.images, out);
            }
        }
        self.shown = patches;
        out.len() > begin
    }

    fn put(&mut self, patch: &Patch, images: &[Arc<Image>], out: &mut Vec<u8>) {
        let cell = self.cell;
        let (_, plate) = match self.plates.entry(patch.id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(free) => {
                let Some(image) = images.iter().find(|image| image.id == patch.id) else {
                    return;
                };
                free.insert((Arc::downgrade(image), Plate::of(image, cell)))
            }
        };
        out.extend_from_slice(format!("\x1b[{};{}H", patch.y + 1, patch.x + 1).as_bytes());
        let Some(plate) = plate else {
            // Its first cells say what would be here.
            if patch.from == (0, 0) {
                out.extend(LABEL.bytes().take(usize::from(patch.columns)));
            }
            return;
        };
        let (width, height) = (usize::from(cell.0), usize::from(cell.1));
        plate.write(
            Part {
                x: usize::from(patch.from.0) * width,
                y: usize::from(patch.from.1) * height,
                width: usize::from(patch.columns) * width,
                height: usize::from(patch.rows) * height,
            },
            out,
        );
    }
}

/// Runs of the patch's rows that are wanted.
fn strips(patch: &Patch, wanted: impl Fn(u16) -> bool) -> Vec<Patch> {
    let mut strips: Vec<Patch> = Vec::new();
    for row in (0..patch.rows).filter(|row| wanted(patch.y + row)) {
        match strips.last_mut() {
            Some(last) if last.y + last.rows == patch.y + row => last.rows += 1,
            _ => strips.push(Patch {
                y: patch.y + row,
                rows: 1,
                from: (patch.from.0, patch.from.1 + row),
                ..*patch
            }),
        }
    }
    strips
}

/// The images on a surface, but for its last row.
fn patches(surface: &Surface) -> Vec<Patch> {
    let mut patches: Vec<Patch> = Vec::new();
    for y in 0..surface.size().rows.saturating_sub(1) {
        let mut runs: Vec<Patch> = Vec::new();
        for (x, cell) in surface.row(y).iter().enumerate() {
            let ColorKind::Rgb(r, g, b) = cell.style().fg.kind() else {
                continue;
            };
            if cell.character() != PLACEHOLDER || !cell.extra {
                continue;
            }
            let marks = find_extra(surface.extras(y), x as u16);
            let Some((row, column)) = marks.and_then(|extra| place(&extra.marks)) else {
                continue;
            };
            let id = u32::from_be_bytes([0, r, g, b]);
            match runs.last_mut() {
                Some(run)
                    if run.id == id
                        && usize::from(run.x + run.columns) == x
                        && run.from == (column.wrapping_sub(run.columns), row) =>
                {
                    run.columns += 1;
                }
                _ => runs.push(Patch {
                    id,
                    x: x as u16,
                    y,
                    columns: 1,
                    rows: 1,
                    from: (column, row),
                }),
            }
        }
        for run in runs {
            let above = patches.iter_mut().find(|patch| {
                let below = (patch.y + patch.rows, patch.from.1 + patch.rows);
                let same = (patch.id, patch.x, patch.columns, patch.from.0);
                below == (run.y, run.from.1) && same == (run.id, run.x, run.columns, run.from.0)
            });
            match above {
                Some(patch) => patch.rows += 1,
                None => patches.push(run),
            }
        }
    }
    patches
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::super::image::{PixelFormat, Pixels, mark};
    use super::super::{Caps, Encoder, Style};
    use super::*;
    use crate::model::geometry::Size;

    /// Red over three columns and two rows.
    fn image() -> Arc<Image> {
        Arc::new(Image {
            id: 0x01_02_03,
            columns: 3,
            rows: 2,
            pixels: Arc::new(Pixels {
                format: PixelFormat::Rgb,
                width: 1,
                height: 1,
                zipped: false,
                data: STANDARD.encode([255, 0, 0]).into_bytes(),
            }),
        })
    }

    /// The image in row `y` of a small screen, its second row hidden behind a text if there is one.
    fn screen(image: &Arc<Image>, y: u16, over: &str) -> Surface {
        let mut surface = Surface::new(Size::new(8, 6));
        for row in 0..2 {
            let mut span = surface.span(2, y + row, 3);
            for column in 0..3 {
                span.push(PLACEHOLDER, Style::PLAIN.fg(Image::color(image.id)));
                for index in [row, column] {
                    span.join(mark(index).expect("a mark"));
                }
            }
        }
        surface.put(2, y + 1, over, Style::PLAIN, 8);
        surface.images.push(Arc::clone(image));
        surface
    }

    /// Where sixels are printed in a frame, and how many pixels.
    fn printed(encoder: &mut Encoder, next: &Surface) -> Vec<(String, String)> {
        let mut out = Vec::new();
        encoder.frame(next, &mut out);
        let text = String::from_utf8(out).expect("text");
        assert!(!text.contains(PLACEHOLDER) && !text.contains("[image]"));
        let mut parts = text.split("\x1bP0;1;0q");
        let mut before = parts.next().expect("a beginning").to_owned();
        let mut found = Vec::new();
        for part in parts {
            let at = before.rsplit("\x1b[").next().expect("a place").to_owned();
            let size = part.split('#').next().expect("a size").to_owned();
            found.push((at, size));
            part.clone_into(&mut before);
        }
        found
    }

    fn is(at: &str, size: &str) -> Vec<(String, String)> {
        vec![(at.to_owned(), size.to_owned())]
    }

    #[test]
    fn an_image_is_drawn_where_it_is_new_and_where_it_was_printed_over() {
        let image = image();
        let mut encoder = Encoder::new(Caps::FULL);
        encoder.draw_sixels((10, 20));
        let plain = screen(&image, 1, "");
        assert_eq!(printed(&mut encoder, &plain), is("2;3H", "\"1;1;30;40"));
        assert_eq!(printed(&mut encoder, &plain), []);
        // A text over its second row leaves the first, which is a new patch.
        let covered = screen(&image, 1, "abc");
        assert_eq!(printed(&mut encoder, &covered), is("2;3H", "\"1;1;30;20"));
        assert_eq!(printed(&mut encoder, &plain), is("2;3H", "\"1;1;30;40"));
        // It scrolls; and in the last row of the screen nothing is drawn.
        let lower = screen(&image, 4, "");
        assert_eq!(printed(&mut encoder, &lower), is("5;3H", "\"1;1;30;20"));
        encoder.invalidate();
        assert_eq!(printed(&mut encoder, &lower), is("5;3H", "\"1;1;30;20"));
        let gone = Surface::new(Size::new(8, 6));
        assert_eq!(printed(&mut encoder, &gone), []);
    }

    #[test]
    fn rows_printed_again_get_their_pixels_again() {
        let image = image();
        let surface = screen(&image, 1, "");
        let mut sixels = Sixels::new((10, 20));
        let mut drawn = |rows: &[u16]| {
            let mut out = Vec::new();
            let any = sixels.draw(&surface, rows, &mut out);
            assert_eq!(any, !out.is_empty());
            String::from_utf8(out)
                .expect("text")
                .split('#')
                .next()
                .map(str::to_owned)
        };
        assert_eq!(
            drawn(&[]).as_deref(),
            Some("\x1b[2;3H\x1bP0;1;0q\"1;1;30;40")
        );
        assert_eq!(drawn(&[0, 5]).as_deref(), Some(""));
        assert_eq!(
            drawn(&[2]).as_deref(),
            Some("\x1b[3;3H\x1bP0;1;0q\"1;1;30;20")
        );
    }

    #[test]
    fn a_damaged_image_is_left_out() {
        let damaged = Arc::new(Image {
            id: 0x01_02_03,
            columns: 3,
            rows: 2,
            pixels: Arc::new(Pixels {
                format: PixelFormat::Png,
                width: 0,
                height: 0,
                zipped: false,
                data: b"AAAA".to_vec(),
            }),
        });
        let mut encoder = Encoder::new(Caps::FULL);
        encoder.draw_sixels((10, 20));
        assert_eq!(printed(&mut encoder, &screen(&damaged, 1, "")), []);
    }

    #[test]
    fn an_image_that_cannot_be_read_says_so() {
        let broken = Arc::new(Image {
            pixels: Arc::new(Pixels {
                format: PixelFormat::Png,
                width: 1,
                height: 1,
                zipped: false,
                data: b"rubbish".to_vec(),
            }),
            ..Arc::into_inner(image()).expect("one owner")
        });
        let mut encoder = Encoder::new(Caps::FULL);
        encoder.draw_sixels((10, 20));
        let mut out = Vec::new();
        encoder.frame(&screen(&broken, 1, ""), &mut out);
        let text = String::from_utf8_lossy(&out).into_owned();
        assert!(text.contains("\x1b[2;3H[im"), "{text:?}");
        assert!(!text.contains("\x1bP"), "{text:?}");
    }
}
