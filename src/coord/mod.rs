//! How sessions work together: identity, groups, context and claims.
//!
//! Every rule is a pure function of records, time and request, decided inside one transaction of
//! the store. This module knows keys, revisions and leases; it knows nothing of files, SQL,
//! terminals or panes' contents.

pub mod fingerprint;
pub mod glob;
pub mod key;
pub mod lease;
pub mod names;
pub mod snapshot;
