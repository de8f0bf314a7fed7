//! Surfaces, and frames read back by an emulator that shares no code with ours.

use proptest::prelude::*;

use super::*;
use crate::model::geometry::{Rect, Size};

const PLAIN: Style = Style::PLAIN;

fn surface(lines: &[&str]) -> Surface {
    let cols = lines.iter().map(|line| text::width(line)).max();
    let mut surface = Surface::new(Size::new(cols.unwrap_or(0) as u16, lines.len() as u16));
    for (y, line) in lines.iter().enumerate() {
        surface.put(0, y as u16, line, PLAIN, u16::MAX);
    }
    surface
}

fn frame(encoder: &mut Encoder, next: &Surface) -> String {
    let mut out = Vec::new();
    encoder.frame(next, &mut out);
    String::from_utf8(out).expect("frames are UTF-8")
}

mod surfaces {
    use super::*;

    #[test]
    fn text_is_cut_at_the_edge() {
        let mut surface = Surface::new(Size::new(6, 2));
        assert_eq!(surface.put(2, 0, "abcdefgh", PLAIN, 99), 4);
        assert_eq!(surface.put(0, 1, "日本語日", PLAIN, 5), 5);
        assert_eq!(surface.put(9, 9, "x", PLAIN, 1), 0);
        assert_eq!(surface.to_text(), "  abcd\n日本\n");
    }

    #[test]
    fn half_a_wide_character_is_never_left() {
        let check = |x, text: &str, expected: &str| {
            let mut surface = surface(&["日本語"]);
            surface.put(x, 0, text, PLAIN, 99);
            assert_eq!(surface.row_text(0), expected);
        };
        check(0, "a", "a 本語");
        check(1, "a", " a本語");
        check(1, "本", " 本 語");
        check(4, "ab", "日本ab");
    }

    #[test]
    fn control_characters_are_replaced_and_marks_join() {
        let mut surface = Surface::new(Size::new(8, 1));
        surface.put(0, 0, "a\x1b\u{9b}e\u{301}\u{202e}b", PLAIN, 8);
        assert_eq!(surface.row_text(0), "a\u{fffd}\u{fffd}e\u{301}b");
        assert_eq!(surface.glyph(3, 0), "e\u{301}");
    }

    #[test]
    fn marks_on_one_cell_are_bounded() {
        let mut surface = Surface::new(Size::new(2, 1));
        surface.put(0, 0, &format!("e{}", "\u{301}".repeat(99)), PLAIN, 2);
        assert_eq!(surface.glyph(0, 0).chars().count(), 17);
    }

    #[test]
    fn copying_clips_and_keeps_links() {
        let mut from = surface(&["日本", "abcd"]);
        let mut span = from.span(1, 1, 2);
        span.push('X', PLAIN);
        span.link(Link::new("", "http://x/").expect("a link"));
        let mut to = surface(&["......", "......", "......"]);
        to.copy(&from, Rect::new(1, 0, 3, 2), 2, 1);
        assert_eq!(to.to_text(), "......\n.. 本.\n..X d.\n");
        assert_eq!(to.link(2, 2).map(Link::uri), Some("http://x/"));
        assert_eq!(to.link(3, 2), None);
        to.copy(&from, Rect::new(0, 0, 4, 2), 5, 2);
        assert_eq!(to.row_text(2), "..X d");
    }

    #[test]
    fn links_hold_nothing_but_printable_ascii() {
        let ok = |id, uri| Link::new(id, uri).is_some();
        assert!(ok("", "https://example.org/a;b?c=d"));
        assert!(!ok("", "") && !ok("", "http://x/\x1b\\") && !ok("", "http://ä"));
        assert!(!ok("a;b", "http://x") && !ok("a:b", "http://x"));
    }

