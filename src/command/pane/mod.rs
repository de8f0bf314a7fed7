//! Commands on panes.

pub mod break_out;
pub mod capture;
pub mod clear_history;
pub mod close;
pub mod float;
pub mod focus;
pub mod join;
pub mod list;
pub mod mark;
pub mod new;
pub mod open;
pub mod pipe;
pub mod popup;
pub mod rename;
pub mod resize;
pub mod restart;
pub mod run;
pub mod scrollback;
pub mod send_keys;
pub mod shift;
pub mod split;
pub mod stack;
pub mod swap;
pub mod wait;

use clap::Args;

use crate::model::geometry::Direction;

/// One of four directions, as flags.
#[derive(Debug, Clone, Copy, Default, Args)]
#[group(multiple = false)]
pub struct Towards {
    /// Towards the left
    #[arg(short = 'L', long)]
    pub left: bool,
    /// Towards the right
    #[arg(short = 'R', long)]
    pub right: bool,
    /// Upwards
    #[arg(short = 'U', long)]
    pub up: bool,
    /// Downwards
    #[arg(short = 'D', long)]
    pub down: bool,
}

impl Towards {
    /// The direction given, if any.
    pub fn direction(self) -> Option<Direction> {
        match self {
            Towards { left: true, .. } => Some(Direction::Left),
            Towards { right: true, .. } => Some(Direction::Right),
            Towards { up: true, .. } => Some(Direction::Up),
            Towards { down: true, .. } => Some(Direction::Down),
            _ => None,
        }
    }
}
