//! Driving the real binary in a real terminal and reading its screen through an emulator that
//! shares no code with ours.
//!
//! Every test has a directory of its own: workspace, state, sockets, configuration and HOME are in
//! it, so tests run side by side and leave nothing behind. Nothing sleeps: waiting means waiting
//! for bytes, with a generous limit that only a broken program reaches.

mod dice;
mod events;
mod terminal;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use portable_pty::CommandBuilder;

pub use dice::Dice;
pub use events::Events;
pub use terminal::Terminal;

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
        let world = World { dir, root };
        // Only a test of the welcome wants one.
        let seen = world.welcomed();
        std::fs::create_dir_all(seen.parent().expect("a directory")).expect("our own directory");
        std::fs::write(seen, "").expect("our own directory");
        world
    }

    /// A workspace whose terminals show panes only, the side panel being closed.
    pub fn plain() -> World {
        let world = World::new();
        world.configure("[panel]\nopen = false\n");
        world
    }

    /// Writes the settings.
    pub fn configure(&self, text: &str) {
        std::fs::write(self.config().join("config.toml"), text).expect("our own directory");
    }

    /// A terminal attached to the workspace, once its first shell waits.
    pub fn ready(&self, cols: u16, rows: u16) -> Terminal {
        let terminal = self.attach(cols, rows);
        terminal.wait("a shell", |screen| line(screen, 0).starts_with('$'));
        terminal
    }

    /// Waits until the server's list of panes is as wanted.
    pub fn wait_panes(&self, what: &str, mut wanted: impl FnMut(&[serde_json::Value]) -> bool) {
        let deadline = Instant::now() + LIMIT;
        loop {
            let panes = self.panes();
            if wanted(&panes) {
                return;
            }
            assert!(Instant::now() < deadline, "waited for {what}: {panes:#?}");
            std::thread::yield_now();
        }
    }

    /// Where the configuration files of this world are.
    pub fn config(&self) -> PathBuf {
        self.dir.path().join("config")
    }

    /// The file that says that this person has been welcomed.
    pub fn welcomed(&self) -> PathBuf {
        self.dir.path().join("home/.local/state/stoa/welcomed")
    }

    /// The state directory.
    pub fn state(&self) -> PathBuf {
        self.root.join(".stoa")
    }

    /// The environment every process of this world gets.
    pub fn env(&self) -> Vec<(String, String)> {
        let path = |sub: &str| self.dir.path().join(sub).display().to_string();
        vec![
            ("PATH".into(), search_path()),
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
        let mut words = vec![binary().to_str().expect("a path in UTF-8")];
        words.extend(args);
        self.program(cols, rows, &words, env)
    }

    /// Runs any program in a terminal of this size.
    pub fn program(&self, cols: u16, rows: u16, words: &[&str], env: &[(&str, &str)]) -> Terminal {
        let mut command = CommandBuilder::new(words[0]);
        command.args(&words[1..]);
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

    /// Runs an interactive shell in a terminal of this size, `stoa` within its reach.
    pub fn shell(&self, cols: u16, rows: u16) -> Terminal {
        let terminal = self.program(cols, rows, &["/bin/sh"], &[]);
        terminal.wait("a shell", |screen| line(screen, 0).starts_with('$'));
        terminal
    }

    /// Runs git in the workspace.
    pub fn git(&self, args: &[&str]) {
        let output = Command::new("git")
            .args(["-c", "user.name=t", "-c", "user.email=t@t"])
            .args(args)
            .current_dir(&self.root)
            .output()
            .expect("git runs");
        assert!(output.status.success(), "{output:?}");
    }

    /// Registers a session that lives as long as the test; returns its id.
    pub fn register(&self, name: &str) -> String {
        let pid = std::process::id().to_string();
        let session = self.json(&["register", "--name", name, "--pid", &pid]);
        let id = session["id"].as_str().expect("register gives an id");
        id.to_owned()
    }

    /// Runs a command line as a session until its text is as wanted; returns that text. For what
    /// shows on no screen; what does is waited for there.
    pub fn until(&self, args: &[&str], mut wanted: impl FnMut(&str) -> bool) -> String {
        let deadline = Instant::now() + LIMIT;
        loop {
            let output = self.run(args);
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            if wanted(&text) {
                return text;
            }
            assert!(
                Instant::now() < deadline,
                "stoa {args:?} never said what was wanted, but: {text}{}",
                String::from_utf8_lossy(&output.stderr)
            );
            std::thread::yield_now();
        }
    }

    /// The panes, as the server lists them; none without a server.
    pub fn panes(&self) -> Vec<serde_json::Value> {
        let output = self.run(&["list-panes", "--json"]);
        serde_json::from_slice::<serde_json::Value>(&output.stdout)
            .ok()
            .and_then(|list| list["panes"].as_array().cloned())
            .unwrap_or_default()
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

/// The search path, the binary's own directory first: what runs in panes may say `stoa`.
fn search_path() -> String {
    let dir = binary().parent().expect("it is in a directory").display();
    format!("{dir}:{}", std::env::var("PATH").unwrap_or_default())
}

/// Waits for a process to end.
pub fn wait_gone(pid: u32) {
    let pid = rustix::process::Pid::from_raw(pid as i32).expect("not zero");
    let Ok(fd) = rustix::process::pidfd_open(pid, rustix::process::PidfdFlags::empty()) else {
        return;
    };
    let limit = rustix::event::Timespec {
        tv_sec: LIMIT.as_secs() as i64,
        tv_nsec: 0,
    };
    let mut fds = [rustix::event::PollFd::new(
        &fd,
        rustix::event::PollFlags::IN,
    )];
    let ready = rustix::event::poll(&mut fds, Some(&limit)).expect("a process can be waited for");
    assert_eq!(ready, 1, "process {pid:?} does not end");
}

/// The bytes of a mouse report in the SGR form: button and flags, a cell counted from 0, and whether
/// it went down or moved (or was let go).
pub fn mouse(button: u16, col: u16, row: u16, down: bool) -> String {
    let end = if down { 'M' } else { 'm' };
    format!("\x1b[<{button};{};{}{end}", col + 1, row + 1)
}

/// A row of a screen, without spaces at its end.
pub fn line(screen: &vt100::Screen, row: u16) -> String {
    let cols = screen.size().1.get();
    screen
        .contents_between(row, 0, row, cols)
        .trim_end()
        .to_owned()
}

/// The rows of a screen.
pub fn lines(screen: &vt100::Screen) -> Vec<String> {
    (0..screen.size().0.get())
        .map(|row| line(screen, row))
        .collect()
}

/// The last row of a screen.
pub fn last_line(screen: &vt100::Screen) -> String {
    line(screen, screen.size().0.get() - 1)
}

/// A plain world with a terminal and one pane.
pub fn one() -> (World, Terminal) {
    let world = World::plain();
    let terminal = world.ready(80, 24);
    (world, terminal)
}

/// What a command says, without the end of its last line.
pub fn says(world: &World, args: &[&str]) -> String {
    world.ok(args).trim_end().to_owned()
}
