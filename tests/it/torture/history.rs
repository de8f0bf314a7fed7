//! Recorded histories and the model they are held against.
//!
//! An operation took effect at one instant between its call and its answer, if it was answered at
//! all. The store numbers what it does, so that the order of effects is told by the answers; what is
//! left to check is that this order is one that the callers could have seen: whatever was answered
//! before another operation was called comes before it.

/// One operation of a history.
#[derive(Debug, Clone)]
pub struct Operation {
    /// When it was called.
    pub called: u64,
    /// When it was answered; `None` if its caller was killed first.
    pub answered: Option<u64>,
    /// Its place in the order of effects, as the answer tells.
    pub order: Option<u64>,
    /// Whether it changed something: then no other operation has its place.
    pub writes: bool,
}

/// Whether the order of effects agrees with the order of calls; says where it does not.
pub fn check_order(operations: &[Operation]) -> Result<(), String> {
    let mut answers: Vec<(u64, u64)> = operations
        .iter()
        .filter_map(|operation| Some((operation.answered?, operation.order?)))
        .collect();
    answers.sort_unstable();
    let mut calls: Vec<&Operation> = operations.iter().filter(|o| o.order.is_some()).collect();
    calls.sort_unstable_by_key(|operation| operation.called);
    let mut answered = answers.into_iter().peekable();
    // The latest place that was told before the operation at hand was called.
    let mut told = 0;
    for operation in calls {
        while let Some((_, order)) = answered.next_if(|(at, _)| *at < operation.called) {
            told = told.max(order);
        }
        let order = operation.order.unwrap_or(0);
        if order < told || (operation.writes && order == told) {
            return Err(format!("{operation:?} comes after {told} was told"));
        }
    }
    let mut places: Vec<u64> = operations
        .iter()
        .filter(|operation| operation.writes)
        .filter_map(|operation| operation.order)
        .collect();
    places.sort_unstable();
    match places.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(format!("two writes have place {}", pair[0])),
        None => Ok(()),
    }
}

/// Somebody certainly holds something from one instant to another.
#[derive(Debug, Clone)]
pub struct Hold {
    /// The answer that granted it.
    pub from: u64,
    /// The call that gave it back, or the end of its lease or of its holder, whichever was first.
    pub until: u64,
    /// The fencing token.
    pub token: u64,
}

/// Whether nobody held anything while another did, and tokens grew; says where not.
pub fn check_holds(holds: &[Hold]) -> Result<(), String> {
    let mut sorted: Vec<&Hold> = holds.iter().filter(|hold| hold.from < hold.until).collect();
    sorted.sort_unstable_by_key(|hold| hold.from);
    for pair in sorted.windows(2) {
        if pair[1].from < pair[0].until {
            return Err(format!("two hold it at once: {pair:?}"));
        }
        if pair[1].token <= pair[0].token {
            return Err(format!("tokens do not grow: {pair:?}"));
        }
    }
    Ok(())
}

/// The checks find what they are for.
#[test]
fn a_wrong_history_is_found() {
    let op = |called, answered, order, writes| Operation {
        called,
        answered: Some(answered),
        order: Some(order),
        writes,
    };
    let check = |history: &[Operation], sound: bool| {
        assert_eq!(check_order(history).is_ok(), sound, "{history:?}");
    };
    check(
        &[op(1, 2, 1, true), op(3, 4, 1, false), op(5, 6, 2, true)],
        true,
    );
    // Side by side any order will do.
    check(&[op(1, 9, 2, true), op(2, 8, 1, true)], true);
    // A read that is behind what was told before it began.
    check(
        &[op(1, 2, 1, true), op(3, 4, 2, true), op(5, 6, 1, false)],
        false,
    );
    // A lost update: two writes at one place.
    check(&[op(1, 4, 1, true), op(2, 3, 1, true)], false);
    let hold = |from, until, token| Hold { from, until, token };
    assert!(check_holds(&[hold(1, 2, 1), hold(2, 5, 4)]).is_ok());
    assert!(check_holds(&[hold(1, 4, 1), hold(3, 5, 4)]).is_err());
    assert!(check_holds(&[hold(1, 2, 4), hold(3, 5, 4)]).is_err());
}
