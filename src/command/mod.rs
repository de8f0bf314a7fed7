//! What one can say to Stoa: one table, read by every surface.
//!
//! A command is one file: its arguments (whose doc comments are the help) and its `run`. A row
//! below gives it its name (one word, or a family's word and its own: `task add`), its other names
//! and its place. Shell, `:` prompt, key bindings, help
//! and completion all read this table, so a command cannot exist in one and be missing in another.

pub mod buffer;
pub mod claim;
pub mod complete;
pub mod context;
pub mod docs;
pub mod fix;
pub mod group;
pub mod issue;
pub mod line;
pub mod local;
pub mod message;
pub mod oversight;
pub mod palette;
pub mod pane;
pub mod parse;
pub mod report;
pub mod seed;
pub mod server;
pub mod session;
pub mod spec;
pub mod state;
pub mod store;
pub mod tab;
pub mod target;
pub mod task;
pub mod times;
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
            StartServer(local::start_server::StartServer) "start-server" []
            HasSession(local::start_server::HasSession) "has-session" ["has"]
            Ls(local::ls::Ls) "ls" ["list-sessions"]
            Upgrade(local::upgrade::Upgrade) "upgrade" []
            KillServer(local::kill_server::KillServer) "kill-server" ["kill-session"]
            Once(local::once::Once) "once" []
            Watch(local::watch::Watch) "watch" []
            Guide(local::guide::Guide) "guide" []
            ListCommands(local::list_commands::ListCommands) "list-commands" ["lscm"]
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
            Register(session::register::Register) "register" ["session-register", "session-register-enhanced"]
            Fingerprint(session::fingerprint::Fingerprint) "fingerprint" ["session-fingerprint"]
            Heartbeat(session::heartbeat::Heartbeat) "heartbeat" []
            Sessions(session::sessions::Sessions) "sessions" []
            Whoami(session::whoami::Whoami) "whoami" []
            Activity(session::activity::Activity) "activity" []
            SessionStatus(session::status::SessionStatus) "session-status" []
            Discover(session::discover::Discover) "discover" ["discover-agents", "get-agent-info"]
            CanCoordinate(session::discover::CanCoordinate) "can-coordinate" []
            DiscoverRoles(session::roles::DiscoverRoles) "discover-roles" ["session-discover-roles"]
            StateSet(state::set::StateSet) "state set" ["sync-agent-state"]
            StateGet(state::show::StateGet) "state get" ["get-agent-state"]
            StateList(state::show::StateList) "state list" ["get-all-states"]
            StateClear(state::clear::StateClear) "state clear" ["clear-agent-state"]
            StateReset(state::clear::StateReset) "state reset" ["reset-all-states"]
        }
        "groups and context" {
            JoinGroup(group::join::JoinGroup) "join-group" ["agent-join-group", "ajoin"]
            LeaveGroup(group::leave::LeaveGroup) "leave-group" ["agent-leave-group", "aleave"]
            Groups(group::groups::Groups) "groups" ["list-agent-groups", "lsag"]
            Peers(group::peers::Peers) "peers" ["agent-peers", "apeers"]
            InGroup(group::ask::InGroup) "in-group" ["is-coordinated"]
            IsCoordinator(group::ask::IsCoordinator) "is-coordinator" []
            Invite(group::manage::Invite) "invite" []
            AddPeer(group::manage::AddPeer) "group add-peer" []
            RemovePeer(group::manage::RemovePeer) "group remove-peer" []
            GroupAccess(group::access::GroupAccess) "group access" []
            SyncGroup(group::sync::SyncGroup) "sync-group" ["sync"]
            Share(context::share::Share) "share" ["agent-share", "ashare"]
            Unshare(context::unshare::Unshare) "unshare" []
            Context(context::get::Context) "context" []
        }
        "claims" {
            Claim(claim::take::Claim) "claim" []
            Renew(claim::renew::Renew) "renew" []
            Release(claim::release::Release) "release" []
            Claims(claim::claims::Claims) "claims" []
        }
        "tasks" {
            TaskAdd(task::add::Add) "task add" ["task-add"]
            TaskClaim(task::claim::Claim) "task claim" ["task-claim"]
            TaskNext(task::next::Next) "task next" ["task-next"]
            TaskStart(task::start::Start) "task start" ["task-start"]
            TaskUpdate(task::update::Update) "task update" ["task-update"]
            TaskComplete(task::complete::Complete) "task complete" ["task-complete"]
            TaskFail(task::fail::Fail) "task fail" ["task-fail"]
            TaskRelease(task::release::Release) "task release" ["task-release"]
            TaskReopen(task::reopen::Reopen) "task reopen" ["task-reopen"]
            TaskCancel(task::cancel::Cancel) "task cancel" ["task-cancel"]
            TaskBoard(task::board::Board) "task board" ["task-status"]
            TaskList(task::list::List) "task list" ["tasks"]
            TaskShow(task::show::Show) "task show" ["task-show"]
            TaskDepend(task::depend::Depend) "task depend" ["task-depend"]
            TaskSplit(task::split::Split) "task split" ["task-split"]
            TaskAssign(task::assign::Assign) "task assign" ["task-assign"]
        }
        "issues and fixes" {
            IssueNew(issue::new::IssueNew) "issue new" []
            IssueList(issue::list::IssueList) "issue list" []
            IssueShow(issue::show::IssueShow) "issue show" []
            IssueClaim(issue::claim::IssueClaim) "issue claim" []
            IssueRelease(issue::release::IssueRelease) "issue release" []
            IssueResolve(issue::resolve::IssueResolve) "issue resolve" []
            IssueReopen(issue::reopen::IssueReopen) "issue reopen" []
            FixPropose(fix::propose::FixPropose) "fix propose" []
            FixReview(fix::review::FixReview) "fix review" []
            FixApply(fix::apply::FixApply) "fix apply" []
            FixReject(fix::reject::FixReject) "fix reject" []
            FixShow(fix::show::FixShow) "fix show" []
            FixList(fix::list::FixList) "fix list" []
            MyTasks(issue::my_tasks::MyTasks) "my-tasks" []
            ListIssues(issue::agent::ListIssues) "list-issues" ["list-available-issues"]
            ClaimIssue(issue::agent::ClaimIssue) "claim-issue" []
            ReleaseIssue(issue::agent::ReleaseIssue) "release-issue" []
            ProposeFix(fix::agent::ProposeFix) "propose-fix" []
            ApplyFix(fix::agent::ApplyFix) "apply-fix" []
        }
        "reports" {
            ReportIssues(report::ReportIssues) "report issues" []
            ReportFixes(report::ReportFixes) "report fixes" []
            ReportActivity(report::ReportActivity) "report activity" []
            ReportAll(report::ReportAll) "report all" []
            GenerateReports(report::GenerateReports) "generate-reports" []
        }
        "oversight" {
            Start(oversight::start::Start) "start" ["agent-start"]
            Audit(oversight::audit::Audit) "audit" []
            Doctor(oversight::doctor::Doctor) "doctor" ["health-check"]
            Cleanup(oversight::cleanup::Cleanup) "cleanup" []
            Metrics(oversight::metrics::Metrics) "metrics" []
            Import(oversight::import::Import) "import" ["migrate-to-collaboration-system"]
        }
        "messages" {
            Send(message::send::Send) "send" []
            Inbox(message::inbox::Inbox) "inbox" []
            ReadMessage(message::read::Read) "read" []
            Ack(message::ack::Ack) "ack" []
            Reply(message::reply::Reply) "reply" []
            WaitMessage(message::wait::WaitMessage) "wait-message" []
            SessionSendMessage(message::seed::SessionSendMessage) "session-send-message" []
            SessionCheckMessages(message::seed::SessionCheckMessages) "session-check-messages" []
        }
        "words of older tools" {
            SessionStart(seed::start::SessionStart) "session-start" []
            NewSession(seed::start::NewSession) "new-session" ["new"]
            SessionHeartbeat(seed::heartbeat::SessionHeartbeat) "session-heartbeat" []
            SessionClaim(seed::claim::SessionClaim) "session-claim" []
            SessionRelease(seed::claim::SessionRelease) "session-release" []
            UpdateStatusBoard(seed::board::UpdateStatusBoard) "update-status-board" []
        }
    }
}

