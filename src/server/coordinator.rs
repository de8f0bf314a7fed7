//! The server's side of coordination, off the loop's thread.
//!
//! Making a store takes several syncs of the disk, so that a new one is made here too, while the
//! first pane starts.
//!
//! One thread registers panes as sessions, ends them and renews their claims, in the order the loop
//! asked for it. A watch on the store turns every change, whoever made it, into a snapshot for the
//! loop. Commands a person types run on threads of their own, since they may wait.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::mailbox::{Mailbox, Post};
use crate::command::StoreCommand;
use crate::command::spec::Reply;
use crate::command::store::{StoreCx, limits};
use crate::config::workspace::Workspace;
use crate::config::{layouts, load, paths};
use crate::coord::message::Voice;
use crate::coord::{Actor, Coord, Heartbeat, Register, SessionId, Watcher, fingerprint};
use crate::error::{Error, Kind, Result};
use crate::model::id::PaneId;
use crate::update::{ReplyTo, Requester};

/// How many jobs may wait.
const DEPTH: usize = 4096;
/// How many typed commands may be under way at once.
const MAX_COMMANDS: usize = 32;

/// How many registrations that failed are kept to be tried again.
const MAX_LATE: usize = 256;

/// A pane that is to be a session.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Registration {
    /// The session's id, which the program already has in its environment.
    pub session: String,
    /// The pane.
    pub pane: PaneId,
    /// Its process.
    pub pid: u32,
    /// The kind of program.
    pub agent: String,
    /// The name and number it had under an earlier server, if it can have them again.
    pub before: Option<(String, u32)>,
    /// Names and numbers that panes of an earlier server may want to have again.
    pub reserved: Vec<(String, u32)>,
}

/// Something to do on the store.
#[derive(Debug)]
pub enum Job {
    /// A pane's program runs: it is a session.
    Register(Box<Registration>),
    /// Registrations that failed are to be tried again: the disk may have room by now.
    TryAgain,
    /// A session's program is over.
    End {
        /// The session.
        session: String,
    },
    /// A session's pane is active: that is its heartbeat, which prolongs its claims.
    Renew {
        /// The session.
        session: String,
    },
    /// A session's program says what it is doing.
    TellState {
        /// The session.
        session: String,
        /// In a word or two; empty for no longer.
        state: String,
    },
    /// Run a command somebody typed.
    Run {
        /// The command.
        command: Box<StoreCommand>,
        /// Who acts.
        actor: Option<String>,
        /// Where paths are relative to.
        cwd: PathBuf,
        /// Where the answer goes.
        reply: ReplyTo,
    },
    /// Write a layout file.
    SaveLayout {
        /// Where.
        path: PathBuf,
        /// Its content.
        text: String,
        /// Over one that exists.
        force: bool,
        /// Where the answer goes.
        reply: ReplyTo,
    },
    /// Read a layout file for the loop.
    LoadLayout {
        /// Where.
        path: PathBuf,
        /// Leave the asker's view as it is.
        detached: bool,
        /// Who asks.
        requester: Box<Requester>,
        /// Where the answer goes.
        reply: ReplyTo,
    },
    /// Tell the loop that everything before this is done.
    Report {
        /// How many jobs that were.
        number: u64,
    },
    /// Read the configuration again.
    Reload {
        /// Where the report goes.
        reply: ReplyTo,
    },
    /// Somebody was welcomed, and need not be again.
    Welcomed,
    /// The configuration may have changed: read it again if it has.
    ConfigTouched,
}

impl Job {
    /// Where its answer goes.
    pub fn reply(&self) -> ReplyTo {
        match self {
            Job::Run { reply, .. }
            | Job::SaveLayout { reply, .. }
            | Job::LoadLayout { reply, .. }
            | Job::Reload { reply } => *reply,
            Job::Register(_)
            | Job::TryAgain
            | Job::End { .. }
            | Job::Renew { .. }
            | Job::TellState { .. }
            | Job::Report { .. }
            | Job::Welcomed
            | Job::ConfigTouched => ReplyTo::Nobody,
        }
    }
}

