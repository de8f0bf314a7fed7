//! Images a program draws: kitty's graphics, sixel, iTerm2's files.
//!
//! Where a terminal that shows images is attached, an image becomes cells of its own (see
//! [`crate::draw::Image`]) in the grid, so that it scrolls, wraps, is covered and erased as text is.
//! Elsewhere a word stands in its place, and a program that asks is told the truth: no sixel among
//! the device attributes, no `OK` to a query in kitty's protocol. Only data in the stream itself is
//! taken, no file a program names; how much of it is kept for a pane is bounded.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use alacritty_terminal::term::cell::Cell;
use alacritty_terminal::vte::ansi::{Color, Rgb};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::engine::Engine;
use super::sixel;
use crate::draw::{Image, PLACEHOLDER, PixelFormat, Pixels, image_mark};

/// The most bytes of pixels, in base64, that are kept for a pane.
const MAX_BYTES: usize = 64 << 20;
/// The most of one image.
const MAX_IMAGE: usize = 24 << 20;
/// The most images kept for a pane.
const MAX_IMAGES: usize = 256;
/// The most pixels along an edge.
const MAX_EDGE: u32 = 10_000;

/// Numbers are never used for two images of a server at once.
static NEXT_ID: AtomicU32 = AtomicU32::new(1);

fn next_id() -> u32 {
    // Far from the small ones that programs choose, and of 24 bits.
    0x51_0000 + NEXT_ID.fetch_add(1, Ordering::Relaxed) % 0xa0_0000
}

/// What a program sent, under the number it chose.
struct Stored {
    id: u32,
    number: u32,
    pixels: Arc<Pixels>,
}

/// An image in cells, or to be drawn by cells of the program's own.
struct Placed {
    /// The program's number of the image and of the placement.
    id: u32,
    placement: u32,
    image: Arc<Image>,
}

/// The images of one pane, oldest first.
#[derive(Default)]
pub(super) struct Images {
    stored: VecDeque<Stored>,
    placed: VecDeque<Placed>,
    /// A transmission whose last piece has not come.
    pending: Option<(Keys, Vec<u8>)>,
}

impl Images {
    /// All that cells may show.
    pub(super) fn shown(&self) -> impl Iterator<Item = &Arc<Image>> {
        self.placed.iter().map(|placed| &placed.image)
    }

    fn bytes(&self) -> usize {
        let stored = self.stored.iter().map(|stored| stored.pixels.data.len());
        let placed = self
            .placed
            .iter()
            .map(|placed| placed.image.pixels.data.len());
        stored.chain(placed).sum()
    }

    /// Lets the oldest go while there are too many.
    fn bound(&mut self) {
        while self.stored.len() > MAX_IMAGES {
            self.stored.pop_front();
        }
        while self.placed.len() > MAX_IMAGES {
            self.placed.pop_front();
        }
        while self.bytes() > MAX_BYTES {
            if self.stored.pop_front().is_none() && self.placed.pop_front().is_none() {
                break;
            }
        }
    }

    /// The image for which a program's own placeholders of this colour stand.
    fn virtual_one(&self, id: u32) -> Option<u32> {
        let low = |id: u32| id & 0xff_ffff;
        let mut placed = self.placed.iter().rev();
        placed
            .find(|placed| low(placed.id) == low(id) && id != 0)
            .map(|placed| placed.image.id)
    }
}

/// The keys of a command.
#[derive(Debug, Clone, Default)]
struct Keys(Vec<(u8, Vec<u8>)>);

impl Keys {
    fn read(text: &[u8]) -> Keys {
        let pairs = text.split(|byte| *byte == b',').take(32);
        Keys(
            pairs
                .filter_map(|pair| match pair {
                    [key, b'=', value @ ..] if value.len() <= 16 => Some((*key, value.to_vec())),
                    _ => None,
                })
                .collect(),
        )
    }

    fn letter(&self, key: u8, default: u8) -> u8 {
        let found = self.0.iter().find(|(name, _)| *name == key);
        found
            .and_then(|(_, value)| value.first().copied())
            .unwrap_or(default)
    }

    fn number(&self, key: u8) -> u32 {
        let found = self.0.iter().find(|(name, _)| *name == key);
        found.and_then(|(_, value)| number(value)).unwrap_or(0)
    }
}

