//! Reading the structure of a task's text: its title and the pieces of work in it.
//!
//! What is understood is Markdown as people and agents write it: headings (`## Build`, or a line
//! underlined), checklists (`- [ ] …`), numbered steps (`1. …`, `Step 2: …`) and plain lists. Code
//! between fences is left alone. Everything here is a function of the text.

/// Longest description of a piece, in characters.
const PIECE_CHARS: usize = 200;

/// One line of a text that means something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// A heading of a level from 1.
    Heading(u8, String),
    /// An item of a checklist, and whether it is ticked.
    Check(bool, String),
    /// A numbered step.
    Step(String),
    /// An item of a plain list.
    Bullet(String),
    /// Anything else.
    Text(String),
}

/// What a piece of work was in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// What stands below a heading.
    Section,
    /// An open item of a checklist.
    Check,
    /// A numbered step.
    Step,
    /// An item of a plain list.
    Bullet,
}

/// A piece of work: what it is, and the text that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// What it was.
    pub kind: Kind,
    /// In a line.
    pub title: String,
    /// What stands below it.
    pub body: String,
}

/// A text, read. It can be cut in four ways; each of them has a piece for all open work, so that none is
/// forgotten: what is no item of the kind a cut follows is a piece beside those.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outline {
    /// Its first heading, or else its first line.
    pub title: Option<String>,
    /// Sections that are work, without their like of "Background" and "Risks"; open items of checklists
    /// outside of them.
    pub sections: Vec<Piece>,
    /// Items of checklists that are not ticked; steps.
    pub checks: Vec<Piece>,
    /// Numbered steps; open items of checklists.
    pub steps: Vec<Piece>,
    /// Items of plain lists, open ones of checklists, and steps.
    pub bullets: Vec<Piece>,
    /// How many items of checklists are ticked.
    pub ticked: usize,
}

/// Sections that tell about the work and are none.
const ABOUT: &[&str] = &[
    "about",
    "acceptance",
    "approach considered",
    "assumptions",
    "background",
    "constraints",
    "context",
    "criteria",
    "decisions",
    "definition of done",
    "estimate",
    "goal",
    "goals",
    "introduction",
    "links",
    "motivation",
    "notes",
    "objective",
    "out of scope",
    "overview",
    "problem",
    "purpose",
    "rationale",
    "references",
    "risks",
    "scope",
    "success criteria",
    "summary",
    "why",
];

/// Reads a text.
pub fn read(text: &str) -> Outline {
    let lines = lines(text);
    let mut outline = Outline {
        title: title(&lines),
        ..Outline::default()
    };
    let level = work_level(&lines);
    outline.sections = level.map_or_else(Vec::new, |level| sections(&lines, level));
    outline.checks = items(&lines, &[Kind::Check, Kind::Step]);
    outline.steps = items(&lines, &[Kind::Step, Kind::Check]);
    outline.bullets = items(&lines, &[Kind::Bullet, Kind::Check, Kind::Step]);
    let ticked = |read: &&Read<'_>| matches!(read.line, Line::Check(true, _));
    outline.ticked = lines.iter().filter(ticked).count();
    outline
}

