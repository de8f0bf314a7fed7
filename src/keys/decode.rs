//! Bytes of an attached terminal, turned into [`Input`].
//!
//! The decoder keeps the bytes of one unfinished item and nothing else, and asks the same question
//! of them after every feed: is this a whole item, or could more follow? So cutting the input
//! anywhere gives the same result. A lone Escape could always begin a sequence; the caller's timer
//! decides ([`Decoder::wait`] says how long, [`Decoder::flush`] gives up waiting).
//!
//! Every buffer is bounded: a sequence that grows too long is swallowed to its end without being
//! kept, a paste is handed on in pieces. A sequence nobody knows is swallowed whole. A control
//! character inside an unfinished sequence ends it and counts by itself, so that Ctrl-C always
//! gets through.

mod csi;
mod report;
mod scan;
#[cfg(test)]
mod tests;

use std::time::Duration;

use super::input::{Button, Input, Part, Paste};
use super::key::{Code, Key, KeyEvent, Mods};
use csi::Meaning;
use scan::{Scan, Token};

/// The largest piece of a paste handed on at once, in bytes.
pub const PASTE_PIECE: usize = 1 << 20;

/// How long a sequence that is surely one may stall on a slow line.
const SEQUENCE_PATIENCE: Duration = Duration::from_millis(250);
/// How long a paste may stall before its end counts as lost.
const PASTE_PATIENCE: Duration = Duration::from_secs(5);

const PASTE_END: &[u8] = b"\x1b[201~";

/// Turns the bytes of one terminal into input. One decoder per terminal.
#[derive(Debug, Default)]
pub struct Decoder {
    /// The bytes of an item that is not whole yet.
    held: Vec<u8>,
    mode: Mode,
    /// Old mouse reports do not say which button came up.
    pressed: Option<Button>,
}

#[derive(Debug, Default)]
enum Mode {
    #[default]
    Ground,
    /// Between the brackets of a paste; `begun` once a piece was handed on.
    Paste { data: Vec<u8>, begun: bool },
    /// In a control sequence that is too long to keep.
    SkipCsi,
    /// In a control string that is too long to keep.
    SkipString,
}

impl Decoder {
    /// A decoder at the start of a stream.
    pub fn new() -> Decoder {
        Decoder::default()
    }

    /// Takes the next bytes of the stream and appends what they complete to `out`.
    pub fn feed(&mut self, bytes: &[u8], out: &mut Vec<Input>) {
        let mut held = std::mem::take(&mut self.held);
        held.extend_from_slice(bytes);
        let mut rest = held.as_slice();
        while !rest.is_empty() {
            match self.step(rest, out) {
                Some(used) => rest = rest.get(used..).unwrap_or_default(),
                None => break,
            }
        }
        let used = held.len() - rest.len();
        held.drain(..used);
        held.shrink_to(4096);
        self.held = held;
    }

    /// How long to wait for more bytes before calling [`Decoder::flush`]; `None` if nothing is
    /// unfinished. Start the timer anew after every feed. `escape_time` is the person's setting
    /// for a lone Escape; what surely is a sequence or a paste gets longer.
    pub fn wait(&self, escape_time: Duration) -> Option<Duration> {
        match self.mode {
            Mode::Paste { .. } => Some(PASTE_PATIENCE),
            Mode::SkipCsi | Mode::SkipString => Some(SEQUENCE_PATIENCE.max(escape_time)),
            Mode::Ground if self.held.is_empty() => None,
            Mode::Ground if scan::may_be_typed(&self.held) => Some(escape_time),
            Mode::Ground => Some(SEQUENCE_PATIENCE.max(escape_time)),
        }
    }

    /// Gives up waiting: a lone Escape becomes the key, Escape and one character become Alt and
    /// that key, the rest of a broken sequence is dropped, an endless paste ends.
    pub fn flush(&mut self, out: &mut Vec<Input>) {
        let held = std::mem::take(&mut self.held);
        match std::mem::take(&mut self.mode) {
            Mode::Ground => flush_ground(&held, out),
            Mode::SkipCsi | Mode::SkipString => {}
            Mode::Paste { mut data, begun } => {
                data.extend_from_slice(&held);
                end_paste(data, begun, out);
            }
        }
    }

    /// Reads one item off the front of `bytes`: how many bytes it took, or `None` for "wait".
    fn step(&mut self, bytes: &[u8], out: &mut Vec<Input>) -> Option<usize> {
        match &mut self.mode {
            Mode::Ground => self.ground(bytes, out),
            Mode::Paste { data, begun } => {
                let (used, ended) = paste_step(bytes, data);
                hand_on_pieces(data, begun, out);
                if ended {
                    let (data, begun) = (std::mem::take(data), *begun);
                    self.mode = Mode::Ground;
                    end_paste(data, begun, out);
                }
                (used > 0).then_some(used)
            }
            Mode::SkipCsi => match scan::csi_end(bytes) {
                Some(used) => {
                    self.mode = Mode::Ground;
                    Some(used)
                }
                None => Some(bytes.len()),
            },
            Mode::SkipString => match scan::string_end(bytes) {
                scan::End::At(_, used) => {
                    self.mode = Mode::Ground;
                    Some(used)
                }
                scan::End::Unsure(0) => None,
                scan::End::Unsure(used) => Some(used),
            },
        }
    }

    fn ground(&mut self, bytes: &[u8], out: &mut Vec<Input>) -> Option<usize> {
        if bytes.starts_with(b"\x1b\x1b") {
            return self.double_escape(bytes, out);
        }
        match scan::scan(bytes) {
            Scan::More => None,
            Scan::Item(used, token) => {
                self.take(&token, out);
                Some(used)
            }
        }
    }

