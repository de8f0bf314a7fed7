//! The rules, run through [`Coord`] on both engines with a clock and a probe that tests turn.

mod claims;
mod expiry;
mod files;
mod fixes;
mod force;
mod groups;
mod histories;
mod issues;
mod lines;
mod members;
mod messages;
mod metrics;
mod oversight;
mod presence;
mod races;
mod retries;
mod sessions;
mod tasks;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::*;
use crate::clock::ManualClock;
use crate::error::{Kind, Result};
use crate::store::Store;
use crate::store::dir::StateDir;
use crate::store::memory::MemoryStore;
use crate::store::sqlite::SqliteStore;

/// Processes that live until a test says otherwise.
#[derive(Debug, Default)]
struct FakeProbe(Mutex<HashMap<u32, Vital>>);

impl FakeProbe {
    fn set(&self, session: &Session, vital: Vital) {
        self.0
            .lock()
            .unwrap()
            .insert(session.fingerprint.pid, vital);
    }
}

impl Probe for FakeProbe {
    fn check(&self, process: &Fingerprint) -> Vital {
        *self
            .0
            .lock()
            .unwrap()
            .get(&process.pid)
            .unwrap_or(&Vital::Alive)
    }
}

/// A workspace whose time and processes a test controls.
struct World {
    coord: Coord,
    store: Arc<dyn Store>,
    clock: Arc<ManualClock>,
    probe: Arc<FakeProbe>,
    next_pid: Mutex<u32>,
    _temp: Option<tempfile::TempDir>,
}

fn world_on(store: Arc<dyn Store>, temp: Option<tempfile::TempDir>) -> World {
    let clock = Arc::new(ManualClock::new("boot-1", 1_000_000));
    let probe = Arc::new(FakeProbe::default());
    World {
        coord: Coord::new(store.clone(), clock.clone(), probe.clone()),
        store,
        clock,
        probe,
        next_pid: Mutex::new(100),
        _temp: temp,
    }
}

/// A world on the reference model, where a test is about the rules alone.
fn world() -> World {
    world_on(Arc::new(MemoryStore::new()), None)
}

/// S0-38: runs a test on each engine.
fn on_each(test: impl Fn(&World)) {
    test(&world());
    let temp = tempfile::tempdir().unwrap();
    let store = sqlite(&temp.path().join(".stoa"));
    test(&world_on(Arc::new(store), Some(temp)));
}

fn sqlite(path: &Path) -> SqliteStore {
    SqliteStore::open(&StateDir::create(path).unwrap()).unwrap()
}

fn print(pid: u32) -> Fingerprint {
    Fingerprint {
        host_id: "host-id".into(),
        host: "host".into(),
        boot_id: "boot-1".into(),
        pid_ns: 1,
        pid,
        start_ticks: u64::from(pid),
        name: "agent".into(),
        parent_pid: 1,
        parent_name: "init".into(),
        tty: "/dev/pts/9".into(),
    }
}

impl World {
    fn request(&self, name: &str) -> Register {
        let mut pid = self.next_pid.lock().unwrap();
        *pid += 1;
        Register {
            name: Some(name.to_owned()),
            ..Register::of(print(*pid))
        }
    }

    fn session(&self, name: &str) -> Session {
        self.coord.register(&self.request(name)).unwrap()
    }

    /// A session in a group.
    fn member(&self, name: &str, group: &str) -> Session {
        let mut request = self.request(name);
        request.group = Some(group.to_owned());
        self.coord.register(&request).unwrap()
    }

    fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// The same store and processes after the machine has started again.
    fn rebooted(&self) -> Coord {
        let clock = Arc::new(ManualClock::new("boot-2", 5_000));
        Coord::new(self.store.clone(), clock, self.probe.clone())
    }

    fn claim(&self, session: &Session, keys: &[&str]) -> Result<Granted> {
        self.coord.claim(&session.into(), &request(keys))
    }

    fn token(&self, session: &Session, key: &str) -> u64 {
        self.claim(session, &[key]).unwrap().claims[0].token
    }

    fn holders(&self, key: &str) -> Vec<String> {
        let snapshot = self.coord.snapshot().unwrap();
        let claims = snapshot.claims.into_iter().filter(|claim| claim.key == key);
        claims.map(|claim| claim.holder_name).collect()
    }

    fn group_of(&self, name: &str) -> snapshot::GroupInfo {
        let snapshot = self.coord.snapshot().unwrap();
        snapshot
            .groups
            .into_iter()
            .find(|group| group.name == name)
            .unwrap()
    }

    fn range(&self, prefix: &str) -> Vec<crate::store::Record> {
        let mut found = Vec::new();
        let read = &mut |view: &dyn crate::store::View| {
            found = view.range(prefix)?;
            Ok(())
        };
        self.store.read(read).unwrap();
        found
    }

    fn last_audit(&self) -> audit::AuditEntry {
        self.coord.audit(1).unwrap().pop().unwrap()
    }
}

fn key(text: &str) -> ClaimKey {
    ClaimKey::canonical(text).unwrap()
}

fn request(keys: &[&str]) -> ClaimRequest {
    ClaimRequest::of(keys.iter().map(|text| key(text)).collect())
}

fn with_ttl(keys: &[&str], seconds: u64) -> ClaimRequest {
    ClaimRequest {
        ttl: Some(Duration::from_secs(seconds)),
        ..request(keys)
    }
}

fn check_kind<T: std::fmt::Debug>(outcome: Result<T>, kind: Kind, says: &str) {
    let error = outcome.unwrap_err();
    assert_eq!(error.kind, kind, "{}", error.message);
    assert!(error.message.contains(says), "{}", error.message);
}
