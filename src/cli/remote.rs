//! Commands that run in the server: their words travel there as they were typed.

use std::ffi::OsString;
use std::io::Read;
use std::time::{Duration, Instant};

use crate::command::parse::Global;
use crate::command::spec::Reply;
use crate::config::workspace::Workspace;
use crate::error::{Error, Result};
use crate::model::buffers::{self, MAX_BUFFER};
use crate::model::id::PaneId;
use crate::model::journal::Cursor;
use crate::protocol::conn::{Conn, gone};
use crate::protocol::message::Request;
use crate::server::start;

/// Asks the workspace's server to run a command, in the pane `here` if one before it moved there.
///
/// # Errors
/// No server runs, or the command failed there.
pub fn run(global: &Global, words: &[OsString], here: Option<PaneId>) -> Result<Reply> {
    let (workspace, mut conn) = reach(global)?;
    let before = conn.welcome.generation;
    if let Some(reply) = conn.ask(&request(words, here)?)? {
        return reply;
    }
    Err(match start::find(&workspace) {
        Ok(Some(conn)) if conn.welcome.generation > before => {
            Error::unreachable("the server went on as another program before it had an answer")
                .with_hint("the command may have run: look before you give it once more")
        }
        _ => gone(std::io::ErrorKind::UnexpectedEof.into()),
    })
}

/// The same for a command that takes what comes on standard input, which travels with it.
///
/// # Errors
/// As [`run`]; standard input cannot be read or has more than a paste buffer holds.
pub fn fed(global: &Global, words: &[OsString], here: Option<PaneId>) -> Result<Reply> {
    // Before the server is reached, which does not keep a connection that asks nothing.
    let mut input = Vec::new();
    // One byte more, so that what is too large is noticed.
    std::io::stdin()
        .lock()
        .take(MAX_BUFFER as u64 + 1)
        .read_to_end(&mut input)
        .map_err(|error| Error::unreachable(format!("cannot read standard input: {error}")))?;
    if input.len() > MAX_BUFFER {
        return Err(buffers::too_large());
    }
    let mut request = request(words, here)?;
    request.input = Some(input);
    let (_, mut conn) = reach(global)?;
    conn.request(&request)
}

/// The same for a command that waits: a server that becomes another program meanwhile is asked again.
///
/// # Errors
/// As [`run`].
pub fn wait(
    global: &Global,
    words: &[OsString],
    here: Option<PaneId>,
    limit: Option<Duration>,
) -> Result<Reply> {
    let (workspace, conn) = reach(global)?;
    let request = request(words, here)?;
    Patient { workspace, conn }.ask_until(request, limit)
}

/// `run --wait`: starts the program, then waits for its end as [`wait`] does. Asked as a whole again, it
/// would start the program twice.
///
/// # Errors
/// As [`run`].
pub fn run_to_end(
    global: &Global,
    words: &[OsString],
    here: Option<PaneId>,
    limit: Option<Duration>,
) -> Result<Reply> {
    let (workspace, mut conn) = reach(global)?;
    let mut request = request(words, here)?;
    request.waits = true;
    let started = conn.request(&request)?;
    let pane = started.data["pane"].as_str().unwrap_or_default();
    request.words = ["wait", "--code", "--until", "exit", "--pane", pane]
        .map(str::to_owned)
        .to_vec();
    if let Some(limit) = limit {
        let limit = format!("{}ms", limit.as_millis());
        request.words.extend(["--timeout".to_owned(), limit]);
    }
    let ended = Patient { workspace, conn }.ask_until(request, limit)?;
    // Starting it is what may have moved the focus.
    Ok(Reply {
        here: ended.here.or(started.here),
        ..ended
    })
}

/// The workspace and its server.
fn reach(global: &Global) -> Result<(Workspace, Conn)> {
    let workspace = Workspace::current(global.state.as_deref())?;
    let conn = start::find(&workspace)?.ok_or_else(|| no_server(&workspace))?;
    Ok((workspace, conn))
}

fn request(words: &[OsString], here: Option<PaneId>) -> Result<Request> {
    let words = words
        .iter()
        .map(|word| word.clone().into_string())
        .collect::<Result<Vec<String>, OsString>>()
        .map_err(|word| Error::usage(format!("{} is not valid UTF-8", word.to_string_lossy())))?;
    let mut request = from_here(words)?;
    if let Some(here) = here {
        request.pane = Some(here.to_string());
    }
    Ok(request)
}

