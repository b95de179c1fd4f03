//! What is urgent does not wait behind a batch that the actor has already taken from its mailbox.

use dala::{Context, Runtime};
use std::sync::{Arc, Mutex};

/// What was handled, in order.
type Log = Arc<Mutex<Vec<&'static str>>>;

#[dala::message]
struct Work;

#[dala::message]
struct Alarm;

/// Sends itself something at its first message, while the rest of the batch is in hand.
struct Worker {
    log: Log,
    at_first: Option<fn(&mut Context<Worker>)>,
}

#[dala::actor]
impl Worker {
    #[handler]
    fn work(&mut self, context: &mut Context<Self>, _: Work) {
        self.log.lock().unwrap().push("work");
        if let Some(send) = self.at_first.take() {
            send(context);
        }
    }

    #[handler(priority = "critical")]
    fn alarm(&mut self, _: Alarm) {
        self.log.lock().unwrap().push("alarm");
    }
}

/// Runs a worker over a batch of 100 messages that it takes at once: they are sent by the one thread that could run it.
fn run(at_first: fn(&mut Context<Worker>)) -> Vec<&'static str> {
    let runtime = Runtime::builder().workers(1).build().unwrap();
    let log = Log::default();
    let worker = Worker { log: log.clone(), at_first: Some(at_first) };
    let (send, answer) = tokio::sync::oneshot::channel();
    let batch = async move {
        let worker = dala::spawn(worker).unwrap();
        for _ in 0..99 {
            worker.tell(Work).unwrap();
        }
        let _ = send.send(worker.call(Work));
    };
    runtime.spawn_task(batch).unwrap();
    // The last of the batch is answered, by the worker or by its end.
    let _ = runtime.block_on(async { answer.await.unwrap().await });
    log.lock().unwrap().clone()
}

#[test]
fn a_critical_message_is_handled_before_the_rest_of_the_batch() {
    let log = run(|context| context.me().tell(Alarm).unwrap());
    assert_eq!(log.iter().position(|&what| what == "alarm"), Some(1));
    assert_eq!(log.len(), 101);
}

#[test]
fn kill_does_not_wait_behind_a_backlog() {
    assert_eq!(run(|context| context.me().kill()), ["work"]);
}
