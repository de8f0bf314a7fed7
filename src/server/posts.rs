//! The loop's mail: terminals that want in, commands, news of the store.

use rustix::event::epoll;

use super::coordinator::Job;
use super::event_loop::{Loop, POST_BUDGET, Source};
use super::mailbox::Post;
use super::terminal::Terminal;
use crate::command::parse;
use crate::command::spec::Reply;
use crate::error::Error;
use crate::model::id::{ClientId, PaneId};
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
                let mouse = self.state.config.settings.mouse;
                let size = info.size;
                let terminal = Terminal::new(tty, &info, exit, mouse);
                self.wait_for(terminal.fd(), Source::Tty(client), epoll::EventFlags::IN);
                self.terminals.insert(client, terminal);
                let env = info.env;
                self.step(Event::Attached { client, size, env });
                if let Some(terminal) = self.terminals.get_mut(&client) {
                    terminal.key_us = now_us;
                }
            }
            Post::Resize { client, size } => {
                if let Some(terminal) = self.terminals.get_mut(&client) {
                    terminal.resize(size);
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
            Post::Reloaded(loaded, reply) => {
                self.step(Event::Reloaded { loaded, reply });
                let mouse = self.state.config.settings.mouse;
                for terminal in self.terminals.values_mut() {
                    terminal.want_mouse(mouse);
                }
            }
            Post::ConfigTouched => self.job(Job::ConfigTouched),
            Post::Shutdown { why } => self.shut_down(&why),
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
        let pane = request
            .pane
            .as_deref()
            .and_then(|pane| pane.strip_prefix('%'))
            .and_then(|id| id.parse().ok())
            .map(PaneId);
        let requester = Requester {
            client: None,
            pane,
            cwd: request.cwd.map(Into::into),
            env: request.env,
        };
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
