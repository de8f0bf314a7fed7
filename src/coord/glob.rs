//! Do two patterns have anything in common? Exactly, both ways, without listing files.
//!
//! A pattern is a `/`-separated path whose segments may contain `*` (any characters), `?` (one
//! character), `[a-z]`, `[!a-z]` (one of, none of), `{a,b}` (either) and `\x` (just x); a segment
//! `**` stands for any number of segments, none included. A literal path is the simplest pattern.
//! Names beginning with a dot are not special: a claim protects them too.
//!
//! Two patterns overlap if some path matches both. Braces are multiplied out first; then segments,
//! and within segments characters, are walked in step, as the product of two small automata. The
//! work is bounded by the product of the lengths of the patterns, multiplied out.

use crate::error::{Error, Result};

/// Alternatives that braces may multiply out to.
const MAX_ALTERNATIVES: usize = 64;
/// Characters in all of them together: the work of comparing two patterns is the product of these.
const MAX_CHARS: usize = 8192;

/// A pattern, ready to be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob {
    alternatives: Vec<Vec<Segment>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    /// `**`
    Any,
    /// What one path segment must look like.
    Name(Vec<Token>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    /// `*`
    Star,
    /// One character out of these ranges (both ends included), sorted and disjoint.
    One(Vec<(u32, u32)>),
}

impl Glob {
    /// Reads a pattern.
    ///
    /// # Errors
    /// [`Kind::Usage`](crate::error::Kind::Usage) for an open bracket or brace, an empty or
    /// backward range, a backslash at the end, or braces that multiply out to too many.
    pub fn parse(pattern: &str) -> Result<Glob> {
        let chars: Vec<char> = pattern.chars().collect();
        let mut texts = Vec::new();
        expand(&chars, &mut texts).map_err(|why| bad(pattern, why))?;
        let alternatives = (texts.iter())
            .map(|text| segments(text))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|why| bad(pattern, why))?;
        Ok(Glob { alternatives })
    }

    /// Whether some path matches both.
    pub fn overlaps(&self, other: &Glob) -> bool {
        (self.alternatives.iter()).any(|a| other.alternatives.iter().any(|b| paths_meet(a, b)))
    }
}

/// Whether the text contains anything a pattern gives a meaning to.
pub fn has_magic(text: &str) -> bool {
    text.contains(['*', '?', '[', ']', '{', '}', '\\'])
}

/// The text as a pattern that matches only itself.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if has_magic(c.encode_utf8(&mut [0; 4])) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// The text without the backslashes that escape something.
pub fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.extend(chars.next()),
            c => out.push(c),
        }
    }
    out
}

/// The characters before anything special; everything that matches begins with them.
pub fn literal_prefix(pattern: &str) -> &str {
    let end = pattern
        .find(['*', '?', '[', ']', '{', '}', '\\'])
        .unwrap_or(pattern.len());
    &pattern[..end]
}

fn bad(pattern: &str, why: &str) -> Error {
    let shown = super::names::shown(pattern);
    Error::usage(format!("the pattern \"{shown}\" {why}"))
        .with_hint("put a backslash before a character that is meant as it is")
}

/// Where the construct that opens at `at` closes, for `[` and `{`.
fn closing(chars: &[char], at: usize) -> Result<usize, &'static str> {
    let mut i = at + 1;
    if chars[at] == '[' {
        // A bracket right after the opening (or its negation) is an ordinary member.
        i += usize::from(matches!(chars.get(i), Some('!' | '^')));
        i += usize::from(chars.get(i) == Some(&']'));
        while let Some(c) = chars.get(i) {
            match c {
                ']' => return Ok(i),
                '\\' => i += 2,
                _ => i += 1,
            }
        }
        return Err("has a [ without its ]");
    }
    while let Some(c) = chars.get(i) {
        match c {
            '}' => return Ok(i),
            '\\' => i += 2,
            '[' | '{' => i = closing(chars, i)? + 1,
            _ => i += 1,
        }
    }
    Err("has a { without its }")
}

