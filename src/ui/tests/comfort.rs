//! What makes one at home: the palette, themes, menus, the welcome, at three sizes.

use super::*;
use crate::model::overlay::Overlay;

/// The sizes people have: a window, a phone, a corner.
const SIZES: [(u16, u16); 3] = [(80, 24), (40, 12), (20, 5)];

/// The picture at each size, after the keys.
fn pictures(keys: &[&str]) -> String {
    let picture = |(cols, rows)| {
        let mut state = workspace(cols, rows);
        press(&mut state, keys);
        format!("[{cols}x{rows}]\n{}\n", picture(&state))
    };
    SIZES.into_iter().map(picture).collect()
}

fn typed(text: &str) -> Vec<String> {
    let key = |c: char| match c {
        ' ' => "Space".to_owned(),
        c => c.to_string(),
    };
    text.chars().map(key).collect()
}

fn type_in(state: &mut State, text: &str) {
    for key in typed(text) {
        press(state, &[&key]);
    }
}

#[test]
fn the_palette_lists_everything() {
    insta::assert_snapshot!(pictures(&["C-b", "C-p"]));
}

#[test]
fn a_few_letters_find_a_command() {
    insta::assert_snapshot!(pictures(&["C-b", "C-p", "s", "p", "l", "r"]));
}

#[test]
fn enter_runs_and_what_ran_comes_first() {
    let mut state = workspace(80, 24);
    press(&mut state, &["C-b", "C-p"]);
    type_in(&mut state, "new tab");
    press(&mut state, &["Enter"]);
    assert_eq!(state.tabs.len(), 2);
    assert_eq!(state.views[&CLIENT].overlay, None);
    // Without a letter typed, it is what comes first now.
    press(&mut state, &["C-b", "C-p", "Enter"]);
    assert_eq!(state.tabs.len(), 3);
}

#[test]
fn tabs_panes_and_sessions_are_gone_to_by_name() {
    let mut state = workspace(80, 24);
    let focused = |state: &State| state.focused(&state.views[&CLIENT]);
    press(&mut state, &["C-b", "C-p"]);
    type_in(&mut state, "forge");
    press(&mut state, &["Enter"]);
    assert_eq!(focused(&state), Some(PaneId(0)));
    press(&mut state, &["C-b", "C-p"]);
    type_in(&mut state, "session scout");
    press(&mut state, &["Enter"]);
    assert_eq!(focused(&state), Some(PaneId(1)));
    press(&mut state, &["C-b", "c"]);
    assert_eq!(state.views[&CLIENT].tab.0, 1);
    press(&mut state, &["C-b", "C-p"]);
    type_in(&mut state, "tab 0:");
    press(&mut state, &["Enter"]);
    assert_eq!(state.views[&CLIENT].tab.0, 0);
}

#[test]
fn tab_puts_it_into_the_prompt_and_a_command_that_asks_for_words_goes_there_too() {
    let line = |state: &State| match &state.views[&CLIENT].overlay {
        Some(Overlay::Prompt(prompt)) => prompt.edit.text().to_owned(),
        other => panic!("no prompt but {other:?}"),
    };
    let mut state = workspace(80, 24);
    press(&mut state, &["C-b", "C-p"]);
    type_in(&mut state, "resize-pane --left 5");
    press(&mut state, &["Tab"]);
    assert_eq!(line(&state), "resize-pane --left 5 ");
    press(&mut state, &["Esc", "C-b", "C-p"]);
    type_in(&mut state, "set-environment");
    press(&mut state, &["Enter"]);
    assert_eq!(line(&state), "set-environment ");
}

#[test]
fn closing_from_the_palette_asks_as_the_key_does() {
    let mut state = workspace(80, 24);
    press(&mut state, &["C-b", "C-p"]);
    type_in(&mut state, "close-pane");
    press(&mut state, &["Enter"]);
    assert!(matches!(
        state.views[&CLIENT].overlay,
        Some(Overlay::Confirm { .. })
    ));
}

