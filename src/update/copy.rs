//! Copy mode: what its actions do to a view, and what is copied.
//!
//! The rules of moving and selecting are the model's ([`CopyMode`]); here an action's name becomes a
//! call, counts repeat it, and what is copied goes to the paste buffers and to the clipboard of the
//! terminal that asked.

use super::{Effect, request};
use crate::command::view::copy::CopyAction as Action;
use crate::config::settings::CopyKeys;
use crate::error::{Error, Result};
use crate::keys::key::{Code, Key, KeyEvent, Mods};
use crate::model::buffers::{self, MAX_BUFFER};
use crate::model::copy::motion::{self, Find, Words};
use crate::model::copy::{CopyMode, Landed, Unit};
use crate::model::id::{ClientId, PaneId};
use crate::model::line_edit::LineEdit;
use crate::model::overlay::{Overlay, SearchPrompt};
use crate::model::state::State;
use crate::model::view::View;
use crate::term::{Marks, Point, Shape};
use crate::ui::hit;

/// The largest number that can be typed before a key.
const MAX_COUNT: usize = 999_999;
/// The most a terminal is sent for its clipboard, in bytes; terminals ignore more.
const MAX_CLIPBOARD: usize = 1 << 20;

/// Something to be done in copy mode.
#[derive(Debug, Clone, Copy)]
pub struct Order<'a> {
    /// What.
    pub action: Action,
    /// A pattern, a character or a line.
    pub text: Option<&'a str>,
    /// How many times; a number typed before counts if there is none.
    pub count: Option<usize>,
}

/// Brings a view's pane into copy mode, if it is not.
///
/// # Errors
/// There is no such pane or view.
pub fn enter(state: &mut State, client: ClientId, id: PaneId) -> Result<&mut CopyMode> {
    let gone = || Error::refused("that terminal is no longer attached");
    let pane = state.panes.get(&id);
    let pane = pane.ok_or_else(|| Error::not_found(format!("no pane {id}")))?;
    let view = state.views.get(&client).ok_or_else(gone)?;
    let shown = state.arrangement(view);
    let rect = shown.and_then(|arrangement| arrangement.pane(id));
    let size = rect.map_or(pane.size, |rect| rect.size());
    let fresh = (!view.copy.contains_key(&id)).then(|| {
        let mut mode = CopyMode::new(pane.screen.freeze(), size, hit::crop(pane, size));
        mode.between = state.config.settings.copy_mode_keys == CopyKeys::Emacs;
        mode
    });
    let view = state.views.get_mut(&client).ok_or_else(gone)?;
    if let Some(fresh) = fresh {
        view.copy.insert(id, fresh);
    }
    view.copy.get_mut(&id).ok_or_else(gone)
}

/// Does something in a view's copy mode.
///
/// # Errors
/// The pane is not in copy mode, or the action has nothing to act on.
pub fn act(
    state: &mut State,
    client: ClientId,
    id: PaneId,
    order: &Order<'_>,
    effects: &mut Vec<Effect>,
) -> Result<()> {
    let history = state.views.get(&client).map(|view| view.searches.clone());
    let separators = state.config.settings.word_separators.clone();
    let Some(mode) = mode_of(state, client, id) else {
        return match order.action {
            Action::Cancel | Action::Back => Ok(()),
            _ => Err(Error::refused("the pane is not in copy mode")
                .with_hint("copy-mode (C-b [) begins it")),
        };
    };
    let typed = mode.count.take();
    let given = order.count.or(typed);
    let count = given.unwrap_or(1).clamp(1, MAX_COUNT);
    match order.action {
        Action::SearchForward | Action::SearchBackward => {
            let forward = order.action == Action::SearchForward;
            let landed = match order.text {
                Some(pattern) => mode.search(pattern, forward),
                None => {
                    mode.begin_trial();
                    let prompt = search_prompt(forward, history.unwrap_or_default());
                    if let Some(view) = state.views.get_mut(&client) {
                        view.overlay = Some(Overlay::Search(prompt));
                    }
                    return Ok(());
                }
            };
            remember(state, client, order.text.unwrap_or_default());
            tell(state, client, id, landed);
        }
        Action::SearchAgain | Action::SearchReverse => {
            let mut landed = Landed::Here;
            for _ in 0..count.min(1000) {
                landed = mode.search_again(order.action == Action::SearchAgain);
            }
            tell(state, client, id, landed);
        }
        Action::SearchWordForward | Action::SearchWordBackward => {
            let (from, to) = motion::word_at(&mode.text, mode.cursor, &separators);
            let word = mode.text.copy(from, to, Shape::Chars, 1024);
            let word = word.filter(|word| !word.trim().is_empty());
            let word = word.ok_or_else(|| Error::refused("there is no word under the cursor"))?;
            mode.go(from);
            let pattern = regex::escape(&word);
            let landed = mode.search(&pattern, order.action == Action::SearchWordForward);
            remember(state, client, &pattern);
            tell(state, client, id, landed);
        }
        Action::Cancel => leave(state, client, id),
        Action::Back if mode.selection.is_none() => leave(state, client, id),
        Action::RefreshFromPane => refresh(state, client, id)?,
        action if copies(action).is_some() => {
            yank(state, client, id, action, &separators, effects)?;
        }
        action => {
            let ended = !motion_or_selection(mode, action, order.text, given, &separators)?;
            let down = matches!(
                action,
                Action::CursorDown | Action::PageDown | Action::HalfpageDown | Action::ScrollDown
            );
            if down && ended && mode.leaves_at_end && mode.selection.is_none() {
                leave(state, client, id);
            }
        }
    }
    Ok(())
}

