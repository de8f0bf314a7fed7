//! What parser actions act upon: the grid, and all the state the grid does not keep.

use std::ops::Range;

use alacritty_terminal::Term;
use alacritty_terminal::event::VoidListener;
use alacritty_terminal::grid::{Dimensions, Grid};
use alacritty_terminal::term::cell::Cell;
use alacritty_terminal::term::color::COUNT;
use alacritty_terminal::term::{Config, TermMode};
use alacritty_terminal::vte::ansi::Handler;

use super::charset::Charsets;
use super::color::{Palette, Rgb};
use super::cursor::{Dirty, Saved, default_tabs};
use super::event::{Events, Notification};
use super::history::History;
use super::image::Images;
use super::marks::RowMarks;
use super::modes::{Modes, MouseEncoding, MouseTracking};
use super::pens::PutAside;
use super::switches::{OwnModes, mode};
use crate::draw::CursorShape;
use crate::model::geometry::Size;

/// The most bytes of answers kept for a program that does not read them.
const MAX_REPLIES: usize = 64 * 1024;
/// The deepest stack of keyboard modes; the protocol wants some bound.
const MAX_KEYBOARD_STACK: usize = 16;
/// The deepest stack of titles.
const MAX_TITLE_STACK: usize = 16;

/// The conformance level we begin with: a VT400, 7-bit controls.
pub(super) const LEVEL: u16 = 64;

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
    /// The columns between the left and right margins.
    pub(super) margins: Range<usize>,
    /// Which columns are tab stops.
    pub(super) tabs: Vec<bool>,
    pub(super) charsets: Charsets,
    /// The cursors saved on the main and the alternate screen.
    pub(super) saved: [Option<Saved>; 2],
    /// What mode 47 left on the alternate screen.
    pub(super) left_alternate: Option<Grid<Cell>>,
    /// Plain erasing spares protected cells too (after SPA).
    pub(super) iso_protection: bool,
    /// Attributes are changed in exact rectangles (DECSACE).
    pub(super) exact_rectangles: bool,
    /// How checksums of the screen are reckoned (XTCHECKSUM).
    pub(super) checksum: u16,
    /// The conformance level asked for (DECSCL).
    pub(super) level: u16,
    /// xterm's modifyOtherKeys.
    pub(super) other_keys: u8,
    pub(super) mouse_encoding: MouseEncoding,
    /// Images on the screen, in the history, or sent to be shown later.
    pub(super) images: Images,
    /// Pens put aside by XTPUSHSGR.
    pub(super) pens: Vec<PutAside>,
    /// Modes put aside by XTSAVE.
    pub(super) kept_modes: Vec<(u16, bool)>,
    /// Nothing but text came since the last character.
    pub(super) just_printed: bool,
    /// Cells touched by sequences since the host looked last.
    pub(super) work: usize,
    pub(super) dirty: Dirty,
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
            margins: 0..size.columns(),
            tabs: default_tabs(size.columns()),
            charsets: Charsets::default(),
            saved: [None, None],
            left_alternate: None,
            iso_protection: false,
            exact_rectangles: false,
            checksum: 0,
            level: LEVEL,
            other_keys: 0,
            mouse_encoding: MouseEncoding::default(),
            images: Images::default(),
            pens: Vec::new(),
            kept_modes: Vec::new(),
            just_printed: false,
            work: 0,
            dirty: Dirty::default(),
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
        self.tabs = default_tabs(self.columns());
        self.left_alternate = None;
        self.kept_modes.clear();
        self.pens.clear();
        self.images = Images::default();
        self.checksum = 0;
        self.forget_modes();
        self.mouse_encoding = MouseEncoding::default();
        self.own = OwnModes::default();
        self.dirty.all = true;
    }

    /// Modes and margins to their defaults, the text stays (DECSTR).
    pub(super) fn soft_reset(&mut self) {
        use alacritty_terminal::vte::ansi::{Mode, NamedMode, NamedPrivateMode as Private};
        self.set_origin(false);
        self.term.unset_private_mode(Private::CursorKeys.into());
        for mode in [Private::ShowCursor, Private::LineWrap] {
            self.term.set_private_mode(mode.into());
        }
        self.term.unset_mode(Mode::Named(NamedMode::Insert));
        self.term.unset_keypad_application_mode();
        *self.pen_mut() = Cell::default();
        self.own.soft_reset();
        self.forget_modes();
    }

    fn forget_modes(&mut self) {
        self.charsets = Charsets::default();
        self.keyboards = Default::default();
        self.other_keys = 0;
        self.cursor_style = None;
        self.last_printed = None;
        self.notification = Notification::default();
        self.saved = [None, None];
        self.iso_protection = false;
        self.exact_rectangles = false;
        self.level = LEVEL;
        self.forget_margins();
    }

    /// The modes that matter to a host.
    pub(super) fn modes(&self) -> Modes {
        let mouse = if self.has(TermMode::MOUSE_MOTION) {
            MouseTracking::Motion
        } else if self.has(TermMode::MOUSE_DRAG) {
            MouseTracking::Drag
        } else if self.has(TermMode::MOUSE_REPORT_CLICK) {
            MouseTracking::Click
        } else if self.own.is(mode::PRESS_ONLY_MOUSE) {
            MouseTracking::Press
        } else {
            MouseTracking::None
        };
        Modes {
            application_cursor: self.has(TermMode::APP_CURSOR),
            application_keypad: self.has(TermMode::APP_KEYPAD),
            swapped_backspace: self.own.is(mode::BACKSPACE),
            bracketed_paste: self.has(TermMode::BRACKETED_PASTE),
            focus_events: self.has(TermMode::FOCUS_IN_OUT),
            mouse,
            mouse_encoding: self.mouse_encoding,
            alternate_screen: self.has(TermMode::ALT_SCREEN),
            alternate_scroll: self.has(TermMode::ALTERNATE_SCROLL),
            kitty_keyboard: self.keyboard().current,
            other_keys: self.other_keys,
            color_scheme_reports: self.own.is(mode::COLOR_SCHEME),
            size_reports: self.own.is(mode::SIZE_REPORTS),
            line_feed_new_line: self.has(TermMode::LINE_FEED_NEW_LINE),
        }
    }
}
