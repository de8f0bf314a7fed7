//! Hooks: what their formats become, and that none starts itself.

use super::*;
use crate::config::adjust::Hook;
use crate::model::journal::{self, Kind, Place};
use crate::pty::ExitStatus;
use crate::update::event::{Shell, ShellEnd};

/// A desk where `line` runs on events of this kind.
fn desk(kind: &str, line: &str) -> Desk {
    let mut desk = Desk::new();
    let kind = Kind::from_name(kind).expect("an event");
    let hook = Hook {
        kind,
        lines: vec![line.to_owned()],
    };
    assert!(desk.state.adjustments.set_hook(kind.name(), hook));
    desk.state.adjust();
    desk
}

/// The program in the first pane sets its title.
fn set_title(desk: &mut Desk, title: &str) {
    let pane = PaneId(0);
    let screen = &mut desk.state.panes.get_mut(&pane).expect("a pane").screen;
    screen.feed(format!("\x1b]2;{title}\x07").as_bytes());
    desk.event(Event::Output { pane });
}

/// Takes the shell command that was asked for.
fn shell(desk: &mut Desk) -> Box<Shell> {
    let is_shell = |effect: &Effect| matches!(effect, Effect::Shell(_));
    let at = desk.effects.iter().position(is_shell);
    let Effect::Shell(job) = desk.effects.remove(at.expect("a shell command")) else {
        unreachable!("it was looked for");
    };
    job
}

fn end(desk: &mut Desk, code: i32) {
    let job = shell(desk);
    let end = Ok(ShellEnd {
        status: ExitStatus::Code(code),
        text: String::new(),
    });
    desk.event(Event::ShellEnded { job, end });
}

#[test]
fn a_title_is_no_part_of_a_shell_command() {
    let title = "x\"; touch gone; $(touch gone)";
    let mut desk = desk("pane-title", "run-shell 'notify \"#{hook_title}\"'");
    set_title(&mut desk, title);
    let script = shell(&mut desk).script;
    assert!(!script.text.contains("gone"), "{script:?}");
    assert_eq!(script.values[0].1, title);

    let mut desk = self::desk(
        "pane-title",
        "split-pane -n '#{hook}' 'less \"#{hook_title}\"'",
    );
    set_title(&mut desk, title);
    let pane = &desk.state.panes[&PaneId(1)];
    assert_eq!(pane.name.as_deref(), Some("pane-title"));
    assert!(!pane.launch.argv[0].contains("gone"), "{:?}", pane.launch);
    assert_eq!(pane.launch.set[0].1, title);
}

#[test]
fn a_title_is_no_command_and_no_format() {
    let mut desk = desk(
        "pane-title",
        "if-shell -F 1 'set-option @was #{hook_title} ; rename-tab done'",
    );
    let title = "x ; new-tab ; #{pane_id}";
    set_title(&mut desk, title);
    assert_eq!(desk.state.tabs.len(), 1);
    assert_eq!(desk.state.options["@was"], title);
    assert_eq!(desk.state.tabs[0].name.as_deref(), Some("done"));

    let mut desk = self::desk("pane-title", "display-message 'it says #{hook_title}'");
    set_title(&mut desk, title);
    assert_eq!(desk.message(A), format!("it says {title}"));

    let mut desk = self::desk("pane-title", "confirm 'set-option @was #{hook_title}'");
    desk.state.views.get_mut(&A).expect("a view").last_input_ms = 1;
    let place = Place {
        client: Some(A),
        ..Default::default()
    };
    let detail = journal::text_detail("title", title);
    desk.state.note(Kind::PaneTitle, place, detail);
    desk.event(Event::Timer);
    desk.press(A, "y");
    assert_eq!(desk.state.tabs.len(), 1);
    assert_eq!(desk.state.options["@was"], title);
}

#[test]
fn what_a_hook_brings_about_later_starts_no_hooks() {
    for line in [
        "if-shell -b true new-tab",
        "if-shell true 'new-tab ; rename-tab x'",
        "if-shell -F 1 'run-shell true ; new-tab' ; rename-tab x",
        "run-shell true ; new-tab",
    ] {
        let mut desk = desk("tab-opened", line);
        desk.prompt(A, "new-tab");
        end(&mut desk, 0);
        assert_eq!(desk.state.tabs.len(), 3, "{line}");
        let asked = desk
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::Shell(_)));
        assert!(!asked, "{line}");
    }
}

#[test]
fn a_hook_tells_that_its_shell_command_failed() {
    for line in [
        "run-shell false",
        "run-shell -b false",
        "if-shell -b true spilt-pane",
    ] {
        let mut desk = desk("tab-opened", line);
        desk.prompt(A, "new-tab");
        end(&mut desk, if line.contains("true") { 0 } else { 1 });
        assert!(
            desk.message(A).starts_with("hook tab-opened: "),
            "{line}: {}",
            desk.message(A)
        );
    }
}

#[test]
fn a_shells_sequence_is_not_a_hooks() {
    let mut desk = desk("tab-renamed", "set-option @renamed yes");
    desk.outside("if-shell -F 1 'wait --until exit ; new-tab'");
    assert_eq!(desk.state.waits.list.len(), 1, "it may wait");
    desk.event(Event::Unasked {
        reply: ReplyTo::Connection(1),
    });
    assert!(desk.state.waits.list.is_empty(), "nobody does any more");
    desk.outside("if-shell -F 1 'if-shell true \"rename-tab x\" ; rename-pane y'");
    end(&mut desk, 0);
    assert_eq!(desk.state.options["@renamed"], "yes");
}
