//! Keys and mouse while something lies over the panes.

use super::{Effect, Requester, copy, palette, request};
use crate::command::complete;
use crate::config::load::Loaded;
use crate::keys::input::{Button, Mouse, MouseKind};
use crate::keys::key::{Code, Key, KeyEvent, Mods};
use crate::model::id::ClientId;
use crate::model::line_edit::LineEdit;
use crate::model::menu::Menu;
use crate::model::overlay::{Overlay, PromptState, listed};
use crate::model::state::State;
use crate::model::view::View;
use crate::model::wait::Formats;
use crate::ui::hit;
use crate::ui::over::Click;

/// How many lines of the prompt's history are kept.
const HISTORY: usize = 200;

/// What a key in an overlay comes to.
enum Outcome {
    /// The overlay stays.
    Stay,
    /// It closes.
    Close,
    /// It closes and this command line runs.
    Run(String),
}

/// Gives a key to the overlay.
pub fn key(state: &mut State, client: ClientId, event: &KeyEvent, effects: &mut Vec<Effect>) {
    let tabs = state.views.get(&client).map(|view| match &view.overlay {
        Some(Overlay::Tabs { only, .. }) => listed(state, only.as_deref()),
        _ => Vec::new(),
    });
    let tabs = tabs.unwrap_or_default();
    let panes = focusable(state, client);
    let buffers: Vec<String> = state
        .buffers
        .iter()
        .map(|buffer| buffer.name.clone())
        .collect();
    let config = state.config.clone();
    let Some(view) = state.views.get_mut(&client) else {
        return;
    };
    let Some(mut overlay) = view.overlay.take() else {
        return;
    };
    overlay = match overlay {
        Overlay::Search(prompt) => return copy::prompt_key(state, client, prompt, event),
        Overlay::Palette(open) => return palette::key(state, client, open, event, effects),
        other => other,
    };
    let asks_for_line = matches!(&overlay, Overlay::Prompt(prompt) if prompt.value_of.is_none());
    let rows = usize::from(view.size.rows);
    let outcome = match &mut overlay {
        Overlay::Prompt(prompt) => prompt_key(prompt, event),
        Overlay::Confirm { command, .. } => confirm_key(command, event),
        Overlay::Keys { filter, scroll } => list_key(filter, scroll, event, rows),
        Overlay::Text { scroll, lines, .. } => text_key(scroll, lines.len(), event, rows),
        Overlay::Tabs { selected, .. } => tabs_key(selected, &tabs, event),
        Overlay::Menu(menu) => menu_key(menu, &config, event),
        Overlay::Themes { names, selected } => themes_key(selected, names, event),
        Overlay::Clock { .. } => Outcome::Close,
        Overlay::PaneNumbers => number_key(event, &panes),
        Overlay::Buffers { selected } => buffers_key(selected, &buffers, event),
        // Taken above.
        Overlay::Search(_) | Overlay::Palette(_) => Outcome::Close,
    };
    match outcome {
        Outcome::Stay => {
            view.overlay = Some(overlay);
            clamp(state, client);
        }
        Outcome::Close => {}
        Outcome::Run(line) => {
            if asks_for_line {
                remember(view, &line);
            }
            let (formats, pane) = match overlay {
                Overlay::Confirm { formats, .. } => (formats, None),
                Overlay::Menu(menu) => (Formats::Commands, menu.pane),
                _ => (Formats::Commands, None),
            };
            let requester = Requester {
                client: Some(client),
                pane: pane.filter(|pane| state.panes.contains_key(pane)),
                formats,
                ..Requester::default()
            };
            request::run_line_as(state, client, &line, requester, effects);
        }
    }
}

fn focusable(state: &State, client: ClientId) -> Vec<String> {
    let panes = state
        .views
        .get(&client)
        .and_then(|view| state.tab(view.tab))
        .map(|tab| tab.panes())
        .unwrap_or_default();
    panes.iter().map(ToString::to_string).collect()
}

fn remember(view: &mut View, line: &str) {
    if view.history.last().map(String::as_str) != Some(line) {
        view.history.push(line.to_owned());
    }
    let extra = view.history.len().saturating_sub(HISTORY);
    view.history.drain(..extra);
}

/// Text that was pasted goes where typed text would.
pub fn paste(view: &mut View, text: &str) {
    let line: String = text.chars().filter(|c| !c.is_control()).collect();
    match &mut view.overlay {
        Some(Overlay::Prompt(prompt)) => prompt.edit.insert(&line),
        Some(Overlay::Search(prompt)) => prompt.edit.insert(&line),
        Some(Overlay::Palette(palette)) => {
            palette.edit.insert(&line);
            palette.selected = 0;
        }
        Some(Overlay::Keys { filter, .. }) => filter.insert(&line),
        _ if view.panel.takes_text() => view.panel.filter.insert(&line),
        _ => {}
    }
}

