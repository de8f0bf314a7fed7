//! The command prompt: the line, what it means, and what could be typed.

use ratatui::buffer::Buffer;

use super::Drawn;
use crate::model::geometry::Rect;
use crate::model::line_edit::LineEdit;
use crate::ui::Region;
use crate::ui::paint::{Row, columns, fill, page, tint, within};
use crate::ui::theme::{Theme, Tone};

/// A completion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// What would be typed.
    pub text: &'a str,
    /// What it is, in one line.
    pub note: &'a str,
}

/// The prompt.
#[derive(Debug, Clone, Copy)]
pub struct PromptProps<'a> {
    /// What stands before the line: `:`, or a question such as `rename tab:`.
    pub label: &'a str,
    /// What is typed.
    pub edit: &'a LineEdit,
    /// One line of help on the command being typed.
    pub help: Option<&'a str>,
    /// What could be typed here.
    pub candidates: &'a [Candidate<'a>],
    /// The candidate chosen.
    pub chosen: Option<usize>,
    /// What the last command said.
    pub result: Option<(Tone, &'a str)>,
    /// What stands at the line's right end.
    pub note: Option<&'a str>,
}

/// Candidates shown at once.
const MAX_ROWS: u16 = 8;

/// Draws the prompt from the last row of `area` upwards. A click answers the candidate's place.
pub fn render(
    area: Rect,
    buf: &mut Buffer,
    props: &PromptProps<'_>,
    theme: &Theme,
) -> Drawn<usize> {
    let area = within(area, buf);
    if area.is_empty() {
        return Drawn::new(area);
    }
    let line = |y| Rect::new(area.x, y, area.cols, 1);
    let mut top = area.bottom() - 1;
    let mut drawn = Drawn::new(area);
    drawn.cursor = Some(input(line(top), buf, props, theme));
    let told = props.result.or(props.help.map(|help| (Tone::Info, help)));
    if let (Some((tone, text)), true) = (told, top > area.y) {
        top -= 1;
        fill(line(top), buf, theme.overlay);
        let mut row = Row::new(line(top), buf);
        row.skip(1);
        row.put(
            text,
            if tone == Tone::Info {
                theme.muted
            } else {
                theme.tone(tone)
            },
        );
    }
    let len = props.candidates.len();
    let rows = u16::try_from(len)
        .unwrap_or(u16::MAX)
        .min(MAX_ROWS)
        .min(top - area.y);
    let shown = page(len, rows, props.chosen.unwrap_or(0));
    let texts = props.candidates.get(shown.clone()).unwrap_or_default();
    let text_cols = texts
        .iter()
        .map(|c| columns(c.text))
        .max()
        .unwrap_or(0)
        .min(area.cols / 2);
    top -= u16::try_from(shown.len()).unwrap_or(0);
    for (y, (at, candidate)) in (top..).zip(shown.zip(texts)) {
        fill(line(y), buf, theme.overlay);
        let mut row = Row::new(line(y), buf);
        row.skip(1);
        row.put_padded(candidate.text, text_cols, theme.text);
        row.skip(2);
        row.put(candidate.note, theme.muted);
        if props.chosen == Some(at) {
            tint(line(y), buf, theme.selected);
        }
        drawn.regions.push(Region {
            rect: line(y),
            action: at,
        });
    }
    drawn.rect = Rect::new(area.x, top, area.cols, area.bottom() - top);
    drawn
}

fn input(rect: Rect, buf: &mut Buffer, props: &PromptProps<'_>, theme: &Theme) -> (u16, u16) {
    fill(rect, buf, theme.overlay);
    let mut row = Row::new(rect, buf);
    let label = row.room() / 2;
    row.put_within(props.label, label.max(1), theme.key);
    if let Some(note) = props.note
        && columns(note).saturating_add(8) <= row.room()
    {
        row.put_right(note, theme.muted);
        row.skip_right(1);
    }
    let window = props.edit.window(row.room());
    let text = row.put(window.text, theme.text);
    (text.x + window.cursor, rect.y)
}
