//! Attaching on another machine: what ssh is asked to do, and what is said when it cannot.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use crate::support::{Terminal, World, binary, last_line, line};

/// Stands for ssh: notes its arguments and runs the command in the home directory, on this terminal.
/// One host cannot be reached, one has no stoa.
const SSH: &str = r#"#!/bin/sh
printf '%s\n' "$@" > "$HOME/asked"
while [ "$1" != -- ]; do shift; done
host=$2
shift 2
cd "$HOME" || exit 1
case $host in
  gone) echo "ssh: no route" >&2; exit 255 ;;
  bare) PATH=/usr/bin:/bin ;;
esac
exec /bin/sh -c "$*"
"#;

struct Far {
    world: World,
    home: PathBuf,
    path: String,
}

fn far() -> Far {
    let world = World::plain();
    let dir = world.root.parent().expect("it has one").to_owned();
    let bin = dir.join("bin");
    std::fs::create_dir(&bin).expect("our own directory");
    std::fs::write(bin.join("ssh"), SSH).expect("our own directory");
    let executable = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(bin.join("ssh"), executable).expect("our own file");
    let own = binary().parent().expect("it is in a directory");
    Far {
        world,
        home: dir.join("home"),
        path: format!("{}:{}:/usr/bin:/bin", bin.display(), own.display()),
    }
}

impl Far {
    fn attach(&self, place: &str) -> Terminal {
        self.attach_from(place, &[])
    }

    fn attach_from(&self, place: &str, env: &[(&str, &str)]) -> Terminal {
        let mut all = vec![("PATH", self.path.as_str())];
        all.extend(env);
        self.world.terminal_with(100, 24, &["attach", place], &all)
    }
}

#[test]
fn a_workspace_there_is_attached_and_left() {
    let far = far();
    let odd = "it's $(touch hit) here";
    std::fs::create_dir(far.home.join(odd)).expect("our own directory");
    let mut terminal = far.attach_from(&format!("ssh:me@box:{odd}"), &[("COLORTERM", "24'bit")]);
    terminal.wait("a shell", |screen| line(screen, 0).starts_with('$'));
    terminal.send("pwd; echo \"$STOA_ROOT\" | wc -l\r");
    terminal.wait_row_ending(odd);
    let asked = std::fs::read_to_string(far.home.join("asked")).expect("it was asked");
    assert!(
        asked.contains("-t\n") && asked.contains("--\nme@box\n"),
        "{asked}"
    );
    assert!(asked.contains("ServerAliveInterval=15\n"), "{asked}");
    assert!(!far.home.join("hit").exists() && !far.home.join(odd).join("hit").exists());
    terminal.chord("d");
    assert_eq!(terminal.wait_exit(), 0);
    terminal.wait_text("detached from it's");
    // It goes on there, and the same words come back to it.
    let mut terminal = far.attach(&format!("ssh:me@box:{odd}"));
    terminal.wait_row_ending(odd);
    terminal.send("\x15exit\r");
    assert_eq!(terminal.wait_exit(), 0);
}

#[test]
fn what_is_in_the_way_is_said() {
    let far = far();
    let check = |place: &str, code: u32, said: &[&str]| {
        let mut terminal = far.attach(place);
        assert_eq!(terminal.wait_exit(), code, "{place}");
        terminal.wait_closed();
        let text: String = terminal.text().split_whitespace().collect();
        for said in said {
            let said: String = said.split_whitespace().collect();
            assert!(text.contains(&said), "{place}: {}", terminal.text());
        }
    };
    check(
        "ssh:box:nowhere",
        1,
        &["there is no directory nowhere on box"],
    );
    check("ssh:gone", 3, &["ssh: no route", "ssh does not reach gone"]);
    check(
        "ssh:bare",
        3,
        &["there is no stoa on bare", "copy this program there"],
    );
    check(
        "ssh:-oProxyCommand=touch",
        2,
        &["a host or a user that cannot be one"],
    );
    check("elsewhere", 2, &["ssh:[user@]host"]);
    // From a script nothing is even connected.
    let (code, _) = far.world.fails(&["attach", "ssh:box"]);
    assert_eq!(code, 2);
    // In a pane it would be one inside another.
    let mut terminal = far.attach_from("ssh:box", &[("STOA_PANE", "%0")]);
    assert_eq!(terminal.wait_exit(), 1);
}

#[test]
fn what_the_other_end_says_counts() {
    let far = far();
    std::fs::create_dir(far.home.join("w")).expect("our own directory");
    let words = ["attach", "--layout", "no such", "ssh:box:w"];
    let path = [("PATH", far.path.as_str())];
    let mut terminal = far.world.terminal_with(100, 24, &words, &path);
    terminal.wait_text("there is no layout");
    assert_eq!(terminal.wait_exit(), 1);
    assert!(!terminal.screen(last_line).contains("workspace"));
}
