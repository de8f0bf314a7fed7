//! From ratatui's buffer, in which widgets are drawn, to a surface.

use ratatui::buffer::Buffer;
use ratatui::style::{Color as WidgetColor, Modifier};
use unicode_width::UnicodeWidthStr;

use super::style::{Attrs, Color, Style, Underline};
use super::surface::Surface;
use crate::model::geometry::Rect;

const MODIFIERS: [(Modifier, Attrs); 8] = [
    (Modifier::BOLD, Attrs::BOLD),
    (Modifier::DIM, Attrs::DIM),
    (Modifier::ITALIC, Attrs::ITALIC),
    (Modifier::SLOW_BLINK, Attrs::BLINK),
    (Modifier::RAPID_BLINK, Attrs::BLINK),
    (Modifier::REVERSED, Attrs::INVERSE),
    (Modifier::HIDDEN, Attrs::HIDDEN),
    (Modifier::CROSSED_OUT, Attrs::STRIKE),
];

impl Surface {
    /// Copies a part of a widget buffer to the same place of this surface.
    ///
    /// `area` is in the buffer's own coordinates; what lies outside either is left out.
    pub fn draw_buffer(&mut self, buffer: &Buffer, area: Rect) {
        let size = self.size();
        for y in area.y..area.bottom().min(size.rows) {
            let mut span = self.span(area.x, y, area.cols);
            while span.written() < span.columns() {
                let Some(cell) = buffer.cell((area.x + span.written(), y)) else {
                    break;
                };
                let symbol = cell.symbol();
                let style = widget_style(cell);
                if !span.push_cluster(symbol, symbol.width(), style) {
                    break;
                }
            }
        }
    }
}

fn widget_style(cell: &ratatui::buffer::Cell) -> Style {
    let mut attrs = Attrs::NONE;
    if !cell.modifier.is_empty() {
        for (modifier, attr) in MODIFIERS {
            if cell.modifier.contains(modifier) {
                attrs = attrs | attr;
            }
        }
        if cell.modifier.contains(Modifier::UNDERLINED) {
            attrs = attrs.with_underline(Underline::Single);
        }
    }
    Style {
        fg: widget_color(cell.fg),
        bg: widget_color(cell.bg),
        underline: widget_color(cell.underline_color),
        attrs,
    }
}

/// The same colour in our terms; ratatui's sixteen names are palette entries.
pub fn widget_color(color: WidgetColor) -> Color {
    match color {
        WidgetColor::Reset => Color::DEFAULT,
        WidgetColor::Black => Color::indexed(0),
        WidgetColor::Red => Color::indexed(1),
        WidgetColor::Green => Color::indexed(2),
        WidgetColor::Yellow => Color::indexed(3),
        WidgetColor::Blue => Color::indexed(4),
        WidgetColor::Magenta => Color::indexed(5),
        WidgetColor::Cyan => Color::indexed(6),
        WidgetColor::Gray => Color::indexed(7),
        WidgetColor::DarkGray => Color::indexed(8),
        WidgetColor::LightRed => Color::indexed(9),
        WidgetColor::LightGreen => Color::indexed(10),
        WidgetColor::LightYellow => Color::indexed(11),
        WidgetColor::LightBlue => Color::indexed(12),
        WidgetColor::LightMagenta => Color::indexed(13),
        WidgetColor::LightCyan => Color::indexed(14),
        WidgetColor::White => Color::indexed(15),
        WidgetColor::Indexed(index) => Color::indexed(index),
        WidgetColor::Rgb(red, green, blue) => Color::rgb(red, green, blue),
    }
}
