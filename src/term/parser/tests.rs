//! The parser against another: what vte finds in the same bytes.

use proptest::prelude::*;

use super::*;

/// What was found, in a form both parsers can be brought to.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Found {
    Text(String),
    Control(u8),
    Escape(Vec<u8>, u8),
    Csi(Vec<u8>, Vec<Vec<u16>>, u8),
    Osc(Vec<u8>, bool),
    Dcs(Vec<u8>, Vec<Vec<u16>>, u8, Vec<u8>),
}

#[derive(Debug, Default)]
struct Record(Vec<Found>);

impl Record {
    fn push_text(&mut self, text: &str) {
        for character in text.chars() {
            match (character, self.0.last_mut()) {
                ('\x7f', _) => {}
                // vte takes a lone byte for a control, which is not told from one in UTF-8 here.
                ('\u{80}'..='\u{9f}', _) => self.push_text("\u{fffd}"),
                (_, Some(Found::Text(last))) => last.push(character),
                _ => self.0.push(Found::Text(character.into())),
            }
        }
    }
}

impl Actions for Record {
    fn text(&mut self, text: &str) {
        self.push_text(text);
    }

    fn control(&mut self, byte: u8) {
        self.0.push(Found::Control(byte));
    }

    fn escape(&mut self, intermediates: &[u8], action: u8) {
        self.0.push(Found::Escape(intermediates.into(), action));
    }

    fn csi(&mut self, sequence: &Sequence) -> bool {
        let params = sequence.params().map(<[u16]>::to_vec).collect();
        let found = Found::Csi(sequence.intermediates().into(), params, sequence.action());
        self.0.push(found);
        false
    }

    fn osc(&mut self, command: &[u8], bell_terminated: bool) {
        self.0.push(Found::Osc(command.into(), bell_terminated));
    }

    fn dcs(&mut self, sequence: &Sequence, data: &[u8]) {
        let params = sequence.params().map(<[u16]>::to_vec).collect();
        let head = sequence.intermediates().into();
        self.0
            .push(Found::Dcs(head, params, sequence.action(), data.into()));
    }

    /// vte tells nothing of these.
    fn apc(&mut self, _data: &[u8]) {}
}

/// vte's findings.
#[derive(Debug, Default)]
struct Vte {
    record: Record,
    dcs: Option<(Found, bool)>,
}

fn params(params: &vte::Params) -> Vec<Vec<u16>> {
    params.iter().map(<[u16]>::to_vec).collect()
}

impl vte::Perform for Vte {
    fn print(&mut self, character: char) {
        self.record.push_text(character.encode_utf8(&mut [0; 4]));
    }

    fn execute(&mut self, byte: u8) {
        match byte {
            0x80..=0x9f => self.record.push_text("\u{fffd}"),
            _ => self.record.0.push(Found::Control(byte)),
        }
    }

    fn esc_dispatch(&mut self, intermediates: &[u8], ignore: bool, byte: u8) {
        if !ignore {
            self.record.escape(intermediates, byte);
        }
    }

    fn csi_dispatch(&mut self, list: &vte::Params, intermediates: &[u8], ignore: bool, c: char) {
        if !ignore {
            let found = Found::Csi(intermediates.into(), params(list), c as u8);
            self.record.0.push(found);
        }
    }

    fn osc_dispatch(&mut self, parts: &[&[u8]], bell_terminated: bool) {
        self.record.osc(&parts.join(&b';'), bell_terminated);
    }

    fn hook(&mut self, list: &vte::Params, intermediates: &[u8], ignore: bool, action: char) {
        let found = Found::Dcs(intermediates.into(), params(list), action as u8, Vec::new());
        self.dcs = Some((found, ignore));
    }

    fn put(&mut self, byte: u8) {
        if let Some((Found::Dcs(.., data), _)) = &mut self.dcs
            && byte >= 0x20
        {
            data.push(byte);
        }
    }

    fn unhook(&mut self) {
        if let Some((found, ignore)) = self.dcs.take()
            && !ignore
        {
            self.record.0.push(found);
        }
    }
}

