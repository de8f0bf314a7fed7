//! Noticing changes: commits of any process, ends of processes, ends of leases.
//!
//! An [`Alarm`] sleeps in one `poll` on three things: the event that a writer's lock file was
//! closed, the descriptors of processes (readable when they end), and one timer. What woke it is
//! not the news; whoever wakes asks the store what has changed since the revision it knows, so a
//! lost or merged event loses nothing. Where the kernel cannot watch, it looks every
//! two seconds, and says so.
//!
//! Should the store be removed under it (`git clean -fdx` does that), the alarm rings, looks every two
//! seconds for another one in its place, and watches that. Whoever keeps a workspace alive makes it.

use std::collections::HashMap;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags};

use super::audit::{self, AuditEntry};
use super::facade::Coord;
use super::fingerprint::{Fingerprint, Probe, Vital};
use super::replica::Replica;
use super::snapshot::Snapshot;
use crate::error::{Error, Result};
use crate::store::{Delta, Store};

/// How often to look where the kernel cannot tell.
const SLOW_POLL: Duration = Duration::from_secs(2);
/// Shortest time between two snapshots: bursts of commits are taken together.
const SPACING: Duration = Duration::from_millis(20);
/// How long after a store was removed another is made: whoever removes a directory is not to find something new
/// in it.
const REMOVAL: Duration = Duration::from_millis(500);
/// After a failure to read, when to try again.
const RETRY: Duration = Duration::from_secs(1);
/// What no snapshot shows: remembered results, states and notices.
const UNSEEN: &[&str] = &["op/", "state/", "notice/"];
/// Processes watched at once; more are noticed at the next commit or timer.
const MAX_TARGETS: usize = 512;

/// Wakes when something may have changed.
pub struct Alarm {
    bell: Arc<OwnedFd>,
    /// What is watched, if the store has something to be watched.
    file: Option<PathBuf>,
    /// Whether that is not the file at its path any more.
    lost: Arc<AtomicBool>,
    /// Keeps the kernel's watch; `Err` says why there is none.
    watch: Mutex<Result<RecommendedWatcher, String>>,
}

impl Alarm {
    /// Begins to watch the store.
    ///
    /// # Errors
    /// When the system has no descriptor left. A failure to watch is no error, see
    /// [`Alarm::polls`].
    pub fn new(store: &dyn Store) -> Result<Alarm> {
        let flags = EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK;
        let bell = rustix::event::eventfd(0, flags)
            .map_err(|error| Error::unreachable(format!("cannot wait for changes: {error}")))?;
        let (bell, lost) = (Arc::new(bell), Arc::new(AtomicBool::new(false)));
        let watch = match store.wake_file() {
            Some(file) => watch(file, &bell, &lost),
            None => Err("this store cannot tell when it changes".to_owned()),
        };
        Ok(Alarm {
            bell,
            file: store.wake_file().map(Path::to_path_buf),
            lost,
            watch: Mutex::new(watch),
        })
    }

    /// Why it looks now and then instead of being told, if it does.
    pub fn polls(&self) -> Option<String> {
        let watch = self.watch.lock().unwrap_or_else(PoisonError::into_inner);
        watch.as_ref().err().cloned()
    }

    /// Whether the store was removed, and nothing has come in its place that is watched.
    fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Acquire)
    }

    /// Whether nothing at all has come in its place. (What has may not be watched for want of watches.)
    fn is_missing(&self) -> bool {
        self.is_lost() && self.file.as_deref().and_then(inode).is_none()
    }

    /// Watches what has come in the place of a store that was removed, and rings if there is something.
    fn watch_again(&self) {
        let Some(file) = self.file.as_deref().filter(|file| inode(file).is_some()) else {
            return;
        };
        let again = watch(file, &self.bell, &self.lost);
        if again.is_ok() {
            self.lost.store(false, Ordering::Release);
            // What was committed before is not told of.
            ring(&self.bell);
        }
        *self.watch.lock().unwrap_or_else(PoisonError::into_inner) = again;
    }

    /// Sleeps until a commit, the end of one of the processes, or for `limit`.
    ///
    /// # Errors
    /// When the system cannot wait.
    pub fn wait(&self, targets: &[&Target], limit: Option<Duration>) -> Result<()> {
        if targets.iter().any(|target| matches!(target, Target::Gone)) {
            return Ok(());
        }
        if self.is_lost() {
            self.watch_again();
        }
        let limit = match self.is_lost() || self.polls().is_some() {
            false => limit,
            true => Some(limit.map_or(SLOW_POLL, |limit| limit.min(SLOW_POLL))),
        };
        let processes = targets.iter().filter_map(|target| match target {
            Target::Process(fd) => Some(fd.as_fd()),
            Target::Gone | Target::Unseen => None,
        });
        let descriptors = std::iter::once(self.bell.as_fd()).chain(processes);
        let mut polled: Vec<PollFd<'_>> = descriptors
            .map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN))
            .collect();
        // A timer that is a millisecond late finds its lease over; one that is early finds nothing.
        let timeout =
            limit.and_then(|limit| Timespec::try_from(limit + Duration::from_millis(1)).ok());
        match rustix::event::poll(&mut polled, timeout.as_ref()) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => {
                return Err(Error::unreachable(format!(
                    "cannot wait for changes: {error}"
                )));
            }
        }
        // Several rings are one; an empty bell (a timer) is no failure.
        let _ = rustix::io::read(&self.bell, &mut [0; 8]);
        Ok(())
    }
}

