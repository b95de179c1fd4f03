//! Tensors and models in Elixir: `Dala.Tensor`, `Dala.Model` and `Dala.Stream` (`dala-gpu/elixir`). What is copied is counted.

use std::path::Path;
use std::sync::Arc;

use dala::registry::Topic;
use dala::{Bytes, Pid, Runtime};
use dala_beam::process::{System, SystemOptions};
use dala_gpu::infer::{ServeOptions, Server};
use dala_gpu::model::Builtin;
use dala_gpu::natives::{Publish, StreamFrame};
use dala_gpu::pipeline::{Edge, Pipeline, Source};
use dala_gpu::{DType, Natives, Region, Shape, TensorRef};
use dala_tests::beam;
use dala_tests::border::Stage;

type Outcome = Result<(), Box<dyn std::error::Error>>;

const CALLS: &str = "Elixir.TensorCalls";

struct Setup {
    stage: Stage,
    region: Region,
    numbers: Topic<StreamFrame>,
}

fn setup() -> Result<Setup, Box<dyn std::error::Error>> {
    let runtime = Runtime::builder().workers(2).build()?;
    let elixir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../dala-gpu/elixir");
    let paths = vec![beam::modules().to_owned(), beam::compile_folder(&elixir, "gpu-elixir")];
    let options = SystemOptions { paths, ..SystemOptions::from_environment() };
    let system = System::new(runtime.handle().clone(), options);
    let region = Region::with_limit(16 << 20);
    // What the model needs itself is not counted here.
    let own = Region::with_limit(1 << 20);
    let server = Server::new(Arc::new(Builtin), &b"mlp 4 8 2"[..], ServeOptions::in_region(&own))?;
    let numbers = Topic::new();
    let natives =
        Natives::in_region(&region).model("tiny", &server.start(&runtime)?).stream("numbers", &numbers);
    system.add_natives(natives.functions())?;
    Ok(Setup { stage: Stage { runtime, system }, region, numbers })
}

/// A tensor of two rows, so large that its bytes are shared.
fn two_rows(region: &Region, size: usize) -> Result<TensorRef, Box<dyn std::error::Error>> {
    let bytes: Vec<u8> = (0..2 * size).map(|at| at as u8).collect();
    Ok(region.tensor_of_bytes(DType::U8, Shape::new(&[2, size])?, &bytes)?)
}

#[test]
fn elixir_makes_tensors_and_looks_at_parts_without_copying_them() -> Outcome {
    let Setup { stage, region, .. } = setup()?;
    assert_eq!(
        stage.run_in(CALLS, "views", &0_u8),
        "{<<\"#Dala.Tensor<f32[2, 3]>\">>,[3.0,6.0],[6],[1.0,4.0,2.0,5.0,3.0,6.0],\
         [1.5,nan,'-infinity'],[true,false]}"
    );
    assert_eq!(region.copied_bytes(), 24 + 8 + 24 + 2 * 6 + 2 * 2, "each list once; views copy nothing");
    Ok(())
}

#[test]
fn a_tensor_goes_from_rust_through_processes_and_becomes_a_binary_with_no_byte_copied() -> Outcome {
    let Setup { stage, region, .. } = setup()?;
    let tensor = two_rows(&region, 1 << 19)?;
    let last = *tensor.as_bytes()?.last().ok_or("not empty")?;
    let value = stage.begin_in(CALLS, "shared", &tensor).value();
    let source = dala::message::Source::new(value.root());
    let (was, whole, part) = <(u8, TensorRef, TensorRef) as dala::StableLayout>::read_term(source)?;
    assert_eq!(was, last);
    assert!(whole.is_same_view(&tensor) && part.is_same_view(&tensor.slice(0, 1..2)?));
    assert_eq!((region.copied_bytes(), region.usage().buffers), (0, 1));
    drop((value, whole, part));
    let binary = Bytes::from(vec![7; 1000]);
    drop(stage.begin_in(CALLS, "written", &binary).value());
    assert_eq!(region.copied_bytes(), 1000, "once into the region, not out of it");
    drop(tensor);
    drop(stage);
    assert_eq!(region.live_bytes(), 0, "with their processes");
    Ok(())
}

