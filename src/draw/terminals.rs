//! What is known of terminals by their names, and what a person says their terminal has.
//!
//! A terminal's name comes from the environment or, where that says nothing (over ssh, say), from the
//! terminal itself (XTVERSION). What it tells of single abilities (XTGETTCAP) counts beside it; what the
//! settings say counts before both.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::caps::{Caps, ColorDepth, Notify};

/// A version: its first two numbers.
type Version = (u32, u32);

const ALWAYS: Version = (0, 0);
const NEVER: Version = (u32::MAX, u32::MAX);

/// From which version on a terminal has what.
struct Row {
    /// What its name begins with, in small letters.
    name: &'static str,
    rgb: Version,
    underlines: Version,
    links: Version,
    images: bool,
    notify: Notify,
}

const fn row(name: &'static str, since: [Version; 3], images: bool, notify: Notify) -> Row {
    let [rgb, underlines, links] = since;
    Row {
        name,
        rgb,
        underlines,
        links,
        images,
        notify,
    }
}

const ALL: [Version; 3] = [ALWAYS; 3];

/// Where one name begins with another, the longer one comes first.
const ROWS: [Row; 19] = [
    row("alacritty", ALL, false, Notify::Text),
    row("contour", ALL, false, Notify::Titled),
    row("foot", ALL, false, Notify::Titled),
    row("ghostty", ALL, true, Notify::Titled),
    row("iterm", ALL, false, Notify::Text),
    row("kitty", ALL, true, Notify::Kitty),
    row("konsole", [ALWAYS, (22, 12), (20, 12)], false, Notify::Text),
    row("mintty", ALL, false, Notify::Text),
    row("rio", ALL, false, Notify::Titled),
    row("stoa", ALL, false, Notify::Text),
    // It passes on what its own terminal has, and makes do with less by itself.
    row("tmux", [ALWAYS, (3, 0), ALWAYS], false, Notify::Text),
    row("vscode", ALL, false, Notify::Text),
    row(
        "vte",
        [(3600, 0), (5200, 0), (5000, 0)],
        false,
        Notify::Titled,
    ),
    row("warp", [ALWAYS, NEVER, NEVER], false, Notify::Text),
    row("wezterm", ALL, false, Notify::Text),
    row("windows terminal", ALL, false, Notify::Text),
    row("xterm.js", ALL, false, Notify::Text),
    row("xterm", [(331, 0), NEVER, NEVER], false, Notify::Text),
    row("zellij", ALL, false, Notify::Text),
];

impl Caps {
    /// Adds what a terminal of this name has: `kitty(0.40)`, `tmux 3.4`, `VTE(7002)`, `XTerm(390)`.
    pub fn named(&mut self, name: &str) {
        let name = name.to_ascii_lowercase();
        let Some(row) = ROWS.iter().find(|row| name.starts_with(row.name)) else {
            return;
        };
        let version = version(name.get(row.name.len()..).unwrap_or_default());
        self.underlines |= version >= row.underlines;
        self.links |= version >= row.links;
        if version >= row.rgb {
            self.true_colour();
        }
        self.images |= row.images && self.colors == ColorDepth::True;
        if row.notify != Notify::Text {
            self.notify = row.notify;
        }
    }

    /// Adds an ability that the terminal says it has, by its name in terminfo, if it is one of ours.
    pub fn capability(&mut self, name: &str) {
        match name {
            "Smulx" | "Su" => self.underlines = true,
            "RGB" | "Tc" => self.true_colour(),
            _ => {}
        }
    }

    /// It has 24-bit colour. Who wants none (`NO_COLOR`) gets none.
    fn true_colour(&mut self) {
        if self.colors != ColorDepth::None {
            self.colors = ColorDepth::True;
        }
    }

    /// The same with what the settings say.
    #[must_use]
    pub fn with(mut self, choices: &[Choice]) -> Caps {
        for Choice { feature, has } in choices {
            match feature {
                Feature::Rgb if *has => self.true_colour(),
                Feature::Rgb => self.colors = self.colors.min(ColorDepth::Ansi256),
                Feature::Underlines => self.underlines = *has,
                Feature::Links => self.links = *has,
                Feature::Sync => self.sync = *has,
                Feature::Images => self.images = *has,
                Feature::Sixels => {}
            }
        }
        self
    }
}

/// The first two numbers of what follows a name; `3.3a` and `next-3.5` are versions of tmux.
fn version(text: &str) -> Version {
    let from = text.find(|c: char| c.is_ascii_digit());
    let mut numbers = text
        .get(from.unwrap_or(text.len())..)
        .unwrap_or_default()
        .split('.')
        .map(|part| {
            let end = part.find(|c: char| !c.is_ascii_digit());
            let digits = part.get(..end.unwrap_or(part.len()));
            digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
        });
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}

