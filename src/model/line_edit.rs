//! One line of text being typed: the prompt, filters, new names.
//!
//! Pure state with the movements of a shell's line. The cursor always stands between two grapheme
//! clusters, so that a person sees it move by what they call a letter. Control characters and those
//! that turn the reading direction never get in: what is pasted loses them, so that a line is what it
//! looks like; line ends and tabs become spaces.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// The longest line, in bytes; what would go beyond is left out.
pub const MAX_BYTES: usize = 16 * 1024;

/// A line and its cursor.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LineEdit {
    text: String,
    /// Byte offset of the cursor.
    cursor: usize,
    /// What was cut last, for [`LineEdit::yank`].
    cut: String,
    /// Earlier lines, oldest first.
    history: Vec<String>,
    /// The line of `history` shown now.
    recalled: Option<usize>,
    /// What was typed before going back in history.
    draft: String,
}

/// The part of a line that a field shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window<'a> {
    /// The text, at most as wide as the field.
    pub text: &'a str,
    /// The cursor's column in the field.
    pub cursor: u16,
    /// Whether text is hidden before it.
    pub more_before: bool,
    /// Whether text is hidden after it.
    pub more_after: bool,
}

impl LineEdit {
    /// A line with `text` in it and the cursor at its end.
    pub fn new(text: &str) -> LineEdit {
        let mut line = LineEdit::default();
        line.insert(text);
        line
    }

    /// The whole line.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What stands before the cursor.
    pub fn before_cursor(&self) -> &str {
        self.text.get(..self.cursor).unwrap_or(&self.text)
    }

    /// What stands after it.
    pub fn after_cursor(&self) -> &str {
        self.text.get(self.cursor..).unwrap_or("")
    }

    /// Whether nothing is typed.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Replaces the line; the cursor goes to its end.
    pub fn set(&mut self, text: &str) {
        self.clear();
        self.insert(text);
    }

    /// Empties the line.
    pub fn clear(&mut self) {
        self.text.clear();
        self.cursor = 0;
        self.recalled = None;
    }

    /// Types `text` at the cursor.
    pub fn insert(&mut self, text: &str) {
        for c in text.chars() {
            let c = match c {
                '\n' | '\t' => ' ',
                '\r' => continue,
                c if c.is_control() || reorders(c) => continue,
                c => c,
            };
            if self.text.len() + c.len_utf8() > MAX_BYTES {
                break;
            }
            self.text.insert(self.cursor, c);
            self.cursor += c.len_utf8();
        }
        // A combining mark may have joined the cursor's two sides into one cluster.
        self.cursor = self.boundary_at_or_after(self.cursor);
    }

    /// Deletes the cluster before the cursor (Backspace). False if there is none, which callers
    /// take as leaving an empty prompt.
    pub fn delete_back(&mut self) -> bool {
        let start = self.left_of_cursor();
        self.remove(start, self.cursor, false)
    }

    /// Deletes the cluster after the cursor (Delete, Ctrl-D).
    pub fn delete_forward(&mut self) -> bool {
        let end = self.right_of_cursor();
        self.remove(self.cursor, end, false)
    }

    /// Moves one cluster towards the start.
    pub fn left(&mut self) {
        self.cursor = self.left_of_cursor();
    }

    /// Moves one cluster towards the end.
    pub fn right(&mut self) {
        self.cursor = self.right_of_cursor();
    }

    /// Moves to the start (Ctrl-A).
    pub fn home(&mut self) {
        self.cursor = 0;
    }

    /// Moves to the end (Ctrl-E).
    pub fn end(&mut self) {
        self.cursor = self.text.len();
    }

    /// Moves to the start of the word (Alt-B).
    pub fn word_left(&mut self) {
        self.cursor = self.word_start(is_word);
    }

    /// Moves past the end of the word (Alt-F).
    pub fn word_right(&mut self) {
        self.cursor = self.word_end();
    }

    /// Cuts what stands before the cursor (Ctrl-U).
    pub fn cut_to_start(&mut self) {
        self.remove(0, self.cursor, true);
    }

    /// Cuts what stands after the cursor (Ctrl-K).
    pub fn cut_to_end(&mut self) {
        self.remove(self.cursor, self.text.len(), true);
    }

    /// Cuts back to the space before the cursor (Ctrl-W).
    pub fn cut_word(&mut self) {
        let start = self.word_start(|cluster| !is_space(cluster));
        self.remove(start, self.cursor, true);
    }

    /// Cuts back to the start of the word (Alt-Backspace), which stops at punctuation too.
    pub fn cut_word_left(&mut self) {
        let start = self.word_start(is_word);
        self.remove(start, self.cursor, true);
    }

    /// Cuts to the end of the word (Alt-D).
    pub fn cut_word_right(&mut self) {
        let end = self.word_end();
        self.remove(self.cursor, end, true);
    }

    /// Puts what was cut last back at the cursor (Ctrl-Y).
    pub fn yank(&mut self) {
        let cut = std::mem::take(&mut self.cut);
        self.insert(&cut);
        self.cut = cut;
    }

