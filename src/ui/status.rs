//! The status line: workspace, tabs, and at the right who the focused pane is and who waits.
//!
//! What matters least goes first when room gets short: claims, group, session, the other tabs, the
//! workspace's name. Somebody waiting is told as long as a tab fits beside it.

use ratatui::buffer::Buffer;
use ratatui::style::Style;

use super::format::{self, Span};
use super::paint::{Row, columns, count, fill};
use super::tabs::{self, TabLabel};
use super::theme::Theme;
use super::{Region, paint};
use crate::model::geometry::Rect;
use crate::model::id::TabId;

/// What the line tells.
#[derive(Debug, Clone, Default)]
pub struct StatusProps<'a> {
    /// The workspace's name, untrusted.
    pub workspace: &'a str,
    /// Its tabs.
    pub tabs: Vec<TabLabel<'a>>,
    /// Keys of an unfinished chord, or a mode such as `scrolled`.
    pub mode: Option<&'a str>,
    /// Name of the focused pane's session.
    pub session: Option<&'a str>,
    /// The group it is in.
    pub group: Option<&'a str>,
    /// Whether it coordinates that group.
    pub coordinator: bool,
    /// How many claims it holds.
    pub claims: usize,
    /// How many messages it has not read.
    pub unread: u64,
    /// How many agents wait for somebody.
    pub attention: usize,
    /// What is shown instead of the workspace's name.
    pub left: Option<Vec<Span>>,
    /// What is shown instead of session, group and who waits.
    pub right: Option<Vec<Span>>,
}

/// What a click on the line means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusAction {
    /// Show this tab.
    Tab(TabId),
    /// List the tabs.
    Workspace,
    /// Show the session in the panel.
    Session,
    /// Go to whoever waits.
    Attention,
}

/// Draws the line into the first row of `area`.
pub fn render(
    area: Rect,
    buf: &mut Buffer,
    props: &StatusProps<'_>,
    theme: &Theme,
) -> Vec<Region<StatusAction>> {
    let area = Rect::new(area.x, area.y, area.cols, area.rows.min(1));
    fill(area, buf, theme.status);
    if props.left.is_some() || props.right.is_some() {
        return formatted(area, buf, props, theme);
    }
    let mut regions = Vec::new();
    let name = format!(" {} ", paint::clip(props.workspace, 24));
    let (with_name, parts) = choose(props, columns(&name), paint::within(area, buf).cols, theme);
    let mut row = Row::new(area, buf);
    if with_name {
        let rect = row.put(&name, theme.workspace);
        regions.push(Region {
            rect,
            action: StatusAction::Workspace,
        });
    }
    for part in parts.iter().rev() {
        let rect = row.put_right(&part.text, part.style);
        row.skip_right(part.gap);
        if let Some(action) = part.action {
            regions.push(Region { rect, action });
        }
    }
    let left = Rect::new(row.put("", Style::new()).x, area.y, row.room(), area.rows);
    put_tabs(left, buf, props, theme, &mut regions);
    regions
}

fn put_tabs(
    area: Rect,
    buf: &mut Buffer,
    props: &StatusProps<'_>,
    theme: &Theme,
    regions: &mut Vec<Region<StatusAction>>,
) {
    let tabs = tabs::render(area, buf, &props.tabs, theme);
    regions.extend(tabs.into_iter().map(|region| Region {
        rect: region.rect,
        action: StatusAction::Tab(region.action),
    }));
}

/// Less room than this shows nothing of what is to be cut.
const CUT: u16 = 12;

