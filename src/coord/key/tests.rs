use super::*;
use crate::error::Kind;
use proptest::prelude::*;
use std::fs;
use std::os::unix::fs::symlink;

/// A workspace with `src/main.rs`, `app/[id]/page.tsx`, `task/T9`, and links.
fn tree() -> (tempfile::TempDir, PathBuf) {
    let temp = tempfile::tempdir().unwrap();
    let root = temp.path().join("ws");
    for file in ["src/main.rs", "app/[id]/page.tsx", "task/T9", "Makefile"] {
        let file = root.join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, "").unwrap();
    }
    fs::create_dir(temp.path().join("out")).unwrap();
    symlink("src", root.join("link")).unwrap();
    symlink("src/main.rs", root.join("main")).unwrap();
    symlink(temp.path().join("out"), root.join("away")).unwrap();
    symlink(&root, temp.path().join("alias")).unwrap();
    (temp, root)
}

/// What a word means in `cwd`.
fn parse(input: &str, cwd: &Path, workspace: &Path) -> Result<ClaimKey> {
    meaning(input, cwd, workspace).map(|meaning| meaning.key)
}

fn meaning(input: &str, cwd: &Path, workspace: &Path) -> Result<Meaning> {
    let place = Place {
        cwd,
        workspace,
        linked: &|_| None,
    };
    ClaimKey::parse(input, &place)
}

#[test]
fn what_people_type_becomes_a_key() {
    let (_temp, root) = tree();
    let check = |input: &str, cwd: &str, expected: &str| {
        let key = parse(input, &root.join(cwd), &root).unwrap();
        assert_eq!(key.as_str(), expected, "{input}");
        // What we print can be given back, from anywhere.
        assert_eq!(ClaimKey::canonical(key.as_str()).unwrap(), key);
        if KNOWN_KINDS.contains(&key.kind()) {
            let again = parse(key.as_str(), &root.join("src"), &root).unwrap();
            assert_eq!(again, key, "{input}");
        }
    };
    check("task/T1", "", "task/T1");
    check("T1", "", "task/T1");
    check("task/T9", "", "task/T9");
    check("./task/T9", "", "file/task/T9");
    check("issue/7", "", "issue/7");
    check("port/8080", "", "port/8080");
    check("db:users.v2", "", "db/users.v2");
    check("src/main.rs", "", "file/src/main.rs");
    check("main.rs", "src", "file/src/main.rs");
    check("../Makefile", "src", "file/Makefile");
    check("Makefile", "", "file/Makefile");
    check("file:new", "src", "file/src/new");
    check("file/src/new", "src", "file/src/new");
    check("src/./x/../main.rs", "", "file/src/main.rs");
    check("link/main.rs", "", "file/src/main.rs");
    check("main", "", "file/src/main.rs");
    check("link/../src/new.rs", "", "file/src/new.rs");
    check("new/deep/a.rs", "", "file/new/deep/a.rs");
    check("src", "", "file/src/**");
    check("src/", "", "file/src/**");
    check(".", "src", "file/src/**");
    check(".", "", "file/**");
    check("new/..", "", "file/**");
    check("src/**", "", "file/src/**");
    check("*.rs", "src", "file/src/*.rs");
    check("link/*.rs", "", "file/src/*.rs");
    check("src/{a,b/c}.rs", "", "file/src/{a,b/c}.rs");
    check("app/[id]/page.tsx", "", "file/app/\\[id\\]/page.tsx");
    check("task/T*", "", "task/T*");
    check("a\\b.rs", "", "file/ab.rs");
    check("a\\*.rs", "", "file/a\\*.rs");
    check(".env", "", "file/.env");
    check("ünï.rs", "", "file/ünï.rs");
    check("src/new", "", "file/src/new");
    check("new/deep", "src", "new/deep");
    check(".github/OWNERS", "", "file/.github/OWNERS");
    check("sp ace/x", "", "file/sp ace/x");
}

