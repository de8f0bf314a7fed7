//! Program status (OSC 7501, revision 0.4): what a program says it is doing.
//!
//! A report is taken whole or not at all: one broken limit, bad base64 or control character
//! discards it. Unknown keys and malformed pairs are skipped, the last of repeated keys wins.
//! Keeping the records (by id path, which end when) is the host's business.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

use crate::draw::text::sanitize;

/// The answer to `OSC 7501 ; ?`, without introducer and terminator.
pub(super) const FEATURES: &str =
    "7501;?:states=idle,working,done,blocked,error:kinds=permission,question,auth";

/// The longest body of a report, in bytes.
const MAX_BODY: usize = 4096 - b"\x1b]7501;".len() - 1;
const MAX_MESSAGE: usize = 2048;
const MAX_TITLE: usize = 192;
const MAX_APP: usize = 32;
const MAX_ID: usize = 128;
const MAX_ID_DEPTH: usize = 8;
const MAX_SEGMENT: usize = 32;

/// What a program says it is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProgramState {
    /// Waiting for the user to begin something.
    Idle,
    /// Busy.
    Working,
    /// It cannot go on without the user.
    Blocked(Option<BlockedOn>),
    /// It finished what it was asked for.
    Done,
    /// It failed.
    Error,
    /// The record and everything below it are to be forgotten.
    Clear,
}

/// What a blocked program waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockedOn {
    /// Leave to do something.
    Permission,
    /// An answer.
    Question,
    /// A login.
    Auth,
}

/// One report. Its texts are one line each, without control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusReport {
    /// The record's path (`build/test`); empty for the program as a whole.
    pub id: String,
    /// The state.
    pub state: ProgramState,
    /// Percent done, for a program that works or is blocked.
    pub progress: Option<u8>,
    /// The program's name for itself; may be empty.
    pub app: String,
    /// A heading; may be empty.
    pub title: String,
    /// Details; may be empty.
    pub message: String,
}

impl StatusReport {
    /// The sequence that reports it further out, for the whole workspace: without its path.
    pub fn sequence(&self) -> String {
        let state = match self.state {
            ProgramState::Idle => "idle",
            ProgramState::Working => "working",
            ProgramState::Blocked(None) => "blocked",
            ProgramState::Blocked(Some(BlockedOn::Permission)) => "blocked:kind=permission",
            ProgramState::Blocked(Some(BlockedOn::Question)) => "blocked:kind=question",
            ProgramState::Blocked(Some(BlockedOn::Auth)) => "blocked:kind=auth",
            ProgramState::Done => "done",
            ProgramState::Error => "error",
            ProgramState::Clear => "clear",
        };
        let mut text = format!("\x1b]7501;state={state}:app=stoa");
        if let Some(progress) = self.progress {
            text += &format!(":progress={progress}");
        }
        for (key, value) in [("title", &self.title), ("msg", &self.message)] {
            if !value.is_empty() {
                text += &format!(":{key}={}", STANDARD.encode(value));
            }
        }
        text + "\x1b\\"
    }
}

/// What one OSC 7501 was.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Parsed {
    /// The program asks whether we understand it.
    Query,
    Report(StatusReport),
    /// Discarded whole.
    Invalid,
}

/// Reads the body, which is everything after `7501;`.
pub(super) fn parse(body: &[u8]) -> Parsed {
    match std::str::from_utf8(body) {
        Ok(body) if body.len() <= MAX_BODY => {
            if body
                .split(':')
                .next()
                .is_some_and(|first| trim(first) == "?")
            {
                return Parsed::Query;
            }
            read(body).map_or(Parsed::Invalid, Parsed::Report)
        }
        _ => Parsed::Invalid,
    }
}

fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

fn read(body: &str) -> Option<StatusReport> {
    let (mut state, mut kind, mut progress) = (None, None, None);
    let (mut id, mut app, mut title, mut message) = ("", "", "", "");
    for pair in body.split(':') {
        let Some((key, value)) = pair.split_once('=') else {
            continue;
        };
        let (key, value) = (trim(key), trim(value));
        let legal = |c: char| c.is_ascii_alphanumeric() || "_.,+/=-".contains(c);
        if !value.chars().all(legal) {
            // Skipping a broken id would make it a report about the whole program.
            if key == "id" {
                return None;
            }
            continue;
        }
        match key {
            "state" => state = Some(value),
            "kind" => kind = Some(value),
            "progress" => progress = Some(value),
            "id" => id = valid_id(value)?,
            "app" => app = (value.len() <= MAX_APP).then_some(value)?,
            "title" => title = value,
            "msg" => message = value,
            _ => {}
        }
    }
    let state = match state? {
        "idle" => ProgramState::Idle,
        "working" => ProgramState::Working,
        "blocked" => ProgramState::Blocked(kind.and_then(blocked_on)),
        "done" => ProgramState::Done,
        "error" => ProgramState::Error,
        "clear" => ProgramState::Clear,
        _ => return None,
    };
    let under_way = matches!(state, ProgramState::Working | ProgramState::Blocked(_));
    Some(StatusReport {
        id: id.to_owned(),
        state,
        progress: progress.filter(|_| under_way).and_then(percent),
        app: if app.chars().all(is_name) { app } else { "" }.to_owned(),
        title: decode(title, MAX_TITLE)?,
        message: decode(message, MAX_MESSAGE)?,
    })
}

