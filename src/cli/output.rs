//! The only place that prints. Data goes to standard output, talk to standard error; a closed pipe
//! is success; text from the store or from panes never carries control characters to a terminal.

use std::io::{BufWriter, IsTerminal, Write};
use std::process::ExitCode;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;

use crate::command::spec::Reply;
use crate::coord::names::is_hidden;
use crate::draw::text::sanitize_line;
use crate::error::{Error, Result};

/// Prints help or version text.
pub fn show(text: &str) -> ExitCode {
    print(text.trim_end_matches('\n'), false)
}

/// Prints what came of a command.
pub fn finish(result: Result<Reply>, json: bool) -> ExitCode {
    match result {
        Ok(reply) => {
            let outcome = match json {
                _ if reply.streamed => ExitCode::SUCCESS,
                true => {
                    let text = serde_json::to_string_pretty(&reply.data).unwrap_or_default();
                    print(&visible(&text), false)
                }
                false if reply.bytes.is_some() && !std::io::stdout().is_terminal() => {
                    printed(raw(&reply.bytes.unwrap_or_default()))
                }
                false if reply.text.is_empty() => ExitCode::SUCCESS,
                false => print(&reply.text, std::io::stdout().is_terminal()),
            };
            match outcome {
                ExitCode::SUCCESS => ExitCode::from(reply.code),
                failed => failed,
            }
        }
        Err(error) => {
            complain(&error, json);
            if json {
                // A program that asked for JSON finds its answer on standard output, whatever it is.
                print(&visible(&error.to_json().to_string()), false);
            }
            ExitCode::from(error.kind.exit_code())
        }
    }
}

/// JSON with every character escaped that would not be seen, or would change how others look. Outside of
/// its strings it has none.
fn visible(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if c == '\n' || !is_hidden(c) {
            out.push(c);
            continue;
        }
        let mut units = [0; 2];
        for unit in c.encode_utf16(&mut units) {
            out.push_str(&format!("\\u{unit:04x}"));
        }
    }
    out
}

/// Ends the process when nobody reads its output any more, for a command that may have nothing to
/// print for hours: a write alone would tell it too late.
pub fn end_with_reader() {
    let watch = || {
        let output = rustix::stdio::stdout();
        loop {
            // What went wrong is told whether it is asked for or not.
            let mut asked = [PollFd::new(&output, PollFlags::empty())];
            match poll(&mut asked, None) {
                Ok(_)
                    if asked[0]
                        .revents()
                        .intersects(PollFlags::ERR | PollFlags::HUP) =>
                {
                    std::process::exit(0);
                }
                Ok(_) | Err(Errno::INTR) => {}
                Err(_) => return,
            }
        }
    };
    // Without the thread the next line that is printed finds out.
    let _ = std::thread::Builder::new()
        .name("reader".to_owned())
        .spawn(watch);
}

/// Takes what came of one command among several for the list that a program finds on standard output;
/// answers the exit code.
pub fn gather(result: Result<Reply>, data: &mut Vec<serde_json::Value>) -> u8 {
    match result {
        Ok(reply) => {
            if !reply.streamed {
                data.push(reply.data);
            }
            reply.code
        }
        Err(error) => {
            complain(&error, true);
            data.push(error.to_json());
            error.kind.exit_code()
        }
    }
}

fn write(text: &str, clean: bool) -> std::io::Result<()> {
    // Standard output is written line by line; a long answer would be a system call a line.
    let mut out = BufWriter::with_capacity(64 * 1024, std::io::stdout().lock());
    text.lines()
        .try_for_each(|line| match clean {
            true => writeln!(out, "{}", sanitize_line(line)),
            false => writeln!(out, "{line}"),
        })
        .and_then(|()| out.flush())
}

/// Prints a text and a newline; with `clean`, without anything a terminal would act upon.
fn print(text: &str, clean: bool) -> ExitCode {
    printed(write(text, clean))
}

/// Writes bytes as they are.
fn raw(bytes: &[u8]) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush())
}

/// What came of printing, as an exit code; nobody reading any more is fine.
fn printed(outcome: std::io::Result<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            let error = Error::unreachable(format!("cannot write the output: {error}"));
            complain(&error, false);
            ExitCode::from(error.kind.exit_code())
        }
    }
}

/// Prints a part of a longer output at once; false if nobody reads any more.
///
/// # Errors
/// The output cannot be written.
pub fn lines(text: &str) -> Result<bool> {
    match write(text, std::io::stdout().is_terminal()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Error::unreachable(format!(
            "cannot write the output: {error}"
        ))),
    }
}

/// Tells a person something that is not the answer, such as what is being waited for.
pub fn say(text: &str) {
    // Nothing can be done for a standard error that does not take what we say.
    let _ = writeln!(std::io::stderr(), "stoa: {}", sanitize_line(text));
}

/// Tells the session that acted what it has to hear, as JSON for a program that wants that.
pub fn notify(notices: &[String], json: bool) {
    for notice in notices {
        if json {
            let line = serde_json::json!({ "notice": notice });
            // As in `say`.
            let _ = writeln!(std::io::stderr(), "{line}");
        } else {
            say(notice);
        }
    }
}

fn complain(error: &Error, json: bool) {
    let mut err = std::io::stderr().lock();
    // Nothing can be done for a standard error that does not take what we say.
    let _ = if json {
        writeln!(err, "{}", error.to_json())
    } else {
        let message = sanitize_line(&error.message);
        match &error.hint {
            Some(hint) => writeln!(err, "stoa: {message}\n  hint: {}", sanitize_line(hint)),
            None => writeln!(err, "stoa: {message}"),
        }
    };
}
