//! Commands on claims.

pub mod claims;
pub mod release;
pub mod renew;
pub mod take;

use crate::command::store::StoreCx;
use crate::coord::{ClaimKey, Which};
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
