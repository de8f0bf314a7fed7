//! What stands before the colon in `#{…:x}`, and what it does to a value.
//!
//! Arguments are formats themselves: a colon or a semicolon in one stands within a format of its own, or
//! is written `#:`.

use std::borrow::Cow;
use std::cmp::Ordering;

use jiff::Timestamp;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use regex::{Captures, Regex, RegexBuilder};

use super::{MAX_LENGTH, Source, fitting, scan, split};
use crate::draw::{palette, text};

/// The most memory a regular expression may take.
const MAX_REGEX: usize = 256 * 1024;
/// How a time is written for people, as in tmux.
const TIME: &str = "%a %b %e %H:%M:%S %Y";

/// A modifier with its arguments: `e|+|f`, `=/9/…`, `p-6`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Modifier<'a> {
    pub(super) name: &'a str,
    arguments: Vec<Cow<'a, str>>,
}

impl<'a> Modifier<'a> {
    /// Reads one, if it is one.
    fn read(text: &'a str) -> Option<Modifier<'a>> {
        const LONG: [&str; 6] = ["==", "!=", "<=", ">=", "&&", "||"];
        const SHORT: &str = "<>mlabcdntwqETWPSNesp=";
        let long = LONG.into_iter().find(|name| text.starts_with(name));
        let length = match long {
            Some(name) => name.len(),
            None => text
                .chars()
                .next()
                .filter(|c| SHORT.contains(*c))?
                .len_utf8(),
        };
        let (name, rest) = text.split_at(length);
        let takes_none = long.is_some() || "<>labcdnwETWPS".contains(name);
        if takes_none && !rest.is_empty() {
            return None;
        }
        let arguments = match rest.chars().next() {
            None => Vec::new(),
            Some(c) if c.is_alphanumeric() || c == '-' => vec![rest],
            Some(mark) => {
                let inner = rest.get(mark.len_utf8()..).unwrap_or_default();
                let mut parts = split(inner, mark);
                // The last one may be closed or not.
                if parts.len() > 1 && parts.last().is_some_and(|last| last.is_empty()) {
                    parts.pop();
                }
                parts
            }
        };
        let arguments = arguments.into_iter().map(Cow::Borrowed).collect();
        Some(Modifier { name, arguments })
    }

    /// Puts values into the formats that stand in its arguments.
    pub(super) fn fill_in(&mut self, mut expand: impl FnMut(&str) -> String) {
        for argument in self.arguments.iter_mut().filter(|text| text.contains('#')) {
            *argument = Cow::Owned(expand(argument));
        }
    }

    fn argument(&self, at: usize) -> &str {
        self.arguments.get(at).map_or("", |text| text)
    }

    /// Whether a letter is among the flags: `m/ri`.
    pub(super) fn has_flag(&self, flag: char) -> bool {
        self.argument(0).contains(flag)
    }

    /// What it makes of a value that is there.
    pub(super) fn put_to(&self, mut value: String, source: &dyn Source) -> String {
        cut(&mut value);
        match self.name {
            "b" => {
                let path = value.trim_end_matches('/');
                path.rsplit('/').next().unwrap_or_default().to_owned()
            }
            "d" => match value.rsplit_once('/') {
                Some(("", _)) => "/".to_owned(),
                Some((dir, _)) => dir.to_owned(),
                None => ".".to_owned(),
            },
            "n" => value.chars().count().to_string(),
            "w" => text::width(&value).to_string(),
            "q" => quoted(&value),
            "s" if self.arguments.len() > 1 => self.replaced(&value),
            "t" => self.time(&value, source.time_zone()).unwrap_or_default(),
            _ => value,
        }
    }

    /// A number of seconds as a time: tmux's way, or by its own format (`t/f/%H#:%M`).
    fn time(&self, seconds: &str, zone: TimeZone) -> Option<String> {
        let at = Timestamp::from_second(seconds.parse().ok()?).ok()?;
        let format = match self.has_flag('f') {
            // tmux keeps the mark before a colon everywhere but here.
            true => self.argument(1).replace("#:", ":"),
            false => TIME.to_owned(),
        };
        strtime::format(format, &at.to_zoned(zone)).ok()
    }

    /// `s/pattern/text/`, with `i` behind it in any case.
    fn replaced(&self, value: &str) -> String {
        let any_case = self.argument(2).contains('i');
        let Some(regex) = regex(self.argument(0), any_case) else {
            return value.to_owned();
        };
        let (mut done, mut beyond) = (String::new(), 0);
        for found in regex.captures_iter(value) {
            let whole = found.get_match();
            done.push_str(&value[beyond..whole.start()]);
            beyond = whole.end();
            put_in(self.argument(1), &found, &mut done);
            if done.len() >= MAX_LENGTH {
                break;
            }
        }
        done.push_str(&value[beyond..]);
        cut(&mut done);
        done
    }

    /// `e|+|:a,b`, `e|/|f|3:a,b`: a sum or a comparison of numbers; whole ones unless `f` says otherwise.
    pub(super) fn reckon(&self, a: &str, b: &str) -> Option<String> {
        let decimal = self.argument(1).contains('f');
        let places: usize = match (self.argument(2), decimal) {
            ("", true) => 2,
            ("", false) => 0,
            (places, _) => places.parse().ok().filter(|places| *places <= 100)?,
        };
        let read = |text: &str| {
            let number: f64 = text.trim().parse().ok()?;
            Some(if decimal { number } else { number.trunc() })
        };
        let (a, b) = (read(a)?, read(b)?);
        let operator = self.argument(0);
        let result = match operator {
            "+" => a + b,
            "-" => a - b,
            "*" => a * b,
            "/" => a / b,
            "m" | "%" | "%%" => a % b,
            "==" | "!=" | "<" | ">" | "<=" | ">=" => {
                f64::from(u8::from(compares(operator, a.partial_cmp(&b)?)))
            }
            _ => return None,
        };
        let result = if decimal { result } else { result.trunc() };
        // What is divided by zero is no number.
        result.is_finite().then(|| format!("{result:.places$}"))
    }
}

/// Cuts a text off where results end.
fn cut(text: &mut String) {
    text.truncate(fitting(text, MAX_LENGTH).len());
}

/// Adds what a match is replaced by, with the groups that `\\1` to `\\9` stand for; no more than fits.
fn put_in(text: &str, found: &Captures<'_>, out: &mut String) {
    let mut rest = text.chars();
    while let Some(c) = rest.next()
        && out.len() < MAX_LENGTH
    {
        let group = match c {
            '\\' => rest.clone().next().and_then(|c| c.to_digit(10)),
            _ => None,
        };
        match group {
            Some(group @ 1..) => {
                rest.next();
                let group = found.get(group as usize);
                out.push_str(group.map_or("", |group| group.as_str()));
            }
            _ => out.push(c),
        }
    }
}

/// Modifiers and what they apply to: what stands before and after the first colon.
pub(super) fn split_modifiers(body: &str) -> Option<(Vec<Modifier<'_>>, &str)> {
    let (at, _) = scan(body, |depth, c| depth == 0 && c == ':')?;
    let (before, operand) = body.split_at(at);
    let modifiers = split(before, ';').into_iter().map(Modifier::read);
    let modifiers: Option<Vec<Modifier<'_>>> = modifiers.collect();
    Some((modifiers?, operand.get(1..).unwrap_or_default()))
}

/// `=N`, `=-N`, `=/N/mark`, `pN` and `p-N`.
pub(super) struct Width<'a> {
    pads: bool,
    cells: usize,
    from_end: bool,
    mark: &'a str,
}