fn ring(bell: &OwnedFd) {
    // It fails only when the counter is full, and then the bell rings already.
    let _ = rustix::io::write(bell, &1u64.to_ne_bytes());
}

fn inode(file: &Path) -> Option<u64> {
    std::fs::symlink_metadata(file)
        .ok()
        .map(|found| found.ino())
}

fn watch(
    file: &Path,
    bell: &Arc<OwnedFd>,
    lost: &Arc<AtomicBool>,
) -> Result<RecommendedWatcher, String> {
    let (path, watched) = (file.to_path_buf(), inode(file));
    let (bell, lost) = (bell.clone(), lost.clone());
    let on_event = move |event: notify::Result<notify::Event>| {
        let rings = match event.as_ref().map(|event| event.kind) {
            // An overflow of the kernel's queue: anything may have happened.
            _ if event.as_ref().is_ok_and(notify::Event::need_rescan) => true,
            Ok(EventKind::Access(AccessKind::Close(AccessMode::Write))) | Err(_) => true,
            // A file that others have open is removed by losing its name.
            Ok(
                EventKind::Remove(_)
                | EventKind::Modify(ModifyKind::Metadata(_) | ModifyKind::Name(_)),
            ) => {
                let is_lost = inode(&path) != watched;
                lost.fetch_or(is_lost, Ordering::AcqRel);
                is_lost
            }
            Ok(_) => false,
        };
        if rings {
            ring(&bell);
        }
    };
    // The one file, not its directory: the lock is never renamed or deleted by us, while the directory
    // would report every page that SQLite writes.
    let begin = || {
        let mut watcher = notify::recommended_watcher(on_event)?;
        watcher.watch(file, RecursiveMode::NonRecursive)?;
        Ok(watcher)
    };
    begin().map_err(|error: notify::Error| format!("cannot watch {}: {error}", file.display()))
}

/// A process whose end is waited for.
#[derive(Debug)]
pub enum Target {
    /// It runs here.
    Process(OwnedFd),
    /// It has ended already.
    Gone,
    /// It cannot be looked at from here.
    Unseen,
}

impl Target {
    /// Begins to watch a process.
    pub fn open(process: &Fingerprint, probe: &dyn Probe) -> Target {
        match probe.check(process) {
            Vital::Unknown => return Target::Unseen,
            Vital::Dead => return Target::Gone,
            Vital::Alive | Vital::Stopped => {}
        }
        let pid = i32::try_from(process.pid).ok().and_then(Pid::from_raw);
        let opened = pid.map(|pid| rustix::process::pidfd_open(pid, PidfdFlags::empty()));
        // Only now can its number not be given to another process unnoticed.
        match (opened, probe.check(process)) {
            (Some(Ok(fd)), Vital::Alive | Vital::Stopped) => Target::Process(fd),
            (_, Vital::Dead) => Target::Gone,
            _ => Target::Unseen,
        }
    }
}

impl Coord {
    /// Calls back with entries of the audit trail: first with all that are there, then with each
    /// commit's, until it answers `false`. Sleeps in between.
    ///
    /// # Errors
    /// What the callback returns, and the store's own failures.
    pub fn follow_audit(
        &self,
        mut tell: impl FnMut(Vec<AuditEntry>) -> Result<bool>,
    ) -> Result<()> {
        let alarm = Alarm::new(&*self.store)?;
        let mut seen = 0;
        loop {
            let (entries, revision) =
                self.read(|view, _| Ok((audit::after(view, seen)?, view.revision())))?;
            let wanted = tell(entries)?;
            seen = revision;
            if !wanted {
                return Ok(());
            }
            alarm.wait(&[], None)?;
        }
    }
}

/// Tells a callback about every change, from a thread of its own that sleeps in between.
pub struct Watcher {
    bell: Arc<OwnedFd>,
    stop: Arc<AtomicBool>,
    polls: Option<String>,
    thread: Option<JoinHandle<()>>,
}

impl Watcher {
    /// Starts watching. The callback gets the present state at once and then after each change, at
    /// most every 20 ms. It also ends sessions whose processes are gone, when it sees one go, and makes
    /// a store that was removed again, as long as the workspace it was in is there.
    ///
    /// # Errors
    /// When the system has no descriptor or thread left.
    pub fn spawn(
        coord: Coord,
        callback: impl FnMut(Arc<Snapshot>) + Send + 'static,
    ) -> Result<Watcher> {
        let alarm = Alarm::new(&*coord.store)?;
        let polls = alarm.polls();
        if let Some(why) = &polls {
            tracing::warn!("looking for changes every {} s: {why}", SLOW_POLL.as_secs());
        }
        let stop = Arc::new(AtomicBool::new(false));
        let bell = alarm.bell.clone();
        let mut watching = Watching {
            coord,
            alarm,
            stop: stop.clone(),
            callback,
            seen: None,
            replica: Replica::default(),
            targets: HashMap::new(),
        };
        let thread = std::thread::Builder::new()
            .name("store-watch".to_owned())
            .spawn(move || watching.run())
            .map_err(|error| Error::unreachable(format!("cannot start watching: {error}")))?;
        Ok(Watcher {
            bell,
            stop,
            polls,
            thread: Some(thread),
        })
    }

