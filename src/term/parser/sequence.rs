//! The head of a sequence: prefix, parameters, intermediates and what it does.

/// The most parameters and subparameters of a sequence; with more it means nothing.
const MAX_PARAMS: usize = 32;

/// The head of a control sequence or device control string.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::term) struct Sequence {
    values: [u16; MAX_PARAMS],
    /// Bit n is set if value n is a subparameter: a colon stood before it.
    joined: u32,
    len: usize,
    /// The private prefix (`<=>?`) and the intermediates, in order.
    collected: [u8; 2],
    collected_len: usize,
    pub(super) action: u8,
    /// More parameters or intermediates than we keep.
    pub(super) overlong: bool,
}

impl Sequence {
    /// Private prefix and intermediates.
    pub(in crate::term) fn intermediates(&self) -> &[u8] {
        &self.collected[..self.collected_len]
    }

    /// The final byte.
    pub(in crate::term) fn action(&self) -> u8 {
        self.action
    }

    /// How many values there are, subparameters counted.
    pub(in crate::term) fn len(&self) -> usize {
        self.len
    }

    /// The parameters, each with its subparameters.
    pub(in crate::term) fn params(&self) -> Params<'_> {
        Params {
            sequence: self,
            at: 0,
        }
    }

    /// The parameter at `index`; 0 and a missing one mean `default`.
    pub(in crate::term) fn number(&self, index: usize, default: u16) -> u16 {
        let value = match self.joined {
            0 => self.values[..self.len].get(index).copied(),
            _ => self
                .params()
                .nth(index)
                .and_then(|param| param.first().copied()),
        };
        value.filter(|value| *value != 0).unwrap_or(default)
    }

    /// Appends the parameters as they were written, each with what stood after it.
    pub(super) fn write_params(&self, out: &mut Vec<u8>) {
        for (at, value) in self.values[..self.len].iter().enumerate() {
            out.extend_from_slice(value.to_string().as_bytes());
            let joined = at + 1 < MAX_PARAMS && self.joined & (1 << (at + 1)) != 0;
            out.push(if joined { b':' } else { b';' });
        }
    }

    pub(super) fn clear(&mut self) {
        self.joined = 0;
        self.len = 0;
        self.collected_len = 0;
        self.overlong = false;
    }

    pub(super) fn collect(&mut self, byte: u8) {
        match self.collected.get_mut(self.collected_len) {
            Some(slot) => {
                *slot = byte;
                self.collected_len += 1;
            }
            None => self.overlong = true,
        }
    }

    pub(super) fn push(&mut self, value: u16) {
        match self.values.get_mut(self.len) {
            Some(slot) => {
                *slot = value;
                self.len += 1;
            }
            None => self.overlong = true,
        }
    }

    /// The next value is a subparameter of the one just pushed.
    pub(super) fn join_next(&mut self) {
        if self.len < MAX_PARAMS {
            self.joined |= 1 << self.len;
        }
    }
}

/// The parameters of a sequence, each a slice with its subparameters behind it.
#[derive(Debug, Clone)]
pub(in crate::term) struct Params<'a> {
    sequence: &'a Sequence,
    at: usize,
}

impl<'a> Iterator for Params<'a> {
    type Item = &'a [u16];

    fn next(&mut self) -> Option<&'a [u16]> {
        let sequence = self.sequence;
        if self.at >= sequence.len {
            return None;
        }
        let start = self.at;
        self.at += 1;
        while self.at < sequence.len && sequence.joined & (1 << self.at) != 0 {
            self.at += 1;
        }
        sequence.values.get(start..self.at)
    }
}
