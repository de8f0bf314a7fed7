//! The messages, each with its number. A number is never used again for something else; fields may
//! be added with a default. Whoever changes the meaning of a message raises [`VERSION`].

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::command::spec::Reply;
use crate::draw::Caps;
use crate::error::{Error, Result};
use crate::model::geometry::Size;
use crate::model::id::PaneId;

/// The protocol's version; both sides must agree.
pub const VERSION: u32 = 1;

// Client to server: 1 to 99.
/// [`Hello`].
pub const HELLO: u16 = 1;
/// [`Request`].
pub const REQUEST: u16 = 2;
/// [`Attach`], with the terminal's descriptor beside it.
pub const ATTACH: u16 = 3;
/// [`Resize`].
pub const RESIZE: u16 = 4;
/// [`Leave`].
pub const LEAVE: u16 = 5;
/// [`Upgrade`]. This one, its answer and the greetings stay as they are in every version.
pub const UPGRADE: u16 = 6;

// Server to client: 100 to 199.
/// [`Welcome`].
pub const WELCOME: u16 = 100;
/// [`Answer`].
pub const ANSWER: u16 = 101;
/// [`Exit`].
pub const EXIT: u16 = 102;

/// The first message on every connection.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Hello {
    /// The sender's [`VERSION`].
    pub version: u32,
    /// The sender's program version, for the message when they differ.
    pub program: String,
}

/// The server's answer to [`Hello`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Welcome {
    /// The server's [`VERSION`].
    pub version: u32,
    /// The server's program version.
    pub program: String,
    /// Its process id.
    pub pid: u32,
    /// The workspace's root directory.
    pub root: String,
    /// The state directory.
    pub state: String,
    /// How often it has been upgraded.
    #[serde(default)]
    pub generation: u32,
}

/// A command to run in the server.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Request {
    /// The command line, without the program's name.
    pub words: Vec<String>,
    /// The pane it was typed in (`%3`), if any.
    pub pane: Option<String>,
    /// The directory it was typed in.
    pub cwd: Option<String>,
    /// Environment for panes that it makes.
    #[serde(default)]
    pub env: Vec<(String, String)>,
    /// What came on standard input, for a command that takes it.
    #[serde(
        default,
        with = "super::bytes",
        skip_serializing_if = "Option::is_none"
    )]
    pub input: Option<Vec<u8>>,
    /// Whether whoever asks waits by itself: a command that would wait for what it started says what that
    /// is, and is done.
    #[serde(default)]
    pub waits: bool,
}

/// A terminal to be attached; its descriptor travels beside this frame.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Attach {
    /// Its size.
    pub size: Size,
    /// What it understands, as its environment tells.
    pub caps: Caps,
    /// The terminal's modes before the client changed them, to be put back should the client die:
    /// input, output, control and local flags.
    pub modes: [u32; 4],
    /// Names the client, for it to be known again when the server has been upgraded.
    #[serde(default)]
    pub key: String,
    /// The client's environment, for the first pane.
    #[serde(default)]
    pub env: Vec<(String, String)>,
}

/// The terminal changed its size.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Resize {
    /// Its new size.
    pub size: Size,
}

/// The client wants to go.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Leave {}

/// The server is to become another program and go on with everything it has. It answers if it does
/// not; if it does, its connections end, and who connects again finds it at the next generation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Upgrade {
    /// The program's absolute path.
    pub program: String,
}

/// What became of a [`Request`].
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Answer {
    /// Text for people, if it worked.
    #[serde(default)]
    pub text: String,
    /// Data for programs, if it worked.
    #[serde(default)]
    pub data: Value,
    /// What is printed byte for byte, in the text's place: text and what data tells of it are made
    /// of this again, so that it travels once.
    #[serde(
        default,
        with = "super::bytes",
        skip_serializing_if = "Option::is_none"
    )]
    pub bytes: Option<Vec<u8>>,
    /// The exit code, if it worked.
    #[serde(default)]
    pub code: u8,
    /// The pane (`%3`) that the next command of a sequence is asked in, if this one moved there.
    #[serde(default)]
    pub here: Option<String>,
    /// The error in its JSON form, if it failed.
    #[serde(default)]
    pub error: Option<Value>,
}

impl From<Result<Reply>> for Answer {
    fn from(result: Result<Reply>) -> Answer {
        match result {
            Ok(Reply {
                bytes: Some(bytes),
                mut data,
                code,
                ..
            }) => {
                if let Some(data) = data.as_object_mut() {
                    data.retain(|key, _| !matches!(key.as_str(), "text" | "base64"));
                }
                Answer {
                    data,
                    bytes: Some(bytes),
                    code,
                    ..Answer::default()
                }
            }
            Ok(reply) => Answer {
                text: reply.text,
                data: reply.data,
                code: reply.code,
                here: reply.here.map(|pane| pane.to_string()),
                ..Answer::default()
            },
            Err(error) => Answer {
                error: Some(error.to_json()),
                ..Answer::default()
            },
        }
    }
}

impl From<Answer> for Result<Reply> {
    fn from(answer: Answer) -> Result<Reply> {
        match answer.error {
            Some(error) => Err(Error::from_json(&error)),
            None => {
                let reply = match answer.bytes {
                    Some(bytes) => Reply::exact(bytes, answer.data),
                    None => Reply::new(answer.text, answer.data),
                };
                Ok(Reply {
                    here: answer.here.as_deref().and_then(PaneId::named),
                    ..reply.exits(answer.code)
                })
            }
        }
    }
}

/// The terminal has been let go; the client puts its modes back and ends.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Exit {
    /// What the person is told.
    pub why: String,
    /// What the terminal had not taken yet: the end of a frame and the way out of the alternate
    /// screen. The client, which may wait for its terminal, writes it.
    #[serde(default)]
    pub rest: Vec<u8>,
    /// Whether it is to stop, and to attach again when it goes on.
    #[serde(default)]
    pub suspend: bool,
}
