//! Starting a program on a terminal of its own.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::fd::{BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

use portable_pty::{CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::fs::{Access, OFlags};
use rustix::process::{Pid, PidfdFlags, pidfd_open};

use super::child::reap_orphans;
use super::io::Pty;
use crate::error::Error;
use crate::model::geometry::Size;

/// What to start, and where.
#[derive(Debug, Clone)]
pub struct SpawnSpec {
    /// A path, or a name looked up in the `PATH` of `env`.
    pub program: OsString,
    /// Its arguments, without the program itself.
    pub args: Vec<OsString>,
    /// The directory to start in; one that does not exist falls back to `HOME`, then `/`.
    pub cwd: PathBuf,
    /// The whole environment: nothing is inherited. (`SHELL` is added when missing.)
    pub env: BTreeMap<OsString, OsString>,
    /// The terminal's size when the program starts.
    pub size: Size,
    /// Width and height of one of its cells in pixels; zeros if that is not known.
    pub cell: (u16, u16),
}

/// Why a program was not started. The texts are fit to be shown in the pane.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpawnError {
    /// There is nothing of that name that could be run.
    #[error("cannot start {program}: {reason}")]
    NotRunnable {
        /// As it was asked for.
        program: String,
        /// What was found in its place.
        reason: &'static str,
    },
    /// The system refused a terminal or a process.
    #[error("cannot start {program}: {reason}")]
    System {
        /// As it was asked for.
        program: String,
        /// What the system said.
        reason: String,
    },
}

impl From<SpawnError> for Error {
    fn from(error: SpawnError) -> Error {
        let message = error.to_string();
        match error {
            SpawnError::NotRunnable { .. } => {
                Error::not_found(message).with_hint("check the name and PATH")
            }
            SpawnError::System { .. } => Error::refused(message),
        }
    }
}

/// Starts the program as the leader of a new session on a new terminal.
///
/// A missing directory is no failure: see [`Pty::note`].
pub fn spawn(spec: &SpawnSpec) -> Result<Pty, SpawnError> {
    reap_orphans();
    let (cwd, note) = usable_cwd(spec);
    check_program(&spec.program, &spec.env, &cwd)?;
    let pair = native_pty_system()
        .openpty(PtySize {
            rows: spec.size.rows.max(1),
            cols: spec.size.cols.max(1),
            pixel_width: spec.size.cols.saturating_mul(spec.cell.0),
            pixel_height: spec.size.rows.saturating_mul(spec.cell.1),
        })
        .map_err(|error| cannot_start(spec, &error))?;
    let master = own_master(pair.master.as_ref()).map_err(|error| cannot_start(spec, &error))?;
    let child = pair
        .slave
        .spawn_command(command(spec, &cwd))
        .map_err(|error| cannot_start(spec, &error))?;
    // Nobody has waited for the child yet, so its pid still names it.
    let pid = child
        .process_id()
        .and_then(|pid| i32::try_from(pid).ok())
        .and_then(Pid::from_raw)
        .ok_or_else(|| cannot_start(spec, &"it has no process id"))?;
    let pidfd = pidfd_open(pid, PidfdFlags::empty()).map_err(|error| cannot_start(spec, &error))?;
    Ok(Pty::new(master, pidfd, pid, note))
}

fn command(spec: &SpawnSpec, cwd: &Path) -> CommandBuilder {
    let mut command = CommandBuilder::new(&spec.program);
    command.args(&spec.args);
    command.env_clear();
    for (name, value) in &spec.env {
        command.env(name, value);
    }
    command.cwd(cwd);
    command
}

/// A non-blocking, close-on-exec descriptor of our own for the master side.
fn own_master(master: &(dyn MasterPty + Send)) -> std::io::Result<OwnedFd> {
    let raw = master
        .as_raw_fd()
        .ok_or_else(|| std::io::Error::other("the terminal has no descriptor"))?;
    // SAFETY: `raw` belongs to `master`, which outlives this borrow, and it is not closed here.
    let borrowed = unsafe { BorrowedFd::borrow_raw(raw) };
    let owned = rustix::io::fcntl_dupfd_cloexec(borrowed, 3)?;
    let flags = rustix::fs::fcntl_getfl(&owned)?;
    rustix::fs::fcntl_setfl(&owned, flags | OFlags::NONBLOCK)?;
    Ok(owned)
}

fn cannot_start(spec: &SpawnSpec, error: &dyn std::fmt::Display) -> SpawnError {
    let text = error.to_string();
    SpawnError::System {
        program: spec.program.display().to_string(),
        reason: text.lines().next().unwrap_or("unknown reason").to_owned(),
    }
}

/// The directory to start in and, if it is not the one asked for, a sentence saying so.
fn usable_cwd(spec: &SpawnSpec) -> (PathBuf, Option<String>) {
    if spec.cwd.is_dir() {
        return (spec.cwd.clone(), None);
    }
    let home = spec.env.get(OsStr::new("HOME")).map(PathBuf::from);
    let fallback = home
        .filter(|home| home.is_dir())
        .unwrap_or_else(|| PathBuf::from("/"));
    let note = format!(
        "{} is not a directory, started in {} instead",
        spec.cwd.display(),
        fallback.display()
    );
    (fallback, Some(note))
}

/// Says early and clearly why a program cannot be run; starting it would say "not found" at best.
fn check_program(
    program: &OsStr,
    env: &BTreeMap<OsString, OsString>,
    cwd: &Path,
) -> Result<(), SpawnError> {
    let path = Path::new(program);
    let candidates: Vec<PathBuf> = if path.components().count() > 1 {
        vec![cwd.join(path)]
    } else {
        let search = env.get(OsStr::new("PATH")).cloned().unwrap_or_default();
        std::env::split_paths(&search)
            .map(|dir| cwd.join(dir).join(path))
            .collect()
    };
    let mut reason = "no such program";
    for candidate in candidates {
        if program.is_empty() {
            reason = "it has no name";
        } else if candidate.is_dir() {
            reason = "it is a directory";
        } else if rustix::fs::access(&candidate, Access::EXEC_OK).is_ok() {
            return Ok(());
        } else if candidate.exists() {
            reason = "it is not executable";
        }
    }
    Err(SpawnError::NotRunnable {
        program: program.display().to_string(),
        reason,
    })
}
