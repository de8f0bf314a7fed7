//! What a program tells its host through its output, beside what it draws.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::status::StatusReport;

/// The most events kept until the host fetches them; later ones are dropped.
const MAX_EVENTS: usize = 256;

/// Something the host may want to act upon. All text is without control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The title changed; see [`super::Screen::title`].
    Title,
    /// The bell rang, once or more.
    Bell,
    /// The program put text on the clipboard (OSC 52).
    Clipboard(Clipboard),
    /// The program asks what is on the clipboard (OSC 52); see [`clipboard_answer`].
    ClipboardQuery,
    /// The program's working directory (OSC 7), on this or another host.
    Cwd {
        /// The host named in the report; empty if none was.
        host: String,
        /// The directory.
        path: PathBuf,
    },
    /// The program asks for attention (OSC 9, 99, 777).
    Notification(Notification),
    /// A shell marks its prompt, command or output (OSC 133).
    Mark(Mark),
    /// The program says what it is doing (OSC 7501).
    Status(StatusReport),
}

/// Text a program put on the clipboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clipboard {
    /// The primary selection rather than the clipboard.
    pub primary: bool,
    /// The bytes as decoded; any control character may be among them.
    pub bytes: Vec<u8>,
}

/// What a program is sent that asked for the clipboard and may know it.
pub fn clipboard_answer(bytes: &[u8]) -> Vec<u8> {
    let text = STANDARD.encode(bytes);
    format!("\x1b]52;c;{text}\x1b\\").into_bytes()
}

/// A desktop notification.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Notification {
    /// May be empty.
    pub title: String,
    /// May be empty, but not both.
    pub body: String,
}

/// A semantic mark of a shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// A prompt begins.
    Prompt,
    /// The prompt ended; what follows is typed.
    Input,
    /// The command runs; what follows is its output.
    Output,
    /// The command ended, with this exit code if the shell told.
    End(Option<i32>),
}

/// The events not yet fetched.
#[derive(Debug, Default)]
pub(super) struct Events(Vec<Event>);

impl Events {
    /// Queues an event; bells, titles and questions still queued are not repeated.
    pub(super) fn push(&mut self, event: Event) {
        let once = matches!(event, Event::Bell | Event::Title | Event::ClipboardQuery);
        let repeated = once && self.0.contains(&event);
        if let Event::Clipboard(_) = event {
            // Only the last one counts, and each may be large.
            self.0.retain(|old| !matches!(old, Event::Clipboard(_)));
        }
        if !repeated && self.0.len() < MAX_EVENTS {
            self.0.push(event);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn take(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.0)
    }
}
