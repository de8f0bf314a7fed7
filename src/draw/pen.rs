//! The outer terminal's pen: which style and link what is printed next will have.

use super::caps::{Caps, ColorDepth};
use super::cell::Link;
use super::style::{Attrs, Color, ColorKind, Style, Underline};

/// The attributes with their codes for on and off. Bold and dim share one off code.
const CODES: [(Attrs, u8, u8); 8] = [
    (Attrs::BOLD, 1, 22),
    (Attrs::DIM, 2, 22),
    (Attrs::ITALIC, 3, 23),
    (Attrs::BLINK, 5, 25),
    (Attrs::INVERSE, 7, 27),
    (Attrs::HIDDEN, 8, 28),
    (Attrs::STRIKE, 9, 29),
    (Attrs::OVERLINE, 53, 55),
];

/// What the terminal was last told. A frame begins and ends with [`Pen::default`].
#[derive(Debug, Default)]
pub(super) struct Pen {
    style: Style,
    link: Option<Link>,
}

impl Pen {
    /// Whether the pen has `style`, so that [`Pen::set`] would write nothing.
    pub(super) fn has(&self, style: Style) -> bool {
        self.style == style
    }

    /// Whether no link is open.
    pub(super) fn is_unlinked(&self) -> bool {
        self.link.is_none()
    }

    /// Whether erasing with this pen leaves what a blank cell of `style` shows.
    pub(super) fn erases_to(&self, style: Style) -> bool {
        self.style == style && style.attrs.is_none() && self.link.is_none()
    }

    /// Writes the shortest change to `style`, which must be within `caps` (see [`fit`]).
    pub(super) fn set(&mut self, style: Style, caps: &Caps, out: &mut Vec<u8>) {
        if self.style == style {
            return;
        }
        if style == Style::PLAIN {
            out.extend_from_slice(b"\x1b[m");
            self.style = style;
            return;
        }
        out.extend_from_slice(b"\x1b[");
        let start = out.len();
        self.set_attrs(style.attrs, caps, out);
        if self.style.fg != style.fg {
            push_color(style.fg, 30, out);
        }
        if self.style.bg != style.bg {
            push_color(style.bg, 40, out);
        }
        if self.style.underline != style.underline && caps.underlines {
            push_underline_color(style.underline, out);
        }
        if out.len() == start {
            // Only something differed that this terminal cannot show.
            out.truncate(start - 2);
        } else if let Some(last) = out.last_mut() {
            // Every code ends in a semicolon; the last one becomes the final byte.
            *last = b'm';
        }
        self.style = style;
    }

    fn set_attrs(&self, next: Attrs, caps: &Caps, out: &mut Vec<u8>) {
        let mut now = self.style.attrs;
        if now == next {
            return;
        }
        for (attr, _, off) in CODES {
            if now.intersects(attr) && !next.intersects(attr) {
                push_code(u16::from(off), out);
                now = now.without(attr);
                if off == 22 {
                    now = now.without(Attrs::BOLD | Attrs::DIM);
                }
            }
        }
        for (attr, on, _) in CODES {
            if next.intersects(attr) && !now.intersects(attr) {
                push_code(u16::from(on), out);
            }
        }
        if now.underline() != next.underline() {
            match next.underline() {
                Underline::None => push_code(24, out),
                Underline::Single => push_code(4, out),
                _ if !caps.underlines => push_code(4, out),
                Underline::Double => out.extend_from_slice(b"4:2;"),
                Underline::Curly => out.extend_from_slice(b"4:3;"),
                Underline::Dotted => out.extend_from_slice(b"4:4;"),
                Underline::Dashed => out.extend_from_slice(b"4:5;"),
            }
        }
    }

    /// Opens, changes or closes the link.
    pub(super) fn set_link(&mut self, link: Option<&Link>, caps: &Caps, out: &mut Vec<u8>) {
        if !caps.links || self.link.as_ref() == link {
            return;
        }
        out.extend_from_slice(b"\x1b]8;");
        if let Some(link) = link {
            if !link.id().is_empty() {
                out.extend_from_slice(b"id=");
                out.extend_from_slice(link.id().as_bytes());
            }
            out.push(b';');
            out.extend_from_slice(link.uri().as_bytes());
        } else {
            out.push(b';');
        }
        out.extend_from_slice(b"\x1b\\");
        self.link = link.cloned();
    }
}

