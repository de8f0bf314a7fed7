//! `kill-server`.

use std::io::Read;

use clap::Args;
use serde_json::json;

use super::LocalCx;
use super::start_server::meant;
use crate::cli::remote::no_server;
use crate::command::spec::{Reply, Run};
use crate::config::workspace::Workspace;
use crate::error::{Error, Result};
use crate::server::start;

/// End the workspace's server and every program in its panes
///
/// For good: nothing of it is opened again, unlike after a crash or a restart of the machine.
///
/// stoa kill-server
#[derive(Debug, Clone, Args)]
pub struct KillServer {
    /// The workspace's name, as tmux's flag: nothing is ended if it is another's
    #[arg(short = 't', value_name = "NAME")]
    pub target: Option<String>,
}

impl Run<LocalCx> for KillServer {
    fn run(self, cx: &mut LocalCx) -> Result<Reply> {
        let workspace = Workspace::current(cx.global.state.as_deref())?;
        meant(&workspace, self.target.as_deref())?;
        let conn = start::find_any(&workspace)?.ok_or_else(|| no_server(&workspace))?;
        let pid = conn.welcome.pid;
        let process = i32::try_from(pid)
            .ok()
            .and_then(rustix::process::Pid::from_raw)
            .ok_or_else(|| Error::internal("the server has no process id"))?;
        rustix::process::kill_process(process, rustix::process::Signal::INT)
            .map_err(|error| Error::unreachable(format!("cannot signal the server: {error}")))?;
        // Its end of the connection closes when it is gone.
        let mut stream = conn.into_stream();
        let _ = stream.set_read_timeout(Some(std::time::Duration::from_secs(10)));
        let _ = stream.read(&mut [0; 64]);
        Ok(Reply::new("", json!({ "pid": pid })))
    }
}
