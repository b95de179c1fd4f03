//! Processes among other actors: the limit on their memory, and for how long they hold a worker.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use dala::actor::process;
use dala::{ExitReason, MemoryLimit, OverLimit, Qos, Runtime, SpawnOptions};
use dala_ir::abi::{Atom, Pid, Word};
use dala_ir::term::{Fragment, TermWriter};

use super::ended::Ended;
use super::message::node_of;
use super::{Entry, System, SystemOptions};
use crate::heap::HeapOptions;

const LIMIT: u64 = 1 << 20;

fn system(runtime: &Runtime) -> Arc<System> {
    let options = SystemOptions { memory: MemoryLimit::bytes(LIMIT).messages(1000), ..Default::default() };
    System::new(runtime.handle().clone(), options)
}

fn start(system: &Arc<System>, module: &str, function: &str, args: &[Word]) -> (Pid, Receiver<Ended>) {
    let mut scratch = Fragment::new();
    let args = scratch.list(args, Word::NIL);
    let (ends, ended) = channel();
    let entry = Entry::Function(Atom::new(module), Atom::new(function), args);
    (system.start_process(entry, None, Some(ends)).unwrap(), ended)
}

fn reason(ended: &Receiver<Ended>) -> ExitReason {
    match ended.recv_timeout(Duration::from_secs(20)).unwrap() {
        Ended::Exit(reason) => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_heap_over_the_limit_ends_its_process_with_a_reason_and_no_other() {
    let runtime = Runtime::builder().workers(1).build().unwrap();
    let system = system(&runtime);
    let (_, small) = start(&system, "lists", "seq", &[Word::small_int(1), Word::small_int(1000)]);
    let (_, large) = start(&system, "lists", "seq", &[Word::small_int(1), Word::small_int(1_000_000)]);
    assert_eq!(reason(&large), ExitReason::OverLimit(OverLimit::Bytes(LIMIT)));
    assert!(matches!(small.recv_timeout(Duration::from_secs(20)), Ok(Ended::Value(_))));
}

#[test]
fn messages_that_a_process_does_not_receive_end_it_with_a_reason() {
    let runtime = Runtime::builder().workers(1).build().unwrap();
    let system = system(&runtime);
    let forever = [Word::atom(Atom::new("infinity"))];
    let mut scratch = Fragment::new();
    let binary = scratch.binary(&[7; 100_000]);
    for (message, over) in
        [(Word::small_int(1), OverLimit::Messages(1000)), (binary, OverLimit::Bytes(LIMIT))]
    {
        let (pid, ended) = start(&system, "timer", "sleep", &forever);
        let sent = (0..2000).take_while(|_| process::send(pid, node_of(message)).is_ok()).count();
        match over {
            OverLimit::Messages(limit) => assert_eq!(sent as u64, limit),
            OverLimit::Bytes(_) => assert_eq!(sent, 10, "binaries that the messages share count for each"),
        }
        assert_eq!(reason(&ended), ExitReason::OverLimit(over));
    }
}

#[test]
fn snapshots_show_the_heap_of_a_process() {
    let runtime = Runtime::builder().workers(1).build().unwrap();
    let system = system(&runtime);
    let (pid, _ended) = start(&system, "timer", "sleep", &[Word::atom(Atom::new("infinity"))]);
    let info = loop {
        let snapshot = runtime.snapshot();
        match snapshot.actor(pid) {
            Some(info) if info.held_bytes > 0 => break info.clone(),
            _ => std::thread::yield_now(),
        }
    };
    assert_eq!(info.memory.bytes, Some(LIMIT));
    // The first block is of 64 words.
    assert!((64 * 8..20_000).contains(&info.held_bytes), "{}", info.held_bytes);
}

struct Prompt;

#[dala::actor]
impl Prompt {
    #[message]
    fn answer(&mut self) {}
}

#[test]
fn a_process_in_the_middle_of_its_budget_lets_realtime_actors_go_first() {
    let runtime = Runtime::builder().workers(1).build().unwrap();
    // As good as no end of an activation.
    let heap = HeapOptions { min_words: 1 << 22, ..Default::default() };
    let options = SystemOptions { reductions: 1 << 40, heap, ..Default::default() };
    let system = System::new(runtime.handle().clone(), options);
    let prompt = runtime.spawn_with(Prompt, &SpawnOptions::default().qos(Qos::Realtime)).unwrap();
    let answers_while_a_process_runs = || {
        let (_, ended) = start(&system, "lists", "seq", &[Word::small_int(1), Word::small_int(1_000_000)]);
        let mut answered = 0;
        loop {
            runtime.block_on(prompt.call(Answer {})).unwrap();
            match ended.try_recv() {
                Ok(value) => break assert!(matches!(value, Ended::Value(_))),
                Err(_) => answered += 1,
            }
        }
        answered
    };
    // Otherwise two at most: before the process begins and when it has ended. A process may be done before this thread asks
    // again, so there are several.
    assert!((0..100).any(|_| answers_while_a_process_runs() > 3));
}
