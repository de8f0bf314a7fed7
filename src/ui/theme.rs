//! Colours and attributes by role.
//!
//! A theme says how a role looks, never where it is used. Three are built in; a user's file names
//! one of them as its `base` and changes roles one by one. [`Theme::plain`] uses attributes only, for
//! terminals and people that want no colour (`NO_COLOR`): every state that a colour tells is told by
//! a sign or a word as well.

use std::str::FromStr;

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

const DARK: &str = include_str!("../../assets/themes/dark.toml");
const LIGHT: &str = include_str!("../../assets/themes/light.toml");
const HIGH_CONTRAST: &str = include_str!("../../assets/themes/high-contrast.toml");
const ANSI: &str = include_str!("../../assets/themes/ansi.toml");

/// The names of the built-in themes that one can choose.
pub const BUILT_IN: &[&str] = &["dark", "light", "high-contrast", "plain"];

/// Why a theme cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ThemeError {
    /// The file is not a theme.
    #[error("{message}")]
    Malformed {
        /// The byte of the file where it goes wrong.
        at: usize,
        /// Why.
        message: String,
    },
    /// No built-in theme has this name.
    #[error("no theme is called {0:?}; there are dark, light, high-contrast and plain")]
    Unknown(String),
}

macro_rules! roles {
    ($($(#[$doc:meta])* $role:ident),* $(,)?) => {
        /// The style of every role.
        #[derive(Debug, Clone, PartialEq, Eq, Default)]
        pub struct Theme {
            $($(#[$doc])* pub $role: Style,)*
        }

        /// A theme file.
        #[derive(Debug, Default, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            base: Option<String>,
            $($role: Option<Look>,)*
        }

        impl File {
            fn over(self, base: Theme) -> Theme {
                Theme {
                    $($role: self.$role.map_or(base.$role, Look::style),)*
                }
            }
        }
    };
}

roles! {
    /// Ordinary text.
    text,
    /// What matters less: units, hints, other groups' records.
    muted,
    /// What belongs to the acting session; names that are links.
    accent,
    /// Fine: alive, working, done.
    ok,
    /// Wants a look: blocked, about to expire, waiting.
    warn,
    /// Failed, lost, exited with an error.
    error,
    /// Lines between panes.
    border,
    /// Lines round the focused pane.
    border_focused,
    /// Lines round a pane whose agent waits for somebody.
    border_blocked,
    /// Lines round panes that are typed into together.
    border_synchronized,
    /// A pane's title.
    title,
    /// The focused pane's title.
    title_focused,
    /// A tab that is not shown.
    tab,
    /// The tab shown.
    tab_active,
    /// A tab in which a bell rang or an agent is blocked.
    tab_bell,
    /// The status line.
    status,
    /// The workspace's name in the status line.
    workspace,
    /// The side panel's background.
    panel,
    /// A section's heading.
    panel_title,
    /// The heading of the section that has the selection, while the panel takes the keys.
    panel_title_focused,
    /// The selected row.
    selected,
    /// The selected row of a list that does not take the keys.
    selected_idle,
    /// An overlay's background.
    overlay,
    /// An overlay's frame.
    overlay_border,
    /// An overlay's heading.
    overlay_title,
    /// Text selected in copy mode.
    selection,
    /// What a search found.
    match_other,
    /// The match one is at.
    match_current,
    /// A key one can press.
    key,
    /// A field one types into.
    input,
}

impl Theme {
    /// A built-in theme by its name: `dark`, `light`, `high-contrast` or `plain`.
    pub fn named(name: &str) -> Result<Theme, ThemeError> {
        match name {
            "dark" => Theme::parse(DARK),
            "light" => Theme::parse(LIGHT),
            "high-contrast" => Theme::parse(HIGH_CONTRAST),
            "plain" => Ok(Theme::plain()),
            other => Err(ThemeError::Unknown(other.to_owned())),
        }
    }

    /// The built-in dark theme.
    pub fn dark() -> Theme {
        Theme::parse(DARK).unwrap_or_else(|_| Theme::plain())
    }

    /// The built-in theme for a terminal with a light background.
    pub fn light() -> Theme {
        Theme::parse(LIGHT).unwrap_or_else(|_| Theme::plain())
    }

    /// The built-in theme for a terminal with sixteen colours.
    pub fn ansi() -> Theme {
        Theme::parse(ANSI).unwrap_or_else(|_| Theme::plain())
    }

    /// Reads a theme file: roles not mentioned look as in its `base`, which is `plain` unless named.
    pub fn parse(text: &str) -> Result<Theme, ThemeError> {
        let malformed = |error: toml::de::Error| ThemeError::Malformed {
            at: error.span().map_or(0, |span| span.start),
            message: error.message().to_owned(),
        };
        let file: File = toml::from_str(text).map_err(malformed)?;
        let base = match &file.base {
            Some(name) => Theme::named(name)?,
            None => Theme::plain(),
        };
        Ok(file.over(base))
    }

    /// Attributes only, no colours.
    pub fn plain() -> Theme {
        let none = Style::new();
        let bold = none.add_modifier(Modifier::BOLD);
        let reverse = none.add_modifier(Modifier::REVERSED);
        let underline = none.add_modifier(Modifier::UNDERLINED);
        Theme {
            accent: bold,
            warn: bold,
            error: bold.add_modifier(Modifier::REVERSED),
            border_focused: bold,
            border_synchronized: reverse,
            title_focused: bold,
            status: reverse,
            tab_active: bold.remove_modifier(Modifier::REVERSED),
            tab_bell: bold,
            workspace: bold,
            panel_title: underline,
            panel_title_focused: underline.add_modifier(Modifier::BOLD),
            selected: reverse,
            selected_idle: underline,
            overlay_title: bold,
            selection: reverse,
            match_other: underline,
            match_current: reverse.add_modifier(Modifier::BOLD),
            key: bold,
            input: underline,
            ..Theme::default()
        }
    }

    /// The style for news of this tone.
    pub fn tone(&self, tone: Tone) -> Style {
        match tone {
            Tone::Info => self.text,
            Tone::Ok => self.ok,
            Tone::Warn => self.warn,
            Tone::Error => self.error,
        }
    }
}

/// How good news is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// Neither.
    #[default]
    Info,
    /// It worked.
    Ok,
    /// It wants a look.
    Warn,
    /// It failed.
    Error,
}

/// A role in a theme file. An attribute set to false is taken away from what lies below, as from a
/// reversed status line.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Look {
    fg: Option<Colour>,
    bg: Option<Colour>,
    bold: Option<bool>,
    dim: Option<bool>,
    italic: Option<bool>,
    underline: Option<bool>,
    reverse: Option<bool>,
}

impl Look {
    fn style(self) -> Style {
        let mut style = Style {
            fg: self.fg.map(|colour| colour.0),
            bg: self.bg.map(|colour| colour.0),
            ..Style::new()
        };
        let attributes = [
            (self.bold, Modifier::BOLD),
            (self.dim, Modifier::DIM),
            (self.italic, Modifier::ITALIC),
            (self.underline, Modifier::UNDERLINED),
            (self.reverse, Modifier::REVERSED),
        ];
        for (on, attribute) in attributes {
            style = match on {
                None => style,
                Some(true) => style.add_modifier(attribute),
                Some(false) => style.remove_modifier(attribute),
            };
        }
        style
    }
}

/// A name, `#rrggbb`, or a number of the 256-colour palette.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Written")]
struct Colour(Color);

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Written {
    Number(u8),
    Name(String),
}

impl TryFrom<Written> for Colour {
    type Error = String;

    fn try_from(written: Written) -> Result<Colour, String> {
        match written {
            Written::Number(index) => Ok(Colour(Color::Indexed(index))),
            Written::Name(name) => Color::from_str(&name).map(Colour).map_err(|_| {
                format!("{name:?} is no colour; write a name, \"#rrggbb\" or 0 to 255")
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_themes_are_complete() {
        for name in ["dark", "light", "high-contrast", "plain"] {
            let theme = Theme::named(name).unwrap();
            // What tells states apart must differ.
            assert_ne!(theme.tab, theme.tab_active, "{name}");
            assert_ne!(theme.selected, theme.panel, "{name}");
            assert_ne!(theme.selected, theme.selected_idle, "{name}");
            assert_ne!(theme.border, theme.border_focused, "{name}");
            assert_ne!(theme.error, theme.ok, "{name}");
        }
        assert_ne!(Theme::dark(), Theme::plain());
        assert_ne!(Theme::dark(), Theme::light());
        assert_ne!(Theme::ansi(), Theme::plain());
    }

    #[test]
    fn plain_has_no_colour_at_all() {
        let text = format!("{:?}", Theme::plain());
        assert!(!text.contains("fg(") && !text.contains("bg("), "{text}");
        assert_eq!(Theme::plain().selected.fg, None);
    }

    #[test]
    fn a_file_changes_its_base_role_by_role() {
        let text = "base = \"dark\"\naccent = { fg = \"#ff8700\", bold = true }\nok = { fg = 2 }";
        let theme = Theme::parse(text).unwrap();
        let orange = Style::new()
            .fg(Color::Rgb(0xff, 0x87, 0))
            .add_modifier(Modifier::BOLD);
        assert_eq!(theme.accent, orange);
        assert_eq!(theme.ok, Style::new().fg(Color::Indexed(2)));
        assert_eq!(theme.warn, Theme::dark().warn);
    }

    #[test]
    fn a_mistake_is_named() {
        let why = |text| Theme::parse(text).unwrap_err().to_string();
        assert!(why("accent = { fg = \"blurple\" }").contains("no colour"));
        assert!(why("acent = { fg = \"red\" }").contains("acent"));
        assert!(why("accent = { bolt = true }").contains("bolt"));
        assert!(why("base = \"solarized\"").contains("high-contrast"));
    }
}
