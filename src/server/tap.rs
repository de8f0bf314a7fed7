//! A pane's output, passed on to a shell command as well (`pipe-pane`).
//!
//! A thread of its own writes to the command, so a slow one holds up nobody. How much may wait for it is
//! bounded: one that falls behind further is given up, and its person told; the pane never waits.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Write;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

use super::errand::{self, Errand};
use crate::update::event::Piped;

/// How many bytes may wait for the command.
const MOST_WAITING: usize = 16 << 20;

/// The way to the command; dropping it ends the command's input.
#[derive(Debug)]
pub struct Tap {
    queue: Sender<Vec<u8>>,
    waiting: Arc<AtomicUsize>,
}

impl Tap {
    /// Starts the command.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn start(job: &Piped, env: BTreeMap<OsString, OsString>) -> std::io::Result<Tap> {
        let mut command = errand::command(&job.script, &job.cwd, env);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let (queue, chunks) = channel();
        let waiting = Arc::new(AtomicUsize::new(0));
        let left = waiting.clone();
        // A thread that cannot be started leaves no command behind.
        let (give, take) = channel::<Errand>();
        std::thread::Builder::new()
            .name("pipe-pane".to_owned())
            .spawn(move || {
                let Ok(mut errand) = take.recv() else {
                    return;
                };
                if let Some(input) = errand.child.stdin.take() {
                    pass_on(input, &chunks, &left);
                }
                // Nothing is sent to one that has gone, and its end is nobody's news.
                drop(chunks);
                let _ = errand.wait();
            })?;
        let _ = give.send(Errand::start(command)?);
        Ok(Tap { queue, waiting })
    }

    /// Passes output on; says why if the command has gone, or has fallen too far behind.
    pub fn put(&self, output: &[u8]) -> Result<(), &'static str> {
        if self.waiting.fetch_add(output.len(), Ordering::Relaxed) > MOST_WAITING {
            return Err("it reads too slowly");
        }
        let sent = self.queue.send(output.to_vec());
        sent.map_err(|_| "it has ended")
    }
}

fn pass_on(mut input: impl Write, chunks: &Receiver<Vec<u8>>, waiting: &AtomicUsize) {
    for chunk in chunks {
        if input.write_all(&chunk).is_err() {
            return;
        }
        waiting.fetch_sub(chunk.len(), Ordering::Relaxed);
    }
}
