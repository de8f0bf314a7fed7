//! What a control sequence from a terminal means.

use super::scan::Token;
use crate::keys::input::{Button, Input, Mouse, MouseKind, Reply};
use crate::keys::key::{Code, Key, KeyEvent, Mods, Phase};
use crate::keys::legacy;

/// What reading a sequence leads to besides the input it appended.
pub(super) enum Meaning {
    /// Nothing more.
    Done,
    /// The bytes that follow are pasted.
    PasteBegins,
}

/// Reads `CSI body last`, appending what it means. Unknown sequences append nothing.
pub(super) fn read(body: &[u8], last: u8, out: &mut Vec<Input>) -> Meaning {
    let rest = body.get(1..).unwrap_or_default();
    match (body.first(), last) {
        (Some(b'?'), _) => out.extend(private_reply(rest, last).map(Input::Reply)),
        (Some(b'>'), b'c') => {
            out.push(Input::Reply(Reply::SecondaryAttributes(numbers(
                &body[1..],
            ))));
        }
        (Some(b'<'), b'M' | b'm') => {
            out.extend(sgr_mouse(rest, last == b'm').map(Input::Mouse));
        }
        (Some(b'<' | b'=' | b'>'), _) => {}
        (None, b'I') => out.push(Input::Focus(true)),
        (None, b'O') => out.push(Input::Focus(false)),
        (Some(_), b'u') => kitty_key(body, out),
        (Some(_), b'M') => out.extend(urxvt_mouse(body).map(Input::Mouse)),
        (Some(_), b'R') if cursor_report(body).is_some() => {
            out.extend(cursor_report(body).map(Input::Reply));
        }
        (Some(b'6'), b't') => out.extend(cell_pixels(body).map(Input::Reply)),
        (_, b'~') if number(body, 0, 0) == Some(200) => return Meaning::PasteBegins,
        (_, b'~') if number(body, 0, 0) == Some(27) && number(body, 2, 0).is_some() => {
            out.extend(other_key(body).map(|key| Input::Key(key.into())));
        }
        _ => {
            if let Some(key) = functional(body, last) {
                let mut event = KeyEvent::from(key);
                event.phase = phase(body);
                out.push(Input::Key(event));
            }
        }
    }
    Meaning::Done
}

/// The key of a sequence that old terminals send, which an Escape before it turns into Alt.
pub(super) fn legacy_key(token: &Token<'_>) -> Option<Key> {
    match token {
        Token::Csi(body, last) if phase(body) == Phase::Press => functional(body, *last),
        Token::Ss3(params, last) => ss3(params, *last),
        Token::Console(letter @ b'A'..=b'E') => Some(Key::plain(Code::F(letter - b'A' + 1))),
        _ => None,
    }
}

/// Arrows, function keys and their like, with their modifiers.
fn functional(body: &[u8], last: u8) -> Option<Key> {
    let mods = || mods(body, 1);
    match last {
        b'~' => Some(Key::new(legacy::from_tilde(number(body, 0, 0)?)?, mods())),
        b'$' => rxvt(body, Mods::SHIFT),
        b'^' => rxvt(body, Mods::CTRL),
        b'@' => rxvt(body, Mods::CTRL.with(Mods::SHIFT)),
        b'Z' => Some(Key::new(Code::Tab, mods().with(Mods::SHIFT))),
        b'a'..=b'd' if body.is_empty() => {
            let code = legacy::from_letter(last.to_ascii_uppercase())?;
            Some(Key::new(code, Mods::SHIFT))
        }
        _ if field(body, 0).is_empty() || number(body, 0, 0) == Some(1) => {
            Some(Key::new(legacy::from_letter(last)?, mods()))
        }
        _ => None,
    }
}

fn rxvt(body: &[u8], mods: Mods) -> Option<Key> {
    Some(Key::new(legacy::from_tilde(number(body, 0, 0)?)?, mods))
}

fn ss3(params: &[u8], last: u8) -> Option<Key> {
    // Either `SS3 mods X` or `SS3 1 ; mods X`.
    let at = usize::from(params.contains(&b';'));
    let mods = mods(params, at);
    let code = match last {
        b'a'..=b'd' => {
            let code = legacy::from_letter(last.to_ascii_uppercase())?;
            return Some(Key::new(code, Mods::CTRL));
        }
        b'I' => Code::Tab,
        _ => match legacy::from_letter(last) {
            Some(code) => code,
            None => Code::Keypad(legacy::from_pad(last)?),
        },
    };
    Some(Key::new(code, mods))
}

