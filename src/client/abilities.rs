//! Asking the terminal one is at what it can do.
//!
//! Every question goes out at once, behind them the one that every terminal answers: what has not come
//! before that answer is not there. A terminal that answers nothing at all is given up on after a
//! second. Nothing is left on the screen but a line that is erased again.

use std::io::Write;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::terminal::{self, Raw};
use crate::draw::{Caps, ColorDepth, text};
use crate::error::{Error, Result};
use crate::keys::decode::Decoder;
use crate::keys::input::{Input, Reply};
use crate::keys::key::Code;

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(1);
/// Characters whose widths terminals disagree on: an emoji joined of several, a flag, one made
/// colourful by a selector, a wide letter, a letter with a mark.
const SAMPLES: [(&str, &str); 5] = [
    ("family", "👨\u{200d}👩\u{200d}👧"),
    ("flag", "🇩🇪"),
    ("heart", "❤\u{fe0f}"),
    ("ideograph", "漢"),
    ("accent", "e\u{301}"),
];

/// What a terminal says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Abilities {
    /// Whether it answered anything.
    pub answers: bool,
    /// Its name and version.
    pub version: Option<String>,
    /// Whether it knows the kitty keyboard protocol.
    pub kitty_keys: bool,
    /// Whether it says so of synchronized output (mode 2026).
    pub sync: bool,
    /// Whether it tells when it turns dark or light (mode 2031).
    pub scheme: bool,
    /// Whether its background is dark.
    pub dark: Option<bool>,
    /// Whether it draws sixels, by its attributes.
    pub sixels: bool,
    /// Whether it claims the clipboard (OSC 52), by its attributes or `Ms`.
    pub clipboard: bool,
    /// What it says of itself that is drawn by (`RGB`, `Tc`, `Smulx`, `Su`).
    pub capabilities: Vec<String>,
    /// Samples that it draws wider or narrower than Stoa takes them: name, its columns, ours.
    pub widths: Vec<(&'static str, u16, u16)>,
    /// Whether widths could be measured.
    pub measured: bool,
}

impl Abilities {
    /// Adds what the terminal says of itself, as the server does when it is attached.
    pub fn tell(&self, caps: &mut Caps) {
        if let Some(version) = &self.version {
            caps.named(version);
            for name in &self.capabilities {
                caps.capability(name);
            }
        }
    }
}

/// Asks.
///
/// # Errors
/// There is no terminal.
pub fn ask() -> Result<Abilities> {
    let tty = terminal::asked()?;
    let raw = Raw::enter()?;
    // Standard output may be on its way elsewhere.
    let out = tty.try_clone();
    let out = out.map_err(|error| Error::unreachable(format!("cannot ask the terminal: {error}")));
    let mut out = std::fs::File::from(out?);
    let asked = out.write_all(&questions()).and_then(|()| out.flush());
    let mut heard = Vec::new();
    let mut decoder = Decoder::new();
    let deadline = Instant::now() + PATIENCE;
    let mut buffer = [0; 1024];
    while asked.is_ok() && !done(&heard) {
        let left = deadline.saturating_duration_since(Instant::now());
        let limit = Timespec {
            tv_sec: left.as_secs() as i64,
            tv_nsec: i64::from(left.subsec_nanos()),
        };
        let mut fds = [PollFd::new(&tty, PollFlags::IN)];
        match poll(&mut fds, Some(&limit)) {
            Ok(1..) => {}
            Err(rustix::io::Errno::INTR) => continue,
            _ => break,
        }
        match rustix::io::read(&tty, &mut buffer) {
            Ok(0) => break,
            Ok(count) => decoder.feed(buffer.get(..count).unwrap_or_default(), &mut heard),
            Err(rustix::io::Errno::AGAIN | rustix::io::Errno::INTR) => {}
            Err(_) => break,
        }
    }
    // What was printed to be measured goes.
    let _ = out.write_all(b"\r\x1b[K").and_then(|()| out.flush());
    let mut raw = raw;
    raw.released(&[]);
    drop(raw);
    Ok(judge(&heard))
}

/// The questions, in the order in which [`judge`] expects the places of the cursor.
fn questions() -> Vec<u8> {
    let mut bytes = Vec::new();
    for (_, sample) in SAMPLES {
        bytes.extend_from_slice(b"\r\x1b[K");
        bytes.extend_from_slice(sample.as_bytes());
        bytes.extend_from_slice(b"\x1b[6n");
    }
    bytes.extend_from_slice(b"\r\x1b[K\x1b[>q\x1b[?u\x1b[?2026$p\x1b[?2031$p\x1b]11;?\x1b\\");
    // `RGB`, `Tc`, `Smulx`, `Su` and `Ms`, in hexadecimal as XTGETTCAP wants them.
    for name in ["524742", "5463", "536d756c78", "5375", "4d73"] {
        bytes.extend_from_slice(format!("\x1bP+q{name}\x1b\\").as_bytes());
    }
    bytes.extend_from_slice(b"\x1b[c");
    bytes
}

