//! Stoa beside tmux on the same machine in one run: `cargo bench --bench versus`.
//!
//! Each figure is taken in interleaved rounds and reported as a median with its ratio to tmux's.
//! Without tmux only our own figures are printed. Nothing here asserts a figure: a slow machine is
//! no bug. `cargo bench --bench versus -- echo` runs the measurements whose name contains "echo".

mod rig;
mod streams;

use std::cell::RefCell;
use std::io::Write;
use std::process::Command;
use std::time::{Duration, Instant};

use rig::{Rig, Who};

/// The word that makes this program the chatty one in a pane.
const CHATTER: &str = "--chatter";

fn main() {
    if std::env::args().any(|arg| arg == CHATTER) {
        return chatter();
    }
    let wanted = std::env::args().skip(1).find(|arg| !arg.starts_with('-'));
    let wants = |name: &str| wanted.as_deref().is_none_or(|word| name.contains(word));
    let tmux = Command::new("tmux").arg("-V").output().is_ok();
    println!("{:<34} {:>12} {:>12} {:>8}", "", "stoa", "tmux", "ratio");
    if wants("start") {
        start(tmux);
    }
    if wants("attach") {
        attach(tmux);
    }
    for (name, beside) in [
        ("echo-idle", Beside::Nothing),
        ("echo-flood-visible", Beside::VisibleFlood),
        ("echo-flood-hidden", Beside::HiddenFlood),
    ] {
        if wants(name) {
            echo(tmux, name, beside);
        }
    }
    for (name, make) in streams::ALL {
        if wants(name) {
            dense(tmux, name, &streams::fill(make));
        }
    }
    if wants("idle") {
        idle(tmux);
    }
    if wants("chatty") {
        chatty(tmux);
    }
    if wants("memory") {
        memory(tmux);
    }
    if wants("command") {
        commands();
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn report(name: &str, unit: &str, stoa: f64, tmux: Option<f64>) {
    match tmux {
        Some(tmux) => println!(
            "{name:<34} {:>12} {:>12} {:>7.2}x",
            format!("{stoa:.3} {unit}"),
            format!("{tmux:.3} {unit}"),
            stoa / tmux
        ),
        None => println!("{name:<34} {:>12}", format!("{stoa:.3} {unit}")),
    }
}

/// CPU time of a process, user and system, in milliseconds, to ten of them.
fn cpu_ms(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let after = stat.rsplit(')').next().unwrap_or("");
    let field = |n: usize| -> f64 {
        after
            .split_whitespace()
            .nth(n)
            .and_then(|text| text.parse().ok())
            .unwrap_or(0.0)
    };
    // Ticks of the usual hundredth of a second.
    (field(11) + field(12)) * 10.0
}

/// Memory of a process, its share of shared pages included, in MiB.
fn pss_mib(pid: u32) -> f64 {
    let rollup = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    rollup
        .lines()
        .find_map(|line| line.strip_prefix("Pss:"))
        .and_then(|line| {
            line.trim()
                .trim_end_matches("kB")
                .trim()
                .parse::<f64>()
                .ok()
        })
        .map_or(f64::NAN, |kib| kib / 1024.0)
}

/// Runs one measurement for both in turn and reports the medians.
fn versus(name: &str, unit: &str, tmux: bool, rounds: usize, measure: impl Fn(Who) -> f64) {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        ours.push(measure(Who::Stoa));
        if tmux {
            theirs.push(measure(Who::Tmux));
        }
    }
    report(name, unit, median(ours), tmux.then(|| median(theirs)));
}

fn ms_since(begun: Instant, end: Instant) -> f64 {
    end.saturating_duration_since(begun).as_secs_f64() * 1000.0
}

fn start(tmux: bool) {
    versus("start to first prompt", "ms", tmux, 15, |who| {
        let rig = Rig::new(who);
        let begun = Instant::now();
        let mut term = rig.attach();
        ms_since(begun, term.wait("READY"))
    });
}

fn attach(tmux: bool) {
    versus("attach to screen", "ms", tmux, 15, |who| {
        let rig = Rig::new(who);
        let mut first = rig.attach();
        first.wait("READY");
        first.settle();
        let begun = Instant::now();
        let mut second = rig.attach();
        ms_since(begun, second.wait("READY"))
    });
}

/// What goes on while somebody types.
#[derive(Clone, Copy)]
enum Beside {
    Nothing,
    VisibleFlood,
    HiddenFlood,
}

/// A key typed into a program that gives it back at once: how long until it is on screen.
fn echo(tmux: bool, name: &str, beside: Beside) {
    let tails = RefCell::new((Vec::new(), Vec::new()));
    versus(&format!("{name} p50"), "ms", tmux, 5, |who| {
        let mut times = echo_times(who, beside);
        times.sort_by(f64::total_cmp);
        let p99 = times[times.len() * 99 / 100];
        let mut tails = tails.borrow_mut();
        match who {
            Who::Stoa => tails.0.push(p99),
            Who::Tmux => tails.1.push(p99),
        }
        median(times)
    });
    let (ours, theirs) = tails.into_inner();
    let theirs = tmux.then(|| median(theirs));
    report(&format!("{name} p99"), "ms", median(ours), theirs);
}

fn echo_times(who: Who, beside: Beside) -> Vec<f64> {
    let rig = Rig::new(who);
    let mut term = rig.attach();
    term.wait("READY");
    match beside {
        Beside::Nothing => {}
        Beside::VisibleFlood => {
            rig.run(&["split-window", "-h", "-d", "yes"]);
        }
        Beside::HiddenFlood => rig.tab(&["yes"]),
    }
    // The words as typed must not look like the answer.
    term.send("stty raw -echo; printf G''O; exec cat\r");
    term.wait("GO");
    if matches!(beside, Beside::Nothing | Beside::HiddenFlood) {
        term.settle();
    }
    (0..300)
        .map(|round| {
            // Each character comes once, so that neither the flood nor a redraw can be taken for it.
            let text = char::from_u32(0x100 + round).unwrap_or('~').to_string();
            term.drain();
            let begun = Instant::now();
            term.send(&text);
            let seen = term.wait(&text);
            std::thread::sleep(Duration::from_millis(u64::from(3 + round % 17)));
            ms_since(begun, seen)
        })
        .collect()
}

/// CPU of server and client per MiB of output in one visible pane.
fn dense(tmux: bool, name: &str, text: &[u8]) {
    let mib = text.len() as f64 / (1 << 20) as f64;
    let wall = RefCell::new((Vec::new(), Vec::new()));
    versus(&format!("{name} CPU/MiB"), "ms", tmux, 3, |who| {
        let rig = Rig::new(who);
        let file = rig.path("text");
        std::fs::write(&file, text).expect("our own directory");
        let mut term = rig.attach();
        term.wait("READY");
        term.settle();
        let pids = [rig.server_pid(), term.pid()];
        let before: f64 = pids.iter().map(|pid| cpu_ms(*pid)).sum();
        let begun = Instant::now();
        // On a row and with a pen of its own, whatever the stream leaves behind.
        term.send(&format!(
            "cat '{}'; printf '\\033[m\\r\\033[2KD''ONE\\n'\r",
            file.display()
        ));
        let seconds = ms_since(begun, term.wait("DONE"));
        term.settle();
        let after: f64 = pids.iter().map(|pid| cpu_ms(*pid)).sum();
        let mut wall = wall.borrow_mut();
        match who {
            Who::Stoa => wall.0.push(seconds / mib),
            Who::Tmux => wall.1.push(seconds / mib),
        }
        (after - before) / mib
    });
    let (ours, theirs) = wall.into_inner();
    let theirs = tmux.then(|| median(theirs));
    report(&format!("{name} wall/MiB"), "ms", median(ours), theirs);
}

/// CPU over ten seconds with ten idle shells and one client.
fn idle(tmux: bool) {
    versus("idle, 10 shells, CPU in 10 s", "ms", tmux, 1, |who| {
        let rig = Rig::new(who);
        let mut term = rig.attach();
        term.wait("READY");
        for _ in 0..9 {
            rig.tab(&[]);
        }
        cpu_of_ten_seconds(&rig)
    });
}

/// CPU over ten seconds with fifty hidden panes that write twenty lines a second each.
fn chatty(tmux: bool) {
    let me = std::env::current_exe().expect("our own program");
    let me = me.display().to_string();
    versus("50 chatty panes, CPU in 10 s", "ms", tmux, 1, |who| {
        let rig = Rig::new(who);
        let mut term = rig.attach();
        term.wait("READY");
        for _ in 0..50 {
            rig.tab(&[&me, CHATTER]);
        }
        cpu_of_ten_seconds(&rig)
    });
}

fn cpu_of_ten_seconds(rig: &Rig) -> f64 {
    let pid = rig.server_pid();
    std::thread::sleep(Duration::from_secs(2));
    let before = cpu_ms(pid);
    std::thread::sleep(Duration::from_secs(10));
    cpu_ms(pid) - before
}

/// Twenty lines a second until nobody reads them.
fn chatter() {
    let mut out = std::io::stdout().lock();
    let mut n = 0;
    while writeln!(
        out,
        "\x1b[32m{n:06}\x1b[m compiling something of some length…"
    )
    .is_ok()
    {
        n += 1;
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// What the server holds with twenty panes of ten thousand lines each.
fn memory(tmux: bool) {
    let line = "the quick brown fox jumps over the lazy dog, ".repeat(3);
    let text: String = (0..10_050)
        .map(|n| format!("{n:06} {}\r\n", &line[..113]))
        .collect();
    versus("20 panes x 10,000 lines, PSS", "MiB", tmux, 1, |who| {
        let rig = Rig::new(who);
        let file = rig.path("text");
        std::fs::write(&file, &text).expect("our own directory");
        let mut term = rig.attach();
        term.wait("READY");
        let line = format!("cat '{}'; exec sleep 1000", file.display());
        for _ in 0..20 {
            rig.tab(&[&line]);
        }
        let pid = rig.server_pid();
        let (mut cpu, mut quiet) = (0.0, 0);
        while quiet < 10 {
            std::thread::sleep(Duration::from_millis(100));
            let now = cpu_ms(pid);
            quiet = if now == cpu { quiet + 1 } else { 0 };
            cpu = now;
        }
        pss_mib(pid)
    });
}

/// Whole processes of our own command line, start and end included.
fn commands() {
    let rig = Rig::new(Who::Stoa);
    let pid = std::process::id().to_string();
    rig.run(&["register", "--name", "bench", "--pid", &pid]);
    let time = |args: &[&str]| {
        let begun = Instant::now();
        rig.run(args);
        ms_since(begun, Instant::now())
    };
    // What each changes has to be changed back for it to do its work again.
    for (name, args, undo) in [
        (
            "claim",
            &["claim", "task/t", "--session", "bench"][..],
            &["release", "task/t", "--session", "bench"][..],
        ),
        (
            "release",
            &["release", "task/t", "--session", "bench"],
            &["claim", "task/t", "--session", "bench"],
        ),
        (
            "join-group",
            &["join-group", "g", "--session", "bench"],
            &["leave-group", "--session", "bench"],
        ),
        ("sessions", &["sessions"], &[]),
        ("--once", &["--once"], &[]),
    ] {
        let times: Vec<f64> = (0..61)
            .map(|_| {
                let took = time(args);
                if !undo.is_empty() {
                    rig.run(undo);
                }
                took
            })
            .skip(1)
            .collect();
        report(&format!("command {name} p50"), "ms", median(times), None);
    }
}
