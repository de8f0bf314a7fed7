//! Every overlay over a backdrop of dots, at the sizes terminals have and at some they should not.

use proptest::prelude::*;
use ratatui::layout::Rect as Area;

use super::choose::Item;
use super::exited::{ExitedAction, ExitedProps};
use super::hint::NextKey;
use super::keys::{KeyRow, KeysProps};
use super::numbers::Numbered;
use super::prompt::{Candidate, PromptProps};
use super::text::TextProps;
use super::*;
use crate::model::id::PaneId;
use crate::model::line_edit::LineEdit;
use crate::ui::hit;
use crate::ui::testing::{SIZES, UNTOUCHED, confined, text};
use crate::ui::theme::Tone;

fn key<'a>(group: &'a str, keys: &'a str, label: &'a str, command: &'a str) -> KeyRow<'a> {
    KeyRow {
        group,
        keys,
        label,
        command,
    }
}

fn rows() -> Vec<KeyRow<'static>> {
    vec![
        key("Panes", "C-b %", "split to the right", "split-pane --right"),
        key("Panes", "C-b \"", "split below", "split-pane --down"),
        key("Panes", "C-b x", "close the pane", "close-pane --ask"),
        key("Panes", "C-b z", "zoom", "zoom"),
        key("Panes", "C-b ←", "focus left", "focus-pane --left"),
        key(
            "Panes",
            "C-b C-←",
            "move the border left",
            "resize-pane --left",
        ),
        key("Tabs", "C-b c", "new tab", "new-tab"),
        key("Tabs", "C-b n", "next tab", "next-tab"),
        key("Tabs", "C-b 0 … 9", "tab by number", "focus-tab 0"),
        key("Team", "C-b j", "join a group", "prompt 'join-group '"),
        key("Team", "C-b s", "share a value", "prompt 'share '"),
        key("Team", "C-b e", "show or hide the panel", "toggle-panel"),
        key("Workspace", "C-b :", "type a command", "prompt"),
        key("Workspace", "C-b ?", "this list", "list-keys"),
        key("Workspace", "C-b d", "detach", "detach"),
    ]
}

/// Draws over dots.
fn over(cols: u16, rows: u16, draw: impl FnOnce(Rect, &mut Buffer, &Theme)) -> String {
    let mut buf = Buffer::empty(Area::new(0, 0, cols, rows));
    for cell in &mut buf.content {
        cell.set_symbol("·");
    }
    draw(Rect::new(0, 0, cols, rows), &mut buf, &Theme::plain());
    text(&buf)
}

/// The picture at each of the sizes.
fn pictures(draw: impl Fn(Rect, &mut Buffer, &Theme)) -> String {
    let picture = |(cols, rows)| format!("[{cols}x{rows}]\n{}\n", over(cols, rows, &draw));
    SIZES.into_iter().map(picture).collect()
}

#[test]
fn keys_are_listed() {
    let (rows, filter) = (rows(), LineEdit::new(""));
    let props = KeysProps {
        rows: &rows,
        filter: &filter,
        scroll: 0,
    };
    insta::assert_snapshot!(pictures(
        |area, buf, theme| _ = keys::render(area, buf, &props, theme)
    ));
}

#[test]
fn keys_are_filtered_and_scrolled() {
    let (rows, filter) = (rows(), LineEdit::new("TAB"));
    let props = KeysProps {
        rows: &rows,
        filter: &filter,
        scroll: 0,
    };
    let filtered = over(80, 12, |area, buf, theme| {
        _ = keys::render(area, buf, &props, theme)
    });
    let none = LineEdit::new("zebra");
    let props = KeysProps {
        rows: &rows,
        filter: &none,
        scroll: 0,
    };
    let nothing = over(80, 6, |area, buf, theme| {
        _ = keys::render(area, buf, &props, theme)
    });
    let all = LineEdit::new("");
    let props = KeysProps {
        rows: &rows,
        filter: &all,
        scroll: 99,
    };
    let mut scroll = Scroll::default();
    let last = over(60, 10, |area, buf, theme| {
        scroll = keys::render(area, buf, &props, theme).1
    });
    assert_eq!(
        scroll,
        Scroll {
            at: 17,
            max: 17,
            page: 5
        }
    );
    let props = KeysProps { scroll: 0, ..props };
    let columns = over(120, 18, |area, buf, theme| {
        _ = keys::render(area, buf, &props, theme)
    });
    insta::assert_snapshot!([filtered, nothing, last, columns].join("\n"));
}