/// Something that a terminal has or has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feature {
    /// 24-bit colour.
    Rgb,
    /// Underline styles and colours.
    Underlines,
    /// OSC 8 links.
    Links,
    /// Synchronized output (mode 2026).
    Sync,
    /// Images as kitty shows them.
    Images,
    /// Images as sixels.
    Sixels,
}

/// Names of features; the first of each is the one written, the others are tmux's.
const FEATURES: [(&str, Feature); 9] = [
    ("rgb", Feature::Rgb),
    ("underlines", Feature::Underlines),
    ("links", Feature::Links),
    ("sync", Feature::Sync),
    ("images", Feature::Images),
    ("sixels", Feature::Sixels),
    ("usstyle", Feature::Underlines),
    ("hyperlinks", Feature::Links),
    ("sixel", Feature::Sixels),
];

/// A person's word on a feature: `rgb` for one the terminal has, `-rgb` for one it has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Choice {
    /// Which.
    pub feature: Feature,
    /// Whether the terminal has it.
    pub has: bool,
}

impl TryFrom<String> for Choice {
    type Error = String;

    fn try_from(text: String) -> Result<Choice, String> {
        let (name, has) = match text.strip_prefix('-') {
            Some(name) => (name, false),
            None => (text.as_str(), true),
        };
        let known = FEATURES
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        match known {
            Some((_, feature)) => Ok(Choice {
                feature: *feature,
                has,
            }),
            None => Err(format!(
                "there is no feature '{}': rgb, underlines, links, sync, images and sixels are known, each \
                 with a - before it to take it away",
                name.chars().take(40).collect::<String>()
            )),
        }
    }
}

impl From<Choice> for String {
    fn from(choice: Choice) -> String {
        choice.to_string()
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = FEATURES
            .iter()
            .find(|(_, feature)| *feature == self.feature);
        let sign = if self.has { "" } else { "-" };
        write!(f, "{sign}{}", name.map_or("", |(name, _)| name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Caps = Caps {
        colors: ColorDepth::Ansi256,
        ..Caps::BASIC
    };

    /// Whether a terminal of this name has 24-bit colour, underline styles, links.
    fn of(name: &str) -> (bool, bool, bool) {
        let mut caps = PLAIN;
        caps.named(name);
        let rgb = caps.colors == ColorDepth::True;
        (rgb, caps.underlines, caps.links)
    }

    #[test]
    fn names_and_versions_tell_what_a_terminal_has() {
        let all = (true, true, true);
        for name in [
            "kitty(0.40)",
            "WezTerm 20240203-110809-5046fc22",
            "foot(1.16.2)",
            "ghostty 1.0.0",
            "iTerm2 3.5.0",
            "Alacritty",
            "contour 0.4.3",
            "mintty 3.6.1",
            "Konsole 24.02.1",
            "VTE(7002)",
            "tmux 3.3a",
            "tmux next-3.5",
            "stoa 0.1.0",
            "xterm.js(5.5.0)",
            "Windows Terminal",
        ] {
            assert_eq!(of(name), all, "{name}");
        }
        assert_eq!(of("VTE(5002)"), (true, false, true));
        assert_eq!(of("XTerm(390)"), (true, false, false));
        assert_eq!(of("XTerm(270)"), (false, false, false));
        assert_eq!(of("tmux 2.8"), (true, false, true));
        assert_eq!(of("something else"), (false, false, false));
    }

    #[test]
    fn abilities_add_up_but_no_colour_stays_none() {
        let mut caps = PLAIN;
        for name in ["Smulx", "Tc", "Co"] {
            caps.capability(name);
        }
        assert_eq!((caps.colors, caps.underlines), (ColorDepth::True, true));
        let mut none = Caps {
            colors: ColorDepth::None,
            ..Caps::BASIC
        };
        none.named("kitty(0.40)");
        none.capability("RGB");
        let none = none.with(&[choice("rgb")]);
        assert_eq!((none.colors, none.images), (ColorDepth::None, false));
        assert!(none.underlines);
    }

    fn choice(text: &str) -> Choice {
        Choice::try_from(text.to_owned()).expect("a feature")
    }

    #[test]
    fn a_persons_word_goes_before() {
        let caps = PLAIN.with(&[choice("rgb"), choice("usstyle"), choice("links")]);
        assert_eq!((caps.colors, caps.links), (ColorDepth::True, true));
        let less = Caps::FULL.with(&[choice("-RGB"), choice("-underlines"), choice("-sync")]);
        assert_eq!(less.colors, ColorDepth::Ansi256);
        assert!(!less.underlines && !less.sync && less.links);
        assert_eq!(choice("-hyperlinks").to_string(), "-links");
        let error = Choice::try_from("-colour".to_owned()).expect_err("no feature");
        assert!(error.contains("'colour'") && error.contains("underlines"));
    }
}
