//! What an outer terminal understands, and making do with less.

use super::style::{Color, ColorKind};

/// How many colours a terminal has.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub enum ColorDepth {
    /// None, or none wanted (`NO_COLOR`).
    None,
    /// The sixteen of the user's theme.
    Ansi16,
    /// The 256-colour palette.
    Ansi256,
    /// 24 bits.
    True,
}

/// How a terminal is told to notify its person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub enum Notify {
    /// OSC 9, one text; terminals that do not know it ignore it.
    #[default]
    Text,
    /// OSC 777, title and text.
    Titled,
    /// OSC 99, kitty's.
    Kitty,
}

/// What an outer terminal understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Caps {
    /// Its colours.
    pub colors: ColorDepth,
    /// Underline styles and their colour (`4:3`, `58:2`); else every underline is a plain one.
    pub underlines: bool,
    /// OSC 8 links.
    pub links: bool,
    /// Synchronized output (mode 2026).
    pub sync: bool,
    /// Erasing paints the current background. Without it, only plain blanks are erased.
    pub bce: bool,
    /// How it takes notifications.
    #[serde(default)]
    pub notify: Notify,
    /// Images between text (kitty's graphics with Unicode placeholders).
    #[serde(default)]
    pub images: bool,
}

impl Caps {
    /// Everything: what current terminals have.
    pub const FULL: Caps = Caps {
        colors: ColorDepth::True,
        underlines: true,
        links: true,
        sync: true,
        bce: true,
        notify: Notify::Text,
        images: false,
    };

    /// The least common denominator with sixteen colours.
    pub const BASIC: Caps = Caps {
        colors: ColorDepth::Ansi16,
        underlines: false,
        links: false,
        sync: false,
        bce: false,
        notify: Notify::Text,
        images: false,
    };

    /// Judges by the client's environment, asking nothing of the terminal.
    pub fn from_env(lookup: impl Fn(&str) -> Option<String>) -> Caps {
        let get = &|name: &str| lookup(name).unwrap_or_default();
        let term = get("TERM");
        let has = |names: &[&str]| names.iter().any(|name| term.contains(name));
        let none = !get("NO_COLOR").is_empty() || has(&["dumb", "vt100", "vt220"]);
        let direct = matches!(get("COLORTERM").as_str(), "truecolor" | "24bit");
        let mut caps = Caps {
            colors: match () {
                () if none => ColorDepth::None,
                () if direct || term.ends_with("-direct") => ColorDepth::True,
                () if term.contains("256color") => ColorDepth::Ansi256,
                () => ColorDepth::Ansi16,
            },
            // Terminals that lack the mode ignore it, except the console of the kernel and old iron.
            sync: !has(&["linux", "dumb", "vt1", "vt2"]),
            ..Caps::BASIC
        };
        for name in names(&term, get) {
            caps.named(&name);
        }
        caps.bce = term.starts_with("xterm") || caps.underlines && !term.starts_with("tmux");
        caps
    }

    /// The nearest colour this terminal has.
    pub fn color(&self, color: Color) -> Color {
        match (self.colors, color.kind()) {
            (ColorDepth::True, _) | (_, ColorKind::Default) => color,
            (ColorDepth::None, _) => Color::DEFAULT,
            (ColorDepth::Ansi256, ColorKind::Rgb(r, g, b)) => Color::indexed(nearest_256(r, g, b)),
            (ColorDepth::Ansi256, ColorKind::Indexed(_)) => color,
            (ColorDepth::Ansi16, ColorKind::Rgb(r, g, b)) => Color::indexed(nearest_16(r, g, b)),
            (ColorDepth::Ansi16, ColorKind::Indexed(index)) if index < 16 => color,
            (ColorDepth::Ansi16, ColorKind::Indexed(index)) => {
                let (r, g, b) = palette(index);
                Color::indexed(nearest_16(r, g, b))
            }
        }
    }
}

/// The terminal's names, as the environment tells them, with a version where it tells one.
fn names(term: &str, get: &dyn Fn(&str) -> String) -> Vec<String> {
    // What stands behind the name in `TERM` is no version: `xterm-kitty`, `tmux-256color`.
    let own = term.strip_prefix("xterm-").unwrap_or(term);
    let mut names = vec![own.split('-').next().unwrap_or_default().to_owned()];
    let program = get("TERM_PROGRAM");
    // GNU screen hides the terminal it is in but leaves the variables.
    if !term.starts_with("screen") || program == "tmux" {
        names.push(format!("{program} {}", get("TERM_PROGRAM_VERSION")));
        let version = get("VTE_VERSION");
        if !version.is_empty() {
            names.push(format!("vte {version}"));
        }
        if !get("WT_SESSION").is_empty() {
            names.push("windows terminal".to_owned());
        }
    }
    names
}

/// The usual value of an entry of the 256-colour palette (xterm's).
pub(crate) fn palette(index: u8) -> (u8, u8, u8) {
    const LOW: [(u8, u8, u8); 16] = [
        (0, 0, 0),
        (205, 0, 0),
        (0, 205, 0),
        (205, 205, 0),
        (0, 0, 238),
        (205, 0, 205),
        (0, 205, 205),
        (229, 229, 229),
        (127, 127, 127),
        (255, 0, 0),
        (0, 255, 0),
        (255, 255, 0),
        (92, 92, 255),
        (255, 0, 255),
        (0, 255, 255),
        (255, 255, 255),
    ];
    match index {
        0..=15 => LOW[usize::from(index)],
        16..=231 => {
            let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
            let cube = index - 16;
            (level(cube / 36), level(cube / 6 % 6), level(cube % 6))
        }
        232.. => {
            let gray = 8 + 10 * (index - 232);
            (gray, gray, gray)
        }
    }
}

