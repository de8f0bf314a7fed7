//! Groups: who works together, and who coordinates.
//!
//! A session is in one group at most. The first to join coordinates; when the coordinator leaves
//! or dies, the member who has been there longest and lives takes over. Members who are lost are
//! taken off the list by the next change to the group, in the same transaction.

use serde::{Deserialize, Serialize};
use serde_json::Map;

use super::access::{self, Access, Joining};
use super::message::{Log, mailbox};
use super::names::{check_label, shown};
use super::schema::{self, Group, Member, Session, SessionId};
use super::snapshot::Life;
use super::{Moment, session};
use crate::error::{Error, Result};
use crate::store::{Tx, View, put_json};

/// What joining returns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Joined {
    /// The group.
    pub group: String,
    /// Whether the session coordinates it.
    pub coordinator: bool,
    /// Who else is in it, by name, in order of joining.
    pub peers: Vec<String>,
}

/// What leaving returns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    /// The group that was left.
    pub group: String,
    /// The name of who coordinates it now.
    pub coordinator: Option<String>,
    /// How many members stay.
    pub members: usize,
}

/// Joins a group, making it if there is none. The caller writes `session`.
///
/// # Errors
/// [`Kind::Refused`](crate::error::Kind::Refused) when the session is in a group already, the
/// group is full, or the session may not join it; [`Kind::Usage`](crate::error::Kind::Usage) for a
/// bad name.
pub fn join(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    session: &mut Session,
    joining: &Joining,
) -> Result<Joined> {
    let name = &joining.name;
    check_label("group name", name)?;
    refuse_second(session, name)?;
    let mut group = match schema::group(tx.view(), name)? {
        Some(mut group) => {
            drop_lost(tx, at, &mut group)?;
            let empty = group.members.is_empty();
            access::check(tx.view(), session, &group, joining, empty)?;
            group
        }
        None => {
            let mut group = made(at, name);
            let wanted = joining.access.unwrap_or(Access::Open);
            access::set(tx, &mut group, wanted, &joining.word)?;
            group
        }
    };
    enter(tx, at, session, &mut group)
}

/// Puts a session that may into a group. The caller writes `session`.
///
/// # Errors
/// [`Kind::Refused`](crate::error::Kind::Refused) when the group is full.
pub(super) fn enter(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    session: &mut Session,
    group: &mut Group,
) -> Result<Joined> {
    if !has_room(group.members.len(), at) {
        let limit = at.settings.peer_limit;
        return Err(Error::refused(format!(
            "group {} is full: each of its {} members has {limit} peers",
            group.name,
            group.members.len()
        ))
        .with_hint("join another group, or raise peer-limit under [groups] in config.toml"));
    }
    let peers = names_of(tx.view(), group)?;
    group.invited.retain(|id| *id != session.id);
    group.members.push(Member {
        session: session.id.clone(),
        joined: tx.revision(),
        joined_at: at.now.wall,
        synced: tx.revision(),
        extra: Map::new(),
    });
    session.group = Some(group.name.clone());
    mailbox::follow(tx, &session.id, &Log::Group(group.name.clone()))?;
    settle(tx, at, group)?;
    Ok(Joined {
        group: group.name.clone(),
        coordinator: group.coordinator.as_ref() == Some(&session.id),
        peers,
    })
}

/// Whether a group of so many members takes one more, whose peers they would be.
pub(super) fn has_room(members: usize, at: &Moment<'_>) -> bool {
    members <= at.settings.peer_limit
}

/// Refuses a session that is in a group, this one or another.
pub(super) fn refuse_second(session: &Session, name: &str) -> Result<()> {
    match session.group.as_deref() {
        None => Ok(()),
        Some(current) if current == name => Err(Error::refused(format!(
            "{} is already in group {name}",
            session.name
        ))
        .with_hint("`stoa peers` shows who else is")),
        Some(current) => Err(
            Error::refused(format!("{} is in group {current}", session.name)).with_hint(format!(
                "leave it first: stoa leave-group, then stoa join-group {name}"
            )),
        ),
    }
}

fn made(at: &Moment<'_>, name: &str) -> Group {
    Group {
        name: name.to_owned(),
        members: Vec::new(),
        coordinator: None,
        last_coordination: at.now.wall,
        access: Access::Open,
        invited: Vec::new(),
        versions: 0,
        removed: Vec::new(),
        extra: Map::new(),
    }
}