    /// Gives the line its earlier lines, oldest first.
    pub fn set_history(&mut self, history: Vec<String>) {
        self.history = history;
        self.recalled = None;
    }

    /// Shows the earlier line before this one that begins with what was typed (Up, Ctrl-P).
    pub fn history_up(&mut self) {
        if self.recalled.is_none() {
            self.draft.clone_from(&self.text);
        }
        let before = self.recalled.unwrap_or(self.history.len());
        let matching = |at: &usize| self.matches(*at);
        if let Some(at) = (0..before).rev().find(matching) {
            self.recall(at);
        }
    }

    /// Shows the next later line, in the end what was typed (Down, Ctrl-N).
    pub fn history_down(&mut self) {
        let Some(at) = self.recalled else {
            return;
        };
        let matching = |at: &usize| self.matches(*at);
        if let Some(at) = (at + 1..self.history.len()).find(matching) {
            self.recall(at);
            return;
        }
        let draft = std::mem::take(&mut self.draft);
        self.set(&draft);
    }

    /// The part to show in a field of `width` cells, with the cursor in it. One cell is kept for
    /// the cursor at the end of the line.
    pub fn window(&self, width: u16) -> Window<'_> {
        let width = usize::from(width);
        let before = self.before_cursor();
        let mut start = 0;
        let mut column = before.width();
        // Hide clusters at the start until the cursor has its cell.
        for (offset, cluster) in before.grapheme_indices(true) {
            if column < width {
                break;
            }
            start = offset + cluster.len();
            column = before.get(start..).unwrap_or("").width();
        }
        let shown = self.text.get(start..).unwrap_or("");
        let mut end = 0;
        let mut used = 0;
        for (offset, cluster) in shown.grapheme_indices(true) {
            used += cluster.width();
            if used > width {
                break;
            }
            end = offset + cluster.len();
        }
        Window {
            text: shown.get(..end).unwrap_or(shown),
            cursor: u16::try_from(column.min(width.saturating_sub(1))).unwrap_or(u16::MAX),
            more_before: start > 0,
            more_after: end < shown.len(),
        }
    }

    fn matches(&self, at: usize) -> bool {
        let line = self.history.get(at);
        line.is_some_and(|line| line.starts_with(&self.draft) && *line != self.text)
    }

    fn recall(&mut self, at: usize) {
        if let Some(line) = self.history.get(at).cloned() {
            self.set(&line);
            self.recalled = Some(at);
        }
    }

    fn remove(&mut self, start: usize, end: usize, keep: bool) -> bool {
        if start >= end {
            return false;
        }
        let removed: String = self.text.drain(start..end).collect();
        if keep {
            self.cut = removed;
        }
        self.cursor = self.boundary_at_or_after(start);
        true
    }

    fn left_of_cursor(&self) -> usize {
        let last = self.before_cursor().graphemes(true).next_back();
        self.cursor - last.map_or(0, str::len)
    }

    fn right_of_cursor(&self) -> usize {
        let next = self.after_cursor().graphemes(true).next();
        self.cursor + next.map_or(0, str::len)
    }

    /// The start of the run of `wanted` clusters that ends at or before the cursor.
    fn word_start(&self, wanted: impl Fn(&str) -> bool) -> usize {
        let mut start = self.cursor;
        let mut inside = false;
        for (offset, cluster) in self.before_cursor().grapheme_indices(true).rev() {
            if inside && !wanted(cluster) {
                break;
            }
            inside |= wanted(cluster);
            start = offset;
        }
        start
    }

    /// The end of the word at or after the cursor.
    fn word_end(&self) -> usize {
        let mut end = self.cursor;
        let mut inside = false;
        for cluster in self.after_cursor().graphemes(true) {
            if inside && !is_word(cluster) {
                break;
            }
            inside |= is_word(cluster);
            end += cluster.len();
        }
        end
    }

    fn boundary_at_or_after(&self, offset: usize) -> usize {
        let mut starts = self.text.grapheme_indices(true).map(|(start, _)| start);
        let found = starts.find(|start| *start >= offset);
        found.unwrap_or(self.text.len())
    }
}

