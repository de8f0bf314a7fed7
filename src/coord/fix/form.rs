//! A fix written as a file; see [`crate::coord::issue::form`] for what all forms have in common.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::results::TestResults;
use super::rules::Proposal;
use crate::coord::issue::form::{Words, filled, parse};
use crate::error::Result;

/// The form of a fix, to be filled in.
pub const TEMPLATE: &str = r#"+++
# A fix. Fill this in, then: stoa fix propose --file THIS_FILE
# The issue it resolves:
issue = ""
# What it does in one line:
title = ""
# The files it changes: ["src/a.rs", "src/b.rs"]
files = []
# The lines in them: "100-150"
lines = ""
# Its id; without one it is given the next FIX-n:
# id = "FIX-7"
#
# Below the next +++: the approach, in Markdown. What was done, and why so.

[test_results]
tested = false
notes = ""
+++

"#;

/// A fix as it is written in a file.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct FixForm {
    /// Its id.
    #[serde(default, alias = "fix_id", alias = "fix")]
    pub id: Option<String>,
    /// The issue it resolves.
    #[serde(default, alias = "issue_id", alias = "resolves")]
    pub issue: Option<String>,
    /// One line.
    #[serde(default)]
    pub title: Option<String>,
    /// What was done, if it does not stand below.
    #[serde(default)]
    pub approach: Option<String>,
    /// The files it changes.
    #[serde(default)]
    pub files: Words,
    /// The lines in them.
    #[serde(default)]
    pub lines: Option<String>,
    /// What was tested, in any form.
    #[serde(default, alias = "tests")]
    pub test_results: TestResults,
    /// Approach, files and lines, where older tools put them.
    #[serde(default)]
    pub implementation: Implementation,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// The part of a fix that older tools set apart.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Implementation {
    /// What was done.
    #[serde(default)]
    pub approach: Option<String>,
    /// The files it changes.
    #[serde(default)]
    pub files: Words,
    /// The lines in them.
    #[serde(default)]
    pub lines: Option<String>,
}

impl FixForm {
    /// Reads a form.
    ///
    /// # Errors
    /// [`Kind::Usage`](crate::error::Kind::Usage) saying what is wrong with it.
    pub fn parse(text: &str) -> Result<Proposal> {
        let (form, body): (FixForm, _) = parse(text, |form: &FixForm| &form.rest)?;
        let apart = form.implementation;
        let mut files: Vec<String> = form.files.into();
        files.extend(Vec::from(apart.files));
        Ok(Proposal {
            id: filled(form.id),
            issue: filled(form.issue).unwrap_or_default(),
            title: filled(form.title).unwrap_or_default(),
            approach: body.or(filled(form.approach)).or(filled(apart.approach)),
            files,
            lines: filled(form.lines).or(filled(apart.lines)),
            test_results: form.test_results,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S3-51: the template is a form, and what is filled in is what is proposed.
    #[test]
    fn a_filled_template_is_read() {
        let empty = FixForm::parse(TEMPLATE).unwrap();
        assert_eq!(empty, Proposal::default());
        let text = TEMPLATE
            .replace("issue = \"\"", "issue = \"ISSUE-1\"")
            .replace("title = \"\"", "title = \"Keep tabs\"")
            .replace("lines = \"\"", "lines = \"100-150\"")
            .replace("tested = false", "tested = true")
            + "Tabs are cells now.\n";
        let new = FixForm::parse(&text).unwrap();
        assert_eq!(
            (new.issue.as_str(), new.title.as_str()),
            ("ISSUE-1", "Keep tabs")
        );
        assert_eq!(new.lines.as_deref(), Some("100-150"));
        assert_eq!(new.approach.as_deref(), Some("Tabs are cells now."));
        assert!(new.test_results.tested);
    }

    /// S3-33: both shapes of test results, in files too.
    #[test]
    fn older_forms_are_read() {
        let text = r#"{"fix_id": "fix_010", "issue_id": "issue_001", "title": "T",
            "implementation": {"approach": "A", "files": ["a.py"], "lines": "1-2"},
            "test_results": {"nodes_tested": ["X"], "success_rate": "100%"}}"#;
        let new = FixForm::parse(text).unwrap();
        assert_eq!(new.id.as_deref(), Some("fix_010"));
        assert_eq!(new.approach.as_deref(), Some("A"));
        assert_eq!(new.files, ["a.py"]);
        assert_eq!(new.test_results.line(), "yes, 1 nodes, 100%");
        let toml =
            "+++\nissue = \"I\"\ntitle = \"T\"\ntest_results = { nodes_tested = [\"X\"] }\n+++\n";
        assert!(FixForm::parse(toml).unwrap().test_results.tested);
    }
}
