//! Commands on claims.

pub mod claims;
mod files;
pub mod release;
pub mod renew;
pub mod take;

use serde_json::json;

use crate::command::spec::Reply;
use crate::command::store::{StoreCx, span};
use crate::coord::{ClaimKey, GrantedClaim, Which};
use crate::error::{Error, Result};

/// Reads what a person typed as the things they mean.
fn keys(cx: &StoreCx, words: &[String]) -> Result<Vec<ClaimKey>> {
    words
        .iter()
        .map(|word| ClaimKey::parse(word, &cx.cwd, &cx.root))
        .collect()
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
