//! A supervisor that is told to end while it goes to wait ends. What arrived while it looked for wake-ups stayed in its queue
//! once, and it waited for ever: in one of three thousand trees.
use std::sync::mpsc;
use std::time::Duration;

use dala::supervise::{AutoShutdown, ChildSpec, DynamicSupervisor, Restart, Supervisor};
use dala::{Runtime, SpawnOptions};

struct Plain;

#[dala::actor]
impl Plain {
    #[message]
    fn ping(&mut self) -> u64 {
        1
    }
}

fn tree() -> Supervisor {
    let start = || async {
        Ok(dala::spawn_with(Plain, &SpawnOptions::default().linked()).expect("there is room").pid())
    };
    let child = ChildSpec::starting("child", start).restart(Restart::Transient).significant();
    Supervisor::new().child(child).auto_shutdown(AutoShutdown::AllSignificant)
}

#[test]
fn a_tree_that_was_just_started_can_be_stopped() {
    let (done, ended) = mpsc::channel();
    std::thread::spawn(move || {
        let runtime = Runtime::builder().workers(2).build().expect("threads");
        for _ in 0..8000 {
            runtime.block_on(async {
                let template = |()| ChildSpec::supervisor("tree", tree).restart(Restart::Temporary);
                let outer = DynamicSupervisor::new(template).start(&runtime).await.expect("it starts");
                outer.start_child(()).await.expect("it starts too");
                outer.stop().await;
            });
        }
        done.send(()).expect("the test waits");
    });
    ended.recv_timeout(Duration::from_secs(100)).expect("all of them end");
}
