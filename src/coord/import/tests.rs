//! Reading and writing what older tools left, without files.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::read::{Batch, SourceFile};
use super::{Kind, Refused};

fn file(path: &str, value: &Value) -> SourceFile {
    SourceFile {
        path: path.to_owned(),
        text: value.to_string(),
    }
}

fn read(path: &str, value: &Value) -> Batch {
    Batch::read(&[file(path, value)], &BTreeSet::new())
}

/// S3-41: what is wrong is named by file and field.
#[test]
fn refusals_name_file_and_field() {
    let check = |path: &str, value: Value, says: &str| {
        let batch = read(path, &value);
        let told: Vec<String> = batch.refused.iter().map(Refused::to_string).collect();
        assert_eq!(told, [format!("{path}: {says}")], "{value}");
    };
    let task = |field: &str, value: Value| {
        let mut task = json!({"task_id": "T", "description": "what"});
        task[field] = value;
        task
    };
    let path = "tasks/task_T.json";
    check(path, json!({"task_id": "T"}), "description: is missing");
    check(path, json!({"description": "x"}), "task_id: is missing");
    check(path, json!(1), "it is a number where a record should be");
    let batch = read(path, &json!([task("priority", json!("low")), 1, 2]));
    let places: Vec<&str> = batch.refused.iter().map(|one| one.file.as_str()).collect();
    assert_eq!(places, ["tasks/task_T.json[1]", "tasks/task_T.json[2]"]);
    check(
        path,
        task("status", json!("sleeping")),
        "status: \"sleeping\" is none of available, claimed, in_progress, completed, failed, cancelled",
    );
    check(
        path,
        task("claimed_at", json!("yesterday")),
        "claimed_at: \"yesterday\" is no time",
    );
    check(
        path,
        task("claimed_by", json!({"session_number": 2})),
        "claimed_by.session_id: is missing",
    );
    check(
        path,
        task("priority", json!("soon")),
        "priority: \"soon\" is none of critical, high, medium, low",
    );
    check(
        "issues/high/a.json",
        json!({"id": "i", "title": "t", "severity": "loud"}),
        "severity: \"loud\" is none of critical, high, medium, low",
    );
    check(
        "fixes/applied/a.json",
        json!({"id": "f", "issue_id": "i", "title": "t", "status": "proposed"}),
        "status: says proposed, but the file lies among those applied",
    );
    check(
        "claims/a.json",
        json!({"type": "db", "name": "users"}),
        "claimed_by: is missing",
    );
    check(
        "messages/broadcast/a.json",
        json!({"subject": "x"}),
        "from: is missing",
    );
    check(
        "sessions/a.json",
        json!({"session_id": "../../etc"}),
        "name: the session name \"../../etc\" must not contain a slash",
    );
}

#[test]
fn broken_files_are_refused_and_lines_are_numbered() {
    let broken = |path: &str, text: &str| {
        let file = SourceFile {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        let batch = Batch::read(&[file], &BTreeSet::new());
        batch
            .refused
            .iter()
            .map(Refused::to_string)
            .collect::<Vec<_>>()
    };
    let told = broken("tasks/task_T.json", "{\"task_id\":");
    assert!(told[0].starts_with("tasks/task_T.json: the JSON cannot be read"));
    let told = broken("heartbeat.yaml", "a: &b 1\n");
    assert!(told[0].starts_with("heartbeat.yaml: the YAML cannot be read: line 1"));
    let lines = "{\"timestamp\":\"2025-11-06T15:30:00Z\",\"action\":\"x\"}\n\nhalf a li";
    let told = broken("audit_log.jsonl", lines);
    assert_eq!(told.len(), 1);
    assert!(
        told[0].starts_with("audit_log.jsonl:3: the JSON"),
        "{told:?}"
    );
}

#[test]
fn only_what_is_wanted_is_read() {
    let task = file("tasks/t.json", &json!({"task_id": "T", "description": "d"}));
    let issue = file("issues/i.json", &json!({"id": "I", "title": "t"}));
    let read = |only: &[Kind]| {
        let only = only.iter().copied().collect();
        let batch = Batch::read(&[task.clone(), issue.clone()], &only);
        (batch.tasks.len(), batch.issues.len())
    };
    assert_eq!(read(&[]), (1, 1));
    assert_eq!(read(&[Kind::Issues]), (0, 1));
    // A file that says nothing by its name is what it is said to be.
    let odd = file("old.json", &json!({"id": "I", "title": "t"}));
    let only = BTreeSet::from([Kind::Issues]);
    assert_eq!(Batch::read(&[odd], &only).issues.len(), 1);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        Just(json!("2025-11-17T08:04:10Z")),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        let key = prop_oneof![
            "task_id|id|title|description|status|claimed_by|session_id|name|from|to|type",
            "timestamp|expires_at|sessions|agents|events|messages|action|files|progress",
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key, inner), 0..8)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    /// Whatever a file holds, it is read or refused.
    #[test]
    fn nothing_panics(value in any_json()) {
        for path in [
            "tasks/a.json", "sessions/a.json", "heartbeats/a.json", "claims/a-b.json",
            "messages/direct/x/a.json", "issues/high/a.json", "fixes/applied/a.json",
            "a.lock/lock_info.json", "audit.json", "states/a.json", "coordination.json",
            "issues/index.json",
        ] {
            let _ = read(path, &value);
        }
    }

    #[test]
    fn no_text_panics(text in "(?s).{0,200}") {
        for path in ["active/TASK-1.md", "events.yaml", "audit_log.jsonl", "tasks/a.json"] {
            let file = SourceFile { path: path.to_owned(), text: text.clone() };
            let _ = Batch::read(&[file], &BTreeSet::new());
        }
    }
}
