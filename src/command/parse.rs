//! From words to a command: one grammar for the shell, the prompt, keys and programs.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, ArgMatches};

use super::local::attach::Attach;
use super::spec::Row;
use super::{Command, LocalCommand, beginning, family, find, rows};
use crate::error::{Error, Result};
use crate::keys::nearest::nearest;
use crate::ui::paint::wrap;

/// The options that every command takes.
#[derive(Debug, Clone, Default)]
pub struct Global {
    /// The state directory to use instead of the workspace's own.
    pub state: Option<PathBuf>,
    /// Who acts, instead of `STOA_SESSION`: an id, a name or a number.
    pub session: Option<String>,
    /// Print data as JSON, errors too.
    pub json: bool,
    /// The caller's id for this one command: trying it again repeats the answer, not the deed.
    pub op: Option<String>,
}

/// A command with the options around it.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// What to do; `None` is bare `stoa`: attach.
    pub command: Option<Command>,
    /// Options common to all commands.
    pub global: Global,
}

/// The heading of the options that every command has.
const EVERYWHERE: &str = "Options of every command";

/// What a command line turned out to be.
#[derive(Debug)]
pub enum Parsed {
    /// Something to run.
    Run(Box<Invocation>),
    /// Help or version text that was asked for; goes to standard output.
    Show(String),
}

/// The whole grammar.
pub fn cli() -> clap::Command {
    let root = root()
        .about("A terminal multiplexer for teams of coding agents")
        .after_help(sections())
        .help_template("{about}\n\n{usage-heading} {usage}\n\n{options}\n\n{after-help}")
        .override_usage("stoa [OPTIONS] [COMMAND]\n       stoa            attach to this directory's workspace, starting it if needed\n       stoa --once     print the state of the workspace and exit");
    let mut root = root;
    let mut families: Vec<&str> = Vec::new();
    for row in rows() {
        match row.family() {
            None => root = root.subcommand(row.clap()),
            Some(word) if families.contains(&word) => {}
            Some(word) => {
                families.push(word);
                root = root.subcommand(family_command(word, family(word)));
            }
        }
    }
    root
}

/// The clap command of a family, with these of its rows.
fn family_command(word: &'static str, rows: impl Iterator<Item = &'static Row>) -> clap::Command {
    let command = clap::Command::new(word)
        .about(match word.starts_with(['a', 'e', 'i', 'o', 'u']) {
            true => format!("What one can do with an {word}"),
            false => format!("What one can do with a {word}"),
        })
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true);
    rows.fold(command, |command, row| command.subcommand(row.clap()))
}

/// The grammar without commands: the options around them.
fn root() -> clap::Command {
    clap::Command::new("stoa")
        .version(env!("CARGO_PKG_VERSION"))
        .disable_help_subcommand(true)
        .arg(
            Arg::new("state")
                .long("state")
                .value_name("DIR")
                .value_parser(clap::value_parser!(PathBuf))
                .global(true)
                .help_heading(EVERYWHERE)
                .help("State directory instead of the workspace's .stoa (also STOA_STATE)"),
        )
        .arg(
            Arg::new("session")
                .long("session")
                .value_name("ID|NAME|NUMBER")
                .global(true)
                .help_heading(EVERYWHERE)
                .help("Session that acts, instead of STOA_SESSION"),
        )
        .arg(
            Arg::new("json")
                .long("json")
                .action(ArgAction::SetTrue)
                .global(true)
                .help_heading(EVERYWHERE)
                .help("Print data, and errors, as JSON"),
        )
        .arg(
            Arg::new("op")
                .long("op")
                .value_name("ID")
                .global(true)
                .help_heading(EVERYWHERE)
                .help("An id of yours for this one command: repeating it repeats the answer, not the deed"),
        )
        .arg(
            Arg::new("layout")
                .long("layout")
                .value_name("NAME|FILE")
                .help("Attach and open the tabs of this layout (see save-layout)"),
        )
        .arg(
            Arg::new("once")
                .long("once")
                .action(ArgAction::SetTrue)
                .help("Print the state of the workspace once and exit"),
        )
}

