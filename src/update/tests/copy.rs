//! Copy mode by keys and by mouse: counts, characters, copying, what the clipboard gets.

use super::*;
use crate::model::copy::CopyMode;

const PANE: PaneId = PaneId(0);

/// A desk whose pane has shown `lines` numbered lines.
fn desk(lines: usize) -> Desk {
    let mut desk = Desk::new();
    for line in 0..lines {
        output(&mut desk, &format!("line {line}\r\n"));
    }
    desk
}

fn output(desk: &mut Desk, text: &str) {
    let pane = desk.state.panes.get_mut(&PANE).expect("a pane");
    pane.screen.feed(text.as_bytes());
}

fn mode(desk: &Desk, client: ClientId) -> &CopyMode {
    &desk.state.views[&client].copy[&PANE]
}

fn reading(desk: &Desk) -> bool {
    desk.state.views[&A].copy.contains_key(&PANE)
}

fn place(desk: &Desk) -> (usize, usize) {
    let cursor = mode(desk, A).cursor;
    (cursor.row, cursor.col)
}

/// What the last event put on a terminal's clipboard.
fn clipboard(desk: &Desk) -> Option<String> {
    desk.effects.iter().find_map(|effect| match effect {
        Effect::Clipboard { client: A, data } => Some(String::from_utf8_lossy(data).into_owned()),
        _ => None,
    })
}

fn newest(desk: &Desk) -> String {
    let buffer = desk.state.buffers.get(None).expect("a buffer");
    String::from_utf8_lossy(&buffer.data).into_owned()
}

#[test]
fn vi_keys_move_with_counts() {
    let mut desk = desk(200);
    desk.press(A, "C-b [");
    assert_eq!(place(&desk), (200, 0));
    for (keys, at) in [
        ("1 0 k", (190, 0)),
        ("w", (190, 5)),
        ("$", (190, 7)),
        ("0", (190, 0)),
        ("g", (0, 0)),
        ("2 0 j", (20, 0)),
        ("f 2", (20, 5)),
        ("M", (14, 0)),
        ("G", (200, 0)),
        ("H", (171, 0)),
        ("C-b C-b", (143, 0)),
        ("C-d", (158, 0)),
        ("3 x", (158, 0)),
        ("k", (157, 0)),
    ] {
        desk.press(A, keys);
        assert_eq!(place(&desk), at, "{keys}");
    }
    desk.press(A, "q");
    assert!(!reading(&desk));
    desk.press(A, "x");
    assert_eq!(desk.written(0), b"x");
}

/// Each as tmux 3.3a copies it.
#[test]
fn a_selection_to_the_end_of_a_line_has_the_end() {
    let mut desk = Desk::new();
    output(
        &mut desk,
        &format!("hello world\r\nsecond line\r\n\r\n{}\r\n", "x".repeat(120)),
    );
    desk.press(A, "C-b [");
    for (keys, copied) in [
        ("v $ y", "hello world\n"),
        ("w v $ y", "world\n"),
        ("w v $ j y", "world\nsecond line\n"),
        ("v j $ y", "hello world\nsecond line\n"),
        ("v $ h y", "hello world"),
        ("v w w y", "hello world\ns"),
        ("v $ l y", "hello world\ns"),
        ("v e y", "hello"),
        ("j j v k y", "second line\n\n"),
        ("j j j v $ y", &format!("{}\n", "x".repeat(120))),
        ("j j j v 2 0 l y", &"x".repeat(21)),
        ("V y", "hello world\n"),
    ] {
        desk.press(A, "C-b [ g");
        desk.press(A, keys);
        assert_eq!(newest(&desk), copied, "{keys}");
        desk.press(A, "q");
    }
}

