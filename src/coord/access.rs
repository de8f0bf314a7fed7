//! Who may join a group: anybody, who knows its secret word, or who was invited.
//!
//! The word itself is nowhere kept, only its argon2 hash, in a record of its own that no readable
//! file and no snapshot shows. Hashing is slow on purpose, so it happens outside of transactions: a
//! caller proves the word against the hash on record, and the transaction refuses if that hash is
//! no longer the one. Access decides who joins; it hides nothing from who can read the store.

use argon2::Argon2;
use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use serde::{Deserialize, Serialize};

use super::schema::{self, Group, Session};
use crate::error::{Error, Result};
use crate::store::{Tx, View, put_json};

/// Longest secret word, in bytes.
const WORD_BYTES: usize = 1024;

/// Who may join a group.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    /// Anybody.
    #[default]
    Open,
    /// Who knows its secret word.
    Secret,
    /// Whom a member has invited, or the coordinator adds.
    Invitation,
}

impl Access {
    /// Its word.
    pub fn name(self) -> &'static str {
        match self {
            Access::Open => "open",
            Access::Secret => "secret",
            Access::Invitation => "invitation",
        }
    }
}

/// A wish to join a group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Joining {
    /// The group's name.
    pub name: String,
    /// Who may join it, if this makes it; must agree with a group that exists.
    pub access: Option<Access>,
    /// What the caller knows of the secret word.
    pub word: Word,
}

impl Joining {
    /// The group of this name, however it is.
    pub fn named(name: impl Into<String>) -> Joining {
        Joining {
            name: name.into(),
            ..Joining::default()
        }
    }
}

/// What was found out about a word before the transaction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Word {
    /// None was given.
    #[default]
    None,
    /// It is the one that this recorded hash was made from.
    Proven(String),
    /// It is not the group's.
    Wrong,
    /// There was no hash on record: this is one for a new group.
    Fresh(String),
}

/// Compares a word with the hash on record, or hashes it if there is none. Takes some 20 ms.
///
/// # Errors
/// [`Kind::Usage`](crate::error::Kind::Usage) for an empty word or one over 1 KiB.
pub fn prove(recorded: Option<&str>, word: &str) -> Result<Word> {
    check_word(word)?;
    let Some(recorded) = recorded else {
        return Ok(Word::Fresh(hash(word)?));
    };
    let parsed = PasswordHash::new(recorded)
        .map_err(|error| Error::internal(format!("the hash of a secret word is bad: {error}")))?;
    Ok(
        match Argon2::default().verify_password(word.as_bytes(), &parsed) {
            Ok(()) => Word::Proven(recorded.to_owned()),
            Err(_) => Word::Wrong,
        },
    )
}

/// The hash of a word, with a salt of its own.
///
/// # Errors
/// As [`prove`].
pub fn hash(word: &str) -> Result<String> {
    check_word(word)?;
    let salt = SaltString::generate(&mut OsRng);
    let hashed = Argon2::default()
        .hash_password(word.as_bytes(), &salt)
        .map_err(|error| Error::internal(format!("cannot hash a secret word: {error}")))?;
    Ok(hashed.to_string())
}

fn check_word(word: &str) -> Result<()> {
    match word.len() {
        0 => Err(Error::usage("the secret word is empty")
            .with_hint("give it on standard input (--secret-stdin) or in STOA_GROUP_SECRET")),
        1..=WORD_BYTES => Ok(()),
        _ => Err(Error::usage(format!(
            "the secret word is longer than {WORD_BYTES} bytes"
        ))),
    }
}

/// The hash of a group's word.
pub fn recorded(view: &dyn View, group: &str) -> Result<Option<String>> {
    let record = view.get(&schema::secret_key(group))?;
    record.map(|record| record.decode()).transpose()
}

/// Refuses who may not join an existing group. `empty` says that no member lives.
pub(super) fn check(
    view: &dyn View,
    session: &Session,
    group: &Group,
    joining: &Joining,
    empty: bool,
) -> Result<()> {
    let name = &group.name;
    if let Some(access) = joining.access
        && access != group.access
    {
        return Err(Error::refused(format!(
            "group {name} exists already and its access is {}",
            group.access.name()
        ))
        .with_hint(
            "join it without --access; its coordinator changes it with `stoa group access`",
        ));
    }
    match group.access {
        Access::Open => Ok(()),
        // Nobody is left who could invite.
        Access::Invitation if empty || group.invited.contains(&session.id) => Ok(()),
        Access::Invitation => Err(Error::refused(format!(
            "group {name} is joined by invitation only, and {} has none",
            session.name
        ))
        .with_hint(format!(
            "ask one of its members to run: stoa invite {}",
            session.number
        ))),
        Access::Secret => match &joining.word {
            Word::Proven(hash) if recorded(view, name)?.as_ref() == Some(hash) => Ok(()),
            Word::None => Err(
                Error::refused(format!("group {name} asks for its secret word")).with_hint(
                    "give it in STOA_GROUP_SECRET, or on standard input with --secret-stdin",
                ),
            ),
            Word::Wrong => Err(Error::refused(format!(
                "that is not the secret word of group {name}"
            ))
            .with_hint("ask one of its members")),
            Word::Proven(_) | Word::Fresh(_) => Err(Error::refused(format!(
                "the secret word of group {name} has just been changed"
            ))
            .with_hint("try again")),
        },
    }
}

/// Sets who may join `group`, which the caller writes.
pub(super) fn set(tx: &mut dyn Tx, group: &mut Group, access: Access, word: &Word) -> Result<()> {
    let key = schema::secret_key(&group.name);
    match (access, word) {
        (Access::Secret, Word::Fresh(hash)) => put_json(tx, &key, hash)?,
        (Access::Secret, _) => {
            return Err(Error::usage("a secret group needs its word").with_hint(
                "give it in STOA_GROUP_SECRET, or on standard input with --secret-stdin",
            ));
        }
        (Access::Open | Access::Invitation, _) => {
            tx.delete(&key)?;
        }
    }
    group.access = access;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_proven_by_its_hash_and_not_kept_in_it() {
        let Ok(Word::Fresh(hash)) = prove(None, "open sesame") else {
            panic!("a word is hashed");
        };
        assert!(hash.starts_with("$argon2id$") && !hash.contains("sesame"));
        assert_eq!(
            prove(Some(&hash), "open sesame").unwrap(),
            Word::Proven(hash.clone())
        );
        assert_eq!(prove(Some(&hash), "open sesamy").unwrap(), Word::Wrong);
        // Two groups with one word have two hashes.
        assert_ne!(super::hash("open sesame").unwrap(), hash);
    }

    #[test]
    fn words_have_limits() {
        for word in ["", &"x".repeat(WORD_BYTES + 1)] {
            assert_eq!(hash(word).unwrap_err().kind, crate::error::Kind::Usage);
        }
        assert!(prove(Some("not a hash"), "x").is_err());
    }
}
