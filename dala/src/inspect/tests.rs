use crate::actor::process;
use crate::testing::Probe;
use crate::{Atom, Handle};

#[dala::message]
#[derive(Debug)]
struct Note {}

struct Parent;

#[dala::actor]
impl Parent {
    #[message]
    fn breed(&mut self, count: u32) -> Vec<crate::Pid> {
        (0..count).map(|_| Child.spawn().unwrap().pid()).collect()
    }
}

struct Child;

#[dala::actor(mailbox = 8)]
impl Child {
    #[message]
    async fn stall(&mut self) {
        std::future::pending::<()>().await;
    }
}

#[dala::test]
async fn a_snapshot_has_all_actors_with_names_parents_and_what_waits() {
    let runtime = Handle::current().unwrap();
    let parent = Parent.spawn().unwrap();
    runtime.register(Atom::new("a parent"), parent).unwrap();
    let children = parent.breed(2).await.unwrap();
    let stalled: ChildRef = crate::ActorRef::<Child>::of_pid(children[1]).unwrap().into();
    for _ in 0..4 {
        stalled.tell(Stall {}).unwrap();
    }
    crate::sleep(std::time::Duration::from_secs(1)).await;

    let snapshot = runtime.snapshot();
    let by_kind = snapshot.by_kind();
    assert_eq!((by_kind["Parent"], by_kind["Child"], by_kind["task"]), (1, 2, 1));
    let info = snapshot.actor(parent).unwrap();
    assert_eq!((info.name, info.is_busy, info.waiting), (Some(Atom::new("a parent")), false, None));
    let quiet = snapshot.actor(children[0]).unwrap();
    assert_eq!((quiet.parent, quiet.is_busy, quiet.waiting), (Some(parent.pid()), false, Some(0)));
    let busy = snapshot.actor(children[1]).unwrap();
    assert!(busy.is_busy && busy.waiting > Some(0), "{busy}");

    let (name, waiting) = (Atom::new("a parent"), busy.waiting.unwrap());
    let text = snapshot.to_string();
    let lines = [
        format!("\n└─ Parent {} {name}\n", parent.pid()),
        format!("─ Child {}", children[0]),
        format!("─ Child {}, busy, {waiting} waiting", children[1]),
    ];
    for line in lines {
        assert!(text.contains(&line), "{text}");
    }
    assert!(text.contains("\n   ├─ Child ") && text.contains("\n   └─ Child "), "{text}");

    process::kill(children[0]);
    crate::sleep(std::time::Duration::from_secs(1)).await;
    assert_eq!(runtime.snapshot().actor(children[0]), None);
}

#[dala::test(seeds = 1)]
async fn a_chain_of_many_parents_prints() {
    fn breed(left: u32, done: crate::Recipient<Note>) {
        let next = async move {
            match left {
                0 => done.tell(Note {}).unwrap(),
                _ => breed(left - 1, done),
            }
            std::future::pending::<()>().await;
        };
        Handle::current().unwrap().spawn_task(next).unwrap();
    }
    let probe = Probe::new();
    breed(1000, probe.recipient());
    probe.expect().await;
    let text = Handle::current().unwrap().snapshot().to_string();
    assert!(text.lines().count() > 1000, "{text}");
}
