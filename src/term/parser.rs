//! Finding text, controls and sequences in what a program writes.
//!
//! The states are those of the DEC parser everybody follows (Paul Williams' diagram), with UTF-8
//! text and 7-bit introducers only: a byte of 0x80 to 0x9f never begins a sequence. Text is handed
//! on in runs, not characters, and no string is kept beyond a bound. Nothing here knows what a
//! sequence means.

pub(super) use sequence::{Params, Sequence};

mod sequence;
mod unfinished;

/// The longest control string (OSC) kept, in bytes; a longer one means nothing.
const MAX_STRING: usize = 1 << 20;
/// The longest device control string kept that asks for something.
const MAX_DEVICE_STRING: usize = 4096;
/// The same for one that is an image; of a longer one only the beginning is.
const MAX_IMAGE: usize = 8 << 20;

/// What is done with what is found.
pub(super) trait Actions {
    /// Printable characters, and the controls U+0080 to U+009F among them.
    fn text(&mut self, text: &str);
    /// A C0 or C1 control other than escape.
    fn control(&mut self, byte: u8);
    /// An escape sequence without parameters.
    fn escape(&mut self, intermediates: &[u8], action: u8);
    /// A control sequence. Returning `true` stops the parser after it.
    fn csi(&mut self, sequence: &Sequence) -> bool;
    /// An operating system command, whole, without introducer and terminator.
    fn osc(&mut self, command: &[u8], bell_terminated: bool);
    /// A device control string, whole; of an image only the beginning.
    fn dcs(&mut self, sequence: &Sequence, data: &[u8]);
    /// An application program command; of a long one only the beginning.
    fn apc(&mut self, data: &[u8]);
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    #[default]
    Ground,
    Escape,
    EscapeIntermediate,
    /// In the parameters of a control sequence.
    Csi,
    CsiIntermediate,
    CsiIgnore,
    Osc,
    /// In the parameters of a device control string.
    DcsHead,
    DcsIntermediate,
    DcsData,
    Apc,
    /// A device control string whose head made no sense, or one of the strings nobody uses.
    Ignore,
}

/// The state between two reads.
#[derive(Default)]
pub(super) struct Parser {
    state: State,
    sequence: Sequence,
    /// The parameter being read.
    value: u16,
    /// Whether the head has begun, so that no private prefix may come any more.
    head_begun: bool,
    string: Vec<u8>,
    string_overlong: bool,
    /// The first bytes of a character whose rest has not come, in ground state.
    begun: [u8; 4],
    begun_len: usize,
}

