//! Commands that arrive, answers that come back, terminals that attach.

use std::sync::Arc;

use super::{Effect, ReplyTo, Requester, hooks, launch, sequence, settle};
use crate::command::server::ServerCx;
use crate::command::spec::Reply;
use crate::command::view::ViewCx;
use crate::command::{Command, LocalCommand, ServerCommand, line, parse};
use crate::config::changes;
use crate::config::load::Loaded;
use crate::config::settings::{self, Settings};
use crate::error::{Error, Result};
use crate::model::geometry::Size;
use crate::model::id::ClientId;
use crate::model::journal::Kind;
use crate::model::messages::Said;
use crate::model::overlay::Overlay;
use crate::model::panel::{PanelState, Side};
use crate::model::state::State;
use crate::model::undo::Shape;
use crate::model::view::{DOCK_COLS, KeptView, Message, View};
use crate::model::wait::{Asker, Formats};
use crate::ui::paint::wrap;

/// The most rows that a line about damaged files may take.
const DAMAGE_ROWS: usize = 5;
/// How long a line over the status bar stays, in milliseconds.
const MESSAGE_MS: u64 = 4_000;

/// A terminal attached: it sees the tab that was used last, and the first to come again sees
/// everything as the last one left it. The first one ever starts the first pane. `back` is what a
/// terminal looked at that was there before an upgrade: it has never been away.
pub fn attached(
    state: &mut State,
    client: ClientId,
    size: Size,
    env: Vec<(String, String)>,
    back: Option<Box<KeptView>>,
    effects: &mut Vec<Effect>,
) {
    state.last_area = size;
    settle::stand(state);
    if state.tabs.is_empty() {
        open_first(state, env, effects);
    }
    let opening = question(state).or_else(|| damage(state, size));
    let Some(mut view) = first_view(state, client, size) else {
        return;
    };
    view.last_input_ms = state.now_ms;
    view.status_line = state.status_place();
    if std::mem::take(&mut state.first_start) {
        view.welcome = true;
        effects.push(Effect::Welcomed);
    }
    view.overlay = opening;
    state.views.insert(client, view);
    if let Some(kept) = back {
        returned(state, client, *kept);
        return;
    }
    state.note(Kind::ClientAttached, client, serde_json::Map::new());
    let reports = state.config.reports.clone();
    if let Some(first) = reports.first() {
        say(state, client, first, true);
    }
}

/// What a terminal sees first.
fn first_view(state: &mut State, client: ClientId, size: Size) -> Option<View> {
    if let Some(away) = state.away.take() {
        let mut view = View { client, ..*away };
        view.resize(size);
        return Some(view);
    }
    let used = state.recent_view().map(|view| view.tab);
    let tab = used.or(state.tabs.first().map(|tab| tab.id))?;
    let panel = panel(&state.config.settings, size);
    Some(View::new(client, size, tab, panel))
}

/// A terminal went away. What the last one saw is there again for the next.
pub fn gone(state: &mut State, client: ClientId) {
    if let Some(view) = state.views.remove(&client) {
        state.note(Kind::ClientDetached, client, serde_json::Map::new());
        if state.views.is_empty() {
            state.away = Some(Box::new(view.leave()));
        }
    }
    forget(state, Asker::Person(client));
}

/// Somebody has gone, and what they wait for goes with them.
pub fn forget(state: &mut State, asker: Asker) {
    state.waits.forget_asker(asker);
    state.sequences.forget_asker(asker);
}

/// A terminal is back after an upgrade: it looks at what it looked at.
fn returned(state: &mut State, client: ClientId, kept: KeptView) {
    let State { views, tabs, .. } = &mut *state;
    if let Some(view) = views.get_mut(&client) {
        view.look_again(kept, tabs);
    }
    let text = concat!("the server goes on as stoa ", env!("CARGO_PKG_VERSION"));
    say(state, client, text, false);
}

/// Whether to open again what the last server left, while nobody has said.
fn question(state: &State) -> Option<Overlay> {
    let left = state.restorable.as_ref()?;
    let asks = state.config.settings.restore == settings::Restore::Ask;
    let (tabs, panes) = (left.saved.tabs.len(), left.saved.panes.len());
    asks.then(|| Overlay::Confirm {
        question: format!("open the {tabs} tabs and {panes} panes of the last server again?"),
        command: "restore".to_owned(),
        formats: Formats::Commands,
    })
}

/// What is to be told of files that cannot be used, once.
fn damage(state: &mut State, size: Size) -> Option<Overlay> {
    let lines = std::mem::take(&mut state.damage);
    let room = size.cols.saturating_sub(8).max(20);
    (!lines.is_empty()).then(|| Overlay::Text {
        title: "not opened again".to_owned(),
        lines: lines
            .iter()
            .flat_map(|line| wrap(line, room, DAMAGE_ROWS))
            .collect(),
        scroll: 0,
        error: true,
    })
}

