//! What of a workspace outlives its server: which tabs there are, how panes lie, where they are and
//! what ran in them.
//!
//! It is data with a version, to be read by a later server that may be another release, from a file
//! that may be damaged or made by somebody else. So it is checked whole before anything of it is
//! used, and nothing in it is ever run: a command is only offered, as one line without control
//! characters. Texts of panes are kept beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::float::{Float, Place};
use super::geometry::{Rect, Size};
use super::id::{PaneId, TabId};
use super::layout::{Layout, Spec};
use super::state::State;
use super::tab::{Tab, Together};

/// The version of the form, raised when an older server could not make sense of it.
pub const VERSION: u32 = 1;
/// The most panes that are believed.
const MAX_PANES: usize = 1000;
/// The longest command offered, in bytes.
const MAX_OFFER: usize = 4096;
/// The largest terminal that is believed, in cells each way.
const MAX_CELLS: u16 = 4096;

/// A workspace's structure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Saved {
    /// [`VERSION`] of whoever wrote it.
    pub version: u32,
    /// The area panes were last laid out in.
    pub area: Size,
    /// The first pane id never used.
    pub next_pane: u32,
    /// The first tab id never used.
    pub next_tab: u32,
    /// The tab somebody looked at last.
    pub shown: Option<TabId>,
    /// Tabs in order.
    pub tabs: Vec<SavedTab>,
    /// Panes by id.
    pub panes: BTreeMap<PaneId, SavedPane>,
}

/// A tab.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SavedTab {
    /// Its id.
    pub id: TabId,
    /// The name a person gave it.
    pub name: Option<String>,
    /// The pane focused last.
    pub active: PaneId,
    /// How its panes lie.
    pub panes: Spec<PaneId>,
    /// The panes that float over it.
    #[serde(default)]
    pub floats: Vec<SavedFloat>,
    /// Which panes take input together.
    #[serde(default)]
    pub together: Together,
    /// The area that terminals gave it last.
    #[serde(default)]
    pub area: Option<Size>,
}

/// A floating pane.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SavedFloat {
    /// The pane.
    pub pane: PaneId,
    /// Its frame as it was put.
    pub frame: Rect,
    /// The area it was put into.
    pub within: Size,
    /// Whether it stays in sight.
    pub pinned: bool,
}

impl SavedFloat {
    fn of(float: &Float) -> SavedFloat {
        let (frame, within) = float.place.as_put();
        SavedFloat {
            pane: float.pane,
            frame,
            within,
            pinned: float.pinned,
        }
    }

    fn float(&self) -> Float {
        Float {
            pane: self.pane,
            place: Place::new(self.frame, self.within),
            pinned: self.pinned,
        }
    }
}

/// A pane.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SavedPane {
    /// The name a person gave it.
    pub name: Option<String>,
    /// The directory it was in.
    pub cwd: PathBuf,
    /// The command line that ran in it, to be offered.
    #[serde(default)]
    pub offer: Option<String>,
    /// The name its session had.
    #[serde(default)]
    pub session: Option<String>,
    /// The number its session had.
    #[serde(default)]
    pub number: Option<u32>,
}

/// A workspace's structure with the texts of its panes, ready to be opened again.
#[derive(Debug, Clone)]
pub struct Restorable {
    /// The structure, checked.
    pub saved: Saved,
    /// What was to be read in panes, as lines with their looks.
    pub texts: BTreeMap<PaneId, String>,
    /// The line that tells old text from new.
    pub marker: String,
}

/// Why a saved structure cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// Another release wrote it.
    #[error("it is of version {0}, this is version {VERSION}")]
    Version(u32),
    /// It contradicts itself.
    #[error("it is damaged: {0}")]
    Damaged(String),
}

impl Saved {
    /// The names and numbers that its panes' sessions had.
    pub fn sessions(&self) -> Vec<(String, u32)> {
        let sessions = self.panes.values();
        let sessions = sessions.filter_map(|pane| Some((pane.session.clone()?, pane.number?)));
        sessions.collect()
    }

    /// The structure as it is now; `pane` says what is known of each pane.
    pub fn of(state: &State, mut pane: impl FnMut(PaneId) -> SavedPane) -> Saved {
        let (next_pane, next_tab) = state.next_ids();
        let tab = |tab: &Tab| SavedTab {
            id: tab.id,
            name: tab.name.clone(),
            active: tab.active,
            panes: tab.layout.to_spec(|pane| pane),
            floats: tab.floats.iter().map(SavedFloat::of).collect(),
            together: tab.together.clone(),
            area: tab.area,
        };
        Saved {
            version: VERSION,
            area: state.last_area,
            next_pane,
            next_tab,
            shown: state.standpoint().map(|view| view.tab),
            tabs: state.tabs.iter().map(tab).collect(),
            panes: state.panes.keys().map(|id| (*id, pane(*id))).collect(),
        }
    }

