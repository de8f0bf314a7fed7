//! The side panel's state, and which records it lists in which order.
//!
//! A view has one [`PanelState`]: pure data with pure changes. What is listed comes from
//! [`Rows::of`], always computed from the snapshot at hand; the state remembers *records*, never row
//! numbers, so that a selection stays with its record when others come and go. Only when the record
//! itself vanishes does the selection fall to whatever took its place.
//!
//! Everybody's records are shown, those of the acting session and its group first: the panel is for
//! people, and isolation between groups is about what sessions can do.

mod filter;
mod rows;

pub use rows::{Case, Rows};

use super::line_edit::LineEdit;

/// What a row stands for: enough to act on it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RowTarget {
    /// A group.
    Group {
        /// Its name.
        name: String,
    },
    /// A session.
    Session {
        /// Its id.
        id: String,
    },
    /// An entry of a group's context.
    Context {
        /// The group's name.
        group: String,
        /// The entry's key.
        key: String,
    },
    /// One holder's claim.
    Claim {
        /// `kind/name`.
        key: String,
        /// Session id of the holder; a shared claim has several.
        holder: String,
    },
    /// A message.
    Message {
        /// Its number.
        id: u64,
    },
    /// A task.
    Task {
        /// Its id.
        id: String,
    },
    /// An issue.
    Issue {
        /// Its id.
        id: String,
    },
    /// A fix.
    Fix {
        /// Its id.
        id: String,
    },
    /// An attempt of the audit trail.
    Attempt {
        /// The revision at which it was recorded.
        revision: u64,
        /// Which of that revision's.
        index: usize,
    },
    /// A record that waits for somebody, as a line of that list.
    Waiting(Box<RowTarget>),
}

impl RowTarget {
    /// The record itself, whichever list shows it.
    pub fn record(self) -> RowTarget {
        match self {
            RowTarget::Waiting(record) => *record,
            record => record,
        }
    }
}

/// A part of the panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Section {
    /// What waits for somebody; shown only while something does.
    Attention,
    /// Coordination groups.
    #[default]
    Groups,
    /// Sessions, the own group's first.
    Peers,
    /// Shared key-value entries.
    Context,
    /// Leases.
    Claims,
    /// What was sent, the acting session's unread first.
    Messages,
    /// What there is to do.
    Tasks,
    /// What is wrong, and the fixes that wait.
    Issues,
    /// What was attempted last.
    Activity,
}

/// How many sections there are.
pub const SECTIONS: usize = Section::ALL.len();

impl Section {
    /// All, top to bottom.
    pub const ALL: [Section; 9] = [
        Section::Attention,
        Section::Groups,
        Section::Peers,
        Section::Context,
        Section::Claims,
        Section::Messages,
        Section::Tasks,
        Section::Issues,
        Section::Activity,
    ];

    /// Its heading.
    pub fn title(self) -> &'static str {
        match self {
            Section::Attention => "Needs you",
            Section::Groups => "Groups",
            Section::Peers => "Peers",
            Section::Context => "Context",
            Section::Claims => "Claims",
            Section::Messages => "Messages",
            Section::Tasks => "Tasks",
            Section::Issues => "Issues",
            Section::Activity => "Activity",
        }
    }

    /// The one below, from the last to the first.
    pub fn next(self) -> Section {
        Section::ALL[(self.index() + 1) % SECTIONS]
    }

    /// The one above, from the first to the last.
    pub fn previous(self) -> Section {
        Section::ALL[(self.index() + SECTIONS - 1) % SECTIONS]
    }

    /// Its place in [`Section::ALL`].
    pub fn index(self) -> usize {
        match self {
            Section::Attention => 0,
            Section::Groups => 1,
            Section::Peers => 2,
            Section::Context => 3,
            Section::Claims => 4,
            Section::Messages => 5,
            Section::Tasks => 6,
            Section::Issues => 7,
            Section::Activity => 8,
        }
    }
}

/// Where the panel stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Side {
    /// Before column 0 of the panes.
    Left,
    /// After the last column of the panes.
    #[default]
    Right,
}

/// One view's panel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PanelState {
    /// Whether it is shown.
    pub open: bool,
    /// Whether it takes the keys.
    pub focused: bool,
    /// Where it stands.
    pub side: Side,
    /// The width people chose, in columns; a terminal may allow less ([`PanelState::width_in`]).
    pub width: u16,
    /// The section with the selection.
    pub section: Section,
    /// Only rows that contain this are shown.
    pub filter: LineEdit,
    /// Whether keys go into the filter.
    pub filtering: bool,
    selected: [Selected; SECTIONS],
}

/// A section's selection.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Selected {
    target: Option<RowTarget>,
    /// Where the record was seen last: its successor if it vanishes.
    row: usize,
}

/// The narrowest panel one can choose.
const MIN_WIDTH: u16 = 20;

impl PanelState {
    /// A panel, open and without the focus, `width` columns wide.
    pub fn new(side: Side, width: u16) -> PanelState {
        PanelState {
            open: true,
            focused: false,
            side,
            width: width.max(MIN_WIDTH),
            section: Section::default(),
            filter: LineEdit::default(),
            filtering: false,
            selected: Default::default(),
        }
    }