/// The style as this terminal can show it.
pub(super) fn fit(style: Style, caps: &Caps) -> Style {
    if caps.colors == ColorDepth::True && caps.underlines {
        return style;
    }
    let underline = match style.attrs.underline() {
        Underline::None => Underline::None,
        other if caps.underlines => other,
        _ => Underline::Single,
    };
    Style {
        fg: caps.color(style.fg),
        bg: caps.color(style.bg),
        underline: match caps.underlines {
            true => caps.color(style.underline),
            false => Color::DEFAULT,
        },
        attrs: style.attrs.with_underline(underline),
    }
}

/// `base` is 30 for the foreground and 40 for the background.
fn push_color(color: Color, base: u16, out: &mut Vec<u8>) {
    match color.kind() {
        ColorKind::Default => push_code(base + 9, out),
        ColorKind::Indexed(index @ 0..8) => push_code(base + u16::from(index), out),
        ColorKind::Indexed(index @ 8..16) => push_code(base + 52 + u16::from(index), out),
        ColorKind::Indexed(index) => {
            push_code(base + 8, out);
            push_code(5, out);
            push_code(u16::from(index), out);
        }
        ColorKind::Rgb(red, green, blue) => {
            push_code(base + 8, out);
            push_code(2, out);
            push_code(u16::from(red), out);
            push_code(u16::from(green), out);
            push_code(u16::from(blue), out);
        }
    }
}

/// Colons, not semicolons: a terminal without this colour would take `58;5;1` for three codes.
fn push_underline_color(color: Color, out: &mut Vec<u8>) {
    match color.kind() {
        ColorKind::Default => push_code(59, out),
        ColorKind::Indexed(index) => {
            out.extend_from_slice(b"58:5:");
            push_code(u16::from(index), out);
        }
        ColorKind::Rgb(red, green, blue) => {
            out.extend_from_slice(b"58:2:");
            for part in [red, green] {
                out.push(b':');
                push_number(u16::from(part), out);
            }
            out.push(b':');
            push_code(u16::from(blue), out);
        }
    }
}

fn push_code(code: u16, out: &mut Vec<u8>) {
    push_number(code, out);
    out.push(b';');
}

/// Writes a decimal number.
pub(super) fn push_number(number: u16, out: &mut Vec<u8>) {
    let mut digits = [0; 5];
    let mut at = digits.len();
    let mut rest = number;
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(from: Style, to: Style, expected: &str) {
        let mut pen = Pen {
            style: from,
            link: None,
        };
        let mut out = Vec::new();
        pen.set(to, &Caps::FULL, &mut out);
        assert_eq!(
            String::from_utf8_lossy(&out),
            expected,
            "{from:?} to {to:?}"
        );
        assert!(pen.has(to));
    }

    #[test]
    fn changes_are_short() {
        let plain = Style::PLAIN;
        let bold = plain.attrs(Attrs::BOLD);
        let red = plain.fg(Color::indexed(1));
        check(plain, plain, "");
        check(plain, bold, "\x1b[1m");
        check(bold, plain, "\x1b[m");
        check(bold, red, "\x1b[22;31m");
        check(red, red.bg(Color::indexed(12)), "\x1b[104m");
        check(red, plain.fg(Color::indexed(200)), "\x1b[38;5;200m");
        check(red, red.bg(Color::rgb(1, 22, 255)), "\x1b[48;2;1;22;255m");
        check(red.bg(Color::indexed(2)), red, "\x1b[49m");
        check(red.attrs(Attrs::BOLD), plain.attrs(Attrs::BOLD), "\x1b[39m");
    }

    #[test]
    fn bold_and_dim_share_their_end() {
        let both = Style::PLAIN.attrs(Attrs::BOLD | Attrs::DIM);
        check(both, Style::PLAIN.attrs(Attrs::DIM), "\x1b[22;2m");
        check(both, Style::PLAIN.attrs(Attrs::ITALIC), "\x1b[22;3m");
    }

    #[test]
    fn underlines_have_styles_and_colors() {
        let with = |line| Style {
            attrs: Attrs::NONE.with_underline(line),
            ..Style::PLAIN
        };
        let curly = Style {
            underline: Color::rgb(9, 8, 7),
            ..with(Underline::Curly)
        };
        check(Style::PLAIN, with(Underline::Single), "\x1b[4m");
        check(with(Underline::Single), curly, "\x1b[4:3;58:2::9:8:7m");
        check(curly, with(Underline::Curly), "\x1b[59m");
        let basic = fit(curly, &Caps::BASIC);
        assert_eq!(basic, with(Underline::Single));
    }
}
