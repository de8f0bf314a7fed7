//! Enter on a row of the panel: to the pane, or to what the record says.

use super::super::{Effect, request};
use super::{acting, lines, selected};
use crate::command::view::panel::PanelAction;
use crate::coord::snapshot::MessageKind;
use crate::coord::task::Status;
use crate::error::{Error, Result};
use crate::model::id::{ClientId, PaneId};
use crate::model::overlay::Overlay;
use crate::model::panel::RowTarget;
use crate::model::state::State;

/// Enter on a row.
pub fn open(state: &mut State, client: ClientId, effects: &mut Vec<Effect>) -> Result<()> {
    match selected(state, client) {
        Some(row @ RowTarget::Group { .. }) => {
            let line = lines::line(state, PanelAction::Join, Some(&row))?;
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
        // An id is one word that needs no quotes.
        Some(RowTarget::Issue { id }) => {
            request::run_line(state, client, &format!("issue show {id}"), effects);
            Ok(())
        }
        Some(RowTarget::Fix { id }) => {
            request::run_line(state, client, &format!("fix show {id}"), effects);
            Ok(())
        }
        Some(RowTarget::Attempt { revision, .. }) => {
            let by = state.snapshot.activity.iter();
            let by = by.filter(|entry| entry.revision == revision);
            let by = by.filter_map(|entry| entry.session.clone()).next();
            by.map_or(Ok(()), |id| jump(state, client, id.as_str()))
        }
        Some(RowTarget::Waiting(_)) | None => Err(Error::refused("nothing is selected")),
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
pub fn jump(state: &mut State, client: ClientId, session: &str) -> Result<()> {
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
        view.panel.focused = false;
    }
    state.focus(client, tab, pane);
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
