//! The YAML that older tools write for registries, events and states: mappings and lists by
//! indentation, plain and quoted values, texts of several lines, lists and mappings on one line.
//! What else YAML knows (anchors, tags, several documents) is refused with its line, never guessed.

use serde_json::{Map, Number, Value};

/// Deepest nesting.
const DEPTH: usize = 32;

/// Reads a document.
///
/// # Errors
/// The line and what is wrong there.
pub(super) fn parse(text: &str) -> Result<Value, String> {
    let mut lines = Vec::new();
    for (at, raw) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let body = raw.trim_start_matches(' ');
        lines.push(Line {
            number: at + 1,
            indent: raw.len() - body.len(),
            text: body.trim_end().to_owned(),
        });
    }
    let mut parser = Parser {
        lines,
        at: 0,
        begun: false,
    };
    let Some(indent) = parser.next_indent() else {
        return Ok(Value::Null);
    };
    let value = parser.block(indent, 0)?;
    match parser.next_indent() {
        None => Ok(value),
        Some(_) => Err(parser.wrong("is indented less or more than what it belongs to")),
    }
}

struct Line {
    number: usize,
    indent: usize,
    text: String,
}

struct Parser {
    lines: Vec<Line>,
    at: usize,
    /// Whether there was anything yet but comments and the mark of the beginning.
    begun: bool,
}

impl Parser {
    fn wrong(&self, why: &str) -> String {
        let number = self.lines.get(self.at).map_or(0, |line| line.number);
        format!("line {number} {why}")
    }

    /// Goes to the next line that says something; its indentation.
    fn next_indent(&mut self) -> Option<usize> {
        while let Some(line) = self.lines.get(self.at) {
            // The mark of the beginning is none of the content.
            let is_mark = line.text == "---" && !self.begun;
            if !line.is_empty() && !is_mark {
                self.begun = true;
                return Some(line.indent);
            }
            self.at += 1;
        }
        None
    }

    fn text(&self) -> &str {
        self.lines
            .get(self.at)
            .map_or("", |line| line.text.as_str())
    }

    fn block(&mut self, indent: usize, depth: usize) -> Result<Value, String> {
        if depth > DEPTH {
            return Err(self.wrong("is nested too deeply"));
        }
        let text = self.text();
        if text.starts_with('\t') {
            return Err(self.wrong("is indented with a tab"));
        }
        if is_item(text) {
            return self.list(indent, depth);
        }
        if key_end(text).is_some() {
            return self.mapping(indent, depth);
        }
        let value = scalar(&uncommented(text)).map_err(|why| self.wrong(&why))?;
        self.at += 1;
        Ok(value)
    }

    fn list(&mut self, indent: usize, depth: usize) -> Result<Value, String> {
        let mut items = Vec::new();
        while self.next_indent() == Some(indent) && is_item(self.text()) {
            let rest = self.text()[1..].to_owned();
            let item = rest.trim_start();
            if uncommented(item).is_empty() {
                self.at += 1;
                items.push(self.below(indent, depth)?);
            } else if is_item(item) || key_end(item).is_some() {
                // What follows the dash is a block of its own that begins on the same line.
                let inner = indent + 1 + (rest.len() - item.len());
                let item = item.to_owned();
                self.lines[self.at].indent = inner;
                self.lines[self.at].text = item;
                items.push(self.block(inner, depth + 1)?);
            } else {
                let item = item.to_owned();
                items.push(self.value(&item, indent)?);
            }
        }
        Ok(Value::Array(items))
    }

    fn mapping(&mut self, indent: usize, depth: usize) -> Result<Value, String> {
        let mut map = Map::new();
        while self.next_indent() == Some(indent) && !is_item(self.text()) {
            let text = self.text().to_owned();
            if text.starts_with('\t') {
                return Err(self.wrong("is indented with a tab"));
            }
            let Some(end) = key_end(&text) else {
                return Err(self.wrong("is neither KEY: VALUE nor part of a list"));
            };
            let key = match scalar(text[..end].trim()).map_err(|why| self.wrong(&why))? {
                Value::String(key) => key,
                other => other.to_string(),
            };
            let rest = text[end + 1..].trim().to_owned();
            let value = if uncommented(&rest).is_empty() {
                self.at += 1;
                let same = self.next_indent() == Some(indent) && is_item(self.text());
                match same {
                    true => self.list(indent, depth + 1)?,
                    false => self.below(indent, depth)?,
                }
            } else {
                self.value(&rest, indent)?
            };
            if map.insert(key, value).is_some() {
                self.at = self.at.saturating_sub(1);
                return Err(self.wrong("ends a key that is there twice"));
            }
        }
        Ok(Value::Object(map))
    }