fn mode_of(state: &mut State, client: ClientId, id: PaneId) -> Option<&mut CopyMode> {
    state.views.get_mut(&client)?.copy.get_mut(&id)
}

/// Leaves copy mode: the pane shows what its program shows.
pub fn leave(state: &mut State, client: ClientId, id: PaneId) {
    if let Some(view) = state.views.get_mut(&client) {
        view.copy.remove(&id);
    }
}

/// Reads the pane anew, the cursor staying at its line counted from the oldest.
fn refresh(state: &mut State, client: ClientId, id: PaneId) -> Result<()> {
    let old = state
        .views
        .get_mut(&client)
        .and_then(|view| view.copy.remove(&id));
    let mode = enter(state, client, id)?;
    if let Some(old) = old {
        mode.leaves_at_end = old.leaves_at_end;
        mode.find = old.find;
        if let Some(searching) = old.searching {
            let search = crate::term::Search::new(searching.search.pattern(), &mode.text);
            mode.search_later(search, searching.forward);
        }
    }
    Ok(())
}

/// Moves or changes the selection. False if a move down came to the end.
fn motion_or_selection(
    mode: &mut CopyMode,
    action: Action,
    text: Option<&str>,
    given: Option<usize>,
    separators: &str,
) -> Result<bool> {
    let count = given.unwrap_or(1).clamp(1, MAX_COUNT);
    let rows = isize::try_from(count).unwrap_or(isize::MAX);
    let mut repeat = |step: &dyn Fn(&mut CopyMode)| {
        for _ in 0..count.min(10_000) {
            step(mode);
        }
    };
    let word = |to: fn(&crate::term::Frozen, Point, Words) -> Point, words| {
        move |mode: &mut CopyMode| mode.go(to(&mode.text, mode.cursor, words))
    };
    match action {
        Action::NextWord => repeat(&word(motion::next_word, Words::Small)),
        Action::NextWordEnd => repeat(&word(motion::word_end, Words::Small)),
        Action::PreviousWord => repeat(&word(motion::previous_word, Words::Small)),
        Action::NextSpace => repeat(&word(motion::next_word, Words::Big)),
        Action::NextSpaceEnd => repeat(&word(motion::word_end, Words::Big)),
        Action::PreviousSpace => repeat(&word(motion::previous_word, Words::Big)),
        Action::NextParagraph => repeat(&|mode| {
            let row = motion::next_paragraph(&mode.text, mode.cursor.row);
            mode.go(Point::new(row, 0));
        }),
        Action::PreviousParagraph => repeat(&|mode| {
            let row = motion::previous_paragraph(&mode.text, mode.cursor.row);
            mode.go(Point::new(row, 0));
        }),
        Action::NextPrompt | Action::PreviousPrompt => {
            let forward = action == Action::NextPrompt;
            for _ in 0..count.min(10_000) {
                let row = mode.text.marked(mode.cursor.row, Marks::PROMPT, forward);
                let row = row.ok_or_else(|| no_prompt(mode))?;
                mode.jump(Point::new(row, 0));
            }
        }
        Action::CursorLeft => mode.right(-rows),
        Action::CursorRight => mode.right(rows),
        Action::CursorUp => _ = mode.down(-rows),
        Action::CursorDown => return Ok(mode.down(rows)),
        Action::StartOfLine => mode.line_start(),
        Action::BackToIndentation => mode.indentation(),
        Action::EndOfLine => mode.line_end(),
        Action::TopLine => mode.window_row(0),
        Action::MiddleLine => mode.window_row(1),
        Action::BottomLine => mode.window_row(2),
        Action::HistoryTop => mode.go(Point::new(0, 0)),
        Action::HistoryBottom => {
            let last = mode.text.rows().saturating_sub(1);
            mode.go(Point::new(last, 0));
        }
        Action::GotoLine => goto_line(mode, text, given)?,
        Action::NextMatchingBracket => {
            if let Some(to) = motion::matching_bracket(&mode.text, mode.cursor) {
                mode.jump(to);
            }
        }
        Action::PageUp => mode.page(-mode.page_rows().saturating_mul(rows)),
        Action::HalfpageUp => mode.page(-mode.half_rows().saturating_mul(rows)),
        Action::PageDown => {
            mode.page(mode.page_rows().saturating_mul(rows));
            return Ok(!mode.at_end());
        }
        Action::HalfpageDown => {
            mode.page(mode.half_rows().saturating_mul(rows));
            return Ok(!mode.at_end());
        }
        Action::ScrollUp => mode.scroll(-rows),
        Action::ScrollDown => {
            mode.scroll(rows);
            return Ok(!mode.at_end());
        }
        Action::ScrollMiddle => mode.middle(),
        Action::JumpForward
        | Action::JumpBackward
        | Action::JumpToForward
        | Action::JumpToBackward => {
            let find = Find {
                forward: matches!(action, Action::JumpForward | Action::JumpToForward),
                before: matches!(action, Action::JumpToForward | Action::JumpToBackward),
            };
            mode.count = given;
            match text.and_then(|text| text.chars().next()) {
                Some(wanted) => find_character(mode, find, wanted),
                None => mode.wants_character = Some(find),
            }
        }
        Action::JumpAgain | Action::JumpReverse => {
            if let Some((find, wanted)) = mode.find {
                let way = match action {
                    Action::JumpAgain => find,
                    _ => find.reversed(),
                };
                for _ in 0..count.min(10_000) {
                    match motion::find(&mode.text, mode.cursor, way, wanted, true) {
                        Some(to) => mode.go(to),
                        None => break,
                    }
                }
            }
        }
        _ => select(mode, action, separators),
    }
    Ok(true)
}

