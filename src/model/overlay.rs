//! What can lie over a view's panes and take its keys. At most one does at a time.

use super::id::{PaneId, TabId};
use super::line_edit::LineEdit;
use super::menu::Menu;
use super::state::State;
use super::wait::Formats;

/// An overlay and its state.
#[derive(Debug, Clone, PartialEq)]
pub enum Overlay {
    /// The `:` command line.
    Prompt(PromptState),
    /// Every command, tab, pane and session, found by a few of its letters.
    Palette(PaletteState),
    /// A pattern to search for in copy mode.
    Search(SearchPrompt),
    /// The list of paste buffers.
    Buffers {
        /// The row under the cursor.
        selected: usize,
    },
    /// A question that wants y or n before a command line runs.
    Confirm {
        /// The question.
        question: String,
        /// The command line to run on yes.
        command: String,
        /// What becomes of formats in it.
        formats: Formats,
    },
    /// Every key, filtered by what is typed.
    Keys {
        /// The filter.
        filter: LineEdit,
        /// First row shown.
        scroll: usize,
    },
    /// The list of tabs.
    Tabs {
        /// The row under the cursor.
        selected: usize,
        /// Those that were looked for; without it all.
        only: Option<Vec<TabId>>,
    },
    /// A menu of what one can do with something.
    Menu(Menu),
    /// The list of themes; the one under the cursor is the one seen.
    Themes {
        /// Their names, as they were when the list was opened.
        names: Vec<String>,
        /// The row under the cursor.
        selected: usize,
    },
    /// A big clock over a pane, until the next key.
    Clock {
        /// The pane.
        pane: PaneId,
    },
    /// Numbers over the panes; the next digit focuses one.
    PaneNumbers,
    /// A text to read, such as a command's result of many lines.
    Text {
        /// Heading.
        title: String,
        /// Its lines, already safe to show.
        lines: Vec<String>,
        /// First line shown.
        scroll: usize,
        /// Whether it reports a failure.
        error: bool,
    },
}

/// The tabs of a list of them: their places, of those there still are.
pub fn listed(state: &State, only: Option<&[TabId]>) -> Vec<usize> {
    let tabs = state.tabs.iter().enumerate();
    let listed = tabs.filter(|(_, tab)| only.is_none_or(|only| only.contains(&tab.id)));
    listed.map(|(index, _)| index).collect()
}

/// The search prompt.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SearchPrompt {
    /// What is typed.
    pub edit: LineEdit,
    /// Whether it searches onward.
    pub forward: bool,
}

/// The command prompt.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PromptState {
    /// What is typed.
    pub edit: LineEdit,
    /// Which completion candidate is chosen, while Tab cycles through them.
    pub chosen: Option<usize>,
    /// What was typed when cycling began.
    pub stem: String,
    /// The command that what is typed is the one argument of; without it a command line is typed.
    pub value_of: Option<String>,
}

/// The palette.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PaletteState {
    /// What is typed.
    pub edit: LineEdit,
    /// The row under the cursor, among those that fit what is typed.
    pub selected: usize,
}
