//! Keys as the kitty keyboard protocol writes them, for a pane that pushed flags.

use super::{KittyFlags, PaneModes, plain, push, push_char, push_text, wire};
use crate::keys::key::{Code, Key, KeyEvent, Keypad, Mods, Phase, lower};
use crate::keys::legacy;

/// Appends the encoding of `event` under the pane's flags.
pub(super) fn key(event: &KeyEvent, modes: &PaneModes, out: &mut Vec<u8>) {
    let flags = modes.kitty;
    if event.phase == Phase::Release && !flags.has(KittyFlags::EVENTS) {
        return;
    }
    if !flags.has(KittyFlags::ALL) {
        match old_way(event, flags) {
            Way::Code => {}
            Way::Nothing => return,
            Way::Legacy => return plain(event, modes, out),
            Way::Typed => return typed_text(event, out),
        }
    }
    code(event, flags, out);
}

/// How a key is told while the program has not asked for codes for everything.
enum Way {
    /// By a code of the protocol.
    Code,
    /// Not at all.
    Nothing,
    /// As without the protocol.
    Legacy,
    /// By the text it types.
    Typed,
}

fn old_way(event: &KeyEvent, flags: KittyFlags) -> Way {
    let mods = event.key.mods.held();
    let released = event.phase == Phase::Release;
    let typing = mods.without(Mods::SHIFT).is_empty();
    let disambiguated = flags.has(KittyFlags::DISAMBIGUATE);
    match event.key.code {
        Code::Char(_) if typing && !released => Way::Typed,
        Code::Keypad(pad) if typing && !released && types(pad) => Way::Typed,
        // So that a person can still type `reset` after a program that forgot to pop its flags.
        Code::Enter | Code::Tab | Code::Backspace if released => Way::Nothing,
        Code::Enter | Code::Tab | Code::Backspace if mods.is_empty() => Way::Legacy,
        Code::Char(_) | Code::Enter | Code::Tab | Code::Backspace | Code::Esc
            if !released && !disambiguated =>
        {
            Way::Legacy
        }
        // Locks and bare modifiers.
        code if code.is_modifier() => Way::Nothing,
        _ => Way::Code,
    }
}

fn types(pad: Keypad) -> bool {
    !matches!(pad, Keypad::Enter | Keypad::Begin | Keypad::Nav(_))
}

fn typed_text(event: &KeyEvent, out: &mut Vec<u8>) {
    if let Some(text) = &event.text {
        push_text(text, out);
    } else if let Code::Char(c) = Key::plain(event.key.code).normal().code {
        push_char(event.typed().unwrap_or(c), out);
    }
}

fn code(event: &KeyEvent, flags: KittyFlags, out: &mut Vec<u8>) {
    let event = unshifted(event);
    let mods = match flags.has(KittyFlags::ALL) {
        true => event.key.mods,
        false => event.key.mods.held(),
    };
    let Some((number, last)) = name(event.key.code) else {
        return;
    };
    let mut params = number.to_string();
    if flags.has(KittyFlags::ALTERNATES) && matches!(event.key.code, Code::Char(_)) {
        params += &alternates(&event, mods);
    }
    let phase = match event.phase {
        _ if !flags.has(KittyFlags::EVENTS) => "",
        Phase::Press => "",
        Phase::Repeat => ":2",
        Phase::Release => ":3",
    };
    let text = match flags.has(KittyFlags::TEXT) && flags.has(KittyFlags::ALL) {
        true => text(&event, mods),
        false => String::new(),
    };
    if !mods.is_empty() || !phase.is_empty() {
        params += &format!(";{}{phase}", wire(mods));
    } else if !text.is_empty() {
        params.push(';');
    }
    if !text.is_empty() {
        params += &format!(";{text}");
    }
    // A first number of 1 alone is left out.
    let params = if params == "1" { "" } else { &params };
    push(out, format_args!("\x1b[{params}{last}"));
}

/// A capital letter from a legacy terminal is the small one with Shift.
fn unshifted(event: &KeyEvent) -> KeyEvent {
    let mut event = event.clone();
    if let Code::Char(c) = event.key.code {
        let small = lower(c);
        // Only where Shift leads back: some letters have several small or capital forms.
        let leads_back = crate::keys::key::shifted(small) == Some(c);
        if small != c && leads_back {
            event.key = Key::new(Code::Char(small), event.key.mods.with(Mods::SHIFT));
            event.shifted.get_or_insert(c);
        }
    }
    event
}

/// The number and the last character of a key's sequence.
fn name(code: Code) -> Option<(u32, char)> {
    if let Some(number) = legacy::to_kitty(code) {
        return Some((number, 'u'));
    }
    // F3's letter would read as a cursor report.
    if code == Code::F(3) {
        return Some((13, '~'));
    }
    match legacy::to_letter(code) {
        Some(letter) => Some((1, char::from(letter))),
        None => legacy::to_tilde(code).map(|number| (u32::from(number), '~')),
    }
}

fn alternates(event: &KeyEvent, mods: Mods) -> String {
    let shifted = event
        .shifted
        .filter(|_| mods.has(Mods::SHIFT))
        .map(u32::from);
    match (shifted, event.base.map(u32::from)) {
        (Some(shifted), Some(base)) => format!(":{shifted}:{base}"),
        (Some(shifted), None) => format!(":{shifted}"),
        (None, Some(base)) => format!("::{base}"),
        (None, None) => String::new(),
    }
}

/// The text as decimal numbers between colons; none for releases and commands.
fn text(event: &KeyEvent, mods: Mods) -> String {
    let mut text = Vec::new();
    if event.phase != Phase::Release && mods.held().without(Mods::SHIFT).is_empty() {
        typed_text(event, &mut text);
    }
    let numbers: Vec<String> = String::from_utf8_lossy(&text)
        .chars()
        .map(|c| u32::from(c).to_string())
        .collect();
    numbers.join(":")
}
