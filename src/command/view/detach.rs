//! `detach`.

use clap::Args;

use super::ViewCx;
use crate::command::spec::{Reply, Run};
use crate::error::{Error, Result};
use crate::model::id::ClientId;
use crate::update::Effect;

/// Detach a terminal; everything in the workspace goes on
#[derive(Debug, Clone, Args)]
pub struct Detach {
    /// Every terminal but this one, or but the one named
    #[arg(short = 'a', long)]
    pub others: bool,
    /// Every terminal
    #[arg(long, conflicts_with = "others")]
    pub all: bool,
    /// The terminal, as list-clients names it
    #[arg(short = 't', long, value_name = "CLIENT")]
    pub target: Option<String>,
}

impl Detach {
    fn meant(&self, cx: &ViewCx<'_>) -> Result<Vec<ClientId>> {
        let clients = cx.server.state.views.keys().copied();
        let one = named(cx, self.target.as_deref())?;
        Ok(match (self.all, self.others) {
            (true, _) => clients.collect(),
            (_, true) => clients.filter(|client| *client != one).collect(),
            _ => vec![one],
        })
    }
}

/// The terminal of a name, or the one that asks.
///
/// # Errors
/// There is none of that name.
pub(super) fn named(cx: &ViewCx<'_>, name: Option<&str>) -> Result<ClientId> {
    let Some(name) = name else {
        return Ok(cx.client);
    };
    let mut clients = cx.server.state.views.keys().copied();
    let found = clients.find(|client| client.to_string() == name);
    found.ok_or_else(|| {
        Error::not_found(format!("no terminal {name:?}"))
            .with_hint("stoa list-clients shows their names")
    })
}

impl Run<ViewCx<'_>> for Detach {
    fn run(self, cx: &mut ViewCx<'_>) -> Result<Reply> {
        let clients = self.meant(cx)?;
        let why = format!("detached from {}", cx.server.state.name);
        for client in clients {
            cx.server.effects.push(Effect::Detach {
                client,
                why: why.clone(),
            });
        }
        Ok(Reply::none())
    }
}
