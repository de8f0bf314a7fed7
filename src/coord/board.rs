//! What the records look like as readable files: JSON for each, and one board for people.
//!
//! Names come from outside, so the board escapes what Markdown and terminals would act upon.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::schema::{self, Session, SessionId};
use super::{Moment, audit, group, lease, names, queue, replica, session};
use crate::error::Result;
use crate::store::project::{Edit, Project, file_name};
use crate::store::{Delta, Order, Record, View};

/// Rows of each table on the board.
const ROWS: usize = 200;

/// Draws the files at a moment.
pub struct Readable<'a> {
    /// The moment.
    pub at: Moment<'a>,
}

/// The keys that changed, by what they show up in.
#[derive(Default)]
struct Touched {
    sessions: bool,
    session_ids: BTreeSet<SessionId>,
    groups: BTreeSet<String>,
    contexts: BTreeSet<String>,
    claims: BTreeSet<String>,
    audits: BTreeSet<String>,
}

impl Project for Readable<'_> {
    fn edits(&self, view: &dyn View, delta: &Delta) -> Result<Vec<Edit>> {
        match delta {
            Delta::Everything => self.everything(view),
            Delta::Keys(changes) => {
                let since = changes
                    .iter()
                    .map(|change| change.revision)
                    .min()
                    .unwrap_or(0);
                let keys: BTreeSet<&str> =
                    changes.iter().map(|change| change.key.as_str()).collect();
                self.some(view, &keys, since)
            }
        }
    }
}

impl Readable<'_> {
    fn everything(&self, view: &dyn View) -> Result<Vec<Edit>> {
        let mut keys = Vec::new();
        for prefix in [
            "session/",
            "group/",
            "context/",
            "claim/",
            "pattern/",
            audit::PREFIX,
        ] {
            keys.extend(view.range(prefix)?.into_iter().map(|record| record.key));
        }
        let keys: BTreeSet<&str> = keys.iter().map(String::as_str).collect();
        let edits = self.some(view, &keys, 0)?;
        let mut all = Vec::new();
        for dir in ["sessions", "groups", "context", "claims"] {
            let written = edits.iter().filter_map(|edit| match edit {
                Edit::Write { dir: at, name, .. } => {
                    let path = format!("{at}/{name}");
                    path.strip_prefix(dir)?.strip_prefix('/').map(str::to_owned)
                }
                _ => None,
            });
            let paths = written.collect();
            all.push(Edit::KeepOnly {
                dir: dir.to_owned(),
                paths,
            });
        }
        all.extend(edits);
        Ok(all)
    }

    fn some(&self, view: &dyn View, keys: &BTreeSet<&str>, since: u64) -> Result<Vec<Edit>> {
        let touched = touched(keys)?;
        let mut edits = Vec::new();
        self.session_files(view, &touched, since, &mut edits)?;
        for name in &touched.groups {
            edits.push(record_file(view, &format!("group/{name}"), "groups", name)?);
        }
        for group in &touched.contexts {
            edits.push(context_file(view, group)?);
        }
        for key in &touched.claims {
            let (_, name) = key.split_once('/').unwrap_or_default();
            let (kind, name) = name.split_once('/').unwrap_or_default();
            edits.push(record_file(
                view,
                key,
                &format!("claims/{}", file_name(kind)),
                name,
            )?);
        }
        edits.push(audit_lines(view, &touched.audits)?);
        if touched.shows_on_the_board() || since == 0 {
            edits.push(Edit::Write {
                dir: String::new(),
                name: "STATUS_BOARD.md".to_owned(),
                contents: board(view, &self.at)?,
            });
        }
        Ok(edits)
    }

    /// Files are named by number and name; when those change, the old file is found by listing.
    fn session_files(
        &self,
        view: &dyn View,
        touched: &Touched,
        since: u64,
        edits: &mut Vec<Edit>,
    ) -> Result<()> {
        let mut renamed = false;
        for id in &touched.session_ids {
            let record = view.get(&schema::session_key(id))?;
            let session: Option<Session> = record.as_ref().map(Record::decode).transpose()?;
            renamed |= session
                .as_ref()
                .is_none_or(|session| session.labels_revision >= since);
            if let (Some(session), Some(record)) = (session, record)
                && session.ended.is_none()
            {
                edits.push(Edit::Write {
                    dir: "sessions".to_owned(),
                    name: session_file(&session),
                    contents: pretty(&record)?,
                });
            }
        }
        if touched.sessions && renamed && since > 0 {
            let all = schema::sessions(view)?;
            let living = all.iter().filter(|session| session.ended.is_none());
            edits.push(Edit::KeepOnly {
                dir: "sessions".to_owned(),
                paths: living.map(session_file).collect(),
            });
        }
        Ok(())
    }
}

