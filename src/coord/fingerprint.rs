//! Which process a session is, so that nobody else is ever taken for it.
//!
//! A process id alone is worthless: it is reused, it differs between pid namespaces, and another
//! machine has the same numbers. A fingerprint adds the process's start time, the boot, the
//! namespace and the machine. A process is alive only if all of them match; where we cannot look
//! (another machine, another namespace), the answer is *unknown*, never *dead*.

use std::collections::HashMap;
use std::fs;
use std::io::Read;
use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};
use rustix::process::Pid;
use serde::{Deserialize, Serialize};

use crate::clock::{Now, boot_id, read_fact};
use crate::error::{Error, Result};

/// One process, recognisable for as long as anybody remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// The machine: its `/etc/machine-id`, else its name.
    pub host_id: String,
    /// The machine's name, for people.
    pub host: String,
    /// The kernel's id of this boot.
    pub boot_id: String,
    /// The inode of the pid namespace; 0 if it is hidden.
    pub pid_ns: u64,
    /// The process id.
    pub pid: u32,
    /// When it started, in clock ticks since boot.
    pub start_ticks: u64,
    /// The program's name.
    pub name: String,
    /// Its parent's process id.
    pub parent_pid: u32,
    /// Its parent's program name.
    pub parent_name: String,
    /// Its controlling terminal, or `not_a_tty`.
    pub tty: String,
}

impl Fingerprint {
    /// Whether both are the same process. Its parent and name may have changed meanwhile.
    pub fn is_same_process(&self, other: &Fingerprint) -> bool {
        let identity = |print: &Fingerprint| (print.pid_ns, print.pid, print.start_ticks);
        identity(self) == identity(other)
            && self.boot_id == other.boot_id
            && self.host_id == other.host_id
    }

    /// When it started, for people; `None` if that was in another boot.
    pub fn started(&self, now: &Now) -> Option<Timestamp> {
        let ticks = self.start_ticks.checked_mul(1000)?;
        let started_ms = ticks / rustix::param::clock_ticks_per_second();
        let age = now.boot_ms.checked_sub(started_ms)?;
        let age = SignedDuration::from_millis(i64::try_from(age).ok()?);
        let same_boot = now.boot_id == self.boot_id;
        same_boot.then(|| now.wall.checked_sub(age).ok()).flatten()
    }

    /// One word for it, unique in one boot of one machine: process id and start time in ticks.
    pub fn short(&self) -> String {
        format!("{}_{}", self.pid, self.start_ticks)
    }
}

/// What a look at a process tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vital {
    /// It is running.
    Alive,
    /// It lives, but does nothing until somebody lets it go on (SIGSTOP, C-z).
    Stopped,
    /// It is not, and cannot come back.
    Dead,
    /// It is somewhere we cannot look.
    Unknown,
}

/// Looks at processes.
pub trait Probe: Send + Sync {
    /// Whether the process is running now.
    fn check(&self, process: &Fingerprint) -> Vital;
}

/// A probe that looks at each process once: what a transaction decides must not change on the way,
/// and a session with a thousand claims is one process.
pub struct Remembering<'a> {
    probe: &'a dyn Probe,
    // Held for one look-up or one look.
    seen: Mutex<HashMap<(u32, u64), (Fingerprint, Vital)>>,
}

impl<'a> Remembering<'a> {
    /// Nothing seen yet.
    pub fn new(probe: &'a dyn Probe) -> Remembering<'a> {
        Remembering {
            probe,
            seen: Mutex::new(HashMap::new()),
        }
    }
}

impl Probe for Remembering<'_> {
    fn check(&self, process: &Fingerprint) -> Vital {
        let mut seen = self
            .seen
            .lock()
            .unwrap_or_else(|poison| poison.into_inner());
        let key = (process.pid, process.start_ticks);
        match seen.get(&key) {
            Some((known, vital)) if known.is_same_process(process) => *vital,
            _ => {
                let vital = self.probe.check(process);
                seen.insert(key, (process.clone(), vital));
                vital
            }
        }
    }
}

/// This machine and namespace, read once.
#[derive(Debug, Clone)]
pub struct SystemProbe {
    host_id: String,
    host: String,
    boot_id: String,
    pid_ns: u64,
}

