//! Everything that can wake the server, and everything it can be asked to do: two closed lists.

use std::path::PathBuf;
use std::sync::Arc;

use crate::command::{Command, spec::Reply};
use crate::config::layouts::LayoutFile;
use crate::config::load::Loaded;
use crate::coord::snapshot::Snapshot;
use crate::error::Result;
use crate::keys::input::Input;
use crate::model::format::Script;
use crate::model::geometry::Size;
use crate::model::id::{ClientId, PaneId, TabId};
use crate::model::pane::Launch;
use crate::model::saved::Restorable;
use crate::model::view::KeptView;
pub use crate::model::wait::{ReplyTo, Requester};
use crate::pty::ExitStatus;
use crate::term::{Capture, Frozen, Notification};

/// Something that happened.
#[derive(Debug)]
pub enum Event {
    /// A terminal attached.
    Attached {
        /// Its id.
        client: ClientId,
        /// Its size.
        size: Size,
        /// Its client's environment, for the first pane.
        env: Vec<(String, String)>,
        /// What it looked at, if it was there before the server's program was replaced.
        back: Option<Box<KeptView>>,
    },
    /// A terminal went away.
    Gone {
        /// Its id.
        client: ClientId,
    },
    /// A terminal changed its size.
    Resized {
        /// Its id.
        client: ClientId,
        /// Its new size.
        size: Size,
    },
    /// A key, a mouse report, a paste or an answer from a terminal.
    Input {
        /// Whose.
        client: ClientId,
        /// What.
        input: Input,
    },
    /// A pane's screen has been fed; its notices are to be looked at.
    Output {
        /// Which pane.
        pane: PaneId,
    },
    /// Another program is in a pane's foreground.
    Foreground {
        /// Which pane.
        pane: PaneId,
        /// The program's name.
        name: String,
        /// Whether it is a shell at work on a script.
        scripted: bool,
    },
    /// The program in a pane's foreground is in another directory than was known.
    Directory {
        /// Which pane.
        pane: PaneId,
        /// The directory.
        path: PathBuf,
    },
    /// A pane's program runs.
    Started {
        /// Which pane.
        pane: PaneId,
        /// Its process.
        pid: u32,
    },
    /// A pane's program could not be started.
    Failed {
        /// Which pane.
        pane: PaneId,
        /// Why, fit to be shown.
        why: String,
    },
    /// A pane's program is over and its output has been read.
    Exited {
        /// Which pane.
        pane: PaneId,
        /// How it ended.
        status: ExitStatus,
    },
    /// Somebody wants a command run.
    Request {
        /// The command.
        command: Box<Command>,
        /// Who asks, from where.
        requester: Requester,
        /// Where the answer goes.
        reply: ReplyTo,
    },
    /// A command that ran elsewhere (on the store) has its answer.
    Answered {
        /// Where the answer goes.
        reply: ReplyTo,
        /// The answer.
        result: Result<Reply>,
    },
    /// Whoever asked has gone and waits for no answer any more.
    Unasked {
        /// Where the answer would have gone.
        reply: ReplyTo,
    },
    /// The store changed.
    Snapshot(Arc<Snapshot>),
    /// The store cannot be watched or read.
    StoreTrouble(String),
    /// Panes wait to be registered as sessions, the store having failed them; or no longer.
    Late(bool),
    /// A pane's output is no longer passed on.
    PipeBroke {
        /// The pane.
        pane: PaneId,
        /// Why.
        why: String,
    },
    /// A shell command has ended, or could not begin.
    ShellEnded {
        /// The command.
        job: Box<Shell>,
        /// How it ended, or why it did not begin.
        end: Result<ShellEnd, String>,
    },
    /// A file was read for a paste buffer.
    Loaded {
        /// The buffer's name; a new one without.
        name: Option<String>,
        /// What is in the file.
        data: Vec<u8>,
        /// Where the answer goes.
        reply: ReplyTo,
    },
    /// A layout file was read, and whom to tell.
    LayoutRead {
        /// What it says.
        file: Result<LayoutFile>,
        /// Leave the asker's view as it is.
        detached: bool,
        /// Who asked for it.
        requester: Box<Requester>,
        /// Where the answer goes.
        reply: ReplyTo,
    },
    /// An earlier server left something to be opened again.
    Left(Box<Restorable>),
    /// Configuration files were read again.
    Reloaded {
        /// What they say.
        loaded: Box<Loaded>,
        /// Who asked for it; nobody if a file was changed.
        reply: ReplyTo,
    },
    /// What was drawn wishes for shell commands to be run.
    Wished,
    /// A moment somebody waited for has come.
    Timer,
}

/// A file to be written.
#[derive(Debug)]
pub struct SaveFile {
    /// Where.
    pub path: PathBuf,
    /// What.
    pub what: Saved,
    /// Whether what is there stays.
    pub append: bool,
    /// Where the answer goes.
    pub reply: ReplyTo,
}

/// A shell command outside of any pane.
#[derive(Debug)]
pub struct Shell {
    /// The command.
    pub script: Script,
    /// The pane it is about, whose environment it gets.
    pub pane: PaneId,
    /// Where it runs.
    pub cwd: PathBuf,
    /// What it reads.
    pub input: Vec<u8>,
    /// What follows when it has ended.
    pub after: Then,
}

/// A shell command that reads a pane's output.
#[derive(Debug)]
pub struct Piped {
    /// The command.
    pub script: Script,
    /// Where it runs.
    pub cwd: PathBuf,
}

