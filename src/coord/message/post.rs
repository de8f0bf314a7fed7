//! Sending: one transaction writes the message and puts it before those who receive it.

use serde::{Deserialize, Serialize};
use serde_json::Map;

use super::mailbox::Mailbox;
use super::records::{self, Line, Message, Recipient, Sender, State};
use super::trust::{Trust, Voice, label};
use super::{mailbox, rate, trim};
use crate::coord::names::{is_hidden, shown};
use crate::coord::schema::{self, Session, SessionId};
use crate::coord::{Moment, group, session};
use crate::error::{Error, Result};
use crate::store::{Tx, View};

/// Longest subject, in characters.
pub const SUBJECT_CHARS: usize = 200;
/// Longest body, in bytes.
pub const BODY_BYTES: usize = 32 * 1024;

/// To whom something is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// One session.
    Session(SessionId),
    /// The other members of a group.
    Group(String),
    /// All other sessions.
    All,
}

/// On whose behalf a message is posted.
#[derive(Debug, Clone, Copy)]
pub enum Author<'a> {
    /// Stoa's own: nobody in particular did it, or it is a consequence of a rule.
    Stoa,
    /// A session that acts; the label is what is known of it.
    Session(&'a Session, &'a Trust),
}

/// What somebody wants to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// To whom.
    pub to: Address,
    /// What it is about: one line of at most [`SUBJECT_CHARS`].
    pub subject: String,
    /// At most [`BODY_BYTES`]; it may be empty.
    pub body: String,
}

/// What sending returns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// The message's number.
    pub id: u64,
    /// The revision at which it was sent.
    pub revision: u64,
    /// The message that began the conversation.
    pub thread: u64,
    /// To whom, as people write it: `Bolt`, `@api`, `--all`.
    pub to: String,
    /// How many sessions receive it.
    pub recipients: u64,
}

/// Posts a message inside of another rule's transaction: a task tells its dependants, a claim that
/// was forced tells its holder. It knows no limits of speed and number, and cuts what is too long,
/// so that a rule never fails for the sake of a notice. A session that has ended finds it when it
/// registers again. Returns the message's number.
///
/// # Errors
/// [`Kind::NotFound`](crate::error::Kind::NotFound) if there is no such session or group.
pub fn post(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    from: Author<'_>,
    to: &Address,
    subject: &str,
    body: &str,
) -> Result<u64> {
    let visible = |c: char| if is_hidden(c) { ' ' } else { c };
    let subject: String = subject.chars().take(SUBJECT_CHARS).map(visible).collect();
    let harmless = |c: char| match c {
        '\n' | '\t' => c,
        c if c.is_control() => '\u{fffd}',
        c => c,
    };
    let body: String = body.chars().take(BODY_BYTES).map(harmless).collect();
    let draft = Draft {
        to: to.clone(),
        subject: subject.trim().to_owned(),
        body: records::beginning(&body, BODY_BYTES).to_owned(),
    };
    write(tx, at, from, &draft, None).map(|sent| sent.id)
}

/// Sends what a session wants to send.
///
/// # Errors
/// [`Kind::Usage`](crate::error::Kind::Usage) for a subject or body that is too long or holds
/// control characters; [`Kind::NotFound`](crate::error::Kind::NotFound) if there is no such session
/// or group; [`Kind::Refused`](crate::error::Kind::Refused) if the recipient has ended or has too
/// much unread, and for a sender that is too fast.
pub fn send(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    session: &Session,
    voice: &Voice,
    draft: &Draft,
) -> Result<Sent> {
    admit(tx, at, session, draft)?;
    let trust = label(session, voice);
    write(tx, at, Author::Session(session, &trust), draft, None)
}

