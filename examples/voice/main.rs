//! Learn: a streaming pipeline from sound, through a model, to an Elixir process that keeps state and is crashed once.
//! Run: `make demo-voice`, or `make demo-voice WAV=path ARGS="--fast"`
//!
//! ```text
//! microphone --> window --> infer --+--> decide --> tell ==> Conversation (Elixir GenServer) ==> memory (Rust)
//!  (WAV file)   (views of  (Silero  |   (segments,        typed call, again after a crash
//!                the region) VAD)   |    in Elixir)
//!                                   +--> chart
//! ```
//! Each stage is an actor, and one is a process of Elixir (`lib/decide.ex`). Sound lies in the tensor region; windows are views of it, the model reads them in place and
//! writes its state where the next run reads it: nothing is copied.

mod conversation;
mod stages;
mod timeline;
mod wav;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use clap::Parser;
use conversation::{Conversation, CrashAt, SegmentMessage, Summary, SummaryText};
use dala::Runtime;
use dala::supervise::{ChildSpec, Intensity, Supervisor};
use dala_beam::interop::{Server, ServerSpec};
use dala_beam::otp::boot;
use dala_beam::process::{System, SystemOptions, workers_from_environment};
use dala_gpu::infer::{Model, ServeOptions};
use dala_gpu::model::{Backend, Onnx, OnnxOptions};
use dala_gpu::pipeline::{Edge, Pipeline, ServerStage};
use dala_gpu::{Region, Shape, TensorRef};

pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Finds speech in a sound file, and tells an Elixir process of it.
#[derive(Parser)]
struct Arguments {
    /// Sound: a WAV file of 16 bits with one channel
    #[arg(default_value = "target/voice/speech.wav")]
    wav: PathBuf,
    /// Where the library (lib/) and the model (models/) are
    #[arg(long, default_value = "target/ai")]
    folder: PathBuf,
    /// Folder of the compiled Elixir modules
    #[arg(long, value_name = "DIR", default_value = "target/voice/ebin")]
    ebin: PathBuf,
    /// Where the plot goes
    #[arg(long, value_name = "FILE", default_value = "target/voice/timeline.svg")]
    svg: PathBuf,
    /// Lets the Elixir process raise an exception when it gets this segment; 0 for never
    #[arg(long, value_name = "N", default_value_t = 3)]
    crash_at: u64,
    /// As fast as possible, not in the time of the sound
    #[arg(long)]
    fast: bool,
    /// Prints segments only, as scripts/voice-segments.py does
    #[arg(long)]
    plain: bool,
}

fn main() -> ExitCode {
    dala::shutdown::end_when_nobody_reads();
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

/// What runs the model: ONNX Runtime, else tract if it was built in; the model's file, and how it is served.
fn model(
    arguments: &Arguments,
    region: &Region,
) -> Result<(Arc<dyn Backend>, PathBuf, ServeOptions), Failure> {
    let file = |name: &str| arguments.folder.join("models").join(name);
    // The model leaves the length of a window open: it is warmed up with this one.
    let example = vec![region.zeros::<f32>(stages::window_shape()?)?.into()];
    let options = ServeOptions::in_region(region).state("state", "stateN", 1).example(example);
    match Onnx::load(&OnnxOptions::in_folder(arguments.folder.join("lib"))) {
        Ok(onnx) => {
            let rate: TensorRef = region.tensor(Shape::new(&[])?, &[i64::from(wav::RATE)])?.into();
            Ok((Arc::new(onnx), file("silero_ifless.onnx"), options.constant("sr", rate)))
        }
        #[cfg(feature = "tract")]
        Err(_) => Ok((Arc::new(dala_gpu::model::Tract), file("silero_ov.onnx"), options)),
        #[cfg(not(feature = "tract"))]
        Err(error) => Err(format!("{error}; with `--features tract` none is needed").into()),
    }
}

fn read(path: &Path, what: &str) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| format!("{what} {}: {error}", path.display()).into())
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let region = Region::with_limit(256 << 20);
    let of_sound = |problem: Failure| format!("the sound {}: {problem}", arguments.wav.display());
    let sound = wav::read(&read(&arguments.wav, "the sound")?).map_err(of_sound)?;
    let recording = Arc::new(stages::Recording::new(&region, &sound).map_err(of_sound)?);
    for module in ["Elixir.Conversation", "Elixir.Decide"] {
        let file = arguments.ebin.join(module).with_added_extension("beam");
        if !file.is_file() {
            return Err(format!("{}: not found; `make demo-voice` compiles it", file.display()).into());
        }
    }
    let (backend, file, options) = model(arguments, &region)?;
    let name = backend.name().to_owned();
    let server = dala_gpu::infer::Server::new(backend, read(&file, "the model")?, options)
        .map_err(|problem| format!("the model {}: {problem}", file.display()))?;
    let mut builder = Runtime::builder();
    if let Some(workers) = workers_from_environment()? {
        builder = builder.workers(workers);
    }
    let runtime = builder.build()?;
    let options = SystemOptions { paths: vec![arguments.ebin.clone()], ..SystemOptions::from_environment() };
    let system = System::new(runtime.handle().clone(), options);
    let leader = boot::start(&system, &["elixir"])?;
    let conversation = ServerSpec::new(&system, "Elixir.Conversation", &Vec::<u64>::new())
        .named("conversation")
        .group_leader(leader);
    let decide = ServerSpec::new(&system, "Elixir.Decide", &()).group_leader(leader);
    let supervisor = Supervisor::new()
        .intensity(Intensity { restarts: 5, within: Duration::from_secs(60) })
        .child(ChildSpec::new("memory", conversation::start_memory))
        .child(conversation.child("conversation"))
        .child(server.child("model"));
    let elixir = Conversation::new(Server::named(&system, "conversation"));
    let started = Instant::now();
    let heard = runtime.block_on(async {
        let supervisor = supervisor.start(&runtime).await?;
        let heard =
            listen(arguments, &runtime, &region, &recording, &server.model(), (&elixir, &decide)).await;
        supervisor.shutdown();
        heard
    });
    boot::stop(&system, Duration::from_secs(2));
    let heard = heard?;
    for segment in &heard.segments {
        println!("{} {} {:.4}", segment.start, segment.end, segment.confidence);
    }
    if !arguments.plain {
        println!("\n{}", timeline::text(&heard.chances, &heard.segments, 76));
        timeline::svg(&arguments.svg, &sound, &heard.chances, &heard.segments)?;
        println!("{}", heard.summary);
        println!(
            "{:.1} s of sound in {:.1} s, by {name}; a plot is in {}",
            sound.len() as f64 / f64::from(wav::RATE),
            started.elapsed().as_secs_f64(),
            arguments.svg.display()
        );
        println!("{}", heard.stages);
    }
    println!("told again after a crash: {}; bytes copied: {}", elixir.retries(), heard.copied);
    runtime.shutdown(Duration::from_secs(2));
    Ok(())
}

