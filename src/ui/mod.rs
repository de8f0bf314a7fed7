//! How it looks: pure functions from plain data to cells.
//!
//! Every part has a `render` that takes an area, a ratatui [`Buffer`], its own small props and the
//! [`theme::Theme`], and draws inside that area and nowhere else. Nothing here knows the server's
//! state, reads a clock, or keeps anything between two frames: the same props give the same cells.
//! Where the mouse can act, `render` answers the [`Region`]s it drew.
//!
//! Texts from agents and programs are untrusted. All of them reach the buffer through
//! [`paint`], which takes out control characters and those that reorder their neighbours. Every
//! part draws something sane at any size, an empty area included.
//!
//! [`Buffer`]: ratatui::buffer::Buffer

pub mod border;
pub mod copy;
pub mod draw;
pub mod format;
pub mod frame;
pub mod hit;
pub mod over;
pub mod overlay;
pub mod paint;
pub mod panel;
pub mod parts;
pub mod status;
pub mod tabs;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
pub mod theme;

use crate::model::geometry::Rect;

/// A place where a click does something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region<A> {
    /// Its cells.
    pub rect: Rect,
    /// What a click there means.
    pub action: A,
}

/// What the cell at `x`, `y` means: the last drawn of those that cover it.
pub fn hit<A>(regions: &[Region<A>], x: u16, y: u16) -> Option<&A> {
    let found = regions.iter().rfind(|region| region.rect.contains(x, y));
    found.map(|region| &region.action)
}
