//! No bytes, however split and whatever the size, break a screen.

use proptest::prelude::*;

use super::*;
use crate::draw::Cell;

/// One thing that happens to a screen.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Feed(Vec<u8>),
    Resize(u16, u16),
    EndSync,
    ClearHistory,
}

/// Bytes that mean something more often than random ones do.
pub(super) fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    let sequence = (
        prop_oneof![
            Just(""),
            Just("?"),
            Just(">"),
            Just("="),
            Just("<"),
            Just("!")
        ],
        proptest::collection::vec(
            prop_oneof![
                (0u16..12).prop_map(|n| n.to_string()),
                any::<u16>().prop_map(|n| n.to_string()),
                Just("99999999".to_owned()),
                Just("38:2::1:2:3".to_owned()),
                Just(String::new()),
                Just("1049".to_owned()),
                Just("6".to_owned()),
                Just("2026".to_owned()),
            ],
            0..4,
        ),
        prop_oneof![4 => Just(""), 1 => Just("$"), 1 => Just(" ")],
        proptest::char::range('@', '~'),
    )
        .prop_map(|(prefix, params, middle, action)| {
            format!("\x1b[{prefix}{}{middle}{action}", params.join(";")).into_bytes()
        });
    let text = prop_oneof![
        "[a-z]{1,30}",
        "[日本語é👩\u{200d}\u{301}\u{fe0f}a]{1,20}",
        "[\r\n\t\x08\x0e\x0f\x0b]{1,6}",
        "\n{1,60}",
    ]
    .prop_map(String::into_bytes);
    let escape = prop_oneof![
        "\x1b[78DEHMNOZc=>no]",
        "\x1b[()*+][0B]",
        "\x1b#8",
        "\x1b\\][0-9]{1,4};[?;a-z#/:]{0,12}\x07",
        "\x1b\\]8;;http://[a-z]{1,9}\x1b\\\\",
        "\x1bP[+$]q[0-9a-f;m]{0,8}\x1b\\\\",
        "\x1b_[a-z]{0,9}",
    ]
    .prop_map(String::into_bytes);
    prop_oneof![
        4 => sequence,
        4 => text,
        2 => escape,
        1 => proptest::collection::vec(any::<u8>(), 0..40),
    ]
}

pub(super) fn any_step() -> impl Strategy<Value = Step> {
    let feed = proptest::collection::vec(any_bytes(), 1..12).prop_map(|parts| parts.concat());
    prop_oneof![
        12 => feed.prop_map(Step::Feed),
        3 => (0u16..30, 0u16..12).prop_map(|(cols, rows)| Step::Resize(cols, rows)),
        1 => Just(Step::EndSync),
        1 => Just(Step::ClearHistory),
    ]
}

pub(super) fn take(screen: &mut Screen, step: &Step) {
    match step {
        Step::Feed(bytes) => screen.feed(bytes),
        Step::Resize(cols, rows) => screen.resize(Size::new(*cols, *rows)),
        Step::EndSync => screen.end_sync(),
        Step::ClearHistory => screen.clear_history(),
    }
}

/// Everything a host may ask of a screen, and what must hold of the answers.
fn look_at(screen: &mut Screen) {
    let size = screen.size();
    let mut surface = drawn(screen, 0);
    for scroll in [
        0,
        1,
        screen.history_len(),
        screen.history_len() + 3,
        usize::MAX,
    ] {
        surface = drawn(screen, scroll);
    }
    for (x, y) in (0..size.rows).flat_map(|y| (0..size.cols).map(move |x| (x, y))) {
        let cell = surface.cell(x, y).expect("inside");
        let tail = surface.cell(x + 1, y).is_some_and(Cell::is_tail);
        assert_eq!(cell.is_wide(), tail);
        assert!(!surface.glyph(x, y).chars().any(char::is_control));
    }
    let (x, y) = screen.cursor_position();
    assert!(x < size.cols && y < size.rows);
    assert_eq!(screen.to_text().lines().count(), usize::from(size.rows));
    assert!(!screen.title().chars().any(char::is_control));
    assert!(screen.history_len() <= 20);
    assert_eq!(screen.failures(), 0, "the engine panicked");
    let (_, _) = (screen.take_events(), screen.take_replies());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn nothing_a_program_writes_breaks_a_screen(
        cols in 0u16..30,
        rows in 0u16..12,
        steps in proptest::collection::vec(any_step(), 1..30),
    ) {
        let mut screen = Screen::new(Size::new(cols, rows), 20);
        for step in &steps {
            take(&mut screen, step);
            look_at(&mut screen);
        }
    }

    #[test]
    fn splitting_changes_nothing(
        parts in proptest::collection::vec(any_bytes(), 1..20),
        cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..8),
    ) {
        let bytes = parts.concat();
        let mut whole = Screen::new(Size::new(20, 6), 20);
        whole.feed(&bytes);
        let mut split = Screen::new(Size::new(20, 6), 20);
        let mut ends: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        ends.sort_unstable();
        let mut start = 0;
        for end in ends.into_iter().chain([bytes.len()]) {
            split.feed(&bytes[start..end]);
            start = end;
        }
        prop_assert_eq!(split.to_text(), whole.to_text());
        prop_assert_eq!(split.take_replies(), whole.take_replies());
        prop_assert_eq!(split.take_events(), whole.take_events());
        prop_assert_eq!(split.cursor(), whole.cursor());
        prop_assert_eq!(split.modes(), whole.modes());
    }
}
