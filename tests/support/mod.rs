//! Driving the real binary in a real terminal and reading its screen through an emulator that
//! shares no code with ours.
//!
//! Every test has a directory of its own: workspace, state, sockets, configuration and HOME are in
//! it, so tests run side by side and leave nothing behind. Nothing sleeps: waiting means waiting
//! for bytes, with a generous limit that only a broken program reaches.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, MasterPty, PtySize, native_pty_system};

/// How long anything may take before the test fails: long, since machines may be slow.
pub const LIMIT: Duration = Duration::from_secs(60);

/// A workspace in a directory of its own, with its server ended when it is dropped.
pub struct World {
    /// Keeps the directory alive.
    dir: tempfile::TempDir,
    /// The workspace's root.
    pub root: PathBuf,
}

impl World {
    /// A workspace with nothing in it.
    pub fn new() -> World {
        let dir = tempfile::Builder::new()
            .prefix("stoa-it-")
            .tempdir()
            .expect("a temporary directory");
        let root = dir.path().join("work");
        for sub in ["work", "home", "run", "config"] {
            std::fs::create_dir(dir.path().join(sub)).expect("a fresh directory");
        }
        use std::os::unix::fs::PermissionsExt;
        let private = std::fs::Permissions::from_mode(0o700);
        std::fs::set_permissions(dir.path().join("run"), private).expect("our own directory");
        World { dir, root }
    }

    /// Where the configuration files of this world are.
    pub fn config(&self) -> PathBuf {
        self.dir.path().join("config")
    }

    /// The state directory.
    pub fn state(&self) -> PathBuf {
        self.root.join(".stoa")
    }

    /// The environment every process of this world gets.
    fn env(&self) -> Vec<(String, String)> {
        let path = |sub: &str| self.dir.path().join(sub).display().to_string();
        vec![
            ("PATH".into(), std::env::var("PATH").unwrap_or_default()),
            ("HOME".into(), path("home")),
            ("XDG_RUNTIME_DIR".into(), path("run")),
            ("STOA_CONFIG".into(), path("config")),
            ("SHELL".into(), "/bin/sh".into()),
            ("TERM".into(), "xterm-256color".into()),
            ("LANG".into(), "C.UTF-8".into()),
            ("PS1".into(), "$ ".into()),
        ]
    }

    /// The binary, ready to run in this world outside any terminal.
    pub fn stoa(&self, args: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command.args(args).current_dir(&self.root).env_clear();
        command.envs(self.env());
        command
    }

    /// Runs a command line and returns what came of it.
    pub fn run(&self, args: &[&str]) -> Output {
        self.stoa(args).output().expect("the binary runs")
    }

    /// Runs a command line that must succeed; returns its standard output.
    pub fn ok(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(
            output.status.success(),
            "stoa {args:?} failed: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Runs a command line with `--json` that must succeed; returns its data.
    pub fn json(&self, args: &[&str]) -> serde_json::Value {
        let args: Vec<&str> = args.iter().copied().chain(["--json"]).collect();
        let text = self.ok(&args);
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{args:?}: {error}: {text}"))
    }

    /// Runs a command line that must fail; returns its exit code and its JSON error.
    pub fn fails(&self, args: &[&str]) -> (i32, serde_json::Value) {
        let args: Vec<&str> = args.iter().copied().chain(["--json"]).collect();
        let output = self.run(&args);
        let text = String::from_utf8_lossy(&output.stderr);
        let code = output.status.code().expect("an exit code");
        assert_ne!(code, 0, "stoa {args:?} should have failed");
        let error =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{args:?}: {error}: {text}"));
        (code, error)
    }

    /// Attaches a terminal of this size.
    pub fn attach(&self, cols: u16, rows: u16) -> Terminal {
        self.terminal(cols, rows, &[])
    }

    /// Runs the binary in a terminal of this size.
    pub fn terminal(&self, cols: u16, rows: u16, args: &[&str]) -> Terminal {
        self.terminal_with(cols, rows, args, &[])
    }

    /// The same with more environment.
    pub fn terminal_with(
        &self,
        cols: u16,
        rows: u16,
        args: &[&str],
        env: &[(&str, &str)],
    ) -> Terminal {
        let mut command = CommandBuilder::new(binary());
        command.args(args);
        command.cwd(&self.root);
        command.env_clear();
        for (name, value) in self.env() {
            command.env(name, value);
        }
        for (name, value) in env {
            command.env(name, value);
        }
        Terminal::start(command, cols, rows)
    }

    /// Registers a session that lives as long as the test; returns its id.
    pub fn register(&self, name: &str) -> String {
        let pid = std::process::id().to_string();
        let session = self.json(&["register", "--name", name, "--pid", &pid]);
        let id = session["id"].as_str().expect("register gives an id");
        id.to_owned()
    }

    /// Where this world's server listens.
    pub fn socket(&self) -> PathBuf {
        let dir = self.dir.path().join("run/stoa");
        let entries = std::fs::read_dir(dir).expect("the socket directory");
        entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .find(|path| path.extension().is_some_and(|ending| ending == "sock"))
            .expect("a socket")
    }

    /// The server's process id.
    pub fn server_pid(&self) -> Option<u32> {
        let list = self.json(&["ls"]);
        let pid = list["workspaces"][0]["pid"].as_u64()?;
        u32::try_from(pid).ok()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = self.run(&["kill-server"]);
    }
}

/// The binary under test.
pub fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_stoa"))
}

/// What the reader thread has seen so far.
struct Seen {
    parser: vt100::Parser,
    /// Every byte, for tests about the bytes themselves.
    raw: Vec<u8>,
    closed: bool,
    /// Whether bytes are to be left unread, as a stuck terminal does.
    paused: bool,
}

/// A program in a terminal.
pub struct Terminal {
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    child: Box<dyn portable_pty::Child + Send + Sync>,
    seen: Arc<(Mutex<Seen>, Condvar)>,
}

impl Terminal {
    fn start(command: CommandBuilder, cols: u16, rows: u16) -> Terminal {
        let pair = native_pty_system()
            .openpty(size(cols, rows))
            .expect("a pseudo-terminal");
        let child = pair.slave.spawn_command(command).expect("it starts");
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let writer = pair.master.take_writer().expect("a writer");
        let seen = Arc::new((
            Mutex::new(Seen {
                parser: vt100::Parser::new(nonzero(rows), nonzero(cols), 0),
                raw: Vec::new(),
                closed: false,
                paused: false,
            }),
            Condvar::new(),
        ));
        let shared = seen.clone();
        std::thread::spawn(move || {
            let mut chunk = [0; 8192];
            loop {
                let (lock, changed) = &*shared;
                let mut state = lock.lock().unwrap_or_else(|poison| poison.into_inner());
                while state.paused {
                    state = changed.wait(state).expect("no panic holds it");
                }
                drop(state);
                let count = reader.read(&mut chunk).unwrap_or(0);
                let mut state = lock.lock().unwrap_or_else(|poison| poison.into_inner());
                if count == 0 {
                    state.closed = true;
                } else {
                    state.parser.process(&chunk[..count]);
                    state.raw.extend_from_slice(&chunk[..count]);
                }
                changed.notify_all();
                if count == 0 {
                    return;
                }
            }
        });
        Terminal {
            master: pair.master,
            writer,
            child,
            seen,
        }
    }

