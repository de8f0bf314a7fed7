//! The loop's side of panes' programs: reading and parsing what they write, sending them input,
//! noticing their end.

use std::path::PathBuf;
use std::time::Instant;

use rustix::event::epoll;

use super::event_loop::{
    HANGUP_GRACE, LOOK_US, Loop, NAME_US, PANE_LIMIT, Running, SHORT_READ, SYNC_US, Source,
};
use super::keeper::TextDue;
use crate::model::id::PaneId;
use crate::model::pane::{Pane, is_shell, runs_script};
use crate::pty::{Pty, Read};
use crate::update::Event;

/// What reading a pane came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Got {
    /// Some output; there may be more.
    Output,
    /// Nothing now.
    Nothing,
    /// The end: nobody has the terminal open.
    End,
}

/// What is known of the program in a pane's foreground, and when to look again.
///
/// Nobody tells when another program takes the foreground, but one that does so writes something,
/// so it is looked at a moment after output and never else. Which process group it is costs next
/// to nothing to find out; its name, which the same process may change, is read again rarely.
#[derive(Debug, Default)]
pub(super) struct Foreground {
    look_at_us: Option<u64>,
    group: Option<i32>,
    named_at_us: u64,
}

impl Foreground {
    /// There was output.
    fn output(&mut self, now_us: u64) {
        let soon = now_us + LOOK_US;
        self.look_at_us = Some(self.look_at_us.map_or(soon, |at| at.min(soon)));
    }

    /// When to look.
    pub(super) fn due_us(&self) -> Option<u64> {
        self.look_at_us
    }

    /// Whether the name is to be read, now that the time to look has come.
    fn wants_name(&mut self, group: Option<i32>, now_us: u64) -> bool {
        let next = self.named_at_us + NAME_US;
        if group == self.group && now_us < next {
            self.look_at_us = Some(next);
            return false;
        }
        *self = Foreground {
            look_at_us: None,
            group,
            named_at_us: now_us,
        };
        true
    }
}