/// What came of it.
struct Heard {
    segments: Vec<SegmentMessage>,
    chances: Vec<f32>,
    summary: String,
    stages: String,
    copied: usize,
}

async fn listen(
    arguments: &Arguments,
    runtime: &Runtime,
    region: &Region,
    recording: &Arc<stages::Recording>,
    model: &Model,
    (elixir, decide): (&Conversation, &ServerSpec),
) -> Result<Heard, Failure> {
    if arguments.crash_at > 0 {
        elixir.tell(CrashAt { number: arguments.crash_at })?;
    }
    let (chances, segments) =
        (Arc::<Mutex<Vec<f32>>>::default(), Arc::<Mutex<Vec<SegmentMessage>>>::default());
    let mut pipeline = Pipeline::new();
    let (frames, pace) = (recording.frames(), (!arguments.fast).then_some(stages::FRAME_TIME));
    // A microphone does not wait; a file that is read as fast as possible does.
    let (edge, live) = if arguments.fast {
        (Edge::block(64), Edge::block(64))
    } else {
        (Edge::drop_oldest(64), Edge::drop_oldest(64).max_age(Duration::from_secs(2)))
    };
    let source = pipeline.source("microphone", move || stages::Microphone::new(frames, pace));
    let window = recording.clone();
    let windows = pipeline.stage("window", &source, edge, move || stages::Windows(window.clone()));
    let asked = model.clone();
    let speech = pipeline.stage("infer", &windows, live, move || stages::Infer(asked.stream()));
    let charted = chances.clone();
    pipeline.stage("chart", &speech, Edge::block(64), move || stages::Chart(charted.clone()));
    let decide = decide.clone();
    let found = pipeline.stage("decide", &speech, Edge::block(64), move || {
        ServerStage::<f32, stages::Segment>::starting(|| decide.start().map(|pid| decide.server(pid)))
    });
    let (to, told) = (elixir.clone(), segments.clone());
    pipeline
        .stage("tell", &found, Edge::block(16), move || stages::Tell { to: to.clone(), told: told.clone() });
    let copied = region.copied_bytes();
    let running = pipeline.start(runtime).await?;
    running.ended().await?;
    let SummaryText { text } = elixir.ask(Summary).await?;
    let line = |stage: &dala_gpu::pipeline::StageStats| {
        let (name, frames) = (&stage.name, stage.frames);
        format!(
            "{name:>10} {frames:>5} frames, {} dropped, median latency {:.1?}",
            stage.dropped + stage.late,
            stage.median
        )
    };
    Ok(Heard {
        segments: take(&segments),
        chances: take(&chances),
        summary: text,
        stages: running.stats().iter().map(line).collect::<Vec<_>>().join("\n"),
        copied: region.copied_bytes() - copied,
    })
}

fn take<T>(all: &Mutex<Vec<T>>) -> Vec<T> {
    std::mem::take(&mut all.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
}