#[test]
fn what_can_follow_is_shown() {
    let rows = rows();
    let mut next: Vec<NextKey<'_>> = rows
        .iter()
        .map(|row| NextKey {
            key: row.keys.trim_start_matches("C-b "),
            label: row.label,
            group: false,
        })
        .collect();
    next.push(NextKey {
        key: "g",
        label: "groups",
        group: true,
    });
    insta::assert_snapshot!(pictures(|area, buf, theme| {
        let drawn = hint::render(area, buf, "C-b", &next, theme);
        if area.cols >= 20 {
            let first = drawn.regions.first().unwrap();
            assert_eq!(hit(&drawn.regions, first.rect.x, first.rect.y), Some(&0));
        }
    }));
}

#[test]
fn the_prompt_helps() {
    let candidates = [
        Candidate {
            text: "--right",
            note: "the new pane stands to the right",
        },
        Candidate {
            text: "--rename NAME",
            note: "what the new pane is called",
        },
    ];
    let edit = LineEdit::new("split-pane --r");
    let props = PromptProps {
        label: ":",
        edit: &edit,
        help: Some("split-pane [--right|--down] [COMMAND…]: divide the pane"),
        candidates: &candidates,
        chosen: Some(0),
        result: None,
        note: None,
    };
    let helped = pictures(|area, buf, theme| _ = prompt::render(area, buf, &props, theme));
    let empty = LineEdit::default();
    let failed = PromptProps {
        edit: &empty,
        result: Some((Tone::Error, "no pane is called %9; list-panes shows them")),
        candidates: &[],
        ..props
    };
    let mut cursor = None;
    let failed = over(60, 4, |area, buf, theme| {
        cursor = prompt::render(area, buf, &failed, theme).cursor;
    });
    assert_eq!(cursor, Some((1, 3)));
    insta::assert_snapshot!(format!("{helped}{failed}"));
}

#[test]
fn a_question_is_asked() {
    let question = "close pane %3? Its program (vim) is still running and will be ended.";
    insta::assert_snapshot!(pictures(|area, buf, theme| {
        let drawn = confirm::render(area, buf, question, "close-pane %3", theme);
        let answers: Vec<bool> = drawn.regions.iter().map(|region| region.action).collect();
        assert_eq!(answers, [true, false]);
    }));
}

#[test]
fn a_message_stands_at_the_bottom() {
    let text =
        "file/src/parser.rs is held by Forge for 44 more minutes\nwait with --wait, or ask Forge";
    insta::assert_snapshot!(pictures(|area, buf, theme| {
        _ = message::render(area, buf, Tone::Error, text, theme);
    }));
}

#[test]
fn tabs_are_chosen() {
    let items = [
        Item {
            mark: "0",
            name: "shell",
            note: "1 pane",
            attention: false,
        },
        Item {
            mark: "1",
            name: "agents",
            note: "4 panes, Quill waits",
            attention: true,
        },
        Item {
            mark: "2",
            name: "logs of the integration tests",
            note: "2 panes",
            attention: false,
        },
    ];
    insta::assert_snapshot!(pictures(|area, buf, theme| {
        let hint = "Enter shows  ·  x closes  ·  Esc leaves";
        _ = choose::render(area, buf, "Tabs", &items, 1, hint, theme);
    }));
}

#[test]
fn panes_have_numbers() {
    let place = |number: usize, rect, title| Numbered {
        pane: PaneId(number as u32),
        rect,
        number,
        title,
        focused: number == 1,
    };
    let panes = [
        place(0, Rect::new(0, 0, 30, 12), "vim"),
        place(
            1,
            Rect::new(31, 0, 29, 7),
            "a shell with a long name that does not fit",
        ),
        place(27, Rect::new(31, 8, 29, 8), ""),
        place(3, Rect::new(0, 13, 30, 3), "x"),
        place(4, Rect::new(0, 0, 0, 0), "hidden"),
    ];
    let mut drawn = Vec::new();
    let picture = over(60, 16, |_, buf, theme| {
        drawn = numbers::render(buf, &panes, theme)
    });
    assert_eq!(drawn.len(), 4);
    assert_eq!(hit(&drawn[1].regions, 40, 3), Some(&PaneId(1)));
    insta::assert_snapshot!(picture);
}

