//! The person's terminal: raw while we have it, as it was once we are through.

use std::io::{IsTerminal, Write};
use std::os::fd::{AsFd, OwnedFd};

use rustix::fs::{Mode, OFlags, open};
use rustix::termios::tcgetattr;

use crate::error::{Error, Result};
use crate::model::geometry::Size;

/// Raw mode, for as long as it lives. Dropping it restores the terminal, also while a panic
/// unwinds.
#[derive(Debug)]
pub struct Raw {
    /// The modes before: input, output, control and local flags.
    pub before: [u32; 4],
    /// Whether the server has taken its modes off itself.
    released: bool,
}

impl Raw {
    /// Turns raw mode on.
    ///
    /// # Errors
    /// Standard input is no terminal.
    pub fn enter() -> Result<Raw> {
        let modes = tcgetattr(rustix::stdio::stdin())
            .map_err(|error| Error::unreachable(format!("cannot read terminal modes: {error}")))?;
        let before = [
            modes.input_modes.bits(),
            modes.output_modes.bits(),
            modes.control_modes.bits(),
            modes.local_modes.bits(),
        ];
        crossterm::terminal::enable_raw_mode()
            .map_err(|error| Error::unreachable(format!("cannot set raw mode: {error}")))?;
        Ok(Raw {
            before,
            released: false,
        })
    }

    /// The server has said goodbye: after `rest`, which it did not wait for the terminal to take,
    /// the screen is back, and only raw mode is left to undo.
    pub fn released(&mut self, rest: &[u8]) {
        self.released = true;
        let mut out = std::io::stdout();
        // A terminal that is gone has nothing to be restored.
        let _ = out.write_all(rest).and_then(|()| out.flush());
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        if !self.released {
            // The server died with the screen in its hands.
            leave_screen();
        }
        let _ = crossterm::terminal::disable_raw_mode();
    }
}

/// The terminal's modes at one moment, for when somebody else leaves it in disorder.
#[derive(Debug)]
pub struct Modes(rustix::termios::Termios);

impl Modes {
    /// As they are.
    ///
    /// # Errors
    /// Standard input or output is no terminal.
    pub fn now() -> Result<Modes> {
        drop(reopen()?);
        tcgetattr(rustix::stdio::stdin())
            .map(Modes)
            .map_err(|error| Error::unreachable(format!("cannot read terminal modes: {error}")))
    }

    /// Puts them back, and the screen with them.
    pub fn restore(&self) {
        leave_screen();
        // A terminal that is gone has nothing to be restored.
        let _ = rustix::termios::tcsetattr(
            rustix::stdio::stdin(),
            rustix::termios::OptionalActions::Now,
            &self.0,
        );
    }
}

/// Takes off what the server has put on a terminal that it can no longer reach.
fn leave_screen() {
    let mut out = std::io::stdout();
    let _ = crossterm::execute!(
        out,
        crossterm::event::PopKeyboardEnhancementFlags,
        crossterm::event::DisableMouseCapture,
        crossterm::event::DisableFocusChange,
        crossterm::event::DisableBracketedPaste,
        crossterm::style::ResetColor,
        crossterm::cursor::Show,
        crossterm::terminal::LeaveAlternateScreen,
    );
    let _ = out.flush();
}

/// Opens the terminal anew, so that not blocking on it is our affair alone and the shell that
/// started us never notices.
///
/// # Errors
/// Standard input or output is no terminal.
pub fn reopen() -> Result<OwnedFd> {
    if !std::io::stdin().is_terminal() || !std::io::stdout().is_terminal() {
        return Err(Error::usage("attaching needs a terminal").with_hint(
            "from a script use stoa --once, or commands such as stoa list-panes --json",
        ));
    }
    open_input()
}

/// Opens the terminal that standard input is, wherever output goes.
///
/// # Errors
/// Standard input is no terminal.
pub fn asked() -> Result<OwnedFd> {
    if !std::io::stdin().is_terminal() {
        return Err(
            Error::usage("there is no terminal to be asked").with_hint("type it in a terminal")
        );
    }
    open_input()
}

fn open_input() -> Result<OwnedFd> {
    let flags = OFlags::RDWR | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    open("/proc/self/fd/0", flags, Mode::empty())
        .or_else(|_| open("/dev/tty", flags, Mode::empty()))
        .map_err(|error| Error::unreachable(format!("cannot open the terminal: {error}")))
}

/// The terminal's size now; 80x24 where it does not say.
pub fn size() -> Size {
    rustix::termios::tcgetwinsize(rustix::stdio::stdout().as_fd())
        .ok()
        .filter(|size| size.ws_col > 0 && size.ws_row > 0)
        .map_or(Size::new(80, 24), |size| {
            Size::new(size.ws_col, size.ws_row)
        })
}
