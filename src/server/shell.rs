//! Shell commands that people's commands run outside of any pane, each on a thread of its own: it may
//! take as long as it likes. The answer comes by mail.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{PipeReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::mailbox::{Mailbox, Post};
use crate::pty::ExitStatus;
use crate::update::event::{Shell, ShellEnd};

/// The most of what a command says that is kept; the rest is read and dropped.
const MOST_SAID: usize = 1 << 20;
/// How long the end of its output is waited for once a command has ended.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// Runs a command with this environment and nothing else.
pub fn run(mailbox: &Mailbox, job: Box<Shell>, env: BTreeMap<OsString, OsString>) {
    let mailbox = mailbox.clone();
    let work = move || {
        let ended = finish(&job, env).map_err(|error| error.to_string());
        mailbox.post_blocking(Post::ShellEnded(job, ended));
    };
    let thread = std::thread::Builder::new().name("shell".to_owned());
    if let Err(error) = thread.spawn(work) {
        tracing::error!("no thread for a shell command: {error}");
    }
}

fn finish(job: &Shell, env: BTreeMap<OsString, OsString>) -> std::io::Result<ShellEnd> {
    // The directory may be gone, as with a pane's program.
    let cwd = if job.cwd.is_dir() {
        &job.cwd
    } else {
        Path::new("/")
    };
    let (output, said) = std::io::pipe()?;
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", &job.command])
        .env_clear()
        .envs(env)
        .current_dir(cwd)
        .stdin(Stdio::piped())
        .stdout(said.try_clone()?)
        .stderr(said);
    let mut child = command.spawn()?;
    // Ours would keep the output from ending.
    drop(command);
    let said = Arc::new(Mutex::new(Vec::new()));
    let (all, over) = channel();
    let heard = said.clone();
    std::thread::Builder::new()
        .name("shell-output".to_owned())
        .spawn(move || {
            hear(output, &heard);
            // Whoever waited for it may have gone on.
            let _ = all.send(());
        })?;
    if let Some(mut input) = child.stdin.take() {
        // A command that reads no more than it wants has not failed.
        let _ = input.write_all(&job.input);
    }
    let status = ExitStatus::from(child.wait()?);
    // What it left in the background may have its output and go on: the command was waited for, not that.
    let _ = over.recv_timeout(LAST_WORDS);
    let said = said.lock().unwrap_or_else(PoisonError::into_inner);
    let text = String::from_utf8_lossy(&said).into_owned();
    Ok(ShellEnd { status, text })
}

/// Reads to the end, and keeps so much of it.
fn hear(mut output: PipeReader, said: &Mutex<Vec<u8>>) {
    let mut chunk = [0; 8192];
    while let Ok(count @ 1..) = output.read(&mut chunk) {
        let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
        let room = MOST_SAID.saturating_sub(said.len());
        said.extend_from_slice(&chunk[..count.min(room)]);
    }
}