impl Engine {
    /// A command of kitty's graphics protocol: `Gkey=value,…;base64`.
    pub(super) fn graphics(&mut self, command: &[u8]) {
        let Some(rest) = command.strip_prefix(b"G") else {
            return;
        };
        let cut = rest.iter().position(|byte| *byte == b';');
        let (keys, data) = rest.split_at(cut.unwrap_or(rest.len()));
        let (keys, data) = (Keys::read(keys), data.get(1..).unwrap_or_default());
        if !self.palette.images {
            self.images.pending = None;
            if matches!(keys.letter(b'a', b't'), b'T' | b'p') && keys.number(b'U') != 1 {
                self.image_word(keys.number(b's'), keys.number(b'v'));
            }
            return;
        }
        let (keys, data) = match self.images.pending.take() {
            Some((first, mut so_far)) => {
                so_far.extend_from_slice(data);
                if keys.letter(b'm', b'0') == b'1' {
                    if so_far.len() <= MAX_IMAGE {
                        self.images.pending = Some((first, so_far));
                    }
                    return;
                }
                (first, so_far)
            }
            None if keys.letter(b'm', b'0') == b'1' => {
                self.images.pending = Some((keys, data.to_vec()));
                return;
            }
            None => (keys, data.to_vec()),
        };
        match keys.letter(b'a', b't') {
            b't' | b'T' | b'q' => self.transmitted(&keys, data),
            b'p' => self.put_image(&keys),
            b'd' => self.delete_images(&keys),
            _ => {}
        }
    }

    /// Answers a command, unless it did not want that or has no number to answer to.
    fn graphics_reply(&mut self, keys: &Keys, id: u32, result: Result<(), &str>) {
        let quiet = keys.number(b'q');
        let wanted = quiet == 0 || (quiet == 1 && result.is_err());
        let number = keys.number(b'I');
        if !wanted || (id == 0 && number == 0) {
            return;
        }
        let mut answer = format!("\x1b_Gi={id}");
        for (key, value) in [("I", number), ("p", keys.number(b'p'))] {
            if value > 0 {
                answer += &format!(",{key}={value}");
            }
        }
        let text = result.map_or_else(str::to_owned, |()| "OK".to_owned());
        self.reply(&format!("{answer};{text}\x1b\\"));
    }

    fn transmitted(&mut self, keys: &Keys, data: Vec<u8>) {
        let action = keys.letter(b'a', b't');
        let mut id = keys.number(b'i');
        let pixels = match pixels_of(keys, data) {
            Ok(pixels) => Arc::new(pixels),
            Err(why) => return self.graphics_reply(keys, id, Err(why)),
        };
        if action == b'q' {
            return self.graphics_reply(keys, id, Ok(()));
        }
        let images = &mut self.images;
        if id > 0 {
            images.stored.retain(|stored| stored.id != id);
            images.placed.retain(|placed| placed.id != id);
        } else if keys.number(b'I') > 0 {
            id = next_id();
        }
        if id > 0 {
            let (number, pixels) = (keys.number(b'I'), Arc::clone(&pixels));
            images.stored.push_back(Stored { id, number, pixels });
            images.bound();
        }
        self.graphics_reply(keys, id, Ok(()));
        if action == b'T' {
            self.show(keys, id, pixels);
        }
    }

    fn put_image(&mut self, keys: &Keys) {
        let (id, number) = (keys.number(b'i'), keys.number(b'I'));
        let mut stored = self.images.stored.iter().rev();
        let found = stored.find(|stored| match id {
            0 => number > 0 && stored.number == number,
            id => stored.id == id,
        });
        match found.map(|stored| (stored.id, Arc::clone(&stored.pixels))) {
            Some((id, pixels)) => {
                self.graphics_reply(keys, id, Ok(()));
                self.show(keys, id, pixels);
            }
            None => self.graphics_reply(keys, id, Err("ENOENT:no such image")),
        }
    }

    /// Shows pixels as the keys of a placement say.
    fn show(&mut self, keys: &Keys, id: u32, pixels: Arc<Pixels>) {
        let placement = keys.number(b'p');
        if placement > 0 {
            self.erase_images(|placed| placed.id == id && placed.placement == placement);
        }
        let size = (keys.number(b'c'), keys.number(b'r'));
        let by_program = keys.number(b'U') == 1;
        let image = self.place_image(id, placement, size, pixels);
        if !by_program {
            self.print_image(&image, keys.number(b'C') != 1);
        }
    }

