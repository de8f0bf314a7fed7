//! Answers, events and modes.

use super::*;
use crate::draw::CursorShape;

mod answers {
    use super::*;

    fn check(question: &str, answer: &str) {
        assert_eq!(ask(question), answer, "{question:?}");
    }

    #[test]
    fn devices_are_described() {
        check("\x1b[c", "\x1b[?64;6;21;22;28;52c");
        check("\x1bZ", "\x1b[?64;6;21;22;28;52c");
        check("\x1b[>c", "\x1b[>41;300;0c");
        check("\x1b[=c", "\x1bP!|53544F41\x1b\\");
        check(
            "\x1b[>q",
            concat!("\x1bP>|stoa ", env!("CARGO_PKG_VERSION"), "\x1b\\"),
        );
        check("\x1b[1c\x1b[>1c", "");
    }

    #[test]
    fn status_and_cursor_are_reported() {
        check("\x1b[5n", "\x1b[0n");
        check("ab\r\nc\x1b[6n", "\x1b[2;2R");
        check("ab\x1b[?6n", "\x1b[?1;3;1R");
        check("\x1b[3;9r\x1b[?6h\x1b[2;5H\x1b[6n", "\x1b[2;5R");
        check("\x1b[18t\x1b[19t", "\x1b[8;24;80t\x1b[9;24;80t");
    }

    #[test]
    fn modes_are_reported() {
        check("\x1b[?25$p", "\x1b[?25;1$y");
        check("\x1b[?2004h\x1b[?2004$p", "\x1b[?2004;1$y");
        check("\x1b[?1006$p\x1b[?4711$p", "\x1b[?1006;2$y\x1b[?4711;0$y");
        check("\x1b[?2026$p\x1b[?2031$p", "\x1b[?2026;2$y\x1b[?2031;2$y");
        check(
            "\x1b[4h\x1b[4$p\x1b[20$p\x1b[3$p",
            "\x1b[4;1$y\x1b[20;2$y\x1b[3;0$y",
        );
    }

    #[test]
    fn the_keyboard_protocol_is_reported() {
        check("\x1b[?u", "\x1b[?0u");
        check("\x1b[>5u\x1b[?u\x1b[<u\x1b[?u", "\x1b[?5u\x1b[?0u");
        check("\x1b[=3;1u\x1b[=4;2u\x1b[=1;3u\x1b[?u", "\x1b[?6u");
    }

    #[test]
    fn capabilities_are_told_in_hexadecimal() {
        check(
            "\x1bP+q544e\x1b\\",
            "\x1bP1+r544E=787465726D2D323536636F6C6F72\x1b\\",
        );
        check(
            "\x1bP+q5463;7878\x1b\\",
            "\x1bP1+r5463\x1b\\\x1bP0+r7878\x1b\\",
        );
        check("\x1bP+qzz\x1b\\", "");
    }

    #[test]
    fn settings_are_told() {
        check(
            "\x1b[1;4:3;38;5;9;48;2;1;2;3;58:2::4:5:6m\x1bP$qm\x1b\\",
            "\x1bP1$r0;1;4:3;38:5:9;48:2::1:2:3;58:2::4:5:6m\x1b\\",
        );
        check("\x1b[2;9r\x1bP$qr\x1b\\", "\x1bP1$r2;9r\x1b\\");
        check("\x1b[3 q\x1bP$q q\x1b\\", "\x1bP1$r3 q\x1b\\");
        check("\x1bP$qx\x1b\\", "\x1bP0$r\x1b\\");
    }

    #[test]
    fn colors_are_told_and_set() {
        check("\x1b]11;?\x07", "\x1b]11;rgb:0000/0000/0000\x07");
        check(
            "\x1b]10;?;?\x1b\\",
            "\x1b]10;rgb:e5e5/e5e5/e5e5\x1b\\\x1b]11;rgb:0000/0000/0000\x1b\\",
        );
        check("\x1b]4;1;?;300;?\x07", "\x1b]4;1;rgb:cdcd/0000/0000\x07");
        check(
            "\x1b]4;1;#102030\x07\x1b]4;1;?\x07",
            "\x1b]4;1;rgb:1010/2020/3030\x07",
        );
        check(
            "\x1b]11;#fff\x07\x1b]111\x07\x1b]11;?\x07",
            "\x1b]11;rgb:0000/0000/0000\x07",
        );
        check("\x1b[?996n", "\x1b[?997;1n");
    }

