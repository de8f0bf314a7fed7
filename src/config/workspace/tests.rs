use std::os::unix::fs::symlink;

use super::*;
use crate::error::Kind;

struct Place {
    _temp: tempfile::TempDir,
    at: PathBuf,
}

/// An empty directory, without links in its path.
fn place() -> Place {
    let temp = tempfile::tempdir().expect("a temporary directory");
    let at = fs::canonicalize(temp.path()).expect("it exists");
    Place { _temp: temp, at }
}

impl Place {
    fn dir(&self, name: &str) -> PathBuf {
        let dir = self.at.join(name);
        fs::create_dir_all(&dir).expect("made");
        dir
    }

    fn file(&self, name: &str, text: &str) {
        let file = self.at.join(name);
        fs::create_dir_all(file.parent().expect("in the place")).expect("made");
        fs::write(file, text).expect("written");
    }

    /// A main repository at `name`.
    fn repository(&self, name: &str) {
        self.file(&format!("{name}/.git/HEAD"), "ref: refs/heads/main\n");
        self.file(&format!("{name}/.git/config"), "[core]\n\tbare = false\n");
    }

    /// A linked worktree at `name` of the repository whose git directory is `git`.
    fn worktree(&self, name: &str, git: &str) {
        let own = format!("{git}/worktrees/w");
        self.file(&format!("{own}/HEAD"), "ref: refs/heads/w\n");
        self.file(&format!("{own}/commondir"), "../..\n");
        let pointer = format!("gitdir: {}\n", self.at.join(own).display());
        self.file(&format!("{name}/.git"), &pointer);
    }

    #[track_caller]
    fn check_root(&self, from: &str, expected: &str) {
        let found = Workspace::find(&self.dir(from), None, None).expect("found");
        assert_eq!(found.root, self.at.join(expected));
        assert_eq!(found.state, self.at.join(expected).join(".stoa"));
    }
}

#[test]
fn a_plain_directory_is_its_own_workspace() {
    place().check_root("a/b", "a/b");
}

#[test]
fn a_repository_is_found_from_below() {
    let place = place();
    place.repository("repo");
    place.check_root("repo", "repo");
    place.check_root("repo/src/deep", "repo");
}

#[test]
fn linked_worktrees_share_the_main_one() {
    let place = place();
    place.repository("repo");
    place.worktree("elsewhere/linked", "repo/.git");
    place.check_root("elsewhere/linked/src", "repo");
}

#[test]
fn relative_pointers_are_followed() {
    let place = place();
    place.repository("repo");
    place.worktree("repo/linked", "repo/.git");
    place.file("repo/linked/.git", "gitdir: ../.git/worktrees/w\n");
    place.check_root("repo/linked", "repo");
}

#[test]
fn submodules_are_workspaces_of_their_own() {
    let place = place();
    place.repository("repo");
    place.file("repo/.git/modules/sub/HEAD", "ref: refs/heads/main\n");
    place.file(
        "repo/.git/modules/sub/config",
        "[core]\n\tworktree = ../../../sub\n",
    );
    place.file("repo/sub/.git", "gitdir: ../.git/modules/sub\n");
    place.check_root("repo/sub/src", "repo/sub");
    place.worktree("linked", "repo/.git/modules/sub");
    place.check_root("linked", "repo/sub");
}

#[test]
fn worktrees_of_a_bare_repository() {
    let place = place();
    place.file("store.git/HEAD", "ref: refs/heads/main\n");
    place.file("store.git/config", "[core]\n\tbare = true\n");
    place.worktree("linked", "store.git");
    place.check_root("linked/src", "linked");
    place.check_root("store.git", "store.git");

    place.file("proj/.bare/HEAD", "ref: refs/heads/main\n");
    place.file("proj/.bare/config", "[core]\n\tbare = true\n");
    place.file("proj/.git", "gitdir: ./.bare\n");
    place.worktree("proj/main", "proj/.bare");
    place.check_root("proj/main/src", "proj");
    place.check_root("proj", "proj");
}

#[test]
fn broken_git_files_count_as_none() {
    let place = place();
    place.file("gone/.git", "gitdir: /no/such/place\n");
    place.check_root("gone/src", "gone/src");
    place.file("odd/.git", "\0\x01 not a pointer");
    place.check_root("odd", "odd");
    place.dir("empty/.git");
    place.check_root("empty/src", "empty/src");
    place.repository("repo");
    place.worktree("half", "repo/.git");
    place.file("repo/.git/worktrees/w/commondir", "/no/such/place");
    place.check_root("half", "half");
    symlink("loop", place.dir("looped").join(".git")).expect("linked");
    place.check_root("looped", "looped");
}

#[test]
fn the_state_directory_by_flag_environment_and_default() {
    let place = place();
    place.repository("repo");
    let dir = place.dir("repo/src");
    let state = |flag: Option<&str>, env: Option<&str>| {
        let found = Workspace::find(&dir, flag.map(Path::new), env.map(OsStr::new));
        found.expect("found").state
    };
    assert_eq!(state(None, None), place.at.join("repo/.stoa"));
    assert_eq!(state(None, Some("")), place.at.join("repo/.stoa"));
    assert_eq!(
        state(None, Some("/tmp/../srv/none")),
        Path::new("/srv/none")
    );
    assert_eq!(
        state(Some("../x/./y"), Some("/tmp/s")),
        place.at.join("repo/x/y")
    );
}

