//! Images: in cells where a terminal shows them, a word elsewhere.

use super::*;
use crate::draw::{Caps, Encoder, PLACEHOLDER, Surface};
use crate::term::Palette;

/// A screen of 20 x 6 whose cells are 10 x 20 pixels, behind a terminal that shows images.
fn shows(bytes: &str) -> Screen {
    let mut screen = Screen::new(Size::new(20, 6), 50);
    screen.set_palette(Palette {
        images: true,
        ..Palette::default()
    });
    screen.feed(bytes.as_bytes());
    screen
}

/// The rows of the screen, with `#` for a cell of an image.
fn rows(screen: &Screen) -> String {
    let text: String = screen
        .to_text()
        .chars()
        .filter(|c| *c == PLACEHOLDER || crate::draw::text::char_width(*c) != Some(0))
        .map(|c| if c == PLACEHOLDER { '#' } else { c })
        .collect();
    text.trim_end_matches('\n').replace('\n', "|")
}

fn replies(screen: &mut Screen) -> String {
    String::from_utf8(screen.take_replies()).expect("ASCII")
}

/// `width` x `height` pixels, none of them visible.
fn pixels(width: usize, height: usize) -> String {
    "AAAA".repeat(width * height)
}

/// What a terminal is sent to show the screen.
fn drawn(screen: &Screen, encoder: &mut Encoder) -> String {
    let mut surface = Surface::new(screen.size());
    surface.images.extend(screen.images().cloned());
    screen.draw(
        0,
        &mut surface,
        crate::model::geometry::Rect::new(0, 0, 20, 6),
    );
    let mut out = Vec::new();
    encoder.frame(&surface, &mut out);
    String::from_utf8(out).expect("text")
}

#[test]
fn an_image_takes_the_cells_it_needs() {
    let check = |bytes: &str, expected: &str, at: (u16, u16)| {
        let screen = shows(bytes);
        assert_eq!(
            (rows(&screen).as_str(), screen.cursor_position()),
            (expected, at),
            "{bytes:.60?}"
        );
    };
    let image = |keys: &str| format!("\x1b_Ga=T,f=24,s=25,v=30,{keys};{}\x1b\\", pixels(25, 30));
    check(&format!("a{}b", image("q=1")), "a###| ###b", (5, 1));
    check(&format!("a{}b", image("C=1")), "ab##| ###", (2, 0));
    check(&format!("a{}b", image("c=2,r=1")), "a##b", (4, 0));
    check(
        &format!("a{}b", image("c=6")),
        "a######| ######| ######| ######b",
        (8, 3),
    );
    check(
        &format!("\x1b[1;19H{}", image("")),
        "                  ##|                  ##",
        (19, 1),
    );
    check(&format!("x\x1b[6;1H{}", image("")), "||||###|###", (3, 5));
    check("a\x1bPq\"1;1;25;30#0~\x1b\\b", "a###| b##", (2, 1));
    check("a\x1bPq!25~-!25~\x1b\\\nb", "a###| b", (2, 1));
}

#[test]
fn images_scroll_are_covered_and_deleted() {
    let image = format!("\x1b_Ga=T,i=9,f=24,s=20,v=40,q=2;{}\x1b\\", pixels(20, 40));
    let mut screen = shows(&format!("{image}\x1b[1;2Hx\x1b[6;1H\n"));
    assert_eq!(rows(&screen), "##");
    assert!(
        screen
            .line_text(-1, true)
            .is_some_and(|line| line.contains('x'))
    );
    screen.feed(b"\x1b_Ga=d,d=i,i=8\x1b\\");
    assert_eq!(rows(&screen), "##");
    screen.feed(b"\x1b_Ga=d\x1b\\");
    assert_eq!(rows(&screen), "");
    screen.feed(b"\x1b_Ga=p,i=9,c=1,r=1\x1b\\");
    assert_eq!(
        replies(&mut screen),
        "\x1b_Gi=9;OK\x1b\\",
        "the pixels are still known"
    );
    screen.feed(b"\x1b_Ga=d,d=A\x1b\\\x1b_Ga=p,i=9\x1b\\");
    assert_eq!(replies(&mut screen), "\x1b_Gi=9;ENOENT:no such image\x1b\\");
    assert_eq!(screen.images().count(), 0);
}