#[test]
fn what_is_selected_is_copied_and_pasted() {
    let mut desk = desk(3);
    desk.press(A, "C-b [ g v e y");
    assert!(!reading(&desk), "copying leaves");
    assert_eq!(clipboard(&desk).as_deref(), Some("line"));
    assert_eq!(newest(&desk), "line");
    assert!(desk.message(A).contains("copied 4 characters"));
    desk.press(A, "C-b ]");
    assert_eq!(desk.written(0), b"line");
    output(&mut desk, "\x1b[?2004h");
    desk.press(A, "C-b ]");
    assert_eq!(desk.written(0), b"\x1b[200~line\x1b[201~");
    desk.press(A, "C-b [ g V j Enter");
    assert_eq!(newest(&desk), "line 0\nline 1\n");
    desk.press(A, "C-b [ g C-v j l A");
    assert_eq!(newest(&desk), "line 0\nline 1\nli\nli");
    desk.press(A, "C-b [ g w D");
    assert_eq!(newest(&desk), "0\n");
    desk.press(A, "C-b [ v Esc");
    assert!(reading(&desk) && mode(&desk, A).selection.is_none());
    desk.press(A, "Esc");
    assert!(!reading(&desk));
}

/// Copy mode with the keys of Emacs.
fn emacs(desk: &mut Desk) {
    let mut loaded = load::load(None, &|_| Ok(()));
    loaded.settings.copy_mode_keys = crate::config::settings::CopyKeys::Emacs;
    loaded.settings.clipboard = false;
    desk.state.config = Arc::new(loaded);
}

#[test]
fn emacs_keys_take_whole_words() {
    // What tmux copies of the same text with the same keys.
    for (keys, copied) in [
        ("C-Space M-f M-w", "alpha"),
        ("M-f C-Space M-f M-w", " beta"),
        ("M-f C-k", " beta    gamma delta"),
        ("C-Space R C-f C-f M-w", "al"),
        ("C-f C-f C-Space R Left Left M-w", "alp"),
    ] {
        let mut desk = Desk::new();
        output(&mut desk, "alpha beta    gamma delta\r\n");
        emacs(&mut desk);
        desk.press(A, "C-b [ M-<");
        desk.press(A, keys);
        assert_eq!(newest(&desk), copied, "{keys}");
    }
}

#[test]
fn emacs_keys_copy_up_to_the_cursor() {
    let mut desk = desk(3);
    emacs(&mut desk);
    desk.press(A, "C-b [ M-< C-Space C-f C-f C-f M-w");
    assert_eq!(newest(&desk), "lin");
    assert_eq!(clipboard(&desk), None, "the setting is off");
    desk.press(A, "C-b [ M-< M-2 C-n");
    assert_eq!(place(&desk), (2, 0));
    desk.press(A, "C-s");
    desk.write(A, "ine 2");
    desk.press(A, "Enter");
    assert_eq!(place(&desk), (2, 1));
}

#[test]
fn blanks_are_copied_where_text_follows() {
    // What tmux copies of the same text with the same keys.
    for (keys, copied) in [
        ("Space e e l l Enter", "alpha beta  "),
        ("w w h h h Space l Enter", "  "),
        ("$ Space Enter", "a"),
        ("w w h h h C-v j Enter", " \n"),
    ] {
        let mut desk = Desk::new();
        output(&mut desk, "alpha beta    gamma delta   \r\nshort   \r\n");
        desk.press(A, "C-b [ g");
        desk.press(A, keys);
        assert_eq!(newest(&desk), copied, "{keys}");
    }
    let mut desk = Desk::new();
    desk.press(A, "C-b [ Space Enter");
    assert!(desk.state.buffers.get(None).is_err());
    assert!(desk.message(A).contains("nothing to copy"));
}

#[test]
fn a_pattern_outlives_the_mode() {
    let mut desk = desk(100);
    desk.press(A, "C-b [ ?");
    desk.write(A, "ine 3\\d$");
    desk.press(A, "Enter q C-b [ n");
    assert_eq!(place(&desk), (39, 1), "it is searched backward");
    desk.press(A, "n N");
    assert_eq!(place(&desk), (39, 1));
    desk.press(A, "q C-b [ g / Enter");
    assert_eq!(place(&desk), (30, 1), "an empty pattern is the last one");
    // Another pane has its own, and a mode in which nothing was searched for knows none.
    desk.press(A, "q C-b % C-b [ n");
    assert!(desk.message(A).contains("nothing to search for"));
}