/// Leaves the session's group. The caller writes `session`.
///
/// # Errors
/// [`Kind::Refused`](crate::error::Kind::Refused) when it is in none.
pub fn leave(tx: &mut dyn Tx, at: &Moment<'_>, session: &mut Session) -> Result<Left> {
    let name = session
        .group
        .take()
        .ok_or_else(|| not_in_a_group(session))?;
    mailbox::unfollow(tx, &session.id, Some(&Log::Group(name.clone())))?;
    let Some(mut group) = schema::group(tx.view(), &name)? else {
        return Ok(Left {
            group: name,
            coordinator: None,
            members: 0,
        });
    };
    group.members.retain(|member| member.session != session.id);
    drop_lost(tx, at, &mut group)?;
    settle(tx, at, &mut group)?;
    let coordinator = match &group.coordinator {
        Some(id) => schema::session(tx.view(), id)?.map(|session| session.name),
        None => None,
    };
    Ok(Left {
        group: name,
        coordinator,
        members: group.members.len(),
    })
}

/// The refusal for what only members can do.
pub fn not_in_a_group(session: &Session) -> Error {
    Error::refused(format!("{} is not in a group", session.name))
        .with_hint("join one: stoa join-group NAME")
}

/// The session's group.
///
/// # Errors
/// [`Kind::Refused`](crate::error::Kind::Refused) when it is in none.
pub fn of(view: &dyn View, session: &Session) -> Result<Group> {
    let name = session
        .group
        .as_deref()
        .ok_or_else(|| not_in_a_group(session))?;
    existing(view, name)
}

/// A group by name.
///
/// # Errors
/// [`Kind::NotFound`](crate::error::Kind::NotFound) when there is none.
pub fn existing(view: &dyn View, name: &str) -> Result<Group> {
    schema::group(view, name)?.ok_or_else(|| {
        Error::not_found(format!("there is no group \"{}\"", shown(name)))
            .with_hint("`stoa groups` lists them")
    })
}

/// Writes that something happened in the group: a share, say.
pub fn touch(tx: &mut dyn Tx, at: &Moment<'_>, mut group: Group) -> Result<()> {
    drop_lost(tx, at, &mut group)?;
    settle(tx, at, &mut group)
}

/// Who coordinates as things stand: the one on record if it lives, else the longest-standing
/// living member.
pub fn coordinator(group: &Group, lives: impl Fn(&SessionId) -> bool) -> Option<SessionId> {
    let recorded = group.coordinator.iter();
    let members = group.members.iter().map(|member| &member.session);
    let is_member = |id: &&SessionId| group.members.iter().any(|member| member.session == **id);
    recorded
        .filter(is_member)
        .chain(members)
        .find(|id| lives(id))
        .cloned()
}

/// Takes lost members off the list, and the group off their records.
pub(super) fn drop_lost(tx: &mut dyn Tx, at: &Moment<'_>, group: &mut Group) -> Result<()> {
    for member in std::mem::take(&mut group.members) {
        let record = schema::session(tx.view(), &member.session)?;
        match record {
            Some(living) if session::life(&living, at) != Life::Lost => group.members.push(member),
            Some(mut lost) if lost.group.as_deref() == Some(&group.name) => {
                lost.group = None;
                let log = Log::Group(group.name.clone());
                mailbox::unfollow(tx, &lost.id, Some(&log))?;
                schema::put_session(tx, &lost)?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// Makes sure there is a coordinator among the members, all of whom live, and writes the group; one
/// without members and without context is removed.
pub(super) fn settle(tx: &mut dyn Tx, at: &Moment<'_>, group: &mut Group) -> Result<()> {
    group.coordinator = coordinator(group, |_| true);
    group.last_coordination = at.now.wall;
    let key = schema::group_key(&group.name);
    if group.members.is_empty() && tx.count(&schema::context_prefix(&group.name))? == 0 {
        tx.delete(&key)?;
        tx.delete(&schema::secret_key(&group.name))?;
        return Ok(());
    }
    put_json(tx, &key, group)
}

fn names_of(view: &dyn View, group: &Group) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for member in &group.members {
        names.extend(schema::session(view, &member.session)?.map(|session| session.name));
    }
    Ok(names)
}
