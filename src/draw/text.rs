//! Widths of text, and making foreign text harmless.
//!
//! Names, titles, messages and everything else that agents write is untrusted: it may hold escape
//! sequences, text that reverses its neighbours, or characters nobody sees.

use unicode_width::UnicodeWidthChar;

/// How many combining marks a character keeps in [`sanitize`]; scripts need two or three.
const MAX_MARKS: usize = 4;

/// Columns a character takes: 0 for one that joins its predecessor, `None` for a control one.
pub fn char_width(character: char) -> Option<usize> {
    match character.width() {
        Some(0) if takes_a_column(character) => Some(1),
        // Two old signs of Khmer, drawn like their parts by few fonts and counted so by nobody else.
        Some(_) if matches!(character, '\u{17a4}' | '\u{17d8}') => Some(1),
        width => width,
    }
}

/// Characters that are drawn on their own or beside their predecessor, and that C libraries count as
/// a column: programs place their cursor by them. They are signs that stand before a number or a
/// word, and the right halves of vowels, which only the breaking of text into clusters treats as marks.
fn takes_a_column(character: char) -> bool {
    matches!(
        character,
        '\u{600}'..='\u{605}'
            | '\u{6dd}'
            | '\u{70f}'
            | '\u{890}'..='\u{891}'
            | '\u{8e2}'
            | '\u{9be}' | '\u{9d7}'
            | '\u{b3e}' | '\u{b57}'
            | '\u{bbe}' | '\u{bd7}'
            | '\u{cc0}' | '\u{cc2}' | '\u{cc7}'..='\u{cc8}' | '\u{cca}'..='\u{ccb}' | '\u{cd5}'..='\u{cd6}'
            | '\u{d3e}' | '\u{d4e}' | '\u{d57}'
            | '\u{dcf}' | '\u{ddf}'
            | '\u{1b35}' | '\u{1b3b}' | '\u{1b3d}' | '\u{1b43}'
            | '\u{a8fa}'
            | '\u{110bd}' | '\u{110cd}'
            | '\u{1133e}' | '\u{11357}'
            | '\u{114b0}' | '\u{114bd}'
            | '\u{115af}'
            | '\u{11930}'
    )
}

/// Columns a text takes when printed as it is; control characters count as one (see `Surface`).
pub fn width(text: &str) -> usize {
    text.chars().map(|c| char_width(c).unwrap_or(1)).sum()
}

/// Whether a character is invisible, or changes how its neighbours are shown.
///
/// These are the controls of bidirectional text, joiners and other zero-width formatting,
/// variation selectors, fillers and tags. Combining marks are not among them.
pub fn is_hidden(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Whether a zero-width character may follow a character in a pane's cell.
///
/// Programs need joiners, variation selectors and tags for emoji and scripts; what would reorder
/// the text of a neighbouring pane is dropped.
pub(crate) fn is_mark(character: char) -> bool {
    let joins = matches!(
        character,
        '\u{200c}'..='\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0020}'..='\u{e007f}' | '\u{e0100}'..='\u{e01ef}'
    );
    char_width(character) == Some(0) && (joins || !is_hidden(character))
}

/// Makes a line of any length safe to be shown: control and hidden characters are dropped, a tab
/// becomes a space, everything else (runs of spaces too) stays.
pub fn sanitize_line(text: &str) -> String {
    text.chars()
        .map(|character| if character == '\t' { ' ' } else { character })
        .filter(|character| char_width(*character).is_some() && !is_hidden(*character))
        .collect()
}

/// Makes `text` safe to be shown on one line of at most `max_cells` columns.
///
/// Control characters (C0, C1, DEL) and hidden ones are dropped, line breaks and tabs become one
/// space, marks beyond a few per character go, and a text that is too long ends in `…`.
pub fn sanitize(text: &str, max_cells: usize) -> String {
    let mut clean = String::with_capacity(text.len().min(max_cells.saturating_mul(4)));
    let mut columns = 0;
    let mut marks = 0;
    // Where the text would be cut to make room for the ellipsis.
    let mut cut = None;
    for character in text.chars() {
        let character = match character {
            '\t' | '\n' | '\r' | '\u{2028}' | '\u{2029}' => ' ',
            other => other,
        };
        let Some(cells) = char_width(character) else {
            continue;
        };
        if is_hidden(character) || (character == ' ' && clean.ends_with(' ')) {
            continue;
        }
        if cells == 0 {
            marks += 1;
            if marks <= MAX_MARKS && !clean.is_empty() {
                clean.push(character);
            }
            continue;
        }
        if columns + cells >= max_cells {
            cut.get_or_insert(clean.len());
        }
        if columns + cells > max_cells {
            clean.truncate(cut.unwrap_or(0));
            if max_cells > 0 {
                clean.push('…');
            }
            return clean;
        }
        marks = 0;
        columns += cells;
        clean.push(character);
    }
    clean
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, max_cells: usize, expected: &str) {
        assert_eq!(sanitize(text, max_cells), expected, "{text:?}");
    }

    #[test]
    fn what_is_drawn_takes_room() {
        let check = |text: &str, columns| assert_eq!(width(text), columns, "{text:?}");
        check("\u{995}\u{9be}", 2);
        check("\u{b95}\u{bbe}", 2);
        check("\u{605}1", 2);
        check("\u{17d8}", 1);
        check("\u{17a4}", 1);
        check("e\u{301}", 1);
        check("\u{915}\u{94d}", 1);
        // Nothing is wider than a cell and its second half.
        for code in 0..0x11_0000 {
            let known = char::from_u32(code).and_then(char_width);
            assert!(known.is_none_or(|columns| columns <= 2), "U+{code:04X}");
        }
    }

    #[test]
    fn plain_text_stays() {
        check("Forge the 2nd", 80, "Forge the 2nd");
        check("日本語 é", 80, "日本語 é");
        check("", 80, "");
    }

    #[test]
    fn escape_sequences_lose_their_teeth() {
        check(
            "\x1b]0;owned\x07a\x1b[31mb\u{9b}31m\x7f",
            80,
            "]0;owneda[31mb31m",
        );
        check("two\r\nlines\tand tabs", 80, "two lines and tabs");
    }

    #[test]
    fn invisible_and_reordering_characters_go() {
        check(
            "a\u{202e}b\u{200b}c\u{2066}d\u{feff}e\u{e0041}f\u{ad}g",
            80,
            "abcdefg",
        );
        check("x\u{2028}y", 80, "x y");
    }

    #[test]
    fn marks_are_few() {
        check(
            "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
            9,
            "e\u{301}\u{301}\u{301}\u{301}",
        );
        check("\u{301}a", 9, "a");
    }

    #[test]
    fn long_text_ends_in_an_ellipsis() {
        check("abcdef", 6, "abcdef");
        check("abcdefg", 6, "abcde…");
        check("日本語", 6, "日本語");
        check("日本語", 5, "日本…");
        check("日本語", 4, "日…");
        check("日", 1, "…");
        check("abc", 0, "");
    }

    proptest! {
        #[test]
        fn the_result_fits_and_is_harmless(text in any::<String>(), cells in 0usize..40) {
            let clean = sanitize(&text, cells);
            prop_assert!(width(&clean) <= cells);
            prop_assert!(!clean.chars().any(|c| c.is_control() || is_hidden(c)));
            prop_assert_eq!(sanitize(&clean, cells), clean.clone());
        }
    }
}