/// A file that is made, or removed, between two commands.
#[test]
fn a_word_has_another_meaning_when_a_file_comes_or_goes() {
    let (_temp, root) = tree();
    let check = |input: &str, key: &str, others: &[&str]| {
        let meaning = meaning(input, &root, &root).unwrap();
        assert_eq!(meaning.key.as_str(), key, "{input}");
        let found: Vec<&str> = meaning.others.iter().map(ClaimKey::as_str).collect();
        assert_eq!(found, others, "{input}");
    };
    check("new", "task/new", &["file/new", "file/new/**"]);
    fs::write(root.join("new"), "").unwrap();
    check("new", "file/new", &["file/new/**", "task/new"]);
    let path = ["file/lib/new", "file/lib/new/**"];
    check("lib/new", "lib/new", &path);
    fs::create_dir(root.join("lib")).unwrap();
    check("lib/new", path[0], &[path[1], "lib/new"]);
    check("lib", "file/lib/**", &["file/lib", "task/lib"]);
    check("./new", "file/new", &["file/new/**"]);
    check("file/new", "file/new", &["file/new/**"]);
    check("task/new", "task/new", &[]);
    check("a.rs", "file/a.rs", &["file/a.rs/**"]);
    check(".github/x", "file/.github/x", &["file/.github/x/**"]);
    check(".", "file/**", &[]);
    check(
        "src/**",
        "file/src/**",
        &["file/src/\\*\\*", "file/src/\\*\\*/**"],
    );
}

/// A directory that is made, or removed, between two commands.
#[test]
fn a_word_has_another_meaning_when_a_directory_comes_or_goes() {
    let (_temp, root) = tree();
    for input in [
        "src/fresh",
        "./src/fresh",
        "file/src/fresh",
        "file:src/fresh",
    ] {
        let both = |key: &str, other: &str| {
            let meaning = meaning(input, &root, &root).unwrap();
            assert_eq!(meaning.key.as_str(), key, "{input}");
            let mut others = meaning.others.iter();
            assert!(others.any(|found| found.as_str() == other), "{input}");
        };
        both("file/src/fresh", "file/src/fresh/**");
        fs::create_dir(root.join("src/fresh")).unwrap();
        both("file/src/fresh/**", "file/src/fresh");
        fs::remove_dir(root.join("src/fresh")).unwrap();
    }
    // What looks like a pattern is a name as long as it exists.
    let page = "app/[id]/page.tsx";
    let (name, pattern) = ("file/app/\\[id\\]/page.tsx", "file/app/[id]/page.tsx");
    let check = |key: &str, other: &str| {
        let meaning = meaning(page, &root, &root).unwrap();
        assert_eq!(meaning.key.as_str(), key);
        let mut others = meaning.others.iter();
        assert!(others.any(|found| found.as_str() == other));
    };
    check(name, pattern);
    fs::remove_dir_all(root.join("app")).unwrap();
    check(pattern, name);
}

/// A slash at the end says that it is a directory, there or not.
#[test]
fn a_slash_at_the_end_is_a_directory() {
    let (_temp, root) = tree();
    let check = |input: &str, expected: &str| {
        let key = parse(input, &root, &root).unwrap();
        assert_eq!(key.as_str(), expected, "{input}");
    };
    check("src/mod/", "file/src/mod/**");
    check("./mod/", "file/mod/**");
    check("mod/", "file/mod/**");
    check("mod/deep/", "file/mod/deep/**");
    check("file/mod/", "file/mod/**");
    check("file:mod/", "file/mod/**");
    check("src/mod/.", "file/src/mod/**");
    check("src/mod/deep/..", "file/src/mod/**");
    check("src/*/", "file/src/*/**");
    check("src/**/", "file/src/**");
    // Nothing but what there is can say otherwise.
    check("src/main.rs/", "file/src/main.rs");
}

