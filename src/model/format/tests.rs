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
    check("x#{pane_id", "x");
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
    check("#{==:a,b}#{!=:a,b}#{<:9,12}#{>:10,9}#{<:b,a}", "01000");
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

/// Each as `tmux display-message -p` has it.
#[test]
fn numbers_and_expressions() {
    check(
        "#{e|+|:1,2} #{e|-|:1,2} #{e|*|:3,4} #{e|/|:7,2}",
        "3 -1 12 3",
    );
    check("#{e|/|f:7,2} #{e|+|f|3:1.5,2} #{e|m|:7,3}", "3.50 3.500 1");
    check("#{e|>|:10,9}#{e|<|:10,9}#{e|==|:1,1}", "101");
    check("#{e|+|:#{e|*|:2,3},4} #{e|+:1,2}", "10 3");
    check("[#{e|+|:a,2}]", "[]");
    check(
        "#{m/r:^a.c$,abc}#{m/ri:^A.C$,abc}#{m/i:A*,abc}#{m/r:(,abc}",
        "1110",
    );
    check("#{a:98}[#{a:300}]", "b[]");
    check(
        "#{c:red} #{c:#ff0000} #{c:colour5} #{c:colour196}",
        "800000 ff0000 800080 ff0000",
    );
    check("[#{e|/|:7,0}]", "[]");
}

#[test]
fn several_modifiers_at_once() {
    check(
        "#{=3;p6:session_name}|#{=1;p-6:session_name}|",
        "sto   |     s|",
    );
    check("#{=3;p6:banana}|", "      |");
    check(
        "#{s/a/b/:#{l:banana}} #{s/A/b/i:#{l:banana}}",
        "bbnbnb bbnbnb",
    );
    check("#{s/(n)a/<\\1>/:#{l:banana}}", "ba<n><n>");
    check("#{w:window_name} #{n:window_name}", "6 3");
    check(
        "#{q:pane_current_path} #{q:#{l:a b$}}",
        "/home/ada/src a\\ b\\$",
    );
    check("[#{E:pane_title}] #{T:pane_id}", "[vim,  ] %3");
    check("#{t/f/%Y:number}", "1970");
}

/// Each as tmux 3.3a has it.
#[test]
fn arguments_of_modifiers_are_formats() {
    check("#{t/f/%H#:%M:number} #{t/f/%H-%M:zero}", "00:00 00-00");
    check(
        "#{s|#{d:pane_current_path}|~|:pane_current_path} #{s/a/#S/:#{l:banana}}",
        "~/src bstoanstoanstoa",
    );
    check(
        "#{s/t#:/x/:#{l:at:b}} #{s/a/#,/:#{l:banana}}",
        "at:b b,n,n,",
    );
    check(
        "#{s/a/##/:#{l:banana}} #{s|a|#}|:#{l:banana}}",
        "b#n#n# b}n}n}",
    );
    check(
        "#{s/a/#:/:#{l:banana}} #{s/a/#z/:#{l:banana}}",
        "b#:n#:n#: b#zn#zn#z",
    );
    check("#{=/#{e|+|:1,2}/>:session_name}", "sto>");
    check("#{s/t/#{?zero,x,y}/:session_name}", "syoa");
    check("#{s,t,x,:session_name}#{s/o/:session_name}", "sxoastoa");
    check("#{e|+|f|#{l:3}:1,2}#{m/#{l:r}:^a.c$,abc}", "3.0001");
    check("#{s/a/#{?one,;,:}/:#{l:a}} #{s/a/;/:#{l:a}}", "; s/a/;/:a");
    // What a value says is no format, in an argument either.
    check("#{s/x/#{pane_title}/:#{l:x}}", "vim, #{pid} #[bold]");
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
    // Replacing makes long texts of short ones, again and again.
    let mut text = "x".repeat(1_000);
    for _ in 0..3 {
        text = format!("#{{s/x/{}/:#{{l:{text}}}}}", "\\1x".repeat(200));
        assert!(expand(&text, &values).len() <= MAX_LENGTH);
    }
    let copies = format!(
        "#{{s/(x+)/{}/:#{{l:{}}}}}",
        "\\1".repeat(9_000),
        "x".repeat(9_000)
    );
    let length = expand(&copies, &values).len();
    assert!(length > MAX_LENGTH / 2 && length <= MAX_LENGTH, "{length}");
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
