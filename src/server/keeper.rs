//! What is kept on disk for the server after this one.
//!
//! `restore/` in the state directory holds `panes.json` (tabs, layouts, directories, command lines) and
//! one text a pane. Each file is replaced whole, by a thread of its own, and only when what it says has
//! changed: the structure a second after something that may have changed it, a text two seconds after
//! output and then no more often than the settings say. A workspace in which nothing happens writes
//! nothing and has no timer. What a program draws on the alternate screen is not kept.
//!
//! A server that is told to end for good, or loses its last pane, takes the files away. One that is
//! killed, crashes, or goes down with the machine leaves them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::Duration;

use rustix::fs::OFlags;

use super::coordinator::Job;
use super::event_loop::Loop;
use crate::command::spec::Reply;
use crate::command::tab::saved::layout_file;
use crate::config::settings::Restore;
use crate::error::{Error, Result};
use crate::model::id::{PaneId, TabId};
use crate::model::saved::{self, Restorable, Saved, SavedPane, Unusable};
use crate::store::dir::{StateDir, open_file};
use crate::term::{Capture, Frozen};
use crate::update::{Event, ReplyTo};

/// How long after something happened the structure is looked at, in microseconds.
const STRUCTURE_US: u64 = 1_000_000;
/// How long after its first new output a quiet pane's text is written, in microseconds.
const TEXT_US: u64 = 2_000_000;
/// The most bytes of a pane's text.
const MAX_TEXT: usize = 1 << 20;
/// The most bytes of the structure that are read.
const MAX_STRUCTURE: u64 = 4 << 20;
/// How many files may wait to be written.
const DEPTH: usize = 256;
/// How long the last files may take.
const FINISH: Duration = Duration::from_secs(3);

/// When a pane's text is written next.
#[derive(Debug, Default)]
pub(super) struct TextDue {
    due_us: Option<u64>,
    written_us: Option<u64>,
}

impl TextDue {
    /// There was output.
    pub(super) fn output(&mut self, now_us: u64, interval: Duration) {
        if self.due_us.is_none() {
            let soon = now_us + TEXT_US.min(interval.as_micros() as u64);
            let again = |at: u64| at + interval.as_micros() as u64;
            self.due_us = Some(self.written_us.map_or(soon, |at| soon.max(again(at))));
        }
    }

    /// When it is due.
    pub(super) fn due_us(&self) -> Option<u64> {
        self.due_us
    }
}

/// Something to be written.
enum Keep {
    Structure(Box<Saved>),
    Text(PaneId, Frozen, usize),
    Forget,
    /// Tells when everything before it is done.
    Done(SyncSender<()>),
}

/// The loop's end of it.
pub struct Keeper {
    jobs: SyncSender<Keep>,
    due_us: Option<u64>,
    last: Option<Saved>,
    /// Keeps nothing, and takes nothing away: what lies there is somebody's and could not be moved.
    off: bool,
}

impl Keeper {
    /// Starts the thread.
    ///
    /// # Errors
    /// No thread is to be had.
    pub fn start(state_dir: &Path) -> Result<Keeper> {
        let (jobs, receiver) = sync_channel(DEPTH);
        let state_dir = state_dir.to_owned();
        std::thread::Builder::new()
            .name("keeper".to_owned())
            .spawn(move || work(&state_dir, &receiver))
            .map_err(|error| Error::unreachable(format!("cannot start a thread: {error}")))?;
        Ok(Keeper {
            jobs,
            due_us: None,
            last: None,
            off: false,
        })
    }

    /// Leaves what is on disk alone from now on.
    pub(super) fn keep_off(&mut self) {
        self.off = true;
    }

    /// Whether it does.
    pub(super) fn is_off(&self) -> bool {
        self.off
    }

    /// Something may have changed the structure.
    pub(super) fn arm(&mut self, now_us: u64) {
        self.due_us.get_or_insert(now_us + STRUCTURE_US);
    }