    /// The tabs it says, after a look at everything that could be wrong with it.
    ///
    /// # Errors
    /// It cannot be used.
    pub fn check(&self) -> Result<Vec<Tab>, Unusable> {
        let damaged = |what: String| Err(Unusable::Damaged(what));
        if self.version != VERSION {
            return Err(Unusable::Version(self.version));
        }
        if self.panes.len() > MAX_PANES {
            return damaged(format!("it has more than {MAX_PANES} panes"));
        }
        let fits = |area: &Size| area.cols.max(area.rows) <= MAX_CELLS;
        if !fits(&self.area) {
            return damaged("the terminal was too large".to_owned());
        }
        let mut seen = BTreeSet::new();
        let mut tabs = Vec::with_capacity(self.tabs.len());
        for saved in &self.tabs {
            let layout = Layout::from_spec(&saved.panes, |pane| *pane)
                .map_err(|error| Unusable::Damaged(error.to_string()))?;
            let floats: Vec<Float> = saved.floats.iter().map(SavedFloat::float).collect();
            let floating = floats.iter().map(|float| float.pane);
            for pane in layout.panes().into_iter().chain(floating) {
                if pane.0 >= self.next_pane || !seen.insert(pane) {
                    return damaged(format!("pane {pane} is there twice or was never made"));
                }
            }
            if saved.id.0 >= self.next_tab || tabs.iter().any(|tab: &Tab| tab.id == saved.id) {
                return damaged(format!("tab {} is there twice or was never made", saved.id));
            }
            let Some(first) = layout.panes().first().copied() else {
                return damaged(format!("tab {} has no pane", saved.id));
            };
            let mut tab = Tab {
                name: saved.name.clone().and_then(fit),
                layout,
                floats,
                together: saved.together.clone(),
                area: saved.area.filter(fits),
                ..Tab::new(saved.id, first)
            };
            if tab.contains(saved.active) {
                tab.active = saved.active;
            }
            tabs.push(tab);
        }
        match self.panes.keys().copied().eq(seen) {
            true => Ok(tabs),
            false => damaged("tabs and panes do not agree".to_owned()),
        }
    }
}

/// A name as people may give one, or none.
pub fn fit(name: String) -> Option<String> {
    let name = name.trim();
    let good = (1..=64).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    good.then(|| name.to_owned())
}

/// A command line that can be typed at a prompt without being run: one line, no control character.
pub fn offer(line: &str) -> Option<String> {
    let line = line.trim();
    let good = !line.is_empty() && line.len() <= MAX_OFFER && !line.chars().any(char::is_control);
    good.then(|| line.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::geometry::Axis;
    use crate::model::layout::Part;

    fn saved() -> Saved {
        let part = |pane| Part {
            weight: 1,
            content: Spec::Pane(PaneId(pane)),
        };
        Saved {
            version: VERSION,
            area: Size::new(80, 24),
            next_pane: 5,
            next_tab: 2,
            shown: Some(TabId(1)),
            tabs: vec![SavedTab {
                id: TabId(1),
                name: Some("work".to_owned()),
                active: PaneId(3),
                panes: Spec::Split {
                    split: Axis::Horizontal,
                    parts: vec![part(0), part(3)],
                },
                floats: vec![SavedFloat {
                    pane: PaneId(4),
                    frame: Rect::new(1, 1, 20, 8),
                    within: Size::new(80, 24),
                    pinned: true,
                }],
                together: Together::Only(vec![PaneId(3)]),
                area: Some(Size::new(80, 23)),
            }],
            panes: [0, 3, 4]
                .map(|pane| (PaneId(pane), SavedPane::default()))
                .into(),
        }
    }

    #[test]
    fn it_is_read_as_written() {
        let text = serde_json::to_string(&saved()).expect("it is data");
        let read: Saved = serde_json::from_str(&text).expect("it reads");
        assert_eq!(read, saved());
        let tabs = read.check().expect("it is whole");
        assert_eq!(tabs[0].layout.panes(), [PaneId(0), PaneId(3)]);
        assert_eq!(tabs[0].active, PaneId(3));
        assert_eq!(
            SavedFloat::of(&tabs[0].floats[0]),
            saved().tabs[0].floats[0]
        );
    }

    #[test]
    fn what_contradicts_itself_is_not_used() {
        let check = |spoil: &dyn Fn(&mut Saved), expected: &str| {
            let mut spoiled = saved();
            spoil(&mut spoiled);
            let error = spoiled.check().err().expect(expected).to_string();
            assert!(error.contains(expected), "{error}");
        };
        check(&|s| s.version = 9, "version 9");
        check(&|s| s.next_pane = 3, "never made");
        check(&|s| s.next_tab = 1, "never made");
        check(&|s| s.tabs.push(s.tabs[0].clone()), "twice");
        check(&|s| s.panes.clear(), "do not agree");
        check(&|s| s.area.cols = 60_000, "too large");
        check(
            &|s| {
                s.tabs[0].panes = Spec::Split {
                    split: Axis::Vertical,
                    parts: vec![],
                }
            },
            "no parts",
        );
    }

    #[test]
    fn nothing_offered_could_run_by_itself() {
        assert_eq!(offer(" vim a.txt "), Some("vim a.txt".to_owned()));
        for bad in [
            "",
            "  ",
            "rm x\n",
            "a\nb",
            "a\x1b[201~b",
            "a\rb",
            "a\u{85}b",
        ] {
            assert!(offer(bad).is_none_or(|line| line == "rm x"), "{bad:?}");
        }
    }
}
