//! What happened lately: a bounded list of events that readers follow with cursors.
//!
//! Every event has a number, one more than the one before it. A reader says after which number it
//! wants to go on and is told the next events there are; the journal knows nothing about readers and
//! waits for none. Old events make room for new ones, and a reader that comes too late is told how
//! many it missed. A cursor also names the server's life it stems from, so that one of an earlier
//! life is never taken for a place in this one.

use std::collections::VecDeque;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::id::{ClientId, PaneId, TabId};
use crate::draw::text::sanitize;

/// How many events are kept.
pub const KEPT: usize = 4096;
/// Texts of programs are cut to so many columns.
const MAX_TEXT: usize = 256;

/// What happened. The names are part of the `--json` contract and those of hooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A pane was made; its program is being started.
    PaneOpened,
    /// A pane's program is over: `code`.
    PaneExited,
    /// A pane is gone.
    PaneClosed,
    /// A pane has another title: `title`.
    PaneTitle,
    /// A bell rang in a pane.
    PaneBell,
    /// A pane that nobody looked at has put something out.
    PaneActivity,
    /// A program asks for attention: `title`, `body`.
    PaneNotification,
    /// A program says what it is doing: `state`, `title`, `message`.
    PaneStatus,
    /// A tab was made.
    TabOpened,
    /// A tab is gone.
    TabClosed,
    /// A tab has another name: `name`.
    TabRenamed,
    /// The panes of a tab lie differently.
    TabLayout,
    /// A terminal was attached.
    ClientAttached,
    /// A terminal went away.
    ClientDetached,
    /// The store changed: `revision`.
    StoreChanged,
    /// Hooks were not run because there were too many of them: `count`.
    HooksSkipped,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 16] = [
        Kind::PaneOpened,
        Kind::PaneExited,
        Kind::PaneClosed,
        Kind::PaneTitle,
        Kind::PaneBell,
        Kind::PaneActivity,
        Kind::PaneNotification,
        Kind::PaneStatus,
        Kind::TabOpened,
        Kind::TabClosed,
        Kind::TabRenamed,
        Kind::TabLayout,
        Kind::ClientAttached,
        Kind::ClientDetached,
        Kind::StoreChanged,
        Kind::HooksSkipped,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Kind::PaneOpened => "pane-opened",
            Kind::PaneExited => "pane-exited",
            Kind::PaneClosed => "pane-closed",
            Kind::PaneTitle => "pane-title",
            Kind::PaneBell => "pane-bell",
            Kind::PaneActivity => "pane-activity",
            Kind::PaneNotification => "pane-notification",
            Kind::PaneStatus => "pane-status",
            Kind::TabOpened => "tab-opened",
            Kind::TabClosed => "tab-closed",
            Kind::TabRenamed => "tab-renamed",
            Kind::TabLayout => "tab-layout",
            Kind::ClientAttached => "client-attached",
            Kind::ClientDetached => "client-detached",
            Kind::StoreChanged => "store-changed",
            Kind::HooksSkipped => "hooks-skipped",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// One event.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its number, from 1.
    pub number: u64,
    /// Milliseconds since the server started.
    pub at_ms: u64,
    /// What happened.
    pub kind: Kind,
    /// Where.
    pub place: Place,
    /// What else there is to say, by name.
    pub detail: Map<String, Value>,
    /// Whether a hook brought it about: such events start no hooks.
    pub by_hook: bool,
}

/// What an event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Place {
    /// The pane.
    pub pane: Option<PaneId>,
    /// The tab.
    pub tab: Option<TabId>,
    /// The terminal.
    pub client: Option<ClientId>,
}

impl From<PaneId> for Place {
    fn from(pane: PaneId) -> Place {
        Place {
            pane: Some(pane),
            ..Place::default()
        }
    }
}

impl From<TabId> for Place {
    fn from(tab: TabId) -> Place {
        Place {
            tab: Some(tab),
            ..Place::default()
        }
    }
}

impl From<ClientId> for Place {
    fn from(client: ClientId) -> Place {
        Place {
            client: Some(client),
            ..Place::default()
        }
    }
}