/// Answers a message: to its sender, or to the group or all that it was sent to.
///
/// # Errors
/// As [`send`]; [`Kind::Refused`](crate::error::Kind::Refused) for a message of Stoa's own.
pub fn reply(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    session: &Session,
    voice: &Voice,
    answer: &Answer,
) -> Result<Sent> {
    let asked = super::inbox::visible(tx.view(), session, answer.re)?;
    let to = match (&asked.from.session, &asked.to) {
        (_, Recipient::Group { name }) if answer.to_all => Address::Group(name.clone()),
        (_, Recipient::All) if answer.to_all => Address::All,
        // More to the same recipient.
        (Some(own), Recipient::Session { id, .. }) if *own == session.id => {
            Address::Session(id.clone())
        }
        (Some(sender), _) => Address::Session(sender.clone()),
        (None, _) => {
            return Err(
                Error::refused(format!("message {} came from Stoa itself", asked.id))
                    .with_hint("send a new one to a session: stoa send NAME SUBJECT BODY"),
            );
        }
    };
    let subject = answer.subject.clone().unwrap_or_else(|| {
        let plain = asked.subject.strip_prefix("re: ").unwrap_or(&asked.subject);
        format!("re: {plain}").chars().take(SUBJECT_CHARS).collect()
    });
    let draft = Draft {
        to,
        subject,
        body: answer.body.clone(),
    };
    admit(tx, at, session, &draft)?;
    let trust = label(session, voice);
    write(
        tx,
        at,
        Author::Session(session, &trust),
        &draft,
        Some(&asked),
    )
}

/// An answer somebody wants to give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The message it answers.
    pub re: u64,
    /// Another subject than the message's own.
    pub subject: Option<String>,
    /// The answer.
    pub body: String,
    /// To all who received the message, not to its sender alone.
    pub to_all: bool,
}

/// Whether this session may send this now; takes it from what the session may send.
fn admit(tx: &mut dyn Tx, at: &Moment<'_>, session: &Session, draft: &Draft) -> Result<()> {
    check_draft(draft)?;
    if let Address::Session(id) = &draft.to {
        let gone = "it receives nothing any more; send to another session, @GROUP or --all";
        let recipient =
            session::acting(tx.view(), at, id).map_err(|error| error.with_hint(gone))?;
        let unread = records::mailbox(tx.view(), id)?.unread;
        let limit = at.settings.unread_per_session;
        if unread >= limit {
            return Err(Error::refused(format!(
                "{} has {unread} unread messages, which is as many as it may have",
                recipient.name
            ))
            .with_hint("it must read some first; tell its group or a person instead"));
        }
    }
    // A session of an older version may not receive anything yet.
    mailbox::follow(tx, &session.id, &records::Log::All)?;
    let mut mailbox = records::mailbox(tx.view(), &session.id)?;
    mailbox.bucket = rate::take(mailbox.bucket.as_ref(), at.now, at.settings, &session.name)?;
    records::put_mailbox(tx, &session.id, &mailbox)
}

fn check_draft(draft: &Draft) -> Result<()> {
    let Draft { subject, body, .. } = draft;
    if subject.trim().is_empty() {
        return Err(Error::usage("the subject is empty")
            .with_hint("say in a few words what the message is about"));
    }
    if subject.chars().count() > SUBJECT_CHARS {
        return Err(Error::usage(format!(
            "the subject is longer than {SUBJECT_CHARS} characters"
        ))
        .with_hint("say the rest in the body"));
    }
    if let Some(hidden) = subject.chars().find(|c| is_hidden(*c)) {
        return Err(Error::usage(format!(
            "the subject \"{}\" contains the invisible character U+{:04X}",
            shown(subject),
            hidden as u32
        ))
        .with_hint("a subject is one line of text"));
    }
    if body.len() > BODY_BYTES {
        return Err(Error::usage(format!(
            "the body has {} bytes, more than {BODY_BYTES}",
            body.len()
        ))
        .with_hint("put it into a file or the group's context and send where it is"));
    }
    let control = |c: &char| c.is_control() && !matches!(c, '\n' | '\t');
    if let Some(control) = body.chars().find(control) {
        return Err(Error::usage(format!(
            "the body contains the control character U+{:04X}",
            control as u32
        ))
        .with_hint("send plain text, without colours"));
    }
    Ok(())
}

