//! What people and agents may call things, and how long their texts may be.
//!
//! Names come from command lines, other agents and model output. They end up in file names, on
//! terminals and in other agents' prompts, so the rules are strict and say what is wrong.

use crate::error::{Error, Result};

/// Longest name in bytes.
pub const NAME_BYTES: usize = 200;
/// Longest path in a claim, in bytes.
pub const PATH_BYTES: usize = 1024;
/// Longest title, in bytes.
pub const TITLE_BYTES: usize = 500;
/// Longest free text (goal, reason, what somebody works on), in bytes.
pub const TEXT_BYTES: usize = 4096;

/// A name that is one word of a path: a session, a group. `what` names it in the error.
///
/// # Errors
/// [`Kind::Usage`](crate::error::Kind::Usage) saying what is wrong.
pub fn check_label(what: &str, name: &str) -> Result<()> {
    check_name(what, name)?;
    if name.contains(['/', '\\']) {
        return Err(bad(what, name, "must not contain a slash"));
    }
    if name == "." || name == ".." {
        return Err(bad(what, name, "must not be a path"));
    }
    Ok(())
}

/// A session's name: a label that cannot be taken for a session's number or for an option.
///
/// # Errors
/// As [`check_label`].
pub fn check_session_name(name: &str) -> Result<()> {
    check_label("session name", name)?;
    if name.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(bad("session name", name, "must not be a number"));
    }
    if name.starts_with('-') {
        return Err(bad("session name", name, "must not begin with a dash"));
    }
    // What messages are addressed to.
    if name.starts_with('@') {
        return Err(bad(
            "session name",
            name,
            "must not begin with @, as groups do",
        ));
    }
    Ok(())
}

/// The id of an issue or a fix: a label of one word that is neither a pattern nor an option.
///
/// # Errors
/// As [`check_label`].
pub fn check_id(what: &str, id: &str) -> Result<()> {
    check_label(what, id)?;
    if id.starts_with('-') {
        return Err(bad(what, id, "must not begin with a dash"));
    }
    let wrong = |c: &char| c.is_whitespace() || "*?[]{}()!\"'`$|<>&;,".contains(*c);
    match id.chars().find(wrong) {
        Some(c) => Err(bad(what, id, &format!("must not contain {c:?}"))),
        None => Ok(()),
    }
}

/// A title, a subject, a path: one line of visible text, up to [`TITLE_BYTES`].
///
/// # Errors
/// As [`check_label`].
pub fn check_title(what: &str, text: &str) -> Result<()> {
    if text.trim().is_empty() {
        return Err(Error::usage(format!("the {what} is empty")));
    }
    if text.len() > TITLE_BYTES {
        let why = format!("is longer than {TITLE_BYTES} bytes");
        return Err(bad(what, text, &why));
    }
    match text.chars().find(|c| is_hidden(*c)) {
        Some(hidden) => {
            let why = format!("contains the invisible character U+{:04X}", hidden as u32);
            Err(bad(what, text, &why))
        }
        None => Ok(()),
    }
}

/// A key of shared context: a name that may contain slashes but no `=`.
///
/// # Errors
/// As [`check_label`].
pub fn check_context_key(key: &str) -> Result<()> {
    check_name("context key", key)?;
    if key.contains('=') {
        return Err(bad("context key", key, "must not contain ="));
    }
    Ok(())
}

/// What every name has in common: not empty, not long, visible, no blanks at its ends.
///
/// # Errors
/// As [`check_label`].
pub fn check_name(what: &str, name: &str) -> Result<()> {
    if name.is_empty() {
        return Err(Error::usage(format!("the {what} is empty")));
    }
    if name.len() > NAME_BYTES {
        return Err(bad(
            what,
            name,
            &format!("is longer than {NAME_BYTES} bytes"),
        ));
    }
    if let Some(hidden) = name.chars().find(|c| is_hidden(*c)) {
        let why = format!("contains the invisible character U+{:04X}", hidden as u32);
        return Err(bad(what, name, &why));
    }
    if name.trim() != name {
        return Err(bad(what, name, "begins or ends with a blank"));
    }
    Ok(())
}