#[test]
fn an_exited_pane_says_so() {
    let props = ExitedProps {
        how: "exited with code 1",
        failed: true,
        restart: "R",
        close: "x",
    };
    let mut shots = String::new();
    for cols in [60, 36, 24, 12, 3] {
        let mut drawn = Drawn::new(Rect::new(0, 0, 0, 0));
        let shot = over(cols, 2, |area, buf, theme| {
            drawn = exited::render(area, buf, &props, theme)
        });
        if cols >= 24 {
            assert_eq!(drawn.regions[0].action, ExitedAction::Restart);
        }
        shots.push_str(&shot);
    }
    insta::assert_snapshot!(shots);
}

#[test]
fn a_text_is_read() {
    let table: Vec<String> = (0..30)
        .map(|n| format!("%{n:<4} shell     80x24   running"))
        .collect();
    insta::assert_snapshot!(pictures(|area, buf, theme| {
        let props = TextProps {
            title: "list-panes",
            lines: &table,
            scroll: 3,
            tone: Tone::Info,
        };
        _ = text::render(area, buf, &props, theme);
    }));
}

/// What every overlay draws is within its area and within the cells it says it drew.
fn honest<A>(cols: u16, rows: u16, draw: impl Fn(Rect, &mut Buffer, &Theme) -> Drawn<A>) {
    let mut rect = None;
    confined(cols, rows, |area, buf, theme| {
        let drawn = draw(area, buf, theme);
        for region in &drawn.regions {
            let Rect { x, y, cols, rows } = region.rect;
            assert!(
                cols == 0 || rows == 0 || drawn.rect.contains(x, y),
                "{:?}",
                region.rect
            );
        }
        rect = Some(drawn.rect);
    });
    let drawn = rect.unwrap();
    let mut buf = Buffer::empty(Area::new(0, 0, cols + 4, rows + 4));
    buf.content
        .iter_mut()
        .for_each(|cell| _ = cell.set_symbol(UNTOUCHED));
    draw(Rect::new(2, 2, cols, rows), &mut buf, &Theme::plain());
    for y in 0..rows + 4 {
        for x in 0..cols + 4 {
            assert_eq!(
                buf[(x, y)].symbol() == UNTOUCHED,
                !drawn.contains(x, y),
                "{x}, {y} of {drawn:?}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    #[test]
    fn every_size_is_honest(
        (cols, rows) in prop_oneof![(0..130_u16, 0..42_u16), (0..20_u16, 0..8_u16)],
        foreign in "\\PC{0,40}",
        n in 0..40_usize,
    ) {
        let all = rows_of(&foreign);
        let edit = LineEdit::new(&foreign);
        let none = LineEdit::default();
        let keys_props = KeysProps { rows: &all, filter: &none, scroll: n };
        honest(cols, rows, |area, buf, theme| keys::render(area, buf, &keys_props, theme).0);
        let filtered = KeysProps { filter: &edit, ..keys_props };
        honest(cols, rows, |area, buf, theme| keys::render(area, buf, &filtered, theme).0);
        let next: Vec<NextKey<'_>> = all.iter().map(|row| NextKey { key: row.keys, label: row.label, group: n % 2 == 0 }).collect();
        honest(cols, rows, |area, buf, theme| hint::render(area, buf, &foreign, &next, theme));
        let candidates: Vec<Candidate<'_>> = all.iter().take(n).map(|row| Candidate { text: row.label, note: row.command }).collect();
        let prompt_props = PromptProps {
            label: ":", edit: &edit, help: Some(&foreign), candidates: &candidates, chosen: Some(n), result: None,
            note: None,
        };
        honest(cols, rows, |area, buf, theme| prompt::render(area, buf, &prompt_props, theme));
        honest(cols, rows, |area, buf, theme| confirm::render(area, buf, &foreign, "close", theme));
        honest(cols, rows, |area, buf, theme| message::render(area, buf, Tone::Warn, &foreign, theme));
        let items: Vec<Item<'_>> = all.iter().map(|row| Item { mark: row.keys, name: row.label, note: row.command, attention: n > 20 }).collect();
        honest(cols, rows, |area, buf, theme| choose::render(area, buf, &foreign, &items, n, "keys", theme));
        let lines = vec![foreign.clone(); n];
        let text_props = TextProps { title: "text", lines: &lines, scroll: n, tone: Tone::Error };
        honest(cols, rows, |area, buf, theme| text::render(area, buf, &text_props, theme).0);
        let exited_props = ExitedProps { how: &foreign, failed: true, restart: "R", close: "x" };
        honest(cols, rows, |area, buf, theme| exited::render(area, buf, &exited_props, theme));
    }
}

fn rows_of(foreign: &str) -> Vec<KeyRow<'_>> {
    let mut all = rows();
    all.push(key("Foreign", foreign, foreign, foreign));
    all
}
