//! What goes wrong while models are served: no request is lost without an error, nothing stays in the region, and
//! what served goes on.
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use dala::{ActorRef, Runtime, Supervisor};
use dala_gpu::infer::{Ask, InferError, Model, ServeOptions, Server, Stream};
use dala_gpu::{Region, TensorRef};

use crate::backend::{Held, Scripted, first, held, row};
use crate::{Outcome, expect_empty};

/// A client with a stream and a frame in the region.
struct Client {
    stream: Stream,
    frame: Vec<TensorRef>,
    told: Option<Sender<Result<f32, InferError>>>,
}

#[dala::actor]
impl Client {
    /// Asks so often; tells what came.
    #[message]
    async fn drive(&mut self, times: u64) {
        for _ in 0..times {
            let answer = self.stream.infer(self.frame.clone()).await;
            if let Some(told) = &self.told {
                let _ = told.send(answer.map(|outputs| first(&outputs)));
            }
        }
    }
}

/// A stateful model whose runs can be held up.
fn served(
    region: &Region,
    options: impl FnOnce(ServeOptions) -> ServeOptions,
) -> Result<(Held, Server), InferError> {
    let held = held();
    let defaults =
        ServeOptions::in_region(region).state("s", "t", 1).inline_below(Duration::ZERO).max_batch(8);
    let server = Server::new(held.backend.clone(), &b"2s"[..], options(defaults))?;
    Ok((held, server))
}

fn client(
    runtime: &Runtime,
    model: &Model,
    region: &Region,
    x: f32,
    told: Option<&Sender<Result<f32, InferError>>>,
) -> Result<ActorRef<Client>, Box<dyn std::error::Error>> {
    let client = Client { stream: model.stream(), frame: row(region, x), told: told.cloned() };
    Ok(runtime.spawn(client)?)
}

#[test]
fn ten_thousand_clients_that_are_killed_leave_nothing_in_the_region() -> Outcome {
    let runtime = Runtime::builder().workers(2).build()?;
    let region = Region::with_limit(64 << 20);
    let many = |options: ServeOptions| options.inline_below(Duration::from_secs(1)).queue(100_000);
    let (_held, server) = served(&region, many)?;
    let model = server.start(&runtime)?;
    for round in 0..10 {
        let mut clients = Vec::new();
        for _ in 0..1000 {
            let client = client(&runtime, &model, &region, 1.0, None)?;
            client.tell(Drive { times: 1 + round * 10 })?;
            clients.push(client);
        }
        // In whatever they are: not begun, in the queue, between two steps, done.
        clients.iter().for_each(ActorRef::kill);
        for client in clients {
            runtime.block_on(client.ended())?;
        }
    }
    assert!(region.usage().peak > 100 * 8, "they had something");
    // What the queue and a run still had goes with them; the last word is the model's spare memory.
    assert_eq!(runtime.block_on(model.stream().infer(row(&region, 7.0))).map(|y| first(&y)), Ok(7.0));
    drop(runtime);
    assert_eq!((region.live_bytes(), region.usage().buffers), (0, 0));
    Ok(())
}

#[test]
fn what_an_actor_had_is_free_when_it_is_seen_to_be_dead() -> Outcome {
    let runtime = Runtime::builder().workers(2).build()?;
    let region = Region::with_limit(1 << 20);
    let (_held, server) = served(&region, |options| options)?;
    let model = server.start(&runtime)?;
    let mut took = Vec::new();
    for _ in 0..50 {
        let before = region.usage().buffers;
        let (told, tells) = mpsc::channel();
        let client = client(&runtime, &model, &region, 1.0, Some(&told))?;
        client.tell(Drive { times: 2 })?;
        assert_eq!([tells.recv()?, tells.recv()?], [Ok(1.0), Ok(2.0)]);
        assert!(region.usage().buffers > before);
        let killed = Instant::now();
        client.kill();
        runtime.block_on(client.ended())?;
        took.push(killed.elapsed());
        // The model keeps memory of outputs to use it again: as much as it had, or one more.
        assert!(region.usage().buffers <= before + 1, "{:?}", region.usage());
    }
    took.sort_unstable();
    assert!(took[25] < Duration::from_millis(1), "half of them within {:?}", took[25]);
    Ok(())
}

#[test]
fn a_client_that_dies_in_a_run_takes_nobody_with_it() -> Outcome {
    let runtime = Runtime::builder().workers(1).build()?;
    let region = Region::with_limit(1 << 20);
    let (held, server) = served(&region, |options| options)?;
    let model = server.start(&runtime)?;
    let (told, tells) = mpsc::channel();
    let [busy, doomed, other] = [100.0, 2.0, 3.0].map(|x| client(&runtime, &model, &region, x, Some(&told)));
    let (busy, doomed, other) = (busy?, doomed?, other?);
    busy.tell(Drive { times: 1 })?;
    held.begun.recv()?;
    doomed.tell(Drive { times: 1 })?;
    other.tell(Drive { times: 1 })?;
    while model.stats().queued < 2 {
        std::thread::yield_now();
    }
    busy.kill();
    doomed.kill();
    runtime.block_on(doomed.ended())?;
    held.let_go.send(())?;
    assert_eq!(tells.recv()?, Ok(3.0));
    let stats = model.stats();
    assert_eq!((stats.abandoned, stats.failed), (1, 0), "who died in the queue was not run");
    drop(runtime);
    expect_empty(&region);
    Ok(())
}

