//! A program in a terminal whose screen an independent emulator keeps.

use std::io::{Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, MasterPty, PtySize, native_pty_system};

use super::{LIMIT, last_line, line, lines, mouse, wait_gone};

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

/// Takes in what was printed. The emulator panics on some of what rubbish makes of a wide character's
/// cells; it is a terminal that was just switched on then.
fn draw(parser: &mut vt100::Parser, bytes: &[u8]) {
    let (rows, cols) = parser.screen().size();
    let drawn = catch_unwind(AssertUnwindSafe(|| parser.process(bytes)));
    if drawn.is_err() {
        *parser = vt100::Parser::new(rows, cols, 0);
    }
}

impl Terminal {
    pub(super) fn start(command: CommandBuilder, cols: u16, rows: u16) -> Terminal {
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
                let mut state = lock.lock().unwrap_or_else(PoisonError::into_inner);
                while state.paused {
                    state = changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                }
                drop(state);
                let count = reader.read(&mut chunk).unwrap_or(0);
                let mut state = lock.lock().unwrap_or_else(PoisonError::into_inner);
                if count == 0 {
                    state.closed = true;
                } else {
                    draw(&mut state.parser, &chunk[..count]);
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
            .unwrap_or_else(PoisonError::into_inner)
            .parser
            .screen()
            .contents()
    }

    /// The rows of the screen.
    pub fn lines(&self) -> Vec<String> {
        self.screen(lines)
    }

    /// Every byte received so far.
    pub fn raw(&self) -> Vec<u8> {
        self.seen
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .raw
            .clone()
    }

    /// Looks at the screen.
    pub fn screen<T>(&self, look: impl FnOnce(&vt100::Screen) -> T) -> T {
        look(
            self.seen
                .0
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .parser
                .screen(),
        )
    }

    /// Waits until the screen is as wanted; fails with the screen if it never is.
    pub fn wait(&self, what: &str, wanted: impl FnMut(&vt100::Screen) -> bool) {
        assert!(
            self.becomes(LIMIT, wanted),
            "waited in vain for {what}; the screen:\n{}",
            self.text()
        );
    }

    /// Whether the screen is as wanted before so much time has passed.
    pub fn becomes(
        &self,
        within: Duration,
        mut wanted: impl FnMut(&vt100::Screen) -> bool,
    ) -> bool {
        let (lock, changed) = &*self.seen;
        let deadline = Instant::now() + within;
        let mut seen = lock.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if wanted(seen.parser.screen()) {
                return true;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || seen.closed {
                return false;
            }
            seen = changed
                .wait_timeout(seen, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    /// Waits until the bytes received contain these, from `start` on; returns where they end.
    pub fn wait_bytes(&self, what: &str, start: usize, bytes: &[u8]) -> usize {
        let (lock, changed) = &*self.seen;
        let deadline = Instant::now() + LIMIT;
        let mut seen = lock.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let news = seen.raw.get(start..).unwrap_or_default();
            if let Some(at) = news.windows(bytes.len()).position(|found| found == bytes) {
                return start + at + bytes.len();
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || seen.closed {
                let tail = String::from_utf8_lossy(news).escape_debug().to_string();
                drop(seen);
                panic!("waited in vain for {what}; the bytes since:\n{tail}");
            }
            seen = changed
                .wait_timeout(seen, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    /// Waits until this row of the screen, without spaces at its end, is as wanted.
    pub fn wait_row(&self, row: u16, mut wanted: impl FnMut(&str) -> bool) {
        self.wait(&format!("row {row}"), |screen| wanted(&line(screen, row)));
    }

    /// Waits until some row ends with a text: what a program says, not the line that asked for it.
    pub fn wait_row_ending(&self, text: &str) {
        self.wait(text, |screen| {
            let rows = lines(screen);
            rows.iter().any(|row| row.ends_with(text))
        });
    }

    /// The modes of the terminal's line discipline, as `stty` prints them.
    pub fn modes(&self) -> String {
        let name = self.master.tty_name().expect("it has a name");
        let output = Command::new("stty")
            .arg("-g")
            .stdin(std::fs::File::open(name).expect("it can be opened"))
            .output()
            .expect("stty runs");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Presses and releases a mouse button at a cell, counted from 0.
    pub fn click(&mut self, col: u16, row: u16) {
        self.send(&mouse(0, col, row, true));
        self.send(&mouse(0, col, row, false));
    }

    /// Drags with the left button from one cell to another.
    pub fn drag(&mut self, from: (u16, u16), to: (u16, u16)) {
        self.send(&mouse(0, from.0, from.1, true));
        self.send(&mouse(32, to.0, to.1, true));
        self.send(&mouse(0, to.0, to.1, false));
    }

    /// Runs `echo` in the focused pane so that the output differs from what is typed.
    pub fn say(&mut self, word: &str) {
        self.send(&format!("echo \"{word}\"-said\r"));
        self.wait_text(&format!("{word}-said"));
    }

    /// Where a text begins on the screen: column and row, counted from 0.
    pub fn find(&self, text: &str) -> (u16, u16) {
        let found = self.screen(|screen| {
            let (rows, _) = screen.size();
            (0..rows.get()).find_map(|row| {
                let line = line(screen, row);
                let at = line.find(text)?;
                Some((line[..at].chars().count() as u16, row))
            })
        });
        found.unwrap_or_else(|| panic!("no {text:?} on the screen:\n{}", self.text()))
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
            let mut seen = self.seen.0.lock().unwrap_or_else(PoisonError::into_inner);
            seen.parser
                .screen_mut()
                .set_size(nonzero(rows), nonzero(cols));
        }
        self.master.resize(size(cols, rows)).expect("it is open");
    }

    /// Stops or goes on reading what the program writes.
    pub fn pause(&self, paused: bool) {
        let (lock, changed) = &*self.seen;
        lock.lock().unwrap_or_else(PoisonError::into_inner).paused = paused;
        changed.notify_all();
    }

    /// Waits for the program to end; returns its exit code.
    pub fn wait_exit(&mut self) -> u32 {
        wait_gone(self.pid());
        self.child.wait().expect("it is our child").exit_code()
    }

    /// The program's process id.
    pub fn pid(&self) -> u32 {
        self.child.process_id().expect("it has one")
    }

    /// Waits until nobody has the terminal open any more and all it was sent has been read.
    pub fn wait_closed(&self) {
        let (lock, changed) = &*self.seen;
        let seen = lock.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = changed
            .wait_timeout_while(seen, LIMIT, |seen| !seen.closed)
            .unwrap_or_else(PoisonError::into_inner);
        let late = waited.1.timed_out();
        drop(waited);
        assert!(!late, "somebody keeps the terminal open");
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
        // Killing what has been waited for could meet a stranger with its number.
        if let Ok(None) = self.child.try_wait() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
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
