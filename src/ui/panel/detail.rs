//! The selected record in full, below the sections.

use ratatui::buffer::Buffer;

use super::{
    Context, activity, attention, claims, context, groups, issues, messages, peers, tasks,
};
use crate::model::geometry::Rect;
use crate::model::panel::{Rows, Section};
use crate::ui::paint::{Row, wrap};

/// The widest label, and a space.
const LABEL: u16 = 12;

/// Draws a line with the record's name, then as many of its fields as fit.
pub fn render(area: Rect, buf: &mut Buffer, cx: &Context<'_>, rows: &Rows<'_>) {
    let Some((name, fields)) = selected(cx, rows) else {
        return;
    };
    let line = |y| Rect::new(area.x, y, area.cols, 1);
    let mut row = Row::new(line(area.y), buf);
    row.put("──", cx.theme.border);
    let title = crate::ui::paint::clip(name, row.room().saturating_sub(3));
    row.put(&format!(" {title} "), cx.theme.accent);
    row.put(&"─".repeat(usize::from(row.room())), cx.theme.border);
    let mut y = area.y + 1;
    for (at, (label, text)) in fields.iter().enumerate() {
        let room = area.cols.saturating_sub(LABEL + 2);
        let left = usize::from(area.bottom().saturating_sub(y));
        // Each of the fields still to come keeps a line as far as there are any.
        let most = left.saturating_sub(fields.len() - at - 1).clamp(1, 4);
        for (n, text) in wrap(text, room, most.min(left)).iter().enumerate() {
            let mut row = Row::new(line(y), buf);
            row.skip(1);
            row.put_padded(if n == 0 { label } else { "" }, LABEL, cx.theme.muted);
            row.put(text, cx.theme.text);
            y += 1;
        }
    }
}

type Fields = Vec<(&'static str, String)>;

fn selected<'a>(cx: &Context<'_>, rows: &'a Rows<'_>) -> Option<(&'a str, Fields)> {
    let state = cx.props.state;
    let at = state.row(rows, state.section)?;
    Some(match state.section {
        Section::Groups => {
            let group = rows.groups.get(at)?;
            (&group.name, groups::detail(cx, group))
        }
        Section::Peers => {
            let session = rows.peers.get(at)?;
            (&session.name, peers::detail(cx, session))
        }
        Section::Context => {
            let (group, entry) = rows.context.get(at)?;
            (&entry.key, context::detail(group, entry))
        }
        Section::Claims => {
            let claim = rows.claims.get(at)?;
            (&claim.key, claims::detail(cx, claim))
        }
        Section::Messages => {
            let message = rows.messages.get(at)?;
            (&message.subject, messages::detail(cx, message))
        }
        Section::Tasks => {
            let task = rows.tasks.get(at)?;
            (&task.task_id, tasks::detail(cx, task))
        }
        Section::Attention => {
            let one = rows.attention.get(at)?;
            (one.what.as_str(), attention::detail(one))
        }
        Section::Issues => issues::detail(cx, rows.cases.get(at)?),
        Section::Activity => {
            let entry = rows.activity.get(at)?;
            (entry.action.as_str(), activity::detail(cx, entry))
        }
    })
}