#[test]
fn a_rectangle_stays_wanted_for_the_selection_after_it() {
    let mut desk = desk(3);
    desk.press(A, "C-b [ g C-v l Space j l Enter");
    assert_eq!(newest(&desk), "in\nin");
    desk.press(A, "C-b [ g C-v C-v Space j l Enter");
    assert_eq!(newest(&desk), "line 0\nli");
    desk.press(A, "C-b [ g C-v Esc v j l Enter");
    assert_eq!(newest(&desk), "line 0\nli");
    desk.press(A, "C-b [ g v");
    desk.prompt(A, "copy rectangle-on");
    desk.press(A, "j l");
    desk.prompt(A, "copy copy-selection-no-clear");
    assert_eq!(newest(&desk), "li\nli");
    desk.prompt(A, "copy rectangle-off");
    desk.press(A, "C-j");
    assert_eq!(newest(&desk), "line 0\nli");
}

#[test]
fn tmuxs_other_actions_do_as_there() {
    let mut desk = Desk::new();
    output(&mut desk, "f(a[1]) x.y\r\n");
    desk.press(A, "C-b [ g $");
    for (line, at) in [
        ("copy previous-matching-bracket", (0, 1)),
        ("copy end-of-line", (0, 10)),
        ("copy search-backward-text .", (0, 9)),
        ("copy search-backward-incremental =a", (0, 2)),
        ("copy search-forward-text x", (0, 8)),
    ] {
        desk.prompt(A, line);
        assert_eq!(place(&desk), at, "{line}");
    }
    desk.press(A, "P");
    assert!(mode(&desk, A).hides_position);
    desk.prompt(A, "copy history-bottom");
    desk.prompt(A, "copy cursor-down-and-cancel");
    assert!(!reading(&desk), "there is nothing further down");
}

#[test]
fn what_is_copied_goes_to_a_command() {
    let mut desk = desk(3);
    let piped = |desk: &Desk| {
        desk.effects.iter().find_map(|effect| match effect {
            Effect::Shell(pipe) => Some((
                pipe.script.text.clone(),
                String::from_utf8_lossy(&pipe.input).into_owned(),
            )),
            _ => None,
        })
    };
    desk.press(A, "C-b [ g v e");
    desk.prompt(A, "copy pipe-no-clear 'tr a-z A-Z'");
    assert_eq!(piped(&desk), Some(("tr a-z A-Z".into(), "line".into())));
    assert!(desk.state.buffers.get(None).is_err(), "it is not copied");
    desk.prompt(A, "copy copy-pipe-and-cancel 'xclip -i'");
    assert_eq!(piped(&desk), Some(("xclip -i".into(), "line".into())));
    assert_eq!(newest(&desk), "line");
    assert!(!reading(&desk));
    desk.press(A, "C-b [ g w");
    desk.prompt(A, "copy copy-pipe-end-of-line cat");
    assert_eq!(piped(&desk), Some(("cat".into(), "0\n".into())));
    desk.prompt(A, "copy copy-pipe-line-and-cancel");
    assert_eq!(piped(&desk), None, "without a command it is copied alone");
    assert_eq!(newest(&desk), "line 0\n");
}

/// With vi's keys a line is copied with its newline, with Emacs' without, as tmux 3.3a has it.
#[test]
fn lines_are_copied_as_the_keys_have_them() {
    for (actions, vi, others) in [
        (&["select-line", "copy-selection"][..], "one\n", "one"),
        (
            &["select-line", "cursor-down", "copy-selection"],
            "one\ntwo\n",
            "one\ntwo",
        ),
        (&["copy-line"], "one\n", "one"),
        (&["cursor-right", "copy-end-of-line"], "ne\n", "ne"),
        (&["history-bottom", "copy-line"], "\n", "nothing"),
    ] {
        for (keys, copied) in [("vi", vi), ("emacs", others)] {
            let mut desk = Desk::new();
            output(&mut desk, "one\r\ntwo\r\n");
            if keys == "emacs" {
                emacs(&mut desk);
            }
            desk.outside("set-buffer nothing");
            desk.prompt(A, "copy-mode");
            desk.prompt(A, "copy history-top");
            for action in actions {
                desk.prompt(A, &format!("copy {action}"));
            }
            assert_eq!(newest(&desk), copied, "{keys} {actions:?}");
        }
    }
}

