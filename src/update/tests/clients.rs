//! Several terminals at once.

use super::*;

#[test]
fn the_first_terminal_starts_the_first_pane() {
    let desk = Desk::new();
    assert_eq!(desk.state.tabs.len(), 1);
    assert_eq!(desk.size(0), (120, 30));
}

#[test]
fn a_small_terminal_shrinks_nobody() {
    let mut desk = Desk::new();
    desk.attach(B, 40, 11);
    assert_eq!(desk.size(0), (120, 30));
    desk.event(Event::Gone { client: A });
    assert_eq!(desk.size(0), (40, 10), "alone it has the pane for itself");
    let told = desk.effects.iter().any(
        |effect| matches!(effect, Effect::ResizePty { size, .. } if *size == Size::new(40, 10)),
    );
    assert!(told, "the program learns its size: {:?}", desk.effects);
}

/// What a layout change does to panes that nobody sees, it does at once.
#[test]
fn hidden_panes_get_their_sizes_when_they_come_to_lie_otherwise() {
    let resized = |desk: &Desk| {
        let resizes = |effect: &&Effect| matches!(effect, Effect::ResizePty { .. });
        desk.effects.iter().filter(resizes).count()
    };
    let mut desk = Desk::new();
    desk.press(A, "C-b c C-b % C-b 0");
    assert_eq!(resized(&desk), 0, "turning to another tab resizes nobody");
    desk.prompt(A, "close-pane -t %2");
    assert_eq!(desk.size(1), (120, 30));
    desk.prompt(A, "split-pane -d -t %1 --right");
    assert_eq!(desk.size(1).0 + desk.size(3).0, 119);
    desk.prompt(A, "resize-pane -t %1 -x 20");
    assert_eq!((desk.size(1), desk.size(3)), ((20, 30), (99, 30)));
    desk.press(A, "C-b 1");
    assert_eq!(resized(&desk), 0, "they have the sizes they are shown with");

    // With nobody there the last terminal's area counts.
    desk.event(Event::Resized {
        client: A,
        size: Size::new(64, 20),
    });
    desk.event(Event::Gone { client: A });
    desk.outside("resize-pane -t %1 -x 30");
    assert_eq!((desk.size(1), desk.size(3)), ((30, 19), (33, 19)));
    desk.outside("close-pane -t %3");
    assert_eq!(desk.size(1), (64, 19));
    assert_eq!(desk.size(0), (120, 30), "nobody has touched that tab");
    desk.outside("split-pane -d -t %0 --right");
    assert_eq!(desk.size(0).0 + desk.size(4).0, 119);
}

/// What is opened before any terminal came has the size of the first one, seen or not.
#[test]
fn tabs_opened_before_any_terminal_get_its_size() {
    let mut desk = Desk::empty();
    desk.outside("new-tab");
    desk.outside("new-tab -d");
    assert_eq!(desk.size(1), (80, 24));
    desk.attach(A, 90, 31);
    assert_eq!((desk.size(0), desk.size(1)), ((90, 30), (90, 30)));
    desk.attach(B, 95, 31);
    assert_eq!((desk.size(0), desk.size(1)), ((95, 30), (90, 30)));
}

/// `resize-window` is the area of all tabs, and formats say so.
#[test]
fn a_fixed_area_is_what_formats_say() {
    let mut desk = Desk::new();
    desk.press(A, "C-b c");
    let area = "display-message -p '#{window_width}x#{window_height} #{pane_right}'";
    desk.prompt(A, "resize-window -x 100 -y 20");
    desk.prompt(A, area);
    assert_eq!(desk.message(A), "100x20 99");
    assert_eq!((desk.size(0), desk.size(1)), ((100, 20), (100, 20)));
    desk.prompt(A, "resize-window -A");
    desk.prompt(A, area);
    assert_eq!(desk.message(A), "120x30 119");
    assert_eq!((desk.size(0), desk.size(1)), ((120, 30), (120, 30)));
}

