//! Whether the indexes of issues, fixes and tasks say what the records say. They are made from the
//! records alone, so they can be made again whole.

use std::collections::BTreeMap;

use super::Finding;
use crate::coord::{fix, issue, task};
use crate::error::Result;
use crate::store::{Tx, View};

/// An index: what it is of, what its keys begin with, and the lines it should have.
struct Index {
    of: &'static str,
    prefix: &'static str,
    lines: fn(&dyn View) -> Result<BTreeMap<String, String>>,
}

const INDEXES: [Index; 5] = [
    Index {
        of: "issues",
        prefix: issue::INDEX,
        lines: issue::index_lines,
    },
    Index {
        of: "fixes",
        prefix: fix::INDEX,
        lines: fix::index_lines,
    },
    Index {
        of: "tasks",
        prefix: task::record::STATE_PREFIX,
        lines: task::record::index_lines,
    },
    Index {
        of: "what waits for tasks",
        prefix: task::record::WAIT_PREFIX,
        lines: task::record::wait_lines,
    },
    Index {
        of: "tasks given to sessions",
        prefix: task::record::FOR_PREFIX,
        lines: task::record::for_lines,
    },
];

/// Lines that are missing or wrong, and lines of nothing.
struct Wrong {
    missing: Vec<(String, String)>,
    dangling: Vec<String>,
}

impl Index {
    fn wrong(&self, view: &dyn View) -> Result<Wrong> {
        let mut missing = (self.lines)(view)?;
        let mut dangling = Vec::new();
        for record in view.range(self.prefix)? {
            match missing.get(&record.key) {
                Some(line) if *line == record.value => _ = missing.remove(&record.key),
                Some(_) => {}
                None => dangling.push(record.key),
            }
        }
        Ok(Wrong {
            missing: missing.into_iter().collect(),
            dangling,
        })
    }
}

/// Compares the indexes with the records.
pub(super) fn check(view: &dyn View) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for index in &INDEXES {
        let wrong = index.wrong(view)?;
        let count = wrong.missing.len() + wrong.dangling.len();
        if count > 0 {
            let message = format!("{count} lines of the index of {} are wrong", index.of);
            findings.push(Finding::problem("index", message).fixable());
        }
    }
    if findings.is_empty() {
        let message = "the indexes of issues, fixes and tasks are right";
        findings.push(Finding::ok("index", message));
    }
    Ok(findings)
}

/// Makes them say what the records say; returns what was done.
pub(super) fn mend(tx: &mut dyn Tx) -> Result<Vec<String>> {
    let mut done = Vec::new();
    for index in &INDEXES {
        let wrong = index.wrong(tx.view())?;
        let count = wrong.missing.len() + wrong.dangling.len();
        for key in &wrong.dangling {
            tx.delete(key)?;
        }
        for (key, line) in wrong.missing {
            tx.put(&key, line)?;
        }
        if count > 0 {
            done.push(format!(
                "corrected {count} lines of the index of {}",
                index.of
            ));
        }
    }
    Ok(done)
}
