//! `issue new`.

use clap::Args;
use serde_json::json;

use super::{files, read_form, with_next};
use crate::command::spec::{Reply, Run, joined};
use crate::command::store::StoreCx;
use crate::coord::issue::{IssueForm, NewIssue, Severity, form};
use crate::error::{Error, Result};

/// Report an issue
///
/// stoa issue new "Tabs are lost" --severity high --files src/parser.rs
///
/// Or as a file: --template prints a form, --file reads it. What is given here counts before what
/// the form says.
#[derive(Debug, Clone, Args)]
pub struct IssueNew {
    /// What is wrong, in one line; several words are one text
    #[arg(required_unless_present_any = ["file", "template"])]
    pub title: Vec<String>,
    /// How bad it is [default: medium]
    #[arg(long, value_enum, ignore_case = true)]
    pub severity: Option<Severity>,
    /// The whole story
    #[arg(long, value_name = "TEXT")]
    pub description: Option<String>,
    /// The files it is about, with commas between them
    #[arg(long, value_name = "PATHS")]
    pub files: Vec<String>,
    /// Its id [default: the next free ISSUE-n]
    #[arg(long)]
    pub id: Option<String>,
    /// Read a form; - for standard input
    #[arg(long, value_name = "FORM")]
    pub file: Option<String>,
    /// Print an empty form
    #[arg(long, conflicts_with_all = ["file", "title"])]
    pub template: bool,
}

impl Run<StoreCx> for IssueNew {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        if self.template {
            return Ok(Reply::new(
                form::TEMPLATE,
                json!({ "template": form::TEMPLATE }),
            ));
        }
        let by_form = self.file.is_some() && self.title.is_empty();
        let form = match &self.file {
            Some(file) => IssueForm::parse(&read_form(cx, file)?)?,
            None => NewIssue::default(),
        };
        let given = files(&self.files);
        let new = NewIssue {
            id: self.id.or(form.id),
            title: joined(self.title).unwrap_or(form.title),
            description: self.description.or(form.description),
            severity: self.severity.or(form.severity),
            files: if given.is_empty() { form.files } else { given },
        };
        if new.title.is_empty() {
            return Err(match by_form {
                true => Error::usage("the form has no title").with_hint("fill in title = \"\""),
                false => Error::usage("the title is empty")
                    .with_hint("say what is wrong: stoa issue new \"Tabs are lost on resize\""),
            });
        }
        let actor = cx.acting()?;
        let issue = cx.coord()?.issue_new(&actor, &new)?;
        let id = &issue.id;
        let text = format!("reported {id} ({}): {}", issue.severity, issue.title);
        let next = [
            format!("stoa issue claim {id}"),
            "stoa issue list --available".to_owned(),
        ];
        Ok(with_next(text, json!({ "issue": issue }), &next))
    }
}