impl Touched {
    fn shows_on_the_board(&self) -> bool {
        self.sessions
            || !(self.groups.is_empty() && self.contexts.is_empty() && self.claims.is_empty())
    }
}

fn touched(keys: &BTreeSet<&str>) -> Result<Touched> {
    let mut touched = Touched::default();
    for key in keys {
        let (family, rest) = key.split_once('/').unwrap_or((key, ""));
        match family {
            "session" => {
                touched.sessions = true;
                touched.session_ids.insert(SessionId::parse(rest)?);
            }
            "group" => drop(touched.groups.insert(rest.to_owned())),
            "context" => {
                let (group, _) = rest.split_once('/').unwrap_or((rest, ""));
                touched.contexts.insert(group.to_owned());
            }
            "claim" | "pattern" => drop(touched.claims.insert((*key).to_owned())),
            "audit" => drop(touched.audits.insert((*key).to_owned())),
            _ => {}
        }
    }
    Ok(touched)
}

fn session_file(session: &Session) -> String {
    format!("{}-{}.json", session.number, file_name(&session.name))
}

fn pretty(record: &Record) -> Result<String> {
    let value: Value = record.decode()?;
    Ok(format!("{value:#}\n"))
}

/// The file of one record, or its removal. `name` is what comes from people in it.
fn record_file(view: &dyn View, key: &str, dir: &str, name: &str) -> Result<Edit> {
    let (dir, name) = (dir.to_owned(), format!("{}.json", file_name(name)));
    Ok(match view.get(key)? {
        Some(record) => Edit::Write {
            dir,
            name,
            contents: pretty(&record)?,
        },
        None => Edit::Remove { dir, name },
    })
}

/// `group` is as it stands in keys.
fn context_file(view: &dyn View, group: &str) -> Result<Edit> {
    let (dir, name) = ("context".to_owned(), format!("{}.json", file_name(group)));
    let mut entries = serde_json::Map::new();
    for record in view.range(&format!("context/{group}/"))? {
        let entry: schema::Entry = record.decode()?;
        let shown = json!({
            "value": entry.value,
            "version": entry.version,
            "revision": record.mod_revision,
            "author": entry.author_name,
            "updated_at": entry.at,
        });
        entries.insert(entry.key, shown);
    }
    if entries.is_empty() {
        return Ok(Edit::Remove { dir, name });
    }
    Ok(Edit::Write {
        dir,
        name,
        contents: format!("{:#}\n", Value::Object(entries)),
    })
}

fn audit_lines(view: &dyn View, keys: &BTreeSet<String>) -> Result<Edit> {
    let mut lines = Vec::new();
    for key in keys {
        if let Some(record) = view.get(key)? {
            lines.push((record.create_revision, record.value));
        }
    }
    Ok(Edit::Append {
        name: "audit.jsonl".to_owned(),
        lines,
    })
}

/// The board: who is there, who works together, what is held, who waits.
///
/// # Errors
/// Only the store's.
pub fn board(view: &dyn View, at: &Moment<'_>) -> Result<String> {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "# Status board\n\nRevision {}, written {}.",
        view.revision(),
        when(at.now.wall)
    );
    let _ = writeln!(out, "`stoa --once` shows the present state.");
    // The latest are the likeliest to live; those that matter to claims and groups are looked up.
    let records = view.scan("session/", Order::Descending, ROWS)?;
    let mut sessions: Vec<Session> = records.iter().map(Record::decode).collect::<Result<_>>()?;
    sessions.retain(|session| replica::is_shown(session, at));
    sessions.sort_by_key(|session| session.number);
    write_sessions(&mut out, &sessions, at);
    write_groups(&mut out, view, at)?;
    write_claims(&mut out, view, at)?;
    Ok(out)
}

fn write_sessions(out: &mut String, sessions: &[Session], at: &Moment<'_>) {
    let _ = writeln!(out, "\n## Sessions\n");
    if sessions.is_empty() {
        let _ = writeln!(out, "None.");
        return;
    }
    let _ = writeln!(
        out,
        "| No. | Name | Role | Life | Doing | Group | Where | Last heard of |"
    );
    let _ = writeln!(out, "| --- | --- | --- | --- | --- | --- | --- | --- |");
    for session in sessions {
        let life = format!("{:?}", session::life(session, at)).to_lowercase();
        let state = session
            .state
            .as_ref()
            .map_or(life.clone(), |state| format!("{life}, {state}"));
        let progress = session
            .progress
            .map_or(String::new(), |progress| format!(" ({progress} %)"));
        let doing = format!("{}{progress}", session.working_on.as_deref().unwrap_or("-"));
        let place = format!(
            "{} pid {}",
            session.fingerprint.tty, session.fingerprint.pid
        );
        let place = session
            .pane
            .as_ref()
            .map_or(place.clone(), |pane| format!("{pane}, {place}"));
        let cells = [
            &session.number.to_string(),
            session.name.as_str(),
            session.role.as_deref().unwrap_or("-"),
            &state,
            &doing,
            session.group.as_deref().unwrap_or("-"),
            &place,
            &when(session.seen.wall),
        ];
        row(out, &cells);
    }
}

