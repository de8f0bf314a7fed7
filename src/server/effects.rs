//! Carrying out what the pure step asked for. The only place where the server acts on the world.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::sync::mpsc::TrySendError;

use super::coordinator::{Job, Registration};
use super::event_loop::Loop;
use super::tap::Tap;
use super::{files, shell};
use crate::config::settings::Settings;
use crate::draw::text;
use crate::error::{Error, Result};
use crate::model::geometry::Size;
use crate::model::id::PaneId;
use crate::model::pane::Launch;
use crate::pty::{self, SpawnSpec};
use crate::update::event::Piped;
use crate::update::{Effect, Event, ReplyTo};

/// Variables that belong to another agent or multiplexer and must not reach a new pane.
const NOT_INHERITED: &[&str] = &[
    "TMUX",
    "TMUX_PANE",
    "ZELLIJ",
    "ZELLIJ_SESSION_NAME",
    "ZELLIJ_PANE_ID",
    "STY",
    "CLAUDECODE",
    "CLAUDE_PID",
    "CLAUDE_CODE_SESSION_ID",
    "CLAUDE_CODE_MESSAGING_SOCKET",
    "CLAUDE_PROJECT_DIR",
    "AI_AGENT",
    "STOA_SESSION",
    "STOA_PANE",
    "LINES",
    "COLUMNS",
];

