//! A sender that waits costs no wake-ups, and a consumer that stalls no memory: counted, not timed.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::task::{Context, Poll, Wake, Waker};

use dala::SendError;
use dala::actor::process;
use dala::message::NodeBox;
use dala_tests::allocations::{self, Counting};
use dala_tests::border::Stage;
use dala_tests::stalled::{Item, Line};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Counts its wake-ups, and tells of each.
struct Wakes {
    count: AtomicUsize,
    told: Sender<()>,
}

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.count.fetch_add(1, Ordering::SeqCst);
        let _ = self.told.send(());
    }
}

fn wakes() -> (Arc<Wakes>, Receiver<()>) {
    let (told, woken) = channel();
    (Arc::new(Wakes { count: AtomicUsize::new(0), told }), woken)
}

fn poll<F: Future>(future: Pin<&mut F>, wakes: &Arc<Wakes>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(&Waker::from(wakes.clone())))
}

/// A consumer that is busy with item 0, and before which `capacity` more wait.
fn stalled(capacity: u32) -> Line {
    let line = Line::new(1, capacity);
    let consumer = line.consumer;
    // The first is taken out of the mailbox at once or later; afterwards there is room for exactly the capacity.
    let mut number = 0;
    consumer.tell(Item { number }).unwrap();
    while number < u64::from(capacity) {
        if consumer.try_tell(Item { number: number + 1 }).is_ok() {
            number += 1;
        } else {
            std::thread::yield_now();
        }
    }
    while consumer.try_tell(Item { number: number + 1 }).is_ok() {
        number += 1;
    }
    line
}

#[test]
fn a_waiting_sender_is_woken_once_and_only_with_room_for_its_message() {
    let line = stalled(4);
    let consumer = line.consumer;
    let mut senders: Vec<_> = (0..8_u64)
        .map(|number| {
            let (wakes, woken) = wakes();
            (Box::pin(consumer.tell_wait(Item { number: 100 + number })), wakes, woken)
        })
        .collect();
    for (sender, wakes, _) in &mut senders {
        assert!(poll(sender.as_mut(), wakes).is_pending());
    }
    // Whatever else happens to the consumer meanwhile wakes nobody.
    for _ in 0..10_000 {
        assert!(matches!(consumer.try_tell(Item { number: 0 }), Err(SendError::Full(_))));
    }
    let woken = |wakes: &Arc<Wakes>| wakes.count.load(Ordering::SeqCst);
    assert!(senders.iter().all(|(_, wakes, _)| woken(wakes) == 0));
    // Each item that is handled makes room for one: the sender that has waited longest.
    for turn in 0..senders.len() {
        line.go.send(()).unwrap();
        line.handled.recv().unwrap();
        senders[turn].2.recv().expect("it is its turn");
        let so_far: Vec<usize> = senders.iter().map(|(_, wakes, _)| woken(wakes)).collect();
        let expected: Vec<usize> = (0..senders.len()).map(|sender| usize::from(sender <= turn)).collect();
        assert_eq!(so_far, expected);
        let (sender, wakes, _) = &mut senders[turn];
        assert!(matches!(poll(sender.as_mut(), wakes), Poll::Ready(Ok(()))), "woken with room");
    }
    drop(line.go);
    drop(line.runtime);
}

#[test]
fn a_stalled_consumer_costs_no_memory_however_much_is_sent() {
    let line = stalled(4);
    let consumer = line.consumer;
    let (wakes, _woken) = wakes();
    let flood = || {
        for number in 0..1000 {
            assert!(consumer.try_tell(Item { number }).is_err());
            // A sender that begins to wait and gives up leaves nothing behind.
            let waiting = pin!(consumer.tell_wait(Item { number }));
            assert!(poll(waiting, &wakes).is_pending());
        }
    };
    flood();
    let before = allocations::live_bytes();
    for _ in 0..100 {
        flood();
    }
    let after = allocations::live_bytes();
    assert_eq!(after - before, 0, "bytes for 200000 messages that were not taken");
    drop(line.go);
    drop(line.runtime);
}

/// `{item, Number}`.
#[dala::message(name = "item")]
struct Numbered {
    number: u64,
}

/// `go`.
#[dala::message]
struct Go;

/// `end`.
#[dala::message]
struct End;

#[test]
fn a_stalled_elixir_process_with_a_bound_makes_rust_senders_wait_without_wake_ups_or_memory() {
    let stage = Stage::new();
    let (peer, notes) = stage.peer();
    let server = {
        let _entered = stage.runtime.enter();
        let spec = dala_beam::interop::ServerSpec::new(&stage.system, "Elixir.Border.Stalling", &peer.pid());
        let spec = spec.mailbox(8);
        dala_beam::interop::Server::of_pid(&stage.system, spec.start().unwrap())
    };
    assert_eq!(notes.told(), "stalled");
    let (wakes, woken) = wakes();
    let mut sent = 0;
    loop {
        let mut next = Box::pin(server.tell_wait(Numbered { number: sent }));
        if poll(next.as_mut(), &wakes).is_pending() {
            break;
        }
        sent += 1;
        assert!(sent <= 8, "the bound holds");
    }
    assert_eq!(sent, 8);
    let mut last = Box::pin(server.tell_wait(Numbered { number: sent }));
    assert!(poll(last.as_mut(), &wakes).is_pending());
    let flood = || {
        for number in 0..1000 {
            let waiting = pin!(server.tell_wait(Numbered { number }));
            assert!(poll(waiting, &wakes).is_pending());
        }
    };
    flood();
    let before = allocations::live_bytes();
    for _ in 0..100 {
        flood();
    }
    assert_eq!(allocations::live_bytes() - before, 0, "bytes for 100000 messages that wait");
    assert_eq!(wakes.count.load(Ordering::SeqCst), 0);
    // Erlang's `!` is never refused: it is how the process is told to go on.
    process::send(server.pid().unwrap(), NodeBox::for_shape(Go)).unwrap();
    woken.recv().unwrap();
    assert!(matches!(poll(last.as_mut(), &wakes), Poll::Ready(Ok(()))));
    assert_eq!(wakes.count.load(Ordering::SeqCst), 1);
    stage.runtime.block_on(server.tell_wait(End)).unwrap();
    assert_eq!(notes.told(), "{drained,9}");
}
