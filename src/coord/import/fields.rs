//! Reading the fields of a record that others wrote: under any of the names older tools gave them,
//! and with a complaint that names file and field when one is not what it should be.

use std::cell::Cell;

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::coord::moment;
use crate::coord::names::shown;

/// What is wrong with a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    /// The field, if it is about one.
    pub(super) field: Option<String>,
    /// Why it cannot be taken over.
    pub(super) why: String,
}

impl Wrong {
    /// The whole record.
    pub(super) fn record(why: impl Into<String>) -> Wrong {
        Wrong {
            field: None,
            why: why.into(),
        }
    }

    /// One field.
    pub(super) fn field(field: &str, why: impl Into<String>) -> Wrong {
        Wrong {
            field: Some(field.to_owned()),
            why: why.into(),
        }
    }
}

/// The fields of one record.
pub(super) struct Fields<'a> {
    map: &'a Map<String, Value>,
    naive: &'a Cell<u64>,
}

impl<'a> Fields<'a> {
    /// Of this object; `naive` counts times that name no zone.
    pub(super) fn of(value: &'a Value, naive: &'a Cell<u64>) -> Result<Fields<'a>, Wrong> {
        match value {
            Value::Object(map) => Ok(Fields { map, naive }),
            other => Err(Wrong::record(format!(
                "it is {} where a record should be",
                sort(other)
            ))),
        }
    }

    /// The first of these that is there and not null, with the name it has.
    pub(super) fn get<'n>(&self, names: &[&'n str]) -> Option<(&'n str, &'a Value)> {
        names.iter().find_map(|name| {
            let value = self.map.get(*name).filter(|value| !value.is_null())?;
            Some((*name, value))
        })
    }

    /// An object inside; an empty one if it is not there.
    pub(super) fn inner(&self, names: &[&str]) -> Result<Option<Fields<'a>>, Wrong> {
        match self.get(names) {
            None => Ok(None),
            Some((_, Value::Object(map))) => Ok(Some(Fields {
                map,
                naive: self.naive,
            })),
            Some((name, other)) => Err(Wrong::field(
                name,
                format!("is {}, not an object", sort(other)),
            )),
        }
    }

    /// Text, if there is any.
    pub(super) fn text(&self, names: &[&str]) -> Result<Option<String>, Wrong> {
        match self.get(names) {
            None => Ok(None),
            Some((_, Value::String(text))) => {
                Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty()))
            }
            Some((_, Value::Number(number))) => Ok(Some(number.to_string())),
            Some((name, other)) => Err(Wrong::field(name, format!("is {}, not text", sort(other)))),
        }
    }

    /// Text that must be there.
    pub(super) fn needed(&self, names: &[&str]) -> Result<String, Wrong> {
        let missing = || Wrong::field(names.first().copied().unwrap_or_default(), "is missing");
        self.text(names)?.ok_or_else(missing)
    }

    /// Text where an object or a list may stand as well: that becomes its JSON.
    pub(super) fn words(&self, names: &[&str]) -> Option<String> {
        let text = match self.get(names)?.1 {
            Value::String(text) => text.trim().to_owned(),
            other => other.to_string(),
        };
        Some(text).filter(|text| !text.is_empty())
    }

    /// A time: text, or seconds since 1970.
    pub(super) fn time(&self, names: &[&str]) -> Result<Option<Timestamp>, Wrong> {
        let Some((name, value)) = self.get(names) else {
            return Ok(None);
        };
        let found = match value {
            Value::String(text) if text.trim().is_empty() => return Ok(None),
            Value::String(text) => moment::utc(text).map(|(time, zone)| {
                self.naive.set(self.naive.get() + u64::from(!zone));
                time
            }),
            Value::Number(number) => number
                .as_f64()
                .and_then(|seconds| Timestamp::from_millisecond((seconds * 1000.0) as i64).ok()),
            _ => None,
        };
        let why = || format!("{} is no time", shown(&value.to_string()));
        found.map(Some).ok_or_else(|| Wrong::field(name, why()))
    }

    /// A whole number that is not negative; digits in text count.
    pub(super) fn number<T: TryFrom<u64>>(&self, names: &[&str]) -> Result<Option<T>, Wrong> {
        let Some((name, value)) = self.get(names) else {
            return Ok(None);
        };
        let number = match value {
            Value::Number(number) => number.as_u64(),
            Value::String(text) if text.trim().is_empty() => return Ok(None),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        let why = || {
            let shown = shown(&value.to_string());
            Wrong::field(name, format!("{shown} is no number that fits"))
        };
        number
            .and_then(|number| T::try_from(number).ok())
            .map(Some)
            .ok_or_else(why)
    }

    /// Per cent: `25`, `"25%"`, `"100% COMPLETE"`. What is none is nothing: it is only shown.
    pub(super) fn percent(&self, names: &[&str]) -> Option<u8> {
        let value = self.get(names)?.1;
        let text = match value {
            Value::Number(number) => number.to_string(),
            Value::String(text) => text.clone(),
            _ => return None,
        };
        let digits: String = text
            .trim()
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        digits.parse().ok().filter(|percent| *percent <= 100)
    }

    /// A list of texts; one text is a list with commas.
    pub(super) fn list(&self, names: &[&str]) -> Result<Vec<String>, Wrong> {
        match self.get(names) {
            None => Ok(Vec::new()),
            Some((_, Value::String(text))) => Ok(crate::coord::issue::form::split(text)),
            Some((name, Value::Array(items))) => items
                .iter()
                .map(|item| match item {
                    Value::String(text) => Ok(text.clone()),
                    Value::Number(number) => Ok(number.to_string()),
                    other => Err(Wrong::field(
                        name,
                        format!("has {} in its list, not text", sort(other)),
                    )),
                })
                .collect(),
            Some((name, other)) => Err(Wrong::field(
                name,
                format!("is {}, not a list", sort(other)),
            )),
        }
    }
}