    /// When the structure is looked at.
    pub(super) fn due_us(&self) -> Option<u64> {
        self.due_us
    }

    /// False if the thread is too far behind.
    fn put(&self, job: Keep) -> bool {
        if self.off {
            return true;
        }
        match self.jobs.try_send(job) {
            // Without its thread nothing can be kept, which has been logged.
            Ok(()) | Err(TrySendError::Disconnected(_)) => true,
            Err(TrySendError::Full(_)) => false,
        }
    }

    /// Waits until everything is on disk.
    fn finish(&self) {
        let (done, wait) = sync_channel(1);
        if self.jobs.send(Keep::Done(done)).is_ok() {
            let _ = wait.recv_timeout(FINISH);
        }
    }

    /// Takes away what is on disk.
    pub(super) fn forget(&self) {
        if !self.off && self.jobs.send(Keep::Forget).is_ok() {
            self.finish();
        }
    }
}

impl Loop {
    /// Opens what an earlier server left.
    pub(super) fn open_left(&mut self, left: Restorable) {
        self.step(Event::Left(Box::new(left)));
    }

    /// The structure, with what the kernel says of each pane.
    pub(super) fn structure(&self) -> Saved {
        let plain = self.state.config.settings.restore == Restore::Layout;
        Saved::of(&self.state, |id| self.saved_pane(id, plain))
    }

    fn saved_pane(&self, id: PaneId, plain: bool) -> SavedPane {
        let Some(pane) = self.state.panes.get(&id) else {
            return SavedPane::default();
        };
        let running = self.ptys.get(&id).map(|running| &running.pty);
        let cwd = running.and_then(|pty| pty.cwd());
        let session = self.state.snapshot.sessions.iter();
        let mut session = session.filter(|session| session.id.as_str() == pane.session);
        let session = session.next();
        // Before it is registered a restored pane has the name it is about to ask for.
        let before = pane.resumed.as_ref();
        let line = match pane.launch.argv.as_slice() {
            [] => running
                .and_then(|pty| pty.foreground_command())
                .and_then(|argv| shlex::try_join(argv.iter().map(String::as_str)).ok()),
            [line] => Some(line.clone()),
            argv => shlex::try_join(argv.iter().map(String::as_str)).ok(),
        };
        let line = line.or_else(|| pane.offered().map(str::to_owned));
        SavedPane {
            name: pane.name.clone(),
            cwd: cwd.unwrap_or_else(|| pane.directory().to_owned()),
            offer: line.as_deref().filter(|_| !plain).and_then(saved::offer),
            session: session
                .map(|session| session.name.clone())
                .or_else(|| before?.session.clone()),
            number: session
                .map(|session| session.number)
                .or_else(|| before?.number),
        }
    }

    /// Has the layout file of all tabs, or of one, written; without a path it is the answer.
    pub(super) fn save_layout(
        &mut self,
        only: Option<TabId>,
        path: Option<PathBuf>,
        force: bool,
        reply: ReplyTo,
    ) {
        let running = |id: PaneId| self.ptys.get(&id)?.pty.foreground_command();
        let file = layout_file(&self.state, only, &running);
        let result = match (file.to_text(), path) {
            (Ok(text), Some(path)) => {
                return self.job(Job::SaveLayout {
                    path,
                    text,
                    force,
                    reply,
                });
            }
            (Ok(text), None) => {
                let data = serde_json::json!({ "layout": text });
                Ok(Reply::new(text.trim_end(), data))
            }
            (Err(error), _) => Err(error),
        };
        self.step(Event::Answered { reply, result });
    }

