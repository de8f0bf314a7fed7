//! Connections: accepted, checked, and turned into posts for the loop.
//!
//! One task a connection. A peer of another user is refused before a byte of it is read; garbage
//! ends its own connection and nobody else's.

use std::io::IoSliceMut;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg, sockopt::socket_peercred,
};
use serde::Serialize;
use tokio::io::Interest;
use tokio::net::{UnixListener, UnixStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Semaphore, mpsc, oneshot};

use super::mailbox::{Mailbox, Post};
use crate::error::{Error, Result};
use crate::model::id::ClientId;
use crate::protocol::frame::{Frame, Reader, encode};
use crate::protocol::message::{
    ANSWER, ATTACH, Answer, EXIT, HELLO, Hello, LEAVE, REQUEST, RESIZE, Request, Resize, UPGRADE,
    Upgrade, VERSION, WELCOME, Welcome,
};

/// How many connections may be open at once.
const MAX_CONNECTIONS: usize = 512;

/// How long a connection may take to greet.
const GREETING: Duration = Duration::from_secs(4);
/// How long after the greeting it may take to say what it wants. Whoever has asked once may take
/// as long as it likes until it asks again.
const FIRST_WISH: Duration = Duration::from_secs(30);

/// What every connection is told about the server.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The workspace's root directory.
    pub root: PathBuf,
    /// The state directory.
    pub state: PathBuf,
    /// How often it has been upgraded.
    pub generation: u32,
}

/// How long the last answers may take to be sent.
const FAREWELL: Duration = Duration::from_secs(1);

/// Accepts connections until `stop` says so, then sees that everybody who waits for an answer or a
/// goodbye has it. SIGTERM and SIGINT become a shutdown post.
pub async fn serve(
    listener: UnixListener,
    identity: Identity,
    mailbox: Mailbox,
    stop: oneshot::Receiver<()>,
) {
    let (busy, mut all_done) = mpsc::channel(1);
    tokio::select! {
        () = accept(listener, identity, mailbox, busy) => {}
        _ = stop => {}
    }
    // Ends when the last connection that owes somebody something has dropped its sender.
    let _ = tokio::time::timeout(FAREWELL, all_done.recv()).await;
}

async fn accept(
    listener: UnixListener,
    identity: Identity,
    mailbox: Mailbox,
    busy: mpsc::Sender<()>,
) {
    tokio::spawn(watch_signals(mailbox.clone()));
    let identity = Arc::new(identity);
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let clients = Arc::new(AtomicU32::new(1));
    let requests = Arc::new(AtomicU64::new(1));
    let mut pause = Duration::from_millis(1);
    loop {
        let Ok(place) = places.clone().acquire_owned().await else {
            return;
        };
        match listener.accept().await {
            Ok((stream, _)) => {
                pause = Duration::from_millis(1);
                let task = Connection {
                    stream,
                    reader: Reader::default(),
                    passed: None,
                    mailbox: mailbox.clone(),
                    early: None,
                    clients: clients.clone(),
                    requests: requests.clone(),
                    busy: busy.downgrade(),
                };
                let identity = identity.clone();
                tokio::spawn(async move {
                    if let Err(error) = task.run(&identity).await {
                        tracing::debug!("connection ended: {error}");
                    }
                    drop(place);
                });
            }
            Err(error) => {
                // Out of descriptors, most likely: wait a little longer each time.
                tracing::warn!("cannot accept a connection: {error}");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(Duration::from_secs(1));
            }
        }
    }
}

async fn watch_signals(mailbox: Mailbox) {
    let (Ok(mut term), Ok(mut int)) = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
    ) else {
        return;
    };
    // A machine that goes down says SIGTERM to everybody, and what was there is wanted again. What
    // `kill-server` says is for good.
    let for_good = tokio::select! {
        _ = term.recv() => false,
        _ = int.recv() => true,
    };
    let why = "the server was told to end".to_owned();
    mailbox.post(Post::Shutdown { why, for_good }).await;
}

