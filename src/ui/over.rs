//! Whatever lies over a view's panes at this moment: its overlay, the hints for a half-typed chord,
//! a message. From the state to the props of `ui::overlay`'s parts.

use ratatui::buffer::Buffer;

use super::overlay::{
    Drawn, choose, clock, confirm, hint, keys, menu, message, numbers, palette, prompt, text,
    welcome,
};
use super::theme::{Theme, Tone};
use super::{Region, copy};
use crate::command::{self, complete};
use crate::config::settings::CopyKeys;
use crate::keys::chord;
use crate::keys::keymap::{Entry, Lookup, Table};
use crate::model::geometry::Rect;
use crate::model::line_edit::LineEdit;
use crate::model::menu::Menu;
use crate::model::overlay::{Overlay, PaletteState, PromptState, SearchPrompt, listed};
use crate::model::state::State;
use crate::model::view::View;
use crate::model::wall;

/// What a click on an overlay means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Click {
    /// Run this command line.
    Run(String),
    /// Put this completion candidate in.
    Candidate(usize),
    /// Choose this row.
    Choose(usize),
    /// Close the overlay.
    Close,
    /// It is part of the overlay and does nothing.
    Nothing,
}

/// What was drawn over the panes.
#[derive(Debug, Default)]
pub struct Over {
    /// The cells.
    pub rects: Vec<Rect>,
    /// Where the mouse can act.
    pub regions: Vec<Region<Click>>,
    /// Where the cursor stands, if one types there.
    pub cursor: Option<(u16, u16)>,
    /// Whether it takes the keys, so that the pane's cursor is not shown.
    pub takes_keys: bool,
    /// For a list: the last useful first line.
    pub scroll_limit: Option<usize>,
}

impl Over {
    fn add<A>(&mut self, drawn: Drawn<A>, click: impl Fn(A) -> Click) {
        self.rects.push(drawn.rect);
        self.cursor = drawn.cursor.or(self.cursor);
        self.regions
            .extend(drawn.regions.into_iter().map(|region| Region {
                rect: region.rect,
                action: click(region.action),
            }));
    }
}

/// Draws it.
pub fn render(state: &State, view: &View, buf: &mut Buffer, theme: &Theme) -> Over {
    let mut over = Over::default();
    let screen = Rect::new(0, 0, view.size.cols, view.size.rows);
    let body = match view.frame().status {
        Some(status) if status.y == 0 => Rect {
            y: 1,
            rows: screen.rows - 1,
            ..screen
        },
        Some(_) => Rect {
            rows: screen.rows - 1,
            ..screen
        },
        None => screen,
    };
    if view.welcome && view.overlay.is_none() {
        let drawn = welcome_box(state, body, buf, theme);
        over.add(drawn, |()| Click::Nothing);
    }
    if let Some(message) = &view.message {
        let tone = if message.error {
            Tone::Error
        } else {
            Tone::Info
        };
        let drawn = message::render(body, buf, tone, &message.text, theme);
        over.add(drawn, |()| Click::Nothing);
    }
    if view.hints && !view.pending.is_empty() {
        chord_hints(state, view, body, buf, theme, &mut over);
    }
    if let Some(overlay) = &view.overlay {
        over.takes_keys = true;
        over.cursor = None;
        draw_overlay(state, view, overlay, (screen, body), buf, theme, &mut over);
    }
    over
}

