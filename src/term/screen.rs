//! The screen as its host sees it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, LazyLock};

use alacritty_terminal::term::{TermDamage, TermMode};
use memchr::memmem::Finder;

use super::color::Palette;
use super::damage::Damage;
use super::engine::{Engine, GridSize};
use super::event::Event;
use super::modes::Modes;
use super::parser::Parser;
use super::switches::mode;
use crate::draw::{Cursor, Image};
use crate::model::geometry::Size;

/// How a synchronized update ends.
const SYNC_END: &[u8] = b"\x1b[?2026l";
static FIND_SYNC_END: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(SYNC_END));
/// The most bytes held back for a synchronized update; a longer one is shown in pieces.
const MAX_SYNC: usize = 1 << 20;
/// The most cells that sequences may touch in one call (text counts for itself): some milliseconds.
/// What comes after waits for the next one.
pub(super) const MAX_WORK: usize = 1 << 17;
/// The buffer of updates keeps at most this much memory between two of them.
const HELD_KEPT: usize = 64 * 1024;

/// One pane's terminal.
pub struct Screen {
    pub(super) size: Size,
    history_limit: usize,
    pub(super) engine: Engine,
    pub(super) parser: Parser,
    damage: Damage,
    /// Whether a synchronized update is going on; its bytes are in `held`.
    syncing: bool,
    held: Vec<u8>,
    /// What is left of a read whose sequences were too much work.
    backlog: Vec<u8>,
    sync_epoch: u64,
    failures: u32,
}

impl Screen {
    /// A blank screen that keeps up to `history_lines` lines that scrolled off its top.
    pub fn new(size: Size, history_lines: usize) -> Screen {
        let size = size.max(Size::new(1, 1));
        Screen {
            size,
            history_limit: history_lines,
            engine: Engine::new(GridSize::of(size), history_lines),
            parser: Parser::default(),
            damage: Damage::new(size.rows),
            syncing: false,
            held: Vec::new(),
            backlog: Vec::new(),
            sync_epoch: 0,
            failures: 0,
        }
    }

    /// Its size in cells.
    pub fn size(&self) -> Size {
        self.size
    }

    /// Takes output of the program, split anywhere.
    ///
    /// Sequences that fill, scroll or repeat cost much for few bytes. After some milliseconds of
    /// that the rest is put off: see [`Screen::has_backlog`].
    pub fn feed(&mut self, bytes: &[u8]) {
        if self.has_backlog() {
            self.backlog.extend_from_slice(bytes);
            self.resume();
        } else {
            self.take_in(bytes);
        }
    }

    /// Whether output was put off that [`Screen::resume`] goes on with. A host that reads no more
    /// until there is none left keeps it as small as one read.
    pub fn has_backlog(&self) -> bool {
        !self.backlog.is_empty()
    }

    /// Goes on with what was put off, for as long as one call may take.
    pub fn resume(&mut self) {
        let bytes = std::mem::take(&mut self.backlog);
        self.take_in(&bytes);
    }

    fn take_in(&mut self, bytes: &[u8]) {
        self.engine.work = 0;
        self.guarded(|screen| {
            let mut rest = bytes;
            while !rest.is_empty() {
                if screen.has_backlog() || screen.engine.work > MAX_WORK {
                    screen.backlog.extend_from_slice(rest);
                    break;
                }
                rest = match screen.syncing {
                    true => screen.hold(rest),
                    false => screen.parse(rest),
                };
            }
        });
    }

    /// Gives it another size; lines of the main screen are wrapped anew.
    pub fn resize(&mut self, size: Size) {
        let size = size.max(Size::new(1, 1));
        if size == self.size {
            return;
        }
        self.end_sync();
        self.size = size;
        self.guarded(|screen| {
            screen.engine.resize(GridSize::of(size));
            screen.engine.report_size();
        });
    }

    /// Runs `work`; if the engine panics in it, the pane gets a fresh screen that says so.
    pub(super) fn guarded(&mut self, work: impl FnOnce(&mut Screen)) {
        let done = catch_unwind(AssertUnwindSafe(|| {
            work(self);
            self.collect_damage();
        }));
        if done.is_err() {
            self.start_over();
        }
    }

    fn start_over(&mut self) {
        let palette = self.engine.palette.clone();
        let (damage, epoch) = (self.damage.seq(), self.sync_epoch);
        let failures = self.failures + 1;
        *self = Screen::new(self.size, self.history_limit);
        self.engine.palette = palette;
        self.sync_epoch = epoch;
        self.failures = failures;
        self.damage.skip_to(damage);
        // On a fresh screen this is plain text.
        self.parse(b"[the terminal emulation failed on this program's output and was reset]\r\n");
        self.collect_damage();
    }