fn done(heard: &[Input]) -> bool {
    heard
        .iter()
        .any(|input| matches!(input, Input::Reply(Reply::DeviceAttributes(_))))
}

fn judge(heard: &[Input]) -> Abilities {
    let mut found = Abilities::default();
    let mut columns = Vec::new();
    for input in heard {
        let Input::Reply(reply) = input else {
            columns.extend(column_in_first_row(input));
            continue;
        };
        found.answers = true;
        match reply {
            Reply::Version(version) => found.version = Some(version.clone()),
            Reply::KeyboardFlags(_) => found.kitty_keys = true,
            Reply::Mode(2026, state) => found.sync = matches!(state, 1..=3),
            Reply::Mode(2031, state) => found.scheme = matches!(state, 1..=3),
            Reply::Background(colour) => found.dark = Some(colour.is_dark()),
            Reply::DeviceAttributes(attributes) => {
                found.clipboard |= attributes.contains(&52);
                found.sixels = attributes.contains(&4);
            }
            Reply::Capability(name, Some(_)) => match name.as_str() {
                "Ms" => found.clipboard = true,
                name => found.capabilities.push(name.to_owned()),
            },
            Reply::Cursor(column, _) => columns.push(*column),
            _ => {}
        }
    }
    found.measured = columns.len() == SAMPLES.len();
    if found.measured {
        let told = SAMPLES.iter().zip(columns);
        found.widths = told
            .filter_map(|((name, sample), column)| {
                let ours = cells(sample);
                (ours != column).then_some((*name, column, ours))
            })
            .collect();
    }
    found
}

/// Where the cursor is when it is in the first row: what tells it also means F3 with modifiers, and
/// nobody presses keys here.
fn column_in_first_row(input: &Input) -> Option<u16> {
    match input {
        Input::Key(event) if event.key.code == Code::F(3) => Some(event.key.mods.bits().into()),
        _ => None,
    }
}

/// Columns a cluster takes on Stoa's screens, which an emulator counts.
fn cells(sample: &str) -> u16 {
    let mut screen = crate::term::Screen::new(crate::model::geometry::Size::new(20, 1), 0);
    screen.feed(sample.as_bytes());
    let (column, _) = screen.cursor_position();
    match column {
        0 => u16::try_from(text::width(sample)).unwrap_or(u16::MAX),
        column => column,
    }
}

