//! What parser actions act upon: the grid, and all the state the grid does not keep.

use std::ops::Range;

use alacritty_terminal::Term;
use alacritty_terminal::event::VoidListener;
use alacritty_terminal::grid::Dimensions;
use alacritty_terminal::term::cell::Cell;
use alacritty_terminal::term::color::COUNT;
use alacritty_terminal::term::{Config, TermMode};
use alacritty_terminal::vte::ansi::{CharsetIndex, Handler};

use super::color::{Palette, Rgb};
use super::event::{Events, Notification};
use super::history::History;
use super::marks::RowMarks;
use super::modes::{Modes, MouseEncoding, MouseTracking};
use crate::draw::CursorShape;
use crate::model::geometry::Size;

/// The most bytes of answers kept for a program that does not read them.
const MAX_REPLIES: usize = 64 * 1024;
/// The deepest stack of keyboard modes; the protocol wants some bound.
const MAX_KEYBOARD_STACK: usize = 16;
/// The deepest stack of titles.
const MAX_TITLE_STACK: usize = 16;

/// The engine needs two columns to hold a wide character.
#[derive(Debug, Clone, Copy)]
pub(super) struct GridSize(pub(super) Size);

impl GridSize {
    pub(super) fn of(size: Size) -> GridSize {
        GridSize(Size::new(size.cols.max(2), size.rows.max(1)))
    }
}

impl Dimensions for GridSize {
    fn total_lines(&self) -> usize {
        self.screen_lines()
    }

    fn screen_lines(&self) -> usize {
        usize::from(self.0.rows)
    }

    fn columns(&self) -> usize {
        usize::from(self.0.cols)
    }
}

/// The kitty keyboard protocol's flags of one screen, with the ones pushed away.
#[derive(Debug, Default)]
pub(super) struct KeyboardStack {
    pub(super) current: u8,
    pushed: Vec<u8>,
}

impl KeyboardStack {
    pub(super) fn push(&mut self, flags: u8) {
        if self.pushed.len() == MAX_KEYBOARD_STACK {
            self.pushed.remove(0);
        }
        self.pushed.push(self.current);
        self.current = flags;
    }

    /// Whether no program has touched it.
    pub(super) fn is_fresh(&self) -> bool {
        self.current == 0 && self.pushed.is_empty()
    }

    /// The flags at the bottom, and those pushed upon them in order; the last are in force.
    pub(super) fn flags(&self) -> (u8, Vec<u8>) {
        let mut all = self.pushed.clone();
        all.push(self.current);
        (all.remove(0), all)
    }

    pub(super) fn pop(&mut self, count: u16) {
        for _ in 0..count {
            match self.pushed.pop() {
                Some(flags) => self.current = flags,
                None => {
                    self.current = 0;
                    break;
                }
            }
        }
    }
}

/// Modes that the grid does not know.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct OwnModes {
    /// Mode 9.
    pub(super) press_only_mouse: bool,
    /// Mode 2031.
    pub(super) color_scheme_reports: bool,
}

/// Everything but the parser's state and the numbers of damage.
pub(super) struct Engine {
    pub(super) term: Term<VoidListener>,
    pub(super) replies: Vec<u8>,
    pub(super) events: Events,
    pub(super) history: History,
    /// What a shell marked in the main screen's rows.
    pub(super) marks: RowMarks,
    pub(super) palette: Palette,
    /// Whether the program redefined any colour.
    pub(super) recolored: bool,
    /// Without control characters, bounded.
    pub(super) title: String,
    titles: Vec<String>,
    /// The notification being put together from parts.
    pub(super) notification: Notification,
    pub(super) own: OwnModes,
    /// Main screen, alternate screen.
    keyboards: [KeyboardStack; 2],
    /// As set by the program; `None` is the user's own.
    pub(super) cursor_style: Option<(CursorShape, bool)>,
    /// The scroll region's rows.
    pub(super) region: Range<usize>,
    /// Which of the character sets is in use.
    pub(super) shift: CharsetIndex,
    /// What a repeat sequence repeats.
    pub(super) last_printed: Option<char>,
    /// Set when a synchronized update begins; the parser stops there.
    pub(super) sync_began: bool,
    /// Inside an update that is being parsed, another beginning means nothing.
    pub(super) in_sync: bool,
    /// Whether anything happened since damage was collected last.
    pub(super) acted: bool,
}

impl Engine {
    pub(super) fn new(size: GridSize, history_lines: usize) -> Engine {
        // What scrolls off is packed into a history of our own.
        let config = Config {
            scrolling_history: 0,
            ..Config::default()
        };
        Engine {
            term: Term::new(config, &size, VoidListener),
            replies: Vec::new(),
            events: Events::default(),
            history: History::new(history_lines, size.columns()),
            marks: RowMarks::default(),
            palette: Palette::default(),
            recolored: false,
            title: String::new(),
            titles: Vec::new(),
            notification: Notification::default(),
            own: OwnModes::default(),
            keyboards: Default::default(),
            cursor_style: None,
            region: 0..size.screen_lines(),
            shift: CharsetIndex::G0,
            last_printed: None,
            sync_began: false,
            in_sync: false,
            acted: false,
        }
    }

    /// Answers the program. A program that asks without ever reading gets no more answers.
    pub(super) fn reply(&mut self, text: &str) {
        if self.replies.len() + text.len() <= MAX_REPLIES {
            self.replies.extend_from_slice(text.as_bytes());
        }
    }

    pub(super) fn has(&self, mode: TermMode) -> bool {
        self.term.mode().contains(mode)
    }

