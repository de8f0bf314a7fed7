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
    ControlModes, InputModes, LocalModes, OptionalActions, OutputModes, tcgetattr, tcgetwinsize,
    tcsetattr,
};
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use crate::draw::{Caps, Choice, ColorDepth, Encoder, Feature, Notify, Surface};
use crate::keys::decode::Decoder;
use crate::keys::encode::KittyFlags;
use crate::keys::input::Reply;
use crate::model::geometry::Size;
use crate::model::id::PaneId;
use crate::protocol::message::{Attach, Exit};
use crate::term::{Notification, Palette, Rgb, StatusReport};

/// Entering: alternate screen, bracketed paste, focus reports, mouse; then what we want to know
/// of the terminal, so that the first frame does not wait for it.
const ENTER: &[u8] = b"\x1b[?1049h\x1b[H\x1b[2J\x1b[?2004h\x1b[?1004h";
/// The most that may wait before text for the clipboard is dropped, in bytes.
const MAX_WAITING: usize = 4 << 20;
/// The most questions for the clipboard that are under way.
const MAX_ASKED: usize = 16;
const MOUSE_ON: &[u8] = b"\x1b[?1002h\x1b[?1006h";
const MOUSE_OFF: &[u8] = b"\x1b[?1003l\x1b[?1002l\x1b[?1006l";
const ASK: &[u8] =
    b"\x1b[?u\x1b]10;?\x1b\\\x1b]11;?\x1b\\\x1b]12;?\x1b\\\x1b[?2031h\x1b]7501;?\x1b\\\x1b[c";
/// What it is called (XTVERSION). Not asked of those that print what they do not know.
const ASK_NAME: &[u8] = b"\x1b[>q";
/// `Smulx`, `Su`, `RGB` and `Tc` in hexadecimal, as XTGETTCAP wants them: styled underlines and 24-bit
/// colour. Only a terminal that knows XTVERSION is asked, since an older one may print a device string.
const ASK_ABILITIES: &[u8] =
    b"\x1bP+q536d756c78\x1b\\\x1bP+q5375\x1b\\\x1bP+q524742\x1b\\\x1bP+q5463\x1b\\";
/// What a terminal that knows sixels has among its attributes.
const SIXEL: u16 = 4;
/// What is asked again when the person changed the colour scheme.
const ASK_COLORS: &[u8] = b"\x1b]10;?\x1b\\\x1b]11;?\x1b\\\x1b]12;?\x1b\\";
/// Leaving, in the reverse order; harmless where a mode was never on.
const LEAVE: &[u8] =
    b"\x1b[0m\x1b[?2031l\x1b[?1006l\x1b[?1003l\x1b[?1002l\x1b[?1004l\x1b[?2004l\x1b[0 q\x1b[?25h\x1b[?1049l";
const KITTY_PUSH: &[u8] = b"\x1b[>1u";
const STATUS_CLEAR: &[u8] = b"\x1b]7501;state=clear\x1b\\";
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

/// What an answer of a terminal means for panes.
#[derive(Debug)]
pub enum Learned {
    /// Nothing.
    Nothing,
    /// This is what it looks like now.
    Looks(Palette),
    /// These panes' programs may be told what is on the clipboard; `None` if it does not tell.
    Clipboard(Vec<PaneId>, Option<Vec<u8>>),
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
    /// The kitty keyboard flags it was told, if it knows them.
    keyboard: Option<KittyFlags>,
    /// What it was last told of the programs, if it wants to know.
    told: Option<String>,
    /// The panes whose programs wait for its clipboard.
    asked: Vec<PaneId>,
    /// Whether its background is dark, once it has told.
    pub dark: Option<bool>,
    /// Its colours as far as it has told them.
    palette: Palette,
    /// Whether it has told what it is.
    introduced: bool,
    /// Whether it knows sixels.
    sixels: bool,
    /// Whether the size of its cells is known.
    measured: bool,
    /// Whether mouse moves without a button are reported as well.
    any_motion: bool,
    /// Whether the mouse is reported.
    mouse: bool,
    /// How many colours it has.
    pub colors: ColorDepth,
    /// What it understands, by its environment and its answers.
    caps: Caps,
    /// What the settings say of that.
    features: Vec<Choice>,
    /// Names its client.
    pub key: String,
}

/// What is known of a terminal that an earlier image of the server drew on.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Known {
    /// The kitty keyboard flags it was told, if it knows them.
    #[serde(default)]
    keyboard: Option<KittyFlags>,
    /// Whether its background is dark.
    dark: Option<bool>,
}