/// After an upgrade the first to come back may be the smallest.
#[test]
fn sizes_wait_for_terminals_on_their_way() {
    let mut desk = Desk::new();
    desk.event(Event::Gone { client: A });
    desk.state.sizes_held_ms = Some(3_000);
    desk.attach(B, 40, 11);
    assert_eq!(desk.size(0), (120, 30));
    assert_eq!(timer::next(&desk.state), Some(3_000));
    desk.state.now_ms = 3_000;
    desk.event(Event::Timer);
    assert_eq!(desk.size(0), (40, 10));
    assert_eq!(timer::next(&desk.state), None);
}

/// `restore`: ids, names and places come back; the command is typed once the shell is quiet, unless
/// the person was first.
#[test]
fn a_workspace_that_was_left_is_opened_again() {
    use crate::model::saved::{Restorable, Saved, SavedPane};
    let mut old = Desk::new();
    old.press(A, "C-b %");
    let offer = |_| SavedPane {
        cwd: "/somewhere".into(),
        offer: Some("make watch".to_owned()),
        ..SavedPane::default()
    };
    let saved = Saved::of(&old.state, offer);
    let mut desk = Desk::empty();
    desk.event(Event::Left(Box::new(Restorable {
        saved,
        texts: [(PaneId(1), "old\n".to_owned())].into(),
        marker: "marker".to_owned(),
    })));
    let starts = |effect: &&Effect| matches!(effect, Effect::Start { .. });
    assert_eq!(desk.effects.iter().filter(starts).count(), 2);
    assert!(
        desk.state.panes[&PaneId(1)]
            .screen
            .to_text()
            .starts_with("old\nmarker\n")
    );
    assert_eq!(timer::next(&desk.state), None, "no shell has said anything");
    for pane in [0, 1] {
        desk.state
            .panes
            .get_mut(&PaneId(pane))
            .expect("it is back")
            .last_output_ms = 2_000;
    }
    desk.state
        .panes
        .get_mut(&PaneId(0))
        .expect("it is back")
        .typed(2_100);
    let due = timer::next(&desk.state).expect("one prompt waits");
    desk.state.now_ms = due;
    desk.event(Event::Timer);
    let written: Vec<_> = desk
        .effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Write { pane, bytes } => Some((pane.0, String::from_utf8_lossy(bytes))),
            _ => None,
        })
        .collect();
    assert_eq!(written, [(1, "make watch".into())]);
    assert_eq!(timer::next(&desk.state), None, "once");
}

#[test]
fn each_view_has_its_own_tab_focus_and_zoom() {
    let mut desk = Desk::new();
    desk.press(A, "C-b %");
    desk.attach(B, 120, 31);
    desk.press(A, "C-b Left");
    assert_eq!((desk.focused(A), desk.focused(B)), (0, 1));
    desk.press(A, "C-b z");
    assert!(desk.state.views[&B].zoom.is_empty());
    assert_eq!(desk.size(0), (120, 30), "zoomed at one of them");
    desk.press(B, "C-b c");
    let tabs: Vec<u32> = [A, B].map(|id| desk.state.views[&id].tab.0).to_vec();
    assert_eq!(tabs, [0, 1]);
}

#[test]
fn detaching_one_leaves_the_other() {
    let mut desk = Desk::new();
    desk.attach(B, 80, 24);
    desk.press(A, "C-b d");
    let detached: Vec<ClientId> = desk
        .effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Detach { client, .. } => Some(*client),
            _ => None,
        })
        .collect();
    assert_eq!(detached, [A]);
}

