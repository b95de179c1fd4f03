//! Pipelines: order and back-pressure, drop policies, fan-out and fan-in, stages that fail.
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use dala::Runtime;
use dala_gpu::pipeline::{Edge, Failure, Frame, Out, Pipeline, PipelineError, Running, Source, Stage};

type Outcome = Result<(), Box<dyn std::error::Error>>;

struct Numbers {
    next: u64,
    end: u64,
}

impl Source for Numbers {
    type Value = u64;

    async fn next(&mut self) -> Option<u64> {
        self.next += 1;
        (self.next <= self.end).then_some(self.next)
    }
}

/// Calls a function on each value, and sends what it gives.
struct Map<F>(F);

impl<F: FnMut(u64) -> Result<u64, Failure> + Send + 'static> Stage for Map<F> {
    type In = u64;
    type Out = u64;

    async fn handle(&mut self, frame: Frame<u64>, out: &Out<u64>) -> Result<(), Failure> {
        let value = (self.0)(frame.value)?;
        out.send(frame.with(value)).await;
        Ok(())
    }

    async fn finish(&mut self, _: &Out<u64>) -> Result<(), Failure> {
        Ok(())
    }
}

/// Waits for leave before each frame.
struct Gated {
    gate: Arc<Mutex<mpsc::Receiver<()>>>,
    seen: Arc<Mutex<Vec<u64>>>,
}

impl Stage for Gated {
    type In = u64;
    type Out = ();

    async fn handle(&mut self, frame: Frame<u64>, _: &Out<()>) -> Result<(), Failure> {
        let gate = self.gate.clone();
        tokio::task::spawn_blocking(move || gate.lock().expect("no panic").recv()).await??;
        self.seen.lock().expect("no panic").push(frame.value);
        Ok(())
    }
}

struct Collect(Arc<Mutex<Vec<u64>>>);

impl Stage for Collect {
    type In = u64;
    type Out = ();

    async fn handle(&mut self, frame: Frame<u64>, _: &Out<()>) -> Result<(), Failure> {
        self.0.lock().expect("no panic").push(frame.value);
        Ok(())
    }
}

fn numbers(pipeline: &mut Pipeline, end: u64) -> dala_gpu::pipeline::Flow<u64> {
    pipeline.source("numbers", move || Numbers { next: 0, end })
}

fn frames(running: &Running, name: &str) -> u64 {
    running.stats().iter().find(|stage| stage.name == name).map_or(0, |stage| stage.frames)
}

#[test]
fn frames_arrive_in_order_and_the_source_waits_for_the_slowest() -> Outcome {
    let runtime = Runtime::builder().workers(2).build()?;
    let (open, gate) = mpsc::channel();
    let (gate, seen) = (Arc::new(Mutex::new(gate)), Arc::<Mutex<Vec<u64>>>::default());
    let noted = seen.clone();
    let mut pipeline = Pipeline::new();
    let numbers = numbers(&mut pipeline, 100);
    let doubled = pipeline.stage("double", &numbers, Edge::block(2), || Map(|x| Ok(x * 2)));
    pipeline
        .stage("gated", &doubled, Edge::block(3), move || Gated { gate: gate.clone(), seen: noted.clone() });
    let running = runtime.block_on(pipeline.start(&runtime))?;
    // One is in each stage's hands, and so many wait: then nobody goes on.
    let full = 1 + 3 + 1 + 2 + 1;
    while frames(&running, "numbers") < full {
        std::thread::yield_now();
    }
    (0..1000).for_each(|_| std::thread::yield_now());
    assert_eq!(frames(&running, "numbers"), full);
    (0..100).try_for_each(|_| open.send(()))?;
    runtime.block_on(running.ended())?;
    assert_eq!(*seen.lock().expect("no panic"), (1..=100).map(|x| x * 2).collect::<Vec<_>>());
    let stats = running.stats();
    assert_eq!(stats.iter().map(|stage| stage.frames).collect::<Vec<_>>(), [100; 3]);
    assert!(stats.iter().all(|stage| stage.dropped + stage.late == 0 && stage.most <= 3));
    assert!(stats[2].p99 >= stats[2].median && stats[2].median > Duration::ZERO);
    Ok(())
}

