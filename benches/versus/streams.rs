//! The streams of text a pane may put out, a few MiB each.

/// How large each stream is, in bytes: enough for ticks of ten milliseconds to measure by.
const SIZE: usize = 8 << 20;

/// A stream's name, and what makes its nth piece.
type Stream = (&'static str, fn(usize) -> String);

/// All streams.
pub const ALL: [Stream; 5] = [
    ("dense-ascii", ascii),
    ("dense-sgr", sgr),
    ("dense-unicode", unicode),
    ("dense-redraw", redraw),
    ("dense-agent", agent),
];

/// The whole of a stream.
pub fn fill(make: fn(usize) -> String) -> Vec<u8> {
    let mut text = Vec::with_capacity(SIZE + 4096);
    let mut n = 0;
    while text.len() < SIZE {
        text.extend_from_slice(make(n).as_bytes());
        n += 1;
    }
    text
}

fn ascii(n: usize) -> String {
    format!("{n:08} the quick brown fox jumps over the lazy dog, and again: {n:x}\r\n")
}

fn sgr(n: usize) -> String {
    format!(
        "\x1b[3{}m{n:08}\x1b[0m \x1b[1;38;5;{}mfox\x1b[0m \x1b[48;2;{};40;90mdog\x1b[m end\r\n",
        n % 8,
        n % 256,
        n % 200
    )
}

fn unicode(n: usize) -> String {
    format!("{n} 漢字仮名交じり文 🚀🎉 naïve café — ключ {n}\r\n")
}

fn redraw(n: usize) -> String {
    let mut frame = String::from("\x1b[H");
    for row in 0..20 {
        frame.push_str(&format!(
            "\x1b[{};1H\x1b[3{}mrow {row} frame {n} {:>60}\x1b[K",
            row + 1,
            (row + n) % 8,
            n * row
        ));
    }
    frame
}

fn agent(n: usize) -> String {
    format!(
        "\x1b[?2026h\x1b[40;1H\x1b[2K\x1b[38;5;174m✻ Thinking… ({n}s · {} tokens)\x1b[39m\r\n\x1b[2K> \x1b[7m \x1b[27m\x1b[?2026l",
        n * 7
    )
}
