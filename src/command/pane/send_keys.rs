//! `send-keys`.

use clap::{Args, ValueEnum};

use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::command::target;
use crate::command::view::copy::CopyAction;
use crate::error::{Error, Result};
use crate::keys::chord;
use crate::keys::encode;
use crate::model::id::PaneId;
use crate::model::variables::Subject;
use crate::update::copy::{self, Order};
use crate::update::pane;

/// The most that is sent at once.
const MOST_BYTES: usize = 1 << 20;

/// Type keys or text into a pane
///
/// Words that name a key (Enter, C-c, M-x, F5, PageUp …) press it; every other word is typed as it
/// stands. With --literal nothing is a key name. A word that begins with - comes after another or
/// after `--`.
#[derive(Debug, Clone, Args)]
pub struct SendKeys {
    /// Type every word as it stands
    #[arg(short = 'l', long)]
    pub literal: bool,
    /// Every word is a byte in hexadecimal
    #[arg(short = 'H', long, conflicts_with = "literal")]
    pub hex: bool,
    /// Fill in the formats in the words first: #{pane_id}
    #[arg(short = 'F', long)]
    pub format: bool,
    /// Pass a mouse event on: tmux's flag for its bindings of mouse buttons, of which there are none here
    #[arg(short = 'M', long, hide = true)]
    pub mouse: bool,
    /// Do it so many times
    #[arg(
        short = 'N',
        long,
        value_name = "TIMES",
        default_value_t = 1,
        value_parser = clap::value_parser!(u16).range(1..)
    )]
    pub repeat: u16,
    /// Reset the pane's terminal first, as the program's own RIS would
    #[arg(short = 'R', long)]
    pub reset: bool,
    /// Not keys but an action of copy mode, as with `copy` (tmux's way to say so)
    #[arg(short = 'X', long, conflicts_with_all = ["literal", "hex", "reset"])]
    pub copy_mode: bool,
    /// The pane: %ID, name or number
    #[arg(short = 't', long, value_name = "PANE")]
    pub target: Option<String>,
    /// Keys and text
    #[arg(required_unless_present_any = ["reset", "mouse"], trailing_var_arg = true)]
    pub keys: Vec<String>,
}

impl Run<ServerCx<'_>> for SendKeys {
    fn run(mut self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let id = cx.pane(self.target.as_deref())?;
        if self.mouse {
            return Err(Error::refused("there is no mouse event to pass on"));
        }
        if self.format {
            let subject = Subject {
                pane: Some(id),
                ..cx.subject()
            };
            for word in &mut self.keys {
                *word = cx.expand(subject, word);
            }
        }
        if self.copy_mode {
            return self.act(cx, id);
        }
        let Some(target) = cx.state.panes.get(&id) else {
            return Err(Error::not_found(format!("no pane {id}")));
        };
        if target.exited() {
            return Err(
                Error::refused(format!("the program in pane {id} has ended"))
                    .with_hint("restart-pane starts it again"),
            );
        }
        let modes = pane::key_modes(target);
        let mut bytes = Vec::new();
        for word in &self.keys {
            if self.hex {
                let digits = word.strip_prefix("0x").or(word.strip_prefix("0X"));
                let byte = u8::from_str_radix(digits.unwrap_or(word), 16);
                bytes.push(
                    byte.map_err(|_| {
                        Error::usage(format!("{word:?} is not a byte in hexadecimal"))
                    })?,
                );
                continue;
            }
            match chord::parse_pressed(word) {
                Ok(key) if !self.literal && word.chars().count() > 1 => {
                    encode::key(&key.into(), &modes, &mut bytes);
                }
                _ => bytes.extend_from_slice(word.as_bytes()),
            }
        }
        if bytes.len().saturating_mul(self.repeat.into()) > MOST_BYTES {
            return Err(Error::usage("that is more than 1 MiB of keys"));
        }
        let bytes = bytes.repeat(self.repeat.into());
        if self.reset
            && let Some(pane) = cx.state.panes.get_mut(&id)
        {
            pane.screen.feed(b"\x1bc");
        }
        pane::type_into(cx.state, id, bytes, cx.effects);
        Ok(Reply::none())
    }
}

impl SendKeys {
    /// Does in copy mode what the words say: an action, and what it is done with.
    fn act(&self, cx: &mut ServerCx<'_>, pane: PaneId) -> Result<Reply> {
        let word = self.keys.first().map_or("", String::as_str);
        let action = CopyAction::from_str(word, false).map_err(|_| {
            Error::usage(format!("copy mode has no action {word:?}"))
                .with_hint("stoa copy --help lists them")
        })?;
        let order = Order {
            action,
            text: self.keys.get(1).map(String::as_str),
            formats: &cx.requester.formats,
            count: (self.repeat > 1).then_some(self.repeat.into()),
        };
        let client = target::client(cx.state, &cx.requester)?;
        copy::act(cx.state, client, pane, &order, cx.effects)?;
        Ok(Reply::none())
    }
}
