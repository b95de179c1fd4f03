//! A hundred creatures meet in pairs at one mall, and both take another colour.

use super::rate;
use crate::{Behaviour, Flow, Peer};
use std::time::Instant;
use tokio::sync::oneshot;

const CREATURES: u64 = 100;

#[derive(Clone, Copy, PartialEq)]
enum Colour {
    Blue,
    Red,
    Yellow,
}

impl Colour {
    const ALL: [Colour; 3] = [Colour::Blue, Colour::Red, Colour::Yellow];

    /// The same after two of the same; else the third.
    fn after(self, other: Colour) -> Colour {
        let is_third = |colour: &Colour| *colour != self && *colour != other;
        if self == other { self } else { Colour::ALL.into_iter().find(is_third).unwrap_or(self) }
    }
}

struct Mall<P: Peer> {
    waiting: Option<(Colour, P::Addr<Creature<P>>)>,
    left: u64,
    done: Option<oneshot::Sender<()>>,
}

struct Enter<P: Peer>(Colour, P::Addr<Creature<P>>);

impl<P: Peer> Behaviour<P> for Mall<P> {
    type Msg = Enter<P>;
    fn on(&mut self, Enter(colour, creature): Enter<P>) -> Flow {
        if self.left == 0 {
            return Flow::Go;
        }
        let Some((other, first)) = self.waiting.take() else {
            self.waiting = Some((colour, creature));
            return Flow::Go;
        };
        P::tell(&first, ToCreature::Met(colour));
        P::tell(&creature, ToCreature::Met(other));
        self.left -= 1;
        if self.left == 0
            && let Some(done) = self.done.take()
        {
            let _ = done.send(());
        }
        Flow::Go
    }
}

struct Creature<P: Peer> {
    colour: Colour,
    mall: P::Addr<Mall<P>>,
    me: Option<P::Addr<Creature<P>>>,
}

enum ToCreature<P: Peer> {
    Start(P::Addr<Creature<P>>),
    Met(Colour),
}

impl<P: Peer> Behaviour<P> for Creature<P> {
    type Msg = ToCreature<P>;
    fn on(&mut self, message: ToCreature<P>) -> Flow {
        match message {
            ToCreature::Start(me) => self.me = Some(me),
            ToCreature::Met(other) => self.colour = self.colour.after(other),
        }
        let me = self.me.clone().expect("started first");
        P::tell(&self.mall, Enter(self.colour, me));
        Flow::Go
    }
}

pub(super) fn meetings_a_second<P: Peer>(threads: usize, meetings: u64) -> f64 {
    P::run(threads, async move {
        let (done, ended) = oneshot::channel();
        let mall = P::spawn(Mall::<P> { waiting: None, left: meetings, done: Some(done) });
        let start = Instant::now();
        for colour in Colour::ALL.into_iter().cycle().take(CREATURES as usize) {
            let creature = P::spawn(Creature::<P> { colour, mall: mall.clone(), me: None });
            P::tell(&creature, ToCreature::Start(creature.clone()));
        }
        ended.await.expect("the mall stays");
        rate(meetings, start.elapsed())
    })
}
