//! The promises of the layout, on examples and on random histories at random sizes.

use proptest::prelude::*;

use super::*;
use crate::model::geometry::Axis::{Horizontal, Vertical};
use crate::model::geometry::Direction::{Down, Left, Right, Up};

const SCREEN: Rect = Rect::new(0, 0, 80, 24);

fn p(id: u32) -> PaneId {
    PaneId(id)
}

/// `1 | 2` is a horizontal split, `1 - 2` a vertical one, each part with its cells in `area`.
fn picture(layout: &Layout, area: Rect) -> String {
    fn draw(node: &Node, arrangement: &Arrangement) -> String {
        match node {
            Node::Pane(pane) => {
                let rect = arrangement.pane(*pane).unwrap();
                format!("{}:{}x{}", pane.0, rect.cols, rect.rows)
            }
            Node::Stack { panes, open } => {
                let open = panes[*open];
                let rect = arrangement.pane(open).unwrap();
                let names: Vec<String> = panes.iter().map(|pane| pane.0.to_string()).collect();
                let names = names.join(",");
                format!("[{names}]{}:{}x{}", open.0, rect.cols, rect.rows)
            }
            Node::Split { axis, children } => {
                let sign = if *axis == Horizontal { " | " } else { " - " };
                let parts: Vec<String> = children
                    .iter()
                    .map(|child| draw(&child.node, arrangement))
                    .collect();
                format!("({})", parts.join(sign))
            }
        }
    }
    draw(&layout.root, &layout.arrange(area))
}

#[track_caller]
fn check(layout: &Layout, expected: &str) {
    assert_eq!(picture(layout, SCREEN), expected);
}

fn border_at(arrangement: &Arrangement, x: u16, y: u16) -> Option<Border> {
    match arrangement.spot(x, y) {
        Some(Spot::Border(border)) => Some(border),
        _ => None,
    }
}

/// `(1 | (2 - 3))`.
fn three() -> Layout {
    let mut layout = Layout::new(p(1));
    assert!(layout.split(p(1), Right, p(2)));
    assert!(layout.split(p(2), Down, p(3)));
    layout
}

fn row(panes: u32) -> Layout {
    let mut layout = Layout::new(p(1));
    for id in 2..=panes {
        assert!(layout.split(p(id - 1), Right, p(id)));
    }
    layout.apply(Preset::EvenHorizontal);
    layout
}

#[test]
fn splitting_halves_the_target_on_the_side_asked_for() {
    let mut layout = Layout::new(p(1));
    check(&layout, "1:80x24");
    assert!(layout.split(p(1), Right, p(2)));
    check(&layout, "(1:40x24 | 2:39x24)");
    assert!(layout.split(p(2), Up, p(3)));
    check(&layout, "(1:40x24 | (3:39x12 - 2:39x11))");
    // Along the same axis it becomes a sibling, and the others stay.
    assert!(layout.split(p(1), Left, p(4)));
    check(&layout, "(4:20x24 | 1:19x24 | (3:39x12 - 2:39x11))");
    assert!(layout.split(p(2), Down, p(5)));
    check(&layout, "(4:20x24 | 1:19x24 | (3:39x12 - 2:39x5 - 5:39x5))");
    assert!(layout.split_percent(p(1), Down, p(6), 25));
    check(
        &layout,
        "(4:20x24 | (1:19x18 - 6:19x5) | (3:39x12 - 2:39x5 - 5:39x5))",
    );
}

#[test]
fn splitting_refuses_strangers_and_doubles() {
    let mut layout = three();
    let before = layout.clone();
    assert!(!layout.split(p(9), Right, p(4)));
    assert!(!layout.split(p(1), Right, p(3)));
    assert!(!layout.split_edge(Right, p(3)));
    assert!(!layout.replace(p(1), p(2)));
    assert!(!layout.swap(p(1), p(9)));
    assert_eq!(layout, before);
}

#[test]
fn an_edge_split_spans_the_tab() {
    let mut layout = three();
    assert!(layout.split_edge(Down, p(4)));
    check(&layout, "((1:40x12 | (2:39x6 - 3:39x5)) - 4:80x11)");
    assert!(layout.split_edge(Up, p(5)));
    check(&layout, "(5:80x12 - (1:40x5 | (2:39x2 - 3:39x2)) - 4:80x5)");
}

