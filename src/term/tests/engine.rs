//! Our parser, our printing and our history against the engine's own, which do the same slower.

use alacritty_terminal::Term;
use alacritty_terminal::event::VoidListener;
use alacritty_terminal::grid::Dimensions;
use alacritty_terminal::index::{Column, Line};
use alacritty_terminal::term::Config;
use alacritty_terminal::term::cell::{Cell, Flags};
use alacritty_terminal::vte::ansi::{Processor, StdSyncHandler};
use proptest::prelude::*;

use super::*;
use crate::term::engine::GridSize;

const HISTORY: usize = 15;

/// Output that both understand alike: with wide characters, or with erasing and inserting. The
/// engine leaves halves of characters where those meet, and later blanks innocent cells. Left out
/// is what it does in its own way: tabs after the last column and in cells, deleting beyond the
/// end, erasing after the last column and above the second row, cells and lines inserted, shifts saved.
fn any_output(wide: bool) -> impl Strategy<Value = String> {
    let actions = if wide { "CDGISTb" } else { "CDGIKSTb" };
    let letters = if wide {
        "[a日本語é👩─\u{301}]{1,12}"
    } else {
        "[aé─\u{301}]{1,12}"
    };
    let erasing = if wide {
        vec![]
    } else {
        vec!["\x1b[1K", "\x1b[4h", "\x1b[4l"]
    };
    let number = || prop_oneof![Just(String::new()), (0u16..14).prop_map(|n| n.to_string())];
    let move_to = (number(), number()).prop_map(|(row, column)| format!("\x1b[{row};{column}H"));
    let edit = (
        number(),
        proptest::sample::select(actions.as_bytes().to_vec()),
    )
        .prop_map(|(count, action)| format!("\x1b[{count}{}", char::from(action)));
    let region = (1u16..4, 2u16..=4).prop_map(|(top, bottom)| format!("\x1b[{top};{bottom}r"));
    let fixed = [
        "x\x1b[2J",
        "\x1b[?7l",
        "\x1b[?7h",
        "\x1b[?1049h",
        "\x1b[?1049l",
        "\x1b7",
        "\x1b8",
        "\x1bM",
        "\x1bD",
        "\x1bE",
        "\x1bH",
        "\x1bcx",
        "\x1b(0",
        "\x1b(B",
        "\x1b[m",
        "\x1b[1;4m",
        "\x1b[38;5;9m",
        "\x1b[48;2;1;2;3m",
        "\x1b[4:3;58:5:7m",
        "\x1b]8;id=a;http://x\x07",
        "\x1b]8;;\x07",
    ];
    let fixed = proptest::sample::select([&fixed[..], &erasing].concat()).prop_map(str::to_owned);
    prop_oneof![
        6 => "[a-zA-Z ]{1,40}",
        4 => letters,
        4 => "(\r\n|\n|\r|\x08|\r\n\r\n){1,4}",
        2 => move_to,
        4 => edit,
        1 => region,
        4 => fixed,
    ]
}

/// More marks on a character than this are not kept, which the engine alone would.
const MARKS: usize = 16;

/// A cell without the marks that are too many.
fn cut(cell: &Cell) -> Cell {
    let mut bare = Cell {
        extra: None,
        ..cell.clone()
    };
    bare.set_underline_color(cell.underline_color());
    bare.set_hyperlink(cell.hyperlink());
    for mark in cell.zerowidth().into_iter().flatten().take(MARKS) {
        bare.push_zerowidth(*mark);
    }
    bare
}

/// Where a wide character overwrites another, the engine forgets why the line above ended early; and
/// it keeps extras in which nothing is left.
fn comparable(cells: &[Cell]) -> Vec<Cell> {
    let mut cells: Vec<Cell> = cells.iter().map(cut).collect();
    for cell in &mut cells {
        cell.flags.remove(Flags::LEADING_WIDE_CHAR_SPACER);
        let marked = cell.zerowidth().is_some_and(|marks| !marks.is_empty());
        if !marked && cell.underline_color().is_none() && cell.hyperlink().is_none() {
            cell.extra = None;
        }
    }
    cells
}

