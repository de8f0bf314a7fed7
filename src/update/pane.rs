//! What panes do by themselves: put out text, start, fail, end.

use super::{Effect, Picture, request, waits};
use crate::config::settings::{RemainOnExit, VisualBell};
use crate::keys::encode::{KittyFlags, MouseFormat, OtherKeys, PaneModes, Tracking};
use crate::model::id::{ClientId, PaneId};
use crate::model::journal::{self, Kind};
use crate::model::pane::{Pane, PaneLife};
use crate::model::state::State;
use crate::pty::ExitStatus;
use crate::term::{Event as Notice, Mark, MouseEncoding, MouseTracking, clipboard_answer};

/// A pane's program has written: take what the screen noticed.
pub fn output(state: &mut State, id: PaneId, effects: &mut Vec<Effect>) -> Picture {
    let now = state.now_ms;
    // Terminals that are on their way back have not looked away.
    let returning = state.sizes_held_ms.is_some();
    let seen = returning || state.viewers(id).next().is_some();
    let config = state.config.clone();
    let settings = &config.settings;
    let allowed = settings.allow_osc52_write;
    let Some(pane) = state.panes.get_mut(&id) else {
        return Picture::Same;
    };
    pane.last_active_ms = now;
    let mut picture = Picture::Same;
    let mut notes = Vec::new();
    if !seen && !pane.activity && settings.monitor_activity {
        pane.activity = true;
        picture = Picture::Changed;
        notes.push((Kind::PaneActivity, serde_json::Map::new()));
    }
    let mut rings = false;
    let mut copied = None;
    let mut asked = false;
    let mut notified = Vec::new();
    let said = pane.status.word();
    for event in pane.screen.take_events() {
        match event {
            Notice::Title => {
                if pane.title != pane.screen.title() {
                    pane.title = pane.screen.title().to_owned();
                    picture = Picture::Changed;
                    notes.push((Kind::PaneTitle, journal::text_detail("title", &pane.title)));
                }
            }
            Notice::Cwd { path, .. } => pane.said_cwd = Some(path),
            Notice::Bell => {
                rings = true;
                pane.bell |= !seen && settings.monitor_bell;
                picture = Picture::Changed;
                notes.push((Kind::PaneBell, serde_json::Map::new()));
            }
            Notice::Clipboard(clipboard) if allowed => copied = Some(clipboard.bytes),
            Notice::Clipboard(_) => {}
            Notice::ClipboardQuery => asked = true,
            Notice::Notification(asked) => {
                let mut detail = journal::text_detail("title", &asked.title);
                detail.extend(journal::text_detail("body", &asked.body));
                notes.push((Kind::PaneNotification, detail));
                notified.push(asked);
            }
            Notice::Mark(mark) => {
                pane.at_prompt = Some(matches!(mark, Mark::Prompt | Mark::Input));
                if mark == Mark::Prompt {
                    pane.status.settle();
                }
            }
            Notice::Status(report) => {
                let mut detail = journal::text_detail("title", &report.title);
                detail.extend(journal::text_detail("message", &report.message));
                pane.status.take(report);
                let word = pane.status.word().unwrap_or_default();
                detail.extend(journal::text_detail("state", word));
                notes.push((Kind::PaneStatus, detail));
                picture = Picture::Changed;
            }
        }
    }
    if pane.status.word() != said {
        effects.push(Effect::TellState {
            session: pane.session.clone(),
            state: pane.status.word().unwrap_or_default().to_owned(),
        });
    }
    if state.config.settings.notifications {
        let elsewhere = state
            .views
            .values()
            .filter(|view| state.focused(view) != Some(id));
        for view in elsewhere {
            effects.extend(notified.iter().map(|notification| Effect::Notify {
                client: view.client,
                notification: notification.clone(),
            }));
        }
    }
    if asked && state.config.settings.allow_osc52_read {
        ask_clipboard(state, id, effects);
    }
    let place = state.place_of(id);
    for (kind, detail) in notes {
        state.note(kind, place, detail);
    }
    if rings {
        ring(state, id, effects);
    }
    let viewers: Vec<ClientId> = state.viewers(id).map(|view| view.client).collect();
    for client in viewers {
        if let Some(data) = &copied {
            effects.push(Effect::Clipboard {
                client,
                data: data.clone(),
            });
        }
    }
    picture
}