#[test]
fn removing_gives_the_space_to_the_sibling_before() {
    let mut layout = row(4);
    check(&layout, "(1:20x24 | 2:19x24 | 3:19x24 | 4:19x24)");
    assert_eq!(layout.remove(p(3)), Removal::Removed { heir: p(2) });
    check(&layout, "(1:20x24 | 2:39x24 | 4:19x24)");
    assert_eq!(layout.remove(p(1)), Removal::Removed { heir: p(2) });
    check(&layout, "(2:60x24 | 4:19x24)");
    assert_eq!(layout.remove(p(9)), Removal::Absent);
    assert_eq!(layout.remove(p(4)), Removal::Removed { heir: p(2) });
    assert_eq!(layout.remove(p(2)), Removal::Last);
    check(&layout, "2:80x24");
}

#[test]
fn removing_merges_a_split_into_its_grandparent() {
    let mut layout = three();
    layout.split(p(3), Right, p(4));
    check(&layout, "(1:40x24 | (2:39x12 - (3:19x11 | 4:19x11)))");
    layout.remove(p(2));
    check(&layout, "(1:40x24 | 3:19x24 | 4:19x24)");
}

#[test]
fn panes_change_places_but_places_stay() {
    let mut layout = three();
    assert!(layout.swap(p(1), p(3)));
    check(&layout, "(3:40x24 | (2:39x12 - 1:39x11))");
    layout.rotate(false);
    check(&layout, "(2:40x24 | (1:39x12 - 3:39x11))");
    layout.rotate(true);
    check(&layout, "(3:40x24 | (2:39x12 - 1:39x11))");
    assert!(layout.replace(p(2), p(7)));
    check(&layout, "(3:40x24 | (7:39x12 - 1:39x11))");
    assert_eq!(layout.panes(), [p(3), p(7), p(1)]);
}

#[test]
fn resizing_moves_the_border_after_the_pane_or_the_one_before_the_last() {
    let mut layout = row(3);
    check(&layout, "(1:26x24 | 2:26x24 | 3:26x24)");
    assert_eq!(layout.resize(p(1), Right, 5, SCREEN), 5);
    check(&layout, "(1:31x24 | 2:21x24 | 3:26x24)");
    assert_eq!(layout.resize(p(3), Left, 1, SCREEN), 1);
    check(&layout, "(1:31x24 | 2:20x24 | 3:27x24)");
    // Beyond the minimum of the nearest, the next gives.
    assert_eq!(layout.resize(p(1), Right, 30, SCREEN), 30);
    check(&layout, "(1:61x24 | 2:1x24 | 3:16x24)");
    assert_eq!(layout.resize(p(1), Right, 1000, SCREEN), 15);
    check(&layout, "(1:76x24 | 2:1x24 | 3:1x24)");
    assert_eq!(layout.resize(p(1), Right, 1, SCREEN), 0);
    assert_eq!(layout.resize(p(1), Down, 1, SCREEN), 0);
}

#[test]
fn resizing_finds_the_innermost_split_along_the_axis() {
    let mut layout = three();
    layout.split(p(3), Right, p(4));
    check(&layout, "(1:40x24 | (2:39x12 - (3:19x11 | 4:19x11)))");
    assert_eq!(layout.resize(p(4), Up, 2, SCREEN), 2);
    check(&layout, "(1:40x24 | (2:39x10 - (3:19x13 | 4:19x13)))");
    assert_eq!(layout.resize(p(4), Left, 3, SCREEN), 3);
    check(&layout, "(1:40x24 | (2:39x10 - (3:16x13 | 4:22x13)))");
    assert_eq!(layout.resize(p(2), Left, 3, SCREEN), 3);
    check(&layout, "(1:37x24 | (2:42x10 - (3:18x13 | 4:23x13)))");
}

