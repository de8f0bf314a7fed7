//! Stoa, a terminal multiplexer for teams of coding agents.
//!
//! # One picture
//!
//! ```text
//!  terminal ──tty──┐  (the descriptor itself, handed over by the client)
//!      client ──socket── server ── panes (PTY + screen)        agents and people, in panes or outside
//!                      │  update::step(State, Event) -> effects      │ stoa claim …   │ stoa share …
//!                      │  ui::draw(&State, &View) per terminal       ▼                ▼
//!                      └── snapshot ◄──watch──────────────── coord (rules) ── store: sqlite in .stoa/
//! ```
//!
//! - `stoa` finds the workspace (the main worktree of the git repository, else the directory), starts
//!   its server if there is none, and lends it the terminal: [`client`] passes the tty's descriptor
//!   over the socket, sends sizes and signals after it, and puts the terminal back in the end. Keys
//!   and frames go between the terminal and the server directly, with no second process on their
//!   way; should the client be killed, the server puts the terminal back in its place.
//! - [`server`] is one process per workspace with three threads that matter: the loop (one `epoll`
//!   for PTYs, terminals, ended programs and a mailbox; the only owner of the state), the sockets
//!   (tokio: connections and signals), the coordinator (jobs on the store, in order).
//! - Commands on sessions, groups, context, claims, tasks, messages, issues and fixes go to the store
//!   directly, from any shell, with no server. The server only watches the store, like everybody else;
//!   should it be removed meanwhile, the server makes another and registers its panes in it.
//! - Commands on panes, tabs and views travel to the server as words and are parsed there by the
//!   same table: [`command`] declares every command once, and shell, prompt, keys, help, completion
//!   and the README read it.
//!
//! # How data flows
//!
//! Bytes → [`keys`] or [`term`] → [`update::Event`] → [`update::step`] → [`update::Effect`]s →
//! `server::effects` does them → `update::settle` draws consequences (sizes, focus, what has been
//! seen) → [`ui::draw`] → [`draw::Encoder`] → the terminal. Output of a pane takes a short cut: it is
//! fed to the pane's screen at once, from one reused buffer, and becomes an event only when the
//! screen noticed something (a title, a bell).
//!
//! What counts as settings and keys is always made anew from what the files say and from what was set
//! since ([`config::adjust`]): nothing has to be taken back one by one.
//!
//! What outlives a server is [`model::saved`]: `server::keeper` writes it to disk as it changes, and a new
//! server opens it again with `update::restore`. `stoa upgrade` executes the new program in the server's
//! process: `server::carry` writes the state into a file in memory, screens as the sequences that draw
//! them ([`term::Screen::script`]), and descriptors stay open; clients connect and attach again.
//!
//! A tab's layout holds proportions, not cells: every view lays it out for its own terminal. A pane is
//! as large as the largest view that shows it; a smaller one sees the part around the cursor. So a
//! phone that attaches changes nothing for anybody else. Floating panes have a place of their own in
//! the tab, in proportion too; which of them are in sight, which lies on top, and which member of a
//! stack is open follow from what a view has focused (`model::tab::Look`), so views never disturb each
//! other there either. `State::arrangement` is the one answer to where everything lies: drawing, the
//! mouse and panes' sizes all ask it.
//!
//! # How the team's state flows
//!
//! A command is one transaction of [`coord`]: look who acts, check the tokens it shows, apply the rule,
//! write the records and an entry of the audit trail. A claim is the one primitive: a task or an issue
//! in hand is a claim of that kind, so whatever ends a claim (its process, its time, force) gives the
//! work back. Nothing is freed by a sweeper: a record says who held what, and every reader decides by
//! the same rule whether that still holds.
//!
//! After a commit two things follow, each at its own pace and from the revision it knows: the
//! `projector` (one of the processes at work, by a lock) writes the readable files, and every watcher's
//! `replica` takes in the changed records and resolves them into a `snapshot`, which the panel,
//! `stoa --once` and the listing commands show. What needs somebody ([`coord::attention`]) is
//! computed from that and stored nowhere.
//!
//! # What never happens
//!
//! 1. `model` does no I/O, reads no clock, spawns nothing; `coord`'s rules are functions of records,
//!    time and request.
//! 2. `ui` takes `&State` and never changes it; what it shows of shell commands it can only wish for
//!    ([`model::outputs`]). Only `server::effects` acts on the world.
//! 3. The loop never waits for a client, a PTY or the store. Every queue is bounded. A terminal that
//!    does not read gets no frames made, and one frame of *now* when it reads again. A flooding pane
//!    is read a bounded piece a turn.
//! 4. Only `store` knows its files and SQL; `coord` knows keys, revisions and leases. (What an import
//!    reads elsewhere its command reads, and `coord` gets texts.)
//! 5. Every rule is decided inside one store transaction. Wall clocks decide nothing.
//! 6. A command's name, arguments, help and place are declared once, in `command`.
//! 7. Nothing polls. With no input and no output the server sleeps; only a message that goes away, a
//!    claim to be renewed, a lease that ends, or a clock (once a minute) or a shell command in the
//!    status line that somebody sees wakes it.
//!    Changed configuration files are told by the system, on a thread that sleeps in between.
//! 8. Text from agents, names and titles is untrusted: no control character of theirs reaches the
//!    outer terminal, and nothing of it is ever part of a command: a shell gets it as a variable
//!    (`model::format`'s `Script`), a command of ours as one word, and no value is read as a format.
//! 9. A panic in one event, connection or parser is caught and logged; panes live on.
//! 10. Imports point one way: main → cli, server, client → update → command → model, coord, ui → term,
//!     draw, keys → store → clock, error. (`command` and `update` know each other: a command changes
//!     the state and asks for effects; a key asks for a command. `update` asks `ui` what lies under
//!     the mouse.)
//!
//! # Where things are
//!
//! [`cli`] shell words to exit code · [`client`] the attached side · [`command`] what one can say ·
//! [`config`] settings, keys, where the workspace is · [`coord`] sessions, groups, context, claims, tasks,
//! messages, issues and fixes, reports, [metrics](coord::metrics), the [import](coord::import) of older
//! tools' files, the doctor ·
//! [`draw`] cells, surfaces, the encoder · [`keys`] bytes to keys and back, the key map · [`model`]
//! tabs, panes, views, layouts · [`protocol`] frames on the socket · [`pty`] programs on terminals ·
//! [`server`] the process · [`store`] records and revisions · [`term`] the emulator · [`ui`] how it
//! looks · [`update`] the pure step.

pub mod cli;
pub mod client;
pub mod clock;
pub mod command;
pub mod config;
pub mod coord;
pub mod draw;
pub mod error;
pub mod keys;
pub mod model;
pub mod protocol;
pub mod pty;
pub mod server;
pub mod store;
pub mod term;
pub mod ui;
pub mod update;
