//! Which groups a session could join: those that others of its workspace are in.
//!
//! Nobody has to be told a group's name. Whoever registers, asks who it is or looks at the groups
//! is told of one it could join, or how to begin one when others work alone beside it.

use super::access::Access;
use super::snapshot::{GroupInfo, Life, Snapshot};

/// The groups that the session `id` (nobody in particular without one) could join; none when it is
/// in one. Larger ones first, none that is full.
pub fn joinable<'a>(snapshot: &'a Snapshot, id: Option<&str>) -> Vec<&'a GroupInfo> {
    let session = id.and_then(|id| snapshot.session(id));
    if session.is_some_and(|session| session.group.is_some()) {
        return Vec::new();
    }
    let may = |group: &&GroupInfo| match group.access {
        Access::Open | Access::Secret => true,
        Access::Invitation => id.is_some_and(|id| group.invited.iter().any(|guest| guest == id)),
    };
    let takes_more = |group: &&GroupInfo| !group.members.is_empty() && !group.full;
    let groups = snapshot.groups.iter().filter(takes_more);
    let mut found: Vec<&GroupInfo> = groups.filter(may).collect();
    found.sort_by_key(|group| std::cmp::Reverse(group.members.len()));
    found
}

/// Their names.
pub fn names<'a>(snapshot: &'a Snapshot, id: Option<&str>) -> Vec<&'a str> {
    let groups = joinable(snapshot, id).into_iter();
    groups.map(|group| group.name.as_str()).collect()
}

/// What to tell the session, in one line; `None` when it is in a group or alone.
pub fn suggest(snapshot: &Snapshot, id: Option<&str>) -> Option<String> {
    if let [first, others @ ..] = joinable(snapshot, id).as_slice() {
        let count = first.members.len();
        let members = if count == 1 { "member" } else { "members" };
        let how = match first.access {
            Access::Secret => " with its secret word in STOA_GROUP_SECRET",
            Access::Open | Access::Invitation => "",
        };
        let more = match others.len() {
            0 => String::new(),
            more => format!(" ({more} more: stoa groups)"),
        };
        return Some(format!(
            "group {0} has {count} {members} here; join it{how}: stoa join-group {0}{more}",
            first.name
        ));
    }
    let own = id.and_then(|id| snapshot.session(id));
    if own.is_some_and(|session| session.group.is_some()) {
        return None;
    }
    let alone = snapshot.sessions.iter().filter(|session| {
        session.life != Life::Lost && session.group.is_none() && Some(session.id.as_str()) != id
    });
    match (id, alone.count()) {
        (None, _) | (_, 0) => None,
        (_, 1) => Some("another session works here; begin a group: stoa join-group NAME".into()),
        (_, n) => Some(format!(
            "{n} other sessions work here; begin a group: stoa join-group NAME"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Clock, ManualClock};
    use serde_json::json;

    fn snapshot(groups: &[(&str, &str, usize, &[&str])], loners: usize) -> Snapshot {
        let now = ManualClock::new("boot", 0).now();
        let groups = groups.iter().map(|(name, access, members, invited)| {
            let members: Vec<String> = (0..*members).map(|n| format!("{name}{n}")).collect();
            json!({
                "name": name, "access": access, "members": members, "invited": invited,
                "coordinator": null, "context": [], "last_coordination": "",
            })
        });
        let sessions = (0..loners).map(|n| {
            json!({
                "id": format!("s{n}"), "name": format!("s{n}"), "number": n + 1, "generation": 1,
                "life": "alive", "pid": 1, "host": "h", "tty": "t", "heartbeat_age_ms": 0,
                "registered_at": "",
            })
        });
        serde_json::from_value(json!({
            "revision": 1, "taken": now, "claims": [],
            "sessions": sessions.collect::<Vec<_>>(),
            "groups": groups.collect::<Vec<_>>(),
        }))
        .expect("a snapshot")
    }

    /// S0-33: who is there is found without being told a name.
    #[test]
    fn groups_of_others_are_suggested() {
        let check = |groups: &[(&str, &str, usize, &[&str])], loners, expected: Option<&str>| {
            let told = suggest(&snapshot(groups, loners), Some("s0"));
            match (told, expected) {
                (None, None) => {}
                (Some(told), Some(part)) => assert!(told.contains(part), "{told}"),
                (told, expected) => panic!("{told:?}, not {expected:?}"),
            }
        };
        check(&[], 1, None);
        check(&[], 2, Some("another session works here"));
        check(&[], 3, Some("2 other sessions"));
        check(
            &[("build", "open", 1, &[])],
            1,
            Some("stoa join-group build"),
        );
        check(
            &[("a", "open", 1, &[]), ("b", "open", 2, &[])],
            1,
            Some("join-group b (1 more"),
        );
        check(&[("left", "open", 0, &[])], 1, None);
        check(&[("x", "secret", 1, &[])], 1, Some("STOA_GROUP_SECRET"));
        check(&[("x", "invitation", 1, &[])], 1, None);
        check(&[("x", "invitation", 1, &["s0"])], 1, Some("join-group x"));
    }
}
