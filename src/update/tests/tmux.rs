//! tmux's words and ways of naming panes and tabs.

use super::*;

/// Three tabs called a, b and c, the last of them shown.
fn three() -> Desk {
    let mut desk = Desk::new();
    desk.prompt(A, "rename-tab a ; new-tab -n b ; new-tab -n c");
    desk
}

fn names(desk: &Desk) -> String {
    let names = desk.state.tabs.iter();
    names.filter_map(|tab| tab.name.clone()).collect()
}

#[test]
fn tabs_are_named_by_where_they_are() {
    let mut desk = three();
    let mut check = |target: &str, expected: &str| {
        desk.prompt(A, "select-window -t 1");
        desk.prompt(A, &format!("select-window -t '{target}'"));
        let tab = desk.state.tab(desk.state.views[&A].tab);
        let name = tab.and_then(|tab| tab.name.clone());
        assert_eq!(name.as_deref(), Some(expected), "{target}");
    };
    check(":2", "c");
    check("demo:0", "a");
    check("{end}", "c");
    check(":{start}", "a");
    check("{last}", "a");
    check("{next}", "c");
    check("{previous}", "a");
    check("0.0", "a");
}

#[test]
fn a_tab_stands_for_its_active_pane() {
    let mut desk = three();
    let mut check = |target: &str, expected: u32| {
        desk.prompt(A, &format!("send-keys -t '{target}' x"));
        assert_eq!(desk.written(expected), b"x", "{target}");
    };
    check("b", 1);
    check(":0", 0);
    check("{end}", 2);
    desk.prompt(
        A,
        "split-pane ; split-pane ; focus-pane -t %2 ; focus-pane -t %4",
    );
    desk.prompt(A, "send-keys -t {last} x");
    assert_eq!(desk.written(2), b"x");
    desk.prompt(A, "send-keys -t nowhere x");
    assert!(desk.message(A).contains("nowhere"), "{}", desk.message(A));
}

/// A tab called editor with a pane at the left and two at the right, the lower one focused; and tabs
/// called edge and logs.
fn editor() -> Desk {
    let mut desk = Desk::new();
    desk.prompt(A, "rename-tab editor ; split-pane -h ; split-pane -v");
    desk.prompt(A, "new-tab -n edge ; new-tab -n logs ; focus-tab 0");
    desk
}

/// The pane that a target means, or why it means none.
fn meant(desk: &mut Desk, target: &str) -> Result<String, String> {
    desk.outside(&format!("display-message -p -t '{target}' '#{{pane_id}}'"));
    desk.answer().map(str::to_owned).map_err(str::to_owned)
}

/// Each as tmux 3.3a has it.
#[test]
fn panes_are_named_by_where_they_lie() {
    let mut desk = editor();
    for (target, expected) in [
        ("{top-left}", "%0"),
        ("{bottom-left}", "%0"),
        ("{top-right}", "%1"),
        ("{bottom-right}", "%2"),
        ("{left}", "%0"),
        ("{right}", "%1"),
        ("{top}", "%0"),
        ("{bottom}", "%0"),
        ("{next}", "%0"),
        ("+", "%0"),
        ("{previous}", "%1"),
        ("-", "%1"),
        ("+2", "%1"),
        ("{up-of}", "%1"),
        ("{down-of}", "%1"),
        ("{left-of}", "%0"),
        (":.+", "%0"),
        ("1.-", "%3"),
        ("demo:.{top-left}", "%0"),
        (":+", "%3"),
        ("+.0", "%3"),
        ("logs.{top}", "%4"),
        ("{active}", "%2"),
        ("!", "%1"),
    ] {
        assert_eq!(
            meant(&mut desk, target).as_deref(),
            Ok(expected),
            "{target}"
        );
    }
}

