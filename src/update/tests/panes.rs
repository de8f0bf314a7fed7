//! Panes and tabs: splitting, closing, exiting, the mouse.

use super::*;
use crate::coord::snapshot::SessionInfo;
use crate::model::pane::PaneLife;
use crate::pty::ExitStatus;

#[test]
fn splitting_halves_and_focuses() {
    let mut desk = Desk::new();
    desk.press(A, "C-b %");
    assert_eq!(desk.focused(A), 1);
    let (left, right) = (desk.size(0).0, desk.size(1).0);
    assert_eq!(left + right + 1, 120);
    assert!(left.abs_diff(right) <= 1);
    desk.press(A, "C-b \"");
    assert_eq!(desk.size(1).1 + desk.size(2).1 + 1, 30);
}

#[test]
fn no_room_is_said() {
    let mut desk = Desk::empty();
    desk.attach(A, 4, 3);
    for _ in 0..3 {
        desk.press(A, "C-b %");
    }
    assert!(desk.message(A).contains("no room"), "{}", desk.message(A));
}

#[test]
fn focus_moves_by_direction_order_and_memory() {
    let mut desk = Desk::new();
    desk.press(A, "C-b % C-b \"");
    for (keys, pane) in [
        ("C-b Up", 1),
        ("C-b Left", 0),
        ("C-b Right", 1),
        ("C-b o", 2),
        ("C-b ;", 1),
        ("C-b q 0", 0),
    ] {
        desk.press(A, keys);
        assert_eq!(desk.focused(A), pane, "{keys}");
    }
}

#[test]
fn a_click_focuses_and_a_drag_moves_the_border() {
    let mut desk = Desk::new();
    desk.press(A, "C-b %");
    desk.click(A, 3, 3);
    assert_eq!(desk.focused(A), 0);
    let border = desk.size(0).0;
    desk.mouse(A, MouseKind::Press(Button::Left), border, 5);
    desk.mouse(A, MouseKind::Drag(Button::Left), border + 10, 5);
    desk.mouse(A, MouseKind::Release(Button::Left), border + 10, 5);
    assert_eq!(desk.size(0).0, border + 10);
    assert!(desk.state.views[&A].drag.is_none());
}

#[test]
fn the_mouse_belongs_to_a_program_that_asks() {
    let mut desk = Desk::new();
    let pane = desk.state.panes.get_mut(&PaneId(0)).expect("a pane");
    pane.screen.feed(b"\x1b[?1000h\x1b[?1006h");
    desk.mouse(A, MouseKind::Press(Button::Left), 4, 2);
    assert_eq!(desk.written(0), b"\x1b[<0;5;3M");
}

#[test]
fn a_failed_program_stays_and_starts_again() {
    let mut desk = Desk::new();
    desk.prompt(A, "split-pane false x");
    let pane = PaneId(1);
    let status = ExitStatus::Code(3);
    desk.event(Event::Exited { pane, status });
    assert!(matches!(
        desk.state.panes[&pane].life,
        PaneLife::Exited { code: 3, .. }
    ));
    let before = desk.state.panes[&pane].session.clone();
    desk.press(A, "C-b R");
    let started = |effect: &Effect| matches!(effect, Effect::Start { pane: id, .. } if *id == pane);
    assert!(desk.effects.iter().any(started), "{:?}", desk.effects);
    assert_ne!(desk.state.panes[&pane].session, before, "a new session");
}

/// What a program's output goes to ends with it, so the pane says so, and `-o` begins anew.
#[test]
fn a_pipe_ends_with_the_program() {
    let mut desk = Desk::new();
    desk.prompt(A, "split-pane false x");
    let pane = PaneId(1);
    let piped = |desk: &Desk| desk.state.panes[&pane].piped;
    desk.outside("pipe-pane -t %1 'cat > log'");
    assert!(piped(&desk));
    let status = ExitStatus::Code(3);
    desk.event(Event::Exited { pane, status });
    assert!(!piped(&desk), "it has ended");
    desk.outside("pipe-pane -t %1 'cat > log'");
    assert_eq!(desk.answer(), Err("the program in pane %1 has ended"));
    assert!(!piped(&desk));
    desk.outside("restart-pane -t %1");
    desk.outside("pipe-pane -o -t %1 'cat > log'");
    assert!(piped(&desk), "nothing was passed on before");
    desk.outside("restart-pane -k -t %1");
    assert!(!piped(&desk), "that took the terminal away as well");
}

#[test]
fn a_shell_that_is_left_closes_whatever_its_last_command_said() {
    let mut desk = Desk::new();
    desk.press(A, "C-b %");
    desk.write(A, "false");
    let (pane, status) = (PaneId(1), ExitStatus::Code(1));
    desk.event(Event::Exited { pane, status });
    assert_eq!(desk.state.panes.len(), 1);
    assert_eq!(desk.focused(A), 0);
    let ended = |effect: &Effect| matches!(effect, Effect::EndSession { .. });
    assert!(desk.effects.iter().any(ended), "its claims are free");
}

