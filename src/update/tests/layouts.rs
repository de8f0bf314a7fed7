//! Moving panes about, and taking it back.

use proptest::prelude::*;

use super::*;
use crate::model::tab::Together;

/// Panes of each tab, in order.
fn tabs(desk: &Desk) -> Vec<Vec<u32>> {
    let tabs = desk.state.tabs.iter();
    tabs.map(|tab| tab.panes().iter().map(|pane| pane.0).collect())
        .collect()
}

#[track_caller]
fn check(desk: &mut Desk, line: &str, expected: &[&[u32]]) {
    desk.prompt(A, line);
    assert_eq!(tabs(desk), expected, "{line}");
}

/// Three panes in one tab, one in another.
fn four() -> Desk {
    let mut desk = Desk::new();
    for line in ["split-pane -h", "split-pane -v", "new-tab", "focus-tab 0"] {
        desk.prompt(A, line);
    }
    assert_eq!(tabs(&desk), [vec![0, 1, 2], vec![3]]);
    desk
}

#[test]
fn panes_join_rotate_and_swap_across_tabs() {
    let mut desk = four();
    check(&mut desk, "join-pane -h -s %3 -t %0", &[&[0, 3, 1, 2]]);
    check(&mut desk, "break-pane -t %1", &[&[0, 3, 2], &[1]]);
    check(&mut desk, "rotate-panes -t 0", &[&[3, 2, 0], &[1]]);
    check(&mut desk, "rotate-panes -D -t 0", &[&[0, 3, 2], &[1]]);
    check(&mut desk, "swap-pane -s %1 -t %3", &[&[0, 1, 2], &[3]]);
    // The mark stands for the other pane, once.
    desk.prompt(A, "mark-pane -t %2");
    assert_eq!(desk.state.marked, Some(PaneId(2)));
    check(&mut desk, "join-pane -t %3", &[&[0, 1], &[3, 2]]);
    assert_eq!(desk.state.marked, None);
    check(&mut desk, "join-pane -t %3", &[&[0, 1], &[3, 2]]);
    check(&mut desk, "join-pane -s %3 -t %3", &[&[0, 1], &[3, 2]]);
    // A mark goes with its pane.
    desk.prompt(A, "mark-pane -t %2");
    check(&mut desk, "close-pane %2", &[&[0, 1], &[3]]);
    assert_eq!(desk.state.marked, None);
}

#[test]
fn the_focus_stays_at_its_place_when_panes_rotate() {
    let mut desk = four();
    desk.prompt(A, "focus-pane %1");
    desk.prompt(A, "rotate-panes");
    let view = desk.state.views.get(&A).expect("attached");
    assert_eq!(desk.state.focused(view), Some(PaneId(2)));
}

#[test]
fn a_pane_closed_or_opened_meanwhile_stays_so() {
    let mut desk = four();
    check(&mut desk, "break-pane -t %1", &[&[0, 2], &[1], &[3]]);
    desk.prompt(A, "close-pane %2");
    desk.prompt(A, "split-pane -t %1");
    assert_eq!(tabs(&desk), [vec![0], vec![1, 4], vec![3]]);
    desk.prompt(A, "undo-layout");
    assert_eq!(tabs(&desk), [vec![0, 1], vec![3], vec![4]]);
    desk.prompt(A, "redo-layout");
    assert_eq!(tabs(&desk), [vec![0], vec![1, 4], vec![3]]);
    let before = tabs(&desk);
    desk.prompt(A, "redo-layout");
    assert_eq!(tabs(&desk), before, "nothing is left to redo");
}

/// Where a pane lies: its corner, its columns and rows.
fn lies(desk: &Desk, pane: u32) -> (u16, u16, u16, u16) {
    let tab = desk.state.tab_of(PaneId(pane)).expect("a tab");
    let area = desk.state.area_of(tab.id, None);
    let rect = tab.rect(PaneId(pane), area).expect("a place");
    (rect.x - area.x, rect.y - area.y, rect.cols, rect.rows)
}

/// It stays on the side of the neighbour that it was opened beside.
#[test]
fn a_pane_opened_meanwhile_stays_beside_its_neighbour() {
    for (opened, expected) in [
        // Below the pane on the left, which goes back to the right.
        (&["split-pane -v -t %1"][..], &[(61, 16, 59, 14)][..]),
        (&["split-pane -v -b -t %0 -p 20"], &[(0, 0, 60, 6)]),
        (&["split-pane -h -t %0"], &[(31, 0, 29, 30)]),
        // Along the whole lower edge.
        (&["split-pane -v -f -t %0"], &[(0, 16, 120, 14)]),
        // Two, one of them beside the other.
        (
            &["split-pane -v -t %1", "split-pane -h -t %2"],
            &[(61, 16, 29, 14), (91, 16, 29, 14)],
        ),
    ] {
        let mut desk = Desk::new();
        desk.prompt(A, "split-pane -h");
        desk.prompt(A, "swap-pane -s %0 -t %1");
        for line in opened {
            desk.prompt(A, line);
        }
        let before: Vec<_> = (0..3).map(|pane| lies(&desk, pane)).collect();
        desk.prompt(A, "undo-layout");
        let places: Vec<_> = (2..2 + opened.len() as u32)
            .map(|pane| lies(&desk, pane))
            .collect();
        assert_eq!(places, expected, "{opened:?}");
        desk.prompt(A, "redo-layout");
        let again: Vec<_> = (0..3).map(|pane| lies(&desk, pane)).collect();
        assert_eq!(again, before, "{opened:?}");
    }
}

