//! How numbers, times, sizes and names are read, within their limits.

use std::fmt;
use std::time::Duration;

use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serializer};

use crate::config::themes::{self, AUTO};
use crate::model::geometry::Size;

/// A whole number, by a name that people use.
struct Whole;

impl Visitor<'_> for Whole {
    type Value = i64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number")
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<i64, E> {
        Ok(number)
    }
}

/// A whole number within limits.
pub(super) fn ranged<'de, D, const LEAST: u32, const MOST: u32>(
    deserializer: D,
) -> Result<u32, D::Error>
where
    D: Deserializer<'de>,
{
    let number = deserializer.deserialize_i64(Whole)?;
    u32::try_from(number)
        .ok()
        .filter(|number| (LEAST..=MOST).contains(number))
        .ok_or_else(|| de::Error::custom(format!("must be from {LEAST} to {MOST}, not {number}")))
}

/// A theme's name; `follow` is another word for `auto`.
pub(super) fn theme_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let name = String::deserialize(deserializer)?;
    match name.as_str() {
        AUTO | "follow" => Ok(AUTO.to_owned()),
        name if themes::is_name(name) => Ok(name.to_owned()),
        _ => Err(de::Error::custom(
            "a theme's name is of letters, digits, - and _",
        )),
    }
}

pub(super) fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    const DAY: u64 = 24 * 60 * 60;
    let text = String::deserialize(deserializer)?;
    let split = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let seconds = match unit.trim() {
        "s" => Some(1),
        "m" => Some(60),
        "h" => Some(60 * 60),
        "d" => Some(DAY),
        _ => None,
    };
    let number: Option<u64> = number.parse().ok();
    let total = seconds.and_then(|seconds| number?.checked_mul(seconds));
    match total {
        Some(total) if (1..=30 * DAY).contains(&total) => Ok(Duration::from_secs(total)),
        Some(_) => Err(de::Error::custom("must be from one second to 30 days")),
        None => Err(de::Error::custom(
            "must be a number and s, m, h or d, such as \"60m\"",
        )),
    }
}

/// Columns and rows, from one of each to what a screen may have.
pub(super) fn cells<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Size, D::Error> {
    let text = String::deserialize(deserializer)?;
    let wrong = || de::Error::custom("must be columns and rows, such as \"80x24\"");
    let (cols, rows) = text.split_once('x').ok_or_else(wrong)?;
    let read = |number: &str| number.trim().parse().ok();
    match (read(cols), read(rows)) {
        (Some(cols @ 1..=4096), Some(rows @ 1..=4096)) => Ok(Size::new(cols, rows)),
        (Some(_), Some(_)) => Err(de::Error::custom("must be from 1x1 to 4096x4096")),
        _ => Err(wrong()),
    }
}

pub(super) fn as_cells<S: Serializer>(size: &Size, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&format!("{}x{}", size.cols, size.rows))
}

pub(super) fn in_seconds<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&format!("{}s", time.as_secs()))
}
