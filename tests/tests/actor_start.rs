//! The ways to start: `#[dala::main]`, and inside a tokio application that is there already.

use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use dala::{Context, ExitReason, Runtime};

#[dala::message]
struct Ask;

/// Says on which threads and in which tokio runtime it runs.
struct Witness {
    ended: Sender<ExitReason>,
}

#[dala::actor]
impl Witness {
    /// The name of the thread.
    #[message]
    fn place(&self) -> String {
        std::thread::current().name().unwrap_or_default().to_owned()
    }

    /// What a task gives that is spawned into the tokio runtime of async handlers: the name of its thread.
    #[handler]
    async fn ask(&mut self, _: Ask) -> String {
        tokio::time::sleep(Duration::from_millis(1)).await;
        let task = tokio::spawn(async { std::thread::current().name().unwrap_or_default().to_owned() });
        task.await.unwrap_or_default()
    }

    #[message]
    fn stop(&mut self, context: &mut Context<Self>) {
        context.stop(ExitReason::Normal);
    }

    #[terminate]
    fn ended(&mut self, reason: &ExitReason) {
        let _ = self.ended.send(reason.clone());
    }
}

#[test]
fn dala_main_runs_the_body_in_a_runtime_and_ends_its_actors_in_order() {
    thread_local! {
        static ENDED: std::cell::RefCell<Option<Sender<ExitReason>>> = const { std::cell::RefCell::new(None) };
    }

    #[dala::main(workers = 1)]
    async fn main() -> Result<(String, String), Box<dyn std::error::Error>> {
        let ended = ENDED.take().ok_or("set by the test")?;
        let witness = dala::spawn(Witness { ended })?;
        let place = witness.call(Place {}).await?;
        assert_eq!(dala::Handle::current().map(|handle| handle.workers()), Some(1));
        // Tokio is there for the body as well.
        tokio::time::sleep(Duration::from_millis(1)).await;
        Ok((place, witness.call(Ask).await?))
    }

    let (sender, ended) = channel();
    ENDED.set(Some(sender));
    let (place, task) = main().unwrap();
    assert_eq!(place, "dala-0");
    assert_eq!(task, "dala-tokio");
    assert_eq!(ended.try_recv(), Ok(ExitReason::Shutdown), "told to end before `main` returned");
}

#[test]
fn an_error_of_the_body_is_what_dala_main_returns() {
    #[dala::main]
    async fn main() -> Result<(), String> {
        Err("no".to_owned())
    }
    assert_eq!(main(), Err("no".to_owned()));
}

#[test]
fn inside_a_tokio_application_actors_share_its_runtime() {
    let tokio = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("the-application")
        .enable_all()
        .build()
        .unwrap();
    let (sender, ended) = channel();
    tokio.block_on(async {
        let runtime = Runtime::builder()
            .workers(1)
            .thread_name("actors")
            .tokio(tokio::runtime::Handle::current())
            .build()
            .unwrap();
        let witness: WitnessRef = runtime.spawn(Witness { ended: sender }).unwrap().into();
        // From the application's own tasks, and awaited there.
        assert_eq!(witness.place().await.unwrap(), "actors-0");
        let asked = tokio::spawn(async move { witness.ask(Ask).await });
        assert_eq!(asked.await.unwrap().unwrap(), "the-application");
        // Blocking waits are for other threads than tokio's.
        tokio::task::spawn_blocking(move || runtime.shutdown(Duration::from_secs(20))).await.unwrap();
    });
    assert_eq!(ended.recv(), Ok(ExitReason::Shutdown));
}

#[test]
fn a_runtime_with_a_tokio_of_its_own_can_be_dropped_inside_a_tokio_application() {
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (sender, ended) = channel();
    tokio.block_on(async {
        let runtime = Runtime::builder().workers(1).build().unwrap();
        let witness: WitnessRef = runtime.spawn(Witness { ended: sender }).unwrap().into();
        assert_eq!(witness.ask(Ask).await.unwrap(), "dala-tokio");
        drop(runtime);
    });
    assert_eq!(ended.recv(), Ok(ExitReason::Killed));
}

#[test]
fn an_application_that_enters_a_runtime_spawns_without_naming_it() {
    let runtime = Runtime::builder().workers(1).build().unwrap();
    let (sender, _ended) = channel();
    assert!(matches!(Witness { ended: sender.clone() }.spawn(), Err(dala::SpawnError::NoRuntime)));
    let _entered = runtime.enter();
    let witness = Witness { ended: sender }.spawn().unwrap();
    assert_eq!(runtime.block_on(witness.place()).unwrap(), "dala-0");
}