/// The side panel a view begins with: as set, but never over the panes of a narrow terminal.
pub(super) fn panel(settings: &Settings, size: Size) -> PanelState {
    let side = match settings.panel.side {
        settings::Side::Left => Side::Left,
        settings::Side::Right => Side::Right,
    };
    let width = u16::try_from(settings.panel.width).unwrap_or(u16::MAX);
    let mut panel = PanelState::new(side, width);
    panel.open = settings.panel.open && size.cols >= DOCK_COLS;
    panel
}

/// Opens the first tab with a shell in the workspace's directory.
pub fn open_first(state: &mut State, env: Vec<(String, String)>, effects: &mut Vec<Effect>) {
    let requester = Requester {
        env,
        ..Requester::default()
    };
    if let Ok(plan) = launch::plan(state, &requester, None, None, Vec::new()) {
        let pane = state.mint_pane();
        state.add_tab(pane, None, None);
        launch::begin(state, pane, plan, None, effects);
    }
}

/// Runs a command and sees that its answer gets to whoever asked.
pub fn run(
    state: &mut State,
    command: Command,
    requester: Requester,
    reply: ReplyTo,
    effects: &mut Vec<Effect>,
) {
    match dispatched(state, command, requester, reply, effects) {
        Ok(None) => {}
        Ok(Some(done)) => answered(state, reply, Ok(done), effects),
        Err(error) => answered(state, reply, Err(error), effects),
    }
}

/// Runs a command; `None` if its answer comes later.
///
/// # Errors
/// The command's own.
pub fn dispatched(
    state: &mut State,
    command: Command,
    requester: Requester,
    reply: ReplyTo,
    effects: &mut Vec<Effect>,
) -> Result<Option<Reply>> {
    let before = Undoable::of(state, &command);
    let done = dispatch(state, command, requester, reply, effects);
    if let Some(before) = before {
        before.note(state);
    }
    let done = done?;
    Ok((!done.later).then_some(done))
}

/// How panes lay before a command that may change it.
struct Undoable {
    shape: Shape,
    /// A series of such commands is one change; empty for commands that come one by one.
    series: &'static str,
    /// The command goes through the changes itself.
    travels: bool,
}

impl Undoable {
    fn of(state: &State, command: &Command) -> Option<Undoable> {
        let Command::Server(command) = command else {
            return None;
        };
        let series = match command {
            ServerCommand::ResizePane(_) => "resize",
            ServerCommand::ShiftPane(_) => "shift",
            // What these run within themselves notes its own changes.
            ServerCommand::IfShell(_) | ServerCommand::WaitPane(_) => return None,
            _ => "",
        };
        let travels = matches!(
            command,
            ServerCommand::UndoLayout(_) | ServerCommand::RedoLayout(_)
        );
        Some(Undoable {
            shape: state.shape(),
            series,
            travels,
        })
    }

    fn note(self, state: &mut State) {
        for tab in state.changed_since(&self.shape) {
            state.note(Kind::TabLayout, tab, serde_json::Map::new());
        }
        if !self.travels {
            state.remember(self.shape, self.series);
        }
    }
}

fn dispatch(
    state: &mut State,
    command: Command,
    requester: Requester,
    reply: ReplyTo,
    effects: &mut Vec<Effect>,
) -> Result<Reply> {
    match command {
        Command::Local(LocalCommand::KillServer(_)) => {
            effects.push(Effect::Shutdown);
            Ok(Reply::none())
        }
        Command::Local(LocalCommand::ListCommands(list)) => list.list(),
        Command::Local(_) => Err(Error::usage("that command works from a shell only")),
        Command::Store(command) => {
            let actor = acting_session(state, &requester);
            let cwd = requester
                .cwd
                .clone()
                .or_else(|| {
                    let pane = crate::command::target::pane(state, &requester, None).ok()?;
                    let pane = state.panes.get(&pane)?;
                    Some(pane.directory().to_owned())
                })
                .unwrap_or_else(|| state.root.clone());
            effects.push(Effect::Store {
                command: Box::new(command),
                actor,
                cwd,
                reply,
            });
            Ok(Reply::later())
        }
        Command::Server(command) => {
            let mut cx = server_cx(state, requester, reply, effects);
            let done = command.run(&mut cx)?;
            Ok(Reply {
                here: cx.here,
                ..done
            })
        }
        Command::View(command) => {
            let server = server_cx(state, requester, reply, effects);
            let mut cx = match command.goes_without_terminal() {
                true => ViewCx::anywhere(server)?,
                false => ViewCx::new(server)?,
            };
            let done = command.run(&mut cx)?;
            Ok(Reply {
                here: cx.server.here,
                ..done
            })
        }
    }
}

fn server_cx<'a>(
    state: &'a mut State,
    requester: Requester,
    reply: ReplyTo,
    effects: &'a mut Vec<Effect>,
) -> ServerCx<'a> {
    ServerCx {
        state,
        effects,
        requester,
        reply,
        here: None,
    }
}