/// What follows when a shell command has ended.
#[derive(Debug)]
pub enum Then {
    /// A failure is told, and nothing else.
    Tell(ReplyTo),
    /// What it said is the answer.
    Show(ReplyTo),
    /// A command line is run.
    Choose(Box<Choice>),
    /// What it said is drawn in the status line.
    Draw,
}

/// Two command lines of which one is run.
#[derive(Debug)]
pub struct Choice {
    /// The one if the condition holds.
    pub then: String,
    /// The one if it does not.
    pub otherwise: Option<String>,
    /// Who asks.
    pub requester: Requester,
    /// Where the answer goes.
    pub reply: ReplyTo,
}

/// How a shell command ended.
#[derive(Debug)]
pub struct ShellEnd {
    /// Its exit code or signal.
    pub status: ExitStatus,
    /// What it said, on either output.
    pub text: String,
}

/// What is written to a file.
#[derive(Debug)]
pub enum Saved {
    /// A paste buffer.
    Bytes(Vec<u8>),
    /// A pane's history and screen.
    Text(Box<Frozen>),
}

/// Something to be done outside the state.
#[derive(Debug)]
pub enum Effect {
    /// Start a pane's program.
    Start {
        /// The pane.
        pane: PaneId,
        /// What to run.
        launch: Launch,
        /// The size it starts with.
        size: Size,
        /// The id its session gets.
        session: String,
    },
    /// Send bytes to a pane's program.
    Write {
        /// The pane.
        pane: PaneId,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// Tell a pane's program its size.
    ResizePty {
        /// The pane.
        pane: PaneId,
        /// The size.
        size: Size,
    },
    /// End a pane's program and let go of its terminal.
    Close {
        /// The pane.
        pane: PaneId,
    },
    /// A pane's program is over: its session ends and frees what it held.
    EndSession {
        /// The session's id.
        session: String,
    },
    /// Register the panes that could not be before.
    TryAgain,
    /// Register a pane whose session is gone from the store, under the name and number it had.
    RegisterAgain {
        /// The pane.
        pane: PaneId,
        /// What it was called.
        name: String,
        /// And its number.
        number: u32,
    },
    /// Renew the claims of a session that has been active.
    RenewClaims {
        /// The session's id.
        session: String,
    },
    /// Run a command on the store.
    Store {
        /// The command.
        command: Box<crate::command::StoreCommand>,
        /// Who acts: a session id.
        actor: Option<String>,
        /// Where paths are relative to.
        cwd: PathBuf,
        /// Where the answer goes.
        reply: ReplyTo,
    },
    /// Answer a waiting connection.
    Answer {
        /// Its number.
        connection: u64,
        /// The answer.
        result: Result<Reply>,
    },
    /// Let a terminal go.
    Detach {
        /// Which.
        client: ClientId,
        /// What its person is told.
        why: String,
    },
    /// Let a terminal go whose client stops and comes back when it goes on.
    Suspend {
        /// Which.
        client: ClientId,
    },
    /// Ring a terminal's bell.
    Bell {
        /// Which.
        client: ClientId,
    },
    /// Pass a program's notification on to a terminal.
    Notify {
        /// Which.
        client: ClientId,
        /// What it says, without control characters.
        notification: Notification,
    },
    /// Ask a terminal for its clipboard, for a program that may read it.
    AskClipboard {
        /// Which terminal.
        client: ClientId,
        /// Whose program asks.
        pane: PaneId,
    },
    /// A session's program says what it is doing.
    TellState {
        /// The session's id.
        session: String,
        /// In a word or two; empty for no longer.
        state: String,
    },
    /// Put text on a terminal's clipboard.
    Clipboard {
        /// Which.
        client: ClientId,
        /// The text.
        data: Vec<u8>,
    },
    /// Write a file.
    Save(Box<SaveFile>),
    /// Run a shell command.
    Shell(Box<Shell>),
    /// Pass a pane's output on to a shell command, or no longer.
    PipePane {
        /// The pane.
        pane: PaneId,
        /// The command.
        job: Option<Box<Piped>>,
    },
    /// Read a file for a paste buffer.
    Load {
        /// The file.
        path: PathBuf,
        /// The buffer's name; a new one without.
        name: Option<String>,
        /// Where the answer goes.
        reply: ReplyTo,
    },
    /// Answer with many rows of a pane.
    Capture {
        /// The pane.
        pane: PaneId,
        /// Which rows.
        capture: Box<Capture>,
        /// Where the answer goes.
        reply: ReplyTo,
    },
    /// Draw a terminal anew from nothing.
    Redraw {
        /// Which.
        client: ClientId,
    },
    /// Read the configuration files again.
    Reload {
        /// Where the report goes.
        reply: ReplyTo,
    },
    /// Write a layout file of how panes lie, or answer with it.
    SaveLayout {
        /// This tab alone.
        only: Option<TabId>,
        /// Where; it is the answer if nowhere.
        path: Option<PathBuf>,
        /// Over one that exists.
        force: bool,
        /// Where the answer goes.
        reply: ReplyTo,
    },
    /// Read a layout file, to open what it says.
    LoadLayout {
        /// Where.
        path: PathBuf,
        /// Leave the asker's view as it is.
        detached: bool,
        /// Who asks.
        requester: Box<Requester>,
        /// Where the answer goes.
        reply: ReplyTo,
    },
    /// Remember that somebody was welcomed.
    Welcomed,
    /// End the server.
    Shutdown,
}
