//! A steady run copies no tensor and allocates nothing on our side, nor does a steady client of a served model. An
//! allocator that counts: hence a program of its own, and one test.
#![cfg(feature = "onnx")]
#![expect(unsafe_code, reason = "an allocator that counts is an unsafe trait")]
mod fetched;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dala::Runtime;
use dala_gpu::infer::{Ask, InferError, ServeOptions, Server};
use dala_gpu::model::{Backend, Onnx, SessionOptions, mlp, ramp};
use dala_gpu::{DType, Region, Shape, TensorRef};

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

/// Of all threads.
static ALL: AtomicUsize = AtomicUsize::new(0);

// SAFETY: forwards to the system's allocator; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        ALL.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as the caller vouches.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: as the caller vouches.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations<R>(run: impl FnOnce() -> R) -> (usize, R) {
    let before = ALLOCATIONS.with(Cell::get);
    let result = run();
    (ALLOCATIONS.with(Cell::get) - before, result)
}

#[test]
fn a_steady_run_copies_nothing_and_allocates_nothing() -> Result<(), Box<dyn std::error::Error>> {
    let (counted, _) = allocations(|| std::hint::black_box(Box::new(1)));
    assert_eq!(counted, 1, "the allocator counts");
    let Some(onnx) = fetched::onnx() else { return Ok(()) };
    let onnx = Arc::new(onnx);
    let mut session = onnx.load(&mlp(&[784, 64, 10]), &SessionOptions::default())?;
    let region = Region::with_limit(1 << 20);
    let numbers: Vec<f32> = ramp(4 * 784).collect();
    let frames: TensorRef = region.tensor(Shape::new(&[4, 784])?, &numbers)?.into();
    // Four frames in one buffer, used in turn, and two outputs.
    let inputs: Vec<_> =
        (0..4).map(|at| frames.slice(0, at..at + 1).map(|frame| [frame])).collect::<Result<_, _>>()?;
    let mut outputs: Vec<_> = (0..2)
        .map(|_| region.zeros_of(DType::F32, Shape::new(&[1, 10]).expect("small")).map(|output| [output]))
        .collect::<Result<_, _>>()?;
    let places: Vec<_> =
        outputs.iter().map(|[output]| output.as_bytes().map(<[u8]>::as_ptr)).collect::<Result<_, _>>()?;
    for at in 0..8 {
        session.run(&inputs[at % 4], &mut outputs[at % 2])?;
    }
    let (counted, result) = allocations(|| {
        for at in 0..100 {
            session.run(&inputs[at % 4], &mut outputs[at % 2])?;
        }
        Ok::<_, dala_gpu::model::ModelError>(())
    });
    result?;
    assert_eq!((counted, region.copied_bytes()), (0, 0));
    for ([output], place) in outputs.iter().zip(places) {
        assert_eq!(output.as_bytes()?.as_ptr(), place);
        assert!(output.typed::<f32>()?.iter().any(|x| x != 0.0));
    }
    served(onnx)
}

/// A client that asks a model's actor, frame after frame: from the audio frame to its own hands, through the queue, the
/// actor, the model.
fn served(onnx: Arc<Onnx>) -> Result<(), Box<dyn std::error::Error>> {
    let region = Region::with_limit(1 << 20);
    let runtime = Runtime::builder().workers(1).build()?;
    let server = Server::new(onnx, mlp(&[784, 64, 10]), ServeOptions::in_region(&region))?;
    let model = server.start(&runtime)?;
    let numbers: Vec<f32> = ramp(4 * 784).collect();
    let frames: TensorRef = region.tensor(Shape::new(&[4, 784])?, &numbers)?.into();
    let frames: Vec<_> = (0..4).map(|at| frames.slice(0, at..at + 1)).collect::<Result<_, _>>()?;
    let mut tensors = Vec::with_capacity(1);
    let mut ask = |times: usize| {
        for at in 0..times {
            tensors.clear();
            tensors.push(frames[at % 4].clone());
            // The vector comes back with the outputs.
            tensors = model.ask_blocking(std::mem::take(&mut tensors), Ask::default())?;
        }
        Ok::<_, InferError>(())
    };
    // Blocks of messages go round between the client's thread and the worker; whenever more of them are under way than ever
    // before, because the system held one of the two up, some are allocated. So the first quiet round of ten counts.
    let mut rounds = Vec::new();
    for _ in 0..10 {
        let (before, copied) = (ALL.load(Ordering::Relaxed), region.copied_bytes());
        ask(1000)?;
        rounds.push((ALL.load(Ordering::Relaxed) - before, region.copied_bytes() - copied));
        if rounds.last() == Some(&(0, 0)) {
            break;
        }
    }
    assert_eq!(
        rounds.last(),
        Some(&(0, 0)),
        "allocations and copied bytes in 1000 requests each: {rounds:?}"
    );
    assert!(rounds.iter().all(|&(_, copied)| copied == 0), "{rounds:?}");
    Ok(())
}
