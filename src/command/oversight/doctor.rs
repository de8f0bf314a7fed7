//! `doctor`.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use clap::Args;
use serde_json::json;

use super::gather::gather;
use crate::client::abilities;
use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::config::workspace::Workspace;
use crate::coord::Coord;
use crate::coord::doctor::{self, Finding, Level};
use crate::coord::import::Batch;
use crate::draw::Caps;
use crate::error::{Error, Kind, Result};
use crate::server::start;
use crate::store::dir::StateDir;
use crate::store::project::{Compared, Projection};

/// Check the health of the workspace's state; exit code 1 if something is wrong
///
/// Looks at the state directory, the database, every record, whether records agree with each other,
/// the readable files and the server. Nothing is changed without --fix or --rebuild.
///
/// stoa doctor --verify
#[derive(Debug, Clone, Args)]
pub struct Doctor {
    /// Put right what can be put right without guessing
    #[arg(long)]
    pub fix: bool,
    /// Write all readable files and the status board again
    #[arg(long)]
    pub rebuild: bool,
    /// Compare every readable file with the store, too, and what was imported with where it came from
    #[arg(long)]
    pub verify: bool,
    /// Ask the terminal this is typed in what it can do, instead: colours, keys, clipboard, widths
    #[arg(long, conflicts_with_all = ["fix", "rebuild", "verify"])]
    pub terminal: bool,
}

/// How long the files may be behind a commit that was made just now.
const AT_WORK: Duration = Duration::from_millis(300);

impl Run<StoreCx> for Doctor {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        if self.terminal {
            return terminal(cx);
        }
        let mut findings = Vec::new();
        let mut done = Vec::new();
        match StateDir::existing(&cx.state) {
            Ok(Some(dir)) => {
                let ignored = dir.is_ignored();
                let open = |dir: &StateDir| dir.open_to_others().unwrap_or(None);
                let was_open = open(&dir);
                self.look_inside(&cx.state, &mut findings, &mut done);
                let troubles = dir.troubles().into_iter();
                findings.extend(
                    troubles
                        .map(|(what, hint)| Finding::problem("directory", what).with_hint(hint)),
                );
                match (was_open, open(&dir)) {
                    (_, Some(mode)) => findings.push(open_to_others(mode)),
                    (Some(_), None) => done.push("made the state directory private".to_owned()),
                    (None, None) => {}
                }
                match (ignored, dir.is_ignored()) {
                    (false, true) => done.push("told git to leave the state alone".to_owned()),
                    (_, false) => findings.push(seen_by_git()),
                    (true, true) => {}
                }
            }
            Ok(None) => findings.push(Finding::ok("directory", "no state yet: nothing to check")),
            Err(error) => findings.push(problem("directory", error)),
        }
        findings.extend(server(cx));
        let worst = findings.iter().map(|finding| finding.level).max();
        let healthy = worst < Some(Level::Problem);
        let mut lines: Vec<String> = done.iter().map(|line| format!("fixed    {line}")).collect();
        lines.extend(findings.iter().map(line));
        lines.push(match healthy {
            true => "all is well".to_owned(),
            false => "something is wrong, see above".to_owned(),
        });
        let data = json!({ "healthy": healthy, "findings": findings, "fixed": done });
        Ok(Reply::new(lines.join("\n"), data).exits(u8::from(!healthy)))
    }
}

impl Doctor {
    fn look_inside(&self, state: &Path, findings: &mut Vec<Finding>, done: &mut Vec<String>) {
        let examined = if self.fix || self.rebuild {
            Coord::open(state).and_then(|coord| {
                self.treat(&coord, findings, done)?;
                self.look(&coord, findings)
            })
        } else {
            match Coord::open_existing(state) {
                Ok(Some(coord)) => self.look(&coord, findings),
                Ok(None) => Ok(nothing(state)),
                Err(error) => Err(error),
            }
        };
        match examined {
            Ok(found) => {
                // What kept the files from being written is told once.
                for finding in found {
                    if !findings.contains(&finding) {
                        findings.push(finding);
                    }
                }
            }
            Err(error) => findings.push(problem("database", error)),
        }
    }

    fn treat(
        &self,
        coord: &Coord,
        findings: &mut Vec<Finding>,
        done: &mut Vec<String>,
    ) -> Result<()> {
        if self.fix {
            done.extend(coord.mend()?);
        }
        match coord.rebuild_files() {
            Ok(()) => done.push("wrote the readable files again".to_owned()),
            Err(error) => findings.push(problem("files", error)),
        }
        Ok(())
    }

    fn look(&self, coord: &Coord, findings: &mut Vec<Finding>) -> Result<Vec<Finding>> {
        if self.verify {
            findings.extend(files(coord)?);
            findings.extend(coord.verify_imports(&|path| {
                let gathered = gather(Path::new(path), false).ok()?;
                let all = BTreeSet::new();
                let mut batch = Batch::read(&gathered.files, &all);
                batch.add_refused(gathered.refused, &all);
                Some(batch)
            })?);
        }
        let mut found = coord.examine()?;
        if !self.verify {
            found.extend(behind(coord)?);
        }
        Ok(found)
    }
}

