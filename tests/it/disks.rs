//! Disks that are full or read-only, and directories that are not safe: a clear error, nothing
//! lost. A disk of its own needs the right to mount; where that is missing these tests say so.

use std::os::unix::fs::PermissionsExt;

use crate::support::*;

/// Runs a script whose state directory is a small disk of its own, `$STOA` being the binary.
/// `None` where mounting is not allowed.
fn on_a_small_disk(world: &World, script: &str) -> Option<String> {
    std::fs::create_dir(world.state()).expect("a fresh directory");
    let mount = "mount -t tmpfs -o size=256k,mode=700 tmpfs .stoa || exit 99\n";
    let command = world.stoa(&[]);
    let output = std::process::Command::new("unshare")
        .args(["--mount", "/bin/sh", "-c", &format!("{mount}{script}")])
        .envs(
            command
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .env("STOA", binary())
        .current_dir(&world.root)
        .output();
    let output = output.ok()?;
    if output.status.code() == Some(99) || output.status.code() == Some(1) {
        eprintln!(
            "cannot mount here: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        return None;
    }
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    Some(text)
}

#[test]
fn a_full_disk_is_said_and_loses_nothing() {
    let world = World::new();
    let script = r#"
        $STOA register --name a > /dev/null
        i=0
        while [ $i -lt 200 ]; do
            i=$((i+1))
            $STOA claim task/T$i --session a > /dev/null || { echo "code=$?"; break; }
        done
        echo "granted=$((i-1))"
        echo "left=$($STOA claims --session a | grep -c 'held by a')"
        $STOA --once > /dev/null; echo "once=$?"
        exit 0
    "#;
    let Some(text) = on_a_small_disk(&world, script) else {
        return;
    };
    assert!(text.contains("code=3"), "{text}");
    assert!(text.contains("the disk is full"), "{text}");
    assert!(text.contains("once=0"), "{text}");
    let number = |name: &str| -> Option<u32> {
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        line.parse().ok()
    };
    assert_eq!(number("granted="), number("left="), "{text}");
}

#[test]
fn a_read_only_disk_can_be_read_and_says_why_it_cannot_be_written() {
    let world = World::new();
    let script = r#"
        $STOA register --name a > /dev/null
        $STOA claim task/T1 --session a > /dev/null
        mount -o remount,ro .stoa || exit 99
        $STOA claim task/T2 --session a; echo "claim=$?"
        $STOA claims; echo "claims=$?"
        $STOA --once > /dev/null; echo "once=$?"
        exit 0
    "#;
    let Some(text) = on_a_small_disk(&world, script) else {
        return;
    };
    assert!(text.contains("claim=3"), "{text}");
    assert!(text.contains("read-only"), "{text}");
    assert!(text.contains("task/T1 held by a"), "{text}");
    assert!(
        text.contains("claims=0") && text.contains("once=0"),
        "{text}"
    );
}

#[test]
fn a_socket_directory_open_to_others_is_made_private() {
    let world = World::new();
    let run = world.config().with_file_name("run");
    let dir = run.join("stoa");
    std::fs::create_dir(&dir).expect("a fresh directory");
    std::fs::set_permissions(&dir, std::fs::Permissions::from_mode(0o755)).expect("ours");
    let terminal = world.ready(80, 24);
    let mode = std::fs::metadata(&dir)
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o700);
    let state = std::fs::metadata(world.state()).expect("it is there");
    assert_eq!(state.permissions().mode() & 0o777, 0o700);
    drop(terminal);
}

#[test]
fn a_link_in_place_of_the_socket_directory_is_not_followed() {
    let world = World::new();
    let run = world.config().with_file_name("run");
    let elsewhere = run.with_file_name("elsewhere");
    std::fs::create_dir(&elsewhere).expect("a fresh directory");
    std::os::unix::fs::symlink(&elsewhere, run.join("stoa")).expect("a fresh link");
    let terminal = world.ready(80, 24);
    let found = std::fs::read_dir(&elsewhere).expect("it is there").count();
    assert_eq!(found, 0, "nothing is put where the link leads");
    drop(terminal);
}
