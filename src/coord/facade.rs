//! [`Coord`], the way in for commands and server.
//!
//! Each method is one transaction: look who acts, check the tokens it shows, apply the rule, note
//! the attempt; then the readable files follow. A refused attempt has changed nothing and is noted
//! in a transaction of its own.

mod acting;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use self::acting::no_result;
use super::access::Joining;
use super::audit::{self, AuditEntry, Deed, Noted, Wanted};
use super::claim::{self, ClaimRequest, Granted, Released, Which};
use super::context::{self, Share, Shared};
use super::group::{self, Joined, Left};
use super::holding;
use super::key::{ClaimKey, Meaning};
use super::projector::Projector;
use super::register::{self, Register};
use super::replica::{self, Reading, Replica, Scope};
use super::schema::{self, Cause, Entry, Session, SessionId};
use super::session::{self, Heartbeat};
use super::snapshot::{ClaimInfo, Snapshot};
use super::{Probe, Settings, SystemProbe, issue};
use crate::clock::{Clock, SystemClock};
use crate::error::{Error, Result};
use crate::store::Store;
use crate::store::dir::StateDir;
use crate::store::memory::MemoryStore;
use crate::store::project::{Compared, Projection};
use crate::store::sqlite::SqliteStore;

/// On whose behalf something is done, and how it may be repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The session.
    pub session: SessionId,
    /// An id for this one operation: trying it again returns the first result.
    pub op_id: Option<String>,
    /// Claims under which it is done, each with its token; refused if one is stale.
    pub under: Vec<(ClaimKey, u64)>,
}

impl Actor {
    /// The session, without further conditions.
    pub fn new(session: SessionId) -> Actor {
        Actor {
            session,
            op_id: None,
            under: Vec::new(),
        }
    }

    /// The same under an operation id.
    pub fn once(mut self, op_id: impl Into<String>) -> Actor {
        self.op_id = Some(op_id.into());
        self
    }

    /// The same under a claim with its fencing token.
    pub fn under(mut self, key: ClaimKey, token: u64) -> Actor {
        self.under.push((key, token));
        self
    }
}

impl From<&Session> for Actor {
    fn from(session: &Session) -> Actor {
        Actor::new(session.id.clone())
    }
}

/// The coordination of one workspace. Cheap to clone; clones share the store.
#[derive(Clone)]
pub struct Coord {
    pub(super) store: Arc<dyn Store>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) probe: Arc<dyn Probe>,
    settings: Settings,
    files: Option<Arc<Projector>>,
    /// Where the state lies on disk, if it does.
    pub(super) dir: Option<StateDir>,
}

impl Coord {
    /// Opens the state directory, making it if it is missing.
    ///
    /// # Errors
    /// [`Kind::Unreachable`](crate::error::Kind::Unreachable) and [`Kind::Corrupt`](crate::error::Kind::Corrupt), as the store has them.
    pub fn open(state: &Path) -> Result<Coord> {
        let dir = StateDir::create(state)?;
        let store = SqliteStore::open(&dir)?;
        let mut coord = Coord::system(Arc::new(store))?;
        coord.files = Some(Arc::new(Projector::new(dir.clone())));
        coord.dir = Some(dir);
        Ok(coord)
    }

    /// Makes the state directory if it is missing and tells whether there is a store in it already.
    /// Making one waits for the disk several times, which [`Coord::open`] else does not.
    ///
    /// # Errors
    /// [`Kind::Unreachable`](crate::error::Kind::Unreachable) if the directory cannot be made or used, [`Kind::Corrupt`](crate::error::Kind::Corrupt) if what
    /// lies there is no store.
    pub fn prepare(state: &Path) -> Result<bool> {
        let dir = StateDir::create(state)?;
        SqliteStore::is_made(&dir)
    }

    /// Opens the state directory for reading, if there is one; makes and changes nothing.
    ///
    /// # Errors
    /// As [`Coord::open`].
    pub fn open_existing(state: &Path) -> Result<Option<Coord>> {
        let Some(dir) = StateDir::existing(state)? else {
            return Ok(None);
        };
        let Some(store) = SqliteStore::open_read(&dir)? else {
            return Ok(None);
        };
        let mut coord = Coord::system(Arc::new(store))?;
        coord.dir = Some(dir);
        Ok(Some(coord))
    }

