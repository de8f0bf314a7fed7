//! `guide`.

use clap::Args;
use serde_json::json;

use super::LocalCx;
use crate::command::spec::{Reply, Run};
use crate::error::Result;

/// What an agent needs to know to work in a team here, in a minute's reading.
const TEXT: &str = include_str!("../../../assets/guide.md");

/// Print what an agent needs to know to work in this team; short enough for any prompt
///
/// stoa guide >> AGENTS.md
#[derive(Debug, Clone, Args)]
pub struct Guide {}

impl Run<LocalCx> for Guide {
    fn run(self, _: &mut LocalCx) -> Result<Reply> {
        Ok(Reply::new(TEXT.trim_end(), json!({ "guide": TEXT })))
    }
}

#[cfg(test)]
mod tests {
    use super::TEXT;
    use crate::command::parse::{Parsed, parse};

    /// Fewer than 700 tokens by the usual estimates: four characters, or three quarters of a word.
    #[test]
    fn the_guide_is_short() {
        assert!(TEXT.chars().count() < 4 * 700, "{}", TEXT.chars().count());
        assert!(TEXT.split_whitespace().count() * 4 / 3 < 700);
    }

    /// What it teaches exists: each command in backquotes is known here.
    #[test]
    fn every_command_in_the_guide_exists() {
        let quoted = TEXT.split('`').skip(1).step_by(2);
        for line in quoted.filter_map(|text| text.strip_prefix("stoa ")) {
            let line = line.replace(" …", "");
            let words = shlex::split(&line).expect("balanced");
            match parse(words.iter()) {
                Ok(Parsed::Run(_) | Parsed::Show(_)) => {}
                // What stands for an argument may be left out in the text.
                Err(error) => assert!(
                    !error.message.contains("no command is called")
                        && !error.message.contains("unexpected argument"),
                    "{line}: {}",
                    error.message
                ),
            }
        }
    }
}
