//! Which rows changed, for any number of viewers.
//!
//! A counter runs up with each change, and each visible row keeps its value at its last change. A
//! viewer that remembers the counter it drew needs nothing else, and viewers need not be known.

/// Change numbers of the visible rows.
#[derive(Debug)]
pub(super) struct Damage {
    seq: u64,
    rows: Vec<u64>,
}

impl Damage {
    /// All rows changed just now, with number 1: a viewer that has seen nothing is at 0.
    pub(super) fn new(rows: u16) -> Damage {
        Damage {
            seq: 1,
            rows: vec![1; usize::from(rows)],
        }
    }

    pub(super) fn seq(&self) -> u64 {
        self.seq
    }

    /// A row that does not exist never changed.
    pub(super) fn row(&self, row: u16) -> u64 {
        self.rows.get(usize::from(row)).copied().unwrap_or(0)
    }

    /// Continues the count of another screen: every row changed after `seq`.
    pub(super) fn skip_to(&mut self, seq: u64) {
        self.seq = self.seq.max(seq) + 1;
        self.rows.fill(self.seq);
    }

    /// Every row of `rows` changed, however many there were before.
    pub(super) fn mark_all(&mut self, rows: u16) {
        self.seq += 1;
        self.rows.clear();
        self.rows.resize(usize::from(rows), self.seq);
    }

    /// These rows changed together.
    pub(super) fn mark(&mut self, rows: impl Iterator<Item = usize>) {
        let next = self.seq + 1;
        for row in rows {
            if let Some(number) = self.rows.get_mut(row) {
                *number = next;
                self.seq = next;
            }
        }
    }
}
