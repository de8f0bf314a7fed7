//! Which workspace a directory belongs to, and where its state and socket are.
//!
//! A workspace is the main worktree of a git repository, so that all linked worktrees share one
//! state; outside of git it is the directory itself. Git's files are read, git is not run: this is
//! on the way of every command. What cannot be read as git means it counts as no repository.

mod git;
#[cfg(test)]
mod tests;

use std::ffi::OsStr;
use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Component, Path, PathBuf};

use crate::error::{Error, Result};

/// The most bytes of a socket's path; the kernel's own limit is 108 with a closing zero.
const MAX_SOCKET_PATH: usize = 99;

/// A workspace and where it keeps its state. Both paths are absolute and free of symbolic links
/// as far as they exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    /// The directory worked in.
    pub root: PathBuf,
    /// The shared state directory; it need not exist yet.
    pub state: PathBuf,
}

impl Workspace {
    /// The workspace of `dir`, with the state directory given by `--state` or else by
    /// `STOA_STATE`, both relative to `dir`; else `.stoa` in the root.
    ///
    /// # Errors
    /// If `dir` does not exist or cannot be entered.
    pub fn find(dir: &Path, flag: Option<&Path>, env: Option<&OsStr>) -> Result<Workspace> {
        let dir = fs::canonicalize(dir).map_err(|e| Error::io("enter", dir, &e))?;
        let root = git::main_worktree(&dir).unwrap_or_else(|| dir.clone());
        let env = env.filter(|value| !value.is_empty()).map(Path::new);
        let state = match flag.or(env) {
            Some(state) => resolve(&dir.join(state)),
            None => resolve(&root.join(".stoa")),
        };
        Ok(Workspace { root, state })
    }

    /// The workspace of the current directory, by `--state` and the environment.
    ///
    /// # Errors
    /// If there is no current directory any more.
    pub fn current(flag: Option<&Path>) -> Result<Workspace> {
        let dir = std::env::current_dir().map_err(|e| Error::io("enter", Path::new("."), &e))?;
        Workspace::find(&dir, flag, std::env::var_os("STOA_STATE").as_deref())
    }

    /// The root of the linked git worktree that `path` is in, if `root` is its main worktree.
    pub fn linked_worktree(path: &Path, root: &Path) -> Option<PathBuf> {
        git::linked_worktree(path, root)
    }

    /// The root's own name, for people.
    pub fn name(&self) -> String {
        let name = self.root.file_name().unwrap_or(OsStr::new("root"));
        name.to_string_lossy().into_owned()
    }

    /// The server's files in `dir`, which [`socket_dir`] gives.
    ///
    /// # Errors
    /// If `dir` is so long that the kernel would not take the socket's path.
    pub fn sockets(&self, dir: &Path) -> Result<Sockets> {
        // Two workspaces of one name differ in the hash; one workspace with two state
        // directories has two servers.
        let hash = fnv1a(self.state.as_os_str().as_bytes());
        let stem = format!("{}-{hash:016x}", short_name(&self.name()));
        let sockets = Sockets {
            socket: dir.join(format!("{stem}.sock")),
            lock: dir.join(format!("{stem}.lock")),
            log: dir.join(format!("{stem}.log")),
        };
        if sockets.socket.as_os_str().len() > MAX_SOCKET_PATH {
            let said = format!("the socket path {} is too long", sockets.socket.display());
            return Err(Error::unreachable(said).with_hint("set XDG_RUNTIME_DIR to a shorter path"));
        }
        Ok(sockets)
    }
}

/// The files of a workspace's server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sockets {
    /// Where it listens.
    pub socket: PathBuf,
    /// Locked while a server is being started, so that many starters start one.
    pub lock: PathBuf,
    /// What it has to say.
    pub log: PathBuf,
}

/// The private directory for sockets, made if need be: `stoa` in `$XDG_RUNTIME_DIR`, or
/// `/tmp/stoa-UID` where that is not set or not ours.
///
/// # Errors
/// If the directory cannot be made, or somebody else could reach into it.
pub fn socket_dir() -> Result<PathBuf> {
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    socket_dir_in(runtime.as_deref(), Path::new("/tmp"))
}

