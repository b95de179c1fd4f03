//! The cursor against a plain queue, inside an actor that plays both.

use super::seek::STRETCH;
use super::*;
use crate::actor::behaviour::{Behaviour, Outcome};
use crate::actor::{SpawnOptions, process};
use crate::mailbox::index::Key;
use crate::message::{NodeVtable, PayloadKind};
use crate::{ExitReason, Runtime};
use proptest::prelude::*;
use std::sync::mpsc;

static NUMBER: NodeVtable = NodeVtable::of::<u32>(PayloadKind::Foreign).named("number");

fn number(node: &Node) -> u32 {
    assert!(std::ptr::eq(node.vtable(), &NUMBER));
    // SAFETY: the vtable is that of numbers.
    unsafe { node.payload().cast::<u32>().read() }
}

/// Each of three kinds has a key; the fourth kind is told by none.
fn key_of(node: &Node) -> Option<Key> {
    key(number(node))
}

fn key(number: u32) -> Option<Key> {
    (number % 4 != 3).then_some(Key::Shape(u64::from(number % 4)))
}

#[derive(Clone, Debug)]
enum Step {
    Send,
    Advance,
    /// Skips what has not the key of one of these numbers, once or several times.
    SkipTo(Vec<u32>, u8),
    Take,
    Reset,
    Replace,
    Mark,
    ResetTo(usize),
    Forget(usize),
    Remove(u32),
    /// A second place takes the first message, as nobody should.
    TakeElsewhere,
    /// The first message leaves without a cursor.
    TakeNext,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => Just(Step::Send),
        6 => Just(Step::Advance),
        6 => (prop::collection::vec(0u32..3, 0..3), 1u8..6).prop_map(|(kinds, times)| Step::SkipTo(kinds, times)),
        4 => Just(Step::Take),
        1 => Just(Step::Reset),
        1 => Just(Step::Replace),
        1 => Just(Step::Mark),
        1 => (0usize..4).prop_map(Step::ResetTo),
        1 => (0usize..4).prop_map(Step::Forget),
        1 => (0u32..40).prop_map(Step::Remove),
        1 => Just(Step::TakeElsewhere),
        1 => Just(Step::TakeNext),
    ]
}

/// What the cursor should do, on a vector. A mark is the number of messages that were sent when it was made.
#[derive(Default)]
struct Model {
    queue: Vec<(u32, u32)>,
    tried: usize,
    sent: u32,
    marks: Vec<(Mark, u32)>,
    replaced: u32,
}

struct Player {
    steps: Vec<Step>,
    done: mpsc::Sender<()>,
}

impl Player {
    fn play(&self, activation: &mut Activation<'_>) {
        let (mut place, mut elsewhere) = (Receive::default(), Receive::default());
        let mut model = Model::default();
        let me = activation.pid();
        for step in &self.steps {
            if matches!(step, Step::TakeElsewhere | Step::TakeNext) {
                let taken = if matches!(step, Step::TakeNext) {
                    activation.next_incoming()
                } else {
                    let mut cursor = activation.receive(&mut elsewhere);
                    let _ = cursor.peek();
                    cursor.take()
                };
                assert_eq!(taken.is_some(), !model.queue.is_empty());
                if taken.is_some() {
                    // All places of the first are forgotten.
                    model.queue.remove(0);
                    model.tried = 0;
                    model.marks.clear();
                }
                continue;
            }
            let mut cursor = activation.receive(&mut place);
            match *step {
                Step::TakeElsewhere | Step::TakeNext => unreachable!("done above"),
                Step::Send => {
                    model.sent += 1;
                    // SAFETY: a number is a number.
                    let node = unsafe { NodeBox::typed(&NUMBER, model.sent) };
                    process::send(me, node).expect("we live");
                    model.queue.push((model.sent, model.sent));
                }
                Step::Advance => {
                    let seen = match cursor.peek() {
                        Some(Received::Message(node)) => Some(number(node)),
                        Some(other) => unreachable!("{other:?}"),
                        None => None,
                    };
                    assert_eq!(seen, model.queue.get(model.tried).map(|&(_, number)| number));
                    cursor.advance();
                    model.tried = (model.tried + 1).min(model.queue.len());
                }
                Step::SkipTo(ref kinds, times) => {
                    let keys: Vec<Key> = kinds.iter().filter_map(|&kind| key(kind)).collect();
                    for _ in 0..times {
                        let _ = cursor.peek();
                        if cursor.skip() {
                            cursor.seek(&keys, key_of);
                        }
                        let at = match cursor.peek() {
                            Some(Received::Message(node)) => Some(number(node)),
                            Some(other) => unreachable!("{other:?}"),
                            None => None,
                        };
                        // It may stop anywhere behind where it was, but at the first candidate at the latest.
                        let first = (model.tried + 1).min(model.queue.len());
                        let place = model.queue.iter().position(|&(_, number)| Some(number) == at);
                        let place = place.unwrap_or(model.queue.len());
                        assert!(at.is_some() || place == model.queue.len());
                        assert!(place >= first, "the cursor went back");
                        let is_candidate = |number| key(number).is_none_or(|key| keys.contains(&key));
                        let skipped = &model.queue[first..place];
                        assert!(
                            !skipped.iter().any(|&(_, number)| is_candidate(number)),
                            "skipped a candidate"
                        );
                        model.tried = place;
                    }
                }
                Step::Take => {
                    let _ = cursor.peek();
                    let taken = cursor.take().map(|incoming| match incoming {
                        Incoming::Message(node) => number(&node),
                        other => unreachable!("{other:?}"),
                    });
                    let expected =
                        (model.tried < model.queue.len()).then(|| model.queue.remove(model.tried).1);
                    assert_eq!(taken, expected);
                    if taken.is_some() {
                        model.tried = 0;
                    }
                }
                Step::Reset => {
                    cursor.reset();
                    model.tried = 0;
                }
                Step::Replace => {
                    let _ = cursor.peek();
                    model.replaced += 1;
                    let new = 7777 + model.replaced;
                    // SAFETY: as above.
                    cursor.replace(unsafe { NodeBox::typed(&NUMBER, new) });
                    if let Some((_, number)) = model.queue.get_mut(model.tried) {
                        *number = new;
                    }
                }
                Step::Mark => {
                    let mark = cursor.mark();
                    model.marks.push((mark, model.sent));
                }
                Step::ResetTo(index) => {
                    if let Some(&(mark, sent)) = model.marks.get(index) {
                        cursor.reset_to(mark);
                        model.tried = model.queue.iter().take_while(|&&(arrival, _)| arrival <= sent).count();
                    }
                }
                Step::Forget(index) => {
                    if index < model.marks.len() {
                        let (mark, _) = model.marks.remove(index);
                        cursor.forget(mark);
                    }
                }
                Step::Remove(wanted) => {
                    let is_it = |received: &Received<'_>| matches!(received, Received::Message(node) if number(node) == wanted);
                    let removed = cursor.remove_if(is_it);
                    let found = model.queue.iter().position(|&(_, number)| number == wanted);
                    assert_eq!(removed, found.is_some());
                    if let Some(found) = found {
                        model.queue.remove(found);
                    }
                    model.tried = 0;
                }
            }
        }
        assert_eq!(activation.receive(&mut place).queue_length(), model.queue.len());
    }
}

