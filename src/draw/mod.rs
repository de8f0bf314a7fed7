//! What people see: cells, surfaces of cells, and the bytes that bring a terminal up to date.
//!
//! A [`Surface`] is a rectangle of [`Cell`]s plus a cursor: the whole picture one client should
//! see. Panes write their rows into it, widgets are copied into it from a ratatui buffer, and an
//! [`Encoder`] (one per client) turns the difference to what that terminal already shows into a
//! frame. The invariant: a cell holds printable text of one or two columns and nothing else, so no
//! control character of an untrusted program, name or message can reach the outer terminal.
//! Nothing here does I/O, reads a clock or knows what a pane is.

mod caps;
mod cell;
mod encoder;
mod escaped;
mod image;
mod pen;
mod pixels;
mod plate;
mod sixel;
mod style;
mod surface;
mod terminals;
#[cfg(test)]
mod tests;
pub mod text;
mod widgets;

pub(crate) use caps::palette;
pub use caps::{Caps, ColorDepth, Notify};
pub use cell::{Cell, Link};
pub use encoder::Encoder;
pub use escaped::escaped_row;
pub use image::{Image, PixelFormat, Pixels};
pub(crate) use image::{PLACEHOLDER, mark as image_mark};
pub use style::{Attrs, Color, ColorKind, Style, Underline};
pub use surface::{Cursor, CursorShape, RowSpan, Surface};
pub use terminals::{Choice, Feature};
pub use widgets::widget_color;
