//! Commands that run in the server: their words travel there as they were typed.

use std::ffi::OsString;

use crate::command::parse::Global;
use crate::command::spec::Reply;
use crate::config::workspace::Workspace;
use crate::error::{Error, Result};
use crate::model::journal::Cursor;
use crate::protocol::message::Request;
use crate::server::start;

/// Asks the workspace's server to run a command.
///
/// # Errors
/// No server runs, or the command failed there.
pub fn run(global: &Global, words: &[OsString]) -> Result<Reply> {
    let workspace = Workspace::current(global.state.as_deref())?;
    let mut conn = start::find(&workspace)?.ok_or_else(|| no_server(&workspace))?;
    let words = words
        .iter()
        .map(|word| word.clone().into_string())
        .collect::<Result<Vec<String>, OsString>>()
        .map_err(|word| Error::usage(format!("{} is not valid UTF-8", word.to_string_lossy())))?;
    conn.request(&Request {
        words,
        pane: std::env::var("STOA_PANE").ok(),
        cwd: current_dir()?.to_str().map(str::to_owned),
        env: crate::client::attach::environment(),
    })
}

/// Prints events as they come, for ever: each answer says where the next question goes on, so a reader
/// that is slow holds up nobody.
///
/// # Errors
/// No server runs, or it ended.
pub fn follow(global: &Global, since: Option<Cursor>) -> Result<Reply> {
    let workspace = Workspace::current(global.state.as_deref())?;
    let mut conn = start::find(&workspace)?.ok_or_else(|| no_server(&workspace))?;
    let mut since = since.map(|cursor| cursor.to_string());
    loop {
        let mut words = vec!["events".to_owned(), "--wait".to_owned()];
        if let Some(cursor) = since {
            words.extend(["--since".to_owned(), cursor]);
        }
        let reply = conn.request(&Request {
            words,
            pane: None,
            cwd: None,
            env: Vec::new(),
        })?;
        if !super::output::lines(&reply.text)? {
            return Ok(Reply::none());
        }
        since = reply.data["next"].as_str().map(str::to_owned);
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
        .with_hint("start one with: stoa")
}
