use super::*;

#[track_caller]
fn check(event: KeyEvent, expected: Key) {
    assert_eq!(event.chord(), expected, "{event:?}");
}

fn with(code: char, mods: Mods) -> KeyEvent {
    Key::new(Code::Char(code), mods).into()
}

#[test]
fn shift_is_spent_on_the_character_it_makes() {
    check(with('a', Mods::SHIFT), Key::char('A'));
    check(with('A', Mods::SHIFT), Key::char('A'));
    check(with('/', Mods::SHIFT), Key::char('?'));
    check(
        with('a', Mods::SHIFT.with(Mods::ALT)),
        Key::new(Code::Char('A'), Mods::ALT),
    );
    check(
        with(' ', Mods::SHIFT),
        Key::new(Code::Char(' '), Mods::SHIFT),
    );
}

#[test]
fn control_keeps_letters_small_and_shift_apart() {
    check(with('B', Mods::CTRL), Key::ctrl('b'));
    check(
        with('b', Mods::CTRL.with(Mods::SHIFT)),
        Key::new(Code::Char('b'), Mods::CTRL.with(Mods::SHIFT)),
    );
    check(with('-', Mods::CTRL.with(Mods::SHIFT)), Key::ctrl('_'));
    check(with('2', Mods::CTRL.with(Mods::SHIFT)), Key::ctrl(' '));
}

#[test]
fn reported_characters_beat_the_us_keyboard() {
    let mut german = with('7', Mods::SHIFT);
    german.shifted = Some('/');
    check(german, Key::char('/'));
    let mut typed = with('7', Mods::SHIFT);
    typed.text = Some("/".into());
    check(typed, Key::char('/'));
    let mut russian = with('с', Mods::CTRL);
    russian.base = Some('c');
    check(russian, Key::ctrl('c'));
}

#[test]
fn locks_do_not_count_but_caps_lock_types_capitals() {
    check(with('b', Mods::CTRL.with(Mods::NUM_LOCK)), Key::ctrl('b'));
    check(with('b', Mods::CTRL.with(Mods::CAPS_LOCK)), Key::ctrl('b'));
    check(with('b', Mods::CAPS_LOCK), Key::char('B'));
    check(with('b', Mods::CAPS_LOCK.with(Mods::SHIFT)), Key::char('b'));
    check(with('1', Mods::CAPS_LOCK), Key::char('1'));
}

#[test]
fn the_number_block_counts_as_its_twin() {
    let key = Key::plain(Code::Keypad(Keypad::Digit(7)));
    check(key.into(), Key::char('7'));
    let key = Key::new(Code::Keypad(Keypad::Nav(Nav::PageUp)), Mods::CTRL);
    check(key.into(), Key::new(Code::PageUp, Mods::CTRL));
}

#[test]
fn normal_is_idempotent() {
    for c in (0x20..0x17f).filter_map(char::from_u32) {
        for bits in 0..=63 {
            let once = Key::new(Code::Char(c), Mods::from_bits(bits)).normal();
            assert_eq!(once.normal(), once, "{c:?} {bits}");
        }
    }
}