/// The part of the grammar that these words need, if they are a plain command line: building all
/// of it takes longer than most commands. It is a subset, so what it accepts means the same in
/// the whole; what it refuses is for the whole to explain.
fn part(row: Option<&'static Row>) -> clap::Command {
    match row.map(|row| (row, row.family())) {
        Some((row, None)) => root().subcommand(row.clap()),
        Some((row, Some(word))) => root().subcommand(family_command(word, std::iter::once(row))),
        None => root(),
    }
}

/// Older tools write a command's words with underscores; ours have dashes.
fn dashes(words: &mut [OsString]) {
    if let Some(first) = words.first_mut()
        && let Some(word) = first.to_str()
        && word.contains('_')
    {
        let dashed = word.replace('_', "-");
        if find([dashed.as_str()]).is_some() {
            *first = dashed.into();
        }
    }
}

/// tmux's `new-session -d` starts a server; the older tools' `new-session`, which knows no `-d`,
/// registers a session.
fn detached_session(words: &mut Vec<OsString>, at: usize) {
    let named = |word: &OsString| word == "new-session" || word == "new";
    if !words.get(at).is_some_and(named) {
        return;
    }
    let mut own = vec![OsString::from("start-server")];
    let mut detached = false;
    let mut rest = words[at + 1..].iter();
    while let Some(word) = rest.next() {
        let Some(flags) = word.to_str().and_then(flags) else {
            own.push(word.clone());
            break;
        };
        let value = flags.find(|flag| VALUED.contains(flag));
        let (plain, valued) = flags.split_at(value.unwrap_or(flags.len()));
        detached |= plain.contains('d');
        // Attaching to one that runs already is what -d does without.
        let kept: String = plain.chars().filter(|flag| !"dA".contains(*flag)).collect();
        if !(kept.is_empty() && valued.is_empty()) {
            own.push(format!("-{kept}{valued}").into());
        }
        if valued.len() == 1 {
            own.extend(rest.next().cloned());
        }
    }
    if detached {
        own.extend(rest.cloned());
        words.splice(at.., own);
    }
}

/// The flags of tmux's `new-session` that take a value.
const VALUED: &str = "cefFnstxy";

/// The letters of a word of short flags.
fn flags(word: &str) -> Option<&str> {
    let letters = word.strip_prefix('-')?;
    (!letters.is_empty() && !letters.starts_with('-')).then_some(letters)
}

/// tmux's `send -X` is its `send-keys`, here as in the files written for it; our `send`, which sends
/// messages, has no such option.
fn send_action(words: &mut [OsString], at: usize) {
    if let [word, option, ..] = &mut words[at..]
        && *word == "send"
        && *option == "-X"
    {
        *word = "send-keys".into();
    }
}

/// Where the command's words begin: after the options that stand before it.
pub fn command_at(words: &[OsString]) -> usize {
    let mut at = 0;
    while let Some(word) = words.get(at).and_then(|word| word.to_str())
        && word.starts_with('-')
    {
        let takes_value = matches!(word, "--state" | "--session" | "--op");
        at += if takes_value { 2 } else { 1 };
    }
    at.min(words.len())
}

/// Columns for a command's name in `stoa --help`.
const NAME_COLS: usize = 18;

/// Columns of the help: the terminal's, as long as lines can be read at a glance.
fn help_cols() -> u16 {
    let terminal = rustix::termios::tcgetwinsize(rustix::stdio::stdout());
    let cols = terminal.map_or(0, |size| size.ws_col);
    if cols == 0 { 100 } else { cols.clamp(40, 100) }
}

