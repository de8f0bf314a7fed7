//! Starting a server: from a client that found none, and in the process that becomes it.
//!
//! However many clients start at once, one server comes of it: each takes the start lock, looks
//! again whether somebody listens by now, and only then starts one. The server itself holds another
//! lock for as long as it lives, which is what "running" means.

use std::fs::File;
use std::io::Read;
use std::os::fd::RawFd;
use std::os::unix::net::UnixListener as StdListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use super::carry::Carried;
use super::config_watch;
use super::coordinator::{self, Ending};
use super::event_loop::Loop;
use super::keeper::{self, Keeper};
use super::lockfile::{self, Lock};
use super::mailbox::{Post, mailbox};
use super::sockets::{self, Identity};
use super::upgrade::{self, Station};
use crate::clock::{Clock, SystemClock};
use crate::config::load;
use crate::config::paths::{config_dir, is_first_start};
use crate::config::settings::Restore;
use crate::config::workspace::{Sockets, Workspace, socket_dir};
use crate::coord::Coord;
use crate::coord::snapshot::Snapshot;
use crate::error::{Error, Result};
use crate::model::saved::Restorable;
use crate::model::state::State;
use crate::protocol::conn::Conn;

/// How long the server stays to end its panes' sessions properly.
const FINISH: Duration = Duration::from_secs(2);
/// The byte a new server writes once it listens.
const READY: u8 = b'+';

/// Connects to the workspace's server, if one runs.
///
/// It is looked for where this process would put its socket, then where the server's own lock in the
/// state directory says: a cron job without `XDG_RUNTIME_DIR` finds a server started with it.
///
/// # Errors
/// A server is there but cannot be talked to.
pub fn find(workspace: &Workspace) -> Result<Option<Conn>> {
    find_with(workspace, Conn::open)
}

/// As [`find`], a server of any version, for what works with all of them.
///
/// # Errors
/// A server is there but cannot be talked to.
pub fn find_any(workspace: &Workspace) -> Result<Option<Conn>> {
    find_with(workspace, Conn::open_any)
}

fn find_with(
    workspace: &Workspace,
    open: impl Fn(&Path) -> Result<Option<Conn>>,
) -> Result<Option<Conn>> {
    let usual = workspace.sockets(&socket_dir()?)?.socket;
    if let Some(conn) = open(&usual)? {
        return Ok(Some(conn));
    }
    match lockfile::note(&server_lock(&workspace.state)) {
        Some(noted) if Path::new(&noted) != usual => open(Path::new(&noted)),
        _ => Ok(None),
    }
}

/// The lock a server holds for as long as it lives. It is in the state directory, so that there is
/// one server for a state however it is reached.
fn server_lock(state: &Path) -> PathBuf {
    state.join("server.lock")
}

/// Connects to the workspace's server, starting it if there is none.
///
/// # Errors
/// It cannot be started; the message tells why.
pub fn connect_or_start(workspace: &Workspace) -> Result<Conn> {
    if let Some(conn) = find(workspace)? {
        return Ok(conn);
    }
    let sockets = workspace.sockets(&socket_dir()?)?;
    let _turn = lockfile::lock(&sockets.lock)?;
    if let Some(conn) = find(workspace)? {
        return Ok(conn);
    }
    if let Err(error) = launch(workspace, &sockets) {
        // One that was started with other socket directories in mind may have been quicker.
        return find(workspace)?.ok_or(error);
    }
    find(workspace)?.ok_or_else(|| {
        Error::unreachable("the server ended as soon as it had started")
            .with_hint(format!("its log is {}", sockets.log.display()))
    })
}

/// Runs this very binary as the server and waits until it listens.
fn launch(workspace: &Workspace, sockets: &Sockets) -> Result<()> {
    let me = std::env::current_exe()
        .map_err(|error| Error::unreachable(format!("cannot find my own program: {error}")))?;
    let mut child = Command::new(&me)
        .arg("serve")
        .arg("--root")
        .arg(&workspace.root)
        .arg("--state")
        .arg(&workspace.state)
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| Error::io("start", &me, &error))?;
    let mut told = [0];
    let ready = child
        .stdout
        .take()
        .map(|mut pipe| pipe.read(&mut told))
        .transpose();
    if matches!(ready, Ok(Some(1))) && told[0] == READY {
        // From here on it is on its own; it has left our session and nobody waits for it.
        return Ok(());
    }
    let mut why = String::new();
    if let Some(mut pipe) = child.stderr.take() {
        let _ = pipe.read_to_string(&mut why);
    }
    let _ = child.wait();
    let why = why.trim().trim_start_matches("stoa: ");
    Err(
        Error::unreachable(format!("the server did not start: {why}"))
            .with_hint(format!("its log is {}", sockets.log.display())),
    )
}

