//! Random histories: a task is in hand exactly while its claimer holds its claim, the index tells what
//! the records do, and both engines agree.

use super::*;
use crate::coord::task::record;
use crate::store::View;
use proptest::prelude::*;

const IDS: [&str; 4] = ["A", "B", "C", "D"];
const SESSIONS: usize = 3;

#[derive(Debug, Clone)]
enum Move {
    Claim(usize, usize),
    Key(usize, usize, bool),
    ReleaseKey(usize, Option<usize>),
    Next(usize),
    Start(usize, usize),
    Complete(usize, usize),
    Fail(usize, usize),
    Release(usize, usize),
    Reopen(usize, usize),
    Cancel(usize, usize),
    Depend(usize, usize, usize),
    Split(usize, usize),
    Assign(usize),
    Register(usize),
    Die(usize),
    Reap,
    Pass(u64),
}

fn any_move() -> impl Strategy<Value = Move> {
    let who = || 0..SESSIONS;
    let what = || 0..IDS.len();
    prop_oneof![
        4 => (who(), what()).prop_map(|(who, what)| Move::Claim(who, what)),
        2 => (who(), what(), any::<bool>()).prop_map(|(who, what, shared)| Move::Key(who, what, shared)),
        1 => (who(), prop::option::of(what())).prop_map(|(who, what)| Move::ReleaseKey(who, what)),
        2 => who().prop_map(Move::Next),
        3 => (who(), what()).prop_map(|(who, what)| Move::Start(who, what)),
        3 => (who(), what()).prop_map(|(who, what)| Move::Complete(who, what)),
        1 => (who(), what()).prop_map(|(who, what)| Move::Fail(who, what)),
        1 => (who(), what()).prop_map(|(who, what)| Move::Release(who, what)),
        2 => (who(), what()).prop_map(|(who, what)| Move::Reopen(who, what)),
        1 => (who(), what()).prop_map(|(who, what)| Move::Cancel(who, what)),
        3 => (who(), what(), what()).prop_map(|(who, what, on)| Move::Depend(who, what, on)),
        1 => (who(), what()).prop_map(|(who, what)| Move::Split(who, what)),
        1 => who().prop_map(Move::Assign),
        2 => who().prop_map(Move::Register),
        1 => who().prop_map(Move::Die),
        1 => Just(Move::Reap),
        2 => (1..3000u64).prop_map(Move::Pass),
    ]
}

struct Run<'a> {
    w: &'a World,
    sessions: Vec<Session>,
}

