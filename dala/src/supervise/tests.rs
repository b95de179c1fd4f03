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
