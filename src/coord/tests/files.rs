//! The readable files, and opening states of all sorts.

use super::*;
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;

struct Disk {
    _temp: tempfile::TempDir,
    path: PathBuf,
    coord: Coord,
    me: Session,
}

fn disk() -> Disk {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join(".stoa");
    let coord = Coord::open(&path).unwrap();
    let mut request = Register::of(fingerprint::of_pid(std::process::id()).unwrap());
    request.name = Some("Forge | one".into());
    let me = coord.register(&request).unwrap();
    Disk {
        _temp: temp,
        path,
        coord,
        me,
    }
}

impl Disk {
    fn text(&self, file: &str) -> Option<String> {
        self.coord.flush_files();
        fs::read_to_string(self.path.join(file)).ok()
    }

    fn json(&self, file: &str) -> Value {
        serde_json::from_str(&self.text(file).unwrap()).unwrap()
    }

    fn names(&self, dir: &str) -> Vec<String> {
        self.coord.flush_files();
        let mut names: Vec<String> = fs::read_dir(self.path.join(dir))
            .map(|entries| {
                entries
                    .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                    .collect()
            })
            .unwrap_or_default();
        names.sort();
        names
    }
}

/// S2-7, S2-20, S2-22, S2-38, S1-13, S1-28, S4-1: files one can read, and a board one can `cat`.
#[test]
fn files_show_what_the_store_holds() {
    let d = disk();
    let actor = Actor::from(&d.me);
    assert_eq!(d.names("sessions"), ["1-Forge%20%7C%20one.json"]);
    d.coord.join_group(&actor, "build").unwrap();
    d.coord
        .share(&actor, &[Share::set("api/url", json!({"x": 1}))])
        .unwrap();
    let mut ask = request(&["file/src/**", "task/T1"]);
    ask.reason = Some("refactoring".into());
    d.coord.claim(&actor, &ask).unwrap();
    assert_eq!(
        d.json("groups/build.json")["members"][0]["session"],
        d.me.id.as_str()
    );
    assert_eq!(d.json("context/build.json")["api/url"]["value"]["x"], 1);
    assert_eq!(d.names("claims/file"), ["src%2F%2A%2A.json"]);
    assert_eq!(
        d.json("claims/task/T1.json")["grants"][0]["holder"],
        d.me.id.as_str()
    );
    let board = d.text("STATUS_BOARD.md").unwrap();
    for part in [
        "| 1 | Forge \\| one |",
        "| build | Forge \\| one |",
        "task/T1",
        "refactoring",
        "file/src/\\*\\*",
    ] {
        assert!(board.contains(part), "{part}: {board}");
    }
    d.coord.release(&actor, &Which::All).unwrap();
    d.coord.leave_group(&actor).unwrap();
    assert!(d.names("claims/file").is_empty() && d.names("claims/task").is_empty());
    d.coord.end(&d.me.id).unwrap();
    assert!(d.names("sessions").is_empty());
    assert!(d.text("STATUS_BOARD.md").unwrap().contains("None."));
}