#[test]
fn borders_are_found_and_dragged() {
    let mut layout = three();
    let arrangement = layout.arrange(SCREEN);
    let upright = border_at(&arrangement, 40, 5).unwrap();
    assert_eq!(
        (upright.axis, upright.rect),
        (Horizontal, Rect::new(40, 0, 1, 24))
    );
    assert_eq!(
        upright.id,
        BorderId {
            before: p(1),
            after: p(2)
        }
    );
    let level = border_at(&arrangement, 60, 12).unwrap();
    assert_eq!(
        (level.axis, level.rect),
        (Vertical, Rect::new(41, 12, 39, 1))
    );
    assert_eq!(border_at(&arrangement, 3, 3), None);
    assert!(matches!(arrangement.spot(3, 3), Some(Spot::Pane(pane, _)) if pane == p(1)));

    assert_eq!(layout.drag_border(upright.id, (10, 3), SCREEN), 30);
    check(&layout, "(1:10x24 | (2:69x12 - 3:69x11))");
    assert_eq!(layout.drag_border(level.id, (0, 20), SCREEN), 8);
    check(&layout, "(1:10x24 | (2:69x20 - 3:69x3))");
    assert_eq!(layout.drag_border(level.id, (0, 20), SCREEN), 0);
    assert_eq!(layout.drag_border(level.id, (0, 900), SCREEN), 2);
    check(&layout, "(1:10x24 | (2:69x22 - 3:69x1))");
    let stale = BorderId {
        before: p(2),
        after: p(1),
    };
    assert_eq!(layout.drag_border(stale, (5, 5), SCREEN), 0);
}

#[test]
fn neighbours_share_an_edge_and_the_latest_used_wins() {
    let layout = three();
    let arrangement = layout.arrange(SCREEN);
    let go = |from, towards, latest| {
        arrangement.neighbour(p(from), towards, |pane| u64::from(pane == p(latest)))
    };
    assert_eq!(go(1, Right, 2), Some(p(2)));
    assert_eq!(go(1, Right, 3), Some(p(3)));
    assert_eq!(go(2, Left, 3), Some(p(1)));
    assert_eq!(go(2, Down, 1), Some(p(3)));
    // Around the edge.
    assert_eq!(go(1, Left, 3), Some(p(3)));
    assert_eq!(go(2, Up, 1), Some(p(3)));
    assert_eq!(go(3, Right, 2), Some(p(1)));
    // Nobody else in that direction, or nobody at all.
    assert_eq!(go(1, Up, 2), None);
    assert_eq!(go(9, Up, 2), None);
}

#[test]
fn a_pane_that_faces_only_a_border_reaches_the_panes_that_meet_there() {
    // Left: rows 0-1, 3, 5-9. Right: rows 0-2, 4-9; its border lies at row 3.
    let mut layout = Layout::new(p(1));
    layout.split(p(1), Right, p(4));
    layout.split(p(1), Down, p(2));
    layout.split(p(2), Down, p(3));
    layout.split(p(4), Down, p(5));
    let area = Rect::new(0, 0, 21, 10);
    layout.drag_border(
        BorderId {
            before: p(1),
            after: p(2),
        },
        (0, 2),
        area,
    );
    layout.drag_border(
        BorderId {
            before: p(2),
            after: p(3),
        },
        (0, 4),
        area,
    );
    layout.drag_border(
        BorderId {
            before: p(4),
            after: p(5),
        },
        (0, 3),
        area,
    );
    let arrangement = layout.arrange(area);
    assert_eq!(arrangement.pane(p(2)).unwrap().rows, 1);
    let newest = |pane: PaneId| u64::from(pane.0);
    assert_eq!(arrangement.neighbour(p(2), Right, newest), Some(p(5)));
}

#[test]
fn presets_keep_the_order() {
    let mut layout = row(5);
    let mut seen = Vec::new();
    for _ in 0..5 {
        let preset = layout.cycle();
        assert_eq!(preset.name().parse(), Ok(preset));
        seen.push(format!("{preset}: {}", picture(&layout, SCREEN)));
        assert_eq!(layout.panes(), (1..=5).map(p).collect::<Vec<_>>());
    }
    assert_eq!(
        seen,
        [
            "even-vertical: (1:80x4 - 2:80x4 - 3:80x4 - 4:80x4 - 5:80x4)",
            "main-horizontal: (1:80x14 - (2:20x9 | 3:19x9 | 4:19x9 | 5:19x9))",
            "main-vertical: (1:48x24 | (2:31x6 - 3:31x5 - 4:31x5 - 5:31x5))",
            "tiled: ((1:26x12 | 2:26x12 | 3:26x12) - (4:40x11 | 5:39x11))",
            "even-horizontal: (1:16x24 | 2:15x24 | 3:15x24 | 4:15x24 | 5:15x24)",
        ]
    );
    assert!(
        "spiral"
            .parse::<Preset>()
            .unwrap_err()
            .to_string()
            .contains("tiled")
    );
}