/// xterm's modifyOtherKeys: `CSI 27 ; mods ; character ~`.
fn other_key(body: &[u8]) -> Option<Key> {
    let mods = mods(body, 1);
    let code = match number(body, 2, 0)? {
        8 => Code::Backspace,
        n => legacy::from_kitty(n)?,
    };
    Some(Key::new(code, mods))
}

/// The kitty protocol: `CSI code:shifted:base ; mods:event ; text u`.
fn kitty_key(body: &[u8], out: &mut Vec<Input>) {
    let text = kitty_text(body);
    let Some(code) = number(body, 0, 0) else {
        return;
    };
    if code == 0 {
        // An input method's text, which no key made.
        let chars = text.iter().flat_map(|text| text.chars());
        out.extend(chars.map(|c| Input::Key(Key::char(c).into())));
        return;
    }
    let Some(code) = legacy::from_kitty(code) else {
        return;
    };
    let typed = |at| {
        number(body, 0, at)
            .and_then(char::from_u32)
            .filter(|c| !c.is_control())
    };
    out.push(Input::Key(KeyEvent {
        key: Key::new(code, mods(body, 1)),
        phase: phase(body),
        shifted: typed(1),
        base: typed(2),
        text,
    }));
}

fn kitty_text(body: &[u8]) -> Option<Box<str>> {
    let text: String = field(body, 2)
        .split(|byte| *byte == b':')
        .filter_map(parse)
        .filter_map(char::from_u32)
        .filter(|c| !c.is_control())
        .collect();
    (!text.is_empty()).then(|| text.into_boxed_str())
}

fn private_reply(body: &[u8], last: u8) -> Option<Reply> {
    match last {
        b'c' => Some(Reply::DeviceAttributes(numbers(body))),
        b'u' => Some(Reply::KeyboardFlags(
            u8::try_from(number(body, 0, 0)?).ok()?,
        )),
        b'R' => cursor(body),
        b'n' if number(body, 0, 0) == Some(997) => match number(body, 1, 0)? {
            1 => Some(Reply::DarkScheme(true)),
            2 => Some(Reply::DarkScheme(false)),
            _ => None,
        },
        b'y' => {
            let body = body.strip_suffix(b"$")?;
            let mode = u16::try_from(number(body, 0, 0)?).ok()?;
            Some(Reply::Mode(mode, u8::try_from(number(body, 1, 0)?).ok()?))
        }
        _ => None,
    }
}

/// `CSI 6 ; height ; width t`.
fn cell_pixels(body: &[u8]) -> Option<Reply> {
    let size = |at| {
        let size = u16::try_from(number(body, at, 0)?).ok()?;
        (1..=512).contains(&size).then_some(size)
    };
    (number(body, 0, 0) == Some(6)).then_some(())?;
    Some(Reply::CellPixels(size(2)?, size(1)?))
}

/// `CSI row ; column R`, unless it reads as F3 with modifiers, which terminals write the same way.
fn cursor_report(body: &[u8]) -> Option<Reply> {
    match (number(body, 0, 0)?, number(body, 1, 0)?) {
        (1, 0..=16) => None,
        // Only the kitty protocol puts an event in there.
        _ if body.contains(&b':') => None,
        _ => cursor(body),
    }
}

fn cursor(body: &[u8]) -> Option<Reply> {
    let row = u16::try_from(number(body, 0, 0)?).ok()?.checked_sub(1)?;
    let column = u16::try_from(number(body, 1, 0)?).ok()?.checked_sub(1)?;
    Some(Reply::Cursor(column, row))
}

fn sgr_mouse(body: &[u8], released: bool) -> Option<Mouse> {
    let (button, x, y) = mouse_fields(body)?;
    mouse(button, x, y, |button| {
        let button = button?;
        Some(match released {
            true => MouseKind::Release(button),
            false => MouseKind::Press(button),
        })
    })
}

