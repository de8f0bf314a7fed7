//! Formats: text with `#{name}` in it, as tmux writes them.
//!
//! | form | becomes |
//! | --- | --- |
//! | `#{name}` | the variable's value; nothing if there is no such variable |
//! | `#S` `#I` `#W` `#F` `#P` `#D` `#T` `#H` `#h` | short forms, see [`short`] |
//! | `#{?name,a,b}` | `a` if the variable is neither empty nor `0`, else `b`; `b` may be missing |
//! | `#{==:a,b}` `#{!=:a,b}` `#{<:a,b}` `#{>:a,b}` | `1` or `0`; compared as text, as in tmux |
//! | `#{e\|+\|:a,b}` | a sum; `-` `*` `/` `m` (the rest), and `==` `<` … of numbers; `e\|/\|f\|3` with decimals |
//! | `#{&&:a,b}` `#{\|\|:a,b}` `#{m:glob,a}` | both, either, whether the pattern fits: `1` or `0`; `m/ri` a regular expression, in any case |
//! | `#{=N:x}` `#{=-N:x}` | at most N columns from the start, from the end; `#{=/N/…:x}` marks the cut |
//! | `#{pN:x}` `#{p-N:x}` | padded to N columns at the right, at the left |
//! | `#{b:x}` `#{d:x}` `#{n:x}` `#{l:text}` | last part of a path, its directory, a length, text as it stands |
//! | `#{t:x}` `#{a:n}` `#{c:colour}` | a time to be read, the character of a number, a colour as six digits |
//! | `#{t/f/%H#:%M:x}` | a time in a form of one's own; a colon in an argument is written `#:` |
//! | `#{s/re/to/:x}` `#{q:x}` `#{w:x}` | with parts replaced, quoted for a shell, its columns |
//! | `#{E:x}` `#{T:x}` | the value of `x` read as a format once more |
//! | `#{W:a,b}` `#{P:a,b}` `#{S:a,b}` | `a` for each tab, pane, session; `b` for the one that is shown |
//! | `#{N:name}` `#{N/s:name}` | whether there is a tab, a session of that name: `1` or `0` |
//! | `#{=3;p6:x}` | several of these at once |
//! | `#[style]` | a style for what follows; kept apart from text, so a title cannot forge one |
//! | `#(command)` | the last line that a shell command said, in the status line alone |
//! | `##` `#,` `#}` | `#`, `,`, `}` |
//!
//! Where `x`, `a`, `b`, a condition and what stands between a modifier's marks (`re`, `to`) are written,
//! formats may stand in formats. Values are put in as
//! they are and never read as formats again, unless `E:` or `T:` asks for that: a pane's title that says
//! `#{pid}` shows just that.
//! Nothing here fails: what is not a format is text, and one that is not closed takes the rest with it.
//! Work and result are bounded.

mod modifiers;
mod shell;
#[cfg(test)]
mod tests;

use jiff::tz::TimeZone;
pub use modifiers::glob;
pub use shell::{Script, in_shell};

use modifiers::{Modifier, Width, compares, fits, split_modifiers};

/// Formats nested deeper than this are empty.
const MAX_DEPTH: usize = 24;
/// A result ends after so many bytes.
const MAX_LENGTH: usize = 64 * 1024;
/// How many pieces of a format are looked at before the rest counts as empty.
const MAX_STEPS: usize = 20_000;

/// A part of an expanded format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Text to show; what stems from a variable is as untrusted as the variable.
    Text(String),
    /// What stands in `#[…]`: how the text after it looks.
    Style(String),
}

/// As much of a text as there is room for, in bytes.
fn fitting(text: &str, room: usize) -> &str {
    let mut ends = (0..=room.min(text.len())).rev();
    let end = ends.find(|end| text.is_char_boundary(*end));
    text.get(..end.unwrap_or(0)).unwrap_or_default()
}

/// Where the values come from.
pub trait Source {
    /// Where times are told.
    fn time_zone(&self) -> TimeZone {
        TimeZone::UTC
    }

    /// A variable's value; `None` if there is no such variable.
    fn value(&self, name: &str) -> Option<String>;

