//! Requests: batches, priorities, deadlines, streams, and what does not fit.
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::task::Poll;
use std::time::{Duration, Instant};

use dala::{Runtime, Supervisor};
use dala_gpu::infer::{Ask, InferError, Model, Priority, ServeOptions, Server};
use dala_gpu::model::{Backend, Builtin, ModelError, Port, Session, SessionOptions, check_ports};
use dala_gpu::{DType, Region, Shape, TensorRef};

use crate::Outcome;
use crate::backend::{Held, Scripted, first, held, row, send_off, unlucky};

fn region() -> Region {
    Region::with_limit(16 << 20)
}

/// One worker, and on it a model whose runs the test holds up.
struct Bench {
    runtime: Runtime,
    region: Region,
    held: Held,
    model: Model,
}

/// Never runs on the worker itself, which would be held up too.
fn bench(
    source: &[u8],
    options: impl FnOnce(ServeOptions) -> ServeOptions,
) -> Result<Bench, Box<dyn std::error::Error>> {
    let (runtime, region, held) = (Runtime::builder().workers(1).build()?, region(), held());
    let options = options(ServeOptions::in_region(&region).inline_below(Duration::ZERO));
    let model = Server::new(held.backend.clone(), source, options)?.start(&runtime)?;
    Ok(Bench { runtime, region, held, model })
}

