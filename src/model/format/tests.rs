//! What formats become, and that no format does harm.

use proptest::prelude::*;

use super::*;

fn values(name: &str) -> Option<String> {
    Some(
        match name {
            "pane_id" => "%3",
            "pane_title" => "vim, #{pid} #[bold]",
            "pane_current_path" => "/home/ada/src",
            "session_name" => "stoa",
            "window_name" => "日本語",
            "zero" => "0",
            "one" => "1",
            "number" => "12",
            _ => return None,
        }
        .to_owned(),
    )
}

#[track_caller]
fn check(format: &str, expected: &str) {
    assert_eq!(expand(format, &values), expected, "{format}");
}

#[test]
fn variables_and_short_forms() {
    check("", "");
    check("plain text", "plain text");
    check("#{pane_id} in #{session_name}", "%3 in stoa");
    check("#S:#D", "stoa:%3");
    check("[#{no_such_variable}]", "[]");
    check("#{pane_title}", "vim, #{pid} #[bold]");
    check("## #, #} #z #", "# , } #z #");
    check("#{unclosed", "#{unclosed");
    check("#[unclosed", "#[unclosed");
}

#[test]
fn choices_and_comparisons() {
    check(
        "#{?one,yes,no} #{?zero,yes,no} #{?missing,yes,no}",
        "yes no no",
    );
    check("#{?one,yes}#{?zero,yes}", "yes");
    check("#{?zero,a,#{?one,b#,c,d}}", "b,c");
    check("#{?zero,a,one,b,c}", "b");
    check("#{?#{==:#{session_name},stoa},here,there}", "here");
    check("#{==:a,b}#{!=:a,b}#{<:9,12}#{>:9,12}#{<:b,a}", "01100");
    check("#{&&:1,#{zero}}#{||:1,#{zero}}", "01");
    check(
        "#{m:st*a,#{session_name}}#{m:?toa,stoa}#{m:*x,stoa}#{m:**,}",
        "1101",
    );
}

#[test]
fn widths_paths_and_literals() {
    check(
        "#{=2:session_name}|#{=-2:session_name}|#{=9:session_name}",
        "st|oa|stoa",
    );
    check(
        "#{=/2/…:session_name}|#{=/-2/…:session_name}|#{=/9/…:session_name}",
        "st…|…oa|stoa",
    );
    // A wide character is shown whole or not at all.
    check("#{=3:window_name}|#{=-3:window_name}", "日|語");
    check("#{p6:session_name}|#{p-6:session_name}|", "stoa  |  stoa|");
    check("#{=3:#{pane_id}#{number}}", "%31");
    check(
        "#{b:pane_current_path} #{d:pane_current_path}",
        "src /home/ada",
    );
    check("#{l:pane_id} #{n:pane_id}", "pane_id 2");
    check("#{nonsense:pane_id}", "");
}

#[test]
fn styles_stand_apart_from_text() {
    let text = |text: &str| Piece::Text(text.to_owned());
    let style = |text: &str| Piece::Style(text.to_owned());
    assert_eq!(
        pieces("a#[fg=red]b#{?one,#[bold]c,}#{pane_title}", &values),
        [
            text("a"),
            style("fg=red"),
            text("b"),
            style("bold"),
            text("c"),
            text("vim, #{pid} #[bold]"),
        ]
    );
    check("a#[fg=red]b", "ab");
}

#[test]
fn deep_and_long_formats_end() {
    let deep = "#{?one,".repeat(5_000) + "x" + &"}".repeat(5_000);
    assert!(expand(&deep, &values).len() <= 1);
    let long = "#{p4096:session_name}".repeat(1_000);
    assert!(expand(&long, &values).len() <= MAX_LENGTH);
    let twice = (0..12).fold("x".to_owned(), |inner, _| {
        format!("#{{==:{inner},{inner}}}")
    });
    assert!(expand(&twice, &values).len() <= 1);
}

proptest! {
    #[test]
    fn no_format_panics(format in "[#{}?,:=/a-c0-9p<>|&\\[\\]\u{65e5} -]{0,60}") {
        let text = expand(&format, &values);
        prop_assert!(text.len() <= MAX_LENGTH);
    }

    #[test]
    fn text_without_marks_is_itself(text in "[^#]{0,40}") {
        prop_assert_eq!(expand(&text, &values), text);
    }
}
