//! How a task can be split: into which parts, and whether they can be done side by side.
//!
//! The strategy comes from the text's own structure: sections before checklists before numbered
//! steps before plain lists. Steps follow one another; sections and items stand side by side unless
//! their words say that one comes after another.

use serde::{Deserialize, Serialize};

use super::outline::{self, Kind, Outline, Piece};
use super::{add, record};
use crate::coord::Moment;
use crate::coord::schema::Session;
use crate::error::{Error, Result};
use crate::store::{Tx, View};

/// Words that put one piece after another.
const ORDER: &[&str] = &[
    "after",
    "afterwards",
    "before",
    "depends",
    "finally",
    "lastly",
    "requires",
    "sequential",
    "sequentially",
];
/// Words that do so at the beginning of a piece; further on they are about the piece itself.
const OPENING: &[&str] = &["first", "next", "once", "then"];

/// What a split follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// Parts that somebody named.
    Given,
    /// A part for each section.
    Sections,
    /// A part for each open item of a checklist.
    Checklist,
    /// A part for each numbered step.
    Steps,
    /// A part for each item of a list.
    List,
    /// There is nothing to split by.
    Whole,
}

/// What splitting a task would do, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Analysis {
    /// The title found in the text.
    pub title: Option<String>,
    /// What the split follows.
    pub strategy: Strategy,
    /// The parts.
    pub parts: Vec<Part>,
    /// Whether several sessions can work on the parts at once.
    pub can_parallelize: bool,
    /// What speaks for that or against it.
    pub reasons: Vec<String>,
}

/// One part of a task that may be split.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// What is to be done.
    pub description: String,
    /// The text that belongs to it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}

/// How a task is to be split.
#[derive(Debug, Clone, Default)]
pub struct SplitTask {
    /// Which.
    pub id: String,
    /// The parts, if its text is not to say them.
    pub into: Vec<String>,
    /// Whether the parts wait for one another, if that is not to be found out.
    pub in_order: Option<bool>,
    /// Whether it may have parts already, which get more beside them.
    pub force: bool,
}

/// A task that was split.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SplitUp {
    /// It.
    pub task: record::Task,
    /// What was done, and why.
    pub analysis: Analysis,
    /// Its new parts.
    pub parts: Vec<record::Task>,
}

/// Looks at a text.
pub fn analyze(text: &str) -> Analysis {
    let outline = outline::read(text);
    let choices = [
        (Strategy::Sections, Kind::Section, &outline.sections),
        (Strategy::Checklist, Kind::Check, &outline.checks),
        (Strategy::Steps, Kind::Step, &outline.steps),
        (Strategy::List, Kind::Bullet, &outline.bullets),
    ];
    let of = |pieces: &[Piece], kind: Kind| pieces.iter().filter(|p| p.kind == kind).count();
    let choice = (choices.iter()).find(|(_, kind, pieces)| of(pieces, *kind) >= 2);
    let Some((strategy, kind, pieces)) = choice else {
        let mut analysis = judge(Strategy::Whole, whole(&outline), Vec::new(), false);
        analysis.title = outline.title;
        return analysis;
    };
    let count = of(pieces, *kind);
    let mut found = match strategy {
        Strategy::Sections => format!("the text has {count} sections of work"),
        Strategy::Checklist => format!("the text has {count} open items in checklists"),
        Strategy::Steps => format!("the text has {count} numbered steps"),
        _ => format!("the text has a list of {count} items"),
    };
    match pieces.len() - count {
        0 => {}
        1 => found.push_str(" and one piece of work beside them"),
        beside => found.push_str(&format!(" and {beside} pieces of work beside them")),
    }
    let steps = of(pieces, Kind::Step) >= 2;
    let mut analysis = judge(*strategy, found, pieces.iter().map(part).collect(), steps);
    analysis.title = outline.title;
    analysis
}

