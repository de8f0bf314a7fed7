//! What the palette lists: every command with its key, and tabs, panes and sessions to go to; and
//! which of them fit a few letters.
//!
//! A row is a command line and nothing else, so the palette can do what keys and the prompt can and
//! no more. Names of tabs, panes and sessions are foreign text: they are cleaned here and quoted where
//! they stand in a line.

use std::sync::OnceLock;

use nucleo_matcher::pattern::{Atom, AtomKind, CaseMatching, Normalization};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::rows;
use super::spec::{Place, Row};
use crate::draw::text::sanitize_line;
use crate::keys::chord;
use crate::keys::keymap::{Entry, Table};
use crate::model::state::State;
use crate::model::view::View;

/// How many lines run from the palette are remembered.
pub const MOST_RECENT: usize = 30;

/// What a name's match counts beside one in what is said about it.
const NAME_BONUS: u32 = 1000;
/// What having been run lately counts: about as much as one more letter that fits.
const RECENT_BONUS: u32 = 20;

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// `tab`, `pane` or `session`; empty for a command.
    pub kind: &'static str,
    /// What it is called, fit to be shown.
    pub name: String,
    /// What it does or is, in one line.
    pub about: String,
    /// The key that does the same, or empty.
    pub key: String,
    /// The command line that Enter runs.
    pub line: String,
    /// What Tab puts into the prompt.
    pub stem: String,
    /// Words that find it as well, not shown.
    also: String,
}

/// A row that fits, and where in its name the letters are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The row.
    pub item: Item,
    /// Characters of the name that were matched, in order.
    pub letters: Vec<u32>,
}

/// The rows that fit `query`, the best first; without letters all of them. What was run last comes
/// first among equals.
pub fn find(state: &State, view: &View, query: &str) -> Vec<Found> {
    let items = items(state, view);
    let recent = |item: &Item| {
        let lines = state.palette_recent.iter().rev();
        lines.clone().position(|line| *line == item.line)
    };
    let mut matcher = Matcher::new(Config::DEFAULT);
    let atoms: Vec<Word> = query.split_whitespace().map(Word::new).collect();
    let mut found: Vec<(u32, usize, Found)> = items
        .into_iter()
        .filter_map(|item| {
            let (mut score, letters) = score(&atoms, &item, &mut matcher)?;
            let rank = recent(&item).unwrap_or(usize::MAX);
            if rank < usize::MAX {
                score += RECENT_BONUS;
            }
            Some((score, rank, Found { item, letters }))
        })
        .collect();
    found.sort_by(|(a, first, _), (b, second, _)| b.cmp(a).then(first.cmp(second)));
    found.into_iter().map(|(_, _, found)| found).collect()
}

/// A word of the query: its letters may be apart in a name, but not in what is said about it.
struct Word {
    fuzzy: Atom,
    whole: Atom,
}

impl Word {
    fn new(word: &str) -> Word {
        let atom = |kind| Atom::new(word, CaseMatching::Smart, Normalization::Smart, kind, false);
        Word {
            fuzzy: atom(AtomKind::Fuzzy),
            whole: atom(AtomKind::Substring),
        }
    }
}

/// How well a row fits; `None` if a word is nowhere in it.
fn score(words: &[Word], item: &Item, matcher: &mut Matcher) -> Option<(u32, Vec<u32>)> {
    let mut letters = Vec::new();
    let mut total = 0;
    let (mut name, mut rest) = (Vec::new(), Vec::new());
    let name = Utf32Str::new(&item.name, &mut name);
    let others = format!("{} {} {} {}", item.kind, item.key, item.also, item.about);
    let others = Utf32Str::new(&others, &mut rest);
    for word in words {
        total += match word.fuzzy.indices(name, matcher, &mut letters) {
            Some(score) => u32::from(score) + NAME_BONUS,
            None => u32::from(word.whole.score(others, matcher)?),
        };
    }
    letters.sort_unstable();
    letters.dedup();
    Some((total, letters))
}

