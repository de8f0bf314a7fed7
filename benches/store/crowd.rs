//! Sixteen processes on one store: how fast all are, and whether one starves.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use stoa::coord::{Coord, Session};

use super::{Place, Times, one, open, register, which};

/// The word that makes this program one of the crowd.
pub const CHILD: &str = "--child";
const SIZE: usize = 16;
const SECONDS: u64 = 5;

/// Each claims and releases a key of its own.
pub fn writers() {
    run("writers");
}

/// All wait in line for the same key.
pub fn waiters() {
    run("waiters");
}

fn run(mode: &str) {
    let place = Place::make();
    drop(place.coord());
    let me = std::env::current_exe().expect("this program");
    let children: Vec<_> = (0..SIZE)
        .map(|n| {
            Command::new(&me)
                .args([CHILD, mode, &n.to_string()])
                .arg(place.state())
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .expect("this program runs")
        })
        .collect();
    // All are there before any begins.
    let mut children = children;
    for child in &mut children {
        let mut ready = [0; 1];
        let out = child.stdout.as_mut().expect("a pipe");
        std::io::Read::read_exact(out, &mut ready).expect("a child that is ready");
    }
    for child in &mut children {
        let mut to = child.stdin.take().expect("a pipe");
        to.write_all(b"!").expect("a child that listens");
    }
    let all: Vec<Times> = children
        .into_iter()
        .map(|child| {
            let out = child.wait_with_output().expect("a child that ends");
            let text = String::from_utf8(out.stdout).expect("numbers");
            let mut times = Times::default();
            for word in text.split_whitespace() {
                times.push_ms(word.parse().expect("a number"));
            }
            times
        })
        .collect();
    fairness(&format!("{mode} among {SIZE} processes"), &all);
}

/// Prints what all did together, and how the worst of them fared.
pub fn fairness(name: &str, all: &[Times]) {
    let counts: Vec<usize> = all.iter().map(|times| times.values().len()).collect();
    let sum: usize = counts.iter().sum();
    let mean = sum as f64 / counts.len() as f64;
    let least = counts.iter().min().copied().unwrap_or(0) as f64;
    let worst = |share: f64| {
        all.iter()
            .map(|times| times.quantile(share))
            .fold(0.0, f64::max)
    };
    println!(
        "{name:<44} {:>9.0} /s; the slowest process: {:.2} of the mean, p50 {:.1} ms, p99 {:.1} ms",
        sum as f64 / SECONDS as f64,
        least / mean,
        worst(0.5),
        worst(0.99)
    );
}

/// One of the crowd.
pub fn child(words: &[String]) {
    let [mode, number, state] = words else {
        panic!("not started by a bench");
    };
    let coord = open(state.as_ref());
    let me = register(&coord, &format!("child-{number}"));
    let mut stdout = std::io::stdout();
    stdout
        .write_all(b".")
        .and_then(|()| stdout.flush())
        .expect("a pipe");
    let mut go = [0; 1];
    std::io::Read::read_exact(&mut std::io::stdin(), &mut go).expect("a pipe");
    let end = Instant::now() + Duration::from_secs(SECONDS);
    let mut times = Times::default();
    while Instant::now() < end {
        match mode.as_str() {
            "waiters" => wait(&coord, &me, &mut times),
            _ => write(&coord, &me, number, &mut times),
        }
    }
    drop(coord);
    let text: Vec<String> = times.values().iter().map(f64::to_string).collect();
    println!(" {}", text.join(" "));
}

fn write(coord: &Coord, me: &Session, number: &str, times: &mut Times) {
    let key = format!("task/{number}");
    times.of(|| {
        coord
            .claim(&me.into(), &one(&key))
            .expect("nobody else wants it")
    });
    times.of(|| coord.release(&me.into(), &which(&key)).expect("we hold it"));
}

fn wait(coord: &Coord, me: &Session, times: &mut Times) {
    let patience = Duration::from_secs(60);
    times.of(|| {
        coord
            .claim_within(&me.into(), &one("task/wanted"), patience)
            .expect("one's turn comes")
    });
    coord
        .release(&me.into(), &which("task/wanted"))
        .expect("we hold it");
}
