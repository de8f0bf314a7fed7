//! Searching a frozen text, a bounded piece at a time.
//!
//! A pattern is a regular expression; one that is none, such as a half-typed one, is taken as it
//! stands. Case matters as soon as the pattern has a capital letter. Lines are searched whole,
//! however they are wrapped.
//!
//! A [`Search`] counts matches block by block, in any order, so that the caller decides how much is
//! done at once and where to begin. It keeps how many matches a line has, not where they are: a
//! pattern that matches everywhere costs eight bytes a line. Where they are is found out again when
//! somebody looks there.

use regex::bytes::{Regex, RegexBuilder};

use super::frozen::{Anchor, Frozen, Point};
use super::pack;
use crate::draw::text;

/// The largest compiled pattern, in bytes; a larger one is refused.
const MAX_COMPILED: usize = 1 << 20;
/// The longest pattern, in bytes.
const MAX_PATTERN: usize = 1024;
/// How far into the next piece of a line that was cut a match may reach, in bytes.
const OVERLAP: usize = 512;
/// The most matches looked at in one line.
const MAX_IN_LINE: usize = 8192;

/// A place where the pattern matches: its first and its last cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Match {
    /// The first cell.
    pub start: Point,
    /// The last cell; it may be in a later row.
    pub end: Point,
}

/// What looking for the next match gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// Here; `wrapped` if the search went on at the other end of the text.
    At {
        /// Where.
        found: Match,
        /// Whether it lies beyond the end of the text.
        wrapped: bool,
    },
    /// Not yet known: this block is to be searched first.
    Later(usize),
    /// There is none.
    Nowhere,
}

/// A line with matches, by its place in the block, and how many.
type Hit = (u32, u32);

/// A pattern and what is known of its matches.
#[derive(Debug, Clone)]
pub struct Search {
    pattern: String,
    regex: Regex,
    literal: bool,
    /// What was found in each block; `None` where nobody looked yet.
    blocks: Vec<Option<Vec<Hit>>>,
    /// Blocks nobody looked at yet.
    pub(super) left: usize,
    total: usize,
}

impl Search {
    /// A search that has not begun; `None` if there is no pattern, or an absurd one.
    pub fn new(pattern: &str, frozen: &Frozen) -> Option<Search> {
        if pattern.is_empty() || pattern.len() > MAX_PATTERN {
            return None;
        }
        let compiled = compile(pattern, pattern);
        let literal = compiled.is_none();
        let regex = compiled.or_else(|| compile(&regex::escape(pattern), pattern))?;
        Some(Search {
            pattern: pattern.to_owned(),
            regex,
            literal,
            blocks: vec![None; frozen.blocks()],
            left: frozen.blocks(),
            total: 0,
        })
    }

    /// What is searched.
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// Whether the pattern is no regular expression and is searched as it stands.
    pub fn is_literal(&self) -> bool {
        self.literal
    }

    /// Matches found so far.
    pub fn total(&self) -> usize {
        self.total
    }

    /// Whether everything has been searched.
    pub fn is_done(&self) -> bool {
        self.left == 0
    }

    /// Searches blocks, from block `start` on in the direction given, until about `budget` bytes
    /// have been looked at. With nothing left to do it does nothing.
    pub fn work(&mut self, frozen: &Frozen, start: usize, forward: bool, budget: usize) {
        let count = self.blocks.len();
        let start = start.min(count - 1);
        let mut seen = 0;
        for step in 0..count {
            if self.left == 0 || seen >= budget {
                return;
            }
            let at = match forward {
                true => (start + step) % count,
                false => (start + count - step) % count,
            };
            seen += self.count_block(frozen, at);
        }
    }

    /// Searches one block unless it has been; returns the bytes looked at.
    fn count_block(&mut self, frozen: &Frozen, at: usize) -> usize {
        let (Some(slot @ None), Some(lines)) = (self.blocks.get_mut(at), frozen.block(at)) else {
            return 0;
        };
        let mut hits = Vec::new();
        let mut line = LineText::default();
        for index in lines.places() {
            line.read(frozen, at, index);
            let count = line.matches(&self.regex).count();
            if count > 0 {
                self.total += count;
                hits.push((index as u32, count as u32));
            }
        }
        *slot = Some(hits);
        self.left -= 1;
        lines.size().max(1)
    }

    /// The nearest match after `from` (or before it), going on at the other end of the text.
    pub fn next(&self, frozen: &Frozen, from: Point, forward: bool) -> Found {
        let from = frozen.anchor(from);
        let mut line = LineText::default();
        // The rest of the line one is in.
        line.read(frozen, from.block, from.line);
        let near = {
            let mut here = line.matches(&self.regex).map(|found| line.columns(found));
            match forward {
                true => here.find(|(start, _)| *start > from.offset),
                false => here.take_while(|(start, _)| *start < from.offset).last(),
            }
        };
        if let Some(columns) = near {
            return self.at(frozen, (from.block, from.line), columns, false);
        }
        let count = self.blocks.len();
        for step in 0..=count {
            let at = match forward {
                true => (from.block + step) % count,
                false => (from.block + count - step % count) % count,
            };
            let Some(Some(hits)) = self.blocks.get(at) else {
                return Found::Later(at);
            };
            let ahead = |index: usize| match (step == 0, step == count) {
                // The block one is in comes twice: what lies ahead at first, the rest in the end.
                (true, _) if forward => index > from.line,
                (true, _) => index < from.line,
                (_, true) if forward => index <= from.line,
                (_, true) => index >= from.line,
                _ => true,
            };
            let mut lines = hits.iter().map(|(index, _)| *index as usize);
            let found = match forward {
                true => lines.find(|index| ahead(*index)),
                false => lines.rfind(|index| ahead(*index)),
            };
            let Some(index) = found else {
                continue;
            };
            line.read(frozen, at, index);
            let mut all = line.matches(&self.regex).map(|found| line.columns(found));
            let columns = match forward {
                true => all.next(),
                false => all.last(),
            };
            if let Some(columns) = columns {
                let place = (at, index);
                let wrapped = match forward {
                    true => place <= (from.block, from.line),
                    false => place >= (from.block, from.line),
                };
                return self.at(frozen, place, columns, wrapped);
            }
        }
        Found::Nowhere
    }

