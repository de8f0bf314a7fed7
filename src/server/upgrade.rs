//! Becoming another program without losing a pane.
//!
//! The server's process executes the new program in place: programs in panes stay its children, their
//! terminals stay open, the listening socket stays bound and the lock stays held. First the new program
//! is tried as an ordinary child with the state as it is at that moment; only one that makes it all out
//! is executed, once the jobs on the store are done. Clients find their connections closed, connect
//! again, which the open socket lets them, and lend their terminals to the new image. Should that fail
//! at the last moment, it executes the old program again, with the same state.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::io::FdFlags;
use tokio::sync::oneshot;

use super::carry::{self, Carried};
use super::coordinator::{Job, Registration};
use super::event_loop::{HANGUP_GRACE, Loop};
use super::lockfile::Lock;
use super::mailbox::Post;
use crate::command::spec::Reply;
use crate::config::workspace::Workspace;
use crate::error::{Error, Result};
use crate::model::id::PaneId;
use crate::pty::{self, Handed, Pty};
use crate::update::Event;

/// How long the new program may take to make out the state.
const TRIAL: Duration = Duration::from_secs(60);
/// What a program says that can go on with the state.
pub const UNDERSTOOD: &str = "stoa understands this state";
/// How long terminals may take to come back, in milliseconds, before panes get other sizes.
const RETURN_MS: u64 = 2_000;
/// How often jobs on the store that come in between are waited for.
const PATIENCE: u32 = 100;

/// What makes this process the server of its workspace, beside its state.
pub struct Station {
    /// The workspace.
    pub workspace: Workspace,
    /// Kept open for the next image; the sockets thread has a copy.
    pub listener: UnixListener,
    /// Held.
    pub lock: Lock,
    /// How often the server has been upgraded.
    pub generation: u32,
}

impl Station {
    pub(super) fn listener_fd(&self) -> RawFd {
        self.listener.as_raw_fd()
    }

    pub(super) fn lock_fd(&self) -> RawFd {
        self.lock.as_raw_fd()
    }
}

/// An upgrade under way.
pub(super) struct Upgrading {
    program: PathBuf,
    answer: oneshot::Sender<Result<Reply>>,
    /// How often it was put off.
    waited: u32,
    /// Panes that are no sessions yet, because the store could not be written.
    late: Vec<Registration>,
}

impl Loop {
    /// Begins an upgrade: the program is tried, on a thread of its own.
    pub(super) fn upgrade(&mut self, program: PathBuf, answer: oneshot::Sender<Result<Reply>>) {
        if self.upgrading.is_some() {
            let error = Error::refused("another upgrade is under way");
            let _ = answer.send(Err(error));
            return;
        }
        let state = match self.carry(-1) {
            Ok((state, _)) => state,
            Err(error) => {
                let _ = answer.send(Err(error));
                return;
            }
        };
        self.upgrading = Some(Upgrading {
            program: program.clone(),
            answer,
            waited: 0,
            late: Vec::new(),
        });
        let mailbox = self.mailbox.clone();
        let workspace = self.station.workspace.clone();
        let spawned = std::thread::Builder::new()
            .name("trial".to_owned())
            .spawn(move || {
                let result = try_program(&program, &workspace, state);
                mailbox.post_blocking(Post::UpgradeTried(result));
            });
        if let Err(error) = spawned {
            self.give_up(Error::unreachable(format!(
                "cannot start a thread: {error}"
            )));
        }
    }

    /// The trial is over.
    pub(super) fn upgrade_tried(&mut self, result: Result<()>) {
        match result {
            Ok(()) => self.job_report(),
            Err(error) => self.give_up(error),
        }
    }

    pub(super) fn late_registrations(&self) -> Vec<Registration> {
        let upgrading = self.upgrading.as_ref();
        upgrading.map_or_else(Vec::new, |upgrading| upgrading.late.clone())
    }

