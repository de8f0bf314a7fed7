//! Floating panes and stacks: what keys, mouse and commands do to them.

use super::*;
use crate::model::geometry::Rect;

/// Where a terminal shows the frame of a pane that floats.
fn frame(desk: &Desk, client: ClientId, pane: u32) -> Option<Rect> {
    let view = &desk.state.views[&client];
    let arrangement = desk.state.arrangement(view).expect("a tab");
    let mut floats = arrangement.floats.iter();
    let found = floats.find(|floated| floated.pane == PaneId(pane));
    found.map(|floated| floated.frame)
}

/// The panes in sight, in the order drawn.
fn sight(desk: &Desk, client: ClientId) -> Vec<u32> {
    let panes = desk.state.in_sight(&desk.state.views[&client]);
    panes.iter().map(|pane| pane.0).collect()
}

/// Panes of the first tab: tiled ones, floating ones.
fn places(desk: &Desk) -> (Vec<u32>, Vec<u32>) {
    let tab = &desk.state.tabs[0];
    let tiled = tab.layout.panes().iter().map(|pane| pane.0).collect();
    (tiled, tab.floats.iter().map(|float| float.pane.0).collect())
}

#[test]
fn a_floating_pane_opens_above_and_goes_out_of_sight_with_the_focus() {
    let mut desk = Desk::new();
    desk.press(A, "C-b *");
    assert_eq!((desk.focused(A), sight(&desk, A)), (1, vec![0, 1]));
    // 120x30: three fifths with a border of one cell.
    assert_eq!(frame(&desk, A, 1), Some(Rect::new(24, 6, 72, 18)));
    assert_eq!((desk.size(0), desk.size(1)), ((120, 30), (70, 16)));
    desk.write(A, "x");
    assert_eq!(desk.written(1), b"x");
    desk.press(A, "C-b F");
    assert_eq!((desk.focused(A), sight(&desk, A)), (0, vec![0]));
    desk.press(A, "C-b F");
    assert_eq!((desk.focused(A), sight(&desk, A)), (1, vec![0, 1]));
    // Another terminal looks as it likes.
    desk.attach(B, 80, 24);
    desk.press(B, "C-b F");
    assert_eq!(sight(&desk, B), [0]);
    assert_eq!(sight(&desk, A), [0, 1]);
    // Pinned it stays.
    desk.press(A, "C-b ^ C-b F");
    assert_eq!((desk.focused(A), sight(&desk, A)), (0, vec![0, 1]));
    assert_eq!(sight(&desk, B), [0, 1]);
    desk.prompt(A, "pin-pane off -t %1");
    assert_eq!(sight(&desk, A), [0]);
    desk.prompt(A, "pin-pane -t %0");
    assert!(desk.message(A).contains("only a floating pane"));
}

#[test]
fn the_one_used_last_lies_on_top() {
    let mut desk = Desk::new();
    desk.press(A, "C-b * C-b * C-b *");
    assert_eq!(sight(&desk, A), [0, 1, 2, 3]);
    desk.press(A, "C-b o");
    assert_eq!((desk.focused(A), sight(&desk, A)), (1, vec![0, 2, 3, 1]));
    // A click on what sticks out raises as well; a click below ends it.
    let other = frame(&desk, A, 3).expect("in sight");
    desk.click(A, other.right() - 2, other.bottom() - 2);
    assert_eq!((desk.focused(A), sight(&desk, A)), (3, vec![0, 2, 1, 3]));
    desk.click(A, 1, 1);
    assert_eq!((desk.focused(A), sight(&desk, A)), (0, vec![0]));
    // By direction: among those that float, and among those below.
    desk.press(A, "C-b F C-b Up");
    assert_eq!(desk.focused(A), 2);
    desk.press(A, "C-b F C-b %");
    desk.press(A, "C-b Left");
    assert_eq!(desk.focused(A), 0);
}