fn draw_overlay(
    state: &State,
    view: &View,
    overlay: &Overlay,
    (screen, body): (Rect, Rect),
    buf: &mut Buffer,
    theme: &Theme,
    over: &mut Over,
) {
    match overlay {
        Overlay::Prompt(state) => prompt_line(state, screen, buf, theme, over),
        Overlay::Palette(open) => palette_list(state, view, open, body, buf, theme, over),
        Overlay::Search(prompt) => search_line(state, view, prompt, screen, buf, theme, over),
        Overlay::Buffers { selected } => buffer_list(state, *selected, body, buf, theme, over),
        Overlay::Confirm {
            question, command, ..
        } => {
            let drawn = confirm::render(body, buf, question, command, theme);
            over.add(drawn, |yes| match yes {
                true => Click::Run(command.clone()),
                false => Click::Close,
            });
        }
        Overlay::Keys { filter, scroll } => {
            key_list(state, view, (filter, *scroll), body, buf, theme, over);
        }
        Overlay::Tabs { selected, only } => {
            let listed = listed(state, only.as_deref());
            tab_list(state, view, (&listed, *selected), body, buf, theme, over);
        }
        Overlay::Menu(menu) => menu_list(state, menu, body, buf, theme, over),
        Overlay::Themes { names, selected } => {
            let now = state.theme.as_ref().unwrap_or(&state.config.settings.theme);
            theme_list(now, names, *selected, body, buf, theme, over);
        }
        Overlay::Clock { pane } => {
            let shown = state.arrangement(view);
            let rect = shown.and_then(|shown| shown.pane(*pane));
            let rect = rect.filter(|rect| !rect.is_empty());
            let time = wall::write("%H:%M", state.wall.as_ref());
            let drawn = clock::render(rect.unwrap_or(body), buf, &time, theme);
            over.add(drawn, |()| Click::Close);
        }
        Overlay::PaneNumbers => pane_numbers(state, view, buf, theme, over),
        Overlay::Text {
            title,
            lines,
            scroll,
            error,
        } => {
            let props = text::TextProps {
                title,
                lines,
                scroll: *scroll,
                tone: if *error { Tone::Error } else { Tone::Info },
            };
            let (drawn, scroll) = text::render(body, buf, &props, theme);
            over.add(drawn, |()| Click::Nothing);
            over.scroll_limit = Some(scroll.max);
        }
    }
}

/// The five keys one begins with, and what they do; those that are bound to nothing are left out.
const FIRST_KEYS: &[(&str, &str)] = &[
    ("command-palette", "find anything"),
    ("list-keys", "all keys"),
    ("split-pane --right", "split the pane"),
    ("new-tab", "new tab"),
    ("detach", "leave; all goes on"),
];

fn welcome_box(state: &State, body: Rect, buf: &mut Buffer, theme: &Theme) -> Drawn<()> {
    let keymap = &state.config.keymap;
    let keys: Vec<(String, &str)> = FIRST_KEYS
        .iter()
        .filter_map(|(command, what)| {
            let entries = keymap.reverse(command);
            Some((chord::show(&entries.first()?.keys), *what))
        })
        .collect();
    let prefix = chord::show(&[keymap.prefix()]);
    welcome::render(body, buf, &prefix, &keys, theme)
}

fn chord_hints(
    state: &State,
    view: &View,
    body: Rect,
    buf: &mut Buffer,
    theme: &Theme,
    over: &mut Over,
) {
    let keymap = &state.config.keymap;
    let found = Table::ALL
        .into_iter()
        .map(|table| keymap.lookup(table, &view.pending))
        .find(|found| matches!(found, Lookup::Prefix { .. }));
    let Some(Lookup::Prefix { hints, .. }) = found else {
        return;
    };
    let keys: Vec<String> = hints.iter().map(|hint| chord::show(&[hint.key])).collect();
    let next: Vec<hint::NextKey<'_>> = hints
        .iter()
        .zip(&keys)
        .map(|(next, key)| hint::NextKey {
            key,
            label: next.note,
            group: next.more,
        })
        .collect();
    let typed = chord::show(&view.pending);
    let drawn = hint::render(body, buf, &typed, &next, theme);
    over.add(drawn, |_| Click::Nothing);
}

fn prompt_line(
    state: &PromptState,
    screen: Rect,
    buf: &mut Buffer,
    theme: &Theme,
    over: &mut Over,
) {
    let typed = match state.chosen {
        Some(_) => state.stem.as_str(),
        None => state.edit.text(),
    };
    let (label, found, help) = match &state.value_of {
        Some(command) => (format!("{command}: "), Vec::new(), None),
        None => {
            let help = complete::help(state.edit.text());
            (":".to_owned(), complete::candidates(typed), help)
        }
    };
    let candidates: Vec<prompt::Candidate<'_>> = found
        .iter()
        .map(|candidate| prompt::Candidate {
            text: &candidate.word,
            note: &candidate.about,
        })
        .collect();
    let props = prompt::PromptProps {
        label: &label,
        edit: &state.edit,
        help: help.as_deref(),
        candidates: &candidates,
        chosen: state.chosen,
        result: None,
        note: None,
    };
    let drawn = prompt::render(screen, buf, &props, theme);
    over.add(drawn, Click::Candidate);
}