#[test]
fn presets_of_one_and_two_panes() {
    for preset in Preset::ALL {
        let mut layout = Layout::new(p(1));
        layout.apply(preset);
        check(&layout, "1:80x24");
        layout.split(p(1), Right, p(2));
        layout.apply(preset);
        assert_sound(&layout);
        assert_eq!(layout.panes(), [p(1), p(2)]);
    }
}

#[test]
fn a_saved_layout_comes_back() {
    let mut layout = three();
    layout.resize(p(1), Right, 7, SCREEN);
    let spec = layout.to_spec(|pane| format!("shell {}", pane.0));
    let text = serde_json::to_string(&spec).unwrap();
    let spec: Spec<String> = serde_json::from_str(&text).unwrap();
    let mut next = 10;
    let back = Layout::from_spec(&spec, |_| {
        next += 1;
        p(next)
    });
    check(&back.unwrap(), "(11:47x24 | (12:32x12 - 13:32x11))");
}

#[test]
fn a_layout_written_by_hand_is_validated_and_normalised() {
    let read = |text: &str| {
        let spec: Spec<u32> = serde_json::from_str(text).unwrap();
        Layout::from_spec(&spec, |pane| p(*pane))
    };
    let nested = r#"{"split":"horizontal","parts":[
        {"content":1},
        {"weight":0,"content":{"split":"vertical","parts":[{"content":
            {"split":"horizontal","parts":[{"weight":3,"content":2},{"content":3}]}}]}}]}"#;
    check(&read(nested).unwrap(), "(1:40x24 | 2:29x24 | 3:9x24)");
    let twice = r#"{"split":"vertical","parts":[{"content":1},{"content":1}]}"#;
    assert_eq!(read(twice), Err(SpecError::Twice(p(1))));
    assert_eq!(
        read(r#"{"split":"vertical","parts":[]}"#),
        Err(SpecError::Empty)
    );
    let mut deep = Spec::Pane(0);
    for _ in 0..100 {
        let part = Part {
            weight: 1,
            content: deep,
        };
        deep = Spec::Split {
            split: Vertical,
            parts: vec![part],
        };
    }
    assert_eq!(
        Layout::from_spec(&deep, |pane| p(*pane)),
        Err(SpecError::Deep)
    );
}

#[test]
fn an_area_too_small_shows_the_first_panes() {
    let arrangement = row(5).arrange(Rect::new(0, 0, 3, 2));
    let sizes: Vec<u16> = arrangement
        .panes
        .iter()
        .map(|(_, rect)| rect.cols)
        .collect();
    assert_eq!(sizes, [1, 1, 0, 0, 0]);
    assert_eq!(arrangement.borders.len(), 1);
    let mut layout = row(5);
    assert_eq!(layout.resize(p(1), Right, 1, Rect::new(0, 0, 3, 2)), 0);
    assert!(!layout.can_split(p(5), Right, Rect::new(0, 0, 3, 2)));
    assert!(!layout.can_split(p(1), Right, Rect::new(0, 0, 3, 2)));
    assert!(!layout.can_split(p(1), Down, Rect::new(0, 0, 9, 2)));
    assert!(layout.can_split(p(1), Down, Rect::new(0, 0, 9, 3)));
}