/// As tmux's `detach-client` has it.
#[test]
fn others_all_or_one_by_name_are_detached() {
    const C: ClientId = ClientId(3);
    let detached = |line: &str| {
        let mut desk = Desk::new();
        desk.attach(B, 80, 24);
        desk.attach(C, 80, 24);
        desk.prompt(A, line);
        let effects = desk.effects.iter();
        let gone: Vec<ClientId> = effects
            .filter_map(|effect| match effect {
                Effect::Detach { client, .. } => Some(*client),
                _ => None,
            })
            .collect();
        (gone, desk.message(A).to_owned())
    };
    assert_eq!(detached("detach-client -a").0, [B, C]);
    assert_eq!(detached(&format!("detach-client -a -t {B}")).0, [A, C]);
    assert_eq!(detached(&format!("detach-client -t {C}")).0, [C]);
    assert_eq!(detached("detach --all").0, [A, B, C]);
    let (gone, message) = detached("detach -t nobody");
    assert!(
        gone.is_empty() && message.contains("no terminal"),
        "{message}"
    );
}

#[test]
fn a_docked_panel_is_put_away_when_the_terminal_becomes_narrow() {
    let mut desk = Desk::new();
    desk.press(A, "C-b g");
    assert!(desk.state.views[&A].frame().panel.is_some());
    for (cols, shown) in [(60, false), (120, true)] {
        let size = Size::new(cols, 31);
        desk.event(Event::Resized { client: A, size });
        let frame = desk.state.views[&A].frame();
        assert_eq!(frame.panel.is_some(), shown, "{cols} columns");
    }
}

#[test]
fn tiny_terminals_are_no_harm() {
    let mut desk = Desk::new();
    desk.press(A, "C-b % C-b \" C-b g");
    for (cols, rows) in [(3, 2), (1, 1), (20, 5), (0, 0), (500, 200)] {
        let size = Size::new(cols, rows);
        desk.event(Event::Resized { client: A, size });
        let mut surface = crate::draw::Surface::new(size);
        let view = &desk.state.views[&A];
        crate::ui::draw::whole(
            &desk.state,
            view,
            &crate::ui::theme::Theme::dark(),
            &mut surface,
        );
        assert_eq!(surface.size(), size);
    }
}

/// Who comes back is where the last one was: tab, pane, zoom and panel.
#[test]
fn one_comes_back_to_where_one_was() {
    let mut desk = Desk::new();
    desk.press(A, "C-b c C-b % C-b Left C-b z C-b c C-b 1 C-b g");
    assert!(desk.state.views[&A].panel.open);
    let was = (desk.state.views[&A].tab, desk.focused(A));
    assert_eq!(was.1, 1);
    desk.event(Event::Gone { client: A });
    let (size, env) = (Size::new(120, 31), Vec::new());
    desk.event(Event::Attached {
        client: B,
        size,
        env,
        back: None,
    });
    assert_eq!((desk.state.views[&B].tab, desk.focused(B)), was);
    assert!(desk.state.views[&B].panel.open);
    assert!(desk.state.views[&B].zoom.contains_key(&was.0));
    // In a narrow terminal it would lie over the panes.
    desk.event(Event::Gone { client: B });
    desk.event(Event::Attached {
        client: A,
        size: Size::new(60, 20),
        env: Vec::new(),
        back: None,
    });
    assert!(!desk.state.views[&A].panel.open);
}