#[test]
fn tabs_are_named_by_the_start_of_their_names_and_by_patterns() {
    let mut desk = editor();
    for (target, expected) in [
        ("editor", "%2"),
        ("=editor", "%2"),
        ("edi", "%2"),
        ("l*", "%4"),
        ("*ge", "%3"),
        ("lo.0", "%4"),
        ("demo", "%2"),
        ("demo:", "%2"),
        ("$0", "%2"),
        ("dem:edge", "%3"),
        ("=demo:=edge", "%3"),
    ] {
        assert_eq!(
            meant(&mut desk, target).as_deref(),
            Ok(expected),
            "{target}"
        );
        desk.outside(&format!("select-window -t '{target}'"));
        assert!(desk.answer().is_ok(), "{target}: {:?}", desk.answer());
        desk.prompt(A, "focus-tab 0");
    }
    for (target, why) in [
        ("ed", "\"ed\" may be any of 2 tabs"),
        ("ed*", "\"ed*\" may be any of 2 tabs"),
        ("ed.0", "\"ed\" may be any of 2 tabs"),
        ("=edi", "no pane \"=edi\""),
        ("other:0", "no session \"other\""),
        ("=dem:0", "no session \"=dem\""),
        ("1.4", "no pane \"1.4\""),
        ("{mouse}", "a command does not know where the mouse is"),
        ("=", "a command does not know where the mouse is"),
        ("~", "no pane is marked"),
    ] {
        assert_eq!(meant(&mut desk, target), Err(why.to_owned()), "{target}");
    }
    // A tab's whole name goes before the start of another's, and before a session's name.
    desk.prompt(A, "rename-tab -t 1 edit ; rename-tab -t 2 demo");
    assert_eq!(meant(&mut desk, "edit").as_deref(), Ok("%3"));
    assert_eq!(meant(&mut desk, "demo").as_deref(), Ok("%4"));
    desk.prompt(A, "mark-pane -t %1");
    assert_eq!(meant(&mut desk, "~").as_deref(), Ok("%1"));
    assert_eq!(meant(&mut desk, "{marked}").as_deref(), Ok("%1"));
}

/// What is joined keeps the blanks at its end that have looks, as what is asked to keep them does.
#[test]
fn captured_lines_are_joined_as_in_tmux() {
    let mut desk = Desk::new();
    let pane = desk.state.panes.get_mut(&PaneId(0)).expect("a pane");
    let long = "x".repeat(125);
    pane.screen
        .feed(format!("cd   \x1b[41m  \x1b[m\r\n{long}").as_bytes());
    let (head, tail) = long.split_at(120);
    let apart = |first: &str| format!("{first}\n{head}\n{tail}");
    for (flags, expected) in [
        ("", apart("cd")),
        ("-T", apart("cd")),
        ("-N", apart("cd     ")),
        ("-J", format!("cd     \n{long}")),
        ("-JT", format!("cd     \n{long}")),
    ] {
        desk.outside(&format!("capture-pane -p {flags} -t %0"));
        assert_eq!(desk.answer(), Ok(expected.as_str()), "{flags}");
    }
}

#[test]
fn tabs_change_places() {
    let mut desk = three();
    desk.prompt(A, "swap-window -s a -t {end}");
    assert_eq!(names(&desk), "cba");
    desk.prompt(A, "move-window -s b -t :0");
    assert_eq!(names(&desk), "bca");
    desk.prompt(A, "kill-window -a -t c");
    assert_eq!(names(&desk), "c");
}

#[test]
fn the_last_pane_gets_the_focus_back() {
    let mut desk = Desk::new();
    desk.prompt(A, "split-pane ; split-pane ; focus-pane -t %0");
    desk.prompt(A, "last-pane");
    assert_eq!(desk.focused(A), 2);
}

/// A format with a line's own variables knows the rest of the world all the same.
#[test]
fn formats_of_lists_and_hooks_go_through_tabs_and_know_the_time() {
    let mut desk = three();
    desk.state.zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(2));
    desk.state.journal.life = 0;
    desk.outside("set-buffer -b note text");
    desk.outside("list-buffers -F '#{buffer_name}#{W: #{window_index}} #{t/f/%H:start_time}'");
    assert_eq!(desk.answer(), Ok("note 0 1 2 02"));
    desk.outside("list-buffers -F '#{W:#{P:#{buffer_name}#{pane_id} }}'");
    assert_eq!(desk.answer(), Ok("note%0 note%1 note%2 "));
}

#[test]
fn history_is_forgotten() {
    let mut desk = Desk::new();
    let pane = desk.state.panes.get_mut(&PaneId(0)).expect("a pane");
    pane.screen.feed("line\r\n".repeat(100).as_bytes());
    assert!(pane.screen.history_len() > 0);
    desk.prompt(A, "clear-history");
    assert_eq!(desk.state.panes[&PaneId(0)].screen.history_len(), 0);
}

