//! What one sees of a runtime that is observed: spans that follow messages, metrics by type of actor.
use dala::actor::{Activation, Outcome};
use dala::mailbox::receive::Receive;
use dala::observe::METRICS;
use dala::{
    ActorRef, Behaviour, Blocking, CallError, ChildSpec, Concurrent, Context, Intensity, Local, Overflow,
    Recipient, Runtime, SpawnOptions, Supervisor, timer,
};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;
use tracing_subscriber::layer::{self, Layer, SubscriberExt};

#[path = "observe/book.rs"]
mod book;
#[path = "observe/tape.rs"]
mod tape;

use book::Book;
use tape::{Span, Tape};

type Tested<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// A runtime whose spans are recorded.
fn traced(workers: usize) -> Tested<(Tape, Runtime, impl Drop)> {
    let record = Tape::default();
    let subscriber = tracing_subscriber::registry().with(record.clone());
    let guard = tracing::subscriber::set_default(subscriber);
    let runtime = Runtime::builder().workers(workers).tracing().build()?;
    Ok((record, runtime, guard))
}

/// Keeps the text of events.
struct Events(Sender<String>);

impl<S: tracing::Subscriber> Layer<S> for Events {
    fn on_event(&self, event: &tracing::Event<'_>, _: layer::Context<'_, S>) {
        let mut fields = Span::default();
        event.record(&mut fields);
        let message = fields.fields.remove("message").unwrap_or_default();
        let _ = self.0.send(format!("{} {message}", event.metadata().level()));
    }
}

struct Divider;

#[dala::actor]
impl Divider {
    #[message]
    fn divide(&mut self, by: u64) -> u64 {
        100 / by
    }
}

#[test]
fn a_crash_is_an_event_where_there_is_a_subscriber() -> Tested {
    let (sender, events) = channel();
    let _guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(Events(sender)));
    let runtime = Runtime::builder().workers(1).tracing().build()?;
    runtime.spawn(Divider)?.tell(Divide { by: 0 })?;
    let event = events.recv()?;
    assert!(
        event.starts_with("ERROR actor Divider <0.") && event.contains("attempt to divide by zero at "),
        "{event}"
    );
    assert!(event.contains("while it handled observe::Divide"), "{event}");
    Ok(())
}

#[path = "../examples/observe.rs"]
#[expect(dead_code, reason = "an example has a main")]
mod example;

#[test]
fn the_example_shows_what_the_docs_say() -> Tested {
    let request = "request\n  handle Orders Place\n    handle Stock Take\n";
    assert_eq!(example::run()?, request.repeat(2));
    let page = include_str!("../../docs/observability.md");
    assert!(page.contains(&format!("```text\n{request}```")));
    Ok(())
}

struct Front {
    back: ActorRef<Back>,
}

#[dala::actor]
impl Front {
    #[message]
    fn plain(&mut self) -> bool {
        self.back.tell(Note {}).is_ok()
    }

    /// Is suspended, perhaps goes on on another thread, and then sends.
    #[message]
    async fn waits(&mut self) -> u64 {
        let answer = self.back.call(Answer {}).await.unwrap();
        dala::sleep(Duration::from_millis(2)).await;
        self.back.tell(Note {}).unwrap();
        answer
    }

    #[message]
    fn beside(&mut self) -> Concurrent<u64> {
        let back = self.back;
        Concurrent::new(async move { back.call(Answer {}).await.unwrap() })
    }

    #[message]
    fn blocks(&mut self) -> Blocking<bool> {
        let back = self.back;
        Blocking::new(move || back.tell(Note {}).is_ok())
    }
}

struct Back;

#[dala::actor]
impl Back {
    #[message]
    fn note(&mut self) {}

    #[message]
    fn answer(&mut self) -> u64 {
        42
    }
}

#[test]
fn spans_follow_messages_through_plain_async_concurrent_and_blocking_handlers() -> Tested {
    let (record, runtime, _guard) = traced(2)?;
    let back = runtime.spawn(Back)?;
    let front = FrontRef::from(runtime.spawn(Front { back })?);
    let request = tracing::info_span!("request");
    {
        // A call is sent when it is made.
        let _entered = request.enter();
        assert!(front.blocking_call(Plain {})?);
        assert_eq!(front.blocking_call(Waits {})?, 42);
        assert_eq!(front.blocking_call(Beside {})?, 42);
        assert!(front.blocking_call(Blocks {})?);
    }
    // Outside of the request.
    assert_eq!(back.blocking_call(Answer {})?, 42);
    drop(request);
    drop(runtime);
    assert_eq!(
        record.paths(),
        [
            "Back.Answer",
            "request",
            "request > Front.Beside",
            "request > Front.Beside > Back.Answer",
            "request > Front.Blocks",
            "request > Front.Blocks > Back.Note",
            "request > Front.Plain",
            "request > Front.Plain > Back.Note",
            "request > Front.Waits",
            "request > Front.Waits > Back.Answer",
            "request > Front.Waits > Back.Note",
        ]
    );
    assert_eq!(record.field("Front", "is_call").as_deref(), Some("true"));
    assert_eq!(record.field("Front", "pid"), Some(front.pid().to_string()));
    record.check_all_closed();
    Ok(())
}

