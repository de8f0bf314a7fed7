//! The loop's mail: terminals that want in, commands, news of the store.

use rustix::event::epoll;

use super::coordinator::Job;
use super::event_loop::{Loop, POST_BUDGET, Source};
use super::mailbox::Post;
use super::terminal::Terminal;
use crate::command::parse;
use crate::command::server::environment::check_name;
use crate::command::spec::Reply;
use crate::error::Error;
use crate::model::id::{ClientId, PaneId};
use crate::model::wait::Formats;
use crate::update::{Effect, Event, ReplyTo, Requester};

impl Loop {
    pub(super) fn read_mail(&mut self, now_us: u64) {
        self.inbox.hush();
        for _ in 0..POST_BUDGET {
            let Some(post) = self.inbox.take() else {
                return;
            };
            self.open(post, now_us);
        }
        // More may be waiting than one turn takes: come back at once.
        self.inbox.ring();
    }

    pub(super) fn open(&mut self, post: Post, now_us: u64) {
        match post {
            Post::Attach {
                client,
                tty,
                info,
                exit,
            } => {
                let settings = &self.state.config.settings;
                let wanted = (settings.mouse, settings.terminal.features.as_slice());
                let size = info.size;
                let returning = self.returning.remove(&info.key);
                let known = returning.as_ref().map(|returning| returning.known);
                let terminal = Terminal::new(tty, &info, exit, wanted, known);
                self.wait_for(terminal.fd(), Source::Tty(client), epoll::EventFlags::IN);
                let cell = terminal.looks().cell;
                self.terminals.insert(client, terminal);
                self.measured(cell);
                let env = info.env;
                self.update_environment(&env);
                if returning.is_some() && self.returning.is_empty() {
                    self.state.sizes_held_ms = None;
                }
                self.step(Event::Attached {
                    client,
                    size,
                    env,
                    back: returning.map(|returning| Box::new(returning.view)),
                });
                if let Some(terminal) = self.terminals.get_mut(&client) {
                    terminal.key_us = now_us;
                }
            }
            Post::Resize { client, size } => {
                if let Some(terminal) = self.terminals.get_mut(&client) {
                    terminal.resize(size);
                    let cell = terminal.looks().cell;
                    self.measured(cell);
                }
                self.step(Event::Resized { client, size });
            }
            Post::Leave { client } => {
                let why = format!("detached from {}", self.state.name);
                self.perform(Effect::Detach { client, why });
            }
            Post::Gone { client } => {
                if self.terminals.contains_key(&client) {
                    self.terminal_gone(client);
                }
            }
            Post::Request {
                number,
                request,
                answer,
            } => {
                self.answers.insert(number, answer);
                self.request(*request, ReplyTo::Connection(number));
            }
            Post::Unasked { number } => {
                if self.answers.remove(&number).is_some() {
                    let reply = ReplyTo::Connection(number);
                    self.step(Event::Unasked { reply });
                }
            }
            Post::LayoutRead {
                file,
                detached,
                requester,
                reply,
            } => self.step(Event::LayoutRead {
                file,
                detached,
                requester,
                reply,
            }),
            Post::Answered { reply, result } => self.step(Event::Answered { reply, result }),
            Post::Snapshot(snapshot) => self.step(Event::Snapshot(snapshot)),
            Post::StoreTrouble(why) => self.step(Event::StoreTrouble(why)),
            Post::Late(late) => self.step(Event::Late(late)),
            Post::Loaded {
                name,
                result,
                reply,
            } => self.step(match result {
                Ok(data) => Event::Loaded { name, data, reply },
                Err(error) => Event::Answered {
                    reply,
                    result: Err(error),
                },
            }),
            Post::ShellEnded(job, end) => self.step(Event::ShellEnded { job, end }),
            Post::Reloaded(loaded, reply) => {
                self.step(Event::Reloaded { loaded, reply });
                let config = self.state.config.clone();
                let mut learned = Vec::new();
                for terminal in self.terminals.values_mut() {
                    learned.push(terminal.want_features(&config.settings.terminal.features));
                }
                for learned in learned {
                    self.apply(learned);
                }
            }
            Post::ConfigTouched => self.job(Job::ConfigTouched),
            Post::Upgrade { program, answer } => self.upgrade(program, answer),
            Post::UpgradeTried(result) => self.upgrade_tried(result),
            Post::JobsDone(number, late) => self.jobs_done(number, late),
            Post::Shutdown { why, for_good } => {
                self.for_good = for_good;
                self.shut_down(&why);
            }
        }
    }

    /// Variables of a login are from now on those of the terminal that attached last.
    fn update_environment(&mut self, env: &[(String, String)]) {
        for name in &self.state.config.settings.update_environment {
            if check_name(name).is_err() {
                continue;
            }
            let theirs = env.iter().find(|(other, _)| other == name);
            let theirs = theirs.map(|(_, value)| value.clone());
            let known = self.state.environment.contains_key(name);
            // What neither the terminal nor the server has need not be taken away.
            if theirs.is_some() || known || std::env::var_os(name).is_some() {
                self.state.environment.insert(name.clone(), theirs);
            }
        }
    }

    /// Lets everybody go and ends the loop.
    pub(super) fn shut_down(&mut self, why: &str) {
        let clients: Vec<ClientId> = self.terminals.keys().copied().collect();
        for client in clients {
            let why = why.to_owned();
            self.perform(Effect::Detach { client, why });
        }
        self.ending = true;
    }

    pub(super) fn request(&mut self, request: crate::protocol::message::Request, reply: ReplyTo) {
        let pane = request.pane.as_deref().and_then(PaneId::named);
        let requester = Requester {
            client: None,
            pane,
            cwd: request.cwd.map(Into::into),
            env: request.env,
            input: request.input,
            waits: request.waits,
            formats: Formats::Commands,
        };
        self.look_at_directories(pane);
        let event = match parse::parse(&request.words) {
            Ok(parse::Parsed::Run(invocation)) => match invocation.command {
                Some(command) => Event::Request {
                    command: Box::new(command),
                    requester,
                    reply,
                },
                None => Event::Answered {
                    reply,
                    result: Err(Error::usage("an empty command line")),
                },
            },
            Ok(parse::Parsed::Show(text)) => Event::Answered {
                reply,
                result: Ok(Reply::new(text, serde_json::Value::Null)),
            },
            Err(error) => Event::Answered {
                reply,
                result: Err(error),
            },
        };
        self.step(event);
    }
}
