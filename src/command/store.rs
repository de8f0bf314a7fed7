//! The context of commands that run on the store: no server, no configuration, no runtime.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::parse::Global;
use crate::cli::remote::current_dir;
use crate::config::load;
use crate::config::paths::config_dir;
use crate::config::settings::Settings;
use crate::config::workspace::Workspace;
use crate::coord::message::Voice;
use crate::coord::replica::Scope;
use crate::coord::snapshot::{GroupInfo, Snapshot};
use crate::coord::{self, Actor, Coord, Session, SessionId, caller};
use crate::error::{Error, Kind, Result};

/// How long a pane's first command waits for its pane to be registered, which happens beside the
/// start of its shell.
const REGISTRATION: Duration = Duration::from_secs(2);

/// What a store command may touch.
pub struct StoreCx {
    /// The workspace's root; claimed paths are relative to it.
    pub root: PathBuf,
    /// The state directory.
    pub state: PathBuf,
    /// The directory paths on the command line are relative to.
    pub cwd: PathBuf,
    /// Who acts: an id, a name or a number, if anybody is known to.
    pub actor: Option<String>,
    /// Whether a program reads the answer: then nothing is said while waiting.
    pub quiet: bool,
    /// How its words came to us; if not given, a process called.
    pub voice: Option<Voice>,
    /// The caller's id for this one command: what is done under it is done once.
    pub op: Option<String>,
    /// Whether the process that called tells who acts, if nothing else does.
    by_caller: bool,
    /// Who has acted.
    acted: Option<SessionId>,
    coord: Option<Coord>,
    /// Keys of records that cannot be read, and are missing from what is shown.
    unreadable: RefCell<BTreeSet<String>>,
}

/// The context of a command typed in a shell.
///
/// # Errors
/// The current directory is gone.
pub fn open(global: &Global) -> Result<StoreCx> {
    let cwd = current_dir()?;
    let workspace = Workspace::current(global.state.as_deref())?;
    let actor = global.session.clone().or_else(|| {
        std::env::var("STOA_SESSION")
            .ok()
            .filter(|id| !id.is_empty())
    });
    let cx = StoreCx::new(workspace.root, workspace.state, cwd, actor, global.json);
    Ok(StoreCx {
        op: global.op.clone(),
        by_caller: true,
        ..cx
    })
}

impl StoreCx {
    /// A context with everything given; the store is opened when first needed.
    pub fn new(
        root: PathBuf,
        state: PathBuf,
        cwd: PathBuf,
        actor: Option<String>,
        quiet: bool,
    ) -> StoreCx {
        StoreCx {
            root,
            state,
            cwd,
            actor,
            quiet,
            voice: None,
            op: None,
            by_caller: false,
            acted: None,
            coord: None,
            unreadable: RefCell::default(),
        }
    }

    /// The store, made if it is not there yet.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn coord(&mut self) -> Result<&Coord> {
        if self.coord.is_none() {
            let limits = limits(&self.settings());
            self.coord = Some(Coord::open(&self.state)?.with_settings(limits));
        }
        self.coord
            .as_ref()
            .ok_or_else(|| Error::internal("the store was opened and is not there"))
    }

    /// The store, if this command has opened it already.
    pub fn opened(&self) -> Option<&Coord> {
        self.coord.as_ref()
    }

    /// The store for reading, if it has been made; makes nothing itself.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn existing(&self) -> Result<Option<Coord>> {
        Coord::open_existing(&self.state)
    }

    /// How the words of the command came to us.
    pub fn voice(&self) -> Voice {
        self.voice
            .clone()
            .unwrap_or_else(|| match caller::caller() {
                Ok(process) => Voice::Process(process),
                Err(_) => Voice::Unknown,
            })
    }

    /// The person's settings.
    pub fn settings(&self) -> Settings {
        load::settings(config_dir().as_deref())
    }

    /// What the store holds; nothing if it has never been made. Makes nothing itself.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn snapshot(&self) -> Result<Snapshot> {
        self.excerpt(Scope::Whole)
    }

    /// So much of it, which takes less time.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn excerpt(&self, scope: Scope) -> Result<Snapshot> {
        let snapshot = read_some(&self.state, scope)?;
        self.note_unreadable(snapshot.damaged.iter().cloned());
        Ok(snapshot)
    }

    /// Notes that what is shown lacks these records, which cannot be read.
    pub fn note_unreadable(&self, keys: impl IntoIterator<Item = String>) {
        self.unreadable.borrow_mut().extend(keys);
    }

    /// What is missing from what was shown, in a sentence, if anything is.
    pub fn unreadable(&self) -> Option<String> {
        unreadable(self.unreadable.borrow().len())
    }

    /// The session that acts, which must be alive.
    ///
    /// # Errors
    /// Nobody is known to act, or that session is unknown or over.
    pub fn actor(&mut self) -> Result<Session> {
        let session = match self.actor.clone() {
            Some(name) => self.called(&name)?,
            None if self.by_caller => self.callers()?,
            None => return Err(no_actor()),
        };
        self.acted = Some(session.id.clone());
        Ok(session)
    }

    /// The session registered for the process that called.
    fn callers(&mut self) -> Result<Session> {
        let process = caller::caller()?;
        let mut sessions = self.coord()?.sessions_of(&process)?;
        match (sessions.len(), sessions.pop()) {
            (1, Some(session)) => Ok(session),
            (0, _) | (_, None) => Err(no_actor()),
            (count, Some(last)) => Err(Error::refused(format!(
                "{count} sessions belong to the process that called, {} among them",
                last.name
            ))
            .with_hint("say which one acts: --session NAME, or set STOA_SESSION")),
        }
    }

    /// The living session that goes by `name`.
    fn called(&mut self, name: &str) -> Result<Session> {
        let coord = self.coord()?;
        match coord.resolve(name) {
            // In a pane the shell may be quicker than the pane's registration.
            Err(error) if error.kind == Kind::NotFound && in_pane(name) => {
                let deadline = std::time::Instant::now() + REGISTRATION;
                loop {
                    std::thread::sleep(Duration::from_millis(5));
                    match coord.resolve(name) {
                        Err(_) if std::time::Instant::now() < deadline => {}
                        found => return found,
                    }
                }
            }
            found => found,
        }
    }

    /// Like [`StoreCx::actor`], as the one on whose behalf something is done; once only, if the
    /// caller gave the command an id (`--op`).
    ///
    /// # Errors
    /// As there.
    pub fn acting(&mut self) -> Result<Actor> {
        let actor = Actor::new(self.actor()?.id);
        Ok(match &self.op {
            Some(op) => actor.once(op.clone()),
            None => actor,
        })
    }

    /// Like [`StoreCx::actor`], its id only.
    ///
    /// # Errors
    /// As there.
    pub fn actor_id(&mut self) -> Result<SessionId> {
        Ok(self.actor()?.id)
    }

    /// What the session that has acted must hear of, and has not yet.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn notices(&self) -> Result<Vec<String>> {
        match (&self.coord, &self.acted) {
            (Some(coord), Some(id)) => coord.take_notices(id),
            _ => Ok(Vec::new()),
        }
    }

    /// Why the readable files do not show what was done, in a sentence, if they do not. What was done stays done.
    pub fn files_are_behind(&self) -> Option<String> {
        let error = self.coord.as_ref()?.take_files_failure()?;
        Some(format!(
            "the readable files are behind: {}; stoa doctor tells what to do",
            error.message
        ))
    }

    /// The store for reading, if it has ever been made; makes nothing itself.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn reader(&self) -> Result<Option<Coord>> {
        let coord = Coord::open_existing(&self.state)?;
        Ok(coord.map(|coord| coord.with_settings(limits(&self.settings()))))
    }

    /// The session that acts, if there is a store and it is known there; for commands that only
    /// show and serve everybody.
    pub fn known(&mut self) -> Option<Session> {
        match self.reader() {
            Ok(Some(_)) => self.actor().ok(),
            _ => None,
        }
    }
}

