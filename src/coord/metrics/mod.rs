//! Metrics: how fast work goes, how good it is, who is in whose way and who works with whom.
//!
//! Durations and velocity are read off the records (tasks, issues, fixes, messages), which keep when
//! each thing happened; attempts, refusals and waits off the audit trail, from the store as far as
//! it reaches and beyond that from the readable trail and its archives. Everything is one pass over
//! each, and decides nothing: wall times are compared because they are all there is to tell of the
//! past. With nothing to tell, all counts are 0 and there is no median.

mod people;
mod series;
mod spread;
mod trail;
mod work;

use jiff::Timestamp;
use serde::Serialize;

pub use people::{Pair, Person, Reviews};
pub use series::{Period, Unit};
pub use spread::Spread;
pub use trail::{Contended, Contention};
pub use work::{Quality, Times, Velocity};

use super::facade::Coord;
use super::schema::SessionId;
use super::{Moment, session};
use crate::error::Result;
use crate::store::{View, project};
use people::People;
use series::Series;
use trail::Trail;
use work::Work;

/// The version of the metrics' data: fields may be added, none changes its meaning.
pub const SCHEMA: u32 = 1;

/// What is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Question {
    /// Only what happened at this time or later.
    pub since: Option<Timestamp>,
    /// Only what this session did: its name or, while it lives, its number or id.
    pub by: Option<String>,
}

/// The metrics of a workspace.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Metrics {
    /// The version of this form.
    pub schema: u32,
    /// The revision they tell of.
    pub revision: u64,
    /// When they were made, UTC.
    pub generated_at: Timestamp,
    /// Since when: what was asked for, else the first thing that is known to have happened.
    pub since: Option<Timestamp>,
    /// The name of the session they are about, if they are about one.
    pub by: Option<String>,
    /// Attempts of the audit trail they are made of.
    pub attempts: u64,
    /// How much gets done.
    pub velocity: Velocity,
    /// How long things take.
    pub times: Times,
    /// How good it is.
    pub quality: Quality,
    /// Each session, by name: those that got most done first.
    pub sessions: Vec<Person>,
    /// What happened when, oldest first; periods without anything too.
    pub over_time: Vec<Period>,
    /// Who was in whose way.
    pub contention: Contention,
    /// Who looked at whose fixes, the busiest pair first.
    pub reviews: Vec<Reviews>,
    /// Who wrote to whom, the busiest pair first.
    pub messages: Vec<Pair>,
}

impl Metrics {
    /// Whether nothing has happened yet.
    pub fn is_empty(&self) -> bool {
        self.since.is_none() || (self.sessions.is_empty() && self.over_time.is_empty())
    }
}

/// Whose deeds count, and from when on.
#[derive(Debug, Clone, Default)]
struct Filter {
    since: Option<Timestamp>,
    id: Option<SessionId>,
    name: Option<String>,
}

impl Filter {
    /// Whether something at `time` is late enough.
    fn from(&self, time: Timestamp) -> bool {
        self.since.is_none_or(|since| time >= since)
    }

    /// Whether a session is the one that is meant. A name is enough: whoever has it after a new
    /// start is the same worker.
    fn is(&self, id: Option<&SessionId>, name: &str) -> bool {
        let by_id = self.id.is_some() && self.id.as_ref() == id;
        self.name.as_deref().is_none_or(|wanted| wanted == name) || by_id
    }

    /// Both.
    fn takes(&self, time: Timestamp, id: Option<&SessionId>, name: &str) -> bool {
        self.from(time) && self.is(id, name)
    }
}

impl Coord {
    /// Makes the metrics.
    ///
    /// # Errors
    /// [`Kind::NotFound`](crate::error::Kind::NotFound) for a session that there never was; the store's, and
    /// the readable trail's that cannot be read.
    pub fn metrics(&self, question: &Question) -> Result<Metrics> {
        let lines: &Lines<'_> = &|each| match &self.dir {
            Some(dir) => project::lines(dir, "audit", each),
            None => Ok(()),
        };
        self.read(|view, at| {
            let made = make(view, at, question, lines)?;
            if made.is_empty() {
                refuse_stranger(view, at, question, lines)?;
            }
            Ok(made)
        })
    }
}

/// Gives the lines of the readable trail, oldest first, each with the number of its file.
type Lines<'a> = dyn Fn(&mut dyn FnMut(usize, &[u8])) -> Result<()> + 'a;

fn make(
    view: &dyn View,
    at: &Moment<'_>,
    question: &Question,
    lines: &Lines<'_>,
) -> Result<Metrics> {
    let filter = filter(view, at, question);
    let mut series = Series::default();
    let mut people = People::default();
    let trail = Trail::read(view, lines, &filter, &mut series)?;
    let work = Work::read(view, &filter, &mut series, &mut people)?;
    let now = at.now.wall;
    let since = filter.since.or(series.first());
    let unit = Unit::for_span(since.unwrap_or(now), now);
    let over_time = series.periods(since, now, unit);
    let (attempts, contention, agents) = trail.told();
    let (sessions, reviews, messages) = people.told(agents);
    Ok(Metrics {
        schema: SCHEMA,
        revision: view.revision(),
        generated_at: now,
        since,
        by: filter.name,
        attempts,
        velocity: Velocity::of(&over_time, unit, since, now),
        times: work.times(),
        quality: work.quality(),
        sessions,
        over_time,
        contention,
        reviews,
        messages,
    })
}

/// Refuses a question about somebody who is not here and has never done anything.
fn refuse_stranger(
    view: &dyn View,
    at: &Moment<'_>,
    question: &Question,
    lines: &Lines<'_>,
) -> Result<()> {
    let by = question.by.as_deref();
    let Some(Err(error)) = by.map(|by| session::resolve(view, at, by)) else {
        return Ok(());
    };
    let ever = Question {
        since: None,
        ..question.clone()
    };
    match make(view, at, &ever, lines)?.is_empty() {
        true => Err(error),
        false => Ok(()),
    }
}

/// What the question means here and now.
fn filter(view: &dyn View, at: &Moment<'_>, question: &Question) -> Filter {
    let found = question.by.as_ref().map(|text| {
        // Somebody who is gone is known by name alone.
        match session::resolve(view, at, text) {
            Ok(session) => (Some(session.id), session.name),
            Err(_) => (SessionId::parse(text).ok(), text.clone()),
        }
    });
    let (id, name) = found.map_or((None, None), |(id, name)| (id, Some(name)));
    Filter {
        since: question.since,
        id,
        name,
    }
}