/// The commands by section, for the foot of `stoa --help`.
fn sections() -> String {
    let mut text = String::from("Commands (stoa COMMAND --help tells more):");
    let about = help_cols().saturating_sub(NAME_COLS as u16 + 3);
    let mut seen: Vec<&str> = Vec::new();
    for row in rows().filter(|row| !row.hidden()) {
        if !seen.contains(&row.section) {
            seen.push(row.section);
        }
    }
    for section in seen {
        text.push_str(&format!("\n\n{section}:"));
        for row in rows().filter(|row| row.section == section) {
            let mut name = row.name;
            for line in wrap(&row.about(), about, 4) {
                text.push_str(&format!("\n  {name:<NAME_COLS$} {line}"));
                name = "";
            }
        }
    }
    text
}

/// Parses words as typed in a shell, without the program's name.
///
/// # Errors
/// A usage error with clap's own explanation, did-you-mean included.
pub fn parse<I, W>(words: I) -> Result<Parsed>
where
    I: IntoIterator<Item = W>,
    W: Into<OsString> + Clone,
{
    let mut words: Vec<OsString> = words.into_iter().map(Into::into).collect();
    let at = command_at(&words);
    dashes(&mut words[at..]);
    detached_session(&mut words, at);
    send_action(&mut words, at);
    let found = find(words[at..].iter().map_while(|word| word.to_str()));
    if let Some((row, 1)) = found {
        // An alias, or the beginning of a name: in clap's tree stands the name itself.
        words.splice(at..=at, row.name.split(' ').map(OsString::from));
    }
    let argv = || std::iter::once(OsString::from("stoa")).chain(words.iter().cloned());
    match part(found.map(|(row, _)| row)).try_get_matches_from(argv()) {
        Ok(matches) => return from_matches(&matches),
        Err(version) if version.kind() == ErrorKind::DisplayVersion => {
            return Ok(Parsed::Show(version.to_string()));
        }
        Err(_) => {}
    }
    match cli().try_get_matches_from(argv()) {
        Ok(matches) => from_matches(&matches),
        Err(error) => {
            let word = words[at..].first().and_then(|word| word.to_str());
            from_clap(error, word, found.map(|(row, _)| row.name))
        }
    }
}

fn from_matches(matches: &ArgMatches) -> Result<Parsed> {
    let mut global = Global {
        state: matches.get_one::<PathBuf>("state").cloned(),
        session: matches.get_one::<String>("session").cloned(),
        json: matches.get_flag("json"),
        op: matches.get_one::<String>("op").cloned(),
    };
    let command = match matches.subcommand() {
        Some((word, sub)) => {
            let (name, sub) = match sub.subcommand() {
                Some((own, below)) => (format!("{word} {own}"), below),
                None => (word.to_owned(), sub),
            };
            // Global options may stand after the command's word as well.
            global.json |= sub.get_flag("json");
            let parsed = Command::from_matches(&name, sub)
                .ok_or_else(|| Error::internal(format!("no command behind the words {name}")))?;
            match parsed {
                Ok(command) => Some(command),
                Err(error) => return from_clap(error, None, Some(&name)),
            }
        }
        None if matches.get_flag("once") => once_command()?,
        None => matches.get_one::<String>("layout").map(|layout| {
            let layout = Some(layout.clone());
            Command::Local(LocalCommand::Attach(Attach {
                detach_others: false,
                layout,
                target: None,
                place: None,
            }))
        }),
    };
    Ok(Parsed::Run(Box::new(Invocation { command, global })))
}

fn once_command() -> Result<Option<Command>> {
    match parse(["once"])? {
        Parsed::Run(invocation) => Ok(invocation.command),
        Parsed::Show(_) => Ok(None),
    }
}

/// What clap has to say; `word` is the command's first, for what is unknown below it, and `command` its name
/// if it is one.
fn from_clap(error: clap::Error, word: Option<&str>, command: Option<&str>) -> Result<Parsed> {
    match error.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            Ok(Parsed::Show(error.to_string()))
        }
        ErrorKind::InvalidSubcommand => Err(unknown_command(&error, word)),
        _ => Err(usage_error(&error.to_string(), command)),
    }
}

