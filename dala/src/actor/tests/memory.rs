//! Limits on memory: what is counted, and how an actor ends that is over its limit.

use crate::actor::process;
use crate::message::NodeBox;
use crate::timer::block_on;
use crate::{
    CallError, Context, ExitReason, Handle, Local, MemoryLimit, OverLimit, Overflow, Pid, Runtime, SendError,
    SpawnOptions,
};
use std::sync::mpsc;

/// Keeps what it is given until it is told to let go.
struct Store {
    kept: Vec<String>,
}

#[dala::actor]
impl Store {
    #[message]
    fn keep(&mut self, text: String, ctx: &mut Context<Self>) -> u64 {
        self.kept.push(text);
        let held = self.kept.iter().map(String::capacity).sum::<usize>() as u64;
        ctx.set_held(held);
        held
    }

    /// Handles nothing else.
    #[message]
    async fn stall(&mut self, began: Local<mpsc::Sender<()>>) {
        began.send(()).unwrap();
        std::future::pending::<()>().await;
    }

    #[message]
    fn drop_text(&mut self, text: String) {
        drop(text);
    }

    #[on_exit]
    fn survive(&mut self, _from: Pid, _reason: &ExitReason) {}
}

fn spawn(runtime: &Runtime, options: &SpawnOptions) -> StoreRef {
    runtime.spawn_with(Store { kept: Vec::new() }, options).unwrap().into()
}

fn stalled(runtime: &Runtime, options: &SpawnOptions) -> StoreRef {
    let store = spawn(runtime, options);
    let (began, begun) = mpsc::channel();
    store.tell(Stall { began: Local(began) }).unwrap();
    begun.recv_timeout(std::time::Duration::from_secs(20)).unwrap();
    store
}

fn runtime() -> Runtime {
    Runtime::builder().workers(2).build().unwrap()
}

fn waiting(runtime: &Handle, store: StoreRef) -> (u64, u64) {
    let snapshot = runtime.snapshot();
    let info = snapshot.actor(store.pid()).unwrap();
    (info.waiting_bytes.unwrap(), info.waiting.unwrap() as u64)
}

#[test]
fn messages_that_wait_end_their_receiver_when_they_are_over_its_limit_and_never_take_more() {
    let runtime = runtime();
    let limit = 100_000;
    let store = stalled(&runtime, &SpawnOptions::default().memory(MemoryLimit::bytes(limit)));
    let ended = store.ended();
    let mut sent = 0;
    let error = loop {
        match store.tell(DropText { text: "x".repeat(1000) }) {
            Ok(()) => sent += 1,
            Err(error) => break error,
        }
        assert!(waiting(&runtime, store).0 <= limit);
    };
    assert!(matches!(error, SendError::Dead(DropText { .. })), "the message comes back");
    // With node and string each takes some more than 1000 bytes.
    assert!((90..100).contains(&sent), "{sent}");
    assert_eq!(block_on(ended), Ok(ExitReason::OverLimit(OverLimit::Bytes(limit))));
    assert!(!process::is_alive(store.pid()));
}

#[test]
fn the_number_of_messages_has_a_limit_of_its_own_whoever_sends_them() {
    let runtime = runtime();
    let options = SpawnOptions::default().memory(MemoryLimit::NONE.messages(3));
    let store = stalled(&runtime, &options);
    let ended = store.ended();
    // Of Rust, as Erlang's `!` does, and a call.
    store.tell(DropText { text: String::new() }).unwrap();
    process::send(store.pid(), NodeBox::for_shape(DropText { text: String::new() })).unwrap();
    let call = store.call(Keep { text: String::new() });
    assert_eq!(waiting(&runtime, store).1, 3);
    assert_eq!(block_on(store.call(Keep { text: String::new() })), Err(CallError::NoProc));
    let over = ExitReason::OverLimit(OverLimit::Messages(3));
    assert_eq!(block_on(call), Err(CallError::Exited(over.clone())));
    assert_eq!(block_on(ended), Ok(over));
}

#[test]
fn what_was_handled_counts_no_more_and_many_senders_lose_no_count() {
    let runtime = runtime();
    let store = spawn(&runtime, &SpawnOptions::default().memory(MemoryLimit::bytes(1 << 30)));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                (0..5000).for_each(|_| store.tell(DropText { text: "some text".to_owned() }).unwrap())
            });
        }
    });
    block_on(store.keep(String::new())).unwrap();
    assert_eq!(waiting(&runtime, store), (0, 0));
}