impl<'a> Width<'a> {
    /// The width a modifier says, if it says one.
    pub(super) fn of(modifier: &'a Modifier<'_>) -> Option<Width<'a>> {
        if !matches!(modifier.name, "=" | "p") {
            return None;
        }
        let number = modifier.argument(0);
        let cells: usize = number.trim_start_matches('-').parse().ok()?;
        Some(Width {
            pads: modifier.name == "p",
            cells: cells.min(MAX_LENGTH / 16),
            from_end: number.starts_with('-'),
            mark: modifier.argument(1),
        })
    }

    pub(super) fn apply(&self, value: &str) -> String {
        let width = text::width(value);
        if self.pads {
            let spaces = " ".repeat(self.cells.saturating_sub(width));
            return match self.from_end {
                true => spaces + value,
                false => value.to_owned() + &spaces,
            };
        }
        if width <= self.cells {
            return value.to_owned();
        }
        match self.from_end {
            true => self.mark.to_owned() + &last_cells(value, self.cells),
            false => first_cells(value, self.cells) + self.mark,
        }
    }
}

fn cells_of(c: char) -> usize {
    text::char_width(c).unwrap_or(1)
}

/// As much of the start as fits into `cells` columns.
fn first_cells(value: &str, cells: usize) -> String {
    let mut used = 0;
    let fits = value.chars().take_while(|c| {
        used += cells_of(*c);
        used <= cells
    });
    fits.collect()
}

