//! `group access`, and how a secret word is given: never on the command line, which others can see.

use std::io::Read;

use clap::{Args, ValueEnum};
use serde_json::json;

use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::coord::access::Access;
use crate::error::{Error, Result};

/// The variable that carries a group's secret word.
const VARIABLE: &str = "STOA_GROUP_SECRET";
/// The most that is read of a word.
const MAX_WORD: u64 = 4096;

/// Who may join, as it is said on a command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Policy {
    /// Anybody
    Open,
    /// Who knows a word
    Secret,
    /// Who was invited
    Invitation,
}

impl From<Policy> for Access {
    fn from(policy: Policy) -> Access {
        match policy {
            Policy::Open => Access::Open,
            Policy::Secret => Access::Secret,
            Policy::Invitation => Access::Invitation,
        }
    }
}

/// Where the secret word of a group comes from.
#[derive(Debug, Clone, Default, Args)]
pub struct Secret {
    /// Read the group's secret word from standard input [default: from STOA_GROUP_SECRET]
    #[arg(long)]
    pub secret_stdin: bool,
}

impl Secret {
    /// The word, if one is given.
    pub(in crate::command) fn word(&self) -> Result<Option<String>> {
        if !self.secret_stdin {
            return Ok(std::env::var(VARIABLE).ok().filter(|word| !word.is_empty()));
        }
        let mut text = String::new();
        let read = std::io::stdin().take(MAX_WORD).read_to_string(&mut text);
        read.map_err(|error| {
            Error::usage(format!("cannot read the secret word: {error}"))
                .with_hint("give it as one line of text on standard input")
        })?;
        Ok(Some(text.trim_end_matches(['\n', '\r']).to_owned()))
    }
}

/// Set who may join the group from now on; its coordinator's right
///
/// stoa group access invitation
#[derive(Debug, Clone, Args)]
pub struct GroupAccess {
    /// Who may join
    pub access: Policy,
    /// How the group's secret word is given.
    #[command(flatten)]
    pub secret: Secret,
}

impl Run<StoreCx> for GroupAccess {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let access = Access::from(self.access);
        let word = match access {
            Access::Secret => self.secret.word()?,
            Access::Open | Access::Invitation => None,
        };
        let actor = cx.acting()?;
        let session = cx.coord()?.whoami(&actor.session)?;
        cx.coord()?.set_access(&actor, access, word.as_deref())?;
        let group = session.group.unwrap_or_default();
        Ok(Reply::new(
            format!("access of group {group} is {} now", access.name()),
            json!({ "group": group, "access": access }),
        ))
    }
}
