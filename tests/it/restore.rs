//! What comes back when the server was killed, and when nothing is to come back.

use std::time::Instant;

use rustix::process::{Pid, Signal, kill_process};

use crate::support::{LIMIT, World, last_line, line, lines, wait_gone};

/// Texts are written at once rather than half a minute later.
const QUICK: &str = "restore-interval = \"1s\"\n[panel]\nopen = false\n";

fn quick(settings: &str) -> World {
    let world = World::new();
    world.configure(&format!("{settings}{QUICK}"));
    world
}

fn end(world: &World, signal: Signal) {
    let server = world.server_pid().expect("a server runs");
    let pid = Pid::from_raw(server as i32).expect("not zero");
    kill_process(pid, signal).expect("it runs");
    wait_gone(server);
}

/// Waits until a file of the restore directory is as wanted.
fn kept(world: &World, file: &str, wanted: impl Fn(&str) -> bool) {
    let path = world.state().join("restore").join(file);
    let deadline = Instant::now() + LIMIT;
    loop {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        if wanted(&text) {
            return;
        }
        assert!(Instant::now() < deadline, "{file} never was: {text}");
        std::thread::yield_now();
    }
}

/// Two tabs; the second, named, has two panes, one of them in a directory of its own running `cat`.
fn busy(world: &World) {
    std::fs::create_dir(world.root.join("sub")).expect("our own directory");
    let mut terminal = world.ready(100, 24);
    terminal.say("before");
    world.ok(&["rename-tab", "first"]);
    world.ok(&["new-tab", "-n", "logs"]);
    world.ok(&["split-pane", "-h", "-n", "side", "-c", "sub"]);
    world.ok(&["resize-pane", "-t", "%2", "-x", "30"]);
    world.ok(&[
        "send-keys",
        "-t",
        "%2",
        "echo so\"\"urce; sleep 98765",
        "Enter",
    ]);
    world.ok(&["wait", "-t", "%2", "--until", "text ^source"]);
    kept(world, "panes.json", |text| {
        text.contains("sleep 98765") && text.contains("\"side\"")
    });
    kept(world, "pane-0.txt", |text| text.contains("before-said"));
    kept(world, "pane-2.txt", |text| text.contains("source"));
}

/// The panes and names of the living sessions.
fn sessions(world: &World) -> Vec<String> {
    let list = world.json(&["sessions"]);
    let list = list["sessions"].as_array().expect("a list").clone();
    let mut names: Vec<String> = list
        .iter()
        .filter(|session| session["life"] == "alive")
        .map(|session| format!("{} {}", session["pane"], session["name"]))
        .collect();
    names.sort();
    names
}

#[test]
fn after_a_crash_everything_is_there_again_and_nothing_runs() {
    let world = quick("");
    busy(&world);
    let before = sessions(&world);
    assert_eq!(before.len(), 3, "{before:?}");
    let place = "#{window_index} #W #{pane_id} #{pane_width} #{pane_name}";
    let listed = world.ok(&["list-panes", "-F", place]);
    end(&world, Signal::KILL);

    let mut terminal = world.attach(100, 24);
    terminal.wait("the tab that was shown", |s| {
        last_line(s).contains("1:logs")
    });
    terminal.wait_text("a new shell follows");
    assert_eq!(world.ok(&["list-panes", "-F", place]), listed);
    // The command stands at the prompt below the old text, and is not run.
    terminal.wait_row_ending("$ sleep 98765");
    let old = world.ok(&["capture-pane", "-p", "-t", "%2", "-S", "-"]);
    let rows: Vec<&str> = old.lines().collect();
    let find = |text: &str| rows.iter().position(|row| row.starts_with(text));
    let (source, marker) = (find("source"), find("── old text"));
    assert!(source.is_some() && source < marker, "{old}");
    let path = world.ok(&["display-message", "-p", "-t", "%2", "#{pane_current_path}"]);
    assert!(path.trim_end().ends_with("/sub"), "{path}");
    let program = world.ok(&[
        "display-message",
        "-p",
        "-t",
        "%2",
        "#{pane_current_command}",
    ]);
    assert_eq!(program, "sh\n");
    let first = world.ok(&["capture-pane", "-p", "-t", "%0", "-S", "-"]);
    assert!(first.contains("before-said"), "{first}");
    world.until(&["sessions"], |_| sessions(&world) == before);
    // The offered line is an ordinary one: C-u deletes it. New ids are new.
    terminal.send("\x15");
    terminal.say("after");
    world.ok(&["new-tab", "-d"]);
    assert!(world.panes().iter().any(|pane| pane["id"] == "%3"));
}