    #[test]
    fn a_changed_color_scheme_is_told_to_who_asked() {
        let mut screen = screen(9, 3, "\x1b[?2031h");
        let dark = Palette::default();
        screen.set_palette(dark.clone());
        assert_eq!(screen.take_replies(), b"");
        screen.set_palette(Palette {
            background: dark.foreground,
            foreground: dark.background,
            ..dark
        });
        assert_eq!(screen.take_replies(), b"\x1b[?997;2n");
    }

    #[test]
    fn answers_leave_in_the_order_of_the_questions() {
        check(
            "\x1b]7501;?\x1b\\\x1b[c",
            "\x1b]7501;?:states=idle,working,done,blocked,error:kinds=permission,question,auth\x1b\\\
             \x1b[?64;6;21;22;28;52c",
        );
        let sync = ask("\x1b[?2026h\x1b[5n\x1b[>q\x1b[?2026l\x1b[c");
        assert!(
            sync.starts_with("\x1b[0n\x1bP>|") && sync.ends_with("52c"),
            "{sync:?}"
        );
    }

    #[test]
    fn neither_title_nor_clipboard_is_ever_told() {
        check("\x1b]0;x\x07\x1b[20t\x1b[21t\x1b]52;c;?\x07", "");
    }

    #[test]
    fn a_program_that_never_reads_gets_no_more_answers() {
        assert!(ask(&"\x1b[c".repeat(100_000)).len() <= 64 * 1024);
    }
}

mod events {
    use super::*;

    fn check(bytes: &str, expected: &[Event]) {
        assert_eq!(screen(80, 24, bytes).take_events(), expected, "{bytes:?}");
    }

    fn note(title: &str, body: &str) -> Event {
        Event::Notification(Notification {
            title: title.into(),
            body: body.into(),
        })
    }

    #[test]
    fn titles_are_harmless_and_stack() {
        let mut screen = screen(80, 24, "\x1b]2;a;b\u{202e}c\x07");
        assert_eq!(screen.title(), "a;bc");
        assert_eq!(screen.take_events(), [Event::Title]);
        screen.feed(b"\x1b[22t\x1b]0;second\x1b\\\x1b[23t");
        assert_eq!(screen.title(), "a;bc");
        // An icon's title is neither put aside nor brought back.
        screen.feed(b"\x1b[22;2t\x1b]2;third\x1b\\\x1b[22;1t\x1b[23;2t");
        assert_eq!(screen.title(), "a;bc");
        screen.feed(b"\x1b[22;2t\x1b]2;third\x1b\\\x1b[23;1t");
        assert_eq!(screen.title(), "third");
        screen.feed(format!("\x1b]0;{}\x07", "x".repeat(5000)).as_bytes());
        assert_eq!(screen.title().chars().count(), 256);
        screen.feed(b"\x1bc");
        assert_eq!(screen.title(), "");
    }

    #[test]
    fn bells_are_counted_once() {
        check("\x07\x07", &[Event::Bell]);
        check("\x1b]0;t\x07", &[Event::Title]);
    }

    #[test]
    fn the_clipboard_is_written_within_limits() {
        let copied = |primary, bytes: &[u8]| {
            Event::Clipboard(Clipboard {
                primary,
                bytes: bytes.into(),
            })
        };
        check("\x1b]52;c;aGk=\x07", &[copied(false, b"hi")]);
        check("\x1b]52;;aGk=\x07", &[copied(false, b"hi")]);
        check(
            "\x1b]52;p;aGk=\x07\x1b]52;c;aG8=\x07",
            &[copied(false, b"ho")],
        );
        check("\x1b]52;c;!\x07\x1b]52;c\x07", &[]);
        check(&format!("\x1b]52;c;{}\x07", "QUFB".repeat(300_000)), &[]);
    }

    #[test]
    fn directories_are_decoded() {
        let cwd = |host: &str, path: &str| Event::Cwd {
            host: host.into(),
            path: path.into(),
        };
        check(
            "\x1b]7;file://box/a%20b/%C3%A9\x07",
            &[cwd("box", "/a b/é")],
        );
        check("\x1b]7;file:///x%\x07", &[cwd("", "/x%")]);
        check(
            "\x1b]7;/plain\x07\x1b]7;file://x\x07\x1b]7;file:///a%0ab\x07",
            &[],
        );
    }

    #[test]
    fn notifications_of_three_kinds() {
        check("\x1b]9;done; really\x07", &[note("", "done; really")]);
        check("\x1b]9;4;1;50\x07", &[]);
        check("\x1b]777;notify;T;B\x07", &[note("T", "B")]);
        check("\x1b]99;;hi\x07", &[note("hi", "")]);
        check(
            "\x1b]99;i=1:d=0;Hea\x1b\\\x1b]99;i=1:d=0;d\x1b\\\x1b]99;i=1:p=body:e=1;Qm9keQ==\x1b\\",
            &[note("Head", "Body")],
        );
    }

