//! The cursor against a plain queue, inside an actor that plays both.

use super::*;
use crate::actor::behaviour::{Behaviour, Outcome};
use crate::actor::{SpawnOptions, process};
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

#[derive(Clone, Debug)]
enum Step {
    Send,
    Advance,
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
                    // SAFETY: as above.
                    cursor.replace(unsafe { NodeBox::typed(&NUMBER, 7777) });
                    if let Some((_, number)) = model.queue.get_mut(model.tried) {
                        *number = 7777;
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
    fn the_cursor_does_what_a_plain_queue_does(steps in prop::collection::vec(step(), 0..200)) {
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
