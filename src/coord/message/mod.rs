//! Messages between sessions: sent once, received exactly once by each who was there, in the order
//! of their revisions, and kept until they have been dealt with.
//!
//! Sending never waits for anybody: it is one transaction, which writes the message once and puts it
//! before its readers ([`post()`]). A session's place moves only when it says that it has dealt with a
//! message (*acknowledged*); reading one only marks it. What is sent to many lies in a log, in which
//! each reader has a place of its own ([`mailbox`]); so a message to a thousand costs what one to two
//! costs, and who was not there does not get it.
//!
//! A message is words with a sender and a label that tells what kind of sender it is ([`trust`]). It
//! never grants a permission, and nothing in the store acts on what it says.
//!
//! Other rules tell people what they did by [`post()`](post::post()), inside their own transaction.

pub mod facade;
pub mod handle;
pub mod inbox;
pub mod mailbox;
pub mod overview;
pub mod post;
pub mod rate;
pub mod records;
pub mod trim;
pub mod trust;

pub use facade::{Filter, Opened};
pub use handle::{Acknowledged, Handled};
pub use inbox::{Inbox, Item};
pub use mailbox::Counts;
pub use post::{Address, Answer, Author, Draft, Sent, post};
pub use records::{Log, Message, Recipient, Sender, State};
pub use trust::{Trust, Voice};
