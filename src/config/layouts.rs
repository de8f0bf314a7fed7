//! Layouts as files: tabs, how their panes share the room, and what runs in each.
//!
//! ```toml
//! [[tab]]
//! name = "work"
//!
//! [tab.panes]
//! split = "horizontal"             # side by side; "vertical" is one above the other
//!
//! [[tab.panes.parts]]
//! weight = 2                       # twice as wide as a part of weight 1
//! content = { name = "editor", command = ["vim"] }
//!
//! [[tab.panes.parts]]
//! content = { cwd = "tests", command = ["make watch"] }   # one word is run by the shell
//! ```
//!
//! Several panes in one place are a stack, of which one is open; and panes can float over the others:
//!
//! ```toml
//! [tab.panes]
//! stack = [{ command = ["make watch"] }, { name = "logs" }]
//! open = 0                         # the first
//!
//! [[tab.floating]]
//! pane = { command = ["lazygit"] }
//! x = "100%"                       # a column, or a share of the free room; y as well
//! width = "60%"                    # of the tab, or columns; height as well
//! pinned = true                    # in sight while a pane below has the keyboard
//! screen = { cols = 80, rows = 23 } # what cells are counted on, if not on the terminal at hand
//! ```
//!
//! Directories are relative to the workspace's root. A pane without a command runs a shell.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::command::pane::float::Wanted;
use crate::command::pane::open::Extent;
use crate::error::{Error, Result};
use crate::model::float::Place;
use crate::model::geometry::{Rect, Size};
use crate::model::id::PaneId;
use crate::model::layout::{Layout, Spec};

/// The most bytes of a layout file.
pub const MAX_FILE: u64 = 256 * 1024;
/// The most panes that a file may ask for.
const MAX_PANES: usize = 100;

/// A file's content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayoutFile {
    /// The tabs, first to last.
    pub tab: Vec<TabFile>,
}

/// One tab.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TabFile {
    /// Its name, if it is to have one of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its panes.
    pub panes: Spec<PaneFile>,
    /// Those that float over them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub floating: Vec<FloatFile>,
}

/// One floating pane.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FloatFile {
    /// Left edge of its frame: a column, or a share of the free room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub x: Option<Extent>,
    /// Upper edge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub y: Option<Extent>,
    /// Columns of its frame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<Extent>,
    /// Rows of its frame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<Extent>,
    /// Whether it stays in sight while a pane below has the keyboard.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pinned: bool,
    /// The size of the area that cells refer to; without it that of the terminal at hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub screen: Option<Size>,
    /// What runs in it.
    #[serde(default)]
    pub pane: PaneFile,
}

impl FloatFile {
    /// Its place in an area of this size, coming after `before` others.
    pub fn place(&self, area: Size, before: usize) -> Place {
        let Size { cols, rows } = self.screen.unwrap_or(area);
        let wanted = Wanted {
            x: self.x,
            y: self.y,
            cols: self.width,
            rows: self.height,
            pinned: self.pinned,
        };
        wanted.place(Rect::new(0, 0, cols.max(1), rows.max(1)), before, None)
    }
}

/// One pane.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaneFile {
    /// Its name, if it is to have one of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where it starts, relative to the workspace's root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwd: Option<PathBuf>,
    /// Program and arguments; one word is run by the shell, none is a shell.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<String>,
}