/// A shell, or a `default-command`, that ends before anybody typed could not begin.
#[test]
fn a_shell_that_could_not_begin_stays_and_says_so() {
    let mut desk = Desk::new();
    let (pane, status) = (PaneId(0), ExitStatus::Code(127));
    desk.event(Event::Exited { pane, status });
    let life = &desk.state.panes[&pane].life;
    assert!(
        matches!(life, PaneLife::Exited { code: 127, .. }),
        "{life:?}"
    );
    desk.press(A, "C-b R");
    assert!(!desk.state.panes[&pane].exited());
    let status = ExitStatus::Code(0);
    desk.event(Event::Exited { pane, status });
    assert!(desk.state.panes.is_empty(), "it just ended");
}

#[test]
fn with_the_last_pane_everything_ends() {
    let mut desk = Desk::new();
    let (pane, status) = (PaneId(0), ExitStatus::Code(0));
    desk.event(Event::Exited { pane, status });
    let ends = |effect: &Effect| matches!(effect, Effect::Shutdown);
    assert!(desk.effects.iter().any(ends));
}

#[test]
fn tabs_open_turn_move_and_close() {
    let mut desk = Desk::new();
    desk.press(A, "C-b c C-b c");
    assert_eq!(desk.state.tabs.len(), 3);
    for (keys, tab) in [
        ("C-b 0", 0),
        ("C-b l", 2),
        ("C-b p", 1),
        ("C-b n", 2),
        ("C-b n", 0),
    ] {
        desk.press(A, keys);
        assert_eq!(desk.state.views[&A].tab.0, tab, "{keys}");
    }
    desk.prompt(A, "move-tab 2");
    let order: Vec<u32> = desk.state.tabs.iter().map(|tab| tab.id.0).collect();
    assert_eq!(order, [1, 2, 0]);
    desk.press(A, "C-b & y");
    assert_eq!(desk.state.tabs.len(), 2);
    assert!(desk.state.tab(desk.state.views[&A].tab).is_some());
}

#[test]
fn breaking_out_moves_the_pane_to_a_tab_of_its_own() {
    let mut desk = Desk::new();
    desk.press(A, "C-b % C-b !");
    assert_eq!(desk.state.tabs.len(), 2);
    assert_eq!(desk.focused(A), 1);
    assert_eq!(desk.size(1), (120, 30));
}

/// A bell rings at every terminal, seen or not, marks the tab where it was not seen, and can be told in a
/// line instead.
#[test]
fn bells_ring_mark_and_are_told_as_set() {
    use crate::config::settings::{BellAction, VisualBell};
    let rings = |bell_action, visual_bell, monitor_bell| {
        let mut desk = Desk::new();
        let mut loaded = crate::config::load::load(None, &|_| Ok(()));
        loaded.settings.bell_action = bell_action;
        loaded.settings.visual_bell = visual_bell;
        loaded.settings.monitor_bell = monitor_bell;
        desk.state.config = std::sync::Arc::new(loaded);
        desk.press(A, "C-b c");
        let hidden = PaneId(0);
        if let Some(pane) = desk.state.panes.get_mut(&hidden) {
            pane.screen.feed(b"\x07");
        }
        desk.effects.clear();
        desk.event(Event::Output { pane: hidden });
        let bells = desk.effects.iter();
        let rang = bells.filter(|effect| matches!(effect, Effect::Bell { .. }));
        let told = desk.state.views[&A].message.is_some();
        (rang.count(), told, desk.state.panes[&hidden].bell)
    };
    let (any, off) = (BellAction::Any, VisualBell::Off);
    assert_eq!(rings(any, off, true), (1, false, true));
    assert_eq!(rings(BellAction::Other, off, true), (1, false, true));
    assert_eq!(rings(BellAction::Current, off, true), (0, false, true));
    assert_eq!(
        rings(BellAction::None, VisualBell::Both, true),
        (0, false, true)
    );
    assert_eq!(rings(any, VisualBell::On, true), (0, true, true));
    assert_eq!(rings(any, VisualBell::Both, false), (1, true, false));
}

