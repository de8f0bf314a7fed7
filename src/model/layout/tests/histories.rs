//! The promises of the layout on random histories at random sizes.

use proptest::prelude::*;

use super::*;

/// The tree is in normal form.
pub fn assert_sound(layout: &Layout) {
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
}