/// Free text: any length up to [`TEXT_BYTES`], line breaks and tabs allowed.
///
/// # Errors
/// As [`check_label`].
pub fn check_text(what: &str, text: &str) -> Result<()> {
    if text.len() > TEXT_BYTES {
        return Err(bad(
            what,
            text,
            &format!("is longer than {TEXT_BYTES} bytes"),
        ));
    }
    // Joiners make letters and signs what they are in many scripts, and in emoji.
    let allowed = |c: &char| matches!(c, '\n' | '\t' | '\u{ad}' | '\u{200c}' | '\u{200d}');
    let hidden = |c: &char| is_hidden(*c) && !allowed(c);
    if let Some(hidden) = text.chars().find(hidden) {
        let why = format!("contains the invisible character U+{:04X}", hidden as u32);
        return Err(bad(what, text, &why));
    }
    Ok(())
}

/// Control characters, and those that change how the text around them looks without being seen
/// themselves: directions, joiners, tags.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Text from outside, safe to quote in a message: one line, visible characters, at most 60.
pub fn shown(text: &str) -> String {
    let mut out: String = text
        .chars()
        .take(60)
        .map(|c| if is_hidden(c) { '\u{fffd}' } else { c })
        .collect();
    if text.chars().nth(60).is_some() {
        out.push('…');
    }
    out
}

fn bad(what: &str, name: &str, why: &str) -> Error {
    Error::usage(format!("the {what} \"{}\" {why}", shown(name)))
}

/// `text` as one segment of a store key: `/` and `%` are percent-escaped, so that segments joined
/// by slashes can be told apart.
pub fn segment(text: &str) -> String {
    text.replace('%', "%25").replace('/', "%2F")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    #[test]
    fn session_names() {
        let check = |name: &str, expected: Option<&str>| match (check_session_name(name), expected)
        {
            (Ok(()), None) => {}
            (Err(error), Some(why)) => {
                assert_eq!(error.kind, Kind::Usage);
                assert!(error.message.contains(why), "{}", error.message);
                assert!(error.message.len() < 400 && !error.message.contains(is_hidden));
            }
            (outcome, _) => panic!("{name:?}: {outcome:?}"),
        };
        check("Forge", None);
        check("Forge - Builder (Åsa) 日本", None);
        check("7-of-9", None);
        check("", Some("empty"));
        check("12", Some("number"));
        check("-x", Some("dash"));
        check("..", Some("path"));
        check("../../etc/passwd", Some("slash"));
        check("a\\b", Some("slash"));
        check(" a", Some("blank"));
        check("a\0b", Some("U+0000"));
        check("a\u{1b}[2Jb", Some("U+001B"));
        check("a\u{9b}b", Some("U+009B"));
        check("a\u{202e}b", Some("U+202E"));
        check("a\nb", Some("U+000A"));
        check(&"x".repeat(10_000), Some("longer than 200 bytes"));
        check(&"x".repeat(200), None);
    }

    #[test]
    fn context_keys() {
        assert!(check_context_key("api/url").is_ok());
        for key in ["", "a=b", "a\0", &"k".repeat(201)] {
            assert!(check_context_key(key).is_err(), "{key:?}");
        }
    }

    #[test]
    fn texts_may_have_lines() {
        assert!(check_text("goal", "first\n\tsecond").is_ok());
        assert!(check_text("goal", "\u{1b}]0;x").is_err());
        assert!(check_text("goal", "a\u{202e}evil").is_err());
        assert!(check_text("goal", "👩\u{200d}🔧 at work").is_ok());
        assert!(check_text("goal", &"x".repeat(TEXT_BYTES + 1)).is_err());
    }

    #[test]
    fn segments_keep_apart() {
        assert_ne!(segment("a/b"), segment("a%2Fb"));
        assert!(!segment("a/b").contains('/'));
    }
}