#[test]
fn a_worker_that_is_killed_in_a_run_answers_everybody_and_the_next_serves() -> Outcome {
    let runtime = Runtime::builder().workers(1).build()?;
    let region = Region::with_limit(1 << 20);
    let (held, server) = served(&region, |options| options.lend_below(Duration::ZERO))?;
    let model = server.model();
    let supervisor = runtime.block_on(Supervisor::new().child(server.child("model")).start(&runtime))?;
    let (told, tells) = mpsc::channel();
    let clients: Vec<_> = [100.0, 1.0, 2.0, 3.0]
        .into_iter()
        .map(|x| client(&runtime, &model, &region, x, Some(&told)))
        .collect::<Result<_, _>>()?;
    clients[0].tell(Drive { times: 1 })?;
    held.begun.recv()?;
    for client in &clients[1..] {
        client.tell(Drive { times: 1 })?;
    }
    while model.stats().queued < 3 {
        std::thread::yield_now();
    }
    let worker = runtime.block_on(supervisor.children())?[0].pid.ok_or("it runs")?;
    dala::actor::process::kill(worker);
    let queued: Vec<_> = (0..3).map(|_| tells.recv()).collect::<Result<_, _>>()?;
    assert_eq!(queued, [const { Err(InferError::Down) }; 3], "those that waited are told at once");
    held.let_go.send(())?;
    assert_eq!(tells.recv()?, Ok(100.0), "the run went on");
    let again = loop {
        match model.ask_blocking(row(&region, 5.0), Ask::default()) {
            Err(InferError::Down) => std::thread::yield_now(),
            answer => break answer,
        }
    };
    assert_eq!(again.map(|y| first(&y)), Ok(5.0));
    drop((clients, runtime));
    expect_empty(&region);
    Ok(())
}

#[test]
fn no_request_is_run_after_its_time() -> Outcome {
    let runtime = Runtime::builder().workers(2).build()?;
    let region = Region::with_limit(1 << 20);
    let begun: Arc<Mutex<Vec<(u32, Instant)>>> = Arc::default();
    let noted = begun.clone();
    let backend = Scripted::new(move |rows| {
        let now = Instant::now();
        noted.lock().expect("no panic").extend(rows.iter().map(|&x| (x as u32, now)));
        while now.elapsed() < Duration::from_micros(300) {
            std::hint::spin_loop();
        }
        Ok(())
    });
    let model =
        Server::new(backend, &b"2"[..], ServeOptions::in_region(&region).max_batch(2))?.start(&runtime)?;
    // Three times as many as can be done, each with some time of its own.
    let outcomes: Vec<_> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..6)
            .map(|client| {
                let (model, region) = (&model, &region);
                scope.spawn(move || {
                    (0..100)
                        .map(|at| {
                            let number = 1 + client * 100 + at;
                            let within = Duration::from_micros(u64::from(number % 7) * 300);
                            let asked = Instant::now();
                            let answer = model.ask_blocking(row(region, number as f32), Ask::within(within));
                            (number, asked + within, answer.map(|_| ()))
                        })
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        clients.into_iter().flat_map(|client| client.join().expect("no panic")).collect()
    });
    let begun = begun.lock().expect("no panic");
    let (mut counts, mut late) = ([0; 4], 0);
    for (number, deadline, answer) in outcomes {
        let run = begun.iter().find(|(run, _)| *run == number);
        match answer {
            Ok(()) => counts[0] += 1,
            Err(InferError::Expired) => counts[1] += 1,
            Err(InferError::TooLate { .. }) => counts[2] += 1,
            Err(InferError::TimedOut) => counts[3] += 1,
            Err(error) => return Err(error.into()),
        }
        // One that was taken for a run may have been late for it, and who asked gave up before it was told so.
        if answer != Err(InferError::TimedOut) {
            assert_eq!(run.is_some(), answer.is_ok(), "{number}: {answer:?}");
        }
        // It was found in time; then the machine may have done something else.
        late += u32::from(run.is_some_and(|(_, at)| *at > deadline));
    }
    assert!(counts[0] > 0 && counts[1] + counts[2] > 0, "{counts:?}");
    assert!(2 * late < counts[0] + counts[3], "{late} of {counts:?} began after the deadline");
    Ok(())
}
