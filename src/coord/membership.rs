//! What members do with their group besides joining and leaving: invite, add and remove peers, set
//! who may join, and synchronize.
//!
//! Inviting is every member's right; adding, removing and the access are the coordinator's. To
//! synchronize is to say "I have seen everything up to this revision": the reply tells what was
//! shared and removed since the last time, and the group remembers how far each member is.

use serde::{Deserialize, Serialize};

use super::Moment;
use super::access::{self, Access, Joining, Word};
use super::audit::Deed;
use super::facade::{Actor, Coord};
use super::group::{self, Joined};
use super::message::{Log, mailbox};
use super::schema::{self, Group, Session, SessionId};
use super::snapshot::Life;
use super::{context, notice, session};
use crate::error::{Error, Kind, Result};
use crate::store::Tx;

/// Who was invited, added or removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Concerned {
    /// The group.
    pub group: String,
    /// The other session's name.
    pub name: String,
    /// How many members the group has now.
    pub members: usize,
    /// Who may join it.
    #[serde(default)]
    pub access: Access,
}

/// What synchronizing returns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Synced {
    /// The group.
    pub group: String,
    /// The revision up to which the session has seen everything.
    pub revision: u64,
    /// The revision of the last time, or of joining.
    pub since: u64,
    /// The keys of what others or the session itself shared in between.
    pub changed: Vec<String>,
    /// The keys of what was taken away or ran out in between; of very many the latest.
    #[serde(default)]
    pub removed: Vec<String>,
    /// The members who have not synchronized since the last of these changes, by name.
    pub behind: Vec<String>,
}

/// Invites a session into the group of `host`.
///
/// # Errors
/// [`Kind::Refused`] when `host` is in no group or `guest` is in it already.
pub fn invite(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    host: &Session,
    guest: &SessionId,
) -> Result<Concerned> {
    let mut group = group::of(tx.view(), host)?;
    let guest = session::acting(tx.view(), at, guest)?;
    if guest.group.as_deref() == Some(&group.name) {
        return Err(
            Error::refused(format!("{} is in group {} already", guest.name, group.name))
                .with_hint("`stoa peers` shows who is"),
        );
    }
    if !group.invited.contains(&guest.id) {
        group.invited.push(guest.id.clone());
        let how = match group.access {
            Access::Open | Access::Invitation => String::new(),
            // An invitation does not stand for the word, which nobody but its members can tell.
            Access::Secret => format!(
                " --secret-stdin, with its secret word on standard input; ask {} for it",
                host.name
            ),
        };
        let text = format!(
            "{} invites you into group {1}: stoa join-group {1}{how}",
            host.name, group.name
        );
        notice::tell(tx, at, &guest.id, "an invitation", &text)?;
    }
    group::touch(tx, at, group.clone())?;
    Ok(concerned(&group, guest.name))
}

/// Puts a session into the group that `host` coordinates.
///
/// # Errors
/// [`Kind::Refused`] when `host` does not coordinate, the other is in a group, or this one is full.
pub fn add(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    host: &Session,
    peer: &SessionId,
) -> Result<Concerned> {
    let mut group = coordinated(tx, at, host)?;
    let mut peer = session::acting(tx.view(), at, peer)?;
    group::refuse_second(&peer, &group.name)?;
    group::enter(tx, at, &mut peer, &mut group)?;
    schema::put_session(tx, &peer)?;
    let text = format!("{} has put you into group {}", host.name, group.name);
    notice::tell(tx, at, &peer.id, "you are in a group", &text)?;
    Ok(concerned(&group, peer.name))
}

