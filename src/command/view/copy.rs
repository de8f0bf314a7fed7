//! `copy`.

use clap::{Args, ValueEnum};

use super::ViewCx;
use crate::command::spec::{Reply, Run};
use crate::error::Result;
use crate::update::copy::{self, Order};

/// Move, search, select and copy in copy mode (what its keys are bound to)
///
/// The actions have tmux's names.
#[derive(Debug, Clone, Args)]
pub struct Copy {
    /// What to do
    pub action: CopyAction,
    /// What it is done with: a pattern, a character, a line, or a shell command
    #[arg(allow_hyphen_values = true)]
    pub text: Option<String>,
    /// How many times
    #[arg(short = 'N', long, value_name = "TIMES")]
    pub count: Option<usize>,
    /// The pane: %ID, name or number
    #[arg(short = 't', long, value_name = "PANE")]
    pub target: Option<String>,
}

/// What can be done in copy mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CopyAction {
    /// One cell to the left
    CursorLeft,
    /// One cell to the right
    CursorRight,
    /// One row up
    CursorUp,
    /// One row down
    CursorDown,
    /// One row down, or leave if there is none
    CursorDownAndCancel,
    /// To the start of the line
    StartOfLine,
    /// To the line's first character that is not a blank
    BackToIndentation,
    /// To the end of the line
    EndOfLine,
    /// To the next word
    NextWord,
    /// To the end of the word
    NextWordEnd,
    /// To the beginning of the word, or of the one before
    PreviousWord,
    /// To the next word between blanks
    NextSpace,
    /// To the end of the word between blanks
    NextSpaceEnd,
    /// To the beginning of the word between blanks, or of the one before
    PreviousSpace,
    /// To the first row of the window
    TopLine,
    /// To the middle row of the window
    MiddleLine,
    /// To the last row of the window
    BottomLine,
    /// To the oldest line
    HistoryTop,
    /// To the newest line
    HistoryBottom,
    /// To the next line without text
    NextParagraph,
    /// To the line without text before this one
    PreviousParagraph,
    /// To the bracket that goes with this one
    NextMatchingBracket,
    /// To the bracket that goes with the closing one here or before
    PreviousMatchingBracket,
    /// To the next prompt that the shell marked (OSC 133)
    NextPrompt,
    /// To the prompt before this one
    PreviousPrompt,
    /// To the next CHARACTER of the line
    JumpForward,
    /// Back to a CHARACTER of the line
    JumpBackward,
    /// To the cell before the next CHARACTER of the line
    JumpToForward,
    /// Back to the cell after a CHARACTER of the line
    JumpToBackward,
    /// To the next such character
    JumpAgain,
    /// To the next such character the other way
    JumpReverse,
    /// So many LINES above the newest
    GotoLine,
    /// One page up
    PageUp,
    /// One page down
    PageDown,
    /// One page down, and leave at the end
    PageDownAndCancel,
    /// Half a page up
    HalfpageUp,
    /// Half a page down
    HalfpageDown,
    /// Half a page down, and leave at the end
    HalfpageDownAndCancel,
    /// The window one row up
    ScrollUp,
    /// The window one row down
    ScrollDown,
    /// The window one row down, and leave at the end
    ScrollDownAndCancel,
    /// The cursor's row to the middle of the window
    ScrollMiddle,
    /// Search onward, for what is typed or for PATTERN
    SearchForward,
    /// Search backward
    SearchBackward,
    /// Search onward for TEXT as it stands
    SearchForwardText,
    /// Search backward for TEXT as it stands
    SearchBackwardText,
    /// Search onward as one types (as search-forward does)
    SearchForwardIncremental,
    /// Search backward as one types
    SearchBackwardIncremental,
    /// To the next match
    SearchAgain,
    /// To the next match the other way
    SearchReverse,
    /// Search the word under the cursor onward
    SearchWordForward,
    /// Search the word under the cursor backward
    SearchWordBackward,
    /// Select from here on
    BeginSelection,
    /// Select lines
    SelectLine,
    /// Select the word
    SelectWord,
    /// Select a rectangle, or no rectangle any more
    RectangleToggle,
    /// Select rectangles
    RectangleOn,
    /// Select no rectangles
    RectangleOff,
    /// Show the mark in the corner, or do not
    TogglePosition,
    /// To the selection's other end
    OtherEnd,
    /// The selection follows the cursor no more
    StopSelection,
    /// Select nothing
    ClearSelection,
    /// Remember this place
    SetMark,
    /// Exchange this place and the one remembered
    JumpToMark,
    /// Copy what is selected
    CopySelection,
    /// Copy what is selected, and leave
    CopySelectionAndCancel,
    /// Copy what is selected, which stays so
    CopySelectionNoClear,
    /// Copy what is selected and give it to a shell COMMAND
    CopyPipe,
    /// The same, and leave
    CopyPipeAndCancel,
    /// The same, and it stays selected
    CopyPipeNoClear,
    /// Give what is selected to a shell COMMAND without copying it
    Pipe,
    /// The same, and leave
    PipeAndCancel,
    /// The same, and it stays selected
    PipeNoClear,
    /// Append what is selected to the last buffer
    AppendSelection,
    /// Append what is selected to the last buffer, and leave
    AppendSelectionAndCancel,
    /// Copy the line
    CopyLine,
    /// Copy the line, and leave
    CopyLineAndCancel,
    /// Copy the line and give it to a shell COMMAND
    CopyPipeLine,
    /// The same, and leave
    CopyPipeLineAndCancel,
    /// Copy to the end of the line
    CopyEndOfLine,
    /// Copy to the end of the line, and leave
    CopyEndOfLineAndCancel,
    /// Copy to the end of the line and give it to a shell COMMAND
    CopyPipeEndOfLine,
    /// The same, and leave
    CopyPipeEndOfLineAndCancel,
    /// Show what the program has written since
    RefreshFromPane,
    /// Select nothing, or leave if nothing is selected
    Back,
    /// Leave copy mode
    Cancel,
}

impl Run<ViewCx<'_>> for Copy {
    fn run(self, cx: &mut ViewCx<'_>) -> Result<Reply> {
        let pane = cx.pane(self.target.as_deref())?;
        let order = Order {
            action: self.action,
            text: self.text.as_deref(),
            formats: &cx.server.requester.formats,
            count: self.count,
        };
        copy::act(cx.server.state, cx.client, pane, &order, cx.server.effects)?;
        Ok(Reply::none())
    }
}
