//! The promises of the layout, on examples here and on random histories in [`histories`].

mod histories;
mod stacks;

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
    for _ in 0..7 {
        let preset = layout.cycle(1);
        assert_eq!(preset.name().parse(), Ok(preset));
        assert!(Preset::NAMES.contains(preset.name()));
        seen.push(format!("{preset}: {}", picture(&layout, SCREEN)));
    }
    assert_eq!(layout.panes(), (1..=5).map(p).collect::<Vec<_>>());
    assert_eq!(
        seen,
        [
            "even-vertical: (1:80x4 - 2:80x4 - 3:80x4 - 4:80x4 - 5:80x4)",
            "main-horizontal: (1:80x14 - (2:20x9 | 3:19x9 | 4:19x9 | 5:19x9))",
            "main-horizontal-mirrored: ((2:20x9 | 3:19x9 | 4:19x9 | 5:19x9) - 1:80x14)",
            "main-vertical: (1:48x24 | (2:31x6 - 3:31x5 - 4:31x5 - 5:31x5))",
            "main-vertical-mirrored: ((2:32x6 - 3:32x5 - 4:32x5 - 5:32x5) | 1:47x24)",
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
        histories::assert_sound(&layout);
        let mut panes = layout.panes();
        assert!(panes.contains(&layout.main_pane().unwrap()));
        panes.sort_by_key(|pane| pane.0);
        assert_eq!(panes, [p(1), p(2)]);
    }
}

#[test]
fn cycling_goes_both_ways() {
    let mut layout = row(3);
    assert_eq!(layout.cycle(-1), Preset::Tiled);
    assert_eq!(layout.cycle(1), Preset::EvenHorizontal);
    assert_eq!(layout.cycle(-1), Preset::Tiled);
    assert_eq!(layout.cycle(-1), Preset::MainVerticalMirrored);
    assert_eq!(layout.cycle(0), Preset::MainVerticalMirrored);
    assert_eq!(layout.main_pane(), Some(p(1)), "again changes nothing");
}

#[test]
fn spreading_makes_neighbours_equal_and_leaves_the_rest() {
    let mut layout = three();
    let before = picture(&layout, SCREEN);
    layout.resize(p(2), Down, 5, SCREEN);
    layout.resize(p(1), Right, 7, SCREEN);
    let resized = picture(&layout, SCREEN);
    layout.spread(p(2));
    let spread = picture(&layout, SCREEN);
    assert_ne!(spread, resized);
    layout.spread(p(1));
    assert_eq!(picture(&layout, SCREEN), before);
    layout.spread(p(9));
    assert_eq!(picture(&layout, SCREEN), before);
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