fn palette_list(
    state: &State,
    view: &View,
    open: &PaletteState,
    body: Rect,
    buf: &mut Buffer,
    theme: &Theme,
    over: &mut Over,
) {
    let found = command::palette::find(state, view, open.edit.text());
    let rows: Vec<palette::PaletteRow<'_>> = found
        .iter()
        .map(|found| palette::PaletteRow {
            kind: found.item.kind,
            name: &found.item.name,
            letters: &found.letters,
            about: &found.item.about,
            key: &found.item.key,
        })
        .collect();
    let props = palette::PaletteProps {
        rows: &rows,
        edit: &open.edit,
        selected: open.selected,
    };
    over.add(palette::render(body, buf, &props, theme), Click::Choose);
}

fn search_line(
    state: &State,
    view: &View,
    search: &SearchPrompt,
    screen: Rect,
    buf: &mut Buffer,
    theme: &Theme,
    over: &mut Over,
) {
    let mode = state.focused(view).and_then(|id| view.copy.get(&id));
    let tally = mode.and_then(copy::tally);
    let searching = mode.and_then(|mode| mode.searching.as_ref());
    let literal = searching.is_some_and(|searching| searching.search.is_literal());
    let note = tally.map(|tally| match literal {
        true => format!("{tally}, as it stands"),
        false => tally,
    });
    let props = prompt::PromptProps {
        label: if search.forward { "/" } else { "?" },
        edit: &search.edit,
        help: None,
        candidates: &[],
        chosen: None,
        result: None,
        note: note.as_deref(),
    };
    let drawn = prompt::render(screen, buf, &props, theme);
    over.add(drawn, Click::Candidate);
}

fn buffer_list(
    state: &State,
    selected: usize,
    body: Rect,
    buf: &mut Buffer,
    theme: &Theme,
    over: &mut Over,
) {
    let samples: Vec<String> = state
        .buffers
        .iter()
        .map(|buffer| buffer.sample(40))
        .collect();
    let items: Vec<choose::Item<'_>> = state
        .buffers
        .iter()
        .zip(&samples)
        .map(|(buffer, sample)| choose::Item {
            mark: "",
            name: &buffer.name,
            note: sample,
            attention: false,
        })
        .collect();
    let hint = "Enter pastes · d deletes · Space shows · Esc";
    let drawn = choose::render(body, buf, "Paste buffers", &items, selected, hint, theme);
    let names: Vec<String> = state
        .buffers
        .iter()
        .map(|buffer| buffer.name.clone())
        .collect();
    over.add(drawn, |index| match names.get(index) {
        Some(name) => {
            let name = shlex::try_quote(name).unwrap_or_default();
            Click::Run(format!("paste-buffer -p -b {name}"))
        }
        None => Click::Nothing,
    });
}

/// Every binding, without those of the copy mode's other keys; in copy mode its own come first.
fn shown_keys<'a>(state: &'a State, view: &View) -> Vec<Entry<'a>> {
    let other = match state.config.settings.copy_mode_keys {
        CopyKeys::Vi => Table::CopyEmacs,
        CopyKeys::Emacs => Table::CopyVi,
    };
    let mut entries = state.config.keymap.entries();
    entries.retain(|entry| entry.table != other);
    let reading = state
        .focused(view)
        .is_some_and(|id| view.copy.contains_key(&id));
    if reading {
        entries.sort_by_key(|entry| !matches!(entry.table, Table::CopyVi | Table::CopyEmacs));
    }
    entries
}

fn key_list(
    state: &State,
    view: &View,
    (filter, scroll): (&LineEdit, usize),
    body: Rect,
    buf: &mut Buffer,
    theme: &Theme,
    over: &mut Over,
) {
    let entries = shown_keys(state, view);
    let keys: Vec<String> = entries
        .iter()
        .map(|entry| chord::show(&entry.keys))
        .collect();
    let rows: Vec<keys::KeyRow<'_>> = entries
        .iter()
        .zip(&keys)
        .map(|(entry, keys)| keys::KeyRow {
            group: match entry.table {
                Table::Normal => "Everywhere",
                Table::Panel => "In the side panel",
                Table::Adjust => "While a pane is being moved",
                Table::CopyVi | Table::CopyEmacs => "In copy mode",
            },
            keys,
            label: entry.binding.title(),
            command: &entry.binding.command,
        })
        .collect();
    let props = keys::KeysProps {
        rows: &rows,
        filter,
        scroll,
    };
    let (drawn, scroll) = keys::render(body, buf, &props, theme);
    over.add(drawn, |()| Click::Nothing);
    over.scroll_limit = Some(scroll.max);
}

