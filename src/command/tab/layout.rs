//! `select-layout`, `next-layout` and `previous-layout`.

use clap::Args;

use crate::command::pane::open::Extent;
use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::command::target;
use crate::error::{Error, Result};
use crate::model::geometry::{Axis, Rect};
use crate::model::id::{PaneId, TabId};
use crate::model::layout::text::{self, TextError};
use crate::model::layout::{Layout, Preset};
use crate::model::tab::Tab;

/// Arrange a tab's panes: even-horizontal, even-vertical, tiled, main-horizontal, main-vertical
///
/// Without a name, as it was arranged last. The mirrored ones, main-horizontal-mirrored and
/// main-vertical-mirrored, have the main pane at the bottom and at the right. The main pane gets three
/// fifths, or what tmux's options main-pane-width and main-pane-height say
/// (set-option -g main-pane-width 80). Stacks come apart; floating panes stay where they are. In a name's
/// place can stand what #{window_layout} says:
///
/// stoa select-layout "$(cat saved)"
///
/// gives the tab's panes those places again, in proportion if the terminal has another size.
#[derive(Debug, Clone, Args)]
pub struct SelectLayout {
    /// The tab: number, name or @ID
    #[arg(short = 't', long, value_name = "TAB")]
    pub target: Option<String>,
    /// Make the pane in focus and its neighbours in the same row or column equally large
    #[arg(short = 'E', long, conflicts_with_all = ["layout", "next", "previous"])]
    pub spread: bool,
    /// As it was before select-layout was used last; once more changes back
    #[arg(short = 'o', long, conflicts_with_all = ["layout", "next", "previous", "spread"])]
    pub old: bool,
    /// The next arrangement
    #[arg(short = 'n', long, conflicts_with_all = ["layout", "previous"])]
    pub next: bool,
    /// The arrangement before
    #[arg(short = 'p', long, conflicts_with = "layout")]
    pub previous: bool,
    /// Name of the arrangement, or the text of one
    pub layout: Option<String>,
}

impl Run<ServerCx<'_>> for SelectLayout {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let named = self.layout.as_deref().map(|name| match name.parse() {
            Ok(preset) => Ok(Change::To(preset)),
            Err(_) if text::is_text(name) => Ok(Change::Text(name.to_owned())),
            Err(_) => Err(
                Error::usage(format!("no layout is called {name:?}")).with_hint(format!(
                    "there are {}, and what #{{window_layout}} says",
                    Preset::NAMES
                )),
            ),
        });
        let change = match (named.transpose()?, self.spread, self.next, self.previous) {
            (Some(named), ..) => named,
            _ if self.old => Change::Back,
            (_, true, ..) => Change::Spread,
            (_, _, true, _) => Change::By(1),
            (_, _, _, true) => Change::By(-1),
            _ => Change::Again,
        };
        arrange(cx, self.target.as_deref(), change)
    }
}

/// Arrange a tab's panes in the next of the known ways
#[derive(Debug, Clone, Args)]
pub struct NextLayout {
    /// The tab: number, name or @ID
    #[arg(short = 't', long, value_name = "TAB")]
    pub target: Option<String>,
}

impl Run<ServerCx<'_>> for NextLayout {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        arrange(cx, self.target.as_deref(), Change::By(1))
    }
}

/// Arrange a tab's panes in the known way before
#[derive(Debug, Clone, Args)]
pub struct PreviousLayout {
    /// The tab: number, name or @ID
    #[arg(short = 't', long, value_name = "TAB")]
    pub target: Option<String>,
}

impl Run<ServerCx<'_>> for PreviousLayout {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        arrange(cx, self.target.as_deref(), Change::By(-1))
    }
}

/// An area so large that proportions are told exactly enough.
const WIDE: Rect = Rect::new(0, 0, 4096, 4096);

/// How a tab is to be arranged.
enum Change {
    /// So.
    To(Preset),
    /// As the preset that comes so many places after the one applied last.
    By(isize),
    /// As the preset applied last has it; as it is if there is none.
    Again,
    /// As a text says.
    Text(String),
    /// As it was before the last such change.
    Back,
    /// As it is, with equal shares around the pane in focus.
    Spread,
}

/// The pane in focus: the one named, if it is one; else the one typed in, or that the terminal has there.
fn focused(cx: &ServerCx<'_>, tab: TabId, target: Option<&str>) -> Option<PaneId> {
    let pane = match target {
        Some(word) if !word.contains(['%', '.']) => None,
        named => cx.pane(named).ok(),
    };
    let looked_at = || target::standpoint(cx.state, &cx.requester)?.focused_in(tab);
    let inside = |pane: &PaneId| cx.state.tab(tab).is_some_and(|tab| tab.contains(*pane));
    pane.filter(inside).or_else(looked_at).filter(inside)
}

/// Lays a tab's panes out as they lay before, if they are the same panes; else those there are in their
/// places.
fn go_back(tab: &mut Tab) -> Result<()> {
    let before = tab.before.clone();
    let before = before.ok_or_else(|| Error::refused("there is no change to take back"))?;
    let sorted = |layout: &Layout| {
        let mut panes = layout.panes();
        panes.sort_unstable();
        panes
    };
    match sorted(&before) == sorted(&tab.layout) {
        true => tab.layout = before,
        false => apply_text(tab, &before.text(WIDE))?,
    }
    Ok(())
}

fn apply_text(tab: &mut Tab, text: &str) -> Result<()> {
    tab.layout.apply_text(text).map_err(|error| {
        let hint = match error {
            TextError::Cells { .. } => "it needs a cell for each pane of the tab",
            _ => "give it whole, as #{window_layout} said it",
        };
        Error::usage(error.to_string()).with_hint(hint)
    })
}

fn arrange(cx: &mut ServerCx<'_>, target: Option<&str>, change: Change) -> Result<Reply> {
    let id = cx.tab(target)?;
    let area = cx.area_of(id);
    let focused = focused(cx, id, target);
    let main = |name: &str| {
        let set = cx.state.options.get(name)?;
        set.parse::<Extent>().ok()
    };
    let (width, height) = (main("main-pane-width"), main("main-pane-height"));
    if let Some(tab) = cx.state.tab_mut(id) {
        let before = tab.layout.clone();
        let preset = match change {
            Change::Text(text) => {
                apply_text(tab, &text)?;
                None
            }
            Change::Back => {
                go_back(tab)?;
                None
            }
            Change::To(preset) => {
                tab.layout.apply(preset);
                Some(preset)
            }
            Change::By(places) => Some(tab.layout.cycle(places)),
            Change::Again => {
                let preset = tab.layout.preset();
                preset
                    .into_iter()
                    .for_each(|preset| tab.layout.apply(preset));
                preset
            }
            Change::Spread => {
                tab.layout.spread(focused.unwrap_or(tab.active));
                None
            }
        };
        let wanted = match preset {
            Some(Preset::MainVertical | Preset::MainVerticalMirrored) => {
                width.map(|width| (Axis::Horizontal, width.cells(area.cols)))
            }
            Some(Preset::MainHorizontal | Preset::MainHorizontalMirrored) => {
                height.map(|height| (Axis::Vertical, height.cells(area.rows)))
            }
            _ => None,
        };
        if let (Some(main), Some((axis, cells))) = (tab.layout.main_pane(), wanted) {
            tab.layout.resize_to(main, axis, cells, area);
        }
        tab.before = Some(before);
    }
    for view in cx.state.standpoints_mut() {
        view.zoom.remove(&id);
    }
    Ok(Reply::none())
}