#[test]
fn output_moves_nothing_and_two_views_read_apart() {
    let mut desk = desk(100);
    desk.attach(B, 120, 31);
    desk.press(A, "C-b [ g");
    desk.press(B, "C-b [ 5 k");
    let before = (mode(&desk, A).top, place(&desk), mode(&desk, B).top);
    output(&mut desk, &"more\r\n".repeat(50));
    desk.event(Event::Output { pane: PANE });
    assert_eq!(
        (mode(&desk, A).top, place(&desk), mode(&desk, B).top),
        before
    );
    assert_eq!(mode(&desk, B).cursor.row, 95);
    let rows = mode(&desk, A).text.rows();
    desk.press(A, "r");
    assert_eq!(mode(&desk, A).text.rows(), rows + 50);
}

#[test]
fn searches_are_shown_as_they_are_typed() {
    let mut desk = desk(300);
    desk.press(A, "C-b [ ?");
    desk.write(A, "LINE");
    assert_eq!(place(&desk), (300, 0), "a capital letter counts");
    desk.press(A, "C-u");
    desk.write(A, "ine 1\\d7$");
    assert_eq!(place(&desk), (197, 1));
    assert_eq!(mode(&desk, A).tally(), Some((Some(10), 10, true)));
    desk.press(A, "Enter n n");
    assert_eq!(place(&desk), (177, 1));
    desk.press(A, "N");
    assert_eq!(place(&desk), (187, 1));
    desk.press(A, "/");
    desk.write(A, "nothing like it");
    assert_eq!(place(&desk), (187, 1));
    desk.press(A, "Enter");
    assert!(desk.message(A).contains("no match"), "{}", desk.message(A));
    desk.press(A, "/ Up Up Enter");
    assert_eq!(place(&desk), (197, 1), "patterns are remembered");
    desk.press(A, "? x Esc");
    assert!(reading(&desk) && desk.state.views[&A].overlay.is_none());
    desk.press(A, "g w w *");
    assert!(desk.message(A).contains("other end") || place(&desk).0 > 0);
}

#[test]
fn an_empty_pattern_finds_nothing() {
    let mut desk = desk(200);
    desk.press(A, "C-b [ ?");
    desk.write(A, "line 3");
    desk.press(A, "Enter q C-b [ g");
    let begin = place(&desk);
    desk.press(A, "/ x Backspace");
    assert_eq!(place(&desk), begin);
    // Enter looks for what was looked for last, the way of the prompt.
    desk.press(A, "Enter");
    assert_eq!(place(&desk), (3, 0));
    desk.press(A, "n");
    assert_eq!(place(&desk), (30, 0));
}

#[test]
fn a_long_search_goes_on_by_timer_while_keys_work() {
    let mut desk = desk(0);
    output(&mut desk, "needle\r\n");
    for line in 0..9_000 {
        let filler = "straw and more straw ".repeat(4);
        output(&mut desk, &format!("{line} {filler}\r\n"));
    }
    desk.press(A, "C-b [ ?");
    desk.write(A, "needle");
    desk.press(A, "Enter");
    let last = place(&desk);
    assert!(mode(&desk, A).is_searching());
    desk.press(A, "k");
    assert_ne!(place(&desk), last, "a key is not kept waiting");
    let mut turns = 0;
    while timer::next(&desk.state).is_some_and(|at| at <= desk.state.now_ms) {
        desk.event(Event::Timer);
        turns += 1;
    }
    assert!(turns > 2, "{turns}");
    assert_eq!(place(&desk), (0, 0));
}