#[test]
fn a_pane_opened_into_a_stack_stays_in_it() {
    let mut desk = Desk::new();
    desk.prompt(A, "split-pane -h");
    desk.prompt(A, "swap-pane -s %0 -t %1");
    desk.prompt(A, "new-pane --stacked -t %1");
    desk.prompt(A, "undo-layout");
    let stack = desk.state.tabs[0].layout.stack_of(PaneId(2));
    assert_eq!(stack, Some(&[PaneId(1), PaneId(2)][..]));
}

/// The area of the tab in these tests is 120x30.
#[test]
fn a_layout_is_told_and_taken_as_text() {
    let mut desk = four();
    desk.outside("display-message -p -t 0 '#{window_layout}'");
    let text = desk.answer().expect("a layout").to_owned();
    let tree = "120x30,0,0{60x30,0,0,0,59x30,61,0[59x15,61,0,1,59x14,61,16,2]}";
    assert_eq!(&text[5..], tree);
    desk.prompt(A, "zoom-pane");
    let now = |desk: &mut Desk| {
        desk.outside("display-message -p -t 0 '#{window_layout} #{window_visible_layout}'");
        let text = desk.answer().expect("layouts").to_owned();
        text.split_once(' ')
            .map(|(all, seen)| (all.to_owned(), seen[5..].to_owned()))
            .expect("two")
    };
    assert_eq!(now(&mut desk), (text.clone(), "120x30,0,0,2".to_owned()));
    desk.prompt(A, "select-layout even-vertical");
    let (even, seen) = now(&mut desk);
    assert_eq!(even[5..], seen, "the zoom is over");
    assert_ne!(even, text);
    desk.outside(&format!("select-layout -t 0 '{text}'"));
    assert_eq!(desk.answer(), Ok(""));
    assert_eq!(now(&mut desk).0, text);
    for expected in [&even, &text, &even] {
        desk.prompt(A, "select-layout -o");
        assert_eq!(now(&mut desk).0, *expected);
    }
    desk.prompt(A, "undo-layout");
    assert_eq!(now(&mut desk).0, text, "it is one change like any other");
    for (line, why) in [
        (format!("select-layout -t 1 '{text}'"), ""),
        (
            "select-layout -t 0 '1234,120x30,0,0,0'".to_owned(),
            "invalid layout: its checksum is a8fd, not 1234",
        ),
        (
            "select-layout -t 0 'a8fd,120x30,0,0,0'".to_owned(),
            "have 3 panes but need 1",
        ),
        (
            "select-layout -t 0 sideways".to_owned(),
            "no layout is called \"sideways\"",
        ),
    ] {
        desk.outside(&line);
        let said = desk.answer().unwrap_or_else(|error| error);
        assert_eq!(said, why, "{line}");
    }
    assert_eq!(tabs(&desk), [vec![0, 1, 2], vec![3]]);
    desk.prompt(A, "new-tab");
    desk.outside("select-layout -t 2 -o");
    assert_eq!(desk.answer(), Err("there is no change to take back"));
}

/// With another pane in the tab, those there are take the places there were.
#[test]
fn going_back_needs_a_place_for_every_pane() {
    let mut desk = four();
    desk.prompt(A, "select-layout even-vertical");
    desk.prompt(A, "close-pane %1");
    desk.prompt(A, "select-layout -o");
    assert_eq!(lies(&desk, 0), (0, 0, 60, 30));
    desk.prompt(A, "split-pane -t %0 ; split-pane -t %0");
    desk.outside("select-layout -t 0 -o");
    assert_eq!(desk.answer(), Err("have 4 panes but need 2"));
}

#[test]
fn a_series_of_small_moves_is_one_change() {
    let mut desk = four();
    let before = desk.state.shape();
    for _ in 0..5 {
        desk.press(A, "C-b C-Left");
    }
    assert_ne!(desk.state.shape(), before);
    desk.prompt(A, "undo-layout");
    assert!(desk.state.changed_since(&before).is_empty());
}