impl Terminal {
    /// Takes a terminal over: raw mode, the alternate screen, and questions about its abilities.
    pub fn new(
        tty: OwnedFd,
        info: &Attach,
        exit: oneshot::Sender<Exit>,
        (mouse, features): (bool, &[Choice]),
        known: Option<Known>,
    ) -> Terminal {
        let caps = info.caps.with(features);
        let mut terminal = Terminal {
            tty,
            exit: Some(exit),
            modes: info.modes,
            decoder: Decoder::new(),
            encoder: Encoder::new(caps),
            next: Surface::new(info.size),
            out: Vec::new(),
            sent: 0,
            stale: true,
            drawn: BTreeMap::new(),
            framed_us: 0,
            key_us: 0,
            flush_at_us: None,
            keyboard: known.and_then(|known| known.keyboard),
            told: None,
            asked: Vec::new(),
            dark: known.and_then(|known| known.dark),
            palette: Palette {
                images: caps.images,
                ..Palette::default()
            },
            introduced: false,
            sixels: false,
            measured: false,
            any_motion: false,
            mouse,
            colors: caps.colors,
            caps: info.caps,
            features: features.to_vec(),
            key: info.key.clone(),
        };
        if known.is_some() {
            // Whatever was under way to it has been cut off somewhere.
            terminal.send(b"\x1b\\");
        }
        terminal.send(ENTER);
        if mouse {
            terminal.send(MOUSE_ON);
        }
        terminal.measure();
        if info.caps.sync {
            terminal.send(ASK_NAME);
        }
        terminal.send(ASK);
        terminal
    }

