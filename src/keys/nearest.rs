//! The word somebody probably meant.

/// Of `options` the one nearest to `word`, if it is near enough to be a slip: a third of the
/// letters, at least one. Letter case does not count as a difference.
pub fn nearest<'a>(word: &str, options: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // A word that long is no slip of anything.
    let word: Vec<char> = word.to_lowercase().chars().take(65).collect();
    if word.len() > 64 {
        return None;
    }
    let allowed = (word.len() / 3).max(1);
    options
        .into_iter()
        .map(|option| {
            let letters: Vec<char> = option.to_lowercase().chars().collect();
            (distance(&word, &letters), option)
        })
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, option)| option)
}

/// How many letters must be added, dropped, changed or swapped with a neighbour.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let changed = last[j] + usize::from(x != y);
            let mut least = changed.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                least = least.min(before_last[j - 1] + 1);
            }
            row.push(least);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(word: &str, expected: Option<&str>) {
        let options = ["theme", "mouse", "history-lines", "status"];
        assert_eq!(nearest(word, options), expected);
    }

    #[test]
    fn slips_are_recognised() {
        check("them", Some("theme"));
        check("Theme", Some("theme"));
        check("mosue", Some("mouse"));
        check("history_lines", Some("history-lines"));
        check("histroy-line", Some("history-lines"));
    }

    #[test]
    fn other_words_are_not() {
        check("panel", None);
        check("", None);
        check(&"x".repeat(10_000), None);
    }

    #[test]
    fn neighbours_swapped_are_one_slip() {
        let letters = |text: &str| text.chars().collect::<Vec<_>>();
        assert_eq!(distance(&letters("ab"), &letters("ba")), 1);
        assert_eq!(distance(&letters("abc"), &letters("")), 3);
        assert_eq!(distance(&letters("kitten"), &letters("sitting")), 3);
    }
}