/// The clipboard is that of the terminal used last among those that show the pane; without one it
/// is what was copied last.
fn ask_clipboard(state: &State, id: PaneId, effects: &mut Vec<Effect>) {
    let viewer = state.viewers(id).max_by_key(|view| view.last_input_ms);
    effects.push(match viewer {
        Some(view) => Effect::AskClipboard {
            client: view.client,
            pane: id,
        },
        None => Effect::Write {
            pane: id,
            bytes: clipboard_answer(&copied_last(state)),
        },
    });
}

/// What was copied last, here or by a program.
pub fn copied_last(state: &State) -> Vec<u8> {
    let newest = state.buffers.get(None).ok();
    newest.map_or(Vec::new(), |buffer| buffer.data.clone())
}

/// Passes a bell on to the terminals, or tells of it, as the settings say.
fn ring(state: &mut State, id: PaneId, effects: &mut Vec<Effect>) {
    let (action, visual) = {
        let settings = &state.config.settings;
        (settings.bell_action, settings.visual_bell)
    };
    let viewers: Vec<ClientId> = state.viewers(id).map(|view| view.client).collect();
    let clients: Vec<ClientId> = state.views.keys().copied().collect();
    let place = state.tab_of(id).map(|tab| {
        let index = state.tab_index(tab.id).unwrap_or(0);
        format!("{index}: {}", state.tab_label(tab))
    });
    let line = format!("bell in tab {}", place.unwrap_or_default());
    for client in clients {
        if !action.rings(viewers.contains(&client)) {
            continue;
        }
        if visual != VisualBell::On {
            effects.push(Effect::Bell { client });
        }
        if visual != VisualBell::Off {
            request::say(state, client, &line, false);
        }
    }
}

/// A pane's program runs.
pub fn started(state: &mut State, id: PaneId, pid: u32) {
    if let Some(pane) = state.panes.get_mut(&id) {
        pane.life = PaneLife::Running { pid: Some(pid) };
    }
}

/// A pane's program could not be started: the pane stays and says why.
pub fn failed(state: &mut State, id: PaneId, why: &str, effects: &mut Vec<Effect>) {
    if let Some(pane) = state.panes.get_mut(&id) {
        pane.screen.feed(why.replace('\n', "\r\n").as_bytes());
        pane.life = PaneLife::Exited {
            how: "could not be started".to_owned(),
            code: 127,
        };
        ended(state, id, 127, effects);
    }
}

/// Notes the end of a program and tells those who wait for it.
fn ended(state: &mut State, id: PaneId, code: i32, effects: &mut Vec<Effect>) {
    let place = state.place_of(id);
    state.note(Kind::PaneExited, place, journal::detail("code", code));
    waits::exited(state, id, code, effects);
}

/// The command that a pane's output goes to takes no more of it.
pub fn pipe_broke(state: &mut State, id: PaneId, why: &str) {
    if let Some(pane) = state.panes.get_mut(&id) {
        pane.piped = false;
    }
    if let Some(client) = state.recent_view().map(|view| view.client) {
        request::say(
            state,
            client,
            &format!("pipe-pane of pane {id}: {why}"),
            true,
        );
    }
}

/// Gives a program what a person or an agent types into it, by keys or by a command.
pub fn type_into(state: &mut State, id: PaneId, bytes: Vec<u8>, effects: &mut Vec<Effect>) {
    if bytes.is_empty() {
        return;
    }
    if let Some(pane) = state.panes.get_mut(&id) {
        pane.typed(state.now_ms);
    }
    effects.push(Effect::Write { pane: id, bytes });
}

