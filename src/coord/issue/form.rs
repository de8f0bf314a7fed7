//! Issues and fixes written as a file: TOML between two lines of `+++`, then the long text in
//! Markdown; or a JSON object with the same fields, as older tools wrote them.
//!
//! A field that a form of ours does not have is a mistake and refused by name; JSON comes from
//! others, and what is unknown in it is passed over. Empty text is the same as none.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::record::Severity;
use super::rules::NewIssue;
use crate::coord::names::shown;
use crate::error::{Error, Result};

/// The largest form, in bytes.
pub const FORM_BYTES: usize = 64 * 1024;

/// The form of an issue, to be filled in.
pub const TEMPLATE: &str = r#"+++
# An issue. Fill this in, then: stoa issue new --file THIS_FILE
# What is wrong in one line:
title = ""
# critical, high, medium or low:
severity = "medium"
# The files it is about: ["src/a.rs", "src/b.rs"]
files = []
# Its id; without one it is given the next ISSUE-n:
# id = "ISSUE-7"
#
# Below the next line: the whole story, in Markdown. What happens, what should,
# and how to see it.
+++

"#;

/// An issue as it is written in a file.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct IssueForm {
    /// Its id.
    #[serde(default, alias = "issue_id", alias = "issue")]
    pub id: Option<String>,
    /// One line.
    #[serde(default)]
    pub title: Option<String>,
    /// How bad it is.
    #[serde(default)]
    pub severity: Option<Severity>,
    /// The files it is about.
    #[serde(default)]
    pub files: Words,
    /// The whole story, if it does not stand below.
    #[serde(default)]
    pub description: Option<String>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// A list, or one text with commas.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Words {
    /// A list.
    List(Vec<String>),
    /// One text.
    Line(String),
}

impl Default for Words {
    fn default() -> Words {
        Words::List(Vec::new())
    }
}

impl From<Words> for Vec<String> {
    fn from(words: Words) -> Vec<String> {
        match words {
            Words::List(list) => list,
            Words::Line(line) => split(&line),
        }
    }
}

/// The parts between commas.
pub fn split(line: &str) -> Vec<String> {
    let parts = line.split(',').map(str::trim);
    parts
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Text, if there is any.
pub fn filled(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty())
}

impl IssueForm {
    /// Reads a form.
    ///
    /// # Errors
    /// [`Kind::Usage`](crate::error::Kind::Usage) saying what is wrong with it.
    pub fn parse(text: &str) -> Result<NewIssue> {
        let (form, body): (IssueForm, _) = parse(text, |form: &IssueForm| &form.rest)?;
        Ok(NewIssue {
            id: filled(form.id),
            title: filled(form.title).unwrap_or_default(),
            description: body.or(filled(form.description)),
            severity: form.severity,
            files: form.files.into(),
        })
    }
}

/// Reads a form of either sort: its fields, and what stands below them.
///
/// # Errors
/// [`Kind::Usage`](crate::error::Kind::Usage).
pub(in crate::coord) fn parse<T: DeserializeOwned>(
    text: &str,
    unknown: impl Fn(&T) -> &Map<String, Value>,
) -> Result<(T, Option<String>)> {
    if text.len() > FORM_BYTES {
        return Err(Error::usage(format!(
            "the form is longer than {FORM_BYTES} bytes"
        )));
    }
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.starts_with('{') {
        let form = serde_json::from_str(text)
            .map_err(|error| Error::usage(format!("the form is not the JSON of one: {error}")))?;
        return Ok((form, None));
    }
    let (fields, body) = fenced(text)?;
    let form: T = toml::from_str(&fields).map_err(|error| {
        let at = error
            .span()
            .and_then(|span| fields.get(..span.start))
            .map(|before| format!(" in line {}", before.matches('\n').count() + 2));
        let what = error.message().lines().next().unwrap_or_default();
        Error::usage(format!(
            "the form cannot be read{}: {what}",
            at.unwrap_or_default()
        ))
        .with_hint("--template prints an empty one")
    })?;
    if let Some(name) = unknown(&form).keys().next() {
        return Err(
            Error::usage(format!("a form has no field \"{}\"", shown(name)))
                .with_hint("--template prints an empty one"),
        );
    }
    Ok((form, filled(Some(body))))
}

/// What stands between the fences, and what below.
fn fenced(text: &str) -> Result<(String, String)> {
    let mut lines = text.lines();
    let is_fence = |line: &str| line.trim_end() == "+++";
    let bad = |what: &str| {
        Error::usage(format!("the form {what} with a line of +++"))
            .with_hint("--template prints an empty one")
    };
    if !lines.next().is_some_and(is_fence) {
        return Err(bad("does not begin"));
    }
    let mut fields = String::new();
    for line in lines.by_ref() {
        if is_fence(line) {
            return Ok((fields, lines.collect::<Vec<_>>().join("\n")));
        }
        fields.push_str(line);
        fields.push('\n');
    }
    Err(bad("does not end its fields"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::error::Kind;

    #[test]
    fn the_template_is_a_form_without_a_title() {
        let new = IssueForm::parse(TEMPLATE).unwrap();
        assert_eq!(
            (new.title.as_str(), new.severity),
            ("", Some(Severity::Medium))
        );
        assert_eq!((new.id, new.description), (None, None));
    }

    /// S3-51: what is filled in is what is reported.
    #[test]
    fn a_filled_form_is_read() {
        let text = TEMPLATE
            .replace("title = \"\"", "title = \"Tabs are lost\"")
            .replace("\"medium\"", "\"high\"")
            .replace("files = []", "files = [\"src/a.rs\"]")
            + "Type a tab.\n\n+++ is no fence here\n";
        let new = IssueForm::parse(&text).unwrap();
        assert_eq!(new.title, "Tabs are lost");
        assert_eq!(new.severity, Some(Severity::High));
        assert_eq!(new.files, ["src/a.rs"]);
        assert!(new.description.unwrap().starts_with("Type a tab."));
    }

    #[test]
    fn json_of_older_tools_is_read() {
        let text = r#"{"issue_id": "issue_007", "title": "T", "severity": "critical",
            "files": "a.py, b.py", "status": "new", "discovered_by": "claude_code"}"#;
        let new = IssueForm::parse(text).unwrap();
        assert_eq!(new.id.as_deref(), Some("issue_007"));
        assert_eq!(new.severity, Some(Severity::Critical));
        assert_eq!(new.files, ["a.py", "b.py"]);
    }

    #[test]
    fn mistakes_are_named() {
        let check = |text: &str, says: &str| {
            let error = IssueForm::parse(text).unwrap_err();
            assert_eq!(error.kind, Kind::Usage);
            assert!(error.message.contains(says), "{}", error.message);
        };
        check("title = \"x\"", "begin");
        check("+++\ntitle = \"x\"\n", "end");
        check("+++\ntitle = \n+++\n", "line 2");
        check("+++\nseverty = \"high\"\n+++\n", "severty");
        check("+++\nseverity = \"urgent\"\n+++\n", "urgent");
        check("{\"title\": ", "JSON");
        check(&"x".repeat(FORM_BYTES + 1), "longer");
    }

    proptest! {
        #[test]
        fn nothing_panics(text in ".{0,200}", body in "(?s).{0,200}") {
            let _ = IssueForm::parse(&text);
            let _ = IssueForm::parse(&format!("+++\n{text}\n+++\n{body}"));
        }
    }
}