fn blocked_on(kind: &str) -> Option<BlockedOn> {
    match kind {
        "permission" => Some(BlockedOn::Permission),
        "question" => Some(BlockedOn::Question),
        "auth" => Some(BlockedOn::Auth),
        _ => None,
    }
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')
}

fn valid_id(id: &str) -> Option<&str> {
    let segments = id.split('/').count();
    let valid = id
        .split('/')
        .all(|segment| (1..=MAX_SEGMENT).contains(&segment.len()) && segment.chars().all(is_name));
    (valid && id.len() <= MAX_ID && segments <= MAX_ID_DEPTH).then_some(id)
}

fn percent(text: &str) -> Option<u8> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|value| digits && *value <= 100)
}

/// Base64 of one line of UTF-8; what is legal but invisible is dropped.
fn decode(encoded: &str, most: usize) -> Option<String> {
    // Four characters hold three bytes: too long before it is decoded.
    if encoded.len() > most.div_ceil(3) * 4 {
        return None;
    }
    let bytes = match encoded.ends_with('=') {
        true => STANDARD.decode(encoded).ok()?,
        false => STANDARD_NO_PAD.decode(encoded).ok()?,
    };
    let text = String::from_utf8(bytes).ok()?;
    if text.len() > most || text.chars().any(char::is_control) {
        return None;
    }
    Some(sanitize(&text, most))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(body: &str) -> StatusReport {
        match parse(body.as_bytes()) {
            Parsed::Report(report) => report,
            other => panic!("{body}: {other:?}"),
        }
    }

    #[test]
    fn a_full_report_is_read() {
        let read = report(
            "state=blocked:kind=permission:app=terraform:id=deploy/prod:progress=40:\
             title=RGVwbG95:msg=QXBwbHkgMyB0byBhZGQ/",
        );
        assert_eq!(
            read,
            StatusReport {
                id: "deploy/prod".into(),
                state: ProgramState::Blocked(Some(BlockedOn::Permission)),
                progress: Some(40),
                app: "terraform".into(),
                title: "Deploy".into(),
                message: "Apply 3 to add?".into(),
            }
        );
    }

    #[test]
    fn a_report_told_further_reads_back() {
        let told = report("state=blocked:kind=auth:app=x:id=a/b:progress=40:title=SGk:msg=SGk");
        let sequence = told.sequence();
        let body = sequence.strip_prefix("\x1b]7501;");
        let body = body.and_then(|body| body.strip_suffix("\x1b\\"));
        let read = report(body.expect("a command"));
        let expected = StatusReport {
            id: String::new(),
            app: "stoa".into(),
            ..told
        };
        assert_eq!(read, expected);
    }

    #[test]
    fn odd_but_legal_reports_are_read() {
        let read = report(" state = idle : bogus : later=1:progress=7:kind=auth");
        assert_eq!((read.state, read.progress), (ProgramState::Idle, None));
        assert_eq!(report("state=done:state=error").state, ProgramState::Error);
        assert_eq!(report("state=working:progress=101").progress, None);
        assert_eq!(report("state=working:msg=SGk").message, "Hi");
        assert_eq!(report("state=working:msg=!!!").message, "");
        assert_eq!(report("state=clear:id=a").state, ProgramState::Clear);
    }

    #[test]
    fn a_query_is_told_from_a_report() {
        assert_eq!(parse(b"?"), Parsed::Query);
        assert_eq!(parse(b" ? :states=idle"), Parsed::Query);
    }

    #[test]
    fn broken_reports_are_discarded_whole() {
        let long = format!("state=idle:msg={}", "QUFB".repeat(700));
        let deep = format!("state=idle:id={}", ["a"; 9].join("/"));
        for body in [
            "",
            "app=x",
            "state=sleepy",
            "state=idle:id=a//b",
            "state=idle:id=a b",
            "state=idle:msg=Q",
            "state=idle:msg=G1szMW0=",
            &long,
            &deep,
        ] {
            assert_eq!(parse(body.as_bytes()), Parsed::Invalid, "{body}");
        }
        assert_eq!(parse(&[b'a', 0xff]), Parsed::Invalid);
    }
}
