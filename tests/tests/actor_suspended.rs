//! Handlers that wait, and what ends them; actors that stay on one thread.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use dala::{CallError, ExitReason, Runtime};

/// Notes when it is dropped.
struct Guard(&'static str, Sender<String>);

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = self.1.send(format!("{} dropped", self.0));
    }
}

struct Waiter {
    notes: Sender<String>,
    gate: Arc<tokio::sync::Notify>,
    done: u32,
}

#[dala::actor]
impl Waiter {
    /// Waits for the gate, with a guard on its frame.
    #[message]
    async fn wait(&mut self) -> u32 {
        let _guard = Guard("handler", self.notes.clone());
        let _ = self.notes.send("waits".to_owned());
        self.gate.notified().await;
        self.done += 1;
        self.done
    }

    #[message(priority = "critical")]
    fn done(&self) -> u32 {
        self.done
    }

    #[terminate]
    fn ended(&mut self, reason: &ExitReason) {
        let _ = self.notes.send(format!("terminated: {reason}"));
    }
}

#[test]
fn killing_an_actor_drops_its_suspended_handler_before_its_state() {
    let runtime = Runtime::builder().workers(2).build().unwrap();
    let (notes, noted) = channel();
    let gate = Arc::new(tokio::sync::Notify::new());
    let waiter: WaiterRef = runtime.spawn(Waiter { notes, gate: gate.clone(), done: 0 }).unwrap().into();
    let (first, second) = (waiter.wait(), waiter.wait());
    assert_eq!(noted.recv().unwrap(), "waits");
    waiter.kill();
    assert_eq!(noted.recv().unwrap(), "handler dropped");
    assert_eq!(noted.recv().unwrap(), "terminated: killed");
    // The one that was being handled and the one that waited both learn why.
    let killed = Err(CallError::Exited(ExitReason::Killed));
    assert_eq!(runtime.block_on(first), killed);
    assert_eq!(runtime.block_on(second), killed);
    // What wakes it now reaches nobody.
    gate.notify_one();
    assert!(noted.recv().is_err(), "the state is gone");
}

#[test]
fn an_exit_signal_ends_a_suspended_handler_as_kill_does() {
    let runtime = Runtime::builder().workers(1).build().unwrap();
    let (notes, noted) = channel();
    let gate = Arc::new(tokio::sync::Notify::new());
    let waiter: WaiterRef = runtime.spawn(Waiter { notes, gate, done: 0 }).unwrap().into();
    let call = waiter.wait();
    assert_eq!(noted.recv().unwrap(), "waits");
    waiter.exit(ExitReason::custom("enough"));
    assert_eq!(noted.recv().unwrap(), "handler dropped");
    assert_eq!(noted.recv().unwrap(), "terminated: enough");
    assert_eq!(runtime.block_on(call), Err(CallError::Exited(ExitReason::custom("enough"))));
}

#[test]
fn while_a_handler_waits_the_actor_takes_no_other_message_and_others_run() {
    let runtime = Runtime::builder().workers(1).build().unwrap();
    let (notes, noted) = channel();
    let gate = Arc::new(tokio::sync::Notify::new());
    let make = |gate: &Arc<tokio::sync::Notify>| Waiter { notes: notes.clone(), gate: gate.clone(), done: 0 };
    let waiter: WaiterRef = runtime.spawn(make(&gate)).unwrap().into();
    let other: WaiterRef = runtime.spawn(make(&gate)).unwrap().into();
    let wait = waiter.wait();
    assert_eq!(noted.recv().unwrap(), "waits");
    let done = waiter.done();
    // The one worker is free for another actor.
    assert_eq!(runtime.block_on(other.done()), Ok(0));
    gate.notify_one();
    assert_eq!(runtime.block_on(wait), Ok(1));
    // Critical as it is, it waited for the handler's end.
    assert_eq!(runtime.block_on(done), Ok(1));
}

/// State that may not leave its thread.
struct Window {
    title: Rc<String>,
    notes: Sender<String>,
}

#[dala::actor(pinned)]
impl Window {
    #[message]
    async fn rename(&mut self, title: String) -> String {
        let before = self.title.clone();
        tokio::time::sleep(Duration::from_millis(1)).await;
        self.title = Rc::new(title);
        let thread = std::thread::current();
        format!("{before} on {}", thread.name().unwrap_or_default())
    }

    #[message]
    async fn hang(&mut self) {
        let _guard = Guard("pinned handler", self.notes.clone());
        let _ = self.notes.send("hangs".to_owned());
        std::future::pending::<()>().await;
    }

    #[message]
    fn crash(&mut self) {
        panic!("pinned")
    }
}

#[test]
fn a_pinned_actor_runs_on_its_thread_only_and_ends_there() {
    let runtime = Runtime::builder().workers(2).build().unwrap();
    let thread = runtime.pinned_thread("window").unwrap();
    let (notes, noted) = channel();
    let make = |notes: &Sender<String>| {
        let notes = notes.clone();
        move || Window { title: Rc::new("first".to_owned()), notes }
    };
    let window = runtime.block_on(Window::spawn_on(&thread, make(&notes))).unwrap();
    assert_eq!(runtime.block_on(window.rename("second".to_owned())).unwrap(), "first on window");
    assert_eq!(runtime.block_on(window.rename("third".to_owned())).unwrap(), "second on window");
    let hang = window.hang();
    assert_eq!(noted.recv().unwrap(), "hangs");
    window.kill();
    assert_eq!(noted.recv().unwrap(), "pinned handler dropped");
    assert_eq!(runtime.block_on(hang), Err(CallError::Exited(ExitReason::Killed)));
    // Its thread takes the next one, and survives a panic.
    let window = runtime.block_on(Window::spawn_on(&thread, make(&notes))).unwrap();
    let error = runtime.block_on(window.crash()).unwrap_err();
    assert!(matches!(error, CallError::Exited(ExitReason::Panic(_))), "{error}");
    let window = runtime.block_on(Window::spawn_on(&thread, make(&notes))).unwrap();
    assert_eq!(runtime.block_on(window.rename("last".to_owned())).unwrap(), "first on window");
}