/// The way to the thread.
#[derive(Debug)]
pub struct Coordinator {
    /// Takes jobs; the thread ends when it is dropped and every job is done.
    pub jobs: SyncSender<Job>,
    done: Receiver<()>,
}

impl Coordinator {
    /// Splits off what waits for the thread's end from what keeps it alive.
    pub fn split(self) -> (SyncSender<Job>, Ending) {
        (self.jobs, Ending(self.done))
    }
}

/// Waits for the thread's end.
#[derive(Debug)]
pub struct Ending(Receiver<()>);

impl Ending {
    /// Waits until every job is done, but no longer than `limit`: what is left undone is found out
    /// by whoever looks at the dead processes' sessions next.
    pub fn wait(self, limit: Duration) {
        let _ = self.0.recv_timeout(limit);
    }
}

/// Starts the thread, which makes the store if none is given, and the watch.
///
/// # Errors
/// No thread is to be had.
pub fn spawn(
    coord: Option<Coord>,
    workspace: &Workspace,
    mailbox: Mailbox,
    config_stamp: u64,
) -> Result<Coordinator> {
    let (sender, receiver) = sync_channel(DEPTH);
    let (finished, done) = sync_channel(0);
    let mut worker = Worker {
        coord: None,
        workspace: workspace.clone(),
        mailbox,
        running: Arc::new(()),
        watcher: None,
        late: Vec::new(),
        config_stamp,
    };
    std::thread::Builder::new()
        .name("coordinator".to_owned())
        .spawn(move || {
            if let Some(coord) = coord {
                worker.use_store(coord);
            }
            worker.run(&receiver);
            drop(finished);
        })
        .map_err(|error| Error::unreachable(format!("cannot start a thread: {error}")))?;
    Ok(Coordinator { jobs: sender, done })
}

struct Worker {
    /// `None` until the store has been made.
    coord: Option<Coord>,
    workspace: Workspace,
    mailbox: Mailbox,
    /// Counts the commands under way, by its clones.
    running: Arc<()>,
    /// Kept for its thread.
    watcher: Option<Watcher>,
    /// Panes that could not be registered when they started, oldest first.
    late: Vec<Registration>,
    /// The configuration that counts ([`load::stamp`]).
    config_stamp: u64,
}

impl Worker {
    fn run(mut self, jobs: &Receiver<Job>) {
        if let Err(error) = self.coord() {
            self.complain("open the store", error);
        }
        while let Ok(job) = jobs.recv() {
            let what = format!("{job:?}");
            if let Err(error) = self.perform(job) {
                self.complain(&what, error);
            }
        }
    }

    fn complain(&self, what: &str, error: Error) {
        tracing::error!("{what}: {error}");
        let why = error.message;
        self.mailbox.post_blocking(Post::StoreTrouble(why));
    }

    /// The store; one that could not be made is tried again, since disks do not stay full for ever.
    fn coord(&mut self) -> Result<&Coord> {
        if self.coord.is_none() {
            let coord = Coord::open(&self.workspace.state)?;
            self.use_store(coord);
        }
        self.coord
            .as_ref()
            .ok_or_else(|| Error::internal("the store was opened and is not there"))
    }

    /// Watches a store and takes it for what is to be done.
    fn use_store(&mut self, coord: Coord) {
        let settings = load::settings(paths::config_dir().as_deref());
        let coord = coord.with_settings(limits(&settings));
        let mailbox = self.mailbox.clone();
        let watcher = Watcher::spawn(coord.clone(), move |snapshot| {
            mailbox.post_blocking(Post::Snapshot(snapshot));
        });
        match watcher {
            Ok(watcher) => self.watcher = Some(watcher),
            Err(error) => {
                tracing::error!("cannot watch the store: {error}");
                let why = format!("the store cannot be watched: {error}");
                self.mailbox.post_blocking(Post::StoreTrouble(why));
            }
        }
        self.coord = Some(coord);
    }

