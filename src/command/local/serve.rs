//! `serve`: becoming the server. Started by `attach`, not by people.

use std::path::PathBuf;

use clap::Args;

use super::LocalCx;
use crate::command::spec::{Reply, Run};
use crate::error::{Error, Result};
use crate::server;

/// Run the server of a workspace (started by attach)
#[derive(Debug, Clone, Args)]
pub struct Serve {
    /// The workspace's root directory
    #[arg(long, value_name = "DIR")]
    pub root: PathBuf,
}

impl Run<LocalCx> for Serve {
    fn run(self, cx: &mut LocalCx) -> Result<Reply> {
        let state = cx
            .global
            .state
            .clone()
            .ok_or_else(|| Error::usage("serve needs --state DIR"))?;
        server::start::serve(self.root, state)?;
        Ok(Reply::none())
    }
}