#[test]
fn panes_float_and_land_and_it_can_be_taken_back() {
    let mut desk = Desk::new();
    desk.press(A, "C-b @");
    assert!(
        desk.message(A).contains("only pane below"),
        "{}",
        desk.message(A)
    );
    desk.press(A, "C-b % C-b @");
    assert_eq!(places(&desk), (vec![0], vec![1]));
    assert_eq!(desk.size(0), (120, 30));
    desk.press(A, "C-b @");
    assert_eq!(places(&desk), (vec![0, 1], vec![]));
    desk.press(A, "C-b u");
    assert_eq!(places(&desk), (vec![0], vec![1]));
    desk.press(A, "C-b u");
    assert_eq!(places(&desk), (vec![0, 1], vec![]));
    desk.press(A, "C-b U C-b U");
    assert_eq!(places(&desk), (vec![0, 1], vec![]));
    // Told where; again told elsewhere; then back.
    desk.prompt(A, "float-pane -t %1 -x 100% -y 0 --width 40 --height 50%");
    assert_eq!(frame(&desk, A, 1), Some(Rect::new(80, 0, 40, 15)));
    desk.prompt(A, "float-pane -t %1 -x 3");
    assert_eq!(frame(&desk, A, 1), Some(Rect::new(3, 0, 40, 15)));
    desk.press(A, "C-b u");
    assert_eq!(frame(&desk, A, 1), Some(Rect::new(80, 0, 40, 15)));
    desk.prompt(A, "float-pane --tiled");
    assert_eq!(places(&desk), (vec![0, 1], vec![]));
}

#[test]
fn with_the_last_pane_below_a_floating_one_takes_its_place() {
    let mut desk = Desk::new();
    desk.press(A, "C-b * C-b *");
    desk.prompt(A, "close-pane %0");
    assert_eq!(places(&desk), (vec![2], vec![1]));
    assert_eq!(desk.size(2), (120, 30));
    desk.prompt(A, "close-pane %1");
    assert_eq!((desk.focused(A), places(&desk)), (2, (vec![2], vec![])));
    desk.prompt(A, "close-pane %2");
    assert!(desk.state.tabs.is_empty());
}

#[test]
fn closing_goes_back_to_where_one_was_and_zoom_stays_beneath() {
    let mut desk = Desk::new();
    desk.press(A, "C-b % C-b z C-b *");
    assert_eq!(sight(&desk, A), [1, 2]);
    assert_eq!(desk.size(1), (120, 30));
    desk.prompt(A, "close-pane");
    assert_eq!((desk.focused(A), sight(&desk, A)), (1, vec![1]));
    // One that floats can be zoomed itself.
    desk.press(A, "C-b z C-b * C-b z");
    assert_eq!((desk.focused(A), sight(&desk, A)), (3, vec![3]));
    assert_eq!(desk.size(3), (120, 30));
    desk.press(A, "C-b z");
    assert_eq!((sight(&desk, A), desk.size(3)), (vec![0, 1, 3], (70, 16)));
}

#[test]
fn the_mouse_moves_by_the_title_and_resizes_by_edge_and_corner() {
    let mut desk = Desk::new();
    desk.press(A, "C-b *");
    let mut drag = |from: (u16, u16), to: (u16, u16), expected: Rect| {
        desk.mouse(A, MouseKind::Press(Button::Left), from.0, from.1);
        desk.mouse(A, MouseKind::Drag(Button::Left), to.0, to.1);
        desk.mouse(A, MouseKind::Release(Button::Left), to.0, to.1);
        assert_eq!(frame(&desk, A, 1), Some(expected));
        assert!(desk.state.views[&A].drag.is_none());
    };
    drag((30, 6), (10, 2), Rect::new(4, 2, 72, 18));
    drag((75, 19), (49, 11), Rect::new(4, 2, 46, 10));
    drag((4, 5), (14, 9), Rect::new(14, 2, 36, 10));
    drag((20, 11), (0, 29), Rect::new(14, 2, 36, 28));
    drag((20, 2), (200, 200), Rect::new(84, 2, 36, 28));
    assert_eq!(desk.size(1), (34, 26));
    // One drag is one change.
    desk.state.now_ms += 5_000;
    desk.press(A, "C-b u");
    assert_ne!(frame(&desk, A, 1), Some(Rect::new(84, 2, 36, 28)));
    // Inside it is the program's, or selects; the border of two panes under it is covered.
    desk.press(A, "C-b F C-b % C-b F");
    desk.mouse(A, MouseKind::Press(Button::Left), 60, 10);
    let drag = desk.state.views[&A].drag;
    assert!(
        !matches!(drag, Some(crate::model::view::Drag::Border(_))),
        "{drag:?}"
    );
}