    /// What a shell command has said, where formats may have such.
    fn output(&self, _script: Script) -> String {
        String::new()
    }

    /// What a format goes through.
    fn each(&self, _what: Each) -> Vec<Item<'_>> {
        Vec::new()
    }
}

impl<F: Fn(&str) -> Option<String>> Source for F {
    fn value(&self, name: &str) -> Option<String> {
        self(name)
    }
}

/// What a format can go through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Each {
    /// The tabs.
    Tab,
    /// The panes of the tab.
    Pane,
    /// The sessions; there is one.
    Session,
}

/// One of them.
pub struct Item<'a> {
    /// Its values.
    pub source: Box<dyn Source + 'a>,
    /// Whether it is the one that is shown.
    pub current: bool,
}

/// The text of a format; styles are left out.
pub fn expand(format: &str, values: &dyn Source) -> String {
    flat(pieces(format, values))
}

/// A format's text and styles, in order.
pub fn pieces(format: &str, values: &dyn Source) -> Vec<Piece> {
    let mut expander = Expander {
        values,
        read_again: false,
        steps: 0,
        length: 0,
    };
    expander.expand(format, 0)
}

/// Whether a value counts as true: neither empty nor `0`.
pub fn is_true(value: &str) -> bool {
    !value.is_empty() && value != "0"
}

/// The variable behind a short form such as `#S`.
pub fn short(letter: char) -> Option<&'static str> {
    Some(match letter {
        'D' => "pane_id",
        'F' => "window_flags",
        'H' => "host",
        'h' => "host_short",
        'I' => "window_index",
        'P' => "pane_index",
        'S' => "session_name",
        'T' => "pane_title",
        'W' => "window_name",
        _ => return None,
    })
}

fn flat(pieces: Vec<Piece>) -> String {
    let text = pieces.into_iter().filter_map(|piece| match piece {
        Piece::Text(text) => Some(text),
        Piece::Style(_) => None,
    });
    text.collect()
}

struct Expander<'a> {
    values: &'a dyn Source,
    /// The text is a value that is read as a format: nothing in it is run.
    read_again: bool,
    steps: usize,
    length: usize,
}

