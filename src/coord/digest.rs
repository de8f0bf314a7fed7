//! Short words that stand for long texts, the same in every version of the program.
//!
//! They tell whether two texts are the same and guard no secret: whoever knows a word can try texts.

/// A short word for a text.
pub(super) fn hash(text: &str) -> String {
    let (high, low) = halves(text);
    format!("{high:016x}{low:016x}")
}

/// The two halves of the number that stands for a text.
pub(super) fn halves(text: &str) -> (u64, u64) {
    (
        fnv(text, 0xcbf2_9ce4_8422_2325),
        fnv(text, 0x9ae1_6a3b_2f90_404f),
    )
}

/// FNV-1a from a beginning of one's choice.
fn fnv(text: &str, from: u64) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let hash = text.bytes().fold(from, step);
    // The low bits of the last bytes would otherwise hardly reach the high ones.
    (hash ^ (hash >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_stays_the_same_and_differs_for_others() {
        assert_eq!(hash("a"), "f7e8e6f75a674da85497414b1598e484");
        assert_ne!(hash("a"), hash("b"));
    }
}
