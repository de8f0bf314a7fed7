//! Keys, as a type of our own.
//!
//! A [`Key`] is a code and modifiers and nothing else; it is what bindings are made of. A
//! [`KeyEvent`] is a key with what only some terminals tell: press, repeat or release, the text
//! it produced, and the other characters on the same key. There is one way to write each key:
//! back-tab is Shift+Tab, NUL is Ctrl+Space, and [`KeyEvent::chord`] folds what several
//! encodings say about one key into the form a binding is stored in.

#[cfg(test)]
mod tests;

/// The modifiers held with a key. The bits are those of the kitty protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Mods(u8);

impl Mods {
    /// No modifier.
    pub const NONE: Mods = Mods(0);
    /// Shift.
    pub const SHIFT: Mods = Mods(1);
    /// Alt, Option, or the Escape prefix of old terminals.
    pub const ALT: Mods = Mods(2);
    /// Control.
    pub const CTRL: Mods = Mods(4);
    /// The Windows or Command key.
    pub const SUPER: Mods = Mods(8);
    /// Hyper, where a keyboard has it.
    pub const HYPER: Mods = Mods(16);
    /// Meta as a key of its own, where a keyboard has it.
    pub const META: Mods = Mods(32);
    /// Caps lock is on.
    pub const CAPS_LOCK: Mods = Mods(64);
    /// Num lock is on.
    pub const NUM_LOCK: Mods = Mods(128);

    /// The modifiers with these bits; every byte is a valid set.
    pub const fn from_bits(bits: u8) -> Mods {
        Mods(bits)
    }

    /// The bits, as the kitty protocol counts them (without its added one).
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Both sets together.
    pub const fn with(self, other: Mods) -> Mods {
        Mods(self.0 | other.0)
    }

    /// This set less `other`.
    pub const fn without(self, other: Mods) -> Mods {
        Mods(self.0 & !other.0)
    }

    /// Whether any modifier of `other` is in this set.
    pub const fn has(self, other: Mods) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The set without caps lock and num lock, which are states rather than held keys.
    pub const fn held(self) -> Mods {
        self.without(Mods::CAPS_LOCK.with(Mods::NUM_LOCK))
    }

    /// The held modifiers as bindings know them: a Meta key of its own counts as Alt.
    const fn for_chords(self) -> Mods {
        let held = self.held();
        match held.has(Mods::META) {
            true => held.without(Mods::META).with(Mods::ALT),
            false => held,
        }
    }
}

/// A key of the number block, told apart from its twin in the main block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Keypad {
    /// A digit, 0 to 9.
    Digit(u8),
    /// The decimal point.
    Decimal,
    /// `/`
    Divide,
    /// `*`
    Multiply,
    /// `-`
    Subtract,
    /// `+`
    Add,
    /// Enter.
    Enter,
    /// `=`
    Equal,
    /// `,`
    Separator,
    /// The key 5 without num lock.
    Begin,
    /// Any other key of the block without num lock: arrows, Home, Insert and so on.
    Nav(Nav),
}

/// The keys that move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Nav {
    /// Arrow left.
    Left,
    /// Arrow right.
    Right,
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// Home.
    Home,
    /// End.
    End,
    /// Insert.
    Insert,
    /// Delete forward.
    Delete,
}

impl Nav {
    /// The same key in the main block.
    pub const fn code(self) -> Code {
        match self {
            Nav::Left => Code::Left,
            Nav::Right => Code::Right,
            Nav::Up => Code::Up,
            Nav::Down => Code::Down,
            Nav::PageUp => Code::PageUp,
            Nav::PageDown => Code::PageDown,
            Nav::Home => Code::Home,
            Nav::End => Code::End,
            Nav::Insert => Code::Insert,
            Nav::Delete => Code::Delete,
        }
    }
}

