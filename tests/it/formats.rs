//! Formats, and the variables in them.

use crate::support::*;

#[test]
fn formats_answer_for_panes_tabs_and_terminals() {
    let (world, _terminal) = one();
    world.ok(&["split-window", "-h", "-d", "-c", "/", "cat"]);
    let format = "#{pane_id} #{pane_index} #{pane_current_path} #{?pane_active,focused,#{?pane_dead,over,there}}";
    assert_eq!(
        says(&world, &["display-message", "-p", "-t", "%1", format]),
        "%1 1 / there"
    );
    let listed = world.ok(&[
        "list-panes",
        "-F",
        "#{pane_id}:#{pane_width}x#{pane_height}:#{pane_left},#{pane_top}",
    ]);
    assert_eq!(listed, "%0:40x23:0,0\n%1:39x23:41,0\n");
    assert_eq!(
        world.ok(&["list-panes", "-t", "@0", "-F", "#D"]),
        "%0\n%1\n"
    );
    world.ok(&["new-window", "-d", "-n", "logs", "cat"]);
    world.ok(&["rename-window", "-t", "0", "edit"]);
    assert_eq!(
        world.ok(&[
            "list-windows",
            "-F",
            "#I:#W:#{window_panes}#{?window_active,*,}"
        ]),
        "0:edit:2*\n1:logs:1\n"
    );
    assert_eq!(
        world.ok(&["list-panes", "-t", "logs", "-F", "#{pane_id}"]),
        "%2\n"
    );
    assert_eq!(
        says(
            &world,
            &[
                "list-clients",
                "-F",
                "#{client_width}x#{client_height} #{pane_id}"
            ]
        ),
        "80x24 %0"
    );
    assert_eq!(
        says(
            &world,
            &["display-message", "-p", "#{=4:session_name}|#{nothing}|##"]
        ),
        "work||#"
    );
    // To the person, without -p.
    let terminal = _terminal;
    world.ok(&["display-message", "pane #{pane_id} says hello"]);
    terminal.wait_text("pane %0 says hello");
}

/// Variables that scripts for tmux ask for, with the values that tmux gives.
#[test]
fn variables_of_tmuxs_scripts_have_values() {
    let (world, _terminal) = one();
    let pane = says(
        &world,
        &[
            "run",
            "--",
            "sh",
            "-c",
            "printf '\\033[?25l\\033[?1000;1006h\\033[?7l\\033[3;5r\\033=ready'; cat",
        ],
    );
    world.ok(&["wait", "-t", &pane, "--until", "text ready"]);
    let shown = |format: &str| says(&world, &["display-message", "-p", "-t", &pane, format]);
    let flags = "#{cursor_flag}#{mouse_sgr_flag}#{mouse_standard_flag}#{mouse_button_flag}#{keypad_flag}\
                 #{insert_flag}#{wrap_flag} #{scroll_region_upper} #{scroll_region_lower}";
    assert_eq!(shown(flags), "0110100 2 4");
    assert_eq!(
        shown("#{pane_input_off}#{pane_last}[#{buffer_name}]"),
        "00[]"
    );
    assert_eq!(
        shown("#{window_start_flag}#{active_window_index}#{last_window_index}"),
        "100"
    );
    assert_eq!(
        shown("#{==:#{socket_path},}#{==:#{uid},}#{==:#{user},}"),
        "000"
    );
    let started: i64 = shown("#{start_time}").parse().expect("seconds");
    assert!(started > 1_700_000_000);
    assert_eq!(shown("#{t/f/%s:start_time}"), started.to_string());
    assert_eq!(shown("#{W:#{window_index} ,[#{window_index}]}"), "[0]");
    let panes = shown("#{P:#{pane_id} ,[#{pane_id}] }");
    assert!(
        panes == format!("%0 [{pane}]") || panes == format!("[%0] {pane}"),
        "{panes}"
    );
    assert_eq!(shown("#{N/s:nowhere}#{S:x}"), "0x");
    world.ok(&["set-buffer", "-b", "mine", "some text"]);
    let listed = "#{buffer_name} #{buffer_size} #{buffer_sample}";
    assert_eq!(
        says(&world, &["list-buffers", "-F", listed]),
        "mine 9 some text"
    );
    assert_eq!(shown(listed), "mine 9 some text");
    let all = world.ok(&["display-message", "-a", "-t", &pane]);
    assert!(
        all.lines().any(|line| line == format!("pane_id={pane}")),
        "{all}"
    );
    assert!(all.contains("\nbuffer_size=9\n"), "{all}");
}