impl SystemProbe {
    /// Reads who and where we are. What the system hides is left empty and matches only itself.
    ///
    /// # Errors
    /// [`Kind::Unreachable`](crate::error::Kind::Unreachable) when something cannot be read just
    /// now: to go on as somebody else would be to take everybody here for dead.
    pub fn open() -> Result<SystemProbe> {
        let host = rustix::system::uname()
            .nodename()
            .to_string_lossy()
            .into_owned();
        let host_id = read_fact("/etc/machine-id")?.unwrap_or_else(|| host.clone());
        let pid_ns = fs::metadata("/proc/self/ns/pid")
            .map(|metadata| std::os::unix::fs::MetadataExt::ino(&metadata))
            .unwrap_or(0);
        Ok(SystemProbe {
            host_id,
            host,
            boot_id: boot_id()?.unwrap_or_default(),
            pid_ns,
        })
    }

    /// The fingerprint of a running process.
    ///
    /// # Errors
    /// [`Kind::NotFound`](crate::error::Kind::NotFound) if there is no such process.
    pub fn of_pid(&self, pid: u32) -> Result<Fingerprint> {
        let stat =
            read_stat(pid).ok_or_else(|| Error::not_found(format!("there is no process {pid}")))?;
        let parent_name = read_stat(stat.parent)
            .map(|parent| parent.name)
            .unwrap_or_default();
        Ok(Fingerprint {
            host_id: self.host_id.clone(),
            host: self.host.clone(),
            boot_id: self.boot_id.clone(),
            pid_ns: self.pid_ns,
            pid,
            start_ticks: stat.start_ticks,
            name: stat.name,
            parent_pid: stat.parent,
            parent_name,
            tty: tty_name(stat.tty),
        })
    }
}

impl Probe for SystemProbe {
    fn check(&self, process: &Fingerprint) -> Vital {
        if process.host_id != self.host_id {
            return Vital::Unknown;
        }
        if process.boot_id != self.boot_id {
            return Vital::Dead;
        }
        if process.pid_ns != self.pid_ns {
            return Vital::Unknown;
        }
        match read_stat(process.pid) {
            Some(stat) if stat.start_ticks != process.start_ticks || !stat.runs => Vital::Dead,
            Some(stat) if stat.stopped => Vital::Stopped,
            Some(_) => Vital::Alive,
            None => unseen(process.pid),
        }
    }
}

/// `/proc` may hide processes or be missing: only the kernel's "no such process" is proof.
fn unseen(pid: u32) -> Vital {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    match pid.map(rustix::process::test_kill_process) {
        None | Some(Err(rustix::io::Errno::SRCH)) => Vital::Dead,
        Some(_) => Vital::Unknown,
    }
}

/// The fingerprint of a running process of this machine.
///
/// # Errors
/// [`Kind::NotFound`](crate::error::Kind::NotFound) if there is no such process.
pub fn of_pid(pid: u32) -> Result<Fingerprint> {
    SystemProbe::open()?.of_pid(pid)
}

/// The parts of `/proc/PID/stat` we use.
#[derive(Debug, PartialEq, Eq)]
struct Stat {
    name: String,
    stopped: bool,
    runs: bool,
    parent: u32,
    tty: u32,
    start_ticks: u64,
}

fn read_stat(pid: u32) -> Option<Stat> {
    // The line has some fifty numbers; one read gets it all.
    let mut line = [0; 2048];
    let mut file = fs::File::open(format!("/proc/{pid}/stat")).ok()?;
    let length = file.read(&mut line).ok()?;
    parse_stat(line.get(..length)?)
}

/// The name is in parentheses and may itself contain blanks and parentheses, hence the last one.
fn parse_stat(bytes: &[u8]) -> Option<Stat> {
    let text = String::from_utf8_lossy(bytes);
    let (head, tail) = text.rsplit_once(')')?;
    let (_, name) = head.split_once('(')?;
    let fields: Vec<&str> = tail.split_whitespace().collect();
    // `fields[0]` is field 3 of the file, the state; zombies have ended but not been collected.
    Some(Stat {
        name: name.to_owned(),
        stopped: matches!(*fields.first()?, "T" | "t"),
        runs: !matches!(*fields.first()?, "Z" | "X" | "x"),
        parent: fields.get(1)?.parse().ok()?,
        tty: fields.get(4)?.parse::<i32>().ok()?.cast_unsigned(),
        start_ticks: fields.get(19)?.parse().ok()?,
    })
}

