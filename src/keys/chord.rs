//! Names of keys: `C-b`, `M-Left`, `S-F5`, `C-Space`, `PageUp`, `%`, and several in a row.
//!
//! Reading is generous: tmux's names and the usual ones, long modifiers (`Ctrl+b`), `^b`, a quoted or
//! escaped character (`"%"`, `\"`). Writing has one form, which reads back to the same key. A
//! parsed key is always in the form of [`Key::normal`], so it equals what is typed.

#[cfg(test)]
mod tests;

use std::fmt;

use super::key::{Code, Key, Keypad, Mods};
use super::nearest::nearest;

/// What stands for the prefix key in a sequence.
pub const PREFIX: &str = "<prefix>";

/// The most keys in one sequence.
const MAX_KEYS: usize = 8;

/// Why a name of a key could not be read. Quotes at most a little of the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ChordError(String);

/// Names and keys; where a key has several names, the first is the one written.
const NAMES: [(&str, Code); 42] = [
    ("Space", Code::Char(' ')),
    ("Enter", Code::Enter),
    ("Return", Code::Enter),
    ("Tab", Code::Tab),
    ("BSpace", Code::Backspace),
    ("Backspace", Code::Backspace),
    ("Esc", Code::Esc),
    ("Escape", Code::Esc),
    ("Up", Code::Up),
    ("Down", Code::Down),
    ("Left", Code::Left),
    ("Right", Code::Right),
    ("Home", Code::Home),
    ("End", Code::End),
    ("PageUp", Code::PageUp),
    ("PPage", Code::PageUp),
    ("PgUp", Code::PageUp),
    ("PageDown", Code::PageDown),
    ("NPage", Code::PageDown),
    ("PgDn", Code::PageDown),
    ("Insert", Code::Insert),
    ("IC", Code::Insert),
    ("Ins", Code::Insert),
    ("Delete", Code::Delete),
    ("DC", Code::Delete),
    ("Del", Code::Delete),
    ("Begin", Code::Begin),
    ("CapsLock", Code::Special(57358)),
    ("ScrollLock", Code::Special(57359)),
    ("NumLock", Code::Special(57360)),
    ("PrintScreen", Code::Special(57361)),
    ("Pause", Code::Special(57362)),
    ("Menu", Code::MENU),
    ("MediaPlay", Code::Special(57428)),
    ("MediaPause", Code::Special(57429)),
    ("MediaPlayPause", Code::Special(57430)),
    ("MediaStop", Code::Special(57432)),
    ("MediaNext", Code::Special(57435)),
    ("MediaPrevious", Code::Special(57436)),
    ("VolumeDown", Code::Special(57438)),
    ("VolumeUp", Code::Special(57439)),
    ("VolumeMute", Code::Special(57440)),
];

/// Long and short names of modifiers; the first of each is the one written.
const MODIFIERS: [(&str, Mods); 13] = [
    ("C", Mods::CTRL),
    ("Ctrl", Mods::CTRL),
    ("Control", Mods::CTRL),
    ("M", Mods::ALT),
    ("A", Mods::ALT),
    ("Alt", Mods::ALT),
    ("Meta", Mods::ALT),
    ("Option", Mods::ALT),
    ("S", Mods::SHIFT),
    ("Shift", Mods::SHIFT),
    ("Super", Mods::SUPER),
    ("Cmd", Mods::SUPER),
    ("Hyper", Mods::HYPER),
];

/// Reads the name of one key. Keys of the number block are their twins, as when they are bound.
pub fn parse_key(text: &str) -> Result<Key, ChordError> {
    parse_pressed(text).map(|key| key.normal())
}

/// Reads the name of one key as it is pressed: keys of the number block are themselves.
pub fn parse_pressed(text: &str) -> Result<Key, ChordError> {
    let mut mods = Mods::NONE;
    let mut name = text;
    while let Some((held, rest)) = modifier(name) {
        mods = mods.with(held);
        name = rest;
    }
    if let Some(rest) = name.strip_prefix('^')
        && let Some(c) = single(rest)
    {
        return Ok(Key::new(Code::Char(c), mods.with(Mods::CTRL)).normal());
    }
    let key = named(name).ok_or_else(|| unknown(text, name))?;
    let key = Key::new(key.code, key.mods.with(mods));
    Ok(match key.code {
        Code::Keypad(_) => key,
        _ => key.normal(),
    })
}

/// Reads keys separated by spaces; `<prefix>` stands for `prefix`.
pub fn parse_sequence(text: &str, prefix: Key) -> Result<Vec<Key>, ChordError> {
    let names: Vec<&str> = text.split_ascii_whitespace().collect();
    if names.is_empty() {
        return Err(ChordError("no key is named".to_owned()));
    }
    if names.len() > MAX_KEYS {
        let said = format!(
            "{} keys in a row, at most {MAX_KEYS} are allowed",
            names.len()
        );
        return Err(ChordError(said));
    }
    names
        .into_iter()
        .map(|name| match name {
            PREFIX => Ok(prefix.normal()),
            name => parse_key(name),
        })
        .collect()
}

/// The names of keys in a row, separated by spaces.
pub fn show(keys: &[Key]) -> String {
    let names: Vec<String> = keys.iter().map(Key::to_string).collect();
    names.join(" ")
}