    fn give_up(&mut self, error: Error) {
        tracing::warn!("no upgrade: {error}");
        if let Some(upgrading) = self.upgrading.take() {
            // Whoever asked may have gone.
            let _ = upgrading.answer.send(Err(error));
        }
    }

    fn job_report(&mut self) {
        let number = self.jobs_asked;
        self.job(Job::Report { number });
    }

    /// The jobs on the store are done: if none has come since, now is the time.
    pub(super) fn jobs_done(&mut self, number: u64, late: Vec<Registration>) {
        let Some(upgrading) = &mut self.upgrading else {
            return;
        };
        upgrading.waited += 1;
        // The report was a job as well.
        if self.jobs_asked > number + 1 && upgrading.waited < PATIENCE {
            self.job_report();
            return;
        }
        upgrading.late = late;
        let program = upgrading.program.clone();
        // What comes back is the reason why this is still the old program.
        let error = self.become_program(&program);
        self.give_up(error);
    }

    /// Goes on where the program that became this one was.
    pub(super) fn go_on(&mut self, carried: Carried, programs: BTreeMap<PaneId, Handed>) {
        for (pane, handed) in programs {
            match Pty::adopt(&handed, take_fd) {
                Ok(pty) => {
                    self.add_pty(pane, pty);
                    self.watch_writes(pane);
                }
                Err(error) => {
                    let why = format!("lost in the upgrade: {error}");
                    self.step(Event::Failed { pane, why });
                }
            }
        }
        for handed in &carried.closing {
            if let Ok(pty) = Pty::adopt(handed, take_fd) {
                self.closing.push((pty, Instant::now() + HANGUP_GRACE));
            }
        }
        pty::adopt_orphans(
            carried
                .orphans
                .into_iter()
                .filter_map(|fd| take_fd(fd).ok()),
        );
        for registration in carried.late {
            self.job(Job::Register(Box::new(registration)));
        }
        self.returning = carried.clients;
        if !self.returning.is_empty() {
            // The first to come may be the smallest.
            self.state.sizes_held_ms = Some(self.now_us() / 1000 + RETURN_MS);
        }
        if carried.keeper_off {
            self.keeper.keep_off();
        }
        let now_us = self.now_us();
        self.keeper.arm(now_us);
    }

    fn become_program(&mut self, program: &Path) -> Error {
        let back = match File::open("/proc/self/exe") {
            Ok(back) => back,
            Err(error) => return Error::io("open", Path::new("/proc/self/exe"), &error),
        };
        let (state, carried) = match self.carry(back.as_raw_fd()) {
            Ok(carried) => carried,
            Err(error) => return error,
        };
        let mut open = carry::descriptors(&carried);
        open.insert(state.as_raw_fd());
        for fd in &open {
            inherit(*fd, true);
        }
        let workspace = &self.station.workspace;
        let error = serve(program, workspace)
            .arg("--take-over")
            .arg(state.as_raw_fd().to_string())
            .exec();
        for fd in &open {
            inherit(*fd, false);
        }
        Error::io("execute", program, &error)
    }
}

/// The command that is a server of a workspace.
fn serve(program: &Path, workspace: &Workspace) -> Command {
    let mut command = Command::new(program);
    command
        .arg("serve")
        .arg("--root")
        .arg(&workspace.root)
        .arg("--state")
        .arg(&workspace.state);
    command
}

/// Lets a descriptor of ours stay open in the program executed next, or not.
fn inherit(fd: RawFd, stays: bool) {
    let flags = match stays {
        true => FdFlags::empty(),
        false => FdFlags::CLOEXEC,
    };
    // SAFETY: every number passed is that of a descriptor which its owner in `Loop` keeps open
    // during the call; only its flags are changed.
    let fd = unsafe { BorrowedFd::borrow_raw(fd) };
    if let Err(error) = rustix::io::fcntl_setfd(fd, flags) {
        tracing::error!("a descriptor cannot go along: {error}");
    }
}

