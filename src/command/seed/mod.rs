//! Words of older tools whose arguments stand in another order than ours: each does the same as one
//! of our commands, through the same rule, and its help says which.

pub mod board;
pub mod claim;
pub mod heartbeat;
pub mod start;