    /// Escape before Escape: rxvt's and PuTTY's Alt with a key that is itself a sequence, or the
    /// Escape key before something else.
    fn double_escape(&mut self, bytes: &[u8], out: &mut Vec<Input>) -> Option<usize> {
        if matches!(bytes.get(2)?, b'[' | b'O') {
            match scan::scan(bytes.get(1..)?) {
                Scan::More => return None,
                Scan::Item(used, token) => {
                    if let Some(key) = csi::legacy_key(&token)
                        && !key.mods.has(Mods::ALT)
                    {
                        push_key(Key::new(key.code, key.mods.with(Mods::ALT)), out);
                        return Some(used + 1);
                    }
                }
            }
        }
        push_key(Key::plain(Code::Esc), out);
        Some(1)
    }

    fn take(&mut self, token: &Token<'_>, out: &mut Vec<Input>) {
        match token {
            Token::Key(key) => push_key(*key, out),
            Token::Csi(body, last) => match csi::read(body, *last, out) {
                Meaning::Done => {}
                Meaning::PasteBegins => {
                    self.mode = Mode::Paste {
                        data: Vec::new(),
                        begun: false,
                    };
                }
            },
            Token::OldMouse(bytes) => {
                if let Some(mouse) = csi::old_mouse(*bytes, &mut self.pressed) {
                    out.push(Input::Mouse(mouse));
                }
            }
            Token::Ss3(..) | Token::Console(_) => {
                if let Some(key) = csi::legacy_key(token) {
                    push_key(key, out);
                }
            }
            Token::Text(introducer, body) => report::read(*introducer, body, out),
            Token::Broken => {}
            Token::LongCsi => self.mode = Mode::SkipCsi,
            Token::LongText => self.mode = Mode::SkipString,
        }
    }
}

fn push_key(key: Key, out: &mut Vec<Input>) {
    out.push(Input::Key(KeyEvent::from(key)));
}

/// What unfinished bytes mean when nothing follows them.
fn flush_ground(held: &[u8], out: &mut Vec<Input>) {
    match held {
        [] => {}
        [0x1b] => push_key(Key::plain(Code::Esc), out),
        [0x1b, 0x1b] => push_key(Key::new(Code::Esc, Mods::ALT), out),
        [0x1b, rest @ ..] if scan::may_be_typed(held) => match rest {
            [0x1b, rest @ ..] => {
                push_key(Key::plain(Code::Esc), out);
                flush_typed(rest, Mods::ALT, out);
            }
            rest => flush_typed(rest, Mods::ALT, out),
        },
        // The rest of a sequence: dropped rather than typed.
        [0x1b, b'[' | b'O' | b']' | b'P' | b'_', ..] => {}
        [0x1b, 0x1b, ..] => push_key(Key::plain(Code::Esc), out),
        [0x1b, ..] => push_key(Key::new(Code::Char(scan::BROKEN), Mods::ALT), out),
        _ => push_key(Key::char(scan::BROKEN), out),
    }
}

/// Bytes that looked like the start of a sequence but were typed: the first with `mods`.
fn flush_typed(bytes: &[u8], mods: Mods, out: &mut Vec<Input>) {
    let mut mods = mods;
    for byte in bytes {
        let key = scan::control_or_ascii(*byte);
        push_key(Key::new(key.code, key.mods.with(mods)), out);
        mods = Mods::NONE;
    }
}

/// Moves paste bytes from `bytes` to `data`, up to the end marker or to what may begin it.
/// Returns how many bytes were used and whether the paste is over.
fn paste_step(bytes: &[u8], data: &mut Vec<u8>) -> (usize, bool) {
    let found = bytes
        .windows(PASTE_END.len())
        .position(|window| window == PASTE_END);
    if let Some(at) = found {
        data.extend_from_slice(bytes.get(..at).unwrap_or_default());
        return (at + PASTE_END.len(), true);
    }
    let longest = bytes.len().min(PASTE_END.len() - 1);
    let kept = (1..=longest)
        .rev()
        .find(|n| {
            PASTE_END
                .get(..*n)
                .is_some_and(|head| bytes.ends_with(head))
        })
        .unwrap_or(0);
    let used = bytes.len() - kept;
    data.extend_from_slice(bytes.get(..used).unwrap_or_default());
    (used, false)
}

fn hand_on_pieces(data: &mut Vec<u8>, begun: &mut bool, out: &mut Vec<Input>) {
    while data.len() > PASTE_PIECE {
        let rest = data.split_off(piece_end(data));
        let part = if *begun { Part::Middle } else { Part::First };
        let data = std::mem::replace(data, rest);
        out.push(Input::Paste(Paste { data, part }));
        *begun = true;
    }
}

/// The largest cut of at most [`PASTE_PIECE`] that splits neither a character nor a line end of
/// two bytes.
fn piece_end(data: &[u8]) -> usize {
    let continues = |at: usize| match (data.get(at - 1), data.get(at)) {
        (Some(b'\r'), Some(b'\n')) => true,
        (_, Some(byte)) => byte & 0xc0 == 0x80,
        _ => false,
    };
    (PASTE_PIECE - 3..=PASTE_PIECE)
        .rev()
        .find(|at| !continues(*at))
        .unwrap_or(PASTE_PIECE)
}

fn end_paste(mut data: Vec<u8>, mut begun: bool, out: &mut Vec<Input>) {
    hand_on_pieces(&mut data, &mut begun, out);
    let part = if begun { Part::Last } else { Part::Whole };
    out.push(Input::Paste(Paste { data, part }));
}