fn prompt_key(prompt: &mut PromptState, event: &KeyEvent) -> Outcome {
    let key = event.chord();
    match (key.code, key.mods) {
        (Code::Esc, _) | (Code::Char('c' | 'g'), Mods::CTRL) => return Outcome::Close,
        (Code::Enter, _) if prompt.value_of.is_some() => {
            let command = prompt.value_of.take().unwrap_or_default();
            // It has no NUL, which alone cannot be quoted.
            let value = shlex::try_quote(prompt.edit.text()).unwrap_or_default();
            return Outcome::Run(format!("{command} -- {value}"));
        }
        (Code::Enter, _) => {
            let line = prompt.edit.text().trim().to_owned();
            return if line.is_empty() {
                Outcome::Close
            } else {
                Outcome::Run(line)
            };
        }
        (Code::Backspace, _) if prompt.edit.is_empty() => return Outcome::Close,
        (Code::Tab, mods) if prompt.value_of.is_none() => {
            cycle(prompt, !mods.has(Mods::SHIFT));
            return Outcome::Stay;
        }
        (Code::Up, _) | (Code::Char('p'), Mods::CTRL) => prompt.edit.history_up(),
        (Code::Down, _) | (Code::Char('n'), Mods::CTRL) => prompt.edit.history_down(),
        _ => {
            edit_key(&mut prompt.edit, event);
        }
    }
    prompt.chosen = None;
    Outcome::Stay
}

/// Puts the next (or previous) candidate where the cursor's word is.
fn cycle(prompt: &mut PromptState, forward: bool) {
    if prompt.chosen.is_none() {
        prompt.stem = prompt.edit.text().to_owned();
    }
    let candidates = complete::candidates(&prompt.stem);
    if candidates.is_empty() {
        return;
    }
    let count = candidates.len();
    let next = match prompt.chosen {
        None if forward => 0,
        None => count - 1,
        Some(at) if forward => (at + 1) % count,
        Some(at) => (at + count - 1) % count,
    };
    if let Some(candidate) = candidates.get(next) {
        prompt.edit.set(&candidate.line);
        prompt.chosen = (count > 1).then_some(next);
    }
}

/// The editing keys of every one-line field. False if the key means nothing to it.
pub fn edit_key(edit: &mut LineEdit, event: &KeyEvent) -> bool {
    let key = event.chord();
    let ctrl = Mods::CTRL;
    let alt = Mods::ALT;
    match (key.code, key.mods) {
        (Code::Left, m) if m.has(ctrl) => edit.word_left(),
        (Code::Right, m) if m.has(ctrl) => edit.word_right(),
        (Code::Char('b'), m) if m == alt => edit.word_left(),
        (Code::Char('f'), m) if m == alt => edit.word_right(),
        (Code::Char('d'), m) if m == alt => edit.cut_word_right(),
        (Code::Backspace, m) if m == alt => edit.cut_word_left(),
        (Code::Left, _) => edit.left(),
        (Code::Right, _) => edit.right(),
        (Code::Home, _) => edit.home(),
        (Code::End, _) => edit.end(),
        (Code::Backspace, _) => {
            edit.delete_back();
        }
        (Code::Delete, _) => {
            edit.delete_forward();
        }
        (Code::Char('a'), m) if m == ctrl => edit.home(),
        (Code::Char('e'), m) if m == ctrl => edit.end(),
        (Code::Char('b'), m) if m == ctrl => edit.left(),
        (Code::Char('f'), m) if m == ctrl => edit.right(),
        (Code::Char('w'), m) if m == ctrl => edit.cut_word(),
        (Code::Char('u'), m) if m == ctrl => edit.cut_to_start(),
        (Code::Char('k'), m) if m == ctrl => edit.cut_to_end(),
        (Code::Char('y'), m) if m == ctrl => edit.yank(),
        (Code::Char('h'), m) if m == ctrl => {
            edit.delete_back();
        }
        (Code::Char('d'), m) if m == ctrl => {
            edit.delete_forward();
        }
        (Code::Char(_), m) if !m.has(ctrl) && !m.has(alt) => {
            if let Some(c) = event.typed() {
                edit.insert(c.encode_utf8(&mut [0; 4]));
            }
        }
        _ => return false,
    }
    true
}

fn confirm_key(command: &str, event: &KeyEvent) -> Outcome {
    match event.chord().code {
        Code::Char('y' | 'Y') | Code::Enter => Outcome::Run(command.to_owned()),
        _ => Outcome::Close,
    }
}