/// A second crash before anybody touched the offered line offers it once more.
#[test]
fn what_was_offered_and_not_taken_is_offered_again() {
    let world = quick("");
    let mut terminal = world.ready(100, 24);
    terminal.send("sleep 4321\r");
    for _ in 0..2 {
        kept(&world, "panes.json", |text| text.contains("sleep 4321"));
        end(&world, Signal::KILL);
        let again = world.attach(100, 24);
        again.wait_row_ending("$ sleep 4321");
    }
}

#[test]
fn what_was_ended_on_purpose_stays_ended() {
    let world = quick("");
    let mut terminal = world.ready(100, 24);
    terminal.say("gone");
    kept(&world, "panes.json", |text| text.contains("\"tabs\""));
    let server = world.server_pid().expect("a server runs");
    world.ok(&["kill-server"]);
    wait_gone(server);
    assert!(!world.state().join("restore").exists());
    let mut terminal = world.ready(100, 24);
    assert!(
        !terminal.text().contains("gone-said"),
        "{}",
        terminal.text()
    );
    kept(&world, "panes.json", |text| text.contains("\"tabs\""));
    let server = world.server_pid().expect("a server runs");
    terminal.send("exit\r");
    wait_gone(server);
    assert!(!world.state().join("restore").exists());
}

/// A machine that shuts down says SIGTERM: what was on screen at that moment is kept.
#[test]
fn a_server_that_goes_down_with_the_machine_keeps_the_last_word() {
    let world = World::plain();
    let mut terminal = world.ready(100, 24);
    terminal.send("printf '\\033[31mred\\033[0m-%s\\n' last\r");
    terminal.wait_row_ending("red-last");
    end(&world, Signal::TERM);
    assert_eq!(terminal.wait_exit(), 0);
    let terminal = world.attach(100, 24);
    terminal.wait_row_ending("red-last");
    let red = terminal.screen(|screen| {
        let row = (0..24).find(|row| line(screen, *row).ends_with("red-last"));
        let cell = row.and_then(|row| screen.cell(row, 0).cloned());
        cell.map(|cell| cell.fgcolor())
    });
    assert_eq!(red, Some(vt100::Color::Idx(1)));
}

#[test]
fn one_may_be_asked() {
    let world = quick("restore = \"ask\"\n");
    busy(&world);
    let named = |text: &str| text.contains("shell-3");
    kept(&world, "panes.json", named);
    let before = sessions(&world);
    end(&world, Signal::KILL);
    let mut terminal = world.attach(100, 24);
    terminal.wait_text("open the 2 tabs and 3 panes of the last server again?");
    assert_eq!(world.panes().len(), 1);
    terminal.send("y");
    terminal.wait("the tabs", |s| last_line(s).contains("logs"));
    world.wait_panes("the panes", |panes| panes.len() == 4);
    // The shell that was there for the question has none of the old names.
    world.until(&["sessions"], |_| {
        let now = sessions(&world);
        now.len() == 4 && now[..3] == before
    });
    let (code, error) = world.fails(&["restore"]);
    assert_eq!(code, 1);
    assert_eq!(error["error"]["kind"], "not-found");
}

/// What cannot be read is not opened, which is said, and it is not lost either.
#[test]
fn damaged_files_are_put_aside_and_told_of() {
    let world = quick("");
    let mut terminal = world.ready(100, 24);
    terminal.say("precious");
    kept(&world, "panes.json", |text| text.contains("\"tabs\""));
    kept(&world, "pane-0.txt", |text| text.contains("precious-said"));
    end(&world, Signal::KILL);
    let path = world.state().join("restore/panes.json");
    let text = std::fs::read_to_string(&path).expect("it is kept");
    std::fs::write(&path, &text[..text.len() / 2]).expect("our own");
    let mut terminal = world.attach(100, 24);
    terminal.wait_text("cannot be opened again");
    terminal.wait_text("restore.damaged");
    terminal.send("q");
    terminal.wait("a shell", |screen| line(screen, 0).starts_with('$'));
    let entries = std::fs::read_dir(world.state()).expect("it is there");
    let aside = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.display().to_string().contains("restore.damaged"))
        .expect("the files are put aside");
    let old = std::fs::read_to_string(aside.join("pane-0.txt")).expect("the old text");
    assert!(old.contains("precious-said"), "{old}");
    kept(&world, "panes.json", |text| text.contains("\"tabs\""));
}

