//! Where floating panes are, on examples and on random histories at random sizes.

use proptest::prelude::*;

use super::*;

const SCREEN: Rect = Rect::new(0, 0, 80, 24);

/// The frame in `area` as `x,y colsxrows`.
fn shown(place: Place, area: Rect) -> String {
    let Rect { x, y, cols, rows } = place.frame(area);
    format!("{x},{y} {cols}x{rows}")
}

#[track_caller]
fn check(place: Place, expected: &str) {
    assert_eq!(shown(place, SCREEN), expected);
}

fn at(x: u16, y: u16, cols: u16, rows: u16) -> Place {
    Place::new(Rect::new(x, y, cols, rows), SCREEN.size())
}

#[test]
fn a_fresh_one_is_in_the_middle_and_the_next_beside_it() {
    check(Place::fresh(SCREEN.size(), 0), "16,5 48x14");
    check(Place::fresh(SCREEN.size(), 1), "18,6 48x14");
    check(Place::fresh(SCREEN.size(), 6), "16,5 48x14");
    // A small terminal is filled rather than left with nothing usable.
    let small = Rect::new(0, 0, 20, 4);
    assert_eq!(shown(Place::fresh(small.size(), 0), small), "0,0 20x4");
    assert_eq!(shown(Place::fresh(small.size(), 3), small), "0,0 20x4");
}

#[test]
fn it_is_brought_inside() {
    check(at(70, 20, 30, 10), "50,14 30x10");
    check(at(0, 0, 500, 500), "0,0 80x24");
    check(at(900, 900, 1, 1), "75,21 5x3");
    check(Place::new(SCREEN, Size::new(0, 0)), "0,0 80x24");
}

#[test]
fn on_another_terminal_it_keeps_its_share_and_its_corner() {
    let corner = at(50, 14, 30, 10);
    let other = |cols, rows| shown(corner, Rect::new(0, 0, cols, rows));
    assert_eq!(other(160, 48), "100,28 60x20");
    assert_eq!(other(40, 12), "25,7 15x5");
    assert_eq!(other(20, 4), "12,1 8x3");
    assert_eq!(other(2, 1), "0,0 2x1");
    assert_eq!(other(0, 0), "0,0 0x0");
    assert_eq!(shown(corner, Rect::new(7, 3, 80, 24)), "57,17 30x10");
    // All of it is all of it.
    assert_eq!(shown(at(0, 0, 80, 24), Rect::new(0, 0, 33, 7)), "0,0 33x7");
}

#[test]
fn keys_move_and_resize_it() {
    let place = at(10, 5, 40, 10);
    check(place.moved(Direction::Left, 4, SCREEN), "6,5 40x10");
    check(place.moved(Direction::Left, 40, SCREEN), "0,5 40x10");
    check(place.moved(Direction::Down, 90, SCREEN), "10,14 40x10");
    check(place.resized(Direction::Right, 5, SCREEN), "10,5 45x10");
    check(place.resized(Direction::Up, 4, SCREEN), "10,5 40x6");
    check(place.resized(Direction::Up, 40, SCREEN), "10,5 40x3");
    // With no room at the right it grows to the left.
    check(place.resized(Direction::Right, 35, SCREEN), "5,5 75x10");
    check(place.centred_in(SCREEN), "20,7 40x10");
    check(place.moved_to(Some(80), None, SCREEN), "40,5 40x10");
}

#[test]
fn the_mouse_holds_title_edges_and_corners() {
    let place = at(10, 5, 40, 10);
    let frame = place.frame(SCREEN);
    let grips = [
        ((10, 5), Grip::Title),
        ((30, 5), Grip::Title),
        ((10, 9), Grip::Left),
        ((49, 9), Grip::Right),
        ((20, 14), Grip::Bottom),
        ((10, 14), Grip::BottomLeft),
        ((49, 14), Grip::BottomRight),
    ];
    for ((x, y), expected) in grips {
        assert_eq!(grip(frame, x, y), expected, "{x},{y}");
    }
    let drag = |grip, to, expected| check(place.dragged(grip, to, 3, SCREEN), expected);
    drag(Grip::Title, (23, 8), "20,8 40x10");
    drag(Grip::Title, (0, 0), "0,0 40x10");
    drag(Grip::Title, (79, 23), "40,14 40x10");
    drag(Grip::Right, (59, 0), "10,5 50x10");
    drag(Grip::Right, (0, 0), "10,5 5x10");
    drag(Grip::Left, (4, 0), "4,5 46x10");
    drag(Grip::Left, (79, 0), "45,5 5x10");
    drag(Grip::Bottom, (0, 23), "10,5 40x19");
    drag(Grip::BottomLeft, (0, 0), "0,5 50x3");
    drag(Grip::BottomRight, (900, 900), "10,5 70x19");
}