#[test]
fn keys_move_and_resize_until_they_are_given_back() {
    let mut desk = Desk::new();
    desk.press(A, "C-b * C-b v Left Up L J J x");
    assert!(desk.effects.is_empty(), "nothing is typed meanwhile");
    assert_eq!(frame(&desk, A, 1), Some(Rect::new(22, 5, 74, 20)));
    desk.press(A, "c");
    assert_eq!(frame(&desk, A, 1), Some(Rect::new(23, 5, 74, 20)));
    desk.press(A, "Esc");
    desk.write(A, "j");
    assert_eq!(desk.written(1), b"j");
    // A tiled pane changes places with its neighbours, and its borders move.
    desk.press(A, "C-b F C-b % C-b v h S-Right Enter");
    let (left, _) = desk.size(2);
    assert_eq!(places(&desk).0, [2, 0]);
    assert_eq!(left, 62);
    // Series are one change each: the resize, then the shift.
    desk.state.now_ms += 5_000;
    desk.press(A, "C-b u");
    assert_eq!((places(&desk).0, desk.size(2).0), (vec![2, 0], 60));
    desk.press(A, "C-b u");
    assert_eq!(places(&desk).0, [0, 2]);
}

#[test]
fn it_stays_on_every_screen_and_is_where_it_was_when_that_grows_again() {
    let mut desk = Desk::new();
    desk.press(A, "C-b *");
    let before = frame(&desk, A, 1);
    for (cols, rows) in [(20, 5), (1, 1), (200, 60), (3, 3), (120, 31)] {
        let size = Size::new(cols, rows);
        desk.event(Event::Resized { client: A, size });
        let content = desk.state.views[&A].frame().content;
        let frame = frame(&desk, A, 1).expect("in sight");
        assert!(frame.right() <= content.right() && frame.bottom() <= content.bottom());
        assert!(!frame.is_empty());
    }
    assert_eq!(frame(&desk, A, 1), before);
}

#[test]
fn other_commands_know_what_floats() {
    let mut desk = Desk::new();
    desk.press(A, "C-b % C-b *");
    // Splitting it opens another one, joining to it is refused, swapping works across.
    desk.press(A, "C-b \"");
    assert_eq!(places(&desk), (vec![0, 1], vec![2, 3]));
    desk.prompt(A, "join-pane -s %0 -t %2");
    assert!(desk.message(A).contains("cannot be divided"));
    desk.prompt(A, "swap-pane -s %0 -t %2");
    assert_eq!(places(&desk), (vec![2, 1], vec![0, 3]));
    desk.prompt(A, "stack-panes -t %0");
    assert!(desk.message(A).contains("cannot be stacked"));
    desk.prompt(A, "join-pane -s %3 -t %1");
    assert_eq!(places(&desk), (vec![2, 1, 3], vec![0]));
    desk.prompt(A, "break-pane -t %0");
    assert_eq!(places(&desk), (vec![2, 1, 3], vec![]));
    assert_eq!(desk.state.tabs.len(), 2);
    // Rotating and arranging leave what floats alone; so does typing into all.
    desk.prompt(A, "focus-tab 0");
    desk.prompt(A, "float-pane -t %3");
    desk.prompt(A, "rotate-panes");
    desk.prompt(A, "select-layout tiled");
    assert_eq!(places(&desk), (vec![1, 2], vec![3]));
    desk.prompt(A, "synchronize-panes on");
    desk.prompt(A, "focus-pane %1");
    desk.write(A, "y");
    assert_eq!(
        (desk.written(2), desk.written(3)),
        (b"y".to_vec(), Vec::new())
    );
}

