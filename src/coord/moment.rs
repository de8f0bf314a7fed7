//! Times as people and older tools write them. What names no zone is UTC: there is no other time here.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

/// A time as people read it, to the second.
pub fn shown(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// Reads a time: RFC 3339, the same without a zone, or a day; says whether a zone was named.
/// `None` for what is no time.
pub fn utc(text: &str) -> Option<(Timestamp, bool)> {
    let text = text.trim();
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some((time, true));
    }
    // What is long past that is no date, and a word that parses as one is none either.
    let naive = text.parse::<DateTime>().ok().or_else(|| {
        let day: Date = text.parse().ok()?;
        Some(day.at(0, 0, 0, 0))
    })?;
    let zoned = naive.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some((zoned.timestamp(), false))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S3-56: a time without a zone is taken as UTC, and is compared with those that have one.
    #[test]
    fn naive_times_are_utc() {
        let check = |text: &str, expected: Option<(&str, bool)>| {
            let expected = expected.map(|(time, zone)| (time.parse().expect("a time"), zone));
            assert_eq!(utc(text), expected, "{text}");
        };
        let eight = "2025-11-17T08:04:10Z";
        check("2025-11-17T08:04:10Z", Some((eight, true)));
        check("2025-11-17T09:04:10+01:00", Some((eight, true)));
        check("2025-11-17T08:04:10", Some((eight, false)));
        check("2025-11-17 08:04:10", Some((eight, false)));
        check(
            "2025-11-17T08:04:10.500000",
            Some(("2025-11-17T08:04:10.5Z", false)),
        );
        check("2025-11-17", Some(("2025-11-17T00:00:00Z", false)));
        check("yesterday", None);
        check("", None);
        check("1763229251", None);
    }
}