/// Who acts when a person types a coordination command: the focused pane's session.
pub fn acting_session(state: &State, requester: &Requester) -> Option<String> {
    let pane = crate::command::target::pane(state, requester, None).ok()?;
    state.panes.get(&pane).map(|pane| pane.session.clone())
}

/// Brings an answer to whoever asked.
pub fn answered(
    state: &mut State,
    reply: ReplyTo,
    result: Result<Reply>,
    effects: &mut Vec<Effect>,
) {
    match reply {
        ReplyTo::Connection(connection) => effects.push(Effect::Answer { connection, result }),
        ReplyTo::View(client) => show_result(state, client, &result),
        ReplyTo::Sequence { number, .. } => sequence::answered(state, number, result, effects),
        ReplyTo::Hook(kind) => {
            if let Err(error) = result {
                hooks::report(state, kind, &error);
            }
        }
        ReplyTo::Nobody => {}
    }
}

/// Shows an answer at a terminal: one line in the status bar, more of them in a box.
fn show_result(state: &mut State, client: ClientId, result: &Result<Reply>) {
    let (text, error) = match result {
        Ok(reply) => (reply.text.clone(), false),
        Err(failure) => {
            let hint = failure.hint.as_deref().map(|hint| format!(" ({hint})"));
            (
                format!("{}{}", failure.message, hint.unwrap_or_default()),
                true,
            )
        }
    };
    if text.is_empty() {
        return;
    }
    if !error && text.lines().count() > 1 {
        if let Some(view) = state.views.get_mut(&client) {
            view.overlay = Some(Overlay::Text {
                title: "result".to_owned(),
                lines: text.lines().map(crate::draw::text::sanitize_line).collect(),
                scroll: 0,
                error,
            });
        }
        return;
    }
    say(state, client, &text, error);
}

/// Shows a line to the person at a terminal for a while.
pub fn say(state: &mut State, client: ClientId, text: &str, error: bool) {
    let until_ms = state.now_ms + MESSAGE_MS;
    state.messages.keep(Said {
        ms: state.now_ms,
        text: text.to_owned(),
        error,
    });
    if let Some(view) = state.views.get_mut(&client) {
        view.message = Some(Message {
            text: text.to_owned(),
            error,
            until_ms,
        });
    }
}

/// Runs a command line typed at a terminal.
pub fn run_line(state: &mut State, client: ClientId, line: &str, effects: &mut Vec<Effect>) {
    run_line_with(state, client, line, Formats::Commands, effects);
}

/// The same; `formats` is what becomes of formats in it.
pub fn run_line_with(
    state: &mut State,
    client: ClientId,
    line: &str,
    formats: Formats,
    effects: &mut Vec<Effect>,
) {
    let requester = Requester {
        client: Some(client),
        formats,
        ..Requester::default()
    };
    run_line_as(state, client, line, requester, effects);
}

/// The same for whoever asks at a terminal, perhaps about another pane than the one with the keyboard.
pub fn run_line_as(
    state: &mut State,
    client: ClientId,
    line: &str,
    requester: Requester,
    effects: &mut Vec<Effect>,
) {
    let reply = ReplyTo::View(client);
    let commands = match line::commands(line) {
        Ok(commands) => commands,
        Err(error) => return answered(state, reply, Err(error), effects),
    };
    if let [words] = commands.as_slice()
        && let Ok(parse::Parsed::Show(text)) = parse::parse(words)
    {
        let help = Reply::new(text, serde_json::Value::Null);
        return answered(state, reply, Ok(help), effects);
    }
    sequence::run(state, commands, requester, reply, effects);
}

/// New configuration: it counts from the next key on, and everybody is told what changed. A file with a
/// mistake changes nothing.
pub fn reloaded(state: &mut State, loaded: Loaded, reply: ReplyTo, effects: &mut Vec<Effect>) {
    let (loaded, report) = changes::merge(&state.files, loaded);
    if loaded.settings.theme != state.files.settings.theme {
        // Who writes a theme down wants to see that one.
        state.theme = None;
    }
    state.files = Arc::new(loaded);
    state.adjust();
    let clients: Vec<ClientId> = state.views.keys().copied().collect();
    for client in clients {
        if reply.person() != Some(client) {
            say(state, client, &report.line, report.failed);
        }
    }
    let answer = match reply.person() {
        Some(_) if report.failed => Err(Error::refused(report.line)),
        Some(_) => Ok(Reply::new(report.line, serde_json::Value::Null)),
        None if report.failed => Err(Error::refused(report.whole.replace('\n', "; "))),
        None => {
            let data = serde_json::json!({ "sound": true, "report": report.whole });
            Ok(Reply::new(report.whole, data))
        }
    };
    answered(state, reply, answer, effects);
}
