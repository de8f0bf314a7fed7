//! Fixes: what somebody did about an issue, put before others before it counts.
//!
//! A fix is proposed, approved or rejected, and applied. Who wrote it does not judge it: an approval
//! comes from another session, and a fix that nobody else approved is applied by another session.
//! (The setting `fixes.self-review` allows otherwise, to those who say that they mean it.) Applying
//! is one transaction: the fix, its issue, the claim, the other fixes that were waiting for
//! the same issue, the indexes and the audit trail change together or not at all.
//!
//! The author may propose it again under the same id; that is a new version, and what was said of
//! the old one is kept but does not count any more. A judgement can name the version it is about, so
//! that nobody approves what they have not read.

mod facade;
pub mod form;
mod info;
mod notices;
mod record;
mod results;
mod rules;

pub use facade::FixList;
pub use form::FixForm;
pub use info::{FixInfo, FixTotals};
pub use record::{Applied, Fix, Rejected, Review, State, Verdict};
pub use results::TestResults;
pub use rules::{Done, Judged, Proposal};

pub(super) use info::{Excerpt, totals};
pub(super) use record::{INDEX, PREFIX, get, ids, index_lines, put};
