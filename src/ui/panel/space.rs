//! How the panel's rows are shared out.

use super::PanelProps;
use crate::model::geometry::Rect;
use crate::model::panel::{Rows, SECTIONS, Section};

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
    let height = bottom - top;
    if height < 2 * SECTIONS as u16 {
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
    let shares = shares(height - SECTIONS as u16, rows, props.state.section);
    for (section, share) in Section::ALL.into_iter().zip(shares) {
        plan.parts.push(Part {
            section,
            heading: Some(line(top)),
            rows: Rect::new(area.x, top + 1, area.cols, share),
        });
        top += 1 + share;
    }
    let left = bottom.saturating_sub(top);
    if left >= MIN_DETAIL && props.state.focused {
        let height = left.min(MAX_DETAIL);
        plan.detail = Some(Rect::new(area.x, bottom - height, area.cols, height));
    }
    plan
}

/// The rows of each section: what it wants while there is enough, else an equal share, and what
/// others leave over to the current section first.
fn shares(height: u16, rows: &Rows<'_>, current: Section) -> [u16; SECTIONS] {
    let wanted = Section::ALL.map(|section| match rows.len(section) {
        0 if rows.hidden > 0 => 1,
        // Two lines of first steps.
        0 => 2,
        len => u16::try_from(len).unwrap_or(u16::MAX),
    });
    let mut shares = [1_u16; SECTIONS];
    let mut left = height.saturating_sub(SECTIONS as u16);
    // Round by round one row for everybody who wants more.
    while left > 0 {
        let before = left;
        for (share, wanted) in shares.iter_mut().zip(wanted) {
            if *share < wanted && left > 0 && *share < height / SECTIONS as u16 {
                *share += 1;
                left -= 1;
            }
        }
        if left == before {
            break;
        }
    }
    let order = [current].into_iter().chain(Section::ALL);
    for at in order.map(Section::index) {
        let more = wanted[at].saturating_sub(shares[at]).min(left);
        shares[at] += more;
        left -= more;
    }
    shares
}