/// The line as formats say, with what they say nothing of as without them. The tab shown is seen as
/// long as anything is: a mode makes way for it first, then the right end, then the left one.
fn formatted(
    area: Rect,
    buf: &mut Buffer,
    props: &StatusProps<'_>,
    theme: &Theme,
) -> Vec<Region<StatusAction>> {
    let name = || Span {
        text: format!(" {} ", paint::clip(props.workspace, 24)),
        style: theme.workspace,
    };
    let left = props.left.clone().unwrap_or_else(|| vec![name()]);
    let right = props.right.clone().unwrap_or_else(|| {
        let parts = right_end(props, 0, theme);
        let span = |part: &Part| Span {
            text: " ".repeat(usize::from(part.gap)) + &part.text,
            style: theme.status.patch(part.style),
        };
        parts.iter().map(span).collect()
    });
    let mode = props.mode.filter(|_| props.right.is_some());
    let active = props.tabs.iter().filter(|tab| tab.active).copied();
    let mut spare = paint::within(area, buf)
        .cols
        .saturating_sub(tabs::full_width(&active.collect::<Vec<_>>()));
    // What a person wrote is cut where there is no room; what we say ourselves is left out.
    let mut take = |cols: u16, written: bool| {
        let taken = match written {
            true if spare >= CUT => cols.min(spare),
            _ if cols <= spare => cols,
            _ => 0,
        };
        spare -= taken;
        taken
    };
    let left_cols = take(format::columns(&left), props.left.is_some());
    let right_cols = take(format::columns(&right), props.right.is_some());
    let mode_cols = take(mode.map_or(0, |mode| columns(mode) + 2), false);
    let mut regions = Vec::new();
    let mut piece = |x: u16, cols: u16, spans: &[Span], action| {
        let rect = Rect::new(x, area.y, cols, area.rows);
        Row::new(rect, buf).put_spans(spans, cols);
        regions.push(Region { rect, action });
    };
    piece(area.x, left_cols, &left, StatusAction::Workspace);
    let end = area.right().saturating_sub(right_cols);
    piece(end, right_cols, &right, StatusAction::Session);
    let tabs_end = end.saturating_sub(mode_cols);
    if let (Some(mode), true) = (mode, mode_cols > 0) {
        let mut row = Row::new(Rect::new(tabs_end, area.y, mode_cols, area.rows), buf);
        row.skip(1);
        row.put(mode, theme.key);
    }
    let from = area.x + left_cols;
    let room = Rect::new(from, area.y, tabs_end.saturating_sub(from), area.rows);
    put_tabs(room, buf, props, theme, &mut regions);
    regions
}

/// A piece of the right end.
struct Part {
    /// Columns left free before it.
    gap: u16,
    text: String,
    style: Style,
    action: Option<StatusAction>,
}

impl Part {
    fn cols(&self) -> u32 {
        u32::from(columns(&self.text)) + u32::from(self.gap)
    }
}

/// Whether the workspace's name is shown, and the richest right end that leaves room for the tabs:
/// all of them, or half the line.
fn choose(props: &StatusProps<'_>, name: u16, cols: u16, theme: &Theme) -> (bool, Vec<Part>) {
    let active = props.tabs.iter().filter(|tab| tab.active).copied();
    let one = tabs::full_width(&active.collect::<Vec<_>>()).saturating_add(2);
    let all = tabs::full_width(&props.tabs);
    let wanted = all.min(one.max(cols / 2));
    let fits = |parts: &[Part], name: u16, tabs: u16| {
        let right: u32 = parts.iter().map(Part::cols).sum();
        right + u32::from(name) + u32::from(tabs) <= u32::from(cols)
    };
    for level in 0..LEVELS - 1 {
        let parts = right_end(props, level, theme);
        if fits(&parts, name, wanted) {
            return (true, parts);
        }
    }
    for (name, tabs) in [(name, one.saturating_sub(2)), (0, one.saturating_sub(2))] {
        for level in [LEVELS - 3, LEVELS - 2] {
            let parts = right_end(props, level, theme);
            if fits(&parts, name, tabs) {
                return (name > 0, parts);
            }
        }
    }
    (false, right_end(props, LEVELS - 1, theme))
}

/// Everything; without claims; without the group; who waits in words; in short; nothing.
const LEVELS: usize = 6;