fn write(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    from: Author<'_>,
    draft: &Draft,
    asked: Option<&Message>,
) -> Result<Sent> {
    let to = recipient(tx.view(), &draft.to)?;
    let id = records::next_id(tx)?;
    let from = sender(from);
    let (position, recipients) = match &to {
        Recipient::Session { id: to, .. } => (None, put_into_box(tx, to, id)?),
        Recipient::Group { .. } | Recipient::All => {
            let (position, recipients) = append(tx, at, &to, id, from.session.as_ref())?;
            (Some(position), recipients)
        }
    };
    let message = Message {
        id,
        revision: tx.revision(),
        at: at.now.wall,
        from,
        to,
        position,
        thread: asked.map_or(id, |asked| asked.thread),
        re: asked.map(|asked| asked.id),
        subject: draft.subject.trim().to_owned(),
        text: String::new(),
        bytes: 0,
        extra: Map::new(),
    };
    let message = records::put_message(tx, message, &draft.body)?;
    Ok(Sent {
        id,
        revision: message.revision,
        thread: message.thread,
        to: message.to.label(),
        recipients,
    })
}

fn recipient(view: &dyn View, to: &Address) -> Result<Recipient> {
    Ok(match to {
        Address::Session(id) => {
            let session = schema::session(view, id)?
                .ok_or_else(|| Error::not_found(format!("there is no session {id}")))?;
            Recipient::Session {
                id: session.id,
                name: session.name,
            }
        }
        Address::Group(name) => Recipient::Group {
            name: group::existing(view, name)?.name,
        },
        Address::All => Recipient::All,
    })
}

fn sender(from: Author<'_>) -> Sender {
    match from {
        Author::Stoa => Sender {
            session: None,
            name: "stoa".to_owned(),
            trust: Trust::Stoa,
        },
        Author::Session(session, trust) => Sender {
            session: Some(session.id.clone()),
            name: session.name.clone(),
            trust: trust.clone(),
        },
    }
}

fn put_into_box(tx: &mut dyn Tx, to: &SessionId, id: u64) -> Result<u64> {
    let mut mailbox: Mailbox = records::mailbox(tx.view(), to)?;
    mailbox.unread += 1;
    records::put_mailbox(tx, to, &mailbox)?;
    records::put_slip(tx, to, id, State::Unread, None)?;
    Ok(1)
}

/// Appends to a log; returns the position and how many receive it.
fn append(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    to: &Recipient,
    id: u64,
    from: Option<&SessionId>,
) -> Result<(u64, u64)> {
    let Some(log) = to.log() else {
        return Err(Error::internal("a message to one session has no log"));
    };
    let mut head = records::head(tx.view(), &log)?;
    head.last += 1;
    let position = head.last;
    let line = Line {
        id,
        from: from.cloned(),
    };
    crate::store::put_json(tx, &records::line_key(&log, position), &line)?;
    let mut readers = head.readers;
    if let Some(sender) = from {
        let mut mailbox = records::mailbox(tx.view(), sender)?;
        let own = mailbox
            .subscriptions
            .iter_mut()
            .find(|subscription| subscription.log == log && subscription.until.is_none());
        if let Some(subscription) = own {
            subscription.own += 1;
            if subscription.open(&head) == 0 && subscription.acknowledged == 0 {
                // Nothing but its own lies beyond the cursor.
                subscription.cursor = position;
                subscription.own = 0;
            }
            readers = readers.saturating_sub(1);
            records::put_mailbox(tx, sender, &mailbox)?;
        }
    }
    trim::log(tx, at, &log, &mut head)?;
    records::put_head(tx, &log, &head)?;
    Ok((position, readers))
}
