//! The colours a program may ask for and set (OSC 4, 10, 11, 12, 104, 110 to 112).

use alacritty_terminal::vte::ansi;

use crate::draw::Color;

/// Red, green, blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

/// What the outer terminal is believed to look like, for answers to programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Palette {
    /// The default text colour.
    pub foreground: Rgb,
    /// The default background.
    pub background: Rgb,
    /// The cursor.
    pub cursor: Rgb,
    /// The first sixteen entries of the 256-colour palette.
    pub theme: [Rgb; 16],
    /// Width and height of a cell in pixels, for programs that draw images.
    pub cell: (u16, u16),
    /// Whether any terminal there is shows images.
    pub images: bool,
}

impl Default for Palette {
    /// Light gray on black with xterm's colours.
    fn default() -> Palette {
        Palette {
            foreground: Rgb(229, 229, 229),
            background: Rgb(0, 0, 0),
            cursor: Rgb(229, 229, 229),
            theme: std::array::from_fn(|index| usual(index as u8)),
            cell: (10, 20),
            images: false,
        }
    }
}

impl Palette {
    /// Whether the background is darker than the text.
    pub fn is_dark(&self) -> bool {
        let light = |Rgb(r, g, b): Rgb| 3 * u32::from(r) + 6 * u32::from(g) + u32::from(b);
        light(self.background) <= light(self.foreground)
    }

    /// The colour in one of the engine's slots: 0 to 255, then foreground, background, cursor.
    pub(super) fn slot(&self, slot: usize) -> Rgb {
        match slot {
            0..=15 => self.theme[slot],
            16..=255 => usual(slot as u8),
            FOREGROUND => self.foreground,
            BACKGROUND => self.background,
            _ => self.cursor,
        }
    }
}

/// The engine's slot of the default text colour; 11 and 12 follow it as OSC numbers do.
pub(super) const FOREGROUND: usize = ansi::NamedColor::Foreground as usize;
/// The engine's slot of the default background.
pub(super) const BACKGROUND: usize = ansi::NamedColor::Background as usize;

fn usual(index: u8) -> Rgb {
    let (r, g, b) = crate::draw::palette(index);
    Rgb(r, g, b)
}

/// The names of colours that programs use.
const NAMES: [(&str, Rgb); 18] = [
    ("black", Rgb(0, 0, 0)),
    ("white", Rgb(255, 255, 255)),
    ("red", Rgb(255, 0, 0)),
    ("green", Rgb(0, 255, 0)),
    ("blue", Rgb(0, 0, 255)),
    ("yellow", Rgb(255, 255, 0)),
    ("magenta", Rgb(255, 0, 255)),
    ("cyan", Rgb(0, 255, 255)),
    ("gray", Rgb(190, 190, 190)),
    ("grey", Rgb(190, 190, 190)),
    ("orange", Rgb(255, 165, 0)),
    ("pink", Rgb(255, 192, 203)),
    ("purple", Rgb(160, 32, 240)),
    ("brown", Rgb(165, 42, 42)),
    ("navy", Rgb(0, 0, 128)),
    ("maroon", Rgb(176, 48, 96)),
    ("turquoise", Rgb(64, 224, 208)),
    ("violet", Rgb(238, 130, 238)),
];

/// An X11 colour: `rgb:R/G/B` with one to four hexadecimal digits each, `#RGB` up to 12 digits, or
/// one of the common names. As X11 has it, the digits after `rgb:` are parts of the most there is,
/// and those after `#` the first ones of four: `#fff` is not quite white.
pub(super) fn parse(text: &[u8]) -> Option<Rgb> {
    let text = std::str::from_utf8(text).ok()?;
    let named = NAMES
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(text));
    if let Some((_, color)) = named {
        return Some(*color);
    }
    let scaled = text.strip_prefix("rgb:");
    let parts: Vec<&str> = if let Some(parts) = scaled {
        parts.split('/').collect()
    } else {
        let digits = text.strip_prefix('#').filter(|rest| rest.is_ascii())?;
        let each = digits.len() / 3;
        if each == 0 || !digits.len().is_multiple_of(3) {
            return None;
        }
        (0..3).map(|n| &digits[n * each..(n + 1) * each]).collect()
    };
    let eight_bits = |part: &str| {
        let hex = part.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !hex || !(1..=4).contains(&part.len()) {
            return None;
        }
        let value = u32::from_str_radix(part, 16).ok()?;
        let bits = 4 * part.len();
        Some(match scaled {
            Some(_) => value * 255 / ((1 << bits) - 1),
            None => value << 8 >> bits,
        } as u8)
    };
    match parts[..] {
        [r, g, b] => Some(Rgb(eight_bits(r)?, eight_bits(g)?, eight_bits(b)?)),
        _ => None,
    }
}

/// As X11 writes it, with sixteen bits a part.
pub(super) fn format(Rgb(r, g, b): Rgb) -> String {
    format!("rgb:{r:02x}{r:02x}/{g:02x}{g:02x}/{b:02x}{b:02x}")
}

/// The engine's colour in the terms of `draw`; the named ones are palette entries or defaults.
pub(super) fn to_draw(color: ansi::Color) -> Color {
    match color {
        ansi::Color::Indexed(index) => Color::indexed(index),
        ansi::Color::Spec(ansi::Rgb { r, g, b }) => Color::rgb(r, g, b),
        ansi::Color::Named(name) => match name as usize {
            index @ 0..=255 => Color::indexed(index as u8),
            _ => Color::DEFAULT,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x11_colors_are_read() {
        let check = |text: &str, expected| assert_eq!(parse(text.as_bytes()), expected, "{text}");
        check("rgb:ff/80/00", Some(Rgb(255, 128, 0)));
        check("rgb:f/8/0", Some(Rgb(255, 136, 0)));
        check("rgb:ffff/8080/0000", Some(Rgb(255, 128, 0)));
        check("#ff8000", Some(Rgb(255, 128, 0)));
        check("#fff", Some(Rgb(240, 240, 240)));
        check("#f00f00801", Some(Rgb(240, 240, 128)));
        check("#f000ffff8001", Some(Rgb(240, 255, 128)));
        check("Red", Some(Rgb(255, 0, 0)));
        for wrong in [
            "",
            "#",
            "#ff",
            "#é12345",
            "rgb:",
            "rgb:+f/0/0",
            "rgb:1/2",
            "rgb:12345/0/0",
            "reddish",
        ] {
            check(wrong, None);
        }
    }

    #[test]
    fn a_written_color_reads_back() {
        let color = Rgb(1, 128, 254);
        assert_eq!(format(color), "rgb:0101/8080/fefe");
        assert_eq!(parse(format(color).as_bytes()), Some(color));
    }

    #[test]
    fn dark_is_told_from_light() {
        let palette = Palette::default();
        assert!(palette.is_dark());
        let light = Palette {
            foreground: palette.background,
            background: palette.foreground,
            ..palette
        };
        assert!(!light.is_dark());
    }
}