/// Every row: where one can go, then what one can do.
fn items(state: &State, view: &View) -> Vec<Item> {
    let mut items = places(state, view);
    let keymap = &state.config.keymap;
    let bound: Vec<Bound> = keymap
        .entries()
        .iter()
        .filter(|entry| entry.table == Table::Normal)
        .filter_map(Bound::new)
        .collect();
    for command in commands() {
        let key = bound.iter().find(|bound| bound.words == command.name);
        let line = match key {
            Some(bound) => bound.line.clone(),
            None if command.asks => format!("prompt {}", command.name),
            None => command.name.to_owned(),
        };
        items.push(Item {
            kind: "",
            name: command.name.to_owned(),
            about: command.about.clone(),
            key: key.map(|bound| bound.keys.clone()).unwrap_or_default(),
            line,
            stem: format!("{} ", command.name),
            also: command.aliases.clone(),
        });
        let prefix = format!("{} ", command.name);
        // A tab's own row has its number's key; other words of a bound line are rows of their own.
        let with_words = bound
            .iter()
            .filter(|bound| bound.words.starts_with(&prefix) && command.name != "focus-tab");
        items.extend(with_words.map(|bound| Item {
            kind: "",
            name: bound.words.clone(),
            about: bound.note.clone(),
            key: bound.keys.clone(),
            line: bound.line.clone(),
            stem: format!("{} ", bound.words),
            also: String::new(),
        }));
    }
    items
}

/// A bound line and the command in it, without the question asked before.
struct Bound {
    words: String,
    line: String,
    keys: String,
    note: String,
}

impl Bound {
    fn new(entry: &Entry<'_>) -> Option<Bound> {
        let line = entry.binding.command.clone();
        let commands = super::line::commands(&line).ok()?;
        let [words] = commands.as_slice() else {
            return Some(Bound {
                words: line.clone(),
                keys: chord::show(&entry.keys),
                note: entry.binding.note.clone(),
                line,
            });
        };
        let inner = match words.as_slice() {
            [first, rest @ ..] if first == "prompt" && !rest.is_empty() => rest,
            [first, flag, _, rest @ ..] if first == "confirm" && flag == "-p" => rest,
            all => all,
        };
        let inner = inner.iter().map(String::as_str);
        Some(Bound {
            words: shlex::try_join(inner).ok()?,
            keys: chord::show(&entry.keys),
            note: entry.binding.note.clone(),
            line,
        })
    }
}

/// A command as the table tells it. Asking the table is slow enough to be done once.
struct Known {
    name: &'static str,
    aliases: String,
    about: String,
    /// Whether it does nothing without words of one's own.
    asks: bool,
}

fn commands() -> &'static [Known] {
    static KNOWN: OnceLock<Vec<Known>> = OnceLock::new();
    let known = |row: &Row| Known {
        name: row.name,
        aliases: row.aliases.join(" "),
        about: row.about(),
        asks: row.clap().get_arguments().any(clap::Arg::is_required_set),
    };
    KNOWN.get_or_init(|| {
        let mut rows: Vec<&Row> = rows()
            .filter(|row| row.place != Place::Local && !row.hidden())
            .collect();
        // What one does to the screen in front of one comes before what one tells the team.
        rows.sort_by_key(|row| row.place == Place::Store);
        rows.into_iter().map(known).collect()
    })
}

fn places(state: &State, view: &View) -> Vec<Item> {
    let place = |kind, name: String, about: String, line: String| Item {
        kind,
        name: sanitize_line(&name),
        about: sanitize_line(&about),
        key: String::new(),
        stem: format!("{line} "),
        line,
        also: String::new(),
    };
    let mut items = Vec::new();
    for (index, tab) in state.tabs.iter().enumerate() {
        let panes = tab.panes();
        let mut about = crate::ui::paint::count(panes.len(), "pane");
        if tab.id == view.tab {
            about.push_str(", shown");
        }
        let name = format!("{index}: {}", state.tab_label(tab));
        let bound = state.config.keymap.reverse(&format!("focus-tab {index}"));
        let mut item = place("tab", name, about, format!("focus-tab {}", tab.id));
        item.key = bound
            .first()
            .map(|entry| chord::show(&entry.keys))
            .unwrap_or_default();
        items.push(item);
        for pane in panes.iter().filter_map(|id| state.panes.get(id)) {
            let session = state.snapshot.session(&pane.session);
            let who = session.map(|session| format!(", {}", session.name));
            let about = format!("{} in tab {index}{}", pane.id, who.unwrap_or_default());
            let line = format!("focus-pane -t {}", pane.id);
            items.push(place("pane", pane.label(), about, line));
        }
    }
    for session in &state.snapshot.sessions {
        let pane = state.panes.values().find(|pane| pane.session == session.id);
        let what = session.working_on.as_ref().or(session.role.as_ref());
        let what = what.map(|what| format!(", {what}")).unwrap_or_default();
        let (about, line) = match (pane, shlex::try_quote(&session.name)) {
            (Some(pane), _) => (
                format!("in {}{what}", pane.id),
                format!("focus-pane -t {}", pane.id),
            ),
            (None, Ok(name)) => (format!("elsewhere{what}"), format!("session-status {name}")),
            (None, Err(_)) => continue,
        };
        items.push(place("session", session.name.clone(), about, line));
    }
    items
}