fn no_prompt(mode: &CopyMode) -> Error {
    let marked = mode.text.marked(0, Marks::PROMPT, true).is_some();
    match marked {
        true => Error::refused("no further prompt"),
        false => Error::refused("the shell marks no prompts in this pane")
            .with_hint("the README tells how a shell is set up for that (OSC 133)"),
    }
}

fn goto_line(mode: &mut CopyMode, text: Option<&str>, given: Option<usize>) -> Result<()> {
    let line = match text {
        Some(text) => text.trim().parse().ok(),
        None => given,
    };
    let line: usize = line
        .ok_or_else(|| Error::usage("goto-line wants a number: how many lines above the newest"))?;
    mode.top = mode.end().saturating_sub(line);
    mode.go(Point::new(mode.top, 0));
    Ok(())
}

/// Takes the character that `f`, `F`, `t` or `T` waited for.
pub fn find_character(mode: &mut CopyMode, find: Find, wanted: char) {
    mode.find = Some((find, wanted));
    let count = mode.count.take().unwrap_or(1).min(10_000);
    for nth in 0..count {
        match motion::find(&mode.text, mode.cursor, find, wanted, nth > 0) {
            Some(to) => mode.go(to),
            None => break,
        }
    }
}

fn select(mode: &mut CopyMode, action: Action, separators: &str) {
    let chars = match mode.between {
        true => Unit::Between,
        false => Unit::Chars,
    };
    match action {
        Action::BeginSelection => mode.select(chars),
        Action::SelectLine => mode.select(Unit::Lines),
        Action::SelectWord => {
            let word = motion::word_at(&mode.text, mode.cursor, separators);
            mode.select_word(word);
        }
        Action::RectangleToggle => match &mut mode.selection {
            Some(held) if held.unit == Unit::Block => held.unit = chars,
            Some(held) => held.unit = Unit::Block,
            None => mode.select(Unit::Block),
        },
        Action::OtherEnd => mode.other_end(),
        Action::StopSelection => {
            let cursor = mode.cursor;
            if let Some(held) = &mut mode.selection {
                held.fixed = Some(cursor);
            }
        }
        Action::ClearSelection | Action::Back => mode.selection = None,
        Action::SetMark => mode.mark = Some(mode.cursor),
        Action::JumpToMark => {
            if let Some(mark) = mode.mark.replace(mode.cursor) {
                mode.jump(mark);
            }
        }
        _ => {}
    }
}

