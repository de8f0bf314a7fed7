//! What `split-pane`, `new-tab` and `run` have in common: making a pane and starting a program in it.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::float::{self, Wanted};
use crate::command::server::ServerCx;
use crate::command::server::environment;
use crate::command::spec::Reply;
use crate::command::target;
use crate::error::{Error, Result};
use crate::model::geometry::{Axis, Direction};
use crate::model::id::{PaneId, TabId};
use crate::model::variables::Subject;
use crate::update::launch;

/// What is started, and where.
#[derive(Debug, Clone, Args)]
pub struct Program {
    /// Directory to start in; may be a format, such as #{pane_current_path}
    #[arg(short = 'c', long, value_name = "DIR")]
    pub cwd: Option<PathBuf>,
    /// Name of the new pane
    #[arg(short = 'n', long)]
    pub name: Option<String>,
    /// Set a variable for it (may be given several times)
    #[arg(short = 'e', long = "env", value_name = "NAME=VALUE", value_parser = environment::pair)]
    pub env: Vec<(String, String)>,
}

/// What is printed of the new pane.
#[derive(Debug, Clone, Args)]
pub struct Print {
    /// Print where the new pane is
    #[arg(short = 'P', long)]
    pub print: bool,
    /// Print this format instead; formats are explained in the README
    #[arg(short = 'F', long, value_name = "FORMAT")]
    pub format: Option<String>,
}

impl Print {
    /// The answer of a command that made, or moved, `pane`.
    pub fn reply(&self, cx: &ServerCx<'_>, pane: PaneId, data: Value) -> Reply {
        let format = match (&self.format, self.print) {
            (Some(format), _) => format.as_str(),
            (None, true) => "#{session_name}:#{window_index}.#{pane_index}",
            (None, false) => return Reply::new("", data),
        };
        let subject = Subject {
            pane: Some(pane),
            ..cx.subject()
        };
        Reply::new(cx.expand(subject, format), data)
    }
}

/// A length: `20` cells or `30%`; in files a number or such a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub enum Extent {
    /// So many cells.
    Cells(u16),
    /// So many hundredths of what there is.
    Percent(u16),
}

/// A length as files have it.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Cells(u16),
    Text(String),
}

impl TryFrom<Written> for Extent {
    type Error = String;

    fn try_from(written: Written) -> Result<Extent, String> {
        match written {
            Written::Cells(cells) => Ok(Extent::Cells(cells)),
            Written::Text(text) => text.parse(),
        }
    }
}

impl From<Extent> for Written {
    fn from(extent: Extent) -> Written {
        match extent {
            Extent::Cells(cells) => Written::Cells(cells),
            Extent::Percent(percent) => Written::Text(format!("{percent}%")),
        }
    }
}

impl FromStr for Extent {
    type Err = String;

    fn from_str(text: &str) -> Result<Extent, String> {
        let bad = || format!("{text:?} is neither a number of cells nor a percentage such as 30%");
        match text.strip_suffix('%') {
            Some(number) => match number.parse() {
                Ok(percent @ 0..=100) => Ok(Extent::Percent(percent)),
                _ => Err(bad()),
            },
            None => text.parse().map(Extent::Cells).map_err(|_| bad()),
        }
    }
}

impl Extent {
    /// The cells it means out of `whole`.
    pub fn cells(self, whole: u16) -> u16 {
        match self {
            Extent::Cells(cells) => cells,
            Extent::Percent(percent) => {
                u16::try_from(u32::from(whole) * u32::from(percent) / 100).unwrap_or(whole)
            }
        }
    }

    /// The hundredths it means of `whole`.
    pub fn percent(self, whole: u16) -> u8 {
        let percent = match self {
            Extent::Cells(cells) => u32::from(cells) * 100 / u32::from(whole.max(1)),
            Extent::Percent(percent) => u32::from(percent),
        };
        u8::try_from(percent.clamp(1, 99)).unwrap_or(50)
    }
}

/// Where a new pane goes.
#[derive(Debug, Clone, Copy)]
pub enum Spot {
    /// Into a tab of its own, after this one or at the end.
    Tab {
        /// The place in the tab bar it comes after.
        after: Option<usize>,
    },
    /// Beside another pane.
    Beside {
        /// That pane.
        pane: PaneId,
        /// On which side.
        towards: Direction,
        /// How much of it; half if not said.
        size: Option<Extent>,
        /// Along the whole edge of the tab instead.
        full: bool,
    },
    /// Over the panes of a tab.
    Floating {
        /// One of them.
        over: PaneId,
        /// Where.
        place: Wanted,
    },
    /// Into one stack with another pane.
    Stacked {
        /// That pane.
        with: PaneId,
    },
}