    /// Makes the store again if it was removed under this process, unless the workspace went with it, and tells
    /// whether there is one.
    ///
    /// # Errors
    /// As [`Coord::open`].
    pub(super) fn make_again(&self) -> Result<bool> {
        let path = self.dir.as_ref().map(StateDir::path);
        let Some(path) = path.filter(|path| path.parent().is_some_and(Path::is_dir)) else {
            return Ok(false);
        };
        StateDir::create(path)?;
        self.store.transact(&mut |_| Ok(()))?;
        Ok(true)
    }

    /// A store that is there for this one look and leaves nothing behind.
    ///
    /// # Errors
    /// The clock or the processes cannot be looked at.
    pub fn passing() -> Result<Coord> {
        Coord::system(Arc::new(MemoryStore::new()))
    }

    fn system(store: Arc<dyn Store>) -> Result<Coord> {
        Ok(Coord::new(
            store,
            Arc::new(SystemClock::open()?),
            Arc::new(SystemProbe::open()?),
        ))
    }

    /// On any store, clock and probe; without readable files.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, probe: Arc<dyn Probe>) -> Coord {
        Coord {
            store,
            clock,
            probe,
            settings: Settings::default(),
            files: None,
            dir: None,
        }
    }

    /// The same with other limits.
    pub fn with_settings(mut self, settings: Settings) -> Coord {
        self.settings = settings;
        self
    }

    // ----- who is there

    /// Registers a session, or registers it again.
    ///
    /// # Errors
    /// See [`register::register`].
    pub fn register(&self, request: &Register) -> Result<Session> {
        let new_id = SessionId::mint();
        let id = request.id.clone().unwrap_or_else(|| new_id.clone());
        let deed = Deed::new("register", request.name.clone().unwrap_or_default());
        let present = self.present();
        let at = present.moment(Some(&id));
        // Whoever is refused does not have the name it wants; it may have another already.
        let mut known = None;
        let mut registered = None;
        let done = self.store.transact(&mut |tx| {
            let prior = schema::session(tx.view(), &id)?;
            known = prior.map(|session| (session.id, session.name));
            let session = register::register(tx, &at, &new_id, request)?;
            audit::record(
                tx,
                at.now.wall,
                Some(&session.id),
                Some(&session.name),
                &deed,
                None,
            )?;
            registered = Some(session);
            Ok(())
        });
        let (id, name) = known.unzip();
        self.finish(done.map(drop), at.now, id.as_ref(), name.as_deref(), &deed)?;
        registered.ok_or_else(no_result)
    }

    /// Takes in a sign of life, with what the session says of itself.
    ///
    /// # Errors
    /// See [`session::heartbeat`].
    pub fn heartbeat(&self, actor: &Actor, beat: &Heartbeat) -> Result<()> {
        let mut deed = Deed::new("heartbeat", beat.working_on.clone().unwrap_or_default());
        deed.noted = Noted::IfRefused;
        let deed = actor.asks(deed, beat);
        self.act(actor, &deed, |tx, at, session| {
            // Without a server nobody else sees in time what has run out.
            context::sweep_own(tx, at, session)?;
            session::heartbeat(tx, at, session, beat)
        })
    }

    /// Ends a session: its process or pane is gone, or it says so. Ending it again does nothing.
    ///
    /// # Errors
    /// [`Kind::NotFound`](crate::error::Kind::NotFound) if there never was one.
    pub fn end(&self, id: &SessionId) -> Result<()> {
        let deed = Deed::new("end", "");
        let present = self.present();
        let at = present.moment(None);
        let done = self.store.transact(&mut |tx| {
            let unknown = || Error::not_found(format!("there is no session {id}"));
            let mut session = schema::session(tx.view(), id)?.ok_or_else(unknown)?;
            if session
                .ended
                .as_ref()
                .is_some_and(|ended| ended.cause == Cause::Left)
            {
                return Ok(());
            }
            session::end(tx, &at, &mut session, Cause::Left)?;
            issue::give_back_lost(tx, &at)?;
            audit::record(tx, at.now.wall, Some(id), Some(&session.name), &deed, None)
        });
        self.finish(done.map(drop), at.now, Some(id), None, &deed)
    }

    /// Ends every session whose process is gone and removes claims that bind nobody; returns the
    /// names of those sessions.
    ///
    /// # Errors
    /// Only the store's.
    pub fn reap(&self) -> Result<Vec<String>> {
        let present = self.present();
        let at = present.moment(None);
        let mut names = Vec::new();
        let done = self.store.transact(&mut |tx| {
            names = session::reap(tx, &at)?;
            holding::sweep(tx, &at)?;
            context::sweep(tx, &at)?;
            issue::give_back_lost(tx, &at)?;
            for name in &names {
                audit::record(
                    tx,
                    at.now.wall,
                    None,
                    Some(name),
                    &Deed::new("died", name.as_str()),
                    None,
                )?;
            }
            Ok(())
        });
        self.finish(done.map(drop), at.now, None, None, &Deed::new("reap", ""))?;
        Ok(names)
    }

    /// Finds a living session by id, beginning of id, name or number.
    ///
    /// # Errors
    /// See [`session::resolve`].
    pub fn resolve(&self, text: &str) -> Result<Session> {
        self.read(|view, at| session::resolve(view, at, text))
    }

    /// The session with this id, if it may act.
    ///
    /// # Errors
    /// See [`session::acting`].
    pub fn whoami(&self, id: &SessionId) -> Result<Session> {
        self.read(|view, at| session::acting(view, at, id))
    }

    // ----- groups and context

    /// Joins a group.
    ///
    /// # Errors
    /// See [`group::join`].
    pub fn join_group(&self, actor: &Actor, name: &str) -> Result<Joined> {
        let deed = Deed::new("join-group", name);
        self.act(actor, &deed, |tx, at, session| {
            group::join(tx, at, session, &Joining::named(name))
        })
    }

    /// Leaves the group.
    ///
    /// # Errors
    /// See [`group::leave`].
    pub fn leave_group(&self, actor: &Actor) -> Result<Left> {
        self.act(actor, &Deed::new("leave-group", ""), group::leave)
    }

    /// Shares values with the group.
    ///
    /// # Errors
    /// See [`context::share`].
    pub fn share(&self, actor: &Actor, shares: &[Share]) -> Result<Shared> {
        let keys: Vec<&str> = shares.iter().map(|share| share.key.as_str()).collect();
        let deed = actor.asks(Deed::new("share", keys.join(" ")), &shares);
        self.act(actor, &deed, |tx, at, session| {
            context::share(tx, at, session, shares)
        })
    }

    /// A group's context, by key: all of it, or the one value at `key`. Each entry comes with the
    /// revision of its last write.
    ///
    /// # Errors
    /// [`Kind::NotFound`](crate::error::Kind::NotFound) if there is no such group or key.
    pub fn context(&self, group: &str, key: Option<&str>) -> Result<Vec<(Entry, u64)>> {
        self.read(|view, at| {
            group::existing(view, group)?;
            context::entries(view, at, group, key)
        })
    }

    /// The kept older versions of a value that have not run out, oldest first.
    ///
    /// # Errors
    /// Only the store's.
    pub fn context_history(&self, group: &str, key: &str) -> Result<Vec<Entry>> {
        self.read(|view, at| context::history(view, at, group, key))
    }

    // ----- claims

    /// Claims keys, all or none, at once or not at all.
    ///
    /// # Errors
    /// See [`claim::grant`].
    pub fn claim(&self, actor: &Actor, request: &ClaimRequest) -> Result<Granted> {
        let deed = actor.asks(claim_deed(request), request);
        self.act(actor, &deed, |tx, at, session| {
            claim::grant(tx, at, session, request, None)
        })
    }

    /// Prolongs leases.
    ///
    /// # Errors
    /// See [`holding::renew`].
    pub fn renew(&self, actor: &Actor, which: &Which, ttl: Option<Duration>) -> Result<Granted> {
        let deed = actor.asks(Deed::new("renew", subject(which)), &(which, ttl));
        self.act(actor, &deed, |tx, at, session| {
            holding::renew(tx, at, session, which, ttl)
        })
    }

    /// Gives claims back.
    ///
    /// # Errors
    /// See [`holding::release`].
    pub fn release(&self, actor: &Actor, which: &Which) -> Result<Released> {
        let deed = actor.asks(Deed::new("release", subject(which)), which);
        self.act(actor, &deed, |tx, at, session| {
            holding::release(tx, at, session, which)
        })
    }

    /// Whether the session holds `key` by this token, right now.
    ///
    /// # Errors
    /// [`Kind::Fenced`](crate::error::Kind::Fenced) if it does not.
    pub fn check_token(&self, id: &SessionId, key: &ClaimKey, token: u64) -> Result<()> {
        self.read(|view, at| {
            let session = session::acting(view, at, id)?;
            holding::check_token(view, at, &session, key, token)
        })
    }

    // ----- reading

    /// Everything at one revision.
    ///
    /// # Errors
    /// Only the store's.
    pub fn snapshot(&self) -> Result<Snapshot> {
        self.excerpt(Scope::Whole)
    }

    /// So much of it, which takes less time.
    ///
    /// # Errors
    /// Only the store's.
    pub fn excerpt(&self, scope: Scope) -> Result<Snapshot> {
        let reading = self.read(|view, at| replica::read(view, at, scope))?;
        Ok(reading.snapshot)
    }

    /// What a session holds, by key; nobody who waits is told of.
    ///
    /// # Errors
    /// Only the store's.
    pub fn held_by(&self, id: &SessionId) -> Result<Vec<ClaimInfo>> {
        self.read(|view, at| holding::infos(view, at, id))
    }

    /// What words mean that can mean several things: what the session that asks holds, or else anybody;
    /// what they mean now if that does not tell.
    ///
    /// # Errors
    /// Only the store's.
    pub fn kept_meanings(
        &self,
        asking: Option<&SessionId>,
        meanings: Vec<Meaning>,
    ) -> Result<Vec<ClaimKey>> {
        self.read(|view, at| {
            let kept = |meaning: &Meaning| holding::kept_meaning(view, at, asking, meaning);
            meanings.iter().map(kept).collect()
        })
    }

    /// Everything at one revision, and when it is worth looking again.
    ///
    /// # Errors
    /// Only the store's.
    pub fn reading(&self) -> Result<Reading> {
        self.read(|view, at| replica::read(view, at, Scope::Whole))
    }

    /// The same for somebody who looks again and again, and reads only what has changed.
    ///
    /// # Errors
    /// Only the store's.
    pub fn follow(&self, replica: &mut Replica) -> Result<Reading> {
        let present = self.present();
        let at = present.moment(None);
        let mut reading = None;
        self.store.read(&mut |view| {
            replica.follow(view)?;
            reading = Some(replica.resolve(&at));
            Ok(())
        })?;
        reading.ok_or_else(no_result)
    }

    /// The latest entries of the audit trail, oldest first.
    ///
    /// # Errors
    /// Only the store's.
    pub fn audit(&self, count: usize) -> Result<Vec<AuditEntry>> {
        self.audit_of(&Wanted::default(), count)
    }

    /// The latest of some entries of the audit trail, oldest first.
    ///
    /// # Errors
    /// Only the store's.
    pub fn audit_of(&self, wanted: &Wanted, count: usize) -> Result<Vec<AuditEntry>> {
        self.read(|view, _| audit::latest(view, wanted, count))
    }

    /// Compares the readable files with what the store holds; `None` for a store without files.
    ///
    /// # Errors
    /// When they cannot be looked at.
    pub fn compare_files(&self) -> Result<Option<Compared>> {
        let Some(dir) = self.dir.clone() else {
            return Ok(None);
        };
        if let Some(files) = &self.files {
            // What this process has committed is followed first.
            files.flush();
        }
        let files = Projection::new(dir);
        let compared = self
            .painter()
            .paint(|readable| files.compare(&*self.store, readable));
        compared.map(Some)
    }

    /// Takes the lines of the readable trail up to a revision to the archive.
    pub(super) fn archive_audit(&self, revision: u64) -> Result<()> {
        match &self.files {
            Some(files) => files.archive("audit", revision),
            None => Ok(()),
        }
    }

    /// Writes all readable files again.
    ///
    /// # Errors
    /// When one cannot be written.
    pub fn rebuild_files(&self) -> Result<()> {
        match &self.files {
            Some(files) => files.rebuild(&*self.store, &self.painter()),
            None => Ok(()),
        }
    }

    /// Why the readable files do not show what was committed through this value and its clones, if they do not;
    /// told once.
    pub fn take_files_failure(&self) -> Option<Error> {
        self.files.as_ref()?.take_failure()
    }

    /// Waits until the readable files show everything that was committed through this value and
    /// its clones. Dropping the last of them does the same.
    pub fn flush_files(&self) {
        if let Some(files) = &self.files {
            files.flush();
        }
    }
}

/// What a claim request looks like in the audit trail.
pub(super) fn claim_deed(request: &ClaimRequest) -> Deed {
    let keys: Vec<&str> = request.keys.iter().map(ClaimKey::as_str).collect();
    let mut deed = Deed::new("claim", keys.join(" "));
    deed.reason = request.reason.clone();
    deed
}

fn subject(which: &Which) -> String {
    match which {
        Which::All => "all".to_owned(),
        Which::Keys(keys) => {
            let keys: Vec<&str> = keys.iter().map(|(key, _)| key.as_str()).collect();
            keys.join(" ")
        }
    }
}
