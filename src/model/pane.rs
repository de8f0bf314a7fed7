//! A pane: one program on one PTY, the screen it draws, and the session it is.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::geometry::Size;
use super::id::PaneId;
use super::program::ProgramStatus;
use crate::term::Screen;

/// One pane. Its size is the largest that any view shows it at, so a small terminal that attaches
/// takes nothing from a large one; a smaller view shows the part around the cursor.
pub struct Pane {
    /// Its id.
    pub id: PaneId,
    /// What was asked to run; kept so that it can be started again.
    pub launch: Launch,
    /// A name given by a person; wins over the program's title.
    pub name: Option<String>,
    /// The title the program set, untrusted.
    pub title: String,
    /// The program in its foreground (`vim`, `cargo`), untrusted; empty until known.
    pub foreground: String,
    /// Whether that is a shell at work on a script.
    pub scripted: bool,
    /// The emulated terminal.
    pub screen: Screen,
    /// The size its program was last told.
    pub size: Size,
    /// Whether its program runs.
    pub life: PaneLife,
    /// Id of the session registered for it.
    pub session: String,
    /// The directory that its program is in, as the system says; `None` before it has been asked.
    pub cwd: Option<PathBuf>,
    /// The directory that its program says it is in (OSC 7). It may be one of another machine or of a
    /// container, and whoever wrote the output may have made it up: nothing here looks there.
    pub said_cwd: Option<PathBuf>,
    /// What its program says it is doing.
    pub status: ProgramStatus,
    /// A bell rang while nobody looked.
    pub bell: bool,
    /// Output came while nobody looked.
    pub activity: bool,
    /// Loop time in milliseconds of the last input or output, for lease renewal.
    pub last_active_ms: u64,
    /// Loop time in milliseconds of the last output.
    pub last_output_ms: u64,
    /// Loop time in milliseconds of the last thing typed or pasted into it.
    pub typed_ms: u64,
    /// Whether anything has been typed into the program that runs in it now.
    pub touched: bool,
    /// Whether its shell waits for a command with nothing typed yet; `None` for a program that
    /// does not mark its prompts.
    pub at_prompt: Option<bool>,
    /// What `set-option -p` has set for it.
    pub options: BTreeMap<String, String>,
    /// The pattern searched for in it last, by whomever.
    pub searched: Option<String>,
    /// Whether its output goes to a shell command as well.
    pub piped: bool,
    /// What is left to be done for a pane of an earlier server.
    pub resumed: Option<Resumed>,
}

/// What a pane that was opened again still wants.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resumed {
    /// The command line that ran in it, to be typed for its person at the first prompt, never run.
    pub offer: Option<String>,
    /// Whether that has been done.
    pub typed: bool,
    /// When the pane was opened (loop time, ms).
    pub since_ms: u64,
    /// The name its session had.
    pub session: Option<String>,
    /// The number its session had.
    pub number: Option<u32>,
}

/// Whether a program of this name is a shell.
pub fn is_shell(name: &str) -> bool {
    const SHELLS: &[&str] = &[
        "sh", "bash", "zsh", "fish", "dash", "ksh", "mksh", "ash", "tcsh", "csh", "nu", "elvish",
        "xonsh", "pwsh",
    ];
    SHELLS.contains(&name.trim_start_matches('-'))
}

/// Whether a shell that was started so runs a script, or a command it was given, and asks for none.
///
/// One that is said to run a script is never taken to be at its prompt, so where a word could be an
/// option's value as well, it is.
pub fn runs_script(argv: &[String]) -> bool {
    let Some((shell, words)) = argv.split_first() else {
        return false;
    };
    let shell = shell.rsplit('/').next().unwrap_or(shell);
    let options: &[&str] = match shell.trim_start_matches('-') {
        "fish" => &[
            "-C",
            "-d",
            "-D",
            "-f",
            "-o",
            "--init-command",
            "--debug",
            "--debug-output",
            "--features",
            "--profile",
            "--profile-startup",
        ],
        // Whatever else their options are, what comes first tells.
        "nu" | "elvish" | "xonsh" | "pwsh" => {
            let first = words.first();
            return first.is_some_and(|word| word == "-c" || names_file(word));
        }
        _ => &[
            "-o",
            "+o",
            "-O",
            "+O",
            "--rcfile",
            "--init-file",
            "--emulate",
        ],
    };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let long = word.starts_with("--");
        match word.as_str() {
            "--" | "-" => return words.next().is_some_and(|word| names_file(word)),
            "--command" => return true,
            given if given.starts_with("--command=") => return true,
            takes_value if options.contains(&takes_value) => drop(words.next()),
            flags if flags.starts_with(['-', '+']) && !long => {
                // The rest of a cluster behind a letter that takes a value may be that value, and
                // the next word may be, too.
                let valued = |c: char| options.contains(&format!("-{c}").as_str());
                let sure = flags.split(valued).next().unwrap_or_default();
                if flags.starts_with('-') && sure.contains('c') {
                    return true;
                }
                if flags.starts_with('-') && sure.contains('s') && options.contains(&"--rcfile") {
                    // What it reads is its terminal; operands are for whatever is typed there.
                    return false;
                }
                if flags.ends_with(valued) {
                    words.next();
                }
            }
            _ if long => {}
            operand => return names_file(operand),
        }
    }
    false
}

