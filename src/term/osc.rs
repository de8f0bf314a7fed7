//! Operating system commands: titles, colours, links, clipboard, notifications, marks, status.

use std::os::unix::ffi::OsStringExt as _;
use std::path::PathBuf;

use alacritty_terminal::term::TermMode;
use alacritty_terminal::vte::ansi::{self, Handler, Hyperlink};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::color::{self, FOREGROUND};
use super::engine::Engine;
use super::event::{Clipboard, Event, Mark, Notification};
use super::marks::Marks;
use super::status::{self, Parsed};
use crate::draw::text::sanitize;

/// The widest title kept, in columns.
const MAX_TITLE: usize = 256;
/// The widest text of a notification, in columns.
const MAX_TEXT: usize = 1024;
/// The longest target of a link, in bytes; longer ones are shown without.
const MAX_URI: usize = 2083;
/// The longest id of a link, in bytes.
const MAX_LINK_ID: usize = 250;
/// The most a program may put on the clipboard, in decoded bytes.
const MAX_CLIPBOARD: usize = 1 << 19;

impl Engine {
    /// Does what one command says: a number, a semicolon and whatever that number wants.
    pub(super) fn run_osc(&mut self, command: &[u8], bell_terminated: bool) {
        let (code, rest) = split_once(command, b';');
        let end = if bell_terminated { "\x07" } else { "\x1b\\" };
        match code {
            b"0" | b"2" => self.set_title(&String::from_utf8_lossy(rest)),
            b"4" => self.osc_palette(rest, end),
            b"7" => self.osc_directory(rest),
            b"8" => self.osc_link(rest),
            b"9" => self.osc_message(rest),
            b"10" => self.osc_dynamic_color(10, rest, end),
            b"11" => self.osc_dynamic_color(11, rest, end),
            b"12" => self.osc_dynamic_color(12, rest, end),
            b"52" => self.osc_clipboard(rest),
            b"99" => self.osc_rich_notification(rest),
            b"104" => self.osc_reset_palette(rest),
            b"110" => self.recolor(FOREGROUND, None),
            b"111" => self.recolor(FOREGROUND + 1, None),
            b"112" => self.recolor(FOREGROUND + 2, None),
            b"133" => self.osc_mark(rest),
            b"777" => self.osc_notify(rest),
            // iTerm2's images; nothing else of this number is for us.
            b"1337" if rest.starts_with(b"File=") || rest.starts_with(b"MultipartFile=") => {
                self.osc_image(rest);
            }
            b"7501" => match status::parse(rest) {
                Parsed::Query => self.reply(&format!("\x1b]{}\x1b\\", status::FEATURES)),
                Parsed::Report(report) => self.events.push(Event::Status(report)),
                Parsed::Invalid => {}
            },
            _ => {}
        }
    }

    pub(super) fn set_title(&mut self, title: &str) {
        let title = sanitize(title.trim(), MAX_TITLE);
        if self.title != title {
            self.title = title;
            self.events.push(Event::Title);
        }
    }

    /// `4 ; index ; colour`, repeated.
    fn osc_palette(&mut self, pairs: &[u8], end: &str) {
        let mut parts = parts(pairs);
        while let (Some(index), Some(wanted)) = (parts.next(), parts.next()) {
            let Some(index) = number(index).filter(|index| *index < 256) else {
                continue;
            };
            if wanted == b"?" {
                let color = color::format(self.shown_color(index));
                self.reply(&format!("\x1b]4;{index};{color}{end}"));
            } else if let Some(color) = color::parse(wanted) {
                self.recolor(index, Some(color));
            }
        }
    }

    fn osc_reset_palette(&mut self, indices: &[u8]) {
        if indices.is_empty() {
            (0..256).for_each(|index| self.recolor(index, None));
        }
        for index in parts(indices).filter_map(number) {
            if index < 256 {
                self.recolor(index, None);
            }
        }
    }

