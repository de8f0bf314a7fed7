//! What comes from an attached terminal: keys, mouse, pastes, focus, and the terminal's own answers.

use super::key::{KeyEvent, Mods};

/// A mouse button.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Button {
    /// The first button.
    Left,
    /// The wheel pressed down.
    Middle,
    /// The second button.
    Right,
    /// Button 8 to 11: backward, forward and two more.
    Extra(u8),
}

/// What a mouse did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MouseKind {
    /// A button went down.
    Press(Button),
    /// A button came up.
    Release(Button),
    /// The pointer moved with a button down.
    Drag(Button),
    /// The pointer moved with no button down.
    Move,
    /// One notch away from the person.
    WheelUp,
    /// One notch towards the person.
    WheelDown,
    /// One notch to the left.
    WheelLeft,
    /// One notch to the right.
    WheelRight,
}

/// A mouse event at a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Mouse {
    /// What it did.
    pub kind: MouseKind,
    /// Column, from 0.
    pub x: u16,
    /// Row, from 0.
    pub y: u16,
    /// Shift, Alt and Control; a mouse report knows no others.
    pub mods: Mods,
}

/// Which part of a paste this is: a long one comes in pieces of at most
/// [`decode::PASTE_PIECE`](super::decode::PASTE_PIECE) bytes, cut between characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// All of it.
    Whole,
    /// The first piece; more follow.
    First,
    /// Neither first nor last.
    Middle,
    /// The last piece.
    Last,
}

impl Part {
    /// Whether the paste begins here.
    pub const fn begins(self) -> bool {
        matches!(self, Part::Whole | Part::First)
    }

    /// Whether the paste ends here.
    pub const fn ends(self) -> bool {
        matches!(self, Part::Whole | Part::Last)
    }
}

/// Pasted bytes, as the terminal sent them: nothing is filtered yet.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Paste {
    /// The bytes; usually UTF-8.
    pub data: Vec<u8>,
    /// Where in the whole paste they belong.
    pub part: Part,
}

/// A colour as terminals report it, 16 bits a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rgb16 {
    /// Red.
    pub r: u16,
    /// Green.
    pub g: u16,
    /// Blue.
    pub b: u16,
}

impl Rgb16 {
    /// Whether text on this colour should be bright.
    pub fn is_dark(self) -> bool {
        // Rec. 709 weights in thousandths; gamma is left out, which only matters near the middle.
        let luma = 213 * u32::from(self.r) + 715 * u32::from(self.g) + 72 * u32::from(self.b);
        luma < 500 * 65_535
    }
}

/// What a terminal answers to a question or announces about itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Reply {
    /// DA1: the device's class and extensions. Every terminal answers it, so it ends a batch.
    DeviceAttributes(Vec<u16>),
    /// DA2: terminal kind, version, and a third number.
    SecondaryAttributes(Vec<u16>),
    /// XTVERSION: name and version, printable characters only.
    Version(String),
    /// The kitty keyboard flags in force; any answer means the protocol is known.
    KeyboardFlags(u8),
    /// OSC 10: the default text colour.
    Foreground(Rgb16),
    /// OSC 11: the default background.
    Background(Rgb16),
    /// OSC 12: the cursor's colour.
    CursorColour(Rgb16),
    /// OSC 4: a palette entry.
    Palette(u8, Rgb16),
    /// DECRPM for a private mode: the mode and 0 unknown, 1 set, 2 reset, 3 always, 4 never.
    Mode(u16, u8),
    /// Mode 2031: whether the person's scheme is now dark.
    DarkScheme(bool),
    /// OSC 7501: it takes reports of what programs are doing.
    TakesStatus,
    /// OSC 52: what is on the clipboard.
    Clipboard(Vec<u8>),
    /// The width and height of a cell in pixels.
    CellPixels(u16, u16),
    /// Where the cursor is, column and row from 0.
    Cursor(u16, u16),
    /// XTGETTCAP: the capability and its value; `None` if the terminal has it not, an empty
    /// name if it would not even repeat it.
    Capability(String, Option<String>),
}

/// One thing that came from an attached terminal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Input {
    /// A key.
    Key(KeyEvent),
    /// A mouse event.
    Mouse(Mouse),
    /// Bracketed paste.
    Paste(Paste),
    /// The terminal's window got (true) or lost the focus.
    Focus(bool),
    /// An answer or announcement of the terminal itself.
    Reply(Reply),
}
