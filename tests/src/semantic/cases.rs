//! The rules, each with the section of the Erlang reference manual ("Processes") that it is from.

use super::{Command, Event, Scene, reason};
use dala::{Atom, ExitReason, Pid, Restart};

/// A rule's name and its check.
pub type Case = (&'static str, fn(&Scene));

/// All rules.
pub const CASES: &[Case] = &[
    ("messages_of_one_sender_stay_in_order", messages_of_one_sender_stay_in_order),
    ("an_abnormal_end_ends_linked_actors", an_abnormal_end_ends_linked_actors),
    ("a_normal_end_leaves_linked_actors_alone", a_normal_end_leaves_linked_actors_alone),
    ("a_trapped_exit_is_a_message_with_pid_and_reason", a_trapped_exit_is_a_message_with_pid_and_reason),
    ("a_trapped_normal_exit_is_a_message_too", a_trapped_normal_exit_is_a_message_too),
    ("kill_cannot_be_trapped_and_shows_as_killed", kill_cannot_be_trapped_and_shows_as_killed),
    ("an_exit_signal_ends_whom_it_is_sent_to", an_exit_signal_ends_whom_it_is_sent_to),
    ("an_exit_signal_normal_is_ignored_unless_trapped", an_exit_signal_normal_is_ignored_unless_trapped),
    ("an_actor_can_end_itself_with_a_normal_signal", an_actor_can_end_itself_with_a_normal_signal),
    ("after_unlink_the_end_is_not_noticed", after_unlink_the_end_is_not_noticed),
    ("links_are_not_counted", links_are_not_counted),
    ("a_link_with_the_dead_gives_noproc", a_link_with_the_dead_gives_noproc),
    ("a_monitor_tells_pid_and_reason", a_monitor_tells_pid_and_reason),
    ("a_monitor_of_the_dead_gives_noproc", a_monitor_of_the_dead_gives_noproc),
    ("monitors_are_counted", monitors_are_counted),
    ("after_demonitor_nothing_comes", after_demonitor_nothing_comes),
    ("down_never_overtakes_the_last_message", down_never_overtakes_the_last_message),
    ("exit_never_overtakes_the_last_message", exit_never_overtakes_the_last_message),
    (
        "a_crash_is_abnormal_and_reaches_links_and_monitors",
        a_crash_is_abnormal_and_reaches_links_and_monitors,
    ),
    ("a_linked_child_is_linked_from_the_start", a_linked_child_is_linked_from_the_start),
    ("a_monitored_child_is_watched_from_the_start", a_monitored_child_is_watched_from_the_start),
    ("exits_travel_along_chains_of_links", exits_travel_along_chains_of_links),
    ("names_are_gone_when_the_end_is_known", names_are_gone_when_the_end_is_known),
    ("a_stale_pid_reaches_nobody", a_stale_pid_reaches_nobody),
    ("a_supervised_actor_that_crashes_is_started_again", a_supervised_actor_that_crashes_is_started_again),
    (
        "a_supervised_actor_that_is_killed_is_started_again",
        a_supervised_actor_that_is_killed_is_started_again,
    ),
    (
        "one_restart_too_many_ends_the_supervisor_and_its_actors",
        one_restart_too_many_ends_the_supervisor_and_its_actors,
    ),
    ("a_transient_actor_comes_back_after_failures_only", a_transient_actor_comes_back_after_failures_only),
    (
        "a_supervisor_that_ends_stops_its_actors_last_first",
        a_supervisor_that_ends_stops_its_actors_last_first,
    ),
];

fn stop(scene: &Scene, who: Pid, reason: &str) {
    scene.tell(who, Command::Stop { reason: Atom::new(reason) });
}

fn watched(scene: &Scene, peer: Pid) -> Pid {
    let watcher = scene.spawn();
    scene.tell(watcher, Command::Monitor { peer });
    scene.settle(watcher);
    watcher
}

fn linked(scene: &Scene, traps: bool) -> (Pid, Pid) {
    let (one, two) = (scene.spawn(), scene.spawn());
    scene.tell(one, Command::TrapExits { on: traps });
    scene.tell(one, Command::Link { peer: two });
    scene.settle(one);
    scene.settle(two);
    (one, two)
}

/// "Delivery of Signals".
fn messages_of_one_sender_stay_in_order(scene: &Scene) {
    let actor = scene.spawn();
    for number in 0..1000 {
        scene.tell(actor, Command::Say { number });
    }
    for number in 0..1000 {
        assert_eq!(scene.next(actor), Event::Said(number));
    }
}

/// "Error Handling", "Receiving Exit Signals".
fn an_abnormal_end_ends_linked_actors(scene: &Scene) {
    let (one, two) = linked(scene, false);
    let watcher = watched(scene, one);
    stop(scene, two, "oops");
    assert_eq!(scene.next(watcher), Event::Down(one, reason("oops")));
}

/// "Receiving Exit Signals": reason `normal` from a link is ignored.
fn a_normal_end_leaves_linked_actors_alone(scene: &Scene) {
    let (one, two) = linked(scene, false);
    let watcher = watched(scene, two);
    stop(scene, two, "normal");
    assert_eq!(scene.next(watcher), Event::Down(two, ExitReason::Normal));
    scene.settle(one);
}

/// "Receiving Exit Signals": trapping turns the signal into a message.
fn a_trapped_exit_is_a_message_with_pid_and_reason(scene: &Scene) {
    let (one, two) = linked(scene, true);
    stop(scene, two, "oops");
    assert_eq!(scene.next(one), Event::Exit(two, reason("oops")));
    scene.settle(one);
}

/// "Receiving Exit Signals".
fn a_trapped_normal_exit_is_a_message_too(scene: &Scene) {
    let (one, two) = linked(scene, true);
    stop(scene, two, "normal");
    assert_eq!(scene.next(one), Event::Exit(two, ExitReason::Normal));
}

/// "Receiving Exit Signals": `kill` by `exit/2` is untrappable, linked actors see `killed`.
fn kill_cannot_be_trapped_and_shows_as_killed(scene: &Scene) {
    let (one, two) = linked(scene, true);
    scene.tell(two, Command::TrapExits { on: true });
    let watcher = watched(scene, two);
    scene.tell(watcher, Command::Exit { to: two, reason: Atom::new("kill") });
    assert_eq!(scene.next(watcher), Event::Down(two, ExitReason::Killed));
    assert_eq!(scene.next(one), Event::Exit(two, ExitReason::Killed));
}

/// "Sending Exit Signals".
fn an_exit_signal_ends_whom_it_is_sent_to(scene: &Scene) {
    let (actor, sender) = (scene.spawn(), scene.spawn());
    let watcher = watched(scene, actor);
    scene.tell(sender, Command::Exit { to: actor, reason: Atom::new("oops") });
    assert_eq!(scene.next(watcher), Event::Down(actor, reason("oops")));
    scene.settle(sender);
}

/// "Receiving Exit Signals".
fn an_exit_signal_normal_is_ignored_unless_trapped(scene: &Scene) {
    let (actor, sender) = (scene.spawn(), scene.spawn());
    let exit = || Command::Exit { to: actor, reason: Atom::new("normal") };
    scene.tell(sender, exit());
    scene.settle(sender);
    scene.settle(actor);
    scene.tell(actor, Command::TrapExits { on: true });
    scene.settle(actor);
    scene.tell(sender, exit());
    assert_eq!(scene.next(actor), Event::Exit(sender, ExitReason::Normal));
}

/// `erlang:exit/2`: "If Pid is self() and the reason is normal, the process terminates".
fn an_actor_can_end_itself_with_a_normal_signal(scene: &Scene) {
    let actor = scene.spawn();
    let watcher = watched(scene, actor);
    scene.tell(actor, Command::Exit { to: actor, reason: Atom::new("normal") });
    assert_eq!(scene.next(watcher), Event::Down(actor, ExitReason::Normal));
}

/// "Links".
fn after_unlink_the_end_is_not_noticed(scene: &Scene) {
    let (one, two) = linked(scene, true);
    scene.tell(one, Command::Unlink { peer: two });
    scene.settle(one);
    let watcher = watched(scene, two);
    stop(scene, two, "oops");
    assert_eq!(scene.next(watcher), Event::Down(two, reason("oops")));
    scene.settle(one);
}

/// "Links": there is at most one link between two.
fn links_are_not_counted(scene: &Scene) {
    let (one, two) = linked(scene, true);
    scene.tell(one, Command::Link { peer: two });
    scene.tell(two, Command::Link { peer: one });
    scene.settle(one);
    scene.settle(two);
    scene.tell(two, Command::Unlink { peer: one });
    scene.settle(two);
    scene.settle(one);
    let watcher = watched(scene, two);
    stop(scene, two, "oops");
    assert_eq!(scene.next(watcher), Event::Down(two, reason("oops")));
    scene.settle(one);
}

/// "Links": a link with a process that does not exist gives an exit signal `noproc`.
fn a_link_with_the_dead_gives_noproc(scene: &Scene) {
    let (one, two) = (scene.spawn(), scene.spawn());
    let watcher = watched(scene, two);
    stop(scene, two, "normal");
    assert_eq!(scene.next(watcher), Event::Down(two, ExitReason::Normal));
    scene.tell(one, Command::TrapExits { on: true });
    scene.tell(one, Command::Link { peer: two });
    assert_eq!(scene.next(one), Event::Exit(two, ExitReason::NoProc));
}

/// "Monitors".
fn a_monitor_tells_pid_and_reason(scene: &Scene) {
    let actor = scene.spawn();
    let watcher = watched(scene, actor);
    stop(scene, actor, "oops");
    assert_eq!(scene.next(watcher), Event::Down(actor, reason("oops")));
    scene.settle(watcher);
}

/// "Monitors".
fn a_monitor_of_the_dead_gives_noproc(scene: &Scene) {
    let actor = scene.spawn();
    let watcher = watched(scene, actor);
    stop(scene, actor, "normal");
    assert_eq!(scene.next(watcher), Event::Down(actor, ExitReason::Normal));
    scene.tell(watcher, Command::Monitor { peer: actor });
    assert_eq!(scene.next(watcher), Event::Down(actor, ExitReason::NoProc));
}

/// "Monitors": repeated calls create several independent ones.
fn monitors_are_counted(scene: &Scene) {
    let actor = scene.spawn();
    let watcher = watched(scene, actor);
    scene.tell(watcher, Command::Monitor { peer: actor });
    scene.settle(watcher);
    stop(scene, actor, "oops");
    assert_eq!(scene.next(watcher), Event::Down(actor, reason("oops")));
    assert_eq!(scene.next(watcher), Event::Down(actor, reason("oops")));
}

/// "Monitors".
fn after_demonitor_nothing_comes(scene: &Scene) {
    let actor = scene.spawn();
    let (watcher, other) = (watched(scene, actor), watched(scene, actor));
    scene.tell(watcher, Command::Demonitor);
    scene.settle(watcher);
    stop(scene, actor, "oops");
    assert_eq!(scene.next(other), Event::Down(actor, reason("oops")));
    scene.settle(watcher);
}

/// "Delivery of Signals": signals between two actors stay in order.
fn down_never_overtakes_the_last_message(scene: &Scene) {
    let actor = scene.spawn();
    let watcher = watched(scene, actor);
    for number in 0..100 {
        scene.tell(actor, Command::Relay { to: watcher, number });
    }
    stop(scene, actor, "oops");
    for number in 0..100 {
        assert_eq!(scene.next(watcher), Event::Said(number));
    }
    assert_eq!(scene.next(watcher), Event::Down(actor, reason("oops")));
}

/// "Delivery of Signals".
fn exit_never_overtakes_the_last_message(scene: &Scene) {
    let (one, two) = linked(scene, true);
    scene.tell(two, Command::Relay { to: one, number: 1 });
    scene.tell(two, Command::Relay { to: one, number: 2 });
    stop(scene, two, "oops");
    assert_eq!(scene.next(one), Event::Said(1));
    assert_eq!(scene.next(one), Event::Said(2));
    assert_eq!(scene.next(one), Event::Exit(two, reason("oops")));
}

/// "Process Termination": an uncaught exception.
fn a_crash_is_abnormal_and_reaches_links_and_monitors(scene: &Scene) {
    let (one, two) = linked(scene, true);
    let watcher = watched(scene, two);
    scene.tell(two, Command::Crash);
    let (Event::Exit(from, seen), Event::Down(who, told)) = (scene.next(one), scene.next(watcher)) else {
        panic!("an EXIT and a DOWN message should come");
    };
    assert_eq!((from, who), (two, two));
    assert!(!seen.is_orderly() && !told.is_orderly(), "{seen} {told}");
}

/// `spawn_link/1`: atomic.
fn a_linked_child_is_linked_from_the_start(scene: &Scene) {
    let parent = scene.spawn();
    scene.tell(parent, Command::TrapExits { on: true });
    scene.tell(parent, Command::SpawnLinked);
    let Event::Spawned(child) = scene.next(parent) else { panic!("a child should be reported") };
    stop(scene, child, "oops");
    assert_eq!(scene.next(parent), Event::Exit(child, reason("oops")));
    scene.tell(parent, Command::SpawnLinked);
    let Event::Spawned(child) = scene.next(parent) else { panic!("a child should be reported") };
    let watcher = watched(scene, child);
    stop(scene, parent, "oops");
    assert_eq!(scene.next(watcher), Event::Down(child, reason("oops")));
}

/// `spawn_monitor/1`: atomic.
fn a_monitored_child_is_watched_from_the_start(scene: &Scene) {
    let parent = scene.spawn();
    scene.tell(parent, Command::SpawnMonitored);
    let Event::Spawned(child) = scene.next(parent) else { panic!("a child should be reported") };
    stop(scene, child, "oops");
    assert_eq!(scene.next(parent), Event::Down(child, reason("oops")));
    scene.settle(parent);
}

/// "Error Handling": exits spread through links.
fn exits_travel_along_chains_of_links(scene: &Scene) {
    let chain: Vec<Pid> = (0..50).map(|_| scene.spawn()).collect();
    for pair in chain.windows(2) {
        scene.tell(pair[0], Command::Link { peer: pair[1] });
        scene.settle(pair[0]);
    }
    let watcher = watched(scene, chain[0]);
    stop(scene, chain[49], "oops");
    assert_eq!(scene.next(watcher), Event::Down(chain[0], reason("oops")));
}

/// "Registered Processes": the name goes when the process ends.
fn names_are_gone_when_the_end_is_known(scene: &Scene) {
    let actor = scene.spawn();
    let name = Atom::new("a name of the semantic suite");
    scene.runtime.register(name, actor).expect("the name is free");
    let watcher = watched(scene, actor);
    stop(scene, actor, "normal");
    assert_eq!(scene.next(watcher), Event::Down(actor, ExitReason::Normal));
    assert_eq!(scene.runtime.whereis(name), None);
}

/// DESIGN.md, "Pids".
fn a_stale_pid_reaches_nobody(scene: &Scene) {
    let old = scene.spawn();
    let watcher = watched(scene, old);
    stop(scene, old, "normal");
    assert_eq!(scene.next(watcher), Event::Down(old, ExitReason::Normal));
    let new: Vec<Pid> = (0..200).map(|_| scene.spawn()).collect();
    assert!(!new.contains(&old));
    scene.tell(old, Command::Say { number: 1 });
    for &actor in &new {
        // Anything that the stale pid's message had reached would come first.
        scene.settle(actor);
    }
}

/// OTP manual, `supervisor`, "Restart Strategy": one for one.
fn a_supervised_actor_that_crashes_is_started_again(scene: &Scene) {
    let supervisor =
        scene.supervise(5, [scene.child("a", Restart::Permanent), scene.child("b", Restart::Permanent)]);
    let (first, other) = (scene.started(), scene.started());
    scene.tell(first, Command::Crash);
    let second = scene.started();
    assert_ne!(first, second);
    scene.settle(second);
    scene.settle(other);
    let children = scene.runtime.block_on(supervisor.children()).expect("it lives");
    let pids: Vec<_> = children.iter().map(|child| child.pid).collect();
    assert_eq!(pids, [Some(second), Some(other)]);
}

/// As above; `kill` is no exception.
fn a_supervised_actor_that_is_killed_is_started_again(scene: &Scene) {
    scene.supervise(5, [scene.child("a", Restart::Permanent)]);
    let (first, killer) = (scene.started(), scene.spawn());
    scene.tell(first, Command::TrapExits { on: true });
    scene.tell(killer, Command::Exit { to: first, reason: Atom::new("kill") });
    let second = scene.started();
    assert_ne!(first, second);
    scene.settle(second);
}

/// OTP manual, `supervisor`, "Maximum Restart Intensity".
fn one_restart_too_many_ends_the_supervisor_and_its_actors(scene: &Scene) {
    let supervisor =
        scene.supervise(1, [scene.child("a", Restart::Permanent), scene.child("b", Restart::Permanent)]);
    let (first, other) = (scene.started(), scene.started());
    let (of_other, of_supervisor) = (watched(scene, other), watched(scene, supervisor.pid()));
    scene.tell(first, Command::Crash);
    scene.tell(scene.started(), Command::Crash);
    assert_eq!(scene.next(of_other), Event::Down(other, ExitReason::Shutdown));
    assert_eq!(scene.next(of_supervisor), Event::Down(supervisor.pid(), ExitReason::Shutdown));
}

/// OTP manual, `supervisor`, "Child Specification", `restart`.
fn a_transient_actor_comes_back_after_failures_only(scene: &Scene) {
    let supervisor = scene.supervise(5, [scene.child("a", Restart::Transient)]);
    let first = scene.started();
    stop(scene, first, "oops");
    let second = scene.started();
    let child = || scene.runtime.block_on(supervisor.children()).expect("it lives")[0].pid;
    // From here on the supervisor is linked with it, and so learns the reason of its end.
    while child() != Some(second) {
        std::thread::yield_now();
    }
    let watcher = watched(scene, second);
    stop(scene, second, "normal");
    assert_eq!(scene.next(watcher), Event::Down(second, ExitReason::Normal));
    while child() == Some(second) {
        std::thread::yield_now();
    }
    // A restart would have been due before this start.
    let start = supervisor.start_child(scene.child("b", Restart::Temporary));
    let another = scene.runtime.block_on(start).expect("it starts");
    assert_eq!(scene.started(), another);
}

/// OTP manual, `supervisor`: children are terminated in reverse start order.
fn a_supervisor_that_ends_stops_its_actors_last_first(scene: &Scene) {
    let supervisor =
        scene.supervise(5, [scene.child("a", Restart::Permanent), scene.child("b", Restart::Permanent)]);
    let (one, two) = (scene.started(), scene.started());
    let watcher = watched(scene, one);
    scene.tell(watcher, Command::Monitor { peer: two });
    scene.settle(watcher);
    supervisor.shutdown();
    assert_eq!(scene.next(watcher), Event::Down(two, ExitReason::Shutdown));
    assert_eq!(scene.next(watcher), Event::Down(one, ExitReason::Shutdown));
}
