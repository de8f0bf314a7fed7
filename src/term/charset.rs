//! The four character sets a program can designate, and which of them it prints with.

/// A set of 94 characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Charset {
    #[default]
    Ascii,
    /// Line drawing.
    Graphics,
    /// ASCII with a pound sign for `#`.
    British,
    /// The upper half of Latin-1.
    Supplemental,
}

impl Charset {
    /// The set a designation's final byte names; an unknown one is plain text.
    pub(super) fn named(name: u8) -> Charset {
        match name {
            b'0' | b'2' => Charset::Graphics,
            b'A' => Charset::British,
            b'<' => Charset::Supplemental,
            _ => Charset::Ascii,
        }
    }

    /// The final byte that designates it.
    fn name(self) -> char {
        match self {
            Charset::Ascii => 'B',
            Charset::Graphics => '0',
            Charset::British => 'A',
            Charset::Supplemental => '<',
        }
    }

    fn map(self, character: char) -> char {
        match (self, character) {
            (Charset::Graphics, '_'..='~') => GRAPHICS
                .chars()
                .nth(character as usize - '_' as usize)
                .unwrap_or(character),
            (Charset::British, '#') => '£',
            (Charset::Supplemental, '!'..='~') => {
                char::from_u32(character as u32 + 0x80).unwrap_or(character)
            }
            _ => character,
        }
    }
}

/// What line drawing shows for `_` to `~`.
const GRAPHICS: &str = " ◆▒␉␌␍␊°±␤␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·";

/// The sets designated and the one in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Charsets {
    slots: [Charset; 4],
    locked: usize,
    /// The set of the next character alone.
    single: Option<usize>,
}

impl Charsets {
    /// Whether everything is printed as it is.
    #[inline]
    pub(super) fn is_plain(&self) -> bool {
        self.single.is_none() && self.slots[self.locked & 3] == Charset::Ascii
    }

    /// The character that is shown for one that a program sent.
    pub(super) fn show(&mut self, character: char) -> char {
        let slot = self.single.take().unwrap_or(self.locked);
        self.slots[slot & 3].map(character)
    }

    /// Names the set in slot 0 to 3.
    pub(super) fn designate(&mut self, slot: usize, set: Charset) {
        self.slots[slot & 3] = set;
    }

    /// Prints with slot 0 to 3 from now on.
    pub(super) fn lock(&mut self, slot: usize) {
        self.locked = slot;
    }

    /// The sequences that bring fresh sets to where these are.
    pub(super) fn script(&self) -> String {
        let mut script = String::new();
        for (slot, set) in "()*+".chars().zip(self.slots) {
            if set != Charset::Ascii {
                script.push_str(&format!("\x1b{slot}{}", set.name()));
            }
        }
        script.push_str(["\x0f", "\x0e", "\x1bn", "\x1bo"][self.locked & 3]);
        script.push_str(match self.single {
            Some(2) => "\x1bN",
            Some(3) => "\x1bO",
            _ => "",
        });
        script
    }

    /// Prints the next character with slot 2 or 3.
    pub(super) fn shift_once(&mut self, slot: usize) {
        self.single = Some(slot);
    }
}
