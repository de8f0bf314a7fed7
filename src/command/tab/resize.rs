//! `resize-window`.

use clap::Args;
use serde_json::json;

use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::{Error, Result};
use crate::model::geometry::Size;

/// Give the panes of all tabs a fixed area to share, whatever terminals show them
///
/// A smaller terminal sees the part around the cursor. `window-size` in the settings decides again
/// after --automatic.
#[derive(Debug, Clone, Args)]
pub struct ResizeWindow {
    /// Columns
    #[arg(short = 'x', long, value_name = "COLS", value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub columns: Option<u16>,
    /// Rows
    #[arg(short = 'y', long, value_name = "ROWS", value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub rows: Option<u16>,
    /// Take it back
    #[arg(short = 'A', long, visible_short_alias = 'a', conflicts_with_all = ["columns", "rows"])]
    pub automatic: bool,
    /// A tab (accepted for tmux's form; the size is that of all)
    #[arg(short = 't', long, value_name = "TAB")]
    pub target: Option<String>,
}

impl Run<ServerCx<'_>> for ResizeWindow {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        if let Some(tab) = &self.target {
            cx.tab(Some(tab))?;
        }
        let now = cx.area();
        let size = match (self.automatic, self.columns, self.rows) {
            (true, ..) => None,
            (false, None, None) => {
                return Err(Error::usage("resize-window needs -x, -y or --automatic"));
            }
            (false, cols, rows) => Some(Size::new(
                cols.unwrap_or(now.cols).max(1),
                rows.unwrap_or(now.rows).max(1),
            )),
        };
        cx.state.fixed_size = size;
        Ok(Reply::new("", json!({ "size": size })))
    }
}
