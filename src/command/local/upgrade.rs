//! `upgrade`.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::LocalCx;
use crate::cli::remote::no_server;
use crate::command::spec::{Reply, Run};
use crate::config::workspace::Workspace;
use crate::error::{Error, Result};
use crate::server::start;

/// Have the running server go on as this version of stoa, with every pane and what runs in it
///
/// stoa upgrade target/release/stoa
///
/// Attached terminals stay attached. A server whose state the new program cannot make out stays as it
/// is. Commands that wait for something in the server (wait, events --follow, run --wait) end with an
/// error and are to be given again.
#[derive(Debug, Clone, Args)]
pub struct Upgrade {
    /// The program to go on as; this one otherwise
    pub program: Option<PathBuf>,
}

impl Run<LocalCx> for Upgrade {
    fn run(self, cx: &mut LocalCx) -> Result<Reply> {
        let workspace = Workspace::current(cx.global.state.as_deref())?;
        let program = program(self.program)?;
        let conn = start::find_any(&workspace)?.ok_or_else(|| no_server(&workspace))?;
        let before = conn.welcome.clone();
        conn.upgrade(&program)?;
        let conn = start::find_any(&workspace)?
            .ok_or_else(|| Error::unreachable("the server has ended, and its panes with it"))?;
        let after = &conn.welcome;
        if after.pid != before.pid || after.generation != before.generation + 1 {
            return Err(
                Error::refused("the new program could not take over at the last moment")
                    .with_hint("the old one goes on with all panes; the server's log says why"),
            );
        }
        let text = match before.program == after.program {
            true => format!("the server goes on as a new stoa {}", after.program),
            false => format!(
                "the server was stoa {} and goes on as {}",
                before.program, after.program
            ),
        };
        Ok(Reply::new(
            text,
            json!({ "pid": after.pid, "from": before.program, "to": after.program }),
        ))
    }
}

/// The program's path, as the server can execute it.
fn program(given: Option<PathBuf>) -> Result<String> {
    let path = match given {
        Some(path) => path,
        None => std::env::current_exe()
            .map_err(|error| Error::unreachable(format!("cannot find my own program: {error}")))?,
    };
    let path = std::fs::canonicalize(&path).map_err(|error| Error::io("find", &path, &error))?;
    path.into_os_string()
        .into_string()
        .map_err(|_| Error::usage("the program's path is not UTF-8"))
}
