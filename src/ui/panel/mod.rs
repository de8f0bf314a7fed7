//! The side panel: what needs somebody, groups, peers, context, claims, messages, tasks, issues and
//! what happened last, live.
//!
//! All sections are shown at once as long as there are rows for them, each with at least its
//! heading and a row; on a low terminal only the current one, with the others' names in one line
//! above it. Under the sections, while the panel has the focus, the selected record is told in
//! full. Every row carries the record it stands for, so that keys and mouse can act on it.

mod activity;
mod attention;
mod claims;
mod context;
mod detail;
mod groups;
mod issues;
mod messages;
mod peers;
mod space;
mod tasks;
#[cfg(test)]
mod tests;

use ratatui::buffer::Buffer;

use super::Region;
use super::paint::{Row, fill, page, tint, within};
use super::theme::Theme;
use crate::coord::snapshot::{SessionInfo, Snapshot};
use crate::model::geometry::Rect;
use crate::model::panel::{PanelState, RowTarget, Rows, Section, Side};

/// What the panel shows.
#[derive(Debug, Clone, Copy)]
pub struct PanelProps<'a> {
    /// The records.
    pub snapshot: &'a Snapshot,
    /// Milliseconds since the snapshot was taken.
    pub elapsed_ms: u64,
    /// Id of the session on whose behalf the view acts: the focused pane's.
    pub acting: Option<&'a str>,
    /// The view's panel.
    pub state: &'a PanelState,
    /// Whether a line divides the panel from the panes at its side.
    pub separator: bool,
    /// Keys and what they do, the most useful first.
    pub hints: &'a [Hint<'a>],
    /// The key that joins a group, for the first steps: `C-b j`.
    pub join_key: Option<&'a str>,
    /// What is wrong with the store, if something is.
    pub trouble: Option<&'a str>,
}

/// A key and what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hint<'a> {
    /// As people read it: `Enter`.
    pub key: &'a str,
    /// One or two words.
    pub label: &'a str,
}

/// What a click in the panel means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PanelAction {
    /// Select this record (and act on it, if it is selected already).
    Row(RowTarget),
    /// Go to this section.
    Section(Section),
    /// Type a filter.
    Filter,
    /// Do what the hint at this place of [`PanelProps::hints`] says.
    Hint(usize),
    /// Take hold of the line at the panel's side, to make it wider or narrower.
    Separator,
}

/// What was drawn.
#[derive(Debug, Clone, Default)]
pub struct PanelView {
    /// Where the mouse can act.
    pub regions: Vec<Region<PanelAction>>,
    /// Where the cursor stands while a filter is typed.
    pub cursor: Option<(u16, u16)>,
}

/// What every section needs to draw its rows.
struct Context<'a> {
    props: &'a PanelProps<'a>,
    theme: &'a Theme,
    own: Option<&'a SessionInfo>,
    /// The longest name of a session, in columns, within reason.
    name_cols: u16,
}

impl<'a> Context<'a> {
    fn own_group(&self) -> Option<&'a str> {
        self.own.and_then(|session| session.group.as_deref())
    }

    fn session(&self, id: &str) -> Option<&'a SessionInfo> {
        let mut sessions = self.props.snapshot.sessions.iter();
        sessions.find(|session| session.id == id)
    }

    /// How long ago a moment of wall time was.
    fn since(&self, then: jiff::Timestamp) -> String {
        let taken = self.props.snapshot.taken.wall;
        let ms = taken.as_millisecond() - then.as_millisecond();
        let ms = u64::try_from(ms).unwrap_or(0);
        super::paint::duration(ms.saturating_add(self.props.elapsed_ms))
    }

    /// A session's name; the id of one that is no longer known.
    fn name_or_id<'t>(&self, id: &'t str) -> &'t str
    where
        'a: 't,
    {
        self.session(id).map_or(id, |session| &session.name)
    }

    /// The same in short: `you` for the acting one.
    fn name<'t>(&self, id: &'t str) -> &'t str
    where
        'a: 't,
    {
        match self.props.acting == Some(id) {
            true => "you",
            false => self.name_or_id(id),
        }
    }
}