/// How an action that copies does it.
#[derive(Debug, Clone, Copy)]
struct Copies {
    what: What,
    append: bool,
    leaves: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Selection,
    Line,
    EndOfLine,
}

fn copies(action: Action) -> Option<Copies> {
    let (what, append, leaves) = match action {
        Action::CopySelection => (What::Selection, false, false),
        Action::CopySelectionAndCancel => (What::Selection, false, true),
        Action::AppendSelection => (What::Selection, true, false),
        Action::AppendSelectionAndCancel => (What::Selection, true, true),
        Action::CopyLine => (What::Line, false, false),
        Action::CopyLineAndCancel => (What::Line, false, true),
        Action::CopyEndOfLine => (What::EndOfLine, false, false),
        Action::CopyEndOfLineAndCancel => (What::EndOfLine, false, true),
        _ => return None,
    };
    Some(Copies {
        what,
        append,
        leaves,
    })
}

fn yank(
    state: &mut State,
    client: ClientId,
    id: PaneId,
    action: Action,
    separators: &str,
    effects: &mut Vec<Effect>,
) -> Result<()> {
    let (Some(how), Some(mode)) = (copies(action), mode_of(state, client, id)) else {
        return Ok(());
    };
    let end = || Point::new(mode.text.line_end(mode.cursor.row), usize::MAX);
    let selected = match how.what {
        What::Selection => mode.selected(separators),
        What::Line => Some((mode.cursor, mode.cursor, Shape::Lines)),
        What::EndOfLine => Some((mode.cursor, end(), Shape::Chars)),
    };
    let text = match selected {
        None => None,
        Some((one, other, shape)) => {
            let text = mode.text.copy(one, other, shape, MAX_BUFFER);
            Some(text.ok_or_else(buffers::too_large)?)
        }
    };
    mode.selection = None;
    if how.leaves {
        leave(state, client, id);
    }
    match text {
        Some(text) => keep(state, client, text.into_bytes(), how.append, effects),
        None => Ok(()),
    }
}

/// Puts what was copied into the paste buffers and on the terminal's clipboard, and says so.
pub fn keep(
    state: &mut State,
    client: ClientId,
    data: Vec<u8>,
    append: bool,
    effects: &mut Vec<Effect>,
) -> Result<()> {
    if data.is_empty() {
        return Ok(());
    }
    let limit = state.config.settings.buffer_limit as usize;
    let name = match append {
        true => state.buffers.append(None, &data, limit)?,
        false => state.buffers.put(None, data, limit)?,
    };
    let data = &state.buffers.get(Some(&name))?.data;
    let text = String::from_utf8_lossy(data);
    let (lines, characters) = (text.lines().count(), text.chars().count());
    let mut said = match lines {
        0 | 1 => format!("copied {characters} characters"),
        lines => format!("copied {lines} lines"),
    };
    if state.config.settings.clipboard {
        if data.len() <= MAX_CLIPBOARD {
            let data = data.clone();
            effects.push(Effect::Clipboard { client, data });
        } else {
            said.push_str(", too much for the terminal's clipboard");
        }
    }
    request::say(state, client, &said, false);
    Ok(())
}

fn search_prompt(forward: bool, history: Vec<String>) -> SearchPrompt {
    let mut edit = LineEdit::default();
    edit.set_history(history);
    SearchPrompt { edit, forward }
}

fn remember(state: &mut State, client: ClientId, pattern: &str) {
    const MOST: usize = 100;
    let Some(view) = state.views.get_mut(&client) else {
        return;
    };
    if !pattern.is_empty() && view.searches.last().map(String::as_str) != Some(pattern) {
        view.searches.push(pattern.to_owned());
        let extra = view.searches.len().saturating_sub(MOST);
        view.searches.drain(..extra);
    }
}

/// Says what a jump to a match came to, if that is not plain to see.
fn tell(state: &mut State, client: ClientId, id: PaneId, landed: Landed) {
    let pattern = mode_of(state, client, id)
        .and_then(|mode| mode.searching.as_ref())
        .map(|searching| searching.search.pattern().to_owned());
    match (landed, pattern) {
        (Landed::Nowhere, Some(pattern)) => {
            request::say(state, client, &format!("no match for {pattern}"), true);
        }
        (Landed::Nowhere, None) => request::say(state, client, "nothing to search for", true),
        (Landed::Wrapped, _) => {
            request::say(state, client, "search went on at the other end", false);
        }
        _ => {}
    }
}

