//! Paste buffers: what was copied, newest first.
//!
//! A buffer that was copied without a name is called `buffer0`, `buffer1` and so on and goes when
//! there are too many; one with a name of its own stays until it is deleted. All of them together
//! have a bounded size.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// The most bytes in one buffer.
pub const MAX_BUFFER: usize = 8 << 20;
/// The most bytes in all of them.
const MAX_ALL: usize = 64 << 20;
/// The most buffers with names of their own.
const MAX_NAMED: usize = 200;

/// One buffer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Buffer {
    /// Its name, unique.
    pub name: String,
    /// What is in it: text, mostly, but any bytes may be.
    pub data: Vec<u8>,
    /// Whether it goes by itself when there are too many.
    pub automatic: bool,
}

impl Buffer {
    /// Its beginning on one line, safe to be shown.
    pub fn sample(&self, columns: usize) -> String {
        let start = self.data.get(..self.data.len().min(columns * 8));
        let text = String::from_utf8_lossy(start.unwrap_or_default());
        crate::draw::text::sanitize(text.trim_start(), columns)
    }
}

/// All buffers, newest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Buffers {
    list: VecDeque<Buffer>,
    next: u64,
}

impl Buffers {
    /// The buffers, newest first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Buffer> {
        self.list.iter()
    }

    /// The buffer of a name, or the newest that was copied.
    ///
    /// # Errors
    /// There is none.
    pub fn get(&self, name: Option<&str>) -> Result<&Buffer> {
        match name {
            Some(name) => self.list.iter().find(|buffer| buffer.name == name),
            None => self.list.front(),
        }
        .ok_or_else(|| missing(name))
    }

    /// Puts text in front, under a name or the next number; keeps at most `limit` without a name.
    /// Returns the name.
    ///
    /// # Errors
    /// The text is too large, the name is none, or there are too many names.
    pub fn put(&mut self, name: Option<&str>, data: Vec<u8>, limit: usize) -> Result<String> {
        if data.len() > MAX_BUFFER {
            return Err(too_large());
        }
        if let Some(name) = name {
            check_name(name)?;
            let named = self.list.iter().filter(|buffer| !buffer.automatic);
            if self.get(Some(name)).is_err() && named.count() >= MAX_NAMED {
                return Err(Error::refused("there are too many named buffers")
                    .with_hint("delete-buffer -b NAME removes one"));
            }
            self.list.retain(|buffer| buffer.name != name);
        }
        let automatic = name.is_none();
        let name = name.map_or_else(|| self.fresh_name(), str::to_owned);
        self.list.push_front(Buffer {
            name: name.clone(),
            data,
            automatic,
        });
        self.trim(limit.max(1));
        Ok(name)
    }

    fn fresh_name(&mut self) -> String {
        loop {
            let name = format!("buffer{}", self.next);
            self.next += 1;
            if self.get(Some(&name)).is_err() {
                return name;
            }
        }
    }

    /// Lets the oldest automatic buffers go while there are too many or they are too large; the
    /// newest buffer stays.
    fn trim(&mut self, limit: usize) {
        loop {
            let count = self.list.iter().filter(|buffer| buffer.automatic).count();
            let size: usize = self.list.iter().map(|buffer| buffer.data.len()).sum();
            if count <= limit && size <= MAX_ALL {
                return;
            }
            let oldest = self
                .list
                .iter()
                .skip(1)
                .rposition(|buffer| buffer.automatic);
            // Named ones go only when nothing else would make room.
            let oldest = oldest.map_or(self.list.len() - 1, |at| at + 1);
            if oldest == 0 {
                return;
            }
            self.list.remove(oldest);
        }
    }

    /// Appends text to a buffer (the newest without a name), which comes to the front.
    ///
    /// # Errors
    /// It would be too large.
    pub fn append(&mut self, name: Option<&str>, data: &[u8], limit: usize) -> Result<String> {
        let Ok(buffer) = self.get(name) else {
            return self.put(name, data.to_vec(), limit);
        };
        let mut all = buffer.data.clone();
        let (name, automatic) = (buffer.name.clone(), buffer.automatic);
        all.extend_from_slice(data);
        self.put(Some(&name), all, limit)?;
        if let Some(buffer) = self.list.front_mut() {
            buffer.automatic = automatic;
        }
        Ok(name)
    }

    /// Gives a buffer another name; it stays from then on.
    ///
    /// # Errors
    /// There is no such buffer, the name is none, or another buffer has it.
    pub fn rename(&mut self, name: Option<&str>, new: &str) -> Result<()> {
        check_name(new)?;
        let old = self.get(name)?.name.clone();
        if old != new && self.get(Some(new)).is_ok() {
            return Err(Error::refused(format!("there is a buffer {new:?} already")));
        }
        if let Some(buffer) = self.list.iter_mut().find(|buffer| buffer.name == old) {
            buffer.name = new.to_owned();
            buffer.automatic = false;
        }
        Ok(())
    }

    /// Removes a buffer, the newest without a name. Returns its name.
    ///
    /// # Errors
    /// There is none.
    pub fn delete(&mut self, name: Option<&str>) -> Result<String> {
        let name = self.get(name)?.name.clone();
        self.list.retain(|buffer| buffer.name != name);
        Ok(name)
    }
}