/// A start directory may be a format, about the pane that the new one comes beside.
#[test]
fn a_start_directory_may_be_a_format() {
    let mut desk = Desk::new();
    let (pane, path) = (PaneId(0), PathBuf::from("/srv/here"));
    desk.event(Event::Directory { pane, path });
    let started = |desk: &Desk| {
        let starts = desk.effects.iter().find_map(|effect| match effect {
            Effect::Start { launch, .. } => Some(launch.cwd.clone()),
            _ => None,
        });
        starts.expect("a program starts")
    };
    for line in [
        "split-window -h -c '#{pane_current_path}'",
        "new-pane -t %0 -c '#{pane_current_path}'",
        "new-window -a -c '#{pane_current_path}'",
        "display-popup -t %0 -d '#{pane_current_path}' top -b",
        "restart-pane -k -t %0 -c '#{pane_current_path}'",
    ] {
        desk.prompt(A, "focus-pane -t %0");
        desk.prompt(A, line);
        assert_eq!(started(&desk), PathBuf::from("/srv/here"), "{line}");
    }
    for plain in ["a#b", "c#S", "a##b"] {
        desk.prompt(A, "focus-pane -t %0");
        desk.prompt(A, &format!("split-window -c '{plain}'"));
        assert_eq!(started(&desk), PathBuf::from("/srv/here").join(plain));
    }
}

/// What a program says of its directory is not looked for here: it may be on another machine.
#[test]
fn the_systems_word_on_directories_counts() {
    let mut desk = Desk::new();
    let feed = |desk: &mut Desk, text: &[u8]| {
        let pane = desk.state.panes.get_mut(&PaneId(0)).expect("a pane");
        pane.screen.feed(text);
        desk.event(Event::Output { pane: PaneId(0) });
    };
    let directory = |desk: &Desk| desk.state.panes[&PaneId(0)].directory().to_owned();
    feed(&mut desk, b"\x1b]7;file://far/said\x07");
    assert_eq!(directory(&desk), PathBuf::from("/said"));
    let (pane, path) = (PaneId(0), PathBuf::from("/srv/here"));
    desk.event(Event::Directory { pane, path });
    feed(&mut desk, b"\x1b]7;file://far/elsewhere\x07");
    assert_eq!(directory(&desk), PathBuf::from("/srv/here"));
    desk.outside("display-message -p '#{pane_path} #{pane_current_path}'");
    assert_eq!(desk.answer(), Ok("/elsewhere /srv/here"));
}

/// A shell that somebody's buffer ended was not one that could not begin.
#[test]
fn what_is_pasted_counts_as_typed() {
    for line in ["paste-buffer", "send-prefix", "send-keys x"] {
        let mut desk = Desk::new();
        desk.prompt(A, "set-buffer exit");
        assert!(!desk.state.panes[&PaneId(0)].touched);
        desk.prompt(A, line);
        assert!(desk.state.panes[&PaneId(0)].touched, "{line}");
    }
}

#[test]
fn what_the_store_refused_is_tried_again_when_something_happens() {
    let mut desk = Desk::new();
    let tried = |desk: &Desk| {
        let tries = desk.effects.iter();
        tries
            .filter(|effect| matches!(effect, Effect::TryAgain))
            .count()
    };
    desk.event(Event::Late(true));
    desk.press(A, "x");
    assert_eq!(tried(&desk), 0, "not at once");
    assert_eq!(timer::next(&desk.state), None, "nothing waits for it");
    desk.state.now_ms += 5_000;
    desk.event(Event::StoreTrouble("full".to_owned()));
    assert_eq!(tried(&desk), 0, "a failure is no occasion");
    desk.press(A, "x");
    assert_eq!(tried(&desk), 1);
    desk.press(A, "x");
    assert_eq!(tried(&desk), 0, "once for a while");
    desk.event(Event::Late(false));
    desk.state.now_ms += 5_000;
    desk.press(A, "x");
    assert_eq!(tried(&desk), 0, "all are registered");
}

/// A store that was removed takes the sessions of panes with it, and not those panes.
#[test]
fn a_session_that_went_with_its_store_is_registered_again() {
    let mut desk = Desk::new();
    desk.press(A, "C-b %");
    let panes = desk.state.panes.values();
    let ids: Vec<String> = panes.map(|pane| pane.session.clone()).collect();
    let empty = (*desk.state.snapshot).clone();
    let with = |ids: &[String]| {
        let mut snapshot = empty.clone();
        snapshot.sessions = ids
            .iter()
            .map(|id| SessionInfo {
                id: id.clone(),
                number: 7,
                ..SessionInfo::sample("Forge")
            })
            .collect();
        Event::Snapshot(Arc::new(snapshot))
    };
    let (none, first, all) = (with(&[]), with(&ids[..1]), with(&ids));
    let again = |desk: &Desk| -> Vec<(PaneId, String, u32)> {
        let effects = desk.effects.iter();
        effects
            .filter_map(|effect| match effect {
                Effect::RegisterAgain { pane, name, number } => {
                    Some((*pane, name.clone(), *number))
                }
                _ => None,
            })
            .collect()
    };
    // As long as they are not registered yet there is nothing to do again.
    desk.event(none);
    desk.event(first);
    assert_eq!(again(&desk), []);
    desk.event(all);
    desk.event(with(&ids[..1]));
    assert_eq!(again(&desk), [(PaneId(1), "Forge".to_owned(), 7)]);
    desk.event(with(&ids[..1]));
    assert_eq!(again(&desk), [], "once");
}
