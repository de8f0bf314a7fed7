//! `start-server` and `has-session`.

use clap::Args;
use serde_json::json;

use super::LocalCx;
use crate::command::spec::{Reply, Run};
use crate::config::layouts;
use crate::config::paths::config_dir;
use crate::config::workspace::Workspace;
use crate::error::{Error, Result};
use crate::protocol::message::Request;
use crate::{cli, server};

/// Start the workspace's server with its first shell, and attach nothing; fine if it runs already
///
/// For scripts, services and machines one is not sitting at; new-session -d is the same. What an earlier
/// server left is opened again as ever. Attach whenever you like, with stoa.
///
/// stoa start-server && stoa run -- make
#[derive(Debug, Clone, Args)]
pub struct StartServer {
    /// Open the tabs of this layout, beside those there are: a name or a path, as save-layout wrote it
    #[arg(short = 'l', long, value_name = "NAME|FILE")]
    pub layout: Option<String>,
    /// Columns, while no terminal is attached
    #[arg(short = 'x', long, value_name = "COLS", default_value_t = 80, value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub cols: u16,
    /// Rows, the status line among them
    #[arg(short = 'y', long, value_name = "ROWS", default_value_t = 24, value_parser = clap::value_parser!(u16).range(2..=4096))]
    pub rows: u16,
    /// A session's name (tmux's flag; a workspace is called as its directory is, and another name is only told of)
    #[arg(short = 's', value_name = "NAME", hide = true)]
    pub name: Option<String>,
}

impl Run<LocalCx> for StartServer {
    fn run(self, cx: &mut LocalCx) -> Result<Reply> {
        let workspace = Workspace::current(cx.global.state.as_deref())?;
        let cwd = cli::remote::current_dir()?;
        let running = server::start::find(&workspace)?;
        let started = running.is_none();
        if let Some(error) = self.name.and_then(|name| misnamed(&workspace, &name)) {
            // A script that says it elsewhere as well is told there that it is not found.
            cli::output::say(&error.message);
        }
        if let Some(name) = &self.layout {
            // Looked at before a server is started, which would stay with nothing in it.
            layouts::read(&layouts::file(name, &cwd, config_dir().as_deref())?)?;
        }
        let mut conn = match running {
            Some(conn) => conn,
            None => server::start::connect_or_start(&workspace)?,
        };
        let mut ask = |words: Vec<String>| conn.request(&cli::remote::from_here(words)?);
        let word = |number: u16| number.to_string();
        let (cols, rows) = (word(self.cols), word(self.rows));
        let mut open = vec!["open-first", "-x", &cols, "-y", &rows];
        if self.layout.is_some() {
            open.push("--empty");
        }
        if !started {
            // Whoever started it may have died before it could ask.
            open.push("--if-none");
        }
        ask(open.into_iter().map(str::to_owned).collect())?;
        if let Some(name) = self.layout {
            ask(vec!["load-layout".to_owned(), name])?;
        }
        let data = json!({
            "started": started,
            "pid": conn.welcome.pid,
            "root": conn.welcome.root,
            "state": conn.welcome.state,
        });
        Ok(Reply::new("", data))
    }
}

/// What there is to say to a session's name that is not this workspace's.
fn misnamed(workspace: &Workspace, wanted: &str) -> Option<Error> {
    let name = workspace.root.file_name().unwrap_or_default();
    let wanted = bare(wanted);
    (wanted != "$0" && name != wanted).then(|| {
        Error::not_found(format!(
            "this workspace is called {}",
            name.to_string_lossy()
        ))
        .with_hint("type it in that workspace's directory; stoa ls lists those that run")
    })
}

/// Say by the exit code whether a server runs for this workspace: 0 if so, else 1
///
/// stoa has-session || stoa start-server
#[derive(Debug, Clone, Args)]
pub struct HasSession {
    /// The workspace's name, as tmux's flag: that of another one is a no
    #[arg(short = 't', value_name = "NAME")]
    pub target: Option<String>,
}

impl Run<LocalCx> for HasSession {
    fn run(self, cx: &mut LocalCx) -> Result<Reply> {
        let workspace = Workspace::current(cx.global.state.as_deref())?;
        meant(&workspace, self.target.as_deref())?;
        let runs = server::start::find_any(&workspace)?.is_some();
        Ok(Reply::answer(runs, "", json!({ "running": runs })))
    }
}

/// Refuses a workspace that is named and is another one.
///
/// # Errors
/// [`Kind::NotFound`](crate::error::Kind::NotFound) if it is.
pub fn meant(workspace: &Workspace, named: Option<&str>) -> Result<()> {
    let other = named.and_then(|named| Some((named, misnamed(workspace, named)?)));
    match other {
        Some((named, _)) if renamed(workspace).is_some_and(|name| name == bare(named)) => Ok(()),
        Some((_, error)) => Err(error),
        None => Ok(()),
    }
}

/// A session's name without tmux's signs around it.
fn bare(name: &str) -> &str {
    name.trim_start_matches('=').trim_end_matches(':')
}

/// What the workspace's server is called, which `rename-session` may have changed.
fn renamed(workspace: &Workspace) -> Option<String> {
    let mut conn = server::start::find(workspace).ok()??;
    let words = ["display-message", "-p", "#{session_name}"];
    let asked = conn.request(&Request {
        words: words.map(str::to_owned).to_vec(),
        ..Request::default()
    });
    asked.ok().map(|reply| reply.text)
}