/// As an Erlang process: takes messages by a cursor, and may yield in the middle of one.
struct Scripted {
    place: Receive,
    back: ActorRef<Back>,
    is_amid: bool,
}

impl Behaviour for Scripted {
    const ARRIVAL_ORDER: bool = true;

    fn run(&mut self, activation: &mut Activation<'_>) -> Outcome {
        if std::mem::take(&mut self.is_amid) {
            self.back.tell(Note {}).unwrap();
        }
        let mut cursor = activation.receive(&mut self.place);
        if cursor.peek().is_none() {
            return Outcome::Waiting;
        }
        self.is_amid = cursor.take().is_some();
        Outcome::Yielded
    }

    fn name() -> &'static str {
        "Scripted"
    }
}

#[test]
fn the_span_of_a_process_lasts_from_its_receive_to_the_next_also_when_it_yields() -> Tested {
    let (record, runtime, _guard) = traced(2)?;
    let back = runtime.spawn(Back)?;
    let scripted = Scripted { place: Receive::default(), back, is_amid: false };
    let pid = runtime.spawn_behaviour(scripted, &SpawnOptions::default())?.pid;
    for request in ["one", "other"] {
        let request = tracing::info_span!("request", actor = "request", message = request);
        let _entered = request.enter();
        Recipient::process(pid).tell(Note {})?;
    }
    while record.count("Back") < 2 {
        std::thread::yield_now();
    }
    drop(runtime);
    assert_eq!(
        record.paths(),
        [
            "request.one",
            "request.one > Scripted.Note",
            "request.one > Scripted.Note > Back.Note",
            "request.other",
            "request.other > Scripted.Note",
            "request.other > Scripted.Note > Back.Note",
        ]
    );
    record.check_all_closed();
    Ok(())
}

struct Fragile;

#[dala::actor]
impl Fragile {
    #[message]
    fn fail(&mut self) {
        panic!("it was fragile");
    }

    #[message]
    async fn stall(&mut self) {
        std::future::pending::<()>().await;
    }
}

#[test]
fn the_span_of_a_message_says_why_the_actor_ended_over_it() -> Tested {
    let (record, runtime, _guard) = traced(1)?;
    let one = FragileRef::from(runtime.spawn(Fragile)?);
    assert!(matches!(one.blocking_call(Fail {}), Err(CallError::Exited(_))));
    assert!(record.field("Fragile", "failure").unwrap().contains("it was fragile"));
    // Killed while it waits, with a message behind that is never handled.
    let other = FragileRef::from(runtime.spawn(Fragile)?);
    other.tell(Stall {})?;
    while record.count("Fragile") < 2 {
        std::thread::yield_now();
    }
    other.tell(Stall {})?;
    other.kill();
    runtime.block_on(other.ended())?;
    drop(runtime);
    assert_eq!(record.paths(), ["Fragile.Fail", "Fragile.Stall"]);
    record.check_all_closed();
    Ok(())
}

#[test]
fn a_runtime_that_is_not_told_to_makes_no_spans() -> Tested {
    let record = Tape::default();
    let subscriber = tracing_subscriber::registry().with(record.clone());
    let _guard = tracing::subscriber::set_default(subscriber);
    let runtime = Runtime::builder().workers(1).build()?;
    assert_eq!(runtime.spawn(Back)?.blocking_call(Answer {})?, 42);
    assert!(record.paths().is_empty());
    Ok(())
}

/// Holds its worker until it is told to go on.
struct Held {
    begun: Sender<()>,
    go_on: Receiver<()>,
}

#[dala::actor]
impl Held {
    #[message]
    fn hold(&mut self) {
        self.begun.send(()).unwrap();
        self.go_on.recv().unwrap();
    }
}