fn tab_list(
    state: &State,
    view: &View,
    (listed, selected): (&[usize], usize),
    body: Rect,
    buf: &mut Buffer,
    theme: &Theme,
    over: &mut Over,
) {
    let rows: Vec<(String, String, String)> = listed
        .iter()
        .filter_map(|index| Some((index, state.tabs.get(*index)?)))
        .map(|(index, tab)| {
            let names: Vec<String> = tab
                .panes()
                .iter()
                .filter_map(|id| state.panes.get(id))
                .map(crate::model::pane::Pane::label)
                .collect();
            let mark = if tab.id == view.tab { "*" } else { " " };
            (
                format!("{mark}{index}"),
                state.tab_label(tab),
                names.join(", "),
            )
        })
        .collect();
    let items: Vec<choose::Item<'_>> = rows
        .iter()
        .map(|(mark, name, note)| choose::Item {
            mark,
            name,
            note,
            attention: false,
        })
        .collect();
    let hint = "Enter shows · x closes · Esc";
    let drawn = choose::render(body, buf, "Tabs", &items, selected, hint, theme);
    over.add(drawn, |row| match listed.get(row) {
        Some(index) => Click::Run(format!("focus-tab {index}")),
        None => Click::Nothing,
    });
}

fn menu_list(
    state: &State,
    open: &Menu,
    body: Rect,
    buf: &mut Buffer,
    theme: &Theme,
    over: &mut Over,
) {
    let keys: Vec<String> = open
        .entries
        .iter()
        .map(|entry| {
            let bound = state.config.keymap.reverse(entry.bound);
            let bound = bound.first().map(|bound| bound.keys.clone());
            let keys = entry.key.map(|key| vec![key]).or(bound);
            keys.map(|keys| chord::show(&keys)).unwrap_or_default()
        })
        .collect();
    let rows: Vec<menu::MenuRow<'_>> = open
        .entries
        .iter()
        .zip(&keys)
        .map(|(entry, key)| menu::MenuRow {
            label: &entry.label,
            key,
            acts: entry.acts(),
        })
        .collect();
    let place = (open.at, open.selected);
    let drawn = menu::render(body, buf, &open.title, &rows, place, theme);
    over.add(drawn, Click::Choose);
}

fn theme_list(
    now: &str,
    names: &[String],
    selected: usize,
    body: Rect,
    buf: &mut Buffer,
    theme: &Theme,
    over: &mut Over,
) {
    let items: Vec<choose::Item<'_>> = names
        .iter()
        .map(|name| choose::Item {
            mark: if name == now { "*" } else { " " },
            name,
            note: match name.as_str() {
                "auto" => "follows the terminal",
                "high-contrast" => "strong differences",
                "plain" => "no colours",
                "dark" | "light" => "built in",
                _ => "yours",
            },
            attention: false,
        })
        .collect();
    let hint = "Enter keeps it · Esc";
    let drawn = choose::render(body, buf, "Themes", &items, selected, hint, theme);
    over.add(drawn, Click::Choose);
}

fn pane_numbers(state: &State, view: &View, buf: &mut Buffer, theme: &Theme, over: &mut Over) {
    let Some(arrangement) = state.arrangement(view) else {
        return;
    };
    let focused = state.focused(view);
    let order = state.tab(view.tab).map(|tab| tab.panes());
    let order = order.unwrap_or_default();
    let titles: Vec<String> = arrangement
        .panes
        .iter()
        .map(|(id, _)| {
            let pane = state.panes.get(id);
            pane.map(crate::model::pane::Pane::label)
                .unwrap_or_default()
        })
        .collect();
    let panes: Vec<numbers::Numbered<'_>> = arrangement
        .panes
        .iter()
        .zip(&titles)
        .map(|((id, rect), title)| numbers::Numbered {
            pane: *id,
            rect: *rect,
            number: order.iter().position(|other| other == id).unwrap_or(0),
            title,
            focused: focused == Some(*id),
        })
        .collect();
    for drawn in numbers::render(buf, &panes, theme) {
        over.add(drawn, |pane| Click::Run(format!("focus-pane -t {pane}")));
    }
}
