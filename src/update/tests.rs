//! The pure step without a server: events in, state and effects out.

mod clients;
mod copy;
mod floats;
mod hooks;
mod keys;
mod layouts;
mod outputs;
mod panes;
mod sequences;
mod tmux;
mod verbs;
mod waiting;

use std::path::PathBuf;
use std::sync::Arc;

use super::{Effect, Event, ReplyTo, Requester, settle, step, timer};
use crate::clock::Now;
use crate::command::parse::{self, Parsed};
use crate::config::load;
use crate::coord::snapshot::Snapshot;
use crate::keys::chord;
use crate::keys::input::{Button, Input, Mouse, MouseKind};
use crate::keys::key::{KeyEvent, Mods};
use crate::model::geometry::Size;
use crate::model::id::{ClientId, PaneId};
use crate::model::state::State;

/// A workspace being driven.
struct Desk {
    state: State,
    /// What the last event asked for.
    effects: Vec<Effect>,
}

const A: ClientId = ClientId(1);
const B: ClientId = ClientId(2);

impl Desk {
    /// Nothing attached yet.
    fn empty() -> Desk {
        let taken = Now {
            boot_id: "boot".to_owned(),
            boot_ms: 0,
            wall: jiff::Timestamp::UNIX_EPOCH,
        };
        let loaded = Arc::new(load::load(None, &|_| Ok(())));
        let snapshot = Arc::new(Snapshot::empty(taken));
        let mut state = State::new(PathBuf::from("/work/demo"), loaded, snapshot);
        state.now_ms = 1_000;
        Desk {
            state,
            effects: Vec::new(),
        }
    }

    /// One terminal of 120x31, so that its panes have 30 rows; the panel is closed.
    fn new() -> Desk {
        let mut desk = Desk::empty();
        desk.attach(A, 120, 31);
        desk
    }

    fn attach(&mut self, client: ClientId, cols: u16, rows: u16) {
        let size = Size::new(cols, rows);
        let env = Vec::new();
        self.event(Event::Attached {
            client,
            size,
            env,
            back: None,
        });
        if let Some(view) = self.state.views.get_mut(&client) {
            view.panel.open = false;
        }
        self.settle();
    }

    fn settle(&mut self) {
        settle::settle(&mut self.state, &mut self.effects);
    }

    fn event(&mut self, event: Event) {
        self.effects.clear();
        step(&mut self.state, event, &mut self.effects);
        self.settle();
    }

    /// Presses keys, written as in keybindings.toml.
    fn press(&mut self, client: ClientId, keys: &str) {
        for word in keys.split(' ') {
            let key = chord::parse_key(word).expect("a key");
            let input = Input::Key(KeyEvent::from(key));
            self.event(Event::Input { client, input });
        }
    }

    /// Types text, key by key.
    fn write(&mut self, client: ClientId, text: &str) {
        for c in text.chars() {
            let input = Input::Key(KeyEvent::from(crate::keys::key::Key::char(c)));
            self.event(Event::Input { client, input });
        }
    }

    /// Runs a command line at the prompt.
    fn prompt(&mut self, client: ClientId, line: &str) {
        self.press(client, "C-b :");
        self.write(client, line);
        self.press(client, "Enter");
    }

    /// Runs a command line typed in a shell outside.
    fn outside(&mut self, line: &str) {
        let Ok(Parsed::Run(invocation)) = parse::parse(shlex::split(line).expect("whole quotes"))
        else {
            panic!("{line:?} is no command");
        };
        self.event(Event::Request {
            command: Box::new(invocation.command.expect("a command")),
            requester: Requester::default(),
            reply: ReplyTo::Connection(1),
        });
    }

    /// What the last command line typed outside was answered.
    fn answer(&self) -> Result<&str, &str> {
        let answer = self.effects.iter().find_map(|effect| match effect {
            Effect::Answer { result, .. } => Some(result),
            _ => None,
        });
        match answer.expect("an answer") {
            Ok(reply) => Ok(&reply.text),
            Err(error) => Err(&error.message),
        }
    }

    fn mouse(&mut self, client: ClientId, kind: MouseKind, x: u16, y: u16) {
        let input = Input::Mouse(Mouse {
            kind,
            x,
            y,
            mods: Mods::NONE,
        });
        self.event(Event::Input { client, input });
    }

    fn click(&mut self, client: ClientId, x: u16, y: u16) {
        self.mouse(client, MouseKind::Press(Button::Left), x, y);
        self.mouse(client, MouseKind::Release(Button::Left), x, y);
    }

    fn focused(&self, client: ClientId) -> u32 {
        let view = &self.state.views[&client];
        self.state.focused(view).expect("a pane").0
    }

    fn size(&self, pane: u32) -> (u16, u16) {
        let size = self.state.panes[&PaneId(pane)].size;
        (size.cols, size.rows)
    }

    fn message(&self, client: ClientId) -> &str {
        let message = self.state.views[&client].message.as_ref();
        message.map_or("", |message| &message.text)
    }

    /// The bytes that the last event sent to a pane.
    fn written(&self, pane: u32) -> Vec<u8> {
        self.effects
            .iter()
            .filter_map(|effect| match effect {
                Effect::Write { pane: id, bytes } if id.0 == pane => Some(bytes.as_slice()),
                _ => None,
            })
            .flatten()
            .copied()
            .collect()
    }

    /// Lets the loop's time pass and due timers fire.
    fn wait(&mut self, ms: u64) {
        self.state.now_ms += ms;
        if timer::next(&self.state).is_some_and(|at| at <= self.state.now_ms) {
            self.event(Event::Timer);
        }
    }
}