/// Takes a session out of the group that `host` coordinates.
///
/// # Errors
/// [`Kind::Refused`] when `host` does not coordinate it, or the other is not in it.
pub fn remove(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    host: &Session,
    peer: &SessionId,
) -> Result<Concerned> {
    let mut group = coordinated(tx, at, host)?;
    if *peer == host.id {
        return Err(Error::refused("a coordinator cannot remove itself")
            .with_hint("leave instead: stoa leave-group"));
    }
    let mut peer = session::acting(tx.view(), at, peer)?;
    if peer.group.as_deref() != Some(&group.name) {
        return Err(
            Error::refused(format!("{} is not in group {}", peer.name, group.name))
                .with_hint("`stoa peers` shows who is"),
        );
    }
    peer.group = None;
    mailbox::unfollow(tx, &peer.id, Some(&Log::Group(group.name.clone())))?;
    schema::put_session(tx, &peer)?;
    group.members.retain(|member| member.session != peer.id);
    group::settle(tx, at, &mut group)?;
    let text = format!("{} has taken you out of group {}", host.name, group.name);
    notice::tell(tx, at, &peer.id, "you are out of a group", &text)?;
    Ok(concerned(&group, peer.name))
}

/// Sets who may join the group that `host` coordinates from now on.
///
/// # Errors
/// [`Kind::Refused`] when `host` does not coordinate, [`Kind::Usage`] for a secret group without a
/// word.
pub fn set_access(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    host: &Session,
    access: Access,
    word: &Word,
) -> Result<()> {
    let mut group = coordinated(tx, at, host)?;
    access::set(tx, &mut group, access, word)?;
    group::settle(tx, at, &mut group)
}

/// Notes that the session has seen the group up to this revision.
///
/// # Errors
/// [`Kind::Refused`] when it is in none.
pub fn sync(tx: &mut dyn Tx, at: &Moment<'_>, session: &Session) -> Result<Synced> {
    let mut group = group::of(tx.view(), session)?;
    group::drop_lost(tx, at, &mut group)?;
    context::drop_expired(tx, at, &mut group)?;
    let revision = tx.revision();
    let mut since = 0;
    for member in &mut group.members {
        if member.session == session.id {
            since = member.synced.max(member.joined);
            member.synced = revision;
        }
    }
    let mut newest = 0;
    let mut changed = Vec::new();
    for (entry, at_revision) in context::entries(tx.view(), at, &group.name, None)? {
        newest = newest.max(at_revision);
        if at_revision > since {
            changed.push(entry.key);
        }
    }
    let mut removed = Vec::new();
    for gone in &group.removed {
        newest = newest.max(gone.revision);
        if gone.revision > since {
            removed.push(gone.key.clone());
        }
    }
    let mut behind = Vec::new();
    for member in group.members.iter().filter(|member| member.synced < newest) {
        behind.extend(schema::session(tx.view(), &member.session)?.map(|session| session.name));
    }
    forget_removed(&mut group);
    group::settle(tx, at, &mut group)?;
    Ok(Synced {
        group: group.name,
        revision,
        since,
        changed,
        removed,
        behind,
    })
}

/// Forgets what was removed as soon as every member knows.
fn forget_removed(group: &mut Group) {
    let members = group.members.iter();
    let known = members.map(|member| member.synced.max(member.joined)).min();
    let known = known.unwrap_or(u64::MAX);
    group.removed.retain(|gone| gone.revision > known);
}

fn concerned(group: &Group, name: String) -> Concerned {
    Concerned {
        group: group.name.clone(),
        name,
        members: group.members.len(),
        access: group.access,
    }
}

/// The group of a session that coordinates it.
fn coordinated(tx: &mut dyn Tx, at: &Moment<'_>, host: &Session) -> Result<Group> {
    let mut group = group::of(tx.view(), host)?;
    group::drop_lost(tx, at, &mut group)?;
    let coordinator = group::coordinator(&group, |_| true);
    if coordinator.as_ref() == Some(&host.id) {
        return Ok(group);
    }
    let who = coordinator.map(|id| schema::session(tx.view(), &id));
    let who = who.transpose()?.flatten();
    let error = Error::refused(match &who {
        Some(other) => format!(
            "only its coordinator {} may do that to group {}",
            other.name, group.name
        ),
        None => format!("{} does not coordinate group {}", host.name, group.name),
    });
    let error = error.with_hint("ask it, or `stoa invite` as a member");
    Err(match &who {
        Some(other) => error.with_holder(session::card(other)),
        None => error,
    })
}

