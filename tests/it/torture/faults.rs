//! System calls that fail, one at a time, and a kill at each of them.
//!
//! `strace` makes the n-th call of a kind fail or kills the process there; where it is not installed
//! or not allowed to trace, the test says so. Limits on file size and open files need nothing and
//! are tested everywhere.

use std::process::{Command, Output, Stdio};

use super::scaled;
use crate::support::{World, binary};

/// Kinds of calls that touch the state, and the errors they are made to return.
const CALLS: &[(&str, &[&str])] = &[
    ("openat", &["EMFILE", "EIO"]),
    ("open", &["EMFILE", "EIO"]),
    ("pwrite64", &["ENOSPC", "EIO"]),
    ("write", &["ENOSPC", "EIO"]),
    ("fsync", &["EIO", "ENOSPC"]),
    ("fdatasync", &["EIO", "ENOSPC"]),
    ("ftruncate", &["EIO", "ENOSPC"]),
    ("flock", &["ENOLCK"]),
    ("fcntl", &["ENOLCK"]),
    ("pread64", &["EIO"]),
    ("renameat", &["ENOSPC", "EIO"]),
    ("renameat2", &["ENOSPC", "EIO"]),
    ("mkdirat", &["ENOSPC", "EIO"]),
    ("unlinkat", &["EIO"]),
];

fn traced(world: &World, options: &[&str], words: &[&str]) -> Option<Output> {
    let command = world.stoa(words);
    let output = Command::new("strace")
        .args(["-f", "-qq", "-o"])
        .arg(world.config().with_file_name("trace"))
        .args(options)
        .arg(binary())
        .args(words)
        .env_clear()
        .envs(
            command
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .current_dir(&world.root)
        .stdin(Stdio::null())
        .output();
    output.ok()
}

fn can_trace(world: &World) -> bool {
    let works = traced(world, &["-e", "trace=openat"], &["claims"]);
    let works = works.is_some_and(|output| output.status.success());
    if !works {
        eprintln!("strace is not installed or may not trace: failing system calls are not tested");
    }
    works
}

/// How often a claim makes this call.
fn count(world: &World, call: &str, key: &str) -> usize {
    let trace = format!("trace={call}");
    let words = ["claim", key, "--session", "me"];
    traced(world, &["-e", &trace], &words).expect("strace runs");
    let text = std::fs::read_to_string(world.config().with_file_name("trace"));
    text.expect("a trace")
        .lines()
        .filter(|line| line.contains(call))
        .count()
}

fn holds(world: &World, key: &str) -> bool {
    let text = world.json(&["claims"]).to_string();
    text.contains(&format!("\"{key}\""))
}

/// A claim during which something fails: what it says is true, and the next one works.
fn check(world: &World, n: usize, inject: &str) {
    let key = format!("task/F{n}");
    let trace = format!("trace={}", inject.split(':').next().unwrap_or_default());
    let options = ["-e", &trace, "-e", &format!("inject={inject}")];
    let words = ["claim", &key, "--session", "me"];
    let output = traced(world, &options, &words).expect("strace runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!said.contains("panicked"), "{inject}: {said}");
    if output.status.success() {
        assert!(holds(world, &key), "{inject}: said to be done, and was not");
    } else if output
        .status
        .code()
        .is_some_and(|code| code != 127 && code < 128)
    {
        assert!(!said.trim().is_empty(), "{inject}: failed without a word");
        // Also for whoever reads the log anew, as every command does that finds the store closed.
        let done = holds(world, &key);
        let only_told = ["what was asked for is done", "cannot write the output"];
        let owned_up = only_told.iter().any(|words| said.contains(words));
        assert_eq!(done, owned_up, "{inject}: said to have failed: {said}");
    }
    // Whatever it was, whoever comes next is not hindered.
    let next = format!("task/N{n}");
    world.ok(&["claim", &next, "--session", "me"]);
    assert!(holds(world, &next), "{inject}");
}

/// ENOSPC, EIO, EMFILE and ENOLCK at each call once: success is only reported if it is true, the
/// state is the old or the new one, and works afterwards. The same for a kill at each call.
#[test]
fn each_failing_call_is_told_and_harms_nothing() {
    let world = World::new();
    world.register("me");
    if !can_trace(&world) {
        return;
    }
    // By default one error and one kill at some of the calls; scaled up, at all of them.
    let stride = match scaled(1) {
        1 => 7,
        2 => 2,
        _ => 1,
    };
    let mut n = 0;
    for (call, errors) in CALLS {
        let calls = count(&world, call, &format!("task/count-{call}"));
        // Of syncs there are few, and each means something else.
        let stride = if *call == "fdatasync" { 1 } else { stride };
        for when in (1..=calls).step_by(stride) {
            for (at, error) in errors.iter().enumerate() {
                if stride == 1 || at == when % errors.len() {
                    n += 1;
                    check(&world, n, &format!("{call}:error={error}:when={when}"));
                }
            }
            n += 1;
            check(&world, n, &format!("{call}:signal=KILL:when={when}"));
        }
    }
    assert!(n > 10, "{n} calls were made to fail");
    assert!(world.run(&["doctor"]).status.success());
}

/// The same with means that every machine has: a limit on the size of files, on which the log of the
/// database and the readable files run up, and one on open files.
#[test]
fn limits_of_the_system_are_told_and_harm_nothing() {
    let world = World::new();
    world.register("me");
    for n in 0..20 {
        world.ok(&["claim", &format!("task/T{n}"), "--session", "me"]);
    }
    let run = |limit: &str, key: &str| {
        let script = format!("{limit}; trap '' XFSZ; exec \"$0\" claim {key} --session me");
        let command = world.stoa(&[]);
        Command::new("/bin/sh")
            .args(["-c", &script])
            .arg(binary())
            .env_clear()
            .envs(
                command
                    .get_envs()
                    .filter_map(|(name, value)| Some((name, value?))),
            )
            .current_dir(&world.root)
            .output()
            .expect("a shell")
    };
    let sizes = (0..12).map(|n| format!("ulimit -f {}", n * 40));
    let files = (3..14).map(|n| format!("ulimit -n {n}"));
    let mut failed = 0;
    for (n, limit) in sizes.chain(files).enumerate() {
        let key = format!("task/L{n}");
        let output = run(&limit, &key);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!said.contains("panicked"), "{limit}: {said}");
        match output.status.success() {
            true => assert!(holds(&world, &key), "{limit}: said to be done, and was not"),
            false => failed += 1,
        }
        let next = format!("task/M{n}");
        world.ok(&["claim", &next, "--session", "me"]);
        assert!(holds(&world, &next), "{limit}");
    }
    assert!(failed > 2, "{failed} failed");
    assert!(world.run(&["doctor"]).status.success());
}
