//! What must hold whatever happens: many real processes at once, killed at any instant, system calls
//! that fail, files that are damaged.
//!
//! The sizes are what a small machine bears beside all other tests; `STOA_TORTURE=N` makes them N
//! times as large. A process of the crowd is this test program again, told by its environment what
//! to do; it writes down what it asks before it asks, and what it was told after, so that what it
//! did is known up to the instant it is killed.

mod faults;
mod history;
mod kills;
mod line;
mod lock;
mod register;
mod versions;

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use stoa::clock::{Clock, Now, SystemClock};
use stoa::coord::{Coord, Register, Session, SystemProbe, fingerprint};
use stoa::store::dir::StateDir;
use stoa::store::sqlite::SqliteStore;

use crate::support::Dice;

/// Tells this program, started again, which part it plays; the next two where.
const ROLE: &str = "STOA_TORTURE_ROLE";
const STATE: &str = "STOA_TORTURE_STATE";
const LOG: &str = "STOA_TORTURE_LOG";

/// A size, scaled.
fn scaled(size: usize) -> usize {
    let factor = std::env::var("STOA_TORTURE").ok();
    size * factor.and_then(|text| text.parse().ok()).unwrap_or(1)
}

/// Nanoseconds on the clock that all processes share.
fn nanos() -> u64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

/// One process of the crowd: its log and its part.
struct Player {
    log: File,
    coord: Coord,
    me: Session,
    dice: Dice,
}

impl Player {
    /// Writes a line; whole or not at all, as far as readers can tell.
    fn note(&mut self, line: Value) {
        let text = format!("{line}\n");
        self.log.write_all(text.as_bytes()).expect("a log");
    }
}

/// The part of a process that was started by another test; nothing otherwise.
#[test]
fn player() {
    let Ok(role) = std::env::var(ROLE) else {
        return;
    };
    let path = |name| PathBuf::from(std::env::var_os(name).expect("told where"));
    let log = OpenOptions::new()
        .append(true)
        .create(true)
        .open(path(LOG))
        .expect("a log");
    let coord = match role.as_str() {
        "lock" => fast(&path(STATE)),
        _ => Coord::open(&path(STATE)).expect("a store"),
    };
    let mut request = Register::of(fingerprint::of_pid(std::process::id()).expect("we run"));
    request.group = Some("crowd".to_owned());
    let me = coord.register(&request).expect("room for one more");
    let dice = Dice::new(u64::from(std::process::id()));
    let mut player = Player {
        log,
        coord,
        me,
        dice,
    };
    match role.as_str() {
        "lock" => lock::play(&mut player),
        "register" => register::play(&mut player),
        "line" => line::play(&mut player),
        other => panic!("no part is called {other}"),
    }
}

/// How many times faster than time itself the clock of [`fast`] runs.
const HASTE: u64 = 1000;

/// A clock on which a lease of ten seconds is over in ten milliseconds, the same for all processes.
struct FastClock(SystemClock);

impl Clock for FastClock {
    fn now(&self) -> Now {
        let mut now = self.0.now();
        now.boot_ms =
            nanos() / 1_000_000_000 * HASTE * 1000 + nanos() % 1_000_000_000 / (1_000_000 / HASTE);
        now
    }
}

/// The store on a fast clock.
fn fast(state: &Path) -> Coord {
    let dir = StateDir::create(state).expect("a directory");
    let store = SqliteStore::open(&dir).expect("a store");
    let clock = FastClock(SystemClock::open().expect("a clock"));
    Coord::new(
        Arc::new(store),
        Arc::new(clock),
        Arc::new(SystemProbe::open().expect("a machine")),
    )
}

/// Processes that play a part, some of which are killed on the way and replaced.
struct Crowd {
    dir: tempfile::TempDir,
    role: &'static str,
    size: usize,
}

/// What a crowd leaves behind.
struct Remains {
    /// The lines of each process's log.
    logs: Vec<Vec<Value>>,
    /// When each process that was killed was about to be: it lived until then at least.
    killed: Vec<Option<u64>>,
}

impl Crowd {
    fn new(role: &'static str, size: usize) -> Crowd {
        let dir = tempfile::tempdir().expect("a directory");
        // Made now, so that what is tested is not who makes it.
        drop(Coord::open(&dir.path().join(".stoa")).expect("a store"));
        Crowd { dir, role, size }
    }

    fn state(&self) -> PathBuf {
        self.dir.path().join(".stoa")
    }

    fn log(&self, number: usize) -> PathBuf {
        self.dir.path().join(format!("log-{number}"))
    }

    fn start(&self, number: usize) -> Child {
        Command::new(std::env::current_exe().expect("this program"))
            .args(["torture::player", "--exact", "--nocapture"])
            .env(ROLE, self.role)
            .env(STATE, self.state())
            .env(LOG, self.log(number))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .expect("this program runs")
    }

    /// Runs the crowd, killing `kills` of its processes, and waits until the last ones are done.
    fn run(&self, kills: usize) -> Remains {
        let mut dice = Dice::new(nanos());
        let mut killed = vec![None; self.size + kills];
        let mut running: Vec<(usize, Child)> = (0..self.size).map(|n| (n, self.start(n))).collect();
        for number in self.size..self.size + kills {
            // The instant is the point of it.
            std::thread::sleep(Duration::from_micros(dice.below(20_000)));
            let victim = dice.below(running.len() as u64) as usize;
            let (old, mut child) = running.swap_remove(victim);
            let now = nanos();
            child.kill().expect("our child");
            let status = child.wait().expect("our child");
            // It may have been done already.
            if !status.success() {
                killed[old] = Some(now);
            }
            running.push((number, self.start(number)));
        }
        for (number, mut child) in running {
            let status = child.wait().expect("our child");
            assert!(status.success(), "process {number} of the crowd failed");
        }
        Remains {
            logs: (0..self.size + kills)
                .map(|n| lines(&self.log(n)))
                .collect(),
            killed,
        }
    }
}

/// The whole lines of a log; one that was cut off by a kill is no line.
fn lines(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    whole
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .collect()
}
