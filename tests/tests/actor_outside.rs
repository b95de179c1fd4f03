//! A plain thread that tells an actor: once as many messages as ever were under way have been, nothing is allocated.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use dala::Runtime;
use dala_tests::allocations::{self, Counting};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

struct Counter {
    handled: Arc<AtomicUsize>,
}

#[dala::actor]
impl Counter {
    #[message]
    fn add(&mut self, number: usize) {
        self.handled.fetch_add(number, SeqCst);
    }
}

#[test]
fn messages_from_a_plain_thread_to_an_idle_actor_allocate_nothing() {
    let runtime = Runtime::builder().workers(1).build().unwrap();
    let handled = Arc::new(AtomicUsize::new(0));
    let counter = runtime.spawn(Counter { handled: handled.clone() }).unwrap();
    let tell = |first: usize, past: usize| {
        for number in first..past {
            counter.tell(Add { number: 1 }).unwrap();
            while handled.load(SeqCst) <= number {
                std::thread::yield_now();
            }
            // Long enough that the actor has nothing left to do and must be scheduled anew.
            std::thread::sleep(Duration::from_micros(10));
        }
    };
    tell(0, 1000);
    let before = allocations::made();
    tell(1000, 3000);
    assert_eq!(allocations::made() - before, 0, "in 2000 messages");
}
