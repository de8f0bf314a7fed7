//! Real programs on real terminals. Waiting is done on descriptors, never by sleeping.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::*;
use crate::error::Kind;
use crate::model::geometry::Size;

fn spec(script: &str) -> SpawnSpec {
    let env = [("PATH", "/usr/bin:/bin"), ("TERM", "xterm"), ("HOME", "/")];
    SpawnSpec {
        program: "/bin/sh".into(),
        args: vec!["-c".into(), script.into()],
        cwd: PathBuf::from("/"),
        env: env
            .map(|(name, value)| (OsString::from(name), OsString::from(value)))
            .into(),
        size: Size::new(80, 24),
        cell: (8, 16),
    }
}

/// Waits at most ten seconds, far longer than anything here takes.
fn wait(fd: std::os::fd::BorrowedFd<'_>, flags: PollFlags) {
    let limit = Timespec {
        tv_sec: 10,
        tv_nsec: 0,
    };
    let ready = poll(&mut [PollFd::from_borrowed_fd(fd, flags)], Some(&limit));
    assert_eq!(ready, Ok(1), "nothing happened within ten seconds");
}

fn read_until(pty: &Pty, text: &str, done: impl Fn(&str) -> bool) -> String {
    let mut output = text.to_owned();
    let mut buffer = [0; 4096];
    while !done(&output) {
        match pty.read(&mut buffer) {
            Read::Data(count) => output.push_str(&String::from_utf8_lossy(&buffer[..count])),
            Read::WouldBlock => wait(pty.master(), PollFlags::IN),
            Read::Eof => break,
        }
    }
    output
}

fn read_all(pty: &Pty) -> String {
    read_until(pty, "", |_| false)
}

fn finish(pty: &mut Pty) -> ExitStatus {
    wait(pty.pidfd().expect("alive"), PollFlags::IN);
    pty.try_wait().expect("the pidfd said that it ended")
}

fn check(script: &str, output: &str, status: ExitStatus) {
    let mut pty = spawn(&spec(script)).expect(script);
    assert_eq!(read_all(&pty), output, "{script}");
    assert_eq!(finish(&mut pty), status, "{script}");
    assert_eq!(pty.try_wait(), Some(status), "asking again changes nothing");
}

#[test]
fn output_and_status_arrive() {
    check("printf hello", "hello", ExitStatus::Code(0));
    check("exit 7", "", ExitStatus::Code(7));
    check("kill -9 $$", "", ExitStatus::Signal(9));
}

#[test]
fn a_status_reads_like_a_shells() {
    assert_eq!(ExitStatus::Signal(15).shell_code(), 143);
    assert_eq!(ExitStatus::Code(3).to_string(), "exit code 3");
    assert!(ExitStatus::Code(0).success());
}

#[test]
fn the_environment_is_what_was_given() {
    let pty = spawn(&spec(
        "env | grep -v -e '^PWD=' -e '^SHLVL=' -e '^_=' -e '^SHELL=' | sort",
    ))
    .expect("starts");
    assert_eq!(
        read_all(&pty),
        "HOME=/\r\nOLDPWD=\r\nPATH=/usr/bin:/bin\r\nTERM=xterm\r\n".replace("OLDPWD=\r\n", "")
    );
}

#[test]
fn no_descriptor_leaks_into_a_program() {
    let _other = spawn(&spec("read line")).expect("starts");
    let _file = std::fs::File::open("/dev/null").expect("opens");
    let pty = spawn(&spec("for fd in /proc/self/fd/*; do echo ${fd##*/}; done")).expect("starts");
    let output = read_all(&pty);
    let numbers: Vec<&str> = output.split_whitespace().collect();
    // The shell itself may hold the directory it is listing.
    assert!(numbers.starts_with(&["0", "1", "2"]), "{numbers:?}");
    assert!(numbers.len() <= 4, "{numbers:?}");
}

#[test]
fn typed_input_reaches_the_program() {
    let mut pty = spawn(&spec(
        "stty -echo; printf ready; read line; printf \"<$line>\"",
    ))
    .expect("starts");
    read_until(&pty, "", |output| output.contains("ready"));
    pty.write(b"some words\n").expect("taken");
    assert_eq!(read_all(&pty), "<some words>");
}

#[test]
fn the_size_is_given_and_changes_arrive() {
    let script = "stty size; trap 'stty size; exit' WINCH; echo ready; while :; do read line; done";
    let pty = spawn(&spec(script)).expect("starts");
    let output = read_until(&pty, "", |output| output.contains("ready"));
    assert!(output.starts_with("24 80\r\n"), "{output:?}");
    pty.resize(Size::new(100, 30), (8, 16));
    let output = read_until(&pty, "", |output| output.contains("30 100"));
    assert!(output.contains("30 100"), "{output:?}");
}