impl Coord {
    /// Joins a group that may ask for its secret word, or makes one.
    ///
    /// # Errors
    /// See [`group::join`].
    pub fn join_group_as(
        &self,
        actor: &Actor,
        name: &str,
        access: Option<Access>,
        word: Option<&str>,
    ) -> Result<Joined> {
        let joining = self.joining(name, access, word)?;
        let deed = actor.asks(Deed::new("join-group", name), &(name, access));
        self.act(actor, &deed, |tx, at, session| {
            group::join(tx, at, session, &joining)
        })
    }

    /// A wish to join, its word proven or hashed, for a transaction that does more than join.
    ///
    /// # Errors
    /// [`Kind::Usage`] for a word that cannot be one.
    pub fn joining(
        &self,
        name: &str,
        access: Option<Access>,
        word: Option<&str>,
    ) -> Result<Joining> {
        let (exists, recorded) = self.read(|view, _| {
            Ok((
                schema::group(view, name)?.is_some(),
                access::recorded(view, name)?,
            ))
        })?;
        let word = match word {
            // Only a secret group has a use for it, and hashing costs.
            Some(word) if recorded.is_some() || (!exists && access == Some(Access::Secret)) => {
                access::prove(recorded.as_deref(), word)?
            }
            _ => Word::None,
        };
        Ok(Joining {
            name: name.to_owned(),
            access,
            word,
        })
    }

    /// Invites the session called `guest` into the actor's group.
    ///
    /// # Errors
    /// See [`invite`].
    pub fn invite(&self, actor: &Actor, guest: &str) -> Result<Concerned> {
        let guest = self.resolve(guest)?;
        let deed = Deed::new("invite", &*guest.name);
        self.act(actor, &deed, |tx, at, session| {
            invite(tx, at, session, &guest.id)
        })
    }

    /// Puts the session called `peer` into the group that the actor coordinates.
    ///
    /// # Errors
    /// See [`add`].
    pub fn add_peer(&self, actor: &Actor, peer: &str) -> Result<Concerned> {
        let peer = self.resolve(peer)?;
        let deed = Deed::new("add-peer", &*peer.name);
        self.act(actor, &deed, |tx, at, session| {
            add(tx, at, session, &peer.id)
        })
    }

    /// Takes the session called `peer` out of the group that the actor coordinates.
    ///
    /// # Errors
    /// See [`remove`].
    pub fn remove_peer(&self, actor: &Actor, peer: &str) -> Result<Concerned> {
        let peer = self.resolve(peer)?;
        let deed = Deed::new("remove-peer", &*peer.name);
        self.act(actor, &deed, |tx, at, session| {
            remove(tx, at, session, &peer.id)
        })
    }

    /// Sets who may join the group that the actor coordinates.
    ///
    /// # Errors
    /// See [`set_access`].
    pub fn set_access(&self, actor: &Actor, access: Access, word: Option<&str>) -> Result<()> {
        let word = match (access, word) {
            (Access::Secret, Some(word)) => Word::Fresh(access::hash(word)?),
            _ => Word::None,
        };
        let deed = Deed::new("group-access", access.name());
        self.act(actor, &deed, |tx, at, session| {
            set_access(tx, at, session, access, &word)
        })
    }

    /// Synchronizes the actor with its group.
    ///
    /// # Errors
    /// See [`sync`].
    pub fn sync_group(&self, actor: &Actor) -> Result<Synced> {
        self.act(actor, &Deed::new("sync-group", ""), |tx, at, session| {
            sync(tx, at, session)
        })
    }

    /// The session's group and whether it coordinates it.
    ///
    /// # Errors
    /// [`Kind::Refused`] if the session may not act; being in no group is no error.
    pub fn place_in_group(&self, id: &SessionId) -> Result<Option<(String, bool)>> {
        self.read(|view, at| {
            let session = session::acting(view, at, id)?;
            match group::of(view, &session) {
                Ok(group) => {
                    let lives = |id: &SessionId| {
                        schema::session(view, id)
                            .ok()
                            .flatten()
                            .is_some_and(|session| session::life(&session, at) != Life::Lost)
                    };
                    let coordinates = group::coordinator(&group, lives).as_ref() == Some(id);
                    Ok(Some((group.name, coordinates)))
                }
                Err(error) if matches!(error.kind, Kind::Refused | Kind::NotFound) => Ok(None),
                Err(error) => Err(error),
            }
        })
    }
}
