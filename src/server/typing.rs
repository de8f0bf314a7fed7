//! The loop's side of attached terminals: what is typed, and terminals that go away.

use rustix::event::epoll;

use super::event_loop::Loop;
use super::terminal::{Learned, Terminal, TtyRead};
use crate::keys::input::{Input, MouseKind};
use crate::model::id::{ClientId, PaneId};
use crate::term::{Palette, clipboard_answer};
use crate::update::{Event, input, pane};

impl Loop {
    pub(super) fn tty_ready(&mut self, client: ClientId, flags: epoll::EventFlags, now_us: u64) {
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

    pub(super) fn take_inputs(&mut self, client: ClientId, inputs: Vec<Input>, now_us: u64) {
        for input in inputs {
            let Some(terminal) = self.terminals.get_mut(&client) else {
                return;
            };
            let input = match input {
                Input::Reply(reply) => {
                    let learned = terminal.learn(reply);
                    self.apply(learned);
                    continue;
                }
                input => input,
            };
            terminal.key_us = now_us;
            if self.may_command(client, &input) {
                self.look_at_directories(None);
            }
            self.step(Event::Input { client, input });
        }
    }

    /// Whether something typed may run a command.
    fn may_command(&self, client: ClientId, input: &Input) -> bool {
        match input {
            Input::Key(event) => input::may_command(&self.state, client, event),
            Input::Mouse(mouse) => matches!(mouse.kind, MouseKind::Press(_)),
            Input::Paste(_) | Input::Focus(_) | Input::Reply(_) => false,
        }
    }

    pub(super) fn apply(&mut self, learned: Learned) {
        match learned {
            Learned::Nothing => {}
            Learned::Looks(palette) => self.recolor(palette),
            Learned::Clipboard(panes, bytes) => {
                let bytes = bytes.unwrap_or_else(|| pane::copied_last(&self.state));
                let answer = clipboard_answer(&bytes);
                for pane in panes {
                    self.write_pane(pane, &answer);
                }
            }
        }
    }

    /// A terminal told its colours or the size of its cells: programs that ask are told these, and
    /// those that wanted to know of a change from dark to light are told at once.
    pub(super) fn recolor(&mut self, palette: Palette) {
        let images = self
            .terminals
            .values()
            .any(|terminal| terminal.looks().images);
        let palette = Palette { images, ..palette };
        if self.state.palette == palette {
            return;
        }
        if self.state.palette.cell != palette.cell {
            for (id, running) in &self.ptys {
                if let Some(pane) = self.state.panes.get(id) {
                    running.pty.resize(pane.size, palette.cell);
                }
            }
        }
        let panes: Vec<PaneId> = self.state.panes.keys().copied().collect();
        for id in panes {
            if let Some(pane) = self.state.panes.get_mut(&id) {
                pane.screen.set_palette(palette.clone());
            }
            self.after_feed(id);
        }
        self.state.palette = palette;
    }

    /// The terminal that came or changed last says how large a cell is.
    pub(super) fn measured(&mut self, cell: (u16, u16)) {
        let palette = Palette {
            cell,
            ..self.state.palette.clone()
        };
        self.recolor(palette);
    }

    /// Input that began like a sequence and did not go on.
    pub(super) fn flush_keys(&mut self, now_us: u64) {
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
    pub(super) fn terminal_gone(&mut self, client: ClientId) {
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
}