fn urxvt_mouse(body: &[u8]) -> Option<Mouse> {
    let (button, x, y) = mouse_fields(body)?;
    // This form does not tell which button came up; nothing reads the answer before a press.
    mouse(button.checked_sub(32)?, x, y, |button| {
        Some(match button {
            Some(button) => MouseKind::Press(button),
            None => MouseKind::Release(Button::Left),
        })
    })
}

fn mouse_fields(body: &[u8]) -> Option<(u32, u32, u32)> {
    Some((
        number(body, 0, 0)?,
        number(body, 1, 0)?,
        number(body, 2, 0)?,
    ))
}

/// The oldest form: three bytes, each 32 more than its number.
pub(super) fn old_mouse(bytes: [u8; 3], pressed: &mut Option<Button>) -> Option<Mouse> {
    let [button, x, y] = bytes.map(|byte| u32::from(byte.saturating_sub(32)));
    mouse(button, x, y, |button| {
        Some(match button {
            Some(button) => {
                *pressed = Some(button);
                MouseKind::Press(button)
            }
            None => MouseKind::Release(pressed.take().unwrap_or(Button::Left)),
        })
    })
}

/// Takes a mouse report's button number apart. `pressing` says what the button (none for number
/// 3) did when it neither moved nor was a wheel.
fn mouse(
    number: u32,
    x: u32,
    y: u32,
    pressing: impl FnOnce(Option<Button>) -> Option<MouseKind>,
) -> Option<Mouse> {
    let low = number & 3;
    let button = match number & 192 {
        0 => match low {
            0 => Some(Button::Left),
            1 => Some(Button::Middle),
            2 => Some(Button::Right),
            _ => None,
        },
        128 => Some(Button::Extra(8 + low as u8)),
        _ => None,
    };
    let kind = match (number & 192, number & 32) {
        (64, 0) => match low {
            0 => MouseKind::WheelUp,
            1 => MouseKind::WheelDown,
            2 => MouseKind::WheelLeft,
            _ => MouseKind::WheelRight,
        },
        (0 | 128, 0) => pressing(button)?,
        (0 | 128, _) => button.map_or(MouseKind::Move, MouseKind::Drag),
        _ => return None,
    };
    let held = |bit, mods| if number & bit != 0 { mods } else { Mods::NONE };
    let cell = |n: u32| u16::try_from(n.saturating_sub(1)).unwrap_or(u16::MAX);
    Some(Mouse {
        kind,
        x: cell(x),
        y: cell(y),
        mods: held(4, Mods::SHIFT)
            .with(held(8, Mods::ALT))
            .with(held(16, Mods::CTRL)),
    })
}

fn mods(body: &[u8], at: usize) -> Mods {
    let wire = number(body, at, 0).unwrap_or(1).saturating_sub(1);
    Mods::from_bits(u8::try_from(wire).unwrap_or(0))
}

fn phase(body: &[u8]) -> Phase {
    match number(body, 1, 1) {
        Some(2) => Phase::Repeat,
        Some(3) => Phase::Release,
        _ => Phase::Press,
    }
}

fn field(body: &[u8], at: usize) -> &[u8] {
    body.split(|byte| *byte == b';').nth(at).unwrap_or_default()
}

/// Number `sub` of parameter `at`, both from 0; `None` where there is none.
fn number(body: &[u8], at: usize, sub: usize) -> Option<u32> {
    parse(field(body, at).split(|byte| *byte == b':').nth(sub)?)
}

fn parse(digits: &[u8]) -> Option<u32> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

fn numbers(body: &[u8]) -> Vec<u16> {
    body.split(|byte| *byte == b';')
        .filter_map(parse)
        .map(|n| u16::try_from(n).unwrap_or(u16::MAX))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::key::Keypad;

    #[test]
    fn number_block_enter_is_its_own_key() {
        let enter = Key::plain(Code::Keypad(Keypad::Enter));
        assert_eq!(ss3(b"", b'M'), Some(enter));
    }

    #[test]
    fn numbers_out_of_range_are_none() {
        assert_eq!(parse(b"4294967296"), None);
        assert_eq!(parse(b"+1"), Some(1));
        assert_eq!(number(b"1;;3", 1, 0), None);
        assert_eq!(number(b"1:2:3", 0, 2), Some(3));
    }
}