/// Multiplies out the first brace, and what comes of it again.
fn expand(chars: &[char], out: &mut Vec<Vec<char>>) -> Result<(), &'static str> {
    let mut i = 0;
    while let Some(c) = chars.get(i) {
        match c {
            '\\' => i += 2,
            '[' => i = closing(chars, i)? + 1,
            '}' => return Err("has a } without its {"),
            '{' => {
                let end = closing(chars, i)?;
                for choice in choices(&chars[i + 1..end])? {
                    let whole = [&chars[..i], choice, &chars[end + 1..]].concat();
                    expand(&whole, out)?;
                }
                return Ok(());
            }
            _ => i += 1,
        }
    }
    let total = chars.len() + out.iter().map(Vec::len).sum::<usize>();
    if out.len() >= MAX_ALTERNATIVES || total > MAX_CHARS {
        return Err("has too many alternatives");
    }
    out.push(chars.to_vec());
    Ok(())
}

/// What stands between the commas of a brace.
fn choices(chars: &[char]) -> Result<Vec<&[char]>, &'static str> {
    let mut found = Vec::new();
    let (mut from, mut i) = (0, 0);
    while let Some(c) = chars.get(i) {
        match c {
            '\\' => i += 2,
            '[' | '{' => i = closing(chars, i)? + 1,
            ',' => {
                found.push(&chars[from..i]);
                i += 1;
                from = i;
            }
            _ => i += 1,
        }
    }
    found.push(&chars[from.min(chars.len())..]);
    Ok(found)
}

fn segments(chars: &[char]) -> Result<Vec<Segment>, &'static str> {
    let mut out = Vec::new();
    for part in split_segments(chars) {
        match part {
            [] => {}
            ['*', '*'] => {
                if out.last() != Some(&Segment::Any) {
                    out.push(Segment::Any);
                }
            }
            part => out.push(Segment::Name(tokens(part)?)),
        }
    }
    Ok(out)
}

/// Splits at slashes; one inside brackets is no separator (and matches nothing).
fn split_segments(chars: &[char]) -> Vec<&[char]> {
    let mut found = Vec::new();
    let (mut from, mut i) = (0, 0);
    while i < chars.len() {
        match chars[i] {
            '\\' => i += 2,
            '[' => i = closing(chars, i).unwrap_or(i) + 1,
            '/' => {
                found.push(&chars[from..i]);
                i += 1;
                from = i;
            }
            _ => i += 1,
        }
    }
    found.push(&chars[from.min(chars.len())..]);
    found
}

fn tokens(part: &[char]) -> Result<Vec<Token>, &'static str> {
    let one = |c: char| Token::One(vec![(c as u32, c as u32)]);
    let mut out = Vec::new();
    let mut i = 0;
    while let Some(c) = part.get(i) {
        i += 1;
        match c {
            '*' => {
                if out.last() != Some(&Token::Star) {
                    out.push(Token::Star);
                }
            }
            '?' => out.push(Token::One(complement(&[('/' as u32, '/' as u32)]))),
            '\\' => {
                out.push(one(*part.get(i).ok_or("ends with a backslash")?));
                i += 1;
            }
            '[' => {
                let end = closing(part, i - 1)?;
                out.push(Token::One(class(&part[i..end])?));
                i = end + 1;
            }
            ']' => return Err("has a ] without its ["),
            c => out.push(one(*c)),
        }
    }
    Ok(out)
}