/// One peer.
struct Connection {
    stream: UnixStream,
    reader: Reader,
    /// A descriptor that came beside the bytes and waits for its message.
    passed: Option<OwnedFd>,
    mailbox: Mailbox,
    /// A message that came before the answer to the one before it.
    early: Option<Frame>,
    clients: Arc<AtomicU32>,
    requests: Arc<AtomicU64>,
    /// Held by whoever owes the peer an answer, so that the server does not end before it is sent.
    busy: mpsc::WeakSender<()>,
}

impl Connection {
    async fn run(mut self, identity: &Identity) -> Result<()> {
        check_peer(&self.stream)?;
        let Some(first) = self.next_within(GREETING).await? else {
            return Ok(());
        };
        if first.kind != HELLO {
            return Err(Error::unreachable("the first message was no greeting"));
        }
        let hello: Hello = first.decode()?;
        self.send(
            WELCOME,
            &Welcome {
                version: VERSION,
                program: env!("CARGO_PKG_VERSION").to_owned(),
                pid: std::process::id(),
                root: identity.root.display().to_string(),
                state: identity.state.display().to_string(),
                generation: identity.generation,
            },
        )
        .await?;
        if hello.version != VERSION {
            return Ok(());
        }
        let mut wish = self.next_within(FIRST_WISH).await?;
        while let Some(frame) = wish {
            match frame.kind {
                REQUEST => self.request(frame.decode()?).await?,
                ATTACH => return self.attach(&frame).await,
                UPGRADE => self.upgrade(frame.decode()?).await?,
                _ => {}
            }
            wish = self.next().await?;
        }
        Ok(())
    }

    /// Has a command run. Its answer may be long in coming; a peer that goes meanwhile is noticed,
    /// so that nothing goes on waiting for nobody.
    async fn request(&mut self, request: Request) -> Result<()> {
        let _busy = self.busy.upgrade();
        let (answer, mut answered) = oneshot::channel();
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        let post = Post::Request {
            number,
            request: Box::new(request),
            answer,
        };
        self.mailbox.post(post).await;
        let result = loop {
            tokio::select! {
                biased;
                result = &mut answered => break result,
                next = self.next(), if self.early.is_none() => match next {
                    Ok(Some(frame)) => self.early = Some(frame),
                    Ok(None) | Err(_) => {
                        self.mailbox.post(Post::Unasked { number }).await;
                        return Ok(());
                    }
                },
            }
        };
        let result = result.unwrap_or_else(|_| {
            Err(Error::unreachable(
                "the server ended before it could answer",
            ))
        });
        match encode(ANSWER, &Answer::from(result)) {
            Ok(bytes) => self.write(&bytes).await,
            Err(_) => self.send(ANSWER, &Answer::from(Err(too_long()))).await,
        }
    }

    /// Has the server become another program; there is an answer only if it does not.
    async fn upgrade(&mut self, Upgrade { program }: Upgrade) -> Result<()> {
        let (answer, answered) = oneshot::channel();
        let program = PathBuf::from(program);
        self.mailbox.post(Post::Upgrade { program, answer }).await;
        let result = answered
            .await
            .unwrap_or_else(|_| Err(Error::unreachable("the server ended")));
        self.send(ANSWER, &Answer::from(result)).await
    }

