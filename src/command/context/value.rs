//! `KEY=VALUE` on a command line, where the value may be a file's or standard input's.

use std::io::Read;

use serde_json::Value;

use crate::command::store::StoreCx;
use crate::coord::context::VALUE_BYTES;
use crate::error::{Error, Result};

/// Reads one `KEY=VALUE`: `KEY=@FILE` and `KEY=-` (standard input) say where the value is. What is
/// valid JSON is stored as that, anything else as text.
///
/// # Errors
/// It is no pair, or the file cannot be read or is too large.
pub fn pair(cx: &StoreCx, text: &str) -> Result<(String, Value)> {
    let (key, value) = text
        .split_once('=')
        .filter(|(key, _)| !key.trim().is_empty())
        .ok_or_else(|| {
            Error::usage(format!("{text:?} is not KEY=VALUE"))
                .with_hint("for example: finding=\"pattern X\" ready=true")
        })?;
    let value = match (value, value.strip_prefix('@')) {
        ("-", _) => from_input()?,
        (_, Some(path)) => from_file(cx, path)?,
        (value, None) => value.to_owned(),
    };
    Ok((key.trim().to_owned(), read_value(value)))
}

/// What is valid JSON as that; but a number that would come back as another is text.
fn read_value(text: String) -> Value {
    match serde_json::from_str(&text) {
        Ok(Value::Number(number)) if number.to_string() != text.trim() => Value::String(text),
        Ok(value) => value,
        Err(_) => Value::String(text),
    }
}

fn from_input() -> Result<String> {
    let text = read("standard input", std::io::stdin().lock())?;
    if text.is_empty() {
        return Err(Error::usage("standard input is empty")
            .with_hint("KEY=- takes the value from there; the text \"-\" itself is KEY='\"-\"'"));
    }
    Ok(text)
}

fn from_file(cx: &StoreCx, path: &str) -> Result<String> {
    let full = cx.cwd.join(path);
    let hint = "KEY=@FILE takes the value from a file; text that begins with @ is KEY='\"@text\"'";
    // A device or a pipe would have us wait for ever.
    let metadata = full.metadata();
    let file = metadata
        .and_then(|metadata| match metadata.is_file() {
            true => std::fs::File::open(&full),
            false => Err(std::io::Error::other("it is not a regular file")),
        })
        .map_err(|error| {
            Error::usage(format!("cannot read {}: {error}", full.display())).with_hint(hint)
        })?;
    read(path, file)
}

/// All of it, without the line break at its end.
fn read(name: &str, from: impl Read) -> Result<String> {
    let mut bytes = Vec::new();
    // One more than is shared, so that what is too large is noticed.
    from.take(VALUE_BYTES as u64 + 2)
        .read_to_end(&mut bytes)
        .map_err(|error| Error::usage(format!("cannot read {name}: {error}")))?;
    if bytes.len() > VALUE_BYTES + 1 {
        return Err(Error::usage(format!(
            "{name} has more than {VALUE_BYTES} bytes, the most that is shared"
        ))
        .with_hint("share its path instead"));
    }
    let mut text = String::from_utf8(bytes).map_err(|_| {
        Error::usage(format!("{name} is not UTF-8 text")).with_hint("share its path instead")
    })?;
    if text.ends_with('\n') {
        text.pop();
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn cx(dir: &std::path::Path) -> StoreCx {
        let at = |sub: &str| dir.join(sub);
        StoreCx::new(dir.to_owned(), at(".stoa"), dir.to_owned(), None, true)
    }

    #[test]
    fn values_are_json_where_they_can_be() {
        let dir = tempfile::tempdir().expect("a directory");
        std::fs::write(dir.path().join("plan.json"), "{\"steps\": [1, 2]}\n").expect("written");
        std::fs::write(dir.path().join("note"), "two\nlines\n").expect("written");
        for (text, value) in [
            ("a=1", json!(1)),
            ("a=true", json!(true)),
            ("a={\"b\":[1]}", json!({"b": [1]})),
            ("a=-1.5", json!(-1.5)),
            (
                "a=12345678901234567890123",
                json!("12345678901234567890123"),
            ),
            ("a=1234567e8", json!("1234567e8")),
            ("a=1.10", json!("1.10")),
            ("a=plain text", json!("plain text")),
            ("a=x=y", json!("x=y")),
            ("a=", json!("")),
            ("a=\"-\"", json!("-")),
            ("a=\"@x\"", json!("@x")),
            ("a=@plan.json", json!({"steps": [1, 2]})),
            ("a=@note", json!("two\nlines")),
        ] {
            let (key, read) = pair(&cx(dir.path()), text).expect("well formed");
            assert_eq!((key.as_str(), read), ("a", value), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        let dir = tempfile::tempdir().expect("a directory");
        std::fs::write(dir.path().join("binary"), [0xff, 0xfe]).expect("written");
        std::fs::write(dir.path().join("large"), vec![b'x'; VALUE_BYTES + 2]).expect("written");
        for (text, why) in [
            ("novalue", "KEY=VALUE"),
            ("=x", "KEY=VALUE"),
            (" =x", "KEY=VALUE"),
            ("a=@missing", "cannot read"),
            ("a=@.", "regular file"),
            ("a=@/dev/zero", "regular file"),
            ("a=@binary", "UTF-8"),
            ("a=@large", "more than"),
        ] {
            let error = pair(&cx(dir.path()), text).expect_err(text);
            assert!(error.message.contains(why), "{text}: {}", error.message);
        }
    }
}
