//! Files that people name: written and read on threads of their own, since a disk may be slow and a
//! file may turn out to be none. The answer comes by mail.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use serde_json::json;

use super::mailbox::{Mailbox, Post};
use crate::command::pane::capture;
use crate::command::spec::Reply;
use crate::error::{Error, Result};
use crate::model::buffers::{MAX_BUFFER, too_large};
use crate::model::id::PaneId;
use crate::term::Capture;
use crate::update::ReplyTo;
use crate::update::event::{SaveFile, Saved};

/// Rows written at a time.
const ROWS: usize = 4096;

/// Writes a file.
///
/// # Errors
/// There is no thread for it.
pub fn save(mailbox: &Mailbox, job: SaveFile) -> Result<()> {
    let reply = job.reply;
    answer(mailbox, reply, move || {
        let bytes = write(&job).map_err(|error| failed("write", &job.path, &error))?;
        let path = job.path.display();
        Ok(Reply::new(
            format!("wrote {bytes} bytes to {path}"),
            json!({ "path": path.to_string(), "bytes": bytes }),
        ))
    })
}

/// Captures many rows of a pane.
///
/// # Errors
/// There is no thread for it.
pub fn capture(
    mailbox: &Mailbox,
    pane: PaneId,
    capture: Box<Capture>,
    reply: ReplyTo,
) -> Result<()> {
    answer(mailbox, reply, move || {
        Ok(capture::printed(&pane.to_string(), &capture))
    })
}

/// Reads a file for a paste buffer.
///
/// # Errors
/// There is no thread for it.
pub fn load(mailbox: &Mailbox, path: PathBuf, name: Option<String>, reply: ReplyTo) -> Result<()> {
    let mailbox = mailbox.clone();
    on_thread(move || {
        let result = read(&path);
        mailbox.post_blocking(Post::Loaded {
            name,
            result,
            reply,
        });
    })
}

fn answer(
    mailbox: &Mailbox,
    reply: ReplyTo,
    work: impl FnOnce() -> Result<Reply> + Send + 'static,
) -> Result<()> {
    let mailbox = mailbox.clone();
    on_thread(move || {
        let result = work();
        mailbox.post_blocking(Post::Answered { reply, result });
    })
}

fn on_thread(work: impl FnOnce() + Send + 'static) -> Result<()> {
    let thread = std::thread::Builder::new().name("files".to_owned());
    let spawned = thread.spawn(work).map(|_| ());
    spawned.map_err(|error| {
        Error::refused(format!("the server has no thread for a file: {error}"))
            .with_hint("the system limits processes; try again when there are fewer")
    })
}

fn write(job: &SaveFile) -> std::io::Result<u64> {
    let mut options = OpenOptions::new();
    options.create(true).write(true);
    match job.append {
        true => options.append(true),
        false => options.truncate(true),
    };
    let mut file = Counted {
        file: BufWriter::new(options.open(&job.path)?),
        bytes: 0,
    };
    match &job.what {
        Saved::Bytes(bytes) => file.put(bytes)?,
        Saved::Text(text) => {
            let mut first = 0;
            let mut blank = 0;
            while first < text.rows() {
                let rows = text.rows_from(first, ROWS);
                for row in &rows {
                    // The rows below what was written on the screen are no text.
                    if row.used() == 0 && !row.wraps {
                        blank += 1;
                        continue;
                    }
                    for _ in 0..std::mem::take(&mut blank) {
                        file.put(b"\n")?;
                    }
                    let line = row.text(0, usize::MAX);
                    match row.wraps {
                        true => file.put(line.as_bytes())?,
                        false => {
                            file.put(line.trim_end_matches(' ').as_bytes())?;
                            file.put(b"\n")?;
                        }
                    }
                }
                first += rows.len().max(1);
            }
        }
    }
    file.file.flush()?;
    Ok(file.bytes)
}

struct Counted {
    file: BufWriter<File>,
    bytes: u64,
}

impl Counted {
    fn put(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.bytes += bytes.len() as u64;
        self.file.write_all(bytes)
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    let failed = |error: std::io::Error| failed("read", path, &error);
    let about = std::fs::metadata(path).map_err(failed)?;
    if !about.is_file() {
        return Err(Error::refused(format!("{} is not a file", path.display())));
    }
    let mut data = Vec::new();
    let file = File::open(path).map_err(failed)?;
    let most = MAX_BUFFER as u64 + 1;
    file.take(most).read_to_end(&mut data).map_err(failed)?;
    match data.len() {
        0 => Err(Error::refused(format!("{} is empty", path.display()))),
        size if size > MAX_BUFFER => Err(too_large()),
        _ => Ok(data),
    }
}

fn failed(what: &str, path: &Path, error: &std::io::Error) -> Error {
    Error::refused(format!("cannot {what} {}: {error}", path.display()))
}