impl Expander<'_> {
    fn expand(&mut self, format: &str, depth: usize) -> Vec<Piece> {
        let mut out = Vec::new();
        if depth > MAX_DEPTH {
            return out;
        }
        let mut rest = format;
        while !rest.is_empty() && self.steps < MAX_STEPS && self.length < MAX_LENGTH {
            self.steps += 1;
            let Some(at) = rest.find('#') else {
                self.push(&mut out, rest);
                break;
            };
            let (plain, tail) = rest.split_at(at);
            self.push(&mut out, plain);
            rest = self.special(tail, depth, &mut out);
        }
        out
    }

    /// Takes what begins with `#`; answers what follows it.
    fn special<'t>(&mut self, tail: &'t str, depth: usize, out: &mut Vec<Piece>) -> &'t str {
        let after = tail.get(1..).unwrap_or_default();
        let Some(next) = after.chars().next() else {
            self.push(out, "#");
            return after;
        };
        let beyond = after.get(next.len_utf8()..).unwrap_or_default();
        match next {
            '{' => match closing(beyond) {
                Some(end) => {
                    let (body, rest) = beyond.split_at(end);
                    out.extend(self.braces(body, depth + 1));
                    return rest.get(1..).unwrap_or_default();
                }
                None => return "",
            },
            '(' => match parenthesis(beyond) {
                Some(end) => {
                    let (command, rest) = beyond.split_at(end);
                    self.command(command, depth, out);
                    return rest.get(1..).unwrap_or_default();
                }
                None => return "",
            },
            '[' => match beyond.find(']') {
                Some(end) => {
                    let (style, rest) = beyond.split_at(end);
                    self.length += style.len();
                    out.push(Piece::Style(style.to_owned()));
                    return rest.get(1..).unwrap_or_default();
                }
                None => self.push(out, "#["),
            },
            '#' | ',' | '}' => self.push(out, next.encode_utf8(&mut [0; 4])),
            letter => match short(letter) {
                Some(name) => {
                    let value = self.values.value(name).unwrap_or_default();
                    self.push(out, &value);
                }
                None => {
                    self.push(out, "#");
                    return after;
                }
            },
        }
        beyond
    }

    /// What a shell command said. Its styles count, as in tmux, and no more of it.
    fn command(&mut self, command: &str, depth: usize, out: &mut Vec<Piece>) {
        if self.read_again {
            return;
        }
        let script = in_shell(command, |format| flat(self.expand(format, depth + 1)));
        let said = self.values.output(script);
        let mut rest = said.as_str();
        while let Some((plain, style)) = rest.split_once("#[") {
            let Some((style, after)) = style.split_once(']') else {
                break;
            };
            self.push(out, plain);
            self.length += style.len();
            out.push(Piece::Style(style.to_owned()));
            rest = after;
        }
        self.push(out, rest);
    }

    fn push(&mut self, out: &mut Vec<Piece>, text: &str) {
        let text = fitting(text, MAX_LENGTH.saturating_sub(self.length));
        self.length += text.len();
        match out.last_mut() {
            _ if text.is_empty() => {}
            Some(Piece::Text(last)) => last.push_str(text),
            _ => out.push(Piece::Text(text.to_owned())),
        }
    }

    /// What stands between `#{` and `}`.
    fn braces(&mut self, body: &str, depth: usize) -> Vec<Piece> {
        if let Some(choice) = body.strip_prefix('?') {
            return self.choose(choice, depth);
        }
        let text = match split_modifiers(body) {
            Some((mut modifiers, operand)) => {
                for modifier in &mut modifiers {
                    modifier.fill_in(|text| flat(self.expand(text, depth + 1)));
                }
                self.modified(&modifiers, operand, depth)
            }
            None => self.value(body, depth),
        };
        let mut out = Vec::new();
        self.push(&mut out, &text);
        out
    }

    /// `#{?cond,a,b}`; further pairs of condition and text may follow, as in newer tmux.
    fn choose(&mut self, choice: &str, depth: usize) -> Vec<Piece> {
        let parts = split(choice, ',');
        let mut rest = parts.as_slice();
        while let [condition, then, others @ ..] = rest {
            if is_true(&self.value(condition, depth)) {
                return self.expand(then, depth);
            }
            rest = others;
        }
        match rest {
            [otherwise] if parts.len() > 1 => self.expand(otherwise, depth),
            _ => Vec::new(),
        }
    }

    /// A variable by its name, or a format with formats in it.
    fn value(&mut self, text: &str, depth: usize) -> String {
        match text.contains('#') {
            true => flat(self.expand(text, depth + 1)),
            false => self.values.value(text).unwrap_or_default(),
        }
    }

    /// An operand of a comparison: text in which formats may stand, not a variable's name.
    fn operands(&mut self, text: &str, depth: usize) -> (String, String) {
        let parts = split(text, ',');
        let mut expanded = |at: usize| {
            let part = parts.get(at).copied().unwrap_or_default();
            flat(self.expand(part, depth + 1))
        };
        (expanded(0), expanded(1))
    }

    /// What modifiers make of an operand. The first that compares, counts or goes through something
    /// says what the value is; the others are put to it.
    fn modified(&mut self, modifiers: &[Modifier<'_>], operand: &str, depth: usize) -> String {
        let mut rest = modifiers.iter();
        let mut value = loop {
            let Some(modifier) = rest.next() else {
                break self.value(operand, depth);
            };
            if let Some(made) = self.made(modifier, operand, depth) {
                break made;
            }
        };
        if modifiers
            .iter()
            .any(|modifier| matches!(modifier.name, "E" | "T"))
        {
            let before = std::mem::replace(&mut self.read_again, true);
            value = flat(self.expand(&value, depth + 1));
            self.read_again = before;
        }
        for modifier in modifiers {
            value = modifier.put_to(value, self.values);
        }
        // A width comes last, whatever stands behind it.
        for width in modifiers.iter().filter_map(Width::of) {
            value = width.apply(&value);
        }
        value
    }

    /// What a modifier makes of its operand by itself; `None` if it changes a value that is there.
    fn made(&mut self, modifier: &Modifier<'_>, operand: &str, depth: usize) -> Option<String> {
        let truth = |value: bool| if value { "1" } else { "0" }.to_owned();
        Some(match modifier.name {
            "==" | "!=" | "<" | ">" | "<=" | ">=" => {
                let (a, b) = self.operands(operand, depth);
                truth(compares(modifier.name, a.cmp(&b)))
            }
            "&&" | "||" => {
                let (a, b) = self.operands(operand, depth);
                let (a, b) = (is_true(&a), is_true(&b));
                truth(if modifier.name == "&&" {
                    a && b
                } else {
                    a || b
                })
            }
            "m" => {
                let (pattern, text) = self.operands(operand, depth);
                truth(fits(modifier, &pattern, &text))
            }
            "e" => {
                let (a, b) = self.operands(operand, depth);
                modifier.reckon(&a, &b).unwrap_or_default()
            }
            "l" => operand.to_owned(),
            "a" | "c" => {
                let text = flat(self.expand(operand, depth + 1));
                let made = match modifier.name {
                    "a" => modifiers::character(&text),
                    _ => modifiers::hexadecimal(&text),
                };
                made.unwrap_or_default()
            }
            "W" => self.each(Each::Tab, operand, depth),
            "P" => self.each(Each::Pane, operand, depth),
            "S" => self.each(Each::Session, operand, depth),
            "N" => {
                let name = flat(self.expand(operand, depth + 1));
                let (what, variable) = match modifier.has_flag('s') {
                    true => (Each::Session, "session_name"),
                    false => (Each::Tab, "window_name"),
                };
                let all = self.values.each(what);
                truth(
                    all.iter()
                        .any(|item| item.source.value(variable).as_ref() == Some(&name)),
                )
            }
            _ => return None,
        })
    }

    /// A format for each of several things, in a row; another for the one that is shown, if there is
    /// another.
    fn each(&mut self, what: Each, operand: &str, depth: usize) -> String {
        let parts = split(operand, ',');
        let (all, current) = match parts.as_slice() {
            [all, current, ..] => (*all, *current),
            _ => (operand, operand),
        };
        let mut text = String::new();
        for item in self.values.each(what) {
            let mut inner = Expander {
                values: &*item.source,
                read_again: self.read_again,
                steps: self.steps + 1,
                length: self.length,
            };
            let format = if item.current { current } else { all };
            text.push_str(&flat(inner.expand(format, depth + 1)));
            (self.steps, self.length) = (inner.steps, inner.length);
        }
        text
    }
}

