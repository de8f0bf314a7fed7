//! When the readable files follow the store.
//!
//! The first commit after a pause is followed at once, in the thread that made it: a command that
//! commits once leaves current files behind, unless another process is changing the store at that very
//! moment, which then does it. Commits in quick succession are taken together by a
//! thread that is started for it, so that whoever claims a thousand things writes the board a few
//! times and not a thousand. Nothing is lost on the way: the thread is waited for when the last
//! [`Coord`](super::Coord) that shares it goes, and should the process be killed before, the next
//! commit of any process catches up from the revision the files are at.

use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::fingerprint::Remembering;
use super::readable::Readable;
use super::{Moment, Probe, Settings};
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::store::Store;
use crate::store::dir::StateDir;
use crate::store::project::{Project, Projection};
use crate::store::sqlite::SqliteStore;

/// Shortest pause between the end of a round and the next commit that is followed at once; also
/// how long the thread lets commits gather.
const SPACING: Duration = Duration::from_millis(50);

/// What drawing the files needs besides the store.
#[derive(Clone)]
pub(super) struct Painter {
    pub(super) clock: Arc<dyn Clock>,
    pub(super) probe: Arc<dyn Probe>,
    pub(super) settings: Settings,
}

impl Painter {
    pub(super) fn paint<T>(&self, draw: impl FnOnce(&Readable<'_>) -> Result<T>) -> Result<T> {
        let now = self.clock.now();
        let probe = Remembering::new(&*self.probe);
        draw(&Readable {
            at: Moment {
                now: &now,
                probe: &probe,
                settings: &self.settings,
                acting: None,
            },
        })
    }
}

/// Keeps the readable files of a state directory current for one process.
pub(super) struct Projector {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

struct Shared {
    dir: StateDir,
    files: Projection,
    // Held to look and to note, never while files are written.
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Commits that no round covers yet.
    behind: bool,
    /// A round is being written.
    busy: bool,
    /// When the last round ended.
    last: Option<Instant>,
    /// Why the last round left the files behind.
    failed: Option<Error>,
    /// The last user is gone, or waits: no more gathering.
    hurry: bool,
    stop: bool,
}

impl Projector {
    /// For the files in `dir`.
    pub(super) fn new(dir: StateDir) -> Projector {
        Projector {
            shared: Arc::new(Shared {
                files: Projection::new(dir.clone()),
                dir,
                state: Mutex::default(),
                changed: Condvar::new(),
            }),
            thread: Mutex::new(None),
        }
    }

    /// Called after each commit: the files follow, now or soon.
    pub(super) fn follow(&self, store: &Arc<dyn Store>, painter: &Painter) {
        let mut state = self.shared.state();
        let rested = state.last.is_none_or(|last| last.elapsed() >= SPACING);
        if rested && !state.busy && !state.behind {
            state.busy = true;
            drop(state);
            self.shared
                .round(&**store, painter, Projection::catch_up_or_leave);
            return;
        }
        let first = !std::mem::replace(&mut state.behind, true);
        drop(state);
        if first && !self.wake(store, painter) {
            // No thread is to be had: do it here.
            let mut state = self.shared.state();
            state.behind = false;
            state.busy = true;
            drop(state);
            self.shared.round(&**store, painter, Projection::catch_up);
        }
    }

    /// Waits until the files show every commit this process has made.
    pub(super) fn flush(&self) {
        let mut state = self.shared.state();
        state.hurry = true;
        self.shared.changed.notify_all();
        while state.behind || state.busy {
            state = self.shared.wait(state, None);
        }
        state.hurry = false;
    }

    /// Why the files do not show what this process has committed, if they do not; told once.
    pub(super) fn take_failure(&self) -> Option<Error> {
        self.flush();
        self.shared.state().failed.take()
    }

    /// Writes every file again.
    pub(super) fn rebuild(&self, store: &dyn Store, painter: &Painter) -> Result<()> {
        painter.paint(|readable| self.shared.files.rebuild(store, readable))
    }