    /// Writes what is due.
    pub(super) fn keep(&mut self, now_us: u64) {
        let restore = self.state.config.settings.restore;
        if self.keeper.due_us.is_some_and(|at| at <= now_us) {
            self.keeper.due_us = None;
            self.keep_structure(now_us);
        }
        let texts = matches!(restore, Restore::On | Restore::Ask);
        let due: Vec<PaneId> = self
            .ptys
            .iter()
            .filter(|(_, running)| running.text.due_us.is_some_and(|at| at <= now_us))
            .map(|(id, _)| *id)
            .collect();
        for id in due {
            let kept = !texts || self.keep_text(id);
            if let Some(running) = self.ptys.get_mut(&id) {
                let later = now_us + TEXT_US;
                running.text = TextDue {
                    due_us: (!kept).then_some(later),
                    written_us: Some(now_us),
                };
            }
        }
    }

    fn keep_structure(&mut self, now_us: u64) {
        if self.state.tabs.is_empty() {
            return;
        }
        if self.state.config.settings.restore == Restore::Off {
            if self.keeper.last.take().is_some() {
                self.keeper.put(Keep::Forget);
            }
            return;
        }
        let now = self.structure();
        if self.keeper.last.as_ref() == Some(&now) {
            return;
        }
        match self.keeper.put(Keep::Structure(Box::new(now.clone()))) {
            true => self.keeper.last = Some(now),
            false => self.keeper.arm(now_us),
        }
    }

    /// Hands a pane's text over to be written; false if that has to wait.
    fn keep_text(&self, id: PaneId) -> bool {
        let lines = self.state.config.settings.restore_lines as usize;
        let Some(pane) = self.state.panes.get(&id) else {
            return true;
        };
        if lines == 0 || pane.screen.modes().alternate_screen {
            return true;
        }
        self.keeper.put(Keep::Text(id, pane.screen.freeze(), lines))
    }

    /// The server goes down with its panes running: everything is written as it is now.
    pub(super) fn keep_all(&mut self) {
        let restore = self.state.config.settings.restore;
        if restore == Restore::Off || self.state.tabs.is_empty() {
            return;
        }
        self.keep_structure(self.now_us());
        if restore != Restore::Layout {
            for id in self.ptys.keys() {
                self.keep_text(*id);
            }
        }
        self.keeper.finish();
    }

    /// The server ends for good.
    pub(super) fn keep_nothing(&self) {
        self.keeper.forget();
    }
}

fn work(state_dir: &Path, jobs: &Receiver<Keep>) {
    let dir = directory(state_dir);
    // A full disk is told once, not every second.
    let mut told = false;
    while let Ok(job) = jobs.recv() {
        let done = match job {
            Keep::Structure(saved) => write_structure(state_dir, &dir, &saved),
            Keep::Text(pane, text, lines) => write_text(state_dir, &dir, pane, text, lines),
            Keep::Forget => forget(&dir),
            Keep::Done(done) => {
                let _ = done.try_send(());
                Ok(())
            }
        };
        if let Err(error) = done
            && !std::mem::replace(&mut told, true)
        {
            tracing::error!("what is kept for the next server: {error}");
        }
    }
}

/// The directory, made if need be; it is never reached through a link.
fn private(state_dir: &Path, dir: &Path) -> Result<()> {
    StateDir::create(state_dir)?;
    match fs::DirBuilder::new().mode(0o700).create(dir) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            Err(Error::io("make", dir, &error))
        }
        _ => ours(dir),
    }
}

fn ours(dir: &Path) -> Result<()> {
    let found = fs::symlink_metadata(dir).map_err(|error| Error::io("look at", dir, &error))?;
    let me = rustix::process::geteuid().as_raw();
    match found.is_dir() && found.uid() == me {
        true => Ok(()),
        false => Err(Error::refused(format!(
            "{} is not a directory of ours",
            dir.display()
        ))),
    }
}

fn replace(path: &Path, bytes: &[u8], sync: bool) -> Result<()> {
    let temporary = path.with_extension("new");
    let flags = OFlags::CREATE | OFlags::TRUNC | OFlags::WRONLY;
    let written = open_file(&temporary, flags).and_then(|mut file| {
        file.write_all(bytes)?;
        match sync {
            true => file.sync_data(),
            false => Ok(()),
        }
    });
    let done = written.and_then(|()| fs::rename(&temporary, path));
    done.map_err(|error| {
        let _ = fs::remove_file(&temporary);
        Error::io("write", path, &error)
    })
}

