//! Telling whether two descriptions mean the same work.
//!
//! Texts are compared by their words, without order, case, punctuation and the little words between.
//! Numbers must agree: "part 1" is not "part 2", however much else is the same.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// Two texts are nearly the same from this share of common words on, in per cent.
const NEARLY: usize = 80;
/// Below this many words only the same text is a duplicate.
const FEW: usize = 3;
/// Words that say nothing about the work.
const LITTLE: &[&str] = &[
    "a", "an", "and", "as", "at", "by", "for", "from", "in", "into", "is", "it", "its", "of", "on",
    "or", "our", "so", "that", "the", "then", "this", "to", "up", "we", "with",
];

/// The words of a description, once each, sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Words(BTreeSet<String>);

impl Words {
    /// The words of `text`.
    pub fn of(text: &str) -> Words {
        let words = text
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .filter(|word| !LITTLE.contains(&word.as_str()));
        Words(words.collect())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether both mean the same work.
    pub fn nearly(&self, other: &Words) -> bool {
        if self.is_empty() || self.numbers().ne(other.numbers()) {
            return false;
        }
        let common = self.0.intersection(&other.0).count();
        let all = self.0.union(&other.0).count();
        if self.0.len().min(other.0.len()) < FEW {
            return common == all;
        }
        common * 100 >= all * NEARLY
    }

    fn numbers(&self) -> impl Iterator<Item = &String> {
        let digit = |word: &&String| word.bytes().any(|byte| byte.is_ascii_digit());
        self.0.iter().filter(digit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S4-22: what counts as the same task.
    #[test]
    fn the_same_work_in_other_words_order_and_case() {
        let check = |a: &str, b: &str, expected: bool| {
            assert_eq!(Words::of(a).nearly(&Words::of(b)), expected, "{a} / {b}");
            assert_eq!(Words::of(b).nearly(&Words::of(a)), expected, "{b} / {a}");
        };
        check("Fix the login page", "fix login page!", true);
        check("Fix the login page", "Login page: fix", true);
        check("Build the auth system now", "Build auth system", false);
        check(
            "Write parser tests for tabs and spaces today",
            "Write the parser tests for tabs and spaces",
            true,
        );
        check(
            "Build part 1 of the site map",
            "Build part 2 of the site map",
            false,
        );
        check("Deploy", "deploy", true);
        check("Deploy", "Deploy docs", false);
        check("", "", false);
        check("the", "of", false);
        check("日本語の文書を書く", "日本語の文書を書く", true);
    }
}