#[test]
fn panes_are_gathered_into_a_stack_and_spread_again() {
    let mut layout = three();
    layout.split(p(3), Down, p(4));
    check(&layout, "(1:40x24 | (2:39x12 - 3:39x5 - 4:39x5))");
    assert_eq!(layout.siblings(p(3)), [p(2), p(3), p(4)]);
    assert_eq!(layout.siblings(p(1)), layout.panes());
    // The one named first stays open; three titles leave it 21 rows.
    assert!(layout.stack(&[p(3), p(2), p(4)]));
    check(&layout, "(1:40x24 | [2,3,4]3:39x21)");
    assert_eq!(layout.siblings(p(3)), layout.panes());
    // As one leaf it is divided, resized and left.
    assert!(layout.split(p(4), Right, p(5)));
    check(&layout, "(1:40x24 | [2,3,4]3:19x21 | 5:19x24)");
    assert_eq!(layout.resize(p(2), Right, 4, SCREEN), 4);
    check(&layout, "(1:40x24 | [2,3,4]3:23x21 | 5:15x24)");
    assert!(layout.stack_onto(p(2), p(6)));
    check(&layout, "(1:40x24 | [2,6,3,4]6:23x20 | 5:15x24)");
    assert_eq!(layout.remove(p(6)), Removal::Removed { heir: p(2) });
    assert_eq!(layout.remove(p(4)), Removal::Removed { heir: p(2) });
    check(&layout, "(1:40x24 | [2,3]2:23x22 | 5:15x24)");
    // One from elsewhere joins; what is left of a stack of one is its member.
    assert!(layout.stack(&[p(3), p(5)]));
    check(&layout, "(1:40x24 | [2,3,5]3:39x21)");
    assert!(layout.unstack(p(2)));
    check(&layout, "(1:40x24 | (2:39x8 - 3:39x7 - 5:39x7))");
    assert!(!layout.unstack(p(2)));
    assert!(layout.stack(&[p(1), p(2)]));
    check(&layout, "([1,2]1:40x22 | (3:39x16 - 5:39x7))");
    assert!(layout.unstack(p(1)));
    check(&layout, "((1:40x12 - 2:40x11) | (3:39x16 - 5:39x7))");
    // Spread along its parent's axis it is its parent's.
    assert!(layout.stack_onto(p(3), p(6)));
    assert!(layout.unstack(p(6)));
    check(
        &layout,
        "((1:40x12 - 2:40x11) | (3:39x8 - 6:39x7 - 5:39x7))",
    );
    for none in [&[p(1)][..], &[], &[p(1), p(9)], &[p(1), p(1)]] {
        assert!(!layout.stack(none), "{none:?}");
    }
}

#[test]
fn titles_make_room_for_the_open_member() {
    let mut layout = Layout::new(p(1));
    for id in 2..=6 {
        assert!(layout.stack_onto(p(id - 1), p(id)));
    }
    let lines = |open: u32, rows: u16| {
        let area = Rect::new(2, 1, 10, rows);
        let arrangement = layout.arrange_for(area, p(open));
        let mut lines = vec![String::new(); usize::from(rows)];
        for (pane, rect) in &arrangement.titles {
            lines[usize::from(rect.y - 1)] = format!("{}", pane.0);
        }
        let rect = arrangement.pane(p(open)).unwrap();
        for y in rect.y..rect.bottom() {
            lines[usize::from(y - 1)] = ".".repeat(usize::from(rect.cols) / 10);
        }
        lines.join("")
    };
    assert_eq!(lines(2, 9), "12...3456");
    assert_eq!(lines(6, 10), "123456....");
    assert_eq!(lines(4, 6), "34...5");
    assert_eq!(lines(1, 6), "1...23");
    assert_eq!(lines(6, 6), "456...");
    assert_eq!(lines(3, 3), "3..");
    assert_eq!(lines(3, 2), "3.");
    assert_eq!(lines(3, 1), ".");
}

#[test]
fn one_goes_through_a_stack_and_out_of_it() {
    let mut layout = three();
    layout.stack_onto(p(2), p(4));
    check(&layout, "(1:40x24 | ([2,4]4:39x10 - 3:39x11))");
    let arrangement = layout.arrange_for(SCREEN, p(2));
    let go = |from, towards| arrangement.neighbour(p(from), towards, |_| 0);
    assert_eq!(go(2, Down), Some(p(4)));
    assert_eq!(go(4, Up), Some(p(2)));
    assert_eq!(go(4, Down), Some(p(3)));
    assert_eq!(go(4, Left), Some(p(1)));
    // From outside one comes to the open one.
    assert_eq!(go(3, Up), Some(p(2)));
    assert_eq!(go(1, Right), Some(p(2)));
}

