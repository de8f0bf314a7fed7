//! The loop: wait, take everything that is ready, order it, step, carry out, draw.
//!
//! Order within one turn: keys first, then the mailbox, then output of panes (those somebody is
//! typing in first, and their answer is drawn before any other pane is read), then timers, then
//! drawing. A pane is parsed at once from one small reused buffer, for at most `PANE_LIMIT` a
//! turn and all panes together for about `TURN_LIMIT`, so that floods delay a key by well under
//! a millisecond; the PTY's own buffer is what holds a flood back.

use std::collections::{BTreeMap, BTreeSet};
use std::os::fd::{BorrowedFd, OwnedFd};
use std::sync::mpsc::SyncSender;
use std::time::{Duration, Instant};

use rustix::event::{Timespec, epoll};
use tokio::sync::oneshot;

use super::carry::Returning;
use super::coordinator::Job;
use super::frames;
use super::keeper::{Keeper, TextDue};
use super::mailbox::{Inbox, Mailbox};
use super::programs::Foreground;
use super::tap::Tap;
use super::terminal::Terminal;
use super::upgrade::{Station, Upgrading};
use crate::command::spec::Reply;
use crate::error::{Error, Result};
use crate::model::id::{ClientId, PaneId};
use crate::model::state::State;
use crate::model::wall;
use crate::pty::Pty;
use crate::update::{self, Event, Picture, settle, timer};

/// The most bytes of one read; the kernel gives at most 4 KiB of a terminal's output at once.
const READ_SIZE: usize = 4096;
/// A read that gave less than this has most likely emptied the terminal.
pub(super) const SHORT_READ: usize = 1024;
/// How long one pane is read and parsed in a turn.
pub(super) const PANE_LIMIT: Duration = Duration::from_micros(200);
/// How long a turn goes on reading panes that nobody types in. What is ready beyond that is so
/// in the next turn, and a key that came meanwhile goes first.
const TURN_LIMIT: Duration = Duration::from_micros(400);
/// How long after its output began a pane's foreground program is looked at, in microseconds.
pub(super) const LOOK_US: u64 = 150_000;
/// How long a program's name is believed while the same process group stays in the foreground.
pub(super) const NAME_US: u64 = 2_000_000;
/// How long a synchronized update is waited for before what there is of it is shown.
pub(super) const SYNC_US: u64 = 150_000;
/// The most posts taken in a turn.
pub(super) const POST_BUDGET: usize = 128;
/// How long a program may take to end after its pane was closed, before it is killed.
pub(super) const HANGUP_GRACE: Duration = Duration::from_secs(2);

/// What an epoll token names: a kind and a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Source {
    Tty(ClientId),
    Mailbox,
    Child(PaneId),
    Pane(PaneId),
}

impl Source {
    pub(super) fn token(self) -> u64 {
        let (kind, id) = match self {
            Source::Tty(client) => (0, client.0),
            Source::Mailbox => (1, 0),
            Source::Child(pane) => (2, pane.0),
            Source::Pane(pane) => (3, pane.0),
        };
        (kind << 32) | u64::from(id)
    }

    fn from_token(token: u64) -> Source {
        let id = token as u32;
        match token >> 32 {
            0 => Source::Tty(ClientId(id)),
            2 => Source::Child(PaneId(id)),
            3 => Source::Pane(PaneId(id)),
            _ => Source::Mailbox,
        }
    }
}

/// A pane's program and how the loop waits for it.
pub(super) struct Running {
    pub(super) pty: Pty,
    /// Whether epoll also waits for it to take input.
    pub(super) waits_to_write: bool,
    /// The synchronized update going on, by its number, and when it is waited for no longer.
    pub(super) sync: Option<(u64, u64)>,
    /// The program in its foreground.
    pub(super) foreground: Foreground,
    /// Whether it may be in another directory than was seen last.
    pub(super) may_have_moved: bool,
    /// When its text is kept for a later server.
    pub(super) text: TextDue,
}