    /// The style of what is printed next.
    pub(super) fn pen(&self) -> &Cell {
        &self.term.grid().cursor.template
    }

    pub(super) fn pen_mut(&mut self) -> &mut Cell {
        &mut self.term.grid_mut().cursor.template
    }

    pub(super) fn keyboard(&self) -> &KeyboardStack {
        &self.keyboards[usize::from(self.has(TermMode::ALT_SCREEN))]
    }

    /// The flags of the main or the alternate screen.
    pub(super) fn keyboard_of(&self, alternate: bool) -> &KeyboardStack {
        &self.keyboards[usize::from(alternate)]
    }

    pub(super) fn keyboard_mut(&mut self) -> &mut KeyboardStack {
        &mut self.keyboards[usize::from(self.has(TermMode::ALT_SCREEN))]
    }

    /// The colour in a slot: the program's own, else the palette's.
    pub(super) fn shown_color(&self, slot: usize) -> Rgb {
        match self.term.colors()[slot] {
            Some(own) => Rgb(own.r, own.g, own.b),
            None => self.palette.slot(slot),
        }
    }

    /// Titles pushed away, oldest first.
    pub(super) fn titles(&self) -> &[String] {
        &self.titles
    }

    pub(super) fn push_title(&mut self) {
        if self.titles.len() == MAX_TITLE_STACK {
            self.titles.remove(0);
        }
        self.titles.push(self.title.clone());
    }

    pub(super) fn pop_title(&mut self) {
        if let Some(title) = self.titles.pop() {
            self.set_title(&title);
        }
    }

    /// DECSCUSR's number for the cursor's style.
    pub(super) fn cursor_style_code(&self) -> u8 {
        let Some((shape, blinking)) = self.cursor_style else {
            return 0;
        };
        let steady = u8::from(!blinking);
        match shape {
            CursorShape::Default | CursorShape::Block => 1 + steady,
            CursorShape::Underline => 3 + steady,
            CursorShape::Bar => 5 + steady,
        }
    }

    /// Back to how it was when the program started (RIS), history included.
    pub(super) fn reset(&mut self) {
        self.term.reset_state();
        self.history.clear();
        self.marks.clear();
        if std::mem::take(&mut self.recolored) {
            (0..COUNT).for_each(|slot| self.term.reset_color(slot));
        }
        self.titles.clear();
        self.set_title("");
        self.forget_modes();
    }

    /// Modes and margins to their defaults, the text stays (DECSTR).
    pub(super) fn soft_reset(&mut self) {
        use alacritty_terminal::vte::ansi::{
            Mode, NamedMode, NamedPrivateMode as Private, StandardCharset,
        };
        let point = self.term.grid().cursor.point;
        for mode in [Private::Origin, Private::CursorKeys] {
            self.term.unset_private_mode(mode.into());
        }
        for mode in [Private::ShowCursor, Private::LineWrap] {
            self.term.set_private_mode(mode.into());
        }
        self.term.unset_mode(Mode::Named(NamedMode::Insert));
        self.term.unset_keypad_application_mode();
        self.term.set_scrolling_region(1, None);
        let indices = [
            CharsetIndex::G0,
            CharsetIndex::G1,
            CharsetIndex::G2,
            CharsetIndex::G3,
        ];
        for index in indices {
            self.term.configure_charset(index, StandardCharset::Ascii);
        }
        super::sgr::reset(self.pen_mut());
        self.term.set_hyperlink(None);
        self.term.goto(point.line.0, point.column.0);
        let grid = self.term.grid_mut();
        grid.saved_cursor = Default::default();
        self.forget_modes();
    }

    fn forget_modes(&mut self) {
        self.shift_to(CharsetIndex::G0);
        self.keyboards = Default::default();
        self.own = OwnModes::default();
        self.cursor_style = None;
        self.last_printed = None;
        self.notification = Notification::default();
        self.region = 0..self.term.screen_lines();
    }

    /// Prints with another of the four character sets from now on.
    pub(super) fn shift_to(&mut self, index: CharsetIndex) {
        self.shift = index;
        self.term.set_active_charset(index);
    }

    /// The modes that matter to a host.
    pub(super) fn modes(&self) -> Modes {
        let mouse = if self.has(TermMode::MOUSE_MOTION) {
            MouseTracking::Motion
        } else if self.has(TermMode::MOUSE_DRAG) {
            MouseTracking::Drag
        } else if self.has(TermMode::MOUSE_REPORT_CLICK) {
            MouseTracking::Click
        } else if self.own.press_only_mouse {
            MouseTracking::Press
        } else {
            MouseTracking::None
        };
        let mouse_encoding = if self.has(TermMode::SGR_MOUSE) {
            MouseEncoding::Sgr
        } else if self.has(TermMode::UTF8_MOUSE) {
            MouseEncoding::Utf8
        } else {
            MouseEncoding::X10
        };
        Modes {
            application_cursor: self.has(TermMode::APP_CURSOR),
            application_keypad: self.has(TermMode::APP_KEYPAD),
            bracketed_paste: self.has(TermMode::BRACKETED_PASTE),
            focus_events: self.has(TermMode::FOCUS_IN_OUT),
            mouse,
            mouse_encoding,
            alternate_screen: self.has(TermMode::ALT_SCREEN),
            alternate_scroll: self.has(TermMode::ALTERNATE_SCROLL),
            kitty_keyboard: self.keyboard().current,
            color_scheme_reports: self.own.color_scheme_reports,
            line_feed_new_line: self.has(TermMode::LINE_FEED_NEW_LINE),
        }
    }
}