#[test]
fn what_floats_lies_over_the_rest() {
    let mut arrangement = three().arrange(SCREEN);
    let floated = |pane, x, y| Floated {
        pane: p(pane),
        frame: Rect::new(x, y, 20, 5),
        pinned: false,
    };
    arrangement.float(floated(8, 10, 4));
    arrangement.float(floated(9, 15, 6));
    assert_eq!(arrangement.tiled().len(), 3);
    assert!(arrangement.floats(p(8)) && !arrangement.floats(p(1)));
    let pane_at = |x, y| match arrangement.spot(x, y) {
        Some(Spot::Pane(pane, _)) => pane.0,
        Some(Spot::Frame(pane, _)) => 100 + pane.0,
        _ => 0,
    };
    let cells =
        [(0, 0), (10, 4), (11, 5), (14, 6), (15, 6), (16, 7), (29, 9)].map(|(x, y)| pane_at(x, y));
    assert_eq!(cells, [1, 108, 8, 8, 109, 9, 9]);
    let row = |y, below| {
        let parts = arrangement.uncovered(Rect::new(0, y, 40, 1), below);
        let parts: Vec<(u16, u16)> = parts.iter().map(|part| (part.x, part.cols)).collect();
        parts
    };
    assert_eq!(row(0, 0), [(0, 40)]);
    assert_eq!(row(4, 0), [(0, 10), (30, 10)]);
    assert_eq!(row(7, 0), [(0, 10), (35, 5)]);
    assert_eq!(row(7, 1), [(0, 15), (35, 5)]);
    assert_eq!(row(7, 2), [(0, 40)]);
    let go = |from, towards| arrangement.neighbour(p(from), towards, |_| 0);
    assert_eq!(go(8, Right), Some(p(9)));
    assert_eq!(go(9, Up), Some(p(8)));
    assert_eq!(go(9, Right), None);
    assert_eq!(go(1, Right), Some(p(2)));
}

/// The tree is in normal form.
fn assert_sound(layout: &Layout) {
    fn walk(node: &Node, parent: Option<Axis>) {
        let (axis, children) = match node {
            Node::Pane(_) => return,
            Node::Stack { panes, open } => {
                assert!(panes.len() >= 2 && *open < panes.len(), "{node:?}");
                return;
            }
            Node::Split { axis, children } => (axis, children),
        };
        assert!(children.len() >= 2, "a split of {}", children.len());
        assert_ne!(Some(*axis), parent, "a split in one of the same axis");
        for child in children {
            assert!(child.weight >= 1);
            walk(&child.node, Some(*axis));
        }
    }
    walk(&layout.root, None);
    let mut panes = layout.panes();
    panes.sort();
    panes.dedup();
    assert_eq!(panes.len(), layout.panes().len(), "a pane twice");
}

/// Panes and borders cover the area once; every pane is shown where that is possible.
fn assert_tiled(layout: &Layout, area: Rect) {
    let arrangement = layout.arrange(area);
    let mut covered = vec![0_u8; usize::from(area.cols) * usize::from(area.rows)];
    let panes = arrangement.panes.iter().map(|(_, rect)| *rect);
    let borders = arrangement.borders.iter().map(|border| border.rect);
    let titles = arrangement.titles.iter().map(|(_, rect)| *rect);
    for rect in panes.chain(borders).chain(titles) {
        for y in rect.y..rect.bottom() {
            for x in rect.x..rect.right() {
                let at = usize::from(y - area.y) * usize::from(area.cols) + usize::from(x - area.x);
                covered[at] += 1;
            }
        }
    }
    assert!(
        covered.iter().all(|times| *times == 1),
        "{}",
        picture(layout, area)
    );
    let fits = layout.root.min_cells(Horizontal) <= u32::from(area.cols)
        && layout.root.min_cells(Vertical) <= u32::from(area.rows);
    let shown = arrangement
        .panes
        .iter()
        .filter(|(_, rect)| !rect.is_empty())
        .count();
    assert!(shown >= 1);
    assert_eq!(arrangement.panes.len(), layout.panes().len());
    if fits {
        // Of a stack one member is shown.
        let stacks = arrangement.stacks.iter();
        let closed: usize = stacks.map(|stack| stack.panes.len() - 1).sum();
        assert_eq!(shown + closed, arrangement.panes.len());
        assert_eq!(arrangement.borders.len(), shown - 1);
    }
}

/// Whether the two share a row (or a column, for up and down). A pane that faces only a border
/// reaches panes which have better neighbours themselves.
fn face_each_other(arrangement: &Arrangement, a: PaneId, b: PaneId, there: Direction) -> bool {
    let (a, b) = (arrangement.place(a).unwrap(), arrangement.place(b).unwrap());
    match there.axis() {
        Horizontal => a.y < b.bottom() && b.y < a.bottom(),
        Vertical => a.x < b.right() && b.x < a.right(),
    }
}

