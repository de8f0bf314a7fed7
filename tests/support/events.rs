//! Reading the server's events as they come.

use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, ExitStatus, Stdio};

use serde_json::Value;

use super::World;

/// `stoa events --follow`, running.
pub struct Events {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Events {
    /// Follows from now on.
    pub fn follow(world: &World) -> Events {
        let start = world.json(&["events"])["next"].clone();
        let start = start.as_str().expect("a cursor");
        let mut child = world
            .stoa(&["events", "--follow", "--since", start])
            .stdout(Stdio::piped())
            .spawn()
            .expect("it runs");
        let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        Events { child, lines }
    }

    /// The next event.
    pub fn next(&mut self) -> Value {
        let line = self.lines.next().expect("a line").expect("readable");
        serde_json::from_str(&line).expect("JSON")
    }

    /// The next event of a kind.
    pub fn wait(&mut self, kind: &str) -> Value {
        loop {
            let event = self.next();
            if event["event"] == kind {
                return event;
            }
        }
    }

    /// Waits for its end.
    pub fn end(mut self) -> ExitStatus {
        self.child.wait().expect("it is ours")
    }

    /// Ends it.
    pub fn kill(mut self) {
        self.child.kill().expect("it is ours");
        self.end();
    }
}