/// A command nobody knows, with the nearest one we do.
fn unknown_command(error: &clap::Error, word: Option<&str>) -> Error {
    let typed = match error.get(ContextKind::InvalidSubcommand) {
        Some(ContextValue::String(typed)) => typed.as_str(),
        _ => "that",
    };
    let below = word.filter(|word| family(word).next().is_some());
    let (typed, words): (String, Vec<&str>) = match below {
        Some(word) => (
            format!("{word} {typed}"),
            family(word).map(|row| row.name).collect(),
        ),
        None => (typed.to_owned(), rows().flat_map(top_words).collect()),
    };
    if let (None, Some((why, hint))) = (below, elsewhere(&typed)) {
        return Error::refused(format!("{typed}: {why}")).with_hint(hint);
    }
    let error = Error::usage(format!("no command is called {typed:?}"));
    if let Some(word) = below {
        let near = nearest(&typed, words);
        let tip = near.map_or(String::new(), |near| format!("did you mean {near}? "));
        return error.with_hint(format!("{tip}stoa {word} --help lists them all"));
    }
    if let several @ [_, _, ..] = beginning(&typed).as_slice() {
        let names: Vec<&str> = several.iter().map(|(_, name)| *name).collect();
        return Error::usage(format!("{typed:?} could be {}", names.join(", ")))
            .with_hint("type more of it");
    }
    match nearest(&typed, words) {
        Some(word) => error.with_hint(format!("did you mean {word}? stoa --help lists them all")),
        None => error.with_hint("stoa --help lists them all"),
    }
}

/// Why there is no such command of tmux's here, and what to do instead.
fn elsewhere(word: &str) -> Option<(&'static str, &'static str)> {
    Some(match word {
        "switch-client" | "switchc" => (
            "a terminal shows one workspace, whose server knows no other",
            "detach, and type stoa attach in the other directory; stoa ls lists those that run",
        ),
        "choose-client" | "choose-session" => (
            "there is nothing to choose between here",
            "stoa list-clients shows the terminals, stoa ls the workspaces that run",
        ),
        "link-window" | "linkw" | "unlink-window" | "unlinkw" => (
            "a tab is in one workspace, where every terminal can show it",
            "join-pane and move-tab move panes and tabs about in it",
        ),
        "lock-client" | "lockc" | "lock-server" | "lock" | "lock-session" | "locks" => (
            "the screen is locked by the desktop or the terminal, not by the workspace",
            "stoa detach takes the workspace off the screen",
        ),
        "server-access" => (
            "the server answers nobody but the person who started it",
            "others come in by ssh as that person: stoa attach ssh:HOST:DIR",
        ),
        "customize-mode" => (
            "options are set by name",
            "show-options, set-option and list-keys; what is to stay goes into config.toml",
        ),
        "show-prompt-history" | "showphist" | "clear-prompt-history" | "clearphist" => (
            "what was typed at the prompt is for that terminal alone",
            "at the prompt, Up goes through it",
        ),
        _ => return None,
    })
}

