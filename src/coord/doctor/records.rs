//! Whether each record is what its key promises.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Finding, all_keys};
use crate::coord::audit::{self, AuditEntry};
use crate::coord::fix::{self, Fix};
use crate::coord::import::{self, Imported, Origin};
use crate::coord::issue::{self, Issue};
use crate::coord::message::mailbox::Mailbox;
use crate::coord::message::records::{self, Line, LogHead, Message, Slip};
use crate::coord::notice::Notice;
use crate::coord::report::{self, Saved};
use crate::coord::schema::{self, Claim, Entry, Group, Operation, Session, SessionId, Waiter};
use crate::coord::state::Kept;
use crate::coord::task::{self, Task};
use crate::error::Result;
use crate::store::{Record, Tx, View};

/// Where records lie that could not be read.
pub(super) const ASIDE: &str = "damaged/";

/// Fails for a record that is not what its key promises.
type Test = fn(&Record) -> Result<()>;

/// The kinds of records: what their keys begin with, what they must be.
const KINDS: &[(&str, Test)] = &[
    ("session/", is::<Session>),
    ("named/", is::<SessionId>),
    ("group/", is::<Group>),
    ("context/", is::<Entry>),
    ("history/", is::<Entry>),
    ("claim/", claim),
    ("pattern/", claim),
    ("held/", is::<Value>),
    (schema::WAIT_PREFIX, is::<Waiter>),
    (issue::PREFIX, is::<Issue>),
    ("issue-by/", is::<Value>),
    (fix::PREFIX, is::<Fix>),
    ("fix-by/", is::<Value>),
    ("minted/", is::<u64>),
    (report::PREFIX, is::<Saved>),
    ("op/", is::<Operation>),
    (records::PREFIX, is::<Message>),
    ("body/", is::<String>),
    ("thread/", is::<Value>),
    (records::MAILBOX_PREFIX, is::<Mailbox>),
    ("box/", is::<Slip>),
    ("done/", is::<Value>),
    ("logs/", is::<LogHead>),
    ("log/", is::<Line>),
    ("messages", is::<u64>),
    (task::record::PREFIX, is::<Task>),
    (task::record::STATE_PREFIX, is::<Value>),
    (task::record::WAIT_PREFIX, is::<Value>),
    (task::record::FOR_PREFIX, is::<Value>),
    (task::record::COUNTER, is::<u64>),
    (audit::PREFIX, is::<AuditEntry>),
    ("state/", is::<Kept>),
    ("notice/", is::<Notice>),
    ("secret/", is::<String>),
    (schema::EXPIRY_PREFIX, is::<String>),
    (import::LEDGER_PREFIX, is::<Imported>),
    (import::IMPORTS_PREFIX, is::<Origin>),
    (ASIDE, is::<String>),
];

fn is<T: DeserializeOwned>(record: &Record) -> Result<()> {
    record.decode::<T>().map(drop)
}

fn claim(record: &Record) -> Result<()> {
    let claim: Claim = record.decode()?;
    if schema::claim_key(&claim.key) == record.key {
        return Ok(());
    }
    Err(crate::error::Error::new(
        crate::error::Kind::Corrupt,
        format!("the record {} speaks of {}", record.key, claim.key),
    ))
}

fn kind(key: &str) -> Option<&'static (&'static str, Test)> {
    KINDS.iter().find(|(prefix, _)| key.starts_with(prefix))
}

/// Reads every record.
pub(super) fn check(view: &dyn View) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut unknown: BTreeMap<String, usize> = BTreeMap::new();
    let mut sound = true;
    for record in all_keys(view)? {
        let Some((prefix, test)) = kind(&record.key) else {
            let (family, _) = record.key.split_once('/').unwrap_or((&record.key, ""));
            *unknown.entry(family.to_owned()).or_default() += 1;
            continue;
        };
        *counts.entry(prefix).or_default() += 1;
        if let Err(error) = test(&record) {
            sound = false;
            findings.push(Finding::problem("records", error.message).fixable());
        }
    }
    if sound {
        let told: Vec<String> = (counts.iter())
            .map(|(prefix, count)| format!("{count} {}", prefix.trim_end_matches('/')))
            .collect();
        let all = if told.is_empty() {
            "none yet".to_owned()
        } else {
            told.join(", ")
        };
        findings.push(Finding::ok(
            "records",
            format!("every record can be read: {all}"),
        ));
    }
    for (family, count) in unknown {
        let message =
            format!("{count} records of a kind unknown here, {family}: a newer version's");
        findings.push(Finding::note("records", message));
    }
    if let Some(count) = counts.get(ASIDE) {
        let message = format!("{count} damaged records lie aside");
        findings.push(Finding::note("records", message));
    }
    Ok(findings)
}

/// Moves what cannot be read out of the way, its text as it is.
pub(super) fn set_aside(tx: &mut dyn Tx) -> Result<Vec<String>> {
    let mut done = Vec::new();
    for record in all_keys(tx.view())? {
        let unsound = kind(&record.key).is_some_and(|(_, test)| test(&record).is_err());
        if unsound {
            let aside = format!("{ASIDE}{:020}/{}", tx.revision(), record.key);
            crate::store::put_json(tx, &aside, &record.value)?;
            tx.delete(&record.key)?;
            done.push(format!("set aside the unreadable record {}", record.key));
        }
    }
    Ok(done)
}
