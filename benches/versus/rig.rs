//! The two programs under measurement, each in a directory of its own, and a terminal to look at
//! them through.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::Command;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

const COLS: u16 = 200;
const ROWS: u16 = 50;
const LIMIT: Duration = Duration::from_secs(120);

/// Which program is measured.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Stoa,
    Tmux,
}

/// One multiplexer in a directory of its own.
pub struct Rig {
    who: Who,
    dir: tempfile::TempDir,
}

impl Rig {
    pub fn new(who: Who) -> Rig {
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

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn base(&self) -> Vec<(String, String)> {
        let dir = self.dir.path().display().to_string();
        vec![
            ("PATH".into(), std::env::var("PATH").unwrap_or_default()),
            ("HOME".into(), dir.clone()),
            ("XDG_RUNTIME_DIR".into(), dir.clone()),
            ("SHELL".into(), "/bin/sh".into()),
            ("TERM".into(), "xterm-256color".into()),
            ("LANG".into(), "C.UTF-8".into()),
            ("PS1".into(), "READY ".into()),
            ("TMUX_TMPDIR".into(), dir),
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

    /// A command line of the multiplexer, outside any terminal; what it printed.
    pub fn run(&self, args: &[&str]) -> String {
        let output = self.command(args).output().expect("it runs");
        assert!(
            output.status.success(),
            "{args:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn command(&self, args: &[&str]) -> Command {
        let (program, first) = self.program();
        let mut command = Command::new(program);
        command
            .args(first)
            .args(args)
            .current_dir(self.dir.path())
            .env_clear()
            .envs(self.base());
        command
    }

    /// A new tab in the background that runs `words`; a shell if there are none.
    pub fn tab(&self, words: &[&str]) {
        let shell = ["/bin/sh", "-i"];
        let words = match (self.who, words) {
            // Without words tmux would start a login shell, which reads more files.
            (Who::Tmux, []) => &shell[..],
            (_, words) => words,
        };
        self.run(&[&["new-window", "-d"], words].concat());
    }

    /// Attaches a terminal, starting the server with one shell if there is none.
    pub fn attach(&self) -> Term {
        let (program, args) = self.program();
        let mut command = CommandBuilder::new(program);
        command.args(args);
        if self.who == Who::Tmux {
            command.args(["new-session", "-A", "-s", "bench", "/bin/sh", "-i"]);
        }
        command.cwd(self.dir.path());
        command.env_clear();
        for (name, value) in self.base() {
            command.env(name, value);
        }
        Term::start(command)
    }

    pub fn server_pid(&self) -> u32 {
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
        // There may be no server to end.
        let _ = self.command(&["kill-server"]).output();
    }
}

/// A terminal whose output arrives on a channel, with the moment it was read.
pub struct Term {
    _master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    output: Receiver<(Instant, Vec<u8>)>,
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
                let read = (Instant::now(), chunk[..count].to_vec());
                if count == 0 || send.send(read).is_err() {
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

    pub fn send(&mut self, text: &str) {
        self.writer.write_all(text.as_bytes()).expect("it reads");
    }

    /// Waits until the output since the last wait contains `text`; the moment that was read.
    pub fn wait(&mut self, text: &str) -> Instant {
        let deadline = Instant::now() + LIMIT;
        let mut read_at = Instant::now();
        loop {
            if let Some(at) = find(&self.tail, text.as_bytes()) {
                self.tail.drain(..at + text.len());
                return read_at;
            }
            let keep = self.tail.len().saturating_sub(text.len());
            self.tail.drain(..keep);
            let left = deadline.saturating_duration_since(Instant::now());
            match self.output.recv_timeout(left) {
                Ok((at, bytes)) => {
                    read_at = at;
                    self.tail.extend(bytes);
                }
                Err(_) => panic!("waited in vain for {text:?}"),
            }
        }
    }

    /// Throws away what has come.
    pub fn drain(&mut self) {
        while self.output.try_recv().is_ok() {}
        self.tail.clear();
    }

    /// Throws away what has come and what comes until it has been quiet for a moment.
    pub fn settle(&mut self) {
        loop {
            match self.output.recv_timeout(Duration::from_millis(100)) {
                Ok((_, bytes)) => self.tail = bytes,
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => {
                    panic!("it ended, saying {:?}", String::from_utf8_lossy(&self.tail))
                }
            }
        }
        self.tail.clear();
    }

    pub fn pid(&self) -> u32 {
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
