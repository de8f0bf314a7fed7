//! Who suits a task: what it needs, matched with what sessions say of themselves.
//!
//! A session's words are those of its role, the kind of its agent, and its capabilities. Words match
//! if they are the same but for their ending: a *planner* suits what needs *plan*.

use serde::{Deserialize, Serialize};

use super::record::Task;
use crate::coord::schema::Session;

/// How well somebody suits a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fit {
    /// What it needs and the session has.
    pub matched: Vec<String>,
    /// What it needs and the session lacks.
    pub missing: Vec<String>,
    /// How sure that is, in per cent.
    pub confidence: u8,
}

/// Matches a session with a task. A task that needs nothing in particular suits everybody, those the
/// more whose words occur in it.
pub fn fit(task: &Task, session: &Session) -> Fit {
    let own = words(session);
    let has = |need: &str| {
        let mut parts = need
            .split(|c: char| !c.is_alphanumeric())
            .filter(|part| !part.is_empty());
        parts.all(|part| own.iter().any(|word| alike(word, &part.to_lowercase())))
    };
    if task.needs.is_empty() {
        let about = format!(
            "{} {}",
            task.kind.as_deref().unwrap_or_default(),
            task.description
        );
        // A letter by itself is a language where it is a capability, and an article where it is not.
        let about: Vec<String> = split(&about).filter(|word| word.len() > 1).collect();
        let matched: Vec<String> = (own.into_iter())
            .filter(|word| about.iter().any(|other| alike(word, other)))
            .collect();
        let confidence = match matched.len() {
            0 => 30,
            1 => 60,
            2 => 80,
            _ => 95,
        };
        return Fit {
            matched,
            missing: Vec::new(),
            confidence,
        };
    }
    let (matched, missing): (Vec<String>, Vec<String>) =
        task.needs.iter().cloned().partition(|need| has(need));
    let share = matched.len() * 100 / task.needs.len();
    Fit {
        matched,
        missing,
        confidence: u8::try_from(share).unwrap_or(100),
    }
}

/// What a session says it can do.
fn words(session: &Session) -> Vec<String> {
    let role = session.role.as_deref().unwrap_or_default();
    let agent = session.agent.as_deref().filter(|agent| *agent != "shell");
    let mut words: Vec<String> = split(role)
        .chain(agent.into_iter().flat_map(split))
        .collect();
    for capability in &session.capabilities {
        words.extend(split(capability));
    }
    words.sort_unstable();
    words.dedup();
    words
}

/// Whether a session has said anything that makes it more than a shell somebody has open.
pub fn offers_work(session: &Session) -> bool {
    session.role.is_some()
        || !session.capabilities.is_empty()
        || session
            .agent
            .as_deref()
            .is_some_and(|agent| agent != "shell")
}

fn split(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
}

/// Whether two words differ in their endings at most.
fn alike(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    let common = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
    let shorter = a.chars().count().min(b.chars().count());
    let longer = a.chars().count().max(b.chars().count());
    common >= 4 && common + 1 >= shorter && longer - common <= 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_match_but_for_their_endings() {
        let check = |a: &str, b: &str, expected: bool| assert_eq!(alike(a, b), expected, "{a} {b}");
        check("plan", "planner", true);
        check("execute", "executor", true);
        check("build", "builder", true);
        check("rust", "rust", true);
        check("test", "tests", true);
        check("go", "golang", false);
        check("java", "javascript", false);
        check("docs", "doctor", false);
    }
}
