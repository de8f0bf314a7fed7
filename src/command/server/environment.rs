//! `set-environment` and `show-environment`.

use clap::Args;
use serde_json::json;

use super::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::{Error, Result};

/// The most variables that can be set.
const MOST: usize = 1024;
/// The most bytes of a value.
const MAX_VALUE: usize = 64 * 1024;

/// Set a variable for new panes, or take one away from them
#[derive(Debug, Clone, Args)]
pub struct SetEnvironment {
    /// Forget what was set: new panes get what the asking shell has
    #[arg(short = 'u', long, conflicts_with = "remove")]
    pub unset: bool,
    /// New panes do not get the variable, whoever asks for them
    #[arg(short = 'r', long)]
    pub remove: bool,
    /// For the whole workspace (always so; accepted as tmux's flag)
    #[arg(short = 'g', long)]
    pub global: bool,
    /// The variable
    pub name: String,
    /// Its value
    #[arg(allow_hyphen_values = true)]
    pub value: Option<String>,
}

impl Run<ServerCx<'_>> for SetEnvironment {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let name = check_name(&self.name).map_err(Error::usage)?;
        let environment = &mut cx.state.environment;
        if self.unset {
            environment.remove(name);
            return Ok(Reply::none());
        }
        let value = match (self.remove, self.value) {
            (true, None) => None,
            (false, Some(value)) => Some(check_value(value).map_err(Error::usage)?),
            (true, Some(_)) => return Err(Error::usage("--remove takes no value")),
            (false, None) => {
                return Err(Error::usage("set-environment needs a value")
                    .with_hint("or --unset to forget it, --remove to keep it from new panes"));
            }
        };
        if environment.len() >= MOST && !environment.contains_key(name) {
            return Err(Error::refused(format!("{MOST} variables are set already")));
        }
        environment.insert(name.to_owned(), value);
        Ok(Reply::none())
    }
}

/// Show what set-environment has set for new panes
#[derive(Debug, Clone, Args)]
pub struct ShowEnvironment {
    /// For the whole workspace (always so; accepted as tmux's flag)
    #[arg(short = 'g', long)]
    pub global: bool,
    /// As commands for a shell: eval "$(stoa show-environment -s)" brings an old shell up to date
    #[arg(short = 's', long)]
    pub shell: bool,
    /// Only this variable
    pub name: Option<String>,
}

impl Run<ServerCx<'_>> for ShowEnvironment {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let environment = &cx.state.environment;
        let wanted = |name: &String| self.name.as_ref().is_none_or(|wanted| wanted == name);
        let shown: Vec<(&String, &Option<String>)> = environment
            .iter()
            .filter(|(name, _)| wanted(name))
            .collect();
        if let (Some(name), true) = (&self.name, shown.is_empty()) {
            return Err(Error::not_found(format!(
                "{name:?} is not set for new panes"
            )));
        }
        let lines: Vec<String> = shown
            .iter()
            .map(|(name, value)| match (value, self.shell) {
                (Some(value), false) => format!("{name}={value}"),
                (None, false) => format!("-{name}"),
                (value, true) => for_shell(name, value.as_deref()),
            })
            .collect();
        let data: serde_json::Map<_, _> = shown
            .into_iter()
            .map(|(name, value)| (name.clone(), json!(value)))
            .collect();
        Ok(Reply::new(lines.join("\n"), json!({ "environment": data })))
    }
}

/// A command that gives a shell the variable or takes it away. A name no shell could set is left out.
fn for_shell(name: &str, value: Option<&str>) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if !name.chars().all(plain) || name.starts_with(|c: char| c.is_ascii_digit()) {
        return String::new();
    }
    match value {
        Some(value) => format!("export {name}='{}';", value.replace('\'', "'\\''")),
        None => format!("unset {name};"),
    }
}

/// Reads `NAME=VALUE`.
pub fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text
        .split_once('=')
        .ok_or_else(|| format!("{text:?} is not NAME=VALUE"))?;
    let value = check_value(value.to_owned())?;
    Ok((check_name(name)?.to_owned(), value))
}

/// A name that a variable of new panes may have: what identifies a pane and its workspace is not for
/// anybody to set.
///
/// # Errors
/// It may not; the text says why.
pub fn check_name(name: &str) -> Result<&str, String> {
    if name.is_empty() || name.len() > 256 || name.contains(['=', '\0']) {
        return Err(format!("{name:?} cannot be a variable's name"));
    }
    if name.starts_with("STOA_") {
        return Err(format!("{name} says where a pane is and cannot be set"));
    }
    Ok(name)
}

fn check_value(value: String) -> Result<String, String> {
    if value.contains('\0') || value.len() > MAX_VALUE {
        return Err("a variable's value cannot contain NUL or be longer than 64 KiB".to_owned());
    }
    Ok(value)
}
