//! The tab list: `1:shell  2:tests!  3:logs-`, as much of it as there is room for.
//!
//! The tab shown is always in it. Tabs that do not fit are hinted at by an arrow on their side; a
//! click on the arrow means the nearest of them.

use ratatui::buffer::Buffer;
use ratatui::style::Style;

use super::Region;
use super::format::{self, Span};
use super::paint::{Row, clip, columns};
use super::theme::Theme;
use crate::model::geometry::Rect;
use crate::model::id::TabId;

/// The longest name shown while there are several tabs, in columns.
const MAX_NAME: u16 = 20;

/// One tab as it is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TabLabel<'a> {
    /// What a click on it means.
    pub id: TabId,
    /// The number people type.
    pub number: usize,
    /// Its name, untrusted.
    pub name: &'a str,
    /// The tab shown.
    pub active: bool,
    /// The tab shown before: `-`.
    pub last: bool,
    /// A pane fills it: `Z`.
    pub zoomed: bool,
    /// A bell rang in it: `!`.
    pub bell: bool,
    /// Something was printed in it: `#`.
    pub activity: bool,
    /// An agent in it waits for somebody: `▲`.
    pub blocked: bool,
    /// What is shown instead of number, name and marks.
    pub own: Option<&'a [Span]>,
}

impl TabLabel<'_> {
    /// Columns it takes whole.
    fn width(&self) -> u16 {
        match self.own {
            // One column keeps it apart from the next.
            Some(spans) => format::columns(spans).saturating_add(1),
            None => columns(&self.text(MAX_NAME)),
        }
    }

    fn text(&self, max_name: u16) -> String {
        let marks = [
            (self.blocked, '▲'),
            (self.bell, '!'),
            (self.activity, '#'),
            (self.zoomed, 'Z'),
            (self.last, '-'),
            (self.active, '*'),
        ];
        let marks: String = marks
            .into_iter()
            .filter(|(on, _)| *on)
            .map(|(_, mark)| mark)
            .collect();
        let space = if marks.is_empty() { " " } else { "" };
        format!(
            " {}:{}{marks}{space}",
            self.number,
            clip(self.name, max_name)
        )
    }

    fn style(&self, theme: &Theme) -> Style {
        match self {
            TabLabel { active: true, .. } => theme.tab_active,
            TabLabel { bell: true, .. } | TabLabel { blocked: true, .. } => theme.tab_bell,
            _ => theme.tab,
        }
    }
}

