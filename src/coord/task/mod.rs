//! Tasks: pieces of work that one session at a time has in hand.
//!
//! A task goes through the states of [`Status`], each step of which is one transaction. To have a task
//! in hand is to hold the claim of `task/ID`: the same lease, the same fencing token, lost in the same
//! ways ([`hold`]). Tasks may wait for others, without circles, and may be split into parts
//! ([`graph`]). Nobody reads all tasks to find one: an index by state is the queue ([`record`]).
//!
//! This module knows nothing of messages: what completing a task brought about is returned
//! ([`Consequences`]), with the sessions it concerns, for whoever tells them.

pub mod add;
mod api;
pub mod graph;
pub mod hold;
pub mod info;
pub mod outline;
pub mod queue;
pub mod record;
mod refusal;
pub mod similar;
pub mod split;
pub mod status;
pub mod suit;
pub mod work;

pub use add::{Added, NewTask};
pub use api::{Depend, Waited};
pub use graph::{Consequences, Related};
pub use info::{TaskInfo, TaskTotals};
pub use queue::{Assign, Assigned};
pub use record::{Claimer, Task};
pub use split::{Analysis, SplitTask, SplitUp};
pub use status::{Priority, Status, Step};
pub use work::{ClaimTask, Claimed, Finished, Reopened};