/// What another version wrote is whole: it is put where that version's person finds it.
#[test]
fn files_of_another_version_are_put_aside_and_said_to_be_whole() {
    let world = quick("");
    world.ready(100, 24);
    kept(&world, "panes.json", |text| text.contains("\"tabs\""));
    end(&world, Signal::KILL);
    // A form that this version cannot know.
    let path = world.state().join("restore/panes.json");
    std::fs::write(&path, "{\"version\": 99, \"rooms\": []}").expect("our own");
    let terminal = world.attach(100, 24);
    terminal.wait_text("of version 99");
    terminal.wait_text("restore.of-version-99-");
    terminal.wait_text("stoa kill-server");
}

/// What cannot be put aside is told of and left alone.
#[test]
fn files_that_cannot_be_put_aside_are_told_of() {
    let world = quick("");
    world.ready(100, 24);
    kept(&world, "panes.json", |text| text.contains("\"tabs\""));
    end(&world, Signal::KILL);
    let restore = world.state().join("restore");
    let real = world.root.join("elsewhere");
    std::fs::rename(&restore, &real).expect("our own");
    std::os::unix::fs::symlink(&real, &restore).expect("a link");
    let terminal = world.attach(100, 24);
    terminal.wait_text("cannot be opened again");
    terminal.wait_text("Nor can it be put aside");
    terminal.wait_text("keeps nothing for the next one");
}

#[test]
fn one_may_want_the_layout_alone_or_nothing() {
    let world = World::new();
    world.configure(&format!("restore = \"layout\"\n{QUICK}"));
    let mut terminal = world.ready(100, 24);
    terminal.say("secret");
    terminal.send("sleep 4321\r");
    world.ok(&["rename-tab", "work"]);
    kept(&world, "panes.json", |text| text.contains("\"work\""));
    end(&world, Signal::TERM);
    let saved = std::fs::read_to_string(world.state().join("restore/panes.json"));
    assert!(!saved.expect("it is kept").contains("4321"));
    assert!(!world.state().join("restore/pane-0.txt").exists());
    let terminal = world.ready(100, 24);
    terminal.wait("the tab", |s| last_line(s).contains("0:work"));
    assert!(!terminal.text().contains("secret"));

    world.configure(&format!("restore = \"off\"\n{QUICK}"));
    end(&world, Signal::KILL);
    let terminal = world.ready(100, 24);
    assert!(!last_line_of(&terminal).contains("work*"));
    assert!(!terminal.text().contains("secret"));
}

fn last_line_of(terminal: &crate::support::Terminal) -> String {
    terminal.screen(last_line)
}

/// What stands in the files is never run and never obeyed, whoever wrote it.
#[test]
fn planted_files_do_nothing() {
    let world = quick("");
    let terminal = world.ready(100, 24);
    kept(&world, "panes.json", |text| text.contains("\"tabs\""));
    kept(&world, "pane-0.txt", |text| text.contains('$'));
    end(&world, Signal::KILL);
    drop(terminal);
    let dir = world.state().join("restore");
    let text = std::fs::read_to_string(dir.join("panes.json")).expect("it is kept");
    let planted = text.replace("\"offer\": null", "\"offer\": \"touch planted\\n\"");
    assert_ne!(planted, text);
    let twice = planted.replace("touch planted\\n", "touch planted\\rtouch planted");
    let query = "old\x1b[6n\x1b]52;c;eA==\x07\x1b[?1049hscreen\n";
    std::fs::write(dir.join("panes.json"), twice).expect("our own");
    std::fs::write(dir.join("pane-0.txt"), query).expect("our own");
    let mut terminal = world.attach(100, 24);
    terminal.wait_text("old[6n");
    terminal.wait_text("a new shell follows");
    let asks = |screen: &vt100::Screen| lines(screen).iter().any(|row| row == "$");
    terminal.wait("a prompt", asks);
    terminal.say("still");
    assert!(!world.root.join("planted").exists());
    let row = terminal.find("still-said").1;
    let prompt = terminal.screen(|screen| line(screen, row - 1));
    assert_eq!(prompt, "$ echo \"still\"-said");
    // Damage costs what was kept, not the workspace.
    end(&world, Signal::KILL);
    std::fs::write(dir.join("panes.json"), "{\"version\": 1").expect("our own");
    let _terminal = world.ready(100, 24);
    assert_eq!(world.panes().len(), 1);
}
