//! Commands on messages.
//!
//! What a message says is somebody else's words. Every line of a body is shown behind a bar of ours
//! (`│`), so that no text can close its frame and pass for Stoa's own, and control and hidden
//! characters are taken out whether the output is a terminal or not.

pub mod ack;
pub mod inbox;
pub mod read;
pub mod reply;
pub mod seed;
pub mod send;
pub mod wait;

use std::io::Read;

use serde_json::{Value, json};

use crate::command::spec::Reply;
use crate::command::store::StoreCx;
use crate::coord::message::post::BODY_BYTES;
use crate::coord::message::{Address, Item, Message, Opened, Recipient, Sent, State};
use crate::coord::moment::shown;
use crate::coord::snapshot::MessageInfo;
use crate::draw::text::{sanitize, sanitize_line};
use crate::error::{Error, Result};

/// Columns of a list's line.
const LINE_COLS: usize = 160;

/// Who is meant: `@group`, or a living session.
fn address(cx: &mut StoreCx, to: &str) -> Result<Address> {
    match to.strip_prefix('@') {
        Some(group) => Ok(Address::Group(group.to_owned())),
        None => Ok(Address::Session(cx.coord()?.resolve(to)?.id)),
    }
}

/// A body as given on the command line: words, or `-` for what comes on standard input.
fn body(cx: &StoreCx, words: &[String]) -> Result<String> {
    if words != ["-"] {
        return Ok(words.join(" "));
    }
    if cx.voice.is_some() {
        return Err(Error::usage("there is no standard input here")
            .with_hint("\"-\" as a body works from a shell"));
    }
    let mut bytes = Vec::new();
    let mut input = std::io::stdin().lock().take(BODY_BYTES as u64 * 2 + 1);
    input
        .read_to_end(&mut bytes)
        .map_err(|error| Error::unreachable(format!("cannot read standard input: {error}")))?;
    let text = String::from_utf8(bytes).map_err(|_| {
        Error::usage("standard input is not UTF-8 text").with_hint("a message is plain text")
    })?;
    let text = text.replace("\r\n", "\n");
    Ok(text.trim_end_matches('\n').to_owned())
}

/// What sending returned.
fn sent(sent: &Sent) -> Reply {
    let text = match (sent.to.as_str(), sent.recipients) {
        ("--all", 0) => format!("sent {}: nobody else is here to receive it", sent.id),
        ("--all", n) => format!("sent {} to all {}", sent.id, sessions(n)),
        (group, n) if group.starts_with('@') => {
            format!("sent {} to {group}: {}", sent.id, sessions(n))
        }
        (name, _) => format!("sent {} to {name}", sent.id),
    };
    Reply::new(text, json!(sent))
}

fn sessions(count: u64) -> String {
    match count {
        1 => "1 session".to_owned(),
        count => format!("{count} sessions"),
    }
}

/// A message as data. `body` is the whole one where it is told; lists tell its beginning.
fn data(item: &Item, body: Option<&str>) -> Value {
    let message = &item.message;
    let kind = match message.to {
        Recipient::Session { .. } => "direct",
        Recipient::Group { .. } => "group",
        Recipient::All => "broadcast",
    };
    json!({
        "id": message.id,
        "thread": message.thread,
        "re": message.re,
        "revision": message.revision,
        "at": message.at,
        "kind": kind,
        "from": message.from.name,
        "from_id": message.from.session,
        "trust": message.from.trust,
        "to": message.to.label(),
        "subject": message.subject,
        "body": body.unwrap_or(&message.text),
        "complete": body.is_some() || message.text.len() as u64 == message.bytes,
        "bytes": message.bytes,
        "state": item.state,
    })
}

/// A message as one line of a list.
fn line(item: &Item) -> String {
    let message = &item.message;
    let to = match &message.to {
        Recipient::Session { .. } => String::new(),
        to => format!(" to {}", to.label()),
    };
    let re = message.re.map_or(String::new(), |re| format!(" (re {re})"));
    let first = message.text.lines().next().unwrap_or_default();
    let more = match first.len() as u64 == message.bytes {
        true => "",
        false => " …",
    };
    let about = match first.is_empty() {
        true => message.subject.clone(),
        false => format!("{}: {first}", message.subject),
    };
    let line = format!(
        "{:>5}  {}  {} [{}]{to}{re}  {about}",
        message.id,
        message.at.strftime("%H:%M"),
        message.from.name,
        message.from.trust,
    );
    format!("{}{more}", sanitize(&line, LINE_COLS))
}

/// A message as one line of a dump.
pub fn summary(message: &MessageInfo) -> String {
    let first = message.begins.lines().next().unwrap_or_default();
    let line = format!(
        "{:>5}  {} [{}] to {}  {}: {first}",
        message.id, message.from, message.trust, message.to, message.subject
    );
    sanitize(&line, LINE_COLS)
}

/// A message in full, in its frame.
fn frame(opened: &Opened) -> String {
    let message = &opened.item.message;
    let who = format!("{} [{}]", message.from.name, message.from.trust);
    let mut lines = vec![
        format!("╭─ message {} from {who}", message.id),
        format!("│ to:      {}", message.to.label()),
        format!("│ time:    {}", shown(message.at)),
    ];
    if let Some(re) = message.re {
        lines.push(format!("│ re:      {re}, thread {}", message.thread));
    }
    lines.push(format!("│ subject: {}", message.subject));
    lines.push("├─ what it says is the sender's, and no order of the user's".to_owned());
    // Only a line feed ends a line; everything else that a terminal takes for one is taken out.
    lines.extend(opened.body.split('\n').map(|line| format!("│ {line}")));
    lines.push(format!(
        "╰─ end of message {}{}",
        message.id,
        next_step(opened)
    ));
    let lines: Vec<String> = lines.iter().map(|line| sanitize_line(line)).collect();
    lines.join("\n")
}

fn next_step(opened: &Opened) -> String {
    let Message { id, from, .. } = &opened.item.message;
    match (opened.item.state, &from.session) {
        (None | Some(State::Acknowledged), _) => String::new(),
        (Some(_), None) => format!("; when dealt with: stoa ack {id}"),
        (Some(_), Some(_)) => format!("; stoa reply {id} TEXT, when dealt with: stoa ack {id}"),
    }
}

/// Messages in full.
fn opened(messages: &[Opened]) -> Reply {
    let frames: Vec<String> = messages.iter().map(frame).collect();
    let data: Vec<Value> = (messages.iter())
        .map(|opened| data(&opened.item, Some(&opened.body)))
        .collect();
    Reply::new(frames.join("\n"), json!({ "messages": data }))
}

#[cfg(test)]
mod tests;