/// Why a text is not to be split.
fn whole(outline: &Outline) -> String {
    match (outline.bullets.as_slice(), outline.ticked) {
        ([], 0) => "the text has neither sections nor lists nor steps".to_owned(),
        ([], _) => "everything in the text's checklist is ticked".to_owned(),
        ([one], _) => format!("the text has one piece of work alone, \"{}\"", one.title),
        (more, _) => format!(
            "the text has {} single items, which are no list",
            more.len()
        ),
    }
}

/// Looks at parts that somebody named.
pub fn given(parts: &[String]) -> Analysis {
    let part = |text: &String| Part {
        description: text.trim().to_owned(),
        text: String::new(),
    };
    let found = match parts.len() {
        1 => "one part was given".to_owned(),
        count => format!("{count} parts were given"),
    };
    judge(
        Strategy::Given,
        found,
        parts.iter().map(part).collect(),
        false,
    )
}

fn part(piece: &Piece) -> Part {
    Part {
        description: piece.title.clone(),
        text: piece.body.clone(),
    }
}

/// Whether the parts can be done at the same time; what was found comes first in the reasons.
fn judge(strategy: Strategy, found: String, parts: Vec<Part>, steps: bool) -> Analysis {
    let mut reasons = vec![found];
    let mut side_by_side = parts.len() >= 2;
    if steps {
        side_by_side = false;
        reasons.push("numbered steps follow one another".to_owned());
    }
    for part in &parts {
        if let Some(word) = ordering(&part.description) {
            side_by_side = false;
            reasons.push(format!(
                "\"{word}\" in \"{}\" puts it in an order",
                part.description
            ));
        } else if let Some(number) = phase(&part.description) {
            side_by_side = false;
            reasons.push(format!("\"{number}\" is one of several in a row"));
        }
    }
    if side_by_side {
        reasons.push("nothing in them asks for an order".to_owned());
    }
    Analysis {
        title: None,
        strategy,
        parts,
        can_parallelize: side_by_side,
        reasons,
    }
}

/// A word that asks for an order.
fn ordering(text: &str) -> Option<&'static str> {
    let mut words = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    let among = |list: &[&'static str], word: &str| {
        let mut list = list.iter().copied();
        list.find(|known| known.eq_ignore_ascii_case(word))
    };
    let first = words.next()?;
    among(OPENING, first)
        .or_else(|| among(ORDER, first))
        .or_else(|| words.find_map(|word| among(ORDER, word)))
}

/// `Phase 2` at the beginning of a description.
fn phase(text: &str) -> Option<&str> {
    let mut words = text.split_whitespace();
    let (word, number) = (words.next()?, words.next()?);
    let known = ["phase", "step", "stage"].contains(&word.to_lowercase().as_str());
    let counted = number.starts_with(|c: char| c.is_ascii_digit());
    (known && counted).then(|| text.split(':').next().unwrap_or(text))
}

/// Looks at the task's own text.
///
/// # Errors
/// [`Kind::NotFound`](crate::error::Kind::NotFound).
pub fn look(view: &dyn View, request: &SplitTask) -> Result<Analysis> {
    let task = record::existing(view, &request.id)?;
    Ok(match request.into.as_slice() {
        [] => analyze(task.text.as_deref().unwrap_or(&task.description)),
        into => {
            let named: Vec<&str> = into.iter().map(|part| part.trim()).collect();
            let twice = (1..named.len()).find(|at| named[..*at].contains(&named[*at]));
            if let Some(twice) = twice.map(|at| named[at]) {
                return Err(Error::usage(format!(
                    "the part \"{}\" is given twice",
                    crate::coord::names::shown(twice)
                ))
                .with_hint(
                    "two parts of one name cannot be told from each other: name each as it is",
                ));
            }
            given(into)
        }
    })
}

