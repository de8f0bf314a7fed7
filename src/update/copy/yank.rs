//! Copying: into the paste buffers and onto the clipboard of the terminal that asked.

use super::{Order, leave, mode_of};
use crate::command::view::copy::CopyAction as Action;
use crate::error::Result;
use crate::model::buffers::{self, MAX_BUFFER};
use crate::model::format;
use crate::model::id::{ClientId, PaneId};
use crate::model::state::State;
use crate::model::variables::{self, Subject};
use crate::model::wait::Formats;
use crate::term::{Point, Shape};
use crate::update::event::Then;
use crate::update::{Effect, ReplyTo, request, shell};

/// The most a terminal is sent for its clipboard, in bytes; terminals ignore more.
const MAX_CLIPBOARD: usize = 1 << 20;

/// How an action that copies does it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Copies {
    what: What,
    into: Goal,
    after: After,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Selection,
    Line,
    EndOfLine,
}

/// Where it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Goal {
    /// Into a buffer.
    Buffer,
    /// Behind what the newest buffer has.
    Newest,
    /// Into a buffer and to a program.
    Both,
    /// To a program alone.
    Program,
}

/// What comes afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum After {
    /// Nothing is selected any more.
    Clear,
    /// The mode is left.
    Leave,
    /// The selection stays.
    Stay,
}

/// How an action copies, if it does.
pub(super) fn copies(action: Action) -> Option<Copies> {
    use After::{Clear, Leave, Stay};
    use Goal::{Both, Buffer, Newest, Program};
    use What::{EndOfLine, Line, Selection};
    let (what, into, after) = match action {
        Action::CopySelection => (Selection, Buffer, Clear),
        Action::CopySelectionAndCancel => (Selection, Buffer, Leave),
        Action::CopySelectionNoClear => (Selection, Buffer, Stay),
        Action::AppendSelection => (Selection, Newest, Clear),
        Action::AppendSelectionAndCancel => (Selection, Newest, Leave),
        Action::CopyPipe => (Selection, Both, Clear),
        Action::CopyPipeAndCancel => (Selection, Both, Leave),
        Action::CopyPipeNoClear => (Selection, Both, Stay),
        Action::Pipe => (Selection, Program, Clear),
        Action::PipeAndCancel => (Selection, Program, Leave),
        Action::PipeNoClear => (Selection, Program, Stay),
        Action::CopyLine => (Line, Buffer, Clear),
        Action::CopyLineAndCancel => (Line, Buffer, Leave),
        Action::CopyPipeLine => (Line, Both, Clear),
        Action::CopyPipeLineAndCancel => (Line, Both, Leave),
        Action::CopyEndOfLine => (EndOfLine, Buffer, Clear),
        Action::CopyEndOfLineAndCancel => (EndOfLine, Buffer, Leave),
        Action::CopyPipeEndOfLine => (EndOfLine, Both, Clear),
        Action::CopyPipeEndOfLineAndCancel => (EndOfLine, Both, Leave),
        _ => return None,
    };
    Some(Copies { what, into, after })
}

/// Copies as an action says.
pub(super) fn yank(
    state: &mut State,
    client: ClientId,
    id: PaneId,
    order: &Order<'_>,
    separators: &str,
    effects: &mut Vec<Effect>,
) -> Result<()> {
    let (Some(how), Some(mode)) = (copies(order.action), mode_of(state, client, id)) else {
        return Ok(());
    };
    let end = || Point::new(mode.text.line_end(mode.cursor.row), usize::MAX);
    let to_end = how.what == What::Selection && mode.takes_line_end();
    let selected = match how.what {
        What::Selection => mode.selected(separators),
        What::Line => Some((mode.cursor, mode.cursor, Shape::Lines)),
        What::EndOfLine => Some((mode.cursor, end(), Shape::Chars)),
    };
    let text = match selected {
        None => None,
        Some((one, other, shape)) => {
            let text = mode.text.copy(one, other, shape, MAX_BUFFER);
            let mut text = text.ok_or_else(buffers::too_large)?;
            // In vi a line ends with its newline; in Emacs the cursor stands before that.
            let whole = shape == Shape::Lines || how.what == What::EndOfLine;
            if (whole && !mode.between) || (to_end && !text.is_empty()) {
                text.push('\n');
            }
            Some(text)
        }
    };
    if how.after != After::Stay {
        mode.selection = None;
    }
    if how.after == After::Leave {
        leave(state, client, id);
    }
    let Some(text) = text else {
        return Ok(());
    };
    if text.is_empty() {
        request::say(state, client, "there is nothing to copy there", false);
        return Ok(());
    }
    let data = text.into_bytes();
    if let (Goal::Both | Goal::Program, Some(command)) = (how.into, order.text) {
        pipe(
            state,
            client,
            id,
            (command, order.formats),
            data.clone(),
            effects,
        )?;
    }
    match how.into {
        Goal::Program => Ok(()),
        into => keep(state, client, data, into == Goal::Newest, effects),
    }
}

/// Gives bytes to a shell command, where the pane is.
fn pipe(
    state: &mut State,
    client: ClientId,
    pane: PaneId,
    (command, formats): (&str, &Formats),
    data: Vec<u8>,
    effects: &mut Vec<Effect>,
) -> Result<()> {
    let subject = Subject {
        pane: Some(pane),
        tab: None,
        client: Some(client),
    };
    let script = format::in_shell(command, |format| {
        variables::expand_for(state, subject, formats, format)
    });
    let after = Then::Tell(ReplyTo::View(client));
    shell::begin(state, pane, script, data, after, effects)
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
        1 if text.ends_with('\n') => "copied 1 line".to_owned(),
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
