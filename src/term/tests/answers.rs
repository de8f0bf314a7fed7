//! What a program is told when it asks: modes, devices, settings, levels, the keyboard.

use super::functions::{answers, check};
use super::*;

#[test]
fn modes_are_answered_truthfully() {
    let dec = [
        1, 4, 5, 6, 7, 8, 9, 18, 19, 25, 40, 41, 42, 44, 45, 66, 67, 69, 95, 1000, 1002, 1003,
        1004, 1005, 1006, 1007, 1015, 1045, 2004, 2027, 2031,
    ];
    for number in dec {
        answers(&[
            (
                &format!("\x1b[?{number}h\x1b[?{number}$p"),
                &format!("\x1b[?{number};1$y"),
            ),
            (
                &format!("\x1b[?{number}l\x1b[?{number}$p"),
                &format!("\x1b[?{number};2$y"),
            ),
        ]);
    }
    for number in [2, 4, 12, 20] {
        answers(&[
            (
                &format!("\x1b[{number}h\x1b[{number}$p"),
                &format!("\x1b[{number};1$y"),
            ),
            (
                &format!("\x1b[{number}l\x1b[{number}$p"),
                &format!("\x1b[{number};2$y"),
            ),
        ]);
    }
    answers(&[
        ("\x1b[1$p\x1b[19$p", "\x1b[1;4$y\x1b[19;4$y"),
        (
            "\x1b[?2$p\x1b[?1016$p\x1b[?80$p",
            "\x1b[?2;0$y\x1b[?1016;0$y\x1b[?80;0$y",
        ),
        (
            "\x1b[?3h\x1b[?3$p\x1b[?40h\x1b[?3h\x1b[?3$p",
            "\x1b[?3;2$y\x1b[?3;1$y",
        ),
        (
            "\x1b[?25;2004s\x1b[?25l\x1b[?2004h\x1b[?25;2004r\x1b[?25$p\x1b[?2004$p",
            "\x1b[?25;1$y\x1b[?2004;2$y",
        ),
        ("\x1b[?2027$p", "\x1b[?2027;1$y"),
        ("\x1b[?2048h", "\x1b[48;24;80;480;800t"),
        ("\x1b[14t\x1b[16t", "\x1b[4;480;800t\x1b[6;20;10t"),
    ]);
}

#[test]
fn pens_are_put_aside_and_come_back() {
    let pen = "\x1bP$qm\x1b\\";
    let cases = [
        ("\x1b[1;31m\x1b[#{\x1b[0;3m\x1b[#}", "0;1;38:5:1"),
        ("\x1b[1;31m\x1b[1#{\x1b[0;3m\x1b[#}", "0;1;3"),
        ("\x1b[4:3;31m\x1b[30;4#p\x1b[m\x1b[#q", "0;4:3;38:5:1"),
        ("\x1b[7m\x1b[#}", "0;7"),
        ("\x1b[7m\x1b[#{\x1bc\x1b[#}", "0"),
    ];
    for (bytes, expected) in cases {
        let asked = ask(&format!("{bytes}{pen}"));
        assert_eq!(asked, format!("\x1bP1$r{expected}m\x1b\\"), "{bytes:?}");
    }
    let common = "\x1b[H\x1b[1;4;31ma\x1b[0;1;32mb\x1b[1;1;1;2#|";
    assert_eq!(ask(common), "\x1b[0;1m");
}

/// What is no UTF-8 is shown as such and does nothing, whatever it would do as an 8-bit control.
#[test]
fn broken_text_is_no_control() {
    check(&[("a\u{85}b", "a|b"), ("\u{9b}3Cb", "3Cb")]);
    let mut screen = screen(20, 4, "");
    screen.feed(b"a\x85b\x8dc\x9ad\x9b2Ce\xc0\xaff");
    let shown = "a\u{fffd}b\u{fffd}c\u{fffd}d\u{fffd}2Ce\u{fffd}\u{fffd}f";
    assert_eq!(screen.to_text().trim_end(), shown);
    assert_eq!(screen.take_replies(), b"");
}

