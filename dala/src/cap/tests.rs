//! Capabilities without actors; with them: `tests/tests/capability.rs`.

use super::*;
use crate::timer::{Clock, VirtualClock};
use proptest::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// Counts how often it was closed.
#[derive(Debug)]
struct Resource(Arc<AtomicU32>);

impl Drop for Resource {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

fn opened() -> (Cap<Resource>, impl Fn() -> u32) {
    let closed = Arc::new(AtomicU32::new(0));
    let cap = Cap::new(Resource(closed.clone()));
    (cap, move || closed.load(Ordering::SeqCst))
}

#[test]
fn dropping_the_first_capability_closes_the_resource_and_what_was_lent_is_dead() {
    let (cap, closed) = opened();
    let (lent, _) = cap.lend(Limits::new());
    let (lent_on, _) = lent.lend(Limits::new());
    assert!(lent_on.get().is_ok());
    drop(cap);
    assert_eq!(closed(), 1);
    assert!(matches!(lent.get(), Err(CapError::Revoked)));
    assert!(matches!(lent_on.get(), Err(CapError::Revoked)));
}

#[test]
fn dropping_what_was_lent_closes_nothing() {
    let (cap, closed) = opened();
    let (lent, _) = cap.lend(Limits::new());
    drop(lent.limited(Limits::new().uses(1)).read_only());
    assert_eq!(closed(), 0);
    assert!(cap.get().is_ok());
}

#[test]
fn revoking_ends_a_capability_and_those_lent_from_it_and_no_others() {
    let (cap, closed) = opened();
    let (left, revoker) = cap.lend(Limits::new());
    let (left_on, _) = left.lend(Limits::new());
    let (right, _) = cap.lend(Limits::new());
    revoker.revoke();
    revoker.revoke();
    assert!(left.get().is_err() && left_on.get().is_err());
    assert!(cap.get().is_ok() && right.get().is_ok());
    assert_eq!(closed(), 0);
    let revoker = cap.revoker();
    assert!(!revoker.is_revoked());
    revoker.revoke();
    assert_eq!(closed(), 1);
    assert!(cap.is_revoked() && right.get().is_err());
}

#[test]
fn a_resource_in_use_is_closed_after_the_use() {
    let (cap, closed) = opened();
    let used = cap.get().unwrap();
    cap.revoker().revoke();
    assert_eq!(closed(), 0);
    assert_eq!(used.0.load(Ordering::SeqCst), 0);
    drop(used);
    assert_eq!(closed(), 1);
}

#[test]
fn uses_and_time_count_along_the_whole_line_of_lenders() {
    let clock = VirtualClock::default();
    let (cap, _) = opened();
    let (lent, _) = cap.lend(Limits::new().uses(3));
    let minute = Limits::new().expires_after(Duration::from_secs(60)).clock(Clock::Virtual(clock.clone()));
    let (lent_on, _) = lent.lend(minute);
    assert!(lent_on.get().is_ok() && lent.get().is_ok() && lent_on.get().is_ok());
    assert!(matches!(lent_on.get(), Err(CapError::UsedUp("uses"))));
    assert!(matches!(lent.get(), Err(CapError::UsedUp("uses"))));
    assert!(cap.get().is_ok());
    clock.set(59_999_999_999);
    assert!(matches!(lent_on.get(), Err(CapError::UsedUp("uses"))));
    clock.set(60_000_000_000);
    assert!(matches!(lent_on.get(), Err(CapError::Expired)));
}

#[test]
fn a_refused_use_takes_none_from_the_lender() {
    let (cap, _) = opened();
    let (lent, _) = cap.lend(Limits::new().uses(2));
    let (none, _) = lent.lend(Limits::new().uses(0));
    assert!(none.get().is_err() && none.get().is_err());
    assert!(lent.get().is_ok() && lent.get().is_ok());
    assert!(lent.get().is_err());
}

#[test]
fn threads_share_exactly_the_uses_there_are() {
    let (cap, _) = opened();
    let (lent, _) = cap.lend(Limits::new().uses(1_000));
    let (lent, _) = lent.lend(Limits::new().uses(1_001));
    let used: usize = std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..4).map(|_| scope.spawn(|| (0..500).filter(|_| lent.get().is_ok()).count())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(used, 1_000);
}

proptest! {
    /// Against plain counters: a line of lenders, each with its limit, through which reads and writes go.
    #[test]
    fn bytes_count_as_in_a_model(
        limits in prop::collection::vec(0_u64..40, 1..4),
        steps in prop::collection::vec((any::<bool>(), 0_usize..20, 0_usize..20), 0..20),
    ) {
        let (first, _) = opened();
        let mut line = vec![first];
        for &limit in &limits {
            let (lent, _) = line.last().unwrap().lend(Limits::new().bytes(limit));
            line.push(lent);
        }
        let last = line.last().unwrap();
        let mut left = *limits.iter().min().unwrap() as usize;
        for (is_write, wanted, moved) in steps {
            if is_write {
                let reserved = last.take_all_bytes(wanted);
                prop_assert_eq!(reserved.is_ok(), wanted <= left);
                if let Ok(mut reserved) = reserved {
                    reserved.moved(wanted);
                    left -= wanted;
                }
            } else {
                let reserved = last.take_bytes(wanted);
                prop_assert_eq!(reserved.is_ok(), wanted == 0 || left > 0);
                if let Ok(mut reserved) = reserved {
                    prop_assert_eq!(reserved.len(), wanted.min(left));
                    let moved = moved.min(reserved.len());
                    reserved.moved(moved);
                    left -= moved;
                }
            }
        }
    }
}
