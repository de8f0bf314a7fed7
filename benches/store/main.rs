//! The store's speed, scale and fairness: `cargo bench --bench store`.
//!
//! Real processes and real syncs, each measurement on a directory of its own (in `STOA_BENCH_DIR`,
//! else the directory for temporary files: mind that it is on a disk). Plain SQLite with
//! `synchronous=FULL` does the same read-modify-write of a record with an entry in an audit table
//! beside it, in the same run. Nothing here asserts a figure: a slow machine is no bug.
//! `cargo bench --bench store -- crowd` runs the measurements whose name contains "crowd".

mod commands;
mod crowd;
mod messages;
mod plain;
mod scale;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use stoa::coord::{ClaimKey, ClaimRequest, Coord, Register, Session, Which, fingerprint};

/// A measurement and its name.
type Measurement = (&'static str, fn());

const ALL: [Measurement; 7] = [
    ("one-process", claims),
    ("by-command", commands::rate),
    ("alone", commands::alone),
    ("crowd-writers", crowd::writers),
    ("crowd-waiters", crowd::waiters),
    ("crowd-commands", commands::crowd),
    ("scale", scale::scale),
];

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let Some(child) = words.iter().position(|word| word == crowd::CHILD) {
        return crowd::child(&words[child + 1..]);
    }
    let wanted = words.iter().find(|word| !word.starts_with('-'));
    for (name, measure) in ALL {
        if wanted.is_none_or(|word| name.contains(word.as_str())) {
            measure();
        }
    }
}

/// A directory for one measurement.
pub struct Place {
    _dir: tempfile::TempDir,
    /// The workspace's root.
    pub root: PathBuf,
}

impl Place {
    /// A new one.
    pub fn make() -> Place {
        let parent = std::env::var_os("STOA_BENCH_DIR").map_or_else(std::env::temp_dir, Into::into);
        let dir = tempfile::Builder::new()
            .prefix("stoa-bench-")
            .tempdir_in(parent)
            .expect("a directory for temporary files");
        let root = dir.path().to_path_buf();
        Place { _dir: dir, root }
    }

    /// The state directory.
    pub fn state(&self) -> PathBuf {
        self.root.join(".stoa")
    }

    /// The store.
    pub fn coord(&self) -> Coord {
        open(&self.state())
    }
}

/// Opens a state directory.
pub fn open(state: &Path) -> Coord {
    Coord::open(state).expect("a store")
}

/// A session of this process.
pub fn register(coord: &Coord, name: &str) -> Session {
    register_as(coord, name, std::process::id())
}

/// A session of a process.
pub fn register_as(coord: &Coord, name: &str, pid: u32) -> Session {
    let print = fingerprint::of_pid(pid).expect("a process that runs");
    let mut request = Register::of(print);
    request.name = Some(name.to_owned());
    coord.register(&request).expect("a free name")
}

/// One key.
pub fn key(text: &str) -> ClaimKey {
    ClaimKey::canonical(text).expect("a sound key")
}

/// A request for one key.
pub fn one(text: &str) -> ClaimRequest {
    ClaimRequest::of(vec![key(text)])
}

/// Releases one key.
pub fn which(text: &str) -> Which {
    Which::keys([key(text)])
}

/// How long each of many took.
#[derive(Default)]
pub struct Times(Vec<f64>);

impl Times {
    /// Takes the time of one.
    pub fn of<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let begin = Instant::now();
        let done = work();
        self.push(begin.elapsed());
        done
    }

    /// Adds one.
    pub fn push(&mut self, time: Duration) {
        self.0.push(time.as_secs_f64() * 1000.0);
    }

    /// Adds one, in milliseconds.
    pub fn push_ms(&mut self, ms: f64) {
        self.0.push(ms);
    }

    /// All of them, in milliseconds.
    pub fn values(&self) -> &[f64] {
        &self.0
    }

    /// The time that `share` of them stay below, in milliseconds.
    pub fn quantile(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let last = sorted.len().saturating_sub(1);
        let at = (last as f64 * share).round() as usize;
        sorted.get(at).copied().unwrap_or(f64::NAN)
    }

    /// Prints the median and the 99th percentile.
    pub fn report(&self, name: &str) {
        println!(
            "{name:<44} {:>9.3} ms p50 {:>9.3} ms p99",
            self.quantile(0.5),
            self.quantile(0.99)
        );
    }
}

/// Claims of one process, one after the other, beside plain SQLite.
fn claims() {
    let place = Place::make();
    let coord = place.coord();
    let sessions: Vec<Session> = (0..10)
        .map(|n| register(&coord, &format!("session-{n}")))
        .collect();
    let count = 6000;
    let mut times = Times::default();
    let begin = Instant::now();
    for n in 0..count {
        let actor = (&sessions[n % sessions.len()]).into();
        let ask = one(&format!("task/T{n}"));
        times.of(|| coord.claim(&actor, &ask).expect("nobody holds it"));
    }
    let took = begin.elapsed().as_secs_f64();
    coord.flush_files();
    let files = begin.elapsed().as_secs_f64() - took;
    let rate = count as f64 / took;
    let plain = plain::rate(&Place::make().root.join("plain.db"), count);
    println!(
        "{:<44} {rate:>9.0} /s, plain SQLite {plain:.0} /s, ratio {:.2}; files follow in {:.0} ms",
        "claims, one process",
        rate / plain,
        files * 1000.0
    );
    times.report("  each");
}