    /// Foreground, background and cursor; further colours in one command go to the next code.
    fn osc_dynamic_color(&mut self, first: usize, colors: &[u8], end: &str) {
        for (code, text) in (first..=12).zip(parts(colors)) {
            let slot = FOREGROUND + code - 10;
            if text == b"?" {
                let color = color::format(self.shown_color(slot));
                self.reply(&format!("\x1b]{code};{color}{end}"));
            } else if let Some(color) = color::parse(text) {
                self.recolor(slot, Some(color));
            }
        }
    }

    /// `7 ; file://host/path`, percent-encoded.
    fn osc_directory(&mut self, url: &[u8]) {
        let Some(rest) = url.strip_prefix(b"file://") else {
            return;
        };
        let slash = rest.iter().position(|byte| *byte == b'/');
        let Some((host, path)) = slash.and_then(|at| rest.split_at_checked(at)) else {
            return;
        };
        let path = percent_decoded(path);
        if path.len() > 4096 || path.iter().any(u8::is_ascii_control) {
            return;
        }
        self.events.push(Event::Cwd {
            host: sanitize(&String::from_utf8_lossy(host), MAX_TITLE),
            path: PathBuf::from(std::ffi::OsString::from_vec(path)),
        });
    }

    /// `8 ; id=name ; uri`; no uri ends the link.
    fn osc_link(&mut self, params: &[u8]) {
        let (options, uri) = split_once(params, b';');
        let id = options
            .split(|byte| *byte == b':')
            .find_map(|option| option.strip_prefix(b"id="));
        let fits = uri.len() <= MAX_URI && id.is_none_or(|id| id.len() <= MAX_LINK_ID);
        let link = std::str::from_utf8(uri)
            .ok()
            .filter(|uri| fits && !uri.is_empty());
        self.term.set_hyperlink(link.map(|uri| Hyperlink {
            // The engine would invent one; text printed in one go belongs together anyway.
            id: Some(id.map_or(String::new(), |id| String::from_utf8_lossy(id).into_owned())),
            uri: uri.to_owned(),
        }));
    }

    /// `1337 ; File=key=value;… : data`, shown in place only with `inline=1`.
    fn osc_image(&mut self, params: &[u8]) {
        let (options, data) = split_once(params, b':');
        let options = options.splitn(2, |byte| *byte == b'=').nth(1);
        if parts(options.unwrap_or_default()).any(|option| option == b"inline=1") {
            self.image_file(data);
        }
    }

    /// `9 ; text`, unless it is ConEmu's progress report or another of its numbered commands.
    fn osc_message(&mut self, message: &[u8]) {
        let (first, _) = split_once(message, b';');
        if number(first).is_none() || first.len() == message.len() {
            self.notify("", &String::from_utf8_lossy(message));
        }
    }

    /// `777 ; notify ; title ; body`.
    fn osc_notify(&mut self, params: &[u8]) {
        if let Some(rest) = params.strip_prefix(b"notify;") {
            let (title, body) = split_once(rest, b';');
            let [title, body] = [title, body].map(String::from_utf8_lossy);
            self.notify(&title, &body);
        }
    }

    /// `99 ; key=value:… ; payload`, kitty's: title by default, body with `p=body`.
    fn osc_rich_notification(&mut self, params: &[u8]) {
        let (options, payload) = split_once(params, b';');
        let option = |key: &[u8]| {
            let mut options = options.split(|byte| *byte == b':');
            options.find_map(|option| option.strip_prefix(key)?.strip_prefix(b"="))
        };
        if option(b"p") == Some(b"?") {
            // Which of the protocol is understood; the id is that of the question.
            let id = option(b"i").filter(|id| {
                let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-+.".contains(byte);
                id.len() <= MAX_LINK_ID && id.iter().all(plain)
            });
            let id = String::from_utf8_lossy(id.unwrap_or(b"0"));
            self.reply(&format!("\x1b]99;i={id}:p=?;p=title,body\x1b\\"));
            return;
        }
        let payload = match option(b"e") {
            Some(b"1") => STANDARD.decode(payload).unwrap_or_default(),
            _ => payload.to_vec(),
        };
        let part = sanitize(&String::from_utf8_lossy(&payload), MAX_TEXT);
        let slot = match option(b"p") {
            None | Some(b"title") => &mut self.notification.title,
            Some(b"body") => &mut self.notification.body,
            _ => return,
        };
        // Parts of one notification come one after the other, each marked as unfinished.
        if slot.len() + part.len() <= MAX_TEXT {
            slot.push_str(&part);
        }
        if option(b"d") != Some(b"0") {
            let Notification { title, body } = std::mem::take(&mut self.notification);
            self.notify(&title, &body);
        }
    }