impl Parser {
    /// Parses `bytes` to their end or until a sequence stops it; returns how many were taken.
    pub(super) fn advance(&mut self, actions: &mut impl Actions, bytes: &[u8]) -> usize {
        let mut at = self.complete_character(actions, bytes);
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            match self.state {
                State::Ground => at += self.ground(actions, rest),
                State::Csi => {
                    let (taken, stop) = self.csi(actions, rest);
                    at += taken;
                    if stop {
                        break;
                    }
                }
                State::Osc => at += self.osc(actions, rest),
                State::DcsData => at += self.dcs_data(actions, rest),
                State::Apc => at += self.apc(actions, rest),
                State::Ignore => at += self.ignore(actions, rest),
                _ => {
                    at += 1;
                    if self.step(actions, rest[0]) {
                        break;
                    }
                }
            }
        }
        at
    }

    /// A run of text, or one control.
    fn ground(&mut self, actions: &mut impl Actions, bytes: &[u8]) -> usize {
        let run = text_length(bytes);
        if run == 0 {
            match bytes[0] {
                0x1b => self.enter_escape(),
                0x7f => {}
                control => actions.control(control),
            }
            return 1;
        }
        let (text, cut) = match run == bytes.len() {
            true => bytes.split_at(run - cut_character(bytes)),
            false => (&bytes[..run], &[][..]),
        };
        match std::str::from_utf8(text) {
            Ok("") => {}
            Ok(text) => actions.text(text),
            Err(_) => broken_text(actions, text),
        }
        for (slot, byte) in self.begun.iter_mut().zip(cut) {
            *slot = *byte;
            self.begun_len += 1;
        }
        run
    }

    /// Finishes the character begun in the read before; returns how many bytes it took.
    fn complete_character(&mut self, actions: &mut impl Actions, bytes: &[u8]) -> usize {
        if self.begun_len == 0 {
            return 0;
        }
        for (taken, byte) in bytes.iter().enumerate() {
            let mut longer = self.begun;
            longer[self.begun_len] = *byte;
            match std::str::from_utf8(&longer[..=self.begun_len]) {
                Err(error) if error.error_len().is_none() => {
                    self.begun = longer;
                    self.begun_len += 1;
                    continue;
                }
                Ok(character) => {
                    actions.text(character);
                    self.begun_len = 0;
                    return taken + 1;
                }
                Err(_) => {
                    // The byte begins something else, which is looked at for itself.
                    actions.text("\u{fffd}");
                    self.begun_len = 0;
                    return taken;
                }
            }
        }
        bytes.len()
    }

    fn enter_escape(&mut self) {
        self.state = State::Escape;
        self.sequence.clear();
        self.value = 0;
        self.head_begun = false;
    }

    /// What a control byte does in the middle of a sequence, whatever the sequence.
    fn interrupt(&mut self, actions: &mut impl Actions, byte: u8) {
        match byte {
            0x1b => self.enter_escape(),
            0x18 | 0x1a => {
                self.state = State::Ground;
                actions.control(byte);
            }
            0x00..=0x1f => actions.control(byte),
            _ => {}
        }
    }

    /// The parameters of a control sequence, up to its end if that has come.
    fn csi(&mut self, actions: &mut impl Actions, bytes: &[u8]) -> (usize, bool) {
        for (index, byte) in bytes.iter().enumerate() {
            match byte {
                b'0'..=b'9' => self.digit(*byte),
                b';' => self.separate(),
                b':' => {
                    self.separate();
                    self.sequence.join_next();
                }
                0x40..=0x7e => {
                    let stop = self.finish_csi(actions, *byte);
                    return (index + 1, stop);
                }
                b'<'..=b'?' if !self.head_begun => self.prefix(*byte),
                b'<'..=b'?' => {
                    self.state = State::CsiIgnore;
                    return (index + 1, false);
                }
                0x20..=0x2f => {
                    self.sequence.collect(*byte);
                    self.state = State::CsiIntermediate;
                    return (index + 1, false);
                }
                _ => {
                    self.interrupt(actions, *byte);
                    return (index + 1, false);
                }
            }
        }
        (bytes.len(), false)
    }

    fn prefix(&mut self, byte: u8) {
        self.head_begun = true;
        self.sequence.collect(byte);
    }

    fn digit(&mut self, byte: u8) {
        self.head_begun = true;
        let digit = u16::from(byte - b'0');
        self.value = self.value.saturating_mul(10).saturating_add(digit);
    }

    fn separate(&mut self) {
        self.head_begun = true;
        self.sequence.push(self.value);
        self.value = 0;
    }

    fn finish_csi(&mut self, actions: &mut impl Actions, action: u8) -> bool {
        self.separate();
        self.sequence.action = action;
        self.state = State::Ground;
        !self.sequence.overlong && actions.csi(&self.sequence)
    }

    /// One byte of the states that are short. Returns whether to stop.
    fn step(&mut self, actions: &mut impl Actions, byte: u8) -> bool {
        match (self.state, byte) {
            (State::Escape, b'[') => self.state = State::Csi,
            (State::Escape, b']') => self.enter_string(State::Osc),
            (State::Escape, b'P') => self.state = State::DcsHead,
            // A title as screen and tmux take it (`k`) is a string too.
            (State::Escape, b'X' | b'^' | b'k') => self.state = State::Ignore,
            (State::Escape, b'_') => self.enter_string(State::Apc),
            (State::Escape | State::EscapeIntermediate, 0x20..=0x2f) => {
                self.sequence.collect(byte);
                self.state = State::EscapeIntermediate;
            }
            (State::Escape | State::EscapeIntermediate, 0x30..=0x7e) => {
                self.state = State::Ground;
                if !self.sequence.overlong {
                    actions.escape(self.sequence.intermediates(), byte);
                }
            }
            (State::CsiIntermediate | State::DcsIntermediate, 0x20..=0x2f) => {
                self.sequence.collect(byte);
            }
            (State::CsiIntermediate, 0x40..=0x7e) => return self.finish_csi(actions, byte),
            (State::CsiIntermediate, 0x30..=0x3f) => self.state = State::CsiIgnore,
            (State::CsiIgnore, 0x40..=0x7e) => self.state = State::Ground,
            (State::CsiIgnore, 0x20..=0x3f) => {}
            (State::DcsHead | State::DcsIntermediate, _) => self.dcs_head(actions, byte),
            _ => self.interrupt(actions, byte),
        }
        false
    }

    fn dcs_head(&mut self, actions: &mut impl Actions, byte: u8) {
        let in_head = self.state == State::DcsHead;
        match byte {
            b'0'..=b'9' if in_head => self.digit(byte),
            b';' if in_head => self.separate(),
            b':' if in_head => {
                self.separate();
                self.sequence.join_next();
            }
            b'<'..=b'?' if in_head && !self.head_begun => self.prefix(byte),
            0x20..=0x2f => {
                self.sequence.collect(byte);
                self.state = State::DcsIntermediate;
            }
            0x30..=0x3f => self.state = State::Ignore,
            0x40..=0x7e => {
                self.separate();
                self.sequence.action = byte;
                self.enter_string(State::DcsData);
            }
            0x18 | 0x1a | 0x1b => self.interrupt(actions, byte),
            _ => {}
        }
    }

    fn enter_string(&mut self, state: State) {
        self.state = state;
        self.string.clear();
        self.string_overlong = false;
    }

    /// Keeps the bytes of a string that may be in it.
    fn keep(&mut self, part: &[u8], legal: impl Fn(u8) -> bool, most: usize) {
        // What is too long is dropped, except that its beginning may still tell what it was.
        let room = most - self.string.len().min(most);
        let fits = part.len() <= room;
        let part = if fits {
            part
        } else {
            &part[..room.min(MAX_DEVICE_STRING)]
        };
        if self.string_overlong {
            return;
        }
        self.string_overlong = !fits;
        if part.iter().all(|byte| legal(*byte)) {
            self.string.extend_from_slice(part);
        } else {
            self.string
                .extend(part.iter().copied().filter(|byte| legal(*byte)));
        }
    }

    fn osc(&mut self, actions: &mut impl Actions, bytes: &[u8]) -> usize {
        let ends = |byte: &u8| matches!(byte, 0x07 | 0x18 | 0x1a | 0x1b);
        let end = bytes.iter().position(ends);
        let part = &bytes[..end.unwrap_or(bytes.len())];
        self.keep(part, |byte| byte >= 0x20, MAX_STRING);
        let Some(end) = end else {
            return bytes.len();
        };
        let terminator = bytes[end];
        if matches!(terminator, 0x07 | 0x1b) && !self.string_overlong {
            actions.osc(&self.string, terminator == 0x07);
        }
        self.leave_string();
        if terminator != 0x07 {
            self.interrupt(actions, terminator);
        }
        end + 1
    }

    fn dcs_data(&mut self, actions: &mut impl Actions, bytes: &[u8]) -> usize {
        let ends = |byte: &u8| matches!(byte, 0x18 | 0x1a | 0x1b | 0x9c);
        let end = bytes.iter().position(ends);
        let part = &bytes[..end.unwrap_or(bytes.len())];
        let legal = |byte| matches!(byte, 0x20..=0x7e);
        let image = self.sequence.action == b'q' && self.sequence.intermediates().is_empty();
        let most = if image { MAX_IMAGE } else { MAX_DEVICE_STRING };
        self.keep(part, legal, most);
        let Some(end) = end else {
            return bytes.len();
        };
        let terminator = bytes[end];
        let broken = (self.string_overlong && !image) || self.sequence.overlong;
        if matches!(terminator, 0x1b | 0x9c) && !broken {
            actions.dcs(&self.sequence, &self.string);
        }
        self.leave_string();
        self.interrupt(actions, terminator);
        end + 1
    }

    fn apc(&mut self, actions: &mut impl Actions, bytes: &[u8]) -> usize {
        let ends = |byte: &u8| matches!(byte, 0x18 | 0x1a | 0x1b);
        let end = bytes.iter().position(ends);
        let part = &bytes[..end.unwrap_or(bytes.len())];
        self.keep(part, |byte| matches!(byte, 0x20..=0x7e), MAX_STRING);
        let Some(end) = end else {
            return bytes.len();
        };
        let terminator = bytes[end];
        if terminator == 0x1b {
            actions.apc(&self.string);
        }
        self.leave_string();
        self.interrupt(actions, terminator);
        end + 1
    }

    /// Back to ground, giving back the memory of a large string.
    fn leave_string(&mut self) {
        self.state = State::Ground;
        self.string.clear();
        self.string.shrink_to(MAX_DEVICE_STRING);
    }

    fn ignore(&mut self, actions: &mut impl Actions, bytes: &[u8]) -> usize {
        match bytes
            .iter()
            .position(|byte| matches!(byte, 0x18 | 0x1a | 0x1b))
        {
            Some(end) => {
                self.interrupt(actions, bytes[end]);
                end + 1
            }
            None => bytes.len(),
        }
    }
}