/// Draws the panel.
pub fn render(area: Rect, buf: &mut Buffer, props: &PanelProps<'_>, theme: &Theme) -> PanelView {
    let mut view = PanelView::default();
    let mut area = within(area, buf);
    fill(area, buf, theme.panel);
    if props.separator {
        area = separator(area, buf, props, theme, &mut view);
    }
    if area.is_empty() {
        return view;
    }
    let rows = Rows::of(props.snapshot, props.acting, props.state.filter.text());
    let own = props
        .snapshot
        .sessions
        .iter()
        .find(|session| Some(session.id.as_str()) == props.acting);
    let names = props
        .snapshot
        .sessions
        .iter()
        .map(|session| super::paint::columns(&session.name));
    let cx = Context {
        props,
        theme,
        own,
        name_cols: names.max().unwrap_or(0).clamp(3, 12),
    };
    let plan = space::plan(area, &rows, props);
    if let Some(rect) = plan.header {
        header(rect, buf, &cx, &rows, &mut view);
    }
    if let (Some(rect), Some(trouble)) = (plan.trouble, props.trouble) {
        Row::new(rect, buf).put(&format!(" ⚠ {trouble}"), theme.error);
    }
    if let Some(rect) = plan.names {
        section_names(rect, buf, &cx, &rows, &mut view);
    }
    for part in &plan.parts {
        if let Some(rect) = part.heading {
            heading(rect, buf, &cx, &rows, part, &mut view);
        }
        section(part, buf, &cx, &rows, &mut view);
    }
    if let Some(rect) = plan.detail {
        detail::render(rect, buf, &cx, &rows);
    }
    if let Some(rect) = plan.footer {
        footer(rect, buf, &cx, &mut view);
    }
    view
}

/// The line beside the panes; answers what is left.
fn separator(
    area: Rect,
    buf: &mut Buffer,
    props: &PanelProps<'_>,
    theme: &Theme,
    view: &mut PanelView,
) -> Rect {
    if area.cols < 4 {
        return area;
    }
    let (x, rest) = match props.state.side {
        Side::Left => (area.right() - 1, area.x),
        Side::Right => (area.x, area.x + 1),
    };
    let style = match props.state.focused {
        true => theme.border_focused,
        false => theme.border,
    };
    for y in area.y..area.bottom() {
        Row::new(Rect::new(x, y, 1, 1), buf).put("│", style);
    }
    let rect = Rect::new(x, area.y, 1, area.rows);
    view.regions.push(Region {
        rect,
        action: PanelAction::Separator,
    });
    Rect::new(rest, area.y, area.cols - 1, area.rows)
}

/// Who acts; or the filter.
fn header(rect: Rect, buf: &mut Buffer, cx: &Context<'_>, rows: &Rows<'_>, view: &mut PanelView) {
    let state = cx.props.state;
    view.regions.push(Region {
        rect,
        action: PanelAction::Filter,
    });
    let mut row = Row::new(rect, buf);
    row.skip(1);
    if state.filtering || !state.filter.is_empty() {
        let note = match rows.hidden {
            0 => String::new(),
            hidden => format!(" {hidden} hidden "),
        };
        if row.room() > 24 {
            row.put_right(&note, cx.theme.muted);
        }
        row.put("/", cx.theme.key);
        let window = state.filter.window(row.room());
        let field = row.put(window.text, cx.theme.input);
        if state.filtering {
            view.cursor = Some((field.x + window.cursor, rect.y));
        }
        return;
    }
    let Some(own) = cx.own else {
        row.put("no session is acting", cx.theme.muted);
        return;
    };
    row.put(&own.name, cx.theme.accent);
    match &own.group {
        Some(group) => {
            row.put(" · ", cx.theme.muted);
            row.put(group, cx.theme.text);
            let info = cx
                .props
                .snapshot
                .groups
                .iter()
                .find(|info| info.name == *group);
            if info.and_then(|info| info.coordinator.as_ref()) == Some(&own.id) {
                row.put(" ★ coordinator", cx.theme.muted);
            }
        }
        None => _ = row.put(" · in no group", cx.theme.muted),
    }
}

/// All sections' names in one line, where only one section has room.
fn section_names(
    rect: Rect,
    buf: &mut Buffer,
    cx: &Context<'_>,
    rows: &Rows<'_>,
    view: &mut PanelView,
) {
    fill(rect, buf, cx.theme.panel_title);
    let mut row = Row::new(rect, buf);
    let current = cx.props.state.section;
    // The current one first, so that it is seen in any width.
    let others = Section::ALL
        .into_iter()
        .filter(|section| *section != current && rows.shows(*section));
    for section in [current].into_iter().chain(others) {
        let style = match section == current && cx.props.state.focused {
            true => cx.theme.panel_title_focused,
            false => cx.theme.panel_title,
        };
        let text = format!(" {} {} ", section.title(), rows.len(section));
        let rect = row.put(&text, style);
        view.regions.push(Region {
            rect,
            action: PanelAction::Section(section),
        });
    }
}

