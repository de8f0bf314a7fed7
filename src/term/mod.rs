//! A pane's screen: bytes of a program in, cells, modes, replies and events out.
//!
//! [`Screen`] hides the engine (the grid of `alacritty_terminal`) behind our own parser actions,
//! so that nothing is dropped that an agent's terminal needs and every answer to the program
//! leaves in the order of the questions. The model: [`Screen::feed`] takes whatever the PTY gave,
//! split anywhere; afterwards the host fetches [`Screen::take_replies`] and [`Screen::take_events`]
//! and, when it draws, asks which rows changed since the number it saw last.
//!
//! Everything is bounded, whatever a program sends: strings, queues, stacks, marks on a cell.
//! A panic in the engine is caught here and shown in the pane. Nothing here does I/O, reads a
//! clock or knows of other panes, and no text leaves it for a title or a message with a control
//! character in it.

mod capture;
mod charset;
mod cluster;
mod color;
mod csi;
mod cursor;
mod damage;
mod dcs;
mod edit;
mod engine;
mod event;
mod frozen;
mod history;
mod image;
mod marks;
mod modes;
mod osc;
mod pack;
mod parser;
mod pens;
mod perform;
mod print;
mod rect;
mod report;
mod rows;
mod screen;
mod script;
mod scroll;
mod search;
mod select;
mod sgr;
pub(crate) mod sixel;
mod status;
mod switches;
#[cfg(test)]
mod tests;

pub use capture::Capture;
pub use color::{Palette, Rgb};
pub use event::{Clipboard, Event, Mark, Notification, clipboard_answer};
pub use frozen::{Anchor, Frozen, FrozenRow, Point};
pub use marks::Marks;
pub use modes::{Modes, MouseEncoding, MouseTracking};
pub use screen::Screen;
pub use search::{Found, Match, Search};
pub use select::Shape;
pub use status::{BlockedOn, ProgramState, StatusReport};
