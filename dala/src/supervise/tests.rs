use super::*;
use crate::Runtime;
use crate::actor::behaviour::{Behaviour, Outcome};
use crate::actor::{Activation, Incoming, SpawnOptions, process};
use crate::message::ExitReason;
use crate::pid::Pid;
use std::sync::mpsc;
use std::time::Duration;

/// Says how it ends; its start function says when it starts.
struct Noted {
    name: &'static str,
    notes: mpsc::Sender<(&'static str, Note)>,
    stubborn: bool,
}

#[derive(Debug, PartialEq)]
enum Note {
    Started(Pid),
    Ended(ExitReason),
}

impl Behaviour for Noted {
    fn run(&mut self, activation: &mut Activation<'_>) -> Outcome {
        while let Some(incoming) = activation.next_incoming() {
            if let Incoming::Exit { reason, .. } = incoming
                && !self.stubborn
            {
                return Outcome::Exited(reason);
            }
        }
        Outcome::Waiting
    }

    fn exiting(&mut self, reason: &ExitReason, _: &mut Activation<'_>) {
        let _ = self.notes.send((self.name, Note::Ended(reason.clone())));
    }
}

struct Scene {
    runtime: Runtime,
    notes: mpsc::Receiver<(&'static str, Note)>,
    sender: mpsc::Sender<(&'static str, Note)>,
}

impl Scene {
    fn new() -> Scene {
        let (sender, notes) = mpsc::channel();
        Scene { runtime: Runtime::builder().workers(2).build().unwrap(), notes, sender }
    }

    fn child(&self, name: &'static str, stubborn: bool) -> ChildSpec {
        let (handle, notes) = (self.runtime.handle().clone(), self.sender.clone());
        ChildSpec::new(name, move || {
            let behaviour = Noted { name, notes: notes.clone(), stubborn };
            let options = SpawnOptions::default().trapping_exits();
            let pid = handle.spawn_behaviour(behaviour, &options).unwrap().pid;
            let _ = notes.send((name, Note::Started(pid)));
            Ok(pid)
        })
    }

    fn started(&self, name: &str) -> Pid {
        match self.notes.recv_timeout(Duration::from_secs(20)) {
            Ok((found, Note::Started(pid))) if found == name => pid,
            other => panic!("{name} should start, but {other:?}"),
        }
    }

    fn ended(&self, name: &str) -> ExitReason {
        match self.notes.recv_timeout(Duration::from_secs(20)) {
            Ok((found, Note::Ended(reason))) if found == name => reason,
            other => panic!("{name} should end, but {other:?}"),
        }
    }
}

#[test]
fn a_killed_child_is_started_again_and_its_siblings_are_left_alone() {
    let scene = Scene::new();
    let supervisor = Supervisor::new().child(scene.child("a", false)).child(scene.child("b", false));
    let supervisor = scene.runtime.block_on(supervisor.start(scene.runtime.handle())).unwrap();
    let (a, b) = (scene.started("a"), scene.started("b"));
    process::kill(a);
    assert_eq!(scene.ended("a"), ExitReason::Killed);
    let again = scene.started("a");
    let children = scene.runtime.block_on(supervisor.children()).unwrap();
    assert_eq!(children.iter().map(|child| child.pid).collect::<Vec<_>>(), [Some(again), Some(b)]);
}

#[test]
fn one_restart_too_many_ends_the_supervisor_and_its_children() {
    let scene = Scene::new();
    let limit = Intensity { restarts: 1, within: Duration::from_secs(3600) };
    let supervisor =
        Supervisor::new().intensity(limit).child(scene.child("a", false)).child(scene.child("b", false));
    let supervisor = scene.runtime.block_on(supervisor.start(scene.runtime.handle())).unwrap();
    let (first, _b) = (scene.started("a"), scene.started("b"));
    process::kill(first);
    scene.ended("a");
    process::kill(scene.started("a"));
    scene.ended("a");
    assert_eq!(scene.ended("b"), ExitReason::Shutdown);
    // It goes after its children, and answers until then.
    let _ = scene.runtime.block_on(process::ended(supervisor.into()));
    assert_eq!(scene.runtime.block_on(supervisor.children()), Err(StartError::NoSupervisor));
}

#[test]
fn transient_children_come_back_only_after_failures_and_temporary_ones_never() {
    let scene = Scene::new();
    let supervisor = Supervisor::new()
        .child(scene.child("transient", false).restart(Restart::Transient))
        .child(scene.child("temporary", false).restart(Restart::Temporary));
    let supervisor = scene.runtime.block_on(supervisor.start(scene.runtime.handle())).unwrap();
    let (transient, temporary) = (scene.started("transient"), scene.started("temporary"));
    process::kill(temporary);
    scene.ended("temporary");
    process::kill(transient);
    scene.ended("transient");
    let transient = scene.started("transient");
    // A request is served after the start, so the supervisor is linked with it then: it would not see the reason else.
    scene.runtime.block_on(supervisor.children()).unwrap();
    process::exit(crate::pid::NOBODY, transient, ExitReason::Normal);
    assert_eq!(scene.ended("transient"), ExitReason::Normal);
    // A request is served after what arrived before it.
    let children = loop {
        let children = scene.runtime.block_on(supervisor.children()).unwrap();
        if children.iter().all(|child| child.pid.is_none()) {
            break children;
        }
    };
    assert_eq!(children.iter().map(|child| child.id.as_str()).collect::<Vec<_>>(), ["transient"]);
}

#[test]
fn children_are_stopped_in_reverse_order_and_the_stubborn_are_killed() {
    let scene = Scene::new();
    let stubborn = scene.child("stubborn", true).shutdown(Shutdown::Within(Duration::from_millis(10)));
    let supervisor =
        Supervisor::new().child(scene.child("a", false)).child(stubborn).child(scene.child("b", false));
    let supervisor = scene.runtime.block_on(supervisor.start(scene.runtime.handle())).unwrap();
    let _ = ["a", "stubborn", "b"].map(|name| scene.started(name));
    supervisor.shutdown();
    assert_eq!(scene.ended("b"), ExitReason::Shutdown);
    assert_eq!(scene.ended("stubborn"), ExitReason::Killed);
    assert_eq!(scene.ended("a"), ExitReason::Shutdown);
}

#[test]
fn a_child_that_does_not_start_fails_the_supervisor_and_stops_those_before_it() {
    let scene = Scene::new();
    let failing = ChildSpec::new("failing", || Err(ExitReason::custom("no luck")));
    let supervisor = Supervisor::new().child(scene.child("a", false)).child(failing);
    let error = scene.runtime.block_on(supervisor.start(scene.runtime.handle())).unwrap_err();
    assert_eq!(error, StartError::Failed { id: "failing".to_owned(), reason: ExitReason::custom("no luck") });
    scene.started("a");
    assert_eq!(scene.ended("a"), ExitReason::Shutdown);
}

#[test]
fn children_come_and_go_on_request() {
    let scene = Scene::new();
    let supervisor = scene.runtime.block_on(Supervisor::new().start(scene.runtime.handle())).unwrap();
    scene.runtime.block_on(async {
        let pid = supervisor.start_child(scene.child("a", false)).await.unwrap();
        assert_eq!(scene.started("a"), pid);
        let exists = supervisor.start_child(scene.child("a", false)).await;
        assert_eq!(exists, Err(StartError::Exists("a".to_owned())));
        supervisor.stop_child("a").await.unwrap();
        assert_eq!(scene.ended("a"), ExitReason::Shutdown);
        assert_eq!(supervisor.stop_child("a").await, Err(StartError::NotFound("a".to_owned())));
    });
}

#[test]
fn a_runtime_that_shuts_down_ends_supervisors_with_their_children() {
    let scene = Scene::new();
    let supervisor = Supervisor::new().child(scene.child("a", false)).child(scene.child("b", false));
    scene.runtime.block_on(supervisor.start(scene.runtime.handle())).unwrap();
    let _ = ["a", "b"].map(|name| scene.started(name));
    let Scene { runtime, notes, sender } = scene;
    drop(sender);
    runtime.shutdown(Duration::from_secs(20));
    let ends: Vec<_> = notes.iter().collect();
    assert_eq!(ends, [("b", Note::Ended(ExitReason::Shutdown)), ("a", Note::Ended(ExitReason::Shutdown))]);
}

fn ids(scene: &Scene, supervisor: SupervisorRef, pick: impl Fn(&ChildInfo) -> bool) -> Vec<String> {
    let children = scene.runtime.block_on(supervisor.children()).unwrap();
    children.into_iter().filter(|child| pick(child)).map(|child| child.id).collect()
}

fn started(scene: &Scene, supervisor: Supervisor) -> SupervisorRef {
    scene.runtime.block_on(supervisor.start(scene.runtime.handle())).unwrap()
}

#[test]
fn one_for_all_stops_the_others_last_started_first_and_starts_all_in_order() {
    let scene = Scene::new();
    let supervisor = Supervisor::new()
        .strategy(Strategy::OneForAll)
        .child(scene.child("a", false))
        .child(scene.child("once", false).restart(Restart::Temporary))
        .child(scene.child("b", false))
        .child(scene.child("c", false));
    let supervisor = started(&scene, supervisor);
    let [_a, _once, b, _c] = ["a", "once", "b", "c"].map(|name| scene.started(name));
    process::kill(b);
    assert_eq!(scene.ended("b"), ExitReason::Killed);
    assert_eq!(["c", "once", "a"].map(|name| scene.ended(name)), [(); 3].map(|()| ExitReason::Shutdown));
    let _ = ["a", "b", "c"].map(|name| scene.started(name));
    assert_eq!(ids(&scene, supervisor, |_| true), ["a", "b", "c"]);
}

#[test]
fn rest_for_one_leaves_those_alone_that_were_started_before() {
    let scene = Scene::new();
    let supervisor = Supervisor::new()
        .strategy(Strategy::RestForOne)
        .child(scene.child("a", false))
        .child(scene.child("b", false))
        .child(scene.child("c", false));
    let supervisor = started(&scene, supervisor);
    let [a, b, _c] = ["a", "b", "c"].map(|name| scene.started(name));
    process::kill(b);
    assert_eq!(scene.ended("b"), ExitReason::Killed);
    assert_eq!(scene.ended("c"), ExitReason::Shutdown);
    let _ = ["b", "c"].map(|name| scene.started(name));
    let children = scene.runtime.block_on(supervisor.children()).unwrap();
    assert_eq!(children[0].pid, Some(a));
}

#[test]
fn a_restart_that_fails_is_tried_again_until_the_intensity_is_used_up() {
    let scene = Scene::new();
    let tries = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
    let (handle, count) = (scene.runtime.handle().clone(), tries.clone());
    let (notes, limit) = (scene.sender.clone(), Intensity { restarts: 5, within: Duration::from_secs(3600) });
    let failing = ChildSpec::new("a", move || {
        if count.fetch_add(1, std::sync::atomic::Ordering::SeqCst) > 0 {
            return Err(ExitReason::custom("not again"));
        }
        let behaviour = Noted { name: "a", notes: notes.clone(), stubborn: false };
        let pid = handle.spawn_behaviour(behaviour, &SpawnOptions::default().trapping_exits()).unwrap().pid;
        let _ = notes.send(("a", Note::Started(pid)));
        Ok(pid)
    });
    let supervisor = Supervisor::new().intensity(limit).child(scene.child("b", false)).child(failing);
    let supervisor = started(&scene, supervisor);
    let [_b, a] = ["b", "a"].map(|name| scene.started(name));
    let ended = process::ended(supervisor.pid());
    process::kill(a);
    scene.ended("a");
    assert_eq!(scene.ended("b"), ExitReason::Shutdown);
    assert_eq!(crate::timer::block_on(ended), Ok(ExitReason::Shutdown));
    // The first start, and five restarts; the sixth would be one too many.
    assert_eq!(tries.load(std::sync::atomic::Ordering::SeqCst), 6);
}

#[test]
fn a_supervisor_ends_with_its_significant_children() {
    for (auto, first_is_enough) in
        [(AutoShutdown::AnySignificant, true), (AutoShutdown::AllSignificant, false)]
    {
        let scene = Scene::new();
        let significant = |name| scene.child(name, false).restart(Restart::Transient).significant();
        let supervisor = Supervisor::new()
            .auto_shutdown(auto)
            .child(scene.child("plain", false))
            .child(significant("one"))
            .child(significant("two"));
        let supervisor = started(&scene, supervisor);
        let [_plain, one, two] = ["plain", "one", "two"].map(|name| scene.started(name));
        let ended = process::ended(supervisor.pid());
        process::exit(crate::pid::NOBODY, one, ExitReason::Normal);
        assert_eq!(scene.ended("one"), ExitReason::Normal);
        if !first_is_enough {
            process::exit(crate::pid::NOBODY, two, ExitReason::Shutdown);
        }
        assert_eq!(scene.ended("two"), ExitReason::Shutdown);
        assert_eq!(scene.ended("plain"), ExitReason::Shutdown);
        assert_eq!(crate::timer::block_on(ended), Ok(ExitReason::Shutdown));
    }
}

#[test]
fn a_child_that_cannot_be_significant_is_refused() {
    let scene = Scene::new();
    let refused = |supervisor: Supervisor| scene.runtime.block_on(supervisor.start(scene.runtime.handle()));
    let child = || scene.child("a", false).significant();
    let never = refused(Supervisor::new().child(child().restart(Restart::Transient)));
    assert!(matches!(never, Err(StartError::BadSpec { .. })), "{never:?}");
    let permanent = refused(Supervisor::new().auto_shutdown(AutoShutdown::AnySignificant).child(child()));
    assert!(matches!(permanent, Err(StartError::BadSpec { .. })), "{permanent:?}");
    let twice = refused(Supervisor::new().child(scene.child("a", false)).child(scene.child("a", false)));
    assert_eq!(twice.err(), Some(StartError::Exists("a".to_owned())));
}

#[test]
fn children_are_terminated_restarted_and_deleted_on_request() {
    let scene = Scene::new();
    let supervisor = started(&scene, Supervisor::new().child(scene.child("a", false)));
    let a = scene.started("a");
    scene.runtime.block_on(async {
        let running = Err(StartError::Running("a".to_owned()));
        assert_eq!(supervisor.restart_child("a").await.map(|_| ()), running);
        assert_eq!(supervisor.delete_child("a").await, running);
        supervisor.terminate_child("a").await.unwrap();
        assert_eq!(supervisor.find_child("a").await.unwrap().status, ChildStatus::Stopped);
        let again = supervisor.restart_child("a").await.unwrap().unwrap();
        assert_ne!(a, again);
        supervisor.terminate_child("a").await.unwrap();
        supervisor.delete_child("a").await.unwrap();
        assert_eq!(supervisor.find_child("a").await, Err(StartError::NotFound("a".to_owned())));
    });
}

#[test]
fn who_starts_a_supervisor_in_vain_finds_the_other_children_stopped() {
    let scene = Scene::new();
    let slow = scene.child("a", true).shutdown(Shutdown::Within(Duration::from_millis(30)));
    let bad = ChildSpec::new("bad", || panic!("no luck"));
    let failed = Supervisor::new().child(slow).child(bad).start(scene.runtime.handle());
    let error = scene.runtime.block_on(failed).unwrap_err();
    let a = scene.started("a");
    assert!(!process::is_alive(a));
    assert!(error.to_string().starts_with("child bad did not start: panic: no luck at "), "{error}");
}

/// On a virtual clock, with waits of a second.
fn waiting(strategy: Strategy, flags: impl FnOnce(Supervisor) -> Supervisor) -> (Scene, SupervisorRef) {
    let clock = crate::timer::Clock::Virtual(Default::default());
    let (sender, notes) = mpsc::channel();
    let runtime = Runtime::builder().workers(1).clock(clock).build().unwrap();
    let scene = Scene { runtime, notes, sender };
    let backoff = Backoff { first: Duration::from_secs(1), max: Duration::from_secs(60) };
    let limit = Intensity { restarts: 100, within: Duration::from_secs(1) };
    let child = |name| scene.child(name, false).restart(Restart::Transient);
    let supervisor = Supervisor::new().strategy(strategy).intensity(limit).backoff(backoff);
    let significant = |supervisor: Supervisor, name| match strategy {
        Strategy::OneForOne => supervisor.child(child(name).significant()),
        _ => supervisor.child(child(name)),
    };
    let supervisor = flags(["a", "b", "c"].into_iter().fold(supervisor, significant));
    let supervisor = started(&scene, supervisor);
    (scene, supervisor)
}

fn restarting(scene: &Scene, supervisor: SupervisorRef) -> Vec<String> {
    ids(scene, supervisor, |child| child.status == ChildStatus::Restarting)
}

#[test]
fn with_a_back_off_the_rest_waits_for_the_first_that_failed() {
    let (scene, supervisor) = waiting(Strategy::RestForOne, |supervisor| supervisor);
    let [a, b, _c] = ["a", "b", "c"].map(|name| scene.started(name));
    process::kill(b);
    let _ = ["b", "c"].map(|name| scene.ended(name));
    while restarting(&scene, supervisor) != ["b", "c"] {}
    scene.runtime.advance(Duration::from_millis(500));
    process::kill(a);
    scene.ended("a");
    while restarting(&scene, supervisor) != ["a", "b", "c"] {}
    // The wait of `b` is over, and that of `a` is not.
    scene.runtime.advance(Duration::from_millis(600));
    assert_eq!(restarting(&scene, supervisor), ["a", "b", "c"]);
    scene.runtime.advance(Duration::from_millis(400));
    let _ = ["a", "b", "c"].map(|name| scene.started(name));
}

#[test]
fn a_significant_child_that_waits_for_its_restart_has_not_ended() {
    let (scene, supervisor) =
        waiting(Strategy::OneForOne, |supervisor| supervisor.auto_shutdown(AutoShutdown::AllSignificant));
    let [a, b, c] = ["a", "b", "c"].map(|name| scene.started(name));
    process::kill(a);
    scene.ended("a");
    while restarting(&scene, supervisor) != ["a"] {}
    for (name, pid) in [("b", b), ("c", c)] {
        process::exit(crate::pid::NOBODY, pid, ExitReason::Normal);
        scene.ended(name);
    }
    assert_eq!(restarting(&scene, supervisor), ["a"]);
    scene.runtime.advance(Duration::from_secs(1));
    let a = scene.started("a");
    let ended = supervisor.ended();
    process::exit(crate::pid::NOBODY, a, ExitReason::Normal);
    scene.ended("a");
    assert_eq!(crate::timer::block_on(ended), Ok(ExitReason::Shutdown));
}

#[test]
fn a_child_with_nothing_to_start_is_no_failure() {
    let scene = Scene::new();
    let none = |id: &str| ChildSpec::optional(id, || std::future::ready(Ok(None)));
    let supervisor = Supervisor::new().child(none("kept")).child(none("gone").restart(Restart::Temporary));
    let supervisor = started(&scene, supervisor);
    let stopped = ids(&scene, supervisor, |child| child.status == ChildStatus::Stopped);
    assert_eq!(stopped, ["kept"]);
}

#[test]
fn a_failed_child_waits_longer_each_time_before_its_restart() {
    let clock = crate::timer::Clock::Virtual(Default::default());
    let (sender, notes) = mpsc::channel();
    let runtime = Runtime::builder().workers(1).clock(clock).build().unwrap();
    let scene = Scene { runtime, notes, sender };
    let backoff = Backoff { first: Duration::from_secs(1), max: Duration::from_secs(60) };
    let limit = Intensity { restarts: 100, within: Duration::from_secs(1) };
    let supervisor = Supervisor::new()
        .strategy(Strategy::OneForAll)
        .intensity(limit)
        .backoff(backoff)
        .child(scene.child("a", false))
        .child(scene.child("b", false));
    let supervisor = started(&scene, supervisor);
    let (mut a, _b) = (scene.started("a"), scene.started("b"));
    for wait in [1, 2, 4] {
        process::kill(a);
        assert_eq!(scene.ended("a"), ExitReason::Killed);
        // The group goes down at once.
        assert_eq!(scene.ended("b"), ExitReason::Shutdown);
        // Its timer is armed before the sibling is told to end.
        let status = |runtime: &Runtime| runtime.block_on(supervisor.find_child("a")).unwrap().status;
        assert_eq!(status(&scene.runtime), ChildStatus::Restarting);
        scene.runtime.advance(Duration::from_secs(wait) - Duration::from_millis(1));
        assert_eq!(status(&scene.runtime), ChildStatus::Restarting);
        scene.runtime.advance(Duration::from_millis(1));
        (a, _) = (scene.started("a"), scene.started("b"));
    }
}

#[test]
fn dynamic_children_come_and_go_by_the_thousand() {
    let scene = Scene::new();
    let (handle, notes) = (scene.runtime.handle().clone(), scene.sender.clone());
    let supervisor = DynamicSupervisor::new(move |restart: Restart| {
        let (handle, notes) = (handle.clone(), notes.clone());
        let start = move || {
            let behaviour = Noted { name: "child", notes: notes.clone(), stubborn: false };
            Ok(handle.spawn_behaviour(behaviour, &SpawnOptions::default().trapping_exits()).unwrap().pid)
        };
        ChildSpec::new("child", start).restart(restart)
    });
    let supervisor = supervisor.max_children(1000);
    let supervisor = scene.runtime.block_on(supervisor.start(scene.runtime.handle())).unwrap();
    scene.runtime.block_on(async {
        let mut pids = Vec::new();
        for _ in 0..1000 {
            pids.push(supervisor.start_child(Restart::Temporary).await.unwrap());
        }
        assert_eq!(supervisor.start_child(Restart::Permanent).await, Err(StartError::TooManyChildren(1000)));
        supervisor.stop_child(pids[500]).await.unwrap();
        let again = supervisor.start_child(Restart::Permanent).await.unwrap();
        process::kill(again);
        process::kill(pids[1]);
        // One comes back under another pid, the other does not.
        loop {
            let children = supervisor.children().await.unwrap();
            let lives = |pid| children.iter().any(|child| child.pid == Some(pid));
            if children.len() == 999
                && !lives(again)
                && !lives(pids[1])
                && children.iter().all(|child| child.pid.is_some())
            {
                break;
            }
        }
        supervisor.stop().await;
    });
    drop(supervisor);
    let ends = scene.notes.try_iter().count();
    // 998 at the end, one on request, two kills, and the one that came back.
    assert_eq!(ends, 1002);
}

#[test]
fn a_tree_shows_what_is_below_and_prints_itself() {
    let scene = Scene::new();
    let inner = {
        let (handle, notes) = (scene.runtime.handle().clone(), scene.sender.clone());
        move || {
            let (handle, notes) = (handle.clone(), notes.clone());
            let start = move || {
                let behaviour = Noted { name: "leaf", notes: notes.clone(), stubborn: false };
                Ok(handle.spawn_behaviour(behaviour, &SpawnOptions::default().trapping_exits()).unwrap().pid)
            };
            Supervisor::new().strategy(Strategy::OneForAll).child(ChildSpec::new("leaf", start))
        }
    };
    let supervisor = Supervisor::new()
        .strategy(Strategy::RestForOne)
        .child(ChildSpec::supervisor("inner", inner))
        .child(ChildSpec::optional("none", || std::future::ready(Ok(None))).restart(Restart::Transient));
    let supervisor = started(&scene, supervisor);
    let tree = scene.runtime.block_on(supervisor.tree()).unwrap();
    let below = tree.children[0].below.as_ref().unwrap();
    assert_eq!(below.strategy, Some(Strategy::OneForAll));
    let leaf = below.children[0].child.pid.unwrap();
    let expected = format!(
        "supervisor {} rest for one\n\
         ├─ inner {} supervisor one for all, permanent\n\
         │  └─ leaf {leaf} {}, permanent\n\
         └─ none stopped, transient",
        supervisor.pid(),
        below.pid,
        std::any::type_name::<Noted>(),
    );
    assert_eq!(tree.to_string(), expected);
    // The whole tree goes, from the leaves up.
    scene.runtime.block_on(supervisor.stop());
    assert_eq!(scene.ended("leaf"), ExitReason::Shutdown);
}

#[test]
fn a_named_supervisor_is_found_and_a_second_one_refused() {
    let scene = Scene::new();
    let first = started(&scene, Supervisor::new().named("top"));
    assert_eq!(scene.runtime.whereis(crate::Atom::new("top")), Some(first.pid()));
    let second = scene.runtime.block_on(Supervisor::new().named("top").start(scene.runtime.handle()));
    let taken = crate::SpawnError::NameTaken(crate::Atom::new("top"));
    assert_eq!(second, Err(StartError::Spawn(taken)));
}
