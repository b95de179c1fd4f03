//! A model of ONNX Runtime that is loaded, served and unloaded a hundred times: our bytes are 0 after each, and the process
//! does not grow. What the process takes is looked at as a whole: hence a program of its own, and one test.
#![cfg(all(feature = "onnx", target_os = "linux"))]
mod fetched;

use std::sync::Arc;
use std::time::{Duration, Instant};

use dala::Runtime;
use dala_gpu::infer::{Deployment, ServeOptions, Server};
use dala_gpu::model::{Backend, mlp, ramp};
use dala_gpu::{Region, Shape};

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// Bytes of this process that lie in memory.
fn resident() -> Outcome<i64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse::<i64>()? * 1024)
}

fn median(mut numbers: Vec<i64>) -> i64 {
    numbers.sort_unstable();
    numbers[numbers.len() / 2]
}

#[test]
fn a_hundred_times_loaded_and_unloaded_leaves_no_bytes_and_a_process_of_the_same_size() -> Outcome {
    let Some(onnx) = fetched::onnx() else { return Ok(()) };
    let onnx: Arc<dyn Backend> = Arc::new(onnx);
    let runtime = Runtime::builder().workers(2).build()?;
    let region = Region::with_limit(1 << 24);
    // 2.7 MB of weights.
    let model: Arc<[u8]> = mlp(&[784, 512, 512, 10]).into();
    let numbers: Vec<f32> = ramp(784).collect();
    let mut sizes = Vec::new();
    for _ in 0..100 {
        let server = Server::new(onnx.clone(), model.clone(), ServeOptions::in_region(&region))?;
        let deployment = runtime.block_on(Deployment::start(&runtime, "1", server))?;
        let x = region.tensor(Shape::new(&[1, 784])?, &numbers)?;
        let answer = runtime.block_on(deployment.client().infer(vec![x.into()]))?;
        let first = answer[0].typed::<f32>()?.get(&[0, 0]).ok_or("no number")?;
        assert!((first + 0.002775).abs() < 1e-4, "{first}");
        drop(answer);
        runtime.block_on(deployment.stop());
        // The thread of the last run may still look whether another request comes.
        let stopped = Instant::now();
        while region.live_bytes() > 0 && stopped.elapsed() < Duration::from_secs(10) {
            std::thread::yield_now();
        }
        assert_eq!((region.live_bytes(), region.usage().buffers), (0, 0));
        sizes.push(resident()?);
    }
    // Single ones stand out: the allocator gives memory back when it likes.
    let (early, late) = (median(sizes[5..15].to_vec()), median(sizes[90..].to_vec()));
    eprintln!("resident: {early} bytes after cycles 6 to 15, {late} after cycles 91 to 100 (medians)");
    // Two steps of the allocator's, of the size of the weights, come at any time. A cycle that kept 100 kB would show.
    assert!(late - early < 6 << 20, "it grew: {sizes:?}");
    Ok(())
}
