//! The loop: wait, take everything that is ready, order it, step, carry out, draw.
//!
//! Order within one turn: keys first, then the mailbox, then output of panes (those somebody is
//! typing in first, and their answer is drawn before any other pane is read), then timers, then
//! drawing. A pane is parsed at once from one small reused buffer, for at most [`PANE_LIMIT`] a
//! turn and all panes together for about [`TURN_LIMIT`], so that floods delay a key by well under
//! a millisecond; the PTY's own buffer is what holds a flood back.

use std::collections::{BTreeMap, BTreeSet};
use std::os::fd::{BorrowedFd, OwnedFd};
use std::sync::mpsc::SyncSender;
use std::time::{Duration, Instant};

use rustix::event::{Timespec, epoll};
use tokio::sync::oneshot;

use super::coordinator::Job;
use super::frames;
use super::mailbox::{Inbox, Post};
use super::terminal::{Terminal, TtyRead};
use crate::command::parse;
use crate::command::spec::Reply;
use crate::error::{Error, Result};
use crate::keys::input::Input;
use crate::model::id::{ClientId, PaneId};
use crate::model::state::State;
use crate::pty::{Pty, Read};
use crate::update::{self, Effect, Event, Picture, ReplyTo, Requester, settle, timer};

/// The most bytes of one read; the kernel gives at most 4 KiB of a terminal's output at once.
const READ_SIZE: usize = 4096;
/// A read that gave less than this has most likely emptied the terminal.
const SHORT_READ: usize = 1024;
/// How long one pane is read and parsed in a turn.
const PANE_LIMIT: Duration = Duration::from_micros(200);
/// How long a turn goes on reading panes that nobody types in. What is ready beyond that is so
/// in the next turn, and a key that came meanwhile goes first.
const TURN_LIMIT: Duration = Duration::from_micros(400);
/// How long after its output began a pane's foreground program is looked at, in microseconds.
const LOOK_US: u64 = 150_000;
/// How long a synchronized update is waited for before what there is of it is shown.
const SYNC_US: u64 = 150_000;
/// The most posts taken in a turn.
const POST_BUDGET: usize = 128;
/// How long a program may take to end after its pane was closed, before it is killed.
const HANGUP_GRACE: Duration = Duration::from_secs(2);

/// What an epoll token names: a kind and a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    Tty(ClientId),
    Mailbox,
    Child(PaneId),
    Pane(PaneId),
}

