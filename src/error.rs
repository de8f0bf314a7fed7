//! The one error people and programs see.
//!
//! Modules whose callers branch on failures have their own `thiserror` enums; at the edge
//! everything becomes an [`Error`]: what failed and why (`message`), what to do next (`hint`),
//! a [`Kind`] that decides the exit code, and, for a refusal, who is in the way (`holder`).
//! Messages may quote untrusted text, so whoever prints one escapes it (see `cli::output`).

use serde::Serialize;
use serde_json::{Value, json};

/// The result of everything that can fail at the edge.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What sort of failure it is. The names are part of the `--json` contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The state of the workspace does not allow it (not in a group, already exists, dead pane).
    Refused,
    /// Somebody else holds what was asked for; `holder` says who.
    Held,
    /// The named thing does not exist.
    NotFound,
    /// The command line, a name or a value is malformed.
    Usage,
    /// The store or the server cannot be reached or read.
    Unreachable,
    /// The store's content is damaged or was written by a newer version.
    Corrupt,
    /// The caller's fencing token is stale, or its lease ran out.
    Fenced,
    /// A bug of ours.
    Internal,
}

impl Kind {
    /// The process exit code: 1 refused by state, 2 usage, 3 store or server, 4 fenced, 70 our bug.
    pub fn exit_code(self) -> u8 {
        match self {
            Kind::Refused | Kind::Held | Kind::NotFound => 1,
            Kind::Usage => 2,
            Kind::Unreachable | Kind::Corrupt => 3,
            Kind::Fenced => 4,
            Kind::Internal => 70,
        }
    }

    /// The kind as it appears in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Refused => "refused",
            Kind::Held => "held",
            Kind::NotFound => "not-found",
            Kind::Usage => "usage",
            Kind::Unreachable => "unreachable",
            Kind::Corrupt => "corrupt",
            Kind::Fenced => "fenced",
            Kind::Internal => "internal",
        }
    }

    /// The reverse of [`Kind::name`]; an unknown name (a newer peer) reads as `Internal`.
    pub fn from_name(name: &str) -> Kind {
        const ALL: [Kind; 8] = [
            Kind::Refused,
            Kind::Held,
            Kind::NotFound,
            Kind::Usage,
            Kind::Unreachable,
            Kind::Corrupt,
            Kind::Fenced,
            Kind::Internal,
        ];
        ALL.into_iter()
            .find(|kind| kind.name() == name)
            .unwrap_or(Kind::Internal)
    }
}

/// A failure with enough in it to be acted upon.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// Decides the exit code.
    pub kind: Kind,
    /// What failed and why, one sentence, no trailing full stop.
    pub message: String,
    /// What to do next, where we know it.
    pub hint: Option<String>,
    /// For refusals: the session in the way, as the `--json` form shows it. Boxed, so that the
    /// error stays small in every `Result`.
    pub holder: Option<Box<Value>>,
}

impl Error {
    /// An error of `kind` saying `message`.
    pub fn new(kind: Kind, message: impl Into<String>) -> Error {
        Error {
            kind,
            message: message.into(),
            hint: None,
            holder: None,
        }
    }

    /// The state does not allow it.
    pub fn refused(message: impl Into<String>) -> Error {
        Error::new(Kind::Refused, message)
    }

    /// The thing named does not exist.
    pub fn not_found(message: impl Into<String>) -> Error {
        Error::new(Kind::NotFound, message)
    }

    /// The input is malformed.
    pub fn usage(message: impl Into<String>) -> Error {
        Error::new(Kind::Usage, message)
    }

    /// The store or server cannot be reached or read.
    pub fn unreachable(message: impl Into<String>) -> Error {
        Error::new(Kind::Unreachable, message)
    }

    /// An invariant of ours does not hold.
    pub fn internal(message: impl Into<String>) -> Error {
        Error::new(Kind::Internal, message)
    }

    /// An I/O failure on `path`; a full disk and missing rights get their hint here.
    pub fn io(doing: &str, path: &std::path::Path, error: &std::io::Error) -> Error {
        use std::io::ErrorKind;
        let err = Error::unreachable(format!("cannot {doing} {}: {error}", path.display()));
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
                err.with_hint("free some disk space, then try again; nothing was changed")
            }
            ErrorKind::PermissionDenied => {
                err.with_hint("check who owns the directory, or choose another with --state DIR")
            }
            ErrorKind::ReadOnlyFilesystem => {
                err.with_hint("the file system is read-only; choose another with --state DIR")
            }
            _ => err,
        }
    }

    /// The same error with a remedy.
    pub fn with_hint(mut self, hint: impl Into<String>) -> Error {
        self.hint = Some(hint.into());
        self
    }

    /// The same error naming who is in the way.
    pub fn with_holder(mut self, holder: Value) -> Error {
        self.holder = Some(Box::new(holder));
        self
    }

    /// The `--json` form: `{"error":{"kind","message","hint","holder"}}`.
    pub fn to_json(&self) -> Value {
        json!({"error": {
            "kind": self.kind.name(),
            "message": self.message,
            "hint": self.hint,
            "holder": self.holder,
        }})
    }

    /// The reverse of [`Error::to_json`], for an answer that crossed a socket.
    pub fn from_json(value: &Value) -> Error {
        let body = &value["error"];
        Error {
            kind: Kind::from_name(body["kind"].as_str().unwrap_or("internal")),
            message: body["message"]
                .as_str()
                .unwrap_or("the server sent an error without a message")
                .to_owned(),
            hint: body["hint"].as_str().map(str::to_owned),
            holder: Some(body["holder"].clone())
                .filter(|holder| !holder.is_null())
                .map(Box::new),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_round_trips() {
        let error = Error::new(Kind::Held, "file/src/a.rs is held by Forge")
            .with_hint("ask Forge, or wait with --wait 30s")
            .with_holder(json!({"name": "Forge"}));
        let back = Error::from_json(&error.to_json());
        assert_eq!(back.kind, Kind::Held);
        assert_eq!(back.message, error.message);
        assert_eq!(back.hint, error.hint);
        assert_eq!(back.holder, error.holder);
    }

    #[test]
    fn an_unknown_kind_is_internal() {
        assert_eq!(Kind::from_name("brand-new"), Kind::Internal);
    }
}