impl Behaviour for Player {
    const ARRIVAL_ORDER: bool = true;
    fn run(&mut self, activation: &mut Activation<'_>) -> Outcome {
        self.play(activation);
        self.done.send(()).expect("the test waits");
        Outcome::Exited(ExitReason::Normal)
    }
}

proptest! {
    #[test]
    fn the_cursor_does_what_a_plain_queue_does(steps in prop::collection::vec(step(), 0..300)) {
        thread_local! {
            static RUNTIME: Runtime = Runtime::builder().workers(1).build().expect("threads");
        }
        let (done, ended) = mpsc::channel();
        let options = SpawnOptions::default().starting();
        RUNTIME.with(|runtime| runtime.spawn_behaviour(Player { steps, done }, &options)).expect("pids are left");
        // A player that panics drops its end of the channel.
        prop_assert_eq!(ended.recv(), Ok(()));
    }
}

/// Fills its mailbox with messages of a kind and receives others, now and then.
struct Picky(mpsc::Sender<usize>);

impl Behaviour for Picky {
    const ARRIVAL_ORDER: bool = true;
    fn run(&mut self, activation: &mut Activation<'_>) -> Outcome {
        let mut place = Receive::default();
        let me = activation.pid();
        let send = |number: u32| {
            // SAFETY: a number is a number.
            process::send(me, unsafe { NodeBox::typed(&NUMBER, number) }).expect("we live");
        };
        (0..1000).for_each(|_| send(4));
        let wanted = [Key::Shape(1)];
        let mut looks = 0;
        for round in 0..100 {
            send(5);
            send(4);
            let mut cursor = activation.receive(&mut place);
            loop {
                looks += 1;
                let Some(Received::Message(node)) = cursor.peek() else { unreachable!("it was sent") };
                if number(node) == 5 {
                    break;
                }
                if cursor.skip() {
                    cursor.seek(&wanted, key_of);
                }
            }
            assert!(cursor.take().is_some());
            assert_eq!(cursor.queue_length(), 1001 + round);
            assert!(place.index_bytes() > 1000);
        }
        self.0.send(looks).expect("the test waits");
        Outcome::Exited(ExitReason::Normal)
    }
}

#[test]
fn a_receive_that_knows_its_keys_does_not_walk_a_long_queue() {
    let runtime = Runtime::builder().workers(1).build().expect("threads");
    let (done, looked) = mpsc::channel();
    runtime.spawn_behaviour(Picky(done), &SpawnOptions::default().starting()).expect("pids are left");
    // The first receive walks in stretches; the others look at the front, at what came since, and at what they want.
    let looks = looked.recv().expect("it does not panic");
    assert!(looks < 1000 / STRETCH as usize + 100 * 6, "{looks} looks");
}