    /// What is indented below; nothing if nothing is.
    fn below(&mut self, indent: usize, depth: usize) -> Result<Value, String> {
        match self.next_indent() {
            Some(inner) if inner > indent => self.block(inner, depth + 1),
            _ => Ok(Value::Null),
        }
    }

    /// A value that begins on this line.
    fn value(&mut self, text: &str, indent: usize) -> Result<Value, String> {
        let mark = uncommented(text);
        if matches!(mark.trim_end_matches(['-', '+']), "|" | ">") {
            self.at += 1;
            return Ok(Value::String(
                self.lines_below(indent, mark.starts_with('>')),
            ));
        }
        let value = scalar(&mark).map_err(|why| self.wrong(&why))?;
        self.at += 1;
        Ok(value)
    }

    /// A text of several lines.
    fn lines_below(&mut self, indent: usize, folded: bool) -> String {
        let mut lines: Vec<String> = Vec::new();
        let mut base = None;
        while let Some(line) = self.lines.get(self.at) {
            if line.text.is_empty() {
                lines.push(String::new());
            } else if line.indent > indent {
                let base = *base.get_or_insert(line.indent);
                let deeper = " ".repeat(line.indent.saturating_sub(base));
                lines.push(format!("{deeper}{}", line.text));
            } else {
                break;
            }
            self.at += 1;
        }
        let joined = lines.join(if folded { " " } else { "\n" });
        joined.trim().to_owned()
    }
}

impl Line {
    fn is_empty(&self) -> bool {
        self.text.is_empty() || self.text.starts_with('#')
    }
}

fn is_item(text: &str) -> bool {
    text == "-" || text.starts_with("- ")
}

/// Where the colon after a key stands.
fn key_end(text: &str) -> Option<usize> {
    if text.starts_with(['[', '{']) {
        return None;
    }
    let from = match text.chars().next() {
        Some(quote @ ('"' | '\'')) => text[1..].find(quote)? + 2,
        _ => 0,
    };
    let rest = text.get(from..)?;
    let at = match from {
        0 => {
            let spaced = rest.find(": ");
            let last = rest.ends_with(':').then(|| rest.len() - 1);
            spaced.or(last)?
        }
        _ => rest.starts_with(':').then_some(0)?,
    };
    let plain = from > 0 || !rest[..at].contains(" #");
    plain.then_some(from + at)
}

/// Without a comment at its end.
fn uncommented(text: &str) -> String {
    if text.starts_with('#') {
        return String::new();
    }
    let mut quote = None;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '"' | '\'') if at == 0 || matches!(before, ' ' | '[' | '{' | ',' | ':') => {
                quote = Some(c);
            }
            (Some(open), c) if c == open && before != '\\' => quote = None,
            (None, '#') if before == ' ' => return text[..at].trim_end().to_owned(),
            _ => {}
        }
        before = c;
    }
    text.trim_end().to_owned()
}

fn scalar(text: &str) -> Result<Value, String> {
    match text.chars().next() {
        None => return Ok(Value::Null),
        Some('"') => {
            let quoted = serde_json::from_str(text).map(Value::String);
            return quoted.map_err(|_| "has a quoted text that does not end".to_owned());
        }
        Some('\'') => {
            let inner = text.strip_prefix('\'').and_then(|t| t.strip_suffix('\''));
            let inner = inner.filter(|_| text.len() > 1);
            return match inner {
                Some(inner) => Ok(Value::String(inner.replace("''", "'"))),
                None => Err("has a quoted text that does not end".to_owned()),
            };
        }
        Some('[' | '{') => return flow(text),
        Some('&' | '*' | '!' | '%' | '@' | '`') => {
            return Err(format!("has a form of YAML that is not read here: {text}"));
        }
        Some(_) => {}
    }
    Ok(match text {
        "null" | "~" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "yes" => Value::Bool(true),
        "false" | "False" | "no" => Value::Bool(false),
        text => number(text).unwrap_or_else(|| Value::String(text.to_owned())),
    })
}