    fn at(
        &self,
        frozen: &Frozen,
        (block, line): (usize, usize),
        (start, end): (usize, usize),
        wrapped: bool,
    ) -> Found {
        let found = to_match(frozen, (block, line), (start, end));
        Found::At { found, wrapped }
    }

    /// The matches that begin in some rows, in order.
    pub fn in_rows(&self, frozen: &Frozen, first: usize, count: usize) -> Vec<Match> {
        let mut matches = Vec::new();
        let from = frozen.anchor(Point::new(first, 0));
        let mut at = Some((from.block, from.line));
        let mut line = LineText::default();
        while let Some((block, index)) = at {
            if frozen
                .point(Anchor {
                    block,
                    line: index,
                    offset: 0,
                })
                .row
                >= first + count
            {
                break;
            }
            line.read(frozen, block, index);
            for found in line.matches(&self.regex) {
                matches.push(to_match(frozen, (block, index), line.columns(found)));
            }
            at = frozen.after(block, index);
        }
        matches.retain(|found| found.end.row >= first && found.start.row < first + count);
        matches
    }

    /// Which match, counted from 1, begins at a point; `None` if none does or what lies before it
    /// has not been searched.
    pub fn number(&self, frozen: &Frozen, point: Point) -> Option<usize> {
        let here = frozen.anchor(point);
        let mut before = 0;
        for hits in self.blocks.get(..here.block)? {
            before += hits
                .as_ref()?
                .iter()
                .map(|(_, count)| *count as usize)
                .sum::<usize>();
        }
        let hits = self.blocks.get(here.block)?.as_ref()?;
        let above = hits
            .iter()
            .take_while(|(index, _)| (*index as usize) < here.line);
        before += above.map(|(_, count)| *count as usize).sum::<usize>();
        let mut line = LineText::default();
        line.read(frozen, here.block, here.line);
        let mut starts = line.matches(&self.regex).map(|found| line.columns(found).0);
        let place = starts.position(|start| start == here.offset)?;
        Some(before + place + 1)
    }
}

/// The pattern with smart case, decided by what was typed.
fn compile(regex: &str, typed: &str) -> Option<Regex> {
    let mut escaped = false;
    let capital = typed.chars().any(|c| {
        let counts = !escaped && c.is_uppercase();
        escaped = !escaped && c == '\\';
        counts
    });
    let mut builder = RegexBuilder::new(regex);
    builder.case_insensitive(!capital);
    builder
        .size_limit(MAX_COMPILED)
        .dfa_size_limit(MAX_COMPILED);
    builder.build().ok()
}

fn to_match(frozen: &Frozen, (block, line): (usize, usize), (start, end): (usize, usize)) -> Match {
    let point = |offset| {
        frozen.point(Anchor {
            block,
            line,
            offset,
        })
    };
    Match {
        start: point(start),
        end: point(end),
    }
}

/// The text of one line, with the beginning of what continues it.
#[derive(Debug, Default)]
struct LineText {
    bytes: Vec<u8>,
    /// Bytes that are the line's own.
    own: usize,
}

impl LineText {
    fn read(&mut self, frozen: &Frozen, block: usize, index: usize) {
        self.bytes.clear();
        let Some(lines) = frozen.block(block) else {
            return;
        };
        pack::text(lines.bytes_of(index), &mut self.bytes);
        self.own = self.bytes.len();
        if lines.get(index).is_some_and(|line| line.open)
            && let Some((block, next)) = frozen.after(block, index)
            && let Some(lines) = frozen.block(block)
        {
            pack::text(lines.bytes_of(next), &mut self.bytes);
            self.bytes.truncate(self.own + OVERLAP);
        }
    }

    /// Where the pattern matches, in bytes. One that begins in the next line is found there.
    fn matches<'a>(&'a self, regex: &'a Regex) -> impl Iterator<Item = (usize, usize)> + 'a {
        let found = regex.find_iter(&self.bytes).take(MAX_IN_LINE);
        let own = found.take_while(|found| found.start() < self.own);
        own.filter(|found| !found.is_empty())
            .map(|found| (found.start(), found.end()))
    }

    /// The first and last column of a match.
    fn columns(&self, (start, end): (usize, usize)) -> (usize, usize) {
        let width = |range: &[u8]| match range.is_ascii() {
            true => range.len(),
            false => text::width(&String::from_utf8_lossy(range)),
        };
        let first = width(self.bytes.get(..start).unwrap_or_default());
        let length = width(self.bytes.get(start..end).unwrap_or_default());
        (first, first + length.max(1) - 1)
    }
}