fn right_end(props: &StatusProps<'_>, level: usize, theme: &Theme) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut who = String::new();
    if let (Some(session), true) = (props.session, level <= 2) {
        who = paint::clip(session, 24);
    }
    if let (Some(group), true) = (props.group, level <= 1) {
        let star = if props.coordinator { "★" } else { "" };
        who.push_str(&format!(" · {star}{}", paint::clip(group, 24)));
    }
    if props.claims > 0 && level == 0 {
        who.push_str(&format!(" · {}", count(props.claims, "claim")));
    }
    if let (Some(mode), true) = (props.mode, level <= 3) {
        parts.push(Part {
            gap: 2,
            text: mode.to_owned(),
            style: theme.key,
            action: None,
        });
    }
    if !who.is_empty() {
        parts.push(Part {
            gap: 2,
            text: who,
            style: Style::new(),
            action: Some(StatusAction::Session),
        });
    }
    let unread = match (props.unread, level) {
        (0, _) | (_, 5..) => None,
        (n, 4) => Some((1, format!("{n} new"))),
        (n, _) => Some((2, format!("{n} unread"))),
    };
    parts.extend(unread.map(|(gap, text)| Part {
        gap,
        text,
        style: theme.key,
        action: Some(StatusAction::Session),
    }));
    let waiting = match (props.attention, level) {
        (0, _) | (_, 5..) => None,
        (n, 4) => Some((1, format!("▲{n}"))),
        (1, _) => Some((2, "▲ 1 waits".to_owned())),
        (n, _) => Some((2, format!("▲ {n} wait"))),
    };
    parts.extend(waiting.map(|(gap, text)| Part {
        gap,
        text,
        style: theme.warn,
        action: Some(StatusAction::Attention),
    }));
    if level <= 3 && !parts.is_empty() {
        // The last column stays free: a letter in the corner is easily lost.
        parts.push(Part {
            gap: 1,
            text: String::new(),
            style: Style::new(),
            action: None,
        });
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::super::tabs::tests::tabs;
    use super::*;
    use crate::ui::testing::{buffer, confined, drawn, styled};

    fn busy() -> StatusProps<'static> {
        StatusProps {
            workspace: "stoa",
            tabs: tabs(&["shell", "tests", "logs", "docs and changelog", "web"], 2),
            mode: None,
            session: Some("Forge"),
            group: Some("backend"),
            coordinator: true,
            claims: 2,
            unread: 0,
            attention: 1,
            left: None,
            right: None,
        }
    }

    fn line(cols: u16, props: &StatusProps<'_>) -> String {
        drawn(cols, 1, |area, buf, theme| {
            _ = render(area, buf, props, theme)
        })
    }

    #[test]
    fn what_matters_least_goes_first() {
        let props = busy();
        let widths = [120, 100, 80, 60, 40, 30, 20, 16, 12, 8, 5, 3, 2, 1];
        let lines: String = widths
            .into_iter()
            .map(|cols| {
                format!(
                    "{cols:>3} |{}|\n",
                    line(cols, &props).trim_end_matches('\n')
                )
            })
            .collect();
        insta::assert_snapshot!(lines);
    }

    #[test]
    fn a_fresh_workspace_says_little() {
        let props = StatusProps {
            workspace: "stoa",
            tabs: tabs(&["shell"], 1),
            session: Some("Ada"),
            ..StatusProps::default()
        };
        assert_eq!(
            line(40, &props),
            " stoa  1:shell*                     Ada\n"
        );
        let chord = StatusProps {
            mode: Some("C-b …"),
            ..props
        };
        assert_eq!(
            line(40, &chord),
            " stoa  1:shell*              C-b …  Ada\n"
        );
    }

    #[test]
    fn formats_make_way_for_the_tab_shown() {
        let span = |text: &str| {
            vec![Span {
                text: text.to_owned(),
                style: Style::new(),
            }]
        };
        let props = StatusProps {
            left: Some(span("[left]  ")),
            right: Some(span("right  03:04")),
            mode: Some("copy"),
            ..busy()
        };
        let widths = [120, 60, 40, 30, 20, 12, 5, 1];
        let lines: String = widths
            .into_iter()
            .map(|cols| {
                format!(
                    "{cols:>3} |{}|\n",
                    line(cols, &props).trim_end_matches('\n')
                )
            })
            .collect();
        insta::assert_snapshot!(lines);
        for cols in 0..40 {
            confined(cols, 1, |area, buf, theme| {
                _ = render(area, buf, &props, theme)
            });
        }
    }

    #[test]
    fn a_click_finds_what_it_meets() {
        let mut regions = Vec::new();
        let text = drawn(120, 1, |area, buf, theme| {
            regions = render(area, buf, &busy(), theme)
        });
        let at = |what: &str| {
            let x = text.split(what).next().unwrap().chars().count();
            crate::ui::hit(&regions, x as u16, 0).copied()
        };
        assert_eq!(at("stoa"), Some(StatusAction::Workspace));
        assert_eq!(at("2:tests"), Some(StatusAction::Tab(TabId(1))));
        assert_eq!(at("Forge"), Some(StatusAction::Session));
        assert_eq!(at("1 waits"), Some(StatusAction::Attention));
    }

    #[test]
    fn without_colours_the_tab_shown_stands_out() {
        let buf = buffer(80, 1, |area, buf, theme| {
            _ = render(area, buf, &busy(), theme)
        });
        let reversed = styled(&buf, Theme::plain().status);
        assert!(
            !reversed.contains("2:tests") && reversed.contains("3:logs"),
            "{reversed}"
        );
    }

    #[test]
    fn a_hostile_name_stays_in_its_cells() {
        let name = "\u{1b}]0;x\u{7}\u{202e}漢字".repeat(20);
        let mut props = busy();
        props.workspace = &name;
        props.session = Some(&name);
        props.tabs[1].name = &name;
        for cols in 0..130 {
            confined(cols, 1, |area, buf, theme| {
                _ = render(area, buf, &props, theme)
            });
        }
        confined(5, 0, |area, buf, theme| {
            _ = render(area, buf, &props, theme)
        });
    }
}
