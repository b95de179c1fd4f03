//! Scratch memory of handlers: what it costs, and whom it ends.

use dala::{Context, ExitReason, MemoryLimit, OverLimit, Runtime, SpawnOptions};
use dala_tests::allocations::{self, Counting};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

struct Sorter;

#[dala::actor]
impl Sorter {
    /// Sorts some numbers in an arena. Returns the allocations that this made.
    #[message]
    fn sort(&mut self, count: u32, ctx: &mut Context<Self>) -> u64 {
        let before = allocations::made();
        let arena = ctx.arena();
        let mut numbers = arena.vec();
        numbers.extend((0..count).map(|number| number.wrapping_mul(2_654_435_761)));
        numbers.sort_unstable();
        let text = arena.format(format_args!("{} numbers", numbers.len()));
        assert!(numbers.is_sorted() && text.starts_with(char::is_numeric));
        drop(arena);
        (allocations::made() - before) as u64
    }
}

#[test]
fn a_handler_that_ran_before_takes_its_scratch_memory_from_the_last_one() {
    let runtime = Runtime::builder().workers(1).build().unwrap();
    let sorter = SorterRef::from(runtime.spawn(Sorter).unwrap());
    assert!(runtime.block_on(sorter.sort(1000)).unwrap() > 0);
    // The largest block of the first run holds what all of it needed.
    let warm: Vec<u64> = (0..50).map(|_| runtime.block_on(sorter.sort(1000)).unwrap()).collect();
    assert_eq!(warm[2..], [0; 48], "{warm:?}");
}

#[test]
fn an_actor_that_takes_more_scratch_memory_than_it_may_hold_ends_and_no_other_does() {
    let runtime = Runtime::builder().workers(1).build().unwrap();
    let options = SpawnOptions::default().memory(MemoryLimit::bytes(10_000));
    let bounded = SorterRef::from(runtime.spawn_with(Sorter, &options).unwrap());
    let free = SorterRef::from(runtime.spawn(Sorter).unwrap());
    runtime.block_on(async {
        bounded.sort(100).await.unwrap();
        let over = ExitReason::OverLimit(OverLimit::Bytes(10_000));
        assert_eq!(bounded.sort(100_000).await, Err(dala::CallError::Exited(over)));
        free.sort(100_000).await.unwrap();
    });
}