impl Run<'_> {
    fn begin(w: &World) -> Run<'_> {
        // Ids known beforehand, so that two runs can be compared.
        let sessions: Vec<Session> = (0..SESSIONS)
            .map(|n| {
                let id = SessionId::parse(&format!("01ARZ3NDEKTSV4RRFFQ69G5FA{n}")).unwrap();
                let request = Register {
                    id: Some(id),
                    name: Some(format!("s{n}")),
                    role: Some("rust".to_owned()),
                    ..Register::of(print(500 + n as u32))
                };
                w.coord.register(&request).unwrap()
            })
            .collect();
        for id in IDS {
            w.task(&sessions[0], id);
        }
        Run { w, sessions }
    }

    fn apply(&mut self, step: &Move) -> String {
        let coord = &self.w.coord;
        let by = |who: &usize| Actor::from(&self.sessions[*who]);
        let told = |outcome: Result<String>| match outcome {
            Ok(text) => text,
            Err(error) => format!("{:?} {}", error.kind, error.message),
        };
        let whole = |what: &usize| key(&format!("task/{}", IDS[*what]));
        told(match step {
            Move::Claim(who, what) => {
                let request = ClaimTask {
                    id: IDS[*what].to_owned(),
                    ..ClaimTask::default()
                };
                coord
                    .claim_task(&by(who), &request)
                    .map(|done| format!("{done:?}"))
            }
            Move::Key(who, what, shared) => {
                let request = ClaimRequest {
                    shared: *shared,
                    ttl: Some(Duration::from_secs(600)),
                    ..ClaimRequest::of(vec![whole(what)])
                };
                coord
                    .claim(&by(who), &request)
                    .map(|done| format!("{done:?}"))
            }
            Move::ReleaseKey(who, what) => {
                let which = what.map_or(Which::All, |what| Which::keys([whole(&what)]));
                coord
                    .release(&by(who), &which)
                    .map(|done| format!("{done:?}"))
            }
            Move::Next(who) => {
                let shown = coord.next_task(&by(who)).map(|task| task.task_id);
                let taken = coord
                    .claim_next_task(&by(who))
                    .map(|done| done.task.task_id);
                assert_eq!(shown.as_ref().ok().is_some(), taken.as_ref().ok().is_some());
                taken
            }
            Move::Start(who, what) => coord
                .start_task(&by(who), IDS[*what])
                .map(|task| format!("{task:?}")),
            Move::Complete(who, what) => coord
                .complete_task(&by(who), IDS[*what], None)
                .map(|done| format!("{done:?}")),
            Move::Fail(who, what) => coord
                .fail_task(&by(who), IDS[*what], None)
                .map(|done| format!("{done:?}")),
            Move::Release(who, what) => coord
                .release_task(&by(who), IDS[*what], None)
                .map(|task| format!("{task:?}")),
            Move::Reopen(who, what) => coord
                .reopen_task(&by(who), IDS[*what], None)
                .map(|done| format!("{done:?}")),
            Move::Cancel(who, what) => coord
                .cancel_task(&by(who), IDS[*what], None)
                .map(|done| format!("{done:?}")),
            Move::Depend(who, what, on) => coord
                .depend_task(&by(who), IDS[*what], &Depend::On(vec![IDS[*on].to_owned()]))
                .map(|task| format!("{task:?}")),
            Move::Split(who, what) => {
                let request = SplitTask {
                    id: IDS[*what].to_owned(),
                    into: vec!["one".to_owned(), "two".to_owned()],
                    in_order: None,
                    force: true,
                };
                coord
                    .split_task(&by(who), &request)
                    .map(|done| format!("{done:?}"))
            }
            Move::Assign(who) => coord
                .assign_tasks(&by(who), &Assign::default())
                .map(|done| format!("{done:?}")),
            Move::Register(who) => {
                let session = &self.sessions[*who];
                self.w.probe.set(session, Vital::Alive);
                let request = Register {
                    id: Some(session.id.clone()),
                    ..Register::of(session.fingerprint.clone())
                };
                coord.register(&request).map(|_| String::new())
            }
            Move::Die(who) => {
                self.w.probe.set(&self.sessions[*who], Vital::Dead);
                Ok(String::new())
            }
            Move::Reap => coord.reap().map(|names| names.join(" ")),
            Move::Pass(seconds) => {
                self.w.advance(*seconds);
                Ok(String::new())
            }
        })
    }

    /// What must hold after every step.
    fn check(&self) -> Vec<TaskInfo> {
        let coord = &self.w.coord;
        coord
            .read(|view, _| {
                let mut indexed = 0;
                for task in record::all(view, &mut std::collections::BTreeSet::new())? {
                    let in_state = record::in_state(
                        view,
                        task.status,
                        usize::MAX,
                        crate::store::Order::Ascending,
                    )?;
                    let lines = in_state.iter().filter(|(id, _)| *id == task.task_id);
                    assert_eq!(lines.count(), 1, "{task:?}");
                    indexed += 1;
                    let held = held_by_claimer(view, &task)?;
                    assert!(held || !task.status.is_active(), "{task:?}");
                    let free = matches!(task.status, Status::Pending | Status::Blocked);
                    if free {
                        assert_eq!(
                            task.blocked_by.is_empty(),
                            task.status == Status::Pending,
                            "{task:?}"
                        );
                        assert_eq!(task.claimed_by, None, "{task:?}");
                    }
                }
                assert_eq!(view.count(record::STATE_PREFIX)?, indexed);
                Ok(())
            })
            .unwrap();
        let tasks = coord.tasks().unwrap().tasks;
        let snapshot = coord.snapshot().unwrap();
        for task in tasks.iter().filter(|task| task.status.is_active()) {
            let key = format!("task/{}", task.task_id);
            let by = task.claimed_by.as_ref().unwrap();
            let held = |claim: &&snapshot::ClaimInfo| {
                claim.key == key && claim.holder == by.session_id.as_str()
            };
            assert!(snapshot.claims.iter().any(|claim| held(&claim)), "{task:?}");
        }
        for status in Status::ALL {
            let number = tasks.iter().filter(|task| task.status == status).count();
            assert_eq!(snapshot.task_totals.of(status), number as u64, "{status}");
        }
        tasks
    }
}

/// Whether the store has a grant of the task's key for its claimer, void or not.
fn held_by_claimer(view: &dyn View, task: &task::Task) -> Result<bool> {
    let claim = schema::claim(view, &task.claim_key()?)?;
    let by = task.claimed_by.as_ref().map(|by| &by.session_id);
    let mut grants = claim.iter().flat_map(|claim| &claim.grants);
    Ok(grants.any(|grant| Some(&grant.holder) == by))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(20) })]

    /// S1-45, S4-15, S4-27.
    #[test]
    fn tasks_and_claims_never_disagree(steps in prop::collection::vec(any_move(), 1..30)) {
        let memory = world();
        let temp = tempfile::tempdir().unwrap();
        let disk = world_on(Arc::new(sqlite(&temp.path().join(".stoa"))), None);
        let (mut first, mut second) = (Run::begin(&memory), Run::begin(&disk));
        for step in &steps {
            let (a, b) = (first.apply(step), second.apply(step));
            prop_assert_eq!(a, b, "{:?}", step);
            prop_assert_eq!(first.check(), second.check(), "{:?}", step);
        }
    }
}
