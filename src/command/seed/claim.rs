//! `session-claim TYPE NAME [HOURS]`, `session-release TYPE NAME`.

use std::time::Duration;

use clap::Args;

use crate::command::claim::release::Release;
use crate::command::claim::take::Claim;
use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::coord::ClaimKey;
use crate::error::{Error, Result};

/// Claim by type and name, for some hours; the present command is claim TYPE/NAME --ttl 4h
///
/// stoa session-claim droplet church-guidance 4
#[derive(Debug, Clone, Args)]
pub struct SessionClaim {
    /// What sort of thing it is: droplet, task, file, …
    #[arg(value_name = "TYPE")]
    pub kind: String,
    /// Which
    pub name: String,
    /// For how many hours [default: one, renewed while the session works]
    #[arg(value_parser = hours)]
    pub hours: Option<Duration>,
}

/// Give a claim back by type and name; the present command is release TYPE/NAME
///
/// stoa session-release droplet church-guidance
#[derive(Debug, Clone, Args)]
pub struct SessionRelease {
    /// What sort of thing it is: droplet, task, file, …
    #[arg(value_name = "TYPE")]
    pub kind: String,
    /// Which
    pub name: String,
}

fn hours(text: &str) -> Result<Duration, String> {
    let number = text.strip_suffix('h').unwrap_or(text);
    let hours: f64 = number
        .parse()
        .map_err(|_| "hours are a number, such as 4 or 0.5".to_owned())?;
    let ttl = Duration::try_from_secs_f64(hours * 3600.0)
        .map_err(|_| "hours are a number above 0".to_owned())?;
    crate::coord::lease::check_ttl(ttl).map_err(|error| error.message)
}

/// The one word that means this type and name in our commands.
fn word(kind: &str, name: &str) -> Result<String> {
    if kind == "file" {
        // A path from where the command was typed.
        return Ok(format!("file:{name}"));
    }
    let word = format!("{kind}:{name}");
    ClaimKey::canonical(&format!("{kind}/{name}")).map_err(|error| {
        Error::usage(error.message).with_hint("for example: stoa session-claim droplet my-app 4")
    })?;
    Ok(word)
}

impl Run<StoreCx> for SessionClaim {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        Claim {
            what: vec![word(&self.kind, &self.name)?],
            ttl: self.hours,
            ..Claim::default()
        }
        .run(cx)
    }
}

impl Run<StoreCx> for SessionRelease {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        Release {
            what: vec![word(&self.kind, &self.name)?],
            ..Release::default()
        }
        .run(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_a_number() {
        let check = |text: &str, seconds: Option<u64>| {
            assert_eq!(hours(text).ok().map(|ttl| ttl.as_secs()), seconds, "{text}");
        };
        check("4", Some(4 * 3600));
        check("0.5", Some(1800));
        check("3h", Some(3 * 3600));
        for bad in ["", "-1", "nan", "inf", "1e300", "0", "x", "100000"] {
            check(bad, None);
        }
    }
}
