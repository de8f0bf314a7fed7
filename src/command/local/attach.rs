//! `attach`, and bare `stoa`.

use clap::Args;

use super::LocalCx;
use super::ssh::Place;
use super::start_server::meant;
use crate::cli::remote;
use crate::command::spec::{Reply, Run};
use crate::config::layouts;
use crate::config::paths::config_dir;
use crate::config::workspace::Workspace;
use crate::error::{Error, Kind, Result};
use crate::protocol::message::Request;
use crate::{client, server};

/// Attach this terminal to the directory's workspace, starting it if needed
///
/// stoa attach ssh:host:dir
///
/// does so on another machine, over ssh, where stoa must be installed.
/// Closed laptops and dropped links end nothing there: the same command comes back.
#[derive(Debug, Clone, Default, Args)]
pub struct Attach {
    /// Open the tabs of this layout first: a name or a path, as save-layout wrote it
    #[arg(short = 'l', long, value_name = "NAME|FILE")]
    pub layout: Option<String>,
    /// Detach every other terminal first
    #[arg(short = 'd', long, conflicts_with = "place")]
    pub detach_others: bool,
    /// The workspace's name, as tmux's flag: another one's is refused
    #[arg(short = 't', value_name = "NAME", conflicts_with = "place")]
    pub target: Option<String>,
    /// A place on another machine; the directory counts from the home directory there
    #[arg(value_name = "ssh:[USER@]HOST[:DIR]")]
    pub place: Option<String>,
}

impl Run<LocalCx> for Attach {
    fn run(self, cx: &mut LocalCx) -> Result<Reply> {
        if let Some(pane) = std::env::var_os("STOA_PANE") {
            return Err(Error::refused(format!(
                "this is pane {} of a workspace already; one inside another would take its keys",
                pane.to_string_lossy()
            ))
            .with_hint("unset STOA_PANE to do it all the same, or use C-b c for a new tab"));
        }
        if let Some(place) = &self.place {
            let place = Place::parse(place)?;
            return place.attach(self.layout.as_deref(), cx.global.state.as_deref());
        }
        let workspace = Workspace::current(cx.global.state.as_deref())?;
        meant(&workspace, self.target.as_deref())?;
        // Looked at first, so that no server is started for a script that cannot attach.
        drop(client::terminal::reopen()?);
        if let Some(name) = &self.layout {
            // Looked at before a server is started, which would stay with nothing in it.
            let cwd = remote::current_dir()?;
            layouts::read(&layouts::file(name, &cwd, config_dir().as_deref())?)?;
        }
        let mut conn = server::start::connect_or_start(&workspace)?;
        if let Some(name) = self.layout {
            conn.request(&remote::from_here(vec!["load-layout".to_owned(), name])?)?;
        }
        if self.detach_others {
            let detached = conn.request(&Request {
                words: vec!["detach".to_owned(), "--all".to_owned()],
                ..Request::default()
            });
            match detached {
                // With no terminal attached there is none to be detached, which is as well.
                Err(error) if error.kind != Kind::Refused => return Err(error),
                Ok(_) | Err(_) => {}
            }
        }
        let why = client::attach::attach(conn, || server::start::find(&workspace))?;
        let line = format!("[{why}]");
        Ok(Reply::new(line, serde_json::json!({ "ended": why })))
    }
}
