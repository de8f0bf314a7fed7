//! How the panel's rows are shared out.

use super::PanelProps;
use crate::model::geometry::Rect;
use crate::model::panel::{Rows, Section};

/// Where everything goes.
#[derive(Debug, Default)]
pub struct Plan {
    /// Who acts, or the filter.
    pub header: Option<Rect>,
    /// What is wrong.
    pub trouble: Option<Rect>,
    /// The sections' names in one line, where there are no headings.
    pub names: Option<Rect>,
    /// The sections shown.
    pub parts: Vec<Part>,
    /// The selected record in full.
    pub detail: Option<Rect>,
    /// The keys.
    pub footer: Option<Rect>,
}

/// One section's cells.
#[derive(Debug)]
pub struct Part {
    /// Which.
    pub section: Section,
    /// Its heading, where it has one.
    pub heading: Option<Rect>,
    /// Its rows.
    pub rows: Rect,
}

/// The fewest rows of the current section.
const MIN_ROWS: u16 = 3;
/// The fewest rows with which the selected record is told, its heading included.
const MIN_DETAIL: u16 = 3;
/// More than this never helps.
const MAX_DETAIL: u16 = 9;

/// Divides `area`.
pub fn plan(area: Rect, rows: &Rows<'_>, props: &PanelProps<'_>) -> Plan {
    let mut plan = Plan::default();
    let mut top = area.y;
    let mut bottom = area.bottom();
    let line = |y| Rect::new(area.x, y, area.cols, 1);
    let typing = props.state.filtering;
    if area.rows >= 6 || (typing && area.rows >= 2) {
        plan.header = Some(line(top));
        top += 1;
    }
    if props.trouble.is_some() && bottom - top >= 2 {
        plan.trouble = Some(line(top));
        top += 1;
    }
    if bottom - top >= 6 && !props.hints.is_empty() {
        bottom -= 1;
        plan.footer = Some(line(bottom));
    }
    let sections = Section::ALL.into_iter();
    let sections: Vec<Section> = sections
        .filter(|section| props.state.shows(rows, *section))
        .collect();
    let height = bottom - top;
    let headings = sections.len() as u16;
    if height < headings + MIN_ROWS {
        if height >= 2 {
            plan.names = Some(line(top));
            top += 1;
        }
        plan.parts.push(Part {
            section: props.state.section,
            heading: None,
            rows: Rect::new(area.x, top, area.cols, bottom - top),
        });
        return plan;
    }
    let detail = match height / 4 {
        // Room for it is kept while the panel has the keys; nothing jumps as the selection moves.
        quarter
            if props.state.focused
                && rows.len(props.state.section) > 0
                && height >= headings + MIN_ROWS + MIN_DETAIL =>
        {
            quarter
                .min(height - headings - MIN_ROWS)
                .clamp(MIN_DETAIL, MAX_DETAIL)
        }
        _ => 0,
    };
    let shares = shares(
        height - headings - detail,
        rows,
        &sections,
        props.state.section,
    );
    for (section, share) in sections.into_iter().zip(shares) {
        plan.parts.push(Part {
            section,
            heading: Some(line(top)),
            rows: Rect::new(area.x, top + 1, area.cols, share),
        });
        top += 1 + share;
    }
    if detail > 0 {
        let left = (bottom - top).min(MAX_DETAIL);
        plan.detail = Some(Rect::new(area.x, bottom - left, area.cols, left));
    }
    plan
}

/// The rows of each section. The current one gets a few first; then every section with records gets
/// row after row in turn, so that each shows something before one shows all; then the current one
/// gets what it can still use; and what nobody needs goes to the first steps in empty sections.
fn shares(height: u16, rows: &Rows<'_>, sections: &[Section], current: Section) -> Vec<u16> {
    let records = |section: Section| u16::try_from(rows.len(section)).unwrap_or(u16::MAX);
    let mut shares = vec![0_u16; sections.len()];
    let mut left = height;
    let mut give = |shares: &mut Vec<u16>, at: usize, wanted: u16| {
        let more = wanted.saturating_sub(shares[at]).min(left);
        shares[at] += more;
        left -= more;
        more > 0
    };
    let empty = |section: Section| match rows.hidden {
        // Two lines of first steps.
        0 => 2,
        _ => 1,
    } * u16::from(rows.len(section) == 0);
    let here = sections.iter().position(|section| *section == current);
    if let Some(here) = here {
        give(
            &mut shares,
            here,
            records(current).max(empty(current)).min(MIN_ROWS),
        );
    }
    let fair = (height / sections.len().max(1) as u16).max(1);
    for round in 1..=fair {
        for (at, section) in sections.iter().enumerate() {
            give(&mut shares, at, records(*section).min(round));
        }
    }
    if let Some(here) = here {
        give(&mut shares, here, records(current));
    }
    let mut round = fair;
    loop {
        round += 1;
        let mut gave = false;
        for (at, section) in sections.iter().enumerate() {
            gave |= give(&mut shares, at, records(*section).min(round));
        }
        if !gave {
            break;
        }
    }
    for (at, section) in sections.iter().enumerate() {
        give(&mut shares, at, empty(*section));
    }
    shares
}