commands! {
    /// Commands on tabs and panes.
    ServerCommand in Server with server::ServerCx<'_> {
        "panes" {
            SplitPane(pane::split::SplitPane) "split-pane" ["split-window", "splitw"]
            NewPane(pane::new::NewPane) "new-pane" ["newp"]
            DisplayPopup(pane::popup::DisplayPopup) "display-popup" ["popup"]
            FloatPane(pane::float::FloatPane) "float-pane" []
            PinPane(pane::float::PinPane) "pin-pane" []
            ShiftPane(pane::shift::ShiftPane) "shift-pane" []
            StackPanes(pane::stack::StackPanes) "stack-panes" []
            CycleStack(pane::stack::CycleStack) "cycle-stack" []
            ClosePane(pane::close::ClosePane) "close-pane" ["kill-pane", "killp"]
            RestartPane(pane::restart::RestartPane) "restart-pane" ["respawn-pane", "respawnp", "respawn-window", "respawnw"]
            ResizePane(pane::resize::ResizePane) "resize-pane" ["resizep"]
            SwapPane(pane::swap::SwapPane) "swap-pane" ["swapp"]
            JoinPane(pane::join::JoinPane) "join-pane" ["joinp", "move-pane", "movep"]
            MarkPane(pane::mark::MarkPane) "mark-pane" []
            BreakPane(pane::break_out::BreakPane) "break-pane" ["breakp"]
            FocusPane(pane::focus::FocusPane) "focus-pane" ["select-pane", "selectp"]
            LastPane(pane::focus::LastPane) "last-pane" ["lastp"]
            RenamePane(pane::rename::RenamePane) "rename-pane" []
            RunProgram(pane::run::RunProgram) "run" []
            WaitPane(pane::wait::WaitPane) "wait" []
            SendKeys(pane::send_keys::SendKeys) "send-keys" []
            CapturePane(pane::capture::CapturePane) "capture-pane" ["capturep"]
            PipePane(pane::pipe::PipePane) "pipe-pane" ["pipep"]
            ClearHistory(pane::clear_history::ClearHistory) "clear-history" ["clearhist"]
            ListPanes(pane::list::ListPanes) "list-panes" ["lsp", "panes"]
        }
        "copying" {
            ListBuffers(buffer::list::ListBuffers) "list-buffers" ["lsb"]
            ShowBuffer(buffer::show::ShowBuffer) "show-buffer" ["showb"]
            SetBuffer(buffer::set::SetBuffer) "set-buffer" ["setb"]
            PasteBuffer(buffer::paste::PasteBuffer) "paste-buffer" ["pasteb"]
            DeleteBuffer(buffer::delete::DeleteBuffer) "delete-buffer" ["deleteb"]
            SaveBuffer(buffer::save::SaveBuffer) "save-buffer" ["saveb"]
            LoadBuffer(buffer::load::LoadBuffer) "load-buffer" ["loadb"]
            SaveScrollback(pane::scrollback::SaveScrollback) "save-scrollback" []
            EditScrollback(pane::scrollback::EditScrollback) "edit-scrollback" []
        }
        "tabs" {
            NewTab(tab::new::NewTab) "new-tab" ["new-window", "neww"]
            CloseTab(tab::close::CloseTab) "close-tab" ["kill-window", "killw"]
            RenameTab(tab::rename::RenameTab) "rename-tab" ["rename-window", "renamew"]
            MoveTab(tab::reorder::MoveTab) "move-tab" ["move-window", "movew"]
            SwapTab(tab::reorder::SwapTab) "swap-tab" ["swap-window", "swapw"]
            SelectLayout(tab::layout::SelectLayout) "select-layout" ["selectl"]
            NextLayout(tab::layout::NextLayout) "next-layout" ["nextl"]
            PreviousLayout(tab::layout::PreviousLayout) "previous-layout" ["prevl"]
            RotatePanes(tab::rotate::RotatePanes) "rotate-panes" ["rotate-window", "rotatew"]
            ResizeWindow(tab::resize::ResizeWindow) "resize-window" ["resizew"]
            SynchronizePanes(tab::sync::SynchronizePanes) "synchronize-panes" []
            UndoLayout(tab::undo::UndoLayout) "undo-layout" []
            RedoLayout(tab::undo::RedoLayout) "redo-layout" []
            SaveLayout(tab::saved::SaveLayout) "save-layout" []
            LoadLayout(tab::saved::LoadLayout) "load-layout" []
            ListTabs(tab::list::ListTabs) "list-tabs" ["list-windows", "lsw", "tabs"]
        }
        "workspace" {
            ListKeys(server::keys::ListKeys) "list-keys" ["lsk"]
            BindKey(server::bind::BindKey) "bind-key" ["bind"]
            UnbindKey(server::bind::UnbindKey) "unbind-key" ["unbind"]
            ListClients(server::clients::ListClients) "list-clients" ["lsc"]
            Restore(server::restore::Restore) "restore" []
            ReloadConfig(server::reload::ReloadConfig) "reload-config" ["source-file", "source"]
            Events(server::events::Events) "events" []
            DisplayMessage(server::message::DisplayMessage) "display-message" ["display"]
            ShowMessages(server::messages::ShowMessages) "show-messages" ["showmsgs"]
            RenameSession(server::rename_session::RenameSession) "rename-session" ["rename"]
            SetHook(server::hook::SetHook) "set-hook" []
            ShowHooks(server::hook::ShowHooks) "show-hooks" []
            WaitFor(server::wait_for::WaitFor) "wait-for" []
            RunShell(server::shell::RunShell) "run-shell" []
            IfShell(server::shell::IfShell) "if-shell" ["if"]
            SetEnvironment(server::environment::SetEnvironment) "set-environment" ["setenv"]
            ShowEnvironment(server::environment::ShowEnvironment) "show-environment" ["showenv"]
            SetOption(server::options::SetOption) "set-option" ["set", "set-window-option", "setw"]
            ShowOptions(server::options::ShowOptions) "show-options" ["show", "show-window-options", "showw"]
        }
        "" {
            OpenFirst(server::open_first::OpenFirst) "open-first" []
        }
    }
}