impl LayoutFile {
    /// Reads a file's text and looks at everything that could be wrong with it.
    ///
    /// # Errors
    /// It is no layout; the message says where.
    pub fn parse(text: &str) -> Result<LayoutFile> {
        let file: LayoutFile = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| {
                let before = text.get(..span.start).unwrap_or_default();
                before.matches('\n').count() + 1
            });
            Error::usage(format!(
                "line {line}: {}",
                error.message().replace('`', "'")
            ))
            .with_hint("stoa save-layout shows how one looks")
        })?;
        if file.tab.is_empty() {
            return Err(Error::usage("it has no tabs"));
        }
        let mut count = 0;
        for (at, tab) in file.tab.iter().enumerate() {
            let mut names = tab.name.iter().cloned().collect::<Vec<_>>();
            Layout::from_spec(&tab.panes, |pane| {
                names.extend(pane.name.clone());
                count += 1;
                PaneId(count)
            })
            .map_err(|error| Error::usage(format!("tab {at}: {error}")))?;
            names.extend(
                tab.floating
                    .iter()
                    .filter_map(|float| float.pane.name.clone()),
            );
            count += u32::try_from(tab.floating.len()).unwrap_or(u32::MAX / 2);
            for name in names {
                crate::command::target::label(&name)?;
            }
        }
        match usize::try_from(count) {
            Ok(count) if count <= MAX_PANES => Ok(file),
            _ => Err(Error::usage(format!("it has more than {MAX_PANES} panes"))),
        }
    }

    /// The text of the file.
    ///
    /// # Errors
    /// A directory's name is not UTF-8.
    pub fn to_text(&self) -> Result<String> {
        toml::to_string_pretty(self)
            .map_err(|error| Error::refused(format!("this layout cannot be written: {error}")))
    }
}

/// The file that `name` means: a path if it has a slash or ends in `.toml`, else one of the layouts in
/// the configuration directory.
///
/// # Errors
/// The name cannot be a file's, or there is no configuration directory.
pub fn file(name: &str, cwd: &Path, config: Option<&Path>) -> Result<PathBuf> {
    if name.contains('/') || name.ends_with(".toml") {
        return Ok(cwd.join(name));
    }
    if name.is_empty() || name.starts_with('.') || name.chars().any(char::is_control) {
        return Err(Error::usage(format!("{name:?} cannot be a layout's name")));
    }
    let dir = config.ok_or_else(|| {
        Error::refused("there is no configuration directory for layouts by name")
            .with_hint("give a path such as ./work.toml")
    })?;
    Ok(dir.join("layouts").join(format!("{name}.toml")))
}

/// Reads and checks a layout file.
///
/// # Errors
/// There is none, or it is no layout.
pub fn read(path: &Path) -> Result<LayoutFile> {
    use std::io::Read;
    let failed = |error: &std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            Error::not_found(format!("there is no layout {}", path.display()))
                .with_hint("stoa save-layout NAME makes one of how panes lie now")
        }
        _ => Error::io("read", path, error),
    };
    let opened = std::fs::File::open(path).map_err(|error| failed(&error))?;
    if !opened.metadata().is_ok_and(|found| found.is_file()) {
        return Err(Error::refused(format!("{} is not a file", path.display())));
    }
    let mut text = String::new();
    let read = opened.take(MAX_FILE + 1).read_to_string(&mut text);
    read.map_err(|error| failed(&error))?;
    if text.len() as u64 > MAX_FILE {
        return Err(Error::usage(format!(
            "{} is too large for a layout",
            path.display()
        )));
    }
    LayoutFile::parse(&text).map_err(|error| Error {
        message: format!("{}: {}", path.display(), error.message),
        ..error
    })
}

