use proptest::prelude::*;

use super::*;
use crate::draw::{Choice, Feature};
use crate::model::journal::Kind;

fn read_text(text: &str) -> (Settings, Vec<String>) {
    let mut reports = Reports::new("config.toml", text);
    let settings = read(text, &mut reports);
    (settings, reports.into_lines())
}

/// Reads `text`, expecting these reports, and gives the settings.
#[track_caller]
fn check(text: &str, expected: &[&str]) -> Settings {
    let (settings, reports) = read_text(text);
    assert_eq!(reports, expected, "{text}");
    settings
}

#[test]
fn the_example_says_the_defaults_and_names_every_setting() {
    let example = include_str!("../example.toml");
    assert_eq!(check(example, &[]), Settings::default());
    let known = serde_json::to_value(Settings::default()).expect("plain values");
    for (name, value) in known.as_object().expect("an object") {
        let fields = value.as_object();
        for name in fields.map_or(vec![name], |fields| fields.keys().collect()) {
            assert!(example.contains(&format!("{name} = ")), "{name}");
        }
    }
}

#[test]
fn every_setting_can_be_set() {
    let settings = check(
        r##"
        theme = "light"
        theme-dark = "sea"
        theme-light = "sand"
        history-lines = 0
        default-shell = "/bin/fish"
        default-command = "top"
        mouse = false
        escape-time = 50
        repeat-time = 0
        remain-on-exit = true
        status = false
        status-position = "top"
        status-left = "#S"
        status-right = "%H:%M"
        window-status-format = "#I"
        window-status-current-format = "#I*"
        copy-mode-keys = "emacs"
        clipboard = false
        allow-osc52-write = false
        allow-osc52-read = true
        notifications = false
        buffer-limit = 5
        word-separators = "/"
        pane-border-status = "top"
        bell-action = "other"
        visual-bell = "both"
        monitor-bell = false
        monitor-activity = false
        program-mouse = false
        new-pane-directory = "home"
        window-size = "smallest"
        default-size = "132x43"
        update-environment = ["DISPLAY"]
        restore = "ask"
        restore-lines = 7
        restore-interval = "1m"
        panel = { side = "left", width = 50, open = false }
        groups.peer-limit = 8
        [sessions]
        stalled-after = "5m"
        lost-after = "90s"
        active-within = "10m"
        lost-shown = "1h"
        [claims]
        ttl = "2h"
        [fixes]
        self-review = true
        [terminal]
        features = ["rgb", "-hyperlinks"]
        [hooks]
        pane-exited = "display-message 'over'"
        pane-bell = ["redraw", "list-panes"]
        [messages]
        burst = 0
        per-minute = 600
        "##,
        &[],
    );
    let expected = Settings {
        theme: "light".to_owned(),
        theme_dark: "sea".to_owned(),
        theme_light: "sand".to_owned(),
        history_lines: 0,
        default_shell: Some("/bin/fish".into()),
        default_command: Some("top".into()),
        mouse: false,
        escape_time: 50,
        repeat_time: 0,
        remain_on_exit: RemainOnExit::Always,
        status: false,
        status_position: StatusPosition::Top,
        status_left: Some("#S".to_owned()),
        status_right: Some("%H:%M".to_owned()),
        window_status_format: Some("#I".to_owned()),
        window_status_current_format: Some("#I*".to_owned()),
        copy_mode_keys: CopyKeys::Emacs,
        clipboard: false,
        allow_osc52_write: false,
        allow_osc52_read: true,
        notifications: false,
        buffer_limit: 5,
        word_separators: "/".to_owned(),
        pane_border_status: PaneBorderStatus::Top,
        bell_action: BellAction::Other,
        visual_bell: VisualBell::Both,
        monitor_bell: false,
        monitor_activity: false,
        program_mouse: false,
        new_pane_directory: NewPaneDirectory::Home,
        window_size: WindowSize::Smallest,
        default_size: Size::new(132, 43),
        update_environment: vec!["DISPLAY".to_owned()],
        restore: Restore::Ask,
        restore_lines: 7,
        restore_interval: Duration::from_secs(60),
        terminal: Terminal {
            features: vec![
                Choice {
                    feature: Feature::Rgb,
                    has: true,
                },
                Choice {
                    feature: Feature::Links,
                    has: false,
                },
            ],
        },
        panel: Panel {
            side: Side::Left,
            width: 50,
            open: false,
        },
        sessions: Sessions {
            stalled_after: Duration::from_secs(300),
            lost_after: Duration::from_secs(90),
            active_within: Duration::from_secs(600),
            lost_shown: Duration::from_secs(3600),
        },
        groups: Groups { peer_limit: 8 },
        claims: Claims {
            ttl: Duration::from_secs(7200),
        },
        fixes: Fixes { self_review: true },
        hooks: settings.hooks.clone(),
        messages: Messages {
            burst: 0,
            per_minute: 600,
        },
    };
    assert_eq!(settings, expected);
    assert_eq!(
        settings.hooks.of(Kind::PaneExited),
        ["display-message 'over'"]
    );
    assert_eq!(settings.hooks.of(Kind::PaneBell), ["redraw", "list-panes"]);
    assert!(settings.hooks.of(Kind::TabOpened).is_empty());
}

