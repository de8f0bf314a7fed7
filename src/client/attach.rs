//! Attaching: hand the terminal over, pass sizes and signals on, leave it as it was.

use std::io::IoSlice;
use std::mem::MaybeUninit;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream as StdStream;
use std::time::{Duration, Instant};

use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::terminal::{self, Raw};
use crate::draw::Caps;
use crate::error::{Error, Result};
use crate::protocol::conn::Conn;
use crate::protocol::frame::{Reader, encode};
use crate::protocol::message::{ATTACH, Attach, EXIT, Exit, LEAVE, Leave, RESIZE, Resize};

/// How long the server may take to let go once it has been asked.
const GOODBYE: Duration = Duration::from_secs(2);
/// A connection lost so soon after the last is no upgrade.
const SOON: Duration = Duration::from_secs(1);
/// How many of those are borne.
const MOST_LOSSES: u32 = 3;

/// Attaches this process's terminal and returns when it is detached, with the reason.
///
/// A connection that ends without a goodbye is made once more with `again`, which finds a server that
/// has become another program.
///
/// # Errors
/// There is no terminal, or the server vanished.
pub fn attach(conn: Conn, again: impl Fn() -> Result<Option<Conn>>) -> Result<String> {
    let mut tty = terminal::reopen()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::unreachable(format!("cannot wait for events: {error}")))?;
    // Signals are caught before the terminal changes hands, so that none finds it raw and unguarded.
    let mut signals = {
        let _guard = runtime.enter();
        Signals::new()?
    };
    let mut raw = Raw::enter()?;
    let key = ulid::Ulid::generate().to_string();
    let mut stream = conn.into_stream();
    let mut losses = Losses::default();
    let exit = loop {
        let info = Attach {
            size: terminal::size(),
            caps: Caps::from_env(|name| std::env::var(name).ok()),
            modes: raw.before,
            key: key.clone(),
            env: environment(),
        };
        let sent = send_with_tty(&stream, &encode(ATTACH, &info)?, &tty);
        drop(tty);
        let outcome = sent.and_then(|()| runtime.block_on(wait(stream, &mut signals)));
        let lost = match outcome {
            Ok(exit) if exit.suspend => {
                raw.released(&exit.rest);
                drop(raw);
                stop()?;
                raw = Raw::enter()?;
                let Some(conn) = again()? else {
                    return Ok("the server has ended meanwhile".to_owned());
                };
                stream = conn.into_stream();
                tty = terminal::reopen()?;
                continue;
            }
            Ok(exit) => break exit,
            Err(lost) => lost,
        };
        match again() {
            Ok(Some(conn)) if losses.bearable() => stream = conn.into_stream(),
            Ok(_) => return Err(lost),
            Err(error) => return Err(error),
        }
        tty = terminal::reopen()?;
    };
    raw.released(&exit.rest);
    drop(raw);
    Ok(exit.why)
}

/// Stops this process and all of its job, as Ctrl-Z does, until it is told to go on. Nothing stops where no
/// shell could let it go on.
fn stop() -> Result<()> {
    let group = rustix::process::getpgrp();
    rustix::process::kill_process_group(group, rustix::process::Signal::TSTP)
        .map_err(|error| Error::unreachable(format!("cannot stop this process: {error}")))
}

/// Connections that ended without a goodbye one soon after the other.
#[derive(Default)]
struct Losses {
    count: u32,
    last: Option<Instant>,
}

impl Losses {
    /// Counts one more; false once there is no sense in going on.
    fn bearable(&mut self) -> bool {
        let soon = |last: Instant| last.elapsed() < SOON;
        self.count = match self.last.is_some_and(soon) {
            true => self.count + 1,
            false => 1,
        };
        self.last = Some(Instant::now());
        self.count <= MOST_LOSSES
    }
}

/// This process's environment, as far as it is text.
pub fn environment() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

struct Signals {
    resized: Signal,
    term: Signal,
    int: Signal,
    hup: Signal,
}

impl Signals {
    fn new() -> Result<Signals> {
        let catch = |kind| {
            signal(kind)
                .map_err(|error| Error::unreachable(format!("cannot catch signals: {error}")))
        };
        Ok(Signals {
            resized: catch(SignalKind::window_change())?,
            term: catch(SignalKind::terminate())?,
            int: catch(SignalKind::interrupt())?,
            hup: catch(SignalKind::hangup())?,
        })
    }
}

async fn wait(stream: StdStream, signals: &mut Signals) -> Result<Exit> {
    let vanished = |error: std::io::Error| {
        Error::unreachable(format!("lost the server: {error}"))
            .with_hint("stoa starts it again; its log is beside its socket")
    };
    stream.set_nonblocking(true).map_err(vanished)?;
    let (mut from, mut to) = UnixStream::from_std(stream).map_err(vanished)?.into_split();
    let mut reader = Reader::default();
    let mut chunk = [0; 4096];
    let mut leaving = false;
    let goodbye = tokio::time::sleep(Duration::MAX);
    tokio::pin!(goodbye);
    loop {
        tokio::select! {
            read = from.read(&mut chunk) => {
                match read.map_err(vanished)? {
                    0 => return Err(vanished(std::io::ErrorKind::UnexpectedEof.into())),
                    count => reader.push(&chunk[..count]),
                }
                while let Some(frame) = reader.take()? {
                    if frame.kind == EXIT {
                        return frame.decode();
                    }
                }
            }
            _ = signals.resized.recv() => {
                let resize = Resize { size: terminal::size() };
                to.write_all(&encode(RESIZE, &resize)?).await.map_err(vanished)?;
            }
            _ = signals.term.recv(), if !leaving => leaving = true,
            _ = signals.int.recv(), if !leaving => leaving = true,
            _ = signals.hup.recv(), if !leaving => leaving = true,
            () = &mut goodbye => return Err(Error::unreachable("the server does not let go")),
        }
        if leaving && goodbye.deadline() > tokio::time::Instant::now() + GOODBYE {
            goodbye
                .as_mut()
                .reset(tokio::time::Instant::now() + GOODBYE);
            let leave = encode(LEAVE, &Leave {})?;
            to.write_all(&leave).await.map_err(vanished)?;
        }
    }
}

/// Sends a frame with the terminal's descriptor beside its first byte.
fn send_with_tty(stream: &StdStream, frame: &[u8], tty: &impl AsFd) -> Result<()> {
    use std::io::Write;
    let gone = |error: std::io::Error| Error::unreachable(format!("the server has gone: {error}"));
    let descriptors = [tty.as_fd()];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    control.push(SendAncillaryMessage::ScmRights(&descriptors));
    let sent = sendmsg(
        stream,
        &[IoSlice::new(frame)],
        &mut control,
        SendFlags::NOSIGNAL,
    )
    .map_err(|error| gone(error.into()))?;
    let mut stream = stream;
    stream.write_all(&frame[sent..]).map_err(gone)
}