/// Whether a word can be the name of a script.
fn names_file(word: &str) -> bool {
    !word.is_empty() && !word.starts_with(['-', '+']) && !word.contains(char::is_whitespace)
}

/// What a pane runs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Launch {
    /// Program and arguments; empty means the user's shell.
    pub argv: Vec<String>,
    /// Where it starts.
    pub cwd: PathBuf,
    /// Whether it is to start there or not at all.
    #[serde(default)]
    pub only_there: bool,
    /// The pane whose program's directory counts instead, as long as it runs.
    pub beside: Option<PaneId>,
    /// Environment of whoever asked for the pane; empty means the server's own.
    pub env: Vec<(String, String)>,
    /// Variables set for this pane alone, over everything else.
    pub set: Vec<(String, String)>,
}

/// Whether a pane's program runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PaneLife {
    /// Being started, or running as process `pid`.
    Running {
        /// Its process id; `None` until it has been started.
        pid: Option<u32>,
    },
    /// Over, kept on screen until closed or started again.
    Exited {
        /// What became of it, for people: `exited with code 1`, `killed by signal 9`.
        how: String,
        /// Exit code; a signal counts as 128 + its number, as in shells.
        code: i32,
    },
}

impl Pane {
    /// What a title bar calls it: the given name, the program's title, or the command.
    pub fn label(&self) -> String {
        if let Some(name) = &self.name {
            return name.clone();
        }
        if !self.title.is_empty() {
            return self.title.clone();
        }
        self.program()
    }

    /// The name of the program it runs: what is in the foreground, else what was started.
    pub fn program(&self) -> String {
        if !self.foreground.is_empty() && !self.exited() {
            return self.foreground.clone();
        }
        match self.launch.argv.first() {
            Some(program) => program.rsplit('/').next().unwrap_or(program).to_owned(),
            None => "shell".to_owned(),
        }
    }

    /// The directory it is in: the system's word counts before the program's.
    pub fn directory(&self) -> &Path {
        let known = self.cwd.as_deref().or(self.said_cwd.as_deref());
        known.unwrap_or(&self.launch.cwd)
    }

    /// Something has been typed into it.
    pub fn typed(&mut self, now_ms: u64) {
        self.last_active_ms = now_ms;
        self.typed_ms = now_ms;
        self.touched = true;
        self.at_prompt = self.at_prompt.map(|_| false);
    }

    /// Loop time since which nothing has come out of it and nothing was typed.
    pub fn quiet_since_ms(&self) -> u64 {
        self.last_output_ms.max(self.typed_ms)
    }

    /// Whether a shell is in its foreground that reads commands from the terminal.
    pub fn shell_waits(&self) -> bool {
        match self.foreground.as_str() {
            "" => self.launch.argv.is_empty(),
            name => is_shell(name) && !self.scripted,
        }
    }

    /// Its process id while it runs.
    pub fn pid(&self) -> Option<u32> {
        match self.life {
            PaneLife::Running { pid } => pid,
            PaneLife::Exited { .. } => None,
        }
    }

    /// Whether its program is over.
    pub fn exited(&self) -> bool {
        matches!(self.life, PaneLife::Exited { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scripted(line: &str) -> bool {
        runs_script(&shlex::split(line).expect("whole quotes"))
    }

    #[test]
    fn shells_that_run_scripts() {
        for line in [
            "sh -c 'make all'",
            "bash -lc make",
            "/bin/sh ./build.sh -x",
            "bash build",
            "bash -eo pipefail build.sh",
            "bash --norc --rcfile x build.sh",
            "zsh --emulate sh build.sh",
            "bash -- build.sh",
            "fish -c ls",
            "fish --command ls",
            "fish --command=ls",
            "fish -C 'set x 1' build.fish",
            "nu build.nu",
            "nu -c ls",
        ] {
            assert!(scripted(line), "{line}");
        }
    }

    /// Options' values and letters are no scripts.
    #[test]
    fn shells_that_ask_for_commands() {
        for line in [
            "",
            "bash",
            "-bash",
            "bash -il",
            "bash +c",
            "bash -eo noclobber",
            "bash --rcfile build.sh",
            "zsh --emulate sh",
            "zsh -oclobber",
            "bash -s one two",
            "fish --init-command 'set x 1'",
            "fish -C source",
            "fish --features qmark-noglob",
            "nu --config config.nu",
            "nu --env-config env.nu --config config.nu",
            "pwsh -ExecutionPolicy Bypass",
            "pwsh -NoLogo -NoExit",
            "xonsh --rc rc.xsh",
        ] {
            assert!(!scripted(line), "{line}");
        }
    }
}