/// Becomes the server of a workspace and runs until its last pane is gone.
///
/// # Errors
/// Another server runs already, or the socket or the state directory cannot be had.
pub fn serve(root: PathBuf, state_dir: PathBuf) -> Result<()> {
    let workspace = Workspace {
        root,
        state: state_dir,
    };
    let paths = workspace.sockets(&socket_dir()?)?;
    // Everything made from here on is for this user alone.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    // One that is there is opened now, so that damage is told to whoever starts us.
    let coord = match Coord::prepare(&workspace.state)? {
        true => Some(Coord::open(&workspace.state)?),
        false => None,
    };
    let lock = server_lock(&workspace.state);
    let Some(lock) = lockfile::try_lock(&lock, &paths.socket)? else {
        return Err(Error::refused("a server for this workspace runs already"));
    };
    // A new session: the terminal that started us may hang up.
    let _ = rustix::process::setsid();
    log_to(&paths.log, false);
    let listener = listen(&paths.socket)?;
    let found = left(&workspace.state);
    let station = Station {
        workspace,
        listener,
        lock,
        generation: 0,
    };
    // Taken first: what changes while the files are read is read once more.
    let stamp = load::stamp(config_dir().as_deref());
    let mut state = fresh_state(&station.workspace, coord.as_ref())?;
    state.damage = found.lines;
    let restore = state.config.settings.restore;
    let mut running = Server::start(state, coord, station, &paths, stamp)?;
    if found.hands_off {
        running.server.keeper.keep_off();
    }
    tell_ready();
    if let Some(left) = found.left.filter(|_| restore != Restore::Off) {
        running.server.open_left(left);
    }
    running.run(&paths)
}

/// What an earlier server left; or else, in lines for the first person to attach, why that cannot be
/// opened and where it is now. It is moved before anything new can be written over it; what cannot be
/// moved is to be left alone.
struct Found {
    left: Option<Restorable>,
    lines: Vec<String>,
    hands_off: bool,
}

fn left(state: &Path) -> Found {
    let keeper::Unopened { error, version } = match keeper::left(state) {
        Ok(left) => {
            return Found {
                left,
                lines: Vec::new(),
                hands_off: false,
            };
        }
        Err(unopened) => unopened,
    };
    tracing::error!("nothing is opened again: {error}");
    let mut lines = vec![
        "What the last server left cannot be opened again:".to_owned(),
        error.message,
    ];
    let place = keeper::directory(state);
    let aside = keeper::set_aside(state, version);
    match (&aside, version) {
        (Ok(aside), None) => lines.push(format!(
            "Its files, the panes' old texts among them, are now in {}",
            aside.display()
        )),
        (Ok(aside), Some(_)) => lines.extend([
            format!("Nothing is wrong with it; it is now in {}", aside.display()),
            format!(
                "To have it back: stoa kill-server, give it its old name {}, and start the \
                 version of Stoa that wrote it",
                place.display()
            ),
        ]),
        (Err(error), _) => {
            tracing::error!("it stays where it is: {error}");
            lines.extend([
                format!("Nor can it be put aside: {}", error.message),
                format!(
                    "So it stays where it is, and this server keeps nothing for the next one \
                     until {} is moved away and the server started again",
                    place.display()
                ),
            ]);
        }
    }
    Found {
        left: None,
        lines,
        hands_off: aside.is_err(),
    }
}

