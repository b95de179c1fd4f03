//! From outside of actors: plain threads, and several runtimes in one process.

use crate::message::{CallError, ExitReason};
use crate::{Call, Context, Qos, Runtime, SpawnOptions};
use std::time::Duration;

struct Adder {
    n: u64,
    peer: Option<AdderRef>,
}

#[dala::actor]
impl Adder {
    #[message]
    fn add(&mut self, by: u64) -> u64 {
        self.n += by;
        self.n
    }
    /// Asks its peer, of whatever runtime.
    #[message]
    async fn relay(&mut self, by: u64) -> Result<u64, String> {
        let peer = self.peer.ok_or("no peer")?;
        peer.add(by).await.map_err(|error| error.to_string())
    }
    #[message]
    fn never(&mut self, reply: crate::ReplyTo<u64>) {
        std::mem::forget(reply);
    }
    #[message]
    fn blocks(&mut self, ctx: &mut Context<Self>) -> u64 {
        ctx.me().blocking_call(Add { by: 1 }).unwrap_or(0)
    }
}

fn runtime() -> Runtime {
    Runtime::builder().workers(1).build().unwrap()
}

fn adder(runtime: &Runtime, peer: Option<AdderRef>) -> AdderRef {
    runtime.spawn(Adder { n: 0, peer }).unwrap().into()
}

#[test]
fn plain_threads_call_and_block() {
    let runtime = runtime();
    let adder = adder(&runtime, None);
    let threads: Vec<_> = (0..4)
        .map(|_| {
            std::thread::spawn(move || (0..100).map(|_| adder.blocking_call(Add { by: 1 }).unwrap()).max())
        })
        .collect();
    let most = threads.into_iter().filter_map(|thread| thread.join().unwrap()).max();
    assert_eq!(most, Some(400));
    let timed_out = adder.blocking_call_timeout(Never {}, Duration::from_millis(1));
    assert_eq!(timed_out, Err(CallError::Timeout));
}

#[test]
fn a_blocking_call_inside_an_actor_is_its_panic_and_not_a_hang() {
    let runtime = runtime();
    let error = adder(&runtime, None).blocking_call(Blocks {}).unwrap_err();
    let CallError::Exited(ExitReason::Panic(reason)) = error else { unreachable!("{error:?}") };
    assert!(reason.to_string().contains("blocking call inside an actor"), "{reason}");
}

#[test]
fn actors_of_several_runtimes_call_each_other_and_one_runtime_ends_alone() {
    let (one, two) = (runtime(), runtime());
    let served = adder(&two, None);
    let asking = adder(&one, Some(served));
    assert_eq!(asking.blocking_call(Relay { by: 5 }).unwrap(), Ok(5));
    one.register(dala_ir::abi::Atom::new("adder of one"), *asking).unwrap();
    assert_eq!(two.whereis(dala_ir::abi::Atom::new("adder of one")), None, "names are a runtime's own");
    assert_eq!((one.actors(), two.actors()), (vec![asking.pid()], vec![served.pid()]));
    // A call that is under way when the other runtime ends is answered.
    let waits: Call<u64> = served.call_forever(Never {});
    drop(two);
    drop(waits);
    let ended = asking.blocking_call(Relay { by: 5 }).unwrap();
    assert_eq!(ended, Err(CallError::NoProc.to_string()));
    let options = SpawnOptions::default().qos(Qos::Realtime);
    assert!(one.spawn_with(Adder { n: 0, peer: None }, &options).unwrap().is_alive());
}