/// Everything the loop owns besides the state.
pub struct Loop {
    pub(super) state: State,
    pub(super) ptys: BTreeMap<PaneId, Running>,
    pub(super) terminals: BTreeMap<ClientId, Terminal>,
    pub(super) answers: BTreeMap<u64, oneshot::Sender<Result<Reply>>>,
    pub(super) jobs: SyncSender<Job>,
    /// Programs told to hang up, and when they are killed.
    pub(super) closing: Vec<(Pty, Instant)>,
    /// Set when the loop is to end.
    pub(super) ending: bool,
    /// Variables every pane gets besides its own.
    pub(super) pane_env: Vec<(String, String)>,
    pub(super) epoll: OwnedFd,
    pub(super) inbox: Inbox,
    /// For threads that answer later.
    pub(super) mailbox: Mailbox,
    pub(super) born: Instant,
    pub(super) buffer: Vec<u8>,
    /// The pane read last, so that those after it come first.
    pub(super) last_served: PaneId,
    pub(super) waits_tty: BTreeSet<ClientId>,
    /// Keeps on disk what a later server is to open again.
    pub(super) keeper: Keeper,
    /// What makes us the server.
    pub(super) station: Station,
    /// Terminals that are to come back after an upgrade, by their clients' keys.
    pub(super) returning: BTreeMap<String, Returning>,
    /// An upgrade under way.
    pub(super) upgrading: Option<Upgrading>,
    /// How many jobs have been given to the coordinator.
    pub(super) jobs_asked: u64,
    /// Shell commands that read panes' output.
    pub(super) taps: BTreeMap<PaneId, Tap>,
    /// Whether the end was asked for, so that nothing is to be opened again.
    pub(super) for_good: bool,
    /// When a clock that is shown reaches its next minute (loop time, µs).
    clock_due_us: Option<u64>,
}