#[test]
fn devices_and_settings_are_reported() {
    answers(&[
        (
            "\x1b[?15n\x1b[?25n\x1b[?26n",
            "\x1b[?13n\x1b[?20n\x1b[?27;1;0;0n",
        ),
        (
            "\x1b[?53n\x1b[?55n\x1b[?56n",
            "\x1b[?50n\x1b[?50n\x1b[?57;0n",
        ),
        ("\x1b[?62n\x1b[?63;12n", "\x1b[0*{\x1bP12!~0000\x1b\\"),
        ("\x1b[?75n\x1b[?85n", "\x1b[?70n\x1b[?83n"),
        (
            "\x1b[x\x1b[1x",
            "\x1b[2;1;1;128;128;1;0x\x1b[3;1;1;128;128;1;0x",
        ),
        ("\x1b[11t\x1b[13t", "\x1b[1t\x1b[3;0;0t"),
        ("\x1b[20t\x1b[21t", ""),
        (
            "\x1bP$qt\x1b\\\x1bP$q*|\x1b\\",
            "\x1bP1$r24t\x1b\\\x1bP1$r24*|\x1b\\",
        ),
        (
            "\x1bP$q$|\x1b\\\x1bP$q$}\x1b\\",
            "\x1bP1$r80$|\x1b\\\x1bP1$r0$}\x1b\\",
        ),
        ("\x1b[2*x\x1bP$q*x\x1b\\", "\x1bP1$r2*x\x1b\\"),
        ("\x1b[62;1\"p\x1bP$q\"p\x1b\\", "\x1bP1$r62;1\"p\x1b\\"),
        (
            "\x1bP+q696e646e\x1b\\",
            "\x1bP1+r696E646E=1B5B257031256453\x1b\\",
        ),
    ]);
}

#[test]
fn a_lower_level_can_less() {
    answers(&[
        ("\x1b[62\"p\x1b[4$p\x1b[?25$p", ""),
        ("\x1b[62\"p\x1b[!p\x1b[4$p", "\x1b[4;2$y"),
        (
            "\x1b[63\"p\x1b[4$p\x1b[?69h\x1b[?69$p",
            "\x1b[4;2$y\x1b[?69;2$y",
        ),
        ("\x1b[63\"p\x1b[64\"p\x1b[?69h\x1b[?69$p", "\x1b[?69;1$y"),
        // Margins do not outlive their level.
        (
            "\x1b[?69h\x1b[3;4s\x1b[63\"p\x1bP$qs\x1b\\",
            "\x1bP1$r1;80s\x1b\\",
        ),
    ]);
}

#[test]
fn other_keys_are_set_and_told() {
    answers(&[
        ("\x1b[>4;2m\x1b[?4m", "\x1b[>4;2m"),
        ("\x1b[>4;1m\x1b[>4m\x1b[?4m", "\x1b[>4;0m"),
        ("\x1b[>4;1m\x1b[>4n\x1b[?4m", "\x1b[>4;0m"),
        ("\x1b[>4;1m\x1b[>m\x1b[?4m", "\x1b[>4;0m"),
        ("\x1b[>4;1m\x1bc\x1b[?4m", "\x1b[>4;0m"),
    ]);
    assert_eq!(screen(9, 3, "\x1b[>4;2m").modes().other_keys, 2);
}

#[test]
fn keyboard_flags_belong_to_a_screen() {
    answers(&[
        (
            "\x1b[>1u\x1b[?1049h\x1b[?u\x1b[>3u\x1b[?u\x1b[?1049l\x1b[?u",
            "\x1b[?0u\x1b[?3u\x1b[?1u",
        ),
        ("\x1b[>31u\x1b[?u\x1b[<9u\x1b[?u", "\x1b[?31u\x1b[?0u"),
        ("\x1b[>255u\x1b[?u", "\x1b[?31u"),
    ]);
}