#[test]
fn memory_is_given_back_when_no_process_has_the_tensor_or_its_binary() -> Outcome {
    let Setup { stage, region, .. } = setup()?;
    for _ in 0..50 {
        let tensor = two_rows(&region, 1000)?;
        let value = stage.begin_in(CALLS, "garbage", &tensor).value();
        assert_eq!(dala_tests::border::text(&value), "{207,0}", "the binary keeps its bytes");
    }
    // A process that has returned is freed a moment after its value is told.
    while region.usage().buffers > 0 {
        std::thread::yield_now();
    }
    assert_eq!(region.copied_bytes(), 0);
    Ok(())
}

#[test]
fn garbage_that_keeps_tensors_is_collected_before_the_region_is_full() -> Outcome {
    let Setup { stage, region, .. } = setup()?;
    let megabyte = Bytes::from(vec![1; 1 << 20]);
    assert_eq!(stage.run_in(CALLS, "many", &megabyte), "ok");
    assert_eq!(region.copied_bytes(), 200 << 20);
    Ok(())
}

#[test]
fn elixir_runs_models_once_and_as_streams() -> Outcome {
    let Setup { stage, .. } = setup()?;
    assert_eq!(
        stage.run_in(CALLS, "run", &0_u8),
        "{[{<<\"x\">>,f32,[nil,4]}],[1,2],true,[{answered,3},{failed,0},{sessions,1}],{<<\"built-in\">>,cpu,[]}}"
    );
    Ok(())
}

#[test]
fn what_does_not_fit_is_an_exception_that_says_why() -> Outcome {
    let Setup { stage, .. } = setup()?;
    let value = stage.begin_in(CALLS, "wrong", &0_u8).value();
    let source = dala::message::Source::new(value.root());
    let texts = <Vec<String> as dala::StableLayout>::read_term(source)?;
    let want = [
        "ArgumentError: Dala.Tensor.to_list/1: argument 1: expected a tensor that nobody let go of",
        "ArgumentError: Dala.Tensor.to_binary/1: argument 1: expected a `%Dala.Tensor{}`",
        "ArgumentError: Dala.Tensor.to_list/1: argument 1: expected a `%Dala.Tensor{}`",
        "RuntimeError: 3 bytes do not fill a f32[1], which has 4",
        "RuntimeError: f80 is no type of elements; those are f32, f16",
        "RuntimeError: [1, 1, 1, 1, 1, 1, 1, 1, 1] has more than 8 axes",
        "RuntimeError: element 1 is 300, which is no u8",
        "ArgumentError: Dala.Tensor.from_list/3: argument 1",
        "RuntimeError: ",
        "RuntimeError: ",
        "RuntimeError: ",
        "RuntimeError: no model is called \"nobody\"; there are [\"tiny\"]",
        "RuntimeError: ",
        "RuntimeError: the answer would take",
        "ArgumentError: Dala.Model.take_step/4: argument 1: expected a reference to a",
        "RuntimeError: no stream is called \"none\"; there are [\"numbers\"]",
    ];
    assert_eq!(texts.len(), want.len(), "{texts:#?}");
    for (text, want) in texts.iter().zip(want) {
        assert!(text.starts_with(want), "{text}, not {want}");
    }
    Ok(())
}

struct Counted {
    region: Region,
    next: i32,
}

impl Source for Counted {
    type Value = TensorRef;

    async fn next(&mut self) -> Option<TensorRef> {
        self.next += 1;
        let shape = Shape::new(&[2]).ok()?;
        (self.next <= 5).then(|| self.region.tensor(shape, &[self.next, 10]).map(TensorRef::from).ok())?
    }
}

#[test]
fn a_process_subscribes_to_what_a_pipeline_publishes() -> Outcome {
    let Setup { stage, region, numbers } = setup()?;
    let (peer, notes) = stage.peer();
    let listener = stage.begin_in(CALLS, "listen", &(5_u8, Pid::from(peer)));
    assert_eq!(notes.told(), "subscribed");
    let mut pipeline = Pipeline::new();
    let counted = pipeline.source("counted", move || Counted { region: region.clone(), next: 0 });
    let publish = Publish::new("numbers", &numbers);
    pipeline.stage("publish", &counted, Edge::block(2), move || publish.clone());
    let running = stage.runtime.block_on(pipeline.start(&stage.runtime))?;
    stage.runtime.block_on(running.ended())?;
    assert_eq!(dala_tests::border::text(&listener.value()), "65");
    assert!(numbers.subscribers().is_empty());
    Ok(())
}