/// What is told of a terminal: the subject, whether all is as it should be, what was found and what it
/// means.
pub fn lines(found: &Abilities, caps: &Caps) -> Vec<(&'static str, bool, String)> {
    let mut lines = Vec::new();
    let mut tell = |subject, good: bool, text: &str| lines.push((subject, good, text.to_owned()));
    match (&found.version, found.answers) {
        (Some(version), _) => tell("name", true, version),
        (None, true) => tell("name", true, "it does not say what it is"),
        (None, false) => tell(
            "name",
            false,
            "it answers no questions; all below is guessed from $TERM",
        ),
    }
    match caps.colors {
        ColorDepth::None => tell(
            "colours",
            true,
            "none (NO_COLOR or $TERM); the plain theme is used",
        ),
        ColorDepth::True => tell("colours", true, "24-bit"),
        ColorDepth::Ansi256 => tell(
            "colours",
            true,
            "256; others come down to the nearest (if it has more: features = [\"rgb\"] in [terminal])",
        ),
        ColorDepth::Ansi16 => tell(
            "colours",
            false,
            "16; export TERM=xterm-256color if it has more",
        ),
    }
    match caps.underlines {
        true => tell("underlines", true, "in every style and colour"),
        false => tell("underlines", true, "plain ones"),
    }
    match caps.links {
        true => tell("links", true, "passed on (OSC 8)"),
        false => tell("links", true, "not passed on"),
    }
    match found.dark {
        Some(true) => tell("background", true, "dark"),
        Some(false) => tell("background", true, "light"),
        None => tell(
            "background",
            false,
            "it does not tell; set theme in config.toml",
        ),
    }
    match found.scheme {
        true => tell(
            "scheme",
            true,
            "it tells when it turns dark or light (mode 2031)",
        ),
        false => tell(
            "scheme",
            true,
            "it does not tell when it turns dark or light",
        ),
    }
    match found.kitty_keys {
        true => tell(
            "keyboard",
            true,
            "kitty protocol: every key can be told apart",
        ),
        false => tell(
            "keyboard",
            true,
            "no kitty protocol: C-i is Tab, C-m is Enter, S-Enter is Enter",
        ),
    }
    match found.clipboard {
        true => tell("clipboard", true, "takes what is copied (OSC 52)"),
        false => tell(
            "clipboard",
            true,
            "does not say whether it takes OSC 52; copy something and see",
        ),
    }
    let images = match (caps.images, found.sixels) {
        (true, _) => "kitty's graphics",
        (false, true) => "sixels",
        (false, false) => "none; [image] stands in their place",
    };
    tell("images", true, images);
    match found.sync {
        true => tell(
            "frames",
            true,
            "whole pictures at once (synchronized output)",
        ),
        false => tell(
            "frames",
            true,
            "no synchronized output: large changes may flicker",
        ),
    }
    if !found.measured {
        tell(
            "widths",
            false,
            "could not be measured: it does not tell where its cursor is",
        );
    } else if found.widths.is_empty() {
        tell(
            "widths",
            true,
            "it draws characters as wide as Stoa takes them",
        );
    }
    for (name, theirs, ours) in &found.widths {
        let text =
            format!("{name}: drawn {theirs} wide, taken for {ours}; lines with it may look torn");
        tell("widths", false, &text);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(bytes: &[u8]) -> Abilities {
        let mut inputs = Vec::new();
        Decoder::new().feed(bytes, &mut inputs);
        assert!(done(&inputs));
        judge(&inputs)
    }

    #[test]
    fn a_modern_terminal_is_told_in_full() {
        let mut bytes = Vec::new();
        for (_, sample) in SAMPLES {
            // In the first row it is written as F3 with modifiers is.
            bytes.extend_from_slice(format!("\x1b[1;{}R", cells(sample) + 1).as_bytes());
        }
        bytes.extend_from_slice(
            b"\x1bP>|kitty(0.40)\x1b\\\x1b[?1u\x1b[?2026;2$y\x1b[?2031;2$y\x1b]11;rgb:ffff/ffff/ffff\x1b\\\
              \x1bP1+r524742=38\x1b\\\x1bP0+r5463\x1b\\\x1b[?62;52;4c",
        );
        let found = heard(&bytes);
        assert_eq!(found.version.as_deref(), Some("kitty(0.40)"));
        assert!(found.kitty_keys && found.sync && found.scheme && found.clipboard);
        assert_eq!(found.dark, Some(false));
        assert!(found.measured && found.sixels);
        assert_eq!(found.capabilities, ["RGB"]);
        assert_eq!(found.widths, []);
        let mut caps = Caps::BASIC;
        found.tell(&mut caps);
        assert_eq!((caps.colors, caps.links), (ColorDepth::True, true));
        let told = lines(&found, &caps);
        assert!(told.iter().all(|(_, good, _)| *good), "{told:?}");
    }

    #[test]
    fn an_old_one_is_told_what_it_lacks() {
        let found = heard(b"\x1b[?1;2c");
        assert!(found.answers && !found.kitty_keys && !found.measured);
        let told = lines(&found, &Caps::BASIC);
        let bad: Vec<&str> = told
            .iter()
            .filter(|(_, good, _)| !good)
            .map(|(subject, _, _)| *subject)
            .collect();
        assert_eq!(bad, ["colours", "background", "widths"]);
    }

    /// tmux answers this form of the question and not the private one.
    #[test]
    fn the_cursors_place_is_asked_for_plainly() {
        let questions = String::from_utf8(questions()).expect("they are text");
        assert_eq!(questions.matches("\x1b[6n").count(), SAMPLES.len());
        assert!(!questions.contains("\x1b[?6n"));
    }

    #[test]
    fn widths_that_differ_are_named() {
        let mut bytes = Vec::new();
        for (at, (_, sample)) in SAMPLES.iter().enumerate() {
            let more = if at == 0 { 5 } else { 1 };
            bytes.extend_from_slice(format!("\x1b[12;{}R", cells(sample) + more).as_bytes());
        }
        bytes.extend_from_slice(b"\x1b[?1;2c");
        let found = heard(&bytes);
        assert_eq!(found.widths.len(), 1);
        assert_eq!(found.widths[0].0, "family");
    }
}