/// Goes on as the server of a workspace with what the program that became this one has left in the
/// descriptor `state`. If that cannot be, executes that program again, unless this is the `last_resort`.
///
/// # Errors
/// It cannot be, and neither can the old program.
pub fn take_over(root: PathBuf, state_dir: PathBuf, state: RawFd, last_resort: bool) -> Result<()> {
    let workspace = Workspace {
        root,
        state: state_dir,
    };
    let paths = workspace.sockets(&socket_dir()?)?;
    log_to(&paths.log, true);
    let mut file = File::from(upgrade::take_fd(state)?);
    let read = load::load(config_dir().as_deref(), &crate::command::line::check);
    let lines = read.settings.history_lines as usize;
    let understood = match Carried::read(&mut file, lines) {
        Ok(understood) => understood,
        Err(error) if last_resort => return Err(error),
        Err(error) => {
            tracing::error!("cannot go on, back to the old program: {error}");
            return Err(upgrade::back_from(file, &workspace, error));
        }
    };
    let coord = match Coord::prepare(&workspace.state) {
        Ok(true) => Coord::open(&workspace.state).ok(),
        // It is tried again, and the loop told why it fails.
        _ => None,
    };
    let stamp = load::stamp(config_dir().as_deref());
    let mut fresh = fresh_state(&workspace, coord.as_ref())?;
    let (carried, programs) = understood.into_state(&mut fresh);
    let station = Station {
        workspace,
        listener: StdListener::from(upgrade::take_fd(carried.listener)?),
        lock: Lock::adopt(upgrade::take_fd(carried.lock)?),
        generation: carried.generation,
    };
    drop(upgrade::take_fd(carried.back));
    let mut running = Server::start(fresh, coord, station, &paths, stamp)?;
    running.server.go_on(carried, programs);
    running.run(&paths)
}

/// A state with nothing in it but what the machine and the files say.
fn fresh_state(workspace: &Workspace, coord: Option<&Coord>) -> Result<State> {
    let config = Arc::new(load::load(
        config_dir().as_deref(),
        &crate::command::line::check,
    ));
    let clock = SystemClock::open()?;
    let nothing = || Snapshot::empty(clock.now());
    let snapshot = Arc::new(coord.map_or_else(nothing, |coord| {
        coord.snapshot().unwrap_or_else(|error| {
            tracing::error!("cannot read the store: {error}");
            nothing()
        })
    }));
    let mut state = State::new(workspace.root.clone(), config, snapshot);
    state.host = rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned();
    state.pid = std::process::id();
    state.uid = rustix::process::getuid().as_raw();
    let user = std::env::var("USER").or_else(|_| std::env::var("LOGNAME"));
    state.socket = workspace.sockets(&socket_dir()?)?.socket;
    state.user = user.unwrap_or_else(|_| state.uid.to_string());
    state.first_start = is_first_start();
    state.journal.life = u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap_or(0);
    state.zone = jiff::tz::TimeZone::system();
    state.home = std::env::var_os("HOME").map(PathBuf::from);
    Ok(state)
}

/// The loop and the threads around it.
struct Server {
    server: Loop,
    jobs_done: Ending,
    stop: tokio::sync::oneshot::Sender<()>,
    sockets: std::thread::JoinHandle<()>,
}

impl Server {
    fn start(
        state: State,
        coord: Option<Coord>,
        station: Station,
        paths: &Sockets,
        stamp: u64,
    ) -> Result<Server> {
        let (mailbox, inbox) = mailbox()?;
        let workspace = station.workspace.clone();
        let (jobs, jobs_done) =
            coordinator::spawn(coord, &workspace, mailbox.clone(), stamp)?.split();
        if let Some(dir) = config_dir() {
            let mailbox = mailbox.clone();
            config_watch::spawn(dir, move || _ = mailbox.post_blocking(Post::ConfigTouched));
        }
        let pane_env = pane_environment(&workspace, paths);
        let identity = Identity {
            root: workspace.root.clone(),
            state: workspace.state.clone(),
            generation: station.generation,
        };
        let listener = station
            .listener
            .try_clone()
            .map_err(|error| Error::io("listen on", &paths.socket, &error))?;
        let keeper = Keeper::start(&workspace.state)?;
        let post = (mailbox.clone(), inbox);
        let server = Loop::new(state, jobs, post, pane_env, keeper, station)?;
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let sockets = std::thread::Builder::new()
            .name("sockets".to_owned())
            .spawn(move || run_sockets(listener, identity, mailbox, stopped))
            .map_err(|error| Error::unreachable(format!("cannot start a thread: {error}")))?;
        Ok(Server {
            server,
            jobs_done,
            stop,
            sockets,
        })
    }