    fn notify(&mut self, title: &str, body: &str) {
        let notification = Notification {
            title: sanitize(title, MAX_TEXT),
            body: sanitize(body, MAX_TEXT),
        };
        if notification != Notification::default() {
            self.events.push(Event::Notification(notification));
        }
    }

    /// `52 ; targets ; base64`, or `?` to read, which the host allows or does not.
    fn osc_clipboard(&mut self, params: &[u8]) {
        let (targets, data) = split_once(params, b';');
        if data == b"?" {
            self.events.push(Event::ClipboardQuery);
            return;
        }
        if targets.len() == params.len() || data.len() > MAX_CLIPBOARD / 3 * 4 + 4 {
            return;
        }
        let Ok(bytes) = STANDARD.decode(data) else {
            return;
        };
        let clipboard = targets.is_empty() || targets.contains(&b'c');
        self.events.push(Event::Clipboard(Clipboard {
            primary: !clipboard,
            bytes,
        }));
    }

    /// `133 ; A|B|C|D [; exit code | key=value]…`.
    fn osc_mark(&mut self, params: &[u8]) {
        let (mark, rest) = split_once(params, b';');
        let mark = match mark {
            b"A" | b"N" | b"P" => Mark::Prompt,
            b"B" | b"I" => Mark::Input,
            b"C" => Mark::Output,
            b"D" => {
                let (code, _) = split_once(rest, b';');
                let code = std::str::from_utf8(code).ok();
                Mark::End(code.and_then(|code| code.parse().ok()))
            }
            _ => return,
        };
        self.mark_row(mark);
        self.events.push(Event::Mark(mark));
    }

    /// Remembers the mark with the cursor's row, for jumps from prompt to prompt.
    fn mark_row(&mut self, mark: Mark) {
        if self.has(TermMode::ALT_SCREEN) {
            return;
        }
        let point = self.term.grid().cursor.point;
        let marks = match mark {
            Mark::Prompt => Marks::PROMPT,
            Mark::Input => return,
            Mark::Output => Marks::OUTPUT,
            Mark::End(_) if point.column.0 == 0 => Marks::END,
            Mark::End(_) => Marks::END_INSIDE,
        };
        let row = u64::try_from(point.line.0).unwrap_or(0);
        self.marks.add(self.history.pushed() + row, marks);
    }

    fn recolor(&mut self, slot: usize, color: Option<color::Rgb>) {
        self.acted = true;
        self.recolored |= color.is_some();
        match color {
            Some(color::Rgb(r, g, b)) => self.term.set_color(slot, ansi::Rgb { r, g, b }),
            None => self.term.reset_color(slot),
        }
    }
}

/// What stands before and after the first `divider`; all of it and nothing if there is none.
fn split_once(text: &[u8], divider: u8) -> (&[u8], &[u8]) {
    match text.iter().position(|byte| *byte == divider) {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => (text, &[]),
    }
}

fn parts(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b';')
}

fn number(digits: &[u8]) -> Option<usize> {
    let text = std::str::from_utf8(digits).ok()?;
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| plain)
}

fn percent_decoded(text: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&first, after)) = rest.split_first() {
        let code = after
            .get(..2)
            .filter(|_| first == b'%')
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match code {
            Some(byte) => {
                decoded.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                decoded.push(first);
                rest = after;
            }
        }
    }
    decoded
}
