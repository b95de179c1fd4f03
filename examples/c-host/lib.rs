//! Learn how a program that is not Rust hosts actors: a static library and a C header of five functions.
//!
//! ```text
//! cargo build -p dala-example-c-host
//! cc examples/c-host/host.c target/debug/libc_host.a -lpthread -ldl -lm -o host && ./host
//! ```
//!
//! Nothing of Rust crosses the border: an opaque pointer, numbers, and a function to call back.

#![expect(unsafe_code, reason = "the border to C: what the header promises is what is relied on")]

use dala::{CallError, Runtime};
use std::ffi::c_void;
use std::time::Duration;

/// What the host's pointer points to.
#[derive(Debug)]
pub struct Host {
    runtime: Runtime,
    counter: CounterRef,
}

/// A function of the host, and what it wants to have back.
#[derive(Clone, Copy, Debug)]
struct Watch {
    changed: extern "C" fn(*mut c_void, i64),
    user: *mut c_void,
}

// SAFETY: the header says that the callback runs on the runtime's workers, one call at a time.
unsafe impl Send for Watch {}

struct Counter {
    total: i64,
    watch: Option<Watch>,
}

#[dala::actor]
impl Counter {
    #[message]
    fn add(&mut self, by: i64) {
        self.total = self.total.wrapping_add(by);
        if let Some(watch) = self.watch {
            (watch.changed)(watch.user, self.total);
        }
    }
    #[message]
    fn total(&mut self) -> i64 {
        self.total
    }
    #[message]
    fn tell_changes(&mut self, to: dala::Local<Watch>) {
        self.watch = Some(to.0);
    }
}

/// What the functions return, as the header numbers them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Status {
    /// Done.
    Ok = 0,
    /// A pointer is null.
    Null = 1,
    /// The counter is dead.
    Dead = 2,
    /// No answer in time.
    Late = 3,
}

/// See `counter.h`.
#[unsafe(no_mangle)]
pub extern "C" fn counter_start(workers: u32) -> *mut Host {
    let Ok(runtime) = Runtime::builder().workers(workers as usize).build() else {
        return std::ptr::null_mut();
    };
    let Ok(counter) = runtime.spawn(Counter { total: 0, watch: None }) else { return std::ptr::null_mut() };
    Box::into_raw(Box::new(Host { runtime, counter: counter.into() }))
}

/// See `counter.h`.
///
/// # Safety
/// The pointer is null or came from [`counter_start`], and [`counter_stop`] did not get it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn counter_add(host: *const Host, by: i64) -> Status {
    // SAFETY: the caller's promise.
    let Some(host) = (unsafe { host.as_ref() }) else { return Status::Null };
    host.counter.tell(Add { by }).map_or(Status::Dead, |()| Status::Ok)
}

/// See `counter.h`.
///
/// # Safety
/// As [`counter_add`]; `total` is null or a place for a number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn counter_total(host: *const Host, milliseconds: u32, total: *mut i64) -> Status {
    // SAFETY: the caller's promise.
    let (host, total) = unsafe { (host.as_ref(), total.as_mut()) };
    let (Some(host), Some(total)) = (host, total) else { return Status::Null };
    match host.counter.blocking_call_timeout(Total {}, Duration::from_millis(milliseconds.into())) {
        Ok(answer) => {
            *total = answer;
            Status::Ok
        }
        Err(CallError::Timeout) => Status::Late,
        Err(_) => Status::Dead,
    }
}

/// See `counter.h`.
///
/// # Safety
/// As [`counter_add`]; `changed` may be called with `user` on another thread until [`counter_stop`] returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn counter_watch(
    host: *const Host,
    changed: Option<extern "C" fn(*mut c_void, i64)>,
    user: *mut c_void,
) -> Status {
    // SAFETY: the caller's promise.
    let (Some(host), Some(changed)) = (unsafe { host.as_ref() }, changed) else { return Status::Null };
    let to = dala::Local(Watch { changed, user });
    host.counter.tell(TellChanges { to }).map_or(Status::Dead, |()| Status::Ok)
}

/// See `counter.h`.
///
/// # Safety
/// The pointer is null or came from [`counter_start`], and is not used by anyone during this call or afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn counter_stop(host: *mut Host) {
    if host.is_null() {
        return;
    }
    // SAFETY: made by `Box::into_raw` in `counter_start`, given back once (the caller's promise).
    let host = unsafe { Box::from_raw(host) };
    host.runtime.shutdown(Duration::from_secs(5));
}