/// A key without its modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// A key that types a character. From a legacy terminal it is the typed character; from a
    /// kitty terminal it is the unshifted one.
    Char(char),
    /// A function key, 1 to 35.
    F(u8),
    /// Enter.
    Enter,
    /// Tab; back-tab is this with Shift.
    Tab,
    /// Backspace.
    Backspace,
    /// Escape.
    Esc,
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Arrow left.
    Left,
    /// Arrow right.
    Right,
    /// Home.
    Home,
    /// End.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// Insert.
    Insert,
    /// Delete forward.
    Delete,
    /// The middle of the arrow block (5 without num lock).
    Begin,
    /// A key of the number block.
    Keypad(Keypad),
    /// A key only the kitty protocol can name (locks, media, bare modifiers), by its number there.
    Special(u16),
}

impl Code {
    /// Menu, the one special key that has a legacy encoding.
    pub const MENU: Code = Code::Special(57363);

    /// Whether it is Shift, Control, a lock or another key that only changes others.
    pub const fn is_modifier(self) -> bool {
        matches!(self, Code::Special(57358..=57360 | 57441..=57454))
    }
}

/// A code and the modifiers held with it: what a binding is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Which key.
    pub code: Code,
    /// What was held.
    pub mods: Mods,
}

impl Key {
    /// `code` with `mods`.
    pub const fn new(code: Code, mods: Mods) -> Key {
        Key { code, mods }
    }

    /// `code` alone.
    pub const fn plain(code: Code) -> Key {
        Key::new(code, Mods::NONE)
    }

    /// A character typed alone.
    pub const fn char(c: char) -> Key {
        Key::plain(Code::Char(c))
    }

    /// Control and a character.
    pub const fn ctrl(c: char) -> Key {
        Key::new(Code::Char(c), Mods::CTRL)
    }

    /// The form bindings are stored and looked up in.
    ///
    /// Shift is spent on the character it makes (`S-a` is `A`, `S-/` is `?` as on a US keyboard),
    /// except beside Control, where letters stay small and Shift is kept, since old terminals
    /// cannot send it: `C-A` is `C-a`, `C-S-a` is another key. `C-@` is `C-Space`. Number-block
    /// keys count as their twins, which old terminals cannot tell apart. Locks do not count.
    pub fn normal(self) -> Key {
        let mods = self.mods.for_chords();
        match self.code {
            Code::Keypad(pad) => match pad_twin(pad) {
                // Shift makes no other character of these.
                Code::Char(c) => Key::new(Code::Char(c), mods.without(Mods::SHIFT)).normal(),
                code => Key::new(code, mods),
            },
            Code::Char(c) if mods.has(Mods::CTRL) => normal_ctrl(c, mods),
            Code::Char(c) if mods.has(Mods::SHIFT) => match shifted(c) {
                Some(up) => Key::new(Code::Char(up), mods.without(Mods::SHIFT)),
                // A character that is already shifted, or has no other form: Shift says nothing more.
                None if c == ' ' => Key::new(self.code, mods),
                None => Key::new(self.code, mods.without(Mods::SHIFT)),
            },
            code => Key::new(code, mods),
        }
    }
}

fn normal_ctrl(c: char, mods: Mods) -> Key {
    if c.is_alphabetic() {
        return Key::new(Code::Char(lower(c)), mods);
    }
    let (c, mods) = match shifted(c) {
        Some(up) if mods.has(Mods::SHIFT) => (up, mods.without(Mods::SHIFT)),
        None if c != ' ' => (c, mods.without(Mods::SHIFT)),
        _ => (c, mods),
    };
    let c = if c == '@' { ' ' } else { c };
    Key::new(Code::Char(c), mods)
}

fn pad_twin(pad: Keypad) -> Code {
    match pad {
        Keypad::Digit(n) => Code::Char(char::from(b'0' + n.min(9))),
        Keypad::Decimal => Code::Char('.'),
        Keypad::Divide => Code::Char('/'),
        Keypad::Multiply => Code::Char('*'),
        Keypad::Subtract => Code::Char('-'),
        Keypad::Add => Code::Char('+'),
        Keypad::Equal => Code::Char('='),
        Keypad::Separator => Code::Char(','),
        Keypad::Enter => Code::Enter,
        Keypad::Begin => Code::Begin,
        Keypad::Nav(nav) => nav.code(),
    }
}