#[test]
fn a_stack_opens_what_is_focused_for_each_terminal() {
    let mut desk = Desk::new();
    desk.press(A, "C-b % C-b \" C-b \" C-b S");
    assert_eq!((desk.focused(A), sight(&desk, A)), (3, vec![0, 3]));
    assert_eq!(desk.size(3).1, 27);
    desk.press(A, "C-b Up");
    assert_eq!(sight(&desk, A), [0, 2]);
    // A click on a title: the first line is the first member's.
    desk.click(A, 80, 0);
    assert_eq!((desk.focused(A), sight(&desk, A)), (1, vec![0, 1]));
    desk.attach(B, 80, 24);
    desk.prompt(B, "focus-pane %3");
    assert_eq!((sight(&desk, A), sight(&desk, B)), (vec![0, 1], vec![0, 3]));
    // It stays open while the focus is elsewhere.
    desk.press(A, "C-b Left");
    assert_eq!((desk.focused(A), sight(&desk, A)), (0, vec![0, 1]));
    desk.press(A, "C-b Right C-b P");
    assert_eq!(desk.focused(A), 3);
    desk.press(A, "C-b N");
    assert_eq!(desk.focused(A), 1);
    desk.prompt(A, "new-pane --stacked");
    assert_eq!((desk.focused(A), sight(&desk, A)), (4, vec![0, 4]));
    desk.prompt(A, "close-pane");
    assert_eq!((desk.focused(A), sight(&desk, A)), (1, vec![0, 1]));
    // Spread, taken back, gathered from everywhere.
    desk.press(A, "C-b S");
    assert_eq!(sight(&desk, A), [0, 1, 2, 3]);
    desk.press(A, "C-b u");
    assert_eq!(sight(&desk, A), [0, 1]);
    desk.prompt(A, "stack-panes --all");
    assert_eq!(sight(&desk, A), [1]);
    desk.prompt(A, "stack-panes --spread -t %1");
    assert_eq!(sight(&desk, A), [0, 1, 2, 3]);
    desk.prompt(A, "stack-panes --spread");
    assert!(
        desk.message(A).contains("in no stack"),
        "{}",
        desk.message(A)
    );
    desk.prompt(A, "stack-panes %0 %2");
    assert_eq!(desk.focused(A), 0);
    assert_eq!(sight(&desk, A), [0, 1, 3]);
}

#[test]
fn main_panes_are_as_large_as_their_options_say() {
    let mut desk = Desk::new();
    desk.press(A, "C-b % C-b %");
    desk.prompt(A, "select-layout main-vertical");
    assert_eq!(desk.size(0), (72, 30));
    desk.prompt(A, "set-option -g main-pane-width 40");
    desk.prompt(A, "set-option -g main-pane-height 50%");
    desk.prompt(A, "select-layout main-vertical");
    assert_eq!(desk.size(0), (40, 30));
    desk.prompt(A, "select-layout main-horizontal");
    assert_eq!(desk.size(0), (120, 15));
    desk.prompt(A, "set-option -g main-pane-width wide");
    assert!(desk.message(A).contains("neither"), "{}", desk.message(A));
    // The last pane of a row is made wider, too.
    desk.prompt(A, "select-layout even-horizontal");
    desk.prompt(A, "resize-pane -t %2 -x 60");
    assert_eq!(desk.size(2).0, 60);
}

#[test]
fn what_the_mouse_holds_may_go_out_of_sight() {
    let mut desk = Desk::new();
    desk.press(A, "C-b % C-b \" C-b S");
    for line in ["focus-pane %1", "toggle-floating"] {
        // Text of a stacked pane, then a frame: both are gone when the mouse moves on.
        let (x, y) = match line {
            "toggle-floating" => {
                desk.press(A, "C-b *");
                (50, 6)
            }
            _ => (80, 10),
        };
        desk.mouse(A, MouseKind::Press(Button::Left), x, y);
        desk.mouse(A, MouseKind::Drag(Button::Left), x + 4, y);
        desk.prompt(A, line);
        desk.mouse(A, MouseKind::Drag(Button::Left), x + 9, y + 2);
        desk.mouse(A, MouseKind::Release(Button::Left), x + 9, y + 2);
        assert_eq!(desk.focused(A), 1);
    }
    assert_eq!(sight(&desk, A), [0, 1]);
}
