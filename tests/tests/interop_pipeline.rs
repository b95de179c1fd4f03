//! Pipelines with stages in Elixir: `Dala.Stage` (`dala-gpu/elixir`), served by a process, and functions of modules. They
//! hold frames back, drop them, fail and are started again as stages in Rust are.

use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use dala::{Pid, Runtime, StableLayout};
use dala_beam::interop::{Server, ServerSpec};
use dala_beam::otp::boot as otp;
use dala_beam::process::{System, SystemOptions};
use dala_gpu::pipeline::{Each, Edge, Failure, Flow, Pipeline, PipelineError, Running, ServerStage, Source};
use dala_gpu::{DType, Natives, Region, Shape, TensorRef};

type Outcome = Result<(), Box<dyn std::error::Error>>;

struct Setup {
    runtime: Runtime,
    system: Arc<System>,
    region: Region,
}

/// The Elixir modules, compiled.
fn ebin() -> &'static Path {
    static EBIN: OnceLock<std::path::PathBuf> = OnceLock::new();
    EBIN.get_or_init(|| {
        let ebin = Path::new(env!("CARGO_TARGET_TMPDIR")).join("stages-ebin");
        std::fs::create_dir_all(&ebin).expect("the target folder is writable");
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let sources = ["dala-gpu/elixir/tensor.ex", "dala-gpu/elixir/stage.ex", "tests/stages/stages.ex"];
        let sources = sources.map(|source| root.join(source));
        let compiled = Command::new("elixirc").arg("-o").arg(&ebin).args(sources).output();
        let compiled = compiled.expect("elixirc is installed (scripts/setup.sh)");
        assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
        ebin
    })
}

/// One for all tests: each has processes of its own, and one alone makes tensors.
fn setup() -> Result<&'static Setup, &'static str> {
    static SETUP: OnceLock<Result<Setup, String>> = OnceLock::new();
    let started = SETUP.get_or_init(|| boot().map_err(|error| error.to_string()));
    started.as_ref().map_err(String::as_str)
}

fn boot() -> Result<Setup, Box<dyn std::error::Error>> {
    let runtime = Runtime::builder().workers(2).build()?;
    let options = SystemOptions { paths: vec![ebin().to_owned()], ..SystemOptions::from_environment() };
    let system = System::new(runtime.handle().clone(), options);
    otp::start(&system, &["elixir"])?;
    let region = Region::with_limit(16 << 20);
    system.add_natives(Natives::in_region(&region).functions())?;
    Ok(Setup { runtime, system, region })
}

struct Numbers(std::ops::RangeInclusive<u64>);

impl Source for Numbers {
    type Value = u64;

    async fn next(&mut self) -> Option<u64> {
        self.0.next()
    }
}

/// What came out, in order.
struct Collected<T>(Arc<Mutex<Vec<T>>>);

impl<T: Clone + Send + 'static> Collected<T> {
    /// What the last stage of `flow` gives.
    fn of(pipeline: &mut Pipeline, flow: &Flow<T>) -> Collected<T> {
        let all: Arc<Mutex<Vec<T>>> = Arc::default();
        let to = all.clone();
        pipeline.stage("collect", flow, Edge::block(64), move || {
            let to = to.clone();
            Each::new(move |value| {
                to.lock().unwrap_or_else(PoisonError::into_inner).push(value);
                std::future::ready(Ok::<Vec<()>, Failure>(Vec::new()))
            })
        });
        Collected(all)
    }

    fn take(&self) -> Vec<T> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A stage of this module, and its processes, the last one last.
fn elixir<I, O>(
    pipeline: &mut Pipeline,
    (system, module, argument): (&Arc<System>, &str, u64),
    flow: &Flow<I>,
    edge: Edge,
) -> (Flow<O>, Arc<Mutex<Vec<Pid>>>)
where
    I: StableLayout + Clone + Send + 'static,
    O: StableLayout + Clone + Send + 'static,
{
    let spec = ServerSpec::new(system, module, &argument);
    let pids: Arc<Mutex<Vec<Pid>>> = Arc::default();
    let noted = pids.clone();
    let flow = pipeline.stage(module, flow, edge, move || {
        let stage = ServerStage::starting(|| {
            let pid = spec.start()?;
            noted.lock().unwrap_or_else(PoisonError::into_inner).push(pid);
            Ok::<_, Failure>(spec.server(pid))
        });
        // However busy the machine is.
        stage.timeout(Duration::from_secs(60))
    });
    (flow, pids)
}

