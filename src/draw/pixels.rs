//! The pixels of an image, whatever form they came in.
//!
//! They are a program's, so nothing they say is believed: sizes are bounded before memory is taken, and
//! what does not fit together is no picture.

use std::io::{Cursor, Read};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::image::{PixelFormat, Pixels};

/// The most pixels that are decoded: it is done between two frames.
const MAX_PIXELS: usize = 4 << 20;

/// A picture, four bytes a pixel: red, green, blue and how opaque.
#[derive(Debug)]
pub(super) struct Rgba {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) pixels: Vec<[u8; 4]>,
}

/// Decodes; `None` if it is damaged or too large.
pub(super) fn decode(pixels: &Pixels) -> Option<Rgba> {
    let data = STANDARD.decode(&pixels.data).ok()?;
    if pixels.format == PixelFormat::Png {
        return png(&data);
    }
    let (width, height) = (pixels.width as usize, pixels.height as usize);
    let count = width.checked_mul(height)?;
    if count == 0 || count > MAX_PIXELS {
        return None;
    }
    let data = match pixels.zipped {
        true => unzip(&data, count * 4)?,
        false => data,
    };
    let pixels: Vec<[u8; 4]> = match pixels.format {
        PixelFormat::Rgb => data.chunks_exact(3).map(opaque).take(count).collect(),
        _ => data.chunks_exact(4).map(as_is).take(count).collect(),
    };
    (pixels.len() == count).then_some(Rgba {
        width,
        height,
        pixels,
    })
}

/// At most so many bytes.
fn unzip(data: &[u8], most: usize) -> Option<Vec<u8>> {
    let mut plain = Vec::new();
    let mut unzipping = flate2::read::ZlibDecoder::new(data).take(most as u64);
    unzipping.read_to_end(&mut plain).ok()?;
    Some(plain)
}

fn png(data: &[u8]) -> Option<Rgba> {
    let mut decoder = png::Decoder::new(Cursor::new(data));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().ok()?;
    let (width, height) = (reader.info().width as usize, reader.info().height as usize);
    if width.checked_mul(height)? > MAX_PIXELS {
        return None;
    }
    let mut bytes = vec![0; reader.output_buffer_size()?];
    let frame = reader.next_frame(&mut bytes).ok()?;
    let bytes = bytes.get(..frame.buffer_size())?;
    let pixels: Vec<[u8; 4]> = match frame.color_type {
        png::ColorType::Rgb => bytes.chunks_exact(3).map(opaque).collect(),
        png::ColorType::Rgba => bytes.chunks_exact(4).map(as_is).collect(),
        png::ColorType::Grayscale => bytes
            .iter()
            .map(|grey| [*grey, *grey, *grey, 255])
            .collect(),
        png::ColorType::GrayscaleAlpha => (bytes.chunks_exact(2))
            .map(|pair| [pair[0], pair[0], pair[0], pair[1]])
            .collect(),
        png::ColorType::Indexed => return None,
    };
    (pixels.len() == width * height).then_some(Rgba {
        width,
        height,
        pixels,
    })
}

fn opaque(part: &[u8]) -> [u8; 4] {
    [part[0], part[1], part[2], 255]
}

fn as_is(part: &[u8]) -> [u8; 4] {
    [part[0], part[1], part[2], part[3]]
}

/// The picture in another size: the mean of what falls on a pixel, or the nearest there is.
pub(super) fn scale(picture: &Rgba, width: usize, height: usize) -> Rgba {
    let columns: Vec<(usize, usize)> = spans(picture.width, width);
    let mut pixels = Vec::with_capacity(width * height);
    for (top, bottom) in spans(picture.height, height) {
        for (left, right) in &columns {
            let mut sums = [0u32; 4];
            for y in top..bottom {
                for pixel in &picture.pixels[y * picture.width + left..y * picture.width + right] {
                    for (sum, part) in sums.iter_mut().zip(pixel) {
                        *sum += u32::from(*part);
                    }
                }
            }
            let count = ((bottom - top) * (right - left)).max(1) as u32;
            pixels.push(sums.map(|sum| (sum / count) as u8));
        }
    }
    Rgba {
        width,
        height,
        pixels,
    }
}

/// For each of `to` places the first of `from` that falls on it and the one after the last.
fn spans(from: usize, to: usize) -> Vec<(usize, usize)> {
    let span = |at: usize| {
        let first = at * from / to;
        (first, ((at + 1) * from / to).max(first + 1))
    };
    (0..to).map(span).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pixels(format: PixelFormat, width: u32, zipped: bool, data: &[u8]) -> Pixels {
        Pixels {
            format,
            width,
            height: 1,
            zipped,
            data: STANDARD.encode(data).into_bytes(),
        }
    }

    #[test]
    fn every_form_is_read() {
        let red_blue = [255, 0, 0, 0, 0, 255];
        let check = |image: &Pixels| {
            let picture = decode(image).expect("a picture");
            assert_eq!(picture.pixels, [[255, 0, 0, 255], [0, 0, 255, 255]]);
        };
        check(&pixels(PixelFormat::Rgb, 2, false, &red_blue));
        let rgba = [255, 0, 0, 255, 0, 0, 255, 255];
        check(&pixels(PixelFormat::Rgba, 2, false, &rgba));
        let mut zip = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut zip, &red_blue).expect("memory");
        let zipped = zip.finish().expect("memory");
        check(&pixels(PixelFormat::Rgb, 2, true, &zipped));
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, 2, 1);
        encoder.set_color(png::ColorType::Rgb);
        let mut writer = encoder.write_header().expect("memory");
        writer.write_image_data(&red_blue).expect("memory");
        writer.finish().expect("memory");
        check(&pixels(PixelFormat::Png, 0, false, &file));
    }

    #[test]
    fn what_does_not_fit_is_no_picture() {
        let check = |image: &Pixels| assert!(decode(image).is_none());
        check(&pixels(PixelFormat::Rgb, 2, false, &[1, 2, 3]));
        check(&pixels(PixelFormat::Rgb, 0, false, &[]));
        check(&pixels(PixelFormat::Rgba, u32::MAX, false, &[0; 4]));
        check(&pixels(PixelFormat::Rgb, 2, true, b"rubbish"));
        check(&pixels(PixelFormat::Png, 2, false, b"\x89PNG rubbish"));
    }

    #[test]
    fn sizes_change_by_means_and_by_repeating() {
        let picture = Rgba {
            width: 2,
            height: 1,
            pixels: vec![[0, 0, 0, 255], [100, 50, 200, 255]],
        };
        assert_eq!(scale(&picture, 1, 1).pixels, [[50, 25, 100, 255]]);
        let large = scale(&picture, 4, 2);
        assert_eq!(large.pixels[..2], [picture.pixels[0]; 2]);
        assert_eq!(large.pixels[6..], [picture.pixels[1]; 2]);
    }
}
