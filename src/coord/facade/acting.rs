//! How every method of [`Coord`] does its work: one reading, or one transaction with its entry in the
//! audit trail, after which the readable files follow.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Actor, Coord};
use crate::clock::Now;
use crate::coord::audit::{self, Deed, Noted};
use crate::coord::fingerprint::Remembering;
use crate::coord::projector::Painter;
use crate::coord::schema::{self, Session, SessionId};
use crate::coord::{Moment, Settings, holding, operation, session};
use crate::error::{Error, Kind, Result};
use crate::store::{Tx, View};

impl Coord {
    /// The present, as one transaction or reading sees it.
    pub(super) fn present(&self) -> Present<'_> {
        Present {
            now: self.clock.now(),
            probe: Remembering::new(&*self.probe),
            settings: &self.settings,
        }
    }

    /// Reads at one revision.
    pub(in crate::coord) fn read<T>(
        &self,
        f: impl Fn(&dyn View, &Moment<'_>) -> Result<T>,
    ) -> Result<T> {
        let present = self.present();
        let at = present.moment(None);
        let mut found = None;
        self.store.read(&mut |view| {
            found = Some(f(view, &at)?);
            Ok(())
        })?;
        found.ok_or_else(no_result)
    }

    /// Runs work that no session asked for, in one transaction.
    pub(in crate::coord) fn transact(
        &self,
        mut work: impl FnMut(&mut dyn Tx, &Moment<'_>) -> Result<()>,
    ) -> Result<u64> {
        let present = self.present();
        let at = present.moment(None);
        let done = self.store.transact(&mut |tx| work(tx, &at));
        self.catch_up();
        done
    }

    /// Runs a rule for a session that acts, in one transaction.
    pub(in crate::coord) fn act<T: Serialize + DeserializeOwned>(
        &self,
        actor: &Actor,
        deed: &Deed,
        rule: impl Fn(&mut dyn Tx, &Moment<'_>, &mut Session) -> Result<T>,
    ) -> Result<T> {
        self.act_on(actor, deed, |_| None, rule)
    }

    /// The same, where only the result shows what was acted upon: the trail then names that.
    pub(in crate::coord) fn act_on<T: Serialize + DeserializeOwned>(
        &self,
        actor: &Actor,
        deed: &Deed,
        subject: impl Fn(&T) -> Option<String>,
        rule: impl Fn(&mut dyn Tx, &Moment<'_>, &mut Session) -> Result<T>,
    ) -> Result<T> {
        let present = self.present();
        let at = present.moment(Some(&actor.session));
        let mut result = None;
        let mut name = None;
        let done = self.store.transact(&mut |tx| {
            let mut session = session::acting(tx.view(), &at, &actor.session)?;
            let before = session.clone();
            name = Some(session.name.clone());
            if let Some(op_id) = &actor.op_id {
                result = operation::replay(tx.view(), &session.id, op_id, deed)?;
                if result.is_some() {
                    return Ok(());
                }
            }
            for (key, token) in &actor.under {
                holding::check_token(tx.view(), &at, &session, key, *token)?;
            }
            let value = rule(tx, &at, &mut session)?;
            let silent = session::silence_ms(&before.seen, at.now);
            if session != before || silent >= session::SEEN_MS {
                session.seen = at.now.clone();
                schema::put_session(tx, &session)?;
            }
            if deed.noted != Noted::IfRefused {
                let mut deed = deed.clone();
                deed.subject = subject(&value).unwrap_or(deed.subject);
                let (id, name) = (Some(&session.id), Some(session.name.as_str()));
                audit::record(tx, at.now.wall, id, name, &deed, None)?;
            }
            if let Some(op_id) = &actor.op_id {
                operation::remember(tx, &session.id, op_id, deed, &value)?;
            }
            result = Some(value);
            Ok(())
        });
        self.finish(
            done.map(drop),
            at.now,
            Some(&actor.session),
            name.as_deref(),
            deed,
        )?;
        result.ok_or_else(no_result)
    }

    /// After a transaction: note a refusal, then let the readable files follow.
    pub(super) fn finish(
        &self,
        done: Result<()>,
        now: &Now,
        id: Option<&SessionId>,
        name: Option<&str>,
        deed: &Deed,
    ) -> Result<()> {
        let by_rule = |error: &Error| {
            use Kind::{Fenced, Held, NotFound, Refused, Usage};
            matches!(error.kind, Refused | Held | NotFound | Usage | Fenced)
        };
        let waits = |error: &Error| deed.noted == Noted::UnlessHeld && error.kind == Kind::Held;
        if let Err(refusal) = done.as_ref()
            && by_rule(refusal)
            && !waits(refusal)
        {
            let noted = self
                .store
                .transact(&mut |tx| audit::record(tx, now.wall, id, name, deed, Some(refusal)));
            if let Err(error) = noted {
                tracing::warn!("cannot note a refused {}: {error}", deed.action);
            }
        }
        self.catch_up();
        done
    }

    /// Lets the readable files follow. To be called after every transaction, also one that has failed:
    /// while it waited for its turn, others may have left the files to it. They are a convenience: what was
    /// committed stays done if they cannot be written.
    pub(in crate::coord) fn catch_up(&self) {
        if let Some(files) = &self.files {
            files.follow(&self.store, &self.painter());
        }
    }

    pub(in crate::coord) fn painter(&self) -> Painter {
        Painter {
            clock: self.clock.clone(),
            probe: self.probe.clone(),
            settings: self.settings.clone(),
        }
    }
}

/// What a [`Moment`] borrows from.
pub(super) struct Present<'a> {
    pub(super) now: Now,
    probe: Remembering<'a>,
    settings: &'a Settings,
}

impl Present<'_> {
    pub(super) fn moment<'a>(&'a self, acting: Option<&'a SessionId>) -> Moment<'a> {
        Moment {
            now: &self.now,
            probe: &self.probe,
            settings: self.settings,
            acting,
        }
    }
}

pub(super) fn no_result() -> Error {
    Error::internal("the store reported success without running the transaction")
}