#[test]
fn messages_that_an_overflowing_ring_drops_count_no_more() {
    let runtime = runtime();
    let options = SpawnOptions::default().mailbox(4).overflow(Overflow::DropOldest);
    let store = stalled(&runtime, &options.memory(MemoryLimit::bytes(10_000)));
    for _ in 0..1000 {
        store.tell(DropText { text: "x".repeat(1000) }).unwrap();
    }
    let (bytes, messages) = waiting(&runtime, store);
    assert_eq!(messages, 4);
    assert!((4000..5000).contains(&bytes), "{bytes}");
}

#[test]
fn what_an_actor_says_it_holds_counts_and_shows() {
    let runtime = runtime();
    let store = spawn(&runtime, &SpawnOptions::default().memory(MemoryLimit::bytes(10_000)));
    let ended = store.ended();
    let held = block_on(store.keep("x".repeat(6000))).unwrap();
    let snapshot = runtime.snapshot();
    let info = snapshot.actor(store.pid()).unwrap();
    assert_eq!(info.memory, MemoryLimit::bytes(10_000));
    assert!((held..held + 64).contains(&info.held_bytes), "{}", info.held_bytes);
    assert!(info.bytes() >= held + info.own_bytes as u64);
    assert!(info.to_string().contains(" bytes"), "{info}");
    // It traps exits; that does not save it.
    let _ = block_on(store.keep("x".repeat(6000)));
    assert_eq!(block_on(ended), Ok(ExitReason::OverLimit(OverLimit::Bytes(10_000))));
}

#[test]
fn what_a_handler_has_in_an_arena_counts_while_it_has_it() {
    /// Takes scratch memory, says so, and keeps it until it is told to go on.
    struct Scratch;
    #[dala::actor]
    impl Scratch {
        #[message]
        fn take(
            &mut self,
            bytes: u64,
            began: Local<mpsc::Sender<()>>,
            go_on: Local<mpsc::Receiver<()>>,
            ctx: &mut Context<Self>,
        ) {
            let arena = ctx.arena();
            arena.filled(bytes as usize, 0u8);
            began.send(()).unwrap();
            go_on.recv_timeout(std::time::Duration::from_secs(20)).unwrap();
        }
        #[message]
        fn text(&mut self, text: String) {
            drop(text);
        }
    }
    let runtime = runtime();
    let limit = MemoryLimit::bytes(20_000);
    let take = |actor: ScratchRef| {
        let ((began, begun), (go_on, waits)) = (mpsc::channel(), mpsc::channel());
        actor.tell(Take { bytes: 9000, began: Local(began), go_on: Local(waits) }).unwrap();
        begun.recv_timeout(std::time::Duration::from_secs(20)).unwrap();
        go_on
    };
    let scratch =
        ScratchRef::from(runtime.spawn_with(Scratch, &SpawnOptions::default().memory(limit)).unwrap());
    let ended = scratch.ended();
    let go_on = take(scratch);
    let held = |actor: ScratchRef| runtime.snapshot().actor(actor.pid()).unwrap().held_bytes;
    assert_eq!(held(scratch), 9000);
    scratch.tell(Text { text: "x".repeat(10_000) }).unwrap();
    go_on.send(()).unwrap();
    block_on(scratch.text(String::new())).unwrap();
    assert_eq!(held(scratch), 0);
    // Both together are too much, whoever comes last.
    let go_on = take(scratch);
    assert!(scratch.tell(Text { text: "x".repeat(12_000) }).is_err());
    go_on.send(()).unwrap();
    assert_eq!(block_on(ended), Ok(ExitReason::OverLimit(OverLimit::Bytes(20_000))));
}

#[test]
fn the_limit_is_that_of_the_actor_type_unless_the_spawner_says_otherwise() {
    struct Small;
    #[dala::actor(memory = "4KiB", messages = 10)]
    impl Small {
        #[message]
        fn nothing(&mut self) {}
    }
    let runtime = runtime();
    let limit = |options| {
        let small = runtime.spawn_with(Small, &options).unwrap();
        runtime.snapshot().actor(small).unwrap().memory
    };
    assert_eq!(limit(SpawnOptions::default()), MemoryLimit::bytes(4096).messages(10));
    assert_eq!(limit(SpawnOptions::default().memory(MemoryLimit::NONE)), MemoryLimit::NONE);
}