impl Source {
    fn token(self) -> u64 {
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
    waits_to_write: bool,
    /// The synchronized update going on, by its number, and when it is waited for no longer.
    sync: Option<(u64, u64)>,
    /// When to look which program is in its foreground: a moment after output began.
    look_at_us: Option<u64>,
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
    epoll: OwnedFd,
    inbox: Inbox,
    born: Instant,
    next_answer: u64,
    buffer: Vec<u8>,
    /// The pane read last, so that those after it come first.
    last_served: PaneId,
    waits_tty: BTreeSet<ClientId>,
}

impl Loop {
    /// A loop that has not begun.
    ///
    /// # Errors
    /// No descriptor is to be had.
    pub fn new(
        state: State,
        jobs: SyncSender<Job>,
        inbox: Inbox,
        pane_env: Vec<(String, String)>,
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
            born: Instant::now(),
            next_answer: 0,
            buffer: vec![0; READ_SIZE],
            last_served: PaneId(0),
            waits_tty: BTreeSet::new(),
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
        self.flush_keys(now_us);
        self.end_syncs(now_us);
        self.look_at_foregrounds(now_us);
        self.kill_laggards();
        if timer::next(&self.state).is_some_and(|at| at <= self.state.now_ms) {
            self.step(Event::Timer);
        }
        self.draw();
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

    fn tty_ready(&mut self, client: ClientId, flags: epoll::EventFlags, now_us: u64) {
        let Some(terminal) = self.terminals.get_mut(&client) else {
            return;
        };
        if flags.contains(epoll::EventFlags::OUT) && !terminal.flush() {
            self.terminal_gone(client);
            return;
        }
        let wants = epoll::EventFlags::IN | epoll::EventFlags::HUP | epoll::EventFlags::ERR;
        if !flags.intersects(wants) {
            return;
        }
        let mut chunk = [0; 4096];
        let mut inputs = Vec::new();
        match terminal.read(&mut chunk) {
            TtyRead::Data(count) => terminal.decoder.feed(&chunk[..count], &mut inputs),
            TtyRead::Nothing => {}
            TtyRead::Gone => {
                self.terminal_gone(client);
                return;
            }
        }
        let patience = self.state.config.settings.escape_wait();
        terminal.flush_at_us = terminal
            .decoder
            .wait(patience)
            .map(|wait| now_us + wait.as_micros() as u64);
        self.take_inputs(client, inputs, now_us);
    }

    fn take_inputs(&mut self, client: ClientId, inputs: Vec<Input>, now_us: u64) {
        for input in inputs {
            let Some(terminal) = self.terminals.get_mut(&client) else {
                return;
            };
            if let Input::Reply(reply) = &input {
                terminal.learn(reply);
                continue;
            }
            terminal.key_us = now_us;
            self.step(Event::Input { client, input });
        }
    }

    /// Input that began like a sequence and did not go on.
    fn flush_keys(&mut self, now_us: u64) {
        let due: Vec<ClientId> = self
            .terminals
            .iter()
            .filter(|(_, terminal)| terminal.flush_at_us.is_some_and(|at| at <= now_us))
            .map(|(client, _)| *client)
            .collect();
        for client in due {
            let mut inputs = Vec::new();
            if let Some(terminal) = self.terminals.get_mut(&client) {
                terminal.flush_at_us = None;
                terminal.decoder.flush(&mut inputs);
            }
            self.take_inputs(client, inputs, now_us);
        }
    }

    /// A terminal hung up or its client died: its view goes, nothing else does.
    fn terminal_gone(&mut self, client: ClientId) {
        if let Some(terminal) = self.take_terminal(client) {
            terminal.abandon();
        }
        self.step(Event::Gone { client });
    }

    /// Takes a terminal out of the loop's hands.
    pub(super) fn take_terminal(&mut self, client: ClientId) -> Option<Terminal> {
        let terminal = self.terminals.remove(&client)?;
        self.waits_tty.remove(&client);
        let _ = epoll::delete(&self.epoll, terminal.fd());
        Some(terminal)
    }

    fn read_mail(&mut self, now_us: u64) {
        self.inbox.hush();
        for _ in 0..POST_BUDGET {
            let Some(post) = self.inbox.take() else {
                return;
            };
            self.open(post, now_us);
        }
        // More may be waiting than one turn takes: come back at once.
        self.inbox.ring();
    }

    fn open(&mut self, post: Post, now_us: u64) {
        match post {
            Post::Attach {
                client,
                tty,
                info,
                exit,
            } => {
                let mouse = self.state.config.settings.mouse;
                let size = info.size;
                let terminal = Terminal::new(tty, &info, exit, mouse);
                self.wait_for(terminal.fd(), Source::Tty(client), epoll::EventFlags::IN);
                self.terminals.insert(client, terminal);
                let env = info.env;
                self.step(Event::Attached { client, size, env });
                if let Some(terminal) = self.terminals.get_mut(&client) {
                    terminal.key_us = now_us;
                }
            }
            Post::Resize { client, size } => {
                if let Some(terminal) = self.terminals.get_mut(&client) {
                    terminal.resize(size);
                }
                self.step(Event::Resized { client, size });
            }
            Post::Leave { client } => {
                let why = format!("detached from {}", self.state.name);
                self.perform(Effect::Detach { client, why });
            }
            Post::Gone { client } => {
                if self.terminals.contains_key(&client) {
                    self.terminal_gone(client);
                }
            }
            Post::Request { request, answer } => {
                self.next_answer += 1;
                let connection = self.next_answer;
                self.answers.insert(connection, answer);
                self.request(*request, ReplyTo::Connection(connection));
            }
            Post::Answered { reply, result } => self.step(Event::Answered { reply, result }),
            Post::Snapshot(snapshot) => self.step(Event::Snapshot(snapshot)),
            Post::StoreTrouble(why) => self.step(Event::StoreTrouble(why)),
            Post::Reloaded(loaded, reply) => {
                let text = match loaded.reports.as_slice() {
                    [] => "configuration read again".to_owned(),
                    reports => reports.join("\n"),
                };
                self.step(Event::Reloaded(loaded));
                let result = Ok(Reply::new(text, serde_json::Value::Null));
                self.step(Event::Answered { reply, result });
            }
            Post::Shutdown { why } => self.shut_down(&why),
        }
    }

    /// Lets everybody go and ends the loop.
    fn shut_down(&mut self, why: &str) {
        let clients: Vec<ClientId> = self.terminals.keys().copied().collect();
        for client in clients {
            let why = why.to_owned();
            self.perform(Effect::Detach { client, why });
        }
        self.ending = true;
    }

    fn request(&mut self, request: crate::protocol::message::Request, reply: ReplyTo) {
        let pane = request
            .pane
            .as_deref()
            .and_then(|pane| pane.strip_prefix('%'))
            .and_then(|id| id.parse().ok())
            .map(PaneId);
        let requester = Requester {
            client: None,
            pane,
            cwd: request.cwd.map(Into::into),
            env: request.env,
        };
        let event = match parse::parse(&request.words) {
            Ok(parse::Parsed::Run(invocation)) => match invocation.command {
                Some(command) => Event::Request {
                    command: Box::new(command),
                    requester,
                    reply,
                },
                None => Event::Answered {
                    reply,
                    result: Err(Error::usage("an empty command line")),
                },
            },
            Ok(parse::Parsed::Show(text)) => Event::Answered {
                reply,
                result: Ok(Reply::new(text, serde_json::Value::Null)),
            },
            Err(error) => Event::Answered {
                reply,
                result: Err(error),
            },
        };
        self.step(event);
    }

    /// Starts waiting for a pane's output and its program's end.
    pub(super) fn add_pty(&mut self, pane: PaneId, pty: Pty) {
        self.wait_for(pty.master(), Source::Pane(pane), epoll::EventFlags::IN);
        if let Some(pidfd) = pty.pidfd() {
            self.wait_for(pidfd, Source::Child(pane), epoll::EventFlags::IN);
        }
        let running = Running {
            pty,
            waits_to_write: false,
            sync: None,
            look_at_us: None,
        };
        self.ptys.insert(pane, running);
    }

    /// Takes a pane's program out of the loop's hands.
    pub(super) fn take_pty(&mut self, pane: PaneId) -> Option<Pty> {
        let running = self.ptys.remove(&pane)?;
        let _ = epoll::delete(&self.epoll, running.pty.master());
        if let Some(pidfd) = running.pty.pidfd() {
            let _ = epoll::delete(&self.epoll, pidfd);
        }
        Some(running.pty)
    }

    fn pane_ready(&mut self, pane: PaneId, flags: epoll::EventFlags) {
        if flags.contains(epoll::EventFlags::OUT)
            && let Some(running) = self.ptys.get_mut(&pane)
        {
            // A program that ended has no use for its input; its end is reported by its pidfd.
            let _ = running.pty.flush();
            self.watch_writes(pane);
        }
        let wants = epoll::EventFlags::IN | epoll::EventFlags::HUP | epoll::EventFlags::ERR;
        if flags.intersects(wants) && !self.read_pane(pane) {
            self.pane_closed(pane);
        }
    }

    /// Reads and parses one pane's output up to the budget. False at its end.
    fn read_pane(&mut self, id: PaneId) -> bool {
        let now_us = self.now_us();
        let (Some(running), Some(pane)) = (self.ptys.get_mut(&id), self.state.panes.get_mut(&id))
        else {
            return true;
        };
        let began = Instant::now();
        let history = pane.screen.history_len();
        let mut fed = false;
        let open = loop {
            match running.pty.read(&mut self.buffer) {
                Read::Data(count) => {
                    pane.screen.feed(&self.buffer[..count]);
                    fed = true;
                    // After a short read there is nearly always nothing more.
                    if count < SHORT_READ || began.elapsed() >= PANE_LIMIT {
                        break true;
                    }
                }
                Read::WouldBlock => break true,
                Read::Eof => break false,
            }
        };
        if fed {
            running.look_at_us.get_or_insert(now_us + LOOK_US);
            let epoch = pane.screen.sync_epoch();
            running.sync = match (pane.screen.sync_pending(), running.sync) {
                (false, _) => None,
                (true, Some((same, until))) if same == epoch => Some((same, until)),
                (true, _) => Some((epoch, now_us + SYNC_US)),
            };
            pane.last_active_ms = self.state.now_ms;
            let grown = pane.screen.history_len().saturating_sub(history);
            if grown > 0 {
                // Whoever looks back keeps looking at the same lines.
                for view in self.state.views.values_mut() {
                    if let Some(offset) = view.scroll.get_mut(&id).filter(|offset| **offset > 0) {
                        *offset += grown;
                    }
                }
            }
            self.after_feed(id);
        }
        open
    }

    /// Shows what there is of updates whose end does not come.
    fn end_syncs(&mut self, now_us: u64) {
        let mut ended = Vec::new();
        for (id, running) in &mut self.ptys {
            if running.sync.is_some_and(|(_, until)| until <= now_us) {
                running.sync = None;
                ended.push(*id);
            }
        }
        for id in ended {
            if let Some(pane) = self.state.panes.get_mut(&id) {
                pane.screen.end_sync();
                self.after_feed(id);
            }
        }
    }

    /// Sends the answers a screen owes and has its notices looked at, if it has any.
    fn after_feed(&mut self, id: PaneId) {
        let Some(pane) = self.state.panes.get_mut(&id) else {
            return;
        };
        let replies = pane.screen.take_replies();
        let unseen = !pane.activity;
        let noticed = pane.screen.has_events();
        if !replies.is_empty() {
            self.write_pane(id, &replies);
        }
        let hidden = || self.state.viewers(id).next().is_none();
        if noticed || (unseen && hidden()) {
            self.step(Event::Output { pane: id });
        }
    }

    /// Sends bytes to a pane's program; what it does not take waits in a bounded queue.
    pub(super) fn write_pane(&mut self, id: PaneId, bytes: &[u8]) {
        let Some(running) = self.ptys.get_mut(&id) else {
            return;
        };
        if let Err(error) = running.pty.write(bytes) {
            tracing::warn!("input for pane {id} was dropped: {error}");
        }
        self.watch_writes(id);
    }

    fn watch_writes(&mut self, id: PaneId) {
        let Some(running) = self.ptys.get_mut(&id) else {
            return;
        };
        let wants = running.pty.wants_write();
        if wants != running.waits_to_write {
            running.waits_to_write = wants;
            let mut flags = epoll::EventFlags::IN;
            flags.set(epoll::EventFlags::OUT, wants);
            let data = epoll::EventData::new_u64(Source::Pane(id).token());
            let _ = epoll::modify(&self.epoll, running.pty.master(), data, flags);
        }
    }

    /// A pane's program ended: what it wrote last is read before the pane is told.
    fn child_ended(&mut self, id: PaneId) {
        let Some(running) = self.ptys.get_mut(&id) else {
            return;
        };
        let Some(status) = running.pty.try_wait() else {
            return;
        };
        // Bounded, since a background job may keep the terminal open and go on writing.
        for _ in 0..64 {
            let before = self.state.panes.get(&id).map(|pane| pane.screen.seq());
            if !self.read_pane(id) {
                break;
            }
            if self.state.panes.get(&id).map(|pane| pane.screen.seq()) == before {
                break;
            }
        }
        self.step(Event::Exited { pane: id, status });
    }

    /// Every process let go of the terminal. Usually the program has ended too and its pidfd says
    /// so in a moment; one that lives on without a terminal is left to its pidfd as well.
    fn pane_closed(&mut self, id: PaneId) {
        if let Some(running) = self.ptys.get_mut(&id) {
            let _ = epoll::delete(&self.epoll, running.pty.master());
            if running.pty.try_wait().is_some() {
                self.child_ended(id);
            }
        }
    }

    /// Names panes after what runs in them. Nobody tells when that changes, but a program that takes
    /// the foreground writes something, so it is looked at a moment after output and never else.
    fn look_at_foregrounds(&mut self, now_us: u64) {
        let mut changed = Vec::new();
        for (id, running) in &mut self.ptys {
            if running.look_at_us.is_none_or(|at| at > now_us) {
                continue;
            }
            running.look_at_us = None;
            let name = running.pty.foreground_process();
            let known = self.state.panes.get(id).map(|pane| &pane.foreground);
            if name.as_ref() != known {
                changed.extend(name.map(|name| (*id, name)));
            }
        }
        for (pane, name) in changed {
            self.step(Event::Foreground { pane, name });
        }
    }

    fn kill_laggards(&mut self) {
        let now = Instant::now();
        self.closing.retain_mut(|(pty, deadline)| {
            if pty.try_wait().is_some() {
                return false;
            }
            if *deadline <= now {
                pty.kill();
                return false;
            }
            true
        });
    }

    /// Hangs a program up and remembers to kill it should it not mind.
    pub(super) fn hang_up(&mut self, mut pty: Pty) {
        if pty.try_wait().is_none() {
            pty.hang_up();
            self.closing.push((pty, Instant::now() + HANGUP_GRACE));
        }
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
        let looks = self.ptys.values().filter_map(|running| running.look_at_us);
        let syncs = self
            .ptys
            .values()
            .filter_map(|running| running.sync.map(|(_, until)| until));
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
            .min()?;
        let wait = next.saturating_sub(now_us);
        Some(Timespec {
            tv_sec: (wait / 1_000_000) as i64,
            tv_nsec: ((wait % 1_000_000) * 1000) as i64,
        })
    }

    fn wait_for(&self, fd: BorrowedFd<'_>, source: Source, flags: epoll::EventFlags) {
        let data = epoll::EventData::new_u64(source.token());
        if let Err(error) = epoll::add(&self.epoll, fd, data, flags) {
            tracing::error!("cannot wait for {source:?}: {error}");
        }
    }
}
