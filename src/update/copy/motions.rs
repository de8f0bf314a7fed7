//! From the name of an action to the motion or the selection it is.

use crate::command::view::copy::CopyAction as Action;
use crate::error::{Error, Result};
use crate::model::copy::motion::{self, Find, Words};
use crate::model::copy::{CopyMode, Unit};
use crate::term::{Marks, Point};

use super::MAX_COUNT;

/// Moves or changes the selection. False if a move down came to the end.
pub(super) fn motion_or_selection(
    mode: &mut CopyMode,
    action: Action,
    text: Option<&str>,
    given: Option<usize>,
    separators: &str,
) -> Result<bool> {
    let count = given.unwrap_or(1).clamp(1, MAX_COUNT);
    let rows = isize::try_from(count).unwrap_or(isize::MAX);
    let word_end = match mode.between {
        true => motion::behind_word,
        false => motion::word_end,
    };
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
        Action::NextWordEnd => repeat(&word(word_end, Words::Small)),
        Action::PreviousWord => repeat(&word(motion::previous_word, Words::Small)),
        Action::NextSpace => repeat(&word(motion::next_word, Words::Big)),
        Action::NextSpaceEnd => repeat(&word(word_end, Words::Big)),
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
        Action::CursorDown | Action::CursorDownAndCancel => return Ok(mode.down(rows)),
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
        Action::PreviousMatchingBracket => {
            if let Some(to) = motion::bracket_before(&mode.text, mode.cursor) {
                mode.jump(to);
            }
        }
        Action::PageUp => mode.page(-mode.page_rows().saturating_mul(rows)),
        Action::HalfpageUp => mode.page(-mode.half_rows().saturating_mul(rows)),
        Action::PageDown | Action::PageDownAndCancel => {
            mode.page(mode.page_rows().saturating_mul(rows));
            return Ok(!mode.at_end());
        }
        Action::HalfpageDown | Action::HalfpageDownAndCancel => {
            mode.page(mode.half_rows().saturating_mul(rows));
            return Ok(!mode.at_end());
        }
        Action::ScrollUp => mode.scroll(-rows),
        Action::ScrollDown | Action::ScrollDownAndCancel => {
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
pub(super) fn find_character(mode: &mut CopyMode, find: Find, wanted: char) {
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
        Action::BeginSelection if mode.rectangle => mode.select(Unit::Block),
        Action::BeginSelection => mode.select(chars),
        Action::SelectLine => {
            mode.rectangle = false;
            mode.select(Unit::Lines);
        }
        Action::SelectWord => {
            let word = motion::word_at(&mode.text, mode.cursor, separators);
            mode.select_word(word);
        }
        Action::RectangleToggle | Action::RectangleOn | Action::RectangleOff => {
            let block = matches!(mode.selection, Some(held) if held.unit == Unit::Block);
            mode.rectangle = match action {
                Action::RectangleToggle => !block,
                action => action == Action::RectangleOn,
            };
            match (&mut mode.selection, mode.rectangle) {
                (Some(held), true) => held.unit = Unit::Block,
                (Some(held), false) if block => held.unit = chars,
                (None, true) => mode.select(Unit::Block),
                _ => {}
            }
        }
        Action::OtherEnd => mode.other_end(),
        Action::StopSelection => {
            let cursor = mode.cursor;
            if let Some(held) = &mut mode.selection {
                held.fixed = Some(cursor);
            }
        }
        Action::ClearSelection | Action::Back => {
            mode.selection = None;
            mode.rectangle = false;
        }
        Action::TogglePosition => mode.hides_position = !mode.hides_position,
        Action::SetMark => mode.mark = Some(mode.cursor),
        Action::JumpToMark => {
            if let Some(mark) = mode.mark.replace(mode.cursor) {
                mode.jump(mark);
            }
        }
        _ => {}
    }
}