/// Text with bytes in it that are no UTF-8.
fn broken_text(actions: &mut impl Actions, text: &[u8]) {
    for chunk in text.utf8_chunks() {
        if !chunk.valid().is_empty() {
            actions.text(chunk.valid());
        }
        // A lone byte of 0x80 to 0x9f is no control: in text that is not UTF-8 it means a letter.
        if !chunk.invalid().is_empty() {
            actions.text("\u{fffd}");
        }
    }
}

/// How many bytes come before the first control.
fn text_length(bytes: &[u8]) -> usize {
    let is_control = |byte: &u8| *byte < 0x20 || *byte == 0x7f;
    // Whole blocks without a control are told by vector instructions.
    let blocks = bytes
        .chunks_exact(16)
        .take_while(|block| !block.iter().fold(false, |any, byte| any | is_control(byte)))
        .count();
    let done = blocks * 16;
    let rest = bytes.get(done..).unwrap_or_default();
    done + rest.iter().position(is_control).unwrap_or(rest.len())
}

/// How many bytes at the end of `bytes` begin a character that may go on.
fn cut_character(bytes: &[u8]) -> usize {
    let lead = bytes
        .iter()
        .rev()
        .take(3)
        .position(|byte| *byte >= 0xc0)
        .map_or(0, |back| back + 1);
    let begun = &bytes[bytes.len() - lead..];
    match std::str::from_utf8(begun) {
        Err(error) if error.error_len().is_none() && error.valid_up_to() == 0 => lead,
        _ => 0,
    }
}

#[cfg(test)]
mod tests;