#[test]
fn what_is_typed_goes_to_all_panes_or_to_those_chosen() {
    let mut desk = four();
    let written = |desk: &mut Desk| -> Vec<u32> {
        desk.write(A, "x");
        let writes = desk.effects.iter().filter_map(|effect| match effect {
            Effect::Write { pane, bytes } if bytes == b"x" => Some(pane.0),
            _ => None,
        });
        writes.collect()
    };
    desk.prompt(A, "focus-pane %0");
    assert_eq!(written(&mut desk), [0]);
    desk.prompt(A, "synchronize-panes");
    assert_eq!(written(&mut desk), [0, 1, 2]);
    desk.prompt(A, "synchronize-panes on -p %0 -p %2");
    assert_eq!(written(&mut desk), [0, 2]);
    // One that was not chosen is typed into by itself.
    desk.prompt(A, "focus-pane %1");
    assert_eq!(written(&mut desk), [1]);
    desk.prompt(A, "synchronize-panes -p %0 -p %3");
    assert_eq!(
        desk.state.tabs[0].together,
        Together::Only(vec![PaneId(0), PaneId(2)])
    );
    desk.prompt(A, "synchronize-panes off");
    desk.prompt(A, "focus-pane %0");
    assert_eq!(written(&mut desk), [0]);
}

fn change() -> impl Strategy<Value = String> {
    let pane = 0..5u32;
    prop_oneof![
        (pane.clone(), pane.clone()).prop_map(|(a, b)| format!("swap-pane -s %{a} -t %{b}")),
        (pane.clone(), pane.clone(), any::<bool>()).prop_map(|(a, b, right)| {
            let side = if right { "-h" } else { "-v" };
            format!("join-pane {side} -s %{a} -t %{b}")
        }),
        pane.clone()
            .prop_map(|pane| format!("break-pane -t %{pane}")),
        (pane.clone(), 1..9u16)
            .prop_map(|(pane, cells)| format!("resize-pane -t %{pane} -R {cells}")),
        pane.clone()
            .prop_map(|pane| format!("float-pane -t %{pane}")),
        (pane.clone(), 0..90u16, 0..=100u16).prop_map(|(pane, x, height)| {
            format!("float-pane -t %{pane} -x {x} --height {height}%")
        }),
        (pane.clone(), 1..50u16)
            .prop_map(|(pane, cells)| format!("shift-pane -t %{pane} -D {cells}")),
        pane.clone().prop_map(|pane| format!("pin-pane -t %{pane}")),
        (pane.clone(), pane.clone()).prop_map(|(a, b)| format!("stack-panes %{a} %{b}")),
        pane.clone()
            .prop_map(|pane| format!("stack-panes -t %{pane}")),
        pane.prop_map(|pane| format!("focus-pane %{pane}")),
        Just("focus-pane --last".to_owned()),
        Just("rotate-panes".to_owned()),
        Just("next-layout".to_owned()),
    ]
}

/// What holds of every view at every moment: the focused pane is in sight, everything is on the
/// screen, what is tiled covers nothing else that is, and programs have the size they are shown at.
fn assert_in_order(desk: &Desk) {
    for view in desk.state.views.values() {
        let arrangement = desk.state.arrangement(view).expect("a tab");
        let focused = desk.state.focused(view).expect("a pane");
        let sight = desk.state.in_sight(view);
        assert!(sight.contains(&focused), "{focused} is out of sight");
        let area = arrangement.area;
        for (_, rect) in &arrangement.panes {
            assert!(rect.right() <= area.right() && rect.bottom() <= area.bottom());
        }
        let tiled = arrangement.tiled().iter().map(|(_, rect)| *rect);
        let lines = arrangement.titles.iter().map(|(_, rect)| *rect);
        let borders = arrangement.borders.iter().map(|border| border.rect);
        let covered = tiled.chain(lines).chain(borders);
        let cells: u32 = covered
            .map(|rect| u32::from(rect.cols) * u32::from(rect.rows))
            .sum();
        assert_eq!(cells, u32::from(area.cols) * u32::from(area.rows));
    }
    // With one terminal every pane in sight is as large as it is shown.
    let views: Vec<_> = desk.state.views.values().collect();
    if let [view] = views[..] {
        let arrangement = desk.state.arrangement(view).expect("a tab");
        for (pane, rect) in arrangement
            .panes
            .iter()
            .filter(|(_, rect)| !rect.is_empty())
        {
            assert_eq!(desk.state.panes[pane].size, rect.size());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever is done to the places of panes can be taken back step by step, and done again.
    #[test]
    fn every_change_can_be_taken_back(changes in prop::collection::vec(change(), 1..16)) {
        let mut desk = Desk::new();
        for line in ["split-pane -h", "split-pane -v", "new-tab", "split-pane -h"] {
            desk.prompt(A, line);
        }
        let began = desk.state.shape();
        for line in &changes {
            // Time passes, so that nothing counts as a series.
            desk.state.now_ms += 5_000;
            desk.prompt(A, line);
            let mut panes: Vec<u32> = tabs(&desk).concat();
            panes.sort_unstable();
            prop_assert_eq!(panes, [0, 1, 2, 3, 4], "after {}", line);
            assert_in_order(&desk);
        }
        let ended = desk.state.shape();
        while desk.state.undo_shape() {}
        desk.settle();
        assert_in_order(&desk);
        prop_assert!(desk.state.changed_since(&began).is_empty());
        prop_assert_eq!(desk.state.tabs.len(), 2);
        while desk.state.redo_shape() {}
        prop_assert!(desk.state.changed_since(&ended).is_empty());
    }
}