#[test]
fn every_client_gets_its_own_rows_whatever_batches_they_share() -> Outcome {
    let runtime = Runtime::builder().workers(2).build()?;
    let region = region();
    let options = ServeOptions::in_region(&region).max_batch(8);
    let server = Server::new(Arc::new(Builtin), &b"mlp 4 16 3"[..], options)?;
    let model = server.start(&runtime)?;
    let mut alone = Builtin.load(b"mlp 4 16 3", &SessionOptions::default())?;
    let input = |client: usize, round: usize| {
        let numbers: Vec<f32> = (0..4).map(|i| (client * 31 + round * 7 + i) as f32 / 100.0).collect();
        region.tensor(Shape::new(&[1, 4]).expect("small"), &numbers).expect("within the limit").into()
    };
    let answers: Vec<_> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..16)
            .map(|client| {
                let (model, input) = (&model, &input);
                scope.spawn(move || {
                    (0..50)
                        .map(|round| model.ask_blocking(vec![input(client, round)], Ask::default()))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        clients.into_iter().map(|client| client.join().expect("no panic")).collect()
    });
    for (client, answers) in answers.into_iter().enumerate() {
        for (round, answer) in answers.into_iter().enumerate() {
            let want = alone.run_into(&[input(client, round)], &region)?;
            assert_eq!(answer?[0], want[0]);
        }
    }
    let stats = model.stats();
    assert_eq!((stats.answered, stats.rows, stats.queued), (800, 800, 0));
    assert!(stats.inline_runs > 0, "a model of microseconds runs on the worker: {stats:?}");
    Ok(())
}

#[test]
fn requests_that_wait_share_a_run_as_large_as_pays() -> Outcome {
    let Bench { runtime, region, held, model } = bench(b"2", |options| options.max_batch(4))?;
    runtime.block_on(async {
        // Each round holds a run up, so that what comes behind it waits.
        for _ in 0..3 {
            let mut first_one = Box::pin(model.infer(row(&region, 100.0)));
            send_off(&mut first_one).await;
            held.begun.recv()?;
            let mut others: Vec<_> = (1..=7).map(|x| Box::pin(model.infer(row(&region, x as f32)))).collect();
            for other in &mut others {
                send_off(other).await;
            }
            assert_eq!(model.stats().queued, 7);
            held.let_go.send(())?;
            assert_eq!(first(&first_one.await?), 100.0);
            for (x, other) in (1..=7).zip(others) {
                assert_eq!(first(&other.await?), x as f32);
            }
        }
        Ok::<_, Box<dyn std::error::Error>>(())
    })?;
    let runs = held.runs.lock().expect("no panic");
    assert!(runs.iter().any(|rows| rows.len() > 1), "{runs:?}");
    assert!(runs.iter().all(|rows| rows.len() <= 4), "{runs:?}");
    assert_eq!(runs.iter().map(Vec::len).sum::<usize>(), 24);
    Ok(())
}

#[test]
fn one_bad_request_fails_alone_not_its_whole_batch() -> Outcome {
    let Bench { runtime, region, held, model } = bench(b"2", |options| options.max_batch(4))?;
    runtime.block_on(async {
        let mut busy = Box::pin(model.infer(row(&region, 100.0)));
        send_off(&mut busy).await;
        held.begun.recv()?;
        // The bad one is the first of those that wait, so that it runs with the second.
        let mut asks: Vec<_> = (13..17).map(|x| Box::pin(model.infer(row(&region, x as f32)))).collect();
        for ask in &mut asks {
            send_off(ask).await;
        }
        held.let_go.send(())?;
        busy.await?;
        for (x, ask) in (13..17).zip(asks) {
            match ask.await {
                Ok(y) => assert_eq!(first(&y), x as f32),
                Err(error) => assert_eq!((x, error), (13, unlucky().into())),
            }
        }
        Ok::<_, Box<dyn std::error::Error>>(())
    })?;
    let stats = model.stats();
    assert_eq!((stats.answered, stats.failed), (4, 1));
    let runs = held.runs.lock().expect("no panic");
    assert_eq!(runs[1..4], [vec![13.0, 14.0], vec![13.0], vec![14.0]], "{runs:?}");
    Ok(())
}

#[test]
fn a_full_queue_refuses_priorities_go_first_and_who_goes_away_is_not_run() -> Outcome {
    let Bench { runtime, region, held, model } = bench(b"2", |options| options.max_batch(1).queue(4))?;
    runtime.block_on(async {
        let mut busy = Box::pin(model.infer(row(&region, 100.0)));
        send_off(&mut busy).await;
        held.begun.recv()?;
        let ask = |x: f32, ask| Box::pin(model.ask(row(&region, x), ask));
        let mut low = ask(1.0, Ask::default().priority(Priority::Low));
        let mut usual = ask(2.0, Ask::default());
        let mut gone = ask(3.0, Ask::default());
        let mut high = ask(4.0, Ask::default().priority(Priority::High));
        for one in [&mut low, &mut usual, &mut gone, &mut high] {
            send_off(one).await;
        }
        assert_eq!(model.infer(row(&region, 5.0)).await.expect_err("full"), InferError::Overloaded(4));
        drop(gone);
        held.let_go.send(())?;
        busy.await?;
        assert_eq!((first(&low.await?), first(&usual.await?), first(&high.await?)), (1.0, 2.0, 4.0));
        Ok::<_, Box<dyn std::error::Error>>(())
    })?;
    assert_eq!(*held.runs.lock().expect("no panic"), [[100.0], [4.0], [2.0], [1.0]]);
    let stats = model.stats();
    assert_eq!((stats.answered, stats.refused, stats.abandoned), (4, 1, 1));
    Ok(())
}

#[test]
fn what_cannot_be_done_in_time_is_refused_or_expires_and_is_never_run() -> Outcome {
    let Bench { runtime, region, held, model } = bench(b"2", |options| options.max_batch(1))?;
    runtime.block_on(async {
        let refused = model.ask(row(&region, 1.0), Ask::within(Duration::ZERO)).await;
        assert!(matches!(refused, Err(InferError::TooLate { .. })), "{refused:?}");
        let mut busy = Box::pin(model.infer(row(&region, 100.0)));
        send_off(&mut busy).await;
        held.begun.recv()?;
        let deadline = Instant::now() + Duration::from_millis(20);
        let mut late = Box::pin(model.ask(row(&region, 2.0), Ask::within(Duration::from_millis(20))));
        let mut patient = Box::pin(model.ask(row(&region, 3.0), Ask::within(Duration::from_secs(600))));
        send_off(&mut late).await;
        send_off(&mut patient).await;
        while Instant::now() <= deadline {
            std::thread::yield_now();
        }
        held.let_go.send(())?;
        busy.await?;
        assert_eq!(late.await.expect_err("too late"), InferError::Expired);
        assert_eq!(first(&patient.await?), 3.0);
        Ok::<_, Box<dyn std::error::Error>>(())
    })?;
    assert_eq!(*held.runs.lock().expect("no panic"), [[100.0], [3.0]]);
    assert_eq!((model.stats().expired, model.stats().refused), (1, 1));
    Ok(())
}

#[test]
fn a_panic_answers_everybody_and_the_supervisor_starts_the_model_again() -> Outcome {
    let runtime = Runtime::builder().workers(1).build()?;
    let region = region();
    for inline_below in [Duration::ZERO, Duration::from_secs(600)] {
        let must_panic = Arc::new(AtomicBool::new(true));
        let panics = must_panic.clone();
        let backend = Scripted::new(move |rows| {
            assert!(rows[0] != 13.0 || !panics.swap(false, Ordering::AcqRel), "an unlucky number");
            Ok(())
        });
        let options = ServeOptions::in_region(&region).inline_below(inline_below);
        let server = Server::new(backend, &b"2"[..], options)?;
        let model = server.model();
        assert_eq!(
            runtime.block_on(model.infer(row(&region, 1.0))).expect_err("not started"),
            InferError::Down
        );
        let supervisor = Supervisor::new().child(server.child("model"));
        runtime.block_on(supervisor.start(&runtime))?;
        assert_eq!(first(&runtime.block_on(model.infer(row(&region, 2.0)))?), 2.0);
        assert_eq!(runtime.block_on(model.infer(row(&region, 13.0))).expect_err("panics"), InferError::Down);
        // Whoever asks in between is told; then the next one serves.
        let again = loop {
            match runtime.block_on(model.infer(row(&region, 13.0))) {
                Err(InferError::Down) => std::thread::yield_now(),
                other => break other,
            }
        };
        assert_eq!(first(&again?), 13.0);
    }
    Ok(())
}

#[test]
fn streams_keep_their_state_alone_without_a_copy_and_together_in_a_batch() -> Outcome {
    let Bench { runtime, region, held, model } =
        bench(b"2s", |options| options.state("s", "t", 1).max_batch(4))?;
    assert_eq!(model.inputs().len(), 1, "the state is not the client's");
    runtime.block_on(async {
        let copied = region.copied_bytes();
        let mut one = model.stream();
        for (x, want) in [(1.0, 1.0), (2.0, 3.0), (3.0, 6.0), (4.0, 10.0)] {
            assert_eq!(first(&one.infer(row(&region, x)).await?), want);
        }
        assert_eq!(region.copied_bytes(), copied);
        let (mut two, mut three) = (model.stream(), model.stream());
        for round in 1..=4 {
            let mut busy = Box::pin(model.infer(row(&region, 100.0)));
            send_off(&mut busy).await;
            held.begun.recv()?;
            let (mut a, mut b) =
                (Box::pin(two.infer(row(&region, 5.0))), Box::pin(three.infer(row(&region, -1.0))));
            send_off(&mut a).await;
            send_off(&mut b).await;
            held.let_go.send(())?;
            assert_eq!(first(&busy.await?), 100.0, "without a stream the state is zero");
            assert_eq!((first(&a.await?), first(&b.await?)), (5.0 * round as f32, -(round as f32)));
        }
        assert_eq!(first(&one.infer(row(&region, 0.5)).await?), 10.5);
        // A step whose client went away takes the state along.
        let mut busy = Box::pin(model.infer(row(&region, 100.0)));
        send_off(&mut busy).await;
        held.begun.recv()?;
        {
            let mut step = Box::pin(one.infer(row(&region, 1.0)));
            send_off(&mut step).await;
        }
        held.let_go.send(())?;
        busy.await?;
        assert_eq!(one.infer(row(&region, 1.0)).await.expect_err("no state"), InferError::StreamBroken);
        one.reset();
        assert_eq!(first(&one.infer(row(&region, 1.0)).await?), 1.0);
        Ok::<_, Box<dyn std::error::Error>>(())
    })?;
    assert!(
        held.runs.lock().expect("no panic").iter().any(|rows| rows.len() == 2),
        "two streams shared a run"
    );
    Ok(())
}

#[test]
fn a_request_that_is_refused_leaves_its_stream_as_it_was() -> Outcome {
    let Bench { runtime, region, held, model } =
        bench(b"2s", |options| options.state("s", "t", 1).max_batch(1).queue(1))?;
    runtime.block_on(async {
        let mut stream = model.stream();
        assert_eq!(first(&stream.infer(row(&region, 5.0)).await?), 5.0);
        let refused = stream.ask(row(&region, 1.0), Ask::within(Duration::ZERO)).await;
        assert!(matches!(refused, Err(InferError::TooLate { .. })), "{refused:?}");
        let wide = vec![region.zeros_of(DType::F32, Shape::new(&[1, 3])?)?];
        assert!(matches!(stream.infer(wide).await, Err(InferError::Model(ModelError::Port { .. }))));
        let two = vec![region.zeros_of(DType::F32, Shape::new(&[2, 2])?)?];
        assert!(matches!(stream.infer(two).await, Err(InferError::Mismatch(_))));
        let (mut busy, mut waits) =
            (Box::pin(model.infer(row(&region, 100.0))), Box::pin(model.infer(row(&region, 1.0))));
        send_off(&mut busy).await;
        held.begun.recv()?;
        send_off(&mut waits).await;
        assert_eq!(stream.infer(row(&region, 1.0)).await.expect_err("full"), InferError::Overloaded(1));
        held.let_go.send(())?;
        busy.await?;
        waits.await?;
        assert_eq!(first(&stream.infer(row(&region, 2.0)).await?), 7.0);
        Ok::<_, Box<dyn std::error::Error>>(())
    })
}

/// A model whose rows have any length: `y = x`.
#[derive(Debug)]
struct AnyLength;

impl Backend for AnyLength {
    fn name(&self) -> &str {
        "any length"
    }

    fn load(&self, _: &[u8], _: &SessionOptions) -> Result<Box<dyn Session>, ModelError> {
        let port = |name: &str| Port { name: name.to_owned(), dtype: DType::F32, sizes: vec![None, None] };
        Ok(Box::new(AnyLengthSession { inputs: [port("x")], outputs: [port("y")] }))
    }
}

#[derive(Debug)]
struct AnyLengthSession {
    inputs: [Port; 1],
    outputs: [Port; 1],
}

impl Session for AnyLengthSession {
    fn inputs(&self) -> &[Port] {
        &self.inputs
    }

    fn outputs(&self) -> &[Port] {
        &self.outputs
    }

    fn run(&mut self, inputs: &[TensorRef], outputs: &mut [TensorRef]) -> Result<(), ModelError> {
        check_ports("input", &self.inputs, inputs)?;
        if outputs[0].shape() != inputs[0].shape() {
            return Err(ModelError::OutputShape("that of the input".into()));
        }
        Ok(outputs[0].copy_from(&inputs[0])?)
    }

    fn run_into(&mut self, inputs: &[TensorRef], region: &Region) -> Result<Vec<TensorRef>, ModelError> {
        let mut outputs = vec![region.zeros_of(DType::F32, inputs[0].shape())?];
        self.run(inputs, &mut outputs)?;
        Ok(outputs)
    }
}

#[test]
fn requests_of_other_sizes_get_runs_of_their_own() -> Outcome {
    let runtime = Runtime::builder().workers(1).build()?;
    let region = region();
    let example = vec![region.zeros_of(DType::F32, Shape::new(&[1, 5])?)?];
    let options = ServeOptions::in_region(&region).max_batch(8).example(example);
    let model = Server::new(Arc::new(AnyLength), &b"2"[..], options)?.start(&runtime)?;
    let input = |length: usize, x: f32| -> TensorRef {
        let shape = Shape::new(&[1, length]).expect("small");
        region.tensor(shape, &vec![x; length]).expect("within the limit").into()
    };
    runtime.block_on(async {
        // Sent off together, so that they wait together.
        let mut all: Vec<_> =
            (0..40).map(|i| Box::pin(model.infer(vec![input(1 + i % 3, i as f32)]))).collect();
        let mut answers: Vec<Option<Vec<TensorRef>>> = vec![None; 40];
        while answers.iter().any(Option::is_none) {
            for (one, answer) in all.iter_mut().zip(&mut answers).filter(|(_, answer)| answer.is_none()) {
                let polled = std::future::poll_fn(|context| Poll::Ready(one.as_mut().poll(context))).await;
                if let Poll::Ready(done) = polled {
                    *answer = Some(done?);
                }
            }
        }
        for (i, answer) in answers.into_iter().flatten().enumerate() {
            assert_eq!(answer[0], input(1 + i % 3, i as f32));
        }
        Ok::<_, InferError>(())
    })?;
    Ok(())
}

#[test]
fn nothing_is_left_in_the_region_when_clients_and_actor_are_gone() -> Outcome {
    let region = region();
    {
        let runtime = Runtime::builder().workers(1).build()?;
        let held = held();
        let options = ServeOptions::in_region(&region).state("s", "t", 1);
        let model = Server::new(held.backend.clone(), &b"2s"[..], options)?.start(&runtime)?;
        let mut streams: Vec<_> = (0..20).map(|_| model.stream()).collect();
        for stream in &mut streams {
            runtime.block_on(stream.infer(row(&region, 1.0)))?;
        }
        let with = region.live_bytes();
        streams.truncate(10);
        assert!(region.live_bytes() < with, "a stream's state goes with its client");
        drop(streams);
        runtime.shutdown(Duration::from_secs(10));
        let error = model.ask_blocking(row(&region, 1.0), Ask::default()).expect_err("the runtime ended");
        assert_eq!(error, InferError::Down);
    }
    assert_eq!((region.live_bytes(), region.usage().buffers), (0, 0));
    Ok(())
}

#[test]
fn requests_and_options_that_do_not_fit_the_model_are_refused() -> Outcome {
    let runtime = Runtime::builder().workers(1).build()?;
    let region = region();
    let backend = || Scripted::new(|_| Ok(()));
    let options = || ServeOptions::in_region(&region);
    for wrong in [options().constant("z", row(&region, 1.0)[0].clone()), options().state("s", "t", 7)] {
        let error = Server::new(backend(), &b"2s"[..], wrong).expect_err("no such port");
        assert!(matches!(error, InferError::Mismatch(_)), "{error}");
    }
    let bad = options().constant("x", region.zeros_of(DType::F32, Shape::new(&[1, 3])?)?);
    assert!(matches!(Server::new(backend(), &b"2"[..], bad), Err(InferError::Mismatch(_))));
    let broken = Server::new(Arc::new(Builtin), &b"cnn"[..], options());
    assert!(matches!(broken, Err(InferError::Model(ModelError::Corrupt(_)))));
    let model = Server::new(backend(), &b"2s"[..], options().state("s", "t", 1))?.start(&runtime)?;
    let two = region.zeros_of(DType::F32, Shape::new(&[2, 2])?)?;
    assert!(matches!(model.ask_blocking(vec![two], Ask::default()), Err(InferError::Mismatch(_))));
    let wide = region.zeros_of(DType::F32, Shape::new(&[1, 3])?)?;
    let error = model.ask_blocking(vec![wide], Ask::default()).expect_err("3 columns");
    assert!(matches!(error, InferError::Model(ModelError::Port { .. })));
    let none = region.zeros_of(DType::F32, Shape::new(&[0, 2])?)?;
    assert!(matches!(model.ask_blocking(vec![none], Ask::default()), Err(InferError::Mismatch(_))));
    Ok(())
}

/// Computes for some time.
fn spin(time: Duration) {
    let started = Instant::now();
    while started.elapsed() < time {
        std::hint::spin_loop();
    }
}

struct Pulse;

#[dala::actor]
impl Pulse {
    #[message]
    fn beat(&mut self) -> u64 {
        0
    }
}

struct Client {
    model: Model,
    input: Vec<TensorRef>,
}

#[dala::actor]
impl Client {
    /// Asks until somebody says stop.
    #[message]
    async fn drive(&mut self, stop: dala::Local<Arc<AtomicBool>>) {
        while !stop.0.load(Ordering::Acquire) {
            self.model.infer(self.input.clone()).await.expect("served");
        }
    }
}

#[test]
fn models_on_the_workers_leave_one_free_and_realtime_actors_answer_soon() -> Outcome {
    // However long it takes on a machine that does other things too, it runs there.
    let always = Duration::from_secs(1);
    let inline = |options: ServeOptions| options.inline_below(always).lend_below(Duration::ZERO);
    assert_eq!(realtime_beside_models(inline)?, 1, "of two workers one is free of models");
    let lending = |options: ServeOptions| options.inline_below(Duration::ZERO).lend_below(always);
    // Others stand for those.
    assert!(realtime_beside_models(lending)? <= 2);
    Ok(())
}

/// Has actors of class Realtime asked while clients ask two models all the time. Gives how many threads of the runtime ran a
/// model at a time.
fn realtime_beside_models(
    set: impl Fn(ServeOptions) -> ServeOptions,
) -> Result<usize, Box<dyn std::error::Error>> {
    let runtime = Runtime::builder().workers(2).thread_name("held").build()?;
    let region = region();
    let stop = Arc::new(AtomicBool::new(false));
    let [running, most]: [Arc<AtomicUsize>; 2] = Default::default();
    let mut models = Vec::new();
    for _ in 0..2 {
        let (running, most) = (running.clone(), most.clone());
        let backend = Scripted::new(move |_| {
            // Those that found no worker to hold run on other threads.
            let is_on_a_worker = std::thread::current().name().is_some_and(|name| name.starts_with("held-"));
            if is_on_a_worker {
                most.fetch_max(1 + running.fetch_add(1, Ordering::SeqCst), Ordering::SeqCst);
            }
            spin(Duration::from_micros(60));
            if is_on_a_worker {
                running.fetch_sub(1, Ordering::SeqCst);
            }
            Ok(())
        });
        let options = set(ServeOptions::in_region(&region).max_batch(1));
        let model = Server::new(backend, &b"2"[..], options)?.start(&runtime)?;
        for _ in 0..8 {
            let client = runtime.spawn(Client { model: model.clone(), input: row(&region, 1.0) })?;
            client.tell(Drive { stop: dala::Local(stop.clone()) })?;
        }
        models.push(model);
    }
    let pulse = runtime.spawn_with(Pulse, &dala::SpawnOptions::default().qos(dala::Qos::Realtime))?;
    let mut took = Vec::new();
    // On a busy machine it can take until both models had a worker.
    while took.len() < 200 || models.iter().any(|model| model.stats().runs == 0) {
        let asked = Instant::now();
        runtime.block_on(pulse.call(Beat {}))?;
        took.push(asked.elapsed());
    }
    took.sort_unstable();
    stop.store(true, Ordering::Release);
    // Behind the queue of 16 clients every call would take 1 ms. A quarter of them, for the machine does other things.
    let quarter = took[took.len() / 4];
    assert!(quarter < Duration::from_millis(1), "only a quarter of the calls took less than {quarter:?}");
    Ok(most.load(Ordering::SeqCst))
}

struct Bell(mpsc::Sender<()>);

#[dala::actor]
impl Bell {
    #[message]
    fn ring(&mut self) {
        let _ = self.0.send(());
    }
}

#[test]
fn a_client_whose_model_runs_in_the_place_of_its_worker_goes_on_on_that_thread_and_others_work_meanwhile()
-> Outcome {
    let runtime = Runtime::builder().workers(1).thread_name("lent").build()?;
    let region = region();
    let (ring, rung) = mpsc::channel();
    let (seen, bell, rung) = (Arc::new(Mutex::new(Vec::new())), runtime.spawn(Bell(ring))?, Mutex::new(rung));
    let noted = seen.clone();
    let backend = Scripted::new(move |rows| {
        if rows[0] != 0.0 {
            // The only worker is here, and another actor answers.
            bell.tell(Ring {}).expect("it lives");
            let rung = rung.lock().expect("no panic").recv_timeout(Duration::from_secs(20));
            rung.expect("a spare stands for the worker");
            noted.lock().expect("no panic").push(std::thread::current().name().map(str::to_owned));
        }
        Ok(())
    });
    let options =
        ServeOptions::in_region(&region).inline_below(Duration::ZERO).lend_below(Duration::from_secs(600));
    let model = Server::new(backend, &b"2"[..], options)?.start(&runtime)?;
    for _ in 0..20 {
        let y = runtime.block_on(model.infer(row(&region, 3.0)))?;
        assert_eq!(first(&y), 3.0);
    }
    let seen = seen.lock().expect("no panic");
    assert!(
        seen.iter().all(|name| name.as_deref().is_some_and(|name| name.starts_with("lent-0"))),
        "{seen:?}"
    );
    assert_eq!((seen.len(), model.stats().inline_runs), (20, 0));
    Ok(())
}