/// As [`socket_dir`], with the runtime directory and the directory for temporary files given.
///
/// # Errors
/// As [`socket_dir`].
pub fn socket_dir_in(runtime: Option<&Path>, tmp: &Path) -> Result<PathBuf> {
    let uid = rustix::process::getuid().as_raw();
    if let Some(runtime) = runtime
        && runtime.is_absolute()
        && fits(runtime)
        && fs::metadata(runtime).is_ok_and(|meta| only_ours(&meta, uid))
    {
        let dir = runtime.join("stoa");
        if private_dir(&dir, uid).is_ok() || tightened(&dir, uid) {
            return Ok(dir);
        }
    }
    let dir = tmp.join(format!("stoa-{uid}"));
    private_dir(&dir, uid)?;
    Ok(dir)
}

/// Whether this is a directory in which nobody else can put things.
fn only_ours(meta: &fs::Metadata, uid: u32) -> bool {
    meta.is_dir() && meta.uid() == uid && meta.mode() & 0o022 == 0
}

/// Takes a loose mode off a directory of ours that nobody else could have filled.
fn tightened(dir: &Path, uid: u32) -> bool {
    fs::symlink_metadata(dir).is_ok_and(|meta| only_ours(&meta, uid))
        && fs::set_permissions(dir, fs::Permissions::from_mode(0o700)).is_ok()
        && private_dir(dir, uid).is_ok()
}

/// Whether the longest socket path in `stoa` below `runtime` is short enough.
fn fits(runtime: &Path) -> bool {
    let longest = "/stoa/".len() + MAX_NAME + "-0123456789abcdef.sock".len();
    runtime.as_os_str().len() + longest <= MAX_SOCKET_PATH
}

/// Makes `dir` with mode 0700 if it is not there, then checks what is there without following a
/// link: somebody else may have been first in a directory that all may write to.
fn private_dir(dir: &Path, uid: u32) -> Result<()> {
    match fs::DirBuilder::new().mode(0o700).create(dir) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(Error::io("make", dir, &error)),
    }
    let meta = fs::symlink_metadata(dir).map_err(|error| Error::io("read", dir, &error))?;
    let refuse = |why: String, hint: String| {
        let said = format!("{} {why}, so it is not safe for sockets", dir.display());
        Err(Error::unreachable(said).with_hint(hint))
    };
    if !meta.is_dir() {
        return refuse("is not a directory".to_owned(), "remove it".to_owned());
    }
    if meta.uid() != uid {
        let why = format!("belongs to user {}", meta.uid());
        return refuse(
            why,
            "set XDG_RUNTIME_DIR to a directory of your own".to_owned(),
        );
    }
    if meta.mode() & 0o077 != 0 {
        let why = format!("is open to others (mode {:o})", meta.mode() & 0o777);
        return refuse(why, format!("chmod 700 {}", dir.display()));
    }
    Ok(())
}

/// The path made absolute and free of links as far as it exists; the rest is appended.
fn resolve(path: &Path) -> PathBuf {
    let mut resolved = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                resolved.pop();
            }
            part => {
                resolved.push(part);
                // Links go as they are met, so that `..` after one means what the kernel means.
                if let Ok(real) = fs::canonicalize(&resolved) {
                    resolved = real;
                }
            }
        }
    }
    resolved
}

/// The most characters of a workspace's name in file names.
const MAX_NAME: usize = 20;

/// A name fit for a file name: ASCII letters, digits, dots, dashes and underscores, no leading dot.
fn short_name(name: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let name: String = name
        .chars()
        .take(MAX_NAME)
        .map(|c| if safe(c) { c } else { '_' })
        .collect();
    match name.strip_prefix('.') {
        Some(rest) => format!("_{rest}"),
        None => name,
    }
}

/// A hash that is the same in every version of the program: clients and servers of two versions
/// must find the same socket.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Reads a small text file; larger ones are not what they claim to be.
fn read_small(path: &Path) -> io::Result<String> {
    use std::io::Read;
    const MOST: u64 = 64 * 1024;
    let file = fs::File::open(path)?;
    if !file.metadata()?.is_file() {
        return Err(ErrorKind::InvalidInput.into());
    }
    let mut text = String::new();
    file.take(MOST).read_to_string(&mut text)?;
    Ok(text)
}