    /// Types bytes.
    pub fn send(&mut self, text: &str) {
        self.writer.write_all(text.as_bytes()).expect("it reads");
        self.writer.flush().expect("it reads");
    }

    /// Types a prefix chord: C-b and then `keys`.
    pub fn chord(&mut self, keys: &str) {
        self.send(&format!("\x02{keys}"));
    }

    /// Types a line at the `:` prompt.
    pub fn prompt(&mut self, line: &str) {
        self.chord(":");
        self.wait("the prompt", |screen| last_line(screen).starts_with(':'));
        self.send(&format!("{line}\r"));
    }

    /// The screen as text, one line a row.
    pub fn text(&self) -> String {
        self.seen
            .0
            .lock()
            .unwrap_or_else(|poison| poison.into_inner())
            .parser
            .screen()
            .contents()
    }

    /// Every byte received so far.
    pub fn raw(&self) -> Vec<u8> {
        self.seen
            .0
            .lock()
            .unwrap_or_else(|poison| poison.into_inner())
            .raw
            .clone()
    }

    /// Looks at the screen.
    pub fn screen<T>(&self, look: impl FnOnce(&vt100::Screen) -> T) -> T {
        look(
            self.seen
                .0
                .lock()
                .unwrap_or_else(|poison| poison.into_inner())
                .parser
                .screen(),
        )
    }

    /// Waits until the screen is as wanted; fails with the screen if it never is.
    pub fn wait(&self, what: &str, mut wanted: impl FnMut(&vt100::Screen) -> bool) {
        let (lock, changed) = &*self.seen;
        let deadline = Instant::now() + LIMIT;
        let mut seen = lock.lock().unwrap_or_else(|poison| poison.into_inner());
        loop {
            if wanted(seen.parser.screen()) {
                return;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero() && !seen.closed,
                "waited in vain for {what}; the screen:\n{}",
                seen.parser.screen().contents()
            );
            seen = changed
                .wait_timeout(seen, left)
                .expect("no panic holds it")
                .0;
        }
    }

    /// Waits until the screen contains a text.
    pub fn wait_text(&self, text: &str) {
        self.wait(text, |screen| screen.contents().contains(text));
    }

    /// Waits until the screen no longer contains a text.
    pub fn wait_no_text(&self, text: &str) {
        let what = format!("{text:?} to go");
        self.wait(&what, |screen| !screen.contents().contains(text));
    }

    /// Changes the terminal's size.
    pub fn resize(&mut self, cols: u16, rows: u16) {
        {
            let mut seen = self
                .seen
                .0
                .lock()
                .unwrap_or_else(|poison| poison.into_inner());
            seen.parser
                .screen_mut()
                .set_size(nonzero(rows), nonzero(cols));
        }
        self.master.resize(size(cols, rows)).expect("it is open");
    }

    /// Stops or goes on reading what the program writes.
    pub fn pause(&self, paused: bool) {
        let (lock, changed) = &*self.seen;
        lock.lock()
            .unwrap_or_else(|poison| poison.into_inner())
            .paused = paused;
        changed.notify_all();
    }

    /// Waits for the program to end; returns its exit code.
    pub fn wait_exit(&mut self) -> u32 {
        self.child.wait().expect("it is our child").exit_code()
    }

    /// The program's process id.
    pub fn pid(&self) -> u32 {
        self.child.process_id().expect("it has one")
    }

    /// Sends the program a signal.
    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_raw(self.pid() as i32).expect("not zero");
        rustix::process::kill_process(pid, signal).expect("it runs");
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.pause(false);
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn size(cols: u16, rows: u16) -> PtySize {
    PtySize {
        rows,
        cols,
        pixel_width: 0,
        pixel_height: 0,
    }
}

fn nonzero(cells: u16) -> std::num::NonZeroU16 {
    std::num::NonZeroU16::new(cells).expect("a terminal has cells")
}

/// The last row of a screen.
pub fn last_line(screen: &vt100::Screen) -> String {
    let (rows, cols) = screen.size();
    let (rows, cols) = (rows.get(), cols.get());
    screen
        .contents_between(rows - 1, 0, rows - 1, cols)
        .trim_end()
        .to_owned()
}
