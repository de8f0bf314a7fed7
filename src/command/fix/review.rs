//! `fix review`.

use clap::Args;
use serde_json::json;

use super::Conditions;
use crate::command::issue::with_next;
use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::coord::fix::{State, Verdict};
use crate::error::Result;

/// Say what you think of another session's fix
///
/// stoa fix review FIX-1 --approve --note "reads well, tests pass"
#[derive(Debug, Clone, Args)]
#[command(group(clap::ArgGroup::new("verdict").required(true).args(["approve", "changes", "comment"])))]
pub struct FixReview {
    /// Its id
    #[arg(value_name = "ID")]
    pub fix: String,
    /// It is good: it may be applied
    #[arg(long)]
    pub approve: bool,
    /// It is not good yet; the note says why
    #[arg(long, requires = "note")]
    pub changes: bool,
    /// Only the note
    #[arg(long, requires = "note")]
    pub comment: bool,
    /// In words
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    /// On what conditions.
    #[command(flatten)]
    pub conditions: Conditions,
}

impl Run<StoreCx> for FixReview {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let verdict = match (self.approve, self.changes) {
            (true, _) => Verdict::Approve,
            (_, true) => Verdict::Changes,
            _ => Verdict::Comment,
        };
        let actor = cx.acting()?;
        let judged = self.conditions.judged();
        let note = self.note.as_deref();
        let done = cx
            .coord()?
            .fix_review(&actor, &self.fix, verdict, note, judged)?;
        let fix = &done.fix;
        let text = format!(
            "{} {} (version {}): it is {}",
            verdict.past(),
            fix.id,
            fix.version,
            fix.state
        );
        let next = match fix.state {
            State::Approved => vec![format!("stoa fix apply {}", fix.id)],
            _ => vec![format!(
                "{} proposes it again: stoa fix propose --fix {} --issue {} --title \"…\"",
                fix.implementer.name, fix.id, fix.issue
            )],
        };
        Ok(with_next(text, json!({ "fix": fix }), &next))
    }
}
