//! What was tested, in whatever form it was written down.
//!
//! Two forms are about: `{"nodes_tested": […], "success_rate": "100%"}` and `{"tested": true,
//! "notes": "…"}`. Both are read into one type, and so is everything between and around them; a
//! field that is missing or of another sort never keeps the rest from being read.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// Things tested that are kept.
const KEPT: usize = 200;

/// The results of testing a fix.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TestResults {
    /// Whether it was tested at all.
    pub tested: bool,
    /// How.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// On what.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub nodes_tested: Vec<String>,
    /// With what success, in its author's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub success_rate: Option<String>,
}

impl TestResults {
    /// Reads any form.
    pub fn read(value: &Value) -> TestResults {
        let fields = match value {
            Value::Object(fields) => fields,
            Value::Bool(tested) => {
                return TestResults {
                    tested: *tested,
                    ..TestResults::default()
                };
            }
            // A word about it, and nothing else.
            other => {
                let notes = text(other);
                return TestResults {
                    tested: notes.is_some(),
                    notes,
                    ..TestResults::default()
                };
            }
        };
        let field = |names: &[&str]| names.iter().find_map(|name| fields.get(*name));
        let nodes_tested = field(&["nodes_tested", "nodes"])
            .map(list)
            .unwrap_or_default();
        let success_rate = field(&["success_rate"]).and_then(text);
        let said = match field(&["tested", "passed"]) {
            Some(Value::Bool(tested)) => Some(*tested),
            Some(other) => text(other).map(|word| {
                let word = word.to_lowercase();
                !matches!(word.as_str(), "no" | "false" | "0" | "none")
            }),
            None => None,
        };
        TestResults {
            tested: said.unwrap_or(!nodes_tested.is_empty() || success_rate.is_some()),
            notes: field(&["notes", "test_notes", "note"]).and_then(text),
            nodes_tested,
            success_rate,
        }
    }

    /// One line for people.
    pub fn line(&self) -> String {
        let mut line = if self.tested { "yes" } else { "no" }.to_owned();
        if !self.nodes_tested.is_empty() {
            line.push_str(&format!(", {} nodes", self.nodes_tested.len()));
        }
        for more in [&self.success_rate, &self.notes].into_iter().flatten() {
            line.push_str(&format!(", {more}"));
        }
        line
    }
}

impl<'de> Deserialize<'de> for TestResults {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<TestResults, D::Error> {
        Ok(TestResults::read(&Value::deserialize(from)?))
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(word) => Some(word.to_string()),
        Value::Array(_) => Some(list(value).join(", ")),
        Value::Object(_) => Some(value.to_string()),
        Value::Null => None,
    }
    .filter(|text| !text.trim().is_empty())
}

/// A list of names; a count of things is as good as a list of that many words.
fn list(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().take(KEPT).filter_map(name).collect(),
        other => text(other).into_iter().collect(),
    }
}

fn name(item: &Value) -> Option<String> {
    let named = ["name", "node", "id"]
        .into_iter()
        .find_map(|key| item.get(key));
    text(named.unwrap_or(item))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// S3-33: old and new shapes, missing fields and other surprises become one type.
    #[test]
    fn every_shape_is_read() {
        let check = |value: Value, tested: bool, line: &str| {
            let results: TestResults = serde_json::from_value(value.clone()).unwrap();
            assert_eq!(
                (results.tested, results.line().as_str()),
                (tested, line),
                "{value}"
            );
            // What is written is read again as the same.
            let again = serde_json::to_value(&results).unwrap();
            assert_eq!(TestResults::read(&again), results, "{value}");
        };
        check(
            json!({"nodes_tested": ["HTTP", "Slack"], "success_rate": "100%"}),
            true,
            "yes, 2 nodes, 100%",
        );
        check(
            json!({"tested": true, "notes": "all 27"}),
            true,
            "yes, all 27",
        );
        check(json!({"tested": false}), false, "no");
        check(json!({"tested": "yes", "notes": null}), true, "yes");
        check(
            json!({"nodes_tested": [], "notes": ["a", "b"]}),
            false,
            "no, a, b",
        );
        check(
            json!({"nodes_tested": [{"name": "X"}, 7]}),
            true,
            "yes, 2 nodes",
        );
        check(json!({"success_rate": 0.5}), true, "yes, 0.5");
        check(json!({}), false, "no");
        check(json!(null), false, "no");
        check(json!(true), true, "yes");
        check(json!("by hand"), true, "yes, by hand");
        check(json!({"tested": true, "future": {"x": 1}}), true, "yes");
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            let key = prop_oneof![
                "tested",
                "notes",
                "nodes_tested",
                "success_rate",
                "[a-z]{1,4}"
            ];
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec((key, inner), 0..5)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn nothing_is_refused(value in any_json()) {
            let results = TestResults::read(&value);
            let again = serde_json::to_value(&results).unwrap();
            prop_assert_eq!(TestResults::read(&again), results);
        }
    }
}
