//! `attach ssh:HOST`: the workspace of a directory on another machine, over ssh.
//!
//! ssh is run as people run it, with their keys and configuration, and a terminal at the other end;
//! there a small `sh` script finds the directory and stoa and becomes `stoa attach`. Everything that is
//! named goes into that script quoted. What is left to do here is to tell the ways in which it can end
//! apart, and to put the terminal back when the link breaks and nobody at the other end can.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::client::terminal;
use crate::command::spec::Reply;
use crate::draw::text::sanitize;
use crate::error::{Error, Result};

/// How the script says that there is no stoa.
const NO_STOA: i32 = 96;
/// How the script says that there is no such directory.
const NO_DIRECTORY: i32 = 97;
/// How ssh says that something went wrong with the connection.
const SSH_FAILED: i32 = 255;
/// A connection that held so long had been made.
const MADE: Duration = Duration::from_secs(5);
/// What a terminal is told apart by, and ssh does not pass on.
const PASSED: [&str; 4] = [
    "COLORTERM",
    "NO_COLOR",
    "TERM_PROGRAM",
    "TERM_PROGRAM_VERSION",
];

/// A place on another machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// As it was given, to be given again.
    text: String,
    /// What ssh is to connect to: `[user@]host`.
    host: String,
    /// The directory, from the home directory there; empty for that itself.
    dir: String,
}

impl Place {
    /// Reads `ssh:[user@]host[:dir]`; a host with colons stands in brackets.
    ///
    /// # Errors
    /// It is something else.
    pub fn parse(text: &str) -> Result<Place> {
        let wrong = |why: &str| {
            Err(Error::usage(format!("{text:?} {why}"))
                .with_hint("a place on another machine is ssh:[user@]host[:directory]"))
        };
        let Some(rest) = text.strip_prefix("ssh:") else {
            return wrong("is no place to attach to");
        };
        if rest.starts_with("//") {
            return wrong("is a URL; a port belongs into ~/.ssh/config");
        }
        let (user, rest) = match rest.split_once('@') {
            Some((user, rest)) if !user.contains([':', '/']) => (Some(user), rest),
            _ => (None, rest),
        };
        let (name, dir) = match rest.strip_prefix('[') {
            Some(rest) => match rest.split_once(']') {
                Some((name, "")) => (name, ""),
                Some((name, dir)) if dir.starts_with(':') => (name, &dir[1..]),
                _ => return wrong("has a bracket too few or too many"),
            },
            None => rest.split_once(':').unwrap_or((rest, "")),
        };
        let legal = |c: char| !c.is_whitespace() && !c.is_control() && !"'\"\\$`;&|<>/".contains(c);
        let good =
            |part: &str| !part.is_empty() && !part.starts_with('-') && part.chars().all(legal);
        if !good(name) || !user.is_none_or(good) {
            return wrong("has a host or a user that cannot be one");
        }
        if dir.chars().any(char::is_control) {
            return wrong("has a control character in it");
        }
        let home = dir.strip_prefix("~/").or((dir == "~").then_some(""));
        Ok(Place {
            text: text.to_owned(),
            host: user.map_or_else(|| name.to_owned(), |user| format!("{user}@{name}")),
            dir: home.unwrap_or(dir).trim_start_matches("./").to_owned(),
        })
    }

    /// What `sh` does at the other end.
    fn script(&self, layout: Option<&str>, state: Option<&str>) -> Result<String> {
        let mut script = String::new();
        for name in PASSED {
            if let Ok(value) = std::env::var(name) {
                let value = quoted(&value)?;
                script.push_str(&format!("{name}={value}; export {name}; "));
            }
        }
        if !self.dir.is_empty() {
            let dir = match self.dir.starts_with('/') {
                true => self.dir.clone(),
                // Neither an option nor looked for in CDPATH.
                false => format!("./{}", self.dir),
            };
            let dir = quoted(&dir)?;
            script.push_str(&format!("cd {dir} 2>/dev/null || exit {NO_DIRECTORY}; "));
        }
        // A shell that is no login shell often has a short PATH.
        script.push_str(
            "PATH=\"$PATH:$HOME/.local/bin:$HOME/.cargo/bin:/usr/local/bin\"; export PATH; ",
        );
        script.push_str(&format!(
            "command -v stoa >/dev/null 2>&1 || exit {NO_STOA}; exec stoa"
        ));
        for (option, value) in [("--state", state), ("--layout", layout)] {
            if option == "--layout" {
                script.push_str(" attach");
            }
            if let Some(value) = value {
                script.push_str(&format!(" {option}={}", quoted(value)?));
            }
        }
        Ok(script)
    }

