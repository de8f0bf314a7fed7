//! `fix propose`.

use clap::Args;
use serde_json::json;

use crate::command::issue::{acting, files, read_form, with_next};
use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::coord::fix::{FixForm, Proposal, form};
use crate::error::{Error, Result};

/// Propose a fix for an issue; another session reviews and applies it
///
/// stoa fix propose --issue ISSUE-1 --title "Keep tabs" --approach "Tabs are cells" --files src/a.rs
/// --lines 100-150 --tested --test-notes "all 27 cases"
///
/// Or as a file: --template prints a form, --file reads it. Proposing one's own fix again under its
/// id makes a new version of it, which is to be reviewed anew.
#[derive(Debug, Clone, Default, Args)]
pub struct FixPropose {
    /// The issue it resolves
    #[arg(long, value_name = "ID")]
    pub issue: Option<String>,
    /// What it does, in one line
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
    /// What was done, and why so
    #[arg(long, value_name = "TEXT")]
    pub approach: Option<String>,
    /// The files it changes, with commas between them
    #[arg(long, value_name = "PATHS")]
    pub files: Vec<String>,
    /// The lines in them
    #[arg(long, value_name = "FROM-TO")]
    pub lines: Option<String>,
    /// It was tested
    #[arg(long)]
    pub tested: bool,
    /// How it was tested
    #[arg(long, value_name = "TEXT")]
    pub test_notes: Option<String>,
    /// Its id [default: the next free FIX-n]
    #[arg(long, value_name = "ID")]
    pub fix: Option<String>,
    /// Read a form; - for standard input
    #[arg(long, value_name = "FORM")]
    pub file: Option<String>,
    /// Print an empty form
    #[arg(long, conflicts_with = "file")]
    pub template: bool,
    /// Only if this is still the fencing token of the issue's claim
    #[arg(long)]
    pub token: Option<u64>,
}

impl Run<StoreCx> for FixPropose {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        if self.template {
            return Ok(Reply::new(
                form::TEMPLATE,
                json!({ "template": form::TEMPLATE }),
            ));
        }
        let token = self.token;
        let new = self.proposal(cx)?;
        let actor = acting(cx, &new.issue, token)?;
        let done = cx.coord()?.fix_propose(&actor, &new)?;
        let id = &done.fix.id;
        let next = [
            format!("another session reads it: stoa fix show {id}"),
            format!("and says: stoa fix review {id} --approve, or stoa fix apply {id}"),
        ];
        let text = format!("fix proposed\n{}", super::card(&done.fix));
        let data = json!({ "fix": done.fix, "issue": done.issue });
        Ok(with_next(text, data, &next))
    }
}

impl FixPropose {
    /// What is proposed: the form, and before it what was given here.
    fn proposal(self, cx: &StoreCx) -> Result<Proposal> {
        let mut new = match &self.file {
            Some(file) => FixForm::parse(&read_form(cx, file)?)?,
            None => Proposal::default(),
        };
        let given = files(&self.files);
        if !given.is_empty() {
            new.files = given;
        }
        new.id = self.fix.or(new.id);
        new.issue = self.issue.unwrap_or(new.issue);
        new.title = self.title.unwrap_or(new.title);
        new.approach = self.approach.or(new.approach);
        new.lines = self.lines.or(new.lines);
        new.test_results.tested |= self.tested;
        new.test_results.notes = self.test_notes.or(new.test_results.notes);
        for (flag, text) in [("issue", &new.issue), ("title", &new.title)] {
            if text.is_empty() {
                return Err(Error::usage(format!("a fix needs its {flag}")).with_hint(format!(
                    "give --{flag}, or fill it in: stoa fix propose --template > FORM; stoa fix propose --file FORM"
                )));
            }
        }
        Ok(new)
    }
}
