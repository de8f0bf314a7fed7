//! Shell commands in the status line.

use super::*;
use crate::model::variables::{self, Subject};
use crate::pty::ExitStatus;
use crate::update::event::{Shell, ShellEnd};

/// The status line is drawn with this in it: what it says.
fn draw(desk: &mut Desk, format: &str) -> String {
    let subject = Subject {
        pane: Some(PaneId(0)),
        ..Subject::default()
    };
    let pieces = variables::pieces(&desk.state, subject, format);
    desk.effects.clear();
    if desk.state.outputs.has_wishes() {
        desk.event(Event::Wished);
    }
    format!("{pieces:?}")
}

fn begun(desk: &mut Desk) -> Option<Box<Shell>> {
    let is_shell = |effect: &Effect| matches!(effect, Effect::Shell(_));
    let at = desk.effects.iter().position(is_shell)?;
    match desk.effects.remove(at) {
        Effect::Shell(job) => Some(job),
        _ => None,
    }
}

fn end(desk: &mut Desk, job: Box<Shell>, text: &str) {
    let end = Ok(ShellEnd {
        status: ExitStatus::Code(0),
        text: text.to_owned(),
    });
    desk.event(Event::ShellEnded { job, end });
}

#[test]
fn a_command_is_run_for_as_long_as_it_is_drawn() {
    let mut desk = Desk::new();
    let format = "load #(uptime | cut -c1)!";
    assert!(draw(&mut desk, format).contains("load !"));
    let job = begun(&mut desk).expect("it is run");
    assert_eq!(job.script.text, "uptime | cut -c1");
    draw(&mut desk, format);
    assert!(begun(&mut desk).is_none(), "once at a time");
    end(&mut desk, job, "first\n0.5\n\n");
    assert!(draw(&mut desk, format).contains("load 0.5!"));
    assert!(begun(&mut desk).is_none(), "its time has not come");
    assert_eq!(timer::next(&desk.state), Some(desk.state.now_ms + 15_000));
    desk.outside("set -g status-interval 2");
    assert_eq!(timer::next(&desk.state), Some(desk.state.now_ms + 2_000));
    desk.state.now_ms += 2_000;
    desk.event(Event::Timer);
    let job = begun(&mut desk).expect("once more");
    end(&mut desk, job, "0.7");
    assert_eq!(timer::next(&desk.state), None, "nobody has drawn it since");
    assert!(draw(&mut desk, format).contains("load 0.7!"));
    desk.outside("set -g status-interval 0");
    assert_eq!(timer::next(&desk.state), None, "never again");
}

#[test]
fn no_value_runs_as_a_command() {
    let mut desk = Desk::new();
    let pane = desk.state.panes.get_mut(&PaneId(0)).expect("a pane");
    pane.title = "#(touch gone) $(touch gone)".to_owned();
    for format in [
        "#{pane_title}",
        "#{E:pane_title}",
        "#{T:pane_title}",
        "#{E:@x}",
    ] {
        draw(&mut desk, format);
        assert!(begun(&mut desk).is_none(), "{format}");
    }
    draw(&mut desk, "#(echo #{pane_title} (#S))");
    let script = begun(&mut desk).expect("it is run").script;
    assert_eq!(
        script.text,
        "echo \"${STOA_VALUE_1}\" (\"${STOA_VALUE_2}\")"
    );
    desk.outside("display-message -p '#(echo no)'");
    assert_eq!(
        desk.answer(),
        Ok(""),
        "only the status line waits for nobody"
    );
}

#[test]
fn what_a_command_says_has_styles_and_no_formats() {
    let mut desk = Desk::new();
    draw(&mut desk, "#(it)");
    let job = begun(&mut desk).expect("it is run");
    end(&mut desk, job, "#[fg=red]hot #{pid} #(more)#[");
    let said = draw(&mut desk, "#(it)");
    assert!(said.contains("Style(\"fg=red\")"), "{said}");
    assert!(said.contains("hot #{pid} #(more)#["), "{said}");
    assert!(begun(&mut desk).is_none());
}