    /// What the next image of the server is to know.
    pub fn known(&self) -> Known {
        Known {
            keyboard: self.keyboard,
            dark: self.dark,
        }
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

    /// Takes an answer to one of our questions, and says what it changes for panes.
    pub fn learn(&mut self, reply: Reply) -> Learned {
        let slot = match &reply {
            Reply::KeyboardFlags(_) if self.keyboard.is_none() => {
                self.keyboard = Some(KittyFlags::DISAMBIGUATE);
                self.send(KITTY_PUSH);
                return Learned::Nothing;
            }
            Reply::Version(name) => {
                self.caps.named(name);
                self.send(ASK_ABILITIES);
                return self.understand();
            }
            Reply::Capability(name, Some(_)) => {
                self.caps.capability(name);
                return self.understand();
            }
            Reply::TakesStatus => {
                self.told.get_or_insert_default();
                self.stale = true;
                return Learned::Nothing;
            }
            // The person turned to the other scheme. What the background is now follows from it.
            Reply::DarkScheme(dark) => {
                self.dark = Some(*dark);
                self.stale = true;
                self.send(ASK_COLORS);
                return Learned::Nothing;
            }
            Reply::CellPixels(width, height) => {
                self.palette.cell = (*width, *height);
                self.measured = *width > 0 && *height > 0;
                self.draw_sixels();
                return Learned::Looks(self.palette.clone());
            }
            // The first is the answer to what was asked when it was taken over.
            Reply::DeviceAttributes(attributes) if !self.introduced => {
                self.introduced = true;
                self.sixels = attributes.contains(&SIXEL);
                self.draw_sixels();
                return Learned::Looks(self.palette.clone());
            }
            Reply::Clipboard(_) | Reply::DeviceAttributes(_) if !self.asked.is_empty() => {
                let asked = std::mem::take(&mut self.asked);
                let Reply::Clipboard(bytes) = reply else {
                    return Learned::Clipboard(asked, None);
                };
                return Learned::Clipboard(asked, Some(bytes));
            }
            Reply::Background(color) => {
                self.dark = Some(color.is_dark());
                self.stale = true;
                &mut self.palette.background
            }
            Reply::Foreground(_) => &mut self.palette.foreground,
            Reply::CursorColour(_) => &mut self.palette.cursor,
            _ => return Learned::Nothing,
        };
        if let Reply::Background(color) | Reply::Foreground(color) | Reply::CursorColour(color) =
            reply
        {
            *slot = Rgb(
                (color.r >> 8) as u8,
                (color.g >> 8) as u8,
                (color.b >> 8) as u8,
            );
        }
        Learned::Looks(self.palette.clone())
    }

    /// Draws as befits what is known of it by now.
    fn understand(&mut self) -> Learned {
        match self.caps.with(&self.features) == self.encoder.caps() {
            true => Learned::Nothing,
            false => self.begin_anew(),
        }
    }

    /// Draws everything again, as what it understands and the settings have it.
    fn begin_anew(&mut self) -> Learned {
        let caps = self.caps.with(&self.features);
        self.encoder.forget_images(&mut self.out);
        self.encoder.learn(caps);
        self.colors = caps.colors;
        self.palette.images = caps.images;
        self.forget();
        self.draw_sixels();
        Learned::Looks(self.palette.clone())
    }

    /// The settings say by now that it has these features.
    pub fn want_features(&mut self, features: &[Choice]) -> Learned {
        if self.features == features {
            return Learned::Nothing;
        }
        self.features = features.to_vec();
        self.begin_anew()
    }

    /// Has images drawn as sixels if the terminal knows them, and nothing better, and how large its
    /// cells are is known.
    fn draw_sixels(&mut self) {
        let said = |choice: &&Choice| choice.feature == Feature::Sixels;
        let said = self.features.iter().rfind(said).map(|choice| choice.has);
        if said.unwrap_or(self.sixels) && self.measured && !self.encoder.caps().images {
            self.encoder.draw_sixels(self.palette.cell);
            self.palette.images = true;
            self.forget();
        }
    }

    /// How large its cells are, if its driver tells; else the terminal is asked.
    fn measure(&mut self) {
        let told = tcgetwinsize(&self.tty).ok().and_then(|size| {
            let width = size.ws_xpixel.checked_div(size.ws_col)?;
            let height = size.ws_ypixel.checked_div(size.ws_row)?;
            (width > 0 && height > 0).then_some((width, height))
        });
        match told {
            Some(cell) => {
                self.palette.cell = cell;
                self.measured = true;
                self.draw_sixels();
            }
            None => self.send(b"\x1b[16t"),
        }
    }

    /// What it looks like as far as it has told.
    pub fn looks(&self) -> &Palette {
        &self.palette
    }

    /// Tells what the program is doing that wants a person most, if the terminal takes that.
    pub fn tell_status(&mut self, report: Option<&StatusReport>) {
        let Some(told) = &mut self.told else {
            return;
        };
        let sequence = report.map_or_else(String::new, StatusReport::sequence);
        if *told != sequence {
            let ended = sequence.is_empty();
            told.clone_from(&sequence);
            self.send(if ended {
                STATUS_CLEAR
            } else {
                sequence.as_bytes()
            });
        }
    }

    /// Asks for the clipboard. Every terminal answers the second question, so that one that keeps
    /// its clipboard to itself is found out.
    pub fn ask_clipboard(&mut self, pane: PaneId) {
        if self.asked.len() < MAX_ASKED {
            self.asked.push(pane);
            self.send(b"\x1b]52;c;?\x1b\\\x1b[c");
        }
    }

    /// Has keys told in as much detail as the program wants that they are meant for.
    pub fn want_keyboard(&mut self, wanted: KittyFlags) {
        let flags = KittyFlags::from_bits(wanted.bits() | KittyFlags::DISAMBIGUATE.bits());
        if self.keyboard.is_some_and(|now| now != flags) {
            self.keyboard = Some(flags);
            self.send(format!("\x1b[={}u", flags.bits()).as_bytes());
        }
    }

    /// Passes a program's notification on, in the form this terminal takes.
    pub fn notify(&mut self, notification: &Notification) {
        let Notification { title, body } = notification;
        let text = match (title.as_str(), body.as_str()) {
            ("", text) | (text, "") => text.to_owned(),
            (title, body) => format!("{title}: {body}"),
        };
        let sequence = match self.encoder.caps().notify {
            // A number and a semicolon would be another of ConEmu's commands.
            Notify::Text => format!("\x1b]9;{}\x1b\\", text.replace(';', ",")),
            Notify::Titled => {
                let title = title.replace(';', ",");
                format!("\x1b]777;notify;{title};{body}\x1b\\")
            }
            Notify::Kitty => format!(
                "\x1b]99;i=stoa:d=0:p=title;{}\x1b\\\x1b]99;i=stoa:d=1:p=body;{body}\x1b\\",
                if title.is_empty() { "stoa" } else { title }
            ),
        };
        self.send_later(sequence.as_bytes());
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
        self.measure();
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
    pub fn release(self, why: &str) {
        self.let_go(why, false);
    }

    /// The same for a client that is to stop for a while.
    pub fn suspend(self) {
        self.let_go("suspended", true);
    }

    fn let_go(mut self, why: &str, suspend: bool) {
        self.tell_status(None);
        self.encoder.forget_images(&mut self.out);
        if self.keyboard.is_some() {
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
                suspend,
            });
        }
    }

    /// The client died without a word: put the terminal's modes back in its place.
    pub fn abandon(mut self) {
        self.tell_status(None);
        self.encoder.forget_images(&mut self.out);
        if self.keyboard.is_some() {
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