fn list_key(filter: &mut LineEdit, scroll: &mut usize, event: &KeyEvent, rows: usize) -> Outcome {
    let page = rows.saturating_sub(4).max(1);
    let key = event.chord();
    match (key.code, key.mods) {
        (Code::Esc, _) if !filter.is_empty() => filter.clear(),
        (Code::Esc | Code::Enter, _) | (Code::Char('c'), Mods::CTRL) => return Outcome::Close,
        (Code::Char('q'), Mods::NONE) if filter.is_empty() => return Outcome::Close,
        (Code::Up, _) => *scroll = scroll.saturating_sub(1),
        (Code::Down, _) => *scroll += 1,
        (Code::PageUp, _) => *scroll = scroll.saturating_sub(page),
        (Code::PageDown, _) => *scroll += page,
        _ => {
            if edit_key(filter, event) {
                *scroll = 0;
            }
        }
    }
    Outcome::Stay
}

fn text_key(scroll: &mut usize, lines: usize, event: &KeyEvent, rows: usize) -> Outcome {
    let page = rows.saturating_sub(4).max(1);
    match event.chord().code {
        Code::Up | Code::Char('k') => *scroll = scroll.saturating_sub(1),
        Code::Down | Code::Char('j') => *scroll += 1,
        Code::PageUp | Code::Char('b') => *scroll = scroll.saturating_sub(page),
        Code::PageDown | Code::Char(' ' | 'f') => *scroll += page,
        Code::Home | Code::Char('g') => *scroll = 0,
        Code::End | Code::Char('G') => *scroll = lines,
        _ => return Outcome::Close,
    }
    *scroll = (*scroll).min(lines.saturating_sub(page));
    Outcome::Stay
}

fn tabs_key(selected: &mut usize, tabs: &[usize], event: &KeyEvent) -> Outcome {
    let last = tabs.len().saturating_sub(1);
    let index = tabs.get((*selected).min(last)).copied().unwrap_or(0);
    match event.chord().code {
        Code::Up | Code::Char('k') => *selected = selected.saturating_sub(1),
        Code::Down | Code::Char('j') => *selected = (*selected + 1).min(last),
        Code::Home | Code::Char('g') => *selected = 0,
        Code::End | Code::Char('G') => *selected = last,
        Code::Enter => return Outcome::Run(format!("focus-tab {index}")),
        Code::Char('x') => {
            return Outcome::Run(format!(
                "confirm -p 'close tab {index}? (y/n)' close-tab -t {index}"
            ));
        }
        Code::Char(digit @ '0'..='9') => return Outcome::Run(format!("focus-tab {digit}")),
        Code::Esc | Code::Char('q') => return Outcome::Close,
        _ => {}
    }
    Outcome::Stay
}

/// The last key of an entry's chord chooses it: what one sees in the menu works without it as well.
fn menu_key(menu: &mut Menu, config: &Loaded, event: &KeyEvent) -> Outcome {
    let key = event.chord();
    let chosen = menu.entries.iter().find(|entry| {
        let bound = config.keymap.reverse(entry.bound);
        let bound = bound.first().and_then(|bound| bound.keys.last().copied());
        entry.acts() && entry.key.or(bound) == Some(key)
    });
    let selected = menu.entries.get(menu.selected);
    let chosen = match key.code {
        Code::Enter => selected.filter(|entry| entry.acts()),
        _ => chosen,
    };
    if let Some(entry) = chosen {
        return Outcome::Run(entry.line.clone());
    }
    // The cursor goes by lines between rows, and by rows that cannot be chosen.
    let rows = menu.entries.iter().enumerate();
    let acting: Vec<usize> = rows
        .filter_map(|(at, entry)| entry.acts().then_some(at))
        .collect();
    let place = acting.iter().position(|at| *at == menu.selected);
    let mut place = place.unwrap_or(0);
    let moves = list_motion(&mut place, acting.len(), key.code);
    menu.selected = acting.get(place).copied().unwrap_or(0);
    match moves {
        true => Outcome::Stay,
        false => Outcome::Close,
    }
}

fn themes_key(selected: &mut usize, names: &[String], event: &KeyEvent) -> Outcome {
    match event.chord().code {
        Code::Enter => {
            return match names.get(*selected) {
                Some(name) => Outcome::Run(format!("choose-theme {name}")),
                None => Outcome::Close,
            };
        }
        code => {
            if !list_motion(selected, names.len(), code) {
                return Outcome::Close;
            }
        }
    }
    Outcome::Stay
}