#[test]
fn links_are_resolved() {
    let place = place();
    place.repository("repo");
    place.dir("far/away");
    symlink(place.at.join("repo"), place.at.join("link")).expect("linked");
    symlink(place.at.join("far/away"), place.at.join("repo/s")).expect("linked");
    let found = Workspace::find(&place.at.join("link"), Some(Path::new("s/../state")), None);
    let found = found.expect("found");
    assert_eq!(found.root, place.at.join("repo"));
    assert_eq!(found.state, place.at.join("far/state"));
    let gone = Workspace::find(&place.at.join("nowhere"), None, None).expect_err("missing");
    assert_eq!(gone.kind, Kind::Unreachable);
}

#[test]
fn socket_names_are_short_safe_and_stable() {
    let sockets = |root: &str, state: &str| {
        let workspace = Workspace {
            root: root.into(),
            state: state.into(),
        };
        workspace.sockets(Path::new("/run/user/1000/stoa"))
    };
    let one = sockets("/home/ada/my project", "/home/ada/my project/.stoa").expect("short");
    assert_eq!(
        one.socket,
        Path::new("/run/user/1000/stoa/my_project-2f6ba188fa92569a.sock")
    );
    assert_eq!(one.lock, one.socket.with_extension("lock"));
    assert_eq!(one.log, one.socket.with_extension("log"));
    let other = sockets("/home/ada/my project", "/srv/state").expect("short");
    assert_ne!(one.socket, other.socket);
    let long = sockets(&format!("/{}", "ä".repeat(200)), "/s").expect("cut");
    assert!(long.socket.as_os_str().len() < 100);
    assert!(
        sockets("/", "/.stoa")
            .expect("named")
            .socket
            .to_string_lossy()
            .contains("/root-")
    );
    assert!(
        sockets("/.hidden", "/s")
            .expect("named")
            .socket
            .to_string_lossy()
            .contains("/_hidden-")
    );
}

#[test]
fn a_socket_path_the_kernel_would_refuse_is_an_error() {
    let workspace = Workspace {
        root: "/w".into(),
        state: "/w/.stoa".into(),
    };
    let deep = format!("/{}", "d".repeat(90));
    let error = workspace.sockets(Path::new(&deep)).expect_err("too long");
    assert_eq!(error.kind, Kind::Unreachable);
}

fn mode(dir: &Path) -> u32 {
    fs::symlink_metadata(dir).expect("it exists").mode() & 0o777
}

#[test]
fn sockets_live_in_the_runtime_directory() {
    let place = place();
    let runtime = place.dir("run");
    let dir = socket_dir_in(Some(&runtime), &place.at).expect("made");
    assert_eq!(dir, runtime.join("stoa"));
    assert_eq!(mode(&dir), 0o700);
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o755)).expect("ours");
    assert_eq!(
        socket_dir_in(Some(&runtime), &place.at).expect("mended"),
        dir
    );
    assert_eq!(mode(&dir), 0o700);
}

#[test]
fn without_one_they_live_in_a_private_directory() {
    let place = place();
    let uid = rustix::process::getuid().as_raw();
    let own = place.at.join(format!("stoa-{uid}"));
    let check = |runtime: Option<&Path>| {
        assert_eq!(socket_dir_in(runtime, &place.at).expect("made"), own);
        assert_eq!(mode(&own), 0o700);
    };
    check(None);
    check(Some(&place.at.join("missing")));
    check(Some(Path::new("relative")));
    check(Some(&place.dir(&"d".repeat(80))));
    place.file("run/stoa", "a file in the way");
    check(Some(&place.at.join("run")));
    let shared = place.dir("shared");
    fs::set_permissions(&shared, fs::Permissions::from_mode(0o777)).expect("ours");
    check(Some(&shared));
}

#[test]
fn a_directory_others_could_reach_into_is_refused() {
    let uid = rustix::process::getuid().as_raw();
    let refused = |prepare: &dyn Fn(&Place, &Path)| {
        let place = place();
        prepare(&place, &place.at.join(format!("stoa-{uid}")));
        let error = socket_dir_in(None, &place.at).expect_err("refused");
        assert!(error.hint.is_some());
        error.message
    };
    let open = refused(&|_, own| {
        fs::create_dir(own).expect("made");
        fs::set_permissions(own, fs::Permissions::from_mode(0o755)).expect("ours");
    });
    assert!(open.contains("is open to others (mode 755)"), "{open}");
    let linked = refused(&|place, own| symlink(place.dir("mine"), own).expect("linked"));
    assert!(linked.contains("is not a directory"), "{linked}");
    let file = refused(&|_, own| fs::write(own, "").expect("written"));
    assert!(file.contains("is not a directory"), "{file}");
    if uid == 0 {
        let theirs = refused(&|_, own| {
            fs::create_dir(own).expect("made");
            std::os::unix::fs::chown(own, Some(1), None).expect("root may");
        });
        assert!(theirs.contains("belongs to user 1"), "{theirs}");
    }
}