fn write_structure(state_dir: &Path, dir: &Path, saved: &Saved) -> Result<()> {
    private(state_dir, dir)?;
    let mut text = serde_json::to_vec_pretty(saved)
        .map_err(|error| Error::internal(format!("a structure cannot be written: {error}")))?;
    text.push(b'\n');
    replace(&dir.join("panes.json"), &text, true)?;
    // Texts of panes that are gone go as well.
    let stay: BTreeSet<PathBuf> = saved.panes.keys().map(|id| text_path(dir, *id)).collect();
    let entries = fs::read_dir(dir).map_err(|error| Error::io("read", dir, &error))?;
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        if path.extension().is_some_and(|end| end == "txt") && !stay.contains(&path) {
            let _ = fs::remove_file(path);
        }
    }
    Ok(())
}

fn text_path(dir: &Path, pane: PaneId) -> PathBuf {
    dir.join(format!("pane-{}.txt", pane.0))
}

fn write_text(
    state_dir: &Path,
    dir: &Path,
    pane: PaneId,
    text: Frozen,
    lines: usize,
) -> Result<()> {
    private(state_dir, dir)?;
    let first = text.rows().saturating_sub(lines);
    let capture = Capture {
        count: text.rows() - first,
        first,
        text,
        escapes: true,
        join: true,
        trailing: false,
    };
    let mut lines = capture.lines();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    let mut size = 0;
    let newest = lines.iter().rev().take_while(|line| {
        size += line.len() + 1;
        size <= MAX_TEXT
    });
    let skip = lines.len() - newest.count();
    let text: String = lines[skip..].iter().flat_map(|line| [line, "\n"]).collect();
    replace(&text_path(dir, pane), text.as_bytes(), false)
}

fn forget(dir: &Path) -> Result<()> {
    match ours(dir) {
        Ok(()) => fs::remove_dir_all(dir).map_err(|error| Error::io("remove", dir, &error)),
        // There is none.
        Err(_) => Ok(()),
    }
}

/// Why what an earlier server left cannot be opened.
#[derive(Debug)]
pub struct Unopened {
    /// The reason, with the file it is about.
    pub error: Error,
    /// The version it is of, if that is another one: then nothing is wrong with it.
    pub version: Option<u32>,
}

impl From<Error> for Unopened {
    fn from(error: Error) -> Unopened {
        Unopened {
            error,
            version: None,
        }
    }
}

/// What every version's structure says.
#[derive(serde::Deserialize)]
struct OfVersion {
    version: u32,
}

/// What an earlier server left; nothing if it left nothing.
///
/// # Errors
/// There is something that cannot be used.
pub fn left(state_dir: &Path) -> Result<Option<Restorable>, Unopened> {
    let dir = directory(state_dir);
    if fs::symlink_metadata(&dir).is_err() {
        return Ok(None);
    }
    ours(&dir)?;
    let path = dir.join("panes.json");
    let Some((text, written)) = read(&path, MAX_STRUCTURE)? else {
        return Ok(None);
    };
    let bad = |why: String| Error::refused(format!("{}: {why}", path.display()));
    let other = serde_json::from_str(&text).ok();
    if let Some(OfVersion { version }) = other.filter(|of: &OfVersion| of.version != saved::VERSION)
    {
        return Err(Unopened {
            error: bad(Unusable::Version(version).to_string()),
            version: Some(version),
        });
    }
    let saved: Saved = serde_json::from_str(&text).map_err(|error| bad(error.to_string()))?;
    saved.check().map_err(|error| bad(error.to_string()))?;
    let mut texts = BTreeMap::new();
    for pane in saved.panes.keys() {
        // A text that cannot be read is missed, and nothing else.
        if let Ok(Some((text, _))) = read(&text_path(&dir, *pane), 2 * MAX_TEXT as u64) {
            texts.insert(*pane, text);
        }
    }
    let then = written.and_then(|time| jiff::Timestamp::try_from(time).ok());
    let then = then.map_or_else(
        || "unknown time".to_owned(),
        |then| then.strftime("%Y-%m-%d %H:%M UTC").to_string(),
    );
    Ok(Some(Restorable {
        saved,
        texts,
        marker: format!("── old text, kept since {then}; a new shell follows ──"),
    }))
}

