//! Random histories against a model that keeps every session's messages in a plain list: whoever was
//! there receives each message once, in order, and what it did with it is what it did with it.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::coord::message::State;

const SESSIONS: usize = 4;
const GROUPS: [&str; 2] = ["api", "web"];

#[derive(Debug, Clone)]
enum Step {
    Direct {
        from: usize,
        to: usize,
    },
    Group {
        from: usize,
        group: usize,
    },
    All {
        from: usize,
    },
    /// The last operation with an id once more, as after a lost answer.
    Retry {
        from: usize,
    },
    Read {
        who: usize,
        pick: usize,
    },
    Ack {
        who: usize,
        pick: usize,
    },
    AckUpTo {
        who: usize,
        pick: usize,
    },
    AckAll {
        who: usize,
    },
    Join {
        who: usize,
        group: usize,
    },
    Leave {
        who: usize,
    },
    End {
        who: usize,
    },
    Die {
        who: usize,
    },
    Register {
        who: usize,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let who = || 0..SESSIONS;
    let group = || 0..GROUPS.len();
    let pick = || 0..12usize;
    prop_oneof![
        4 => (who(), who()).prop_map(|(from, to)| Step::Direct { from, to }),
        3 => (who(), group()).prop_map(|(from, group)| Step::Group { from, group }),
        4 => who().prop_map(|from| Step::All { from }),
        2 => who().prop_map(|from| Step::Retry { from }),
        3 => (who(), pick()).prop_map(|(who, pick)| Step::Read { who, pick }),
        3 => (who(), pick()).prop_map(|(who, pick)| Step::Ack { who, pick }),
        1 => (who(), pick()).prop_map(|(who, pick)| Step::AckUpTo { who, pick }),
        1 => who().prop_map(|who| Step::AckAll { who }),
        2 => (who(), group()).prop_map(|(who, group)| Step::Join { who, group }),
        1 => who().prop_map(|who| Step::Leave { who }),
        1 => who().prop_map(|who| Step::End { who }),
        1 => who().prop_map(|who| Step::Die { who }),
        2 => who().prop_map(|who| Step::Register { who }),
    ]
}

/// What the model knows of a session.
#[derive(Debug, Default, Clone)]
struct Known {
    living: bool,
    group: Option<usize>,
    /// What it received, with what it did.
    messages: BTreeMap<u64, State>,
    /// Its last operation and what came of it.
    last: Option<(String, Draft, Sent)>,
}

struct Run<'a> {
    w: &'a World,
    ids: Vec<SessionId>,
    pids: Vec<u32>,
    known: Vec<Known>,
    operations: usize,
}

