//! Copying: into the paste buffers and onto the clipboard of the terminal that asked.

use super::{leave, mode_of};
use crate::command::view::copy::CopyAction as Action;
use crate::error::Result;
use crate::model::buffers::{self, MAX_BUFFER};
use crate::model::id::{ClientId, PaneId};
use crate::model::state::State;
use crate::term::{Point, Shape};
use crate::update::{Effect, request};

/// The most a terminal is sent for its clipboard, in bytes; terminals ignore more.
const MAX_CLIPBOARD: usize = 1 << 20;

/// How an action that copies does it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Copies {
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

/// How an action copies, if it does.
pub(super) fn copies(action: Action) -> Option<Copies> {
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

/// Copies as an action says.
pub(super) fn yank(
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
        Some(text) if text.is_empty() => {
            request::say(state, client, "there is nothing to copy there", false);
            Ok(())
        }
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