/// The ranges of what stands between brackets, never the slash.
fn class(mut members: &[char]) -> Result<Vec<(u32, u32)>, &'static str> {
    let negated = matches!(members.first(), Some('!' | '^'));
    if negated {
        members = &members[1..];
    }
    let mut ranges = Vec::new();
    let mut i = 0;
    let take = |i: &mut usize| -> Option<u32> {
        *i += usize::from(members.get(*i) == Some(&'\\'));
        let c = members.get(*i).copied();
        *i += 1;
        c.map(|c| c as u32)
    };
    while i < members.len() {
        let from = take(&mut i).ok_or("ends with a backslash")?;
        let is_range = members.get(i) == Some(&'-') && i + 1 < members.len();
        let to = if is_range {
            i += 1;
            take(&mut i).ok_or("ends with a backslash")?
        } else {
            from
        };
        if to < from {
            return Err("has a range that runs backward");
        }
        ranges.push((from, to));
    }
    let slash = ('/' as u32, '/' as u32);
    if negated {
        ranges.push(slash);
        return Ok(complement(&ranges));
    }
    let allowed = meet(&merged(ranges), &complement(&[slash]));
    if allowed.is_empty() {
        Err("has brackets that match nothing")
    } else {
        Ok(allowed)
    }
}

fn merged(mut ranges: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    ranges.sort_unstable();
    let mut out: Vec<(u32, u32)> = Vec::new();
    for (from, to) in ranges {
        match out.last_mut() {
            Some(last) if from <= last.1.saturating_add(1) => last.1 = last.1.max(to),
            _ => out.push((from, to)),
        }
    }
    out
}

/// All other characters.
fn complement(ranges: &[(u32, u32)]) -> Vec<(u32, u32)> {
    let mut out = Vec::new();
    let mut next = 0;
    for (from, to) in merged(ranges.to_vec()) {
        if next < from {
            out.push((next, from - 1));
        }
        next = to + 1;
    }
    if next <= char::MAX as u32 {
        out.push((next, char::MAX as u32));
    }
    // Surrogates are no characters; a range of nothing else would match nothing.
    meet(&out, &[(0, 0xd7ff), (0xe000, char::MAX as u32)])
}

fn meet(a: &[(u32, u32)], b: &[(u32, u32)]) -> Vec<(u32, u32)> {
    let pairs = a
        .iter()
        .flat_map(|a| b.iter().map(move |b| (a.0.max(b.0), a.1.min(b.1))));
    pairs.filter(|(from, to)| from <= to).collect()
}

/// Walks two sequences in step. From each pair of positions the items there say which ways lead
/// on; a pair is reached or not, so the table is filled once.
fn walk<T>(a: &[T], b: &[T], many: impl Fn(&T) -> bool, fit: impl Fn(&T, &T) -> bool) -> bool {
    let width = b.len() + 1;
    let mut reached = vec![false; (a.len() + 1) * width];
    reached[0] = true;
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            if !reached[i * width + j] {
                continue;
            }
            let (x, y) = (a.get(i), b.get(j));
            let (x_many, y_many) = (x.is_some_and(&many), y.is_some_and(&many));
            // A repeated item may stand for nothing, or swallow one item of the other side.
            let down = x_many || (x.is_some() && y_many);
            let right = y_many || (y.is_some() && x_many);
            let both = matches!((x, y), (Some(x), Some(y)) if !x_many && !y_many && fit(x, y));
            if down {
                reached[(i + 1) * width + j] = true;
            }
            if right {
                reached[i * width + j + 1] = true;
            }
            if both {
                reached[(i + 1) * width + j + 1] = true;
            }
        }
    }
    reached[a.len() * width + b.len()]
}

fn paths_meet(a: &[Segment], b: &[Segment]) -> bool {
    let fit = |x: &Segment, y: &Segment| match (x, y) {
        (Segment::Name(x), Segment::Name(y)) => names_meet(x, y),
        (Segment::Any, _) | (_, Segment::Any) => true,
    };
    walk(a, b, |segment| *segment == Segment::Any, fit)
}

fn names_meet(a: &[Token], b: &[Token]) -> bool {
    let fit = |x: &Token, y: &Token| match (x, y) {
        (Token::One(x), Token::One(y)) => !meet(x, y).is_empty(),
        (Token::Star, _) | (_, Token::Star) => true,
    };
    walk(a, b, |token| *token == Token::Star, fit)
}

#[cfg(test)]
mod tests;
