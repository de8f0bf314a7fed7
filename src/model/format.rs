//! Formats: text with `#{name}` in it, as tmux writes them.
//!
//! | form | becomes |
//! | --- | --- |
//! | `#{name}` | the variable's value; nothing if there is no such variable |
//! | `#S` `#I` `#W` `#F` `#P` `#D` `#T` `#H` `#h` | short forms, see [`short`] |
//! | `#{?name,a,b}` | `a` if the variable is neither empty nor `0`, else `b`; `b` may be missing |
//! | `#{==:a,b}` `#{!=:a,b}` `#{<:a,b}` `#{>:a,b}` | `1` or `0`; numbers compare as numbers |
//! | `#{&&:a,b}` `#{\|\|:a,b}` `#{m:glob,a}` | both, either, whether the pattern fits: `1` or `0` |
//! | `#{=N:x}` `#{=-N:x}` | at most N columns from the start, from the end; `#{=/N/…:x}` marks the cut |
//! | `#{pN:x}` `#{p-N:x}` | padded to N columns at the right, at the left |
//! | `#{b:x}` `#{d:x}` `#{n:x}` `#{l:text}` | last part of a path, its directory, a length, text as it stands |
//! | `#[style]` | a style for what follows; kept apart from text, so a title cannot forge one |
//! | `##` `#,` `#}` | `#`, `,`, `}` |
//!
//! Where `x`, `a`, `b` and a condition are written, formats may stand in formats. Values are put in as
//! they are and never read as formats again: a pane's title that says `#{pid}` shows just that.
//! Nothing here fails: what is not a format is text. Work and result are bounded.

#[cfg(test)]
mod tests;

use crate::draw::text;

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

/// Where the values come from; `None` for a variable that does not exist.
pub type Values<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// The text of a format; styles are left out.
pub fn expand(format: &str, values: &Values<'_>) -> String {
    flat(pieces(format, values))
}

/// A format's text and styles, in order.
pub fn pieces(format: &str, values: &Values<'_>) -> Vec<Piece> {
    let mut expander = Expander {
        values,
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
    values: &'a Values<'a>,
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
                None => self.push(out, "#{"),
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
                    let value = (self.values)(name).unwrap_or_default();
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

    fn push(&mut self, out: &mut Vec<Piece>, text: &str) {
        let room = MAX_LENGTH.saturating_sub(self.length);
        let end = (0..=room.min(text.len())).rev();
        let end = end.into_iter().find(|end| text.is_char_boundary(*end));
        let text = text.get(..end.unwrap_or(0)).unwrap_or_default();
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
        let text = match split_modifier(body) {
            Some((modifier, operand)) => self.modified(modifier, operand, depth),
            None => self.value(body, depth),
        };
        let mut out = Vec::new();
        self.push(&mut out, &text);
        out
    }

    /// `#{?cond,a,b}`; further pairs of condition and text may follow, as in newer tmux.
    fn choose(&mut self, choice: &str, depth: usize) -> Vec<Piece> {
        let parts = split_commas(choice);
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
            false => (self.values)(text).unwrap_or_default(),
        }
    }

    /// An operand of a comparison: text in which formats may stand, not a variable's name.
    fn operands(&mut self, text: &str, depth: usize) -> (String, String) {
        let parts = split_commas(text);
        let mut expanded = |at: usize| {
            let part = parts.get(at).copied().unwrap_or_default();
            flat(self.expand(part, depth + 1))
        };
        (expanded(0), expanded(1))
    }

    fn modified(&mut self, modifier: &str, operand: &str, depth: usize) -> String {
        let truth = |value: bool| if value { "1" } else { "0" }.to_owned();
        match modifier {
            "==" | "!=" | "<" | ">" | "<=" | ">=" => {
                let (a, b) = self.operands(operand, depth);
                truth(compares(modifier, &a, &b))
            }
            "&&" | "||" => {
                let (a, b) = self.operands(operand, depth);
                let (a, b) = (is_true(&a), is_true(&b));
                truth(if modifier == "&&" { a && b } else { a || b })
            }
            "m" => {
                let (pattern, text) = self.operands(operand, depth);
                truth(fits(&pattern, &text))
            }
            "l" => operand.to_owned(),
            "E" | "T" => self.value(operand, depth),
            "b" => {
                let path = self.value(operand, depth);
                let path = path.trim_end_matches('/');
                path.rsplit('/').next().unwrap_or_default().to_owned()
            }
            "d" => {
                let path = self.value(operand, depth);
                match path.rsplit_once('/') {
                    Some(("", _)) => "/".to_owned(),
                    Some((dir, _)) => dir.to_owned(),
                    None => ".".to_owned(),
                }
            }
            "n" => self.value(operand, depth).chars().count().to_string(),
            _ => {
                let value = self.value(operand, depth);
                match Width::read(modifier) {
                    Some(width) => width.apply(&value),
                    None => String::new(),
                }
            }
        }
    }
}