/// Takes one modifier off the front; what is left is not empty.
fn modifier(text: &str) -> Option<(Mods, &str)> {
    let at = text.find(['-', '+'])?;
    let (name, rest) = (text.get(..at)?, text.get(at + 1..)?);
    let (_, mods) = MODIFIERS
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))?;
    (!rest.is_empty()).then_some((*mods, rest))
}

fn single(text: &str) -> Option<char> {
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) if !c.is_control() => Some(c),
        _ => None,
    }
}

fn named(name: &str) -> Option<Key> {
    if let Some(c) = single(name).or_else(|| quoted(name)) {
        return Some(Key::char(c));
    }
    if name.eq_ignore_ascii_case("BTab") {
        return Some(Key::new(Code::Tab, Mods::SHIFT));
    }
    let by_name = NAMES
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name));
    if let Some((_, code)) = by_name {
        return Some(Key::plain(*code));
    }
    let code = numbered(name, "F", 1..=35).map(|n| Code::F(n as u8));
    let code = code.or_else(|| numbered(name, "Key", 57358..=57454).map(Code::Special));
    if let Some(code) = code {
        return Some(Key::plain(code));
    }
    match name.split_at_checked(2)? {
        (block, twin) if block.eq_ignore_ascii_case("KP") => {
            let twin = named(twin)?;
            Some(pad(twin.code).map_or(twin, |pad| Key::plain(Code::Keypad(pad))))
        }
        _ => None,
    }
}

/// The key of the number block that has this printed on it.
fn pad(twin: Code) -> Option<Keypad> {
    Some(match twin {
        Code::Char(digit @ '0'..='9') => Keypad::Digit(digit as u8 - b'0'),
        Code::Char('.') => Keypad::Decimal,
        Code::Char('/') => Keypad::Divide,
        Code::Char('*') => Keypad::Multiply,
        Code::Char('-') => Keypad::Subtract,
        Code::Char('+') => Keypad::Add,
        Code::Char('=') => Keypad::Equal,
        Code::Char(',') => Keypad::Separator,
        Code::Enter => Keypad::Enter,
        _ => return None,
    })
}

/// `"%"`, `'"'` and `\%`, as one would write them for a shell.
fn quoted(name: &str) -> Option<char> {
    let inner = ['"', '\'']
        .into_iter()
        .find_map(|quote| name.strip_prefix(quote)?.strip_suffix(quote));
    match name.strip_prefix('\\') {
        Some(escaped) => single(escaped).filter(char::is_ascii_punctuation),
        None => single(inner?),
    }
}

fn numbered(name: &str, word: &str, range: std::ops::RangeInclusive<u16>) -> Option<u16> {
    let (front, digits) = name.split_at_checked(word.len())?;
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.parse().ok().filter(|n| range.contains(n))?;
    (plain && front.eq_ignore_ascii_case(word)).then_some(number)
}

fn unknown(text: &str, name: &str) -> ChordError {
    let near = if name == text {
        String::new()
    } else {
        format!(" in '{}'", short(text))
    };
    let name_shown = short(name);
    if name.is_empty() {
        return ChordError("no key is named".to_owned());
    }
    if let Some(held) = name.strip_suffix(['-', '+'])
        && MODIFIERS
            .iter()
            .any(|(known, _)| known.eq_ignore_ascii_case(held))
    {
        return ChordError(format!("no key after the modifier '{name_shown}'{near}"));
    }
    if let Some((held, rest)) = name.split_once('-')
        && !held.is_empty()
        && !rest.is_empty()
    {
        let held = short(held);
        let said =
            format!("unknown modifier '{held}-'{near}, use C- (Control), M- (Alt), S- (Shift)");
        return ChordError(said);
    }
    if name.starts_with('<') {
        return ChordError(format!(
            "unknown key '{name_shown}'{near}, only {PREFIX} is written so"
        ));
    }
    match nearest(name, NAMES.iter().map(|(known, _)| *known)) {
        Some(meant) => ChordError(format!(
            "unknown key '{name_shown}'{near}, did you mean '{meant}'?"
        )),
        None => ChordError(format!("unknown key '{name_shown}'{near}")),
    }
}

/// The start of a text from a file, fit for a message.
fn short(text: &str) -> String {
    let mut shown: String = text.chars().take(30).flat_map(char::escape_debug).collect();
    if text.chars().count() > 30 {
        shown.push('…');
    }
    shown
}

/// The canonical name of the key in the form of [`Key::normal`].
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = self.normal();
        for held in [Mods::SUPER, Mods::HYPER, Mods::CTRL, Mods::ALT, Mods::SHIFT] {
            let name = MODIFIERS.iter().find(|(_, mods)| *mods == held);
            if let (true, Some((name, _))) = (key.mods.has(held), name) {
                write!(f, "{name}-")?;
            }
        }
        let name = NAMES.iter().find(|(_, code)| *code == key.code);
        match (name, key.code) {
            (Some((name, _)), _) => f.write_str(name),
            (None, Code::Char(c)) => write!(f, "{c}"),
            (None, Code::F(n)) => write!(f, "F{n}"),
            (None, Code::Special(n)) => write!(f, "Key{n}"),
            // Every other key is in the table, or is no longer there after normalising.
            (None, _) => f.write_str("?"),
        }
    }
}