fn check_name(name: &str) -> Result<()> {
    let fits = !name.is_empty() && name.chars().count() <= 64;
    match fits && !name.chars().any(char::is_control) {
        true => Ok(()),
        false => Err(Error::usage(
            "a buffer's name has 1 to 64 characters, none of them a control character",
        )),
    }
}

/// The error for text that does not fit into a buffer.
pub fn too_large() -> Error {
    Error::refused(format!("a buffer holds {} MiB at most", MAX_BUFFER >> 20)).with_hint(
        "keep what is larger in a file; save-scrollback FILE writes a pane's whole history",
    )
}

fn missing(name: Option<&str>) -> Error {
    match name {
        Some(name) => Error::not_found(format!("no buffer {name:?}"))
            .with_hint("list-buffers shows their names"),
        None => Error::not_found("nothing has been copied yet")
            .with_hint("select something in copy mode (C-b [), or use set-buffer"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(buffers: &Buffers) -> Vec<&str> {
        buffers.iter().map(|buffer| buffer.name.as_str()).collect()
    }

    #[test]
    fn the_newest_comes_first_and_the_oldest_goes() {
        let mut buffers = Buffers::default();
        for text in ["a", "b", "c", "d"] {
            buffers.put(None, text.into(), 3).expect("room");
        }
        assert_eq!(names(&buffers), ["buffer3", "buffer2", "buffer1"]);
        assert_eq!(buffers.get(None).expect("one").data, b"d");
        buffers.put(Some("mine"), "x".into(), 3).expect("room");
        buffers.put(None, "e".into(), 1).expect("room");
        assert_eq!(names(&buffers), ["buffer4", "mine"], "a name protects");
        assert_eq!(buffers.delete(None).expect("one"), "buffer4");
        assert!(buffers.get(Some("buffer4")).is_err());
    }

    #[test]
    fn appending_and_renaming_keep_the_text() {
        let mut buffers = Buffers::default();
        buffers.append(None, b"a", 9).expect("a first one");
        buffers.append(None, b"b", 9).expect("room");
        assert_eq!(buffers.get(Some("buffer0")).expect("one").data, b"ab");
        buffers.rename(None, "kept").expect("free");
        assert_eq!(buffers.get(Some("kept")).expect("one").data, b"ab");
        buffers.put(None, "z".into(), 9).expect("room");
        assert!(buffers.rename(None, "kept").is_err(), "taken");
        assert!(buffers.rename(None, "a\u{1b}b").is_err());
        assert!(buffers.rename(Some("no"), "x").is_err());
    }

    #[test]
    fn what_is_too_large_is_refused_and_all_together_is_bounded() {
        let mut buffers = Buffers::default();
        assert!(buffers.put(None, vec![b'x'; MAX_BUFFER + 1], 9).is_err());
        for _ in 0..20 {
            buffers.put(None, vec![b'x'; MAX_BUFFER], 50).expect("room");
        }
        assert_eq!(buffers.iter().len(), MAX_ALL / MAX_BUFFER);
    }

    #[test]
    fn a_sample_is_harmless() {
        let mut buffers = Buffers::default();
        let data = b"  two\nlines \x1b[31mred \xff and so on".to_vec();
        buffers.put(None, data, 9).expect("room");
        let sample = buffers.get(None).expect("one").sample(12);
        assert_eq!(sample, "two lines [\u{2026}");
    }
}