/// As much of the end as fits into `cells` columns.
fn last_cells(value: &str, cells: usize) -> String {
    let mut used = 0;
    let fits = value.chars().rev().take_while(|c| {
        used += cells_of(*c);
        used <= cells
    });
    let backwards: Vec<char> = fits.collect();
    // A mark whose letter was cut off has nothing to stand on.
    let kept = backwards.into_iter().rev();
    kept.skip_while(|c| cells_of(*c) == 0).collect()
}

/// What an operator says of two things in this order.
pub(super) fn compares(operator: &str, order: Ordering) -> bool {
    match operator {
        "==" => order.is_eq(),
        "!=" => order.is_ne(),
        "<" => order.is_lt(),
        ">" => order.is_gt(),
        "<=" => order.is_le(),
        _ => order.is_ge(),
    }
}

/// The ASCII character of a number.
pub(super) fn character(number: &str) -> Option<String> {
    let code: u8 = number.trim().parse().ok()?;
    (32..=126)
        .contains(&code)
        .then(|| char::from(code).to_string())
}

/// A colour by tmux's names as six hexadecimal digits.
pub(super) fn hexadecimal(name: &str) -> Option<String> {
    const NAMES: [&str; 8] = [
        "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white",
    ];
    let name = name.trim().to_ascii_lowercase();
    if let Some(digits) = name.strip_prefix('#') {
        let right = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        return right.then(|| digits.to_owned());
    }
    let plain = name.strip_prefix("bright");
    let place = NAMES
        .iter()
        .position(|known| *known == plain.unwrap_or(&name));
    let number = ["colour", "color"]
        .iter()
        .find_map(|word| name.strip_prefix(word));
    let index: u8 = match (place, number) {
        (Some(place), _) => u8::try_from(place).ok()? + if plain.is_some() { 8 } else { 0 },
        (None, Some(number)) => number.parse().ok()?,
        (None, None) => return None,
    };
    let (r, g, b) = match index {
        7 => (0xc0, 0xc0, 0xc0),
        8 => (0x80, 0x80, 0x80),
        0..16 => {
            let bright = if index < 8 { 0x80 } else { 0xff };
            let part = |bit: u8| if index & bit == 0 { 0 } else { bright };
            (part(1), part(2), part(4))
        }
        _ => palette(index),
    };
    Some(format!("{r:02x}{g:02x}{b:02x}"))
}

/// A value with what means something to a shell escaped.
fn quoted(value: &str) -> String {
    const SIGNS: &str = "|&;<>()$`\\\"'*?[# =%";
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        if SIGNS.contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Whether a pattern fits: one of `*` and `?` the whole text, a regular expression (`r`) a part of it;
/// `i` in any case.
pub(super) fn fits(modifier: &Modifier<'_>, pattern: &str, text: &str) -> bool {
    let any_case = modifier.has_flag('i');
    if modifier.has_flag('r') {
        return regex(pattern, any_case).is_some_and(|regex| regex.is_match(text));
    }
    match any_case {
        true => glob(&pattern.to_lowercase(), &text.to_lowercase()),
        false => glob(pattern, text),
    }
}

fn regex(pattern: &str, any_case: bool) -> Option<Regex> {
    let mut builder = RegexBuilder::new(pattern);
    let builder = builder.case_insensitive(any_case).size_limit(MAX_REGEX);
    builder.build().ok()
}

/// Whether a pattern of `*` and `?` fits the whole text.
pub fn glob(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    // Where each side stands, and where to go on after a star that has to swallow one more.
    let (mut p, mut t) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                retry = Some((p, t));
                p += 1;
            }
            Some(c) if *c == '?' || Some(c) == text.get(t) => {
                p += 1;
                t += 1;
            }
            _ => match retry {
                Some((star, from)) => {
                    retry = Some((star, from + 1));
                    p = star + 1;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern
        .get(p..)
        .unwrap_or_default()
        .iter()
        .all(|c| *c == '*')
}