fn ours(bytes: &[u8], cuts: &[usize]) -> Vec<Found> {
    let (mut parser, mut record) = (Parser::default(), Record::default());
    let mut start = 0;
    for end in cuts.iter().copied().chain([bytes.len()]) {
        assert_eq!(parser.advance(&mut record, &bytes[start..end]), end - start);
        start = end;
    }
    // A character that never ends is not text yet, for vte neither.
    record.0
}

fn theirs(bytes: &[u8]) -> Vec<Found> {
    let (mut parser, mut vte) = (vte::Parser::new(), Vte::default());
    parser.advance(&mut vte, bytes);
    vte.record.0
}

fn check(bytes: &str, expected: &[Found]) {
    assert_eq!(ours(bytes.as_bytes(), &[]), expected, "{bytes:?}");
}

#[test]
fn each_kind_is_found() {
    check(
        "ab\rc",
        &[
            Found::Text("ab".into()),
            Found::Control(13),
            Found::Text("c".into()),
        ],
    );
    check("\x1b(0", &[Found::Escape(b"(".into(), b'0')]);
    check("\x1b[m", &[Found::Csi(vec![], vec![vec![0]], b'm')]);
    check(
        "\x1b[?1;38:2::7$p",
        &[Found::Csi(
            b"?$".into(),
            vec![vec![1], vec![38, 2, 0, 7]],
            b'p',
        )],
    );
    check("\x1b]0;a\x07", &[Found::Osc(b"0;a".into(), true)]);
    check(
        "\x1bP1$qm\x1b\\",
        &[
            Found::Dcs(b"$".into(), vec![vec![1]], b'q', b"m".into()),
            Found::Escape(vec![], b'\\'),
        ],
    );
    check("\x1b_apc\x1b\\", &[Found::Escape(vec![], b'\\')]);
    check("\x1b[1\x1b[2A", &[Found::Csi(vec![], vec![vec![2]], b'A')]);
    check(
        "\x1b]0;a\x18b",
        &[Found::Control(0x18), Found::Text("b".into())],
    );
}

#[test]
fn too_much_means_nothing() {
    let params = format!("\x1b[{}mx", "1;".repeat(40));
    check(&params, &[Found::Text("x".into())]);
    let string = format!("\x1b]0;{}\x07x", "a".repeat(MAX_STRING));
    check(&string, &[Found::Text("x".into())]);
    let device = format!("\x1bP$q{}\x1b\\", "a".repeat(MAX_DEVICE_STRING + 1));
    check(&device, &[Found::Escape(vec![], b'\\')]);
}

#[test]
fn cut_characters_are_found() {
    let check = |bytes: &[u8], expected| assert_eq!(cut_character(bytes), expected);
    check(b"", 0);
    check(b"abc", 0);
    check("é".as_bytes(), 0);
    check(b"a\xc3", 1);
    check(b"a\xe2\x82", 2);
    check(b"\xf0\x9f\x91", 3);
    check(b"\x80\x80\x80\x80", 0);
    check(b"\xff", 0);
    check(b"\xed\xa0", 0);
    check(b"\xf0\x80", 0);
    check(b"\xc3a", 0);
}

fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    let interesting = proptest::sample::select(
        b"\x1b\x1b\x1b[[]P_X^\\;;::??>$ !0123456789mhlqAz\x07\x18\x1a\r\n\x7f\x80\x9b\x9c\xc3\xa9\xe6\x97\xa5\xf0".to_vec(),
    );
    let piece = prop_oneof![
        proptest::collection::vec(interesting, 0..12),
        proptest::collection::vec(any::<u8>(), 0..8),
        "[ -~]{0,40}".prop_map(String::into_bytes),
        "[日é👩a]{0,12}".prop_map(String::into_bytes),
    ];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_same_is_found_as_by_vte(mut bytes in any_bytes()) {
        // CAN and SUB cancel a string of ours, as they should; vte takes them for its end. It does
        // not know that `ESC k` begins a string.
        bytes.retain(|byte| !matches!(byte, 0x18 | 0x1a | b'k'));
        prop_assert_eq!(ours(&bytes, &[]), theirs(&bytes));
    }

    #[test]
    fn splitting_changes_nothing(
        bytes in any_bytes(),
        cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..6),
    ) {
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        cuts.sort_unstable();
        prop_assert_eq!(ours(&bytes, &cuts), ours(&bytes, &[]));
    }
}
