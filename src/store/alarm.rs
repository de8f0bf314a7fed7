//! A time limit on system calls that have none.
//!
//! `flock` waits for ever. A timer of the kernel sends a signal to the one thread that waits, whose call
//! then ends with `EINTR`. A second thread that waits in its stead would do as well, but making one takes
//! longer than most transactions, and the lock would be handed on in two steps instead of one.
//!
//! The signal's handler does nothing, and nothing else in the program uses that signal. It is sent again
//! and again from the limit on, because it may come just before the call that it is to end.

use std::mem::MaybeUninit;
use std::ptr;
use std::sync::Once;
use std::time::{Duration, Instant};

/// How often the signal is repeated after the limit.
const AGAIN: Duration = Duration::from_millis(10);

/// Interrupts this thread's system calls from a moment on, until it is dropped.
#[derive(Debug)]
pub(super) struct Alarm {
    timer: Option<libc::timer_t>,
    at: Instant,
}

/// The signal: one of those that are left to programs.
fn signal() -> libc::c_int {
    libc::SIGRTMIN() + 5
}

extern "C" fn nothing(_: libc::c_int) {}

/// Sees once in a process that the signal ends calls and does no more.
fn prepare() {
    static DONE: Once = Once::new();
    DONE.call_once(|| {
        // SAFETY: a zeroed sigaction is a valid one without flags; above all without SA_RESTART, with
        // which calls would go on. The handler touches nothing.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = nothing as extern "C" fn(libc::c_int) as libc::sighandler_t;
            libc::sigaction(signal(), &raw const action, ptr::null_mut());
        }
    });
}

/// Lets the signal reach this thread, whatever mask it was started with.
fn listen() {
    // SAFETY: the set is made by sigemptyset before it is read.
    unsafe {
        let mut set = MaybeUninit::<libc::sigset_t>::uninit();
        libc::sigemptyset(set.as_mut_ptr());
        libc::sigaddset(set.as_mut_ptr(), signal());
        libc::pthread_sigmask(libc::SIG_UNBLOCK, set.as_ptr(), ptr::null_mut());
    }
}

fn timespec(time: Duration) -> libc::timespec {
    libc::timespec {
        tv_sec: libc::time_t::try_from(time.as_secs()).unwrap_or(libc::time_t::MAX),
        tv_nsec: libc::c_long::from(time.subsec_nanos()),
    }
}

impl Alarm {
    /// From `limit` from now on. It is not [set](Alarm::is_set) if the kernel has no timer left for this
    /// user, and interrupts nothing then.
    pub(super) fn after(limit: Duration) -> Alarm {
        let mut alarm = Alarm {
            timer: None,
            at: Instant::now() + limit,
        };
        prepare();
        listen();
        let mut timer = MaybeUninit::<libc::timer_t>::uninit();
        // SAFETY: a zeroed sigevent is valid; the thread named in it is this one.
        let made = unsafe {
            let mut event: libc::sigevent = std::mem::zeroed();
            event.sigev_notify = libc::SIGEV_THREAD_ID;
            event.sigev_signo = signal();
            event.sigev_notify_thread_id = rustix::thread::gettid().as_raw_nonzero().get();
            libc::timer_create(libc::CLOCK_MONOTONIC, &raw mut event, timer.as_mut_ptr())
        };
        if made != 0 {
            return alarm;
        }
        // SAFETY: timer_create has succeeded and written it.
        let timer = unsafe { timer.assume_init() };
        // A first time of nothing would mean: never.
        let times = libc::itimerspec {
            it_value: timespec(limit.max(Duration::from_nanos(1))),
            it_interval: timespec(AGAIN),
        };
        // SAFETY: the timer is ours, the times are on our stack.
        match unsafe { libc::timer_settime(timer, 0, &raw const times, ptr::null_mut()) } {
            0 => alarm.timer = Some(timer),
            _ => delete(timer),
        }
        alarm
    }

    /// Whether calls are going to be interrupted.
    pub(super) fn is_set(&self) -> bool {
        self.timer.is_some()
    }

    /// Whether the limit is reached: a call that was interrupted before should go on.
    pub(super) fn has_rung(&self) -> bool {
        Instant::now() >= self.at
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        self.timer.take().into_iter().for_each(delete);
    }
}

fn delete(timer: libc::timer_t) {
    // SAFETY: whoever has the number is the only one, and gives it away here.
    unsafe {
        libc::timer_delete(timer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_without_a_limit_ends() {
        let (reading, _writing) = rustix::pipe::pipe().unwrap();
        let alarm = Alarm::after(Duration::from_millis(20));
        let mut byte = [0];
        let mut interruptions = 0;
        while !alarm.has_rung() {
            // Nothing is ever written.
            let read = rustix::io::read(&reading, &mut byte);
            assert_eq!(read, Err(rustix::io::Errno::INTR));
            interruptions += 1;
        }
        assert!(interruptions > 0);
    }
}
