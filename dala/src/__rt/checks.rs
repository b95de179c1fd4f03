//! What generated code asks of the types that a user wrote, so that a wrong one is one error.
//!
//! A message type that is none would be reported wherever generated code needs a message. So it is checked once, by
//! [`is_message`] at the user's token, and the rest goes through [`Pair`]: an inherent item, whose bounds hold for sound
//! types, goes before the item of the same name of the trait [`NoPair`], which all types have. In a program that
//! compiles, only the inherent ones are chosen.

use std::marker::PhantomData;

use crate::actor::{Actor, ActorRef, Entry, Handles, Init, SpawnError};
use crate::message::{Call, Message};
use crate::sched::spawning::Spawning;
use dala_ir::abi::Shapes;
use dala_ir::abi::layout::Laid;

/// An actor type and a message type.
#[derive(Debug)]
pub struct Pair<A, M>(PhantomData<fn(A, M)>);

impl<A, M: Message> Pair<A, M> {
    /// The shapes of the message.
    pub const SHAPES: &'static Shapes = M::SHAPES;
}

impl<A: Handles<M>, M: Message> Pair<A, M> {
    /// The entry of the actor's protocol.
    pub const ENTRY: Entry = Entry::of::<A, M>();

    /// As [`ActorRef::call`].
    #[inline(always)]
    pub fn call(actor: &ActorRef<A>, message: M) -> Call<A::Reply> {
        actor.call(message)
    }
}

impl<A: Actor + Send> Pair<A, ()> {
    /// As [`spawn`](crate::spawn).
    #[inline(always)]
    pub fn spawn(actor: A) -> Result<ActorRef<A>, SpawnError> {
        crate::spawn(actor)
    }

    /// As [`Spawning::new`].
    pub fn spawning<R: From<ActorRef<A>>>(init: Init<A>) -> Spawning<A, R> {
        Spawning::new(init)
    }
}

const NOT_REACHED: &str = "the program does not compile";

/// What stands in for a [`Pair`] with a type that was reported as wrong.
pub trait NoPair<A: Actor, M>: Sized {
    /// None.
    const SHAPES: &'static Shapes = &Shapes::new::<()>("", Laid { size: 0, align: 1, fields_at: 0 }, &[]);
    /// An entry that nothing matches.
    const ENTRY: Entry = Entry::none();

    /// Never called.
    fn call<R: Send + 'static>(_: &ActorRef<A>, _: M) -> Call<R> {
        unreachable!("{NOT_REACHED}")
    }

    /// Never called.
    fn spawn(_: A) -> Result<ActorRef<A>, SpawnError> {
        unreachable!("{NOT_REACHED}")
    }

    /// Never called.
    fn spawning<R: From<ActorRef<A>>>(_: Init<A>) -> Spawning<A, R> {
        unreachable!("{NOT_REACHED}")
    }
}

impl<A: Actor, M> NoPair<A, M> for Pair<A, M> {}

/// Does not compile for a type that is no message.
pub const fn is_message<M: Message>() {}

/// Fails to compile when a shape of `shapes` looks like one of `formers` in Erlang.
pub const fn assert_distinct(shapes: &Shapes, formers: &[&Shapes]) {
    let mut index = 0;
    while index < formers.len() {
        let former = formers[index];
        let mut left = 0;
        while left < shapes.all().len() {
            let mut right = 0;
            while right < former.all().len() {
                if shapes.all()[left].looks_like(&former.all()[right]) {
                    panic!(
                        "another handler of this actor takes messages with the same name and number of fields: \
                            Erlang could not tell them apart [DALA0005]. Give one of them another name: \
                            `#[dala::message(name = \"...\")]`"
                    );
                }
                right += 1;
            }
            left += 1;
        }
        index += 1;
    }
}

/// Fails to compile when the state of an actor may not move between threads.
pub const fn state_is_send<A: Send>() {}