/// The items of these kinds. What follows one, up to the next or a heading, belongs to it.
fn items(lines: &[Read<'_>], kinds: &[Kind]) -> Vec<Piece> {
    let mut found: Vec<Piece> = Vec::new();
    let mut open = false;
    let mut about = About::default();
    for read in lines {
        match (&read.line, read.item()) {
            (Line::Heading(level, title), _) => {
                about.heading(*level, title);
                open = false;
            }
            // What is to be true in the end is no work by itself.
            _ if about.is_on() => {}
            (_, Some((kind, item))) if kinds.contains(&kind) => {
                found.push(piece(kind, item));
                open = true;
            }
            (Line::Check(true, _), _) => open = false,
            _ if open => read.append(&mut found),
            _ => {}
        }
    }
    found.into_iter().map(Piece::dedented).collect()
}

/// Whether what is read stands below a heading that tells about the work.
#[derive(Debug, Default)]
struct About(Option<u8>);

impl About {
    /// A heading is read; those below one that tells about the work do so as well.
    fn heading(&mut self, level: u8, title: &str) {
        if self.0.is_none_or(|above| level <= above) {
            self.0 = is_about(title).then_some(level);
        }
    }

    fn is_on(&self) -> bool {
        self.0.is_some()
    }
}

/// A line that was read.
#[derive(Debug, Clone)]
struct Read<'a> {
    /// How far it is indented.
    depth: usize,
    /// What it means.
    line: Line,
    /// It, as it stands there.
    raw: &'a str,
    /// The line of dashes below it that makes it a heading.
    underline: Option<&'a str>,
}

impl<'a> Read<'a> {
    fn new(depth: usize, line: Line, raw: &'a str) -> Read<'a> {
        Read {
            depth,
            line,
            raw,
            underline: None,
        }
    }

    /// The open item it is, if it is one.
    fn item(&self) -> Option<(Kind, &str)> {
        match &self.line {
            Line::Check(false, item) => Some((Kind::Check, item)),
            Line::Step(item) => Some((Kind::Step, item)),
            Line::Bullet(item) => Some((Kind::Bullet, item)),
            Line::Check(true, _) | Line::Heading(..) | Line::Text(_) => None,
        }
    }

    /// Puts it, as it stands there, below the last piece.
    fn append(&self, found: &mut [Piece]) {
        if let Some(last) = found.last_mut() {
            for raw in std::iter::once(self.raw).chain(self.underline) {
                last.body.push_str(raw);
                last.body.push('\n');
            }
        }
    }
}

impl Piece {
    /// Without empty lines around its text.
    fn trimmed(mut self) -> Piece {
        self.body = self.body.trim_matches('\n').trim_end().to_owned();
        self
    }

    /// The same, and without the indentation that only put its text below the item.
    fn dedented(self) -> Piece {
        let mut piece = self.trimmed();
        let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
        let written = piece.body.lines().filter(|line| !line.trim().is_empty());
        let common = written.map(indent).min().unwrap_or(0);
        let lines = piece.body.lines().map(|line| line.get(common..));
        piece.body = lines
            .map(Option::unwrap_or_default)
            .collect::<Vec<_>>()
            .join("\n");
        piece
    }
}

/// The lines; items below other items belong to those.
fn lines(text: &str) -> Vec<Read<'_>> {
    let mut found: Vec<Read<'_>> = Vec::new();
    let mut fence: Option<&str> = None;
    for raw in text.lines() {
        let depth = raw.len() - raw.trim_start().len();
        let line = raw.trim();
        let marker = ["```", "~~~"]
            .into_iter()
            .find(|mark| line.starts_with(mark));
        let mut push = |line| found.push(Read::new(depth, line, raw));
        match (fence, marker) {
            (Some(open), Some(mark)) if open == mark => {
                fence = None;
                push(Line::Text(String::new()));
                continue;
            }
            (None, Some(mark)) => {
                fence = Some(mark);
                push(Line::Text(String::new()));
                continue;
            }
            (Some(_), _) => {
                push(Line::Text(raw.to_owned()));
                continue;
            }
            (None, None) => {}
        }
        if let Some(level) = underline(line)
            && let Some(last) = found.last_mut()
            && let Line::Text(title) = &last.line
            && !title.trim().is_empty()
        {
            last.line = Line::Heading(level, title.trim().to_owned());
            last.underline = Some(raw);
            continue;
        }
        found.push(Read::new(depth, understand(line), raw));
    }
    nested_are_text(found)
}

