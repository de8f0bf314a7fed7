//! `inbox`.

use clap::Args;
use serde_json::{Value, json};

use super::{data, line, opened};
use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::coord::message::{Inbox as Listed, Item, Recipient};
use crate::draw::text::sanitize;
use crate::error::Result;

/// More unread broadcasts than this are told as a digest.
const DIGEST_ABOVE: u64 = 10;
/// Messages that a digest looks at.
const DIGEST_LIMIT: usize = 500;
/// Subjects that a digest tells of each sender.
const DIGEST_SUBJECTS: usize = 3;

/// List your messages: the unread, then those read and not acknowledged
///
/// The oldest come first; `stoa read ID` shows one in full. More than ten unread broadcasts are
/// told in one block, by sender.
///
/// stoa inbox
#[derive(Debug, Clone, Args)]
pub struct Inbox {
    /// The whole conversation that this message belongs to
    #[arg(long, value_name = "ID", conflicts_with_all = ["digest", "each", "all"])]
    pub thread: Option<u64>,
    /// Tell broadcasts in one block, by sender, however few
    #[arg(long)]
    pub digest: bool,
    /// Tell each broadcast, however many
    #[arg(long, conflicts_with = "digest")]
    pub each: bool,
    /// The direct ones that were acknowledged, too
    #[arg(short = 'a', long)]
    pub all: bool,
    /// How many of each kind
    #[arg(short = 'n', long, value_name = "COUNT", default_value_t = 50)]
    pub limit: u16,
}

impl Run<StoreCx> for Inbox {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let id = cx.actor_id()?;
        let limit = usize::from(self.limit);
        let coord = cx.coord()?;
        if let Some(thread) = self.thread {
            return Ok(opened(&coord.thread(&id, thread, limit)?));
        }
        let mut inbox = coord.inbox(&id, limit)?;
        let handled = match self.all {
            true => coord.handled_messages(&id, limit)?,
            false => Vec::new(),
        };
        let digest = self.digest || (!self.each && inbox.counts.broadcast > DIGEST_ABOVE);
        let broadcasts: Vec<Item> = match digest {
            true => {
                let whole = coord.inbox(&id, DIGEST_LIMIT)?;
                whole.unread.into_iter().filter(is_broadcast).collect()
            }
            false => Vec::new(),
        };
        if digest {
            inbox.unread.retain(|item| !is_broadcast(item));
        }
        let text = text(&inbox, &broadcasts, &handled);
        let list =
            |items: &[Item]| -> Vec<Value> { items.iter().map(|item| data(item, None)).collect() };
        let data = json!({
            "unread_count": inbox.counts.unread(),
            "direct": inbox.counts.direct,
            "broadcast": inbox.counts.broadcast,
            "unacknowledged_count": inbox.counts.unacknowledged,
            "unread": list(&inbox.unread),
            "digest": summary(&broadcasts).iter().map(Sender::data).collect::<Vec<_>>(),
            "unacknowledged": list(&inbox.unacknowledged),
            "acknowledged": list(&handled),
        });
        Ok(Reply::new(text, data))
    }
}

fn is_broadcast(item: &Item) -> bool {
    !matches!(item.message.to, Recipient::Session { .. })
}

fn text(inbox: &Listed, broadcasts: &[Item], handled: &[Item]) -> String {
    let counts = &inbox.counts;
    if counts.unread() + counts.unacknowledged == 0 && handled.is_empty() {
        return "no messages".to_owned();
    }
    let mut lines = vec![format!(
        "{} unread ({} direct, {} broadcast), {} to acknowledge",
        counts.unread(),
        counts.direct,
        counts.broadcast,
        counts.unacknowledged
    )];
    lines.extend(digest(broadcasts, counts.broadcast));
    let shown = inbox.unread.len() as u64;
    let listed = match broadcasts.is_empty() {
        true => counts.unread(),
        false => counts.direct,
    };
    section(
        &mut lines,
        "unread",
        &inbox.unread,
        listed.saturating_sub(shown),
    );
    let shown = inbox.unacknowledged.len() as u64;
    let more = counts.unacknowledged.saturating_sub(shown);
    section(
        &mut lines,
        "read, not acknowledged",
        &inbox.unacknowledged,
        more,
    );
    section(&mut lines, "acknowledged", handled, 0);
    lines.join("\n")
}

fn section(lines: &mut Vec<String>, title: &str, items: &[Item], more: u64) {
    if items.is_empty() {
        return;
    }
    lines.push(title.to_owned());
    lines.extend(items.iter().map(line));
    if more > 0 {
        lines.push(format!("       and {more} later ones"));
    }
}

/// What one sender has broadcast.
struct Sender {
    name: String,
    trust: String,
    count: usize,
    subjects: Vec<String>,
    first: u64,
    last: u64,
}

impl Sender {
    fn data(&self) -> Value {
        json!({
            "from": self.name,
            "trust": self.trust,
            "count": self.count,
            "subjects": self.subjects,
            "first": self.first,
            "last": self.last,
        })
    }
}

/// The senders of these messages, in the order of their first ones.
fn summary(items: &[Item]) -> Vec<Sender> {
    let mut senders: Vec<Sender> = Vec::new();
    for Item { message, .. } in items {
        let (name, trust) = (&message.from.name, message.from.trust.to_string());
        let known = senders
            .iter()
            .position(|sender| sender.name == *name && sender.trust == trust);
        let index = known.unwrap_or_else(|| {
            senders.push(Sender {
                name: name.clone(),
                trust,
                count: 0,
                subjects: Vec::new(),
                first: message.id,
                last: message.id,
            });
            senders.len() - 1
        });
        if let Some(sender) = senders.get_mut(index) {
            sender.count += 1;
            sender.last = message.id;
            if !sender.subjects.contains(&message.subject) {
                sender.subjects.push(message.subject.clone());
            }
        }
    }
    senders
}

fn digest(items: &[Item], count: u64) -> Vec<String> {
    let (Some(first), Some(last)) = (items.first(), items.last()) else {
        return Vec::new();
    };
    let (first, last) = (first.message.id, last.message.id);
    let mut lines = vec![format!(
        "digest of {} broadcasts, {first} to {last}",
        items.len()
    )];
    for sender in summary(items) {
        let told: Vec<&str> = sender.subjects.iter().map(String::as_str).collect();
        let (told, rest) = told.split_at(told.len().min(DIGEST_SUBJECTS));
        let more = match rest.len() {
            0 => String::new(),
            n => format!(" · and {n} more"),
        };
        let line = format!(
            "  {} [{}] ×{}: {}{more}",
            sender.name,
            sender.trust,
            sender.count,
            told.join(" · ")
        );
        lines.push(sanitize(&line, super::LINE_COLS));
    }
    if count > items.len() as u64 {
        lines.push(format!("  and {} later ones", count - items.len() as u64));
    }
    lines.push(format!(
        "  stoa inbox --each lists them; stoa ack {last} --all acknowledges everything up to the last"
    ));
    lines
}
