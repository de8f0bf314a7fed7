//! `fingerprint`.

use clap::Args;
use serde_json::json;

use crate::clock::{Clock, Now, SystemClock};
use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::coord::{Fingerprint as Print, caller, fingerprint};
use crate::error::Result;

/// Print which process this is: what a registration is bound to
///
/// Process id and start time, the parent, the terminal, the machine and its boot. Together they
/// belong to one process for ever, unlike the process id alone.
///
/// stoa fingerprint
#[derive(Debug, Clone, Args)]
pub struct Fingerprint {
    /// A session's instead of the caller's: its name, number or id
    pub name: Option<String>,
    /// A process's instead of the caller's
    #[arg(long, conflicts_with = "name")]
    pub pid: Option<u32>,
}

impl Run<StoreCx> for Fingerprint {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let print = match (self.name, self.pid) {
            (Some(name), _) => cx.coord()?.resolve(&name)?.fingerprint,
            (None, Some(pid)) => fingerprint::of_pid(pid)?,
            (None, None) => caller::caller()?,
        };
        let now = SystemClock::open()?.now();
        Ok(reply(&print, &now))
    }
}

fn reply(print: &Print, now: &Now) -> Reply {
    let started = print.started(now);
    let started = started.map(|at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
    let text = format!(
        "SESSION FINGERPRINT\n\n\
         Process ID:    {} ({})\n\
         Parent PID:    {} ({})\n\
         Terminal:      {}\n\
         Start Time:    {}\n\
         Host:          {} ({})\n\
         Boot:          {}\n\
         PID namespace: {}\n\
         Fingerprint:   {}",
        print.pid,
        print.name,
        print.parent_pid,
        print.parent_name,
        print.tty,
        started.as_deref().unwrap_or("in another boot"),
        print.host,
        print.host_id,
        print.boot_id,
        print.pid_ns,
        print.short(),
    );
    let data = json!({
        "pid": print.pid,
        "name": print.name,
        "parent_pid": print.parent_pid,
        "parent_name": print.parent_name,
        "tty": print.tty,
        "started_at": started,
        "start_ticks": print.start_ticks,
        "host": print.host,
        "host_id": print.host_id,
        "boot_id": print.boot_id,
        "pid_ns": print.pid_ns,
        "fingerprint": print.short(),
    });
    Reply::new(text, data)
}
