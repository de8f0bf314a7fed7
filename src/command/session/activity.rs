//! `activity`.

use clap::Args;
use serde_json::json;

use super::heartbeat::phrase;
use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::coord::moment::shown;
use crate::coord::schema::{Activity as Beat, Session};
use crate::error::{Error, Result};

/// Show what sessions have been doing: their heartbeats, oldest first
///
/// Each session's latest twenty are kept.
///
/// stoa activity Forge
#[derive(Debug, Clone, Args)]
pub struct Activity {
    /// One session: its name, number or id; without it everybody's
    pub name: Option<String>,
    /// No more than the last so many
    #[arg(long, value_name = "COUNT")]
    pub last: Option<usize>,
}

impl Run<StoreCx> for Activity {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let Some(coord) = cx.reader()? else {
            return match &self.name {
                Some(name) => Err(Error::not_found(format!("there is no session {name:?}"))),
                None => Ok(nothing()),
            };
        };
        let sessions: Vec<Session> = match &self.name {
            Some(name) => vec![coord.resolve(name)?],
            None => {
                let present = coord.present_sessions()?.into_iter();
                present.map(|present| present.session).collect()
            }
        };
        let mut beats: Vec<(&Session, &Beat)> = sessions
            .iter()
            .flat_map(|session| session.activity.iter().map(move |beat| (session, beat)))
            .collect();
        // Each session's own are in order; times are only for putting several side by side.
        beats.sort_by_key(|(_, beat)| beat.at);
        let surplus = self.last.map_or(0, |last| beats.len().saturating_sub(last));
        beats.drain(..surplus);
        if beats.is_empty() {
            return Ok(nothing());
        }
        let lines: Vec<String> = beats.iter().map(|(who, beat)| line(who, beat)).collect();
        let rows: Vec<_> = beats
            .iter()
            .map(|(who, beat)| {
                json!({
                    "at": beat.at,
                    "session": who.id,
                    "name": who.name,
                    "working_on": beat.working_on,
                    "task": beat.task,
                    "phase": beat.phase,
                    "progress": beat.progress,
                    "next_action": beat.next_action,
                })
            })
            .collect();
        Ok(Reply::new(lines.join("\n"), json!({ "activity": rows })))
    }
}

fn nothing() -> Reply {
    Reply::new(
        "no activity yet; stoa heartbeat TEXT --phase PHASE --progress PERCENT tells of it",
        json!({ "activity": [] }),
    )
}

fn line(who: &Session, beat: &Beat) -> String {
    format!("{}  {:<20}  {}", time(beat), who.name, what(beat))
}

/// When it was.
pub(super) fn time(beat: &Beat) -> String {
    shown(beat.at)
}

/// What it told.
pub(super) fn what(beat: &Beat) -> String {
    phrase(
        beat.working_on.as_deref(),
        beat.task.as_deref(),
        beat.phase.as_deref(),
        beat.progress,
        beat.next_action.as_deref(),
    )
}
