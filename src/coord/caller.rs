//! Who really called: the process that lives on after a command line has ended.
//!
//! A session lives as long as the process it is bound to. The direct parent is often gone a moment
//! later: the subshell of `$(stoa register | …)`, the `sh -c` that an agent's tool runs commands
//! with, a `timeout`. Those are passed over; what comes next is the shell, script or agent that
//! somebody would call "the caller".

use std::fs;

use super::fingerprint::{Fingerprint, of_pid};
use crate::error::Result;

/// Programs that only run another one and end with it.
const WRAPPERS: &[&str] = &[
    "doas", "ltrace", "nice", "setsid", "stdbuf", "strace", "sudo", "time", "timeout", "xargs",
];
/// Shells: with `-c` they run one line and end.
const SHELLS: &[&str] = &[
    "ash", "bash", "busybox", "dash", "fish", "ksh", "mksh", "sh", "zsh",
];
/// How far up to look; chains are short, and a loop cannot be.
const MAX_STEPS: usize = 16;

/// One process, as far as the decision needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Process {
    pid: u32,
    parent: u32,
    argv: Vec<String>,
    exe: Option<std::path::PathBuf>,
}

/// The fingerprint of the caller of this program.
///
/// # Errors
/// [`Kind::NotFound`](crate::error::Kind::NotFound) if no caller can be seen; then a process has to
/// be named.
pub fn caller() -> Result<Fingerprint> {
    let parent = rustix::process::getppid().map_or(1, |pid| pid.as_raw_nonzero().get());
    of_pid(lasting(parent.unsigned_abs(), look))
}

/// The first process from `pid` upwards that is not transient.
fn lasting(pid: u32, look: impl Fn(u32) -> Option<Process>) -> u32 {
    let mut current = pid;
    for _ in 0..MAX_STEPS {
        let Some(process) = look(current) else {
            break;
        };
        let Some(parent) = look(process.parent).filter(|_| process.parent > 1) else {
            break;
        };
        if !(is_fork(&process, &parent) || runs_one_line(&process)) {
            break;
        }
        current = parent.pid;
    }
    current
}

/// A subshell is a fork of its shell: the same program with the same arguments.
fn is_fork(process: &Process, parent: &Process) -> bool {
    process.argv == parent.argv && process.exe == parent.exe && !process.argv.is_empty()
}

/// `sh -c LINE`, or a program that only runs another.
fn runs_one_line(process: &Process) -> bool {
    let Some(program) = process.argv.first() else {
        return false;
    };
    let name = program.rsplit('/').next().unwrap_or(program);
    if WRAPPERS.contains(&name) {
        return true;
    }
    let line = |word: &String| {
        let flags = word.strip_prefix('-').filter(|rest| !rest.starts_with('-'));
        flags.is_some_and(|flags| flags.contains('c'))
    };
    // Flags come first; the word after them is the line, or a script, which is no one-liner.
    let mut flags = process.argv.iter().skip(1);
    SHELLS.contains(&name)
        && flags
            .by_ref()
            .take_while(|word| word.starts_with(['-', '+']))
            .any(line)
}

fn look(pid: u32) -> Option<Process> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, tail) = stat.rsplit_once(')')?;
    let parent = tail.split_whitespace().nth(1)?.parse().ok()?;
    let argv = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    let argv = argv
        .split(|byte| *byte == 0)
        .filter(|word| !word.is_empty())
        .map(|word| String::from_utf8_lossy(word).into_owned())
        .collect();
    let exe = fs::read_link(format!("/proc/{pid}/exe")).ok();
    Some(Process {
        pid,
        parent,
        argv,
        exe,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A chain of processes, the caller's parent last; returns the chosen one's command line.
    fn check(chain: &[&str], chosen: &str) {
        let processes: Vec<Process> = chain
            .iter()
            .enumerate()
            .map(|(index, line)| Process {
                pid: index as u32 + 10,
                parent: if index == 0 { 1 } else { index as u32 + 9 },
                argv: line.split(' ').map(str::to_owned).collect(),
                exe: line.split(' ').next().map(Into::into),
            })
            .collect();
        let last = processes.last().expect("a chain").pid;
        let look = |pid: u32| processes.iter().find(|process| process.pid == pid).cloned();
        let found = look(lasting(last, look)).expect("it exists");
        assert_eq!(found.argv.join(" "), chosen, "{chain:?}");
    }

    #[test]
    fn transient_processes_are_passed_over() {
        check(&["init", "-bash"], "-bash");
        check(&["init", "-bash", "-bash"], "-bash");
        check(
            &["init", "bash run.sh", "bash run.sh", "bash run.sh"],
            "bash run.sh",
        );
        check(&["init", "claude", "/bin/bash -lc stoa&&x"], "claude");
        check(
            &["init", "python3 t.py", "sh -c stoa", "timeout 5 stoa"],
            "python3 t.py",
        );
        check(&["init", "zsh", "bash -e script.sh"], "bash -e script.sh");
    }

    #[test]
    fn a_subshell_is_not_its_parents_session_leader_only() {
        // Two different scripts of one shell are two processes that last.
        check(&["init", "bash a.sh", "bash b.sh"], "bash b.sh");
    }
}
