//! The settings that have tables of their own: the panel's, and the limits of the team.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::choices::Side;
use super::values::{duration, in_seconds, ranged};
use crate::draw::Choice;

/// `[panel]`: the side panel.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(
    default,
    deny_unknown_fields,
    rename_all = "kebab-case",
    expecting = "a table"
)]
pub struct Panel {
    /// The side it is on. Default `right`.
    pub side: Side,
    /// Columns, 20 to 120. Default 36.
    #[serde(deserialize_with = "ranged::<_, 20, 120>")]
    pub width: u32,
    /// Whether it is shown at the start. Default true.
    pub open: bool,
}

impl Default for Panel {
    fn default() -> Panel {
        Panel {
            side: Side::Right,
            width: 36,
            open: true,
        }
    }
}

/// `[terminal]`: what the terminals have that one attaches.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(
    default,
    deny_unknown_fields,
    rename_all = "kebab-case",
    expecting = "a table"
)]
pub struct Terminal {
    /// Features that they have whatever they say (`"rgb"`, `"underlines"`, `"links"`, `"sync"`,
    /// `"images"`, `"sixels"`), or have not (`"-rgb"`). Default none: terminals are asked.
    pub features: Vec<Choice>,
}

/// `[sessions]`: when a session counts as what. A session whose process is seen to have ended is
/// over at once, whatever stands here.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(
    default,
    deny_unknown_fields,
    rename_all = "kebab-case",
    expecting = "a table"
)]
pub struct Sessions {
    /// Without a sign of life for this long, one that said it was working is shown as stalled.
    /// Default `"120s"`.
    #[serde(deserialize_with = "duration", serialize_with = "in_seconds")]
    pub stalled_after: Duration,
    /// Without a sign of life for this long, one whose process cannot be looked at (another
    /// machine, another container) is lost. Default `"60s"`.
    #[serde(deserialize_with = "duration", serialize_with = "in_seconds")]
    pub lost_after: Duration,
    /// With a sign of life in this time, one is active and can be coordinated with. Default
    /// `"120s"`.
    #[serde(deserialize_with = "duration", serialize_with = "in_seconds")]
    pub active_within: Duration,
    /// For how long one that died is still shown. Default `"10m"`.
    #[serde(deserialize_with = "duration", serialize_with = "in_seconds")]
    pub lost_shown: Duration,
}

impl Default for Sessions {
    fn default() -> Sessions {
        Sessions {
            stalled_after: Duration::from_secs(120),
            lost_after: Duration::from_secs(60),
            active_within: Duration::from_secs(120),
            lost_shown: Duration::from_secs(10 * 60),
        }
    }
}

/// `[groups]`: groups.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(
    default,
    deny_unknown_fields,
    rename_all = "kebab-case",
    expecting = "a table"
)]
pub struct Groups {
    /// The most peers of a session in its group, 1 to 1024: a group may have one member more. Default 32.
    #[serde(deserialize_with = "ranged::<_, 1, 1024>")]
    pub peer_limit: u32,
}

impl Default for Groups {
    fn default() -> Groups {
        Groups { peer_limit: 32 }
    }
}

/// `[messages]`: messages.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(
    default,
    deny_unknown_fields,
    rename_all = "kebab-case",
    expecting = "a table"
)]
pub struct Messages {
    /// How many a session may send at once, 0 to 100000; 0 for no limit of speed. Default 60.
    #[serde(deserialize_with = "ranged::<_, 0, 100_000>")]
    pub burst: u32,
    /// How many a session may send a minute in the long run, 1 to 100000. Default 60.
    #[serde(deserialize_with = "ranged::<_, 1, 100_000>")]
    pub per_minute: u32,
}

impl Default for Messages {
    fn default() -> Messages {
        Messages {
            burst: 60,
            per_minute: 60,
        }
    }
}

/// `[claims]`: claims.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(
    default,
    deny_unknown_fields,
    rename_all = "kebab-case",
    expecting = "a table"
)]
pub struct Claims {
    /// How long a claim lasts that nobody renews: `"90s"`, `"60m"`, `"2h"`, `"1d"`; one second to
    /// 30 days. Default `"60m"`.
    #[serde(deserialize_with = "duration", serialize_with = "in_seconds")]
    pub ttl: Duration,
}

impl Default for Claims {
    fn default() -> Claims {
        let ttl = Duration::from_secs(60 * 60);
        Claims { ttl }
    }
}

/// `[fixes]`: fixes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(
    default,
    deny_unknown_fields,
    rename_all = "kebab-case",
    expecting = "a table"
)]
pub struct Fixes {
    /// Whether a session may judge its own fixes, with `--self-review`. Default false.
    pub self_review: bool,
}