/// The keys that move in a list. False for one that is none of them.
fn list_motion(selected: &mut usize, len: usize, code: Code) -> bool {
    let last = len.saturating_sub(1);
    match code {
        Code::Up | Code::Char('k') => *selected = selected.saturating_sub(1),
        Code::Down | Code::Char('j') => *selected = (*selected + 1).min(last),
        Code::Home | Code::Char('g') => *selected = 0,
        Code::End | Code::Char('G') => *selected = last,
        _ => return false,
    }
    true
}

fn buffers_key(selected: &mut usize, names: &[String], event: &KeyEvent) -> Outcome {
    let last = names.len().saturating_sub(1);
    let run = |command: &str| match names.get(*selected) {
        Some(name) => {
            let name = shlex::try_quote(name).unwrap_or_default();
            Outcome::Run(format!("{command} -b {name}"))
        }
        None => Outcome::Close,
    };
    match event.chord().code {
        Code::Enter | Code::Char('p') => return run("paste-buffer -p"),
        Code::Char('d' | 'x') => return run("delete-buffer"),
        Code::Char(' ' | 'v') => return run("show-buffer"),
        Code::Up | Code::Char('k') => *selected = selected.saturating_sub(1),
        Code::Down | Code::Char('j') => *selected = (*selected + 1).min(last),
        Code::Home | Code::Char('g') => *selected = 0,
        Code::End | Code::Char('G') => *selected = last,
        Code::Esc | Code::Char('q') => return Outcome::Close,
        _ => {}
    }
    Outcome::Stay
}

fn number_key(event: &KeyEvent, panes: &[String]) -> Outcome {
    match event.chord().code {
        Code::Char(digit @ '0'..='9') => {
            let index = usize::from(digit as u8 - b'0');
            match panes.get(index) {
                Some(pane) => Outcome::Run(format!("focus-pane -t {pane}")),
                None => Outcome::Close,
            }
        }
        _ => Outcome::Close,
    }
}

/// The wheel scrolls lists; a click does what lies under it, or closes what it misses.
pub fn mouse(state: &mut State, client: ClientId, event: Mouse, effects: &mut Vec<Effect>) {
    let mut press = |state: &mut State, code| {
        let press = KeyEvent::from(Key::plain(code));
        key(state, client, &press, effects);
    };
    match event.kind {
        MouseKind::WheelUp => press(state, Code::Up),
        MouseKind::WheelDown => press(state, Code::Down),
        MouseKind::Press(Button::Right) => press(state, Code::Esc),
        MouseKind::Press(Button::Left) => {
            let clicked = hit::over(state, client, (event.x, event.y));
            click(state, client, clicked, effects);
        }
        _ => {}
    }
}

fn click(state: &mut State, client: ClientId, clicked: Option<Click>, effects: &mut Vec<Effect>) {
    let Some(view) = state.views.get_mut(&client) else {
        return;
    };
    match clicked {
        Some(Click::Nothing) => {}
        Some(Click::Run(line)) => {
            view.overlay = None;
            request::run_line(state, client, &line, effects);
        }
        Some(Click::Candidate(index)) => {
            if let Some(Overlay::Prompt(prompt)) = &mut view.overlay {
                if prompt.chosen.is_none() {
                    prompt.stem = prompt.edit.text().to_owned();
                }
                if let Some(candidate) = complete::candidates(&prompt.stem).get(index) {
                    prompt.edit.set(&candidate.line);
                    prompt.chosen = None;
                }
            }
        }
        Some(Click::Choose(index)) => {
            match &mut view.overlay {
                Some(Overlay::Palette(palette)) => palette.selected = index,
                Some(Overlay::Themes { selected, .. }) => *selected = index,
                Some(Overlay::Menu(menu)) => menu.selected = index,
                _ => {}
            }
            let enter = KeyEvent::from(Key::plain(Code::Enter));
            key(state, client, &enter, effects);
        }
        Some(Click::Close) | None if matches!(view.overlay, Some(Overlay::Search(_))) => {
            key(
                state,
                client,
                &KeyEvent::from(Key::plain(Code::Esc)),
                effects,
            );
        }
        Some(Click::Close) | None => view.overlay = None,
    }
}

/// Lists know how far they can scroll only once drawn: keeps the wanted line within that.
pub fn clamp(state: &mut State, client: ClientId) {
    let Some(most) = hit::scroll_limit(state, client) else {
        return;
    };
    if let Some(Overlay::Keys { scroll, .. } | Overlay::Text { scroll, .. }) = state
        .views
        .get_mut(&client)
        .and_then(|view| view.overlay.as_mut())
    {
        *scroll = (*scroll).min(most);
    }
}