commands! {
    /// Commands on one attached terminal's view.
    ViewCommand in View with view::ViewCx<'_> {
        "view" {
            Detach(view::detach::Detach) "detach" ["detach-client"]
            SuspendClient(view::suspend::SuspendClient) "suspend-client" ["suspendc"]
            ZoomPane(view::zoom::ZoomPane) "zoom-pane" []
            FocusTab(view::focus_tab::FocusTab) "focus-tab" ["select-window", "selectw"]
            NextTab(view::focus_tab::NextTab) "next-tab" ["next-window", "next"]
            PreviousTab(view::focus_tab::PreviousTab) "previous-tab" ["previous-window", "prev"]
            LastTab(view::focus_tab::LastTab) "last-tab" ["last-window"]
            FindTab(view::find_tab::FindTab) "find-tab" ["find-window", "findw"]
            ToggleFloating(view::floating::ToggleFloating) "toggle-floating" []
            AdjustPane(view::adjust::AdjustPane) "adjust-pane" []
            ClockMode(view::clock_mode::ClockMode) "clock-mode" []
            CopyMode(view::copy_mode::CopyMode) "copy-mode" []
            Copy(view::copy::Copy) "copy" []
            ChooseBuffer(view::choose_buffer::ChooseBuffer) "choose-buffer" []
            CommandPalette(view::palette::CommandPalette) "command-palette" ["palette"]
            Prompt(view::prompt::Prompt) "prompt" ["command-prompt"]
            Confirm(view::confirm::Confirm) "confirm" ["confirm-before"]
            ShowPanes(view::show_panes::ShowPanes) "show-panes" ["display-panes"]
            ChooseTab(view::choose_tab::ChooseTab) "choose-tab" ["choose-tree"]
            Welcome(view::welcome::Welcome) "welcome" []
            ShowMenu(view::menu::ShowMenu) "show-menu" []
            DisplayMenu(view::display_menu::DisplayMenu) "display-menu" ["menu"]
            ChooseTheme(view::choose_theme::ChooseTheme) "choose-theme" ["set-theme"]
            SendPrefix(view::send_prefix::SendPrefix) "send-prefix" []
            Redraw(view::redraw::Redraw) "redraw" ["refresh-client"]
        }
        "side panel" {
            TogglePanel(view::panel::TogglePanel) "toggle-panel" []
            NextAttention(view::panel::NextAttention) "next-attention" []
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

impl ViewCommand {
    /// Whether it only says where to look, which makes sense while no terminal is attached.
    pub fn goes_without_terminal(&self) -> bool {
        use ViewCommand::{FocusTab, LastTab, NextTab, PreviousTab, ZoomPane};
        matches!(
            self,
            FocusTab(_) | NextTab(_) | PreviousTab(_) | LastTab(_) | ZoomPane(_)
        )
    }
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
    if let Some(row) = alone {
        return Some((row, 1));
    }
    if family(first).next().is_some() {
        let second = words.next()?;
        let row = family(first).find(|row| row.word() == second)?;
        return Some((row, 2));
    }
    match beginning(first).as_slice() {
        [(row, _)] => Some((row, 1)),
        _ => None,
    }
}

/// The commands that a word is the beginning of, each with the first of its names that is so: one that is
/// alone is meant, as in tmux.
pub fn beginning(word: &str) -> Vec<(&'static Row, &'static str)> {
    let plain = !word.is_empty() && !word.starts_with('-');
    let shown = rows().filter(|row| plain && !row.hidden());
    let named = shown.filter_map(|row| {
        let own = row.family().is_none().then_some(row.name);
        let mut names = own.into_iter().chain(row.aliases.iter().copied());
        Some((row, names.find(|name| name.starts_with(word))?))
    });
    named.collect()
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
    fn no_argument_hides_an_option_of_every_command() {
        for row in rows() {
            for argument in row.clap().get_arguments() {
                let id = argument.get_id().as_str();
                let taken = ["state", "session", "json"].contains(&id);
                assert!(!taken, "{} has an argument {id}", row.name);
            }
        }
    }

    #[test]
    fn the_whole_table_is_valid_clap() {
        parse::cli().debug_assert();
    }
}
