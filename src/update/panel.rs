//! The side panel: selection follows its record, and what keys and mouse do there.
//!
//! Whatever the panel does to groups, context and claims it does by running the very command line
//! a person could have typed, as the focused pane's session.

use super::{Effect, overlay, request};
use crate::command::view::panel::PanelAction;
use crate::coord::snapshot::MessageKind;
use crate::coord::task::Status;
use crate::error::{Error, Result};
use crate::keys::input::{Button, Mouse, MouseKind};
use crate::keys::key::{Code, KeyEvent, Mods};
use crate::model::geometry::Rect;
use crate::model::id::{ClientId, PaneId};
use crate::model::overlay::Overlay;
use crate::model::panel::{PanelState, RowTarget, Rows};
use crate::model::state::State;
use crate::model::view::{Drag, View};
use crate::ui::panel::PanelAction as Clicked;
use crate::ui::{hit, parts};

/// The session a view's panel acts as: that of its focused pane.
pub fn acting(state: &State, view: &View) -> Option<String> {
    let pane = state.panes.get(&state.focused(view)?)?;
    Some(pane.session.clone())
}

/// Runs `change` on a view's panel with the rows it lists.
fn with_rows<T>(
    state: &mut State,
    client: ClientId,
    change: impl FnOnce(&mut PanelState, &Rows<'_>) -> T,
) -> Option<T> {
    let view = state.views.get(&client)?;
    let acting = acting(state, view);
    let snapshot = state.snapshot.clone();
    let filter = view.panel.filter.text().to_owned();
    let rows = Rows::of(&snapshot, acting.as_deref(), &filter);
    let view = state.views.get_mut(&client)?;
    Some(change(&mut view.panel, &rows))
}

/// After the store changed: every view's selection stays with its record.
pub fn follow(state: &mut State) {
    let clients: Vec<ClientId> = state.views.keys().copied().collect();
    for client in clients {
        with_rows(state, client, |panel, rows| panel.reconcile(rows));
    }
}

/// Keys while the filter is being typed.
pub fn filter_key(view: &mut View, event: &KeyEvent) {
    let key = event.chord();
    match (key.code, key.mods) {
        (Code::Esc, _) | (Code::Char('c'), Mods::CTRL) => {
            view.panel.clear_filter();
        }
        (Code::Enter | Code::Up | Code::Down | Code::Tab, _) => view.panel.filtering = false,
        _ => {
            overlay::edit_key(&mut view.panel.filter, event);
        }
    }
}

/// Carries out one of the panel's actions.
///
/// # Errors
/// The action makes no sense on the selected row.
pub fn act(
    state: &mut State,
    client: ClientId,
    action: PanelAction,
    effects: &mut Vec<Effect>,
) -> Result<()> {
    use PanelAction as A;
    match action {
        A::Next => select(state, client, PanelState::next_row),
        A::Previous => select(state, client, PanelState::previous_row),
        A::First => select(state, client, PanelState::first_row),
        A::Last => select(state, client, PanelState::last_row),
        A::NextSection => select(state, client, |panel, _| panel.next_section()),
        A::PreviousSection => select(state, client, |panel, _| panel.previous_section()),
        A::Filter | A::Flip | A::Wider | A::Narrower | A::Back | A::Close => {
            shape(state, client, action);
        }
        A::Act => return open(state, client, effects),
        A::Claim
        | A::Release
        | A::Complete
        | A::Add
        | A::Join
        | A::Leave
        | A::Share
        | A::Reply
        | A::Ack
        | A::Send => {
            let row = selected(state, client);
            let line = match message_line(state, action, row.as_ref()) {
                Some(line) => line?,
                None => line_for(action, row.as_ref())?,
            };
            request::run_line(state, client, &line, effects);
        }
    }
    Ok(())
}

fn select(state: &mut State, client: ClientId, step: impl FnOnce(&mut PanelState, &Rows<'_>)) {
    with_rows(state, client, step);
}

fn selected(state: &mut State, client: ClientId) -> Option<RowTarget> {
    with_rows(state, client, |panel, rows| panel.selected(rows)).flatten()
}

fn shape(state: &mut State, client: ClientId, action: PanelAction) {
    let Some(view) = state.views.get_mut(&client) else {
        return;
    };
    let cols = view.size.cols;
    let panel = &mut view.panel;
    match action {
        PanelAction::Filter => {
            panel.filtering = true;
            panel.focused = true;
        }
        PanelAction::Flip => panel.flip(),
        PanelAction::Wider => panel.resize(4, cols),
        PanelAction::Narrower => panel.resize(-4, cols),
        PanelAction::Back => {
            if !panel.clear_filter() {
                panel.focused = false;
            }
        }
        _ => {
            if panel.open {
                panel.toggle();
            }
        }
    }
}

/// The command line an action on a row stands for. A trailing space means that more is to be typed.
fn line_for(action: PanelAction, row: Option<&RowTarget>) -> Result<String> {
    let word = |text: &str| shlex::try_quote(text).map(|quoted| quoted.into_owned());
    let bad = |_| Error::usage("that name cannot be written on a command line");
    Ok(match (action, row) {
        (PanelAction::Claim, Some(RowTarget::Claim { key, .. })) => {
            format!("prompt claim {}", word(key).map_err(bad)?)
        }
        (PanelAction::Claim, Some(RowTarget::Task { id })) => {
            format!("task claim {}", word(id).map_err(bad)?)
        }
        (PanelAction::Claim, _) => "prompt claim".to_owned(),
        (PanelAction::Release, Some(RowTarget::Task { id })) => {
            format!("task release {}", word(id).map_err(bad)?)
        }
        (PanelAction::Complete, Some(RowTarget::Task { id })) => {
            format!("prompt task complete {}", word(id).map_err(bad)?)
        }
        (PanelAction::Complete, _) => {
            return Err(
                Error::refused("select a task first").with_hint("Tab moves to the Tasks section")
            );
        }
        (PanelAction::Add, _) => "prompt task add".to_owned(),
        (PanelAction::Release, Some(RowTarget::Claim { key, .. })) => {
            format!("release {}", word(key).map_err(bad)?)
        }
        (PanelAction::Release, _) => {
            return Err(
                Error::refused("select a claim first").with_hint("Tab moves to the Claims section")
            );
        }
        (PanelAction::Join, Some(RowTarget::Group { name })) => {
            format!("join-group {}", word(name).map_err(bad)?)
        }
        (PanelAction::Join, _) => "prompt join-group".to_owned(),
        (PanelAction::Leave, _) => "confirm -p 'leave the group? (y/n)' leave-group".to_owned(),
        (PanelAction::Share, Some(RowTarget::Context { key, .. })) => {
            format!("prompt share {}", word(&format!("{key}=")).map_err(bad)?)
        }
        _ => "prompt share".to_owned(),
    })
}

/// The command line for an action on messages.
fn message_line(
    state: &State,
    action: PanelAction,
    row: Option<&RowTarget>,
) -> Option<Result<String>> {
    let unselected = || {
        Err(Error::refused("select a message first").with_hint("Tab moves to the Messages section"))
    };
    Some(match (action, row) {
        (PanelAction::Reply, Some(RowTarget::Message { id })) => Ok(format!("prompt reply {id}")),
        (PanelAction::Ack, Some(RowTarget::Message { id })) => Ok(format!("ack {id}")),
        (PanelAction::Reply | PanelAction::Ack, _) => unselected(),
        (PanelAction::Send, Some(RowTarget::Session { id })) => {
            let session = state.snapshot.session(id);
            let name = session.map_or(id.as_str(), |session| &session.name);
            let quoted = shlex::try_quote(name).map(|name| format!("prompt send {name}"));
            quoted.map_err(|_| Error::usage("that name cannot be written on a command line"))
        }
        (PanelAction::Send, Some(RowTarget::Group { name })) => {
            let quoted = shlex::try_quote(name).map(|name| format!("prompt send @{name}"));
            quoted.map_err(|_| Error::usage("that name cannot be written on a command line"))
        }
        (PanelAction::Send, _) => Ok("prompt send".to_owned()),
        _ => return None,
    })
}

/// Enter on a row.
fn open(state: &mut State, client: ClientId, effects: &mut Vec<Effect>) -> Result<()> {
    match selected(state, client) {
        Some(row @ RowTarget::Group { .. }) => {
            let line = line_for(PanelAction::Join, Some(&row))?;
            request::run_line(state, client, &line, effects);
            Ok(())
        }
        Some(RowTarget::Session { id } | RowTarget::Claim { holder: id, .. }) => {
            jump(state, client, &id)
        }
        Some(RowTarget::Message { id }) => {
            open_message(state, client, id, effects);
            Ok(())
        }
        Some(RowTarget::Task { id }) => open_task(state, client, &id, effects),
        Some(RowTarget::Context { group, key }) => {
            show_value(state, client, &group, &key);
            Ok(())
        }
        None => Err(Error::refused("nothing is selected")),
    }
}

/// Enter on a task takes the next step with it, or goes to who has it in hand.
fn open_task(
    state: &mut State,
    client: ClientId,
    id: &str,
    effects: &mut Vec<Effect>,
) -> Result<()> {
    let acting = state
        .views
        .get(&client)
        .and_then(|view| acting(state, view));
    let mut tasks = state.snapshot.tasks.iter();
    let Some(task) = tasks.find(|task| task.task_id == id) else {
        return Err(Error::refused(format!("the task {id} is gone")));
    };
    let own = acting.is_some_and(|session| task.is_held_by(&session));
    let holder = task.claimed_by.as_ref().map(|by| by.session_id.to_string());
    let step = match task.status {
        Status::Pending => "task claim",
        Status::Claimed if own => "task start",
        Status::InProgress | Status::Review if own => "prompt task complete",
        Status::Claimed | Status::InProgress | Status::Review => {
            return holder.map_or(Ok(()), |holder| jump(state, client, &holder));
        }
        _ => "task show",
    };
    // An id is one word that needs no quotes.
    request::run_line(state, client, &format!("{step} {id}"), effects);
    Ok(())
}

/// Turns the view to the pane a session runs in.
fn jump(state: &mut State, client: ClientId, session: &str) -> Result<()> {
    let found: Option<PaneId> = state
        .panes
        .values()
        .find(|pane| pane.session == session)
        .map(|pane| pane.id);
    let Some((pane, tab)) = found.and_then(|id| Some((id, state.tab_of(id)?.id))) else {
        let name = state
            .snapshot
            .sessions
            .iter()
            .find(|other| other.id == session)
            .map_or(session, |other| other.name.as_str());
        return Err(Error::refused(format!(
            "{name} runs outside this workspace's panes"
        )));
    };
    if let Some(view) = state.views.get_mut(&client) {
        view.show_tab(tab);
        view.set_focus(tab, pane);
        view.panel.focused = false;
    }
    Ok(())
}

/// Reads a message in the acting session's name; one between others is only shown as far as the
/// snapshot goes, since looking over somebody's shoulder is not reading for them.
fn open_message(state: &mut State, client: ClientId, id: u64, effects: &mut Vec<Effect>) {
    let acting = (state.views.get(&client)).and_then(|view| acting(state, view));
    let snapshot = state.snapshot.clone();
    let Some(message) = snapshot.messages.iter().find(|message| message.id == id) else {
        return;
    };
    let acting = acting.as_deref();
    let between_others = message.kind == MessageKind::Direct
        && message.from_id.as_deref() != acting
        && message.to_id.as_deref() != acting;
    let unseen_group = message.kind == MessageKind::Group
        && acting
            .and_then(|id| snapshot.session(id))
            .is_none_or(|own| {
                !own.mail.unread.contains(&id)
                    && own.group.as_deref() != message.to.strip_prefix('@')
            });
    if !between_others && !unseen_group {
        return request::run_line(state, client, &format!("read {id}"), effects);
    }
    let mut lines = vec![
        format!(
            "from {} [{}] to {}",
            message.from, message.trust, message.to
        ),
        format!("subject: {}", message.subject),
    ];
    lines.extend(message.begins.split('\n').map(|line| format!("│ {line}")));
    if let Some(view) = state.views.get_mut(&client) {
        view.overlay = Some(Overlay::Text {
            title: format!("message {id}, between others"),
            lines: (lines.iter())
                .map(|line| crate::draw::text::sanitize_line(line))
                .collect(),
            scroll: 0,
            error: false,
        });
    }
}

fn show_value(state: &mut State, client: ClientId, group: &str, key: &str) {
    let entry = state
        .snapshot
        .groups
        .iter()
        .find(|other| other.name == group)
        .and_then(|group| group.context.iter().find(|entry| entry.key == key));
    let Some(entry) = entry else {
        return;
    };
    let value = serde_json::to_string_pretty(&entry.value).unwrap_or_default();
    let mut lines = vec![
        format!(
            "version {} by {} at {}",
            entry.version, entry.author, entry.updated_at
        ),
        String::new(),
    ];
    lines.extend(value.lines().map(str::to_owned));
    let lines = lines
        .iter()
        .map(|line| crate::draw::text::sanitize_line(line))
        .collect();
    if let Some(view) = state.views.get_mut(&client) {
        view.overlay = Some(Overlay::Text {
            title: format!("{group}: {key}"),
            lines,
            scroll: 0,
            error: false,
        });
    }
}

/// The mouse over the panel: a click selects, a click on the selected row acts, the wheel moves.
pub fn mouse(
    state: &mut State,
    client: ClientId,
    rect: Rect,
    event: Mouse,
    effects: &mut Vec<Effect>,
) {
    match event.kind {
        MouseKind::WheelUp => select(state, client, PanelState::previous_row),
        MouseKind::WheelDown => select(state, client, PanelState::next_row),
        MouseKind::Press(Button::Left) => {
            if let Some(clicked) = hit::panel(state, client, rect, (event.x, event.y)) {
                click(state, client, clicked, effects);
            }
        }
        _ => {}
    }
}

/// What a click in the panel does; one on the selected row acts on it.
fn click(state: &mut State, client: ClientId, clicked: Clicked, effects: &mut Vec<Effect>) {
    let before = selected(state, client);
    let Some(view) = state.views.get_mut(&client) else {
        return;
    };
    let had_focus = std::mem::replace(&mut view.panel.focused, true);
    match clicked {
        Clicked::Row(target) if had_focus && Some(&target) == before.as_ref() => {
            if let Err(error) = open(state, client, effects) {
                request::say(state, client, &error.message, true);
            }
        }
        Clicked::Row(target) => select(state, client, |panel, rows| {
            panel.select(rows, &target);
        }),
        Clicked::Section(section) => view.panel.section = section,
        Clicked::Filter => view.panel.filtering = true,
        Clicked::Hint(index) => {
            if let Some((line, _)) = parts::HINTS.get(index) {
                request::run_line(state, client, line, effects);
            }
        }
        Clicked::Separator => view.drag = Some(Drag::Panel),
    }
}

/// Makes the panel as wide as its edge was dragged to column `x`.
pub fn drag_edge(view: &mut View, x: u16) {
    let cols = view.size.cols;
    let wanted = if view.panel.on_left() {
        x + 1
    } else {
        cols.saturating_sub(x)
    };
    let now = view.panel.width_in(cols);
    let by = i32::from(wanted) - i32::from(now);
    view.panel
        .resize(i16::try_from(by).unwrap_or_default(), cols);
}