    /// Takes old lines of a file of lines to the archive.
    pub(super) fn archive(&self, stem: &str, revision: u64) -> Result<()> {
        self.flush();
        self.shared.files.archive(stem, revision)
    }

    /// Starts the thread if it does not run yet; `false` if that is impossible.
    fn wake(&self, store: &Arc<dyn Store>, painter: &Painter) -> bool {
        let mut thread = self
            .thread
            .lock()
            .unwrap_or_else(|poison| poison.into_inner());
        if thread.is_none() {
            let (shared, store, painter) = (self.shared.clone(), store.clone(), painter.clone());
            let spawned = std::thread::Builder::new()
                .name("readable-files".to_owned())
                .spawn(move || shared.run(store, &painter));
            match spawned {
                Ok(handle) => *thread = Some(handle),
                Err(error) => {
                    tracing::warn!("cannot start a thread: {error}");
                    return false;
                }
            }
        }
        self.shared.changed.notify_all();
        true
    }
}

impl Drop for Projector {
    fn drop(&mut self) {
        self.shared.state().stop = true;
        self.shared.changed.notify_all();
        let thread = self
            .thread
            .get_mut()
            .unwrap_or_else(|poison| poison.into_inner());
        if let Some(thread) = thread.take()
            && thread.join().is_err()
        {
            tracing::error!("writing the readable files panicked");
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // Only flags are set under it.
        self.state
            .lock()
            .unwrap_or_else(|poison| poison.into_inner())
    }

    fn wait<'a>(
        &self,
        state: MutexGuard<'a, State>,
        limit: Option<Duration>,
    ) -> MutexGuard<'a, State> {
        match limit {
            None => self
                .changed
                .wait(state)
                .unwrap_or_else(|poison| poison.into_inner()),
            Some(limit) => {
                self.changed
                    .wait_timeout(state, limit)
                    .unwrap_or_else(|poison| poison.into_inner())
                    .0
            }
        }
    }

    /// The thread: sleeps until commits have gathered, writes, and ends when nobody is left.
    fn run(&self, shared: Arc<dyn Store>, painter: &Painter) {
        // A connection of its own stands in no writer's way.
        let store: Arc<dyn Store> = match SqliteStore::open_read(&self.dir) {
            Ok(Some(own)) => Arc::new(own),
            Ok(None) | Err(_) => shared,
        };
        let mut state = self.state();
        loop {
            let due = state.last.map(|last| last + SPACING);
            let left = due.map_or(Duration::ZERO, |due| {
                due.saturating_duration_since(Instant::now())
            });
            let now = state.stop || state.hurry || left.is_zero();
            match (state.behind, state.busy) {
                (false, _) if state.stop => return,
                (true, false) if now => {
                    state.behind = false;
                    state.busy = true;
                    drop(state);
                    self.round(&*store, painter, Projection::catch_up);
                    state = self.state();
                }
                (true, false) => state = self.wait(state, Some(left)),
                (false, _) | (true, true) => state = self.wait(state, None),
            }
        }
    }

    /// One round. What was committed stays done if the files cannot be written.
    fn round(
        &self,
        store: &dyn Store,
        painter: &Painter,
        write: impl Fn(&Projection, &dyn Store, &dyn Project) -> Result<()>,
    ) {
        // Ends the round also if drawing panics.
        let _resting = Resting(self);
        let written = painter.paint(|readable| write(&self.files, store, readable));
        if let Err(error) = &written {
            tracing::warn!("readable files are behind: {error}");
        }
        self.state().failed = written.err();
    }

    fn rest(&self) {
        let mut state = self.state();
        state.busy = false;
        state.last = Some(Instant::now());
        drop(state);
        self.changed.notify_all();
    }
}

struct Resting<'a>(&'a Shared);

impl Drop for Resting<'_> {
    fn drop(&mut self) {
        self.0.rest();
    }
}