    fn perform(&mut self, job: Job) -> Result<()> {
        match job {
            Job::Register(registration) => self.register_or_keep(*registration),
            Job::TryAgain => self.try_again(),
            Job::End { session } => {
                self.late.retain(|late| late.session != session);
                match self.coord()?.end(&SessionId::parse(&session)?) {
                    // A pane whose program ended before it was registered has nothing to end.
                    Err(error) if error.kind == Kind::NotFound => Ok(()),
                    ended => ended,
                }
            }
            Job::Renew { session } => {
                let actor = Actor::new(SessionId::parse(&session)?);
                self.coord()?.heartbeat(&actor, &Heartbeat::default())
            }
            Job::TellState { session, state } => {
                let actor = Actor::new(SessionId::parse(&session)?);
                let beat = Heartbeat {
                    state: Some(state),
                    ..Heartbeat::default()
                };
                self.coord()?.heartbeat(&actor, &beat)
            }
            Job::Run {
                command,
                actor,
                cwd,
                reply,
            } => {
                self.run_command(*command, actor, cwd, reply);
                Ok(())
            }
            Job::SaveLayout {
                path,
                text,
                force,
                reply,
            } => {
                let shown = path.display().to_string();
                let result = layouts::write(&path, &text, force).map(|()| {
                    let data = serde_json::json!({ "file": shown });
                    Reply::new(format!("saved as {shown}"), data)
                });
                self.mailbox.post_blocking(Post::Answered { reply, result });
                Ok(())
            }
            Job::LoadLayout {
                path,
                detached,
                requester,
                reply,
            } => {
                let post = Post::LayoutRead {
                    file: layouts::read(&path),
                    detached,
                    requester,
                    reply,
                };
                self.mailbox.post_blocking(post);
                Ok(())
            }
            Job::Report { number } => {
                self.mailbox
                    .post_blocking(Post::JobsDone(number, self.late.clone()));
                Ok(())
            }
            Job::Reload { reply } => {
                self.config_stamp = load::stamp(paths::config_dir().as_deref());
                self.reload(reply);
                Ok(())
            }
            Job::Welcomed => {
                // Where nothing can be kept they are welcomed again.
                if let Some(file) = paths::welcomed_file() {
                    let dir = file.parent().map_or(Ok(()), std::fs::create_dir_all);
                    let _ = dir.and_then(|()| std::fs::write(&file, ""));
                }
                Ok(())
            }
            Job::ConfigTouched => {
                let stamp = load::stamp(paths::config_dir().as_deref());
                if std::mem::replace(&mut self.config_stamp, stamp) != stamp {
                    self.reload(ReplyTo::Nobody);
                }
                Ok(())
            }
        }
    }

    fn reload(&mut self, reply: ReplyTo) {
        let check = &crate::command::line::check;
        let loaded = Box::new(load::load(paths::config_dir().as_deref(), check));
        // Limits of the team count from now on, too.
        if loaded.settings_sound
            && let Some(coord) = self.coord.take()
        {
            self.watcher = None;
            self.use_store(coord);
        }
        self.mailbox.post_blocking(Post::Reloaded(loaded, reply));
    }

    /// Registers a pane; one that cannot be, since the disk is full, say, is tried again later.
    fn register_or_keep(&mut self, registration: Registration) -> Result<()> {
        let failed = match self.register(&registration) {
            Err(error) if error.kind == Kind::Unreachable && self.late.len() < MAX_LATE => error,
            done => return done,
        };
        self.late.push(registration);
        self.mailbox.post_blocking(Post::Late(true));
        Err(failed)
    }

    /// Registers what could not be before, up to the first that still cannot.
    fn try_again(&mut self) -> Result<()> {
        let mut late = std::mem::take(&mut self.late).into_iter();
        while let Some(registration) = late.next() {
            match self.register(&registration) {
                Err(error) if error.kind == Kind::Unreachable => {
                    self.late.push(registration);
                    self.late.extend(late);
                    return Err(error);
                }
                Err(error) => tracing::error!("{registration:?}: {error}"),
                Ok(()) => {}
            }
        }
        self.mailbox.post_blocking(Post::Late(false));
        Ok(())
    }

