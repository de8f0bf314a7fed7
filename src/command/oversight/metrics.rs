//! `metrics`.

use std::fmt::Write as _;

use clap::Args;
use serde_json::json;

use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::command::times;
use crate::coord::lease::show_ms;
use crate::coord::metrics::{self, Period, Person, Question, Unit, Velocity};
use crate::error::{Error, Result};

/// Columns of the longest bar.
const BAR: u64 = 20;
/// Rows of each list that people see; --json has them all.
const ROWS: usize = 15;

/// Show how fast work goes, how good it is, who is in whose way and who works with whom
///
/// Tasks completed and issues resolved per hour, day or week, how long claiming, completing, resolving
/// and reviewing take (half of them took no longer than the median, nine in ten no longer than p90),
/// failed attempts, refused claims and waits, messages and reviews; for each session and over time.
///
/// stoa metrics --since 7d
///
/// stoa metrics --by Forge --json
#[derive(Debug, Clone, Args)]
pub struct Metrics {
    /// Only since then: 24h, 7d, 2025-11-17 or 2025-11-17T08:00:00Z; without a zone it is UTC
    #[arg(long, value_name = "TIME", value_parser = times::moment)]
    pub since: Option<times::Moment>,
    /// Only what this session did: its name, number or id
    #[arg(long, value_name = "SESSION")]
    pub by: Option<String>,
}

impl Run<StoreCx> for Metrics {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let Some(coord) = cx.reader()? else {
            return Ok(Reply::new(
                "nothing to measure yet: no state",
                json!({ "empty": true }),
            ));
        };
        let now = jiff::Timestamp::now();
        let made = coord.metrics(&Question {
            since: self.since.map(|since| since.before(now)),
            by: self.by,
        })?;
        let mut data = serde_json::to_value(&made)
            .map_err(|error| Error::internal(format!("metrics have no JSON form: {error}")))?;
        data["empty"] = made.is_empty().into();
        Ok(Reply::new(text(&made), data))
    }
}

fn text(made: &metrics::Metrics) -> String {
    let about = made
        .by
        .as_ref()
        .map_or(String::new(), |by| format!(" by {by}"));
    if made.is_empty() {
        return format!("nothing to measure yet{about}");
    }
    let mut out = String::new();
    if let Some(since) = made.since {
        let since = since.strftime("%Y-%m-%d %H:%MZ");
        let attempts = made.attempts;
        let _ = writeln!(out, "since {since}, {attempts} attempts on record{about}");
    }
    velocity(&mut out, &made.velocity);
    times_taken(&mut out, made);
    quality(&mut out, made);
    sessions(&mut out, &made.sessions);
    over_time(&mut out, &made.over_time, made.velocity.per);
    contention(&mut out, &made.contention);
    collaboration(&mut out, made);
    out.trim_end().to_owned()
}

fn velocity(out: &mut String, velocity: &Velocity) {
    let unit = velocity.per.one();
    let _ = writeln!(out, "\nVELOCITY");
    let rows = [
        (
            "tasks completed",
            velocity.tasks_completed,
            Some(velocity.tasks_rate),
        ),
        (
            "issues resolved",
            velocity.issues_resolved,
            Some(velocity.issues_rate),
        ),
        ("fixes applied", velocity.fixes_applied, None),
    ];
    for (what, count, rate) in rows {
        let rate = rate.map_or(String::new(), |rate| format!("   {rate} {unit}"));
        let _ = writeln!(out, "  {what:<18} {count:>6}{rate}");
    }
}

fn times_taken(out: &mut String, made: &metrics::Metrics) {
    let times = &made.times;
    let _ = writeln!(out, "\nTIMES                  count   median      p90");
    let rows = [
        ("claim a task", &times.task_to_claim),
        ("complete a task", &times.task_to_complete),
        ("claim an issue", &times.issue_to_claim),
        ("resolve an issue", &times.issue_to_resolve),
        ("review a fix", &times.fix_to_review),
        ("wait for a claim", &made.contention.waited),
    ];
    for (what, spread) in rows {
        let _ = writeln!(
            out,
            "  {what:<18} {:>7} {:>8} {:>8}",
            spread.count,
            span(spread.median),
            span(spread.p90)
        );
    }
}

fn span(seconds: Option<u64>) -> String {
    seconds.map_or("-".to_owned(), |seconds| {
        show_ms(seconds.saturating_mul(1000))
    })
}

fn quality(out: &mut String, made: &metrics::Metrics) {
    let quality = &made.quality;
    let _ = writeln!(out, "\nQUALITY");
    let reopened: u64 = made.over_time.iter().map(|period| period.reopened).sum();
    let rows = [
        ("completed at the first try", quality.first_try),
        ("attempts without a result", quality.attempts),
        ("tasks failed", quality.tasks_failed),
        ("opened again", reopened),
        ("fixes rejected", quality.fixes_rejected),
        ("fixes proposed again", quality.fixes_revised),
    ];
    for (what, count) in rows {
        let _ = writeln!(out, "  {what:<28} {count:>6}");
    }
}

