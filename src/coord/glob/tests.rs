use super::*;
use proptest::prelude::*;

fn overlaps(a: &str, b: &str) -> bool {
    let (a, b) = (Glob::parse(a).unwrap(), Glob::parse(b).unwrap());
    assert_eq!(a.overlaps(&b), b.overlaps(&a));
    a.overlaps(&b)
}

#[test]
fn patterns_overlap_both_ways() {
    let check = |a: &str, b: &str, expected: bool| assert_eq!(overlaps(a, b), expected, "{a} {b}");
    check("src/a.rs", "src/a.rs", true);
    check("src/a.rs", "src/b.rs", false);
    check("src/*.rs", "src/a.rs", true);
    check("src/*.rs", "src/x/a.rs", false);
    check("src/**", "src/x/a.rs", true);
    check("src/**", "src", true);
    check("**", "anything/at/all", true);
    check("**/*.rs", "src/*", true);
    check("**/a/**/b", "a/b", true);
    check("src/*a", "src/b*", true);
    check("src/a*", "src/b*", false);
    check("*a*", "b", false);
    check("a?c", "abc", true);
    check("a?c", "ac", false);
    check("a?c", "a/c", false);
    check("[a-f]x", "[g-z]x", false);
    check("[!a-f]x", "[a-g]x", true);
    check("[!a]", "a", false);
    check("[]]", "\\]", true);
    check("{a,b}/c", "b/*", true);
    check("{a,b/{c,d}}/e", "b/d/e", true);
    check("{a,b}", "c", false);
    check("x{,y}", "x", true);
    check("app/\\[id\\]/p", "app/[id]/p", false);
    check("app/\\[id\\]/p", "app/*/p", true);
    check(".env", "*", true);
    check("a//b", "a/b", true);
    check("ünï*", "?nïx", true);
}

#[test]
fn what_cannot_be_read_is_refused() {
    for bad in [
        "[a",
        "{a",
        "a}",
        "a]",
        "[b-a]",
        "a\\",
        "[a\\",
        "[/]",
        "{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}",
    ] {
        let error = Glob::parse(bad).unwrap_err();
        assert_eq!(error.kind, crate::error::Kind::Usage, "{bad}");
    }
}

#[test]
fn the_work_is_bounded() {
    let stars = "*a".repeat(500);
    let deep = "**/a/".repeat(200);
    assert!(overlaps(&stars, &stars));
    assert!(overlaps(&deep, &deep));
}

/// A matcher that shares nothing with the code above: plain recursion on one text.
fn matches(pattern: &[char], text: &[char]) -> bool {
    let choice = |pattern: &[char]| {
        let end = pattern.iter().position(|c| *c == '}').unwrap();
        let inside: String = pattern[1..end].iter().collect();
        inside.split(',').any(|part| {
            let whole: Vec<char> = part
                .chars()
                .chain(pattern[end + 1..].iter().copied())
                .collect();
            matches(&whole, text)
        })
    };
    match pattern {
        [] => text.is_empty(),
        ['*', '*', '/', rest @ ..] => {
            matches(rest, text)
                || (0..text.len()).any(|at| text[at] == '/' && matches(rest, &text[at + 1..]))
        }
        ['*', '*'] => true,
        ['/', '*', '*'] => text.is_empty() || text[0] == '/',
        ['*', rest @ ..] => {
            let reach = text.iter().position(|c| *c == '/').unwrap_or(text.len());
            (0..=reach).any(|at| matches(rest, &text[at..]))
        }
        ['?', rest @ ..] => text.first().is_some_and(|c| *c != '/') && matches(rest, &text[1..]),
        ['[', '!', c, ']', rest @ ..] => {
            text.first().is_some_and(|t| t != c && *t != '/') && matches(rest, &text[1..])
        }
        ['[', c, d, ']', rest @ ..] => {
            text.first().is_some_and(|t| t == c || t == d) && matches(rest, &text[1..])
        }
        ['{', ..] => choice(pattern),
        [c, rest @ ..] => text.first() == Some(c) && matches(rest, &text[1..]),
    }
}

/// Every path of `a`, `b`, `c` with up to three segments of up to three letters, five in all.
fn paths() -> Vec<Vec<char>> {
    let mut all: Vec<Vec<char>> = vec![vec![]];
    let mut from = 0;
    for _ in 0..5 {
        let until = all.len();
        for at in from..until {
            for c in ['a', 'b', 'c', '/'] {
                let mut longer = all[at].clone();
                longer.push(c);
                all.push(longer);
            }
        }
        from = until;
    }
    let sound = |path: &Vec<char>| {
        let text: String = path.iter().collect();
        !text.is_empty() && !text.starts_with('/') && !text.ends_with('/') && !text.contains("//")
    };
    all.retain(sound);
    all
}

fn segment() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[abc]",
        2 => Just("*".to_owned()),
        1 => Just("?".to_owned()),
        1 => "\\[![abc]\\]",
        1 => "\\[[ab][bc]\\]",
        1 => "\\{[ab],[bc]\\}",
    ];
    prop_oneof![
        4 => prop::collection::vec(piece, 1..3).prop_map(|pieces| pieces.concat().replace("**", "*")),
        1 => Just("**".to_owned()),
    ]
}

fn pattern() -> impl Strategy<Value = String> {
    prop::collection::vec(segment(), 1..3)
        .prop_map(|segments| segments.join("/").replace("**/**", "**"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn overlap_is_what_trying_every_path_says(a in pattern(), b in pattern()) {
        let (x, y): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
        // Two patterns of this size that meet at all meet within five characters.
        let found = paths().into_iter().find(|path| matches(&x, path) && matches(&y, path));
        let expected = found.is_some();
        prop_assert_eq!(overlaps(&a, &b), expected, "{} {} {:?}", a, b, found);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,40}") {
        if let Ok(glob) = Glob::parse(&text) {
            prop_assert!(glob.overlaps(&glob) || text.is_empty());
        }
    }

    #[test]
    fn an_escaped_text_matches_itself(text in "[a-c*?\\[\\]{},\\\\!^-]{1,8}") {
        prop_assert!(overlaps(&escape(&text), &escape(&text)));
        prop_assert!(overlaps(&escape(&text), "*"));
        prop_assert_eq!(unescape(&escape(&text)), text);
    }
}
