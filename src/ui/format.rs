//! Formats on the screen: a format's pieces as pieces of text with their looks.
//!
//! Styles are tmux's: `#[fg=cyan,bold]`, `#[bg=colour236]`, `#[fg=#ff8700]`, `#[nobold]`, `#[default]`. What is
//! not known is passed over, as a line that shows is better than none.

use std::str::FromStr;

use ratatui::style::{Color, Modifier, Style};

use super::paint::aligned_columns;
use crate::model::format::Piece;

/// A piece of text in one look; untrusted where a variable's value is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The text.
    pub text: String,
    /// Its look.
    pub style: Style,
}

/// A format's pieces as spans; `base` is how text without a style looks.
pub fn spans(pieces: Vec<Piece>, base: Style) -> Vec<Span> {
    let mut style = base;
    let mut spans = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => spans.push(Span { text, style }),
            Piece::Style(words) => style = styled(&words, style, base),
        }
    }
    spans
}

/// Columns that spans take.
pub fn columns(spans: &[Span]) -> u16 {
    let widths = spans.iter().map(|span| aligned_columns(&span.text));
    widths.fold(0, u16::saturating_add)
}

/// The style after `words`, as they stand between `#[` and `]`.
fn styled(words: &str, before: Style, base: Style) -> Style {
    let mut style = before;
    for word in words.split([',', ' ']).filter(|word| !word.is_empty()) {
        let (name, value) = word.split_once('=').unwrap_or((word, ""));
        style = match (name, colour(value)) {
            ("default" | "none", _) => base,
            ("fg", Some(colour)) => Style {
                fg: Some(colour)
                    .filter(|colour| *colour != Color::Reset)
                    .or(base.fg),
                ..style
            },
            ("bg", Some(colour)) => Style {
                bg: Some(colour)
                    .filter(|colour| *colour != Color::Reset)
                    .or(base.bg),
                ..style
            },
            _ => match attribute(name.strip_prefix("no").unwrap_or(name)) {
                Some(attribute) if name.starts_with("no") => style.remove_modifier(attribute),
                Some(attribute) => style.add_modifier(attribute),
                None => style,
            },
        };
    }
    style
}

fn attribute(name: &str) -> Option<Modifier> {
    Some(match name {
        "bold" | "bright" => Modifier::BOLD,
        "dim" => Modifier::DIM,
        "italics" => Modifier::ITALIC,
        "underscore" | "double-underscore" | "curly-underscore" => Modifier::UNDERLINED,
        "reverse" => Modifier::REVERSED,
        "strikethrough" => Modifier::CROSSED_OUT,
        _ => return None,
    })
}

/// A colour by tmux's names.
fn colour(name: &str) -> Option<Color> {
    if matches!(name, "default" | "terminal") {
        return Some(Color::Reset);
    }
    let number = name
        .strip_prefix("colour")
        .or_else(|| name.strip_prefix("color"));
    if let Some(number) = number {
        return number.parse().ok().map(Color::Indexed);
    }
    const NAMES: [&str; 8] = [
        "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white",
    ];
    let index = |name: &str| NAMES.iter().position(|known| *known == name);
    let bright = name.strip_prefix("bright").and_then(index);
    if let Some(index) = index(name).or(bright.map(|index| index + 8)) {
        return u8::try_from(index).ok().map(Color::Indexed);
    }
    Some(name)
        .filter(|name| name.starts_with('#'))
        .and_then(|name| Color::from_str(name).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::format;

    fn check(format: &str, expected: &[(&str, Style)]) {
        let base = Style::new().fg(Color::Indexed(250)).bg(Color::Indexed(236));
        let found = spans(format::pieces(format, &|_: &str| None), base);
        let found: Vec<(&str, Style)> = found
            .iter()
            .map(|span| (span.text.as_str(), span.style))
            .collect();
        assert_eq!(found, expected, "{format}");
    }

    #[test]
    fn styles_change_what_follows() {
        let base = Style::new().fg(Color::Indexed(250)).bg(Color::Indexed(236));
        check("plain", &[("plain", base)]);
        check(
            "#[fg=red,bold]a#[nobold]b#[fg=default]c#[default]d",
            &[
                ("a", base.fg(Color::Indexed(1)).add_modifier(Modifier::BOLD)),
                (
                    "b",
                    base.fg(Color::Indexed(1)).remove_modifier(Modifier::BOLD),
                ),
                ("c", base.remove_modifier(Modifier::BOLD)),
                ("d", base),
            ],
        );
        check(
            "#[bg=#0102ff fg=colour99]a#[fg=brightwhite,shiny,range=left]b",
            &[
                ("a", base.bg(Color::Rgb(1, 2, 255)).fg(Color::Indexed(99))),
                ("b", base.bg(Color::Rgb(1, 2, 255)).fg(Color::Indexed(15))),
            ],
        );
    }
}
