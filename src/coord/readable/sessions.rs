//! `sessions/NUMBER-NAME.json`, and who is there.

use super::markdown::{heading, more, table, when};
use super::{Changed, Family, ROWS, pretty};
use crate::coord::schema::{self, Session, SessionId};
use crate::coord::{Moment, replica, session};
use crate::error::Result;
use crate::store::project::{Edit, file_name};
use crate::store::{Order, Record, View};

pub(super) const FAMILY: Family = Family {
    prefixes: &["session/"],
    dir: Some("sessions"),
    files,
    on_board: true,
    section: Some(section),
};

/// Files are named by number and name; when those change, the old file is found by listing.
fn files(view: &dyn View, changed: &Changed<'_>) -> Result<Vec<Edit>> {
    let mut edits = Vec::new();
    let mut renamed = false;
    for key in &changed.keys {
        let id = SessionId::parse(key.strip_prefix("session/").unwrap_or_default())?;
        let record = view.get(&schema::session_key(&id))?;
        // One that cannot be read keeps the file it has.
        let session: Option<Session> = match record.as_ref().map(Record::decode).transpose() {
            Ok(session) => session,
            Err(_) => continue,
        };
        renamed |= session
            .as_ref()
            .is_none_or(|session| session.labels_revision >= changed.since);
        if let (Some(session), Some(record)) = (session, record)
            && session.ended.is_none()
        {
            edits.push(Edit::Write {
                dir: "sessions".to_owned(),
                name: file(&session),
                contents: pretty(&record)?,
            });
        }
    }
    if renamed && changed.since > 0 {
        let all = schema::sessions(view)?;
        let living = all.iter().filter(|session| session.ended.is_none());
        edits.push(Edit::KeepOnly {
            dir: "sessions".to_owned(),
            paths: living.map(file).collect(),
        });
    }
    Ok(edits)
}

fn file(session: &Session) -> String {
    format!("{}-{}.json", session.number, file_name(&session.name))
}

fn section(out: &mut String, view: &dyn View, at: &Moment<'_>) -> Result<()> {
    // The latest are the likeliest to live; those that matter to claims and groups are looked up.
    let records = view.scan("session/", Order::Descending, ROWS)?;
    let is_cut = records.len() == ROWS;
    let readable = records.iter().filter_map(|record| record.decode().ok());
    let mut sessions: Vec<Session> = readable.collect();
    sessions.retain(|session| replica::is_shown(session, at));
    sessions.sort_by_key(|session| session.number);
    heading(out, "Sessions");
    let columns = [
        "No.",
        "Name",
        "Role",
        "Life",
        "Doing",
        "Group",
        "Where",
        "Last heard of",
    ];
    let rows: Vec<Vec<String>> = sessions.iter().map(|session| row(session, at)).collect();
    table(out, &columns, &rows);
    more(out, is_cut, "stoa sessions");
    Ok(())
}

fn row(session: &Session, at: &Moment<'_>) -> Vec<String> {
    let or_dash = |text: &Option<String>| text.clone().unwrap_or("-".to_owned());
    let life = format!("{:?}", session::life(session, at)).to_lowercase();
    let life = match &session.state {
        Some(state) => format!("{life}, {state}"),
        None => life,
    };
    let progress = session
        .progress
        .map_or(String::new(), |progress| format!(" ({progress} %)"));
    let place = format!(
        "{} pid {}",
        session.fingerprint.tty, session.fingerprint.pid
    );
    let place = match &session.pane {
        Some(pane) => format!("{pane}, {place}"),
        None => place,
    };
    vec![
        session.number.to_string(),
        session.name.clone(),
        or_dash(&session.role),
        life,
        format!("{}{progress}", or_dash(&session.working_on)),
        or_dash(&session.group),
        place,
        when(session.seen.wall),
    ]
}