fn sessions(out: &mut String, sessions: &[Person]) {
    let width = sessions.iter().map(|person| person.name.chars().count());
    let width = width.max().unwrap_or(0).clamp(8, 24);
    let _ = writeln!(
        out,
        "\n{:<width$}    tasks   median  issues  claims refused   waits  failed reviews messages",
        "SESSIONS"
    );
    for person in sessions.iter().take(ROWS) {
        let name: String = person.name.chars().take(width).collect();
        let _ = writeln!(
            out,
            "  {name:<width$} {:>6} {:>8} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7} {:>8}",
            person.tasks_completed,
            span(person.task_time.median),
            person.issues_resolved,
            person.claims,
            person.refused,
            person.waits,
            person.failed,
            person.reviews,
            person.messages,
        );
    }
    more(out, sessions.len());
}

fn more(out: &mut String, all: usize) {
    if let Some(rest) = all.checked_sub(ROWS).filter(|rest| *rest > 0) {
        let _ = writeln!(out, "  and {rest} more: --json");
    }
}

fn over_time(out: &mut String, periods: &[Period], unit: Unit) {
    // The latest are looked at, from the first with something in it; the rest is in the data.
    let latest = &periods[periods.len().saturating_sub(24)..];
    let is_idle = |period: &&Period| {
        Period {
            from: period.from,
            ..Period::default()
        } == **period
    };
    let idle = latest.iter().take_while(is_idle).count();
    let shown = &latest[idle..];
    if shown.is_empty() {
        return;
    }
    let done = |period: &Period| period.tasks_completed + period.issues_resolved;
    let most = shown.iter().map(done).max().unwrap_or(0);
    let _ = writeln!(
        out,
        "\nBY THE {:<10} tasks issues failed claims refused messages  tasks and issues",
        unit.word().to_uppercase()
    );
    for period in shown {
        let from = match unit {
            Unit::Hour => period.from.strftime("%m-%d %H:%MZ"),
            Unit::Day | Unit::Week => period.from.strftime("%Y-%m-%d"),
        };
        let _ = writeln!(
            out,
            "  {:<14} {:>6} {:>6} {:>6} {:>6} {:>7} {:>8}  {}",
            from.to_string(),
            period.tasks_completed,
            period.issues_resolved,
            period.failed,
            period.claims,
            period.refused,
            period.messages,
            bar(done(period), most),
        );
    }
}

/// A bar in eighths of a column; whatever is not nothing can be seen.
fn bar(value: u64, most: u64) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    if most == 0 || value == 0 {
        return String::new();
    }
    let eighths = (u128::from(value) * u128::from(BAR) * 8 / u128::from(most)).max(1);
    let whole = "█".repeat(usize::try_from(eighths / 8).unwrap_or(0));
    let rest = usize::try_from(eighths % 8).unwrap_or(0);
    format!("{whole}{}", EIGHTHS[rest % EIGHTHS.len()])
}

fn contention(out: &mut String, contention: &metrics::Contention) {
    let _ = writeln!(out, "\nCONTENTION");
    let _ = writeln!(
        out,
        "  {} claims refused, {} waits, {} by force",
        contention.refused, contention.waits, contention.forced
    );
    for key in contention.keys.iter().take(ROWS) {
        let _ = writeln!(out, "  {:>6}  {}", key.refused, key.key);
    }
}

fn collaboration(out: &mut String, made: &metrics::Metrics) {
    if !made.reviews.is_empty() {
        let _ = writeln!(out, "\nWHO JUDGED WHOSE FIXES");
        for pair in made.reviews.iter().take(ROWS) {
            let _ = writeln!(
                out,
                "  {} -> {}: {} reviewed, {} applied, {} rejected",
                pair.reviewer, pair.author, pair.reviewed, pair.applied, pair.rejected
            );
        }
        more(out, made.reviews.len());
    }
    if !made.messages.is_empty() {
        let _ = writeln!(out, "\nWHO WROTE TO WHOM");
        for pair in made.messages.iter().take(ROWS) {
            let _ = writeln!(out, "  {} -> {}: {}", pair.from, pair.to, pair.count);
        }
        more(out, made.messages.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_of_a_unit() {
        let told = |per| {
            let mut out = String::new();
            let velocity = Velocity {
                per,
                tasks_completed: 1,
                issues_resolved: 0,
                fixes_applied: 0,
                tasks_rate: 0.5,
                issues_rate: 0.0,
            };
            super::velocity(&mut out, &velocity);
            out
        };
        assert!(told(metrics::Unit::Hour).contains("0.5 an hour"));
        assert!(told(metrics::Unit::Day).contains("0.5 a day"));
    }

    #[test]
    fn bars_are_never_too_long_and_never_lost() {
        let check = |value, most, expected: &str| assert_eq!(bar(value, most), expected);
        check(0, 0, "");
        check(0, 5, "");
        check(1, 1, &"█".repeat(20));
        check(1, 2, &"█".repeat(10));
        check(1, 1000, "▏");
        check(u64::MAX, u64::MAX, &"█".repeat(20));
        check(9, 16, &format!("{}▎", "█".repeat(11)));
    }
}
