//! The command lines that the panel's keys stand for.
//!
//! A line that begins with `prompt` is put before the person, who completes or drops it.

use crate::command::view::panel::PanelAction as A;
use crate::error::{Error, Result};
use crate::model::panel::RowTarget as R;
use crate::model::state::State;

/// The command line of an action on a record; `row` is what is selected.
///
/// # Errors
/// The action makes no sense on the selected record.
pub fn line(state: &State, action: A, row: Option<&R>) -> Result<String> {
    Ok(match (action, row) {
        (A::Claim, Some(R::Claim { key, .. })) => format!("prompt claim {}", word(key)?),
        (A::Claim, Some(R::Task { id })) => format!("task claim {}", word(id)?),
        (A::Claim, Some(R::Issue { id })) => format!("issue claim {}", word(id)?),
        (A::Claim, _) => "prompt claim".to_owned(),
        (A::Release, Some(R::Claim { key, .. })) => format!("release {}", word(key)?),
        (A::Release, Some(R::Task { id })) => format!("task release {}", word(id)?),
        (A::Release, Some(R::Issue { id })) => format!("issue release {}", word(id)?),
        (A::Release, _) => return Err(select("a claim, a task or an issue", "Claims")),
        (A::Complete, Some(R::Task { id })) => format!("prompt task complete {}", word(id)?),
        (A::Complete, Some(R::Issue { id })) => {
            format!("prompt --value issue resolve {} --reason", word(id)?)
        }
        (A::Complete, Some(R::Fix { id })) => format!("prompt fix apply {}", word(id)?),
        (A::Complete, _) => return Err(select("a task, an issue or a fix", "Tasks")),
        (A::Review, Some(R::Fix { id })) => {
            format!("prompt --value fix review {} --approve --note", word(id)?)
        }
        (A::Review, _) => return Err(select("a fix", "Issues")),
        (A::Add, _) => "prompt task add".to_owned(),
        (A::Report, _) => "prompt issue new".to_owned(),
        (A::Join, Some(R::Group { name })) => format!("join-group {}", word(name)?),
        (A::Join, _) => "prompt join-group".to_owned(),
        (A::Leave, _) => "confirm -p 'leave the group? (y/n)' leave-group".to_owned(),
        (A::Share, Some(R::Context { key, .. })) => {
            format!("prompt share {}", word(&format!("{key}="))?)
        }
        (A::Reply, Some(R::Message { id })) => format!("prompt reply {id}"),
        (A::Ack, Some(R::Message { id })) => format!("ack {id}"),
        (A::Reply | A::Ack, _) => return Err(select("a message", "Messages")),
        (A::Send, Some(R::Session { id } | R::Claim { holder: id, .. })) => {
            format!("prompt send {}", word(state.snapshot.name_of(id))?)
        }
        (A::Send, Some(R::Group { name })) => format!("prompt send {}", word(&format!("@{name}"))?),
        (A::Send, _) => "prompt send".to_owned(),
        _ => "prompt share".to_owned(),
    })
}

fn word(text: &str) -> Result<String> {
    match shlex::try_quote(text) {
        Ok(quoted) => Ok(quoted.into_owned()),
        Err(_) => Err(Error::usage(
            "that name cannot be written on a command line",
        )),
    }
}

fn select(what: &str, section: &str) -> Error {
    Error::refused(format!("select {what} first"))
        .with_hint(format!("Tab moves to the {section} section"))
}