    /// Parses up to the beginning of a synchronized update; returns what is left.
    fn parse<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let taken = self.parser.advance(&mut self.engine, bytes);
        if std::mem::take(&mut self.engine.sync_began) {
            self.syncing = true;
            self.sync_epoch += 1;
        }
        bytes.get(taken..).unwrap_or_default()
    }

    /// Keeps the bytes of a synchronized update until its end; returns what follows that.
    fn hold<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        if self.held.is_empty()
            && let Some(at) = FIND_SYNC_END.find(bytes)
        {
            // All of it came at once, as it mostly does: no need to keep a copy.
            let (update, rest) = bytes.split_at(at + SYNC_END.len());
            self.show_update(update);
            return rest;
        }
        let from = self.held.len().saturating_sub(SYNC_END.len() - 1);
        self.held.extend_from_slice(bytes);
        let found = FIND_SYNC_END.find(&self.held[from..]);
        let end = match found {
            Some(at) => from + at + SYNC_END.len(),
            None if self.held.len() > MAX_SYNC => self.held.len(),
            None => return &[],
        };
        let rest = self.held.len() - end;
        let mut held = std::mem::take(&mut self.held);
        self.show_update(&held[..end]);
        held.clear();
        held.shrink_to(HELD_KEPT);
        self.held = held;
        bytes.get(bytes.len() - rest..).unwrap_or_default()
    }

    /// Parses a whole update at once, unless it is too much work.
    fn show_update(&mut self, update: &[u8]) {
        self.syncing = false;
        self.engine.in_sync = true;
        let taken = self.parser.advance(&mut self.engine, update);
        self.engine.in_sync = false;
        if let Some(rest) = update.get(taken..).filter(|rest| !rest.is_empty()) {
            self.backlog.extend_from_slice(rest);
        }
    }

    /// What is held back of a synchronized update.
    pub(super) fn held(&self) -> &[u8] {
        &self.held
    }

    fn collect_damage(&mut self) {
        if !std::mem::take(&mut self.engine.acted) {
            return;
        }
        // The engine's own numbers know where the cursor was and is.
        match self.engine.term.damage() {
            TermDamage::Partial(lines) if !self.engine.dirty.all => {
                let dirty = self.engine.dirty.take();
                self.damage.mark(lines.map(|line| line.line).chain(dirty));
            }
            _ => {
                self.engine.dirty.take().for_each(drop);
                self.damage.mark_all(self.size.rows);
            }
        }
        self.engine.term.reset_damage();
    }

    /// Whether the program is in the middle of a synchronized update: what is shown is the picture
    /// before it, and drawing the pane is better put off. Anyone who waits stops after 150 ms
    /// and calls [`Screen::end_sync`].
    pub fn sync_pending(&self) -> bool {
        self.syncing
    }

    /// Counts the synchronized updates begun, so that a host can tell a new one from an old one
    /// that never ended.
    pub fn sync_epoch(&self) -> u64 {
        self.sync_epoch
    }

    /// Shows what was held back of a synchronized update whose end does not come.
    pub fn end_sync(&mut self) {
        if !self.syncing {
            return;
        }
        self.engine.work = 0;
        self.guarded(|screen| {
            let held = std::mem::take(&mut screen.held);
            screen.show_update(&held);
        });
    }

    /// How often the engine panicked on this program's output and was replaced by a fresh one.
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// The answers owed to the program since the last call, in the order of its questions.
    pub fn take_replies(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.engine.replies)
    }

    /// What the program told since the last call, in order.
    pub fn take_events(&mut self) -> Vec<Event> {
        self.engine.events.take()
    }

    /// Whether [`Screen::take_events`] would give anything.
    pub fn has_events(&self) -> bool {
        !self.engine.events.is_empty()
    }

    /// The change number: larger after each feed or resize that changed anything. Starts at 1.
    pub fn seq(&self) -> u64 {
        self.damage.seq()
    }

    /// The change number of a visible row (of the live screen, not of the history scrolled to).
    pub fn row_seq(&self, row: u16) -> u64 {
        self.damage.row(row)
    }

    /// The modes that matter to whoever sends input to the program.
    pub fn modes(&self) -> Modes {
        self.engine.modes()
    }

    /// The title the program set, without control characters; empty if it set none.
    pub fn title(&self) -> &str {
        &self.engine.title
    }

    /// The cursor, unless the program hides it.
    pub fn cursor(&self) -> Option<Cursor> {
        let (x, y) = self.cursor_position();
        let (shape, blinking) = self.engine.cursor_style.unwrap_or_default();
        self.engine.has(TermMode::SHOW_CURSOR).then_some(Cursor {
            x,
            y,
            shape,
            blinking,
        })
    }

    /// Where the cursor is, hidden or not: column, row.
    pub fn cursor_position(&self) -> (u16, u16) {
        let point = self.engine.term.grid().cursor.point;
        let x = point.column.0.min(usize::from(self.size.cols) - 1);
        let y = (point.line.0.max(0) as usize).min(usize::from(self.size.rows) - 1);
        (x as u16, y as u16)
    }

    /// What the program is told when it asks for colours.
    pub fn set_palette(&mut self, palette: Palette) {
        let changed = palette.is_dark() != self.engine.palette.is_dark();
        self.engine.palette = palette;
        if changed && self.engine.own.is(mode::COLOR_SCHEME) {
            self.engine.report_color_scheme();
        }
    }

    /// The images that cells of the screen or its history may be part of.
    pub fn images(&self) -> impl Iterator<Item = &Arc<Image>> {
        self.engine.images.shown()
    }

    /// Whether what is printed moves what stands behind it (IRM).
    pub fn inserts(&self) -> bool {
        self.engine.has(TermMode::INSERT)
    }

    /// Whether lines too long for the screen go on in the next row (DECAWM).
    pub fn wraps(&self) -> bool {
        self.engine.has(TermMode::LINE_WRAP)
    }

    /// The first and the last row that scroll.
    pub fn scroll_region(&self) -> (usize, usize) {
        let region = &self.engine.region;
        (region.start, region.end.saturating_sub(1))
    }

    /// Lines of history that can be scrolled to; none on the alternate screen.
    pub fn history_len(&self) -> usize {
        match self.engine.has(TermMode::ALT_SCREEN) {
            true => 0,
            false => self.engine.history.len(),
        }
    }

    /// Lines that ever scrolled off the top: by how much it grew since, a host that looks at the
    /// history moves its view to keep it still.
    pub fn scrolled(&self) -> u64 {
        self.engine.history.pushed()
    }

    /// Forgets the history.
    pub fn clear_history(&mut self) {
        self.engine.history.clear();
    }
}