fn history_text(cells: &[Cell]) -> String {
    let half = Flags::WIDE_CHAR_SPACER | Flags::LEADING_WIDE_CHAR_SPACER;
    let mut text = String::new();
    for cell in cells.iter().filter(|cell| !cell.flags.intersects(half)) {
        text.push(if cell.c == '\t' { ' ' } else { cell.c });
        text.extend(cell.zerowidth().into_iter().flatten().take(MARKS));
    }
    text.trim_end().to_owned()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_grid_is_the_one_the_engine_alone_would_make(
        cols in 2u16..24,
        // Enough for every region (the engine lets them begin below the screen) and so many that
        // no repetition is longer than a screenful.
        rows in 7u16..12,
        parts in any::<bool>().prop_flat_map(|wide| {
            proptest::collection::vec(any_output(wide), 1..30)
        }),
    ) {
        let output = parts.concat();
        let size = Size::new(cols, rows);
        let mut ours = Screen::new(size, HISTORY);
        let config = Config { scrolling_history: HISTORY, ..Config::default() };
        let mut theirs = Term::new(config, &GridSize::of(size), VoidListener);
        let mut processor: Processor<StdSyncHandler> = Processor::new();
        for chunk in output.as_bytes().chunks(64) {
            ours.feed(chunk);
        }
        // Whole, for vte loses characters where reads are split.
        processor.advance(&mut theirs, output.as_bytes());
        let (mine, other) = (ours.engine.term.grid(), theirs.grid());
        for line in 0..i32::from(rows) {
            let columns = Column(0)..Column(usize::from(cols));
            let [mine, other] = [mine, other].map(|grid| comparable(&grid[Line(line)][columns.clone()]));
            prop_assert_eq!(mine, other, "line {} of {:?}", line, &output);
        }
        prop_assert_eq!(mine.cursor.point, other.cursor.point);
        prop_assert_eq!(mine.cursor.input_needs_wrap, other.cursor.input_needs_wrap);
        // Lines are evicted alike, but a line joined from several rows may be seen in full.
        for back in 1..=other.history_size() {
            let line = -(back as i32);
            let row = &other[Line(line)];
            let expected = history_text(&row[Column(0)..Column(row.len())]);
            let text = ours.line_text(line, true);
            prop_assert_eq!(text.as_deref(), Some(expected.as_str()), "line {} of {:?}", line, &output);
        }
        prop_assert_eq!(ours.history_len(), other.history_size());
    }
}

/// Text and sizes, as a shell's output and a dragged border make them. No wide characters: where
/// one is wrapped early, the engine puts the cursor into the middle of it.
fn any_session() -> impl Strategy<Value = Vec<(String, u16, u16)>> {
    let words = prop_oneof![
        "[a-z ]{1,60}",
        "([a-z]{1,9}\r\n){1,9}",
        "[aé─]{1,20}",
        "(\x1b\\[31m[a-z]{1,9}\x1b\\[m\r\n){1,3}",
    ];
    let text = proptest::collection::vec(words, 1..6).prop_map(|words| words.concat());
    proptest::collection::vec((text, 2u16..30, 3u16..12), 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn resizing_shows_what_the_engine_alone_would_show(session in any_session()) {
        let size = Size::new(12, 6);
        let mut ours = Screen::new(size, 2000);
        let config = Config { scrolling_history: 2000, ..Config::default() };
        let mut theirs = Term::new(config, &GridSize::of(size), VoidListener);
        let mut processor: Processor<StdSyncHandler> = Processor::new();
        for (text, cols, rows) in session {
            ours.feed(text.as_bytes());
            processor.advance(&mut theirs, text.as_bytes());
            ours.resize(Size::new(cols, rows));
            theirs.resize(GridSize::of(Size::new(cols, rows)));
            let cursor = &theirs.grid().cursor;
            // A cursor that waits to wrap where no row ends has been lost.
            prop_assume!(!cursor.input_needs_wrap || cursor.point.column.0 + 1 == usize::from(cols));
            let (mine, other) = (ours.engine.term.grid(), theirs.grid());
            for line in 0..i32::from(rows) {
                let columns = Column(0)..Column(usize::from(cols));
                let [mine, other] = [mine, other].map(|grid| history_text(&grid[Line(line)][columns.clone()]));
                prop_assert_eq!(mine, other, "line {} after {:?} at {}x{}", line, &text, cols, rows);
            }
            prop_assert_eq!(mine.cursor.point, other.cursor.point);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever the sizes it goes through, a line of narrow and wide characters stays what it is,
    /// and what is typed goes on where it ended.
    #[test]
    fn a_line_survives_every_size(
        session in proptest::collection::vec(("[a日本é]{0,20}", 2u16..30, 2u16..12), 1..8),
    ) {
        let mut screen = Screen::new(Size::new(12, 6), 2000);
        let mut typed = String::new();
        for (text, cols, rows) in session {
            typed += &text;
            screen.feed(text.as_bytes());
            screen.resize(Size::new(cols, rows));
        }
        screen.resize(Size::new(400, 6));
        // How much of it had left the screen at the smallest size is another matter.
        let history = (1..=screen.history_len() as i32).rev();
        let history = history.filter_map(|back| screen.line_text(-back, true));
        let text = history.collect::<String>() + &screen.to_text();
        prop_assert_eq!(text.trim_end_matches('\n'), typed);
    }
}

/// The engine alone leaves a hole where a line comes to fit into the history.
#[test]
fn a_line_that_ends_above_the_screen_goes_on_without_a_hole() {
    let mut screen = Screen::new(Size::new(12, 6), 2000);
    screen.feed("ééa".as_bytes());
    screen.resize(Size::new(2, 4));
    screen.resize(Size::new(3, 2));
    screen.feed("日".as_bytes());
    screen.resize(Size::new(2, 2));
    screen.resize(Size::new(400, 6));
    assert_eq!(screen.to_text().trim_end(), "ééa日");
}