impl Loop {
    /// Does one thing.
    pub(super) fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Start {
                pane,
                launch,
                size,
                session,
            } => self.start(pane, &launch, size, &session),
            Effect::Write { pane, bytes } => self.write_pane(pane, &bytes),
            Effect::ResizePty { pane, size } => {
                if let Some(running) = self.ptys.get(&pane) {
                    running.pty.resize(size, self.state.palette.cell);
                }
            }
            Effect::Close { pane } => {
                if let Some(pty) = self.take_pty(pane) {
                    self.hang_up(pty);
                }
            }
            Effect::EndSession { session } => self.job(Job::End { session }),
            Effect::TryAgain => self.job(Job::TryAgain),
            Effect::RegisterAgain { pane, name, number } => {
                self.register_again(pane, (name, number));
            }
            Effect::RenewClaims { session } => self.job(Job::Renew { session }),
            Effect::TellState { session, state } => self.job(Job::TellState { session, state }),
            Effect::Notify {
                client,
                notification,
            } => {
                if let Some(terminal) = self.terminals.get_mut(&client) {
                    terminal.notify(&notification);
                }
            }
            Effect::AskClipboard { client, pane } => {
                if let Some(terminal) = self.terminals.get_mut(&client) {
                    terminal.ask_clipboard(pane);
                }
            }
            Effect::Store {
                command,
                actor,
                cwd,
                reply,
            } => self.job(Job::Run {
                command,
                actor,
                cwd,
                reply,
            }),
            Effect::Answer { connection, result } => {
                if let Some(answer) = self.answers.remove(&connection) {
                    // Whoever asked may have gone meanwhile.
                    let _ = answer.send(result);
                }
            }
            Effect::Detach { client, why } => {
                if let Some(terminal) = self.take_terminal(client) {
                    terminal.release(&why);
                }
                self.step(Event::Gone { client });
            }
            Effect::Suspend { client } => {
                if let Some(terminal) = self.take_terminal(client) {
                    terminal.suspend();
                }
                self.step(Event::Gone { client });
            }
            Effect::Bell { client } => self.send(client, b"\x07"),
            Effect::Clipboard { client, data } => {
                use base64::Engine;
                let text = base64::engine::general_purpose::STANDARD.encode(&data);
                // Unlike a bell it must arrive, behind whatever is on its way.
                if let Some(terminal) = self.terminals.get_mut(&client) {
                    terminal.send_later(format!("\x1b]52;c;{text}\x07").as_bytes());
                }
            }
            Effect::PipePane { pane, job } => self.tap(pane, job.as_deref()),
            Effect::Shell(job) => {
                let pane = self.state.panes.get(&job.pane);
                let env = pane.map(|pane| self.environment(pane.id, &pane.launch, &pane.session));
                let begun = match env {
                    Some(env) => shell::run(&self.mailbox, job, env)
                        .map_err(|(job, error)| (job, error.to_string())),
                    None => {
                        let why = format!("pane {} is gone", job.pane);
                        Err((job, why))
                    }
                };
                if let Err((job, why)) = begun {
                    self.step(Event::ShellEnded { job, end: Err(why) });
                }
            }
            Effect::Save(job) => {
                let reply = job.reply;
                let begun = files::save(&self.mailbox, *job);
                self.answered_now(reply, begun);
            }
            Effect::Load { path, name, reply } => {
                let begun = files::load(&self.mailbox, path, name, reply);
                self.answered_now(reply, begun);
            }
            Effect::Capture {
                pane,
                capture,
                reply,
            } => {
                let begun = files::capture(&self.mailbox, pane, capture, reply);
                self.answered_now(reply, begun);
            }
            Effect::Redraw { client } => {
                if let Some(terminal) = self.terminals.get_mut(&client) {
                    terminal.forget();
                }
            }
            Effect::Reload { reply } => self.job(Job::Reload { reply }),
            Effect::SaveLayout {
                only,
                path,
                force,
                reply,
            } => self.save_layout(only, path, force, reply),
            Effect::LoadLayout {
                path,
                detached,
                requester,
                reply,
            } => self.job(Job::LoadLayout {
                path,
                detached,
                requester,
                reply,
            }),
            Effect::Welcomed => self.job(Job::Welcomed),
            Effect::Shutdown => {
                self.for_good = true;
                self.ending = true;
            }
        }
    }

    fn send(&mut self, client: crate::model::id::ClientId, bytes: &[u8]) {
        // A terminal that lags behind misses a bell rather than making a queue.
        if let Some(terminal) = self.terminals.get_mut(&client).filter(|t| !t.busy()) {
            terminal.send(bytes);
        }
    }

    pub(super) fn job(&mut self, job: Job) {
        self.jobs_asked += 1;
        if let Err(TrySendError::Full(job) | TrySendError::Disconnected(job)) =
            self.jobs.try_send(job)
        {
            tracing::error!("the coordination queue is full; a request was dropped");
            let why = Error::refused("the server is too far behind with the store")
                .with_hint("try again in a moment");
            self.answered_now(job.reply(), Err(why));
        }
    }

    /// What was to be done elsewhere, and answered from there, has not even begun.
    fn answered_now(&mut self, reply: ReplyTo, begun: Result<()>) {
        if let Err(error) = begun {
            let result = Err(error);
            self.step(Event::Answered { reply, result });
        }
    }

    fn tap(&mut self, id: PaneId, job: Option<&Piped>) {
        self.taps.remove(&id);
        let (Some(job), Some(pane)) = (job, self.state.panes.get(&id)) else {
            return;
        };
        let env = self.environment(id, &pane.launch, &pane.session);
        match Tap::start(job, env) {
            Ok(tap) => drop(self.taps.insert(id, tap)),
            Err(error) => self.step(Event::PipeBroke {
                pane: id,
                why: error.to_string(),
            }),
        }
    }

    fn start(&mut self, pane: PaneId, launch: &Launch, size: Size, session: &str) {
        let mut env = self.environment(pane, launch, session);
        let (shell, complaint) = shell(&self.state.config.settings, &env);
        if complaint.is_some() {
            // Programs that start a shell of their own are to find one as well.
            env.insert("SHELL".into(), shell.clone());
        }
        let (program, args) = command_line(launch, &self.state.config.settings, shell);
        let beside = launch.beside.and_then(|near| self.ptys.get(&near));
        let cwd = beside
            .and_then(|running| running.pty.cwd())
            .unwrap_or_else(|| launch.cwd.clone());
        if launch.only_there && !cwd.is_dir() {
            let why = format!("{} is not a directory", cwd.display());
            return self.step(Event::Failed { pane, why });
        }
        let spec = SpawnSpec {
            program,
            args,
            cwd,
            env,
            size,
            cell: self.state.palette.cell,
        };
        match pty::spawn(&spec) {
            Ok(pty) => {
                let pid = pty.pid().unsigned_abs();
                let notes = [complaint, pty.note().map(str::to_owned)];
                if let Some(pane) = self.state.panes.get_mut(&pane) {
                    for note in notes.into_iter().flatten() {
                        pane.screen.feed(format!("stoa: {note}\r\n").as_bytes());
                    }
                }
                self.add_pty(pane, pty);
                let resumed = self.state.panes.get(&pane);
                let resumed = resumed.and_then(|pane| pane.resumed.as_ref());
                let before = resumed.and_then(|was| Some((was.session.clone()?, was.number?)));
                let left = self.state.restorable.as_ref();
                let reserved = left.map_or_else(Vec::new, |left| left.saved.sessions());
                self.job(Job::Register(Box::new(Registration {
                    before,
                    reserved,
                    session: session.to_owned(),
                    pane,
                    pid,
                    agent: agent_kind(launch),
                })));
                self.step(Event::Started { pane, pid });
            }
            Err(error) => self.step(Event::Failed {
                pane,
                why: error.to_string(),
            }),
        }
    }

    /// Registers the session of a pane that runs once more, called as it was.
    fn register_again(&mut self, pane: PaneId, before: (String, u32)) {
        let running = self.state.panes.get(&pane);
        let Some((pid, running)) = running.and_then(|pane| Some((pane.pid()?, pane))) else {
            return;
        };
        self.job(Job::Register(Box::new(Registration {
            session: running.session.clone(),
            pane,
            pid,
            agent: agent_kind(&running.launch),
            before: Some(before),
            reserved: Vec::new(),
        })));
    }

    /// The whole environment of a pane: the asker's (or the server's), cleaned of what belongs to
    /// somebody else, with what says who and where the pane is.
    fn environment(
        &self,
        pane: PaneId,
        launch: &Launch,
        session: &str,
    ) -> BTreeMap<OsString, OsString> {
        let mut env: BTreeMap<OsString, OsString> = if launch.env.is_empty() {
            std::env::vars_os().collect()
        } else {
            launch
                .env
                .iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect()
        };
        for name in NOT_INHERITED {
            env.remove(std::ffi::OsStr::new(name));
        }
        for (name, value) in &self.pane_env {
            env.insert(name.into(), value.into());
        }
        for (name, value) in &self.state.environment {
            match value {
                Some(value) => env.insert(name.into(), value.into()),
                None => env.remove(std::ffi::OsStr::new(name)),
            };
        }
        env.extend(
            launch
                .set
                .iter()
                .map(|(name, value)| (name.into(), value.into())),
        );
        within_reach(&mut env);
        env.insert("STOA_PANE".into(), pane.to_string().into());
        env.insert("STOA_SESSION".into(), session.into());
        env
    }

    /// Leaves nothing behind: programs hung up, sessions ended.
    pub fn finish(mut self) {
        let panes: Vec<PaneId> = self.ptys.keys().copied().collect();
        for pane in panes {
            if let Some(session) = self.state.panes.get(&pane).map(|pane| pane.session.clone()) {
                self.job(Job::End { session });
            }
            if let Some(mut pty) = self.take_pty(pane) {
                pty.hang_up();
            }
        }
        let terminals = std::mem::take(&mut self.terminals);
        for terminal in terminals.into_values() {
            terminal.release("the server has ended");
        }
    }
}