impl Run<'_> {
    fn new<'a>(w: &'a World, ids: &[SessionId]) -> Run<'a> {
        let mut run = Run {
            w,
            ids: ids.to_vec(),
            pids: vec![0; SESSIONS],
            known: vec![Known::default(); SESSIONS],
            operations: 0,
        };
        for who in 0..SESSIONS {
            run.register(who);
        }
        run
    }

    fn register(&mut self, who: usize) {
        if self.known[who].living {
            return;
        }
        let name = format!("s{who}");
        let request = Register {
            id: Some(self.ids[who].clone()),
            ..self.w.request(&name)
        };
        self.pids[who] = request.fingerprint.pid;
        self.w.coord.register(&request).unwrap();
        self.known[who].living = true;
        self.known[who].group = None;
    }

    fn send(&mut self, from: usize, to: Address, receives: impl Fn(usize, &Known) -> bool) {
        self.operations += 1;
        let op = format!("op-{}", self.operations);
        let draft = draft(to, &op, "body");
        let actor = Actor::new(self.ids[from].clone()).once(&op);
        let sent = self.w.coord.send(&actor, &Voice::Unknown, &draft);
        if !self.known[from].living {
            assert_eq!(sent.unwrap_err().kind, Kind::Refused);
            return;
        }
        // A group that nobody is in does not exist; one that has ended receives nothing.
        let Ok(sent) = sent else {
            assert!(
                !(0..SESSIONS).any(|who| receives(who, &self.known[who]) && self.known[who].living)
            );
            return;
        };
        let mut count = 0;
        for who in 0..SESSIONS {
            if self.known[who].living && receives(who, &self.known[who]) {
                count += 1;
                let earlier = self.known[who].messages.insert(sent.id, State::Unread);
                assert_eq!(earlier, None, "a number was used twice");
            }
        }
        assert_eq!(sent.recipients, count);
        self.known[from].last = Some((op, draft, sent));
    }

    /// One of the messages a session has received.
    fn pick(&self, who: usize, pick: usize) -> Option<u64> {
        let messages = &self.known[who].messages;
        messages.keys().rev().nth(pick).copied()
    }

    fn acknowledge(&mut self, who: usize, which: Handled, done: impl Fn(u64) -> bool) {
        let actor = Actor::new(self.ids[who].clone());
        let outcome = self.w.coord.acknowledge(&actor, &which);
        if !self.known[who].living {
            assert_eq!(outcome.unwrap_err().kind, Kind::Refused);
            return;
        }
        let mut count = 0;
        for (id, state) in &mut self.known[who].messages {
            if done(*id) && *state != State::Acknowledged {
                *state = State::Acknowledged;
                count += 1;
            }
        }
        assert_eq!(outcome.unwrap().messages, count, "{which:?}");
    }

    fn gone(&mut self, who: usize) {
        self.known[who].living = false;
        self.known[who].group = None;
        // What it did is forgotten with it.
        self.known[who].last = None;
    }

    fn apply(&mut self, step: &Step) {
        let w = self.w;
        match *step {
            Step::Direct { from, to } => {
                self.send(from, Address::Session(self.ids[to].clone()), |who, _| {
                    who == to
                });
            }
            Step::Group { from, group } => {
                let to = Address::Group(GROUPS[group].to_owned());
                self.send(from, to, |who, known| {
                    who != from && known.group == Some(group)
                });
            }
            Step::All { from } => self.send(from, Address::All, |who, _| who != from),
            Step::Retry { from } => {
                if let Some((op, draft, sent)) = self.known[from].last.clone() {
                    let actor = Actor::new(self.ids[from].clone()).once(&op);
                    assert_eq!(w.coord.send(&actor, &Voice::Unknown, &draft).unwrap(), sent);
                }
            }
            Step::Read { who, pick } => {
                let Some(id) = self.pick(who, pick).filter(|_| self.known[who].living) else {
                    return;
                };
                let opened = w.coord.read_message(&Actor::new(self.ids[who].clone()), id);
                // A group's message may be out of sight once it was dealt with and the group left.
                let state = self.known[who].messages.get_mut(&id).unwrap();
                match opened {
                    Ok(opened) if *state != State::Acknowledged => {
                        assert_eq!(opened.item.state, Some(*state));
                        *state = State::Read;
                    }
                    Ok(_) => {}
                    Err(_) => assert_eq!(*state, State::Acknowledged),
                }
            }
            Step::Ack { who, pick } => {
                let Some(id) = self.pick(who, pick) else {
                    return;
                };
                if self.known[who].messages[&id] != State::Acknowledged {
                    self.acknowledge(who, Handled::These(vec![id]), |other| other == id);
                }
            }
            Step::AckUpTo { who, pick } => {
                let Some(id) = self.pick(who, pick) else {
                    return;
                };
                if self.known[who].messages[&id] != State::Acknowledged {
                    self.acknowledge(who, Handled::UpTo(id), |other| other <= id);
                }
            }
            Step::AckAll { who } => self.acknowledge(who, Handled::All, |_| true),
            Step::Join { who, group } => {
                let actor = Actor::new(self.ids[who].clone());
                if w.coord.join_group(&actor, GROUPS[group]).is_ok() {
                    self.known[who].group = Some(group);
                }
            }
            Step::Leave { who } => {
                if w.coord
                    .leave_group(&Actor::new(self.ids[who].clone()))
                    .is_ok()
                {
                    self.known[who].group = None;
                }
            }
            Step::End { who } => {
                w.coord.end(&self.ids[who]).unwrap();
                self.gone(who);
            }
            Step::Die { who } => {
                w.probe
                    .0
                    .lock()
                    .unwrap()
                    .insert(self.pids[who], Vital::Dead);
                w.coord.reap().unwrap();
                self.gone(who);
            }
            Step::Register { who } => self.register(who),
        }
    }

    /// What each living session finds is what the model says; it is numbered in order, and the
    /// snapshot's counts agree.
    fn check(&self) {
        let snapshot = self.w.coord.snapshot().unwrap();
        for who in (0..SESSIONS).filter(|who| self.known[*who].living) {
            let inbox = self.w.coord.inbox(&self.ids[who], 1000).unwrap();
            let with = |state: State| -> Vec<u64> {
                let messages = self.known[who].messages.iter();
                messages
                    .filter(|(_, s)| **s == state)
                    .map(|(id, _)| *id)
                    .collect()
            };
            let ids = |items: &[message::Item]| -> Vec<u64> {
                items.iter().map(|item| item.message.id).collect()
            };
            let (unread, read) = (with(State::Unread), with(State::Read));
            assert_eq!(ids(&inbox.unread), unread);
            assert_eq!(ids(&inbox.unacknowledged), read);
            assert_eq!(inbox.counts.unread(), unread.len() as u64);
            assert_eq!(inbox.counts.unacknowledged, read.len() as u64);
            let info = snapshot.session(self.ids[who].as_str()).unwrap();
            assert_eq!(info.unread, unread.len() as u64);
            let newest_first = |ids: &[u64]| -> Vec<u64> { ids.iter().rev().copied().collect() };
            assert_eq!(info.mail.unread, newest_first(&unread));
            assert_eq!(info.mail.read, newest_first(&read));
            let revisions: Vec<u64> = inbox.unread.iter().map(|i| i.message.revision).collect();
            assert!(revisions.is_sorted());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_message_comes_once_and_in_order(steps in prop::collection::vec(step(), 1..60)) {
        let ids: Vec<SessionId> = (0..SESSIONS).map(|_| SessionId::mint()).collect();
        on_each(|w| {
            let mut run = Run::new(w, &ids);
            for step in &steps {
                run.apply(step);
                run.check();
            }
        });
    }
}
