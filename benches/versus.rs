//! Stoa beside tmux on the same machine in one run: `cargo bench --bench versus`.
//!
//! Each figure is taken in interleaved rounds and reported as a median with its ratio to tmux's.
//! Without tmux only our own figures are printed. Nothing here asserts: a slow machine is no bug.
//! `cargo bench --bench versus -- echo` runs the measurements whose name contains "echo".

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

const COLS: u16 = 200;
const ROWS: u16 = 50;
const LIMIT: Duration = Duration::from_secs(60);

fn main() {
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
    if wants("echo-idle") {
        echo(tmux, None, "echo-idle p50");
    }
    if wants("echo-flood") {
        echo(tmux, Some("yes"), "echo-flood (visible pane) p50");
    }
    for (name, text) in streams() {
        if wants(name) {
            dense(tmux, name, &text);
        }
    }
    if wants("idle") {
        idle(tmux);
    }
    if wants("command") {
        commands();
    }
}

/// Which program is measured.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    Stoa,
    Tmux,
}

/// One multiplexer in a directory of its own.
struct Rig {
    who: Who,
    dir: tempfile::TempDir,
}

impl Rig {
    fn new(who: Who) -> Rig {
        let dir = tempfile::Builder::new()
            .prefix("stoa-bench-")
            .tempdir()
            .expect("a temporary directory");
        std::fs::write(
            dir.path().join("tmux.conf"),
            "set -g history-limit 10000\nset -g default-terminal screen-256color\n",
        )
        .expect("our own directory");
        Rig { who, dir }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn base(&self) -> Vec<(String, String)> {
        vec![
            ("PATH".into(), std::env::var("PATH").unwrap_or_default()),
            ("HOME".into(), self.dir.path().display().to_string()),
            (
                "XDG_RUNTIME_DIR".into(),
                self.dir.path().display().to_string(),
            ),
            ("SHELL".into(), "/bin/sh".into()),
            ("TERM".into(), "xterm-256color".into()),
            ("LANG".into(), "C.UTF-8".into()),
            ("PS1".into(), "READY ".into()),
            ("TMUX_TMPDIR".into(), self.dir.path().display().to_string()),
        ]
    }

    fn program(&self) -> (PathBuf, Vec<String>) {
        match self.who {
            Who::Stoa => (PathBuf::from(env!("CARGO_BIN_EXE_stoa")), Vec::new()),
            Who::Tmux => {
                let conf = self.path("tmux.conf").display().to_string();
                (PathBuf::from("tmux"), vec!["-f".into(), conf, "-u".into()])
            }
        }
    }

    /// A command line of the multiplexer, outside any terminal.
    fn run(&self, args: &[&str]) -> String {
        let (program, first) = self.program();
        let output = Command::new(program)
            .args(first)
            .args(args)
            .current_dir(self.dir.path())
            .env_clear()
            .envs(self.base())
            .output()
            .expect("it runs");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Attaches a terminal, starting the server if there is none.
    fn attach(&self) -> Term {
        let (program, args) = self.program();
        let mut command = CommandBuilder::new(program);
        command.args(args);
        if self.who == Who::Tmux {
            command.args(["new-session", "-A", "-s", "bench"]);
        }
        command.cwd(self.dir.path());
        command.env_clear();
        for (name, value) in self.base() {
            command.env(name, value);
        }
        Term::start(command)
    }

    fn server_pid(&self) -> u32 {
        match self.who {
            Who::Stoa => {
                let list: serde_json::Value =
                    serde_json::from_str(&self.run(&["ls", "--json"])).expect("JSON");
                list["workspaces"][0]["pid"].as_u64().expect("a server") as u32
            }
            Who::Tmux => self
                .run(&["display-message", "-p", "#{pid}"])
                .trim()
                .parse()
                .expect("a pid"),
        }
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        self.run(&["kill-server"]);
    }
}

/// A terminal whose output arrives on a channel.
struct Term {
    _master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    output: Receiver<Vec<u8>>,
    tail: Vec<u8>,
}

impl Term {
    fn start(command: CommandBuilder) -> Term {
        let pair = native_pty_system()
            .openpty(PtySize {
                rows: ROWS,
                cols: COLS,
                pixel_width: 0,
                pixel_height: 0,
            })
            .expect("a pseudo-terminal");
        let child = pair.slave.spawn_command(command).expect("it starts");
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let writer = pair.master.take_writer().expect("a writer");
        let (send, output) = channel();
        std::thread::spawn(move || {
            let mut chunk = vec![0; 65_536];
            while let Ok(count) = reader.read(&mut chunk) {
                if count == 0 || send.send(chunk[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        Term {
            _master: pair.master,
            writer,
            child,
            output,
            tail: Vec::new(),
        }
    }

    fn send(&mut self, text: &str) {
        self.writer.write_all(text.as_bytes()).expect("it reads");
    }

    /// Waits until the output since the last wait contains `text`.
    fn wait(&mut self, text: &str) {
        let deadline = Instant::now() + LIMIT;
        loop {
            if let Some(at) = find(&self.tail, text.as_bytes()) {
                self.tail.drain(..at + text.len());
                return;
            }
            let keep = self.tail.len().saturating_sub(text.len());
            self.tail.drain(..keep);
            let left = deadline.saturating_duration_since(Instant::now());
            match self.output.recv_timeout(left) {
                Ok(bytes) => self.tail.extend(bytes),
                Err(_) => panic!("waited in vain for {text:?}"),
            }
        }
    }

    /// Throws away what has come and what comes until it has been quiet for a moment.
    fn settle(&mut self) {
        loop {
            match self.output.recv_timeout(Duration::from_millis(100)) {
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => panic!("the terminal closed"),
            }
        }
        self.tail.clear();
    }

    fn pid(&self) -> u32 {
        self.child.process_id().expect("it runs")
    }
}

impl Drop for Term {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn find(hay: &[u8], needle: &[u8]) -> Option<usize> {
    hay.windows(needle.len())
        .position(|window| window == needle)
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

/// CPU time of a process, user and system, in milliseconds.
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

fn start(tmux: bool) {
    versus("start to first prompt", "ms", tmux, 9, |who| {
        let rig = Rig::new(who);
        let begun = Instant::now();
        let mut term = rig.attach();
        term.wait("READY");
        begun.elapsed().as_secs_f64() * 1000.0
    });
}

fn attach(tmux: bool) {
    versus("attach to screen", "ms", tmux, 9, |who| {
        let rig = Rig::new(who);
        let mut first = rig.attach();
        first.wait("READY");
        let begun = Instant::now();
        let mut second = rig.attach();
        second.wait("READY");
        begun.elapsed().as_secs_f64() * 1000.0
    });
}

/// A key typed into a program that gives it back at once: how long until it is on screen.
fn echo(tmux: bool, flood: Option<&str>, name: &str) {
    versus(name, "ms", tmux, 3, |who| {
        let rig = Rig::new(who);
        let mut term = rig.attach();
        term.wait("READY");
        if let Some(flood) = flood {
            rig.run(&["split-window", "-h", "-d", flood]);
        }
        term.send("stty raw -echo; printf GO; exec cat\r");
        term.wait("GO");
        let mut times = Vec::new();
        for round in 0..300 {
            let key = char::from(b'!' + (round % 14) as u8);
            // Characters that neither escape sequences nor the flood contain.
            let key = match key {
                c if c.is_ascii_digit() || "#;?[]()".contains(c) => '~',
                c => c,
            };
            let text = key.to_string();
            if flood.is_none() {
                while term.output.try_recv().is_ok() {}
            }
            term.tail.clear();
            let begun = Instant::now();
            term.send(&text);
            term.wait(&text);
            times.push(begun.elapsed().as_secs_f64() * 1000.0);
            std::thread::sleep(Duration::from_millis(3 + round % 7));
        }
        median(times)
    });
}

/// The streams of text a pane may put out, a few MiB each.
fn streams() -> Vec<(&'static str, Vec<u8>)> {
    let size = 4 << 20;
    let fill = |make: &dyn Fn(usize) -> String| {
        let mut text = Vec::with_capacity(size + 4096);
        let mut n = 0;
        while text.len() < size {
            text.extend_from_slice(make(n).as_bytes());
            n += 1;
        }
        text
    };
    vec![
        (
            "dense-ascii",
            fill(&|n| {
                format!("{n:08} the quick brown fox jumps over the lazy dog, and again: {n:x}\r\n")
            }),
        ),
        (
            "dense-sgr",
            fill(&|n| {
                format!(
                    "\x1b[3{}m{n:08}\x1b[0m \x1b[1;38;5;{}mfox\x1b[0m \x1b[48;2;{};40;90mdog\x1b[m end\r\n",
                    n % 8,
                    n % 256,
                    n % 200
                )
            }),
        ),
        (
            "dense-unicode",
            fill(&|n| format!("{n} 漢字仮名交じり文 🚀🎉 naïve café — ключ {n}\r\n")),
        ),
        (
            "dense-redraw",
            fill(&|n| {
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
            }),
        ),
        (
            "dense-agent",
            fill(&|n| {
                format!(
                    "\x1b[?2026h\x1b[40;1H\x1b[2K\x1b[38;5;174m✻ Thinking… ({n}s · {} tokens)\x1b[39m\r\n\x1b[2K> \x1b[7m \x1b[27m\x1b[?2026l",
                    n * 7
                )
            }),
        ),
    ]
}

/// CPU of server and client per MiB of output in one visible pane.
fn dense(tmux: bool, name: &str, text: &[u8]) {
    let mib = text.len() as f64 / (1 << 20) as f64;
    let wall = std::cell::RefCell::new((Vec::new(), Vec::new()));
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
        term.send(&format!("cat {}; echo D''ONE\r", quoted(&file)));
        term.wait("DONE");
        let seconds = begun.elapsed().as_secs_f64();
        term.settle();
        let after: f64 = pids.iter().map(|pid| cpu_ms(*pid)).sum();
        let mut wall = wall.borrow_mut();
        match who {
            Who::Stoa => wall.0.push(seconds * 1000.0 / mib),
            Who::Tmux => wall.1.push(seconds * 1000.0 / mib),
        }
        (after - before) / mib
    });
    let (ours, theirs) = wall.into_inner();
    report(
        &format!("{name} wall/MiB"),
        "ms",
        median(ours),
        tmux.then(|| median(theirs)),
    );
}

fn quoted(path: &Path) -> String {
    format!("'{}'", path.display())
}

/// CPU over ten seconds with ten idle shells and one client.
fn idle(tmux: bool) {
    versus("idle, 10 shells, CPU in 10 s", "ms", tmux, 1, |who| {
        let rig = Rig::new(who);
        let mut term = rig.attach();
        term.wait("READY");
        for _ in 0..9 {
            rig.run(&["new-window", "-d"]);
        }
        term.settle();
        let pid = rig.server_pid();
        std::thread::sleep(Duration::from_secs(1));
        let before = cpu_ms(pid);
        std::thread::sleep(Duration::from_secs(10));
        cpu_ms(pid) - before
    });
}

/// Whole processes of our own command line, start and end included.
fn commands() {
    let rig = Rig::new(Who::Stoa);
    rig.run(&[
        "register",
        "--name",
        "bench",
        "--pid",
        &std::process::id().to_string(),
    ]);
    let time = |args: &[&str]| {
        let times: Vec<f64> = (0..60)
            .map(|_| {
                let begun = Instant::now();
                rig.run(args);
                begun.elapsed().as_secs_f64() * 1000.0
            })
            .collect();
        median(times)
    };
    for (name, args) in [
        (
            "command claim p50",
            &["claim", "task/t", "--session", "bench"][..],
        ),
        (
            "command release p50",
            &["release", "task/t", "--session", "bench"],
        ),
        ("command sessions p50", &["sessions"]),
        ("command --once p50", &["--once"]),
    ] {
        report(name, "ms", time(args), None);
    }
}