/// Puts our own program at the end of `PATH`, where it stands in nobody's way: in a pane `stoa` is
/// always a command, installed or not.
fn within_reach(env: &mut BTreeMap<OsString, OsString>) {
    let Some(dir) = std::env::current_exe()
        .ok()
        .and_then(|me| me.parent().map(std::path::Path::to_path_buf))
    else {
        return;
    };
    let path = env.remove(std::ffi::OsStr::new("PATH")).unwrap_or_default();
    let mut dirs: Vec<std::path::PathBuf> = std::env::split_paths(&path).collect();
    if !dirs.contains(&dir) {
        dirs.push(dir);
    }
    // A directory with a colon in its name cannot be in a PATH.
    env.insert("PATH".into(), std::env::join_paths(dirs).unwrap_or(path));
}

/// The person's shell: the one in the settings, else the one in the environment. If that cannot be
/// run it is `/bin/sh`, and what to say about it.
fn shell(settings: &Settings, env: &BTreeMap<OsString, OsString>) -> (OsString, Option<String>) {
    let set = settings
        .default_shell
        .as_ref()
        .map(|shell| shell.as_os_str());
    let inherited = env.get(OsStr::new("SHELL")).map(OsString::as_os_str);
    let wanted = set.or(inherited).filter(|shell| !shell.is_empty());
    let usual = OsStr::new("/bin/sh");
    match wanted {
        Some(shell) if runs(Path::new(shell)) => (shell.to_owned(), None),
        Some(shell) => {
            let shell = text::sanitize(&shell.to_string_lossy(), 200);
            let complaint = format!("the shell {shell} cannot be run; this is /bin/sh");
            (usual.to_owned(), Some(complaint))
        }
        None => (usual.to_owned(), None),
    }
}

