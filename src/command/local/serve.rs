//! `serve`: becoming the server. Started by `attach`, not by people.

use std::path::PathBuf;

use clap::Args;

use super::LocalCx;
use crate::command::spec::{Reply, Run};
use crate::config::load;
use crate::config::paths::config_dir;
use crate::error::{Error, Result};
use crate::server::{self, upgrade};

/// Run the server of a workspace (started by attach)
#[derive(Debug, Clone, Args)]
pub struct Serve {
    /// The workspace's root directory
    #[arg(long, value_name = "DIR")]
    pub root: PathBuf,
    /// Go on with the state of the program that this process was (used by upgrade)
    #[arg(long, value_name = "FD", hide = true)]
    pub take_over: Option<i32>,
    /// There is no other program to go back to
    #[arg(long, hide = true)]
    pub last_resort: bool,
    /// Say whether the state on standard input could be gone on with (used by upgrade)
    #[arg(long, hide = true)]
    pub try_state: bool,
}

impl Run<LocalCx> for Serve {
    fn run(self, cx: &mut LocalCx) -> Result<Reply> {
        let state = cx
            .global
            .state
            .clone()
            .ok_or_else(|| Error::usage("serve needs --state DIR"))?;
        if self.try_state {
            let settings = load::settings(config_dir().as_deref());
            upgrade::try_state(settings.history_lines as usize)?;
            return Ok(Reply::new(upgrade::UNDERSTOOD, serde_json::Value::Null));
        }
        match self.take_over {
            Some(fd) => server::start::take_over(self.root, state, fd, self.last_resort)?,
            None => server::start::serve(self.root, state)?,
        }
        Ok(Reply::none())
    }
}