    #[test]
    fn a_widget_buffer_arrives_as_it_is() {
        use ratatui::style::{Color as WidgetColor, Modifier, Style as WidgetStyle};
        let area = ratatui::layout::Rect::new(0, 0, 8, 2);
        let mut buffer = ratatui::buffer::Buffer::empty(area);
        let style = WidgetStyle::new()
            .fg(WidgetColor::LightRed)
            .underline_color(WidgetColor::Rgb(1, 2, 3))
            .add_modifier(Modifier::BOLD | Modifier::UNDERLINED);
        buffer.set_string(0, 0, "日e\u{301}👩‍💻", style);
        buffer.set_string(0, 1, "a\x07b", style);
        let mut surface = Surface::new(Size::new(6, 2));
        surface.draw_buffer(&buffer, Rect::new(0, 0, 8, 2));
        assert_eq!(surface.row_text(0), "日e\u{301}👩‍💻");
        let cell = surface.cell(0, 0).expect("a cell");
        assert!(cell.is_wide() && surface.cell(4, 0).is_some_and(Cell::is_tail));
        assert_eq!(cell.style().fg, Color::indexed(9));
        assert_eq!(cell.style().underline, Color::rgb(1, 2, 3));
        let attrs = Attrs::BOLD.with_underline(Underline::Single);
        assert_eq!(cell.style().attrs, attrs);
        assert_eq!(surface.row_text(1), "ab");
    }
}

mod frames {
    use super::*;

    const CAPS: Caps = Caps {
        sync: false,
        ..Caps::FULL
    };

    /// The bytes that turn `before` into `after`, after a first frame.
    fn check(before: &Surface, after: &Surface, expected: &str) {
        let mut encoder = Encoder::new(CAPS);
        frame(&mut encoder, before);
        assert_eq!(frame(&mut encoder, after), expected);
        assert_eq!(frame(&mut encoder, after), "", "nothing differs any more");
    }

    fn at(mut surface: Surface, x: u16, y: u16) -> Surface {
        surface.cursor = Some(Cursor {
            x,
            y,
            ..Cursor::default()
        });
        surface
    }

    #[test]
    fn the_first_frame_draws_all() {
        let mut encoder = Encoder::new(Caps::FULL);
        assert_eq!(
            frame(&mut encoder, &at(surface(&["ab", "cd"]), 1, 1)),
            "\x1b[?2026h\x1b[?25l\x1b[m\x1b[H\x1b[2J\x1b[Hab\r\ncd\x1b[2;2H\x1b[?25h\x1b[?2026l"
        );
    }

    #[test]
    fn typing_costs_what_is_typed() {
        let before = at(surface(&["$ l      "]), 3, 0);
        check(&before, &at(surface(&["$ ls     "]), 4, 0), "s");
    }

    #[test]
    fn only_the_cursor_moves() {
        let lines = surface(&["abc", "def"]);
        check(
            &at(lines.clone(), 0, 0),
            &at(lines.clone(), 2, 1),
            "\x1b[2;3H",
        );
        check(&at(lines.clone(), 0, 0), &lines, "\x1b[?25l");
        check(&lines, &at(lines.clone(), 0, 0), "\x1b[H\x1b[?25h");
        let mut bar = at(lines.clone(), 0, 0);
        bar.cursor = bar.cursor.map(|cursor| Cursor {
            shape: CursorShape::Bar,
            blinking: true,
            ..cursor
        });
        check(&at(lines, 0, 0), &bar, "\x1b[5 q");
    }

    #[test]
    fn gaps_are_jumped_or_printed_over() {
        check(
            &surface(&["abcdefgh"]),
            &surface(&["XbXdefXh"]),
            "\x1b[HXbXdefX",
        );
        check(
            &surface(&["abcdefghijk"]),
            &surface(&["XbcdefghijX"]),
            "\x1b[HX\x1b[9CX",
        );
    }

    #[test]
    fn blank_ends_are_erased() {
        check(
            &surface(&["abcdefgh"]),
            &surface(&["ab      "]),
            "\x1b[1;3H\x1b[K",
        );
        check(
            &surface(&["abcdefgh"]),
            &surface(&["abcdef  "]),
            "\x1b[1;7H  ",
        );
        let mut blue = surface(&["abcdefgh"]);
        blue.fill(Rect::new(2, 0, 6, 1), PLAIN.bg(Color::indexed(4)));
        let erased = "\x1b[1;3H\x1b[44m\x1b[K\x1b[m";
        check(&surface(&["abcdefgh"]), &blue, erased);
        let mut encoder = Encoder::new(Caps { bce: false, ..CAPS });
        frame(&mut encoder, &surface(&["abcdefgh"]));
        assert_eq!(frame(&mut encoder, &blue), "\x1b[1;3H\x1b[44m      \x1b[m");
    }

