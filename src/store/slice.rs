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

/// What the scheduler knows of this thread, if it is scheduled as is usual: who was given another policy keeps
/// it.
fn scheduled() -> Option<libc::sched_attr> {
    const SIZE: u32 = size_of::<libc::sched_attr>() as u32;
    let mut attr = MaybeUninit::<libc::sched_attr>::zeroed();
    // SAFETY: the kernel writes no more than the size it is told; every field is a number. What it answers is
    // looked at before it is used.
    let attr = unsafe {
        let got = libc::syscall(libc::SYS_sched_getattr, 0, attr.as_mut_ptr(), SIZE, 0);
        (got == 0).then(|| attr.assume_init())?
    };
    (attr.sched_policy == libc::SCHED_OTHER as u32).then_some(attr)
}

fn ask() {
    // Niceness goes along as it is.
    if let Some(mut attr) = scheduled() {
        attr.sched_runtime = SLICE_NS;
        // SAFETY: the kernel only reads the structure, whose size is in it.
        unsafe { libc::syscall(libc::SYS_sched_setattr, 0, &raw const attr, 0) };
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
        // Kernels before 6.12 have no slices, and tell of none.
        let tells = scheduled().is_some_and(|before| before.sched_runtime > 0);
        shorten();
        shorten();
        assert_eq!(niceness(), before);
        if tells {
            let after = scheduled().expect("it was").sched_runtime;
            assert_eq!(after, SLICE_NS);
        }
    }
}