/// A pipeline with a stage that is held up, what passed it, and its processes.
type Gated = (Running, Collected<u64>, Arc<Mutex<Vec<Pid>>>);

fn last(pids: &Mutex<Vec<Pid>>) -> Option<Pid> {
    pids.lock().unwrap_or_else(PoisonError::into_inner).last().copied()
}

fn wait(until: impl Fn() -> bool) {
    while !until() {
        std::thread::yield_now();
    }
}

/// Of a stage: frames that it took, that were dropped, that wait, and its restarts.
fn counts(running: &Running, name: &str) -> [u64; 4] {
    let stats = running.stats();
    let stage = stats.iter().find(|stage| stage.name == name).expect("there is one");
    [stage.frames, stage.dropped, stage.waiting as u64, stage.restarts]
}

#[test]
fn an_elixir_stage_keeps_state_and_gives_none_or_many_frames_and_what_is_left() -> Outcome {
    let Setup { runtime, system, .. } = setup()?;
    let mut pipeline = Pipeline::new();
    let numbers = pipeline.source("numbers", || Numbers(1..=6));
    let (sums, pids) =
        elixir::<u64, u64>(&mut pipeline, (system, "Elixir.Sums", 100), &numbers, Edge::block(2));
    let all = Collected::of(&mut pipeline, &sums);
    let running = runtime.block_on(pipeline.start(runtime))?;
    runtime.block_on(running.ended())?;
    assert_eq!(all.take(), [103, 2, 110, 4, 121, 6, 121]);
    assert_eq!(counts(&running, "Elixir.Sums"), [6, 0, 0, 0]);
    let pid = last(&pids).ok_or("it was started")?;
    assert!(!dala::actor::process::is_alive(pid), "the process ends with its stage");
    Ok(())
}

#[test]
fn a_process_that_crashes_is_started_anew_and_goes_on_with_the_next_frame() -> Outcome {
    let Setup { runtime, system, .. } = setup()?;
    let mut pipeline = Pipeline::new();
    let numbers = pipeline.source("numbers", || Numbers(11..=16));
    let (sums, pids) =
        elixir::<u64, u64>(&mut pipeline, (system, "Elixir.Sums", 0), &numbers, Edge::block(2));
    let all = Collected::of(&mut pipeline, &sums);
    let running = runtime.block_on(pipeline.start(runtime))?;
    runtime.block_on(running.ended())?;
    assert_eq!(all.take(), [23, 12, 14, 14, 45, 16, 45], "13 is gone, and so is the sum before it");
    assert_eq!(counts(&running, "Elixir.Sums"), [6, 0, 0, 1]);
    assert_eq!(pids.lock().unwrap_or_else(PoisonError::into_inner).len(), 2);
    Ok(())
}

#[dala::message]
struct Go;

/// A source of 20 numbers and a stage that is held up.
fn gated(setup: &Setup, edge: Edge) -> Result<Gated, Box<dyn std::error::Error>> {
    let mut pipeline = Pipeline::new();
    let numbers = pipeline.source("numbers", || Numbers(1..=20));
    let (passed, pids) = elixir::<u64, u64>(&mut pipeline, (&setup.system, "Elixir.Gate", 0), &numbers, edge);
    let all = Collected::of(&mut pipeline, &passed);
    let running = setup.runtime.block_on(pipeline.start(&setup.runtime))?;
    wait(|| counts(&running, "Elixir.Gate")[0] == 1);
    Ok((running, all, pids))
}

fn let_go(setup: &Setup, pids: &Mutex<Vec<Pid>>) -> Outcome {
    let gate = Server::of_pid(&setup.system, last(pids).ok_or("it was started")?);
    Ok(gate.tell(Go)?)
}

#[test]
fn an_elixir_stage_that_is_slow_holds_its_source_back() -> Outcome {
    let setup = setup()?;
    let (running, all, pids) = gated(setup, Edge::block(2))?;
    // One in hand, two that wait, and one that the source cannot get rid of.
    wait(|| counts(&running, "numbers")[0] == 4);
    assert_eq!(counts(&running, "Elixir.Gate"), [1, 0, 2, 0]);
    let_go(setup, &pids)?;
    setup.runtime.block_on(running.ended())?;
    assert_eq!(all.take(), (1..=20).collect::<Vec<_>>());
    assert!(running.stats().iter().all(|stage| stage.name != "Elixir.Gate" || stage.most == 2));
    Ok(())
}

