//! A picture made ready to be printed: as large as its cells and with few colours, so that any part of it
//! can be written as sixels at once.
//!
//! The colours are found by median cut (P. Heckbert, "Color image quantization for frame buffer display",
//! 1982) over 32 steps of each of red, green and blue; a picture with no more colours than there are
//! registers keeps every step it has. Sixels are DEC's: six rows of pixels a character, colour after
//! colour (VT330/VT340 Programmer Reference Manual, chapter 14).

use super::image::Image;
use super::pixels::{self, Rgba};

/// The most pixels of a plate; an image over more cells than a screen has is not drawn.
const MAX_PIXELS: usize = 4 << 20;
/// Registers that terminals have, less one that stands for no colour.
const MAX_COLORS: usize = 255;
/// Steps of a colour's part, as bits.
const BITS: u32 = 5;
const BINS: usize = 1 << (3 * BITS);
/// The index of a pixel that is not drawn.
const CLEAR: u8 = 255;
/// Pixels less opaque than this are not drawn.
const OPAQUE: u8 = 128;

/// A picture of `width` by `height` pixels, each an index of its colours.
#[derive(Debug)]
pub(super) struct Plate {
    width: usize,
    height: usize,
    colors: Vec<[u8; 3]>,
    pixels: Vec<u8>,
}

/// A part of a plate, in pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub(super) x: usize,
    pub(super) y: usize,
    pub(super) width: usize,
    pub(super) height: usize,
}

impl Plate {
    /// An image over cells of so many pixels; `None` if it is damaged or too large.
    pub(super) fn of(image: &Image, cell: (u16, u16)) -> Option<Plate> {
        let width = usize::from(image.columns) * usize::from(cell.0);
        let height = usize::from(image.rows) * usize::from(cell.1);
        if width == 0 || height == 0 || width.checked_mul(height)? > MAX_PIXELS {
            return None;
        }
        let picture = pixels::decode(&image.pixels)?;
        Some(Plate::reduce(&pixels::scale(&picture, width, height)))
    }

    fn reduce(picture: &Rgba) -> Plate {
        let (colors, index) = palette(picture);
        let paint = |pixel: &[u8; 4]| match pixel {
            [.., alpha] if *alpha < OPAQUE => CLEAR,
            [r, g, b, _] => index[bin(*r, *g, *b)],
        };
        Plate {
            width: picture.width,
            height: picture.height,
            colors,
            pixels: picture.pixels.iter().map(paint).collect(),
        }
    }

    /// Appends the sequence that prints a part of it where the cursor is.
    pub(super) fn write(&self, part: Part, out: &mut Vec<u8>) {
        let right = (part.x + part.width).min(self.width);
        let bottom = (part.y + part.height).min(self.height);
        if part.x >= right || part.y >= bottom {
            return;
        }
        // Square pixels; those that are not drawn stay as they are.
        let head = format!("\x1bP0;1;0q\"1;1;{};{}", right - part.x, bottom - part.y);
        out.extend_from_slice(head.as_bytes());
        let row = |y: usize| &self.pixels[y * self.width + part.x..y * self.width + right];
        let mut used = [false; 256];
        for pixel in (part.y..bottom).flat_map(row) {
            used[usize::from(*pixel)] = true;
        }
        for (number, color) in self.colors.iter().enumerate().filter(|(n, _)| used[*n]) {
            let [r, g, b] = color.map(|part| (u32::from(part) * 100 + 127) / 255);
            out.extend_from_slice(format!("#{number};2;{r};{g};{b}").as_bytes());
        }
        for top in (part.y..bottom).step_by(6) {
            if top > part.y {
                out.push(b'-');
            }
            let rows: Vec<&[u8]> = (top..bottom.min(top + 6)).map(row).collect();
            write_band(&rows, out);
        }
        out.extend_from_slice(b"\x1b\\");
    }
}