/// The name of a terminal device by its number.
fn tty_name(device: u32) -> String {
    let major = (device >> 8) & 0xfff;
    let minor = (device & 0xff) | ((device >> 12) & 0xfff00);
    match major {
        136..=143 => format!("/dev/pts/{}", (major - 136) * 256 + minor),
        4 if minor < 64 => format!("/dev/tty{minor}"),
        4 => format!("/dev/ttyS{}", minor - 64),
        _ => "not_a_tty".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stat_lines_are_split_after_the_last_parenthesis() {
        let line = |name: &str, state: &str| {
            let rest = "12 34 5 34818 6 7 8 9 10 11 12 13 14 15 16 17 1 0 987654 99 99";
            parse_stat(format!("4711 ({name}) {state} {rest}\n").as_bytes())
        };
        let stat = line("a) R (b c", "S").unwrap();
        assert_eq!(stat.name, "a) R (b c");
        assert_eq!(
            (stat.parent, stat.start_ticks, stat.runs),
            (12, 987_654, true)
        );
        assert_eq!(tty_name(stat.tty), "/dev/pts/2");
        assert!(!line("x", "Z").unwrap().runs);
        for bad in ["", "1", "1 (x", "1 (x)", "1 (x) S 1 2"] {
            assert_eq!(parse_stat(bad.as_bytes()), None);
        }
    }

    #[test]
    fn terminals_have_names() {
        let check = |device: u32, expected: &str| assert_eq!(tty_name(device), expected);
        check(0, "not_a_tty");
        check(0x401, "/dev/tty1");
        check(0x440, "/dev/ttyS0");
        check(136 << 8 | 7, "/dev/pts/7");
        check(137 << 8, "/dev/pts/256");
    }

    #[test]
    fn we_are_alive() {
        let probe = SystemProbe::open().unwrap();
        let me = probe.of_pid(std::process::id()).unwrap();
        assert_eq!(probe.check(&me), Vital::Alive);
    }

    #[test]
    fn a_reused_pid_is_somebody_else() {
        let probe = SystemProbe::open().unwrap();
        let mut me = probe.of_pid(std::process::id()).unwrap();
        me.start_ticks += 1;
        assert_eq!(probe.check(&me), Vital::Dead);
    }

    #[test]
    fn the_end_of_a_process_is_seen() {
        let probe = SystemProbe::open().unwrap();
        let mut child = std::process::Command::new("cat")
            .stdin(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let print = probe.of_pid(child.id()).unwrap();
        assert_eq!(probe.check(&print), Vital::Alive);
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(probe.check(&print), Vital::Dead);
        assert!(probe.of_pid(print.pid).is_err());
    }

    #[test]
    fn a_suspended_process_is_seen_until_it_goes_on() {
        use rustix::process::{Signal, WaitOptions, kill_process, waitpid};
        let probe = SystemProbe::open().unwrap();
        let mut child = std::process::Command::new("cat")
            .stdin(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let print = probe.of_pid(child.id()).unwrap();
        let pid = Pid::from_child(&child);
        // The kernel tells when it has done so.
        let after = |signal, told| {
            kill_process(pid, signal).unwrap();
            waitpid(Some(pid), told).unwrap();
            probe.check(&print)
        };
        assert_eq!(after(Signal::STOP, WaitOptions::UNTRACED), Vital::Stopped);
        assert_eq!(after(Signal::CONT, WaitOptions::CONTINUED), Vital::Alive);
        child.kill().unwrap();
        child.wait().unwrap();
    }

    #[test]
    fn elsewhere_is_unknown_and_before_the_boot_is_dead() {
        let probe = SystemProbe::open().unwrap();
        let me = probe.of_pid(std::process::id()).unwrap();
        let check = |change: &dyn Fn(&mut Fingerprint), expected| {
            let mut print = me.clone();
            change(&mut print);
            assert_eq!(probe.check(&print), expected);
        };
        check(&|print| print.host_id = "other".into(), Vital::Unknown);
        check(&|print| print.pid_ns += 1, Vital::Unknown);
        check(&|print| print.boot_id = "other".into(), Vital::Dead);
        check(&|print| print.pid = u32::MAX, Vital::Dead);
        check(&|print| print.pid = 0, Vital::Dead);
    }
}