/// The character in small letters, where that is one character.
pub fn lower(c: char) -> char {
    let mut small = c.to_lowercase();
    match (small.next(), small.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

/// What Shift makes of `c`: the capital letter, or the other character on that key of a US
/// keyboard. `None` for what is already shifted or has no such form.
pub fn shifted(c: char) -> Option<char> {
    const PLAIN: &str = "`1234567890-=[]\\;',./";
    const SHIFTED: &str = "~!@#$%^&*()_+{}|:\"<>?";
    if let Some(at) = PLAIN.find(c) {
        return SHIFTED[at..].chars().next();
    }
    let mut up = c.to_uppercase();
    match (up.next(), up.next()) {
        (Some(one), None) if one != c => Some(one),
        _ => None,
    }
}

/// What happened to a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Phase {
    /// It went down. All that a legacy terminal tells.
    #[default]
    Press,
    /// It is held and repeats.
    Repeat,
    /// It came up. Only where a program asked for such events.
    Release,
}

/// A key and everything the terminal told about it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KeyEvent {
    /// The key as reported, before [`Key::normal`].
    pub key: Key,
    /// Press, repeat or release.
    pub phase: Phase,
    /// The character Shift makes of this key, where reported.
    pub shifted: Option<char>,
    /// The character this key has on a US keyboard, where reported.
    pub base: Option<char>,
    /// The text it typed, where reported; without control characters.
    pub text: Option<Box<str>>,
}

impl From<Key> for KeyEvent {
    fn from(key: Key) -> KeyEvent {
        KeyEvent {
            key,
            phase: Phase::Press,
            shifted: None,
            base: None,
            text: None,
        }
    }
}

impl KeyEvent {
    /// The key to look up in a key map: equal for the same key in every encoding.
    ///
    /// With Control or Alt on a layout without Latin letters the key counts as its US twin, so
    /// that bindings work there.
    pub fn chord(&self) -> Key {
        let mods = self.key.mods.for_chords();
        let Code::Char(c) = self.key.code else {
            return self.key.normal();
        };
        let commanding = !mods.without(Mods::SHIFT).is_empty();
        match self.base {
            Some(base) if commanding && !c.is_ascii() && base.is_ascii() => {
                return Key::new(Code::Char(base), mods).normal();
            }
            _ => {}
        }
        if mods.has(Mods::CTRL) && c.is_alphabetic() {
            return Key::new(self.key.code, mods).normal();
        }
        // Beside a command modifier caps lock is not told by all encodings, so it never counts.
        let shifting = if commanding { mods } else { self.key.mods };
        match self.typed_with(shifting) {
            Some(typed) if typed != ' ' => {
                Key::new(Code::Char(typed), mods.without(Mods::SHIFT)).normal()
            }
            _ => self.key.normal(),
        }
    }

    /// The one character this key types with its Shift and caps lock, whatever else is held;
    /// `None` for keys that type none.
    pub fn typed(&self) -> Option<char> {
        self.typed_with(self.key.mods)
    }

    fn typed_with(&self, mods: Mods) -> Option<char> {
        let Code::Char(c) = self.key.code else {
            return None;
        };
        if let Some(text) = &self.text {
            let mut chars = text.chars();
            if let (Some(one), None) = (chars.next(), chars.next()) {
                return Some(one);
            }
        }
        let shift = mods.has(Mods::SHIFT);
        let caps = mods.has(Mods::CAPS_LOCK) && c.is_alphabetic();
        if shift != caps {
            return Some(self.shifted.or_else(|| shifted(c)).unwrap_or(c));
        }
        Some(c)
    }
}