/// The limits that a person's settings set.
pub fn limits(settings: &Settings) -> coord::Settings {
    let ms = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    coord::Settings {
        peer_limit: settings.groups.peer_limit as usize,
        claim_ttl: settings.claims.ttl,
        lost_ms: ms(settings.sessions.lost_after),
        stalled_ms: ms(settings.sessions.stalled_after),
        active_ms: ms(settings.sessions.active_within),
        lost_shown_ms: ms(settings.sessions.lost_shown),
        message_burst: settings.messages.burst.into(),
        messages_per_minute: settings.messages.per_minute.into(),
        self_review: settings.fixes.self_review,
        ..coord::Settings::default()
    }
}

fn in_pane(actor: &str) -> bool {
    std::env::var("STOA_SESSION").is_ok_and(|id| id == actor)
}

fn no_actor() -> Error {
    Error::refused("nobody is known to act: STOA_SESSION is not set").with_hint(
        "in a pane it is set; elsewhere register first (stoa register) or give --session NAME",
    )
}

/// Reads a state directory without making anything there.
///
/// # Errors
/// It cannot be read.
pub fn read(state: &Path) -> Result<Snapshot> {
    read_some(state, Scope::Whole)
}

fn read_some(state: &Path, scope: Scope) -> Result<Snapshot> {
    match Coord::open_existing(state)? {
        Some(coord) => {
            let settings = load::settings(config_dir().as_deref());
            coord.with_settings(limits(&settings)).excerpt(scope)
        }
        None => Ok(Snapshot::empty(crate::clock::Clock::now(
            &crate::clock::SystemClock::open()?,
        ))),
    }
}

/// That so many records are missing from what is shown, if there are any.
pub fn unreadable(count: usize) -> Option<String> {
    let what = match count {
        0 => return None,
        1 => "1 record cannot be read and is".to_owned(),
        count => format!("{count} records cannot be read and are"),
    };
    Some(format!(
        "{what} left out; stoa doctor names what is damaged"
    ))
}

/// The group of that name.
///
/// # Errors
/// There is none.
pub fn group_called<'a>(snapshot: &'a Snapshot, name: &str) -> Result<&'a GroupInfo> {
    let mut groups = snapshot.groups.iter();
    groups.find(|group| group.name == name).ok_or_else(|| {
        Error::not_found(format!("no group {name:?}")).with_hint("stoa groups lists them")
    })
}

/// An age or a time left, for people: `45s`, `12m`, `3h 20m`, `2d 4h`.
pub fn span(ms: u64) -> String {
    let seconds = ms / 1000;
    let (days, hours) = (seconds / 86_400, seconds / 3600 % 24);
    let minutes = seconds / 60 % 60;
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds}s"),
        (0, 0, minutes) => format!("{minutes}m"),
        (0, hours, 0) => format!("{hours}h"),
        (0, hours, minutes) => format!("{hours}h {minutes}m"),
        (days, 0, _) => format!("{days}d"),
        (days, hours, _) => format!("{days}d {hours}h"),
    }
}

#[cfg(test)]
mod tests {
    use super::span;

    #[test]
    fn spans_are_short() {
        for (ms, text) in [
            (999, "0s"),
            (45_000, "45s"),
            (12 * 60_000, "12m"),
            (200 * 60_000, "3h 20m"),
            (52 * 3_600_000, "2d 4h"),
        ] {
            assert_eq!(span(ms), text);
        }
    }
}
