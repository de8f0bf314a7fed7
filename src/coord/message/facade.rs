//! Messages through [`Coord`]: each call is one transaction; waiting sleeps between commits.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::handle::{self, Acknowledged, Handled};
use super::inbox::{self, Inbox, Item};
use super::post::{self, Address, Answer, Draft, Sent};
use super::records::{self, Slip};
use super::trust::Voice;
use crate::coord::audit::{Deed, Noted};
use crate::coord::facade::{Actor, Coord};
use crate::coord::schema::SessionId;
use crate::coord::session;
use crate::coord::watch::Alarm;
use crate::error::{Error, Kind, Result};
use crate::store::{Delta, View};

/// Which message somebody waits for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Its sender: id or name.
    pub from: Option<String>,
    /// What its subject contains, in any case.
    pub subject: Option<String>,
    /// The conversation it belongs to.
    pub thread: Option<u64>,
}

impl Filter {
    fn takes(&self, message: &records::Message) -> bool {
        let from = self.from.as_ref().is_none_or(|from| {
            let id = message.from.session.as_ref();
            message.from.name == *from || id.is_some_and(|id| id.as_str() == from)
        });
        let subject = self.subject.as_ref().is_none_or(|part| {
            let subject = message.subject.to_lowercase();
            subject.contains(&part.to_lowercase())
        });
        from && subject && self.thread.is_none_or(|thread| message.thread == thread)
    }
}

/// A message with its whole body.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opened {
    /// The message and what the session had done with it before.
    pub item: Item,
    /// The body.
    pub body: String,
}

impl Coord {
    /// Sends a message.
    ///
    /// # Errors
    /// See [`post::send`].
    pub fn send(&self, actor: &Actor, voice: &Voice, draft: &Draft) -> Result<Sent> {
        let to = match &draft.to {
            Address::Session(id) => id.to_string(),
            Address::Group(name) => format!("@{name}"),
            Address::All => "--all".to_owned(),
        };
        let deed = actor.asks(Deed::new("send", format!("{to}: {}", draft.subject)), draft);
        // People know a session by its name, which the rule finds.
        let named = |sent: &Sent| Some(format!("{}: {}", sent.to, draft.subject));
        self.act_on(actor, &deed, named, |tx, at, session| {
            post::send(tx, at, session, voice, draft)
        })
    }

    /// Answers a message.
    ///
    /// # Errors
    /// See [`post::reply`].
    pub fn reply(&self, actor: &Actor, voice: &Voice, answer: &Answer) -> Result<Sent> {
        let deed = actor.asks(Deed::new("reply", answer.re.to_string()), answer);
        self.act(actor, &deed, |tx, at, session| {
            post::reply(tx, at, session, voice, answer)
        })
    }

    /// What lies before a session: up to `limit` messages of either kind.
    ///
    /// # Errors
    /// As [`session::acting`].
    pub fn inbox(&self, id: &SessionId, limit: usize) -> Result<Inbox> {
        self.read(|view, at| {
            session::acting(view, at, id)?;
            inbox::list(view, id, limit)
        })
    }

    /// The latest messages that a session has dealt with, oldest first.
    ///
    /// # Errors
    /// As [`session::acting`].
    pub fn handled_messages(&self, id: &SessionId, limit: usize) -> Result<Vec<Item>> {
        self.read(|view, at| {
            session::acting(view, at, id)?;
            inbox::handled(view, id, limit)
        })
    }

    /// A conversation, by any of its messages, with bodies.
    ///
    /// # Errors
    /// As [`inbox::thread`].
    pub fn thread(&self, id: &SessionId, message: u64, limit: usize) -> Result<Vec<Opened>> {
        self.read(|view, at| {
            let session = session::acting(view, at, id)?;
            let items = inbox::thread(view, &session, message, limit)?;
            items.into_iter().map(|item| open(view, item)).collect()
        })
    }

    /// The conversation that a message belongs to.
    ///
    /// # Errors
    /// As [`inbox::visible`].
    pub fn thread_of(&self, id: &SessionId, message: u64) -> Result<u64> {
        self.read(|view, at| {
            let session = session::acting(view, at, id)?;
            Ok(inbox::visible(view, &session, message)?.thread)
        })
    }

    /// Reads a message, which is then no longer unread.
    ///
    /// # Errors
    /// See [`handle::read`].
    pub fn read_message(&self, actor: &Actor, message: u64) -> Result<Opened> {
        let mut deed = Deed::new("read", message.to_string());
        deed.noted = Noted::IfRefused;
        self.act(actor, &deed, |tx, at, session| {
            let item = handle::read(tx, at, session, message)?;
            open(tx.view(), item)
        })
    }

    /// Reads several, all or none.
    ///
    /// # Errors
    /// As [`Coord::read_message`].
    pub fn read_messages(&self, actor: &Actor, messages: &[u64]) -> Result<Vec<Opened>> {
        let ids: Vec<String> = messages.iter().map(u64::to_string).collect();
        let mut deed = Deed::new("read", ids.join(" "));
        deed.noted = Noted::IfRefused;
        self.act(actor, &deed, |tx, at, session| {
            let opened = messages.iter().map(|message| {
                let item = handle::read(tx, at, session, *message)?;
                open(tx.view(), item)
            });
            opened.collect()
        })
    }

