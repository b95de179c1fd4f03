//! Which workers have threads.
#![cfg(target_os = "linux")]

use super::{Hold, Noting};
use crate::{Local, Runtime};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

/// Threads of this process with names of that prefix.
fn count(prefix: &str) -> usize {
    let names = std::fs::read_dir("/proc/self/task").unwrap();
    let names = names.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok());
    names.filter(|name| name.starts_with(prefix)).count()
}

#[test]
fn a_worker_has_a_thread_once_there_is_work_for_it() {
    let runtime = Runtime::builder().workers(3).thread_name("late").build().unwrap();
    let (began_sender, began) = channel();
    let mut gates = Vec::new();
    for held in 1..=3 {
        let (gate, go_on) = channel();
        let noting = Noting { name: "held", notes: channel().0, again: false };
        runtime
            .spawn(noting)
            .unwrap()
            .tell(Hold { began: Local(began_sender.clone()), gate: Local(go_on) })
            .unwrap();
        gates.push(gate);
        began.recv_timeout(Duration::from_secs(10)).expect("another worker runs it");
        // A thread has its name a moment after it began.
        let patience = Instant::now() + Duration::from_secs(10);
        while count("late-") < held && Instant::now() < patience {
            std::thread::yield_now();
        }
        assert_eq!(count("late-"), held);
    }
    for gate in gates {
        gate.send(()).unwrap();
    }
    drop(runtime);
    // The system shows a thread for a moment after it was joined.
    let patience = Instant::now() + Duration::from_secs(10);
    while count("late-") > 0 && Instant::now() < patience {
        std::thread::yield_now();
    }
    assert_eq!(count("late-"), 0);
}
