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