fn write_groups(out: &mut String, view: &dyn View, at: &Moment<'_>) -> Result<()> {
    let _ = writeln!(out, "\n## Groups\n");
    let records = view.scan("group/", Order::Ascending, ROWS)?;
    if records.is_empty() {
        let _ = writeln!(out, "None.");
        return Ok(());
    }
    let _ = writeln!(
        out,
        "| Group | Coordinator | Members | Context keys | Last coordination |"
    );
    let _ = writeln!(out, "| --- | --- | --- | --- | --- |");
    for record in &records {
        let group: schema::Group = record.decode()?;
        let mut living = BTreeMap::new();
        for member in &group.members {
            if let Some(session) = schema::session(view, &member.session)?
                && session::life(&session, at) != super::snapshot::Life::Lost
            {
                living.insert(session.id, session.name);
            }
        }
        let coordinator = group::coordinator(&group, |id| living.contains_key(id));
        let names: Vec<&str> = group
            .members
            .iter()
            .filter_map(|m| living.get(&m.session).map(String::as_str))
            .collect();
        let cells = [
            group.name.as_str(),
            coordinator
                .and_then(|id| living.get(&id))
                .map_or("-", String::as_str),
            &names.join(", "),
            &view
                .count(&schema::context_prefix(&group.name))?
                .to_string(),
            &when(group.last_coordination),
        ];
        row(out, &cells);
    }
    Ok(())
}

fn write_claims(out: &mut String, view: &dyn View, at: &Moment<'_>) -> Result<()> {
    let _ = writeln!(out, "\n## Claims\n");
    let line: Vec<schema::Waiter> = queue::line(view, at)?
        .into_iter()
        .map(|(waiter, _)| waiter)
        .collect();
    let mut shown = 0;
    let mut holders = BTreeMap::new();
    for prefix in ["claim/", "pattern/"] {
        for record in view.scan(prefix, Order::Ascending, ROWS)? {
            let claim: schema::Claim = record.decode()?;
            for grant in &claim.grants {
                if !holders.contains_key(&grant.holder) {
                    let found = schema::session(view, &grant.holder)?;
                    holders.extend(found.map(|session| (session.id.clone(), session)));
                }
            }
            for info in replica::claim_infos(&claim, &holders, &line, at) {
                if shown == 0 {
                    let _ = writeln!(
                        out,
                        "| Key | Holder | Time left | Token | Waiting | Reason |"
                    );
                    let _ = writeln!(out, "| --- | --- | --- | --- | --- | --- |");
                }
                shown += 1;
                let how = if info.shared { " (shared)" } else { "" };
                let cells = [
                    info.key.as_str(),
                    &format!("{}{how}", info.holder_name),
                    &lease::show_ms(info.expires_in_ms),
                    &info.token.to_string(),
                    &info.waiting.len().to_string(),
                    info.reason.as_deref().unwrap_or("-"),
                ];
                row(out, &cells);
            }
        }
    }
    if shown == 0 {
        let _ = writeln!(out, "None.");
    }
    Ok(())
}

fn when(time: jiff::Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

fn row(out: &mut String, cells: &[&str]) {
    for cell in cells {
        let _ = write!(out, "| {} ", safe(cell));
    }
    out.push_str("|\n");
}

/// Nothing that ends a cell, begins markup, or acts on a terminal.
fn safe(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars().take(120) {
        match c {
            '\n' | '\t' => out.push(' '),
            c if names::is_hidden(c) => out.push('\u{fffd}'),
            '|' | '<' | '`' | '[' | '*' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    if text.chars().nth(120).is_some() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_harmless() {
        let check = |text: &str, expected: &str| assert_eq!(safe(text), expected);
        check("a|b", "a\\|b");
        check("a\n\u{1b}[31m<b>", "a \u{fffd}\\[31m\\<b>");
        check("\u{202e}x", "\u{fffd}x");
        assert!(safe(&"x".repeat(5000)).chars().count() <= 121);
    }
}
