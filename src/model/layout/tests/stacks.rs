//! Stacks, and what floats over a layout.

use proptest::prelude::*;

use super::*;

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

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

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