/// Where what is kept lies.
pub fn directory(state_dir: &Path) -> PathBuf {
    state_dir.join("restore")
}

/// Puts what cannot be used where nothing writes over it, and answers where that is: its name says
/// whether it is damaged, or whole and of another version.
///
/// # Errors
/// It cannot be moved, or is not ours.
pub fn set_aside(state_dir: &Path, version: Option<u32>) -> Result<PathBuf> {
    let dir = directory(state_dir);
    ours(&dir)?;
    let now = jiff::Timestamp::now().strftime("%Y%m%d-%H%M%S");
    let aside = match version {
        Some(version) => format!("restore.of-version-{version}-{now}"),
        None => format!("restore.damaged-{now}"),
    };
    let aside = state_dir.join(aside);
    match fs::rename(&dir, &aside) {
        Ok(()) => Ok(aside),
        Err(error) => Err(Error::io("move aside", &dir, &error)),
    }
}

fn read(path: &Path, most: u64) -> Result<Option<(String, Option<std::time::SystemTime>)>> {
    let failed = |error: std::io::Error| Error::io("read", path, &error);
    let file = match open_file(path, OFlags::RDONLY) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    let about = file.metadata().map_err(failed)?;
    if about.uid() != rustix::process::geteuid().as_raw() {
        let why = format!("{} belongs to somebody else", path.display());
        return Err(Error::refused(why));
    }
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes).map_err(failed)?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Ok(Some((text, about.modified().ok())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::geometry::Size;
    use crate::term::Screen;

    #[test]
    fn a_text_is_written_soon_and_then_rarely() {
        let interval = Duration::from_secs(30);
        let mut due = TextDue::default();
        due.output(1_000_000, interval);
        due.output(2_000_000, interval);
        assert_eq!(due.due_us(), Some(1_000_000 + TEXT_US));
        due = TextDue {
            due_us: None,
            written_us: Some(3_000_000),
        };
        due.output(4_000_000, interval);
        assert_eq!(due.due_us(), Some(33_000_000));
        due = TextDue {
            due_us: None,
            written_us: Some(3_000_000),
        };
        due.output(90_000_000, interval);
        assert_eq!(due.due_us(), Some(90_000_000 + TEXT_US));
    }

    #[test]
    fn what_is_not_to_be_touched_is_not() {
        let temp = tempfile::tempdir().expect("a directory");
        let dir = directory(temp.path());
        fs::create_dir(&dir).expect("a directory");
        let mut keeper = Keeper::start(temp.path()).expect("a thread");
        keeper.keep_off();
        keeper.forget();
        assert!(dir.exists());
        let text = Screen::new(Size::new(20, 2), 0).freeze();
        assert!(keeper.put(Keep::Text(PaneId(0), text, 10)));
        keeper.finish();
        assert!(!text_path(&dir, PaneId(0)).exists());
    }

    #[test]
    fn links_are_not_followed() {
        let temp = tempfile::tempdir().expect("a directory");
        let real = temp.path().join("elsewhere");
        fs::create_dir(&real).expect("a directory");
        let state = temp.path().join("state");
        StateDir::create(&state).expect("a directory");
        std::os::unix::fs::symlink(&real, state.join("restore")).expect("a link");
        assert!(private(&state, &state.join("restore")).is_err());
        assert!(left(&state).is_err());
        forget(&state.join("restore")).expect("nothing of ours is there");
        assert!(real.exists());
    }
}
