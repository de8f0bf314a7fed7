//! What an attached terminal brings with it: its size and the variables of its login.

use crate::support::{World, last_line, line};

#[test]
fn new_panes_get_the_variables_of_the_terminal_that_attached_last() {
    let world = World::plain();
    let agent = |socket| ("SSH_AUTH_SOCK", socket);
    let first = world.terminal_with(100, 24, &[], &[agent("/first"), ("OTHER", "a")]);
    first.wait("a shell", |screen| line(screen, 0).starts_with('$'));
    let mut second = world.terminal_with(100, 24, &[], &[agent("/it\'s two"), ("OTHER", "b")]);
    second.wait("a shell", |screen| line(screen, 0).starts_with('$'));
    // A pane made by key, one by a stale shell in a pane, one by a shell outside.
    second.chord("c");
    second.wait("a tab", |screen| last_line(screen).contains("1:sh"));
    second.send("echo \"<$SSH_AUTH_SOCK $OTHER>\"\r");
    second.wait_row_ending("</it\'s two a>");
    second.send("stoa show-environment -s SSH_AUTH_SOCK\r");
    second.wait_row_ending("export SSH_AUTH_SOCK=\'/it\'\\\'\'s two\';");
    // Who has none takes it away; who detaches changes nothing.
    let third = world.attach(100, 24);
    third.wait("the tab", |screen| last_line(screen).contains("1:sh"));
    assert_eq!(world.ok(&["show-environment"]), "-SSH_AUTH_SOCK\n");
    world.ok(&["new-tab", "-n", "bare", "echo \"<$SSH_AUTH_SOCK>\"; cat"]);
    world.ok(&["wait", "-t", "%2", "--until", "text ^<>"]);
}

#[test]
fn a_fixed_size_holds_whatever_is_attached() {
    let world = World::plain();
    let terminal = world.ready(100, 24);
    let size = |world: &World| {
        let format = "#{pane_width}x#{pane_height}";
        world.ok(&["display-message", "-p", "-t", "%0", format])
    };
    assert_eq!(size(&world), "100x23\n");
    world.ok(&["resize-window", "-x", "50"]);
    assert_eq!(size(&world), "50x23\n");
    world.ok(&["resize-window", "-x", "200", "-y", "50"]);
    let other = world.ready(120, 30);
    assert_eq!(size(&world), "200x50\n");
    world.ok(&["run", "--right", "--name", "half", "cat"]);
    let half = ["display-message", "-p", "-t", "half", "#{pane_width}"];
    world.until(&half, |width| width == "99\n" || width == "100\n");
    drop(other);
    world.ok(&["close-pane", "-t", "half"]);
    world.ok(&["resize-window", "--automatic"]);
    world.until(
        &["display-message", "-p", "-t", "%0", "#{pane_width}"],
        |w| w == "100\n",
    );
    for args in [&["resize-window"][..], &["resize-window", "-x", "0"]] {
        assert_eq!(world.fails(args).0, 2, "{args:?}");
    }
    drop(terminal);
}

#[test]
fn sizes_may_be_set_once_and_for_all() {
    let world = World::new();
    world.configure("window-size = \"manual\"\ndefault-size = \"60x10\"\n[panel]\nopen = false\n");
    let mut terminal = world.ready(100, 24);
    terminal.send("stty size\r");
    terminal.wait_text("10 60");
}