    /// An image of so many cells; zeros are as many as the pixels take.
    fn place_image(
        &mut self,
        id: u32,
        placement: u32,
        (columns, rows): (u32, u32),
        pixels: Arc<Pixels>,
    ) -> Arc<Image> {
        let (cell_width, cell_height) = self.palette.cell;
        let (cell_width, cell_height) =
            (u64::from(cell_width.max(1)), u64::from(cell_height.max(1)));
        let (width, height) = (
            u64::from(pixels.width.max(1)),
            u64::from(pixels.height.max(1)),
        );
        let (columns, rows) = match (u64::from(columns), u64::from(rows)) {
            (0, 0) => (width.div_ceil(cell_width), height.div_ceil(cell_height)),
            // One alone keeps the proportions.
            (columns, 0) => {
                let height = (columns * cell_width * height).div_ceil(width);
                (columns, height.div_ceil(cell_height))
            }
            (0, rows) => {
                let width = (rows * cell_height * width).div_ceil(height);
                (width.div_ceil(cell_width), rows)
            }
            both => both,
        };
        let most = u64::from(Image::MOST);
        let image = Arc::new(Image {
            id: next_id(),
            columns: columns.clamp(1, most) as u16,
            rows: rows.clamp(1, most) as u16,
            pixels,
        });
        self.images.placed.push_back(Placed {
            id,
            placement,
            image: Arc::clone(&image),
        });
        self.images.bound();
        image
    }

    /// Fills cells from the cursor on. What is right of the margin is not shown; at the bottom the
    /// screen scrolls. The cursor ends after the last row, or stays.
    fn print_image(&mut self, image: &Image, moves: bool) {
        let (left, top) = (self.column(), self.row());
        let columns = usize::from(image.columns).min(self.right_edge(left) - left);
        let shown = match moves {
            true => usize::from(image.rows),
            false => usize::from(image.rows).min(self.rows() - top),
        };
        for index in 0..shown {
            if index > 0 {
                match moves {
                    true => self.index(),
                    false => self.place(top + index, left),
                }
            }
            let row = self.row();
            self.cut_before(row, left);
            self.cut_before(row, left + columns);
            self.work += columns;
            self.dirty.mark(row);
            let cells = self.cells_mut(row, left..left + columns);
            for (column, cell) in cells.iter_mut().enumerate() {
                *cell = Cell {
                    c: PLACEHOLDER,
                    fg: color(image.id),
                    ..Cell::default()
                };
                let marks = [index, column].map(|at| image_mark(at as u16));
                marks
                    .into_iter()
                    .flatten()
                    .for_each(|mark| cell.push_zerowidth(mark));
            }
        }
        self.acted = true;
        self.just_printed = false;
        match moves {
            true => {
                self.place(self.row(), left);
                self.advance_cursor(columns);
            }
            false => self.place(top, left),
        }
    }

    /// Takes images off the screen: what `gone` says.
    fn erase_images(&mut self, gone: impl Fn(&Placed) -> bool) {
        let ids: Vec<Color> = self
            .images
            .placed
            .iter()
            .filter(|placed| gone(placed))
            .map(|placed| color(placed.image.id))
            .collect();
        self.images.placed.retain(|placed| !gone(placed));
        if ids.is_empty() {
            return;
        }
        let (rows, columns) = (self.rows(), self.columns());
        self.work += rows * columns;
        self.dirty.all = true;
        self.acted = true;
        for row in 0..rows {
            for cell in self.cells_mut(row, 0..columns) {
                if cell.c == PLACEHOLDER && ids.contains(&cell.fg) {
                    *cell = Cell::default();
                }
            }
        }
    }

    /// `a=d`: what to delete, and with a capital letter the pixels too.
    fn delete_images(&mut self, keys: &Keys) {
        let what = keys.letter(b'd', b'a');
        let (id, placement) = (keys.number(b'i'), keys.number(b'p'));
        let numbered = |stored: &Stored| stored.number == keys.number(b'I');
        match what.to_ascii_lowercase() {
            b'a' => self.erase_images(|_| true),
            b'i' => self.erase_images(|placed| {
                placed.id == id && (placement == 0 || placed.placement == placement)
            }),
            b'n' => {
                let newest = self
                    .images
                    .stored
                    .iter()
                    .rev()
                    .find(|stored| numbered(stored));
                if let Some(id) = newest.map(|stored| stored.id) {
                    self.erase_images(|placed| placed.id == id);
                }
            }
            b'c' => {
                let (row, column) = (self.row(), self.column());
                let under = self
                    .cells(row, column..column + 1)
                    .first()
                    .map(|cell| cell.fg);
                self.erase_images(|placed| Some(color(placed.image.id)) == under);
            }
            _ => return,
        }
        if what.is_ascii_uppercase() {
            self.images.stored.retain(|stored| match what {
                b'A' => false,
                b'I' => stored.id != id || placement > 0,
                b'N' => !numbered(stored),
                _ => true,
            });
        }
    }