/// Six rows, one colour after the other.
fn write_band(rows: &[&[u8]], out: &mut Vec<u8>) {
    let width = rows.first().map_or(0, |row| row.len());
    let mut sixels: Vec<Option<Vec<u8>>> = vec![None; MAX_COLORS];
    for (bit, row) in rows.iter().enumerate() {
        for (x, pixel) in row.iter().enumerate() {
            if let Some(line) = sixels.get_mut(usize::from(*pixel)) {
                line.get_or_insert_with(|| vec![0; width])[x] |= 1 << bit;
            }
        }
    }
    let mut first = true;
    for (number, line) in sixels.iter().enumerate() {
        let Some(line) = line else {
            continue;
        };
        if !std::mem::take(&mut first) {
            out.push(b'$');
        }
        out.extend_from_slice(format!("#{number}").as_bytes());
        // What follows the last pixel of this colour is not drawn anyway.
        let end = line
            .iter()
            .rposition(|bits| *bits != 0)
            .map_or(0, |at| at + 1);
        for run in line[..end].chunk_by(|a, b| a == b) {
            let sixel = b'?' + run[0];
            match run.len() {
                count @ 4.. => {
                    out.extend_from_slice(format!("!{count}").as_bytes());
                    out.push(sixel);
                }
                count => out.extend(std::iter::repeat_n(sixel, count)),
            }
        }
    }
}

fn bin(r: u8, g: u8, b: u8) -> usize {
    let step = |part: u8| usize::from(part >> (8 - BITS));
    step(r) << (2 * BITS) | step(g) << BITS | step(b)
}

/// Pixels whose colours are close: how many, and the sum of their parts.
#[derive(Debug, Clone, Copy, Default)]
struct Bin {
    count: u64,
    sums: [u64; 3],
}

impl Bin {
    /// Its mean colour.
    fn mean(&self) -> [u8; 3] {
        self.sums.map(|sum| (sum / self.count.max(1)) as u8)
    }
}

/// The colours to use, and for each bin the one that stands for it.
fn palette(picture: &Rgba) -> (Vec<[u8; 3]>, Vec<u8>) {
    let mut bins = vec![Bin::default(); BINS];
    for [r, g, b, alpha] in &picture.pixels {
        if *alpha >= OPAQUE {
            let bin = &mut bins[bin(*r, *g, *b)];
            bin.count += 1;
            for (sum, part) in bin.sums.iter_mut().zip([r, g, b]) {
                *sum += u64::from(*part);
            }
        }
    }
    let mut taken: Vec<usize> = (0..BINS).filter(|at| bins[*at].count > 0).collect();
    let mut boxes = vec![&mut taken[..]];
    while boxes.len() < MAX_COLORS {
        let widest = (boxes.iter().enumerate())
            .map(|(at, members)| (spread(&bins, members).0, at))
            .max();
        let Some((1.., at)) = widest else {
            break;
        };
        let members = boxes.swap_remove(at);
        let (left, right) = cut(&bins, members);
        boxes.extend([left, right]);
    }
    let mut index = vec![0; BINS];
    let mut colors = Vec::with_capacity(boxes.len());
    for members in boxes {
        let mut all = Bin::default();
        for member in members.iter() {
            index[*member] = colors.len() as u8;
            all.count += bins[*member].count;
            for (sum, part) in all.sums.iter_mut().zip(bins[*member].sums) {
                *sum += part;
            }
        }
        colors.push(all.mean());
    }
    (colors, index)
}

/// How much it is worth to divide a box, and along which part of the colours: 0 if it cannot be.
fn spread(bins: &[Bin], members: &[usize]) -> (u64, usize) {
    if members.len() < 2 {
        return (0, 0);
    }
    let count: u64 = members.iter().map(|member| bins[*member].count).sum();
    let range = |axis: usize| {
        let parts = || members.iter().map(|member| bins[*member].mean()[axis]);
        let (low, high) = (parts().min().unwrap_or(0), parts().max().unwrap_or(0));
        (u64::from(high - low), axis)
    };
    let (range, axis) = (0..3).map(range).max().unwrap_or((0, 0));
    // Many pixels matter more than few, but not in proportion.
    ((range + 1) * count.isqrt().max(1), axis)
}