/// Whoever is right of me has me at its left, and so on, whichever pane is the favourite.
fn assert_neighbours(layout: &Layout, area: Rect) {
    let arrangement = layout.arrange(area);
    let shown = arrangement
        .panes
        .iter()
        .filter(|(_, rect)| !rect.is_empty());
    for (pane, _) in shown {
        for (there, back) in [(Right, Left), (Left, Right), (Down, Up), (Up, Down)] {
            let Some(next) = arrangement.neighbour(*pane, there, |_| 0) else {
                continue;
            };
            let prefers_me = |other: PaneId| u64::from(other == *pane);
            assert_ne!(next, *pane);
            if !face_each_other(&arrangement, *pane, next, there) {
                continue;
            }
            let returns = arrangement.neighbour(next, back, prefers_me);
            // Within a stack one goes from member to member first.
            let within = layout.stack_of(next).unwrap_or_default();
            let stays = returns.is_some_and(|other| within.contains(&other));
            if !stays || within.contains(pane) {
                assert_eq!(returns, Some(*pane));
            }
        }
    }
}

#[derive(Debug, Clone)]
enum Step {
    Split(usize, Direction, u8),
    Edge(Direction),
    Remove(usize),
    Swap(usize, usize),
    Rotate(bool),
    Resize(usize, Direction, u16),
    Drag(usize, u16, u16),
    Preset(usize),
    Stack(usize, usize, usize),
    StackOnto(usize),
    Unstack(usize),
    Open(usize),
    SaveAndLoad,
}

fn direction() -> impl Strategy<Value = Direction> {
    prop::sample::select(vec![Left, Right, Up, Down])
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (any::<usize>(), direction(), 1..=99_u8).prop_map(|(at, to, n)| Step::Split(at, to, n)),
        1 => direction().prop_map(Step::Edge),
        3 => any::<usize>().prop_map(Step::Remove),
        1 => (any::<usize>(), any::<usize>()).prop_map(|(a, b)| Step::Swap(a, b)),
        1 => any::<bool>().prop_map(Step::Rotate),
        3 => (any::<usize>(), direction(), 0..40_u16).prop_map(|(at, to, n)| Step::Resize(at, to, n)),
        3 => (any::<usize>(), 0..310_u16, 0..110_u16).prop_map(|(at, x, y)| Step::Drag(at, x, y)),
        1 => any::<usize>().prop_map(Step::Preset),
        2 => (any::<usize>(), any::<usize>(), any::<usize>()).prop_map(|(a, b, c)| Step::Stack(a, b, c)),
        2 => any::<usize>().prop_map(Step::StackOnto),
        1 => any::<usize>().prop_map(Step::Unstack),
        1 => any::<usize>().prop_map(Step::Open),
        1 => Just(Step::SaveAndLoad),
    ]
}

fn area() -> impl Strategy<Value = Rect> {
    let size = prop_oneof![(1..=300_u16, 1..=100_u16), (1..=12_u16, 1..=8_u16)];
    (0..5_u16, 0..5_u16, size).prop_map(|(x, y, (cols, rows))| Rect::new(x, y, cols, rows))
}