/// A place in a journal: just after the event of that number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The server's life.
    pub life: u64,
    /// The number of the last event seen.
    pub number: u64,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}.{}", self.life, self.number)
    }
}

impl FromStr for Cursor {
    type Err = BadCursor;

    fn from_str(text: &str) -> Result<Cursor, BadCursor> {
        let (life, number) = text.split_once('.').ok_or(BadCursor)?;
        Ok(Cursor {
            life: u64::from_str_radix(life, 16).map_err(|_| BadCursor)?,
            number: number.parse().map_err(|_| BadCursor)?,
        })
    }
}

/// The text is no cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor; use one that stoa events printed")]
pub struct BadCursor;

/// The events kept.
#[derive(Debug, Default)]
pub struct Journal {
    /// Tells this server's life from others'.
    pub life: u64,
    /// Whether what is noted now is brought about by a hook.
    pub by_hook: bool,
    last: u64,
    entries: VecDeque<Entry>,
}

/// The events after a cursor.
#[derive(Debug, PartialEq)]
pub struct Batch<'a> {
    /// How many were dropped before they could be read; `None` if the cursor is of another life.
    pub lost: Option<u64>,
    /// What is there, oldest first.
    pub entries: Vec<&'a Entry>,
    /// Where to go on.
    pub next: Cursor,
}

impl Journal {
    /// Goes on numbering where an earlier image of this server was; its events are gone.
    pub fn go_on(&mut self, from: Cursor) {
        self.life = from.life;
        self.last = from.number;
        // What was noted while the state was taken over is no news, and would be out of order.
        self.entries.clear();
    }

    /// Notes that something happened.
    pub fn note(
        &mut self,
        at_ms: u64,
        kind: Kind,
        place: impl Into<Place>,
        detail: Map<String, Value>,
    ) {
        self.last += 1;
        if self.entries.len() >= KEPT {
            self.entries.pop_front();
        }
        self.entries.push_back(Entry {
            number: self.last,
            at_ms,
            kind,
            place: place.into(),
            detail,
            by_hook: self.by_hook,
        });
    }

    /// The number of the newest event; 0 if there was none.
    pub fn last(&self) -> u64 {
        self.last
    }

    /// The place after the newest event.
    pub fn now(&self) -> Cursor {
        Cursor {
            life: self.life,
            number: self.last,
        }
    }

    /// The events after number `number`, of those kept.
    pub fn after(&self, number: u64) -> impl Iterator<Item = &Entry> {
        let first = self.entries.front().map_or(0, |entry| entry.number);
        let skip = (number + 1).saturating_sub(first);
        self.entries
            .iter()
            .skip(usize::try_from(skip).unwrap_or(usize::MAX))
    }

    /// Up to `most` events after the cursor.
    pub fn since(&self, cursor: Cursor, most: usize) -> Batch<'_> {
        let same = cursor.life == self.life && cursor.number <= self.last;
        let number = if same { cursor.number } else { 0 };
        let entries: Vec<&Entry> = self.after(number).take(most).collect();
        let first = (self.entries.front()).map_or(self.last + 1, |entry| entry.number);
        let next = entries
            .last()
            .map_or(number.max(first - 1), |entry| entry.number);
        Batch {
            lost: same.then(|| first.saturating_sub(number + 1)),
            entries,
            next: Cursor {
                life: self.life,
                number: next,
            },
        }
    }

    /// An event as data.
    pub fn show(&self, entry: &Entry) -> Value {
        let cursor = Cursor {
            life: self.life,
            number: entry.number,
        };
        let mut data = json!({
            "cursor": cursor.to_string(),
            "at_ms": entry.at_ms,
            "event": entry.kind.name(),
        });
        if let Value::Object(fields) = &mut data {
            let Place { pane, tab, client } = entry.place;
            let pane = pane.map(|pane| ("pane", pane.to_string()));
            let tab = tab.map(|tab| ("tab", tab.to_string()));
            let client = client.map(|client| ("client", client.to_string()));
            for (name, id) in [pane, tab, client].into_iter().flatten() {
                fields.insert(name.to_owned(), id.into());
            }
            fields.extend(entry.detail.clone());
        }
        data
    }
}

