//! `ls`.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::LocalCx;
use crate::command::spec::{Reply, Run};
use crate::config::workspace::socket_dir;
use crate::error::{Error, Result};
use crate::protocol::conn::Conn;
use crate::protocol::message::Request;

/// List the workspaces whose servers run
///
/// stoa ls
#[derive(Debug, Clone, Args)]
pub struct Ls {}

impl Run<LocalCx> for Ls {
    fn run(self, _cx: &mut LocalCx) -> Result<Reply> {
        let mut lines = Vec::new();
        let mut rows = Vec::new();
        for socket in sockets()? {
            // A socket whose server is gone, or of another version, is not a running workspace.
            let Ok(Some(mut conn)) = Conn::open(&socket) else {
                continue;
            };
            let mut count = |command: &str, list: &str| {
                let words = vec![command.to_owned()];
                conn.request(&Request {
                    words,
                    ..Request::default()
                })
                .ok()
                .and_then(|reply| reply.data[list].as_array().map(Vec::len))
                .unwrap_or(0)
            };
            let (tabs, panes) = (count("list-tabs", "tabs"), count("list-panes", "panes"));
            let clients = count("list-clients", "clients");
            let root = conn.welcome.root.clone();
            let attached = match clients {
                0 => String::new(),
                1 => " (attached)".to_owned(),
                n => format!(" ({n} attached)"),
            };
            lines.push(format!("{root}: {tabs} tabs, {panes} panes{attached}"));
            rows.push(json!({
                "root": root,
                "state": conn.welcome.state,
                "pid": conn.welcome.pid,
                "version": conn.welcome.program,
                "tabs": tabs,
                "panes": panes,
                "clients": clients,
            }));
        }
        let text = if lines.is_empty() {
            "no workspace is running; start one with: stoa".to_owned()
        } else {
            lines.join("\n")
        };
        Ok(Reply::new(text, json!({ "workspaces": rows })))
    }
}

/// Every socket in our private directory, whether somebody listens or not.
fn sockets() -> Result<Vec<PathBuf>> {
    let dir = socket_dir()?;
    let entries = std::fs::read_dir(&dir).map_err(|error| Error::io("read", &dir, &error))?;
    let mut found: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "sock")
        })
        .collect();
    found.sort();
    Ok(found)
}