/// What a command line may begin with to mean this row.
fn top_words(row: &'static Row) -> impl Iterator<Item = &'static str> {
    let own = row.family().unwrap_or(row.name);
    let words = std::iter::once(own).chain(row.aliases.iter().copied());
    words.filter(|_| !row.hidden())
}

/// clap's report, shortened to what failed (message) and what to do (hint).
fn usage_error(report: &str, command: Option<&str>) -> Error {
    let mut message = String::new();
    let mut hints: Vec<&str> = Vec::new();
    for line in report
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
    {
        if let Some(text) = line.strip_prefix("error: ") {
            message = text.to_owned();
        } else if let Some(text) = line.strip_prefix("tip: ") {
            hints.push(text);
        } else if let Some(text) = line.strip_prefix("Usage: ") {
            hints.push(text);
        } else if !line.starts_with("For more information") {
            message.push_str(if message.ends_with(':') { " " } else { "; " });
            message.push_str(line);
        }
    }
    let error = Error::usage(message);
    match hints.as_slice() {
        [] => match command {
            Some(name) => error.with_hint(format!("see stoa {name} --help")),
            None => error.with_hint("see stoa --help"),
        },
        hints => error.with_hint(
            hints
                .join("; usage: ")
                .replace("usage: a similar", "a similar"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::line;
    use crate::error::Kind;

    fn parse_line(line: &str) -> Result<Parsed> {
        parse(line::commands(line)?.concat())
    }

    fn fails(line: &str) -> Error {
        parse_line(line).expect_err("the line should be refused")
    }

    #[test]
    fn a_misspelt_command_gets_a_suggestion() {
        let error = fails("split-pain");
        assert_eq!(error.kind, Kind::Usage);
        assert!(
            error.hint.as_deref().unwrap_or("").contains("split-pane"),
            "{error:?}"
        );
    }

    #[test]
    fn a_session_detached_at_once_is_a_server_started() {
        let check = |line: &str, expected: &str| {
            let mut words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            detached_session(&mut words, 0);
            let words: Vec<&str> = words.iter().filter_map(|word| word.to_str()).collect();
            assert_eq!(words.join(" "), expected);
        };
        check("new-session -d -s demo", "start-server -s demo");
        check("new -ds demo -x 90", "start-server -s demo -x 90");
        check("new -x90 -Ad -sd", "start-server -x90 -sd");
        for other in [
            "new-session -s -d",
            "new-session Bob -d",
            "new-session -sd",
            "new -- -d",
            "new-tab -d",
        ] {
            check(other, other);
        }
    }

    #[test]
    fn unbalanced_quotes_are_refused() {
        assert!(fails("rename-tab \"x").message.contains("quotes"));
    }

    #[test]
    fn json_is_taken_before_and_after_the_command() {
        for line in ["--json list-panes", "list-panes --json"] {
            let Ok(Parsed::Run(invocation)) = parse_line(line) else {
                panic!("{line} did not parse");
            };
            assert!(invocation.global.json, "{line}");
        }
    }

    /// S3-53: the words of older tools, with underscores as they were.
    #[test]
    fn underscores_are_dashes() {
        for line in ["list_issues", "list-issues", "agent_peers"] {
            assert!(matches!(parse_line(line), Ok(Parsed::Run(_))), "{line}");
        }
        assert!(fails("no_such_command").message.contains("no_such_command"));
    }

    #[test]
    fn aliases_reach_the_same_command() {
        for line in ["split-window -h", "splitw -h", "split-pane --right"] {
            let Ok(Parsed::Run(invocation)) = parse_line(line) else {
                panic!("{line} did not parse");
            };
            assert!(
                format!("{:?}", invocation.command).contains("right: true"),
                "{line}: {:?}",
                invocation.command
            );
        }
    }
    #[test]
    fn the_beginning_of_one_name_is_enough() {
        for line in ["show-opt -g", "select-win -t 1", "kill-ser"] {
            assert!(matches!(parse_line(line), Ok(Parsed::Run(_))), "{line}");
        }
        let several = fails("kill").message;
        assert!(
            several.contains("kill-pane") && several.contains("kill-server"),
            "{several}"
        );
        assert!(
            matches!(parse_line("task"), Ok(Parsed::Show(_))),
            "its commands are shown"
        );
    }

    #[test]
    fn a_wrong_option_points_at_its_own_commands_help() {
        let hint = fails("task add x --estimate soon").hint.expect("a hint");
        assert!(hint.contains("stoa task add --help"), "{hint}");
    }
}
