//! What was said to people at terminals lately, for `show-messages`.

use std::collections::VecDeque;

/// How many are kept.
const KEPT: usize = 50;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// When (loop time, ms).
    pub ms: u64,
    /// What.
    pub text: String,
    /// Whether something failed.
    pub error: bool,
}

/// The last ones, the newest last.
#[derive(Debug, Default)]
pub struct Messages(VecDeque<Said>);

impl Messages {
    /// Keeps one; what several terminals were told at the same moment is one.
    pub fn keep(&mut self, said: Said) {
        if self.0.back() == Some(&said) {
            return;
        }
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back(said);
    }

    /// The newest first.
    pub fn newest(&self) -> impl Iterator<Item = &Said> {
        self.0.iter().rev()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_ones_are_kept() {
        let mut messages = Messages::default();
        for ms in 0..60 {
            for _ in 0..2 {
                messages.keep(Said {
                    ms,
                    text: "x".to_owned(),
                    error: false,
                });
            }
        }
        let times: Vec<u64> = messages.newest().map(|said| said.ms).collect();
        assert_eq!(times, (10..60).rev().collect::<Vec<_>>());
    }
}