#[derive(Debug, Clone)]
enum Step {
    Move(Direction, u16),
    Resize(Direction, u16),
    Size(u16, u16),
    To(u16, u16),
    Centre,
    Drag(Grip, (u16, u16), u16),
}

fn step() -> impl Strategy<Value = Step> {
    let side = || {
        use Direction::{Down, Left, Right, Up};
        prop::sample::select(vec![Left, Right, Up, Down])
    };
    let grip = prop::sample::select(vec![
        Grip::Title,
        Grip::Left,
        Grip::Right,
        Grip::Bottom,
        Grip::BottomLeft,
        Grip::BottomRight,
    ]);
    let cells = || prop_oneof![0..60_u16, any::<u16>()];
    prop_oneof![
        (side(), cells()).prop_map(|(side, by)| Step::Move(side, by)),
        (side(), cells()).prop_map(|(side, by)| Step::Resize(side, by)),
        (cells(), cells()).prop_map(|(cols, rows)| Step::Size(cols, rows)),
        (cells(), cells()).prop_map(|(x, y)| Step::To(x, y)),
        Just(Step::Centre),
        (grip, (cells(), cells()), cells()).prop_map(|(grip, to, hold)| Step::Drag(grip, to, hold)),
    ]
}

fn area() -> impl Strategy<Value = Rect> {
    let size = prop_oneof![
        (0..=300_u16, 0..=100_u16),
        (0..=12_u16, 0..=8_u16),
        Just((65_000, 65_000))
    ];
    (0..5_u16, 0..5_u16, size).prop_map(|(x, y, (cols, rows))| Rect::new(x, y, cols, rows))
}

fn take(place: Place, step: &Step, area: Rect) -> Place {
    match *step {
        Step::Move(side, by) => place.moved(side, by, area),
        Step::Resize(side, by) => place.resized(side, by, area),
        Step::Size(cols, rows) => place.sized(Some(cols), Some(rows), area),
        Step::To(x, y) => place.moved_to(Some(x), Some(y), area),
        Step::Centre => place.centred_in(area),
        Step::Drag(grip, to, hold) => place.dragged(grip, to, hold, area),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_frame_never_leaves_its_area(
        steps in prop::collection::vec((step(), area()), 0..20),
        areas in prop::collection::vec(area(), 1..4),
    ) {
        let mut place = Place::fresh(Size::new(80, 24), 2);
        for (step, area) in &steps {
            place = take(place, step, *area);
            if !area.is_empty() {
                let (frame, within) = place.as_put();
                prop_assert_eq!(within, area.size());
                let here = place.frame(Rect::new(0, 0, area.cols, area.rows));
                prop_assert_eq!(here, frame, "what was put is there to the cell");
            }
        }
        for area in areas {
            let frame = place.frame(area);
            prop_assert!(frame.x >= area.x && frame.right() <= area.right());
            prop_assert!(frame.y >= area.y && frame.bottom() <= area.bottom());
            prop_assert!(frame.cols >= SMALLEST.cols.min(area.cols));
            prop_assert!(frame.rows >= SMALLEST.rows.min(area.rows));
            let cells = inner(frame);
            prop_assert!(cells.x >= frame.x && cells.right() <= frame.right());
            prop_assert!(cells.y >= frame.y && cells.bottom() <= frame.bottom());
            prop_assert_eq!(cells.is_empty(), frame.is_empty());
        }
    }
}
