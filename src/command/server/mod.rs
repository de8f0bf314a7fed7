//! Commands on the server itself, and the context that server commands get.

pub mod bind;
pub mod clients;
pub mod environment;
pub mod events;
pub mod hook;
pub mod keys;
pub mod message;
pub mod messages;
pub mod open_first;
pub mod options;
pub mod reload;
pub mod rename_session;
pub mod restore;
pub mod shell;
pub mod wait_for;

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::command::spec::Reply;
use crate::error::{Error, Result};
use crate::model::format::{self, Script};
use crate::model::id::{PaneId, TabId};
use crate::model::state::State;
use crate::model::variables::{self, Subject};
use crate::model::wait::{Asker, Formats, Wait, Waiting};
use crate::update::{Effect, ReplyTo, Requester, waits};

use super::target;

/// What a command on tabs and panes may touch: the state, and requests for effects.
pub struct ServerCx<'a> {
    /// The server's state.
    pub state: &'a mut State,
    /// What is to be done once the command is through.
    pub effects: &'a mut Vec<Effect>,
    /// Who asks.
    pub requester: Requester,
    /// Where a later answer goes.
    pub reply: ReplyTo,
    /// The pane that the command moved the asker to.
    pub here: Option<PaneId>,
}

impl ServerCx<'_> {
    /// The pane named, or the one meant (see [`target`]).
    ///
    /// # Errors
    /// It does not exist.
    pub fn pane(&self, name: Option<&str>) -> Result<PaneId> {
        let name = name.map(|name| self.word(name));
        target::pane(self.state, &self.requester, name.as_deref())
    }

    /// The tab named, or the one meant.
    ///
    /// # Errors
    /// It does not exist.
    pub fn tab(&self, name: Option<&str>) -> Result<TabId> {
        let name = name.map(|name| self.word(name));
        target::tab(self.state, &self.requester, name.as_deref())
    }

    /// Lets the asker wait for something.
    ///
    /// # Errors
    /// It is a hook's command, or too many wait already.
    pub fn wait(&mut self, what: Waiting, timeout: Option<Duration>) -> Result<Reply> {
        if !matches!(self.reply.asker(), Asker::Connection(_) | Asker::Person(_)) {
            return Err(Error::usage("a hook cannot wait: nobody takes its answer"));
        }
        let began_ms = self.state.now_ms;
        let patience = timeout.map(|time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
        let wait = Wait {
            reply: self.reply,
            what,
            began_ms,
            until_ms: patience.map(|ms| began_ms.saturating_add(ms)),
        };
        waits::begin(self.state, wait, self.effects)?;
        Ok(Reply::later())
    }

    /// The tab a pane is in.
    ///
    /// # Errors
    /// It is in none.
    pub fn tab_of(&self, pane: PaneId) -> Result<TabId> {
        let tab = self.state.tab_of(pane).map(|tab| tab.id);
        tab.ok_or_else(|| Error::not_found("that pane is in no tab"))
    }

    /// The text of a format that is one of the command's words.
    pub fn expand(&self, subject: Subject, format: &str) -> String {
        variables::expand_for(self.state, subject, &self.requester.formats, format)
    }

    /// A word that is no format of its own accord; a hook's variables may stand in any.
    pub fn word(&self, word: &str) -> String {
        match &self.requester.formats {
            Formats::Hook(hook) => self.expand(hook.subject, word),
            Formats::Commands | Formats::Done => word.to_owned(),
        }
    }

    /// A word that is a shell command, with formats about a pane in it.
    pub fn script(&self, pane: PaneId, command: &str) -> Script {
        let subject = Subject {
            pane: Some(pane),
            ..self.subject()
        };
        format::in_shell(command, |format| self.expand(subject, format))
    }

    /// The words of a program to be started, of which a single one is a shell command. What its
    /// formats stand for goes into its environment.
    pub fn program(&self, words: Vec<String>, env: &mut Vec<(String, String)>) -> Vec<String> {
        let Formats::Hook(hook) = &self.requester.formats else {
            return words;
        };
        for (_, value) in env.iter_mut() {
            *value = self.word(value);
        }
        match words.as_slice() {
            [line] => {
                let script = format::in_shell(line, |format| self.expand(hook.subject, format));
                env.extend(script.values);
                vec![script.text]
            }
            words => words.iter().map(|word| self.word(word)).collect(),
        }
    }

    /// What formats are about if the command does not say.
    pub fn subject(&self) -> Subject {
        Subject {
            pane: None,
            tab: None,
            client: target::client(self.state, &self.requester).ok(),
        }
    }

    /// The area that cell counts refer to: the asking view's, or the last one used.
    pub fn area(&self) -> crate::model::geometry::Rect {
        target::view(self.state, &self.requester)
            .map(|view| view.frame().content)
            .unwrap_or_else(|_| self.state.default_area())
    }

    /// The area that cell counts in a tab refer to: as the asking view shows it, or as terminals gave
    /// it last.
    pub fn area_of(&self, tab: TabId) -> crate::model::geometry::Rect {
        let view = target::view(self.state, &self.requester).ok();
        self.state.area_of(tab, view)
    }

    /// A path as whoever asks means it: from where it was typed, else from where the pane is.
    pub fn path(&self, path: &Path) -> PathBuf {
        let pane = self.pane(None).ok();
        let pane = pane.and_then(|pane| self.state.panes.get(&pane));
        let base = match (&self.requester.cwd, pane) {
            (Some(cwd), _) => cwd.clone(),
            (None, Some(pane)) => pane.directory().to_owned(),
            (None, None) => self.state.root.clone(),
        };
        base.join(path)
    }

    /// A start directory as it was written: formats in it (`#{…}`, for directories are called `c#S` as
    /// well) are about `near`, or about where one is.
    pub fn start_directory(&self, near: Option<PaneId>, written: &Path) -> PathBuf {
        match written.to_str().filter(|text| text.contains("#{")) {
            None => written.to_owned(),
            Some(text) => {
                let subject = Subject {
                    pane: near,
                    ..self.subject()
                };
                self.expand(subject, text).into()
            }
        }
    }

    /// Moves the asking view, and no other, to a pane that a command made or chose.
    pub fn focus(&mut self, pane: PaneId) {
        let Some(tab) = self.state.tab_of(pane).map(|tab| tab.id) else {
            return;
        };
        if let Some(tab) = self.state.tab_mut(tab) {
            tab.active = pane;
            tab.layout.open(pane);
        }
        self.here = Some(pane);
        let standpoint = target::standpoint(self.state, &self.requester);
        let Some(client) = standpoint.map(|view| view.client) else {
            return;
        };
        if let Some(view) = self.state.standpoint_mut(client) {
            view.show_tab(tab);
        }
        self.state.focus(client, tab, pane);
    }
}
