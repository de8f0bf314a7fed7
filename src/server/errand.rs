//! Shell commands that run beside the panes: how they are started, and that nobody's end is left unseen.
//!
//! Who started one waits for it. Should this process become another program meanwhile, the threads that
//! wait are gone; so each has a descriptor here for as long as it is waited for, which goes along.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::path::Path;
use std::process::{Child, Command};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::process::{Pid, PidfdFlags, pidfd_open};

use crate::model::format::Script;
use crate::pty::ExitStatus;

/// Those that are waited for. The lock guards a list operation.
static UNDER_WAY: Mutex<Vec<Arc<OwnedFd>>> = Mutex::new(Vec::new());

/// A command that was started and has to be waited for.
#[derive(Debug)]
pub struct Errand {
    /// The shell.
    pub child: Child,
    pidfd: Arc<OwnedFd>,
}

/// The shell that runs a command, with this environment and nothing else. A directory that is gone is no
/// reason not to run it, as with a pane's shell.
pub fn command(script: &Script, cwd: &Path, env: BTreeMap<OsString, OsString>) -> Command {
    let cwd = if cwd.is_dir() { cwd } else { Path::new("/") };
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", &script.text])
        .env_clear()
        .envs(env)
        .envs(script.values.iter().map(|(name, value)| (name, value)))
        .current_dir(cwd);
    command
}

impl Errand {
    /// Starts it.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn start(mut command: Command) -> io::Result<Errand> {
        let mut child = command.spawn()?;
        match descriptor(&child) {
            Ok(pidfd) => {
                let pidfd = Arc::new(pidfd);
                list(|under_way| under_way.push(pidfd.clone()));
                Ok(Errand { child, pidfd })
            }
            Err(error) => {
                let _ = child.kill();
                let _ = child.wait();
                Err(error)
            }
        }
    }

    /// Becomes readable when it has ended.
    pub fn ended(&self) -> BorrowedFd<'_> {
        self.pidfd.as_fd()
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// It cannot be waited for.
    pub fn wait(mut self) -> io::Result<ExitStatus> {
        self.child.wait().map(ExitStatus::from)
    }
}

impl Drop for Errand {
    fn drop(&mut self) {
        list(|under_way| under_way.retain(|pidfd| !Arc::ptr_eq(pidfd, &self.pidfd)));
    }
}

/// The descriptors of those that are waited for, for another image of this process to adopt.
pub fn under_way() -> Vec<RawFd> {
    list(|under_way| under_way.iter().map(|pidfd| pidfd.as_raw_fd()).collect())
}

fn list<T>(work: impl FnOnce(&mut Vec<Arc<OwnedFd>>) -> T) -> T {
    work(&mut UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner))
}

fn descriptor(child: &Child) -> io::Result<OwnedFd> {
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let pid = pid.ok_or_else(|| io::Error::other("it has no process id"))?;
    Ok(pidfd_open(pid, PidfdFlags::empty())?)
}