#[test]
fn the_wheel_reads_back_and_returns() {
    let mut desk = desk(200);
    desk.mouse(A, MouseKind::WheelDown, 4, 2);
    assert!(!reading(&desk));
    desk.mouse(A, MouseKind::WheelUp, 4, 2);
    assert_eq!(mode(&desk, A).position(), (3, 171));
    desk.press(A, "g");
    assert_eq!(mode(&desk, A).top, 0);
    for _ in 0..60 {
        desk.mouse(A, MouseKind::WheelDown, 4, 2);
    }
    assert!(!reading(&desk));
}

#[test]
fn a_drag_copies_and_the_program_goes_on() {
    let mut desk = desk(3);
    desk.mouse(A, MouseKind::Press(Button::Left), 0, 1);
    desk.mouse(A, MouseKind::Drag(Button::Left), 3, 2);
    assert!(reading(&desk));
    desk.mouse(A, MouseKind::Release(Button::Left), 3, 2);
    assert_eq!(clipboard(&desk).as_deref(), Some("line 1\nline"));
    // It stays for a moment to be seen; a key does not wait for that.
    assert!(reading(&desk));
    desk.wait(1_000);
    assert!(!reading(&desk));
    desk.mouse(A, MouseKind::Press(Button::Left), 5, 0);
    desk.mouse(A, MouseKind::Drag(Button::Left), 5, 2);
    desk.mouse(A, MouseKind::Release(Button::Left), 5, 2);
    desk.press(A, "x");
    assert!(!reading(&desk));
    assert_eq!(desk.written(0), b"x");
    desk.click(A, 2, 1);
    assert!(!reading(&desk), "a click selects nothing");
}

#[test]
fn two_clicks_take_a_word_and_three_a_line() {
    let mut desk = Desk::new();
    output(&mut desk, "open src/main.rs now\r\n");
    desk.click(A, 7, 0);
    desk.click(A, 7, 0);
    assert_eq!(newest(&desk), "src/main.rs");
    desk.click(A, 7, 0);
    assert_eq!(newest(&desk), "open src/main.rs now");
    desk.wait(1_000);
    assert!(!reading(&desk));
    desk.click(A, 7, 0);
    desk.wait(1_000);
    desk.click(A, 7, 0);
    assert!(!reading(&desk), "too late for a double click");
}

#[test]
fn a_drag_in_copy_mode_stays_there_and_scrolls_at_the_edge() {
    let mut desk = desk(200);
    desk.press(A, "C-b [ g");
    desk.mouse(A, MouseKind::Press(Button::Left), 2, 20);
    desk.mouse(A, MouseKind::Drag(Button::Left), 2, 29);
    let top = mode(&desk, A).top;
    for _ in 0..5 {
        desk.wait(50);
    }
    assert_eq!(mode(&desk, A).top, top + 5);
    desk.mouse(A, MouseKind::Release(Button::Left), 2, 29);
    assert!(reading(&desk));
    assert_eq!(newest(&desk).lines().count(), 15);
    assert_eq!(timer::next(&desk.state), Some(desk.state.now_ms + 4_000));
}

#[test]
fn shift_keeps_the_mouse_from_the_program() {
    let mut desk = desk(3);
    output(&mut desk, "\x1b[?1002h\x1b[?1006h");
    let mouse = |kind, x| {
        Input::Mouse(Mouse {
            kind,
            x,
            y: 0,
            mods: Mods::SHIFT,
        })
    };
    for (kind, x) in [
        (MouseKind::Press(Button::Left), 0),
        (MouseKind::Drag(Button::Left), 3),
        (MouseKind::Release(Button::Left), 3),
    ] {
        let (client, input) = (A, mouse(kind, x));
        desk.event(Event::Input { client, input });
        assert_eq!(desk.written(0), b"");
    }
    assert_eq!(newest(&desk), "line");
}

#[test]
fn prompts_are_jumped_to() {
    let mut desk = Desk::new();
    for n in 0..60 {
        output(&mut desk, &format!("\x1b]133;A\x07$ run {n}\r\nout\r\n"));
    }
    desk.press(A, "C-b [ [");
    assert_eq!(place(&desk), (118, 0));
    desk.press(A, "3 [ ]");
    assert_eq!(place(&desk), (114, 0));
    desk.press(A, "G ]");
    assert!(desk.message(A).contains("no further prompt"));
}

