//! Select Graphic Rendition: the pen of what is printed next, and its report (DECRQSS).

use alacritty_terminal::term::cell::{Cell, Flags};
use alacritty_terminal::vte::ansi::{Color, NamedColor, Rgb};

use super::color;
use super::parser::{Params, Sequence};
use crate::draw::ColorKind;

/// The engine has no flag for blinking text; this bit of its cells is free.
pub(super) const BLINK: Flags = Flags::from_bits_retain(1 << 15);

const FOREGROUND: Color = Color::Named(NamedColor::Foreground);
const BACKGROUND: Color = Color::Named(NamedColor::Background);

/// Applies the parameters of one SGR sequence to the pen.
pub(super) fn apply(pen: &mut Cell, sequence: &Sequence) {
    let mut params = sequence.params();
    while let Some(param) = params.next() {
        match *param {
            [0] => reset(pen),
            [code] => apply_code(pen, code, &mut params),
            [4, style] => underline(pen, style),
            [38, ref rest @ ..] => pen.fg = colon_color(rest).unwrap_or(pen.fg),
            [48, ref rest @ ..] => pen.bg = colon_color(rest).unwrap_or(pen.bg),
            [58, ref rest @ ..] => {
                if let Some(color) = colon_color(rest) {
                    pen.set_underline_color(Some(color));
                }
            }
            _ => {}
        }
    }
}

/// Plain text, keeping the link.
pub(super) fn reset(pen: &mut Cell) {
    pen.fg = FOREGROUND;
    pen.bg = BACKGROUND;
    pen.flags = Flags::empty();
    if pen.extra.is_some() {
        pen.set_underline_color(None);
    }
}

fn apply_code(pen: &mut Cell, code: u16, params: &mut Params<'_>) {
    match code {
        1 => pen.flags.insert(Flags::BOLD),
        2 => pen.flags.insert(Flags::DIM),
        3 => pen.flags.insert(Flags::ITALIC),
        4 => underline(pen, 1),
        5 | 6 => pen.flags.insert(BLINK),
        7 => pen.flags.insert(Flags::INVERSE),
        8 => pen.flags.insert(Flags::HIDDEN),
        9 => pen.flags.insert(Flags::STRIKEOUT),
        21 => underline(pen, 2),
        22 => pen.flags.remove(Flags::BOLD | Flags::DIM),
        23 => pen.flags.remove(Flags::ITALIC),
        24 => underline(pen, 0),
        25 => pen.flags.remove(BLINK),
        27 => pen.flags.remove(Flags::INVERSE),
        28 => pen.flags.remove(Flags::HIDDEN),
        29 => pen.flags.remove(Flags::STRIKEOUT),
        30..=37 => pen.fg = Color::Indexed(code as u8 - 30),
        38 => pen.fg = semicolon_color(params).unwrap_or(pen.fg),
        39 => pen.fg = FOREGROUND,
        40..=47 => pen.bg = Color::Indexed(code as u8 - 40),
        48 => pen.bg = semicolon_color(params).unwrap_or(pen.bg),
        49 => pen.bg = BACKGROUND,
        58 => {
            if let Some(color) = semicolon_color(params) {
                pen.set_underline_color(Some(color));
            }
        }
        59 => pen.set_underline_color(None),
        90..=97 => pen.fg = Color::Indexed(code as u8 - 90 + 8),
        100..=107 => pen.bg = Color::Indexed(code as u8 - 100 + 8),
        _ => {}
    }
}

fn underline(pen: &mut Cell, style: u16) {
    let flag = match style {
        0 => Flags::empty(),
        2 => Flags::DOUBLE_UNDERLINE,
        3 => Flags::UNDERCURL,
        4 => Flags::DOTTED_UNDERLINE,
        5 => Flags::DASHED_UNDERLINE,
        _ => Flags::UNDERLINE,
    };
    pen.flags.remove(Flags::ALL_UNDERLINES);
    pen.flags.insert(flag);
}

/// `38;5;n` and `38;2;r;g;b`, each a parameter of its own.
fn semicolon_color(params: &mut Params<'_>) -> Option<Color> {
    let mut next = || params.next().and_then(|param| param.first().copied());
    match next()? {
        5 => indexed(next()?),
        2 => rgb(next()?, next()?, next()?),
        _ => None,
    }
}

/// `38:5:n`, `38:2:r:g:b` and, with a colour space, `38:2:s:r:g:b`.
fn colon_color(parts: &[u16]) -> Option<Color> {
    match *parts {
        [5, index, ..] => indexed(index),
        [2, r, g, b] | [2, _, r, g, b, ..] => rgb(r, g, b),
        _ => None,
    }
}

fn indexed(index: u16) -> Option<Color> {
    u8::try_from(index).ok().map(Color::Indexed)
}

fn rgb(r: u16, g: u16, b: u16) -> Option<Color> {
    let [r, g, b] = [r, g, b].map(u8::try_from);
    Some(Color::Spec(Rgb {
        r: r.ok()?,
        g: g.ok()?,
        b: b.ok()?,
    }))
}

/// The sequence that would select this pen, without introducer: `0;1;38:2::1:2:3m`.
pub(super) fn report(pen: &Cell) -> String {
    const CODES: [(Flags, &str); 12] = [
        (Flags::BOLD, ";1"),
        (Flags::DIM, ";2"),
        (Flags::ITALIC, ";3"),
        (Flags::UNDERLINE, ";4"),
        (Flags::DOUBLE_UNDERLINE, ";4:2"),
        (Flags::UNDERCURL, ";4:3"),
        (Flags::DOTTED_UNDERLINE, ";4:4"),
        (Flags::DASHED_UNDERLINE, ";4:5"),
        (BLINK, ";5"),
        (Flags::INVERSE, ";7"),
        (Flags::HIDDEN, ";8"),
        (Flags::STRIKEOUT, ";9"),
    ];
    let mut text = String::from("0");
    for (flag, code) in CODES {
        if pen.flags.contains(flag) {
            text.push_str(code);
        }
    }
    let colors = [
        (38, Some(pen.fg)),
        (48, Some(pen.bg)),
        (58, pen.underline_color()),
    ];
    for (code, shown) in colors {
        match shown.map(|shown| color::to_draw(shown).kind()) {
            Some(ColorKind::Indexed(index)) => text.push_str(&format!(";{code}:5:{index}")),
            Some(ColorKind::Rgb(r, g, b)) => text.push_str(&format!(";{code}:2::{r}:{g}:{b}")),
            _ => {}
        }
    }
    text.push('m');
    text
}