    /// Why it looks now and then instead of being told, if it does.
    pub fn polls(&self) -> Option<&str> {
        self.polls.as_deref()
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        ring(&self.bell);
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != std::thread::current().id()
        {
            // A callback that panicked has said so already.
            let _ = thread.join();
        }
    }
}

struct Watching<F> {
    coord: Coord,
    alarm: Alarm,
    stop: Arc<AtomicBool>,
    callback: F,
    /// The revision told last.
    seen: Option<u64>,
    /// What was read so far.
    replica: Replica,
    targets: HashMap<(u32, u64), Target>,
}

impl<F: FnMut(Arc<Snapshot>)> Watching<F> {
    fn run(&mut self) {
        let mut timer: Option<Instant> = None;
        while !self.stop.load(Ordering::Acquire) {
            let due = timer.is_some_and(|timer| timer <= Instant::now());
            let died = self.reap(due);
            match self.look(due || died) {
                Ok(None) => {}
                Ok(Some(next)) => {
                    timer = next.map(|next| Instant::now() + next);
                    std::thread::sleep(SPACING);
                }
                Err(error) => {
                    tracing::warn!("cannot read the store: {error}");
                    timer = Some(Instant::now() + RETRY);
                }
            }
            let limit = timer.map(|timer| timer.saturating_duration_since(Instant::now()));
            let targets: Vec<&Target> = self.targets.values().collect();
            if let Err(error) = self.alarm.wait(&targets, limit) {
                tracing::warn!("{error}");
                std::thread::sleep(RETRY);
            }
            if self.alarm.is_missing() && !self.stop.load(Ordering::Acquire) {
                self.make_again();
            }
        }
    }

    /// Whoever watches keeps a workspace alive, which goes on without what it had stored.
    fn make_again(&mut self) {
        std::thread::sleep(REMOVAL);
        match self.coord.make_again() {
            Ok(true) => tracing::warn!("the store was removed; another was made"),
            Ok(false) => {}
            Err(error) => tracing::warn!("cannot make the store again: {error}"),
        }
    }

    /// Cleans up after processes that have ended and leases that are over.
    fn reap(&mut self, due: bool) -> bool {
        let before = self.targets.len();
        self.targets.retain(|_, target| !has_ended(target));
        let died = self.targets.len() < before;
        if (died || due)
            && let Err(error) = self.coord.reap()
        {
            tracing::warn!("cannot clean up: {error}");
            // The dead are still on record and would wake us again at once.
            std::thread::sleep(RETRY);
        }
        died
    }

    /// Tells the callback if there is something new, or if it must; returns when to look again.
    fn look(&mut self, must: bool) -> Result<Option<Option<Duration>>> {
        if !must && !self.has_news()? {
            return Ok(None);
        }
        let reading = self.coord.follow(&mut self.replica)?;
        self.seen = Some(reading.snapshot.revision);
        self.watch_processes(&reading.processes);
        (self.callback)(Arc::new(reading.snapshot));
        Ok(Some(reading.next_change_ms.map(Duration::from_millis)))
    }

    /// Whether anything changed that is shown.
    fn has_news(&mut self) -> Result<bool> {
        let Some(seen) = self.seen else {
            return Ok(true);
        };
        let changes = self.coord.store.changes_since(seen)?;
        let shown = match &changes.delta {
            Delta::Everything => true,
            Delta::Keys(keys) => keys
                .iter()
                .any(|change| !UNSEEN.iter().any(|prefix| change.key.starts_with(prefix))),
        };
        if !shown {
            self.seen = Some(changes.revision);
        }
        Ok(shown)
    }

    fn watch_processes(&mut self, processes: &[Fingerprint]) {
        let id = |process: &Fingerprint| (process.pid, process.start_ticks);
        let wanted: HashMap<(u32, u64), &Fingerprint> = processes
            .iter()
            .take(MAX_TARGETS)
            .map(|p| (id(p), p))
            .collect();
        self.targets.retain(|id, _| wanted.contains_key(id));
        for (id, process) in wanted {
            let open = || Target::open(process, &*self.coord.probe);
            self.targets.entry(id).or_insert_with(open);
        }
    }
}

fn has_ended(target: &Target) -> bool {
    match target {
        Target::Gone => true,
        Target::Unseen => false,
        Target::Process(fd) => {
            let mut polled = [PollFd::new(fd, PollFlags::IN)];
            let now = Timespec {
                tv_sec: 0,
                tv_nsec: 0,
            };
            matches!(rustix::event::poll(&mut polled, Some(&now)), Ok(1..))
        }
    }
}
