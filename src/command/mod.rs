//! What one can say to Stoa: one table, read by every surface.
//!
//! A command is one file: its arguments (whose doc comments are the help) and its `run`. A row
//! below gives it its name (one word, or a family's word and its own: `task add`), its other names
//! and its place. Shell, `:` prompt, key bindings, help
//! and completion all read this table, so a command cannot exist in one and be missing in another.

pub mod claim;
pub mod complete;
pub mod context;
pub mod docs;
pub mod group;
pub mod local;
pub mod oversight;
pub mod pane;
pub mod parse;
pub mod server;
pub mod session;
pub mod spec;
pub mod store;
pub mod tab;
pub mod target;
pub mod view;

use clap::{ArgMatches, Args, FromArgMatches};

use crate::error::Result;
use spec::{Place, Reply, Row, Run};

/// Declares the commands of one place: an enum, its rows, its parser and its dispatch.
macro_rules! commands {
    ($(#[$doc:meta])* $name:ident in $place:ident with $cx:ty {
        $($section:literal { $($variant:ident($args:ty) $word:literal [$($alias:literal),*])* })*
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub enum $name { $($(
            #[doc = concat!("`", $word, "`")]
            $variant($args),
        )*)* }

        impl $name {
            /// The rows of this place.
            pub const ROWS: &'static [Row] = &[$($(Row {
                name: $word,
                aliases: &[$($alias),*],
                place: Place::$place,
                section: $section,
                augment: <$args as Args>::augment_args,
            },)*)*];

            fn from_matches(word: &str, matches: &ArgMatches) -> Option<Result<$name, clap::Error>> {
                let parsed = match word {
                    $($($word => <$args>::from_arg_matches(matches).map($name::$variant),)*)*
                    _ => return None,
                };
                Some(parsed)
            }

            /// Runs it.
            ///
            /// # Errors
            /// What stood in the command's way.
            pub fn run(self, cx: &mut $cx) -> Result<Reply> {
                match self { $($($name::$variant(args) => Run::<$cx>::run(args, cx),)*)* }
            }
        }
    };
}

commands! {
    /// Commands that need neither store nor server to be opened for them.
    LocalCommand in Local with local::LocalCx {
        "workspace" {
            Attach(local::attach::Attach) "attach" ["attach-session", "a"]
            Ls(local::ls::Ls) "ls" ["list-sessions"]
            KillServer(local::kill_server::KillServer) "kill-server" []
            Once(local::once::Once) "once" []
            Watch(local::watch::Watch) "watch" []
            Guide(local::guide::Guide) "guide" []
        }
        "" {
            Serve(local::serve::Serve) "serve" []
        }
    }
}

commands! {
    /// Commands on the store.
    StoreCommand in Store with store::StoreCx {
        "sessions" {
            Register(session::register::Register) "register" ["session-register"]
            Heartbeat(session::heartbeat::Heartbeat) "heartbeat" ["session-heartbeat"]
            Sessions(session::sessions::Sessions) "sessions" []
            Whoami(session::whoami::Whoami) "whoami" []
        }
        "groups and context" {
            JoinGroup(group::join::JoinGroup) "join-group" ["agent-join-group", "ajoin"]
            LeaveGroup(group::leave::LeaveGroup) "leave-group" ["agent-leave-group", "aleave"]
            Groups(group::groups::Groups) "groups" ["list-agent-groups", "lsag"]
            Peers(group::peers::Peers) "peers" ["agent-peers", "apeers"]
            Share(context::share::Share) "share" ["agent-share", "ashare"]
            Context(context::get::Context) "context" []
        }
        "claims" {
            Claim(claim::take::Claim) "claim" ["session-claim"]
            Renew(claim::renew::Renew) "renew" []
            Release(claim::release::Release) "release" ["session-release"]
            Claims(claim::claims::Claims) "claims" []
        }
        "oversight" {
            Audit(oversight::audit::Audit) "audit" []
            Doctor(oversight::doctor::Doctor) "doctor" ["health-check"]
            Cleanup(oversight::cleanup::Cleanup) "cleanup" []
        }
    }
}

commands! {
    /// Commands on tabs and panes.
    ServerCommand in Server with server::ServerCx<'_> {
        "panes" {
            SplitPane(pane::split::SplitPane) "split-pane" ["split-window", "splitw"]
            ClosePane(pane::close::ClosePane) "close-pane" ["kill-pane", "killp"]
            RestartPane(pane::restart::RestartPane) "restart-pane" ["respawn-pane"]
            ResizePane(pane::resize::ResizePane) "resize-pane" ["resizep"]
            SwapPane(pane::swap::SwapPane) "swap-pane" ["swapp"]
            BreakPane(pane::break_out::BreakPane) "break-pane" ["breakp"]
            RenamePane(pane::rename::RenamePane) "rename-pane" []
            SendKeys(pane::send_keys::SendKeys) "send-keys" ["send"]
            CapturePane(pane::capture::CapturePane) "capture-pane" ["capturep"]
            ListPanes(pane::list::ListPanes) "list-panes" ["lsp", "panes"]
        }
        "tabs" {
            NewTab(tab::new::NewTab) "new-tab" ["new-window", "neww"]
            CloseTab(tab::close::CloseTab) "close-tab" ["kill-window", "killw"]
            RenameTab(tab::rename::RenameTab) "rename-tab" ["rename-window", "renamew"]
            MoveTab(tab::reorder::MoveTab) "move-tab" ["move-window", "movew"]
            SelectLayout(tab::layout::SelectLayout) "select-layout" ["selectl"]
            NextLayout(tab::layout::NextLayout) "next-layout" ["nextl"]
            ListTabs(tab::list::ListTabs) "list-tabs" ["list-windows", "lsw", "tabs"]
        }
        "workspace" {
            ListKeys(server::keys::ListKeys) "list-keys" ["lsk"]
            ListClients(server::clients::ListClients) "list-clients" ["lsc"]
            ReloadConfig(server::reload::ReloadConfig) "reload-config" []
        }
    }
}

