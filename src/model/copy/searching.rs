//! Searching in copy mode: as one types, and on from match to match.
//!
//! A text may be long, so that a search is done a piece at a time; a jump to a match that is not
//! known yet waits for its piece.

use super::CopyMode;
use crate::term::{Found, Match, Point, Search};

/// How many bytes of packed text a search looks at in a turn of the loop: about a millisecond.
const SEARCH_BUDGET: usize = 192 * 1024;

/// A pattern and the way it is searched.
#[derive(Debug, Clone)]
pub struct Searching {
    /// The pattern and what is known of its matches.
    pub search: Search,
    /// The way it was typed for, which `n` goes on.
    pub forward: bool,
    /// A jump that waits until enough has been searched.
    pub(super) jump: Option<Jump>,
}

/// A jump to the next match from a cell.
#[derive(Debug, Clone, Copy)]
pub(super) struct Jump {
    pub(super) from: Point,
    forward: bool,
}

/// What a jump came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Landed {
    /// There, or there is nothing to wait for.
    Here,
    /// There, beyond the end of the text.
    Wrapped,
    /// More has to be searched first.
    Later,
    /// There is no match.
    Nowhere,
}

/// Where a search being typed began, to return to if it is given up.
#[derive(Debug, Clone)]
pub struct Trial {
    pub(super) origin: Point,
    top: usize,
    before: Option<Searching>,
}

impl CopyMode {
    /// Begins a search being typed.
    pub fn begin_trial(&mut self) {
        self.trial = Some(Trial {
            origin: self.cursor,
            top: self.top,
            before: self.searching.take(),
        });
    }

    /// The pattern typed so far: goes to the first match from where typing began.
    pub fn try_pattern(&mut self, pattern: &str, forward: bool) -> Landed {
        let Some(Trial { origin, top, .. }) = self.trial else {
            return Landed::Nowhere;
        };
        self.top = top;
        self.go(origin);
        self.search(pattern, forward)
    }

    /// Gives the search being typed up: everything is as before.
    pub fn drop_trial(&mut self) {
        if let Some(Trial {
            origin,
            top,
            before,
        }) = self.trial.take()
        {
            self.searching = before;
            self.top = top;
            self.go(origin);
        }
    }

    /// Keeps the search being typed; without a pattern the one before goes on.
    pub fn keep_trial(&mut self, forward: bool) -> Landed {
        let Some(Trial { before, .. }) = self.trial.take() else {
            return Landed::Here;
        };
        if self.searching.is_some() {
            return Landed::Here;
        }
        self.searching = before;
        match (&mut self.searching, self.recalled.clone()) {
            (Some(searching), _) => searching.forward = forward,
            (None, Some(pattern)) => return self.search(&pattern, forward),
            (None, None) => {}
        }
        self.search_again(true)
    }

    /// Marks what matches without going anywhere.
    pub fn search_later(&mut self, search: Option<Search>, forward: bool) {
        self.searching = search.map(|search| Searching {
            search,
            forward,
            jump: None,
        });
    }

    /// Searches for a pattern from the cursor on.
    pub fn search(&mut self, pattern: &str, forward: bool) -> Landed {
        self.search_later(Search::new(pattern, &self.text), forward);
        match self.searching {
            Some(_) => self.search_again(true),
            // Nothing is to be found; what was searched for before is another matter.
            None => Landed::Nowhere,
        }
    }

    /// Goes to the next match, the same way as the search or the other. What was searched for before
    /// the mode began is searched backward, since one begins at the end.
    pub fn search_again(&mut self, same_way: bool) -> Landed {
        let from = self.cursor;
        if let (None, Some(pattern)) = (&self.searching, &self.recalled) {
            self.search_later(Search::new(pattern, &self.text), false);
        }
        let Some(searching) = &mut self.searching else {
            return Landed::Nowhere;
        };
        let forward = searching.forward == same_way;
        searching.jump = Some(Jump { from, forward });
        self.search_on()
    }

    /// Whether there is more to search.
    pub fn is_searching(&self) -> bool {
        let searching = self.searching.as_ref();
        searching.is_some_and(|searching| !searching.search.is_done())
    }

    /// Searches a bounded piece more, and jumps if that is now possible.
    pub fn search_on(&mut self) -> Landed {
        let Some(searching) = &mut self.searching else {
            return Landed::Here;
        };
        let (start, forward) = match searching.jump {
            None => (self.text.block_of(self.cursor), searching.forward),
            Some(jump) => match searching.search.next(&self.text, jump.from, jump.forward) {
                Found::Later(block) => (block, jump.forward),
                _ => (self.text.block_of(jump.from), jump.forward),
            },
        };
        searching
            .search
            .work(&self.text, start, forward, SEARCH_BUDGET);
        let Some(jump) = searching.jump else {
            return Landed::Here;
        };
        match searching.search.next(&self.text, jump.from, jump.forward) {
            Found::Later(_) => Landed::Later,
            Found::Nowhere => {
                searching.jump = None;
                Landed::Nowhere
            }
            Found::At { found, wrapped } => {
                searching.jump = None;
                self.jump(found.start);
                match wrapped {
                    true => Landed::Wrapped,
                    false => Landed::Here,
                }
            }
        }
    }

    /// Matches in the window.
    pub fn matches(&self) -> Vec<Match> {
        match &self.searching {
            None => Vec::new(),
            Some(searching) => {
                let search = &searching.search;
                search.in_rows(&self.text, self.top, self.height())
            }
        }
    }

    /// The number of the match at the cursor, how many there are, and whether that is all.
    pub fn tally(&self) -> Option<(Option<usize>, usize, bool)> {
        let search = &self.searching.as_ref()?.search;
        let number = search.number(&self.text, self.cursor);
        Some((number, search.total(), search.is_done()))
    }
}