#[test]
fn keys_are_bound_while_the_server_runs() {
    let mut desk = Desk::new();
    desk.prompt(A, "bind-key e 'new-tab -n two ; rename-pane low'");
    desk.press(A, "C-b e");
    assert_eq!(desk.state.tabs[1].name.as_deref(), Some("two"));
    assert_eq!(desk.state.panes[&PaneId(1)].name.as_deref(), Some("low"));
    desk.prompt(A, "bind -n -N 'Once more' M-x rename-tab \"a b\"");
    desk.press(A, "M-x");
    assert_eq!(desk.state.tabs[1].name.as_deref(), Some("a b"));
    desk.outside("list-keys");
    let listed = desk.answer().expect("keys").to_owned();
    assert!(listed.contains("Once more"), "{listed}");
    // What the files say now does not undo it.
    desk.event(Event::Reloaded {
        loaded: Box::new(load::load(None, &|_| Ok(()))),
        reply: ReplyTo::Nobody,
    });
    desk.press(A, "C-b e");
    assert_eq!(desk.state.tabs.len(), 3);
    desk.prompt(A, "unbind-key e ; unbind -n M-x ; set -g prefix C-a");
    desk.press(A, "C-a e M-x");
    assert_eq!(desk.state.tabs.len(), 3);
    desk.press(A, "C-a c");
    assert_eq!(desk.state.tabs.len(), 4);
    for bad in [
        "bind-key C-nope new-tab",
        "bind-key e spilt-pane",
        "bind-key -T moon e new-tab",
        "unbind-key e",
    ] {
        desk.outside(bad);
        assert!(desk.answer().is_err(), "{bad}");
    }
    desk.outside("unbind-key -q e");
    assert_eq!(desk.answer(), Ok(""));
    desk.outside("unbind-key -a");
    desk.press(A, "C-a c");
    assert_eq!(desk.state.tabs.len(), 4, "nothing is bound to it any more");
}

#[test]
fn options_that_are_settings_count() {
    let mut desk = Desk::new();
    for (line, name, value) in [
        ("set -g mouse off", "mouse", "off"),
        ("set-option -g mouse", "mouse", "on"),
        ("setw -g mode-keys emacs", "mode-keys", "emacs"),
        ("set -g history-limit 1234", "history-limit", "1234"),
        ("set -u -g mode-keys", "mode-keys", "vi"),
        ("set -g status-style bg=red", "status-style", "bg=red"),
    ] {
        desk.outside(line);
        assert_eq!(desk.answer(), Ok(""), "{line}");
        desk.outside(&format!("show-options -gv {name}"));
        assert_eq!(desk.answer(), Ok(value), "{line}");
    }
    assert_eq!(desk.state.config.settings.history_lines, 1234);
    desk.outside("set -g mouse perhaps");
    assert_eq!(desk.answer(), Err("mouse is on or off, not \"perhaps\""));
}

#[test]
fn hooks_are_set_while_the_server_runs() {
    let mut desk = Desk::new();
    desk.outside("set-hook -g after-new-window 'set-option @opened #{hook_tab}'");
    desk.outside("set-hook -a tab-opened set-option @again yes");
    desk.outside("show-hooks");
    let shown = desk.answer().expect("hooks").to_owned();
    assert_eq!(shown.lines().count(), 2, "{shown}");
    desk.prompt(A, "new-tab");
    let tab = desk.state.tabs[1].id.to_string();
    assert_eq!(desk.state.options["@opened"], tab);
    assert_eq!(desk.state.options["@again"], "yes");
    desk.outside("set-hook -g tab-opened[1] 'set-option @more yes'");
    desk.outside("set-hook -gu tab-opened[0]");
    desk.outside("show-hooks");
    assert_eq!(desk.answer().map(|shown| shown.lines().count()), Ok(2));
    desk.outside("set-hook -gu tab-opened[7]");
    assert!(desk.answer().is_err());
    desk.outside("set-hook -gu after-new-window");
    desk.prompt(A, "new-tab");
    assert_eq!(desk.state.options["@opened"], tab);
    desk.outside("set-hook no-such-event new-tab");
    assert!(desk.answer().is_err());
}