/// The columns all tabs take together.
pub fn full_width(tabs: &[TabLabel<'_>]) -> u16 {
    let widths = tabs.iter().map(TabLabel::width);
    widths.fold(0, u16::saturating_add)
}

/// Draws the list into the first row of `area`; answers where each tab is.
pub fn render(
    area: Rect,
    buf: &mut Buffer,
    tabs: &[TabLabel<'_>],
    theme: &Theme,
) -> Vec<Region<TabId>> {
    let mut row = Row::new(area, buf);
    let shown = visible(tabs, row.room());
    let mut regions = Vec::with_capacity(shown.len() + 2);
    let before = shown.start.checked_sub(1).and_then(|at| tabs.get(at));
    let after = tabs.get(shown.end);
    // An arrow is worth its column only beside a tab that can be read.
    let arrows = row.room() >= 8;
    if let (Some(hidden), true) = (before, arrows) {
        let rect = row.put("‹", hidden.style(theme));
        regions.push(Region {
            rect,
            action: hidden.id,
        });
    }
    let several = tabs.len() > 1;
    for tab in tabs.get(shown).unwrap_or_default() {
        if let Some(spans) = tab.own {
            let room = row.room() - u16::from(after.is_some() && arrows);
            let rect = row.put_spans(spans, room);
            row.skip(1);
            let action = tab.id;
            regions.push(Region { rect, action });
            continue;
        }
        let text = tab.text(if several { MAX_NAME } else { u16::MAX });
        // In very little room the number and the name's first letters beat the padding.
        let text = if columns(&text) > row.room() {
            text.trim()
        } else {
            &text
        };
        let room = row.room() - u16::from(after.is_some() && arrows);
        let rect = row.put_within(text, room, tab.style(theme));
        regions.push(Region {
            rect,
            action: tab.id,
        });
    }
    if let (Some(hidden), true) = (after, arrows) {
        let rect = row.put("›", hidden.style(theme));
        regions.push(Region {
            rect,
            action: hidden.id,
        });
    }
    regions
}

/// The tabs around the one shown that fit into `room`, arrows included.
fn visible(tabs: &[TabLabel<'_>], room: u16) -> std::ops::Range<usize> {
    if full_width(tabs) <= room {
        return 0..tabs.len();
    }
    let width = |at: usize| tabs.get(at).map(TabLabel::width);
    let active = tabs.iter().position(|tab| tab.active).unwrap_or(0);
    let mut shown = active..(active + 1).min(tabs.len());
    let mut used = width(active).unwrap_or(0).saturating_add(2);
    loop {
        let after = width(shown.end).filter(|cols| used + cols <= room);
        if let Some(cols) = after {
            used += cols;
            shown.end += 1;
        }
        let before = shown.start.checked_sub(1).and_then(width);
        let before = before.filter(|cols| used + cols <= room);
        if let Some(cols) = before {
            used += cols;
            shown.start -= 1;
        }
        if after.is_none() && before.is_none() {
            return shown;
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::ui::testing::{confined, drawn};

    /// Tabs `1:a  2:b …`, the one numbered `active` shown.
    pub fn tabs<'a>(names: &[&'a str], active: usize) -> Vec<TabLabel<'a>> {
        let tab = |(at, name): (usize, &&'a str)| TabLabel {
            id: TabId(at as u32),
            number: at + 1,
            name,
            active: at + 1 == active,
            last: false,
            zoomed: false,
            bell: false,
            activity: false,
            blocked: false,
            own: None,
        };
        names.iter().enumerate().map(tab).collect()
    }

    fn line(cols: u16, tabs: &[TabLabel<'_>]) -> String {
        drawn(cols, 1, |area, buf, theme| {
            _ = render(area, buf, tabs, theme)
        })
    }

    const NAMES: [&str; 5] = [
        "shell",
        "tests",
        "logs",
        "a very long name for a tab",
        "web",
    ];

    #[test]
    fn as_many_tabs_as_fit_around_the_one_shown() {
        let three = tabs(&NAMES, 3);
        assert_eq!(
            line(80, &three),
            " 1:shell  2:tests  3:logs* 4:a very long name fo…  5:web\n"
        );
        assert_eq!(line(40, &three), "‹ 3:logs* 4:a very long name fo… ›\n");
        assert_eq!(line(12, &three), "‹ 3:logs*›\n");
        assert_eq!(line(5, &three), "3:lo…\n");
        assert_eq!(line(3, &three), "3:…\n");
        assert_eq!(line(1, &three), "…\n");
        assert_eq!(line(12, &tabs(&NAMES, 1)), " 1:shell*›\n");
        assert_eq!(line(12, &tabs(&NAMES, 5)), "‹ 5:web*\n");
        assert_eq!(line(0, &three), "");
        assert_eq!(line(20, &[]), "\n");
    }

    #[test]
    fn marks_tell_what_happened_in_a_tab() {
        let mut marked = tabs(&["a", "b", "c", "d"], 1);
        marked[0].zoomed = true;
        marked[1].last = true;
        marked[2].bell = true;
        marked[3].activity = true;
        marked[3].blocked = true;
        assert_eq!(line(40, &marked), " 1:aZ* 2:b- 3:c! 4:d▲#\n");
    }

    #[test]
    fn a_click_finds_its_tab() {
        let tabs = tabs(&NAMES, 3);
        let mut regions = Vec::new();
        drawn(40, 1, |area, buf, theme| {
            regions = render(area, buf, &tabs, theme)
        });
        let at = |x| crate::ui::hit(&regions, x, 0).map(|id| id.0 + 1);
        assert_eq!(
            [0, 1, 12, 33, 39].map(at),
            [Some(2), Some(3), Some(4), Some(5), None]
        );
    }

    #[test]
    fn nothing_is_drawn_outside() {
        for cols in 0..30 {
            confined(cols, 1, |area, buf, theme| {
                _ = render(area, buf, &tabs(&NAMES, 2), theme)
            });
        }
    }
}
