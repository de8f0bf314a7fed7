//! The modes a host must act upon when it sends keys, pastes, mouse and focus to a pane.

/// Which mouse events the program wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MouseTracking {
    /// None: the mouse is the host's.
    #[default]
    None,
    /// Presses only (mode 9).
    Press,
    /// Presses and releases (mode 1000).
    Click,
    /// Also motion while a button is held (mode 1002).
    Drag,
    /// Also motion without a button (mode 1003).
    Motion,
}

/// How mouse events are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MouseEncoding {
    /// Three bytes offset by 32; columns beyond 223 cannot be told.
    #[default]
    X10,
    /// The same as UTF-8 characters (mode 1005).
    Utf8,
    /// Decimal numbers (mode 1006).
    Sgr,
    /// Decimal numbers, without telling which button was released (mode 1015).
    Urxvt,
}

/// The modes of a screen that matter to its host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Modes {
    /// Cursor keys send `ESC O A`, not `ESC [ A` (DECCKM).
    pub application_cursor: bool,
    /// The keypad sends its own codes (DECKPAM).
    pub application_keypad: bool,
    /// Backspace sends BS, and with Control DEL, not the other way round (DECBKM).
    pub swapped_backspace: bool,
    /// A paste is put between `ESC [ 200 ~` and `ESC [ 201 ~`.
    pub bracketed_paste: bool,
    /// The program wants to know when its pane gains or loses focus (mode 1004).
    pub focus_events: bool,
    /// Which mouse events it wants.
    pub mouse: MouseTracking,
    /// How it wants them.
    pub mouse_encoding: MouseEncoding,
    /// The alternate screen is shown, which has no history.
    pub alternate_screen: bool,
    /// On the alternate screen, the wheel sends cursor keys (mode 1007).
    pub alternate_scroll: bool,
    /// The kitty keyboard protocol's flags; 0 when it is off.
    pub kitty_keyboard: u8,
    /// xterm's modifyOtherKeys: 0 off, 1 keys without a code of their own, 2 all with modifiers.
    pub other_keys: u8,
    /// The program wants its size told in band (mode 2048).
    pub size_reports: bool,
    /// The program wants to know when the colour scheme changes (mode 2031).
    pub color_scheme_reports: bool,
    /// A line feed also returns the carriage (LNM), so Enter sends both.
    pub line_feed_new_line: bool,
}