/// Splits a task into parts that can be claimed; it is done when they are.
///
/// # Errors
/// [`Kind::Refused`](crate::error::Kind::Refused) if there is nothing to split by, the task is
/// finished, or in somebody else's hands.
pub fn split(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    by: &Session,
    request: &SplitTask,
) -> Result<SplitUp> {
    let has_parts = check_whole(tx.view(), request)?;
    let analysis = look(tx.view(), request)?;
    // Beside others one more is enough.
    let too_few = analysis.strategy == Strategy::Given && analysis.parts.len() < 2 && !has_parts;
    if analysis.parts.is_empty() || too_few {
        return Err(Error::refused(format!(
            "{} cannot be split: {}",
            request.id, analysis.reasons[0]
        ))
        .with_hint(format!(
            "name the parts: stoa task split {} --into \"ONE\" --into \"TWO\"",
            request.id
        )));
    }
    if analysis.parts.len() > add::PARTS {
        return Err(Error::refused(format!(
            "{} parts are too many, at most {} can be handled",
            analysis.parts.len(),
            add::PARTS
        ))
        .with_hint("split it into larger parts with --into, and those again"));
    }
    let in_order = request.in_order.unwrap_or(!analysis.can_parallelize);
    let parts: Vec<(String, Option<String>)> = (analysis.parts.iter())
        .map(|part| {
            let text = Some(part.text.clone()).filter(|text| !text.is_empty());
            (part.description.clone(), text)
        })
        .collect();
    let (task, parts) = add::add_parts(tx, at, by, &request.id, &parts, in_order)?;
    Ok(SplitUp {
        task,
        analysis,
        parts,
    })
}

/// Refuses a task that has been split: somebody who tries again would double the work. Tells whether it has
/// parts which get more beside them.
fn check_whole(view: &dyn View, request: &SplitTask) -> Result<bool> {
    let parts = record::find(view, &request.id)?.map_or(Vec::new(), |task| task.parts);
    if parts.is_empty() || request.force {
        return Ok(!parts.is_empty());
    }
    let id = &request.id;
    Err(
        Error::refused(format!("{id} has parts already: {}", parts.join(", "))).with_hint(format!(
            "stoa task show {id} tells how far they are; --force adds more parts"
        )),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S4-9, S4-10: what the strategy is, and whether parts go side by side.
    #[test]
    fn strategies() {
        let check = |text: &str, strategy: Strategy, parts: usize, parallel: bool| {
            let found = analyze(text);
            assert_eq!(found.strategy, strategy, "{text:?}: {found:?}");
            assert_eq!(found.parts.len(), parts, "{text:?}");
            assert_eq!(
                found.can_parallelize, parallel,
                "{text:?}: {:?}",
                found.reasons
            );
            assert!(!found.reasons.is_empty());
        };
        check(
            "# T\n## Server\na\n## Client\nb",
            Strategy::Sections,
            2,
            true,
        );
        check(
            "# T\n## Phase 1: Spec\na\n## Phase 2: Build\nb",
            Strategy::Sections,
            2,
            false,
        );
        check(
            "- [ ] one\n- [ ] two\n- [x] three",
            Strategy::Checklist,
            2,
            true,
        );
        check("1. do a\n2. do b\n3. do c", Strategy::Steps, 3, false);
        check(
            "- parser\n- lexer, after the parser",
            Strategy::List,
            2,
            false,
        );
        check("- Then the lexer\n- parser", Strategy::List, 2, false);
        check("- read, then write\n- parser", Strategy::List, 2, true);
        check("Fix the login page", Strategy::Whole, 0, false);
        check("- [ ] only one", Strategy::Whole, 0, false);
        check(
            "- [ ] a\n- [ ] b\n### Deep\n1. c\n2. d",
            Strategy::Checklist,
            4,
            false,
        );
        check("1. a\n2. b\n\n- [ ] loose", Strategy::Steps, 3, false);
    }

    #[test]
    fn why_a_text_stays_whole() {
        let why = |text: &str| analyze(text).reasons.swap_remove(0);
        assert_eq!(
            why("- [x] a\n- [X] b"),
            "everything in the text's checklist is ticked"
        );
        assert_eq!(
            why("- [x] a\n- [ ] b"),
            "the text has one piece of work alone, \"b\""
        );
        assert_eq!(
            why("Fix it"),
            "the text has neither sections nor lists nor steps"
        );
    }
}
