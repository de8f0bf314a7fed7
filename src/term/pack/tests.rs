//! Cells packed and unpacked.

use proptest::prelude::*;

use super::*;

fn check(cells: &[Cell]) {
    let mut bytes = Vec::new();
    let packed = encode(cells, true, None, &mut bytes);
    let decoded = decode(&bytes);
    assert_eq!(packed.columns, decoded.len());
    assert_eq!(decoded, cells);
    let mut shown = Vec::new();
    text(&bytes, &mut shown);
    let half = Flags::WIDE_CHAR_SPACER;
    let whole = decoded.iter().filter(|cell| !cell.flags.contains(half));
    let expected: String = whole
        .flat_map(|cell| {
            std::iter::once(cell.c).chain(cell.zerowidth().into_iter().flatten().copied())
        })
        .collect();
    assert_eq!(String::from_utf8_lossy(&shown), expected);
}

fn any_color(default: Color) -> impl Strategy<Value = Color> {
    prop_oneof![
        3 => Just(default),
        1 => any::<u8>().prop_map(Color::Indexed),
        1 => any::<(u8, u8, u8)>().prop_map(|(r, g, b)| Color::Spec(Rgb { r, g, b })),
    ]
}

fn any_cells() -> impl Strategy<Value = Vec<Cell>> {
    let character = prop_oneof![
        5 => proptest::char::range(' ', '~'),
        3 => Just(' '),
        2 => proptest::sample::select(vec!['é', '─', '日', '👩']),
    ];
    let cell = (
        character,
        any_color(FOREGROUND),
        any_color(BACKGROUND),
        prop_oneof![3 => Just(0u16), 1 => any::<u16>()],
        proptest::option::weighted(0.1, any_color(Color::Indexed(1))),
        proptest::collection::vec(Just('\u{301}'), 0..2),
        proptest::option::weighted(0.2, "[a-z]{0,3}"),
    );
    let cell = cell.prop_map(|(c, fg, bg, bits, underline, marks, link)| {
        let mut cell = Cell {
            c,
            fg,
            bg,
            flags: Flags::from_bits_retain(bits).difference(LAYOUT),
            extra: None,
        };
        if let Some(underline) = underline {
            cell.set_underline_color(Some(underline));
        }
        if let Some(id) = link {
            let link = Hyperlink::new(Some(id), "http://x".to_owned());
            cell.set_hyperlink(Some(link));
        }
        let mut tail = cell.clone();
        marks.into_iter().for_each(|mark| cell.push_zerowidth(mark));
        if crate::draw::text::char_width(c) != Some(2) {
            return vec![cell];
        }
        cell.flags.insert(Flags::WIDE_CHAR);
        tail.c = ' ';
        tail.flags.insert(Flags::WIDE_CHAR_SPACER);
        vec![cell, tail]
    });
    let run = (cell, 1usize..5).prop_map(|(cell, count)| vec![cell; count].concat());
    proptest::collection::vec(run, 0..20).prop_map(|runs| runs.concat())
}

#[test]
fn long_blanks_are_short() {
    let cells = vec![Cell::default(); 1000];
    check(&cells);
    let mut bytes = Vec::new();
    encode(&cells, true, None, &mut bytes);
    assert!(bytes.len() <= 12, "{} bytes", bytes.len());
    assert_eq!(encode(&cells, false, None, &mut bytes).columns, 0);
}

#[test]
fn halves_of_wide_characters_become_blanks() {
    let cell = |c, flags| Cell {
        c,
        flags,
        ..Cell::default()
    };
    let mut bytes = Vec::new();
    let broken = [
        cell(' ', Flags::WIDE_CHAR_SPACER),
        cell('日', Flags::WIDE_CHAR),
        cell('x', Flags::empty()),
        cell('日', Flags::empty()),
    ];
    let packed = encode(&broken, true, None, &mut bytes);
    let text: String = decode(&bytes).iter().map(|cell| cell.c).collect();
    assert_eq!((packed.columns, text.as_str()), (4, "  x "));
}

proptest! {
    #[test]
    fn cells_come_back_as_they_were(cells in any_cells()) {
        check(&cells);
    }

    #[test]
    fn parts_of_a_line_join(first in any_cells(), second in any_cells()) {
        let mut bytes = Vec::new();
        encode(&first, true, None, &mut bytes);
        encode(&second, true, Some(false), &mut bytes);
        prop_assert_eq!(decode(&bytes), [first, second].concat());
    }

    #[test]
    fn foreign_bytes_do_no_harm(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        decode(&bytes);
    }
}