fn number(text: &str) -> Option<Value> {
    let begins = text.starts_with(|c: char| c.is_ascii_digit() || c == '-');
    if !begins {
        return None;
    }
    if let Ok(whole) = text.parse::<i64>() {
        return Some(Value::Number(whole.into()));
    }
    let float = text.parse::<f64>().ok()?;
    Number::from_f64(float).map(Value::Number)
}

/// A list or mapping on one line, of values without structure.
fn flow(text: &str) -> Result<Value, String> {
    let bad = || format!("has a form of YAML that is not read here: {text}");
    // Often it is JSON already.
    if let Ok(value) = serde_json::from_str(text) {
        return Ok(value);
    }
    let inner = |open, close| text.strip_prefix(open)?.strip_suffix(close);
    let split = |inner: &str| -> Vec<String> {
        let parts = inner.split(',').map(|part| part.trim().to_owned());
        parts.filter(|part| !part.is_empty()).collect()
    };
    if let Some(inner) = inner('[', ']') {
        if inner.contains(['[', '{', '"', '\'']) {
            return Err(bad());
        }
        let items: Result<Vec<Value>, String> = split(inner).iter().map(|p| scalar(p)).collect();
        return Ok(Value::Array(items?));
    }
    let Some(inner) = inner('{', '}').filter(|inner| !inner.contains(['[', '{', '"', '\''])) else {
        return Err(bad());
    };
    let mut map = Map::new();
    for part in split(inner) {
        let (key, value) = part.split_once(':').ok_or_else(bad)?;
        map.insert(key.trim().to_owned(), scalar(value.trim())?);
    }
    Ok(Value::Object(map))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn check(text: &str, expected: Value) {
        assert_eq!(parse(text).as_ref(), Ok(&expected), "{text}");
    }

    #[test]
    fn what_registries_look_like_is_read() {
        check(
            "---\n# who is there\nheartbeats:\n  planner:\n    last_seen: \"2026-02-01T11:00:00Z\"\n    \
             status: idle # for now\n  executor:\n    loop: 12\n    share: 0.5\n    busy: true\n    task: ~\n",
            json!({"heartbeats": {
                "planner": {"last_seen": "2026-02-01T11:00:00Z", "status": "idle"},
                "executor": {"loop": 12, "share": 0.5, "busy": true, "task": null},
            }}),
        );
        check(
            "events:\n- type: started\n  task: TASK-1\n\n- type: \"done: all\"\n  tags: [a, b]\n",
            json!({"events": [
                {"type": "started", "task": "TASK-1"},
                {"type": "done: all", "tags": ["a", "b"]},
            ]}),
        );
        check(
            "- from: planner\n  text: |\n    first\n      second\n\n    # no comment\n- plain\n-\n  k: v\n",
            json!([
                {"from": "planner", "text": "first\n  second\n\n# no comment"},
                "plain",
                {"k": "v"},
            ]),
        );
        check(
            "a: >\n  one\n  two\nb: 'it''s'\n",
            json!({"a": "one two", "b": "it's"}),
        );
        check(
            "a: {}\nb: []\nc: {x: 1, y: no}\n",
            json!({"a": {}, "b": [], "c": {"x": 1, "y": false}}),
        );
        check(
            "url: http://x/y#z\ntime: 2026-02-01T11:00:00Z\n",
            json!({
                "url": "http://x/y#z", "time": "2026-02-01T11:00:00Z",
            }),
        );
        check("", json!(null));
        check("{\"a\": [1, {\"b\": 2}]}", json!({"a": [1, {"b": 2}]}));
        check("\"quoted key\": 1\n", json!({"quoted key": 1}));
    }

    #[test]
    fn what_is_not_read_is_named_with_its_line() {
        let refuse = |text: &str, says: &str| {
            let error = parse(text).unwrap_err();
            assert!(error.contains(says), "{text}: {error}");
        };
        refuse("a: &x 1\n", "line 1");
        refuse("a: 1\nb: *x\n", "line 2");
        refuse("a: 1\n\tb: 2\n", "line 2");
        refuse("a: 1\na: 2\n", "twice");
        refuse("a:\n    b: 1\n  c: 2\n", "line 3");
        refuse("a: 1\njust words\n", "line 2");
        refuse("a: \"open\n", "does not end");
        refuse(&"- ".repeat(100), "too deeply");
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "[ab:\\- \\n#\"'{}\\[\\],|>\t*&é]{0,80}") {
            let _ = parse(&text);
        }
    }
}
