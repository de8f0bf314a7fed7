//! Doing things once: an operation that carries an id of its caller's choice returns, when it is
//! tried again, what it returned the first time. Only what succeeded is remembered; a refusal has
//! changed nothing and is decided anew.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::audit::Deed;
use super::names::check_name;
use super::schema::{self, Operation, SessionId};
use crate::error::{Error, Result};
use crate::store::{Tx, View, put_json};

/// Operations remembered for a session.
const KEPT: usize = 128;

/// What the operation returned when it was done before.
pub fn replay<T: DeserializeOwned>(
    view: &dyn View,
    session: &SessionId,
    id: &str,
    deed: &Deed,
) -> Result<Option<T>> {
    check_name("operation id", id)?;
    let Some(record) = view.get(&schema::operation_key(session, id))? else {
        return Ok(None);
    };
    let done: Operation = record.decode()?;
    if done.request != request(deed) {
        return Err(
            Error::usage(format!("operation id {id} was used for another command"))
                .with_hint("use a new id for each command, the same one only to retry it"),
        );
    }
    serde_json::from_value(done.result)
        .map(Some)
        .map_err(|error| {
            Error::internal(format!(
                "the result of operation {id} cannot be read: {error}"
            ))
        })
}

/// Remembers what the operation returned.
pub fn remember<T: Serialize>(
    tx: &mut dyn Tx,
    session: &SessionId,
    id: &str,
    deed: &Deed,
    result: &T,
) -> Result<()> {
    let mut known = tx.range(&schema::operation_prefix(session))?;
    known.sort_by_key(|record| record.mod_revision);
    let surplus = (known.len() + 1).saturating_sub(KEPT);
    for record in known.iter().take(surplus) {
        tx.delete(&record.key)?;
    }
    let done = Operation {
        request: request(deed),
        result: serde_json::to_value(result).map_err(|error| {
            Error::internal(format!("cannot keep the result of operation {id}: {error}"))
        })?,
        revision: tx.revision(),
    };
    put_json(tx, &schema::operation_key(session, id), &done)
}

fn request(deed: &Deed) -> String {
    format!("{} {}", deed.action, deed.subject)
}
