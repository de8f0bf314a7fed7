//! Issues and fixes from the command line, in the words of the older tool and in ours.

use serde_json::{Value, json};

use crate::support::World;

fn audit(world: &World) -> Vec<(String, String, bool)> {
    let all = world.json(&["audit", "--last", "100"]);
    (all["entries"].as_array().expect("a list").iter())
        .map(|entry| {
            let text = |field: &str| entry[field].as_str().unwrap_or("").to_owned();
            let success = entry["success"].as_bool().expect("a flag");
            (text("agent"), text("action"), success)
        })
        .collect()
}

fn once(world: &World) -> Value {
    world.json(&["--once"])
}

fn team() -> World {
    let world = World::new();
    for name in ["claude_code", "gemini_cli", "openai_codex"] {
        world.register(name);
    }
    world
}

fn report_issue(world: &World, id: &str, severity: &str) {
    let words = [
        "issue",
        "new",
        "Parsing is incomplete",
        "--severity",
        severity,
        "--id",
        id,
    ];
    world.json(&[&words[..], &["--session", "openai_codex"]].concat());
}

fn propose(world: &World) -> Value {
    world.json(&[
        "propose_fix",
        "--agent",
        "claude_code",
        "--fix",
        "fix_011",
        "--issue",
        "issue_007",
        "--title",
        "Test fix",
        "--approach",
        "Test approach",
        "--files",
        "a.py,b.py",
        "--lines",
        "100-150",
        "--tested",
        "--test-notes",
        "all 27 cases",
    ])
}

/// S3-22, S3-54, S3-66 (1): the agent's first command is a sign of life, shows what is free by
/// severity and says what comes next; outside a pane it registers who is not known.
#[test]
fn starting_shows_what_is_free_and_what_comes_next() {
    let world = team();
    report_issue(&world, "issue_007", "high");
    report_issue(&world, "issue_008", "critical");
    world.json(&["task", "add", "Write the docs", "--session", "gemini_cli"]);
    let text = world.ok(&["agent_start", "--agent", "claude_code"]);
    let at = |what: &str| text.find(what).unwrap_or_else(|| panic!("{what}: {text}"));
    assert!(at("in hand: nothing") < at("critical issue_008"), "{text}");
    assert!(at("issue_008") < at("issue_007"), "{text}");
    assert!(at("issue_007") < at("Write the docs"), "{text}");
    assert!(at("next:") < at("stoa issue claim issue_008"), "{text}");
    // Whoever has something in hand goes on with it.
    world.json(&[
        "claim_issue",
        "--agent",
        "claude_code",
        "--issue",
        "issue_008",
    ]);
    let started = world.json(&["start", "--session", "claude_code"]);
    assert_eq!(started["in_hand"]["issues"][0]["id"], "issue_008");
    assert_eq!(started["free"]["issues"][0]["id"], "issue_007");
    let next = started["next"][0].as_str().expect("a step");
    assert!(
        next.starts_with("stoa fix propose --issue issue_008"),
        "{next}"
    );
    let pid = std::process::id().to_string();
    world.json(&["register", "--name", "Nova", "--pid", &pid]);
    assert_eq!(
        world.json(&["start", "--name", "Nova"])["session"]["name"],
        "Nova"
    );
}

/// S3-3, S3-13, S3-26, S3-28, S3-66 (2), (3), (4): claimed, proposed and applied; each step is in the lists, in the
/// session's hand and in the trail.
#[test]
fn from_issue_to_applied_fix() {
    let world = team();
    report_issue(&world, "issue_007", "high");
    let claimed = world.json(&[
        "claim_issue",
        "--agent",
        "claude_code",
        "--issue",
        "issue_007",
    ]);
    assert_eq!(claimed["issue"]["owner"]["name"], "claude_code");
    assert!(claimed["claim"]["token"].as_u64().expect("a token") > 0);
    let mine = world.json(&["my-tasks", "--agent", "claude_code"]);
    assert_eq!(mine["issues"][0]["id"], "issue_007");

    let proposed = propose(&world);
    assert_eq!(proposed["fix"]["state"], "proposed");
    let card = world.ok(&["fix", "show", "fix_011"]);
    for part in [
        "fix_011",
        "issue_007",
        "Test approach",
        "a.py",
        "100-150",
        "all 27 cases",
    ] {
        assert!(card.contains(part), "{part}: {card}");
    }
    let shown = once(&world);
    assert_eq!(shown["fixes"][0]["id"], "fix_011");
    assert_eq!(shown["issues"][0]["status"], "review");
    assert_eq!(shown["attention"][0]["reason"], "review");

    let (code, refused) = world.fails(&["apply_fix", "--agent", "claude_code", "--fix", "fix_011"]);
    assert_eq!((code, &refused["error"]["kind"]), (1, &json!("refused")));
    world.json(&["apply_fix", "--agent", "openai_codex", "--fix", "fix_011"]);
    let shown = once(&world);
    assert_eq!(shown["issues"][0]["status"], "resolved");
    assert_eq!(shown["issues"][0]["resolved_by"], "openai_codex");
    assert_eq!(shown["fixes"][0]["state"], "applied");
    assert_eq!(shown["fixes"][0]["verified_by"], json!(["openai_codex"]));
    assert_eq!(shown["attention"], json!([]));
    let trail = audit(&world);
    for step in [
        ("claude_code", "issue-claim", true),
        ("claude_code", "fix-propose", true),
        ("claude_code", "fix-apply", false),
        ("openai_codex", "fix-apply", true),
    ] {
        let step = (step.0.to_owned(), step.1.to_owned(), step.2);
        assert!(trail.contains(&step), "{step:?}: {trail:?}");
    }
}

/// S3-66 (5), (6): the reports and the check of health, with the words they had.
#[test]
fn reports_and_health_as_they_were() {
    let world = team();
    report_issue(&world, "issue_007", "high");
    world.json(&[
        "claim_issue",
        "--agent",
        "claude_code",
        "--issue",
        "issue_007",
    ]);
    propose(&world);
    world.json(&["apply_fix", "--agent", "gemini_cli", "--fix", "fix_011"]);
    world.ok(&["generate_reports"]);
    let reports = world.state().join("reports");
    let read = |name: &str| {
        let path = reports.join(name);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let fixes = read("fixes.md");
    assert!(
        fixes.contains("fix_011") && fixes.contains("all 27 cases"),
        "{fixes}"
    );
    assert!(read("issues.md").contains("issue_007"));
    assert!(read("activity.md").contains("gemini_cli"));
    assert!(world.ok(&["health_check"]).contains("all is well"));
}

/// S3-43, S3-25: two agents take different issues without waiting for each other; the same one is
/// refused with who has it.
#[test]
fn different_issues_need_no_waiting() {
    let world = team();
    report_issue(&world, "issue_009", "high");
    report_issue(&world, "issue_010", "high");
    let claim = |agent: &str, issue: &str| {
        world
            .stoa(&[
                "claim_issue",
                "--agent",
                agent,
                "--issue",
                issue,
                "--wait",
                "0s",
                "--json",
            ])
            .output()
            .expect("the binary runs")
    };
    assert!(claim("claude_code", "issue_009").status.success());
    assert!(claim("gemini_cli", "issue_010").status.success());
    let refused = claim("gemini_cli", "issue_009");
    assert_eq!(refused.status.code(), Some(1));
    let said: Value = serde_json::from_slice(&refused.stdout).expect("JSON");
    assert_eq!(said["error"]["holder"]["name"], "claude_code");
}