commands! {
    /// Commands on one attached terminal's view.
    ViewCommand in View with view::ViewCx<'_> {
        "view" {
            Detach(view::detach::Detach) "detach" ["detach-client"]
            FocusPane(view::focus_pane::FocusPane) "focus-pane" ["select-pane", "selectp"]
            ZoomPane(view::zoom::ZoomPane) "zoom-pane" []
            FocusTab(view::focus_tab::FocusTab) "focus-tab" ["select-window", "selectw"]
            NextTab(view::focus_tab::NextTab) "next-tab" ["next-window", "next"]
            PreviousTab(view::focus_tab::PreviousTab) "previous-tab" ["previous-window", "prev"]
            LastTab(view::focus_tab::LastTab) "last-tab" ["last-window"]
            Scroll(view::scroll::Scroll) "scroll" ["copy-mode"]
            Prompt(view::prompt::Prompt) "prompt" ["command-prompt"]
            Confirm(view::confirm::Confirm) "confirm" ["confirm-before"]
            ShowPanes(view::show_panes::ShowPanes) "show-panes" ["display-panes"]
            ChooseTab(view::choose_tab::ChooseTab) "choose-tab" ["choose-tree"]
            SendPrefix(view::send_prefix::SendPrefix) "send-prefix" []
            Redraw(view::redraw::Redraw) "redraw" ["refresh-client"]
            DisplayMessage(view::message::DisplayMessage) "display-message" []
        }
        "side panel" {
            TogglePanel(view::panel::TogglePanel) "toggle-panel" []
            FocusPanel(view::panel::FocusPanel) "focus-panel" []
            Panel(view::panel::Panel) "panel" []
        }
    }
}

/// One parsed command, of whatever place.
#[derive(Debug, Clone)]
pub enum Command {
    /// Runs in this process.
    Local(LocalCommand),
    /// Runs on the store.
    Store(StoreCommand),
    /// Runs in the server.
    Server(ServerCommand),
    /// Runs in the server, on a view.
    View(ViewCommand),
}

/// Every row of the table, in the order help shows them.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    LocalCommand::ROWS
        .iter()
        .chain(StoreCommand::ROWS)
        .chain(ServerCommand::ROWS)
        .chain(ViewCommand::ROWS)
}

/// The row that a line of words begins with, and how many of the words name it.
pub fn find<'a>(words: impl IntoIterator<Item = &'a str>) -> Option<(&'static Row, usize)> {
    let mut words = words.into_iter();
    let first = words.next()?;
    let alone = rows().find(|row| row.name == first || row.aliases.contains(&first));
    alone.map(|row| (row, 1)).or_else(|| {
        let second = words.next()?;
        let row = family(first).find(|row| row.word() == second)?;
        Some((row, 2))
    })
}

/// The rows of the family `word`; none if there is no such family.
pub fn family(word: &str) -> impl Iterator<Item = &'static Row> {
    rows().filter(move |row| row.family() == Some(word))
}

impl Command {
    /// The command that clap matched under the canonical name `word`.
    fn from_matches(word: &str, matches: &ArgMatches) -> Option<Result<Command, clap::Error>> {
        LocalCommand::from_matches(word, matches)
            .map(|parsed| parsed.map(Command::Local))
            .or_else(|| {
                StoreCommand::from_matches(word, matches).map(|parsed| parsed.map(Command::Store))
            })
            .or_else(|| {
                ServerCommand::from_matches(word, matches).map(|parsed| parsed.map(Command::Server))
            })
            .or_else(|| {
                ViewCommand::from_matches(word, matches).map(|parsed| parsed.map(Command::View))
            })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_and_aliases_are_unique() {
        let mut seen = HashSet::new();
        for row in rows() {
            for word in std::iter::once(&row.name).chain(row.aliases) {
                assert!(seen.insert(*word), "{word} is named twice");
            }
        }
    }

    #[test]
    fn every_row_has_help_and_a_legal_name() {
        for row in rows() {
            assert!(!row.about().is_empty(), "{} has no help", row.name);
            assert!(
                row.name
                    .split(' ')
                    .all(|word| word.chars().all(|c| c.is_ascii_lowercase() || c == '-')),
                "{} is not kebab-case",
                row.name
            );
            assert!(row.name.split(' ').count() <= 2, "{}", row.name);
        }
    }

    #[test]
    fn the_whole_table_is_valid_clap() {
        parse::cli().debug_assert();
    }
}
