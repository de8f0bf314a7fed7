//! Control strings that terminals send: colours, version and capabilities.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::keys::input::{Input, Reply, Rgb16};

/// The longest name or value kept from a terminal, in characters.
const MAX_TEXT: usize = 200;

/// Reads a control string, appending what it tells. Unknown ones append nothing.
pub(super) fn read(introducer: u8, body: &[u8], out: &mut Vec<Input>) {
    match introducer {
        b']' if body.starts_with(b"52;") => out.extend(clipboard(body).map(Input::Reply)),
        b']' => out.extend(colour_report(body).map(Input::Reply)),
        b'P' => device_string(body, out),
        _ => {}
    }
}

/// `52 ; target ; base64`.
fn clipboard(body: &[u8]) -> Option<Reply> {
    let data = body.splitn(3, |byte| *byte == b';').nth(2)?;
    STANDARD.decode(data).ok().map(Reply::Clipboard)
}

fn colour_report(body: &[u8]) -> Option<Reply> {
    let body = std::str::from_utf8(body).ok()?;
    let (number, rest) = body.split_once(';')?;
    match number {
        "4" => {
            let (index, colour) = rest.split_once(';')?;
            Some(Reply::Palette(index.parse().ok()?, colour_value(colour)?))
        }
        "10" => colour_value(rest).map(Reply::Foreground),
        "11" => colour_value(rest).map(Reply::Background),
        "7501" if rest.starts_with("?:") => Some(Reply::TakesStatus),
        "12" => colour_value(rest).map(Reply::CursorColour),
        _ => None,
    }
}

/// `rgb:R/G/B` or `rgba:R/G/B/A` with one to four hexadecimal digits each, or `#RGB` in any width.
fn colour_value(text: &str) -> Option<Rgb16> {
    if let Some(digits) = text.strip_prefix('#') {
        let width = digits.len() / 3;
        let channel = |n: usize| channel(digits.get(n * width..(n + 1) * width)?);
        return match digits.len() % 3 {
            0 => rgb(channel(0), channel(1), channel(2)),
            _ => None,
        };
    }
    let text = text.strip_prefix("rgba:").or(text.strip_prefix("rgb:"))?;
    let mut channels = text.split('/').map(channel);
    let mut next = || channels.next().flatten();
    rgb(next(), next(), next())
}

fn rgb(r: Option<u16>, g: Option<u16>, b: Option<u16>) -> Option<Rgb16> {
    Some(Rgb16 {
        r: r?,
        g: g?,
        b: b?,
    })
}

/// One channel, scaled to 16 bits: `f`, `ff` and `ffff` are all full.
fn channel(digits: &str) -> Option<u16> {
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let most: u32 = match digits.len() {
        1 => 0xf,
        2 => 0xff,
        3 => 0xfff,
        4 => 0xffff,
        _ => return None,
    };
    let value = u32::from_str_radix(digits, 16).ok()?;
    u16::try_from(value * 0xffff / most).ok()
}

fn device_string(body: &[u8], out: &mut Vec<Input>) {
    if let Some(version) = body.strip_prefix(b">|") {
        out.push(Input::Reply(Reply::Version(printable(version))));
    } else if let Some(list) = body.strip_prefix(b"1+r") {
        let found = list.split(|byte| *byte == b';').map(|item| {
            let mut halves = item.splitn(2, |byte| *byte == b'=');
            let name = halves.next().and_then(hex).unwrap_or_default();
            // A capability without a value is a flag that is set.
            let value = halves.next().and_then(hex).unwrap_or_default();
            Reply::Capability(name, Some(value))
        });
        out.extend(found.map(Input::Reply));
    } else if let Some(list) = body.strip_prefix(b"0+r") {
        let missing = list
            .split(|byte| *byte == b';')
            .map(|name| Reply::Capability(hex(name).unwrap_or_default(), None));
        out.extend(missing.map(Input::Reply));
    }
}

fn hex(digits: &[u8]) -> Option<String> {
    let bytes: Option<Vec<u8>> = digits
        .chunks(2)
        .map(|pair| {
            let pair = std::str::from_utf8(pair).ok()?;
            u8::from_str_radix(pair, 16).ok()
        })
        .collect();
    Some(printable(&bytes?))
}

fn printable(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes)
        .chars()
        .filter(|c| !c.is_control())
        .take(MAX_TEXT)
        .collect()
}
