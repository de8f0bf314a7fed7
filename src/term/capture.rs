//! Rows of a frozen text for programs: plain, or with their looks as escape sequences.

use super::frozen::Frozen;
use crate::draw::{Surface, escaped_row};
use crate::model::geometry::{Rect, Size};

/// Rows to be printed, and how.
#[derive(Debug, Clone)]
pub struct Capture {
    /// The text they are part of.
    pub text: Frozen,
    /// The first row.
    pub first: usize,
    /// How many.
    pub count: usize,
    /// With their looks.
    pub escapes: bool,
    /// Rows that continue each other are one line.
    pub join: bool,
    /// Spaces at the ends of lines stay.
    pub trailing: bool,
}

impl Capture {
    /// The lines.
    pub fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        let mut continues = false;
        let (mut at, end) = (self.first, self.first.saturating_add(self.count));
        while at < end {
            let rows = self.text.rows_from(at, (end - at).min(512));
            if rows.is_empty() {
                break;
            }
            for row in &rows {
                let text = match self.escapes {
                    true => self.escaped(at),
                    false => row.text(0, usize::MAX),
                };
                match lines.last_mut() {
                    Some(line) if continues && self.join => line.push_str(&text),
                    _ => lines.push(text),
                }
                continues = row.wraps;
                at += 1;
            }
        }
        if !self.trailing && !self.escapes {
            for line in &mut lines {
                line.truncate(line.trim_end_matches(' ').len());
            }
        }
        lines
    }

    fn escaped(&self, row: usize) -> String {
        let columns = u16::try_from(self.text.columns()).unwrap_or(u16::MAX);
        let mut surface = Surface::new(Size::new(columns, 1));
        self.text
            .draw(row, 0, &mut surface, Rect::new(0, 0, columns, 1));
        escaped_row(&surface, 0)
    }
}
