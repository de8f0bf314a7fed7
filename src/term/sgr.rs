//! Select Graphic Rendition: the pen of what is printed next, and its report (DECRQSS).

use alacritty_terminal::term::cell::{Cell, Flags};
use alacritty_terminal::vte::ansi::{Color, NamedColor, Rgb};

use super::color;
use super::parser::{Params, Sequence};
use crate::draw::{ColorKind, Underline};

/// The engine has no flag for blinking text; this bit of its cells is free.
pub(super) const BLINK: Flags = Flags::from_bits_retain(1 << 15);
/// Nor for these. Five styles of underline fit into three bits, which frees two of the engine's.
pub(super) const OVERLINE: Flags = Flags::DOTTED_UNDERLINE;
/// Printed under protection, spared by selective erasing.
pub(super) const PROTECTED: Flags = Flags::DASHED_UNDERLINE;
/// Any underline.
pub(super) const UNDERLINES: Flags = SINGLE.union(DOUBLE).union(CURLY);
const SINGLE: Flags = Flags::UNDERLINE;
const DOUBLE: Flags = Flags::DOUBLE_UNDERLINE;
const CURLY: Flags = Flags::UNDERCURL;
const DOTTED: Flags = SINGLE.union(DOUBLE);
const DASHED: Flags = SINGLE.union(CURLY);

/// The colour of text that chose none.
pub(super) const FOREGROUND: Color = Color::Named(NamedColor::Foreground);
/// The colour behind it.
pub(super) const BACKGROUND: Color = Color::Named(NamedColor::Background);

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

/// Plain text, keeping link and protection.
pub(super) fn reset(pen: &mut Cell) {
    pen.fg = FOREGROUND;
    pen.bg = BACKGROUND;
    pen.flags &= PROTECTED;
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
        53 => pen.flags.insert(OVERLINE),
        55 => pen.flags.remove(OVERLINE),
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
        2 => DOUBLE,
        3 => CURLY,
        4 => DOTTED,
        5 => DASHED,
        _ => SINGLE,
    };
    pen.flags.remove(UNDERLINES);
    pen.flags.insert(flag);
}

/// How text with these flags is underlined.
pub(super) fn underline_of(flags: Flags) -> Underline {
    match flags & UNDERLINES {
        none if none.is_empty() => Underline::None,
        DOUBLE => Underline::Double,
        CURLY => Underline::Curly,
        DOTTED => Underline::Dotted,
        DASHED => Underline::Dashed,
        _ => Underline::Single,
    }
}

/// What a code does to cells already on the screen (DECCARA, or DECRARA if it `toggles`): only the
/// attributes of a VT420 count.
pub(super) fn rectangle_code(cell: &mut Cell, code: u16, toggles: bool) {
    const FLAGS: [(u16, Flags); 5] = [
        (1, Flags::BOLD),
        (4, SINGLE),
        (5, BLINK),
        (7, Flags::INVERSE),
        (8, Flags::HIDDEN),
    ];
    let all = FLAGS.iter().fold(UNDERLINES, |all, (_, flag)| all | *flag);
    let of = |code: u16| {
        FLAGS
            .iter()
            .find(|(of, _)| *of == code)
            .map(|(_, flag)| *flag)
    };
    match (of(code), code, toggles) {
        (Some(flag), _, true) => cell.flags.toggle(flag),
        (Some(flag), _, false) => cell.flags.insert(flag),
        (None, 0, true) => FLAGS.iter().for_each(|(_, flag)| cell.flags.toggle(*flag)),
        (None, 0, false) => cell.flags.remove(all),
        (None, 24, false) => cell.flags.remove(UNDERLINES),
        (None, 22 | 25 | 27 | 28, false) => {
            cell.flags.remove(of(code - 20).unwrap_or(Flags::BOLD));
        }
        _ => {}
    }
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
    const CODES: [(Flags, &str); 3] = [
        (Flags::BOLD, ";1"),
        (Flags::DIM, ";2"),
        (Flags::ITALIC, ";3"),
    ];
    const LATER: [(Flags, &str); 5] = [
        (BLINK, ";5"),
        (Flags::INVERSE, ";7"),
        (Flags::HIDDEN, ";8"),
        (Flags::STRIKEOUT, ";9"),
        (OVERLINE, ";53"),
    ];
    let mut text = String::from("0");
    let mut push = |codes: &[(Flags, &str)]| {
        for (flag, code) in codes {
            if pen.flags.contains(*flag) {
                text.push_str(code);
            }
        }
    };
    push(&CODES);
    let underline = match underline_of(pen.flags) {
        Underline::None => "",
        Underline::Single => ";4",
        Underline::Double => ";4:2",
        Underline::Curly => ";4:3",
        Underline::Dotted => ";4:4",
        Underline::Dashed => ";4:5",
    };
    push(&[(Flags::empty(), underline)]);
    push(&LATER);
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
