//! Commands on claims.

pub mod claims;
mod files;
pub mod release;
pub mod renew;
pub mod take;

use serde_json::json;

use crate::command::spec::Reply;
use crate::command::store::{StoreCx, span};
use crate::config::workspace::Workspace;
use crate::coord::key::{Meaning, Place};
use crate::coord::{ClaimKey, Coord, GrantedClaim, SessionId, Which};
use crate::error::{Error, Result};

/// Reads what a person typed as the things they mean, to change them.
fn keys_in_store(cx: &mut StoreCx, words: &[String]) -> Result<Vec<ClaimKey>> {
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let meanings = meanings(cx, words)?;
    cx.coord()?;
    let asking = asking(cx, &meanings);
    keys(cx.opened(), asking.as_ref(), meanings)
}

fn meanings(cx: &StoreCx, words: &[String]) -> Result<Vec<Meaning>> {
    let place = Place {
        cwd: &cx.cwd,
        workspace: &cx.root,
        linked: &|path| Workspace::linked_worktree(path, &cx.root),
    };
    let meaning = |word: &String| ClaimKey::parse(word, &place);
    words.iter().map(meaning).collect()
}

/// The session that asks, if one of the words can mean several things. Who it is that cannot act is told
/// by what the keys are for.
fn asking(cx: &mut StoreCx, meanings: &[Meaning]) -> Option<SessionId> {
    let ambiguous = meanings.iter().any(Meaning::is_ambiguous);
    let session = if ambiguous { cx.actor().ok() } else { None };
    session.map(|session| session.id)
}

/// The things meant. What a word has been claimed as it stays, though a file or a directory of that name
/// has been made or removed since; above all for whoever claimed it.
fn keys(
    coord: Option<&Coord>,
    asking: Option<&SessionId>,
    meanings: Vec<Meaning>,
) -> Result<Vec<ClaimKey>> {
    let ambiguous = meanings.iter().any(Meaning::is_ambiguous);
    match coord.filter(|_| ambiguous) {
        Some(coord) => coord.kept_meanings(asking, meanings),
        None => Ok(meanings.into_iter().map(|meaning| meaning.key).collect()),
    }
}

/// The claims meant: those named (one of them with its token), or all.
fn which(keys: Vec<ClaimKey>, token: Option<u64>) -> Result<Which> {
    match (token, keys.as_slice()) {
        (None, []) => Ok(Which::All),
        (None, _) => Ok(Which::keys(keys)),
        (Some(_), [key]) => Ok(Which::Keys(vec![(key.clone(), token)])),
        (Some(_), _) => Err(Error::usage("--token goes with exactly one claim")),
    }
}

/// What was granted or renewed, for people and as the JSON that `claim` promises.
fn report(verb: &str, claims: &[GrantedClaim]) -> Reply {
    let lines: Vec<String> = claims
        .iter()
        .map(|claim| {
            let left = span(claim.expires_in * 1000);
            format!("{verb} {} for {left} (token {})", claim.key, claim.token)
        })
        .collect();
    let rows: Vec<_> = claims
        .iter()
        .map(|claim| {
            json!({
                "key": claim.key.as_str(),
                "token": claim.token,
                "expires_in": claim.expires_in,
                "shared": claim.shared,
            })
        })
        .collect();
    let text = if lines.is_empty() {
        "nothing is held".to_owned()
    } else {
        lines.join("\n")
    };
    Reply::new(text, json!({ "claims": rows }))
}