/// `=N`, `=-N`, `=/N/mark`, `pN` and `p-N`.
struct Width<'a> {
    pads: bool,
    cells: usize,
    from_end: bool,
    mark: &'a str,
}

impl Width<'_> {
    fn read(modifier: &str) -> Option<Width<'_>> {
        let pads = modifier.starts_with('p');
        let rest = modifier.strip_prefix(['=', 'p'])?;
        let (number, mark) = match rest.strip_prefix('/') {
            Some(inner) => inner.split_once('/').unwrap_or((inner, "")),
            None => (rest, ""),
        };
        let from_end = number.starts_with('-');
        let cells: usize = number.trim_start_matches('-').parse().ok()?;
        let cells = cells.min(MAX_LENGTH / 16);
        Some(Width {
            pads,
            cells,
            from_end,
            mark: mark.trim_end_matches('/'),
        })
    }

    fn apply(&self, value: &str) -> String {
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

fn compares(operator: &str, a: &str, b: &str) -> bool {
    let order = match (a.parse::<i64>(), b.parse::<i64>()) {
        (Ok(a), Ok(b)) => a.cmp(&b),
        _ => a.cmp(b),
    };
    match operator {
        "==" => order.is_eq(),
        "!=" => order.is_ne(),
        "<" => order.is_lt(),
        ">" => order.is_gt(),
        "<=" => order.is_le(),
        _ => order.is_ge(),
    }
}

/// Whether a pattern of `*` and `?` fits the whole text.
fn fits(pattern: &str, text: &str) -> bool {
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

/// Where the brace that closes an open one stands.
fn closing(text: &str) -> Option<usize> {
    scan(text, |depth, c| depth == 0 && c == '}').map(|(at, _)| at)
}

/// The parts between the commas that stand in no inner format.
fn split_commas(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((at, _)) = scan(rest, |depth, c| depth == 0 && c == ',') {
        let (part, tail) = rest.split_at(at);
        parts.push(part);
        rest = tail.get(1..).unwrap_or_default();
    }
    parts.push(rest);
    parts
}

/// A modifier and what it applies to: what stands before and after the first colon.
fn split_modifier(body: &str) -> Option<(&str, &str)> {
    let (at, _) = scan(body, |depth, c| depth == 0 && c == ':')?;
    let (modifier, operand) = body.split_at(at);
    Some((modifier, operand.get(1..).unwrap_or_default()))
}

/// The first character that `wanted`, told how many inner formats it stands in; `#,` and the like are
/// passed over.
fn scan(text: &str, wanted: impl Fn(usize, char) -> bool) -> Option<(usize, char)> {
    let mut depth = 0usize;
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        if wanted(depth, c) {
            return Some((at, c));
        }
        match c {
            '#' => {
                if let Some((_, '{')) = chars.next() {
                    depth += 1;
                }
            }
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}
