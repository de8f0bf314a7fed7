//! How long something takes: how often it was seen, the one in the middle, and the slow end.

use serde::Serialize;

use crate::coord::report::middle;

/// Durations in seconds, summed up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Spread {
    /// How many there were.
    pub count: u64,
    /// Half of them took no longer, in seconds.
    pub median: Option<u64>,
    /// Nine in ten took no longer, in seconds.
    pub p90: Option<u64>,
}

impl Spread {
    /// Of these seconds, in any order.
    pub fn of(seconds: &[u64]) -> Spread {
        let mut sorted = seconds.to_vec();
        sorted.sort_unstable();
        // The nearest rank: the smallest that nine in ten do not exceed.
        let rank = (sorted.len() * 9).div_ceil(10).saturating_sub(1);
        Spread {
            count: sorted.len() as u64,
            median: middle(&sorted),
            p90: sorted.get(rank).copied(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_middle_and_the_slow_end() {
        let check = |seconds: &[u64], median: Option<u64>, p90: Option<u64>| {
            let count = seconds.len() as u64;
            let expected = Spread { count, median, p90 };
            assert_eq!(Spread::of(seconds), expected, "{seconds:?}");
        };
        check(&[], None, None);
        check(&[7], Some(7), Some(7));
        check(&[3, 1, 2], Some(2), Some(3));
        check(
            &[10, 20, 30, 40, 50, 60, 70, 80, 90, 100],
            Some(60),
            Some(90),
        );
        check(&[0; 11], Some(0), Some(0));
    }

    proptest! {
        #[test]
        fn nine_in_ten_are_no_longer(seconds in prop::collection::vec(0u64..1000, 1..200)) {
            let spread = Spread::of(&seconds);
            let p90 = spread.p90.expect("there are some");
            let within = seconds.iter().filter(|s| **s <= p90).count();
            let below = seconds.iter().filter(|s| **s < p90).count();
            prop_assert!(within * 10 >= seconds.len() * 9);
            prop_assert!(below * 10 < seconds.len() * 9);
            prop_assert!(spread.median <= spread.p90);
        }
    }
}
