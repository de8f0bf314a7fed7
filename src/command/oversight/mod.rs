//! Commands that look at the whole: who did what, whether all is well, what to clean up.

pub mod audit;
pub mod cleanup;
pub mod doctor;
pub mod gather;
pub mod import;
pub mod metrics;
pub mod start;