    /// Hands the terminal over and stays as the wire between client and loop.
    async fn attach(mut self, frame: &Frame) -> Result<()> {
        let _busy = self.busy.upgrade();
        let info = Box::new(frame.decode()?);
        let tty = self
            .passed
            .take()
            .ok_or_else(|| Error::unreachable("no terminal came with the request to attach"))?;
        let client = ClientId(self.clients.fetch_add(1, Ordering::Relaxed));
        let (exit, mut exited) = oneshot::channel();
        let post = Post::Attach {
            client,
            tty,
            info,
            exit,
        };
        if !self.mailbox.post(post).await {
            return Err(Error::unreachable("the server is ending"));
        }
        loop {
            tokio::select! {
                exit = &mut exited => return match exit {
                    Ok(exit) => self.send(EXIT, &exit).await,
                    // The terminal was not let go in good order: the client, finding the
                    // connection closed, mends it itself.
                    Err(_) => Ok(()),
                },
                next = self.next() => match next {
                    Ok(Some(frame)) if frame.kind == RESIZE => {
                        let Resize { size } = frame.decode()?;
                        self.mailbox.post(Post::Resize { client, size }).await;
                    }
                    Ok(Some(frame)) if frame.kind == LEAVE => {
                        self.mailbox.post(Post::Leave { client }).await;
                    }
                    Ok(Some(_)) => {}
                    Ok(None) | Err(_) => {
                        self.mailbox.post(Post::Gone { client }).await;
                        return Ok(());
                    }
                },
            }
        }
    }

    /// The next frame of a peer that has not said what it wants: one that stays silent makes room for
    /// others.
    async fn next_within(&mut self, limit: Duration) -> Result<Option<Frame>> {
        let silent = |_| Err(Error::unreachable("the peer said nothing for too long"));
        let next = tokio::time::timeout(limit, self.next()).await;
        next.unwrap_or_else(silent)
    }

    /// The next frame; `None` when the peer has closed.
    async fn next(&mut self) -> Result<Option<Frame>> {
        if let Some(frame) = self.early.take() {
            return Ok(Some(frame));
        }
        loop {
            if let Some(frame) = self.reader.take()? {
                return Ok(Some(frame));
            }
            let (bytes, descriptor) = receive(&self.stream).await?;
            if bytes.is_empty() {
                return Ok(None);
            }
            self.reader.push(&bytes);
            self.passed = descriptor.or(self.passed.take());
        }
    }

    async fn send<T: Serialize>(&mut self, kind: u16, message: &T) -> Result<()> {
        let bytes = encode(kind, message)?;
        self.write(&bytes).await
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        use tokio::io::AsyncWriteExt;
        self.stream
            .write_all(bytes)
            .await
            .map_err(|error| Error::unreachable(format!("the peer has gone: {error}")))
    }
}

/// The error for an answer that does not fit into a frame.
fn too_long() -> Error {
    Error::refused("the answer is too long to be printed").with_hint(
        "ask for a part of it (capture-pane -S, -E), or have it written to a file \
         (save-buffer, save-scrollback)",
    )
}

/// Reads bytes and, beside them, at most one descriptor. Safe to be dropped while it waits.
async fn receive(stream: &UnixStream) -> Result<(Vec<u8>, Option<OwnedFd>)> {
    stream
        .async_io(Interest::READABLE, || {
            let mut bytes = vec![0; 8192];
            let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
            let mut control = RecvAncillaryBuffer::new(&mut space);
            let got = recvmsg(
                stream.as_fd(),
                &mut [IoSliceMut::new(&mut bytes)],
                &mut control,
                RecvFlags::CMSG_CLOEXEC,
            )?;
            bytes.truncate(got.bytes);
            let mut descriptor = None;
            for message in control.drain() {
                if let RecvAncillaryMessage::ScmRights(passed) = message {
                    descriptor = passed.last().or(descriptor);
                }
            }
            Ok((bytes, descriptor))
        })
        .await
        .map_err(|error| Error::unreachable(format!("the peer has gone: {error}")))
}

fn check_peer(stream: &UnixStream) -> Result<()> {
    let peer = socket_peercred(stream.as_fd())
        .map_err(|error| Error::unreachable(format!("cannot tell who connected: {error}")))?;
    if peer.uid == rustix::process::geteuid() || peer.uid.is_root() {
        return Ok(());
    }
    Err(Error::unreachable("another user connected"))
}
