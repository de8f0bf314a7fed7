//! Sixel images, decoded into pixels.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::draw::{PixelFormat, Pixels};

/// The most pixels of an image.
pub(super) const MAX_PIXELS: usize = 4 << 20;
/// The most pixels along an edge.
pub(super) const MAX_EDGE: usize = 4096;
/// As many colours as any terminal has registers for.
pub(super) const MAX_COLORS: usize = 1024;

/// The first sixteen colours of a VT340, in percent.
const FIRST: [[u8; 3]; 16] = [
    [0, 0, 0],
    [20, 20, 80],
    [80, 13, 13],
    [20, 80, 20],
    [80, 20, 80],
    [20, 80, 80],
    [80, 80, 20],
    [53, 53, 53],
    [26, 26, 26],
    [33, 33, 60],
    [60, 26, 26],
    [33, 60, 33],
    [60, 33, 60],
    [33, 60, 60],
    [60, 60, 33],
    [80, 80, 80],
];

/// Width and height, if the image says so first.
pub(super) fn size(data: &[u8]) -> Option<(u32, u32)> {
    let rest = data.strip_prefix(b"\"")?;
    let mut numbers = [0; 4];
    read_numbers(rest, &mut numbers);
    let [.., width, height] = numbers;
    (width > 0 && height > 0).then_some((width, height))
}

/// The pixels of an image; those never drawn are transparent unless it is opaque. `None` if it is
/// empty or too large.
pub(crate) fn decode(data: &[u8], opaque: bool) -> Option<Pixels> {
    let mut canvas = Canvas::new(data, opaque)?;
    let mut rest = data;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match first {
            b'?'..=b'~' => canvas.draw(first - b'?', 1),
            b'!' => {
                let mut count = [0];
                rest = read_numbers(rest, &mut count);
                if let Some((sixel @ b'?'..=b'~', after)) = rest.split_first() {
                    rest = after;
                    canvas.draw(sixel - b'?', (count[0] as usize).max(1));
                }
            }
            b'#' => {
                let mut numbers = [0; 5];
                rest = read_numbers(rest, &mut numbers);
                canvas.choose(numbers);
            }
            b'$' => canvas.x = 0,
            b'-' => {
                canvas.x = 0;
                canvas.y += 6;
            }
            b'"' => rest = read_numbers(rest, &mut [0; 4]),
            _ => {}
        }
    }
    canvas.finish()
}

/// Reads numbers divided by semicolons; returns what follows them.
fn read_numbers<'a>(text: &'a [u8], numbers: &mut [u32]) -> &'a [u8] {
    let end = text
        .iter()
        .position(|byte| !matches!(byte, b'0'..=b'9' | b';'));
    let (head, rest) = text.split_at(end.unwrap_or(text.len()));
    for (slot, digits) in numbers.iter_mut().zip(head.split(|byte| *byte == b';')) {
        *slot = digits.iter().fold(0_u32, |number, digit| {
            number
                .saturating_mul(10)
                .saturating_add(u32::from(digit - b'0'))
        });
    }
    rest
}

/// An image being drawn.
struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<[u8; 4]>,
    colors: Vec<[u8; 4]>,
    color: [u8; 4],
    x: usize,
    y: usize,
}

impl Canvas {
    /// As large as the image says, or as it turns out to be.
    fn new(data: &[u8], opaque: bool) -> Option<Canvas> {
        let (width, height) = match size(data) {
            Some((width, height)) => (width as usize, height as usize),
            None => extent(data),
        };
        let fits = (1..=MAX_EDGE).contains(&width)
            && (1..=MAX_EDGE).contains(&height)
            && width * height <= MAX_PIXELS;
        let blank = if opaque { [0, 0, 0, 255] } else { [0; 4] };
        fits.then(|| Canvas {
            width,
            height,
            pixels: vec![blank; width * height],
            colors: FIRST.iter().map(|color| from_percent(*color)).collect(),
            color: from_percent(FIRST[0]),
            x: 0,
            y: 0,
        })
    }

    fn draw(&mut self, bits: u8, count: usize) {
        let end = self.x.saturating_add(count).min(self.width);
        for row in (0..6).filter(|row| bits & (1 << row) != 0) {
            let y = self.y + row;
            if y < self.height && self.x < end {
                let start = y * self.width;
                self.pixels[start + self.x..start + end].fill(self.color);
            }
        }
        self.x = self.x.saturating_add(count).min(MAX_EDGE);
    }

