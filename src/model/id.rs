//! Ids the server hands out. They only grow, so a stale id never names something new.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $sigil:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(pub u32);

        impl $name {
            /// The one that is written like this.
            pub fn named(text: &str) -> Option<$name> {
                let number = text.strip_prefix($sigil)?;
                number.parse().ok().map($name)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($sigil, "{}"), self.0)
            }
        }
    };
}

id!(
    /// A pane, written `%3` as tmux does.
    PaneId,
    "%"
);
id!(
    /// A tab, written `@3` as tmux does its windows.
    TabId,
    "@"
);
id!(
    /// An attached terminal.
    ClientId,
    "client-"
);
