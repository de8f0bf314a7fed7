//! Device control strings: capability and setting queries.

use super::engine::Engine;
use super::parser::Sequence;
use super::sgr::{self, PROTECTED};

impl Engine {
    /// Answers a device control string that asks for something.
    pub(super) fn run_dcs(&mut self, dcs: &Sequence, data: &[u8]) {
        match (dcs.intermediates(), dcs.action()) {
            // XTGETTCAP: names in hexadecimal.
            (b"+", b'q') => {
                for name in data.split(|byte| *byte == b';') {
                    self.answer_capability(name);
                }
            }
            // DECRQSS: the end of the sequence whose setting is asked for.
            (b"$", b'q') => self.answer_setting(data),
            ([], b'q') => self.sixel(data, dcs.number(1, 0) != 1),
            _ => {}
        }
    }

    fn answer_capability(&mut self, hex: &[u8]) {
        let Some(name) = unhex(hex) else {
            return;
        };
        let hex = to_hex(&name);
        match capability(&name) {
            Some("") => self.reply(&format!("\x1bP1+r{hex}\x1b\\")),
            Some(value) => {
                let value = to_hex(value.as_bytes());
                self.reply(&format!("\x1bP1+r{hex}={value}\x1b\\"));
            }
            None => self.reply(&format!("\x1bP0+r{hex}\x1b\\")),
        }
    }

    fn answer_setting(&mut self, setting: &[u8]) {
        let (rows, columns) = (self.rows(), self.columns());
        let margins = &self.margins;
        let value = match setting {
            b"m" => sgr::report(self.pen()),
            b"r" => format!("{};{}r", self.region.start + 1, self.region.end),
            b"s" => format!("{};{}s", margins.start + 1, margins.end),
            b"t" => format!("{rows}t"),
            b"$|" => format!("{columns}$|"),
            b"*|" => format!("{rows}*|"),
            b"*x" => format!("{}*x", if self.exact_rectangles { 2 } else { 0 }),
            b"$}" => "0$}".to_owned(),
            b"$~" => "0$~".to_owned(),
            b" q" => format!("{} q", self.cursor_style_code()),
            b"\"p" => format!("{};1\"p", self.level),
            b"\"q" => format!("{}\"q", u8::from(self.pen().flags.contains(PROTECTED))),
            _ => {
                self.reply("\x1bP0$r\x1b\\");
                return;
            }
        };
        self.reply(&format!("\x1bP1$r{value}\x1b\\"));
    }
}

/// The terminfo capabilities worth asking for; an empty value is a flag that is set.
fn capability(name: &[u8]) -> Option<&'static str> {
    Some(match name {
        b"TN" | b"name" => "xterm-256color",
        b"Co" | b"colors" => "256",
        b"RGB" => "8/8/8",
        b"Tc" | b"Su" => "",
        b"Ms" => "\x1b]52;%p1%s;%p2%s\x1b\\",
        b"Ss" => "\x1b[%p1%d q",
        b"Se" => "\x1b[0 q",
        b"Smulx" => "\x1b[4:%p1%dm",
        b"Setulc" => "\x1b[58:2::%p1%{65536}%/%d:%p1%{256}%/%{255}%&%d:%p1%{255}%&%dm",
        b"setrgbf" => "\x1b[38:2:%p1%d:%p2%d:%p3%dm",
        b"setrgbb" => "\x1b[48:2:%p1%d:%p2%d:%p3%dm",
        b"indn" => "\x1b[%p1%dS",
        b"rin" => "\x1b[%p1%dT",
        b"Smol" => "\x1b[53m",
        b"smxx" => "\x1b[9m",
        b"rmxx" => "\x1b[29m",
        b"E3" => "\x1b[3J",
        b"rep" => "%p1%c\x1b[%p2%{1}%-%db",
        b"ech" => "\x1b[%p1%dX",
        b"Rmol" => "\x1b[55m",
        b"fe" => "\x1b[?1004h",
        b"fd" => "\x1b[?1004l",
        b"kxIN" => "\x1b[I",
        b"kxOUT" => "\x1b[O",
        b"Enmg" => "\x1b[?69h",
        b"Dsmg" => "\x1b[?69l",
        b"Clmg" => "\x1b[s",
        b"Cmg" => "\x1b[%i%p1%d;%p2%ds",
        b"XM" => "\x1b[?1006;1000%?%p1%{1}%=%th%el%;",
        b"BE" => "\x1b[?2004h",
        b"BD" => "\x1b[?2004l",
        b"PS" => "\x1b[200~",
        b"PE" => "\x1b[201~",
        b"Sync" => "\x1b[?2026%?%p1%{1}%-%tl%eh%;",
        _ => return None,
    })
}

fn unhex(hex: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    if hex.is_empty() || !hex.len().is_multiple_of(2) {
        return None;
    }
    hex.chunks_exact(2)
        .map(|pair| Some((digit(pair[0])? * 16 + digit(pair[1])?) as u8))
        .collect()
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}
