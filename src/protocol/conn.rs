//! A blocking connection to the server, for commands: connect, say hello, ask, get the answer.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use super::frame::{Frame, Reader, encode};
use super::message::{
    ANSWER, Answer, HELLO, Hello, REQUEST, Request, UPGRADE, Upgrade, VERSION, WELCOME, Welcome,
};
use crate::command::spec::Reply;
use crate::error::{Error, Kind, Result};

/// How long the server may take to say hello; it only has to accept.
const HELLO_LIMIT: Duration = Duration::from_secs(10);

/// A connection that has been greeted.
#[derive(Debug)]
pub struct Conn {
    stream: UnixStream,
    reader: Reader,
    /// Who answered.
    pub welcome: Welcome,
}

impl Conn {
    /// Connects to the server at `socket`; `None` if none listens there.
    ///
    /// # Errors
    /// Somebody else's socket, a server of another version, or one that does not answer.
    pub fn open(socket: &Path) -> Result<Option<Conn>> {
        let Some(conn) = Conn::greet(socket, VERSION)? else {
            return Ok(None);
        };
        if conn.welcome.version != VERSION {
            return Err(Error::unreachable(format!(
                "the running server is stoa {}, this is {}",
                conn.welcome.program,
                env!("CARGO_PKG_VERSION")
            ))
            .with_hint(
                "stoa upgrade makes the server this version, with all its panes; \
                 stoa kill-server ends it",
            ));
        }
        Ok(Some(conn))
    }

    /// As [`Conn::open`], to a server of whatever version, for what stays the same in all of them.
    ///
    /// # Errors
    /// Somebody else's socket, or a server that does not answer.
    pub fn open_any(socket: &Path) -> Result<Option<Conn>> {
        let conn = Conn::greet(socket, VERSION)?;
        match conn {
            Some(conn) if conn.welcome.version != VERSION => {
                Conn::greet(socket, conn.welcome.version)
            }
            conn => Ok(conn),
        }
    }

    fn greet(socket: &Path, version: u32) -> Result<Option<Conn>> {
        use std::io::ErrorKind;
        let stream = match UnixStream::connect(socket) {
            Ok(stream) => stream,
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::NotFound | ErrorKind::ConnectionRefused
                ) =>
            {
                return Ok(None);
            }
            Err(error) => return Err(Error::io("connect to", socket, &error)),
        };
        check_peer(&stream, socket)?;
        let mut conn = Conn {
            stream,
            reader: Reader::default(),
            welcome: Welcome {
                version: 0,
                program: String::new(),
                pid: 0,
                root: String::new(),
                state: String::new(),
                generation: 0,
            },
        };
        conn.limit(Some(HELLO_LIMIT))?;
        conn.send(
            HELLO,
            &Hello {
                version,
                program: env!("CARGO_PKG_VERSION").to_owned(),
            },
        )?;
        conn.welcome = conn.expect(WELCOME)?.decode()?;
        conn.limit(None)?;
        Ok(Some(conn))
    }

    /// Sends one message.
    ///
    /// # Errors
    /// The server is gone.
    pub fn send<T: Serialize>(&mut self, kind: u16, message: &T) -> Result<()> {
        let bytes = encode(kind, message)?;
        self.stream.write_all(&bytes).map_err(gone)
    }

    /// Runs a command in the server and waits for its answer.
    ///
    /// # Errors
    /// The command's own failure, or the server is gone.
    pub fn request(&mut self, request: &Request) -> Result<Reply> {
        self.ask(request)?
            .unwrap_or_else(|| Err(gone(std::io::ErrorKind::UnexpectedEof.into())))
    }

    /// The same; `None` if the connection ends first, as it does when the server becomes another program.
    ///
    /// # Errors
    /// The server does not do its part.
    pub fn ask(&mut self, request: &Request) -> Result<Option<Result<Reply>>> {
        let bytes = encode(REQUEST, request)?;
        if self.stream.write_all(&bytes).is_err() {
            // It has ended already.
            return Ok(None);
        }
        let frame = self.next(ANSWER)?;
        let answer = frame.map(|frame| frame.decode::<Answer>()).transpose()?;
        Ok(answer.map(Into::into))
    }

    /// Has the server become another program. Returns once the connection has ended, which it does
    /// when that happens.
    ///
    /// # Errors
    /// The server goes on as it is, and says why.
    pub fn upgrade(mut self, program: &str) -> Result<()> {
        let program = program.to_owned();
        self.send(UPGRADE, &Upgrade { program })?;
        match self.expect(ANSWER) {
            Ok(frame) => Result::<Reply>::from(frame.decode::<Answer>()?).map(|_| ()),
            Err(_) => Ok(()),
        }
    }

    /// Gives the socket away, for a client that stays; nothing may have been read past a frame.
    pub fn into_stream(self) -> UnixStream {
        self.stream
    }

    fn expect(&mut self, kind: u16) -> Result<Frame> {
        self.next(kind)?
            .ok_or_else(|| gone(std::io::ErrorKind::UnexpectedEof.into()))
    }

    /// The next message of a kind; `None` at the end of the connection.
    fn next(&mut self, kind: u16) -> Result<Option<Frame>> {
        use std::io::ErrorKind::{ConnectionReset, Interrupted};
        let mut chunk = [0; 8192];
        loop {
            while let Some(frame) = self.reader.take()? {
                if frame.kind == kind {
                    return Ok(Some(frame));
                }
            }
            match self.stream.read(&mut chunk) {
                Ok(0) => return Ok(None),
                Ok(n) => self.reader.push(&chunk[..n]),
                Err(error) if error.kind() == Interrupted => {}
                Err(error) if error.kind() == ConnectionReset => return Ok(None),
                Err(error) => return Err(gone(error)),
            }
        }
    }

    fn limit(&self, limit: Option<Duration>) -> Result<()> {
        self.stream.set_read_timeout(limit).map_err(gone)
    }
}

/// The error for a server that does not do its part of a conversation.
pub fn gone(error: std::io::Error) -> Error {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::WouldBlock | ErrorKind::TimedOut => {
            Error::new(Kind::Unreachable, "the server does not answer")
                .with_hint("it may be stopped or overloaded; stoa kill-server ends it")
        }
        _ => Error::new(Kind::Unreachable, format!("the server has gone ({error})"))
            .with_hint("stoa starts it again"),
    }
}

/// Refuses a socket that another user listens on.
fn check_peer(stream: &UnixStream, socket: &Path) -> Result<()> {
    let peer = rustix::net::sockopt::socket_peercred(stream)
        .map_err(|error| Error::io("look at the owner of", socket, &error.into()))?;
    let me = rustix::process::geteuid();
    if peer.uid == me || peer.uid.is_root() {
        return Ok(());
    }
    Err(Error::unreachable(format!(
        "the socket {} belongs to another user",
        socket.display()
    ))
    .with_hint("choose another state directory with --state DIR"))
}