    /// Connects and attaches; returns when that is over.
    ///
    /// # Errors
    /// ssh cannot be run or not connect, there is no directory or no stoa there, or the link broke.
    pub fn attach(&self, layout: Option<&str>, state: Option<&Path>) -> Result<Reply> {
        let state = match state.map(Path::to_str) {
            Some(None) => return Err(Error::usage("the state directory's path is not UTF-8")),
            Some(Some(state)) => Some(state),
            None => None,
        };
        let script = self.script(layout, state)?;
        let before = terminal::Modes::now()?;
        let began = Instant::now();
        let status = Command::new("ssh")
            .args(self.arguments(&script)?)
            .status()
            .map_err(|error| match error.kind() {
                std::io::ErrorKind::NotFound => {
                    Error::unreachable("there is no ssh here").with_hint("install OpenSSH's client")
                }
                _ => Error::io("start", Path::new("ssh"), &error),
            })?;
        let code = status.code().unwrap_or(SSH_FAILED);
        if code == SSH_FAILED && began.elapsed() >= MADE {
            // The screen was in the hands of somebody who cannot be reached any more.
            before.restore();
        }
        self.outcome(code, began.elapsed() >= MADE)
    }

    fn arguments(&self, script: &str) -> Result<Vec<OsString>> {
        // The login shell there, whichever it is, has one word to pass on.
        let command = format!("exec sh -c {}", quoted(script)?);
        let words = [
            "-t",
            // A link that is dead is noticed within a minute.
            "-o",
            "ServerAliveInterval=15",
            "-o",
            "ServerAliveCountMax=3",
            "--",
            &self.host,
            &command,
        ];
        Ok(words.into_iter().map(OsString::from).collect())
    }

    fn outcome(&self, code: i32, made: bool) -> Result<Reply> {
        let host = sanitize(&self.host, 256);
        let again = format!("stoa attach {}", sanitize(&self.text, 512));
        match code {
            SSH_FAILED if made => Err(Error::unreachable(format!(
                "the connection to {host} is lost; whatever ran there goes on"
            ))
            .with_hint(format!("come back with: {again}"))),
            SSH_FAILED => Err(Error::unreachable(format!("ssh does not reach {host}"))
                .with_hint(format!("see what it said above; try: ssh {host}"))),
            NO_STOA => Err(Error::unreachable(format!(
                "there is no stoa on {host}, neither in its PATH nor in ~/.local/bin or ~/.cargo/bin"
            ))
            .with_hint("copy this program there: it needs nothing else")),
            NO_DIRECTORY => Err(Error::not_found(format!(
                "there is no directory {} on {host}",
                sanitize(&self.dir, 256)
            ))),
            // What it was has been said at the other end.
            code => Ok(Reply::none().exits(u8::try_from(code).unwrap_or(1))),
        }
    }
}

fn quoted(text: &str) -> Result<String> {
    // Not by backslashes or double quotes, which shells disagree about.
    match text.contains('\0') {
        true => Err(Error::usage("a NUL cannot be sent")),
        false => Ok(format!("'{}'", text.replace('\'', "'\\''"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read() {
        let check = |text: &str, host: &str, dir: &str| {
            let place = Place::parse(text).expect(text);
            assert_eq!(
                (place.host.as_str(), place.dir.as_str()),
                (host, dir),
                "{text}"
            );
        };
        check("ssh:box", "box", "");
        check("ssh:me@box:work/a b", "me@box", "work/a b");
        check("ssh:box:/srv", "box", "/srv");
        check("ssh:box:~/x", "box", "x");
        check("ssh:box:~", "box", "");
        check("ssh:box:a@b", "box", "a@b");
        check("ssh:box:-p", "box", "-p");
        check("ssh:me@[fe80::1]:d", "me@fe80::1", "d");
        check("ssh:[::1]", "::1", "");
    }

    #[test]
    fn what_is_no_place_is_refused() {
        for text in [
            "box",
            "ssh:",
            "ssh:@box",
            "ssh:-oProxyCommand=x",
            "ssh:me@-x",
            "ssh:a b",
            "ssh:$(x)",
            "ssh:box;x",
            "ssh://box/dir",
            "ssh:[::1",
            "ssh:[::1]x",
            "ssh:box:a\nb",
        ] {
            let error = Place::parse(text).expect_err(text);
            assert_eq!(error.kind, crate::error::Kind::Usage, "{text}");
        }
    }

    /// A real shell takes what was quoted as it was meant.
    #[test]
    fn quoting_is_safe() {
        for text in ["a'b", "$(x) `y`", "a\"b\\", "--", "é \t!"] {
            let inner = format!("printf %s {}", quoted(text).expect("no NUL"));
            let outer = format!("exec sh -c {}", quoted(&inner).expect("no NUL"));
            let output = Command::new("sh").args(["-c", &outer]).output();
            let output = output.expect("sh runs").stdout;
            assert_eq!(String::from_utf8_lossy(&output), text);
        }
    }

    #[test]
    fn ends_are_told_apart() {
        let place = Place::parse("ssh:box:dir").expect("a place");
        let said = |code, made| match place.outcome(code, made) {
            Ok(reply) => format!("{}", reply.code),
            Err(error) => format!("{} {}", error.kind.exit_code(), error.message),
        };
        assert_eq!(said(0, true), "0");
        assert_eq!(said(2, false), "2");
        assert!(said(255, true).starts_with("3 the connection to box is lost"));
        assert!(said(255, false).starts_with("3 ssh does not reach box"));
        assert!(said(NO_STOA, false).starts_with("3 there is no stoa on box"));
        assert!(said(NO_DIRECTORY, false).starts_with("1 there is no directory dir"));
    }
}