    /// Whether it stands at the left.
    pub fn on_left(&self) -> bool {
        self.side == Side::Left
    }

    /// Its columns on a terminal of `cols`: never more than half, except where half would be too
    /// little to read; there it lies over the panes and takes what it needs.
    pub fn width_in(&self, cols: u16) -> u16 {
        self.width.min((cols / 2).max(40)).min(cols)
    }

    /// Makes it wider or narrower by whole columns, on a terminal of `cols`.
    pub fn resize(&mut self, by: i16, cols: u16) {
        let most = (cols / 2).max(MIN_WIDTH);
        self.width = self.width.saturating_add_signed(by).clamp(MIN_WIDTH, most);
    }

    /// Moves it to the other side.
    pub fn flip(&mut self) {
        self.side = match self.side {
            Side::Left => Side::Right,
            Side::Right => Side::Left,
        };
    }

    /// Whether what is typed goes into its filter.
    pub fn takes_text(&self) -> bool {
        self.open && self.focused && self.filtering
    }

    /// Opens or closes it; closing gives the focus back to the panes.
    pub fn toggle(&mut self) {
        self.open = !self.open;
        if !self.open {
            self.focused = false;
            self.filtering = false;
        }
    }

    /// The selected record of the current section, if it is still listed.
    pub fn selected(&self, rows: &Rows<'_>) -> Option<RowTarget> {
        rows.target(self.section, self.row(rows, self.section)?)
    }

    /// The selected row of a section: the remembered record's, or the one that took its place.
    pub fn row(&self, rows: &Rows<'_>, section: Section) -> Option<usize> {
        let selected = &self.selected[section.index()];
        let last = rows.len(section).checked_sub(1)?;
        let found = selected.target.as_ref();
        let found = found.and_then(|target| rows.position(section, target));
        Some(found.unwrap_or(selected.row.min(last)))
    }

    /// After the snapshot or the filter changed: every section's selection is a listed record, the
    /// same as before where it still exists.
    pub fn reconcile(&mut self, rows: &Rows<'_>) {
        for section in Section::ALL {
            let row = self.row(rows, section);
            self.remember(rows, section, row);
        }
    }

    /// Selects the next row; after the last the first of the next section that has any.
    pub fn next_row(&mut self, rows: &Rows<'_>) {
        match self.row(rows, self.section) {
            Some(row) if row + 1 < rows.len(self.section) => {
                self.remember(rows, self.section, Some(row + 1));
            }
            _ => {
                let below = Section::ALL.into_iter().skip(self.section.index() + 1);
                if let Some(section) = below.into_iter().find(|next| rows.len(*next) > 0) {
                    self.section = section;
                    self.remember(rows, section, Some(0));
                }
            }
        }
    }

    /// Selects the previous row; before the first the last of the section above that has any.
    pub fn previous_row(&mut self, rows: &Rows<'_>) {
        match self.row(rows, self.section) {
            Some(row) if row > 0 => self.remember(rows, self.section, Some(row - 1)),
            _ => {
                let above = Section::ALL.into_iter().take(self.section.index()).rev();
                if let Some(section) = above.into_iter().find(|next| rows.len(*next) > 0) {
                    self.section = section;
                    self.remember(rows, section, rows.len(section).checked_sub(1));
                }
            }
        }
    }

    /// Selects the section's first row.
    pub fn first_row(&mut self, rows: &Rows<'_>) {
        self.remember(rows, self.section, Some(0));
    }

    /// Selects the section's last row.
    pub fn last_row(&mut self, rows: &Rows<'_>) {
        self.remember(rows, self.section, rows.len(self.section).checked_sub(1));
    }

    /// Whether a section is shown: it is the current one, or worth going to.
    pub fn shows(&self, rows: &Rows<'_>, section: Section) -> bool {
        self.section == section || rows.shows(section)
    }

    /// Goes to the section below.
    pub fn next_section(&mut self, rows: &Rows<'_>) {
        self.section = self.section.next();
        if !rows.shows(self.section) {
            self.section = self.section.next();
        }
    }

    /// Goes to the section above.
    pub fn previous_section(&mut self, rows: &Rows<'_>) {
        self.section = self.section.previous();
        if !rows.shows(self.section) {
            self.section = self.section.previous();
        }
    }

    /// Selects a row by its record, as a click does. False if it is not listed.
    pub fn select(&mut self, rows: &Rows<'_>, target: &RowTarget) -> bool {
        for section in Section::ALL {
            if let Some(row) = rows.position(section, target) {
                self.section = section;
                self.remember(rows, section, Some(row));
                return true;
            }
        }
        false
    }

    /// Drops the filter and leaves its field. False if there was nothing to drop, so that the
    /// caller can let Esc do the next thing.
    pub fn clear_filter(&mut self) -> bool {
        let had = self.filtering || !self.filter.is_empty();
        self.filter.clear();
        self.filtering = false;
        had
    }

    fn remember(&mut self, rows: &Rows<'_>, section: Section, row: Option<usize>) {
        let Some(row) = row else {
            // The record may come back (a filter is being typed); keep it in mind.
            return;
        };
        if let Some(target) = rows.target(section, row) {
            self.selected[section.index()] = Selected {
                target: Some(target),
                row,
            };
        }
    }
}

#[cfg(test)]
mod tests;