#[test]
fn frames_for_which_an_elixir_stage_has_no_room_are_dropped_as_its_edge_says() -> Outcome {
    let setup = setup()?;
    let (running, all, pids) = gated(setup, Edge::drop_oldest(2))?;
    // All but the one in hand and those that wait.
    wait(|| {
        let [taken, dropped, waiting, _] = counts(&running, "Elixir.Gate");
        taken + dropped + waiting == 20
    });
    let [_, dropped, waiting, _] = counts(&running, "Elixir.Gate");
    assert!(dropped >= 17 && waiting <= 2, "{:?}", running.stats());
    let_go(setup, &pids)?;
    setup.runtime.block_on(running.ended())?;
    let passed = all.take();
    assert_eq!((passed.len() as u64, passed.last()), (1 + waiting, Some(&20)));
    Ok(())
}

#[test]
fn a_process_ends_with_a_pipeline_that_is_stopped() -> Outcome {
    let setup = setup()?;
    let (running, _all, pids) = gated(setup, Edge::block(2))?;
    let pid = last(&pids).ok_or("it was started")?;
    assert!(dala::actor::process::is_alive(pid));
    setup.runtime.block_on(running.stop());
    wait(|| !dala::actor::process::is_alive(pid));
    Ok(())
}

struct Tensors {
    region: Region,
    left: u8,
}

impl Source for Tensors {
    type Value = TensorRef;

    async fn next(&mut self) -> Option<TensorRef> {
        self.left = self.left.checked_sub(1)?;
        let bytes = vec![self.left; 2 * 4096];
        self.region.tensor_of_bytes(DType::U8, Shape::new(&[2, 4096]).ok()?, &bytes).ok()
    }
}

#[test]
fn tensors_go_through_an_elixir_stage_with_no_byte_copied() -> Outcome {
    let Setup { runtime, system, region } = setup()?;
    let mut pipeline = Pipeline::new();
    let from = region.clone();
    let tensors = pipeline.source("tensors", move || Tensors { region: from.clone(), left: 5 });
    let (halves, _) =
        elixir::<TensorRef, TensorRef>(&mut pipeline, (system, "Elixir.Halves", 0), &tensors, Edge::block(2));
    let all = Collected::of(&mut pipeline, &halves);
    let running = runtime.block_on(pipeline.start(runtime))?;
    runtime.block_on(running.ended())?;
    let halves = all.take();
    assert!(halves.iter().all(|half| half.shape().sizes() == [1, 4096]));
    let firsts: Vec<u8> = halves.iter().filter_map(|half| half.as_bytes().ok()?.first().copied()).collect();
    assert_eq!(firsts, [4, 4, 3, 3, 2, 2, 1, 1, 0, 0]);
    assert_eq!((region.copied_bytes(), region.usage().buffers), (0, 5));
    drop((halves, all));
    // With the processes' garbage, if it was not collected before.
    wait(|| region.live_bytes() == 0);
    Ok(())
}

#[test]
fn a_function_of_an_elixir_module_is_a_stage_too() -> Outcome {
    let Setup { runtime, system, .. } = setup()?;
    let mut pipeline = Pipeline::new();
    let numbers = pipeline.source("numbers", || Numbers(12..=15));
    let doubled = pipeline.stage("twice", &numbers, Edge::block(2), || {
        let system = system.clone();
        Each::new(move |n: u64| {
            let system = system.clone();
            async move { system.call::<_, Vec<u64>>("Elixir.Plain", "twice", (n,)).await }
        })
    });
    let all = Collected::of(&mut pipeline, &doubled);
    let running = runtime.block_on(pipeline.start(runtime))?;
    runtime.block_on(running.ended())?;
    assert_eq!(all.take(), [24, 28, 30]);
    assert_eq!(counts(&running, "twice"), [4, 0, 0, 1]);
    Ok(())
}

#[test]
fn a_stage_that_fails_at_every_frame_ends_the_pipeline() -> Outcome {
    let Setup { runtime, system, .. } = setup()?;
    for module in ["Elixir.Wrong", "Elixir.Nobody"] {
        let mut pipeline = Pipeline::new().restarts(2);
        let numbers = pipeline.source("numbers", || Numbers(1..=1000));
        let (wrong, _) = elixir::<u64, u64>(&mut pipeline, (system, module, 0), &numbers, Edge::block(2));
        let all = Collected::of(&mut pipeline, &wrong);
        let running = runtime.block_on(pipeline.start(runtime))?;
        let ended = runtime.block_on(running.ended());
        assert!(matches!(ended, Err(PipelineError::Failed(_))), "{module}: {ended:?}");
        assert_eq!((all.take(), counts(&running, module)[3]), (vec![], 2));
    }
    Ok(())
}