#[test]
fn hooks_name_events_and_commands() {
    let settings = check(
        "[hooks]\npane-exitd = \"redraw\"\npane-bell = 3\ntab-opened = \"redraw\"\n",
        &[
            "config.toml:2:1: 'hooks.pane-exitd': unknown event, did you mean 'pane-exited'?",
            "config.toml:3:13: 'hooks.pane-bell': invalid type: integer '3', expected a command line or a list of them",
        ],
    );
    assert_eq!(settings.hooks.of(Kind::TabOpened), ["redraw"]);
}

#[test]
fn each_mistake_is_a_line_and_the_rest_counts() {
    let settings = check(
        "them = \"dark\"\nmouse = false\nhistory-lines = -1\nescape-time = \"soon\"\n\n[panel]\nwidth = 5\nside = \"left\"\nwidht = 3\n",
        &[
            "config.toml:1:1: unknown field 'them', did you mean 'theme'?",
            "config.toml:3:17: 'history-lines': must be from 0 to 1000000, not -1",
            "config.toml:4:15: 'escape-time': invalid type: string \"soon\", expected a whole number",
            "config.toml:7:9: 'panel.width': must be from 20 to 120, not 5",
            "config.toml:9:1: unknown field 'widht', did you mean 'width'?",
        ],
    );
    assert!(!settings.mouse);
    assert_eq!(settings.panel.side, Side::Left);
    assert_eq!(settings.panel.width, 36);
}

#[test]
fn words_out_of_a_list() {
    check(
        "theme = \"../blue\"",
        &["config.toml:1:9: 'theme': a theme's name is of letters, digits, - and _"],
    );
    check(
        "remain-on-exit = \"maybe\"",
        &[
            "config.toml:1:18: 'remain-on-exit': invalid value: string \"maybe\", expected true, false or \"failed\"",
        ],
    );
    check(
        "panel = 3",
        &["config.toml:1:9: 'panel': invalid type: integer '3', expected a table"],
    );
    check("zzzzzz = 3", &["config.toml:1:1: unknown field 'zzzzzz'"]);
}

#[test]
fn times() {
    let ttl = |text: &str| {
        read_text(&format!("claims.ttl = \"{text}\""))
            .0
            .claims
            .ttl
            .as_secs()
    };
    assert_eq!(ttl("90s"), 90);
    assert_eq!(ttl("60 m"), 3600);
    assert_eq!(ttl("1d"), 86_400);
    let units =
        "config.toml:1:14: 'claims.ttl': must be a number and s, m, h or d, such as \"60m\"";
    for wrong in [
        "",
        "m",
        "10",
        "10w",
        "-1s",
        "99999999999999999999s",
        "9999999999999999d",
    ] {
        check(&format!("claims.ttl = \"{wrong}\""), &[units]);
    }
    let limits = "config.toml:1:14: 'claims.ttl': must be from one second to 30 days";
    check("claims.ttl = \"0s\"", &[limits]);
    check("claims.ttl = \"31d\"", &[limits]);
}

#[test]
fn what_is_no_toml_costs_its_own_line() {
    let (settings, reports) = read_text("theme = dark\nmouse = false\n= 3\nstatus = false\n");
    assert_eq!(settings.theme, "auto");
    assert!(!settings.mouse && !settings.status);
    assert_eq!(reports.len(), 2, "{reports:?}");
    assert!(reports[0].starts_with("config.toml:1:9: "), "{reports:?}");
    assert!(reports[1].starts_with("config.toml:3:1: "), "{reports:?}");
}

#[test]
fn after_a_broken_header_nothing_is_guessed() {
    let (settings, reports) = read_text("mouse = false\n[panel\nwidth = 50\nstatus = false\n");
    assert!(!settings.mouse);
    assert!(settings.status);
    assert_eq!(settings.panel.width, 36);
    assert_eq!(reports.len(), 1, "{reports:?}");
}

#[test]
fn a_file_of_something_else_counts_for_nothing() {
    let other: String = (0..500).map(|n| format!("setting{n} = {n}\n")).collect();
    let (settings, reports) = read_text(&format!("mouse = false\n{other}"));
    assert_eq!(settings, Settings::default());
    assert!(reports.len() <= 21, "{}", reports.len());
    let (_, reports) = read_text(&format!("theme = \"{}\"", "x".repeat(10_000)));
    assert!(
        reports.iter().all(|report| report.len() < 300),
        "{reports:?}"
    );
}

#[test]
fn remaining_on_exit() {
    assert!(RemainOnExit::Failed.stays(true));
    assert!(!RemainOnExit::Failed.stays(false));
    assert!(RemainOnExit::Always.stays(false));
    assert!(!RemainOnExit::Never.stays(true));
}

proptest! {
    #[test]
    fn no_text_panics_or_makes_a_report_of_two_lines(text in "([a-z\\-]{1,8}|theme|panel|[\\[\\]=.\"'{}\n#, 0-9]|\\PC){0,40}") {
        let (_, reports) = read_text(&text);
        for report in reports {
            prop_assert!(!report.chars().any(char::is_control), "{report:?}");
        }
    }
}