impl Loop {
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
            foreground: Foreground::default(),
            may_have_moved: true,
            text: TextDue::default(),
        };
        self.ptys.insert(pane, running);
    }

    /// Takes a pane's program out of the loop's hands.
    pub(super) fn take_pty(&mut self, pane: PaneId) -> Option<Pty> {
        self.taps.remove(&pane);
        let running = self.ptys.remove(&pane)?;
        let _ = epoll::delete(&self.epoll, running.pty.master());
        if let Some(pidfd) = running.pty.pidfd() {
            let _ = epoll::delete(&self.epoll, pidfd);
        }
        Some(running.pty)
    }

    pub(super) fn pane_ready(&mut self, pane: PaneId, flags: epoll::EventFlags) {
        if flags.contains(epoll::EventFlags::OUT)
            && let Some(running) = self.ptys.get_mut(&pane)
        {
            // A program that ended has no use for its input; its end is reported by its pidfd.
            let _ = running.pty.flush();
            self.watch_writes(pane);
        }
        let wants = epoll::EventFlags::IN | epoll::EventFlags::HUP | epoll::EventFlags::ERR;
        if flags.intersects(wants) && self.read_pane(pane) == Got::End {
            self.pane_closed(pane);
        }
    }

    /// Reads and parses one pane's output for a moment.
    pub(super) fn read_pane(&mut self, id: PaneId) -> Got {
        let now_us = self.now_us();
        let (Some(running), Some(pane)) = (self.ptys.get_mut(&id), self.state.panes.get_mut(&id))
        else {
            return Got::Nothing;
        };
        let began = Instant::now();
        let mut fed = false;
        let mut broke = None;
        let open = loop {
            // What was put off comes first, and nothing is read until it is done with.
            if pane.screen.has_backlog() {
                pane.screen.resume();
                fed = true;
                if pane.screen.has_backlog() || began.elapsed() >= PANE_LIMIT {
                    break true;
                }
            }
            match running.pty.read(&mut self.buffer) {
                Read::Data(count) => {
                    pane.screen.feed(&self.buffer[..count]);
                    if let Some(tap) = self.taps.get(&id) {
                        broke = tap.put(&self.buffer[..count]).err().or(broke);
                    }
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
            running.foreground.output(now_us);
            running.may_have_moved = true;
            let interval = self.state.config.settings.restore_interval;
            running.text.output(now_us, interval);
            let epoch = pane.screen.sync_epoch();
            running.sync = match (pane.screen.sync_pending(), running.sync) {
                (false, _) => None,
                (true, Some((same, until))) if same == epoch => Some((same, until)),
                (true, _) => Some((epoch, now_us + SYNC_US)),
            };
            pane.last_active_ms = self.state.now_ms;
            pane.last_output_ms = self.state.now_ms;
            self.after_feed(id);
        }
        if let Some(why) = broke {
            self.taps.remove(&id);
            let why = why.to_owned();
            self.step(Event::PipeBroke { pane: id, why });
        }
        match (open, fed) {
            (false, _) => Got::End,
            (true, true) => Got::Output,
            (true, false) => Got::Nothing,
        }
    }

    /// Whether a screen has output that was put off, which no descriptor tells.
    pub(super) fn has_backlog(&self) -> bool {
        let mut panes = self.ptys.keys().filter_map(|id| self.state.panes.get(id));
        panes.any(|pane| pane.screen.has_backlog())
    }

    /// Goes on with output that was put off, in turn, for as long as a turn may take.
    pub(super) fn work_off_backlogs(&mut self) {
        let began = Instant::now();
        let behind: Vec<PaneId> = self
            .ptys
            .keys()
            .filter(|id| {
                let pane = self.state.panes.get(id);
                pane.is_some_and(|pane| pane.screen.has_backlog())
            })
            .copied()
            .collect();
        let first = behind.partition_point(|id| *id <= self.last_served);
        for id in behind.iter().cycle().skip(first).take(behind.len()) {
            self.last_served = *id;
            if self.read_pane(*id) == Got::End {
                self.pane_closed(*id);
            }
            if began.elapsed() >= PANE_LIMIT {
                break;
            }
        }
    }

    /// Shows what there is of updates whose end does not come.
    pub(super) fn end_syncs(&mut self, now_us: u64) {
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
    pub(super) fn after_feed(&mut self, id: PaneId) {
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
        if noticed || (unseen && hidden()) || self.state.waits.reads(id) {
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

    pub(super) fn watch_writes(&mut self, id: PaneId) {
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
    pub(super) fn child_ended(&mut self, id: PaneId) {
        let Some(running) = self.ptys.get_mut(&id) else {
            return;
        };
        let Some(status) = running.pty.try_wait() else {
            return;
        };
        // Bounded, since a background job may keep the terminal open and go on writing.
        for _ in 0..64 {
            if self.read_pane(id) != Got::Output {
                break;
            }
        }
        self.step(Event::Exited { pane: id, status });
    }

    /// Every process let go of the terminal. Usually the program has ended too and its pidfd says
    /// so in a moment; one that lives on without a terminal is left to its pidfd as well.
    pub(super) fn pane_closed(&mut self, id: PaneId) {
        if let Some(running) = self.ptys.get_mut(&id) {
            let _ = epoll::delete(&self.epoll, running.pty.master());
            if running.pty.try_wait().is_some() {
                self.child_ended(id);
            }
        }
    }

    /// Names panes after what runs in them.
    pub(super) fn look_at_foregrounds(&mut self, now_us: u64) {
        let mut changed = Vec::new();
        let mut moved = Vec::new();
        let mut looked = false;
        for (id, running) in &mut self.ptys {
            if running.foreground.due_us().is_none_or(|at| at > now_us) {
                continue;
            }
            let group = running.pty.foreground_group();
            if !running.foreground.wants_name(group, now_us) {
                continue;
            }
            looked = true;
            let Some(pane) = self.state.panes.get(id) else {
                continue;
            };
            let name = running.pty.foreground_process();
            let scripted = name.as_deref().is_some_and(is_shell)
                && running
                    .pty
                    .foreground_argv()
                    .is_some_and(|argv| runs_script(&argv));
            if name.as_ref() != Some(&pane.foreground) || scripted != pane.scripted {
                changed.extend(name.map(|name| (*id, name, scripted)));
            }
            moved.extend(running.moved(pane).map(|path| (*id, path)));
        }
        if looked {
            // A shell that prompts again may have gone elsewhere.
            self.keeper.arm(now_us);
        }
        for (pane, name, scripted) in changed {
            self.step(Event::Foreground {
                pane,
                name,
                scripted,
            });
        }
        for (pane, path) in moved {
            self.step(Event::Directory { pane, path });
        }
    }

    /// Sees which directories panes are in, before a command that may ask for them. Only one that has
    /// said something since can have moved, or `asking`, whose program asks.
    pub(super) fn look_at_directories(&mut self, asking: Option<PaneId>) {
        let mut moved = Vec::new();
        for (id, running) in &mut self.ptys {
            if !running.may_have_moved && asking != Some(*id) {
                continue;
            }
            if let Some(pane) = self.state.panes.get(id) {
                moved.extend(running.moved(pane).map(|path| (*id, path)));
            }
        }
        for (pane, path) in moved {
            self.step(Event::Directory { pane, path });
        }
    }

    pub(super) fn kill_laggards(&mut self) {
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
}

impl Running {
    /// Where its program is, if that is not where `pane` is known to be.
    fn moved(&mut self, pane: &Pane) -> Option<PathBuf> {
        self.may_have_moved = false;
        let path = self.pty.cwd()?;
        (pane.cwd.as_ref() != Some(&path)).then_some(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_when_the_group_changes_and_else_rarely() {
        let mut seen = Foreground::default();
        assert_eq!(seen.due_us(), None);
        seen.output(5_000_000);
        assert_eq!(seen.due_us(), Some(5_000_000 + LOOK_US));
        assert!(seen.wants_name(Some(7), 5_200_000));
        assert_eq!(seen.due_us(), None, "no timer without output");
        seen.output(5_300_000);
        assert!(!seen.wants_name(Some(7), 5_450_000));
        assert_eq!(seen.due_us(), Some(5_200_000 + NAME_US), "one look later");
        seen.output(5_500_000);
        assert_eq!(seen.due_us(), Some(5_500_000 + LOOK_US));
        assert!(seen.wants_name(Some(8), 5_650_000), "another group");
        seen.output(9_000_000);
        assert!(seen.wants_name(Some(8), 9_150_000), "long ago");
        assert_eq!(seen.due_us(), None);
    }
}