    fn run(mut self, paths: &Sockets) -> Result<()> {
        self.server.run();
        // New clients must not find us while we clean up.
        let _ = std::fs::remove_file(&paths.socket);
        match self.server.for_good {
            true => self.server.keep_nothing(),
            false => self.server.keep_all(),
        }
        self.server.finish();
        // Goodbyes and answers are on their way on the other thread.
        self.jobs_done.wait(FINISH);
        let _ = self.stop.send(());
        let _ = self.sockets.join();
        Ok(())
    }
}

fn run_sockets(
    listener: StdListener,
    identity: Identity,
    mailbox: super::mailbox::Mailbox,
    stop: tokio::sync::oneshot::Receiver<()>,
) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    match runtime {
        Ok(runtime) => runtime.block_on(async {
            match tokio::net::UnixListener::from_std(listener) {
                Ok(listener) => sockets::serve(listener, identity, mailbox, stop).await,
                Err(error) => tracing::error!("cannot listen: {error}"),
            }
        }),
        Err(error) => tracing::error!("cannot start the sockets thread: {error}"),
    }
}

/// Binds the socket. We hold the server's lock, so a socket file left behind is nobody's.
fn listen(path: &Path) -> Result<StdListener> {
    match std::fs::remove_file(path) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(Error::io("remove the old socket", path, &error)),
    }
    let listener = StdListener::bind(path).map_err(|error| Error::io("listen on", path, &error))?;
    listener
        .set_nonblocking(true)
        .map_err(|error| Error::io("listen on", path, &error))?;
    Ok(listener)
}

fn tell_ready() {
    let null = std::fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open("/dev/null");
    let _ = rustix::io::write(rustix::stdio::stdout(), &[READY]);
    if let Ok(null) = null {
        // The starter's pipes must close, or it would wait for us.
        let _ = rustix::stdio::dup2_stdout(&null);
        let _ = rustix::stdio::dup2_stderr(&null);
        let _ = rustix::stdio::dup2_stdin(&null);
    }
}

/// Logs go to a file beside the socket, cut at each start that is no upgrade; `STOA_LOG` sets the level.
fn log_to(path: &Path, goes_on: bool) {
    let mut options = std::fs::OpenOptions::new();
    options
        .create(true)
        .append(goes_on)
        .write(true)
        .truncate(!goes_on);
    let Ok(file) = options.open(path) else {
        return;
    };
    let filter = tracing_subscriber::EnvFilter::try_from_env("STOA_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(std::sync::Mutex::new(file))
        .finish();
    let _ = tracing::subscriber::set_global_default(subscriber);
    std::panic::set_hook(Box::new(|panic| tracing::error!("{panic}")));
}

/// What every pane is told about where it is.
fn pane_environment(workspace: &Workspace, paths: &Sockets) -> Vec<(String, String)> {
    let text = |path: &Path| path.display().to_string();
    vec![
        ("STOA_STATE".to_owned(), text(&workspace.state)),
        ("STOA_SOCKET".to_owned(), text(&paths.socket)),
        ("STOA_ROOT".to_owned(), text(&workspace.root)),
        ("TERM".to_owned(), term_name()),
        ("COLORTERM".to_owned(), "truecolor".to_owned()),
        ("TERM_PROGRAM".to_owned(), "stoa".to_owned()),
        (
            "TERM_PROGRAM_VERSION".to_owned(),
            env!("CARGO_PKG_VERSION").to_owned(),
        ),
    ]
}

/// The terminal type panes are told: one whose description is installed nearly everywhere and
/// promises nothing we do not do.
fn term_name() -> String {
    let roots = [
        "/etc/terminfo",
        "/lib/terminfo",
        "/usr/lib/terminfo",
        "/usr/share/terminfo",
    ];
    let has = |name: &str| {
        roots.iter().any(|root| {
            let first = name.chars().next().unwrap_or('x');
            Path::new(root).join(first.to_string()).join(name).exists()
                || Path::new(root)
                    .join(format!("{:x}", first as u32))
                    .join(name)
                    .exists()
        })
    };
    ["xterm-256color", "screen-256color", "xterm"]
        .into_iter()
        .find(|name| has(name))
        .unwrap_or("xterm-256color")
        .to_owned()
}
