//! `share`.

use clap::Args;
use serde_json::{Value, json};

use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::coord::Share as Entry;
use crate::error::{Error, Result};

/// Share values with the group: KEY=VALUE, all of them or none
///
/// A value that is valid JSON (a number, true, null, "text", a list, an object) is stored as that;
/// anything else is stored as text.
#[derive(Debug, Clone, Args)]
pub struct Share {
    /// Pairs of key and value
    #[arg(required = true, value_name = "KEY=VALUE")]
    pub pairs: Vec<String>,
}

/// Reads one `KEY=VALUE`.
fn pair(text: &str) -> Result<Entry> {
    let (key, value) = text
        .split_once('=')
        .filter(|(key, _)| !key.trim().is_empty())
        .ok_or_else(|| {
            Error::usage(format!("{text:?} is not KEY=VALUE"))
                .with_hint("for example: stoa share finding=\"pattern X\" ready=true")
        })?;
    let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
    Ok(Entry::set(key.trim(), value))
}

impl Run<StoreCx> for Share {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let entries = self
            .pairs
            .iter()
            .map(|text| pair(text))
            .collect::<Result<Vec<Entry>>>()?;
        let actor = cx.acting()?;
        let shared = cx.coord()?.share(&actor, &entries)?;
        let keys: Vec<String> = shared
            .versions
            .iter()
            .map(|(key, version)| format!("{key} (v{version})"))
            .collect();
        let rows: Vec<Value> = shared
            .versions
            .iter()
            .map(|(key, version)| json!({ "key": key, "version": version }))
            .collect();
        Ok(Reply::new(
            format!("shared with {}: {}", shared.group, keys.join(", ")),
            json!({ "group": shared.group, "shared": rows }),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_json_where_they_can_be() {
        for (text, value) in [
            ("a=1", json!(1)),
            ("a=true", json!(true)),
            ("a={\"b\":[1]}", json!({"b": [1]})),
            ("a=plain text", json!("plain text")),
            ("a=x=y", json!("x=y")),
            ("a=", json!("")),
        ] {
            let entry = pair(text).expect("well formed");
            assert_eq!(entry.key, "a");
            assert_eq!(entry.value, Some(value), "{text}");
        }
    }

    #[test]
    fn a_pair_needs_a_key_and_an_equals_sign() {
        for text in ["novalue", "=x", " =x"] {
            assert!(pair(text).is_err(), "{text}");
        }
    }
}