/// Items that stand deeper than the item before them are told with it; but what is open below a ticked one
/// stands for itself, since nobody tells of that one any more.
fn nested_are_text(mut lines: Vec<Read<'_>>) -> Vec<Read<'_>> {
    let mut top: Option<(usize, bool)> = None;
    for Read { depth, line, .. } in &mut lines {
        let ticked = matches!(line, Line::Check(true, _));
        let check = matches!(line, Line::Check(..));
        match line {
            Line::Heading(..) => top = None,
            Line::Text(_) => {}
            Line::Check(_, text) | Line::Step(text) | Line::Bullet(text) => match top {
                Some((above, done)) if *depth > above && !(done && check) => {
                    *line = Line::Text(std::mem::take(text));
                }
                _ => top = Some((*depth, ticked)),
            },
        }
    }
    lines
}

fn understand(line: &str) -> Line {
    let hashes = line.bytes().take_while(|byte| *byte == b'#').count();
    if (1..=6).contains(&hashes)
        && let Some(title) = line.get(hashes..).and_then(|rest| rest.strip_prefix(' '))
    {
        let title = title.trim().trim_end_matches('#').trim();
        return Line::Heading(hashes as u8, plain(title));
    }
    if let Some(item) = line
        .strip_prefix("- ")
        .or_else(|| line.strip_prefix("* "))
        .or_else(|| line.strip_prefix("+ "))
    {
        let item = item.trim_start();
        for (mark, ticked) in [("[ ]", false), ("[x]", true), ("[X]", true)] {
            if let Some(text) = item.strip_prefix(mark) {
                return Line::Check(ticked, plain(text));
            }
        }
        return Line::Bullet(plain(item));
    }
    if let Some(text) = numbered(line).or_else(|| worded(line)) {
        return Line::Step(plain(text));
    }
    Line::Text(line.to_owned())
}

/// `1. text` or `1) text`.
fn numbered(line: &str) -> Option<&str> {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    if !(1..=3).contains(&digits) {
        return None;
    }
    let rest = line.get(digits..)?;
    rest.strip_prefix(". ").or_else(|| rest.strip_prefix(") "))
}

/// `Step 1: text`, `Phase 2 - text`.
fn worded(line: &str) -> Option<&str> {
    let line = line.trim_start_matches("**");
    let (word, rest) = line.split_once(' ')?;
    if !["step", "phase", "part"].contains(&word.to_lowercase().as_str()) {
        return None;
    }
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let rest = rest.get(digits..).filter(|_| digits > 0)?.trim_start();
    let text = rest.trim_start_matches([':', '-', '–', '.', ')']);
    (text.len() < rest.len()).then_some(text)
}

/// The level of a heading that this line underlines.
fn underline(line: &str) -> Option<u8> {
    let all = |sign: u8| line.len() >= 3 && line.bytes().all(|byte| byte == sign);
    match (all(b'='), all(b'-')) {
        (true, _) => Some(1),
        (_, true) => Some(2),
        _ => None,
    }
}

/// Without the marks that make letters bold.
fn plain(text: &str) -> String {
    let text: String = text.replace("**", "").replace("__", "");
    text.trim().trim_end_matches(':').trim_end().to_owned()
}

fn title(lines: &[Read<'_>]) -> Option<String> {
    let heading = lines.iter().find_map(|read| match &read.line {
        Line::Heading(_, title) if !title.is_empty() => Some(title.as_str()),
        _ => None,
    });
    let first = lines.iter().find_map(|read| match &read.line {
        Line::Text(text) if !text.trim().is_empty() => Some(text.trim()),
        Line::Check(_, text) | Line::Step(text) | Line::Bullet(text) => Some(text.as_str()),
        _ => None,
    });
    heading.or(first).map(clip)
}

/// The highest level with two headings or more: the others are the title above, or details below.
fn work_level(lines: &[Read<'_>]) -> Option<u8> {
    (1..=6).find(|wanted| {
        let at_level = lines.iter().filter(
            |read| matches!(&read.line, Line::Heading(level, title) if level == wanted && !is_about(title)),
        );
        at_level.count() >= 2
    })
}

/// The sections, and the open items of checklists that stand in none of them.
fn sections(lines: &[Read<'_>], wanted: u8) -> Vec<Piece> {
    let mut found: Vec<Piece> = Vec::new();
    let mut about = About::default();
    // What the lines that come belong to.
    let mut open: Option<Kind> = None;
    for read in lines {
        match &read.line {
            Line::Heading(level, title) if *level <= wanted || open != Some(Kind::Section) => {
                about.heading(*level, title);
                open = (*level == wanted && !about.is_on()).then_some(Kind::Section);
                if open.is_some() {
                    found.push(piece(Kind::Section, title));
                }
            }
            _ if open == Some(Kind::Section) => read.append(&mut found),
            _ if about.is_on() => {}
            Line::Check(false, item) => {
                found.push(piece(Kind::Check, item));
                open = Some(Kind::Check);
            }
            Line::Check(true, _) | Line::Step(_) => open = None,
            _ if open.is_some() => read.append(&mut found),
            _ => {}
        }
    }
    let cleared = found.into_iter().map(|piece| match piece.kind {
        Kind::Section => piece.trimmed(),
        _ => piece.dedented(),
    });
    cleared.collect()
}

fn is_about(title: &str) -> bool {
    let title = title.to_lowercase();
    let title = title.trim_matches(|c: char| !c.is_alphanumeric());
    ABOUT.iter().any(|about| {
        title == *about
            || title
                .strip_suffix(about)
                .is_some_and(|rest| rest.ends_with(' '))
    })
}

/// A piece with no text yet, but for what is too long for its title.
fn piece(kind: Kind, title: &str) -> Piece {
    let clipped = clip(title);
    Piece {
        kind,
        body: match clipped == title {
            true => String::new(),
            false => format!("{title}\n"),
        },
        title: clipped,
    }
}

fn clip(text: &str) -> String {
    let mut out: String = text.chars().take(PIECE_CHARS).collect();
    if text.chars().nth(PIECE_CHARS).is_some() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn titles(pieces: &[Piece]) -> Vec<&str> {
        pieces.iter().map(|piece| piece.title.as_str()).collect()
    }

    /// S4-14: title and sections out of a task's text.
    #[test]
    fn a_feature_request() {
        let text = "# TASK-7: Multi-agent coordination\n\nSome words.\n\n## Objective\n\nGood things.\n\n\
            ## Agent discovery\n\n- [ ] read heartbeats\n- [x] find the file\n\n```\n## not a heading\n```\n\n\
            ### Details\n\nmore\n\n## Task distribution ##\n\ntext\n\n## Success Criteria\n\n- [ ] it works\n";
        let outline = read(text);
        assert_eq!(
            outline.title.as_deref(),
            Some("TASK-7: Multi-agent coordination")
        );
        assert_eq!(
            titles(&outline.sections),
            ["Agent discovery", "Task distribution"]
        );
        assert!(outline.sections[0].body.contains("- [ ] read heartbeats"));
        assert!(outline.sections[0].body.contains("### Details"));
        assert_eq!(outline.sections[1].body, "text");
        // What is ticked is done; criteria are no work.
        assert_eq!(titles(&outline.checks), ["read heartbeats"]);
    }

    #[test]
    fn steps_in_their_forms() {
        let text = "Do it:\n1. first\n   - a detail\n2) second\n\nStep 3: third\n**Phase 4 - fourth**\n10. tenth\n\
            1234. a year\n1.5 is a number\nstepping 1: no";
        assert_eq!(
            titles(&read(text).steps),
            ["first", "second", "third", "fourth", "tenth"]
        );
        assert_eq!(read(text).title.as_deref(), Some("Do it:"));
        assert!(
            read(text)
                .bullets
                .iter()
                .all(|piece| piece.kind == Kind::Step)
        );
    }

    #[test]
    fn lists_and_underlined_headings() {
        let outline = read(
            "Site\n====\n\nMenu\n----\n* build it\n+ test it\n\nFooter\n---\n- [ ] draw\n- [X] ink\n",
        );
        assert_eq!(outline.title.as_deref(), Some("Site"));
        assert_eq!(titles(&outline.sections), ["Menu", "Footer"]);
        assert_eq!(titles(&outline.bullets), ["build it", "test it", "draw"]);
        assert_eq!(titles(&outline.checks), ["draw"]);
    }

    #[test]
    fn a_line_is_a_title_and_nothing_else() {
        let outline = read("Fix the login page");
        assert_eq!(outline.title.as_deref(), Some("Fix the login page"));
        assert_eq!(
            (
                outline.sections.len(),
                outline.checks.len(),
                outline.steps.len()
            ),
            (0, 0, 0)
        );
        assert_eq!(read(""), Outline::default());
        assert!(read(&"x".repeat(5000)).title.unwrap().chars().count() <= 201);
    }

    #[test]
    fn what_stands_below_an_item_belongs_to_it() {
        let text = "1. One\n2. Two\n   - [ ] a\n\n   more\n3. Three\n- [ ] loose\nabout it";
        let steps = read(text).steps;
        assert_eq!(titles(&steps), ["One", "Two", "Three", "loose"]);
        let bodies: Vec<&str> = steps.iter().map(|piece| piece.body.as_str()).collect();
        assert_eq!(bodies, ["", "- [ ] a\n\nmore", "", "about it"]);
    }

    /// What is open must be in some piece, whichever way the text is cut.
    #[test]
    fn no_open_work_is_left_over() {
        let text = "## Work\n- [ ] a\n- [x] done\n  - [ ] open below it\n    - [ ] deeper\n  - [x] not\n\
            - [ ] b\n### Deep heading\n1. Step one\n2. Step two\n## Risks\n### All\n- [ ] no work\n";
        let outline = read(text);
        let open = ["a", "open below it", "b", "Step one", "Step two"];
        assert_eq!(titles(&outline.checks), open);
        assert_eq!(outline.checks[1].body, "- [ ] deeper");
        assert_eq!(titles(&outline.steps), open);
        assert_eq!(titles(&outline.bullets), open);
        assert_eq!(outline.ticked, 2);

        let text = "# Plan\n- [ ] first of all\n  with words\n- [x] done\n\n## A\nx\n## B\ny\n";
        let sections = read(text).sections;
        assert_eq!(titles(&sections), ["first of all", "A", "B"]);
        assert_eq!(sections[0].body, "with words");

        let long = "x".repeat(PIECE_CHARS + 1);
        let outline = read(&format!("- [ ] {long}\n- [ ] b\n"));
        assert_eq!(outline.checks[0].body, long);
    }

    #[test]
    fn what_stands_below_a_heading_stays_as_it_is() {
        let below = "1. first\n2. second\n   - a **detail**\n\n```sh\nmake\n```\n* [x] ticked\n\n\
                     ### Deeper\ntext";
        let text = format!("# Plan\n\n## One\n\n{below}\n\n## Two\nmore\n");
        let outline = read(&text);
        assert_eq!(titles(&outline.sections), ["One", "Two"]);
        assert_eq!(outline.sections[0].body, below);
        let outline = read("# Plan\n\nOne\n===\na\n\nDeeper\n------\nb\n\nTwo\n===\nc\n");
        assert_eq!(titles(&outline.sections), ["Plan", "One", "Two"]);
        assert_eq!(outline.sections[1].body, "a\n\nDeeper\n------\nb");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_text_is_read(text in "[#\\-*+ \\[\\]x0-9.):\\n`=~a-cä日]{0,200}") {
            let outline = read(&text);
            let all = outline.sections.iter().chain(&outline.checks).chain(&outline.steps).chain(&outline.bullets);
            for piece in all {
                prop_assert!(piece.title.chars().count() <= PIECE_CHARS + 1);
            }
        }
    }
}
