//! `move-tab` and `swap-tab`.

use clap::Args;

use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::{Error, Result};

/// Move a tab to another place in the tab bar
#[derive(Debug, Clone, Args)]
pub struct MoveTab {
    /// The tab to move: number, name or @ID
    #[arg(short = 's', long, value_name = "TAB")]
    pub source: Option<String>,
    /// One place towards the start
    #[arg(short = 'L', long, group = "place")]
    pub left: bool,
    /// One place towards the end
    #[arg(short = 'R', long, group = "place")]
    pub right: bool,
    /// Number the tabs without gaps (accepted as tmux's flag: they always are)
    #[arg(short = 'r', group = "place")]
    pub renumber: bool,
    /// The number it gets
    #[arg(group = "place")]
    pub to: Option<usize>,
    /// The same, as tmux has it
    #[arg(short = 't', long, value_name = "NUMBER", group = "place")]
    pub target: Option<String>,
}

/// Reads `2`, `:2` and `work:2`; also one that no tab has yet.
fn number(text: &str) -> Option<usize> {
    let number = text.rsplit_once(':').map_or(text, |(_, number)| number);
    number.parse().ok()
}

impl Run<ServerCx<'_>> for MoveTab {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let tab = cx.tab(self.source.as_deref())?;
        if self.renumber {
            return Ok(Reply::none());
        }
        let count = cx.state.tabs.len();
        let from = cx
            .state
            .tab_index(tab)
            .ok_or_else(|| Error::not_found("no such tab"))?;
        let target = self.target.as_deref();
        let target = target.map(|word| match number(word) {
            Some(number) => Ok(number),
            None => cx
                .tab(Some(word))
                .map(|tab| cx.state.tab_index(tab).unwrap_or(from)),
        });
        let to = match (self.left, self.right, self.to.or(target.transpose()?)) {
            (true, ..) => (from + count - 1) % count,
            (_, true, _) => (from + 1) % count,
            (.., Some(to)) => to.min(count - 1),
            _ => {
                return Err(Error::usage("move-tab needs a number, --left or --right"));
            }
        };
        let tab = cx.state.tabs.remove(from);
        cx.state.tabs.insert(to, tab);
        Ok(Reply::none())
    }
}

/// Let two tabs change places in the tab bar
#[derive(Debug, Clone, Args)]
pub struct SwapTab {
    /// One of them: number, name or @ID
    #[arg(short = 's', long, value_name = "TAB")]
    pub source: Option<String>,
    /// The other
    #[arg(short = 't', long, value_name = "TAB")]
    pub target: String,
    /// Stay at the tab shown (accepted as tmux's flag: no terminal turns to another)
    #[arg(short = 'd')]
    pub detached: bool,
}

impl Run<ServerCx<'_>> for SwapTab {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let one = cx.tab(self.source.as_deref())?;
        let other = cx.tab(Some(&self.target))?;
        let places = (cx.state.tab_index(one)).zip(cx.state.tab_index(other));
        if let Some((one, other)) = places {
            cx.state.tabs.swap(one, other);
        }
        Ok(Reply::none())
    }
}