/// What a history may not do, beyond leaving the tree sound.
fn take(layout: &mut Layout, step: &Step, next: &mut u32, area: Rect) {
    let panes = layout.panes();
    let pick = |at: &usize| panes[at % panes.len()];
    match step {
        Step::Split(at, towards, percent) => {
            *next += 1;
            assert!(layout.split_percent(pick(at), *towards, p(*next), *percent));
            assert_eq!(layout.panes().len(), panes.len() + 1);
        }
        Step::Edge(towards) => {
            *next += 1;
            assert!(layout.split_edge(*towards, p(*next)));
        }
        Step::Remove(at) => match layout.remove(pick(at)) {
            Removal::Removed { heir } => {
                assert!(layout.contains(heir) && !layout.contains(pick(at)));
            }
            Removal::Last => assert_eq!(panes.len(), 1),
            Removal::Absent => panic!("{at} is in the layout"),
        },
        Step::Swap(a, b) => assert!(layout.swap(pick(a), pick(b))),
        Step::Rotate(backward) => layout.rotate(*backward),
        Step::Resize(at, towards, cells) => {
            let moved = layout.resize(pick(at), *towards, *cells, area);
            assert!(moved <= *cells);
        }
        Step::Drag(at, x, y) => {
            let borders = layout.arrange(area).borders;
            if borders.is_empty() {
                return;
            }
            let border = borders[at % borders.len()];
            let moved = layout.drag_border(border.id, (*x, *y), area);
            let after = layout.arrange(area).borders;
            let after = after.iter().find(|other| other.id == border.id).unwrap();
            let (from, to) = match border.axis {
                Horizontal => (border.rect.x, after.rect.x),
                Vertical => (border.rect.y, after.rect.y),
            };
            assert_eq!(moved, from.abs_diff(to));
        }
        Step::Stack(a, b, c) => {
            let chosen = [pick(a), pick(b), pick(c)];
            if layout.stack(&chosen) {
                let members = layout.stack_of(pick(a)).unwrap();
                assert!(chosen.iter().all(|pane| members.contains(pane)));
            }
            let (mut one, mut two) = (layout.panes(), panes.clone());
            one.sort();
            two.sort();
            assert_eq!(one, two, "stacking loses nobody");
        }
        Step::StackOnto(at) => {
            *next += 1;
            assert!(layout.stack_onto(pick(at), p(*next)));
            let shown = layout.arrange(Rect::new(0, 0, 300, 300)).pane(p(*next));
            assert!(shown.is_some());
        }
        Step::Unstack(at) => {
            let stacked = layout.stack_of(pick(at)).is_some();
            assert_eq!(layout.unstack(pick(at)), stacked);
            assert_eq!(layout.panes(), panes, "the order stays");
        }
        Step::Open(at) => {
            let before = layout.clone();
            layout.open(pick(at));
            assert!(layout.lies_as(&before));
        }
        Step::Preset(at) => layout.apply(Preset::ALL[at % 5]),
        Step::SaveAndLoad => {
            let spec = layout.to_spec(|pane| pane);
            let back = Layout::from_spec(&spec, |pane| *pane).unwrap();
            assert_eq!(back.root, layout.root);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn histories_keep_the_promises(
        steps in prop::collection::vec((step(), area()), 0..40),
        areas in prop::collection::vec(area(), 1..4),
    ) {
        let mut layout = Layout::new(p(0));
        let mut next = 0;
        for (step, area) in &steps {
            take(&mut layout, step, &mut next, *area);
            assert_sound(&layout);
        }
        for area in areas {
            assert_tiled(&layout, area);
            assert_neighbours(&layout, area);
        }
    }

    #[test]
    fn where_a_split_fits_nobody_vanishes(
        steps in prop::collection::vec((step(), area()), 0..20),
        (at, towards, area) in (any::<usize>(), direction(), area()),
    ) {
        let mut layout = Layout::new(p(0));
        let mut next = 0;
        for (step, area) in &steps {
            take(&mut layout, step, &mut next, *area);
        }
        let hidden = |layout: &Layout| {
            let arrangement = layout.arrange(area);
            let shown = arrangement.panes.iter().filter(|(_, rect)| !rect.is_empty());
            let stacks = arrangement.stacks.iter();
            let closed: usize = stacks.map(|stack| stack.panes.len() - 1).sum();
            arrangement.panes.len() - closed - shown.count()
        };
        let all = hidden(&layout) == 0;
        let target = layout.panes()[at % layout.panes().len()];
        if all && layout.can_split(target, towards, area) {
            layout.split(target, towards, p(u32::MAX));
            prop_assert_eq!(hidden(&layout), 0);
        }
    }

    /// What is drawn of a pane and what lies over it make up its cells, whatever floats where.
    #[test]
    fn nothing_is_drawn_over_what_floats(
        frames in prop::collection::vec((0..70_u16, 0..20_u16, 1..40_u16, 1..12_u16), 0..6),
        below in 0..6_usize,
    ) {
        let mut arrangement = three().arrange(SCREEN);
        for (at, (x, y, cols, rows)) in frames.iter().enumerate() {
            let frame = Rect::new(*x, *y, (*cols).min(80 - x), (*rows).min(24 - y));
            let pane = p(10 + at as u32);
            arrangement.float(Floated { pane, frame, pinned: true });
        }
        for y in 0..24 {
            let parts = arrangement.uncovered(Rect::new(0, y, 80, 1), below);
            let ends = parts.iter().map(|part| (part.x, part.right()));
            prop_assert!(ends.is_sorted_by(|one, two| one.1 <= two.0));
            for x in 0..80 {
                let mut above = arrangement.floats.iter().skip(below);
                let covered = above.any(|floated| floated.frame.contains(x, y));
                let drawn = parts.iter().any(|part| part.contains(x, y));
                prop_assert_eq!(covered, !drawn);
            }
        }
    }
}