    #[test]
    fn a_link_is_opened_and_closed() {
        let mut linked = surface(&["abcd"]);
        let mut span = linked.span(1, 0, 2);
        for character in "bc".chars() {
            span.push(character, PLAIN);
            span.link(Link::new("7", "http://x/").expect("a link"));
        }
        check(
            &surface(&["abcd"]),
            &linked,
            "\x1b[1;2H\x1b]8;id=7;http://x/\x1b\\bc\x1b]8;;\x1b\\",
        );
        check(&linked, &surface(&["abcd"]), "\x1b[1;2Hbc");
    }

    #[test]
    fn after_a_cluster_the_column_is_told() {
        check(
            &surface(&["abcd"]),
            &surface(&["e\u{301}Xcd"]),
            "\x1b[He\u{301}\x1b[2GX",
        );
        check(&surface(&["abcd"]), &surface(&["😀Xd"]), "\x1b[H😀\x1b[3GX");
    }

    #[test]
    fn rows_not_named_are_not_looked_at() {
        let mut encoder = Encoder::new(CAPS);
        frame(&mut encoder, &surface(&["a", "b"]));
        let next = surface(&["x", "y"]);
        let mut out = Vec::new();
        encoder.frame_rows(&next, [1], &mut out);
        assert_eq!(out, b"\x1b[2Hy");
        assert_eq!(frame(&mut encoder, &next), "\x1b[Hx");
    }

    #[test]
    fn a_new_size_or_a_lost_frame_draws_all_again() {
        let mut encoder = Encoder::new(CAPS);
        frame(&mut encoder, &surface(&["a"]));
        assert!(frame(&mut encoder, &surface(&["a", "b"])).contains("\x1b[2J"));
        encoder.invalidate();
        assert!(frame(&mut encoder, &surface(&["a", "b"])).contains("\x1b[2J"));
    }
}

mod oracle {
    use super::*;

    /// `vt100` knows neither underline styles nor links nor blinking, hidden or struck text.
    const CAPS: Caps = Caps {
        underlines: false,
        links: false,
        ..Caps::FULL
    };

    fn color(color: Color) -> vt100::Color {
        match color.kind() {
            ColorKind::Default => vt100::Color::Default,
            ColorKind::Indexed(index) => vt100::Color::Idx(index),
            ColorKind::Rgb(red, green, blue) => vt100::Color::Rgb(red, green, blue),
        }
    }

    fn compare(parser: &vt100::Parser, surface: &Surface) {
        let screen = parser.screen();
        let size = surface.size();
        for (x, y) in (0..size.rows).flat_map(|y| (0..size.cols).map(move |x| (x, y))) {
            let got = screen.cell(y, x).expect("inside");
            let cell = surface.cell(x, y).expect("inside");
            let wanted = surface.glyph(x, y);
            let shown = if got.contents().is_empty() && !cell.is_tail() {
                " "
            } else {
                got.contents()
            };
            assert_eq!(shown, wanted, "text at {x},{y}");
            if cell.is_tail() {
                continue;
            }
            let style = cell.style();
            assert_eq!(got.bgcolor(), color(style.bg), "background at {x},{y}");
            if wanted != " " {
                assert_eq!(got.fgcolor(), color(style.fg), "colour at {x},{y}");
                let attrs = (got.bold(), got.dim(), got.italic(), got.underline());
                let has = |attr| style.attrs.intersects(attr);
                let line = style.attrs.underline() != Underline::None;
                assert_eq!(
                    attrs,
                    (has(Attrs::BOLD), has(Attrs::DIM), has(Attrs::ITALIC), line)
                );
            }
            assert_eq!(got.inverse(), style.attrs.intersects(Attrs::INVERSE));
        }
        assert_eq!(screen.hide_cursor(), surface.cursor.is_none());
        if let Some(cursor) = surface.cursor {
            assert_eq!(screen.cursor_position(), (cursor.y, cursor.x));
        }
    }

    fn any_color() -> impl Strategy<Value = Color> {
        prop_oneof![
            3 => Just(Color::DEFAULT),
            2 => any::<u8>().prop_map(Color::indexed),
            1 => any::<(u8, u8, u8)>().prop_map(|(r, g, b)| Color::rgb(r, g, b)),
        ]
    }

