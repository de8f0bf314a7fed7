//! Colours and attributes of a cell, small enough to be compared as integers.

/// A colour as a terminal is asked for it. Four bytes, compared as one integer.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Color([u8; 4]);

/// The three ways to name a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColorKind {
    /// The terminal's own foreground or background.
    Default,
    /// An entry of the 256-colour palette; the first sixteen are the user's theme.
    Indexed(u8),
    /// Red, green, blue.
    Rgb(u8, u8, u8),
}

impl Color {
    /// The terminal's own foreground or background.
    pub const DEFAULT: Color = Color([0; 4]);

    /// Entry `index` of the 256-colour palette.
    pub const fn indexed(index: u8) -> Color {
        Color([1, index, 0, 0])
    }

    /// A 24-bit colour.
    pub const fn rgb(red: u8, green: u8, blue: u8) -> Color {
        Color([2, red, green, blue])
    }

    /// Which of the three it is.
    pub const fn kind(self) -> ColorKind {
        match self.0 {
            [0, ..] => ColorKind::Default,
            [1, index, ..] => ColorKind::Indexed(index),
            [_, red, green, blue] => ColorKind::Rgb(red, green, blue),
        }
    }
}

impl Default for Color {
    fn default() -> Color {
        Color::DEFAULT
    }
}

impl std::fmt::Debug for Color {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.kind().fmt(f)
    }
}

/// How text is underlined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Underline {
    /// Not at all.
    #[default]
    None,
    /// One line.
    Single,
    /// Two lines.
    Double,
    /// A wavy line.
    Curly,
    /// Dots.
    Dotted,
    /// Dashes.
    Dashed,
}

/// A set of attributes and an underline style.
#[derive(Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Attrs(u16);

impl Attrs {
    /// No attribute.
    pub const NONE: Attrs = Attrs(0);
    /// Bold.
    pub const BOLD: Attrs = Attrs(1);
    /// Dim (faint).
    pub const DIM: Attrs = Attrs(1 << 1);
    /// Italic.
    pub const ITALIC: Attrs = Attrs(1 << 2);
    /// Blinking, slow or fast.
    pub const BLINK: Attrs = Attrs(1 << 3);
    /// Foreground and background exchanged.
    pub const INVERSE: Attrs = Attrs(1 << 4);
    /// Not shown.
    pub const HIDDEN: Attrs = Attrs(1 << 5);
    /// Struck through.
    pub const STRIKE: Attrs = Attrs(1 << 6);
    /// A line above.
    pub const OVERLINE: Attrs = Attrs(1 << 7);

    const UNDERLINE_SHIFT: u16 = 8;
    const UNDERLINE_MASK: u16 = 0b111 << Attrs::UNDERLINE_SHIFT;

    /// Both sets; of two underline styles that of `other` wins.
    #[must_use]
    pub const fn with(self, other: Attrs) -> Attrs {
        let kept = if other.0 & Attrs::UNDERLINE_MASK == 0 {
            self.0
        } else {
            self.0 & !Attrs::UNDERLINE_MASK
        };
        Attrs(kept | other.0)
    }

    /// This set without the attributes of `other`.
    #[must_use]
    pub const fn without(self, other: Attrs) -> Attrs {
        Attrs(self.0 & !other.0)
    }

    /// Whether any of `other` is in this set.
    pub const fn intersects(self, other: Attrs) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether nothing is set.
    pub const fn is_none(self) -> bool {
        self.0 == 0
    }

    /// The underline style.
    pub const fn underline(self) -> Underline {
        match (self.0 & Attrs::UNDERLINE_MASK) >> Attrs::UNDERLINE_SHIFT {
            0 => Underline::None,
            2 => Underline::Double,
            3 => Underline::Curly,
            4 => Underline::Dotted,
            5 => Underline::Dashed,
            _ => Underline::Single,
        }
    }

    /// This set with another underline style.
    #[must_use]
    pub const fn with_underline(self, underline: Underline) -> Attrs {
        Attrs((self.0 & !Attrs::UNDERLINE_MASK) | ((underline as u16) << Attrs::UNDERLINE_SHIFT))
    }
}

impl std::ops::BitOr for Attrs {
    type Output = Attrs;

    fn bitor(self, other: Attrs) -> Attrs {
        self.with(other)
    }
}

impl std::fmt::Debug for Attrs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        const NAMES: [&str; 8] = [
            "bold", "dim", "italic", "blink", "inverse", "hidden", "strike", "overline",
        ];
        let mut set = f.debug_set();
        for (bit, name) in NAMES.iter().enumerate() {
            if self.0 & (1 << bit) != 0 {
                set.entry(&format_args!("{name}"));
            }
        }
        if self.underline() != Underline::None {
            set.entry(&self.underline());
        }
        set.finish()
    }
}

/// Everything about a cell's look but its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Style {
    /// The text's colour.
    pub fg: Color,
    /// The colour behind it.
    pub bg: Color,
    /// The underline's colour; the default is that of the text.
    pub underline: Color,
    /// Attributes and underline style.
    pub attrs: Attrs,
}

impl Style {
    /// The terminal's plain text.
    pub const PLAIN: Style = Style {
        fg: Color::DEFAULT,
        bg: Color::DEFAULT,
        underline: Color::DEFAULT,
        attrs: Attrs::NONE,
    };

    /// The same with another text colour.
    #[must_use]
    pub const fn fg(self, fg: Color) -> Style {
        Style { fg, ..self }
    }

    /// The same with another background.
    #[must_use]
    pub const fn bg(self, bg: Color) -> Style {
        Style { bg, ..self }
    }

    /// The same with more attributes.
    #[must_use]
    pub const fn attrs(self, attrs: Attrs) -> Style {
        Style {
            attrs: self.attrs.with(attrs),
            ..self
        }
    }

    /// Foreground and background exchanged once more, as for a selection.
    #[must_use]
    pub const fn inverted(self) -> Style {
        Style {
            attrs: Attrs(self.attrs.0 ^ Attrs::INVERSE.0),
            ..self
        }
    }
}
