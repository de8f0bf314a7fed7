//! Short turns at the processor for whoever changes the store.
//!
//! Many commands at a time wait for one lock, and the disk is quick: what takes its time is that the one
//! that holds the lock, back from its sync, stands behind others that are only starting. The scheduler lets
//! a thread that asks for shorter slices of time run sooner (`sched_setattr(2)`, Linux 6.12 and newer), at
//! no one's cost: its share stays the same. Older kernels take the wish and do nothing.

use std::cell::Cell;
use std::mem::MaybeUninit;

/// The slice, in nanoseconds: longer than what is done between two syncs, shorter than the usual.
const SLICE_NS: u64 = 500_000;

/// Asks for short slices for this thread, once.
pub(super) fn shorten() {
    thread_local! {
        static ASKED: Cell<bool> = const { Cell::new(false) };
    }
    if !ASKED.replace(true) {
        ask();
    }
}

fn ask() {
    const SIZE: u32 = size_of::<libc::sched_attr>() as u32;
    let mut attr = MaybeUninit::<libc::sched_attr>::zeroed();
    // SAFETY: the kernel writes no more than the size it is told, and reads the same; every field is a
    // number. What it answers is looked at before it is used.
    unsafe {
        let got = libc::syscall(libc::SYS_sched_getattr, 0, attr.as_mut_ptr(), SIZE, 0);
        let mut attr = attr.assume_init();
        // Who was given another policy keeps it; niceness goes along as it is.
        if got != 0 || attr.sched_policy != libc::SCHED_OTHER as u32 {
            return;
        }
        attr.sched_runtime = SLICE_NS;
        libc::syscall(libc::SYS_sched_setattr, 0, &raw const attr, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn niceness() -> i32 {
        rustix::process::getpriority_process(None).expect("one has one")
    }

    #[test]
    fn nothing_but_the_slice_changes() {
        let before = niceness();
        shorten();
        shorten();
        assert_eq!(niceness(), before);
    }
}