#[test]
fn themes_are_chosen_from_a_list() {
    let picture = |(cols, rows)| {
        let mut state = workspace(cols, rows);
        press(&mut state, &["C-b", ":"]);
        type_in(&mut state, "choose-theme");
        press(&mut state, &["Enter", "Down"]);
        format!("[{cols}x{rows}]\n{}\n", picture(&state))
    };
    insta::assert_snapshot!(SIZES.into_iter().map(picture).collect::<String>());
}

/// The theme under the cursor is the one seen; leaving the list leaves the one there was.
#[test]
fn a_theme_is_seen_before_it_is_chosen() {
    let mut state = workspace(80, 24);
    let seen = |state: &State| state.theme_for(&state.views[&CLIENT]).to_owned();
    press(&mut state, &["C-b", ":"]);
    type_in(&mut state, "choose-theme");
    press(&mut state, &["Enter"]);
    assert_eq!(seen(&state), "auto");
    press(&mut state, &["Down"]);
    assert_eq!(seen(&state), "dark");
    press(&mut state, &["Esc"]);
    assert_eq!(seen(&state), "auto");
    press(&mut state, &["C-b", ":"]);
    type_in(&mut state, "choose-theme");
    press(&mut state, &["Enter", "Down", "Down", "Enter"]);
    assert_eq!(seen(&state), "high-contrast");
    let said = state.views[&CLIENT]
        .message
        .as_ref()
        .map(|m| m.text.clone());
    assert!(said.is_some_and(|said| said.contains("config.toml")));
}

/// tmux's formats make the line, and a click on a tab still finds it.
#[test]
fn the_status_line_is_what_formats_say() {
    let picture = |(cols, rows)| {
        let mut state = workspace(cols, rows);
        press(&mut state, &["C-b", "c", "C-b", ":"]);
        type_in(&mut state, "set -g status-left '#[bold]<#S> '");
        press(&mut state, &["Enter", "C-b", ":"]);
        type_in(&mut state, "set -g status-right '#{agent_name}%H:%M 50%%'");
        press(&mut state, &["Enter", "C-b", ":"]);
        type_in(&mut state, "set -g window-status-format '#I=#W#F'");
        press(&mut state, &["Enter", "C-b", ":"]);
        type_in(&mut state, "set -g status-position top");
        press(&mut state, &["Enter"]);
        let noon = jiff::civil::date(2026, 1, 2).at(12, 34, 0, 0);
        state.wall = Some(noon.in_tz("UTC").expect("there is UTC"));
        assert!(state.shows_clock());
        let click = crate::ui::hit::status(&state, CLIENT, 12, 0);
        if cols >= 40 {
            let tab = state.tabs[0].id;
            assert_eq!(click, Some(crate::ui::status::StatusAction::Tab(tab)));
        }
        format!("[{cols}x{rows}]\n{}\n", picture(&state))
    };
    insta::assert_snapshot!(SIZES.into_iter().map(picture).collect::<String>());
}

#[test]
fn without_a_clock_nothing_looks_at_one() {
    let mut state = workspace(80, 24);
    assert!(!state.shows_clock());
    press(&mut state, &["C-b", ":"]);
    type_in(&mut state, "set -g status-right '100%% #S'");
    press(&mut state, &["Enter"]);
    assert!(!state.shows_clock());
}

fn right_click(state: &mut State, x: u16, y: u16) {
    use crate::keys::input::{Button, Mouse, MouseKind};
    let mouse = Mouse {
        kind: MouseKind::Press(Button::Right),
        x,
        y,
        mods: crate::keys::key::Mods::NONE,
    };
    event(
        state,
        Event::Input {
            client: CLIENT,
            input: Input::Mouse(mouse),
        },
    );
}

#[test]
fn the_right_button_opens_a_menu() {
    let picture = |(cols, rows): (u16, u16)| {
        let mut state = workspace(cols, rows);
        right_click(&mut state, cols - 3, 2);
        let pane = picture(&state);
        press(&mut state, &["Esc"]);
        right_click(&mut state, 11, rows - 1);
        format!("[{cols}x{rows}]\n{pane}\n{}\n", picture(&state))
    };
    insta::assert_snapshot!(SIZES.into_iter().map(picture).collect::<String>());
}