fn heading(
    rect: Rect,
    buf: &mut Buffer,
    cx: &Context<'_>,
    rows: &Rows<'_>,
    part: &space::Part,
    view: &mut PanelView,
) {
    let state = cx.props.state;
    let style = match part.section == state.section && state.focused {
        true => cx.theme.panel_title_focused,
        false => cx.theme.panel_title,
    };
    fill(rect, buf, style);
    let mut row = Row::new(rect, buf);
    let len = rows.len(part.section);
    let shown = page(len, part.rows.rows, anchor(state, rows, part.section));
    if !shown.is_empty() && shown.len() < len {
        row.put_right(
            &format!("{}–{} of {len} ", shown.start + 1, shown.end),
            style,
        );
    }
    row.skip(1);
    row.put(part.section.title(), style);
    row.put(&format!(" {len}"), style);
    view.regions.push(Region {
        rect,
        action: PanelAction::Section(part.section),
    });
}

/// The row that is to be seen: the selected one where the keys go, else the first, which is what
/// matters most or is newest.
fn anchor(state: &PanelState, rows: &Rows<'_>, section: Section) -> usize {
    match state.focused && section == state.section {
        true => state.row(rows, section).unwrap_or(0),
        false => 0,
    }
}

/// The rows of one section.
fn section(
    part: &space::Part,
    buf: &mut Buffer,
    cx: &Context<'_>,
    rows: &Rows<'_>,
    view: &mut PanelView,
) {
    let len = rows.len(part.section);
    if len == 0 {
        return empty(part, buf, cx, rows);
    }
    let state = cx.props.state;
    let selected = state.row(rows, part.section);
    let shown = page(len, part.rows.rows, anchor(state, rows, part.section));
    for (y, at) in (part.rows.y..).zip(shown) {
        let rect = Rect::new(part.rows.x, y, part.rows.cols, 1);
        let mut row = Row::new(rect, buf);
        row.skip(1);
        row.skip_right(1);
        match part.section {
            Section::Groups => rows
                .groups
                .get(at)
                .map(|group| groups::row(&mut row, cx, group)),
            Section::Peers => rows
                .peers
                .get(at)
                .map(|peer| peers::row(&mut row, cx, peer)),
            Section::Context => {
                let entry = rows.context.get(at);
                entry.map(|(group, entry)| context::row(&mut row, cx, group, entry))
            }
            Section::Claims => rows
                .claims
                .get(at)
                .map(|claim| claims::row(&mut row, cx, claim)),
            Section::Messages => rows
                .messages
                .get(at)
                .map(|message| messages::row(&mut row, cx, message)),
            Section::Tasks => rows
                .tasks
                .get(at)
                .map(|task| tasks::row(&mut row, cx, task)),
            Section::Attention => rows
                .attention
                .get(at)
                .map(|one| attention::row(&mut row, cx, one)),
            Section::Issues => rows
                .cases
                .get(at)
                .map(|case| issues::row(&mut row, cx, case)),
            Section::Activity => rows
                .activity
                .get(at)
                .map(|entry| activity::row(&mut row, cx, entry)),
        };
        if selected == Some(at) && part.section == state.section && state.focused {
            tint(rect, buf, cx.theme.selected);
        }
        if let Some(target) = rows.target(part.section, at) {
            view.regions.push(Region {
                rect,
                action: PanelAction::Row(target),
            });
        }
    }
}

/// What stands in a section without rows: why, and the first step.
fn empty(part: &space::Part, buf: &mut Buffer, cx: &Context<'_>, rows: &Rows<'_>) {
    let lines = if rows.hidden > 0 {
        vec!["nothing here matches".to_owned()]
    } else {
        empty_text(part.section, cx)
    };
    for (y, line) in (part.rows.y..part.rows.bottom()).zip(lines) {
        let mut row = Row::new(Rect::new(part.rows.x, y, part.rows.cols, 1), buf);
        row.skip(1);
        row.put(&line, cx.theme.muted);
    }
}

fn empty_text(section: Section, cx: &Context<'_>) -> Vec<String> {
    match section {
        Section::Groups => groups::empty(cx),
        Section::Peers => peers::empty(),
        Section::Context => context::empty(cx),
        Section::Claims => claims::empty(),
        Section::Messages => messages::empty(),
        Section::Tasks => tasks::empty(),
        Section::Attention => attention::empty(),
        Section::Issues => issues::empty(),
        Section::Activity => activity::empty(),
    }
}

fn footer(rect: Rect, buf: &mut Buffer, cx: &Context<'_>, view: &mut PanelView) {
    let mut row = Row::new(rect, buf);
    row.skip(1);
    for (at, hint) in cx.props.hints.iter().enumerate() {
        let cols = super::paint::columns(hint.key) + super::paint::columns(hint.label) + 1;
        if cols > row.room() {
            break;
        }
        let key = row.put(hint.key, cx.theme.key);
        row.skip(1);
        let label = row.put(hint.label, cx.theme.muted);
        row.skip(2);
        let rect = Rect::new(key.x, rect.y, label.right() - key.x, 1);
        view.regions.push(Region {
            rect,
            action: PanelAction::Hint(at),
        });
    }
}