#[test]
fn input_nobody_reads_is_bounded() {
    let mut pty = spawn(&spec("stty raw -echo; printf ready; exec sleep 1000")).expect("starts");
    read_until(&pty, "", |output| output.contains("ready"));
    let block = vec![b'x'; 64 * 1024];
    let taken = (0..64).take_while(|_| pty.write(&block).is_ok()).count();
    assert!((15..=18).contains(&taken), "{taken} blocks of 64 KiB taken");
    assert!(pty.wants_write());
    assert_eq!(pty.write(&block), Err(WriteError::Full));
    assert_eq!(pty.flush(), Ok(()));
    pty.kill();
    assert_eq!(finish(&mut pty), ExitStatus::Signal(9));
}

#[test]
fn queued_input_arrives_in_order() {
    let script = "stty raw -echo; printf ready; head -c 300000 | cksum";
    let mut pty = spawn(&spec(script)).expect("starts");
    read_until(&pty, "", |output| output.contains("ready"));
    let bytes: Vec<u8> = (0..300_000u32).map(|n| b'a' + (n % 23) as u8).collect();
    pty.write(&bytes).expect("fits the queue");
    while pty.wants_write() {
        wait(pty.master(), PollFlags::OUT);
        pty.flush().expect("open");
    }
    let got = read_until(&pty, "", |output| output.contains("300000"));
    assert!(got.trim().starts_with("3850251952 300000"), "{got:?}");
}

#[test]
fn hanging_up_ends_a_shell_and_its_foreground_job() {
    let mut pty = spawn(&spec("printf ready; sleep 1000")).expect("starts");
    read_until(&pty, "", |output| output.contains("ready"));
    pty.hang_up();
    assert_eq!(finish(&mut pty), ExitStatus::Signal(1));
    assert_eq!(read_all(&pty), "");
}

#[test]
fn a_dropped_terminal_takes_its_program_along() {
    let pty = spawn(&spec("printf ready; exec sleep 1000")).expect("starts");
    read_until(&pty, "", |output| output.contains("ready"));
    let pid = rustix::process::Pid::from_raw(pty.pid()).expect("a pid");
    let pidfd =
        rustix::process::pidfd_open(pid, rustix::process::PidfdFlags::empty()).expect("alive");
    drop(pty);
    wait(std::os::fd::AsFd::as_fd(&pidfd), PollFlags::IN);
    while reap_orphans() > 0
        && std::path::Path::new(&format!("/proc/{}", pid.as_raw_nonzero())).exists()
    {
        std::thread::yield_now();
    }
    assert!(!std::path::Path::new(&format!("/proc/{}", pid.as_raw_nonzero())).exists());
}

#[test]
fn a_missing_directory_falls_back_and_says_so() {
    let pty = spawn(&SpawnSpec {
        cwd: PathBuf::from("/no/such/place"),
        ..spec("pwd")
    })
    .expect("starts");
    assert_eq!(read_all(&pty), "/\r\n");
    assert_eq!(
        pty.note(),
        Some("/no/such/place is not a directory, started in / instead")
    );
}

#[test]
fn a_missing_program_is_a_clear_error() {
    let check = |program: &str, message: &str| {
        let error = spawn(&SpawnSpec {
            program: program.into(),
            ..spec("")
        })
        .map_err(crate::error::Error::from)
        .expect_err(program);
        assert_eq!(
            (error.kind, error.message.as_str()),
            (Kind::NotFound, message)
        );
    };
    check(
        "no-such-program-anywhere",
        "cannot start no-such-program-anywhere: no such program",
    );
    check(
        "/etc/passwd",
        "cannot start /etc/passwd: it is not executable",
    );
    check("/tmp", "cannot start /tmp: it is a directory");
}

#[test]
fn programs_are_found_in_the_given_path() {
    let env = BTreeMap::from([(OsString::from("PATH"), OsString::from("/nowhere:/bin"))]);
    let pty = spawn(&SpawnSpec {
        program: "echo".into(),
        args: vec!["found".into()],
        env,
        ..spec("")
    })
    .expect("starts");
    assert_eq!(read_all(&pty), "found\r\n");
}

#[test]
fn the_foreground_program_has_a_name_and_a_directory() {
    let pty = spawn(&spec("cd /tmp && printf ready && exec cat")).expect("starts");
    read_until(&pty, "", |output| output.contains("ready"));
    while pty.foreground_process().as_deref() == Some("sh") {
        std::thread::yield_now();
    }
    assert_eq!(pty.foreground_process().as_deref(), Some("cat"));
    assert_eq!(pty.cwd(), Some(PathBuf::from("/tmp")));
}