#[test]
fn resizing_and_a_pane_that_goes_do_no_harm() {
    let mut desk = desk(100);
    desk.press(A, "C-b % C-b Left C-b [ 2 0 k v");
    for (cols, rows) in [(20, 5), (1, 1), (200, 60), (120, 31)] {
        let size = Size::new(cols, rows);
        desk.event(Event::Resized { client: A, size });
        desk.press(A, "j w");
    }
    let row = mode(&desk, A).cursor.row;
    assert!(mode(&desk, A).text.row(row).used() > 0);
    desk.press(A, "/ l");
    let status = crate::pty::ExitStatus::Code(0);
    desk.event(Event::Exited { pane: PANE, status });
    assert!(!reading(&desk));
    desk.press(A, "y");
    assert_eq!(desk.written(1), b"y", "the prompt went with the pane");
}

#[test]
fn outside_copy_mode_its_actions_are_refused() {
    let mut desk = desk(1);
    desk.prompt(A, "copy cursor-up");
    assert!(desk.message(A).contains("not in copy mode"));
    desk.prompt(A, "copy cancel");
    assert!(!desk.message(A).contains("not in copy mode"));
    desk.press(A, "C-b ]");
    assert!(desk.message(A).contains("nothing has been copied"));
}

#[test]
fn buffers_are_chosen_from_a_list() {
    let mut desk = desk(1);
    desk.prompt(A, "set-buffer one");
    desk.prompt(A, "set-buffer -b 'my own' two");
    desk.press(A, "C-b = j Enter");
    assert_eq!(desk.written(0), b"one");
    desk.press(A, "C-b = p");
    assert_eq!(desk.written(0), b"two");
    desk.press(A, "C-b = d");
    assert_eq!(desk.state.buffers.iter().len(), 1);
}

#[test]
fn a_program_reaches_the_clipboard_if_it_may() {
    let mut desk = desk(1);
    output(&mut desk, "\x1b]52;c;aGk=\x07");
    desk.event(Event::Output { pane: PANE });
    assert_eq!(clipboard(&desk).as_deref(), Some("hi"));
    let mut loaded = load::load(None, &|_| Ok(()));
    loaded.settings.allow_osc52_write = false;
    desk.state.config = Arc::new(loaded);
    output(&mut desk, "\x1b]52;c;aGk=\x07\x1b]52;c;?\x07");
    desk.event(Event::Output { pane: PANE });
    assert_eq!(clipboard(&desk), None);
    let pane = desk.state.panes.get_mut(&PANE).expect("a pane");
    assert_eq!(pane.screen.take_replies(), b"", "nobody reads it");
    assert_eq!(desk.written(0), b"");
}

#[test]
fn a_program_reads_the_clipboard_only_where_that_is_set() {
    let asks = |desk: &Desk| {
        let mut effects = desk.effects.iter();
        effects.any(|effect| {
            matches!(
                effect,
                Effect::AskClipboard {
                    client: A,
                    pane: PANE
                }
            )
        })
    };
    let mut desk = desk(1);
    output(&mut desk, "\x1b]52;c;?\x07");
    desk.event(Event::Output { pane: PANE });
    assert!(!asks(&desk));
    let mut loaded = load::load(None, &|_| Ok(()));
    loaded.settings.allow_osc52_read = true;
    desk.state.config = Arc::new(loaded);
    output(&mut desk, "\x1b]52;c;?\x07");
    desk.event(Event::Output { pane: PANE });
    assert!(asks(&desk));
    desk.event(Event::Gone { client: A });
    output(&mut desk, "\x1b]52;c;?\x07");
    desk.event(Event::Output { pane: PANE });
    assert_eq!(
        desk.written(0),
        b"\x1b]52;c;\x1b\\",
        "nothing was copied yet"
    );
}