/// Writes a layout file whole or not at all.
///
/// # Errors
/// It exists and `force` is not set, or it cannot be written.
pub fn write(path: &Path, text: &str, force: bool) -> Result<()> {
    if path.exists() && !force {
        return Err(Error::refused(format!("{} exists already", path.display()))
            .with_hint("--force writes over it"));
    }
    if let Some(dir) = path.parent() {
        std::fs::create_dir_all(dir).map_err(|error| Error::io("make", dir, &error))?;
    }
    let temporary = path.with_extension(format!("toml.{}", std::process::id()));
    let done = std::fs::write(&temporary, text).and_then(|()| std::fs::rename(&temporary, path));
    done.map_err(|error| {
        let _ = std::fs::remove_file(&temporary);
        Error::io("write", path, &error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::geometry::Axis;
    use crate::model::layout::Part;

    #[test]
    fn a_layout_is_read_as_written() {
        let pane = |name: &str| {
            Spec::Pane(PaneFile {
                name: Some(name.to_owned()),
                cwd: Some("src".into()),
                command: vec!["vim".to_owned(), "a b".to_owned()],
            })
        };
        let part = |weight, content| Part { weight, content };
        let inner = Spec::Split {
            split: Axis::Vertical,
            parts: vec![part(1, pane("b")), part(3, Spec::Pane(PaneFile::default()))],
        };
        let stack = Spec::Stack {
            stack: vec![PaneFile::default(), PaneFile::default()],
            open: 1,
        };
        let file = LayoutFile {
            tab: vec![
                TabFile {
                    name: Some("work".to_owned()),
                    panes: Spec::Split {
                        split: Axis::Horizontal,
                        parts: vec![part(2, pane("a")), part(1, inner), part(1, stack)],
                    },
                    floating: vec![FloatFile {
                        x: Some(Extent::Cells(4)),
                        y: None,
                        width: Some(Extent::Percent(60)),
                        height: None,
                        pinned: true,
                        screen: Some(Size::new(80, 23)),
                        pane: PaneFile::default(),
                    }],
                },
                TabFile {
                    name: None,
                    panes: Spec::Pane(PaneFile::default()),
                    floating: Vec::new(),
                },
            ],
        };
        let text = file.to_text().expect("it can be written");
        assert_eq!(
            LayoutFile::parse(&text).expect("it can be read"),
            file,
            "{text}"
        );
    }

    #[test]
    fn mistakes_are_told() {
        let check = |text: &str, expected: &str| {
            let error = LayoutFile::parse(text).expect_err(text);
            assert!(error.message.contains(expected), "{}", error.message);
        };
        check("", "missing field 'tab'");
        check("tab = []", "no tabs");
        check("[[tab]]\npanes = {}\nname = ''", "empty");
        check("[[tab]]\nname = 'a'", "line 1: missing field 'panes'");
        check(
            "[[tab]]\n[tab.panes]\nsplit = 'horizontal'\nparts = []",
            "no parts",
        );
        check("[[tab]]\n\n[tab.panes]\ncomand = ['x']", "line 3");
        check("[[tab]]\npanes = { stack = [] }", "no panes");
        let panes = |text: &str| format!("[[tab]]\nname = 'a'\n[tab.panes]\n{text}");
        check(
            &panes("split = 'diagonal'\nparts = [{ content = {} }]"),
            "line 4: unknown variant 'diagonal', expected 'horizontal' or 'vertical'",
        );
        check(
            &panes("split = 'vertical'"),
            "line 3: a split needs 'parts'",
        );
        check(&panes("parts = []"), "need a 'split'");
        check(&panes("open = 1"), "line 3: 'open' is a place in a 'stack'");
        check(
            &panes("stack = [{}]\nname = 'x'"),
            "unknown field 'name' in a stack",
        );
        check(
            &panes("split = 'vertical'\n[[tab.panes.parts]]\ncontent = { comand = ['x'] }"),
            "line 6: unknown field 'comand', expected one of",
        );
        check(
            &panes("split = 'vertical'\n[[tab.panes.parts]]\nweight = 'x'"),
            "line 6: invalid type",
        );
        let float = |text: &str| format!("[[tab]]\npanes = {{}}\n[[tab.floating]]\n{text}");
        check(&float("width = '101%'"), "neither a number");
        check(&float("x = -1"), "line 4");
        check(&float("wide = 4"), "wide");
        check(&float("pane = { name = '' }"), "empty");
        let many = "[[tab]]\npanes = {}\n".repeat(MAX_PANES + 1);
        check(&many, "more than 100 panes");
    }

    #[test]
    fn names_lie_in_the_configuration() {
        let (cwd, config) = (Path::new("/work"), Some(Path::new("/cfg")));
        let found = |name: &str| file(name, cwd, config).ok();
        assert_eq!(found("dev"), Some("/cfg/layouts/dev.toml".into()));
        assert_eq!(found("./dev"), Some("/work/./dev".into()));
        assert_eq!(found("dev.toml"), Some("/work/dev.toml".into()));
        assert_eq!(found("/a/b.toml"), Some("/a/b.toml".into()));
        for bad in ["", "..", ".hidden", "a\nb"] {
            assert_eq!(found(bad), None, "{bad}");
        }
    }
}