    /// `register`, or `register ; 1 or 2 ; three numbers` to define it first.
    fn choose(&mut self, [register, space, a, b, c]: [u32; 5]) {
        let register = (register as usize).min(MAX_COLORS - 1);
        if register >= self.colors.len() {
            self.colors.resize(register + 1, from_percent(FIRST[7]));
        }
        let percent = |value: u32| value.min(100) as u8;
        match space {
            1 => self.colors[register] = from_hls(a, percent(b), percent(c)),
            2 => self.colors[register] = from_percent([a, b, c].map(percent)),
            _ => {}
        }
        self.color = self.colors[register];
    }

    fn finish(self) -> Option<Pixels> {
        Some(Pixels {
            format: PixelFormat::Rgba,
            width: u32::try_from(self.width).ok()?,
            height: u32::try_from(self.height).ok()?,
            zipped: false,
            data: STANDARD.encode(self.pixels.as_flattened()).into_bytes(),
        })
    }
}

/// How far the image draws, in pixels.
fn extent(data: &[u8]) -> (usize, usize) {
    let (mut x, mut width, mut bands) = (0_usize, 0, 1);
    let mut rest = data;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match first {
            b'?'..=b'~' => x += 1,
            b'!' => {
                let mut count = [0];
                rest = read_numbers(rest, &mut count);
                if let Some((b'?'..=b'~', after)) = rest.split_first() {
                    rest = after;
                    x = x.saturating_add((count[0] as usize).max(1));
                }
            }
            b'$' => x = 0,
            b'-' => {
                x = 0;
                // A last line feed begins nothing.
                bands += usize::from(rest.iter().any(|byte| matches!(byte, b'?'..=b'~')));
            }
            b'#' | b'"' => rest = read_numbers(rest, &mut []),
            _ => {}
        }
        width = width.max(x);
    }
    (width, bands * 6)
}

fn from_percent(color: [u8; 3]) -> [u8; 4] {
    let [r, g, b] = color.map(|part| (u16::from(part) * 255 / 100) as u8);
    [r, g, b, 255]
}

/// DEC's hue (blue at 0, red at 120), lightness and saturation.
fn from_hls(hue: u32, lightness: u8, saturation: u8) -> [u8; 4] {
    let (lightness, saturation) = (f64::from(lightness) / 100.0, f64::from(saturation) / 100.0);
    let chroma = (1.0 - (2.0 * lightness - 1.0).abs()) * saturation;
    let hue = f64::from((hue + 240) % 360) / 60.0;
    let second = chroma * (1.0 - (hue % 2.0 - 1.0).abs());
    let (r, g, b) = match hue as u8 {
        0 => (chroma, second, 0.0),
        1 => (second, chroma, 0.0),
        2 => (0.0, chroma, second),
        3 => (0.0, second, chroma),
        4 => (second, 0.0, chroma),
        _ => (chroma, 0.0, second),
    };
    let least = lightness - chroma / 2.0;
    let [r, g, b] = [r, g, b].map(|part| ((part + least) * 255.0).round() as u8);
    [r, g, b, 255]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pixels(data: &str, opaque: bool) -> (u32, u32, Vec<u8>) {
        let pixels = decode(data.as_bytes(), opaque).expect("an image");
        let data = STANDARD.decode(pixels.data).expect("base64");
        (pixels.width, pixels.height, data)
    }

    #[test]
    fn bands_colors_and_repeats_are_drawn() {
        let (width, height, data) = pixels("#1;2;100;0;0!3~$#2;2;0;0;100@-#1@", false);
        assert_eq!((width, height), (3, 12));
        let at = |x: usize, y: usize| &data[(y * 3 + x) * 4..(y * 3 + x) * 4 + 4];
        assert_eq!(at(0, 0), [0, 0, 255, 255]);
        assert_eq!(at(1, 0), [255, 0, 0, 255]);
        assert_eq!(at(0, 6), [255, 0, 0, 255]);
        assert_eq!(at(2, 11), [0, 0, 0, 0]);
    }

    #[test]
    fn the_size_said_is_the_size() {
        let (width, height, data) = pixels("\"1;1;2;1#0;1;120;50;100!9~", true);
        assert_eq!((width, height), (2, 1));
        assert_eq!(data, [255, 0, 0, 255, 255, 0, 0, 255]);
    }

    #[test]
    fn nonsense_is_no_image() {
        for wrong in [
            "",
            "-",
            "\"1;1;99999;9",
            "!4294967295~",
            "!99999999999999999999~",
        ] {
            assert_eq!(decode(wrong.as_bytes(), false), None, "{wrong}");
        }
        assert!(decode(b"\"1;1;2;2#9999999999;7;1!~#!", false).is_some());
    }
}