    fn register(&mut self, registration: &Registration) -> Result<()> {
        // A program that is over already was no session worth the name.
        let Ok(fingerprint) = fingerprint::of_pid(registration.pid) else {
            return Ok(());
        };
        let request = Register {
            pane: Some(registration.pane.to_string()),
            agent: Some(registration.agent.clone()),
            id: Some(SessionId::parse(&registration.session)?),
            reserved: registration.reserved.clone(),
            ..Register::of(fingerprint)
        };
        if let Some((name, number)) = registration.before.clone() {
            let again = Register {
                name: Some(name),
                number: Some(number),
                ..request.clone()
            };
            // Whoever has the name by now keeps it.
            match self.coord()?.register(&again) {
                Ok(_) => return Ok(()),
                Err(error) if error.kind == Kind::Unreachable => return Err(error),
                Err(_) => {}
            }
        }
        self.coord()?.register(&request).map(|_| ())
    }

    fn run_command(
        &self,
        command: StoreCommand,
        actor: Option<String>,
        cwd: PathBuf,
        reply: ReplyTo,
    ) {
        let mailbox = self.mailbox.clone();
        if Arc::strong_count(&self.running) > MAX_COMMANDS {
            let result = Err(Error::refused("too many commands are under way already"));
            mailbox.post_blocking(Post::Answered { reply, result });
            return;
        }
        let mut cx = StoreCx::new(
            self.workspace.root.clone(),
            self.workspace.state.clone(),
            cwd,
            actor,
            true,
        );
        cx.voice = Some(match reply.person() {
            Some(_) => Voice::Typed,
            None => Voice::Unknown,
        });
        let running = self.running.clone();
        let spawned = std::thread::Builder::new()
            .name("command".to_owned())
            .spawn(move || {
                let result = command.run(&mut cx);
                mailbox.post_blocking(Post::Answered { reply, result });
                drop(running);
            });
        if let Err(error) = spawned {
            let result = Err(Error::unreachable(format!(
                "cannot start a thread: {error}"
            )));
            self.mailbox.post_blocking(Post::Answered { reply, result });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    use super::*;
    use crate::server::mailbox::{Inbox, mailbox};

    const SESSION: &str = "01M8QXE3N7WDHQ41WG4QSBTZJX";
    /// How long the thread may take: long, since machines may be slow.
    const LIMIT: Duration = Duration::from_secs(60);

    /// Reads posts until one is as wanted.
    fn until(inbox: &mut Inbox, what: &str, wanted: impl Fn(&Post) -> bool) {
        let deadline = Instant::now() + LIMIT;
        loop {
            inbox.hush();
            while let Some(post) = inbox.take() {
                if wanted(&post) {
                    // What is behind it is for whoever reads next.
                    return inbox.ring();
                }
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "waited for {what}");
            let left = Timespec::try_from(left).expect("a short time");
            let mut wake = [PollFd::from_borrowed_fd(inbox.wake_fd(), PollFlags::IN)];
            poll(&mut wake, Some(&left)).expect("the descriptor is open");
        }
    }

    #[test]
    fn a_registration_that_failed_is_tried_again() {
        let temp = tempfile::tempdir().expect("a directory");
        let workspace = Workspace {
            root: temp.path().to_owned(),
            state: temp.path().join(".stoa"),
        };
        // No store can be made where a file is.
        std::fs::write(&workspace.state, "").expect("a file");
        let (sender, mut inbox) = mailbox().expect("a mailbox");
        let coordinator = spawn(None, &workspace, sender, 0).expect("a thread");
        let job = |job| coordinator.jobs.send(job).expect("the thread lives");
        job(Job::Register(Box::new(Registration {
            session: SESSION.to_owned(),
            pane: PaneId(4),
            pid: std::process::id(),
            agent: "shell".to_owned(),
            before: None,
            reserved: Vec::new(),
        })));
        until(&mut inbox, "the failure", |post| {
            matches!(post, Post::Late(true))
        });
        std::fs::remove_file(&workspace.state).expect("our own file");
        job(Job::TryAgain);
        until(&mut inbox, "the news that all are registered", |post| {
            matches!(post, Post::Late(false))
        });
        let coord = Coord::open(&workspace.state).expect("the store is there now");
        let snapshot = coord.snapshot().expect("it can be read");
        assert_eq!(snapshot.sessions.len(), 1);
        assert_eq!(snapshot.sessions[0].id, SESSION);
    }
}
