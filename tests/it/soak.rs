//! Hours of rubbish: programs that print anything in pieces of any size, while terminals come, change their
//! size, type and go.
//!
//! A run here takes seconds; `STOA_SOAK=3600 cargo test --test it soak` goes on for an hour. The seed is
//! printed when something fails.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::support::*;

/// Pieces in a chapter, after which all is looked at.
const PIECES: u64 = 60;
/// What the server may grow to, in MiB, whatever programs print.
const MOST_MIB: u64 = 400;

/// Throws what programs and people might send.
struct Rubbish(Dice);

impl Rubbish {
    fn below(&mut self, limit: u64) -> u64 {
        self.0.below(limit)
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        self.0.pick(from)
    }

    /// A control function with parameters of any sort.
    fn control(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"\x1b[");
        out.extend_from_slice(self.pick(&["", "?", ">", "=", "<", " ", "!"]).as_bytes());
        for n in 0..self.below(6) {
            if n > 0 {
                out.extend_from_slice(self.pick(&[";", ":", ";;"]).as_bytes());
            }
            let number = match self.below(8) {
                0 => self.below(u64::MAX >> 33),
                1 => [47, 1047, 1049, 2004, 2026, 2027, 69, 6, 7, 25][self.below(10) as usize],
                _ => self.below(120),
            };
            out.extend_from_slice(number.to_string().as_bytes());
        }
        if self.below(6) == 0 {
            out.extend_from_slice(self.pick(&["$", " ", "'", "\"", "*"]).as_bytes());
        }
        out.push(b'@' + self.below(63) as u8);
    }

    /// A string that may never end.
    fn string(&mut self, out: &mut Vec<u8>) {
        let start = self.pick(&[
            "\x1b]0;",
            "\x1b]2;",
            "\x1b]4;",
            "\x1b]7;",
            "\x1b]8;;http://",
            "\x1b]9;",
            "\x1b]52;c;",
            "\x1b]133;",
            "\x1b]1337;File=",
            "\x1b]7501;",
            "\x1bPq",
            "\x1bP$q",
            "\x1bP+q",
            "\x1b_Ga=T,f=24,s=3,v=3;",
            "\x1b_Ga=d;",
            "\x1b^",
            "\x1bX",
        ]);
        out.extend_from_slice(start.as_bytes());
        let length = match self.below(12) {
            0 => self.below(200_000),
            _ => self.below(120),
        };
        out.extend((0..length).map(|_| b' ' + self.below(95) as u8));
        out.extend_from_slice(
            self.pick(&["\x1b\\", "\x07", "", "\x18", "\u{9c}"])
                .as_bytes(),
        );
    }

    /// Something a program might print, or would never.
    fn piece(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        for _ in 0..=self.below(60) {
            match self.below(7) {
                0 => out.extend((0..self.below(300)).map(|_| self.below(256) as u8)),
                1 => self.string(&mut out),
                2 => out.extend_from_slice(
                    self.pick(&[
                        "漢字",
                        "👨\u{200d}👩\u{200d}👧",
                        "🇩🇪",
                        "e\u{301}\u{302}\u{303}",
                        "❤\u{fe0f}",
                        "\u{202e}x",
                        "\u{1f1e6}",
                        "\u{fdd0}",
                        "\u{10eeee}\u{305}\u{305}",
                    ])
                    .as_bytes(),
                ),
                3 => out.extend(std::iter::repeat_n(b'x', self.below(600) as usize)),
                4 => out.extend_from_slice(
                    self.pick(&[
                        "\r\n", "\n\n\n\n", "\t", "\x08", "\x0e", "\x0f", "\x1bM", "\x1b7",
                        "\x1b8", "\x1b#8", "\x1b(0",
                    ])
                    .as_bytes(),
                ),
                _ => self.control(&mut out),
            }
        }
        out
    }

    /// Something a person or a broken terminal might send; never the prefix.
    fn typed(&mut self) -> String {
        let mut text = String::new();
        for _ in 0..self.below(20) {
            match self.below(6) {
                0 => text.push_str(self.pick(&[
                    "\x1b[A",
                    "\x1bOP",
                    "\x1b[1;5C",
                    "\x1b[99;99~",
                    "\x1b[I",
                ])),
                1 => text.push_str(self.pick(&[
                    "\x1b[",
                    "\x1b[<",
                    "\x1b]11;rgb:",
                    "\x1bP",
                    "\x1b[200~x",
                    "\x1b[201~",
                ])),
                2 => {
                    let (col, row) = (self.below(150), self.below(60));
                    let wheel = 64 + self.below(2);
                    text.push_str(&format!("\x1b[<{wheel};{col};{row}M"));
                }
                _ => text.push((b' ' + self.below(95) as u8) as char),
            }
        }
        text
    }
}

