//! How much CPU a pane's screen and a client's frames cost. Run with `cargo bench --bench screen`.
//!
//! Figures are CPU time of this process, not wall time, so that a busy machine does not change
//! them much. The streams are the kinds of output a pane sees: dense text, coloured build logs,
//! wide characters, cursor-addressed repaints, and the small synchronized redraws of an agent.

use std::fmt::Write as _;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use stoa::draw::{Caps, Encoder, Surface};
use stoa::model::geometry::{Rect, Size};
use stoa::term::Screen;

const SIZE: Size = Size::new(200, 50);
const STREAM: usize = 8 << 20;
/// What one read of a PTY returns at most.
const READ: usize = 4096;

fn main() {
    // `cargo test` runs benches too, to see that they build and start.
    let stream = if std::env::args().any(|arg| arg == "--bench") {
        STREAM
    } else {
        READ
    };
    // A name after `--` picks one stream.
    let only: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with("--"))
        .collect();
    if only.is_empty() {
        // First, while no freed memory can be used again.
        histories();
    }
    println!("{:<10} {:>8} {:>8}", "stream", "ms/MiB", "MiB/s");
    for (name, text) in streams() {
        if !only.is_empty() && !only.iter().any(|wanted| wanted == name) {
            continue;
        }
        let bytes = text.as_bytes().repeat(stream.div_ceil(text.len()));
        let mut screen = Screen::new(SIZE, 10_000);
        let spent = cpu(|| {
            for chunk in bytes.chunks(READ) {
                screen.feed(chunk);
            }
        });
        let mib = bytes.len() as f64 / f64::from(1 << 20);
        let millis = spent.as_secs_f64() * 1e3 / mib;
        println!("{name:<10} {millis:>8.2} {:>8.0}", 1e3 / millis);
    }
    if only.is_empty() {
        frames();
    }
}

fn streams() -> [(&'static str, String); 5] {
    let words = "the quick brown fox jumps over the lazy dog while compiling crates ";
    let mut ascii = String::new();
    let mut sgr = String::new();
    let mut unicode = String::new();
    let mut redraw = String::new();
    let mut agent = String::new();
    for line in 0..500 {
        let long: String = words.chars().cycle().skip(line % 60).take(110).collect();
        let _ = write!(ascii, "{line:05} {long}\r\n");
        let (a, b) = (line % 256, (line * 7) % 256);
        let _ = write!(
            sgr,
            "\x1b[32m   Compiling\x1b[0m crate-{line} \x1b[1;38;5;{a}mv1.{a}\x1b[22;39m (\x1b[4m/work/{line}\x1b[24m) \
             \x1b[38;2;{a};{b};90m#{a:02x}{b:02x}\x1b[m \x1b[33mwarning\x1b[0m: unused {line}\r\n"
        );
        let _ = write!(
            unicode,
            "第{line}行 日本語のテキスト émile naïve 👩 emoji 한국어 Ωμέγα кириллица 中文字符\r\n"
        );
        let (row, column) = (line % 50 + 1, line % 9 + 1);
        let _ = write!(
            redraw,
            "\x1b[{row};{column}H\x1b[3{}m{:<60}\x1b[K",
            line % 8,
            &long[..60]
        );
        let _ = write!(
            agent,
            "\x1b[?2026h\x1b[2K\x1b[1A\x1b[2K\x1b[1A\x1b[2K\x1b[G\x1b[38;2;215;119;87m✻\x1b[39m Thinking… \
             \x1b[2m({line}s · ↓ {a} tokens · esc to interrupt)\x1b[22m\r\n\r\n\x1b[2m────────────────────\x1b[22m\x1b[?2026l"
        );
    }
    [
        ("ascii", ascii),
        ("sgr", sgr),
        ("unicode", unicode),
        ("redraw", redraw),
        ("agent", agent),
    ]
}

/// What a full history costs: memory, a look at it, and a change of width.
fn histories() {
    println!("{:<34} {:>8} {:>8}", "history of 10,000 lines", "us", "KiB");
    let before = resident_kib();
    let mut screens: Vec<Screen> = (0..4).map(|_| Screen::new(SIZE, 10_000)).collect();
    let (_, ascii) = &streams()[0];
    for screen in &mut screens {
        (0..22).for_each(|_| screen.feed(ascii.as_bytes()));
    }
    let each = resident_kib().saturating_sub(before) / screens.len();
    println!("{:<34} {:>8} {each:>8}", "memory, screens included", "");
    let mut surface = Surface::new(SIZE);
    let area = Rect::new(0, 0, SIZE.cols, SIZE.rows);
    let screen = &mut screens[0];
    let look = cpu(|| (0..100).for_each(|n| screen.draw(n * 99 + 50, &mut surface, area)));
    report("a pane scrolled back, its cells", look / 100, 0);
    let resize = cpu(|| {
        for _ in 0..20 {
            screen.resize(Size::new(120, 50));
            screen.resize(SIZE);
        }
    });
    report("a change of width", resize / 40, 0);
}

/// The memory this process uses, in KiB; 0 where the kernel does not say.
fn resident_kib() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// What drawing costs: the pane's cells, and the bytes for a terminal.
fn frames() {
    let pages: Vec<Screen> = streams()
        .iter()
        .map(|(_, text)| {
            let mut screen = Screen::new(SIZE, 0);
            screen.feed(text.as_bytes());
            screen
        })
        .collect();
    println!("{:<34} {:>8} {:>8}", "frame of 200x50", "us", "bytes");
    let area = Rect::new(0, 0, SIZE.cols, SIZE.rows);
    let mut surface = Surface::new(SIZE);
    let rounds = 400u32;
    let cells = cpu(|| (0..rounds).for_each(|n| pages[n as usize % 3].draw(0, &mut surface, area)));
    report("cells of a whole pane", cells / rounds, 0);
    let surfaces: Vec<Surface> = pages
        .iter()
        .map(|page| {
            let mut surface = Surface::new(SIZE);
            page.draw(0, &mut surface, area);
            surface
        })
        .collect();
    let mut encoder = Encoder::new(Caps::FULL);
    let mut out = Vec::new();
    let mut bytes = 0;
    let full = cpu(|| {
        for round in 0..rounds {
            out.clear();
            encoder.frame(&surfaces[round as usize % 3], &mut out);
            bytes += out.len();
        }
    });
    report("all rows changed", full / rounds, bytes / rounds as usize);
    let same = cpu(|| (0..rounds).for_each(|_| encoder.frame(&surfaces[0], &mut out)));
    report("nothing changed, all looked at", same / rounds, 0);
    let mut one = surfaces[0].clone();
    bytes = 0;
    let row = cpu(|| {
        for round in 0..rounds {
            out.clear();
            pages[round as usize % 2].draw_row(7, 0, &mut one.span(0, 7, SIZE.cols));
            encoder.frame_rows(&one, [7], &mut out);
            bytes += out.len();
        }
    });
    report(
        "one row changed, cells included",
        row / rounds,
        bytes / rounds as usize,
    );
}

fn report(what: &str, each: Duration, bytes: usize) {
    println!("{what:<34} {:>8.1} {bytes:>8}", each.as_secs_f64() * 1e6);
}

/// The CPU time `work` took.
fn cpu(work: impl FnOnce()) -> Duration {
    let now = || {
        let time = clock_gettime(ClockId::ProcessCPUTime);
        Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
    };
    let before = now();
    work();
    now() - before
}