/// Whether a shell may be executed; one without a directory is looked for in the `PATH` later.
fn runs(shell: &Path) -> bool {
    let named = shell.components().count() == 1;
    named || shell.is_file() && rustix::fs::access(shell, rustix::fs::Access::EXEC_OK).is_ok()
}

/// Program and arguments of a pane: the given words, one word through the shell, or the shell.
fn command_line(
    launch: &Launch,
    settings: &Settings,
    shell: OsString,
) -> (OsString, Vec<OsString>) {
    match launch.argv.as_slice() {
        [] => match &settings.default_command {
            Some(line) => (shell, vec!["-c".into(), line.into()]),
            None => (shell, Vec::new()),
        },
        [line] => (shell, vec!["-c".into(), line.into()]),
        [program, args @ ..] => (program.into(), args.iter().map(OsString::from).collect()),
    }
}

/// What kind of program a session is, by the name of what it runs.
fn agent_kind(launch: &Launch) -> String {
    let first = launch
        .argv
        .first()
        .and_then(|line| line.split_whitespace().next());
    let name = first.map_or("shell", |program| {
        program.rsplit('/').next().unwrap_or(program)
    });
    match name {
        "sh" | "bash" | "zsh" | "fish" | "dash" | "ksh" | "nu" => "shell".to_owned(),
        other => other.chars().take(32).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_that_cannot_be_run_is_replaced() {
        let check = |set: Option<&str>, inherited: &str, expected: &str, told: bool| {
            let settings = Settings {
                default_shell: set.map(Into::into),
                ..Settings::default()
            };
            let env = [("SHELL".into(), inherited.into())].into();
            let (found, complaint) = shell(&settings, &env);
            assert_eq!(
                (found.to_str(), complaint.is_some()),
                (Some(expected), told)
            );
        };
        check(None, "", "/bin/sh", false);
        check(None, "/usr/bin/env", "/usr/bin/env", false);
        check(None, "/no/such", "/bin/sh", true);
        check(None, "/etc/passwd", "/bin/sh", true);
        check(None, "/etc", "/bin/sh", true);
        check(Some("/no/such"), "/usr/bin/env", "/bin/sh", true);
        check(Some("fish"), "/no/such", "fish", false);
    }
}
