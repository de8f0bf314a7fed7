//! Issues: what is wrong with the work, how bad it is, and who is at it.
//!
//! An issue is new, in progress, in review, resolved or closed. Who works on it holds a claim on
//! `issue/ID` through the one claim primitive, with the same lease and token as any other; the record
//! only remembers the owner's name. An owner whose claim is void (it died, or its lease is over) owns
//! nothing: readers show the issue as new at once, and whoever changes something next writes it
//! down, with the attempt noted. An issue that has a fix to be looked at is in review, whether or
//! not its owner is still there.
//!
//! Besides the record there is one index, ordered by status, severity and revision, kept by
//! [`record::put`] and by nothing else: counting and listing touch what they show, not all issues.
//! Whose issues are whose needs none: the claims of a session are indexed already.
//!
//! An issue's id is compared as it was given. Only file names are made from it, and never read back.

mod facade;
pub mod form;
mod info;
mod listing;
mod record;
mod rules;

pub use form::IssueForm;
pub use info::{IssueInfo, IssueTotals};
pub use listing::{InHand, List, Listed};
pub use record::{Issue, Resolution, Severity, Status, Step, Who};
pub use rules::{Claimed, NewIssue, give_back_lost};

pub(super) use facade::{deed, note};
pub(super) use info::{Excerpt, Owned, sound, totals, written_totals};
pub(super) use listing::{latest, list};
pub(super) use record::{INDEX, PREFIX, claim_key, get, index_lines, mint, open_ids, put};
pub(super) use rules::{check_files, end, existing, own_for_fix, owner, settle, step};