/// Where the brace that closes an open one stands.
fn closing(text: &str) -> Option<usize> {
    scan(text, |depth, c| depth == 0 && c == '}').map(|(at, _)| at)
}

/// Where the parenthesis that closes an open one stands.
pub(super) fn parenthesis(text: &str) -> Option<usize> {
    let mut open = 0usize;
    text.find(|c| {
        match c {
            '(' => open += 1,
            ')' if open == 0 => return true,
            ')' => open -= 1,
            _ => {}
        }
        false
    })
}

/// The parts between marks (commas, mostly) that stand in no inner format.
fn split(text: &str, mark: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((at, _)) = scan(rest, |depth, c| depth == 0 && c == mark) {
        let (part, tail) = rest.split_at(at);
        parts.push(part);
        rest = tail.get(mark.len_utf8()..).unwrap_or_default();
    }
    parts.push(rest);
    parts
}

/// The first character that `wanted`, told how many inner formats it stands in; `#,`, `#:` and the like
/// are passed over.
fn scan(text: &str, wanted: impl Fn(usize, char) -> bool) -> Option<(usize, char)> {
    let mut depth = 0usize;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if wanted(depth, c) {
            return Some((at, c));
        }
        match c {
            '#' => {
                if let Some((_, '{')) = chars.next_if(|(_, next)| ",#{}:".contains(*next)) {
                    depth += 1;
                }
            }
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}