/// A row's own key works in the menu, and what it runs is about the pane clicked.
#[test]
fn a_menu_acts_on_what_was_clicked() {
    let mut state = workspace(80, 24);
    right_click(&mut state, 2, 2);
    assert_eq!(
        state.focused(&state.views[&CLIENT]),
        Some(PaneId(0)),
        "a click focuses"
    );
    press(&mut state, &["m"]);
    assert_eq!(state.marked, Some(PaneId(0)));
    press(&mut state, &["C-b", ">"]);
    assert!(matches!(
        state.views[&CLIENT].overlay,
        Some(Overlay::Menu(_))
    ));
    press(&mut state, &["Down", "Enter"]);
    assert_eq!(state.panes.len(), 3);
    press(&mut state, &["C-b", "<", "x"]);
    assert_eq!(state.views[&CLIENT].overlay, None, "no row has that key");
}

/// What a pane is in is to be seen at its border: who waits, who works, what ended, what is typed
/// together, what is marked.
#[test]
fn borders_tell_what_panes_are_in() {
    let mut state = workspace(90, 24);
    press(&mut state, &["C-b", "\"", "C-b", "\"", "C-b", "m"]);
    let mut snapshot = team("A", "B");
    snapshot.sessions[1].state = Some("blocked on a question".to_owned());
    state.snapshot = Arc::new(snapshot);
    let ids: Vec<PaneId> = state.panes.keys().copied().collect();
    for id in &ids[2..] {
        if let Some(pane) = state.panes.get_mut(id) {
            pane.session = "B".to_owned();
        }
    }
    press(&mut state, &["C-b", "y"]);
    let picture = picture(&state);
    assert!(picture.contains("▲ waits"), "{picture}");
    assert!(picture.contains("▲ 1 waits"), "{picture}");
    assert!(picture.contains("0:shell▲*"), "{picture}");
    assert!(picture.contains("◆ ⇉"), "{picture}");
    insta::assert_snapshot!(picture);
}

#[test]
fn the_welcome_teaches_five_keys_and_goes_with_the_first() {
    let picture = |(cols, rows)| {
        let mut state = workspace(cols, rows);
        if let Some(view) = state.views.get_mut(&CLIENT) {
            view.welcome = true;
        }
        let welcome = picture(&state);
        press(&mut state, &["a"]);
        assert!(!state.views[&CLIENT].welcome);
        format!("[{cols}x{rows}]\n{welcome}\n")
    };
    insta::assert_snapshot!(SIZES.into_iter().map(picture).collect::<String>());
}

#[test]
fn every_pane_can_have_a_title() {
    let picture = |(cols, rows)| {
        let mut state = workspace(cols, rows);
        let mut loaded = load::load(None, &|_| Ok(()));
        loaded.settings.pane_border_status = crate::config::settings::PaneBorderStatus::Top;
        state.config = Arc::new(loaded);
        press(&mut state, &["C-b", "m"]);
        format!("[{cols}x{rows}]\n{}\n", picture(&state))
    };
    insta::assert_snapshot!(SIZES.into_iter().map(picture).collect::<String>());
}

#[test]
fn a_big_clock_lies_over_the_pane_until_a_key() {
    let mut state = workspace(80, 24);
    press(&mut state, &["C-b", "t"]);
    assert!(state.shows_clock());
    let noon = jiff::civil::date(2026, 1, 2).at(12, 34, 50, 0);
    state.wall = Some(noon.in_tz("UTC").expect("there is UTC"));
    let large = picture(&state);
    press(&mut state, &["C-b"]);
    assert!(!state.shows_clock(), "nothing wakes for it any more");
    assert_eq!(state.views[&CLIENT].overlay, None);
    press(&mut state, &["%", "C-b", "%", "C-b", "t"]);
    insta::assert_snapshot!(format!("{large}\n{}", picture(&state)));
}