/// Makes a pane and asks for its program's start.
///
/// # Errors
/// There is no room, or a name or a word cannot be used.
pub fn open(
    cx: &mut ServerCx<'_>,
    spot: Spot,
    mut program: Program,
    tab_name: Option<String>,
    command: Vec<String>,
) -> Result<PaneId> {
    let command = cx.program(command, &mut program.env);
    let name = program.name.map(|name| cx.word(&name));
    let name = name.as_deref().map(target::label).transpose()?;
    let tab_name = tab_name.map(|name| target::label(&cx.word(&name)));
    let tab_name = tab_name.transpose()?;
    let near = match spot {
        Spot::Beside { pane, .. } => Some(pane),
        Spot::Floating { over, .. } => Some(over),
        Spot::Stacked { with } => Some(with),
        Spot::Tab { .. } => cx.pane(None).ok(),
    };
    let cwd = program.cwd.map(|cwd| cx.start_directory(near, &cwd));
    let named = cwd.is_some();
    let mut launch = launch::plan(cx.state, &cx.requester, near, cwd, command)?;
    // A program that was told where to run must not run elsewhere; a shell is of use anywhere.
    launch.only_there = named && !launch.argv.is_empty();
    launch.set = program.env;
    let pane = match spot {
        Spot::Tab { after } => {
            let pane = cx.state.mint_pane();
            cx.state.add_tab(pane, tab_name, after);
            pane
        }
        Spot::Beside {
            pane: target,
            towards,
            size,
            full,
        } => beside(cx, target, towards, size, full)?,
        Spot::Floating { over, place } => {
            let tab = cx.tab_of(over)?;
            let area = cx.area_of(tab);
            let pane = cx.state.mint_pane();
            float::raise(cx, tab, pane, place, area)?;
            pane
        }
        Spot::Stacked { with } => {
            let tab = cx.tab_of(with)?;
            let pane = cx.state.mint_pane();
            let tab = cx.state.tab_mut(tab);
            if !tab.is_some_and(|tab| tab.layout.stack_onto(with, pane)) {
                return Err(Error::refused("a floating pane cannot be stacked")
                    .with_hint("put it among the others first: stoa float-pane --tiled"));
            }
            pane
        }
    };
    launch::begin(cx.state, pane, launch, name, cx.effects);
    Ok(pane)
}

fn beside(
    cx: &mut ServerCx<'_>,
    target: PaneId,
    towards: Direction,
    size: Option<Extent>,
    full: bool,
) -> Result<PaneId> {
    let tab = cx.tab_of(target)?;
    let area = cx.area_of(tab);
    let new = cx.state.mint_pane();
    place(cx, tab, target, new, towards, size, full, area)?;
    Ok(new)
}

/// Puts a pane beside another in a tab's layout and ends zooms there.
#[expect(
    clippy::too_many_arguments,
    reason = "one place for what split and join say"
)]
pub fn place(
    cx: &mut ServerCx<'_>,
    tab: TabId,
    target: PaneId,
    new: PaneId,
    towards: Direction,
    size: Option<Extent>,
    full: bool,
    area: crate::model::geometry::Rect,
) -> Result<()> {
    let Some(found) = cx.state.tab_mut(tab) else {
        return Err(Error::not_found("no such tab"));
    };
    if found.float(target).is_some() {
        return Err(Error::refused("a floating pane cannot be divided")
            .with_hint("put it among the others first: stoa float-pane --tiled"));
    }
    if !found.layout.can_split(target, towards, area) {
        return Err(Error::refused("no room for another pane here")
            .with_hint("make the pane larger (C-b C-arrows), or open a tab (C-b c)"));
    }
    let rect = found.layout.place(target, area).unwrap_or(area);
    let length = |rect: crate::model::geometry::Rect| match towards.axis() {
        Axis::Horizontal => rect.cols,
        Axis::Vertical => rect.rows,
    };
    if full {
        found.layout.split_edge(towards, new);
        if let Some(size) = size {
            let cells = size.cells(length(area));
            found.layout.resize_to(new, towards.axis(), cells, area);
        }
    } else {
        let percent = size.map_or(50, |size| size.percent(length(rect)));
        found.layout.split_percent(target, towards, new, percent);
    }
    for view in cx.state.standpoints_mut() {
        view.zoom.remove(&tab);
    }
    Ok(())
}

/// Where a pane is, as data.
pub fn data(cx: &ServerCx<'_>, pane: PaneId) -> Value {
    let tab = cx.state.tab_of(pane).map(|tab| tab.id);
    json!({
        "pane": pane.to_string(),
        "tab": tab.map(|tab| tab.to_string()),
        "index": tab.and_then(|tab| cx.state.tab_index(tab)),
    })
}

#[cfg(test)]
mod tests {
    use super::Extent;

    #[test]
    fn extents_are_cells_or_hundredths() {
        let read = |text: &str| text.parse::<Extent>();
        assert_eq!(read("20"), Ok(Extent::Cells(20)));
        assert_eq!(read("30%"), Ok(Extent::Percent(30)));
        for bad in ["", "%", "-1", "101%", "70000", "a"] {
            assert!(read(bad).is_err(), "{bad}");
        }
        assert_eq!(Extent::Percent(30).cells(80), 24);
        assert_eq!(Extent::Cells(20).percent(80), 25);
        assert_eq!(Extent::Cells(500).percent(80), 99);
        assert_eq!(Extent::Cells(5).percent(0), 99);
    }
}