impl Loop {
    /// A loop that has not begun.
    ///
    /// # Errors
    /// No descriptor is to be had.
    pub fn new(
        state: State,
        jobs: SyncSender<Job>,
        (mailbox, inbox): (Mailbox, Inbox),
        pane_env: Vec<(String, String)>,
        keeper: Keeper,
        station: Station,
    ) -> Result<Loop> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)
            .map_err(|error| Error::unreachable(format!("cannot wait for events: {error}")))?;
        let this = Loop {
            state,
            ptys: BTreeMap::new(),
            terminals: BTreeMap::new(),
            answers: BTreeMap::new(),
            jobs,
            closing: Vec::new(),
            ending: false,
            pane_env,
            epoll,
            inbox,
            mailbox,
            born: Instant::now(),
            buffer: vec![0; READ_SIZE],
            last_served: PaneId(0),
            waits_tty: BTreeSet::new(),
            keeper,
            station,
            returning: BTreeMap::new(),
            upgrading: None,
            jobs_asked: 0,
            taps: BTreeMap::new(),
            for_good: false,
            clock_due_us: None,
        };
        this.wait_for(this.inbox.wake_fd(), Source::Mailbox, epoll::EventFlags::IN);
        Ok(this)
    }

    /// Runs until the last pane is gone or somebody ends it.
    pub fn run(&mut self) {
        let mut ready: Vec<epoll::Event> = Vec::with_capacity(256);
        while !self.ending {
            ready.clear();
            let timeout = self.timeout();
            let spare = rustix::buffer::spare_capacity(&mut ready);
            match epoll::wait(&self.epoll, spare, timeout.as_ref()) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => {
                    tracing::error!("cannot wait for events: {error}");
                    return;
                }
            }
            self.turn(&ready);
        }
    }

    /// Microseconds since the loop was made.
    pub(super) fn now_us(&self) -> u64 {
        self.born.elapsed().as_micros() as u64
    }

    fn turn(&mut self, ready: &[epoll::Event]) {
        let now_us = self.now_us();
        self.state.now_ms = now_us / 1000;
        self.look_at_clock(now_us);
        let mut sources: Vec<(Source, epoll::EventFlags)> = ready
            .iter()
            .map(|event| (Source::from_token(event.data.u64()), event.flags))
            .collect();
        let typed_in: Vec<PaneId> = self.focused_panes();
        let last_served = self.last_served;
        // Focused panes first; the others in turn, beginning where the last turn left off.
        let in_turn = |source: &Source| match source {
            Source::Pane(pane) if !typed_in.contains(pane) => Some(*pane <= last_served),
            _ => None,
        };
        sources.sort_by_key(|(source, _)| (in_turn(source), *source));
        let mut began = None;
        for (source, flags) in sources {
            if in_turn(&source).is_some() {
                // What the focused panes said is on its way before anybody else is read.
                let began = *began.get_or_insert_with(|| {
                    self.draw();
                    Instant::now()
                });
                // Those that do not get their turn now are as ready the next time.
                if began.elapsed() >= TURN_LIMIT {
                    break;
                }
                if let Source::Pane(pane) = source {
                    self.last_served = pane;
                }
            }
            match source {
                Source::Tty(client) => self.tty_ready(client, flags, now_us),
                Source::Mailbox => self.read_mail(now_us),
                Source::Child(pane) => self.child_ended(pane),
                Source::Pane(pane) => self.pane_ready(pane, flags),
            }
        }
        self.work_off_backlogs();
        self.flush_keys(now_us);
        self.end_syncs(now_us);
        self.look_at_foregrounds(now_us);
        self.kill_laggards();
        self.keep(now_us);
        if timer::next(&self.state).is_some_and(|at| at <= self.state.now_ms) {
            self.step(Event::Timer);
        }
        // A clock may have come with this turn.
        self.look_at_clock(self.now_us());
        self.draw();
        if self.state.outputs.has_wishes() {
            self.step(Event::Wished);
        }
    }

    /// Reads the person's clock if one is shown, and sees that a new minute is.
    fn look_at_clock(&mut self, now_us: u64) {
        if self.clock_due_us.is_some_and(|due| now_us < due) && self.state.wall.is_some() {
            return;
        }
        self.clock_due_us = None;
        if !self.state.shows_clock() {
            self.state.wall = None;
            return;
        }
        let now = jiff::Zoned::now();
        self.clock_due_us = Some(now_us + wall::to_next_minute(&now) * 1000);
        self.state.zone = now.time_zone().clone();
        self.state.wall = Some(now);
        for terminal in self.terminals.values_mut() {
            terminal.stale = true;
        }
    }

    /// One event through the pure step, its effects carried out, consequences settled.
    pub(super) fn step(&mut self, event: Event) {
        let mut effects = Vec::new();
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let picture = update::step(&mut self.state, event, &mut effects);
            settle::settle(&mut self.state, &mut effects);
            picture
        }));
        if outcome.is_err() {
            // The event that panicked is lost; panes, terminals and the rest of the state live on.
            tracing::error!("an event could not be handled (a bug); the server goes on");
        }
        if !matches!(outcome, Ok(Picture::Same)) {
            let now_us = self.now_us();
            self.keeper.arm(now_us);
            for terminal in self.terminals.values_mut() {
                terminal.stale = true;
            }
        }
        for effect in effects {
            self.perform(effect);
        }
    }

    fn focused_panes(&self) -> Vec<PaneId> {
        self.state
            .views
            .values()
            .filter_map(|view| self.state.focused(view))
            .collect()
    }

    fn draw(&mut self) {
        let now_us = self.now_us();
        let clients: Vec<ClientId> = self.terminals.keys().copied().collect();
        for client in clients {
            let Some(terminal) = self.terminals.get_mut(&client) else {
                continue;
            };
            if !terminal.busy()
                && frames::due_us(&self.state, client, terminal, now_us)
                    .is_some_and(|at| at <= now_us)
            {
                frames::draw(&self.state, client, terminal, now_us);
            }
            let busy = terminal.busy();
            if busy != self.waits_tty.contains(&client) {
                let mut flags = epoll::EventFlags::IN;
                flags.set(epoll::EventFlags::OUT, busy);
                let data = epoll::EventData::new_u64(Source::Tty(client).token());
                let _ = epoll::modify(&self.epoll, terminal.fd(), data, flags);
                if busy {
                    self.waits_tty.insert(client);
                } else {
                    self.waits_tty.remove(&client);
                }
            }
        }
    }

    /// How long to wait; for ever when nothing is due.
    fn timeout(&self) -> Option<Timespec> {
        if self.has_backlog() {
            return Some(Timespec::default());
        }
        let now_us = self.now_us();
        let frames = self
            .terminals
            .iter()
            .filter(|(_, terminal)| !terminal.busy())
            .filter_map(|(client, terminal)| {
                frames::due_us(&self.state, *client, terminal, now_us)
            });
        let keys = self
            .terminals
            .values()
            .filter_map(|terminal| terminal.flush_at_us);
        let looks = self
            .ptys
            .values()
            .filter_map(|running| running.foreground.due_us());
        let syncs = self
            .ptys
            .values()
            .filter_map(|running| running.sync.map(|(_, until)| until));
        let texts = self
            .ptys
            .values()
            .filter_map(|running| running.text.due_us());
        let timers = timer::next(&self.state).map(|ms| ms * 1000);
        let kills = self
            .closing
            .iter()
            .map(|(_, deadline)| deadline.saturating_duration_since(self.born).as_micros() as u64);
        let next = frames
            .chain(keys)
            .chain(looks)
            .chain(syncs)
            .chain(timers)
            .chain(kills)
            .chain(texts)
            .chain(self.keeper.due_us())
            .chain(self.clock_due_us)
            .min()?;
        let wait = next.saturating_sub(now_us);
        Some(Timespec {
            tv_sec: (wait / 1_000_000) as i64,
            tv_nsec: ((wait % 1_000_000) * 1000) as i64,
        })
    }

    pub(super) fn wait_for(&self, fd: BorrowedFd<'_>, source: Source, flags: epoll::EventFlags) {
        let data = epoll::EventData::new_u64(source.token());
        if let Err(error) = epoll::add(&self.epoll, fd, data, flags) {
            tracing::error!("cannot wait for {source:?}: {error}");
        }
    }
}
