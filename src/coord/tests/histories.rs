//! Random histories: what must hold after every step, and the same on both engines.

use std::collections::BTreeSet;

use super::*;
use crate::coord::replica::{Replica, Scope};
use crate::coord::snapshot::{ClaimInfo, Life, Snapshot};
use proptest::prelude::*;

const KEYS: [&str; 6] = [
    "task/a",
    "task/b",
    "file/x/a",
    "file/x/*",
    "file/**",
    "file/{x,y}/b",
];
const SESSIONS: usize = 4;

#[derive(Debug, Clone)]
enum Step {
    Claim {
        who: usize,
        keys: Vec<usize>,
        shared: bool,
        seconds: u64,
    },
    Release {
        who: usize,
        key: Option<usize>,
    },
    Renew {
        who: usize,
    },
    Wait {
        who: usize,
        key: usize,
    },
    Join {
        who: usize,
        group: usize,
    },
    Leave {
        who: usize,
    },
    Register {
        who: usize,
    },
    End {
        who: usize,
    },
    Die {
        who: usize,
    },
    Reap,
    Pass {
        seconds: u64,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let who = || 0..SESSIONS;
    prop_oneof![
        6 => (who(), prop::collection::vec(0..KEYS.len(), 1..3), any::<bool>(), 10..90u64)
            .prop_map(|(who, keys, shared, seconds)| Step::Claim { who, keys, shared, seconds }),
        2 => (who(), prop::option::of(0..KEYS.len())).prop_map(|(who, key)| Step::Release { who, key }),
        1 => who().prop_map(|who| Step::Renew { who }),
        1 => (who(), 0..KEYS.len()).prop_map(|(who, key)| Step::Wait { who, key }),
        2 => (who(), 0..2usize).prop_map(|(who, group)| Step::Join { who, group }),
        1 => who().prop_map(|who| Step::Leave { who }),
        2 => who().prop_map(|who| Step::Register { who }),
        1 => who().prop_map(|who| Step::End { who }),
        1 => who().prop_map(|who| Step::Die { who }),
        1 => Just(Step::Reap),
        2 => (1..60u64).prop_map(|seconds| Step::Pass { seconds }),
    ]
}

/// One run of a history. Sessions have ids known beforehand, so that two runs can be compared.
struct Run<'a> {
    w: &'a World,
    ids: Vec<SessionId>,
    pids: Vec<u32>,
    /// The largest token granted so far.
    token: u64,
}

impl Run<'_> {
    fn actor(&self, who: usize) -> Actor {
        Actor::new(self.ids[who].clone())
    }

    /// Does the step; what is refused is refused on both engines, and says the same.
    fn apply(&mut self, step: &Step) -> String {
        let w = self.w;
        let show = |outcome: Result<String>| match outcome {
            Ok(text) => text,
            Err(error) => format!("{:?} {}", error.kind, error.message),
        };
        show(match step {
            Step::Claim {
                who,
                keys,
                shared,
                seconds,
            } => {
                let keys: Vec<&str> = keys.iter().map(|index| KEYS[*index]).collect();
                let request = ClaimRequest {
                    shared: *shared,
                    ..with_ttl(&keys, *seconds)
                };
                let granted = w.coord.claim(&self.actor(*who), &request);
                granted.map(|granted| self.check_tokens(&granted))
            }
            Step::Release { who, key: index } => {
                let which = index.map_or(Which::All, |index| Which::keys([key(KEYS[index])]));
                w.coord
                    .release(&self.actor(*who), &which)
                    .map(|done| format!("{done:?}"))
            }
            Step::Renew { who } => w
                .coord
                .renew(&self.actor(*who), &Which::All, None)
                .map(|g| format!("{g:?}")),
            Step::Wait { who, key: index } => {
                let request = request(&[KEYS[*index]]);
                let patience = Duration::from_secs(50);
                let ticket = w
                    .coord
                    .join_line(&self.actor(*who), &request, patience, &print(900));
                ticket.map(|ticket| ticket.to_string())
            }
            Step::Join { who, group } => w
                .coord
                .join_group(&self.actor(*who), ["g", "h"][*group])
                .map(|joined| format!("{joined:?}")),
            Step::Leave { who } => w
                .coord
                .leave_group(&self.actor(*who))
                .map(|left| format!("{left:?}")),
            Step::Register { who } => {
                self.pids[*who] += 10;
                let mut request = Register::of(print(self.pids[*who]));
                request.id = Some(self.ids[*who].clone());
                request.name = Some(format!("session {who}"));
                w.coord
                    .register(&request)
                    .map(|session| session.generation.to_string())
            }
            Step::End { who } => w.coord.end(&self.ids[*who]).map(|()| String::new()),
            Step::Die { who } => {
                w.probe
                    .0
                    .lock()
                    .unwrap()
                    .insert(self.pids[*who], Vital::Dead);
                Ok(String::new())
            }
            Step::Reap => w.coord.reap().map(|names| names.join(",")),
            Step::Pass { seconds } => {
                w.advance(*seconds);
                Ok(String::new())
            }
        })
    }

    /// C2: a new grant has a larger token than any before it.
    fn check_tokens(&mut self, granted: &Granted) -> String {
        let fresh = granted.claims.iter().filter(|claim| !claim.renewed);
        let newest = fresh.map(|claim| claim.token).max();
        assert!(newest.is_none_or(|token| token > self.token));
        self.token = self.token.max(newest.unwrap_or(0));
        format!("{granted:?}")
    }
}