/// What sort of value it is, for complaints.
fn sort(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_are_read_under_any_name() {
        let naive = Cell::new(0);
        let value = json!({
            "b": "  text ", "n": "7", "t": "2025-11-17T08:04:10", "z": "2025-11-17T08:04:10Z",
            "e": 1763229251, "p": "100% COMPLETE", "l": "a, b", "bad": [1, {}], "none": null,
        });
        let fields = Fields::of(&value, &naive).unwrap();
        assert_eq!(fields.text(&["a", "b"]).unwrap().as_deref(), Some("text"));
        assert_eq!(fields.text(&["none"]).unwrap(), None);
        assert_eq!(fields.number::<u32>(&["n"]).unwrap(), Some(7));
        assert_eq!(fields.time(&["t"]).unwrap(), fields.time(&["z"]).unwrap());
        assert_eq!(naive.get(), 1);
        let epoch = fields.time(&["e"]).unwrap().map(|time| time.to_string());
        assert_eq!(epoch.as_deref(), Some("2025-11-15T17:54:11Z"));
        assert_eq!(fields.percent(&["p"]), Some(100));
        assert_eq!(fields.list(&["l"]).unwrap(), ["a", "b"]);
        let wrong = |outcome: Result<_, Wrong>| match outcome {
            Err(wrong) => (wrong.field.unwrap_or_default(), wrong.why),
            Ok(()) => panic!("it was accepted"),
        };
        let check = |outcome, field: &str, why: &str| {
            let told = wrong(outcome);
            assert_eq!((told.0.as_str(), told.1.as_str()), (field, why));
        };
        check(fields.needed(&["x", "y"]).map(drop), "x", "is missing");
        check(
            fields.text(&["bad"]).map(drop),
            "bad",
            "is a list, not text",
        );
        check(
            fields.list(&["bad"]).map(drop),
            "bad",
            "has an object in its list, not text",
        );
        check(fields.time(&["b"]).map(drop), "b", "\"  text \" is no time");
        check(
            fields.number::<u32>(&["b"]).map(drop),
            "b",
            "\"  text \" is no number that fits",
        );
        assert!(Fields::of(&json!([1]), &naive).is_err());
    }
}
