use super::*;
use crate::config::load;
use crate::keys::keymap::Lookup;

fn files() -> Loaded {
    load::load(None, &|_| Ok(()))
}

fn over(options: &[(&str, &str)], adjustments: &Adjustments) -> Loaded {
    let options = options.iter().map(|(name, value)| {
        assert_eq!(check(name, value), Ok(()), "{name}");
        ((*name).to_owned(), (*value).to_owned())
    });
    adjustments.over(&files(), &options.collect())
}

#[test]
fn settings_can_be_written_down_and_read_again() {
    let settings = Settings::default();
    let written = Fields::try_from(&settings).expect("it has a form");
    let read: Settings = written.try_into().expect("the same form");
    assert_eq!(read, settings);
}

#[test]
fn every_option_says_what_it_was_set_to() {
    for (option, value) in [
        ("bell-action", "none"),
        ("buffer-limit", "7"),
        ("default-command", "fish -l"),
        ("default-shell", "/bin/dash"),
        ("default-size", "90x20"),
        ("escape-time", "0"),
        ("history-limit", "50000"),
        ("mode-keys", "emacs"),
        ("monitor-activity", "off"),
        ("monitor-bell", "off"),
        ("mouse", "off"),
        ("pane-border-status", "top"),
        ("prefix", "C-a"),
        ("remain-on-exit", "on"),
        ("remain-on-exit", "failed"),
        ("repeat-time", "0"),
        ("set-clipboard", "external"),
        ("set-clipboard", "off"),
        ("update-environment", "DISPLAY MY_OWN"),
        ("visual-bell", "both"),
        ("window-size", "smallest"),
        ("word-separators", " -"),
    ] {
        assert!(is_setting(option), "{option}");
        let loaded = over(&[(option, value)], &Adjustments::default());
        assert_eq!(current(&loaded, option).as_deref(), Some(value), "{option}");
    }
    assert_eq!(OPTIONS.len() + 2, 20, "all of them are looked at above");
}

#[test]
fn values_that_mean_nothing_are_refused() {
    for (option, value) in [
        ("mouse", "maybe"),
        ("history-limit", "-1"),
        ("history-limit", "9000000"),
        ("mode-keys", "ed"),
        ("prefix", "C-nothing"),
        ("set-clipboard", "yes"),
        ("window-size", "huge"),
    ] {
        assert!(check(option, value).is_err(), "{option} {value}");
    }
    assert_eq!(check("status-style", "anything"), Ok(()));
}

fn bound(keys: &str, command: Option<&str>) -> Bound {
    Bound {
        table: "normal".to_owned(),
        keys: keys.to_owned(),
        command: command.map(str::to_owned),
        note: String::new(),
        repeat: false,
    }
}

#[test]
fn the_prefix_moves_with_all_that_is_bound_to_it() {
    let mut adjustments = Adjustments::default();
    assert!(adjustments.bind(bound("<prefix> e", Some("new-tab"))));
    assert!(adjustments.bind(bound("<prefix> c", None)));
    let loaded = over(&[("prefix", "C-a")], &adjustments);
    let keymap = &loaded.keymap;
    let command = |keys: &str| {
        let keys = parse_sequence(keys, keymap.prefix()).expect("keys");
        match keymap.lookup(Table::Normal, &keys) {
            Lookup::Found(binding) => Some(binding.command.clone()),
            _ => None,
        }
    };
    assert_eq!(command("C-a %").as_deref(), Some("split-pane --right"));
    assert_eq!(command("C-a C-a").as_deref(), Some("send-prefix"));
    assert_eq!(command("C-a e").as_deref(), Some("new-tab"));
    assert_eq!(command("C-a c"), None);
    assert_eq!(command("C-b %"), None);
}

#[test]
fn a_hook_stands_for_the_files_hook() {
    let mut adjustments = Adjustments::default();
    let hook = |lines: &[&str]| Hook {
        kind: Kind::PaneBell,
        lines: lines.iter().map(|line| (*line).to_owned()).collect(),
    };
    assert!(adjustments.set_hook("pane-bell", hook(&["new-tab"])));
    assert!(adjustments.set_hook("alert-bell", hook(&["next-tab"])));
    let loaded = over(&[], &adjustments);
    let lines = loaded.settings.hooks.of(Kind::PaneBell);
    assert_eq!(lines, ["next-tab", "new-tab"]);
    adjustments.unset_hook("alert-bell");
    adjustments.unset_hook("pane-bell");
    assert!(over(&[], &adjustments).settings.hooks.is_empty());
    assert!(!adjustments.set_hook("pane-bell", hook(&[""; 17])));
}