/// Divides a box where half of its pixels are on either side.
fn cut<'a>(bins: &[Bin], members: &'a mut [usize]) -> (&'a mut [usize], &'a mut [usize]) {
    let (_, axis) = spread(bins, members);
    members.sort_by_key(|member| bins[*member].mean()[axis]);
    let all: u64 = members.iter().map(|member| bins[*member].count).sum();
    let mut before = 0;
    let half = members.iter().position(|member| {
        before += bins[*member].count;
        before * 2 >= all
    });
    let at = half.map_or(1, |at| at + 1).clamp(1, members.len() - 1);
    members.split_at_mut(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plate(width: usize, pixels: Vec<[u8; 4]>) -> Plate {
        let height = pixels.len() / width;
        Plate::reduce(&Rgba {
            width,
            height,
            pixels,
        })
    }

    fn written(plate: &Plate, part: Part) -> String {
        let mut out = Vec::new();
        plate.write(part, &mut out);
        String::from_utf8(out).expect("ASCII")
    }

    #[test]
    fn few_colours_are_kept_and_clear_pixels_left_out() {
        let red = [255, 0, 0, 255];
        let blue = [0, 0, 255, 255];
        let clear = [9, 9, 9, 0];
        let plate = plate(4, vec![red, red, blue, clear, red, red, blue, clear]);
        assert_eq!(plate.colors.len(), 2);
        let whole = Part {
            x: 0,
            y: 0,
            width: 99,
            height: 99,
        };
        let text = written(&plate, whole);
        assert!(text.starts_with("\x1bP0;1;0q\"1;1;4;2#"), "{text:?}");
        assert!(text.contains(";2;100;0;0") && text.contains(";2;0;0;100"));
        // Two rows are bits 0 and 1, and a colour starts at the left again.
        assert!(text.contains("BB") && text.contains("??B") && text.contains('$'));
        assert!(text.ends_with("\x1b\\"));
        let corner = Part {
            x: 2,
            y: 1,
            width: 1,
            height: 1,
        };
        assert!(written(&plate, corner).contains("\"1;1;1;1#"));
        let outside = Part { x: 4, ..corner };
        assert_eq!(written(&plate, outside), "");
    }

    #[test]
    fn many_colours_come_down_to_near_ones() {
        let pixels: Vec<[u8; 4]> = (0..64u32 * 64)
            .map(|n| [(n % 64 * 4) as u8, (n / 64 * 4) as u8, (n % 251) as u8, 255])
            .collect();
        let plate = plate(64, pixels.clone());
        assert_eq!(plate.colors.len(), MAX_COLORS);
        let error: u64 = (pixels.iter().zip(&plate.pixels))
            .map(|(pixel, index)| {
                let color = plate.colors[usize::from(*index)];
                let parts = pixel.iter().zip(color);
                parts.map(|(a, b)| u64::from(a.abs_diff(b))).sum::<u64>()
            })
            .sum();
        let mean = error as f64 / (pixels.len() * 3) as f64;
        assert!(mean < 14.0, "{mean}");
    }

    #[test]
    fn what_is_written_is_what_is_read_back() {
        let pixels: Vec<[u8; 4]> = (0..20u32 * 14)
            .map(|n| [(n % 20 * 12) as u8, (n / 20 * 18) as u8, 40, 255])
            .collect();
        let plate = plate(20, pixels);
        let text = written(
            &plate,
            Part {
                x: 3,
                y: 2,
                width: 10,
                height: 12,
            },
        );
        let body = text
            .strip_prefix("\x1bP0;1;0q")
            .and_then(|text| text.strip_suffix("\x1b\\"));
        let back = crate::term::sixel::decode(body.expect("a sequence").as_bytes(), false);
        let back = pixels::decode(&back.expect("an image")).expect("pixels");
        assert_eq!((back.width, back.height), (10, 12));
        for (at, pixel) in back.pixels.iter().enumerate() {
            let (x, y) = (at % 10 + 3, at / 10 + 2);
            let color = plate.colors[usize::from(plate.pixels[y * 20 + x])];
            for (shown, meant) in pixel.iter().zip(color) {
                // Percents are coarser than bytes.
                assert!(shown.abs_diff(meant) <= 2, "{pixel:?} {color:?}");
            }
        }
    }
}