#[test]
fn where_there_is_no_room_the_policy_says_who_goes() -> Outcome {
    let runtime = Runtime::builder().workers(2).build()?;
    let late = Edge::block(100).max_age(Duration::ZERO);
    for (edge, last) in
        [(Edge::drop_oldest(3), vec![98, 99, 100]), (Edge::latest_only(), vec![100]), (late, vec![])]
    {
        let (open, gate) = mpsc::channel();
        let (gate, seen) = (Arc::new(Mutex::new(gate)), Arc::<Mutex<Vec<u64>>>::default());
        let noted = seen.clone();
        let mut pipeline = Pipeline::new();
        let numbers = numbers(&mut pipeline, 100);
        pipeline.stage("gated", &numbers, edge, move || Gated { gate: gate.clone(), seen: noted.clone() });
        let running = runtime.block_on(pipeline.start(&runtime))?;
        while frames(&running, "numbers") < 100 {
            std::thread::yield_now();
        }
        // Leave for all; nobody takes more than there are frames.
        (0..100).take_while(|_| open.send(()).is_ok()).count();
        runtime.block_on(running.ended())?;
        let seen = seen.lock().expect("no panic");
        let stats = &running.stats()[1];
        assert_eq!(stats.frames + stats.dropped + stats.late, 100, "{edge:?}");
        assert_eq!(stats.frames as usize, seen.len());
        assert!(seen.ends_with(&last), "{edge:?}: {seen:?}");
        assert!(seen.is_sorted() && stats.dropped + stats.late >= 90, "{edge:?}: {stats:?}");
    }
    Ok(())
}

#[test]
fn a_flow_goes_to_all_who_take_it_and_several_come_together() -> Outcome {
    let runtime = Runtime::builder().workers(2).build()?;
    let seen = Arc::<Mutex<Vec<u64>>>::default();
    let noted = seen.clone();
    let mut pipeline = Pipeline::new();
    let numbers = numbers(&mut pipeline, 50);
    let tens = pipeline.stage("tens", &numbers, Edge::block(4), || Map(|x| Ok(x * 10)));
    let thousands = pipeline.stage("thousands", &numbers, Edge::block(4), || Map(|x| Ok(x * 1000)));
    pipeline.stage("all", &tens.merge(&thousands), Edge::block(4), move || Collect(noted.clone()));
    let running = runtime.block_on(pipeline.start(&runtime))?;
    runtime.block_on(running.ended())?;
    let seen = seen.lock().expect("no panic");
    let (tens, thousands): (Vec<u64>, Vec<u64>) = seen.iter().partition(|x| **x <= 500);
    assert_eq!(tens, (1..=50).map(|x| x * 10).collect::<Vec<_>>());
    assert_eq!(thousands, (1..=50).map(|x| x * 1000).collect::<Vec<_>>());
    Ok(())
}

#[test]
fn a_stage_that_fails_is_made_anew_and_loses_only_the_frame_in_its_hands() -> Outcome {
    let runtime = Runtime::builder().workers(2).build()?;
    let seen = Arc::<Mutex<Vec<u64>>>::default();
    let (noted, made) = (seen.clone(), Arc::new(AtomicU64::new(0)));
    let counted = made.clone();
    let mut pipeline = Pipeline::new();
    let numbers = numbers(&mut pipeline, 30);
    let checked = pipeline.stage("checked", &numbers, Edge::block(4), move || {
        counted.fetch_add(1, Ordering::Relaxed);
        Map(|x| match x {
            10 => Err("an error".into()),
            20 => panic!("a panic"),
            x => Ok(x),
        })
    });
    pipeline.stage("all", &checked, Edge::block(4), move || Collect(noted.clone()));
    let running = runtime.block_on(pipeline.start(&runtime))?;
    runtime.block_on(running.ended())?;
    let want: Vec<u64> = (1..=30).filter(|x| ![10, 20].contains(x)).collect();
    assert_eq!(*seen.lock().expect("no panic"), want);
    assert_eq!((made.load(Ordering::Relaxed), running.stats()[1].restarts), (3, 2));
    assert_eq!(running.stats()[2].restarts, 0, "the others went on");
    Ok(())
}

#[test]
fn a_stage_that_always_fails_ends_the_pipeline_with_an_error() -> Outcome {
    let runtime = Runtime::builder().workers(2).build()?;
    let mut pipeline = Pipeline::new().restarts(3);
    let numbers = numbers(&mut pipeline, 1_000_000);
    pipeline.stage("bad", &numbers, Edge::block(4), || Map(|_| Err("never".into())));
    let running = runtime.block_on(pipeline.start(&runtime))?;
    assert!(matches!(runtime.block_on(running.ended()), Err(PipelineError::Failed(_))));
    assert!(frames(&running, "bad") <= 5);
    Ok(())
}