/// A detail with one field of text, made safe and short.
pub fn text_detail(name: &str, text: &str) -> Map<String, Value> {
    let mut detail = Map::new();
    detail.insert(name.to_owned(), sanitize(text, MAX_TEXT).into());
    detail
}

/// A detail with one field.
pub fn detail(name: &str, value: impl Into<Value>) -> Map<String, Value> {
    let mut detail = Map::new();
    detail.insert(name.to_owned(), value.into());
    detail
}

#[cfg(test)]
mod tests {
    use super::*;

    fn journal(events: u64) -> Journal {
        let mut journal = Journal {
            life: 0xa1,
            ..Journal::default()
        };
        for at in 0..events {
            journal.note(at, Kind::PaneBell, PaneId(at as u32), Map::new());
        }
        journal
    }

    fn cursor(number: u64) -> Cursor {
        Cursor { life: 0xa1, number }
    }

    fn numbers(batch: &Batch<'_>) -> Vec<u64> {
        batch.entries.iter().map(|entry| entry.number).collect()
    }

    #[test]
    fn a_reader_goes_on_where_it_was() {
        let journal = journal(5);
        let first = journal.since(cursor(0), 3);
        assert_eq!((first.lost, numbers(&first)), (Some(0), vec![1, 2, 3]));
        let second = journal.since(first.next, 3);
        assert_eq!(numbers(&second), [4, 5]);
        let third = journal.since(second.next, 3);
        assert_eq!(
            (third.lost, numbers(&third), third.next),
            (Some(0), vec![], cursor(5))
        );
    }

    #[test]
    fn who_comes_late_is_told_how_much_is_gone() {
        let journal = journal(KEPT as u64 + 10);
        let batch = journal.since(cursor(3), 2);
        assert_eq!((batch.lost, numbers(&batch)), (Some(7), vec![11, 12]));
        assert_eq!(journal.since(batch.next, 1).lost, Some(0));
    }

    #[test]
    fn a_cursor_of_another_life_starts_over() {
        let journal = journal(2);
        let old = Cursor { life: 9, number: 1 };
        let batch = journal.since(old, 9);
        assert_eq!((batch.lost, numbers(&batch)), (None, vec![1, 2]));
        // One from the future cannot be ours.
        assert_eq!(journal.since(cursor(7), 9).lost, None);
    }

    #[test]
    fn an_upgraded_server_goes_on_numbering() {
        let mut journal = journal(2);
        journal.go_on(cursor(40));
        let quiet = journal.since(cursor(40), 9);
        assert_eq!(
            (quiet.lost, numbers(&quiet), quiet.next),
            (Some(0), vec![], cursor(40))
        );
        assert_eq!(journal.since(cursor(37), 9).lost, Some(3));
        journal.note(7, Kind::PaneBell, PaneId(1), Map::new());
        let news = journal.since(cursor(40), 9);
        assert_eq!((news.lost, numbers(&news)), (Some(0), vec![41]));
        assert_eq!(journal.since(cursor(39), 9).lost, Some(1));
    }

    #[test]
    fn an_empty_journal_has_a_place_too() {
        let journal = journal(0);
        let batch = journal.since(journal.now(), 9);
        assert_eq!((batch.lost, batch.next), (Some(0), cursor(0)));
    }

    #[test]
    fn cursors_and_kinds_are_read_as_written() {
        assert_eq!(cursor(17).to_string().parse(), Ok(cursor(17)));
        for bad in ["", "17", "zz.1", "a1.", "a1.-1", "a1.1.1"] {
            assert_eq!(bad.parse::<Cursor>(), Err(BadCursor), "{bad}");
        }
        for kind in Kind::ALL {
            assert_eq!(Kind::from_name(kind.name()), Some(kind));
            assert_eq!(serde_json::to_value(kind).ok(), Some(kind.name().into()));
        }
    }
}
