//! What kind of sender a message has.
//!
//! A reader must be able to tell what a person typed from what a program wrote. The label is decided
//! when the message is sent, from what is known of the session and of the process that called, not
//! from anything the message says of itself.

use serde::{Deserialize, Serialize};

use crate::coord::fingerprint::Fingerprint;
use crate::coord::names::is_hidden;
use crate::coord::schema::Session;

/// Kinds of program behind which a person sits.
const SHELLS: &[&str] = &[
    "shell", "ash", "bash", "dash", "fish", "ksh", "mksh", "nu", "sh", "zsh",
];
/// Longest name of a program in a label, in characters.
const NAME_CHARS: usize = 40;

/// The kind of sender.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Trust {
    /// Stoa itself.
    Stoa,
    /// A person: it was typed at the prompt, or at the shell of a pane that runs no agent.
    Person,
    /// A program, by its kind or name: an agent, or whatever runs in a pane.
    Agent(String),
    /// Somebody outside of the workspace's panes who did not say what it is.
    Outside,
}

impl From<String> for Trust {
    fn from(text: String) -> Trust {
        match text.as_str() {
            "stoa" => Trust::Stoa,
            "person" => Trust::Person,
            // What a newer version calls otherwise is trusted no more than a stranger.
            _ => match text.strip_prefix("agent ") {
                Some(name) => Trust::Agent(name.to_owned()),
                None => Trust::Outside,
            },
        }
    }
}

impl From<Trust> for String {
    fn from(trust: Trust) -> String {
        trust.to_string()
    }
}

impl std::fmt::Display for Trust {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Trust::Stoa => f.write_str("stoa"),
            Trust::Person => f.write_str("person"),
            Trust::Agent(name) => write!(f, "agent {name}"),
            Trust::Outside => f.write_str("outside"),
        }
    }
}

/// How the words of a message came to us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Voice {
    /// Typed at Stoa's own prompt, or by a key.
    Typed,
    /// A process ran a command.
    Process(Fingerprint),
    /// It is not known.
    Unknown,
}

/// The label of what a session sends.
pub fn label(session: &Session, voice: &Voice) -> Trust {
    let named = |name: &str| {
        let visible = name.chars().filter(|c| !is_hidden(*c));
        Trust::Agent(visible.take(NAME_CHARS).collect())
    };
    if *voice == Voice::Typed {
        return Trust::Person;
    }
    match (&session.agent, voice) {
        (Some(kind), _) if !SHELLS.contains(&kind.as_str()) => named(kind),
        _ if session.pane.is_none() => Trust::Outside,
        // The pane's own shell called: a person typed it there. An agent that was started from that
        // shell is a process of its own.
        (_, Voice::Process(caller)) if caller.is_same_process(&session.fingerprint) => {
            Trust::Person
        }
        (_, Voice::Process(caller)) => named(&caller.name),
        (_, Voice::Typed | Voice::Unknown) => Trust::Outside,
    }
}