/// A pane whose program prints what is written into a pipe, and reads nothing.
struct Spout {
    pane: String,
    pipe: File,
}

impl Spout {
    fn open(world: &World, dir: &std::path::Path, n: usize) -> Spout {
        let path = dir.join(format!("pipe-{n}"));
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &path,
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
            0,
        )
        .expect("a pipe");
        let script = format!("stty raw -echo; exec cat '{}'", path.display());
        let way = ["--down", "--right"][n % 2];
        let pane = world.ok(&["run", way, "--", &script]).trim_end().to_owned();
        let pipe = OpenOptions::new()
            .write(true)
            .open(&path)
            .expect("cat reads it");
        Spout { pane, pipe }
    }
}

fn memory_mib(pid: u32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/statm")).expect("the server lives");
    let pages = text.split(' ').nth(1).and_then(|pages| pages.parse().ok());
    let pages: u64 = pages.expect("resident pages");
    pages * 4 / 1024
}

fn descriptors(pid: u32) -> usize {
    let list = std::fs::read_dir(format!("/proc/{pid}/fd"));
    list.expect("the server lives").count()
}

#[test]
fn rubbish_for_a_while_harms_nothing() {
    let seconds = std::env::var("STOA_SOAK")
        .ok()
        .and_then(|text| text.parse().ok());
    let seconds = seconds.unwrap_or(3);
    let seed = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a clock")
        .as_nanos() as u64;
    println!("seed {seed}");
    let mut dice = Rubbish(Dice::new(seed));
    let world = World::plain();
    let first = world.ready(100, 30);
    let dir = tempfile::tempdir().expect("a directory");
    let mut spouts: Vec<Spout> = (0..3).map(|n| Spout::open(&world, dir.path(), n)).collect();
    drop(first);
    let server = world.server_pid().expect("a server");
    let begin = Instant::now();
    let mut open = None;
    let mut chapters = 0;
    while chapters < 2 || begin.elapsed() < Duration::from_secs(seconds) {
        chapters += 1;
        let mut terminal = world.attach(20 + dice.below(120) as u16, 5 + dice.below(45) as u16);
        for _ in 0..PIECES {
            let piece = dice.piece();
            let mut rest = &piece[..];
            while !rest.is_empty() {
                let (now, later) = rest.split_at(rest.len().min(1 + dice.below(4000) as usize));
                let spout = dice.below(3) as usize;
                spouts[spout].pipe.write_all(now).expect("cat lives");
                rest = later;
            }
            match dice.below(10) {
                0 => terminal.resize(20 + dice.below(120) as u16, 5 + dice.below(45) as u16),
                1 => terminal.send(&dice.typed()),
                _ => {}
            }
        }
        // Whatever was begun is ended, and what comes then is shown.
        for (n, spout) in spouts.iter_mut().enumerate() {
            let end = format!("\x18\x1b\\\x1b[?2026l\x1bc<{chapters}-{n}>");
            spout.pipe.write_all(end.as_bytes()).expect("cat lives");
        }
        for (n, spout) in spouts.iter().enumerate() {
            let mark = format!("<{chapters}-{n}>");
            world.until(&["capture-pane", "-p", "-t", &spout.pane], |text| {
                text.replace('\n', "").contains(&mark)
            });
        }
        // Out of pastes, prompts, searches and menus.
        terminal.send("\x1b\\\x18\x1b[201~\x03\x03\x03");
        terminal.resize(120, 40);
        // What was typed may have left a pane in its history; a message is above all, until a key that
        // was still on its way takes it off.
        let message = format!("<{chapters} is over>");
        let shown = (0..30).any(|_| {
            world.ok(&["display-message", &message]);
            terminal.becomes(Duration::from_secs(2), |screen| {
                screen.contents().contains(&message)
            })
        });
        assert!(shown, "no {message} on\n{}", terminal.text());
        drop(terminal);
        let memory = memory_mib(server);
        assert!(
            memory < MOST_MIB,
            "the server has {memory} MiB after {chapters} chapters"
        );
        let now = descriptors(server);
        let most = *open.get_or_insert(now) + 8;
        assert!(now <= most, "{now} descriptors after {chapters} chapters");
    }
    println!(
        "{chapters} chapters, the server has {} MiB",
        memory_mib(server)
    );
}