/// What there is to say of a store that is not there.
fn nothing(state: &Path) -> Vec<Finding> {
    let dir = StateDir::existing(state).ok().flatten();
    let seen = dir.clone().map(|dir| Projection::new(dir).seen(0));
    let lost = seen.and_then(|seen| doctor::lost(seen, 0));
    let lost = lost.unwrap_or_else(|| Finding::ok("database", "no store yet: nothing to check"));
    let kept = dir.as_ref().and_then(doctor::kept);
    std::iter::once(lost).chain(kept).collect()
}

/// Whether the readable files show what the store holds. A process that has just committed may still
/// be at them.
fn files(coord: &Coord) -> Result<Vec<Finding>> {
    let mut compared = coord.compare_files()?;
    if matches!(compared, Some(Compared::Behind { .. })) {
        std::thread::sleep(AT_WORK);
        compared = coord.compare_files()?;
    }
    Ok(match compared {
        None => Vec::new(),
        Some(Compared::Differing(files)) if files.is_empty() => {
            let message = "the readable files show what the store holds";
            vec![Finding::ok("files", message)]
        }
        Some(Compared::Differing(files)) => {
            let message = format!("not what the store holds: {}", files.join(", "));
            vec![Finding::problem("files", message).with_hint("stoa doctor --rebuild")]
        }
        Some(Compared::Behind { shown, revision }) => {
            let shown = shown.map_or("no revision".to_owned(), |at| format!("revision {at}"));
            why_behind(coord, &shown, revision)
        }
    })
}

/// Whether the readable files are behind the store, as they are when a command was killed that was to write
/// them, or when they cannot be written.
fn behind(coord: &Coord) -> Result<Vec<Finding>> {
    if coord.files_are_behind()?.is_some() {
        std::thread::sleep(AT_WORK);
    }
    Ok(match coord.files_are_behind()? {
        Some((shown, revision)) => why_behind(coord, &format!("revision {shown}"), revision),
        None => Vec::new(),
    })
}

/// What there is to say of files that are behind: what lies in their way, or else that they will follow.
fn why_behind(coord: &Coord, shown: &str, revision: u64) -> Vec<Finding> {
    let message = format!("the readable files show {shown}, the store has {revision}");
    let obstacles = coord.files_obstacles().unwrap_or_else(|error| vec![error]);
    if obstacles.is_empty() {
        let hint = "the next change brings them up to date, or stoa doctor --rebuild";
        return vec![Finding::note("files", message).with_hint(hint)];
    }
    let stuck = Finding::problem("files", format!("{message}, and they cannot be written"))
        .with_hint("once nothing lies in their way any more: stoa doctor --rebuild");
    let obstacles = obstacles.into_iter();
    let obstacles = obstacles.map(|error| problem("files", error));
    obstacles.chain([stuck]).collect()
}

/// What the terminal can do. Nothing of it is a failure: Stoa makes do.
fn terminal(cx: &StoreCx) -> Result<Reply> {
    if cx.voice.is_some() {
        let error = Error::usage("from here the terminal cannot be asked");
        return Err(error.with_hint("type it in a shell outside of Stoa: stoa doctor --terminal"));
    }
    let found = abilities::ask()?;
    let mut caps = Caps::from_env(|name| std::env::var(name).ok());
    found.tell(&mut caps);
    let findings: Vec<Finding> = abilities::lines(&found, &caps)
        .into_iter()
        .map(|(check, good, text)| match good {
            true => Finding::ok(check, text),
            false => Finding::note(check, text),
        })
        .collect();
    let mut lines: Vec<String> = findings.iter().map(line).collect();
    if std::env::var_os("STOA_PANE").is_some() {
        lines.push("this is a pane of Stoa: it is Stoa that answered".to_owned());
    }
    let data = json!({ "findings": findings });
    Ok(Reply::new(lines.join("\n"), data))
}

/// What an empty `.gitignore` means.
fn seen_by_git() -> Finding {
    let message = "its .gitignore is missing or empty: git sees what agents share";
    Finding::problem("directory", message).fixable()
}

/// What it means that others can get into the directory.
fn open_to_others(mode: u32) -> Finding {
    let what = match mode & 0o022 {
        0 => "they read what agents share",
        _ => "whoever writes there acts as any session",
    };
    let message = format!("the state directory is open to others (mode {mode:o}): {what}");
    Finding::problem("directory", message).fixable()
}

fn problem(check: &'static str, error: Error) -> Finding {
    let finding = Finding::problem(check, error.message);
    match error.hint {
        Some(hint) => finding.with_hint(hint),
        None => finding,
    }
}

/// Whether a server runs and answers.
fn server(cx: &StoreCx) -> Option<Finding> {
    let workspace = Workspace {
        root: cx.root.clone(),
        state: cx.state.clone(),
    };
    Some(match start::find(&workspace) {
        Ok(Some(_)) => Finding::ok("server", "a server runs and answers"),
        Ok(None) => Finding::ok("server", "no server runs; stoa starts one"),
        Err(error) if error.kind == Kind::Refused => Finding::note("server", error.message),
        Err(error) => problem("server", error),
    })
}

fn line(finding: &Finding) -> String {
    let mark = match finding.level {
        Level::Ok => "ok",
        Level::Note => "note",
        Level::Problem => "PROBLEM",
    };
    let mut line = format!("{mark:<8} {:<10} {}", finding.check, finding.message);
    if let Some(hint) = &finding.hint {
        line.push_str(&format!("\n                    {hint}"));
    }
    line
}