/// S3-46, S3-47: one JSON line for each attempt, in order.
#[test]
fn the_audit_trail_is_a_file_of_lines() {
    let d = disk();
    let actor = Actor::from(&d.me);
    d.coord.claim(&actor, &request(&["task/T1"])).unwrap();
    d.coord.join_group(&actor, "../x").unwrap_err();
    let text = d.text("audit.jsonl").unwrap();
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let actions: Vec<_> = lines
        .iter()
        .map(|line| {
            (
                line["action"].as_str().unwrap(),
                line["success"].as_bool().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        actions,
        [("register", true), ("claim", true), ("join-group", false)]
    );
    assert!(
        lines
            .windows(2)
            .all(|pair| pair[0]["revision"].as_u64() < pair[1]["revision"].as_u64())
    );
}

#[test]
fn a_new_name_moves_the_file() {
    let d = disk();
    let mut again = Register::of(d.me.fingerprint.clone());
    again.id = Some(d.me.id.clone());
    again.name = Some("Anvil".into());
    d.coord.register(&again).unwrap();
    assert_eq!(d.names("sessions"), ["1-Anvil.json"]);
}

#[test]
fn rebuilding_writes_everything_again() {
    let d = disk();
    let actor = Actor::from(&d.me);
    d.coord.join_group(&actor, "build").unwrap();
    d.coord.share(&actor, &[Share::set("k", json!(1))]).unwrap();
    d.coord.claim(&actor, &request(&["task/T1"])).unwrap();
    let files = [
        "sessions/1-Forge%20%7C%20one.json",
        "groups/build.json",
        "context/build.json",
        "claims/task/T1.json",
        "audit.jsonl",
    ];
    let before: Vec<_> = files.iter().map(|file| d.text(file).unwrap()).collect();
    for dir in ["sessions", "groups", "context", "claims"] {
        fs::remove_dir_all(d.path.join(dir)).unwrap();
    }
    fs::create_dir(d.path.join("claims")).unwrap();
    fs::write(d.path.join("claims/stale.json"), "{}").unwrap();
    fs::write(d.path.join("audit.jsonl"), "\u{0}rubbish").unwrap();
    fs::write(d.path.join("STATUS_BOARD.md"), "rubbish").unwrap();
    d.coord.rebuild_files().unwrap();
    let after: Vec<_> = files.iter().map(|file| d.text(file).unwrap()).collect();
    assert_eq!(before, after);
    assert_eq!(d.names("claims"), ["task"]);
    assert!(
        d.text("STATUS_BOARD.md")
            .unwrap()
            .starts_with("# Status board")
    );
}

#[test]
fn the_board_says_what_it_leaves_out() {
    let d = disk();
    let board = || fs::read_to_string(d.path.join("STATUS_BOARD.md")).unwrap();
    assert!(!board().contains("There are more"));
    let keys: Vec<String> = (0..60).map(|n| format!("job/J{n:02}")).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    d.coord.claim(&(&d.me).into(), &request(&keys)).unwrap();
    d.coord.flush_files();
    let board = board();
    assert!(board.contains("| job/J00 |") && !board.contains("| job/J59 |"));
    assert!(board.contains("There are more: `stoa claims`."), "{board}");
}

#[test]
fn what_is_in_the_files_is_never_believed() {
    let d = disk();
    fs::write(
        d.path.join("sessions/1-Forge%20%7C%20one.json"),
        "{\"name\":\"Mallory\"}",
    )
    .unwrap();
    fs::write(d.path.join("projected_revision"), "rubbish").unwrap();
    assert_eq!(d.coord.resolve("1").unwrap().name, "Forge | one");
    d.coord
        .heartbeat(&(&d.me).into(), &Heartbeat::default())
        .unwrap();
    assert_eq!(
        d.json("sessions/1-Forge%20%7C%20one.json")["name"],
        "Forge | one"
    );
}

#[test]
fn a_command_succeeds_although_its_file_cannot_be_written() {
    let d = disk();
    fs::remove_dir_all(d.path.join("claims")).unwrap();
    fs::write(d.path.join("claims"), "in the way").unwrap();
    d.coord
        .claim(&(&d.me).into(), &request(&["task/T1"]))
        .unwrap();
    assert_eq!(d.coord.snapshot().unwrap().claims.len(), 1);
    fs::remove_file(d.path.join("claims")).unwrap();
    d.coord
        .claim(&(&d.me).into(), &request(&["task/T2"]))
        .unwrap();
    assert_eq!(d.names("claims/task"), ["T1.json", "T2.json"]);
}

#[test]
fn a_missing_state_reads_as_none() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("deep/.stoa");
    assert!(Coord::open_existing(&path).unwrap().is_none());
    assert!(!temp.path().join("deep").exists());
}

#[test]
fn a_state_is_read_without_being_changed() {
    let d = disk();
    let coord = Coord::open_existing(&d.path).unwrap().unwrap();
    assert_eq!(coord.snapshot().unwrap().sessions[0].name, "Forge | one");
    check_kind(
        coord.join_group(&(&d.me).into(), "build"),
        Kind::Unreachable,
        "read",
    );
}

#[test]
fn a_damaged_state_is_corrupt() {
    let d = disk();
    let path = d.path.clone();
    drop(d.coord);
    fs::write(path.join("store.db"), vec![0x5a; 8192]).unwrap();
    for error in [
        Coord::open(&path).err().unwrap(),
        Coord::open_existing(&path).err().unwrap(),
    ] {
        assert_eq!((error.kind, error.kind.exit_code()), (Kind::Corrupt, 3));
        assert!(error.hint.is_some());
    }
    assert_eq!(fs::read(path.join("store.db")).unwrap(), vec![0x5a; 8192]);
}

#[test]
fn a_record_edited_by_hand_is_corrupt_not_a_panic() {
    let d = disk();
    let raw = rusqlite::Connection::open(d.path.join("store.db")).unwrap();
    raw.execute(
        "UPDATE records SET value = '{\"name\":1}' WHERE key LIKE 'session/%'",
        [],
    )
    .unwrap();
    // It is left out and named; what belongs to others is still there.
    let other = Register::of(d.me.fingerprint.clone());
    let other = d.coord.register(&other).unwrap();
    d.coord
        .claim(&(&other).into(), &request(&["task/T2"]))
        .unwrap();
    let snapshot = d.coord.snapshot().unwrap();
    assert_eq!(snapshot.damaged, [format!("session/{}", d.me.id)]);
    assert_eq!((snapshot.sessions.len(), snapshot.claims.len()), (1, 1));
    assert!(d.text("STATUS_BOARD.md").unwrap().contains("task/T2"));
    check_kind(
        d.coord.claim(&(&d.me).into(), &request(&["task/T1"])),
        Kind::Corrupt,
        "session/",
    );
}

#[test]
fn unknown_fields_survive() {
    let d = disk();
    let raw = rusqlite::Connection::open(d.path.join("store.db")).unwrap();
    raw.execute(
        "UPDATE records SET value = json_set(value, '$.future', 'kept') WHERE key LIKE 'session/%'",
        [],
    )
    .unwrap();
    let beat = Heartbeat {
        phase: Some("testing".into()),
        ..Heartbeat::default()
    };
    d.coord.heartbeat(&(&d.me).into(), &beat).unwrap();
    assert_eq!(
        d.json("sessions/1-Forge%20%7C%20one.json")["future"],
        "kept"
    );
}