    /// Reads up to `limit` messages of either kind that lie before the session, whichever there are.
    ///
    /// # Errors
    /// Only if the actor may not act.
    pub fn read_inbox(&self, actor: &Actor, limit: usize) -> Result<Vec<Opened>> {
        let mut deed = Deed::new("read", "inbox");
        deed.noted = Noted::IfRefused;
        self.act(actor, &deed, |tx, at, session| {
            let inbox = inbox::list(tx.view(), &session.id, limit)?;
            let items = inbox.unacknowledged.into_iter().chain(inbox.unread);
            let opened = items.map(|item| {
                let item = handle::read(tx, at, session, item.message.id)?;
                open(tx.view(), item)
            });
            opened.collect()
        })
    }

    /// Acknowledges messages.
    ///
    /// # Errors
    /// See [`handle::acknowledge`].
    pub fn acknowledge(&self, actor: &Actor, which: &Handled) -> Result<Acknowledged> {
        let subject = match which {
            Handled::These(ids) => {
                let ids: Vec<String> = ids.iter().map(u64::to_string).collect();
                ids.join(" ")
            }
            Handled::UpTo(id) => format!("up to {id}"),
            Handled::All => "all".to_owned(),
        };
        let deed = Deed::new("ack", subject);
        self.act(actor, &deed, |tx, at, session| {
            handle::acknowledge(tx, at, session, which)
        })
    }

    /// Waits until there is an unread message that `filter` takes, and reads it. Of several it is
    /// the oldest; one that was there before counts. Two that wait for the same session never get
    /// the same message.
    ///
    /// # Errors
    /// [`Kind::Refused`] when `patience` has run out, or the session has ended.
    pub fn wait_message(
        &self,
        actor: &Actor,
        filter: &Filter,
        patience: Option<Duration>,
    ) -> Result<Opened> {
        let alarm = Alarm::new(&*self.store)?;
        if let Some(why) = alarm.polls() {
            tracing::warn!("looking for messages now and then: {why}");
        }
        self.wait_message_on(actor, filter, patience, &mut |left| alarm.wait(&[], left))
    }

    /// The same with another way to sleep until something changes.
    pub(in crate::coord) fn wait_message_on(
        &self,
        actor: &Actor,
        filter: &Filter,
        patience: Option<Duration>,
        sleep: &mut dyn FnMut(Option<Duration>) -> Result<()>,
    ) -> Result<Opened> {
        let until = patience.map(|patience| Instant::now() + patience);
        let mut seen = Seen::default();
        loop {
            while let Some(id) = self.look(actor, filter, &mut seen)? {
                let opened = self.read_message(actor, id)?;
                if opened.item.state == Some(records::State::Unread) {
                    return Ok(opened);
                }
            }
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) {
                return Err(Error::new(Kind::Refused, "no such message has come")
                    .with_hint("`stoa inbox` lists what is there"));
            }
            sleep(left)?;
        }
    }

    /// The oldest unread message that `filter` takes and that came after what was seen.
    fn look(&self, actor: &Actor, filter: &Filter, seen: &mut Seen) -> Result<Option<u64>> {
        if let Some(revision) = seen.revision {
            let changes = self.store.changes_since(revision)?;
            let concerns = |key: &str| {
                let own = records::slips_prefix(actor.session.as_str());
                key.starts_with("log/") || key.starts_with("session/") || key.starts_with(&own)
            };
            if let Delta::Keys(keys) = &changes.delta
                && !keys.iter().any(|change| concerns(&change.key))
            {
                seen.revision = Some(changes.revision);
                return Ok(None);
            }
        }
        let (found, revision, last) = self.read(|view, at| {
            session::acting(view, at, &actor.session)?;
            let (found, last) = first_unread(view, &actor.session, filter, seen.last)?;
            Ok((found, view.revision(), last))
        })?;
        // As long as there are more to be taken, look again without waiting for a change.
        seen.revision = Some(revision).filter(|_| found.is_none());
        seen.last = last;
        Ok(found)
    }
}

/// How far somebody who waits has looked.
#[derive(Debug, Default)]
struct Seen {
    /// The store's revision.
    revision: Option<u64>,
    /// The last message.
    last: u64,
}

/// The first unread message after `last` that `filter` takes, and how far it looked.
fn first_unread(
    view: &dyn View,
    session: &SessionId,
    filter: &Filter,
    last: u64,
) -> Result<(Option<u64>, u64)> {
    let slips: BTreeMap<u64, Slip> = records::slips(view, session)?.into_iter().collect();
    let direct = |slip: &Slip| slip.log.is_none() && slip.state == records::State::Unread;
    let new = slips.range(last + 1..).filter(|(_, slip)| direct(slip));
    let mut ids: Vec<u64> = new.map(|(id, _)| *id).collect();
    for subscription in records::mailbox(view, session)?.subscriptions {
        let head = records::head(view, &subscription.log)?;
        let mut position = subscription.end(&head);
        // From the newest down: all but the first look find what is new at once.
        while position > subscription.cursor {
            if let Some(line) = records::line(view, &subscription.log, position)? {
                if line.id <= last {
                    break;
                }
                if line.from.as_ref() != Some(session) && !slips.contains_key(&line.id) {
                    ids.push(line.id);
                }
            }
            position -= 1;
        }
    }
    ids.sort_unstable();
    for id in &ids {
        if records::message(view, *id)?.is_some_and(|message| filter.takes(&message)) {
            return Ok((Some(*id), *id));
        }
    }
    Ok((None, ids.last().copied().unwrap_or(last)))
}

fn open(view: &dyn View, item: Item) -> Result<Opened> {
    let body = records::body(view, &item.message)?;
    Ok(Opened { item, body })
}
