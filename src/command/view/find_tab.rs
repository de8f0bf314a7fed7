//! `find-tab`.

use clap::Args;
use regex::RegexBuilder;

use super::ViewCx;
use super::focus_tab::show;
use crate::command::spec::{Reply, Run};
use crate::error::{Error, Result};
use crate::model::id::TabId;
use crate::model::overlay::Overlay;
use crate::model::state::State;
use crate::model::tab::Tab;

/// Go to the tab with something in its name, titles or visible text; choose among several
///
/// A `*` stands for any text and a `?` for any character.
#[derive(Debug, Clone, Args)]
#[allow(clippy::struct_excessive_bools)]
pub struct FindTab {
    /// Look in the text that panes show
    #[arg(short = 'C', long)]
    pub content: bool,
    /// Look in the tabs' names
    #[arg(short = 'N', long)]
    pub name: bool,
    /// Look in the panes' titles
    #[arg(short = 'T', long)]
    pub title: bool,
    /// Large and small letters are the same
    #[arg(short = 'i', long)]
    pub ignore_case: bool,
    /// It is a regular expression
    #[arg(short = 'r', long)]
    pub regex: bool,
    /// Zoom what is found (accepted as tmux's flag, without effect)
    #[arg(short = 'Z', hide = true)]
    pub zoom: bool,
    /// A pane (accepted as tmux's flag)
    #[arg(short = 't', value_name = "PANE", hide = true)]
    pub target: Option<String>,
    /// What is looked for
    #[arg(required = true)]
    pub text: Vec<String>,
}

impl Run<ViewCx<'_>> for FindTab {
    fn run(self, cx: &mut ViewCx<'_>) -> Result<Reply> {
        let text = self.text.join(" ");
        let found = self.found(cx.server.state, &text)?;
        match found.as_slice() {
            [] => Err(Error::not_found(format!("no tab has {text:?}"))
                .with_hint("find-tab -i does not mind large and small letters")),
            [tab] => show(cx, *tab),
            _ => {
                let shown = cx.view()?.tab;
                let selected = found.iter().position(|tab| *tab == shown).unwrap_or(0);
                let only = Some(found);
                cx.view()?.overlay = Some(Overlay::Tabs { selected, only });
                Ok(Reply::none())
            }
        }
    }
}

impl FindTab {
    fn found(&self, state: &State, text: &str) -> Result<Vec<TabId>> {
        let pattern = match self.regex {
            true => text.to_owned(),
            false => {
                let plain = regex::escape(text);
                plain.replace(r"\*", ".*").replace(r"\?", ".")
            }
        };
        let regex = RegexBuilder::new(&pattern)
            .case_insensitive(self.ignore_case)
            .size_limit(1 << 20)
            .build()
            .map_err(|error| Error::usage(format!("{text:?} is no regular expression: {error}")))?;
        let all = !(self.content || self.name || self.title);
        let has = |tab: &&Tab| {
            let name = (all || self.name) && regex.is_match(&state.tab_label(tab));
            let panes = tab.panes();
            let mut panes = panes.iter().filter_map(|id| state.panes.get(id));
            name || panes.any(|pane| {
                let title = (all || self.title) && regex.is_match(&pane.label());
                let mut rows = 0..i32::from(pane.screen.size().rows);
                title
                    || (all || self.content)
                        && rows.any(|row| {
                            let line = pane.screen.line_text(row, true);
                            line.is_some_and(|line| regex.is_match(&line))
                        })
            })
        };
        let tabs = state.tabs.iter().filter(has);
        Ok(tabs.map(|tab| tab.id).collect())
    }
}
