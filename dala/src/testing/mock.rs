//! An actor that stands for another.

#![expect(unsafe_code, reason = "moves messages out of nodes, by the type that the node names")]

use crate::actor::behaviour::{Behaviour, Outcome};
use crate::actor::native::{Native, answer};
use crate::actor::{Activation, Actor, ActorRef, Handles, Incoming, SpawnError, SpawnOptions};
use crate::message::{CallError, ExitReason, Message, NodeBox, exit};
use crate::sched::handle::Handle;
use std::any::TypeId;
use std::collections::HashMap;
use std::marker::PhantomData;

/// Answers a message of the type that it was made for; an error is the mock's end.
type Answer = Box<dyn FnMut(NodeBox) -> Result<(), ExitReason> + Send>;

/// Stands for an actor of type `A`: its references are those of an `A`, and it answers as told. A message that it was told
/// nothing of ends it, with the message in the reason; so does a panic in an answer.
#[must_use = "nothing is spawned until `spawn`"]
pub struct Mock<A: Actor> {
    answers: HashMap<TypeId, Answer>,
    _stands_for: PhantomData<fn() -> A>,
}

impl<A: Actor> Mock<A> {
    /// One that answers nothing.
    pub fn new() -> Mock<A> {
        Mock { answers: HashMap::new(), _stands_for: PhantomData }
    }

    /// Answers messages of type `M` with what `reply` returns.
    pub fn on<M: Message>(mut self, mut reply: impl FnMut(M) -> A::Reply + Send + 'static) -> Mock<A>
    where
        A: Handles<M>,
    {
        let answers = move |node: NodeBox| {
            // SAFETY: called with nodes that name M as their type, whose payload is an M that nobody moved out yet.
            let message: M = unsafe { node.move_payload() };
            // Before the node is dropped, so that its caller learns the reason.
            let reply = exit::catch(|| reply(message)).inspect_err(|reason| fail(&node, reason))?;
            answer(node.is_call().then_some(node), reply);
            Ok(())
        };
        self.answers.insert(TypeId::of::<M>(), Box::new(answers));
        self
    }

    /// Spawns it on the runtime that this thread works for or has entered.
    ///
    /// # Errors
    /// As [`spawn`](crate::spawn()).
    pub fn spawn<R: From<ActorRef<A>>>(self) -> Result<R, SpawnError> {
        let runtime = Handle::current().ok_or(SpawnError::NoRuntime)?;
        let pid = runtime.spawn_behaviour(self, &SpawnOptions::default())?.pid;
        Ok(R::from(ActorRef::of_pid(pid).ok_or(SpawnError::NoRuntime)?))
    }
}

impl<A: Actor> Default for Mock<A> {
    fn default() -> Mock<A> {
        Mock::new()
    }
}

impl<A: Actor> std::fmt::Debug for Mock<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mock").field("of", &A::NAME).field("answers", &self.answers.len()).finish()
    }
}

fn fail(call: &NodeBox, reason: &ExitReason) {
    call.fail_call(|| CallError::Exited(reason.clone()));
}

impl<A: Actor> Behaviour for Mock<A> {
    fn run(&mut self, activation: &mut Activation<'_>) -> Outcome {
        while let Some(incoming) = activation.next_incoming() {
            let Incoming::Message(node) = incoming else { continue };
            let vtable = node.vtable();
            let answer = vtable.message.and_then(|message| self.answers.get_mut(&message()));
            let done = match answer {
                Some(answer) => answer(node),
                None => {
                    let (mock, message) = (A::NAME, vtable.type_name());
                    let text =
                        format!("the mock of `{mock}` got `{message}`, and was not told what to answer");
                    let reason = ExitReason::custom(text);
                    fail(&node, &reason);
                    Err(reason)
                }
            };
            if let Err(reason) = done {
                return Outcome::Exited(reason);
            }
            if activation.spend() {
                return Outcome::Yielded;
            }
        }
        Outcome::Waiting
    }

    fn stands_for() -> TypeId {
        TypeId::of::<Native<A>>()
    }

    fn name() -> &'static str {
        A::NAME
    }
}
