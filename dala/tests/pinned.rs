//! Pinned actors, which stay on a thread of their own, do what all actors do: `#[init]`, names, links, monitors, supervision.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use dala::supervise::{ChildSpec, Supervisor};
use dala::{Atom, CallError, Context, Down, ExitReason, Local, Pid, PinnedThread, Runtime, SpawnError};

/// State that may not leave its thread.
struct Window {
    titles: Rc<RefCell<Vec<String>>>,
}

#[dala::actor(pinned)]
impl Window {
    /// Waits with something in hand that is not `Send` either.
    #[init]
    async fn open(
        title: String,
        opened: Local<Sender<String>>,
        ctx: &mut Context<Self>,
    ) -> Result<Self, String> {
        let titles = Rc::new(RefCell::new(vec![title]));
        ctx.sleep(Duration::from_millis(1)).await;
        let title = titles.borrow()[0].clone();
        let thread = std::thread::current();
        let _ = opened.send(format!("{title} on {}", thread.name().unwrap_or_default()));
        match title.as_str() {
            "" => Err("no title".to_owned()),
            "crash" => panic!("no such title"),
            _ => Ok(Window { titles }),
        }
    }

    #[message]
    fn title(&self) -> String {
        self.titles.borrow().join(", ")
    }

    #[message]
    fn crash(&mut self) {
        panic!("a pane is broken")
    }
}

/// Opens windows, and tells what becomes of them.
struct Desk {
    thread: PinnedThread,
    notes: Sender<String>,
}

#[dala::actor]
impl Desk {
    #[message]
    async fn open(&mut self, title: String, ctx: &mut Context<Self>) -> Local<Result<WindowRef, SpawnError>> {
        ctx.trap_exits(true);
        let opened = Local(self.notes.clone());
        Local(Window::spawn_on(&self.thread, title, opened).linked().monitored().await)
    }

    #[on_down]
    fn down(&mut self, down: &Down) {
        let _ = self.notes.send(format!("down: {}", short(&down.reason)));
    }

    #[on_exit]
    fn exit(&mut self, _: Pid, reason: &ExitReason) {
        let _ = self.notes.send(format!("exit: {}", short(reason)));
    }
}

fn short(reason: &ExitReason) -> String {
    match reason {
        ExitReason::Panic(_) => "panic".to_owned(),
        reason => reason.to_string(),
    }
}

fn scene() -> (Runtime, PinnedThread, Sender<String>, Receiver<String>) {
    let runtime = Runtime::builder().workers(2).build().unwrap();
    let thread = runtime.pinned_thread("glass").unwrap();
    let (notes, noted) = channel();
    (runtime, thread, notes, noted)
}

fn next(noted: &Receiver<String>) -> String {
    noted.recv_timeout(Duration::from_secs(20)).unwrap()
}

#[test]
fn init_runs_on_the_thread_and_who_spawns_learns_how_it_went() {
    let (runtime, thread, notes, noted) = scene();
    let open = |title: &str| Window::spawn_on(&thread, title.to_owned(), Local(notes.clone()));
    let window = runtime.block_on(open("first")).unwrap();
    assert_eq!(next(&noted), "first on glass");
    assert_eq!(runtime.block_on(window.title()), Ok("first".to_owned()));
    let error = runtime.block_on(open("")).unwrap_err();
    assert_eq!(error.to_string(), "init failed: no title");
    let error = runtime.block_on(open("crash")).unwrap_err();
    assert!(matches!(error, SpawnError::Init(ExitReason::Panic(_))), "{error}");
    // What is sent before it is open waits for that.
    let entered = runtime.enter();
    let early = open("early").now().unwrap();
    assert_eq!(runtime.block_on(early.title()), Ok("early".to_owned()));
    drop(entered);
}

#[test]
fn names_are_given_before_init_and_go_with_the_actor() {
    let (runtime, thread, notes, _noted) = scene();
    let open =
        |title: &str| Window::spawn_on(&thread, title.to_owned(), Local(notes.clone())).named("window");
    let name = Atom::new("window");
    let window = runtime.block_on(open("first")).unwrap();
    assert_eq!(runtime.whereis(name), Some(window.pid()));
    assert_eq!(runtime.block_on(open("second")), Err(SpawnError::NameTaken(name)));
    window.kill();
    runtime.block_on(window.ended()).unwrap();
    let window = runtime.block_on(open("third")).unwrap();
    assert_eq!(runtime.whereis(name), Some(window.pid()));
}

#[test]
fn links_and_monitors_are_those_of_who_spawns_and_last_through_init() {
    let (runtime, thread, notes, noted) = scene();
    let desk = DeskRef::from(runtime.spawn(Desk { thread, notes }).unwrap());
    let window = runtime.block_on(desk.open("first".to_owned())).unwrap().0.unwrap();
    assert_eq!(next(&noted), "first on glass");
    assert!(matches!(runtime.block_on(window.crash()), Err(CallError::Exited(ExitReason::Panic(_)))));
    let mut told = [next(&noted), next(&noted)];
    told.sort();
    assert_eq!(told, ["down: panic", "exit: panic"]);
    // Of one that never opened too.
    assert!(runtime.block_on(desk.open(String::new())).unwrap().0.is_err());
    assert_eq!(next(&noted), " on glass");
    let mut told = [next(&noted), next(&noted)];
    told.sort();
    assert_eq!(told, ["down: no title", "exit: no title"]);
    // A link takes it along with the one that opened it.
    let window = runtime.block_on(desk.open("last".to_owned())).unwrap().0.unwrap();
    desk.kill();
    assert_eq!(runtime.block_on(window.ended()), Ok(ExitReason::Killed));
}

#[test]
fn a_pinned_actor_is_supervised_and_comes_back_on_its_thread() {
    let (runtime, thread, notes, noted) = scene();
    let spec = ChildSpec::spawning("window", move || {
        Window::spawn_on(&thread, "child".to_owned(), Local(notes.clone())).named("the child")
    });
    let supervisor = runtime.block_on(Supervisor::new().child(spec).start(&runtime)).unwrap();
    let find = || runtime.whereis(Atom::new("the child")).and_then(WindowRef::of_pid);
    assert_eq!(next(&noted), "child on glass");
    let first = find().unwrap();
    assert!(runtime.block_on(first.crash()).is_err());
    assert_eq!(next(&noted), "child on glass");
    let second = loop {
        // Until its init is over it answers nobody.
        if let Some(window) = find().filter(|window| window.pid() != first.pid()) {
            break window;
        }
        std::thread::yield_now();
    };
    assert_eq!(runtime.block_on(second.title()), Ok("child".to_owned()));
    runtime.block_on(supervisor.stop());
    assert!(!second.is_alive());
}