#[test]
fn programs_are_told_what_can_be_shown() {
    let ask = |bytes: &str| replies(&mut shows(bytes));
    assert_eq!(
        ask("\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\"),
        "\x1b_Gi=31;OK\x1b\\"
    );
    assert!(ask("\x1b_Gi=1,a=q,t=f,f=100;L2V0Yy9wYXNzd2Q=\x1b\\").contains("EINVAL"));
    assert!(ask("\x1b_Gi=1,s=9,v=9,f=24;AAAA\x1b\\").contains("ENODATA"));
    assert!(ask("\x1b_Gi=1,s=99999,v=9,f=24,o=z;AAAA\x1b\\").contains("EINVAL"));
    assert_eq!(ask("\x1b_Gi=1,s=1,v=1,f=24,q=1;AAAA\x1b\\"), "");
    let numbered = ask("\x1b_GI=5,s=1,v=1,f=24,m=1;AA\x1b\\\x1b_Gm=0;AA\x1b\\");
    assert!(numbered.starts_with("\x1b_Gi=") && numbered.ends_with(",I=5;OK\x1b\\"));
    assert!(ask("\x1b[c").contains(";4;"));
}

#[test]
fn what_an_image_may_have_is_told() {
    let ask = |bytes: &str| replies(&mut shows(bytes));
    assert_eq!(ask("\x1b[?1;1;0S"), "\x1b[?1;0;1024S");
    assert_eq!(ask("\x1b[?2;1;0S"), "\x1b[?2;0;200;120S");
    assert_eq!(ask("\x1b[?2;4;0S"), "\x1b[?2;0;200;120S");
    // Nothing of it can be set, and other kinds of graphics there are none.
    assert_eq!(ask("\x1b[?1;3;16S\x1b[?2;9S"), "\x1b[?1;3;0S\x1b[?2;2;0S");
    assert_eq!(ask("\x1b[?3;1;0S"), "\x1b[?3;1;0S");
    assert_eq!(replies(&mut screen(20, 6, "\x1b[?1;1;0S")), "");
}

#[test]
fn a_terminal_gets_the_pixels_once_and_forgets_them() {
    let mut encoder = Encoder::new(Caps {
        images: true,
        ..Caps::FULL
    });
    let mut screen = shows("\x1b_Ga=T,i=9,f=24,s=1,v=1,q=2;AAAA\x1b\\");
    let id = screen.images().next().expect("one").id;
    let [_, r, g, b] = id.to_be_bytes();
    let first = drawn(&screen, &mut encoder);
    assert!(first.contains(&format!(
        "\x1b_Ga=T,U=1,q=2,i={id},c=1,r=1,f=24,s=1,v=1,m=0;AAAA\x1b\\"
    )));
    assert!(first.contains("\u{10eeee}\u{305}\u{305}"));
    assert!(first.contains(&format!("38;2;{r};{g};{b}m")), "{first:?}");
    screen.feed(b"x");
    assert!(!drawn(&screen, &mut encoder).contains("\x1b_G"));
    screen.feed(b"\x1b_Ga=d,d=A\x1b\\");
    assert!(drawn(&screen, &mut encoder).contains(&format!("\x1b_Ga=d,d=I,q=2,i={id}\x1b\\")));
    let mut plain = Encoder::new(Caps::FULL);
    screen.feed(b"\x1b[2J\x1b[H\x1b_Ga=T,s=1,v=1,f=24,c=9,r=2;AAAA\x1b\\");
    let text = drawn(&screen, &mut plain);
    assert!(text.contains("[image]··") && !text.contains('\u{10eeee}') && !text.contains("\x1b_G"));
}

/// Programs that draw placeholders themselves know their own numbers only.
#[test]
fn placeholders_of_a_program_are_renumbered() {
    let mut screen = shows("\x1b_Ga=T,U=1,i=42,c=2,r=1,f=24,s=1,v=1,q=2;AAAA\x1b\\");
    assert_eq!(rows(&screen), "");
    screen.feed(
        "\x1b[38;5;42m\u{10eeee}\u{305}\u{305}\u{305}\u{10eeee}\u{305}\u{30d}\x1b[mx".as_bytes(),
    );
    assert_eq!(rows(&screen), "##x");
    let id = screen.images().next().expect("one").id;
    let mut surface = Surface::new(screen.size());
    screen.draw(
        0,
        &mut surface,
        crate::model::geometry::Rect::new(0, 0, 20, 6),
    );
    let cell = surface.cell(1, 0).expect("a cell");
    assert_eq!(cell.style().fg, crate::draw::Image::color(id));
    assert_eq!(
        surface.glyph(0, 0),
        "\u{10eeee}\u{305}\u{305}",
        "no third mark"
    );
}

#[test]
fn what_is_kept_is_bounded() {
    let mut screen = shows("");
    for number in 0..400 {
        screen.feed(format!("\x1b_Ga=T,i={number},f=24,s=1,v=1,q=2;AAAA\x1b\\").as_bytes());
    }
    assert!(screen.images().count() <= 256);
    let chunk = format!("\x1b_Gm=1;{}\x1b\\", "A".repeat(1 << 19));
    screen.feed(b"\x1b_Ga=T,f=24,s=4000,v=4000,m=1;AAAA\x1b\\");
    for _ in 0..100 {
        screen.feed(chunk.as_bytes());
    }
    screen.feed(b"\x1b_Gm=0;AAAA\x1b\\after");
    assert!(rows(&screen).contains("after"));
}
