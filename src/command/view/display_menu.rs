//! `display-menu`.

use std::borrow::Cow;

use clap::Args;

use super::ViewCx;
use crate::command::spec::{Reply, Run};
use crate::error::{Error, Result};
use crate::keys::chord;
use crate::model::format::Piece;
use crate::model::geometry::Rect;
use crate::model::menu::{Entry, Menu};
use crate::model::overlay::Overlay;
use crate::model::variables::{self, Subject};
use crate::ui::paint::columns;

/// Show a menu of your own: NAME KEY COMMAND for each row, an empty NAME for a line between
///
/// display-menu -T Build Test t 'split-pane "make test"' '' Close x close-pane
///
/// The arrows, the mouse or a row's key choose; the key may be empty. Names are formats, a command is a
/// command line as at the prompt. A row whose name begins with - is shown and cannot be chosen.
#[derive(Debug, Clone, Args)]
pub struct DisplayMenu {
    /// Its title, a format
    #[arg(short = 'T', long, value_name = "FORMAT")]
    pub title: Option<String>,
    /// Its first column: a number, C the middle, R the right side, P the pane's left
    #[arg(short = 'x', value_name = "COLUMN")]
    pub x: Option<String>,
    /// Its first row: a number, C the middle, P the pane's last rows, S beside the status line
    #[arg(short = 'y', value_name = "ROW")]
    pub y: Option<String>,
    /// The pane that names and commands are about: %ID, name or number
    #[arg(short = 't', long, value_name = "PANE")]
    pub target: Option<String>,
    /// Stay when the mouse button comes up (always so; accepted as tmux's flag)
    #[arg(short = 'O', hide = true)]
    pub open: bool,
    /// The rows
    #[arg(
        required = true,
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "NAME KEY COMMAND"
    )]
    pub rows: Vec<String>,
}

impl Run<ViewCx<'_>> for DisplayMenu {
    fn run(self, cx: &mut ViewCx<'_>) -> Result<Reply> {
        let pane = cx.pane(self.target.as_deref())?;
        let subject = Subject {
            pane: Some(pane),
            client: Some(cx.client),
            tab: None,
        };
        let state = &*cx.server.state;
        // What styles a name has is left out: a menu looks as the theme says.
        let text = |format: &str| -> String {
            let pieces = variables::pieces(state, subject, format).into_iter();
            let texts = pieces.filter_map(|piece| match piece {
                Piece::Text(text) => Some(text),
                _ => None,
            });
            crate::draw::text::sanitize_line(&texts.collect::<String>())
        };
        let entries = entries(&self.rows, text)?;
        let title = self.title.as_deref().map(text).unwrap_or_default();
        let mut menu = Menu::new(title, None, entries);
        menu.pane = Some(pane);
        menu.at = self.corner(cx, &menu)?;
        cx.view()?.overlay = Some(Overlay::Menu(menu));
        Ok(Reply::none())
    }
}

fn entries(words: &[String], text: impl Fn(&str) -> String) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    let mut words = words.iter();
    while let Some(name) = words.next() {
        if name.is_empty() {
            entries.push(Entry::separator());
            continue;
        }
        let (Some(key), Some(line)) = (words.next(), words.next()) else {
            return Err(
                Error::usage(format!("the row {name:?} needs a key and a command"))
                    .with_hint("the key may be empty: display-menu Close '' close-pane"),
            );
        };
        let key = match key.as_str() {
            "" => None,
            key => Some(chord::parse_key(key).map_err(|error| Error::usage(error.to_string()))?),
        };
        let label = text(name);
        let (label, line) = match label.strip_prefix('-') {
            Some(label) => (label.to_owned(), String::new()),
            None => (label, line.clone()),
        };
        entries.push(Entry {
            label: Cow::Owned(label),
            key: key.filter(|_| !line.is_empty()),
            line,
            bound: "",
        });
    }
    match entries.iter().any(Entry::acts) {
        true => Ok(entries),
        false => Err(Error::usage("no row of the menu can be chosen")),
    }
}

impl DisplayMenu {
    /// The cell of the menu's corner; without -x and -y it stands in the middle.
    fn corner(&self, cx: &mut ViewCx<'_>, menu: &Menu) -> Result<Option<(u16, u16)>> {
        if self.x.is_none() && self.y.is_none() {
            return Ok(None);
        }
        let (cols, rows) = size(menu);
        let state = &*cx.server.state;
        let view = state.views.get(&cx.client);
        let view = view.ok_or_else(|| Error::refused("that terminal is no longer attached"))?;
        let whole = Rect::new(0, 0, view.size.cols, view.size.rows);
        let shown = state.arrangement(view);
        let pane = shown
            .and_then(|shown| shown.pane(menu.pane?))
            .unwrap_or(whole);
        let x = match self.x.as_deref().unwrap_or("C") {
            "C" | "M" | "W" => whole.cols.saturating_sub(cols) / 2,
            "R" => whole.cols.saturating_sub(cols),
            "P" => pane.x,
            other => number("-x", other)?,
        };
        let y = match self.y.as_deref().unwrap_or("C") {
            "C" | "M" => whole.rows.saturating_sub(rows) / 2,
            "P" => pane.bottom().saturating_sub(rows),
            "S" | "W" => match view.frame().status {
                Some(status) if status.y == 0 => 1,
                status => whole
                    .rows
                    .saturating_sub(rows + u16::from(status.is_some())),
            },
            other => number("-y", other)?,
        };
        Ok(Some((x, y)))
    }
}

/// How many columns and rows a menu takes where there is room, its frame among them.
fn size(menu: &Menu) -> (u16, u16) {
    let labels = menu.entries.iter().map(|entry| columns(&entry.label));
    let keys = menu.entries.iter().filter_map(|entry| entry.key);
    let keys = keys.map(|key| columns(&chord::show(&[key]))).max();
    let cols = labels.max().unwrap_or(0).saturating_add(keys.unwrap_or(0));
    let title = columns(&menu.title).saturating_add(1);
    let rows = u16::try_from(menu.entries.len()).unwrap_or(u16::MAX);
    (cols.max(title).saturating_add(7), rows.saturating_add(2))
}

fn number(flag: &str, text: &str) -> Result<u16> {
    text.parse().map_err(|_| {
        Error::usage(format!("{flag} is a number or a letter, not {text:?}"))
            .with_hint("stoa display-menu --help tells them")
    })
}
