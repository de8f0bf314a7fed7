//! One attached terminal as the server sees it: its descriptor, what it can do, what has been
//! drawn on it, and the bytes of at most one frame on their way to it.
//!
//! Nothing queues up here: while a frame is on its way the next one is not even made. A terminal
//! that does not read costs one frame of memory, and gets the state of *now* when it reads again.

use std::collections::BTreeMap;
use std::io::Write;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::io::Errno;
use rustix::termios::{
    ControlModes, InputModes, LocalModes, OptionalActions, OutputModes, tcgetattr, tcsetattr,
};
use tokio::sync::oneshot;

use crate::draw::{ColorDepth, Encoder, Surface};
use crate::keys::decode::Decoder;
use crate::keys::input::Reply;
use crate::model::geometry::Size;
use crate::model::id::PaneId;
use crate::protocol::message::{Attach, Exit};

/// Entering: alternate screen, bracketed paste, focus reports, mouse; then what we want to know
/// of the terminal, so that the first frame does not wait for it.
const ENTER: &[u8] = b"\x1b[?1049h\x1b[H\x1b[2J\x1b[?2004h\x1b[?1004h";
/// The most that may wait before text for the clipboard is dropped, in bytes.
const MAX_WAITING: usize = 4 << 20;
const MOUSE_ON: &[u8] = b"\x1b[?1002h\x1b[?1006h";
const MOUSE_OFF: &[u8] = b"\x1b[?1003l\x1b[?1002l\x1b[?1006l";
/// Besides, to be told when the terminal turns dark or light (mode 2031).
const ASK: &[u8] = b"\x1b[?2031h\x1b[?u\x1b]11;?\x1b\\\x1b[c";
/// Leaving, in the reverse order; harmless where a mode was never on.
const LEAVE: &[u8] =
    b"\x1b[0m\x1b[?2031l\x1b[?1006l\x1b[?1003l\x1b[?1002l\x1b[?1004l\x1b[?2004l\x1b[0 q\x1b[?25h\x1b[?1049l";
const KITTY_PUSH: &[u8] = b"\x1b[>1u";
const KITTY_POP: &[u8] = b"\x1b[<u";

/// What reading a terminal gave.
#[derive(Debug, PartialEq, Eq)]
pub enum TtyRead {
    /// So many bytes.
    Data(usize),
    /// Nothing now.
    Nothing,
    /// It is gone.
    Gone,
}

/// One attached terminal.
pub struct Terminal {
    tty: OwnedFd,
    /// Tells its client to end; taken when used.
    exit: Option<oneshot::Sender<Exit>>,
    /// Modes to put back if the client cannot.
    modes: [u32; 4],
    /// Turns its bytes into keys.
    pub decoder: Decoder,
    /// What it shows, and how it is brought up to date.
    pub encoder: Encoder,
    /// What it is to show; kept to save allocations.
    pub next: Surface,
    /// Bytes on their way, and how many of them are gone.
    out: Vec<u8>,
    sent: usize,
    /// Everything but pane contents may have changed.
    pub stale: bool,
    /// For each pane, the change counter of what was last drawn of it.
    pub drawn: BTreeMap<PaneId, u64>,
    /// When the last frame was made, in microseconds of loop time.
    pub framed_us: u64,
    /// When the last key came.
    pub key_us: u64,
    /// When unfinished input is to be given up on.
    pub flush_at_us: Option<u64>,
    kitty: bool,
    /// Whether its background is dark, once it has told.
    pub dark: Option<bool>,
    /// Whether mouse moves without a button are reported as well.
    any_motion: bool,
    /// Whether the mouse is reported.
    mouse: bool,
    /// How many colours it has.
    pub colors: ColorDepth,
}

impl Terminal {
    /// Takes a terminal over: raw mode, the alternate screen, and questions about its abilities.
    pub fn new(tty: OwnedFd, info: &Attach, exit: oneshot::Sender<Exit>, mouse: bool) -> Terminal {
        let mut terminal = Terminal {
            tty,
            exit: Some(exit),
            modes: info.modes,
            decoder: Decoder::new(),
            encoder: Encoder::new(info.caps),
            next: Surface::new(info.size),
            out: Vec::new(),
            sent: 0,
            stale: true,
            drawn: BTreeMap::new(),
            framed_us: 0,
            key_us: 0,
            flush_at_us: None,
            kitty: false,
            dark: None,
            any_motion: false,
            mouse,
            colors: info.caps.colors,
        };
        terminal.send(ENTER);
        if mouse {
            terminal.send(MOUSE_ON);
        }
        terminal.send(ASK);
        terminal
    }

