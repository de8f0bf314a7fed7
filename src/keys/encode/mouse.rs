//! Mouse events as a pane's program asked for them.

use super::{MouseFormat, PaneModes, Tracking, push, push_char};
use crate::keys::input::{Button, Mouse, MouseKind};
use crate::keys::key::Mods;

/// Appends the report of an event at a cell of the pane (columns and rows from 0 at the pane's own
/// corner). Returns whether the program gets one: if not, the event is the multiplexer's.
pub fn mouse(event: &Mouse, modes: &PaneModes, out: &mut Vec<u8>) -> bool {
    if !wanted(event.kind, modes.mouse) {
        return false;
    }
    let mods = match modes.mouse {
        Tracking::Presses => 0,
        _ => held(event.mods),
    };
    let (x, y) = (u32::from(event.x) + 1, u32::from(event.y) + 1);
    let released = matches!(event.kind, MouseKind::Release(_));
    let number = number(event.kind) + mods;
    // Only one format tells which button came up.
    let anonymous = if released { 3 + mods } else { number };
    match modes.mouse_format {
        MouseFormat::Sgr => {
            let last = if released { 'm' } else { 'M' };
            push(out, format_args!("\x1b[<{number};{x};{y}{last}"));
        }
        MouseFormat::Urxvt => push(out, format_args!("\x1b[{};{x};{y}M", anonymous + 32)),
        MouseFormat::Bytes => {
            let Some(bytes) = offset(anonymous, x, y, u8::MAX.into()) else {
                return false;
            };
            out.extend_from_slice(b"\x1b[M");
            out.extend(bytes.map(|n| n as u8));
        }
        MouseFormat::Utf8 => {
            let Some(numbers) = offset(anonymous, x, y, 0x7ff) else {
                return false;
            };
            out.extend_from_slice(b"\x1b[M");
            numbers
                .into_iter()
                .filter_map(char::from_u32)
                .for_each(|c| push_char(c, out));
        }
    }
    true
}

/// The three numbers, each 32 more, if all are at most `most`.
fn offset(button: u32, x: u32, y: u32, most: u32) -> Option<[u32; 3]> {
    let numbers = [button, x, y].map(|n| n + 32);
    numbers.iter().all(|n| *n <= most).then_some(numbers)
}

fn wanted(kind: MouseKind, tracking: Tracking) -> bool {
    match kind {
        MouseKind::Press(Button::Extra(_)) => tracking > Tracking::Presses,
        MouseKind::Press(_) => tracking >= Tracking::Presses,
        MouseKind::Drag(_) => tracking >= Tracking::Drags,
        MouseKind::Move => tracking >= Tracking::Moves,
        _ => tracking >= Tracking::Buttons,
    }
}

fn number(kind: MouseKind) -> u32 {
    match kind {
        MouseKind::Press(button) | MouseKind::Release(button) => button_number(button),
        MouseKind::Drag(button) => button_number(button) + 32,
        MouseKind::Move => 35,
        MouseKind::WheelUp => 64,
        MouseKind::WheelDown => 65,
        MouseKind::WheelLeft => 66,
        MouseKind::WheelRight => 67,
    }
}

fn button_number(button: Button) -> u32 {
    match button {
        Button::Left => 0,
        Button::Middle => 1,
        Button::Right => 2,
        Button::Extra(n) => 128 + u32::from(n.clamp(8, 11) - 8),
    }
}

fn held(mods: Mods) -> u32 {
    let bit = |held: Mods, bit| if mods.has(held) { bit } else { 0 };
    bit(Mods::SHIFT, 4) + bit(Mods::ALT, 8) + bit(Mods::CTRL, 16)
}