/// A key in the search prompt. The first match so far is shown as one types.
pub fn prompt_key(state: &mut State, client: ClientId, mut prompt: SearchPrompt, event: &KeyEvent) {
    let Some(id) = focused(state, client) else {
        return;
    };
    let Some(mode) = mode_of(state, client, id) else {
        return;
    };
    let key = event.chord();
    let before = prompt.edit.text().to_owned();
    match (key.code, key.mods) {
        (Code::Esc, _) | (Code::Char('c' | 'g'), Mods::CTRL) => return mode.drop_trial(),
        (Code::Backspace, _) if prompt.edit.is_empty() => return mode.drop_trial(),
        (Code::Enter, _) => {
            let landed = mode.keep_trial(prompt.forward);
            let nothing = mode.searching.as_ref();
            let nothing = nothing.is_none_or(|searching| {
                searching.search.is_done() && searching.search.total() == 0
            });
            remember(state, client, &before);
            tell(
                state,
                client,
                id,
                if nothing { Landed::Nowhere } else { landed },
            );
            return;
        }
        (Code::Char('s' | 'r'), Mods::CTRL) => {
            let onward = key.code == Code::Char('s');
            mode.search_again(onward == prompt.forward);
        }
        (Code::Up, _) | (Code::Char('p'), Mods::CTRL) => prompt.edit.history_up(),
        (Code::Down, _) | (Code::Char('n'), Mods::CTRL) => prompt.edit.history_down(),
        _ => _ = super::overlay::edit_key(&mut prompt.edit, event),
    }
    if prompt.edit.text() != before {
        mode.try_pattern(prompt.edit.text(), prompt.forward);
    }
    if let Some(view) = state.views.get_mut(&client) {
        view.overlay = Some(Overlay::Search(prompt));
    }
}

/// Text pasted into the search prompt.
pub fn prompt_paste(view: &mut View, pane: Option<PaneId>) {
    let (Some(Overlay::Search(prompt)), Some(pane)) = (&view.overlay, pane) else {
        return;
    };
    if let Some(mode) = view.copy.get_mut(&pane) {
        mode.try_pattern(prompt.edit.text(), prompt.forward);
    }
}

fn focused(state: &State, client: ClientId) -> Option<PaneId> {
    state.focused(state.views.get(&client)?)
}

/// What copy mode does with a key before any binding is looked up: a number before a key, a
/// character to look for, the first key after the mouse has copied something. True if that was all.
pub fn takes(state: &mut State, client: ClientId, event: &KeyEvent) -> bool {
    let emacs = state.config.settings.copy_mode_keys == CopyKeys::Emacs;
    let Some(id) = focused(state, client) else {
        return false;
    };
    let Some(view) = state.views.get_mut(&client) else {
        return false;
    };
    let begun = !view.pending.is_empty();
    let Some(mode) = view.copy.get_mut(&id) else {
        return false;
    };
    if mode.leave_at_ms.is_some() {
        view.copy.remove(&id);
        return false;
    }
    let key: Key = event.chord();
    if let Some(find) = mode.wants_character.take() {
        match (key.code, event.typed()) {
            (Code::Esc, _) | (_, None) => mode.count = None,
            (_, Some(wanted)) => find_character(mode, find, wanted),
        }
        return true;
    }
    let mods = if emacs { Mods::ALT } else { Mods::NONE };
    match key.code {
        Code::Char(digit @ '0'..='9') if key.mods == mods && !begun => {
            let digit = usize::from(digit as u8 - b'0');
            if digit == 0 && mode.count.is_none() {
                return false;
            }
            let count = mode.count.unwrap_or(0) * 10 + digit;
            mode.count = Some(count.min(MAX_COUNT));
            true
        }
        _ => false,
    }
}

/// Goes on with searches, a piece each, and ends modes whose time has come.
pub fn work(state: &mut State) {
    let now = state.now_ms;
    let mut landed = Vec::new();
    for view in state.views.values_mut() {
        view.copy
            .retain(|_, mode| mode.leave_at_ms.is_none_or(|at| at > now));
        for (id, mode) in &mut view.copy {
            if mode.is_searching() {
                let trial = mode.trial.is_some();
                let came_to = mode.search_on();
                if !trial {
                    landed.push((view.client, *id, came_to));
                }
            }
        }
    }
    for (client, id, came_to) in landed {
        tell(state, client, id, came_to);
    }
}

/// When there is something to do for [`work`] (loop time, ms).
pub fn next(state: &State) -> Option<u64> {
    let modes = state.views.values().flat_map(|view| view.copy.values());
    modes
        .filter_map(|mode| match mode.is_searching() {
            true => Some(state.now_ms),
            false => mode.leave_at_ms,
        })
        .min()
}
