//! Who did how much, and who works with whom. Sessions are known by their names: whoever bears one
//! after a new start is the same worker.

use std::collections::BTreeMap;

use serde::Serialize;

use super::spread::Spread;
use crate::coord::report::{Agent, UNKNOWN};

/// Pairs that are told of.
const PAIRS: usize = 50;

/// What one session did.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Person {
    /// Its name.
    pub name: String,
    /// Tasks it completed.
    pub tasks_completed: u64,
    /// How long they took it, in seconds.
    pub task_time: Spread,
    /// Issues it resolved.
    pub issues_resolved: u64,
    /// How long they had been open, in seconds.
    pub issue_time: Spread,
    /// Tasks it gave up or gave back.
    pub failed: u64,
    /// Claims it was granted.
    pub claims: u64,
    /// Attempts refused since somebody else held what they needed.
    pub refused: u64,
    /// Times it stood in line.
    pub waits: u64,
    /// Messages it sent.
    pub messages: u64,
    /// Fixes it proposed.
    pub fixes_proposed: u64,
    /// Fixes of others it judged.
    pub reviews: u64,
    /// Attempts of any sort.
    pub actions: u64,
}

/// How one session looked at another one's fixes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Reviews {
    /// Who looked.
    pub reviewer: String,
    /// At whose fixes.
    pub author: String,
    /// Reviews it gave.
    pub reviewed: u64,
    /// Fixes it applied.
    pub applied: u64,
    /// Fixes it rejected.
    pub rejected: u64,
}

impl Reviews {
    fn all(&self) -> u64 {
        self.reviewed + self.applied + self.rejected
    }
}

/// How much one session wrote to another, to a group or to all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pair {
    /// Who wrote.
    pub from: String,
    /// To whom: a name, `@GROUP` or `--all`.
    pub to: String,
    /// How many messages.
    pub count: u64,
}

/// Counts while they are made.
#[derive(Debug, Default)]
pub(super) struct People {
    done: BTreeMap<String, Done>,
    reviews: BTreeMap<(String, String), Reviews>,
    letters: BTreeMap<(String, String), u64>,
}

#[derive(Debug, Default)]
struct Done {
    tasks: u64,
    task_times: Vec<u64>,
    issue_times: Vec<u64>,
    messages: u64,
}

impl People {
    fn of(&mut self, name: &str) -> &mut Done {
        self.done.entry(name.to_owned()).or_default()
    }

    pub(super) fn completed(&mut self, name: &str, seconds: Option<u64>) {
        let done = self.of(name);
        done.tasks += 1;
        done.task_times.extend(seconds);
    }

    pub(super) fn resolved(&mut self, name: &str, seconds: u64) {
        self.of(name).issue_times.push(seconds);
    }

    pub(super) fn sent(&mut self, name: &str) {
        self.of(name).messages += 1;
    }

    pub(super) fn wrote(&mut self, from: &str, to: &str) {
        let pair = (from.to_owned(), to.to_owned());
        *self.letters.entry(pair).or_default() += 1;
    }

    pub(super) fn pair(&mut self, reviewer: &str, author: &str) -> &mut Reviews {
        let (reviewer, author) = (reviewer.to_owned(), author.to_owned());
        let pair = (reviewer.clone(), author.clone());
        self.reviews.entry(pair).or_insert(Reviews {
            reviewer,
            author,
            ..Reviews::default()
        })
    }

    /// All of it, with what the trail says of each.
    pub(super) fn told(self, agents: Vec<Agent>) -> (Vec<Person>, Vec<Reviews>, Vec<Pair>) {
        let mut persons: BTreeMap<String, Person> = BTreeMap::new();
        // What Stoa does of itself is nobody's.
        for agent in agents.into_iter().filter(|agent| agent.name != UNKNOWN) {
            let by = |action: &str| agent.by_action.get(action).copied().unwrap_or(0);
            let failed = by("task-fail") + by("task-release") + by("issue-release");
            let person = Person {
                name: agent.name.clone(),
                failed,
                claims: agent.claims,
                refused: agent.held,
                waits: agent.waits,
                fixes_proposed: agent.fixes_proposed,
                reviews: agent.reviews,
                actions: agent.actions,
                ..Person::default()
            };
            persons.insert(agent.name, person);
        }
        for (name, done) in self.done {
            let person = persons.entry(name.clone()).or_insert(Person {
                name,
                ..Person::default()
            });
            person.tasks_completed = done.tasks;
            person.task_time = Spread::of(&done.task_times);
            person.issues_resolved = done.issue_times.len() as u64;
            person.issue_time = Spread::of(&done.issue_times);
            person.messages = done.messages;
        }
        let mut persons: Vec<Person> = persons.into_values().collect();
        let got_done = |person: &Person| person.tasks_completed + person.issues_resolved;
        persons.sort_by_key(|person| std::cmp::Reverse((got_done(person), person.actions)));
        let mut reviews: Vec<Reviews> = self.reviews.into_values().collect();
        reviews.sort_by_key(|pair| std::cmp::Reverse(pair.all()));
        reviews.truncate(PAIRS);
        let letters = self.letters.into_iter();
        let mut letters: Vec<Pair> = letters
            .map(|((from, to), count)| Pair { from, to, count })
            .collect();
        letters.sort_by_key(|pair| std::cmp::Reverse(pair.count));
        letters.truncate(PAIRS);
        (persons, reviews, letters)
    }
}
