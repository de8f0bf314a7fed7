//! What happened when, in hours, days or weeks.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

/// Periods of a series at most; older ones are left out.
const PERIODS: i64 = 60;
const HOUR: i64 = 60 * 60;

/// How long the periods are, as fits the time they span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// For a day's work and less.
    Hour,
    /// For up to about a month.
    Day,
    /// For anything longer.
    Week,
}

impl Unit {
    /// The one for a time from `since` to `now`.
    pub fn for_span(since: Timestamp, now: Timestamp) -> Unit {
        match (now.as_second() - since.as_second()) / HOUR {
            ..24 => Unit::Hour,
            24..768 => Unit::Day,
            _ => Unit::Week,
        }
    }

    /// Its word: `hour`.
    pub fn word(self) -> &'static str {
        match self {
            Unit::Hour => "hour",
            Unit::Day => "day",
            Unit::Week => "week",
        }
    }

    /// One of it: `an hour`.
    pub fn one(self) -> &'static str {
        match self {
            Unit::Hour => "an hour",
            Unit::Day => "a day",
            Unit::Week => "a week",
        }
    }

    /// How many seconds it has.
    pub fn seconds(self) -> i64 {
        match self {
            Unit::Hour => HOUR,
            Unit::Day => 24 * HOUR,
            Unit::Week => 7 * 24 * HOUR,
        }
    }

    /// The number of the period a time lies in. Weeks begin on Monday, and the first day of all was
    /// a Thursday.
    fn index(self, second: i64) -> i64 {
        let shift = match self {
            Unit::Week => 3 * 24 * HOUR,
            Unit::Hour | Unit::Day => 0,
        };
        (second + shift).div_euclid(self.seconds())
    }

    /// When the period of that number begins.
    fn begin(self, index: i64) -> i64 {
        let shift = match self {
            Unit::Week => 3 * 24 * HOUR,
            Unit::Hour | Unit::Day => 0,
        };
        index * self.seconds() - shift
    }
}

/// One hour, day or week.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Period {
    /// When it begins, UTC.
    pub from: Timestamp,
    /// Tasks completed in it.
    pub tasks_completed: u64,
    /// Issues resolved.
    pub issues_resolved: u64,
    /// Fixes applied.
    pub fixes_applied: u64,
    /// Tasks given up, and attempts at tasks and issues that ended without a result.
    pub failed: u64,
    /// Tasks and issues opened again.
    pub reopened: u64,
    /// Claims granted.
    pub claims: u64,
    /// Claims refused since somebody else held them.
    pub refused: u64,
    /// Messages sent.
    pub messages: u64,
}

impl Period {
    fn add(&mut self, other: &Period) {
        self.tasks_completed += other.tasks_completed;
        self.issues_resolved += other.issues_resolved;
        self.fixes_applied += other.fixes_applied;
        self.failed += other.failed;
        self.reopened += other.reopened;
        self.claims += other.claims;
        self.refused += other.refused;
        self.messages += other.messages;
    }
}

/// Counts by the hour, from which longer periods are made.
#[derive(Debug, Default)]
pub(super) struct Series {
    hours: BTreeMap<i64, Period>,
    first: Option<Timestamp>,
}

impl Series {
    /// The counts of the hour of this time.
    pub(super) fn at(&mut self, time: Timestamp) -> &mut Period {
        self.first = Some(self.first.map_or(time, |first| first.min(time)));
        let hour = Unit::Hour.index(time.as_second());
        self.hours.entry(hour).or_default()
    }

    /// When the first thing happened.
    pub(super) fn first(&self) -> Option<Timestamp> {
        self.first
    }

    /// All periods from the first to now, or the latest of them.
    pub(super) fn periods(
        &self,
        since: Option<Timestamp>,
        now: Timestamp,
        unit: Unit,
    ) -> Vec<Period> {
        let (Some(since), Some(_)) = (since, self.first) else {
            return Vec::new();
        };
        let last = unit.index(now.as_second());
        let first = unit.index(since.as_second()).max(last - PERIODS + 1);
        let mut periods: Vec<Period> = (first..=last)
            .map(|index| Period {
                from: Timestamp::from_second(unit.begin(index)).unwrap_or_default(),
                ..Period::default()
            })
            .collect();
        for (hour, counts) in &self.hours {
            let index = unit.index(hour * HOUR) - first;
            // What is dated later than now (another machine's clock) counts as of now.
            let index = index.min(last - first);
            if let Ok(index) = usize::try_from(index)
                && let Some(period) = periods.get_mut(index)
            {
                period.add(counts);
            }
        }
        periods
    }
}

/// How many units of time lie between two times; at least one, so that a rate of the first minute
/// is no fantasy.
pub(super) fn units(unit: Unit, since: Timestamp, now: Timestamp) -> f64 {
    let span: SignedDuration = now.duration_since(since);
    (span.as_secs_f64() / unit.seconds() as f64).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[test]
    fn the_unit_fits_the_span() {
        let check = |since: &str, unit: Unit| {
            let now = time("2025-11-20T12:00:00Z");
            assert_eq!(Unit::for_span(time(since), now), unit, "{since}");
        };
        check("2025-11-20T11:59:00Z", Unit::Hour);
        check("2025-11-19T12:30:00Z", Unit::Hour);
        check("2025-11-19T12:00:00Z", Unit::Day);
        check("2025-11-01T12:00:00Z", Unit::Day);
        check("2025-06-01T12:00:00Z", Unit::Week);
        // A clock that was set back.
        check("2025-11-21T12:00:00Z", Unit::Hour);
    }

    #[test]
    fn empty_periods_are_there_and_the_future_counts_as_now() {
        let mut series = Series::default();
        series.at(time("2025-11-17T23:59:59Z")).claims += 1;
        series.at(time("2025-11-20T01:00:00Z")).claims += 2;
        series.at(time("2025-11-25T00:00:00Z")).claims += 4;
        let now = time("2025-11-20T12:00:00Z");
        let periods = series.periods(series.first(), now, Unit::Day);
        let told: Vec<(String, u64)> = periods
            .iter()
            .map(|period| (period.from.to_string(), period.claims))
            .collect();
        let day = |day: u8, claims| (format!("2025-11-{day}T00:00:00Z"), claims);
        assert_eq!(told, [day(17, 1), day(18, 0), day(19, 0), day(20, 6)]);
        // 17 November 2025 was a Monday.
        let weeks = series.periods(series.first(), now, Unit::Week);
        assert_eq!(weeks.len(), 1);
        assert_eq!(weeks[0].from, time("2025-11-17T00:00:00Z"));
        assert_eq!(weeks[0].claims, 7);
        assert!(Series::default().periods(None, now, Unit::Day).is_empty());
    }

    #[test]
    fn a_long_history_shows_its_end() {
        let mut series = Series::default();
        series.at(time("2001-01-01T00:00:00Z")).claims += 1;
        series.at(time("2025-11-20T01:00:00Z")).claims += 2;
        let now = time("2025-11-20T12:00:00Z");
        let weeks = series.periods(series.first(), now, Unit::Week);
        assert_eq!(weeks.len() as i64, PERIODS);
        assert_eq!(weeks.iter().map(|week| week.claims).sum::<u64>(), 2);
    }
}