/// With nobody attached there is a current tab, which commands go by and change.
#[test]
fn commands_have_a_current_tab_while_nobody_is_attached() {
    let mut desk = Desk::new();
    desk.press(A, "C-b c C-b c C-b 1");
    desk.event(Event::Gone { client: A });
    let index = "display-message -p '#{window_index}.#{pane_index} #{session_attached}'";
    let check = |desk: &mut Desk, line: &str, expected: Result<&str, &str>| {
        desk.outside(line);
        assert_eq!(desk.answer(), expected, "{line}");
    };
    check(&mut desk, index, Ok("1.0 0"));
    let tabs = "list-tabs -F '#{window_index}#{window_flags}'";
    check(&mut desk, tabs, Ok("0\n1*\n2-"));
    check(&mut desk, "next-tab", Ok(""));
    check(&mut desk, index, Ok("2.0 0"));
    check(&mut desk, "last-tab", Ok(""));
    check(&mut desk, index, Ok("1.0 0"));
    check(&mut desk, "focus-tab 0", Ok(""));
    desk.outside("split-pane");
    check(&mut desk, index, Ok("0.1 0"));
    check(&mut desk, "focus-pane --up", Ok(""));
    check(&mut desk, index, Ok("0.0 0"));
    check(&mut desk, "zoom-pane", Ok(""));
    assert_eq!(desk.size(0), (120, 30), "at once");
    desk.outside("list-tabs");
    assert!(
        desk.answer()
            .is_ok_and(|text| text.contains("0: shell (2 panes) *"))
    );
    let nobody = Err("no terminal is attached to this workspace");
    check(&mut desk, "toggle-panel", nobody);
    check(&mut desk, "list-clients", Ok("no terminal is attached"));
    desk.attach(B, 120, 31);
    assert_eq!((desk.state.views[&B].tab.0, desk.focused(B)), (0, 0));
    assert!(desk.state.away.is_none());
    desk.event(Event::Gone { client: B });
    desk.outside("close-tab -t 0");
    check(&mut desk, index, Ok("0.0 0"));
}

/// Who comes back finds nothing half typed.
#[test]
fn what_was_being_typed_goes_with_its_terminal() {
    let mut desk = Desk::new();
    desk.press(A, "C-b G /");
    desk.write(A, "ab");
    desk.event(Event::Gone { client: A });
    desk.attach(B, 120, 31);
    if let Some(view) = desk.state.views.get_mut(&B) {
        view.panel.open = true;
    }
    desk.write(B, "ls");
    let wrote = desk
        .effects
        .iter()
        .any(|effect| matches!(effect, Effect::Write { .. }));
    assert!(wrote, "it goes to the shell");
    // A search that was being typed is given up as by Escape.
    desk.press(B, "C-b [ g");
    let place = |view: &crate::model::view::View| view.copy[&PaneId(0)].cursor;
    let before = place(&desk.state.views[&B]);
    desk.press(B, "?");
    desk.write(B, "x");
    desk.event(Event::Gone { client: B });
    let away = desk.state.away.as_deref().expect("a place to come back to");
    assert_eq!(place(away), before);
    assert!(away.copy[&PaneId(0)].searching.is_none());
}

/// Panes of a tab nobody sees have the sizes that follow from how they lie, zooms among that.
#[test]
fn a_zoom_that_ends_unseen_gives_panes_their_sizes() {
    let mut desk = Desk::new();
    desk.press(A, "C-b %");
    let width = desk.size(0).0;
    desk.event(Event::Gone { client: A });
    desk.outside("zoom-pane -t %1");
    assert_eq!(desk.size(1).0, 120);
    desk.outside("focus-pane -t %0");
    assert_eq!(desk.size(1).0, 119 - width);
}

/// A terminal that was there before an upgrade has not come: nothing tells so, no hook runs.
#[test]
fn a_terminal_that_returns_does_not_attach() {
    let mut desk = Desk::new();
    desk.press(A, "C-b c C-b c C-b 1");
    let kept = desk.state.views[&A].keep();
    let before = desk.state.journal.now().number;
    desk.state.views.clear();
    desk.state.sizes_held_ms = Some(3_000);
    for pane in [0, 1, 2] {
        let pane = PaneId(pane);
        desk.event(Event::Output { pane });
    }
    desk.event(Event::Attached {
        client: B,
        size: Size::new(120, 31),
        env: Vec::new(),
        back: Some(Box::new(kept)),
    });
    assert_eq!(desk.state.journal.now().number, before, "nothing happened");
    assert_eq!(desk.state.views[&B].tab.0, 1);
    assert!(desk.state.panes.values().all(|pane| !pane.activity));
}
