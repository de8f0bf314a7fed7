//! The refusals of tasks: who is in the way, since when, and what to do.

use super::record::{self, Task};
use super::status::Status;
use crate::coord::claim::place_of;
use crate::coord::lease::show_ms;
use crate::coord::names::shown;
use crate::coord::{Moment, schema, session};
use crate::error::{Error, Kind, Result};
use crate::store::View;

/// The refusal of a finished task, with all that is known of it.
pub(super) fn finished(at: &Moment<'_>, task: &Task) -> Error {
    let mut message = format!("{} is {} already", task.task_id, task.status);
    if let Some(by) = &task.claimed_by {
        message.push_str(&format!(
            " by {} (session {})",
            by.session_name, by.session_number
        ));
    }
    if let Some(when) = task.completed_at {
        message.push_str(&format!(" {} ago", ago(at, when)));
    }
    if let Some(seconds) = task.duration_seconds {
        message.push_str(&format!(" in {}", show_ms(seconds * 1000)));
    }
    message.push_str(&format!(": {}", shown(&task.description)));
    if let Some(result) = &task.result {
        message.push_str(&format!("; result: {}", shown(result)));
    }
    let error = Error::refused(message).with_hint(format!(
        "to do it again all the same: stoa task claim {} --reopen",
        task.task_id
    ));
    match serde_json::to_value(task) {
        Ok(card) => error.with_holder(card),
        Err(_) => error,
    }
}

/// Wall time since then, for people.
fn ago(at: &Moment<'_>, then: jiff::Timestamp) -> String {
    let ms = at.now.wall.as_millisecond() - then.as_millisecond();
    show_ms(u64::try_from(ms).unwrap_or(0))
}

/// The refusal of a task that waits for others, or for its parts.
pub(super) fn waits(view: &dyn View, task: &Task) -> Result<Error> {
    let mut names = Vec::new();
    for id in task.blocked_by.iter().take(5) {
        let status =
            record::find(view, id)?.map_or("gone".to_owned(), |other| match other.status {
                Status::Pending => "not begun".to_owned(),
                status => status.to_string(),
            });
        names.push(format!("{id} ({status})"));
    }
    if task.blocked_by.len() > names.len() {
        names.push(format!("{} more", task.blocked_by.len() - names.len()));
    }
    let list = names.join(", ");
    Ok(match task.parts.is_empty() {
        true => Error::refused(format!("{} waits for {list}", task.task_id)).with_hint(
            "stoa task next finds one that is ready; what is not needed is dropped with stoa task depend ID --drop OTHER",
        ),
        false => Error::refused(format!(
            "{} was split and is done when its parts are: {list}",
            task.task_id
        ))
        .with_hint("claim one of the parts, or stoa task next"),
    })
}

/// The refusal of a task in another one's hands; `fenced` if the one who asks had it before.
pub(super) fn held_by_other(view: &dyn View, task: &Task, fenced: bool) -> Result<Error> {
    let kind = if fenced { Kind::Fenced } else { Kind::Held };
    let Some(by) = &task.claimed_by else {
        return Ok(Error::internal(format!(
            "{} is in nobody's hands",
            task.task_id
        )));
    };
    let holder = schema::session(view, &by.session_id)?;
    let place = holder
        .as_ref()
        .map_or_else(|| format!("session {}", by.session_number), place_of);
    let error = Error::new(
        kind,
        format!(
            "{} is {} by {} ({place}): only its claimer may change it",
            task.task_id, task.status, by.session_name
        ),
    )
    .with_hint(format!("ask {}, or stoa task next", by.session_name));
    Ok(match holder {
        Some(holder) => error.with_holder(session::card(&holder)),
        None => error,
    })
}