    /// Its descriptor, to wait on.
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.tty.as_fd()
    }

    /// Reads what was typed.
    pub fn read(&self, buffer: &mut [u8]) -> TtyRead {
        loop {
            return match rustix::io::read(&self.tty, &mut *buffer) {
                Ok(0) => TtyRead::Gone,
                Ok(count) => TtyRead::Data(count),
                Err(Errno::INTR) => continue,
                Err(Errno::AGAIN) => TtyRead::Nothing,
                Err(_) => TtyRead::Gone,
            };
        }
    }

    /// Whether the last frame is still on its way.
    pub fn busy(&self) -> bool {
        self.sent < self.out.len()
    }

    /// Sends bytes behind whatever is on its way.
    pub fn send(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
        self.flush();
    }

    /// The same for what is large, as long as not much is waiting: a terminal that does not read must
    /// not make a queue.
    pub fn send_later(&mut self, bytes: &[u8]) {
        if self.out.len() - self.sent <= MAX_WAITING {
            self.send(bytes);
        }
    }

    /// Encodes what brings the terminal up to date with `next`, all of it or some rows, and sends
    /// as much as it takes. Keeps `next` as the picture to be changed for the next frame.
    pub fn show(&mut self, next: Surface, rows: Option<Vec<u16>>) {
        match rows {
            Some(rows) => self.encoder.frame_rows(&next, rows, &mut self.out),
            None => self.encoder.frame(&next, &mut self.out),
        }
        self.next = next;
        self.flush();
    }

    /// Writes as much as the terminal takes now. False if it is gone.
    pub fn flush(&mut self) -> bool {
        let mut alive = true;
        while self.busy() {
            match rustix::io::write(&self.tty, &self.out[self.sent..]) {
                Ok(0) | Err(Errno::AGAIN) => return true,
                Ok(count) => self.sent += count,
                Err(Errno::INTR) => {}
                Err(_) => {
                    alive = false;
                    self.sent = self.out.len();
                }
            }
        }
        self.out.clear();
        self.sent = 0;
        alive
    }

    /// Takes an answer to one of our questions.
    pub fn learn(&mut self, reply: &Reply) {
        match reply {
            Reply::KeyboardFlags(_) if !self.kitty => {
                self.kitty = true;
                self.send(KITTY_PUSH);
            }
            Reply::Background(colour) => {
                self.dark = Some(colour.is_dark());
                self.stale = true;
            }
            // The person turned to the other scheme. What the background is now follows from it.
            Reply::DarkScheme(dark) => {
                self.dark = Some(*dark);
                self.stale = true;
            }
            _ => {}
        }
    }

    /// Turns the mouse on or off, as the settings say by now.
    pub fn want_mouse(&mut self, wanted: bool) {
        if self.mouse != wanted {
            self.mouse = wanted;
            self.any_motion = false;
            self.send(if wanted { MOUSE_ON } else { MOUSE_OFF });
        }
    }

    /// Turns reports of plain mouse moves on while a program on screen wants them.
    pub fn want_motion(&mut self, wanted: bool) {
        if self.mouse && self.any_motion != wanted {
            self.any_motion = wanted;
            self.send(if wanted {
                b"\x1b[?1003h"
            } else {
                b"\x1b[?1003l\x1b[?1002h"
            });
        }
    }

    /// A new size: nothing drawn before counts.
    pub fn resize(&mut self, size: Size) {
        self.next = Surface::new(size);
        self.forget();
    }

    /// Forgets what is on screen, so that the next frame draws everything.
    pub fn forget(&mut self) {
        self.encoder.invalidate();
        self.drawn.clear();
        self.stale = true;
    }

    /// Lets the terminal go in good order: modes off, the client told to end, and given what the
    /// terminal is not ready to take.
    pub fn release(mut self, why: &str) {
        if self.kitty {
            self.send(KITTY_POP);
        }
        self.send(LEAVE);
        drop(self.tty);
        if let Some(exit) = self.exit.take() {
            let rest = self.out.split_off(self.sent);
            // A client that is gone already needs no telling.
            let _ = exit.send(Exit {
                why: why.to_owned(),
                rest,
            });
        }
    }

    /// The client died without a word: put the terminal's modes back in its place.
    pub fn abandon(mut self) {
        if self.kitty {
            self.send(KITTY_POP);
        }
        self.send(LEAVE);
        let [input, output, control, local] = self.modes;
        if let Ok(mut modes) = tcgetattr(&self.tty) {
            modes.input_modes = InputModes::from_bits_retain(input);
            modes.output_modes = OutputModes::from_bits_retain(output);
            modes.control_modes = ControlModes::from_bits_retain(control);
            modes.local_modes = LocalModes::from_bits_retain(local);
            // The terminal may be gone as well, and then has no modes to mend.
            let _ = tcsetattr(&self.tty, OptionalActions::Now, &modes);
        }
        if self.busy() {
            finish(self.tty, self.out.split_off(self.sent));
        }
    }
}

/// Waits, beside the loop, for a terminal that is behind to take the last bytes meant for it. No
/// client is left to do so. It ends when the terminal reads or is closed.
fn finish(tty: OwnedFd, rest: Vec<u8>) {
    let wait_and_write = move || {
        let mut tty = std::fs::File::from(tty);
        // Should either fail, the terminal is gone, and nobody sees what it shows.
        let _ = rustix::io::ioctl_fionbio(&tty, false).map(|()| tty.write_all(&rest));
    };
    let thread = std::thread::Builder::new().name("farewell".to_owned());
    if let Err(error) = thread.spawn(wait_and_write) {
        tracing::error!("a terminal was not given back whole: {error}");
    }
}