#[test]
fn metrics_tell_depth_wait_and_run_time_by_the_runtimes_clock() -> Tested {
    let book = Book::installed();
    let clock = timer::Clock::Virtual(timer::VirtualClock::default());
    let runtime = Runtime::builder().workers(1).clock(clock).metrics().build()?;
    let (begun_sender, begun) = channel();
    let (go_on, held) = channel();
    let actor = runtime.spawn(Held { begun: begun_sender, go_on: held })?;
    for _ in 0..3 {
        actor.tell(Hold {})?;
        if actor.is_alive() && book.of("dala_mailbox_depth actor=Held").len() == 1 {
            begun.recv()?;
        }
    }
    // One is being handled, two wait.
    assert_eq!(book.of("dala_mailbox_depth actor=Held"), [1.0, 1.0, 2.0]);
    assert_eq!(runtime.snapshot().actor(actor).unwrap().waiting, Some(2));
    for seconds in [5, 1, 2] {
        runtime.advance(Duration::from_secs(seconds));
        go_on.send(())?;
        if seconds != 2 {
            begun.recv()?;
        }
    }
    actor.exit(dala::ExitReason::Shutdown);
    runtime.block_on(actor.ended())?;
    assert_eq!(book.of("dala_wait_seconds actor=Held"), [0.0, 5.0, 6.0]);
    assert_eq!(book.of("dala_run_seconds actor=Held"), [5.0, 1.0, 2.0]);
    assert_eq!(book.of("dala_messages_total actor=Held"), [3.0]);
    assert_eq!(book.of("dala_spawned_total actor=Held"), [1.0]);
    assert_eq!(book.of("dala_actors actor=Held"), [0.0]);
    assert_eq!(book.of("dala_ended_total actor=Held how=orderly"), [1.0]);
    assert_eq!(book.of("dala_ended_total actor=Held how=failed"), Vec::<f64>::new());
    Ok(())
}

/// Fails on request.
struct Worker;

#[dala::actor]
impl Worker {
    #[message]
    fn crash(&mut self) {
        panic!("as it was told");
    }

    #[message]
    fn stop(&mut self, ctx: &mut Context<Self>, until: Local<Receiver<()>>) {
        until.0.recv().unwrap();
        ctx.stop(dala::ExitReason::Normal);
    }

    #[message]
    fn nothing(&mut self) {}
}

#[test]
fn metrics_count_drops_ends_and_restarts() -> Tested {
    let book = Book::installed();
    let runtime = Runtime::builder().workers(1).metrics().build()?;
    runtime.block_on(async {
        // Room for one beside the one that is being handled: of two more the second is dropped, and the first is left at the end.
        let options = SpawnOptions::default().mailbox(1).overflow(Overflow::DropNewest);
        let (end, until) = channel();
        let worker = runtime.spawn_with(Worker, &options)?;
        worker.tell(Stop { until: Local(until) })?;
        let busy = || runtime.snapshot().actor(worker).is_some_and(|info| info.waiting == Some(0));
        while !busy() {
            std::thread::yield_now();
        }
        worker.tell(Nothing {})?;
        worker.tell(Nothing {})?;
        end.send(())?;
        worker.ended().await?;
        assert_eq!(book.of("dala_dropped_total actor=Worker cause=overflow"), [1.0]);
        assert_eq!(book.of("dala_dropped_total actor=Worker cause=ended"), [1.0]);

        let child = ChildSpec::actor("worker", || Worker);
        let intensity = Intensity { restarts: 10, within: Duration::from_secs(5) };
        let supervisor = Supervisor::new().intensity(intensity).child(child).start(runtime.handle()).await?;
        let mut last = None;
        for crashes in 0..=3 {
            let pid = loop {
                let now = supervisor.children().await?.into_iter().find_map(|child| child.pid);
                if now.is_some() && now != last {
                    break now;
                }
            };
            last = pid;
            if crashes == 3 {
                break;
            }
            let worker = WorkerRef::from(ActorRef::of_pid(pid.unwrap()).expect("a worker"));
            assert!(worker.crash().await.is_err());
        }
        supervisor.stop().await;
        Tested::Ok(())
    })?;
    assert_eq!(book.of("dala_restarts_total actor=Worker"), [3.0]);
    assert_eq!(book.of("dala_ended_total actor=Worker how=failed"), [3.0]);
    Ok(())
}

#[test]
fn the_docs_list_every_metric() {
    let page = include_str!("../../docs/observability.md");
    for metric in METRICS {
        let label = metric.label.map(|(key, _)| format!(", `{key}`")).unwrap_or_default();
        let row = format!("| `{}` | {:?} | `actor`{label} |", metric.name, metric.kind);
        assert!(page.contains(&row), "missing: {row}");
    }
}