fn check_invariants(snapshot: &Snapshot) {
    // C1: what overlaps is held by one, or shared by all.
    for (index, one) in snapshot.claims.iter().enumerate() {
        for other in &snapshot.claims[index + 1..] {
            if one.holder != other.holder && !(one.shared && other.shared) {
                assert!(
                    !key(&one.key).overlaps(&key(&other.key)),
                    "{} and {}",
                    one.key,
                    other.key
                );
            }
        }
    }
    let living = |id: &String| {
        snapshot
            .sessions
            .iter()
            .any(|s| s.id == *id && s.life != Life::Lost)
    };
    for claim in &snapshot.claims {
        assert!(living(&claim.holder));
    }
    for group in &snapshot.groups {
        assert!(group.members.iter().all(living));
        assert_eq!(group.coordinator.is_some(), !group.members.is_empty());
        assert!(
            group
                .coordinator
                .iter()
                .all(|id| group.members.contains(id))
        );
        for id in &group.members {
            let member = snapshot
                .sessions
                .iter()
                .find(|session| session.id == *id)
                .unwrap();
            assert_eq!(member.group.as_ref(), Some(&group.name));
        }
    }
    for (index, one) in snapshot.sessions.iter().enumerate() {
        for other in &snapshot.sessions[index + 1..] {
            let both_live = one.life != Life::Lost && other.life != Life::Lost;
            assert!(!(both_live && (one.name == other.name || one.number == other.number)));
        }
    }
}

/// Who asks for a part of it all, or by name, gets the same as who reads everything.
fn check_excerpts(coord: &Coord, whole: &Snapshot) {
    let excerpt = |scope| coord.excerpt(scope).unwrap();
    let work = excerpt(Scope::Work);
    assert_eq!(work.sessions, whole.sessions);
    assert_eq!((&work.groups, &work.tasks), (&whole.groups, &whole.tasks));
    assert_eq!(excerpt(Scope::People).groups, whole.groups);
    assert_eq!(excerpt(Scope::Claims).claims, whole.claims);
    for session in &whole.sessions {
        let found = coord
            .resolve(&session.name)
            .map(|found| found.id.to_string());
        match session.life {
            Life::Lost => assert!(found.is_err()),
            Life::Alive | Life::Stalled => assert_eq!(found.unwrap(), session.id),
        }
        let of = |claims: &[ClaimInfo]| -> BTreeSet<(String, u64)> {
            let mine = claims.iter().filter(|claim| claim.holder == session.id);
            mine.map(|claim| (claim.key.clone(), claim.token)).collect()
        };
        let held = coord.held_by(&SessionId::parse(&session.id).unwrap());
        let (held, mine) = (of(&held.unwrap()), of(&whole.claims));
        assert_eq!(held, mine);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn every_history_keeps_the_promises_on_both_engines(steps in prop::collection::vec(step(), 1..40)) {
        let temp = tempfile::tempdir().unwrap();
        let model = world();
        let real = world_on(Arc::new(sqlite(temp.path())), None);
        let ids: Vec<SessionId> = (0..SESSIONS).map(|_| SessionId::mint()).collect();
        let start = |w| Run { w, ids: ids.clone(), pids: vec![100, 101, 102, 103], token: 0 };
        let mut runs = [start(&model), start(&real)];
        let mut replicas = [Replica::default(), Replica::default()];
        let register = (0..SESSIONS).map(|who| Step::Register { who });
        for step in register.chain(steps) {
            let said = runs.each_mut().map(|run| run.apply(&step));
            prop_assert_eq!(&said[0], &said[1], "{:?}", step);
            let seen = runs.each_ref().map(|run| run.w.coord.snapshot().unwrap());
            check_invariants(&seen[0]);
            prop_assert_eq!(&seen[0], &seen[1], "{:?}", step);
            check_excerpts(&runs[1].w.coord, &seen[0]);
            // Who follows from change to change sees what reading everything shows.
            for (run, replica) in runs.iter().zip(&mut replicas) {
                let followed = run.w.coord.follow(replica).unwrap();
                prop_assert_eq!(&followed.snapshot, &seen[0], "{:?}", step);
            }
        }
    }
}