fn distance(a: (u8, u8, u8), b: (u8, u8, u8)) -> u32 {
    let square = |x: u8, y: u8| u32::from(x.abs_diff(y)).pow(2);
    // The eye tells greens apart best and blues worst.
    3 * square(a.0, b.0) + 4 * square(a.1, b.1) + 2 * square(a.2, b.2)
}

/// The nearest of the colour cube and the gray ramp; the theme's sixteen may be anything.
fn nearest_256(r: u8, g: u8, b: u8) -> u8 {
    let step = |value: u8| match value {
        0..48 => 0,
        48..115 => 1,
        _ => (value - 35) / 40,
    };
    let cube = 16 + 36 * step(r) + 6 * step(g) + step(b);
    let mean = (u16::from(r) + u16::from(g) + u16::from(b)) / 3;
    let gray = 232 + ((mean.saturating_sub(3)) / 10).min(23) as u8;
    let wanted = (r, g, b);
    if distance(palette(gray), wanted) < distance(palette(cube), wanted) {
        gray
    } else {
        cube
    }
}

fn nearest_16(r: u8, g: u8, b: u8) -> u8 {
    (0..16)
        .min_by_key(|index| distance(palette(*index), (r, g, b)))
        .unwrap_or(7)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caps(colors: ColorDepth) -> Caps {
        Caps {
            colors,
            ..Caps::FULL
        }
    }

    #[test]
    fn colors_come_down_to_the_nearest() {
        let check = |depth, color, expected| assert_eq!(caps(depth).color(color), expected);
        let orange = Color::rgb(255, 135, 0);
        check(ColorDepth::True, orange, orange);
        check(ColorDepth::Ansi256, orange, Color::indexed(208));
        check(
            ColorDepth::Ansi256,
            Color::rgb(8, 8, 8),
            Color::indexed(232),
        );
        check(
            ColorDepth::Ansi256,
            Color::rgb(255, 255, 255),
            Color::indexed(231),
        );
        check(ColorDepth::Ansi16, Color::rgb(250, 5, 5), Color::indexed(9));
        check(ColorDepth::Ansi16, Color::indexed(196), Color::indexed(9));
        check(ColorDepth::Ansi16, Color::indexed(3), Color::indexed(3));
        check(ColorDepth::None, orange, Color::DEFAULT);
        check(ColorDepth::None, Color::DEFAULT, Color::DEFAULT);
    }

    #[test]
    fn every_palette_entry_is_its_own_nearest() {
        for index in 16..=255 {
            let (r, g, b) = palette(index);
            assert_eq!(palette(nearest_256(r, g, b)), (r, g, b), "{index}");
        }
    }

    #[test]
    fn the_environment_tells() {
        let from = |pairs: &[(&str, &str)]| {
            Caps::from_env(|name| {
                let pair = pairs.iter().find(|(key, _)| *key == name);
                pair.map(|(_, value)| (*value).to_owned())
            })
        };
        let kitty = Caps {
            notify: Notify::Kitty,
            images: true,
            ..Caps::FULL
        };
        assert_eq!(from(&[("TERM", "xterm-kitty")]), kitty);
        let plain = from(&[("TERM", "xterm-256color")]);
        assert_eq!((plain.colors, plain.links), (ColorDepth::Ansi256, false));
        let direct = from(&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")]);
        assert_eq!(direct.colors, ColorDepth::True);
        let none = from(&[("TERM", "xterm-kitty"), ("NO_COLOR", "1")]);
        assert_eq!(none.colors, ColorDepth::None);
        assert_eq!(from(&[("TERM", "linux")]).colors, ColorDepth::Ansi16);
        assert!(!from(&[("TERM", "linux")]).sync);
        assert_eq!(from(&[]).colors, ColorDepth::Ansi16);
        let all = |pairs: &[(&str, &str)]| {
            let caps = from(pairs);
            (caps.colors == ColorDepth::True, caps.underlines, caps.links)
        };
        let term = ("TERM", "xterm-256color");
        let yes = (true, true, true);
        assert_eq!(all(&[term, ("TERM_PROGRAM", "stoa")]), yes);
        assert_eq!(all(&[term, ("TERM_PROGRAM", "iTerm.app")]), yes);
        assert_eq!(all(&[term, ("VTE_VERSION", "7002")]), yes);
        assert_eq!(all(&[term, ("WT_SESSION", "1")]), yes);
        let tmux = ("TERM", "tmux-256color");
        let version = ("TERM_PROGRAM_VERSION", "3.3a");
        assert_eq!(all(&[tmux, ("TERM_PROGRAM", "tmux"), version]), yes);
        assert_eq!(all(&[tmux]), (true, false, true));
        let screen = ("TERM", "screen-256color");
        assert_eq!(
            all(&[screen, ("TERM_PROGRAM", "WezTerm")]),
            (false, false, false),
            "who is around GNU screen does not count"
        );
    }
}
