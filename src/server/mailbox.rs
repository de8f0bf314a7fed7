//! How other threads reach the loop: a bounded queue and a descriptor that wakes it.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::PathBuf;
use std::sync::Arc;

use rustix::event::{EventfdFlags, eventfd};
use tokio::sync::{mpsc, oneshot};

use super::coordinator::Registration;
use crate::command::spec::Reply;
use crate::config::layouts::LayoutFile;
use crate::config::load::Loaded;
use crate::coord::snapshot::Snapshot;
use crate::error::{Error, Result};
use crate::model::geometry::Size;
use crate::model::id::ClientId;
use crate::protocol::message::{Attach, Exit, Request};
use crate::update::event::{Shell, ShellEnd};
use crate::update::{ReplyTo, Requester};

/// How many posts may wait; senders beyond that wait themselves.
const DEPTH: usize = 256;

/// Something for the loop.
#[derive(Debug)]
pub enum Post {
    /// A terminal wants in.
    Attach {
        /// Its id.
        client: ClientId,
        /// The terminal itself, open for reading and writing without blocking.
        tty: OwnedFd,
        /// What its client says of it.
        info: Box<Attach>,
        /// Tells its client to end, with the reason for its person.
        exit: oneshot::Sender<Exit>,
    },
    /// A terminal has a new size.
    Resize {
        /// Its id.
        client: ClientId,
        /// The size.
        size: Size,
    },
    /// A client asks to go.
    Leave {
        /// Its id.
        client: ClientId,
    },
    /// A client is gone without a word.
    Gone {
        /// Its id.
        client: ClientId,
    },
    /// A command from a connection.
    Request {
        /// Names the request; no two of a server's life have the same.
        number: u64,
        /// The command line and where it was typed.
        request: Box<Request>,
        /// Takes the answer.
        answer: oneshot::Sender<Result<Reply>>,
    },
    /// Whoever sent a request has gone and takes no answer.
    Unasked {
        /// The request.
        number: u64,
    },
    /// The answer to a command that ran on the store.
    Answered {
        /// Where it goes.
        reply: ReplyTo,
        /// The answer.
        result: Result<Reply>,
    },
    /// The store changed.
    Snapshot(Arc<Snapshot>),
    /// The store cannot be read or watched.
    StoreTrouble(String),
    /// Whether panes wait to be registered as sessions, the store having failed them.
    Late(bool),
    /// A file that was read for a paste buffer.
    Loaded {
        /// The buffer's name; a new one without.
        name: Option<String>,
        /// What is in the file.
        result: Result<Vec<u8>>,
        /// Where the answer goes.
        reply: ReplyTo,
    },
    /// A layout file was read.
    LayoutRead {
        /// What it says.
        file: Result<LayoutFile>,
        /// Leave the asker's view as it is.
        detached: bool,
        /// Who asked for it.
        requester: Box<Requester>,
        /// Where the answer goes.
        reply: ReplyTo,
    },
    /// Configuration read anew, and whom to tell.
    Reloaded(Box<Loaded>, ReplyTo),
    /// The configuration files may have changed.
    ConfigTouched,
    /// Become another program.
    Upgrade {
        /// Its path.
        program: PathBuf,
        /// Takes the answer if that fails.
        answer: oneshot::Sender<Result<Reply>>,
    },
    /// The other program has been tried: it can go on with what there is, or says why not.
    UpgradeTried(Result<()>),
    /// A shell command has ended, or could not begin.
    ShellEnded(Box<Shell>, Result<ShellEnd, String>),
    /// The jobs on the store asked for so far are done; the number says how many that were.
    JobsDone(u64, Vec<Registration>),
    /// End everything, saying why to attached people.
    Shutdown {
        /// The reason.
        why: String,
        /// Nothing is to be opened again.
        for_good: bool,
    },
}

/// The sending side; cheap to clone.
#[derive(Debug, Clone)]
pub struct Mailbox {
    queue: mpsc::Sender<Post>,
    wake: Arc<OwnedFd>,
}

/// The loop's side.
#[derive(Debug)]
pub struct Inbox {
    queue: mpsc::Receiver<Post>,
    wake: Arc<OwnedFd>,
}

/// A mailbox and its inbox.
///
/// # Errors
/// No descriptor is to be had.
pub fn mailbox() -> Result<(Mailbox, Inbox)> {
    let wake = eventfd(0, EventfdFlags::NONBLOCK | EventfdFlags::CLOEXEC)
        .map_err(|error| Error::unreachable(format!("cannot make an event descriptor: {error}")))?;
    let wake = Arc::new(wake);
    let (sender, receiver) = mpsc::channel(DEPTH);
    let inbox = Inbox {
        queue: receiver,
        wake: wake.clone(),
    };
    Ok((
        Mailbox {
            queue: sender,
            wake,
        },
        inbox,
    ))
}

impl Mailbox {
    /// Posts from async code; waits while the loop is behind. False once the loop has ended.
    pub async fn post(&self, post: Post) -> bool {
        let sent = self.queue.send(post).await.is_ok();
        self.ring();
        sent
    }

    /// Posts from a plain thread; waits while the loop is behind. False once the loop has ended.
    pub fn post_blocking(&self, post: Post) -> bool {
        let sent = self.queue.blocking_send(post).is_ok();
        self.ring();
        sent
    }

    fn ring(&self) {
        // A full counter means the loop has been woken often enough.
        let _ = rustix::io::write(&*self.wake, &1u64.to_ne_bytes());
    }
}

impl Inbox {
    /// The descriptor to wait on.
    pub fn wake_fd(&self) -> BorrowedFd<'_> {
        self.wake.as_fd()
    }

    /// Silences the descriptor; call before draining.
    pub fn hush(&self) {
        let mut count = [0; 8];
        let _ = rustix::io::read(&*self.wake, &mut count);
    }

    /// Wakes the loop once more, for what it left in the queue.
    pub fn ring(&self) {
        let _ = rustix::io::write(&*self.wake, &1u64.to_ne_bytes());
    }

    /// The next post, if there is one.
    pub fn take(&mut self) -> Option<Post> {
        self.queue.try_recv().ok()
    }
}
