//! `[hooks]`: what runs when something happens.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use crate::keys::nearest::nearest;
use crate::model::journal::Kind;

/// The most command lines of one event.
const MOST_LINES: usize = 16;

/// Command lines by event.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Hooks(BTreeMap<Kind, Lines>);

impl Hooks {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Sets the lines that an event runs.
    pub fn set(&mut self, kind: Kind, lines: Vec<String>) {
        self.0.insert(kind, Lines(lines));
    }

    /// Every event that has lines, and these.
    pub fn all(&self) -> impl Iterator<Item = (Kind, &[String])> {
        let with_lines = self.0.iter().filter(|(_, lines)| !lines.0.is_empty());
        with_lines.map(|(kind, lines)| (*kind, lines.0.as_slice()))
    }

    /// The lines that an event runs, in order.
    pub fn of(&self, kind: Kind) -> &[String] {
        self.0.get(&kind).map_or(&[], |lines| &lines.0)
    }

    /// Drops the lines that `check` finds fault with; answers what it found, by event.
    pub fn check(
        &mut self,
        check: &dyn Fn(&str) -> Result<(), String>,
    ) -> Vec<(&'static str, String)> {
        let mut found = Vec::new();
        for (kind, lines) in &mut self.0 {
            lines.0.retain(|line| match check(line) {
                Ok(()) => true,
                Err(why) => {
                    found.push((kind.name(), why));
                    false
                }
            });
        }
        found
    }
}

/// What is said of an event that there is not.
pub(super) fn unknown(event: &str) -> String {
    let shown: String = event.chars().take(40).collect();
    let near = nearest(event, Kind::ALL.into_iter().map(Kind::name));
    match near {
        Some(near) => format!("'hooks.{shown}': unknown event, did you mean '{near}'?"),
        None => format!("'hooks.{shown}': unknown event"),
    }
}

/// One line, or several in a list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
struct Lines(Vec<String>);

impl<'de> Deserialize<'de> for Lines {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Lines, D::Error> {
        struct OneOrMore;

        impl<'de> Visitor<'de> for OneOrMore {
            type Value = Lines;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a command line or a list of them")
            }

            fn visit_str<E: de::Error>(self, line: &str) -> Result<Lines, E> {
                Ok(Lines(vec![line.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Lines, A::Error> {
                let mut lines = Vec::new();
                while let Some(line) = list.next_element()? {
                    if lines.len() == MOST_LINES {
                        let most = format!("at most {MOST_LINES} command lines");
                        return Err(de::Error::custom(most));
                    }
                    lines.push(line);
                }
                Ok(Lines(lines))
            }
        }

        deserializer.deserialize_any(OneOrMore)
    }
}