/// Runs the program as a child that reads the state and says whether it makes sense to it.
fn try_program(program: &Path, workspace: &Workspace, state: File) -> Result<()> {
    let mut child = serve(program, workspace)
        .arg("--try-state")
        .current_dir("/")
        .stdin(Stdio::from(state))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| Error::io("start", program, &error))?;
    let in_time = ends_within(&child, TRIAL);
    if !in_time {
        // It may end just now.
        let _ = child.kill();
    }
    let mut said = [String::new(), String::new()];
    // Bounded: it may be any program.
    if let Some(out) = child.stdout.take().filter(|_| in_time) {
        let _ = out.take(4096).read_to_string(&mut said[0]);
    }
    if let Some(out) = child.stderr.take().filter(|_| in_time) {
        let _ = out.take(4096).read_to_string(&mut said[1]);
    }
    let ended = child.wait();
    let [out, why] = said;
    if in_time && ended.is_ok_and(|status| status.success()) && out.trim() == UNDERSTOOD {
        return Ok(());
    }
    let why = match (
        in_time,
        why.trim().trim_start_matches("stoa: ").lines().next(),
    ) {
        (false, _) => "it does not answer".to_owned(),
        (true, Some(why)) => why.to_owned(),
        (true, None) => "it is no stoa that could".to_owned(),
    };
    let why = crate::draw::text::sanitize(&why, 400);
    Err(Error::refused(format!(
        "{} cannot go on with the running server: {why}",
        program.display()
    ))
    .with_hint("nothing has changed; the server and its panes go on as they are"))
}

fn ends_within(child: &std::process::Child, limit: Duration) -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let pid = i32::try_from(child.id()).ok();
    let Some(pid) = pid.and_then(rustix::process::Pid::from_raw) else {
        return false;
    };
    let Ok(pidfd) = rustix::process::pidfd_open(pid, rustix::process::PidfdFlags::empty()) else {
        return false;
    };
    let limit = Timespec {
        tv_sec: limit.as_secs() as i64,
        tv_nsec: 0,
    };
    let mut fds = [PollFd::new(&pidfd, PollFlags::IN)];
    matches!(poll(&mut fds, Some(&limit)), Ok(1))
}

/// Reads the state from standard input and says whether it makes sense.
///
/// # Errors
/// It does not.
pub fn try_state(history_lines: usize) -> Result<()> {
    let mut state = File::from(take_fd(0)?);
    Carried::read(&mut state, history_lines).map(|_| ())
}

/// Makes the number of a descriptor that came along into the descriptor, ours alone from now on.
///
/// # Errors
/// There is none of that number.
pub(super) fn take_fd(fd: RawFd) -> Result<OwnedFd> {
    if fd < 0 || std::fs::read_link(format!("/proc/self/fd/{fd}")).is_err() {
        return Err(Error::refused(format!(
            "descriptor {fd} did not come along"
        )));
    }
    // SAFETY: it is open, as was just seen, and belongs to nobody else: the program that became this one
    // left it open for us, and each number is taken once.
    let fd = unsafe { OwnedFd::from_raw_fd(fd) };
    rustix::io::fcntl_setfd(&fd, FdFlags::CLOEXEC)
        .map_err(|error| Error::refused(format!("a descriptor cannot be kept: {error}")))?;
    Ok(fd)
}

/// Executes the program that became this one again, which goes on with the same state. Comes back
/// with `error` only if that fails.
pub(super) fn back_from(mut state: File, workspace: &Workspace, error: Error) -> Error {
    let Some(back) = carry::way_back(&mut state) else {
        return error;
    };
    inherit(state.as_raw_fd(), true);
    let failed = serve(&PathBuf::from(format!("/proc/self/fd/{back}")), workspace)
        .arg("--take-over")
        .arg(state.as_raw_fd().to_string())
        .arg("--last-resort")
        .exec();
    tracing::error!("the old program cannot be executed: {failed}");
    error
}