/// A command asked in this process's pane and directory, with its environment.
///
/// # Errors
/// The directory has been removed.
pub fn from_here(words: Vec<String>) -> Result<Request> {
    Ok(Request {
        words,
        pane: std::env::var("STOA_PANE").ok(),
        cwd: current_dir()?.to_str().map(str::to_owned),
        env: crate::client::attach::environment(),
        ..Request::default()
    })
}

/// Has `--timeout` say what is left of it.
fn shorten(words: &mut [String], left: Duration) {
    const OPTION: &str = "--timeout";
    let left = format!("{}ms", left.as_millis());
    for at in 0..words.len() {
        if words[at] == OPTION && at + 1 < words.len() {
            words[at + 1].clone_from(&left);
        } else if words[at].starts_with("--timeout=") {
            words[at] = format!("{OPTION}={left}");
        }
    }
}

/// A connection for questions whose answers take long: it outlives the server's becoming another program.
struct Patient {
    workspace: Workspace,
    conn: Conn,
}

impl Patient {
    /// Asks until there is an answer; a `--timeout` among the words begins now.
    fn ask_until(mut self, mut request: Request, limit: Option<Duration>) -> Result<Reply> {
        let begin = Instant::now();
        loop {
            if let Some(reply) = self.ask(&request)? {
                return reply;
            }
            if let Some(limit) = limit {
                shorten(&mut request.words, limit.saturating_sub(begin.elapsed()));
            }
        }
    }

    /// Asks; `None` if the server became another program, which is to be asked anew.
    fn ask(&mut self, request: &Request) -> Result<Option<Result<Reply>>> {
        if let Some(reply) = self.conn.ask(request)? {
            return Ok(Some(reply));
        }
        let before = self.conn.welcome.generation;
        match start::find(&self.workspace)? {
            Some(conn) if conn.welcome.generation > before => {
                self.conn = conn;
                Ok(None)
            }
            _ => Err(no_server(&self.workspace)),
        }
    }
}

/// Prints events as they come, for ever: each answer says where the next question goes on, so a reader
/// that is slow holds up nobody, and a server that becomes another program goes on where it was.
///
/// # Errors
/// No server runs, or it ended.
pub fn follow(global: &Global, since: Option<Cursor>) -> Result<Reply> {
    let (workspace, conn) = reach(global)?;
    let mut patient = Patient { workspace, conn };
    let mut since = since.map(|cursor| cursor.to_string());
    super::output::end_with_reader();
    loop {
        let place = since
            .as_deref()
            .map_or(vec!["--wait"], |cursor| vec!["--wait", "--since", cursor]);
        let Some(reply) = patient.ask(&events(&place))? else {
            continue;
        };
        let reply = reply?;
        if !super::output::lines(&reply.text)? {
            return Ok(Reply::none());
        }
        since = reply.data["next"].as_str().map(str::to_owned);
    }
}

fn events(options: &[&str]) -> Request {
    let words = std::iter::once(&"events").chain(options);
    Request {
        words: words.map(|word| (*word).to_owned()).collect(),
        ..Request::default()
    }
}

/// The directory the command was typed in.
///
/// # Errors
/// It has been removed.
pub fn current_dir() -> Result<std::path::PathBuf> {
    std::env::current_dir().map_err(|error| {
        Error::unreachable(format!("cannot tell the current directory: {error}"))
            .with_hint("cd to a directory that exists")
    })
}

/// The error for a command that needs a server where none runs.
pub fn no_server(workspace: &Workspace) -> Error {
    Error::unreachable(format!("no server runs for {}", workspace.root.display()))
        .with_hint("start one with: stoa, or without a terminal: stoa start-server")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_of_a_time_takes_its_place() {
        let check = |words: &[&str], expected: &[&str]| {
            let mut words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            shorten(&mut words, Duration::from_millis(1500));
            assert_eq!(words, expected);
        };
        check(
            &["wait", "--timeout", "5s"],
            &["wait", "--timeout", "1500ms"],
        );
        check(
            &["wait", "--timeout=5s", "-u", "exit"],
            &["wait", "--timeout=1500ms", "-u", "exit"],
        );
        check(&["wait", "--until", "exit"], &["wait", "--until", "exit"]);
    }
}
