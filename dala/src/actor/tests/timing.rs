//! Timers of actors, on a virtual clock.

use crate::timer::Clock;
use crate::timer::block_on;
use crate::{Context, Local, Missed, Runtime, SpawnOptions};
use std::sync::{Arc, mpsc};
use std::time::Duration;

struct Alarm {
    rings: mpsc::Sender<(u64, u128)>,
    ticker: Option<crate::actor::Ticker>,
    began: crate::Moment,
}

#[dala::actor]
impl Alarm {
    #[init]
    fn new(rings: Local<mpsc::Sender<(u64, u128)>>, ctx: &mut Context<Self>) -> Self {
        Alarm { rings: rings.into_inner(), ticker: None, began: ctx.now() }
    }

    #[message]
    fn ring(&mut self, number: u64, ctx: &mut Context<Self>) {
        self.rings.send((number, (ctx.now() - self.began).as_millis())).unwrap();
    }

    #[message]
    fn arm(&mut self, ctx: &mut Context<Self>) {
        let at = self.began + Duration::from_millis(20);
        ctx.tell_at(at, Ring { number: 2 });
        ctx.tell_after(Duration::from_millis(10), Ring { number: 1 });
        let cancelled = ctx.tell_after(Duration::from_millis(15), Ring { number: 9 });
        assert_eq!(cancelled.remaining(), Some(Duration::from_millis(15)));
        assert_eq!(cancelled.cancel(), Some(Duration::from_millis(15)));
    }

    #[message]
    fn every(&mut self, milliseconds: u64, missed: Local<Missed>, ctx: &mut Context<Self>) {
        let period = Duration::from_millis(milliseconds);
        self.ticker = Some(ctx.tell_every(period, missed.into_inner(), || Ring { number: 0 }));
    }

    #[message]
    fn fail_every(&mut self, milliseconds: u64, ctx: &mut Context<Self>) {
        let period = Duration::from_millis(milliseconds);
        ctx.tell_every(period, Missed::Skip, || -> Ring { panic!("no ring today") });
    }

    #[message]
    fn keep_for_later(&mut self, what: Local<Arc<()>>, ctx: &mut Context<Self>) {
        let shared = what.clone();
        ctx.tell_every(Duration::from_secs(3600), Missed::Skip, move || {
            let _ = &shared;
            Ring { number: 0 }
        });
        ctx.tell_after(Duration::from_secs(3600), KeepForLater { what });
    }

    #[message]
    fn cancel(&mut self) -> bool {
        let ticker = self.ticker.as_ref().unwrap();
        let left = ticker.remaining();
        ticker.cancel() && left.is_some() && ticker.remaining().is_none() && !ticker.cancel()
    }
}

fn scene() -> (Runtime, AlarmRef, mpsc::Receiver<(u64, u128)>) {
    let clock = Clock::Virtual(Default::default());
    let runtime = Runtime::builder().workers(1).clock(clock).build().unwrap();
    let (sender, rings) = mpsc::channel();
    let alarm = Alarm::spawn(Local(sender)).on(runtime.handle()).with(SpawnOptions::default());
    let alarm = block_on(alarm.into_future()).unwrap();
    (runtime, alarm, rings)
}

fn next(rings: &mpsc::Receiver<(u64, u128)>) -> (u64, u128) {
    rings.recv_timeout(Duration::from_secs(20)).unwrap()
}

#[test]
fn messages_come_after_a_time_and_at_a_moment_and_not_when_cancelled() {
    let (runtime, alarm, rings) = scene();
    block_on(alarm.arm()).unwrap();
    runtime.advance(Duration::from_millis(10));
    assert_eq!(next(&rings), (1, 10));
    runtime.advance(Duration::from_millis(10));
    assert_eq!(next(&rings), (2, 20));
    runtime.advance(Duration::from_secs(10));
    block_on(alarm.ring(5)).unwrap();
    assert_eq!(next(&rings).0, 5);
    drop(runtime);
    assert_eq!(rings.iter().count(), 0, "what was cancelled came late");
}

#[test]
fn a_repeated_timer_keeps_its_places_until_it_is_cancelled() {
    let (runtime, alarm, rings) = scene();
    block_on(alarm.every(10, Local(Missed::Skip))).unwrap();
    for tick in 1..=5 {
        runtime.advance(Duration::from_millis(10));
        assert_eq!(next(&rings), (0, 10 * tick));
    }
    assert_eq!(block_on(alarm.cancel()), Ok(true));
    runtime.advance(Duration::from_secs(1));
    block_on(alarm.ring(5)).unwrap();
    assert_eq!(next(&rings).0, 5, "no tick after the end");
    drop(runtime);
    assert_eq!(rings.iter().count(), 0, "no tick after the end");
}

#[test]
fn a_repeated_timer_ends_with_its_actor() {
    let (runtime, alarm, rings) = scene();
    block_on(alarm.every(10, Local(Missed::Burst))).unwrap();
    let ended = alarm.ended();
    alarm.kill();
    block_on(ended).unwrap();
    // One more try, which finds the actor dead; if it went on this would not end.
    runtime.advance(Duration::from_secs(3600));
    assert!(rings.recv().is_err());
}

#[test]
fn a_panic_in_what_a_repeated_timer_calls_ends_its_actor_and_no_other_timer() {
    let (sender, rings) = mpsc::channel();
    // On the machine's clock, whose timers are those of the whole process.
    let runtime = Runtime::builder().workers(1).build().unwrap();
    let spawn = || Alarm::spawn(Local(sender.clone())).on(runtime.handle());
    let (one, two) = (block_on(spawn().into_future()).unwrap(), block_on(spawn().into_future()).unwrap());
    let ended = one.ended();
    block_on(one.fail_every(1)).unwrap();
    block_on(two.every(2, Local(Missed::Skip))).unwrap();
    let crate::ExitReason::Panic(panic) = block_on(ended).unwrap() else { panic!("another reason") };
    assert_eq!(panic.message, "no ring today");
    (0..3).for_each(|_| assert_eq!(next(&rings).0, 0));
}

#[test]
fn what_an_actor_sends_itself_later_goes_with_it() {
    let (runtime, alarm, _rings) = scene();
    let what = Arc::new(());
    block_on(alarm.keep_for_later(Local(what.clone()))).unwrap();
    assert_eq!(Arc::strong_count(&what), 3);
    let ended = alarm.ended();
    alarm.kill();
    block_on(ended).unwrap();
    // Dropped before the end is told, without the clock having moved.
    assert_eq!(Arc::strong_count(&what), 1);
    drop(runtime);
}