#[test]
fn a_linked_worktree_has_the_same_files() {
    let (temp, root) = tree();
    let linked = temp.path().join("branch");
    fs::create_dir_all(linked.join("src")).unwrap();
    let place = Place {
        cwd: &linked.join("src"),
        workspace: &root,
        linked: &|path| path.starts_with(&linked).then(|| linked.clone()),
    };
    let key = |input: &str| ClaimKey::parse(input, &place).unwrap().key;
    assert_eq!(key("main.rs").as_str(), "file/src/main.rs");
    assert_eq!(key("..").as_str(), "file/**");
    assert_eq!(key("file/src/main.rs").as_str(), "file/src/main.rs");
    let main = format!("{}/src/main.rs", root.display());
    assert_eq!(key(&main).as_str(), "file/src/main.rs");
}

#[test]
fn aliases_of_the_root_are_inside() {
    let (temp, root) = tree();
    let alias = temp.path().join("alias");
    let key = parse("main.rs", &alias.join("src"), &root).unwrap();
    assert_eq!(key.as_str(), "file/src/main.rs");
    let key = parse(&format!("{}/src/main.rs", alias.display()), &root, &alias).unwrap();
    assert_eq!(key.as_str(), "file/src/main.rs");
}

#[test]
fn what_cannot_be_a_key_is_refused() {
    let (_temp, root) = tree();
    let check = |input: &str, expected: &str| {
        let error = parse(input, &root, &root).unwrap_err();
        assert_eq!(error.kind, Kind::Usage, "{input:?}");
        assert!(error.message.contains(expected), "{}", error.message);
        assert!(!error.message.contains(names::is_hidden) && error.message.len() < 400);
    };
    check("", "empty");
    check("../x", "outside");
    check("/etc/passwd", "outside");
    check("src/../../x.rs", "outside");
    check("away/x.rs", "outside");
    check("file/../x", "outside");
    check("task/../x", "..");
    check("task/", "no name");
    check("task/a//b", "empty part");
    check("new/../..", "outside");
    check("a\0b", "U+0000");
    check("task/a\u{1b}[31m", "U+001B");
    check("task/a\nb", "U+000A");
    check("src/*/../x", "..");
    check("src/[a", "without its ]");
    check(&"x".repeat(10_000), "longer");
    check(&format!("task/{}", "x".repeat(201)), "longer than 200");
    check(&format!("a/{}.rs", "x/".repeat(600)), "longer than 1024");
}

#[test]
fn literals_and_patterns_overlap() {
    let check = |a: &str, b: &str, expected: bool| {
        let (a, b) = (
            ClaimKey::canonical(a).unwrap(),
            ClaimKey::canonical(b).unwrap(),
        );
        assert_eq!(a.overlaps(&b), expected, "{a} {b}");
        assert_eq!(b.overlaps(&a), expected, "{b} {a}");
    };
    check("file/src/a.rs", "file/src/**", true);
    check("file/src/a.rs", "task/**", false);
    check("file/**", "task/T1", false);
    check("file/app/\\[id\\]/p", "file/app/[id]/p", false);
    check("task/T1", "task/T1", true);
    assert!(
        !ClaimKey::canonical("file/app/\\[id\\]/p")
            .unwrap()
            .is_pattern()
    );
    assert!(ClaimKey::canonical("file/app/[id]/p").unwrap().is_pattern());
}

#[test]
fn a_backslash_hides_nothing() {
    for key in [
        "file/src/\\/a",
        "file/\\.\\./a",
        "file/\\./a",
        "task/\\.\\.",
    ] {
        let error = ClaimKey::canonical(key).unwrap_err();
        assert!(
            error.message.contains("between its slashes"),
            "{key}: {}",
            error.message
        );
    }
}

#[test]
fn anything_typed_is_a_sound_key_or_an_error() {
    let (_temp, root) = tree();
    let cwd = root.join("src");
    let inputs = "(\\PC|[./*:\\[\\]{}\\\\]){0,30}";
    let check = |input: String| {
        if let Ok(key) = parse(&input, &cwd, &root) {
            prop_assert_eq!(ClaimKey::canonical(key.as_str()).unwrap(), key.clone());
            prop_assert!(!key.name().split('/').any(|part| part == ".."));
            prop_assert!(key.overlaps(&key));
        }
        Ok(())
    };
    let mut runner = proptest::test_runner::TestRunner::default();
    runner.run(&inputs, check).unwrap();
}