    /// Prints a placeholder of the program's own: its colour names the program's image.
    pub(super) fn print_placeholder(&mut self) {
        let id = match self.pen().fg {
            Color::Indexed(index) => u32::from(index),
            Color::Spec(Rgb { r, g, b }) => u32::from_be_bytes([0, r, g, b]),
            Color::Named(_) => 0,
        };
        let shown = self.images.virtual_one(id);
        let pen = self.pen().fg;
        match shown {
            Some(id) => self.pen_mut().fg = color(id),
            None => self.pen_mut().fg = super::sgr::FOREGROUND,
        }
        self.put(PLACEHOLDER, 1);
        self.pen_mut().fg = pen;
    }

    /// A sixel image: `"ratio;ratio;width;height` if it says so, and the rest.
    pub(super) fn sixel(&mut self, data: &[u8], opaque: bool) {
        if !self.palette.images {
            let (width, height) = sixel::size(data).unwrap_or_default();
            self.image_word(width, height);
            return;
        }
        self.work += data.len() / 8;
        if let Some(pixels) = sixel::decode(data, opaque) {
            let image = self.place_image(0, 0, (0, 0), Arc::new(pixels));
            let left = self.column();
            self.print_image(&image, true);
            // In its last row, where it began: programs send the line feed themselves.
            self.place(self.row(), left);
        }
    }

    /// `File=…` of iTerm2: a PNG is shown; a word stands for another.
    pub(super) fn image_file(&mut self, data: &[u8]) {
        let keys = Keys(vec![(b'f', b"100".to_vec())]);
        match pixels_of(&keys, data.to_vec())
            .ok()
            .filter(|_| self.palette.images)
        {
            Some(pixels) => {
                let image = self.place_image(0, 0, (0, 0), Arc::new(pixels));
                self.print_image(&image, true);
            }
            None => self.image_word(0, 0),
        }
    }

    fn image_word(&mut self, width: u32, height: u32) {
        let text = match (width, height) {
            (0, _) | (_, 0) => "[image]".to_owned(),
            (width, height) => format!("[image {width}x{height}]"),
        };
        self.acted = true;
        self.print_text(&text);
    }
}

/// Checks a transmission and reads what is not said of its size.
fn pixels_of(keys: &Keys, data: Vec<u8>) -> Result<Pixels, &'static str> {
    if keys.letter(b't', b'd') != b'd' {
        return Err("EINVAL:only data in the stream is taken");
    }
    let legal = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=".contains(byte);
    if data.is_empty() || data.len() > MAX_IMAGE || !data.iter().all(legal) {
        return Err("EINVAL:no image of a size that is taken");
    }
    let (format, each) = match keys.number(b'f') {
        24 => (PixelFormat::Rgb, 3),
        0 | 32 => (PixelFormat::Rgba, 4),
        100 => (PixelFormat::Png, 0),
        _ => return Err("EINVAL:unknown format"),
    };
    let zipped = keys.letter(b'o', b'n') == b'z';
    let (width, height) = match format {
        PixelFormat::Png => png_size(&data).ok_or("EBADPNG:not a PNG")?,
        _ => (keys.number(b's'), keys.number(b'v')),
    };
    if !(1..=MAX_EDGE).contains(&width) || !(1..=MAX_EDGE).contains(&height) {
        return Err("EINVAL:no size that is taken");
    }
    let needed = u64::from(width) * u64::from(height) * each;
    if !zipped && (data.len() as u64 / 4 * 3) < needed {
        return Err("ENODATA:too few pixels");
    }
    Ok(Pixels {
        format,
        width,
        height,
        zipped,
        data,
    })
}

/// Width and height from the head of a PNG in base64.
fn png_size(data: &[u8]) -> Option<(u32, u32)> {
    let head = STANDARD.decode(data.get(..32)?).ok()?;
    let head = head.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    let number = |at: usize| {
        let bytes = head.get(at..at + 4)?;
        Some(u32::from_be_bytes(bytes.try_into().ok()?))
    };
    Some((number(8)?, number(12)?))
}

/// The colour that names an image in the grid.
fn color(id: u32) -> Color {
    let [_, r, g, b] = id.to_be_bytes();
    Color::Spec(Rgb { r, g, b })
}

fn number(digits: &[u8]) -> Option<u32> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}
