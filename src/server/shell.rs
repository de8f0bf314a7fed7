//! Shell commands that people's commands run outside of any pane, each on a thread of its own: it may
//! take as long as it likes. The answer comes by mail, always.
//!
//! What a command said is all that had been written when it ended. What it left in the background may
//! have its output and go on writing: that is read and dropped, and nobody waits for it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::process::{ChildStdin, Stdio};
use std::sync::mpsc::channel;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{OFlags, fcntl_setfl};

use super::errand::{self, Errand};
use super::mailbox::{Mailbox, Post};
use crate::update::event::{Shell, ShellEnd};

/// The most of what a command says that is kept; the rest is read and dropped.
const MOST_SAID: usize = 1 << 20;

/// Runs a command with this environment and nothing else.
///
/// # Errors
/// There is no thread for it; the job comes back.
pub fn run(
    mailbox: &Mailbox,
    job: Box<Shell>,
    env: BTreeMap<OsString, OsString>,
) -> Result<(), (Box<Shell>, io::Error)> {
    let mailbox = mailbox.clone();
    // A thread that cannot be started takes with it what it was given.
    let (give, take) = channel::<Box<Shell>>();
    let work = move || {
        let Ok(job) = take.recv() else {
            return;
        };
        let mut begun = Begun::begin(&job, env);
        let ended = match &mut begun {
            Ok(begun) => begun.finish(&job.input),
            Err(error) => Err(io::Error::new(error.kind(), error.to_string())),
        };
        let output = begun.map(|begun| begun.output);
        mailbox.post_blocking(Post::ShellEnded(job, ended.map_err(|why| why.to_string())));
        if let Ok(output) = output {
            drop_rest(output);
        }
    };
    let thread = std::thread::Builder::new().name("shell".to_owned());
    if let Err(error) = thread.spawn(work) {
        return Err((job, error));
    }
    // It waits for this.
    let _ = give.send(job);
    Ok(())
}

/// A command under way.
struct Begun {
    errand: Option<Errand>,
    input: Option<ChildStdin>,
    output: io::PipeReader,
    said: Vec<u8>,
}

impl Begun {
    fn begin(job: &Shell, env: BTreeMap<OsString, OsString>) -> io::Result<Begun> {
        let (output, said) = io::pipe()?;
        fcntl_setfl(&output, OFlags::NONBLOCK)?;
        let mut command = errand::command(&job.script, &job.cwd, env);
        command
            .stdin(Stdio::piped())
            .stdout(said.try_clone()?)
            .stderr(said);
        let mut errand = Errand::start(command)?;
        let input = errand.child.stdin.take().filter(|_| !job.input.is_empty());
        if let Some(input) = &input {
            fcntl_setfl(input, OFlags::NONBLOCK)?;
        }
        Ok(Begun {
            errand: Some(errand),
            input,
            output,
            said: Vec::new(),
        })
    }

    /// Gives it its input and hears what it says, until it has ended.
    fn finish(&mut self, mut left: &[u8]) -> io::Result<ShellEnd> {
        let Some(errand) = self.errand.take() else {
            return Err(io::Error::other("it was waited for already"));
        };
        let mut open = true;
        loop {
            if left.is_empty() {
                // Its input ends.
                self.input = None;
            }
            let mut fds = vec![PollFd::from_borrowed_fd(errand.ended(), PollFlags::IN)];
            if open {
                fds.push(PollFd::new(&self.output, PollFlags::IN));
            }
            if let Some(input) = &self.input {
                fds.push(PollFd::from_borrowed_fd(input.as_fd(), PollFlags::OUT));
            }
            match poll(&mut fds, None) {
                Err(rustix::io::Errno::INTR) => continue,
                done => done?,
            };
            let ended = !fds[0].revents().is_empty();
            open = open && self.hear();
            if ended {
                break;
            }
            left = self.feed(left);
        }
        let status = errand.wait()?;
        let text = String::from_utf8_lossy(&self.said).into_owned();
        Ok(ShellEnd { status, text })
    }

    /// Reads what there is, at most as much as is kept; false at the end of it.
    fn hear(&mut self) -> bool {
        let mut chunk = [0; 8192];
        let mut heard = 0;
        while heard < MOST_SAID {
            match self.output.read(&mut chunk) {
                Ok(0) => return false,
                Ok(count) => {
                    let room = MOST_SAID.saturating_sub(self.said.len());
                    self.said.extend_from_slice(&chunk[..count.min(room)]);
                    heard += count;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return error.kind() == io::ErrorKind::WouldBlock,
            }
        }
        true
    }

    /// Writes what it takes; what is left. A command that reads no more than it wants has not failed.
    fn feed<'a>(&mut self, left: &'a [u8]) -> &'a [u8] {
        let Some(input) = &mut self.input else {
            return left;
        };
        match input.write(left) {
            Ok(count) => &left[count..],
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
                ) =>
            {
                left
            }
            Err(_) => &[],
        }
    }
}

/// Lets what is still there write on, for as long as there is anything.
fn drop_rest(mut output: io::PipeReader) {
    if fcntl_setfl(&output, OFlags::empty()).is_ok() {
        let _ = io::copy(&mut output, &mut io::sink());
    }
}
