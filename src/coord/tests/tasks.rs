//! Tasks: in hand by their claim, one at a time, in order, by those who can.

mod claims;
mod graph;
mod histories;
mod queue;

use super::*;
use crate::coord::task::{
    Assign, ClaimTask, Claimed, Depend, NewTask, Priority, SplitTask, Status, Step, TaskInfo,
};

impl World {
    fn add(&self, by: &Session, new: NewTask) -> String {
        let added = self.coord.add_task(&by.into(), &new).unwrap();
        added.task.task_id
    }

    /// A task that is like no other.
    fn task(&self, by: &Session, id: &str) -> String {
        let new = NewTask {
            id: Some(id.to_owned()),
            force: true,
            ..NewTask::of(&format!("work on {id}"))
        };
        self.add(by, new)
    }

    fn take(&self, by: &Session, id: &str) -> Result<Claimed> {
        let request = ClaimTask {
            id: id.to_owned(),
            ..ClaimTask::default()
        };
        self.coord.claim_task(&by.into(), &request)
    }

    fn finish(&self, by: &Session, id: &str) -> task::Finished {
        self.take(by, id).unwrap();
        self.coord
            .complete_task(&by.into(), id, Some("done"))
            .unwrap()
    }

    fn look(&self, id: &str) -> TaskInfo {
        self.coord.task(id).unwrap().0
    }

    fn status(&self, id: &str) -> Status {
        let alone = self.look(id).status;
        let snapshot = self.coord.snapshot().unwrap();
        let listed = snapshot
            .tasks
            .iter()
            .find(|task| task.task_id == id)
            .unwrap();
        assert_eq!(listed.status, alone, "readers agree");
        let same = snapshot.tasks.iter().filter(|task| task.status == alone);
        assert_eq!(snapshot.task_totals.of(alone), same.count() as u64);
        alone
    }

    fn role(&self, name: &str, role: &str) -> Session {
        let mut request = self.request(name);
        request.role = Some(role.to_owned());
        self.coord.register(&request).unwrap()
    }
}