/// Whether it changes the order in which others are shown, or hides itself.
fn reorders(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn is_word(cluster: &str) -> bool {
    cluster
        .chars()
        .next()
        .is_some_and(|c| c.is_alphanumeric() || c == '_')
}

fn is_space(cluster: &str) -> bool {
    cluster.chars().all(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Runs `steps` on a line in which `|` marks the cursor and compares with such a line.
    #[track_caller]
    fn check(before: &str, steps: &[fn(&mut LineEdit)], after: &str) {
        let mut line = marked(before);
        for step in steps {
            step(&mut line);
        }
        assert_eq!(show(&line), after);
    }

    fn marked(text: &str) -> LineEdit {
        let (before, after) = text.split_once('|').unwrap();
        let mut line = LineEdit::new(before);
        let cursor = line.cursor;
        line.insert(after);
        line.cursor = cursor;
        line
    }

    fn show(line: &LineEdit) -> String {
        format!("{}|{}", line.before_cursor(), line.after_cursor())
    }

    #[test]
    fn moves_and_deletes_by_what_people_call_a_letter() {
        check("ab|c", &[LineEdit::left], "a|bc");
        check("|abc", &[LineEdit::left], "|abc");
        check("abc|", &[LineEdit::right], "abc|");
        // A family, and an e with its accent, are one each.
        check("x👨‍👩‍👧|y", &[LineEdit::left], "x|👨‍👩‍👧y");
        check("xe\u{301}|", &[|l| _ = l.delete_back()], "x|");
        check("x|字y", &[|l| _ = l.delete_forward()], "x|y");
        check("|x", &[|l| assert!(!l.delete_back())], "|x");
        check("e|", &[|l| l.insert("\u{301}x")], "e\u{301}x|");
    }

    #[test]
    fn moves_and_cuts_by_words() {
        check("one two-three|", &[LineEdit::word_left], "one two-|three");
        check("one   |two", &[LineEdit::word_left], "|one   two");
        check("|  one two", &[LineEdit::word_right], "  one| two");
        check("claim file/a.rs|", &[LineEdit::cut_word], "claim |");
        check("claim file/a.rs  |", &[LineEdit::cut_word], "claim |");
        check(
            "claim file/a.rs|",
            &[LineEdit::cut_word_left],
            "claim file/a.|",
        );
        check("claim| file/a", &[LineEdit::cut_word_right], "claim|/a");
        check("ab|cd", &[LineEdit::cut_to_start], "|cd");
        check("ab|cd", &[LineEdit::cut_to_end, LineEdit::home], "|ab");
        check(
            "ab|cd",
            &[LineEdit::cut_to_end, LineEdit::home, LineEdit::yank],
            "cd|ab",
        );
        check("ab|cd", &[LineEdit::end, LineEdit::yank], "abcd|");
    }

    #[test]
    fn what_is_pasted_stays_one_clean_line() {
        check(
            "|",
            &[|l| l.insert("a\r\nb\tc\u{1b}[0m\u{7f}\u{202e}")],
            "a b c[0m|",
        );
        let line = LineEdit::new(&"é".repeat(MAX_BYTES));
        assert_eq!(line.text().len(), MAX_BYTES);
    }

    #[test]
    fn history_goes_back_by_what_was_typed_and_returns_to_it() {
        let mut line = LineEdit::new("sp");
        line.set_history(
            ["split-pane", "close", "split-pane --down", "spawn"]
                .map(String::from)
                .into(),
        );
        let seen: Vec<String> = (0..4)
            .map(|_| {
                line.history_up();
                line.text().to_owned()
            })
            .collect();
        assert_eq!(
            seen,
            ["spawn", "split-pane --down", "split-pane", "split-pane"]
        );
        line.history_down();
        assert_eq!(line.text(), "split-pane --down");
        line.history_down();
        line.history_down();
        assert_eq!(show(&line), "sp|");
        line.history_down();
        assert_eq!(show(&line), "sp|");
    }

    #[test]
    fn a_narrow_field_scrolls_with_the_cursor() {
        let mut line = LineEdit::new("0123456789");
        let window = line.window(20);
        assert_eq!((window.text, window.cursor), ("0123456789", 10));
        let window = line.window(5);
        assert_eq!((window.text, window.cursor), ("6789", 4));
        assert!(window.more_before && !window.more_after);
        line.home();
        let window = line.window(5);
        assert_eq!((window.text, window.cursor), ("01234", 0));
        assert!(window.more_after);
        let wide = LineEdit::new("漢字漢字");
        let window = wide.window(4);
        assert_eq!((window.text, window.cursor), ("字", 2));
        assert_eq!(wide.window(0).text, "");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_cursor_never_leaves_a_boundary(
            start in "\\PC{0,20}",
            steps in prop::collection::vec((0..14_usize, "[\\PC\u{301}\u{200d}👩]{0,3}"), 0..30),
            width in 0..30_u16,
        ) {
            let mut line = LineEdit::new(&start);
            line.set_history(vec![start.clone(), "earlier".into()]);
            for (step, text) in steps {
                match step {
                    0 => line.insert(&text),
                    1 => _ = line.delete_back(),
                    2 => _ = line.delete_forward(),
                    3 => line.left(),
                    4 => line.right(),
                    5 => line.word_left(),
                    6 => line.word_right(),
                    7 => line.cut_word(),
                    8 => line.cut_to_end(),
                    9 => line.yank(),
                    10 => line.history_up(),
                    11 => line.history_down(),
                    12 => line.cut_word_right(),
                    _ => line.home(),
                }
                prop_assert!(line.text.is_char_boundary(line.cursor));
                let window = line.window(width);
                prop_assert!(window.text.width() <= usize::from(width));
                prop_assert!(window.cursor < width.max(1));
            }
        }
    }
}
