//! Do two patterns have anything in common? Exactly, both ways, without listing files.
//!
//! A pattern is a `/`-separated path whose segments may contain `*` (any characters), `?` (one
//! character), `[a-z]`, `[!a-z]` (one of, none of), `{a,b}` (either) and `\x` (just x); a segment
//! `**` stands for any number of segments, none included. A literal path is the simplest pattern.
//! Names beginning with a dot are not special: a claim protects them too.
//!
//! Two patterns overlap if some path matches both. Braces are multiplied out first; then segments,
//! and within segments characters, are walked in step, as the product of two small automata. The
//! work is bounded by the product of the patterns' lengths times that of their alternatives.

use crate::error::{Error, Result};

/// Alternatives that braces may multiply out to.
const MAX_ALTERNATIVES: usize = 64;

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
    if out.len() >= MAX_ALTERNATIVES {
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
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn overlaps(a: &str, b: &str) -> bool {
        let (a, b) = (Glob::parse(a).unwrap(), Glob::parse(b).unwrap());
        assert_eq!(a.overlaps(&b), b.overlaps(&a));
        a.overlaps(&b)
    }

    #[test]
    fn patterns_overlap_both_ways() {
        let check =
            |a: &str, b: &str, expected: bool| assert_eq!(overlaps(a, b), expected, "{a} {b}");
        check("src/a.rs", "src/a.rs", true);
        check("src/a.rs", "src/b.rs", false);
        check("src/*.rs", "src/a.rs", true);
        check("src/*.rs", "src/x/a.rs", false);
        check("src/**", "src/x/a.rs", true);
        check("src/**", "src", true);
        check("**", "anything/at/all", true);
        check("**/*.rs", "src/*", true);
        check("**/a/**/b", "a/b", true);
        check("src/*a", "src/b*", true);
        check("src/a*", "src/b*", false);
        check("*a*", "b", false);
        check("a?c", "abc", true);
        check("a?c", "ac", false);
        check("a?c", "a/c", false);
        check("[a-f]x", "[g-z]x", false);
        check("[!a-f]x", "[a-g]x", true);
        check("[!a]", "a", false);
        check("[]]", "\\]", true);
        check("{a,b}/c", "b/*", true);
        check("{a,b/{c,d}}/e", "b/d/e", true);
        check("{a,b}", "c", false);
        check("x{,y}", "x", true);
        check("app/\\[id\\]/p", "app/[id]/p", false);
        check("app/\\[id\\]/p", "app/*/p", true);
        check(".env", "*", true);
        check("a//b", "a/b", true);
        check("ünï*", "?nïx", true);
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for bad in [
            "[a",
            "{a",
            "a}",
            "a]",
            "[b-a]",
            "a\\",
            "[a\\",
            "[/]",
            "{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}",
        ] {
            let error = Glob::parse(bad).unwrap_err();
            assert_eq!(error.kind, crate::error::Kind::Usage, "{bad}");
        }
    }

    #[test]
    fn the_work_is_bounded() {
        let stars = "*a".repeat(500);
        let deep = "**/a/".repeat(200);
        assert!(overlaps(&stars, &stars));
        assert!(overlaps(&deep, &deep));
    }

    /// A matcher that shares nothing with the code above: plain recursion on one text.
    fn matches(pattern: &[char], text: &[char]) -> bool {
        let choice = |pattern: &[char]| {
            let end = pattern.iter().position(|c| *c == '}').unwrap();
            let inside: String = pattern[1..end].iter().collect();
            inside.split(',').any(|part| {
                let whole: Vec<char> = part
                    .chars()
                    .chain(pattern[end + 1..].iter().copied())
                    .collect();
                matches(&whole, text)
            })
        };
        match pattern {
            [] => text.is_empty(),
            ['*', '*', '/', rest @ ..] => {
                matches(rest, text)
                    || (0..text.len()).any(|at| text[at] == '/' && matches(rest, &text[at + 1..]))
            }
            ['*', '*'] => true,
            ['/', '*', '*'] => text.is_empty() || text[0] == '/',
            ['*', rest @ ..] => {
                let reach = text.iter().position(|c| *c == '/').unwrap_or(text.len());
                (0..=reach).any(|at| matches(rest, &text[at..]))
            }
            ['?', rest @ ..] => {
                text.first().is_some_and(|c| *c != '/') && matches(rest, &text[1..])
            }
            ['[', '!', c, ']', rest @ ..] => {
                text.first().is_some_and(|t| t != c && *t != '/') && matches(rest, &text[1..])
            }
            ['[', c, d, ']', rest @ ..] => {
                text.first().is_some_and(|t| t == c || t == d) && matches(rest, &text[1..])
            }
            ['{', ..] => choice(pattern),
            [c, rest @ ..] => text.first() == Some(c) && matches(rest, &text[1..]),
        }
    }

    /// Every path of `a`, `b`, `c` with up to three segments of up to three letters, five in all.
    fn paths() -> Vec<Vec<char>> {
        let mut all: Vec<Vec<char>> = vec![vec![]];
        let mut from = 0;
        for _ in 0..5 {
            let until = all.len();
            for at in from..until {
                for c in ['a', 'b', 'c', '/'] {
                    let mut longer = all[at].clone();
                    longer.push(c);
                    all.push(longer);
                }
            }
            from = until;
        }
        let sound = |path: &Vec<char>| {
            let text: String = path.iter().collect();
            !text.is_empty()
                && !text.starts_with('/')
                && !text.ends_with('/')
                && !text.contains("//")
        };
        all.retain(sound);
        all
    }

    fn segment() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            4 => "[abc]",
            2 => Just("*".to_owned()),
            1 => Just("?".to_owned()),
            1 => "\\[![abc]\\]",
            1 => "\\[[ab][bc]\\]",
            1 => "\\{[ab],[bc]\\}",
        ];
        prop_oneof![
            4 => prop::collection::vec(piece, 1..3).prop_map(|pieces| pieces.concat().replace("**", "*")),
            1 => Just("**".to_owned()),
        ]
    }

    fn pattern() -> impl Strategy<Value = String> {
        prop::collection::vec(segment(), 1..3)
            .prop_map(|segments| segments.join("/").replace("**/**", "**"))
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

        #[test]
        fn overlap_is_what_trying_every_path_says(a in pattern(), b in pattern()) {
            let (x, y): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
            // Two patterns of this size that meet at all meet within five characters.
            let found = paths().into_iter().find(|path| matches(&x, path) && matches(&y, path));
            let expected = found.is_some();
            prop_assert_eq!(overlaps(&a, &b), expected, "{} {} {:?}", a, b, found);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,40}") {
            if let Ok(glob) = Glob::parse(&text) {
                prop_assert!(glob.overlaps(&glob) || text.is_empty());
            }
        }

        #[test]
        fn an_escaped_text_matches_itself(text in "[a-c*?\\[\\]{},\\\\!^-]{1,8}") {
            prop_assert!(overlaps(&escape(&text), &escape(&text)));
            prop_assert!(overlaps(&escape(&text), "*"));
        }
    }
}
