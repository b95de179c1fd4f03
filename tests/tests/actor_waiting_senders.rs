//! Many actors that wait for room in one mailbox: nothing of them runs, and nothing is allocated, until there is some. Alone
//! in its program, since it counts the allocations of all threads.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::Poll;
use std::time::{Duration, Instant};

use dala_tests::allocations::{self, Counting};
use dala_tests::stalled::{ConsumerRef, Item, Line};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const WORKERS: usize = 3;
const SENDERS: usize = 200;
const CAPACITY: u32 = 8;

/// How often a sender's future was polled.
static POLLS: AtomicUsize = AtomicUsize::new(0);
/// Senders whose message waits for room.
static WAITING: AtomicUsize = AtomicUsize::new(0);

/// Sends without end, as fast as there is room.
struct Producer {
    consumer: ConsumerRef,
}

#[dala::actor]
impl Producer {
    #[message]
    async fn produce(&mut self) {
        for number in 0.. {
            let mut sending = pin!(self.consumer.tell_wait(Item { number }));
            let mut waits = false;
            let sent = poll_fn(|context| {
                POLLS.fetch_add(1, SeqCst);
                let polled = sending.as_mut().poll(context);
                match (&polled, waits) {
                    (Poll::Pending, false) => {
                        waits = true;
                        WAITING.fetch_add(1, SeqCst);
                    }
                    (Poll::Ready(_), true) => {
                        WAITING.fetch_sub(1, SeqCst);
                    }
                    (Poll::Pending, true) | (Poll::Ready(_), false) => {}
                }
                polled
            });
            if sent.await.is_err() {
                return;
            }
        }
    }
}

struct Mirror;

#[dala::actor]
impl Mirror {
    #[message]
    fn echo(&mut self, number: u64) -> u64 {
        number
    }
}

fn until(what: &str, is_so: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(30);
    while !is_so() {
        assert!(Instant::now() < end, "{what} did not come");
        std::thread::yield_now();
    }
}

#[test]
fn actors_that_wait_for_room_run_only_when_there_is_some_and_take_no_memory() {
    // One worker is busy with the consumer.
    let Line { runtime, consumer, go, handled } = Line::new(WORKERS, CAPACITY);
    for _ in 0..SENDERS {
        let producer = runtime.spawn(Producer { consumer }).unwrap();
        producer.tell(Produce).unwrap();
    }
    until("full mailbox", || WAITING.load(SeqCst) == SENDERS);
    let echo: MirrorRef = runtime.spawn(Mirror).unwrap().into();
    // Others work on the same workers meanwhile.
    let work = || {
        for number in 0..2000 {
            assert_eq!(runtime.block_on(echo.echo(number)), Ok(number));
        }
    };
    work();
    let (polls, bytes) = (POLLS.load(SeqCst), allocations::live_bytes_of_all());
    for _ in 0..100 {
        work();
    }
    assert_eq!(POLLS.load(SeqCst), polls, "a sender ran with no room for its message");
    let grown = allocations::live_bytes_of_all() - bytes;
    // Blocks that the free lists of threads keep, of messages and of replies, come and go: up to about 110,000 bytes, whatever
    // the number of calls. A byte a call would be more.
    assert!(grown < 200_000, "{grown} bytes for {SENDERS} senders that wait during 200,000 calls");
    // With nothing to do no worker wakes up. On a busy machine each may go to sleep late, once; then all is quiet.
    let is_quiet = |_| {
        let sleeps = runtime.sleeps();
        (0..20_000).for_each(|_| std::thread::yield_now());
        runtime.sleeps() == sleeps
    };
    assert!((0..=WORKERS).any(is_quiet), "workers wake up for senders that wait");
    // Room for one: one sender is polled, which sends, and once more, with its next message, which waits.
    let turns = 50;
    for turn in 1..=turns {
        go.send(()).unwrap();
        handled.recv().unwrap();
        until("the next to wait", || {
            POLLS.load(SeqCst) >= polls + 2 * turn && WAITING.load(SeqCst) == SENDERS
        });
    }
    // The place of the message in hand may be given back before that is done, when an activation ends: one more sender then.
    let polled = POLLS.load(SeqCst) - polls;
    assert!(polled <= 2 * (turns + 1), "{polled} polls for {turns} places");
    drop(go);
    drop(runtime);
}
