//! `paste-buffer`.

use clap::Args;

use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::{Error, Result};
use crate::keys::encode;
use crate::keys::input::{Part, Paste};
use crate::update::pane;

/// The most that is pasted at once: what a pane keeps for a program that does not read.
const MAX_PASTE: usize = 1 << 20;

/// Type a paste buffer into a pane
///
/// Control characters other than tabs and line ends are left out. Line ends become the Enter key.
#[derive(Debug, Clone, Args)]
pub struct PasteBuffer {
    /// The buffer; the newest without it
    #[arg(short = 'b', long = "buffer", value_name = "NAME")]
    pub name: Option<String>,
    /// Mark it as pasted, for programs that asked for that (bracketed paste)
    #[arg(short = 'p', long)]
    pub bracket: bool,
    /// Delete the buffer afterwards
    #[arg(short = 'd', long)]
    pub delete: bool,
    /// Leave line feeds as they are
    #[arg(short = 'r', long)]
    pub raw: bool,
    /// Put this in place of each line end
    #[arg(short = 's', long, value_name = "TEXT", allow_hyphen_values = true)]
    pub separator: Option<String>,
    /// The pane: %ID, name or number
    #[arg(short = 't', long, value_name = "PANE")]
    pub target: Option<String>,
}

impl Run<ServerCx<'_>> for PasteBuffer {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let id = cx.pane(self.target.as_deref())?;
        let buffer = cx.state.buffers.get(self.name.as_deref())?;
        let Some(target) = cx.state.panes.get(&id) else {
            return Err(Error::not_found(format!("no pane {id}")));
        };
        if target.exited() {
            return Err(
                Error::refused(format!("the program in pane {id} has ended"))
                    .with_hint("restart-pane starts it again"),
            );
        }
        let separator = match (&self.separator, self.raw) {
            (Some(separator), _) => Some(separator.as_str()),
            (None, true) => Some("\n"),
            (None, false) => None,
        };
        let mut modes = pane::key_modes(target);
        modes.bracketed_paste &= self.bracket;
        let mut bytes = Vec::with_capacity(buffer.data.len() + 16);
        match separator {
            Some(separator) if !modes.bracketed_paste => {
                for (at, line) in buffer.data.split(|byte| *byte == b'\n').enumerate() {
                    if at > 0 {
                        bytes.extend_from_slice(separator.as_bytes());
                    }
                    encode::paste(&whole(line), &modes, &mut bytes);
                }
            }
            _ => encode::paste(&whole(&buffer.data), &modes, &mut bytes),
        }
        if bytes.len() > MAX_PASTE {
            return Err(Error::refused("more than 1 MiB cannot be pasted at once")
                .with_hint("save-buffer FILE writes it to a file"));
        }
        let name = buffer.name.clone();
        for view in cx.state.views.values_mut() {
            // Whoever pastes wants to see what comes of it.
            if cx.requester.client == Some(view.client) {
                view.copy.remove(&id);
            }
        }
        if self.delete {
            cx.state.buffers.delete(Some(&name))?;
        }
        pane::type_into(cx.state, id, bytes, cx.effects);
        Ok(Reply::none())
    }
}

fn whole(data: &[u8]) -> Paste {
    Paste {
        data: data.to_vec(),
        part: Part::Whole,
    }
}