/// A pane's program is over: its session ends, and the pane closes or stays as the settings say.
pub fn exited(state: &mut State, id: PaneId, status: ExitStatus, effects: &mut Vec<Effect>) {
    let Some(pane) = state.panes.get_mut(&id) else {
        return;
    };
    effects.push(Effect::EndSession {
        session: pane.session.clone(),
    });
    // A shell that is left ends with the code of its last command, which is no failure of its own.
    // One that nobody has typed into was not left: it could not begin.
    let shell = pane.launch.argv.is_empty() && pane.touched;
    let failed = match status {
        ExitStatus::Code(code) => code != 0 && !shell,
        ExitStatus::Signal(_) => true,
    };
    let stays = stays(pane, state.config.settings.remain_on_exit, failed);
    ended(state, id, status.shell_code(), effects);
    if stays && let Some(pane) = state.panes.get_mut(&id) {
        pane.life = PaneLife::Exited {
            how: status.to_string(),
            code: status.shell_code(),
        };
        // Closing the terminal ends what its output went to.
        pane.piped = false;
        effects.push(Effect::Close { pane: id });
    } else {
        effects.push(Effect::Close { pane: id });
        state.remove_pane(id);
        finish_if_empty(state, effects);
    }
}

/// Whether a pane stays when its program ends: as set for it alone, else as the settings say.
fn stays(pane: &Pane, settings: RemainOnExit, failed: bool) -> bool {
    let own = pane.options.get("remain-on-exit").map(String::as_str);
    match own {
        Some("on") => true,
        Some("off") => false,
        Some("failed") => failed,
        _ => settings.stays(failed),
    }
}

/// Closes a pane on request.
pub fn close(state: &mut State, id: PaneId, effects: &mut Vec<Effect>) {
    let Some(pane) = state.panes.get(&id) else {
        return;
    };
    if !pane.exited() {
        effects.push(Effect::EndSession {
            session: pane.session.clone(),
        });
    }
    effects.push(Effect::Close { pane: id });
    waits::closed(state, id, effects);
    state.remove_pane(id);
    finish_if_empty(state, effects);
}

/// With its last pane the workspace ends.
fn finish_if_empty(state: &State, effects: &mut Vec<Effect>) {
    if state.tabs.is_empty() {
        for &client in state.views.keys() {
            effects.push(Effect::Detach {
                client,
                why: "exited".to_owned(),
            });
        }
        effects.push(Effect::Shutdown);
    }
}

/// How keys, mouse and pastes are to be written for what a pane's program has asked for.
pub fn key_modes(pane: &Pane) -> PaneModes {
    let modes = pane.screen.modes();
    PaneModes {
        app_cursor: modes.application_cursor,
        app_keypad: modes.application_keypad,
        swapped_backspace: modes.swapped_backspace,
        line_feed_new_line: modes.line_feed_new_line,
        kitty: KittyFlags::from_bits(modes.kitty_keyboard),
        other_keys: match modes.other_keys {
            0 => OtherKeys::Off,
            1 => OtherKeys::Ambiguous,
            _ => OtherKeys::All,
        },
        bracketed_paste: modes.bracketed_paste,
        focus_events: modes.focus_events,
        mouse: match modes.mouse {
            MouseTracking::None => Tracking::Off,
            MouseTracking::Press => Tracking::Presses,
            MouseTracking::Click => Tracking::Buttons,
            MouseTracking::Drag => Tracking::Drags,
            MouseTracking::Motion => Tracking::Moves,
        },
        mouse_format: match modes.mouse_encoding {
            MouseEncoding::X10 => MouseFormat::Bytes,
            MouseEncoding::Utf8 => MouseFormat::Utf8,
            MouseEncoding::Sgr => MouseFormat::Sgr,
            MouseEncoding::Urxvt => MouseFormat::Urxvt,
        },
    }
}