    fn any_style() -> impl Strategy<Value = Style> {
        const ATTRS: [Attrs; 4] = [Attrs::BOLD, Attrs::DIM, Attrs::ITALIC, Attrs::INVERSE];
        let styled = (any_color(), any_color(), any::<[bool; 4]>(), any::<bool>());
        let styled = styled.prop_map(|(fg, bg, on, line)| {
            let chosen = ATTRS.into_iter().zip(on).filter(|(_, on)| *on);
            let attrs = chosen.fold(Attrs::NONE, |attrs, (attr, _)| attrs | attr);
            // To `vt100`, bold and dim are one attribute with three values.
            let attrs = match attrs.intersects(Attrs::BOLD) {
                true => attrs.without(Attrs::DIM),
                false => attrs,
            };
            let line = if line {
                Underline::Single
            } else {
                Underline::None
            };
            PLAIN.fg(fg).bg(bg).attrs(attrs.with_underline(line))
        });
        prop_oneof![Just(PLAIN), styled]
    }

    /// A change to a surface.
    #[derive(Debug, Clone)]
    enum Change {
        Put(u16, u16, String, Style),
        Fill(Rect, Style),
        Move(Rect, u16, u16),
        Cursor(Option<(u16, u16)>),
    }

    fn any_change(size: Size) -> impl Strategy<Value = Change> {
        let place = (0..size.cols, 0..size.rows);
        let area = (0..size.cols, 0..size.rows, 1..=size.cols, 1..=size.rows)
            .prop_map(|(x, y, cols, rows)| Rect::new(x, y, cols, rows));
        let words = prop_oneof![
            "[a-z ]{1,12}",
            "[a日本é ]{1,6}",
            "(e\u{301}|x|語|👩){1,4}",
            "[ ]{1,20}",
        ];
        prop_oneof![
            6 => (place.clone(), words, any_style())
                .prop_map(|((x, y), words, style)| Change::Put(x, y, words, style)),
            1 => (area.clone(), any_style()).prop_map(|(area, style)| Change::Fill(area, style)),
            1 => (area, place.clone()).prop_map(|(area, (x, y))| Change::Move(area, x, y)),
            1 => proptest::option::of(place).prop_map(Change::Cursor),
        ]
    }

    fn apply(surface: &mut Surface, change: &Change) {
        match change {
            Change::Put(x, y, words, style) => {
                surface.put(*x, *y, words, *style, u16::MAX);
            }
            Change::Fill(area, style) => surface.fill(*area, *style),
            Change::Move(area, x, y) => {
                let before = surface.clone();
                surface.copy(&before, *area, *x, *y);
            }
            Change::Cursor(place) => {
                surface.cursor = place.map(|(x, y)| Cursor {
                    x,
                    y,
                    ..Cursor::default()
                });
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(192))]

        /// Whatever happens to a surface, the terminal shows it after each frame.
        #[test]
        fn the_terminal_shows_the_surface(
            (size, frames) in (1u16..30, 1u16..8).prop_flat_map(|(cols, rows)| {
                let size = Size::new(cols, rows);
                let changes = proptest::collection::vec(any_change(size), 1..8);
                (Just(size), proptest::collection::vec(changes, 1..8))
            }),
            bce in any::<bool>(),
        ) {
            // Without bce an emulator would have to erase in the default colour; vt100 paints.
            let mut encoder = Encoder::new(Caps { bce, ..CAPS });
            let [rows, cols] = [size.rows, size.cols].map(|n| n.try_into().expect("not zero"));
            let mut parser = vt100::Parser::new(rows, cols, 0);
            let mut surface = Surface::new(size);
            for changes in frames {
                for change in &changes {
                    apply(&mut surface, change);
                }
                let mut out = Vec::new();
                encoder.frame(&surface, &mut out);
                parser.process(&out);
                compare(&parser, &surface);
                for y in 0..size.rows {
                    for x in 0..size.cols {
                        let cell = surface.cell(x, y).expect("inside");
                        let next = surface.cell(x + 1, y);
                        prop_assert_eq!(cell.is_wide(), next.is_some_and(Cell::is_tail));
                    }
                }
            }
        }

        /// No text, however it is written, puts a control character into a frame.
        #[test]
        fn text_never_becomes_control(text in any::<String>(), style in any_style()) {
            let mut surface = Surface::new(Size::new(40, 1));
            surface.put(0, 0, &text, style, 40);
            let shown = surface.to_text();
            prop_assert!(!shown.trim_end_matches('\n').chars().any(char::is_control));
        }
    }
}