    #[test]
    fn shells_mark_prompt_and_output() {
        check(
            "\x1b]133;A;k=i\x07$ \x1b]133;B\x07\x1b]133;C\x07\x1b]133;D;3\x07\x1b]133;D\x07\x1b]133;X\x07",
            &[
                Event::Mark(Mark::Prompt),
                Event::Mark(Mark::Input),
                Event::Mark(Mark::Output),
                Event::Mark(Mark::End(Some(3))),
                Event::Mark(Mark::End(None)),
            ],
        );
    }

    #[test]
    fn program_status_is_read() {
        let mut screen = screen(80, 24, "\x1b]7501;state=working:msg=SGk=\x1b\\");
        match &screen.take_events()[..] {
            [Event::Status(report)] => {
                assert_eq!(report.state, ProgramState::Working);
                assert_eq!(report.message, "Hi");
            }
            other => panic!("{other:?}"),
        }
        check("\x1b]7501;state=working:msg=G1s=\x1b\\", &[]);
    }

    #[test]
    fn the_queue_is_bounded() {
        let mut screen = screen(80, 24, &"\x1b]133;A\x07".repeat(1000));
        assert_eq!(screen.take_events().len(), 256);
        assert_eq!(screen.take_events(), []);
    }
}

mod modes {
    use super::*;

    fn check(bytes: &str, change: impl Fn(&mut Modes)) {
        let mut expected = Modes {
            alternate_scroll: true,
            ..Modes::default()
        };
        change(&mut expected);
        assert_eq!(screen(80, 24, bytes).modes(), expected, "{bytes:?}");
    }

    #[test]
    fn modes_are_set_and_reset() {
        check("", |_| {});
        check("\x1b[?1h\x1b=", |modes| {
            modes.application_cursor = true;
            modes.application_keypad = true;
        });
        check("\x1b[?1;2004;1004h\x1b[?1l", |modes| {
            modes.bracketed_paste = true;
            modes.focus_events = true;
        });
        check("\x1b[?1049h\x1b[?1007l", |modes| {
            modes.alternate_screen = true;
            modes.alternate_scroll = false;
        });
        check("\x1b[?47h", |modes| modes.alternate_screen = true);
        check("\x1b[?67h", |modes| modes.swapped_backspace = true);
        check("\x1b[?1h\x1b[?2004h\x1b[?2031h\x1bc", |_| {});
        check("\x1b[?1h\x1b[!p", |_| {});
    }

    #[test]
    fn the_mouse_has_modes_and_encodings() {
        check("\x1b[?9h", |modes| modes.mouse = MouseTracking::Press);
        check("\x1b[?1000h\x1b[?1006h", |modes| {
            modes.mouse = MouseTracking::Click;
            modes.mouse_encoding = MouseEncoding::Sgr;
        });
        check("\x1b[?1000h\x1b[?1002h\x1b[?1005h", |modes| {
            modes.mouse = MouseTracking::Drag;
            modes.mouse_encoding = MouseEncoding::Utf8;
        });
        check("\x1b[?1003h", |modes| modes.mouse = MouseTracking::Motion);
        check("\x1b[?1003h\x1b[?1003l", |_| {});
    }

    #[test]
    fn each_screen_has_its_own_keyboard_stack() {
        check("\x1b[>1u\x1b[?1049h", |modes| modes.alternate_screen = true);
        check("\x1b[>1u\x1b[?1049h\x1b[>7u\x1b[?1049l", |modes| {
            modes.kitty_keyboard = 1
        });
        // Deeper than any program goes, and further back than anything was pushed.
        check(&"\x1b[>3u".repeat(10_000), |modes| modes.kitty_keyboard = 3);
        check(&("\x1b[>3u".repeat(10_000) + "\x1b[<60000u"), |_| {});
    }

    #[test]
    fn the_cursor_has_a_shape() {
        let cursor = |bytes: &str| screen(80, 24, bytes).cursor();
        let shape = |bytes: &str| cursor(bytes).map(|cursor| (cursor.shape, cursor.blinking));
        assert_eq!(shape(""), Some((CursorShape::Default, false)));
        assert_eq!(shape("\x1b[5 q"), Some((CursorShape::Bar, true)));
        assert_eq!(shape("\x1b[4 q"), Some((CursorShape::Underline, false)));
        assert_eq!(
            shape("\x1b[4 q\x1b[0 q"),
            Some((CursorShape::Default, false))
        );
        assert_eq!(cursor("\x1b[?25l"), None);
    }
}
